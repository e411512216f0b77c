-- path_stats: how many journeys take which path

CREATE TYPE path_stats;

CREATE FUNCTION path_stats_in(input cstring) RETURNS path_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION path_stats_out(value path_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION path_stats_recv(message internal) RETURNS path_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION path_stats_send(value path_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE path_stats (
    INPUT = path_stats_in,
    OUTPUT = path_stats_out,
    RECEIVE = path_stats_recv,
    SEND = path_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE path_stats IS
    'how many journeys take which path, made by path_agg, read by path_top and path_count, merged exactly by rollup; as large as its distinct paths; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION path_stats_in(cstring) IS 'text input of path_stats; 22P02 malformed';
COMMENT ON FUNCTION path_stats_out(path_stats) IS 'text output of path_stats';
COMMENT ON FUNCTION path_stats_recv(internal) IS 'binary input of path_stats; 22P03 malformed';
COMMENT ON FUNCTION path_stats_send(path_stats) IS 'binary output of path_stats';

CREATE FUNCTION path_stats_merge(a path_stats, b path_stats) RETURNS path_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION path_stats_merge(path_stats, path_stats) IS
    'what two collections of paths hold together, exactly; a NULL adds nothing; 22023 of different depth, start or grain; 22003 more than 2^61 journeys';
CREATE FUNCTION path_stats_final(state path_stats) RETURNS path_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION path_stats_final(path_stats) IS 'the paths that were counted';

CREATE FUNCTION path_accum(state path_stats, journey journey, depth integer) RETURNS path_stats
    AS 'MODULE_PATHNAME', 'path_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION path_accum(path_stats, journey, integer) IS 'counts a row of path_agg(journey, integer); a NULL journey adds nothing; 22023 depth below 1';
CREATE FUNCTION path_accum(state path_stats, journey journey, depth integer, start text) RETURNS path_stats
    AS 'MODULE_PATHNAME', 'path_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION path_accum(path_stats, journey, integer, text) IS 'counts a row of path_agg(journey, integer, text); a NULL journey adds nothing; 22023 depth below 1, 22P02 malformed pattern';
CREATE FUNCTION path_accum(state path_stats, journey journey, depth integer, start text, grain text) RETURNS path_stats
    AS 'MODULE_PATHNAME', 'path_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION path_accum(path_stats, journey, integer, text, text) IS 'counts a row of path_agg(journey, integer, text, text); a NULL journey adds nothing; 22023 depth below 1 or unknown grain, 22P02 malformed pattern';

CREATE AGGREGATE path_agg(journey journey, depth integer) (
    SFUNC = path_accum, STYPE = path_stats, SSPACE = 4096, FINALFUNC = path_stats_final,
    COMBINEFUNC = path_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE path_agg(journey, integer) IS
    'how many journeys begin with the same touchpoints, the first "depth" of each; depth NULL: whole journeys, their variants; exact, memory grows with the distinct paths; NULLs and journeys without touches add no path; NULL without journeys; 22023 depth below 1, or not the same in all rows';
CREATE AGGREGATE path_agg(journey journey, depth integer, start text) (
    SFUNC = path_accum, STYPE = path_stats, SSPACE = 4096, FINALFUNC = path_stats_final,
    COMBINEFUNC = path_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE path_agg(journey, integer, text) IS
    'how many journeys go the same way from where the pattern "start" matches first, the first "depth" touchpoints from there; NULL stands for whole journeys, and for the first touch; journeys without a match add no path; 22023 depth below 1, or arguments not the same in all rows; 22P02 malformed pattern';
CREATE AGGREGATE path_agg(journey journey, depth integer, start text, grain text) (
    SFUNC = path_accum, STYPE = path_stats, SSPACE = 4096, FINALFUNC = path_stats_final,
    COMBINEFUNC = path_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE path_agg(journey, integer, text, text) IS
    'how many journeys go the same way by touchpoint, channel, stage or owner, from where the pattern "start" matches first, or from the first touch if it is NULL; touches without the facet are passed over; 22023 depth below 1 or unknown grain, or arguments not the same in all rows; 22P02 malformed pattern';
CREATE AGGREGATE rollup(paths path_stats) (
    SFUNC = path_stats_merge, STYPE = path_stats, SSPACE = 4096, FINALFUNC = path_stats_final,
    COMBINEFUNC = path_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(path_stats) IS
    'merges paths exactly, in any order: the paths of all their journeys; NULLs add nothing; 22023 of different depth, start or grain';

CREATE FUNCTION path_top(paths path_stats, k integer DEFAULT NULL)
    RETURNS TABLE (path text[], journeys bigint, share float8)
    AS 'MODULE_PATHNAME', 'path_top' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 200 ROWS 20;
COMMENT ON FUNCTION path_top(path_stats, integer) IS
    'the k most frequent paths, all if k is NULL, then by names: how many journeys take it, share 0..1 of the journeys that have a path; 22023 negative k';
CREATE FUNCTION path_count(paths path_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'path_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION path_count(path_stats) IS
    'how many different paths there are; of whole journeys, the number of variants';
