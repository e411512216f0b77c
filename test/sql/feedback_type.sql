-- feedback: one answer, with its kind and scale
SELECT f::feedback AS feedback, kind(f::feedback), score(f::feedback), scale_min(f::feedback) AS lo,
       scale_max(f::feedback) AS hi, percent(f::feedback), category(f::feedback)
FROM unnest(ARRAY['nps:9', 'nps:8', 'nps:6', 'nps:6.5', 'csat:4', 'csat:4/5', 'csat:4/1..5', 'csat:8/10', 'csat:9/10',
                  'csat:80/100', 'csat:79.9/100', 'csat:80/1..100', 'csat:1/-2..2', 'ces:5', 'ces:4', 'ces:3',
                  'effort:2', 'effort:4', 'success:1', 'success:0', 'success:0.5', 'emotion:6', 'emotion:3',
                  'rating:3.5', 'rating:3.5/0..5', ' nps:10 ', 'nps:09', 'nps:9.000']) AS f;

-- building
SELECT feedback('nps', 9), feedback('csat', 8, 1, 10), feedback('rating', 4.25::numeric), feedback('ces', 6::smallint);
SELECT feedback('nps', NULL) IS NULL AS null_score, feedback(NULL, 9) IS NULL AS null_kind;

-- the noise of arithmetic and of real is no fourth decimal
SELECT feedback('rating', 1.1::float8 + 2.2), feedback('rating', 4.1::real), feedback('csat', 98.765::real, 0, 100);

-- casts
SELECT 'csat:4'::feedback::text, 'csat:8.5/10'::feedback::jsonb;

-- order: kind, scale, score; equality is of all three
SELECT string_agg(f::text, ' < ' ORDER BY f)
FROM unnest(ARRAY['rating:1', 'nps:10', 'nps:9', 'csat:5', 'csat:2', 'csat:2/10', 'csat:1/-2..2', 'ces:1']::feedback[]) AS f;
SELECT 'csat:4'::feedback = 'csat:4/5'::feedback AS same, 'csat:4'::feedback = 'csat:4/10'::feedback AS other_scale;
SELECT f, count(*) FROM unnest(ARRAY['nps:9', 'nps:9', 'csat:5', NULL]::feedback[]) AS f GROUP BY f ORDER BY f;

-- an index
CREATE TABLE answers (f feedback);
INSERT INTO answers SELECT feedback('nps', i % 11) FROM generate_series(1, 1000) AS i;
CREATE INDEX ON answers (f);
CREATE INDEX ON answers USING hash (f);
ANALYZE answers;
SET enable_seqscan = off;
SELECT count(*) FROM answers WHERE f = 'nps:9';
SELECT count(*) FROM answers WHERE f >= 'nps:9' AND f < 'csat:1';
RESET enable_seqscan;
DROP TABLE answers;

-- errors
SELECT 'nps:11'::feedback;
SELECT 'nps:-1'::feedback;
SELECT 'nps:99999999999999999999'::feedback;
SELECT 'nps:9.0001'::feedback;
SELECT 'nps:4/5'::feedback;
SELECT 'csat:4/5..1'::feedback;
SELECT 'csat:4/2000'::feedback;
SELECT 'stars:4'::feedback;
SELECT 'nps'::feedback;
SELECT 'nps:'::feedback;
SELECT 'nps:nine'::feedback;
SELECT 'csat:4/'::feedback;
SELECT 'csat:4/1..'::feedback;
SELECT 'csat:4 5'::feedback;
SELECT ''::feedback;
SELECT feedback('stars', 4);
SELECT feedback('nps', 11);
SELECT feedback('nps', 'NaN');
SELECT feedback('nps', '-Infinity');
SELECT feedback('csat', 3.0001);
SELECT feedback('nps', 4, 1, 5);
SELECT feedback('csat', 4, 1, 5.5);
SELECT feedback('csat', 4, 5, 1);
SELECT feedback('csat', 4, 0, 2000);

-- codes for "no answer" become missing, on purpose and in sight
SELECT s, on_scale(s, 0, 10) FROM unnest(ARRAY[0, 10, 11, -1, NULL]) AS s;
SELECT on_scale(4.5, 1, 5), on_scale(5.5, 1, 5), on_scale('NaN'::float8, 1, 5);
