-- Cox regression: fit, ratios, baseline, risk
\pset null '(null)'
CREATE TEMP TABLE contract AS
    SELECT i AS id, (1 + i * 37 % 24)::float8 AS months, i * 17 % 5 < 3 AS churned, (i * 7 % 11)::float8 AS complaints, (i * 13 % 3 = 0)::int::float8 AS annual
    FROM generate_series(1, 60) AS i;
SELECT term, round(estimate::numeric, 6) AS estimate, round(std_error::numeric, 6) AS std_error, round(z::numeric, 4) AS z
FROM (SELECT cox_fit(months, churned, ARRAY[complaints, annual]) AS m FROM contract) AS x, model_terms(m);
SELECT term, round(hazard_ratio::numeric, 6) AS hazard_ratio, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(p_value::numeric, 6) AS p_value
FROM (SELECT cox_fit(months, churned, ARRAY[complaints, annual], 'breslow') AS m FROM contract) AS x, hazard_ratios(m, '{complaints,annual}', 0.9);
SELECT n, missing, events, ties, round(log_likelihood::numeric, 6) AS log_likelihood, round(null_log_likelihood::numeric, 6) AS null_log_likelihood,
    round(chi_square::numeric, 6) AS chi_square, df, round(p_value::numeric, 6) AS p_value
FROM unnest('{efron,breslow}'::text[]) AS how, LATERAL (SELECT cox_fit(months, churned, ARRAY[complaints, annual], how) AS m FROM contract) AS x, cox_summary(m);
SELECT time, round(cumulative_hazard::numeric, 6) AS cumulative_hazard, round(survival::numeric, 6) AS survival
FROM (SELECT cox_fit(months, churned, ARRAY[complaints, annual]) AS m FROM contract) AS x, baseline_survival(m);
SELECT horizon, round(churn_risk('{0,1}', m, horizon)::numeric, 6) AS calm, round(churn_risk('{10,0}', m, horizon)::numeric, 6) AS angry
FROM (SELECT cox_fit(months, churned, ARRAY[complaints, annual]) AS m FROM contract) AS x, unnest('{0,1,12,24,25}'::float8[]) AS horizon;

-- the rows as they are collected: one that churned at 2, one last seen at 3, one with a NULL
SELECT cox_stats_merge(cox_stats_merge(cox_accum(NULL, 3, false, '{0.5}'), cox_accum(NULL, 2, true, '{-1}')), cox_accum(NULL, NULL, true, '{1}'));

-- nothing
SELECT cox_fit(months, churned, ARRAY[complaints]) FROM contract WHERE false;
SELECT cox_fit(months, churned, ARRAY[complaints, NULL]) FROM contract;
SELECT * FROM hazard_ratios(NULL);
SELECT * FROM cox_summary(NULL);
SELECT * FROM baseline_survival(NULL);
SELECT churn_risk('{1}', NULL, 1), churn_risk('{NULL}', cox_fit(months, churned, ARRAY[complaints]), 1) FROM contract;

-- data that cannot be fitted
\set SHOW_CONTEXT never
SELECT cox_fit(months, false, ARRAY[complaints]) FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints, 5]) FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints, annual, complaints + 2 * annual]) FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints, churned::int]) FROM contract;
SELECT cox_fit(months, months > 12, ARRAY[complaints, (months <= 3)::int]) FROM contract;

-- mistakes
SELECT cox_fit(months, churned, ARRAY[]::float8[]) FROM contract;
SELECT cox_fit(months, churned, ARRAY[ARRAY[complaints]]) FROM contract;
SELECT cox_fit(months, churned, CASE WHEN id = 7 THEN ARRAY[1, 2] ELSE ARRAY[complaints] END) FROM contract;
SELECT cox_fit(months, churned, ARRAY['NaN', complaints]::float8[]) FROM contract;
SELECT cox_fit(-months, churned, ARRAY[complaints]) FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints], 'exact') FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints], NULL) FROM contract;
SELECT cox_fit(months, churned, ARRAY[complaints], CASE WHEN id < 9 THEN 'efron' ELSE 'breslow' END) FROM contract;
SELECT cox_fit(1, true, array_fill(1::float8, ARRAY[251]));
CREATE TEMP TABLE fitted AS SELECT cox_fit(months, churned, ARRAY[complaints, annual]) AS m FROM contract;
SELECT hazard_ratios(m, '{complaints}') FROM fitted;
SELECT hazard_ratios(m, '{complaints,NULL}') FROM fitted;
SELECT hazard_ratios(m, NULL, 95) FROM fitted;
SELECT churn_risk('{1}', m, 12) FROM fitted;
SELECT churn_risk('{1,0}', m, -12) FROM fitted;
SELECT churn_risk('{1,0}', 'logit n=10 events=5 log_likelihood=-1 intercept=0 x1=1', 12);
SELECT cox_summary('cox n=10 events=5 log_likelihood=-1 x1=1');
SELECT 'cox_stats:01'::cox_stats;
