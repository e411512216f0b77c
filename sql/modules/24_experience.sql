-- experience index: did they reach their goal, was it easy, how did it feel

CREATE FUNCTION experience_index_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'experience_index_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION success_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'success_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ease_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'ease_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION emotion_final(state tally_state) RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_final' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION experience_accum(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'experience_accum' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
CREATE FUNCTION experience_take(state tally_state, feedback feedback) RETURNS tally_state
    AS 'MODULE_PATHNAME', 'experience_take' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 4;
COMMENT ON FUNCTION experience_index_final(tally_state) IS 'figure of everything counted by experience_index(feedback)';
COMMENT ON FUNCTION success_final(tally_state) IS 'figure of everything counted by success(feedback)';
COMMENT ON FUNCTION ease_final(tally_state) IS 'figure of everything counted by ease(feedback)';
COMMENT ON FUNCTION emotion_final(tally_state) IS 'figure of everything counted by emotion(feedback)';
COMMENT ON FUNCTION experience_accum(tally_state, feedback) IS 'counts a row of the experience aggregates';
COMMENT ON FUNCTION experience_take(tally_state, feedback) IS 'takes a row of the experience aggregates out of a moving window';

CREATE AGGREGATE experience_index(feedback feedback) (
    SFUNC = experience_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = experience_index_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = experience_accum, MINVFUNC = experience_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = experience_index_final
);
COMMENT ON AGGREGATE experience_index(feedback) IS
    'experience index, -100..100: mean of the net scores of success, ease and emotion (after Temkin 2011 and the early Forrester CXi); NULL when one of them has no answers; NULLs are left out';

CREATE FUNCTION experience_index(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'experience_index_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION experience_index(tally) IS
    'experience index, -100..100: mean of the net scores of success, ease and emotion (after Temkin 2011 and the early Forrester CXi); NULL when one of them has no answers';

CREATE AGGREGATE success(feedback feedback) (
    SFUNC = experience_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = success_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = experience_accum, MINVFUNC = experience_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = success_final
);
COMMENT ON AGGREGATE success(feedback) IS
    'net success, -100..100: percent that reached the goal minus percent that did not; kind success; NULLs are left out';

CREATE FUNCTION success(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'success_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION success(tally) IS
    'net success, -100..100: percent that reached the goal minus percent that did not; kind success';

CREATE AGGREGATE ease(feedback feedback) (
    SFUNC = experience_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = ease_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = experience_accum, MINVFUNC = experience_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = ease_final
);
COMMENT ON AGGREGATE ease(feedback) IS
    'net ease, -100..100: percent easy minus percent hard; kinds ces (high is good) and effort (low is good) together; NULLs are left out';

CREATE FUNCTION ease(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'ease_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION ease(tally) IS
    'net ease, -100..100: percent easy minus percent hard; kinds ces (high is good) and effort (low is good) together';

CREATE AGGREGATE emotion(feedback feedback) (
    SFUNC = experience_accum, STYPE = tally_state, SSPACE = 64, INITCOND = 'tally{}', FINALFUNC = emotion_final,
    COMBINEFUNC = tally_state_combine, PARALLEL = SAFE,
    MSFUNC = experience_accum, MINVFUNC = experience_take, MSTYPE = tally_state, MSSPACE = 64, MINITCOND = 'tally{}', MFINALFUNC = emotion_final
);
COMMENT ON AGGREGATE emotion(feedback) IS
    'net emotion, -100..100: percent good minus percent bad; kind emotion; NULLs are left out';

CREATE FUNCTION emotion(tally tally) RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_tally' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION emotion(tally) IS
    'net emotion, -100..100: percent good minus percent bad; kind emotion';
