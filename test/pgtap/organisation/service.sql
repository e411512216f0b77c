-- Service level and abandonment: published examples, every count and rate against plain SQL, the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(34);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- ---- published ----

CREATE TEMP TABLE day AS SELECT service_agg(CASE WHEN i <= 70 THEN '12 s' ELSE '40 s' END::interval, i > 95, '20 s') AS s FROM generate_series(1, 100) i;
SELECT results_eq('SELECT rate FROM day, abandonment(s)', 'SELECT 0.05::float8 UNION ALL SELECT 0.05', '100 offered, 95 handled: 5 %');
SELECT results_eq($$ SELECT variant, within, counted, rate FROM service_level((
        SELECT service_agg(w, a, '20 s') FROM (VALUES ('10 s'::interval, false, 800), ('30 s', false, 120), ('4 s', true, 20), ('15 s', true, 25), ('60 s', true, 35)) v(w, a, n), generate_series(1, n))) $$,
    $$ VALUES ('answered', 800::bigint, 920::bigint, 800 / 920.0::float8), ('offered', 800, 1000, 0.8), ('no_short', 800, 980, 800 / 980.0::float8), ('with_abandoned', 845, 1000, 0.845) $$,
    'a day of 1000 calls has four service levels: 87 %, 80 %, 82 % and 85 %');
SELECT results_eq($$ SELECT counted, rate FROM service_level((
        SELECT service_agg(w, a, '20 s', '20 s') FROM (VALUES ('10 s'::interval, false, 800), ('30 s', false, 120), ('4 s', true, 20), ('15 s', true, 25), ('60 s', true, 35)) v(w, a, n), generate_series(1, n)))
        WHERE variant = 'no_short' $$, $$ VALUES (955::bigint, 800 / 955.0::float8) $$, 'with short as long as the threshold, all who gave up within it are left out');

-- ---- against SQL ----

CREATE TABLE cx_call AS
    SELECT i, i % 40 AS g, CASE WHEN random() < 0.03 OR i % 40 = 39 THEN NULL ELSE abandoned END AS abandoned,
           CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.15 THEN (ARRAY['0', '4.999999 s', '5 s', '5.000001 s', '20 s', '20.000001 s', '1 day'])[1 + floor(random() * 7)::int]::interval
                ELSE round((-ln(1 - random()) * (i % 40 + 1))::numeric, 6) * interval '1 s' END AS wait,
           (ARRAY['20 s', '5 s', '0', '1 day'])[1 + i % 40 / 10]::interval AS threshold, (ARRAY['5 s', '20 s', '0', '4.999999 s', '30 s'])[1 + i % 5]::interval AS short, random() AS luck
    FROM (SELECT i, CASE i % 40 WHEN 0 THEN false WHEN 1 THEN true ELSE random() < 0.3 END AS abandoned FROM generate_series(1, 20000) i) x;
ANALYZE cx_call;
CREATE TEMP TABLE stat AS SELECT g, service_agg(wait, abandoned, threshold, short) AS s FROM cx_call GROUP BY g;
CREATE TEMP TABLE ref AS
    SELECT g, count(*) FILTER (WHERE known) AS offered, count(*) FILTER (WHERE known AND NOT abandoned) AS answered, count(*) FILTER (WHERE NOT known) AS missing,
           count(*) FILTER (WHERE known AND NOT abandoned AND wait <= threshold) AS answered_within, count(*) FILTER (WHERE known AND abandoned AND wait <= threshold) AS abandoned_within,
           count(*) FILTER (WHERE known AND abandoned AND wait <= short) AS brief
    FROM (SELECT *, wait IS NOT NULL AND abandoned IS NOT NULL AS known FROM cx_call) c GROUP BY g;
CREATE TEMP TABLE level AS
    SELECT g, variant, offered, counted, within FROM ref, LATERAL (VALUES ('answered', answered, answered_within), ('offered', offered, answered_within),
        ('no_short', offered - brief, answered_within), ('with_abandoned', offered, answered_within + abandoned_within)) v(variant, counted, within);
CREATE TEMP TABLE gone AS
    SELECT g, variant, v.offered, abandoned FROM ref, LATERAL (VALUES ('all', offered, offered - answered), ('no_short', offered - brief, offered - answered - brief)) v(variant, offered, abandoned);
SELECT cmp_ok((SELECT sum(brief) FROM ref), '>', 500::numeric, 'there are short abandons');
SELECT bag_eq('SELECT g, variant, offered, counted, within FROM stat, service_level(s)', 'SELECT * FROM level', 'counts of the service level are those of SQL');
SELECT bag_eq('SELECT g, variant, offered, abandoned FROM stat, abandonment(s)', 'SELECT * FROM gone', 'so are those of abandonment');
SELECT bag_eq('SELECT g, service_missing(s) FROM stat', 'SELECT g, missing FROM ref', 'and those of what is not known');
SELECT bag_eq('SELECT g, variant, rate FROM stat, service_level(s)', 'SELECT g, variant, within::float8 / nullif(counted, 0) FROM level', 'rates of the service level');
SELECT bag_eq('SELECT g, variant, rate FROM stat, abandonment(s)', 'SELECT g, variant, abandoned::float8 / nullif(offered, 0) FROM gone', 'rates of abandonment');
CREATE TEMP TABLE interval_of AS
    SELECT g, 'level' AS what, variant, counted::float8 AS n, rate AS p, low, high FROM stat, service_level(s, 0.9) UNION ALL SELECT g, 'abandonment', variant, offered, rate, low, high FROM stat, abandonment(s, 0.9);
SELECT is_empty('SELECT * FROM interval_of WHERE (n = 0) <> (p IS NULL) OR (n = 0) <> (low IS NULL) OR (n = 0) <> (high IS NULL)', 'a rate of no calls is NULL, and only that');
SELECT is_empty('SELECT * FROM interval_of, LATERAL (SELECT 1.6448536269514722 AS z) q WHERE n > 0
    AND (abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)) > 1e-12
      OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)) > 1e-12)', 'the intervals are Wilson''s');
SELECT is_empty($$ SELECT g FROM stat, service_level(s) a, service_level(s, 0.95) b WHERE a.variant = b.variant AND a IS DISTINCT FROM b $$, 'a confidence of 0.95, if nothing is said');
SELECT is_empty($$ SELECT g FROM stat, abandonment(s) a, abandonment(s, 0.95) b WHERE a.variant = b.variant AND a IS DISTINCT FROM b $$, 'here, too');
SELECT is_empty($$ SELECT found.*, x.* FROM (SELECT g, w.* FROM stat, service_waits(s) w) found LEFT JOIN (
        SELECT g, CASE WHEN abandoned THEN 'abandoned' ELSE 'answered' END AS outcome, count(*) AS n, avg(extract(epoch FROM wait))::float8 AS a,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM wait)) AS m, percentile_disc(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM wait)) AS p
        FROM cx_call WHERE wait IS NOT NULL AND abandoned IS NOT NULL GROUP BY 1, 2) x USING (g, outcome)
    WHERE calls <> coalesce(n, 0) OR (mean_seconds IS NULL) <> (n IS NULL) OR abs(mean_seconds - a) > 1e-9 * a OR abs(median_seconds - m) > m / 128 OR abs(p90_seconds - p) > p / 128
       OR (median_seconds IS NULL) <> (n IS NULL) OR (p90_seconds IS NULL) <> (n IS NULL) $$, 'waits: the mean exact, median and 90th percentile right to 1/128');
SELECT is_empty('SELECT g FROM cx_call WHERE g % 5 = 0 GROUP BY g HAVING service_agg(wait, abandoned, threshold)::text <> (SELECT s::text FROM stat WHERE stat.g = cx_call.g)',
    'short is 5 seconds if nothing is said');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, cut, part, service_agg(wait, abandoned, threshold, short) AS s, random() AS luck FROM cx_call, generate_series(2, 21, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2, 3;
SELECT is_empty('SELECT g FROM (SELECT g, cut, rollup(s ORDER BY luck) r FROM part GROUP BY 1, 2) x JOIN stat USING (g) WHERE service_stats_send(r) <> service_stats_send(s)',
    'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT g FROM (SELECT g, service_agg(wait, abandoned, threshold, short ORDER BY luck) r FROM cx_call GROUP BY g) x JOIN stat USING (g) WHERE r::text <> s::text', 'the order of rows tells nothing');
SELECT is_empty('SELECT g FROM part WHERE service_stats_send(service_stats_merge(s, NULL)) <> service_stats_send(s) OR service_stats_send(service_stats_merge(NULL, s)) <> service_stats_send(s)',
    'NULL is the identity');
SELECT is_empty('SELECT a.g FROM part a JOIN part b USING (g, cut) WHERE b.part = a.part + 1 AND service_stats_merge(a.s, b.s)::text <> service_stats_merge(b.s, a.s)::text', 'merging is commutative');
SELECT is_empty('SELECT g FROM part WHERE s::text::service_stats::text <> s::text', 'in(out(x)) = x');
SELECT is_empty($$ SELECT i FROM (SELECT i, service_agg(wait, abandoned, '9 s') OVER (ORDER BY i) s FROM cx_call WHERE i <= 100) w
    WHERE s::text <> (SELECT service_agg(wait, abandoned, '9 s') FROM cx_call k WHERE k.i <= w.i)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, service_agg(wait, abandoned, threshold, short) AS s FROM cx_call GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN parallel p USING (g) WHERE stat.s::text <> p.s::text', 'parallel as serial');

-- ---- nothing, mistakes, and damage ----

SELECT is((SELECT service_agg(wait, abandoned, '1 s')::text FROM cx_call WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT count(*) FROM service_level(NULL)), 0::bigint, 'nothing to read');
SELECT throws_ok(format('SELECT service_agg(%s) FROM cx_call', a), '22023', NULL, 'service_agg(' || a || ')')
    FROM unnest(ARRAY['wait, abandoned, NULL', 'wait, abandoned, ''1 mon''', 'wait, abandoned, ''-1 s''', 'wait, abandoned, ''1 s'', NULL', '''-1 us'', true, ''1 s''', '''1 year'', true, ''1 s''']) a;
SELECT throws_ok('SELECT rollup(s) FROM stat WHERE g IN (0, 10)', '22023', 'calls of different thresholds cannot be merged', 'different thresholds');
SELECT throws_ok('SELECT rollup(s) FROM stat WHERE g IN (0, 1)', '22023', 'calls of different limits of short cannot be merged', 'different limits of short abandons');
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM w.* FROM service_waits(value::service_stats) w;
    IF EXISTS (SELECT FROM service_level(value::service_stats) WHERE within > counted OR counted > offered OR NOT (low >= 0 AND low <= rate AND rate <= high AND high <= 1) OR counted < 0)
        OR EXISTS (SELECT FROM abandonment(value::service_stats) WHERE abandoned > offered OR NOT (low >= 0 AND low <= rate AND rate <= high AND high <= 1) OR offered < 0) THEN
        RETURN 'nonsense';
    END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT service_stats_send(service_agg(wait, abandoned, '20 s')) AS b FROM (SELECT * FROM cx_call WHERE g = 7 ORDER BY i LIMIT 30) x;
SELECT is_empty($$ SELECT o FROM sample, generate_series(0, 8 * length(b) - 1) i, pg_temp.survives('service_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02') $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o FROM sample, generate_series(0, length(b) - 1) i, pg_temp.survives('service_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
