-- Survival: published curves and tests, SQL over thousands of random groups with ties and weights, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(55);

DO $$ BEGIN PERFORM setseed(0.6174); END $$;

-- ---- published ----

-- Freireich et al. (1963) as in Gehan (1965): weeks of remission of leukaemia, with 6-MP and with a placebo
CREATE TABLE gehan AS
    SELECT '6-MP' AS drug, t::float8, churned FROM (VALUES (6, true), (6, true), (6, true), (6, false), (7, true), (9, false), (10, true), (10, false),
        (11, false), (13, true), (16, true), (17, false), (19, false), (20, false), (22, true), (23, true), (25, false), (32, false), (32, false),
        (34, false), (35, false)) v(t, churned)
    UNION ALL SELECT 'placebo', t, true FROM unnest('{1,1,2,2,3,4,4,5,5,8,8,8,8,11,11,12,12,15,17,22,23}'::float8[]) t;
CREATE TABLE treated AS SELECT drug, survival_agg(t, churned) AS s FROM gehan GROUP BY drug;

SELECT results_eq($$ SELECT time::int, at_risk::int, churned::int, round(survival::numeric, 6) FROM treated, survival_curve(s) WHERE drug = '6-MP' $$,
    $$ VALUES (6, 21, 3, .857143), (7, 17, 1, .806723), (10, 15, 1, .752941), (13, 12, 1, .690196), (16, 11, 1, .627451), (22, 7, 1, .537815),
        (23, 6, 1, .448179) $$, 'Gehan: the curve of 6-MP');
SELECT results_eq($$ SELECT round(std_error::numeric, 4) FROM treated, survival_curve(s) WHERE drug = '6-MP' $$,
    $$ VALUES (.0764), (.0869), (.0963), (.1068), (.1141), (.1282), (.1346) $$, 'and its standard errors');
SELECT results_eq($$ SELECT round(observed_a::numeric, 6), round(expected_a::numeric, 6), round(observed_b::numeric, 6), round(expected_b::numeric, 6),
        round(chi_square::numeric, 6), df, round(p_value::numeric, 9)
    FROM logrank((SELECT s FROM treated WHERE drug = '6-MP'), (SELECT s FROM treated WHERE drug = 'placebo')) $$,
    $$ VALUES (9.000000, 19.250501, 21.000000, 10.749499, 16.792941, 1, .000041688) $$, 'and the log-rank test');
SELECT results_eq($$ SELECT drug, customers, missing, churned, censored, last_time, median, low, high FROM treated, survival_report(s) ORDER BY drug $$,
    $$ VALUES ('6-MP', 21::bigint, 0::bigint, 9::float8, 12::float8, 35::float8, 23::float8, 13::float8, NULL::float8),
        ('placebo', 21, 0, 21, 0, 23, 8, 4, 11) $$, 'medians with limits from log(-log S)');
SELECT results_eq($$ SELECT round(survival::numeric, 6), low, high, std_error FROM treated, survival_curve(s) WHERE drug = 'placebo' AND time IN (8, 23) ORDER BY time $$,
    $$ SELECT 0.380952, l, h, e FROM (SELECT low AS l, high AS h, std_error AS e FROM treated, survival_curve(s) WHERE drug = 'placebo' AND time = 8) x
       UNION ALL SELECT 0.000000, NULL, NULL, NULL $$, 'nobody left: no error and no limits');

-- Miles (1997), the set aml of R: weeks of remission, both arms
CREATE TABLE aml AS
    SELECT true AS maintained, t::float8, churned FROM (VALUES (9, true), (13, true), (13, false), (18, true), (23, true), (28, false), (31, true), (34, true),
        (45, false), (48, true), (161, false)) v(t, churned)
    UNION ALL SELECT false, t, t <> 16 FROM unnest('{5,5,8,8,12,16,23,27,30,33,43,45}'::float8[]) t;
SELECT results_eq($$ SELECT time::int, round(survival::numeric, 6) FROM survival_curve((SELECT survival_agg(t, churned) FROM aml WHERE maintained)) $$,
    $$ VALUES (9, .909091), (13, .818182), (18, .715909), (23, .613636), (31, .490909), (34, .368182), (48, .184091) $$, 'aml: the maintained arm');
SELECT is((SELECT round(chi_square::numeric, 2) FROM logrank((SELECT survival_agg(t, churned) FROM aml WHERE maintained),
    (SELECT survival_agg(t, churned) FROM aml WHERE NOT maintained))), 3.40, 'and its log-rank test');
SELECT results_eq($$ SELECT median_survival(survival_agg(t, churned)) FROM aml GROUP BY maintained ORDER BY maintained $$, $$ VALUES (23::float8), (31) $$, 'and medians');

-- by hand: S is 1 until 2, 2/3 until 4, then 0
SELECT results_eq($$ SELECT survival_at(s, t) FROM (SELECT survival_agg(x, x <> 3) s FROM unnest('{2,3,4}'::float8[]) x) y, unnest('{0,1.9,2,3,3.9,4,1e9}'::float8[]) t $$,
    $$ SELECT unnest(ARRAY[1, 1, 2 / 3::float8, 2 / 3::float8, 2 / 3::float8, 0, 0]) $$, 'the curve by hand');
SELECT results_eq($$ SELECT restricted_mean(s, t) FROM (SELECT survival_agg(x, x <> 3) s FROM unnest('{2,3,4}'::float8[]) x) y, unnest('{0,1,2,3,4,100}'::float8[]) t $$,
    $$ SELECT unnest(ARRAY[0, 1, 2, 2 + 2 / 3::float8, 2 + 4 / 3::float8, 2 + 4 / 3::float8]) $$, 'the area below it by hand');
SELECT results_eq($$ SELECT survival_at(s, 4), survival_at(s, 4.1), restricted_mean(s, 4), restricted_mean(s, 4.1), survival_quantile(s, 1)
    FROM (SELECT survival_agg(x, x < 4) s FROM unnest('{2,3,4}'::float8[]) x) y $$,
    $$ VALUES (1 / 3::float8, NULL::float8, 2 + 2 / 3::float8 + 1 / 3::float8, NULL::float8, NULL::float8) $$, 'behind the last customer who is still there nothing is known');
SELECT is((SELECT survival_at(survival_agg(0, true), 0)), 0::float8, 'a customer may leave at once');
SELECT is((SELECT count(*) FROM generate_series(1, 400) n, LATERAL (SELECT median_survival(survival_agg(i, true)) AS m FROM generate_series(1, 2 * n) i) x
    WHERE m <> n), 0::bigint, 'a half is a half, whatever the number of customers');
SELECT is((SELECT max(abs(survival - (1000 - time) / 1000)) FROM survival_curve((SELECT survival_agg(i, true) FROM generate_series(1, 1000) i))), 0::float8,
    'without censoring the curve is the share of those left, to the last bit');

-- ---- the slow way ----

-- 900 groups of up to 40 customers, whole and other durations, many ties, nobody or all churned, weights; NULLs
CREATE TABLE obs AS
    SELECT g, i, CASE WHEN random() < 0.03 THEN NULL WHEN g % 3 = 0 THEN round((random() * 9)::numeric, 2)::float8 WHEN g % 3 = 1 THEN floor(random() * 12) ELSE floor(random() ^ 3 * 1000) END AS t,
        CASE WHEN random() < 0.03 THEN NULL ELSE random() < (g % 11) / 10.0 END AS churned,
        CASE WHEN random() < 0.02 THEN NULL WHEN g % 2 = 0 THEN floor(random() * 4) ELSE round((random() * 3)::numeric, 6) END::float8 AS w, random() AS luck
    FROM generate_series(1, 900) g, generate_series(1, 1 + g * 7919 % 40) i;
CREATE TABLE sample AS
    SELECT g, false AS weighted, survival_agg(t, churned) AS s FROM obs GROUP BY g
    UNION ALL SELECT g, true, survival_agg(t, churned, w) FROM obs GROUP BY g;
CREATE TABLE at_time AS
    SELECT g, weighted, t, sum(w) FILTER (WHERE churned) AS d, sum(w) FILTER (WHERE NOT churned) AS c
    FROM (SELECT g, false AS weighted, t, churned, 1::numeric AS w FROM obs UNION ALL SELECT g, true, t, churned, w::numeric FROM obs) x
    WHERE t IS NOT NULL AND churned IS NOT NULL AND w IS NOT NULL GROUP BY 1, 2, 3;
CREATE TABLE ref AS
    SELECT g, weighted, t, n, d, n - d - coalesce(lead(n) OVER o, 0) AS c, CASE WHEN min(n - d) OVER o <= 0 THEN 0 ELSE exp(sum(ln(greatest(1 - d / n, 1e-300))) OVER o) END AS s,
        CASE WHEN n > d THEN sqrt(sum(d::float8 / (n * greatest(n - d, 1e-9))) OVER o) END AS spread
    FROM (SELECT g, weighted, t, coalesce(d, 0)::float8 AS d, sum(coalesce(d, 0) + coalesce(c, 0)) OVER (PARTITION BY g, weighted ORDER BY t DESC)::float8 AS n FROM at_time) x
    WHERE d > 0 WINDOW o AS (PARTITION BY g, weighted ORDER BY t);
CREATE TABLE found AS SELECT g, weighted, c.* FROM sample, survival_curve(s) c;
CREATE INDEX ON at_time (g, weighted, t);
CREATE INDEX ON ref (g, weighted, t);
CREATE INDEX ON found (g, weighted, time);
ANALYZE obs;
ANALYZE sample;
ANALYZE at_time;
ANALYZE ref;
ANALYZE found;

SELECT cmp_ok((SELECT count(*) FROM ref), '>', 9000::bigint, 'there are many times at which somebody churned');
SELECT is_empty('SELECT g, weighted, time FROM found EXCEPT SELECT g, weighted, t FROM ref', 'no row but where somebody churned');
SELECT is_empty('SELECT g, weighted, t FROM ref EXCEPT SELECT g, weighted, time FROM found', 'and all of these');
SELECT is_empty('SELECT * FROM found f JOIN ref r ON (r.g, r.weighted, r.t) = (f.g, f.weighted, f.time)
    WHERE abs(f.at_risk - n) > 1e-9 OR abs(f.churned - d) > 1e-9 OR abs(f.censored - c) > 1e-9', 'at risk, churned and censored are those of SQL');
SELECT is_empty('SELECT * FROM found f JOIN ref r ON (r.g, r.weighted, r.t) = (f.g, f.weighted, f.time)
    WHERE abs(f.survival - s) > 1e-12 OR (std_error IS NULL) <> (s = 0) OR abs(std_error - s * spread) > 1e-12', 'the curve of Kaplan and Meier, the error of Greenwood');
SELECT is_empty('SELECT * FROM found f JOIN ref r ON (r.g, r.weighted, r.t) = (f.g, f.weighted, f.time), LATERAL (SELECT 1.959963984540054 * spread / abs(ln(nullif(s, 0))) AS q) x
    WHERE (low IS NULL) <> (s = 0) OR (high IS NULL) <> (s = 0) OR abs(low - exp(greatest(ln(nullif(s, 0)) * exp(q), -700))) > 1e-9 OR abs(high - exp(ln(nullif(s, 0)) * exp(-q))) > 1e-9', 'the limits are those of log(-log S)');
SELECT is_empty('SELECT * FROM found WHERE NOT (0 <= low AND low <= survival AND survival <= high AND high <= 1)', 'limits are within 0..1 and around the curve');
SELECT is_empty('SELECT g FROM sample s, survival_curve(s, 0.8) a JOIN survival_curve(s, 0.99) b USING (time) WHERE NOT (b.low <= a.low AND a.high <= b.high)', 'and wider with more confidence');
SELECT is_empty('SELECT g FROM sample, survival_curve(s) a EXCEPT SELECT g FROM sample, survival_curve(s, 0.95) a', 'a confidence of 0.95, if nothing else is said');

SELECT results_eq('SELECT g, survival_missing(s) FROM sample WHERE NOT weighted ORDER BY g', 'SELECT g, count(*) FILTER (WHERE t IS NULL OR churned IS NULL) FROM obs GROUP BY g ORDER BY g',
    'missing rows are counted');
SELECT results_eq('SELECT g, survival_missing(s) FROM sample WHERE weighted ORDER BY g', 'SELECT g, count(*) FILTER (WHERE t IS NULL OR churned IS NULL OR w IS NULL) FROM obs GROUP BY g ORDER BY g',
    'those without a weight, too');
SELECT results_eq('SELECT g, weighted, customers, missing, churned, censored, last_time FROM sample, survival_report(s) ORDER BY 1, 2',
    'SELECT g, weighted, count(w) FILTER (WHERE t IS NOT NULL AND churned IS NOT NULL), count(*) FILTER (WHERE t IS NULL OR churned IS NULL OR w IS NULL),
            coalesce(sum(w) FILTER (WHERE churned AND t IS NOT NULL), 0)::float8, coalesce(sum(w) FILTER (WHERE NOT churned AND t IS NOT NULL), 0)::float8,
            max(t) FILTER (WHERE churned IS NOT NULL AND w > 0)
     FROM (SELECT g, false AS weighted, t, churned, 1::numeric AS w FROM obs UNION ALL SELECT g, true, t, churned, w::numeric FROM obs) x GROUP BY 1, 2 ORDER BY 1, 2', 'the report counts as SQL does');
SELECT is_empty('SELECT g, weighted, median FROM sample, survival_report(s) EXCEPT SELECT g, weighted, (SELECT min(t) FROM ref r WHERE (r.g, r.weighted) = (x.g, x.weighted) AND r.s <= 0.5 + 1e-9) FROM sample x', 'the median is the first time at a half or below');
SELECT is_empty('SELECT g FROM sample x, survival_report(s) r WHERE r.low IS DISTINCT FROM (SELECT min(time) FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND f.low <= 0.5)
    OR r.high IS DISTINCT FROM (SELECT min(time) FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND f.high <= 0.5) OR r.median IS DISTINCT FROM median_survival(s)', 'its limits are where those of the curve get there');
SELECT is_empty('SELECT g, q FROM sample x, unnest(''{0.001,0.2,0.25,0.6,0.99,1}''::float8[]) q
    WHERE survival_quantile(s, q) IS DISTINCT FROM (SELECT min(time) FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND f.survival <= (1 - q) * (1 + 1e-12))', 'quantiles likewise');
CREATE TABLE ends AS SELECT g, weighted, max(t) AS last, (SELECT c IS NULL OR c = 0 FROM at_time b WHERE (b.g, b.weighted) = (a.g, a.weighted) AND b.d + coalesce(b.c, 0) > 0 OR b.c > 0 AND (b.g, b.weighted) = (a.g, a.weighted) ORDER BY t DESC LIMIT 1) AS over
    FROM at_time a WHERE coalesce(d, 0) + coalesce(c, 0) > 0 GROUP BY g, weighted;
SELECT is_empty('SELECT g, q FROM sample x JOIN ends e USING (g, weighted), unnest(''{0,1,3,3.5,8,500,2000}''::float8[]) q
    WHERE survival_at(s, q) IS DISTINCT FROM CASE WHEN q <= last OR over THEN coalesce((SELECT survival FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND f.time <= q ORDER BY time DESC LIMIT 1), 1) END', 'survival_at reads the curve');
SELECT is_empty('SELECT g, q FROM sample x JOIN ends e USING (g, weighted), unnest(''{0,1,3,3.5,8,500,2000}''::float8[]) q,
        LATERAL (SELECT sum(h * (least(q, till) - since)) AS area FROM (SELECT time AS since, lead(time, 1, ''Infinity'') OVER (ORDER BY time) AS till, survival AS h
            FROM (SELECT 0::float8 AS time, 1::float8 AS survival UNION ALL SELECT time, survival FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND time > 0) y) z WHERE since < q) a
    WHERE (restricted_mean(s, q) IS NULL) <> NOT (q <= last OR over) OR abs(restricted_mean(s, q) - coalesce(area, 0)) > 1e-9 * (1 + q)
      AND NOT EXISTS (SELECT FROM found f WHERE (f.g, f.weighted) = (x.g, x.weighted) AND time = 0)', 'restricted_mean is the area below it');

-- weights are customers: three times the row is the row with a weight of 3
SELECT is_empty('SELECT g, (survival_curve(s)).* FROM (SELECT g, survival_agg(t, churned, 3) s FROM obs GROUP BY g) x
    EXCEPT SELECT g, (survival_curve(s)).* FROM (SELECT g, survival_agg(t, churned) s FROM obs, generate_series(1, 3) GROUP BY g) x', 'a weight of 3 is three customers');

-- ---- tests of groups ----

CREATE TABLE pair AS SELECT a.g, a.s AS a, b.s AS b, l.* FROM sample a JOIN sample b ON b.g = a.g + 1 AND NOT b.weighted, logrank(a.s, b.s) l WHERE NOT a.weighted AND a.g % 3 <> 2;
CREATE TABLE mantel AS
    SELECT g, sum(da) AS oa, sum(d * na / n) AS ea, sum(db) AS ob, sum(d * nb / n) AS eb, sum(CASE WHEN n > 1 THEN d * (n - d) / (n - 1) * na / n * nb / n ELSE 0 END) AS v
    FROM (SELECT p.g, t, na + nb AS n, na, nb, da, db, da + db AS d FROM pair p,
              LATERAL (SELECT DISTINCT t FROM at_time x WHERE NOT weighted AND x.g IN (p.g, p.g + 1) AND d > 0) y,
              LATERAL (SELECT coalesce(sum(coalesce(d, 0) + coalesce(c, 0)), 0)::float8 AS na, coalesce(sum(d) FILTER (WHERE x.t = y.t), 0)::float8 AS da
                       FROM at_time x WHERE NOT weighted AND x.g = p.g AND x.t >= y.t) aa,
              LATERAL (SELECT coalesce(sum(coalesce(d, 0) + coalesce(c, 0)), 0)::float8 AS nb, coalesce(sum(d) FILTER (WHERE x.t = y.t), 0)::float8 AS db
                       FROM at_time x WHERE NOT weighted AND x.g = p.g + 1 AND x.t >= y.t) bb) z GROUP BY g;
SELECT is_empty('SELECT * FROM pair JOIN mantel USING (g) WHERE abs(observed_a - oa) > 1e-9 OR abs(expected_a - ea) > 1e-9 OR abs(observed_b - ob) > 1e-9 OR abs(expected_b - eb) > 1e-9
    OR (chi_square IS NULL) <> (v < 1e-12) OR abs(chi_square - (oa - ea) ^ 2 / nullif(v, 0)) > 1e-9 * (1 + chi_square) OR df <> (v > 1e-12)::int', 'the log-rank test of pairs is that of SQL');
SELECT is_empty('SELECT * FROM pair WHERE abs(observed_a + observed_b - expected_a - expected_b) > 1e-9 OR (p_value IS NULL) <> (chi_square IS NULL) OR NOT p_value BETWEEN 0 AND 1', 'observed and expected add up');
SELECT is_empty('SELECT g FROM pair p, logrank(b, a) l WHERE abs(l.chi_square - p.chi_square) > 1e-9 * (1 + p.chi_square) OR l.observed_a <> p.observed_b OR l.df <> p.df', 'whichever group goes first');
SELECT is_empty('SELECT g FROM pair p, logrank(ARRAY[a, b]) l WHERE abs(l.chi_square - p.chi_square) > 1e-9 * (1 + p.chi_square) OR l.df <> p.df
    OR l.observed <> CASE position WHEN 1 THEN observed_a ELSE observed_b END OR abs(l.expected - CASE position WHEN 1 THEN expected_a ELSE expected_b END) > 1e-9', 'a list of two is a pair');
SELECT is_empty('SELECT g FROM pair p, logrank(ARRAY[a, NULL, b, NULL]) l WHERE abs(l.chi_square - p.chi_square) > 1e-9 * (1 + p.chi_square) OR l.df <> p.df OR (position IN (2, 4) AND observed + expected > 0)', 'a NULL is a group without customers');

-- three groups: with the inverse of the variance of two of them, by hand
CREATE TABLE trio AS SELECT a.g, ARRAY[a.s, b.s, c.s] AS gs FROM sample a JOIN sample b ON b.g = a.g + 1 JOIN sample c ON c.g = a.g + 2
    WHERE NOT a.weighted AND NOT b.weighted AND NOT c.weighted AND a.g % 3 = 1;
CREATE TABLE three AS
    SELECT g, sum(d1 - d * n1 / n) AS u1, sum(d2 - d * n2 / n) AS u2, sum(f * n1 / n * (1 - n1 / n)) AS v11, sum(f * n2 / n * (1 - n2 / n)) AS v22, -sum(f * n1 / n * n2 / n) AS v12
    FROM (SELECT g, y.t, n, n1, n2, d, d1, d2, CASE WHEN n > 1 THEN d * (n - d) / (n - 1) ELSE 0 END AS f FROM trio p,
              LATERAL (SELECT DISTINCT t FROM at_time x WHERE NOT weighted AND x.g BETWEEN p.g AND p.g + 2 AND d > 0) y,
              LATERAL (SELECT sum(k)::float8 AS n, coalesce(sum(k) FILTER (WHERE x.g = p.g), 0)::float8 AS n1, coalesce(sum(k) FILTER (WHERE x.g = p.g + 1), 0)::float8 AS n2,
                           sum(d) FILTER (WHERE x.t = y.t)::float8 AS d, coalesce(sum(d) FILTER (WHERE x.g = p.g AND x.t = y.t), 0)::float8 AS d1,
                           coalesce(sum(d) FILTER (WHERE x.g = p.g + 1 AND x.t = y.t), 0)::float8 AS d2
                       FROM (SELECT *, coalesce(d, 0) + coalesce(c, 0) AS k FROM at_time) x WHERE NOT weighted AND x.g BETWEEN p.g AND p.g + 2 AND x.t >= y.t) z) q GROUP BY g;
SELECT cmp_ok((SELECT count(*) FROM trio JOIN three USING (g), logrank(gs) WHERE position = 1 AND df = 2), '>', 200::bigint, 'there are many threes');
SELECT is_empty('SELECT g FROM trio JOIN three USING (g), logrank(gs) l, LATERAL (SELECT v11 * v22 - v12 * v12 AS det) x
    WHERE df = 2 AND abs(chi_square - (u1 * u1 * v22 - 2 * u1 * u2 * v12 + u2 * u2 * v11) / det) > 1e-7 * (1 + chi_square)', 'the log-rank test of three groups is that of SQL');
SELECT is((SELECT max(abs(p_value - exp(-chi_square / 2))) < 1e-12 FROM trio, logrank(gs) WHERE df = 2), true, 'with two degrees of freedom p is exp(-chi/2)');
SELECT results_eq($$ SELECT df, chi_square, p_value FROM logrank((SELECT survival_agg(1, false)), (SELECT survival_agg(2, true))) $$, $$ VALUES (0, NULL::float8, NULL::float8) $$, 'groups that never met cannot be told apart');

-- ---- laws ----

CREATE TABLE part AS SELECT cut, part, survival_agg(t, churned, w) AS s FROM obs, generate_series(2, 30, 14) cut, LATERAL (SELECT floor(luck * cut) AS part) x GROUP BY 1, 2;
CREATE TABLE whole AS SELECT survival_agg(t, churned, w) AS s FROM obs;
SELECT is_empty('SELECT cut FROM (SELECT cut, rollup(s ORDER BY random()) r FROM part GROUP BY 1) x, whole WHERE survival_stats_send(r) <> survival_stats_send(s)', 'any split, merged in any order, is the same to the last bit');
SELECT is((SELECT survival_agg(t, churned, w ORDER BY luck)::text FROM obs), (SELECT s::text FROM whole), 'the order of the rows tells nothing');
SELECT is_empty('SELECT part FROM part WHERE survival_stats_send(survival_stats_merge(s, NULL)) <> survival_stats_send(s) OR survival_stats_send(survival_stats_merge(NULL, s)) <> survival_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT a.part FROM part a JOIN part b USING (cut) WHERE b.part = a.part + 1 AND survival_stats_send(survival_stats_merge(a.s, b.s)) <> survival_stats_send(survival_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is_empty('SELECT g FROM sample WHERE survival_stats_send(s::text::survival_stats) <> survival_stats_send(s)', 'in(out(x)) = x');
SELECT is_empty($$ SELECT i FROM (SELECT i, survival_agg(t, churned) OVER (ORDER BY luck) s, luck FROM obs WHERE g <= 12) w
    WHERE s::text <> (SELECT survival_agg(t, churned) FROM obs k WHERE g <= 12 AND k.luck <= w.luck)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT survival_agg(t, churned, w)::text FROM obs), (SELECT s::text FROM whole), 'workers count the same');

-- ---- nothing, and mistakes ----

SELECT is((SELECT survival_agg(t, churned)::text FROM obs WHERE false), NULL, 'no rows: NULL');
SELECT results_eq('SELECT r.*, median_survival(s), survival_at(s, 0), restricted_mean(s, 0) FROM (SELECT survival_agg(NULL, true) s) x, survival_report(s) r',
    'SELECT 0::bigint, 1::bigint, 0::float8, 0::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8', 'missing rows only');
SELECT throws_ok('SELECT survival_agg(-1, true)', '22003', 'duration -1 is negative', 'a negative duration');
SELECT throws_ok('SELECT survival_agg(''Infinity'', true)', '22003', 'duration is not a finite number', 'an infinite one');
SELECT throws_ok('SELECT survival_agg(1, true, 1e10)', '22003', NULL, 'a weight that is too large');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s survival_stats; bad boolean;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    SELECT bool_or(NOT (survival BETWEEN 0 AND 1 AND low <= survival AND survival <= high AND churned <= at_risk)) INTO bad FROM survival_curve(s);
    IF bad THEN RETURN 'nonsense'; END IF;
    PERFORM survival_stats_merge(s, s), survival_report(s), logrank(s, s), restricted_mean(s, 5);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE bytes AS SELECT survival_stats_send(s) AS b FROM sample WHERE g IN (1, 2, 3, 4, 6);
SELECT is_empty($$ SELECT o, count(*) FROM bytes, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('survival_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM bytes, generate_series(0, length(b) - 1) i,
        pg_temp.survives('survival_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
