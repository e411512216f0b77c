-- journey: one customer's touches in time order

CREATE TYPE journey;

CREATE FUNCTION journey_in(input cstring) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_out(value journey) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_recv(message internal) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_send(value journey) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

-- storage main: kept in line as long as the row fits its page, see docs/performance.md
CREATE TYPE journey (
    INPUT = journey_in,
    OUTPUT = journey_out,
    RECEIVE = journey_recv,
    SEND = journey_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = main
);
COMMENT ON TYPE journey IS
    'one customer''s touches in time order, each with a touchpoint and optionally channel, stage, owner, feedback and value; for example [2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-06T10:00:00Z call@phone/support#service csat:2]; up to 1048576 touches';
COMMENT ON FUNCTION journey_in(cstring) IS 'text input of journey, touches in any order; 22P02 malformed, 22003 feedback off its scale, 22008 no such time, 54000 too large';
COMMENT ON FUNCTION journey_out(journey) IS 'text output of journey, times in UTC, independent of all settings';
COMMENT ON FUNCTION journey_recv(internal) IS 'binary input of journey, its packed bytes (docs/storage.md), names in the server''s encoding; 22P03 malformed, 54000 too large';
COMMENT ON FUNCTION journey_send(journey) IS 'binary output of journey, its packed bytes (docs/storage.md)';

-- comparison: by the time of the first touch, then by bytes

CREATE FUNCTION journey_lt(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_le(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_eq(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_ne(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_ge(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_gt(a journey, b journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_cmp(a journey, b journey) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_hash(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
CREATE FUNCTION journey_hash_extended(journey journey, seed bigint) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION journey_lt(journey, journey) IS 'implementation of the < operator';
COMMENT ON FUNCTION journey_le(journey, journey) IS 'implementation of the <= operator';
COMMENT ON FUNCTION journey_eq(journey, journey) IS 'implementation of the = operator';
COMMENT ON FUNCTION journey_ne(journey, journey) IS 'implementation of the <> operator';
COMMENT ON FUNCTION journey_ge(journey, journey) IS 'implementation of the >= operator';
COMMENT ON FUNCTION journey_gt(journey, journey) IS 'implementation of the > operator';
COMMENT ON FUNCTION journey_cmp(journey, journey) IS 'less-equal-greater of two journeys, by the time of the first touch, then by bytes: -1, 0 or 1';
COMMENT ON FUNCTION journey_hash(journey) IS '32-bit hash of a journey';
COMMENT ON FUNCTION journey_hash_extended(journey, bigint) IS '64-bit hash of a journey';

CREATE OPERATOR < (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
    LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (journey, journey) IS 'less than: by the time of the first touch, then by bytes';
COMMENT ON OPERATOR <= (journey, journey) IS 'less than or equal: by the time of the first touch, then by bytes';
COMMENT ON OPERATOR = (journey, journey) IS 'equal: the same touches in the same order';
COMMENT ON OPERATOR <> (journey, journey) IS 'not equal: other touches or another order';
COMMENT ON OPERATOR >= (journey, journey) IS 'greater than or equal: by the time of the first touch, then by bytes';
COMMENT ON OPERATOR > (journey, journey) IS 'greater than: by the time of the first touch, then by bytes';

-- equality is equality of all bytes, so btree may deduplicate (equalimage)
CREATE OPERATOR CLASS journey_ops DEFAULT FOR TYPE journey USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 journey_cmp(journey, journey),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS journey_ops USING btree IS 'order of journeys: by the time of the first touch, then by bytes';
COMMENT ON OPERATOR FAMILY journey_ops USING btree IS 'order of journeys';

CREATE OPERATOR CLASS journey_ops DEFAULT FOR TYPE journey USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 journey_hash(journey),
    FUNCTION 2 journey_hash_extended(journey, bigint);
COMMENT ON OPERATOR CLASS journey_ops USING hash IS 'hashing of journeys';
COMMENT ON OPERATOR FAMILY journey_ops USING hash IS 'hashing of journeys';
