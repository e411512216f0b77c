-- attribution_stats: what the touches before a conversion did for it

CREATE TYPE attribution_stats;

CREATE FUNCTION attribution_stats_in(input cstring) RETURNS attribution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION attribution_stats_out(value attribution_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION attribution_stats_recv(message internal) RETURNS attribution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION attribution_stats_send(value attribution_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE attribution_stats (
    INPUT = attribution_stats_in,
    OUTPUT = attribution_stats_out,
    RECEIVE = attribution_stats_recv,
    SEND = attribution_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE attribution_stats IS
    'what all models of attribution need to know of the paths to conversions, made by attribution_agg, read by attribution, removal_effects and attribution_report, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION attribution_stats_in(cstring) IS 'text input of attribution_stats; 22P02 malformed';
COMMENT ON FUNCTION attribution_stats_out(attribution_stats) IS 'text output of attribution_stats';
COMMENT ON FUNCTION attribution_stats_recv(internal) IS 'binary input of attribution_stats; 22P03 malformed';
COMMENT ON FUNCTION attribution_stats_send(attribution_stats) IS 'binary output of attribution_stats';

CREATE FUNCTION attribution_stats_merge(a attribution_stats, b attribution_stats) RETURNS attribution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION attribution_stats_merge(attribution_stats, attribution_stats) IS
    'what two attributions hold together, exactly; a NULL adds nothing; 22023 of different conversion, grain or half-life; 22003 more than 10^18 touches';
CREATE FUNCTION attribution_stats_final(state attribution_stats) RETURNS attribution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION attribution_stats_final(attribution_stats) IS 'what was counted';

CREATE FUNCTION attribution_accum(state attribution_stats, journey journey, conversion text) RETURNS attribution_stats
    AS 'MODULE_PATHNAME', 'attribution_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION attribution_accum(attribution_stats, journey, text) IS
    'counts a row of attribution_agg(journey, text); a NULL journey adds nothing; 22P02 malformed expression; 22003 a value beyond 10^12; 22023 a NULL argument';
CREATE FUNCTION attribution_accum(state attribution_stats, journey journey, conversion text, grain text) RETURNS attribution_stats
    AS 'MODULE_PATHNAME', 'attribution_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION attribution_accum(attribution_stats, journey, text, text) IS
    'counts a row of attribution_agg(journey, text, text); a NULL journey adds nothing; 22P02 malformed expression; 22003 a value beyond 10^12; 22023 a NULL argument, unknown grain';
CREATE FUNCTION attribution_accum(state attribution_stats, journey journey, conversion text, grain text, half_life interval) RETURNS attribution_stats
    AS 'MODULE_PATHNAME', 'attribution_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION attribution_accum(attribution_stats, journey, text, text, interval) IS
    'counts a row of attribution_agg(journey, text, text, interval); a NULL journey adds nothing; 22P02 malformed expression; 22003 a value beyond 10^12; 22023 a NULL argument, unknown grain, half-life of zero or with months';

CREATE AGGREGATE attribution_agg(journey journey, conversion text) (
    SFUNC = attribution_accum, STYPE = attribution_stats, SSPACE = 4096, FINALFUNC = attribution_stats_final,
    COMBINEFUNC = attribution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE attribution_agg(journey, text) IS
    'every touch that fits the touch expression is a conversion and closes the path of the touches before it, back to the conversion before; credit goes to channels, decay has a half-life of 7 days; the values of conversions are credited, too; NULLs add nothing, NULL without journeys; 22023 not the same arguments in all rows';
CREATE AGGREGATE attribution_agg(journey journey, conversion text, grain text) (
    SFUNC = attribution_accum, STYPE = attribution_stats, SSPACE = 4096, FINALFUNC = attribution_stats_final,
    COMBINEFUNC = attribution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE attribution_agg(journey, text, text) IS
    'every touch that fits the touch expression is a conversion and closes the path of the touches before it, back to the conversion before; credit goes to touchpoint, channel, stage or owner, touches without it are passed over; decay has a half-life of 7 days; the values of conversions are credited, too; NULLs add nothing, NULL without journeys; 22023 not the same arguments in all rows';
CREATE AGGREGATE attribution_agg(journey journey, conversion text, grain text, half_life interval) (
    SFUNC = attribution_accum, STYPE = attribution_stats, SSPACE = 4096, FINALFUNC = attribution_stats_final,
    COMBINEFUNC = attribution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE attribution_agg(journey, text, text, interval) IS
    'every touch that fits the touch expression is a conversion and closes the path of the touches before it, back to the conversion before; credit goes to touchpoint, channel, stage or owner, touches without it are passed over; credit by decay halves with each half-life before the conversion; the values of conversions are credited, too; NULLs add nothing, NULL without journeys; 22023 not the same arguments in all rows';
CREATE AGGREGATE rollup(attribution attribution_stats) (
    SFUNC = attribution_stats_merge, STYPE = attribution_stats, SSPACE = 4096, FINALFUNC = attribution_stats_final,
    COMBINEFUNC = attribution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(attribution_stats) IS
    'merges attributions exactly, in any order: that of all their journeys; NULLs add nothing; 22023 of different conversion, grain or half-life';

CREATE FUNCTION attribution(attribution attribution_stats, method text)
    RETURNS TABLE (name text, conversions float8, value float8, share float8)
    AS 'MODULE_PATHNAME', 'attribution' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 20;
COMMENT ON FUNCTION attribution(attribution_stats, text) IS
    'credit for conversions and for their value by name, ascending: method first, last, linear, position (40 % first, 40 % last, 20 % between), decay, markov (removal effects of the chain of order 1, solved exactly; Anderl et al. 2016) or shapley (Shapley 1953; Zhao et al. 2018); share is 0..1 of all conversions; a NULL name has the conversions without a touch before them; 22023 unknown method; 54000 markov with more than 1000 names';
CREATE FUNCTION removal_effects(attribution attribution_stats)
    RETURNS TABLE (name text, visits bigint, reach float8, conversion_rate float8, removal_effect float8)
    AS 'MODULE_PATHNAME', 'removal_effects' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 20;
COMMENT ON FUNCTION removal_effects(attribution_stats) IS
    'the Markov chain of order 1 behind the paths, by name: visits counted, reach: probability 0..1 that a path comes there, conversion_rate: probability 0..1 to convert from there on, removal_effect: share 0..1 of all conversions that would be lost without it; 54000 more than 1000 names';
CREATE FUNCTION attribution_report(attribution attribution_stats)
    RETURNS TABLE (conversion text, grain text, half_life interval, journeys bigint, paths bigint, conversions bigint,
        unattributed bigint, value float8, unattributed_value float8)
    AS 'MODULE_PATHNAME', 'attribution_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 1;
COMMENT ON FUNCTION attribution_report(attribution_stats) IS
    'what was counted, in one row: the conversion expression, grain and half-life, journeys, paths (with a conversion at their end or not), conversions and their value in all, and those of them that no touch came before';
