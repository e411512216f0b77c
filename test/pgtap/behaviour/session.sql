-- Sessions: against window functions over thousands of random journeys, gaps that are met to the microsecond, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(46);

DO $$ BEGIN PERFORM setseed(0.2360); END $$;

-- 4,000 journeys of up to 30 touches, and some of hundreds. Steps in all units of time, even ones and bursts, many of them
-- just as long as one of the gaps asked for, or a microsecond longer or shorter, or 0.
CREATE TABLE log AS
    SELECT id, i, '2026-01-01Z'::timestamptz + sum(CASE id % 6
               WHEN 0 THEN floor(random() * 3) * 30
               WHEN 1 THEN 1800 + (floor(random() * 3) - 1) * 0.000001
               WHEN 2 THEN floor(random() ^ 8 * 100) * 86400
               WHEN 3 THEN random() ^ 20 * 1e7
               WHEN 4 THEN floor(random() * 2) * 3600 + floor(random() * 2) * 60
               ELSE (floor(random() * 1.2) * 100000 + floor(random() * 100)) / 1000 END::numeric(20, 6))
               OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at
    FROM generate_series(1, 4000) id, generate_series(1, 1 + id * 7919 % 30 + CASE WHEN id % 40 = 0 THEN id / 10 ELSE 0 END) i;
CREATE TABLE journeys AS SELECT id, random() AS luck, journey_agg(at, 'x' ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, NULL), (-2, 0.5, '[]');
CREATE TABLE gaps AS SELECT unnest('{0,1 us,1 ms,30 s,60 s,29 min 59.999999 s,30 min,30 min 0.000001 s,1 h,1 day,7 days,100 years}'::text[])::interval AS gap;
UPDATE gaps SET gap = '36500 days' WHERE gap = '100 years';
ANALYZE log;
ANALYZE journeys;

-- ---- the slow way ----

CREATE TABLE row_session AS
    SELECT gap, id, i, at, 1 + count(*) FILTER (WHERE opens) OVER (PARTITION BY gap, id ORDER BY i) AS session
    FROM (SELECT gap, id, i, at, extract(epoch FROM at - lag(at) OVER (PARTITION BY gap, id ORDER BY i)) > extract(epoch FROM gap) AS opens
          FROM log, gaps) x;
CREATE TABLE ref AS
    SELECT gap, id, session, count(*) AS touches, extract(epoch FROM max(at) - min(at))::float8 AS seconds FROM row_session GROUP BY 1, 2, 3;
CREATE TABLE found AS SELECT gap, session_agg(j, gap) AS s FROM gaps, journeys GROUP BY gap;

SELECT cmp_ok((SELECT count(*) FROM ref), '>', 100000::bigint, 'there are many sessions');
SELECT is_empty('SELECT gap, r.* FROM found, session_report(s) r EXCEPT
    SELECT gap, r.* FROM found, session_report(s, 0.95) r', 'a confidence of 0.95, if nothing else is said');
SELECT bag_eq('SELECT gap, journeys, sessions, touches, bounces FROM found, session_report(s)',
    'SELECT gap, count(DISTINCT id) AS journeys, count(*) AS sessions, sum(touches)::bigint AS touches, count(*) FILTER (WHERE touches = 1) AS bounces
     FROM ref GROUP BY gap', 'counts are those of SQL');
SELECT bag_eq('SELECT gap, per_journey, mean_touches, bounce_share FROM found, session_report(s)',
    'SELECT gap, count(*)::float8 / count(DISTINCT id) AS per_journey, (sum(touches) / count(*)::float8)::float8 AS mean_touches,
            count(*) FILTER (WHERE touches = 1)::float8 / count(*) AS bounce_share FROM ref GROUP BY gap', 'so are means and shares');
SELECT is_empty('SELECT found.gap, r.*, x.* FROM found CROSS JOIN session_report(s) r JOIN (SELECT gap, avg(seconds) AS a, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS m,
        percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p FROM ref GROUP BY gap) x ON true
    WHERE x.gap = found.gap AND (abs(mean_seconds - a) > 1e-9 * a OR abs(median_seconds - m) > m / 128 OR abs(p90_seconds - p) > p / 128)',
    'mean exact, median and 90th percentile right to 1/128');
SELECT is_empty('SELECT gap FROM found, session_report(s) r, LATERAL (SELECT 1.959963984540054 AS z, bounce_share AS p, sessions AS n) q
    WHERE abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12
       OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12', 'the interval is Wilson''s');
SELECT is_empty('SELECT gap FROM found, session_report(s, 0.9) a, session_report(s, 0.99) b WHERE NOT (b.low <= a.low AND a.high <= b.high)
    OR a.high - a.low >= b.high - b.low', 'and wider with more confidence');

SELECT is_empty('SELECT gap, id, session_count(j, gap), n FROM gaps CROSS JOIN journeys JOIN (SELECT gap, id, count(*) AS n FROM ref GROUP BY 1, 2) r USING (gap, id)
    WHERE session_count(j, gap) <> n', 'session_count counts them');
SELECT is_empty('SELECT gap, id FROM gaps CROSS JOIN journeys WHERE session_count(j, gap) <> (SELECT count(*) FROM sessions(j, gap))',
    'as many as sessions(j, gap) has rows');
SELECT is((SELECT session_count(NULL, '1 h')), NULL, 'no journey: NULL');
SELECT is((SELECT session_count('[2026-01-01T00:00:00Z a]', NULL)), NULL, 'no gap: NULL');
SELECT is((SELECT session_count('[]', '1 h')), 0, 'no touches: no sessions');

-- by hand: two touches 30 minutes apart are one session, a microsecond more makes it two
SELECT is(session_count('[2026-01-01T09:00:00Z a, 2026-01-01T09:30:00Z b]', '30 min'), 1, 'a gap as long as the limit does not open a session');
SELECT is(session_count('[2026-01-01T09:00:00Z a, 2026-01-01T09:30:00.000001Z b]', '30 min'), 2, 'a longer one does');
SELECT is(session_count('[2026-01-01T09:00:00Z a, 2026-01-02T09:00:00Z b]', '1 day'), 1, 'a day has 24 hours');
SELECT is(session_count('[2026-01-01T09:00:00Z a, 2026-01-01T09:00:00Z b]', '0'), 1, 'no gap is not longer than none');
SELECT is(session_count(touch('4714-11-24 00:00:00Z BC', 'a') || touch('294276-12-31 23:59:59.999999Z', 'b'), '100000000 days'), 2, 'the longest gap there is');
SELECT results_eq($$ SELECT journeys, sessions, touches, per_journey, mean_touches, mean_seconds, abs(median_seconds - 40) < 40 / 128.0, abs(p90_seconds - 80) < 80 / 128.0,
        bounces, bounce_share, round(low::numeric, 6), round(high::numeric, 6) FROM session_report((SELECT session_agg(j, '30 min') FROM unnest(ARRAY[
        '[2026-01-01T09:00:00Z a, 2026-01-01T09:00:40Z b, 2026-01-01T12:00:00Z c]'::journey, '[2026-01-01T09:00:00Z a, 2026-01-01T09:01:20Z b]']) j)) $$,
    $$ VALUES (2::bigint, 3::bigint, 5::bigint, 1.5::float8, 5 / 3::float8, 40::float8, true, true, 1::bigint, 1 / 3::float8, 0.061492, 0.792340) $$,
    'a report by hand');

-- ---- session_id over rows ----

SELECT is_empty('SELECT gap, id, i FROM (SELECT gap, id, i, session, session_id(at, gap) OVER (PARTITION BY gap, id ORDER BY i) AS s FROM row_session) x
    WHERE s <> session OR s IS NULL', 'session_id numbers as window functions do');
SELECT is_empty('SELECT gap, id FROM (SELECT gap, id, session_id(at, gap) OVER (PARTITION BY gap, id ORDER BY i DESC) AS s, session FROM row_session) x
    GROUP BY 1, 2 HAVING max(s) <> max(session)', 'and as many backwards');
SELECT results_eq($$ SELECT session_id(at::timestamptz, '30 min') OVER (ORDER BY i) FROM (VALUES (1, NULL), (2, '2026-01-01 09:00Z'), (3, NULL), (4, '2026-01-01 09:30Z'),
        (5, '2026-01-01 10:00:01Z'), (6, NULL), (7, '-infinity'), (8, '-infinity'), (9, 'infinity')) v(i, at) $$,
    $$ VALUES (NULL::bigint), (1), (NULL), (1), (2), (NULL), (3), (3), (4) $$, 'rows without a time are passed over');
SELECT results_eq($$ SELECT session_id('2026-01-01Z', NULL) OVER () $$, $$ VALUES (NULL::bigint) $$, 'no gap: NULL');
SELECT results_eq($$ SELECT id, count(DISTINCT s) FROM (SELECT id, session_id(at, '30 min') OVER (PARTITION BY id ORDER BY i ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING) s
        FROM log WHERE id <= 50) x GROUP BY 1 ORDER BY 1 $$, $$ SELECT id, session_count(j, '30 min')::bigint FROM journeys WHERE id BETWEEN 1 AND 50 ORDER BY 1 $$,
    'frames do not matter');
SELECT throws_ok('SELECT session_id(at, ''1 month'') OVER (PARTITION BY id ORDER BY i) FROM log', '22023', NULL, 'a gap of months');
SELECT throws_ok('SELECT session_id(at, ''-1 s'') OVER (PARTITION BY id ORDER BY i) FROM log', '22023', 'gap is negative', 'a negative gap');
SELECT throws_ok('SELECT session_id(at, ''1 s'') FROM log', '42809', NULL, 'without OVER');

-- ---- laws ----

CREATE TABLE part AS
    SELECT gap, cut, part, session_agg(j, gap) AS s FROM journeys, gaps, generate_series(2, 40, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2, 3;
SELECT is_empty('SELECT gap FROM (SELECT gap, cut, rollup(s ORDER BY random()) r FROM part GROUP BY 1, 2) x JOIN found USING (gap)
    WHERE session_stats_send(r) <> session_stats_send(s)', 'any split, merged in any order, is the same to the last bit');
SELECT is((SELECT session_agg(j, '30 min' ORDER BY luck)::text FROM journeys), (SELECT s::text FROM found WHERE gap = '30 min'), 'the order of the journeys tells nothing');
SELECT is_empty('SELECT part FROM part WHERE session_stats_send(session_stats_merge(s, NULL)) <> session_stats_send(s)
    OR session_stats_send(session_stats_merge(NULL, s)) <> session_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT a.part FROM part a JOIN part b USING (gap, cut), LATERAL (SELECT session_agg(j, gap) e FROM (VALUES (''[]''::journey, gap)) v(j, gap)) e
    WHERE b.part = a.part + 1 AND session_stats_send(session_stats_merge(a.s, b.s)) <> session_stats_send(session_stats_merge(b.s, a.s))
       OR session_stats_send(session_stats_merge(a.s, e)) <> session_stats_send(a.s)', 'merging is commutative, and the sessions of no touches its identity');
SELECT is_empty('SELECT part FROM part WHERE session_stats_send(s::text::session_stats) <> session_stats_send(s)', 'in(out(x)) = x');
SELECT is_empty($$ SELECT id FROM (SELECT id, session_agg(j, '1 h') OVER (ORDER BY id) s FROM journeys WHERE id BETWEEN 1 AND 100) w
    WHERE s::text <> (SELECT session_agg(j, '1 h') FROM journeys k WHERE k.id BETWEEN 1 AND w.id)::text $$, 'growing windows');

SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT session_agg(j, '30 min')::text FROM journeys), (SELECT s::text FROM found WHERE gap = '30 min'), 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT session_agg(j, '1 h')::text FROM journeys WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT session_agg(j, '1 h')::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT results_eq('SELECT r.* FROM session_report((SELECT session_agg(j, ''1 h'') FROM journeys WHERE id = -2)) r',
    'SELECT 0::bigint, 0::bigint, 0::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, 0::bigint, NULL::float8, NULL::float8, NULL::float8',
    'no touches: counts of 0, and no means');
SELECT throws_ok('SELECT session_agg(j, NULL) FROM journeys', '22023', 'gap is NULL', 'no gap');
SELECT throws_ok('SELECT session_agg(j, ''1 month'') FROM journeys', '22023', NULL, 'a gap of months');
SELECT throws_ok('SELECT session_count(j, ''-1 s'') FROM journeys', '22023', 'gap is negative', 'a negative gap');
SELECT throws_ok('SELECT session_agg(j, abs(id) * interval ''1 s'') FROM journeys', '22023', 'sessions of different gaps cannot be merged', 'different gaps');
SELECT throws_ok('SELECT rollup(s) FROM found', '22023', 'sessions of different gaps cannot be merged', 'nor in rollup');
SELECT throws_ok('SELECT * FROM session_report((SELECT s FROM found LIMIT 1), 95)', '22023', NULL, 'confidence in percent');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s session_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    SELECT * INTO r FROM session_report(s);
    IF NOT (r.bounce_share BETWEEN 0 AND 1 AND r.low <= r.bounce_share AND r.bounce_share <= r.high AND r.mean_seconds >= 0) THEN RETURN 'nonsense'; END IF;
    PERFORM session_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT session_stats_send(session_agg(j, '30 min')) AS b FROM (SELECT j FROM journeys WHERE id > 0 ORDER BY id LIMIT 40) x;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('session_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('session_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

-- lengths of time that no microseconds can count
SELECT throws_ok($$ SELECT session_agg('[2026-01-01T00:00:00Z a]', interval '2147483647 days 2562047788 hours') $$, '22023', 'gap is too long', 'a gap is at most 2^63 microseconds');
SELECT throws_ok($$ SELECT session_agg('[2026-01-01T00:00:00Z a]', interval '-2147483648 days -2562047788 hours') $$, '22023', 'gap is too long', 'and at least -2^63');

SELECT * FROM finish();
ROLLBACK;
