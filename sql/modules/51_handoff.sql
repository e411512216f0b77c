-- handoffs: how one journey falls apart among owners and channels

CREATE FUNCTION owners_touched(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_owners_touched' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION owners_touched(journey) IS
    'how many different owners (departments) the touches of the journey have; touches without an owner are passed over; 0 if none has one';

CREATE FUNCTION handoffs(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_handoffs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION handoffs(journey) IS
    'how often the journey passes from one owner to another: neighbours with different owners, among the touches that have an owner; 0 if none has one';

CREATE FUNCTION pingpongs(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_pingpongs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION pingpongs(journey) IS
    'how often the journey comes back to the owner that has just handed it over: touches of one owner in a row are one run, and a run is counted if the run before the last was of the same owner; A B A has 1, A B A B has 2, A B C A none; touches without an owner are passed over';

CREATE FUNCTION fragmentation(journey journey) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_fragmentation' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION fragmentation(journey) IS
    'how finely the journey is chopped among owners, 0..1: 1 minus the sum of squared shares of the touches (not of the time) that each owner has; 0 with one owner, 1 - 1/k with k equal ones: the chance that two touches drawn at random, with replacement, have different owners; NULL if no touch has an owner; complement of the index of Simpson (1949) and Herfindahl (1950)';

CREATE FUNCTION channel_switches(journey journey) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_channel_switches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION channel_switches(journey) IS
    'how often the journey goes on in another channel: neighbours with different channels, among the touches that have a channel; 0 if none has one';

CREATE FUNCTION mode_switches(journey journey, offline text[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'journey_mode_switches' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 15;
COMMENT ON FUNCTION mode_switches(journey, text[]) IS
    'how often the journey goes from online to offline or back: neighbours, among the touches that have a channel, of which just one is in a channel of the list; every channel that is not in the list is online; NULLs in the list, and names that do not occur, change nothing';

CREATE FUNCTION time_at_boundaries(journey journey) RETURNS float8
    AS 'MODULE_PATHNAME', 'journey_time_at_boundaries' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION time_at_boundaries(journey) IS
    'share 0..1 of the time from the first to the last touch with an owner that passes between owners: between two neighbours, among the touches that have an owner, whose owners differ; NULL if that time is 0, or no touch has an owner';
