-- profit: cost to serve, the whale curve, and what if

CREATE FUNCTION cost_to_serve(journey journey, what text[], cost float8[]) RETURNS float8
    AS 'MODULE_PATHNAME', 'cost_to_serve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION cost_to_serve(journey, text[], float8[]) IS
    'what the touches of the journey cost, in the unit of money of cost: each touch what stands at the first of the touch expressions that it fits, 0 if it fits none; 0 without touches; summed up with twice the digits of a double; source: time-driven activity-based costing, Kaplan, Anderson 2004; 22023 arrays of different lengths, of several dimensions (cost), or with NULLs; 22003 a cost that is not finite, or beyond 1e140; 22P02 a malformed expression; 54000 too many of them';

CREATE FUNCTION whale_curve(profits float8[], points integer DEFAULT 20)
    RETURNS TABLE (customers bigint, customer_share float8, profit float8, cumulative float8, cumulative_share float8)
    AS 'MODULE_PATHNAME', 'whale_curve' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION whale_curve(float8[], integer) IS
    'profits of n customers added up, best first: row k of points holds the best k * n / points of them, rounded up (with fewer customers than points a row for each); how many and which share 0..1 of all they are, the profit of those that came with this row, the cumulative profit, and that as a part of the whole, which passes 1 where the worst customers lose money, NULL where the whole is not above 0; NULL profits are left out, no rows without any; source: Kaplan, Narayanan 2001; 22023 points below 1, an array of several dimensions; 22003 a profit that is not finite, or beyond 1e140, or a cumulative_share beyond double precision';

CREATE FUNCTION what_if(revenue float8, margin float8, churn float8, wins float8, cost_to_serve float8,
        churn_change float8 DEFAULT 0, win_change float8 DEFAULT 0, cost_change float8 DEFAULT 0)
    RETURNS TABLE (lever text, change float8, profit_before float8, profit_after float8, effect float8)
    AS 'MODULE_PATHNAME', 'what_if' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4;
COMMENT ON FUNCTION what_if(float8, float8, float8, float8, float8, float8, float8, float8) IS
    'what less churn, more wins and cheaper service do to the profit of a year, margin * (revenue * (1 - churn) + wins) - cost_to_serve: revenue a year of the customers at its start, margin on revenue (at most 1, below 0 at a loss), share 0..1 of that revenue that is lost in the year, revenue won from new customers, cost to serve all of them, in one unit of money; changes are relative, -0.15 is 15 % less; rows: churn, win rate, cost to serve, each on its own, and together (change NULL), with profit before and after and their difference; 22003 margin above 1, churn outside 0..1 before or after the change, a negative amount, a change below -1, what is not finite, or beyond 1e140';
