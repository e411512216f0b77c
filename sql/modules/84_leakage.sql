-- leakage_stats: begun here, finished there

CREATE TYPE leakage_stats;

CREATE FUNCTION leakage_stats_in(input cstring) RETURNS leakage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION leakage_stats_out(value leakage_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION leakage_stats_recv(message internal) RETURNS leakage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION leakage_stats_send(value leakage_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE leakage_stats (
    INPUT = leakage_stats_in,
    OUTPUT = leakage_stats_out,
    RECEIVE = leakage_stats_recv,
    SEND = leakage_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE leakage_stats IS
    'in which channel journeys begin and in which they finish, made by leakage_agg, read by leakage and leaked, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION leakage_stats_in(cstring) IS 'text input of leakage_stats; 22P02 malformed';
COMMENT ON FUNCTION leakage_stats_out(leakage_stats) IS 'text output of leakage_stats';
COMMENT ON FUNCTION leakage_stats_recv(internal) IS 'binary input of leakage_stats; 22P03 malformed';
COMMENT ON FUNCTION leakage_stats_send(leakage_stats) IS 'binary output of leakage_stats';

CREATE FUNCTION leakage_stats_merge(a leakage_stats, b leakage_stats) RETURNS leakage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION leakage_stats_merge(leakage_stats, leakage_stats) IS
    'what two leakage_stats hold together, exactly; a NULL adds nothing; 22023 of different expressions or grain; 22003 more than 2^61 journeys';
CREATE FUNCTION leakage_stats_final(state leakage_stats) RETURNS leakage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION leakage_stats_final(leakage_stats) IS 'what was counted';

CREATE FUNCTION leakage_accum(state leakage_stats, journey journey, begin text, finish text) RETURNS leakage_stats
    AS 'MODULE_PATHNAME', 'leakage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION leakage_accum(leakage_stats, journey, text, text) IS
    'counts a row of leakage_agg(journey, text, text); a NULL journey adds nothing; 22023 an expression that is NULL; 22P02 malformed expression';

CREATE FUNCTION leakage_accum(state leakage_stats, journey journey, begin text, finish text, grain text) RETURNS leakage_stats
    AS 'MODULE_PATHNAME', 'leakage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION leakage_accum(leakage_stats, journey, text, text, text) IS
    'counts a row of leakage_agg(journey, text, text, text); a NULL journey adds nothing; 22023 an expression that is NULL, unknown grain; 22P02 malformed expression';

CREATE AGGREGATE leakage_agg(journey journey, begin text, finish text) (
    SFUNC = leakage_accum, STYPE = leakage_stats, SSPACE = 4096, FINALFUNC = leakage_stats_final,
    COMBINEFUNC = leakage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE leakage_agg(journey, text, text) IS
    'begun in one channel, finished in another: a journey begins at its first touch that fits begin, and finishes at the first touch behind that one which fits finish (touch expressions such as cart, @web or [pay@shop|collect@shop]); journeys that do not begin are not counted; NULL journeys add nothing, NULL without journeys; 22023 an expression that is NULL or not the same in all rows; 22P02 malformed expression';

CREATE AGGREGATE leakage_agg(journey journey, begin text, finish text, grain text) (
    SFUNC = leakage_accum, STYPE = leakage_stats, SSPACE = 4096, FINALFUNC = leakage_stats_final,
    COMBINEFUNC = leakage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE leakage_agg(journey, text, text, text) IS
    'the same for touchpoints, channels, stages or owners in place of channels; 22023 unknown grain, or not the same in all rows';

CREATE AGGREGATE rollup(leakage leakage_stats) (
    SFUNC = leakage_stats_merge, STYPE = leakage_stats, SSPACE = 4096, FINALFUNC = leakage_stats_final,
    COMBINEFUNC = leakage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(leakage_stats) IS
    'merges leakage_stats exactly, in any order; NULLs add nothing; 22023 of different expressions or grain';

CREATE FUNCTION leakage(leakage leakage_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (source text, target text, finished boolean, journeys bigint, share float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'leakage' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION leakage(leakage_stats, float8) IS
    'journeys by where they began (source) and finished (target), as channels or what else was asked for; finished: false, and target NULL, where they did not; NULL otherwise: the touch has no channel; share 0..1 of those that began in this source, with its Wilson interval (1927) low..high; by source, then target, NULL behind all names, not finished last; 22023 confidence not between 0 and 1';
CREATE FUNCTION leaked(leakage leakage_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'leaked' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION leaked(leakage_stats) IS
    'share 0..1 of the finished journeys that finished in another channel than they began in; journeys of which either is not known are left out; NULL without any';
