-- conformance: journeys against the steps that are expected, in order

CREATE FUNCTION conformance(journey journey, template text[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'conformance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION conformance(journey, text[]) IS
    'how far the journey follows the template, 0..1: length of the longest common subsequence of the steps and the touches in stored order, by the number of steps; a step is a touch expression, a touch fills at most one; 1: all steps happened, in order; 0 without touches; 22023 no steps, or one that is NULL; 22P02 malformed step; 54000 more than 1000 steps';
CREATE FUNCTION conformance_steps(journey journey, template text[])
    RETURNS TABLE (step integer, name text, state text, at timestamptz, moved_before integer, moved_after integer)
    AS 'MODULE_PATHNAME', 'conformance_steps' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 5;
COMMENT ON FUNCTION conformance_steps(journey, text[]) IS
    'a row for each step of the template: state "in order" (of the longest common subsequence; of several the one with the earliest steps, each at its earliest touch), "moved" (not of it, but a touch left over fits it) or "missing"; at is the time of its touch; of a moved step, either moved_before, the first step in order that its touch comes before although the template has it earlier, or moved_after, the last step in order that its touch comes behind although the template has it later; 22023 no steps, or one that is NULL; 22P02 malformed step; 54000 more than 1000 steps';

-- conformance_stats: which steps of a template many journeys followed, moved or left out

CREATE TYPE conformance_stats;

CREATE FUNCTION conformance_stats_in(input cstring) RETURNS conformance_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION conformance_stats_out(value conformance_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION conformance_stats_recv(message internal) RETURNS conformance_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION conformance_stats_send(value conformance_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE conformance_stats (
    INPUT = conformance_stats_in,
    OUTPUT = conformance_stats_out,
    RECEIVE = conformance_stats_recv,
    SEND = conformance_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE conformance_stats IS
    'many journeys against one template, made by conformance_agg, read by conformance_report, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION conformance_stats_in(cstring) IS 'text input of conformance_stats; 22P02 malformed';
COMMENT ON FUNCTION conformance_stats_out(conformance_stats) IS 'text output of conformance_stats';
COMMENT ON FUNCTION conformance_stats_recv(internal) IS 'binary input of conformance_stats; 22P03 malformed';
COMMENT ON FUNCTION conformance_stats_send(conformance_stats) IS 'binary output of conformance_stats';

CREATE FUNCTION conformance_stats_merge(a conformance_stats, b conformance_stats) RETURNS conformance_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION conformance_stats_merge(conformance_stats, conformance_stats) IS
    'what two conformance_stats hold together, exactly; a NULL adds nothing; 22023 of different templates; 22003 more than 2^61 journeys';
CREATE FUNCTION conformance_stats_final(state conformance_stats) RETURNS conformance_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION conformance_stats_final(conformance_stats) IS 'the journeys that were counted';

CREATE FUNCTION conformance_accum(state conformance_stats, journey journey, template text[]) RETURNS conformance_stats
    AS 'MODULE_PATHNAME', 'conformance_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION conformance_accum(conformance_stats, journey, text[]) IS
    'counts a row of conformance_agg(journey, text[]); a NULL journey adds nothing; 22023 a template that is NULL or has no steps, or a NULL step; 22P02 malformed step; 54000 more than 1000 steps';

CREATE AGGREGATE conformance_agg(journey journey, template text[]) (
    SFUNC = conformance_accum, STYPE = conformance_stats, SSPACE = 1024, FINALFUNC = conformance_stats_final,
    COMBINEFUNC = conformance_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE conformance_agg(journey, text[]) IS
    'many journeys against one template of steps in order, each a touch expression: how many have each step in order, moved, or not at all, as conformance_steps tells it; a journey without touches misses all; NULL journeys add nothing, NULL without journeys; 22023 a template that is NULL, has no steps or a NULL step, or is not the same in all rows; 22P02 malformed step; 54000 more than 1000 steps';
CREATE AGGREGATE rollup(conformance conformance_stats) (
    SFUNC = conformance_stats_merge, STYPE = conformance_stats, SSPACE = 1024, FINALFUNC = conformance_stats_final,
    COMBINEFUNC = conformance_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(conformance_stats) IS
    'merges conformance_stats exactly, in any order; NULLs add nothing; 22023 of different templates';

CREATE FUNCTION conformance_report(conformance conformance_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (step integer, name text, journeys bigint, in_order bigint, moved bigint, missing bigint,
        share float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'conformance_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30 ROWS 6;
COMMENT ON FUNCTION conformance_report(conformance_stats, float8) IS
    'a row for each step: journeys, how many of them have it in order, moved, missing, and share 0..1 = in_order / journeys with its Wilson interval; then a row whose step is NULL, of whole journeys: in_order counts those with all steps in order, moved those with any step moved, missing those with any step missing, share is that of conforming journeys; the mean of the shares of the steps is the mean of conformance(); 22023 confidence not between 0 and 1';
