-- Theme impact: published examples, and scores with and without a theme from the rows themselves.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(22);

DO $$ BEGIN PERFORM setseed(0.1177); END $$;

-- ---- published ----

-- Kapiche: a score of 50 that would be 40 without a theme: the theme has an impact of +10
SELECT results_eq($$ SELECT nps('tally{nps: 0=20 7=10 10=70}'::tally), score, without, impact
        FROM theme_impact('{staff}', ARRAY['tally{nps: 0=2 7=1 10=22}']::tally[], 'tally{nps: 0=20 7=10 10=70}') $$,
    $$ VALUES (50::float8, 80::float8, 40::float8, 10::float8) $$, '50, and 40 when the theme is taken out: +10');
-- 120 promoters, 40 passives, 40 detractors, of whom 5, 5 and 20 mention the price
SELECT results_eq($$ SELECT theme, responses, share, score, round(without::numeric, 6), round(impact::numeric, 6)
        FROM theme_impact('{price}', ARRAY['tally{nps: 3=20 7=5 9=5}']::tally[], 'tally{nps: 3=40 7=40 9=120}') $$,
    $$ VALUES ('price', 30::bigint, 0.15::float8, -50::float8, 55.882353, -15.882353) $$, 'the price costs 15.9 points');

-- ---- against rows ----

CREATE TEMP TABLE answer AS
    SELECT g, id, CASE WHEN random() < 0.1 THEN NULL ELSE floor(11 * random() ^ (1.0 / (1 + g % 4)))::int END AS score,
           CASE WHEN random() < 0.1 THEN NULL ELSE 1 + floor(5 * random())::int END AS satisfied, round((random() * 3)::numeric, 2)::float8 + 0.01 AS weight,
           ARRAY(SELECT DISTINCT 't' || floor(6 * random() * random() + 0 * id)::int FROM generate_series(1, floor(4 * random() + 0 * id)::int)) AS themes
    FROM generate_series(1, 60) g, generate_series(1, 3 + g * 3) id;
CREATE TEMP TABLE mention AS SELECT g, id, score, satisfied, weight, theme FROM answer, unnest(themes) theme;
CREATE TEMP TABLE whole AS SELECT g, tally('nps', score) + tally('csat', satisfied) AS t, tally(feedback('nps', score), weight) AS w FROM answer GROUP BY g;
CREATE TEMP TABLE part AS SELECT g, theme, tally('nps', score) + tally('csat', satisfied) AS t, tally(feedback('nps', score), weight) AS w FROM mention GROUP BY g, theme;
CREATE TEMP TABLE got AS
    SELECT g, m AS metric, i.* FROM whole JOIN (SELECT g, array_agg(theme ORDER BY theme) AS themes, array_agg(t ORDER BY theme) AS ts FROM part GROUP BY g) p USING (g),
        unnest('{nps,csat,csat_mean}'::text[]) m, theme_impact(themes, ts, whole.t, m) i;
CREATE TEMP TABLE expected AS
    SELECT g, theme, count(score) FILTER (WHERE has) AS responses, nps(score) FILTER (WHERE has) AS score, nps(score) FILTER (WHERE NOT has) AS without,
           nps(score) AS everyone, count(score) AS n, tally('nps', score) FILTER (WHERE has) AS a, tally('nps', score) FILTER (WHERE NOT has) AS b
    FROM (SELECT g, id, score, theme, theme = ANY (themes) AS has FROM answer JOIN (SELECT DISTINCT g, theme FROM mention) t USING (g)) x GROUP BY g, theme;

SELECT cmp_ok((SELECT count(*) FROM got), '>', 900::bigint, 'there are many themes');
SELECT is_empty('SELECT * FROM got x FULL JOIN expected e USING (g, theme) WHERE coalesce(metric, ''nps'') = ''nps'' AND ((x.responses, x.score, x.without) IS DISTINCT FROM (e.responses, e.score, e.without)
    OR x.impact IS DISTINCT FROM e.everyone - e.without OR x.share IS DISTINCT FROM e.responses / nullif(e.n, 0)::float8)', 'scores with and without are those of the rows, to the last bit');
SELECT is_empty('SELECT g, theme, x.p_value, c.p_value FROM got x JOIN expected e USING (g, theme) LEFT JOIN LATERAL compare(a, b) c ON c.metric = ''nps'' WHERE x.metric = ''nps'' AND x.p_value IS DISTINCT FROM c.p_value', 'the p-value is that of compare()');
SELECT is_empty('SELECT g, theme FROM got x JOIN (SELECT g, theme, csat(satisfied) FILTER (WHERE has) AS a, csat(satisfied) FILTER (WHERE NOT has) AS b, csat(satisfied) AS c,
        avg(satisfied) FILTER (WHERE has)::float8 AS d, avg(satisfied) FILTER (WHERE NOT has)::float8 AS e, avg(satisfied)::float8 AS f
        FROM (SELECT g, satisfied, theme, theme = ANY (themes) AS has FROM answer JOIN (SELECT DISTINCT g, theme FROM mention) t USING (g)) x GROUP BY g, theme) e USING (g, theme)
    WHERE metric = ''csat'' AND (score, without, impact) IS DISTINCT FROM (a, b, c - b)
       OR metric = ''csat_mean'' AND (abs(score - d) > 1e-12 OR abs(without - e) > 1e-12 OR abs(impact - (f - e)) > 1e-12 OR num_nulls(score, without) <> num_nulls(d, e))', 'of other scores, too');
-- linear scores: the impact is the share times the difference
SELECT is_empty('SELECT g, theme FROM got WHERE score IS NOT NULL AND without IS NOT NULL AND abs(impact - share * (score - without)) > 1e-9', 'impact is share times the difference of the two');
SELECT is_empty('SELECT g FROM got JOIN expected USING (g, theme) WHERE got.share NOT BETWEEN 0 AND 1', 'shares are 0..1');
-- by weights
SELECT is_empty('SELECT whole.g, i.theme FROM whole JOIN (SELECT g, array_agg(theme ORDER BY theme) AS themes, array_agg(w ORDER BY theme) AS ws FROM part GROUP BY g) p USING (g) CROSS JOIN theme_impact(themes, ws, whole.w) i
    JOIN (SELECT g, theme, nps(score, weight) FILTER (WHERE has) AS a, nps(score, weight) FILTER (WHERE NOT has) AS b, nps(score, weight) AS c
        FROM (SELECT g, score, weight, theme, theme = ANY (themes) AS has FROM answer JOIN (SELECT DISTINCT g, theme FROM mention) t USING (g)) x GROUP BY g, theme) e ON e.theme = i.theme AND e.g = whole.g
    WHERE (i.score, i.without, i.impact) IS DISTINCT FROM (a, b, c - b)', 'of weighted answers by weight');
SELECT results_eq('SELECT theme FROM theme_impact(''{b,a,c,a}'', ARRAY[NULL, NULL, NULL, NULL]::tally[], ''tally{nps: 9=1}'')', $$ VALUES ('b'), ('a'), ('c'), ('a') $$, 'rows come as given');
-- thousands of different answers
SELECT is((SELECT impact FROM theme_impact('{low}', ARRAY[(SELECT tally(feedback('rating', i / 1000.0, 0, 10)) FROM generate_series(0, 4999) i)], (SELECT tally(feedback('rating', i / 1000.0, 0, 10)) FROM generate_series(0, 9999) i), 'rating')),
    4.9995 - 7.4995::float8, 'fractions');

-- ---- edges ----

SELECT results_eq($$ SELECT responses, share, score, without, impact, p_value FROM theme_impact('{all,none,unknown}', ARRAY['tally{nps: 3=1 9=1}', 'tally{}', NULL]::tally[], 'tally{nps: 3=1 9=1}') $$,
    $$ VALUES (2::bigint, 1::float8, 0::float8, NULL::float8, NULL::float8, NULL::float8), (0, 0, NULL, 0, 0, NULL), (0, 0, NULL, 0, 0, NULL) $$, 'a theme that all mention, and one that nobody does');
SELECT results_eq($$ SELECT responses, share, score, without, impact FROM theme_impact('{a}', ARRAY['tally{nps: missing=1}']::tally[], 'tally{nps: missing=2; csat: 3=1}') $$,
    $$ VALUES (0::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$, 'no answers at all');
SELECT is_empty($$ SELECT * FROM theme_impact('{}', '{}', 'tally{nps: 9=1}') $$, 'no themes: no rows');
SELECT is_empty($$ SELECT * FROM theme_impact('{a}', NULL, 'tally{nps: 9=1}') $$, 'NULL: no rows');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a}', ARRAY['tally{nps: 9=2}']::tally[], 'tally{nps: 9=1}') $$, '22023', 'theme "a" has answers that the total does not have', 'more than there are');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a}', ARRAY['tally{nps: 10=1}']::tally[], 'tally{nps: 9=1}') $$, '22023', 'theme "a" has answers that the total does not have', 'others than there are');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a,b}', ARRAY['tally{nps: 9=1}', 'tally{nps: missing=1}']::tally[], 'tally{nps: 9=1}') $$, '22023', 'theme "b" has answers that the total does not have', 'NULLs count as answers there');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a}', ARRAY['tally{nps: 9=1(5,25)}']::tally[], 'tally{nps: 9=2}') $$, '22023', 'theme "a" has answers that the total does not have', 'weights that are not there');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a}', '{}', 'tally{}') $$, '22023', 'themes and tallies are not equally many', 'as many tallies as themes');
SELECT throws_ok($$ SELECT * FROM theme_impact('{NULL}', '{NULL}', 'tally{}') $$, '22023', 'theme 1 is NULL', 'a theme without a name');
SELECT throws_ok($$ SELECT * FROM theme_impact('{a}', '{NULL}', 'tally{}', 'ltv') $$, '22023', 'unrecognized metric: "ltv"', 'an unknown metric');

SELECT * FROM finish();
ROLLBACK;
