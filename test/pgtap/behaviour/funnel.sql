-- Funnels against brute force: every chain of every small random journey, by a recursive query that knows nothing of ours.
--
-- More of them: psql -v ways=10000 -v defs=3000 -v pairs=40000 -f test/pgtap/behaviour/funnel.sql
\if :{?pairs}
\else
    \set ways 3000
    \set defs 1500
    \set pairs 12000
\endif
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;
SELECT plan(41);
SELECT setseed(0.4127);

-- ---- what is asked of whom ----

-- touch expressions, and the touchpoints and channels they fit ('-' is a touch without a channel)
CREATE TEMP TABLE expression (e int PRIMARY KEY, text text, touchpoints text[], channels text[]);
INSERT INTO expression VALUES
    (1, 'a', '{a}', '{w,p,-}'), (2, 'b', '{b}', '{w,p,-}'), (3, 'c', '{c}', '{w,p,-}'), (4, 'd', '{d}', '{w,p,-}'),
    (5, '[a|b]', '{a,b}', '{w,p,-}'), (6, '[b|c]', '{b,c}', '{w,p,-}'), (7, '@w', '{a,b,c,d,long name}', '{w}'),
    (8, 'a@p', '{a}', '{p}'), (9, '[^a]', '{b,c,d,long name}', '{w,p,-}'), (10, '.', '{a,b,c,d,long name}', '{w,p,-}'),
    (11, 'long name', '{long name}', '{w,p,-}');

CREATE TEMP TABLE touch_of AS
    SELECT way, i, (array['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'd', 'long name'])[1 + floor(random() * 10)::int] AS touchpoint,
           (array['w', 'w', 'p', '-'])[1 + floor(random() * 4)::int] AS channel, (array[0, 0, 1, 1, 2, 3])[1 + floor(random() * 6)::int] AS gap
    FROM generate_series(1, :ways) way, generate_series(1, way % 9) i;
CREATE TEMP TABLE touch_at AS
    SELECT way, i AS pos, touchpoint, channel, (sum(gap) OVER (PARTITION BY way ORDER BY i))::int AS at FROM touch_of;
CREATE TEMP TABLE way AS
    SELECT way, coalesce(journey_agg(timestamptz '2026-01-01 00:00Z' + at * interval '1 s', touchpoint, nullif(channel, '-') ORDER BY pos), '[]') AS j
    FROM generate_series(1, :ways) way LEFT JOIN touch_at USING (way) GROUP BY way;
CREATE INDEX ON touch_at (way, pos);
ANALYZE touch_at;

-- steps as numbers of expressions; times in seconds; with a tolerance in mode ordered no touch may fit two steps
CREATE TEMP TABLE drawn AS
    WITH r AS MATERIALIZED (
        SELECT d, (array['ordered', 'ordered', 'increasing', 'strict', 'any'])[1 + d % 5] AS mode, 1 + floor(random() * 4)::int AS k,
               (array[NULL, 0, 1, 2, 3, 5])[1 + floor(random() * 6)::int] AS within,
               (array[NULL, NULL, 0, 1, 2])[1 + floor(random() * 5)::int] AS tolerance,
               (array[NULL, NULL, 'touchpoint', 'channel'])[1 + floor(random() * 4)::int] AS hold,
               random() < 0.4 AS has_excluded, random() < 0.5 AS has_optional, random() < 0.4 AS has_step_within,
               1 + floor(random() * 11)::int AS e1, 1 + floor(random() * 11)::int AS e2, random() AS shuffle
        FROM generate_series(1, :defs) d),
    o AS (SELECT r.d, r.k, r.mode, r.within, r.hold,
                 CASE WHEN r.mode IN ('ordered', 'increasing') THEN r.tolerance END AS tolerance,
                 CASE WHEN r.mode IN ('ordered', 'increasing') AND has_excluded THEN array[e1, e2] END AS excluded,
                 has_optional AND r.mode <> 'any' AS has_optional, has_step_within AND r.mode <> 'any' AS has_step_within FROM r),
    s AS (SELECT o.*,
                 CASE WHEN o.tolerance IS NOT NULL AND o.mode = 'ordered'
                      THEN (SELECT array_agg(e ORDER BY random()) FROM (VALUES (1), (2), (3), (4)) v(e) WHERE o.d > 0)
                      ELSE (SELECT array_agg(1 + floor(random() * 11)::int) FROM generate_series(1, 4) g WHERE o.d > 0) END AS steps,
                 (SELECT array_agg(random() < 0.4) FROM generate_series(1, 4) g WHERE o.d > 0) AS opt,
                 (SELECT array_agg(floor(random() * 5)::int) FROM generate_series(1, 4) g WHERE o.d > 0) AS win
          FROM o)
    SELECT d, k, mode, within, hold, tolerance, excluded, steps[1:k] AS steps,
           CASE WHEN has_optional THEN (SELECT array_agg(i) FROM generate_series(2, k) i WHERE opt[i]) END AS optional,
           CASE WHEN has_step_within THEN (SELECT array_agg(CASE WHEN i > 1 AND win[i] < 4 THEN win[i] END ORDER BY i) FROM generate_series(1, k) i) END AS step_within
    FROM s;
CREATE TEMP TABLE def AS
    SELECT *, funnel_def((SELECT array_agg(text ORDER BY i) FROM unnest(steps) WITH ORDINALITY u(e, i) JOIN expression USING (e)), within * interval '1 s', mode,
                         (SELECT array_agg(text) FROM unnest(excluded) u(e) JOIN expression USING (e)), optional,
                         (SELECT array_agg(w * interval '1 s' ORDER BY i) FROM unnest(step_within) WITH ORDINALITY u(w, i)), hold, tolerance * interval '1 s') AS f
    FROM drawn;
CREATE TEMP TABLE pair AS
    SELECT id, 1 + floor(random() * :ways)::int AS way, 1 + id % :defs AS d FROM generate_series(1, :pairs) id;
ANALYZE pair;

SELECT cmp_ok((SELECT count(*)::int FROM touch_at a JOIN touch_at b ON a.way = b.way AND a.pos < b.pos AND a.at = b.at), '>=', 1000, 'touches tie in time');
SELECT is((SELECT count(DISTINCT mode)::int FROM def), 4, 'all modes are drawn');

-- ---- brute force ----

CREATE TEMP TABLE fit AS
    SELECT way, pos, at, touchpoint, nullif(channel, '-') AS channel, e FROM touch_at JOIN expression ON touchpoint = ANY (touchpoints) AND channel = ANY (channels);
CREATE INDEX ON fit (way, e);
ANALYZE fit;

-- Chains by steps: where each stands (1000 for a skipped step), the last step k, its position and time, those of the first, what is held.
-- For a void attempt: an excluded touch strictly between the positions of two steps that follow each other.
CREATE TEMP TABLE chain AS
    WITH RECURSIVE chain AS (
        SELECT id, way, d, 1 AS k, pos, at, pos AS first, at AS first_at, array[pos] AS stands,
               CASE hold WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel ELSE '' END AS held
        FROM pair JOIN def USING (d) JOIN fit USING (way) WHERE e = steps[1] AND mode <> 'any'
      UNION ALL
        SELECT c.id, c.way, c.d, n.k, q.pos, q.at, c.first, c.first_at,
               c.stands || (SELECT coalesce(array_agg(1000), '{}') FROM generate_series(c.k + 1, n.k - 1)) || q.pos, c.held
        FROM chain c JOIN def USING (d), LATERAL generate_series(c.k + 1, def.k) AS n(k), LATERAL (SELECT * FROM fit WHERE fit.way = c.way AND e = steps[n.k]) q
        WHERE NOT EXISTS (SELECT FROM generate_series(c.k + 1, n.k - 1) s WHERE s <> ALL (coalesce(optional, '{}')))
          AND q.pos <> ALL (c.stands)
          AND CASE mode WHEN 'strict' THEN q.pos = c.pos + 1
                        WHEN 'increasing' THEN q.at - c.at > coalesce(tolerance, 0)
                        ELSE CASE WHEN tolerance IS NULL THEN q.pos > c.pos ELSE c.at - q.at <= tolerance END END
          AND (within IS NULL OR q.at - c.first_at <= within)
          AND (step_within[n.k] IS NULL OR q.at - c.at <= step_within[n.k])
          AND (hold IS NULL OR CASE hold WHEN 'touchpoint' THEN q.touchpoint ELSE q.channel END = c.held)
          AND NOT EXISTS (SELECT FROM fit x WHERE x.way = c.way AND x.e = ANY (excluded)
                            AND x.pos > least(c.pos, q.pos) AND x.pos < greatest(c.pos, q.pos)))
    SELECT * FROM chain WHERE held IS NOT NULL;
-- In any order: touch after touch, each for some step that is still free.
CREATE TEMP TABLE chain_any AS
    WITH RECURSIVE chain AS (
        SELECT id, way, d, pos, at, pos AS first, at AS first_at, array[pos] AS stands, array[i] AS taken,
               CASE hold WHEN 'touchpoint' THEN touchpoint WHEN 'channel' THEN channel ELSE '' END AS held
        FROM pair JOIN def USING (d) JOIN fit USING (way), unnest(steps) WITH ORDINALITY s(step, i) WHERE e = step AND mode = 'any'
      UNION
        SELECT c.id, c.way, c.d, q.pos, q.at, c.first, c.first_at, c.stands || q.pos, (SELECT array_agg(x ORDER BY x) FROM unnest(c.taken || i) x), c.held
        FROM chain c JOIN def USING (d), unnest(steps) WITH ORDINALITY s(step, i), LATERAL (SELECT * FROM fit WHERE fit.way = c.way AND e = step) q
        WHERE i <> ALL (c.taken) AND q.pos > c.pos AND (within IS NULL OR q.at - c.first_at <= within)
          AND (hold IS NULL OR CASE hold WHEN 'touchpoint' THEN q.touchpoint ELSE q.channel END = c.held))
    SELECT *, cardinality(stands) AS k FROM chain WHERE held IS NOT NULL;
-- The deepest; then the earliest to complete, the latest to start; then each step filled rather than skipped, and early.
CREATE TEMP TABLE expected AS
    WITH best AS (
        SELECT DISTINCT ON (id) id, k, first, stands FROM (SELECT id, k, pos, first, stands FROM chain UNION ALL SELECT id, k, pos, first, stands FROM chain_any) c
        ORDER BY id, k DESC, pos, first DESC, stands)
    SELECT id, way, d, coalesce(k, 0) AS depth,
           (SELECT coalesce(array_agg(timestamptz '2026-01-01 00:00Z' + t.at * interval '1 s' ORDER BY i), '{}')
            FROM unnest(stands) WITH ORDINALITY s(pos, i) LEFT JOIN touch_at t ON t.way = pair.way AND t.pos = s.pos) AS times,
           (SELECT nullif(channel, '-') FROM touch_at t WHERE t.way = pair.way AND t.pos = first) AS channel
    FROM pair LEFT JOIN best USING (id);

SELECT cmp_ok((SELECT min(n)::int FROM (SELECT count(*) AS n FROM expected JOIN def USING (d) WHERE mode <> 'any' GROUP BY mode, depth) x), '>=', 3, 'each depth in each mode');
SELECT cmp_ok((SELECT count(*)::int FROM expected WHERE array_position(times, NULL) IS NOT NULL), '>=', 50, 'steps are skipped');

SELECT is_empty($$ SELECT f, j, depth, funnel_depth(j, f) FROM expected JOIN def USING (d) JOIN way USING (way) WHERE funnel_depth(j, f) <> depth $$,
    'funnel_depth agrees with brute force');
SELECT is_empty($$ SELECT f, j, times, funnel_times(j, f) FROM expected JOIN def USING (d) JOIN way USING (way) WHERE funnel_times(j, f) <> times $$,
    'funnel_times agrees with brute force');
SELECT is_empty($$ SELECT f, j, channel FROM expected JOIN def USING (d) JOIN way USING (way) WHERE funnel_facet(j, f, 'channel') IS DISTINCT FROM channel $$,
    'funnel_facet agrees with brute force');
SELECT is_empty(
    $$ SELECT f, j FROM expected JOIN def USING (d) JOIN way USING (way),
              LATERAL (SELECT array_agg(text ORDER BY i) AS texts FROM unnest(steps) WITH ORDINALITY u(e, i) JOIN expression USING (e)) t
       WHERE hold IS NULL AND tolerance IS NULL AND excluded IS NULL AND optional IS NULL AND step_within IS NULL
         AND (funnel_depth(j, texts, within * interval '1 s', mode) <> depth OR funnel_times(j, texts, within * interval '1 s', mode) <> times) $$,
    'so do the forms that take steps, window and mode');

-- the same definitions with so many steps that no touch fits that the masks of 64 bits do not do
CREATE TEMP TABLE wide AS
    SELECT d, replace(f::text, 'funnel(', CASE WHEN mode = 'any' THEN 'funnel(' || repeat('nowhere, ', 70) ELSE 'funnel(' END)::funnel_def AS f_any,
           CASE WHEN mode <> 'any' THEN regexp_replace(f::text, '\)( |$)', ', ' || (SELECT string_agg('x' || i || CASE WHEN mode = 'strict' THEN '' ELSE ' optional' END, ', ') FROM generate_series(1, 70) i) || ')\1')::funnel_def END AS f_end
    FROM def;
SELECT is_empty($$ SELECT f_any, f_end, j FROM expected JOIN wide USING (d) JOIN way USING (way)
                   WHERE funnel_depth(j, coalesce(f_end, f_any)) <> depth OR funnel_times(j, coalesce(f_end, f_any)) <> times $$,
    'seventy more steps that nobody reaches change nothing');

-- ---- many journeys ----

CREATE TEMP TABLE stats AS
    SELECT d, f, (SELECT funnel_agg(j, f) FROM (SELECT * FROM expected WHERE expected.d = def.d OFFSET 0) x JOIN way USING (way)) AS s FROM def;
CREATE TEMP TABLE counted AS
    SELECT d, k AS step, count(times[k]) AS journeys, count(times[1]) AS begun,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM times[k] - times[1]), 0)) FILTER (WHERE times[k] IS NOT NULL) AS median,
           percentile_disc(0.9) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM times[k] - times[1]), 0)) FILTER (WHERE times[k] IS NOT NULL) AS p90
    FROM (SELECT d, times, generate_series(1, def.k) AS k FROM expected JOIN def USING (d)) x GROUP BY 1, 2;
SELECT is((SELECT count(*)::int FROM stats, funnel_steps(s)), (SELECT count(*)::int FROM counted), 'a row for each step');
SELECT is_empty($$ SELECT f, x.*, c.* FROM stats, funnel_steps(s) x JOIN counted c USING (step) WHERE c.d = stats.d
                   AND (x.journeys <> c.journeys OR x.from_start IS DISTINCT FROM x.journeys / nullif(c.begun::float8, 0)) $$, 'journeys by step');
SELECT is_empty($$ SELECT f, x.*, c.* FROM stats, funnel_steps(s) x JOIN counted c USING (step) WHERE c.d = stats.d
                   AND ((c.median IS NULL) <> (x.median_seconds IS NULL) OR abs(x.median_seconds - c.median) > c.median::float8 / 128 OR abs(x.p90_seconds - c.p90) > c.p90::float8 / 128) $$,
    'median and 90th percentile are within 1/128');
SELECT is_empty($$ SELECT f FROM stats WHERE funnel_total(s) <> (SELECT count(*) FROM pair WHERE pair.d = stats.d) OR funnel_def(s)::text <> f::text $$, 'journeys in all, and the definition');
SELECT is_empty($$ SELECT f, x.* FROM stats, funnel_steps(s) x WHERE NOT (low <= from_start AND from_start <= high) OR from_previous NOT BETWEEN 0 AND 1 $$,
    'shares are inside their intervals');

-- ---- laws ----

SELECT is_empty($$ SELECT f FROM def WHERE f::text::funnel_def::text <> f::text $$, 'the text form of a definition comes back unchanged');
SELECT is_empty($$ SELECT f FROM stats WHERE s::text::funnel_stats::text <> s::text $$, 'so does that of stored counts');
SELECT is_empty(
    $$ SELECT d FROM (SELECT d, rollup(part)::text AS again
                      FROM (SELECT d, id % 3 AS third, funnel_agg(j, f) AS part FROM pair JOIN def USING (d) JOIN way USING (way) GROUP BY 1, 2 ORDER BY 1, md5(d || ' ' || id % 3)) p
                      GROUP BY d) x JOIN stats USING (d)
       WHERE again <> s::text $$, 'parts in any order roll up to the same bytes');
SELECT is_empty(
    $$ SELECT d FROM (SELECT d, funnel_agg(j, f ORDER BY md5(id::text)) AS again FROM pair JOIN def USING (d) JOIN way USING (way) GROUP BY d) x JOIN stats USING (d)
       WHERE again::text <> s::text $$, 'the order of rows does not matter');
SELECT is((SELECT funnel_stats_merge(s, NULL)::text FROM stats WHERE d = 1), (SELECT s::text FROM stats WHERE d = 1), 'nothing merges to the same');
SELECT is((SELECT funnel_stats_merge(a.s, a.s)::text FROM stats a WHERE d = 2), (SELECT rollup(s)::text FROM (SELECT s FROM stats WHERE d = 2 UNION ALL SELECT s FROM stats WHERE d = 2) x), 'merged by hand or by rollup');
SELECT throws_ok($$ SELECT rollup(s) FROM stats $$, '22023', NULL, 'different funnels do not merge');
SELECT throws_ok($$ SELECT funnel_agg(j, f) FROM pair JOIN def USING (d) JOIN way USING (way) $$, '22023', NULL, 'nor are they counted together');
SELECT is((SELECT funnel_agg(NULL, f)::text FROM def), NULL, 'no journeys: NULL');
SELECT is((SELECT rollup(s)::text FROM stats WHERE false), NULL, 'nothing to roll up: NULL');
SELECT is((SELECT funnel_agg(j, f)::text FROM (SELECT j, f FROM way, def WHERE d = 3 UNION ALL SELECT NULL, f FROM def WHERE d = 3) x),
          (SELECT funnel_agg(j, f)::text FROM way, def WHERE d = 3), 'a NULL journey is none');

-- ---- worked by hand ----

-- a strictly increasing funnel that other engines get wrong (ClickHouse issue 52844): A at 0, A and B at 1, window 1
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:01Z a, 2026-01-01T00:00:01Z b]', ARRAY['a', 'b', 'c'], '1 s', 'increasing'), 2, 'A at 0, A and B at 1, window 1: two steps');
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:10Z b]', ARRAY['a', 'b'], '10 s'), 2, 'the window is inclusive');
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:10.000001Z b]', ARRAY['a', 'b'], '10 s'), 1, 'to the microsecond');
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a, 2026-01-01T00:00:01Z a, 2026-01-01T00:00:02Z a]', ARRAY['a', 'a', 'a'], '1h'), 3, 'a step may come again: A, A, A');
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a@w]', ARRAY['a', '@w'], NULL), 1, 'one touch fills one step');
SELECT is(funnel_depth('[2026-01-01T00:00:00Z a@w, 2026-01-01T00:00:00Z a, 2026-01-01T00:00:00Z b@w]', ARRAY['@w', '[a|b]', 'a'], NULL, 'any'), 3, 'in any order, touches are moved to other steps until all have one');
SELECT is(funnel_depth(journey_agg(timestamptz '2026-01-01 00:00Z' + i * interval '1 s', (i % 300)::text), (SELECT array_agg((i % 300)::text) FROM generate_series(1, 2500) i), NULL), 2500, 'two and a half thousand steps')
FROM generate_series(1, 3000) i;
SELECT is(funnel_depth(journey_agg(timestamptz '2026-01-01 00:00Z' + i * interval '1 s', 'a'), array_fill('a'::text, ARRAY[300]), '299 s', 'any'), 300, 'three hundred in any order')
FROM generate_series(1, 3000) i;

-- ---- refusals: what no funnel is, and what is too large for one ----

SELECT throws_ok(format('SELECT %L::funnel_def', f), '22P02', NULL, 'no funnel: ' || f)
FROM unnest(ARRAY['funnel(a, b within 1.)', 'funnel(a, b within x)', 'funnel(a, b) exclude (c) exclude (d)', 'funnel(a, b) exclude ()', 'funnel(a, b) tolerance x']) f;
SELECT throws_ok($$ SELECT ('funnel(' || repeat('a,', 10000) || 'a)')::funnel_def $$, '54000', 'a funnel may have up to 10000 steps', 'a funnel has up to 10000 steps');
SELECT throws_ok($$ SELECT ('funnel(a,b) exclude (' || repeat('a,', 10000) || 'a)')::funnel_def $$, '54000', 'a funnel may have up to 10000 exclusions', 'and up to 10000 exclusions');
SELECT throws_ok($$ SELECT ('funnel(' || repeat('"' || repeat('x', 4000) || '",', 300) || 'a)')::funnel_def $$, '54000', 'a funnel may have up to 1 MB of text', 'and up to 1 MB of text');

SELECT * FROM finish();
ROLLBACK;
