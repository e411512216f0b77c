-- Laws of looking into a journey: slices, sessions and all that is read from a journey are what plain SQL over its touches says.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SET LOCAL jit = off;
SELECT plan(32);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- 3,000 short journeys, and 120 long ones of up to 2,000 touches, whose times repeat around every 128th touch: there the times
-- are kept that slices begin their search from. A seventh has no ties, a seventh nothing but ties.
CREATE TEMP TABLE draw AS
    WITH r AS MATERIALIZED (
        SELECT trial, ord, random() AS a, random() AS b, random() AS c, random() AS d
        FROM generate_series(1, 3120) trial,
             generate_series(1, CASE WHEN trial <= 3000 THEN trial * 7919 % 24
                                     WHEN trial % 5 = 0 THEN 128 * (trial % 4 + 1) + trial / 5 % 3 - 1       -- 127, 128, 129, ...
                                     ELSE 100 + trial * 7919 % 1900 END) ord),
    step AS (
        SELECT *, CASE WHEN trial % 7 = 0 THEN 0
                       WHEN trial % 7 = 1 THEN 1 + floor(a * 100)
                       WHEN ord % 128 BETWEEN 126 AND 127 OR ord % 128 < trial % 4 THEN 0      -- ties across the edge of a block
                       WHEN b < 0.7 THEN floor(a * 4) ELSE floor(a * 100000) END AS steps
        FROM r)
    SELECT trial, ord, '2026-03-29'::timestamptz + (trial - 1500) * interval '1.000001 h'
               + sum(steps) OVER (PARTITION BY trial ORDER BY ord)
                 * (ARRAY[1, 1000, 1000000, 60000000, 3600000000])[trial / 7 % 5 + 1] * interval '1 microsecond' AS at,
           (ARRAY['browse', 'call', '7', '10', 'ü', ''])[1 + floor(c * (1 + trial % 6))::int] AS touchpoint,
           CASE WHEN trial % 3 > 0 AND d < 0.7 THEN (ARRAY['web', '7', '100', 'Web'])[1 + floor(d * 5)::int] END AS channel,
           CASE WHEN trial % 4 > 1 AND d > 0.3 THEN (ARRAY['buy', 'use'])[1 + floor(c * 2)::int] END AS stage,
           CASE WHEN trial % 5 > 2 AND c > 0.3 THEN (ARRAY['shop', 'service', '1'])[1 + floor(d * 3)::int] END AS owner,
           CASE WHEN trial % 2 > 0 AND c < 0.3 THEN (ARRAY['nps:9', 'csat:4.5', 'csat:80/100'])[1 + floor(d * 3)::int] END::feedback
               AS feedback,
           CASE WHEN trial % 3 > 1 AND d < 0.3 THEN c * 100 WHEN trial % 3 > 1 AND d < 0.5 THEN round(c * 100) END AS value
    FROM step;
CREATE INDEX ON draw (trial, at);
ALTER TABLE draw ADD one journey;
UPDATE draw SET one = touch(at, touchpoint, channel, stage, owner, feedback, value);
ANALYZE draw;
CREATE TEMP TABLE whole AS
    SELECT trial, coalesce(rollup(one ORDER BY ord), '[]') AS j, count(one)::int AS n
    FROM generate_series(1, 3120) trial LEFT JOIN draw USING (trial) GROUP BY 1;
CREATE UNIQUE INDEX ON whole (trial);
ANALYZE whole;
SELECT set_eq($$ SELECT n FROM whole WHERE n > 100 AND n % 128 IN (0, 1, 127) AND trial % 5 = 0 GROUP BY 1 $$,
    $$ SELECT 128 * k + e FROM generate_series(1, 4) k, generate_series(-1, 1) e $$, 'there are journeys that end at the edge of a block');
SELECT cmp_ok(count(*), '>=', 20::bigint, 'and some of more than a thousand touches') FROM whole WHERE n > 1000;

-- ---- the touches ----

SELECT is_empty(
    $$ (SELECT trial, t.* FROM whole, touches(j) t)
       EXCEPT ALL
       (SELECT trial, ord, at, touchpoint, channel, stage, owner, feedback, value FROM draw) $$,
    'touches(j) are the rows that went in, each at its position');
SELECT is((SELECT sum(n) FROM whole), (SELECT count(*) FROM whole, touches(j)), 'all of them');
SELECT is_empty(
    $$ SELECT trial FROM whole JOIN (SELECT trial, count(*)::int AS touch_count, min(at) AS started_at, max(at) AS ended_at, max(at) - min(at) AS duration
                                     FROM draw GROUP BY 1) d USING (trial)
       WHERE (touch_count(j), started_at(j), ended_at(j)) IS DISTINCT FROM (d.touch_count, d.started_at, d.ended_at) $$,
    'touch_count, started_at, ended_at');
SELECT is_empty($$ SELECT trial FROM whole WHERE duration(j)::text IS DISTINCT FROM (ended_at(j) - started_at(j))::text $$,
    'duration is what subtraction of the times gives, days of 24 hours included');
SELECT is_empty(
    $$ SELECT trial FROM whole,
           LATERAL (SELECT array_agg(DISTINCT touchpoint COLLATE "C") AS t, array_agg(DISTINCT channel COLLATE "C") FILTER (WHERE channel IS NOT NULL) AS c,
                        array_agg(DISTINCT stage COLLATE "C") FILTER (WHERE stage IS NOT NULL) AS s,
                        array_agg(DISTINCT owner COLLATE "C") FILTER (WHERE owner IS NOT NULL) AS o FROM touches(j)) t
       WHERE (touchpoints(j), channels(j), stages(j), owners(j)) IS DISTINCT FROM
             (coalesce(t, '{}'), coalesce(c, '{}'), coalesce(s, '{}'), coalesce(o, '{}')) $$,
    'touchpoints, channels, stages, owners: each once, ascending by bytes');
SELECT results_eq(
    $$ SELECT touch_count(j), started_at(j), ended_at(j), duration(j), touchpoints(j), channels(j), stages(j), owners(j),
           (SELECT count(*) FROM touches(j)), (SELECT count(*) FROM sessions(j, '0')), slice(j, now(), now())::text
       FROM (VALUES ('[]'::journey)) v(j) $$,
    $$ VALUES (0, NULL::timestamptz, NULL::timestamptz, NULL::interval, '{}'::text[], '{}'::text[], '{}'::text[], '{}'::text[],
        0::bigint, 0::bigint, '[]') $$,
    'an empty journey has no touches, no times and no names');

-- ---- slices ----

-- of each journey: bounds at its touches, a microsecond beside them, between them, outside, infinite, and none
CREATE TEMP TABLE bound AS
    SELECT trial, i, at FROM (
        SELECT trial, row_number() OVER (PARTITION BY trial ORDER BY random()) AS i, at FROM (
            SELECT trial, at + (floor(random() * 3) - 1) * interval '1 microsecond' AS at FROM draw WHERE random() < 0.9
            UNION ALL SELECT trial, at FROM draw WHERE ord % 128 IN (127, 0, 1) OR random() < 0.2
            UNION ALL SELECT trial, x FROM whole, unnest(ARRAY[NULL, 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31 23:59:59.999999',
                                                               started_at(j), ended_at(j)]::timestamptz[]) x) b) b
    WHERE i <= CASE WHEN trial <= 3000 THEN 8 ELSE 40 END;
CREATE TEMP TABLE cut AS
    SELECT trial, j, a.at AS since, b.at AS until FROM whole JOIN bound a USING (trial) JOIN bound b USING (trial)
    WHERE trial <= 3000 AND (a.i * 5 + b.i) % 4 = 0 OR trial > 3000 AND (a.i + b.i) % 40 = 0;
SELECT cmp_ok(count(*), '>=', 40000::bigint, 'there are tens of thousands of slices') FROM cut;
SELECT is_empty(
    $$ SELECT trial, since, until FROM cut c,
           LATERAL (SELECT coalesce(rollup(one ORDER BY ord), '[]') AS k FROM draw d
                    WHERE d.trial = c.trial AND (since IS NULL OR at >= since) AND (until IS NULL OR at < until)) d
       WHERE slice(j, since, until) <> k OR journey_send(slice(j, since, until)) <> journey_send(k) $$,
    'slice(j, since, until) is the journey of the touches with since <= at < until, to the last bit');
SELECT is_empty(
    $$ SELECT trial, since FROM cut WHERE slice(j, NULL, since) || slice(j, since, NULL) <> j AND since IS NOT NULL $$,
    'the two sides of a bound make up the whole');
SELECT is_empty(
    $$ SELECT trial, since, until FROM cut WHERE slice(slice(j, since, NULL), NULL, until) <> slice(j, since, until)
         OR slice(slice(j, since, until), since, until) <> slice(j, since, until) $$,
    'a slice of a slice');
SELECT is_empty($$ SELECT trial FROM whole WHERE slice(j, NULL, NULL) <> j OR slice(j, '-infinity', 'infinity') <> j
    OR slice(j, 'infinity', '-infinity') <> '[]' OR slice(j, 'infinity', NULL) <> '[]' OR slice(j, NULL, '-infinity') <> '[]'
    OR slice(j, started_at(j), started_at(j)) <> CASE WHEN n = 0 THEN j ELSE '[]' END $$,
    'bounds at infinity, bounds that are NULL, bounds that leave nothing');
SELECT is(slice(NULL, '2026-01-01', '2026-02-01'), NULL, 'of no journey there is no slice');
SELECT is((SELECT slice(j, '2026-01-02 00:00+00', '2026-01-03 00:00+00')::text
           FROM (VALUES ('[2026-01-01T23:59:59.999999Z a, 2026-01-02T00:00:00Z b, 2026-01-02T23:59:59.999999Z c, 2026-01-03T00:00:00Z d]'::journey)) v(j)),
    '[2026-01-02T00:00:00Z b, 2026-01-02T23:59:59.999999Z c]', 'from since on, and before until');

-- ---- sessions ----

CREATE FUNCTION pg_temp.sessions_reference(j journey, gap interval)
    RETURNS TABLE (session bigint, started_at timestamptz, ended_at timestamptz, touches bigint) LANGUAGE sql AS $$
    SELECT s, min(at), max(at), count(*)
    FROM (SELECT at, 1 + count(*) FILTER (WHERE opens) OVER (ORDER BY position) AS s
          FROM (SELECT position, at, extract(epoch FROM at - lag(at) OVER (ORDER BY position)) > extract(epoch FROM gap) AS opens FROM touches(j)) o) s
    GROUP BY s ORDER BY s $$;
-- gaps that occur, a microsecond less, a microsecond more, and some that do not depend on the journey
CREATE TEMP TABLE limited AS
    SELECT trial, j, gap FROM whole,
        LATERAL (SELECT at - lag(at) OVER (ORDER BY position) AS step FROM touches(j) LIMIT 40) s,
        LATERAL unnest(ARRAY[step - interval '1 microsecond', step, step + interval '1 microsecond']) gap
    WHERE gap >= interval '0' AND (trial * 31 + extract(epoch FROM gap)::bigint) % 8 = 0
    UNION ALL
    SELECT trial, j, gap::interval FROM whole, unnest(ARRAY['0', '1 microsecond', '30 min', '1 day', '24:00', '100000000 days']) gap WHERE trial % 7 < 3 OR n > 100;
SELECT cmp_ok(count(*), '>=', 10000::bigint, 'there are thousands of journeys and gaps') FROM limited;
SELECT is_empty(
    $$ SELECT trial, gap FROM limited,
           LATERAL (SELECT array_agg(ROW(session::bigint, started_at, ended_at, touches::bigint)::text ORDER BY session) AS got FROM sessions(j, gap)) a,
           LATERAL (SELECT array_agg(ROW(r.*)::text ORDER BY session) AS want FROM pg_temp.sessions_reference(j, gap) r) b
       WHERE got IS DISTINCT FROM want $$,
    'sessions(j, gap) is what window functions over the touches give');
SELECT results_eq(
    $$ SELECT session, touches FROM sessions('[2026-01-01T00:00:00Z a, 2026-01-01T00:30:00Z b, 2026-01-01T01:00:00.000001Z c]', '30 min') $$,
    $$ VALUES (1, 2), (2, 1) $$, 'a gap of exactly the limit does not open a session, a microsecond more does');
SELECT results_eq(
    $$ SELECT session, touches FROM sessions('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:00Z b, 2026-01-01T00:00:00.000001Z c]', '0') $$,
    $$ VALUES (1, 2), (2, 1) $$, 'with the limit 0, touches of one time are one session');
SELECT is((SELECT count(*) FROM sessions('[2026-03-28T12:00:00Z a, 2026-03-29T12:00:00Z b]', g::interval)), 1::bigint, g || ' is 24 hours, whatever the clocks do')
FROM unnest(ARRAY['1 day', '24:00', '2 days -24:00']) g;
SELECT throws_ok(format('SELECT * FROM sessions(%L, %L)', '[2026-03-28T12:00:00Z a]', g), '22023', NULL, 'gap ' || g || ' is refused')
FROM unnest(ARRAY['1 month', '-1 microsecond', '1 year -12 months -1 day', '1 day -25:00']) g;
SELECT is((SELECT count(*) FROM sessions('[-4713-11-24T00:00:00Z a, 294276-12-31T23:59:59.999999Z b]', g::interval)), 2::bigint,
    'two sessions at the ends of time, gap ' || g) FROM unnest(ARRAY['0', '106751991 days']) g;

-- ---- nothing depends on settings ----

CREATE FUNCTION pg_temp.told() RETURNS text LANGUAGE sql AS $$
    SELECT md5(string_agg(concat_ws('|', j::text, j::jsonb::text, journey_send(j), touch_count(j), extract(epoch FROM duration(j)), touchpoints(j), channels(j),
        slice(j, to_timestamp(1774742400), NULL)::text, (SELECT count(*) FROM sessions(j, interval '1 day')), (j::text)::journey = j,
        (j::jsonb)::journey = j), ';' ORDER BY trial)) FROM whole WHERE n < 200 $$;
CREATE TEMP TABLE told AS SELECT pg_temp.told() AS t;
SET LOCAL timezone = 'America/St_Johns';
SELECT is(pg_temp.told(), t, 'not on TimeZone') FROM told;
SET LOCAL datestyle = 'German, DMY';
SET LOCAL intervalstyle = 'sql_standard';
SELECT is(pg_temp.told(), t, 'not on DateStyle or IntervalStyle') FROM told;
SET LOCAL extra_float_digits = -15;
SELECT is(pg_temp.told(), t, 'not on extra_float_digits') FROM told;
SET LOCAL bytea_output = 'hex';
-- strings can be quoted in one way only from 19 on
SELECT CASE WHEN current_setting('server_version_num')::int < 190000 THEN set_config('standard_conforming_strings', 'off', true) END;
SELECT is(pg_temp.told(), t, 'nor on how strings are quoted') FROM told;

SELECT * FROM finish();
ROLLBACK;
