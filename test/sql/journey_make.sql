-- making journeys: touch by touch, from rows, from each other
SET TimeZone = 'UTC';

-- one touch; all but time and touchpoint may be left out, and given by name
SELECT touch('2026-01-05 09:00+00', 'browse');
SELECT touch('2026-01-05 09:00+00', 'call', 'phone', 'support', 'service', 'csat:2', 49.9);
SELECT touch('2026-01-05 09:00+00', 'call', feedback => 'csat:2/10', owner => 'service'), touch(at => '2026-01-05 09:00+00', touchpoint => 'cart', value => 49.9);
SELECT touch('2026-01-05 09:00+00', 7, 'phone') AS number, touch('2026-01-05 09:00+00', -7) AS negative, touch('2026-01-05 09:00+00', 5000000000, owner => 'service') AS large, touch('2026-01-05 09:00+00', NULL::int) IS NULL AS without;
SELECT touch(NULL, 'call') IS NULL AS without_time, touch('2026-01-05 09:00+00', NULL) IS NULL AS without_touchpoint;

-- from rows, in any order; rows without a time or a touchpoint are no touches
CREATE TABLE event (customer int, at timestamptz, touchpoint text, channel text, stage text, owner text);
INSERT INTO event VALUES
    (1, '2026-01-06 10:00+00', 'call', 'phone', 'support', 'service'),
    (1, '2026-01-05 09:00+00', 'browse', 'web', 'learn', 'marketing'),
    (1, '2026-01-05 09:04:10.5+00', 'cart', 'web', 'buy', 'shop'),
    (2, '2026-01-07 12:00+00', 'visit', NULL, NULL, 'shop'),
    (2, NULL, 'lost', NULL, NULL, NULL),
    (2, '2026-01-07 12:00+00', NULL, 'web', NULL, NULL),
    (3, NULL, NULL, NULL, NULL, NULL);
SELECT customer, journey_agg(at, touchpoint) FROM event GROUP BY 1 ORDER BY 1;
SELECT customer, journey_agg(at, touchpoint, channel) FROM event GROUP BY 1 ORDER BY 1;
SELECT customer, journey_agg(at, touchpoint, channel, stage) FROM event GROUP BY 1 ORDER BY 1;
SELECT customer, journey_agg(at, touchpoint, channel, stage, owner) FROM event GROUP BY 1 ORDER BY 1;
SELECT journey_agg(at, touchpoint, NULL, NULL, owner) FROM event WHERE customer = 2;
SELECT journey_agg(at, touchpoint) FILTER (WHERE channel = 'web'), journey_agg(at, touchpoint) FILTER (WHERE channel = 'fax') FROM event;

-- touchpoints that are numbers are names of digits
SELECT journey_agg(at, id), journey_agg(at, id::text), journey_agg(at, id, 'web'), journey_agg(at, id::smallint, NULL, 'buy'), journey_agg(at, id::bigint, NULL, NULL, 'shop')
FROM (VALUES ('2026-01-05 09:00+00'::timestamptz, 12), ('2026-01-05 09:05+00', 7)) v(at, id);
SELECT journey_agg('2026-01-05 09:00+00', id) FROM (VALUES (-1::bigint), (2147483647), (2147483648)) v(id);

-- touches of one time stay in the order in which they come
SELECT journey_agg('2026-01-05 09:00+00', t ORDER BY i) AS in_order, journey_agg('2026-01-05 09:00+00', t ORDER BY i DESC) AS backwards
FROM (VALUES (1, 'a'), (2, 'b'), (3, 'c')) v(i, t);

-- with feedback and values, and from journeys
SELECT journey_agg(touch(at, t, feedback => f::feedback, value => v)) FROM (VALUES
    ('2026-01-05 09:00+00'::timestamptz, 'cart', NULL, 49.9), ('2026-01-04 09:00+00', 'survey', 'nps:9', NULL), ('2026-01-06 09:00+00', 'survey', 'csat:80/100', 0.1)) v(at, t, f, v);
CREATE TABLE journeys AS SELECT customer, journey_agg(at, touchpoint, channel) AS j FROM event GROUP BY 1;
SELECT rollup(j), rollup(j) = journey_agg(j) AS the_same FROM journeys;
SELECT rollup(j) IS NULL AS nothing, rollup(j ORDER BY customer DESC) IS NULL AS of_null FROM journeys WHERE customer = 3;
SELECT rollup(j) FROM (VALUES ('[]'::journey), (NULL)) v(j);

-- merging keeps all, the left operand first where times are equal
SELECT '[2026-01-05T09:00:00Z a, 2026-01-07T09:00:00Z c]'::journey || '[2026-01-06T09:00:00Z b]';
SELECT '[2026-01-05T09:00:00Z left]'::journey || '[2026-01-05T09:00:00Z right]', '[2026-01-05T09:00:00Z a]'::journey || '[2026-01-05T09:00:00Z a]';
SELECT '[]'::journey || '[2026-01-05T09:00:00Z a]', '[2026-01-05T09:00:00Z a]'::journey || '[]', '[]'::journey || '[]', NULL || '[]'::journey IS NULL AS with_null;

-- the union holds a touch as often as the one that holds it more often
SELECT journey_union('[2026-01-05T09:00:00Z a, 2026-01-06T09:00:00Z b]', '[2026-01-06T09:00:00Z b, 2026-01-07T09:00:00Z c]');
SELECT journey_union('[2026-01-05T09:00:00Z a]', '[2026-01-05T09:00:00Z a, 2026-01-05T09:00:00Z a]') AS twice,
       journey_union('[2026-01-05T09:00:00Z a, 2026-01-05T09:00:00Z b]', '[2026-01-05T09:00:00Z c, 2026-01-05T09:00:00Z b]') AS at_one_time;
SELECT journey_union('[2026-01-05T09:00:00Z a =1]', j) FROM unnest('{[2026-01-05T09:00:00Z a],[2026-01-05T09:00:00Z a =1],[2026-01-05T09:00:00Z a =2],[2026-01-05T09:00:00Z a@b =1],[2026-01-05T09:00:00Z a nps:9 =1]}'::journey[]) j;

-- a table of journeys is kept current by one statement, which can be repeated
CREATE TABLE customer_journey (customer_id int PRIMARY KEY, j journey);
PREPARE refresh AS
    INSERT INTO customer_journey
    SELECT customer, journey_agg(at, touchpoint, channel) FROM event WHERE at IS NOT NULL AND touchpoint IS NOT NULL GROUP BY customer ORDER BY customer
    ON CONFLICT (customer_id) DO UPDATE SET j = journey_union(customer_journey.j, EXCLUDED.j);
EXECUTE refresh;
EXECUTE refresh;
SELECT * FROM customer_journey ORDER BY 1;
INSERT INTO event VALUES (2, '2026-01-03 12:00+00', 'hear', 'radio', NULL, NULL), (4, '2026-01-08 12:00+00', 'visit', NULL, NULL, NULL);
EXECUTE refresh;
SELECT * FROM customer_journey ORDER BY 1;

-- running journeys
SELECT customer, touchpoint, journey_agg(at, touchpoint) OVER (PARTITION BY customer ORDER BY at) AS so_far FROM event WHERE customer < 3 AND touchpoint IS NOT NULL ORDER BY customer, at;

-- errors
SELECT touch('infinity', 'a');
SELECT journey_agg('-infinity', 'a'::text);
SELECT touch('2026-01-05', 'a', value => 'Infinity');
SELECT touch('2026-01-05', 'a', value => 'NaN');
SELECT touch('2026-01-05', 'a', feedback => 'nps:11');
SELECT touch('2026-01-05', 'a', channel => repeat('x', 4096));
SELECT journey_agg('2026-01-05', 'a'::text, 'b', repeat('x', 5000));
SELECT '[2026-01-05T09:00:00Z a]'::journey || 'b';
DEALLOCATE refresh;
DROP TABLE event, journeys, customer_journey;
