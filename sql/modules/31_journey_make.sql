-- making journeys

CREATE FUNCTION touch(at timestamptz, touchpoint text, channel text DEFAULT NULL, stage text DEFAULT NULL,
        owner text DEFAULT NULL, feedback feedback DEFAULT NULL, value float8 DEFAULT NULL) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_touch' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION touch(timestamptz, text, text, text, text, feedback, float8) IS
    'a journey of one touch; all but time and touchpoint may be left out, and given by name: touch(at, ''call'', channel => ''phone'', feedback => ''csat:2''); NULL without a time or a touchpoint; 22008 infinite time, 22003 value not finite, 54000 name longer than 4095 bytes';

CREATE FUNCTION touch(at timestamptz, touchpoint bigint, channel text DEFAULT NULL, stage text DEFAULT NULL,
        owner text DEFAULT NULL, feedback feedback DEFAULT NULL, value float8 DEFAULT NULL) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_touch_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION touch(timestamptz, bigint, text, text, text, feedback, float8) IS
    'a journey of one touch at a touchpoint that is a whole number; otherwise as with a touchpoint that is text';

CREATE FUNCTION journey_concat(a journey, b journey) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION journey_concat(journey, journey) IS 'implementation of the || operator';
CREATE OPERATOR || (LEFTARG = journey, RIGHTARG = journey, FUNCTION = journey_concat);
COMMENT ON OPERATOR || (journey, journey) IS 'all touches of both by time, those of the left operand first where times are equal; 54000 too large';

CREATE FUNCTION journey_union(a journey, b journey) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION journey_union(journey, journey) IS
    'the touches of both by time; a touch that both hold stands as often as in the one that holds it more often, so that adding the same touches twice changes nothing; 54000 too large';

-- the state of the aggregates is a journey: flat where it is stored or shipped, unpacked while it grows

CREATE FUNCTION journey_final(state journey) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION journey_final(journey) IS 'the journey that was collected';
CREATE FUNCTION journey_accum(state journey, journey journey) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10;
COMMENT ON FUNCTION journey_accum(journey, journey) IS 'adds the touches of a journey to those collected; a NULL adds nothing';

CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint text, channel text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, text, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint text, channel text, stage text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, text, text, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint text, channel text, stage text, owner text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, text, text, text, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint bigint) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, bigint) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint bigint, channel text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, bigint, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint bigint, channel text, stage text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, bigint, text, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';
CREATE FUNCTION journey_accum(state journey, at timestamptz, touchpoint bigint, channel text, stage text, owner text) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_accum_int8' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_accum(journey, timestamptz, bigint, text, text, text) IS 'adds a touch to those collected; without a time or a touchpoint it adds nothing';

CREATE AGGREGATE journey_agg(at timestamptz, touchpoint text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, text) IS
    'a journey of touches with time, touchpoint, collected in any order; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint text, channel text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text) IS
    'a journey of touches with time, touchpoint, channel, collected in any order; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint text, channel text, stage text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text, text) IS
    'a journey of touches with time, touchpoint, channel and stage, collected in any order; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint text, channel text, stage text, owner text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, text, text, text, text) IS
    'a journey of touches with time, touchpoint, channel, stage and owner, collected in any order; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint bigint) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, bigint) IS
    'a journey of touches with time, touchpoint, collected in any order, touchpoints being whole numbers; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint bigint, channel text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, bigint, text) IS
    'a journey of touches with time, touchpoint, channel, collected in any order, touchpoints being whole numbers; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint bigint, channel text, stage text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, bigint, text, text) IS
    'a journey of touches with time, touchpoint, channel and stage, collected in any order, touchpoints being whole numbers; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(at timestamptz, touchpoint bigint, channel text, stage text, owner text) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(timestamptz, bigint, text, text, text) IS
    'a journey of touches with time, touchpoint, channel, stage and owner, collected in any order, touchpoints being whole numbers; rows without a time or a touchpoint are no touches; touches of one time keep the order in which they come; NULL without touches; 22008 infinite time, 54000 too large';
CREATE AGGREGATE journey_agg(journey journey) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE journey_agg(journey) IS
    'all touches of many journeys as one; NULLs add nothing; NULL without journeys; 54000 too large';
CREATE AGGREGATE rollup(journey journey) (
    SFUNC = journey_accum, STYPE = journey, SSPACE = 1024, FINALFUNC = journey_final,
    COMBINEFUNC = journey_accum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(journey) IS
    'all touches of many journeys as one, the same as journey_agg(journey); NULLs add nothing; NULL without journeys; 54000 too large';
