-- cox_fit: which features make customers leave earlier

CREATE TYPE cox_stats;

CREATE FUNCTION cox_stats_in(input cstring) RETURNS cox_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION cox_stats_out(value cox_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION cox_stats_recv(message internal) RETURNS cox_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION cox_stats_send(value cox_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE cox_stats (
    INPUT = cox_stats_in,
    OUTPUT = cox_stats_out,
    RECEIVE = cox_stats_recv,
    SEND = cox_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE cox_stats IS 'working state of cox_fit: its rows; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION cox_stats_in(cstring) IS 'text input of cox_stats; 22P02 malformed';
COMMENT ON FUNCTION cox_stats_out(cox_stats) IS 'text output of cox_stats';
COMMENT ON FUNCTION cox_stats_recv(internal) IS 'binary input of cox_stats; 22P03 malformed';
COMMENT ON FUNCTION cox_stats_send(cox_stats) IS 'binary output of cox_stats';

CREATE FUNCTION cox_stats_merge(a cox_stats, b cox_stats) RETURNS cox_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION cox_stats_merge(cox_stats, cox_stats) IS
    'the rows of both, exactly; a NULL adds nothing; 22023 rows of different numbers of features, or ties that differ';
CREATE FUNCTION cox_final(state cox_stats) RETURNS churn_model
    AS 'MODULE_PATHNAME', 'cox_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION cox_final(cox_stats) IS 'fits the rows: what cox_fit gives';

CREATE FUNCTION cox_accum(state cox_stats, duration float8, churned boolean, features float8[]) RETURNS cox_stats
    AS 'MODULE_PATHNAME', 'cox_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION cox_accum(cox_stats, float8, boolean, float8[]) IS 'collects a row of cox_fit(float8, boolean, float8[])';
CREATE FUNCTION cox_accum(state cox_stats, duration float8, churned boolean, features float8[], ties text) RETURNS cox_stats
    AS 'MODULE_PATHNAME', 'cox_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION cox_accum(cox_stats, float8, boolean, float8[], text) IS 'collects a row of cox_fit(float8, boolean, float8[], text)';

CREATE AGGREGATE cox_fit(duration float8, churned boolean, features float8[]) (
    SFUNC = cox_accum, STYPE = cox_stats, SSPACE = 65536, FINALFUNC = cox_final,
    COMBINEFUNC = cox_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[]) IS
    'the proportional hazards model of Cox (1972), a churn_model of the kind cox: how features move the rate at which customers churn; duration 0 or more in a unit of the caller, churned false: still there when last seen (censored); ties as Efron (1977); rows with a NULL are left out, and counted (cox_summary); NULL without rows; 22023 rows of different numbers of features, or none; 22003 a number that is negative, not finite or above 1e140, or data that cannot be fitted: nobody churned, a feature that is constant or a linear combination of others, or that tells without fail who churns first; 54000 more than 250 features, or more rows than a value of 1 GB holds';
CREATE AGGREGATE cox_fit(duration float8, churned boolean, features float8[], ties text) (
    SFUNC = cox_accum, STYPE = cox_stats, SSPACE = 65536, FINALFUNC = cox_final,
    COMBINEFUNC = cox_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE cox_fit(float8, boolean, float8[], text) IS
    'the proportional hazards model of Cox (1972) with ties as Efron (1977) or Breslow (1974): ''efron'' or ''breslow''; else as cox_fit(float8, boolean, float8[]); 22023 another word, NULL, or not the same in all rows';

CREATE FUNCTION hazard_ratios(model churn_model, names text[] DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (term text, hazard_ratio float8, low float8, high float8, z float8, p_value float8)
    AS 'MODULE_PATHNAME', 'hazard_ratios' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;
COMMENT ON FUNCTION hazard_ratios(churn_model, text[], float8) IS
    'a row per feature of a model of cox_fit, in their order: the factor by which one unit more of it multiplies the rate of churn, exp(coefficient), with its interval (Wald), and the test of being 1: z and its two-sided probability 0..1; names NULL: x1, x2, ...; NULL where a number leaves the range of a double; 22023 a model of another kind, names of another number or NULL, confidence not between 0 and 1';
CREATE FUNCTION cox_summary(model churn_model)
    RETURNS TABLE (n bigint, missing bigint, events bigint, ties text, log_likelihood float8, null_log_likelihood float8, chi_square float8, df integer, p_value float8)
    AS 'MODULE_PATHNAME', 'cox_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION cox_summary(churn_model) IS
    'one row about a model of cox_fit: rows that count, rows left out for a NULL, how many churned, the treatment of ties, the logarithm of the partial likelihood with and without the features, and the likelihood ratio test that no feature matters: statistic, degrees of freedom, probability 0..1; 22023 a model of another kind';
CREATE FUNCTION baseline_survival(model churn_model)
    RETURNS TABLE ("time" float8, cumulative_hazard float8, survival float8)
    AS 'MODULE_PATHNAME', 'baseline_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 50;
COMMENT ON FUNCTION baseline_survival(churn_model) IS
    'the baseline of a model of cox_fit: a row per time at which somebody churned, ascending, with the cumulative hazard of a customer whose features are the means of the fitted rows (Breslow 1974, with Efron''s treatment of ties if the fit had it), and the share 0..1 of such customers that stays longer, exp(-hazard); 22023 a model of another kind';
CREATE FUNCTION churn_risk(features float8[], model churn_model, horizon float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'cox_churn_risk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION churn_risk(float8[], churn_model, float8) IS
    'the probability 0..1 that a new customer with these features churns within the horizon, by a model of cox_fit and in the unit of its durations: 1 - exp(-H(horizon) exp(b (x - mean))); NULL if a feature is NULL, or beyond the longest duration of the fit; 22023 a model of another kind, another number of features; 22003 a number that is not finite, or a negative horizon';
