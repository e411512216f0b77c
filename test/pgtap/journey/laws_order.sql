-- Laws of equality and order: equal journeys have equal bytes and equal hashes however they were built; the order is total, by
-- the first touch's time, then by bytes; and what indexes, joins and groups make of them.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SELECT plan(50);

DO $$ BEGIN PERFORM setseed(0.1414); END $$;

-- 6,000 journeys of 0 to 11 touches. Few names, few times: many begin alike, many are equal
CREATE TEMP TABLE draw AS
    WITH r AS MATERIALIZED (
        SELECT trial, ord, random() AS a, random() AS b, random() AS c, random() AS d, random() AS luck
        FROM generate_series(1, 6000) trial, generate_series(1, trial * 7919 % CASE WHEN trial % 3 = 0 THEN 3 ELSE 12 END) ord)
    SELECT trial, ord, luck,
           '2026-01-01'::timestamptz + CASE WHEN trial % 3 = 0 THEN floor(a * 2) ELSE ord * 10 + floor(a * 10) END
               * (ARRAY[1, 1000, 1000000, 60000000, 3600000000, 86400000000])[trial / 3 % 6 + 1] * interval '1 microsecond' AS at,
           (ARRAY['a', '7', 'b c', '', '007', 'ß', '2147483648'])[1 + floor(b * (1 + trial % 7))::int] AS touchpoint,
           CASE WHEN trial % 4 = 1 AND c < 0.7 THEN (ARRAY['web', 'a', '7'])[1 + floor(c * 4)::int] END AS channel,
           CASE WHEN trial % 5 = 1 AND c > 0.3 THEN (ARRAY['buy', 'a', '7'])[1 + floor(d * 3)::int] END AS stage,
           CASE WHEN trial % 5 = 2 AND d > 0.3 THEN (ARRAY['shop', 'a', '7'])[1 + floor(c * 3)::int] END AS owner,
           CASE WHEN trial % 7 = 1 AND d < 0.6 THEN (ARRAY['nps:9', 'csat:4.5', 'csat:80/100'])[1 + floor(d * 5)::int] END::feedback AS feedback,
           CASE WHEN trial % 8 = 2 AND c < 0.6 THEN (ARRAY[49.9, 0, -1, 1e300, 0.1 + 0.2::float8])[1 + floor(c * 8)::int] END AS value
    FROM r;
CREATE TEMP TABLE journeys AS
    SELECT trial, j, j::text AS t, journey_send(j) AS b, CASE WHEN touch_count(j) > 0 THEN started_at(j) ELSE '-infinity' END AS s
    FROM (SELECT trial, coalesce(rollup(touch(at, touchpoint, channel, stage, owner, feedback, value) ORDER BY ord) FILTER (WHERE ord IS NOT NULL), '[]') AS j
          FROM generate_series(1, 6000) trial LEFT JOIN draw USING (trial) GROUP BY 1) j;
SELECT cmp_ok(count(DISTINCT t), '>=', 3500::bigint, 'there are thousands of different journeys, some repeated') FROM journeys HAVING count(*) > count(DISTINCT t) + 500;

-- ---- one form for each journey ----

SELECT is_empty($$ SELECT t, count(DISTINCT b) FROM journeys GROUP BY t HAVING count(DISTINCT b) > 1 $$, 'equal texts are equal bytes');
SELECT is_empty($$ SELECT b, count(DISTINCT t) FROM journeys GROUP BY b HAVING count(DISTINCT t) > 1 $$, 'equal bytes are equal texts');
-- every way that leads to a journey, from the same touches; where times are distinct, in any order
CREATE TEMP TABLE way AS
    SELECT trial, 'text' AS way, t::journey AS k FROM journeys
    UNION ALL SELECT trial, 'jsonb', (j::jsonb)::journey FROM journeys
    UNION ALL SELECT trial, 'jsonb of text', (j::jsonb::text)::jsonb::journey FROM journeys
    UNION ALL SELECT trial, '||', '[]' || j FROM journeys
    UNION ALL SELECT trial, 'union', journey_union(j, j) FROM journeys
    UNION ALL SELECT trial, 'slices', slice(j, NULL, s + interval '30 min') || slice(j, s + interval '30 min', NULL) FROM journeys
    UNION ALL SELECT trial, 'slice of more', slice(touch('2025-12-31 23:59:59.999999+00', 'more', 'more', 'more', 'more', 'nps:1', 0.1) || j, '2026-01-01', NULL) FROM journeys
    UNION ALL SELECT trial, 'text in another order', coalesce('[' || string_agg(trim(BOTH '[]' FROM touch(at, touchpoint, channel, stage, owner, feedback, value)::text),
                                                        E',\n' ORDER BY CASE WHEN trial % 3 = 0 THEN ord ELSE luck END) || ' ]', '[ ]')::journey
        FROM journeys LEFT JOIN draw USING (trial) GROUP BY trial
    UNION ALL SELECT trial, 'jsonb in another order', coalesce(jsonb_agg(jsonb_build_object('at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.USOF:00'), 'touchpoint', touchpoint, 'channel', channel, 'stage', stage,
                                                          'owner', owner, 'feedback', feedback::text, 'value', value)
                                       ORDER BY CASE WHEN trial % 3 = 0 THEN ord ELSE luck END) FILTER (WHERE ord IS NOT NULL), '[]')::journey
        FROM journeys LEFT JOIN draw USING (trial) GROUP BY trial
    UNION ALL SELECT trial, 'touches one by one', coalesce(rollup(touch(at, touchpoint, channel, stage, owner, feedback, value)
                                                       ORDER BY CASE WHEN trial % 3 = 0 THEN ord ELSE luck END) FILTER (WHERE ord IS NOT NULL), '[]')
        FROM journeys LEFT JOIN draw USING (trial) GROUP BY trial;
SELECT is((SELECT count(*) FROM journeys JOIN way w USING (trial) WHERE w.way = x.way
              AND j = k AND b = journey_send(k) AND journey_hash(j) = journey_hash(k) AND journey_hash_extended(j, 7) = journey_hash_extended(k, 7)
              AND journey_cmp(j, k) = 0 AND pg_column_size(j) = pg_column_size(k)), 6000::bigint, 'the same bytes and hashes by way of: ' || x.way)
FROM (SELECT DISTINCT way FROM way) x ORDER BY x.way;
SELECT is_empty($$ SELECT trial FROM draw WHERE touch(at, touchpoint, channel, stage, owner, feedback, value) <>
        slice(touch(at, touchpoint, channel, stage, owner, feedback, value) || touch(at + interval '1 h', 'z', 'z', 'z', 'z', 'nps:1', 1), at, at + interval '1 h') $$,
    'what is sliced away leaves no trace: names, facets, feedback, values, steps');
SELECT ok(touch('2026-01-01+00', 'a', value => -0.0) = touch('2026-01-01+00', 'a', value => 0), '-0 is 0');
SELECT ok(touch('2026-01-01+00', 'a', feedback => 'csat:4/5') = touch('2026-01-01+00', 'a', feedback => 'csat:4.0/1..5'), 'feedback has one spelling');
SELECT ok(a <> b, format('%s is not %s', a, b))
FROM (VALUES ('[]'::journey, '[2026-01-01T00:00:00Z a]'::journey),
    ('[2026-01-01T00:00:00Z 7]', '[2026-01-01T00:00:00Z 07]'),
    ('[2026-01-01T00:00:00Z a@b]', '[2026-01-01T00:00:00Z a/b]'),
    ('[2026-01-01T00:00:00Z a]', '[2026-01-01T00:00:00Z a@""]'),
    ('[2026-01-01T00:00:00Z a]', '[2026-01-01T00:00:00Z a =0]'),
    ('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:00Z b]', '[2026-01-01T00:00:00Z b, 2026-01-01T00:00:00Z a]'),
    ('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:00Z a]', '[2026-01-01T00:00:00Z a]')) v(a, b);

-- ---- order ----

-- 20,000 random triples of 300 journeys of each kind
CREATE TEMP TABLE few AS SELECT j, t, b, s FROM journeys ORDER BY random() LIMIT 600;
CREATE TEMP TABLE pair AS SELECT x.j AS a, y.j AS b, x.s AS sa, y.s AS sb, x.b AS ba, y.b AS bb FROM few x, few y;
SELECT is_empty($$ SELECT a, b FROM pair WHERE (a < b)::int + (a = b)::int + (a > b)::int <> 1 $$, 'of a < b, a = b, a > b exactly one is true');
SELECT is_empty($$ SELECT a, b FROM pair WHERE (a <= b) <> (a < b OR a = b) OR (a >= b) <> (a > b OR a = b) OR (a <> b) <> NOT (a = b)
    OR (a < b) <> (b > a) OR (a = b) <> (b = a) $$, 'all six comparisons agree, and with their commutators');
SELECT is_empty($$ SELECT a, b FROM pair WHERE journey_cmp(a, b) <> (a > b)::int - (a < b)::int OR journey_cmp(a, b) <> -journey_cmp(b, a)
    OR journey_cmp(a, b) NOT BETWEEN -1 AND 1 $$, 'and with journey_cmp');
SELECT is_empty($$ SELECT a, b FROM pair WHERE (a = b) <> (ba = bb) $$, 'equal are equal bytes');
SELECT is_empty($$ SELECT a, b FROM pair WHERE (a < b) <> (sa < sb OR sa = sb AND ba < bb) $$,
    'less is an earlier first touch, then bytes; an empty journey is less than any other');
SELECT is_empty($$ SELECT x.j, y.j, z.j FROM (SELECT * FROM few LIMIT 60) x, (SELECT * FROM few OFFSET 60 LIMIT 60) y, (SELECT * FROM few LIMIT 60 OFFSET 90) z
    WHERE x.j <= y.j AND y.j <= z.j AND NOT x.j <= z.j OR x.j < y.j AND y.j <= z.j AND NOT x.j < z.j $$, 'order is transitive');
SELECT is_empty($$ SELECT FROM (SELECT row_number() OVER (ORDER BY j, trial) AS i, row_number() OVER (ORDER BY s, b, trial) AS k FROM journeys) o
    WHERE i <> k $$, 'sorting is sorting by first touch and bytes');
SELECT results_eq($$ SELECT NULL::journey = '[]', NULL::journey < '[]', count(*) FROM journeys WHERE j = NULL $$,
    $$ VALUES (NULL::boolean, NULL::boolean, 0::bigint) $$, 'comparison with NULL is unknown');

-- ---- hash ----

SELECT is_empty($$ SELECT a, b FROM pair WHERE a = b AND (journey_hash(a) <> journey_hash(b) OR journey_hash_extended(a, 77) <> journey_hash_extended(b, 77)) $$,
    'equal journeys have equal hashes');
SELECT is_empty($$ SELECT j FROM journeys WHERE journey_hash_extended(j, 0) & 4294967295 <> journey_hash(j)::bigint & 4294967295 $$,
    'the extended hash without salt ends in the plain one');
SELECT is_empty($$ SELECT j FROM journeys WHERE journey_hash_extended(j, 1) = journey_hash_extended(j, 0) OR journey_hash_extended(j, 1) = journey_hash_extended(j, 2) $$,
    'salt changes the hash');
-- 100,000 journeys that differ little, thrown into 1,024 buckets: chi-square has the mean 1023 and a standard deviation of 45
CREATE TEMP TABLE spread AS
    SELECT journey_hash(j) AS h, journey_hash_extended(j, 42) AS x
    FROM (SELECT touch('2026-01-01+00'::timestamptz + i * interval '1 s', p::text) AS j FROM generate_series(1, 1000) i, generate_series(1, 50) p
          UNION ALL SELECT touch('2026-01-01+00', 'a', c::text, value => v) FROM generate_series(1, 500) c, generate_series(1, 100) v) v;
SELECT ok(chi2 BETWEEN 1023 - 6 * 45 AND 1023 + 6 * 45, format('hashes spread evenly over 1,024 buckets by their %s', bits))
FROM (SELECT bits, sum((n - expected) ^ 2 / expected) + (1024 - count(*)) * max(expected) AS chi2
      FROM (SELECT bits, bucket, count(*) AS n, sum(count(*)) OVER (PARTITION BY bits) / 1024 AS expected
            FROM spread, LATERAL (VALUES ('low bits', h::bigint & 1023), ('high bits', (h >> 22)::bigint & 1023),
                                         ('low bits of 64', x & 1023), ('high bits of 64', (x >> 54) & 1023)) b(bits, bucket)
            GROUP BY bits, bucket) c GROUP BY bits) y ORDER BY bits;
SELECT cmp_ok(count(*) - count(DISTINCT h), '<', 20::bigint, 'hardly any two of 100,000 journeys share their 32-bit hash (expected: 1 or 2)') FROM spread;
SELECT is(count(DISTINCT x), count(*), 'none share their 64-bit hash') FROM spread;

-- ---- groups, joins, indexes ----

CREATE TEMP TABLE by_text AS SELECT t, count(*) AS n FROM journeys GROUP BY t;
SET LOCAL enable_sort = off;
SELECT is_empty($$ SELECT j::text, count(*) FROM journeys GROUP BY j EXCEPT SELECT * FROM by_text $$, 'GROUP BY journey by hashing groups like text');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT j FROM journeys) d), (SELECT count(*) FROM by_text), 'so does DISTINCT');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is_empty($$ SELECT j::text, count(*) FROM journeys GROUP BY j EXCEPT SELECT * FROM by_text $$, 'GROUP BY journey by sorting groups like text');
SELECT is((SELECT count(DISTINCT j) FROM journeys), (SELECT count(*) FROM by_text), 'count(DISTINCT journey) counts different texts');
RESET enable_hashagg;
CREATE TEMP TABLE joined AS SELECT sum(n * n)::bigint AS n FROM by_text;
SET LOCAL enable_mergejoin = off;
SELECT is((SELECT count(*) FROM journeys a JOIN journeys b USING (j)), n, 'a hash join on journeys finds every pair') FROM joined;
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_hashjoin = off;
SELECT is((SELECT count(*) FROM journeys a JOIN journeys b USING (j)), n, 'a merge join on journeys finds every pair') FROM joined;
RESET enable_hashjoin;

CREATE TEMP VIEW found AS
    SELECT probe.j, count(*) FILTER (WHERE a.j < probe.j) AS less, count(*) FILTER (WHERE a.j = probe.j) AS same, count(*) FILTER (WHERE a.j > probe.j) AS more
    FROM (SELECT DISTINCT j FROM few LIMIT 100) probe, journeys a GROUP BY probe.j;
CREATE TEMP TABLE scanned AS SELECT * FROM found;
CREATE INDEX journeys_btree ON journeys USING btree (j);
CREATE INDEX journeys_hash ON journeys USING hash (j);
ANALYZE journeys;
SET LOCAL enable_seqscan = off;
SELECT is_empty(
    $$ SELECT s.j FROM scanned s WHERE (SELECT count(*) FROM journeys a WHERE a.j < s.j) <> less OR (SELECT count(*) FROM journeys a WHERE a.j > s.j) <> more
          OR (SELECT count(*) FROM journeys a WHERE a.j = s.j) <> same OR (SELECT count(*) FROM journeys a WHERE a.j <= s.j) <> less + same
          OR (SELECT count(*) FROM journeys a WHERE a.j >= s.j AND a.j <= s.j) <> same $$,
    'a btree index finds what a scan of the table finds');
DROP INDEX journeys_btree;
SELECT is_empty($$ SELECT s.j FROM scanned s WHERE (SELECT count(*) FROM journeys a WHERE a.j = s.j) <> same $$,
    'a hash index finds what a scan of the table finds');
SET LOCAL enable_seqscan = on;
SELECT lives_ok(
    $$ CREATE TEMP TABLE cut (j journey) PARTITION BY HASH (j);
       CREATE TEMP TABLE cut_0 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 0);
       CREATE TEMP TABLE cut_1 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 1);
       CREATE TEMP TABLE cut_2 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 2);
       INSERT INTO cut SELECT j FROM journeys $$,
    'a table can be partitioned by the hash of journeys');
SELECT is_empty($$ SELECT j FROM cut GROUP BY j HAVING count(DISTINCT tableoid) > 1 $$, 'equal journeys lie in one partition');

SELECT * FROM finish();
ROLLBACK;
