-- Risks against outcomes: published examples, and the definitions in plain SQL over pairs of customers.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(41);

DO $$ BEGIN PERFORM setseed(0.8930); END $$;

-- ---- published ----

-- Hanley, McNeil (1982), table I: 109 images rated from definitely normal to definitely abnormal; they print 0.893
CREATE TABLE ratings (rating float8, abnormal boolean, n int);
INSERT INTO ratings VALUES (0.1, false, 33), (0.3, false, 6), (0.5, false, 6), (0.7, false, 11), (0.9, false, 2),
    (0.1, true, 3), (0.3, true, 2), (0.5, true, 2), (0.7, true, 11), (0.9, true, 33);
SELECT results_eq($$ SELECT round(auc::numeric, 3), n, churned, round(auc(c)::numeric, 6) FROM (SELECT calibration_agg(rating, abnormal) AS c FROM ratings, generate_series(1, n)) x, auc_report(c) $$,
    $$ VALUES (0.893, 109::bigint, 51::bigint, round(2642 / 2958.0, 6)) $$, 'Hanley and McNeil: the area, 2642 of 58 * 51 pairs');
-- the examples in the manual of scikit-learn
SELECT is(auc(calibration_agg(r, c)), 0.75::float8, 'roc_auc_score') FROM (VALUES (0.1, false), (0.4, false), (0.35, true), (0.8, true)) v(r, c);
SELECT is(round(brier(calibration_agg(r, c))::numeric, 12), 0.0375, 'brier_score_loss') FROM (VALUES (0.1, false), (0.9, true), (0.8, true), (0.3, false)) v(r, c);
SELECT is(round(log_loss(calibration_agg(r, c))::numeric, 5), 0.21616, 'log_loss') FROM (VALUES (0.9, true), (0.1, false), (0.2, false), (0.65, true)) v(r, c);

-- ---- in plain SQL ----

-- 40 sets: many equal risks in some, none in others; some with few who churned, or none, or all
CREATE TABLE told AS
    SELECT s, i, risk, CASE s % 10 WHEN 0 THEN false WHEN 1 THEN true WHEN 2 THEN i = 1 WHEN 3 THEN i <= 2 ELSE random() < risk ^ 1.5 END AS churned, random() AS luck
    FROM (SELECT s, i, CASE WHEN s % 2 = 0 THEN random() ELSE floor(random() * (2 + s)) / (2 + s) END AS risk FROM generate_series(1, 40) s, generate_series(1, 20 + 5 * s) i) x;
ANALYZE told;
CREATE TABLE found AS SELECT s, calibration_agg(risk, churned) AS c FROM told GROUP BY s;

CREATE TABLE place AS SELECT a.s, a.i, a.churned, avg(CASE WHEN b.risk < a.risk THEN 1 WHEN b.risk = a.risk THEN 0.5 ELSE 0 END) AS above
    FROM told a LEFT JOIN told b ON b.s = a.s AND b.churned <> a.churned GROUP BY 1, 2, 3;
CREATE TABLE area AS SELECT s, avg(above) FILTER (WHERE churned) AS auc, count(*) FILTER (WHERE churned) AS c, count(*) FILTER (WHERE NOT churned) AS k,
        var_samp(above) FILTER (WHERE churned) AS of_churned, var_samp(1 - above) FILTER (WHERE NOT churned) AS of_stayed FROM place GROUP BY s;
SELECT is_empty('SELECT s, auc(f.c), a.auc FROM found f JOIN area a USING (s) WHERE CASE WHEN a.c = 0 OR k = 0 THEN auc(f.c) IS NOT NULL ELSE abs(auc(f.c) - a.auc) > 1e-12 OR auc(f.c) IS NULL END',
    'the area is the share of pairs, NULL without');
SELECT is_empty('SELECT s, r.std_error, sqrt(of_churned / a.c + of_stayed / k) FROM found f JOIN area a USING (s), auc_report(f.c) r
    WHERE a.c > 1 AND k > 1 AND abs(r.std_error - sqrt(of_churned / a.c + of_stayed / k)) > 1e-12 OR (r.std_error IS NULL) <> (a.c < 2 OR k < 2)', 'the error is that of DeLong, DeLong and Clarke-Pearson');
SELECT is_empty('SELECT s FROM found, auc_report(c, 0.9) r WHERE abs(low - greatest(auc - 1.6448536269514722 * std_error, 0)) > 1e-12 OR abs(high - least(auc + 1.6448536269514722 * std_error, 1)) > 1e-12
    OR NOT low BETWEEN 0 AND auc OR NOT high BETWEEN auc AND 1', 'its interval is inside 0..1');
SELECT is_empty('SELECT s FROM found JOIN (SELECT s, avg((risk - churned::int) ^ 2) AS b FROM told GROUP BY s) x USING (s) WHERE abs(brier(c) - b) > 1e-13', 'Brier''s score');
SELECT is_empty('SELECT s FROM found JOIN (SELECT s, bool_or(risk = 0 AND churned OR risk = 1 AND NOT churned) AS sure,
        avg(-ln(nullif(CASE WHEN churned THEN risk ELSE 1 - risk END, 0))) AS l FROM told GROUP BY s) x USING (s)
    WHERE CASE WHEN sure THEN log_loss(c) IS NOT NULL ELSE abs(log_loss(c) - l) > 1e-12 END', 'log loss, NULL where it is infinite');

CREATE TABLE binned AS SELECT s, i, risk, churned, bins, 1 + floor(bins * (below + same / 2.0) / n) AS up, 1 + floor(bins * (n - below - same + same / 2.0) / n) AS down
    FROM (SELECT s, i, risk, churned, rank() OVER (PARTITION BY s ORDER BY risk) - 1 AS below, count(*) OVER (PARTITION BY s, risk) AS same, count(*) OVER (PARTITION BY s) AS n FROM told) x,
         unnest('{1,2,3,10,1000}'::int[]) bins;
SELECT is_empty('SELECT s, bins FROM (SELECT s, bins, r.* FROM found, unnest(''{1,2,3,10,1000}''::int[]) bins, calibration_curve(c, bins) r) r
    FULL JOIN (SELECT s, bins, up AS bin, count(*) AS n, avg(risk) AS mean_risk, count(*) FILTER (WHERE churned) AS churned FROM binned GROUP BY 1, 2, 3) b USING (s, bins, bin)
    WHERE r.n IS DISTINCT FROM b.n OR r.churned IS DISTINCT FROM b.churned OR abs(r.mean_risk - b.mean_risk) > 1e-13 OR abs(r.rate - b.churned::float8 / b.n) > 1e-15', 'the bins of the curve');
SELECT is_empty('SELECT s, bins FROM (SELECT s, bins, r.* FROM found, unnest(''{1,2,3,10,1000}''::int[]) bins, lift(c, bins) r) r
    FULL JOIN (SELECT s, bins, down AS bin, count(*) AS n, count(*) FILTER (WHERE churned) AS churned FROM binned GROUP BY 1, 2, 3) b USING (s, bins, bin)
    JOIN (SELECT s, avg(churned::int) AS overall FROM told GROUP BY s) o USING (s)
    WHERE r.n IS DISTINCT FROM b.n OR r.churned IS DISTINCT FROM b.churned OR abs(r.rate - b.churned::float8 / b.n) > 1e-15
       OR (overall > 0) <> (lift IS NOT NULL AND cumulative_share IS NOT NULL) OR abs(lift * overall - r.rate) > 1e-12', 'those of the lift, and its size');
SELECT is_empty('SELECT * FROM (SELECT s, bin, cumulative_share, sum(r.churned) OVER (PARTITION BY s ORDER BY bin) / sum(r.churned) OVER (PARTITION BY s) AS share FROM found, lift(c, 7) r WHERE s % 10 > 0) x
    WHERE abs(cumulative_share - share) > 1e-12', 'shares add up, bin after bin');
SELECT is_empty('SELECT s FROM found, calibration_curve(c, 4, 0.9) r, LATERAL (SELECT 1.6448536269514722 AS z, rate AS p) q
    WHERE abs(low - greatest((p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n), 0)) > 1e-12
       OR abs(high - least((p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n), 1)) > 1e-12', 'intervals are Wilson''s');
SELECT is_empty('SELECT s FROM found, calibration_curve(c, 4) a JOIN LATERAL lift(c, 4) b ON b.bin = 5 - a.bin WHERE s % 2 = 0 AND s % 4 = 0 AND (a.n, a.churned, a.low, a.high) IS DISTINCT FROM (b.n, b.churned, b.low, b.high)',
    'the lift goes down where the curve goes up');
SELECT is_empty('SELECT s FROM (SELECT s, o, bin, mean_risk, lag(bin) OVER w AS bin_before, lag(mean_risk) OVER w AS risk_before
        FROM found, calibration_curve(c) WITH ORDINALITY r(bin, n, mean_risk, churned, rate, low, high, o) WINDOW w AS (PARTITION BY s ORDER BY o)) x
    WHERE bin <= bin_before OR mean_risk <= risk_before', 'lowest risk first');
SELECT is_empty('SELECT s FROM found, brier_report(c, 5) r JOIN LATERAL (SELECT sum(n) AS all, sum(n * (mean_risk - rate) ^ 2) / sum(n) AS rel, sum(n * abs(mean_risk - rate)) / sum(n) AS ece,
        sum(n * (rate - p) ^ 2) / min(total) AS res, min(p * (1 - p)) AS unc FROM calibration_curve(c, 5), (SELECT avg(churned::int)::float8 AS p, count(*) AS total FROM told WHERE told.s = found.s) o) b ON true
    WHERE r.n <> b.all OR abs(reliability - rel) > 1e-13 OR abs(resolution - res) > 1e-13 OR abs(uncertainty - unc) > 1e-13 OR abs(calibration_error - ece) > 1e-13
       OR abs(reliability - resolution + uncertainty + within_bins - brier) > 1e-13 OR r.brier <> brier(c) OR r.log_loss IS DISTINCT FROM log_loss(c)', 'Murphy''s parts');
SELECT is_empty('SELECT s FROM found, brier_report(c, 100000) r WHERE s % 2 = 1 AND abs(within_bins) > 1e-13', 'which are all there is if each bin has one risk');
SELECT is_empty('SELECT s FROM found, calibration_curve(c) a WHERE NOT EXISTS (SELECT FROM calibration_curve(c, 10, 0.95) b WHERE b = a)', 'ten bins and 0.95, unless told otherwise');

-- by hand
CREATE TABLE hand AS SELECT calibration_agg(r, c) AS c FROM (VALUES (0.2, false), (0.2, false), (0.2, true), (0.6, true), (0.6, false), (NULL, true), (0.5, NULL)) v(r, c);
SELECT results_eq('SELECT bin, n, round(mean_risk::numeric, 3), churned, round(rate::numeric, 3) FROM hand, calibration_curve(c, 2)', 'VALUES (1, 3::bigint, 0.200, 1::bigint, 0.333), (2, 2::bigint, 0.600, 1::bigint, 0.500)', 'a curve by hand');
SELECT results_eq('SELECT bin, n, churned, round(lift::numeric, 3), cumulative_share FROM hand, lift(c, 2)', 'VALUES (1, 2::bigint, 1::bigint, 1.250, 0.5::float8), (2, 3::bigint, 1::bigint, 0.833, 1)', 'a lift by hand');
SELECT results_eq('SELECT n, churned, missing, round(auc::numeric, 6) FROM hand, auc_report(c)', 'VALUES (5::bigint, 2::bigint, 2::bigint, round(3.5 / 6, 6))', 'an area by hand');
SELECT results_eq('SELECT auc, std_error, low, high FROM auc_report((SELECT calibration_agg(i / 10.0, i > 5) FROM generate_series(1, 9) i))',
    'VALUES (1::float8, NULL::float8, NULL::float8, NULL::float8)', 'no spread is no certainty');

-- ---- laws ----

CREATE TABLE part AS SELECT cut, part, calibration_agg(CASE WHEN luck < 0.98 THEN risk END, churned) AS c FROM told, generate_series(2, 40, 19) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2;
SELECT is((SELECT count(DISTINCT r::text) FROM (SELECT rollup(c ORDER BY random()) AS r FROM part GROUP BY cut) x), 1::bigint, 'any split, merged in any order, is the same to the last bit');
SELECT is((SELECT rollup(c)::text FROM found), (SELECT calibration_agg(risk, churned ORDER BY luck)::text FROM told), 'the order of the rows tells nothing');
SELECT is_empty('SELECT part FROM part WHERE calibration_stats_send(calibration_stats_merge(c, NULL)) <> calibration_stats_send(c) OR calibration_stats_send(calibration_stats_merge(NULL, c)) <> calibration_stats_send(c)', 'NULL is the identity');
SELECT is_empty('SELECT a.part FROM part a JOIN part b USING (cut) WHERE b.part = a.part + 1 AND calibration_stats_merge(a.c, b.c)::text <> calibration_stats_merge(b.c, a.c)::text', 'merging is commutative');
SELECT is_empty('SELECT part FROM part WHERE calibration_stats_send(c::text::calibration_stats) <> calibration_stats_send(c)', 'in(out(x)) = x');
SELECT is_empty($$ SELECT i FROM (SELECT i, calibration_agg(risk, churned) OVER (ORDER BY i) c FROM told WHERE s = 6) w
    WHERE c::text <> (SELECT calibration_agg(risk, churned) FROM told t WHERE s = 6 AND t.i <= w.i)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT calibration_agg(risk, churned)::text FROM told), (SELECT rollup(c)::text FROM found), 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT calibration_agg(risk, churned)::text FROM told WHERE false), NULL, 'no rows: NULL');
CREATE TABLE none AS SELECT calibration_agg(NULL, churned) AS c FROM told WHERE s = 2;
SELECT results_eq('SELECT auc(c), brier(c), log_loss(c) FROM none', 'VALUES (NULL::float8, NULL::float8, NULL::float8)', 'nothing is known: NULL');
SELECT results_eq('SELECT r.n, r.missing, r.auc, r.low FROM none, auc_report(c) r', 'VALUES (0::bigint, 30::bigint, NULL::float8, NULL::float8)', 'but how many are missing');
SELECT is_empty('SELECT * FROM none, calibration_curve(c) UNION ALL SELECT c, bin, n, lift, churned, rate, low, high FROM none, lift(c)', 'and no bins');
SELECT results_eq('SELECT r.n, r.missing, brier, reliability, resolution, uncertainty, within_bins, calibration_error FROM none, brier_report(c) r',
    'VALUES (0::bigint, 30::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8)', 'nor parts');
SELECT throws_ok('SELECT calibration_agg(risk * 100, churned) FROM told', '22003', NULL, 'a risk in percent');
SELECT throws_ok('SELECT calibration_agg(''NaN'', churned) FROM told', '22003', 'risk NaN is not between 0 and 1', 'a risk that is none');
SELECT throws_ok('SELECT calibration_curve(c, 0) FROM found', '22023', 'bins 0 is not above 0', 'no bins');
SELECT throws_ok('SELECT lift(c, 10, 95) FROM found', '22023', NULL, 'confidence in percent');
SELECT is((SELECT calibration_agg(r, true)::text FROM (VALUES ('-0'::float8), (0)) v(r)), (SELECT calibration_agg(0, true)::text FROM generate_series(1, 2)), 'there is one zero only');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s calibration_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    SELECT * INTO r FROM auc_report(s);
    IF NOT (r.auc BETWEEN 0 AND 1 AND r.low <= r.auc AND r.auc <= r.high) THEN RETURN 'nonsense'; END IF;
    SELECT * INTO r FROM brier_report(s);
    IF NOT (r.brier BETWEEN 0 AND 1 AND r.calibration_error BETWEEN 0 AND 1) THEN RETURN 'nonsense'; END IF;
    PERFORM calibration_curve(s, 2147483647), lift(s), calibration_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT calibration_stats_send(c) AS b FROM found WHERE s = 5;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('calibration_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('calibration_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
