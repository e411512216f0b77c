-- Patterns against brute force. Every way to choose touches of a journey is written as a text in which "!a" is a touch that
-- is chosen, "_a" one that is passed over, and each "," before it a minute that passed. A pattern is a regular expression over
-- such texts: -> is nothing, ~> any touches passed over, ~[^x]> such touches that are not x. A choice is a match if the text
-- from the first to the last touch chosen fits. So the server's regular expressions, which know nothing of ours, decide.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
SELECT plan(38);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- ---- journeys of up to 7 touches; letter A is letter a by channel x ----

CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
    AS 'SELECT choices[1 + floor(random() * cardinality(choices))::int]';

CREATE TEMP TABLE touch AS
    WITH r AS MATERIALIZED (
        SELECT way, i, pg_temp.pick('a', 'b', 'c', 'A', 'B', 'C') AS letter,
               pg_temp.pick('0', '0', '0', '1', '1', '2', '5')::int AS minutes
        FROM generate_series(1, 400) way, generate_series(1, 7) i WHERE i <= way % 8)
    SELECT *, sum(minutes) OVER (PARTITION BY way ORDER BY i) AS at FROM r;
CREATE TEMP TABLE way AS
    SELECT way, coalesce(j, '[]') AS j, coalesce(n, 0) AS n
    FROM generate_series(1, 400) way
        LEFT JOIN (SELECT way, count(*)::int AS n,
                          journey_agg('2026-01-01 00:00Z'::timestamptz + at * interval '1 minute',
                                      CASE lower(letter) WHEN 'a' THEN 'a' WHEN 'b' THEN '7' ELSE 'B c' END,
                                      CASE WHEN letter <> lower(letter) THEN 'x' END ORDER BY i) AS j
                   FROM touch GROUP BY way) t USING (way);

-- every way to choose at least one touch
CREATE TEMP TABLE choice AS
    SELECT way, mask, min(i) FILTER (WHERE chosen) AS first, max(i) FILTER (WHERE chosen) AS last,
           array_agg(i ORDER BY i) FILTER (WHERE chosen) AS positions,
           max(at) FILTER (WHERE chosen) - min(at) FILTER (WHERE chosen) AS span,
           substring(string_agg(repeat(',', minutes) || CASE WHEN chosen THEN '!' ELSE '_' END || letter, '' ORDER BY i) FROM '!.*![a-cA-C]|![a-cA-C]') AS text
    FROM (SELECT *, (mask >> (i - 1)) & 1 = 1 AS chosen FROM touch JOIN way USING (way), generate_series(1, (1 << way.n) - 1) mask) c
    GROUP BY way, mask;
CREATE INDEX ON choice (way);
ANALYZE choice;

-- ---- patterns, each with its regular expression ----

CREATE FUNCTION pg_temp.draw_touch(OUT pattern text, OUT expr text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    letters text[] := string_to_array(pg_temp.pick('a=aA', 'a=aA', '7=bB', '"7"=bB', '"B c"=cC', '@x=ABC', 'a@x=A', '"B c"@x=C', '.=abcABC',
                                                   '[a|7]=aAbB', '[ a@x | "B c" ]=AcC', '[^a]=bBcC', '[^7|@x]=ac', '[@x]=ABC'), '=');
BEGIN
    pattern := letters[1];
    expr := ',*![' || letters[2] || ']';
END $$;

CREATE FUNCTION pg_temp.draw_hop(limited boolean, OUT hop text, OUT time_limit text, OUT expr text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    kind text[] := string_to_array(pg_temp.pick('->', '->', '~>=abcABC', '~>=abcABC', '~[^a]>=bBcC', '~[^@x]>=abc', '~[^ a | 7 ]>=cC'), '=');
    after int := floor(random() * 4);
    within int := floor(random() * 6);
BEGIN
    hop := kind[1];
    time_limit := '';
    expr := coalesce('(?:,*_[' || kind[2] || '])*', '');
    IF limited AND random() < 0.6 THEN
        -- so many minutes before the next touch that is chosen
        time_limit := ' within ' || CASE within % 3 WHEN 0 THEN within * 60 || 's' WHEN 1 THEN within || ' m' ELSE within - 1 || 'm 60s' END;
        expr := '(?!(?:[^!,]*,){' || within + 1 || '})' || expr;
    END IF;
    IF limited AND random() < 0.4 THEN
        time_limit := time_limit || ' after ' || after || 'm';
        expr := CASE WHEN after > 0 THEN '(?=(?:[^!,]*,){' || after || '})' ELSE '' END || expr;
    END IF;
END $$;

-- Alternatives, sequences, repetitions. A limit stands only where it may: between two plain touches, and in no repetition.
CREATE FUNCTION pg_temp.draw_pattern(depth int, repeated boolean, alternatives int, OUT pattern text, OUT expr text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    item record;
    hop record;
    quantifier text;
    plain boolean;
    was_plain boolean;
BEGIN
    pattern := '';
    expr := '';
    FOR alternative IN 1 .. alternatives LOOP
        pattern := pattern || CASE WHEN alternative > 1 THEN pg_temp.pick('|', ' | ') ELSE '' END;
        expr := expr || CASE WHEN alternative > 1 THEN '|' ELSE '' END;
        FOR i IN 1 .. pg_temp.pick('1', '2', '2', '3', '4')::int LOOP
            quantifier := CASE WHEN random() < 0.3 THEN pg_temp.pick('*', '+', '?', '?', '{2}', '{0,2}', '{1,2}', '{2,}') ELSE '' END;
            plain := quantifier = '' AND (depth = 0 OR random() < 0.7);
            IF plain OR depth = 0 OR random() < 0.4 THEN
                SELECT * INTO item FROM pg_temp.draw_touch();
            ELSE
                SELECT '(' || d.pattern || ')' AS pattern, d.expr INTO item
                FROM pg_temp.draw_pattern(depth - 1, repeated OR quantifier <> '', pg_temp.pick('1', '1', '2', '3')::int) d;
            END IF;
            item.pattern := item.pattern || quantifier;
            item.expr := '(?:' || item.expr || ')' || quantifier;
            IF i > 1 THEN
                SELECT * INTO hop FROM pg_temp.draw_hop(plain AND was_plain AND NOT repeated);
                item.pattern := pg_temp.pick('', ' ') || hop.hop || pg_temp.pick('', ' ') || item.pattern || hop.time_limit;
                item.expr := hop.expr || item.expr;
            END IF;
            pattern := pattern || item.pattern;
            expr := expr || item.expr;
            was_plain := plain;
        END LOOP;
    END LOOP;
END $$;

CREATE TEMP TABLE drawn AS
    WITH r AS MATERIALIZED (
        SELECT id, d.*, pg_temp.pick('', '', '^') AS starts, pg_temp.pick('', '', '$') AS ends,
               CASE WHEN random() < 0.4 THEN floor(random() * 8)::int END AS within
        FROM generate_series(1, 1500) id, pg_temp.draw_pattern(2, false, (id % 3 / 2) + 1) d)
    SELECT id, CASE WHEN id % 2 = 0 THEN pattern ELSE starts || '(' || pattern || ')' || ends || coalesce(' within ' || within || 'm', '') END AS text,
           '^(?:' || expr || ')$' AS expr, id % 2 = 1 AND starts = '^' AS starts, id % 2 = 1 AND ends = '$' AS ends,
           CASE WHEN id % 2 = 1 THEN within END AS within
    FROM r;
ALTER TABLE drawn ADD p journey_pattern;
UPDATE drawn SET p = text::journey_pattern;
INSERT INTO drawn VALUES (0, '^$', '^$', true, true, NULL, '^$');

CREATE TEMP TABLE pair AS
    SELECT row_number() OVER () AS pair, id, way FROM drawn, generate_series(0, 6) k, LATERAL (SELECT 1 + (id * 37 + k * 57) % 400 AS way) w;

SELECT cmp_ok((SELECT count(*)::int FROM pair), '>=', 10000, 'ten thousand pairs of a pattern and a journey');
SELECT cmp_ok((SELECT count(*)::int FROM drawn WHERE text ~ 'm$|s$|m |s '), '>=', 300, 'hundreds of patterns have time limits');

-- ---- what brute force says ----

CREATE TEMP TABLE fit AS
    SELECT pair, first, last, positions
    FROM (SELECT * FROM pair JOIN drawn USING (id) ORDER BY id) p JOIN way USING (way) JOIN choice c USING (way)
    WHERE (NOT starts OR first = 1) AND (NOT ends OR last = n) AND (within IS NULL OR span <= within) AND c.text ~ expr;
CREATE TEMP TABLE best AS -- of those that begin at one touch
    SELECT DISTINCT ON (pair, first) * FROM fit ORDER BY pair, first, last, positions;
CREATE INDEX ON best (pair, first);
ANALYZE best;
CREATE TEMP TABLE expected AS
    WITH RECURSIVE walk AS (
        SELECT pair, 0 AS match, 0 AS last, NULL::int[] AS positions FROM pair
        UNION ALL
        SELECT w.pair, w.match + 1, b.last, b.positions
        FROM walk w, LATERAL (SELECT * FROM best b WHERE b.pair = w.pair AND b.first > w.last ORDER BY first LIMIT 1) b)
    SELECT pair, id, way, max(match) AS matches, array_agg(positions::text ORDER BY match) FILTER (WHERE match > 0) AS found,
           max(match) > 0 OR ('' ~ min(expr) AND (min(n) = 0 OR NOT (bool_or(starts) AND bool_or(ends)))) AS fits
    FROM walk JOIN pair USING (pair) JOIN drawn USING (id) JOIN way USING (way)
    GROUP BY pair, id, way;

SELECT cmp_ok((SELECT count(*)::int FROM expected WHERE matches > 0), '>=', 3000, 'many of them match');
SELECT cmp_ok((SELECT count(*)::int FROM expected WHERE matches > 1), '>=', 1000, 'and more than once, many of them');
SELECT cmp_ok((SELECT count(*)::int FROM expected WHERE fits AND matches = 0), '>=', 200, 'some fit with nothing at all');

-- ---- what we say ----

SELECT is_empty($$ SELECT text, j, fits FROM expected JOIN drawn USING (id) JOIN way USING (way) WHERE (j @~ p) <> fits $$,
    '@~ agrees with brute force');
SELECT is_empty($$ SELECT text, j, fits FROM expected JOIN drawn USING (id) JOIN way USING (way) WHERE (p ~@ j) <> fits $$,
    'so does ~@');
SELECT is_empty($$ SELECT text, j, fits FROM expected JOIN drawn USING (id) JOIN way USING (way) WHERE journey_match(j, text) <> fits $$,
    'so does journey_match, of patterns as text');
SELECT is_empty($$ SELECT text, j, matches FROM expected JOIN drawn USING (id) JOIN way USING (way) WHERE journey_count(j, p) <> matches $$,
    'journey_count agrees with brute force');
SELECT is_empty($$ SELECT text, j, matches FROM expected JOIN drawn USING (id) JOIN way USING (way) WHERE journey_count(j, text) <> matches $$,
    'also of patterns as text');
SELECT is_empty(
    $$ SELECT text, j, found FROM expected JOIN drawn USING (id) JOIN way USING (way)
       WHERE (SELECT array_agg(positions::text ORDER BY match) FROM journey_find(j, p)) IS DISTINCT FROM found $$,
    'journey_find agrees with brute force about each touch');
SELECT is_empty(
    $$ SELECT text, j FROM expected JOIN drawn USING (id) JOIN way USING (way)
       WHERE EXISTS (SELECT * FROM journey_find(j, p) EXCEPT ALL SELECT * FROM journey_find(j, text)) $$,
    'also of patterns as text');
SELECT is_empty(
    $$ SELECT text, f.* FROM pair JOIN drawn USING (id) JOIN way USING (way), journey_find(j, p) f,
              LATERAL (SELECT array_agg(at ORDER BY position) AS times FROM touches(j)) t
       WHERE started_at <> times[positions[1]] OR ended_at <> times[positions[cardinality(positions)]] $$,
    'journey_find tells the times of the first and the last touch');
SELECT is_empty($$ SELECT text, p FROM drawn WHERE p::text::journey_pattern <> p OR p::text::journey_pattern::text <> p::text $$,
    'the text form comes back unchanged');

-- ---- laws on journeys too long for brute force ----

CREATE TEMP TABLE long AS
    WITH r AS MATERIALIZED (
        SELECT i, chr(97 + floor(random() * 6)::int) AS name, floor(random() * 4) * floor(random() * 1000) AS seconds, 1 + i % 3 AS way
        FROM generate_series(1, 9000) i),
    t AS (SELECT *, '2026-01-01 00:00Z'::timestamptz + sum(seconds) OVER (PARTITION BY way ORDER BY i) * interval '1 s' AS at FROM r)
    SELECT way, journey_agg(at, name ORDER BY i) AS j FROM t GROUP BY way;
CREATE TEMP TABLE long_touch AS SELECT way, t.* FROM long, touches(j) t;
CREATE INDEX ON long_touch (way, touchpoint, position);

SELECT is_empty($$ SELECT way FROM long WHERE journey_count(j, 'a') <> count_of(j, 'a') OR journey_count(j, '.') <> touch_count(j) $$,
    'matches of one touch are counted as touches');
SELECT is_empty(
    $$ SELECT way FROM long WHERE journey_count(j, 'a -> b') <>
           (SELECT count(*) FROM long_touch x JOIN long_touch y USING (way) WHERE way = long.way AND x.touchpoint = 'a' AND y.touchpoint = 'b' AND y.position = x.position + 1) $$,
    'a -> b: as many as there are pairs of neighbours');
SELECT is_empty(
    $$ SELECT way FROM long, (VALUES ('a ~> b within 10m after 60s', 60, 600), ('a ~> b within 1h', 0, 3600), ('a ~> b after 3h', 10800, 1e9), ('a ~> b within 0s', 0, 0)) v(p, lo, hi)
       WHERE (SELECT array_agg((positions[1], positions[2]) ORDER BY match) FROM journey_find(j, p)) IS DISTINCT FROM
             (WITH RECURSIVE b AS (
                  SELECT x.position AS first, min(y.position) AS last
                  FROM long_touch x JOIN long_touch y USING (way)
                  WHERE way = long.way AND x.touchpoint = 'a' AND y.touchpoint = 'b' AND y.position > x.position
                    AND y.at BETWEEN x.at + lo * interval '1 s' AND x.at + hi * interval '1 s' GROUP BY 1),
              w AS (SELECT 0 AS first, 0 AS last UNION ALL
                    SELECT n.* FROM w, LATERAL (SELECT * FROM b WHERE b.first > w.last ORDER BY b.first LIMIT 1) n)
              SELECT array_agg((first, last) ORDER BY first) FROM w WHERE first > 0) $$,
    'a ~> b with limits: as a join says');
SELECT is_empty(
    $$ SELECT way FROM long, unnest(ARRAY['a ~> b ~> c within 5m', '(a -> [^a]* -> a) within 2h', 'a{2,3} ~[^f]> d', '(a|b)+ -> c ~> d after 1m']) p
       WHERE journey_count(j, p) <> (SELECT count(*) FROM journey_find(j, p)) OR (journey_count(j, p) > 0) <> journey_match(j, p) $$,
    'journey_match, journey_count and journey_find agree');

-- ---- what grows: nothing but linearly ----

CREATE TEMP TABLE same AS SELECT journey_agg(timestamptz '2026-01-01 00:00Z' + i * interval '1 s', 'a') AS j FROM generate_series(1, 10000) i;
SELECT ok((SELECT journey_match(slice(j, NULL, '2026-01-01 00:00:31Z'), '(a? -> a?){15} -> a{30}') FROM same), 'thirty optional touches before thirty required ones, of thirty');
SELECT ok((SELECT NOT journey_match(slice(j, NULL, '2026-01-01 00:00:30Z'), '(a? -> a?){15} -> a{30}') FROM same), 'but not of twenty-nine');
SELECT ok((SELECT NOT journey_match(j, '(a? ~> a?){15} ~> ((a|a)*)* ~> (. ~> b)+') FROM same), 'ten thousand touches, and no way to match');
SELECT is((SELECT journey_count(j, '(a? -> a?){15} -> a{30}') FROM same), 10000 / 30, 'nor to lose count');
SELECT is((SELECT sum(cardinality(positions))::int FROM same, journey_find(j, 'a -> a within 1s')), 10000, 'a limit at each touch');
SELECT is((SELECT journey_count(j, 'a ~> a after 1h within 2h') FROM same), 2, 'a window that moves along');
SELECT is((SELECT journey_count(j, '^a{1000} ~> a$') FROM same), 1, 'a thousand touches wanted');

-- ---- refusals: what no pattern is, and what is too large for one ----

SELECT throws_ok(format('SELECT %L::journey_pattern', p), '22P02', NULL, 'no pattern: ' || p)
FROM unnest('{a ~> b within 1.,a ~[x,a ~[x]> b,(a -> b) within x,a -> b within,a -> . ~>}'::text[]) p;
SELECT throws_ok(format('SELECT count_of(%L, %L)', '[]', p), '22P02', NULL, 'no touch: ' || p) FROM unnest('{a@.,.@a,[a|.@b}'::text[]) p;
SELECT throws_ok($$ SELECT ('[' || repeat('a|', 10000) || 'a]')::journey_pattern $$, '54000', 'brackets may hold up to 10000 touches', 'brackets hold up to 10000 touches');
SELECT throws_ok($$ SELECT (repeat('a -> ', 20001) || 'a')::journey_pattern $$, '54000', NULL, 'a pattern has up to 10000 touches and hops');
SELECT throws_ok($$ SELECT (repeat('"' || repeat('x', 4000) || '" -> ', 300) || 'a')::journey_pattern $$, '54000', 'a pattern may have up to 1 MB of text', 'and up to 1 MB of text');

CREATE TEMP TABLE hashed AS SELECT unnest(ARRAY['a', 'b', 'a -> b', 'a ~> b', '"a" -> b', 'a ~> b within 24h', 'a ~> b within 1d', '.', '[a|b]']::journey_pattern[]) AS p;
SELECT is_empty($$ SELECT a.p, b.p FROM hashed a, hashed b WHERE (a.p = b.p) <> (journey_pattern_hash_extended(a.p, 77) = journey_pattern_hash_extended(b.p, 77)) OR (a.p = b.p) <> (journey_pattern_hash(a.p) = journey_pattern_hash(b.p))
                      OR journey_pattern_hash_extended(a.p, 0) & 4294967295 <> journey_pattern_hash(a.p)::bigint & 4294967295 $$, 'patterns hash alike if they are equal, and these only then');

SELECT * FROM finish();
ROLLBACK;
