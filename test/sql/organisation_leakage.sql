-- leakage: begun here, finished there
\pset null '(null)'
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z basket@app#shop, 2026-03-01T09:05Z pay@app#bank]'::journey),
    (2, '[2026-03-01T09:00Z basket@app#shop, 2026-03-01T09:05Z pay@web#bank]'),
    (3, '[2026-03-01T09:00Z basket@app, 2026-03-02T09:05Z basket@web, 2026-03-02T09:07Z pay@web]'),
    (4, '[2026-03-01T09:00Z basket@app]'), (5, '[2026-03-01T09:00Z basket@web, 2026-03-01T09:00Z pay@web]'),
    (6, '[2026-03-01T09:00Z basket@web, 2026-03-04T15:00Z collect@7]'), (7, '[2026-03-01T09:00Z search@web]'),
    (8, '[2026-03-01T09:00Z basket, 2026-03-04T15:00Z collect]'), (9, '[2026-03-01T09:00Z pay@web, 2026-03-01T09:00Z basket@web]'), (10, '[]'), (11, NULL)) AS v(id, j);
SELECT source, target, finished, journeys, round(share::numeric, 6) AS share, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM leakage((SELECT leakage_agg(j, 'basket', '[pay|collect]') FROM way));
SELECT source, target, finished, journeys, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM leakage((SELECT leakage_agg(j, 'basket@web', '.') FROM way), confidence => 0.5);
SELECT source, target, finished, journeys FROM leakage((SELECT leakage_agg(j, 'basket', '.', 'owner') FROM way));
SELECT source, target, finished, journeys FROM leakage((SELECT leakage_agg(j, '.', '.', 'touchpoint') FROM way));
SELECT leaked(leakage_agg(j, 'basket', '[pay|collect]')), leaked(leakage_agg(j, 'search', '.')) AS nothing, leaked(leakage_agg(j, 'basket', '.', 'owner')) AS owner FROM way;

-- merged
SELECT (SELECT rollup(s) FROM (SELECT leakage_agg(j, 'basket', 'pay') AS s FROM way GROUP BY id % 2) AS x)::text = (SELECT leakage_agg(j, ' [basket]', '"pay"') FROM way)::text AS same;

-- the bytes: version 1, channels, begin "a", finish "b", 1 name, "x"; 2 cells: from x to x 1 journey, from x to nowhere known (not finished) 1
SELECT leakage_agg(j, 'a', 'b') FROM unnest(ARRAY['[2000-01-01T00:00Z a@x, 2000-01-01T00:00Z b@x]'::journey, '[2000-01-01T00:00Z a@x]']) AS j;
SELECT source, target, finished, journeys FROM leakage('leakage_stats:01010161016201027802000001000201');

-- nothing
SELECT leakage_agg(j, 'a', 'b') FROM way WHERE false;
SELECT leakage_agg(j, 'a', 'b') FROM way WHERE j IS NULL;
SELECT leakage_agg(j, 'a', 'b'), leaked(leakage_agg(j, 'a', 'b')) FROM way WHERE id = 10;
SELECT * FROM leakage((SELECT leakage_agg(j, 'a', 'b') FROM way));
SELECT * FROM leakage(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT leakage_agg(j, '[a', 'b') FROM way;
SELECT leakage_agg(j, 'a', 'b]') FROM way;
SELECT leakage_agg(j, NULL, 'b') FROM way;
SELECT leakage_agg(j, 'a', NULL) FROM way;
SELECT leakage_agg(j, 'a', 'b', 'colour') FROM way;
SELECT leakage_agg(j, 'a', 'b', NULL) FROM way;
SELECT leakage_agg(j, 'a', 'b' || id) FROM way;
SELECT leakage_agg(j, 'a', 'b', CASE id WHEN 1 THEN 'stage' ELSE 'owner' END) FROM way;
SELECT rollup(s) FROM (SELECT leakage_agg(j, 'a', 'b') AS s FROM way UNION ALL SELECT leakage_agg(j, 'a', 'c') FROM way) AS x;
SELECT * FROM leakage((SELECT leakage_agg(j, 'a', 'b') FROM way), 95);
SELECT 'leakage_stats:0100'::leakage_stats;
