-- logit_fit: which features go with churning

CREATE TYPE logit_stats;

CREATE FUNCTION logit_stats_in(input cstring) RETURNS logit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION logit_stats_out(value logit_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION logit_stats_recv(message internal) RETURNS logit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION logit_stats_send(value logit_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE logit_stats (
    INPUT = logit_stats_in,
    OUTPUT = logit_stats_out,
    RECEIVE = logit_stats_recv,
    SEND = logit_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE logit_stats IS 'working state of logit_fit: customers counted by their features; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION logit_stats_in(cstring) IS 'text input of logit_stats; 22P02 malformed';
COMMENT ON FUNCTION logit_stats_out(logit_stats) IS 'text output of logit_stats';
COMMENT ON FUNCTION logit_stats_recv(internal) IS 'binary input of logit_stats; 22P03 malformed';
COMMENT ON FUNCTION logit_stats_send(logit_stats) IS 'binary output of logit_stats';

CREATE FUNCTION logit_stats_merge(a logit_stats, b logit_stats) RETURNS logit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION logit_stats_merge(logit_stats, logit_stats) IS
    'the customers of both, exactly; a NULL adds nothing; 22023 different numbers of features, or ridges that differ; 22003 more than 2^53 customers';
CREATE FUNCTION logit_final(state logit_stats) RETURNS churn_model
    AS 'MODULE_PATHNAME', 'logit_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION logit_final(logit_stats) IS 'fits the customers: what logit_fit gives';

CREATE FUNCTION logit_accum(state logit_stats, churned boolean, features float8[]) RETURNS logit_stats
    AS 'MODULE_PATHNAME', 'logit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION logit_accum(logit_stats, boolean, float8[]) IS 'counts a row of logit_fit(boolean, float8[])';
CREATE FUNCTION logit_accum(state logit_stats, churned boolean, features float8[], ridge float8) RETURNS logit_stats
    AS 'MODULE_PATHNAME', 'logit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION logit_accum(logit_stats, boolean, float8[], float8) IS 'counts a row of logit_fit(boolean, float8[], float8)';

CREATE AGGREGATE logit_fit(churned boolean, features float8[]) (
    SFUNC = logit_accum, STYPE = logit_stats, SSPACE = 65536, FINALFUNC = logit_final,
    COMBINEFUNC = logit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE logit_fit(boolean, float8[]) IS
    'logistic regression by maximum likelihood (Cox 1958), a churn_model of the kind logit: the probability of churning is 1 / (1 + exp(-(intercept + x1 feature 1 + x2 feature 2 + ...))); errors from the curvature at the maximum; rows with a NULL are left out, and counted (logit_summary); a feature that is the same in all rows has the coefficient 0 and no error; NULL without rows; 22023 rows of different numbers of features, or none; 22003 a number that is not finite or above 1e140, or data that cannot be fitted: all churned or none, a feature that is a linear combination of others, or features that separate those who churned from those who stayed (Albert, Anderson 1984); 54000 more than 250 features, or more different rows than fit into 1 GB where a state is passed on';
CREATE AGGREGATE logit_fit(churned boolean, features float8[], ridge float8) (
    SFUNC = logit_accum, STYPE = logit_stats, SSPACE = 65536, FINALFUNC = logit_final,
    COMBINEFUNC = logit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE logit_fit(boolean, float8[], float8) IS
    'logistic regression with a ridge (le Cessie, van Houwelingen 1992): coefficients that are pulled towards 0, so that features that are collinear, or separate, can be fitted; the maximum of the log-likelihood less ridge / 2 times the sum of squares of the coefficients of standardised features (standard deviation 1, divisor n; not of the intercept); errors from the curvature of that; else as logit_fit(boolean, float8[]); 22023 a ridge that is NULL, or not the same in all rows; 22003 one that is negative, not finite or above 1e140';

CREATE FUNCTION churn_risk(features float8[], model churn_model) RETURNS float8
    AS 'MODULE_PATHNAME', 'logit_churn_risk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION churn_risk(float8[], churn_model) IS
    'the probability 0..1 that a customer with these features churns, by a model of logit_fit: 1 / (1 + exp(-(intercept + sum of coefficient times feature))); NULL if a feature is NULL; 22023 a model of another kind, another number of features; 22003 a feature that is not finite or above 1e140, or a sum out of the range of a double';
CREATE FUNCTION odds_ratios(model churn_model, names text[] DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (term text, odds_ratio float8, low float8, high float8, z float8, p_value float8)
    AS 'MODULE_PATHNAME', 'odds_ratios' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 5;
COMMENT ON FUNCTION odds_ratios(churn_model, text[], float8) IS
    'a row per feature of a model of logit_fit, in their order: the factor by which one unit more of it multiplies the odds of churning, exp(coefficient), with its interval (Wald), and the test of being 1: z and its two-sided probability 0..1; names NULL: x1, x2, ...; NULL where a number leaves the range of a double, or the feature was the same in all rows; 22023 a model of another kind, names of another number or NULL, confidence not between 0 and 1';
CREATE FUNCTION logit_summary(model churn_model)
    RETURNS TABLE (n bigint, missing bigint, churned bigint, ridge float8, log_likelihood float8, null_log_likelihood float8, chi_square float8, df integer, p_value float8, pseudo_r_squared float8)
    AS 'MODULE_PATHNAME', 'logit_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION logit_summary(churn_model) IS
    'one row about a model of logit_fit: rows that count, rows left out for a NULL, how many churned, the ridge (0: none), the natural logarithm of the likelihood with the features and of an intercept alone, and the likelihood ratio test that no feature matters: statistic, degrees of freedom (features that vary), probability 0..1, all NULL but df with a ridge; share 0..1 of the log-likelihood that the features explain, 1 - log_likelihood / null_log_likelihood (McFadden 1974); 22023 a model of another kind';
