-- csat: customer satisfaction

-- counting: each number type, then a scale or a weight beside the score, then feedback

CREATE FUNCTION csat_accum(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score smallint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_int2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score integer) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score bigint) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_int8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score float8, lo float8, hi float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, score float8, lo float8, hi float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, score float8, lo float8, hi float8, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_args' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_accum(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_accum_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_take(state tally_state, feedback feedback, weight float8) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'csat_take_feedback' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION csat_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'csat_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION csat_accum(tally_state, smallint) IS 'counts a row of csat(smallint)';
COMMENT ON FUNCTION csat_take(tally_state, smallint) IS 'takes a row of csat(smallint) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, integer) IS 'counts a row of csat(integer)';
COMMENT ON FUNCTION csat_take(tally_state, integer) IS 'takes a row of csat(integer) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, bigint) IS 'counts a row of csat(bigint)';
COMMENT ON FUNCTION csat_take(tally_state, bigint) IS 'takes a row of csat(bigint) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, float8) IS 'counts a row of csat(float8)';
COMMENT ON FUNCTION csat_take(tally_state, float8) IS 'takes a row of csat(float8) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, float8, float8) IS 'counts a row of csat(float8, float8)';
COMMENT ON FUNCTION csat_take(tally_state, float8, float8) IS 'takes a row of csat(float8, float8) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, float8, float8, float8) IS 'counts a row of csat(float8, float8, float8)';
COMMENT ON FUNCTION csat_take(tally_state, float8, float8, float8) IS 'takes a row of csat(float8, float8, float8) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, float8, float8, float8, float8) IS 'counts a row of csat(float8, float8, float8, float8)';
COMMENT ON FUNCTION csat_take(tally_state, float8, float8, float8, float8) IS 'takes a row of csat(float8, float8, float8, float8) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, feedback) IS 'counts a row of csat(feedback)';
COMMENT ON FUNCTION csat_take(tally_state, feedback) IS 'takes a row of csat(feedback) out of a moving window';
COMMENT ON FUNCTION csat_accum(tally_state, feedback, float8) IS 'counts a row of csat(feedback, float8)';
COMMENT ON FUNCTION csat_take(tally_state, feedback, float8) IS 'takes a row of csat(feedback, float8) out of a moving window';
COMMENT ON FUNCTION csat_final(tally_state) IS 'score of everything counted by csat';

CREATE AGGREGATE csat(score smallint) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(smallint) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale';

CREATE AGGREGATE csat(score integer) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(integer) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale';

CREATE AGGREGATE csat(score bigint) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(bigint) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale';

CREATE AGGREGATE csat(score float8) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(float8) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale';

CREATE AGGREGATE csat(score float8, weight float8) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(float8, float8) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale; each answer counted with its weight, 0 to 10^9, kept in millionths';

CREATE AGGREGATE csat(score float8, lo float8, hi float8) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(float8, float8, float8) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale; on the scale lo..hi';

CREATE AGGREGATE csat(score float8, lo float8, hi float8, weight float8) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(float8, float8, float8, float8) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale; on the scale lo..hi, each answer counted with its weight, 0 to 10^9, kept in millionths';

CREATE AGGREGATE csat(feedback feedback) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(feedback) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale; of the answers of kind csat';

CREATE AGGREGATE csat(feedback feedback, weight float8) (
    SFUNC = csat_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = csat_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = csat_accum, MINVFUNC = csat_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = csat_final
);
COMMENT ON AGGREGATE csat(feedback, float8) IS
    'CSAT, 0..100: percent satisfied (4-5 on 1-5; other scales see docs/csat.md); NULLs are left out, NULL without answers, 22003 off the scale; of the answers of kind csat, each answer counted with its weight, 0 to 10^9, kept in millionths';

-- reading a tally

CREATE FUNCTION csat(tally tally, method text DEFAULT 'top') RETURNS float8
    AS 'MODULE_PATHNAME', 'csat_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION csat(tally, text) IS
    'customer satisfaction of a tally: top, percent satisfied 0..100 (default); mean, in units of the scale, NULL over two scales; percent, mean place on the scale 0..100';
