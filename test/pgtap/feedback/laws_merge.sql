-- Laws of merging: a tally is the sum of its answers. However they are split, ordered and merged, text and bytes come
-- out the same; and every tally has one spelling and one form in bytes.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(47);

DO $$ BEGIN PERFORM setseed(0.314); END $$;

-- 400 trials of a few to some hundred answers, each trial cut into 1 to 9 parts at random. Weights have six decimals, so that
-- sums in float8 would depend on their order.
CREATE TEMP TABLE draw AS
    WITH r AS MATERIALIZED (
        SELECT id, floor(400 * random() ^ 1.5)::int AS trial, random() AS cut, random() AS pick, random() AS place, random() AS shape,
            random() AS mass
        FROM generate_series(1, 24000) id)
    SELECT trial, floor(cut * (1 + trial % 9))::int AS part, random() AS luck, kind, lo, hi,
           CASE WHEN shape > 0.93 THEN NULL WHEN shape > 0.75 THEN round((lo + place * (hi - lo))::numeric, 1 + id % 3)
                ELSE lo + floor(place * (hi - lo + 1))::numeric END::float8 AS score,
           CASE WHEN mass < 0.3 THEN 1 WHEN mass < 0.35 THEN 0 WHEN mass < 0.4 THEN NULL WHEN mass < 0.45 THEN 1e9 - id / 7.0
                ELSE round((50 * mass ^ 3)::numeric, 6) END::float8 AS weight
    FROM r JOIN (SELECT row_number() OVER () - 1 AS pick, v.* FROM (VALUES
        ('nps', 0, 10), ('csat', 1, 5), ('csat', 1, 10), ('csat', 0, 100), ('ces', 1, 7), ('ces', 1, 5), ('effort', 1, 5),
        ('success', 0, 1), ('emotion', -3, 3), ('rating', -1000, 1000), (NULL, 1, 5)) v(kind, lo, hi)) s ON s.pick = floor(11 * r.pick);
ALTER TABLE draw ADD f feedback;
UPDATE draw SET f = feedback(kind, score, lo, hi);

-- the same three tallies of each part, each trial
CREATE TEMP TABLE part AS
    SELECT trial, part, random() AS luck, v.form, v.t
    FROM (SELECT trial, part, tally(f) AS plain, tally(f, weight) AS weighted, tally(kind, score, lo, hi) AS scored
        FROM draw GROUP BY 1, 2) p,
         LATERAL (VALUES ('plain', plain), ('weighted', weighted), ('scored', scored)) v(form, t);
CREATE TEMP TABLE whole AS
    SELECT trial, v.form, v.t
    FROM (SELECT trial, tally(f) AS plain, tally(f, weight) AS weighted, tally(kind, score, lo, hi) AS scored FROM draw GROUP BY 1) p,
         LATERAL (VALUES ('plain', plain), ('weighted', weighted), ('scored', scored)) v(form, t);
-- the sum of a column by the operator +
CREATE AGGREGATE pg_temp.total(tally) (SFUNC = tally_add, STYPE = tally);
CREATE FUNCTION pg_temp.same(a tally, b tally) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
    SELECT a::text IS NOT DISTINCT FROM b::text AND tally_send(a) IS NOT DISTINCT FROM tally_send(b) $$;

SELECT is(count(*), 1200::bigint, 'there are 400 trials of each form') FROM whole;
SELECT cmp_ok(count(*) FILTER (WHERE t::text ~ '\(' AND t::text ~ 'missing' AND t::text ~ '\.'), '>=', 300::bigint,
    'among them many with weights, missing answers and fractions') FROM whole;

-- ---- any split, any order ----

SELECT is_empty(
    $$ SELECT trial, form FROM whole w JOIN (SELECT trial, form, rollup(t ORDER BY luck) AS t FROM part GROUP BY 1, 2) p USING (trial, form)
       WHERE NOT pg_temp.same(w.t, p.t) $$,
    'rollup() of the parts in random order is the tally of the whole, text and bytes');
SELECT is_empty(
    $$ SELECT trial, form FROM whole w JOIN (SELECT trial, form, pg_temp.total(t ORDER BY luck DESC) AS t
        FROM part GROUP BY 1, 2) p USING (trial, form)
       WHERE NOT pg_temp.same(w.t, p.t) $$,
    'a chain of + in random order is the tally of the whole');
SELECT is_empty(
    $$ SELECT trial, form FROM whole w JOIN (
           SELECT trial, form, rollup(t) AS t FROM (SELECT trial, form, rollup(t ORDER BY luck) AS t
               FROM part GROUP BY trial, form, part % 3) x GROUP BY 1, 2) p
           USING (trial, form) WHERE NOT pg_temp.same(w.t, p.t) $$,
    'a tree of rollups of rollups is the tally of the whole');
SELECT is_empty(
    $$ SELECT trial FROM draw JOIN whole USING (trial) WHERE form = 'weighted' GROUP BY trial, t::text, tally_send(t)
       HAVING tally(f, weight ORDER BY luck)::text <> t::text OR tally_send(tally(f, weight ORDER BY luck DESC)) <> tally_send(t) $$,
    'the order of rows does not show, not even in sums of weights');
SELECT is_empty(
    $$ SELECT trial, w.form FROM whole w JOIN part p USING (trial, form)
       GROUP BY trial, w.form, w.t::text
       HAVING (nps(rollup(p.t)), csat(rollup(p.t)), ces(rollup(p.t)), experience_index(rollup(p.t)), mean(rollup(p.t), 'rating'),
           stddev(rollup(p.t), 'rating'))
              IS DISTINCT FROM (nps(w.t::text::tally), csat(w.t::text::tally), ces(w.t::text::tally), experience_index(w.t::text::tally),
                                mean(w.t::text::tally, 'rating'), stddev(w.t::text::tally, 'rating')) $$,
    'scores of merged parts are those of the whole, to the last bit');
-- what parallel workers and sharding engines do: states travel in their text or binary form and are combined
SELECT is_empty(
    $$ SELECT a.trial, a.form FROM part a JOIN part b USING (trial, form)
       WHERE a.part < b.part AND NOT pg_temp.same(tally_final(tally_state_combine(a.t::text::tally_state, b.t::text::tally_state)),
           a.t + b.t) $$,
    'the combine function of the aggregates is +');
SELECT is_empty(
    $$ SELECT trial, form FROM whole WHERE NOT pg_temp.same(tally_final(t::text::tally_state), t)
        OR tally_state_send(t::text::tally_state) <> tally_send(t)
          OR t::text::tally_state::text <> t::text $$,
    'a working state has the text and the bytes of its tally');

-- ---- algebra ----

SELECT is_empty($$ SELECT a.t, b.t FROM whole a JOIN whole b ON b.trial = (a.trial * 7 + 3) % 400
    WHERE NOT pg_temp.same(a.t + b.t, b.t + a.t) $$,
    'a + b = b + a, for weighted and plain tallies in every pairing');
SELECT is_empty(
    $$ SELECT a.t, b.t, c.t FROM whole a JOIN whole b ON b.trial = (a.trial * 7 + 3) % 400 AND b.form >= a.form
       JOIN whole c ON c.trial = (a.trial * 11 + 5) % 400 AND c.form <= a.form
       WHERE NOT pg_temp.same((a.t + b.t) + c.t, a.t + (b.t + c.t)) $$,
    '(a + b) + c = a + (b + c)');
SELECT is_empty($$ SELECT t FROM whole WHERE NOT pg_temp.same(t + 'tally{}', t) OR NOT pg_temp.same('tally{}' + t, t) $$,
    'tally{} changes nothing');
SELECT is_empty($$ SELECT t FROM whole WHERE t + NULL IS NOT NULL OR NULL + t IS NOT NULL $$, 'the sum with an unknown tally is unknown');
SELECT is_empty(
    $$ SELECT trial FROM whole WHERE form = 'weighted'
        AND NOT pg_temp.same((SELECT rollup(x) FROM unnest(ARRAY[NULL, t, NULL, 'tally{}']) x), t) $$,
    'rollup() passes over NULLs and empty tallies');
SELECT is((SELECT rollup(x) FROM unnest(ARRAY[NULL, NULL]::tally[]) x)::text, NULL, 'rollup() of NULLs alone is NULL');
SELECT is((SELECT tally(x) FROM unnest(ARRAY[]::feedback[]) x)::text, NULL, 'tally() of no rows is NULL');
SELECT is_empty(
    $$ SELECT a.t, b.t FROM whole a JOIN whole b ON b.trial = (a.trial * 7 + 3) % 400
       WHERE (responses(a.t) + responses(b.t), missing(a.t) + missing(b.t)) <> (responses(a.t + b.t), missing(a.t + b.t)) $$,
    'responses and missing answers add up');
SELECT is_empty(
    $$ SELECT trial FROM draw GROUP BY trial HAVING NOT pg_temp.same(tally(f) FILTER (WHERE luck < 0.5) + tally(f,
        weight) FILTER (WHERE luck >= 0.5),
           tally(f, CASE WHEN luck < 0.5 THEN 1 ELSE weight END)) $$,
    'in the sum of a plain and a weighted tally plain answers weigh 1');
SELECT results_eq(
    $$ SELECT tally(f, w)::text, tally(f, w ORDER BY w)::text, nps(f, w) FROM (SELECT 'nps:9'::feedback, 0.1 FROM generate_series(1, 10)
           UNION ALL SELECT 'nps:0', 1e9 UNION ALL SELECT 'nps:0', 0.000001) v(f, w) $$,
    $$ VALUES ('tally{nps: 0=2(1000000000.000001,1000000000000000000.000000000001) 9=10(1,0.1)}',
               'tally{nps: 0=2(1000000000.000001,1000000000000000000.000000000001) 9=10(1,0.1)}',
                   (100 * (1 - 1000000000.000001) / 1000000001.000001)::float8) $$,
    'sums of weights are exact: ten times 0.1 is 1, and a millionth beside a thousand million stays');

-- ---- text and bytes ----

SELECT is_empty($$ SELECT t FROM whole WHERE NOT pg_temp.same(t::text::tally, t) $$, 'in(out(x)) is x');
SELECT is_empty(
    $$ SELECT a.t, b.t FROM whole a JOIN whole b USING (trial) WHERE (a.t::text = b.t::text) <> (tally_send(a.t) = tally_send(b.t)) $$,
    'equal text and equal bytes mean the same');
SELECT is(spelling::tally::text, canonical, format('%s is written %s', regexp_replace(spelling, E'[\\t\\n]+', ' ', 'g'), canonical))
FROM (VALUES
    ('tally{}', 'tally{}'), (E' \t\n tally{ } \n', 'tally{}'),
    ('tally{nps:9=1}', 'tally{nps: 9=1}'), ('tally{nps/10: 9=1}', 'tally{nps: 9=1}'), ('tally{nps/0..10:  9.000=01  }', 'tally{nps: 9=1}'),
    ('tally{csat/1..5: 4=1}', 'tally{csat: 4=1}'), ('tally{csat/1..10: 4=1}', 'tally{csat/10: 4=1}'),
    ('tally{csat/0..100: 4=1}', 'tally{csat/100: 4=1}'), ('tally{csat/1..100: 4=1}', 'tally{csat/1..100: 4=1}'),
    ('tally{success/1..7: 4=1}', 'tally{success/1..7: 4=1}'),
    ('tally{nps: 9=1(1,1)}', 'tally{nps: 9=1}'), ('tally{nps: 9=2(2.000000,2.000)}', 'tally{nps: 9=2}'),
    ('tally{nps: 9=2(3,5) 3=1}', 'tally{nps: 3=1 9=2(3,5)}'),
    ('tally{csat: 4=1; nps: missing=7 9=1 3=2; csat/4: 1=1}', 'tally{nps: 3=2 9=1 missing=7; csat/4: 1=1; csat: 4=1}'),
    ('tally{rating/-5..5: 0=3 -0.50=1 -1.25=2}', 'tally{rating/-5..5: -1.25=2 -0.5=1 0=3}'),
    ('tally{nps: 9=72057594037927936}', 'tally{nps: 9=72057594037927936}')) v(spelling, canonical);
SELECT is_empty(
    $$ SELECT spelling FROM unnest(ARRAY['tally{nps/0..10: 9=1(1,1) 3=2}', 'tally{nps: 3=2; nps: 9=1}', ' tally{nps:3=2 9=1}']) spelling
       WHERE NOT pg_temp.same(spelling::tally, (SELECT tally('nps', x) FROM unnest(ARRAY[9, 3, 3]) x)) $$,
    'bytes are canonical, however a tally was built');
SELECT ok(pg_temp.same('tally{unknown: missing=1; nps: 9=1}', 'tally{nps: 9=1; unknown: missing=1}'),
    'nor does the place of unknown answers matter');

-- ---- storage ----

SELECT cmp_ok(pg_column_size(t), '<', 100, 'an NPS tally of every answer and a thousand million of them takes less than 100 bytes')
FROM (SELECT format('tally{nps: %s missing=99999999}', string_agg(a || '=99999999', ' '))::tally AS t FROM generate_series(0, 10) a) x;
SELECT is(pg_column_size('nps:9'::feedback), 8, 'a feedback takes eight bytes');
CREATE TEMP TABLE stored (t tally);
INSERT INTO stored SELECT t FROM whole UNION ALL SELECT tally('rating', i / 100.0, -1000, 1000) FROM generate_series(-60000, 60000) i;
SELECT is_empty(
    $$ (SELECT t::text, tally_send(t) FROM stored EXCEPT SELECT t::text, tally_send(t) FROM whole)
       EXCEPT SELECT t::text, tally_send(t) FROM (SELECT tally('rating', i / 100.0, -1000, 1000) AS t
           FROM generate_series(-60000, 60000) i) x $$,
    'tallies come back from a table as they went in, with a short header, a long one, compressed or out of line');
SELECT cmp_ok(pg_column_size(t), '<', octet_length(tally_send(t)), 'a large one is compressed')
FROM stored WHERE responses(t) = 120001;

-- ---- hash ----

CREATE TEMP TABLE hashed AS SELECT k, tally(score) AS t FROM (SELECT k, feedback('nps', (k * i) % 11) AS score FROM generate_series(1, 200) k, generate_series(1, k % 20) i ORDER BY random()) s GROUP BY k;
SELECT is_empty($$ SELECT a.k, b.k FROM hashed a, hashed b WHERE (a.t = b.t) <> (tally_hash(a.t) = tally_hash(b.t)) OR (a.t = b.t) <> (tally_hash_extended(a.t, 77) = tally_hash_extended(b.t, 77)) $$,
    'tallies hash alike if they are equal, and these only then');
SELECT is_empty($$ SELECT k FROM hashed WHERE tally_hash_extended(t, 0) & 4294967295 <> tally_hash(t)::bigint & 4294967295 $$, 'the extended hash without salt ends in the plain one');
SELECT is_empty($$ SELECT k FROM hashed WHERE tally_hash_extended(t, 1) IN (tally_hash_extended(t, 0), tally_hash_extended(t, 2)) $$, 'salt changes the hash');
SET LOCAL enable_sort = off;
SELECT is((SELECT count(*) FROM (SELECT t FROM hashed GROUP BY t) x), (SELECT count(DISTINCT t::text) FROM hashed), 'a hash table of tallies groups equal ones');

SELECT * FROM finish();
ROLLBACK;
