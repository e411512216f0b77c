-- coverage_stats: where customers are heard

CREATE TYPE coverage_stats;

CREATE FUNCTION coverage_stats_in(input cstring) RETURNS coverage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION coverage_stats_out(value coverage_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION coverage_stats_recv(message internal) RETURNS coverage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION coverage_stats_send(value coverage_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE coverage_stats (
    INPUT = coverage_stats_in,
    OUTPUT = coverage_stats_out,
    RECEIVE = coverage_stats_recv,
    SEND = coverage_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE coverage_stats IS
    'touches and answers of each name, made by coverage_agg, read by coverage and coverage_share, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION coverage_stats_in(cstring) IS 'text input of coverage_stats; 22P02 malformed';
COMMENT ON FUNCTION coverage_stats_out(coverage_stats) IS 'text output of coverage_stats';
COMMENT ON FUNCTION coverage_stats_recv(internal) IS 'binary input of coverage_stats; 22P03 malformed';
COMMENT ON FUNCTION coverage_stats_send(coverage_stats) IS 'binary output of coverage_stats';

CREATE FUNCTION coverage_stats_merge(a coverage_stats, b coverage_stats) RETURNS coverage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION coverage_stats_merge(coverage_stats, coverage_stats) IS
    'what two coverage_stats hold together, exactly; a NULL adds nothing; 22023 of different grain; 22003 more than 2^61 touches';
CREATE FUNCTION coverage_stats_final(state coverage_stats) RETURNS coverage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION coverage_stats_final(coverage_stats) IS 'what was counted';

CREATE FUNCTION coverage_accum(state coverage_stats, journey journey) RETURNS coverage_stats
    AS 'MODULE_PATHNAME', 'coverage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION coverage_accum(coverage_stats, journey) IS
    'counts a row of coverage_agg(journey); a NULL journey adds nothing';

CREATE FUNCTION coverage_accum(state coverage_stats, journey journey, grain text) RETURNS coverage_stats
    AS 'MODULE_PATHNAME', 'coverage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION coverage_accum(coverage_stats, journey, text) IS
    'counts a row of coverage_agg(journey, text); a NULL journey adds nothing; 22023 unknown grain';

CREATE AGGREGATE coverage_agg(journey journey) (
    SFUNC = coverage_accum, STYPE = coverage_stats, SSPACE = 4096, FINALFUNC = coverage_stats_final,
    COMBINEFUNC = coverage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE coverage_agg(journey) IS
    'where customers are heard: of each touchpoint its touches, those that came with feedback, of whatever kind, and the newest of these; NULL journeys add nothing, NULL without journeys';

CREATE AGGREGATE coverage_agg(journey journey, grain text) (
    SFUNC = coverage_accum, STYPE = coverage_stats, SSPACE = 4096, FINALFUNC = coverage_stats_final,
    COMBINEFUNC = coverage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE coverage_agg(journey, text) IS
    'where customers are heard: of each touchpoint, channel, stage or owner its touches, those that came with feedback, of whatever kind, and the newest of these; touches without such a name are passed over; NULL journeys add nothing, NULL without journeys; 22023 unknown grain, or not the same in all rows';

CREATE AGGREGATE rollup(coverage coverage_stats) (
    SFUNC = coverage_stats_merge, STYPE = coverage_stats, SSPACE = 4096, FINALFUNC = coverage_stats_final,
    COMBINEFUNC = coverage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(coverage_stats) IS
    'merges coverage_stats exactly, in any order; NULLs add nothing; 22023 of different grain';

CREATE FUNCTION coverage(coverage coverage_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (name text, touches bigint, answers bigint, response_rate float8, low float8, high float8, newest timestamptz)
    AS 'MODULE_PATHNAME', 'coverage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION coverage(coverage_stats, float8) IS
    'by name, ascending: touches, those with feedback, their share 0..1 with its Wilson interval (1927) low..high, and the time of the newest answer, NULL without answers; 22023 confidence not between 0 and 1';
CREATE FUNCTION coverage_share(coverage coverage_stats, min_answers bigint DEFAULT 1) RETURNS float8
    AS 'MODULE_PATHNAME', 'coverage_share' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION coverage_share(coverage_stats, bigint) IS
    'share 0..1 of the names with at least so many answers; NULL without names; 22023 min_answers below 1';
