-- rework_stats: what is done again, by the same owner or by another

CREATE TYPE rework_stats;

CREATE FUNCTION rework_stats_in(input cstring) RETURNS rework_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rework_stats_out(value rework_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rework_stats_recv(message internal) RETURNS rework_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rework_stats_send(value rework_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE rework_stats (
    INPUT = rework_stats_in,
    OUTPUT = rework_stats_out,
    RECEIVE = rework_stats_recv,
    SEND = rework_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE rework_stats IS
    'how much each owner does again, of its own and of others'' work, made by rework_agg, read by rework, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION rework_stats_in(cstring) IS 'text input of rework_stats; 22P02 malformed';
COMMENT ON FUNCTION rework_stats_out(rework_stats) IS 'text output of rework_stats';
COMMENT ON FUNCTION rework_stats_recv(internal) IS 'binary input of rework_stats; 22P03 malformed';
COMMENT ON FUNCTION rework_stats_send(rework_stats) IS 'binary output of rework_stats';

CREATE FUNCTION rework_stats_merge(a rework_stats, b rework_stats) RETURNS rework_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION rework_stats_merge(rework_stats, rework_stats) IS
    'what two rework_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 touches; 54000 more than 2^24 owners';
CREATE FUNCTION rework_stats_final(state rework_stats) RETURNS rework_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION rework_stats_final(rework_stats) IS 'what was counted';

CREATE FUNCTION rework_accum(state rework_stats, journey journey) RETURNS rework_stats
    AS 'MODULE_PATHNAME', 'rework_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION rework_accum(rework_stats, journey) IS
    'counts a row of rework_agg(journey); a NULL journey adds nothing; 54000 more than 2^24 owners';

CREATE AGGREGATE rework_agg(journey journey) (
    SFUNC = rework_accum, STYPE = rework_stats, SSPACE = 4096, FINALFUNC = rework_stats_final,
    COMBINEFUNC = rework_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rework_agg(journey) IS
    'what is done again within journeys, by owner: touches whose touchpoint was there before, last done by the same owner or by another; touches without an owner are passed over and count as nothing done; NULL journeys add nothing, NULL without journeys; 54000 more than 2^24 owners';
CREATE AGGREGATE rollup(rework rework_stats) (
    SFUNC = rework_stats_merge, STYPE = rework_stats, SSPACE = 4096, FINALFUNC = rework_stats_final,
    COMBINEFUNC = rework_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(rework_stats) IS
    'merges rework_stats exactly, in any order: the rework of all their journeys; NULLs add nothing; 22003 more than 2^61 touches';

CREATE FUNCTION rework(rework rework_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (owner text, touches bigint, journeys bigint, repeats bigint, redone bigint, rework_share float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'rework_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 20;
COMMENT ON FUNCTION rework(rework_stats, float8) IS
    'by owner: its touches; journeys with any of them; repeats, those whose touchpoint was done before in the journey and last by itself; redone, those whose touchpoint was last done by another owner; rework_share 0..1, (repeats + redone) / touches, with its Wilson interval low..high; most rework first, then in the order of names; 22023 confidence not between 0 and 1';

CREATE FUNCTION repeats(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_repeats' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION repeats(journey) IS
    'how many touches have a touchpoint that was there before in the journey, whoever their owner is; 0 without touches';
