-- What the load was like: times by kind of statement and over time, sizes, memory, and what was found afterwards.
-- What must not be goes to soak.failed. :seconds is how long the load ran, at :rate; backends may grow by :percent percent, and a single one by :slack kB more.
\set QUIET on
\pset footer off
\pset null ''
SET jit = off;
CREATE TABLE soak.failed (what text);
CREATE VIEW soak.done AS
SELECT kind, microseconds::float8 / 1000 AS ms, least(4, 1 + floor(4 * (second - min(second) OVER ()) / :seconds))::int AS quarter
FROM soak.turn JOIN soak.kind USING (script) WHERE microseconds <> 'failed';

\echo
\echo Milliseconds from when a transaction was due to when it was done
SELECT coalesce(kind, 'all') AS kind, count(*) AS done, round(count(*) / :seconds::numeric, 1) AS per_s,
  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p50, round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p95,
  round(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p99, round(max(ms)::numeric, 1) AS max
FROM soak.done GROUP BY ROLLUP (kind) ORDER BY grouping(kind), kind;
SELECT quarter, count(*) AS done, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p50,
  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p95, round(percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)::numeric, 1) AS p99
FROM soak.done GROUP BY quarter ORDER BY quarter;

\echo Sizes: kB at the start, in the middle, in the end; rows and dead rows as counted by autovacuum
SELECT relation, min(kb) FILTER (WHERE n = 1) AS start_kb, min(kb) FILTER (WHERE n = (last + 1) / 2) AS middle_kb, min(kb) FILTER (WHERE n = last) AS end_kb,
  min(live) FILTER (WHERE n = last) AS rows, min(dead) FILTER (WHERE n = last) AS dead,
  round(min(bytes / nullif(live, 0)::numeric) FILTER (WHERE n = 1)) AS bytes_per_row, round(min(bytes / nullif(live, 0)::numeric) FILTER (WHERE n = last)) AS in_the_end
FROM (SELECT *, bytes / 1024 AS kb, row_number() OVER (PARTITION BY relation ORDER BY second) AS n, count(*) OVER (PARTITION BY relation) AS last FROM soak.size) AS x
GROUP BY relation ORDER BY relation;

-- the first quarter warms up: caches, and plans of prepared statements
CREATE TABLE soak.growth AS
SELECT pid, count(*) AS samples, percentile_cont(0.5) WITHIN GROUP (ORDER BY private_kb) FILTER (WHERE quarter = 1) AS q1,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY private_kb) FILTER (WHERE quarter = 2) AS q2,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY private_kb) FILTER (WHERE quarter = 3) AS q3,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY private_kb) FILTER (WHERE quarter = 4) AS q4, max(private_kb) AS max
FROM (SELECT *, least(4, 1 + floor(4 * second / :seconds)) AS quarter FROM soak.memory) AS x GROUP BY pid;

\echo Private resident memory of each backend, kB: median of each quarter of the time
SELECT coalesce(pid::text, 'all') AS backend, sum(samples) AS samples, sum(q1) AS q1, sum(q2) AS q2, sum(q3) AS q3, sum(q4) AS q4, sum(q4 - q2) AS "q4 - q2",
  round(sum(q2) * :percent / 100 + CASE WHEN pid IS NULL THEN 0 ELSE :slack END) AS allowed, sum(max) AS max
FROM soak.growth GROUP BY ROLLUP (pid) ORDER BY grouping(pid), pid;

\echo Afterwards
SELECT * FROM soak.found;

INSERT INTO soak.failed
SELECT format('backend %s grew by %s kB from the second quarter to the last', pid, q4 - q2)
FROM soak.growth WHERE q4 - q2 > q2 * :percent / 100 + :slack;
INSERT INTO soak.failed
SELECT format('backends grew by %s kB together from the second quarter to the last', sum(q4 - q2)) FROM soak.growth HAVING sum(q4 - q2) > sum(q2) * :percent / 100;
INSERT INTO soak.failed
SELECT format('backend %s: only %s samples of its memory', pid, samples) FROM soak.growth WHERE q2 IS NULL OR q4 IS NULL OR samples < 0.5 * :seconds;
INSERT INTO soak.failed
SELECT format('%s backends were watched, not %s', count(*), :clients) FROM soak.growth HAVING count(*) <> :clients;
INSERT INTO soak.failed
SELECT format('%s transactions a second, not %s', round(count(*) / :seconds::numeric, 1), :rate) FROM soak.done HAVING count(*) < 0.8 * :rate * :seconds;
INSERT INTO soak.failed
SELECT format('%s: %s of %s wrong', question, wrong, asked) FROM soak.found WHERE wrong <> 0 OR asked = 0 OR asked IS NULL;
INSERT INTO soak.failed
SELECT format('%s: %s failed, %s done', kind, count(t.*) FILTER (WHERE microseconds = 'failed'), count(t.*) FILTER (WHERE microseconds <> 'failed'))
FROM soak.kind LEFT JOIN soak.turn AS t USING (script) GROUP BY kind HAVING count(t.*) = 0 OR bool_or(microseconds = 'failed');
