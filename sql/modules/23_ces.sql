-- ces: Customer Effort Score

-- counting: each number type, then a scale or a weight beside the score, then feedback

CREATE FUNCTION ces_accum(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, score float8, lo float8, hi float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, score float8, lo float8, hi float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_accum(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_take(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'ces_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION ces_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'ces_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION ces_accum(tally_state, smallint) IS 'counts a row of ces(smallint)';
COMMENT ON FUNCTION ces_take(tally_state, smallint) IS 'takes a row of ces(smallint) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, integer) IS 'counts a row of ces(integer)';
COMMENT ON FUNCTION ces_take(tally_state, integer) IS 'takes a row of ces(integer) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, bigint) IS 'counts a row of ces(bigint)';
COMMENT ON FUNCTION ces_take(tally_state, bigint) IS 'takes a row of ces(bigint) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, float8) IS 'counts a row of ces(float8)';
COMMENT ON FUNCTION ces_take(tally_state, float8) IS 'takes a row of ces(float8) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, float8, float8) IS 'counts a row of ces(float8, float8)';
COMMENT ON FUNCTION ces_take(tally_state, float8, float8) IS 'takes a row of ces(float8, float8) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, float8, float8, float8) IS 'counts a row of ces(float8, float8, float8)';
COMMENT ON FUNCTION ces_take(tally_state, float8, float8, float8) IS 'takes a row of ces(float8, float8, float8) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, float8, float8, float8, float8) IS 'counts a row of ces(float8, float8, float8, float8)';
COMMENT ON FUNCTION ces_take(tally_state, float8, float8, float8, float8) IS 'takes a row of ces(float8, float8, float8, float8) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, feedback) IS 'counts a row of ces(feedback)';
COMMENT ON FUNCTION ces_take(tally_state, feedback) IS 'takes a row of ces(feedback) out of a moving window';
COMMENT ON FUNCTION ces_accum(tally_state, feedback, float8) IS 'counts a row of ces(feedback, float8)';
COMMENT ON FUNCTION ces_take(tally_state, feedback, float8) IS 'takes a row of ces(feedback, float8) out of a moving window';
COMMENT ON FUNCTION ces_final(tally_state) IS 'score of everything counted by ces';

CREATE AGGREGATE ces(score smallint) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(smallint) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale';

CREATE AGGREGATE ces(score integer) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(integer) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale';

CREATE AGGREGATE ces(score bigint) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(bigint) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale';

CREATE AGGREGATE ces(score float8) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(float8) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale';

CREATE AGGREGATE ces(score float8, weight float8) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(float8, float8) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale; each answer counted with its weight, 0 to 10^9, kept in millionths';

CREATE AGGREGATE ces(score float8, lo float8, hi float8) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(float8, float8, float8) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale; on the scale lo..hi';

CREATE AGGREGATE ces(score float8, lo float8, hi float8, weight float8) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(float8, float8, float8, float8) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale; on the scale lo..hi, each answer counted with its weight, 0 to 10^9, kept in millionths';

CREATE AGGREGATE ces(feedback feedback) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(feedback) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale; of the answers of kind ces';

CREATE AGGREGATE ces(feedback feedback, weight float8) (
    SFUNC = ces_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ces_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = ces_accum, MINVFUNC = ces_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ces_final
);
COMMENT ON AGGREGATE ces(feedback, float8) IS
    'CES, mean agreement that it was easy, 1..7, high is good (Dixon, Toman and DeLisi 2013); NULLs are left out, NULL without answers or over two scales, 22003 off the scale; of the answers of kind ces, each answer counted with its weight, 0 to 10^9, kept in millionths';

-- reading a tally

CREATE FUNCTION ces(tally tally, method text DEFAULT 'mean') RETURNS float8
    AS 'MODULE_PATHNAME', 'ces_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ces(tally, text) IS
    'Customer Effort Score of a tally, high is good: mean, in units of the scale, NULL over two scales (default); easy, percent 5-7; net, percent easy minus percent hard, -100..100; percent, mean place on the scale 0..100';
