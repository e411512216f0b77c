-- basket_stats: what comes together

CREATE TYPE basket_stats;

CREATE FUNCTION basket_stats_in(input cstring) RETURNS basket_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION basket_stats_out(value basket_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION basket_stats_recv(message internal) RETURNS basket_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION basket_stats_send(value basket_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE basket_stats (
    INPUT = basket_stats_in,
    OUTPUT = basket_stats_out,
    RECEIVE = basket_stats_recv,
    SEND = basket_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE basket_stats IS
    'which items come together in how many baskets, by pairs, made by basket_agg, read by basket_rules, basket_items and basket_count, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION basket_stats_in(cstring) IS 'text input of basket_stats; 22P02 malformed';
COMMENT ON FUNCTION basket_stats_out(basket_stats) IS 'text output of basket_stats';
COMMENT ON FUNCTION basket_stats_recv(internal) IS 'binary input of basket_stats; 22P03 malformed';
COMMENT ON FUNCTION basket_stats_send(basket_stats) IS 'binary output of basket_stats';

CREATE FUNCTION basket_stats_merge(a basket_stats, b basket_stats) RETURNS basket_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION basket_stats_merge(basket_stats, basket_stats) IS
    'what two collections of baskets hold together, exactly; a NULL adds nothing; 22003 more than 2^52 baskets';
CREATE FUNCTION basket_stats_final(state basket_stats) RETURNS basket_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION basket_stats_final(basket_stats) IS 'what was counted';

CREATE FUNCTION basket_accum(state basket_stats, items text[]) RETURNS basket_stats
    AS 'MODULE_PATHNAME', 'basket_accum_items' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION basket_accum(basket_stats, text[]) IS
    'counts a row of basket_agg(text[]); a NULL array adds nothing; 54000 more than 4096 different items, or an item over 4095 bytes';
CREATE FUNCTION basket_accum(state basket_stats, journey journey) RETURNS basket_stats
    AS 'MODULE_PATHNAME', 'basket_accum_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION basket_accum(basket_stats, journey) IS
    'counts a row of basket_agg(journey); a NULL journey adds nothing; 54000 more than 4096 different items';
CREATE FUNCTION basket_accum(state basket_stats, journey journey, grain text) RETURNS basket_stats
    AS 'MODULE_PATHNAME', 'basket_accum_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 60;
COMMENT ON FUNCTION basket_accum(basket_stats, journey, text) IS
    'counts a row of basket_agg(journey, text); a NULL journey adds nothing; 54000 more than 4096 different items; 22023 unknown grain';

CREATE AGGREGATE basket_agg(items text[]) (
    SFUNC = basket_accum, STYPE = basket_stats, SSPACE = 4096, FINALFUNC = basket_stats_final,
    COMBINEFUNC = basket_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE basket_agg(text[]) IS
    'which items come together: an array is a basket, also an empty one; an item counts once per basket, NULL items are ignored; NULL arrays add nothing, NULL without baskets; 54000 more than 4096 different items in a basket';
CREATE AGGREGATE basket_agg(journey journey) (
    SFUNC = basket_accum, STYPE = basket_stats, SSPACE = 4096, FINALFUNC = basket_stats_final,
    COMBINEFUNC = basket_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE basket_agg(journey) IS
    'which touchpoints occur in the same journeys: a journey is a basket; NULLs add nothing, NULL without journeys; 54000 more than 4096 different touchpoints in a journey';
CREATE AGGREGATE basket_agg(journey journey, grain text) (
    SFUNC = basket_accum, STYPE = basket_stats, SSPACE = 4096, FINALFUNC = basket_stats_final,
    COMBINEFUNC = basket_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE basket_agg(journey, text) IS
    'which names of the grain touchpoint, channel, stage or owner occur in the same journeys: a journey is a basket; NULLs add nothing, NULL without journeys; 54000 more than 4096 different names in a journey; 22023 unknown grain';
CREATE AGGREGATE rollup(basket basket_stats) (
    SFUNC = basket_stats_merge, STYPE = basket_stats, SSPACE = 4096, FINALFUNC = basket_stats_final,
    COMBINEFUNC = basket_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(basket_stats) IS
    'merges baskets exactly, in any order; NULLs add nothing';

CREATE FUNCTION basket_rules(basket basket_stats, min_support float8 DEFAULT 0, min_confidence float8 DEFAULT 0)
    RETURNS TABLE (antecedent text, consequent text, n bigint, support float8, confidence float8, lift float8, leverage float8,
        conviction float8, p_value float8)
    AS 'MODULE_PATHNAME', 'basket_rules' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 200;
COMMENT ON FUNCTION basket_rules(basket_stats, float8, float8) IS
    'rules "who has the antecedent has the consequent" for pairs of items that met, by name: n baskets with both; support, their share 0..1; confidence, share 0..1 of the antecedent''s baskets (Agrawal et al. 1993); lift (Brin et al. 1997), 1 when independent; leverage (Piatetsky-Shapiro 1991), a difference of shares; conviction (Brin et al. 1997), NULL when infinite; p_value, exact one-sided (Fisher) of as many or more by chance; thresholds are inclusive; 22023 one not in 0..1';
CREATE FUNCTION basket_items(basket basket_stats)
    RETURNS TABLE (item text, n bigint, support float8)
    AS 'MODULE_PATHNAME', 'basket_items' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 50;
COMMENT ON FUNCTION basket_items(basket_stats) IS
    'the items, by name: in how many baskets each is, and their share 0..1';
CREATE FUNCTION basket_count(basket basket_stats) RETURNS bigint
    AS 'MODULE_PATHNAME', 'basket_count' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION basket_count(basket_stats) IS
    'how many baskets were counted, empty ones too';
