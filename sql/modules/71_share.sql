-- share_stats: how much of an amount falls where a flag is true; bad profit and task coverage

CREATE TYPE share_stats;

CREATE FUNCTION share_stats_in(input cstring) RETURNS share_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_stats_out(value share_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_stats_recv(message internal) RETURNS share_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION share_stats_send(value share_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE share_stats (
    INPUT = share_stats_in,
    OUTPUT = share_stats_out,
    RECEIVE = share_stats_recv,
    SEND = share_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE share_stats IS
    'how much of an amount falls where a flag is true, made by bad_profit_agg and task_coverage_agg, read by bad_profit and task_coverage, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION share_stats_in(cstring) IS 'text input of share_stats; 22P02 malformed';
COMMENT ON FUNCTION share_stats_out(share_stats) IS 'text output of share_stats';
COMMENT ON FUNCTION share_stats_recv(internal) IS 'binary input of share_stats; 22P03 malformed';
COMMENT ON FUNCTION share_stats_send(share_stats) IS 'binary output of share_stats';

CREATE FUNCTION share_stats_merge(a share_stats, b share_stats) RETURNS share_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION share_stats_merge(share_stats, share_stats) IS
    'what two share_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 rows';
CREATE FUNCTION share_stats_final(state share_stats) RETURNS share_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION share_stats_final(share_stats) IS 'what was counted';

CREATE FUNCTION bad_profit_accum(state share_stats, amount float8, bad boolean) RETURNS share_stats
    AS 'MODULE_PATHNAME', 'bad_profit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION bad_profit_accum(share_stats, float8, boolean) IS
    'counts a row of bad_profit_agg(float8, boolean); 22003 an amount that is not finite, or beyond 1e140';
CREATE FUNCTION task_coverage_accum(state share_stats, demand float8, supported boolean) RETURNS share_stats
    AS 'MODULE_PATHNAME', 'task_coverage_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION task_coverage_accum(share_stats, float8, boolean) IS
    'counts a row of task_coverage_agg(float8, boolean); 22003 a demand that is negative, not finite, or beyond 1e140';

CREATE AGGREGATE bad_profit_agg(amount float8, bad boolean) (
    SFUNC = bad_profit_accum, STYPE = share_stats, SSPACE = 2560, FINALFUNC = share_stats_final,
    COMBINEFUNC = share_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE bad_profit_agg(float8, boolean) IS
    'one row a customer: its revenue or margin, in any unit of money, and whether that is bad by the rule of the caller, such as detractor, complained, or charged against the interest of the customer (Reichheld, Markey 2011: profits earned at the expense of customer relationships); a NULL amount is missing, a NULL bad unknown: left out and counted; sums are exact in any order; NULL without rows; 22003 an amount that is not finite, or beyond 1e140';
CREATE AGGREGATE task_coverage_agg(demand float8, supported boolean) (
    SFUNC = task_coverage_accum, STYPE = share_stats, SSPACE = 2560, FINALFUNC = share_stats_final,
    COMBINEFUNC = share_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE task_coverage_agg(float8, boolean) IS
    'one row a task: how much it is wanted (votes, contacts, searches), and whether the channel supports it (McGovern 2018, top tasks); a NULL demand is missing, a NULL supported unknown: left out and counted; sums are exact in any order; NULL without rows; 22003 a demand that is negative, not finite, or beyond 1e140';
CREATE AGGREGATE rollup(share share_stats) (
    SFUNC = share_stats_merge, STYPE = share_stats, SSPACE = 2560, FINALFUNC = share_stats_final,
    COMBINEFUNC = share_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(share_stats) IS 'merges share_stats exactly, in any order; NULLs add nothing; 22003 more than 2^61 rows';

CREATE FUNCTION bad_profit(profits share_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (customers bigint, bad_customers bigint, unknown bigint, missing bigint, amount float8, bad_amount float8,
        share float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'share_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION bad_profit(share_stats, float8) IS
    'one row: customers whose amount and flag are known, how many of them are bad, those whose flag is unknown, those whose amount is missing; the amount of the known ones, in the unit of money that was counted, and what of it is bad; its share 0..1 (outside of it only where some amounts are negative; NULL where all together are not above 0) with Wilson interval low..high at the effective number of customers p(1 - p)/variance, at most all of them, with the variance of a ratio (Cochran 1977, 6.3; Korn, Graubard 1998; Kish 1965 where the share is 0 or 1), NULL where an amount is negative; source: Reichheld, Markey 2011; 22023 confidence not between 0 and 1; 22003 a share beyond double precision';
CREATE FUNCTION task_coverage(task_demand share_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (tasks bigint, supported bigint, unknown bigint, missing bigint, demand float8, supported_demand float8,
        coverage float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'share_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION task_coverage(share_stats, float8) IS
    'one row: tasks whose demand and support are known, how many of them the channel supports, those of unknown support, those whose demand is missing; the demand for the known ones, in the unit that was counted, and for those that are supported; coverage, the share 0..1 of the demand that is supported, NULL without demand, with Wilson interval low..high at the effective number of tasks p(1 - p)/variance, at most all of them, with the variance of a ratio (Cochran 1977, 6.3; Korn, Graubard 1998; Kish 1965 where the share is 0 or 1); source: McGovern 2018, top tasks; 22023 confidence not between 0 and 1';
