-- maturity: five levels, from evidence or from a questionnaire

CREATE FUNCTION maturity_rules()
    RETURNS TABLE (dimension text, evidence text, level integer, direction text, limit_value float8, meaning text)
    AS 'MODULE_PATHNAME', 'maturity_rules' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 38;
COMMENT ON FUNCTION maturity_rules() IS
    'the rules that maturity_report judges by unless it is given others: for this level, 2 to 5, this evidence has to be at least, or at most, this limit; shares and rates are 0..1, ages in days; five levels after Gartner (2016), dimensions and limits are our own';

CREATE FUNCTION maturity_report(touchpoint_coverage float8 DEFAULT NULL, channel_coverage float8 DEFAULT NULL,
        response_rate float8 DEFAULT NULL, feedback_age_days float8 DEFAULT NULL, metrics_in_use float8 DEFAULT NULL,
        routed_share float8 DEFAULT NULL, action_days float8 DEFAULT NULL, closed_loop_share float8 DEFAULT NULL,
        earned_growth float8 DEFAULT NULL, employee_and_customer float8 DEFAULT NULL,
        rules jsonb DEFAULT NULL, method text DEFAULT 'weakest')
    RETURNS TABLE (dimension text, evidence text, value float8, level integer, level_name text, met boolean, missing text)
    AS 'MODULE_PATHNAME', 'maturity_report' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 16;
COMMENT ON FUNCTION maturity_report(float8, float8, float8, float8, float8, float8, float8, float8, float8, float8, jsonb, text) IS
    'level of maturity, 1 ad hoc to 5 embedded: a row for each evidence, one for each dimension (evidence NULL; the lowest of its evidence) and a last one, both NULL, for the whole: the lowest dimension by method weakest, the mean of all rounded down by method mean; met: is it at the next level of the whole; missing: in words what it still needs for that; evidence that is NULL is not measured and at level 1; coverages, rates, shares and employee_and_customer are 0..1, earned_growth a share from -1 on, ages in days; rules: an array of objects with the columns of maturity_rules; 22003 evidence out of its range; 22023 unknown method, rules that are not sound or ask for what is no argument; 54000 more than 10000 rules; levels after Gartner (2016)';
CREATE FUNCTION maturity_report(evidence jsonb, rules jsonb DEFAULT NULL, method text DEFAULT 'weakest')
    RETURNS TABLE (dimension text, evidence text, value float8, level integer, level_name text, met boolean, missing text)
    AS 'MODULE_PATHNAME', 'maturity_report_jsonb' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 16;
COMMENT ON FUNCTION maturity_report(jsonb, jsonb, text) IS
    'level of maturity, 1 ad hoc to 5 embedded, of evidence as one object such as {"response_rate": 0.2}, so that own evidence can be judged by own rules; the same rows as the form with an argument for each evidence; null or left out: not measured, level 1; true and false are 1 and 0; coverages, rates and shares are 0..1 under the rules of this extension (22003); 22023 evidence that is not a number or that no rule asks for, unknown method, rules that are not sound';

CREATE FUNCTION maturity_points(answers integer[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'maturity_points' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION maturity_points(integer[]) IS
    'points of a questionnaire of 20 statements, each rated 1..5: their sum, 20..100; 22023 not 20 answers, or one that is NULL; 22003 an answer off the scale';
CREATE FUNCTION maturity_level(answers integer[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'maturity_level' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION maturity_level(integer[]) IS
    'level of maturity, 1 to 5, from a questionnaire of 20 statements, each rated 1..5: 20-35 points are level 1, 36-51 level 2, 52-67 level 3, 68-83 level 4, 84-100 level 5; 22023 not 20 answers, or one that is NULL; 22003 an answer off the scale';
CREATE FUNCTION maturity_name(level integer) RETURNS text
    AS 'MODULE_PATHNAME', 'maturity_name' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1;
COMMENT ON FUNCTION maturity_name(integer) IS
    'name of a level of maturity: 1 ad hoc, 2 established, 3 performing, 4 optimised, 5 embedded (after Gartner 2016); 22003 not 1 to 5';
