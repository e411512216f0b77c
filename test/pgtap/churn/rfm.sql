-- Purchases of one customer: against plain SQL over thousands of random customers with purchases on the same day, unknown amounts and
-- purchases after as_of; and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'America/Lima';
SET LOCAL datestyle = 'ISO';
SELECT plan(38);

DO $$ BEGIN PERFORM setseed(0.1997); END $$;

-- 3,000 customers, 0 to 40 purchases each; bursts, days met to the microsecond, whole cents and other amounts, returns
CREATE TABLE purchase AS
    SELECT id, i, '2025-12-01Z'::timestamptz + CASE id % 4
               WHEN 0 THEN floor(random() * 60) * interval '1 day' + (floor(random() * 3) - 1) * interval '1 us'
               WHEN 1 THEN random() * interval '5 days'
               WHEN 2 THEN random() ^ 3 * interval '3000 days' - interval '1000 days'
               ELSE floor(random() * 8) * interval '6 hours' END AS at,
           CASE WHEN random() < 0.1 THEN NULL WHEN random() < 0.6 THEN round((random() * 500 - 20)::numeric, 2)::float8 ELSE random() * 10 ^ (random() * 20 - 10) END AS amount
    FROM generate_series(1, 3000) id, generate_series(1, id % 41) i;
INSERT INTO purchase SELECT id, 0, NULL, 5 FROM generate_series(1, 3000, 10) id;
CREATE TABLE grains AS SELECT unnest('{0,1 us,1 hour,6 hours,1 day,7 days,30 days}'::interval[]) AS grain;
ANALYZE purchase;

CREATE TABLE found AS SELECT id, grain, rfm_agg(at, amount, '2026-01-20 12:00Z', grain) AS r FROM purchase, grains GROUP BY 1, 2;

-- ---- the slow way ----

-- periods by plain division of exact seconds
CREATE TABLE numbered AS
    SELECT id, grain, i, amount, CASE WHEN grain = '0' THEN row_number() OVER (PARTITION BY id, grain ORDER BY at, amount)
               ELSE floor(extract(epoch FROM at - '2000-01-03Z') / extract(epoch FROM grain)) END AS period,
           CASE WHEN grain = '0' THEN extract(epoch FROM at - '2000-01-03Z')
               ELSE floor(extract(epoch FROM at - '2000-01-03Z') / extract(epoch FROM grain)) * extract(epoch FROM grain) END AS starts
    FROM purchase, grains WHERE at <= '2026-01-20 12:00Z';
CREATE TABLE ref AS
    SELECT id, grain, count(*) - 1 AS x, max(starts) - min(starts) AS t_x,
           CASE WHEN grain = '0' THEN extract(epoch FROM '2026-01-20 12:00Z' - '2000-01-03Z'::timestamptz)
               ELSE floor(extract(epoch FROM '2026-01-20 12:00Z' - '2000-01-03Z'::timestamptz) / extract(epoch FROM grain)) * extract(epoch FROM grain) END - min(starts) AS t
    FROM (SELECT DISTINCT id, grain, period, starts FROM numbered) x GROUP BY 1, 2;
CREATE TABLE spend AS
    SELECT id, grain, avg(total) AS mean, count(*) AS n
    FROM (SELECT id, grain, period, starts, sum(amount::numeric) AS total, count(*) = count(amount) AS known,
                 row_number() OVER (PARTITION BY id, grain ORDER BY starts, period) AS nth FROM numbered GROUP BY 1, 2, 3, 4) x
    WHERE known AND nth > 1 GROUP BY 1, 2;

SELECT cmp_ok((SELECT count(*) FROM ref), '>', 15000::bigint, 'there are many customers');
SELECT is_empty('SELECT f.id, f.grain FROM found f JOIN ref USING (id, grain) WHERE frequency(r) IS DISTINCT FROM x', 'frequency counts periods after the first');
SELECT is_empty('SELECT f.id, f.grain FROM found f JOIN ref USING (id, grain) WHERE abs(recency(r, ''1 s'') - t_x) > 1e-9 * t_x OR recency(r) IS NULL', 'recency is the time from first to last');
SELECT is_empty('SELECT f.id, f.grain FROM found f JOIN ref USING (id, grain) WHERE abs(age(r, ''1 s'') - t) > 1e-9 * t OR age(r) IS NULL', 'age is the time from the first to as_of');
SELECT is_empty('SELECT f.id, f.grain, monetary(r), mean FROM found f JOIN spend USING (id, grain) WHERE abs(monetary(r) - mean) > 1e-12 * greatest(abs(mean), 1) OR monetary(r) IS NULL',
    'monetary is the mean of repeat periods of known spend');
SELECT is_empty('SELECT f.id, f.grain FROM found f LEFT JOIN spend s USING (id, grain) WHERE (s.id IS NULL) <> (monetary(r) IS NULL)', 'and NULL without any');
SELECT is_empty('SELECT f.id, f.grain FROM found f LEFT JOIN ref USING (id, grain) WHERE (ref.id IS NULL) <> (frequency(r) IS NULL) OR (ref.id IS NULL) <> (recency(r) IS NULL)
    OR (ref.id IS NULL) <> (age(r) IS NULL)', 'without a purchase everything is NULL');
SELECT is_empty('SELECT id FROM found WHERE abs(recency(r) - recency(r, ''1 day'') / 7) > 1e-12 * recency(r) OR abs(age(r, ''7 days'') - age(r)) > 0', 'weeks unless told otherwise');
SELECT is_empty('SELECT f.id, grain FROM found f JOIN ref USING (id, grain) WHERE x > 0 AND t > 0
    AND abs(churn_risk(r) - (1 - (t_x / t) ^ x)) > 1e-12', 'the plain rule');
SELECT is_empty('SELECT f.id FROM found f JOIN ref USING (id, grain) WHERE (x = 0 OR t = 0) <> (churn_risk(r) IS NULL)', 'and NULL for one purchase');
SELECT is_empty('SELECT id FROM (SELECT id, churn_risk(at, ''2026-01-20 12:00Z'') p FROM purchase GROUP BY id) x JOIN found USING (id)
    WHERE grain = ''1 day'' AND p IS DISTINCT FROM churn_risk(r)', 'the same over raw purchases');
SELECT is_empty('SELECT id FROM (SELECT id, rfm_agg(at, amount, ''2026-01-20 12:00Z'') r FROM purchase GROUP BY id) x JOIN found f USING (id)
    WHERE grain = ''1 day'' AND x.r::text <> f.r::text', 'a day, if nothing else is said');

-- ---- by hand ----

SELECT results_eq($$ SELECT frequency(r), recency(r, '1 day'), age(r, '1 day'), monetary(r), churn_risk(r)
    FROM (SELECT rfm_agg(at::timestamptz, amount, '2026-01-31Z') r FROM (VALUES ('2026-01-01 23:59:59.999999Z', 5), ('2026-01-01Z', 7), ('2026-01-11Z', 10),
        ('2026-01-11 12:00Z', 20), ('2026-01-21 23:00Z', 3), ('2026-01-31 00:00:00.000001Z', 99)) v(at, amount)) x $$,
    $$ VALUES (2, 20::float8, 30::float8, 16.5::float8, 1 - 4 / 9::float8) $$, 'two repeats in 30 days, with mean 16.5');
SELECT is((SELECT frequency(rfm_agg(at::timestamptz, 1, '2026-02-01Z', '7 days')) FROM (VALUES ('2026-01-04 23:59Z'), ('2026-01-05Z'), ('2026-01-11Z'), ('2026-01-12Z')) v(at)), 2,
    'weeks begin on Mondays');
SELECT is((SELECT monetary(rfm_agg(at::timestamptz, amount, '2026-02-01Z')) FROM (VALUES ('2026-01-01Z', 1), ('2026-01-02Z', 0.1::float8), ('2026-01-02Z', 1e100), ('2026-01-02Z', 0.2), ('2026-01-02Z', -1e100)) v(at, amount)),
    0.30000000000000004::float8, 'sums are exact, then rounded');
SELECT is((SELECT churn_risk(at::timestamptz, '2026-01-31Z') FROM (VALUES ('2026-01-01Z'), ('2026-01-31Z')) v(at)), 0::float8, 'who bought today is there');

-- ---- summaries ----

SELECT results_eq($$ SELECT frequency(r), recency(r), age(r), monetary(r), age(r, '1 day') FROM (SELECT rfm_stats(2, 30.43, 38.86, 22.35) r) x $$,
    $$ VALUES (2, 30.43::float8, 38.86::float8, 22.35::float8, 38.86 * 7::float8) $$, 'a summary says what it was given');
SELECT results_eq($$ SELECT frequency(r), recency(r), age(r), monetary(r), churn_risk(r) FROM (SELECT rfm_stats(0, 0, 70, 0, '1 day') r) x $$,
    $$ VALUES (0, 0::float8, 10::float8, NULL::float8, NULL::float8) $$, 'no repeats, no spend');
SELECT is(rfm_stats(NULL, 1, 2)::text, NULL, 'NULL of NULL');
SELECT throws_ok('SELECT rfm_stats(1, 3, 2)', '22003', 'recency 3 is greater than age 2', 'recency after the end');
SELECT throws_ok('SELECT rfm_stats(0, 1, 2)', '22003', 'without repeat purchases recency and spend are 0', 'recency without repeats');
SELECT throws_ok('SELECT rfm_stats(-1, 0, 2)', '22003', 'frequency -1 is negative', 'negative frequency');
SELECT throws_ok('SELECT rfm_stats(1, ''NaN'', 2)', '22003', NULL, 'NaN');
SELECT throws_ok('SELECT rollup(r) FROM (SELECT rfm_stats(1, 1, 2) r FROM generate_series(1, 2)) x', '22023', 'an rfm_stats made of a summary cannot be merged', 'summaries do not merge');

-- ---- laws ----

CREATE TABLE part AS SELECT id, grain, i % 3 AS part, rfm_agg(at, amount, '2026-01-20 12:00Z', grain ORDER BY random()) AS r
    FROM purchase, grains WHERE id % 5 = 0 GROUP BY 1, 2, 3;
SELECT is_empty('SELECT id FROM (SELECT id, grain, rollup(r ORDER BY random()) r FROM part GROUP BY 1, 2) x JOIN found f USING (id, grain)
    WHERE rfm_stats_send(x.r) <> rfm_stats_send(f.r)', 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT part FROM part WHERE rfm_stats_send(rfm_stats_merge(r, NULL)) <> rfm_stats_send(r) OR rfm_stats_send(rfm_stats_merge(NULL, r)) <> rfm_stats_send(r)', 'NULL is the identity');
SELECT is_empty('SELECT a.id FROM part a JOIN part b USING (id, grain) WHERE rfm_stats_merge(a.r, b.r)::text <> rfm_stats_merge(b.r, a.r)::text', 'merging is commutative');
SELECT is_empty('SELECT id FROM found WHERE r::text::rfm_stats::text <> r::text', 'in(out(x)) = x');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT rfm_agg(at, amount, '2026-01-20 12:00Z')::text FROM purchase), (SELECT rollup(r)::text FROM found WHERE grain = '1 day'), 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT rfm_agg(at, amount, '2026-01-01Z')::text FROM purchase WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT churn_risk(at, '2026-01-20Z') FROM purchase WHERE at IS NULL), NULL, 'no times: NULL');
SELECT throws_ok('SELECT rfm_agg(at, amount, NULL) FROM purchase', '22023', 'as_of is NULL', 'no as_of');
SELECT throws_ok('SELECT rfm_agg(at, amount, at) FROM purchase', '22023', NULL, 'as_of of each row');
SELECT throws_ok('SELECT rfm_agg(at, amount, ''2026-01-01Z'', ''1 month'') FROM purchase', '22023', NULL, 'a grain of months');
SELECT throws_ok('SELECT rfm_agg(at, ''Infinity'', ''2030-01-01Z'') FROM purchase', '22003', NULL, 'an amount that is not finite');
SELECT throws_ok('SELECT rollup(r) FROM found', '22023', 'purchases of different grains cannot be merged', 'different grains');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s rfm_stats;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    IF NOT (coalesce(frequency(s), 0) >= 0 AND coalesce(recency(s) <= age(s), true) AND coalesce(churn_risk(s) BETWEEN 0 AND 1, true)) THEN RETURN 'nonsense'; END IF;
    PERFORM monetary(s);
    IF left(value, 14) = 'rfm_stats:0100' THEN PERFORM rfm_stats_merge(s, s); END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT rfm_stats_send(r) AS b FROM found WHERE id = 14 AND grain IN ('0', '1 day') UNION ALL SELECT rfm_stats_send(rfm_stats(2, 30.43, 38.86, 22.35));
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('rfm_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('rfm_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
