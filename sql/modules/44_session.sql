-- session_stats: how journeys fall apart into sessions

CREATE TYPE session_stats;

CREATE FUNCTION session_stats_in(input cstring) RETURNS session_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION session_stats_out(value session_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION session_stats_recv(message internal) RETURNS session_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION session_stats_send(value session_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE session_stats (
    INPUT = session_stats_in,
    OUTPUT = session_stats_out,
    RECEIVE = session_stats_recv,
    SEND = session_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE session_stats IS
    'the sessions of many journeys, made by session_agg, read by session_report, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION session_stats_in(cstring) IS 'text input of session_stats; 22P02 malformed';
COMMENT ON FUNCTION session_stats_out(session_stats) IS 'text output of session_stats';
COMMENT ON FUNCTION session_stats_recv(internal) IS 'binary input of session_stats; 22P03 malformed';
COMMENT ON FUNCTION session_stats_send(session_stats) IS 'binary output of session_stats';

CREATE FUNCTION session_stats_merge(a session_stats, b session_stats) RETURNS session_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION session_stats_merge(session_stats, session_stats) IS
    'what two session_stats hold together, exactly; a NULL adds nothing; 22023 of different gaps; 22003 more than 2^61 touches';
CREATE FUNCTION session_stats_final(state session_stats) RETURNS session_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION session_stats_final(session_stats) IS 'the sessions that were counted';

CREATE FUNCTION session_accum(state session_stats, journey journey, gap interval) RETURNS session_stats
    AS 'MODULE_PATHNAME', 'session_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION session_accum(session_stats, journey, interval) IS
    'counts a row of session_agg(journey, interval); a NULL journey adds nothing; 22023 a gap with months, negative, or NULL';

CREATE AGGREGATE session_agg(journey journey, gap interval) (
    SFUNC = session_accum, STYPE = session_stats, SSPACE = 4096, FINALFUNC = session_stats_final,
    COMBINEFUNC = session_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE session_agg(journey, interval) IS
    'the sessions of many journeys: a gap between touches that is longer than the limit opens a new one; a day of the gap has 24 hours; NULLs add nothing, NULL without journeys; 22023 a gap with months, negative, NULL, or not the same in all rows';
CREATE AGGREGATE rollup(sessions session_stats) (
    SFUNC = session_stats_merge, STYPE = session_stats, SSPACE = 4096, FINALFUNC = session_stats_final,
    COMBINEFUNC = session_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(session_stats) IS
    'merges session_stats exactly, in any order: the sessions of all their journeys; NULLs add nothing; 22023 of different gaps';

CREATE FUNCTION session_report(sessions session_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (journeys bigint, sessions bigint, touches bigint, per_journey float8, mean_touches float8,
        mean_seconds float8, median_seconds float8, p90_seconds float8, bounces bigint, bounce_share float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'session_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION session_report(session_stats, float8) IS
    'one row: journeys with touches, their sessions and touches, sessions per journey, mean touches per session, length of a session in seconds from first to last touch (the mean exact, median and 90th percentile with a relative error of at most 1/128), bounces (sessions of one touch), their share 0..1 of all sessions with its Wilson interval; NULL without sessions; 22023 confidence not between 0 and 1';

CREATE FUNCTION session_count(journey journey, gap interval) RETURNS integer
    AS 'MODULE_PATHNAME', 'session_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION session_count(journey, interval) IS
    'how many sessions the journey has: a gap between touches that is longer than the limit opens a new one; 0 without touches; 22023 a gap with months, or negative';

CREATE FUNCTION session_id(at timestamptz, gap interval) RETURNS bigint
    AS 'MODULE_PATHNAME', 'session_id' LANGUAGE C IMMUTABLE WINDOW PARALLEL SAFE COST 2;
COMMENT ON FUNCTION session_id(timestamptz, interval) IS
    'window function: number of the session of this row in its partition, from 1 in the order of the window; a row that is further than the gap from the row before opens a new one; rows without a time have no session and are passed over, NULL; a day of the gap has 24 hours; 22023 a gap with months, or negative';
