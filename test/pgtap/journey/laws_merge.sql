-- Laws of merging: a journey is the touches of its parts. However they are split, ordered and merged, the same bytes come out
-- when times are distinct; with ties, whatever keeps their order does. The union holds a touch as often as the part that
-- holds it more often.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SET LOCAL jit = off;
SELECT plan(44);

DO $$ BEGIN PERFORM setseed(0.2718); END $$;

-- 3,000 trials of 1 to 22 touches, some of 300 more. Every third one has ties in time, the others have none. Their steps are
-- in all units, even and in bursts; each has the facets, feedback and values that its number tells.
CREATE TEMP TABLE draw AS
    WITH r AS MATERIALIZED (
        SELECT trial, ord, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g,
            random() AS luck, random() AS cut, random() AS cut2
        FROM generate_series(1, 3000) trial,
             generate_series(1, 1 + trial * 7919 % 22 + CASE WHEN trial % 50 = 0 THEN 300 ELSE 0 END) ord),
    ranked AS (
        SELECT *, trial % 3 = 0 AS ties, row_number() OVER (PARTITION BY trial ORDER BY a) AS rank,
            count(*) OVER (PARTITION BY trial) AS n, trial / 3 % 6 AS u FROM r)
    SELECT trial, ord, ties, n, luck,
           '1970-01-01'::timestamptz + trial * 777777.000001 * interval '1 s'
               + CASE WHEN ties THEN floor(b * (1 + n / 3))
                      ELSE CASE WHEN u < 3 THEN power(rank, 1 + trial % 3) ELSE rank END * 40 + floor(b * 40) END
               * (ARRAY[1, 1000, 1000000, 60000000, 3600000000, 86400000000])[u + 1] * interval '1 microsecond' AS at,
           (ARRAY['browse', 'call', '7', '0', '2147483647', '2147483648', '007', '', 'a b', E'q"\\', 'straße', repeat('x', 300),
                  'sign-up', '-', '12345', 'cart'])[1 + floor(c * CASE WHEN trial % 2 = 0 THEN 2 ELSE 16 END)::int] AS touchpoint,
           CASE WHEN trial % 4 > 0 AND d < 0.8 THEN (ARRAY['web', '7', 'call', ''])[1 + floor(d * 5)::int] END AS channel,
           CASE WHEN trial % 5 > 1 AND e < 0.8 THEN (ARRAY['buy', 'use', '3', 'web'])[1 + floor(e * 5)::int] END AS stage,
           CASE WHEN trial % 7 > 2 AND f < 0.8 THEN (ARRAY['shop', 'service', '1', 'straße'])[1 + floor(f * 5)::int] END AS owner,
           CASE WHEN trial % 6 > 3 AND g < 0.5 THEN
               (ARRAY['nps:9', 'csat:4.5', 'csat:80/100', 'rating:-999.999/-1000..1000', 'success:1'])[1 + floor(g * 10)::int]
               END::feedback AS feedback,
           CASE WHEN trial % 8 > 4 AND luck < 0.5 THEN
               (ARRAY[49.9, 0, -0.0::float8, -3, 1e300, 5e-324, 0.1::float8 + 0.2, 123456.7891, 9007199254740993, 1 / 3::float8])
               [1 + floor(luck * 20)::int] END AS value,
           floor(cut * (1 + trial % 7))::int AS part,                  -- any split
           (ord * (1 + trial % 7) / (n + 1))::int AS run               -- a split that keeps the order
    FROM ranked;
CREATE INDEX ON draw (trial, ord);
ALTER TABLE draw ADD one journey;
UPDATE draw SET one = touch(at, touchpoint, channel, stage, owner, feedback, value);
ANALYZE draw;

CREATE FUNCTION pg_temp.same(a journey, b journey) RETURNS boolean LANGUAGE sql AS $$
    SELECT journey_send(a) IS NOT DISTINCT FROM journey_send(b) AND a IS NOT DISTINCT FROM b
       AND journey_hash(a) IS NOT DISTINCT FROM journey_hash(b)
       AND journey_hash_extended(a, 42) IS NOT DISTINCT FROM journey_hash_extended(b, 42) $$;
-- all touches of a column by the operator ||, and states of aggregates as they leave a worker
CREATE AGGREGATE pg_temp.concat(journey) (SFUNC = journey_concat, STYPE = journey);
CREATE AGGREGATE pg_temp.unite(journey) (SFUNC = journey_union, STYPE = journey);
CREATE AGGREGATE pg_temp.state(journey) (SFUNC = journey_accum, STYPE = journey);
CREATE AGGREGATE pg_temp.state(timestamptz, text, text, text, text) (SFUNC = journey_accum, STYPE = journey);

CREATE TEMP TABLE whole AS
    SELECT trial, ties, n, rollup(one ORDER BY ord) AS j FROM draw GROUP BY 1, 2, 3;
SELECT cmp_ok(count(DISTINCT j), '>=', 2900::bigint, 'there are thousands of different journeys') FROM whole;
SELECT bag_eq($$ SELECT get_byte(journey_send(j), 2) FROM whole GROUP BY 1 $$, $$ SELECT generate_series(0, 5) $$,
    'in all units of time');
SELECT bag_eq($$ SELECT DISTINCT get_byte(journey_send(j), 1) FROM whole WHERE get_byte(journey_send(j), 1) IN (0, 7, 8, 16, 31) $$,
    $$ VALUES (0), (7), (8), (16), (31) $$, 'with all facets, feedback and values, with some, and with none');

-- ---- what goes in comes out, by time, those of one time as they came ----

SELECT is_empty(
    $$ (SELECT trial, t.* FROM whole, touches(j) t)
       EXCEPT ALL
       (SELECT trial, row_number() OVER (PARTITION BY trial ORDER BY at, ord)::int, at, touchpoint, channel, stage, owner, feedback, value FROM draw) $$,
    'touches(j) are the rows that went in');
SELECT is_empty(
    $$ (SELECT trial, row_number() OVER (PARTITION BY trial ORDER BY at, ord)::int, at, touchpoint, channel, stage, owner, feedback, value FROM draw)
       EXCEPT ALL
       (SELECT trial, t.* FROM whole, touches(j) t) $$,
    'and all of them');
SELECT is_empty($$ SELECT trial FROM whole WHERE touch_count(j) <> n $$, 'touch_count counts them');

-- ---- one way and the other of making it ----

SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, journey_agg(one ORDER BY ord) AS k FROM draw GROUP BY 1) d USING (trial)
    WHERE NOT pg_temp.same(j, k) $$, 'journey_agg(journey) is rollup(journey)');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(one ORDER BY luck) AS k FROM draw GROUP BY 1) d USING (trial)
    WHERE NOT ties AND NOT pg_temp.same(j, k) $$, 'of distinct times, rows in any order make the same bytes');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(one ORDER BY at, ord) AS k FROM draw GROUP BY 1) d USING (trial)
    WHERE NOT pg_temp.same(j, k) $$, 'so do rows that come sorted');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(one ORDER BY at DESC, ord) AS k FROM draw GROUP BY 1) d USING (trial)
    WHERE NOT pg_temp.same(j, k) $$, 'and rows that come last first, ties in their order');
SELECT is_empty(
    $$ SELECT trial FROM whole, LATERAL (SELECT rollup(touch(at, touchpoint, channel, stage, owner, feedback, value) ORDER BY position) AS k
                                         FROM touches(j)) t
       WHERE NOT pg_temp.same(j, k) $$,
    'touches(j), made touches again, give j again');

-- journey_agg(at, touchpoint, ...) knows no feedback and no value: compared with touches that have none
CREATE TEMP TABLE bare AS
    SELECT trial, ties,
           rollup(touch(at, touchpoint) ORDER BY ord) AS j2, journey_agg(at, touchpoint ORDER BY ord) AS k2,
           rollup(touch(at, touchpoint, channel) ORDER BY ord) AS j3, journey_agg(at, touchpoint, channel ORDER BY ord) AS k3,
           rollup(touch(at, touchpoint, channel, stage) ORDER BY ord) AS j4, journey_agg(at, touchpoint, channel, stage ORDER BY ord) AS k4,
           rollup(touch(at, touchpoint, channel, stage, owner) ORDER BY ord) AS j5,
           journey_agg(at, touchpoint, channel, stage, owner ORDER BY ord) AS k5,
           journey_agg(at, touchpoint, NULL, stage, NULL ORDER BY ord) AS k4_only,
           rollup(touch(at, touchpoint, stage => stage) ORDER BY ord) AS j4_only
    FROM draw GROUP BY 1, 2;
SELECT is_empty($$ SELECT trial FROM bare WHERE NOT (pg_temp.same(j2, k2) AND pg_temp.same(j3, k3) AND pg_temp.same(j4, k4)
    AND pg_temp.same(j5, k5) AND pg_temp.same(j4_only, k4_only)) $$, 'journey_agg of columns is rollup of touches, with any facets');
CREATE TEMP TABLE numbered AS
    SELECT trial, ord, at, (CASE ord % 5 WHEN 0 THEN -1 WHEN 1 THEN ord WHEN 2 THEN 2147483647 WHEN 3 THEN 2147483648
                                         ELSE 9223372036854775807 END)::bigint AS touchpoint, channel, stage, owner
    FROM draw;
SELECT is_empty(
    $$ SELECT trial FROM numbered GROUP BY 1
       HAVING NOT pg_temp.same(journey_agg(at, touchpoint ORDER BY ord), journey_agg(at, touchpoint::text ORDER BY ord))
           OR NOT pg_temp.same(journey_agg(at, touchpoint, channel ORDER BY ord), journey_agg(at, touchpoint::text, channel ORDER BY ord))
           OR NOT pg_temp.same(journey_agg(at, touchpoint, channel, stage ORDER BY ord),
                               journey_agg(at, touchpoint::text, channel, stage ORDER BY ord))
           OR NOT pg_temp.same(journey_agg(at, touchpoint, channel, stage, owner ORDER BY ord),
                               journey_agg(at, touchpoint::text, channel, stage, owner ORDER BY ord)) $$,
    'a touchpoint that is a number is the touchpoint that its digits are');
SELECT is((SELECT journey_agg(at, ord::int ORDER BY ord)::text FROM draw WHERE trial = 3),
    (SELECT journey_agg(at, ord::text ORDER BY ord)::text FROM draw WHERE trial = 3), 'integer columns are taken as they are');

-- ---- parts, merged ----

CREATE TEMP TABLE part AS
    SELECT trial, ties, part, 'any' AS split, random() AS luck, rollup(one ORDER BY ord) AS j, pg_temp.state(one) AS s,
           pg_temp.state(at, touchpoint, channel, stage, owner) AS b
    FROM draw GROUP BY 1, 2, 3
    UNION ALL
    SELECT trial, ties, run, 'runs', random(), rollup(one ORDER BY ord), pg_temp.state(one ORDER BY ord),
           pg_temp.state(at, touchpoint, channel, stage, owner ORDER BY ord)
    FROM draw GROUP BY 1, 2, 3;
SELECT is_empty($$ SELECT trial FROM part WHERE split = 'runs' AND NOT pg_temp.same(j, s) $$,
    'the state of an aggregate, shipped, is its journey');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(j ORDER BY luck) AS k, journey_agg(s ORDER BY -luck) AS l,
        pg_temp.concat(j ORDER BY luck) AS m FROM part WHERE split = 'any' GROUP BY 1) p USING (trial)
    WHERE NOT ties AND NOT (pg_temp.same(j, k) AND pg_temp.same(j, l) AND pg_temp.same(j, m)) $$,
    'any split, merged in any order by rollup, by states or by ||, is the whole, to the last bit');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(j ORDER BY part) AS k, journey_agg(s ORDER BY part) AS l,
        pg_temp.concat(j ORDER BY part) AS m FROM part WHERE split = 'runs' GROUP BY 1) p USING (trial)
    WHERE NOT (pg_temp.same(j, k) AND pg_temp.same(j, l) AND pg_temp.same(j, m)) $$,
    'with ties, any split that keeps the order, merged left to right, is the whole');
SELECT is_empty($$ SELECT trial FROM bare JOIN (SELECT trial, rollup(b ORDER BY luck) AS k FROM part WHERE split = 'any' GROUP BY 1) p
    USING (trial) WHERE NOT ties AND NOT pg_temp.same(j5, k) $$, 'states that took columns merge the same');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, rollup(j) AS k FROM part WHERE split = 'any' GROUP BY 1) p USING (trial)
    WHERE ties AND (touch_count(j), started_at(j), ended_at(j), touchpoints(j)) IS DISTINCT FROM
                   (touch_count(k), started_at(k), ended_at(k), touchpoints(k))
    UNION ALL (SELECT trial FROM (SELECT trial, journey_union(j, k) AS u, j FROM whole JOIN (SELECT trial, rollup(j) AS k FROM part
                   WHERE split = 'any' GROUP BY 1) p USING (trial)) u WHERE u <> j) $$,
    'with ties, no split loses a touch');
-- mixed levels: parts of parts, whole parts and single touches in one group
SELECT is_empty(
    $$ SELECT trial FROM whole JOIN (
           SELECT trial, rollup(x ORDER BY random()) AS k FROM (
               SELECT trial, rollup(j ORDER BY luck) FROM part WHERE split = 'any' AND part < 3 GROUP BY trial, part % 2
               UNION ALL SELECT trial, s FROM part WHERE split = 'any' AND part = 3
               UNION ALL SELECT trial, one FROM draw WHERE part > 3
               UNION ALL SELECT trial, NULL FROM whole
               UNION ALL SELECT trial, '[]' FROM whole) p(trial, x) GROUP BY 1) p USING (trial)
       WHERE NOT ties AND NOT pg_temp.same(j, k) $$,
    'parts of parts, states, single touches, NULLs and empty journeys merge into the whole');

CREATE TEMP TABLE three AS
    SELECT trial, ties, coalesce(rollup(one ORDER BY ord) FILTER (WHERE part % 3 = 0), '[]') AS a,
           coalesce(rollup(one ORDER BY ord) FILTER (WHERE part % 3 = 1), '[]') AS b,
           coalesce(rollup(one ORDER BY ord) FILTER (WHERE part % 3 = 2), '[]') AS c
    FROM draw GROUP BY 1, 2;
SELECT is_empty($$ SELECT trial FROM three WHERE NOT pg_temp.same((a || b) || c, a || (b || c)) $$, '|| is associative, with ties too');
SELECT is_empty($$ SELECT trial FROM three WHERE NOT ties AND NOT pg_temp.same(a || b, b || a) $$,
    '|| is commutative to the last bit when times are distinct');
SELECT is_empty($$ SELECT trial FROM three WHERE NOT (pg_temp.same('[]' || a, a) AND pg_temp.same(a || '[]', a)
    AND pg_temp.same(journey_union('[]', a), a) AND pg_temp.same(journey_union(a, '[]'), a)) $$, 'the empty journey is the identity of || and union');
SELECT is_empty($$ SELECT trial FROM three WHERE touch_count(a || a) <> 2 * touch_count(a) OR NOT pg_temp.same(journey_union(a, a || a), a || a) $$,
    '|| keeps all: a journey merged with itself has each touch twice');
SELECT is_empty(
    $$ SELECT trial FROM three, LATERAL (SELECT rollup(x ORDER BY at, side, i) AS k FROM (
           SELECT 1 AS side, position AS i, at, touch(at, touchpoint, channel, stage, owner, feedback, value) AS x FROM touches(a)
           UNION ALL SELECT 2, position, at, touch(at, touchpoint, channel, stage, owner, feedback, value) FROM touches(b)) t) t
       WHERE NOT pg_temp.same(a || b, coalesce(k, '[]')) $$,
    'a || b puts the touches of a first where times are equal');
SELECT is_empty($$ SELECT trial FROM three WHERE NOT (pg_temp.same(journey_accum(a, b), a || b) AND pg_temp.same(journey_accum(NULL, a), a)
    AND pg_temp.same(journey_accum(a, NULL::journey), a) AND pg_temp.same(journey_final(a), a)) $$, 'support functions called by hand do the same');
SELECT is_empty(
    $$ SELECT trial FROM draw JOIN three USING (trial)
       WHERE NOT pg_temp.same(journey_accum(a, at, touchpoint, channel, stage, owner), a || touch(at, touchpoint, channel, stage, owner))
          OR NOT pg_temp.same(journey_accum(a, NULL, touchpoint), a) OR NOT pg_temp.same(journey_accum(a, at, NULL::text), a) $$,
    'and take single touches, of which those without a time or a touchpoint are none');

-- ---- the aggregates in all places where an aggregate can stand ----

SELECT is_empty(
    $$ SELECT trial FROM (SELECT trial, ord, rollup(one) OVER w AS r, journey_agg(at, touchpoint) OVER w AS s, one, at, touchpoint
                          FROM draw WHERE trial <= 300 WINDOW w AS (PARTITION BY trial ORDER BY ord)) d,
         LATERAL (SELECT rollup(one ORDER BY ord) AS k, journey_agg(at, touchpoint ORDER BY ord) AS l FROM draw e
                  WHERE e.trial = d.trial AND e.ord <= d.ord) e
       WHERE d.ord < 40 AND NOT (pg_temp.same(r, k) AND pg_temp.same(s, l)) $$,
    'growing windows ask a state again and again');
SELECT is_empty(
    $$ SELECT trial FROM (SELECT trial, ord, rollup(one) OVER w AS r, journey_agg(at, touchpoint) OVER w AS s
                          FROM draw WHERE trial <= 150 WINDOW w AS (PARTITION BY trial ORDER BY ord ROWS BETWEEN 3 PRECEDING AND 1 FOLLOWING)) d,
         LATERAL (SELECT rollup(one ORDER BY ord) AS k, journey_agg(at, touchpoint ORDER BY ord) AS l FROM draw e
                  WHERE e.trial = d.trial AND e.ord BETWEEN d.ord - 3 AND d.ord + 1) e
       WHERE NOT (pg_temp.same(r, k) AND pg_temp.same(s, l)) $$,
    'so do moving ones');
SELECT is_empty(
    $$ (SELECT trial, journey_send(rollup(one)), journey_send(rollup(one) FILTER (WHERE part = 1)), journey_send(rollup(DISTINCT one))
        FROM (SELECT * FROM draw WHERE NOT ties ORDER BY luck) d GROUP BY GROUPING SETS ((trial), (trial, part), ()))
       EXCEPT ALL
       (SELECT trial, journey_send(rollup(one)), journey_send(rollup(one) FILTER (WHERE part = 1)), journey_send(rollup(one)) FROM draw WHERE NOT ties GROUP BY trial
        UNION ALL
        SELECT trial, journey_send(rollup(one)), CASE WHEN part = 1 THEN journey_send(rollup(one)) END, journey_send(rollup(one)) FROM draw WHERE NOT ties GROUP BY trial, part
        UNION ALL
        SELECT NULL, journey_send(rollup(one)), journey_send(rollup(one) FILTER (WHERE part = 1)), journey_send(rollup(DISTINCT one)) FROM draw WHERE NOT ties) $$,
    'grouping sets, FILTER, DISTINCT');
SELECT results_eq(
    $$ SELECT rollup(one), journey_agg(one), journey_agg(at, touchpoint), journey_agg(at, ord) FROM draw WHERE false $$,
    $$ VALUES (NULL::journey, NULL::journey, NULL::journey, NULL::journey) $$, 'of no rows there is no journey');
SELECT results_eq(
    $$ SELECT rollup(x), journey_agg(x) FROM (VALUES (NULL::journey), (NULL)) v(x) $$,
    $$ VALUES (NULL::journey, NULL::journey) $$, 'nor of NULLs');
SELECT results_eq(
    $$ SELECT journey_agg(at, t), journey_agg(at, t, c), journey_agg(at, i)
       FROM (VALUES (NULL::timestamptz, 'a', 'c', 1::bigint), ('2026-01-01', NULL, 'c', NULL)) v(at, t, c, i) $$,
    $$ VALUES (NULL::journey, NULL::journey, NULL::journey) $$, 'nor of rows without a time or without a touchpoint');
SELECT results_eq($$ SELECT rollup(x)::text FROM (VALUES ('[]'::journey), (NULL)) v(x) $$, $$ VALUES ('[]') $$,
    'of an empty journey there is an empty one');
SELECT is(journey_agg(at, t, NULL, NULL, o)::text, '[2026-01-01T00:00:00Z a, 2026-01-02T00:00:00Z b#x]', 'rows that are no touches are left out')
FROM (VALUES ('2026-01-02+00'::timestamptz, 'b', 'x'), (NULL, 'c', 'x'), ('2026-01-01+00', 'a', NULL), ('2026-01-03+00', NULL, 'x')) v(at, t, o);

-- ---- union ----

-- two samples of one trial, with 0 to 2 copies of each touch; where times tie, in different orders
CREATE TEMP TABLE pair AS
    SELECT trial, ties, coalesce(rollup(one ORDER BY ord) FILTER (WHERE i <= cut), '[]') AS a,
           coalesce(rollup(one ORDER BY luck) FILTER (WHERE i <= cut2), '[]') AS b,
           coalesce(rollup(one ORDER BY ord) FILTER (WHERE i <= (cut + cut2 + ord) % 3), '[]') AS c
    FROM (SELECT *, floor(random() * 3)::int AS cut, floor(random() * 3)::int AS cut2 FROM draw) d, generate_series(1, 2) i GROUP BY 1, 2;
SELECT cmp_ok(count(*) FILTER (WHERE ties AND touch_count(a) > 5 AND a <> b), '>', 500::bigint, 'there are hundreds of pairs with ties') FROM pair;
-- the reference: of b only what goes beyond the copies in a
CREATE FUNCTION pg_temp.union_reference(a journey, b journey) RETURNS journey LANGUAGE sql AS $$
    WITH t AS (
        SELECT side, t.*, row_number() OVER (PARTITION BY side, at, touchpoint, channel, stage, owner, feedback, value ORDER BY position) AS copy,
            count(*) FILTER (WHERE side = 1) OVER (PARTITION BY at, touchpoint, channel, stage, owner, feedback, value) AS copies_in_a
        FROM (VALUES (1, a), (2, b)) v(side, j), touches(j) t)
    SELECT coalesce(rollup(touch(at, touchpoint, channel, stage, owner, feedback, value) ORDER BY at, side, position), '[]')
    FROM t WHERE side = 1 OR copy > copies_in_a $$;
SELECT is_empty($$ SELECT trial FROM pair WHERE NOT pg_temp.same(journey_union(a, b), pg_temp.union_reference(a, b)) $$,
    'the union is a, and of b what goes beyond the copies in a, behind them where times are equal');
SELECT is_empty(
    $$ SELECT trial FROM pair WHERE EXISTS (
           SELECT FROM (SELECT at, touchpoint, channel, stage, owner, feedback, value, count(*) FILTER (WHERE side = 'a') AS in_a,
                   count(*) FILTER (WHERE side = 'b') AS in_b, count(*) FILTER (WHERE side = 'u') AS in_u
               FROM (VALUES ('a', a), ('b', b), ('u', journey_union(a, b))) v(side, j), touches(j) GROUP BY 1, 2, 3, 4, 5, 6, 7) t
           WHERE in_u <> greatest(in_a, in_b)) $$,
    'a touch stands in the union as often as in the one that holds it more often');
SELECT is_empty($$ SELECT trial FROM pair WHERE NOT (pg_temp.same(journey_union(a, a), a) AND pg_temp.same(journey_union(b, b), b)) $$,
    'union is idempotent');
SELECT is_empty(
    $$ SELECT trial FROM pair, LATERAL (SELECT journey_union(a, b) AS u) u
       WHERE NOT (pg_temp.same(journey_union(u, b), u) AND pg_temp.same(journey_union(u, a), u)
              AND touch_count(journey_union(a, u)) = touch_count(u) AND touch_count(journey_union(b, u)) = touch_count(u)) $$,
    'adding a part again changes nothing: the union contains both');
SELECT is_empty($$ SELECT trial FROM pair WHERE NOT ties AND NOT pg_temp.same(journey_union(a, b), journey_union(b, a)) $$,
    'union is commutative to the last bit when different touches have distinct times');
SELECT is_empty($$ SELECT trial FROM pair WHERE touch_count(journey_union(a, b)) <> touch_count(journey_union(b, a)) $$,
    'with ties, it holds as many touches either way');
SELECT is_empty($$ SELECT trial FROM pair
    WHERE NOT ties AND NOT pg_temp.same(journey_union(journey_union(a, b), c), journey_union(a, journey_union(b, c))) $$,
    'union is associative when different touches have distinct times');
SELECT is_empty($$ SELECT trial FROM whole JOIN (SELECT trial, pg_temp.unite(j ORDER BY random()) AS k, pg_temp.unite(j || j ORDER BY luck) AS l
        FROM part WHERE split = 'any' GROUP BY 1) p USING (trial)
    WHERE NOT ties AND (NOT pg_temp.same(j, k) OR NOT pg_temp.same(j || j, l)) $$, 'the union of disjoint parts is the whole');

SELECT * FROM finish();
ROLLBACK;
