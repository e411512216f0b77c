-- Baskets against brute force: rules from a join of items with items, chances from factorials in whole numbers. Then the laws of
-- merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(23);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- ---- published: the five transactions of Hahsler, Gruen, Hornik (2005), figure 1 ----

CREATE TEMP TABLE five AS
    SELECT basket_agg(string_to_array(t, ' ')) AS s
    FROM unnest(ARRAY['milk bread', 'bread butter', 'beer', 'milk bread butter', 'bread butter']) t;
SELECT results_eq($$ SELECT n, support FROM five, basket_rules(s) WHERE antecedent = 'milk' AND consequent = 'bread' $$,
    $$ VALUES (2::bigint, 0.4::float8) $$, 'published: support of {milk, bread} is 0.4');
SELECT results_eq(
    $$ SELECT antecedent, consequent, n, confidence, lift, round(leverage::numeric, 12)::float8, conviction, round(p_value::numeric, 12)::float8 FROM five, basket_rules(s) $$,
    $$ VALUES ('bread', 'butter', 3::bigint, 0.75::float8, 1.25::float8, 0.12::float8, 1.6::float8, 0.4::float8),
              ('bread', 'milk', 2, 0.5, 1.25, 0.08, 1.2, 0.6),
              ('butter', 'bread', 3, 1, 1.25, 0.12, NULL, 0.4),
              ('butter', 'milk', 1, 1 / 3::float8, 5 / 6::float8, -0.04, 0.9, 0.9),
              ('milk', 'bread', 2, 1, 1.25, 0.08, NULL, 0.6),
              ('milk', 'butter', 1, 0.5, 5 / 6::float8, -0.04, 0.8, 0.9) $$, 'and the other measures by hand');
SELECT results_eq($$ SELECT i.* FROM five, basket_items(s) i $$,
    $$ VALUES ('beer', 1::bigint, 0.2::float8), ('bread', 4, 0.8), ('butter', 3, 0.6), ('milk', 2, 0.4) $$, 'items with their support');
-- Fisher (1935): the lady names 3 of 4 cups; 17 of 70 ways are as good
SELECT is((SELECT round(p_value::numeric, 12) FROM basket_rules((
        SELECT basket_agg(array_remove(ARRAY[CASE WHEN i <= 4 THEN 'milk first' END, CASE WHEN i IN (1, 2, 3, 5) THEN 'she says so' END], NULL)) FROM generate_series(1, 8) i))
        WHERE antecedent = 'milk first'), round(17 / 70.0, 12), 'published: the lady tasting tea, p = 17/70');

-- ---- random baskets ----

CREATE TABLE cx_basket AS
    SELECT id, id % 40 AS g, array_agg(CASE WHEN r < 0.05 THEN NULL ELSE (ARRAY['a', 'b', 'c', '7', '07', 'ä', '', 'a b'])[1 + floor(power(r, 1 + id % 3) * 8)::int] END) AS items
    FROM (SELECT id, n, random() AS r FROM generate_series(1, 4000) id, generate_series(1, 9) n WHERE n <= 1 + id * 7919 % 97 % 9) s GROUP BY id;
INSERT INTO cx_basket SELECT 5000 + g, g, '{}' FROM generate_series(0, 39) g;
INSERT INTO cx_basket SELECT 6000 + g, g, NULL FROM generate_series(0, 39) g;
ANALYZE cx_basket;
CREATE TEMP TABLE stat AS SELECT g, basket_agg(items) AS s FROM cx_basket GROUP BY g;
CREATE TEMP TABLE item AS SELECT DISTINCT g, id, x FROM cx_basket, unnest(items) x WHERE x IS NOT NULL;
CREATE TEMP TABLE size AS SELECT g, count(items) AS baskets FROM cx_basket GROUP BY g;
CREATE TEMP TABLE single AS SELECT g, x, count(*) AS n FROM item GROUP BY g, x;
SELECT is_empty($$ SELECT g FROM stat JOIN size USING (g) WHERE basket_count(s) <> baskets $$, 'baskets are counted, empty ones too');
SELECT is_empty(
    $$ SELECT * FROM (SELECT g, i.* FROM stat, basket_items(s) i) a FULL JOIN (SELECT g, x AS item, n, n / baskets::float8 AS support FROM single JOIN size USING (g)) b
       USING (g, item, n, support) WHERE a IS NULL OR b IS NULL $$, 'items are counted once a basket');
CREATE FUNCTION pg_temp.choose(n bigint, k bigint) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN k < 0 OR k > n THEN 0 ELSE factorial(n) / (factorial(k) * factorial(n - k)) END $$;
CREATE TEMP TABLE rule AS
    SELECT g, a.x AS antecedent, b.x AS consequent, count(*) AS n FROM item a JOIN item b USING (g, id) WHERE a.x <> b.x GROUP BY 1, 2, 3;
CREATE TEMP TABLE expected AS
    SELECT r.g, antecedent, consequent, r.n, r.n / m::float8 AS support, r.n / a.n::float8 AS confidence, (r.n / a.n::float8) / (b.n / m::float8) AS lift,
           r.n / m::float8 - (a.n / m::float8) * (b.n / m::float8) AS leverage,
           CASE WHEN r.n < a.n THEN (1 - b.n / m::float8) / (1 - r.n / a.n::float8) END AS conviction,
           (SELECT sum(pg_temp.choose(b.n, k) * pg_temp.choose(m - b.n, a.n - k)) / pg_temp.choose(m, a.n) FROM generate_series(r.n, least(a.n, b.n)) k)::float8 AS p_value
    FROM rule r JOIN single a ON (a.g, a.x) = (r.g, antecedent) JOIN single b ON (b.g, b.x) = (r.g, consequent)
         JOIN (SELECT g, baskets AS m FROM size) s ON s.g = r.g;
CREATE TEMP TABLE got AS SELECT g, r.* FROM stat, basket_rules(s) r;
SELECT cmp_ok(count(*), '>', 1500::bigint, 'there are rules') FROM got;
CREATE FUNCTION pg_temp.differs(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT (a IS NULL) <> (b IS NULL) OR abs(a - b) > 1e-10 * (abs(a) + abs(b)) + 1e-14 $$;
SELECT is_empty(
    $$ SELECT * FROM got x FULL JOIN expected y USING (g, antecedent, consequent)
       WHERE x.n IS DISTINCT FROM y.n OR pg_temp.differs(x.support, y.support) OR pg_temp.differs(x.confidence, y.confidence) OR pg_temp.differs(x.lift, y.lift)
          OR pg_temp.differs(x.leverage, y.leverage) OR pg_temp.differs(x.conviction, y.conviction) OR pg_temp.differs(x.p_value, y.p_value) $$,
    'every measure of every rule is what the join gives, p-values to ten digits');
SELECT is_empty($$ SELECT * FROM got x JOIN got y ON x.g = y.g AND x.antecedent = y.consequent AND x.consequent = y.antecedent
                   WHERE (x.n, x.support, x.lift, x.leverage, x.p_value) <> (y.n, y.support, y.lift, y.leverage, y.p_value) $$,
    'what is symmetric is so to the last bit');
SELECT is_empty(
    $$ SELECT * FROM (SELECT g, antecedent, consequent, true AS here FROM stat, basket_rules(s, 0.2, 0.5)) x
       FULL JOIN (SELECT * FROM got WHERE support >= 0.2 AND confidence >= 0.5) y USING (g, antecedent, consequent) WHERE x.here IS NULL OR y.n IS NULL $$,
    'thresholds are inclusive');
SELECT is((SELECT count(*) FROM five, basket_rules(s, 0.4, 0.75)), 3::bigint, 'at the very threshold, too');
SELECT is_empty(
    $$ SELECT * FROM (SELECT g, ord, row_number() OVER (PARTITION BY g ORDER BY antecedent = '7' DESC, antecedent COLLATE "C", consequent = '7' DESC, consequent COLLATE "C") AS place
                      FROM stat, basket_rules(s) WITH ORDINALITY AS r(antecedent, consequent, n, support, confidence, lift, leverage, conviction, p_value, ord)) x
       WHERE ord <> place $$,
    'rows come by name: numbers, then by bytes');

-- ---- over journeys ----

CREATE TEMP TABLE way AS
    SELECT id, rollup(touch('2026-01-01Z'::timestamptz + n * interval '1 h', x, CASE WHEN n % 3 > 0 THEN x END)) AS j
    FROM cx_basket, unnest(items) WITH ORDINALITY u(x, n) WHERE x IS NOT NULL GROUP BY id;
SELECT is((SELECT basket_stats_send(basket_agg(j)) FROM way),
          (SELECT basket_stats_send(basket_agg(items)) FROM cx_basket WHERE id IN (SELECT id FROM way)), 'a journey is a basket of its touchpoints');
SELECT is((SELECT basket_stats_send(basket_agg(j, 'channel')) FROM way), (SELECT basket_stats_send(basket_agg(channels(j))) FROM way), 'or of its channels');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, basket_agg(items) AS s, random() AS luck FROM cx_basket GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE basket_stats_send(s) <> basket_stats_send(r) OR basket_stats_send(s) <> basket_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE basket_stats_send(s) <> basket_stats_send(r) $$, 'and so do parts of parts');
SELECT is_empty($$ SELECT g FROM stat WHERE basket_stats_send(s::text::basket_stats) <> basket_stats_send(s) $$, 'text comes back');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE TEMP TABLE parallel AS SELECT g, basket_agg(items) AS s FROM cx_basket GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat JOIN parallel p USING (g) WHERE basket_stats_send(stat.s) <> basket_stats_send(p.s) $$, 'parallel as serial');

-- ---- edges ----

SELECT ok((SELECT basket_agg(items) IS NULL FROM cx_basket WHERE items IS NULL), 'NULL without baskets');
SELECT is_empty($$ SELECT * FROM basket_rules((SELECT basket_agg('{}'::text[]))) $$, 'an empty basket has no rules');
SELECT throws_ok($$ SELECT * FROM basket_rules((SELECT basket_agg('{a}'::text[])), 2) $$, '22023', 'min_support 2 is not between 0 and 1', 'shares are 0..1');
SELECT throws_ok($$ SELECT basket_agg(ARRAY(SELECT i::text FROM generate_series(1, 4097) i)) $$, '54000', NULL, 'a basket has at most 4096 different items');
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                PERFORM (SELECT sum(lift + p_value) FROM basket_rules(x.s)) FROM (SELECT ('basket_stats:' || encode(set_byte(value, i, b), 'hex'))::basket_stats AS s) x;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT basket_stats_send(s) FROM five)), '<', 3000, 'damaged bytes are refused as malformed, or are another value');

SELECT * FROM finish();
ROLLBACK;
