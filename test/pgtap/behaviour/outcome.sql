-- Outcomes against brute force: tables of four counts from the rows, Fisher's test from factorials in whole numbers, the rest by its
-- formula. Then the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(20);

DO $$ BEGIN PERFORM setseed(0.3141); END $$;

-- ---- published: Doll and Hill (1950), men with and without carcinoma of the lung, smokers or not ----

CREATE TEMP TABLE doll AS
    SELECT outcome_agg(CASE WHEN smoker THEN '[1949-01-01T00:00Z smokes]'::journey ELSE '[]' END, ill) AS s
    FROM (VALUES (true, true, 647), (true, false, 622), (false, true, 2), (false, false, 27)) t(smoker, ill, n), generate_series(1, n);
SELECT results_eq($$ SELECT name, n_with, outcome_with, n_without, outcome_without, round(odds_ratio::numeric, 2) FROM doll, outcome_touches(s) $$,
    $$ VALUES ('smokes', 1269::bigint, 647::bigint, 29::bigint, 2::bigint, 14.04) $$, 'Doll and Hill 1950: odds ratio 14.04');
SELECT results_eq($$ SELECT round(low::numeric, 2), round(high::numeric, 1) FROM doll, outcome_touches(s) $$, $$ VALUES (3.33, 59.3) $$,
    'interval of Woolf 3.33 to 59.3');
-- their P (exact method) is of one side; this is of two, of the same size on the other
SELECT results_eq($$ SELECT round((p_value * 1e6)::numeric, 2), q_value = p_value FROM doll, outcome_touches(s) $$, $$ VALUES (1.28, true) $$,
    'Fisher''s exact test, two-sided: 0.00000128, twice the published 0.00000064');
SELECT is((SELECT round(p_value::numeric, 12) FROM outcome_touches((
        SELECT outcome_agg(CASE WHEN i <= 4 THEN '[2026-01-01T00:00Z a]'::journey ELSE '[]' END, i IN (1, 2, 3, 5)) FROM generate_series(1, 8) i))),
    round(34 / 70.0, 12), 'Fisher 1935: the lady tasting tea, both sides: 34/70');

-- ---- random journeys ----

CREATE TEMP TABLE touched AS
    SELECT id, n, (ARRAY['a', 'b', 'c', '7', 'é', 'x y', 'z'])[1 + floor(power(r, 2) * 7)::int] AS touchpoint,
           (ARRAY['web', 'phone', 'shop'])[1 + floor(c * 4)::int] AS channel
    FROM (SELECT id, n, random() AS r, random() AS c FROM generate_series(1, 4000) id, generate_series(1, 9) n WHERE n <= id * 7919 % 97 % 10) s
    UNION ALL SELECT id, 10, 'rare', NULL FROM generate_series(1, 120) id
    UNION ALL SELECT id, 0, 'all', NULL FROM generate_series(1, 4000) id WHERE id % 40 < 5;
CREATE TABLE cx_way AS
    SELECT id, id % 40 AS g, CASE WHEN random() < 0.1 THEN NULL ELSE random() < CASE WHEN id % 40 = 7 THEN 0 ELSE 0.2 + 0.4 * (j @| ARRAY['b', 'c'])::int END END AS outcome, j
    FROM (SELECT id, coalesce(j, '[]') AS j
          FROM generate_series(1, 4000) id
              LEFT JOIN (SELECT id, rollup(touch('2026-01-01Z'::timestamptz + n * interval '1 h', touchpoint, channel)) AS j FROM touched GROUP BY id) t USING (id)) w;
INSERT INTO cx_way SELECT NULL, g, true, NULL FROM generate_series(0, 39) g;
ANALYZE cx_way;
CREATE TEMP TABLE stat AS SELECT g, outcome_agg(j, outcome) AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat WHERE undecided(s) <> (SELECT count(*) FROM cx_way w WHERE w.g = stat.g AND outcome IS NULL AND j IS NOT NULL) $$,
    'journeys whose outcome is not known are counted as undecided');
CREATE TEMP TABLE got AS SELECT g, t.* FROM stat, outcome_touches(s, 0.9) t;

CREATE FUNCTION pg_temp.choose(n bigint, k bigint) RETURNS numeric LANGUAGE sql IMMUTABLE
    AS $$ SELECT CASE WHEN k < 0 OR k > n THEN 0 ELSE factorial(n) / (factorial(k) * factorial(n - k)) END $$;
CREATE FUNCTION pg_temp.fisher(a bigint, b bigint, c bigint, d bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT (sum(w) FILTER (WHERE w <= pg_temp.choose(a + c, a) * pg_temp.choose(b + d, b)) / sum(w))::float8
    FROM (SELECT pg_temp.choose(a + c, k) * pg_temp.choose(b + d, a + b - k) AS w FROM generate_series(0, a + b) k) t $$;
CREATE TEMP TABLE expected AS
    WITH name AS (SELECT DISTINCT g, touchpoint AS name FROM cx_way, touches(j) WHERE outcome IS NOT NULL),
    counted AS (
        SELECT n.g, n.name, count(*) FILTER (WHERE has AND outcome) AS a, count(*) FILTER (WHERE has AND NOT outcome) AS b,
               count(*) FILTER (WHERE NOT has AND outcome) AS c, count(*) FILTER (WHERE NOT has AND NOT outcome) AS d
        FROM name n JOIN cx_way w USING (g), LATERAL (SELECT n.name = ANY (touchpoints(j)) AS has) h WHERE outcome IS NOT NULL AND j IS NOT NULL GROUP BY 1, 2),
    fixed AS (
        SELECT *, a + b > 0 AND c + d > 0 AND a + c > 0 AND b + d > 0 AS told, CASE WHEN a * b * c * d = 0 THEN 0.5 ELSE 0 END AS h FROM counted)
    SELECT g, name, a + b AS n_with, a AS outcome_with, a / nullif(a + b, 0)::float8 AS rate_with, c + d AS n_without, c AS outcome_without,
           c / nullif(c + d, 0)::float8 AS rate_without, a / nullif(a + b, 0)::float8 - c / nullif(c + d, 0)::float8 AS difference,
           CASE WHEN told THEN (((a + h) * (d + h)) / ((b + h) * (c + h)))::float8 END AS odds_ratio,
           CASE WHEN told THEN exp(ln((a + h) * (d + h) / ((b + h) * (c + h)))::float8 - 1.6448536269514722 * sqrt((1 / (a + h) + 1 / (b + h) + 1 / (c + h) + 1 / (d + h))::float8)) END AS low,
           CASE WHEN told THEN exp(ln((a + h) * (d + h) / ((b + h) * (c + h)))::float8 + 1.6448536269514722 * sqrt((1 / (a + h) + 1 / (b + h) + 1 / (c + h) + 1 / (d + h))::float8)) END AS high,
           CASE WHEN told THEN pg_temp.fisher(a, b, c, d) END AS p_value
    FROM fixed;
SELECT cmp_ok(count(*), '>', 200::bigint, 'there are tables') FROM expected WHERE p_value IS NOT NULL;
SELECT cmp_ok(count(*), '>', 3::bigint, 'some with an empty cell') FROM expected WHERE p_value IS NOT NULL AND outcome_with * (n_with - outcome_with) * outcome_without * (n_without - outcome_without) = 0;
SELECT cmp_ok(count(*), '>', 3::bigint, 'some with an empty row or column') FROM expected WHERE p_value IS NULL;
CREATE FUNCTION pg_temp.differs(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT (a IS NULL) <> (b IS NULL) OR abs(a - b) > 1e-10 * (abs(a) + abs(b)) $$;
SELECT is_empty(
    $$ SELECT * FROM got x FULL JOIN expected y USING (g, name)
       WHERE (x.n_with, x.outcome_with, x.n_without, x.outcome_without, x.rate_with, x.rate_without, x.difference)
             IS DISTINCT FROM (y.n_with, y.outcome_with, y.n_without, y.outcome_without, y.rate_with, y.rate_without, y.difference) $$,
    'counts, rates and differences are those of the rows');
SELECT is_empty(
    $$ SELECT * FROM got x JOIN expected y USING (g, name)
       WHERE pg_temp.differs(x.odds_ratio, y.odds_ratio) OR pg_temp.differs(x.low, y.low) OR pg_temp.differs(x.high, y.high) $$,
    'odds ratios and their intervals follow the formula of Woolf, with a half where a cell is empty');
SELECT is_empty($$ SELECT * FROM got x JOIN expected y USING (g, name) WHERE pg_temp.differs(x.p_value, y.p_value) $$,
    'p-values are Fisher''s, to ten digits');
SELECT is_empty(
    $$ SELECT * FROM (SELECT *, least(1, min(p_value * m / rank) OVER (PARTITION BY g ORDER BY rank DESC)) AS q
                      FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY p_value) AS rank, count(*) OVER (PARTITION BY g) AS m
                            FROM got WHERE p_value IS NOT NULL) r) x
       WHERE pg_temp.differs(q, q_value) $$, 'q-values are those of Benjamini and Hochberg');
SELECT is((SELECT outcome_stats_send(outcome_agg(j, outcome, 'touchpoint')) FROM cx_way), (SELECT outcome_stats_send(outcome_agg(j, outcome)) FROM cx_way),
    'touchpoint is the grain');
SELECT results_eq($$ SELECT name, n_with, outcome_with FROM outcome_touches((SELECT outcome_agg(j, outcome, 'channel') FROM cx_way)) $$,
    $$ SELECT c, count(*), count(*) FILTER (WHERE outcome) FROM cx_way, unnest(channels(j)) c WHERE outcome IS NOT NULL GROUP BY 1 ORDER BY c COLLATE "C" $$,
    'or another');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, outcome_agg(j, outcome) AS s, random() AS luck FROM cx_way GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE outcome_stats_send(s) <> outcome_stats_send(r) OR outcome_stats_send(s) <> outcome_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE outcome_stats_send(s) <> outcome_stats_send(r) $$, 'and so do parts of parts');
SELECT is_empty($$ SELECT g FROM stat WHERE outcome_stats_send(s::text::outcome_stats) <> outcome_stats_send(s) $$, 'text comes back');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE TEMP TABLE parallel AS SELECT g, outcome_agg(j, outcome) AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat JOIN parallel p USING (g) WHERE outcome_stats_send(stat.s) <> outcome_stats_send(p.s) $$, 'parallel as serial');

-- ---- edges ----

SELECT throws_ok($$ SELECT rollup(s) FROM (SELECT outcome_agg(j, outcome) AS s FROM cx_way UNION ALL SELECT outcome_agg(j, outcome, 'owner') FROM cx_way) x $$,
    '22023', 'outcomes cannot add up different grains', 'different grains are not added up');
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                PERFORM (SELECT sum(odds_ratio + p_value) FROM outcome_touches(x.s)) FROM (SELECT ('outcome_stats:' || encode(set_byte(value, i, b), 'hex'))::outcome_stats AS s) x;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT outcome_stats_send(s) FROM stat WHERE g = 1)), '<', 9000, 'damaged bytes are refused as malformed, or are another value');

SELECT * FROM finish();
ROLLBACK;
