-- flow_stats: which touch follows which

CREATE TYPE flow_stats;

CREATE FUNCTION flow_stats_in(input cstring) RETURNS flow_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION flow_stats_out(value flow_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION flow_stats_recv(message internal) RETURNS flow_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION flow_stats_send(value flow_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE flow_stats (
    INPUT = flow_stats_in,
    OUTPUT = flow_stats_out,
    RECEIVE = flow_stats_recv,
    SEND = flow_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE flow_stats IS
    'which touch follows which in many journeys, made by flow_agg, read by flow_edges and flow_nodes, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION flow_stats_in(cstring) IS 'text input of flow_stats; 22P02 malformed';
COMMENT ON FUNCTION flow_stats_out(flow_stats) IS 'text output of flow_stats';
COMMENT ON FUNCTION flow_stats_recv(internal) IS 'binary input of flow_stats; 22P03 malformed';
COMMENT ON FUNCTION flow_stats_send(flow_stats) IS 'binary output of flow_stats';

CREATE FUNCTION flow_stats_merge(a flow_stats, b flow_stats) RETURNS flow_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION flow_stats_merge(flow_stats, flow_stats) IS
    'what two flows hold together, exactly; a NULL adds nothing; 22023 of different grain, or with and without times; 22003 more than 2^61 transitions';
CREATE FUNCTION flow_stats_final(state flow_stats) RETURNS flow_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION flow_stats_final(flow_stats) IS 'the flow that was counted';

CREATE FUNCTION flow_accum(state flow_stats, journey journey) RETURNS flow_stats
    AS 'MODULE_PATHNAME', 'flow_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION flow_accum(flow_stats, journey) IS 'counts a row of flow_agg(journey); a NULL journey adds nothing';
CREATE FUNCTION flow_accum(state flow_stats, journey journey, grain text) RETURNS flow_stats
    AS 'MODULE_PATHNAME', 'flow_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION flow_accum(flow_stats, journey, text) IS 'counts a row of flow_agg(journey, text); a NULL journey adds nothing; 22023 unknown grain';
CREATE FUNCTION flow_accum(state flow_stats, journey journey, grain text, timed boolean) RETURNS flow_stats
    AS 'MODULE_PATHNAME', 'flow_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION flow_accum(flow_stats, journey, text, boolean) IS 'counts a row of flow_agg(journey, text, boolean); a NULL journey adds nothing; 22023 unknown grain';

CREATE AGGREGATE flow_agg(journey journey) (
    SFUNC = flow_accum, STYPE = flow_stats, SSPACE = 4096, FINALFUNC = flow_stats_final,
    COMBINEFUNC = flow_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(journey) IS
    'which touchpoint follows which, with times; NULLs add nothing, NULL without journeys';
CREATE AGGREGATE flow_agg(journey journey, grain text) (
    SFUNC = flow_accum, STYPE = flow_stats, SSPACE = 4096, FINALFUNC = flow_stats_final,
    COMBINEFUNC = flow_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(journey, text) IS
    'which touchpoint, channel, stage or owner follows which, with times; touches without the facet are passed over; NULLs add nothing, NULL without journeys; 22023 unknown grain, or not the same in all rows';
CREATE AGGREGATE flow_agg(journey journey, grain text, timed boolean) (
    SFUNC = flow_accum, STYPE = flow_stats, SSPACE = 4096, FINALFUNC = flow_stats_final,
    COMBINEFUNC = flow_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE flow_agg(journey, text, boolean) IS
    'which touchpoint, channel, stage or owner follows which; timed => false leaves the times out, which is faster and smaller, and median_seconds is NULL then; touches without the facet are passed over; NULLs add nothing, NULL without journeys; 22023 unknown grain, or not the same in all rows';
CREATE FUNCTION handover_accum(state flow_stats, journey journey) RETURNS flow_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION handover_accum(flow_stats, journey) IS 'counts a row of handover_agg(journey); a NULL journey adds nothing';
CREATE AGGREGATE handover_agg(journey journey) (
    SFUNC = handover_accum, STYPE = flow_stats, SSPACE = 4096, FINALFUNC = flow_stats_final,
    COMBINEFUNC = flow_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE handover_agg(journey) IS
    'which owner (department) follows which, with times: flow_agg(journey, ''owner''); touches without an owner are passed over; NULLs add nothing, NULL without journeys';
CREATE AGGREGATE rollup(flow flow_stats) (
    SFUNC = flow_stats_merge, STYPE = flow_stats, SSPACE = 4096, FINALFUNC = flow_stats_final,
    COMBINEFUNC = flow_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(flow_stats) IS
    'merges flows exactly, in any order: the flow of all their journeys; NULLs add nothing; 22023 of different grain, or with and without times';

CREATE FUNCTION flow_edges(flow flow_stats)
    RETURNS TABLE (source text, target text, n bigint, journeys bigint, share float8, median_seconds float8)
    AS 'MODULE_PATHNAME', 'flow_edges' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 200;
COMMENT ON FUNCTION flow_edges(flow_stats) IS
    'the transitions, most frequent first, then by names: source and target (the same one, too), n how often, in how many journeys, share 0..1 of all transitions, median time from source to target in seconds (relative error at most 1/128; NULL if not timed)';
CREATE FUNCTION handover_matrix(flow flow_stats)
    RETURNS TABLE (source text, target text, n bigint, journeys bigint, share float8, median_seconds float8)
    AS 'MODULE_PATHNAME', 'handover_matrix' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 100;
COMMENT ON FUNCTION handover_matrix(flow_stats) IS
    'the handovers, most frequent first, then by names: source and target, two different owners (or whatever the flow is made of), n how often, in how many journeys, share 0..1 of all handovers, median time between the last touch of the one and the first of the other in seconds (relative error at most 1/128; NULL if not timed)';
CREATE FUNCTION flow_nodes(flow flow_stats)
    RETURNS TABLE (node text, visits bigint, journeys bigint, starts bigint, ends bigint, exits float8)
    AS 'MODULE_PATHNAME', 'flow_nodes' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 30;
COMMENT ON FUNCTION flow_nodes(flow_stats) IS
    'what is visited, most frequent first, then by name: visits, in how many journeys, how many journeys start and end there, exits: the share 0..1 of visits with which the journey ends';
