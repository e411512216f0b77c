-- Maturity: the published bands of the questionnaire at each sum there is; reports against plain SQL over the rules, with figures on
-- the limits, beside them and missing; rules of the user; mistakes.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(38);

DO $$ BEGIN PERFORM setseed(0.7310); END $$;

-- ---- the questionnaire ----

-- 20 answers with a sum: as many 5s as fit, one in between, 1s
CREATE TEMP TABLE asked AS
    SELECT points, array_agg(CASE WHEN i <= (points - 20) / 4 THEN 5 WHEN i = (points - 20) / 4 + 1 THEN 1 + (points - 20) % 4 ELSE 1 END ORDER BY i) AS answers
    FROM generate_series(20, 100) points, generate_series(1, 20) i GROUP BY points;
SELECT is_empty('SELECT points FROM asked WHERE maturity_points(answers) <> points OR maturity_points(answers) IS NULL', 'points are the sum of the answers');
SELECT results_eq('SELECT maturity_level(answers), min(points), max(points) FROM asked GROUP BY 1 ORDER BY 1',
    'VALUES (1, 20, 35), (2, 36, 51), (3, 52, 67), (4, 68, 83), (5, 84, 100)', 'the published bands');
SELECT is(maturity_points(array_fill(3, '{20}')), 60, 'all 3: 60 points');
SELECT is(maturity_level(array_fill(3, '{20}')), 3, 'are level 3');
SELECT results_eq('SELECT maturity_name(i) FROM generate_series(1, 5) i', $$ VALUES ('ad hoc'), ('established'), ('performing'), ('optimised'), ('embedded') $$, 'names');
SELECT is((SELECT maturity_level(NULL)), NULL, 'no answers: NULL');
SELECT throws_ok('SELECT maturity_level(array_fill(3, ''{19}''))', '22023', 'answers are not those to 20 statements', '19 answers');
SELECT throws_ok('SELECT maturity_level(array_fill(3, ''{4,5}''))', '22023', 'answers are not those to 20 statements', 'a table of 20 answers');
SELECT throws_ok('SELECT maturity_level(array_fill(3, ''{19}'') || NULL::int)', '22023', 'an answer is NULL', 'one is missing');
SELECT throws_ok('SELECT maturity_points(array_fill(3, ''{19}'') || 0)', '22003', 'answer 0 is off the scale 1..5', 'one is off the scale');
SELECT throws_ok('SELECT maturity_name(6)', '22003', 'level 6 is off the scale 1..5', 'no such level');

-- ---- our rules ----

CREATE TEMP TABLE rule AS SELECT row_number() OVER () AS place, * FROM maturity_rules();
SELECT is_empty('SELECT evidence FROM rule GROUP BY evidence HAVING count(DISTINCT dimension) <> 1 OR count(DISTINCT direction) <> 1 OR count(*) <> count(DISTINCT level)', 'rules say one thing of each evidence');
SELECT results_eq('SELECT DISTINCT level FROM rule ORDER BY 1', 'VALUES (2), (3), (4), (5)', 'for levels 2 to 5');
SELECT is_empty($$ SELECT * FROM rule a JOIN rule b USING (evidence) WHERE a.level < b.level
    AND CASE a.direction WHEN 'at least' THEN a.limit_value > b.limit_value ELSE a.limit_value < b.limit_value END $$, 'and never an easier one for a higher level');

-- ---- reports against SQL ----

-- 300 companies; figures on a limit, a bit to either side, anywhere, or not measured; the first ones have the best of all
CREATE TEMP TABLE figure AS
    SELECT id, evidence, CASE WHEN random() < 0.03 THEN NULL
        WHEN id <= 30 AND random() < 0.9 THEN CASE WHEN direction = 'at most' THEN 0 ELSE 1 END * CASE evidence WHEN 'metrics_in_use' THEN 9 ELSE 1 END
        ELSE greatest(CASE WHEN evidence = 'earned_growth' THEN -1 ELSE 0 END, least(CASE WHEN top <= 1 AND direction = 'at least' THEN 1 ELSE 1000 END,
            picked + CASE floor(random() * 4) WHEN 0 THEN -0.01 WHEN 1 THEN 0.01 ELSE 0 END)) END AS value
    FROM generate_series(1, 300) id, (SELECT evidence, min(direction) AS direction, max(limit_value) AS top, array_agg(limit_value ORDER BY level) AS limits FROM rule GROUP BY 1) e,
         LATERAL (SELECT limits[1 + floor(random() * cardinality(limits) + id * 0)::int] AS picked) p;
CREATE TEMP TABLE object AS SELECT id, jsonb_object_agg(evidence, value) AS evidence FROM figure GROUP BY id;
CREATE TEMP TABLE got AS
    SELECT id, method, r.* FROM object, unnest('{weakest,mean}'::text[]) method, maturity_report(evidence => object.evidence, method => method) r;
CREATE FUNCTION pg_temp.expect(rules text) RETURNS TABLE (id int, method text, dimension text, evidence text, value float8, level int, level_name text, met boolean, missing text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
    WITH single AS (
        SELECT r.dimension, r.evidence, f.id, f.value, min(r.place) AS place,
               CASE WHEN f.value IS NULL THEN 1 ELSE coalesce(min(r.level) FILTER (WHERE CASE r.direction WHEN 'at least' THEN f.value < r.limit_value ELSE f.value > r.limit_value END) - 1, 5) END AS level
        FROM %1$I r JOIN figure f USING (evidence) GROUP BY 1, 2, 3, 4),
    dim AS (SELECT s.id, s.dimension, min(s.level) AS level FROM single s GROUP BY 1, 2),
    whole AS (SELECT d.id, m AS method, CASE m WHEN 'weakest' THEN min(d.level) ELSE floor(avg(d.level))::int END AS level FROM dim d, unnest('{weakest,mean}'::text[]) m GROUP BY 1, 2),
    row1 AS (
        SELECT w.id, w.method, s.dimension, s.evidence, s.value, s.level, s.place,
               CASE WHEN s.level < least(w.level + 1, 5) THEN s.evidence || coalesce(' ' || s.value, ' not measured') ||
                   coalesce((SELECT ', ' || r.direction || ' ' || r.limit_value || ' for level ' || least(w.level + 1, 5) FROM %1$I r
                             WHERE r.evidence = s.evidence AND r.level <= least(w.level + 1, 5) ORDER BY r.level DESC LIMIT 1), '') END AS missing
        FROM single s JOIN whole w USING (id))
    SELECT x.id, x.method, x.dimension, x.evidence, x.value, x.level, maturity_name(x.level), x.missing IS NULL, x.missing FROM (
        SELECT r1.id, r1.method, r1.dimension, r1.evidence, r1.value, r1.level, r1.missing FROM row1 r1
        UNION ALL SELECT r1.id, r1.method, r1.dimension, NULL, NULL, d.level, string_agg(r1.missing, '; ' ORDER BY r1.place) FROM row1 r1 JOIN dim d USING (id, dimension) GROUP BY 1, 2, 3, d.level
        UNION ALL SELECT w.id, w.method, NULL, NULL, NULL, w.level, string_agg(r1.missing, '; ' ORDER BY p.first, r1.place) FROM row1 r1 JOIN whole w USING (id, method)
            JOIN (SELECT r.dimension, min(r.place) AS first FROM %1$I r GROUP BY 1) p ON p.dimension = r1.dimension GROUP BY 1, 2, w.level) x $q$, rules);
END $$;
CREATE TEMP TABLE expected AS SELECT * FROM pg_temp.expect('rule');
SELECT is((SELECT count(*) FROM got), 300 * 2 * 16::bigint, 'a row for each evidence, each dimension, and the whole');
SELECT is((SELECT count(DISTINCT level) FROM got WHERE dimension IS NULL), 5::bigint, 'all levels occur');
SELECT is_empty('TABLE got EXCEPT TABLE expected', 'levels, what is met and what is missing are those of SQL');
SELECT is_empty('TABLE expected EXCEPT TABLE got', 'all of them');
SELECT is_empty($$ SELECT id FROM object, maturity_report(evidence => object.evidence) WITH ORDINALITY r(d, e, v, l, n, m, s, place)
    GROUP BY id HAVING array_agg(coalesce(d, '') || '.' || coalesce(e, '') ORDER BY place) <>
        '{listening.touchpoint_coverage,listening.channel_coverage,listening.response_rate,listening.,measuring.feedback_age_days,measuring.metrics_in_use,measuring.,acting.action_days,acting.closed_loop_share,acting.,growing.earned_growth,growing.,embedding.routed_share,embedding.employee_and_customer,embedding.,.}' $$,
    'rows come in the order of the rules, each dimension behind its evidence, the whole last');
CREATE FUNCTION pg_temp.f(e jsonb, name text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$ SELECT (e ->> name)::float8 $$;
SELECT is_empty($$ SELECT id, method, r.* FROM object o, unnest('{weakest,mean}'::text[]) method, maturity_report(
        pg_temp.f(evidence, 'touchpoint_coverage'), pg_temp.f(evidence, 'channel_coverage'), pg_temp.f(evidence, 'response_rate'), pg_temp.f(evidence, 'feedback_age_days'),
        pg_temp.f(evidence, 'metrics_in_use'), pg_temp.f(evidence, 'routed_share'), pg_temp.f(evidence, 'action_days'), pg_temp.f(evidence, 'closed_loop_share'),
        pg_temp.f(evidence, 'earned_growth'), pg_temp.f(evidence, 'employee_and_customer'), NULL, method) r
    EXCEPT TABLE got $$, 'arguments one by one say the same');
SELECT is_empty($$ SELECT id, 'weakest', r.* FROM object o, maturity_report(o.evidence, (SELECT jsonb_agg(to_jsonb(r) ORDER BY place) FROM rule r)) r EXCEPT TABLE got $$,
    'and so do our own rules, given as those of the user');

-- ---- rules of the user ----

-- dimensions that take turns, levels in disorder, some of them left out
CREATE TEMP TABLE rule_own AS SELECT row_number() OVER () AS place, v.* FROM (VALUES ('x', 'a', 5, 'at least', 10::float8), ('y', 'b', 3, 'at most', -1.5), ('x', 'c', 4, 'at least', 0),
    ('x', 'a', 2, 'at least', 1), ('y', 'b', 2, 'at most', 7), ('z', 'd', 5, 'at most', 1e100)) v(dimension, evidence, level, direction, limit_value);
TRUNCATE figure;
INSERT INTO figure SELECT id, e, CASE WHEN random() < 0.1 THEN NULL ELSE (ARRAY[-2, -1.5, 0, 1, 5, 7, 9.5, 10, 11, 1e101])[1 + floor(random() * 10)::int] END FROM generate_series(1, 300) id, unnest('{a,b,c,d}'::text[]) e;
CREATE TEMP TABLE got_own AS
    SELECT id, method, r.* FROM (SELECT id, jsonb_object_agg(evidence, value) AS evidence FROM figure GROUP BY id) o, unnest('{weakest,mean}'::text[]) method,
        maturity_report(o.evidence, (SELECT jsonb_agg(to_jsonb(r) ORDER BY place) FROM rule_own r), method) r;
SELECT is((SELECT count(*) FROM got_own), 300 * 2 * 8::bigint, 'own evidence by own rules');
SELECT is_empty($$ TABLE got_own EXCEPT SELECT * FROM pg_temp.expect('rule_own') $$, 'as SQL says');
SELECT results_eq($$ SELECT level, missing FROM maturity_report('{"a": true}'::jsonb, '[{"dimension": "x", "evidence": "a", "level": 4, "direction": "at least", "limit_value": 2, "more": [{}]}]') WHERE evidence = 'a' $$,
    $$ VALUES (3, 'a 1, at least 2 for level 4') $$, 'true is 1; keys that nobody knows are passed over');
SELECT results_eq($$ SELECT level, missing FROM maturity_report(NULL::jsonb, '[{"dimension": "x", "evidence": "a", "level": 4, "direction": "at least", "limit_value": 2}]') WHERE evidence = 'a' $$,
    $$ VALUES (1, 'a not measured') $$, 'what is not measured is at level 1, whatever the first limit');
SELECT results_eq('SELECT count(*), max(level) FROM maturity_report()', 'VALUES (16::bigint, 1)', 'nothing is measured');

-- ---- mistakes ----

SELECT throws_ok('SELECT * FROM maturity_report(response_rate => 12)', '22003', 'evidence "response_rate" is not a share from 0 to 1', 'percent');
SELECT throws_ok('SELECT * FROM maturity_report(evidence => ''{"action_days": -1}'')', '22003', 'evidence "action_days" is below 0', 'a wrong sign');
SELECT throws_ok('SELECT * FROM maturity_report(earned_growth => ''NaN'')', '22003', 'evidence "earned_growth" is not a finite number', 'NaN');
SELECT throws_ok('SELECT * FROM maturity_report(evidence => ''{"respons_rate": null}'')', '22023', 'no rule asks for evidence "respons_rate"', 'a slip of the pen');
SELECT throws_ok('SELECT * FROM maturity_report(method => ''best'')', '22023', 'unrecognized method: "best"', 'no such method');
SELECT throws_ok('SELECT * FROM maturity_report(rules => (SELECT jsonb_agg(to_jsonb(r)) FROM rule_own r))', '22023', 'rules ask for evidence "a", which is not an argument', 'own evidence needs an object');
SELECT throws_ok('SELECT * FROM maturity_report(rules => ''{}'')', '22023', 'rules of maturity are not an array of objects', 'no array');
SELECT throws_ok('SELECT * FROM maturity_report(rules => (SELECT jsonb_agg(i) FROM generate_series(1, 10001) i))', '54000', NULL, 'too many rules');
CREATE FUNCTION pg_temp.refused(change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
    PERFORM * FROM maturity_report(evidence => '{}', rules => jsonb_build_array('{"dimension": "x", "evidence": "a", "level": 3, "direction": "at least", "limit_value": 2}'::jsonb,
        '{"dimension": "x", "evidence": "a", "level": 4, "direction": "at least", "limit_value": 3}'::jsonb || change));
    RETURN 'no error';
EXCEPTION WHEN invalid_parameter_value THEN
    GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL;
    RETURN said;
END $$;
SELECT is(pg_temp.refused('{}'), 'no error', 'sound rules');
SELECT is(pg_temp.refused('{"level": 3}'), 'Rule 2: evidence "a" has two limits for level 3.', 'twice the same');
SELECT is(pg_temp.refused('{"limit_value": 1}'), 'Rule 2: evidence "a" has an easier limit for level 4 than for level 3.', 'easier for a higher level');
SELECT bag_eq($$ SELECT pg_temp.refused(c::jsonb) FROM unnest(ARRAY['{"dimension": "y"}', '{"direction": "at most"}', '{"direction": "above"}', '{"level": 1}', '{"level": 2.5}', '{"level": "4"}', '{"evidence": ""}', '{"limit_value": null}', '{"dimension": []}']) c $$,
    $$ VALUES ('Rule 2: evidence "a" is in dimension "x" and in "y".'), ('Rule 2: evidence "a" has limits in both directions.'), ('Rule 2: direction "above" is neither "at least" nor "at most".'),
    ('Rule 2: level 1 is not one of 2 to 5.'), ('Rule 2: level 2.5 is not one of 2 to 5.'), ('Rule 2: "level" is not a number.'), ('Rule 2: "evidence" is not a name.'),
    ('Rule 2: it has no "limit_value".'), ('Rule 2: "dimension" is not a name.') $$, 'what else is not sound');

SELECT * FROM finish();
ROLLBACK;
