-- tally: many answers, summed up

CREATE TYPE tally;

CREATE FUNCTION tally_in(input cstring) RETURNS tally
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_out(value tally) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_recv(message internal) RETURNS tally
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_send(value tally) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE tally (
    INPUT = tally_in,
    OUTPUT = tally_out,
    RECEIVE = tally_recv,
    SEND = tally_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE tally IS
    'many answers summed up: how often each answer of each kind and scale was given, and how many are missing; for example tally{nps: 0=1 7=2 9=3 missing=2}; merges exactly with + and rollup()';
COMMENT ON FUNCTION tally_in(cstring) IS 'text input of tally; 22P02 malformed';
COMMENT ON FUNCTION tally_out(tally) IS 'text output of tally';
COMMENT ON FUNCTION tally_recv(internal) IS 'binary input of tally, its packed bytes (docs/storage.md); 22P03 malformed';
COMMENT ON FUNCTION tally_send(tally) IS 'binary output of tally, its packed bytes (docs/storage.md)';

-- the working state of all aggregates over answers; storage plain, so that it is always aligned

CREATE TYPE tally_state;

CREATE FUNCTION tally_state_in(input cstring) RETURNS tally_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_state_out(value tally_state) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_state_recv(message internal) RETURNS tally_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_state_send(value tally_state) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE tally_state (
    INPUT = tally_state_in,
    OUTPUT = tally_state_out,
    RECEIVE = tally_state_recv,
    SEND = tally_state_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = double,
    STORAGE = plain
);
COMMENT ON TYPE tally_state IS 'working state of the aggregates over answers; not meant for tables: store a tally';
COMMENT ON FUNCTION tally_state_in(cstring) IS 'text input of tally_state, the same as of tally; 22P02 malformed';
COMMENT ON FUNCTION tally_state_out(tally_state) IS 'text output of tally_state, the same as of tally';
COMMENT ON FUNCTION tally_state_recv(internal) IS 'binary input of tally_state, the same as of tally; 22P03 malformed';
COMMENT ON FUNCTION tally_state_send(tally_state) IS 'binary output of tally_state, the same as of tally';

CREATE FUNCTION tally_state_combine(state tally_state, other tally_state) RETURNS tally_state
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION tally_state_combine(tally_state, tally_state) IS 'merges two working states exactly, in any order';

-- counting; COST 4 is what the planner puts on the two filters and three counts that one would write by hand, so that
-- it treats both alike when it thinks of workers and of JIT

CREATE FUNCTION tally_accum(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_accum_feedback' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_take(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_take_feedback' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_accum(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_accum_weighted' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_take(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_take_weighted' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_accum(state tally_state, kind text, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_accum_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_take(state tally_state, kind text, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_take_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_accum(state tally_state, kind text, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_accum_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION tally_take(state tally_state, kind text, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'tally_take_score' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 4;
CREATE FUNCTION rollup_accum(state tally_state, tally tally) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'rollup_accum_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION rollup_take(state tally_state, tally tally) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'rollup_take_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
CREATE FUNCTION tally_final(state tally_state) RETURNS tally
    AS 'MODULE_PATHNAME', 'tally_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION tally_accum(tally_state, feedback) IS 'counts a row of tally(feedback)';
COMMENT ON FUNCTION tally_take(tally_state, feedback) IS 'takes a row of tally(feedback) out of a moving window';
COMMENT ON FUNCTION tally_accum(tally_state, feedback, float8) IS 'counts a row of tally(feedback, float8)';
COMMENT ON FUNCTION tally_take(tally_state, feedback, float8) IS 'takes a row of tally(feedback, float8) out of a moving window';
COMMENT ON FUNCTION tally_accum(tally_state, text, float8) IS 'counts a row of tally(text, float8)';
COMMENT ON FUNCTION tally_take(tally_state, text, float8) IS 'takes a row of tally(text, float8) out of a moving window';
COMMENT ON FUNCTION tally_accum(tally_state, text, float8, float8, float8) IS 'counts a row of tally(text, float8, float8, float8)';
COMMENT ON FUNCTION tally_take(tally_state, text, float8, float8, float8) IS 'takes a row of tally(text, float8, float8, float8) out of a moving window';
COMMENT ON FUNCTION rollup_accum(tally_state, tally) IS 'merges a row of rollup(tally)';
COMMENT ON FUNCTION rollup_take(tally_state, tally) IS 'takes a row of rollup(tally) out of a moving window';
COMMENT ON FUNCTION tally_final(tally_state) IS 'the tally of everything counted; NULL when nothing was';

CREATE AGGREGATE tally(feedback feedback) (
    SFUNC = tally_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = tally_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = tally_accum, MINVFUNC = tally_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = tally_final
);
COMMENT ON AGGREGATE tally(feedback) IS
    'tally of answers of any kinds; a NULL is counted as missing, of no known kind; NULL without rows';

CREATE AGGREGATE tally(feedback feedback, weight float8) (
    SFUNC = tally_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = tally_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = tally_accum, MINVFUNC = tally_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = tally_final
);
COMMENT ON AGGREGATE tally(feedback, float8) IS
    'tally of answers of any kinds with their weights, 0 to 10^9, kept in millionths; an answer with a NULL weight is counted as missing; NULL without rows';

CREATE AGGREGATE tally(kind text, score float8) (
    SFUNC = tally_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = tally_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = tally_accum, MINVFUNC = tally_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = tally_final
);
COMMENT ON AGGREGATE tally(text, float8) IS
    'tally of scores on the kind''s own scale; a NULL score is counted as missing of its kind; 22003 off the scale; NULL without rows';

CREATE AGGREGATE tally(kind text, score float8, lo float8, hi float8) (
    SFUNC = tally_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = tally_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = tally_accum, MINVFUNC = tally_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = tally_final
);
COMMENT ON AGGREGATE tally(text, float8, float8, float8) IS
    'tally of scores on the scale lo..hi; a NULL score is counted as missing of its kind and scale; 22003 off the scale; NULL without rows';

CREATE AGGREGATE rollup(tally tally) (
    SFUNC = rollup_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = tally_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = rollup_accum, MINVFUNC = rollup_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = tally_final
);
COMMENT ON AGGREGATE rollup(tally) IS
    'merges tallies exactly, in any order: the tally of all their answers; NULLs are passed over, NULL when nothing was counted';

CREATE FUNCTION tally_add(a tally, b tally) RETURNS tally
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION tally_add(tally, tally) IS 'implementation of the + operator';
CREATE OPERATOR + (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_add, COMMUTATOR = +
);
COMMENT ON OPERATOR + (tally, tally) IS 'the tally of the answers of both, exactly';

-- reading

CREATE FUNCTION responses(tally tally) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_responses' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION responses(tally) IS 'how many answered; all kinds';
CREATE FUNCTION responses(tally tally, kind text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_responses' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION responses(tally, text) IS 'how many answered; of one kind, on all its scales';

CREATE FUNCTION missing(tally tally) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION missing(tally) IS 'how many answers are missing (NULL); all kinds, and of no known kind';
CREATE FUNCTION missing(tally tally, kind text) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION missing(tally, text) IS 'how many answers are missing (NULL); of one kind, on all its scales';

CREATE FUNCTION response_rate(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'tally_response_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION response_rate(tally) IS 'share 0..1 of answers that are there, responses / (responses + missing); NULL for an empty tally; all kinds, and of no known kind';
CREATE FUNCTION response_rate(tally tally, kind text) RETURNS float8
    AS 'MODULE_PATHNAME', 'tally_response_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION response_rate(tally, text) IS 'share 0..1 of answers that are there, responses / (responses + missing); NULL for an empty tally; of one kind, on all its scales';

CREATE FUNCTION mean(tally tally, kind text) RETURNS float8
    AS 'MODULE_PATHNAME', 'tally_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION mean(tally, text) IS
    'mean answer of a kind, in units of its scale; NULL without answers or over two scales';
CREATE FUNCTION stddev(tally tally, kind text) RETURNS float8
    AS 'MODULE_PATHNAME', 'tally_stddev' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION stddev(tally, text) IS
    'sample standard deviation of the answers of a kind, in units of its scale (divisor n - 1, Kish''s effective n if weighted); NULL for fewer than two answers or over two scales';
