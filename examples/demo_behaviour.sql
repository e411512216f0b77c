-- What the journeys of demo_journeys.sql say together: how far, how fast, where to, by what, and what came of it.
--
--   psql -f examples/demo_touches.sql -f examples/demo_journeys.sql -f examples/demo_behaviour.sql

\set QUIET on
\ir terminal.sql
\pset border 1
\pset linestyle unicode
\pset footer off
\pset null ''

\echo
\echo 'HOW FAR THEY COME    SELECT * FROM funnel_steps((SELECT funnel_agg(j, steps, ''7 days'') FROM customer_journey))'
SELECT CASE s.step WHEN 1 THEN channel END AS "begun in", name AS step, journeys AS customers, pg_temp.show_share(from_start) AS share,
       format('%s – %s', pg_temp.show_share(low), pg_temp.show_share(high)) AS "95 % interval", justify_hours(make_interval(secs => round(median_seconds))) AS "median time",
       pg_temp.bar(from_start, 0, 1, 30) AS "0                            1"
FROM (SELECT funnel_facet(j, d, 'channel') AS channel, funnel_agg(j, d) AS f
      FROM customer_journey, funnel_def(ARRAY['search', '"product page"', 'cart', 'checkout'], '7 days') AS d GROUP BY 1) AS x, funnel_steps(f) AS s
WHERE channel IS NOT NULL ORDER BY channel, s.step;

\echo 'WHERE THE DAYS GO    SELECT * FROM flow_edges((SELECT flow_agg(j) FROM customer_journey))'
SELECT source, target, n AS times, journeys AS customers, justify_hours(make_interval(secs => round(median_seconds))) AS "median time between"
FROM flow_edges((SELECT flow_agg(j) FROM customer_journey)) ORDER BY n * median_seconds DESC LIMIT 8;

\echo 'WHAT GOES WITH CANCELLING    SELECT * FROM outcome_touches((SELECT outcome_agg(j, cancelled) FROM …))'
CREATE TEMP TABLE goes_with AS
SELECT * FROM outcome_touches((SELECT outcome_agg(j, j @| '{cancel}') FROM customer_journey WHERE j @| '{checkout}'))
WHERE name <> 'cancel' AND odds_ratio IS NOT NULL AND q_value <= 0.05;
SELECT name AS touchpoint, n_with AS customers, pg_temp.show_share(rate_with) AS "cancelled with it", pg_temp.show_share(rate_without) AS "without it",
       round(odds_ratio::numeric, 1) AS "odds ratio", format('%s – %s', round(low::numeric, 1), round(high::numeric, 1)) AS "95 % interval",
       pg_temp.bar(rate_with, 0, 0.5, 30) AS "0 %                       50 %"
FROM goes_with ORDER BY odds_ratio DESC;
SELECT format('Of those who bought, %s of the customers with a %s cancelled, against %s of the others; the odds are %s times as high.',
              pg_temp.show_share(rate_with), name, pg_temp.show_share(rate_without), round(odds_ratio::numeric, 1)) AS finding
FROM goes_with ORDER BY odds_ratio DESC LIMIT 1 \gset
\echo '=>' :finding
\echo

\echo 'WHO BROUGHT THEM    SELECT * FROM attribution((SELECT attribution_agg(j, ''checkout'') FROM customer_journey), method)'
SELECT name AS channel, round(sum(conversions) FILTER (WHERE method = 'first')) AS "first touch", round(sum(conversions) FILTER (WHERE method = 'last')) AS "last touch",
       round(sum(conversions) FILTER (WHERE method = 'linear')) AS linear, round(sum(conversions) FILTER (WHERE method = 'position')) AS "40-20-40",
       round(sum(conversions) FILTER (WHERE method = 'shapley')) AS "Shapley value"
FROM (SELECT attribution_agg(j, 'checkout') AS a FROM customer_journey) AS x, unnest('{first,last,linear,position,shapley}'::text[]) AS method, attribution(a, method)
WHERE name IS NOT NULL GROUP BY 1 HAVING sum(conversions) > 0 ORDER BY 6 DESC;
