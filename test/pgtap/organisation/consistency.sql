-- Consistency: scores and intervals against score_report, the test against compare(), plain SQL and tabulated values of chi-square.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(28);

DO $$ BEGIN PERFORM setseed(0.6931); END $$;

-- ---- the tail of chi-square, through a tally whose Q is known ----

-- k names, each with n promoters, n detractors: nps 0; then one of them with more promoters. Of k equal scores Q is 0 and p 1.
SELECT results_eq($$ SELECT chi_square, df, p_value FROM consistency('{a,b,c}', array_fill('tally{nps: 10=5 0=5}'::tally, '{3}')) WHERE name IS NULL $$,
    $$ VALUES (0::float8, 2, 1::float8) $$, 'equal scores: chi-square 0, p 1');

-- for an even number of degrees of freedom the tail is e^(-x/2) sum (x/2)^i / i!, for an odd one it is led to the normal distribution
CREATE FUNCTION pg_temp.tail(x float8, df int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    h float8 := x / 2;
    term float8;
    result float8;
BEGIN
    IF df % 2 = 0 THEN
        term := exp(-h);
        result := term;
        FOR i IN 1 .. df / 2 - 1 LOOP
            term := term * h / i;
            result := result + term;
        END LOOP;
    ELSE
        -- P(|Z| > sqrt(x)) from compare() of a difference of that many standard errors is what df = 1 is; here by its continued fraction from below
        term := 0;
        FOR i IN REVERSE 3000 .. 1 LOOP
            term := i / (sqrt(x) + term);
        END LOOP;
        result := 2 * exp(-h) / sqrt(2 * pi()) / (sqrt(x) + term);
        term := sqrt(2 * x / pi()) * exp(-h);
        FOR i IN 1 .. df / 2 LOOP
            result := result + term;
            term := term * x / (2 * i + 1);
        END LOOP;
    END IF;
    RETURN result;
END $$;
SELECT is((SELECT round(pg_temp.tail(3.841458820694124, 1)::numeric, 12)), 0.05, 'tabulated: 3.841459 at 1 degree of freedom is 5 %');
SELECT is((SELECT round(pg_temp.tail(16.792941, 1)::numeric, 9)), 0.000041688, 'tabulated: 16.792941 is 0.0000417');
SELECT is((SELECT round(pg_temp.tail(5.991464547107979, 2)::numeric, 12)), 0.05, 'tabulated: 5.991465 at 2');
SELECT is((SELECT round(pg_temp.tail(11.070497693516351, 5)::numeric, 12)), 0.05, 'tabulated: 11.070498 at 5');
SELECT is((SELECT round(pg_temp.tail(18.307038053275146, 10)::numeric, 12)), 0.05, 'tabulated: 18.307038 at 10');

-- ---- random channels ----

CREATE TEMP TABLE channel AS
    SELECT g, 'c' || c AS name, (g + c) % 23 = 0 AS nobody, tally(feedback('nps', CASE WHEN (g + c) % 23 = 0 THEN NULL WHEN (g + c) % 31 = 0 THEN 9 ELSE least(10, floor(random() * (10 + (g * c) % 5))) END))
        + tally(feedback('csat', 1 + floor(random() * 5))) + tally(feedback('ces', 1 + floor(random() * 7))) + tally(feedback('effort', 1 + floor(random() * 5)))
        + tally(feedback('success', floor(random() * 2))) + tally(feedback('emotion', 1 + floor(random() * 7))) + tally(feedback('rating', 1 + floor(random() * 5))) AS t
    FROM generate_series(1, 120) g, generate_series(1, 1 + g % 9) c, generate_series(1, 2 + (g * c) % 40) i GROUP BY 1, 2, 3;
CREATE TEMP TABLE metric AS SELECT unnest('{nps,csat,csat_mean,ces,ces_easy,effort,effort_easy,success_rate,emotion_mean,emotion_good,rating,success,ease,emotion,experience_index}'::text[]) AS metric;
CREATE TEMP TABLE all_of AS SELECT g, array_agg(name ORDER BY name DESC) AS names, array_agg(t ORDER BY name DESC) AS tallies, rollup(t) AS pooled FROM channel GROUP BY g;
CREATE TEMP TABLE got AS SELECT g, metric, c.* FROM all_of, metric, consistency(names, tallies, metric, 0.9) WITH ORDINALITY c;
CREATE TEMP TABLE score AS SELECT g, name, r.* FROM (SELECT g, name, t FROM channel UNION ALL SELECT g, NULL, pooled FROM all_of) x, score_report(t, 0.9) r;
SELECT is((SELECT count(*) FROM got), (SELECT count(*) + count(DISTINCT g) FROM channel) * 15, 'a row for each name and one for all, of each metric');
SELECT is_empty('SELECT g FROM got JOIN all_of USING (g) WHERE name IS DISTINCT FROM names[ordinality]', 'names in the order given, then none');
SELECT is_empty($$ SELECT got.g, got.metric, got.name FROM got LEFT JOIN score s ON s.g = got.g AND s.metric = got.metric AND s.name IS NOT DISTINCT FROM got.name
    WHERE (got.score, got.low, got.high) IS DISTINCT FROM (s.score, s.low, s.high) OR got.responses <> coalesce(s.responses, 0) $$, 'score and interval are those of score_report');
SELECT is_empty($$ SELECT got.g FROM got JOIN got p USING (g, metric) WHERE got.name IS NOT NULL AND p.name IS NULL AND got.difference IS DISTINCT FROM got.score - p.score $$,
    'difference is from all together');
CREATE TEMP TABLE ref AS
    SELECT got.g, metric, CASE WHEN count(got.score) > 1 THEN max(got.score) - min(got.score) END AS spread, count(*) FILTER (WHERE std_error > 0) AS k,
           sum(got.score ^ 2 / std_error ^ 2) FILTER (WHERE std_error > 0) - sum(got.score / std_error ^ 2) FILTER (WHERE std_error > 0) ^ 2 / sum(1 / std_error ^ 2) FILTER (WHERE std_error > 0) AS q
    FROM got LEFT JOIN (SELECT g, name, metric, nullif(std_error, 'NaN') AS std_error FROM score) s USING (g, metric, name) WHERE name IS NOT NULL GROUP BY 1, 2;
SELECT cmp_ok((SELECT count(*) FROM ref WHERE k >= 2), '>', 1000::bigint, 'many tests');
SELECT cmp_ok((SELECT count(*) FROM ref WHERE k < 2), '>', 100::bigint, 'and many that cannot be made');
SELECT is_empty('SELECT g, metric, difference, spread FROM got JOIN ref USING (g, metric) WHERE name IS NULL AND difference IS DISTINCT FROM spread', 'difference of all is the largest score minus the smallest');
SELECT is_empty('SELECT * FROM got JOIN ref USING (g, metric) WHERE name IS NULL AND (df IS DISTINCT FROM CASE WHEN k >= 2 THEN k - 1 END OR (chi_square IS NULL) <> (k < 2) OR (p_value IS NULL) <> (k < 2))',
    'one degree of freedom less than scores that tell something; NULL with fewer than two');
SELECT is_empty('SELECT g, metric, chi_square, q FROM got JOIN ref USING (g, metric) WHERE name IS NULL AND k >= 2 AND abs(chi_square - q) > 1e-7 * (1 + q)', 'Cochran''s Q in its other form');
SELECT is_empty('SELECT g, metric, chi_square, df, p_value, pg_temp.tail(chi_square, df) FROM got WHERE name IS NULL AND chi_square > 1
    AND abs(p_value - pg_temp.tail(chi_square, df)) > 1e-11 * p_value', 'its p-value from closed forms');
SELECT is_empty('SELECT g FROM got WHERE name IS NOT NULL AND (chi_square IS NOT NULL OR df IS NOT NULL OR p_value IS NOT NULL)', 'the test stands in the last row only');
SELECT is_empty($$ SELECT x.g, c.*, o.* FROM (SELECT g, (array_agg(t))[1:2] AS t FROM channel WHERE NOT nobody GROUP BY g HAVING count(*) >= 2) x, metric m,
        LATERAL consistency('{a,b}', t, m.metric) c, LATERAL compare(t[1], t[2]) o
    WHERE c.name IS NULL AND o.metric = m.metric AND (SELECT bool_and(r.std_error > 0) FROM unnest(t) u, score_report(u) r WHERE r.metric = o.metric) AND (abs(chi_square - z * z) > 1e-9 * (1 + z * z) OR (chi_square IS NULL) <> (z IS NULL) OR abs(c.difference - abs(o.difference)) > 1e-9
       OR o.metric IN ('nps', 'csat', 'experience_index', 'ease') AND abs(c.p_value - o.p_value) > 1e-10) $$, 'of two, both with a spread, it is the square of the z of compare()');
SELECT is_empty($$ SELECT k, c.*, e FROM unnest('{8,9,50,51,300,301,1000}'::int[]) k, LATERAL (SELECT array_agg('n' || i) AS n,
            array_agg(('tally{nps: 10=' || 20 + i % 7 || ' 7=20 0=' || 20 + i % 5 || '}')::tally) AS t FROM generate_series(1, k) i) x, consistency(n, t) c, pg_temp.tail(chi_square, df) e
    WHERE c.name IS NULL AND (df <> k - 1 OR abs(p_value - e) > 1e-11 OR NOT chi_square > 0) $$, 'hundreds of names');
SELECT is((SELECT array_agg(c ORDER BY ordinality)::text FROM all_of, consistency(names, tallies) WITH ORDINALITY c WHERE g = 77),
    (SELECT array_agg(c ORDER BY ordinality)::text FROM all_of, consistency(names, tallies, 'nps', 0.95) WITH ORDINALITY c WHERE g = 77), 'nps at 0.95, if nothing is said');

-- ---- nothing, and mistakes ----

SELECT results_eq($$ SELECT name, score, responses, difference, chi_square FROM consistency('{a,b}', '{NULL,"tally{nps: 10=3 0=1}"}') $$,
    $$ VALUES ('a', NULL::float8, 0::bigint, NULL::float8, NULL::float8), ('b', 50, 4, 0, NULL), (NULL, 50, 4, NULL, NULL) $$, 'a NULL tally has no answers; one score alone is not tested');
SELECT results_eq($$ SELECT score, difference, chi_square FROM consistency('{a,b}', '{"tally{csat: 5=3 1=1}","tally{csat/1..7: 5=3 1=1}"}', 'csat_mean') $$,
    $$ VALUES (4::float8, NULL::float8, NULL::float8), (4, NULL, NULL), (NULL, NULL, NULL) $$, 'means on different scales are not compared');
SELECT results_eq($$ SELECT name, responses FROM consistency('{}', '{}') $$, $$ VALUES (NULL::text, 0::bigint) $$, 'no names');
SELECT is((SELECT count(*) FROM consistency(NULL, '{}')), 0::bigint, 'NULL');
SELECT throws_ok($$ SELECT * FROM consistency('{a}', '{}') $$, '22023', 'names and tallies are not equally many', 'not as many tallies as names');
SELECT throws_ok($$ SELECT * FROM consistency('{NULL}', '{NULL}') $$, '22023', 'name 1 is NULL', 'a NULL name');
SELECT throws_ok($$ SELECT * FROM consistency('{a}', '{NULL}', 'mood') $$, '22023', 'unrecognized metric: "mood"', 'an unknown metric');
SELECT throws_ok($$ SELECT * FROM consistency('{a}', '{NULL}', 'nps', 1) $$, '22023', NULL, 'a confidence of 1');

SELECT * FROM finish();
ROLLBACK;
