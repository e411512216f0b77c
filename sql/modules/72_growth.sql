-- growth_stats: earned growth, and loyalty of one customer

CREATE TYPE growth_stats;

CREATE FUNCTION growth_stats_in(input cstring) RETURNS growth_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_stats_out(value growth_stats) RETURNS cstring
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_stats_recv(message internal) RETURNS growth_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION growth_stats_send(value growth_stats) RETURNS bytea
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE growth_stats (
    INPUT = growth_stats_in,
    OUTPUT = growth_stats_out,
    RECEIVE = growth_stats_recv,
    SEND = growth_stats_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE growth_stats IS
    'revenue of a period against that of the period before, by where customers came from, made by earned_growth_agg, read by earned_growth, merged exactly by rollup; text form: its bytes in hexadecimal';
COMMENT ON FUNCTION growth_stats_in(cstring) IS 'text input of growth_stats; 22P02 malformed';
COMMENT ON FUNCTION growth_stats_out(growth_stats) IS 'text output of growth_stats';
COMMENT ON FUNCTION growth_stats_recv(internal) IS 'binary input of growth_stats; 22P03 malformed';
COMMENT ON FUNCTION growth_stats_send(growth_stats) IS 'binary output of growth_stats';

CREATE FUNCTION growth_stats_merge(a growth_stats, b growth_stats) RETURNS growth_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 25;
COMMENT ON FUNCTION growth_stats_merge(growth_stats, growth_stats) IS
    'what two growth_stats hold together, exactly; a NULL adds nothing; 22003 more than 2^61 customers';
CREATE FUNCTION growth_stats_final(state growth_stats) RETURNS growth_stats
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 25;
COMMENT ON FUNCTION growth_stats_final(growth_stats) IS 'what was counted';

CREATE FUNCTION growth_accum(state growth_stats, before float8, after float8, earned boolean) RETURNS growth_stats
    AS 'MODULE_PATHNAME', 'growth_accum' LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5;
COMMENT ON FUNCTION growth_accum(growth_stats, float8, float8, boolean) IS
    'counts a row of earned_growth_agg(float8, float8, boolean); 22003 a revenue that is not finite, or beyond 1e140';

CREATE AGGREGATE earned_growth_agg(before float8, after float8, earned boolean) (
    SFUNC = growth_accum, STYPE = growth_stats, SSPACE = 3072, FINALFUNC = growth_stats_final,
    COMBINEFUNC = growth_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE earned_growth_agg(float8, float8, boolean) IS
    'one row a customer: revenue of the period before and of this one, in one unit of money (NULL or 0: none, refunds may be negative), and of a new customer, one without revenue before, whether it came by recommendation or of itself (true), was bought by advertising and the like (false), or nobody knows (NULL); rows without revenue in either period add nothing; sums are exact in any order; NULL without rows; 22003 a revenue that is not finite, or beyond 1e140';
CREATE AGGREGATE rollup(growth growth_stats) (
    SFUNC = growth_stats_merge, STYPE = growth_stats, SSPACE = 3072, FINALFUNC = growth_stats_final,
    COMBINEFUNC = growth_stats_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(growth_stats) IS 'merges growth_stats exactly, in any order; NULLs add nothing; 22003 more than 2^61 customers';

CREATE FUNCTION earned_growth(stats growth_stats)
    RETURNS TABLE (customers bigint, new_customers bigint, unknown_customers bigint, base float8, nrr float8, earned_share float8,
        bought_share float8, unknown_share float8, growth float8, earned_growth float8, ratio float8)
    AS 'MODULE_PATHNAME', 'earned_growth_stats' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 2;
COMMENT ON FUNCTION earned_growth(growth_stats) IS
    'one row: customers of the period before, new customers, those of them of unknown origin; base, the revenue of the period before; as parts of the base (1 is all of it, not bound to 0..1): nrr (net revenue retention), this period''s revenue from customers of the period before; that from new customers who were earned, bought, of unknown origin; growth = nrr + earned_share + bought_share + unknown_share - 1; earned_growth = nrr + earned_share - 1; ratio = earned_growth / growth, NULL if growth is 0; all but the counts and the base NULL if the base is not above 0; source: Reichheld, Darnell, Burns 2021, Winning on Purpose, appendix B; 22003 beyond double precision';
CREATE FUNCTION earned_growth(base float8, retained float8, earned float8, bought float8)
    RETURNS TABLE (nrr float8, earned_share float8, bought_share float8, growth float8, earned_growth float8, ratio float8)
    AS 'MODULE_PATHNAME', 'earned_growth' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 2;
COMMENT ON FUNCTION earned_growth(float8, float8, float8, float8) IS
    'one row, from revenue of the period before (base), and this period''s from customers of the period before (retained), from new ones who came by recommendation or of themselves (earned) and from those who were bought, all in one unit of money; as parts of the base (1 is all of it, not bound to 0..1): nrr = retained / base, earned_share = earned / base, bought_share = bought / base; growth = nrr + earned_share + bought_share - 1; earned_growth = nrr + earned_share - 1; ratio = earned_growth / growth, NULL if growth is 0; all NULL if the base is not above 0; source: Reichheld, Darnell, Burns 2021, Winning on Purpose, appendix B; 22003 an argument that is not finite, or beyond 1e140, or a result beyond double precision';

CREATE FUNCTION loyalty_quadrant(satisfied boolean, retained boolean) RETURNS text
    AS 'MODULE_PATHNAME', 'loyalty_quadrant' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION loyalty_quadrant(boolean, boolean) IS
    'loyal: satisfied and stays; hostage: stays, but is not satisfied; mercenary: satisfied, and leaves all the same; defector: neither; NULL if either is not known; source: Jones, Sasser 1995, Why Satisfied Customers Defect';
CREATE FUNCTION wallet_share(rank float8, brands integer) RETURNS float8
    AS 'MODULE_PATHNAME', 'wallet_share' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION wallet_share(float8, integer) IS
    'share 0..1 of what a customer spends in a category that goes to the brand of this rank among those it uses, 1 being the best liked: (1 - rank/(brands + 1)) * 2/brands; tied brands have the mean of their ranks, such as 1.5; source: the wallet allocation rule, Keiningham, Aksoy, Buoye, Cooil 2011; 22003 a rank outside 1..brands, or brands below 1';
