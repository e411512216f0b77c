-- paths: which way journeys take
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'north', '[2026-03-01T09:00Z search@web, 2026-03-01T09:02Z product@web, 2026-03-01T09:10Z order@app]'::journey),
    (2, 'north', '[2026-03-01T10:00Z search@web, 2026-03-01T10:06Z product@web, 2026-03-01T18:00Z call@phone, 2026-03-02T18:00Z order@phone]'),
    (3, 'south', '[2026-03-02T08:00Z search@app, 2026-03-02T08:02Z product@app, 2026-03-02T08:05Z order@app]'),
    (4, 'south', '[2026-03-02T11:00Z letter, 2026-03-02T11:30Z call@phone, 2026-03-02T12:00Z cancel@phone]'),
    (5, 'south', '[2026-03-02T11:00Z 7, 2026-03-02T11:30Z 12@phone, 2026-03-02T12:00Z 12]'), (6, 'south', '[]'), (7, 'south', NULL)) AS v(id, region, j);

SELECT * FROM path_top((SELECT path_agg(j, 2) FROM way));
SELECT * FROM path_top((SELECT path_agg(j, NULL) FROM way), 3);
SELECT path_count(path_agg(j, 1)), path_count(path_agg(j, 2)), path_count(path_agg(j, NULL)) FROM way;
SELECT * FROM path_top((SELECT path_agg(j, 2, 'call') FROM way));
SELECT * FROM path_top((SELECT path_agg(j, NULL, '@web ~> @phone within 1d') FROM way), NULL);
SELECT * FROM path_top((SELECT path_agg(j, NULL, NULL, 'channel') FROM way));
SELECT * FROM path_top((SELECT path_agg(j, 2, '[call|12]', 'channel') FROM way));

-- merged
SELECT (SELECT rollup(p) FROM (SELECT path_agg(j, NULL) AS p FROM way GROUP BY region) AS x)::text = (SELECT path_agg(j, NULL) FROM way)::text AS same;

-- the bytes: version 1, channels (1), depth 3, a pattern of 1 byte, x; two names, 7 and web; two paths: 1 step, 7, 2 journeys; 2 steps, web and 7, 1 journey
SELECT path_agg(j, 3, ' x ', 'channel') FROM unnest(ARRAY[
    '[2026-03-01T09:00Z a@web, 2026-03-01T09:01Z x@7]'::journey, '[2026-03-01T09:00Z x@7]', '[2026-03-01T09:00Z x@web, 2026-03-01T09:01Z b, 2026-03-01T09:02Z c@7]']) AS j;
SELECT * FROM path_top('path_stats:0101030178020f067765620201000202010001');

-- nothing
SELECT path_agg(j, 2) FROM way WHERE false;
SELECT path_agg(j, 2) FROM way WHERE j IS NULL;
SELECT path_agg(j, 2) FROM way WHERE id = 6;
SELECT path_count(path_agg(j, 2, 'nowhere')) FROM way;
SELECT * FROM path_top(NULL, 3);

-- mistakes
\set SHOW_CONTEXT never
SELECT path_agg(j, 0) FROM way;
SELECT path_agg(j, 3, 'a ->') FROM way;
SELECT path_agg(j, 3, 'a', 'page') FROM way;
SELECT path_agg(j, id) FROM way;
SELECT path_agg(j, 3, CASE WHEN id > 2 THEN 'a' ELSE 'b' END) FROM way;
SELECT rollup(p) FROM (SELECT path_agg(j, 3, NULL, 'stage') FROM way UNION ALL SELECT path_agg(j, 3) FROM way) AS x(p);
SELECT * FROM path_top((SELECT path_agg(j, 2) FROM way), -1);
SELECT 'path_stats:01'::path_stats;
