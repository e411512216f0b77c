-- Adoption and use against plain SQL over thousands of random customers; the laws of merging; damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(37);

DO $$ BEGIN PERFORM setseed(0.6060); END $$;

CREATE TABLE cx_customer AS
    SELECT id, id % 40 AS g, random() AS luck, CASE WHEN a > 0.1 THEN a < 0.7 END AS installed, CASE WHEN b > 0.1 THEN b < 0.6 END AS activated, CASE WHEN c > 0.1 THEN c < 0.5 END AS active,
           CASE WHEN b > 0.05 THEN floor(c ^ 6 * 30)::bigint * CASE WHEN id % 500 = 0 THEN 100000000000 ELSE 1 END END AS uses
    FROM (SELECT id, random() AS a, random() AS b, random() AS c FROM generate_series(1, 6000) id) x;
ANALYZE cx_customer;

-- ---- against SQL ----

CREATE TEMP TABLE stat AS SELECT g, adoption_agg(installed, activated, active) AS a, usage_agg(uses) AS u FROM cx_customer GROUP BY g;
CREATE TEMP TABLE took AS SELECT g, installed IS TRUE AS i, activated IS TRUE AS d, active IS TRUE AS e FROM cx_customer;
CREATE TEMP TABLE expected AS
    SELECT g, s.step, customers, customers::float8 / n AS of_all, CASE WHEN s.step <> 'customers' THEN customers::float8 / nullif(before, 0) END AS of_previous, n
    FROM (SELECT g, count(*) AS n, count(*) FILTER (WHERE i) AS n1, count(*) FILTER (WHERE i AND d) AS n2, count(*) FILTER (WHERE i AND d AND e) AS n3 FROM took GROUP BY g) x,
         LATERAL (VALUES ('customers', n, NULL), ('installed', n1, n), ('activated', n2, n1), ('active', n3, n2)) s(step, customers, before);
CREATE TEMP TABLE got AS SELECT g, r.* FROM stat, adoption(a, 0.9) WITH ORDINALITY r(step, customers, of_all, of_previous, low, high, place);
SELECT results_eq('SELECT g, step, customers, of_all, of_previous FROM got ORDER BY g, place', 'SELECT g, step, customers, of_all, of_previous FROM expected ORDER BY g, array_position(''{customers,installed,activated,active}'', step)', 'steps, customers and shares are those of SQL, in this order');
SELECT is_empty($$ SELECT * FROM got JOIN expected USING (g, step, customers), LATERAL (SELECT 1.6448536269514722 AS z, expected.of_all AS p) q
    WHERE step <> 'customers' AND ((abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) < 1e-12) IS NOT TRUE
       OR (abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) < 1e-12) IS NOT TRUE) $$, 'the interval is Wilson''s, of all');
SELECT is_empty($$ SELECT * FROM got WHERE step = 'customers' AND (low IS NOT NULL OR high IS NOT NULL OR of_previous IS NOT NULL) $$, 'that all are all is no estimate');
SELECT is_empty('SELECT r.* FROM stat, adoption(a) r EXCEPT SELECT r.* FROM stat, adoption(a, 0.95) r', 'a confidence of 0.95, if nothing else is said');
SELECT is_empty('SELECT g FROM stat WHERE out_of_order(a) <> (SELECT count(*) FROM took t WHERE t.g = stat.g AND (e AND NOT d OR e AND NOT i OR d AND NOT i))', 'out of order is a later step without one before it');
SELECT cmp_ok(max(out_of_order(a)), '>', 10::bigint, 'there are some') FROM stat;

-- by hand
SELECT results_eq($$ SELECT step, customers, of_all, of_previous FROM adoption((SELECT adoption_agg(i, d, e) FROM (VALUES (true, true, true), (true, true, false), (true, false, true), (true, NULL, NULL), (false, true, true),
        (NULL, NULL, NULL), (NULL, NULL, false), (false, false, true)) v(i, d, e))) $$,
    $$ VALUES ('customers', 8::bigint, 1::float8, NULL::float8), ('installed', 4, 0.5, 0.5), ('activated', 2, 0.25, 0.5), ('active', 1, 0.125, 0.5) $$, 'by hand');
SELECT is(out_of_order((SELECT adoption_agg(i, d, e) FROM (VALUES (true, true, true), (true, true, false), (true, false, true), (true, NULL, NULL), (false, true, true),
        (NULL, NULL, NULL), (NULL, NULL, false), (false, false, true)) v(i, d, e))), 3::bigint, 'three of them are out of order');
SELECT results_eq($$ SELECT step, customers, of_previous FROM adoption((SELECT adoption_agg(NULL, NULL, NULL))) $$,
    $$ VALUES ('customers', 1::bigint, NULL::float8), ('installed', 0, 0), ('activated', 0, NULL), ('active', 0, NULL) $$, 'nobody installed it');
SELECT is((SELECT adoption_agg(installed, activated, active)::text FROM cx_customer WHERE false), NULL, 'no customers: NULL');

-- ---- use ----

CREATE TEMP TABLE frequency AS SELECT g, r.* FROM stat, usage_frequency(u, 0.9) WITH ORDINALITY r(uses, customers, share, low, high, cumulative_share, place);
CREATE TEMP TABLE expected_use AS
    SELECT g, uses, count(*) AS customers, CASE WHEN uses IS NOT NULL THEN count(*)::float8 / n END AS share,
           CASE WHEN uses IS NOT NULL THEN (sum(count(*)) OVER (PARTITION BY g ORDER BY uses))::float8 / n END AS cumulative_share, n
    FROM cx_customer JOIN (SELECT g, count(uses)::float8 AS n FROM cx_customer GROUP BY 1) t USING (g) GROUP BY g, uses, n;
SELECT results_eq('SELECT g, uses, customers, share, cumulative_share FROM frequency ORDER BY g, place', 'SELECT g, uses, customers, share, cumulative_share FROM expected_use ORDER BY g, uses',
    'uses, customers and shares are those of SQL, the unknown last');
SELECT is_empty($$ SELECT * FROM frequency JOIN expected_use USING (g, uses), LATERAL (SELECT 1.6448536269514722 AS z, expected_use.share AS p) q
    WHERE (abs(low - (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) < 1e-12) IS NOT TRUE
       OR (abs(high - (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4.0 * n * n))) / (1 + z * z / n)) < 1e-12) IS NOT TRUE $$, 'the interval is Wilson''s');
SELECT is_empty('SELECT r.* FROM stat, usage_frequency(u) r EXCEPT SELECT r.* FROM stat, usage_frequency(u, 0.95) r', 'a confidence of 0.95, if nothing else is said');
SELECT is_empty('SELECT g FROM stat WHERE dormant_share(u) IS DISTINCT FROM (SELECT count(*) FILTER (WHERE uses = 0) / nullif(count(uses), 0)::float8 FROM cx_customer c WHERE c.g = stat.g)', 'dormant are those without a use');
SELECT cmp_ok(max(uses), '>', 100000000000, 'some use it very often') FROM frequency;
SELECT results_eq($$ SELECT uses, customers, share, cumulative_share FROM usage_frequency((SELECT usage_agg(x) FROM unnest('{0,3,0,1,NULL}'::bigint[]) x)) $$,
    $$ VALUES (0::bigint, 2::bigint, 0.5::float8, 0.5::float8), (1, 1, 0.25, 0.75), (3, 1, 0.25, 1), (NULL, 1, NULL, NULL) $$, 'by hand');
SELECT is(dormant_share((SELECT usage_agg(x) FROM unnest('{0,3,0,1,NULL}'::bigint[]) x)), 0.5::float8, 'half of them are dormant');
SELECT is(dormant_share((SELECT usage_agg(x) FROM unnest('{5,3}'::bigint[]) x)), 0::float8, 'nobody is');
SELECT is(dormant_share((SELECT usage_agg(NULL))), NULL, 'nobody knows');
SELECT is((SELECT uses FROM usage_frequency((SELECT usage_agg(9223372036854775807)))), 9223372036854775807, 'the largest number there is');
SELECT is((SELECT usage_agg(uses)::text FROM cx_customer WHERE false), NULL, 'no customers: NULL');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, adoption_agg(installed, activated, active) AS a, usage_agg(uses) AS u, random() AS luck FROM cx_customer GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(a ORDER BY luck) AS r, rollup(a ORDER BY -luck) AS q, rollup(u ORDER BY luck) AS v, rollup(u ORDER BY -luck) AS w FROM part GROUP BY g) x USING (g)
                   WHERE adoption_stats_send(a) <> adoption_stats_send(r) OR adoption_stats_send(a) <> adoption_stats_send(q)
                      OR usage_stats_send(u) <> usage_stats_send(v) OR usage_stats_send(u) <> usage_stats_send(w) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(a) AS r, rollup(u) AS v FROM (SELECT g, p, rollup(a) AS a, rollup(u) AS u FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE adoption_stats_send(a) <> adoption_stats_send(r) OR usage_stats_send(u) <> usage_stats_send(v) $$, 'and so do parts of parts');
SELECT is((SELECT usage_agg(uses ORDER BY luck)::text FROM cx_customer), (SELECT usage_agg(uses ORDER BY -luck)::text FROM cx_customer), 'the order of customers tells nothing');
SELECT is_empty($$ SELECT g FROM stat WHERE adoption_stats_send(a::text::adoption_stats) <> adoption_stats_send(a) OR usage_stats_send(u::text::usage_stats) <> usage_stats_send(u) $$, 'text comes back');
SELECT is_empty($$ SELECT g FROM stat WHERE adoption_stats_send(adoption_stats_merge(a, NULL)) <> adoption_stats_send(a) OR adoption_stats_send(adoption_stats_merge(NULL, a)) <> adoption_stats_send(a)
    OR usage_stats_send(usage_stats_merge(u, NULL)) <> usage_stats_send(u) OR usage_stats_send(usage_stats_merge(NULL, u)) <> usage_stats_send(u) $$, 'NULL is the identity');
SELECT is_empty($$ SELECT id FROM (SELECT id, usage_agg(uses) OVER w AS u, adoption_agg(installed, activated, active) OVER w AS a FROM cx_customer WHERE id <= 60 WINDOW w AS (ORDER BY id)) x
    WHERE (u::text, a::text) <> (SELECT usage_agg(uses)::text, adoption_agg(installed, activated, active)::text FROM cx_customer c WHERE c.id <= x.id) $$, 'growing windows');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, adoption_agg(installed, activated, active) AS a, usage_agg(uses) AS u FROM cx_customer GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat JOIN parallel p USING (g) WHERE adoption_stats_send(stat.a) <> adoption_stats_send(p.a) OR usage_stats_send(stat.u) <> usage_stats_send(p.u) $$, 'parallel as serial');

-- ---- mistakes, limits and damage ----

SELECT throws_ok('SELECT usage_agg(-1)', '22003', 'uses -1 are negative', 'negative uses');
SELECT throws_ok('SELECT adoption(a, 95) FROM stat', '22023', NULL, 'confidence in percent');
SELECT throws_ok('SELECT usage_frequency(u, 0) FROM stat', '22023', NULL, 'no confidence');
SELECT lives_ok('SELECT usage_agg(i) FROM generate_series(1, 1048576) i', 'as many different numbers as there may be');
SELECT throws_ok('SELECT usage_agg(i) FROM generate_series(1, 1048577) i', '54000', 'usage_stats has more than 1048576 different numbers of uses', 'one more');
-- 2^61 customers
SELECT throws_ok($$ SELECT adoption_stats_merge(x, 'adoption_stats:010001000000000000') FROM (SELECT 'adoption_stats:0180808080808080802000000000000000'::adoption_stats AS x) y $$, '22003', 'adoption_stats counts more than 2^61 customers', 'more than can be counted');
SELECT throws_ok($$ SELECT usage_stats_merge(x, 'usage_stats:0100010501') FROM (SELECT 'usage_stats:01000101808080808080808020'::usage_stats AS x) y $$, '22003', 'usage_stats counts more than 2^61 customers', 'nor so many uses');
CREATE FUNCTION pg_temp.damage(value bytea, name text, ask text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                EXECUTE format(ask, name || ':' || encode(set_byte(value, i, b), 'hex'));
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
        BEGIN
            EXECUTE format(ask, name || ':' || encode(substr(value, 1, i), 'hex'));
            RETURN -1;
        EXCEPTION WHEN invalid_text_representation THEN
        END;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT adoption_stats_send(a) FROM stat WHERE g = 1), 'adoption_stats', 'SELECT sum(of_all + low), out_of_order(min(s::text)::adoption_stats) FROM (SELECT %L::adoption_stats AS s) x, adoption(s)'), '>', 0, 'damaged bytes are refused as malformed, or are another value');
SELECT cmp_ok(pg_temp.damage((SELECT usage_stats_send(u) FROM stat WHERE g = 1), 'usage_stats', 'SELECT sum(share + low), dormant_share(min(s::text)::usage_stats) FROM (SELECT %L::usage_stats AS s) x, usage_frequency(s)'), '>', 0, 'of usage, too');

SELECT * FROM finish();
ROLLBACK;
