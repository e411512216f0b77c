-- maturity: five levels, from evidence or from a questionnaire
SELECT evidence, level, direction, limit_value FROM maturity_rules() WHERE evidence IN ('response_rate', 'action_days', 'employee_and_customer');
SELECT DISTINCT evidence, meaning FROM maturity_rules() ORDER BY 1, 2;

SELECT * FROM maturity_report(touchpoint_coverage => 0.8, channel_coverage => 0.5, response_rate => 0.12, feedback_age_days => 3, metrics_in_use => 4,
    routed_share => 0.6, action_days => 9, closed_loop_share => 0.35, earned_growth => 0.02, employee_and_customer => 0);
SELECT dimension, level, met, missing FROM maturity_report(touchpoint_coverage => 0.8, channel_coverage => 0.5, response_rate => 0.12, feedback_age_days => 3, metrics_in_use => 4,
    routed_share => 0.6, action_days => 9, closed_loop_share => 0.35, earned_growth => 0.02, employee_and_customer => 0, method => 'mean') WHERE evidence IS NULL;
SELECT * FROM maturity_report(1, 1, 1, 0, 10, 1, 0, 1, 1, 1) WHERE evidence IS NULL;
SELECT dimension, level, missing FROM maturity_report() WHERE evidence IS NULL;

-- own rules, own evidence
CREATE TEMP TABLE rule (dimension text, evidence text, level int, direction text, limit_value float8, changed_by text);
INSERT INTO rule VALUES ('listening', 'interviews', 2, 'at least', 5, 'Ada'), ('listening', 'interviews', 4, 'at least', 20, 'Ada'),
    ('acting', 'oldest ticket', 2, 'at most', 30, 'Bob'), ('acting', 'oldest ticket', 3, 'at most', 10, 'Bob');
SELECT * FROM maturity_report(evidence => '{"interviews": 12, "oldest ticket": 21}', rules => (SELECT jsonb_agg(to_jsonb(r)) FROM rule r));
SELECT * FROM maturity_report(evidence => '{"interviews": 25}', rules => (SELECT jsonb_agg(to_jsonb(r)) FROM rule r), method => 'mean');
SELECT * FROM maturity_report('{"interviews": null, "oldest ticket": false}'::jsonb, (SELECT jsonb_agg(to_jsonb(r)) FROM rule r));

-- the questionnaire: all 3 are 60 points, level 3; 51 level 2, 52 level 3
SELECT maturity_points(a), maturity_level(a), maturity_name(maturity_level(a))
FROM (VALUES (array_fill(1, '{20}')), (array_fill(3, '{20}')), (array_fill(2, '{9}') || array_fill(3, '{11}')), (array_fill(2, '{8}') || array_fill(3, '{12}')), (array_fill(5, '{20}'))) AS v(a);
SELECT maturity_level(NULL), maturity_points(NULL), maturity_name(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM maturity_report(response_rate => 12);
SELECT * FROM maturity_report(response_rate => -0.1);
SELECT * FROM maturity_report(metrics_in_use => 'Infinity');
SELECT * FROM maturity_report(earned_growth => -1.5);
SELECT * FROM maturity_report(method => 'best');
SELECT * FROM maturity_report(method => NULL);
SELECT * FROM maturity_report(evidence => '{"responses": 0.2}');
SELECT * FROM maturity_report(evidence => '{"response_rate": "0.2"}');
SELECT * FROM maturity_report(evidence => '{"response_rate": [0.2]}');
SELECT * FROM maturity_report(evidence => '{"response_rate": 1e400}');
SELECT * FROM maturity_report(evidence => '[0.2]');
SELECT * FROM maturity_report(evidence => '0.2');
SELECT * FROM maturity_report(rules => '[]');
SELECT * FROM maturity_report(rules => '"at least"');
SELECT * FROM maturity_report(rules => '[1]');
SELECT * FROM maturity_report(rules => '[{"dimension": "d"}]');
SELECT * FROM maturity_report(rules => '[{"dimension": "d", "evidence": "response_rate", "level": 6, "direction": "at least", "limit_value": 1}]');
SELECT * FROM maturity_report(rules => '[{"dimension": "d", "evidence": "response_rate", "level": 2, "direction": "over", "limit_value": 1}]');
SELECT * FROM maturity_report(rules => '[{"dimension": "d", "evidence": "response_rate", "level": 2, "direction": "at least", "limit_value": 1e400}]');
SELECT * FROM maturity_report(rules => (SELECT jsonb_agg(to_jsonb(r)) FROM rule r));
SELECT * FROM maturity_report(routed_share => 0.5, rules => '[{"dimension": "d", "evidence": "response_rate", "level": 2, "direction": "at least", "limit_value": 1}]');
SELECT maturity_level('{1,2,3}');
SELECT maturity_level(array_fill(6, '{20}'));
SELECT maturity_points(array_fill(NULL::int, '{20}'));
SELECT maturity_name(0);
