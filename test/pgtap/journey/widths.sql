-- Dictionaries of every size and steps of every width: what reads codes and times many at a time, against plain SQL over the rows.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(15);

DO $$ BEGIN PERFORM setseed(0.3117); END $$;

-- entries around all powers of two that are the limit of something, and lengths around multiples of 8, 64 and 128
CREATE TABLE shape AS
    SELECT row_number() OVER ()::int AS id, k AS entries, greatest(n, k) AS n
    FROM unnest(ARRAY[1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 400]) k,
         unnest(ARRAY[1, 2, 7, 8, 9, 15, 17, 63, 64, 65, 66, 72, 127, 128, 129, 130, 192, 193, 257, 700]) n;

-- the kinds of steps: seconds in bursts; all equal; all 0; microseconds; one step longer than 2^43 units, so that they are read one by one
CREATE TABLE touch AS
    SELECT id, i, entries, id % 5 AS kind,
           '2024-02-29Z'::timestamptz + sum(CASE WHEN i = 1 THEN 0 ELSE
               CASE id % 5 WHEN 0 THEN CASE WHEN random() < 0.2 THEN floor(random() * 600000) ELSE floor(random() * 300) END
                           WHEN 1 THEN 60 WHEN 2 THEN 0
                           WHEN 3 THEN CASE WHEN random() < 0.5 THEN 0 ELSE floor(random() * 1e9) / 1e6 END
                           ELSE CASE WHEN i = n / 2 THEN 1e7 + 0.000001 ELSE floor(random() * 100) END END END)
               OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
           -- each entry once, then as it comes
           1 + CASE WHEN i <= entries THEN i % entries ELSE floor(random() * entries)::int END AS place
    FROM shape, generate_series(1, n) i;
CREATE TABLE log AS SELECT id, i, kind, at, 'name ' || place AS touchpoint, place - 1 AS number FROM touch;
CREATE INDEX ON log (id, number, i);
ANALYZE log;
CREATE TABLE journeys AS
    SELECT id, journey_agg(at, touchpoint ORDER BY i) AS names, journey_agg(at, number ORDER BY i) AS numbers,
           -- the same in two facets
           journey_agg(at, (number / 20)::text, (number % 20)::text ORDER BY i) AS facets
    FROM log GROUP BY id;

SELECT is(count(DISTINCT entries), 22::bigint, 'dictionaries of ' || string_agg(DISTINCT entries::text, ' ')) FROM shape;
SELECT is_empty($$ SELECT id, place, at, touchpoint FROM journeys, LATERAL (SELECT row_number() OVER () AS place, t.at, t.touchpoint FROM touches(names) t) t
    EXCEPT ALL SELECT id, i, at, touchpoint FROM log $$, 'names and times come back, in order');
SELECT is_empty($$ SELECT id, place, at, touchpoint FROM journeys, LATERAL (SELECT row_number() OVER () AS place, t.at, t.touchpoint FROM touches(numbers) t) t
    EXCEPT ALL SELECT id, i, at, number::text FROM log $$, 'so do numbers');
SELECT is_empty($$ SELECT id FROM journeys WHERE names::text::journey <> names OR journey_send(numbers::text::journey) <> journey_send(numbers) $$,
    'and so does the text form');

-- sets of codes: one step, or some; the touches that are found are those that rows tell
SELECT is_empty($$ SELECT id, count_of(names, 'name 1'), count_of(numbers, '0'), count_of(facets, '0@0') FROM journeys
    EXCEPT SELECT id, count(*) FILTER (WHERE number = 0), count(*) FILTER (WHERE number = 0), count(*) FILTER (WHERE number = 0) FROM log GROUP BY id $$,
    'touches counted');
SELECT is_empty($$ SELECT id, step, reached FROM journeys, LATERAL (SELECT ordinality AS step, reached
        FROM unnest(funnel_times(names, '{name 1,[name 2|name 3|name 40],name 2}'::text[], '700 hours')) WITH ORDINALITY AS x (reached, ordinality)) s
    EXCEPT SELECT id, step, reached FROM journeys, LATERAL (SELECT ordinality AS step, reached
        FROM unnest(funnel_times(numbers, '{0,[1|2|39],1}'::text[], '700 hours')) WITH ORDINALITY AS x (reached, ordinality)) s $$,
    'a funnel over numbers is that over names');
SELECT is_empty($$ SELECT id, funnel_depth(names, '{name 2,name 1,name 2}'::text[], '100 hours') FROM journeys
    EXCEPT SELECT id, coalesce(max(CASE WHEN c.i IS NOT NULL THEN 3 WHEN b.i IS NOT NULL THEN 2 WHEN a.number = 1 THEN 1 END), 0)
    FROM journeys LEFT JOIN log a USING (id)
    LEFT JOIN LATERAL (SELECT i FROM log b WHERE a.number = 1 AND b.id = a.id AND b.number = 0 AND b.i > a.i AND b.at <= a.at + interval '100 hours'
                       ORDER BY i LIMIT 1) b ON true
    LEFT JOIN LATERAL (SELECT i FROM log c WHERE c.id = a.id AND c.number = 1 AND c.i > b.i AND c.at <= a.at + interval '100 hours' ORDER BY i LIMIT 1) c ON true
    GROUP BY id $$,
    'and its depth what rows joined to rows give');
SELECT is_empty($$ SELECT id, count(*) FROM journeys, journey_find(facets, '0@1|1@3') GROUP BY id
    EXCEPT SELECT id, count(*) FILTER (WHERE number IN (1, 23)) FROM log GROUP BY id $$, 'facets asked for together');
SELECT is_empty($$ SELECT id, count(*) FROM journeys, journey_find(numbers, '0|7|8|15|31|32|40|62|63') GROUP BY id
    EXCEPT SELECT id, count(*) FILTER (WHERE number IN (0, 7, 8, 15, 31, 32, 40, 62, 63)) FROM log GROUP BY id $$, 'codes from all over the set');
SELECT is_empty($$ SELECT id, a, b, funnel_depth(numbers, ARRAY[a, b], interval '10000 days'), numbers @~ (a || ' ~> ' || b)::journey_pattern
        FROM journeys, unnest('{62,31,40,7,15,33}'::text[], '{7,32,62,63,8,48}'::text[]) AS x (a, b)
    EXCEPT SELECT id, a, b, CASE WHEN bool_or(number = b::int AND before) THEN 2 WHEN bool_or(number = a::int) THEN 1 ELSE 0 END,
                  coalesce(bool_or(number = b::int AND before), false)
    FROM (SELECT id, a, b, number, bool_or(number = a::int) OVER (PARTITION BY id, a ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM log, unnest('{62,31,40,7,15,33}'::text[], '{7,32,62,63,8,48}'::text[]) AS x (a, b)) y GROUP BY id, a, b $$, 'one after the other');
SELECT is_empty($$ SELECT id, count(*) FROM journeys, journey_find(facets, '@3|1') GROUP BY id
    EXCEPT SELECT id, count(*) FILTER (WHERE number % 20 = 3 OR number / 20 = 1) FROM log GROUP BY id $$, 'and apart');

-- every code of every journey
SELECT results_eq($$ SELECT source, target, n, journeys FROM flow_edges((SELECT flow_agg(names, 'touchpoint', false) FROM journeys)) ORDER BY source COLLATE "C", target COLLATE "C" $$,
    $$ SELECT source, target, count(*), count(DISTINCT id)
       FROM (SELECT id, touchpoint AS source, lead(touchpoint) OVER (PARTITION BY id ORDER BY i) AS target FROM log) x WHERE target IS NOT NULL
       GROUP BY 1, 2 ORDER BY source COLLATE "C", target COLLATE "C" $$, 'transitions between names');
SELECT results_eq($$ SELECT source::int, target::int, n, journeys FROM flow_edges((SELECT flow_agg(numbers, 'touchpoint', false) FROM journeys)) ORDER BY 1, 2 $$,
    $$ SELECT source, target, count(*), count(DISTINCT id)
       FROM (SELECT id, number AS source, lead(number) OVER (PARTITION BY id ORDER BY i) AS target FROM log) x WHERE target IS NOT NULL
       GROUP BY 1, 2 ORDER BY 1, 2 $$, 'and between numbers');

-- every step of every journey
SELECT is_empty($$ SELECT id, gap, session_count(names, gap) FROM journeys, unnest('{0,1 microsecond,59 s,1 min,30 min,2 days,200 days}'::interval[]) gap
    EXCEPT SELECT id, gap, count(*) FILTER (WHERE before IS NULL OR at - before > gap)
    FROM (SELECT id, at, lag(at) OVER (PARTITION BY id ORDER BY i) AS before FROM log) x,
         unnest('{0,1 microsecond,59 s,1 min,30 min,2 days,200 days}'::interval[]) gap GROUP BY id, gap $$, 'sessions');
SELECT results_eq($$ SELECT sessions, touches, bounces, round(mean_seconds::numeric, 3) FROM session_report((SELECT session_agg(numbers, '30 min') FROM journeys)) $$,
    $$ SELECT count(*), sum(n)::bigint, count(*) FILTER (WHERE n = 1), round(avg(length)::numeric, 3)
       FROM (SELECT count(*) AS n, extract(epoch FROM max(at) - min(at)) AS length
             FROM (SELECT id, at, count(*) FILTER (WHERE opens) OVER (PARTITION BY id ORDER BY i) AS session
                   FROM (SELECT id, i, at, coalesce(at - lag(at) OVER (PARTITION BY id ORDER BY i) > interval '30 min', true) AS opens FROM log) a) b
             GROUP BY id, session) c $$, 'and how long they are');

SELECT * FROM finish();
ROLLBACK;
