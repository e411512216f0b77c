-- health: a weighted mean of scores with a rule for those that are missing

CREATE FUNCTION health_score(scores float8[], weights float8[], missing text DEFAULT 'rebase') RETURNS float8
    AS 'MODULE_PATHNAME', 'health_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION health_score(float8[], float8[], text) IS
    'weighted mean of scores, in their unit: sum of weight * score over sum of weights, both summed up with twice the digits of a double; a NULL score is missing: rebase leaves it and its weight out, zero counts it as 0, null makes the result NULL; a part of weight 0 never counts; NULL if no part that counts has a score; source: Gainsight, scorecards; 22023 arrays of different lengths or several dimensions, a NULL weight, or another word for missing; 22003 a negative weight, or what is not finite, or beyond 1e140';

CREATE FUNCTION health_parts(scores float8[], weights float8[], missing text DEFAULT 'rebase', names text[] DEFAULT NULL)
    RETURNS TABLE (part text, score float8, weight float8, share float8, points float8)
    AS 'MODULE_PATHNAME', 'health_parts' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 ROWS 5;
COMMENT ON FUNCTION health_parts(float8[], float8[], text, text[]) IS
    'the parts of health_score in their order: name (its number, if names is NULL), score, weight, the share 0..1 of its weight in those that count (NULL if it does not), and its points, share * score, which add up to the score; points are NULL where the part does not count, or the score is NULL; no rows if scores, weights or missing is NULL; 22023 arrays of different lengths or several dimensions, a NULL weight or name, or another word for missing; 22003 a negative weight, or what is not finite, or beyond 1e140';
