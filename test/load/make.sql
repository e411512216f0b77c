-- A shop in the middle of its business: a year of events, journeys and answers of :customers customers, about 30 events each.
-- Customers come for a while and then stay away. Made by hashing, so that every run starts from the same data, a year that ends today.
CREATE EXTENSION cx_analytics;
SELECT date_trunc('day', now()) - interval '365 days' AS start \gset

CREATE FUNCTION chance(n bigint, what bigint) RETURNS float8 IMMUTABLE PARALLEL SAFE
    RETURN ((hashint8extended(n, what) & 4294967295) + 0.5) / 4294967296;

-- one touch in 20 belongs to a campaign; campaigns are as many as keep each of them at about 75 touches
CREATE FUNCTION page(dice float8, campaign float8, campaigns int) RETURNS text IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN dice < 0.05 THEN 'campaign ' || floor(campaign * campaigns)
                ELSE (ARRAY['home', 'search', 'product', 'review', 'cart', 'cart', 'checkout', 'pay', 'pay', 'delivery', 'return', 'help', 'call'])
                     [1 + floor(13 * (dice - 0.05) / 0.95)::int] END;

CREATE TABLE event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id int NOT NULL,
    at          timestamptz NOT NULL,
    page        text NOT NULL,
    channel     text NOT NULL,
    amount      float8
);
INSERT INTO event (customer_id, at, page, channel, amount)
SELECT c, timestamptz :'start' + floor(86400 * (first + CASE WHEN n = 0 THEN 0 ELSE chance(c * 128 + n, 4) * days END)) * interval '1 second',
       page(chance(c * 128 + n, 5), chance(c * 128 + n, 6), :campaigns), (ARRAY['web', 'app', 'store'])[1 + n % 3], round((100 * chance(c * 128 + n, 7))::numeric, 2)
FROM (SELECT c, 180 * chance(c, 0) AS first, least(185, 90 * ln(chance(c, 1)) / ln(chance(c, 2))) AS days FROM generate_series(1, :customers::bigint) AS c) AS x,
     generate_series(0, least(100, floor(-0.3 * ln(chance(c, 3)) * days))::int) AS n;
CREATE INDEX event_customer ON event (customer_id, at);
CREATE INDEX event_at ON event (at);

CREATE TABLE customer_journey (customer_id int PRIMARY KEY, j journey NOT NULL) WITH (toast_tuple_target = 8160);
INSERT INTO customer_journey SELECT customer_id, journey_agg(at, page, channel) FROM event GROUP BY customer_id ORDER BY customer_id;
CREATE INDEX journey_gin ON customer_journey USING gin (j);
CREATE INDEX journey_start ON customer_journey (started_at(j));

CREATE TABLE answer (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    touchpoint  text NOT NULL,
    given       feedback
);
INSERT INTO answer (at, touchpoint, given)
SELECT timestamptz '2025-01-01 00:00Z' + n % 365 * interval '1 day', (ARRAY['app', 'call', 'delivery', 'store'])[1 + n % 4],
       CASE n % 3 WHEN 0 THEN feedback('nps', floor(11 * chance(n, 5))) WHEN 1 THEN feedback('csat', 1 + floor(5 * chance(n, 6))) END
FROM generate_series(1, 30000) AS n;
CREATE TABLE answer_day (day date, touchpoint text, answers tally NOT NULL, PRIMARY KEY (day, touchpoint));
INSERT INTO answer_day SELECT period(at, 'day'), touchpoint, tally(given) FROM answer GROUP BY 1, 2;

CREATE TABLE model AS
SELECT churn_fit(r) AS m
FROM (SELECT rfm_agg(at, amount, timestamptz :'start' + interval '365 days') AS r FROM event WHERE page = 'pay' AND customer_id <= 2000 GROUP BY customer_id) AS x;

-- what is measured
CREATE SCHEMA soak;
CREATE TABLE soak.kind (script int PRIMARY KEY, kind text UNIQUE, weight int);
CREATE UNLOGGED TABLE soak.turn (client int, turn bigint, microseconds text, script int, second bigint, microsecond int, lag bigint);
CREATE UNLOGGED TABLE soak.memory (second float8, pid int, private_kb bigint);
CREATE UNLOGGED TABLE soak.size (second float8, relation text, bytes bigint, live bigint, dead bigint);
CREATE FUNCTION soak.measure(second float8) RETURNS void LANGUAGE sql AS $$
  INSERT INTO soak.size
  SELECT $1, c.relname, CASE c.relkind WHEN 'r' THEN pg_table_size(c.oid) ELSE pg_relation_size(c.oid) END, s.n_live_tup, s.n_dead_tup
  FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid JOIN pg_stat_user_tables s ON s.relid = coalesce(i.indrelid, c.oid)
  WHERE c.relnamespace = 'public'::regnamespace AND s.relname <> 'model'
$$;

VACUUM (ANALYZE);
