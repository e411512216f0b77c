-- A year of touches of the customers of an invented shop, made by SQL alone, over web, app, store, courier and phone.
--
--   psql -v seed=1 -f examples/demo_touches.sql
--
-- The dice are hashes of (customer, question, seed), as in demo_data.sql. What is planted for
-- examples/demo_journeys.sql to find:
--   * in the app the way breaks between cart and checkout
--   * every department does its part, yet who returns something is sent from the store to the help page
--     to the phone, and then leaves

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
    amount      numeric             -- paid at this touch
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
SELECT c, t.at, t.touchpoint, t.channel, t.stage, t.department, t.amount
FROM left_us, LATERAL (VALUES
    (advert,   start,                                                        'advert',       'web',     'hear',    'marketing', NULL::numeric),
    (true,     start + make_interval(mins => 1 + dice(c, 20, :seed) % 30),   'search',       left_us.channel, 'learn', 'marketing', NULL),
    (product,  start + make_interval(mins => 32 + dice(c, 21, :seed) % 10),  'product page', left_us.channel, 'learn', 'shop', NULL),
    (cart,     start + make_interval(mins => 44 + dice(c, 22, :seed) % 10),  'cart',         left_us.channel, 'buy', 'shop', NULL),
    (checkout, start + make_interval(mins => 56 + dice(c, 23, :seed) % 30),  'checkout',     left_us.channel, 'buy', 'shop', 20 + dice(c, 24, :seed) / 10.0),
    (checkout, delivered_at,                                                 'delivery',     'courier', 'use',     'logistics', NULL),
    (returned, returned_at,                                                  'return',       'store',   'support', 'logistics', NULL),
    (help,     help_at,                                                      'help page',    'web',     'support', 'service', NULL),
    (call,     called_at,                                                    'support call', 'phone',   'support', 'service', NULL),
    (cancel,   called_at + make_interval(days => 1 + dice(c, 25, :seed) % 5), 'cancel',      'web',     'support', 'contracts', NULL)
) AS t(happened, at, touchpoint, channel, stage, department, amount)
WHERE t.happened;

DROP FUNCTION dice(bigint, int, bigint);
ANALYZE touch;
