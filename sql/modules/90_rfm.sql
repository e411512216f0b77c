-- rfm_stats: the purchases of one customer

CREATE TYPE rfm_stats;

CREATE FUNCTION rfm_stats_in(input cstring) RETURNS rfm_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rfm_stats_out(value rfm_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rfm_stats_recv(message internal) RETURNS rfm_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION rfm_stats_send(value rfm_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE rfm_stats (
    INPUT = rfm_stats_in,
    OUTPUT = rfm_stats_out,
    RECEIVE = rfm_stats_recv,
    SEND = rfm_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE rfm_stats IS
    'the purchases of one customer up to a time, made by rfm_agg or by rfm_stats(frequency, recency, age, monetary), read by frequency, recency, age, monetary and by the models of churn_fit; pieces made by rfm_agg merge exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION rfm_stats_in(cstring) IS 'text input of rfm_stats; 22P02 malformed';
COMMENT ON FUNCTION rfm_stats_out(rfm_stats) IS 'text output of rfm_stats';
COMMENT ON FUNCTION rfm_stats_recv(internal) IS 'binary input of rfm_stats; 22P03 malformed';
COMMENT ON FUNCTION rfm_stats_send(rfm_stats) IS 'binary output of rfm_stats';

CREATE FUNCTION rfm_stats_merge(a rfm_stats, b rfm_stats) RETURNS rfm_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION rfm_stats_merge(rfm_stats, rfm_stats) IS
    'the purchases of two rfm_stats of the same customer together, exactly; a NULL adds nothing; 22023 of different as_of or grain, or made of a summary; 54000 more than 16777216 purchases';
CREATE FUNCTION rfm_stats_final(state rfm_stats) RETURNS rfm_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION rfm_stats_final(rfm_stats) IS 'the purchases that were counted';

CREATE FUNCTION rfm_accum(state rfm_stats, at timestamptz, amount float8, as_of timestamptz) RETURNS rfm_stats
    AS 'MODULE_PATHNAME', 'rfm_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION rfm_accum(rfm_stats, timestamptz, float8, timestamptz) IS
    'counts a row of rfm_agg(timestamptz, float8, timestamptz); 22023 as_of is NULL; 22008 a time that is not finite; 22003 an amount that is not finite or beyond 1e140';
CREATE FUNCTION rfm_accum(state rfm_stats, at timestamptz, amount float8, as_of timestamptz, grain interval) RETURNS rfm_stats
    AS 'MODULE_PATHNAME', 'rfm_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION rfm_accum(rfm_stats, timestamptz, float8, timestamptz, interval) IS
    'counts a row of rfm_agg(timestamptz, float8, timestamptz, interval); 22023 as_of is NULL, or a grain that is NULL, negative, with months or longer than 36525 days; 22008 a time that is not finite; 22003 an amount that is not finite or beyond 1e140';

CREATE AGGREGATE rfm_agg(at timestamptz, amount float8, as_of timestamptz) (
    SFUNC = rfm_accum, STYPE = rfm_stats, SSPACE = 512, FINALFUNC = rfm_stats_final,
    COMBINEFUNC = rfm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rfm_agg(timestamptz, float8, timestamptz) IS
    'the purchases of one customer up to and with as_of; those of one day (UTC) are one purchase, their amounts added; an amount NULL: a purchase whose spend is unknown; a time NULL is no purchase; NULL without rows; 22023 as_of that is NULL or not the same in all rows; 22008 a time that is not finite; 22003 an amount that is not finite or beyond 1e140; 54000 more than 16777216 purchases';
CREATE AGGREGATE rfm_agg(at timestamptz, amount float8, as_of timestamptz, grain interval) (
    SFUNC = rfm_accum, STYPE = rfm_stats, SSPACE = 512, FINALFUNC = rfm_stats_final,
    COMBINEFUNC = rfm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rfm_agg(timestamptz, float8, timestamptz, interval) IS
    'as rfm_agg(timestamptz, float8, timestamptz), where purchases of one period of the grain are one; periods are counted from Monday 2000-01-03 00:00 UTC, so that ''7 days'' are weeks; with ''0'' every purchase counts, and times are exact; 22023 as_of or grain NULL or not the same in all rows, or a grain that is negative, has months or is longer than 36525 days; 22008 a time that is not finite; 22003 an amount that is not finite or beyond 1e140; 54000 more than 16777216 purchases';
CREATE AGGREGATE rollup(purchases rfm_stats) (
    SFUNC = rfm_stats_merge, STYPE = rfm_stats, SSPACE = 512, FINALFUNC = rfm_stats_final,
    COMBINEFUNC = rfm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(rfm_stats) IS
    'merges rfm_stats of one customer exactly, in any order: all of the purchases; NULLs add nothing; 22023 of different as_of or grain, or made of summaries; 54000 more than 16777216 purchases';

CREATE FUNCTION rfm_stats(frequency integer, recency float8, age float8, monetary float8 DEFAULT NULL, "unit" interval DEFAULT '7 days')
    RETURNS rfm_stats
    AS 'MODULE_PATHNAME', 'rfm_summary' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION rfm_stats(integer, float8, float8, float8, interval) IS
    'an rfm_stats of a summary: repeat purchases, time from the first purchase to the last, time from the first to the end of the observation, both in units, and mean spend of a repeat purchase (NULL: unknown); it cannot be merged; NULL if one of the first three is NULL; 22003 a number that is negative, not finite or beyond 1e140, recency greater than age, or recency or spend without repeat purchases; 22023 a unit that is NULL, has months or is not longer than 0';

CREATE FUNCTION frequency(purchases rfm_stats) RETURNS integer
    AS 'MODULE_PATHNAME', 'rfm_frequency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION frequency(rfm_stats) IS
    'x: repeat purchases, that is days with a purchase after the first (by grain); NULL without any purchase (Fader, Hardie, Lee 2005)';
CREATE FUNCTION recency(purchases rfm_stats, "unit" interval DEFAULT '7 days') RETURNS float8
    AS 'MODULE_PATHNAME', 'rfm_recency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION recency(rfm_stats, interval) IS
    't_x: time from the first purchase to the last, in units of 7 days unless told otherwise; 0 without repeat purchases; NULL without any purchase; 22023 a unit with months or not longer than 0 (Fader, Hardie, Lee 2005)';
CREATE FUNCTION age(purchases rfm_stats, "unit" interval DEFAULT '7 days') RETURNS float8
    AS 'MODULE_PATHNAME', 'rfm_age' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION age(rfm_stats, interval) IS
    'T: time from the first purchase to as_of, in units of 7 days unless told otherwise; NULL without any purchase; 22023 a unit with months or not longer than 0 (Fader, Hardie, Lee 2005)';
CREATE FUNCTION monetary(purchases rfm_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'rfm_monetary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION monetary(rfm_stats) IS
    'mean spend of a repeat purchase, in the unit of the amounts; days on which a purchase has no amount are left out; NULL without repeat purchases of known spend (Fader, Hardie 2013)';

CREATE FUNCTION churn_risk(purchases rfm_stats) RETURNS float8
    AS 'MODULE_PATHNAME', 'rfm_plain_risk' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3;
COMMENT ON FUNCTION churn_risk(rfm_stats) IS
    'probability 0..1 that the customer is gone at as_of, by the plain rule 1 - (t_x/T)^x (Schmittlein, Morrison 1985); NULL without repeat purchases, or if no time has gone by';
CREATE FUNCTION churn_risk_accum(state rfm_stats, at timestamptz, as_of timestamptz) RETURNS rfm_stats
    AS 'MODULE_PATHNAME', 'rfm_plain_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION churn_risk_accum(rfm_stats, timestamptz, timestamptz) IS
    'counts a row of churn_risk(timestamptz, timestamptz); 22023 as_of is NULL; 22008 a time that is not finite';
CREATE AGGREGATE churn_risk(at timestamptz, as_of timestamptz) (
    SFUNC = churn_risk_accum, STYPE = rfm_stats, SSPACE = 512, FINALFUNC = churn_risk,
    COMBINEFUNC = rfm_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE churn_risk(timestamptz, timestamptz) IS
    'probability 0..1 that the customer who made these purchases is gone at as_of, by the plain rule 1 - (t_x/T)^x, where the purchases of one day (UTC) are one (Schmittlein, Morrison 1985); purchases after as_of and times NULL are passed over; NULL for one purchase alone; 22023 as_of that is NULL or not the same in all rows; 22008 a time that is not finite';
