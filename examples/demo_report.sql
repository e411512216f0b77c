-- A report for the terminal on the table that demo_data.sql makes. Nothing in it is written for the
-- planted truths: every sentence is put together from what the queries find.
--
--   psql -f examples/demo_data.sql -f examples/demo_report.sql

\set QUIET on
\ir terminal.sql
\pset border 1
\pset linestyle unicode
\pset footer off
\pset null ''

-- Step one of two: the answers, summed up once. Everything below reads this small table.
CREATE MATERIALIZED VIEW scores AS
SELECT period(answered_at, 'month') AS month, touchpoint, channel, segment,
       tally('nps', nps) + tally('csat', csat) + tally('ces', ces)
       + tally('success', success) + tally('emotion', emotion) AS t
FROM survey
GROUP BY 1, 2, 3, 4;

SELECT max(month) AS last, (max(month) - interval '1 month')::date AS before, (max(month) - interval '5 months')::date AS half
FROM scores \gset

SELECT format('%s answers, %s to %s, summed up in %s tallies of %s bytes', pg_temp.show_count(count(*)),
              min(answered_at)::date, max(answered_at)::date, pg_temp.show_count(tallies), size) AS title
FROM survey, (SELECT count(*) AS tallies, round(avg(pg_column_size(t))) AS size FROM scores) AS s
GROUP BY tallies, size \gset

\echo
\echo 'NET PROMOTER SCORE, with its 95% interval:' :title
SELECT pg_temp.show(nps(t)) AS nps, pg_temp.show(nps_low(t)) AS low, pg_temp.show(nps_high(t)) AS high,
       responses(t, 'nps') AS answers, missing(t, 'nps'), pg_temp.show_share(response_rate(t, 'nps')) AS "response rate"
FROM (SELECT rollup(t) AS t FROM scores) AS total;

\echo 'BY TOUCHPOINT    SELECT touchpoint, nps(rollup(t)) FROM scores GROUP BY touchpoint'
CREATE TEMP VIEW touchpoints AS
SELECT touchpoint, rollup(t) AS t FROM scores GROUP BY touchpoint;

SELECT touchpoint, pg_temp.show(nps(t)) AS nps, pg_temp.show(nps_low(t)) AS low, pg_temp.show(nps_high(t)) AS high,
       responses(t, 'nps') AS answers, missing(t, 'nps'), pg_temp.bar(nps(t), -50, 70, 36) AS "-50            0                   70"
FROM touchpoints
ORDER BY nps(t);

-- what the score would be without each touchpoint, from the tallies of the others
SELECT format('"%s" costs most: without it the score is %s instead of %s. No other touchpoint costs more than %s.',
              touchpoint, pg_temp.show(without), pg_temp.show(total), pg_temp.show(greatest(0, runner_up))) AS finding
FROM (SELECT touchpoint, without, total, lead(without - total) OVER (ORDER BY without DESC) AS runner_up
      FROM (SELECT a.touchpoint, nps(rollup(b.t)) AS without, (SELECT nps(rollup(t)) FROM touchpoints) AS total
            FROM touchpoints AS a JOIN touchpoints AS b ON b.touchpoint <> a.touchpoint
            GROUP BY a.touchpoint) AS others) AS ranked
ORDER BY without DESC LIMIT 1 \gset
\echo '=>' :finding
\echo

\echo 'BY CHANNEL, THE LAST MONTH AGAINST THE MONTH BEFORE    SELECT * FROM compare(last, before)'
CREATE TEMP VIEW channel_months AS
SELECT channel, month, rollup(t) AS t FROM scores GROUP BY channel, month;

SELECT min(nps(t)) AS lowest, max(nps(t)) AS highest FROM channel_months \gset

CREATE TEMP VIEW channels AS
SELECT channel, pg_temp.sparkline(array_agg(nps(t) ORDER BY month), :lowest, :highest) AS year,
       rollup(t) FILTER (WHERE month = :'before') AS before, rollup(t) FILTER (WHERE month = :'last') AS last
FROM channel_months
GROUP BY channel;

SELECT channel, year, pg_temp.show(score_b) AS before, pg_temp.show(score_a) AS last, pg_temp.show(difference) AS change,
       pg_temp.show(low) AS low, pg_temp.show(high) AS high, pg_temp.show_p(p_value) AS p
FROM channels, compare(last, before)
WHERE metric = 'nps'
ORDER BY difference;

-- several tests at once: each has to pass a limit as many times stricter (Bonferroni)
SELECT coalesce(string_agg(format('"%s" %s by %s points in the last month (p %s).', channel,
                                  CASE WHEN difference < 0 THEN 'fell' ELSE 'rose' END,
                                  pg_temp.show(abs(difference)), pg_temp.show_p(p_value)), ' ') FILTER (WHERE moved),
                'No channel moved for certain.')
       || format(' %s of %s channels moved no more than chance explains.', count(*) FILTER (WHERE NOT moved), count(*)) AS finding
FROM (SELECT *, p_value < 0.05 / count(*) OVER () AS moved
      FROM channels, compare(last, before) WHERE metric = 'nps') AS tests \gset
\echo '=>' :finding
\echo

\echo 'BY SEGMENT, THE SECOND HALF AGAINST THE FIRST'
CREATE TEMP VIEW segments AS
SELECT segment, h1, h2, d.*,
       responses(h1, 'nps') / max(responses(h1, 'nps')) OVER ()::float8 AS share1,    -- of the total, which is the row without segment
       responses(h2, 'nps') / max(responses(h2, 'nps')) OVER ()::float8 AS share2
FROM (SELECT segment, rollup(t) FILTER (WHERE month < :'half') AS h1, rollup(t) FILTER (WHERE month >= :'half') AS h2
      FROM scores
      GROUP BY GROUPING SETS ((segment), ())) AS halves, compare(h2, h1) AS d
WHERE metric = 'nps';

SELECT coalesce(segment, 'total') AS segment, pg_temp.show(score_b) AS first, pg_temp.show(score_a) AS second,
       pg_temp.show(difference) AS change, pg_temp.show(low) AS low, pg_temp.show(high) AS high, pg_temp.show_p(p_value) AS p,
       pg_temp.show_share(share1) AS "share 1st", pg_temp.show_share(share2) AS "share 2nd"
FROM segments
ORDER BY segments.segment IS NULL, score_a DESC;

SELECT CASE WHEN fell < 0 AND least_change > 0
            THEN format(E'Every segment rose, yet the total fell by %s: the share of "%s" went from %s to %s.\n'
                        '   With the mix of the first half the second would have scored %s.', pg_temp.show(-fell), grew, pg_temp.show_share(share1), pg_temp.show_share(share2), pg_temp.show(same_mix))
            ELSE 'The total moved as its segments did.' END AS finding
FROM (SELECT min(difference) FILTER (WHERE segment IS NULL) AS fell, min(difference) FILTER (WHERE segment IS NOT NULL) AS least_change,
             sum(share1 * score_a) FILTER (WHERE segment IS NOT NULL) AS same_mix FROM segments) AS s,
     (SELECT segment AS grew, share1, share2 FROM segments WHERE segment IS NOT NULL ORDER BY share2 - share1 DESC LIMIT 1) AS g \gset
\echo '=>' :finding
\echo

\echo 'EVERY METRIC    SELECT * FROM score_report(t)'
SELECT metric, scale, pg_temp.show(score, 2) AS score, pg_temp.show(low, 2) AS low, pg_temp.show(high, 2) AS high,
       responses AS answers, missing, interval_method AS "interval"
FROM (SELECT rollup(t) AS t FROM scores) AS total, score_report(t);
