-- Paths: against plain SQL over the touches of thousands of random journeys, a published log, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(44);

DO $$ BEGIN PERFORM setseed(0.7320); END $$;

-- 3,000 journeys of up to 30 touches, and some long ones; every third has many ties in time; few names, so that paths repeat
CREATE TABLE log AS
    SELECT id, i, '2026-01-01Z'::timestamptz + sum(floor(random() * CASE WHEN id % 3 = 0 THEN 2 ELSE 90 END))
               OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
           (ARRAY['home', '7', 'call', 'abcdefghXabcdefgh', 'abcdefghYabcdefgh', '', 'straße', '300', '12', repeat('x', 300)])
               [1 + floor(random() ^ 2 * (2 + id % 9))::int] AS touchpoint,
           CASE WHEN id % 4 > 0 AND random() < 0.6 THEN (ARRAY['web', '7', 'phone'])[1 + floor(random() * 3)::int] END AS channel,
           CASE WHEN id % 5 > 0 AND random() < 0.1 THEN (ARRAY['buy', 'use'])[1 + floor(random() * 2)::int] END AS stage
    FROM generate_series(1, 3000) id, generate_series(1, 1 + id * 7919 % 30 + CASE WHEN id % 100 = 0 THEN 250 ELSE 0 END) i;
CREATE TABLE journeys AS SELECT id, random() AS luck, journey_agg(at, touchpoint, channel, stage ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, NULL), (-2, 0.5, '[]');
ANALYZE journeys;
ANALYZE log;

-- ---- the slow way: the touches from the first match on that have the facet, the first "depth" of them ----

CREATE FUNCTION pg_temp.first_match(start text) RETURNS TABLE (id int, first int) LANGUAGE sql AS $$
    SELECT id, 1 FROM journeys WHERE start IS NULL
    UNION ALL
    SELECT id, positions[1] FROM journeys, journey_find(j, start) WHERE match = 1 $$;
CREATE FUNCTION pg_temp.paths(depth int, start text, grain text) RETURNS TABLE (path text[], journeys bigint, share float8) LANGUAGE sql AS $$
    SELECT path, count(*), count(*) / sum(count(*)) OVER ()::float8
    FROM (SELECT id, array_agg(node ORDER BY n) AS path
          FROM (SELECT id, node, row_number() OVER (PARTITION BY id ORDER BY i) AS n
                FROM (SELECT id, i, CASE grain WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'stage' THEN stage END AS node
                      FROM log) l JOIN pg_temp.first_match(start) m USING (id) WHERE i >= first AND node IS NOT NULL) t
          WHERE depth IS NULL OR n <= depth GROUP BY id) p
    GROUP BY path $$;

CREATE TABLE kind AS
    SELECT depth, start, grain
    FROM unnest(ARRAY[1, 2, 3, 5, 8, 9, 64, 65, NULL]) depth,
         unnest(ARRAY[NULL, 'call', '@phone', 'call -> call', '/buy ~> call', '[^home] ~> "7" within 1m', '"300"*', 'nowhere']) start,
         unnest(ARRAY['touchpoint', 'channel', 'stage']) grain
    WHERE start IS NULL OR depth IS NULL OR depth IN (1, 5);
CREATE TABLE paths AS
    SELECT k.*, (SELECT path_agg(j, depth, start, grain) FROM journeys) AS p FROM kind k;

SELECT cmp_ok((SELECT count(*) FROM kind), '>', 80::bigint, 'many kinds of paths');
SELECT cmp_ok((SELECT sum(journeys) FROM paths, path_top(p)), '>', 80000::numeric, 'and many paths');
CREATE TABLE found AS SELECT depth, start, grain, t.* FROM paths, path_top(p) t;
CREATE TABLE wanted AS SELECT depth, start, grain, t.* FROM kind, pg_temp.paths(depth, start, grain) t;
SELECT is_empty('TABLE found EXCEPT ALL TABLE wanted', 'they are those that SQL counts');
SELECT is_empty('TABLE wanted EXCEPT ALL TABLE found', 'and all of them');
SELECT is_empty('SELECT depth, start, grain FROM paths WHERE path_count(p) <> (SELECT count(*) FROM path_top(p))', 'path_count counts them');
SELECT is((SELECT path_agg(j, 5)::text FROM journeys), (SELECT p::text FROM paths WHERE depth = 5 AND start IS NULL AND grain = 'touchpoint'),
    'touchpoints from the first one on, if nothing else is said');
SELECT is((SELECT path_agg(j, 5, 'call')::text FROM journeys), (SELECT p::text FROM paths WHERE depth = 5 AND start = 'call' AND grain = 'touchpoint'),
    'or from a match on');
SELECT is((SELECT path_agg(j, NULL, ' call->  call')::text FROM journeys),
    (SELECT p::text FROM paths WHERE depth IS NULL AND start = 'call -> call' AND grain = 'touchpoint'), 'one pattern, written in two ways, is one');

-- ---- the top ----

SELECT is_empty(
    'SELECT k FROM unnest(ARRAY[0, 1, 2, 3, 7, 50, 1000, 100000]) k, paths,
         LATERAL (SELECT array_agg(t::text) AS a FROM path_top(p, k) t) a,
         LATERAL (SELECT array_agg(t::text) AS b FROM (SELECT * FROM path_top(p) t LIMIT k) t) b WHERE a IS DISTINCT FROM b',
    'the top k are the first k of all');
SELECT is_empty('SELECT n FROM (SELECT row_number() OVER () n, journeys, lag(journeys) OVER () l FROM path_top((SELECT path_agg(j, 3) FROM journeys))) x WHERE journeys > l',
    'most frequent first');
SELECT results_eq($$ SELECT array_to_string(path, ' ') FROM path_top((SELECT path_agg(r, NULL) FROM (SELECT id, rollup(touch('2026-01-01Z', n)) AS r FROM
        (VALUES (1, 'b'), (2, 'a'), (2, 'b'), (3, 'a'), (4, '10'), (5, '9'), (6, 'B'), (7, 'ä'), (8, 'a'), (8, 'a')) v(id, n) GROUP BY id) x)) $$,
    $$ VALUES ('9'), ('10'), ('B'), ('a'), ('a a'), ('a b'), ('b'), ('ä') $$, 'of equal ones by their names: numbers by value, then others by bytes');

-- ---- a published log: van der Aalst, Process Mining (2016), L1 = [<a,b,c,d>^3, <a,c,b,d>^2, <a,e,d>] ----

CREATE TABLE l1 AS
    SELECT journey_agg('2026-01-01Z'::timestamptz + p * interval '1 min', name) AS j
    FROM (VALUES (1, 'abcd'), (2, 'abcd'), (3, 'abcd'), (4, 'acbd'), (5, 'acbd'), (6, 'aed')) v(id, trace),
         LATERAL regexp_split_to_table(trace, '') WITH ORDINALITY t(name, p) GROUP BY id;
SELECT results_eq('SELECT path, journeys, share FROM path_top((SELECT path_agg(j, NULL) FROM l1))',
    $$ VALUES ('{a,b,c,d}'::text[], 3::bigint, 3 / 6::float8), ('{a,c,b,d}', 2, 2 / 6::float8), ('{a,e,d}', 1, 1 / 6::float8) $$, 'its variants');
SELECT is((SELECT path_count(path_agg(j, NULL)) FROM l1), 3::bigint, 'of which there are three');
SELECT results_eq('SELECT path, journeys FROM path_top((SELECT path_agg(j, 2, ''[b|e]'') FROM l1))',
    $$ VALUES ('{b,c}'::text[], 3::bigint), ('{b,d}', 2), ('{e,d}', 1) $$, 'and how they go on from b or e');

-- ---- many names, long paths ----

CREATE TABLE wide AS
    SELECT id, journey_agg('2026-01-01Z'::timestamptz + i * interval '1 s', (id * 37 + i * i * 7) % 20011 ORDER BY i) AS j
    FROM generate_series(1, 200) id, generate_series(1, 400) i GROUP BY id;
SELECT bag_eq('SELECT path, journeys FROM path_top((SELECT path_agg(j, NULL) FROM wide))',
    'SELECT path, count(*) AS journeys FROM (SELECT id, array_agg(touchpoint ORDER BY position) path FROM wide, touches(j) GROUP BY id) x GROUP BY path',
    'thousands of names, hundreds of steps');
SELECT is((SELECT rollup(p ORDER BY id DESC)::text FROM (SELECT id, path_agg(j, NULL) p FROM wide GROUP BY id) x),
    (SELECT path_agg(j, NULL)::text FROM wide), 'and merged');

-- ---- laws ----

CREATE TABLE part AS
    SELECT depth, start, grain, cut, part, path_agg(j, depth, start, grain) AS p
    FROM journeys, kind, generate_series(2, 30, 14) cut, LATERAL (SELECT floor(luck * cut) AS part) x
    WHERE depth IN (1, 5) OR depth IS NULL AND start IS NULL GROUP BY 1, 2, 3, 4, 5;
SELECT is_empty('SELECT * FROM (SELECT depth, start, grain, cut, rollup(p ORDER BY random()) r FROM part GROUP BY 1, 2, 3, 4) x JOIN paths k
    ON (k.depth, k.start, k.grain) IS NOT DISTINCT FROM (x.depth, x.start, x.grain) WHERE path_stats_send(r) <> path_stats_send(p)',
    'any split, merged in any order, is the same to the last bit');
SELECT is((SELECT path_agg(j, 5 ORDER BY luck)::text FROM journeys), (SELECT path_agg(j, 5)::text FROM journeys), 'the order of the journeys tells nothing');
SELECT is_empty('SELECT part FROM part WHERE path_stats_send(path_stats_merge(p, NULL)) <> path_stats_send(p)
    OR path_stats_send(path_stats_merge(NULL, p)) <> path_stats_send(p)', 'NULL is the identity');
SELECT is_empty($$ SELECT a.part FROM part a JOIN part b USING (grain, cut) WHERE a.depth = 5 AND b.depth = 5 AND a.start = 'call' AND b.start = 'call'
    AND (path_stats_send(path_stats_merge(a.p, b.p)) <> path_stats_send(path_stats_merge(b.p, a.p))
      OR path_stats_send(path_stats_merge(a.p, (SELECT path_agg('[]'::journey, 5, 'call', g) FROM (VALUES (grain)) v(g)))) <> path_stats_send(a.p)) $$,
    'merging is commutative, and paths of no touches its identity');
SELECT is_empty('SELECT depth FROM paths WHERE path_stats_send(p::text::path_stats) <> path_stats_send(p)', 'in(out(x)) = x');
SELECT is((SELECT path_accum(path_accum(NULL, j, 2), j, 2)::text FROM l1 LIMIT 1),
    (SELECT path_agg(j, 2)::text FROM (SELECT j FROM l1 LIMIT 1) x, generate_series(1, 2)), 'the transition function by hand does what the aggregate does');
SELECT is_empty($$ SELECT id FROM (SELECT id, path_agg(j, 3) OVER (ORDER BY id) p FROM journeys WHERE id BETWEEN 1 AND 60) w
    WHERE p::text <> (SELECT path_agg(j, 3) FROM journeys k WHERE k.id BETWEEN 1 AND w.id)::text $$, 'growing windows');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is_empty('SELECT k.depth, k.start, k.grain FROM paths k WHERE start IS NULL
    AND (SELECT path_agg(j, k.depth, k.start, k.grain) FROM journeys)::text <> p::text', 'workers count the same');
SELECT is((SELECT path_agg(j, 5, '@phone')::text FROM journeys), (SELECT p::text FROM paths WHERE depth = 5 AND start = '@phone' AND grain = 'touchpoint'),
    'with a pattern, too');

-- ---- nothing, and mistakes ----

SELECT is((SELECT path_agg(j, 5)::text FROM journeys WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT path_agg(j, 5)::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is((SELECT path_count(path_agg(j, 5)) FROM journeys WHERE id = -2), 0::bigint, 'a journey without touches has no path');
SELECT is_empty('SELECT * FROM path_top((SELECT path_agg(j, 5) FROM journeys WHERE id = -2))', 'so there is nothing to tell');
SELECT is_empty('SELECT * FROM path_top(NULL)', 'nor of NULL');
SELECT throws_ok('SELECT path_agg(j, 0) FROM journeys', '22023', 'depth 0 is not positive', 'no depth');
SELECT throws_ok('SELECT path_agg(j, 5, ''a ->'') FROM journeys', '22P02', NULL, 'half a pattern');
SELECT throws_ok('SELECT path_agg(j, 5, NULL, ''x'') FROM journeys', '22023', 'unrecognized grain: "x"', 'unknown grain');
SELECT throws_ok('SELECT path_agg(j, 5, NULL, NULL) FROM journeys', '22023', 'grain is NULL', 'no grain');
SELECT throws_ok('SELECT path_agg(j, 1 + abs(id) % 2) FROM journeys', '22023', 'paths of different depth cannot be merged', 'different depths');
SELECT throws_ok('SELECT path_agg(j, 5, (ARRAY[''a'', ''b''])[1 + abs(id) % 2]) FROM journeys', '22023', 'paths with different starts cannot be merged', 'different starts');
SELECT throws_ok('SELECT rollup(p) FROM paths WHERE depth = 5 AND start IS NULL', '22023', NULL, 'different grains');
SELECT throws_ok('SELECT path_top(p, -1) FROM paths', '22023', 'k is negative: -1', 'a negative k');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE p path_stats;
BEGIN
    p := value;
    IF p::text <> value THEN RETURN 'changed'; END IF;
    IF path_count(p) <> (SELECT count(*) FROM path_top(p)) THEN RETURN 'miscounted'; END IF;
    PERFORM path_stats_merge(p, p);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS
    SELECT path_stats_send(path_agg(j, NULL)) AS b FROM l1
    UNION ALL SELECT path_stats_send(path_agg(j, 3, '@phone ~> [^"7"]', 'channel')) FROM (SELECT j FROM journeys ORDER BY id LIMIT 30) x;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('path_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('path_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

-- ---- so many paths that they are put into their table some at a time ----

CREATE TABLE many AS
    SELECT id, i, chr(96 + 1 + floor(random() ^ 2 * 26)::int) AS touchpoint FROM generate_series(1, 60000) id, generate_series(1, 1 + id % 6) i;
CREATE TABLE many_journeys AS SELECT id, journey_agg('2026-01-01Z'::timestamptz + i * interval '1 s', touchpoint) AS j FROM many GROUP BY id;
CREATE TABLE many_paths AS SELECT array_agg(touchpoint ORDER BY i) AS path FROM many WHERE i <= 5 GROUP BY id;
SELECT cmp_ok(path_count(path_agg(j, 5)), '>', 30000::bigint, 'more than 30,000 paths') FROM many_journeys;
SELECT results_eq('SELECT path, journeys FROM path_top((SELECT path_agg(j, 5) FROM many_journeys), 20000)',
    'SELECT path, count(*) FROM many_paths GROUP BY path ORDER BY count(*) DESC, path COLLATE "C" LIMIT 20000', 'in the order of plain SQL, ties too');
SELECT is(sum(journeys)::bigint || ' of ' || count(*), (SELECT count(*) || ' of ' || count(DISTINCT path) FROM many_paths), 'and all of them')
    FROM path_top((SELECT path_agg(j, 5) FROM many_journeys), NULL);
-- states of partitions are merged where they are made, from PostgreSQL 16 on with the paths that wait
CREATE TABLE many_parts (id int, j journey) PARTITION BY HASH (id);
CREATE TABLE many_parts_0 PARTITION OF many_parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE many_parts_1 PARTITION OF many_parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO many_parts SELECT id, j FROM many_journeys;
ANALYZE many_parts;
SET LOCAL enable_partitionwise_aggregate = on;
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT is(count(DISTINCT p::text), 1::bigint, 'however they were put together')
    FROM (SELECT path_agg(j, 5) AS p FROM many_journeys
          UNION ALL SELECT path_agg(j, 5) FROM (SELECT j FROM many_journeys ORDER BY id * 7919 % 60013) x
          UNION ALL SELECT rollup(q) FROM (SELECT path_agg(j, 5) AS q FROM many_journeys GROUP BY id % 2) x
          UNION ALL SELECT path_agg(j, 5) FROM many_parts
          UNION ALL SELECT path_stats_merge(a, b) FROM (SELECT path_agg(j, 5) FILTER (WHERE id < 30000) AS a, path_agg(j, 5) FILTER (WHERE id >= 30000) AS b FROM many_journeys) x) y;

SELECT * FROM finish();
ROLLBACK;
