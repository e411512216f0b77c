-- Mix: the contract's example, a published paradox, every row against Kitagawa's formulas in numeric over random segments (some in one
-- period only, weights that are no whole numbers), the identities they must keep, and the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(44);

DO $$ BEGIN PERFORM setseed(0.2718); END $$;

-- ---- published ----

SELECT results_eq($$ SELECT segment, n_before, score_before, n_after, score_after, round(rate_effect::numeric, 9), round(mix_effect::numeric, 9), round(total::numeric, 9), paradox
        FROM mix_effect('{A,B}', '{100,100}', '{60,20}', '{60,140}', '{65,25}') $$,
    $$ VALUES ('A', 100::float8, 60::float8, 60::float8, 65::float8, 2.000000000, -4.800000000, -2.800000000, NULL::boolean),
              ('B', 100, 20, 140, 25, 3, -3.2, -0.2, NULL), (NULL, 200, 40, 200, 37, 5, -8, -3, true) $$,
    'A 100 -> 60 answers NPS 60 -> 65, B 100 -> 140 answers 20 -> 25: rate +5, mix -8, total -3');
-- Charig, Webb, Payne, Wickham (1986): percutaneous nephrolithotomy cured 234 of 270 small stones and 55 of 80 large, open surgery 81 of 87
-- and 192 of 263: better in both, 78 % against 83 % in all
CREATE TEMP TABLE charig AS SELECT * FROM mix_effect('{small,large}', '{270,80}', ARRAY[23400 / 270.0, 5500 / 80.0], '{87,263}', ARRAY[8100 / 87.0, 19200 / 263.0]);
SELECT results_eq('SELECT segment, round(score_before), round(score_after) FROM charig', $$ VALUES ('small', 87::float8, 93::float8), ('large', 69, 73), (NULL, 83, 78) $$,
    'Charig 1986: 87 % -> 93 %, 69 % -> 73 %, and 83 % -> 78 % in all');
SELECT is((SELECT paradox FROM charig WHERE segment IS NULL), true, 'a paradox');
SELECT is((SELECT round(total::numeric, 9) FROM charig WHERE segment IS NULL), round((7800 / 100.0 - 28900 / 350.0), 9), 'its total');
-- the same from 700 answers
CREATE TEMP TABLE answers AS
    SELECT segment, later, (i <= cured)::int * 100::float8 AS score FROM (VALUES ('small', false, 270, 234), ('large', false, 80, 55), ('small', true, 87, 81), ('large', true, 263, 192)) v(segment, later, n, cured),
        generate_series(1, n) i;
SELECT results_eq('SELECT segment, n_before, n_after, round(score_before::numeric, 9), round(rate_effect::numeric, 9), round(mix_effect::numeric, 9), paradox FROM mix_effect((SELECT mix_agg(segment, later, score) FROM answers))',
    $$ SELECT segment, n_before, n_after, round(score_before::numeric, 9), round(rate_effect::numeric, 9), round(mix_effect::numeric, 9), paradox FROM charig ORDER BY segment $$,
    'single answers say the same, in the order of names');

-- ---- random segments ----

-- 2,000 wholes of up to 8 segments
CREATE TEMP TABLE seg AS
    SELECT g, i, (ARRAY['north', 'south', '7', '10', 'é', 'x y', '', 'web'])[i] AS segment, n0, CASE WHEN n0 > 0 OR g % 5 = 0 THEN s0 END AS s0, n1, CASE WHEN n1 > 0 OR g % 5 = 0 THEN s1 END AS s1
    FROM (SELECT g, i, CASE WHEN random() < 0.15 THEN CASE WHEN random() < 0.5 THEN 0 END ELSE floor(random() * 50) / (1 + g % 3) END AS n0, round((random() * 200 - 100)::numeric, g % 4)::float8 AS s0,
                 CASE WHEN random() < 0.15 THEN 0 ELSE floor(random() * 50) / (1 + g % 3) END AS n1, round((random() * 200 - 100)::numeric, g % 4)::float8 AS s1
          FROM generate_series(1, 2000) g, generate_series(1, 8) i WHERE i <= 1 + g % 8) x;
-- some in which every segment moves the same way, so that there are paradoxes
UPDATE seg SET s1 = s0 + 1 WHERE g % 2 = 0 AND n0 > 0 AND n1 > 0;
CREATE TEMP TABLE expected AS
    WITH plain AS (SELECT g, i, segment, coalesce(n0, 0)::numeric AS n0, CASE WHEN n0 > 0 THEN s0 END::numeric AS s0, n1::numeric, CASE WHEN n1 > 0 THEN s1 END::numeric AS s1 FROM seg),
    whole AS (SELECT g, sum(n0) AS n0, sum(n1) AS n1, sum(n0 * s0) / nullif(sum(n0), 0) AS s0, sum(n1 * s1) / nullif(sum(n1), 0) AS s1,
                     bool_and(s1 > s0) AS up, bool_and(s1 < s0) AS down, count(s0 * s1) AS n_both FROM plain GROUP BY g),
    share AS (SELECT p.*, p.n0 / nullif(w.n0, 0) AS w0, p.n1 / nullif(w.n1, 0) AS w1, (w.s0 + w.s1) / 2 AS middle FROM plain p JOIN whole w USING (g)),
    effect AS (SELECT *, CASE WHEN w0 + w1 > 0 THEN (w0 + w1) / 2 * (coalesce(s1, s0) - coalesce(s0, s1)) END AS rate,
                      CASE WHEN w0 + w1 > 0 THEN (w1 - w0) * ((coalesce(s0, s1) + coalesce(s1, s0)) / 2 - middle) END AS mix FROM share)
    SELECT g, i, segment, n0, s0, n1, s1, rate, mix, rate + mix AS total, NULL::boolean AS paradox FROM effect
    UNION ALL SELECT g, 99, NULL, w.n0, w.s0, w.n1, w.s1, (SELECT sum((w0 + w1) / 2 * (coalesce(s1, s0) - coalesce(s0, s1))) FROM effect e WHERE e.g = w.g),
        -- without the middle
        (SELECT sum((w1 - w0) * (coalesce(s0, s1) + coalesce(s1, s0)) / 2) FROM effect e WHERE e.g = w.g), w.s1 - w.s0,
        CASE WHEN w.n0 > 0 AND w.n1 > 0 AND n_both > 0 THEN coalesce(up AND w.s1 < w.s0 OR down AND w.s1 > w.s0, false) END
    FROM whole w;
CREATE TEMP TABLE got AS
    SELECT g, coalesce(nullif(ordinality, n + 1), 99) AS i, segment, n_before, score_before, n_after, score_after, rate_effect, mix_effect, total, paradox
    FROM (SELECT g, count(*) AS n, array_agg(segment ORDER BY i) AS a, array_agg(n0 ORDER BY i) AS b, array_agg(s0 ORDER BY i) AS c, array_agg(n1 ORDER BY i) AS d, array_agg(s1 ORDER BY i) AS e FROM seg GROUP BY g) x,
         mix_effect(a, b, c, d, e) WITH ORDINALITY;
CREATE FUNCTION pg_temp.differs(a float8, b numeric) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT (a IS NULL) <> (b IS NULL) OR abs(a - b::float8) > 1e-10 $$;
SELECT is((SELECT count(*) FROM got), (SELECT count(*) FROM expected), 'a row for each segment, and one for the whole');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, i) WHERE (got.segment, got.paradox) IS DISTINCT FROM (e.segment, e.paradox)', 'in the order given; paradoxes where every segment moves the other way');
SELECT cmp_ok((SELECT count(*) FROM got WHERE paradox), '>', 100::bigint, 'there are paradoxes');
SELECT cmp_ok((SELECT count(*) FROM got WHERE i = 99 AND paradox IS NULL), '>', 50::bigint, 'and wholes of which it cannot be told');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, i) WHERE pg_temp.differs(n_before, n0) OR pg_temp.differs(score_before, s0) OR pg_temp.differs(n_after, n1) OR pg_temp.differs(score_after, s1)',
    'weights and scores are those given, and of the whole pooled');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, i) WHERE pg_temp.differs(rate_effect, rate)', 'rate effects are Kitagawa''s');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, i) WHERE pg_temp.differs(mix_effect, mix)', 'mix effects, too; their sum is the same without the middle');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, i) WHERE pg_temp.differs(got.total, e.total)', 'and totals');
SELECT is_empty('SELECT * FROM got WHERE abs(rate_effect + mix_effect - total) > 1e-10', 'rate and mix are all there is');
SELECT is_empty('SELECT g FROM got GROUP BY g HAVING abs(sum(total) FILTER (WHERE i < 99) - sum(total) FILTER (WHERE i = 99)) > 1e-10', 'segments add up to the whole');
SELECT is_empty('SELECT g FROM got WHERE i < 99 AND (n_before = 0) <> (n_after = 0) AND rate_effect <> 0', 'a segment of one period has no rate effect');

-- ---- from rows ----

CREATE TABLE cx_row AS
    SELECT g % 40 AS g, random() AS luck, segment, n0, s0, n1, s1 FROM seg WHERE g % 40 <> 4 UNION ALL SELECT g % 40, random(), NULL, 1, 1, 1, 1 FROM seg WHERE i = 1 AND g % 7 = 0 AND g % 40 <> 4;
ANALYZE cx_row;
CREATE TEMP TABLE stat AS SELECT g, mix_agg(segment, n0, s0, n1, s1) AS m FROM cx_row GROUP BY g;
CREATE TEMP TABLE summed AS
    SELECT g, segment, sum(n0::numeric) AS n0, (sum(n0::numeric * s0::numeric) / nullif(sum(n0::numeric), 0))::float8 AS s0, sum(n1::numeric) AS n1, (sum(n1::numeric * s1::numeric) / nullif(sum(n1::numeric), 0))::float8 AS s1
    FROM cx_row WHERE segment IS NOT NULL GROUP BY g, segment;
SELECT is_empty($$ SELECT * FROM (SELECT g, x.* FROM stat, mix_effect(m) x) a FULL JOIN
        (SELECT g, x.* FROM (SELECT g, array_agg(segment) AS a, array_agg(n0::float8) AS b, array_agg(s0) AS c, array_agg(n1::float8) AS d, array_agg(s1) AS e FROM summed GROUP BY g) y, mix_effect(a, b, c, d, e) x) b
        ON a.g = b.g AND a.segment IS NOT DISTINCT FROM b.segment
    WHERE a.paradox IS DISTINCT FROM b.paradox OR pg_temp.differs(a.n_before, b.n_before::numeric) OR pg_temp.differs(a.score_before, b.score_before::numeric) OR pg_temp.differs(a.n_after, b.n_after::numeric)
       OR pg_temp.differs(a.score_after, b.score_after::numeric) OR pg_temp.differs(a.rate_effect, b.rate_effect::numeric) OR pg_temp.differs(a.mix_effect, b.mix_effect::numeric) OR pg_temp.differs(a.total, b.total::numeric) $$,
    'rows of a segment are added up, weighted');
SELECT is_empty('SELECT g FROM stat, LATERAL (SELECT array_agg(segment) AS s FROM mix_effect(m)) x WHERE s <> (SELECT array_agg(segment ORDER BY segment !~ ''^[0-9]+$'', length(segment) * (segment ~ ''^[0-9]+$'')::int, segment COLLATE "C") || NULL::text FROM summed WHERE summed.g = stat.g)',
    'in the order of names, the whole last');
SELECT is_empty('SELECT g FROM stat WHERE mix_missing(m) <> (SELECT count(*) FROM cx_row r WHERE r.g = stat.g AND segment IS NULL)', 'rows without a segment are missing');
CREATE TEMP TABLE answer AS SELECT id, 'seg' || id % 5 AS segment, CASE WHEN id % 11 > 0 THEN random() < 0.4 END AS later, CASE WHEN id % 13 > 0 THEN floor(random() * 11) / 10 END AS score FROM generate_series(1, 3000) id;
SELECT is((SELECT mix_stats_send(mix_agg(segment, later, score)) FROM answer WHERE later IS NOT NULL AND score IS NOT NULL),
    (SELECT mix_stats_send(mix_agg(segment, (NOT later)::int, score, later::int, score)) FROM answer WHERE later IS NOT NULL AND score IS NOT NULL), 'an answer is a row of weight 1');
SELECT results_eq('SELECT m, n FROM (SELECT mix_missing(mix_agg(segment, later, score)) AS m, count(*) FILTER (WHERE later IS NULL OR score IS NULL) AS n FROM answer) x WHERE m = n', 'SELECT count(*), count(*) FROM answer WHERE later IS NULL OR score IS NULL', 'answers without period or score are missing');
SELECT is_empty($$ SELECT * FROM mix_effect((SELECT mix_agg(segment, later, score) FROM answer)) x JOIN (SELECT segment, count(*) FILTER (WHERE NOT later) AS n0, avg(score::numeric) FILTER (WHERE NOT later) AS s0,
        count(*) FILTER (WHERE later) AS n1, avg(score::numeric) FILTER (WHERE later) AS s1 FROM answer WHERE score IS NOT NULL GROUP BY GROUPING SETS ((), (segment))) y ON x.segment IS NOT DISTINCT FROM y.segment
    WHERE n_before <> n0 OR n_after <> n1 OR abs(score_before - s0) > 1e-12 OR abs(score_after - s1) > 1e-12 $$, 'their means are those of SQL');
-- a change that is rounding is none: 0.1 three times, and 0.3 / 3
SELECT results_eq($$ SELECT score_before = score_after, paradox FROM mix_effect((SELECT mix_agg('a', later, score) FROM (VALUES (false, 0.1), (false, 0.1), (false, 0.1), (true, 0.1)) v(later, score))) $$,
    'VALUES (true, NULL::boolean), (true, false)', 'a mean of equal scores is that score');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, p, mix_agg(segment, n0, s0, n1, s1 ORDER BY luck) AS m, random() AS luck FROM cx_row, LATERAL (SELECT floor(luck * 5) AS p) x GROUP BY g, p;
SELECT is_empty('SELECT g FROM stat JOIN (SELECT g, rollup(m ORDER BY luck) AS r, rollup(m ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g) WHERE mix_stats_send(m) <> mix_stats_send(r) OR mix_stats_send(m) <> mix_stats_send(q)',
    'parts merged in any order give the bytes of the whole');
SELECT is((SELECT mix_agg(segment, n0, s0, n1, s1 ORDER BY luck)::text FROM cx_row), (SELECT rollup(m ORDER BY g DESC)::text FROM stat), 'and so do parts of parts');
SELECT is_empty('SELECT a.g FROM part a JOIN part b ON a.g + 1 = b.g AND a.p = b.p WHERE mix_stats_send(mix_stats_merge(a.m, b.m)) <> mix_stats_send(mix_stats_merge(b.m, a.m))', 'merging is commutative');
SELECT is_empty('SELECT g FROM part WHERE mix_stats_send(mix_stats_merge(m, NULL)) <> mix_stats_send(m) OR mix_stats_send(mix_stats_merge(NULL, m)) <> mix_stats_send(m)', 'NULL is the identity');
SELECT is_empty('SELECT g FROM stat WHERE mix_stats_send(m::text::mix_stats) <> mix_stats_send(m)', 'text comes back');
SELECT is_empty($$ SELECT id FROM (SELECT id, mix_agg(segment, later, score) OVER (ORDER BY id) m FROM answer WHERE id <= 60) w
    WHERE m::text <> (SELECT mix_agg(segment, later, score) FROM answer k WHERE k.id <= w.id)::text $$, 'growing windows');
-- sums that doubles would lose
SELECT is((SELECT score_before FROM mix_effect((SELECT mix_agg('a', false, s) FROM unnest('{1e100,1,-1e100,2}'::float8[]) s)) LIMIT 1), 0.75::float8, 'nothing is lost beside large scores');
CREATE TEMP TABLE back (m mix_stats);
INSERT INTO back SELECT m FROM stat;
SELECT bag_eq('SELECT mix_stats_send(m) FROM back', 'SELECT mix_stats_send(m) FROM stat', 'stored and read again');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, mix_agg(segment, n0, s0, n1, s1) AS m FROM cx_row GROUP BY g;
SELECT is_empty('SELECT g FROM stat JOIN parallel p USING (g) WHERE mix_stats_send(stat.m) <> mix_stats_send(p.m)', 'parallel as serial');

-- ---- nothing, and mistakes ----

SELECT results_eq($$ SELECT * FROM mix_effect('{}', '{}', '{}', '{}', '{}') $$, 'SELECT NULL::text, 0::float8, NULL::float8, 0::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::boolean', 'no segments: a whole of nothing');
SELECT is((SELECT mix_agg('a', false, 1)::text WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT count(*) FROM mix_effect((SELECT mix_agg(NULL, false, 1)))), 1::bigint, 'only missing rows: the whole alone');
SELECT throws_ok($$ SELECT * FROM mix_effect('{a,b}', '{1,1}', '{1,1}', '{1,1}', '{1}') $$, '22023', 'segments and score_after differ in length', 'arrays of different lengths');
SELECT throws_ok($$ SELECT * FROM mix_effect('{a,a}', '{1,1}', '{1,1}', '{1,1}', '{1,1}') $$, '22023', 'segment "a" is given twice', 'a segment twice');
SELECT throws_ok($$ SELECT * FROM mix_effect('{a,NULL}', '{1,1}', '{1,1}', '{1,1}', '{1,1}') $$, '22023', 'segments has an element that is NULL', 'a segment without a name');
SELECT throws_ok($$ SELECT * FROM mix_effect('{a}', '{-1}', '{1}', '{1}', '{1}') $$, '22003', 'n_before -1 is negative', 'a negative weight');
SELECT throws_ok($$ SELECT * FROM mix_effect('{a}', '{1}', '{1}', '{Infinity}', '{1}') $$, '22003', 'n_after is not a finite number', 'an infinite weight');
SELECT throws_ok($$ SELECT mix_agg('a', 1, NULL, 1, 1) $$, '22023', 'score_before is NULL where n_before is 1', 'a weight without a score');
SELECT throws_ok($$ SELECT mix_agg('a', true, 'NaN') $$, '22003', 'score is not a finite number', 'a score that is no number');

-- damaged bytes
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m mix_stats;
BEGIN
    m := value;
    IF m::text <> value THEN RETURN 'changed'; END IF;
    IF EXISTS (SELECT FROM mix_effect(m) x WHERE 'NaN' IN (n_before, score_before, n_after, score_after, rate_effect, mix_effect, total)
        OR 'Infinity' IN (n_before, abs(score_before), n_after, abs(score_after), abs(rate_effect), abs(mix_effect), abs(total))) THEN RETURN 'nonsense'; END IF;
    PERFORM mix_stats_merge(m, m);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT mix_stats_send(m) AS b FROM stat WHERE g = 1;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('mix_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('mix_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
