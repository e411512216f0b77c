-- driver_stats: what moves an outcome, and by how much

CREATE TYPE driver_stats;

CREATE FUNCTION driver_stats_in(input cstring) RETURNS driver_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION driver_stats_out(value driver_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION driver_stats_recv(message internal) RETURNS driver_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION driver_stats_send(value driver_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE driver_stats (
    INPUT = driver_stats_in,
    OUTPUT = driver_stats_out,
    RECEIVE = driver_stats_recv,
    SEND = driver_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE driver_stats IS
    'an outcome and what may drive it, by exact sums and sums of products, made by driver_agg, read by driver_importance, driver_fit and driver_change, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION driver_stats_in(cstring) IS 'text input of driver_stats; 22P02 malformed';
COMMENT ON FUNCTION driver_stats_out(driver_stats) IS 'text output of driver_stats';
COMMENT ON FUNCTION driver_stats_recv(internal) IS 'binary input of driver_stats; 22P03 malformed';
COMMENT ON FUNCTION driver_stats_send(driver_stats) IS 'binary output of driver_stats';

CREATE FUNCTION driver_stats_merge(a driver_stats, b driver_stats) RETURNS driver_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION driver_stats_merge(driver_stats, driver_stats) IS
    'what two driver_stats hold together, exactly; a NULL adds nothing; 22023 of different numbers of features; 22003 more than 2^61 rows';
CREATE FUNCTION driver_stats_final(state driver_stats) RETURNS driver_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION driver_stats_final(driver_stats) IS 'the sums of the rows that were added up';

CREATE FUNCTION driver_accum(state driver_stats, outcome float8, features float8[]) RETURNS driver_stats
    AS 'MODULE_PATHNAME', 'driver_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION driver_accum(driver_stats, float8, float8[]) IS
    'adds a row of driver_agg(float8, float8[]); a row with any NULL is left out and counted as missing; 22023, 22003 and 54000 as there';

CREATE AGGREGATE driver_agg(outcome float8, features float8[]) (
    SFUNC = driver_accum, STYPE = driver_stats, SSPACE = 16384, FINALFUNC = driver_stats_final,
    COMBINEFUNC = driver_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE driver_agg(float8, float8[]) IS
    'an outcome (a score, 0 and 1 for churned or not) and the numbers that may drive it, as exact sums of products; a row with a NULL outcome, NULL features or any NULL among them is left out whole and counted as missing; NULL without rows; 22023 features of several lengths or dimensions, or empty; 22003 a number that is not finite or beyond 1e140; 54000 more than 64 features';
CREATE AGGREGATE rollup(drivers driver_stats) (
    SFUNC = driver_stats_merge, STYPE = driver_stats, SSPACE = 16384, FINALFUNC = driver_stats_final,
    COMBINEFUNC = driver_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(driver_stats) IS
    'merges driver_stats exactly, in any order: the sums of all their rows; NULLs add nothing; 22023 of different numbers of features';

CREATE FUNCTION driver_fit(drivers driver_stats)
    RETURNS TABLE (n bigint, missing bigint, r_squared float8, adjusted_r_squared float8, drivers integer, f float8, p_value float8)
    AS 'MODULE_PATHNAME', 'driver_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 2;
COMMENT ON FUNCTION driver_fit(driver_stats) IS
    'one row on the least-squares regression of the outcome on all drivers: rows used, rows left out for a NULL, R squared 0..1 (the share of the variance of the outcome that the drivers explain), the same adjusted for their number (Ezekiel 1930; below 0 when they explain less than chance), how many directions they vary in (features less constant and redundant ones), the F of all of them together and its p_value 0..1 with drivers and n - drivers - 1 degrees of freedom; NULL where the outcome does not vary, where there are too few rows, and F also where nothing is left to explain; XX001 sums that no rows can have';

CREATE FUNCTION driver_importance(drivers driver_stats, method text DEFAULT 'johnson', names text[] DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (driver text, weight float8, share float8, beta float8, correlation float8, low float8, high float8, note text)
    AS 'MODULE_PATHNAME', 'driver_importance' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 500 ROWS 8;
COMMENT ON FUNCTION driver_importance(driver_stats, text, text[], float8) IS
    'a row for each driver, the weightiest first, equal ones (to 12 digits) in the order given: weight, its part of R squared (0..1, all together R squared), by relative weights (johnson: Johnson 2000) or as mean gain over all orders of entry (lmg: Lindeman, Merenda, Gold 1980, the Shapley value; up to 20 drivers); share 0..1 of R squared; beta, the coefficient in standard deviations of outcome per standard deviation of driver, all others held; correlation -1..1 with the outcome; low and high, the interval of beta by Student''s t, standard deviations taken as known; note: constant (a driver that does not vary: all NULL), collinear (it follows from the others: no beta of its own), constant outcome; names NULL: x1, x2, ...; a NULL in any other argument: no rows; 22023 unknown method, not as many names as features, a NULL name, confidence not between 0 and 1; 54000 lmg of more than 20 drivers; XX001 sums that no rows can have';

CREATE FUNCTION driver_change(before driver_stats, after driver_stats, names text[] DEFAULT NULL)
    RETURNS TABLE (driver text, before_mean float8, after_mean float8, coefficient float8, effect float8, note text)
    AS 'MODULE_PATHNAME', 'driver_change' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 300 ROWS 8;
COMMENT ON FUNCTION driver_change(driver_stats, driver_stats, text[]) IS
    'the change of the mean outcome between two periods, split up (Oaxaca 1973, Blinder 1973): a row for each driver in the order given, its means, its coefficient in a regression over both periods with a constant for each (Jann 2008), in units of outcome per unit of driver, and its effect, coefficient times change of its mean; then a row (coefficients) with the rest, what the means of the drivers do not explain, and a row (total) with the means of the outcome and their difference, which effects and rest add up to; note: constant (does not vary within the periods: effect NULL, part of the rest), collinear (no coefficient of its own; the effect is shared evenly); NULLs where a period has no rows; names NULL: x1, x2, ...; 22023 different numbers of features, not as many names as features, a NULL name; 22003 an effect beyond the range; XX001 sums that no rows can have';
