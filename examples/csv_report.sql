-- A report for the terminal on the answers that csv_load.sql has read: demo.answer, one row per
-- answer and scored column. Scores that cannot be read are missing, and the report says which.

\set QUIET on
\ir terminal.sql
\pset border 1
\pset linestyle unicode
\pset footer off
\pset null ''

CREATE TABLE demo.scored AS
SELECT metric, kind, name, lo, hi, tally(kind, score, lo, hi) AS t,
       tally(feedback(kind, score, lo, hi), weight) FILTER (WHERE score IS NOT NULL AND weight IS NOT NULL) AS weighted,
       count(score) FILTER (WHERE weight IS NULL) AS unweighted,
       power(sum(weight) FILTER (WHERE score IS NOT NULL), 2)
       / nullif(sum(weight * weight) FILTER (WHERE score IS NOT NULL), 0) AS effective_n
FROM demo.answer
GROUP BY metric, kind, name, lo, hi;

-- where a metric lives, for its bar: net scores -100 to 100, percentages 0 to 100, means on their scale
CREATE FUNCTION pg_temp.metric_bar(metric text, scale text, score float8) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN metric = 'nps' THEN pg_temp.bar(score, -100, 100)
                WHEN metric = 'csat' OR metric ~ '_(easy|good|rate)$' THEN pg_temp.bar(score, 0, 100)
                ELSE pg_temp.bar(score, split_part(scale, '..', 1)::float8, split_part(scale, '..', 2)::float8) END
$$;

SELECT format('%s rows', pg_temp.show_count(count(*))) AS rows FROM survey \gset

\echo
\echo 'SCORES of' :rows 'with 95% intervals    SELECT * FROM score_report(t)'
SELECT name AS column, r.metric, scale, pg_temp.show(score, 2) AS score, pg_temp.show(low, 2) AS low, pg_temp.show(high, 2) AS high,
       r.responses AS answers, r.missing, pg_temp.metric_bar(r.metric, scale, score) AS " "
FROM demo.scored AS s, score_report(t) AS r
ORDER BY s.metric, r.metric;

SELECT coalesce(bool_or(why IS NOT NULL), false) AS any_missing FROM demo.answer \gset
\if :any_missing
\echo 'MISSING, and why'
SELECT name AS column, why, sum(n) AS answers, CASE WHEN why <> 'empty' THEN
           string_agg(format('%s (%s)', left(answer, 20), n), ', ' ORDER BY n DESC, answer) FILTER (WHERE i <= 5)
           || CASE WHEN count(*) > 5 THEN format(' and %s more', count(*) - 5) ELSE '' END END AS values
FROM (SELECT metric, name, why, answer, count(*) AS n,
             row_number() OVER (PARTITION BY metric, why ORDER BY count(*) DESC, answer) AS i
      FROM demo.answer WHERE why IS NOT NULL GROUP BY metric, name, why, answer) AS counted
GROUP BY metric, name, why
ORDER BY metric, why;
\endif

-- nothing is dropped in silence: what was neither empty nor declared is said aloud
SELECT count(*) > 0 AS any_surprise FROM demo.answer WHERE why NOT IN ('empty', 'declared missing') \gset
\if :any_surprise
\pset tuples_only on
\pset format unaligned
SELECT format('=> "%s": %s could not be read as scores and count as missing. If that is meant, say --missing ''%s=%s''',
              name, pg_temp.show_count(sum(n)::bigint), name, string_agg(left(answer, 20), ',' ORDER BY n DESC, answer) FILTER (WHERE i <= 5)
              || CASE WHEN count(*) > 5 THEN ',...' ELSE '' END)
FROM (SELECT metric, name, regexp_replace(answer, '[[:cntrl:]]', '?', 'g') AS answer, count(*) AS n,
             row_number() OVER (PARTITION BY metric ORDER BY count(*) DESC, answer) AS i
      FROM demo.answer WHERE why NOT IN ('empty', 'declared missing') GROUP BY metric, name, answer) AS counted
GROUP BY metric, name
ORDER BY metric;
\pset tuples_only off
\pset format aligned
\echo
\endif

SELECT coalesce(bool_or(weighted IS NOT NULL), false) AS any_weight FROM demo.scored \gset
\if :any_weight
\echo 'WEIGHTED'
SELECT name AS column, r.metric, pg_temp.show(r.score, 2) AS weighted, pg_temp.show(r.low, 2) AS low, pg_temp.show(r.high, 2) AS high,
       pg_temp.show(u.score, 2) AS unweighted, r.responses AS answers, pg_temp.show(effective_n) AS "effective n",
       unweighted AS "left out, no weight"
FROM demo.scored AS s, score_report(weighted) AS r JOIN score_report(t) AS u USING (metric)
ORDER BY s.metric, r.metric;
\endif

\echo 'ANSWERS'
SELECT name AS column, answer, category, responses AS answers, pg_temp.show_share(share) AS share,
       repeat('█', round(share * 60)::int) AS " "
FROM (SELECT metric, name, min(answer) AS first, CASE WHEN min(answer) < max(answer) THEN min(answer) || ' to ' || max(answer) ELSE min(answer)::text END AS answer,
             min(category) AS category, sum(responses) AS responses, sum(share) AS share
      FROM (SELECT s.metric, name, h.answer, h.responses, h.share, category(feedback(kind, h.answer, lo, hi)) AS category,
                   -- many different answers go into ten groups
                   CASE WHEN count(*) OVER (PARTITION BY s.metric) > 21 THEN least(9, floor((h.answer - lo) / (hi - lo) * 10)) ELSE h.answer END AS bin
            FROM demo.scored AS s, histogram(t) AS h) AS bins
      GROUP BY metric, name, bin) AS shown
ORDER BY metric, shown.first;

SELECT count(by_value) > 0 AS any_group FROM demo.answer \gset
\if :any_group
-- the first scored column by group; the 20 groups with most answers
CREATE TEMP TABLE groups AS
SELECT by_value, kind, name, lo, hi, tally(kind, score, lo, hi) AS t, row_number() OVER (ORDER BY count(score) DESC, by_value) AS i
FROM demo.answer
WHERE metric = (SELECT min(metric) FROM demo.answer)
GROUP BY by_value, kind, name, lo, hi;

SELECT format('%s (%s) BY GROUP', min(name), min(kind)) || CASE WHEN count(*) > 20 THEN format(': the 20 largest of %s groups', count(*)) ELSE '' END AS title
FROM groups \gset
\echo :title
SELECT coalesce(nullif(by_value, ''), '(empty)') AS group, pg_temp.show(score) AS score, pg_temp.show(low) AS low, pg_temp.show(high) AS high,
       coalesce(responses, 0) AS answers, coalesce(r.missing, missing(t)) AS missing, pg_temp.metric_bar(metric, scale, score) AS " "
FROM groups LEFT JOIN LATERAL (SELECT * FROM score_report(t) WHERE starts_with(metric, kind)        -- csat before csat_mean
                               ORDER BY length(metric), metric DESC LIMIT 1) AS r ON true
WHERE i <= 20
ORDER BY score DESC NULLS LAST, by_value;
\endif
