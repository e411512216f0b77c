-- Emotion along the way: by hand, and against plain SQL over the touches of thousands of random journeys.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(34);

DO $$ BEGIN PERFORM setseed(0.8346); END $$;

-- ---- by hand ----

SELECT results_eq($$ SELECT * FROM emotion_path('[2026-01-01T00:00Z a emotion:4, 2026-01-02T00:00Z b, 2026-01-03T00:00Z c emotion:7, 2026-01-05T00:00Z d emotion:1]') $$,
    $$ VALUES (3, 50::float8, 50::float8, 0::float8, 0::float8, 100::float8, -12.5::float8, 0::float8, 0::float8) $$,
    'three answers on days 0, 2 and 4: the slope is (0 - 50) / 4 of the outer ones');
SELECT results_eq($$ SELECT peak, peak_end FROM emotion_path('[2026-01-01T00:00Z a emotion:7, 2026-01-02T00:00Z b emotion:1, 2026-01-03T00:00Z c emotion:4]') $$,
    $$ VALUES (0::float8, 25::float8) $$, 'of equally far ones the later is the peak');
SELECT results_eq($$ SELECT peak FROM unnest('{"[2026-01-01T00:00Z a emotion:6, 2026-01-02T00:00Z b emotion:2, 2026-01-03T00:00Z c emotion:4]",
    "[2026-01-01T00:00Z a emotion:2, 2026-01-02T00:00Z b emotion:6, 2026-01-03T00:00Z c emotion:4]"}'::journey[]) j, emotion_path(j) $$,
    $$ VALUES (percent('emotion:2')), (percent('emotion:6')) $$, 'equally far in whole numbers, not in rounded ones');
SELECT is(peak_end('[2026-01-01T00:00Z a csat:5, 2026-01-02T00:00Z b effort:5, 2026-01-02T00:00Z c nps:8]', 'any'), 40::float8, 'all kinds, effort turned round: peak 0, end 80');
SELECT is(emotion_slope('[2026-01-01T00:00Z a emotion:4]'), NULL, 'one answer has no slope');
SELECT is(emotion_slope('[2026-01-01T00:00Z a emotion:4, 2026-01-01T00:00Z b emotion:7]'), NULL, 'nor have two of one time');
SELECT is(emotion_slope('[2026-01-01T00:00Z a emotion:4, 2026-01-01T00:00:00.000001Z b emotion:7]'), 50 * 86400e6::float8, 'a microsecond apart');
SELECT is(round((emotion_slope(touch('4714-11-24 00:00:00Z BC', 'a', feedback => 'emotion:1') || touch('294276-12-31 23:59:59.999999Z', 'b', feedback => 'emotion:7')) * 1e6)::numeric, 9),
    round((100e6 / ('294277-01-01'::date - '4714-11-24 BC'::date))::numeric, 9), 'as far apart as can be');

-- ---- against SQL ----

CREATE TEMP TABLE drawn AS
    SELECT id, i, timestamptz '2026-01-01Z' + (sum(CASE WHEN random() < 0.3 THEN 0 ELSE floor(random() ^ 6 * 1e6) END) OVER (PARTITION BY id ORDER BY i))::int * interval '1 s' AS at,
           CASE WHEN random() < 0.4 OR id % 10 = 0 THEN NULL
                WHEN random() < 0.6 THEN feedback('emotion', 1 + floor(random() * 7))
                WHEN random() < 0.5 THEN feedback('effort', 1 + floor(random() * 5))
                ELSE (ARRAY['nps:9', 'nps:0', 'csat:4', 'csat:10/1..10', 'ces:6', 'success:1', 'rating:2', 'emotion:0.5/0..1', 'emotion:-3/-5..5', 'rating:3.125'])[1 + floor(random() * 10)::int]::feedback END AS feedback
    FROM generate_series(1, 3000) id, generate_series(1, id % 12) i;
CREATE TABLE cx_way AS
    SELECT id, coalesce(rollup(touch(at, 't' || i, feedback => feedback) ORDER BY i), '[]') AS j FROM generate_series(1, 3000) id LEFT JOIN drawn USING (id) GROUP BY id;
INSERT INTO cx_way VALUES (0, NULL);
CREATE TEMP TABLE kinds AS SELECT unnest('{any,nps,csat,ces,effort,success,emotion,rating}'::text[]) AS k;
CREATE TEMP TABLE answer AS
    SELECT id, k, position, extract(epoch FROM at - min(at) OVER (PARTITION BY id, k))::float8 / 86400 AS day, percent(feedback) AS p,
           abs(2 * (score(feedback) - scale_min(feedback))::numeric - (scale_max(feedback) - scale_min(feedback))::numeric) / (scale_max(feedback) - scale_min(feedback))::numeric AS far
    FROM cx_way, touches(j), kinds WHERE feedback IS NOT NULL AND k IN ('any', kind(feedback));
CREATE TEMP TABLE ref AS
    SELECT id, k, count(*) AS n, avg(p) AS mean, (array_agg(p ORDER BY position))[1] AS first, (array_agg(p ORDER BY position DESC))[1] AS last, min(p) AS lowest, max(p) AS highest,
           CASE WHEN max(day) > 0 THEN regr_slope(p, day) END AS slope, (array_agg(p ORDER BY round(far, 12) DESC, position DESC))[1] AS peak
    FROM answer GROUP BY 1, 2;
CREATE TEMP TABLE found AS SELECT id, k, e.* FROM cx_way, kinds, emotion_path(j, k) e;
SELECT is((SELECT count(*) FROM found), 3000 * 8::bigint, 'one row for each journey that is not NULL');
SELECT cmp_ok((SELECT count(*) FROM found WHERE k = 'emotion' AND answers >= 3), '>', 500::bigint, 'many have several answers');
SELECT is_empty('SELECT f.id, f.k FROM found f LEFT JOIN ref r USING (id, k) WHERE answers <> coalesce(n, 0) OR (f.first, f.last, f.lowest, f.highest) IS DISTINCT FROM (r.first, r.last, r.lowest, r.highest)',
    'how many, first, last, lowest, highest');
SELECT is_empty('SELECT f.id, f.k FROM found f LEFT JOIN ref r USING (id, k) WHERE (f.mean IS NULL) <> (r.mean IS NULL) OR abs(f.mean - r.mean) > 1e-10', 'the mean');
SELECT is_empty('SELECT f.id, f.k, f.slope, r.slope FROM found f LEFT JOIN ref r USING (id, k) WHERE (f.slope IS NULL) <> (r.slope IS NULL) OR abs(f.slope - r.slope) > 1e-7 * (1 + abs(r.slope))', 'the slope');
SELECT is_empty('SELECT f.id, f.k, f.peak, r.peak FROM found f LEFT JOIN ref r USING (id, k) WHERE f.peak IS DISTINCT FROM r.peak', 'the peak');
SELECT is_empty('SELECT * FROM found WHERE peak_end IS DISTINCT FROM (peak + last) / 2', 'peak-end');
SELECT is_empty('SELECT * FROM found WHERE answers = 0 AND num_nonnulls(mean, first, last, lowest, highest, slope, peak, peak_end) > 0', 'no answers: NULL');
SELECT is_empty('SELECT * FROM found WHERE answers > 0 AND num_nulls(mean, first, last, lowest, highest, peak, peak_end) > 0', 'and only then');
SELECT is_empty('SELECT id, k FROM cx_way JOIN found USING (id) WHERE true
    AND (emotion_mean(j, k), emotion_last(j, k), emotion_lowest(j, k), emotion_slope(j, k), peak_end(j, k)) IS DISTINCT FROM (mean, last, lowest, slope, peak_end)', 'single figures are the same');
SELECT is_empty('SELECT id FROM cx_way JOIN found USING (id) WHERE k = ''emotion''
    AND (emotion_mean(j), emotion_last(j), emotion_lowest(j), emotion_slope(j), peak_end(j)) IS DISTINCT FROM (mean, last, lowest, slope, peak_end)', 'emotion, if no kind is said');
SELECT is_empty('SELECT f.id FROM found f JOIN cx_way w USING (id) CROSS JOIN emotion_path(j) e WHERE k = ''emotion'' AND (f.answers, f.mean, f.slope) IS DISTINCT FROM (e.answers, e.mean, e.slope)', 'there, too');
SELECT is_empty('SELECT id, mean FROM found WHERE mean < lowest - 1e-12 OR mean > highest + 1e-12 OR lowest < 0 OR highest > 100', 'inside 0..100');

-- ---- NULL, and mistakes ----

SELECT is((SELECT count(*) FROM emotion_path(NULL)), 0::bigint, 'no journey: no row');
SELECT is(f, NULL, 'no journey: NULL') FROM unnest(ARRAY[emotion_mean(NULL), emotion_last(NULL), emotion_lowest(NULL), emotion_slope(NULL), peak_end(NULL)]) f;
SELECT throws_ok(format('SELECT %s(''[]'', NULL)', f), '22023', 'kind is NULL', f || ' of no kind') FROM unnest('{emotion_mean,emotion_last,emotion_lowest,emotion_slope,peak_end}'::text[]) f;
SELECT throws_ok('SELECT * FROM emotion_path(''[]'', NULL)', '22023', 'kind is NULL', 'emotion_path of no kind');
SELECT throws_ok('SELECT * FROM emotion_path(NULL, ''love'')', '22023', 'unrecognized kind: "love"', 'an unknown kind');

SELECT * FROM finish();
ROLLBACK;
