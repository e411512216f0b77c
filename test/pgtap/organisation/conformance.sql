-- Conformance against brute force: every way of laying a template onto a journey, the best of them, and what is left over. Long templates against the
-- textbook table of the longest common subsequence. Then reports against what is said of each journey, the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SELECT plan(36);

DO $$ BEGIN PERFORM setseed(0.4669); END $$;

-- ---- by hand ----

SELECT is(conformance('[2026-01-01T00:00Z try, 2026-01-02T00:00Z decide, 2026-01-03T00:00Z pay]', '{try,decide,pay}'), 1::float8, 'all steps in order: 1');
SELECT is(conformance('[2026-01-01T00:00Z pay, 2026-01-02T00:00Z try, 2026-01-03T00:00Z decide]', '{try,decide,pay}'), 2 / 3::float8, 'paid first: two of three');
SELECT results_eq($$ SELECT * FROM conformance_steps('[2026-01-01T00:00Z pay, 2026-01-02T00:00Z try, 2026-01-03T00:00Z decide]', '{try,decide,pay}') $$,
    $$ VALUES (1, 'try', 'in order', timestamptz '2026-01-02Z', NULL::int, NULL::int), (2, 'decide', 'in order', '2026-01-03Z', NULL, NULL), (3, 'pay', 'moved', '2026-01-01Z', 1, NULL) $$,
    'paying has moved before trying on');
SELECT results_eq($$ SELECT step, state, moved_before, moved_after FROM conformance_steps('[2026-01-01T00:00Z b, 2026-01-02T00:00Z c, 2026-01-03T00:00Z a]', '{a,b,c}') $$,
    $$ VALUES (1, 'moved', NULL::int, 3), (2, 'in order', NULL, NULL), (3, 'in order', NULL, NULL) $$, 'a step that came too late');
SELECT is(conformance('[2026-01-01T00:00Z a]', '{a,a}'), 0.5::float8, 'a touch fills one step');
SELECT is(conformance('[2026-01-01T00:00Z b, 2026-01-01T00:00Z a]', '{a,b}'), 0.5::float8, 'touches of one time have their stored order');
SELECT is(conformance('[]', '{a}'), 0::float8, 'no touches: 0');
SELECT is(conformance(NULL, '{a}'), NULL, 'no journey: NULL');
SELECT is((SELECT count(*) FROM conformance_steps(NULL, '{a}')), 0::bigint, 'no journey: no rows');

-- ---- random journeys and templates ----

CREATE TEMP TABLE expression (e int PRIMARY KEY, text text, touchpoints text[], channels text[]);
INSERT INTO expression VALUES
    (1, 'a', '{a}', '{w,p,-}'), (2, 'b', '{b}', '{w,p,-}'), (3, 'c', '{c}', '{w,p,-}'), (4, 'd d', '{d d}', '{w,p,-}'), (5, '[a|b]', '{a,b}', '{w,p,-}'), (6, '@w', '{a,b,c,d d,7}', '{w}'),
    (7, 'a@p', '{a}', '{p}'), (8, '[^a]', '{b,c,d d,7}', '{w,p,-}'), (9, '.', '{a,b,c,d d,7}', '{w,p,-}'), (10, '7', '{7}', '{w,p,-}'), (11, 'none', '{}', '{}');
CREATE TEMP TABLE touch_at AS
    SELECT way, i AS pos, touchpoint, channel, timestamptz '2026-01-01Z' + (sum(gap) OVER (PARTITION BY way ORDER BY i))::int * interval '1 min' AS at
    FROM (SELECT way, i, (ARRAY['a', 'a', 'b', 'b', 'c', 'c', 'd d', '7'])[1 + floor(random() * 8)::int] AS touchpoint, (ARRAY['w', 'p', '-'])[1 + floor(random() * 3)::int] AS channel,
                 floor(random() * 3)::int AS gap FROM generate_series(1, 600) way, generate_series(1, way % 8) i) x;
CREATE TABLE cx_way AS
    SELECT way, coalesce(journey_agg(at, touchpoint, nullif(channel, '-') ORDER BY pos), '[]') AS j FROM generate_series(1, 600) way LEFT JOIN touch_at USING (way) GROUP BY way;
CREATE TEMP TABLE drawn AS
    SELECT t, (ARRAY[1, 2, 3, 3, 4, 4])[1 + t % 6] AS n, (SELECT array_agg(1 + floor(random() * 10.4)::int) FROM generate_series(1, 4) WHERE t > 0) AS es FROM generate_series(1, 60) t;
CREATE TEMP TABLE template AS SELECT t, n, es[1:n] AS es, (SELECT array_agg(text ORDER BY i) FROM unnest(es[1:n]) WITH ORDINALITY u(e, i) JOIN expression USING (e)) AS steps FROM drawn;
CREATE TEMP TABLE pair AS SELECT row_number() OVER (ORDER BY way, t) AS id, way, t, n, es, steps FROM cx_way JOIN template ON way % 10 = t % 10;
CREATE TEMP TABLE fits AS
    SELECT id, i, pos FROM pair, LATERAL unnest(es) WITH ORDINALITY u(e, i) JOIN expression x USING (e) JOIN touch_at a ON a.touchpoint = ANY (x.touchpoints) AND a.channel = ANY (x.channels) WHERE a.way = pair.way;
CREATE INDEX ON fits (id, i);
ANALYZE fits;
ANALYZE pair;

-- every way: for each step a touch behind the one before, or none (1000)
CREATE TEMP TABLE laid AS
    WITH RECURSIVE lay AS (
        SELECT id, n, 0 AS i, 0 AS last, 0 AS filled, '{}'::int[] AS at FROM pair
        UNION ALL
        SELECT id, n, lay.i + 1, coalesce(f.pos, last), filled + (f.pos IS NOT NULL)::int, at || coalesce(f.pos, 1000)
        FROM lay CROSS JOIN LATERAL (SELECT pos FROM fits f WHERE f.id = lay.id AND f.i = lay.i + 1 AND pos > last UNION ALL SELECT NULL) f WHERE lay.i < n)
    SELECT id, filled, at FROM lay WHERE i = n;
CREATE TEMP TABLE best AS SELECT DISTINCT ON (id) id, filled, at FROM laid ORDER BY id, filled DESC, at;
SELECT cmp_ok((SELECT count(*) FROM laid), '>', 30000::bigint, 'there are many ways');
SELECT cmp_ok((SELECT count(*) FROM (SELECT id FROM laid JOIN best USING (id, filled) GROUP BY id HAVING count(*) > 1) x), '>', 500::bigint, 'and often several best ones');
SELECT is_empty('SELECT id, steps, j, conformance(j, steps), filled::float8 / n FROM pair JOIN best USING (id) JOIN cx_way USING (way) WHERE conformance(j, steps) IS DISTINCT FROM filled::float8 / n',
    'conformance is the longest of them');

-- what is left over, step by step
CREATE FUNCTION pg_temp.left_over(pair bigint, at int[]) RETURNS TABLE (step int, state text, pos int) LANGUAGE plpgsql AS $$
DECLARE
    taken int[] := array_remove(at, 1000);
BEGIN
    FOR i IN 1 .. cardinality(at) LOOP
        step := i;
        pos := nullif(at[i], 1000);
        state := 'in order';
        IF pos IS NULL THEN
            SELECT min(f.pos) INTO pos FROM fits f WHERE f.id = pair AND f.i = step AND f.pos <> ALL (taken);
            state := CASE WHEN pos IS NULL THEN 'missing' ELSE 'moved' END;
            taken := array_remove(taken || pos, NULL);
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE TEMP TABLE expected AS SELECT id, x.* FROM best, pg_temp.left_over(id, at) x;
CREATE TEMP TABLE found AS SELECT id, way, s.* FROM pair JOIN cx_way USING (way) CROSS JOIN conformance_steps(j, steps) s;
ANALYZE expected;
ANALYZE found;
SELECT cmp_ok((SELECT count(*) FROM found WHERE state = 'moved'), '>', 300::bigint, 'many steps have moved');
SELECT is_empty('SELECT id, step, f.state, e.state, f.at, a.at FROM found f FULL JOIN expected e USING (id, step) LEFT JOIN touch_at a ON a.way = f.way AND a.pos = e.pos
    WHERE (f.state, f.at) IS DISTINCT FROM (e.state, a.at)', 'each step is in order, moved or missing as defined, at the time of its touch');
SELECT is_empty('SELECT f.id, f.step, moved_before, moved_after, b, a FROM found f JOIN expected e USING (id, step), LATERAL (
        SELECT min(k.step) FILTER (WHERE k.step < e.step AND k.pos > e.pos) AS b, max(k.step) FILTER (WHERE k.step > e.step AND k.pos < e.pos) AS a
        FROM expected k WHERE k.id = e.id AND k.state = ''in order'' AND e.state = ''moved'') m
    WHERE moved_before IS DISTINCT FROM b OR moved_after IS DISTINCT FROM a', 'moved before or behind the step that it says');
SELECT is_empty('SELECT * FROM found WHERE num_nonnulls(moved_before, moved_after) <> (state = ''moved'')::int', 'exactly one of the two');
SELECT is_empty('SELECT found.id, step, name, text FROM found JOIN pair USING (id) JOIN expression ON e = es[step] WHERE name <> CASE text WHEN ''d d'' THEN ''"d d"'' ELSE text END',
    'steps have their names as patterns write them');

-- the same with more than 64 steps: between the steps there are some that nothing fits
SELECT is_empty($$ SELECT id FROM pair JOIN cx_way USING (way) WHERE id % 7 = 0 AND (SELECT array_agg((state, at, (moved_before + 39) / 40, (moved_after + 39) / 40)::text ORDER BY step)
        FROM conformance_steps(j, (SELECT array_agg(CASE WHEN i % 40 = 0 THEN steps[i / 40] ELSE 'none' END ORDER BY i) FROM generate_series(1, 40 * n) i)) WHERE step % 40 = 0)
    IS DISTINCT FROM (SELECT array_agg((state, at, moved_before, moved_after)::text ORDER BY step) FROM found WHERE found.id = pair.id) $$, 'more than a word of steps');

-- long ones against the textbook table
CREATE FUNCTION pg_temp.longest(a text[], b text[]) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    row int[] := array_fill(0, ARRAY[cardinality(b) + 1]);
    corner int;
    above int;
BEGIN
    FOR i IN 1 .. cardinality(a) LOOP
        corner := 0;
        FOR k IN 1 .. cardinality(b) LOOP
            above := row[k + 1];
            row[k + 1] := CASE WHEN a[i] = b[k] THEN corner + 1 ELSE greatest(above, row[k]) END;
            corner := above;
        END LOOP;
    END LOOP;
    RETURN row[cardinality(b) + 1];
END $$;
CREATE TEMP TABLE long AS
    SELECT i, n, array_agg('t' || floor(random() * k)::int) FILTER (WHERE p <= n) AS steps, array_agg('t' || floor(random() * k)::int) FILTER (WHERE p <= 20 + i * 3) AS touches
    FROM (SELECT i, (ARRAY[63, 64, 65, 100, 127, 128, 129, 200])[1 + i % 8] AS n, (ARRAY[1, 2, 4, 9])[1 + i % 4] AS k FROM generate_series(1, 48) i) x, generate_series(1, 200) p GROUP BY i, n;
ALTER TABLE long ADD j journey;
UPDATE long SET j = (SELECT journey_agg('2026-01-01Z'::timestamptz + p * interval '1 s', t ORDER BY p) FROM unnest(touches) WITH ORDINALITY u(t, p));
SELECT is_empty('SELECT i, n, conformance(j, steps) * n, pg_temp.longest(steps, touches) FROM long WHERE round(conformance(j, steps) * n) <> pg_temp.longest(steps, touches)', 'as long as the textbook says');
CREATE TEMP TABLE long_found AS SELECT i, s.* FROM long, conformance_steps(j, steps) s;
SELECT is_empty('SELECT i FROM long_found JOIN long USING (i) GROUP BY i, n, steps, j HAVING count(*) FILTER (WHERE state = ''in order'') <> round(conformance(j, steps) * n)', 'as many steps are in order');
SELECT is_empty('SELECT i FROM (SELECT i, at <= lag(at) OVER (PARTITION BY i ORDER BY step) AS back FROM long_found WHERE state = ''in order'') x WHERE back', 'their touches are in order');
SELECT is_empty('SELECT i, at FROM long_found WHERE at IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1', 'a touch fills at most one step');
SELECT is_empty('SELECT f.i, step FROM long_found f JOIN long USING (i) WHERE state <> ''missing'' AND touches[extract(epoch FROM at - timestamptz ''2026-01-01Z'')::int] <> steps[step]', 'and one that it fits');
SELECT is_empty('SELECT f.i, step FROM long_found f JOIN long USING (i) WHERE state = ''missing'' AND (SELECT count(*) FROM unnest(touches) t WHERE t = steps[step]) >
    (SELECT count(*) FROM long_found u WHERE u.i = f.i AND u.at IS NOT NULL AND steps[u.step] = steps[f.step])', 'a step is missing only if no touch is left over');

-- ---- reports ----

CREATE TEMP TABLE stat AS SELECT t, steps, conformance_agg(j, steps) AS s FROM template, cx_way GROUP BY 1, 2;
CREATE TEMP TABLE told AS SELECT t, way, s.* FROM template, cx_way, conformance_steps(j, steps) s;
SELECT bag_eq('SELECT t, step, name, journeys, in_order, moved, missing FROM stat, conformance_report(s) WHERE step IS NOT NULL',
    $$ SELECT t, step, name, count(*) AS n, count(*) FILTER (WHERE state = 'in order') AS o, count(*) FILTER (WHERE state = 'moved') AS m, count(*) FILTER (WHERE state = 'missing') AS x FROM told GROUP BY 1, 2, 3 $$,
    'counts of steps');
SELECT bag_eq('SELECT t, name, journeys, in_order, moved, missing FROM stat, conformance_report(s) WHERE step IS NULL',
    $$ SELECT t, NULL::text AS name, count(*) AS n, count(*) FILTER (WHERE o) AS all_in_order, count(*) FILTER (WHERE m) AS any_moved, count(*) FILTER (WHERE x) AS any_missing FROM (
           SELECT t, way, bool_and(state = 'in order') AS o, bool_or(state = 'moved') AS m, bool_or(state = 'missing') AS x FROM told GROUP BY 1, 2) w GROUP BY 1 $$,
    'counts of whole journeys');
SELECT is_empty('SELECT t, r.*, x.* FROM stat, conformance_report(s, 0.9) r, LATERAL (SELECT in_order::float8 / journeys AS p, 1.6448536269514722 AS z, journeys::float8 AS n) x
    WHERE share <> p OR abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)) > 1e-12
       OR abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)) > 1e-12', 'shares, with Wilson''s interval');
SELECT is_empty('SELECT t FROM stat, conformance_report(s) a, conformance_report(s, 0.95) b WHERE a.step = b.step AND a IS DISTINCT FROM b', 'of 0.95, if nothing is said');
SELECT is_empty('SELECT t FROM stat WHERE abs((SELECT avg(share) FROM conformance_report(s) WHERE step IS NOT NULL) - (SELECT avg(conformance(j, steps)) FROM cx_way)) > 1e-12',
    'the mean of shares is the mean of conformance');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT t, cut, part, conformance_agg(j, steps) AS s, random() AS luck FROM template, cx_way, generate_series(2, 21, 19) cut, LATERAL (SELECT way * 7919 % 997 % cut AS part) x GROUP BY 1, 2, 3;
SELECT is_empty('SELECT t FROM (SELECT t, cut, rollup(s ORDER BY luck) r FROM part GROUP BY 1, 2) x JOIN stat USING (t) WHERE conformance_stats_send(r) <> conformance_stats_send(s)',
    'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT t FROM part a JOIN part b USING (t, cut) WHERE b.part = a.part + 1 AND conformance_stats_merge(a.s, b.s)::text <> conformance_stats_merge(b.s, a.s)::text
    OR conformance_stats_merge(a.s, NULL)::text <> a.s::text OR conformance_stats_merge(NULL, a.s)::text <> a.s::text', 'merging is commutative, NULL its identity');
SELECT is_empty('SELECT t FROM part WHERE s::text::conformance_stats::text <> s::text', 'in(out(x)) = x');
INSERT INTO cx_way VALUES (-1, NULL);
ANALYZE cx_way;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT conformance_agg(j, '{a,[a|b],c}')::text FROM cx_way), (SELECT rollup(s)::text FROM (SELECT conformance_agg(j, '{a,[a|b],c}') AS s FROM cx_way GROUP BY way) x), 'workers count the same, and a NULL adds nothing');

-- ---- mistakes, and damage ----

SELECT throws_ok($$ SELECT rollup(s) FROM stat $$, '22023', 'journeys of different templates cannot be counted together', 'different templates');
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM conformance_report(value::conformance_stats) WHERE NOT (in_order >= 0 AND moved >= 0 AND missing >= 0 AND share >= 0 AND share <= 1 AND length(name) >= CASE WHEN step > 0 THEN 1 ELSE 0 END)
            OR step IS NOT NULL AND in_order + moved + missing <> journeys) THEN
        RETURN 'nonsense';
    END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT conformance_stats_send(conformance_agg(j, '{a,[a|b@w],"d d",é,[^a],.}')) AS b FROM cx_way WHERE way <= 200;
SELECT is_empty($$ SELECT i, v, o FROM sample, generate_series(0, length(b) - 1) i, generate_series(0, 255) v, pg_temp.survives('conformance_stats:' || encode(set_byte(b, i, v), 'hex')) o
    WHERE o NOT IN ('sound', '22P02') $$, 'damaged bytes are refused as malformed, or are another value');
SELECT is_empty($$ SELECT o FROM sample, generate_series(0, length(b) - 1) i, pg_temp.survives('conformance_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
