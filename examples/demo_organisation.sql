-- The company as its customers see it, from the tables of demo_touches.sql and the journeys of demo_journeys.sql: every
-- department's figure is green, and the whole is not. Nothing in it is written for what is planted there.
--
--   psql -f examples/demo_touches.sql -f examples/demo_journeys.sql -f examples/demo_organisation.sql

\set QUIET on
\ir terminal.sql
\pset border 1
\pset linestyle unicode
\pset footer off
\pset null ''

-- Those who were asked in the end whether they got what they came for.
CREATE TEMP TABLE asked AS SELECT customer_id, j, reached FROM customer_journey JOIN goal USING (customer_id);
CREATE TEMP TABLE silo AS SELECT silo_agg(j, reached) AS s FROM asked;

\echo
\echo 'EVERY DEPARTMENT IS GREEN    SELECT * FROM silo_report((SELECT silo_agg(j, reached) FROM …))'
SELECT owner AS department, ok + 0 AS satisfied, touches - unknown AS answers, pg_temp.show_share(own_success) AS "own success",
       pg_temp.show_share(journey_success) AS "journeys it touched", format('%s – %s', pg_temp.show_share(low), pg_temp.show_share(high)) AS "95 % interval",
       pg_temp.bar(own_success, 0, 1, 20) AS "own   0            1", pg_temp.bar(journey_success, 0, 1, 20) AS "whole 0            1"
FROM silo, silo_report(s) ORDER BY owner;
SELECT format('%s of all touches went well, and so did those of each department that asks; only %s of the customers got what they came for.%s',
              pg_temp.show_share(touch_success), pg_temp.show_share(journey_success),
              coalesce((SELECT format(' Worst off are those who met %s: %s.', owner, pg_temp.show_share(journey_success))
                        FROM silo_report(s) WHERE journeys >= 30 ORDER BY journey_success LIMIT 1), '')) AS finding
FROM silo, silo_total(s) \gset
\echo '=>' :finding
\echo

\echo 'THE TOUCH THAT BREAKS IT    SELECT * FROM outcome_touches((SELECT outcome_agg(j, NOT reached) FROM …))'
CREATE TEMP TABLE breaks AS
SELECT * FROM outcome_touches((SELECT outcome_agg(j, NOT reached) FROM asked)) WHERE odds_ratio > 1 AND q_value <= 0.05;
SELECT name AS touchpoint, n_with AS customers, pg_temp.show_share(rate_with) AS "failed with it", pg_temp.show_share(rate_without) AS "without it",
       round(odds_ratio::numeric, 1) AS "odds ratio", format('%s – %s', round(low::numeric, 1), round(high::numeric, 1)) AS "95 % interval",
       pg_temp.bar(rate_with, 0, 1, 30) AS "0 %                      100 %"
FROM breaks ORDER BY odds_ratio DESC;

\echo 'FROM HAND TO HAND    SELECT * FROM handover_matrix((SELECT handover_agg(j) FROM …))'
SELECT source AS "from", target AS "to", n AS times, journeys AS customers, justify_hours(make_interval(secs => round(median_seconds))) AS "median time between",
       pg_temp.show_share((SELECT avg(reached::int) FROM asked WHERE j @~ format('#%s -> #%s', source, target)::journey_pattern)) AS "got what they came for"
FROM handover_matrix((SELECT handover_agg(j) FROM asked)) WHERE journeys >= 10 ORDER BY n DESC;

\echo 'WHAT IT TOOK THEM    SELECT effort_index(j), handoffs(j), time_at_boundaries(j) FROM …'
SELECT CASE WHEN reached THEN 'got what they came for' WHEN NOT reached THEN 'did not' ELSE 'did not answer' END AS customers, count(*) AS n, round(avg(effort_index(j))::numeric, 1) AS "effort 0..100",
       round(avg(handoffs(j)), 2) AS handoffs, round(avg(channel_switches(j)), 2) AS "channel switches", pg_temp.show_share(avg(time_at_boundaries(j))) AS "time at boundaries"
FROM asked GROUP BY reached ORDER BY reached DESC NULLS LAST;

\echo 'CALLED AFTER THE WEBSITE DID NOT HELP    SELECT * FROM contact_rate((SELECT preceded_agg(j, ''@phone'', ''"help page"'', ''1 day'') FROM …))'
SELECT denominator AS "of each", n, hits AS "after the help page", pg_temp.show_share(rate) AS share, format('%s – %s', pg_temp.show_share(low), pg_temp.show_share(high)) AS "95 % interval"
FROM contact_rate((SELECT preceded_agg(j, '@phone', '"help page"', '1 day') FROM customer_journey));

\echo 'BAD PROFIT    SELECT * FROM bad_profit((SELECT bad_profit_agg(revenue, NOT reached) FROM …))'
CREATE TEMP TABLE bad AS
SELECT * FROM bad_profit((SELECT bad_profit_agg(revenue, NOT reached)
                          FROM (SELECT customer_id, reached, (SELECT sum(value) FROM touches(j)) AS revenue FROM asked) AS r));
SELECT customers, unknown AS "not known", round(amount) AS revenue, bad_customers AS "not served", round(bad_amount) AS "their revenue",
       pg_temp.show_share(share) AS share, format('%s – %s', pg_temp.show_share(low), pg_temp.show_share(high)) AS "95 % interval" FROM bad;

\echo 'HOW MATURE    SELECT * FROM maturity_report(touchpoint_coverage => …, response_rate => …)'
CREATE TEMP TABLE mature AS
SELECT r.* FROM (SELECT coverage_agg(j) AS touchpoints, coverage_agg(j, 'channel') AS channels FROM customer_journey) AS c,
    LATERAL (SELECT sum(answers)::float8 / sum(touches) AS rate FROM coverage(touchpoints)) AS a,
    maturity_report(touchpoint_coverage => coverage_share(touchpoints, 30), channel_coverage => coverage_share(channels, 30), response_rate => rate) AS r;
SELECT coalesce(dimension, 'THE WHOLE') AS dimension, evidence, round(value::numeric, 2) AS value, level, level_name AS is,
       CASE WHEN evidence IS NOT NULL THEN missing END AS "what is missing for more"
FROM mature WHERE evidence IS NOT NULL OR dimension IS NULL;
