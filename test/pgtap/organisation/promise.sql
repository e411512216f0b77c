-- Promises: rows against CASE, journeys against a loop over touches(j) that tries every promise, the paired t test of Student (1908),
-- time_to() against SQL, the laws of merging, damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(55);

DO $$ BEGIN PERFORM setseed(0.4848); END $$;

-- ---- rows ----

CREATE TABLE promise AS
    SELECT i, i % 12 AS g, random() AS luck,
           CASE WHEN random() < 0.9 THEN '2026-01-01Z'::timestamptz + floor(random() * 40) * interval '6 h' END AS due,
           CASE WHEN random() < 0.7 THEN '2026-01-01Z'::timestamptz + floor(random() * 50) * interval '6 h' + floor(random() * 3) * interval '1 us' END AS done
    FROM generate_series(1, 5000) i;
CREATE TABLE moment AS SELECT unnest('{2026-01-01Z,2026-01-04Z,2026-01-08 06:00Z,2026-03-01Z,infinity,-infinity}'::timestamptz[]) AS as_of;
CREATE TABLE expected AS
    SELECT as_of, g, count(due) AS promises, count(*) FILTER (WHERE s = 'kept') AS kept, count(*) FILTER (WHERE s = 'late') AS late, count(*) FILTER (WHERE s = 'broken') AS broken,
           count(*) FILTER (WHERE s = 'undecided') AS undecided, count(*) FILTER (WHERE due IS NULL) AS unknown,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY CASE WHEN s = 'late' THEN extract(epoch FROM done - due) END) AS median
    FROM moment, promise, LATERAL (SELECT CASE WHEN due IS NULL THEN NULL
                                               WHEN done <= as_of THEN CASE WHEN done <= due THEN 'kept' ELSE 'late' END
                                               WHEN due < as_of THEN 'broken' ELSE 'undecided' END AS s) x
    GROUP BY 1, 2;
CREATE TABLE found AS SELECT as_of, g, promise_agg(due, done, as_of) AS s FROM promise, moment GROUP BY 1, 2;
SELECT bag_eq('SELECT as_of, g, promises, kept, late, broken, undecided, unknown FROM found, kept_promises(s)',
    'SELECT as_of, g, promises, kept, late, broken, undecided, unknown FROM expected', 'kept, late, broken and undecided are those of CASE');
SELECT ok((SELECT bool_and(kept > 0 AND late > 0 AND broken > 0 AND undecided > 0 AND unknown > 0) FROM expected WHERE as_of = '2026-01-04Z'), 'all of them occur');
SELECT is_empty($$ SELECT * FROM found, kept_promises(s, 0.9) r, LATERAL (SELECT 1.6448536269514722 AS z, rate AS p, nullif(kept + late + broken, 0) AS n) q
    WHERE (n IS NULL) <> (rate IS NULL) OR rate <> kept::float8 / n OR (low IS NULL) <> (rate IS NULL) OR abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12
       OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12 $$, 'the rate is of those decided, its interval Wilson''s');
SELECT is_empty('SELECT * FROM found JOIN expected e USING (as_of, g), kept_promises(s) r WHERE (median IS NULL) <> (median_late_seconds IS NULL) OR abs(median_late_seconds - median) > median / 128',
    'the median of lateness is right to 1/128');
SELECT is_empty('SELECT * FROM found, kept_promises(s) a, kept_promises(s, 0.95) b WHERE a <> b', 'a confidence of 0.95, if nothing else is said');
SELECT results_eq($$ SELECT kept, late, broken, undecided FROM (VALUES ('2026-01-02Z'::timestamptz, '2026-01-02Z'::timestamptz, '2026-01-02Z'::timestamptz), ('2026-01-02Z', '2026-01-02 00:00:00.000001Z', '2026-01-03Z'),
        ('2026-01-02Z', NULL, '2026-01-02Z'), ('2026-01-02Z', NULL, '2026-01-02 00:00:00.000001Z'), ('2026-01-02Z', '2026-01-02 00:00:01Z', '2026-01-02Z')) v(due, done, as_of), kept_promises(promise_accum(NULL, due, done, as_of)) $$,
    $$ VALUES (1::bigint, 0::bigint, 0::bigint, 0::bigint), (0, 1, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 0, 1) $$, 'met to the microsecond');

-- ---- journeys ----

CREATE TABLE journeys AS
    SELECT id, random() AS luck, id % 15 AS g, journey_agg(at, touchpoint, channel ORDER BY i) AS j
    FROM (SELECT id, i, '2026-01-01Z'::timestamptz + sum(CASE id % 3
                     WHEN 0 THEN floor(random() * 3) * 86400
                     WHEN 1 THEN 86400 + (floor(random() * 3) - 1) * 0.000001
                     ELSE floor(random() ^ 4 * 5) * 86400 END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
                 (ARRAY['promise', 'call back', 'chat'])[1 + floor(random() ^ 1.4 * 3)::int] AS touchpoint, (ARRAY['phone', NULL])[1 + floor(random() * 2)::int] AS channel
          FROM generate_series(1, 600) id, generate_series(1, 1 + id * 7919 % 13 + CASE WHEN id % 100 = 0 THEN id / 10 ELSE 0 END) i) x
    GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, 0, NULL), (-2, 0.5, 0, '[]');
CREATE TABLE ask AS
    SELECT row_number() OVER () AS k, * FROM (VALUES ('promise', '[call back]'), ('promise', '@phone'), ('@phone', 'chat'), ('.', '.')) e(promise, kept),
        unnest('{0,1 day,2 days,36500 days}'::interval[]) win, unnest('{2026-01-02 00:00Z,2026-01-04 00:00Z,2026-03-01Z}'::timestamptz[]) as_of;

-- the slow way: each touch that keeps looks through all promises made before
CREATE FUNCTION pg_temp.judge(j journey, p text, k text, win interval, as_of timestamptz) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    t record;
    made timestamptz[] := '{}';
    state text[] := '{}';
    best int;
BEGIN
    FOR t IN SELECT at, CASE p WHEN 'promise' THEN touchpoint = 'promise' WHEN '@phone' THEN channel IS NOT DISTINCT FROM 'phone' ELSE true END AS is_promise,
                    CASE k WHEN '[call back]' THEN touchpoint = 'call back' WHEN '@phone' THEN channel IS NOT DISTINCT FROM 'phone' WHEN 'chat' THEN touchpoint = 'chat' ELSE true END AS is_kept
             FROM touches(j) WHERE at <= as_of ORDER BY position LOOP
        IF t.is_kept THEN
            best := (SELECT min(i) FROM generate_subscripts(made, 1) i WHERE state[i] = '' AND made[i] + win >= t.at);
            IF best IS NOT NULL THEN
                state[best] := 'kept';
            ELSE
                best := (SELECT min(i) FROM generate_subscripts(made, 1) i WHERE state[i] = '');
                IF best IS NOT NULL THEN state[best] := 'late ' || extract(epoch FROM t.at - made[best] - win); END IF;
            END IF;
        END IF;
        IF t.is_promise THEN made := made || t.at; state := state || ''::text; END IF;
    END LOOP;
    FOR i IN 1 .. cardinality(made) LOOP
        IF state[i] = '' THEN state[i] := CASE WHEN made[i] + win < as_of THEN 'broken' ELSE 'undecided' END; END IF;
    END LOOP;
    RETURN state;
END $$;
CREATE TABLE judged AS SELECT k, id, g, s FROM ask, journeys, unnest(pg_temp.judge(j, promise, kept, win, as_of)) s WHERE id > 0;
CREATE TABLE way AS SELECT ask.*, promise_agg(j, promise, kept, win, as_of) AS s FROM ask, journeys GROUP BY k, promise, kept, win, as_of;
SELECT results_eq('SELECT k, promises, kept_promises.kept, late, broken, undecided, unknown FROM way, kept_promises(s) ORDER BY k',
    $$ SELECT k, count(*), count(*) FILTER (WHERE s = 'kept'), count(*) FILTER (WHERE s LIKE 'late%'), count(*) FILTER (WHERE s = 'broken'), count(*) FILTER (WHERE s = 'undecided'), 0::bigint FROM judged GROUP BY k ORDER BY k $$,
    'promises of journeys are those of a loop over all touches');
SELECT is_empty($$ SELECT k, x.median, median_late_seconds FROM way, kept_promises(s), LATERAL (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY substr(d.s, 6)::numeric) AS median FROM judged d WHERE d.k = way.k AND d.s LIKE 'late%') x
    WHERE (x.median IS NULL) <> (median_late_seconds IS NULL) OR abs(median_late_seconds - x.median) > x.median / 128 $$, 'and so is the median of lateness');
SELECT cmp_ok((SELECT count(*) FROM way, kept_promises(s) r WHERE r.kept > 0 AND late > 0 AND broken > 0 AND undecided > 0), '>', 8::bigint, 'all kinds occur');
CREATE FUNCTION pg_temp.of(j journey, within interval, as_of timestamptz) RETURNS text LANGUAGE sql
    AS $$ SELECT format('%s/%s/%s/%s', kept, late, broken, undecided) FROM kept_promises((SELECT promise_agg(j, 'promise', 'call', within, as_of))) $$;
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-03T09:00Z call]', '2 days', '2026-02-01Z'), '1/0/0/0', 'the window is inclusive');
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-03T09:00:00.000001Z call]', '2 days', '2026-02-01Z'), '0/1/0/0', 'and met to the microsecond');
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-03T09:00Z call]', '2 days', '2026-01-03 08:59Z'), '0/0/0/1', 'what comes after as_of has not happened');
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-09T09:00Z call]', '2 days', '2026-01-03 09:00:01Z'), '0/0/1/0', 'and is broken until then');
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-10T09:00Z promise, 2026-01-11T09:00Z call]', '2 days', '2026-02-01Z'), '1/0/1/0', 'a call keeps the promise that it can still keep');
SELECT is(pg_temp.of('[2026-01-01T09:00Z promise, 2026-01-02T09:00Z promise, 2026-01-02T10:00Z call, 2026-01-20T09:00Z call]', '2 days', '2026-02-01Z'), '1/1/0/0', 'each call keeps one');
SELECT is(pg_temp.of('[2026-01-01T09:00Z call, 2026-01-01T09:00Z promise]', '2 days', '2026-02-01Z'), '0/0/1/0', 'a call before the promise does not keep it');

-- ---- the gap: Student (1908), hours of sleep that ten patients gained by two drugs ----

CREATE TEMP TABLE sleep AS SELECT * FROM unnest('{1.9,0.8,1.1,0.1,-0.1,4.4,5.5,1.6,4.6,3.4}'::float8[], '{0.7,-1.6,-0.2,-1.2,-0.1,3.4,3.7,0.8,0,2}'::float8[]) AS t(laevo, dextro);
SELECT results_eq($$ SELECT n, missing, round(expected::numeric, 12), round(perceived::numeric, 12), round(gap::numeric, 12), round((gap / std_error)::numeric, 4), round(low::numeric, 7), round(high::numeric, 7)
        FROM promise_gap((SELECT gap_agg(laevo, dextro) FROM sleep)) $$,
    $$ VALUES (10::bigint, 0::bigint, 2.33, 0.75, 1.58, 4.0621, 0.7001142, 2.4598858) $$, 'Student 1908: mean 1.58, t 4.0621; R gives the interval 0.7001142 to 2.4598858');
CREATE TABLE answer AS
    SELECT i, i % 9 AS g, random() AS luck, CASE WHEN random() < 0.95 THEN CASE i % 3 WHEN 0 THEN 1 + floor(random() * 7) WHEN 1 THEN random() * 1e10 ELSE random() END END AS e,
           CASE WHEN random() < 0.9 THEN CASE i % 3 WHEN 0 THEN 1 + floor(random() * 7) WHEN 1 THEN random() * 1e-10 ELSE random() END END AS p
    FROM generate_series(1, 6000) i;
CREATE TABLE gap AS SELECT g, gap_agg(e, p) AS s FROM answer GROUP BY g;
SELECT is_empty($$ SELECT g, r.*, x.* FROM gap JOIN (SELECT g, count(e - p) AS n, count(*) FILTER (WHERE e - p IS NULL) AS missing, avg(e::numeric) FILTER (WHERE p IS NOT NULL) AS e, avg(p::numeric) FILTER (WHERE e IS NOT NULL) AS p,
        avg((e - p)::numeric) AS d, stddev_samp((e - p)::numeric) AS sd FROM answer GROUP BY g) x USING (g), promise_gap(s) r
    WHERE (r.n, r.missing) IS DISTINCT FROM (x.n, x.missing) OR abs(expected / x.e - 1) > 1e-12 OR abs(perceived / x.p - 1) > 1e-12 OR abs(gap / x.d - 1) > 1e-12 OR abs(std_error / (x.sd / sqrt(x.n)) - 1) > 1e-10 $$,
    'numbers, means and the standard error are those of numeric');
SELECT results_eq('SELECT n, missing, expected, perceived, gap, std_error, low, high FROM promise_gap((SELECT gap_agg(7, 4)))', 'VALUES (1::bigint, 0::bigint, 7::float8, 4::float8, 3::float8, NULL::float8, NULL::float8, NULL::float8)', 'the spread of one pair is not known');
SELECT results_eq('SELECT r.* FROM promise_gap((SELECT gap_agg(7, NULL))) r', 'VALUES (0::bigint, 1::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8)', 'no pairs: nothing but the missing one');
SELECT is_empty($$ SELECT * FROM gap, promise_gap(s, 0.9) a, promise_gap(s, 0.99) b WHERE NOT (b.low < a.low AND a.low < a.gap AND a.gap < a.high AND a.high < b.high) $$, 'wider with more confidence');
SELECT results_eq('SELECT gap, std_error > 9e139, abs(low / -6.313751514675041e140 - 1) < 1e-12, low = -high FROM promise_gap((SELECT gap_agg(x, 0) FROM unnest(''{1e140,-1e140}''::float8[]) x), 0.9)', 'VALUES (0::float8, true, true, true)', 'the largest numbers');

-- ---- time_to ----

CREATE TABLE pair AS SELECT * FROM (VALUES ('promise', '[call back]'), ('@phone', 'chat'), ('.', '.'), ('chat', '[^chat]'), ('nowhere', 'chat'), ('chat', 'nowhere')) v(since, what);
SELECT is_empty($$ SELECT id, since, what FROM (
        SELECT id, since, what, time_to(j, since, what) AS got, (SELECT min(b.at) - a.at FROM touches(j) b WHERE b.position > a.position
                AND CASE what WHEN '[call back]' THEN b.touchpoint = 'call back' WHEN 'chat' THEN b.touchpoint = 'chat' WHEN '[^chat]' THEN b.touchpoint <> 'chat' ELSE what = '.' END) AS want
        FROM journeys, pair LEFT JOIN LATERAL (SELECT * FROM touches(j) t WHERE CASE since WHEN 'promise' THEN touchpoint = 'promise' WHEN '@phone' THEN channel = 'phone' WHEN 'chat' THEN touchpoint = 'chat' ELSE since = '.' END
                ORDER BY position LIMIT 1) a ON true WHERE j IS NOT NULL) x
    WHERE (got IS NULL) <> (want IS NULL) OR got::text <> want::text $$, 'from the first touch to the first one behind it, as timestamps subtract');
SELECT cmp_ok((SELECT count(time_to(j, since, what)) FROM journeys, pair), '>', 1000::bigint, 'there are some');
SELECT is(time_to('[2026-01-01T09:00Z buy, 2026-01-01T09:00Z complain]', 'buy', 'complain'), '0'::interval, 'at once');
SELECT is(time_to('[2026-01-01T09:00Z complain, 2026-01-01T09:00Z buy]', 'buy', 'complain'), NULL, 'what came before does not count');
SELECT is(time_to('[2026-01-01T09:00Z buy, 2026-01-03T10:00Z complain, 2026-01-09T10:00Z complain]', 'buy', 'complain')::text, '2 days 01:00:00', 'the first one');
SELECT is(time_to('[2026-01-01T09:00Z buy, 2026-01-03T10:00Z buy]', 'buy', 'buy')::text, '2 days 01:00:00', 'a touch is not behind itself');
SELECT is(time_to(touch('4714-11-24 00:00:00Z BC', 'a') || touch('294276-12-31 23:59:59.999999Z', 'b'), 'a', 'b')::text, '109203527 days 23:59:59.999999', 'the longest time there is');
SELECT is(time_to('[]', 'a', 'b'), NULL, 'no touches: NULL');
SELECT is(time_to('[2026-01-01T09:00Z a]', NULL, 'b'), NULL, 'no expression: NULL');
SELECT throws_ok($$ SELECT time_to('[2026-01-01T09:00Z a]', '@', 'b') $$, '22P02', NULL, 'a malformed expression');

-- ---- laws ----

CREATE TABLE part AS SELECT as_of, g, floor(luck * 4) AS part, i % 2 AS odd, promise_agg(due, done, as_of) AS s, random() AS luck FROM promise, moment GROUP BY 1, 2, 3, 4;
CREATE TABLE way_part AS SELECT k, g, promise_agg(j, promise, kept, win, as_of) AS s, random() AS luck FROM ask, journeys GROUP BY 1, 2;
CREATE TABLE gap_part AS SELECT g, floor(luck * 4) AS part, gap_agg(e, p ORDER BY luck) AS s, random() AS luck FROM answer GROUP BY 1, 2;
SELECT is_empty($$ SELECT * FROM (SELECT as_of, g, rollup(s ORDER BY luck) AS a, rollup(s ORDER BY -luck) AS b FROM part GROUP BY 1, 2) x JOIN found f USING (as_of, g)
    WHERE promise_stats_send(a) <> promise_stats_send(f.s) OR promise_stats_send(b) <> promise_stats_send(f.s) $$, 'any split, merged in any order, is the same to the last bit');
SELECT is_empty($$ SELECT * FROM (SELECT as_of, g, rollup(s) AS a FROM (SELECT as_of, g, part, rollup(s) AS s FROM part GROUP BY 1, 2, 3) p GROUP BY 1, 2) x JOIN found f USING (as_of, g)
    WHERE promise_stats_send(a) <> promise_stats_send(f.s) $$, 'and so are parts of parts');
SELECT is_empty($$ SELECT k FROM (SELECT k, rollup(s ORDER BY luck) AS a FROM way_part GROUP BY 1) x JOIN way USING (k) WHERE promise_stats_send(a) <> promise_stats_send(s) $$, 'of journeys, too');
SELECT is_empty($$ SELECT g FROM (SELECT g, rollup(s ORDER BY luck) AS a, rollup(s ORDER BY -luck) AS b FROM gap_part GROUP BY g) x JOIN gap f USING (g)
    WHERE gap_stats_send(a) <> gap_stats_send(f.s) OR gap_stats_send(b) <> gap_stats_send(f.s) $$, 'and of gaps, whose sums are exact');
SELECT is_empty($$ SELECT g FROM part WHERE promise_stats_send(promise_stats_merge(s, NULL)) <> promise_stats_send(s) OR promise_stats_send(promise_stats_merge(NULL, s)) <> promise_stats_send(s)
    UNION ALL SELECT g FROM gap_part WHERE gap_stats_send(gap_stats_merge(s, NULL)) <> gap_stats_send(s) OR gap_stats_send(gap_stats_merge(NULL, s)) <> gap_stats_send(s) $$, 'NULL is the identity');
SELECT is_empty($$ SELECT g FROM found WHERE promise_stats_send(s::text::promise_stats) <> promise_stats_send(s) UNION ALL SELECT k FROM way WHERE promise_stats_send(s::text::promise_stats) <> promise_stats_send(s)
    UNION ALL SELECT g FROM gap WHERE gap_stats_send(s::text::gap_stats) <> gap_stats_send(s) $$, 'in(out(x)) = x');
CREATE TABLE serial AS SELECT g, promise_agg(due, done, '2026-01-08Z') AS s FROM promise GROUP BY g;
CREATE TABLE way_serial AS SELECT g, promise_agg(j, '.', '@phone', '1 day', '2026-01-08Z') AS s FROM journeys GROUP BY g;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT bag_eq($$ SELECT g, promise_agg(due, done, '2026-01-08Z')::text AS s FROM promise GROUP BY g $$, $$ SELECT g, s::text FROM serial $$, 'workers count the same');
SELECT bag_eq($$ SELECT g, promise_agg(j, '.', '@phone', '1 day', '2026-01-08Z')::text AS s FROM journeys GROUP BY g $$, $$ SELECT g, s::text FROM way_serial $$, 'of journeys');
SELECT bag_eq($$ SELECT g, gap_agg(e, p)::text AS s FROM answer GROUP BY g $$, $$ SELECT g, s::text FROM gap $$, 'of gaps');

-- ---- nothing, and mistakes ----

SELECT is((SELECT promise_agg(j, 'a', 'b', '1 h', 'infinity')::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is((SELECT gap_agg(1, 2)::text WHERE false), NULL, 'no rows: NULL');
SELECT results_eq('SELECT r.* FROM kept_promises((SELECT promise_agg(NULL, NULL, now()))) r',
    $$ VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 1::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$, 'no promise: unknown, and no rate');
SELECT throws_ok($$ SELECT promise_agg(due, done, NULL) FROM promise $$, '22023', 'as_of is NULL', 'no as_of');
SELECT throws_ok($$ SELECT promise_agg('infinity', done, now()) FROM promise $$, '22008', 'due is infinite', 'infinite due');
SELECT throws_ok($$ SELECT promise_agg(now(), '-infinity', now()) FROM promise $$, '22008', 'done is infinite', 'infinite done');
SELECT throws_ok($$ SELECT promise_agg(j, 'a', NULL, '1 h', now()) FROM journeys $$, '22023', 'kept is NULL', 'no expression');
SELECT throws_ok($$ SELECT promise_agg(j, 'a', 'b', '1 year', now()) FROM journeys $$, '22023', NULL, 'a window of months');
SELECT throws_ok($$ SELECT rollup(s) FROM way $$, '22023', 'promises that were asked for differently cannot be merged', 'different questions');
SELECT throws_ok($$ SELECT gap_agg('NaN', 1) $$, '22003', 'expected is not a finite number', 'NaN');
SELECT throws_ok($$ SELECT gap_agg(1, 1e141) $$, '22003', NULL, 'too large');
SELECT throws_ok($$ SELECT * FROM promise_gap((SELECT s FROM gap LIMIT 1), 95) $$, '22023', NULL, 'confidence in percent');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s promise_stats; g gap_stats; r record;
BEGIN
    IF value LIKE 'gap%' THEN
        g := value;
        IF g::text <> value THEN RETURN 'changed'; END IF;
        SELECT * INTO r FROM promise_gap(g);
        IF 'Infinity' IN (abs(r.expected), abs(r.perceived), abs(r.gap), r.std_error, abs(r.low), abs(r.high)) OR r.std_error < 0 OR r.low > r.high THEN RETURN 'nonsense'; END IF;
        PERFORM gap_stats_merge(g, g);
    ELSE
        s := value;
        IF s::text <> value THEN RETURN 'changed'; END IF;
        SELECT * INTO r FROM kept_promises(s);
        IF NOT (least(r.promises, r.kept, r.late, r.broken, r.undecided, r.unknown) >= 0 AND (r.rate IS NULL OR r.low BETWEEN 0 AND r.rate AND r.high BETWEEN r.rate AND 1) AND (r.late = 0 OR r.median_late_seconds > 0)) THEN RETURN 'nonsense'; END IF;
        PERFORM promise_stats_merge(s, s);
    END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT 'promise_stats:' AS t, promise_stats_send(s) AS b FROM way WHERE k = 17 UNION ALL SELECT 'promise_stats:', promise_stats_send(s) FROM found WHERE g = 3 AND as_of = '2026-01-04Z'
    UNION ALL SELECT 'gap_stats:', gap_stats_send(s) FROM gap WHERE g < 3;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives(t || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives(t || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
