-- However a journey is stored, every function gives the same: short and long headers, unaligned, compressed, out of line. (Storage
-- plain and the binary form take files: test/tap/003_dump.pl.)
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SELECT plan(29);

-- Journeys of 2 bytes, of each size around the longest short header (126 bytes of content), around 2 kB where values move out
-- of line, around a page, and of a megabyte: padded to size by the length of a name.
CREATE FUNCTION pg_temp.sized(bytes int, touches int) RETURNS journey LANGUAGE sql AS $$
    WITH r AS (
        SELECT j, bytes - octet_length(journey_send(j || touch('2026-01-01+00', ''))) AS missing
        FROM (SELECT coalesce(journey_agg('2026-01-05 09:00+00'::timestamptz + i::float8 * i * interval '1.234567 s', (i * 7919 % 31)::text, (ARRAY['web', 'shop', 'app'])[i % 3 + 1]), '[]') AS j
              FROM generate_series(1, touches) i) s)
    SELECT CASE WHEN missing >= 0 THEN j || touch('2026-01-01+00', left(repeat('x', missing), 4095)) ELSE j END FROM r $$;
CREATE TEMP TABLE source AS
    SELECT row_number() OVER () AS i, j, octet_length(journey_send(j)) AS n
    FROM (SELECT '[]'::journey AS j
          UNION ALL SELECT touch('2026-01-05+00', '7')
          UNION ALL SELECT pg_temp.sized(bytes, 3) FROM generate_series(100, 140) bytes
          UNION ALL SELECT pg_temp.sized(bytes, 20) || touch('2026-02-05+00', 'rated', feedback => 'csat:2/5', value => 49.9) FROM generate_series(200, 2600, 60) bytes
          UNION ALL SELECT pg_temp.sized(bytes, 200) FROM generate_series(1980, 2060, 4) bytes
          UNION ALL SELECT pg_temp.sized(0, touches) FROM generate_series(300, 3000, 250) touches
          UNION ALL SELECT pg_temp.sized(bytes, 1500) FROM generate_series(7900, 8300, 50) bytes
          UNION ALL SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + i * interval '1.234567 s', n) FROM generate_series(1, 280) i,
              LATERAL (SELECT string_agg(md5((i * 1000 + k)::text), '') AS n FROM generate_series(1, 127) k) n) s;
SELECT set_has($$ SELECT n FROM source $$, $$ SELECT 2 UNION ALL SELECT generate_series(121, 127) UNION ALL SELECT generate_series(129, 132) $$, 'there are all sizes around the longest short header');
SELECT ok(max(n) > 1000000 AND count(*) FILTER (WHERE n BETWEEN 1900 AND 2100) > 10 AND count(*) FILTER (WHERE n BETWEEN 7000 AND 9000) > 5,
    'around 2 kB, around a page, and a megabyte') FROM source;

-- everything that is asked of a journey, in one text
CREATE FUNCTION pg_temp.told(j journey) RETURNS text LANGUAGE sql AS $$
    SELECT md5(concat_ws('|', j::text, journey_send(j), journey_hash(j), journey_hash_extended(j, 5), touch_count(j), started_at(j), ended_at(j), duration(j),
        touchpoints(j), channels(j), stages(j), owners(j), j::jsonb, j || j, journey_union(j, j) = j, journey_union(j, touch('2026-01-05 10:00+00', 'new')),
        slice(j, '2026-01-05 09:30+00', '2026-01-07'), (SELECT md5(string_agg(t::text, ';' ORDER BY position)) FROM touches(j) t),
        (SELECT md5(string_agg(s::text, ';' ORDER BY session)) FROM sessions(j, '1 h') s), j = j, j < '[2026-01-05T09:00:02Z a]', journey_cmp(j, '[]'),
        (SELECT rollup(x) FROM unnest(ARRAY[j, '[]']) x) = j)) $$;
ALTER TABLE source ADD told text;
UPDATE source SET told = pg_temp.told(j);

-- Columns before it put the journey at every alignment.
CREATE TEMP TABLE form (name text, ddl text);
INSERT INTO form VALUES ('main', 'SET STORAGE main'), ('extended', 'SET STORAGE extended, ALTER j SET COMPRESSION pglz'),
    ('external', 'SET STORAGE external'), ('default', 'SET STATISTICS 10'), ('compressed', 'SET STORAGE main, ALTER j SET COMPRESSION pglz');
DO $$
DECLARE
    f form;
BEGIN
    FOR f IN SELECT * FROM form LOOP
        EXECUTE format('CREATE TEMP TABLE %I (i bigint, a "char", b boolean, c "char", j journey, d "char", k journey)', 'form_' || f.name);
        EXECUTE format('ALTER TABLE %I ALTER j %s', 'form_' || f.name, f.ddl);
        EXECUTE format('ALTER TABLE %I ALTER k %s', 'form_' || f.name, replace(f.ddl, 'ALTER j', 'ALTER k'));
        -- text in and out: no value comes here as another table stored it
        EXECUTE format($sql$INSERT INTO %I SELECT i, 'a', CASE WHEN i %% 2 = 0 THEN true END, CASE WHEN i %% 3 = 0 THEN 'c'::"char" END, j::text::journey,
                'd', CASE WHEN n < 3000 THEN j::text::journey END
            FROM source$sql$, 'form_' || f.name);
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.differ(form text) RETURNS TABLE (i bigint, n int) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($sql$SELECT i, n FROM %I f JOIN source s USING (i) WHERE pg_temp.told(f.j) IS DISTINCT FROM told OR f.k IS NOT NULL AND pg_temp.told(f.k) IS DISTINCT FROM told
        OR f.j <> s.j OR f.k <> s.j OR f.j < s.j OR journey_cmp(f.k, f.j) <> 0$sql$, 'form_' || form);
END $$;
SELECT is_empty(format('SELECT * FROM pg_temp.differ(%L)', name), name || ': every function gives the same') FROM form;
SELECT is(string_agg(DISTINCT size::text, ' ' ORDER BY size::text), '0 1 4', 'external has short headers, long ones, and values out of line')
FROM (SELECT pg_column_size(j) - octet_length(journey_send(j)) AS size FROM form_external) s;
SELECT cmp_ok(count(*) FILTER (WHERE pg_column_compression(f.j) = 'pglz'), '>', 5::bigint, 'extended compresses') FROM form_extended f;
SELECT cmp_ok(count(*) FILTER (WHERE pg_column_compression(f.j) = 'pglz'), '>', 5::bigint, 'main compresses') FROM form_compressed f;
SELECT is(count(pg_column_compression(f.j)), 0::bigint, 'external does not') FROM form_external f;
SELECT cmp_ok(pg_relation_size(reltoastrelid), '>', 0::bigint, relname || ' has values out of line') FROM pg_class
WHERE oid = ANY (ARRAY['form_external', 'form_extended', 'form_main']::regclass[]) ORDER BY relname;
SELECT is((SELECT attstorage FROM pg_attribute WHERE attrelid = 'form_default'::regclass AND attname = 'j'), 'm'::"char", 'a column of journeys is kept in line as long as that is possible');

-- values with short headers begin at any byte
CREATE FUNCTION pg_temp.placed(form text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(DISTINCT (num_nonnulls(a, b, c))::text, '' '') FROM %I', 'form_' || form) INTO result;
    RETURN result;
END $$;
SELECT is(pg_temp.placed('main'), '1 2 3', 'one to three bytes stand before a journey');
CREATE TYPE pg_temp.packed AS (a "char", j journey, b "char", k journey);
CREATE TEMP TABLE nested AS SELECT i, ARRAY[j, NULL, '[]', j] AS a, ROW('a', j, 'b', j)::pg_temp.packed AS r, ARRAY[ROW(NULL, '[]', 'b', j)::pg_temp.packed] AS ra FROM source;
SELECT is_empty($$ SELECT i FROM nested JOIN source USING (i) WHERE pg_temp.told(a[1]) <> told OR pg_temp.told(a[4]) <> told OR a[2] IS NOT NULL OR a[3] <> '[]' $$, 'in an array');
SELECT is_empty($$ SELECT i FROM nested JOIN source USING (i) WHERE pg_temp.told((r).j) <> told OR pg_temp.told((r).k) <> told OR pg_temp.told((ra[1]).k) <> told $$, 'in a row, and in a row in an array');
SELECT is_empty($$ SELECT i FROM (SELECT i, j, told FROM form_extended f JOIN source USING (i, j)) s WHERE pg_temp.told(j) <> told $$, 'through a join');

-- changed in place, and from one form to another
UPDATE form_main SET j = j || '[]', k = slice(k, NULL, NULL);
UPDATE form_external SET j = journey_union(j, j), a = NULL;
UPDATE form_extended f SET j = x.j FROM form_external x WHERE x.i = f.i;
INSERT INTO form_compressed SELECT i + 1000, a, b, c, j, d, k FROM form_external;
UPDATE form_compressed SET i = i - 1000 WHERE i > 1000;
SELECT is_empty(format('SELECT * FROM pg_temp.differ(%L)', name), name || ', rewritten: every function gives the same') FROM form WHERE name <> 'default';
CREATE INDEX ON form_main (j) WHERE i < 30;
CREATE INDEX ON form_extended USING hash (j);
CREATE INDEX ON form_external (touch_count(j), started_at(j));
ANALYZE form_main;
ANALYZE form_extended;
SET LOCAL enable_seqscan = off;
SELECT is_empty($$ SELECT i FROM source s WHERE i < 30 AND NOT EXISTS (SELECT FROM form_main f WHERE f.j = s.j AND f.i < 30) $$, 'found by a btree index');
SELECT is_empty($$ SELECT i FROM source s WHERE NOT EXISTS (SELECT FROM form_extended f WHERE f.j = s.j) $$, 'values out of line are found by a hash index');

-- what the planner is told: touches of a column by its mean width, of a constant by counting
SET LOCAL enable_seqscan = on;
CREATE FUNCTION pg_temp.rows_of(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN jsonb_path_query_first(plan::jsonb, '$.** ? (@."Node Type" == "Function Scan")."Plan Rows"');
END $$;
CREATE TEMP TABLE regular AS SELECT journey_agg('2026-01-05'::timestamptz + k * i * interval '1 min', k * 7 % 30) AS j FROM generate_series(1, 300) i, generate_series(1, 200) k GROUP BY i;
ANALYZE regular;
SELECT cmp_ok(pg_temp.rows_of('SELECT * FROM regular, touches(j)'), '>', 50, 'the planner expects touches by the width of a column');
SELECT cmp_ok(pg_temp.rows_of('SELECT * FROM regular, touches(j)'), '<', 800, 'about as many as there are');
SELECT is(pg_temp.rows_of(format('SELECT * FROM touches(%L::journey)', (SELECT j FROM regular LIMIT 1))), 200, 'of a constant it knows');
CREATE TEMP TABLE outside (j journey);
ALTER TABLE outside ALTER j SET STORAGE external;
INSERT INTO outside SELECT journey_agg('2026-01-05'::timestamptz + i * i * interval '1 s', i % 100) FROM generate_series(1, 3000) i, generate_series(1, 20) k GROUP BY k;
ANALYZE outside;
SELECT cmp_ok(pg_temp.rows_of('SELECT * FROM outside, touches(j)'), '>', 1, 'the width of a pointer to a value out of line tells nothing');

SELECT * FROM finish();
ROLLBACK;
