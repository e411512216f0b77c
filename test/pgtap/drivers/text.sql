-- Words in comments: folding against normalize() and regular expressions, and hits and scores against a slow search.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL client_encoding = 'UTF8';
SELECT plan(45);

DO $$ BEGIN PERFORM setseed(0.3391); END $$;

-- ---- folding, by hand ----

CREATE TEMP TABLE fold (comment text, folded text);
INSERT INTO fold VALUES
    ('Dịch vụ RẤT tốt, nhân viên thân-thiện!', 'dich vu rat tot nhan vien than thien'), ('ĐẶT HÀNG Ở ĐÂY: đường', 'dat hang o day duong'),
    ('Ưu đãi Ơ ơ Ư ư Ă ă Â â Ê ê Ô ô', 'uu dai o o u u a a a a e e o o'), ('Tiê' || U&'\0301' || 'ng', 'tieng'),
    ('The service was GOOD. Don''t change!', 'the service was good don t change'), ('a_b-c/d.e  f', 'a b c d e f'), ('  ', ''), ('...', ''), ('', ''), ('x', 'x'), ('4 stars, 100%', '4 stars 100'),
    ('Crème brûlée, naïve Ångström', 'creme brulee naive angstrom'), ('Straße Łódź Ørsted ŒUVRE Æsir İstanbul ılık þorn', 'strasse lodz orsted oeuvre aesir istanbul ilik thorn'),
    ('ΜΕΓΆΛΟΣ μεγάλος', 'μεγαλοσ μεγαλοσ'), ('ПЛОХО Ёлка Йод', 'плохо елка иод'), ('Ҳ ҳ Ќ', 'ҳ ҳ к'), ('ՀԱՅ', 'հայ'),
    (U&'\FF26\FF55\FF4C\FF4C \FB01ne \00BD', 'full fine 1 2'), ('日本語だ。 好', '日 本 語 た' || U&' \3099' || ' 好'), ('ดีมาก', 'ด ี ม า ก'), ('좋아요', normalize('좋아요', NFKD)),
    ('great😀👍🏽👍!!', 'great 😀 👍 👍'), ('I ❤️ it', 'i ❤ it'), (U&'so\00ADft zero\200Bwidth jo\200Diner', 'soft zero width joiner'),
    ('“quoted” – dash… €5 ×2', 'quoted dash 5 2'), ('مَرْحَبًا، كيف؟', 'مرحبا كيف'), ('שָׁלוֹם־לך', 'שלום לך');
SELECT is_empty('SELECT *, text_fold(comment) FROM fold WHERE text_fold(comment) <> folded', 'words lose case and accents');
SELECT is_empty('SELECT * FROM fold WHERE text_fold(folded) <> folded', 'folded text stays as it is');
SELECT is_empty('SELECT * FROM fold WHERE text_fold(normalize(comment, NFD)) <> folded OR text_fold(normalize(comment, NFC)) <> folded', 'however it was composed');
SELECT is(text_fold(NULL), NULL, 'NULL: NULL');
-- every character of Latin, Greek and Cyrillic alphabets
CREATE TEMP TABLE letter AS SELECT chr(i) AS c FROM generate_series(33, 1327) i WHERE i NOT BETWEEN 127 AND 191 AND chr(i) NOT IN ('×', '÷')
    UNION ALL SELECT chr(i) FROM generate_series(7680, 7935) i;
SELECT is_empty($$ SELECT c FROM letter WHERE text_fold(upper(c)) <> text_fold(lower(c)) AND lower(c) = lower(upper(c)) AND c ~ '[A-Za-z0-9Ä-öø-ÿĀ-ſΆ-ώЀ-ӿḀ-ỿ]'
    AND c NOT IN ('ſ', 'ẛ', 'ŉ', 'ŋ', 'ĸ') AND normalize(c, NFKD) ~ '^[A-Za-zΑ-Ωα-ωЀ-ӿ]' $$, 'large and small letters are the same');
SELECT is_empty($$ SELECT c, text_fold(c) FROM letter WHERE normalize(c, NFKD) ~ '^[A-Za-z][\u0300-\u036f]*$' AND text_fold(c) <> lower(regexp_replace(normalize(c, NFKD), '[^A-Za-z]', '', 'g')) $$,
    'every accented Latin letter is its plain one');
-- all 134 letters with which Vietnamese is written beyond ASCII
SELECT is((SELECT count(*) FROM regexp_split_to_table('àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ', '') c
    WHERE text_fold(c) = translate(c, 'àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ', 'aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyydaaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd')), 134::bigint, 'all Vietnamese letters');

-- ---- folding, thousands of texts ----

CREATE TEMP TABLE bit AS SELECT row_number() OVER () AS i, b FROM unnest(ARRAY['tốt', 'Tốt', 'TOT', 'không', 'khong', 'KHÔNG', 'chậm', 'cham', 'giao hàng', 'nhanh', 'good', 'Good', 'not', 'very', 'bad', 'GOOD,', 'a', 'b', 'ab',
    'đẹp', 'Đẹp', 'dep', 'é', 'naïve', 'so-so', '5', '55']) b;
CREATE TEMP TABLE gap AS SELECT row_number() OVER () AS i, b FROM unnest(ARRAY[' ', ' ', ' ', '  ', ', ', '! ', '-', E'\n', '…', '', ' – ']) b;
CREATE TEMP TABLE comment AS
    SELECT id, coalesce(string_agg(b.b || g.b, '' ORDER BY k), '') AS c
    FROM generate_series(1, 3000) id, LATERAL generate_series(1, id % 15) k, LATERAL (SELECT 1 + floor(27 * random() + 0 * k)::int AS x, 1 + floor(11 * random() + 0 * k)::int AS y) r, bit b, gap g
    WHERE b.i = x AND g.i = y GROUP BY id
    UNION ALL SELECT -k, repeat(string_agg(b, ' '), 40 * k) FROM bit, generate_series(1, 5) k GROUP BY k
    UNION ALL SELECT 0, '';
CREATE FUNCTION pg_temp.slow_fold(t text) RETURNS text LANGUAGE sql AS $$
    SELECT btrim(regexp_replace(regexp_replace(translate(lower(normalize(t, NFKD)), 'đĐ', 'dd'), '[\u0300-\u036f]', '', 'g'), '[^a-z0-9]+', ' ', 'g')) $$;
SELECT cmp_ok((SELECT count(*) FROM comment), '>', 2500::bigint, 'there are many comments');
SELECT is_empty('SELECT id, c, text_fold(c) FROM comment WHERE text_fold(c) <> pg_temp.slow_fold(c)', 'folding is normalize(), lower(), and no accents');

-- ---- hits and scores ----

CREATE TEMP TABLE list AS SELECT l, words, weights FROM (VALUES
    (1, '{tốt}'::text[], '{1}'::float8[]), (2, '{good,not good,very good,not very good}', '{1,-1,2,-1.5}'), (3, '{a,b,ab,a b,a b a,b a b a}', '{1,2,4,8,16,32}'),
    (4, '{TỐT,không tốt,chậm,giao hàng chậm,giao hang nhanh,ĐẸP,không đẹp}', '{1,-1,-1,-2,2,0.5,-0.5}'), (5, '{5,55,"55 5",so,"so so"}', '{5,55,1,-1,0}'),
    (6, '{}', '{}'), (7, '{zebra,"a zebra",bad a}', '{1,1,3}')) v(l, words, weights);
CREATE FUNCTION pg_temp.slow(c text, words text[], weights float8[], OUT hits int, OUT score float8) LANGUAGE plpgsql AS $$
DECLARE rest text := pg_temp.slow_fold(c); best int; total float8 := 0;
BEGIN
    hits := 0;
    WHILE rest <> '' LOOP
        SELECT i INTO best FROM generate_subscripts(words, 1) i WHERE rest || ' ' LIKE pg_temp.slow_fold(words[i]) || ' %' ORDER BY length(pg_temp.slow_fold(words[i])) DESC LIMIT 1;
        IF best IS NULL THEN
            rest := substr(rest, strpos(rest || ' ', ' ') + 1);
        ELSE
            hits := hits + 1; total := total + weights[best]; rest := substr(rest, length(pg_temp.slow_fold(words[best])) + 2);
        END IF;
    END LOOP;
    score := total / nullif(hits, 0);
END $$;
CREATE TEMP TABLE slow AS SELECT l, id, s.* FROM list, comment, pg_temp.slow(c, words, weights) s WHERE id <= 1000 AND id >= 0 OR id = -1 AND l IN (2, 4);
CREATE TEMP TABLE fast AS SELECT l, id, text_hits(c, words) AS hits, text_score(c, words, weights) AS score FROM list, comment;
SELECT is_empty('SELECT * FROM slow JOIN fast USING (l, id) WHERE slow.hits <> fast.hits OR slow.score IS DISTINCT FROM fast.score AND abs(slow.score - fast.score) IS DISTINCT FROM 0 AND NOT coalesce(abs(slow.score - fast.score) < 1e-12, false)',
    'hits and scores are those of a slow search');
SELECT cmp_ok((SELECT sum(hits) FROM slow), '>', 3000::bigint, 'which finds many');
SELECT is_empty('SELECT l, id FROM fast WHERE (hits = 0) <> (score IS NULL) OR hits IS NULL', 'no hit: no score');
SELECT is_empty('SELECT fast.l, id FROM fast JOIN list USING (l) WHERE score NOT BETWEEN (SELECT min(w) FROM unnest(weights) w) AND (SELECT max(w) FROM unnest(weights) w)', 'a score lies among the weights');
-- one query, lists that change from row to row, in any order
SELECT is_empty('SELECT l, id FROM (SELECT l, id, text_hits(c, words) AS hits, text_score(c, words, weights) AS score FROM (SELECT * FROM list, comment ORDER BY random()) x) y JOIN fast USING (l, id)
    WHERE y.hits <> fast.hits OR y.score IS DISTINCT FROM fast.score', 'lists may differ from row to row');
SELECT is_empty('SELECT l, id FROM list CROSS JOIN comment JOIN fast USING (l, id) WHERE id % 7 = 0 AND (text_hits(upper(c), words) <> hits OR text_score(text_fold(c), words, weights) IS DISTINCT FROM score)', 'case and accents do not matter');
SELECT is_empty($$ SELECT id FROM comment, LATERAL (SELECT text_hits(c, '{tot}') AS a, text_hits(c, '{Tốt}') AS b, text_hits(c, '{tôt, TỘT,tot}') AS d) x WHERE a <> b OR b <> d $$, 'nor in the list');
SELECT is((SELECT sum(text_hits(c, ARRAY(SELECT chr(97 + i % 26) || i FROM generate_series(1, 5000) i) || '{good}'))::bigint FROM comment WHERE id > 2900), (SELECT sum(text_hits(c, '{good}'))::bigint FROM comment WHERE id > 2900), 'lists of thousands of words');

-- by hand
SELECT is(text_score('Dịch vụ rất tốt, nhưng giao hàng chậm, quá CHẬM', '{tốt,chậm}', '{1,-1}'), (1 - 1 - 1) / 3::float8, 'one good word, a bad one twice');
SELECT is(text_score('Not good at all, and the food was good', '{good,not good}', '{1,-1}'), 0::float8, 'the longest phrase counts');
SELECT is(text_hits('goodness, no good-bye; goods', '{good}'), 1, 'whole words only');
SELECT is(text_hits('good good good', '{good good}'), 1, 'a word is used once');
SELECT is(text_hits('a b a b c', '{a b c,a b d}'), 1, 'a phrase that breaks off does not hide a later one');
SELECT is(text_hits('a b c d', '{a b c x,a b,c d}'), 2, 'a long phrase that does not fit leaves the short one');
SELECT is(text_hits('so not. Good', '{not good}'), 1, 'what stands between words does not matter');
SELECT is(text_hits('😡😡 bad 😡', '{😡}'), 3, 'pictures are words');
SELECT is(text_hits('服务很好，很好', '{很好}'), 2, 'scripts without spaces');
SELECT is(text_hits('อาหารดีมาก', '{ดีมาก,ดี}'), 1, 'Thai');
SELECT is(text_score('x', '{x,X,é,e}', '{2,2,1,1}'), 2::float8, 'the same word twice with the same weight');
SELECT is(text_score('big', '{big}', '{1e140}'), 1e140::float8, 'large weights');
SELECT is(text_score(NULL, '{a}', '{1}'), NULL, 'no comment');
SELECT is(text_hits('a', NULL), NULL, 'no words');
SELECT is(text_score('a', '{a}', NULL), NULL, 'no weights');
SELECT is(text_hits('a', '{}'), 0, 'an empty list');
SELECT is(text_hits(repeat('tốt không ', 100000), '{tot}'), 100000, 'long comments');
SELECT is(length(text_fold(repeat('ﷺ', 10000))), 10000 * length(regexp_replace(normalize('ﷺ', NFKD), '[\u064b-\u065f]', '', 'g')) + 0, 'characters that decompose into many');
SELECT is(text_hits('a b c', ARRAY[['a', 'b'], ['c', 'd']]), 3, 'the shape of the list does not matter');

-- ---- mistakes ----

SELECT throws_ok($$ SELECT text_hits('a', '{a,NULL}') $$, '22023', 'word 2 is NULL', 'a NULL word');
SELECT throws_ok($$ SELECT text_hits('a', '{a,"?!"}') $$, '22023', 'word 2 has no letters or digits', 'a word of nothing');
SELECT throws_ok($$ SELECT text_hits('a', ARRAY['']) $$, '22023', 'word 1 has no letters or digits', 'an empty word');
SELECT throws_ok($$ SELECT text_score('a', '{a,b}', '{1}') $$, '22023', 'words and weights are not equally many', 'too few weights');
SELECT throws_ok($$ SELECT text_score('a', '{a,b}', '{}') $$, '22023', 'words and weights are not equally many', 'no weights');
SELECT throws_ok($$ SELECT text_score('a', '{a,b}', '{1,NULL}') $$, '22023', 'weights contain NULL', 'a NULL weight');
SELECT throws_ok($$ SELECT text_score('a', '{a}', '{NaN}') $$, '22003', 'weight is not a finite number', 'a weight that is no number');
SELECT throws_ok($$ SELECT text_score('a', '{a}', '{1e300}') $$, '22003', NULL, 'a weight beyond adding up');
SELECT throws_ok($$ SELECT text_score('a', '{bán,x,bạn}', '{1,0,2}') $$, '22023', 'words 1 and 3 are the same without case and accents, but have different weights', 'words that cannot be told apart');

SELECT * FROM finish();
ROLLBACK;
