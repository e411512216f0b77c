-- alignment_stats: do departments' figures move together?

CREATE TYPE alignment_stats;

CREATE FUNCTION alignment_stats_in(input cstring) RETURNS alignment_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION alignment_stats_out(value alignment_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION alignment_stats_recv(message internal) RETURNS alignment_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION alignment_stats_send(value alignment_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE alignment_stats (
    INPUT = alignment_stats_in,
    OUTPUT = alignment_stats_out,
    RECEIVE = alignment_stats_recv,
    SEND = alignment_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE alignment_stats IS
    'figures of departments by period, made by alignment_agg, read by alignment and alignment_pairs, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION alignment_stats_in(cstring) IS 'text input of alignment_stats; 22P02 malformed';
COMMENT ON FUNCTION alignment_stats_out(alignment_stats) IS 'text output of alignment_stats';
COMMENT ON FUNCTION alignment_stats_recv(internal) IS 'binary input of alignment_stats; 22P03 malformed';
COMMENT ON FUNCTION alignment_stats_send(alignment_stats) IS 'binary output of alignment_stats';

CREATE FUNCTION alignment_stats_merge(a alignment_stats, b alignment_stats) RETURNS alignment_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION alignment_stats_merge(alignment_stats, alignment_stats) IS
    'the figures of two alignment_stats together; a NULL adds nothing; 22023 two figures of a series at one time; 54000 more than 16777216 figures';
CREATE FUNCTION alignment_stats_final(state alignment_stats) RETURNS alignment_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION alignment_stats_final(alignment_stats) IS 'the figures that were collected; 22023 two figures of a series at one time';

CREATE FUNCTION alignment_accum(state alignment_stats, series text, at timestamptz, figure float8) RETURNS alignment_stats
    AS 'MODULE_PATHNAME', 'alignment_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION alignment_accum(alignment_stats, text, timestamptz, float8) IS
    'adds a row of alignment_agg(text, timestamptz, float8); a row without series or time adds nothing';

CREATE AGGREGATE alignment_agg(series text, at timestamptz, figure float8) (
    SFUNC = alignment_accum, STYPE = alignment_stats, SSPACE = 4096, FINALFUNC = alignment_stats_final,
    COMBINEFUNC = alignment_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE alignment_agg(text, timestamptz, float8) IS
    'figures of departments by period, one for each series and time, higher is better; times are periods in their order, a figure that is NULL leaves its period without a value; a row without series or time adds nothing, NULL without rows; size grows with the figures, by at most 19 bytes each; 22023 two figures of a series at one time; 22003 a figure not finite or above 1e140; 22008 an infinite time; 54000 a series longer than 4095 bytes, or more than 16777216 figures';
CREATE AGGREGATE rollup(alignment alignment_stats) (
    SFUNC = alignment_stats_merge, STYPE = alignment_stats, SSPACE = 4096, FINALFUNC = alignment_stats_final,
    COMBINEFUNC = alignment_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(alignment_stats) IS
    'merges alignment_stats, in any order: the figures of all; NULLs add nothing; 22023 two figures of a series at one time; 54000 more than 16777216 figures';

CREATE FUNCTION alignment(series float8[])
    RETURNS TABLE (series bigint, periods bigint, pairs bigint, mean_correlation float8, moving bigint, resultant float8)
    AS 'MODULE_PATHNAME', 'alignment_array' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 2;
COMMENT ON FUNCTION alignment(float8[]) IS
    'do series move together: an array of arrays, one for each series, with one figure for each period, higher is better, NULL without a value; one row: series; periods; pairs of series that both vary, and the mean -1..1 of the Pearson correlations of their changes from one period to the next (changes known to both, at least 2); moving, series that changed at all in periods whose change is known to every series that has any, and resultant, the length 0..1 of the sum of their changes there, each series taken as an arrow of length 1 in the space of periods, divided by their number: 1 if all move alike, 0 if they cancel (mean resultant length, Mardia 1972; at least 2 changes); NULL of fewer than 2 series or 3 periods; 22023 an array that has not two dimensions; 22003 a figure not finite or above 1e140';
CREATE FUNCTION alignment(alignment alignment_stats)
    RETURNS TABLE (series bigint, periods bigint, pairs bigint, mean_correlation float8, moving bigint, resultant float8)
    AS 'MODULE_PATHNAME', 'alignment_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 ROWS 2;
COMMENT ON FUNCTION alignment(alignment_stats) IS
    'do series move together: one row: series; periods; pairs of series that both vary, and the mean -1..1 of the Pearson correlations of their changes from one period to the next (changes known to both, at least 2); moving, series that changed at all in periods whose change is known to every series that has any, and resultant, the length 0..1 of the sum of their changes there, each series taken as an arrow of length 1 in the space of periods, divided by their number: 1 if all move alike, 0 if they cancel (mean resultant length, Mardia 1972; at least 2 changes); NULL of fewer than 2 series or 3 periods';
CREATE FUNCTION alignment_pairs(alignment alignment_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (a text, b text, changes bigint, correlation float8, agreement float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'alignment_pairs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 ROWS 50;
COMMENT ON FUNCTION alignment_pairs(alignment_stats, float8) IS
    'a row for each two series, in the order of their names: changes from one period to the next that both know; Pearson correlation -1..1 of them, NULL if either does not vary or of fewer than 2; agreement, the share 0..1 of changes in which both went up, both down or neither moved, with its Wilson interval, NULL of none; 22023 confidence not between 0 and 1';
