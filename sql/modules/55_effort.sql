-- effort: what a journey took its customer

CREATE FUNCTION effort_index(journey journey, wait interval DEFAULT '1 day', weights float8[] DEFAULT '{1,1,1,1,1}', halfway float8[] DEFAULT '{10,2,2,2,2}')
    RETURNS float8
    AS 'MODULE_PATHNAME', 'effort_index' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30;
COMMENT ON FUNCTION effort_index(journey, interval, float8[], float8[]) IS
    'how much the journey took its customer, 0..100, high is bad: weighted mean of the points of five parts in percent; a part is a count x, its points are x / (x + halfway), none at 0 and one half at halfway (saturation as in Michaelis, Menten 1913); parts, in the order of weights and halfway: steps (touches), repeats (touches whose touchpoint came before), switches (of channel), handoffs (between owners), waits (gaps between neighbouring touches longer than wait; a day has 24 hours); the sources of effort are those of Dixon, Freeman, Toman (2010), the formula is ours; NULL without touches; 22023 a wait with months, or negative; weights that are not five finite numbers of at least 0, or all 0; halfway that is not five finite numbers above 0';

CREATE FUNCTION effort_parts(journey journey, wait interval DEFAULT '1 day', weights float8[] DEFAULT '{1,1,1,1,1}', halfway float8[] DEFAULT '{10,2,2,2,2}')
    RETURNS TABLE (part text, amount integer, points float8, share float8)
    AS 'MODULE_PATHNAME', 'effort_parts' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 40 ROWS 5;
COMMENT ON FUNCTION effort_parts(journey, interval, float8[], float8[]) IS
    'the five parts of effort_index, always in this order: steps, repeats, switches, handoffs, waits; how many there are; the points that they add to the index, 0..100, which add up to it; their share 0..1 of it, NULL if it is 0; points and share are NULL without touches; errors as of effort_index';
