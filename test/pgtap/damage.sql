-- Values that are stored damaged, and messages that are no values: every type of the extension says so, by SQLSTATE.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(14);

CREATE TEMP TABLE own AS
    SELECT format_type(t.oid, NULL) AS name, t.typbyval AS by_value, t.typsend::text AS send
    FROM pg_depend d JOIN pg_type t ON t.oid = d.objid
    WHERE d.deptype = 'e' AND d.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
      AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics');
SELECT cmp_ok((SELECT count(*) FROM own), '>=', 40::bigint, 'there are many types');

-- ---- bytes as a disk may give them back, read as a value with nothing in between: int8up hands its argument on ----

DO $$ DECLARE own record; BEGIN
    FOR own IN SELECT * FROM own LOOP
        EXECUTE format('CREATE FUNCTION pg_temp.raw_%s(%s) RETURNS %s LANGUAGE internal STRICT AS %L',
                       own.name, CASE WHEN own.by_value THEN 'bigint' ELSE 'bytea' END, own.name, 'int8up');
    END LOOP;
END $$;

CREATE FUNCTION pg_temp.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'fine';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

CREATE TEMP TABLE bytes AS SELECT unnest(ARRAY['', '\x00', '\x01', '\x7f', '\xff', '\x0101', '\xffffffffffffffffffffffffffffffff', '\x00000000000000000000000000000000']::bytea[]) AS b;

SELECT is_empty($$ SELECT name, b, o FROM own, bytes, pg_temp.outcome(format('SELECT %s(pg_temp.raw_%s(%L))', send, name, b)) o
                   WHERE NOT by_value AND o <> 'XX001' $$, 'stored bytes that are no value are damaged, says what sends them');
SELECT is_empty($$ SELECT name, b, o FROM own, bytes, pg_temp.outcome(format('SELECT pg_temp.raw_%s(%L)::text', name, b)) o
                   WHERE NOT by_value AND o <> 'XX001' $$, 'and what prints them');
SELECT is_empty($$ SELECT name, k, o FROM own, unnest('{0,-1,1,9223372036854775807}'::bigint[]) k, pg_temp.outcome(format('SELECT pg_temp.raw_%s(%L)::text', name, k)) o
                   WHERE by_value AND o <> 'XX001' $$, 'and what prints a type by value');

-- ---- messages: through COPY, since nothing else calls the input function of a message ----

CREATE FUNCTION pg_temp.received(type text, b bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    -- a file of one row with one column
    file bytea := '\x5047434f50590aff0d0a0000000000000000000001' || int4send(length(b)) || b || '\xffff';
    octal text := (SELECT string_agg(format('\%s%s%s', x / 64, x / 8 % 8, x % 8), '' ORDER BY i) FROM generate_series(0, length(file) - 1) i, get_byte(file, i) x);
    got text;
BEGIN
    EXECUTE format('CREATE TEMP TABLE received (x %s)', type);
    BEGIN
        EXECUTE format('COPY received FROM PROGRAM %L (FORMAT binary)', format('printf ''%s''', octal));
        SELECT x::text INTO STRICT got FROM received;
    EXCEPTION WHEN OTHERS THEN got := SQLSTATE;
    END;
    DROP TABLE received;
    RETURN got;
END $$;

SELECT is_empty($$ SELECT name, b, o FROM own, bytes, pg_temp.received(name, b) o WHERE length(b) < 2 AND b <> '\x7f' AND o <> '22P03' $$, 'a message that is no value is malformed');

-- the types that do not share their input and output
CREATE TEMP TABLE value (type text, shown text);
INSERT INTO value VALUES ('funnel_def', 'funnel(browse@web, cart optional within 1h, call@phone) within 7d hold channel'),
    ('journey_pattern', '^browse -> [cart|call]+ ~> call within 7d'), ('churn_model', 'sbg n=1000 events=509 log_likelihood=-1000 alpha=0.668 beta=3.806'),
    ('feedback', 'csat:4.5'), ('tally', 'tally{nps: 0=1 7=2 9=3 missing=2}'), ('tally_state', 'tally{csat: 4=1 5=2}'),
    ('journey', '[2026-01-05T09:00:00Z browse@web csat:2 =49.9, 2026-01-05T09:05:00Z 12]');
CREATE FUNCTION pg_temp.sent(type text, shown text) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    b bytea;
BEGIN
    EXECUTE format('SELECT %s(%L)', (SELECT send FROM own WHERE name = type), shown) INTO STRICT b;
    RETURN b;
END $$;
SELECT is_empty('SELECT type, shown, got FROM value, pg_temp.received(type, pg_temp.sent(type, shown)) got WHERE got <> shown', 'what is sent is received');
SELECT is_empty($$ SELECT type, cut, got FROM value, pg_temp.sent(type, shown) b, unnest(ARRAY[length(b) - 1, length(b) / 2, 1]) cut, pg_temp.received(type, substring(b FOR cut)) got
                   WHERE got <> '22P03' $$, 'what is cut is malformed');
SELECT is_empty($$ SELECT type, got FROM value, pg_temp.sent(type, shown) b, pg_temp.received(type, b || '\x00') got WHERE got NOT IN ('22P03', '22021') $$,
    'what is too long is malformed, or text with a byte that no text has');

-- ---- every bit of some journeys and tallies flipped, where they are stored, and read by what does not look at all of it ----

CREATE TEMP TABLE mutant AS
    SELECT type, set_bit(b, k, 1 - get_bit(b, k)) AS b
    FROM (VALUES ('journey', '[2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-05T09:04:10.5Z cart@web/buy#shop csat:3.5 =49.9, 2026-01-06T10:00:00Z call@phone/support#service rating:-2.5/-3..3 =0.333333333333333333]'),
                 ('journey', '[2026-01-05T09:00:00Z 7 nps:9, 2026-01-05T09:05:00Z 12 =1e300, 2026-01-05T10:00:00Z 7 =5]'),
                 ('journey', '[2026-01-05T09:00:00Z call]'),
                 ('journey', (SELECT journey_agg(timestamptz '2026-01-05Z' + i * interval '5 minutes', 'x' || i % 3)::text FROM generate_series(1, 200) i)),
                 ('tally', 'tally{nps: 0=1 7=2 9=3(4.5,6.75) missing=2; csat/10: 8=5; unknown: missing=7}'), ('tally_state', 'tally{nps: 0=1 9=3(4.5,6.75) missing=2; csat/10: 8=5}')) v(type, shown),
         pg_temp.sent(type, shown) b, generate_series(0, 8 * least(length(b), 200) - 1) k;
CREATE TEMP TABLE reader (type text, query text);
INSERT INTO reader VALUES ('journey', 'SELECT count(feedback), sum(value) FROM touches(%s)'), ('journey', $$SELECT count_of(%s, 'call'), journey_match(%1$s, 'x1 ~> x2'::journey_pattern)$$),
    ('journey', $$SELECT funnel_agg(%s, 'funnel(browse, call)'), preceded_agg(%1$s, 'call', '@web', '7 days'), pain_agg(%1$s), retention_agg(%1$s, 'day'), silo_agg(%1$s, true)$$),
    ('journey', $$SELECT session_agg(%s, '30 minutes')$$), ('journey', 'SELECT effort_index(%s)'), ('journey', $$SELECT flow_agg(%s, 'touchpoint', false), path_agg(%1$s, 3)$$),
    ('journey', 'SELECT %s = %1$s, %1$s || %1$s'), ('tally', 'SELECT nps(%s), mean(%1$s, kind), rollup(%1$s) FROM unnest(ARRAY[''nps'', ''csat'']) kind GROUP BY kind'), ('tally_state', 'SELECT nps_final(%s), tally_state_combine(%1$s, %1$s)');
SELECT is_empty($$ SELECT type, b, o FROM mutant, pg_temp.outcome(format('SELECT %s(pg_temp.raw_%s(%L)), 1 / (%1$s(pg_temp.raw_%2$s(%3$L)::text::%2$s) = %3$L)::int', (SELECT send FROM own WHERE name = type), type, b)) o
                   WHERE o NOT IN ('fine', 'XX001') $$, 'flipped bits are damage, or another value in its one form');
CREATE TEMP TABLE outcome AS
    SELECT type, query, o, count(*) AS n FROM mutant JOIN reader USING (type), pg_temp.outcome(format(query, format('pg_temp.raw_%s(%L)', type, b))) o GROUP BY 1, 2, 3;
SELECT is_empty($$ SELECT * FROM outcome WHERE o NOT IN ('fine', 'XX001', '22003') $$, 'what reads a part says so, or reads another value');
SELECT is_empty($$ SELECT type, query FROM outcome GROUP BY 1, 2 HAVING bool_and(o <> 'XX001') $$, 'every one of them notices some');

-- ---- what aggregates make of such journeys is damage, or a state that can be read: by text, which is checked in full ----

CREATE TEMP TABLE maker AS
    SELECT format('flow_agg(%%1$s, %L, %L)', grain, timed) AS query, 'flow_stats' AS made FROM unnest('{touchpoint,channel,stage,owner}'::text[]) grain, unnest('{true,false}'::bool[]) timed
    UNION ALL SELECT format(query, grain), made FROM unnest('{touchpoint,channel,owner}'::text[]) grain,
        (VALUES ('path_agg(%%1$s, 2, NULL, %L)', 'path_stats'), ('basket_agg(%%1$s, %L)', 'basket_stats'), ('outcome_agg(%%1$s, true, %L)', 'outcome_stats'),
                ('coverage_agg(%%1$s, %L)', 'coverage_stats'), ('leakage_agg(%%1$s, ''a'', ''b'', %L)', 'leakage_stats'), ('attribution_agg(%%1$s, ''a'', %L)', 'attribution_stats')) v(query, made)
    UNION ALL VALUES ('rework_agg(%1$s)', 'rework_stats'), ('silo_agg(%1$s, true)', 'silo_stats'), ('pain_agg(%1$s)', 'pain_stats'), ('handover_agg(%1$s)', 'flow_stats'),
        ('session_agg(%1$s, ''1 hour'')', 'session_stats'), ('retention_agg(%1$s, ''day'')', 'retention_stats');
INSERT INTO mutant SELECT 'facets', set_bit(b, k, 1 - get_bit(b, k))
    FROM unnest(ARRAY['[2026-01-05T09:00:00Z a, 2026-01-05T09:05:00Z a@web/buy#shop, 2026-01-05T09:06:00Z b, 2026-01-05T09:06:00Z a@web]',
                      '[2026-01-05T09:00:00Z a, 2026-01-05T09:05:00Z a@web]']) shown, pg_temp.sent('journey', shown) b, generate_series(0, 8 * length(b) - 1) k;
CREATE TEMP TABLE made AS
    SELECT query, b, pg_temp.outcome('SELECT ' || expression) AS o, pg_temp.outcome(format('SELECT %s::text::%s', expression, made)) AS again
    FROM mutant, maker, format(query, format('pg_temp.raw_journey(%L)', b)) expression WHERE type = 'facets';
SELECT is_empty($$ SELECT query, b, o, again FROM made WHERE o NOT IN ('fine', 'XX001', '22003') OR o <> again $$, 'states of damaged journeys can be read');
SELECT is_empty($$ SELECT query FROM made GROUP BY 1 HAVING bool_and(o = 'fine') OR bool_and(o <> 'fine') $$, 'some are made, some are not');

-- a name longer than names are, its length and that of all names being right: behind both counts, of touches and of names, and the span
CREATE FUNCTION pg_temp.with_name(size int) RETURNS text LANGUAGE sql AS $$
    SELECT format('%L', substring(pg_temp.sent('journey', '[2026-01-05T09:00:00Z a]') FOR 24)
                        || set_byte(set_byte('\x0000', 0, (size + 2) % 128 + 128), 1, (size + 2) / 128)
                        || set_byte(set_byte('\x0000', 0, 2 * size % 128 + 128), 1, 2 * size / 128) || convert_to(repeat('a', size), 'UTF8')) $$;
SELECT is(array_agg(pg_temp.outcome(format(query, format('pg_temp.raw_journey(%s)', pg_temp.with_name(size)))) ORDER BY size, query), '{fine,fine,fine,XX001,XX001,XX001}'::text[],
          'names of 4095 bytes are names, longer ones damage')
    FROM unnest('{4095,5000}'::int[]) size, unnest('{SELECT %s::text,"SELECT path_agg(%s, 1)","SELECT basket_agg(%s)"}'::text[]) query;

SELECT * FROM finish();
ROLLBACK;
