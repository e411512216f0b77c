-- Cox regression: published fits, the partial likelihood in SQL around the optimum of random sets, the baseline, degenerate data, and the laws.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL extra_float_digits = 1;
SELECT plan(53);

DO $$ BEGIN PERFORM setseed(0.2718); END $$;

-- ---- published ----

-- Rossi, Berk, Lenihan (1980) as in Allison (1995) and Fox (2002): weeks until an arrest. Of each: week, ! if arrested then, age, a financial aid
-- b black c work experience d married e paroled, prior convictions
CREATE TABLE rossi AS
    SELECT m[1]::float8 AS week, m[2] = '!' AS arrest, ARRAY[strpos(m[4], 'a') > 0, strpos(m[4], 'b') > 0, strpos(m[4], 'c') > 0, strpos(m[4], 'd') > 0, strpos(m[4], 'e') > 0]::int[] AS flag,
        m[3]::float8 AS age, m[5]::float8 AS prio
    FROM regexp_matches('
20!27be3,17!18be8,25!19ce13,52 23abcde1,52 19ce3,52 24bc2,23!25bcde0,52 21abce4,52 22b6,52 20bc0,52 26abe3,52 40bc2,37!17bce5,52 37bc2,25!20be3,
46!22abce2,28!19b7,52 20b2,52 25be12,52 24ce1,52 23be4,52 44abcde0,24!29abce2,52 28ace1,52 21abc0,52 19abce2,52 33bce1,52 19b2,52 19abe3,52 23abcde9,
52 23abe3,52 19abe1,52 42abc0,52 23bcd2,52 24bc3,50!20abce2,52 22bce5,52 27bc2,52 19ab4,52 28bce3,52 33abcd9,52 24bce1,10!21be14,52 22be2,52 19abe2,
52 22ab2,52 22ab15,20!23abce5,52 32bcde2,52 27abce0,52 36abc0,52 22abce1,52 32abce1,50!19abc10,52 28bcde1,52 32c3,52 33bcde1,52 26be1,52 20abce0,
52 42abc9,6!19b6,52 22bc2,52 22be5,52 36b11,52!23bc2,52 27abce3,52 21abe1,52 22abce2,49!35bce3,52 21bce4,52 25abce5,52 18be0,52 26abce2,52 30bc4,
52 20be2,52 43abce1,43!23bcde4,52 42c2,52 21.2,5!19b3,27!29b4,52 30bce3,52 21acde10,52 20be7,22!19abe10,52 22abce1,52 25be3,18!22b4,52 22abce4,
52 24abe2,52 39bcde4,52 21bce1,52 20abce2,52 24ab1,52 25bce2,24!21abc4,52 20abe1,52 19abe3,52 24ab2,52 24abce1,2!44bce2,26!32bc2,52 23bc3,49!19abe1,
52 20be1,21!27bce0,48!19b6,52 21abc1,52 20be1,52 25be3,52 20be6,52 23abce3,52 20b2,52 30abc1,52 25bcde0,52 22bce1,52 24bce3,52 18ab4,8!40abce1,
52 22be1,52 23abe6,49!21bce1,52 24acde2,52 24abe14,52 38bce2,52 26c3,52 29abc1,52 21be8,52 21abcde2,52 22e4,8!23be5,52 27bc2,52 18abe2,13!23b5,
52 24abe2,52 21ab3,52 20abe4,52 27abc4,8!20abe11,52 29abcde5,33!19b10,52 20b8,52 18abe0,11!19abe2,52 24abce1,52 28ce4,52 26ab4,52 17abe0,52 21be3,
37!34bc2,52 26abc1,52 43abce2,52 20be0,44!20bce1,52 32bce1,52!25ce1,52 22abe1,52 31ace1,52 42abcde4,52 32abc10,52 20ab8,52 20.1,52 36abe8,52 34abce2,
52 28abcde3,52 21abce2,52 18e6,52 20ae4,52 17e3,52 44abe3,52 30abce5,52 22ab11,9!30ab3,17!23b8,52 20abc2,52 19b10,52 21abe1,52 22abe6,52 19abe2,
52 21ab10,16!38be3,52 24ab7,52 39abcd2,3!30be3,52 37bc0,52 23abe2,52 21e1,52 31abce1,52 24ab13,52 31cde3,52 24be2,52 24abce1,52 21ac1,52 22ab2,
45!20be5,52 21abce0,52 24abce2,52 25bce1,52 19be1,52 20.2,52 20bce4,28!24bc1,52 18ab4,16!28abe5,15!19ab4,52 19bc1,52 25bcd0,52 19a1,52 25ab2,14!24b0,
52 20abce1,52 30abe1,52 29bce4,52 28cde4,52 36abe1,52 23abc7,52 23ab2,52 24bce4,52 29bcde1,52 26bcde2,52 39cd3,52 20abce1,52 23bce3,52 21abce2,
52 21abe1,7!20ae2,52 20ae3,52 27abce2,43!18c3,46!25abc1,40!20ab6,52 20abc5,14!20.7,52 24cd11,52 23ab1,8!28bc4,52 21b2,52 25b1,52 24bce1,52 29bcd3,
52 22bcde2,25!28be18,52 19be1,52 20bce1,17!20be5,37!22abce1,52 20be8,52 21abe2,52 21abce1,32!19be3,52 26bce1,52 23bcde2,52 22ace4,52 24abc8,52 40ab5,
52 32ab2,52 38bc0,52 26bce1,12!27abce0,52 29bcde3,18!20bce4,52 22b1,52 22.5,14!19abc12,52 22bc1,52 19b3,52 32abc1,52 25abce2,38!21be2,52 36abce1,
24!40bc2,20!20abe1,32!19abe0,52 18be4,52 28abc0,52 22abc2,52 25abe1,52 28abc2,52 25abc2,52 20abc4,52 24ab5,52 24bc0,52 36ace2,52 34abc1,31!19bce5,
20!23abe1,40!19bce3,52 40abc2,52 31abc2,52 23bcde0,52 42be2,42!26abcde1,52 20be9,26!27bce1,52 24ab5,52 25b2,52 22abce3,52 20abe2,52 20abce2,47!22be3,
52 18bce1,52 20bce2,40!20bce1,52 22bce2,52 30abcd2,52 36c1,52 25cde5,21!29be3,52 19bce3,52 24abce2,52 21ab0,52 35abce6,52 19ac4,1!20b0,43!22.3,
24!23bc1,11!19b18,52 18be3,52 38ace2,52 18ae6,52 22bcde1,33!21be3,52 21bce1,46!21abe5,36!17abe3,52 22abce1,52 23abcde0,18!19abe4,52 21abc1,52 35abc5,
50!23bc8,52 22ab2,34!25ab11,52 20abc4,35!19a1,52 20b1,52 41acde3,39!23ce4,9!26abc0,52 26b2,52 38abce1,52 27bce1,34!19abe3,52 25bc1,52 30abc2,52 42abc1,
44!20bce2,52 23abce1,52 21be3,35!20abc3,30!17b1,39!26abd5,52 24abce1,52 37bcde1,52 28bcde1,52 33bce0,19!22abe4,52 25bcde2,43!20d10,52 20b1,48!24ac4,
37!26a11,20!26abce1,52 25ce1,52 26bce1,36!23ab3,52 28abe4,52 27bce0,52 23ab3,52 17be7,52 20e4,52 20abe5,52 20ae9,30!22abce2,52 31be1,52 43bc1,52 29bc1,
52 21ab0,52 24c2,52 30abcd3,52 22bc0,52 26abcd1,42!20abc0,52 23bc6,52 25bce5,52 40abce2,52 30abcde0,26!22bde2,40!18be2,52 18be0,52 24bce2,52 25abcde2,
35!19abe2,52 24bce2,46!24bde2,52 18bce3,49!18abce0,52 23bc0,52 20be2,49!18abce1,52 23bce2,52 20abe1,52 23b5,52 23bce1,52 23bcde2,35!20bce4,52 26abcd4,
52 30ab1,52 36ac4,52 43abc4,27!20c1,52 24abce1,52 22bc1,52 20abd1,52!21b0,45!18ab5,4!18bc1,52!33bce2,36!19abe2,52 21ace1,52 21abe1,8!21abce4,15!22abe3,
52 18be3,19!18b2,52 24bce2,12!22abcde2,52 31ace3,52 20be1,52 20abcde1,52 29bce3,52 24abce1', '(\d+)([! ])(\d+)([a-e.]+)(\d+)', 'g') m;
CREATE TABLE features AS SELECT week, arrest, ARRAY[flag[1], age, flag[2], flag[3], flag[4], flag[5], prio]::float8[] AS x FROM rossi;
CREATE TABLE model AS SELECT cox_fit(week, arrest, x) AS efron, cox_fit(week, arrest, x, 'breslow') AS breslow FROM features;

SELECT results_eq($$ SELECT term, round(estimate::numeric, 4), round(std_error::numeric, 4), round(z::numeric, 3), round(p_value::numeric, 4)
    FROM model, model_terms(efron, '{fin,age,race,wexp,mar,paro,prio}') $$,
    $$ VALUES ('fin', -.3794, .1914, -1.983, .0474), ('age', -.0574, .0220, -2.611, .0090), ('race', .3139, .3080, 1.019, .3081), ('wexp', -.1498, .2122, -.706, .4803),
        ('mar', -.4337, .3819, -1.136, .2561), ('paro', -.0849, .1958, -.434, .6646), ('prio', .0915, .0286, 3.194, .0014) $$, 'Rossi, ties as Efron: what R and lifelines print');
SELECT results_eq($$ SELECT n, missing, events, ties, round(log_likelihood::numeric, 2), round(chi_square::numeric, 2), df, round(p_value::numeric, 7) FROM model, cox_summary(efron) $$,
    $$ VALUES (432::bigint, 0::bigint, 114::bigint, 'efron', -658.75, 33.27, 7, .0000236) $$, 'its likelihood, and the test of all features');
SELECT results_eq($$ SELECT round(hazard_ratio::numeric, 4), round(low::numeric, 4), round(high::numeric, 4) FROM model, hazard_ratios(efron) WHERE term IN ('x1', 'x7') $$,
    $$ VALUES (.6843, .4702, .9957), (1.0958, 1.0360, 1.1591) $$, 'its hazard ratios');
SELECT results_eq($$ SELECT round(estimate::numeric, 5), round((-2 * log_likelihood)::numeric, 3) FROM model, model_terms(breslow, '{fin,age,race,wexp,mar,paro,prio}'), cox_summary(breslow) WHERE term IN ('fin', 'age', 'prio') $$,
    $$ VALUES (-.37902, 1318.241), (-.05725, 1318.241), (.09111, 1318.241) $$, 'ties as Breslow: what SAS prints');

-- Gehan (1965)
CREATE TABLE gehan AS
    SELECT 0 AS placebo, t::float8, churned FROM (VALUES (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true), (10, false),
        (11, false), (13, true), (16, true), (17, false), (19, false), (20, false), (22, true), (23, true), (25, false), (32, false), (32, false),
        (34, false), (35, false)) v(t, churned)
    UNION ALL SELECT 1, t, true FROM unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::float8[]) t;
SELECT results_eq($$ SELECT round(estimate::numeric, 4), round(std_error::numeric, 4), round(chi_square::numeric, 2) FROM
        (SELECT 1 AS i, cox_fit(t, churned, ARRAY[placebo::float8]) m FROM gehan UNION ALL SELECT 2, cox_fit(t, churned, ARRAY[placebo::float8], 'breslow') FROM gehan) x,
        model_terms(m), cox_summary(m) ORDER BY i $$,
    $$ VALUES (1.5721, .4124, 16.35), (1.5092, .4096, 15.21) $$, 'Gehan: Efron and Breslow');

-- ---- the slow way ----

-- 300 sets of up to 60 customers: many ties, and times of their own
CREATE TABLE obs AS
    SELECT s, i, CASE WHEN s % 2 = 0 THEN ceil(y * 6) ELSE y END AS t, random() < 0.7 AS churned, ARRAY[a, b] AS x, random() AS luck
    FROM (SELECT s, i, a, b, -ln(1 - random()) * exp(0.1 * a - 0.5 * b) AS y
          FROM generate_series(1, 300) s, generate_series(1, 15 + s * 7919 % 45) i, LATERAL (SELECT random() * 10 + i * 0 AS a, floor(random() * 3 + i * 0) AS b) x) y;
CREATE FUNCTION pg_temp.fit(which int, how text) RETURNS churn_model LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT cox_fit(t, churned, x, how) FROM obs WHERE s = which);
EXCEPTION WHEN numeric_value_out_of_range THEN
    RETURN NULL;
END $$;
CREATE TABLE fit AS SELECT s, how, pg_temp.fit(s, how) AS m FROM generate_series(1, 300) s, unnest('{efron,breslow}'::text[]) how;
DELETE FROM fit WHERE m IS NULL;
CREATE TABLE optimum AS
    SELECT s, how, l, l0, min(estimate) FILTER (WHERE term = 'x1') AS b1, min(estimate) FILTER (WHERE term = 'x2') AS b2,
        min(std_error) FILTER (WHERE term = 'x1') AS e1, min(std_error) FILTER (WHERE term = 'x2') AS e2,
        min((string_to_array(substring(m::text FROM 'covariance=(\S+)'), ','))[2])::float8 AS v12
    FROM (SELECT s, how, m, log_likelihood AS l, null_log_likelihood AS l0 FROM fit, cox_summary(m)) x, model_terms(m) GROUP BY s, how, l, l0;

-- the partial likelihood at the optimum, at 0, and a thousandth of a standard error around it
CREATE TABLE point AS
    SELECT s, how, i, k, b1 + i * e1 / 1000 AS b1, b2 + k * e2 / 1000 AS b2 FROM optimum, generate_series(-1, 1) i, generate_series(-1, 1) k
    UNION ALL SELECT s, how, NULL, NULL, 0, 0 FROM optimum;
CREATE TABLE likelihood AS
    SELECT s, how, i, k, sum(own - (SELECT sum(ln(at_risk - CASE how WHEN 'efron' THEN e / d::float8 ELSE 0 END * lost)) FROM generate_series(0, d - 1) e)) AS l
    FROM (SELECT s, how, i, k, t, sum(eta) FILTER (WHERE churned) AS own, count(*) FILTER (WHERE churned) AS d, sum(exp(eta)) FILTER (WHERE churned) AS lost,
              sum(sum(exp(eta))) OVER (PARTITION BY s, how, i, k ORDER BY t DESC) AS at_risk
          FROM (SELECT s, how, point.i, k, t, churned, b1 * x[1] + b2 * x[2] AS eta FROM point JOIN obs USING (s)) y GROUP BY s, how, i, k, t) z
    WHERE d > 0 GROUP BY s, how, i, k;
CREATE TABLE slope AS
    SELECT s, how, (max(l) FILTER (WHERE (i, k) = (1, 0)) - max(l) FILTER (WHERE (i, k) = (-1, 0))) * 500 AS g1,
        (max(l) FILTER (WHERE (i, k) = (0, 1)) - max(l) FILTER (WHERE (i, k) = (0, -1))) * 500 AS g2,
        -(max(l) FILTER (WHERE (i, k) = (1, 0)) + max(l) FILTER (WHERE (i, k) = (-1, 0)) - 2 * max(l) FILTER (WHERE (i, k) = (0, 0))) * 1e6 AS h11,
        -(max(l) FILTER (WHERE (i, k) = (0, 1)) + max(l) FILTER (WHERE (i, k) = (0, -1)) - 2 * max(l) FILTER (WHERE (i, k) = (0, 0))) * 1e6 AS h22,
        -(max(l) FILTER (WHERE (i, k) = (1, 1)) + max(l) FILTER (WHERE (i, k) = (-1, -1)) - max(l) FILTER (WHERE (i, k) = (1, -1)) - max(l) FILTER (WHERE (i, k) = (-1, 1))) * 2.5e5 AS h12
    FROM likelihood GROUP BY s, how;

SELECT cmp_ok((SELECT count(*) FROM optimum), '>', 550::bigint, 'nearly all sets are fitted');
SELECT is_empty('SELECT s, how, o.l, p.l FROM optimum o JOIN likelihood p USING (s, how) WHERE (i, k) = (0, 0) AND abs(o.l - p.l) > 1e-10 * abs(o.l)', 'the likelihood is that of SQL');
SELECT is_empty('SELECT s, how, l0, p.l FROM optimum o JOIN likelihood p USING (s, how)
    WHERE i IS NULL AND abs(l0 - p.l) > 1e-10 * abs(l0)', 'that without features, too');
SELECT is_empty('SELECT * FROM slope WHERE greatest(abs(g1), abs(g2)) > 1e-6', 'it has no slope at the estimates');
SELECT is_empty('SELECT s FROM optimum o JOIN slope USING (s, how), LATERAL (SELECT v12 / (e1 * e2) AS r) x
    WHERE abs(h11 + h12 * r - 1) > 1e-4 OR abs(h22 + h12 * r - 1) > 1e-4 OR abs(h12 + h11 * r) > 1e-4 OR abs(h12 + h22 * r) > 1e-4', 'its curvature is the inverse of the covariance');
SELECT is_empty('SELECT s FROM optimum WHERE l < l0', 'features never make it worse');
SELECT is_empty('SELECT s FROM fit, hazard_ratios(m) h JOIN model_terms(m) t USING (term) WHERE abs(hazard_ratio - exp(estimate)) > 1e-12 * hazard_ratio OR abs(ln(h.low) - t.low) > 1e-9 OR abs(ln(h.high) - t.high) > 1e-9 OR h.z <> t.z OR h.p_value <> t.p_value',
    'hazard ratios are the terms, as factors');
SELECT is_empty('SELECT s FROM fit, hazard_ratios(m) h JOIN hazard_ratios(m, NULL, 0.99) t USING (term) WHERE NOT (t.low < h.low AND h.low < h.hazard_ratio AND h.hazard_ratio < h.high AND h.high < t.high)', 'limits are around them, wider with more confidence');
SELECT is_empty('SELECT s FROM fit a JOIN fit b USING (s) WHERE s % 2 = 1 AND a.how < b.how AND (SELECT array_agg(estimate) FROM model_terms(a.m)) <> (SELECT array_agg(estimate) FROM model_terms(b.m))', 'without ties their treatment does not matter');

-- the baseline: that of SQL at the means
CREATE TABLE hazard AS
    SELECT s, how, t, sum((SELECT sum(1 / (at_risk - CASE how WHEN 'efron' THEN e / d::float8 ELSE 0 END * lost)) FROM generate_series(0, d - 1) e)) OVER (PARTITION BY s, how ORDER BY t) AS h
    FROM (SELECT s, how, t, count(*) FILTER (WHERE churned) AS d, sum(w) FILTER (WHERE churned) AS lost, sum(sum(w)) OVER (PARTITION BY s, how ORDER BY t DESC) AS at_risk
          FROM (SELECT s, how, t, churned, exp(b1 * (x[1] - avg(x[1]) OVER (PARTITION BY s, how)) + b2 * (x[2] - avg(x[2]) OVER (PARTITION BY s, how))) AS w FROM optimum JOIN obs USING (s)) y GROUP BY s, how, t) z
    WHERE d > 0;
CREATE TABLE baseline AS SELECT s, how, b.* FROM fit, baseline_survival(m) b;
SELECT is((SELECT count(*) FROM baseline), (SELECT count(*) FROM hazard), 'the baseline has a row per time at which somebody churned');
SELECT is_empty('SELECT h.s FROM hazard h LEFT JOIN baseline b ON (b.s, b.how, b.time) = (h.s, h.how, h.t) WHERE b.s IS NULL OR abs(h - cumulative_hazard) > 1e-10 * h OR abs(survival - exp(-h)) > 1e-12', 'the hazard is that of SQL');
SELECT is_empty('SELECT s FROM fit JOIN optimum USING (s, how), unnest(''{0,1.5,3,4.25}''::float8[]) q, unnest(''{2,7}''::float8[]) a, unnest(''{0,2}''::float8[]) b,
        LATERAL (SELECT avg(x[1]) AS m1, avg(x[2]) AS m2, max(t) AS last FROM obs WHERE obs.s = fit.s) y,
        LATERAL (SELECT coalesce(max(cumulative_hazard), 0) AS h FROM baseline z WHERE (z.s, z.how) = (fit.s, fit.how) AND time <= q) z
    WHERE s % 10 < 4 AND ((churn_risk(ARRAY[a, b], m, q) IS NULL) <> (q > last) OR abs(churn_risk(ARRAY[a, b], m, q) - (1 - exp(-h * exp(b1 * (a - m1) + b2 * (b - m2))))) > 1e-10)', 'churn_risk is 1 - exp(-H exp(b (x - mean)))');
SELECT is((SELECT churn_risk('{1,NULL}', m, 1) FROM fit LIMIT 1), NULL, 'an unknown feature: NULL');
SELECT is((SELECT churn_risk(NULL, m, 1) FROM fit LIMIT 1), NULL, 'no features: NULL');

-- ---- units of the features do not matter ----

SELECT is_empty('SELECT a.t FROM (SELECT row_number() OVER () AS t, estimate, z FROM model, model_terms(efron)) a JOIN (SELECT row_number() OVER () AS t, estimate, z FROM
        (SELECT cox_fit(week, arrest, (SELECT array_agg(x * 1000 + 2026 ORDER BY o) FROM unnest(x) WITH ORDINALITY u(x, o))) m FROM features) q, model_terms(m)) b USING (t)
    WHERE abs(a.estimate - b.estimate * 1000) > 1e-9 OR abs(a.z - b.z) > 1e-8', 'a feature in another unit has the coefficient in that unit, and the same z');
SELECT is((SELECT max(abs(a.l - b.l)) < 1e-9 FROM (SELECT log_likelihood l FROM model, cox_summary(efron)) a, (SELECT log_likelihood l FROM (SELECT cox_fit(week * 7, arrest, x) m FROM features) q, cox_summary(m)) b), true, 'only the order of durations matters');
SELECT is((SELECT round(estimate::numeric, 6) FROM (SELECT cox_fit(week, arrest, ARRAY[x[7] * 1e130]) m FROM features) q, model_terms(m, '{prio}')), 0.000000, 'huge features');
SELECT is((SELECT round(a.z::numeric, 6) FROM (SELECT cox_fit(week, arrest, ARRAY[x[7] * 1e130]) m FROM features) q, hazard_ratios(m) a), (SELECT round(a.z::numeric, 6) FROM (SELECT cox_fit(week, arrest, ARRAY[x[7]]) m FROM features) q, hazard_ratios(m) a), 'have the same test');
SELECT is((SELECT count(*) FROM (SELECT cox_fit(week, arrest, x || ARRAY(SELECT random() + 0 * week FROM generate_series(3, 43) i)) m FROM features) q, model_terms(m)), 48::bigint, 'many features');

-- ---- data that cannot be fitted ----

SELECT throws_ok('SELECT cox_fit(week, false, x) FROM features', '22003', 'Cox model cannot be fitted', 'nobody churned');
SELECT throws_ok('SELECT cox_fit(1, true, ''{1,2}'')', '22003', 'Cox model cannot be fitted', 'one customer');
CREATE FUNCTION pg_temp.detail(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
    EXECUTE query;
    RETURN 'nothing';
EXCEPTION WHEN numeric_value_out_of_range THEN
    GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
    RETURN said;
END $$;
SELECT is(pg_temp.detail('SELECT cox_fit(week, arrest, ARRAY[x[1], 0.1]) FROM features'), 'Feature 2 is the same in all rows.', 'a constant feature');
SELECT is(pg_temp.detail('SELECT cox_fit(week, arrest, ARRAY[x[1], x[2], x[7], 2 * x[2] - 3 * x[7] + 5]) FROM features'), 'Feature 4 is a linear combination of those before it.', 'collinear features');
SELECT is(pg_temp.detail('SELECT cox_fit(week, arrest, ARRAY[x[1], x[2], 1 - x[1], x[7]]) FROM features'), 'Feature 3 is a linear combination of those before it.', 'a feature and its opposite');
SELECT is(pg_temp.detail('SELECT cox_fit(t, t > 10, ARRAY[t * 37 % 11, (t = 5)::int]) FROM generate_series(1, 40) t'), 'Whenever somebody churned, feature 2 was the same for all who were at risk.', 'a feature that never was at stake');
SELECT is(pg_temp.detail('SELECT cox_fit(week, arrest, ARRAY[x[1], arrest::int, x[2]]) FROM features'), 'The coefficient of feature 2 grows without end: it tells without fail who churns first.', 'a feature that tells it all');
SELECT is(pg_temp.detail('SELECT cox_fit(t, true, ARRAY[t * 37 % 11, -t]) FROM generate_series(1, 40) t'), 'The coefficient of feature 2 grows without end: it tells without fail who churns first.', 'an order that tells it all');
-- 2,000 tiny sets: a fit or an error that says why
CREATE FUNCTION pg_temp.tiny(seed int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m churn_model; bad boolean;
BEGIN
    SELECT cox_fit(1 + (seed * i * 31) % 4, (seed * i) % 5 < 3, ARRAY[(seed * i * i) % 7, (seed + i * 13) % 3]::float8[]) INTO m FROM generate_series(1, 2 + seed % 7) i;
    SELECT bool_or(estimate IS NULL OR std_error IS NULL OR abs(z) > 40) INTO bad FROM model_terms(m);
    RETURN CASE WHEN bad THEN 'wild' ELSE 'fitted' END;
EXCEPTION WHEN numeric_value_out_of_range THEN
    RETURN SQLERRM;
END $$;
SELECT is_empty($$ SELECT o, count(*) FROM generate_series(1, 2000) i, pg_temp.tiny(i) o WHERE o NOT IN ('fitted', 'Cox model cannot be fitted') GROUP BY 1 $$, 'tiny sets');
SELECT is((SELECT count(*) > 100 FROM generate_series(1, 2000) i WHERE pg_temp.tiny(i) = 'fitted'), true, 'of which some can be fitted');

-- ---- missing, nothing, and mistakes ----

SELECT results_eq($$ SELECT n, missing, log_likelihood FROM (SELECT cox_fit(week, arrest, x) m FROM (SELECT * FROM features UNION ALL VALUES (NULL, true, '{1,2,3,4,5,6,7}'::float8[]), (1, NULL, '{1}'), (2, true, NULL), (3, true, '{1,2,3,4,5,6,NULL}')) v(week, arrest, x)) y, cox_summary(m) $$,
    $$ SELECT n, 4::bigint, log_likelihood FROM model, cox_summary(efron) $$, 'rows with a NULL are left out and counted');
SELECT is((SELECT cox_fit(1, NULL, '{1}')::text), NULL, 'no row that counts: NULL');
SELECT is((SELECT cox_fit(week, arrest, x)::text FROM features WHERE false), NULL, 'no rows: NULL');
SELECT throws_ok('SELECT cox_fit(week, arrest, x[1:1 + week::int % 2]) FROM features', '22023', 'rows have different numbers of features', 'rows of different lengths');
SELECT throws_ok('SELECT cox_fit(-week, arrest, x) FROM features', '22003', NULL, 'a negative duration');
SELECT throws_ok('SELECT hazard_ratios(efron, ''{a}'') FROM model', '22023', 'names has 1 elements, the model 7 terms', 'too few names');
SELECT throws_ok('SELECT churn_risk(''{1}'', efron, 10) FROM model', '22023', 'features has 1 elements, the model 7 terms', 'too few features');
SELECT throws_ok('SELECT baseline_survival(''cox n=1 events=1 log_likelihood=-1 x1=2'')', '22023', NULL, 'a model without its baseline');
SELECT is((SELECT round(hazard_ratio::numeric, 6) FROM hazard_ratios('cox n=1 events=1 log_likelihood=-1 x1=2')), 7.389056, 'has its ratios');

-- ---- laws ----

CREATE TABLE state AS SELECT luck, s % 5 AS part, cox_accum(NULL, t, churned, x) AS c FROM obs WHERE s <= 20;
CREATE AGGREGATE pg_temp.collect(cox_stats) (SFUNC = cox_stats_merge, STYPE = cox_stats);
CREATE TABLE part AS SELECT part, pg_temp.collect(c ORDER BY luck) AS c FROM state GROUP BY part;
SELECT is((SELECT pg_temp.collect(c ORDER BY part)::text FROM part), (SELECT pg_temp.collect(c ORDER BY luck DESC)::text FROM state), 'any split, merged in any order, is the same to the last bit');
SELECT is((SELECT cox_final(pg_temp.collect(c ORDER BY part))::text FROM part), (SELECT cox_fit(t, churned, x)::text FROM obs WHERE s <= 20), 'and fitted the same');
SELECT is((SELECT cox_fit(week, arrest, x ORDER BY x)::text FROM features), (SELECT efron::text FROM model), 'the order of the rows tells nothing');
SELECT is_empty('SELECT part FROM part WHERE c::text::cox_stats::text <> c::text OR cox_stats_merge(c, NULL)::text <> c::text OR cox_stats_merge(NULL, c)::text <> c::text', 'in(out(x)) = x, and NULL is the identity');
SELECT throws_ok('SELECT cox_stats_merge(cox_accum(NULL, 1, true, ''{1}'', ''breslow''), cox_accum(NULL, 1, true, ''{1}''))', '22023', 'ties are not the same in all rows', 'ties that differ');
SELECT is((SELECT count(*) FROM fit WHERE churn_model_send(m::text::churn_model) <> churn_model_send(m)), 0::bigint, 'a model is its text');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT cox_fit(week, arrest, x)::text FROM features), (SELECT efron::text FROM model), 'workers collect the same');

-- every bit of a state flipped, and every byte cut off: an error of its class, or another state that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c cox_stats;
BEGIN
    c := value;
    IF c::text <> value THEN RETURN 'changed'; END IF;
    BEGIN
        PERFORM cox_stats_merge(c, c), cox_final(c);
    EXCEPTION WHEN numeric_value_out_of_range THEN
        RETURN 'sound';
    END;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE bytes AS SELECT cox_stats_send(pg_temp.collect(c)) AS b FROM (SELECT cox_accum(NULL, t, t < 5, ARRAY[t * 7 % 5, t * t]) c FROM generate_series(1, 6) t UNION ALL SELECT cox_accum(NULL, NULL, true, '{1}')) x;
SELECT is_empty($$ SELECT o, count(*) FROM bytes, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('cox_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another state');
SELECT is_empty($$ SELECT o, count(*) FROM bytes, generate_series(0, length(b) - 1) i,
        pg_temp.survives('cox_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

-- a model may come as any text: readers answer, or refuse it
CREATE FUNCTION pg_temp.reads(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m churn_model; bad boolean;
BEGIN
    m := value;
    SELECT bool_or(NOT survival BETWEEN 0 AND 1 OR cumulative_hazard < 0) INTO bad FROM baseline_survival(m);
    IF bad OR NOT churn_risk('{1,2}', m, 3) BETWEEN 0 AND 1 THEN RETURN 'nonsense'; END IF;
    PERFORM hazard_ratios(m), cox_summary(m);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE said AS SELECT cox_fit(t % 5, t % 3 < 2, ARRAY[t * 7 % 5, t * t % 11])::text AS m FROM generate_series(1, 20) t;
SELECT is_empty($$ SELECT o, count(*) FROM said, generate_series(1, length(m)) i, unnest('{0,9,-,.,e,","}'::text[]) c, pg_temp.reads(overlay(m PLACING c FROM i)) o
    WHERE o NOT IN ('sound', '22P02', '22023', '22003') GROUP BY 1 $$, 'models with a wrong letter');

SELECT * FROM finish();
ROLLBACK;
