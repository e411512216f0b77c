-- apdex_stats: how many waited briefly, bearably, too long

CREATE TYPE apdex_stats;

CREATE FUNCTION apdex_stats_in(input cstring) RETURNS apdex_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION apdex_stats_out(value apdex_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION apdex_stats_recv(message internal) RETURNS apdex_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION apdex_stats_send(value apdex_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE apdex_stats (
    INPUT = apdex_stats_in,
    OUTPUT = apdex_stats_out,
    RECEIVE = apdex_stats_recv,
    SEND = apdex_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE apdex_stats IS
    'waits against a threshold, made by apdex_agg, read by apdex and apdex_report, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION apdex_stats_in(cstring) IS 'text input of apdex_stats; 22P02 malformed';
COMMENT ON FUNCTION apdex_stats_out(apdex_stats) IS 'text output of apdex_stats';
COMMENT ON FUNCTION apdex_stats_recv(internal) IS 'binary input of apdex_stats; 22P03 malformed';
COMMENT ON FUNCTION apdex_stats_send(apdex_stats) IS 'binary output of apdex_stats';

CREATE FUNCTION apdex_stats_merge(a apdex_stats, b apdex_stats) RETURNS apdex_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION apdex_stats_merge(apdex_stats, apdex_stats) IS
    'what two apdex_stats hold together, exactly; a NULL adds nothing; 22023 of different thresholds; 22003 more than 2^61 waits';
CREATE FUNCTION apdex_stats_final(state apdex_stats) RETURNS apdex_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION apdex_stats_final(apdex_stats) IS 'the waits that were counted';

CREATE FUNCTION apdex_accum(state apdex_stats, seconds float8, threshold float8) RETURNS apdex_stats
    AS 'MODULE_PATHNAME', 'apdex_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION apdex_accum(apdex_stats, float8, float8) IS
    'counts a row of apdex_agg(float8, float8) or apdex(float8, float8); NULL seconds count as missing; 22003 seconds negative or not finite; 22023 a threshold that is NULL, not finite or not above 0, or not the same in all rows';

CREATE FUNCTION apdex(waits apdex_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'apdex_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION apdex(apdex_stats) IS
    'the application performance index 0..1 (Apdex Alliance 2007): (satisfied + tolerating / 2) / samples, where waits of at most the threshold are satisfied, of at most four times it tolerating; NULL without samples';

CREATE AGGREGATE apdex_agg(seconds float8, threshold float8) (
    SFUNC = apdex_accum, STYPE = apdex_stats, SSPACE = 256, FINALFUNC = apdex_stats_final,
    COMBINEFUNC = apdex_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE apdex_agg(float8, float8) IS
    'waits in seconds against a threshold in seconds: satisfied up to the threshold, tolerating up to four times it, else frustrated (Apdex Alliance 2007); NULL seconds count as missing, NULL without rows; 22003 seconds negative or not finite; 22023 a threshold that is NULL, not finite or not above 0, or not the same in all rows';
CREATE AGGREGATE apdex(seconds float8, threshold float8) (
    SFUNC = apdex_accum, STYPE = apdex_stats, SSPACE = 256, FINALFUNC = apdex,
    COMBINEFUNC = apdex_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE apdex(float8, float8) IS
    'the application performance index 0..1 of waits in seconds (Apdex Alliance 2007): (satisfied + tolerating / 2) / samples, where waits of at most the threshold are satisfied, of at most four times it tolerating; NULL seconds are left out, NULL without samples; 22003 seconds negative or not finite; 22023 a threshold that is NULL, not finite or not above 0, or not the same in all rows';
CREATE AGGREGATE rollup(waits apdex_stats) (
    SFUNC = apdex_stats_merge, STYPE = apdex_stats, SSPACE = 256, FINALFUNC = apdex_stats_final,
    COMBINEFUNC = apdex_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(apdex_stats) IS
    'merges apdex_stats exactly, in any order; NULLs add nothing; 22023 of different thresholds';

CREATE FUNCTION apdex_report(waits apdex_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (threshold float8, samples bigint, missing bigint, satisfied bigint, tolerating bigint, frustrated bigint,
        apdex float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'apdex_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 1;
COMMENT ON FUNCTION apdex_report(apdex_stats, float8) IS
    'one row: the threshold in seconds, samples (waits that are known), missing (NULL), the three counts, and the index 0..1 (Apdex Alliance 2007) with its interval low..high, that of NPS by the adjusted Wald method, halved and shifted: satisfied are its promoters, frustrated its detractors; index and interval NULL without samples; 22023 confidence not between 0 and 1';
