-- retention: who came back, and when

CREATE TYPE retention_stats;

CREATE FUNCTION retention_stats_in(input cstring) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retention_stats_out(value retention_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retention_stats_recv(message internal) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION retention_stats_send(value retention_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE retention_stats (
    INPUT = retention_stats_in,
    OUTPUT = retention_stats_out,
    RECEIVE = retention_stats_recv,
    SEND = retention_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE retention_stats IS
    'who came when and came back when, of many customers, by day, week, month, quarter or year: read by retention_matrix, retention_curve, lifecycle and stickiness; merges exactly with rollup()';
COMMENT ON FUNCTION retention_stats_in(cstring) IS 'text input of retention_stats; 22P02 malformed';
COMMENT ON FUNCTION retention_stats_out(retention_stats) IS 'text output of retention_stats';
COMMENT ON FUNCTION retention_stats_recv(internal) IS 'binary input of retention_stats; 22P03 malformed';
COMMENT ON FUNCTION retention_stats_send(retention_stats) IS 'binary output of retention_stats';

CREATE FUNCTION retention_stats_merge(a retention_stats, b retention_stats) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION retention_stats_merge(retention_stats, retention_stats) IS
    'the customers of both; a NULL adds nothing; 22023 if they are of different grains or time zones, 22003 number of customers out of range';
CREATE FUNCTION retention_stats_final(state retention_stats) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION retention_stats_final(retention_stats) IS 'what was counted';

CREATE FUNCTION retention_accum(state retention_stats, journey journey, grain text) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION retention_accum(retention_stats, journey, text) IS 'counts a customer; a NULL or a journey without touches adds nothing';
CREATE FUNCTION retention_accum(state retention_stats, journey journey, grain text, tz text) RETURNS retention_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION retention_accum(retention_stats, journey, text, text) IS 'counts a customer; a NULL or a journey without touches adds nothing';

CREATE AGGREGATE retention_agg(journey journey, grain text) (
    SFUNC = retention_accum, STYPE = retention_stats, SSPACE = 65536, FINALFUNC = retention_stats_final,
    COMBINEFUNC = retention_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(journey, text) IS
    'retention of many customers, a journey each: the cohort is the period of the first touch, and a customer is active in every period with a touch; grain day, week (Monday), month, quarter or year in UTC; NULLs and journeys without touches are passed over; NULL without customers; 22023 unknown grain';
CREATE AGGREGATE retention_agg(journey journey, grain text, tz text) (
    SFUNC = retention_accum, STYPE = retention_stats, SSPACE = 65536, FINALFUNC = retention_stats_final,
    COMBINEFUNC = retention_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE retention_agg(journey, text, text) IS
    'retention of many customers, a journey each: the cohort is the period of the first touch, and a customer is active in every period with a touch; grain day, week (Monday), month, quarter or year in a time zone; NULLs and journeys without touches are passed over; NULL without customers; 22023 unknown grain or zone';
CREATE AGGREGATE rollup(retention retention_stats) (
    SFUNC = retention_stats_merge, STYPE = retention_stats, SSPACE = 65536, FINALFUNC = retention_stats_final,
    COMBINEFUNC = retention_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(retention_stats) IS
    'merges retention of different customers exactly, in any order; NULLs are passed over, NULL when nothing was counted; 22023 if grains or time zones differ';

-- reading

CREATE FUNCTION retention_matrix(retention retention_stats, kind text DEFAULT 'day', brackets integer[] DEFAULT NULL,
        as_of timestamptz DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (cohort date, period integer, period_end integer, customers bigint, retained bigint, undecided bigint,
                   rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 500;
COMMENT ON FUNCTION retention_matrix(retention_stats, text, integer[], timestamptz, float8) IS
    'how many customers of each cohort (first day of its first period) were active again: kind day, in period k after the first (0 is the first itself); unbounded, in period k or later; bracket, in some period of a bracket, brackets {0,1,7,30} being 0, 1 to 6 and 7 to 29; customers are those for whom it is decided, since the periods are over at as_of (NULL: the last touch counted), undecided the others; rate is a share 0..1 of customers, low and high its Wilson interval; 22023 unknown kind, brackets not ascending or confidence not between 0 and 1, 22008 as_of infinite, 54000 more than 1048576 periods';
CREATE FUNCTION retention_curve(retention retention_stats, kind text DEFAULT 'day', brackets integer[] DEFAULT NULL,
        as_of timestamptz DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (period integer, period_end integer, customers bigint, retained bigint, undecided bigint,
                   rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION retention_curve(retention_stats, text, integer[], timestamptz, float8) IS
    'retention of all cohorts together, each as far as it is decided: the same columns as retention_matrix without the cohort; rate is a share 0..1 of the customers for whom the period is over; 22023 unknown kind, brackets not ascending or confidence not between 0 and 1, 22008 as_of infinite, 54000 more than 1048576 periods';
CREATE FUNCTION lifecycle(retention retention_stats, as_of timestamptz DEFAULT NULL)
    RETURNS TABLE (period date, active bigint, new bigint, returned bigint, resurrected bigint, dormant bigint, complete boolean)
    AS 'MODULE_PATHNAME', 'retention_lifecycle' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION lifecycle(retention_stats, timestamptz) IS
    'customers of each period: active = new (first period) + returned (active in the period before, too) + resurrected (active before, but not in the period before); dormant were active in the period before and not in this one, NULL while the period is not complete, that is over at as_of (NULL: the last touch counted); 22008 as_of infinite, 54000 more than 1048576 periods';
CREATE FUNCTION stickiness(retention retention_stats, unit text DEFAULT 'month', as_of timestamptz DEFAULT NULL)
    RETURNS TABLE (period date, customers bigint, periods integer, active_periods float8, stickiness float8, complete boolean)
    AS 'MODULE_PATHNAME', 'retention_stickiness' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION stickiness(retention_stats, text, timestamptz) IS
    'for each month (or week, quarter, year): customers active in it (MAU over days), its periods, mean number of periods in which these were active (active days per month), and that as a share 0..1 of the periods (DAU/MAU); the last two NULL while it is not complete, that is over at as_of (NULL: the last touch counted); 22023 a unit that is not made of whole periods, 22008 as_of infinite, 54000 more than 1048576 periods';
