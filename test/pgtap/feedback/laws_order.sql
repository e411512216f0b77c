-- Laws of the type feedback: its spelling, its order, its hash, and what indexes, joins and groups make of them.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(50);

DO $$ BEGIN PERFORM setseed(0.577); END $$;

CREATE TEMP TABLE kind AS
    SELECT * FROM unnest('{nps,csat,ces,effort,success,emotion,rating}'::text[], '{0,1,1,1,0,1,1}'::int[], '{10,5,7,5,1,7,5}'::int[])
    WITH ORDINALITY k(kind, own_lo, own_hi, place);

-- 6,000 random answers on their own scales and on others, with repetitions; the corners of all scales among them
CREATE TEMP TABLE answer AS
    WITH scale AS (
        SELECT k.*, lo, hi FROM kind k, LATERAL (VALUES (own_lo, own_hi), (0, 10), (1, 10), (0, 100), (1, 100), (-3, 3), (-1000, 1000),
            (-1000, -999), (999, 1000), (0, 1)) v(lo, hi) WHERE kind <> 'nps' OR (lo, hi) = (own_lo, own_hi)),
    draw AS MATERIALIZED (SELECT i, random() AS place_in_scale FROM generate_series(1, 100) i)
    SELECT kind, own_lo, own_hi, place, lo, hi,
           CASE i WHEN 1 THEN lo WHEN 2 THEN hi WHEN 3 THEN lo + 0.001 WHEN 4 THEN hi - 0.001
                  ELSE round((lo + place_in_scale * (hi - lo))::numeric, i % 4) END AS score
    FROM scale, draw;
ALTER TABLE answer ADD f feedback;
UPDATE answer SET f = feedback(kind, score::float8, lo, hi);
SELECT cmp_ok(count(DISTINCT f), '>=', 3000::bigint, 'there are thousands of different answers, some repeated') FROM answer
HAVING count(*) > count(DISTINCT f);

-- ---- spelling ----

SELECT is_empty(
    $$ SELECT f, want FROM answer, LATERAL (SELECT kind || ':' || trim_scale(score) || CASE
           WHEN (lo, hi) = (own_lo, own_hi) THEN ''
           WHEN lo = CASE hi WHEN 100 THEN 0 ELSE own_lo END THEN '/' || hi ELSE '/' || lo || '..' || hi END AS want) w
       WHERE f::text <> want $$,
    'text is kind:score, then the scale if it is not the kind''s own: /hi where that says it all, else /lo..hi');
SELECT is_empty($$ SELECT f FROM answer WHERE f::text::feedback <> f OR feedback_send(f::text::feedback) <> feedback_send(f) $$,
    'in(out(x)) is x');
SELECT is_empty($$ SELECT f FROM answer WHERE format('%s:%s/%s..%s', kind, score, lo, hi)::feedback <> f $$,
    'a scale spelled out reads the same');
SELECT is_empty(
    $$ SELECT f FROM answer WHERE (feedback_send(f) <> int8send((place << 56) + ((lo + 32768)::bigint << 40) + ((hi + 32768)::bigint << 24)
                                                                 + ((score - lo) * 1000)::bigint)) $$,
    'bytes are kind, bounds and thousandths above the lower bound, as documented');
SELECT is(spelling::feedback::text, canonical, format('"%s" is written %s', spelling, canonical))
FROM (VALUES ('nps:9', 'nps:9'), (' nps:9 ', 'nps:9'), ('nps:9.000', 'nps:9'), ('nps:09', 'nps:9'), ('nps:-0', 'nps:0'),
    ('nps:9/10', 'nps:9'), ('nps:9/0..10', 'nps:9'), ('csat:8/10', 'csat:8/10'), ('csat:8/1..10', 'csat:8/10'),
    ('csat:8/0..10', 'csat:8/0..10'), ('csat:80/100', 'csat:80/100'), ('csat:80/0..100', 'csat:80/100'),
    ('csat:80/1..100', 'csat:80/1..100'), ('csat:4/5', 'csat:4'), ('success:5/7', 'success:5/7'),
    ('success:5/0..7', 'success:5/7'), ('rating:3.50/0..5', 'rating:3.5/0..5'), ('rating:-0.25/-1..1', 'rating:-0.25/-1..1'),
    ('effort:2.0000000', 'effort:2'), ('rating:-1000/-1000..1000', 'rating:-1000/-1000..1000')) v(spelling, canonical);
SELECT is_empty(
    $$ SELECT x FROM generate_series(0.001, 9.999, 0.001) x
       WHERE feedback('nps', x::float8) <> format('nps:%s', x)::feedback OR feedback('nps', x::real) <> format('nps:%s', x)::feedback
          OR feedback('nps', (x::float8 * 3 + 0.3) / 3 - 0.1) <> format('nps:%s', x)::feedback $$,
    'scores with three decimals are taken from numeric, real and float8 alike, with the noise of arithmetic');

-- ---- order ----

SELECT is_empty(
    $$ SELECT f FROM (SELECT f, row_number() OVER (ORDER BY f) - row_number() OVER (ORDER BY place, lo, hi, score) AS off
                      FROM (SELECT DISTINCT f, place, lo, hi, score FROM answer) x) y WHERE off <> 0 $$,
    'order is by kind, lower bound, upper bound, score');
CREATE TEMP TABLE pair AS
    SELECT a.f AS a, b.f AS b, (a.place, a.lo, a.hi, a.score) < (b.place, b.lo, b.hi, b.score) AS less,
           (a.place, a.lo, a.hi, a.score) = (b.place, b.lo, b.hi, b.score) AS same
    FROM (SELECT * FROM answer ORDER BY random() LIMIT 250) a, (SELECT * FROM answer WHERE score % 1 = 0 ORDER BY random() LIMIT 500) b
    UNION ALL SELECT f, f, false, true FROM answer;
SELECT is_empty(
    $$ SELECT a, b FROM pair WHERE (a < b, a <= b, a = b, a <> b, a >= b, a > b)
                                   IS DISTINCT FROM (less, less OR same, same, NOT same, NOT less, NOT less AND NOT same) $$,
    'the six operators say the same as comparing (kind, lo, hi, score)');
SELECT is_empty(
    $$ SELECT a, b FROM pair WHERE feedback_cmp(a, b) <> CASE WHEN less THEN -1 WHEN same THEN 0 ELSE 1 END
        OR feedback_cmp(b, a) <> -feedback_cmp(a, b) $$,
    'so does the comparison function of the btree class, in both directions');
SELECT is_empty(
    $$ SELECT a, b FROM pair WHERE (a < b)::int + (a = b)::int + (a > b)::int <> 1 $$, 'order is total: exactly one of <, =, > holds');
CREATE TEMP TABLE few AS SELECT f FROM answer ORDER BY random() LIMIT 60;
SELECT is_empty($$ SELECT a.f, b.f, c.f FROM few a, few b, few c WHERE a.f < b.f AND b.f < c.f AND NOT a.f < c.f $$, 'order is transitive');
SELECT results_eq(
    $$ SELECT NULL::feedback = 'nps:1', NULL::feedback < 'nps:1', count(*) FROM answer WHERE f = NULL $$,
    $$ VALUES (NULL::boolean, NULL::boolean, 0::bigint) $$, 'comparison with NULL is unknown');

-- ---- hash ----

SELECT is_empty(
    $$ SELECT a, b FROM pair WHERE a = b AND (feedback_hash(a) <> feedback_hash(b)
        OR feedback_hash_extended(a, 77) <> feedback_hash_extended(b, 77)) $$,
    'equal answers have equal hashes');
SELECT is_empty(
    $$ SELECT f FROM answer WHERE feedback_hash_extended(f, 0) & 4294967295 <> feedback_hash(f)::bigint & 4294967295 $$,
    'the extended hash without salt ends in the plain one');
SELECT is_empty(
    $$ SELECT f FROM answer WHERE feedback_hash_extended(f, 1) = feedback_hash_extended(f, 0)
        OR feedback_hash_extended(f, 1) = feedback_hash_extended(f, 2) $$,
    'salt changes the hash');
-- 100,000 answers thrown into 1,024 buckets: chi-square has the mean 1023 and a standard deviation of 45
CREATE TEMP TABLE spread AS
    SELECT feedback_hash(f) AS h, feedback_hash_extended(f, 42) AS x
    FROM (SELECT feedback('rating', i / 50.0, -1000, 1000) AS f FROM generate_series(-40000, 40000) i
          UNION SELECT feedback(kind, s, lo, lo + span) FROM unnest('{csat,ces,effort,emotion}'::text[]) kind, generate_series(-50, 50) lo,
                generate_series(1, 9) span, LATERAL generate_series(lo, lo + span) s) v;
SELECT ok(chi2 BETWEEN 1023 - 6 * 45 AND 1023 + 6 * 45, format('hashes spread evenly over 1,024 buckets by their %s (chi-square %s)',
    bits, round(chi2)))
FROM (SELECT bits, sum((n - expected) ^ 2 / expected) + (1024 - count(*)) * max(expected) AS chi2
      FROM (SELECT bits, bucket, count(*) AS n, sum(count(*)) OVER (PARTITION BY bits) / 1024 AS expected
            FROM spread, LATERAL (VALUES ('low bits', h::bigint & 1023), ('high bits', (h >> 22)::bigint & 1023),
                                         ('low bits of 64', x & 1023), ('high bits of 64', (x >> 54) & 1023)) b(bits, bucket)
            GROUP BY bits, bucket) c GROUP BY bits) y ORDER BY bits;
SELECT cmp_ok(count(*) - count(DISTINCT h), '<', 20::bigint,
    'hardly any two of 100,000 answers share their 32-bit hash (expected: 1 or 2)') FROM spread;
SELECT is(count(DISTINCT x), count(*), 'none share their 64-bit hash') FROM spread;

-- ---- groups, joins, indexes ----

CREATE TEMP TABLE by_text AS SELECT f::text AS f, count(*) AS n FROM answer GROUP BY f::text;
SET LOCAL enable_sort = off;
SELECT is_empty($$ SELECT f::text, count(*) FROM answer GROUP BY f EXCEPT SELECT *
    FROM by_text $$, 'GROUP BY feedback by hashing groups like text');
SET LOCAL enable_sort = on;
SET LOCAL enable_hashagg = off;
SELECT is_empty($$ SELECT f::text, count(*) FROM answer GROUP BY f EXCEPT SELECT *
    FROM by_text $$, 'GROUP BY feedback by sorting groups like text');
SELECT is(count(DISTINCT f), (SELECT count(*) FROM by_text), 'count(DISTINCT feedback) counts different texts') FROM answer;
RESET enable_hashagg;

CREATE TEMP TABLE joined AS SELECT sum(n * n) AS n FROM by_text;
SET LOCAL enable_mergejoin = off;
SELECT is(count(*), (SELECT n::bigint FROM joined), 'a hash join on feedback finds every pair') FROM answer a JOIN answer b USING (f);
SET LOCAL enable_mergejoin = on;
SET LOCAL enable_hashjoin = off;
SELECT is(count(*), (SELECT n::bigint FROM joined), 'a merge join on feedback finds every pair') FROM answer a JOIN answer b USING (f);
RESET enable_hashjoin;

CREATE TEMP VIEW found AS
    SELECT probe.f, count(*) FILTER (WHERE a.f < probe.f) AS less, count(*) FILTER (WHERE a.f = probe.f) AS same,
        count(*) FILTER (WHERE a.f > probe.f) AS more
    FROM (SELECT DISTINCT f FROM answer WHERE score % 1 = 0 ORDER BY f LIMIT 200 OFFSET 300) probe, answer a GROUP BY probe.f;
CREATE TEMP TABLE scanned AS SELECT * FROM found;
CREATE INDEX answer_btree ON answer USING btree (f);
CREATE INDEX answer_hash ON answer USING hash (f);
ANALYZE answer;
SET LOCAL enable_seqscan = off;
SELECT is_empty(
    $$ SELECT s.f FROM scanned s WHERE (SELECT count(*) FROM answer a WHERE a.f < s.f) <> less
        OR (SELECT count(*) FROM answer a WHERE a.f > s.f) <> more
          OR (SELECT count(*) FROM answer a WHERE a.f = s.f) <> same OR (SELECT count(*) FROM answer a WHERE a.f <= s.f) <> less + same
          OR (SELECT count(*) FROM answer a WHERE a.f >= s.f AND a.f <= s.f) <> same $$,
    'a btree index finds what a scan of the table finds');
DROP INDEX answer_btree;
SELECT is_empty($$ SELECT s.f FROM scanned s WHERE (SELECT count(*) FROM answer a WHERE a.f = s.f) <> same $$,
    'a hash index finds what a scan of the table finds');
SET LOCAL enable_seqscan = on;
SELECT lives_ok(
    $$ CREATE TEMP TABLE cut (f feedback) PARTITION BY HASH (f);
       CREATE TEMP TABLE cut_0 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 0);
       CREATE TEMP TABLE cut_1 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 1);
       CREATE TEMP TABLE cut_2 PARTITION OF cut FOR VALUES WITH (MODULUS 3, REMAINDER 2);
       INSERT INTO cut SELECT f FROM answer $$,
    'a table can be partitioned by the hash of feedback');
SELECT is_empty($$ SELECT f FROM cut GROUP BY f HAVING count(DISTINCT tableoid) > 1 $$, 'equal answers lie in one partition');

SELECT * FROM finish();
ROLLBACK;
