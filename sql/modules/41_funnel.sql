-- funnel_def: the steps of a funnel and its rules

CREATE TYPE funnel_def;

CREATE FUNCTION funnel_def_in(input cstring) RETURNS funnel_def
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_def_out(value funnel_def) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_def_recv(message internal) RETURNS funnel_def
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_def_send(value funnel_def) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE funnel_def (
    INPUT = funnel_def_in,
    OUTPUT = funnel_def_out,
    RECEIVE = funnel_def_recv,
    SEND = funnel_def_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE funnel_def IS
    'the steps of a funnel and its rules: funnel(cart, gift optional, pay within 1h) within 7d mode increasing exclude (refund) hold channel tolerance 2s; steps are touch expressions as in patterns; up to 10000 steps';
COMMENT ON FUNCTION funnel_def_in(cstring) IS 'text input of funnel_def; 22P02 malformed, 22023 rules that exclude each other, 54000 too large';
COMMENT ON FUNCTION funnel_def_out(funnel_def) IS 'text output of funnel_def, blanks, quotes, times and the order of rules written in one way';
COMMENT ON FUNCTION funnel_def_recv(internal) IS 'binary input of funnel_def: a version byte, 1, and the text; 22P03 malformed, 22023 rules that exclude each other, 54000 too large';
COMMENT ON FUNCTION funnel_def_send(funnel_def) IS 'binary output of funnel_def: a version byte, 1, and the text';

CREATE CAST (funnel_def AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS funnel_def) WITH INOUT;
COMMENT ON CAST (funnel_def AS text) IS 'text form of the definition of a funnel';
COMMENT ON CAST (text AS funnel_def) IS 'the definition of a funnel from its text form; 22P02 malformed, 22023, 54000';

CREATE FUNCTION funnel_def(steps text[], within interval DEFAULT NULL, mode text DEFAULT 'ordered', exclude text[] DEFAULT NULL,
                           optional integer[] DEFAULT NULL, step_within interval[] DEFAULT NULL, hold text DEFAULT NULL,
                           tolerance interval DEFAULT NULL)
    RETURNS funnel_def
    AS 'MODULE_PATHNAME', 'funnel_def_make' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION funnel_def(text[], interval, text, text[], integer[], interval[], text, interval) IS
    'the definition of a funnel: steps (touch expressions), within (longest time from the first step, inclusive), mode (ordered, strict, any, increasing), exclude (touches that void an attempt between two of its steps), optional (numbers of steps that may be skipped), step_within (for each step the longest time from the reached step before it), hold (touchpoint, channel, stage or owner that all steps share), tolerance (times this much apart count as the same); NULL steps or mode give NULL; 22P02 malformed step, 22023 rules that exclude each other or a time with months, 54000 too large';

-- one journey

CREATE FUNCTION funnel_depth(journey journey, def funnel_def) RETURNS integer
    AS 'MODULE_PATHNAME', 'funnel_depth' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION funnel_depth(journey, funnel_def) IS
    'how far the journey came: the number of the last step that the best attempt reached, 0 if none was begun; in mode any how many steps were reached';
CREATE FUNCTION funnel_depth(journey journey, steps text[], within interval, mode text DEFAULT 'ordered') RETURNS integer
    AS 'MODULE_PATHNAME', 'funnel_depth_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION funnel_depth(journey, text[], interval, text) IS
    'how far the journey came through the steps: the number of the last one that the best attempt reached, 0 if none was begun; within: longest time from the first step, inclusive, NULL none; mode ordered, strict, any (how many steps were reached) or increasing; 22P02 malformed step, 22023 unknown mode or a time with months, 54000 too large';

CREATE FUNCTION funnel_times(journey journey, def funnel_def) RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'funnel_times' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_times(journey, funnel_def) IS
    'when the best attempt reached each step, NULL for a step that it skipped; as long as funnel_depth says, so empty if none was begun; in mode any when it reached one step, two steps, ...';
CREATE FUNCTION funnel_times(journey journey, steps text[], within interval, mode text DEFAULT 'ordered') RETURNS timestamptz[]
    AS 'MODULE_PATHNAME', 'funnel_times_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_times(journey, text[], interval, text) IS
    'when the best attempt reached each step; as long as funnel_depth says, so empty if none was begun; in mode any when it reached one step, two steps, ...; within: longest time from the first step, inclusive, NULL none; 22P02 malformed step, 22023 unknown mode or a time with months, 54000 too large';

CREATE FUNCTION funnel_facet(journey journey, def funnel_def, facet text) RETURNS text
    AS 'MODULE_PATHNAME', 'funnel_facet' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_facet(journey, funnel_def, text) IS
    'touchpoint, channel, stage or owner (facet) of the touch that begins the best attempt, to group by; NULL if none was begun or the touch has none; 22023 unknown facet';

-- many journeys

CREATE TYPE funnel_stats;

CREATE FUNCTION funnel_stats_in(input cstring) RETURNS funnel_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_stats_out(value funnel_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_stats_recv(message internal) RETURNS funnel_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION funnel_stats_send(value funnel_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE funnel_stats (
    INPUT = funnel_stats_in,
    OUTPUT = funnel_stats_out,
    RECEIVE = funnel_stats_recv,
    SEND = funnel_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE funnel_stats IS
    'how far many journeys came through one funnel: its definition, how many journeys reached each step, and how long it took them; merges exactly with rollup(); read by funnel_steps()';
COMMENT ON FUNCTION funnel_stats_in(cstring) IS 'text input of funnel_stats; 22P02 malformed';
COMMENT ON FUNCTION funnel_stats_out(funnel_stats) IS 'text output of funnel_stats: its name, a colon, and its packed bytes in hexadecimal';
COMMENT ON FUNCTION funnel_stats_recv(internal) IS 'binary input of funnel_stats, its packed bytes; 22P03 malformed';
COMMENT ON FUNCTION funnel_stats_send(funnel_stats) IS 'binary output of funnel_stats, its packed bytes';

CREATE FUNCTION funnel_stats_merge(a funnel_stats, b funnel_stats) RETURNS funnel_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION funnel_stats_merge(funnel_stats, funnel_stats) IS
    'the journeys of both; 22023 if they are of different funnels, 22003 past 2^62 journeys';
CREATE FUNCTION funnel_stats_final(state funnel_stats) RETURNS funnel_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION funnel_stats_final(funnel_stats) IS 'final function of the aggregates that make funnel_stats';

CREATE FUNCTION funnel_accum(state funnel_stats, journey journey, def funnel_def) RETURNS funnel_stats
    AS 'MODULE_PATHNAME', 'funnel_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_accum(funnel_stats, journey, funnel_def) IS 'transition function of funnel_agg(journey, funnel_def)';
CREATE FUNCTION funnel_accum(state funnel_stats, journey journey, steps text[], within interval) RETURNS funnel_stats
    AS 'MODULE_PATHNAME', 'funnel_accum_steps' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_accum(funnel_stats, journey, text[], interval) IS 'transition function of funnel_agg(journey, text[], interval)';
CREATE FUNCTION funnel_accum(state funnel_stats, journey journey, steps text[], within interval, mode text) RETURNS funnel_stats
    AS 'MODULE_PATHNAME', 'funnel_accum_mode' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 40;
COMMENT ON FUNCTION funnel_accum(funnel_stats, journey, text[], interval, text) IS 'transition function of funnel_agg(journey, text[], interval, text)';

CREATE AGGREGATE funnel_agg(journey journey, def funnel_def) (
    SFUNC = funnel_accum,
    STYPE = funnel_stats,
    SSPACE = 8192,
    FINALFUNC = funnel_stats_final,
    COMBINEFUNC = funnel_stats_merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(journey, funnel_def) IS
    'how far journeys came through a funnel, as funnel_stats; a NULL journey is none; 22023 if the funnel is another one from row to row';
CREATE AGGREGATE funnel_agg(journey journey, steps text[], within interval) (
    SFUNC = funnel_accum,
    STYPE = funnel_stats,
    SSPACE = 8192,
    FINALFUNC = funnel_stats_final,
    COMBINEFUNC = funnel_stats_merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(journey, text[], interval) IS
    'how far journeys came through the steps, in mode ordered, as funnel_stats; within: longest time from the first step, inclusive, NULL none; a NULL journey is none; 22P02 malformed step, 22023 a time with months, or another funnel from row to row';
CREATE AGGREGATE funnel_agg(journey journey, steps text[], within interval, mode text) (
    SFUNC = funnel_accum,
    STYPE = funnel_stats,
    SSPACE = 8192,
    FINALFUNC = funnel_stats_final,
    COMBINEFUNC = funnel_stats_merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE funnel_agg(journey, text[], interval, text) IS
    'how far journeys came through the steps, as funnel_stats; within: longest time from the first step, inclusive, NULL none; mode ordered, strict, any or increasing; a NULL journey is none; 22P02 malformed step, 22023 unknown mode, a time with months, or another funnel from row to row';

CREATE AGGREGATE rollup(stats funnel_stats) (
    SFUNC = funnel_stats_merge,
    STYPE = funnel_stats,
    SSPACE = 8192,
    FINALFUNC = funnel_stats_final,
    COMBINEFUNC = funnel_stats_merge,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(funnel_stats) IS
    'the journeys of all, exactly as if they had been counted at once; 22023 if they are of different funnels, 22003 past 2^62 journeys';

CREATE FUNCTION funnel_steps(stats funnel_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (step integer, name text, journeys bigint, from_start float8, from_previous float8, low float8, high float8,
                   median_seconds float8, p90_seconds float8)
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 5;
COMMENT ON FUNCTION funnel_steps(funnel_stats, float8) IS
    'one row for each step: journeys that reached it, as shares 0..1 of those that began (from_start, with its Wilson interval low..high) and of those that reached the last step before it that is not optional (from_previous), and median and 90th percentile of the seconds from the first step to it, within 1/128 of the exact ones; in mode any row n is of the journeys that reached n steps; 22023 for a confidence outside 0..1';

CREATE FUNCTION funnel_total(stats funnel_stats) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION funnel_total(funnel_stats) IS 'how many journeys were asked, those that never began the funnel included';
CREATE FUNCTION funnel_def(stats funnel_stats) RETURNS funnel_def
    AS 'MODULE_PATHNAME', 'funnel_stats_def' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION funnel_def(funnel_stats) IS 'the definition of the funnel whose journeys these are';
