-- baskets: what comes together
\pset null '(null)'

CREATE TEMP TABLE basket (id int, items text[]);
INSERT INTO basket VALUES (1, '{milk,bread}'), (2, '{bread,butter}'), (3, '{beer}'), (4, '{milk,bread,butter}'), (5, '{bread,butter}');

SELECT antecedent, consequent, n, support, round(confidence::numeric, 9) AS confidence, round(lift::numeric, 9) AS lift, leverage,
       conviction, round(p_value::numeric, 9) AS p_value
FROM basket_rules((SELECT basket_agg(items) FROM basket));
SELECT * FROM basket_items((SELECT basket_agg(items) FROM basket));
SELECT basket_count(basket_agg(items)) FROM basket;
-- thresholds are inclusive, and can be named
SELECT antecedent, consequent FROM basket_rules((SELECT basket_agg(items) FROM basket), 0.6);
SELECT antecedent, consequent FROM basket_rules((SELECT basket_agg(items) FROM basket), 0.4, 0.75);
SELECT antecedent, consequent FROM basket_rules((SELECT basket_agg(items) FROM basket), min_confidence => 1);

-- twice the same counts once, NULL is no item, nothing is a basket, NULL is none
SELECT b.* FROM (SELECT basket_agg(items) AS s FROM (VALUES ('{a,a,b,a}'::text[]), ('{a,NULL}'), ('{}'), ('{NULL}'), (NULL), ('{{b,c},{7,07}}')) v(items)) s, basket_items(s) b;
SELECT basket_count(basket_agg(items)) FROM (VALUES ('{a,a,b,a}'::text[]), ('{a,NULL}'), ('{}'), ('{NULL}'), (NULL)) v(items);
SELECT basket_agg(NULL::text[]) IS NULL AS nothing;
SELECT count(*) FROM basket_rules(basket_accum(NULL, '{}'::text[]));
SELECT count(*) FROM basket_rules(NULL);

-- journeys
CREATE TEMP TABLE way (j journey);
INSERT INTO way VALUES ('[2026-01-01T00:00Z a@web, 2026-01-02T00:00Z b@phone, 2026-01-03T00:00Z a@phone]'), ('[2026-01-01T00:00Z a@web, 2026-01-02T00:00Z c]'), ('[]'), (NULL);
SELECT antecedent, consequent, n, support FROM basket_rules((SELECT basket_agg(j) FROM way));
SELECT antecedent, consequent, n, support FROM basket_rules((SELECT basket_agg(j, 'channel') FROM way));
SELECT basket_count(basket_agg(j, 'owner')) FROM way;

-- a value is its bytes
SELECT basket_agg(items) FROM basket;
SELECT basket_stats_send(rollup(s)) = (SELECT basket_stats_send(basket_agg(items)) FROM basket) AS same FROM (SELECT basket_agg(items) AS s FROM basket GROUP BY id % 2) s;
SELECT 'basket_stats:0105'::basket_stats;

-- refused
SELECT * FROM basket_rules((SELECT basket_agg(items) FROM basket), -0.1);
SELECT * FROM basket_rules((SELECT basket_agg(items) FROM basket), 0, 'NaN');
SELECT basket_agg(j, 'colour') FROM way;
SELECT basket_agg(j, NULL) FROM way;
SELECT basket_agg(ARRAY(SELECT 'i' || i FROM generate_series(1, 4097) i));
SELECT basket_agg(ARRAY[repeat('x', 4096)]);
