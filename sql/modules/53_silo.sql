-- silo_stats: each owner's own success against the success of the journeys it touched

CREATE TYPE silo_stats;

CREATE FUNCTION silo_stats_in(input cstring) RETURNS silo_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION silo_stats_out(value silo_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION silo_stats_recv(message internal) RETURNS silo_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION silo_stats_send(value silo_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE silo_stats (
    INPUT = silo_stats_in,
    OUTPUT = silo_stats_out,
    RECEIVE = silo_stats_recv,
    SEND = silo_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE silo_stats IS
    'each owners own success and that of the journeys it touched, made by silo_agg, read by silo_report and silo_total, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION silo_stats_in(cstring) IS 'text input of silo_stats; 22P02 malformed';
COMMENT ON FUNCTION silo_stats_out(silo_stats) IS 'text output of silo_stats';
COMMENT ON FUNCTION silo_stats_recv(internal) IS 'binary input of silo_stats; 22P03 malformed';
COMMENT ON FUNCTION silo_stats_send(silo_stats) IS 'binary output of silo_stats';

CREATE FUNCTION silo_stats_merge(a silo_stats, b silo_stats) RETURNS silo_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50;
COMMENT ON FUNCTION silo_stats_merge(silo_stats, silo_stats) IS
    'what two silo_stats hold together, exactly; a NULL adds nothing; 22023 one counted by rows and the other by journeys; 22003 more than 2^61 touches or journeys';
CREATE FUNCTION silo_stats_final(state silo_stats) RETURNS silo_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION silo_stats_final(silo_stats) IS 'what was counted';

CREATE FUNCTION silo_accum(state silo_stats, owner text, touch_ok boolean, journey_ok boolean) RETURNS silo_stats
    AS 'MODULE_PATHNAME', 'silo_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION silo_accum(silo_stats, text, boolean, boolean) IS
    'counts a row of silo_agg(text, boolean, boolean)';
CREATE FUNCTION silo_accum(state silo_stats, owners text[], touch_ok boolean[], journey_ok boolean) RETURNS silo_stats
    AS 'MODULE_PATHNAME', 'silo_accum_array' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION silo_accum(silo_stats, text[], boolean[], boolean) IS
    'counts a row of silo_agg(text[], boolean[], boolean); NULL owners add nothing; 22023 arrays of different lengths';
CREATE FUNCTION silo_accum(state silo_stats, journey journey, journey_ok boolean) RETURNS silo_stats
    AS 'MODULE_PATHNAME', 'silo_accum_journey' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION silo_accum(silo_stats, journey, boolean) IS
    'counts a row of silo_agg(journey, boolean); a NULL journey adds nothing';

CREATE AGGREGATE silo_agg(owner text, touch_ok boolean, journey_ok boolean) (
    SFUNC = silo_accum, STYPE = silo_stats, SSPACE = 4096, FINALFUNC = silo_stats_final,
    COMBINEFUNC = silo_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE silo_agg(text, boolean, boolean) IS
    'own success of each owner against that of its journeys, by rows: a row is one owner''s part in one journey; touch_ok NULL is unknown, journey_ok NULL undecided, both are counted; a row without an owner is counted as unowned and left out; a journey counts as often as it has rows, for exact figures end to end give journeys or arrays; NULL without rows; 54000 an owner longer than 4095 bytes, or more than 16777216 owners';
CREATE AGGREGATE silo_agg(owners text[], touch_ok boolean[], journey_ok boolean) (
    SFUNC = silo_accum, STYPE = silo_stats, SSPACE = 4096, FINALFUNC = silo_stats_final,
    COMBINEFUNC = silo_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE silo_agg(text[], boolean[], boolean) IS
    'own success of each owner against that of its journeys: a row is one journey, its touches in order as two arrays of the same length; a touch that is NULL is unknown (all are, if touch_ok is NULL), a journey_ok of NULL undecided; touches without an owner are counted as unowned and left out; NULL owners add nothing, NULL without journeys; 22023 arrays of different lengths or of several dimensions; 54000 an owner longer than 4095 bytes, or more than 16777216 owners';
CREATE AGGREGATE silo_agg(journey journey, journey_ok boolean) (
    SFUNC = silo_accum, STYPE = silo_stats, SSPACE = 4096, FINALFUNC = silo_stats_final,
    COMBINEFUNC = silo_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE silo_agg(journey, boolean) IS
    'own success of each owner against that of its journeys: a touch is ok if its feedback is in the good bucket of its kind (promoter, satisfied, easy, reached, good), not ok in any other bucket, unknown without feedback or with a rating, which has no buckets; a journey_ok of NULL is undecided; touches without an owner are counted as unowned and left out; NULL journeys add nothing, NULL without journeys; 54000 more than 16777216 owners';
CREATE AGGREGATE rollup(silo silo_stats) (
    SFUNC = silo_stats_merge, STYPE = silo_stats, SSPACE = 4096, FINALFUNC = silo_stats_final,
    COMBINEFUNC = silo_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(silo_stats) IS
    'merges silo_stats exactly, in any order; NULLs add nothing; 22023 some counted by rows and some by journeys';

CREATE FUNCTION silo_report(silo silo_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (owner text, touches bigint, unknown bigint, ok bigint, own_success float8, own_low float8, own_high float8,
        journeys bigint, journeys_ok bigint, journey_success float8, low float8, high float8, gap float8, broken bigint,
        broken_share float8)
    AS 'MODULE_PATHNAME', 'silo_report' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 20;
COMMENT ON FUNCTION silo_report(silo_stats, float8) IS
    'a row for each owner: its touches, how many are unknown and ok; own_success, the share 0..1 that is ok of those known, with its Wilson interval; decided journeys it touched, how many are ok, their share 0..1 with its Wilson interval low..high; gap, own_success minus journey_success, -1..1; broken, failed journeys in which it was the first whose touch was not ok (counted by rows: rows not ok in a failed journey), and their share 0..1 of all failed ones; ordered by broken and gap, both descending, then owner; shares of nothing are NULL; 22023 confidence not between 0 and 1';
CREATE FUNCTION silo_total(silo silo_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (owners bigint, touches bigint, unknown bigint, unowned bigint, touch_success float8, touch_low float8, touch_high float8,
        journeys bigint, undecided bigint, journey_success float8, low float8, high float8, gap float8, independent float8,
        worst_owner text, fractured boolean)
    AS 'MODULE_PATHNAME', 'silo_total' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 2;
COMMENT ON FUNCTION silo_total(silo_stats, float8) IS
    'one row, end to end: owners, their touches, how many of those are unknown, touches without an owner; touch_success, the share 0..1 of known touches that are ok, with its Wilson interval; decided and undecided journeys, the share 0..1 of decided ones that are ok with its Wilson interval low..high; gap, touch_success minus journey_success, -1..1; independent, the product 0..1 of the own success of all owners with known touches: what is left if a journey needs each of them once; worst_owner, first in silo_report, NULL if none broke a journey; fractured, whether each owner with known touches is above the journeys (Maechler, Neher, Park 2016); shares of nothing are NULL; 22023 confidence not between 0 and 1';
