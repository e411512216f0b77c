-- A report on the ways of the customers in the table that demo_touches.sql makes. Nothing in it is written
-- for what is planted there: every sentence is put together from what the queries find.
--
--   psql -f examples/demo_touches.sql -f examples/demo_journeys.sql

\set QUIET on
\ir terminal.sql
\pset border 1
\pset linestyle unicode
\pset footer off
\pset null ''

-- One value per customer: all touches of all channels and departments. Everything below reads this table.
CREATE TABLE customer_journey (customer_id int PRIMARY KEY, j journey NOT NULL) WITH (toast_tuple_target = 8160);
INSERT INTO customer_journey
SELECT customer_id, journey_agg(touch(at, touchpoint, channel, stage, department, feedback('csat', answer), amount::float8))
FROM touch GROUP BY customer_id ORDER BY customer_id;
CREATE INDEX ON customer_journey USING gin (j);
ANALYZE customer_journey;

SELECT format('%s customers, %s touches of %s bytes each', pg_temp.show_count(count(*)), pg_temp.show_count(sum(touch_count(j))),
              round(sum(pg_column_size(j))::numeric / sum(touch_count(j)), 1)) AS title
FROM customer_journey \gset

\echo
\echo 'JOURNEYS    SELECT customer_id, journey_agg(at, touchpoint, channel, stage, department) FROM touch GROUP BY customer_id'
\echo '  ' :title
\echo

\echo 'ONE OF THE LONGEST    SELECT * FROM customer_journey, touches(j)'
SELECT t."position" AS "#", to_char(t.at AT TIME ZONE 'UTC', 'DD Mon HH24:MI') AS at, t.touchpoint, t.channel, t.stage, t.owner AS department, t.feedback, t.value
FROM (SELECT j FROM customer_journey ORDER BY touch_count(j) DESC, customer_id LIMIT 1) AS longest, touches(j) AS t;

\echo 'WHERE THE WAY GOES ON    SELECT count(*) FROM customer_journey WHERE j @~ pattern'
CREATE TEMP TABLE question (number int, question text, asked journey_pattern, answered journey_pattern);
INSERT INTO question VALUES
    (1, 'in the app, from cart to checkout', 'cart@app', 'cart@app ~> checkout'),
    (2, 'on the web, from cart to checkout', 'cart@web', 'cart@web ~> checkout'),
    (3, 'help page, then a call within a day', '"help page"@web', '"help page"@web ~> @phone within 1d'),
    (4, 'delivery, no return, then cancelled', '^(.* -> delivery -> [^return]*)$', '^(.* -> delivery -> [^return]* -> cancel -> [^return]*)$'),
    (5, 'return, then cancelled', 'return', 'return ~> cancel'),
    (6, 'return, help page, call, then cancelled', 'return ~> "help page" ~> "support call"', 'return ~> "help page" ~> "support call" ~> cancel');
CREATE TEMP TABLE answer AS
SELECT number, question, count(*) FILTER (WHERE j @~ asked) AS asked, count(*) FILTER (WHERE j @~ answered) AS answered
FROM question, customer_journey GROUP BY number, question;

SELECT question, asked AS customers, answered AS "went on", pg_temp.show_share(answered / nullif(asked, 0)::float8) AS share,
       pg_temp.bar(answered / nullif(asked, 0)::float8, 0, 1, 36) AS "0                                  1"
FROM answer ORDER BY number;

SELECT format('Every department did its part; together they lost %s of those who returned something, against %s of the others who bought.',
              pg_temp.show_share(a.answered / a.asked::float8), pg_temp.show_share(b.answered / b.asked::float8)) AS finding
FROM answer AS a, answer AS b WHERE a.number = 5 AND b.number = 4 \gset
\echo '=>' :finding
\echo

\echo 'HOW MANY DEPARTMENTS A CUSTOMER MEETS    SELECT cardinality(owners(j)) FROM customer_journey'
SELECT cardinality(owners(j)) AS departments, count(*) AS customers,
       round(avg(touch_count(j)), 1) AS touches, pg_temp.show_share(avg((j @| '{cancel}')::int)) AS cancelled,
       pg_temp.bar(avg((j @| '{cancel}')::int)::float8, 0, 0.5, 36) AS "0 %                             50 %"
FROM customer_journey GROUP BY 1 ORDER BY 1;
