-- Limits and ends: times, units, sizes, values at the edge of what a journey can hold, and one step past it.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SELECT plan(123);

CREATE FUNCTION pg_temp.unit(j journey) RETURNS text LANGUAGE sql AS $$
    SELECT ('{microsecond,millisecond,second,minute,hour,day}'::text[])[get_byte(journey_send(j), 2) + 1] $$;
CREATE FUNCTION pg_temp.returns_same(j journey) RETURNS boolean LANGUAGE sql AS $$
    SELECT j::text::journey = j AND j::jsonb::journey = j
       AND (SELECT rollup(touch(at, touchpoint, channel, stage, owner, feedback, value) ORDER BY position) = j FROM touches(j)) $$;

-- ---- the unit of the steps is the largest that divides them all ----

SELECT is(pg_temp.unit(touch('2026-01-05 09:00:00.123456+00', 'a') || touch('2026-01-05 09:00:00.123456+00'::timestamptz + step, 'b')), unit, step || ': ' || unit)
FROM (VALUES (interval '1 microsecond', 'microsecond'), ('999 microseconds', 'microsecond'), ('1 ms', 'millisecond'), ('999 ms', 'millisecond'), ('1 s', 'second'), ('59 s', 'second'),
    ('1 min', 'minute'), ('61 s', 'second'), ('59 min', 'minute'), ('1 h', 'hour'), ('90 min', 'minute'), ('23 h', 'hour'), ('24 h', 'day'),
    ('25 h', 'hour'), ('240000 h', 'day'), ('240000 h 1 microsecond', 'microsecond'), ('0', 'day')) v(step, unit);
SELECT is(pg_temp.unit(touch('2026-01-05 09:00:00.123456+00', 'a')), 'day', 'a single touch has no steps: the largest unit');
SELECT is(pg_temp.unit(journey_agg('2026-01-05 09:00:00.5+00'::timestamptz + i * interval '48 h' + CASE i WHEN 700 THEN d ELSE '0' END, 'a')), unit,
    format('one step of a thousand differs by %s: %s', d, unit))
FROM generate_series(1, 1000) i, (VALUES (interval '0', 'day'), ('1 h', 'hour'), ('1 min', 'minute'), ('1 s', 'second'), ('1 ms', 'millisecond'), ('1 microsecond', 'microsecond')) v(d, unit)
GROUP BY d, unit ORDER BY d;
SELECT ok(bool_and(pg_temp.returns_same(j)), format('steps of up to 2^%s microseconds, milliseconds or seconds come back', k))
FROM (SELECT k, u, journey_agg('2026-01-05'::timestamptz + (i % 3 * 2 ^ k - i % 2) * u + i * u, 'a') AS j
      FROM unnest('{0,1,7,8,9,31,32,33,42}'::int[]) k, unnest('{1 microsecond,1 ms,1 s}'::interval[]) u, generate_series(0, 300) i
      WHERE k < 33 OR u < '1 s' GROUP BY k, u) y GROUP BY k;

-- ---- the ends of time ----

CREATE TEMP TABLE ends AS SELECT '4713-01-01 BC'::timestamptz AS first, '294276-12-31 23:59:59.999999+00'::timestamptz AS last;
SELECT is(touch(first, 'a')::text, '[-4712-01-01T00:00:00Z a]', 'years before 1 count on through 0') FROM ends;
SELECT is((SELECT touch('4714-11-24 BC', 'a')::text), '[-4713-11-24T00:00:00Z a]', 'the first time of all');
SELECT is(touch(last, 'a')::text, '[294276-12-31T23:59:59.999999Z a]', 'the last time of all') FROM ends;
SELECT ok(pg_temp.returns_same(touch(at, 'a')) AND started_at(touch(at, 'a')) = at AND ended_at(touch(at, 'a')) = at AND duration(touch(at, 'a')) = '0', at || ' comes back')
FROM ends, unnest(ARRAY['4714-11-24 BC', first, '0001-01-01 BC', '0001-01-01', '1969-12-31 23:59:59.999999', '1970-01-01', '1999-12-31 23:59:59.999999',
                        '2000-01-01', '2000-01-01 00:00:00.000001', '294276-12-31', last]) at;
CREATE TEMP TABLE far AS SELECT touch('4714-11-24 BC', 'a') || touch('2026-01-05 09:00+00', 'b') || touch(last, 'c') AS j, last FROM ends;
SELECT ok(pg_temp.returns_same(j), 'both ends in one journey come back') FROM far;
SELECT results_eq($$ SELECT started_at(j), ended_at(j), touch_count(j), slice(j, '2026-01-01', NULL)::text, slice(j, last, 'infinity')::text,
        slice(j, '-infinity', '2026-01-01')::text, slice(j, NULL, last)::text FROM far $$,
    $$ VALUES ('4714-11-24 BC'::timestamptz, '294276-12-31 23:59:59.999999+00'::timestamptz, 3,
        '[2026-01-05T09:00:00Z b, 294276-12-31T23:59:59.999999Z c]', '[294276-12-31T23:59:59.999999Z c]', '[-4713-11-24T00:00:00Z a]',
        '[-4713-11-24T00:00:00Z a, 2026-01-05T09:00:00Z b]') $$, 'it can be read and sliced');
SELECT throws_ok('SELECT duration(j) FROM far', '22008', 'duration of the journey is too long for an interval', 'its duration is no interval: 22008');
SELECT is(extract(epoch FROM duration(touch('4714-11-24 BC', 'a') || touch('4714-11-24 BC'::timestamptz + interval '106751991 days' + interval '04:00:54.775807', 'b'))),
    9223372036854.775807, 'the longest duration is 2^63 - 1 microseconds');
SELECT throws_ok($$ SELECT duration(touch('4714-11-24 BC', 'a') || touch('4714-11-24 BC'::timestamptz + interval '106751991 days' + interval '04:00:54.775808', 'b')) $$,
    '22008', NULL, 'one more is too long');
SELECT throws_ok(sql, '22008', NULL, sql)
FROM (SELECT format(f, t) AS sql FROM unnest(ARRAY[$$SELECT touch('%s', 'a')$$, $$SELECT journey_agg(t, 'a') FROM (VALUES (timestamptz '%s')) v(t)$$,
    $$SELECT journey_agg(t, 7) FROM (VALUES (timestamptz '%s')) v(t)$$, $$SELECT journey_accum(NULL, '%s', 'a'::text)$$]) f, unnest('{infinity,-infinity}'::text[]) t) q;
SELECT throws_ok($$ SELECT '[infinity a]'::journey $$, '22P02', NULL, 'text knows no infinity');
SELECT throws_ok($$ SELECT '[{"at": "infinity", "touchpoint": "a"}]'::jsonb::journey $$, '22P02', NULL, 'nor does JSON');
SELECT throws_ok(format('SELECT %L::journey', '[' || t || ' a]'), '22008', NULL, t || ' is out of range')
FROM unnest('{-4713-11-23T23:59:59.999999Z,294277-01-01T00:00:00Z}'::text[]) t;

-- ---- values ----

SELECT ok(touch('2026-01-05+00', 'a', value => v)::text::journey = touch('2026-01-05+00', 'a', value => v)
          AND (SELECT value FROM touches(touch('2026-01-05+00', 'a', value => v))) = v, v || ' comes back')
FROM unnest('{0,1,-1,0.1,0.0001,0.00001,9007199254740991,9007199254740992,9007199254740993,900719925474.0993,1.7976931348623157e308,
              -1.7976931348623157e308,2.2250738585072014e-308,5e-324,0.30000000000000004}'::float8[]) v;
SELECT throws_ok(format('SELECT touch(%L, %L, value => %L)', '2026-01-05', 'a', v), '22003', NULL, 'the value ' || v || ' is refused')
FROM unnest('{Infinity,-Infinity,NaN}'::text[]) v;

-- ---- names: 4095 bytes ----

SELECT ok(pg_temp.returns_same(touch('2026-01-05+00', n, n, n, n)), format('names of 4095 bytes come back: %s...', left(n, 1)))
FROM unnest(ARRAY[repeat('x', 4095), repeat('ß', 2047) || 'x', repeat('"', 4095), repeat('9', 4095)]) n;
SELECT throws_ok(sql, '54000', facet || ' is longer than 4095 bytes', facet || ': ' || left(sql, 50)) FROM (
    SELECT f.facet, format(f.sql, repeat('x', 4096)) AS sql FROM (VALUES
        ('touchpoint', $$SELECT touch('2026-01-05', '%s')$$), ('channel', $$SELECT touch('2026-01-05', 'a', '%s')$$),
        ('stage', $$SELECT touch('2026-01-05', 'a', stage => '%s')$$), ('owner', $$SELECT touch('2026-01-05', 'a', owner => '%s')$$),
        ('touchpoint', $$SELECT journey_agg('2026-01-05', '%s'::text)$$), ('channel', $$SELECT journey_agg('2026-01-05', 7, '%s')$$),
        ('stage', $$SELECT journey_agg('2026-01-05', 'a'::text, 'a', '%s')$$), ('owner', $$SELECT journey_agg('2026-01-05', 7, 'a', 'a', '%s')$$)) f(facet, sql)) s;
SELECT throws_ok(format('SELECT %L::journey', '[2026-01-05T09:00:00Z ' || repeat('ß', 2048) || ']'), '54000', NULL, 'text: 4096 bytes of a name');
SELECT throws_ok(format('SELECT %L::jsonb::journey', '[{"at": "2026-01-05T09:00:00Z", "touchpoint": "' || repeat('x', 4096) || '"}]'), '54000', NULL, 'JSON: the same');

-- ---- touches: 2^20 ----

CREATE TEMP TABLE event AS SELECT i, '2026-01-05 09:00+00'::timestamptz + i * interval '1 s' AS at, i % 100 AS p FROM generate_series(1, 1048576) i;
CREATE TEMP TABLE largest AS SELECT journey_agg(at, p) AS j, touch('2026-01-01+00', 'one') AS more FROM event;
SELECT is(touch_count(j), 1048576, 'journey_agg takes 1,048,576 touches') FROM largest;
SELECT is((SELECT count(*) FROM largest, touches(j) t JOIN event e ON e.i = t.position WHERE t.at = e.at AND t.touchpoint = e.p::text), 1048576::bigint, 'and all of them come back');
SELECT is(touch_count(a || b), 1048576, '|| makes as many') FROM (SELECT slice(j, NULL, at) AS a, slice(j, at, NULL) AS b FROM largest, event WHERE i = 524288) s;
SELECT is(touch_count(journey_union(j, j)), 1048576, 'the union of the largest with itself is no larger') FROM largest;
SELECT ok(j::text::journey = j, 'it can be written and read') FROM largest;
SELECT ok(j || '[]' = j AND '[]' || j = j AND journey_union(j, '[]') = j, 'nothing can be added to it') FROM largest;
SELECT throws_ok(sql, '54000', 'journey has more than 1048576 touches', 'one more is too many: ' || sql)
FROM unnest(ARRAY['SELECT j || more FROM largest', 'SELECT more || j FROM largest', 'SELECT journey_union(j, more) FROM largest',
    'SELECT journey_union(more, j) FROM largest', 'SELECT rollup(x) FROM largest, unnest(ARRAY[j, more]) x', 'SELECT journey_agg(x) FROM largest, unnest(ARRAY[more, j]) x',
    'SELECT journey_agg(at, p) FROM (SELECT at, p FROM event UNION ALL SELECT at, 1 FROM event WHERE i = 1) e',
    'SELECT journey_agg(at, p::text, p::text) FROM (SELECT at, p FROM event UNION ALL SELECT at, 1 FROM event WHERE i = 1) e',
    'SELECT journey_accum(j, now(), 1) FROM largest', 'SELECT journey_accum(j, more) FROM largest',
    $$SELECT (rtrim(j::text, ']') || ', 2026-01-01T00:00:00Z one]')::journey FROM largest$$]) sql;
SELECT throws_ok($$ SELECT jsonb_agg('{"at": "2026-01-05T09:00:00Z", "touchpoint": 1}'::jsonb)::journey FROM generate_series(1, 1048577) $$, '54000', NULL,
    'JSON: the same');

-- ---- memory: what a call leaves behind for the rest of the query ----

-- read when all rows are there; 20,000 calls that leave a kilobyte each would show as 20 MB
CREATE FUNCTION pg_temp.megabytes(f text, calls int) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    bytes numeric;
BEGIN
    EXECUTE format('SELECT CASE WHEN count(*) > 0 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts) / 1e6 END
        FROM (SELECT ''[2026-01-05T09:00:00Z a, 2026-01-05T09:01:00Z b]''::journey AS j FROM generate_series(1, %s) g OFFSET 0) s, %s', calls, f) INTO bytes;
    RETURN bytes;
END $$;
SELECT cmp_ok(pg_temp.megabytes(f, 20000) - pg_temp.megabytes(f, 100), '<', 4.0, f || ' leaves nothing behind')
FROM unnest('{"touches(j)","sessions(j, interval ''1 h'')","journey_find(j, ''a ~> b'')"}'::text[]) f;

-- ---- text: 512 MB ----

-- four names of 4095 bytes a touch: 16,332 of them could need more than 512 MB of text
CREATE TEMP TABLE wide AS
    SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + i * interval '1 s', repeat('t', 4095), repeat('c', 4095), repeat('s', 4095), repeat('o', 4095)) AS j
    FROM generate_series(1, 16000) i;
SELECT is(touch_count(j), 16000, 'a journey that can be written in 512 MB is taken') FROM wide;
SELECT cmp_ok(octet_length(journey_send(j)), '<', 20000, 'its bytes are few: names are kept once') FROM wide;
SELECT throws_ok(sql, '54000', 'journey is too large', 'one whose text could be longer is not: ' || sql)
FROM unnest(ARRAY['SELECT j || j FROM wide', 'SELECT rollup(x) FROM wide, unnest(ARRAY[j, j]) x', 'SELECT journey_union(j, j || slice(j, NULL, ended_at(j))) FROM wide',
    'SELECT journey_agg(at, repeat(chr(97 + p % 26), 4095)) FROM event WHERE i < 70000']) sql;

SELECT * FROM finish();
ROLLBACK;
