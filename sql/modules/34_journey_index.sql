-- finding journeys by what their touches are like

CREATE FUNCTION journey_has_all(journey journey, what text[]) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION journey_has_any(journey journey, what text[]) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION journey_all_in(what text[], journey journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
CREATE FUNCTION journey_any_in(what text[], journey journey) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION journey_has_all(journey, text[]) IS 'implementation of the @& operator';
COMMENT ON FUNCTION journey_has_any(journey, text[]) IS 'implementation of the @| operator';
COMMENT ON FUNCTION journey_all_in(text[], journey) IS 'implementation of the &@ operator';
COMMENT ON FUNCTION journey_any_in(text[], journey) IS 'implementation of the |@ operator';

CREATE OPERATOR @& (
    LEFTARG = journey, RIGHTARG = text[], FUNCTION = journey_has_all,
    COMMUTATOR = &@, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
CREATE OPERATOR @| (
    LEFTARG = journey, RIGHTARG = text[], FUNCTION = journey_has_any,
    COMMUTATOR = |@, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
CREATE OPERATOR &@ (
    LEFTARG = text[], RIGHTARG = journey, FUNCTION = journey_all_in,
    COMMUTATOR = @&, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
CREATE OPERATOR |@ (
    LEFTARG = text[], RIGHTARG = journey, FUNCTION = journey_any_in,
    COMMUTATOR = @|, RESTRICT = matchingsel, JOIN = matchingjoinsel
);
COMMENT ON OPERATOR @& (journey, text[]) IS
    'has all: each touch expression, as in ARRAY[''call@phone'', ''cancel''], is met by some touch of the journey; a NULL element is met by none; 22P02 malformed expression, 54000 more than 100000 alternatives';
COMMENT ON OPERATOR @| (journey, text[]) IS
    'has any: some touch expression, as in ARRAY[''call@phone'', ''chat''], is met by some touch of the journey; 22P02 malformed expression, 54000 more than 100000 alternatives';
COMMENT ON OPERATOR &@ (text[], journey) IS 'the same as journey @& text[]';
COMMENT ON OPERATOR |@ (text[], journey) IS 'the same as journey @| text[]';

CREATE FUNCTION count_of(journey journey, what text) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_count_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION count_of(journey, text) IS
    'how many touches fit a touch expression, such as call@phone, /support or [call|chat]; 22P02 malformed expression, 54000 too large';

-- the index: a key for each name in its facet; the operator itself has the last word about each journey found

CREATE FUNCTION journey_gin_extract_value(journey journey, n_keys internal, null_flags internal) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_gin_extract_query(query journey, n_keys internal, strategy smallint, partial_matches internal,
        extra_data internal, null_flags internal, search_mode internal) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_gin_consistent("check" internal, strategy smallint, query journey, n_keys integer,
        extra_data internal, recheck internal, query_keys internal, null_flags internal) RETURNS boolean
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION journey_gin_tri_consistent("check" internal, strategy smallint, query journey, n_keys integer,
        extra_data internal, query_keys internal, null_flags internal) RETURNS "char"
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_gin_extract_value(journey, internal, internal) IS
    'GIN support of journey_ops: the keys of a journey, a hash of each name in its facet';
COMMENT ON FUNCTION journey_gin_extract_query(journey, internal, smallint, internal, internal, internal, internal) IS
    'GIN support of journey_ops: the keys that a question needs';
COMMENT ON FUNCTION journey_gin_consistent(internal, smallint, journey, integer, internal, internal, internal, internal) IS
    'GIN support of journey_ops: may a journey with these keys be an answer?';
COMMENT ON FUNCTION journey_gin_tri_consistent(internal, smallint, journey, integer, internal, internal, internal) IS
    'GIN support of journey_ops: may a journey be an answer when only some keys are known?';

CREATE OPERATOR CLASS journey_ops DEFAULT FOR TYPE journey USING gin AS
    OPERATOR 1 @& (journey, text[]),
    OPERATOR 2 @| (journey, text[]),
    OPERATOR 3 @~ (journey, journey_pattern),
    FUNCTION 1 btint4cmp(integer, integer),
    FUNCTION 2 journey_gin_extract_value(journey, internal, internal),
    FUNCTION 3 journey_gin_extract_query(journey, internal, smallint, internal, internal, internal, internal),
    FUNCTION 4 journey_gin_consistent(internal, smallint, journey, integer, internal, internal, internal, internal),
    FUNCTION 6 journey_gin_tri_consistent(internal, smallint, journey, integer, internal, internal, internal),
    STORAGE integer;
COMMENT ON OPERATOR CLASS journey_ops USING gin IS
    'journeys by the names of their touches: finds @& and @| over touch expressions and @~ over patterns';
COMMENT ON OPERATOR FAMILY journey_ops USING gin IS 'finding journeys by what is in them';
