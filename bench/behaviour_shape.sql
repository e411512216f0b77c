-- Touches in the current schema as bench/journeys_data.sql makes them, but :each of every customer, :touches in all.
SET work_mem = '1GB';
SET max_parallel_workers_per_gather = 0;

CREATE FUNCTION pg_temp.fraction(customer bigint, place bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(customer, place) & 4294967295) + 1) / 4294967297.0 $$;

-- at least a second from touch to touch, so that none tie
CREATE UNLOGGED TABLE touch_sorted AS
SELECT customer_id, touchpoint_id, at, touchpoint, channel, stage
FROM (SELECT c::int AS customer_id, 1 + floor(23 * pow(pg_temp.fraction(c, i * 4 + 2), 1.6))::int AS touchpoint_id,
             timestamptz '2025-01-01 00:00Z' + interval '1 second' * sum(floor(
               CASE WHEN i = 1 THEN 15000000 * pg_temp.fraction(c, 2)
                    WHEN hashint8extended(c, i * 4) % 5 <> 0 THEN 5 + 295 * pg_temp.fraction(c, i * 4 + 1)
                    ELSE 1 - 600000 * ln(pg_temp.fraction(c, i * 4 + 1)) * least(1, 50.0 / :each) END))
               OVER (PARTITION BY c ORDER BY i) AS at
      FROM generate_series(1, :touches / :each) AS c, generate_series(1, :each) AS i) AS walk
JOIN (SELECT DISTINCT ON (touchpoint_id) touchpoint_id, touchpoint, channel, stage FROM public.touch_sorted
      WHERE customer_id <= 1000 ORDER BY touchpoint_id, channel DESC) AS page USING (touchpoint_id)
ORDER BY customer_id, at;
CREATE INDEX touch_sorted_index ON touch_sorted (customer_id, at) INCLUDE (touchpoint, channel, stage, touchpoint_id);

CREATE UNLOGGED TABLE journey_names (customer_id int, j journey NOT NULL) WITH (toast_tuple_target = 8160);
INSERT INTO journey_names
SELECT customer_id, journey_agg(at, touchpoint, channel, stage) FROM touch_sorted GROUP BY 1 ORDER BY 1;
CREATE UNLOGGED TABLE bytes_names (customer_id int, j bytea NOT NULL) WITH (toast_tuple_target = 8160);
ALTER TABLE bytes_names ALTER j SET STORAGE MAIN;
INSERT INTO bytes_names SELECT customer_id, journey_send(j) FROM journey_names;
VACUUM (FREEZE, ANALYZE) touch_sorted, journey_names, bytes_names;
