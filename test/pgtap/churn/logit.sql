-- Logistic regression: published fits, and the conditions of a maximum worked out in plain SQL for random data.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(50);

DO $$ BEGIN PERFORM setseed(0.5150); END $$;

-- ---- published ----

-- Spector, Mazzeo (1980), as in Greene, Econometric Analysis, table 21.1 (and statsmodels, which prints these digits)
CREATE TABLE spector (gpa float8, tuce float8, psi float8, grade int);
INSERT INTO spector VALUES (2.66, 20, 0, 0), (2.89, 22, 0, 0), (3.28, 24, 0, 0), (2.92, 12, 0, 0), (4.00, 21, 0, 1), (2.86, 17, 0, 0), (2.76, 17, 0, 0),
    (2.87, 21, 0, 0), (3.03, 25, 0, 0), (3.92, 29, 0, 1), (2.63, 20, 0, 0), (3.32, 23, 0, 0), (3.57, 23, 0, 0), (3.26, 25, 0, 1), (3.53, 26, 0, 0),
    (2.74, 19, 0, 0), (2.75, 25, 0, 0), (2.83, 19, 0, 0), (3.12, 23, 1, 0), (3.16, 25, 1, 1), (2.06, 22, 1, 0), (3.62, 28, 1, 1), (2.89, 14, 1, 0),
    (3.51, 26, 1, 0), (3.54, 24, 1, 1), (2.83, 27, 1, 1), (3.39, 17, 1, 1), (2.67, 24, 1, 0), (3.65, 21, 1, 1), (4.00, 23, 1, 1), (3.10, 21, 1, 0), (2.39, 19, 1, 1);
SELECT results_eq($$ SELECT term, round(estimate::numeric, 4), round(std_error::numeric, 3) FROM model_terms(
        (SELECT logit_fit(grade = 1, ARRAY[gpa, tuce, psi]) FROM spector), '{GPA,TUCE,PSI}') $$,
    $$ VALUES ('intercept', -13.0213, 4.931), ('GPA', 2.8261, 1.263), ('TUCE', 0.0952, 0.142), ('PSI', 2.3787, 1.065) $$,
    'Spector and Mazzeo: coefficients and errors');
SELECT results_eq($$ SELECT n, churned, df, round(log_likelihood::numeric, 3), round(null_log_likelihood::numeric, 3), round(p_value::numeric, 6), round(pseudo_r_squared::numeric, 4)
        FROM logit_summary((SELECT logit_fit(grade = 1, ARRAY[gpa, tuce, psi]) FROM spector)) $$,
    $$ VALUES (32::bigint, 11::bigint, 3, -12.890, -20.592, 0.001502, 0.3740) $$, 'and their likelihoods, the test, and pseudo R squared');

-- Motor Trend 1974 (R's mtcars): glm(am ~ wt), glm(am ~ hp + wt)
CREATE TABLE cars (wt float8, hp float8, am int);
INSERT INTO cars VALUES (2.620, 110, 1), (2.875, 110, 1), (2.320, 93, 1), (3.215, 110, 0), (3.440, 175, 0), (3.460, 105, 0), (3.570, 245, 0), (3.190, 62, 0),
    (3.150, 95, 0), (3.440, 123, 0), (3.440, 123, 0), (4.070, 180, 0), (3.730, 180, 0), (3.780, 180, 0), (5.250, 205, 0), (5.424, 215, 0), (5.345, 230, 0),
    (2.200, 66, 1), (1.615, 52, 1), (1.835, 65, 1), (2.465, 97, 0), (3.520, 150, 0), (3.435, 150, 0), (3.840, 245, 0), (3.845, 175, 0), (1.935, 66, 1),
    (2.140, 91, 1), (1.513, 113, 1), (3.170, 264, 1), (2.770, 175, 1), (3.570, 335, 1), (2.780, 109, 1);
SELECT results_eq($$ SELECT round(estimate::numeric, 3), round(std_error::numeric, 3), round(z::numeric, 3), round(p_value::numeric, 5)
        FROM model_terms((SELECT logit_fit(am = 1, ARRAY[wt]) FROM cars)) $$,
    $$ VALUES (12.040, 4.510, 2.670, 0.00759), (-4.024, 1.437, -2.801, 0.00509) $$, 'gears by weight, as R has them');
SELECT results_eq($$ SELECT round(-2 * null_log_likelihood::numeric, 3), round(-2 * log_likelihood::numeric, 3) FROM logit_summary((SELECT logit_fit(am = 1, ARRAY[wt]) FROM cars)) $$,
    $$ VALUES (43.230, 19.176) $$, 'and its deviances');
SELECT results_eq($$ SELECT round(estimate::numeric, 5), round(std_error::numeric, 5) FROM model_terms((SELECT logit_fit(am = 1, ARRAY[hp, wt]) FROM cars)) $$,
    $$ VALUES (18.86630, 7.44356), (0.03626, 0.01773), (-8.08348, 3.06868) $$, 'gears by power and weight');
SELECT is(round(churn_risk('{120,2.8}'::float8[], logit_fit(am = 1, ARRAY[hp, wt]))::numeric, 7), 0.6418125, 'and the chance at 120 hp and 2,800 lb') FROM cars;
SELECT results_eq($$ SELECT term, abs(odds_ratio - exp(estimate)) < 1e-12, abs(o.low - exp(t.low)) < 1e-12, abs(o.high / exp(t.high) - 1) < 1e-12, o.z = t.z, o.p_value = t.p_value
        FROM (SELECT logit_fit(am = 1, ARRAY[hp, wt]) m FROM cars) f, odds_ratios(m, '{hp,wt}', 0.9) o JOIN LATERAL model_terms(m, '{hp,wt}', 0.9) t USING (term) ORDER BY term $$,
    $$ VALUES ('hp', true, true, true, true, true), ('wt', true, true, true, true, true) $$, 'odds ratios are the exponentials of the coefficients');

-- by hand: with one feature 0 or 1 the model is the table: 30 of 100 and 60 of 80
SELECT results_eq($$ SELECT round(estimate::numeric, 12), round((std_error ^ 2)::numeric, 12) FROM (SELECT logit_fit(i <= x * 30 + 30, ARRAY[x]::float8[]) m
        FROM generate_series(0, 1) x, generate_series(1, 100 - 20 * x) i) f, model_terms(m) $$,
    $$ VALUES (round(ln(30 / 70.0), 12), round(1 / 30.0 + 1 / 70.0, 12)), (round(ln(60 / 20.0) - ln(30 / 70.0), 12), round(1 / 30.0 + 1 / 70.0 + 1 / 60.0 + 1 / 20.0, 12)) $$,
    'a table of four: log odds ratio, and its variance by Woolf');

-- ---- the conditions of a maximum, in SQL, on random data ----

-- 60 sets with 1 to 4 features on scales from 1e-6 to 1e6, some whole numbers, many ties
CREATE TABLE data AS
    SELECT s, i, f, random() < 1 / (1 + exp(-(-0.5 + 1.2 * f[1] * CASE s % 3 WHEN 0 THEN 1e6 WHEN 1 THEN 1 ELSE 1e-6 END))) AS churned
    FROM (SELECT s, i, (ARRAY[CASE s % 3 WHEN 0 THEN 1e-6 * floor(random() * 5) WHEN 1 THEN random() * 3 - 1 ELSE 1e6 * random() + 1000 END,
                   floor(random() * 3), random() * 1e4 + 1e7, random() - random()])[1:1 + s % 4] AS f
          FROM generate_series(1, 60) s, generate_series(1, 60 + s * 10) i) x;
ANALYZE data;
CREATE TABLE fits AS SELECT s, l AS lambda, CASE l WHEN 0 THEN logit_fit(churned, f) ELSE logit_fit(churned, f, l) END AS m
    FROM data, (VALUES (0::float8), (0.5), (20)) r(l) GROUP BY s, l;
CREATE TABLE scored AS SELECT fits.s, lambda, i, f, churned, churn_risk(f, m) AS risk FROM fits JOIN data USING (s);
CREATE TABLE terms AS SELECT s, lambda, ordinality - 1 AS k, estimate, std_error FROM fits, model_terms(m) WITH ORDINALITY;
CREATE TABLE spread AS SELECT s, k, stddev_pop(x) AS sd, avg(x) AS mean, count(*) AS n FROM data, unnest(f) WITH ORDINALITY u(x, k) GROUP BY 1, 2;

SELECT is((SELECT count(*) FROM fits), 180::bigint, 'all of them can be fitted');
SELECT is_empty('SELECT * FROM scored JOIN (SELECT s, lambda, array_agg(estimate ORDER BY k) b FROM terms GROUP BY 1, 2) t USING (s, lambda)
    WHERE abs(risk - 1 / (1 + exp(-(SELECT b[1] + sum(b[k + 1] * x) FROM unnest(f) WITH ORDINALITY u(x, k))))) > 1e-9 OR risk NOT BETWEEN 0 AND 1', 'the risk is the formula');
SELECT is_empty('SELECT s, lambda, sum(churned::int - risk) FROM scored GROUP BY 1, 2 HAVING abs(sum(churned::int - risk)) > 1e-7', 'risks add up to those who churned');
SELECT is_empty('SELECT s, lambda, k, g FROM (SELECT s, lambda, k, sum((churned::int - risk) * (x - mean) / sd) - lambda * sd * min(estimate) AS g
        FROM scored JOIN spread USING (s) JOIN terms USING (s, lambda, k), LATERAL (SELECT f[k] AS x) y GROUP BY s, lambda, k, sd) x WHERE abs(g) > 1e-7',
    'the gradient is 0, less the ridge: the only maximum there is');
SELECT is_empty('SELECT s, lambda FROM scored JOIN fits USING (s, lambda), logit_summary(m) GROUP BY s, lambda, log_likelihood
    HAVING abs(sum(ln(CASE WHEN scored.churned THEN risk ELSE 1 - risk END)) - log_likelihood) > 1e-8 * abs(log_likelihood)', 'the log-likelihood is that of the risks');
SELECT is_empty('SELECT s FROM data JOIN fits USING (s), logit_summary(m) z GROUP BY s, fits.lambda, z.n, z.churned, null_log_likelihood
    HAVING z.n <> count(*) OR z.churned <> count(*) FILTER (WHERE data.churned)
       OR abs(null_log_likelihood - (z.churned * ln(z.churned::float8 / z.n) + (z.n - z.churned) * ln(1 - z.churned::float8 / z.n))) > 1e-9 * z.n', 'counts, and the likelihood of no feature');
SELECT is_empty('SELECT s FROM fits, logit_summary(m) z WHERE z.ridge <> fits.lambda OR (fits.lambda > 0) <> (z.chi_square IS NULL AND z.p_value IS NULL)
    OR abs(z.chi_square - 2 * (log_likelihood - null_log_likelihood)) > 1e-9 OR z.df <> 1 + s % 4', 'the summary tells the ridge, and tests only without');

-- covariance times information is the identity; standardised, so that rounding does not matter
CREATE FUNCTION pg_temp.covariances(model text) RETURNS float8[] LANGUAGE sql AS
    $$ SELECT string_to_array(substring(model FROM 'covariance=([^ ]*)'), ',')::float8[] $$;
CREATE TABLE scale AS SELECT s, k, sd FROM spread UNION ALL SELECT DISTINCT s, 0, 1::float8 FROM data;
CREATE TABLE inverse AS SELECT s, lambda, a.k AS a, b.k AS b, (pg_temp.covariances(m::text))[greatest(a.k, b.k) * (greatest(a.k, b.k) + 1) / 2 + least(a.k, b.k) + 1] * a.sd * b.sd AS v
    FROM fits JOIN scale a USING (s) JOIN scale b USING (s);
CREATE TABLE information AS SELECT s, lambda, a.k AS a, b.k AS b,
        sum(risk * (1 - risk) * CASE a.k WHEN 0 THEN 1 ELSE f[a.k] / a.sd END * CASE b.k WHEN 0 THEN 1 ELSE f[b.k] / b.sd END)
            + CASE WHEN a.k = b.k AND a.k > 0 THEN lambda ELSE 0 END AS h
    FROM scored JOIN scale a USING (s) JOIN scale b USING (s) GROUP BY 1, 2, 3, 4, a.sd, b.sd;
SELECT is_empty('SELECT s, lambda, i.a, h.b, sum(v * h) FROM inverse i JOIN information h USING (s, lambda) WHERE i.b = h.a AND s % 4 < 2 GROUP BY 1, 2, 3, 4
    HAVING abs(sum(v * h) - (i.a = h.b)::int) > 1e-5', 'covariance times information is 1');
SELECT is_empty('SELECT s FROM terms JOIN inverse USING (s, lambda) JOIN scale USING (s, k) WHERE a = k AND b = k AND abs(std_error * sd / sqrt(v) - 1) > 1e-12', 'errors are the roots of its diagonal');

-- ---- what does not matter ----

SELECT is_empty('SELECT s FROM (SELECT s, logit_fit(churned, f ORDER BY random()) m FROM data GROUP BY s) x JOIN fits USING (s) WHERE lambda = 0 AND x.m::text <> fits.m::text',
    'the order of the rows tells nothing');
SELECT is_empty('SELECT s FROM (SELECT s, logit_fit(churned, (SELECT array_agg(x * 2 ^ 40 ORDER BY k) FROM unnest(f) WITH ORDINALITY u(x, k))) m FROM data GROUP BY s) x
        JOIN fits USING (s), LATERAL model_terms(x.m) a, LATERAL model_terms(fits.m) b
    WHERE lambda = 0 AND a.term = b.term AND abs(a.estimate * CASE a.term WHEN ''intercept'' THEN 1 ELSE 2 ^ 40 END / b.estimate - 1) > 1e-12', 'nor does the unit of a feature');
SELECT results_eq($$ SELECT n, missing FROM logit_summary((SELECT logit_fit(CASE WHEN z <> 2 THEN churned END, CASE z WHEN 3 THEN NULL WHEN 4 THEN f || NULL::float8 ELSE f END)
        FROM data, generate_series(1, 4) z WHERE s = 7)) $$, $$ SELECT count(*), 3 * count(*) FROM data WHERE s = 7 $$, 'rows with a NULL are left out, and counted');
SELECT results_eq($$ SELECT term, estimate, std_error FROM model_terms((SELECT logit_fit(CASE WHEN z <> 2 THEN churned END, CASE z WHEN 3 THEN NULL ELSE f END)
        FROM data, generate_series(1, 3) z WHERE s = 7)) $$, $$ SELECT term, estimate, std_error FROM fits, model_terms(m) WHERE s = 7 AND lambda = 0 $$, 'and change nothing else');
SELECT is_empty('SELECT s FROM (SELECT s, logit_fit(churned, f) m FROM data, generate_series(1, 3) z WHERE s % 10 = 0 GROUP BY s) x JOIN fits USING (s), LATERAL model_terms(x.m) a, LATERAL model_terms(fits.m) b
    WHERE lambda = 0 AND a.term = b.term AND (abs(a.estimate - b.estimate) > 1e-9 * abs(b.estimate) OR abs(a.std_error * sqrt(3) / b.std_error - 1) > 1e-9)', 'each customer thrice: the same coefficients, errors by the root of 3');

-- ---- separation, against what it is for one feature ----

CREATE TABLE small AS SELECT s, floor(random() * 4)::float8 AS x, random() < 0.5 AS churned FROM generate_series(1, 1500) s, generate_series(1, 3 + s % 6) i;
CREATE FUNCTION pg_temp.outcome(rows bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM logit_fit(churned, ARRAY[x]) FROM small WHERE s = rows;
    RETURN 'fitted';
EXCEPTION WHEN numeric_value_out_of_range THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM '^(Every|No|The data are separated)');
END $$;
CREATE INDEX ON small (s);
CREATE TABLE expected AS SELECT s, CASE WHEN bool_and(churned) THEN 'Every' WHEN NOT bool_or(churned) THEN 'No' WHEN min(x) = max(x) THEN 'fitted'
        WHEN max(x) FILTER (WHERE churned) <= min(x) FILTER (WHERE NOT churned) OR min(x) FILTER (WHERE churned) >= max(x) FILTER (WHERE NOT churned) THEN 'The data are separated'
        ELSE 'fitted' END AS o FROM small GROUP BY s;
SELECT cmp_ok((SELECT min(n) FROM (SELECT o, count(*) n FROM expected GROUP BY 1) x), '>', 20::bigint, 'all outcomes occur');
SELECT is_empty('SELECT s, o, pg_temp.outcome(s) FROM expected WHERE pg_temp.outcome(s) IS DISTINCT FROM o', 'separated data, complete or not, are told from others');
-- and for two features on a grid of 3 by 3, where the lines that can separate have small whole coefficients
CREATE TABLE grid AS SELECT s, floor(random() * 3)::float8 AS x, floor(random() * 3)::float8 AS y, random() < 0.5 AS churned FROM generate_series(1, 300) s, generate_series(1, 4 + s % 8) i;
CREATE FUNCTION pg_temp.grid_outcome(rows bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
    PERFORM logit_fit(churned, ARRAY[x, y]) FROM grid WHERE s = rows;
    RETURN 'fitted';
EXCEPTION WHEN numeric_value_out_of_range THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN substring(detail FROM '^(Every|No|The data are separated|Feature 2)');
END $$;
CREATE TABLE plane AS SELECT s, bool_or(wrong = 0 AND off > 0) AS separated
    FROM (SELECT s, count(*) FILTER (WHERE CASE WHEN churned THEN 1 ELSE -1 END * (a + b * x + c * y) < 0) AS wrong, count(*) FILTER (WHERE a + b * x + c * y <> 0) AS off
          FROM grid, generate_series(-8, 8) a, generate_series(-2, 2) b, generate_series(-2, 2) c WHERE b <> 0 OR c <> 0 GROUP BY s, a, b, c) x GROUP BY s;
SELECT is_empty('SELECT s, o, separated FROM (SELECT s, pg_temp.grid_outcome(s) AS o, separated FROM plane) x
    WHERE o IS NULL OR o = ''fitted'' AND separated OR o = ''The data are separated'' AND NOT separated', 'so it is in the plane');
-- two features of which neither separates alone, but x1 - x2 does; and the same but for one customer
CREATE TABLE pair AS SELECT ARRAY[x, y]::float8[] AS f, x > y AS churned FROM generate_series(1, 6) x, generate_series(1, 6) y WHERE x <> y;
SELECT throws_ok('SELECT logit_fit(churned, f) FROM pair', '22003', 'logit model cannot be fitted', 'a combination separates');
SELECT throws_ok('SELECT logit_fit(churned, f) FROM (TABLE pair UNION ALL VALUES (''{3,3}''::float8[], true), (''{3,3}'', false), (''{5,5}'', true), (''{2,2}'', false)) x',
    '22003', 'logit model cannot be fitted', 'but for ties');
SELECT lives_ok('SELECT logit_fit(churned, f) FROM (TABLE pair UNION ALL VALUES (''{2,5}''::float8[], true)) x', 'one customer on the wrong side, and there is a maximum');
SELECT lives_ok('SELECT logit_fit(churned, f, 0.1) FROM pair', 'with a ridge there is one, too');
SELECT throws_ok('SELECT logit_fit(churned, f) FROM (TABLE pair UNION ALL VALUES (''{2,3}''::float8[], true)) x', '22003', NULL, 'on the line next to it, there is none');
SELECT throws_ok('SELECT logit_fit(churned, f || (f[1] - f[2])) FROM (TABLE pair UNION ALL VALUES (''{2,5}''::float8[], true)) x', '22003', NULL, 'collinear');
SELECT lives_ok('SELECT logit_fit(churned, f || (f[1] - f[2]), 1) FROM pair', 'collinear, with a ridge');
SELECT results_eq($$ SELECT term, round(estimate::numeric, 3), std_error IS NULL FROM model_terms((SELECT logit_fit(am = 1, ARRAY[7, wt]) FROM cars)) $$,
    $$ VALUES ('intercept', 12.040, false), ('x1', 0.000, true), ('x2', -4.024, false) $$, 'a feature that does not vary has the coefficient 0');
SELECT throws_ok('SELECT logit_fit(true, ARRAY[1.0::float8])', '22003', 'logit model cannot be fitted', 'one customer');
SELECT lives_ok('SELECT logit_fit(i % 3 = 0, ARRAY[3e139 * (i % 7 - 3), 1e-140 * (i % 5)]) FROM generate_series(1, 300) i', 'the widest features');

-- ---- laws ----

CREATE AGGREGATE pg_temp.state(boolean, float8[]) (SFUNC = logit_accum, STYPE = logit_stats, COMBINEFUNC = logit_stats_merge, PARALLEL = SAFE);
CREATE AGGREGATE pg_temp.state(logit_stats) (SFUNC = logit_stats_merge, STYPE = logit_stats);
CREATE TABLE part AS SELECT cut, part, pg_temp.state(churned, f) AS st FROM (SELECT churned, CASE WHEN random() > 0.05 THEN f END AS f, random() AS luck FROM data WHERE s = 60) d,
    generate_series(2, 40, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2;
SELECT is((SELECT count(DISTINCT logit_stats_send(x)) FROM (SELECT pg_temp.state(st ORDER BY random()) x FROM part GROUP BY cut) y), 1::bigint, 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT part FROM part WHERE logit_stats_send(logit_stats_merge(st, NULL)) <> logit_stats_send(st) OR logit_stats_send(logit_stats_merge(NULL, st)) <> logit_stats_send(st)', 'NULL is the identity');
SELECT is_empty('SELECT a.part FROM part a JOIN part b USING (cut) WHERE logit_stats_send(logit_stats_merge(a.st, b.st)) <> logit_stats_send(logit_stats_merge(b.st, a.st))', 'merging is commutative');
SELECT is_empty('SELECT part FROM part WHERE logit_stats_send(st::text::logit_stats) <> logit_stats_send(st)', 'in(out(x)) = x');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT logit_fit(churned, f)::text FROM data WHERE s = 60), (SELECT m::text FROM fits WHERE s = 60 AND lambda = 0), 'workers fit the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT logit_fit(churned, f) FROM data WHERE false)::text, NULL, 'no rows: NULL');
SELECT is((SELECT logit_fit(NULL, f) FROM data)::text, NULL, 'no row without NULL: NULL');
SELECT throws_ok('SELECT logit_fit(churned, f) FROM data', '22023', 'rows have different numbers of features', 'different numbers of features');
SELECT throws_ok('SELECT logit_fit(churned, ARRAY[f[1], ''NaN'']) FROM data', '22003', 'feature is not a finite number', 'NaN');
SELECT throws_ok('SELECT logit_fit(churned, ARRAY[f[1]], i::float8) FROM data', '22023', 'ridge is not the same in all rows', 'ridges that differ');
SELECT throws_ok('SELECT churn_risk(''{1,2,3}''::float8[], m) FROM fits WHERE s = 4', '22023', 'features have 3 elements, the model 1', 'another number of features');
SELECT is((SELECT churn_risk('{NULL}'::float8[], m) FROM fits WHERE s = 4 LIMIT 1), NULL, 'a feature is not known: nor is the risk');
SELECT throws_ok($$ SELECT churn_risk('{1}'::float8[], 'sbg n=1 events=0 log_likelihood=-1 alpha=1 beta=1'::churn_model) $$, '22023', NULL, 'a model of another kind');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s logit_stats; m churn_model;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    PERFORM logit_stats_merge(s, s);
    m := logit_final(s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT logit_stats_send(pg_temp.state(churned, f)) AS b FROM data WHERE s = 5 AND i <= 30;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('logit_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('logit_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
