-- Finding journeys: touch expressions mean what plain SQL over the touches says, and an index gives exactly the answers
-- that going through the whole table gives, in every state an index can be in. Not in one transaction, because of VACUUM:
-- everything made here is temporary.
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT plan(62);

DO $$ BEGIN PERFORM setseed(0.30103); END $$;

-- ---- random journeys ----

-- names that are numbers, look like them, or say something in a pattern; each of them in every facet
CREATE TEMP TABLE name AS SELECT row_number() OVER () - 1 AS i, v.name
    FROM (VALUES ('web'), ('call'), ('7'), ('07'), ('2147483648'), ('Sign up'), ('within'), ('é'), ('x-y'), ('a"b\c')) v(name);
CREATE FUNCTION pg_temp.a_name(r float8) RETURNS text STABLE LANGUAGE sql AS $$ SELECT name FROM name WHERE i = floor(10 * r ^ 1.5) $$;
CREATE TEMP TABLE touched AS
    WITH draw AS MATERIALIZED (
        SELECT id, n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e
        FROM generate_series(1, 3000) id,
            generate_series(1, CASE WHEN id % 1000 = 1 THEN 400 WHEN id % 29 = 0 THEN 0 ELSE 1 + id % 8 END) n)
    SELECT id, timestamptz '2026-01-01' + n * interval '1 hour' AS at, pg_temp.a_name(a) AS touchpoint,
           CASE WHEN id % 5 > 0 AND b < 0.6 THEN pg_temp.a_name(b / 0.6) END AS channel,
           CASE WHEN id % 5 > 1 AND c < 0.5 THEN pg_temp.a_name(c / 0.5) END AS stage,
           CASE WHEN id % 5 > 2 AND d < 0.5 THEN pg_temp.a_name(d / 0.5) END AS owner
    FROM draw;
CREATE TEMP TABLE way (id int PRIMARY KEY, j journey);
INSERT INTO way SELECT id, coalesce(journey_agg(at, touchpoint, channel, stage, owner), '[]')
    FROM generate_series(1, 3000) id LEFT JOIN touched USING (id) GROUP BY id;
INSERT INTO way SELECT id, NULL FROM generate_series(3001, 3050) id;
-- what a touch can look like, and how often it does in each journey
CREATE TEMP TABLE kind AS
    SELECT row_number() OVER () AS kind_no, k.* FROM (SELECT DISTINCT touchpoint, channel, stage, owner FROM touched) k;
CREATE TEMP TABLE holds AS
    SELECT id, kind_no, count(*)::int AS n FROM touched t JOIN kind k
        ON (t.touchpoint, coalesce(t.channel, '-'), coalesce(t.stage, '-'), coalesce(t.owner, '-'))
         = (k.touchpoint, coalesce(k.channel, '-'), coalesce(k.stage, '-'), coalesce(k.owner, '-')) GROUP BY 1, 2;

-- ---- random touch expressions ----

-- one to three terms, each with some of the four names, one of them in no journey; negated or not
CREATE FUNCTION pg_temp.quoted(name text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT '"' || replace(replace(name, '\', '\\'), '"', '\"') || '"' $$;
CREATE TEMP TABLE term AS
    WITH draw AS MATERIALIZED (
        SELECT e, t, random() AS a, random() AS b, random() AS c, random() AS d, floor(15 * random())::int + 1 AS given
        FROM generate_series(1, 240) e, generate_series(1, 1 + (e % 7) / 3) t),
    named AS (
        SELECT e, t,
            CASE WHEN given & 1 > 0 THEN CASE WHEN a > 0.97 THEN 'nowhere' ELSE pg_temp.a_name(a) END END AS touchpoint,
            CASE WHEN given & 2 > 0 AND given <> 15 THEN pg_temp.a_name(b) END AS channel,
            CASE WHEN given & 4 > 0 AND given <> 7 THEN pg_temp.a_name(c) END AS stage,
            CASE WHEN given & 8 > 0 AND given <> 15 THEN pg_temp.a_name(d) END AS owner
        FROM draw)
    SELECT *, coalesce(pg_temp.quoted(touchpoint), '') || coalesce('@' || pg_temp.quoted(channel), '')
            || coalesce('/' || pg_temp.quoted(stage), '') || coalesce('#' || pg_temp.quoted(owner), '') AS term
    FROM named;
CREATE TEMP TABLE expression AS
    SELECT e, e % 5 = 0 AS negated,
        CASE WHEN e % 5 = 0 THEN '[^' || string_agg(term, '|') || ']' WHEN count(*) > 1 THEN '[' || string_agg(term, ' | ') || ']'
             ELSE min(term) END AS what
    FROM term GROUP BY e;
INSERT INTO expression VALUES (241, true, '.');
CREATE TEMP TABLE fits AS
    WITH fitting AS (
        SELECT DISTINCT e, kind_no FROM term t JOIN kind k
            ON coalesce(t.touchpoint = k.touchpoint, t.touchpoint IS NULL) AND coalesce(t.channel = k.channel, t.channel IS NULL)
            AND coalesce(t.stage = k.stage, t.stage IS NULL) AND coalesce(t.owner = k.owner, t.owner IS NULL))
    SELECT e, kind_no FROM expression CROSS JOIN kind LEFT JOIN (SELECT *, true AS fits FROM fitting) f USING (e, kind_no)
    WHERE negated <> coalesce(fits, false);
ANALYZE way; ANALYZE kind; ANALYZE holds; ANALYZE fits;
-- how many touches of each journey fit each expression
CREATE TEMP TABLE met AS
    SELECT id, e, coalesce(n, 0) AS n FROM way CROSS JOIN expression
        LEFT JOIN (SELECT id, e, sum(n)::int AS n FROM fits JOIN holds USING (kind_no) GROUP BY 1, 2) f USING (id, e)
    WHERE j IS NOT NULL;
ANALYZE met;

SELECT cmp_ok((SELECT count(*) FROM met WHERE n = 0), '>', 100000::bigint, 'many expressions are not met');
SELECT cmp_ok((SELECT count(*) FROM met WHERE n > 0), '>', 100000::bigint, 'and many are');
SELECT is_empty($$ SELECT id, what, n, count_of(j, what) FROM met JOIN way USING (id) JOIN expression USING (e)
    WHERE count_of(j, what) IS DISTINCT FROM n $$, 'count_of(j, what) counts the touches that plain SQL counts');
SELECT is_empty($$ SELECT id, what FROM met JOIN way USING (id) JOIN expression USING (e)
    WHERE (j @& ARRAY[what]) IS DISTINCT FROM (n > 0) OR (j @| ARRAY[what]) IS DISTINCT FROM (n > 0) $$,
    '@& and @| with one expression: some touch fits');
SELECT is_empty($$ SELECT id, what FROM met JOIN way USING (id) JOIN expression USING (e)
    WHERE (ARRAY[what] &@ j) IS DISTINCT FROM (n > 0) OR (ARRAY[what] |@ j) IS DISTINCT FROM (n > 0) $$,
    '&@ and |@ are the same from the other side');

-- ---- lists of expressions ----

CREATE TEMP TABLE list AS
    WITH draw AS MATERIALIZED (
        SELECT q, 1 + floor(241 * random())::int AS e FROM generate_series(1, 160) q, generate_series(1, 1 + q % 4))
    SELECT q, array_agg(e) AS es, array_agg(what) AS what FROM draw JOIN expression USING (e) GROUP BY q;
SELECT is_empty($$ SELECT q, id FROM (
        SELECT q, id, bool_and(n > 0) AS every, bool_or(n > 0) AS one FROM list, unnest(es) e JOIN met USING (e) WHERE q % 2 = 0 GROUP BY q, id) m
        JOIN list USING (q) JOIN way USING (id)
    WHERE (j @& what) <> every OR (j @| what) <> one $$, '@& asks for each of the list, @| for any of it');
SELECT is((SELECT count(*) FROM way WHERE j IS NOT NULL AND (NOT j @& '{}' OR j @| '{}')), 0::bigint,
    'an empty list: all of it is met, and nothing of it');
SELECT is((SELECT count(*) FROM way WHERE j IS NULL AND (j @& '{.}' IS NOT NULL OR j @| '{.}' IS NOT NULL OR count_of(j, '.') IS NOT NULL)),
    0::bigint, 'of a NULL, nothing is known');
SELECT is((SELECT count(*) FROM way WHERE j @& ARRAY['.', NULL] OR (j @| ARRAY['.', NULL]) <> (j @| '{.}')), 0::bigint,
    'a NULL in the list is met by nothing');
SELECT is((SELECT count(*) FROM way, list WHERE cardinality(what) = 4 AND q < 60 AND ((j @& what) <> (j @& ARRAY[what[1:2], what[3:4]])
    OR (j @| what) <> (j @| ARRAY[what[1:2], what[3:4]]))), 0::bigint, 'an array of arrays is a list of all its elements');
SELECT is((SELECT count(*) FROM way, name WHERE count_of(j, '.') <> touch_count(j)
    OR count_of(j, '.') <> count_of(j, pg_temp.quoted(name)) + count_of(j, '[^' || pg_temp.quoted(name) || ']')), 0::bigint,
    'what fits and what does not are all touches');

-- ---- random patterns ----

-- one to four of these expressions in a row, or two such rows to choose from; some may be absent, some ask for an end of
-- the journey, some have time limits
CREATE TEMP TABLE pattern AS
    WITH item AS MATERIALIZED (
        SELECT q, side, i, 1 + floor(241 * random())::int AS e, random() AS hop, random() AS quantifier
        FROM generate_series(1, 200) q, generate_series(1, 1 + (q % 6) / 5) side, generate_series(1, 1 + (q + side) % 4) i),
    side AS (
        SELECT q, side, string_agg(
                CASE WHEN i = 1 THEN '' WHEN hop < 0.4 THEN ' -> ' WHEN hop < 0.8 THEN ' ~> ' ELSE ' ~[^call|@web]> ' END || what
                || CASE WHEN q % 3 = 0 OR quantifier < 0.6 THEN '' WHEN quantifier < 0.7 THEN '?' WHEN quantifier < 0.8 THEN '*'
                    WHEN quantifier < 0.9 THEN '+' ELSE '{0,2}' END
                || CASE WHEN q % 3 > 0 OR i = 1 THEN '' WHEN quantifier < 0.3 THEN ' within 2h' WHEN quantifier > 0.7 THEN ' after 90m'
                    ELSE '' END,
                '' ORDER BY i) AS alternative
        FROM item JOIN expression USING (e) GROUP BY q, side)
    SELECT q, (CASE WHEN q % 8 = 1 THEN '^' ELSE '' END || '(' || string_agg(alternative, ' | ' ORDER BY side) || ')'
            || CASE WHEN q % 8 = 2 THEN '$' WHEN q % 8 = 3 THEN ' within 3h' ELSE '' END)::journey_pattern AS pattern
    FROM side GROUP BY q;

-- ---- the index ----

-- each question is asked through the index and without it: the numbers of the journeys found, in order
CREATE TEMP TABLE question AS
    SELECT row_number() OVER () AS q, condition FROM (
        SELECT format('j @& %L::text[]', what) AS condition FROM list
        UNION ALL SELECT format('j @| %L::text[]', what) FROM list
        UNION ALL SELECT format('%L::text[] &@ j', what) FROM list WHERE q % 20 = 0
        UNION ALL SELECT format('%L::text[] |@ j', what) FROM list WHERE q % 20 = 0
        UNION ALL SELECT format('j @| %L::text[] AND j @& %L::text[]', a.what, b.what) FROM list a JOIN list b ON b.q = a.q + 1 WHERE a.q % 8 = 0
        UNION ALL SELECT format('j @~ %L', pattern) FROM pattern
        UNION ALL SELECT format('%L::journey_pattern ~@ j', pattern) FROM pattern WHERE q % 20 = 0
        UNION ALL SELECT format('j @~ %L AND j @| %L::text[]', pattern, what) FROM pattern JOIN list USING (q) WHERE q % 8 = 0
        UNION ALL SELECT format('(j @~ %L OR j @& %L::text[])', pattern, what) FROM pattern JOIN list USING (q) WHERE q % 8 = 4
        UNION ALL SELECT unnest(ARRAY['j @& ''{}''', 'j @| ''{}''', 'j @& ''{NULL}''', 'j @& ''{call,NULL}''', 'j @| ''{NULL}''',
            'j @| ''{call,NULL}''', 'j @& NULL', 'j @& ''{web}''', 'j @& ''{@web}''', 'j @& ''{/web}''', 'j @& ''{#web}''',
            'j @& ''{7}''', 'j @& ''{07}''', 'j @& ''{2147483648}''', 'j @& ''{nowhere}''', 'j @| ''{nowhere,web}''', 'j @| ''{nowhere,.}''',
            'j @~ ''.''', 'j @~ ''.*''', 'j @~ ''^$''', 'j @~ ''[^call]''', 'j @~ ''call?''', 'j @~ ''call? ~> web''', 'j @~ ''nowhere''',
            'j @~ ''nowhere | web''', 'j @~ ''"07"''', 'j @~ ''7''', 'j @~ ''@web''', 'j @~ ''web''', 'j @~ NULL',
            'j @~ ''^(call ~[^@web]> "Sign up")$''', 'NOT j @~ ''call ~> web''', 'j @~ ''call ~> web'' AND j @~ ''@web -> #7''',
            'j @& ''{.}'' AND j @| ''{call}''', 'j @& (SELECT ARRAY[''call@web''])'])) c;
CREATE FUNCTION pg_temp.ask(through_index boolean) RETURNS TABLE (q bigint, n bigint, ids text) LANGUAGE plpgsql AS $$
DECLARE
    each record;
BEGIN
    PERFORM set_config('enable_seqscan', CASE WHEN through_index THEN 'off' ELSE 'on' END, true),
            set_config('enable_bitmapscan', CASE WHEN through_index THEN 'on' ELSE 'off' END, true);
    FOR each IN SELECT * FROM question ORDER BY 1 LOOP
        q := each.q;
        EXECUTE 'SELECT count(*), md5(string_agg(id::text, '','' ORDER BY id)) FROM way WHERE ' || each.condition INTO n, ids;
        RETURN NEXT;
    END LOOP;
    RESET enable_seqscan;
    RESET enable_bitmapscan;
END $$;
CREATE TEMP TABLE state (state text, q bigint, n bigint, ids text);
CREATE FUNCTION pg_temp.differ(what text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE state;
    INSERT INTO state SELECT 'index', * FROM pg_temp.ask(true) UNION ALL SELECT 'table', * FROM pg_temp.ask(false);
    RETURN QUERY SELECT is_empty($q$ SELECT condition, i.n, t.n FROM state i JOIN state t USING (q) JOIN question USING (q)
        WHERE i.state = 'index' AND t.state = 'table' AND (i.n, coalesce(i.ids, '')) <> (t.n, coalesce(t.ids, '')) $q$,
        'the index and the table give the same answers ' || what);
END $$;
-- the plan of a query, as text
CREATE FUNCTION pg_temp.plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    PERFORM set_config('enable_seqscan', 'off', true);
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RESET enable_seqscan;
    RETURN plan;
END $$;

-- built over what is there; then more comes in, which waits in the pending list
CREATE TEMP TABLE later AS SELECT * FROM way WHERE id % 3 = 0;
DELETE FROM way WHERE id % 3 = 0;
CREATE INDEX way_j ON way USING gin (j) WITH (fastupdate = on);
VACUUM ANALYZE way;
SELECT pg_temp.differ('in an index just built');
INSERT INTO way SELECT * FROM later;
SELECT pg_temp.differ('with a pending list');
SELECT cmp_ok(gin_clean_pending_list('way_j'), '>', 0::bigint, 'there was a pending list');
SELECT pg_temp.differ('with the pending list merged');
SELECT cmp_ok((SELECT count(*) FROM state WHERE n = 0), '<', (SELECT count(*) / 3 FROM state), 'most questions find something');
SELECT cmp_ok((SELECT count(*) FROM state WHERE n BETWEEN 1 AND 2000), '>', (SELECT count(*) / 2 FROM state), 'and not everything');
UPDATE way SET j = j || touch('2027-01-01', 'nowhere', 'web') WHERE id % 4 = 1;
UPDATE way SET j = slice(j, '2026-01-01 03:00', NULL) WHERE id % 4 = 2;
UPDATE way SET j = NULL WHERE id % 97 = 0;
DELETE FROM way WHERE id % 5 = 4;
SELECT pg_temp.differ('after updates and deletes');
VACUUM way;
SELECT pg_temp.differ('after VACUUM');
INSERT INTO way SELECT id + 10000, j FROM later;
VACUUM way;
SELECT pg_temp.differ('after VACUUM of a pending list');
ALTER INDEX way_j SET (fastupdate = off);
DELETE FROM way WHERE id > 12000;
INSERT INTO way SELECT id + 20000, j FROM later;
REINDEX INDEX way_j;
INSERT INTO way SELECT id + 30000, j FROM later WHERE id % 2 = 0;
SELECT pg_temp.differ('without a pending list, built and inserted');

-- the index is what was asked
SELECT matches(pg_temp.plan_of('SELECT FROM way WHERE ' || condition), '"Bitmap Index Scan"', condition || ' is asked of the index')
FROM (VALUES ('j @& ''{call@web}'''), ('j @| ''{call@web}'''), ('j @~ ''call ~> web'''), ('''{call}''::text[] &@ j'), ('''{call}''::text[] |@ j'),
    ('''call''::journey_pattern ~@ j')) v(condition);
SELECT is((SELECT array_agg(amvalidate(oid)) FROM pg_opclass WHERE opcname = 'journey_ops'), '{t,t,t}', 'the operator classes are sound');

-- a name is found in its facet only
CREATE TEMP TABLE faceted (j journey);
INSERT INTO faceted SELECT touch('2026-01-01', 'x' || i, 'y' || i, 'z' || i, '7') FROM generate_series(1, 100) i;
INSERT INTO faceted VALUES (touch('2026-01-01', 'web')), (touch('2026-01-01', 'x', 'web')), (touch('2026-01-01', 'x', 'x', 'web')),
    (touch('2026-01-01', '7', 'x', 'x', 'web')), (touch('2026-01-01', '07'));
CREATE INDEX ON faceted USING gin (j);
SET enable_seqscan = off;
SELECT is((SELECT count(*) FROM faceted WHERE j @& ARRAY[what]), n, format('%s stands in %s journeys', what, n))
FROM (VALUES ('web', 1::bigint), ('@web', 1), ('/web', 1), ('#web', 1), ('[web|@web|/web|#web]', 4), ('7', 1), ('07', 1), ('#7', 100),
    ('#07', 0), ('x7@y7/z7#7', 1), ('x7@y8', 0)) v(what, n);

-- the same journeys without an index
CREATE TEMP TABLE plain AS SELECT * FROM way;
ANALYZE plain;

-- questions from a table: another one for each row, in one scan after the other
SELECT is((SELECT count(*) FROM list JOIN way ON j @& what), (SELECT sum(n)::bigint FROM list, LATERAL (SELECT count(*) AS n FROM plain WHERE j @& what OFFSET 0) l),
    'a join asks the index with the list of each row');
SELECT is((SELECT count(*) FROM pattern JOIN way ON j @~ pattern), (SELECT sum(n)::bigint FROM pattern, LATERAL (SELECT count(*) AS n FROM plain WHERE j @~ pattern OFFSET 0) p),
    'with the pattern of each row, too');
-- thousands of expressions at once
SELECT is((SELECT count(*) FROM way WHERE j @| (SELECT array_agg('#' || i) || '{call@web,#7}' FROM generate_series(100, 10000) i)),
    (SELECT count(*) FROM plain WHERE j @| '{call@web,#7}'), 'any of ten thousand');
SELECT is((SELECT count(*) FROM way WHERE j @& (SELECT array_agg(what) FROM generate_series(1, 1000) i, unnest('{call,@web}'::text[]) what)),
    (SELECT count(*) FROM plain WHERE j @& '{call,@web}'), 'all of two thousand, of which two are different');
SELECT throws_ok('SELECT FROM way WHERE j @| (SELECT array_agg(''x'' || i) FROM generate_series(1, 100001) i)', '54000',
    'touch expressions have more than 100000 alternatives in all', 'more than a hundred thousand are too many');
SELECT throws_ok(format('SELECT count(*) FROM way WHERE j %s %L::text[]', op, ARRAY[what]), '22P02', 'invalid touch expression: "' || what || '"',
    format('%s with "%s"', op, what))
FROM unnest(ARRAY['@&', '@|']) op, unnest(ARRAY['', '@', 'a@', 'a@b@c', '[a', '[a|]', 'a"b', '"a']) what;
RESET enable_seqscan;

-- ---- damaged values ----

-- bytes taken for a journey, as a damaged page would hold them; each bit turned, and each length
CREATE FUNCTION pg_temp.taken_for_journey(bytes bytea) RETURNS journey IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE TEMP TABLE damaged AS
    WITH sample AS (SELECT journey_send(j::journey) AS bytes FROM (VALUES ('[]'), ('[2026-01-01T00:00:00Z a]'),
        ('[2026-01-01T00:00:00Z call@web/x#y, 2026-01-01T00:00:07.000001Z 7@web, 2026-02-01T00:00:00Z chat/x csat:4]'),
        ('[2026-01-01T00:00:00Z a, 2026-01-02T00:00:00Z b, 2026-01-03T00:00:00Z 12, 2026-01-04T00:00:00Z b, 2026-01-09T00:00:00Z a]')) v(j))
    SELECT set_bit(bytes, i, 1 - get_bit(bytes, i)) AS bytes FROM sample, generate_series(0, 8 * octet_length(bytes) - 1) i
    UNION ALL SELECT substr(bytes, 1, i) FROM sample, generate_series(0, octet_length(bytes) - 1) i;
CREATE TEMP TABLE broken (j journey);
CREATE INDEX ON broken USING gin (j) WITH (fastupdate = off);
CREATE FUNCTION pg_temp.try(call text, bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE call USING bytes;
    RETURN 'answered';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE outcome AS SELECT call, pg_temp.try(call, bytes) AS outcome FROM damaged, unnest(ARRAY[
    'INSERT INTO broken VALUES (pg_temp.taken_for_journey($1))',
    'SELECT pg_temp.taken_for_journey($1) @& ''{a,@web}''', 'SELECT pg_temp.taken_for_journey($1) @| ''{[^a],call@web}''',
    'SELECT ''{12}'' |@ pg_temp.taken_for_journey($1)', 'SELECT count_of(pg_temp.taken_for_journey($1), ''[a|call|7]'')']) call;
SELECT bag_eq('SELECT DISTINCT outcome FROM outcome', ARRAY['XX001', 'answered'], 'damaged values are told, or give some answer');
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE outcome = 'XX001' AND call ~ 'INSERT'), '>', 100::bigint, 'the index tells of damage, too');

SELECT * FROM finish();
