-- outcome_stats: which touches go with an outcome

CREATE TYPE outcome_stats;

CREATE FUNCTION outcome_stats_in(input cstring) RETURNS outcome_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION outcome_stats_out(value outcome_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION outcome_stats_recv(message internal) RETURNS outcome_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION outcome_stats_send(value outcome_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE outcome_stats (
    INPUT = outcome_stats_in,
    OUTPUT = outcome_stats_out,
    RECEIVE = outcome_stats_recv,
    SEND = outcome_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE outcome_stats IS
    'how many journeys with each name had an outcome and how many had not, made by outcome_agg, read by outcome_touches and undecided, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION outcome_stats_in(cstring) IS 'text input of outcome_stats; 22P02 malformed';
COMMENT ON FUNCTION outcome_stats_out(outcome_stats) IS 'text output of outcome_stats';
COMMENT ON FUNCTION outcome_stats_recv(internal) IS 'binary input of outcome_stats; 22P03 malformed';
COMMENT ON FUNCTION outcome_stats_send(outcome_stats) IS 'binary output of outcome_stats';

CREATE FUNCTION outcome_stats_merge(a outcome_stats, b outcome_stats) RETURNS outcome_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION outcome_stats_merge(outcome_stats, outcome_stats) IS
    'what two sets of outcomes hold together, exactly; a NULL adds nothing; 22023 of different grain; 22003 more than 2^52 journeys';
CREATE FUNCTION outcome_stats_final(state outcome_stats) RETURNS outcome_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION outcome_stats_final(outcome_stats) IS 'what was counted';

CREATE FUNCTION outcome_accum(state outcome_stats, journey journey, outcome boolean) RETURNS outcome_stats
    AS 'MODULE_PATHNAME', 'outcome_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION outcome_accum(outcome_stats, journey, boolean) IS
    'counts a row of outcome_agg(journey, boolean); a NULL journey adds nothing';
CREATE FUNCTION outcome_accum(state outcome_stats, journey journey, outcome boolean, grain text) RETURNS outcome_stats
    AS 'MODULE_PATHNAME', 'outcome_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION outcome_accum(outcome_stats, journey, boolean, text) IS
    'counts a row of outcome_agg(journey, boolean, text); a NULL journey adds nothing; 22023 unknown grain';

CREATE AGGREGATE outcome_agg(journey journey, outcome boolean) (
    SFUNC = outcome_accum, STYPE = outcome_stats, SSPACE = 4096, FINALFUNC = outcome_stats_final,
    COMBINEFUNC = outcome_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE outcome_agg(journey, boolean) IS
    'which touchpoints go with an outcome: a journey has a touchpoint or not, however often; a NULL outcome is not known yet, such journeys are left out and counted (undecided); NULL journeys add nothing, NULL without journeys';
CREATE AGGREGATE outcome_agg(journey journey, outcome boolean, grain text) (
    SFUNC = outcome_accum, STYPE = outcome_stats, SSPACE = 4096, FINALFUNC = outcome_stats_final,
    COMBINEFUNC = outcome_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE outcome_agg(journey, boolean, text) IS
    'which touchpoints, channels, stages or owners go with an outcome: a journey has the name or not, however often; a NULL outcome is not known yet, such journeys are left out and counted (undecided); NULL journeys add nothing, NULL without journeys; 22023 unknown grain, or not the same in all rows';
CREATE AGGREGATE rollup(outcome outcome_stats) (
    SFUNC = outcome_stats_merge, STYPE = outcome_stats, SSPACE = 4096, FINALFUNC = outcome_stats_final,
    COMBINEFUNC = outcome_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(outcome_stats) IS
    'merges outcomes exactly, in any order; NULLs add nothing; 22023 of different grain';

CREATE FUNCTION outcome_touches(outcome outcome_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (name text, n_with bigint, outcome_with bigint, rate_with float8, n_without bigint, outcome_without bigint,
        rate_without float8, difference float8, odds_ratio float8, low float8, high float8, p_value float8, q_value float8)
    AS 'MODULE_PATHNAME', 'outcome_touches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 50;
COMMENT ON FUNCTION outcome_touches(outcome_stats, float8) IS
    'by name: journeys with it and without it, how many of them had the outcome, the rates 0..1 and their difference; odds ratio with its interval low..high (Woolf 1955; half a journey is added to each cell when one is 0, Haldane 1956, Anscombe 1956); p_value of Fisher''s exact test, two-sided; q_value, the p-value adjusted for the number of names (Benjamini, Hochberg 1995); NULL where a row or column of the table is empty; 22023 confidence not between 0 and 1';
CREATE FUNCTION undecided(outcome outcome_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'outcome_undecided' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION undecided(outcome_stats) IS
    'how many journeys were left out since their outcome is not known yet';
