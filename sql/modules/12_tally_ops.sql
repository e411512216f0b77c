-- comparison: equality is of all counts; the order is of bytes and means nothing else

CREATE FUNCTION tally_lt(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_le(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_eq(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_ne(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_ge(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_gt(a tally, b tally) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_cmp(a tally, b tally) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_hash(tally tally) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tally_hash_extended(tally tally, seed bigint) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION tally_lt(tally, tally) IS 'implementation of the < operator';
COMMENT ON FUNCTION tally_le(tally, tally) IS 'implementation of the <= operator';
COMMENT ON FUNCTION tally_eq(tally, tally) IS 'implementation of the = operator';
COMMENT ON FUNCTION tally_ne(tally, tally) IS 'implementation of the <> operator';
COMMENT ON FUNCTION tally_ge(tally, tally) IS 'implementation of the >= operator';
COMMENT ON FUNCTION tally_gt(tally, tally) IS 'implementation of the > operator';
COMMENT ON FUNCTION tally_cmp(tally, tally) IS 'less-equal-greater of two tallies, by their bytes: -1, 0 or 1';
COMMENT ON FUNCTION tally_hash(tally) IS '32-bit hash of a tally';
COMMENT ON FUNCTION tally_hash_extended(tally, bigint) IS '64-bit hash of a tally';

CREATE OPERATOR < (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
    LEFTARG = tally, RIGHTARG = tally, FUNCTION = tally_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (tally, tally) IS 'less than: by bytes, for sorting only';
COMMENT ON OPERATOR <= (tally, tally) IS 'less than or equal: by bytes, for sorting only';
COMMENT ON OPERATOR = (tally, tally) IS 'equal: the same answers, equally often';
COMMENT ON OPERATOR <> (tally, tally) IS 'not equal: some answer differs in its count';
COMMENT ON OPERATOR >= (tally, tally) IS 'greater than or equal: by bytes, for sorting only';
COMMENT ON OPERATOR > (tally, tally) IS 'greater than: by bytes, for sorting only';

CREATE OPERATOR CLASS tally_ops DEFAULT FOR TYPE tally USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 tally_cmp(tally, tally);
COMMENT ON OPERATOR CLASS tally_ops USING btree IS 'order of tallies by their bytes, for sorting only';
COMMENT ON OPERATOR FAMILY tally_ops USING btree IS 'order of tallies';

CREATE OPERATOR CLASS tally_ops DEFAULT FOR TYPE tally USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 tally_hash(tally),
    FUNCTION 2 tally_hash_extended(tally, bigint);
COMMENT ON OPERATOR CLASS tally_ops USING hash IS 'hashing of tallies';
COMMENT ON OPERATOR FAMILY tally_ops USING hash IS 'hashing of tallies';
