-- apdex: how many waited briefly, bearably, too long
CREATE TEMP TABLE wait AS SELECT i AS id, CASE WHEN i <= 40 THEN 'a' ELSE 'b' END AS page, CASE WHEN i <= 40 THEN 1 WHEN i <= 240 THEN 4 ELSE 4.5 END::float8 AS seconds
FROM generate_series(1, 288) i;
INSERT INTO wait VALUES (289, 'b', NULL), (290, 'c', NULL);

-- 288 samples: 40 satisfied, 200 tolerating, 48 frustrated: .486111
SELECT round(apdex(seconds, 1)::numeric, 6) AS apdex FROM wait;
SELECT threshold, samples, missing, satisfied, tolerating, frustrated, round(apdex::numeric, 6) AS apdex, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM apdex_report((SELECT apdex_agg(seconds, 1) FROM wait));
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM apdex_report((SELECT apdex_agg(seconds, 1) FROM wait), confidence => 0.8);
SELECT t AS threshold, satisfied, tolerating, frustrated, round(r.apdex::numeric, 6) AS apdex
FROM unnest(ARRAY[0.1, 1, 1.125, 4.4999, 4.5, 1e308]::float8[]) t, LATERAL (SELECT apdex_agg(seconds, t) AS s FROM wait) x, apdex_report(s) r;

-- by group, and merged
SELECT page, apdex(seconds, 1) FROM wait GROUP BY page ORDER BY page;
SELECT rollup(s)::text = (SELECT apdex_agg(seconds, 1) FROM wait)::text AS same FROM (SELECT apdex_agg(seconds, 1) AS s FROM wait GROUP BY page) x;

-- the bytes: version 1, the double 1, 2 missing, 40 (28), 200 (c801), 48 (30)
SELECT apdex_agg(seconds, 1) FROM wait;
SELECT samples, missing FROM apdex_report('apdex_stats:01000000000000f03f0228c80130');
SELECT apdex_accum(apdex_accum(NULL, 0, 1), '-0', 1);

-- nothing
SELECT apdex_agg(seconds, 1) FROM wait WHERE false;
SELECT apdex(seconds, 1) FROM wait WHERE false;
SELECT apdex(seconds, 1) FROM wait WHERE seconds IS NULL;
SELECT * FROM apdex_report((SELECT apdex_agg(seconds, 1) FROM wait WHERE seconds IS NULL));
SELECT * FROM apdex_report(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT apdex(seconds, 0) FROM wait;
SELECT apdex(seconds, -1) FROM wait;
SELECT apdex(seconds, 'NaN') FROM wait;
SELECT apdex(seconds, 'Infinity') FROM wait;
SELECT apdex(seconds, NULL) FROM wait;
SELECT apdex(seconds, id) FROM wait;
SELECT apdex(-seconds, 1) FROM wait;
SELECT apdex('NaN', 1) FROM wait;
SELECT apdex('-Infinity', 1) FROM wait;
SELECT rollup(s) FROM (SELECT apdex_agg(seconds, 1) FROM wait UNION ALL SELECT apdex_agg(seconds, 2) FROM wait) x(s);
SELECT * FROM apdex_report((SELECT apdex_agg(seconds, 1) FROM wait), 95);
SELECT 'apdex_stats:01000000000000f0bf00000000'::apdex_stats;
SELECT 'apdex_stats:01000000000000f03f000000'::apdex_stats;
SELECT 'apdex_stats:01000000000000f03f00000080808080808080808001'::apdex_stats;
SELECT apdex_stats_merge('apdex_stats:01000000000000f03f000000808080808080808020', 'apdex_stats:01000000000000f03f00000001');
