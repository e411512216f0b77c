-- earned growth, and loyalty of one customer
\pset null '(null)'
SELECT * FROM earned_growth(100, 85, 25, 20);
SELECT * FROM earned_growth(base => 200, retained => 180, earned => 10, bought => 30);
SELECT * FROM earned_growth(100, 100, 0, 0);
SELECT * FROM earned_growth(0, 10, 5, 5);
SELECT count(*) FROM earned_growth(NULL, 1, 1, 1);

CREATE TEMP TABLE customer AS SELECT * FROM (VALUES
    (1, 'home', 100.0::float8, 110.0::float8, NULL::boolean), (2, 'home', 50, NULL, NULL), (3, 'home', 50, 40, true), (4, 'home', NULL, 30, true),
    (5, 'home', 0, 20, false), (6, 'work', 300, 330, false), (7, 'work', NULL, 60, NULL), (8, 'work', 10, -5, NULL), (9, 'gone', NULL, NULL, true),
    (10, 'new', NULL, 12, true)) AS v(id, line, before, after, came_by_word);
SELECT customers, new_customers, unknown_customers, base, nrr, earned_share, bought_share, unknown_share
FROM earned_growth((SELECT earned_growth_agg(before, after, came_by_word) FROM customer));
SELECT growth, earned_growth, ratio FROM earned_growth((SELECT earned_growth_agg(before, after, came_by_word) FROM customer));
SELECT line, customers, new_customers AS new, unknown_customers AS unknown, base, nrr, growth, earned_growth, ratio
FROM (SELECT line, earned_growth_agg(before, after, came_by_word) AS s FROM customer GROUP BY line) x, earned_growth(s) ORDER BY line;
SELECT (SELECT rollup(s) FROM (SELECT earned_growth_agg(before, after, came_by_word) AS s FROM customer GROUP BY line) x)::text
    = (SELECT earned_growth_agg(before, after, came_by_word) FROM customer)::text AS same;

-- the bytes: version 1; 1 customer of the period before, of new ones 1 earned, 0 bought, 2 unknown; sums in units of 2^-1074: 2 before (positive,
-- 33 limbs of zeros, 1 limb of 0x80000), 1 retained, 4 earned, nothing bought, 1 - 1 of the unknown
SELECT earned_growth_agg(b, a, e) FROM (VALUES (2::float8, 1::float8, true), (0, 4, true), (NULL, 1, NULL), (NULL, -1, NULL)) v(b, a, e);
SELECT customers, new_customers, nrr, earned_share, bought_share, unknown_share
FROM earned_growth('growth_stats:01010100020121010000080001210100000400012101000010000000'::growth_stats);
SELECT growth_stats_send(growth_accum(NULL, 1, NULL, NULL));

-- nothing
SELECT earned_growth_agg(before, after, came_by_word) IS NULL AS nothing FROM customer WHERE false;
SELECT count(*) FROM earned_growth(NULL::growth_stats);

-- one customer
SELECT satisfied, retained, loyalty_quadrant(satisfied, retained) FROM (VALUES (true), (false), (NULL)) s(satisfied), (VALUES (true), (false), (NULL)) r(retained);
SELECT brands, rank, wallet_share(rank, brands) FROM generate_series(1, 4) brands, generate_series(1, brands) rank;
SELECT wallet_share(1.5, 2), wallet_share(NULL, 2), wallet_share(1, NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM earned_growth(100, 'Infinity', 0, 0);
SELECT * FROM earned_growth(1e-290, 1e30, 0, 0);
SELECT earned_growth_agg('NaN', 1, true);
SELECT earned_growth_agg(1, -1e141, true);
SELECT wallet_share(0.5, 3);
SELECT wallet_share(4, 3);
SELECT wallet_share(1, 0);
SELECT 'growth_stats:01'::growth_stats;
