-- flows: what follows what
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'north', '[2026-03-01T09:00Z search@web/learn, 2026-03-01T09:02Z product@web/learn, 2026-03-01T09:03Z product@web/buy, 2026-03-01T09:10Z order@app/buy]'::journey),
    (2, 'north', '[2026-03-01T10:00Z search@web, 2026-03-01T10:06Z letter, 2026-03-01T10:06Z call@phone/support#service, 2026-03-01T18:00Z product@web]'),
    (3, 'south', '[2026-03-02T08:00Z search@app, 2026-03-02T08:02Z 7@app, 2026-03-02T08:02Z 12@app, 2026-03-02T08:05Z order@app]'),
    (4, 'south', '[2026-03-02T11:00Z letter]'), (5, 'south', '[]'), (6, 'south', NULL)) AS v(id, region, j);

SELECT * FROM flow_edges((SELECT flow_agg(j) FROM way));
SELECT * FROM flow_nodes((SELECT flow_agg(j) FROM way));
SELECT grain, e.* FROM unnest(ARRAY['touchpoint', 'channel', 'stage', 'owner']) AS grain, LATERAL (SELECT flow_agg(j, grain, false) AS f FROM way) AS x,
    flow_edges(f) AS e WHERE grain <> 'touchpoint';
SELECT grain, n.* FROM unnest(ARRAY['channel', 'stage', 'owner']) AS grain, LATERAL (SELECT flow_agg(j, grain) AS f FROM way) AS x, flow_nodes(f) AS n;

-- by group, and merged
SELECT region, count(*), sum(n) FROM (SELECT region, flow_agg(j) AS f FROM way GROUP BY region) AS x, flow_edges(f) GROUP BY region ORDER BY region;
SELECT (SELECT rollup(f) FROM (SELECT flow_agg(j) AS f FROM way GROUP BY region) AS x)::text = (SELECT flow_agg(j) FROM way)::text AS same;

-- the bytes: version 1, channels (1) with times (4); two nodes, 7 and web. At 7 begins one journey, two come by, no edge leaves it.
-- At web begin two journeys, two come by, two edges leave it: to 7 (0 passed over) once, in one journey, after 2^20 microseconds, bucket 960 of
-- the histogram; to web three times, in one journey, all after 0.
SELECT flow_agg(j, 'channel') AS bytes, flow_agg(j, 'channel', false) AS untimed FROM unnest(ARRAY[
    '[2026-03-01T09:00Z a@7]'::journey,
    '[2026-03-01T09:00Z a@web, 2026-03-01T09:00:01.048576Z b@7]', '[2026-03-01T09:00Z a@web, 2026-03-01T09:00Z a@web, 2026-03-01T09:00Z b@web, 2026-03-01T09:00Z c@web]']) AS j;
SELECT * FROM flow_edges('flow_stats:0105020f0677656201020002020200010101c00701000301010003');

-- handovers are the transitions between different owners
CREATE TEMP TABLE passed AS SELECT unnest(ARRAY[
    '[2026-03-01T09:00Z a#shop, 2026-03-01T09:05Z b#shop, 2026-03-01T10:05Z c#service, 2026-03-01T10:06Z d, 2026-03-01T10:15Z e#shop]'::journey,
    '[2026-03-01T09:00Z a#shop, 2026-03-01T09:30Z b#service]', '[2026-03-01T09:00Z a#shop]', '[2026-03-01T09:00Z a]', NULL]) AS j;
SELECT source, target, n, journeys, round(share::numeric, 4) AS share, round(median_seconds) AS median_seconds FROM handover_matrix((SELECT handover_agg(j) FROM passed));
SELECT (SELECT handover_agg(j) FROM passed)::text = (SELECT flow_agg(j, 'owner') FROM passed)::text AS same;
SELECT source, target, n, round(share::numeric, 4) AS share, median_seconds FROM handover_matrix((SELECT flow_agg(j, 'channel', false) FROM way));

-- nothing
SELECT flow_agg(j) FROM way WHERE false;
SELECT flow_agg(j) FROM way WHERE j IS NULL;
SELECT flow_agg(j) FROM way WHERE id = 5;
SELECT * FROM flow_edges((SELECT flow_agg(j) FROM way WHERE id = 5));
SELECT * FROM flow_nodes(NULL);
SELECT * FROM handover_matrix(NULL);
SELECT * FROM handover_matrix((SELECT handover_agg(j) FROM way WHERE id = 5));

-- mistakes
\set SHOW_CONTEXT never
SELECT flow_agg(j, 'page') FROM way;
SELECT flow_agg(j, NULL) FROM way;
SELECT flow_agg(j, 'stage', NULL) FROM way;
SELECT rollup(f) FROM (SELECT flow_agg(j, 'stage') FROM way UNION ALL SELECT flow_agg(j, 'owner') FROM way) AS x(f);
SELECT rollup(f) FROM (SELECT flow_agg(j, 'stage', true) FROM way UNION ALL SELECT flow_agg(j, 'stage', false) FROM way) AS x(f);
SELECT 'flow_stats:'::flow_stats;
SELECT 'journey:01'::flow_stats;
SELECT 'flow_stats:0101020f06776562'::flow_stats;
