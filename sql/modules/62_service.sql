-- service_stats: how long callers waited, and who gave up

CREATE TYPE service_stats;

CREATE FUNCTION service_stats_in(input cstring) RETURNS service_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION service_stats_out(value service_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION service_stats_recv(message internal) RETURNS service_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION service_stats_send(value service_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE service_stats (
    INPUT = service_stats_in,
    OUTPUT = service_stats_out,
    RECEIVE = service_stats_recv,
    SEND = service_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE service_stats IS
    'calls that were offered, answered and abandoned, and their waits, made by service_agg, read by service_level, abandonment, service_waits and missing, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION service_stats_in(cstring) IS 'text input of service_stats; 22P02 malformed';
COMMENT ON FUNCTION service_stats_out(service_stats) IS 'text output of service_stats';
COMMENT ON FUNCTION service_stats_recv(internal) IS 'binary input of service_stats; 22P03 malformed';
COMMENT ON FUNCTION service_stats_send(service_stats) IS 'binary output of service_stats';

CREATE FUNCTION service_stats_merge(a service_stats, b service_stats) RETURNS service_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION service_stats_merge(service_stats, service_stats) IS
    'what two service_stats hold together, exactly; a NULL adds nothing; 22023 of different threshold or short; 22003 more than 2^61 calls';
CREATE FUNCTION service_stats_final(state service_stats) RETURNS service_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION service_stats_final(service_stats) IS 'the calls that were counted';

CREATE FUNCTION service_accum(state service_stats, wait interval, abandoned boolean, threshold interval) RETURNS service_stats
    AS 'MODULE_PATHNAME', 'service_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION service_accum(service_stats, interval, boolean, interval) IS
    'counts a row of service_agg(interval, boolean, interval); a NULL wait or end counts as missing; 22023 an interval with months or negative, a NULL threshold';
CREATE FUNCTION service_accum(state service_stats, wait interval, abandoned boolean, threshold interval, short interval) RETURNS service_stats
    AS 'MODULE_PATHNAME', 'service_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION service_accum(service_stats, interval, boolean, interval, interval) IS
    'counts a row of service_agg(interval, boolean, interval, interval); a NULL wait or end counts as missing; 22023 an interval with months or negative, a NULL threshold or short';

CREATE AGGREGATE service_agg(wait interval, abandoned boolean, threshold interval) (
    SFUNC = service_accum, STYPE = service_stats, SSPACE = 4096, FINALFUNC = service_stats_final,
    COMBINEFUNC = service_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE service_agg(interval, boolean, interval) IS
    'calls offered, one a row: how long the caller waited, whether he gave up (abandoned) or was answered, and the threshold of the service level, inclusive; who gave up within 5 seconds is a short abandon; a NULL wait or end counts as missing, NULL without rows; a day has 24 hours; 22023 an interval with months or negative, a threshold that is NULL or not the same in all rows';
CREATE AGGREGATE service_agg(wait interval, abandoned boolean, threshold interval, short interval) (
    SFUNC = service_accum, STYPE = service_stats, SSPACE = 4096, FINALFUNC = service_stats_final,
    COMBINEFUNC = service_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE service_agg(interval, boolean, interval, interval) IS
    'calls offered, one a row: how long the caller waited, whether he gave up (abandoned) or was answered, the threshold of the service level, inclusive, and the wait up to which, inclusive, who gave up is a short abandon; a NULL wait or end counts as missing, NULL without rows; a day has 24 hours; 22023 an interval with months or negative, a threshold or short that is NULL or not the same in all rows';
CREATE AGGREGATE rollup(service service_stats) (
    SFUNC = service_stats_merge, STYPE = service_stats, SSPACE = 4096, FINALFUNC = service_stats_final,
    COMBINEFUNC = service_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(service_stats) IS
    'merges service_stats exactly, in any order; NULLs add nothing; 22023 of different threshold or short';

CREATE FUNCTION service_level(service service_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (variant text, offered bigint, counted bigint, within bigint, rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'service_level' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 4;
COMMENT ON FUNCTION service_level(service_stats, float8) IS
    'the service level 0..1 in its four usual meanings, a row each, with its Wilson interval: rate = within / counted; "answered": answered within the threshold of all answered; "offered": the same of all offered; "no_short": the same of all offered but short abandons; "with_abandoned": answered or abandoned within the threshold, of all offered (Cleveland, Mayben 1997; Jouini, Koole, Roubos 2013); NULL of no calls; 22023 confidence not between 0 and 1';

CREATE FUNCTION abandonment(service service_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (variant text, offered bigint, abandoned bigint, rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'service_abandonment' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION abandonment(service_stats, float8) IS
    'the rate 0..1 of callers who gave up, abandoned / offered, with its Wilson interval: "all", and "no_short", where short abandons are left out of both numbers; NULL of no calls; 22023 confidence not between 0 and 1';

CREATE FUNCTION service_waits(service service_stats)
    RETURNS TABLE (outcome text, calls bigint, mean_seconds float8, median_seconds float8, p90_seconds float8)
    AS 'MODULE_PATHNAME', 'service_waits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION service_waits(service_stats) IS
    'waits in seconds of calls "answered" (their mean is the average speed of answer) and "abandoned": the mean exact, median and 90th percentile with a relative error of at most 1/128; NULL of no calls';

CREATE FUNCTION service_missing(service service_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'service_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION service_missing(service_stats) IS
    'how many calls were left out of all rates since their wait or their end is not known (NULL)';
