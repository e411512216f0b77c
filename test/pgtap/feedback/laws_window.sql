-- Laws of moving windows: rows that leave a frame are taken out of the state again, exactly. For every aggregate of the
-- extension, every frame gives what a query over the rows of that frame gives.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(43);

DO $$ BEGIN PERFORM setseed(0.1618); END $$;

-- 300 rows, numbered without gaps. Each column has NULLs of its own; own_score is on the kind's own scale, score on lo..hi.
CREATE TEMP TABLE row AS
    WITH r AS MATERIALIZED (
        SELECT id, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS pick
            FROM generate_series(1, 300) id)
    SELECT id, date '2026-01-01' + (id * 2 / 3) AS day, id % 4 AS part, k.kind,
           CASE WHEN a > 0.1 THEN floor(11 * b) END AS whole_nps,
           CASE WHEN a > 0.1 THEN round((10 * b)::numeric, 1) END::float8 AS fine_nps,
           CASE WHEN b > 0.1 THEN 1 + floor(5 * c) END AS whole_csat,
           CASE WHEN b > 0.1 THEN round((1 + 4 * c)::numeric, 1) END::float8 AS fine_csat,
           CASE WHEN c > 0.1 THEN 1 + floor(7 * d) END AS whole_ces,
           CASE WHEN c > 0.1 THEN round((1 + 6 * d)::numeric, 1) END::float8 AS fine_ces,
           CASE WHEN d > 0.1 THEN lo + floor(e * (hi - lo + 1)) END AS score, lo, hi,
           CASE WHEN d > 0.1 THEN own_lo + floor(e * (own_hi - own_lo + 1)) END AS own_score,
           CASE WHEN e > 0.9 THEN NULL WHEN e > 0.8 THEN 0 WHEN e > 0.5 THEN 1 ELSE round((20 * a)::numeric, 6) END::float8 AS weight
    FROM r JOIN (VALUES (0, 'nps', 0, 10, 0, 10), (1, 'csat', 1, 5, 1, 10), (2, 'ces', 1, 7, 1, 7), (3, 'effort', 1, 5, 1, 5),
                        (4, 'success', 0, 1, 0, 1), (5, 'emotion', 1, 7, 1, 5), (6, 'rating', 1, 5, 0, 100), (7, NULL, 1, 5, 1, 5))
                k(pick, kind, own_lo, own_hi, lo, hi) ON k.pick = floor(8 * r.pick);
ALTER TABLE row ADD f feedback, ADD t tally, ADD PRIMARY KEY (id);
UPDATE row SET f = feedback(kind, score, lo, hi);
UPDATE row SET t = (SELECT tally(f, weight) FROM row s WHERE s.id BETWEEN row.id AND row.id + row.id % 5) WHERE id % 9 <> 0;
ANALYZE row;

-- Every aggregate that counts in a tally_state, called with the columns that its argument names ask for.
CREATE TEMP TABLE call AS
    SELECT p.oid::regprocedure::text AS aggregate, format('%I(%s)', p.proname, string_agg(
               CASE WHEN arg.name <> 'score' THEN CASE arg.name WHEN 'feedback' THEN 'f' WHEN 'tally' THEN 't' ELSE arg.name END
                    WHEN 'lo' = ANY (p.proargnames) THEN 'score'
                    WHEN 'kind' = ANY (p.proargnames) THEN 'own_score'
                    WHEN arg.type = 'float8'::regtype THEN 'fine_' || p.proname
                    ELSE format('whole_%s::%s', p.proname, arg.type::regtype) END, ', ' ORDER BY arg.place)) AS call
    FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid,
         LATERAL unnest(p.proargnames, p.proargtypes::oid[]) WITH ORDINALITY arg(name, type, place)
    WHERE a.aggtranstype = 'tally_state'::regtype GROUP BY p.oid;
-- frames, and the same as distances of row numbers
CREATE TEMP TABLE frame AS
    SELECT * FROM (VALUES
        ('ROWS 3 PRECEDING', -3, 0), ('ROWS BETWEEN 6 PRECEDING AND 2 PRECEDING', -6, -2),
        ('ROWS BETWEEN CURRENT ROW AND 4 FOLLOWING', 0, 4),
        ('ROWS BETWEEN 1 FOLLOWING AND 7 FOLLOWING', 1, 7), ('ROWS BETWEEN 30 PRECEDING AND 10 FOLLOWING', -30, 10),
        ('ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING', 0, 1000)) v(frame, since, until);

SELECT is(count(*), 34::bigint, 'every aggregate is called') FROM call;
SELECT is_empty(
    (SELECT string_agg(format($q$
        SELECT %1$L AS frame, %3$L AS filter, id, moving, fresh
        FROM (SELECT id, (%2$s %3$s OVER (ORDER BY id %1$s))::text AS moving FROM row) m,
             LATERAL (SELECT (%2$s %3$s)::text AS fresh FROM row r WHERE r.id BETWEEN m.id + %4$s AND m.id + %5$s) f
        WHERE moving IS DISTINCT FROM fresh $q$, frame, call, filter, since, until), ' UNION ALL ')
     FROM frame, unnest(ARRAY['', 'FILTER (WHERE id % 3 <> 1)']) filter),
    format('%s over a moving window equals a query over each frame, with and without FILTER', aggregate))
FROM call ORDER BY aggregate;

SELECT is_empty(
    $$ SELECT id FROM (SELECT id, part, tally(f, weight) OVER w AS t, nps(f) OVER w AS nps, experience_index(f) OVER w AS x FROM row
                       WINDOW w AS (PARTITION BY part ORDER BY id ROWS 12 PRECEDING)) m,
           LATERAL (SELECT tally(f, weight) AS t, nps(f) AS nps, experience_index(f) AS x FROM row r
               WHERE r.part = m.part AND r.id BETWEEN m.id - 48 AND m.id) q
       WHERE (m.t::text, m.nps, m.x) IS DISTINCT FROM (q.t::text, q.nps, q.x) $$,
    'partitions start from nothing, and several aggregates share a window');
SELECT is_empty(
    $$ SELECT id FROM (SELECT id, day, tally(f, weight) OVER w AS t, nps(fine_nps) OVER w AS nps, rollup(t) OVER w AS r FROM row
                       WINDOW w AS (ORDER BY day RANGE BETWEEN '7 days' PRECEDING AND '1 day' PRECEDING)) m,
           LATERAL (SELECT tally(f, weight) AS t, nps(fine_nps) AS nps, rollup(t) AS r FROM row r
               WHERE r.day BETWEEN m.day - 7 AND m.day - 1) q
       WHERE (m.t::text, m.nps, m.r::text) IS DISTINCT FROM (q.t::text, q.nps, q.r::text) $$,
    'RANGE frames of days, with several rows on a day');
SELECT is_empty(
    $$ SELECT id FROM (SELECT id, day, tally(kind, score, lo, hi) OVER w AS t, ces(fine_ces) OVER w AS ces FROM row
                       WINDOW w AS (ORDER BY day GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)) m,
           LATERAL (SELECT tally(kind, score, lo, hi) AS t, ces(fine_ces) AS ces FROM row r
                    WHERE r.id <> m.id AND r.day IN ((SELECT day FROM row WHERE day <= m.day GROUP BY 1 ORDER BY 1 DESC LIMIT 1 OFFSET 0),
                          (SELECT day FROM row WHERE day <= m.day GROUP BY 1 ORDER BY 1 DESC LIMIT 1 OFFSET 1),
                          (SELECT day FROM row WHERE day <= m.day GROUP BY 1 ORDER BY 1 DESC LIMIT 1 OFFSET 2),
                          (SELECT day FROM row WHERE day > m.day GROUP BY 1 ORDER BY 1 LIMIT 1))) q
       WHERE (m.t::text, m.ces) IS DISTINCT FROM (q.t::text, q.ces) $$,
    'GROUPS frames, and frames that exclude the current row');

-- A window through which thousands of different answers pass: the state forgets those that left, and keeps the rest.
CREATE TEMP TABLE stream AS
    SELECT id, feedback('rating', round((random() * 2000 - 1000)::numeric, 3)::float8, -1000, 1000) AS f,
        round((random() * 3)::numeric, 3)::float8 AS weight
    FROM generate_series(1, 4000) id;
ALTER TABLE stream ADD PRIMARY KEY (id);
SELECT is_empty(
    $$ SELECT id FROM (SELECT id, tally(f) OVER w AS t, tally(f, weight) OVER w AS tw
        FROM stream WINDOW w AS (ORDER BY id ROWS 25 PRECEDING)) m,
           LATERAL (SELECT tally(f) AS t, tally(f, weight) AS tw FROM stream r WHERE r.id BETWEEN m.id - 25 AND m.id) q
       WHERE (m.t::text, m.tw::text) IS DISTINCT FROM (q.t::text, q.tw::text) $$,
    'thousands of different answers passing through a small window');

-- ---- what an inverse function may and may not do ----

SELECT is(tally_final(tally_take(tally_accum('tally{nps: 3=1}'::tally_state, 'nps:9'::feedback), 'nps:9'::feedback))::text,
    'tally{nps: 3=1}',
    'taking out what was put in leaves what was there');
SELECT is(tally_final(tally_take('tally{nps: 3=1}'::tally_state, 'nps:3'::feedback))::text, NULL,
    'taking out the last answer leaves nothing: NULL');
SELECT throws_ok($$ SELECT tally_take('tally{nps: 3=1}'::tally_state, 'nps:9'::feedback) $$, '22023',
    'cannot take an answer out of a tally that does not hold it', 'an answer that is not there cannot be taken out');
SELECT is(state::text, 'tally{nps: 3=1}', 'support functions called by hand work on a copy')
FROM (SELECT 'tally{nps: 3=1}'::tally_state AS state OFFSET 0) x, LATERAL (SELECT nps_accum(state, 3), nps_take(state, 3) OFFSET 0) y;

SELECT * FROM finish();
ROLLBACK;
