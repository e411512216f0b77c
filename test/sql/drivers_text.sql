-- comments by the words of the user's own list
SET client_encoding = 'UTF8';
SET extra_float_digits = -3;
SELECT text_fold('Dịch vụ RẤT tốt; nhân viên thân-thiện! Đặt hàng dễ…') AS vietnamese, text_fold('The service was NOT good. Crème brûlée: €5') AS english, text_fold('  ') AS nothing;

CREATE TEMP TABLE comment AS SELECT * FROM (VALUES
    (1, 'Nhân viên rất TỐT, giao hàng nhanh'), (2, 'giao hang cham, khong tot'), (3, 'Không tốt! Chậm, chậm quá'), (4, 'Bình thường'), (5, NULL), (6, 'The staff is good, the app is not good 😡')) AS v(id, c);
SELECT id, text_hits(c, words), text_score(c, words, weights)
FROM comment, (VALUES ('{tốt,không tốt,nhanh,chậm,good,not good,😡}'::text[], '{1,-1,1,-1,1,-1,-2}'::float8[])) AS list(words, weights) ORDER BY id;
-- the longest that fits, from the left, none twice
SELECT text_hits('very good, not very good, very, good', '{good,very good,not very good}') AS phrases, text_hits('goodbye good-bye', '{good}') AS whole_words;
SELECT text_score('a b a', '{a,b,c}', '{1,-1,5}'), text_score('a', '{A,a}', '{2,2}'), text_score('a', '{b}', '{1}'), text_score('a', '{}', '{}'), text_score(NULL, '{a}', '{1}'), text_hits('a', NULL);

-- mistakes
SELECT text_hits('a', '{a,NULL}');
SELECT text_hits('a', '{"..."}');
SELECT text_score('a', '{a,b}', '{1}');
SELECT text_score('a', '{a}', '{NULL}');
SELECT text_score('a', '{a}', '{Infinity}');
SELECT text_score('a', '{a}', '{1e200}');
SELECT text_score('a', '{tốt,xấu,TOT}', '{1,0,-1}');

-- where texts are not UTF-8, letters beyond ASCII are letters, each a different one
SELECT current_database() AS here \gset
CREATE DATABASE cx_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C';
\connect cx_latin1
SET client_min_messages = warning;
CREATE EXTENSION cx_analytics;
SET client_encoding = 'UTF8';
SELECT text_fold('Très BON, cafÉ!') AS folded, text_hits('très bon - tres bon', '{très bon}') AS hits, text_score('CAFÉ café cafe', '{café,cafe}', '{1,10}') AS score;
\connect :here
DROP DATABASE cx_latin1;
