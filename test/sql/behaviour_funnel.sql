-- funnels: definitions, one journey, many
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 0;

-- text form of definitions: blanks, quotes, times and the order of rules are written in one way
SELECT f AS typed, f::funnel_def AS def
FROM unnest(ARRAY['funnel(a)', ' funnel ( a,b ) ', 'funnel(a, b optional, c within 90m)', 'funnel(a,b optional within 1.5h)', 'funnel(a, b) within 1w',
                  'funnel([a@web|b], "Sign up", .) mode ordered', 'funnel(a, a, a) mode strict within 0s', 'funnel([^a|b], "within", "optional", optional)',
                  'funnel(a,b)tolerance 0s hold stage exclude(x,[y|z])mode increasing within 36h', 'funnel(a, b) mode any hold owner', 'funnel(7, straße)',
                  'funnel(a, b) within 106751991d', 'funnel(a, b) within 0.000001s']) AS f;
SELECT bool_and(f::text::funnel_def::text = f::text) AS comes_back
FROM unnest(ARRAY['funnel(a, [b|"c d"@web] optional within 1d 2h 3m 4.5s) within 9d mode increasing exclude (x, [^y]) hold touchpoint tolerance 1s']::funnel_def[]) AS f;

-- from arguments
SELECT funnel_def(ARRAY['a', 'Sign up@web', '[b|c]']),
       funnel_def(ARRAY['a', 'b', 'c'], '7 days', 'increasing', ARRAY['x', '[y|z]'], '{3,2,2}', ARRAY[NULL, '1 h', NULL]::interval[], 'owner', '2 s');
SELECT funnel_def(ARRAY['a', 'b'], exclude => '{}', optional => '{}', step_within => '{}'), funnel_def(NULL), funnel_def(ARRAY['a'], mode => NULL),
       funnel_def('funnel(a)');

-- what is refused
CREATE FUNCTION pg_temp.told(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', sqlstate, sqlerrm, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT f AS typed, pg_temp.told(format('SELECT %L::funnel_def', f)) AS told
FROM unnest(ARRAY['', 'a, b', 'funnel()', 'funnel(a', 'funnel(a,)', 'funnel(a b)', 'funnel(a) mode', 'funnel(a) mode odd', 'funnel(a) hold it', 'funnel(a) within',
                  'funnel(a) within 7', 'funnel(a) within 7 months', 'funnel(a) within 1d within 2d', 'funnel(a) mode any mode any', 'funnel(a) exclude x',
                  'funnel(a) exclude (x', 'funnel(a) and so on', 'funnel(a optional, b)', 'funnel(a within 1h, b)', 'funnel(a, b) mode strict tolerance 1s',
                  'funnel(a, b) mode strict exclude (x)', 'funnel(a, b optional) mode any', 'funnel(a, b within 1h) mode any', 'funnel(a, b) mode any tolerance 1s',
                  'funnel(a, b, a) tolerance 1s', 'funnel(a, @web) tolerance 1s', 'funnel(a, [^a]) tolerance 1s', 'funnel(a, [^b]) tolerance 1s',
                  'funnel(a@web, b@web, a@app) tolerance 1s', 'funnel(a, .) tolerance 1s', 'funnel(a, b) within 300000000d', 'funnel(a, b) within 1.0000001s']) AS f;
SELECT q AS asked, pg_temp.told('SELECT ' || q) AS told
FROM unnest(ARRAY['funnel_def(''{}''::text[])', 'funnel_def(ARRAY[''a'', NULL])', 'funnel_def(ARRAY[[''a''], [''b'']])', 'funnel_def(ARRAY[''a'', ''b@''])',
                  'funnel_def(ARRAY[''a''], ''1 month'')', 'funnel_def(ARRAY[''a''], ''-1 s'')', 'funnel_def(ARRAY[''a''], mode => ''sideways'')',
                  'funnel_def(ARRAY[''a''], hold => ''colour'')', 'funnel_def(ARRAY[''a'', ''b''], optional => ''{1}'')',
                  'funnel_def(ARRAY[''a'', ''b''], optional => ''{3}'')', 'funnel_def(ARRAY[''a'', ''b''], optional => ''{2,NULL}'')',
                  'funnel_def(ARRAY[''a'', ''b''], step_within => ''{1h}'')', 'funnel_def(ARRAY[''a'', ''b''], step_within => ''{NULL,1h,1h}'')',
                  'funnel_def(ARRAY[''a'', ''b''], step_within => ''{NULL,1 month}'')', 'funnel_def(ARRAY[''a'', ''b''], exclude => ''{NULL}'')',
                  'funnel_def(ARRAY[''a'', ''a''], tolerance => ''1 s'')', 'funnel_def(array_fill(''a''::text, ARRAY[10001]))',
                  'funnel_depth(''[]'', ARRAY[''a''], ''1 month'')', 'funnel_facet(''[]'', ''funnel(a)'', ''colour'')']) AS q;

-- one journey
CREATE TEMP TABLE way (id int, j journey);
INSERT INTO way VALUES
    (0, '[]'), (1, '[2026-03-01T09:00Z a@web, 2026-03-01T10:00Z x, 2026-03-01T11:00Z b@web, 2026-03-01T12:00Z c@app]'),
    (2, '[2026-03-01T09:00Z a@web, 2026-03-02T09:00Z a@app, 2026-03-02T09:00Z b@app, 2026-03-02T09:00Z c@app]'),
    (3, '[2026-03-01T09:00Z b, 2026-03-01T09:00:01Z a, 2026-03-01T09:00:02Z c]'), (4, '[2026-03-01T09:00Z 1, 2026-03-01T09:01Z 2@web, 2026-03-01T09:02Z "a touchpoint with a long name"]'),
    (5, NULL);
SELECT f AS def, array_agg(funnel_depth(j, f::funnel_def) ORDER BY id) AS depths
FROM way, unnest(ARRAY['funnel(a, b, c)', 'funnel(a, b, c) within 2h', 'funnel(a, b, c) within 3h', 'funnel(a, b, c) mode strict', 'funnel(a, b, c) mode increasing',
                       'funnel(a, b, c) mode any', 'funnel(a, b, c) exclude (x)', 'funnel(a, x optional, b, c)', 'funnel(a, x optional, y optional, b) mode strict',
                       'funnel(a, b within 1h, c)', 'funnel(a, b, c) hold channel', 'funnel(a, b, c) hold owner', 'funnel(a, b, c) tolerance 1s', 'funnel(b, a, c) tolerance 0s',
                       'funnel(., ., .)', 'funnel(@web, @web, @app)', 'funnel(1, 2, "a touchpoint with a long name")', 'funnel(1, 2@web)', 'funnel([^a], .)', 'funnel(nowhere)']) WITH ORDINALITY AS u(f, o)
GROUP BY f, o ORDER BY o;
SELECT id, funnel_depth(j, ARRAY['a', 'b', 'c'], NULL), funnel_times(j, ARRAY['a', 'b', 'c'], '3h'), funnel_times(j, 'funnel(a, x optional, b)'),
       funnel_times(j, ARRAY['c', 'b', 'a'], '1 d', 'any') AS any_order, funnel_facet(j, 'funnel([a|b], c)', 'touchpoint'), funnel_facet(j, 'funnel(a, c)', 'channel') AS channel
FROM way ORDER BY id;
SELECT funnel_depth(j, NULL, '1h'), funnel_depth(j, ARRAY['a'], '1h', NULL), funnel_times(NULL, ARRAY['a'], '1h') FROM way WHERE id = 1;

-- many
SELECT f.* FROM funnel_steps((SELECT funnel_agg(j, ARRAY['a', 'b', 'c'], NULL) FROM way)) AS f;
SELECT f.* FROM funnel_steps((SELECT funnel_agg(j, 'funnel(a, x optional, b, c)') FROM way), 0.9) AS f;
SELECT f.step, f.name, f.journeys FROM funnel_steps((SELECT funnel_agg(j, ARRAY['a', 'b', '@web'], '1 d', 'any') FROM way)) AS f;
SELECT f.* FROM funnel_steps((SELECT funnel_agg(j, ARRAY['nowhere', 'b'], NULL) FROM way)) AS f;
SELECT funnel_total(s), funnel_def(s), s FROM (SELECT funnel_agg(j, ARRAY['a', 'b'], '1 d') AS s FROM way) AS x;
SELECT funnel_agg(j, ARRAY['a', 'b'], '1 d') IS NULL AS none FROM way WHERE id = 5;
SELECT pg_temp.told('SELECT * FROM funnel_steps((SELECT funnel_agg(j, ARRAY[''a''], NULL) FROM way), 95)') AS told
UNION ALL SELECT pg_temp.told('SELECT funnel_agg(j, ARRAY[''a'', id::text], NULL) FROM way')
UNION ALL SELECT pg_temp.told('SELECT rollup(s) FROM (SELECT funnel_agg(j, ARRAY[''a'', id::text], NULL) AS s FROM way GROUP BY id) x');

-- stored counts that nobody could have made
WITH s AS (SELECT funnel_agg(j, ARRAY['a', 'b'], NULL)::text AS s FROM way)
SELECT what, pg_temp.told(format('SELECT %L::funnel_stats', bytes)) AS told
FROM s, LATERAL (VALUES ('as it is', s), ('cut short', left(s, -2)), ('more behind', s || '00'), ('another version', overlay(s PLACING '02' FROM 14 FOR 2)),
                        ('another name', 'tunnel' || s), ('not hexadecimal', s || 'x'), ('upper case', upper(s)), ('empty', 'funnel_stats:'),
                        ('not canonical', 'funnel_stats:01' || '0c' || encode('funnel( a,b)', 'hex') || '0000' || '00'),
                        ('nobody asked', 'funnel_stats:01' || '0c' || encode('funnel(a, b)', 'hex') || '0000' || '00'),
                        ('more began than were asked', 'funnel_stats:01' || '0c' || encode('funnel(a, b)', 'hex') || '0102' || '00'),
                        ('more went on than began', 'funnel_stats:01' || '0c' || encode('funnel(a, b)', 'hex') || '0101' || '010002'),
                        ('fewer', 'funnel_stats:01' || '0c' || encode('funnel(a, b)', 'hex') || '0202' || '010001')) v(what, bytes);
