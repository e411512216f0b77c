-- score_report, compare, histogram: a tally told as rows

CREATE FUNCTION score_report(tally tally, confidence float8 DEFAULT 0.95,
                             OUT metric text, OUT scale text, OUT score float8, OUT responses bigint, OUT missing bigint,
                             OUT std_error float8, OUT low float8, OUT high float8,
                             INOUT interval_method text DEFAULT 'adjusted_wald')
    RETURNS SETOF record
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;
COMMENT ON FUNCTION score_report(tally, float8, text) IS
    'every score that a tally holds, per kind and scale, with its interval: percent points for nps, csat, shares and net scores, units of the scale for means; nps by wald, adjusted_wald, score or goodman, proportions by Wilson (1927), means by Student''s t';

CREATE FUNCTION compare(a tally, b tally, confidence float8 DEFAULT 0.95, interval_method text DEFAULT 'wald')
    RETURNS TABLE (metric text, score_a float8, score_b float8, difference float8,
                   std_error float8, z float8, p_value float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'tally_compare' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 4;
COMMENT ON FUNCTION compare(tally, tally, float8, text) IS
    'a minus b, per score, with a two-sided test: unpooled z for nps and proportions (adjusted_wald adds 3/4, 3/2, 3/4 pseudo-answers to each NPS sample), Welch''s t (1947) for means; p_value 0..1';

CREATE FUNCTION histogram(tally tally)
    RETURNS TABLE (metric text, scale text, answer float8, responses bigint, share float8)
    AS 'MODULE_PATHNAME', 'tally_histogram' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 11;
COMMENT ON FUNCTION histogram(tally) IS
    'one row per answer that was given: how often, and its share 0..1 of the answers (of the weights, if weighted) on its scale';
