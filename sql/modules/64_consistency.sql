-- consistency: one score over several channels, and whether they could all be the same

CREATE FUNCTION consistency(names text[], tallies tally[], metric text DEFAULT 'nps', confidence float8 DEFAULT 0.95)
    RETURNS TABLE (name text, score float8, responses bigint, low float8, high float8, difference float8,
        chi_square float8, df integer, p_value float8)
    AS 'MODULE_PATHNAME', 'consistency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 6;
COMMENT ON FUNCTION consistency(text[], tally[], text, float8) IS
    'a row for each name in the order given: score, answers, interval low..high as score_report gives it (NPS: adjusted Wald), difference from the score of all together; then a row whose name is NULL: the score of all answers together, difference the largest minus the smallest score, and a test that all scores are equal: Cochran''s Q (1937, 1954), chi_square with df degrees of freedom, p_value 0..1; metric is one of those that compare() knows, in its unit: percent points for nps, csat and other percentages, units of the scale for means; scores without answers or spread are left out of the test, NULL with fewer than two, or means on different scales; a NULL tally has no answers; 22023 not as many names as tallies, a NULL name, an unknown metric, confidence not between 0 and 1';
