-- aggregates over plain rows, with the meaning they have in ClickHouse

-- their working state: what was asked, and the rows that matter for it

CREATE TYPE rows_state;

CREATE FUNCTION rows_state_in(input cstring) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rows_state_out(value rows_state) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rows_state_recv(message internal) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rows_state_send(value rows_state) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE rows_state (
    INPUT = rows_state_in,
    OUTPUT = rows_state_out,
    RECEIVE = rows_state_recv,
    SEND = rows_state_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE rows_state IS
    'working state of the aggregates over plain rows (window_funnel, sequence_match, sequence_count, retention, retention_agg over times): what was asked, and the rows that matter for it';
COMMENT ON FUNCTION rows_state_in(cstring) IS 'text input of rows_state; 22P02 malformed';
COMMENT ON FUNCTION rows_state_out(rows_state) IS 'text output of rows_state';
COMMENT ON FUNCTION rows_state_recv(internal) IS 'binary input of rows_state; 22P03 malformed';
COMMENT ON FUNCTION rows_state_send(rows_state) IS 'binary output of rows_state';

CREATE FUNCTION rows_state_merge(a rows_state, b rows_state) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION rows_state_merge(rows_state, rows_state) IS
    'the rows of both; a NULL adds nothing; 22023 if they were asked different questions';

-- window_funnel

CREATE FUNCTION window_funnel_final(state rows_state) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION window_funnel_final(rows_state) IS 'the length of the longest chain of conditions in the rows collected';

CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, at timestamptz, VARIADIC conditions boolean[]) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, timestamptz, boolean[]) IS 'adds a row to those collected; without a time it adds nothing or without an array of conditions';

CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a time it adds nothing';
CREATE FUNCTION window_funnel_accum(state rows_state, within interval, mode text, at timestamptz, VARIADIC conditions boolean[]) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'window_funnel_accum_mode_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION window_funnel_accum(rows_state, interval, text, timestamptz, boolean[]) IS 'adds a row to those collected; without a time it adds nothing or without an array of conditions';

CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, at timestamptz, VARIADIC conditions boolean[]) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, timestamptz, VARIADIC boolean[]) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; 22023 months in within or negative, 22008 infinite time; 54000 more than 65535 conditions';

CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time';
CREATE AGGREGATE window_funnel(within interval, mode text, at timestamptz, VARIADIC conditions boolean[]) (
    SFUNC = window_funnel_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = window_funnel_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE window_funnel(interval, text, timestamptz, VARIADIC boolean[]) IS
    'how many of the conditions, in their order, a chain of rows of one customer meets within a time from the first, inclusive (within NULL: without limit); one row may meet several; rows in any order; the meaning of windowFunnel in ClickHouse; 0 if the first is never met, NULL without rows; mode default, strict_deduplication, strict_order, strict_increase, strict_once, or several with commas between them: docs/clickhouse.md; NULL means default; 22023 unknown mode, months in within or negative, 22008 infinite time; 54000 more than 65535 conditions';

-- sequence_match and sequence_count: one state, two questions

CREATE FUNCTION sequence_match_final(state rows_state) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION sequence_match_final(rows_state) IS 'does the pattern match the rows collected?';
CREATE FUNCTION sequence_count_final(state rows_state) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION sequence_count_final(rows_state) IS 'how many matches of the pattern in the rows collected do not overlap';

CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS 'adds a row to those collected; without a pattern or a time it adds nothing';
CREATE FUNCTION sequence_accum(state rows_state, pattern text, at timestamptz, VARIADIC conditions boolean[]) RETURNS rows_state
    AS 'MODULE_PATHNAME', 'sequence_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION sequence_accum(rows_state, text, timestamptz, boolean[]) IS 'adds a row to those collected; without a pattern or a time it adds nothing or without an array of conditions';

CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_match(pattern text, at timestamptz, VARIADIC conditions boolean[]) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_match_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_match(text, timestamptz, VARIADIC boolean[]) IS
    'do rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds? Only rows that meet some condition stand in the sequence; the meaning of sequenceMatch in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';

CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, c1 boolean, c2 boolean, c3 boolean, c4 boolean, c5 boolean, c6 boolean, c7 boolean, c8 boolean) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, boolean, boolean, boolean, boolean, boolean, boolean, boolean, boolean) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';
CREATE AGGREGATE sequence_count(pattern text, at timestamptz, VARIADIC conditions boolean[]) (
    SFUNC = sequence_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = sequence_count_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE sequence_count(text, timestamptz, VARIADIC boolean[]) IS
    'how many times rows of one customer, by time, match a pattern of conditions such as (?1)(?t<=3600)(?2) or (?1).*(?2)(?3), times in seconds, without overlapping; only rows that meet some condition stand in the sequence; the meaning of sequenceCount in ClickHouse; NULL without rows; 22023 malformed pattern or a condition that is not there, 22008 infinite time, 54000 too large';

-- retention over conditions

CREATE FUNCTION retention_seen_accum(state rows_state, VARIADIC conditions boolean[]) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION retention_seen_accum(rows_state, boolean[]) IS 'notes which conditions hold in a row; a NULL array adds nothing';
CREATE FUNCTION retention_seen_final(state rows_state) RETURNS boolean[]
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION retention_seen_final(rows_state) IS 'for each condition: did it hold in some row, and the first one in some row?';
CREATE AGGREGATE retention(VARIADIC conditions boolean[]) (
    SFUNC = retention_seen_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = retention_seen_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention(VARIADIC boolean[]) IS
    'for each condition: did it hold in some row of the customer, and the first one in some row? The meaning of retention in ClickHouse; time plays no part; NULL without rows; 54000 more than 65535 conditions';

-- retention_agg over the times of one customer

CREATE FUNCTION retention_times_accum(state rows_state, at timestamptz, grain text) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION retention_times_accum(rows_state, timestamptz, text) IS 'adds a time to those collected; a NULL adds nothing';
CREATE FUNCTION retention_times_accum(state rows_state, at timestamptz, grain text, tz text) RETURNS rows_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION retention_times_accum(rows_state, timestamptz, text, text) IS 'adds a time to those collected; a NULL adds nothing';
CREATE FUNCTION retention_times_final(state rows_state) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION retention_times_final(rows_state) IS 'retention of one customer, who was active at the times collected';

CREATE AGGREGATE retention_agg(at timestamptz, grain text) (
    SFUNC = retention_times_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = retention_times_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(timestamptz, text) IS
    'retention of ONE customer, who was active at these times: GROUP BY customer, and rollup() the results over customers; grain day, week (Monday), month, quarter or year in UTC; a NULL time adds nothing; NULL without times; 22023 unknown grain, 22008 infinite time';
CREATE AGGREGATE retention_agg(at timestamptz, grain text, tz text) (
    SFUNC = retention_times_accum, STYPE = rows_state, SSPACE = 256, FINALFUNC = retention_times_final,
    COMBINEFUNC = rows_state_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(timestamptz, text, text) IS
    'retention of ONE customer, who was active at these times: GROUP BY customer, and rollup() the results over customers; grain day, week (Monday), month, quarter or year, in a time zone; a NULL time adds nothing; NULL without times; 22023 unknown grain or zone, 22008 infinite time';
