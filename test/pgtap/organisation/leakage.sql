-- Leakage against plain SQL over the touches of thousands of random journeys, for expressions of all forms and all facets; the laws
-- of merging; damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(34);

DO $$ BEGIN PERFORM setseed(0.5114); END $$;

CREATE TABLE cx_way AS
    SELECT id, id % 40 AS g, coalesce(j, '[]') AS j, random() AS luck
    FROM generate_series(1, 4000) id LEFT JOIN (
        SELECT id, rollup(touch('2026-01-01Z'::timestamptz + floor(random() * 12) * interval '1 h', (ARRAY['browse', 'cart', 'pay', '7', 'é', 'x y', 'call'])[1 + floor(random() * 7)::int],
                (ARRAY['web', 'phone', 'shop', '7'])[1 + floor(random() * 5)::int], (ARRAY['buy', 'use'])[1 + floor(random() * 3)::int], (ARRAY['sales', '12'])[1 + floor(random() * 3)::int]) ORDER BY n) AS j
        FROM generate_series(1, 4000) id, generate_series(1, 9) n WHERE n <= id * 7919 % 97 % 10 GROUP BY id) t USING (id);
INSERT INTO cx_way SELECT NULL, g, NULL, random() FROM generate_series(0, 39) g;
ANALYZE cx_way;

-- ---- against SQL ----

-- expressions, and what they mean
CREATE TEMP TABLE question(q int, begins text, finishes text, begins_sql text, finishes_sql text);
INSERT INTO question VALUES
    (1, 'browse', 'pay', 'touchpoint = ''browse''', 'touchpoint = ''pay'''),
    (2, 'cart', 'cart', 'touchpoint = ''cart''', 'touchpoint = ''cart'''),
    (3, '[browse@web|"x y"@web]', '[pay|call@phone]', 'touchpoint IN (''browse'', ''x y'') AND channel = ''web''', 'touchpoint = ''pay'' OR touchpoint = ''call'' AND channel = ''phone'''),
    (4, '.', '[^browse|cart]', 'true', 'touchpoint NOT IN (''browse'', ''cart'')'),
    (5, '7', '@7', 'touchpoint = ''7''', 'channel = ''7'''),
    (6, '/buy', '#sales', 'stage = ''buy''', 'owner = ''sales'''),
    (7, '[^@web]', '.', 'channel IS DISTINCT FROM ''web''', 'true'),
    (8, 'nobody', '.', 'false', 'true');
CREATE TEMP TABLE fits(q int, id bigint, position int, begins boolean, finishes boolean);
CREATE TEMP TABLE touched AS SELECT id, g, t.* FROM cx_way, touches(j) t;
DO $$
DECLARE r record;
BEGIN
    FOR r IN SELECT * FROM question LOOP
        EXECUTE format('INSERT INTO fits SELECT %s, id, position, (%s) IS TRUE, (%s) IS TRUE FROM touched', r.q, r.begins_sql, r.finishes_sql);
    END LOOP;
END $$;
ANALYZE fits;
ANALYZE touched;
CREATE TEMP TABLE stat AS
    SELECT q, grain, g, CASE grain WHEN 'channel' THEN leakage_agg(j, begins, finishes) ELSE leakage_agg(j, begins, finishes, grain) END AS s
    FROM cx_way, question, unnest('{touchpoint,channel,stage,owner}'::text[]) grain GROUP BY q, grain, g;
CREATE TEMP TABLE got AS SELECT q, grain, g, r.* FROM stat, leakage(s, 0.9) r;
CREATE TEMP TABLE expected AS
    WITH begun AS (SELECT q, id, min(position) AS b FROM fits WHERE begins GROUP BY 1, 2),
    way AS (SELECT q, id, b, min(position) FILTER (WHERE finishes AND position > b) AS f FROM begun JOIN fits USING (q, id) GROUP BY 1, 2, 3),
    ends AS (
        SELECT q, grain, x.g, CASE grain WHEN 'touchpoint' THEN x.touchpoint WHEN 'channel' THEN x.channel WHEN 'stage' THEN x.stage ELSE x.owner END AS source,
               CASE grain WHEN 'touchpoint' THEN y.touchpoint WHEN 'channel' THEN y.channel WHEN 'stage' THEN y.stage ELSE y.owner END AS target, f IS NOT NULL AS finished
        FROM way JOIN touched x ON x.id = way.id AND x.position = b LEFT JOIN touched y ON y.id = way.id AND y.position = f, unnest('{touchpoint,channel,stage,owner}'::text[]) grain)
    SELECT q, grain, g, source, target, finished, count(*) AS journeys, count(*) / (sum(count(*)) OVER (PARTITION BY q, grain, g, source))::float8 AS share
    FROM ends GROUP BY 1, 2, 3, 4, 5, 6;
SELECT cmp_ok(count(*), '>', 5000::bigint, 'there is leakage') FROM expected;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'to where nothing is known, too') FROM expected WHERE finished AND target IS NULL;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'and unfinished') FROM expected WHERE NOT finished;
SELECT bag_eq('SELECT q, grain, g, source, target, finished, journeys, share FROM got', 'TABLE expected', 'sources, targets, journeys and shares are those of SQL');
SELECT is_empty($$ SELECT * FROM (SELECT *, sum(journeys) OVER (PARTITION BY q, grain, g, source) AS n FROM got) r, LATERAL (SELECT 1.6448536269514722 AS z, share AS p) q
    WHERE abs(low - greatest(0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12
       OR abs(high - least(1, (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12 $$, 'the interval is Wilson''s');
SELECT is_empty('SELECT q, g, r.* FROM stat, leakage(s) r EXCEPT SELECT q, g, r.* FROM stat, leakage(s, 0.95) r', 'a confidence of 0.95, if nothing else is said');
SELECT is_empty($$ SELECT q FROM (SELECT q, grain, g, row_number() OVER (PARTITION BY q, grain, g ORDER BY source IS NULL, source ~ '^[0-9]+$' DESC, source COLLATE "C",
        NOT finished, target IS NULL, target ~ '^[0-9]+$' DESC, target COLLATE "C") AS r, n FROM stat, leakage(s) WITH ORDINALITY l(source, target, finished, j, sh, lo, hi, n)) x WHERE r <> n $$,
    'by source, then target; none behind all names, not finished last');
SELECT is_empty('SELECT q, grain, g, leaked(s) FROM stat LEFT JOIN (SELECT q, grain, g, sum(journeys) FILTER (WHERE source <> target) AS l, sum(journeys) AS n FROM expected
        WHERE finished AND source IS NOT NULL AND target IS NOT NULL GROUP BY 1, 2, 3) x USING (q, grain, g) WHERE leaked(s) IS DISTINCT FROM coalesce(l, 0)::float8 / n',
    'leaked is the share that finished elsewhere');
SELECT cmp_ok(count(DISTINCT leaked(s)), '>', 100::bigint, 'and differs') FROM stat;
SELECT is((SELECT leakage_stats_send(leakage_agg(j, 'cart', 'pay', 'channel')) FROM cx_way), (SELECT leakage_stats_send(leakage_agg(j, ' [ cart ] ', '"pay"')) FROM cx_way),
    'channel is the grain; expressions are the same, however they are written');
SELECT is_empty($$ SELECT g FROM (SELECT g, sum(journeys) AS n FROM stat, leakage(s) WHERE q = 1 AND grain = 'owner' GROUP BY 1) x
    JOIN (SELECT g, count(*) FILTER (WHERE j @| '{browse}') AS n FROM cx_way GROUP BY 1) y USING (g) WHERE x.n <> y.n $$, 'all journeys that begin are there');

-- by hand
SELECT results_eq($$ SELECT source, target, finished, journeys, share FROM leakage((SELECT leakage_agg(j, 'order', 'pay') FROM unnest(ARRAY[
        '[2026-01-01T09:00:00Z pay@web, 2026-01-01T09:00:00Z order@web, 2026-01-01T09:00:00Z order@app, 2026-01-01T10:00:00Z pay@shop, 2026-01-01T11:00:00Z pay@web]'::journey,
        '[2026-01-01T09:00:00Z order@web, 2026-01-01T09:00:00Z pay@web]', '[2026-01-01T09:00:00Z order@web]', '[2026-01-01T09:00:00Z pay@web, 2026-01-02T09:00:00Z order]', '[]', NULL]) j)) $$,
    $$ VALUES ('web', 'shop', true, 1::bigint, 1/3::float8), ('web', 'web', true, 1, 1/3::float8), ('web', NULL, false, 1, 1/3::float8), (NULL, NULL, false, 1, 1) $$,
    'the first beginning, the first finish behind it, in stored order');
SELECT is(leaked((SELECT leakage_agg(j, 'a', 'b') FROM unnest(ARRAY['[2026-01-01T09:00:00Z a@x, 2026-01-01T10:00:00Z b@x]'::journey, '[2026-01-01T09:00:00Z a@x, 2026-01-01T10:00:00Z b@y]',
    '[2026-01-01T09:00:00Z a@x, 2026-01-01T10:00:00Z b]', '[2026-01-01T09:00:00Z a@x]']) j)), 0.5::float8, 'one of two leaked; one is not known, one not finished');

-- ---- nothing ----

SELECT is((SELECT leakage_agg(j, 'a', 'b')::text FROM cx_way WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT leakage_agg(j, 'a', 'b')::text FROM cx_way WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is_empty($$ SELECT * FROM leakage((SELECT leakage_agg('[]'::journey, 'a', 'b'))) $$, 'no touches: no rows');
SELECT is(leaked((SELECT leakage_agg('[2026-01-01T09:00:00Z a]'::journey, 'a', 'b'))), NULL, 'nothing finished: NULL');

-- ---- laws ----

CREATE TEMP TABLE whole AS SELECT g, s FROM stat WHERE q = 3 AND grain = 'channel';
CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, leakage_agg(j, begins, finishes) AS s, random() AS luck FROM cx_way, question WHERE q = 3 GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM whole JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE leakage_stats_send(s) <> leakage_stats_send(r) OR leakage_stats_send(s) <> leakage_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM whole JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE leakage_stats_send(s) <> leakage_stats_send(r) $$, 'and so do parts of parts');
SELECT is((SELECT leakage_agg(j, '.', '.' ORDER BY luck)::text FROM cx_way), (SELECT leakage_agg(j, '.', '.' ORDER BY -luck)::text FROM cx_way), 'the order of journeys tells nothing');
SELECT is_empty($$ SELECT g FROM stat WHERE leakage_stats_send(s::text::leakage_stats) <> leakage_stats_send(s) $$, 'text comes back');
SELECT is_empty($$ SELECT g FROM stat WHERE leakage_stats_send(leakage_stats_merge(s, NULL)) <> leakage_stats_send(s) OR leakage_stats_send(leakage_stats_merge(NULL, s)) <> leakage_stats_send(s) $$, 'NULL is the identity');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, leakage_agg(j, '[browse@web|"x y"@web]', '[pay|call@phone]') AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM whole JOIN parallel p USING (g) WHERE leakage_stats_send(whole.s) <> leakage_stats_send(p.s) $$, 'parallel as serial');

-- ---- mistakes and damage ----

SELECT throws_ok('SELECT leakage_agg(j, ''a'', ''b'', ''colour'') FROM cx_way', '22023', 'unrecognized grain: "colour"', 'no such grain');
SELECT throws_ok('SELECT leakage_agg(j, NULL, ''b'') FROM cx_way', '22023', 'begin is NULL', 'no beginning');
SELECT throws_ok('SELECT leakage_agg(j, ''a'', NULL) FROM cx_way', '22023', 'finish is NULL', 'no finish');
SELECT throws_ok('SELECT leakage_agg(j, ''a'', ''[b'') FROM cx_way', '22P02', NULL, 'no expression');
SELECT throws_ok('SELECT leakage_agg(j, ''a'', ''b'' || g) FROM cx_way', '22023', 'leakage of different journeys cannot be merged', 'another finish in each row');
SELECT throws_ok('SELECT rollup(s) FROM stat WHERE grain = ''channel''', '22023', 'leakage of different journeys cannot be merged', 'different expressions');
SELECT throws_ok('SELECT rollup(s) FROM stat WHERE q = 1', '22023', 'leakage of different grains cannot be merged', 'different grains');
SELECT throws_ok('SELECT leakage(s, 95) FROM stat', '22023', NULL, 'confidence in percent');
-- begin "a", finish "b", no names, one cell of 2^61 journeys from nowhere to nowhere
SELECT throws_ok($$ SELECT leakage_stats_merge(x, x) FROM (SELECT 'leakage_stats:010101610162000100008080808080808080 20'::leakage_stats AS x) y $$, '22P02', NULL, 'a blank among the digits');
SELECT throws_ok($$ SELECT leakage_stats_merge(x, x) FROM (SELECT 'leakage_stats:01010161016200010000808080808080808020'::leakage_stats AS x) y $$, '22003', 'leakage_stats counts more than 2^61 journeys', 'more than can be counted');
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                PERFORM (SELECT sum(share + low) FROM leakage(x.s)), leaked(x.s), leakage_stats_merge(x.s, x.s)
                FROM (SELECT ('leakage_stats:' || encode(set_byte(value, i, b), 'hex'))::leakage_stats AS s) x;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
        BEGIN
            PERFORM ('leakage_stats:' || encode(substr(value, 1, i), 'hex'))::leakage_stats;
            RETURN -1;
        EXCEPTION WHEN invalid_text_representation THEN
        END;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT leakage_stats_send(s) FROM whole WHERE g = 1)), '>', 0, 'damaged bytes are refused as malformed, or are another value; what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
