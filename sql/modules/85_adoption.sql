-- adoption_stats, usage_stats: use of what was built

CREATE TYPE adoption_stats;

CREATE FUNCTION adoption_stats_in(input cstring) RETURNS adoption_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adoption_stats_out(value adoption_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adoption_stats_recv(message internal) RETURNS adoption_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION adoption_stats_send(value adoption_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE adoption_stats (
    INPUT = adoption_stats_in,
    OUTPUT = adoption_stats_out,
    RECEIVE = adoption_stats_recv,
    SEND = adoption_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE adoption_stats IS
    'customers by what they installed, activated and use, made by adoption_agg, read by adoption and out_of_order, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION adoption_stats_in(cstring) IS 'text input of adoption_stats; 22P02 malformed';
COMMENT ON FUNCTION adoption_stats_out(adoption_stats) IS 'text output of adoption_stats';
COMMENT ON FUNCTION adoption_stats_recv(internal) IS 'binary input of adoption_stats; 22P03 malformed';
COMMENT ON FUNCTION adoption_stats_send(adoption_stats) IS 'binary output of adoption_stats';

CREATE FUNCTION adoption_stats_merge(a adoption_stats, b adoption_stats) RETURNS adoption_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION adoption_stats_merge(adoption_stats, adoption_stats) IS
    'what two adoption_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 customers';
CREATE FUNCTION adoption_stats_final(state adoption_stats) RETURNS adoption_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION adoption_stats_final(adoption_stats) IS 'what was counted';

CREATE FUNCTION adoption_accum(state adoption_stats, installed boolean, activated boolean, active boolean) RETURNS adoption_stats
    AS 'MODULE_PATHNAME', 'adoption_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION adoption_accum(adoption_stats, boolean, boolean, boolean) IS
    'counts a row of adoption_agg(boolean, boolean, boolean); NULL is no';

CREATE AGGREGATE adoption_agg(installed boolean, activated boolean, active boolean) (
    SFUNC = adoption_accum, STYPE = adoption_stats, SSPACE = 4096, FINALFUNC = adoption_stats_final,
    COMBINEFUNC = adoption_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE adoption_agg(boolean, boolean, boolean) IS
    'use of what was built; a row is a customer: installed it, activated it (did what it is for once), is active now; NULL is no; NULL without rows';

CREATE AGGREGATE rollup(adoption adoption_stats) (
    SFUNC = adoption_stats_merge, STYPE = adoption_stats, SSPACE = 4096, FINALFUNC = adoption_stats_final,
    COMBINEFUNC = adoption_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(adoption_stats) IS
    'merges adoption_stats exactly, in any order; NULLs add nothing';

CREATE FUNCTION adoption(adoption adoption_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (step text, customers bigint, of_all float8, of_previous float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'adoption' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 4;
COMMENT ON FUNCTION adoption(adoption_stats, float8) IS
    'four rows, customers, installed, activated, active: customers who came to this step through all before it, their share 0..1 of all with its Wilson interval (1927) low..high, and of those of the step before (NULL if there are none); 22023 confidence not between 0 and 1';
CREATE FUNCTION out_of_order(adoption adoption_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'adoption_out_of_order' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION out_of_order(adoption_stats) IS
    'customers who took a step without one before it: active but never activated, activated but never installed; they count up to the step before the gap';

CREATE TYPE usage_stats;

CREATE FUNCTION usage_stats_in(input cstring) RETURNS usage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION usage_stats_out(value usage_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION usage_stats_recv(message internal) RETURNS usage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION usage_stats_send(value usage_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE usage_stats (
    INPUT = usage_stats_in,
    OUTPUT = usage_stats_out,
    RECEIVE = usage_stats_recv,
    SEND = usage_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE usage_stats IS
    'how many customers used something how often, made by usage_agg, read by usage_frequency and dormant_share, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION usage_stats_in(cstring) IS 'text input of usage_stats; 22P02 malformed';
COMMENT ON FUNCTION usage_stats_out(usage_stats) IS 'text output of usage_stats';
COMMENT ON FUNCTION usage_stats_recv(internal) IS 'binary input of usage_stats; 22P03 malformed';
COMMENT ON FUNCTION usage_stats_send(usage_stats) IS 'binary output of usage_stats';

CREATE FUNCTION usage_stats_merge(a usage_stats, b usage_stats) RETURNS usage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION usage_stats_merge(usage_stats, usage_stats) IS
    'what two usage_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 customers; 54000 more than 1048576 different numbers of uses';
CREATE FUNCTION usage_stats_final(state usage_stats) RETURNS usage_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION usage_stats_final(usage_stats) IS 'what was counted';

CREATE FUNCTION usage_accum(state usage_stats, uses bigint) RETURNS usage_stats
    AS 'MODULE_PATHNAME', 'usage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION usage_accum(usage_stats, bigint) IS
    'counts a row of usage_agg(bigint); 22003 negative uses';

CREATE AGGREGATE usage_agg(uses bigint) (
    SFUNC = usage_accum, STYPE = usage_stats, SSPACE = 4096, FINALFUNC = usage_stats_final,
    COMBINEFUNC = usage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE usage_agg(bigint) IS
    'how often customers use something; a row is a customer, and how often that one used it in the period, 0 if not at all; NULL is not known: counted, and in no share; NULL without rows; 22003 negative; 54000 more than 1048576 different numbers of uses';

CREATE AGGREGATE rollup(usage usage_stats) (
    SFUNC = usage_stats_merge, STYPE = usage_stats, SSPACE = 4096, FINALFUNC = usage_stats_final,
    COMBINEFUNC = usage_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(usage_stats) IS
    'merges usage_stats exactly, in any order; NULLs add nothing; 54000 more than 1048576 different numbers of uses';

CREATE FUNCTION usage_frequency(usage usage_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (uses bigint, customers bigint, share float8, low float8, high float8, cumulative_share float8)
    AS 'MODULE_PATHNAME', 'usage_frequency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION usage_frequency(usage_stats, float8) IS
    'by number of uses, ascending: customers, their share 0..1 of those of whom it is known, with its Wilson interval (1927) low..high, and the share 0..1 with at most so many uses; a last row with uses NULL for the customers of whom it is not known, if there are any; 22023 confidence not between 0 and 1';
CREATE FUNCTION dormant_share(usage usage_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'dormant_share' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION dormant_share(usage_stats) IS
    'share 0..1 of the customers without any use, of those of whom it is known; NULL without any';
