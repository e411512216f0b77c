-- period: calendar buckets

CREATE FUNCTION period(at timestamptz, unit text, tz text DEFAULT 'UTC') RETURNS date
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION period(timestamptz, text, text) IS
    'first day of the day, week (Monday), month, quarter or year that holds a moment, in a time zone; equals date_trunc(unit, at AT TIME ZONE tz)::date; follows the server''s time zone database';
