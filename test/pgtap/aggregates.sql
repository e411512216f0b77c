-- Laws that every aggregate with a value for its result obeys, however the server calls it: read from the catalog, so that
-- aggregates added later are tested without being named. An argument that the table below does not know makes them fail.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SELECT plan(7);

CREATE TEMP TABLE aggregate AS
    SELECT p.oid, p.proname::text AS name, p.oid::regprocedure::text AS label, a.aggtransfn::oid::regproc::text AS accum, a.aggfinalfn::oid::regproc::text AS final, t.typname::text AS result,
           t.typsend::text AS send, p.pronargs, p.proargnames AS names, p.proargtypes::oid[] AS types
    FROM pg_depend d JOIN pg_aggregate a ON d.objid = a.aggfnoid JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_type t ON t.oid = p.prorettype
    WHERE d.deptype = 'e' AND d.classid = 'pg_proc'::regclass AND a.aggtranstype = p.prorettype AND a.aggfinalfn <> 0 AND p.proname <> 'rollup'
      AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics');
SELECT cmp_ok((SELECT count(*) FROM aggregate), '>=', 65::bigint, 'there are many aggregates');

-- ---- rows: 40 in 4 groups; journeys of 1 to 3000 touches, out of order in the sizes that buffers grow by ----

CREATE TEMP TABLE input AS
    SELECT i, i % 4 AS g, journey_agg(touch(timestamptz '2026-01-05 09:00Z' + (k * 7919 % 8640 + i * 100) * interval '1 minute', (ARRAY['browse', 'cart', 'call', 'order', 'x' || k % 50])[1 + k * i % 5],
               (ARRAY['web', 'phone'])[1 + k % 3], CASE k % 4 WHEN 0 THEN 'buy' END, (ARRAY['shop', 'support', 'sales'])[1 + (k + i) % 4], CASE k % 3 WHEN 0 THEN feedback('csat', 1 + k % 5) WHEN 1 THEN feedback('nps', k % 11) END,
               CASE WHEN k % 2 = 0 THEN k * 1.5 END)) AS j
    FROM generate_series(1, 40) i, generate_series(1, CASE WHEN i IN (5, 14) THEN 300 * i ELSE 1 + i % 7 * 5 END) k GROUP BY i ORDER BY i;

-- what an argument is, by its name and type, else by its type
CREATE TEMP TABLE argument (name text, type regtype, expression text);
INSERT INTO argument VALUES (NULL, 'journey', 'j'), (NULL, 'boolean', 'i % 3 > 0'), (NULL, 'float8', '(i * 7 % 11 + 0.5)'), (NULL, 'bigint', 'i * i'), (NULL, 'integer', '3'), (NULL, 'interval', $$interval '1 day'$$),
    (NULL, 'timestamptz', $$timestamptz '2026-01-05 09:00Z' + i * interval '7 hours'$$), (NULL, 'boolean[]', 'ARRAY[i % 3 > 0, true]'), (NULL, 'float8[]', 'ARRAY[i % 5, i * i % 7]::float8[]'), (NULL, 'text[]', $$'{browse,cart}'$$),
    (NULL, 'funnel_def', $$'funnel(browse, cart, call@phone) within 7d'::funnel_def$$), (NULL, 'rfm_stats', 'rfm_stats(i % 5, i % 5 * 2, 38.86, CASE WHEN i % 5 > 0 THEN i + 10 END)'),
    ('touchpoint', 'text', $$'touch ' || i % 5$$), ('channel', 'text', $$(ARRAY['web', 'phone'])[1 + i % 3]$$), ('stage', 'text', $$'buy'$$), ('owner', 'text', $$(ARRAY['shop', 'support'])[1 + i % 2]$$), ('owners', 'text[]', $$'{shop,sales}'$$),
    ('timed', 'boolean', 'true'), ('mode', 'text', $$'ordered'$$), ('grain', 'text', $$'touchpoint'$$), ('start', 'text', $$'browse'$$), ('tz', 'text', $$'Europe/Berlin'$$), ('conversion', 'text', $$'order'$$), ('segment', 'text', $$'segment ' || i % 3$$),
    ('what', 'text', $$'call'$$), ('by', 'text', $$'@web'$$), ('session_of', 'text', $$'@phone'$$), ('series', 'text', $$'series ' || i % 3$$), ('promise', 'text', $$'order'$$), ('kept', 'text', $$'call'$$), ('kind', 'text', $$'csat'$$),
    ('begin', 'text', $$'browse'$$), ('finish', 'text', $$'order'$$), ('model', 'text', $$'bgnbd'$$), ('as_of', 'timestamptz', $$timestamptz '2027-01-01Z'$$), ('risk', 'float8', '(i * 37 % 101) / 101.0'),
    ('threshold', 'float8', '4'), ('threshold', 'interval', $$interval '20 hours'$$), ('n_before', 'float8', '(i + 5)::float8'), ('n_after', 'float8', '(2 * i + 5)::float8');
CREATE TEMP TABLE called AS
    SELECT a.*, (SELECT string_agg(coalesce((SELECT '(' || CASE WHEN result = 'retention_stats' AND name = 'grain' THEN $$'week'$$ ELSE expression END || ')'
                                             FROM argument x WHERE x.type = t AND (x.name = n OR x.name IS NULL) ORDER BY x.name NULLS LAST LIMIT 1), format('(no sample of %s)', n)) || '::' || t::regtype, ', ' ORDER BY k)
                 FROM unnest(names, types) WITH ORDINALITY u(n, t, k)) AS arguments
    FROM aggregate a;
SELECT is_empty('SELECT label, arguments FROM called WHERE arguments ~ ''no sample''', 'all their arguments are known here');

-- the bytes of its values by one way of computing them, as a table (oid, g, i, bytes)
SET LOCAL enable_hashagg = off;
CREATE TEMP TABLE result (way text, oid oid, g int, i int, bytes bytea);
DO $$ DECLARE a record; BEGIN
    FOR a IN SELECT * FROM called LOOP
        EXECUTE format('INSERT INTO result SELECT %L, %s, g, NULL, %s(%s(%s)) FROM (SELECT * FROM input ORDER BY g, i) x GROUP BY g', 'groups', a.oid, a.send, a.name, a.arguments);
        EXECUTE format('INSERT INTO result SELECT %L, %s, NULL, NULL, %s(%s(%s)) FROM input', 'all', a.oid, a.send, a.name, a.arguments);
        EXECUTE format('INSERT INTO result SELECT %L, %s, NULL, i, %s(%s(%s) OVER (ORDER BY i)) FROM input WHERE i <= 12', 'running', a.oid, a.send, a.name, a.arguments);
    END LOOP;
END $$;
SELECT is((SELECT count(*) FROM result WHERE way = 'groups' AND bytes IS NOT NULL), (SELECT 4 * count(*) FROM aggregate), 'every aggregate counts something in every group');

-- in a hash table all groups grow at once; the order of rows is another
SET LOCAL enable_sort = off;
SET LOCAL enable_hashagg = on;
DO $$ DECLARE a record; BEGIN
    FOR a IN SELECT * FROM called LOOP
        EXECUTE format('INSERT INTO result SELECT %L, %s, g, NULL, %s(%s(%s)) FROM (SELECT * FROM input OFFSET 0) x GROUP BY g', 'hashed', a.oid, a.send, a.name, a.arguments);
    END LOOP;
END $$;
RESET enable_sort;
SELECT is_empty($$ SELECT oid::regprocedure, a.g FROM result a JOIN result b USING (oid, g) WHERE a.way = 'groups' AND b.way = 'hashed' AND a.bytes IS DISTINCT FROM b.bytes $$, 'groups that grow at once are those that grow one by one');

-- each running value is that of the rows so far, although more rows come
DO $$ DECLARE a record; BEGIN
    FOR a IN SELECT * FROM called LOOP
        FOR k IN 1 .. 12 LOOP
            EXECUTE format('INSERT INTO result SELECT %L, %s, NULL, %s, %s(%s(%s)) FROM input WHERE i <= %s', 'so far', a.oid, k, a.send, a.name, a.arguments, k);
        END LOOP;
    END LOOP;
END $$;
SELECT is_empty($$ SELECT oid::regprocedure, i FROM result a JOIN result b USING (oid, i) WHERE a.way = 'running' AND b.way = 'so far' AND a.bytes IS DISTINCT FROM b.bytes $$, 'a running value is that of the rows so far');

-- the function that counts a row, called by a query: a new state each time, the one before left alone
CREATE FUNCTION pg_temp.by_hand(a called) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    b bytea;
BEGIN
    EXECUTE format('WITH RECURSIVE s(n, state) AS (SELECT 0, NULL::%s UNION ALL SELECT i, %s(state, %s) FROM s JOIN input ON i = n + 1)
                    SELECT %s(%s(state)) FROM s WHERE n = 40', a.result, a.accum, a.arguments, a.send, a.final) INTO STRICT b;
    RETURN b;
END $$;
SELECT is_empty($$ SELECT label FROM called, pg_temp.by_hand(called) b WHERE b IS DISTINCT FROM (SELECT bytes FROM result r WHERE way = 'all' AND r.oid = called.oid) $$, 'rows counted by hand are rows counted by the aggregate');

-- all of them in one query share what is not their own
CREATE FUNCTION pg_temp.together() RETURNS SETOF bytea LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format('SELECT unnest(ARRAY[%s]) FROM input GROUP BY g', (SELECT string_agg(format('%s(%s(%s))', send, name, arguments), ', ' ORDER BY oid) FROM called));
END $$;
SET LOCAL enable_sort = off;
SELECT set_eq('SELECT md5(b) FROM pg_temp.together() b', $$ SELECT md5(bytes) FROM result WHERE way = 'groups' $$, 'all aggregates in one query give what each gives alone');

SELECT * FROM finish();
ROLLBACK;
