-- Bad profit and task coverage: sums and shares against whole-number arithmetic over random rows, the interval by its formula and
-- against plain Wilson, then the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(42);

DO $$ BEGIN PERFORM setseed(0.7182); END $$;

-- 20,000 customers in 41 groups. Amounts in 64ths, so that numeric holds them exactly; many ties, zeros, whales, some groups with losses
-- (g % 4 = 0), some without any bad one (g = 1), with bad ones only (2), of one customer (3), of equal amounts (5), of nothing but NULLs (6), of zeros (7).
CREATE TABLE customer AS
    SELECT id, id % 40 AS g, luck,
           CASE WHEN id % 40 = 6 OR luck < 0.05 THEN NULL WHEN id % 40 = 7 THEN 0 WHEN id % 40 = 5 THEN 20.25
                WHEN id % 40 % 4 = 0 AND r < 0.2 THEN -floor(s * 1000) / 64 WHEN r < 0.3 THEN 0 WHEN r > 0.99 THEN floor(s * 1e9) / 64
                WHEN r < 0.6 THEN floor(s * 20) ELSE floor(s * 6400) / 64 END AS amount,
           CASE WHEN id % 40 = 6 OR b < 0.1 THEN NULL WHEN id % 40 = 1 THEN false WHEN id % 40 = 2 THEN true ELSE b < 0.1 + 0.02 * (id % 40) END AS bad
    FROM (SELECT id, random() AS luck, random() AS r, random() AS s, random() AS b FROM generate_series(1, 20000) id) x;
DELETE FROM customer WHERE g = 3 AND id > 3;
UPDATE customer SET amount = 12.5, bad = true WHERE id = 3;
ANALYZE customer;
CREATE TEMP TABLE stat AS SELECT g, bad_profit_agg(amount, bad) AS s FROM customer GROUP BY g;
CREATE TEMP TABLE got AS SELECT g, p.* FROM stat, bad_profit(s) p;
CREATE TEMP TABLE expected AS
    WITH sums AS (
        SELECT g, count(amount) FILTER (WHERE bad IS NOT NULL) AS customers, count(amount) FILTER (WHERE bad) AS bad_customers,
               count(amount) FILTER (WHERE bad IS NULL) AS unknown, count(*) FILTER (WHERE amount IS NULL) AS missing,
               sum(amount::numeric) FILTER (WHERE bad IS NOT NULL) AS amount, coalesce(sum(amount::numeric) FILTER (WHERE bad), 0) AS bad_amount,
               coalesce(sum(amount::numeric ^ 2) FILTER (WHERE bad), 0) AS q1, coalesce(sum(amount::numeric ^ 2) FILTER (WHERE NOT bad), 0) AS q0,
               coalesce(bool_or(amount < 0) FILTER (WHERE bad IS NOT NULL), false) AS losses
        FROM customer GROUP BY g),
    shares AS (SELECT *, CASE WHEN amount > 0 THEN (bad_amount / amount)::float8 END AS share FROM sums),
    effective AS (
        SELECT *, CASE WHEN share IS NULL OR losses THEN NULL WHEN share IN (0, 1) THEN (amount ^ 2 / (q0 + q1))::float8
                       ELSE least(customers, share * (1 - share) * (amount ^ 2)::float8 / (share ^ 2 * q0::float8 + (1 - share) ^ 2 * q1::float8)) END AS n,
                  1.959963984540054 AS z FROM shares)
    SELECT *, (share + z ^ 2 / (2 * n) - z * sqrt(share * (1 - share) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) AS low,
           (share + z ^ 2 / (2 * n) + z * sqrt(share * (1 - share) / n + z ^ 2 / (4 * n ^ 2))) / (1 + z ^ 2 / n) AS high
    FROM effective;

-- ---- against the rows ----

SELECT results_eq($$ SELECT count(*), count(*) FILTER (WHERE share IS NULL), count(*) FILTER (WHERE share IN (0, 1)), count(low), count(*) FILTER (WHERE n = customers AND q0 * q1 > 0) > 0 FROM expected $$,
    $$ VALUES (40::bigint, 2::bigint, 4::bigint, 28::bigint, true) $$, 'there are groups of all kinds');
SELECT is_empty($$ SELECT * FROM got x FULL JOIN expected y USING (g)
    WHERE (x.customers, x.bad_customers, x.unknown, x.missing) IS DISTINCT FROM (y.customers, y.bad_customers, y.unknown, y.missing) $$, 'counts are those of the rows');
SELECT is_empty($$ SELECT * FROM got x JOIN expected y USING (g)
    WHERE x.amount IS DISTINCT FROM y.amount::float8 OR x.bad_amount IS DISTINCT FROM CASE WHEN y.customers > 0 THEN y.bad_amount::float8 END $$,
    'amounts are exact to the last bit');
SELECT is_empty($$ SELECT * FROM got x JOIN expected y USING (g) WHERE (x.share IS NULL) <> (y.share IS NULL) OR abs(x.share - y.share) > 1e-15 * y.share $$, 'shares are their quotients');
SELECT is_empty($$ SELECT * FROM got x JOIN expected y USING (g)
    WHERE (x.low IS NULL) <> (y.low IS NULL) OR (x.high IS NULL) <> (y.high IS NULL) OR abs(x.low - y.low) > 1e-12 OR abs(x.high - y.high) > 1e-12 $$,
    'intervals are Wilson''s at the effective number of customers');
SELECT is_empty($$ SELECT * FROM got WHERE low > share OR high < share OR low < 0 OR high > 1 $$, 'around the share, and inside 0..1');
SELECT is_empty($$ SELECT g FROM stat, bad_profit(s, 0.9) a, bad_profit(s, 0.99) b WHERE NOT (b.low <= a.low AND a.high <= b.high) OR b.high - b.low <= a.high - a.low $$,
    'wider with more confidence');

-- ---- by hand ----

-- equal amounts: the interval is that of a plain proportion, 3 of 12 (Wilson: 0.088942 to 0.532305)
SELECT results_eq($$ SELECT share, round(low::numeric, 6), round(high::numeric, 6) FROM bad_profit((SELECT bad_profit_agg(7.7, i <= 3) FROM generate_series(1, 12) i)) $$,
    $$ VALUES (0.25::float8, 0.088942, 0.532305) $$, 'of equal amounts it is the plain interval of Wilson');
-- 10 of 14 by one of three: p = 10/14, n = p q 14^2 / (p^2 (9 + 1) + q^2 100) = 3.0154 > 3, so 3
SELECT results_eq($$ SELECT round(low::numeric, 6), round(high::numeric, 6) FROM bad_profit((SELECT bad_profit_agg(a, a = 10) FROM unnest('{10,3,1}'::float8[]) a)) $$,
    $$ SELECT round(((p + z * z / 6 - z * sqrt(p * (1 - p) / 3 + z * z / 36)) / (1 + z * z / 3))::numeric, 6), round(((p + z * z / 6 + z * sqrt(p * (1 - p) / 3 + z * z / 36)) / (1 + z * z / 3))::numeric, 6)
       FROM (VALUES (10 / 14.0::float8, 1.959963984540054::float8)) v(p, z) $$, 'never more customers than there are');
-- all bad: Kish, (6 + 3 + 1)^2 / 46 = 2.173913
SELECT results_eq($$ SELECT share, round(low::numeric, 9), high FROM bad_profit((SELECT bad_profit_agg(a, true) FROM unnest('{6,3,1}'::float8[]) a)) $$,
    $$ SELECT 1::float8, round((1 / (1 + 1.959963984540054 ^ 2 * 0.46))::numeric, 9), 1::float8 $$, 'all bad: the number of Kish');
SELECT results_eq($$ SELECT share, low, round(high::numeric, 9) FROM bad_profit((SELECT bad_profit_agg(a, false) FROM unnest('{6,3,1}'::float8[]) a)) $$,
    $$ SELECT 0::float8, 0::float8, round((1.959963984540054 ^ 2 * 0.46 / (1 + 1.959963984540054 ^ 2 * 0.46))::numeric, 9) $$, 'none bad: the same from the other end');
SELECT results_eq($$ SELECT amount, bad_amount, share, low, high FROM bad_profit((SELECT bad_profit_agg(a, a > 1) FROM unnest('{3,-1,1}'::float8[]) a)) $$,
    $$ VALUES (3::float8, 3::float8, 1::float8, NULL::float8, NULL::float8) $$, 'with a loss there are no limits');
SELECT results_eq($$ SELECT amount, bad_amount, share FROM bad_profit((SELECT bad_profit_agg(a, a < 0) FROM unnest('{3,-4}'::float8[]) a)) $$,
    $$ VALUES (-1::float8, -4::float8, NULL::float8) $$, 'and of a loss no share');
SELECT results_eq($$ SELECT amount, bad_amount, share FROM bad_profit((SELECT bad_profit_agg(a, a < 0) FROM unnest('{1e140,-1e140,3,-1e-140,1}'::float8[]) a)) $$,
    $$ VALUES (4::float8, -1e140::float8, -2.5e139::float8) $$, 'what cancels leaves the rest, not noise');
SELECT results_eq($$ SELECT * FROM bad_profit((SELECT bad_profit_agg(a, b) FROM (VALUES (1::float8, NULL::boolean), (NULL, true), (NULL, NULL)) v(a, b))) $$,
    $$ VALUES (0::bigint, 0::bigint, 1::bigint, 2::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8) $$, 'nothing known: counts only');
SELECT results_eq($$ SELECT customers, amount, share FROM bad_profit((SELECT bad_profit_agg(0, true))) $$, $$ VALUES (1::bigint, 0::float8, NULL::float8) $$, 'of 0 there is no share');
SELECT is((SELECT bad_profit_agg(1, true)::text WHERE false), NULL, 'no rows: NULL');
SELECT is_empty($$ SELECT * FROM bad_profit(NULL) $$, 'of no value, no rows');
SELECT results_eq($$ SELECT share, low >= 0, high <= 1 FROM bad_profit((SELECT bad_profit_agg(a, a > 1) FROM unnest('{1e140,1e-140,1e-320}'::float8[]) a)) $$,
    $$ VALUES (1::float8, true, true) $$, 'amounts as far apart as they can be');
SELECT results_eq($$ SELECT share, low < share, high > share FROM bad_profit((SELECT bad_profit_agg(a, a > 2e-200) FROM unnest('{1e-200,2e-200,3e-200}'::float8[]) a)) $$,
    $$ VALUES (0.5::float8, true, true) $$, 'and so small that their squares are none');

-- ---- task coverage ----

SELECT results_eq($$ SELECT * FROM task_coverage((SELECT task_coverage_agg(abs(amount), bad) FROM customer), 0.9) $$,
    $$ SELECT * FROM bad_profit((SELECT bad_profit_agg(abs(amount), bad) FROM customer), 0.9) $$, 'coverage is the same share');
SELECT results_eq($$ SELECT tasks, supported, unknown, missing, demand, supported_demand, coverage FROM task_coverage((SELECT task_coverage_agg(d, s)
        FROM (VALUES (50::float8, true), (30, false), (20, true), (5, NULL), (NULL, true)) v(d, s))) $$,
    $$ VALUES (3::bigint, 2::bigint, 1::bigint, 1::bigint, 100::float8, 70::float8, 0.7::float8) $$, 'by hand: 70 of 100 votes');
SELECT throws_ok('SELECT task_coverage_agg(-1, true)', '22003', 'demand is below 0', 'no negative demand');
SELECT throws_ok('SELECT task_coverage_agg(''NaN'', true)', '22003', 'demand is not a finite number', 'no NaN');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(luck * 4)::int AS p, bad_profit_agg(amount, bad) AS s, random() AS luck FROM customer GROUP BY g, floor(luck * 4), id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE share_stats_send(s) <> share_stats_send(r) OR share_stats_send(s) <> share_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE share_stats_send(s) <> share_stats_send(r) $$, 'and so do parts of parts');
SELECT is((SELECT bad_profit_agg(amount, bad ORDER BY luck)::text FROM customer), (SELECT bad_profit_agg(amount, bad ORDER BY -luck)::text FROM customer), 'the order of rows tells nothing');
-- full doubles, whose plain sum differs in nearly every order
CREATE TEMP TABLE wide AS SELECT (random() - 0.5) * 10 ^ (random() * 40 - 20) AS x, random() < 0.5 AS b, random() AS luck FROM generate_series(1, 3000);
SELECT is((SELECT rollup(s)::text FROM (SELECT bad_profit_agg(x, b ORDER BY luck) AS s FROM wide GROUP BY floor(luck * 9)) p), (SELECT bad_profit_agg(x, b ORDER BY x)::text FROM wide),
    'nor does it with numbers of all sizes');
SELECT is_empty('SELECT g FROM stat WHERE share_stats_send(share_stats_merge(s, NULL)) <> share_stats_send(s) OR share_stats_send(share_stats_merge(NULL, s)) <> share_stats_send(s)',
    'NULL is the identity');
SELECT is_empty('SELECT a.g FROM stat a, stat b WHERE share_stats_send(share_stats_merge(a.s, b.s)) <> share_stats_send(share_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is_empty('SELECT g FROM stat WHERE share_stats_send(s::text::share_stats) <> share_stats_send(s)', 'in(out(x)) = x');
SELECT is_empty($$ SELECT id FROM (SELECT id, bad_profit_agg(amount, bad) OVER (ORDER BY id) s FROM customer WHERE id <= 100) w
    WHERE s::text <> (SELECT bad_profit_agg(amount, bad) FROM customer k WHERE k.id <= w.id)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT bad_profit_agg(amount, bad)::text FROM customer), (SELECT rollup(s)::text FROM stat), 'workers count the same');

-- ---- mistakes ----

SELECT throws_ok('SELECT bad_profit_agg(''Infinity'', true)', '22003', 'amount is not a finite number', 'no infinity');
SELECT throws_ok('SELECT bad_profit_agg(''NaN'', NULL)', '22003', 'amount is not a finite number', 'no NaN');
SELECT throws_ok('SELECT bad_profit_agg(1.1e140, false)', '22003', 'amount is too large', 'nothing beyond 1e140');
SELECT throws_ok('SELECT * FROM bad_profit((SELECT s FROM stat LIMIT 1), 95)', '22023', NULL, 'confidence in percent');
SELECT throws_ok($$ SELECT share_stats_merge(s, s) FROM (SELECT 'share_stats:01ffffffffffffffff1f0000000000000000'::share_stats AS s) x $$, '22003', 'share_stats counts more than 2^61 rows', 'more rows than can be counted');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s share_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    SELECT * INTO r FROM bad_profit(s);
    IF NOT coalesce(r.low <= r.share AND r.share <= r.high AND r.low >= 0 AND r.high <= 1, true) OR r.bad_customers > r.customers
        OR 'NaN' IN (r.amount, r.share) OR 'Infinity' IN (abs(r.amount), abs(r.share)) THEN RETURN 'nonsense'; END IF;
    PERFORM share_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT share_stats_send(s) AS b FROM stat WHERE g IN (4, 5, 9, 1) UNION ALL SELECT share_stats_send(bad_profit_agg(x, b)) FROM wide;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('share_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('share_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

-- byte by byte: version, unknown, missing, negative; 1 row of 1.5 and 2.25, its square; none
SELECT is_empty($$ SELECT how FROM (VALUES ('negative sum of nothing negative', '01000000010221010000060001210100000900000000'), ('positive sum of negatives', '01000001010121010000060001210100000900000000'),
        ('more negatives than rows', '01000002010221010000060001210100000900000000'), ('square below that of the mean', '01000000010121010000060001210100000800000000'),
        ('a sum of no rows', '01000000000121010000060000000000'), ('a negative square', '01000000010121010000060002210100000900000000'),
        ('bytes behind', '0100000001012101000006000121010000090000000000'), ('another version', '02000000010121010000060001210100000900000000')) v(how, hex),
        LATERAL (SELECT pg_temp.survives('share_stats:' || hex) AS o) x WHERE o <> '22P02' $$, 'what no rows could have made is refused');
SELECT results_eq($$ SELECT n, pg_temp.survives('share_stats:' || encode(set_byte(b, 4, n), 'hex')) FROM (SELECT share_stats_send(bad_profit_agg(1e140, false)) AS b FROM generate_series(1, 3)) x, generate_series(0, 4) n $$,
    $$ VALUES (0, '22P02'), (1, '22P02'), (2, '22P02'), (3, 'sound'), (4, 'sound') $$, 'so is a sum that is too large for its rows');

SELECT * FROM finish();
ROLLBACK;
