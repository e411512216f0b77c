-- Earned growth: the published example, random customers against whole-number arithmetic, the laws of merging, damaged values.
-- Loyalty quadrants and the wallet allocation rule: published tables, and what must add up.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(48);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- ---- published: Winning on Purpose (2021), appendix B: 100 grows to 130; NRR 85 %, 25 earned, 20 bought ----

SELECT results_eq($$ SELECT nrr, earned_share, bought_share, growth, earned_growth, round(ratio::numeric, 6) FROM earned_growth(100, 85, 25, 20) $$,
    $$ VALUES (0.85::float8, 0.25::float8, 0.2::float8, 0.3::float8, 0.1::float8, 0.333333) $$, 'growth 30 %, earned growth 10 %, ratio .3333');
SELECT results_eq($$ SELECT customers, new_customers, unknown_customers, base, nrr, earned_share, bought_share, unknown_share, growth, earned_growth, round(ratio::numeric, 6)
        FROM earned_growth((SELECT earned_growth_agg(b, a, e) FROM (VALUES (60::float8, 70::float8, NULL::boolean), (40, 15, true), (0, 25, true), (NULL, 20, false)) v(b, a, e))) $$,
    $$ VALUES (2::bigint, 2::bigint, 0::bigint, 100::float8, 0.85::float8, 0.25::float8, 0.2::float8, 0::float8, 0.3::float8, 0.1::float8, 0.333333) $$, 'the same from its customers');

-- ---- by hand ----

SELECT results_eq('SELECT * FROM earned_growth(100, 90, 10, 0)', 'SELECT 0.9::float8, 0.1::float8, 0::float8, 0::float8, 0::float8, NULL::float8', 'no growth: no ratio');
SELECT results_eq('SELECT * FROM earned_growth(100, 50, 10, 20)', 'SELECT 0.5::float8, 0.1::float8, 0.2::float8, -0.2::float8, -0.4::float8, 2::float8', 'a company that shrinks');
SELECT results_eq('SELECT * FROM earned_growth(0, 50, 10, 20)', 'SELECT NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8', 'of no base there are no parts');
SELECT results_eq('SELECT growth FROM earned_growth(-5, 50, 10, 20)', 'SELECT NULL::float8', 'nor of net refunds');
SELECT is_empty('SELECT * FROM earned_growth(NULL, 50, 10, 20)', 'what is not known is not told');
SELECT results_eq($$ SELECT customers, new_customers, unknown_customers, base, nrr, growth FROM earned_growth((SELECT earned_growth_agg(b, a, e) FROM (VALUES (NULL::float8, 5::float8, NULL::boolean), (0, 7, true)) v(b, a, e))) $$,
    $$ VALUES (0::bigint, 2::bigint, 1::bigint, NULL::float8, NULL::float8, NULL::float8) $$, 'new customers only: counts');
SELECT results_eq($$ SELECT * FROM earned_growth((SELECT earned_growth_agg(b, a, e) FROM (VALUES (NULL::float8, NULL::float8, true), (0, 0, NULL), (NULL, 0, false)) v(b, a, e))) $$,
    $$ SELECT 0::bigint, 0::bigint, 0::bigint, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8, NULL::float8 $$, 'no customers of either period');
SELECT results_eq($$ SELECT unknown_customers, unknown_share, growth, earned_growth, ratio FROM earned_growth((SELECT earned_growth_agg(b, a, e) FROM (VALUES (80::float8, 80::float8, NULL::boolean), (NULL, 20, NULL), (0, 20, true)) v(b, a, e))) $$,
    $$ VALUES (1::bigint, 0.25::float8, 0.5::float8, 0.25::float8, 0.5::float8) $$, 'unknown origin counts as growth, but is not earned');
SELECT results_eq($$ SELECT customers, nrr, growth FROM earned_growth((SELECT earned_growth_agg(b, a, e) FROM (VALUES (100::float8, -20::float8, NULL::boolean), (-20, NULL, NULL)) v(b, a, e))) $$,
    $$ VALUES (2::bigint, -0.25::float8, -1.25::float8) $$, 'refunds may be negative');
SELECT is((SELECT earned_growth_agg(1, 1, true)::text WHERE false), NULL, 'no rows: NULL');
SELECT is_empty('SELECT * FROM earned_growth(NULL::growth_stats)', 'of no value, no rows');

-- ---- random customers; amounts in 64ths, so that numeric holds them exactly ----

CREATE TABLE customer AS
    SELECT id, id % 50 AS g, luck,
           CASE WHEN a < 0.2 THEN NULL WHEN a < 0.3 THEN 0 WHEN a < 0.33 THEN -floor(b * 100) / 64 ELSE floor(b ^ 3 * 1e6) / 64 END AS before,
           CASE WHEN c < 0.1 THEN NULL WHEN c < 0.2 THEN 0 WHEN c < 0.23 THEN -floor(d * 100) / 64 ELSE floor(d ^ 3 * 1e6) / 64 END AS after,
           CASE WHEN e < 0.2 THEN NULL ELSE e < 0.5 END AS earned
    FROM (SELECT id, random() luck, random() a, random() b, random() c, random() d, random() e FROM generate_series(1, 10000) id) x;
ANALYZE customer;
CREATE TEMP TABLE stat AS SELECT g, earned_growth_agg(before, after, earned) AS s FROM customer GROUP BY g;
CREATE TEMP TABLE got AS SELECT g, r.* FROM stat, earned_growth(s) r;
CREATE TEMP TABLE expected AS
    SELECT g, count(*) FILTER (WHERE old) AS customers, count(*) FILTER (WHERE NOT old AND a <> 0) AS new_customers,
           count(*) FILTER (WHERE NOT old AND a <> 0 AND earned IS NULL) AS unknown_customers, sum(b) AS base, sum(a) FILTER (WHERE old) AS retained,
           sum(a) FILTER (WHERE NOT old AND earned) AS earned, sum(a) FILTER (WHERE NOT old AND NOT earned) AS bought,
           sum(a) FILTER (WHERE NOT old AND earned IS NULL) AS unknown
    FROM (SELECT *, coalesce(before, 0)::numeric AS b, coalesce(after, 0)::numeric AS a, coalesce(before, 0) <> 0 AS old FROM customer) x GROUP BY g;
SELECT is_empty($$ SELECT * FROM got x FULL JOIN expected y USING (g)
    WHERE (x.customers, x.new_customers, x.unknown_customers, x.base) IS DISTINCT FROM (y.customers, y.new_customers, y.unknown_customers, y.base::float8) $$, 'counts and base are those of the rows');
SELECT is_empty($$ SELECT * FROM got x JOIN expected y USING (g)
    WHERE x.nrr <> retained::float8 / y.base::float8 OR x.earned_share <> earned::float8 / y.base::float8 OR x.bought_share <> bought::float8 / y.base::float8
       OR x.unknown_share <> unknown::float8 / y.base::float8 OR x.growth <> (retained + earned + bought + unknown - y.base)::float8 / y.base::float8
       OR x.earned_growth <> (retained + earned - y.base)::float8 / y.base::float8
       OR x.ratio <> (retained + earned - y.base)::float8 / (retained + earned + bought + unknown - y.base)::float8 $$, 'so are the parts, to the last bit');
SELECT is((SELECT count(*) FROM got WHERE ratio IS NOT NULL), 50::bigint, 'and all of them are there');
SELECT is_empty('SELECT * FROM got WHERE abs(nrr + earned_share + bought_share + unknown_share - 1 - growth) > 1e-12 OR abs(nrr + earned_share - 1 - earned_growth) > 1e-12', 'they add up');
SELECT is_empty($$ SELECT g FROM got x JOIN expected y USING (g), earned_growth(y.base::float8, retained::float8, earned::float8, (bought + unknown)::float8) r
    WHERE (x.nrr, x.earned_share, x.growth, x.earned_growth, x.ratio) IS DISTINCT FROM (r.nrr, r.earned_share, r.growth, r.earned_growth, r.ratio) $$, 'sums told by hand give the same');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(luck * 4)::int AS p, earned_growth_agg(before, after, earned) AS s, random() AS luck FROM customer GROUP BY g, floor(luck * 4), id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE growth_stats_send(s) <> growth_stats_send(r) OR growth_stats_send(s) <> growth_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE growth_stats_send(s) <> growth_stats_send(r) $$, 'and so do parts of parts');
CREATE TEMP TABLE wide AS SELECT (random() - 0.5) * 10 ^ (random() * 40 - 20) AS b, random() * 10 ^ (random() * 40 - 20) AS a, random() < 0.5 AS old, random() < 0.5 AS e, random() AS luck FROM generate_series(1, 3000);
SELECT is((SELECT rollup(s)::text FROM (SELECT earned_growth_agg(CASE WHEN old THEN b END, a, e ORDER BY luck) AS s FROM wide GROUP BY floor(luck * 9)) p),
    (SELECT earned_growth_agg(CASE WHEN old THEN b END, a, e ORDER BY b)::text FROM wide), 'with numbers of all sizes, too');
SELECT is_empty('SELECT g FROM stat WHERE growth_stats_send(growth_stats_merge(s, NULL)) <> growth_stats_send(s) OR growth_stats_send(growth_stats_merge(NULL, s)) <> growth_stats_send(s)',
    'NULL is the identity');
SELECT is_empty('SELECT a.g FROM stat a, stat b WHERE growth_stats_send(growth_stats_merge(a.s, b.s)) <> growth_stats_send(growth_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is_empty('SELECT g FROM stat WHERE growth_stats_send(s::text::growth_stats) <> growth_stats_send(s)', 'in(out(x)) = x');
SELECT is_empty($$ SELECT id FROM (SELECT id, earned_growth_agg(before, after, earned) OVER (ORDER BY id) s FROM customer WHERE id <= 100) w
    WHERE s::text <> (SELECT earned_growth_agg(before, after, earned) FROM customer k WHERE k.id <= w.id)::text $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT is((SELECT earned_growth_agg(before, after, earned)::text FROM customer), (SELECT rollup(s)::text FROM stat), 'workers count the same');

-- ---- mistakes ----

SELECT throws_ok('SELECT * FROM earned_growth(100, ''NaN'', 0, 0)', '22003', 'retained is not a finite number', 'no NaN');
SELECT throws_ok('SELECT * FROM earned_growth(1e-300, 1e100, 0, 0)', '22003', 'nrr is out of range', 'nor what no double holds');
SELECT throws_ok('SELECT earned_growth_agg(''Infinity'', 1, true)', '22003', 'before is not a finite number', 'no infinity before');
SELECT throws_ok('SELECT earned_growth_agg(1, 1e200, true)', '22003', 'after is too large', 'nothing beyond 1e140 after');
SELECT throws_ok($$ SELECT growth_stats_merge(s, s) FROM (SELECT 'growth_stats:01ffffffffffffffff1f0000000000000000'::growth_stats AS s) x $$, '22003', 'growth_stats counts more than 2^61 customers', 'more customers than can be counted');
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s growth_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    SELECT * INTO r FROM earned_growth(s);
    IF 'NaN' IN (r.nrr, r.growth, r.ratio) OR 'Infinity' IN (abs(r.nrr), abs(r.growth), abs(r.earned_growth), abs(r.ratio), abs(r.base)) THEN RETURN 'nonsense'; END IF;
    PERFORM growth_stats_merge(s, s);
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT growth_stats_send(s) AS b FROM stat WHERE g < 5 UNION ALL SELECT growth_stats_send(earned_growth_agg(b, a, e)) FROM wide;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('growth_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('growth_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');
-- byte by byte: version, four counts, five sums, one of which is 2
SELECT results_eq($$ SELECT at, n, pg_temp.survives('growth_stats:01' || repeat(n, 4) || repeat('00', at) || '01210100000800' || repeat('00', 4 - at)) FROM generate_series(0, 4) at, unnest('{00,01}'::text[]) n ORDER BY at, n $$,
    $$ SELECT at, n, CASE n WHEN '00' THEN '22P02' ELSE 'sound' END FROM generate_series(0, 4) at, unnest('{00,01}'::text[]) n ORDER BY at, n $$, 'no revenue without customers');
SELECT results_eq($$ SELECT n, pg_temp.survives('growth_stats:' || encode(set_byte(b, 2, n), 'hex')) FROM (SELECT growth_stats_send(earned_growth_agg(0, 1e140, true)) AS b FROM generate_series(1, 3)) x, generate_series(0, 4) n $$,
    $$ VALUES (0, '22P02'), (1, '22P02'), (2, '22P02'), (3, 'sound'), (4, 'sound') $$, 'nor more than they can have');

-- ---- loyalty ----

SELECT results_eq('SELECT loyalty_quadrant(s, r) FROM (VALUES (true, true), (true, false), (false, true), (false, false)) v(s, r)',
    $$ VALUES ('loyal'), ('mercenary'), ('hostage'), ('defector') $$, 'Jones and Sasser: who is satisfied and who stays');
SELECT is(loyalty_quadrant(NULL, true), NULL, 'satisfied or not is not known');
SELECT is(loyalty_quadrant(true, NULL), NULL, 'nor whether they stay');

-- the table that the rule gives: 2 brands .67 .33, 3 brands .50 .33 .17, 4 brands .40 .30 .20 .10, 5 brands .33 .27 .20 .13 .07
SELECT results_eq('SELECT round(wallet_share(r, n)::numeric, 2) FROM generate_series(1, 5) n, generate_series(1, n) r ORDER BY n, r',
    $$ SELECT unnest('{1.00,0.67,0.33,0.50,0.33,0.17,0.40,0.30,0.20,0.10,0.33,0.27,0.20,0.13,0.07}'::numeric[]) $$, 'the wallet allocation rule');
SELECT results_eq('SELECT round(wallet_share(r, 3)::numeric, 6) FROM generate_series(1, 3) r', $$ VALUES (0.5), (0.333333), (0.166667) $$, 'three brands to six digits');
SELECT is_empty('SELECT n FROM generate_series(1, 300) n, generate_series(1, n) r GROUP BY n HAVING abs(sum(wallet_share(r, n)) - 1) > 1e-12', 'all of the wallet is given away');
SELECT is_empty('SELECT n, r FROM generate_series(1, 100) n, generate_series(2, 2 * n) h, LATERAL (SELECT h / 2.0::float8 AS r) x
    WHERE abs(wallet_share(r, n) - (1 - r / (n + 1)) * (2.0 / n)) > 1e-15', 'by the formula as published');
SELECT is(wallet_share(1.5, 3) * 2 + wallet_share(3, 3), 1::float8, 'two brands tied for the first place have half of the two first ranks each');
SELECT is(wallet_share(NULL, 3), NULL, 'no rank: NULL');
SELECT throws_ok('SELECT wallet_share(0, 3)', '22003', 'rank is not between 1 and 3', 'no rank 0');
SELECT throws_ok('SELECT wallet_share(4, 3)', '22003', NULL, 'no rank behind the last');
SELECT throws_ok('SELECT wallet_share(''NaN'', 3)', '22003', NULL, 'NaN is no rank');
SELECT throws_ok('SELECT wallet_share(1, 0)', '22003', 'brands is below 1', 'no brands');

SELECT * FROM finish();
ROLLBACK;
