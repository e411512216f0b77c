-- After the load: what is wrong with what it left behind. One row for each question asked; wrong is 0 where all is well.
-- :acknowledged_events and :acknowledged_answers are the rows that clients were told are committed.
\set QUIET on
SET jit = off;
SET statement_timeout = 0;
CREATE TABLE soak.found (question text, asked bigint, wrong bigint);

INSERT INTO soak.found
SELECT 'acknowledged events are in the table', :acknowledged_events, abs(count(*) - :acknowledged_events) FROM event WHERE channel LIKE 'terminal %';
INSERT INTO soak.found
SELECT 'acknowledged answers are in the table', :acknowledged_answers, abs(count(*) - 30000 - :acknowledged_answers) FROM answer;
INSERT INTO soak.found
SELECT 'events are in the journeys', (SELECT count(*) FROM event), count(*) FROM (
  SELECT customer_id, at, page, channel FROM event
  EXCEPT ALL SELECT customer_id, t.at, t.touchpoint, t.channel FROM customer_journey, touches(j) AS t) AS x;
INSERT INTO soak.found
SELECT 'touches in the journeys are events', (SELECT sum(touch_count(j)) FROM customer_journey), count(*) FROM (
  SELECT customer_id, t.at, t.touchpoint, t.channel FROM customer_journey, touches(j) AS t
  EXCEPT ALL SELECT customer_id, at, page, channel FROM event) AS x;
INSERT INTO soak.found
SELECT 'tallies of days are those of the answers', count(*), count(*) FILTER (WHERE stored IS DISTINCT FROM counted) FROM (
  SELECT d.answers AS stored, a.answers AS counted FROM answer_day AS d
  FULL JOIN (SELECT period(at, 'day') AS day, touchpoint, tally(given) AS answers FROM answer GROUP BY 1, 2) AS a USING (day, touchpoint)) AS x;
INSERT INTO soak.found
SELECT 'the year rolled up is the tally of all answers', 1, ((SELECT rollup(answers) FROM answer_day) <> (SELECT tally(given) FROM answer))::int;

-- each question by each index and by the table
CREATE TABLE soak.question AS
SELECT p::journey_pattern AS pattern FROM unnest(ARRAY['cart ~> pay within 1d', 'return ~> call', '^ home', 'help -> call -> return', '"no such page"']) AS p
UNION ALL SELECT format('"campaign %s" ~> pay within 60d', n)::journey_pattern FROM generate_series(0, :campaigns - 1, :campaigns / 50 + 1) AS n;
CREATE FUNCTION soak.answers() RETURNS TABLE (question text, md5 text) LANGUAGE plpgsql AS $$
DECLARE q journey_pattern;
BEGIN
  FOR q IN SELECT pattern FROM soak.question LOOP
    question := q::text;
    EXECUTE format('SELECT md5(coalesce(string_agg(customer_id::text, %L ORDER BY customer_id), %L)) FROM customer_journey WHERE j @~ %L', ' ', '', q) INTO md5;
    RETURN NEXT;
  END LOOP;
  FOR question IN SELECT n || ' days' FROM generate_series(0, 400, 20) AS n LOOP
    EXECUTE format($q$SELECT md5(coalesce(string_agg(customer_id::text, ' ' ORDER BY customer_id), '')) FROM customer_journey
                      WHERE started_at(j) BETWEEN now() - %1$L::interval AND now() - %1$L::interval + '1 day'$q$, question) INTO md5;
    RETURN NEXT;
  END LOOP;
END $$;
SET enable_seqscan = off;
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE TABLE soak.by_index AS SELECT * FROM soak.answers();
SET enable_seqscan = on; SET enable_bitmapscan = off; SET enable_indexscan = off; SET enable_indexonlyscan = off;
CREATE TABLE soak.by_table AS SELECT * FROM soak.answers();
COMMIT;
RESET enable_bitmapscan; RESET enable_indexscan; RESET enable_indexonlyscan;
INSERT INTO soak.found
SELECT 'indexes and the table answer alike', count(*), count(*) FILTER (WHERE i.md5 IS DISTINCT FROM t.md5)
FROM soak.by_index AS i FULL JOIN soak.by_table AS t USING (question);

CREATE EXTENSION amcheck;
INSERT INTO soak.found
SELECT 'amcheck: tables', count(DISTINCT c.oid), count(v.*) FROM pg_class c LEFT JOIN LATERAL verify_heapam(c.oid) AS v ON true
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r';
-- these end in an error where something is wrong
INSERT INTO soak.found
SELECT 'amcheck: btree indexes', count(*), 0 FROM (
  SELECT bt_index_parent_check(c.oid, true, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam AND a.amname = 'btree'
  WHERE c.relnamespace = 'public'::regnamespace OFFSET 0) AS x;
SELECT to_regproc('gin_index_check') IS NOT NULL AS knows_gin \gset
\if :knows_gin
INSERT INTO soak.found SELECT 'amcheck: GIN index', 1, 0 FROM gin_index_check('journey_gin');
\endif
