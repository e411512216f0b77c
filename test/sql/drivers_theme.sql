-- theme impact: the score with a theme and without it
CREATE TEMP TABLE answer AS SELECT * FROM (VALUES
    (1, 10, '{staff}'::text[]), (2, 9, '{staff,speed}'), (3, 9, '{}'), (4, 8, '{price}'), (5, 3, '{price,speed}'), (6, 0, '{price}'), (7, NULL, '{staff}'), (8, 7, '{}')) AS v(id, score, themes);
CREATE TEMP TABLE mentioned AS SELECT theme, tally('nps', score) AS t FROM answer, unnest(themes) AS theme GROUP BY theme ORDER BY theme;
SET extra_float_digits = -3;
SELECT i.* FROM (SELECT array_agg(theme ORDER BY theme) AS themes, array_agg(t ORDER BY theme) AS ts FROM mentioned) AS m, theme_impact(themes, ts, (SELECT tally('nps', score) FROM answer)) AS i;

-- 120 promoters, 40 passives, 40 detractors, of whom 5, 5 and 20 mention the price; another kind
SELECT * FROM theme_impact('{price,nothing}', ARRAY['tally{nps: 3=20 7=5 9=5}', NULL]::tally[], 'tally{nps: 3=40 7=40 9=120}');
SELECT * FROM theme_impact('{price}', ARRAY['tally{csat: 1=3 5=1}']::tally[], 'tally{csat: 1=5 3=2 5=10; nps: 9=1}', metric => 'csat');
SELECT * FROM theme_impact('{price}', ARRAY['tally{csat: 1=3 5=1}']::tally[], 'tally{csat: 1=5 3=2 5=10; nps: 9=1}', metric => 'csat_mean');
SELECT * FROM theme_impact('{everybody}', ARRAY['tally{nps: 3=1 9=1}']::tally[], 'tally{nps: 3=1 9=1}');

-- nothing
SELECT * FROM theme_impact('{}', '{}', 'tally{}');
SELECT * FROM theme_impact(NULL, '{}', 'tally{}');
SELECT * FROM theme_impact('{a}', '{NULL}', 'tally{}');

-- mistakes
SELECT * FROM theme_impact('{price}', ARRAY['tally{nps: 3=41}']::tally[], 'tally{nps: 3=40}');
SELECT * FROM theme_impact('{a,b}', '{NULL}', 'tally{}');
SELECT * FROM theme_impact('{NULL}', '{NULL}', 'tally{}');
SELECT * FROM theme_impact('{a}', '{NULL}', 'tally{}', 'income');
