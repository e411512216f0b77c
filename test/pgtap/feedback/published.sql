-- Published values: what others have computed and printed, each with its source in the description.
--
-- Figures are compared at the number of decimals in which they were published. Sources quote NPS, its standard error
-- and limits sometimes as shares: points divided by 100 here.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(116);

-- NPS answers (promoters, passives, detractors) as a tally
CREATE FUNCTION pg_temp.nps_of(p int, s int, d int) RETURNS tally LANGUAGE sql AS $$
    SELECT rollup(t) FROM (VALUES ('tally{}'::tally),
        (CASE WHEN p > 0 THEN format('tally{nps: 9=%s}', p)::tally END),
        (CASE WHEN s > 0 THEN format('tally{nps: 7=%s}', s)::tally END),
        (CASE WHEN d > 0 THEN format('tally{nps: 0=%s}', d)::tally END)) v(t)
$$;
-- scores of one kind on lo..hi as a tally
CREATE FUNCTION pg_temp.tally_of(kind text, lo int, hi int, VARIADIC scores numeric[]) RETURNS tally LANGUAGE sql AS $$
    SELECT tally(kind, s::float8, lo, hi) FROM unnest(scores) s
$$;

-- ---- NPS ----

SELECT is(round(nps(s)::numeric, 4), 33.3333, 'NPS of 0,7,7,9,9,9 is 1/3 (brendan-r/NPS, tests/testthat/test_01_basics.R)')
FROM unnest(ARRAY[0, 7, 7, 9, 9, 9]) s;
SELECT is(nps(s), 25::float8, 'NPS of 9,10,6,8 is 25 (unytics/bigfunctions, nps.yaml)') FROM unnest(ARRAY[9, 10, 6, 8]) s;
SELECT is(nps(s), 25::float8, 'NPS of 10,7,3,9 is 25 (formbricks, surveySummary.test.ts)') FROM unnest(ARRAY[10, 7, 3, 9]) s;
SELECT results_eq(
    $$ SELECT promoters(t), passives(t), detractors(t) FROM pg_temp.tally_of('nps', 0, 10, 10, 7, 3, 9) t $$,
    $$ VALUES (2::bigint, 1::bigint, 1::bigint) $$,
    '10,7,3,9 are 50 % promoters, 25 % passives, 25 % detractors (formbricks, surveySummary.test.ts)');
SELECT is(nps(s), -40::float8, 'NPS of 1..10 once each is -40 (rbouch85/DS_Adventures, README)') FROM generate_series(1, 10) s;
SELECT is(round(nps(s)::numeric, 4), 16.6667, 'NPS of 1,7,7,8,9,10 is 16.6667 (1 of 6 more promoters than detractors)')
FROM unnest(ARRAY[1, 7, 7, 8, 9, 10]) s;
SELECT is(nps(s), -100::float8, 'NPS of detractors alone is -100 (formbricks, surveySummary.test.ts)') FROM unnest(ARRAY[0, 6, 3]) s;
SELECT is(round(nps('tally{nps: 0=1 1=1 2=1 3=1 4=1 5=1 6=1 7=2 8=2 9=3 10=3}'::tally)::numeric, 6), -5.882353,
    'counts 1,1,1,1,1,1,1,2,2,3,3 of answers 0..10 give -5.882353 (PostHog, surveys/utils.test.ts, shown as -5.9)');
SELECT is(nps(s, w), -40::float8, 'weights 1,1,2,2,4 on 10,9,8,6,3 give -40: (2 - 6) / 10 (Kish 1965 weighting)')
FROM unnest(ARRAY[10, 9, 8, 6, 3], ARRAY[1, 1, 2, 2, 4]) v(s, w);
SELECT is(nps(s), 0::float8, '10,9,8,6,3 unweighted give 0') FROM unnest(ARRAY[10, 9, 8, 6, 3]) s;
-- Simpson: both segments rise by 5, the total falls by 3
SELECT is(nps(pg_temp.nps_of(60, 40, 0) + pg_temp.nps_of(20, 80, 0)), 40::float8,
    'a segment of 100 at NPS 60 and one of 100 at 20 are 40 together (change of mix, before)');
SELECT is(nps(pg_temp.nps_of(39, 21, 0) + pg_temp.nps_of(35, 105, 0)), 37::float8,
    '60 answers at NPS 65 and 140 at 25 are 37 together: both segments rose, the total fell (change of mix, after)');

-- variance p + d - (p - d)^2 divided by n, standard error
CREATE TEMP TABLE spread (d int, s int, p int, nps numeric, variance numeric, std_error numeric, source text);
INSERT INTO spread VALUES
    (1, 2, 3,   33.3333, 0.555556, 0.304290, 'brendan-r/NPS, test_01_basics.R'),
    (1, 0, 1,    0,      1,        0.707107, 'brendan-r/NPS, test_01_basics.R'),
    (0, 1, 1,   50,      0.25,     0.353553, 'brendan-r/NPS, test_01_basics.R'),
    (1, 1, 1,    0,      0.666667, 0.471405, 'brendan-r/NPS, test_01_basics.R'),
    (1, 0, 0, -100,      0,        0,        'brendan-r/NPS, test_01_basics.R'),
    (0, 1, 0,    0,      0,        0,        'brendan-r/NPS, test_01_basics.R'),
    (0, 0, 1,  100,      0,        0,        'brendan-r/NPS, test_01_basics.R'),
    (54, 108, 162, 33.3333, 0.555556, 0.041409, 'whuber, Cross Validated: p 1/2, s 1/3, d 1/6'),
    (7, 4, 6, -5.8824,   0.761246, 0.211611, 'PostHog counts, surveys/utils.test.ts'),
    (18, 24, 58, 40,     0.60,     0.077460, 'Countly API documentation, sample response');
SELECT results_eq(
    format($q$ SELECT round(score::numeric, 4), round((std_error ^ 2 * responses / 1e4)::numeric, 6), round(std_error::numeric / 100, 6)
               FROM score_report(pg_temp.nps_of(%s, %s, %s)) $q$, p, s, d),
    format('SELECT %s::numeric, %s::numeric, %s::numeric', nps, variance, std_error),
    format('%s promoters, %s passives, %s detractors: NPS %s, variance %s, standard error %s (%s)',
           p, s, d, nps, variance, std_error, source))
FROM spread;
SELECT results_eq(
    $$ SELECT responses, round((1e4 * 0.64 / std_error ^ 2)::numeric, 6) FROM score_report(
       (SELECT tally(feedback('nps', s), w) FROM unnest(ARRAY[10, 9, 8, 6, 3], ARRAY[1, 1, 2, 2, 4]) v(s, w))) $$,
    $$ VALUES (5::bigint, 3.846154) $$,
    'weights 1,1,2,2,4: five answers count as 3.846154 (Kish 1965, effective n (sum w)^2 / sum w^2)');

-- intervals, 95 %, as shares
CREATE TEMP TABLE nps_interval (p int, s int, d int, method text, low numeric, high numeric, source text);
INSERT INTO nps_interval VALUES
    (3, 2, 1, 'wald',               -0.263065, 0.929731, 'R package NPS, npvar'),
    (3, 2, 1, 'adjusted_wald',      -0.267433, 0.711877, 'Rocks 2016, pseudo-answers 3/4, 3/2, 3/4'),
    (3, 2, 1, 'score',              -0.311074, 0.753957, 'Tango 1998; R package NPS 2, nps_interval_estimators.R'),
    (3, 2, 1, 'goodman',            -0.411492, 1,        'Goodman 1964, chi-square of 2 degrees; 1.078159 clamped to 1'),
    (9, 0, 2, 'wald',                0.180510, 1,        'sivadivel/nps_stats; 1.092217 clamped to 1'),
    (9, 0, 2, 'adjusted_wald',       0.080008, 0.919992, 'Rocks 2016'),
    (9, 0, 2, 'score',               0.046039, 0.897265, 'Tango 1998'),
    (162, 108, 54, 'wald',           0.252174, 0.414493, 'whuber, Cross Validated: n = 324'),
    (162, 108, 54, 'adjusted_wald',  0.249453, 0.411098, 'Rocks 2016'),
    (162, 108, 54, 'score',          0.249540, 0.411611, 'Tango 1998'),
    (162, 108, 54, 'goodman',        0.231975, 0.434691, 'Goodman 1964'),
    (10, 0, 0, 'wald',               1,        1,        'no spread, no width'),
    (10, 0, 0, 'adjusted_wald',      0.475036, 1,        'Rocks 2016; 1.063426 clamped to 1'),
    (10, 0, 0, 'score',              0.444934, 1,        'Tango 1998'),
    (1, 0, 0, 'wald',                1,        1,        'no spread, no width'),
    (1, 0, 0, 'adjusted_wald',      -0.484986, 0.984986, 'Rocks 2016: so few answers that the estimate lies beside'),
    (200, 100, 50, 'wald',           0.352258, 0.504885, 'R package NPS, nps.test'),
    (200, 100, 50, 'adjusted_wald',  0.348848, 0.501010, 'Rocks 2016'),
    (200, 100, 50, 'goodman',        0.333265, 0.523878, 'Goodman 1964');
SELECT results_eq(
    format($q$ SELECT round(nps_low(t, 0.95, %1$L)::numeric / 100, 6), round(nps_high(t, 0.95, %1$L)::numeric / 100, 6)
               FROM pg_temp.nps_of(%2$s, %3$s, %4$s) t $q$, method, p, s, d),
    format('SELECT %s::numeric, %s::numeric', low, high),
    format('NPS of %s/%s/%s, %s interval %s .. %s (%s)', p, s, d, method, low, high, source))
FROM nps_interval;
SELECT results_eq(
    format($q$ SELECT round(low::numeric / 100, 6), round(high::numeric / 100, 6), interval_method
               FROM score_report(pg_temp.nps_of(%2$s, %3$s, %4$s), interval_method => %1$L) $q$, method, p, s, d),
    format('SELECT %s::numeric, %s::numeric, %L::text', low, high, method),
    format('score_report: NPS of %s/%s/%s, %s interval %s .. %s (%s)', p, s, d, method, low, high, source))
FROM nps_interval;
SELECT is(nps_low(t), nps_low(t, 0.95, 'adjusted_wald'), 'the default interval is adjusted Wald at 95 %: MeasuringU found it best')
FROM pg_temp.nps_of(3, 2, 1) t;

-- two samples
CREATE TEMP TABLE two_samples (a tally, b tally, method text, diff numeric, std_error numeric, z numeric, p numeric,
                               low numeric, high numeric, source text);
INSERT INTO two_samples VALUES
    (pg_temp.nps_of(20, 0, 10), pg_temp.nps_of(12, 0, 18), 'wald', 0.533333, 0.248253, 2.148345, 0.031686, 0.046766, 1.019901,
     'sivadivel/nps_stats example'),
    (pg_temp.nps_of(20, 0, 10), pg_temp.nps_of(12, 0, 18), 'adjusted_wald', NULL, 0.232523, 2.085166, 0.037054, 0.029112, 0.940585,
     'the same with 3/4, 3/2, 3/4 in each sample; of 0.484848'),
    (pg_temp.nps_of(200, 100, 50), pg_temp.nps_of(150, 120, 80), 'wald', 0.228571, 0.057265, 3.991456, 0.000066, 0.116334, 0.340809,
     'R package NPS, nps.test'),
    (pg_temp.nps_of(200, 100, 50), pg_temp.nps_of(150, 120, 80), 'adjusted_wald', NULL, 0.057037, 3.973370, 0.000071, 0.114839, 0.338419,
     'the same adjusted; of 0.226629');
SELECT results_eq(
    format($q$ SELECT round(std_error::numeric / 100, 6), round(z::numeric, 6), round(p_value::numeric, 6),
                      round(low::numeric / 100, 6), round(high::numeric / 100, 6) FROM compare(%L, %L, 0.95, %L) $q$, a, b, method),
    format('SELECT %s::numeric, %s::numeric, %s::numeric, %s::numeric, %s::numeric', std_error, z, p, low, high),
    format('two samples, %s: standard error %s, z %s, p %s, %s .. %s (%s)', method, std_error, z, p, low, high, source))
FROM two_samples;
SELECT is(round(difference::numeric / 100, 6), diff, format('two samples differ by %s (%s)', diff, source))
FROM two_samples, LATERAL compare(a, b, 0.95, method) WHERE diff IS NOT NULL;

-- ---- sample size, audit ----

SELECT is(sample_size(10, 0.5, 0.2), 232::bigint, 'p .5, d .2: 232 answers for 10 points (public R code: uniroot on the adjusted Wald margin)');
SELECT is(sample_size(5, 0.5, 0.2), 935::bigint, 'p .5, d .2: 935 answers for 5 points (public R code: uniroot on the adjusted Wald margin)');
SELECT is(sample_size(10, 0.5, 0.2, interval_method => 'wald'), 235::bigint, 'z^2 Var / m^2 is 234.33 for 10 points: 235');
SELECT is(sample_size(5, 0.5, 0.2, interval_method => 'wald'), 938::bigint, 'z^2 Var / m^2 is 937.32 for 5 points: 938');
SELECT is(nps_possible(72, 9), false, 'NPS 72 from 9 answers is impossible (a public review; the GRIM test of Brown and Heathers 2017)');
SELECT is(nps_possible(72, 25), true, 'NPS 72 from 25 answers is possible: 18 of 25');
SELECT is(nps_possible(43, 7), true, 'NPS 43 from 7 answers is possible: 3 of 7');
SELECT is(nps_possible(50, 7), false, 'NPS 50 from 7 answers is impossible');

-- ---- CSAT ----

SELECT is(csat(s), 50::float8, 'CSAT of 5,4,2,1 is 50 % (formbricks tests; 4-5 of 5: CustomerGauge, Chatwoot csat.js)')
FROM unnest(ARRAY[5, 4, 2, 1]) s;
SELECT is(csat(t, 'mean'), 3::float8, 'mean of 5,4,2,1 is 3 (formbricks tests)') FROM pg_temp.tally_of('csat', 1, 5, 5, 4, 2, 1) t;
SELECT results_eq(
    $$ SELECT csat(t), csat(t, 'mean'), missing(t, 'csat') FROM pg_temp.tally_of('csat', 1, 5, 5, NULL, NULL) t $$,
    $$ VALUES (100::float8, 5::float8, 2::bigint) $$,
    '5 and two skipped: 100 %, mean 5, two missing (formbricks tests)');
SELECT is(csat(t, 'percent'), 60::float8, '6,7,5,3,8,9,4,10,7,1 are 60 of 100 out of 10 (a vendor''s help page, sum / (n max))')
FROM pg_temp.tally_of('csat', 0, 10, 6, 7, 5, 3, 8, 9, 4, 10, 7, 1) t;
SELECT is(round(csat(s, 1, 10)::numeric, 2), 33.33, 'CSAT of 10,9,8,7,5,3 on 1-10 is 33.33 % by 9-10 (CustomerGauge cut-off)')
FROM unnest(ARRAY[10, 9, 8, 7, 5, 3]) s;
SELECT is(csat(t, 'percent'), 70::float8, '10,9,8,7,5,3 are 70 % of the maximum 10')
FROM pg_temp.tally_of('csat', 0, 10, 10, 9, 8, 7, 5, 3) t;
SELECT is(
    (SELECT array_agg(s ORDER BY s) FROM generate_series(1, hi) s WHERE category(feedback('csat', s, 1, hi)) = 'satisfied'),
    satisfied, format('satisfied on 1-%s: %s (%s)', hi, satisfied, source))
FROM (VALUES (3, '{3}'::int[], 'Formbricks PR 7128'), (4, '{3,4}', 'Formbricks PR 7128'),
             (5, '{4,5}', 'Formbricks PR 7128, CustomerGauge, Chatwoot'), (6, '{5,6}', 'Formbricks PR 7128'),
             (7, '{6,7}', 'Formbricks PR 7128'), (10, '{9,10}', 'CustomerGauge')) v(hi, satisfied, source);

-- Wilson's interval of a proportion: Newcombe 1998, Statistics in Medicine 17, 857-872, table I, score without correction
SELECT results_eq(
    format($q$ SELECT round(low::numeric / 100, 4), round(high::numeric / 100, 4)
               FROM score_report((SELECT tally('csat', CASE WHEN i <= %s THEN 5 ELSE 1 END) FROM generate_series(1, %s) i))
               WHERE metric = 'csat' $q$, x, n),
    format('SELECT %s::numeric, %s::numeric', low, high),
    format('%s of %s satisfied: Wilson %s .. %s (Newcombe 1998, table I)', x, n, low, high))
FROM (VALUES (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)) v(x, n, low, high);

-- ---- CES ----

SELECT is(round(ces(s)::numeric, 6), 4.8, 'CES of 7,6,5,4,2 is the mean 4.8 (Dixon, Toman and DeLisi 2013, 1-7)')
FROM unnest(ARRAY[7, 6, 5, 4, 2]) s;
SELECT results_eq(
    $$ SELECT ces(t, 'easy'), ces(t, 'net'), round(ces(t, 'percent')::numeric, 6) FROM pg_temp.tally_of('ces', 1, 7, 7, 6, 5, 4, 2) t $$,
    $$ VALUES (60::float8, 40::float8, 63.333333) $$,
    '7,6,5,4,2: 60 % easy (CustomerGauge, 5-7), net 40 (metricsflare, positive - negative), (mean - 1) / 6 = 63.333333 %');
SELECT is(ces(s, 1, 5), 3.5::float8, 'CES of 5,4,2,3 on 1-5 is 3.5 (formbricks tests)') FROM unnest(ARRAY[5, 4, 2, 3]) s;
SELECT is(round(ces(s)::numeric, 2), 4.67, 'CES of 7,6,1 on 1-7 is 4.67 (formbricks tests)') FROM unnest(ARRAY[7, 6, 1]) s;
SELECT is(
    (SELECT string_agg(left(category(feedback(kind, s, 1, hi)), 1), '' ORDER BY s) FROM generate_series(1, hi) s),
    buckets, format('%s on 1-%s reads %s from 1 up: easy, neutral, hard (%s)', kind, hi, buckets, source))
FROM (VALUES ('ces', 7, 'hhhneee', 'CustomerGauge: 5-7 of 7'), ('ces', 5, 'hhnee', 'CustomerGauge: 4-5 of 5'),
             ('effort', 5, 'eenhh', 'Dixon, Freeman and Toman 2010: low effort is good')) v(kind, hi, buckets, source);

-- ---- success, ease, emotion ----

-- ten respondents on 1-7; the Temkin Experience Ratings take 6-7 as good and 1-3 as bad
CREATE TEMP TABLE temkin (success int, ease int, emotion int);
INSERT INTO temkin VALUES (7, 6, 5), (6, 6, 4), (5, 7, 6), (7, 3, 2), (2, 6, 6), (6, 5, 7), (4, 2, 1), (7, 7, 6), (6, 6, 3), (3, 6, 7);
SELECT is(success(feedback('success', success, 1, 7)), 40::float8,
    'net success of ten answers on 1-7 is 40 (Temkin Experience Ratings 2011)')
FROM temkin;
SELECT is(emotion(feedback('emotion', emotion)), 20::float8, 'net emotion of ten answers on 1-7 is 20 (Temkin Experience Ratings 2011)')
FROM temkin;
SELECT is(ease(feedback('ces', ease)), 60::float8,
    'net ease of the same ten is 60: easy is 5-7 here (CES 2.0), not 6-7 as in the Temkin Ratings, which say 50')
FROM temkin;

-- ten respondents on 1-5; the early Forrester CXi takes 4-5 as high and 1-2 as low
CREATE TEMP TABLE cxi (success int, ease int, emotion int);
INSERT INTO cxi VALUES (5, 4, 3), (4, 4, 2), (3, 5, 4), (5, 2, 1), (2, 4, 4), (4, 3, 5), (3, 1, 1), (5, 5, 4), (4, 4, 2), (2, 4, 5);
CREATE TEMP VIEW cxi_answer AS
    SELECT unnest(ARRAY[feedback('success', success, 1, 5), feedback('ces', ease, 1, 5), feedback('emotion', emotion, 1, 5)]) AS f FROM cxi;
SELECT results_eq(
    $$ SELECT success(f), ease(f), emotion(f), round(experience_index(f)::numeric, 4) FROM cxi_answer $$,
    $$ VALUES (40::float8, 50::float8, 10::float8, 33.3333) $$,
    'ten respondents on 1-5: 40, 50, 10, index 33.3333 (early Forrester CXi; R package marketr, cxi_calc)');
SELECT results_eq(
    $$ SELECT success(t), ease(t), emotion(t), round(experience_index(t)::numeric, 4) FROM (SELECT tally(f) AS t FROM cxi_answer) x $$,
    $$ VALUES (40::float8, 50::float8, 10::float8, 33.3333) $$,
    'the same from a tally');

-- ---- means ----

-- Student's table of t, two-sided 95 %; n answers half 1, half -1 (one 0 if odd) on a scale wide enough not to clamp
SELECT results_eq(
    format($q$ SELECT round(((high - score) / std_error)::numeric, 6), interval_method
               FROM score_report((SELECT tally('rating', (i %% 2) * 2 - 1, -1000, 1000) FROM generate_series(1, %s) i)) $q$, df + 1),
    format($q$ SELECT %s::numeric, 't'::text $q$, t),
    format('the 95 %% interval of a mean with %s degrees of freedom is %s standard errors wide to each side (Student''s table)', df, t))
FROM (VALUES (1, 12.706205), (2, 4.302653), (3, 3.182446), (4, 2.776445), (5, 2.570582), (9, 2.262157), (10, 2.228139),
             (20, 2.085963), (30, 2.042272), (60, 2.000298), (120, 1.979930)) v(df, t);

-- Student (1908), the sleep of ten patients: R, example(t.test): t = -1.8608, p = 0.07939, -3.3654832 .. 0.2054832
SELECT results_eq(
    $$ SELECT round(score_a::numeric, 2), round(score_b::numeric, 2), round(z::numeric, 4), round(p_value::numeric, 5),
              round(low::numeric, 7), round(high::numeric, 7)
       FROM compare(pg_temp.tally_of('rating', -10, 10, 0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0),
                    pg_temp.tally_of('rating', -10, 10, 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)) $$,
    $$ VALUES (0.75, 2.33, -1.8608, 0.07939, -3.3654832, 0.2054832) $$,
    'Welch''s test on the sleep data of Student 1908: t -1.8608, p .07939, -3.3654832 .. 0.2054832 (R, example(t.test))');

SELECT * FROM finish();
ROLLBACK;
