-- The tables that bench/journeys.sh reads, made from touch_random.
SET work_mem = '4GB';
SET max_parallel_workers_per_gather = 0;

CREATE UNLOGGED TABLE touch_part (LIKE touch_random) PARTITION BY HASH (customer_id);
SELECT format('CREATE UNLOGGED TABLE touch_part_%s PARTITION OF touch_part FOR VALUES WITH (MODULUS 256, REMAINDER %s)', i, i)
FROM generate_series(0, 255) AS i \gexec
INSERT INTO touch_part SELECT * FROM touch_random;
ANALYZE touch_part;

CREATE UNLOGGED TABLE journey_text AS
SELECT customer_id, journey_agg(at, touchpoint, channel, stage) AS j FROM touch_random GROUP BY 1;
CREATE UNLOGGED TABLE journey_integer AS SELECT customer_id, journey_agg(at, touchpoint_id) AS j FROM touch_random GROUP BY 1;
-- as many bytes, of no type of ours
CREATE UNLOGGED TABLE bytes_text (customer_id int, j bytea);
ALTER TABLE bytes_text ALTER j SET STORAGE MAIN;
INSERT INTO bytes_text SELECT customer_id, journey_send(j) FROM journey_text;

-- long ones, 2,000 touches and 5 kB each, kept in four ways; most journeys are so short that all ways are the same
CREATE UNLOGGED TABLE journey_main_8160 (customer_id int, j journey) WITH (toast_tuple_target = 8160);
CREATE UNLOGGED TABLE journey_main (LIKE journey_main_8160);
CREATE UNLOGGED TABLE journey_external (LIKE journey_main_8160);
CREATE UNLOGGED TABLE journey_extended (LIKE journey_main_8160);
ALTER TABLE journey_external ALTER j SET STORAGE EXTERNAL;
ALTER TABLE journey_extended ALTER j SET STORAGE EXTENDED;
INSERT INTO journey_main_8160 SELECT customer_id / 40, journey_agg(j) FROM journey_text GROUP BY 1;
INSERT INTO journey_main SELECT * FROM journey_main_8160;
INSERT INTO journey_external SELECT * FROM journey_main_8160;
INSERT INTO journey_extended SELECT * FROM journey_main_8160;

CREATE UNLOGGED TABLE journey_found AS SELECT * FROM journey_text;
CREATE INDEX journey_found_index ON journey_found USING gin (j);

CREATE INDEX touch_random_index ON touch_random (customer_id, at);

CREATE UNLOGGED TABLE customer_journey (customer_id int PRIMARY KEY, j journey NOT NULL) WITH (toast_tuple_target = 8160, fillfactor = 70);
INSERT INTO customer_journey SELECT * FROM journey_text ORDER BY customer_id LIMIT 200000;
CREATE UNLOGGED TABLE touch_day AS
SELECT * FROM touch_random WHERE at >= timestamptz '2025-06-01 00:00Z' AND at < timestamptz '2025-06-02 00:00Z' AND customer_id <= 200000;

VACUUM (FREEZE, ANALYZE);
