-- adoption and use of what was built
\pset null '(null)'
CREATE TEMP TABLE customer AS SELECT i AS id, i % 10 < 7 AS installed, CASE WHEN i % 9 > 0 THEN i % 10 < 3 END AS activated, CASE WHEN i % 25 = 9 THEN NULL ELSE (i % 10 < 2)::int * (i % 4) END AS uses
FROM generate_series(1, 200) i;
SELECT step, customers, of_all, round(of_previous::numeric, 6) AS of_previous, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM adoption((SELECT adoption_agg(installed, activated, uses > 0) FROM customer));
SELECT step, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM adoption((SELECT adoption_agg(installed, activated, uses > 0) FROM customer), confidence => 0.5);
SELECT out_of_order(adoption_agg(installed, activated, uses > 0)) FROM customer;
SELECT * FROM adoption((SELECT adoption_agg(NULL, NULL, NULL)));
SELECT uses, customers, round(share::numeric, 6) AS share, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(cumulative_share::numeric, 6) AS cumulative_share
FROM usage_frequency((SELECT usage_agg(uses) FROM customer));
SELECT uses, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM usage_frequency((SELECT usage_agg(uses) FROM customer), confidence => 0.5);
SELECT dormant_share(usage_agg(uses)), dormant_share(usage_agg(uses) FILTER (WHERE uses > 0)) AS none, dormant_share(usage_agg(NULL)) AS nobody_knows FROM customer;

-- merged
SELECT (SELECT rollup(a) FROM (SELECT adoption_agg(installed, activated, uses > 0) AS a FROM customer GROUP BY id % 7) AS x)::text = (SELECT adoption_agg(installed, activated, uses > 0) FROM customer)::text AS adoption,
    (SELECT rollup(u) FROM (SELECT usage_agg(uses) AS u FROM customer GROUP BY id % 7) AS x)::text = (SELECT usage_agg(uses) FROM customer)::text AS usage;

-- the bytes: version 1; customers with none of the three 2, installed 1, activated only 0, both 1, and so on
SELECT adoption_agg(i, d, e) FROM (VALUES (false, NULL, false), (NULL, NULL, NULL), (true, false, NULL), (true, true, false), (true, true, true)) AS v(i, d, e);
SELECT step, customers FROM adoption('adoption_stats:010201000100000001');
-- version 1; 1 not known; 3 different numbers: 0 twice, 3 (3 more) once, 300 (297 more) once
SELECT usage_agg(u) FROM unnest('{3,0,300,0,NULL}'::bigint[]) AS u;
SELECT uses, customers FROM usage_frequency('usage_stats:01010300020301a90201');

-- nothing
SELECT adoption_agg(installed, activated, true), usage_agg(uses) FROM customer WHERE false;
SELECT * FROM adoption(NULL);
SELECT * FROM usage_frequency(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT usage_agg(-1);
SELECT * FROM adoption((SELECT adoption_agg(true, true, true)), 95);
SELECT * FROM usage_frequency((SELECT usage_agg(1)), 1);
SELECT 'adoption_stats:010000000000000000'::adoption_stats;
SELECT 'usage_stats:010000'::usage_stats;
