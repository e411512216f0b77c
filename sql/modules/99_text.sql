-- comments by the words of the user's own list

CREATE FUNCTION text_fold(comment text) RETURNS text
    AS 'MODULE_PATHNAME', 'text_fold' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION text_fold(text) IS
    'the words of a text without case and accents, one space between them and nothing else: what text_score and text_hits compare; accents go by decomposition (Unicode NFKD), letters with a stroke become plain ones; emoji, and characters of scripts written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) are words by themselves; in databases that are not in UTF-8 only ASCII letters lose their case';

CREATE FUNCTION text_hits(comment text, words text[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'text_hits' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION text_hits(text, text[]) IS
    'how often words of the list, which may be phrases of several words, occur in the comment, without regard to case and accents (text_fold); from the left, the longest that fits, none inside another; 22023 a NULL word, or one without letters or digits';

CREATE FUNCTION text_score(comment text, words text[], weights float8[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'text_score' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION text_score(text, text[], float8[]) IS
    'mean weight of the words of the list that occur in the comment, each as often as it occurs, found as text_hits finds them; in units of the weights, so -1..1 if they are; NULL if none occurs; 22023 not as many weights as words, a NULL among them, a word without letters or digits, words that are the same without case and accents but have different weights; 22003 a weight that is not finite or beyond 1e140';
