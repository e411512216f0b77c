-- nps: Net Promoter Score

-- counting: each number type, then a scale or a weight beside the score, then feedback

CREATE FUNCTION nps_accum(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_accum(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_take(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'nps_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION nps_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'nps_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION nps_accum(tally_state, smallint) IS 'counts a row of nps(smallint)';
COMMENT ON FUNCTION nps_take(tally_state, smallint) IS 'takes a row of nps(smallint) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, integer) IS 'counts a row of nps(integer)';
COMMENT ON FUNCTION nps_take(tally_state, integer) IS 'takes a row of nps(integer) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, bigint) IS 'counts a row of nps(bigint)';
COMMENT ON FUNCTION nps_take(tally_state, bigint) IS 'takes a row of nps(bigint) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, float8) IS 'counts a row of nps(float8)';
COMMENT ON FUNCTION nps_take(tally_state, float8) IS 'takes a row of nps(float8) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, float8, float8) IS 'counts a row of nps(float8, float8)';
COMMENT ON FUNCTION nps_take(tally_state, float8, float8) IS 'takes a row of nps(float8, float8) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, feedback) IS 'counts a row of nps(feedback)';
COMMENT ON FUNCTION nps_take(tally_state, feedback) IS 'takes a row of nps(feedback) out of a moving window';
COMMENT ON FUNCTION nps_accum(tally_state, feedback, float8) IS 'counts a row of nps(feedback, float8)';
COMMENT ON FUNCTION nps_take(tally_state, feedback, float8) IS 'takes a row of nps(feedback, float8) out of a moving window';
COMMENT ON FUNCTION nps_final(tally_state) IS 'score of everything counted by nps';

CREATE AGGREGATE nps(score smallint) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(smallint) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10';

CREATE AGGREGATE nps(score integer) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(integer) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10';

CREATE AGGREGATE nps(score bigint) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(bigint) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10';

CREATE AGGREGATE nps(score float8) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(float8) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10';

CREATE AGGREGATE nps(score float8, weight float8) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(float8, float8) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10; each answer counted with its weight, 0 to 10^9, kept in millionths';

CREATE AGGREGATE nps(feedback feedback) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(feedback) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10; of the answers of kind nps';

CREATE AGGREGATE nps(feedback feedback, weight float8) (
    SFUNC = nps_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = nps_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = nps_accum, MINVFUNC = nps_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = nps_final
);
COMMENT ON AGGREGATE nps(feedback, float8) IS
    'Net Promoter Score, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULLs are left out, NULL without answers, 22003 off the scale 0..10; of the answers of kind nps, each answer counted with its weight, 0 to 10^9, kept in millionths';

-- reading a tally

CREATE FUNCTION nps(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'nps_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION nps(tally) IS
    'Net Promoter Score of a tally, -100..100 points: percent of 9-10 minus percent of 0-6 (Reichheld 2003); NULL without answers';

CREATE FUNCTION promoters(tally tally) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_promoters' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION promoters(tally) IS 'how many answered 9 or 10 to the NPS question';

CREATE FUNCTION passives(tally tally) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_passives' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION passives(tally) IS 'how many answered 7 or 8 to the NPS question (fractions: above 6 and below 9)';

CREATE FUNCTION detractors(tally tally) RETURNS bigint
    AS 'MODULE_PATHNAME', 'tally_detractors' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION detractors(tally) IS 'how many answered 0 to 6 to the NPS question';

-- uncertainty

CREATE FUNCTION nps_low(tally tally, confidence float8 DEFAULT 0.95, interval_method text DEFAULT 'adjusted_wald')
    RETURNS float8
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION nps_low(tally, float8, text) IS
    'lower limit of the confidence interval of NPS, points; methods wald, adjusted_wald (Rocks 2016), score (inverted score test, Tango 1998), goodman (1964, simultaneous); weighted answers by Kish''s effective n';

CREATE FUNCTION nps_high(tally tally, confidence float8 DEFAULT 0.95, interval_method text DEFAULT 'adjusted_wald')
    RETURNS float8
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION nps_high(tally, float8, text) IS
    'upper limit of the confidence interval of NPS, points; methods wald, adjusted_wald (Rocks 2016), score (inverted score test, Tango 1998), goodman (1964, simultaneous); weighted answers by Kish''s effective n';

CREATE FUNCTION sample_size(margin float8, promoters float8 DEFAULT 0.5, detractors float8 DEFAULT 0.5,
                            confidence float8 DEFAULT 0.95, population bigint DEFAULT NULL,
                            interval_method text DEFAULT 'adjusted_wald') RETURNS bigint
    AS 'MODULE_PATHNAME', 'nps_sample_size' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION sample_size(float8, float8, float8, float8, bigint, text) IS
    'answers needed for an NPS interval of plus or minus margin points, given the expected shares 0..1 of promoters and detractors (the default is the worst case) and, if known, the number of customers; methods wald and adjusted_wald';

CREATE FUNCTION nps_possible(nps float8, n bigint, digits integer DEFAULT 0) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION nps_possible(float8, bigint, integer) IS
    'can n answers give this NPS, rounded to so many digits? true if 100 k / n rounds to it for some whole k';
