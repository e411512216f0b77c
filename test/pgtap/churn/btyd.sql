-- Models of purchases: published figures; likelihoods, risks and expectations against slow sums over the rates and chances of customers; laws.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(70);

DO $$ BEGIN PERFORM setseed(0.2005); END $$;

CREATE FUNCTION pg_temp.model(kind text, a float8, b float8, c float8, d float8, unit float8 DEFAULT 7) RETURNS churn_model LANGUAGE sql AS $$
    SELECT format('%s n=100 events=50 unit=%s log_likelihood=-1 %s', kind, unit,
        CASE WHEN kind = 'paretonbd' THEN format('r=%s alpha=%s s=%s beta=%s', a, b, c, d) ELSE format('r=%s alpha=%s a=%s b=%s', a, b, c, d) END)::churn_model $$;
CREATE FUNCTION pg_temp.log_likelihood(m churn_model) RETURNS float8 LANGUAGE sql AS 'SELECT log_likelihood FROM model_summary(m)';
CREATE FUNCTION pg_temp.term(m churn_model, name text) RETURNS float8 LANGUAGE sql AS 'SELECT estimate FROM model_terms(m) WHERE term = name';
CREATE FUNCTION pg_temp.risk_of(m text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    RETURN round(churn_risk(rfm_stats(2, 30.43, 38.86), m::churn_model)::numeric, 4)::float8;
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;

-- ---- published ----

CREATE TEMP TABLE cdnow AS SELECT pg_temp.model('bgnbd', 0.243, 4.414, 0.793, 2.426) AS m;
SELECT is((SELECT round(expected_purchases(rfm_stats(2, 30.43, 38.86), m, '273 days')::numeric, 6) FROM cdnow), 1.226028, 'Fader, Hardie, Lee: 1.226 purchases in 39 weeks');
SELECT is((SELECT round((1 - churn_risk(rfm_stats(2, 30.43, 38.86), m))::numeric, 6) FROM cdnow), 0.726579, 'and alive with 0.7266');
SELECT is((SELECT round(purchase_probability(m, 0, '273 days')::numeric, 7) FROM cdnow), 0.5737864, 'nobody comes back in 39 weeks with 0.5737864');
SELECT is((SELECT churn_risk(rfm_stats(0, 0, 38.86), m) FROM cdnow), 0::float8, 'bgnbd: who never came back is alive');
SELECT results_eq('SELECT round(expected_purchases(pg_temp.model(''bgnbd'', 0.24259388, 4.41358813, 0.79291832, 2.42588865), t * interval ''7 days'')::numeric, 4) FROM unnest(''{1,3,32}''::int[]) t',
    'VALUES (0.0532), (0.1506), (1.0437)', 'repeat purchases of a new customer of CDNOW (R package BTYD)');
SELECT results_eq($$ SELECT round(expected_spend(rfm_stats(x, 0, 38.86, m), 'gammagamma n=946 events=946 log_likelihood=-4055.9 p=6.25 q=3.74 gamma=15.44')::numeric, 2)
        FROM (VALUES (2, 22.35), (1, 11.77), (0, NULL)) v(x, m) $$, 'VALUES (24.66), (18.92), (35.22)', 'expected spend: 24.65, 18.91, 35.22 (Fader, Hardie 2013; R package BTYD)');
SELECT results_eq($$ SELECT round((1 - churn_risk(r, m))::numeric, 4), round(expected_purchases(r, m, '364 days')::numeric, 2)
        FROM (SELECT rfm_stats(26, 30.86, 31) AS r, pg_temp.model('paretonbd', 0.5533, 10.5776, 0.6061, 11.6656) AS m) x $$,
    'VALUES (0.9979, 25.46)', 'Pareto/NBD: customer 1516 of CDNOW is alive with 0.9979 and buys 25.46 times in a year (R package BTYD)');
CREATE TEMP TABLE sbg AS SELECT sbg_fit('{1000,869,743,653,593,551,517,491}') AS m;
SELECT results_eq('SELECT term, round(estimate::numeric, 3) FROM sbg, model_terms(m)', $$ VALUES ('alpha', 0.668), ('beta', 3.806) $$, 'sBG: alpha 0.668, beta 3.806 (Fader, Hardie 2007)');
SELECT is((SELECT round(pg_temp.log_likelihood(m)::numeric, 1) FROM sbg), -1611.2, 'and log-likelihood -1611.2');
SELECT results_eq('SELECT round(survival::numeric, 3), round(retention::numeric, 3) FROM sbg_retention(sbg_fit(''{1000,631,468,382,326,289,262,241}''), 12) WHERE period IN (1, 12)',
    'SELECT round((1 - a / (a + b))::numeric, 3), round((b / (a + b))::numeric, 3) FROM (VALUES (0.704, 1.182)) v(a, b) UNION ALL
     SELECT round(exp(sum(ln((b + t - 1) / (a + b + t - 1))))::numeric, 3), round(max((b + t - 1) / (a + b + t - 1))::numeric, 3) FROM (VALUES (0.704, 1.182)) v(a, b), generate_series(1, 12) t',
    'regular customers: alpha 0.704, beta 1.182');

-- ---- likelihoods, by sums over rates and chances ----

-- unit steps of logarithms: rates lambda and mu, and chances p by ln(p / (1 - p)); sums of equal steps are all but exact for such
CREATE TEMP TABLE rate AS SELECT exp(u / 4.0::float8) AS v, u / 4.0::float8 AS l FROM generate_series(-260, 28) u;
CREATE TEMP TABLE chance AS SELECT 1 / (1 + exp(-u / 4.0::float8)) AS p, 1 / (1 + exp(u / 4.0::float8)) AS q, -ln(1 + exp(-u / 4.0::float8)) AS lp, -ln(1 + exp(u / 4.0::float8)) AS lq FROM generate_series(-240, 240) u;
-- exp without underflow
CREATE FUNCTION pg_temp.ex(x float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT exp(greatest(x, -160))';
-- a mean over customers of f(lambda) of shape r and rate alpha is a sum with weights v^r exp(-alpha v); over p, with weights p^a q^b

CREATE TEMP TABLE sets AS SELECT set, r::float8, alpha::float8, a::float8, b::float8 FROM (VALUES (1, 0.8, 3.0, 0.9, 2.5), (2, 2.5, 10.0, 0.4, 0.7), (3, 0.5, 0.7, 3.0, 8.0), (4, 5.0, 1.5, 1.0, 1.0)) v(set, r, alpha, a, b);
CREATE TEMP TABLE rows AS SELECT id, x, t_x::float8, t::float8 FROM (VALUES (1, 0, 0.0, 10.0), (2, 1, 4.0, 12.0), (3, 3, 20.0, 21.0), (4, 7, 5.0, 30.0), (5, 12, 11.0, 11.0), (6, 2, 0.0, 5.0), (7, 0, 0.0, 0.0)) v(id, x, t_x, t);

CREATE TEMP TABLE slow_bg AS
    SELECT kind, set, id, x, t_x, t, alive_rate * alive_chance AS alive, gone_rate * gone_chance AS gone
    FROM sets, rows, unnest('{bgnbd,mbgnbd}'::text[]) kind, LATERAL (SELECT x + (kind = 'mbgnbd')::int AS m) m,
         LATERAL (SELECT sum(pg_temp.ex((r + x) * l - v * (alpha + t))) / sum(pg_temp.ex(r * l - v * alpha)) AS alive_rate,
                         sum(pg_temp.ex((r + x) * l - v * (alpha + t_x))) / sum(pg_temp.ex(r * l - v * alpha)) AS gone_rate FROM rate) l,
         LATERAL (SELECT sum(pg_temp.ex(a * lp + (b + m) * lq)) / sum(pg_temp.ex(a * lp + b * lq)) AS alive_chance,
                         CASE WHEN m = 0 THEN 0 ELSE sum(pg_temp.ex((a + 1) * lp + (b + m - 1) * lq)) / sum(pg_temp.ex(a * lp + b * lq)) END AS gone_chance FROM chance) c;
CREATE TEMP TABLE slow_pareto AS
    SELECT 'paretonbd'::text AS kind, set, id, x, t_x, t, s.alive / w.weight AS alive, s.gone / w.weight AS gone
    FROM sets, rows,
         LATERAL (SELECT sum(pg_temp.ex((r + x) * l.l + a * m.l - l.v * (alpha + t) - m.v * (b + t))) AS alive,
                         sum(pg_temp.ex((r + x) * l.l + (a + 1) * m.l - ln(l.v + m.v) - l.v * alpha - m.v * b) * (pg_temp.ex(-(l.v + m.v) * t_x) - pg_temp.ex(-(l.v + m.v) * t))) AS gone
                  FROM rate l, rate m WHERE l.v BETWEEN 1e-16 AND 40 AND m.v BETWEEN 1e-28 AND 100) s,
         LATERAL (SELECT (SELECT sum(pg_temp.ex(r * l - alpha * v)) FROM rate) * (SELECT sum(pg_temp.ex(a * l - b * v)) FROM rate) AS weight) w;
CREATE TEMP TABLE slow AS SELECT * FROM slow_bg UNION ALL SELECT * FROM slow_pareto;
SELECT is((SELECT count(*) FROM slow), 84::bigint, 'three models, four sets of parameters, seven customers');
SELECT is_empty('SELECT kind, set, id, churn_risk(rfm_stats(x, t_x, t), pg_temp.model(kind, r, alpha, a, b)) p, gone / (alive + gone) q FROM slow JOIN sets USING (set)
    WHERE abs(churn_risk(rfm_stats(x, t_x, t), pg_temp.model(kind, r, alpha, a, b)) - gone / (alive + gone)) > 1e-7', 'churn_risk is the share of the likelihood of those who are gone');

-- purchases to come: the same sums, with (1 - exp(-lambda p t)) / p, or lambda (1 - exp(-mu t)) / mu
SELECT is_empty('SELECT kind, id, set, mean FROM slow JOIN sets USING (set), LATERAL (SELECT x + (kind = ''mbgnbd'')::int AS m) m,
      LATERAL (SELECT sum(w * CASE WHEN v * p < 1e-7 THEN 8 * v ELSE (1 - pg_temp.ex(-v * p * 8)) / p END) / sum(w) AS mean
               FROM rate, chance, LATERAL (SELECT pg_temp.ex((r + x) * l - v * (alpha + t) + a * lp + (b + m) * lq) AS w OFFSET 0) w WHERE v BETWEEN 1e-18 AND 60 AND p > 1e-11) e
    WHERE kind <> ''paretonbd'' AND set IN (1, 3) AND id IN (1, 2, 4)
      AND abs(expected_purchases(rfm_stats(x, t_x, t), pg_temp.model(kind, r, alpha, a, b), ''56 days'') - mean * alive / (alive + gone)) > 1e-6 * mean', 'expected_purchases, of those who go after purchases');
SELECT is_empty('SELECT id, set FROM slow JOIN sets USING (set),
      LATERAL (SELECT sum(pg_temp.ex((r + x + 1) * l - v * (alpha + t))) / sum(pg_temp.ex((r + x) * l - v * (alpha + t))) AS per FROM rate) l,
      LATERAL (SELECT sum(pg_temp.ex(a * l - v * (b + t)) * CASE WHEN v < 1e-9 THEN 8 ELSE (1 - pg_temp.ex(-v * 8)) / v END) / sum(pg_temp.ex(a * l - v * (b + t))) AS weeks FROM rate) m
    WHERE kind = ''paretonbd'' AND set IN (1, 3, 4)
      AND abs(expected_purchases(rfm_stats(x, t_x, t), pg_temp.model(kind, r, alpha, a, b), ''56 days'') - per * weeks * alive / (alive + gone)) > 1e-6 * per * weeks', 'and of those who go at any time');
SELECT is_empty('SELECT kind, set FROM sets, unnest(''{bgnbd,mbgnbd,paretonbd}''::text[]) kind, LATERAL (SELECT pg_temp.model(kind, r, alpha, a, b) m OFFSET 0) m,
      LATERAL (SELECT sum(purchase_probability(m, x, ''140 days'')) one, sum(x * purchase_probability(m, x, ''140 days'')) mean FROM generate_series(0, 600) x) p
    WHERE set <> 3 AND (abs(one - 1) > 1e-9 OR abs(mean - expected_purchases(m, ''140 days'')) > 1e-7 * mean)', 'probabilities of numbers of purchases add up to 1, and to what is expected');
SELECT is_empty('SELECT kind, set, id FROM slow JOIN sets USING (set), LATERAL (SELECT pg_temp.model(kind, r, alpha, a, b) w, pg_temp.model(kind, r, alpha * 7, a, CASE WHEN kind = ''paretonbd'' THEN b * 7 ELSE b END, 1) d) m
    WHERE abs(churn_risk(rfm_stats(x, t_x, t), w) - churn_risk(rfm_stats(x, t_x * 7, t * 7, NULL, ''1 day''), d)) > 1e-12
       OR abs(expected_purchases(rfm_stats(x, t_x, t), w, ''56 days'') / expected_purchases(rfm_stats(x, t_x, t), d, ''56 days'') - 1) > 1e-12', 'units are taken care of');

-- a likelihood that is fitted is the slow one at its parameters, and no neighbour's is larger
-- purchases of 4,000 customers whom mbgnbd makes
CREATE TEMP TABLE made AS
    SELECT id, t, count(*) FILTER (WHERE at < t AND NOT coalesce(gone, false)) - 1 AS x, max(at) FILTER (WHERE at < t AND NOT coalesce(gone, false)) AS t_x
    FROM (SELECT id, t, sum(gap) OVER w AS at, bool_or(leaves) OVER (PARTITION BY id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS gone
          FROM (SELECT id, t, n, CASE WHEN n = 0 THEN 0 ELSE -ln(1 - random()) / rate END AS gap, random() < p AS leaves
                FROM (SELECT id, 10 + id % 40 AS t, -ln(1 - random()) / 4 AS rate, 1 - sqrt(random()) AS p FROM generate_series(1, 4000) id OFFSET 0) c, generate_series(0, 60) n) g
          WINDOW w AS (PARTITION BY id ORDER BY n)) x GROUP BY id, t;
CREATE TEMP TABLE buyer AS SELECT id, x::int AS x, least(ceil(t_x), t)::float8 AS t_x, t::float8 AS t, 20 * exp(random()) * CASE WHEN x > 0 THEN 1 + (random() - 0.5) / sqrt(x) END AS spend
    FROM made WHERE id <= 400;
CREATE TEMP TABLE fitted AS SELECT kind, (SELECT churn_fit(rfm_stats(x, t_x, t), kind) FROM buyer) AS m FROM unnest('{bgnbd,mbgnbd,paretonbd}'::text[]) kind;
CREATE TEMP TABLE par AS SELECT kind, m, e[1] AS r, e[2] AS alpha, e[3] AS a, e[4] AS b FROM (SELECT kind, m, (SELECT array_agg(estimate ORDER BY n) FROM model_terms(m) WITH ORDINALITY t(term, estimate, se, z, p, low, high, n)) e FROM fitted) x;
CREATE TEMP TABLE bucket AS SELECT x, t_x, t, count(*) AS n FROM buyer GROUP BY 1, 2, 3;
-- by closed forms of the integrals here, which the sums above have shown to be right
CREATE FUNCTION pg_temp.ln_rising(a float8, n int) RETURNS float8 LANGUAGE sql AS 'SELECT coalesce(sum(ln(a + i)), 0) FROM generate_series(0, n - 1) i';
CREATE FUNCTION pg_temp.slow_ll(kind text, r float8, alpha float8, a float8, b float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(n * (pg_temp.ln_rising(r, x) + r * ln(alpha) + pg_temp.ln_rising(b, m) - pg_temp.ln_rising(a + b, m) +
        ln((alpha + t) ^ -(r + x) + CASE WHEN m = 0 THEN 0 ELSE a / (b + m - 1) * (alpha + t_x) ^ -(r + x) END)))
    FROM (SELECT *, x + (kind = 'mbgnbd')::int AS m FROM bucket) AS k $$;
SELECT is_empty('SELECT kind, pg_temp.log_likelihood(m), pg_temp.slow_ll(kind, r, alpha, a, b) FROM par
    WHERE kind <> ''paretonbd'' AND abs(pg_temp.log_likelihood(m) - pg_temp.slow_ll(kind, r, alpha, a, b)) > 1e-8', 'log-likelihoods are those of the formulas');
SELECT is_empty('SELECT kind FROM par, (VALUES (1.001, 1, 1, 1), (0.999, 1, 1, 1), (1, 1.001, 1, 1), (1, 0.999, 1, 1), (1, 1, 1.001, 1), (1, 1, 0.999, 1), (1, 1, 1, 1.001), (1, 1, 1, 0.999), (1.01, 1.01, 1.01, 1.01)) v(dr, dalpha, da, db)
    WHERE kind <> ''paretonbd'' AND pg_temp.slow_ll(kind, r * dr, alpha * dalpha, a * da, b * db) >= pg_temp.log_likelihood(m)', 'and are largest where they are');
-- Pareto/NBD: the integral over the time of death by Simpson''s rule
CREATE FUNCTION pg_temp.slow_pareto(r float8, alpha float8, s float8, beta float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(n * (pg_temp.ln_rising(r, x) + r * ln(alpha) + s * ln(beta) + ln((alpha + t) ^ -(r + x) * (beta + t) ^ -s + s * i)))
    FROM bucket, LATERAL (SELECT (t - t_x) / 900 * sum(CASE WHEN k IN (0, 300) THEN 1 WHEN k % 2 = 1 THEN 4 ELSE 2 END * (alpha + y) ^ -(r + x) * (beta + y) ^ -(s + 1)) AS i
                          FROM generate_series(0, 300) k, LATERAL (SELECT t_x + (t - t_x) * k / 300 AS y) y) i $$;
SELECT is_empty('SELECT pg_temp.log_likelihood(m), pg_temp.slow_pareto(r, alpha, a, b) FROM par WHERE kind = ''paretonbd'' AND abs(pg_temp.log_likelihood(m) - pg_temp.slow_pareto(r, alpha, a, b)) > 1e-5',
    'log-likelihood of paretonbd');
SELECT is_empty('SELECT v.* FROM par, (VALUES (1.01, 1, 1, 1), (0.99, 1, 1, 1), (1, 1.01, 1, 1), (1, 0.99, 1, 1), (1, 1, 1.01, 1), (1, 1, 0.99, 1), (1, 1, 1, 1.01), (1, 1, 1, 0.99)) v(dr, dalpha, da, db)
    WHERE kind = ''paretonbd'' AND pg_temp.slow_pareto(r * dr, alpha * dalpha, a * da, b * db) >= pg_temp.log_likelihood(m)', 'is largest where it is');
-- standard errors: the inverse of second differences
SELECT is_empty('SELECT kind, e.std_error, x.slow FROM par, LATERAL (SELECT std_error FROM model_terms(m) WHERE term = ''r'') e,
      LATERAL (SELECT (pg_temp.slow_ll(kind, r * 1.001, alpha, a, b) + pg_temp.slow_ll(kind, r * 0.999, alpha, a, b) - 2 * pg_temp.slow_ll(kind, r, alpha, a, b)) / (r * 0.001) ^ 2 AS curve) c,
      LATERAL (SELECT 1 / sqrt(-curve) AS slow) x WHERE kind <> ''paretonbd'' AND NOT (e.std_error > slow)', 'a standard error is larger than that with the others known');
-- spend
CREATE TEMP TABLE spender AS SELECT churn_fit(rfm_stats(x, t_x, t, spend), 'gammagamma') AS m, fit_agg(rfm_stats(x, t_x, t, spend), 'gammagamma') AS s FROM buyer WHERE x > 0;
-- 1 / B(p x, q) by a sum, too
CREATE FUNCTION pg_temp.slow_spend(p float8, q float8, g float8) RETURNS float8 LANGUAGE sql AS $$
    SELECT sum(-ln(beta) + q * ln(g) + (p * x - 1) * ln(spend) + p * x * ln(x) - (p * x + q) * ln(g + spend * x))
    FROM buyer JOIN (SELECT x, (SELECT sum(pg_temp.ex(slow_spend.p * x * lp + slow_spend.q * lq)) / 4 FROM chance c) AS beta FROM buyer WHERE x > 0 GROUP BY x) b USING (x) $$;
CREATE TEMP TABLE spend_par AS SELECT m, pg_temp.term(m, 'p') AS p, pg_temp.term(m, 'q') AS q, pg_temp.term(m, 'gamma') AS g FROM spender;
SELECT ok((SELECT abs(pg_temp.log_likelihood(m) - pg_temp.slow_spend(p, q, g)) < 1e-7 FROM spend_par), 'log-likelihood of gammagamma');
SELECT is_empty('SELECT v.* FROM spend_par, (VALUES (1.01, 1, 1), (0.99, 1, 1), (1, 1.01, 1), (1, 0.99, 1), (1, 1, 1.01), (1, 1, 0.99)) v(dp, dq, dg)
    WHERE pg_temp.slow_spend(p * dp, q * dq, g * dg) >= pg_temp.log_likelihood(m)', 'is largest where it is');
SELECT is((SELECT customers(s) FROM spender), (SELECT count(*) FROM buyer WHERE x > 0), 'customers who come back count for spend');

SELECT is_empty($$ SELECT term, estimate, std_error FROM model_terms((SELECT churn_fit(rfm_stats(x::int, t_x, t)) FROM made)) JOIN (VALUES ('r', 1), ('alpha', 4), ('a', 1), ('b', 2)) v(term, truth) USING (term)
    WHERE abs(estimate - truth) > 4 * std_error OR std_error > truth / 2.0 $$, 'parameters 1, 4, 1, 2 are found again');

-- ---- in two steps, and laws ----

SELECT is((SELECT churn_fit(fit_agg(rfm_stats(x, t_x, t)))::text FROM buyer), (SELECT churn_fit(rfm_stats(x, t_x, t))::text FROM buyer), 'in two steps the same');
SELECT is((SELECT churn_fit(rfm_stats(x, t_x, t), 'mbgnbd', '7 days')::text FROM buyer), (SELECT m::text FROM fitted WHERE kind = 'mbgnbd'), 'mbgnbd in weeks, if nothing else is said');
SELECT results_eq('SELECT round((pg_temp.term(d, ''alpha'') / pg_temp.term(w, ''alpha''))::numeric, 6), round((pg_temp.term(d, ''b'') / pg_temp.term(w, ''b''))::numeric, 6) FROM (SELECT churn_fit(rfm_stats(x, t_x, t), ''bgnbd'', ''1 day'') d, churn_fit(rfm_stats(x, t_x, t), ''bgnbd'') w FROM buyer) x',
    'VALUES (7.000000, 1.000000)', 'in days alpha is seven times as large, and nothing else changes');
CREATE TABLE part AS SELECT kind, id % 7 AS part, fit_agg(rfm_stats(x, t_x, t, CASE WHEN x > 0 THEN spend END), kind ORDER BY random()) AS s FROM buyer, unnest('{bgnbd,mbgnbd,paretonbd,gammagamma}'::text[]) kind GROUP BY 1, 2;
CREATE TABLE whole AS SELECT kind, fit_agg(rfm_stats(x, t_x, t, CASE WHEN x > 0 THEN spend END), kind) AS s FROM buyer, unnest('{bgnbd,mbgnbd,paretonbd,gammagamma}'::text[]) kind GROUP BY 1;
SELECT is_empty('SELECT kind FROM (SELECT kind, rollup(s ORDER BY random()) r FROM part GROUP BY 1) x JOIN whole USING (kind) WHERE fit_stats_send(r) <> fit_stats_send(s)', 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT part FROM part WHERE fit_stats_send(fit_stats_merge(s, NULL)) <> fit_stats_send(s) OR fit_stats_send(fit_stats_merge(NULL, s)) <> fit_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT kind FROM part a JOIN part b USING (kind) WHERE fit_stats_merge(a.s, b.s)::text <> fit_stats_merge(b.s, a.s)::text', 'merging is commutative');
SELECT is_empty('SELECT kind FROM whole WHERE s::text::fit_stats::text <> s::text', 'in(out(x)) = x');
SELECT is_empty('SELECT kind FROM whole WHERE churn_fit(s)::text::churn_model::text <> churn_fit(s)::text', 'and of the models');
SELECT is((SELECT customers(s) FROM whole WHERE kind = 'bgnbd'), 400::bigint, 'customers count');
CREATE TABLE raw AS SELECT id, '2026-01-01 12:00Z'::timestamptz + floor(random() * 300) * interval '1 day' AS at FROM generate_series(1, 500) id, generate_series(0, id % 9);
ANALYZE raw;
CREATE TABLE raw_model AS SELECT pg_temp.model('mbgnbd', 1.2, 8, 0.9, 2.5) AS m;
SELECT is_empty('SELECT id FROM (SELECT id, churn_risk(at, ''2026-10-01Z'', m) p, churn_risk(rfm_agg(at, NULL, ''2026-10-01Z''), min(m::text)::churn_model) q FROM raw, raw_model GROUP BY id) x WHERE p IS DISTINCT FROM q',
    'churn_risk over raw purchases is that of rfm_agg');
SELECT is((SELECT risk_stats_send(s::text::risk_stats) FROM (SELECT churn_risk_accum(NULL, '2026-01-01Z', '2026-03-01Z', m) s FROM raw_model) x),
    (SELECT risk_stats_send(churn_risk_accum(NULL, '2026-01-01Z', '2026-03-01Z', m)) FROM raw_model), 'in(out(x)) = x of its state');
SELECT is((SELECT risk_stats_final(risk_stats_merge(churn_risk_accum(NULL, '2026-01-01Z', '2026-03-01Z', m), churn_risk_accum(NULL, '2026-02-01Z', '2026-03-01Z', m))) FROM raw_model),
    (SELECT churn_risk(at, '2026-03-01Z', m) FROM raw_model, unnest('{2026-02-01Z,2026-01-01Z}'::timestamptz[]) at), 'states merge');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 0;
CREATE TABLE customer AS SELECT id, rfm_agg(at, NULL, '2026-10-01Z') AS r FROM raw GROUP BY id;
ANALYZE customer;
CREATE TABLE alone AS SELECT fit_agg(r)::text AS s, (SELECT churn_risk(at, '2026-10-01Z', (SELECT m FROM raw_model)) FROM raw) AS p FROM customer;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT fit_agg(r)::text FROM customer), (SELECT s FROM alone), 'workers count the same');
SELECT is((SELECT churn_risk(at, '2026-10-01Z', (SELECT m FROM raw_model)) FROM raw), (SELECT p FROM alone), 'in churn_risk, too');

-- ---- spend and value ----

CREATE TEMP TABLE worth AS SELECT rfm_stats(4, 20, 30, 12.5) AS r, pg_temp.model('mbgnbd', 0.8, 3, 0.9, 2.5) AS m, 'gammagamma n=9 events=9 log_likelihood=-1 p=6.25 q=3.74 gamma=15.44'::churn_model AS spend;
SELECT ok((SELECT abs(clv(r, m, spend, '364 days') - expected_spend(r, spend) * expected_purchases(r, m, '364 days')) < 1e-10 FROM worth), 'value without discount is spend times purchases');
SELECT ok((SELECT abs(clv(r, m, spend, '70 days', 0.3, 0.1) - 0.3 * expected_spend(r, spend) * (SELECT sum((expected_purchases(r, m, i * interval '7 days') - expected_purchases(r, m, (i - 1) * interval '7 days'))
    * 1.1 ^ -((i - 0.5) * 7 / 365.25)::float8) FROM generate_series(1, 10) i)) < 1e-10 FROM worth), 'with discount, week by week');
SELECT ok((SELECT clv(r, m, spend, '10 days', 1, 0.1) < clv(r, m, spend, '10 days') AND clv(r, m, spend, '0') = 0 AND clv(r, m, spend, '0', 1, 0.1) = 0 FROM worth), 'of a week and a half, and of no time');
SELECT is((SELECT expected_spend(rfm_stats(0, 0, 3), 'gammagamma n=9 events=9 log_likelihood=-1 p=6.25 q=0.9 gamma=15.44')), NULL, 'a model without a mean');

-- ---- extremes ----

SELECT is_empty('SELECT kind, x, t_x FROM unnest(''{bgnbd,mbgnbd,paretonbd}''::text[]) kind, unnest(''{1,10,1000,100000,2000000000}''::int[]) x, unnest(''{0,1e-9,1,999,1000}''::float8[]) t_x, LATERAL (SELECT pg_temp.model(kind, 0.5, 8, 0.8, 2.2) m) m
    WHERE NOT coalesce(churn_risk(rfm_stats(x, t_x, 1000), m) BETWEEN 0 AND 1 AND expected_purchases(rfm_stats(x, t_x, 1000), m, ''36500 days'') >= 0, false)', 'thousands of purchases overflow nothing');
SELECT is_empty('SELECT kind, r, a FROM unnest(''{bgnbd,mbgnbd,paretonbd}''::text[]) kind, unnest(''{1e-6,1,1e6}''::float8[]) r, unnest(''{1e-6,1,1e6}''::float8[]) alpha, unnest(''{1e-3,1,1e5}''::float8[]) a, unnest(''{1e-3,1,1e5}''::float8[]) b,
      LATERAL (SELECT pg_temp.model(kind, r, alpha, a, b) m) m
    WHERE NOT coalesce(churn_risk(rfm_stats(3, 10, 20), m) BETWEEN 0 AND 1 AND expected_purchases(rfm_stats(3, 10, 20), m, ''70 days'') BETWEEN 0 AND 10 * (r + 3) / (alpha + 20) * (1 + 1e-9)
        AND purchase_probability(m, 3, ''70 days'') BETWEEN 0 AND 1, false)', 'extreme parameters give probabilities, and no more purchases than of those who never go');
SELECT is_empty('SELECT a FROM unnest(''{0.999999,1,1.000001}''::float8[]) a WHERE abs(expected_purchases(rfm_stats(3, 10, 20), pg_temp.model(''mbgnbd'', 0.8, 3, a, 2.5), ''70 days'')
    - expected_purchases(rfm_stats(3, 10, 20), pg_temp.model(''mbgnbd'', 0.8, 3, 1.0000001, 2.5), ''70 days'')) > 1e-5', 'a = 1 is no exception');

-- ---- nothing, and mistakes ----

SELECT is((SELECT churn_fit(r)::text FROM customer WHERE false), NULL, 'nobody: NULL');
SELECT is((SELECT churn_fit(r)::text FROM (SELECT rfm_agg(NULL, 1, '2026-01-01Z') r) x), NULL, 'nobody who bought: NULL');
SELECT is((SELECT churn_risk(r, m) FROM (SELECT rfm_agg(NULL, 1, '2026-01-01Z') r) x, raw_model), NULL, 'no purchase: NULL');
SELECT throws_ok('SELECT churn_fit(rfm_stats(0, 0, 10)) FROM generate_series(1, 100)', '22003', 'mbgnbd model cannot be fitted to these customers', 'nobody came back');
SELECT throws_ok('SELECT churn_fit(rfm_stats(3, 5, 10))', '22003', 'mbgnbd model cannot be fitted to these customers', 'one customer');
SELECT throws_ok('SELECT churn_fit(rfm_stats(3, 5, 10), kind) FROM generate_series(1, 100), unnest(''{bgnbd}''::text[]) kind', '22003', NULL, 'customers who are all alike');
SELECT throws_ok('SELECT churn_fit(rfm_stats(3, 5, 10), ''paretonbd'') FROM generate_series(1, 100)', '22003', NULL, 'all alike, paretonbd');
SELECT throws_ok('SELECT churn_fit(rfm_stats(3, 5, 10, 7), ''gammagamma'') FROM generate_series(1, 100)', '22003', NULL, 'all alike, gammagamma');
SELECT throws_ok('SELECT churn_fit(rfm_stats(3, 5, 10, -7), ''gammagamma'')', '22003', 'mean spend -7 of repeat purchases is not above 0', 'negative spend');
SELECT throws_ok('SELECT churn_fit(r, ''bgnb'') FROM customer', '22023', 'unrecognized model: "bgnb"', 'an unknown model');
SELECT throws_ok('SELECT churn_fit(r, kind) FROM customer, unnest(''{bgnbd,mbgnbd}''::text[]) kind', '22023', 'customers for different models cannot be merged', 'different models');
SELECT throws_ok('SELECT rollup(s) FROM (SELECT fit_agg(r, ''bgnbd'', ''1 day'') s FROM customer UNION ALL SELECT fit_agg(r, ''bgnbd'') FROM customer) x', '22023', 'customers in different units of time cannot be merged', 'different units');
SELECT throws_ok('SELECT churn_risk(r, m) FROM customer, sbg', '22023', 'churn_risk cannot use a sbg model', 'another kind of model');
SELECT throws_ok('SELECT churn_risk(at, ''2026-01-01Z'', m) FROM raw, sbg', '22023', 'churn_risk cannot use a sbg model', 'in the aggregate, too');
SELECT throws_ok('SELECT sbg_fit(''{100,90,95}'')', '22003', 'survivors grow from 90 to 95', 'survivors grow');
SELECT throws_ok('SELECT sbg_fit(''{100,100,100}'')', '22003', 'sbg model cannot be fitted to these customers', 'nobody lost');
SELECT throws_ok('SELECT sbg_fit(''{100,50,25,12}'')', '22003', NULL, 'customers who are all alike');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s fit_stats;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    IF customers(fit_stats_merge(s, s)) <> 2 * customers(s) THEN RETURN 'nonsense'; END IF;
    PERFORM churn_fit(s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT fit_stats_send(fit_agg(rfm_stats(x, t_x, t + 0.01, CASE WHEN x > 0 THEN spend END), kind)) AS b
    FROM (SELECT * FROM buyer WHERE x < 3 ORDER BY id LIMIT 8) y, unnest('{mbgnbd,gammagamma}'::text[]) kind GROUP BY kind;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('fit_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('fit_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');
CREATE FUNCTION pg_temp.risk_survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s risk_stats; p float8;
BEGIN
    s := value;
    p := risk_stats_final(s);
    RETURN CASE WHEN s::text = value AND coalesce(p BETWEEN 0 AND 1, true) THEN 'sound' ELSE 'nonsense' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE risk_sample AS SELECT risk_stats_send(churn_risk_accum(churn_risk_accum(NULL, '2026-01-01Z', '2026-03-01Z', m), '2026-02-01Z', '2026-03-01Z', m)) AS b FROM raw_model;
SELECT is_empty($$ SELECT o, count(*) FROM risk_sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.risk_survives('risk_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'states of churn_risk, too');

SELECT is_empty($$ SELECT e, pg_temp.risk_of(format('paretonbd n=3 events=1 unit=%s log_likelihood=-1 r=0.5 alpha=10 s=0.6 beta=12', e))
    FROM unnest('{1e-305,1e-306,1e-307,1e-310,5e-324}'::float8[]) e WHERE pg_temp.risk_of(format(
        'paretonbd n=3 events=1 unit=%s log_likelihood=-1 r=0.5 alpha=10 s=0.6 beta=12', e)) NOT IN ('0.18', '22003') $$,
    'times beyond all numbers are an error of the model, no customer who is surely there');
SELECT is(pg_temp.risk_of('paretonbd n=3 events=1 unit=1e-310 log_likelihood=-1 r=0.5 alpha=10 s=0.6 beta=12'), '22003', 'as in the other models');
SELECT is_empty($$ SELECT k, a FROM unnest('{bgnbd,mbgnbd}'::text[]) k, unnest('{1e-10,1e-100,5e-324}'::float8[]) a,
    LATERAL (SELECT expected_purchases(rfm_stats(2, 30.43, 38.86), pg_temp.model(k, 0.5, 0.001, a, 2), '1000 weeks') AS e,
        expected_purchases(rfm_stats(2, 30.43, 38.86), pg_temp.model(k, 0.5, 0.001, 1e-7, 2), '1000 weeks') AS near) x
    WHERE NOT abs(e / near - 1) < 1e-5 $$, 'who never leaves is foretold without trying all chances of leaving');
SELECT ok(expected_purchases(rfm_stats(0, 0, 38.86), pg_temp.model('bgnbd', 0.5, 0.001, 1e-300, 1e-300), '1000 weeks') > 0, 'nor is one who leaves at once or never');

SELECT * FROM finish();
ROLLBACK;
