-- pain_stats: where, how often and how badly customers are hurt

CREATE TYPE pain_stats;

CREATE FUNCTION pain_stats_in(input cstring) RETURNS pain_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION pain_stats_out(value pain_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION pain_stats_recv(message internal) RETURNS pain_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION pain_stats_send(value pain_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE pain_stats (
    INPUT = pain_stats_in,
    OUTPUT = pain_stats_out,
    RECEIVE = pain_stats_recv,
    SEND = pain_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE pain_stats IS
    'bad answers of each touchpoint, made by pain_agg, read by pain_points, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION pain_stats_in(cstring) IS 'text input of pain_stats; 22P02 malformed';
COMMENT ON FUNCTION pain_stats_out(pain_stats) IS 'text output of pain_stats';
COMMENT ON FUNCTION pain_stats_recv(internal) IS 'binary input of pain_stats; 22P03 malformed';
COMMENT ON FUNCTION pain_stats_send(pain_stats) IS 'binary output of pain_stats';

CREATE FUNCTION pain_stats_merge(a pain_stats, b pain_stats) RETURNS pain_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION pain_stats_merge(pain_stats, pain_stats) IS
    'what two pain_stats hold together, exactly; a NULL adds nothing; 22023 of different kinds of feedback; 22003 more than 2^61 journeys or answers';
CREATE FUNCTION pain_stats_final(state pain_stats) RETURNS pain_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION pain_stats_final(pain_stats) IS 'what was counted';

CREATE FUNCTION pain_accum(state pain_stats, journey journey) RETURNS pain_stats
    AS 'MODULE_PATHNAME', 'pain_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION pain_accum(pain_stats, journey) IS
    'counts a row of pain_agg(journey); a NULL journey adds nothing';

CREATE FUNCTION pain_accum(state pain_stats, journey journey, kind text) RETURNS pain_stats
    AS 'MODULE_PATHNAME', 'pain_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION pain_accum(pain_stats, journey, text) IS
    'counts a row of pain_agg(journey, text); a NULL journey adds nothing; 22023 a kind that is unknown, NULL, or without bad answers';

CREATE AGGREGATE pain_agg(journey journey) (
    SFUNC = pain_accum, STYPE = pain_stats, SSPACE = 4096, FINALFUNC = pain_stats_final,
    COMBINEFUNC = pain_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE pain_agg(journey) IS
    'where customers are hurt: an incident is a touch with an answer in the bad bucket of its kind (detractor, not satisfied, hard, not reached, bad); counts, by touchpoint, answers of kinds that have one, incidents, their severity and the journeys with incidents; NULL journeys add nothing, NULL without journeys';

CREATE AGGREGATE pain_agg(journey journey, kind text) (
    SFUNC = pain_accum, STYPE = pain_stats, SSPACE = 4096, FINALFUNC = pain_stats_final,
    COMBINEFUNC = pain_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE pain_agg(journey, text) IS
    'the same of one kind of feedback: nps, csat, ces, effort, success or emotion; 22023 a kind that is unknown, NULL, without bad answers (rating), or not the same in all rows';

CREATE AGGREGATE rollup(pain pain_stats) (
    SFUNC = pain_stats_merge, STYPE = pain_stats, SSPACE = 4096, FINALFUNC = pain_stats_final,
    COMBINEFUNC = pain_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(pain_stats) IS
    'merges pain_stats exactly, in any order; NULLs add nothing; 22023 of different kinds of feedback';

CREATE FUNCTION pain_points(pain pain_stats)
    RETURNS TABLE (rank integer, name text, incidents bigint, answers bigint, journeys bigint, frequency float8, severity float8,
        reach float8, pain float8, share float8, cumulative_share float8)
    AS 'MODULE_PATHNAME', 'pain_points' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION pain_points(pain_stats) IS
    'touchpoints, the most painful first, equal ones by name: incidents, answers, journeys with incidents; frequency = incidents / answers, severity = mean of 1 - percent / 100 over incidents (NULL without), reach = journeys with incidents / all journeys with touches, all three 0..1; pain, their product, 0..1; its share 0..1 of the sum, and the shares up to this row added up, NULL if there is no pain at all; akin to the risk priority number of FMEA (MIL-P-1629, 1949) and to Pareto''s curve';
CREATE FUNCTION pain_points(names text[], frequency float8[], severity float8[], reach float8[])
    RETURNS TABLE (rank integer, name text, pain float8, share float8, cumulative_share float8)
    AS 'MODULE_PATHNAME', 'pain_points_given' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 20;
COMMENT ON FUNCTION pain_points(text[], float8[], float8[], float8[]) IS
    'pain = frequency * severity * reach of each name, in whatever units they are rated, ranked from the largest, equal ones in the order given; its share 0..1 of the sum, and the shares up to this row added up, NULL if all is 0; where a figure is NULL the pain is, without rank, at the end; 22003 a figure that is negative or not finite, or a product out of range; 22023 arrays of different lengths or more than one dimension, a name that is NULL; akin to the risk priority number of FMEA (MIL-P-1629, 1949) and to Pareto''s curve';
