-- Laws of period(at, unit, tz): it is date_trunc(unit, at AT TIME ZONE tz)::date, for every moment, unit and zone.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Asia/Tokyo';      -- must not matter: zones are arguments
SET LOCAL datestyle = 'ISO';
SELECT plan(28);

DO $$ BEGIN PERFORM setseed(0.365); END $$;

CREATE TEMP TABLE unit AS SELECT unnest('{day,week,month,quarter,year}'::text[]) AS unit;
-- half-hour daylight time (Lord Howe), a day that never was (Apia, 30 December 2011), winter time as the exception (Dublin),
-- clocks that change at midnight (Sao Paulo), quarters of an hour (Kathmandu), a year without rules (Tehran), far ends
CREATE TEMP TABLE zone AS SELECT unnest(ARRAY[
    'UTC', 'Asia/Ho_Chi_Minh', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Europe/Dublin', 'America/Sao_Paulo',
        'Asia/Kathmandu',
    'Asia/Tehran', 'Africa/Casablanca', 'America/St_Johns', 'Pacific/Kiritimati', 'Etc/GMT+12', 'Pacific/Auckland']) AS tz;
-- zones of which no part of the name is also an abbreviation with a fixed offset
CREATE TEMP TABLE every_zone AS
    SELECT name AS tz FROM pg_timezone_names WHERE upper(name) NOT IN (SELECT abbrev FROM pg_timezone_abbrevs) AND name <> 'posixrules';

CREATE FUNCTION pg_temp.wrong(at timestamptz, unit text, tz text) RETURNS boolean LANGUAGE sql AS $$
    SELECT period(at, unit, tz) IS DISTINCT FROM date_trunc(unit, at AT TIME ZONE tz)::date $$;

-- ---- random moments ----

CREATE TEMP TABLE moment AS
    SELECT timestamptz '1890-01-01 00:00Z' + random() * interval '170 years' AS at, 'these two centuries' AS when
        FROM generate_series(1, 2000)
    UNION ALL SELECT timestamptz '4712-01-02 00:00Z BC' + random() * interval '6000 years', 'before Christ and after'
        FROM generate_series(1, 500)
    UNION ALL SELECT timestamptz '2100-01-01 00:00Z' + random() * interval '290000 years', 'the far future' FROM generate_series(1, 500)
    UNION ALL SELECT timestamptz '1999-12-25 00:00Z' + i * interval '6 hours', 'around the day 0' FROM generate_series(0, 80) i;
SELECT is_empty(
    format($q$ SELECT at, unit, tz FROM moment, unit, zone WHERE "when" = %L AND pg_temp.wrong(at, unit, tz) $q$, w),
    format('random moments: %s', w))
FROM unnest(ARRAY['these two centuries', 'before Christ and after', 'the far future', 'around the day 0']) w;
-- what the function remembers from row to row never shows: rows are stored, and read, in the order in which they are to be asked
CREATE TEMP TABLE walk AS
    SELECT way, tz, at FROM zone, (SELECT timestamptz '1995-01-01 00:00Z' + random() * interval '12 years' AS at FROM generate_series(1, 1500)) m,
         unnest('{forward,backward,to and fro}'::text[]) way
    ORDER BY way, tz, CASE way WHEN 'forward' THEN extract(epoch FROM at) WHEN 'backward' THEN -extract(epoch FROM at) ELSE random() END;
SELECT is_empty(format($q$ SELECT at, tz FROM walk WHERE way = %L AND pg_temp.wrong(at, 'day', tz) $q$, way),
    format('twelve years, zone by zone, %s', way))
FROM unnest('{forward,backward,to and fro}'::text[]) way;
CREATE TEMP TABLE mixture AS SELECT at, tz FROM moment, zone ORDER BY random();
SELECT is_empty($$ SELECT at, tz FROM mixture WHERE pg_temp.wrong(at, 'day', tz) $$, 'zones and moments that change from row to row');
SELECT is_empty(
    $$ SELECT at, unit, tz FROM every_zone, unit, (SELECT timestamptz '1901-06-01 00:00Z' + i * interval '1234 days 5 hours' AS at
        FROM generate_series(0, 45) i) m
       WHERE period(at, unit, tz) IS DISTINCT FROM date_trunc(unit, at AT TIME ZONE tz)::date $$,
    'every time zone that the server knows');
SELECT cmp_ok(count(*), '>', 300::bigint, 'of which there are hundreds') FROM every_zone;

-- ---- where clocks change ----

-- days on which the offset of a zone changes, and every quarter of an hour of them, with a microsecond to both sides
CREATE TEMP TABLE change AS
    SELECT tz, day FROM (
        SELECT tz, day, ((day + interval '24 hours') AT TIME ZONE tz) - (day AT TIME ZONE tz) <> interval '24 hours' AS changes
        FROM zone, generate_series('1960-01-01 00:00Z', '2038-01-01 00:00Z', interval '24 hours') day) x WHERE changes;
SELECT cmp_ok(count(*), '>', 800::bigint, 'there are hundreds of changes of clocks to look at') FROM change;
SELECT is_empty(
    $$ SELECT c.tz, at, unit FROM change c, generate_series(0, 100) quarter, unnest(ARRAY[-1, 0, 1]) micro, unit,
           LATERAL (SELECT day + quarter * interval '15 minutes' + micro * interval '1 microsecond' AS at) m
       WHERE unit IN ('day', 'month') AND period(at, unit, c.tz) IS DISTINCT FROM date_trunc(unit, at AT TIME ZONE c.tz)::date $$,
    'moments around every change of a clock, to the microsecond');
-- midnight of every day in the zone itself, a microsecond to both sides
SELECT is_empty(
    $$ SELECT tz, at, unit FROM zone, unit, generate_series(timestamp '2009-12-01', '2013-03-01', '1 day') midnight,
        unnest(ARRAY[-1, 0, 1]) micro,
           LATERAL (SELECT midnight AT TIME ZONE tz + micro * interval '1 microsecond' AS at) m
       WHERE period(at, unit, tz) IS DISTINCT FROM date_trunc(unit, at AT TIME ZONE tz)::date $$,
    'moments around every midnight of three years, in the time of the zone');
SELECT is_empty(
    $$ SELECT at, tz FROM unnest(ARRAY['AAA-1BBB-2,J1/1,J100', 'AAA5BBB,M3.2.0,M11.1.0', '<+0330>-3:30']) tz,
           generate_series('1969-12-30 00:00Z', '1970-01-03 00:00Z', interval '10 minutes') at WHERE pg_temp.wrong(at, 'day', tz) $$,
    'zones given as rules, around the start of Unix time (at which the clock of one changes)');
SELECT results_eq(
    $$ SELECT period('2011-12-30 09:59:59Z', 'day', 'Pacific/Apia'), period('2011-12-30 10:00:00Z', 'day', 'Pacific/Apia') $$,
    $$ VALUES (date '2011-12-29', date '2011-12-31') $$,
    'Apia went from 29 to 31 December 2011');

-- ---- the ends of time, NULL, spelling ----

SELECT is_empty(
    $$ SELECT unit, tz FROM unit, zone WHERE period('infinity', unit, tz) <> 'infinity' OR period('-infinity', unit, tz) <> '-infinity' $$,
    'infinity stays infinite');
SELECT is_empty(
    $$ SELECT unit, at FROM unit, unnest(ARRAY['294276-12-31 23:59:59.999999Z', '4712-01-01 00:00Z BC', '0001-01-01 00:00Z',
        '0001-12-31 23:59:59Z BC']::timestamptz[]) at
       WHERE pg_temp.wrong(at, unit, 'UTC') $$,
    'the last moment, the first full year, and the turn of the eras');
SELECT results_eq(
    $$ SELECT period(NULL, 'day'), period('2026-01-01 00:00Z', NULL), period('2026-01-01 00:00Z', 'day', NULL) $$,
    $$ VALUES (NULL::date, NULL::date, NULL::date) $$, 'what is unknown gives NULL');
SELECT is_empty(
    $$ SELECT unit, at FROM unit, moment WHERE period(at, unit) IS DISTINCT FROM date_trunc(unit, at AT TIME ZONE 'UTC')::date $$,
    'the default zone is UTC, whatever the setting timezone');
SELECT is_empty($$ SELECT unit, at FROM unit, moment WHERE period(at, upper(unit)) <> period(at, unit)
    OR period(at, unit, 'asia/tokyo') <> period(at, unit, 'Asia/Tokyo') $$,
    'units and zones may be written in capitals or not, as for date_trunc()');
SELECT is(period('2026-03-01 00:00Z', 'week'), date '2026-02-23', 'weeks begin on Monday (ISO 8601): a Sunday belongs to the week before');
SELECT is_empty(
    $$ SELECT at FROM moment WHERE extract(isodow FROM period(at, 'week')) <> 1
        OR NOT (at AT TIME ZONE 'UTC')::date - period(at, 'week') BETWEEN 0 AND 6 $$,
    'a week is at most six days old on each of its days');

-- ---- local times and days: no zone is involved, and the session's must not be ----

SELECT is_empty($$ SELECT unit, at FROM unit, (SELECT at AT TIME ZONE 'UTC' AS at FROM moment) m
    WHERE period(at, unit) IS DISTINCT FROM date_trunc(unit, at)::date $$,
    'period(timestamp, unit) is date_trunc(unit, at)::date');
SELECT is_empty(
    $$ SELECT unit, day FROM unit, (SELECT (at AT TIME ZONE 'UTC')::date AS day FROM moment) m
        WHERE period(day, unit) IS DISTINCT FROM date_trunc(unit, day::timestamp)::date $$,
    'period(date, unit) is date_trunc(unit, day::timestamp)::date');
SELECT results_eq(
    $$ SELECT period(date '2026-02-01', 'month'), period(timestamp '2026-02-01 00:00', 'month'),
        period(timestamptz '2026-02-01 00:00+09', 'month') $$,
    $$ VALUES (date '2026-02-01', date '2026-02-01', date '2026-01-01') $$,
    'the first of a month stays in it east of Greenwich, where a moment of UTC would not');
SELECT is_empty(
    $$ SELECT unit FROM unit WHERE (period(date 'infinity', unit),
        period(timestamp '-infinity', unit)) IS DISTINCT FROM (date 'infinity', date '-infinity') $$,
    'infinite days and local times stay infinite');

-- ---- as an immutable function it can be stored and indexed ----

CREATE TEMP TABLE visit (at timestamptz, month date GENERATED ALWAYS AS (period(at, 'month', 'Europe/Dublin')) STORED);
INSERT INTO visit SELECT at FROM moment WHERE "when" = 'these two centuries';
CREATE INDEX visit_week ON visit (period(at, 'week'));
ANALYZE visit;
SELECT is_empty($$ SELECT at, month FROM visit WHERE month <> date_trunc('month', at AT TIME ZONE 'Europe/Dublin')::date $$,
    'a generated column of months');
SET LOCAL enable_seqscan = off;
SELECT is_empty(
    $$ SELECT w FROM (SELECT date_trunc('week', at AT TIME ZONE 'UTC')::date AS w, count(*) AS n FROM visit GROUP BY 1 LIMIT 100) x
       WHERE n <> (SELECT count(*) FROM visit v WHERE period(v.at, 'week') = w) $$,
    'an index by week');

SELECT * FROM finish();
ROLLBACK;
