-- bad profit and task coverage: how much of an amount falls where a flag is true
\pset null '(null)'
CREATE TEMP TABLE customer AS SELECT * FROM (VALUES
    (1, 'north', 120.0::float8, false), (2, 'north', 40, true), (3, 'north', 0, true), (4, 'south', 900, false), (5, 'south', 60, NULL),
    (6, 'south', NULL, true), (7, 'south', 80, true), (8, 'west', -20, false), (9, 'west', 50, true), (10, 'east', -5, true), (11, 'none', NULL, NULL)) AS v(id, region, revenue, bad);

SELECT * FROM bad_profit((SELECT bad_profit_agg(revenue, bad) FROM customer WHERE revenue >= 0 OR revenue IS NULL));
SELECT share, low, high FROM bad_profit((SELECT bad_profit_agg(revenue, bad) FROM customer WHERE revenue >= 0), confidence => 0.8);
-- by region: a loss leaves no limits, and of less than nothing there is no share
SELECT region, customers, bad_customers, unknown, missing, amount, bad_amount, share, low, high
FROM (SELECT region, bad_profit_agg(revenue, bad) AS s FROM customer GROUP BY region) x, bad_profit(s) ORDER BY region;
-- and merged
SELECT (SELECT rollup(s) FROM (SELECT bad_profit_agg(revenue, bad) AS s FROM customer GROUP BY region) AS x)::text = (SELECT bad_profit_agg(revenue, bad) FROM customer)::text AS same;

-- tasks
CREATE TEMP TABLE task AS SELECT * FROM (VALUES
    ('track my order', 412.0::float8, true), ('return an item', 260, false), ('find a size', 201, true), ('change an address', 88, NULL), ('press photos', 0, true), ('rare', NULL, true)) AS v(task, votes, in_app);
SELECT * FROM task_coverage((SELECT task_coverage_agg(votes, in_app) FROM task));
SELECT coverage, low, high FROM task_coverage((SELECT task_coverage_agg(votes, true) FROM task), 0.99);

-- the bytes: version 1, 1 of unknown flag, 2 missing, 0 negative; flag false: 1 row of 1.5 in units of 2^-1074 (positive, 33 limbs of zeros,
-- 1 limb of 0x60000), and its square 2.25; flag true: none, so 0 and 0
SELECT bad_profit_agg(a, b) FROM (VALUES (1.5::float8, false), (7, NULL), (NULL, false), (NULL, NULL)) v(a, b);
SELECT * FROM bad_profit('share_stats:01010200010121010000060001210100000900000000');
SELECT share_stats_send(bad_profit_accum(bad_profit_accum(NULL, 2, true), -2, true));

-- nothing
SELECT bad_profit_agg(revenue, bad) IS NULL AS nothing FROM customer WHERE false;
SELECT * FROM bad_profit((SELECT bad_profit_agg(revenue, bad) FROM customer WHERE region = 'none'));
SELECT * FROM bad_profit(NULL);
SELECT * FROM task_coverage((SELECT task_coverage_agg(0, true)));

-- mistakes
\set SHOW_CONTEXT never
SELECT bad_profit_agg('NaN', true);
SELECT bad_profit_agg('-Infinity', true);
SELECT bad_profit_agg(1e141, true);
SELECT task_coverage_agg(-0.5, true);
SELECT * FROM bad_profit((SELECT bad_profit_agg(revenue, bad) FROM customer), 95);
SELECT 'share_stats:01'::share_stats;
-- 1 row of 1.5 whose square is 2
SELECT 'share_stats:01010200010121010000060001210100000800000000'::share_stats;
