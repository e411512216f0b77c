-- Apdex: published examples, counts and interval against plain SQL, its kinship with NPS, the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(32);

DO $$ BEGIN PERFORM setseed(0.2718); END $$;

-- ---- published ----

SELECT is((SELECT round(apdex(s, 0.5)::numeric, 6) FROM (SELECT CASE WHEN i <= 40 THEN 0.3 WHEN i <= 240 THEN 1.9 ELSE 7 END AS s FROM generate_series(1, 288) i) x),
    0.486111, '40 satisfied, 200 tolerating, 48 frustrated: .486111, not the .47 that is printed with it');
SELECT is((SELECT apdex(s, 3) FROM (SELECT CASE WHEN i <= 60 THEN 2.5 WHEN i <= 90 THEN 11 ELSE 13 END AS s FROM generate_series(1, 100) i) x),
    0.75::float8, 'of 100, 60 below 3 s, 30 below 12 s: .75');
SELECT is((SELECT apdex(s, 3) FROM unnest('{3,12}'::float8[]) s), 0.75::float8, 'both limits are inclusive');
SELECT is((SELECT apdex(s, 3) FROM unnest('{3.0000000000000004,12.000000000000002}'::float8[]) s), 0.25::float8, 'to the last bit');
SELECT is((SELECT apdex(s, 0.1) FROM unnest('{0.4}'::float8[]) s), 0.5::float8, 'four times a threshold is exact');
SELECT is((SELECT apdex(1.7e308, 1e308)), 0.5::float8, 'four times a threshold may leave the range of a double');
SELECT is((SELECT apdex(0, 5e-324)), 1::float8, 'the smallest threshold there is');

-- ---- against SQL ----

CREATE TABLE cx_wait AS
    SELECT i, i % 60 AS g, CASE WHEN random() < 0.05 THEN NULL WHEN i % 60 = 59 THEN NULL WHEN i % 60 < 3 THEN 0.1
        WHEN random() < 0.2 THEN (ARRAY[0, 0.7, 2.8])[1 + floor(random() * 3)::int] * (1 + i % 60 / 10) ELSE -ln(1 - random()) * (i % 60) / 7 END AS seconds,
        (0.7 * (1 + i % 60 / 10))::float8 AS threshold, random() AS luck
    FROM generate_series(1, 20000) i;
ANALYZE cx_wait;
CREATE TEMP TABLE stat AS SELECT g, apdex_agg(seconds, threshold) AS s FROM cx_wait GROUP BY g;
CREATE TEMP TABLE ref AS
    SELECT g, threshold, count(seconds) AS n, count(*) - count(seconds) AS missing, count(*) FILTER (WHERE seconds <= threshold) AS satisfied,
           count(*) FILTER (WHERE seconds > threshold AND seconds <= 4 * threshold) AS tolerating, count(*) FILTER (WHERE seconds > 4 * threshold) AS frustrated
    FROM cx_wait GROUP BY g, threshold;
SELECT cmp_ok((SELECT count(*) FROM cx_wait w WHERE seconds IN (threshold, 4 * threshold)), '>', 500::bigint, 'many waits lie on a limit');
SELECT bag_eq('SELECT g, threshold, samples, missing, satisfied, tolerating, frustrated FROM stat, apdex_report(s)', 'SELECT * FROM ref', 'counts are those of SQL');
SELECT bag_eq('SELECT g, r.apdex FROM stat, apdex_report(s) r', 'SELECT g, (satisfied + 0.5 * tolerating)::float8 / nullif(n, 0) FROM ref', 'so is the index');
SELECT bag_eq('SELECT g, r.apdex FROM stat, apdex_report(s) r', 'SELECT g, apdex(s) FROM stat', 'apdex() of a value reads the same');
SELECT bag_eq('SELECT g, r.apdex FROM stat, apdex_report(s) r', 'SELECT g, apdex(seconds, threshold) FROM cx_wait GROUP BY g', 'and so does the aggregate');
-- the interval written out: three pseudo-samples, 3/4 satisfied, 3/2 tolerating, 3/4 frustrated
SELECT is_empty($$ SELECT g, r.low, r.high, x.* FROM stat JOIN ref USING (g) CROSS JOIN apdex_report(s, 0.9) r,
        LATERAL (SELECT (ref.satisfied + 0.75) / (n + 3.0) AS p, (ref.frustrated + 0.75) / (n + 3.0) AS d) q,
        LATERAL (SELECT (1 + p - d) / 2 AS m, 1.6448536269514722 * sqrt((p + d - (p - d) ^ 2) / (n + 3.0)) / 2 AS h) x
    WHERE n > 0 AND (abs(r.low - greatest(0, m - h)) > 1e-12 OR abs(r.high - least(1, m + h)) > 1e-12) $$, 'the interval by hand');
SELECT is_empty('SELECT g FROM stat JOIN ref USING (g) CROSS JOIN apdex_report(s) r WHERE (n = 0) <> (r.apdex IS NULL) OR (n = 0) <> (low IS NULL) OR (n = 0) <> (high IS NULL)',
    'without samples index and interval are NULL, and only then');
SELECT is_empty($$ SELECT g, r.apdex, n.score FROM stat, apdex_report(s) r,
        LATERAL (SELECT rollup(('tally{nps: ' || x || '}')::tally) AS t FROM unnest(ARRAY['9=' || satisfied, '7=' || tolerating, '0=' || frustrated]) x WHERE x !~ '=0$') t, score_report(t) n
    WHERE abs(r.apdex - (1 + n.score / 100) / 2) > 1e-12 OR abs(r.low - (1 + n.low / 100) / 2) > 1e-12 OR abs(r.high - (1 + n.high / 100) / 2) > 1e-12 $$,
    'it is NPS, halved and shifted, interval and all');
SELECT is_empty('SELECT g FROM stat, apdex_report(s, 0.9) a, apdex_report(s, 0.99) b, apdex_report(s) c, apdex_report(s, 0.95) d
    WHERE NOT (b.low <= a.low AND a.high <= b.high AND b.high - b.low > a.high - a.low) OR c IS DISTINCT FROM d', 'wider with more confidence, which is 0.95 if nothing is said');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, cut, part, apdex_agg(seconds, threshold) AS s, random() AS luck FROM cx_wait, generate_series(2, 21, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2, 3;
SELECT is_empty('SELECT g FROM (SELECT g, cut, rollup(s ORDER BY luck) r FROM part GROUP BY 1, 2) x JOIN stat USING (g) WHERE apdex_stats_send(r) <> apdex_stats_send(s)',
    'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT g FROM (SELECT g, apdex_agg(seconds, threshold ORDER BY luck) r FROM cx_wait GROUP BY g) x JOIN stat USING (g) WHERE r::text <> s::text', 'the order of rows tells nothing');
SELECT is_empty('SELECT g FROM part WHERE apdex_stats_send(apdex_stats_merge(s, NULL)) <> apdex_stats_send(s) OR apdex_stats_send(apdex_stats_merge(NULL, s)) <> apdex_stats_send(s)',
    'NULL is the identity');
SELECT is_empty('SELECT a.g FROM part a JOIN part b USING (g, cut) WHERE b.part = a.part + 1 AND apdex_stats_merge(a.s, b.s)::text <> apdex_stats_merge(b.s, a.s)::text', 'merging is commutative');
SELECT is_empty('SELECT g FROM part WHERE s::text::apdex_stats::text <> s::text', 'in(out(x)) = x');
SELECT is_empty($$ SELECT i FROM (SELECT i, apdex_agg(seconds, 1) OVER (ORDER BY i) s FROM cx_wait WHERE i <= 100) w
    WHERE s::text <> (SELECT apdex_agg(seconds, 1) FROM cx_wait k WHERE k.i <= w.i)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, apdex_agg(seconds, threshold) AS s, apdex(seconds, threshold) AS a FROM cx_wait GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN parallel p USING (g) WHERE stat.s::text <> p.s::text OR apdex(stat.s) IS DISTINCT FROM p.a', 'parallel as serial');

-- ---- mistakes, and damage ----

SELECT throws_ok(format('SELECT apdex(%s, 1)', s), '22003', NULL, 'seconds ' || s) FROM unnest(ARRAY['-1e-300', '''NaN''', '''Infinity''']) s;
SELECT throws_ok(format('SELECT apdex(1, %s)', t), '22023', NULL, 'threshold ' || t) FROM unnest(ARRAY['0', '''NaN''', 'NULL']) t;
SELECT throws_ok('SELECT rollup(s) FROM stat', '22023', 'waits of different thresholds cannot be merged', 'different thresholds');
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM r.* FROM apdex_report(value::apdex_stats) r;
    IF EXISTS (SELECT FROM apdex_report(value::apdex_stats) r WHERE r.apdex < 0 OR r.apdex > 1 OR low < 0 OR high > 1 OR low > high OR samples <> satisfied + tolerating + frustrated) THEN
        RETURN 'nonsense';
    END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
SELECT is_empty($$ SELECT o FROM (SELECT apdex_stats_send(s) AS b FROM stat WHERE g IN (7, 59)) x, generate_series(0, length(b) - 1) i, generate_series(0, 255) v,
        pg_temp.survives('apdex_stats:' || encode(set_byte(b, i, v), 'hex')) o WHERE o NOT IN ('sound', '22P02') $$, 'damaged bytes are refused as malformed, or are another value');
SELECT is_empty($$ SELECT o FROM (SELECT apdex_stats_send(s) AS b FROM stat WHERE g = 7) x, generate_series(0, length(b) - 1) i,
        pg_temp.survives('apdex_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
