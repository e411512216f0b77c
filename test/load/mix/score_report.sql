-- weight 8: all scores of a touchpoint, with their intervals
\set touchpoint random(1, 4)
SELECT * FROM score_report((SELECT rollup(answers) FROM answer_day WHERE touchpoint = (ARRAY['app', 'call', 'delivery', 'store'])[:touchpoint]));
