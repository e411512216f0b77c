-- first-contact resolution

CREATE TYPE resolution_stats;

CREATE FUNCTION resolution_stats_in(input cstring) RETURNS resolution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION resolution_stats_out(value resolution_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION resolution_stats_recv(message internal) RETURNS resolution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION resolution_stats_send(value resolution_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE resolution_stats (
    INPUT = resolution_stats_in,
    OUTPUT = resolution_stats_out,
    RECEIVE = resolution_stats_recv,
    SEND = resolution_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE resolution_stats IS
    'how many cases were solved at first contact, made by resolution_agg, read by first_contact_resolution, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION resolution_stats_in(cstring) IS 'text input of resolution_stats; 22P02 malformed';
COMMENT ON FUNCTION resolution_stats_out(resolution_stats) IS 'text output of resolution_stats';
COMMENT ON FUNCTION resolution_stats_recv(internal) IS 'binary input of resolution_stats; 22P03 malformed';
COMMENT ON FUNCTION resolution_stats_send(resolution_stats) IS 'binary output of resolution_stats';

CREATE FUNCTION resolution_stats_merge(a resolution_stats, b resolution_stats) RETURNS resolution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20;
COMMENT ON FUNCTION resolution_stats_merge(resolution_stats, resolution_stats) IS
    'what two resolution_stats hold together, exactly; a NULL adds nothing; 22023 if they were asked for differently; 22003 more than 2^61 cases';
CREATE FUNCTION resolution_stats_final(state resolution_stats) RETURNS resolution_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION resolution_stats_final(resolution_stats) IS 'what was counted';

CREATE FUNCTION resolution_accum(state resolution_stats, resolved boolean) RETURNS resolution_stats
    AS 'MODULE_PATHNAME', 'resolution_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION resolution_accum(resolution_stats, boolean) IS
    'counts a row of resolution_agg(boolean); a NULL is counted as undecided';
CREATE AGGREGATE resolution_agg(resolved boolean) (
    SFUNC = resolution_accum, STYPE = resolution_stats, SSPACE = 256, FINALFUNC = resolution_stats_final,
    COMBINEFUNC = resolution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE resolution_agg(boolean) IS
    'how many cases were solved at first contact; each row is a case, all of them could be; a NULL is not decided yet: it is left out and counted; NULL without rows';
CREATE FUNCTION resolution_accum(state resolution_stats, resolved boolean, solvable boolean) RETURNS resolution_stats
    AS 'MODULE_PATHNAME', 'resolution_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION resolution_accum(resolution_stats, boolean, boolean) IS
    'counts a row of resolution_agg(boolean, boolean); a NULL is counted as undecided';
CREATE AGGREGATE resolution_agg(resolved boolean, solvable boolean) (
    SFUNC = resolution_accum, STYPE = resolution_stats, SSPACE = 256, FINALFUNC = resolution_stats_final,
    COMBINEFUNC = resolution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE resolution_agg(boolean, boolean) IS
    'how many cases were solved at first contact; each row is a case; "solvable" is false for what cannot be solved at first contact, which the net rate leaves out; a NULL in either is not decided yet: it is left out and counted; NULL without rows';
CREATE FUNCTION resolution_accum(state resolution_stats, journey journey, what text, within interval, as_of timestamptz) RETURNS resolution_stats
    AS 'MODULE_PATHNAME', 'resolution_journey_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 30;
COMMENT ON FUNCTION resolution_accum(resolution_stats, journey, text, interval, timestamptz) IS
    'counts a row of resolution_agg(journey, text, interval, timestamptz); a NULL journey adds nothing; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 as_of is NULL';
CREATE AGGREGATE resolution_agg(journey journey, what text, within interval, as_of timestamptz) (
    SFUNC = resolution_accum, STYPE = resolution_stats, SSPACE = 512, FINALFUNC = resolution_stats_final,
    COMBINEFUNC = resolution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE resolution_agg(journey, text, interval, timestamptz) IS
    'how many cases were solved at first contact, read from journeys: a contact is a touch that fits the expression, one that comes at most "within" after the one before belongs to its case; a case of several contacts was not solved at first contact, one of a single contact was if more than "within" has passed since, by as_of; else it is undecided, left out and counted; touches after as_of are not looked at; NULL journeys add nothing, NULL without journeys; 22023 "within" has months, is negative or NULL; 22P02 malformed expression, 54000 too large; 22023 as_of is NULL, expression or window is not the same in all rows';
CREATE AGGREGATE rollup(resolutions resolution_stats) (
    SFUNC = resolution_stats_merge, STYPE = resolution_stats, SSPACE = 512, FINALFUNC = resolution_stats_final,
    COMBINEFUNC = resolution_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(resolution_stats) IS
    'merges resolution_stats exactly, in any order; NULLs add nothing; 22023 if they were asked for differently';

CREATE FUNCTION first_contact_resolution(resolution resolution_stats, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (measure text, cases bigint, resolved bigint, undecided bigint, rate float8, low float8, high float8)
    AS 'MODULE_PATHNAME', 'first_contact_resolution' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 2;
COMMENT ON FUNCTION first_contact_resolution(resolution_stats, float8) IS
    'two rows: of all decided cases (''gross''), and of those among them that could be solved at first contact (''net''), how many were; undecided cases, which are left out; the rate 0..1 with its Wilson interval; NULL without decided cases; 22023 confidence not between 0 and 1';
