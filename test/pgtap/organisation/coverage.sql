-- Coverage against plain SQL over the touches of thousands of random journeys; the laws of merging; damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(31);

DO $$ BEGIN PERFORM setseed(0.8224); END $$;

-- 4,000 journeys of up to 9 touches in 40 groups, with names of all kinds, ties in time, and feedback on every fourth touch; a
-- third of the journeys have none
CREATE TABLE cx_way AS
    SELECT id, id % 40 AS g, coalesce(j, '[]') AS j, random() AS luck
    FROM generate_series(1, 4000) id LEFT JOIN (
        SELECT id, rollup(touch('2026-01-01Z'::timestamptz + floor(random() * 20) * interval '1 h', (ARRAY['a', 'b', 'c', '7', 'é', 'x y', '2147483648', 'd', 'e', 'f', 'g', 'h'])[1 + floor(power(random(), 5) * 12)::int],
                (ARRAY['web', 'phone', 'shop'])[1 + floor(random() * 4)::int], (ARRAY['buy', 'use'])[1 + floor(random() * 3)::int], (ARRAY['sales', '12'])[1 + floor(random() * 5)::int],
                CASE WHEN id % 3 > 0 AND random() < 0.4 THEN (ARRAY['nps:3', 'csat:4', 'rating:5', 'effort:1'])[1 + floor(random() * 4)::int]::feedback END) ORDER BY n) AS j
        FROM generate_series(1, 4000) id, generate_series(1, 9) n WHERE n <= id * 7919 % 97 % 10 GROUP BY id) t USING (id);
INSERT INTO cx_way SELECT NULL, g, NULL, random() FROM generate_series(0, 39) g;
ANALYZE cx_way;

-- ---- against SQL ----

CREATE TEMP TABLE stat AS SELECT g, coverage_agg(j) AS s, coverage_agg(j, 'channel') AS c, coverage_agg(j, 'stage') AS t, coverage_agg(j, 'owner') AS o FROM cx_way GROUP BY g;
CREATE TEMP TABLE got AS
    SELECT grain, g, r.* FROM stat, LATERAL (VALUES ('touchpoint', s), ('channel', c), ('stage', t), ('owner', o)) v(grain, s1), coverage(s1, 0.9) r;
CREATE TEMP TABLE expected AS
    SELECT grain, g, v.name, count(*) AS touches, count(feedback) AS answers, count(feedback)::float8 / count(*) AS response_rate, max(at) FILTER (WHERE feedback IS NOT NULL) AS newest
    FROM cx_way, touches(j), LATERAL (VALUES ('touchpoint', touchpoint), ('channel', channel), ('stage', stage), ('owner', owner)) v(grain, name) WHERE v.name IS NOT NULL GROUP BY 1, 2, 3;
SELECT cmp_ok(count(*), '>', 400::bigint, 'there are names') FROM expected;
SELECT cmp_ok(count(*), '>', 0::bigint, 'some without answers') FROM expected WHERE answers = 0;
SELECT bag_eq('SELECT grain, g, name, touches, answers, response_rate, newest FROM got', 'TABLE expected', 'touches, answers, rates and the newest answer are those of SQL');
SELECT is_empty($$ SELECT * FROM got, LATERAL (SELECT 1.6448536269514722 AS z, response_rate AS p, touches AS n) q
    WHERE abs(low - greatest(0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12
       OR abs(high - least(1, (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12 $$, 'the interval is Wilson''s');
SELECT is_empty('SELECT g FROM stat, LATERAL (SELECT array_agg(name ORDER BY n) AS a FROM coverage(s) WITH ORDINALITY r(name, t, an, rr, l, h, nw, n)) x
    WHERE a <> (SELECT array_agg(name ORDER BY name ~ ''^[0-9]$'' DESC, name COLLATE "C") FROM expected e WHERE grain = ''touchpoint'' AND e.g = stat.g)', 'rows come by name');
SELECT is_empty('SELECT r.* FROM stat, coverage(s) r EXCEPT SELECT r.* FROM stat, coverage(s, 0.95) r', 'a confidence of 0.95, if nothing else is said');
SELECT is_empty('SELECT g FROM stat WHERE coverage_share(s) <> (SELECT avg((answers > 0)::int) FROM expected e WHERE e.g = stat.g AND grain = ''touchpoint'')
    OR coverage_share(c) <> (SELECT avg((answers > 0)::int) FROM expected e WHERE e.g = stat.g AND grain = ''channel'')', 'covered is what has an answer');
SELECT is_empty('SELECT g, m FROM stat, generate_series(1, 40) m WHERE abs(coverage_share(s, m) - (SELECT avg((answers >= m)::int) FROM expected e WHERE e.g = stat.g AND grain = ''touchpoint'')) > 1e-15',
    'or as many answers as asked for');
SELECT cmp_ok(count(DISTINCT coverage_share(s, 5)), '>', 3::bigint, 'shares differ') FROM stat;
SELECT is((SELECT coverage_stats_send(coverage_agg(j, 'touchpoint')) FROM cx_way), (SELECT coverage_stats_send(coverage_agg(j)) FROM cx_way), 'touchpoint is the grain');

-- by hand
SELECT results_eq($$ SELECT name, touches, answers, newest FROM coverage((SELECT coverage_agg(j) FROM unnest(ARRAY[
        '[2026-01-01T09:00:00Z a nps:9, 2026-01-02T09:00:00Z a, 2026-01-03T09:00:00Z b]'::journey, '[2026-01-01T08:00:00Z a rating:2]', '[]', NULL]) j)) $$,
    $$ VALUES ('a', 3::bigint, 2::bigint, '2026-01-01 09:00Z'::timestamptz), ('b', 1, 0, NULL) $$, 'by hand');
SELECT is(coverage_share(coverage_agg(j)), 0.5::float8, 'half of the touchpoints') FROM (VALUES ('[2026-01-01T09:00:00Z a nps:9, 2026-01-03T09:00:00Z b]'::journey)) v(j);
SELECT is((SELECT newest FROM coverage((SELECT coverage_agg(touch('4714-11-24 00:00:00Z BC', 'a', feedback => 'nps:1')))))::text, '4714-11-24 00:00:00+00 BC', 'the oldest time there is');

-- ---- nothing ----

SELECT is((SELECT coverage_agg(j)::text FROM cx_way WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT coverage_agg(j)::text FROM cx_way WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is_empty($$ SELECT * FROM coverage((SELECT coverage_agg('[]'::journey))) $$, 'no touches: no names');
SELECT is(coverage_share((SELECT coverage_agg('[]'::journey))), NULL, 'and no share');
SELECT is(coverage_share((SELECT coverage_agg('[2026-01-01T09:00:00Z a nps:9]'::journey, 'owner'))), NULL, 'nor where no touch has an owner');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, coverage_agg(j) AS s, random() AS luck FROM cx_way GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE coverage_stats_send(s) <> coverage_stats_send(r) OR coverage_stats_send(s) <> coverage_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE coverage_stats_send(s) <> coverage_stats_send(r) $$, 'and so do parts of parts');
SELECT is((SELECT coverage_agg(j ORDER BY luck)::text FROM cx_way), (SELECT coverage_agg(j ORDER BY -luck)::text FROM cx_way), 'the order of journeys tells nothing');
SELECT is_empty($$ SELECT g FROM stat WHERE coverage_stats_send(s::text::coverage_stats) <> coverage_stats_send(s) OR coverage_stats_send(o::text::coverage_stats) <> coverage_stats_send(o) $$, 'text comes back');
SELECT is_empty($$ SELECT g FROM stat WHERE coverage_stats_send(coverage_stats_merge(s, NULL)) <> coverage_stats_send(s) OR coverage_stats_send(coverage_stats_merge(NULL, s)) <> coverage_stats_send(s) $$, 'NULL is the identity');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, coverage_agg(j) AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat JOIN parallel p USING (g) WHERE coverage_stats_send(stat.s) <> coverage_stats_send(p.s) $$, 'parallel as serial');

-- ---- mistakes and damage ----

SELECT throws_ok('SELECT coverage_agg(j, ''colour'') FROM cx_way', '22023', 'unrecognized grain: "colour"', 'no such grain');
SELECT throws_ok('SELECT coverage_agg(j, NULL) FROM cx_way', '22023', 'grain is NULL', 'no grain');
SELECT throws_ok('SELECT rollup(x) FROM (SELECT s AS x FROM stat UNION ALL SELECT o FROM stat) y', '22023', 'coverage of different grains cannot be merged', 'different grains');
SELECT throws_ok('SELECT coverage_share(s, 0) FROM stat', '22023', 'min_answers 0 is not at least 1', 'no answers cover nothing');
SELECT throws_ok('SELECT coverage(s, 95) FROM stat', '22023', NULL, 'confidence in percent');
-- one touchpoint "a", 2^61 touches
SELECT throws_ok($$ SELECT coverage_stats_merge(x, x) FROM (SELECT 'coverage_stats:010001026180808080808080802000'::coverage_stats AS x) y $$, '22003', 'coverage_stats counts more than 2^61 touches', 'more than can be counted');
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                PERFORM (SELECT sum(response_rate + low) FROM coverage(x.s)), coverage_share(x.s), coverage_stats_merge(x.s, x.s)
                FROM (SELECT ('coverage_stats:' || encode(set_byte(value, i, b), 'hex'))::coverage_stats AS s) x;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
        BEGIN
            PERFORM ('coverage_stats:' || encode(substr(value, 1, i), 'hex'))::coverage_stats;
            RETURN -1;
        EXCEPTION WHEN invalid_text_representation THEN
        END;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT coverage_stats_send(s) FROM stat WHERE g = 1)), '>', 0, 'damaged bytes are refused as malformed, or are another value; what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
