-- promises: kept, late and broken; the gap between what was expected and what was got; the time from one touch to another

CREATE TYPE promise_stats;

CREATE FUNCTION promise_stats_in(input cstring) RETURNS promise_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION promise_stats_out(value promise_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION promise_stats_recv(message internal) RETURNS promise_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION promise_stats_send(value promise_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE promise_stats (
    INPUT = promise_stats_in,
    OUTPUT = promise_stats_out,
    RECEIVE = promise_stats_recv,
    SEND = promise_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE promise_stats IS
    'how many promises were kept, late or broken, made by promise_agg, read by kept_promises, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION promise_stats_in(cstring) IS 'text input of promise_stats; 22P02 malformed';
COMMENT ON FUNCTION promise_stats_out(promise_stats) IS 'text output of promise_stats';
COMMENT ON FUNCTION promise_stats_recv(internal) IS 'binary input of promise_stats; 22P03 malformed';
COMMENT ON FUNCTION promise_stats_send(promise_stats) IS 'binary output of promise_stats';

CREATE FUNCTION promise_stats_merge(a promise_stats, b promise_stats) RETURNS promise_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION promise_stats_merge(promise_stats, promise_stats) IS
    'what two promise_stats hold together, exactly; a NULL adds nothing; 22023 if they were asked for differently; 22003 more than 2^61 promises';
CREATE FUNCTION promise_stats_final(state promise_stats) RETURNS promise_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION promise_stats_final(promise_stats) IS 'what was counted';

CREATE FUNCTION promise_accum(state promise_stats, due timestamptz, done timestamptz, as_of timestamptz) RETURNS promise_stats
    AS 'MODULE_PATHNAME', 'promise_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3;
COMMENT ON FUNCTION promise_accum(promise_stats, timestamptz, timestamptz, timestamptz) IS
    'counts a row of promise_agg(timestamptz, timestamptz, timestamptz); a row without due is counted as unknown; 22023 as_of is NULL; 22008 infinite due or done';
CREATE AGGREGATE promise_agg(due timestamptz, done timestamptz, as_of timestamptz) (
    SFUNC = promise_accum, STYPE = promise_stats, SSPACE = 1024, FINALFUNC = promise_stats_final,
    COMBINEFUNC = promise_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE promise_agg(timestamptz, timestamptz, timestamptz) IS
    'how many promises were kept; each row is a promise, seen from as_of: kept if done when due or before, late if done behind that, broken if it was due and has not been done, by as_of, undecided if it can still be kept; done is NULL for what has not been done, or lies behind as_of; a row without due is no promise, and counted as unknown; NULL without rows; 22023 as_of is NULL; 22008 infinite due or done';
CREATE FUNCTION promise_accum(state promise_stats, journey journey, promise text, kept text, within interval, as_of timestamptz) RETURNS promise_stats
    AS 'MODULE_PATHNAME', 'promise_journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION promise_accum(promise_stats, journey, text, text, interval, timestamptz) IS
    'counts a row of promise_agg(journey, text, text, interval, timestamptz); a NULL journey adds nothing; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 as_of is NULL';
CREATE AGGREGATE promise_agg(journey journey, promise text, kept text, within interval, as_of timestamptz) (
    SFUNC = promise_accum, STYPE = promise_stats, SSPACE = 1024, FINALFUNC = promise_stats_final,
    COMBINEFUNC = promise_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE promise_agg(journey, text, text, interval, timestamptz) IS
    'how many promises were kept, read from journeys: each touch that fits "promise" promises one behind it that fits "kept", at most "within" later; a touch keeps one promise, the earliest that can still be kept, or else the earliest overdue one, which is late then; touches after as_of are not looked at; NULL journeys add nothing, NULL without journeys; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 as_of is NULL, expressions or window are not the same in all rows';
CREATE AGGREGATE rollup(promises promise_stats) (
    SFUNC = promise_stats_merge, STYPE = promise_stats, SSPACE = 1024, FINALFUNC = promise_stats_final,
    COMBINEFUNC = promise_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(promise_stats) IS
    'merges promise_stats exactly, in any order; NULLs add nothing; 22023 if they were asked for differently';

CREATE FUNCTION kept_promises(promises promise_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (promises bigint, kept bigint, late bigint, broken bigint, undecided bigint, unknown bigint, rate float8, low float8, high float8,
        median_late_seconds float8)
    AS 'MODULE_PATHNAME', 'kept_promises' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION kept_promises(promise_stats, float8) IS
    'one row: promises, and of them kept, late, broken and undecided; rows that were no promise, unknown; rate, the share 0..1 of those kept among kept, late and broken, with its Wilson interval; by how many seconds the late ones were late, the median, with a relative error of at most 1/128; NULL without such; 22023 confidence not between 0 and 1';

CREATE TYPE gap_stats;

CREATE FUNCTION gap_stats_in(input cstring) RETURNS gap_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gap_stats_out(value gap_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gap_stats_recv(message internal) RETURNS gap_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gap_stats_send(value gap_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE gap_stats (
    INPUT = gap_stats_in,
    OUTPUT = gap_stats_out,
    RECEIVE = gap_stats_recv,
    SEND = gap_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE gap_stats IS
    'what customers expected and what they perceived, made by gap_agg, read by promise_gap, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION gap_stats_in(cstring) IS 'text input of gap_stats; 22P02 malformed';
COMMENT ON FUNCTION gap_stats_out(gap_stats) IS 'text output of gap_stats';
COMMENT ON FUNCTION gap_stats_recv(internal) IS 'binary input of gap_stats; 22P03 malformed';
COMMENT ON FUNCTION gap_stats_send(gap_stats) IS 'binary output of gap_stats';

CREATE FUNCTION gap_stats_merge(a gap_stats, b gap_stats) RETURNS gap_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION gap_stats_merge(gap_stats, gap_stats) IS
    'what two gap_stats hold together, exactly; a NULL adds nothing; 22003 2^61 pairs or more';
CREATE FUNCTION gap_stats_final(state gap_stats) RETURNS gap_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION gap_stats_final(gap_stats) IS 'what was counted';

CREATE FUNCTION gap_accum(state gap_stats, expected float8, perceived float8) RETURNS gap_stats
    AS 'MODULE_PATHNAME', 'gap_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3;
COMMENT ON FUNCTION gap_accum(gap_stats, float8, float8) IS
    'counts a row of gap_agg(float8, float8); a pair of which a part is NULL is counted as missing; 22003 NaN, Infinity, or above 1e140';
CREATE AGGREGATE gap_agg(expected float8, perceived float8) (
    SFUNC = gap_accum, STYPE = gap_stats, SSPACE = 4096, FINALFUNC = gap_stats_final,
    COMBINEFUNC = gap_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE gap_agg(float8, float8) IS
    'what customers expected and what they perceived, in pairs on one scale of any unit; a pair of which a part is NULL is missing: left out and counted; NULL without rows; 22003 NaN, Infinity, or above 1e140';
CREATE AGGREGATE rollup(gaps gap_stats) (
    SFUNC = gap_stats_merge, STYPE = gap_stats, SSPACE = 4096, FINALFUNC = gap_stats_final,
    COMBINEFUNC = gap_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(gap_stats) IS
    'merges gap_stats exactly, in any order; NULLs add nothing';

CREATE FUNCTION promise_gap(gap gap_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (n bigint, missing bigint, expected float8, perceived float8, gap float8, std_error float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'promise_gap' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30 ROWS 2;
COMMENT ON FUNCTION promise_gap(gap_stats, float8) IS
    'one row, in units of the scale: pairs, missing ones, mean of what was expected and of what was perceived, the gap, expected minus perceived (above 0: more was promised than kept; SERVQUAL, Parasuraman, Zeithaml, Berry 1988, writes perceived minus expected), its standard error, and its interval low..high by Student''s t of paired differences (1908); NULL without pairs, the spread of one is not known; 22023 confidence not between 0 and 1';

CREATE FUNCTION time_to(journey journey, since text, what text) RETURNS interval
    AS 'MODULE_PATHNAME', 'time_to' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 15;
COMMENT ON FUNCTION time_to(journey, text, text) IS
    'how long it took from the first touch that fits the expression "since" to the first one behind it that fits "what", in days of 24 hours and time; NULL if there is no such touch; 22P02 malformed expression, 54000 too large';
