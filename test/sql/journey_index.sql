-- touch expressions: what one touch has to look like
CREATE TEMP TABLE way (name text, j journey);
INSERT INTO way VALUES
    ('ann', '[2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-06T10:00:00Z call@phone/support#service csat:2, 2026-01-07T10:00:00Z cancel@web]'),
    ('bob', '[2026-01-05T09:00:00Z browse@app, 2026-01-06T10:00:00Z call@app, 2026-01-06T11:00:00Z "Sign up"@web, 2026-01-06T12:00:00Z 7#service]'),
    ('cid', '[2026-02-01T00:00:00Z phone, 2026-02-02T00:00:00Z call@web, 2026-02-03T00:00:00Z letter@phone]'),
    ('dan', '[]'),
    ('eve', NULL);
SELECT what, string_agg(name, ' ' ORDER BY name) FILTER (WHERE j @& ARRAY[what]) AS have,
       string_agg(count_of(j, what)::text, ' ' ORDER BY name) AS count_of
FROM way, unnest(ARRAY['call', '@phone', 'phone', '/support', '#service', 'call@phone', 'call@phone/support#service', '@web/learn', '.',
    '[browse|cancel]', '[letter | @app]', '[^call]', '[^call|browse|cancel]', '[^@web]', ' Sign up @ web ', '"Sign up"@web',
    '["Sign up"|7]', '7', '"7"', '07', '"."', '""']) WITH ORDINALITY AS u(what, i) GROUP BY i, what ORDER BY i;

-- all of them, any of them; each may be met by another touch
SELECT name, j @& '{call,@phone}' AS both, j @& '{call@phone}' AS one_touch, j @| '{call@phone,letter}' AS either,
       '{call,@phone}' &@ j AS both_too, '{call@phone,letter}' |@ j AS either_too FROM way ORDER BY name;
-- lists with nothing in them, with NULLs, with dimensions; other types of text
SELECT name, j @& '{}' AS all_of_none, j @| '{}' AS any_of_none, j @& ARRAY['call', NULL] AS all_with_null,
       j @| ARRAY['call', NULL] AS any_with_null, j @& '{{call,.},{.,.}}' AS square, j @| ARRAY['call']::varchar(10)[] AS varchar FROM way ORDER BY name;
SELECT j @& NULL AS no_list, count_of(j, NULL) AS no_expression FROM way WHERE name = 'ann';

-- each mistake is told with its place
SELECT count_of('[]', '');
SELECT count_of('[]', '  ');
SELECT count_of('[]', 'call|chat');
SELECT count_of('[]', 'call@phone -> cancel');
SELECT '[]' @& '{^call}';
SELECT '[]' @| '{call,(call)}';
SELECT count_of(touch('2026-01-05 09:00+00', t, 'a|b'), format('"%s"@"a|b"', t)) AS quoted, count_of(touch('2026-01-05 09:00+00', t, 'a'), t) AS bare FROM unnest('{"Sign up (now)",a>b,a-b,~a,a^b}'::text[]) t;
SELECT count_of('[]', 'call@');
SELECT count_of('[]', 'call@phone@web');
SELECT count_of('[]', '[call|chat');
SELECT count_of('[]', '[call||chat]');
SELECT count_of('[]', '[]');
SELECT count_of('[]', '[call] chat');
SELECT count_of('[]', 'stage"1"');
SELECT count_of('[]', '"call');
SELECT count_of('[]', '"ca\ll"');
SELECT '[]'::journey @& '{call,/}';
SELECT '{call,"[^"}' |@ '[]'::journey;
SELECT count_of('[]', repeat('x', 4096));
SELECT '[]'::journey @| array_agg('x' || i) FROM generate_series(1, 100001) i;
SELECT 'the list may change from row to row' AS about, count(*) FROM way, (VALUES ('{call}'::text[]), ('{cancel}'), ('{call}')) v(what) WHERE j @& what;

-- the index finds them, and is asked by all three operators from both sides
CREATE TEMP TABLE many AS SELECT i, touch('2026-01-01', 'tp' || i % 50, 'ch' || i % 7) || touch('2026-01-02', 'tp' || i % 20) AS j
    FROM generate_series(1, 2000) i;
INSERT INTO many VALUES (0, '[]'), (-1, NULL);
CREATE INDEX many_j ON many USING gin (j);
ANALYZE many;
CREATE FUNCTION pg_temp.node(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT i FROM many WHERE ' || condition INTO plan;
    RETURN plan -> 0 -> 'Plan' -> 'Plans' -> 0 ->> 'Node Type';
END $$;
CREATE FUNCTION pg_temp.found(condition text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM many WHERE ' || condition INTO n;
    RETURN n;
END $$;
SET enable_seqscan = off;
SELECT condition, pg_temp.node(condition), pg_temp.found(condition)
FROM (VALUES ('j @& ''{tp7,@ch3}'''), ('j @| ''{tp7@ch3,tp49}'''), ('j @~ ''tp7@ch3 -> tp7'''), ('''{tp7@ch3}''::text[] &@ j'),
    ('''{tp7@ch3,none}''::text[] |@ j'), ('''tp47@ch3 ~> tp7''::journey_pattern ~@ j'), ('j @& ''{ch3}'''), ('j @& ''{tp7,NULL}'''),
    ('j @| ''{}'''), ('j @& ''{}'''), ('j @~ ''.'''), ('j @~ ''^$'''), ('j @& ''{[^tp7]}''')) v(condition);
RESET enable_seqscan;
-- nothing forces it
SELECT pg_temp.node('j @~ ''tp7@ch3 -> tp7''');
SELECT opcname, amname, amvalidate(c.oid) FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcname = 'journey_ops' ORDER BY 2;
DROP TABLE way, many;
