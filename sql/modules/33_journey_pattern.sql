-- journey_pattern: what to look for in a journey

CREATE TYPE journey_pattern;

CREATE FUNCTION journey_pattern_in(input cstring) RETURNS journey_pattern
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_out(value journey_pattern) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_recv(message internal) RETURNS journey_pattern
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_send(value journey_pattern) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE journey_pattern (
    INPUT = journey_pattern_in,
    OUTPUT = journey_pattern_out,
    RECEIVE = journey_pattern_recv,
    SEND = journey_pattern_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE journey_pattern IS
    'what to look for in a journey: a -> b next touch, a ~> b later, a ~[^x]> b later with no x between; touches as touchpoint, @channel, /stage, #owner or a mix; . any touch, [a|b] one of, [^a] none of, (...), |, * + ? {n,m}, ^ ... $ ends, a ~> b within 7d, a ~> b after 2h, (...) within 7d around the whole; up to 10000 touches and hops, repetitions written out';
COMMENT ON FUNCTION journey_pattern_in(cstring) IS 'text input of journey_pattern; 22P02 malformed, 22023 a time limit that would need several running clocks, 54000 too large';
COMMENT ON FUNCTION journey_pattern_out(journey_pattern) IS 'text output of journey_pattern, blanks, quotes and times written in one way';
COMMENT ON FUNCTION journey_pattern_recv(internal) IS 'binary input of journey_pattern: a version byte, 1, and the text; 22P03 malformed, 22023 a time limit that would need several running clocks, 54000 too large';
COMMENT ON FUNCTION journey_pattern_send(journey_pattern) IS 'binary output of journey_pattern: a version byte, 1, and the text';

-- casts

CREATE CAST (journey_pattern AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS journey_pattern) WITH INOUT;
COMMENT ON CAST (journey_pattern AS text) IS 'text form of a pattern';
COMMENT ON CAST (text AS journey_pattern) IS 'a pattern from its text form; 22P02 malformed, 22023, 54000';

-- matching

CREATE FUNCTION journey_match(journey journey, pattern journey_pattern)
    RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_match' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION journey_match(journey, journey_pattern) IS
    'implementation of the @~ operator';
CREATE FUNCTION journey_match(journey journey, pattern text)
    RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_match_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION journey_match(journey, text) IS
    'does the pattern match somewhere in the journey? As @~, for patterns that come as text; 22P02 malformed pattern, 22023 a time limit that would need several running clocks, 54000 too large';
CREATE FUNCTION journey_pattern_matches(pattern journey_pattern, journey journey)
    RETURNS boolean
    AS 'MODULE_PATHNAME', 'journey_pattern_matches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION journey_pattern_matches(journey_pattern, journey) IS
    'implementation of the ~@ operator';

CREATE OPERATOR @~ (
    LEFTARG = journey, RIGHTARG = journey_pattern, FUNCTION = journey_match,
    COMMUTATOR = ~@, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
CREATE OPERATOR ~@ (
    LEFTARG = journey_pattern, RIGHTARG = journey, FUNCTION = journey_pattern_matches,
    COMMUTATOR = @~, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR @~ (journey, journey_pattern) IS
    'matches: the pattern fits some touches of the journey, as in j @~ ''call@phone ~> cancel within 7d''';
COMMENT ON OPERATOR ~@ (journey_pattern, journey) IS 'the same as journey @~ journey_pattern';

CREATE FUNCTION journey_count(journey journey, pattern journey_pattern)
    RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION journey_count(journey, journey_pattern) IS
    'how many matches of at least one touch do not overlap: the leftmost shortest, then on behind its end';
CREATE FUNCTION journey_count(journey journey, pattern text)
    RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_count_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION journey_count(journey, text) IS
    'how many matches of at least one touch do not overlap: the leftmost shortest, then on behind its end; 22P02 malformed pattern, 22023 a time limit that would need several running clocks, 54000 too large';
CREATE FUNCTION journey_find(journey journey, pattern journey_pattern)
    RETURNS TABLE ("match" integer, started_at timestamptz, ended_at timestamptz, positions integer[])
    AS 'MODULE_PATHNAME', 'journey_find' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 3;
COMMENT ON FUNCTION journey_find(journey, journey_pattern) IS
    'the matches that journey_count counts, match counting from 1; times of the first and the last touch, and the positions of all touches that the pattern consumed, counting from 1 as in touches(journey)';
CREATE FUNCTION journey_find(journey journey, pattern text)
    RETURNS TABLE ("match" integer, started_at timestamptz, ended_at timestamptz, positions integer[])
    AS 'MODULE_PATHNAME', 'journey_find_text' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 3;
COMMENT ON FUNCTION journey_find(journey, text) IS
    'the matches that journey_count counts, match counting from 1; times of the first and the last touch, and the positions of all touches that the pattern consumed, counting from 1 as in touches(journey); 22P02 malformed pattern, 22023 a time limit that would need several running clocks, 54000 too large';

-- comparison: by the bytes of the text, so that patterns can be grouped and made unique

CREATE FUNCTION journey_pattern_lt(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_le(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_eq(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_ne(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_ge(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_gt(a journey_pattern, b journey_pattern) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_cmp(a journey_pattern, b journey_pattern) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_hash(pattern journey_pattern) RETURNS integer
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_pattern_hash_extended(pattern journey_pattern, seed bigint) RETURNS bigint
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_pattern_lt(journey_pattern, journey_pattern) IS 'implementation of the < operator';
COMMENT ON FUNCTION journey_pattern_le(journey_pattern, journey_pattern) IS 'implementation of the <= operator';
COMMENT ON FUNCTION journey_pattern_eq(journey_pattern, journey_pattern) IS 'implementation of the = operator';
COMMENT ON FUNCTION journey_pattern_ne(journey_pattern, journey_pattern) IS 'implementation of the <> operator';
COMMENT ON FUNCTION journey_pattern_ge(journey_pattern, journey_pattern) IS 'implementation of the >= operator';
COMMENT ON FUNCTION journey_pattern_gt(journey_pattern, journey_pattern) IS 'implementation of the > operator';
COMMENT ON FUNCTION journey_pattern_cmp(journey_pattern, journey_pattern) IS 'less-equal-greater of two patterns, by the bytes of their text: -1, 0 or 1';
COMMENT ON FUNCTION journey_pattern_hash(journey_pattern) IS '32-bit hash of a pattern';
COMMENT ON FUNCTION journey_pattern_hash_extended(journey_pattern, bigint) IS '64-bit hash of a pattern';

CREATE OPERATOR < (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR = (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR >= (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
CREATE OPERATOR > (
    LEFTARG = journey_pattern, RIGHTARG = journey_pattern, FUNCTION = journey_pattern_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR < (journey_pattern, journey_pattern) IS 'less than: by the bytes of the text';
COMMENT ON OPERATOR <= (journey_pattern, journey_pattern) IS 'less than or equal: by the bytes of the text';
COMMENT ON OPERATOR = (journey_pattern, journey_pattern) IS 'equal: the same text, once blanks, quotes and times are written in one way';
COMMENT ON OPERATOR <> (journey_pattern, journey_pattern) IS 'not equal: another text';
COMMENT ON OPERATOR >= (journey_pattern, journey_pattern) IS 'greater than or equal: by the bytes of the text';
COMMENT ON OPERATOR > (journey_pattern, journey_pattern) IS 'greater than: by the bytes of the text';

-- equality is equality of all bytes, so btree may deduplicate (equalimage)
CREATE OPERATOR CLASS journey_pattern_ops DEFAULT FOR TYPE journey_pattern USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
    FUNCTION 1 journey_pattern_cmp(journey_pattern, journey_pattern),
    FUNCTION 4 btequalimage(oid);
COMMENT ON OPERATOR CLASS journey_pattern_ops USING btree IS 'order of patterns by the bytes of their text';
COMMENT ON OPERATOR FAMILY journey_pattern_ops USING btree IS 'order of patterns';

CREATE OPERATOR CLASS journey_pattern_ops DEFAULT FOR TYPE journey_pattern USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 journey_pattern_hash(journey_pattern),
    FUNCTION 2 journey_pattern_hash_extended(journey_pattern, bigint);
COMMENT ON OPERATOR CLASS journey_pattern_ops USING hash IS 'hashing of patterns';
COMMENT ON OPERATOR FAMILY journey_pattern_ops USING hash IS 'hashing of patterns';
