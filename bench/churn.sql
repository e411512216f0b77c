-- What models cost, beside one pass of regr_r2 over the same rows: psql -v rows=1000000 -f bench/churn.sql
-- Medians of three runs, serial, in milliseconds. Data are made here and dropped at the end.
\set QUIET on
\if :{?rows}
\else
  \set rows 1000000
\endif
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '1GB';
SELECT setseed(0.5) \g /dev/null

CREATE UNLOGGED TABLE bench_row AS
SELECT f[1] AS x, f[1] + f[2] - f[3] + random() AS y, random() < 1 / (1 + exp(2 - f[1] - 2 * f[2])) AS churned, -ln(random()) * 100 * exp(-f[1]) AS duration, f, f[1:4] AS f4, random() AS risk
FROM generate_series(1, :rows) AS n, LATERAL (SELECT ARRAY(SELECT random() FROM generate_series(1, 10) WHERE n > 0)) AS a(f);
-- buyers by the assumptions of Pareto/NBD with r = s = 1: then the number of purchases in a time is geometric
CREATE UNLOGGED TABLE bench_buyer AS
SELECT rfm_stats(x, CASE WHEN x = 0 THEN 0 ELSE floor(alive * random() ^ (1.0 / x) * 7) / 7 END, t, CASE WHEN x > 0 THEN 20 + 10 * random() END) AS r
FROM (SELECT t, alive, floor(ln(1 - random()) / ln(alive / (alive + 7)))::int AS x
      FROM (SELECT t, least(t, 0.01 - ln(1 - random()) / (0.01 - ln(1 - random())) * 30) AS alive FROM (SELECT 30 + floor(random() * 100) / 7 AS t FROM generate_series(1, :rows)) AS seen OFFSET 0) AS lives OFFSET 0) AS b;
ANALYZE bench_row, bench_buyer;

CREATE FUNCTION pg_temp.milliseconds(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    times float8[];
    started timestamptz;
BEGIN
    FOR i IN 1..3 LOOP
        started := clock_timestamp();
        EXECUTE query;
        times := times || 1000 * extract(epoch FROM clock_timestamp() - started)::float8;
    END LOOP;
    RETURN (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END
$$;

\pset footer off
SELECT what, round(ms::numeric) AS ms, round((ms / first_value(ms) OVER (ORDER BY i))::numeric, 1) AS "times regr_r2"
FROM (SELECT i, what, pg_temp.milliseconds('SELECT ' || what) AS ms FROM (VALUES
    (1, 'regr_r2(y, x) FROM bench_row'),
    (2, 'driver_agg(y, ARRAY[x]) FROM bench_row'),
    (3, 'driver_agg(y, f4) FROM bench_row'),
    (4, 'driver_agg(y, f) FROM bench_row'),
    (5, 'logit_fit(churned, f4) FROM bench_row'),
    (6, 'logit_fit(churned, f) FROM bench_row'),
    (7, 'cox_fit(duration, churned, f4) FROM bench_row'),
    (8, 'cox_fit(duration, churned, f) FROM bench_row'),
    (9, 'survival_agg(duration, churned) FROM bench_row'),
    (10, 'auc(calibration_agg(risk, churned)) FROM bench_row'),
    (11, 'churn_fit(r) FROM bench_buyer'),
    (12, 'churn_fit(r, ''bgnbd'') FROM bench_buyer'),
    (13, 'churn_fit(r, ''gammagamma'') FILTER (WHERE frequency(r) > 0) FROM bench_buyer'),
    (14, 'sum(churn_risk(r, ''mbgnbd n=2 events=1 unit=7 log_likelihood=-1 r=1 alpha=8 a=1 b=2''::churn_model)) FROM bench_buyer')) AS q(i, what) OFFSET 0) AS m ORDER BY i;
SELECT pg_size_pretty(pg_column_size(fit_agg(r))::bigint) AS "fit_stats of all buyers", (SELECT pg_size_pretty(pg_column_size(driver_agg(y, f))::bigint) FROM bench_row) AS "driver_stats of 10" FROM bench_buyer;
DROP TABLE bench_row, bench_buyer;
