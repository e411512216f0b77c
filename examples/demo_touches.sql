-- A year of touches of the customers of an invented shop, made by SQL alone, over web, app, store, courier and phone.
--
--   psql -v seed=1 -f examples/demo_touches.sql
--
-- The dice are hashes of (customer, question, seed), as in demo_data.sql. What is planted for
-- examples/demo_journeys.sql to find:
--   * in the app the way breaks between cart and checkout
--   * every department does its part, yet who returns something is sent from the store to the help page
--     to the phone, and then leaves
-- and for examples/demo_organisation.sql:
--   * asked right after a touch, 19 of 20 customers are satisfied with it, whichever department it was;
--     asked at the end, far fewer got what they came for, and of those who had to return something and
--     then look for help nearly nobody

\if :{?seed}
\else
  \set seed 1
\endif

CREATE FUNCTION dice(customer bigint, question int, seed bigint) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(customer, seed * 1000 + 500 + question) & 2147483647) % 1000;

CREATE TABLE touch (
    customer_id int NOT NULL,
    at          timestamptz NOT NULL,
    touchpoint  text NOT NULL,
    channel     text NOT NULL,
    stage       text NOT NULL,      -- of the customer's way: hear, learn, buy, use, support
    department  text NOT NULL,
    amount      numeric,            -- paid at this touch
    answer      smallint            -- 1..5, how satisfied with it, asked right afterwards; NULL: no answer
);

CREATE TABLE goal (                 -- asked of buyers in the end: did you get what you came for?
    customer_id int PRIMARY KEY,
    reached     boolean             -- NULL: no answer
);

INSERT INTO touch
WITH ways AS (          -- how far each customer came
    SELECT c, CASE WHEN dice(c, 1, :seed) < 350 THEN 'app' ELSE 'web' END AS channel,
           timestamptz '2025-01-01 00:00+00' + make_interval(mins => dice(c, 2, :seed) * 470 + dice(c, 3, :seed)) AS start
    FROM generate_series(1, 8000) AS c
), bought AS (
    SELECT *, dice(c, 4, :seed) < 600 AS advert, dice(c, 5, :seed) < 850 AS product,
           dice(c, 5, :seed) < 850 AND dice(c, 6, :seed) < 600 AS cart,
           dice(c, 5, :seed) < 850 AND dice(c, 6, :seed) < 600
           AND dice(c, 7, :seed) < CASE channel WHEN 'app' THEN 450 ELSE 780 END AS checkout
    FROM ways
), served AS (
    SELECT *, checkout AND dice(c, 8, :seed) < 140 AS returned,
           start + make_interval(days => 2 + dice(c, 9, :seed) % 4, hours => dice(c, 10, :seed) % 12) AS delivered_at
    FROM bought
), helped AS (
    SELECT *, checkout AND dice(c, 11, :seed) < CASE WHEN returned THEN 700 ELSE 100 END AS help,
           delivered_at + make_interval(days => 3 + dice(c, 12, :seed) % 8, mins => dice(c, 13, :seed)) AS returned_at
    FROM served
), called AS (
    SELECT *, help AND dice(c, 14, :seed) < CASE WHEN returned THEN 650 ELSE 150 END AS call,
           returned_at + make_interval(days => 1, mins => dice(c, 15, :seed)) AS help_at
    FROM helped
), left_us AS (
    SELECT *, CASE WHEN returned AND call THEN dice(c, 16, :seed) < 450 ELSE checkout AND dice(c, 16, :seed) < 25 END AS cancel,
           help_at + make_interval(mins => 5 + dice(c, 17, :seed) % 400) AS called_at
    FROM called
)
SELECT c, t.at, t.touchpoint, t.channel, t.stage, t.department, t.amount,
       CASE WHEN t.touchpoint <> 'cancel' AND dice(c, 40 + t.number, :seed) < 500 THEN
           CASE WHEN dice(c, 60 + t.number, :seed) < 550 THEN 5 WHEN dice(c, 60 + t.number, :seed) < 950 THEN 4
                ELSE 1 + dice(c, 80 + t.number, :seed) % 3 END END
FROM left_us, LATERAL (VALUES
    (1, advert,   start,                                                        'advert',       'web',     'hear',    'marketing', NULL::numeric),
    (2, true,     start + make_interval(mins => 1 + dice(c, 20, :seed) % 30),   'search',       left_us.channel, 'learn', 'marketing', NULL),
    (3, product,  start + make_interval(mins => 32 + dice(c, 21, :seed) % 10),  'product page', left_us.channel, 'learn', 'shop', NULL),
    (4, cart,     start + make_interval(mins => 44 + dice(c, 22, :seed) % 10),  'cart',         left_us.channel, 'buy', 'shop', NULL),
    (5, checkout, start + make_interval(mins => 56 + dice(c, 23, :seed) % 30),  'checkout',     left_us.channel, 'buy', 'shop', 20 + dice(c, 24, :seed) / 10.0),
    (6, checkout, delivered_at,                                                 'delivery',     'courier', 'use',     'logistics', NULL),
    (7, returned, returned_at,                                                  'return',       'store',   'support', 'logistics', NULL),
    (8, help,     help_at,                                                      'help page',    'web',     'support', 'service', NULL),
    (9, call,     called_at,                                                    'support call', 'phone',   'support', 'service', NULL),
    (11, checkout AND NOT help AND dice(c, 18, :seed) < 60,
               delivered_at + make_interval(mins => 30 + dice(c, 19, :seed)), 'support call', 'phone', 'support', 'service', NULL),
    (10, cancel,  called_at + make_interval(days => 1 + dice(c, 25, :seed) % 5), 'cancel',      'web',     'support', 'contracts', NULL)
) AS t(number, happened, at, touchpoint, channel, stage, department, amount)
WHERE t.happened;

INSERT INTO goal
SELECT customer_id, CASE WHEN dice(customer_id, 100, :seed) < 700 THEN dice(customer_id, 101, :seed) <
           CASE WHEN returned AND helped THEN 150 WHEN returned THEN 600 WHEN helped THEN 550 ELSE 820 END END
FROM (SELECT customer_id, bool_or(touchpoint = 'return') AS returned, bool_or(touchpoint = 'help page') AS helped
      FROM touch GROUP BY customer_id HAVING bool_or(touchpoint = 'checkout')) AS buyers;

DROP FUNCTION dice(bigint, int, bigint);
ANALYZE touch, goal;
