-- Laws of uncertainty: intervals, tests and sample sizes against their formulas in SQL, and against each other.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(41);

DO $$ BEGIN PERFORM setseed(0.271828); END $$;

-- the normal quantile, two-sided, from published tables with sixteen digits
CREATE TEMP TABLE level AS
    SELECT * FROM (VALUES (0.5::float8, 0.6744897501960817::float8), (0.9, 1.6448536269514722), (0.95, 1.9599639845400545),
                          (0.99, 2.5758293035489004), (0.999, 3.2905267314918945)) v(confidence, z);
CREATE FUNCTION pg_temp.apart(a float8, b float8, eps float8 DEFAULT 1e-9) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT (a IS NULL) <> (b IS NULL) OR coalesce(abs(a - b) > eps * greatest(1, abs(b)), false) $$;
CREATE FUNCTION pg_temp.nps_of(p int, s int, d int) RETURNS tally LANGUAGE sql AS $$
    SELECT rollup(format('tally{nps: %s=%s}', v.score, v.n)::tally) FROM (VALUES (9, p), (7, s), (0, d)) v(score, n) WHERE v.n > 0 $$;

-- 250 samples, from single answers to thousands, many of them without promoters, passives or detractors;
-- p and d are shares, n their number, var the variance of one answer
CREATE TEMP TABLE sample AS
    WITH r AS MATERIALIZED (
        SELECT id, floor(random() * 4 ^ (id % 7))::int AS x, floor(random() * 4 ^ (id % 6))::int AS y,
            floor(random() * 4 ^ (id % 5))::int AS w
        FROM generate_series(1, 250) id)
    SELECT id, x AS promoters, y AS passives, w AS detractors, pg_temp.nps_of(x, y, w) AS t,
           n::float8 AS n, x / n::float8 AS p, w / n::float8 AS d,
           greatest(0, (x + w) / n::float8 - ((x - w) / n::float8) ^ 2) AS var
    FROM r, LATERAL (SELECT nullif(x + y + w, 0) AS n) s WHERE n > 0;
-- weighted samples: shares of weight, and Kish's effective n in the place of n
CREATE TEMP TABLE weighted AS
    WITH a AS MATERIALIZED (
        SELECT id % 60 AS id, floor(11 * random())::int AS score, round((5 * random())::numeric, 6) AS w FROM generate_series(1, 1500) id)
    SELECT id, t, n, p, d, p + d - (p - d) ^ 2 AS var
    FROM (SELECT id, tally(feedback('nps', score), w::float8) AS t, (sum(w) * sum(w) / sum(w * w))::float8 AS n,
                 (sum(w) FILTER (WHERE score >= 9) / sum(w))::float8 AS p, (sum(w) FILTER (WHERE score <= 6) / sum(w))::float8 AS d
          FROM a GROUP BY id) g;
CREATE TEMP VIEW any_sample AS
    SELECT t, n, p, d, var FROM sample UNION ALL SELECT t, n, p, d, var FROM weighted;
CREATE FUNCTION pg_temp.clamp(x float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT greatest(-100, least(100, 100 * x))';

SELECT cmp_ok(count(*), '>=', 250::bigint, 'there are hundreds of samples, some with an empty bucket')
    FROM any_sample HAVING bool_or(p = 0) AND bool_or(d = 0);

-- ---- NPS intervals ----

SELECT is_empty(
    $$ SELECT t, confidence FROM any_sample, level
       WHERE pg_temp.apart(nps_low(t, confidence, 'wald'), pg_temp.clamp(p - d - z * sqrt(var / n)))
          OR pg_temp.apart(nps_high(t, confidence, 'wald'), pg_temp.clamp(p - d + z * sqrt(var / n))) $$,
    'wald is NPS -+ z sqrt((p + d - (p - d)^2) / n), clamped, weighted samples with their effective n');
SELECT is_empty(
    $$ SELECT t, confidence FROM any_sample, level, LATERAL (SELECT (p * n + 0.75) / (n + 3) AS pa, (d * n + 0.75) / (n + 3) AS da) a,
           LATERAL (SELECT z * sqrt((pa + da - (pa - da) ^ 2) / (n + 3)) AS half) h
       WHERE pg_temp.apart(nps_low(t, confidence), pg_temp.clamp(pa - da - half))
           OR pg_temp.apart(nps_high(t, confidence), pg_temp.clamp(pa - da + half)) $$,
    'adjusted_wald is wald with 3/4, 3/2, 3/4 answers more');
SELECT is_empty(
    $$ SELECT t, confidence FROM any_sample, level, LATERAL (SELECT sqrt(-2 * ln(1 - confidence)) * sqrt(var / n) AS half) h
       WHERE pg_temp.apart(nps_low(t, confidence, 'goodman'), pg_temp.clamp(p - d - half))
           OR pg_temp.apart(nps_high(t, confidence, 'goodman'), pg_temp.clamp(p - d + half)) $$,
    'goodman is wald with the root of the chi-square quantile of two degrees for z');

-- The variance of one answer if the net score were delta, from the likelihood itself: the share q of detractors that makes
-- the sample most likely is found by cutting the interval of possible shares by thirds.
CREATE FUNCTION pg_temp.log_likelihood(p float8, d float8, delta float8, q float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN p > 0 THEN p * ln(greatest(q + delta, 1e-300)) ELSE 0 END + CASE WHEN d > 0 THEN d * ln(greatest(q, 1e-300)) ELSE 0 END
         + CASE WHEN 1 - p - d > 1e-12 THEN (1 - p - d) * ln(greatest(1 - 2 * q - delta, 1e-300)) ELSE 0 END $$;
CREATE FUNCTION pg_temp.constrained_variance(p float8, d float8, delta float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    a float8 := greatest(0, -delta);
    b float8 := (1 - delta) / 2;
BEGIN
    FOR i IN 1 .. 90 LOOP
        IF pg_temp.log_likelihood(p, d, delta, a + (b - a) / 3) < pg_temp.log_likelihood(p, d, delta, b - (b - a) / 3)
        THEN a := a + (b - a) / 3; ELSE b := b - (b - a) / 3; END IF;
    END LOOP;
    RETURN (a + b) + delta - delta ^ 2;
END $$;
CREATE TEMP TABLE score_limit AS
    SELECT t, n, p, d, z, side, lim / 100 AS lim
    FROM (SELECT * FROM sample ORDER BY id LIMIT 120) s, level,
         LATERAL (VALUES ('low', nps_low(t, confidence, 'score')), ('high', nps_high(t, confidence, 'score'))) l(side, lim)
    WHERE confidence IN (0.9, 0.95, 0.99);
SELECT is_empty(
    $$ SELECT t, side, lim FROM score_limit WHERE abs(lim) < 1
          AND abs(abs(p - d - lim) * sqrt(n) - z * sqrt(pg_temp.constrained_variance(p, d, lim))) > 1e-5 * sqrt(n) $$,
    'at a score limit the score test is just at z: |NPS - limit| sqrt(n) = z sqrt(variance most likely under the limit)');
SELECT is_empty(
    $$ SELECT t, side, lim FROM score_limit WHERE abs(lim) = 1
          AND abs(p - d - lim) * sqrt(n) > z * sqrt(greatest(0, pg_temp.constrained_variance(p, d, lim))) + 1e-6 $$,
    'a score limit at the end of the scale is not rejected by the test');
SELECT is_empty(
    $$ SELECT t, lim FROM score_limit, generate_series(0.1, 0.9, 0.2) inside
       WHERE abs(p - d - lim) * inside * sqrt(n) > z * sqrt(pg_temp.constrained_variance(p, d, p - d + inside * (lim - p + d))) + 1e-6 $$,
    'everything between estimate and score limit is accepted by the test');
SELECT is_empty($$ SELECT t, side, lim, p - d FROM score_limit
    WHERE CASE side WHEN 'low' THEN lim > p - d + 1e-12 ELSE lim < p - d - 1e-12 END $$,
    'the score interval holds its estimate, whatever the sample');

SELECT is_empty(
    $$ SELECT promoters, passives, detractors, method FROM sample, unnest('{wald,adjusted_wald,score,goodman}'::text[]) method
       WHERE pg_temp.apart(nps_low(t, 0.95, method), -nps_high(pg_temp.nps_of(detractors, passives, promoters), 0.95, method)) $$,
    'exchanging promoters and detractors mirrors the interval');
SELECT is_empty(
    $$ SELECT t, method, a.confidence FROM any_sample, unnest('{wald,adjusted_wald,score,goodman}'::text[]) method, level a, level b
       WHERE a.confidence < b.confidence
         AND (nps_low(t, a.confidence, method) < nps_low(t, b.confidence, method)
             OR nps_high(t, a.confidence, method) > nps_high(t, b.confidence, method)) $$,
    'more confidence gives a wider interval around the narrower one');
SELECT is_empty(
    $$ SELECT t, method FROM any_sample, unnest('{wald,adjusted_wald,score,goodman}'::text[]) method, LATERAL score_report(t, 0.9, method) r
       WHERE (r.low, r.high, r.score, r.interval_method)
             IS DISTINCT FROM (nps_low(t, 0.9, method), nps_high(t, 0.9, method), nps(t), method) $$,
    'score_report() gives the limits of nps_low() and nps_high()');
SELECT is_empty($$ SELECT t, std_error FROM any_sample, score_report(t) WHERE pg_temp.apart(std_error, 100 * sqrt(var / n)) $$,
    'the standard error of NPS is 100 sqrt(var / n)');
SELECT is_empty(
    $$ SELECT t, factor FROM sample, unnest(ARRAY[0.000001, 0.3, 7, 1e9]) factor, LATERAL (
           SELECT tally(feedback('nps', answer), factor) AS tw FROM histogram(t) h, generate_series(1, h.responses) WHERE n < 40) w
       WHERE n < 40 AND (pg_temp.apart(nps_low(t), nps_low(tw)) OR pg_temp.apart(nps_high(t, 0.9, 'score'), nps_high(tw, 0.9, 'score'))) $$,
    'if all weigh the same, the weight does not matter');

-- ---- proportions and means ----

CREATE TEMP TABLE share AS
    SELECT satisfied, n, confidence, z, low / 100 AS low, high / 100 AS high, score, std_error, interval_method
    FROM unnest(ARRAY[1, 2, 3, 7, 20, 150]) n, generate_series(0, n, greatest(1, n / 7)) satisfied, level,
         LATERAL score_report((SELECT tally('csat', CASE WHEN i <= satisfied THEN 4 ELSE 3 END) FROM generate_series(1, n) i), confidence)
    WHERE metric = 'csat';
SELECT is_empty(
    $$ SELECT * FROM share, LATERAL (SELECT satisfied / n::float8 AS p) s,
           LATERAL (SELECT (p + z ^ 2 / (2 * n)) / (1 + z ^ 2 / n) AS centre,
               z / (1 + z ^ 2 / n) * sqrt(p * (1 - p) / n + z ^ 2 / (4 * n ^ 2)) AS half) w
       WHERE pg_temp.apart(low, centre - half) OR pg_temp.apart(high, centre + half) OR interval_method <> 'wilson'
          OR pg_temp.apart(score, 100 * p) OR pg_temp.apart(std_error, 100 * sqrt(p * (1 - p) / n)) $$,
    'intervals of proportions are Wilson''s');
SELECT is_empty(
    $$ SELECT * FROM share, unnest(ARRAY[low, high]) lim
       WHERE abs(abs(satisfied / n::float8 - lim) - z * sqrt(greatest(0, lim * (1 - lim)) / n)) > 1e-7 $$,
    'at Wilson''s limits the score test of a proportion is just at z');

-- 200 samples of ratings on a scale wide enough not to clamp
CREATE TEMP TABLE rated AS
    SELECT id % 100 AS id, count(*) AS n,
           tally(feedback('rating', round((random() * (10 + id % 100 % 7) - 5 + id % 100 % 3)::numeric, 3)::float8, -1000, 1000)) AS t
    FROM generate_series(1, 1100) id WHERE id % 100 < 90 OR id < 300 GROUP BY id % 100;
SELECT is_empty(
    $$ SELECT r.id, s.* FROM rated r, LATERAL score_report(t) s
       WHERE pg_temp.apart(std_error, stddev(t, 'rating') / sqrt(n)) OR pg_temp.apart(score, mean(t, 'rating')) OR interval_method <> 't'
          OR pg_temp.apart(score - low, high - score) $$,
    'the standard error of a mean is stddev / sqrt(n), its interval symmetrical');
SELECT is_empty(
    $$ SELECT width, before FROM (SELECT width, lag(width) OVER (ORDER BY n) AS before, z FROM (
           SELECT n, z, (high - score) / std_error AS width
           FROM unnest(ARRAY[2, 3, 4, 5, 8, 13, 50, 200, 1000, 100000]) n, (SELECT * FROM level WHERE confidence = 0.99) l,
                LATERAL score_report(format('tally{rating/-1000..1000: -1=%s 1=%s}', n / 2, n - n / 2)::tally, 0.99)) w) x
       WHERE NOT (width < before) OR width <= z $$,
    'quantiles of t fall with the number of answers and stay above the normal one');
SELECT is(round((((high - score) / std_error))::numeric, 5), 1.95996, 'and reach it')
    FROM score_report('tally{rating/-1000..1000: -1=50000000 1=50000000}');

-- ---- comparisons ----

-- pairs of tallies that hold every kind
CREATE TEMP TABLE mixed AS
    WITH r AS MATERIALIZED (SELECT id, random() ^ (0.5 + id % 40 / 20.0) AS x, random() AS k FROM generate_series(1, 4000) id)
    SELECT id % 40 AS id, tally(feedback(kind, lo + floor(x * (hi - lo + 1)))) AS t
    FROM r JOIN (VALUES (0, 'nps', 0, 10), (1, 'csat', 1, 5), (2, 'ces', 1, 7), (3, 'effort', 1, 5), (4, 'success', 0, 1),
                        (5, 'emotion', 1, 7), (6, 'rating', 1, 5)) s(k, kind, lo, hi) ON s.k = floor(7 * r.k) GROUP BY 1;
CREATE TEMP TABLE compared AS
    SELECT a.id AS a, b.id AS b, method, confidence, c.* FROM mixed a JOIN mixed b ON b.id IN ((a.id * 3 + 1) % 40, (a.id + 20) % 40),
           unnest('{wald,adjusted_wald}'::text[]) method, level, LATERAL compare(a.t, b.t, confidence, method) c;
SELECT is(count(DISTINCT metric), 15::bigint, 'every score is compared') FROM compared;
SELECT is_empty(
    $$ SELECT c.metric, c.difference, r.difference FROM compared c,
        LATERAL compare((SELECT t FROM mixed WHERE id = b), (SELECT t FROM mixed WHERE id = a), confidence, method) r
       WHERE r.metric = c.metric AND ((r.score_a, r.score_b) IS DISTINCT FROM (c.score_b, c.score_a)
          OR pg_temp.apart(r.difference, -c.difference) OR pg_temp.apart(r.z, -c.z) OR pg_temp.apart(r.std_error, c.std_error)
          OR pg_temp.apart(r.p_value, c.p_value) OR pg_temp.apart(r.low, -c.high) OR pg_temp.apart(r.high, -c.low)) $$,
    'compare(b, a) is compare(a, b) with the other sign');
SELECT is_empty(
    $$ SELECT c.* FROM compared c JOIN mixed a ON a.id = c.a JOIN mixed b ON b.id = c.b,
           LATERAL (SELECT max(score) FILTER (WHERE side = 'a') AS a, max(score) FILTER (WHERE side = 'b') AS b FROM
               (SELECT 'a' AS side, metric, score FROM score_report(a.t) UNION ALL SELECT 'b', metric, score FROM score_report(b.t)) x
               WHERE x.metric = c.metric) s
       WHERE (score_a, score_b) IS DISTINCT FROM (s.a, s.b) OR difference IS DISTINCT FROM score_a - score_b $$,
    'scores are those of score_report(), the difference is a minus b');
SELECT is_empty($$ SELECT * FROM compared WHERE method = 'wald' AND pg_temp.apart(z, difference / nullif(std_error, 0)) $$,
    'z is difference / standard error');
SELECT is_empty(
    $$ SELECT c.* FROM compared c, LATERAL (
           SELECT a.std_error AS a, b.std_error AS b
           FROM score_report((SELECT t FROM mixed WHERE id = c.a)) a, score_report((SELECT t FROM mixed WHERE id = c.b)) b
           WHERE a.metric = c.metric AND b.metric = c.metric) s
       WHERE method = 'wald' AND pg_temp.apart(c.std_error, sqrt(s.a ^ 2 + s.b ^ 2)) $$,
    'the standard error of a difference is the root of the sum of squares of both');
SELECT is_empty(
    $$ SELECT a.t, b.t, std_error, z FROM sample a JOIN sample b ON b.id = a.id % 250 + 1,
        LATERAL compare(a.t, b.t, 0.95, 'adjusted_wald') c,
           LATERAL (SELECT (a.p * a.n + 0.75) / (a.n + 3) AS pa, (a.d * a.n + 0.75) / (a.n + 3) AS da,
               (b.p * b.n + 0.75) / (b.n + 3) AS pb, (b.d * b.n + 0.75) / (b.n + 3) AS db) s,
           LATERAL (SELECT 100 * sqrt((pa + da - (pa - da) ^ 2) / (a.n + 3) + (pb + db - (pb - db) ^ 2) / (b.n + 3)) AS se) e
       WHERE pg_temp.apart(std_error, se) OR pg_temp.apart(z, 100 * (pa - da - pb + db) / se)
           OR pg_temp.apart(difference, nps(a.t) - nps(b.t)) $$,
    'adjusted_wald compares NPS with 3/4, 3/2, 3/4 answers more on each side; the difference stays that of the scores');
-- the area under the normal density between -|z| and |z|, by Simpson's rule with 400 steps
CREATE FUNCTION pg_temp.two_sided_p(z float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
    SELECT 1 - sum(CASE WHEN i IN (0, 400) THEN 1 WHEN i % 2 = 1 THEN 4 ELSE 2 END * exp(-((i * z / 400) ^ 2) / 2))
               * abs(z) / 400 / 3 * 2 / sqrt(2 * pi())
    FROM generate_series(0, 400) i $$;
SELECT is_empty(
    $$ SELECT metric, z, p_value FROM compared WHERE confidence = 0.95 AND abs(z) < 8 AND metric !~ '_mean$|^ces$|^effort$|^rating$'
          AND abs(p_value - pg_temp.two_sided_p(z)) > 1e-9 $$,
    'p of net scores and proportions is the area of the normal density beyond -|z| and |z|');
SELECT is_empty(
    $$ SELECT metric, method, confidence, p_value, low, high FROM compared
       WHERE method = 'wald' AND abs(p_value - (1 - confidence)) > 1e-9 AND (low > 0 OR high < 0) <> (p_value < 1 - confidence) $$,
    'test and interval agree: 0 lies outside exactly if p is below 1 - confidence');
SELECT is_empty(
    $$ SELECT id, c.* FROM mixed, LATERAL compare(t, t) c
        WHERE (difference, z, p_value) IS DISTINCT FROM (0::float8, 0 / nullif(std_error, 0), 1 + 0 / nullif(std_error, 0)) $$,
    'compared with itself a tally shows no difference: z 0 and p 1, unknown without any spread');
SELECT results_eq(
    $$ SELECT metric, score_a, score_b, difference, p_value FROM compare('tally{nps: 9=4}', 'tally{csat: 5=1 1=1}')
        WHERE metric <> 'csat_mean' $$,
    $$ VALUES ('nps', 100::float8, NULL::float8, NULL::float8, NULL::float8), ('csat', NULL, 50, NULL, NULL) $$,
    'a score that one side lacks has a row without difference');
SELECT results_eq(
    $$ SELECT difference, std_error, z, p_value, low, high FROM compare('tally{nps: 9=4}', 'tally{nps: 10=9}') $$,
    $$ VALUES (0::float8, 0::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$,
    'where no spread is left, test and interval are unknown');
SELECT results_eq(
    $$ SELECT score_a, std_error, z, p_value, low, high FROM compare('tally{csat: 5=1}', 'tally{csat: 3=2 4=5}') WHERE metric = 'csat_mean' $$,
    $$ VALUES (5::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$,
    'where the spread of one side is unknown, so are test and interval');
-- Welch's test of means: degrees of freedom after Satterthwaite, seen in the width of the interval, which lies between
-- those of the whole numbers of degrees around
CREATE TEMP TABLE t_table AS
    SELECT n - 1 AS df, (high - score) / std_error AS t
    FROM generate_series(2, 40) n, LATERAL score_report(format('tally{rating/-1000..1000: -1=%s 1=%s}', n / 2, n - n / 2)::tally);
SELECT is_empty(
    $$ SELECT c.* FROM rated a JOIN rated b ON b.id = (a.id * 7 + 5) % 100, LATERAL compare(a.t, b.t) c,
           LATERAL (SELECT stddev(a.t, 'rating') ^ 2 / a.n AS va, stddev(b.t, 'rating') ^ 2 / b.n AS vb) v,
           LATERAL (SELECT (va + vb) ^ 2 / (va ^ 2 / (a.n - 1) + vb ^ 2 / (b.n - 1)) AS df) f,
           LATERAL (SELECT (high - difference) / std_error AS width) w
       WHERE a.n > 2 AND b.n > 2
         AND (pg_temp.apart(std_error, sqrt(va + vb)) OR NOT width BETWEEN (SELECT min(t) FROM t_table q WHERE q.df <= ceil(f.df)) - 1e-9
                                                                       AND (SELECT max(t) FROM t_table q WHERE q.df >= floor(f.df)) + 1e-9) $$,
    'means are compared by Welch''s t: the interval is as wide as its degrees of freedom ask for');

-- ---- how many answers ----

CREATE TEMP TABLE asked AS
    SELECT (0.5 + random() * 30) AS margin, share * p AS p, share * (1 - p) AS d, confidence, z
    FROM (SELECT random() AS p, random() AS share FROM generate_series(1, 200)) r, level;
CREATE FUNCTION pg_temp.half_width(n float8, p float8, d float8, z float8, pseudo float8) RETURNS float8 IMMUTABLE LANGUAGE sql AS $$
    SELECT 100 * z * sqrt((pa + da - (pa - da) ^ 2) / (n + pseudo))
    FROM (SELECT (p * n + pseudo / 4) / (n + pseudo) AS pa, (d * n + pseudo / 4) / (n + pseudo) AS da) a $$;
SELECT is_empty(
    format($q$ SELECT margin, p, d, confidence, n FROM asked,
        LATERAL (SELECT sample_size(margin, p, d, confidence, interval_method => %L) AS n) s
               WHERE pg_temp.half_width(n, p, d, z, %s) > margin * (1 + 1e-12)
                  OR (n > 1 AND pg_temp.half_width(n - 1, p, d, z, %2$s) <= margin * (1 - 1e-12)) $q$, method, pseudo),
    format('sample_size() by %s is the smallest number of answers that keeps the margin', method))
FROM (VALUES ('wald', 0), ('adjusted_wald', 3)) v(method, pseudo);
SELECT is_empty(
    $$ SELECT margin, p, d, confidence, population, n FROM asked, unnest(ARRAY[50, 400, 20000]) population,
           LATERAL (SELECT sample_size(margin, p, d, confidence, population, 'wald') AS n) s,
           LATERAL (SELECT sqrt((population - n) / (population - 1.0)) AS fpc,
               sqrt((population - n + 1) / (population - 1.0)) AS fpc_less) f
       WHERE n > population OR pg_temp.half_width(n, p, d, z, 0) * fpc > margin * (1 + 1e-9)
          OR (n > 1 AND pg_temp.half_width(n - 1, p, d, z, 0) * fpc_less <= margin * (1 - 1e-9)) $$,
    'a finite population narrows the interval by sqrt((N - n) / (N - 1)) and needs fewer answers');
SELECT is_empty(
    $$ SELECT margin, p, d FROM asked WHERE confidence = 0.95
        AND (sample_size(margin, p, d, 0.95, 1) <> 1 OR sample_size(margin, p, d, 0.95, 30) > 30
          OR sample_size(margin, p, d, 0.95, 1000000000000) <> sample_size(margin, p, d) OR sample_size(margin, p, d) > sample_size(margin)
          OR sample_size(margin / 2, p, d) < sample_size(margin, p, d)) $$,
    'never more than the population; half and half is the worst case; a smaller margin needs more');
SELECT results_eq(
    $$ SELECT sample_size(NULL), sample_size(5, NULL), sample_size(5, 0.5, NULL), sample_size(5, confidence => NULL),
        sample_size(5, population => NULL) $$,
    $$ SELECT NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, sample_size(5) $$,
    'what is unknown gives NULL, but an unknown population is an unlimited one');

-- ---- can that be true ----

SELECT is_empty(
    $$ SELECT claim, n FROM generate_series(-100, 100) claim, generate_series(1, 60) n
       WHERE nps_possible(claim, n) <> EXISTS (SELECT FROM generate_series(-n, n) k WHERE 2 * abs(100 * k - claim * n) <= n) $$,
    'nps_possible() of whole claims finds exactly those near 100 k / n');
SELECT is_empty(
    $$ SELECT claim, n FROM generate_series(-100, 100, 0.1) claim, generate_series(1, 15) n
       WHERE nps_possible(claim::float8, n, 1) <> EXISTS (SELECT FROM generate_series(-n, n) k WHERE 20 * abs(100 * k - claim * n) <= n) $$,
    'with one digit too');
SELECT is_empty(
    $$ SELECT k, n, digits, round(100.0 * k / n, digits) FROM generate_series(1, 31) n, generate_series(-n, n) k,
        generate_series(0, 9) digits
       WHERE NOT nps_possible(round(100.0 * k / n, digits)::float8, n, digits) $$,
    'every true score, rounded to 0 to 9 digits, is possible');
SELECT results_eq(
    $$ SELECT nps_possible(50.5, 2), nps_possible(33.3, 3), nps_possible(101, 5), nps_possible(-101, 5), nps_possible('NaN', 5),
        nps_possible('Infinity', 5) $$,
    $$ VALUES (false, false, false, false, false, false) $$,
    'a claim finer than it says it was rounded to, off the scale, or no number, is impossible');

-- the normal quantile far out: 2^-41 on either side, by bisection of erfc()
SELECT cmp_ok((SELECT abs((nps_high(t, 1 - 2::float8 ^ -40, 'wald') - nps_low(t, 1 - 2::float8 ^ -40, 'wald')) / (2 * 100 * 7.14355203435219 * sqrt((0.8 - 0.2 ^ 2) / 10000)) - 1)
               FROM (SELECT tally(feedback('nps', CASE WHEN i % 10 < 5 THEN 9 WHEN i % 10 < 8 THEN 5 ELSE 7 END)) AS t FROM generate_series(1, 10000) i) s), '<', 1e-12::float8, 'confidence next to 1');

SELECT * FROM finish();
ROLLBACK;
