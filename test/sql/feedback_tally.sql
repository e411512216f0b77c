-- tally: many answers, summed up
SELECT tally(f) FROM unnest(ARRAY['nps:9', 'nps:9', 'nps:0', 'csat:4', 'csat:4', 'csat:8/10', NULL]::feedback[]) AS f;
SELECT tally('csat', s) FROM unnest(ARRAY[5, 4, NULL, 4, 1]) AS s;
SELECT tally('csat', s, 1, 10) FROM unnest(ARRAY[5, 4, NULL, 4.5, 1]) AS s;
SELECT tally(f, w) FROM (VALUES ('nps:9'::feedback, 1.5), ('nps:9', 3), ('nps:2', 1), ('csat:4', NULL), (NULL, 1)) AS v(f, w);
SELECT tally(f) IS NULL AS no_rows_no_tally FROM unnest(ARRAY[]::feedback[]) AS f;
SELECT tally(f) AS only_missing FROM unnest(ARRAY[NULL, NULL]::feedback[]) AS f;

-- one tally, each metric reads its own part
CREATE TABLE answers (who int, f feedback, day date);
INSERT INTO answers VALUES
    (1, 'nps:9', '2026-01-01'), (2, 'nps:10', '2026-01-01'), (3, 'nps:6', '2026-01-01'), (4, 'nps:8', '2026-01-02'),
    (1, 'csat:5', '2026-01-01'), (2, 'csat:4', '2026-01-02'), (3, 'csat:2', '2026-01-02'), (4, 'csat:1', '2026-01-03'),
    (1, 'ces:7', '2026-01-02'), (2, 'ces:6', '2026-01-02'), (3, NULL, '2026-01-03'), (4, NULL, '2026-01-03');
SELECT nps(t), csat(t), ces(t), responses(t), missing(t), response_rate(t),
       responses(t, 'nps') AS nps_responses, mean(t, 'csat'), stddev(t, 'csat'),
       promoters(t), passives(t), detractors(t)
FROM (SELECT tally(f) AS t FROM answers) AS all_of_them;

-- stored by day, read by anything coarser; the same as from the rows
CREATE TABLE daily AS SELECT day, tally(f) AS t FROM answers GROUP BY day;
SELECT rollup(t) FROM daily;
SELECT (SELECT rollup(t) FROM daily)::text = (SELECT tally(f) FROM answers)::text AS merging_is_exact;
SELECT a.t + b.t AS two_days FROM daily AS a, daily AS b WHERE a.day = '2026-01-01' AND b.day = '2026-01-02';
SELECT day, nps(rollup(t) OVER (ORDER BY day ROWS 1 PRECEDING)) AS two_day_nps FROM daily ORDER BY day;
DROP TABLE answers, daily;

-- text: spaces and order are free, counts are not
SELECT '  tally{ nps:9=1   0=2;csat/10: 8=5 ;unknown:missing=3 } '::tally;
SELECT 'tally{}'::tally, 'tally{nps: 9=2(2,2)}'::tally AS weights_of_one, 'tally{nps: 9=2(2.5,3.25)}'::tally;
SELECT 'tally{csat/0..100: 79.5=1 80=2}'::tally AS percent_scale, 'tally{rating/0..5: 3.5=1 missing=7}'::tally;

-- equal tallies are equal values, however they came to be
SELECT 'tally{nps: 9=1 0=2}'::tally = 'tally{nps: 0=2}'::tally + 'tally{nps: 9=1}'::tally AS same,
       'tally{nps: 9=1}'::tally <> 'tally{nps: 9=2}'::tally AS other;
SELECT t, count(*) FROM unnest(ARRAY['tally{nps: 9=1 8=1}', 'tally{nps: 8=1 9=1}', 'tally{}']::tally[]) AS t GROUP BY t ORDER BY t;
SELECT 'tally{nps: 9=1}'::tally UNION SELECT 'tally{nps: 9=1}'::tally;

-- counters of 32 bits give way to counts of 64
SELECT 'tally{nps: 9=4294967295}'::tally + 'tally{nps: 9=1}'::tally AS merged,
       tally_final(nps_accum('tally{nps: 9=4294967295}', 9)) AS counted;

-- small in storage
SELECT pg_column_size(tally('nps', s)) < 100 AS under_100_bytes FROM (SELECT i % 11 AS s FROM generate_series(1, 1000000) AS i) AS x;

-- errors
SELECT 'nps:9'::tally;
SELECT tally('nps:9');
SELECT 'tally{nps: 9=1'::tally;
SELECT 'tally{nps: 9=1} x'::tally;
SELECT 'tally{nps: 9=1;}'::tally;
SELECT 'tally{nps 9=1}'::tally;
SELECT 'tally{stars: 9=1}'::tally;
SELECT 'tally{nps/5: 4=1}'::tally;
SELECT 'tally{nps: 11=1}'::tally;
SELECT 'tally{nps: 9}'::tally;
SELECT 'tally{nps: 9=0}'::tally;
SELECT 'tally{nps: 9=-1}'::tally;
SELECT 'tally{nps: 9=1.5}'::tally;
SELECT 'tally{nps: 9=99999999999999999999}'::tally;
SELECT 'tally{nps: 9=1 9=2}'::tally;
SELECT 'tally{nps: 9=1; nps: 9=2}'::tally;
SELECT 'tally{nps: 9=1(2)}'::tally;
SELECT 'tally{nps: 9=1(-2,4)}'::tally;
SELECT 'tally{nps: 9.0001=1}'::tally;
SELECT 'tally{unknown: 9=1}'::tally;
SELECT tally('nps', 11);
SELECT tally('stars', 4);
SELECT tally(feedback('nps', 9), -1);
SELECT tally(feedback('nps', 9), 'NaN');
SELECT tally(feedback('nps', 9), 1e10);
SELECT 'tally{nps: 9=72057594037927936}'::tally + 'tally{nps: 9=1}'::tally;
