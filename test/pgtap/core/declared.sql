-- C functions that a superuser declares otherwise than the extension does: they say so, and read nothing that is not there.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(5);

CREATE FUNCTION pg_temp.declare(name text, declaration text, symbol text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE FUNCTION pg_temp.%s %s LANGUAGE C AS %L, %L', name, declaration,
                   (SELECT probin FROM pg_proc WHERE oid = 'period(timestamptz, text, text)'::regprocedure), symbol);
END $$;
SELECT pg_temp.declare('one_row', '(j journey) RETURNS record', 'journey_touches'), pg_temp.declare('few_columns', '(j journey) RETURNS TABLE (at timestamptz, touchpoint text)', 'journey_touches'),
    pg_temp.declare('no_window', '(at timestamptz, gap interval) RETURNS bigint', 'session_id'), pg_temp.declare('numbers', '(profits int[], points int) RETURNS TABLE (share_of_customers float8, share_of_profit float8)', 'whale_curve') \g /dev/null
SELECT lives_ok($$ SELECT touchpoint FROM touches('[2026-01-01T00:00:00Z a]') $$, 'as the extension declares it');
SELECT throws_ok($$ SELECT pg_temp.one_row('[2026-01-01T00:00:00Z a]') $$, '0A000', NULL, 'a function of many rows wants to return a set');
SELECT throws_ok($$ SELECT * FROM pg_temp.few_columns('[2026-01-01T00:00:00Z a]') $$, 'XX000', NULL, 'with all its columns');
SELECT throws_ok($$ SELECT pg_temp.no_window('2026-01-01Z', '30 min') $$, '42809', NULL, 'a window function wants a window');
SELECT throws_ok($$ SELECT * FROM pg_temp.numbers('{1,2,3}', 20) $$, 'XX000', 'unexpected type of elements in profits', 'an array is of text, boolean or float8');

SELECT * FROM finish();
ROLLBACK;
