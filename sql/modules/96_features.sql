-- features: a journey as numbers that a regression can use

CREATE FUNCTION journey_features(journey journey, as_of timestamptz, contact text DEFAULT '/support') RETURNS float8[]
    AS 'MODULE_PATHNAME', 'journey_features' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60;
COMMENT ON FUNCTION journey_features(journey, timestamptz, text) IS
    '13 numbers about the touches at or before as_of, none NULL, named by journey_feature_names: recency, days from the last touch to as_of; frequency, touches; mean_gap, mean days between touches (of a single touch the recency); gap_trend, slope of the gaps over their number by least squares in days, above 0 when they grow longer (0 with fewer than three touches); contacts, touches that fit the touch expression; repeats, channel_switches, handoffs, as the functions of these names give them; has_feedback, 1 or 0; last_feedback, mean_feedback, lowest_feedback, percent 0..100 of the scale, 100 the good end (50 without feedback); effort, effort_index with its defaults, 0..100; NULL without touches until then; 22008 an infinite as_of, 22P02 a contact that is no touch expression';
CREATE FUNCTION journey_feature_names() RETURNS text[]
    AS 'MODULE_PATHNAME', 'journey_feature_names' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5;
COMMENT ON FUNCTION journey_feature_names() IS 'the names of what journey_features gives, in its order: for model_terms and odds_ratios';
