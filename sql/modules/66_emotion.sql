-- emotion: how a customer felt along one journey

CREATE FUNCTION emotion_path(journey journey, kind text DEFAULT 'emotion')
    RETURNS TABLE (answers integer, mean float8, first float8, last float8, lowest float8, highest float8,
        slope float8, peak float8, peak_end float8)
    AS 'MODULE_PATHNAME', 'emotion_path' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30 ROWS 1;
COMMENT ON FUNCTION emotion_path(journey, text) IS
    'one row on the answers of a kind (''any'': of all) along the journey, in percent 0..100 of their scale, 100 the good end: how many, mean, first, last, lowest, highest; slope, least squares in points per day, NULL of one answer or if all were given at one time; peak, the answer farthest from 50, the later of equals; peak_end = (peak + last) / 2 (Kahneman, Fredrickson, Schreiber, Redelmeier 1993; Cojuharenco, Ryvkin 2008); without answers they are 0 and the rest NULL; no row of a NULL journey; 22023 an unknown kind, or NULL';

CREATE FUNCTION emotion_mean(journey journey, kind text DEFAULT 'emotion') RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_mean' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION emotion_mean(journey, text) IS
    'mean of the answers of a kind (''any'': of all) along the journey, in percent 0..100 of their scale, 100 the good end; NULL without answers; 22023 an unknown kind, or NULL';
CREATE FUNCTION emotion_last(journey journey, kind text DEFAULT 'emotion') RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_last' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION emotion_last(journey, text) IS
    'last answer of a kind (''any'': of all) along the journey, in percent 0..100 of its scale, 100 the good end; NULL without answers; 22023 an unknown kind, or NULL';
CREATE FUNCTION emotion_lowest(journey journey, kind text DEFAULT 'emotion') RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_lowest' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION emotion_lowest(journey, text) IS
    'lowest answer of a kind (''any'': of all) along the journey, in percent 0..100 of its scale, 100 the good end; NULL without answers; 22023 an unknown kind, or NULL';
CREATE FUNCTION emotion_slope(journey journey, kind text DEFAULT 'emotion') RETURNS float8
    AS 'MODULE_PATHNAME', 'emotion_slope' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION emotion_slope(journey, text) IS
    'slope of the answers of a kind (''any'': of all) along the journey by least squares, in percent points of their scale per day, above 0 if they get better; NULL of one answer, or if all were given at one time; NULL without answers; 22023 an unknown kind, or NULL';
CREATE FUNCTION peak_end(journey journey, kind text DEFAULT 'emotion') RETURNS float8
    AS 'MODULE_PATHNAME', 'peak_end' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION peak_end(journey, text) IS
    '(peak + last) / 2 of the answers of a kind (''any'': of all) along the journey, in percent 0..100 of their scale, 100 the good end; peak is the answer farthest from 50, the later of equals (Kahneman, Fredrickson, Schreiber, Redelmeier 1993; Cojuharenco, Ryvkin 2008); NULL without answers; 22023 an unknown kind, or NULL';
