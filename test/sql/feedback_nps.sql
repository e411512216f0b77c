-- nps over columns of every number type
SELECT nps(s) FROM unnest(ARRAY[0, 7, 7, 9, 9, 9]) AS s;
SELECT nps(s::smallint) AS smallint, nps(s::bigint) AS bigint, nps(s::real) AS real, nps(s::float8) AS float8,
       nps(s::numeric) AS numeric, nps(feedback('nps', s)) AS feedback
FROM unnest(ARRAY[9, 10, 6, 8, NULL]) AS s;

-- fractions: a promoter is 9 or more, a detractor 6 or less
SELECT category(feedback('nps', s)), s FROM unnest(ARRAY[6, 6.001, 8.999, 9]) AS s;
SELECT nps(s) FROM unnest(ARRAY[6, 6.001, 8.999, 9, 9.5]) AS s;

-- weights
SELECT nps(s, w), nps(feedback('nps', s), w) FROM (VALUES (10, 1), (9, 1), (8, 2), (6, 2), (3, 4), (10, NULL)) AS v(s, w);
SELECT nps(s, w) IS NULL AS nothing_weighs FROM (VALUES (10, 0), (9, 0)) AS v(s, w);

-- nothing there is NULL, only passives is 0
SELECT nps(s) FROM unnest(ARRAY[]::int[]) AS s;
SELECT nps(s) FROM unnest(ARRAY[NULL]::int[]) AS s;
SELECT nps(s) FROM unnest(ARRAY[7, 8]) AS s;

-- other kinds are passed over
SELECT nps(f), csat(f), ces(f) FROM unnest(ARRAY['nps:9', 'nps:2', 'nps:10', 'csat:5', 'ces:1']::feedback[]) AS f;

-- aggregate machinery
SELECT nps(DISTINCT s), nps(s) FILTER (WHERE s > 5) FROM unnest(ARRAY[9, 9, 9, 2, 7]) AS s;
SELECT c, nps(s) FROM (VALUES ('web', 9), ('web', 10), ('phone', 3), ('phone', NULL)) AS v(c, s) GROUP BY ROLLUP (c) ORDER BY c;
SELECT s, nps(s) OVER (ORDER BY i ROWS 2 PRECEDING) FROM unnest(ARRAY[9, 3, NULL, 10, 7, 7, 0]) WITH ORDINALITY AS v(s, i);

-- intervals, in points
SELECT m AS interval_method, round(nps_low(t, 0.95, m)::numeric, 4) AS low, round(nps_high(t, 0.95, m)::numeric, 4) AS high
FROM unnest(ARRAY['wald', 'adjusted_wald', 'score', 'goodman']) AS m, (VALUES ('tally{nps: 9=3 7=2 2=1}'::tally)) AS v(t);
SELECT nps_low('tally{nps: 10=1}', interval_method => 'wald'), nps_low('tally{}'), nps_low('tally{csat: 5=1}');

-- how many answers, and can that claim be true
SELECT sample_size(10), sample_size(5), sample_size(10, 0.5, 0.2), sample_size(10, 0.5, 0.2, interval_method => 'wald'),
       sample_size(10, population => 500);
SELECT nps_possible(72, 9), nps_possible(72, 25), nps_possible(66.67, 9, 2), nps_possible(43, 7), nps_possible(50, 7);

-- errors
SELECT nps(11);
SELECT nps(s) FROM unnest(ARRAY[9, -1]) AS s;
SELECT nps(9.0001);
SELECT nps('NaN'::float8);
SELECT nps(9.0, -1.0);
SELECT nps_low('tally{nps: 9=3}', 95);
SELECT nps_low('tally{nps: 9=3}', 1);
SELECT nps_low('tally{nps: 9=3}', 0.95, 'magic');
SELECT sample_size(0);
SELECT sample_size(5, 0.7, 0.7);
SELECT sample_size(5, population => 0);
SELECT sample_size(5, interval_method => 'score');
SELECT nps_possible(50, 0);
SELECT nps_possible(50, 10, 99);
