-- Flows: against plain SQL over the touches of thousands of random journeys, a published log, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(40);

DO $$ BEGIN PERFORM setseed(0.4142); END $$;

-- 2,000 journeys of up to 40 touches; every third has many ties in time. Names of all lengths around 8 and 16 bytes, some
-- alike at both ends, and numbers; channels, stages and owners are missing in some touches or in all.
CREATE TABLE log AS
    SELECT id, i, '2026-01-01Z'::timestamptz + id * interval '1 minute' + sum(floor(random() * CASE WHEN id % 3 = 0 THEN 2 ELSE 90000 END))
               OVER (PARTITION BY id ORDER BY i) * interval '1 ms' AS at,
           (ARRAY['home', 'abcdefgh', 'abcdefghi', 'abcdefghabcdefgh', 'abcdefghXabcdefgh', 'abcdefghYabcdefgh', '7', '0', '2147483647',
                  '2147483648', '007', '', repeat('x', 300), repeat('x', 150) || 'y' || repeat('x', 149), 'web', 'straße'])
               [1 + floor(random() * CASE WHEN id % 2 = 0 THEN 4 ELSE 16 END)::int] AS touchpoint,
           CASE WHEN id % 4 > 0 AND random() < 0.7 THEN (ARRAY['web', '7', 'phone'])[1 + floor(random() * 3)::int] END AS channel,
           CASE WHEN id % 5 > 0 AND random() < 0.5 THEN (ARRAY['buy', 'use'])[1 + floor(random() * 2)::int] END AS stage,
           CASE WHEN id % 7 > 0 AND random() < 0.9 THEN (ARRAY['shop', 'service', 'home', ''])[1 + floor(random() * 4)::int] END AS owner
    FROM generate_series(1, 2000) id, generate_series(1, 1 + id * 7919 % 40) i;
CREATE TABLE journeys AS
    SELECT id, random() AS luck, journey_agg(at, touchpoint, channel, stage, owner ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, NULL), (-2, 0.5, '[]');
ANALYZE journeys;

-- ---- the slow way ----

CREATE FUNCTION pg_temp.visits(grain text) RETURNS TABLE (id int, p bigint, at timestamptz, node text) LANGUAGE sql AS $$
    SELECT id, row_number() OVER (PARTITION BY id ORDER BY i), at, node
    FROM (SELECT id, i, at, CASE grain WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel WHEN 'stage' THEN stage
                                       WHEN 'owner' THEN owner END AS node FROM log) x
    WHERE node IS NOT NULL $$;
CREATE TABLE ref_step AS
    SELECT grain, a.id, a.node AS source, b.node AS target, extract(epoch FROM b.at - a.at)::float8 AS seconds
    FROM unnest('{touchpoint,channel,stage,owner}'::text[]) grain, pg_temp.visits(grain) a
    JOIN LATERAL pg_temp.visits(grain) b ON b.id = a.id AND b.p = a.p + 1;
CREATE TABLE ref_edge AS
    SELECT grain, source, target, count(*) AS n, count(DISTINCT id) AS journeys,
           count(*)::float8 / sum(count(*)) OVER (PARTITION BY grain)::float8 AS share,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds
    FROM ref_step GROUP BY grain, source, target;
CREATE TABLE ref_node AS
    SELECT grain, node, count(*) AS visits, count(DISTINCT id) AS journeys, count(*) FILTER (WHERE p = 1) AS starts,
           count(*) FILTER (WHERE p = last) AS ends, count(*) FILTER (WHERE p = last)::float8 / count(*) AS exits
    FROM unnest('{touchpoint,channel,stage,owner}'::text[]) grain,
         (SELECT g, v.*, max(p) OVER (PARTITION BY g, id) AS last
          FROM unnest('{touchpoint,channel,stage,owner}'::text[]) g, pg_temp.visits(g) v) v
    WHERE g = grain GROUP BY 1, 2;
CREATE TABLE flow AS
    SELECT grain, (SELECT flow_agg(j, grain) FROM journeys) AS f, (SELECT flow_agg(j, grain, false) FROM journeys) AS counts
    FROM unnest('{touchpoint,channel,stage,owner}'::text[]) grain;

SELECT cmp_ok((SELECT count(*) FROM ref_step), '>', 60000::bigint, 'there are many transitions');
SELECT bag_eq('SELECT grain, source, target, n, journeys, share FROM flow, flow_edges(f)',
    'SELECT grain, source, target, n, journeys, share FROM ref_edge', 'edges are those that SQL counts');
SELECT bag_eq('SELECT grain, source, target, n, journeys, share, median_seconds FROM flow, flow_edges(counts)',
    'SELECT grain, source, target, n, journeys, share, NULL::float8 FROM ref_edge', 'without times, too, and have no median then');
SELECT is_empty(
    'SELECT * FROM flow, flow_edges(f) e JOIN ref_edge r USING (source, target)
     WHERE r.grain = flow.grain AND abs(e.median_seconds - r.median_seconds) > r.median_seconds / 128',
    'the median time of an edge is right to 1/128');
SELECT bag_eq('SELECT grain, n.* FROM flow, flow_nodes(f) n', 'SELECT * FROM ref_node', 'nodes are those that SQL counts');
SELECT bag_eq('SELECT grain, n.* FROM flow, flow_nodes(counts) n', 'SELECT * FROM ref_node', 'without times, too');
SELECT is((SELECT flow_agg(j)::text FROM journeys), (SELECT f::text FROM flow WHERE grain = 'touchpoint'),
    'flow_agg(j) is that of touchpoints, with times');
SELECT results_eq('SELECT n FROM flow, flow_edges(f) WHERE grain = ''owner''',
    'SELECT n FROM ref_edge WHERE grain = ''owner'' ORDER BY n DESC', 'edges come most frequent first');
SELECT bag_eq('SELECT grain, source, target, n, journeys, share::numeric(12, 10) FROM flow, handover_matrix(f)',
    'SELECT grain, source, target, n, journeys, (n / sum(n) OVER (PARTITION BY grain))::numeric(12, 10) FROM ref_edge WHERE source <> target',
    'handovers are the edges between different nodes, their shares add up to 1');
SELECT results_eq('SELECT m.* FROM flow, handover_matrix(f) m WHERE grain = ''owner''', 'SELECT * FROM handover_matrix((SELECT handover_agg(j) FROM journeys))',
    'handover_agg(j) is the flow between owners');
SELECT is_empty('SELECT e.median_seconds FROM handover_matrix((SELECT handover_agg(j) FROM journeys)) e JOIN ref_edge r USING (source, target)
     WHERE r.grain = ''owner'' AND (e.median_seconds IS NULL OR abs(e.median_seconds - r.median_seconds) > r.median_seconds / 128)',
    'with the times between them');
SELECT results_eq($$ SELECT source, target FROM flow_edges((SELECT flow_agg(touch('2026-01-01Z', a) || touch('2026-01-02Z', b))
        FROM (VALUES ('10', '9'), ('9', '10'), ('B', 'a'), ('a', 'B'), ('ä', 'z'), ('z', 'z')) v(a, b))) $$,
    $$ VALUES ('9', '10'), ('10', '9'), ('B', 'a'), ('a', 'B'), ('z', 'z'), ('ä', 'z') $$,
    'of equal ones numbers by value, then others by bytes');

-- many nodes, few of all possible edges: another kind of table
CREATE TABLE wide AS
    SELECT id, journey_agg('2026-01-01Z'::timestamptz + i * i * interval '1 s', floor(random() * random() * 700)::int ORDER BY i) AS j
    FROM generate_series(1, 300) id, generate_series(1, 90) i GROUP BY id;
CREATE TABLE wide_touch AS SELECT id, t.* FROM wide, touches(j) t;
SELECT bag_eq('SELECT source, target, n, journeys FROM flow_edges((SELECT flow_agg(j, ''touchpoint'', false) FROM wide))',
    'SELECT a.touchpoint AS source, b.touchpoint AS target, count(*) AS n, count(DISTINCT a.id) AS journeys FROM wide_touch a JOIN wide_touch b
        ON a.id = b.id AND b.position = a.position + 1 GROUP BY 1, 2', 'hundreds of nodes and thousands of edges');
SELECT is((SELECT sum(n)::bigint FROM flow_edges((SELECT flow_agg(j) FROM wide))), 300 * 89::bigint, 'with times, too');
SELECT is((SELECT count(*) FROM wide, LATERAL (SELECT flow_agg(w.j) f FROM (VALUES (wide.j)) w(j)) x, flow_edges(f)),
    (SELECT count(*) FROM (SELECT DISTINCT a.id, a.touchpoint, b.touchpoint AS target FROM wide_touch a JOIN wide_touch b
        ON a.id = b.id AND b.position = a.position + 1) x), 'one journey at a time');

-- ---- a published log: van der Aalst, Process Mining (2016), L1 = [<a,b,c,d>^3, <a,c,b,d>^2, <a,e,d>] ----

CREATE TABLE l1 AS
    SELECT journey_agg('2026-01-01Z'::timestamptz + p * interval '1 min', name) AS j
    FROM (VALUES (1, 'abcd'), (2, 'abcd'), (3, 'abcd'), (4, 'acbd'), (5, 'acbd'), (6, 'aed')) v(id, trace),
         LATERAL regexp_split_to_table(trace, '') WITH ORDINALITY t(name, p) GROUP BY id;
SELECT bag_eq('SELECT source, target, n FROM flow_edges((SELECT flow_agg(j) FROM l1))',
    $$ VALUES ('a', 'b', 3::bigint), ('a', 'c', 2), ('a', 'e', 1), ('b', 'c', 3), ('c', 'b', 2), ('b', 'd', 2), ('c', 'd', 3), ('e', 'd', 1) $$,
    'its directly-follows graph');
SELECT bag_eq('SELECT node, visits, journeys, starts, ends, exits FROM flow_nodes((SELECT flow_agg(j) FROM l1))',
    $$ VALUES ('a', 6::bigint, 6::bigint, 6::bigint, 0::bigint, 0::float8), ('b', 5, 5, 0, 0, 0), ('c', 5, 5, 0, 0, 0),
              ('d', 6, 6, 0, 6, 1), ('e', 1, 1, 0, 0, 0) $$, 'its nodes');

-- ---- laws ----

CREATE TABLE part AS
    SELECT grain, cut, part, flow_agg(j, grain) AS f, flow_agg(j, grain, false) AS counts
    FROM journeys, unnest('{touchpoint,channel}'::text[]) grain, generate_series(2, 40, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) p
    GROUP BY 1, 2, 3;
SELECT is_empty('SELECT grain, cut FROM (SELECT grain, cut, rollup(f ORDER BY random()) r FROM part GROUP BY 1, 2) x JOIN flow USING (grain)
    WHERE flow_stats_send(r) <> flow_stats_send(f)', 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT grain, cut FROM (SELECT grain, cut, rollup(counts ORDER BY random()) r FROM part GROUP BY 1, 2) x JOIN flow USING (grain)
    WHERE flow_stats_send(r) <> flow_stats_send(counts)', 'without times, too');
SELECT is((SELECT flow_agg(j ORDER BY luck)::text FROM journeys), (SELECT f::text FROM flow WHERE grain = 'touchpoint'),
    'the order of the journeys tells nothing');
SELECT is_empty('SELECT part FROM part WHERE flow_stats_send(flow_stats_merge(f, NULL)) <> flow_stats_send(f)
    OR flow_stats_send(flow_stats_merge(NULL, f)) <> flow_stats_send(f)', 'NULL is the identity');
SELECT is_empty($$ SELECT a.part FROM part a JOIN part b USING (grain, cut), (SELECT flow_agg('[]'::journey) e, flow_agg('[]'::journey, 'channel') c) e
    WHERE b.part = a.part + 1 AND flow_stats_send(flow_stats_merge(a.f, b.f)) <> flow_stats_send(flow_stats_merge(b.f, a.f))
       OR b.part = a.part AND flow_stats_send(flow_stats_merge(a.f, CASE grain WHEN 'channel' THEN c ELSE e END)) <> flow_stats_send(a.f) $$,
    'merging is commutative, and the flow of no touches its identity');
SELECT is_empty('SELECT part FROM part WHERE flow_stats_send(f::text::flow_stats) <> flow_stats_send(f)
    OR flow_stats_send(counts::text::flow_stats) <> flow_stats_send(counts)', 'in(out(x)) = x');
SELECT is((SELECT flow_accum(flow_accum(NULL, j), j)::text FROM l1 LIMIT 1), (SELECT flow_agg(j)::text FROM (SELECT j FROM l1 LIMIT 1) x, generate_series(1, 2)),
    'the transition function by hand does what the aggregate does');
SELECT is_empty($$ SELECT id FROM (SELECT id, flow_agg(j) OVER (ORDER BY id) f FROM journeys WHERE id BETWEEN 1 AND 60) w
    WHERE f::text <> (SELECT flow_agg(j) FROM journeys k WHERE k.id BETWEEN 1 AND w.id)::text $$, 'growing windows');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT flow_agg(j)::text FROM journeys), (SELECT f::text FROM flow WHERE grain = 'touchpoint'), 'workers count the same');
SELECT is((SELECT flow_agg(j, 'stage', false)::text FROM journeys), (SELECT counts::text FROM flow WHERE grain = 'stage'), 'without times, too');

-- ---- nothing, and mistakes ----

SELECT is((SELECT flow_agg(j)::text FROM journeys WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT flow_agg(j)::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is_empty('SELECT * FROM flow_edges((SELECT flow_agg(j) FROM journeys WHERE id = -2))', 'a journey without touches has no edges');
SELECT is_empty('SELECT * FROM flow_nodes((SELECT flow_agg(touch(''2026-01-01Z'', ''a''), ''owner'')))', 'no touch has the facet: no nodes');
SELECT throws_ok('SELECT flow_agg(j, ''facet'') FROM journeys', '22023', 'unrecognized grain: "facet"', 'unknown grain');
SELECT throws_ok('SELECT flow_agg(j, NULL) FROM journeys', '22023', 'grain is NULL', 'no grain');
SELECT throws_ok('SELECT flow_agg(j, ''stage'', NULL) FROM journeys', '22023', 'timed is NULL', 'timed or not?');
SELECT throws_ok('SELECT flow_agg(j, (ARRAY[''stage'', ''owner''])[1 + abs(id) % 2]) FROM journeys', '22023',
    'flows of different grain cannot be merged: owner and stage', 'different grains in one group');
SELECT throws_ok('SELECT rollup(f) FROM flow', '22023', NULL, 'flows of different grain are not merged');
SELECT throws_ok('SELECT flow_stats_merge(f, counts) FROM flow', '22023', 'flows with and without times cannot be merged', 'nor those with and without times');
SELECT throws_ok('SELECT ''flow_stats:01''::flow_stats', '22P02', 'invalid input syntax for type flow_stats: "flow_stats:01"', 'too short');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE f flow_stats;
BEGIN
    f := value;
    IF f::text <> value THEN RETURN 'changed'; END IF;
    PERFORM count(*) FROM flow_edges(f); PERFORM count(*) FROM flow_nodes(f);
    PERFORM flow_stats_merge(f, f);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS
    SELECT flow_stats_send(flow_agg(j)) AS b FROM l1
    UNION ALL SELECT flow_stats_send(flow_agg(j, 'channel', false)) FROM (SELECT j FROM journeys ORDER BY id LIMIT 20) x;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('flow_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('flow_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
