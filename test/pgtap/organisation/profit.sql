-- Cost to serve against sums over touches(); the whale curve against window functions; what if against its formula in whole numbers.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(43);

DO $$ BEGIN PERFORM setseed(0.6931); END $$;

-- ---- cost to serve: random journeys ----

CREATE TABLE journeys AS
    SELECT id, journey_agg('2026-01-01Z'::timestamptz + floor(t * 50) * interval '1 h', (ARRAY['call', 'chat', 'visit', '7', 'x y', 'é'])[1 + floor(a * 6)::int],
               (ARRAY['web', 'phone', 'shop'])[1 + floor(b * 4)::int], (ARRAY['buy', 'support'])[1 + floor(c * 3)::int], (ARRAY['shop', 'service', 'call'])[1 + floor(d * 4)::int]) AS j
    FROM (SELECT id, i, random() t, random() a, random() b, random() c, random() d
          FROM generate_series(1, 1500) id, generate_series(1, 1 + id * 7919 % 23 + CASE WHEN id % 50 = 0 THEN 1500 ELSE 0 END) i) x GROUP BY id
    UNION ALL SELECT 0, '[]';
-- lists of expressions, costs in 64ths; what fits an expression is told here by a condition on the row
CREATE TABLE price (list int, n int, what text, cost float8, condition text);
INSERT INTO price VALUES
    (1, 1, 'call', 6.5, $$touchpoint = 'call'$$), (1, 2, 'chat', 2.25, $$touchpoint = 'chat'$$), (1, 3, '7', 0.125, $$touchpoint = '7'$$),
    (2, 1, 'call@phone', 8, $$touchpoint = 'call' AND channel = 'phone'$$), (2, 2, '@phone', 5.5, $$channel = 'phone'$$), (2, 3, 'call', 1, $$touchpoint = 'call'$$),
    (2, 4, '#service', 0.5, $$owner = 'service'$$), (2, 5, '/support', -0.25, $$stage = 'support'$$),
    (3, 1, '[chat|"x y"@web]', 3, $$touchpoint = 'chat' OR touchpoint = 'x y' AND channel = 'web'$$), (3, 2, '.', 0.015625, 'true'), (3, 3, 'call', 1000, $$touchpoint = 'call'$$),
    (4, 1, '[^call]', 2, $$touchpoint <> 'call'$$), (4, 2, 'call', 3, $$touchpoint = 'call'$$),
    (5, 1, 'nowhere', 9, 'false'), (5, 2, '"é"', 4, $$touchpoint = 'é'$$), (5, 3, '"é"', 5, $$touchpoint = 'é'$$),
    (6, 1, 'nowhere', 9, 'false');
-- more expressions than fit one word: two words and a bit, the last ones fitting
INSERT INTO price SELECT 7, i, CASE WHEN i > 126 THEN (ARRAY['chat', '@shop', 'call'])[i - 126] ELSE 'none' || i END, i,
    CASE WHEN i > 126 THEN (ARRAY[$$touchpoint = 'chat'$$, $$channel = 'shop'$$, $$touchpoint = 'call'$$])[i - 126] ELSE 'false' END FROM generate_series(1, 129) i;
CREATE TABLE touch AS SELECT id, t.* FROM journeys, touches(j) t;
CREATE TABLE ref (list int, id int, cost float8);
DO $$
DECLARE l int;
BEGIN
    FOR l IN SELECT DISTINCT list FROM price LOOP
        EXECUTE format('INSERT INTO ref SELECT %s, id, sum(CASE %s ELSE 0 END) FROM touch GROUP BY id', l,
            (SELECT string_agg(format('WHEN %s THEN %s', condition, cost), ' ' ORDER BY n) FROM price WHERE list = l));
    END LOOP;
END $$;
CREATE TABLE prices AS SELECT list, array_agg(what ORDER BY n) AS what, array_agg(cost ORDER BY n) AS cost FROM price GROUP BY list;
SELECT cmp_ok((SELECT count(DISTINCT cost) FROM ref), '>', 500::bigint, 'there are many costs');
SELECT is_empty('SELECT list, id, cost_to_serve(j, what, p.cost), r.cost FROM prices p JOIN ref r USING (list) JOIN journeys USING (id) WHERE cost_to_serve(j, what, p.cost) IS DISTINCT FROM r.cost',
    'each touch costs what the first expression says that it fits');
SELECT is_empty('SELECT list, id FROM journeys, prices WHERE id = 0 AND cost_to_serve(j, what, cost) <> 0', 'no touches cost nothing');
SELECT is_empty($$ SELECT id FROM journeys WHERE cost_to_serve(j, '{.}', '{1}') <> touch_count(j) OR cost_to_serve(j, '{call@phone}', '{1}') <> count_of(j, 'call@phone')
    OR cost_to_serve(j, '{}', '{}') <> 0 $$, 'at a price of 1 it counts');
SELECT is(cost_to_serve('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:00Z b, 2026-01-01T00:00:00Z c]', '{a,b,c}', '{1e100,1,-1e100}'), 1::float8, 'rounded once');
SELECT is((SELECT cost_to_serve(journey_agg('2026-01-01Z'::timestamptz + i * interval '1 s', 'a'), '{a}', '{0.1}') FROM generate_series(1, 10) i), 1::float8, 'ten times 0.1 is 1');
SELECT is(cost_to_serve(NULL, '{a}', '{1}'), NULL, 'no journey: NULL');
SELECT is(cost_to_serve('[]', NULL, '{1}'), NULL, 'no expressions: NULL');
SELECT is(cost_to_serve('[]', '{a}', NULL), NULL, 'no costs: NULL');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a,b}', '{1}') $$, '22023', 'what and cost differ in length', 'a cost for each expression');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a,NULL}', '{1,2}') $$, '22023', 'what has an element that is NULL', 'no NULL among expressions');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a,b}', '{1,NULL}') $$, '22023', 'cost has an element that is NULL', 'nor among costs');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a,b}', '{1,Infinity}') $$, '22003', 'cost has an element that is not a finite number', 'no infinite cost');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a,b}', '{1,1e141}') $$, '22003', 'cost has an element that is too large', 'nor one beyond 1e140');
SELECT throws_ok($$ SELECT cost_to_serve('[]', '{a@}', '{1}') $$, '22P02', NULL, 'no malformed expression');

-- ---- whale curve ----

-- Kaplan and Narayanan: the best fifth makes far more than all of the profit, the middle nothing, the worst gives it away
SELECT results_eq($$ SELECT * FROM whale_curve('{10,20,-5,NULL,7,-12}', 5) $$,
    $$ VALUES (1::bigint, 0.2::float8, 20::float8, 20::float8, 1::float8), (2, 0.4, 10, 30, 1.5), (3, 0.6, 7, 37, 1.85), (4, 0.8, -5, 32, 1.6), (5, 1, -12, 20, 1) $$, 'by hand');
SELECT results_eq($$ SELECT customers, cumulative_share FROM whale_curve((SELECT array_agg(CASE WHEN i <= 20 THEN 10 WHEN i <= 80 THEN 0 ELSE -5 END::float8) FROM generate_series(1, 100) i), 5) $$,
    $$ VALUES (20::bigint, 2::float8), (40, 2), (60, 2), (80, 2), (100, 1) $$, 'the best 20 % make 200 %');
CREATE TABLE profits AS
    SELECT g, n, array_agg(CASE WHEN random() < 0.1 THEN NULL WHEN g % 3 = 0 THEN floor(random() * 5 - 2) ELSE floor((random() - 0.4) ^ 3 * 1e6) / 64 END) AS p
    FROM generate_series(1, 150) g, LATERAL (SELECT g * 7919 % 97 + 1 AS n) x, generate_series(1, n) GROUP BY g, n;
CREATE TABLE points AS SELECT unnest('{1,2,3,7,10,20,1000,2147483647}'::int[]) AS points;
CREATE TABLE slow AS
    WITH ranked AS (SELECT g, v::numeric AS v, row_number() OVER (PARTITION BY g ORDER BY v DESC) AS r, count(*) OVER (PARTITION BY g) AS n FROM profits, unnest(p) v WHERE v IS NOT NULL)
    SELECT points, g, n, r AS customers, r / n::float8 AS customer_share, sum(v) OVER w AS cumulative, sum(v) OVER (PARTITION BY points, g) AS whole
    FROM ranked, points WINDOW w AS (PARTITION BY points, g ORDER BY r);
CREATE TABLE expected AS
    SELECT points, g, customers, customer_share, (cumulative - coalesce(lag(cumulative) OVER w, 0))::float8 AS profit, cumulative::float8,
           CASE WHEN whole > 0 THEN cumulative::float8 / whole::float8 END AS cumulative_share
    FROM (SELECT * FROM slow
          -- is it the ceiling of k * n / points for some whole k? the largest k below the next one tells
          WHERE points >= n OR ceil(floor(customers * points::numeric / n) * n / points) = customers) y
    WINDOW w AS (PARTITION BY points, g ORDER BY customers);
SELECT cmp_ok((SELECT count(*) FROM expected), '>', 10000::bigint, 'there are many rows');
SELECT bag_eq('SELECT points, g, w.* FROM profits, points, whale_curve(p, points) w', 'SELECT * FROM expected', 'rows are those of window functions, to the last bit');
SELECT results_eq('SELECT g, w.* FROM profits, whale_curve(p) w', 'SELECT g, w.* FROM profits, whale_curve(p, 20) w', 'twenty points, if nothing else is said');
SELECT is_empty('SELECT g FROM (SELECT g, customers, lag(customers) OVER (PARTITION BY g ORDER BY o) AS before, cumulative_share, max(customer_share) OVER (PARTITION BY g) AS most
        FROM profits, whale_curve(p) WITH ORDINALITY w(customers, customer_share, profit, cumulative, cumulative_share, o)) x WHERE customers <= before OR most <> 1', 'customers rise up to all of them');
SELECT results_eq($$ SELECT cumulative, cumulative_share FROM whale_curve('{1e140,-1e140,0.25}', 3) $$, $$ VALUES (1e140::float8, 4e140::float8), (1e140, 4e140), (0.25, 1) $$, 'what cancels leaves the rest');
SELECT results_eq($$ SELECT cumulative, cumulative_share FROM whale_curve('{3,-4}', 1) $$, $$ VALUES (-1::float8, NULL::float8) $$, 'of a loss there are no parts');
SELECT is_empty($$ SELECT * FROM whale_curve('{}') $$, 'no customers: no rows');
SELECT is_empty($$ SELECT * FROM whale_curve('{NULL,NULL}') $$, 'none known: no rows');
SELECT is_empty($$ SELECT * FROM whale_curve(NULL) $$, 'no array: no rows');
SELECT throws_ok($$ SELECT * FROM whale_curve('{1}', 0) $$, '22023', 'points is below 1', 'a point at least');
SELECT throws_ok($$ SELECT * FROM whale_curve('{1,NaN}') $$, '22003', 'profits has an element that is not a finite number', 'no NaN');

-- ---- what if ----

-- revenue 1,000,000, margin 40 %, churn 20 %, 100,000 won, 100,000 to serve: 0.4 * (800,000 + 100,000) - 100,000 = 260,000; 15 % less churn keeps 30,000 more revenue, 12,000 of it margin
SELECT results_eq('SELECT * FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5, -0.15, 0.4, -0.5)',
    $$ VALUES ('churn', -0.15::float8, 260000::float8, 272000::float8, 12000::float8), ('win rate', 0.4, 260000, 276000, 16000), ('cost to serve', -0.5, 260000, 310000, 50000),
              ('together', NULL, 260000, 338000, 78000) $$, 'by hand');
SELECT results_eq('SELECT lever, effect FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5)', $$ VALUES ('churn', 0::float8), ('win rate', 0), ('cost to serve', 0), ('together', 0) $$, 'no change, no effect');
SELECT results_eq('SELECT lever, effect FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5, cost_change => -0.25)', $$ VALUES ('churn', 0::float8), ('win rate', 0), ('cost to serve', 25000), ('together', 25000) $$, 'changes by name');
-- in 64ths, so that no product is rounded
CREATE TABLE base AS
    SELECT i, floor(random() * 1e6) AS revenue, floor(random() * 80 - 15) / 64 AS margin, floor(random() * 65) / 64 AS churn, floor(random() * 1e5) AS wins, floor(random() * 1e5) AS cost,
           floor(random() * 65 - 64) / 64 AS dc, floor(random() * 128 - 64) / 64 AS dw, floor(random() * 128 - 64) / 64 AS dk FROM generate_series(1, 2000) i;
UPDATE base SET margin = 1 WHERE margin > 1;
SELECT bag_eq('SELECT i, lever, change, profit_before, profit_after, effect FROM base, what_if(revenue, margin, churn, wins, cost, dc, dw, dk)',
    $$ SELECT i, lever, change, b::float8, a::float8, (a - b)::float8
       FROM (SELECT revenue::numeric r, margin::numeric m, churn::numeric c, wins::numeric w, cost::numeric k, dc::numeric, dw::numeric, dk::numeric, i FROM base) v,
            LATERAL (SELECT m * (r * (1 - c) + w) - k AS b) x,
            LATERAL (VALUES ('churn', dc::float8, m * (r * (1 - c * (1 + dc)) + w) - k), ('win rate', dw::float8, m * (r * (1 - c) + w * (1 + dw)) - k),
                            ('cost to serve', dk::float8, m * (r * (1 - c) + w) - k * (1 + dk)), ('together', NULL, m * (r * (1 - c * (1 + dc)) + w * (1 + dw)) - k * (1 + dk))) y(lever, change, a) $$,
    'the formula, exactly');
SELECT is_empty($$ SELECT i FROM base, what_if(revenue, margin, churn, wins, cost, dc, dw, dk) GROUP BY i
    HAVING sum(effect) FILTER (WHERE lever <> 'together') <> sum(effect) FILTER (WHERE lever = 'together') $$, 'the levers add up: none works on another');
SELECT is_empty('SELECT * FROM what_if(NULL, 0.4, 0.2, 1, 1)', 'what is not known is not told');
SELECT throws_ok('SELECT * FROM what_if(1, 40, 0.2, 1, 1)', '22003', 'margin is above 1', 'margin in percent');
SELECT throws_ok('SELECT * FROM what_if(1, 0.4, 20, 1, 1)', '22003', 'churn is above 1', 'churn in percent');
SELECT throws_ok('SELECT * FROM what_if(1, 0.4, -0.1, 1, 1)', '22003', 'churn is not between 0 and 1', 'negative churn');
SELECT throws_ok('SELECT * FROM what_if(1, 0.4, 0.5, 1, 1, 1.5)', '22003', 'churn after the change is not between 0 and 1', 'more churn than customers');
SELECT throws_ok('SELECT * FROM what_if(-1, 0.4, 0.5, 1, 1)', '22003', 'revenue is below 0', 'negative revenue');
SELECT throws_ok('SELECT * FROM what_if(1, 0.4, 0.5, 1, 1, 0, -1.1)', '22003', 'win_change is below -1', 'fewer wins than none');
SELECT throws_ok('SELECT * FROM what_if(1, 0.4, 0.5, 1, 1, cost_change => ''NaN'')', '22003', 'cost_change is not a finite number', 'no NaN');
SELECT throws_ok('SELECT * FROM what_if(1, -1e140, 0, 1e140, 1, 0, 1e140)', '22003', 'profit is out of range', 'nothing that no double holds');
SELECT throws_ok('SELECT * FROM what_if(1, ''-Infinity'', 0.5, 1, 1)', '22003', NULL, 'no infinite margin');

SELECT * FROM finish();
ROLLBACK;
