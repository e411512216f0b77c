-- The aggregates over plain rows against slow and obvious references: chains searched exhaustively, patterns matched by trying
-- every row, regular expressions; and the laws of their state: any order, any split, the same bytes.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'Asia/Kathmandu';  -- must not matter
SET LOCAL jit = off;
SELECT plan(34);

DO $$ BEGIN PERFORM setseed(0.1618); END $$;

-- 4,000 groups of up to 7 rows in up to 8 seconds, so that there are ties; each with its own window, some without
CREATE TEMP TABLE draw AS
    WITH r AS MATERIALIZED (
        SELECT trial, id, random() AS a, random() AS b, random() AS c, random() AS d, random() AS luck, floor(random() * 4)::int AS part
        FROM generate_series(1, 4000) trial, generate_series(1, 1 + trial % 7) id)
    SELECT trial, id, part, luck, timestamptz '1999-12-31 23:59:57Z' + floor(a * (1 + trial % 8)) * interval '1 s' AS at,
           b < 0.15 + 0.1 * (trial % 5) AS c1, c < 0.15 + 0.1 * (trial % 4) AS c2, d < 0.15 + 0.1 * (trial % 6) AS c3,
           (trial % 5) * interval '1 s' AS within
    FROM r;
UPDATE draw SET within = NULL WHERE trial % 11 = 0;
-- some that are not known, some rows without a time
UPDATE draw SET c2 = NULL WHERE NOT c2 AND luck < 0.3;
INSERT INTO draw SELECT trial, 100, 0, 0.5, NULL, true, true, true, within FROM draw WHERE id = 1 AND trial % 3 = 0;
CREATE INDEX ON draw (trial);
ANALYZE draw;

-- ---- window_funnel: the longest chain of all that there are ----

CREATE TEMP TABLE mode AS SELECT unnest(ARRAY['default', 'strict_increase', 'strict_once', 'strict_once, strict_increase']) AS mode;
CREATE TEMP TABLE longest AS
    WITH RECURSIVE chain AS (
        SELECT trial, mode, 1 AS length, ARRAY[id] AS used, at AS first, at AS last FROM draw, mode WHERE c1 AND at IS NOT NULL
        UNION ALL
        SELECT trial, mode, length + 1, used || id, first, at
        FROM chain JOIN draw USING (trial)
        WHERE CASE length WHEN 1 THEN c2 WHEN 2 THEN c3 END AND (at - first <= within OR within IS NULL)
          AND CASE WHEN mode ~ 'increase' THEN at > last ELSE at >= last END
          AND (mode !~ 'once' OR id <> ALL (used)))
    SELECT trial, mode, coalesce(max(length), 0) AS length
    FROM (SELECT DISTINCT trial FROM draw) t CROSS JOIN mode LEFT JOIN chain USING (trial, mode) GROUP BY 1, 2;
CREATE FUNCTION pg_temp.wrong(m text) RETURNS TABLE (trial int, ours int, reference int) LANGUAGE sql AS $$
    SELECT trial, window_funnel(within, m, at, c1, c2, c3 ORDER BY luck), length
    FROM draw JOIN longest USING (trial) WHERE mode = m GROUP BY trial, length
    HAVING window_funnel(within, m, at, c1, c2, c3 ORDER BY luck) <> length $$;
SELECT is_empty(format('SELECT * FROM pg_temp.wrong(%L)', mode), 'window_funnel, mode ' || mode || ', is the longest chain') FROM mode;
SELECT is_empty($$ SELECT trial, window_funnel(within, at, c1, c2, c3) AS ours, length FROM draw JOIN longest USING (trial)
                   WHERE mode = 'default' GROUP BY trial, length HAVING window_funnel(within, at, c1, c2, c3) <> length $$,
    'and without a mode, too');
SELECT cmp_ok((SELECT count(*) FROM longest a JOIN longest b USING (trial) WHERE a.mode = 'default' AND b.mode = 'strict_once' AND a.length <> b.length),
    '>', 100::bigint, 'there are many for which a row must not be used twice');
SELECT cmp_ok((SELECT count(*) FROM longest a JOIN longest b USING (trial)
               WHERE a.mode = 'strict_once' AND b.mode = 'strict_increase' AND a.length <> b.length),
    '>', 100::bigint, 'and many for which times must not be equal');

-- the modes that stop: rows and the conditions that hold in them one by one, rows of one time in the order of their conditions;
-- "best" is the longest chain among the first so many of them, and what stops is told by it
CREATE TEMP TABLE step AS
    SELECT trial, mode, within, condition, at, row_number() OVER (PARTITION BY trial, mode ORDER BY at, condition, luck)::int AS position
    FROM draw, unnest(ARRAY['strict_order', 'strict_deduplication', 'strict_order,strict_deduplication', 'strict_increase, strict_order',
                            'strict_deduplication,strict_increase']) mode,
         LATERAL (SELECT 1 WHERE c1 UNION ALL SELECT 2 WHERE c2 UNION ALL SELECT 3 WHERE c3
                  UNION ALL SELECT 0 WHERE mode ~ 'order' AND (c1 OR c2 OR c3) IS NOT TRUE) x(condition)
    WHERE at IS NOT NULL;
CREATE INDEX ON step (trial, mode, condition);
ANALYZE step;
CREATE TEMP TABLE chain AS
    WITH RECURSIVE chain AS (
        SELECT trial, mode, within, 1 AS length, position, at AS first, at AS last FROM step WHERE condition = 1
        UNION ALL
        SELECT s.trial, s.mode, s.within, length + 1, s.position, first, at
        FROM chain c JOIN step s ON s.trial = c.trial AND s.mode = c.mode AND s.condition = c.length + 1 AND s.position > c.position
        WHERE (at - first <= c.within OR c.within IS NULL) AND (s.mode !~ 'increase' OR at > last))
    SELECT DISTINCT trial, mode, length, position FROM chain;
CREATE INDEX ON chain (trial, mode, position);
ANALYZE chain;
CREATE TEMP TABLE until_stop AS
    WITH best AS (
        SELECT s.trial, s.mode, s.position, s.condition,
            coalesce((SELECT max(length) FROM chain c WHERE c.trial = s.trial AND c.mode = s.mode AND c.position < s.position), 0) AS best
        FROM step s),
    stop AS (
        SELECT trial, mode, min(position) AS position FROM best
        WHERE condition = 0 AND best >= 1
           OR condition >= 2 AND (mode ~ 'dedup' AND best >= condition OR mode ~ 'order' AND best BETWEEN 1 AND condition - 2)
        GROUP BY 1, 2)
    SELECT t.trial, m.mode, coalesce(max(c.length), 0) AS length
    FROM (SELECT DISTINCT trial FROM draw) t CROSS JOIN (SELECT DISTINCT mode FROM step) m
         LEFT JOIN stop s USING (trial, mode)
         LEFT JOIN chain c ON c.trial = t.trial AND c.mode = m.mode AND (c.position < s.position OR s.position IS NULL)
    GROUP BY 1, 2;
INSERT INTO longest SELECT * FROM until_stop;
SELECT is_empty(format('SELECT * FROM pg_temp.wrong(%L)', mode), 'window_funnel, mode ' || mode || ', is the longest chain until it stops')
FROM (SELECT DISTINCT mode FROM step ORDER BY 1) m;

-- ---- sequences ----

-- the rows as they stand in a sequence: with some condition, by time, the lowest condition in which two of a time differ first
CREATE TEMP TABLE lined_up AS
    SELECT trial, array_agg(extract(epoch FROM at)::float8 ORDER BY at, coalesce(c1, false) DESC, coalesce(c2, false) DESC, coalesce(c3, false) DESC) AS ats,
        array_agg(concat(coalesce(c1, false)::int, coalesce(c2, false)::int, coalesce(c3, false)::int)
                  ORDER BY at, coalesce(c1, false) DESC, coalesce(c2, false) DESC, coalesce(c3, false) DESC) AS held
    FROM draw WHERE at IS NOT NULL AND (c1 OR c2 OR c3) GROUP BY trial;
-- the last row of the match of tokens k, k + 1, ... that begins at row p: each hop tries the rows from left to right
CREATE FUNCTION pg_temp.match_end(ats float8[], held text[], conditions int[], hops text[], seconds float8[], k int, p int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    apart float8;
    found int;
BEGIN
    IF conditions[k] > 0 AND substr(held[p], conditions[k], 1) = '0' THEN RETURN NULL; END IF;
    IF k = cardinality(conditions) THEN RETURN p; END IF;
    FOR q IN p + 1 .. cardinality(ats) LOOP
        apart := ats[q] - ats[p];
        IF (CASE hops[k] WHEN '' THEN q = p + 1 WHEN '.*' THEN true WHEN '<' THEN apart < seconds[k] WHEN '<=' THEN apart <= seconds[k]
               WHEN '>' THEN apart > seconds[k] WHEN '>=' THEN apart >= seconds[k] WHEN '==' THEN apart = seconds[k] END) THEN
            found := pg_temp.match_end(ats, held, conditions, hops, seconds, k + 1, q);
            IF found IS NOT NULL THEN RETURN found; END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE FUNCTION pg_temp.match_count(ats float8[], held text[], conditions int[], hops text[], seconds float8[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    p int := 1;
    found int;
    n bigint := 0;
BEGIN
    WHILE p <= cardinality(ats) LOOP
        found := pg_temp.match_end(ats, held, conditions, hops, seconds, 1, p);
        IF found IS NOT NULL THEN n := n + 1; p := found; END IF;
        p := p + 1;
    END LOOP;
    RETURN n;
END $$;
-- a pattern for each group: up to four tokens, 0 is any row
CREATE TEMP TABLE pattern AS
    WITH r AS MATERIALIZED (
        SELECT trial, k, floor(random() * 4)::int AS condition, (ARRAY['', '.*', '<', '<=', '>', '>=', '=='])[1 + floor(random() * 7)::int] AS hop,
               floor(random() * 4) + CASE WHEN random() < 0.2 THEN 0.5 ELSE 0 END AS seconds
        FROM generate_series(1, 4000) trial, generate_series(1, 1 + trial % 4) k)
    SELECT trial, array_agg(condition ORDER BY k) AS conditions, array_agg(hop ORDER BY k) AS hops, array_agg(seconds ORDER BY k) AS seconds,
        string_agg(CASE condition WHEN 0 THEN '.' ELSE format('(?%s)', condition) END ||
                   CASE WHEN k = 1 + trial % 4 THEN '' WHEN hop IN ('', '.*') THEN hop ELSE format('(?t%s%s)', hop, seconds) END, '' ORDER BY k) AS pattern
    FROM r GROUP BY trial;
CREATE TEMP TABLE counted AS
    SELECT trial, pattern, pg_temp.match_count(ats, held, conditions, hops, seconds) AS n FROM pattern JOIN lined_up USING (trial);
SELECT cmp_ok(count(*) FILTER (WHERE n > 1), '>', 200::bigint, 'there are many patterns that match more than once') FROM counted;
SELECT is_empty(
    $$ SELECT trial, pattern, sequence_count(pattern, at, c1, c2, c3 ORDER BY luck) AS ours, n FROM counted JOIN draw USING (trial) GROUP BY trial, pattern, n
       HAVING sequence_count(pattern, at, c1, c2, c3 ORDER BY luck) <> n $$, 'sequence_count is what trying every row gives');
SELECT is_empty(
    $$ SELECT trial, pattern, n FROM counted JOIN draw USING (trial) GROUP BY trial, pattern, n
       HAVING sequence_match(pattern, at, c1, c2, c3) <> (n > 0) $$, 'sequence_match says whether there is a match');
SELECT is_empty(
    $$ SELECT trial, pattern FROM counted JOIN draw USING (trial) GROUP BY trial, pattern, n
       HAVING sequence_count('.*' || pattern || '.*', at, c1, c2, c3) <> n $$, '.* at the ends changes nothing');

-- where one condition holds in a row, a sequence is a string, and a pattern without times a regular expression
CREATE TEMP TABLE string AS
    SELECT trial, string_agg(substr('abc', 1 + floor(random() * 3)::int, 1), '') AS s
    FROM generate_series(1, 2000) trial, generate_series(1, 1 + trial % 40) i GROUP BY trial;
SELECT is_empty(
    $$ SELECT trial, pattern, expression, s FROM string,
            (VALUES ('(?1)(?2)', 'ab'), ('(?1).*(?2)', 'a.*?b'), ('(?1).(?1)', 'a.a'), ('(?1).*(?2)(?3).*.(?1)', 'a.*?bc.*?.a'), ('(?3)', 'c'),
                    ('(?1)(?1).*(?1)', 'aa.*?a'), ('..(?2).*.*(?2)', '..b.*?b')) p(pattern, expression),
            LATERAL (SELECT sequence_count(pattern, timestamptz '2020-01-01 00:00Z' + i * interval '1 s', c = 'a', c = 'b', c = 'c' ORDER BY random()) AS n
                     FROM string_to_table(s, NULL) WITH ORDINALITY u(c, i)) x
       WHERE n <> regexp_count(s, expression) $$, 'patterns without times count as regular expressions do');

-- ---- retention over conditions ----

SELECT is_empty(
    $$ SELECT trial FROM draw GROUP BY trial
       HAVING retention(c1, c2, c3) <> ARRAY[coalesce(bool_or(c1), false), coalesce(bool_or(c1), false) AND coalesce(bool_or(c2), false),
                                             coalesce(bool_or(c1), false) AND coalesce(bool_or(c3), false)] $$,
    'retention: the condition and the first one, each in some row');

-- ---- however many conditions there are, and however they are given ----

SELECT is_empty(
    $$ SELECT trial FROM draw GROUP BY trial, within
       HAVING window_funnel(within, at, c1, c2, c3) <> window_funnel(within, at, VARIADIC ARRAY[c1, c2, c3])
           OR window_funnel(within, 'strict_order', at, c1, c2, c3) <> window_funnel(within, 'strict_order', at, VARIADIC ARRAY[c1, c2, c3])
           OR window_funnel(within, NULL, at, c1, c2, c3) <> window_funnel(within, 'default', at, VARIADIC ARRAY[c1, c2, c3])
           OR sequence_count('(?1).*(?3)', at, c1, c2, c3) <> sequence_count('(?1).*(?3)', at, VARIADIC ARRAY[c1, c2, c3]) $$,
    'conditions as arguments and as an array say the same');
SELECT is(
    (SELECT ARRAY[window_funnel('1 h', at, i = 1, i = 2), window_funnel('1 h', at, i = 1, i = 2, i = 3), window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4),
                  window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4, i = 5), window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4, i = 5, i = 6),
                  window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4, i = 5, i = 6, i = 7),
                  window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4, i = 5, i = 6, i = 7, i = 8),
                  window_funnel('1 h', at, i = 1, i = 2, i = 3, i = 4, i = 5, i = 6, i = 7, i = 8, i = 9), window_funnel('1 h', at, VARIADIC ARRAY[i = 1])]
     FROM (SELECT i, timestamptz '2020-01-01 00:00Z' + i * interval '1 s' AS at FROM generate_series(1, 9) i) x), ARRAY[2, 3, 4, 5, 6, 7, 8, 9, 1],
    'two to nine conditions, and one');
SELECT is(
    (SELECT array_agg(window_funnel ORDER BY o) FROM
        (SELECT o, window_funnel('1 h', mode, timestamptz '2020-01-01 00:00Z' + i * interval '1 s', VARIADIC (SELECT array_agg(i = k ORDER BY k) FROM generate_series(1, 200) k))
         FROM generate_series(1, 150) i, unnest('{default,strict_once,strict_increase,strict_order,strict_deduplication}'::text[]) WITH ORDINALITY m(mode, o)
         GROUP BY o) x), '{150,150,150,150,150}', 'two hundred conditions, of which the first 150 are met');
SELECT is(
    (SELECT array_agg(window_funnel ORDER BY o) FROM
        (SELECT o, window_funnel('1 h', mode, timestamptz '2020-01-01 00:00Z', VARIADIC (SELECT array_agg(true) FROM generate_series(1, 100) k))
         FROM generate_series(1, 70) i, unnest('{default,strict_once,strict_increase,strict_deduplication}'::text[]) WITH ORDINALITY m(mode, o)
         GROUP BY o) x), '{100,70,1,2}', 'seventy rows of one time in which all of a hundred conditions hold');

-- ---- the state: what is merged is the rows, whatever the order ----

CREATE AGGREGATE pg_temp.state(interval, text, timestamptz, boolean, boolean, boolean) (SFUNC = window_funnel_accum, STYPE = rows_state);
CREATE AGGREGATE pg_temp.state(text, timestamptz, boolean, boolean, boolean) (SFUNC = sequence_accum, STYPE = rows_state);
CREATE AGGREGATE pg_temp.state(timestamptz, text) (SFUNC = retention_times_accum, STYPE = rows_state);
CREATE AGGREGATE pg_temp.state(VARIADIC boolean[]) (SFUNC = retention_seen_accum, STYPE = rows_state);
CREATE AGGREGATE pg_temp.merged(rows_state) (SFUNC = rows_state_merge, STYPE = rows_state);
CREATE TEMP TABLE state AS
    SELECT trial, part, kind, CASE kind WHEN 0 THEN pg_temp.state(within, 'strict_order', at, c1, c2, c3 ORDER BY luck)
        WHEN 1 THEN pg_temp.state('(?1).*(?2)', at, c1, c2, c3) WHEN 2 THEN pg_temp.state(at, 'week')
        WHEN 3 THEN pg_temp.state(c1, c2, c3) ELSE pg_temp.state(within, 'strict_once', at, c1, c2, c3 ORDER BY luck) END AS s
    FROM draw, generate_series(0, 4) kind GROUP BY trial, part, kind;
CREATE TEMP TABLE whole AS
    SELECT trial, kind, CASE kind WHEN 0 THEN pg_temp.state(within, 'strict_order', at, c1, c2, c3 ORDER BY id)
        WHEN 1 THEN pg_temp.state('(?1).*(?2)', at, c1, c2, c3 ORDER BY id) WHEN 2 THEN pg_temp.state(at, 'week' ORDER BY id)
        WHEN 3 THEN pg_temp.state(c1, c2, c3 ORDER BY id) ELSE pg_temp.state(within, 'strict_once', at, c1, c2, c3 ORDER BY id) END AS s
    FROM draw, generate_series(0, 4) kind GROUP BY trial, kind;
SELECT is_empty($$ SELECT trial, kind FROM state JOIN whole w USING (trial, kind) GROUP BY trial, kind, w.s::text
                   HAVING pg_temp.merged(state.s ORDER BY random())::text IS DISTINCT FROM w.s::text $$, 'any split, any order: the same bytes');
SELECT is_empty($$ SELECT trial, kind FROM state JOIN whole w USING (trial, kind) GROUP BY trial, kind, w.s::text
                   HAVING rows_state_send(pg_temp.merged(state.s ORDER BY part)) IS DISTINCT FROM rows_state_send(pg_temp.merged(state.s ORDER BY part DESC)) $$,
    'and the same message');
SELECT is_empty($$ SELECT * FROM whole WHERE s::text::rows_state::text <> s::text $$, 'the text form comes back');
SELECT is_empty($$ SELECT * FROM whole WHERE kind = 1 AND sequence_count_final(s) <> sequence_count_final(s::text::rows_state) $$,
    'what comes back answers the same');
SELECT throws_ok($$ SELECT rows_state_merge(a.s, b.s) FROM whole a, whole b WHERE a.trial = 1 AND b.trial = 1 AND a.kind = 0 AND b.kind = 1 $$,
    '22023', 'rows_state values of different aggregates cannot be merged', 'states of different aggregates do not merge');
SELECT throws_ok($$ SELECT window_funnel_final(s) FROM whole WHERE trial = 1 AND kind = 1 $$, '22023', 'rows_state value is of another aggregate',
    'a state answers only what it was asked');
-- many groups at once: rows wait in a log there
SELECT is_empty(
    $$ WITH g AS MATERIALIZED (
           SELECT trial * 4 + d AS g, at, c1, c2, c3 FROM draw, generate_series(0, 3) d ORDER BY luck)
       SELECT g FROM g GROUP BY g
       HAVING window_funnel('2 s', at, c1, c2, c3) <> (SELECT window_funnel('2 s', at, c1, c2, c3) FROM draw WHERE trial = g / 4) LIMIT 3 $$,
    'sixteen thousand groups, of rows in no order');

-- patterns that are none; and many rows
SELECT throws_ok(format('SELECT sequence_match(%L, now(), true)', p), '22023', NULL, 'no pattern: ' || p) FROM unnest('{(?1)(?t<x)(?1),(?1)(?t<1.)(?1),(?1)(?t<5(?1)}'::text[]) p;
SELECT throws_ok($$ SELECT sequence_match(repeat('(?1)', 400000), now(), true) $$, '54000', 'pattern is longer than 1048576 bytes', 'a pattern has at most 1 MB');
SELECT is((SELECT sequence_count('(?1)(?2)', timestamptz '2026-01-01Z' + i * interval '1 s', i % 4 = 1, i % 4 = 2) FROM generate_series(1, 4000) i), 1000::bigint, 'one match in four rows of 4000');

SELECT * FROM finish();
ROLLBACK;
