-- Health score: the published example, and random scores and weights against whole-number arithmetic under each rule for missing parts.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(31);

DO $$ BEGIN PERFORM setseed(0.6180); END $$;

-- ---- published: Gainsight, weights 20, 15, 22, scores 47, 59, 21 ----

SELECT is(round(health_score('{47,59,21}', '{20,15,22}')::numeric, 6), 40.122807, 'Gainsight: 40.1228');
SELECT is(round(health_score('{47,NULL,21}', '{20,15,22}')::numeric, 6), 33.380952, 'the second part missing: re-based, which is what happens if nothing is said');
SELECT is(round(health_score('{47,NULL,21}', '{20,15,22}', 'rebase')::numeric, 6), 33.380952, 'or if it is said');
SELECT is(round(health_score('{47,NULL,21}', '{20,15,22}', 'zero')::numeric, 6), 24.596491, 'counted as 0');
SELECT is(health_score('{47,NULL,21}', '{20,15,22}', 'null'), NULL, 'or no score');
SELECT is(health_score('{47,59,21}', '{20,15,22}', 'null'), health_score('{47,59,21}', '{20,15,22}', 'zero'), 'with nothing missing the rule does not matter');

-- ---- random parts; scores and weights in 64ths ----

CREATE TABLE part AS
    SELECT id, i, CASE WHEN random() < (id % 5) * 0.2 THEN NULL ELSE floor(random() * 6400) / 64 - CASE WHEN id % 7 = 0 THEN 50 ELSE 0 END END AS score,
           CASE WHEN random() < 0.15 THEN 0 ELSE floor(random() * 2000) / 64 END AS weight
    FROM generate_series(1, 3000) id, generate_series(1, 1 + id * 7919 % 9) i;
CREATE TABLE customer AS SELECT id, array_agg(score ORDER BY i) AS scores, array_agg(weight ORDER BY i) AS weights, array_agg('part ' || i ORDER BY i) AS names FROM part GROUP BY id;
CREATE TABLE rule AS SELECT unnest(ARRAY['rebase', 'zero', 'null']) AS missing;
CREATE TABLE expected AS
    SELECT id, missing, CASE missing WHEN 'rebase' THEN sum(w * s)::float8 / nullif(sum(w) FILTER (WHERE s IS NOT NULL), 0)::float8
                                     WHEN 'zero' THEN CASE WHEN count(s) FILTER (WHERE w > 0) > 0 THEN sum(w * s)::float8 / sum(w)::float8 END
                                     ELSE CASE WHEN count(s) FILTER (WHERE w > 0) = count(*) FILTER (WHERE w > 0) THEN sum(w * s)::float8 / nullif(sum(w), 0)::float8 END END AS health
    FROM (SELECT id, score::numeric AS s, weight::numeric AS w FROM part) x, rule GROUP BY id, missing;
SELECT is_empty('SELECT missing FROM rule r WHERE (SELECT count(*) FROM expected e WHERE e.missing = r.missing AND health IS NULL) NOT BETWEEN 20 AND 2900', 'scores that are NULL, and others');
SELECT is_empty('SELECT id, missing, health, health_score(scores, weights, missing) FROM customer JOIN expected USING (id) WHERE (health_score(scores, weights, missing) IS NULL) <> (health IS NULL)
        OR abs(health_score(scores, weights, missing) - health) > 2e-16 * abs(health)', 'they are the weighted means');
SELECT is_empty('SELECT id FROM customer WHERE health_score(scores, weights) NOT BETWEEN (SELECT min(s) FROM unnest(scores) s) AND (SELECT max(s) FROM unnest(scores) s)', 'between the worst part and the best');
CREATE TEMP TABLE parts AS SELECT id, missing, o, p.part, p.score, p.weight, p.share, p.points FROM customer, rule,
    LATERAL health_parts(scores, weights, missing, names) WITH ORDINALITY p(part, score, weight, share, points, o);
SELECT is_empty('SELECT * FROM parts p JOIN part q ON q.id = p.id AND q.i = p.o WHERE (p.score, p.weight, p.part) IS DISTINCT FROM (q.score, q.weight, ''part '' || i)', 'parts come in their order, with their names');
SELECT is((SELECT count(*) FROM parts), (SELECT 3 * count(*) FROM part), 'all of them');
SELECT is_empty('SELECT id, missing FROM parts JOIN expected USING (id, missing) GROUP BY id, missing, health HAVING abs(sum(points) - health) > 1e-9 OR (sum(points) IS NULL) <> (health IS NULL)', 'their points add up to the score');
SELECT is_empty('SELECT id, missing FROM parts GROUP BY id, missing HAVING abs(sum(share) - 1) > 1e-12', 'and their shares to 1');
SELECT is_empty($$ SELECT * FROM (SELECT *, sum(weight) FILTER (WHERE share IS NOT NULL) OVER (PARTITION BY id, missing) AS weights FROM parts) p
    WHERE (share IS NULL) <> (weight = 0 OR missing = 'rebase' AND score IS NULL) OR abs(share - weight / weights) > 1e-15 $$, 'shares are those of the weights that count');
SELECT is_empty('SELECT * FROM parts JOIN expected USING (id, missing) WHERE points IS DISTINCT FROM CASE WHEN health IS NOT NULL THEN share * coalesce(score, 0) END', 'points are share times score');
SELECT results_eq($$ SELECT part FROM health_parts('{1,2,3}', '{1,1,1}') $$, $$ VALUES ('1'), ('2'), ('3') $$, 'without names, parts are numbered');

-- ---- by hand ----

SELECT is(health_score('{80,NULL}', '{1,0}', 'null'), 80::float8, 'what has no weight is not missed');
SELECT is(health_score('{NULL,80}', '{1,0}', 'zero'), NULL, 'and is no score');
SELECT is(health_score('{80,20}', '{0,0}'), NULL, 'no weights: NULL');
SELECT is(health_score('{}', '{}'), NULL, 'no parts: NULL');
SELECT is(health_score('{1e6,0.1,-1e6}', '{1,2,1}'), 0.05::float8, 'what cancels leaves the rest');
SELECT is((SELECT health_score(array_agg(0.1::float8), array_agg(0.3::float8)) FROM generate_series(1, 10)), 0.1::float8, 'equal scores are their mean');
SELECT is_empty($$ SELECT * FROM health_parts(NULL, '{1}') UNION ALL SELECT * FROM health_parts('{1}', NULL) UNION ALL SELECT * FROM health_parts('{1}', '{1}', NULL) $$, 'of nothing, no parts');

-- ---- mistakes ----

SELECT throws_ok($$ SELECT health_score('{1,2}', '{1}') $$, '22023', 'scores and weights differ in length', 'a weight for each score');
SELECT throws_ok($$ SELECT health_score('{1,2}', '{1,NULL}') $$, '22023', 'weights has an element that is NULL', 'no NULL weight');
SELECT throws_ok($$ SELECT health_score('{1,2}', '{1,-0.1}') $$, '22003', 'weights has an element that is negative', 'no negative weight');
SELECT throws_ok($$ SELECT health_score('{1,NaN}', '{1,0}') $$, '22003', 'scores has an element that is not a finite number', 'no NaN');
SELECT throws_ok($$ SELECT health_score('{1,2}', '{1,1}', 'Zero') $$, '22023', NULL, 'no other rule');
SELECT throws_ok($$ SELECT * FROM health_parts('{1,2}', '{1,1}', 'zero', '{a,b,c}') $$, '22023', 'scores and names differ in length', 'a name for each score');
SELECT throws_ok($$ SELECT * FROM health_parts('{1,2}', '{1,1}', 'zero', '{a,NULL}') $$, '22023', 'names has an element that is NULL', 'no NULL name');
SELECT throws_ok($$ SELECT * FROM health_parts('{1,2}', '{1,1,1}') $$, '22023', NULL, 'parts take the same arguments');

SELECT * FROM finish();
ROLLBACK;
