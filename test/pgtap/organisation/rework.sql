-- Rework: against a walk over the touches of thousands of random journeys in plain SQL, by hand, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(45);

DO $$ BEGIN PERFORM setseed(0.1618); END $$;

-- 4,000 journeys of up to 30 touches in 25 groups; owners share names with touchpoints, a fifth of the touches has none, times tie.
CREATE TABLE log AS
    SELECT id, i, (ARRAY['a', 'b', '7', 'shop', 'é', 'offer', 'order', 'pay', 'x y', 'help'])[1 + floor(random() * (1 + id % 10))::int] AS touchpoint,
           CASE WHEN random() < 0.8 AND id % 10 <> 3 THEN (ARRAY['sales', 'a', '7', 'x y', '10', '', 'web', 'B'])[1 + floor(random() ^ 2 * (1 + id % 8))::int] END AS owner,
           '2026-01-01Z'::timestamptz + floor(random() * 20) * interval '1 h' AS at
    FROM generate_series(1, 4000) id, generate_series(1, 1 + id * 7919 % 30 + CASE WHEN id % 100 = 0 THEN id / 10 ELSE 0 END) i;
INSERT INTO log SELECT id, 1000 + id % 3, 'once', 'rare ' || id % 500, '2026-01-03Z' FROM generate_series(1, 1000) id;
CREATE TABLE journeys AS SELECT id, id % 25 AS g, random() AS luck, journey_agg(at, touchpoint, 'web', NULL, owner ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys SELECT -g, g, random(), NULL FROM generate_series(0, 24) g;
INSERT INTO journeys SELECT -100 - g, g, random(), '[]' FROM generate_series(0, 24) g;
ANALYZE journeys;

-- ---- the slow way ----

CREATE TABLE t AS SELECT id, g, position, touchpoint, owner FROM journeys, touches(j);
CREATE TABLE again AS
    SELECT id, g, owner, lag(owner) OVER (PARTITION BY id, touchpoint ORDER BY position) AS done_by FROM t WHERE owner IS NOT NULL;
CREATE TABLE ref AS
    SELECT g, owner, count(*) AS touches, count(DISTINCT id) AS journeys, count(*) FILTER (WHERE done_by = owner) AS repeats,
           count(*) FILTER (WHERE done_by <> owner) AS redone, count(done_by)::float8 / count(*) AS rework_share
    FROM again GROUP BY g, owner;
CREATE TABLE found AS SELECT g, rework_agg(j) AS s FROM journeys GROUP BY g;

SELECT cmp_ok(count(*), '>', 5000::bigint, 'much is redone') FROM again WHERE done_by <> owner;
SELECT cmp_ok(count(*), '>', 3000::bigint, 'and much repeated') FROM again WHERE done_by = owner;
SELECT bag_eq('SELECT g, owner, touches, journeys, repeats, redone, rework_share FROM found, rework(s)', 'SELECT * FROM ref', 'counts and shares are those of SQL');
SELECT bag_eq('SELECT owner, touches, journeys, repeats, redone FROM rework((SELECT rework_agg(j) FROM journeys))',
    'SELECT owner, sum(touches)::bigint AS t, sum(journeys)::bigint AS j, sum(repeats)::bigint AS a, sum(redone)::bigint AS b FROM ref GROUP BY owner', 'of all journeys together, too');
SELECT is_empty('SELECT g, owner FROM found, rework(s) r, LATERAL (SELECT 1.959963984540054 AS z, rework_share AS p, touches AS n) q
    WHERE abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12
       OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12', 'the interval is Wilson''s');
SELECT is_empty('SELECT a.owner FROM found, rework(s, 0.9) a JOIN rework(s, 0.99) b USING (owner) WHERE b.low > a.low OR a.high > b.high OR a.high - a.low >= b.high - b.low',
    'and wider with more confidence');
SELECT is_empty($$ SELECT g, row FROM (SELECT g, row, row_number() OVER (PARTITION BY g ORDER BY repeats + redone DESC, owner !~ '^(0|[1-9][0-9]*)$', length(owner) * (owner ~ '^[0-9]+$')::int,
        owner COLLATE "C") AS n FROM found, rework(s) WITH ORDINALITY AS r(owner, touches, journeys, repeats, redone, rework_share, low, high, row)) x WHERE n <> row $$,
    'most rework first, then in the order of names: numbers by value, others by bytes');
SELECT is_empty('SELECT id FROM journeys WHERE repeats(j) <> (SELECT count(*) - count(DISTINCT touchpoint) FROM touches(j))', 'repeats: touches less different touchpoints');
SELECT is_empty('SELECT id FROM journeys WHERE repeats(j) <> (SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY touchpoint ORDER BY position) AS n FROM touches(j)) x WHERE n > 1)',
    'which is those that were there before');
SELECT is_empty('SELECT id FROM (SELECT id, journey_agg(at, touchpoint, NULL, NULL, ''one'' ORDER BY i) AS j FROM log GROUP BY id) x, LATERAL (SELECT rework_agg(k) AS s FROM (SELECT j AS k) y) z, rework(s) r
    WHERE r.repeats <> repeats(j) OR redone <> 0 OR owner <> ''one''', 'with a single owner, rework is what is repeated');
SELECT is_empty('SELECT g FROM found JOIN (SELECT g, rework_agg(k) AS s FROM (SELECT g, coalesce(journey_agg(at, touchpoint, NULL, NULL, owner ORDER BY i) FILTER (WHERE owner IS NOT NULL), ''[]'') AS k
        FROM log JOIN journeys USING (id) GROUP BY id, g) x GROUP BY g) y USING (g) WHERE rework_stats_send(found.s) <> rework_stats_send(y.s)', 'touches without an owner are passed over');

-- ---- by hand ----

CREATE FUNCTION pg_temp.told(s rework_stats) RETURNS text LANGUAGE sql
    AS $$ SELECT string_agg(format('%s %s/%s +%s *%s', owner, touches, journeys, repeats, redone), ', ') FROM rework(s) $$;
SELECT is(pg_temp.told(rework_agg(j)), told, what) FROM (VALUES
    ('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z a#x]'::journey, 'x 2/1 +1 *0', 'by the same owner: a repeat'),
    ('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z a#y]', 'y 1/1 +0 *1, x 1/1 +0 *0', 'by another: redone'),
    ('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z a#y, 2026-01-01T02:00Z a#y, 2026-01-01T03:00Z a#x]', 'y 2/1 +1 *1, x 2/1 +0 *1', 'the last time tells'),
    ('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z b#y, 2026-01-01T02:00Z a#x]', 'x 2/1 +1 *0, y 1/1 +0 *0', 'others may do something else in between'),
    ('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z a, 2026-01-01T02:00Z a#x, 2026-01-01T03:00Z a@web#x]', 'x 3/1 +2 *0', 'no owner, nothing done; the channel does not matter'),
    ('[2026-01-01T00:00Z a, 2026-01-01T01:00Z a#x]', 'x 1/1 +0 *0', 'no owner before: not done before'),
    ('[2026-01-01T00:00Z 10#10, 2026-01-01T00:00Z 9#9, 2026-01-01T00:00Z 9x#9x, 2026-01-01T00:00Z 10x#10x]', '9 1/1 +0 *0, 10 1/1 +0 *0, 10x 1/1 +0 *0, 9x 1/1 +0 *0', 'names that are numbers come first, by value')
    ) v(j, told, what) GROUP BY told, what ORDER BY what;
SELECT is((SELECT pg_temp.told(rework_agg(j)) FROM (VALUES ('[2026-01-01T00:00Z a#x]'::journey), ('[2026-01-02T00:00Z a#x]')) v(j)), 'x 2/2 +0 *0', 'another journey is another customer');
SELECT is(repeats('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z a, 2026-01-01T02:00Z b@web, 2026-01-01T03:00Z a@web]'), 2, 'repeats asks for the touchpoint alone');
SELECT results_eq($$ SELECT round(rework_share::numeric, 6), round(low::numeric, 6), round(high::numeric, 6) FROM rework((SELECT rework_agg(j)
        FROM (SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '1 h', least(i, 9)::text, NULL, NULL, 'x') AS j FROM generate_series(1, 10) i) x)) $$,
    $$ VALUES (0.1, 0.017876, 0.404150) $$, '1 of 10: Wilson''s interval is 0.0179 to 0.4042');

-- ---- laws ----

CREATE TABLE part AS
    SELECT g, cut, part, rework_agg(j ORDER BY luck) AS s FROM journeys, generate_series(2, 40, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2, 3;
SELECT is_empty('SELECT g FROM (SELECT g, cut, rollup(s ORDER BY random()) AS r FROM part GROUP BY 1, 2) x JOIN found USING (g)
    WHERE rework_stats_send(r) <> rework_stats_send(s)', 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT g FROM (SELECT g, rework_agg(j ORDER BY -luck) AS r FROM journeys GROUP BY 1) x JOIN found USING (g)
    WHERE rework_stats_send(r) <> rework_stats_send(s)', 'the order of the journeys tells nothing');
SELECT is((SELECT rollup(r)::text FROM (SELECT rollup(s) AS r FROM found GROUP BY g % 4) x), (SELECT rework_agg(j)::text FROM journeys), 'rollups of rollups');
SELECT is_empty('SELECT part FROM part WHERE rework_stats_send(rework_stats_merge(s, NULL)) <> rework_stats_send(s)
    OR rework_stats_send(rework_stats_merge(NULL, s)) <> rework_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT a.part FROM part a JOIN part b USING (g, cut), LATERAL (SELECT rework_agg(''[]'') AS e) e
    WHERE b.part = a.part + 1 AND rework_stats_send(rework_stats_merge(a.s, b.s)) <> rework_stats_send(rework_stats_merge(b.s, a.s))
       OR rework_stats_send(rework_stats_merge(a.s, e)) <> rework_stats_send(a.s)', 'merging is commutative, and no touches are its identity, too');
SELECT is_empty('SELECT a.g FROM found a, found b, found c WHERE b.g = (a.g + 1) % 25 AND c.g = (a.g + 7) % 25
    AND rework_stats_send(rework_stats_merge(rework_stats_merge(a.s, b.s), c.s)) <> rework_stats_send(rework_stats_merge(a.s, rework_stats_merge(b.s, c.s)))', 'and associative');
SELECT is_empty($$ SELECT id FROM (SELECT id, rework_agg(j) OVER (ORDER BY id) AS s FROM journeys WHERE id BETWEEN 1 AND 100) w
    WHERE s::text <> (SELECT rework_agg(j)::text FROM journeys k WHERE k.id BETWEEN 1 AND w.id) $$, 'growing windows');
SELECT is_empty('SELECT part FROM part WHERE rework_stats_send(s::text::rework_stats) <> rework_stats_send(s)', 'in(out(x)) = x');
CREATE TABLE received (LIKE found);
DO $$ BEGIN
    EXECUTE 'COPY found TO PROGRAM ''cat > cx_rework.tmp'' (FORMAT binary)';
    EXECUTE 'COPY received FROM PROGRAM ''cat cx_rework.tmp && rm cx_rework.tmp'' (FORMAT binary)';
END $$;
SELECT is((SELECT count(*) FROM received r JOIN found f USING (g) WHERE rework_stats_send(r.s) = rework_stats_send(f.s)), 25::bigint, 'recv(send(x)) = x');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT rework_agg(j)::text FROM journeys), (SELECT rollup(s)::text FROM found), 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT rework_agg(j)::text FROM journeys WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT rework_agg(j)::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is_empty('SELECT * FROM rework((SELECT rework_agg(j) FROM journeys WHERE id < -100))', 'no touches: no owners');
SELECT throws_ok('SELECT * FROM rework((SELECT s FROM found LIMIT 1), 95)', '22023', NULL, 'confidence in percent');
SELECT throws_ok('SELECT rollup(s) FROM (SELECT ''rework_stats:01010278ffffffffffffffff1fffffffffffffffff1f0000''::rework_stats AS s FROM generate_series(1, 2)) x', '22003',
    'rework_stats counts more than 2^61 touches', 'more touches than there can be');

-- every bit of a value flipped, and every byte cut off: malformed, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s rework_stats;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    IF EXISTS (SELECT FROM rework(s) WHERE rework_share NOT BETWEEN 0 AND 1 OR NOT (low <= rework_share AND rework_share <= high)
               OR least(repeats, redone) < 0 OR repeats > touches - journeys OR repeats + redone > touches) THEN RETURN 'nonsense'; END IF;
    PERFORM rework_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT rework_stats_send(rework_agg(j)) AS b FROM (SELECT j FROM journeys WHERE id > 500 ORDER BY id LIMIT 40) x;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('rework_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('rework_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');
SELECT is(pg_temp.survives('rework_stats:' || bytes), '22P02', what) FROM (VALUES
    ('010102780101000000', 'bytes too many'), ('01010278000000000000', 'no touches'), ('010102780100000000', 'no journeys'),
    ('0101027801010100', 'a first touch that is a repeat'), ('0101027801010001', 'redone, and nobody there before'),
    ('010202780279010100010101000100', 'all is rework'), ('010202790278010100000101000000', 'names in another order')) v(bytes, what);

SELECT * FROM finish();
ROLLBACK;
