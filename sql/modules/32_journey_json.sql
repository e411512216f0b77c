-- journey as text and as JSON

CREATE CAST (journey AS text) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (journey AS text) IS 'text form of a journey, for example [2026-01-05T09:00:00Z browse@web/learn#marketing]';

CREATE FUNCTION journey_to_jsonb(j journey) RETURNS jsonb
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION journey_to_jsonb(journey) IS
    'a journey as a JSON array of touches, each an object with the keys at (ISO 8601, UTC), touchpoint, channel, stage, owner, feedback, value; what a touch does not have is left out; names are strings; XX001 damaged value';

CREATE FUNCTION journey_from_jsonb(touches jsonb) RETURNS journey
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION journey_from_jsonb(jsonb) IS
    'a journey from a JSON array of touches, each an object with the keys at (with a zone) and touchpoint, and if known channel, stage, owner, feedback (text or object), value; null is the same as absent; names are strings or whole numbers from 0 on; 22P02 malformed, 22008 time out of range, 22003 value or score out of range, 54000 too large';

CREATE CAST (journey AS jsonb) WITH FUNCTION journey_to_jsonb(journey);
COMMENT ON CAST (journey AS jsonb) IS 'a journey as a JSON array of touches, in time order';
CREATE CAST (jsonb AS journey) WITH FUNCTION journey_from_jsonb(jsonb);
COMMENT ON CAST (jsonb AS journey) IS 'a journey from a JSON array of touches, in any time order';
