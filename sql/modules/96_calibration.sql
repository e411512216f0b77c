-- calibration_stats: risks that were told, and who churned then

CREATE TYPE calibration_stats;

CREATE FUNCTION calibration_stats_in(input cstring) RETURNS calibration_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION calibration_stats_out(value calibration_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION calibration_stats_recv(message internal) RETURNS calibration_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION calibration_stats_send(value calibration_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE calibration_stats (
    INPUT = calibration_stats_in,
    OUTPUT = calibration_stats_out,
    RECEIVE = calibration_stats_recv,
    SEND = calibration_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE calibration_stats IS
    'risks and who churned then, made by calibration_agg, read by auc, brier, log_loss, calibration_curve, lift and others, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION calibration_stats_in(cstring) IS 'text input of calibration_stats; 22P02 malformed';
COMMENT ON FUNCTION calibration_stats_out(calibration_stats) IS 'text output of calibration_stats';
COMMENT ON FUNCTION calibration_stats_recv(internal) IS 'binary input of calibration_stats; 22P03 malformed';
COMMENT ON FUNCTION calibration_stats_send(calibration_stats) IS 'binary output of calibration_stats';

CREATE FUNCTION calibration_stats_merge(a calibration_stats, b calibration_stats) RETURNS calibration_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION calibration_stats_merge(calibration_stats, calibration_stats) IS
    'the customers of both, exactly; a NULL adds nothing; 22003 more than 2^53 customers';
CREATE FUNCTION calibration_stats_final(state calibration_stats) RETURNS calibration_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION calibration_stats_final(calibration_stats) IS 'the customers that were counted';

CREATE FUNCTION calibration_accum(state calibration_stats, risk float8, churned boolean) RETURNS calibration_stats
    AS 'MODULE_PATHNAME', 'calibration_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION calibration_accum(calibration_stats, float8, boolean) IS
    'counts a row of calibration_agg(float8, boolean); 22003 a risk that is not between 0 and 1';

CREATE AGGREGATE calibration_agg(risk float8, churned boolean) (
    SFUNC = calibration_accum, STYPE = calibration_stats, SSPACE = 65536, FINALFUNC = calibration_stats_final,
    COMBINEFUNC = calibration_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE calibration_agg(float8, boolean) IS
    'risks 0..1 that were told, and whether the customers churned then, to be read by auc, brier, log_loss, calibration_curve, lift; a row with a NULL is missing, and counted as that; keeps each different risk with its counts, about 10 bytes each when stored; NULL without rows; 22003 a risk that is not between 0 and 1, more than 2^53 customers; 54000 more different risks than fit into 1 GB';
CREATE AGGREGATE rollup(calibration calibration_stats) (
    SFUNC = calibration_stats_merge, STYPE = calibration_stats, SSPACE = 65536, FINALFUNC = calibration_stats_final,
    COMBINEFUNC = calibration_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(calibration_stats) IS
    'merges calibration_stats exactly, in any order: the customers of all of them; NULLs add nothing';

CREATE FUNCTION auc(calibration calibration_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'calibration_auc' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION auc(calibration_stats) IS
    'area under the receiver operating characteristic, 0..1: the share of pairs of one customer who churned and one who stayed in which the one who churned had the higher risk, pairs of equal risk counted half (Mann, Whitney 1947; Hanley, McNeil 1982); 0.5 is no better than chance; NULL if all churned, or none';
CREATE FUNCTION auc_report(calibration calibration_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (auc float8, std_error float8, low float8, high float8, n bigint, churned bigint, missing bigint)
    AS 'MODULE_PATHNAME', 'auc_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150 ROWS 2;
COMMENT ON FUNCTION auc_report(calibration_stats, float8) IS
    'one row: the area under the curve, 0..1, as auc gives it; its standard error by DeLong, DeLong, Clarke-Pearson (1988), and the interval auc -/+ z std_error cut off at 0 and 1, all NULL with fewer than two who churned or two who stayed, or without spread, as when the risks part them without fail; customers with risk and outcome, those who churned, and those missing; 22023 confidence not between 0 and 1';
CREATE FUNCTION brier(calibration calibration_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'calibration_brier' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION brier(calibration_stats) IS
    'mean square of the difference between risk and outcome (1 churned, 0 stayed), 0..1, low is good (Brier 1950, halved as usual for two outcomes); always telling the overall rate p gives p (1 - p); NULL without customers';
CREATE FUNCTION log_loss(calibration calibration_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'calibration_log_loss' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION log_loss(calibration_stats) IS
    'mean of minus the natural logarithm of the probability that was given to what happened, in nats, 0 or more, low is good (Good 1952); always telling 0.5 gives 0.6931; NULL without customers, and where it is infinite, since a risk of just 0 churned or one of just 1 stayed';
CREATE FUNCTION calibration_curve(calibration calibration_stats, bins integer DEFAULT 10, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (bin integer, n bigint, mean_risk float8, churned bigint, rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'calibration_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION calibration_curve(calibration_stats, integer, float8) IS
    'do the risks mean what they say? a row for each bin of about equally many customers, lowest risk first: its number from 1, customers, their mean risk 0..1, how many of them churned, that as a rate 0..1, and its Wilson interval; customers of equal risk stay in one bin, that of the middle of them, and bins that are empty then are left out; 22023 bins below 1, confidence not between 0 and 1';
CREATE FUNCTION lift(calibration calibration_stats, bins integer DEFAULT 10, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (bin integer, n bigint, churned bigint, rate float8, low float8, high float8, lift float8, cumulative_share float8)
    AS 'MODULE_PATHNAME', 'calibration_lift' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION lift(calibration_stats, integer, float8) IS
    'whom to call first: a row for each bin of about equally many customers, highest risk first: its number from 1, customers, how many of them churned, that as a rate 0..1 with its Wilson interval, lift = rate / overall rate (1: as everybody), and the share 0..1 of all who churned that is in this bin and those before it; equal risks and empty bins as in calibration_curve; lift and share are NULL if nobody churned; 22023 bins below 1, confidence not between 0 and 1';
CREATE FUNCTION brier_report(calibration calibration_stats, bins integer DEFAULT 10)
    RETURNS TABLE (n bigint, churned bigint, missing bigint, brier float8, reliability float8, resolution float8, uncertainty float8, within_bins float8, calibration_error float8, log_loss float8)
    AS 'MODULE_PATHNAME', 'brier_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 150 ROWS 2;
COMMENT ON FUNCTION brier_report(calibration_stats, integer) IS
    'one row: customers, those who churned, those missing; the Brier score 0..1 and its parts over the bins of calibration_curve (Murphy 1973): reliability, mean square of mean risk - rate (0..1, low is good), resolution, mean square of rate - overall rate (0..1, high is good), uncertainty p (1 - p) of the overall rate (0..0.25); brier = reliability - resolution + uncertainty + within_bins, of which the last comes from risks that differ inside a bin (Stephenson, Coelho, Jolliffe 2008); calibration_error, mean of |mean risk - rate| (0..1; expected calibration error, Naeini, Cooper, Hauskrecht 2015); log_loss as the function gives it; NULL without customers; 22023 bins below 1';
