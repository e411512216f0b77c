-- rates of churn and retention
SELECT at_start, lost, won, at_end, churn, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, retention, growth FROM customer_rates(1000, 70, 150);
SELECT lost, churn, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM unnest('{0,1,10}'::bigint[]) AS l, customer_rates(10, l, confidence => 0.9);
SELECT * FROM customer_rates(0, 0);
SELECT * FROM customer_rates(NULL, 0);
SELECT * FROM revenue_rates(100, 8, 5, 12);
SELECT * FROM revenue_rates(200, churned => 20);
SELECT * FROM revenue_rates(100, 0, expansion => 25);
SELECT * FROM revenue_rates(0, 0, 0, 5);
SELECT * FROM revenue_rates(NULL, 0);
SELECT rate, round(annualise(rate)::numeric, 6) AS year, round(annualise(rate, 4)::numeric, 6) AS of_quarters, round(annualise(rate, 1 / 12.0)::numeric, 6) AS month FROM unnest('{0,0.001,0.03,0.5,1,NULL}'::float8[]) AS rate;

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM customer_rates(10, 11);
SELECT * FROM customer_rates(10, -1);
SELECT * FROM customer_rates(10, 1, -1);
SELECT * FROM customer_rates(10, 1, 9223372036854775807);
SELECT * FROM customer_rates(10, 1, 1, 95);
SELECT * FROM revenue_rates(100, 60, 50);
SELECT * FROM revenue_rates(100, -60);
SELECT * FROM revenue_rates('Infinity', 1);
SELECT annualise(3);
SELECT annualise(-0.03);
SELECT annualise(0.03, 0);
