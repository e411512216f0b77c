-- mix: did the whole fall although every part rose?
\pset null '(null)'

SELECT segment, n_before, score_before, n_after, score_after, rate_effect, round(mix_effect::numeric, 9) AS mix_effect, round(total::numeric, 9) AS total, paradox
FROM mix_effect('{A,B}', '{100,100}', '{60,20}', '{60,140}', '{65,25}');
-- all fall, and the whole rises
SELECT segment, rate_effect, round(mix_effect::numeric, 9) AS mix_effect, round(total::numeric, 9) AS total, paradox FROM mix_effect('{A,B}', '{60,140}', '{65,25}', '{100,100}', '{60,20}');
-- one stands still; all stand still and shares move; nothing moves
SELECT segment, round(total::numeric, 9) AS total, paradox FROM mix_effect('{A,B}', '{100,100}', '{60,20}', '{60,140}', '{65,20}');
SELECT segment, round(total::numeric, 9) AS total, paradox FROM mix_effect('{A,B}', '{100,100}', '{60,20}', '{60,140}', '{60,20}');
SELECT segment, round(total::numeric, 9) AS total, paradox FROM mix_effect('{A,B}', '{1,1}', '{60,20}', '{2,2}', '{60,20}');
-- segments of one period, and of none
SELECT segment, n_before, score_before, n_after, score_after, round(rate_effect::numeric, 9) AS rate_effect, round(mix_effect::numeric, 9) AS mix_effect, round(total::numeric, 9) AS total, paradox
FROM mix_effect('{old,both,new,none}', '{50,50,NULL,0}', '{10,20,NULL,7}', '{0,50,50,NULL}', '{NULL,30,40,NULL}');
SELECT segment, total, paradox FROM mix_effect('{old,new}', '{50,0}', '{10,NULL}', '{0,50}', '{NULL,40}');
-- a period without answers
SELECT * FROM mix_effect('{A}', '{10}', '{5}', '{0}', '{NULL}');
SELECT * FROM mix_effect('{}', '{}', '{}', '{}', '{}');
SELECT * FROM mix_effect(NULL, '{1}', '{1}', '{1}', '{1}');

-- rows, and answers
CREATE TEMP TABLE month AS SELECT * FROM (VALUES (1, 'B', 60, 10, 140, 25), (2, 'A', 100, 60, 60, 65), (3, 'B', 40, 35, NULL, NULL), (4, NULL, 1, 1, 1, 1)) AS v(id, segment, n0, s0, n1, s1);
SELECT segment, n_before, score_before, n_after, score_after, rate_effect, round(mix_effect::numeric, 9) AS mix_effect, round(total::numeric, 9) AS total, paradox FROM mix_effect((SELECT mix_agg(segment, n0, s0, n1, s1) FROM month));
SELECT mix_missing(mix_agg(segment, n0, s0, n1, s1)) FROM month;
CREATE TEMP TABLE answer AS SELECT * FROM (VALUES ('A', false, 0.1), ('A', false, 0.1), ('A', false, 0.1), ('A', true, 0.3), ('A', NULL, 1), ('A', true, NULL), (NULL, true, 1)) AS v(segment, later, score);
SELECT segment, n_before, score_before, n_after, score_after, paradox, mix_missing(m) FROM (SELECT mix_agg(segment, later, score) AS m FROM answer) x, mix_effect(m);

-- the bytes: version 1, 1 row missing, 2 segments "A", "B", then four sums each
SELECT mix_agg(segment, n0, s0, n1, s1) FROM month;
SELECT rollup(m)::text = (SELECT mix_agg(segment, n0, s0, n1, s1) FROM month)::text AS same FROM (SELECT mix_agg(segment, n0, s0, n1, s1) AS m FROM month GROUP BY id % 2) x;
SELECT mix_accum(mix_accum(NULL, 'A', 1, 2, 3, 4), 'A', true, 5);
SELECT mix_agg('A', true, 1) IS NULL AS nothing WHERE false;

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM mix_effect('{A,B}', '{1,1}', '{1}', '{1,1}', '{1,1}');
SELECT * FROM mix_effect('{{A}}', '{1}', '{1}', '{1}', '{1}');
SELECT * FROM mix_effect('{A,A}', '{1,1}', '{1,1}', '{1,1}', '{1,1}');
SELECT * FROM mix_effect('{A,NULL}', '{1,1}', '{1,1}', '{1,1}', '{1,1}');
SELECT * FROM mix_effect('{A}', '{-0.5}', '{1}', '{1}', '{1}');
SELECT * FROM mix_effect('{A}', '{1}', '{NaN}', '{1}', '{1}');
SELECT * FROM mix_effect('{A}', '{1}', '{1}', '{1}', '{NULL}');
SELECT mix_agg('A', 1, 1e200, 1, 1);
SELECT mix_agg(repeat('x', 5000), true, 1);
SELECT 'mix_stats:0100'::mix_stats;
