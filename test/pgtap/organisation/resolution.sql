-- First-contact resolution: published counts, cases of random journeys against window functions over touches(j), the laws of merging, damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(33);

DO $$ BEGIN PERFORM setseed(0.7000); END $$;

-- ---- published: SQM Group, 280 of 400 calls are solved at the first; 50 could not be: 280 of 350 ----

SELECT results_eq($$ SELECT measure, cases, resolved, undecided, rate FROM first_contact_resolution((SELECT resolution_agg(i <= 280, i <= 350) FROM generate_series(1, 400) i)) $$,
    $$ VALUES ('gross', 400::bigint, 280::bigint, 0::bigint, 0.7::float8), ('net', 350, 280, 0, 0.8) $$, '280 of 400 are 70 %, of 350 they are 80 %');
SELECT results_eq($$ SELECT measure, cases, resolved, rate FROM first_contact_resolution((SELECT resolution_agg(i <= 280) FROM generate_series(1, 400) i)) $$,
    $$ VALUES ('gross', 400::bigint, 280::bigint, 0.7::float8), ('net', 400, 280, 0.7) $$, 'as long as nobody says that some could not be solved, net is gross');
SELECT results_eq($$ SELECT round(low::numeric, 5), round(high::numeric, 5) FROM first_contact_resolution((SELECT resolution_agg(i <= 280, i <= 350) FROM generate_series(1, 400) i)) $$,
    $$ VALUES (0.65336, 0.74283), (0.75494, 0.83855) $$, 'with Wilson''s intervals');
SELECT is_empty($$ SELECT * FROM (SELECT resolution_agg(i <= 280, i <= 350) AS s FROM generate_series(1, 400) i) x, first_contact_resolution(s) a JOIN first_contact_resolution(s, 0.95) b USING (measure)
    WHERE a <> b $$, 'a confidence of 0.95, if nothing else is said');

-- every combination of yes, no and unknown, as often as a power of two
CREATE TEMP TABLE combination AS
    SELECT r, s, (2 ^ (row_number() OVER () - 1))::int AS n FROM unnest(ARRAY[true, false, NULL]) r, unnest(ARRAY[true, false, NULL]) s;
SELECT results_eq($$ SELECT measure, cases, resolved, undecided FROM first_contact_resolution((SELECT resolution_agg(r, s) FROM combination, generate_series(1, n))) $$,
    $$ SELECT 'gross', sum(n) FILTER (WHERE r IS NOT NULL), sum(n) FILTER (WHERE r), sum(n) FILTER (WHERE r IS NULL) FROM combination
       UNION ALL SELECT 'net', sum(n) FILTER (WHERE r IS NOT NULL AND s), sum(n) FILTER (WHERE r AND s), sum(n) FILTER (WHERE s IS NULL OR r IS NULL AND s) FROM combination $$,
    'net leaves out what cannot be solved, and counts what may or may not be as undecided');

-- ---- journeys ----

CREATE TABLE journeys AS
    SELECT id, random() AS luck, id % 20 AS g, journey_agg(at, touchpoint, channel ORDER BY i) AS j
    FROM (SELECT id, i, '2026-01-01Z'::timestamptz + sum(CASE id % 4
                     WHEN 0 THEN floor(random() * 3) * 86400 * 7
                     WHEN 1 THEN 86400 + (floor(random() * 3) - 1) * 0.000001
                     WHEN 2 THEN floor(random() ^ 4 * 20) * 86400
                     ELSE floor(random() * 1.5) * 3600 END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
                 (ARRAY['call', 'chat', 'order'])[1 + floor(random() ^ 2 * 3)::int] AS touchpoint, (ARRAY['web', 'phone', NULL])[1 + floor(random() * 3)::int] AS channel
          FROM generate_series(1, 1200) id, generate_series(1, 1 + id * 7919 % 12 + CASE WHEN id % 100 = 0 THEN id / 6 ELSE 0 END) i) x
    GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, 0, NULL), (-2, 0.5, 0, '[]');
CREATE TABLE ask AS
    SELECT row_number() OVER () AS k, * FROM unnest(ARRAY['call', '[call|chat]', '@phone']) what, unnest('{0,1 h,1 day,7 days,36500 days}'::interval[]) win,
        unnest('{2026-01-01 00:00Z,2026-01-02 00:00Z,2026-01-08 00:00Z,2026-01-08 00:00:00.000001Z,2026-03-01Z,infinity,-infinity}'::timestamptz[]) as_of;
CREATE TABLE contact AS
    SELECT id, what, position, at FROM journeys, touches(j), unnest(ARRAY['call', '[call|chat]', '@phone']) what
    WHERE CASE what WHEN 'call' THEN touchpoint = 'call' WHEN '@phone' THEN channel = 'phone' ELSE touchpoint IN ('call', 'chat') END;
CREATE TABLE found AS SELECT ask.*, resolution_agg(j, what, win, as_of) AS s FROM ask, journeys GROUP BY k, what, win, as_of;
CREATE TABLE expected AS
    WITH opened AS (
        SELECT k, win, as_of, id, position, at, coalesce(at - lag(at) OVER (PARTITION BY k, id ORDER BY position) > win, true) AS opens
        FROM ask JOIN contact USING (what) WHERE at <= as_of),
    cases AS (
        SELECT k, win, as_of, id, c, count(*) AS n, min(at) AS at FROM (SELECT *, count(*) FILTER (WHERE opens) OVER (PARTITION BY k, id ORDER BY position) AS c FROM opened) x GROUP BY 1, 2, 3, 4, 5)
    SELECT k, count(*) FILTER (WHERE n > 1 OR over) AS cases, count(*) FILTER (WHERE n = 1 AND over) AS resolved, count(*) FILTER (WHERE n = 1 AND NOT over) AS undecided
    FROM cases, LATERAL (SELECT as_of = 'infinity' OR at + win < as_of AS over) o GROUP BY k;
SELECT cmp_ok((SELECT count(*) FROM expected WHERE resolved > 0 AND undecided > 0 AND resolved < cases), '>', 20::bigint, 'there is something to count');
SELECT is_empty($$ SELECT k, r.*, e.* FROM found LEFT JOIN expected e USING (k), first_contact_resolution(s) r
    WHERE (r.cases, r.resolved, r.undecided) IS DISTINCT FROM (coalesce(e.cases, 0), coalesce(e.resolved, 0), coalesce(e.undecided, 0)) $$, 'cases are those of window functions, gross and net');
SELECT is_empty($$ SELECT k FROM found, first_contact_resolution(s, 0.9) r, LATERAL (SELECT 1.6448536269514722 AS z, rate AS p, cases AS n) q
    WHERE n > 0 AND (rate <> resolved / n::float8 OR abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12
       OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) > 1e-12) $$, 'rates are theirs, intervals Wilson''s');

CREATE FUNCTION pg_temp.case_of(j journey, within interval, as_of timestamptz) RETURNS text LANGUAGE sql
    AS $$ SELECT format('%s/%s/%s', cases, resolved, undecided) FROM first_contact_resolution((SELECT resolution_agg(j, 'call', within, as_of))) WHERE measure = 'gross' $$;
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call]', '7 days', '2026-01-08 09:00Z'), '0/0/1', 'a contact at the very end of the window would still belong: undecided');
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call]', '7 days', '2026-01-08 09:00:00.000001Z'), '1/1/0', 'a microsecond later it is decided');
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call, 2026-01-08T09:00Z call]', '7 days', '2026-01-08 09:00Z'), '1/0/0', 'a repeat decides at once');
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call, 2026-01-08T09:00:00.000001Z call]', '7 days', '2026-01-09 09:00Z'), '1/1/1', 'one later is another case');
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call, 2026-01-02T09:00Z call]', '7 days', '2026-01-01 10:00Z'), '0/0/1', 'what comes after as_of is not looked at');
SELECT is(pg_temp.case_of('[2026-01-01T09:00Z call, 2026-01-07T09:00Z call, 2026-01-13T09:00Z call]', '7 days', '2026-02-01Z'), '1/0/0', 'a chain of repeats is one case');

-- ---- laws ----

CREATE TABLE part AS SELECT k, floor(luck * 4) AS part, id % 2 AS odd, resolution_agg(j, what, win, as_of) AS s, random() AS luck FROM (SELECT * FROM ask WHERE k % 10 = 2) a, journeys GROUP BY 1, 2, 3;
SELECT is_empty($$ SELECT k FROM (SELECT k, rollup(s ORDER BY luck) AS a, rollup(s ORDER BY -luck) AS b FROM part GROUP BY k) x JOIN found f USING (k)
    WHERE resolution_stats_send(a) <> resolution_stats_send(f.s) OR resolution_stats_send(b) <> resolution_stats_send(f.s) $$, 'any split, merged in any order, is the same to the last bit');
SELECT is_empty($$ SELECT k FROM (SELECT k, rollup(s) AS a FROM (SELECT k, part, rollup(s) AS s FROM part GROUP BY k, part) p GROUP BY k) x JOIN found f USING (k)
    WHERE resolution_stats_send(a) <> resolution_stats_send(f.s) $$, 'and so are parts of parts');
SELECT is_empty($$ SELECT k FROM part WHERE resolution_stats_send(resolution_stats_merge(s, NULL)) <> resolution_stats_send(s) OR resolution_stats_send(resolution_stats_merge(NULL, s)) <> resolution_stats_send(s) $$,
    'NULL is the identity');
SELECT is((SELECT rollup(s)::text FROM (SELECT resolution_agg(r, s) AS s FROM combination, generate_series(1, n) GROUP BY r, s, n) x),
    (SELECT resolution_agg(r, s)::text FROM combination, generate_series(1, n)), 'rows, too');
SELECT is_empty($$ SELECT k FROM found WHERE resolution_stats_send(s::text::resolution_stats) <> resolution_stats_send(s) $$, 'in(out(x)) = x');
SELECT is((SELECT rollup(s)::text FROM (SELECT resolution_agg(j, 'call', '1 day', '2026-01-02Z') AS s FROM journeys WHERE id % 2 = 0 UNION ALL SELECT resolution_agg(j, 'call', '1 day', '2026-01-08Z') FROM journeys WHERE id % 2 <> 0) x),
    (SELECT resolution_agg(j, 'call', '1 day', CASE WHEN id % 2 = 0 THEN '2026-01-02Z' ELSE '2026-01-08Z' END::timestamptz)::text FROM journeys), 'as_of may differ from row to row');
CREATE TABLE serial AS SELECT g, resolution_agg(j, 'call', '1 day', '2026-02-01Z') AS s, resolution_agg(luck < 0.5, luck > 0.1) AS r FROM journeys GROUP BY g;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT bag_eq($$ SELECT g, resolution_agg(j, 'call', '1 day', '2026-02-01Z')::text AS s, resolution_agg(luck < 0.5, luck > 0.1)::text AS r FROM journeys GROUP BY g $$, $$ SELECT g, s::text, r::text FROM serial $$, 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT resolution_agg(j, 'call', '1 h', 'infinity')::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is((SELECT resolution_agg(true)::text WHERE false), NULL, 'no rows: NULL');
SELECT results_eq('SELECT r.* FROM first_contact_resolution((SELECT resolution_agg(NULL::boolean))) r',
    $$ VALUES ('gross', 0::bigint, 0::bigint, 1::bigint, NULL::float8, NULL::float8, NULL::float8), ('net', 0, 0, 1, NULL, NULL, NULL) $$, 'nothing decided: no rate');
SELECT throws_ok($$ SELECT resolution_agg(j, 'call', '1 month', now()) FROM journeys $$, '22023', NULL, 'a window of months');
SELECT throws_ok($$ SELECT resolution_agg(j, NULL, '1 h', now()) FROM journeys $$, '22023', 'what is NULL', 'no expression');
SELECT throws_ok($$ SELECT resolution_agg(j, 'call', '1 h', NULL) FROM journeys $$, '22023', 'as_of is NULL', 'no as_of');
SELECT throws_ok($$ SELECT resolution_agg(j, '[call', '1 h', now()) FROM journeys $$, '22P02', NULL, 'a malformed expression');
SELECT throws_ok($$ SELECT rollup(s) FROM found WHERE k < 40 $$, '22023', 'cases that were asked for differently cannot be merged', 'different windows');
SELECT throws_ok($$ SELECT rollup(s) FROM (SELECT s FROM found WHERE k = 1 UNION ALL SELECT resolution_agg(true)) x $$, '22023', NULL, 'rows and journeys');
SELECT throws_ok($$ SELECT resolution_stats_merge(s, s) FROM (SELECT 'resolution_stats:0100ffffffffffffffff1f0000000000000000'::resolution_stats AS s) x $$, '22003', NULL, 'more cases than can be counted');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s resolution_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    FOR r IN SELECT * FROM first_contact_resolution(s) LOOP
        IF NOT (r.cases >= 0 AND r.undecided >= 0 AND r.resolved BETWEEN 0 AND r.cases AND (r.cases = 0 OR r.low BETWEEN 0 AND r.rate AND r.high BETWEEN r.rate AND 1)) THEN RETURN 'nonsense'; END IF;
    END LOOP;
    PERFORM resolution_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT resolution_stats_send(s) AS b FROM found WHERE k IN (13, 61) UNION ALL SELECT resolution_stats_send(resolution_agg(r, s)) FROM combination, generate_series(1, n);
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('resolution_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('resolution_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
