-- Rates: published figures, definitions, edges.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(30);

DO $$ BEGIN PERFORM setseed(0.0619); END $$;

-- ---- published ----

SELECT is(round(annualise(0.03)::numeric, 6), 0.306158, '3 % a month are 30.6158 % a year, not 36 %');
SELECT results_eq('SELECT round((100 * churn)::numeric, 2) FROM customer_rates(52430, 3245)', 'VALUES (6.19)', '3,245 of 52,430 are 6.19 %');
SELECT results_eq('SELECT at_end, churn, retention, growth FROM customer_rates(1000, 70, 150)', 'VALUES (1080::bigint, 0.07::float8, 0.93::float8, 0.08::float8)', 'by those at the start: 7 %, not 6.73 % of the average');
SELECT results_eq('SELECT at_end, round(gross_retention::numeric, 12), round(net_retention::numeric, 12), round(gross_churn::numeric, 12), round(net_churn::numeric, 12) FROM revenue_rates(100, 8, 5, 12)',
    'VALUES (99::float8, 0.870000000000, 0.990000000000, 0.130000000000, 0.010000000000)', 'gross retention 87 %, net 99 %');
-- Reichheld, Winning on Purpose (2021), fig. B-1: of 100 the customers of a year ago bring 85
SELECT results_eq('SELECT net_retention FROM revenue_rates(100, 20, 5, 10)', 'VALUES (0.85::float8)', 'net retention 85 %');

-- ---- definitions on random numbers ----

CREATE TABLE firm AS SELECT i, (1 + random() * 1e5)::bigint AS n, random() AS l, (random() * 1e5)::bigint AS w FROM generate_series(1, 2000) i;
SELECT is_empty('SELECT i FROM firm, LATERAL (SELECT (n * l)::bigint AS gone) g, customer_rates(n, gone, w) r
    WHERE r.at_start <> n OR r.lost <> gone OR r.won <> w OR at_end <> n - gone + w OR churn <> gone::float8 / n OR retention <> (n - gone)::float8 / n OR abs(churn + retention - 1) > 1e-15
       OR growth <> (w - gone)::float8 / n OR abs(at_end - n * (1 + growth)) > 1e-6', 'counts and their shares');
SELECT is_empty('SELECT i FROM firm, LATERAL (SELECT (n * l)::bigint AS gone, 1.959963984540054 AS z) g, customer_rates(n, gone, w) r, LATERAL (SELECT churn AS p) q
    WHERE abs(low - greatest((p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n), 0)) > 1e-12
       OR abs(high - least((p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n), 1)) > 1e-12', 'the interval is Wilson''s');
SELECT is_empty('SELECT i FROM firm, LATERAL (SELECT n * l / 2 AS gone, n * l / 3 AS less) g, revenue_rates(n, gone, less, w) r
    WHERE abs(at_end - (n - gone - less + w)) > 1e-9 OR abs(gross_retention - (1 - (gone + less) / n)) > 1e-12 OR abs(net_retention - (gross_retention + w::float8 / n)) > 1e-9
       OR abs(gross_churn - (gone + less) / n) > 1e-12 OR abs(net_churn - (1 - net_retention)) > 1e-9 OR gross_retention NOT BETWEEN 0 AND 1', 'revenue');
SELECT is_empty('SELECT i FROM firm, LATERAL (SELECT 1 + i % 60 AS k) x WHERE abs(annualise(l, k) - (1 - (1 - l) ^ k)) > 1e-12', 'annualise is 1 - (1 - rate)^periods');
SELECT is_empty('SELECT i FROM firm WHERE abs(annualise(annualise(l), 1 / 12.0) - l) > 1e-9 * (1 - l) ^ -11', 'and back');
SELECT ok(abs(annualise(1e-18) / 12e-18 - 1) < 1e-15, 'without cancellation');
SELECT results_eq('SELECT annualise(0), annualise(1), annualise(0.4, 1)', 'VALUES (0::float8, 1::float8, 0.4::float8)', 'nothing, all, and one period');
SELECT is(sign(annualise(0)), 0::float8, 'no negative zero');

-- ---- edges ----

SELECT results_eq('SELECT at_end, churn, low, high, retention, growth FROM customer_rates(0, 0, 5)', 'VALUES (5::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8)', 'nobody at the start: no rate');
SELECT results_eq('SELECT at_end, gross_retention, net_retention, gross_churn, net_churn FROM revenue_rates(0, 0, 0, 5)', 'VALUES (5::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8)', 'no revenue at the start: no rate');
SELECT results_eq('SELECT gross_retention, net_retention, gross_churn, net_churn FROM revenue_rates(0.3, 0.1, 0.2)', 'VALUES (0::float8, 0::float8, 1::float8, 1::float8)', 'all is lost, however binary numbers round it');
SELECT results_eq('SELECT churn, retention FROM customer_rates(9223372036854775807, 9223372036854775807, 9223372036854775807)', 'VALUES (1::float8, 0::float8)', 'the largest numbers');
SELECT is_empty('SELECT * FROM customer_rates(NULL, 1) UNION ALL SELECT * FROM customer_rates(10, 1, NULL)', 'a number is not known: no row');
SELECT is(annualise(NULL), NULL, 'nor a rate');
SELECT throws_ok('SELECT * FROM customer_rates(10, 11)', '22003', 'more customers were lost than there were at the start', 'more lost than there were');
SELECT throws_ok('SELECT * FROM customer_rates(-1, 0)', '22003', 'at_start is negative: -1', 'negative');
SELECT throws_ok('SELECT * FROM customer_rates(1, 0, 9223372036854775807)', '22003', NULL, 'too many');
SELECT throws_ok('SELECT * FROM customer_rates(1, 0, 0, 95)', '22023', NULL, 'confidence in percent');
SELECT throws_ok('SELECT * FROM revenue_rates(10, 8, 5)', '22003', 'more revenue was lost than there was at the start', 'more revenue lost than there was');
SELECT throws_ok('SELECT * FROM revenue_rates(10, -8)', '22003', 'churned is negative: -8', 'a loss with a sign');
SELECT throws_ok('SELECT * FROM revenue_rates(10, ''NaN'')', '22003', 'churned is not a finite number', 'NaN');
SELECT throws_ok('SELECT annualise(3)', '22003', 'rate 3 is not between 0 and 1', 'a rate in percent');
SELECT throws_ok('SELECT annualise(0.1, 0)', '22003', 'periods 0 is not a finite number above 0', 'no periods');
SELECT throws_ok('SELECT annualise(0.1, ''Infinity'')', '22003', NULL, 'endless periods');
SELECT throws_ok('SELECT annualise(''NaN'')', '22003', NULL, 'NaN as a rate');

SELECT * FROM finish();
ROLLBACK;
