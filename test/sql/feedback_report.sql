-- every score with its interval
\set t '''tally{nps: 9=3 7=2 2=1 missing=4; csat: 5=1 4=1 2=1 1=1; ces: 7=1 6=1 5=1 4=1 2=1; effort: 2=1 4=3; success: 0=1 1=4; emotion: 1=1 7=5; rating: 4.5=2; csat/10: 8=5; unknown: missing=1}''::tally'
SELECT metric, scale, round(score::numeric, 4) AS score, responses, missing, round(std_error::numeric, 4) AS std_error,
       round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, interval_method
FROM score_report(:t);
SELECT metric, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high, interval_method
FROM score_report('tally{nps: 9=3 7=2 2=1}', 0.9, interval_method => 'score');

-- asked, but nobody answered
SELECT * FROM score_report('tally{nps: missing=3}');
SELECT * FROM score_report('tally{}');
SELECT * FROM score_report(NULL);
-- one answer has no spread to speak of
SELECT metric, score, std_error, low, high, interval_method FROM score_report('tally{rating: 4=1}');

-- weights: the score is weighted, the interval uses Kish's effective number of answers (3.85 of 5)
SELECT metric, score, responses, round(std_error::numeric, 4) AS std_error, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
FROM score_report((SELECT tally(feedback('nps', s), w) FROM (VALUES (10, 1), (9, 1), (8, 2), (6, 2), (3, 4)) AS v(s, w)));

-- differences
SELECT metric, score_a, score_b, round(difference::numeric, 4) AS difference, round(std_error::numeric, 4) AS std_error,
       round(z::numeric, 6) AS z, round(p_value::numeric, 6) AS p_value, round(low::numeric, 4) AS low, round(high::numeric, 4) AS high
FROM compare('tally{nps: 9=20 2=10}', 'tally{nps: 9=12 2=18}');
SELECT metric, round(z::numeric, 6) AS z, round(p_value::numeric, 6) AS p_value FROM compare('tally{nps: 9=20 2=10}', 'tally{nps: 9=12 2=18}', interval_method => 'adjusted_wald');
SELECT metric, score_a, score_b, round(difference::numeric, 4) AS difference, round(z::numeric, 4) AS z, round(p_value::numeric, 4) AS p_value
FROM compare('tally{nps: 9=3; csat: 5=8 1=2; ces: 7=5 3=5}', 'tally{csat: 5=5 1=5; csat/10: 10=5; ces: 7=9 3=1}');
SELECT count(*) AS rows_for_nothing FROM compare('tally{}', 'tally{nps: missing=2}');

-- answers
SELECT * FROM histogram('tally{nps: 0=1 7=2 9=3 missing=4; csat/10: 8.5=1}');
SELECT * FROM histogram('tally{nps: 9=1(3,9) 2=1}');

-- errors
SELECT * FROM score_report('tally{nps: 9=3}', 95);
SELECT * FROM score_report('tally{nps: 9=3}', interval_method => 'magic');
SELECT * FROM compare('tally{nps: 9=3}', 'tally{nps: 9=3}', 0);
SELECT * FROM compare('tally{nps: 9=3}', 'tally{nps: 9=3}', interval_method => 'goodman');
