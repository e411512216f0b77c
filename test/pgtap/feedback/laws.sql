-- Laws of scores: on random answers of every kind and scale, every aggregate and every reading of a tally equals
-- the same figure in slow, plain SQL. Tests list the groups that differ; there have to be none.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(62);

-- ---- random answers ----

DO $$ BEGIN PERFORM setseed(0.2026); END $$;

CREATE TEMP TABLE scale AS SELECT row_number() OVER () AS scale_no, v.* FROM (VALUES
    ('nps', 0, 10), ('nps', 0, 10), ('nps', 0, 10),
    ('csat', 1, 3), ('csat', 1, 4), ('csat', 1, 5), ('csat', 1, 5), ('csat', 1, 6), ('csat', 1, 7), ('csat', 1, 10), ('csat', 0, 10),
    ('csat', 0, 100), ('csat', 0, 4), ('csat', -2, 2), ('csat', 2, 13), ('csat', -1000, 1000),
    ('ces', 1, 7), ('ces', 1, 7), ('ces', 1, 5), ('ces', 0, 10), ('ces', 1, 9),
    ('effort', 1, 5), ('effort', 1, 5), ('effort', 1, 7), ('effort', 0, 100),
    ('success', 0, 1), ('success', 1, 7), ('success', 1, 5), ('success', 0, 100),
    ('emotion', 1, 7), ('emotion', 1, 7), ('emotion', 1, 5), ('emotion', -3, 3),
    ('rating', 1, 5), ('rating', 0, 5), ('rating', -1000, 1000)) v(kind, lo, hi);

-- 24,000 answers in 120 groups of uneven size; a third of the scores has decimals, one in 20 is NULL;
-- one weight in three is 1, some are 0 or NULL
CREATE TEMP TABLE answer AS
    WITH draw AS MATERIALIZED (
        SELECT id, floor(120 * random() ^ 2)::int AS g, 1 + floor(random() * (SELECT count(*) FROM scale))::int AS scale_no,
               random() AS place, random() AS shape, random() AS heavy, random() AS mass
        FROM generate_series(1, 24000) id)
    SELECT id, g, kind, lo, hi,
           CASE WHEN shape > 0.95 THEN NULL
                WHEN shape > 0.65 THEN round((lo + place * (hi - lo))::numeric, 1 + id % 3)
                ELSE lo + floor(place * (hi - lo + 1))::numeric END AS score,
           CASE WHEN heavy < 0.33 THEN 1 WHEN heavy < 0.36 THEN 0 WHEN heavy < 0.39 THEN NULL
                ELSE round((10 * mass)::numeric, 6) END AS weight
    FROM draw JOIN scale USING (scale_no);
ALTER TABLE answer ADD f feedback;
UPDATE answer SET f = feedback(kind, score::float8, lo, hi);
ANALYZE answer;

-- ---- the reference ----

-- the buckets of the kinds, as the documentation tells them; exact in numeric
CREATE FUNCTION pg_temp.bucket(kind text, lo int, hi int, s numeric) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE
        WHEN s IS NULL OR kind = 'rating' THEN NULL
        WHEN kind = 'nps' THEN CASE WHEN s >= 9 THEN 'good' WHEN s <= 6 THEN 'bad' ELSE 'middle' END
        WHEN kind = 'csat' THEN CASE WHEN s >= CASE (lo, hi)
            WHEN (1, 3) THEN 3 WHEN (1, 4) THEN 3 WHEN (1, 5) THEN 4 WHEN (1, 6) THEN 5 WHEN (1, 7) THEN 6
            WHEN (1, 10) THEN 9 WHEN (0, 10) THEN 9 WHEN (0, 100) THEN 80
            ELSE lo + 0.6 * (hi - lo) END THEN 'good' ELSE 'bad' END
        WHEN kind = 'ces' AND (lo, hi) = (1, 7) THEN CASE WHEN s >= 5 THEN 'good' WHEN s <= 3 THEN 'bad' ELSE 'middle' END
        WHEN kind = 'ces' AND (lo, hi) = (1, 5) THEN CASE WHEN s >= 4 THEN 'good' WHEN s <= 2 THEN 'bad' ELSE 'middle' END
        WHEN kind = 'effort' AND (lo, hi) = (1, 5) THEN CASE WHEN s <= 2 THEN 'good' WHEN s >= 4 THEN 'bad' ELSE 'middle' END
        WHEN kind = 'success' AND (lo, hi) = (0, 1) THEN CASE s WHEN 1 THEN 'good' WHEN 0 THEN 'bad' ELSE 'middle' END
        WHEN kind IN ('success', 'emotion') AND (lo, hi) = (1, 7) THEN CASE WHEN s >= 6 THEN 'good' WHEN s <= 3 THEN 'bad' ELSE 'middle' END
        ELSE (SELECT CASE WHEN place >= 0.6 * (hi - lo) THEN 'good' WHEN place <= 0.4 * (hi - lo) THEN 'bad' ELSE 'middle' END
              FROM (SELECT CASE kind WHEN 'effort' THEN hi - s ELSE s - lo END) p(place))
    END $$;
CREATE FUNCTION pg_temp.place(kind text, lo int, hi int, s numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS $$
    SELECT 100 * CASE kind WHEN 'effort' THEN hi - s ELSE s - lo END / (hi - lo)::numeric $$;
-- do two figures differ by more than the noise of float8?
CREATE FUNCTION pg_temp.apart(a float8, b numeric) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT (a IS NULL) <> (b IS NULL) OR coalesce(abs(a - b::float8) > 1e-9 * greatest(1, abs(b::float8)), false) $$;

-- Every row with its bucket: wn is the weight in an unweighted figure, w in a weighted one.
CREATE TEMP VIEW known AS
    SELECT a.*, pg_temp.bucket(kind, lo, hi, score) AS bucket, pg_temp.place(kind, lo, hi, score) AS place FROM answer a;
CREATE TEMP TABLE reference AS
    SELECT g, kind, count(score) AS n, count(*) - count(score) AS missing,
        count(DISTINCT (lo, hi)) FILTER (WHERE score IS NOT NULL) AS scales,
           100.0 * count(*) FILTER (WHERE bucket = 'good') / nullif(count(score), 0) AS good,
           100.0 * count(*) FILTER (WHERE bucket = 'bad') / nullif(count(score), 0) AS bad,
           avg(score) AS mean, avg(place) AS place, stddev_samp(score) AS sd,
           sum(weight) FILTER (WHERE score IS NOT NULL) AS w, sum(weight * weight) FILTER (WHERE score IS NOT NULL) AS w2,
           100.0 * coalesce(sum(weight) FILTER (WHERE bucket = 'good'), 0)
               / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0) AS good_w,
           100.0 * coalesce(sum(weight) FILTER (WHERE bucket = 'bad'), 0)
               / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0) AS bad_w,
           sum(weight * score) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0) AS mean_w,
           sum(weight * place) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0) AS place_w
    FROM known GROUP BY g, kind;
CREATE TEMP TABLE counted AS
    SELECT g, tally(f) AS t, tally(f, weight::float8) AS tw FROM answer WHERE f IS NOT NULL GROUP BY g;

SELECT cmp_ok(count(*), '>=', 700::bigint, 'there are hundreds of groups and kinds to compare')
FROM reference JOIN counted USING (g) WHERE n > 0;
SELECT is_empty($$ SELECT kind, lo, hi FROM scale EXCEPT SELECT kind, lo, hi FROM answer WHERE score % 1 <> 0 $$,
    'every kind and scale has whole and fractional answers');

-- ---- single answers ----

SELECT is_empty(
    $$ SELECT f, kind, lo, hi, score FROM known
       WHERE score IS NOT NULL AND (kind(f) <> kind OR score(f) <> score::float8 OR scale_min(f) <> lo OR scale_max(f) <> hi) $$,
    'kind(), score(), scale_min(), scale_max() read what feedback() was built of');
SELECT is_empty($$ SELECT f, percent(f), place FROM known WHERE pg_temp.apart(percent(f), place) $$,
    'percent() is the place on the scale from its bad end, 0..100');
SELECT is_empty(
    $$ SELECT f, category(f), bucket FROM known
       WHERE category(f) IS DISTINCT FROM CASE kind
           WHEN 'nps' THEN CASE bucket WHEN 'good' THEN 'promoter' WHEN 'bad' THEN 'detractor' WHEN 'middle' THEN 'passive' END
           WHEN 'csat' THEN CASE bucket WHEN 'good' THEN 'satisfied' WHEN 'bad' THEN 'not satisfied' END
           WHEN 'success' THEN CASE bucket WHEN 'good' THEN 'reached' WHEN 'bad' THEN 'not reached' WHEN 'middle' THEN 'partial' END
           WHEN 'emotion' THEN CASE bucket WHEN 'good' THEN 'good' WHEN 'bad' THEN 'bad' WHEN 'middle' THEN 'neutral' END
           WHEN 'rating' THEN NULL
           ELSE CASE bucket WHEN 'good' THEN 'easy' WHEN 'bad' THEN 'hard' WHEN 'middle' THEN 'neutral' END END $$,
    'category() is the bucket of the documentation, on every scale');
SELECT is_empty(
    $$ SELECT f, f::jsonb FROM answer WHERE f IS NOT NULL AND f::jsonb IS DISTINCT FROM
           jsonb_build_object('kind', kind, 'score', trim_scale(score), 'scale_min', lo, 'scale_max', hi) $$,
    'the cast to jsonb tells kind, score and scale');
SELECT is_empty(
    $$ SELECT s, lo, hi FROM generate_series(-3, 3, 0.5) s, generate_series(-2, 2) lo, generate_series(lo, 2) hi
       WHERE on_scale(s::float8, lo, hi) IS DISTINCT FROM (CASE WHEN s BETWEEN lo AND hi THEN s END)::float8
          OR on_scale(s::int, lo, hi) IS DISTINCT FROM CASE WHEN s::int BETWEEN lo AND hi THEN s::int END $$,
    'on_scale() is the score between the bounds, NULL beside them');

-- ---- aggregates over columns of every type ----

SELECT is_empty(
    format($q$ SELECT g, got, want FROM (
            SELECT g, %1$s(score::%2$s) AS got,
                   CASE %1$L WHEN 'nps' THEN 100.0 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6))
                                                  / nullif(count(score), 0)
                             WHEN 'csat' THEN 100.0 * count(*) FILTER (WHERE score >= 4) / nullif(count(score), 0)
                             ELSE avg(score) END AS want
            FROM answer WHERE (kind, lo, hi) = (%1$L, %3$s, %4$s) %5$s GROUP BY g) x
        WHERE pg_temp.apart(got, want) $q$,
        metric, type, lo, hi, CASE WHEN type IN ('smallint', 'integer', 'bigint') THEN 'AND (score % 1 = 0 OR score IS NULL)' END),
    format('%s(%s) equals its definition in SQL', metric, type))
FROM (VALUES ('nps', 0, 10), ('csat', 1, 5), ('ces', 1, 7)) m(metric, lo, hi),
     unnest(ARRAY['smallint', 'integer', 'bigint', 'real', 'float8', 'numeric']) type;

SELECT is_empty(
    $$ SELECT g, lo, hi FROM known WHERE kind = 'csat' GROUP BY g, lo, hi
       HAVING pg_temp.apart(csat(score::float8, lo, hi), 100.0 * count(*) FILTER (WHERE bucket = 'good') / nullif(count(score), 0))
           OR pg_temp.apart(csat(score::float8, lo, hi, weight::float8), 100.0 * coalesce(sum(weight) FILTER (WHERE bucket = 'good'), 0)
                            / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0)) $$,
    'csat(score, lo, hi [, weight]) on every scale is the (weighted) percentage of satisfied answers');
SELECT is_empty(
    $$ SELECT g, lo, hi FROM known WHERE kind = 'ces' GROUP BY g, lo, hi
       HAVING pg_temp.apart(ces(score::float8, lo, hi), avg(score))
           OR pg_temp.apart(ces(score::float8, lo, hi, weight::float8),
               sum(weight * score) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0)) $$,
    'ces(score, lo, hi [, weight]) on every scale is the (weighted) mean');
SELECT is_empty(
    format($q$ SELECT g FROM known WHERE (kind, lo, hi) = (%1$L, %2$s, %3$s) GROUP BY g
               HAVING pg_temp.apart(%1$s(score::float8, weight::float8),
                   %4$s / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0)) $q$,
        metric, lo, hi, numerator),
    format('%s(score, weight) weighs every answer, without NULL scores and NULL weights', metric))
FROM (VALUES ('nps', 0, 10, '100 * sum(weight * CASE bucket WHEN ''good'' THEN 1 WHEN ''bad'' THEN -1 WHEN ''middle'' THEN 0 END)'),
             ('csat', 1, 5, '100 * sum(weight * (bucket = ''good'')::int)'), ('ces', 1, 7, 'sum(weight * score)'))
     v(metric, lo, hi, numerator);

-- ---- aggregates over feedback: each reads its own kind, over all its scales ----

CREATE TEMP TABLE scored AS
    SELECT g, nps(f), csat(f), ces(f), success(f), ease(f), emotion(f), experience_index(f),
           nps(f, weight::float8) AS nps_w, csat(f, weight::float8) AS csat_w, ces(f, weight::float8) AS ces_w
    FROM answer GROUP BY g;
SELECT is_empty(
    format($q$ SELECT g, s.%1$s AS got, r.want FROM scored s LEFT JOIN (SELECT g, %2$s AS want FROM reference WHERE kind = %3$L) r USING (g)
               WHERE pg_temp.apart(s.%1$s, r.want) $q$, figure, want, kind),
    format('%s over mixed feedback is that of kind %s alone', call, kind))
FROM (VALUES ('nps', 'nps(feedback)', 'nps', 'good - bad'), ('nps_w', 'nps(feedback, weight)', 'nps', 'good_w - bad_w'),
             ('csat', 'csat(feedback)', 'csat', 'good'), ('csat_w', 'csat(feedback, weight)', 'csat', 'good_w'),
             ('ces', 'ces(feedback)', 'ces', 'CASE scales WHEN 1 THEN mean END'),
             ('success', 'success(feedback)', 'success', 'good - bad'), ('emotion', 'emotion(feedback)', 'emotion', 'good - bad'))
     v(figure, call, kind, want);
SELECT is_empty(
    $$ SELECT g, got, want FROM (SELECT g, ces(f, weight::float8) AS got,
           CASE count(DISTINCT (lo, hi)) FILTER (WHERE f IS NOT NULL AND weight IS NOT NULL)
           WHEN 1 THEN sum(weight * score) / nullif(sum(weight) FILTER (WHERE score IS NOT NULL), 0) END AS want
       FROM answer WHERE kind = 'ces' GROUP BY g) x WHERE pg_temp.apart(got, want) $$,
    'ces(feedback, weight) is the weighted mean of a single scale, NULL over several');
CREATE TEMP TABLE parts AS
    SELECT g, sum(good - bad) FILTER (WHERE kind = 'success') AS success, sum(good - bad) FILTER (WHERE kind = 'emotion') AS emotion,
           sum((good - bad) * n) FILTER (WHERE kind IN ('ces', 'effort'))
               / nullif(sum(n) FILTER (WHERE kind IN ('ces', 'effort')), 0) AS ease
    FROM reference GROUP BY g;
SELECT is_empty($$ SELECT g, s.ease, p.ease FROM scored s JOIN parts p USING (g) WHERE pg_temp.apart(s.ease, p.ease) $$,
    'ease(feedback) pools ces and effort, each from its own good end');
SELECT is_empty(
    $$ SELECT g, experience_index FROM scored JOIN parts p USING (g)
       WHERE pg_temp.apart(experience_index, (p.success + p.ease + p.emotion) / 3) $$,
    'experience_index(feedback) is the mean of its three parts, NULL without one');

-- ---- the same read from tallies ----

SELECT is_empty(
    $$ SELECT s.* FROM scored s JOIN counted USING (g)
       WHERE (s.nps, s.csat, s.ces, s.success, s.ease, s.emotion, s.experience_index, s.nps_w, s.csat_w)
             IS DISTINCT FROM (nps(t), csat(t), ces(t), success(t), ease(t), emotion(t), experience_index(t), nps(tw), csat(tw)) $$,
    'an aggregate and the function of its name over a tally give the same float8');
SELECT is_empty(
    $$ SELECT g, kind FROM reference r JOIN counted USING (g), LATERAL (SELECT CASE r.scales WHEN 1 THEN r.mean END AS mean) m
       WHERE pg_temp.apart(mean(t, kind), m.mean) OR pg_temp.apart(stddev(t, kind), CASE r.scales WHEN 1 THEN r.sd END)
          OR (kind = 'csat' AND (pg_temp.apart(csat(t, 'mean'), m.mean) OR pg_temp.apart(csat(t, 'percent'), r.place)
              OR pg_temp.apart(csat(t, 'top'), r.good)))
          OR (kind = 'ces' AND (pg_temp.apart(ces(t, 'mean'), m.mean) OR pg_temp.apart(ces(t, 'easy'), r.good)
                                OR pg_temp.apart(ces(t, 'net'), r.good - r.bad) OR pg_temp.apart(ces(t, 'percent'), r.place))) $$,
    'mean(), stddev() and the methods of csat() and ces() equal avg, stddev_samp and the shares of buckets');
SELECT is_empty(
    $$ SELECT g, kind FROM reference r JOIN counted USING (g)
       WHERE (kind = 'csat' AND (pg_temp.apart(csat(tw, 'percent'), r.place_w) OR pg_temp.apart(csat(tw, 'top'), r.good_w)))
          OR (kind = 'ces' AND (pg_temp.apart(ces(tw, 'easy'), r.good_w) OR pg_temp.apart(ces(tw, 'net'), r.good_w - r.bad_w))) $$,
    'methods of csat() and ces() over weighted tallies weigh the answers');
-- by kind and scale, so that means exist: sum w (x - mean)^2 / sum w * n / (n - 1) with n = (sum w)^2 / sum w^2
SELECT is_empty(
    $$ SELECT x.* FROM (
           SELECT g, kind, lo, hi, mean(tw, kind) AS mean, stddev(tw, kind) AS sd, w.*
           FROM (SELECT g, kind, lo, hi, tally(f, weight::float8) AS tw, sum(weight) AS w, sum(weight * weight) AS w2,
                        sum(weight * score) AS wx, sum(weight * score * score) AS wx2
                 FROM answer WHERE score IS NOT NULL AND weight IS NOT NULL GROUP BY g, kind, lo, hi) s,
                LATERAL (SELECT wx / nullif(w, 0) AS want_mean,
                    sqrt((wx2 / nullif(w, 0) - (wx / nullif(w, 0)) ^ 2)
                         * (w ^ 2 / nullif(w2, 0)) / nullif(w ^ 2 / nullif(w2, 0) - 1, 0)) AS want_sd) w) x
       WHERE pg_temp.apart(mean, want_mean) OR (want_sd IS NOT NULL AND pg_temp.apart(sd, want_sd) AND abs(sd - want_sd::float8) > 1e-6) $$,
    'weighted mean() and stddev() equal their formulas with Kish''s effective n');

SELECT is_empty(
    $$ SELECT g, metric, scale, answer, responses FROM counted, histogram(t)
       EXCEPT ALL SELECT g, kind, lo || '..' || hi, score::float8, count(*) FROM answer JOIN counted USING (g) WHERE score IS NOT NULL
       GROUP BY g, kind, lo, hi, score $$,
    'a tally holds no count that GROUP BY does not find');
SELECT is_empty(
    $$ SELECT g, kind, lo || '..' || hi, score::float8, count(*) FROM answer WHERE score IS NOT NULL GROUP BY g, kind, lo, hi, score
       EXCEPT ALL SELECT g, metric, scale, answer, responses FROM counted, histogram(t) $$,
    'nor lacks one');
SELECT is_empty(
    $$ SELECT h.*, want FROM (SELECT g, x.* FROM counted, histogram(tw) x) h JOIN (
           SELECT g, kind, lo || '..' || hi AS scale, score::float8,
               sum(weight) / nullif(sum(sum(weight)) OVER (PARTITION BY g, kind, lo, hi), 0) AS want
           FROM answer WHERE score IS NOT NULL AND weight IS NOT NULL GROUP BY g, kind, lo, hi, score) r
           ON (h.g, h.metric, h.scale, h.answer) = (r.g, r.kind, r.scale, r.score)
       WHERE pg_temp.apart(h.share, r.want) $$,
    'shares of a histogram are shares of the weight on the scale');
SELECT is_empty(
    $$ SELECT g, metric, scale, sum(share) FROM counted, histogram(t) GROUP BY 1, 2, 3 HAVING abs(sum(share) - 1) > 1e-12 $$,
    'shares of a histogram add up to 1 on every scale');
SELECT is_empty(
    $$ SELECT g, t, k.* FROM counted JOIN (
           SELECT g, count(*) FILTER (WHERE bucket = 'good') AS p, count(*) FILTER (WHERE bucket = 'middle') AS s,
                  count(*) FILTER (WHERE bucket = 'bad') AS d
           FROM known WHERE kind = 'nps' GROUP BY g) k USING (g)
       WHERE (promoters(t), passives(t), detractors(t)) IS DISTINCT FROM (p, s, d) $$,
    'promoters(), passives(), detractors() count the buckets');

-- ---- missing answers ----

CREATE TEMP TABLE with_missing AS
    SELECT g, tally(kind, score::float8, lo, hi) AS t, tally(f) AS unknown, tally(f, weight::float8) AS weighted FROM answer GROUP BY g;
SELECT is_empty(
    $$ SELECT g, r.kind FROM reference r JOIN with_missing USING (g)
       WHERE responses(t, r.kind) <> n OR missing(t, r.kind) <> r.missing
          OR pg_temp.apart(response_rate(t, r.kind), n::numeric / (n + r.missing)) $$,
    'responses(), missing() and response_rate() of a kind count answers and NULLs');
SELECT is_empty(
    $$ SELECT g FROM (SELECT g, sum(n) AS n, sum(missing) AS m FROM reference GROUP BY g) r JOIN with_missing USING (g)
       WHERE (responses(t), missing(t), responses(unknown), missing(unknown)) IS DISTINCT FROM (n::bigint, m::bigint, n::bigint, m::bigint)
          OR pg_temp.apart(response_rate(t), n / (n + m)) OR pg_temp.apart(response_rate(unknown), n / (n + m)) $$,
    'and so they do over all kinds, whether the kind of a missing answer is known or not');
SELECT is_empty(
    $$ SELECT g FROM with_missing JOIN (
           SELECT g, count(*) FILTER (WHERE f IS NULL OR weight IS NULL) AS m, count(f) FILTER (WHERE weight IS NOT NULL) AS n
           FROM answer GROUP BY g) r USING (g)
       WHERE missing(weighted) <> m OR responses(weighted) <> n $$,
    'an answer without a weight is missing');
SELECT is_empty(
    $$ SELECT g FROM answer JOIN counted USING (g) WHERE score IS NOT NULL GROUP BY g, t::text
       HAVING tally(f)::text <> t::text OR tally(kind, score::float8, lo, hi)::text <> t::text OR tally(f, 1)::text <> t::text $$,
    'tally(feedback), tally(kind, score, lo, hi) and tally(feedback, 1) of the same answers are the same tally');
SELECT is_empty(
    $$ SELECT g, kind FROM answer WHERE (kind, lo, hi) IN
           (('nps', 0, 10), ('csat', 1, 5), ('ces', 1, 7), ('effort', 1, 5), ('success', 0, 1), ('emotion', 1, 7), ('rating', 1, 5))
       GROUP BY g, kind HAVING tally(kind, score::float8)::text <> tally(kind, score::float8, lo, hi)::text $$,
    'tally(kind, score) is on the kind''s own scale');

-- ---- score_report agrees with everything above ----

SELECT is_empty(
    $$ SELECT k.*, r.metric, r.score FROM (
           SELECT g, kind, lo || '..' || hi AS scale, count(score) AS n, count(*) - count(score) AS missing, avg(score) AS mean,
                  100.0 * count(*) FILTER (WHERE bucket = 'good') / nullif(count(score), 0) AS good,
                  100.0 * count(*) FILTER (WHERE bucket = 'bad') / nullif(count(score), 0) AS bad
           FROM known GROUP BY g, kind, lo, hi) k
       JOIN (VALUES ('nps', 'nps', 'net'), ('csat', 'csat', 'good'), ('csat', 'csat_mean', 'mean'), ('ces', 'ces', 'mean'),
                    ('ces', 'ces_easy', 'good'), ('effort', 'effort', 'mean'), ('effort', 'effort_easy', 'good'),
                    ('success', 'success_rate', 'good'),
                    ('emotion', 'emotion_mean', 'mean'), ('emotion', 'emotion_good', 'good'), ('rating', 'rating', 'mean'))
            m(kind, metric, form) USING (kind)
       FULL JOIN (SELECT g, x.* FROM with_missing, score_report(t) x
           WHERE metric NOT IN ('success', 'ease', 'emotion', 'experience_index')) r
            ON (r.g, r.metric, r.scale) = (k.g, m.metric, k.scale)
       WHERE k.g IS NULL OR r.g IS NULL OR (r.responses, r.missing) <> (k.n, k.missing)
          OR pg_temp.apart(r.score, CASE form WHEN 'net' THEN good - bad WHEN 'good' THEN good ELSE mean END) $$,
    'score_report() has a row per score, kind and scale, with score, responses and missing as counted');
SELECT is_empty(
    $$ SELECT s.g, r.* FROM scored s LEFT JOIN (SELECT g, x.metric, x.score FROM with_missing, score_report(t) x) r
           ON s.g = r.g AND r.metric = 'experience_index' WHERE s.experience_index IS DISTINCT FROM r.score $$,
    'score_report() ends with the experience index where it exists');

-- ---- whichever way rows are grouped ----

SELECT is_empty(
    $$ SELECT * FROM (SELECT g % 7 AS a, kind, nps(f), csat(f), tally(f, weight::float8)::text AS t
        FROM answer GROUP BY GROUPING SETS ((g % 7, kind), (kind), ())) x
       EXCEPT ALL SELECT * FROM (SELECT g % 7, kind, nps(f), csat(f), tally(f, weight::float8)::text FROM answer GROUP BY g % 7, kind
                 UNION ALL SELECT NULL, kind, nps(f), csat(f), tally(f, weight::float8)::text FROM answer GROUP BY kind
                 UNION ALL SELECT NULL, NULL, nps(f), csat(f), tally(f, weight::float8)::text FROM answer) y $$,
    'GROUPING SETS give what separate queries give');
SELECT is_empty(
    $$ SELECT g FROM answer WHERE kind = 'nps' GROUP BY g
       HAVING nps(score::float8) FILTER (WHERE id % 3 = 0) IS DISTINCT FROM nps(CASE WHEN id % 3 = 0 THEN score::float8 END) $$,
    'FILTER leaves out what it leaves out');
SELECT is_empty(
    $$ SELECT g, nps(DISTINCT score::float8) FROM answer WHERE kind = 'nps' GROUP BY g
       EXCEPT ALL SELECT g, nps(score) FROM (SELECT DISTINCT g, score::float8 FROM answer WHERE kind = 'nps') x GROUP BY g $$,
    'DISTINCT counts every different score once');
SELECT is_empty(
    $$ SELECT g FROM (SELECT g, tally(DISTINCT f)::text AS d FROM answer GROUP BY g) a
       JOIN (SELECT g, tally(f)::text AS d FROM (SELECT DISTINCT g, f FROM answer) x GROUP BY g) b USING (g) WHERE a.d <> b.d $$,
    'DISTINCT counts every different feedback, and NULL, once');

-- A hash aggregate that runs out of memory writes rows to disk and goes on later: nothing may be lost or doubled.
CREATE FUNCTION pg_temp.spilled(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING off, FORMAT json) ' || query INTO plan;
    RETURN (plan -> 0 -> 'Plan' ->> 'HashAgg Batches')::int > 1;
END $$;
CREATE TEMP TABLE one_by_one AS
    SELECT key, tally(f, weight::float8)::text AS t, nps(f) FROM (SELECT id % 4001 AS key, * FROM answer) x GROUP BY key;
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SET LOCAL enable_sort = off;
SELECT ok(pg_temp.spilled('SELECT id % 4001 AS key, tally(f, weight::float8), nps(f) FROM answer GROUP BY 1'),
    'with 64 kB of memory 4001 groups spill');
SELECT is_empty(
    $$ SELECT id % 4001 AS key, tally(f, weight::float8)::text, nps(f) FROM answer GROUP BY 1 EXCEPT ALL SELECT * FROM one_by_one $$,
    'a hash aggregate that spills gives what one in memory gives');

SELECT * FROM finish();
ROLLBACK;
