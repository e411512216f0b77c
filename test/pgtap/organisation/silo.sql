-- Silos: published figures, each column against plain SQL over rows of touches on thousands of random journeys (ties in time, touches
-- without owner, verdicts that are unknown, owners that come again), journeys against arrays made of touches(j), and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(51);

DO $$ BEGIN PERFORM setseed(0.1618); END $$;

-- ---- published ----

-- Maechler, Neher, Park (2016): touchpoints at 90 per cent, the way far below. Six that hold together by chance leave 53.1441 per cent
CREATE TEMP TABLE six AS
    SELECT silo_agg(o::text, i % 10 <> o, i > 5) AS s FROM generate_series(0, 9) i, generate_series(1, 6) o;
SELECT results_eq('SELECT owners, touches, unknown, unowned, touch_success, round(independent::numeric, 9) FROM six, silo_total(s)',
    'VALUES (6::bigint, 60::bigint, 0::bigint, 0::bigint, 0.9::float8, 0.531441)', 'six owners at 90 %: 0.9 ^ 6 = 0.531441');
SELECT is((SELECT round(independent::numeric, 7) FROM silo_total((SELECT silo_agg(o::text, i <> o, true) FROM generate_series(1, 20) i, generate_series(1, 5) o))),
    0.7737809, 'five at 95 %: 0.77378');
-- the worst case (Frechet 1935): five at 90 % whose failures never meet leave 50 %
CREATE TEMP TABLE frechet AS
    SELECT silo_agg(array_agg(o::text ORDER BY o), array_agg(i <> o ORDER BY o), i > 5) OVER () AS s
    FROM generate_series(1, 10) i, generate_series(1, 5) o GROUP BY i LIMIT 1;
SELECT results_eq('SELECT journeys, touch_success, journey_success, round(gap::numeric, 9), round(independent::numeric, 5), worst_owner, fractured FROM frechet, silo_total(s)',
    $$ VALUES (10::bigint, 0.9::float8, 0.5::float8, 0.4, 0.59049, '1', true) $$, 'five at 90 % whose failures never meet: 50 % end to end, and every owner is above');
SELECT results_eq('SELECT owner, own_success, journey_success, broken, broken_share FROM frechet, silo_report(s)',
    $$ SELECT o::text, 0.9::float8, 0.5::float8, 1::bigint, 0.2::float8 FROM generate_series(1, 5) o $$, 'and each breaks one in five');

-- by hand
CREATE TEMP TABLE hand AS SELECT silo_agg(o, t, j) AS s FROM (VALUES
    ('{web,shop,call}'::text[], '{t,t,f}'::boolean[], false), ('{web,shop,web}', '{t,NULL,t}', true), ('{web,NULL}', '{f,t}', false),
    ('{shop,call}', '{t,f}', NULL), ('{}', '{}', false), (NULL, NULL, true)) v(o, t, j);
SELECT results_eq('SELECT owner, touches, unknown, ok, own_success, journeys, journeys_ok, journey_success, gap, broken, broken_share FROM hand, silo_report(s)',
    $$ VALUES ('web', 4::bigint, 0::bigint, 3::bigint, 0.75::float8, 3::bigint, 1::bigint, 1 / 3::float8, 0.75 - 1 / 3::float8, 1::bigint, 1 / 3::float8),
              ('call', 2, 0, 0, 0, 1, 0, 0, 0, 1, 1 / 3::float8), ('shop', 3, 1, 2, 1, 2, 1, 0.5, 0.5, 0, 0) $$,
    'a report by hand: broken first, then the gap');
SELECT results_eq('SELECT owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success, independent, worst_owner, fractured FROM hand, silo_total(s)',
    $$ VALUES (3::bigint, 9::bigint, 1::bigint, 1::bigint, 0.625::float8, 4::bigint, 1::bigint, 0.25::float8, 0::float8, 'web', false) $$, 'and the whole');

SELECT results_eq($$ SELECT owner FROM silo_report((SELECT silo_agg(o, t, true) FROM (VALUES ('a', NULL), ('b', false), ('c', NULL), ('d', true)) v(o, t))) $$,
    $$ VALUES ('d'), ('b'), ('a'), ('c') $$, 'owners without a gap come last');
SELECT is((SELECT fractured FROM silo_total((SELECT silo_agg('{a}'::text[], ARRAY[i > 1], i > 1) FROM generate_series(1, 3) i))), false, 'an owner that is as good as the journeys is not above them');

-- ---- random journeys ----

CREATE TEMP TABLE touched AS
    SELECT id, n, (ARRAY['web', 'shop', 'call', '7', 'é', 'x y', '', NULL])[1 + floor(power(random(), 1.5) * 8)::int] AS owner,
           (ARRAY['nps:9', 'nps:8', 'csat:5', 'csat:3', 'csat:2/3', 'ces:6', 'ces:4', 'effort:2', 'effort:4', 'success:1', 'success:0', 'emotion:6', 'emotion:2', 'rating:5', NULL, NULL, NULL]::feedback[])
               [1 + floor(random() * 17)::int] AS answer,
           '2026-01-01Z'::timestamptz + floor(random() * 4) * interval '1 h' AS at
    FROM generate_series(1, 4000) id, generate_series(1, 9) n WHERE n <= id * 7919 % 97 % 10;
CREATE TABLE cx_way AS
    SELECT id, id % 40 AS g, CASE WHEN id % 40 = 3 THEN NULL WHEN id % 40 = 5 THEN true WHEN id % 40 = 7 THEN false WHEN random() < 0.1 THEN NULL ELSE random() < 0.6 END AS ok, j
    FROM (SELECT id, coalesce(j, '[]') AS j
          FROM generate_series(1, 4000) id
              LEFT JOIN (SELECT id, rollup(touch(at, 'x', owner => owner, feedback => answer) ORDER BY n) AS j FROM touched GROUP BY id) t USING (id)) w;
ANALYZE cx_way;
-- what each touch says, from its category
CREATE TEMP TABLE part_of AS
    SELECT w.id, w.g, w.ok AS journey_ok, t.position, t.owner,
           CASE WHEN kind(feedback) <> 'rating' THEN category(feedback) IN ('promoter', 'satisfied', 'easy', 'reached', 'good') END AS touch_ok
    FROM cx_way w, touches(w.j) t;
CREATE TEMP TABLE as_array AS
    SELECT w.id, w.g, w.ok, coalesce(owners, '{}') AS owners, coalesce(verdicts, '{}') AS verdicts
    FROM cx_way w LEFT JOIN (SELECT id, array_agg(owner ORDER BY position) AS owners, array_agg(touch_ok ORDER BY position) AS verdicts FROM part_of GROUP BY id) a USING (id);

CREATE TEMP TABLE stat AS SELECT g, silo_agg(j, ok) AS s FROM cx_way GROUP BY g;
CREATE TEMP TABLE row_stat AS SELECT g, silo_agg(owner, touch_ok, journey_ok) AS s FROM part_of GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, silo_agg(owners, verdicts, ok) AS a FROM as_array GROUP BY g) x USING (g) WHERE silo_stats_send(s) <> silo_stats_send(a)',
    'journeys say what arrays made of their touches say');

-- the slow way
CREATE TEMP VIEW first_bad AS
    SELECT DISTINCT ON (id) g, id, owner FROM part_of WHERE NOT touch_ok AND NOT journey_ok AND owner IS NOT NULL ORDER BY id, position;
CREATE TEMP TABLE expected AS
    SELECT g, owner, touches, unknown, ok, ok / nullif(touches - unknown, 0)::float8 AS own_success, journeys, journeys_ok,
           journeys_ok / nullif(journeys, 0)::float8 AS journey_success,
           ok / nullif(touches - unknown, 0)::float8 - journeys_ok / nullif(journeys, 0)::float8 AS gap, broken,
           broken / nullif(failed, 0)::float8 AS broken_share
    FROM (SELECT g, owner, count(*) AS touches, count(*) FILTER (WHERE touch_ok IS NULL) AS unknown, count(*) FILTER (WHERE touch_ok) AS ok,
                 count(DISTINCT id) FILTER (WHERE journey_ok IS NOT NULL) AS journeys, count(DISTINCT id) FILTER (WHERE journey_ok) AS journeys_ok
          FROM part_of WHERE owner IS NOT NULL GROUP BY 1, 2) t
        JOIN (SELECT g, count(*) FILTER (WHERE NOT ok) AS failed FROM cx_way GROUP BY 1) w USING (g)
        LEFT JOIN LATERAL (SELECT count(*) AS broken FROM first_bad f WHERE f.g = t.g AND f.owner = t.owner) b ON true;
CREATE TEMP TABLE got AS SELECT g, r.* FROM stat, silo_report(s) WITH ORDINALITY r;
SELECT cmp_ok((SELECT count(*) FROM expected), '>', 250::bigint, 'there are owners');
SELECT cmp_ok((SELECT sum(broken) FROM expected), '>', 500::numeric, 'that break journeys');
SELECT bag_eq('SELECT g, owner, touches, unknown, ok, journeys, journeys_ok, broken FROM got', 'SELECT g, owner, touches, unknown, ok, journeys, journeys_ok, broken FROM expected',
    'counts are those of SQL');
SELECT bag_eq('SELECT g, owner, own_success, journey_success, gap, broken_share FROM got', 'SELECT g, owner, own_success, journey_success, gap, broken_share FROM expected',
    'so are shares and gaps');
SELECT is_empty($$ SELECT g, owner FROM got JOIN (SELECT g, owner, row_number() OVER (PARTITION BY g ORDER BY broken DESC, gap DESC NULLS LAST, owner <> '7', owner COLLATE "C") AS n FROM expected) e USING (g, owner)
    WHERE ordinality <> n $$, 'in the order of broken, gap and owner');
CREATE FUNCTION pg_temp.wilson(yes bigint, n bigint, z float8, side int) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN n > 0 THEN greatest(0, least(1, (yes / n::float8 + z * z / (2 * n) + side * z * sqrt(yes / n::float8 * (1 - yes / n::float8) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) END $$;
SELECT is_empty('SELECT g, owner FROM got WHERE touches > unknown AND NOT (abs(own_low - pg_temp.wilson(ok, touches - unknown, 1.959963984540054, -1)) < 1e-12
        AND abs(own_high - pg_temp.wilson(ok, touches - unknown, 1.959963984540054, 1)) < 1e-12)
    OR journeys > 0 AND NOT (abs(low - pg_temp.wilson(journeys_ok, journeys, 1.959963984540054, -1)) < 1e-12 AND abs(high - pg_temp.wilson(journeys_ok, journeys, 1.959963984540054, 1)) < 1e-12)',
    'the intervals are Wilson''s');
SELECT is_empty('SELECT g, owner FROM got WHERE (own_success IS NULL) <> (own_low IS NULL OR own_high IS NULL) OR (journey_success IS NULL) <> (low IS NULL OR high IS NULL)
    OR (own_success IS NULL) <> (touches = unknown) OR (journey_success IS NULL) <> (journeys = 0)', 'and NULL of nothing');
SELECT is_empty('SELECT a.g FROM stat, silo_report(s, 0.9) r, got a WHERE a.g = stat.g AND a.owner = r.owner AND NOT (r.own_low >= a.own_low AND r.own_high <= a.own_high AND r.low >= a.low AND r.high <= a.high)',
    'narrower with less confidence');
SELECT is_empty('SELECT g FROM got GROUP BY g HAVING sum(broken_share) > 1 + 1e-12', 'at most one owner breaks a journey');

CREATE TEMP TABLE whole AS
    SELECT g, owners, touches, unknown, unowned, touch_ok / nullif(touches - unknown, 0)::float8 AS touch_success, journeys, undecided,
           journeys_ok / nullif(journeys, 0)::float8 AS journey_success,
           touch_ok / nullif(touches - unknown, 0)::float8 - journeys_ok / nullif(journeys, 0)::float8 AS gap, independent,
           (SELECT owner FROM got WHERE got.g = w.g AND ordinality = 1 AND broken > 0) AS worst_owner, lowest > journeys_ok / nullif(journeys, 0)::float8 AS fractured
    FROM (SELECT g, count(*) FILTER (WHERE ok IS NOT NULL) AS journeys, count(*) FILTER (WHERE ok IS NULL) AS undecided, count(*) FILTER (WHERE ok) AS journeys_ok FROM cx_way GROUP BY g) w
        JOIN (SELECT g, count(DISTINCT owner) AS owners, count(*) FILTER (WHERE owner IS NOT NULL) AS touches, count(*) FILTER (WHERE owner IS NOT NULL AND touch_ok IS NULL) AS unknown,
                     count(*) FILTER (WHERE owner IS NULL) AS unowned, count(*) FILTER (WHERE owner IS NOT NULL AND touch_ok) AS touch_ok FROM part_of GROUP BY g) t USING (g)
        JOIN (SELECT g, CASE WHEN min(own_success) = 0 THEN 0 ELSE exp(sum(ln(nullif(own_success, 0)))) END AS independent, min(own_success) AS lowest FROM expected GROUP BY g) i USING (g);
CREATE TEMP TABLE total AS SELECT g, t.* FROM stat, silo_total(s) t;
SELECT bag_eq('SELECT g, owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success, gap, worst_owner, fractured FROM total',
    'SELECT g, owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success, gap, worst_owner, fractured FROM whole', 'the total is that of SQL');
SELECT is_empty('SELECT g FROM total JOIN whole w USING (g) WHERE (total.independent IS NULL) <> (w.independent IS NULL) OR abs(total.independent - w.independent) > 1e-12', 'so is the product');
SELECT is_empty('SELECT g FROM stat, silo_total(s, 0.9) t, LATERAL (SELECT sum(ok)::bigint AS ok, sum(touches - unknown)::bigint AS n FROM got WHERE got.g = stat.g) x
    WHERE abs(t.touch_low - pg_temp.wilson(ok, n, 1.6448536269514722, -1)) > 1e-12 OR abs(t.touch_high - pg_temp.wilson(ok, n, 1.6448536269514722, 1)) > 1e-12
       OR abs(t.low - pg_temp.wilson(round(t.journey_success * journeys)::bigint, journeys, 1.6448536269514722, -1)) > 1e-12
       OR abs(t.high - pg_temp.wilson(round(t.journey_success * journeys)::bigint, journeys, 1.6448536269514722, 1)) > 1e-12', 'with its intervals');
SELECT ok(bool_or(fractured) AND bool_or(NOT fractured) AND bool_or(fractured IS NULL), 'some are fractured, some not, of some it cannot be told') FROM total;

-- the form by rows
CREATE TEMP TABLE row_expected AS
    SELECT g, owner, count(*) AS touches, count(*) FILTER (WHERE touch_ok IS NULL) AS unknown, count(*) FILTER (WHERE touch_ok) AS ok,
           count(*) FILTER (WHERE touch_ok) / nullif(count(touch_ok), 0)::float8 AS own_success, count(journey_ok) AS journeys, count(*) FILTER (WHERE journey_ok) AS journeys_ok,
           count(*) FILTER (WHERE journey_ok) / nullif(count(journey_ok), 0)::float8 AS journey_success, count(*) FILTER (WHERE NOT touch_ok AND NOT journey_ok) AS broken,
           (count(*) FILTER (WHERE NOT touch_ok AND NOT journey_ok) / nullif(sum(count(*) FILTER (WHERE NOT journey_ok)) OVER (PARTITION BY g), 0)::float8)::float8 AS broken_share
    FROM part_of WHERE owner IS NOT NULL GROUP BY g, owner;
SELECT bag_eq('SELECT g, owner, touches, unknown, ok, own_success, journeys, journeys_ok, journey_success, broken, broken_share FROM row_stat, silo_report(s)',
    'SELECT * FROM (SELECT g, owner, touches, unknown, ok, own_success, journeys, journeys_ok, journey_success, broken, broken_share FROM row_expected) x', 'by rows: the report is that of SQL');
CREATE TEMP TABLE row_whole AS
    SELECT g, count(DISTINCT owner) AS owners, count(owner) AS touches, count(owner) FILTER (WHERE touch_ok IS NULL) AS unknown, count(*) - count(owner) AS unowned,
           count(owner) FILTER (WHERE touch_ok) / nullif(count(owner) FILTER (WHERE touch_ok IS NOT NULL), 0)::float8 AS touch_success,
           count(owner) FILTER (WHERE journey_ok IS NOT NULL) AS journeys, count(owner) FILTER (WHERE journey_ok IS NULL) AS undecided,
           count(owner) FILTER (WHERE journey_ok) / nullif(count(owner) FILTER (WHERE journey_ok IS NOT NULL), 0)::float8 AS journey_success
    FROM part_of GROUP BY g;
SELECT bag_eq('SELECT g, owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success FROM row_stat, silo_total(s)', 'SELECT * FROM row_whole', 'by rows: so is the total');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, silo_agg(j, ok) AS s, random() AS luck FROM cx_way GROUP BY g, id % 7;
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
    WHERE silo_stats_send(s) <> silo_stats_send(r) OR silo_stats_send(s) <> silo_stats_send(q)', 'parts merged in any order give the bytes of the whole');
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
    WHERE silo_stats_send(s) <> silo_stats_send(r)', 'and so do parts of parts');
SELECT is_empty('SELECT g FROM row_stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, silo_agg(owner, touch_ok, journey_ok ORDER BY random()) AS s FROM part_of GROUP BY g, id % 5) y GROUP BY g) x USING (g)
    WHERE silo_stats_send(s) <> silo_stats_send(r)', 'rows in any order and split, too');
SELECT is_empty('SELECT g FROM part WHERE silo_stats_send(silo_stats_merge(s, NULL)) <> silo_stats_send(s) OR silo_stats_send(silo_stats_merge(NULL, s)) <> silo_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT a.g FROM part a JOIN part b ON a.g + 1 = b.g AND a.p = b.p WHERE silo_stats_send(silo_stats_merge(a.s, b.s)) <> silo_stats_send(silo_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is((SELECT silo_agg(j, ok ORDER BY random())::text FROM cx_way), (SELECT rollup(s)::text FROM stat), 'the order of journeys tells nothing');
SELECT is_empty('SELECT g FROM (SELECT s, g FROM stat UNION ALL SELECT s, g FROM row_stat) x WHERE silo_stats_send(s::text::silo_stats) <> silo_stats_send(s)', 'text comes back');
SELECT is_empty($$ SELECT id FROM (SELECT id, silo_agg(j, ok) OVER (ORDER BY id) s FROM cx_way WHERE id <= 60) w
    WHERE s::text <> (SELECT silo_agg(j, ok) FROM cx_way k WHERE k.id <= w.id)::text $$, 'growing windows');
CREATE TEMP TABLE back (s silo_stats);
INSERT INTO back SELECT s FROM stat;
SELECT bag_eq('SELECT silo_stats_send(s) FROM back', 'SELECT silo_stats_send(s) FROM stat', 'stored and read again');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, silo_agg(j, ok) AS s FROM cx_way GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN parallel p USING (g) WHERE silo_stats_send(stat.s) <> silo_stats_send(p.s)', 'parallel as serial');

-- ---- nothing, and mistakes ----

SELECT is((SELECT silo_agg(j, ok)::text FROM cx_way WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT silo_agg(NULL::journey, true)::text), NULL, 'no journeys: NULL');
SELECT is((SELECT silo_agg(NULL::text[], NULL::boolean[], true)::text), NULL, 'no arrays: NULL');
SELECT is((SELECT silo_agg('{a,b}'::text[], NULL::boolean[], true)::text), (SELECT silo_agg('{a,b}'::text[], '{NULL,NULL}'::boolean[], true)::text), 'without verdicts all are unknown');
SELECT results_eq('SELECT owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success, gap, independent, worst_owner, fractured FROM silo_total((SELECT silo_agg(NULL::text, true, true)))',
    'SELECT 0::bigint, 0::bigint, 0::bigint, 1::bigint, NULL::float8, 0::bigint, 0::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::text, NULL::boolean', 'a row without an owner is counted, and nothing else');
SELECT is_empty('SELECT * FROM silo_report((SELECT silo_agg(''[]''::journey, true)))', 'a journey without touches has no owners');
SELECT is((SELECT journeys FROM silo_total((SELECT silo_agg('[]'::journey, true)))), 1::bigint, 'and is a journey');
SELECT throws_ok('SELECT silo_agg(''{a}''::text[], ''{t,f}''::boolean[], true)', '22023', 'owners and touch_ok differ in length', 'arrays of different lengths');
SELECT throws_ok('SELECT silo_agg(''{{a}}''::text[], ''{t}''::boolean[], true)', '22023', 'owners has 2 dimensions', 'arrays of arrays');
SELECT throws_ok('SELECT silo_agg(repeat(''x'', 4096), true, true)', '54000', 'owner is longer than 4095 bytes', 'a name that is too long');
SELECT throws_ok('SELECT rollup(s) FROM (SELECT s FROM stat UNION ALL SELECT s FROM row_stat) x', '22023', 'silos counted by rows and by journeys cannot be merged', 'rows and journeys do not add up');
SELECT throws_ok('SELECT * FROM silo_report((SELECT s FROM stat LIMIT 1), 95)', '22023', NULL, 'confidence in percent');
SELECT throws_ok('SELECT * FROM silo_total((SELECT s FROM stat LIMIT 1), 0)', '22023', NULL, 'no confidence');
-- 2^61 touches: a value that holds nearly that many, and is merged with itself
SELECT is((SELECT touches FROM silo_report('silo_stats:0100ffffffffffffffff1f000000010261ffffffffffffffff1f0000ffffffffffffffff1f0000')), 2305843009213693951, 'many touches');
SELECT throws_ok($$ SELECT rollup(s::silo_stats) FROM unnest(ARRAY['silo_stats:0100ffffffffffffffff1f000000010261ffffffffffffffff1f0000ffffffffffffffff1f0000', 'silo_stats:0100ffffffffffffffff1f000000010261ffffffffffffffff1f0000ffffffffffffffff1f0000']) s $$,
    '22003', 'silo_stats counts more than 2^61 touches or journeys', 'too many');

-- damaged bytes
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s silo_stats; r record; t record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    FOR r IN SELECT * FROM silo_report(s) LOOP
        IF NOT (coalesce(r.own_success, 0) BETWEEN 0 AND 1 AND coalesce(r.journey_success, 0) BETWEEN 0 AND 1 AND coalesce(r.broken_share, 0) BETWEEN 0 AND 1
            AND coalesce(r.own_low <= r.own_success AND r.own_success <= r.own_high, true)) THEN RETURN 'nonsense'; END IF;
    END LOOP;
    SELECT * INTO t FROM silo_total(s);
    PERFORM silo_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT silo_stats_send(s) AS b FROM stat WHERE g = 1 UNION ALL SELECT silo_stats_send(s) FROM row_stat WHERE g = 2;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('silo_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('silo_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
