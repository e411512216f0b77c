-- Contacts that were hit, against SQL over touches(j): thousands of random journeys with ties, repeats, touches without a channel, and windows
-- that are met to the microsecond. Then intervals by their formula, the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(44);

DO $$ BEGIN PERFORM setseed(0.5730); END $$;

CREATE TABLE journeys AS
    SELECT id, random() AS luck, id % 30 AS g, journey_agg(at, touchpoint, channel, NULL, owner ORDER BY i) AS j
    FROM (SELECT id, i, '2026-01-01Z'::timestamptz + sum(CASE id % 5
                     WHEN 0 THEN floor(random() * 3) * 30
                     WHEN 1 THEN 1800 + (floor(random() * 3) - 1) * 0.000001
                     WHEN 2 THEN floor(random() ^ 8 * 10) * 86400
                     WHEN 3 THEN floor(random() * 1.5) * 3600
                     ELSE floor(random() * 1.2) * 100 END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
                 (ARRAY['call', 'chat', 'browse', '7', 'é x'])[1 + floor(random() ^ 2 * 5)::int] AS touchpoint,
                 (ARRAY['web', 'phone', NULL])[1 + floor(random() * 3)::int] AS channel,
                 (ARRAY['sales', NULL])[1 + floor(random() * 2)::int] AS owner
          FROM generate_series(1, 1500) id, generate_series(1, 1 + id * 7919 % 14 + CASE WHEN id % 100 = 0 THEN id / 12 ELSE 0 END) i) x
    GROUP BY id;
INSERT INTO journeys VALUES (-1, 0, 0, NULL), (-2, 0.5, 0, '[]');
CREATE TABLE expression (e text);
INSERT INTO expression VALUES ('call'), ('@web'), ('call@phone'), ('[call|chat@web]'), ('.'), ('[^call]'), ('7'), ('"é x"@web#sales'), ('nowhere');
CREATE TABLE fitting AS
    SELECT id, e, position, at FROM journeys, touches(j) t, expression
    WHERE CASE e WHEN 'call' THEN touchpoint = 'call'
                 WHEN '@web' THEN channel = 'web'
                 WHEN 'call@phone' THEN touchpoint = 'call' AND channel = 'phone'
                 WHEN '[call|chat@web]' THEN touchpoint = 'call' OR touchpoint = 'chat' AND channel = 'web'
                 WHEN '.' THEN true
                 WHEN '[^call]' THEN touchpoint <> 'call'
                 WHEN '7' THEN touchpoint = '7'
                 WHEN '"é x"@web#sales' THEN touchpoint = 'é x' AND channel = 'web' AND owner = 'sales' END;
CREATE INDEX ON fitting (id, e, position);
CREATE TABLE ask AS
    SELECT row_number() OVER () - 1 AS k, a.e AS what, b.e AS by, win
    FROM expression a, expression b, unnest('{0,1 us,30 s,30 min,1 h,25 h,36500 days}'::interval[]) win;
-- a few questions for each journey, all of them in turn
CREATE TABLE task AS
    SELECT id, j, ask.* FROM journeys, generate_series(0, 9) n, ask WHERE id > 0 AND k = (id * 7 + n * 61) % (SELECT count(*) FROM ask);
ANALYZE journeys;
ANALYZE fitting;
ANALYZE task;

-- ---- the slow way ----

SELECT cmp_ok((SELECT count(DISTINCT k) FROM task), '=', (SELECT count(*) FROM ask), 'all questions are asked');
CREATE TABLE got AS
    SELECT id, k, what, by, win, preceded_by(j, what, by, win) AS preceded, overlapping(j, what, by, win) AS during, repeat_contacts(j, what, win) AS repeats FROM task;
SELECT is_empty($$ SELECT id, k FROM got g WHERE preceded <> (
        SELECT count(*) FROM fitting a WHERE a.id = g.id AND a.e = g.what AND EXISTS (
            SELECT FROM fitting b WHERE b.id = g.id AND b.e = g.by AND b.position < a.position AND a.at - b.at <= g.win)) $$,
    'preceded_by counts what EXISTS does');
SELECT is_empty($$ SELECT id, k FROM got g WHERE during <> (
        SELECT count(*) FROM fitting a WHERE a.id = g.id AND a.e = g.what AND EXISTS (
            SELECT FROM (SELECT at, count(*) FILTER (WHERE opens) OVER (ORDER BY position) AS session
                         FROM (SELECT at, position, at - lag(at) OVER (ORDER BY position) > g.win AS opens FROM fitting b WHERE b.id = g.id AND b.e = g.by) o) s
            GROUP BY session HAVING a.at BETWEEN min(at) AND max(at))) $$,
    'overlapping counts touches between the first and the last of a session');
SELECT is_empty($$ SELECT id, k FROM got g WHERE repeats <> (
        SELECT count(*) FROM (SELECT at - lag(at) OVER (ORDER BY position) AS since FROM fitting a WHERE a.id = g.id AND a.e = g.what) x WHERE since <= g.win) $$,
    'repeat_contacts counts gaps within the limit');
SELECT cmp_ok((SELECT count(*) FILTER (WHERE preceded > 0 AND during > 0 AND repeats > 0 AND preceded <> during) FROM got), '>', 1000::bigint, 'and there is something to count');

-- ---- by hand ----

CREATE TEMP TABLE hand AS SELECT '[2026-01-01T09:00Z browse@web, 2026-01-01T10:00Z call@phone, 2026-01-01T10:00Z browse@web, 2026-01-03T10:00Z call@phone]'::journey AS j;
SELECT is((SELECT preceded_by(j, 'call', '@web', '1 h') FROM hand), 1, 'the window is inclusive');
SELECT is((SELECT preceded_by(j, 'call', '@web', '59 min 59.999999 s') FROM hand), 0, 'and met to the microsecond; what comes later at the same time does not precede');
SELECT is((SELECT preceded_by(j, 'call', 'call', '2 days') FROM hand), 1, 'a touch does not precede itself, an earlier one of its kind does');
SELECT is((SELECT overlapping(j, 'call', '@web', '1 h') FROM hand), 1, 'in a session of two touches, at the time of the last one');
SELECT is((SELECT overlapping(j, 'call', '@web', '0') FROM hand), 1, 'a session of one touch is open for an instant, whatever the order at that time');
SELECT is((SELECT overlapping(j, '.', '@web', '0') FROM hand), 3, 'a touch that fits both is in its own session');
SELECT is((SELECT repeat_contacts(j, 'call', '2 days') FROM hand), 1, 'a repeat within the window');
SELECT is((SELECT repeat_contacts(j, 'call', '1 day 23:59:59.999999') FROM hand), 0, 'and not beyond it');
SELECT is(preceded_by(touch('4714-11-24 00:00:00Z BC', 'a') || touch('294276-12-31 23:59:59.999999Z', 'b'), 'b', 'a', '100000000 days'), 0, 'times that are further apart than any window');
SELECT is(preceded_by('[]', 'a', 'b', '1 h'), 0, 'no touches: 0');
SELECT is(overlapping(NULL, 'a', 'b', '1 h'), NULL, 'no journey: NULL');
SELECT is(repeat_contacts('[]', NULL, '1 h'), NULL, 'no expression: NULL');
-- lists of more names than fit the quick way
SELECT results_eq($$ SELECT preceded_by(j, '[call|' || a || ']', '[browse|' || b || ']', '1 h'), preceded_by(j, '[' || a || ']', '[browse|' || b || ']', '1 h')
        FROM hand, (SELECT string_agg(format('a%1$s@b%1$s/c%1$s#d%1$s', i), '|') AS a, string_agg(format('e%1$s@f%1$s/g%1$s#h%1$s', i), '|') AS b FROM generate_series(1, 9999) i) x $$,
    $$ VALUES (1, 0) $$, '80,000 names');

-- ---- rates ----

CREATE TABLE asked AS SELECT * FROM ask WHERE k % 8 = 3;
CREATE TABLE found AS
    SELECT asked.*, 0 AS kind, preceded_agg(j, what, by, win) AS s FROM journeys, asked GROUP BY asked.k, what, by, win
    UNION ALL SELECT asked.*, 1, overlapping_agg(j, what, by, win) FROM journeys, asked GROUP BY asked.k, what, by, win
    UNION ALL SELECT asked.*, 2, repeat_agg(j, what, win) FROM journeys, asked GROUP BY asked.k, what, by, win;
CREATE TABLE customer AS
    SELECT k, kind, id, g, luck, count_of(j, what)::numeric AS x, y::numeric
    FROM journeys, asked, LATERAL (VALUES (0, preceded_by(j, what, by, win)), (1, overlapping(j, what, by, win)), (2, repeat_contacts(j, what, win))) v(kind, y)
    WHERE count_of(j, what) > 0;
CREATE TABLE expected AS
    SELECT f.k, f.kind, count(x) AS m, count(x) FILTER (WHERE y > 0) AS h, coalesce(sum(x), 0) AS n, coalesce(sum(y), 0) AS hits, sum(x * x) AS xx, sum(x * y) AS xy, sum(y * y) AS yy
    FROM found f LEFT JOIN customer USING (k, kind) GROUP BY 1, 2;
CREATE FUNCTION pg_temp.wilson(p float8, n float8, z float8, side int) RETURNS float8 LANGUAGE sql IMMUTABLE
    AS $$ SELECT (p + z * z / (2 * n) + side * z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n) $$;
SELECT is_empty($$ SELECT * FROM found JOIN expected e USING (k, kind), contact_rate(s) r
    WHERE (r.n, r.hits, r.rate) IS DISTINCT FROM (CASE denominator WHEN 'contact' THEN (e.n::bigint, e.hits::bigint, (e.hits / nullif(e.n, 0))::float8)
                                                                   ELSE (e.m, e.h, e.h / nullif(e.m, 0)::float8) END) $$, 'contacts, customers and their hits');
SELECT results_eq($$ SELECT array_agg(denominator) FROM found, contact_rate(s) GROUP BY k, kind LIMIT 1 $$, $$ VALUES ('{contact,customer}'::text[]) $$, 'two rows');
-- the design effect in numeric, from the definition: squares of the residuals of customers
CREATE TABLE effect AS
    SELECT k, kind, e.n, e.hits, (e.hits / e.n)::float8 AS p,
           (CASE WHEN m > 1 AND e.hits > 0 AND e.hits < e.n THEN greatest(1, (m / (m - 1.0) * sum((y - e.hits / e.n * x) ^ 2) / e.n ^ 2) / ((e.hits / e.n) * (1 - e.hits / e.n) / (e.n - 1))) ELSE xx / e.n END)::float8 AS d
    FROM expected e JOIN customer USING (k, kind) WHERE e.n > 0 GROUP BY k, kind, e.n, e.hits, m, xx;
SELECT is_empty($$ SELECT k, kind, r.*, d FROM effect JOIN found USING (k, kind), contact_rate(s, 0.9) r
    WHERE denominator = 'contact' AND (abs(low - least(p, pg_temp.wilson(p, r.n / d, 1.6448536269514722, -1))) > 1e-10 OR abs(high - greatest(p, pg_temp.wilson(p, r.n / d, 1.6448536269514722, 1))) > 1e-10) $$,
    'the interval of contacts is Wilson''s, of their effective number');
SELECT is_empty($$ SELECT k FROM found, contact_rate(s) r WHERE denominator = 'customer' AND r.n > 0
      AND (abs(low - pg_temp.wilson(rate, r.n, 1.959963984540054, -1)) > 1e-12 OR abs(high - pg_temp.wilson(rate, r.n, 1.959963984540054, 1)) > 1e-12) $$,
    'that of customers is Wilson''s, and 0.95 if nothing else is said');
SELECT cmp_ok((SELECT count(*) FILTER (WHERE d > 1.05) FROM effect), '>', 30::bigint, 'there are design effects above 1');
SELECT results_eq($$ SELECT n, hits, abs(low - pg_temp.wilson(0.5, 40, 1.959963984540054, -1)) < 1e-12 FROM contact_rate((
        SELECT preceded_agg('[2026-01-01T09:00Z call, 2026-01-01T09:30Z browse, 2026-01-01T09:40Z call]'::journey, 'call', 'browse', '1 h') FROM generate_series(1, 20) i)) WHERE denominator = 'contact' $$,
    $$ VALUES (40::bigint, 20::bigint, true) $$, 'and never below: contacts of a customer that differ more than by chance');
SELECT is_empty($$ SELECT k FROM found, contact_rate(s) r WHERE r.n > 0 AND NOT (0 <= low AND low <= rate AND rate <= high AND high <= 1) $$, 'intervals are around the rate, within 0..1');

-- 57 of 100 calls by 100 customers, and of 50 calls by ten customers half, five each being alike: the design effect is 10 / 9 * 62.5 / 50^2 over .25 / 49
SELECT results_eq($$ SELECT n, hits, rate, round(low::numeric, 4), round(high::numeric, 4) FROM contact_rate((SELECT preceded_agg(CASE WHEN i <= 57
        THEN '[2026-01-01T09:00Z browse, 2026-01-01T09:05Z call]'::journey ELSE '[2026-01-01T09:05Z call]' END, 'call', 'browse', '1 h') FROM generate_series(1, 100) i)) $$,
    $$ VALUES (100::bigint, 57::bigint, 0.57::float8, 0.4722, 0.6627), (100, 57, 0.57, 0.4722, 0.6627) $$, '57 of 100, one call each: the same for calls and callers');
SELECT results_eq($$ SELECT n, hits, abs(low - pg_temp.wilson(0.5, CASE denominator WHEN 'contact' THEN 50 / (10 / 9.0 * 62.5 / 2500 / (0.25 / 49)) ELSE 10 END, 1.959963984540054, -1)) < 1e-12 FROM contact_rate((
        SELECT preceded_agg(CASE WHEN i % 2 = 0 THEN touch('2026-01-01Z', 'browse') ELSE '[]' END || (SELECT journey_agg('2026-01-01 00:01Z'::timestamptz + n * interval '1 min', 'call') FROM generate_series(1, 5) n),
            'call', 'browse', '1 day') FROM generate_series(1, 10) i)) $$, $$ VALUES (50::bigint, 25::bigint, true), (10, 5, true) $$, 'calls of a customer that are all alike: design effect 5.44');
SELECT results_eq($$ SELECT n, hits, rate, abs(low - pg_temp.wilson(1, CASE denominator WHEN 'contact' THEN 5 * 5 / (9 + 4)::float8 ELSE 2 END, 1.959963984540054, -1)) < 1e-12, high FROM contact_rate((
        SELECT preceded_agg(j, 'call', 'x', '1 day') FROM unnest(ARRAY['[2026-01-01T09:00Z x, 2026-01-01T10:00Z call, 2026-01-01T11:00Z call, 2026-01-01T12:00Z call]'::journey,
            '[2026-01-01T09:00Z x, 2026-01-01T10:00Z call, 2026-01-01T11:00Z call]']) j)) $$,
    $$ VALUES (5::bigint, 5::bigint, 1::float8, true, 1::float8), (2, 2, 1, true, 1) $$, 'all hit: Kish''s effective number, 5^2 / (3^2 + 2^2)');

-- ---- laws ----

CREATE TABLE part AS
    SELECT asked.*, part, luck2, preceded_agg(j, what, by, win) AS s, random() AS luck FROM asked, (SELECT *, floor(luck * 5) AS part, id % 2 AS luck2 FROM journeys) x WHERE k % 16 = 3 GROUP BY asked.k, what, by, win, part, luck2;
SELECT is_empty($$ SELECT k FROM (SELECT k, rollup(s ORDER BY luck) AS a, rollup(s ORDER BY -luck) AS b FROM part GROUP BY k) x JOIN found f USING (k)
    WHERE kind = 0 AND (contact_stats_send(a) <> contact_stats_send(f.s) OR contact_stats_send(b) <> contact_stats_send(f.s)) $$, 'any split, merged in any order, is the same to the last bit');
SELECT is_empty($$ SELECT k FROM (SELECT k, rollup(s) AS a FROM (SELECT k, part, rollup(s) AS s FROM part GROUP BY k, part) p GROUP BY k) x JOIN found f USING (k)
    WHERE kind = 0 AND contact_stats_send(a) <> contact_stats_send(f.s) $$, 'and so are parts of parts');
SELECT is_empty($$ SELECT part FROM part WHERE contact_stats_send(contact_stats_merge(s, NULL)) <> contact_stats_send(s) OR contact_stats_send(contact_stats_merge(NULL, s)) <> contact_stats_send(s) $$,
    'NULL is the identity');
SELECT is_empty($$ SELECT f.k FROM found f WHERE contact_stats_send(s::text::contact_stats) <> contact_stats_send(s) $$, 'in(out(x)) = x');
SELECT is_empty($$ SELECT id FROM (SELECT id, preceded_agg(j, 'call', '@web', '1 h') OVER (ORDER BY id) s FROM journeys WHERE id BETWEEN 1 AND 60) w
    WHERE s::text <> (SELECT preceded_agg(j, 'call', '@web', '1 h') FROM journeys k WHERE k.id BETWEEN 1 AND w.id)::text $$, 'growing windows');
CREATE TABLE serial AS SELECT g, preceded_agg(j, '@web', 'call', '1 h') AS s, repeat_agg(j, '@web', '1 h') AS r FROM journeys GROUP BY g;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT bag_eq($$ SELECT g, preceded_agg(j, '@web', 'call', '1 h')::text, repeat_agg(j, '@web', '1 h')::text FROM journeys GROUP BY g $$, $$ SELECT g, s::text, r::text FROM serial $$, 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT repeat_agg(j, 'call', '1 h')::text FROM journeys WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT results_eq('SELECT r.* FROM contact_rate((SELECT repeat_agg(j, ''call'', ''1 h'') FROM journeys WHERE id = -2)) r',
    $$ VALUES ('contact', 0::bigint, 0::bigint, NULL::float8, NULL::float8, NULL::float8), ('customer', 0, 0, NULL, NULL, NULL) $$, 'no contacts: counts of 0 and no rate');
SELECT throws_ok($$ SELECT preceded_by('[]', 'a', 'b', '1 month') $$, '22023', NULL, 'a window of months');
SELECT throws_ok($$ SELECT overlapping_agg(j, 'call', NULL, '1 h') FROM journeys $$, '22023', 'session_of is NULL', 'no expression');
SELECT throws_ok($$ SELECT repeat_agg(j, 'call', '-1 s') FROM journeys $$, '22023', 'within is negative', 'a negative window');
SELECT throws_ok($$ SELECT preceded_by('[]', 'a@', 'b', '1 h') $$, '22P02', NULL, 'a malformed expression');
SELECT throws_ok($$ SELECT rollup(s) FROM found WHERE kind = 0 AND k < 20 $$, '22023', 'contacts that were asked for differently cannot be merged', 'different questions');
SELECT throws_ok($$ SELECT rollup(s) FROM (SELECT preceded_agg(j, 'a', 'b', '1 h') AS s FROM journeys UNION ALL SELECT overlapping_agg(j, 'a', 'b', '1 h') FROM journeys) x $$, '22023', NULL, 'different measures');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s contact_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    FOR r IN SELECT * FROM contact_rate(s) LOOP
        IF NOT (r.n >= 0 AND r.hits BETWEEN 0 AND r.n AND (r.n = 0 OR r.rate BETWEEN 0 AND 1 AND r.low BETWEEN 0 AND r.rate AND r.high BETWEEN r.rate AND 1)) THEN RETURN 'nonsense'; END IF;
    END LOOP;
    PERFORM contact_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT contact_stats_send(s) AS b FROM found WHERE k IN (3, 99, 203, 435) OR what LIKE '"%';
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('contact_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('contact_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
