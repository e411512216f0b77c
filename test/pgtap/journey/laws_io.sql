-- Laws of the text, binary and JSON forms of journey, on random journeys. What they have to read is put together in plain SQL
-- out of the touches, so the reference shares nothing with the code under test. Bytes are compared through journey_send().
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL TimeZone = 'UTC';
SELECT plan(30);

-- ---- random journeys ----

DO $$ BEGIN PERFORM setseed(0.2026); END $$;

-- names: fine ones, numbers, what needs quotes, beyond ASCII, the longest
CREATE TEMP TABLE name AS SELECT row_number() OVER () AS no, name FROM (
    SELECT unnest(ARRAY['browse', 'cart', 'call', 'web', 'phone', '7', '0', '07', '2147483647', '2147483648', '99999999999999999999', '-1', '1.5', '1.', 'sign-up',
        'a--b', '-', '.', 'a-', 'v1.2-x', '', ' ', ' a', 'a b', 'a"b', '"', '\', '\\', 'a\"b', '@', '/', '#', 'a@b/c#d', 'a,b', '[a]', 'a=1', 'nps:9', 'within', 'after',
        E'a\tb\nc\r', E'\x01\x1f\x7f', U&'stra\00DFe', U&'\6F22\5B57', U&'\+01F600', U&'\00E4-\00FC', U&'\00E4-', U&'\00A0', U&'x\0301', 'TRUE', 'null',
        repeat('x', 4095), repeat('"', 4095), repeat(U&'\6F22', 1365)])
    UNION ALL
    SELECT (SELECT string_agg(substr(U&'abcXYZ019_-. "\\@/#=,[]:+\00E9\6F22\+01F600', 1 + floor(random() * 27 + 0 * i + 0 * c)::int, 1), '')
            FROM generate_series(1, 1 + i % 9) c) FROM generate_series(1, 200) i
    UNION ALL
    SELECT floor(random() ^ 4 * 2e9)::bigint::text FROM generate_series(1, 50)) n(name);

-- 20,000 journeys of 0 to 15 touches and 4 long ones; half of the touches tie in time with another one;
-- steps from microseconds to millennia
CREATE TEMP TABLE touch AS
    WITH size AS MATERIALIZED (
        SELECT id, CASE WHEN id <= 4 THEN 2500 ELSE floor(16 * random() ^ 2)::int END AS n, floor(random() * 7)::int AS regime,
               (random() < 0.5) AS plain, random() AS rich
        FROM generate_series(1, 20000) id),
    draw AS MATERIALIZED (
        SELECT s.*, ord, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g, random() AS h
        FROM size s, generate_series(1, n) ord)
    SELECT id, ord,
           CASE regime
               WHEN 0 THEN timestamptz '2026-01-05 09:00:00Z' + floor(a * n / 2) * interval '1 second'
               WHEN 1 THEN timestamptz '2026-01-05 09:00:00Z' + floor(a * n / 2) * interval '1 day'
               WHEN 2 THEN timestamptz '2026-01-05 09:00:00Z' + floor(a * n / 2) * interval '1 microsecond'
               WHEN 3 THEN timestamptz '1999-12-31 23:59:59.999Z' + floor(a * n) * interval '1 millisecond'
               WHEN 4 THEN timestamptz '0001-01-01 00:00:00Z BC' + floor((a - 0.5) * 4000 * 365) * interval '1 day' + floor(b * 86400e6) * interval '1 microsecond'
               WHEN 5 THEN CASE WHEN a < 0.3 THEN timestamptz '4714-11-24 00:00:00Z BC' + floor(b * 3) * interval '1 microsecond'
                                WHEN a < 0.6 THEN timestamptz '294276-12-31 23:59:59.999999Z' - floor(b * 3) * interval '1 microsecond'
                                ELSE timestamptz '4714-11-24 00:00:00Z BC' + floor(b * 109203527) * interval '1 day' + floor(c * 86400e6) * interval '1 microsecond' END
               ELSE timestamptz '2026-01-05 09:00:00Z' + floor(a * 400 * 86400e3) * interval '1 millisecond' END AS at,
           1 + floor(CASE WHEN plain THEN d * 6 ELSE d * 303 END)::int AS touchpoint,
           CASE WHEN rich > 0.3 AND e < 0.6 THEN 1 + floor(e / 0.6 * CASE WHEN plain THEN 6 ELSE 303 END)::int END AS channel,
           CASE WHEN rich > 0.5 AND f < 0.6 THEN 1 + floor(f / 0.6 * CASE WHEN plain THEN 6 ELSE 303 END)::int END AS stage,
           CASE WHEN rich > 0.7 AND g < 0.6 THEN 1 + floor(g / 0.6 * CASE WHEN plain THEN 6 ELSE 303 END)::int END AS owner,
           CASE WHEN h < 0.1 AND rich > 0.2 THEN (ARRAY[feedback('nps', floor(a * 11)), feedback('csat', 1 + floor(b * 5)), feedback('ces', 1 + floor(c * 7)),
               feedback('effort', 1 + floor(d * 5)), feedback('success', floor(e * 2)), feedback('emotion', round(1 + (6 * f)::numeric, 2)),
               feedback('rating', round((2000 * g - 1000)::numeric, 3), -1000, 1000), feedback('csat', floor(a * 101), 0, 100), feedback('csat', 1 + floor(b * 10), 1, 10),
               feedback('rating', round((c * 5)::numeric, 1), 0, 5)])[1 + floor(h * 100)::int] END AS feedback,
           CASE WHEN h > 0.8 AND rich < 0.8 THEN CASE floor(a * 6)::int
               WHEN 0 THEN (ARRAY[0, '-0', 0.1, 1e308, -1e308, 5e-324, '1.7976931348623157e308', '2.2250738585072014e-308', 1e15, 1e16, 123456789012345678, 1e-5,
                                  0.30000000000000004, -0.00001, 922337203685477.5807, 9007199254740993]::float8[])[1 + floor(b * 16)::int]
               WHEN 1 THEN round((c * 1e4)::numeric, 2)::float8
               WHEN 2 THEN floor(c * 100)
               WHEN 3 THEN (c - 0.5) * 10 ^ floor(b * 600 - 300)
               WHEN 4 THEN -round((c * 100)::numeric, 4)::float8
               ELSE c END END AS value
    FROM draw;

-- ---- the reference: what a touch reads as ----

-- STABLE and of one expression each, so that they are inlined
CREATE FUNCTION pg_temp.year(y int) RETURNS text STABLE LANGUAGE sql AS
    $$ SELECT CASE WHEN y >= 0 AND y <= 9999 THEN lpad(y::text, 4, '0') WHEN y < 0 AND y >= -9999 THEN '-' || lpad(abs(y)::text, 4, '0') ELSE y::text END $$;
CREATE FUNCTION pg_temp.spelled(at timestamp) RETURNS text STABLE LANGUAGE sql AS $$
    SELECT pg_temp.year(extract(year FROM at)::int + (extract(year FROM at) < 0)::int) || to_char(at, '-MM-DD"T"HH24:MI:SS') || rtrim(rtrim(to_char(at, '.US'), '0'), '.') $$;
CREATE FUNCTION pg_temp.quoted(name text) RETURNS text IMMUTABLE LANGUAGE sql AS
    $$ SELECT '"' || replace(replace(name, '\', '\\'), '"', '\"') || '"' $$;

CREATE TEMP TABLE spelled_name AS
    SELECT no::int, name, pg_temp.quoted(name) AS quoted,
           CASE WHEN regexp_replace(name, '[^\x01-\x7f]', 'x', 'g') ~ '^[A-Za-z0-9_]+([-.][A-Za-z0-9_]+)*$' THEN name ELSE pg_temp.quoted(name) END AS shown
    FROM name;
ANALYZE touch, spelled_name;
CREATE TEMP TABLE piece AS
    WITH spelled AS MATERIALIZED (
        SELECT *, pg_temp.spelled(at AT TIME ZONE 'UTC') AS utc,
               -- half past five away, if that is in range
               CASE WHEN at BETWEEN '4000-01-01 BC' AND '294000-01-01' THEN pg_temp.spelled((at AT TIME ZONE 'UTC') + interval '5:30' * ((ord % 3) - 1)) END AS away
        FROM touch)
    SELECT id, ord, at,
           -- as it is printed
           utc || 'Z ' || t.shown || coalesce('@' || c.shown, '') || coalesce('/' || s.shown, '') || coalesce('#' || o.shown, '')
               || coalesce(' ' || feedback::text, '') || coalesce(' =' || CASE value WHEN 0 THEN '0' ELSE value::text END, '') AS shown,
           -- as somebody may type it
           CASE WHEN away IS NULL THEN utc || (ARRAY['Z', 'z', '+00', '-00:00:00', '+0000'])[1 + ord % 5]
               ELSE replace(away, 'T', (ARRAY[' ', 't', 'T'])[1 + ord % 3]) || (ARRAY['-05:30', '+00:00:00', '+0530'])[1 + ord % 3] END
               || (ARRAY[' ', E'\t', E' \n  '])[1 + id % 3] || t.quoted || coalesce('#' || o.shown, '') || coalesce(E' @\t' || c.quoted, '') || coalesce('/ ' || s.shown, '')
               || coalesce('  ' || kind(feedback) || ':' || score(feedback) || '/' || scale_min(feedback) || '..' || scale_max(feedback), '')
               || coalesce('=  ' || CASE WHEN abs(value) > 1e200 OR abs(value) < 1e-200 THEN value::text ELSE value::text::numeric::text END, '') || ' ' AS typed,
           jsonb_strip_nulls(jsonb_build_object('at', utc || 'Z', 'touchpoint', t.name, 'channel', c.name, 'stage', s.name,
               'owner', o.name, 'feedback', feedback::text, 'value', value + 0.0)) AS json,
           jsonb_build_object('at', utc || '+00:00', 'touchpoint', CASE WHEN t.name ~ '^(0|[1-9][0-9]*)$' THEN t.name::jsonb ELSE to_jsonb(t.name) END,
               'channel', c.name, 'stage', s.name, 'owner', CASE WHEN o.name ~ '^(0|[1-9][0-9]*)$' THEN (o.name || '.00')::jsonb ELSE to_jsonb(o.name) END,
               'feedback', feedback::jsonb, 'value', value) AS free_json
    FROM spelled LEFT JOIN spelled_name t ON t.no = touchpoint LEFT JOIN spelled_name c ON c.no = channel
         LEFT JOIN spelled_name s ON s.no = stage LEFT JOIN spelled_name o ON o.no = owner;
CREATE TEMP TABLE reference AS
    SELECT id, '[' || coalesce(string_agg(shown, ', ' ORDER BY at, ord), '') || ']' AS shown,
           '[' || coalesce(string_agg(shown, ', ' ORDER BY ord), '') || ']' AS arrived,
           E' [\n' || coalesce(string_agg(typed, ', ' ORDER BY ord), '') || '] ' AS typed,
           coalesce(jsonb_agg(json ORDER BY at, ord) FILTER (WHERE ord IS NOT NULL), '[]') AS json,
           coalesce(jsonb_agg(json ORDER BY ord) FILTER (WHERE ord IS NOT NULL), '[]') AS arrived_json,
           coalesce(jsonb_agg(free_json ORDER BY ord) FILTER (WHERE ord IS NOT NULL), '[]') AS free_json
    FROM generate_series(1, 20000) id LEFT JOIN piece USING (id) GROUP BY id;
CREATE TEMP TABLE kept AS SELECT id, shown::journey AS j FROM reference;

SELECT cmp_ok((SELECT count(*) FROM touch), '>=', 90000::bigint, 'there are many touches');
SELECT cmp_ok((SELECT count(*) FROM touch WHERE feedback IS NOT NULL), '>=', 5000::bigint, 'many of them with feedback');
SELECT cmp_ok((SELECT count(*) FROM touch WHERE value IS NOT NULL), '>=', 10000::bigint, 'many of them with a value');
SELECT is_empty('SELECT name FROM name WHERE no NOT IN (SELECT touchpoint FROM touch) OR no NOT IN (SELECT owner FROM touch WHERE owner IS NOT NULL)',
    'every name is a touchpoint and an owner somewhere');
SELECT is((SELECT count(DISTINCT kind(feedback)) FROM touch), 7::bigint, 'feedback is of every kind');
SELECT cmp_ok((SELECT count(*) FROM reference WHERE shown <> arrived), '>=', 5000::bigint, 'many journeys do not arrive in order');

-- ---- text ----

SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE j::text <> shown', 'out(in(x)) = x for the canonical text');
SELECT is_empty('SELECT id FROM kept WHERE journey_send(j::text::journey) <> journey_send(j)', 'in(out(j)) has the bytes of j');
SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE journey_send(arrived::journey) <> journey_send(j)',
    'touches may arrive in any order; those of one time keep theirs');
SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE journey_send(typed::journey) <> journey_send(j)',
    'blanks, quotes, the order of facets, zones, scales in full and numbers in other spellings change nothing');
SELECT is_empty('SELECT min(id) FROM kept GROUP BY journey_send(j) HAVING count(DISTINCT j::text) > 1', 'equal bytes read alike');

-- ---- binary: through COPY, since nothing else calls the input function of a message ----

CREATE TEMP TABLE received (id int, j journey);
DO $$ BEGIN
    EXECUTE 'COPY kept TO PROGRAM ''cat > cx_laws_io.tmp'' (FORMAT binary)';
    EXECUTE 'COPY received FROM PROGRAM ''cat cx_laws_io.tmp && rm cx_laws_io.tmp'' (FORMAT binary)';
END $$;
SELECT is((SELECT count(*) FROM received), 20000::bigint, 'all journeys came back as messages');
SELECT is_empty('SELECT id FROM received r JOIN kept k USING (id) WHERE journey_send(r.j) <> journey_send(k.j) OR r.j::text <> k.j::text', 'recv(send(j)) = j');

-- ---- JSON ----

SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE j::jsonb <> json', 'the cast to jsonb tells every touch, in order');
SELECT is_empty('SELECT id FROM kept, LATERAL (SELECT j::jsonb AS ours, j::jsonb::text::jsonb AS theirs) b
    WHERE pg_column_size(ours) <> pg_column_size(theirs) OR ours -> -1 IS DISTINCT FROM theirs -> -1 OR ours -> (touch_count(j) / 2) IS DISTINCT FROM theirs -> (touch_count(j) / 2)',
    'the bytes are laid out as the server lays them out');
SELECT is_empty('SELECT id FROM kept WHERE journey_send(j::jsonb::journey) <> journey_send(j)', 'from jsonb and back');
SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE journey_send(arrived_json::journey) <> journey_send(j)', 'JSON touches may arrive in any order');
SELECT is_empty('SELECT id FROM reference JOIN kept USING (id) WHERE journey_send(free_json::journey) <> journey_send(j)',
    'numbers as names, nulls and feedback as an object change nothing');

-- ---- settings ----

CREATE FUNCTION pg_temp.fingerprint() RETURNS text LANGUAGE sql AS $$
    SELECT md5(string_agg(j::text || j::jsonb::text || encode(journey_send(j::text::journey), 'hex') || encode(journey_send(j::jsonb::journey), 'hex'), '' ORDER BY id))
    FROM kept WHERE id % 5 = 0 $$;
CREATE TEMP TABLE usual AS SELECT pg_temp.fingerprint();
CREATE FUNCTION pg_temp.fingerprint_with(setting text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config(setting, value, true);
    RETURN pg_temp.fingerprint();
END $$;
SELECT is(pg_temp.fingerprint_with(setting, value), (SELECT fingerprint FROM usual), format('nothing changes with %s = %s', setting, value))
FROM (VALUES ('TimeZone', 'Asia/Kolkata'), ('TimeZone', 'America/St_Johns'), ('DateStyle', 'German, DMY'), ('DateStyle', 'SQL, MDY'), ('IntervalStyle', 'iso_8601'),
             ('extra_float_digits', '-15'), ('extra_float_digits', '3'), ('bytea_output', 'escape')) s(setting, value);
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, MDY';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';

-- ---- mutated text: a journey or a clean error ----

CREATE FUNCTION pg_temp.tried(input text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    j journey;
BEGIN
    j := input;
    RETURN CASE WHEN j::text::journey::text = j::text AND journey_send(j::text::journey) = journey_send(j) AND journey_send(j::jsonb::journey) = journey_send(j)
           THEN 'journey' ELSE 'another journey' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || CASE WHEN length(SQLERRM) > 300 THEN ' in too many words' ELSE '' END;
END $$;
CREATE TEMP TABLE mutant AS
    WITH original AS MATERIALIZED (
        SELECT id, shown, length(shown) AS len FROM reference WHERE length(shown) BETWEEN 20 AND 600 AND id % 2 = 0
        UNION ALL SELECT -i, '[2026-01-05T09:04:10.5Z "a\"b"@web/buy#shop csat:2/10 =49.9e3]', 64 FROM generate_series(1, 8000) i),
    draw AS MATERIALIZED (
        SELECT *, 1 + floor(random() * len)::int AS p, 1 + floor(random() * len)::int AS q, floor(random() ^ 2 * 4)::int AS cut, random() AS a, random() AS b
        FROM original, generate_series(1, 2) copy)
    SELECT id, CASE WHEN a < 0.1 THEN left(shown, p)
                    WHEN a < 0.2 THEN overlay(shown PLACING substr(shown, q, 12) FROM p FOR cut)
                    ELSE overlay(shown PLACING (ARRAY['', ' ', '"', '\', ',', '[', ']', '@', '/', '#', '=', ':', '+', '-', '.', 'T', 'Z', '0', '9', '60', '99999999999', 'e', 'E400', 'nan', 'inf',
                        'nps:9', U&'\6F22', '()', 'a'])[1 + floor(b * 29)::int] FROM p FOR cut) END AS input
    FROM draw;
CREATE TEMP TABLE outcome AS SELECT pg_temp.tried(input) AS how, count(*) AS n, min(input) AS example FROM mutant GROUP BY 1;
SELECT is_empty($$ SELECT * FROM outcome WHERE how NOT IN ('journey', '22P02', '22008', '22003', '22023', '54000') $$,
    'mutated text is a journey or an error of its kind');
SELECT cmp_ok((SELECT count(*) FROM outcome), '>=', 5::bigint, 'of many kinds');
SELECT cmp_ok((SELECT n FROM outcome WHERE how = 'journey'), '>=', 1000::bigint, 'and not all mutants are wrong');

-- what stays a journey without its last character is none
SELECT is_empty($$ SELECT id FROM reference WHERE pg_temp.tried(left(shown, -1)) <> '22P02' $$, 'without its last bracket nothing is a journey');

SELECT * FROM finish();
ROLLBACK;
