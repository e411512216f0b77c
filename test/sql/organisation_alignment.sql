-- alignment: do departments' figures move together?
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset null '(null)'

SELECT series, periods, pairs, round(mean_correlation::numeric, 9) AS mean_correlation, moving, round(resultant::numeric, 9) AS resultant FROM alignment(ARRAY[[1,2,4,5],[10,20,40,50],[5,4,2,1]]);
SELECT series, periods, pairs, round(mean_correlation::numeric, 9) AS mean_correlation, moving, round(resultant::numeric, 9) AS resultant FROM alignment(ARRAY[[1,2,4,5],[5,4,2,1]]);
-- at right angles: one moves first, the other then
SELECT pairs, round(mean_correlation::numeric, 9) AS mean_correlation, moving, round(resultant::numeric, 9) AS resultant FROM alignment(ARRAY[[0,1,1],[0,0,1]]);
-- standing still, or as good as; steady
SELECT * FROM alignment(ARRAY[[1,1,1],[1,2,4]]);
SELECT pairs, mean_correlation, moving FROM alignment(ARRAY[[0.1,0.2,0.3,0.4],[1,2,4,8]]);
-- gaps
SELECT series, periods, pairs, round(mean_correlation::numeric, 9) AS mean_correlation, moving, round(resultant::numeric, 9) AS resultant FROM alignment('{{1,5,NULL,1,2,4},{1,NULL,1,2,4,8}}'::float8[]);
SELECT * FROM alignment('{{1,2,NULL,4},{NULL,2,3,5}}'::float8[]);
-- too few
SELECT * FROM alignment('{}'::float8[]);
SELECT * FROM alignment(ARRAY[[1,2,4,8]]);
SELECT * FROM alignment(ARRAY[[1,2],[1,3]]);
SELECT * FROM alignment(NULL::float8[]);

-- rows
CREATE TEMP TABLE kpi AS
SELECT d AS department, '2026-01-01Z'::timestamptz + n * interval '1 month' AS at, f AS figure
FROM (VALUES ('sales', '{71,73,72,75,78,77}'::float8[]), ('service', '{41,42,NULL,43,46,45}'), ('delivery', '{90,88,89,86,82,84}'), ('7', '{1,1,1,1}')) t(d, figures), unnest(figures) WITH ORDINALITY u(f, n);
SELECT series, periods, pairs, round(mean_correlation::numeric, 9) AS mean_correlation, moving, resultant FROM alignment((SELECT alignment_agg(department, at, figure) FROM kpi));
SELECT a, b, changes, round(correlation::numeric, 9) AS correlation, agreement, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM alignment_pairs((SELECT alignment_agg(department, at, figure) FROM kpi));
SELECT a, b, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM alignment_pairs((SELECT alignment_agg(department, at, figure) FROM kpi), confidence => 0.8) WHERE a = 'sales';

-- the bytes: version 1, 2 series "a" and "b"; of each how many figures, the first time, the figure, microseconds to the next
SELECT alignment_agg(s, at, f) FROM (VALUES ('b', '2000-01-01 00:00Z'::timestamptz, 1.5), ('a', '2000-01-01 00:00:00.000002Z', NULL), ('a', '2000-01-01 00:00Z', -1)) v(s, at, f);
SELECT rollup(s)::text = (SELECT alignment_agg(department, at, figure) FROM kpi)::text AS same FROM (SELECT alignment_agg(department, at, figure) AS s FROM kpi GROUP BY at) x;
SELECT alignment_accum(alignment_accum(NULL, 'a', '2000-01-01Z', 1), NULL, '2000-01-01Z', 2);
SELECT alignment_agg(s, at, 1) IS NULL AS nothing FROM (VALUES (NULL, now()), ('a', NULL)) v(s, at);
SELECT * FROM alignment_pairs(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM alignment(ARRAY[1,2,3]::float8[]);
SELECT * FROM alignment(ARRAY[[1,2],['NaN',3]]::float8[]);
SELECT alignment_agg('a', '2026-01-01Z', i) FROM generate_series(1, 2) i;
SELECT alignment_agg('a', '-infinity', 1);
SELECT alignment_agg('a', now(), '-Infinity');
SELECT alignment_agg(repeat('x', 5000), now(), 1);
SELECT * FROM alignment_pairs((SELECT alignment_agg(department, at, figure) FROM kpi), 0);
SELECT 'alignment_stats:0100'::alignment_stats;
