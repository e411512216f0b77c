-- soft input errors of journey (PostgreSQL 16 and newer)
SELECT t, pg_input_is_valid(t, 'journey') FROM unnest(ARRAY['[]', '[2026-01-05T09:00:00Z cart@web csat:4 =49.9]', '', '[2026-01-05T09:00:00Z]',
    '[2026-02-30T09:00:00Z a]', '[2026-01-05T09:00:00Z a nps:11]', '[2026-01-05T09:00:00Z a nps:4/5]', '[2026-01-05T09:00:00Z a =1e400]']) AS t;
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-01-05T09:00:00 a]', 'journey');
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-02-30T09:00:00Z a]', 'journey');
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-01-05T09:00:00Z a nps:11]', 'journey');
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-01-05T09:00:00Z a =inf]', 'journey');
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-01-05T09:00:00Z ' || repeat('x', 4096) || ']', 'journey');
SELECT message, detail, hint, sql_error_code FROM pg_input_error_info('[2026-01-05T09:00:00Z a' || repeat(', 2026-01-05T09:00:00Z a', 1 << 20) || ']', 'journey');
