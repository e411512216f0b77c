-- mix_effect: did the whole fall although every part rose?

CREATE TYPE mix_stats;

CREATE FUNCTION mix_stats_in(input cstring) RETURNS mix_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION mix_stats_out(value mix_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION mix_stats_recv(message internal) RETURNS mix_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION mix_stats_send(value mix_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE mix_stats (
    INPUT = mix_stats_in,
    OUTPUT = mix_stats_out,
    RECEIVE = mix_stats_recv,
    SEND = mix_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE mix_stats IS
    'weights and scores of segments in two periods, made by mix_agg, read by mix_effect and missing, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION mix_stats_in(cstring) IS 'text input of mix_stats; 22P02 malformed';
COMMENT ON FUNCTION mix_stats_out(mix_stats) IS 'text output of mix_stats';
COMMENT ON FUNCTION mix_stats_recv(internal) IS 'binary input of mix_stats; 22P03 malformed';
COMMENT ON FUNCTION mix_stats_send(mix_stats) IS 'binary output of mix_stats';

CREATE FUNCTION mix_stats_merge(a mix_stats, b mix_stats) RETURNS mix_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100;
COMMENT ON FUNCTION mix_stats_merge(mix_stats, mix_stats) IS
    'what two mix_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 missing rows';
CREATE FUNCTION mix_stats_final(state mix_stats) RETURNS mix_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION mix_stats_final(mix_stats) IS 'what was added up';

CREATE FUNCTION mix_accum(state mix_stats, segment text, n_before float8, score_before float8, n_after float8, score_after float8)
    RETURNS mix_stats
    AS 'MODULE_PATHNAME', 'mix_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION mix_accum(mix_stats, text, float8, float8, float8, float8) IS
    'adds a row of mix_agg(text, float8, float8, float8, float8)';
CREATE FUNCTION mix_accum(state mix_stats, segment text, later boolean, score float8) RETURNS mix_stats
    AS 'MODULE_PATHNAME', 'mix_accum_answer' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION mix_accum(mix_stats, text, boolean, float8) IS
    'adds an answer of mix_agg(text, boolean, float8)';

CREATE AGGREGATE mix_agg(segment text, n_before float8, score_before float8, n_after float8, score_after float8) (
    SFUNC = mix_accum, STYPE = mix_stats, SSPACE = 16384, FINALFUNC = mix_stats_final,
    COMBINEFUNC = mix_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mix_agg(text, float8, float8, float8, float8) IS
    'weights and scores of segments in two periods; rows of one segment are added up, scores weighted by n, without rounding; n is any weight of 0 or more, NULL is 0; a row without a segment is counted as missing and left out; NULL without rows; 22003 n negative, or a number not finite or above 1e140; 22023 a score that is NULL where n is above 0; 54000 a segment longer than 4095 bytes, or more than 16777216 segments';
CREATE AGGREGATE mix_agg(segment text, later boolean, score float8) (
    SFUNC = mix_accum, STYPE = mix_stats, SSPACE = 16384, FINALFUNC = mix_stats_final,
    COMBINEFUNC = mix_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE mix_agg(text, boolean, float8) IS
    'scores of segments in two periods, from single answers: later is false before and true after; an answer whose segment, period or score is NULL is counted as missing and left out; NULL without rows; 22003 a score not finite or above 1e140; 54000 a segment longer than 4095 bytes, or more than 16777216 segments';
CREATE AGGREGATE rollup(mix mix_stats) (
    SFUNC = mix_stats_merge, STYPE = mix_stats, SSPACE = 16384, FINALFUNC = mix_stats_final,
    COMBINEFUNC = mix_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(mix_stats) IS
    'merges mix_stats exactly, in any order; NULLs add nothing';

CREATE FUNCTION mix_effect(mix mix_stats)
    RETURNS TABLE (segment text, n_before float8, score_before float8, n_after float8, score_after float8, rate_effect float8,
        mix_effect float8, total float8, paradox boolean)
    AS 'MODULE_PATHNAME', 'mix_effect_stats' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION mix_effect(mix_stats) IS
    'why an average moved, in units of the score: a row for each segment in the order of names, then one with segment NULL for the whole; with w the segment''s share of n and s its score, S that of the whole, rate_effect is (w0 + w1) / 2 * (s1 - s0), mix_effect (w1 - w0) * ((s0 + s1) / 2 - (S0 + S1) / 2), total their sum (Kitagawa 1955, centred by segment); a segment that one period lacks has no rate effect, all of it is mix; paradox, in the last row only: every segment that is in both periods moves one way and the whole the other (Simpson 1951); effects are NULL if a period is empty';
CREATE FUNCTION mix_effect(segments text[], n_before float8[], score_before float8[], n_after float8[], score_after float8[])
    RETURNS TABLE (segment text, n_before float8, score_before float8, n_after float8, score_after float8, rate_effect float8,
        mix_effect float8, total float8, paradox boolean)
    AS 'MODULE_PATHNAME', 'mix_effect_arrays' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 10;
COMMENT ON FUNCTION mix_effect(text[], float8[], float8[], float8[], float8[]) IS
    'why an average moved, in units of the score: a row for each segment in the order given, then one with segment NULL for the whole; rate_effect of scores, mix_effect of shares, total their sum (Kitagawa 1955); paradox, in the last row only: every segment that is in both periods moves one way and the whole the other (Simpson 1951); n is any weight of 0 or more, NULL is 0; a segment that one period lacks has no rate effect, all of it is mix; 22003 n negative, or a number not finite or above 1e140; 22023 arrays of different lengths or of several dimensions, a segment NULL or given twice, a score that is NULL where n is above 0; 54000 a segment longer than 4095 bytes';
CREATE FUNCTION mix_missing(mix mix_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'mix_missing' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION mix_missing(mix_stats) IS
    'how many rows were left out since segment, period or score is NULL';
