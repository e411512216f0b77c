-- Alignment: figures by hand, correlations against corr() and resultants against plain SQL over random series with gaps, arrays against
-- the value made of rows, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(49);

DO $$ BEGIN PERFORM setseed(0.1414); END $$;

-- ---- by hand ----

SELECT results_eq('SELECT series, periods, pairs, round(mean_correlation::numeric, 12), moving, round(resultant::numeric, 12) FROM alignment(ARRAY[[1,2,4,5],[10,20,40,50],[3,4,6,7]])',
    'VALUES (3::bigint, 4::bigint, 3::bigint, 1.000000000000, 3::bigint, 1.000000000000)', 'all move alike: 1');
SELECT results_eq('SELECT pairs, round(mean_correlation::numeric, 12), moving, resultant FROM alignment(ARRAY[[1,2,4,5],[5,4,2,1]])',
    'VALUES (1::bigint, -1.000000000000, 2::bigint, 0::float8)', 'two against one another cancel: 0');
-- ten rowers in eight directions of the plane (periods: two changes): of compass points, two have two rowers each, 90 degrees apart
SELECT is((SELECT round(resultant::numeric, 9) FROM alignment((SELECT array_agg(ARRAY[0, cos(a), cos(a) + sin(a)] ORDER BY i)
        FROM (SELECT i, (CASE WHEN i < 8 THEN i ELSE 2 * (i - 8) END) * pi() / 4 AS a FROM generate_series(0, 9) i) x))), round((sqrt(2) / 10)::numeric, 9), 'ten men rowing in eight directions get nowhere: sqrt(2) / 10');
SELECT is((SELECT moving FROM alignment((SELECT array_agg(ARRAY[0, cos(i * pi() / 4), cos(i * pi() / 4) + sin(i * pi() / 4)] ORDER BY i) FROM generate_series(0, 7) i))), 8::bigint, 'eight of them');
SELECT results_eq('SELECT pairs, mean_correlation, moving, resultant FROM alignment(ARRAY[[1,1,1,1],[1,2,4,5],[2,3,5,6]])', 'SELECT 1::bigint, 1::float8, 2::bigint, 1::float8',
    'a series that stands still is left out');
SELECT results_eq('SELECT pairs, mean_correlation, moving FROM alignment(ARRAY[[0.1,0.2,0.3,0.4],[1,2,4,5]])', 'SELECT 0::bigint, NULL::float8, 2::bigint',
    'a change that is constant but for rounding does not vary, and moves');
SELECT results_eq('SELECT moving, resultant FROM alignment(ARRAY[[0.3, 0.1::float8 + 0.2::float8, 0.3, 0.1::float8 + 0.2::float8],[1,2,4,5]])', 'SELECT 1::bigint, NULL::float8', 'a change that is rounding is none');
-- the length of a change does not count, only its direction
SELECT is((SELECT round(resultant::numeric, 12) FROM alignment(ARRAY[[0,1,1],[0,0,1e-100],[0,1e120,1e120],[0,0,1e-300]])), round(sqrt(0.5)::numeric, 12), 'arrows have length 1, whatever the unit');
-- gaps: changes 1-2, 3-4, 4-5 are known to the first, the last two to both
SELECT results_eq('SELECT series, periods, pairs, mean_correlation, moving, round(resultant::numeric, 12) FROM alignment(ARRAY[[1,5,NULL,1,2,4],[1,NULL,1,2,4,8]]::float8[])',
    'SELECT 2::bigint, 6::bigint, 1::bigint, 1::float8, 2::bigint, 1.000000000000', 'a figure that is missing hides two changes');

-- ---- random series ----

-- 1,500 groups of up to 6 series over up to 12 periods: random walks, ladders, flat ones, with gaps
CREATE TABLE cx_figure AS
    SELECT g, i, (ARRAY['shop', '7', 'web', 'é', '', 'call'])[i] AS series, p, '2026-01-01Z'::timestamptz + p * interval '1 month' AS at,
           CASE WHEN random() < (g % 4) * 0.05 THEN NULL ELSE CASE WHEN i = 2 AND g % 3 = 0 THEN p * 0.1 WHEN i = 3 AND g % 5 = 0 THEN 0.7 ELSE round((random() * 10)::numeric, g % 3)::float8 END END AS figure
    FROM generate_series(1, 1500) g, generate_series(1, 6) i, generate_series(1, 12) p WHERE i <= 1 + g % 6 AND p <= 1 + g * 7 % 12;
ANALYZE cx_figure;
-- of some gaps there is no row at all; the first series keeps the period
CREATE TABLE cx_row AS SELECT * FROM cx_figure WHERE NOT (figure IS NULL AND i > 1 AND p % 2 = 0);
ANALYZE cx_row;
CREATE TEMP TABLE stat AS SELECT g, alignment_agg(series, at, figure ORDER BY random()) AS s FROM cx_row GROUP BY g;
CREATE TEMP TABLE got AS SELECT g, a.* FROM stat, alignment(s) a;
SELECT bag_eq('SELECT g, series, periods, pairs, moving FROM (SELECT g, array_agg(f ORDER BY series <> ''7'', series COLLATE "C") AS m FROM (SELECT g, series, array_agg(figure ORDER BY p) AS f FROM cx_figure GROUP BY 1, 2) x GROUP BY g) y, alignment(m)',
    'SELECT g, series, periods, pairs, moving FROM got', 'arrays say what the value says');
SELECT bag_eq('SELECT g, mean_correlation, resultant FROM (SELECT g, array_agg(f ORDER BY series <> ''7'', series COLLATE "C") AS m FROM (SELECT g, series, array_agg(figure ORDER BY p) AS f FROM cx_figure GROUP BY 1, 2) x GROUP BY g) y, alignment(m)',
    'SELECT g, mean_correlation, resultant FROM got', 'to the last bit, when series come in the same order');

-- the slow way; a change within 1e-9 of nothing is none
CREATE TEMP TABLE change AS
    SELECT g, i, series, p, CASE WHEN abs(d) > 1e-9 THEN d ELSE 0 END AS d
    FROM (SELECT *, figure - lag(figure) OVER (PARTITION BY g, i ORDER BY p) AS d FROM cx_figure) x WHERE d IS NOT NULL;
CREATE INDEX ON change (g, p);
CREATE TEMP TABLE pair_expected AS
    SELECT k.g, k.a, k.b, count(x.d * y.d) AS changes, CASE WHEN stddev_pop(x.d) > 1e-9 AND stddev_pop(y.d) > 1e-9 THEN corr(x.d, y.d) END AS correlation,
           (count(*) FILTER (WHERE sign(x.d) = sign(y.d)) / nullif(count(x.d * y.d), 0)::float8) AS agreement
    FROM (SELECT DISTINCT m.g, m.i AS ai, n.i AS bi, m.series AS a, n.series AS b FROM cx_figure m JOIN cx_figure n ON m.g = n.g AND m.p = 1 AND n.p = 1
              AND (m.series <> '7', m.series COLLATE "C") < (n.series <> '7', n.series COLLATE "C")) k
        LEFT JOIN (change x JOIN change y ON x.g = y.g AND x.p = y.p) ON x.g = k.g AND x.i = k.ai AND y.i = k.bi
    GROUP BY 1, 2, 3;
CREATE TEMP TABLE pair AS SELECT g, p.* FROM stat, alignment_pairs(s) p;
SELECT cmp_ok((SELECT count(*) FROM pair_expected WHERE correlation IS NOT NULL), '>', 5000::bigint, 'there are pairs');
SELECT cmp_ok((SELECT count(*) FROM pair_expected WHERE correlation IS NULL AND changes > 1), '>', 300::bigint, 'some do not vary');
SELECT bag_eq('SELECT g, a, b, changes, agreement FROM pair', 'SELECT g, a, b, changes, agreement FROM pair_expected', 'pairs have their changes and agreement');
SELECT is_empty('SELECT * FROM pair JOIN pair_expected e USING (g, a, b) WHERE (pair.correlation IS NULL) <> (e.correlation IS NULL) OR abs(pair.correlation - e.correlation) > 1e-9', 'correlations are those of corr()');
SELECT is_empty($$ SELECT g FROM (SELECT g, array_agg(a || '|' || b) AS p, array_agg(a || '|' || b ORDER BY a <> '7', a COLLATE "C", b <> '7', b COLLATE "C") AS q FROM (SELECT stat.g, x.* FROM stat, alignment_pairs(s) x) y GROUP BY g) z WHERE p <> q $$,
    'in the order of names');
SELECT is_empty('SELECT * FROM pair WHERE NOT (correlation BETWEEN -1 AND 1 AND agreement BETWEEN 0 AND 1 AND low <= agreement AND agreement <= high) OR (agreement IS NULL) <> (changes = 0) OR (low IS NULL) <> (changes = 0) OR (high IS NULL) <> (changes = 0)',
    'in their range');
SELECT is_empty('SELECT * FROM (SELECT p.*, 1.6448536269514722 AS z, changes AS n FROM stat, alignment_pairs(s, 0.9) p WHERE changes > 0) x
    WHERE abs(low - greatest(0, (agreement + z * z / (2 * n) - z * sqrt(agreement * (1 - agreement) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12
       OR abs(high - least(1, (agreement + z * z / (2 * n) + z * sqrt(agreement * (1 - agreement) / n + z * z / (4.0 * n * n))) / (1 + z * z / n))) > 1e-12', 'the interval is Wilson''s');

CREATE TEMP TABLE means AS SELECT g, count(correlation) AS pairs, avg(correlation) AS mean_correlation FROM pair_expected GROUP BY g;
SELECT is_empty('SELECT * FROM got LEFT JOIN means m USING (g) WHERE got.pairs <> coalesce(m.pairs, 0) OR (got.mean_correlation IS NULL) <> (m.mean_correlation IS NULL) OR abs(got.mean_correlation - m.mean_correlation) > 1e-9',
    'the mean is over pairs that have a correlation');
SELECT is_empty('SELECT * FROM got JOIN (SELECT g, count(DISTINCT i) AS s, count(DISTINCT p) AS p FROM cx_figure GROUP BY g) x USING (g) WHERE series <> s OR periods <> x.p', 'series and periods are counted, with figures or without');
CREATE TEMP TABLE arrow AS
    SELECT g, i, p, d / sqrt(sum(d * d) OVER (PARTITION BY g, i)) AS u, count(*) OVER (PARTITION BY g, i) AS common
    FROM (SELECT *, count(*) OVER (PARTITION BY g, p) AS known, (SELECT count(DISTINCT i) FROM change k WHERE k.g = c.g) AS n FROM change c) x
    WHERE known = n AND EXISTS (SELECT FROM change o WHERE o.g = x.g AND o.i = x.i AND o.d <> 0 AND (SELECT count(*) FROM change q WHERE q.g = o.g AND q.p = o.p) = x.n);
CREATE TEMP TABLE ref AS
    SELECT g, moving, CASE WHEN moving >= 2 AND common >= 2 THEN length / moving END AS resultant
    FROM (SELECT g, sqrt(sum(s * s)) AS length FROM (SELECT g, p, sum(u) AS s FROM arrow GROUP BY g, p) x GROUP BY g) l
        JOIN (SELECT g, count(DISTINCT i) AS moving, max(common) AS common FROM arrow GROUP BY g) m USING (g);
SELECT cmp_ok((SELECT count(*) FROM ref WHERE resultant IS NOT NULL), '>', 700::bigint, 'there are resultants');
SELECT is_empty('SELECT * FROM got LEFT JOIN ref USING (g) WHERE got.moving <> coalesce(ref.moving, 0) OR (got.resultant IS NULL) <> (ref.resultant IS NULL) OR abs(got.resultant - ref.resultant) > 1e-9', 'they are those of SQL');
SELECT is_empty('SELECT * FROM got WHERE (series < 2 OR periods < 3) AND (mean_correlation IS NOT NULL OR resultant IS NOT NULL)', 'fewer than two series or three periods tell nothing');
SELECT is_empty('SELECT * FROM got WHERE NOT (resultant BETWEEN 0 AND 1)', 'between 0 and 1');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, q, alignment_agg(series, at, figure) AS s, random() AS luck FROM (SELECT *, floor(random() * 5) AS q FROM cx_row) x GROUP BY g, q;
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g) WHERE alignment_stats_send(s) <> alignment_stats_send(r) OR alignment_stats_send(s) <> alignment_stats_send(q)',
    'parts merged in any order give the bytes of the whole');
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, rollup(s) AS s FROM part GROUP BY g, q::int % 2) y GROUP BY g) x USING (g) WHERE alignment_stats_send(s) <> alignment_stats_send(r)', 'and so do parts of parts');
SELECT is_empty('SELECT a.g FROM part a JOIN part b ON a.g = b.g AND a.q + 1 = b.q WHERE alignment_stats_send(alignment_stats_merge(a.s, b.s)) <> alignment_stats_send(alignment_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is_empty('SELECT g FROM part WHERE alignment_stats_send(alignment_stats_merge(s, NULL)) <> alignment_stats_send(s) OR alignment_stats_send(alignment_stats_merge(NULL, s)) <> alignment_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT g FROM stat WHERE alignment_stats_send(s::text::alignment_stats) <> alignment_stats_send(s)', 'text comes back');
SELECT is_empty($$ SELECT p FROM (SELECT p, alignment_agg(series, at, figure) OVER (ORDER BY p) s FROM cx_row WHERE g = 11) w
    WHERE s::text <> (SELECT alignment_agg(series, at, figure) FROM cx_row k WHERE g = 11 AND k.p <= w.p)::text $$, 'growing windows');
CREATE TEMP TABLE back (s alignment_stats);
INSERT INTO back SELECT s FROM stat;
SELECT bag_eq('SELECT alignment_stats_send(s) FROM back', 'SELECT alignment_stats_send(s) FROM stat', 'stored and read again');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, alignment_agg(series, at, figure) AS s FROM cx_row GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN parallel p USING (g) WHERE alignment_stats_send(stat.s) <> alignment_stats_send(p.s)', 'parallel as serial');

-- ---- nothing, and mistakes ----

SELECT is((SELECT alignment_agg('a', at, 1)::text FROM cx_figure WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT alignment_agg(series, at, 1)::text FROM (VALUES (NULL, now()), ('a', NULL)) v(series, at)), NULL, 'rows without series or time: NULL');
SELECT results_eq('SELECT * FROM alignment(''{}''::float8[])', 'SELECT 0::bigint, 0::bigint, 0::bigint, NULL::float8, 0::bigint, NULL::float8', 'no series');
SELECT results_eq('SELECT * FROM alignment(''{{NULL,NULL,NULL},{NULL,NULL,NULL}}''::float8[])', 'SELECT 2::bigint, 3::bigint, 0::bigint, NULL::float8, 0::bigint, NULL::float8', 'no figures');
SELECT is_empty('SELECT * FROM alignment_pairs((SELECT alignment_agg(''a'', now(), 1)))', 'one series has no pairs');
SELECT is((SELECT alignment_agg('a', '2026-01-01Z', '-0')::text), (SELECT alignment_agg('a', '2026-01-01Z', 0)::text), '-0 is 0');
SELECT throws_ok('SELECT * FROM alignment(ARRAY[1,2,3]::float8[])', '22023', 'series has 1 dimension', 'a single series');
SELECT throws_ok('SELECT * FROM alignment(ARRAY[[[1,2,3]]]::float8[])', '22023', 'series has 3 dimensions', 'three dimensions');
SELECT throws_ok('SELECT * FROM alignment(ARRAY[[1,2],[3,''NaN'']]::float8[])', '22003', 'figure is not a finite number', 'NaN');
SELECT throws_ok('SELECT alignment_agg(''a'', now(), ''Infinity'')', '22003', 'figure is not a finite number', 'infinity');
SELECT throws_ok('SELECT alignment_agg(''a'', ''infinity'', 1)', '22008', 'the time of a figure cannot be infinite', 'an infinite time');
SELECT throws_ok('SELECT alignment_agg(''a'', ''2026-01-01Z'', i) FROM generate_series(1, 2) i', '22023', 'series "a" has two figures at 2026-01-01 00:00:00+00', 'two figures at one time');
SELECT throws_ok('SELECT rollup(s) FROM (SELECT s FROM stat WHERE g = 11 UNION ALL SELECT s FROM stat WHERE g = 11) x', '22023', NULL, 'nor when merged');
SELECT throws_ok('SELECT alignment_agg(repeat(''x'', 4096), now(), 1)', '54000', 'series is longer than 4095 bytes', 'a name that is too long');
SELECT throws_ok('SELECT * FROM alignment_pairs((SELECT s FROM stat LIMIT 1), 95)', '22023', NULL, 'confidence in percent');

-- damaged bytes
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s alignment_stats;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    IF EXISTS (SELECT FROM alignment(s) x WHERE NOT (mean_correlation BETWEEN -1 AND 1 AND resultant BETWEEN 0 AND 1))
        OR EXISTS (SELECT FROM alignment_pairs(s) WHERE NOT (correlation BETWEEN -1 AND 1 AND agreement BETWEEN 0 AND 1)) THEN RETURN 'nonsense'; END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT alignment_stats_send(s) AS b FROM stat WHERE g = 11;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('alignment_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('alignment_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
