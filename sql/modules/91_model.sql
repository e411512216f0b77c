-- churn_model: a fitted model of any kind, as a value

CREATE TYPE churn_model;

CREATE FUNCTION churn_model_in(input cstring) RETURNS churn_model
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION churn_model_out(value churn_model) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION churn_model_recv(message internal) RETURNS churn_model
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION churn_model_send(value churn_model) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE churn_model (
    INPUT = churn_model_in,
    OUTPUT = churn_model_out,
    RECEIVE = churn_model_recv,
    SEND = churn_model_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE churn_model IS
    'a fitted model: kind (bgnbd, mbgnbd, paretonbd, gammagamma, sbg, logit, cox), observations n, events, days of a unit of time, log-likelihood, parameters and their covariance; text form: kind n=... events=... [unit=...] log_likelihood=... name=value ... [covariance=...] [extra=...]';
COMMENT ON FUNCTION churn_model_in(cstring) IS 'text input of churn_model; 22P02 malformed';
COMMENT ON FUNCTION churn_model_out(churn_model) IS 'text output of churn_model, in digits that read back as the same';
COMMENT ON FUNCTION churn_model_recv(internal) IS 'binary input of churn_model; 22P03 malformed';
COMMENT ON FUNCTION churn_model_send(churn_model) IS 'binary output of churn_model';

CREATE FUNCTION model_terms(model churn_model, names text[] DEFAULT NULL, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (term text, estimate float8, std_error float8, z float8, p_value float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'model_terms' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 5;
COMMENT ON FUNCTION model_terms(churn_model, text[], float8) IS
    'the parameters: estimate, standard error from the curvature of the log-likelihood, z = estimate / std_error with its two-sided p_value (Wald 1943), interval low..high; parameters that are above 0 by their nature (bgnbd, mbgnbd, paretonbd, gammagamma, sbg) have the interval of their logarithm and no z; names are those of the features, x1, x2, ... unless given; NULL where the standard error is not known; 22023 another number of names, a NULL among them, or confidence not between 0 and 1';
CREATE FUNCTION model_summary(model churn_model)
    RETURNS TABLE (kind text, n bigint, events bigint, terms integer, unit_days float8, log_likelihood float8, aic float8, bic float8)
    AS 'MODULE_PATHNAME', 'model_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 1;
COMMENT ON FUNCTION model_summary(churn_model) IS
    'what the model is: its kind, observations, events among them (churned, or came back; 0 if not counted), number of parameters, days of its unit of time (NULL if the caller''s own), natural logarithm of the likelihood, aic = 2 terms - 2 log_likelihood (Akaike 1974), bic = terms ln n - 2 log_likelihood (Schwarz 1978; n is the events for cox)';
