-- The tables that bench/behaviour.sh reads, made from touch_sorted in the current schema.
SET work_mem = '4GB';
SET max_parallel_workers_per_gather = 0;

-- Touches of one customer at the same moment have no order in a table of rows, and the answers of two
-- forms of SQL could differ by it. There is one such pair in half a million touches: it is left out
-- here, so that every difference that remains is a difference in meaning.
CREATE TEMP TABLE tie AS SELECT customer_id, at FROM touch_sorted GROUP BY 1, 2 HAVING count(*) > 1;
DELETE FROM touch_sorted AS t USING tie WHERE (t.customer_id, t.at) = (tie.customer_id, tie.at);
DELETE FROM touch_random AS t USING tie WHERE (t.customer_id, t.at) = (tie.customer_id, tie.at);
VACUUM (FREEZE, ANALYZE) touch_sorted, touch_random;
DROP TABLE touch_arrival;

-- the rows in random order under the name that the questions know
CREATE SCHEMA random;
CREATE VIEW random.touch_sorted AS SELECT * FROM touch_random;

CREATE UNLOGGED TABLE customer (customer_id int PRIMARY KEY);
INSERT INTO customer SELECT DISTINCT customer_id FROM touch_sorted ORDER BY 1;

CREATE UNLOGGED TABLE page_name AS SELECT DISTINCT touchpoint_id, touchpoint FROM touch_sorted;

CREATE UNLOGGED TABLE journey_names (customer_id int, j journey NOT NULL) WITH (toast_tuple_target = 8160);
INSERT INTO journey_names
SELECT customer_id, journey_agg(at, touchpoint, channel, stage) FROM touch_sorted GROUP BY 1 ORDER BY 1;
CREATE UNLOGGED TABLE journey_integers (LIKE journey_names) WITH (toast_tuple_target = 8160);
INSERT INTO journey_integers SELECT customer_id, journey_agg(at, touchpoint_id) FROM touch_sorted GROUP BY 1 ORDER BY 1;

-- as many bytes, of no type of ours
CREATE UNLOGGED TABLE bytes_names (customer_id int, j bytea NOT NULL) WITH (toast_tuple_target = 8160);
ALTER TABLE bytes_names ALTER j SET STORAGE MAIN;
INSERT INTO bytes_names SELECT customer_id, journey_send(j) FROM journey_names;
CREATE UNLOGGED TABLE bytes_integers (LIKE bytes_names INCLUDING STORAGE) WITH (toast_tuple_target = 8160);
INSERT INTO bytes_integers SELECT customer_id, journey_send(j) FROM journey_integers;

VACUUM (FREEZE, ANALYZE) customer, page_name, journey_names, journey_integers, bytes_names, bytes_integers;
