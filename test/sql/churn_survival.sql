-- Survival curves, the figures read from them, and the log-rank test
\pset null '(null)'
CREATE TEMP TABLE contract (id int, plan text, months float8, churned boolean, customers float8);
INSERT INTO contract VALUES
    (1, 'basic', 2, true, 3), (2, 'basic', 2, true, 1), (3, 'basic', 3, false, 1), (4, 'basic', 5, true, 2.5), (5, 'basic', 8, false, 1),
    (6, 'plus', 4, true, 1), (7, 'plus', 6, false, 1), (8, 'plus', 6, true, 2), (9, 'plus', 9, false, 4), (10, 'plus', NULL, true, 1), (11, 'plus', 3, NULL, 1),
    (12, 'plus', 7, false, NULL);
SELECT plan, time, at_risk, churned, censored, round(survival::numeric, 6) AS survival, round(std_error::numeric, 6) AS std_error, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM (SELECT plan, survival_agg(months, churned) AS s FROM contract GROUP BY plan) AS x, survival_curve(s) AS c ORDER BY plan, time;
SELECT plan, time, at_risk, churned, censored, round(survival::numeric, 6) AS survival, round(std_error::numeric, 6) AS std_error, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM (SELECT plan, survival_agg(months, churned, customers) AS s FROM contract GROUP BY plan) AS x, survival_curve(s, 0.9) AS c ORDER BY plan, time;
SELECT plan, r.* FROM (SELECT plan, survival_agg(months, churned) AS s FROM contract GROUP BY plan) AS x, survival_report(s) AS r ORDER BY plan;
SELECT plan, survival_missing(s), survival_missing(w), median_survival(s), survival_quantile(s, 0.25), survival_at(s, 5), survival_at(s, 8.5), restricted_mean(s, 6), restricted_mean(s, 9)
FROM (SELECT plan, survival_agg(months, churned) AS s, survival_agg(months, churned, customers) AS w FROM contract GROUP BY plan) AS x ORDER BY plan;
SELECT observed_a, round(expected_a::numeric, 6) AS expected_a, observed_b, round(expected_b::numeric, 6) AS expected_b, round(chi_square::numeric, 6) AS chi_square, df, round(p_value::numeric, 6) AS p_value
FROM (SELECT survival_agg(months, churned) FILTER (WHERE plan = 'basic') AS a, survival_agg(months, churned) FILTER (WHERE plan = 'plus') AS b FROM contract) AS x, logrank(a, b) AS l;
SELECT position, observed, round(expected::numeric, 6) AS expected, round(chi_square::numeric, 6) AS chi_square, df, round(p_value::numeric, 6) AS p_value
FROM (SELECT array_agg(s ORDER BY plan) AS groups FROM (SELECT plan, survival_agg(months, churned) AS s FROM contract GROUP BY plan) AS x) AS y, logrank(groups) AS l;
SELECT (SELECT rollup(s) FROM (SELECT survival_agg(months, churned) AS s FROM contract GROUP BY plan) AS x)::text = (SELECT survival_agg(months, churned) FROM contract)::text AS same;

-- stored form: whole durations and customers, and fractions of both
SELECT survival_agg(months, churned) FROM contract;
SELECT survival_agg(months / 2, churned, customers) FROM contract WHERE plan = 'basic';
-- two customers churned at 2, one was last seen at 5
SELECT time, at_risk, churned, censored, survival FROM survival_curve('survival_stats:0100030002020200030001');

-- nothing
SELECT survival_agg(months, churned) FROM contract WHERE false;
SELECT survival_agg(NULL, churned) FROM contract;
SELECT survival_agg(months, churned, 0) FROM contract;
SELECT * FROM survival_curve((SELECT survival_agg(NULL, churned) FROM contract));
SELECT * FROM survival_report((SELECT survival_agg(NULL, churned) FROM contract));
SELECT * FROM survival_curve(NULL);
SELECT median_survival(NULL), survival_at(NULL, 1), restricted_mean(survival_agg(1, true), NULL), survival_missing(NULL::survival_stats);
SELECT * FROM logrank((SELECT survival_agg(NULL, churned) FROM contract), (SELECT survival_agg(months, churned) FROM contract));
SELECT * FROM logrank('{}'::survival_stats[]);
SELECT * FROM logrank(ARRAY[NULL, NULL]::survival_stats[]);

-- one zero only, and the ends of the range
SELECT survival_agg(x, true) FROM unnest('{0,-0}'::float8[]) AS x;
SELECT time, survival FROM survival_curve((SELECT survival_agg(x, true) FROM unnest('{1e140,4e-320,9007199254740993}'::float8[]) AS x));

-- mistakes
\set SHOW_CONTEXT never
SELECT survival_agg(-1, true);
SELECT survival_agg('NaN', true);
SELECT survival_agg('Infinity', true);
SELECT survival_agg(1e141, true);
SELECT survival_agg(1, true, -0.5);
SELECT survival_agg(1, true, 'NaN');
SELECT survival_agg(1, true, 2e9);
SELECT survival_agg(1, true, 0.0000001);
SELECT * FROM survival_curve((SELECT survival_agg(1, true)), 95);
SELECT * FROM survival_report((SELECT survival_agg(1, true)), 0);
SELECT survival_quantile(survival_agg(1, true), 0);
SELECT survival_quantile(survival_agg(1, true), 50);
SELECT survival_at(survival_agg(1, true), -1);
SELECT restricted_mean(survival_agg(1, true), 'NaN');
SELECT 'survival_stats:01'::survival_stats;
SELECT * FROM logrank(array_fill((SELECT survival_agg(1, true)), ARRAY[1001]));
