-- coverage: where customers are heard
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '(null)'

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z search@web, 2026-03-01T09:05Z order@web#sales csat:4, 2026-03-04T10:00Z delivery@shop, 2026-03-05T12:00Z call@phone#service nps:3]'::journey),
    (2, '[2026-03-02T10:00Z search@web, 2026-03-02T10:04Z order@web#sales csat:5]'),
    (3, '[2026-03-02T11:00Z search, 2026-03-02T11:30Z 7@app, 2026-03-06T09:00Z delivery@shop rating:1]'), (4, '[]'), (5, NULL)) AS v(id, j);
SELECT name, touches, answers, round(response_rate::numeric, 6) AS response_rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, newest
FROM coverage((SELECT coverage_agg(j) FROM way));
SELECT name, touches, answers, response_rate, newest FROM coverage((SELECT coverage_agg(j, 'channel') FROM way), confidence => 0.5);
SELECT name, touches, answers FROM coverage((SELECT coverage_agg(j, 'owner') FROM way));
SELECT name, touches, answers FROM coverage((SELECT coverage_agg(j, 'stage') FROM way));
SELECT coverage_share(coverage_agg(j)), coverage_share(coverage_agg(j), 2) AS two, coverage_share(coverage_agg(j), min_answers => 3) AS three, coverage_share(coverage_agg(j, 'channel')) AS channels,
    coverage_share(coverage_agg(j, 'stage')) AS stages FROM way;

-- merged
SELECT (SELECT rollup(s) FROM (SELECT coverage_agg(j) AS s FROM way GROUP BY id % 2) AS x)::text = (SELECT coverage_agg(j) FROM way)::text AS same;

-- the bytes: version 1, touchpoints, 2 names, "a" and "b"; a: 2 touches, 1 answer, 40 microseconds after 2000; b: 1 touch, no answer
SELECT coverage_agg(j) FROM (VALUES ('[2000-01-01T00:00Z a, 2000-01-01T00:00:00.00004Z a nps:9, 2000-01-02T00:00Z b]'::journey)) AS v(j);
SELECT name, touches, answers, newest FROM coverage('coverage_stats:010002026102620201500100');

-- nothing
SELECT coverage_agg(j) FROM way WHERE false;
SELECT coverage_agg(j) FROM way WHERE j IS NULL;
SELECT coverage_agg(j), coverage_share(coverage_agg(j)) FROM way WHERE id = 4;
SELECT * FROM coverage((SELECT coverage_agg(j) FROM way WHERE id = 4));
SELECT * FROM coverage(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT coverage_agg(j, 'colour') FROM way;
SELECT coverage_agg(j, NULL) FROM way;
SELECT coverage_agg(j, CASE id WHEN 1 THEN 'stage' ELSE 'owner' END) FROM way;
SELECT rollup(s) FROM (SELECT coverage_agg(j) AS s FROM way UNION ALL SELECT coverage_agg(j, 'channel') FROM way) AS x;
SELECT * FROM coverage((SELECT coverage_agg(j) FROM way), 95);
SELECT coverage_share(coverage_agg(j), 0) FROM way;
SELECT 'coverage_stats:0100'::coverage_stats;
