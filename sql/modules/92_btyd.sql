-- Buy till you die: models of customers who go without a word, fitted over customers and read for each

CREATE TYPE fit_stats;

CREATE FUNCTION fit_stats_in(input cstring) RETURNS fit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION fit_stats_out(value fit_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION fit_stats_recv(message internal) RETURNS fit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION fit_stats_send(value fit_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE fit_stats (
    INPUT = fit_stats_in,
    OUTPUT = fit_stats_out,
    RECEIVE = fit_stats_recv,
    SEND = fit_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE fit_stats IS
    'the purchases of many customers, for one kind of churn_model: how many have the same frequency, recency and age (or, for spend, the same number of repeat purchases and mean spend); made by fit_agg, fitted by churn_fit, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION fit_stats_in(cstring) IS 'text input of fit_stats; 22P02 malformed';
COMMENT ON FUNCTION fit_stats_out(fit_stats) IS 'text output of fit_stats';
COMMENT ON FUNCTION fit_stats_recv(internal) IS 'binary input of fit_stats; 22P03 malformed';
COMMENT ON FUNCTION fit_stats_send(fit_stats) IS 'binary output of fit_stats';

CREATE FUNCTION fit_stats_merge(a fit_stats, b fit_stats) RETURNS fit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION fit_stats_merge(fit_stats, fit_stats) IS
    'the customers of two fit_stats together, exactly; a NULL adds nothing; 22023 for different models or units; 22003 more than 2^52 customers; 54000 more than 33554432 different ones';
CREATE FUNCTION fit_stats_final(state fit_stats) RETURNS fit_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION fit_stats_final(fit_stats) IS 'the customers that were counted';
CREATE FUNCTION churn_fit(customers fit_stats) RETURNS churn_model
    AS 'MODULE_PATHNAME', 'churn_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000;
COMMENT ON FUNCTION churn_fit(fit_stats) IS
    'the model of the largest likelihood for these customers, with covariances from its curvature; the same for every order of rows and number of workers; NULL without customers who bought; 22003 where there is no such model: one customer alone, nobody came back, no time has gone by, or the likelihood has no maximum at parameters that are told apart';
CREATE FUNCTION customers(customers fit_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'fit_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION customers(fit_stats) IS
    'customers that count for the model: those with a purchase, or for gammagamma those with a repeat purchase of known spend';

CREATE FUNCTION fit_accum(state fit_stats, purchases rfm_stats) RETURNS fit_stats
    AS 'MODULE_PATHNAME', 'fit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION fit_accum(fit_stats, rfm_stats) IS
    'counts a row of fit_agg and churn_fit(rfm_stats); 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';
CREATE FUNCTION fit_accum(state fit_stats, purchases rfm_stats, model text) RETURNS fit_stats
    AS 'MODULE_PATHNAME', 'fit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION fit_accum(fit_stats, rfm_stats, text) IS
    'counts a row of fit_agg and churn_fit(rfm_stats, text); 22023 an unknown model, or one that is NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';
CREATE FUNCTION fit_accum(state fit_stats, purchases rfm_stats, model text, "unit" interval) RETURNS fit_stats
    AS 'MODULE_PATHNAME', 'fit_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION fit_accum(fit_stats, rfm_stats, text, interval) IS
    'counts a row of fit_agg and churn_fit(rfm_stats, text, interval); 22023 an unknown model, a unit with months or not longer than 0, or either NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';

CREATE AGGREGATE fit_agg(purchases rfm_stats) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = fit_stats_final,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE fit_agg(rfm_stats) IS
    'the customers from whom churn_fit makes an mbgnbd model, in weeks of 7 days, one row each; NULLs and customers without purchases add nothing; NULL without rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';
CREATE AGGREGATE fit_agg(purchases rfm_stats, model text) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = fit_stats_final,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE fit_agg(rfm_stats, text) IS
    'the customers from whom churn_fit makes a model: bgnbd, mbgnbd, paretonbd (in weeks of 7 days) or gammagamma, one row each; NULLs and customers without purchases add nothing; NULL without rows; 22023 an unknown model, or one that is NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';
CREATE AGGREGATE fit_agg(purchases rfm_stats, model text, "unit" interval) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = fit_stats_final,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE fit_agg(rfm_stats, text, interval) IS
    'the customers from whom churn_fit makes a model: bgnbd, mbgnbd, paretonbd (in this unit of time) or gammagamma (which has none), one row each; NULLs and customers without purchases add nothing; NULL without rows; 22023 an unknown model, a unit with months or not longer than 0, or either NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers';
CREATE AGGREGATE churn_fit(purchases rfm_stats) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = churn_fit,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_fit(rfm_stats) IS
    'fits an mbgnbd model, in weeks of 7 days, to customers, one row each: r, alpha for the rate of purchases, a, b for the chance to go after any of them (Batislam, Denizel, Filiztekin 2007; Hoppe, Wagner 2007); NULL without customers who bought; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers; 22003 where no model can be fitted, see churn_fit(fit_stats)';
CREATE AGGREGATE churn_fit(purchases rfm_stats, model text) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = churn_fit,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_fit(rfm_stats, text) IS
    'fits a model to customers, one row each: bgnbd (Fader, Hardie, Lee 2005), mbgnbd (Batislam, Denizel, Filiztekin 2007), paretonbd (Schmittlein, Morrison, Colombo 1987), all in weeks of 7 days, or gammagamma for spend, of those with repeat purchases of known spend (Fader, Hardie 2013); NULL without customers who bought; 22023 an unknown model, or one that is NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers; 22003 where no model can be fitted, see churn_fit(fit_stats)';
CREATE AGGREGATE churn_fit(purchases rfm_stats, model text, "unit" interval) (
    SFUNC = fit_accum, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = churn_fit,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_fit(rfm_stats, text, interval) IS
    'as churn_fit(rfm_stats, text), with rates per this unit of time; gammagamma has none; NULL without customers who bought; 22023 an unknown model, a unit with months or not longer than 0, or either NULL or not the same in all rows; 22003 a mean spend of repeat purchases that is not above 0 with gammagamma, or more than 2^52 customers; 54000 more than 33554432 different customers; 22003 where no model can be fitted, see churn_fit(fit_stats)';
CREATE AGGREGATE rollup(customers fit_stats) (
    SFUNC = fit_stats_merge, STYPE = fit_stats, SSPACE = 65536, FINALFUNC = fit_stats_final,
    COMBINEFUNC = fit_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(fit_stats) IS
    'merges fit_stats exactly, in any order: all of their customers; NULLs add nothing; 22023 for different models or units; 22003 more than 2^52 customers; 54000 more than 33554432 different ones';

CREATE FUNCTION churn_risk(purchases rfm_stats, model churn_model) RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_risk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION churn_risk(rfm_stats, churn_model) IS
    'probability 0..1 that the customer is gone at as_of, by a bgnbd, mbgnbd or paretonbd model; bgnbd says 0 of everybody without repeat purchases; NULL without purchases; 22023 another kind of model';
CREATE FUNCTION expected_purchases(purchases rfm_stats, model churn_model, horizon interval) RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_expected' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION expected_purchases(rfm_stats, churn_model, interval) IS
    'purchases that the customer is expected to make in the time after as_of, by a bgnbd, mbgnbd or paretonbd model; their sum over customers is the forecast for all; NULL without purchases; 22023 another kind of model, or a horizon with months, or negative';
CREATE FUNCTION expected_purchases(model churn_model, horizon interval) RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_expected_new' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION expected_purchases(churn_model, interval) IS
    'repeat purchases that a new customer is expected to make in the time after the first one, by a bgnbd, mbgnbd or paretonbd model; 22023 another kind of model, or a horizon with months, or negative';
CREATE FUNCTION purchase_probability(model churn_model, purchases integer, horizon interval) RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_probability' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION purchase_probability(churn_model, integer, interval) IS
    'probability 0..1 that a new customer makes just so many repeat purchases in the time after the first one, by a bgnbd, mbgnbd or paretonbd model; 22023 another kind of model, or a horizon with months, or negative; 22003 a negative number';
CREATE FUNCTION expected_spend(purchases rfm_stats, model churn_model) RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_spend' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION expected_spend(rfm_stats, churn_model) IS
    'mean spend of a purchase to come, by a gammagamma model: p (gamma + x m) / (p x + q - 1) for x repeat purchases of mean m (Fader, Hardie 2013), in the unit of the amounts; NULL without purchases, or where the model has no mean (p x + q not above 1); 22023 another kind of model; 22003 a negative mean';
CREATE FUNCTION clv(purchases rfm_stats, model churn_model, spend churn_model, horizon interval, margin float8 DEFAULT 1, discount float8 DEFAULT 0)
    RETURNS float8
    AS 'MODULE_PATHNAME', 'btyd_clv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500;
COMMENT ON FUNCTION clv(rfm_stats, churn_model, churn_model, interval, float8, float8) IS
    'what the customer is worth in the time after as_of, in the unit of the amounts: margin (share of the amount that is kept) times expected_spend times the purchases expected, those of each 7 days discounted to the middle of them by (1 + discount) per year of 365.25 days; NULL without purchases, or without expected_spend; 22023 another kind of model, or a horizon with months, negative or longer than 36525 days; 22003 a margin or discount that is not finite, or a discount not above -1 (Fader, Hardie, Lee 2005)';

CREATE TYPE risk_stats;

CREATE FUNCTION risk_stats_in(input cstring) RETURNS risk_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_stats_out(value risk_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_stats_recv(message internal) RETURNS risk_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION risk_stats_send(value risk_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE risk_stats (
    INPUT = risk_stats_in,
    OUTPUT = risk_stats_out,
    RECEIVE = risk_stats_recv,
    SEND = risk_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE risk_stats IS
    'state of the aggregate churn_risk(timestamptz, timestamptz, churn_model): the purchases of a customer, and the model; not meant to be stored';
COMMENT ON FUNCTION risk_stats_in(cstring) IS 'text input of risk_stats; 22P02 malformed';
COMMENT ON FUNCTION risk_stats_out(risk_stats) IS 'text output of risk_stats';
COMMENT ON FUNCTION risk_stats_recv(internal) IS 'binary input of risk_stats; 22P03 malformed';
COMMENT ON FUNCTION risk_stats_send(risk_stats) IS 'binary output of risk_stats';

CREATE FUNCTION risk_stats_merge(a risk_stats, b risk_stats) RETURNS risk_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION risk_stats_merge(risk_stats, risk_stats) IS
    'the purchases of two states of churn_risk together; a NULL adds nothing; 22023 of different as_of or models; 54000 more than 16777216 purchases';
CREATE FUNCTION risk_stats_final(state risk_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'risk_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION risk_stats_final(risk_stats) IS 'probability 0..1 that the customer is gone; NULL without purchases';
CREATE FUNCTION churn_risk_accum(state risk_stats, at timestamptz, as_of timestamptz, model churn_model) RETURNS risk_stats
    AS 'MODULE_PATHNAME', 'risk_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION churn_risk_accum(risk_stats, timestamptz, timestamptz, churn_model) IS
    'counts a row of churn_risk(timestamptz, timestamptz, churn_model); 22023 as_of or model is NULL, or the model is not one of purchases; 22008 a time that is not finite';
CREATE AGGREGATE churn_risk(at timestamptz, as_of timestamptz, model churn_model) (
    SFUNC = churn_risk_accum, STYPE = risk_stats, SSPACE = 1024, FINALFUNC = risk_stats_final,
    COMBINEFUNC = risk_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_risk(timestamptz, timestamptz, churn_model) IS
    'probability 0..1 that the customer who made these purchases is gone at as_of, by a bgnbd, mbgnbd or paretonbd model, where the purchases of one day (UTC) are one; purchases after as_of and times NULL are passed over; NULL without purchases; 22023 as_of or model that is NULL or not the same in all rows, or another kind of model; 22008 a time that is not finite';

CREATE FUNCTION sbg_fit(survivors bigint[]) RETURNS churn_model
    AS 'MODULE_PATHNAME', 'sbg_fit' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION sbg_fit(bigint[]) IS
    'fits the shifted-beta-geometric model (Fader, Hardie 2007) to contracts: survivors are the customers at the start, then those of them who are left after each period; alpha, beta for the chance not to renew; 22023 fewer than 3 or more than 100000 elements, several dimensions, or a NULL; 22003 survivors that are negative, above 2^52 or grow, nobody lost, or no largest likelihood';
CREATE FUNCTION sbg_retention(model churn_model, periods integer)
    RETURNS TABLE (period integer, survival float8, retention float8)
    AS 'MODULE_PATHNAME', 'sbg_retention' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 12;
COMMENT ON FUNCTION sbg_retention(churn_model, integer) IS
    'a row per period from 1 on: the share 0..1 of the customers at the start who are still there after it, and the retention 0..1, the share of those there before it who renew, (beta + period - 1) / (alpha + beta + period - 1), by an sbg model (Fader, Hardie 2007); 22023 another kind of model, or a number of periods not between 0 and 100000';
