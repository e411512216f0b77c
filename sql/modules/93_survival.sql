-- survival_stats: how long customers stay, and which of them have left

CREATE TYPE survival_stats;

CREATE FUNCTION survival_stats_in(input cstring) RETURNS survival_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION survival_stats_out(value survival_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION survival_stats_recv(message internal) RETURNS survival_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION survival_stats_send(value survival_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE survival_stats (
    INPUT = survival_stats_in,
    OUTPUT = survival_stats_out,
    RECEIVE = survival_stats_recv,
    SEND = survival_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE survival_stats IS
    'for each different duration, how many customers churned then and how many were last seen then (censored), made by survival_agg, read by survival_curve, survival_report, median_survival, logrank and others, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION survival_stats_in(cstring) IS 'text input of survival_stats; 22P02 malformed';
COMMENT ON FUNCTION survival_stats_out(survival_stats) IS 'text output of survival_stats';
COMMENT ON FUNCTION survival_stats_recv(internal) IS 'binary input of survival_stats; 22P03 malformed';
COMMENT ON FUNCTION survival_stats_send(survival_stats) IS 'binary output of survival_stats';

CREATE FUNCTION survival_stats_merge(a survival_stats, b survival_stats) RETURNS survival_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION survival_stats_merge(survival_stats, survival_stats) IS
    'what two survival_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 rows; 54000 more than 16777216 different durations';
CREATE FUNCTION survival_stats_final(state survival_stats) RETURNS survival_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION survival_stats_final(survival_stats) IS 'the durations that were counted';

CREATE FUNCTION survival_accum(state survival_stats, duration float8, churned boolean) RETURNS survival_stats
    AS 'MODULE_PATHNAME', 'survival_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION survival_accum(survival_stats, float8, boolean) IS
    'counts a row of survival_agg(float8, boolean); 22003 a duration that is negative, not finite or above 1e140';
CREATE FUNCTION survival_accum(state survival_stats, duration float8, churned boolean, weight float8) RETURNS survival_stats
    AS 'MODULE_PATHNAME', 'survival_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION survival_accum(survival_stats, float8, boolean, float8) IS
    'counts a row of survival_agg(float8, boolean, float8); 22003 a duration that is negative, not finite or above 1e140, or a weight that is not between 0 and 1e9, or too small for millionths';

CREATE AGGREGATE survival_agg(duration float8, churned boolean) (
    SFUNC = survival_accum, STYPE = survival_stats, SSPACE = 4096, FINALFUNC = survival_stats_final,
    COMBINEFUNC = survival_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(float8, boolean) IS
    'how long customers stayed, and whether they churned at the end of that time or were still there when last seen (churned false: censored); the unit of durations is the caller''s, 0 or more; a row with a NULL is missing, and counted; NULL without rows; 22003 a duration that is negative, not finite or above 1e140; 54000 more than 16777216 different durations';
CREATE AGGREGATE survival_agg(duration float8, churned boolean, weight float8) (
    SFUNC = survival_accum, STYPE = survival_stats, SSPACE = 4096, FINALFUNC = survival_stats_final,
    COMBINEFUNC = survival_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE survival_agg(float8, boolean, float8) IS
    'as survival_agg(float8, boolean), of rows that stand for so many customers each: weights are numbers of customers, kept in millionths, 0 to 1e9; a row with a NULL is missing, and counted; NULL without rows; 22003 a duration that is negative, not finite or above 1e140, or a weight out of its range or too small for millionths; 54000 more than 16777216 different durations';
CREATE AGGREGATE rollup(survival survival_stats) (
    SFUNC = survival_stats_merge, STYPE = survival_stats, SSPACE = 4096, FINALFUNC = survival_stats_final,
    COMBINEFUNC = survival_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(survival_stats) IS
    'merges survival_stats exactly, in any order: the durations of all their customers; NULLs add nothing';

CREATE FUNCTION survival_curve(survival survival_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE ("time" float8, at_risk float8, churned float8, censored float8, survival float8, std_error float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'survival_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 50;
COMMENT ON FUNCTION survival_curve(survival_stats, float8) IS
    'the curve of Kaplan and Meier (1958): a row per time at which somebody churned, ascending, with the customers at risk just before, those who churned then, those censored from then until before the next row, the share 0..1 that survives that time, its standard error (Greenwood 1926) and its interval, symmetric for log(-log S) (Kalbfleisch, Prentice 1980); who is censored at a time was at risk then; error and limits are NULL where nobody is left; 22023 confidence not between 0 and 1';
CREATE FUNCTION survival_report(survival survival_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (customers bigint, missing bigint, churned float8, censored float8, last_time float8, median float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'survival_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION survival_report(survival_stats, float8) IS
    'one row: rows that count, rows with a NULL, customers who churned and who were censored (by weight), the longest duration, the median survival time and its interval: the times at which the limits of the curve come down to a half (Brookmeyer, Crowley 1982); NULL where they never do; 22023 confidence not between 0 and 1';

CREATE FUNCTION median_survival(survival survival_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'median_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION median_survival(survival_stats) IS
    'the first time at which half of the customers or more have churned, by the curve of Kaplan and Meier, in the unit of the durations; NULL if more than half are still there at the end';
CREATE FUNCTION survival_quantile(survival survival_stats, share float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'survival_quantile' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION survival_quantile(survival_stats, float8) IS
    'the first time at which at least this share, above 0 and at most 1, of the customers has churned, by the curve of Kaplan and Meier, in the unit of the durations; NULL if that never was; 22023 a share out of its range';
CREATE FUNCTION survival_at(survival survival_stats, at float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'survival_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION survival_at(survival_stats, float8) IS
    'the share 0..1 of customers who stay longer than this time, by the curve of Kaplan and Meier; NULL behind the longest duration, unless nobody is left then; 22003 a time that is negative or not finite';
CREATE FUNCTION restricted_mean(survival survival_stats, until float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'restricted_mean' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION restricted_mean(survival_stats, float8) IS
    'the mean time that customers stay within the time from 0 to "until": the area under the curve of Kaplan and Meier (Irwin 1949), in the unit of the durations; NULL if the curve ends before with customers left; 22003 a time that is negative or not finite';
CREATE FUNCTION survival_missing(survival survival_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'survival_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION survival_missing(survival_stats) IS 'how many rows had no duration, did not tell whether the customer churned, or had no weight';

CREATE FUNCTION logrank(a survival_stats, b survival_stats)
    RETURNS TABLE (observed_a float8, expected_a float8, observed_b float8, expected_b float8, chi_square float8, df integer, p_value float8)
    AS 'MODULE_PATHNAME', 'logrank' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 2;
COMMENT ON FUNCTION logrank(survival_stats, survival_stats) IS
    'the log-rank test (Mantel 1966; Peto, Peto 1972), one row: how many churned in either group, how many would have if groups had no bearing, the statistic with the variance of the hypergeometric distribution, its degrees of freedom and the probability 0..1 of one as large by chance; chi_square and p_value are NULL, and df 0, if no time at which somebody churned and somebody stayed saw both groups at risk';
CREATE FUNCTION logrank(groups survival_stats[])
    RETURNS TABLE ("position" integer, observed float8, expected float8, chi_square float8, df integer, p_value float8)
    AS 'MODULE_PATHNAME', 'logrank_groups' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 5;
COMMENT ON FUNCTION logrank(survival_stats[]) IS
    'the log-rank test of several groups: a row per group, in the order of the array, with how many churned and how many would have if groups had no bearing; statistic, degrees of freedom and the probability 0..1 of one as large by chance are the same in all rows; a NULL is a group without customers; groups that never were at risk together with others do not count for df; chi_square and p_value are NULL if df is 0; 54000 more than 1000 groups';
