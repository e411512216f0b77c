-- theme impact: the score with a theme and without it

CREATE FUNCTION theme_impact(themes text[], with_theme tally[], total tally, metric text DEFAULT 'nps')
    RETURNS TABLE (theme text, responses bigint, share float8, score float8, without float8, impact float8, p_value float8)
    AS 'MODULE_PATHNAME', 'theme_impact' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 20;
COMMENT ON FUNCTION theme_impact(text[], tally[], tally, text) IS
    'a row for each theme in the order given: answers that mention it, their share 0..1 of all answers, the score of those who mention it, the score of all others (without), impact: the score of all minus the score without, so what the score would lose if nobody had mentioned it (leave one out); p_value 0..1 of the test, as compare() makes it, that those who mention it and those who do not have the same score; metric is one of those that compare() knows, in its unit: percent points for nps, csat and other percentages, units of the scale for means; a NULL tally has no answers; NULL where nobody is left to ask; 22023 not as many themes as tallies, a NULL theme, an unknown metric, a tally with answers that the total does not have';
