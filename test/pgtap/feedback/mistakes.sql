-- The classic mistakes of score computation, each seen in public code. Every test fails if its mistake is made;
-- the wrong figure that the mistake would give stands beside the right one.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(88);

CREATE FUNCTION pg_temp.nps_of(p int, s int, d int) RETURNS tally LANGUAGE sql AS $$
    SELECT tally('nps', a.score) FROM (VALUES (9, p), (7, s), (0, d)) v(score, n), LATERAL (SELECT v.score FROM generate_series(1, v.n)) a
$$;

-- ---- NULL in the denominator; NULL as a passive; NULL as 0 ----
-- one promoter and two skipped: 100. In the denominator or as passives NULLs would give 33.3, as zeros -33.3.

SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps(integer) leaves NULLs out') FROM unnest(ARRAY[9, NULL, NULL]) s;
SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps(smallint)') FROM unnest(ARRAY[9, NULL, NULL]::smallint[]) s;
SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps(bigint)') FROM unnest(ARRAY[9, NULL, NULL]::bigint[]) s;
SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps(float8)') FROM unnest(ARRAY[9, NULL, NULL]::float8[]) s;
SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps of a numeric column') FROM unnest(ARRAY[9, NULL, NULL]::numeric[]) s;
SELECT is(nps(s), 100::float8, 'NULL in the denominator: nps(feedback)') FROM unnest(ARRAY['nps:9', NULL, NULL]::feedback[]) s;
SELECT is(nps(tally('nps', s)), 100::float8, 'NULL in the denominator: nps(tally), whose NULLs are counted as missing')
FROM unnest(ARRAY[9, NULL, NULL]) s;
SELECT is(nps(s, w), 100::float8, 'NULL in the denominator: neither NULL scores nor NULL weights weigh anything')
FROM unnest(ARRAY[9, NULL, 0], ARRAY[2, 5, NULL]) v(s, w);
SELECT is(csat(s), 100::float8, 'NULL in the denominator: csat') FROM unnest(ARRAY[5, NULL, NULL]) s;
SELECT is(ces(s), 7::float8, 'NULL in the denominator: ces') FROM unnest(ARRAY[7, NULL, NULL]) s;
SELECT is(success(s), 100::float8, 'NULL in the denominator: success') FROM unnest(ARRAY['success:1', NULL]::feedback[]) s;
SELECT is(share, 1::float8, 'NULL in the denominator: shares of a histogram are of those who answered')
FROM histogram('tally{nps: 9=1 missing=2}');
SELECT results_eq(
    $$ SELECT responses(t), missing(t), passives(t), detractors(t) FROM (SELECT tally('nps', s) t FROM unnest(ARRAY[9, NULL, NULL]) s) x $$,
    $$ VALUES (1::bigint, 2::bigint, 0::bigint, 0::bigint) $$,
    'NULL as passive: missing answers are missing, neither passives nor detractors');
SELECT is(std_error, 25::float8, 'NULL in the denominator: n of a standard error counts answers only (with NULLs 25 shrinks to 15.8)')
FROM score_report('tally{nps: 9=2 7=2 missing=6}');

-- ---- 11 or -1 counted as promoter or detractor ----

SELECT throws_ok(format('SELECT nps(s) FROM (VALUES (9::%1$s), (%2$s::%1$s)) v(s)', type, wrong), '22003',
    format('score %s is off the scale 0..10 of nps', wrong),
    format('%s counted as %s: an error in a column of type %s', wrong, CASE WHEN wrong > 0 THEN 'promoter' ELSE 'detractor' END, type))
FROM unnest(ARRAY['smallint', 'integer', 'bigint', 'real', 'float8', 'numeric']) type, unnest(ARRAY[11, -1]) wrong;
SELECT throws_ok($$ SELECT csat(s) FROM unnest(ARRAY[5, 6]) s $$, '22003', 'score 6 is off the scale 1..5 of csat',
    '6 counted as satisfied on 1-5: an error');
SELECT throws_ok($$ SELECT csat(s) FROM unnest(ARRAY[5, 0]) s $$, '22003', 'score 0 is off the scale 1..5 of csat',
    '0 counted as not satisfied on 1-5: an error');
SELECT throws_ok($$ SELECT ces(s) FROM unnest(ARRAY[5, 8]) s $$, '22003', 'score 8 is off the scale 1..7 of ces',
    '8 in the mean of 1-7: an error');
SELECT results_eq(
    $$ SELECT nps(on_scale(s, 0, 10)), tally('nps', on_scale(s, 0, 10))::text FROM unnest(ARRAY[9, 7, 3, 11, -1, 99]) s $$,
    $$ VALUES (0::float8, 'tally{nps: 3=1 7=1 9=1 missing=3}') $$,
    'codes such as 11 for "no answer" become missing by on_scale, and only by it');

-- ---- wrong cut-offs ----

SELECT is((SELECT string_agg(left(category(feedback('nps', s)), 1), '' ORDER BY s) FROM generate_series(0, 10) s), 'dddddddpppp',
    'cut-offs shifted: 0-6 detract, 7-8 are passive, 9-10 promote');
SELECT is((SELECT nps(s) FROM unnest(ARRAY[6, 7, 8, 9]) s), 0::float8,
    'cut-offs shifted: 6,7,8,9 is one detractor, two passives, one promoter');
SELECT is((SELECT nps(s) FROM unnest(ARRAY[6.5, 8.9, 9.0, 6.0, 9.5]) s), 20::float8,
    'fractions in the denominator but in no bucket, or rounded into one: 6.5 and 8.9 are passive (rounded they would give 40)');
SELECT is(passives('tally{nps: 6.5=1 8.9=1}'), 2::bigint, 'fractions between the buckets are passives, countable as such');

-- ---- integer division ----

SELECT is(round(nps(s)::numeric, 6), 33.333333, 'integer division: 1 promoter of 3 is 33.333333, not 0 and not 33')
FROM unnest(ARRAY[9, 7, 7]) s;
SELECT is(round(csat(s)::numeric, 6), 66.666667, 'integer division: 2 satisfied of 3 are 66.666667') FROM unnest(ARRAY[5, 4, 1]) s;
SELECT is(round(ces(s)::numeric, 6), 4.666667, 'integer division: the mean of 7,6,1 is 4.666667') FROM unnest(ARRAY[7, 6, 1]) s;
SELECT is(round(response_rate('tally{nps: 9=1 missing=2}')::numeric, 6), 0.333333,
    'integer division: 1 answer of 3 asked is a rate of 0.333333');

-- ---- empty gives 0 ----

SELECT results_eq(
    $$ SELECT nps(s), csat(s), ces(s), nps(s::float8, s::float8), nps(s::smallint), nps(s::bigint) FROM generate_series(1, 0) s $$,
    $$ VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$,
    'empty gives 0: no rows give NULL');
SELECT results_eq(
    $$ SELECT nps(s), csat(s), ces(s) FROM unnest(ARRAY[NULL, NULL]::int[]) s $$,
    $$ VALUES (NULL::float8, NULL::float8, NULL::float8) $$,
    'empty gives 0: only NULLs give NULL');
SELECT results_eq(
    $$ SELECT nps(f), csat(f), ces(f), success(f), ease(f), emotion(f), experience_index(f) FROM unnest(ARRAY['rating:3']::feedback[]) f $$,
    $$ VALUES (NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$,
    'empty gives 0: only answers of another kind give NULL');
SELECT results_eq(
    format($q$ SELECT nps(t), csat(t), csat(t, 'mean'), csat(t, 'percent'), ces(t), ces(t, 'easy'), ces(t, 'net'), ces(t, 'percent'),
               success(t), ease(t), emotion(t), experience_index(t), mean(t, 'nps'), stddev(t, 'nps'), nps_low(t), nps_high(t)
        FROM (SELECT %L::tally AS t) x $q$, t),
    $$ SELECT n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n FROM (SELECT NULL::float8 AS n) x $$,
    format('empty gives 0: every score and limit of %s is NULL', t))
FROM unnest(ARRAY['tally{}', 'tally{nps: missing=3; csat: missing=2; unknown: missing=1}', 'tally{nps: 9=1(0,0)}']) t;
SELECT is(response_rate('tally{}'), NULL::float8, 'empty gives 0: nobody was asked, so there is no rate');
SELECT is(response_rate('tally{nps: missing=2}'), 0::float8, 'nobody of two answered: the rate is 0, not NULL');
SELECT is(experience_index('tally{success: 1=1; emotion: 6=1}'::tally), NULL::float8,
    'empty gives 0: an index without ease is NULL, not a mean of two');
SELECT is(count(*), 0::bigint, 'empty gives 0: no rows of a report, a comparison, a histogram')
FROM (SELECT metric FROM score_report('tally{}') UNION ALL SELECT metric FROM compare('tally{}', 'tally{}')
      UNION ALL SELECT metric FROM histogram('tally{}')) x;
SELECT is(score, NULL::float8, 'empty gives 0: a kind with missing answers alone has a row, and its score is NULL')
FROM score_report('tally{nps: missing=3}');
SELECT is(stddev('tally{rating: 3=1}', 'rating'), NULL::float8, 'one answer has no spread: NULL, not 0');

-- ---- only passives gives NULL ----

SELECT is(nps(s), 0::float8, 'only passives gives NULL: it is 0') FROM unnest(ARRAY[7, 8, 8]) s;
SELECT is(nps('tally{nps: 7=2}'::tally), 0::float8, 'only passives gives NULL: it is 0 in a tally');
SELECT is(csat(s), 0::float8, 'nobody satisfied gives NULL: it is 0') FROM unnest(ARRAY[1, 2, 3]) s;

-- ---- average of averages instead of pooled ----

CREATE TEMP TABLE branch (name text, answers tally);
INSERT INTO branch VALUES ('large', pg_temp.nps_of(10, 40, 50)), ('small', pg_temp.nps_of(2, 0, 0));
SELECT is(round(nps(rollup(answers))::numeric, 6), -37.254902,
    'average of averages: -40 of 100 and +100 of 2 are -37.25 together, not 30') FROM branch;
SELECT is(round(nps(a.answers + b.answers)::numeric, 6), -37.254902, 'average of averages: nor by +')
FROM branch a, branch b WHERE a.name = 'large' AND b.name = 'small';
SELECT is(csat(a + b), 25::float8, 'average of averages: 1 of 2 and 0 of 2 and scales apart are 25 % satisfied, pooled')
FROM (VALUES ('tally{csat: 5=1 1=1}'::tally, 'tally{csat/7: 5=2}'::tally)) v(a, b);
SELECT is(ces(rollup(t)), 2::float8, 'average of averages: one 7 and five 1 have the mean 2, not 4')
FROM unnest(ARRAY['tally{ces: 7=1}', 'tally{ces: 1=5}']::tally[]) t;

-- ---- rounding before subtracting ----

SELECT is(round(nps(pg_temp.nps_of(2, 3, 1))::numeric, 6), 16.666667,
    'rounding before subtracting: 33.33 % - 16.67 % is 16.666667, not 33 - 17 = 16');
SELECT is(nps(pg_temp.nps_of(1, 1, 1)), 0::float8, 'rounding before subtracting: equal shares of thirds cancel exactly');
SELECT is(score, nps(pg_temp.nps_of(2, 3, 1)), 'rounding in reports: the score there has full precision too')
FROM score_report(pg_temp.nps_of(2, 3, 1));

-- ---- one-sided z ----

SELECT is(round(((high - score) / std_error)::numeric, 6), z,
    format('one-sided z: %s %% is %s standard errors, not %s', 100 * confidence, z, wrong))
FROM (VALUES (0.95, 1.959964, 1.644854), (0.90, 1.644854, 1.281552), (0.99, 2.575829, 2.326348)) v(confidence, z, wrong),
     LATERAL score_report(pg_temp.nps_of(30, 40, 30), confidence, 'wald');
SELECT is(round(p_value::numeric, 6), 0.031686, 'one-sided z: z = 2.148345 has p = .031686 on both sides, not .015843 on one')
FROM compare(pg_temp.nps_of(20, 0, 10), pg_temp.nps_of(12, 0, 18));

-- ---- interval beyond +-100 or reversed ----

CREATE TEMP TABLE small_tally AS
    SELECT p, s, d, pg_temp.nps_of(p, s, d) AS t FROM generate_series(0, 6) p, generate_series(0, 6) s, generate_series(0, 6) d
    WHERE p + s + d > 0;
SELECT is_empty(
    format($q$ SELECT p, s, d, confidence, nps_low(t, confidence, %1$L), nps_high(t, confidence, %1$L)
               FROM small_tally, unnest(ARRAY[0.5, 0.95, 0.9999]) confidence
               WHERE NOT coalesce(nps_low(t, confidence, %1$L) BETWEEN -100 AND nps_high(t, confidence, %1$L)
                                  AND nps_high(t, confidence, %1$L) <= 100, false) $q$, method),
    format('interval beyond +-100 or reversed: never by %s, for all answers up to 6/6/6', method))
FROM unnest(ARRAY['wald', 'adjusted_wald', 'score', 'goodman']) method;
SELECT is_empty(
    $$ SELECT p, s, d, method FROM small_tally, unnest(ARRAY['wald', 'score', 'goodman']) method
       WHERE NOT coalesce(nps(t) BETWEEN nps_low(t, 0.95, method) - 1e-9 AND nps_high(t, 0.95, method) + 1e-9, false) $$,
    'interval beside its estimate: never by wald, score, goodman (adjusted Wald documents that it may)');
SELECT is_empty(
    $$ SELECT p, s, d, r.* FROM small_tally, unnest(ARRAY[0.5, 0.95, 0.9999]) confidence, LATERAL score_report(
          (SELECT tally('csat', x) FROM unnest(array_fill(5, ARRAY[p]) || array_fill(3, ARRAY[s]) || array_fill(1, ARRAY[d])) x),
              confidence) r
       WHERE NOT CASE r.metric WHEN 'csat' THEN coalesce(r.low BETWEEN 0 AND r.score AND r.high BETWEEN r.score AND 100, false)
                               ELSE coalesce(r.low BETWEEN 1 AND r.score AND r.high BETWEEN r.score AND 5, p + s + d = 1) END $$,
    'interval off the scale or reversed: shares stay in 0..100, means in 1..5, both around their score');
SELECT is_empty(
    $$ SELECT a.p, a.s, a.d, b.p, b.s, b.d, c.* FROM small_tally a, small_tally b, LATERAL compare(a.t, b.t) c
       WHERE a.p % 3 = 0 AND b.d % 3 = 0 AND a.s % 3 = 0 AND b.s % 2 = 0
         AND NOT coalesce(c.low BETWEEN -200 AND c.difference AND c.high BETWEEN c.difference AND 200, c.std_error = 0) $$,
    'interval of a difference beyond +-200 or reversed: never');

-- ---- sign lost in a difference; the other sample's n; variance in the wrong unit ----

SELECT results_eq(
    $$ SELECT sign(difference), sign(z), low < high, high < 0 FROM compare(pg_temp.nps_of(12, 0, 18), pg_temp.nps_of(20, 0, 10)) $$,
    $$ VALUES (-1::float8, -1::float8, true, true) $$,
    'sign lost: a below b gives a negative difference, negative z, an interval below 0');
SELECT results_eq(
    $$ SELECT round(std_error::numeric, 6) FROM compare(pg_temp.nps_of(5, 0, 5), pg_temp.nps_of(100, 0, 300)) $$,
    $$ VALUES (round(100 * sqrt(1.0 / 10 + 0.75 / 400), 6)) $$,
    'n of the other sample: each variance is divided by its own n');
SELECT results_eq(
    $$ SELECT round(std_error::numeric, 4) FROM score_report(pg_temp.nps_of(3, 2, 1)) $$, $$ VALUES (30.4290) $$,
    'variance in points is that of shares times 10000, not times 100: standard error 30.4290, not 3.04290');
SELECT results_eq(
    $$ SELECT round(std_error::numeric, 6) FROM score_report(pg_temp.nps_of(1, 0, 1)) $$, $$ VALUES (70.710678) $$,
    'n - 1 for n: the variance of NPS is divided by n (n - 1 would give 100)');
SELECT results_eq(
    $$ SELECT round(stddev('tally{rating: 1=1 3=1}', 'rating')::numeric, 6) $$, $$ VALUES (1.414214) $$,
    'n for n - 1: the spread of a mean is that of a sample (n would give 1)');
SELECT results_eq(
    $$ SELECT responses, round(std_error::numeric, 6) FROM score_report('tally{nps: 9=2(2000,2000000) 0=2(2000,2000000)}') $$,
    $$ VALUES (4::bigint, 50.000000) $$,
    'sum of weights as n: four answers of weight 1000 are four answers, not 4000');

-- ---- CES and effort: their directions are opposite ----

SELECT results_eq(
    $$ SELECT category('ces:1'), category('effort:1'), category('ces:5/1..5'), category('effort:5') $$,
    $$ VALUES ('hard', 'easy', 'easy', 'hard') $$,
    'CES and effort mixed: 1 is hard in agreement, easy in effort');
SELECT results_eq(
    $$ SELECT percent('ces:1'), percent('effort:1'), percent('ces:7'), percent('effort:5') $$,
    $$ VALUES (0::float8, 100::float8, 100::float8, 0::float8) $$,
    'CES and effort mixed: 100 percent is the good end of each');
SELECT is(ease(f), 100::float8, 'CES and effort mixed: strong agreement and no effort are both easy (one direction for both would give 0)')
FROM unnest(ARRAY['ces:7', 'effort:1']::feedback[]) f;
SELECT is(ease(t), 0::float8, 'CES and effort mixed: "7 of ces" and "5 of effort" cancel (one direction for both would give 100)')
FROM (SELECT 'tally{ces: 7=1; effort: 5=1}'::tally AS t) x;
SELECT results_eq(
    $$ SELECT ces(f), mean(tally(f), 'effort') FROM unnest(ARRAY['ces:7', 'ces:5', 'effort:1', 'effort:2']::feedback[]) f $$,
    $$ VALUES (6::float8, 1.5::float8) $$,
    'CES and effort mixed: each has its own mean, none takes the answers of the other (3.75 together)');

-- ---- 1-5 and 1-7 mixed ----

SELECT results_eq(
    $$ SELECT ces(f), ces(tally(f), 'mean'), mean(tally(f), 'ces') FROM unnest(ARRAY['ces:5/5', 'ces:5']::feedback[]) f $$,
    $$ VALUES (NULL::float8, NULL::float8, NULL::float8) $$,
    '1-5 and 1-7 mixed: a mean over both scales is NULL, not 5');
SELECT results_eq(
    $$ SELECT csat(t, 'mean'), mean(t, 'csat'), stddev(t, 'csat') FROM (SELECT 'tally{csat: 5=3; csat/7: 5=3}'::tally AS t) x $$,
    $$ VALUES (NULL::float8, NULL::float8, NULL::float8) $$,
    '1-5 and 1-7 mixed: neither mean nor deviation over both');
SELECT results_eq(
    $$ SELECT csat(f), round(csat(tally(f), 'percent')::numeric, 6)
        FROM unnest(ARRAY['csat:5', 'csat:5/7', 'csat:1', 'csat:7/7']::feedback[]) f $$,
    $$ VALUES (50::float8, round((100 + 100 * 4 / 6.0 + 0 + 100) / 4, 6)) $$,
    '1-5 and 1-7 mixed: 5 satisfies on 1-5 and not on 1-7; percentages pool, each answer on its own scale');
SELECT results_eq(
    $$ SELECT metric, scale, score FROM score_report('tally{ces: 7=1 3=1; ces/5: 5=1 3=1}') WHERE metric = 'ces' ORDER BY scale $$,
    $$ VALUES ('ces', '1..5', 4::float8), ('ces', '1..7', 5::float8) $$,
    '1-5 and 1-7 mixed: a report has a mean per scale');
SELECT results_eq(
    $$ SELECT metric, difference, z, p_value, low, high FROM compare('tally{csat: 4=10 5=3}', 'tally{csat/7: 6=10 7=3}')
        WHERE metric = 'csat_mean' $$,
    $$ VALUES ('csat_mean', NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$,
    '1-5 and 1-7 mixed: means of different scales have no difference (4.2 of 5 is not two points below 6.2 of 7)');
SELECT is(nps(f), 100::float8, 'stars mixed with NPS: a rating of 5 on 1-5 is no detractor')
FROM unnest(ARRAY['nps:9', 'rating:5', 'csat:1']::feedback[]) f;

SELECT * FROM finish();
ROLLBACK;
