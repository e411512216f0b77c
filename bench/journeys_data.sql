-- Touches of :customers customers, about 50 each, skewed: many have few, one in 20,000 has 10,000.
-- They come in bursts, some seconds to minutes apart, with days between the bursts.
-- Made by hashing, so that every run measures the same data.
CREATE FUNCTION pg_temp.fraction(customer bigint, place bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(customer, place) & 4294967295) + 1) / 4294967297.0 $$;

CREATE UNLOGGED TABLE touches_of AS
SELECT c AS customer_id,
       CASE WHEN c % 20000 = 7 THEN 10000 ELSE least(9999, 1 + floor(-48 * ln(pg_temp.fraction(c, 1))))::int END AS n
FROM generate_series(1, :customers::bigint) AS c;

-- 24 touchpoints, some common and some rare; one customer in 60 cancels at last; a touchpoint belongs to a stage and is mostly met in one channel
CREATE TEMP TABLE page AS
SELECT i AS touchpoint_id, (ARRAY['home', 'search', 'product', 'review', 'compare', 'advert', 'newsletter', 'cart', 'checkout',
         'pay', 'delivery', 'return', 'login', 'invoice', 'manual', 'faq', 'call', 'chat', 'complaint', 'survey', 'renew',
         'upgrade', 'downgrade', 'cancel'])[i] AS touchpoint,
       (ARRAY['hear', 'learn', 'buy', 'use', 'support'])[1 + (i * 5 / 25)] AS stage,
       CASE WHEN i = 17 THEN 'phone' WHEN i % 4 = 0 THEN 'app' WHEN i % 9 = 0 THEN 'store' ELSE 'web' END AS channel
FROM generate_series(1, 24) AS i;

CREATE UNLOGGED TABLE walk AS
SELECT customer_id::int, i,
       timestamptz '2025-01-01 00:00Z' + interval '1 second' * sum(floor(
         CASE WHEN i = 1 THEN 15000000 * pg_temp.fraction(customer_id, 2)
              WHEN hashint8extended(customer_id, i * 4) % 5 <> 0 THEN 5 + 295 * pg_temp.fraction(customer_id, i * 4 + 1)
              ELSE -600000 * ln(pg_temp.fraction(customer_id, i * 4 + 1)) * least(1, 50.0 / n) END))
         OVER (PARTITION BY customer_id ORDER BY i) AS at,
       CASE WHEN i = n AND i > 1 AND hashint8extended(customer_id, 3) % 60 = 0 THEN 24
            ELSE 1 + floor(23 * pow(pg_temp.fraction(customer_id, i * 4 + 2), 1.6))::int END AS touchpoint_id,
       hashint8extended(customer_id, i * 4 + 3) % 10 = 0 AS elsewhere
FROM touches_of, generate_series(1, n) AS i;

-- rows in random order, with names and with numbers
CREATE UNLOGGED TABLE touch_random AS
SELECT customer_id, touchpoint_id, at, touchpoint, CASE WHEN elsewhere THEN 'app' ELSE channel END AS channel, stage
FROM walk JOIN page USING (touchpoint_id)
ORDER BY hashint8extended(customer_id, i * 4 + 77);
VACUUM (FREEZE, ANALYZE) touch_random;

-- the same in the order of an index that holds all that is asked for
CREATE UNLOGGED TABLE touch_sorted AS SELECT * FROM touch_random ORDER BY customer_id, at;
CREATE INDEX touch_sorted_index ON touch_sorted (customer_id, at) INCLUDE (touchpoint, channel, stage, touchpoint_id);
VACUUM (FREEZE, ANALYZE) touch_sorted;

-- the same as they arrive: by time
CREATE UNLOGGED TABLE touch_arrival AS SELECT * FROM touch_random ORDER BY at;
VACUUM (FREEZE, ANALYZE) touch_arrival;

DROP TABLE walk, touches_of;
