-- logit_fit: which features go with churning
CREATE TEMP TABLE customer AS SELECT i AS id, (i * 7919 % 13) > 7 AS churned, ARRAY[i % 12, i * 31 % 7, (i % 3 = 0)::int]::float8[] AS f FROM generate_series(1, 120) AS i;

-- R's mtcars: glm(am ~ wt) is 12.040, -4.024
CREATE TEMP TABLE car (wt float8, am int);
INSERT INTO car VALUES (2.620, 1), (2.875, 1), (2.320, 1), (3.215, 0), (3.440, 0), (3.460, 0), (3.570, 0), (3.190, 0), (3.150, 0), (3.440, 0), (3.440, 0),
    (4.070, 0), (3.730, 0), (3.780, 0), (5.250, 0), (5.424, 0), (5.345, 0), (2.200, 1), (1.615, 1), (1.835, 1), (2.465, 0), (3.520, 0), (3.435, 0), (3.840, 0),
    (3.845, 0), (1.935, 1), (2.140, 1), (1.513, 1), (3.170, 1), (2.770, 1), (3.570, 1), (2.780, 1);
SELECT term, round(estimate::numeric, 6) AS estimate, round(std_error::numeric, 6) AS std_error, round(z::numeric, 6) AS z, round(p_value::numeric, 8) AS p_value,
    round(low::numeric, 5) AS low, round(high::numeric, 5) AS high
FROM model_terms((SELECT logit_fit(am = 1, ARRAY[wt]) FROM car), '{weight}');
SELECT term, round(odds_ratio::numeric, 6) AS odds_ratio, round(low::numeric, 8) AS low, round(high::numeric, 6) AS high, round(z::numeric, 6) AS z, round(p_value::numeric, 8) AS p_value
FROM odds_ratios((SELECT logit_fit(am = 1, ARRAY[wt]) FROM car), '{weight}', 0.9);
SELECT n, missing, churned, ridge, round(log_likelihood::numeric, 6) AS log_likelihood, round(null_log_likelihood::numeric, 6) AS null_log_likelihood,
    round(chi_square::numeric, 6) AS chi_square, df, round(p_value::numeric, 9) AS p_value, round(pseudo_r_squared::numeric, 6) AS pseudo_r_squared
FROM logit_summary((SELECT logit_fit(am = 1, ARRAY[wt]) FROM car));
SELECT wt, round(churn_risk(ARRAY[wt], m)::numeric, 6) AS risk FROM (SELECT logit_fit(am = 1, ARRAY[wt]) AS m FROM car) AS x, unnest('{0,2,3,4,100,NULL}'::float8[]) AS wt;

-- a ridge pulls coefficients towards 0
SELECT x.ridge, round(l.estimate::numeric, 5) AS intercept, round(w.estimate::numeric, 5) AS weight, round(w.std_error::numeric, 5) AS std_error, round(chi_square::numeric, 6) AS chi_square, df, round(s.p_value::numeric, 10) AS p_value
FROM (SELECT ridge, logit_fit(am = 1, ARRAY[wt], ridge) AS m FROM car, unnest('{0,0.1,1,10,1000}'::float8[]) AS ridge GROUP BY ridge) AS x,
    logit_summary(m) AS s, LATERAL (SELECT * FROM model_terms(m) WHERE term = 'intercept') AS l, LATERAL (SELECT * FROM model_terms(m) WHERE term = 'x1') AS w
ORDER BY x.ridge;

-- rows with a NULL, a feature that does not vary, nothing
SELECT n, missing, churned, df FROM logit_summary((SELECT logit_fit(c, x) FROM (SELECT churned, f FROM customer UNION ALL VALUES (NULL, '{1,1,1}'::float8[]), (true, NULL), (true, '{1,NULL,1}')) AS v(c, x)));
SELECT term, round(estimate::numeric, 6) AS estimate, round(std_error::numeric, 6) AS std_error FROM model_terms((SELECT logit_fit(am = 1, ARRAY[1, wt]) FROM car));
SELECT * FROM odds_ratios((SELECT logit_fit(i < 3, '{5}'::float8[]) FROM generate_series(1, 4) AS i));
SELECT logit_fit(churned, f) FROM customer WHERE false;
SELECT logit_fit(NULL, f) FROM customer;
SELECT logit_fit(churned, NULL) FROM customer;
SELECT churn_risk(NULL::float8[], NULL::churn_model), churn_risk('{1}'::float8[], NULL::churn_model);
SELECT * FROM odds_ratios(NULL);
SELECT * FROM logit_summary(NULL);

-- a model that came as text knows no more than it says
SELECT churn_risk('{0.5}'::float8[], 'logit n=10 events=4 log_likelihood=-5 intercept=1 x1=-2'::churn_model) AS half;
SELECT * FROM odds_ratios('logit n=10 events=4 log_likelihood=-5 intercept=1 x1=-2');
SELECT * FROM logit_summary('logit n=10 events=4 log_likelihood=-5 intercept=1 x1=-2');

-- the bytes of the state: version 1, no ridge, 1 missing, 1 feature, 2 rows: 1.0 of 2 who stayed and none who churned, 2.0 of 1 and 1
CREATE AGGREGATE pg_temp.state(boolean, float8[]) (SFUNC = logit_accum, STYPE = logit_stats);
SELECT pg_temp.state(c, x) FROM (VALUES (false, '{1}'::float8[]), (true, '{2}'), (false, '{1}'), (false, '{2}'), (NULL, '{3}')) AS v(c, x);

-- mistakes
\set SHOW_CONTEXT never
SELECT logit_fit(true, f) FROM customer;
SELECT logit_fit(false, f) FROM customer;
SELECT logit_fit(i > 5, ARRAY[i]::float8[]) FROM generate_series(1, 10) AS i;
SELECT logit_fit(i > 5 OR i = 5 AND k = 1, ARRAY[k, i]::float8[]) FROM generate_series(1, 10) AS i, generate_series(1, 2) AS k;
SELECT logit_fit(churned, f || (2 * f[1] - f[2] + 3)) FROM customer;
SELECT logit_fit(churned, f[1:1 + id % 2]) FROM customer;
SELECT logit_fit(churned, '{}') FROM customer;
SELECT logit_fit(churned, ARRAY[f, f]) FROM customer;
SELECT logit_fit(churned, array_fill(1::float8, ARRAY[251])) FROM customer;
SELECT logit_fit(churned, ARRAY['-Infinity'::float8]) FROM customer;
SELECT logit_fit(churned, ARRAY[1e141]) FROM customer;
SELECT logit_fit(churned, f, NULL) FROM customer;
SELECT logit_fit(churned, f, -1) FROM customer;
SELECT logit_fit(churned, f, 'NaN') FROM customer;
SELECT logit_fit(churned, f, id) FROM customer;
SELECT churn_risk('{1,2}'::float8[], (SELECT logit_fit(churned, f) FROM customer));
SELECT churn_risk('{1e140}'::float8[], 'logit n=10 events=4 log_likelihood=-5 intercept=1 x1=1e200'::churn_model);
SELECT churn_risk('{1}'::float8[], 'cox n=10 events=4 log_likelihood=-5 x1=1'::churn_model);
SELECT * FROM odds_ratios((SELECT logit_fit(churned, f) FROM customer), '{a,b}');
SELECT * FROM odds_ratios((SELECT logit_fit(churned, f) FROM customer), '{a,b,NULL}');
SELECT * FROM odds_ratios((SELECT logit_fit(churned, f) FROM customer), NULL, 1);
SELECT * FROM logit_summary('cox n=10 events=4 log_likelihood=-5 x1=1');
SELECT 'logit_stats:01'::logit_stats;
