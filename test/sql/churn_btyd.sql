-- models of customers who buy until they are gone
\pset null '(null)'
SET timezone = 'UTC';
-- 800 customers, made by a rate and a chance to leave of their own, of digits that are always the same
CREATE FUNCTION pg_temp.chance(id int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE AS
    $$ SELECT (('x' || substr(md5(what || id), 1, 8))::bit(32)::bigint + 0.5) / 4294967296 $$;
CREATE TEMP TABLE customer AS
    SELECT id, rfm_stats(count(*)::int - 1, max(at), t, CASE WHEN count(*) > 1 THEN avg(amount) FILTER (WHERE at > 0) END) AS r
    FROM (SELECT id, t, floor(7 * sum(gap) OVER w) / 7 AS at, amount, bool_or(leaves) OVER (PARTITION BY id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS gone
          FROM (SELECT id, n, 26 + id % 26 AS t, CASE WHEN n = 0 THEN 0 ELSE 8 * ln(pg_temp.chance(id, 'gap' || n)) / ln(pg_temp.chance(id, 'rate')) + 0.143 END AS gap,
                       pg_temp.chance(id, 'leave' || n) < 1 - sqrt(pg_temp.chance(id, 'loyal')) AS leaves, 20 * exp(pg_temp.chance(id, 'level') - pg_temp.chance(id, 'spend' || n)) AS amount
                FROM generate_series(1, 800) AS id, generate_series(0, 50) AS n) AS steps
          WINDOW w AS (PARTITION BY id ORDER BY n)) AS way
    WHERE gone IS NOT TRUE AND at < t GROUP BY id, t;
SELECT s.kind, s.n, s.events, s.unit_days, round(s.log_likelihood::numeric, 3) AS log_likelihood, round(s.aic::numeric, 2) AS aic
FROM unnest('{bgnbd,mbgnbd,paretonbd,gammagamma}'::text[]) k, LATERAL (SELECT churn_fit(r, k) AS m FROM customer) x, model_summary(m) s;
SELECT k AS kind, term, round(estimate::numeric, 3) AS estimate, round(std_error::numeric, CASE k WHEN 'paretonbd' THEN 2 ELSE 3 END) AS std_error
FROM unnest('{bgnbd,mbgnbd,paretonbd,gammagamma}'::text[]) k, LATERAL (SELECT churn_fit(r, k) AS m FROM customer) x, model_terms(m);
SELECT (SELECT churn_fit(r)::text FROM customer) = (SELECT churn_fit(r, 'mbgnbd')::text FROM customer) AS preset,
    (SELECT churn_fit(fit_agg(r))::text FROM customer) = (SELECT churn_fit(r, 'mbgnbd', '7 days')::text FROM customer) AS two_steps,
    (SELECT churn_fit(rollup(s))::text FROM (SELECT fit_agg(r) AS s FROM customer GROUP BY id % 4) x) = (SELECT churn_fit(r)::text FROM customer) AS merged,
    (SELECT customers(fit_agg(r)) FROM customer) AS customers, (SELECT customers(fit_agg(r, 'gammagamma')) FROM customer) AS came_back;

-- published: CDNOW with rounded parameters
CREATE TEMP TABLE model AS SELECT 'bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.4 r=0.243 alpha=4.414 a=0.793 b=2.426'::churn_model AS bg,
    'mbgnbd n=2357 events=946 unit=7 log_likelihood=-9582.1 r=0.525 alpha=6.183 a=0.891 b=1.614'::churn_model AS mbg,
    'paretonbd n=2357 events=946 unit=7 log_likelihood=-9595.0 r=0.553 alpha=10.578 s=0.606 beta=11.669'::churn_model AS pareto,
    'gammagamma n=946 events=946 log_likelihood=-4055.9 p=6.25 q=3.74 gamma=15.44'::churn_model AS spend;
SELECT x, t_x, t, round(churn_risk(r, bg)::numeric, 6) AS bg, round(churn_risk(r, mbg)::numeric, 6) AS mbg, round(churn_risk(r, pareto)::numeric, 6) AS pareto,
    round(expected_purchases(r, bg, '273 days')::numeric, 4) AS e_bg, round(expected_purchases(r, mbg, '273 days')::numeric, 4) AS e_mbg, round(expected_purchases(r, pareto, '273 days')::numeric, 4) AS e_pareto
FROM model, (VALUES (0, 0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (7, 29.43, 38.86), (26, 30.86, 31), (5000, 10, 38)) v(x, t_x, t), LATERAL (SELECT rfm_stats(x, t_x, t) AS r) y;
SELECT x, round(purchase_probability(bg, x, '273 days')::numeric, 7) AS bg, round(purchase_probability(mbg, x, '273 days')::numeric, 7) AS mbg, round(purchase_probability(pareto, x, '273 days')::numeric, 7) AS pareto FROM model, generate_series(0, 3) x;
SELECT weeks, round(expected_purchases(bg, weeks * interval '7 days')::numeric, 4) AS bg, round(expected_purchases(mbg, weeks * interval '7 days')::numeric, 4) AS mbg, round(expected_purchases(pareto, weeks * interval '7 days')::numeric, 4) AS pareto
FROM model, unnest('{0,1,3,32,78}'::int[]) weeks;
SELECT purchase_probability(bg, 0, '0'), purchase_probability(mbg, 1, '0') FROM model;
SELECT round(expected_spend(r, spend)::numeric, 4) AS expected_spend, round(clv(r, mbg, spend, '364 days')::numeric, 4) AS clv, round(clv(r, mbg, spend, '364 days', margin => 0.25, discount => 0.15)::numeric, 4) AS discounted
FROM model, (VALUES (rfm_stats(2, 30.43, 38.86, 22.35)), (rfm_stats(1, 1.71, 38.86, 11.77)), (rfm_stats(0, 0, 38.86)), ('rfm_stats:0100000000')) v(r);
CREATE TEMP TABLE purchase AS SELECT id, '2026-01-01 15:00Z'::timestamptz + (id * 5 + n * id * 3) * interval '1 day' AS at FROM generate_series(1, 4) id, generate_series(0, id * 2) n;
SELECT id, round(churn_risk(at, '2026-06-30Z', m)::numeric, 6) AS risk, churn_risk(at, '2026-06-30Z', m) = (SELECT churn_risk(rfm_agg(p.at, NULL, '2026-06-30Z'), (SELECT mbg FROM model)) FROM purchase p WHERE p.id = x.id) AS same
FROM (SELECT id, at, mbg AS m FROM purchase, model) x GROUP BY id ORDER BY id;

-- contracts
SELECT term, round(estimate::numeric, 4) AS estimate, round(std_error::numeric, 4) AS std_error FROM model_terms(sbg_fit('{1000,869,743,653,593,551,517,491}'));
SELECT period, round(survival::numeric, 5) AS survival, round(retention::numeric, 5) AS retention FROM sbg_retention(sbg_fit('{1000,869,743,653,593,551,517,491}'), 3);

-- the bytes: version 1; mbgnbd; unit of a week; 2 rows: no repeats, recency of 0 days, age of 14 days, 2 customers; 3 more repeats, 7 days, a double, 1 customer
SELECT fit_agg(r) FROM (VALUES (rfm_stats(0, 0, 2)), (rfm_stats(3, 1, 1.5)), (rfm_stats(0, 0, 14, NULL, '1 day'))) v(r);
-- of spend: gammagamma, no unit; 1 row: 2 repeats of mean 8, 1 customer
SELECT fit_agg(r, 'gammagamma') FROM (VALUES (rfm_stats(0, 0, 2)), (rfm_stats(2, 1, 2, 8)), (rfm_stats(2, 1, 2)), (NULL)) v(r);

-- nothing
SELECT churn_fit(r), churn_fit(r, 'bgnbd'), fit_agg(r) FROM customer WHERE false;
SELECT churn_fit(r, 'gammagamma') FROM (VALUES (rfm_stats(2, 1, 2))) v(r);
SELECT churn_fit(NULL::fit_stats), churn_risk(NULL::rfm_stats, bg), expected_spend('rfm_stats:0100000000', spend), churn_risk('rfm_stats:0100000000'::rfm_stats, bg) FROM model;
SELECT churn_risk(NULL::timestamptz, '2026-01-01Z', bg) FROM model;

-- mistakes
\set SHOW_CONTEXT never
SELECT churn_fit(r, 'pareto') FROM customer;
SELECT churn_fit(r, NULL) FROM customer;
SELECT churn_fit(r, 'bgnbd', '0') FROM customer;
SELECT churn_fit(r, 'bgnbd', '1 mon') FROM customer;
SELECT fit_agg(r, 'bgnbd', id * interval '1 day') FROM customer;
SELECT churn_fit(r, CASE WHEN id < 5 THEN 'bgnbd' ELSE 'mbgnbd' END) FROM customer;
SELECT churn_fit(rfm_stats(0, 0, 10)) FROM generate_series(1, 9);
SELECT churn_fit(rfm_stats(0, 0, 10), 'gammagamma') FROM generate_series(1, 9);
SELECT churn_fit(rfm_stats(1, 5, 10)) FROM generate_series(1, 1);
SELECT churn_fit(rfm_stats(1, 0, 0)) FROM generate_series(1, 9);
SELECT churn_fit(rfm_stats(1, 0, 1, -1), 'gammagamma') FROM generate_series(1, 9);
SELECT churn_risk(rfm_stats(1, 5, 10), spend) FROM model;
SELECT expected_spend(rfm_stats(1, 5, 10), bg) FROM model;
SELECT expected_purchases(rfm_stats(1, 5, 10), bg, '1 mon') FROM model;
SELECT expected_purchases(bg, '-1 day') FROM model;
SELECT purchase_probability(bg, -1, '1 day') FROM model;
SELECT clv(rfm_stats(1, 5, 10, 5), bg, bg, '10 days') FROM model;
SELECT clv(rfm_stats(1, 5, 10, 5), bg, spend, '36526 days') FROM model;
SELECT clv(rfm_stats(1, 5, 10, 5), bg, spend, '10 days', 1, -1) FROM model;
SELECT clv(rfm_stats(1, 5, 10, 5), bg, spend, '10 days', 'NaN') FROM model;
SELECT churn_risk(at, '2026-06-30Z', spend) FROM purchase, model;
SELECT churn_risk(at, '2026-06-30Z', NULL) FROM purchase;
SELECT churn_risk(at, '2026-06-30Z', CASE WHEN id = 1 THEN bg ELSE mbg END) FROM purchase, model;
SELECT sbg_fit('{1000,900}');
SELECT sbg_fit('{1000,900,NULL}');
SELECT sbg_fit('{1000,900,-1}');
SELECT sbg_fit('{1000,900,901}');
SELECT sbg_fit('{1000,1000,1000}');
SELECT sbg_retention(bg, 3) FROM model;
SELECT * FROM sbg_retention(sbg_fit('{1000,869,743,653}'), -1);
SELECT 'fit_stats:01'::fit_stats;
SELECT 'risk_stats:01'::risk_stats;
-- a likelihood without a maximum; where it was followed to depends on the last digits
\set VERBOSITY sqlstate
SELECT churn_fit(rfm_stats(3, 5, 10)) FROM generate_series(1, 9);
SELECT churn_fit(rfm_stats(3, 5, 10, 7), 'gammagamma') FROM generate_series(1, 9);
SELECT sbg_fit('{1000,500,250,125}');
SELECT churn_fit(r, 'pareto') FROM customer;
\set VERBOSITY default
