-- feedback: one answer with its kind and scale

CREATE TYPE feedback;

CREATE FUNCTION feedback_in(input cstring) RETURNS feedback
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_out(value feedback) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_recv(message internal) RETURNS feedback
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_send(value feedback) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE feedback (
    INPUT = feedback_in,
    OUTPUT = feedback_out,
    RECEIVE = feedback_recv,
    SEND = feedback_send,
    INTERNALLENGTH = 8,
    PASSEDBYVALUE,
    ALIGNMENT = double
);
COMMENT ON TYPE feedback IS
    'one answer of a customer: kind:score or kind:score/scale, for example nps:9, csat:4, ces:6, csat:8/10, rating:3.5/0..5; kinds nps, csat, ces, effort, success, emotion, rating';
COMMENT ON FUNCTION feedback_in(cstring) IS 'text input of feedback; 22P02 malformed, 22003 off the scale, 22023 no such scale';
COMMENT ON FUNCTION feedback_out(feedback) IS 'text output of feedback; the scale is left out where it is the kind''s own';
COMMENT ON FUNCTION feedback_recv(internal) IS 'binary input of feedback: eight bytes, big-endian; 22P03 malformed';
COMMENT ON FUNCTION feedback_send(feedback) IS 'binary output of feedback: eight bytes, big-endian';

-- building and reading

CREATE FUNCTION feedback(kind text, score float8) RETURNS feedback
    AS 'MODULE_PATHNAME', 'feedback_build' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION feedback(text, float8) IS
    'an answer on the kind''s own scale: nps 0..10, csat 1..5, ces 1..7, effort 1..5, success 0..1, emotion 1..7, rating 1..5; up to three decimals; 22003 off the scale';

CREATE FUNCTION feedback(kind text, score float8, lo float8, hi float8) RETURNS feedback
    AS 'MODULE_PATHNAME', 'feedback_build_scale' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION feedback(text, float8, float8, float8) IS
    'an answer on the scale lo..hi, whole numbers from -1000 to 1000; nps has only 0..10; 22003 off the scale, 22023 no such scale';

CREATE FUNCTION kind(feedback feedback) RETURNS text
    AS 'MODULE_PATHNAME', 'feedback_kind' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION kind(feedback) IS 'kind of the answer: nps, csat, ces, effort, success, emotion or rating';

CREATE FUNCTION score(feedback feedback) RETURNS float8
    AS 'MODULE_PATHNAME', 'feedback_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION score(feedback) IS 'the answer itself, in units of its scale';

CREATE FUNCTION scale_min(feedback feedback) RETURNS float8
    AS 'MODULE_PATHNAME', 'feedback_scale_min' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scale_min(feedback) IS 'lowest answer of the scale';

CREATE FUNCTION scale_max(feedback feedback) RETURNS float8
    AS 'MODULE_PATHNAME', 'feedback_scale_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION scale_max(feedback) IS 'highest answer of the scale';

CREATE FUNCTION percent(feedback feedback) RETURNS float8
    AS 'MODULE_PATHNAME', 'feedback_percent' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION percent(feedback) IS
    'place of the answer on its scale, 0..100, 100 at the good end (for effort that is the low end)';

CREATE FUNCTION category(feedback feedback) RETURNS text
    AS 'MODULE_PATHNAME', 'feedback_category' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION category(feedback) IS
    'bucket of the answer: promoter, passive, detractor; satisfied, not satisfied; easy, neutral, hard; reached, partial, not reached; good, neutral, bad; NULL for rating';

-- comparison: by kind, scale, score

CREATE FUNCTION feedback_lt(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_le(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_eq(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_ne(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_ge(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_gt(a feedback, b feedback) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_cmp(a feedback, b feedback) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_sortsupport(sortsupport internal) RETURNS void
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_hash(feedback feedback) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION feedback_hash_extended(feedback feedback, seed bigint) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION feedback_lt(feedback, feedback) IS 'implementation of the < operator';
COMMENT ON FUNCTION feedback_le(feedback, feedback) IS 'implementation of the <= operator';
COMMENT ON FUNCTION feedback_eq(feedback, feedback) IS 'implementation of the = operator';
COMMENT ON FUNCTION feedback_ne(feedback, feedback) IS 'implementation of the <> operator';
COMMENT ON FUNCTION feedback_ge(feedback, feedback) IS 'implementation of the >= operator';
COMMENT ON FUNCTION feedback_gt(feedback, feedback) IS 'implementation of the > operator';
COMMENT ON FUNCTION feedback_cmp(feedback, feedback) IS 'less-equal-greater of two answers, by kind, scale and score: -1, 0 or 1';
COMMENT ON FUNCTION feedback_sortsupport(internal) IS 'sort support of feedback';
COMMENT ON FUNCTION feedback_hash(feedback) IS '32-bit hash of an answer, the same on every platform';
COMMENT ON FUNCTION feedback_hash_extended(feedback, bigint) IS '64-bit hash of an answer, the same on every platform';

CREATE OPERATOR < (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
    LEFTARG = feedback, RIGHTARG = feedback, FUNCTION = feedback_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (feedback, feedback) IS 'less than: by kind, then scale, then score';
COMMENT ON OPERATOR <= (feedback, feedback) IS 'less than or equal: by kind, then scale, then score';
COMMENT ON OPERATOR = (feedback, feedback) IS 'equal: same kind, scale and score';
COMMENT ON OPERATOR <> (feedback, feedback) IS 'not equal: other kind, scale or score';
COMMENT ON OPERATOR >= (feedback, feedback) IS 'greater than or equal: by kind, then scale, then score';
COMMENT ON OPERATOR > (feedback, feedback) IS 'greater than: by kind, then scale, then score';

-- equality is equality of all 64 bits, so btree may deduplicate (equalimage)
CREATE OPERATOR CLASS feedback_ops DEFAULT FOR TYPE feedback USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 feedback_cmp(feedback, feedback),
    FUNCTION 2 feedback_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS feedback_ops USING btree IS 'order of feedback: by kind, scale, score';
COMMENT ON OPERATOR FAMILY feedback_ops USING btree IS 'order of feedback';

CREATE OPERATOR CLASS feedback_ops DEFAULT FOR TYPE feedback USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 feedback_hash(feedback),
    FUNCTION 2 feedback_hash_extended(feedback, bigint);
COMMENT ON OPERATOR CLASS feedback_ops USING hash IS 'hashing of feedback';
COMMENT ON OPERATOR FAMILY feedback_ops USING hash IS 'hashing of feedback';

-- casts

CREATE CAST (feedback AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (feedback AS text) IS 'text form of an answer, for example csat:4';

CREATE FUNCTION feedback_to_jsonb(feedback feedback) RETURNS jsonb
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION feedback_to_jsonb(feedback) IS 'an answer as a JSON object with the keys kind, score, scale_min, scale_max';
CREATE CAST (feedback AS jsonb) WITH FUNCTION feedback_to_jsonb(feedback);
COMMENT ON CAST (feedback AS jsonb) IS 'an answer as a JSON object with the keys kind, score, scale_min, scale_max';

-- scores off their scale

CREATE FUNCTION on_scale(score integer, lo integer, hi integer) RETURNS integer
    AS 'MODULE_PATHNAME', 'on_scale_int4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION on_scale(integer, integer, integer) IS
    'the score, or NULL where it is not between lo and hi: codes such as 11 for "no answer" become missing';

CREATE FUNCTION on_scale(score float8, lo float8, hi float8) RETURNS float8
    AS 'MODULE_PATHNAME', 'on_scale_float8' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION on_scale(float8, float8, float8) IS
    'the score, or NULL where it is not between lo and hi (NaN never is): codes such as 11 for "no answer" become missing';
