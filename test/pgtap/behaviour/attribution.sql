-- Attribution against brute force: each model worked out from the rows by its definition, slowly. Paths in SQL; the Markov chain
-- by iteration, once for each channel taken out; Shapley by all coalitions. Then the laws of merging, and damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(35);

DO $$ BEGIN PERFORM setseed(0.1618); END $$;

-- ---- published and worked examples ----

-- Bryl (2016), "Attribution model with R (part 1: Markov chains concept)": C1 > C2 > C3 buys, C1 leaves, C2 > C3 leaves
CREATE TEMP TABLE bryl AS
    SELECT attribution_agg(j, 'order') AS s FROM unnest(ARRAY[
        '[2026-01-01T00:00Z a@C1, 2026-01-02T00:00Z a@C2, 2026-01-03T00:00Z a@C3, 2026-01-04T00:00Z order =10]',
        '[2026-01-01T00:00Z a@C1]', '[2026-01-01T00:00Z a@C2, 2026-01-02T00:00Z a@C3]']::journey[]) j;
SELECT results_eq($$ SELECT name, round(removal_effect::numeric, 12)::float8 FROM bryl, removal_effects(s) $$,
    $$ VALUES ('C1', 0.5::float8), ('C2', 1), ('C3', 1) $$, 'Bryl 2016: removal effects 0.5, 1, 1');
SELECT results_eq($$ SELECT name, round(conversions::numeric, 12)::float8, round(value::numeric, 9)::float8 FROM bryl, attribution(s, 'markov') $$,
    $$ VALUES ('C1', 0.2::float8, 2::float8), ('C2', 0.4, 4), ('C3', 0.4, 4) $$, 'Bryl 2016: conversions 0.2, 0.4, 0.4');
SELECT results_eq($$ SELECT name, round(reach::numeric, 12)::float8, conversion_rate FROM bryl, removal_effects(s) $$,
    $$ VALUES ('C1', round(2 / 3.0, 12)::float8, 0.25::float8), ('C2', round(2 / 3.0, 12)::float8, 0.5), ('C3', round(2 / 3.0, 12)::float8, 0.5) $$,
    'the chain by hand: two of three paths come to each channel');
-- a game of two: v(A) = 4, v(B) = 3, v(AB) = 9, so A gets (4 + 9 - 3) / 2
SELECT results_eq(
    $$ SELECT name, conversions, value, share FROM attribution((SELECT attribution_agg(j, 'order') FROM unnest(
           array_fill('[2026-01-01T00:00Z a@A, 2026-01-02T00:00Z order =1]'::journey, ARRAY[4]) ||
           array_fill('[2026-01-01T00:00Z a@B, 2026-01-02T00:00Z order]'::journey, ARRAY[3]) ||
           array_fill('[2026-01-01T00:00Z a@A, 2026-01-01T12:00Z a@B, 2026-01-01T18:00Z a@A, 2026-01-02T00:00Z order =2.5]'::journey, ARRAY[2])) j),
           'shapley') $$,
    $$ VALUES ('A', 5::float8, 6.5::float8, 5 / 9::float8), ('B', 4, 2.5, 4 / 9::float8) $$, 'Shapley of a game of two, by hand');

-- ---- random journeys: ties in time, repeats, touches without channel, several conversions, values of either sign ----

CREATE TEMP TABLE touched AS
    SELECT g, id, n, CASE WHEN r < 0.15 THEN 'order' WHEN r < 0.2 THEN 'sign up' ELSE 'browse' END AS touchpoint,
           CASE WHEN c < 0.12 THEN NULL ELSE (ARRAY['web', 'phone', '7', 'shop, 2nd', 'Straße'])[1 + floor(c * (1 + g % 6))::int % 5] END AS channel,
           '2026-01-01 00:00Z'::timestamptz + floor(t * 40) * interval '11 hours' AS at,
           CASE WHEN v < 0.5 THEN round((v * 100)::numeric, 2)::float8 * CASE WHEN g % 4 = 0 AND v < 0.1 THEN -1 ELSE 1 END END AS value
    FROM (SELECT id, id % 60 AS g, n, random() AS r, random() AS c, random() AS t, random() AS v
          FROM generate_series(1, 6000) id, generate_series(1, 14) n WHERE n <= id * 7919 % 97 % 15) s;
CREATE TABLE cx_way AS
    SELECT id % 60 AS g, id, coalesce(j, '[]') AS j
    FROM generate_series(1, 6000) id
        LEFT JOIN (SELECT id, rollup(touch(at, touchpoint, channel, value => value) ORDER BY n) AS j FROM touched GROUP BY 1) t USING (id);
ANALYZE cx_way;
CREATE TEMP TABLE step AS
    SELECT g, id, position, at, channel, value, touchpoint IN ('order', 'sign up') AS conversion,
           count(*) FILTER (WHERE touchpoint IN ('order', 'sign up'))
               OVER (PARTITION BY id ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS path
    FROM cx_way, touches(j) t;
-- one row per path with what it holds, in order
CREATE TEMP TABLE path AS
    SELECT g, id, path, bool_or(conversion) AS won, coalesce(max(value) FILTER (WHERE conversion), 0) AS value,
           array_agg(channel ORDER BY position) FILTER (WHERE NOT conversion AND channel IS NOT NULL) AS names,
           array_agg(at ORDER BY position) FILTER (WHERE NOT conversion AND channel IS NOT NULL) AS times,
           max(at) FILTER (WHERE conversion) AS at
    FROM step GROUP BY 1, 2, 3;
DELETE FROM path WHERE NOT won AND names IS NULL;
CREATE TEMP TABLE stat AS SELECT g, attribution_agg(j, '[order|Sign up|sign up]', 'channel', interval '3 days') AS s FROM cx_way GROUP BY g;
SELECT cmp_ok(count(*), '>', 5000::bigint, 'there are thousands of paths') FROM path WHERE won AND names IS NOT NULL;
SELECT cmp_ok(count(*), '>', 300::bigint, 'also conversions without a touch before') FROM path WHERE won AND names IS NULL;

SELECT is_empty(
    $$ (SELECT g, journeys, paths, conversions, unattributed, round(value::numeric, 6), round(unattributed_value::numeric, 6)
        FROM stat, attribution_report(s))
       EXCEPT
       (SELECT g, (SELECT count(*) FROM cx_way w WHERE w.g = p.g), count(*), count(*) FILTER (WHERE won), count(*) FILTER (WHERE won AND names IS NULL),
               round(sum(value)::numeric, 6), round(coalesce(sum(value) FILTER (WHERE won AND names IS NULL), 0)::numeric, 6) FROM path p GROUP BY g) $$,
    'attribution_report counts journeys, paths, conversions and values');
SELECT results_eq($$ SELECT DISTINCT grain, half_life FROM stat, attribution_report(s) $$, $$ VALUES ('channel', interval '72 hours') $$,
    'and says what was asked');

-- credit of each touch by definition
CREATE TEMP TABLE credit AS
    SELECT g, u.name, u.i, cardinality(names) AS size, p.value,
           (u.i = 1)::int::float8 AS first, (u.i = cardinality(names))::int::float8 AS last, 1 / cardinality(names)::float8 AS linear,
           CASE WHEN cardinality(names) <= 2 THEN 1 / cardinality(names)::float8
                WHEN u.i IN (1, cardinality(names)) THEN 0.4 ELSE 0.2 / (cardinality(names) - 2) END AS position,
           power(2, -extract(epoch FROM p.at - u.at)::float8 / 259200)
               / sum(power(2, -extract(epoch FROM p.at - u.at)::float8 / 259200)) OVER (PARTITION BY id, path) AS decay,
           (u.i = (SELECT min(k) FROM generate_subscripts(names, 1) k WHERE names[k] = u.name))::int::float8
               / (SELECT count(DISTINCT x) FROM unnest(names) x) AS shapley
    FROM path p, unnest(names, times) WITH ORDINALITY AS u(name, at, i)
    WHERE won;
CREATE TEMP TABLE expected AS
    SELECT g, name, method, sum(c) AS conversions, sum(c * value) AS value
    FROM credit, LATERAL (VALUES ('first', first), ('last', last), ('linear', linear), ('position', position), ('decay', decay),
                                 ('shapley', shapley)) m(method, c)
    GROUP BY 1, 2, 3;
CREATE TEMP TABLE got AS
    SELECT g, method, a.* FROM stat, unnest(ARRAY['first', 'last', 'linear', 'position', 'decay', 'shapley', 'markov']) method, attribution(s, method) a;
CREATE FUNCTION pg_temp.differs(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT abs(coalesce(a, 0) - coalesce(b, 0)) > 1e-9 * (1 + abs(coalesce(a, 0)) + abs(coalesce(b, 0))) $$;
SELECT is_empty(
    format($$ SELECT * FROM (SELECT * FROM got WHERE method = %1$L AND name IS NOT NULL) x FULL JOIN (SELECT * FROM expected WHERE method = %1$L) y USING (g, name)
              WHERE pg_temp.differs(x.conversions, y.conversions) OR pg_temp.differs(x.value / 1e3, y.value / 1e3) $$, method),
    method || ': credit is what the definition gives, for conversions and values')
FROM unnest(ARRAY['first', 'last', 'linear', 'position', 'shapley']) method;
SELECT is_empty(
    $$ SELECT * FROM (SELECT * FROM got WHERE method = 'decay' AND name IS NOT NULL) x FULL JOIN (SELECT * FROM expected WHERE method = 'decay') y USING (g, name)
       WHERE abs(coalesce(x.conversions, 0) - coalesce(y.conversions, 0)) > 1e-8 OR abs(coalesce(x.value, 0) - coalesce(y.value, 0)) > 1e-3 $$,
    'decay: credit is what the definition gives, to a millionth of a unit per touch');
SELECT is_empty(
    $$ SELECT g, method FROM got JOIN (SELECT g, r.* FROM stat, attribution_report(s) r) r USING (g)
       GROUP BY g, method, r.conversions, r.value
       HAVING pg_temp.differs(sum(got.conversions), r.conversions) OR pg_temp.differs(sum(got.value) / 1e3, r.value / 1e3)
           OR pg_temp.differs(sum(got.share), 1) $$,
    'each method gives away all conversions, all value and all of the share, with those that no touch came before under NULL');
SELECT is_empty(
    $$ SELECT g, method FROM got JOIN (SELECT g, r.* FROM stat, attribution_report(s) r) r USING (g) WHERE name IS NULL
       AND (got.conversions, got.value) IS DISTINCT FROM (r.unattributed::float8, r.unattributed_value) $$,
    'and NULL has just these');

-- ---- Shapley by all coalitions ----

CREATE TEMP TABLE coalition AS
    SELECT g, p.names, mask, count(*) FILTER (WHERE x.names <@ ARRAY(SELECT p.names[i] FROM generate_subscripts(p.names, 1) i WHERE (mask >> (i - 1)) & 1 = 1))::float8 AS v
    FROM (SELECT g, array_agg(DISTINCT n ORDER BY n) AS names FROM path, unnest(path.names) n WHERE g < 24 GROUP BY g) p
        JOIN path x USING (g), generate_series(0, (1 << cardinality(p.names)) - 1) mask
    WHERE x.won AND x.names IS NOT NULL GROUP BY 1, 2, 3;
CREATE FUNCTION pg_temp.bits(mask int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT bit_count(mask::bit(32))::int $$;
SELECT is_empty(
    $$ SELECT * FROM (
           SELECT c.g, c.names[i] AS name,
                  sum(factorial(pg_temp.bits(c.mask)) * factorial(cardinality(c.names) - pg_temp.bits(c.mask) - 1) / factorial(cardinality(c.names))
                      * (d.v - c.v)::numeric)::float8 AS worth
           FROM coalition c, generate_subscripts(c.names, 1) i, coalition d
           WHERE (c.mask >> (i - 1)) & 1 = 0 AND d.g = c.g AND d.mask = (c.mask | (1 << (i - 1))) GROUP BY 1, 2) b
       FULL JOIN (SELECT * FROM got WHERE method = 'shapley' AND g < 24 AND name IS NOT NULL) x USING (g, name)
       WHERE pg_temp.differs(worth, conversions) $$,
    'shapley: the mean of what a channel adds to the coalitions of the others, over all of them');

-- ---- Markov by iteration ----

-- states: channels 1..n, start 0, won -1, lost -2
CREATE FUNCTION pg_temp.iterate(p float8[], won float8[], n int, removed int) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE
    h float8[] := array_fill(0::float8, ARRAY[n]);
    k float8[];
    change float8 := 1;
    sum float8;
BEGIN
    WHILE change > 1e-14 LOOP
        k := h;
        change := 0;
        FOR c IN 1 .. n LOOP
            CONTINUE WHEN c = removed;      -- stays 0: lost
            sum := won[c];
            FOR d IN 1 .. n LOOP
                sum := sum + p[c][d] * k[d];
            END LOOP;
            h[c] := sum;
            change := greatest(change, abs(h[c] - k[c]) / (1 + abs(h[c])));
        END LOOP;
    END LOOP;
    RETURN h;
END $$;
CREATE FUNCTION pg_temp.markov(of int) RETURNS TABLE (name text, effect float8, worth float8) LANGUAGE plpgsql AS $$
DECLARE
    names text[] := ARRAY(SELECT DISTINCT x FROM path, unnest(path.names) x WHERE g = of ORDER BY 1);
    n int := cardinality(names);
    counts float8[] := array_fill(0::float8, ARRAY[n, n]);
    won float8[] := array_fill(0::float8, ARRAY[n]);
    value float8[] := array_fill(0::float8, ARRAY[n]);
    out float8[] := array_fill(0::float8, ARRAY[n]);
    start float8[] := array_fill(0::float8, ARRAY[n]);
    r record; c int; d int;
    h float8[]; v float8[]; hr float8[]; vr float8[]; all_won float8; all_value float8; won_r float8; value_r float8;
BEGIN
    FOR r IN SELECT * FROM path WHERE g = of AND path.names IS NOT NULL LOOP
        d := NULL;
        FOR i IN 1 .. cardinality(r.names) LOOP
            c := array_position(names, r.names[i]);
            out[c] := out[c] + 1;
            IF i = 1 THEN start[c] := start[c] + 1; ELSE counts[d][c] := counts[d][c] + 1; END IF;
            d := c;
        END LOOP;
        IF r.won THEN
            won[d] := won[d] + 1;
            value[d] := value[d] + r.value;
        END IF;
    END LOOP;
    FOR c IN 1 .. n LOOP
        won[c] := won[c] / out[c];
        value[c] := value[c] / out[c];
        FOR d IN 1 .. n LOOP
            counts[c][d] := counts[c][d] / out[c];
        END LOOP;
    END LOOP;
    h := pg_temp.iterate(counts, won, n, 0);
    v := pg_temp.iterate(counts, value, n, 0);
    SELECT sum(start[i] * h[i]), sum(start[i] * v[i]) INTO all_won, all_value FROM generate_series(1, n) i;
    FOR c IN 1 .. n LOOP
        hr := pg_temp.iterate(counts, won, n, c);
        vr := pg_temp.iterate(counts, value, n, c);
        SELECT sum(start[i] * hr[i]), sum(start[i] * vr[i]) INTO won_r, value_r FROM generate_series(1, n) i;
        name := names[c]; effect := all_won - won_r; worth := all_value - value_r;
        RETURN NEXT;
    END LOOP;
END $$;
CREATE TEMP TABLE chain AS SELECT g, m.* FROM generate_series(0, 59) g, pg_temp.markov(g) m;
SELECT is_empty(
    $$ SELECT * FROM (SELECT g, name, effect / (SELECT conversions FROM attribution_report(s)) AS effect FROM chain JOIN stat USING (g)) b
       FULL JOIN (SELECT g, e.* FROM stat, removal_effects(s) e) e USING (g, name) WHERE pg_temp.differs(effect, removal_effect) $$,
    'markov: the removal effect is what iterating the chain without the channel loses');
SELECT is_empty(
    $$ SELECT * FROM (SELECT g, name, effect / sum(effect) OVER (PARTITION BY g) * (conversions - unattributed) AS conversions,
                             worth / sum(worth) OVER (PARTITION BY g) * (value - unattributed_value) AS value
                      FROM chain JOIN (SELECT g, r.* FROM stat, attribution_report(s) r) r USING (g)) b
       FULL JOIN (SELECT * FROM got WHERE method = 'markov' AND name IS NOT NULL) x USING (g, name)
       WHERE pg_temp.differs(b.conversions, x.conversions) OR pg_temp.differs(b.value / 1e3, x.value / 1e3) $$,
    'markov: conversions and values are shared by the removal effects');
SELECT is_empty(
    $$ SELECT g, name FROM stat, removal_effects(s) e
       WHERE visits <> (SELECT count(*) FROM path, unnest(names) x WHERE path.g = stat.g AND x = e.name)
          OR NOT (reach > 0 AND reach <= 1 AND conversion_rate BETWEEN 0 AND 1 AND removal_effect BETWEEN 0 AND 1) $$,
    'markov: visits are counted, probabilities lie in 0..1');

-- ---- other grains, other arguments ----

SELECT results_eq($$ SELECT name, conversions FROM attribution((SELECT attribution_agg(j, '@shop', 'touchpoint') FROM cx_way WHERE g = 1), 'last') WHERE name IS NOT NULL $$,
    $$ SELECT DISTINCT touchpoint, 0::float8 FROM touched WHERE g = 1 ORDER BY 1 $$, 'without conversions all credit is 0');
SELECT is((SELECT count(*) FROM attribution((SELECT attribution_agg(j, 'order', 'owner') FROM cx_way), 'markov') WHERE name IS NOT NULL), 0::bigint,
    'without the grain there is no one to credit');
SELECT is((SELECT share FROM attribution((SELECT attribution_agg(j, 'nothing') FROM cx_way), 'linear') LIMIT 1), NULL, 'a share of no conversions is NULL');
SELECT ok((SELECT attribution_agg(NULL::journey, 'order') IS NULL), 'NULL without journeys');

-- ---- laws ----

CREATE TEMP TABLE part AS
    SELECT g, floor(random() * 5)::int AS p, attribution_agg(j, '[order|Sign up|sign up]', 'channel', interval '3 days') AS s, random() AS luck
    FROM (SELECT * FROM cx_way) w GROUP BY g, id % 6;
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE attribution_stats_send(s) <> attribution_stats_send(r) OR attribution_stats_send(s) <> attribution_stats_send(q) $$,
    'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM stat JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE attribution_stats_send(s) <> attribution_stats_send(r) $$, 'and so do parts of parts');
SELECT is_empty($$ SELECT g FROM stat WHERE attribution_stats_send(s::text::attribution_stats) <> attribution_stats_send(s) $$, 'text comes back');
SELECT is((SELECT attribution_stats_send(attribution_stats_merge(NULL, s)) = attribution_stats_send(s) FROM stat LIMIT 1), true, 'NULL is the identity');
SELECT is((SELECT encode(attribution_stats_send(attribution_agg(j, 'order')), 'hex') FROM cx_way),
          (SELECT encode(attribution_stats_send(attribution_agg(j, 'order' ORDER BY id DESC)), 'hex') FROM cx_way), 'the order of rows does not matter');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
CREATE TEMP TABLE parallel AS SELECT g, attribution_agg(j, '[order|Sign up|sign up]', 'channel', interval '3 days') AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM stat JOIN parallel p USING (g) WHERE attribution_stats_send(stat.s) <> attribution_stats_send(p.s) $$, 'parallel as serial');

-- ---- refusals ----

SELECT throws_ok($$ SELECT rollup(s) FROM (SELECT attribution_agg(j, 'order') AS s FROM cx_way UNION ALL SELECT attribution_agg(j, 'sign up') FROM cx_way) x $$,
    '22023', NULL, 'different conversions are not added up');
SELECT throws_ok($$ SELECT attribution_agg(touch('2026-01-01Z', 'order', value => 1e13), 'order') $$, '22003', NULL, 'a value is at most 10^12');

-- every byte of a value replaced: refused, or another value that can be read
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 7 LOOP
            BEGIN
                PERFORM (SELECT sum(conversions) FROM attribution(x.s, m)) FROM unnest(ARRAY['decay', 'position', 'markov', 'shapley']) m,
                    (SELECT ('attribution_stats:' || encode(set_byte(value, i, get_byte(value, i) # (1 << b)), 'hex'))::attribution_stats AS s) x;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT attribution_stats_send(s) FROM bryl)), '<', 400, 'damaged bytes are refused as malformed, or are another value');

-- what comes to B and C leaves them, yet nothing ever comes there from the start: linear credit can be told, a chain cannot
CREATE TEMP TABLE ring AS SELECT 'attribution_stats:010180c08e87cd11056f72646572010302410242024304000201010101020401030301010100010000010100010100' || '80c0a8ca9a3a' AS t;
SELECT lives_ok($$ SELECT * FROM ring, attribution(t::attribution_stats, 'linear') $$, 'a ring beside the paths');
SELECT throws_ok($$ SELECT * FROM ring, attribution(t::attribution_stats, 'markov') $$, 'XX001', 'stored attribution_stats value is damaged', 'has no chances to convert');

SELECT * FROM finish();
ROLLBACK;
