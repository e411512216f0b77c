-- period: calendar buckets

CREATE FUNCTION period(at timestamptz, unit text, tz text DEFAULT 'UTC') RETURNS date
    AS 'MODULE_PATHNAME', 'period_timestamptz' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION period(timestamptz, text, text) IS
    'first day of the day, week (Monday), month, quarter or year that holds a moment, in a time zone; equals date_trunc(unit, at AT TIME ZONE tz)::date for zones that are no abbreviations; follows the server''s time zone database';

CREATE FUNCTION period(at timestamp, unit text) RETURNS date
    AS 'MODULE_PATHNAME', 'period_timestamp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION period(timestamp, text) IS
    'first day of the day, week (Monday), month, quarter or year that holds a local time; no time zone is involved';

CREATE FUNCTION period(day date, unit text) RETURNS date
    AS 'MODULE_PATHNAME', 'period_date' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION period(date, text) IS
    'first day of the week (Monday), month, quarter or year that holds a day; no time zone is involved';
