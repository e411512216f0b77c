-- looking into journeys

CREATE FUNCTION touch_count(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_touch_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION touch_count(journey) IS
    'how many touches the journey has';
CREATE FUNCTION started_at(journey journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'journey_started_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION started_at(journey) IS
    'time of the first touch; NULL without touches';
CREATE FUNCTION ended_at(journey journey) RETURNS timestamptz
    AS 'MODULE_PATHNAME', 'journey_ended_at' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION ended_at(journey) IS
    'time of the last touch; NULL without touches';
CREATE FUNCTION duration(journey journey) RETURNS interval
    AS 'MODULE_PATHNAME', 'journey_duration' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION duration(journey) IS
    'from the first to the last touch, a day having 24 hours; NULL without touches; 22008 past the range of interval';
CREATE FUNCTION touchpoints(journey journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_touchpoints' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION touchpoints(journey) IS
    'the different touchpoints, ascending by bytes; an empty array if there are none';
CREATE FUNCTION channels(journey journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_channels' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION channels(journey) IS
    'the different channels, ascending by bytes; an empty array if there are none';
CREATE FUNCTION stages(journey journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_stages' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION stages(journey) IS
    'the different stages of the way, ascending by bytes; an empty array if there are none';
CREATE FUNCTION owners(journey journey) RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_owners' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION owners(journey) IS
    'the different owners, the departments behind the touches, ascending by bytes; an empty array if there are none';
CREATE FUNCTION slice(journey journey, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL) RETURNS journey
    AS 'MODULE_PATHNAME', 'journey_slice' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION slice(journey, timestamptz, timestamptz) IS
    'the touches from since on and before until (since <= at < until); a bound that is NULL does not bind';

CREATE FUNCTION journey_touches_support(request internal) RETURNS internal
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION journey_touches_support(internal) IS 'tells the planner how many touches to expect, by the mean width of the column';

CREATE FUNCTION touches(journey journey)
    RETURNS TABLE ("position" integer, at timestamptz, touchpoint text, channel text, stage text, owner text,
        feedback feedback, value float8)
    AS 'MODULE_PATHNAME', 'journey_touches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 50
    SUPPORT journey_touches_support;
COMMENT ON FUNCTION touches(journey) IS
    'the touches of a journey as rows, position counting from 1 in time order';

CREATE FUNCTION sessions(journey journey, gap interval)
    RETURNS TABLE (session integer, started_at timestamptz, ended_at timestamptz, touches integer)
    AS 'MODULE_PATHNAME', 'journey_sessions' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 10;
COMMENT ON FUNCTION sessions(journey, interval) IS
    'the sessions of a journey: a gap between touches that is longer than the limit opens a new one; session counts from 1; a day of the gap has 24 hours; 22023 a gap with months, or negative';
