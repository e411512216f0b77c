-- contacts: preceded by another touch, made while a session was open, or repeated

CREATE FUNCTION preceded_by(journey journey, what text, by text, within interval) RETURNS integer
    AS 'MODULE_PATHNAME', 'preceded_by' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION preceded_by(journey, text, text, interval) IS
    'how many touches that fit the expression "what" have a touch before them in the journey that fits "by", at most "within" earlier: calls after a visit to the website; a touch does not precede itself; 22023 "within" has months or is negative; 22P02 malformed expression, 54000 too large';
CREATE FUNCTION overlapping(journey journey, what text, session_of text, gap interval) RETURNS integer
    AS 'MODULE_PATHNAME', 'overlapping' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION overlapping(journey, text, text, interval) IS
    'how many touches that fit the expression "what" were made while a session was open: calls made while on the website; a session is of touches that fit "session_of" no further than the gap apart, and open from its first to its last touch, these included; a touch that fits both expressions counts; 22023 "gap" has months or is negative; 22P02 malformed expression, 54000 too large';
CREATE FUNCTION repeat_contacts(journey journey, what text, within interval) RETURNS integer
    AS 'MODULE_PATHNAME', 'repeat_contacts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION repeat_contacts(journey, text, interval) IS
    'how many touches that fit the expression come at most "within" after the one before that fits it: calls that had to be made again; 22023 "within" has months or is negative; 22P02 malformed expression, 54000 too large';

CREATE TYPE contact_stats;

CREATE FUNCTION contact_stats_in(input cstring) RETURNS contact_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION contact_stats_out(value contact_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION contact_stats_recv(message internal) RETURNS contact_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION contact_stats_send(value contact_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE contact_stats (
    INPUT = contact_stats_in,
    OUTPUT = contact_stats_out,
    RECEIVE = contact_stats_recv,
    SEND = contact_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE contact_stats IS
    'how many contacts of many customers were hit, made by preceded_agg, overlapping_agg and repeat_agg, read by contact_rate, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION contact_stats_in(cstring) IS 'text input of contact_stats; 22P02 malformed';
COMMENT ON FUNCTION contact_stats_out(contact_stats) IS 'text output of contact_stats';
COMMENT ON FUNCTION contact_stats_recv(internal) IS 'binary input of contact_stats; 22P03 malformed';
COMMENT ON FUNCTION contact_stats_send(contact_stats) IS 'binary output of contact_stats';

CREATE FUNCTION contact_stats_merge(a contact_stats, b contact_stats) RETURNS contact_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION contact_stats_merge(contact_stats, contact_stats) IS
    'what two contact_stats hold together, exactly; a NULL adds nothing; 22023 if they were asked for differently; 22003 more than 2^61 contacts';
CREATE FUNCTION contact_stats_final(state contact_stats) RETURNS contact_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION contact_stats_final(contact_stats) IS 'what was counted';

CREATE FUNCTION preceded_accum(state contact_stats, journey journey, what text, by text, within interval) RETURNS contact_stats
    AS 'MODULE_PATHNAME', 'preceded_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION preceded_accum(contact_stats, journey, text, text, interval) IS
    'counts a row of preceded_agg(journey, text, text, interval); a NULL journey adds nothing; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large';
CREATE AGGREGATE preceded_agg(journey journey, what text, by text, within interval) (
    SFUNC = preceded_accum, STYPE = contact_stats, SSPACE = 512, FINALFUNC = contact_stats_final,
    COMBINEFUNC = contact_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE preceded_agg(journey, text, text, interval) IS
    'of the contacts of many customers, touches that fit "what", how many had a touch before them that fits "by", at most "within" earlier (see preceded_by), by contact and by customer; NULL journeys add nothing, NULL without journeys; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 arguments that are not the same in all rows';
CREATE FUNCTION overlapping_accum(state contact_stats, journey journey, what text, session_of text, gap interval) RETURNS contact_stats
    AS 'MODULE_PATHNAME', 'overlapping_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION overlapping_accum(contact_stats, journey, text, text, interval) IS
    'counts a row of overlapping_agg(journey, text, text, interval); a NULL journey adds nothing; 22023 "gap" has months, is negative or NULL; 22P02 malformed expression, 54000 too large';
CREATE AGGREGATE overlapping_agg(journey journey, what text, session_of text, gap interval) (
    SFUNC = overlapping_accum, STYPE = contact_stats, SSPACE = 512, FINALFUNC = contact_stats_final,
    COMBINEFUNC = contact_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE overlapping_agg(journey, text, text, interval) IS
    'of the contacts of many customers, touches that fit "what", how many were made while a session of touches that fit "session_of" was open (see overlapping), by contact and by customer; NULL journeys add nothing, NULL without journeys; 22023 "gap" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 arguments that are not the same in all rows';
CREATE FUNCTION repeat_accum(state contact_stats, journey journey, what text, within interval) RETURNS contact_stats
    AS 'MODULE_PATHNAME', 'repeat_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION repeat_accum(contact_stats, journey, text, interval) IS
    'counts a row of repeat_agg(journey, text, interval); a NULL journey adds nothing; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large';
CREATE AGGREGATE repeat_agg(journey journey, what text, within interval) (
    SFUNC = repeat_accum, STYPE = contact_stats, SSPACE = 512, FINALFUNC = contact_stats_final,
    COMBINEFUNC = contact_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE repeat_agg(journey, text, interval) IS
    'of the contacts of many customers, touches that fit the expression, how many came at most "within" after the one before (see repeat_contacts), by contact and by customer; NULL journeys add nothing, NULL without journeys; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 arguments that are not the same in all rows';
CREATE AGGREGATE rollup(contacts contact_stats) (
    SFUNC = contact_stats_merge, STYPE = contact_stats, SSPACE = 512, FINALFUNC = contact_stats_final,
    COMBINEFUNC = contact_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(contact_stats) IS
    'merges contact_stats exactly, in any order; NULLs add nothing; 22023 if they were asked for differently';

CREATE FUNCTION contact_rate(contacts contact_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (denominator text, n bigint, hits bigint, rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'contact_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION contact_rate(contact_stats, float8) IS
    'two rows: of all contacts (''contact'') how many were hit, and of the customers with a contact (''customer'') how many had at least one hit; the rate 0..1 of either with its Wilson interval, for contacts with their effective number: n over the design effect of customers (Kish 1965; Korn, Graubard 1998), at most n; NULL without contacts; 22023 confidence not between 0 and 1';
