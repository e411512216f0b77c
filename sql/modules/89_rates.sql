-- rates of churn and retention, defined once

CREATE FUNCTION customer_rates(at_start bigint, lost bigint, won bigint DEFAULT 0, confidence float8 DEFAULT 0.95)
    RETURNS TABLE (at_start bigint, lost bigint, won bigint, at_end bigint, churn float8, low float8, high float8, retention float8, growth float8)
    AS 'MODULE_PATHNAME', 'customer_rates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 ROWS 2;
COMMENT ON FUNCTION customer_rates(bigint, bigint, bigint, float8) IS
    'one row on the customers of a period: those there at the start, those of them who were lost, those won, and those there at the end; churn = lost / at_start, 0..1, with its Wilson interval low..high; retention = (at_start - lost) / at_start, 0..1, whatever was won; growth = (won - lost) / at_start; rates are NULL if nobody was there at the start; 22003 a negative number, more lost than there were, more at the end than a bigint holds; 22023 confidence not between 0 and 1';

CREATE FUNCTION revenue_rates(at_start float8, churned float8, contraction float8 DEFAULT 0, expansion float8 DEFAULT 0)
    RETURNS TABLE (at_end float8, gross_retention float8, net_retention float8, gross_churn float8, net_churn float8)
    AS 'MODULE_PATHNAME', 'revenue_rates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 ROWS 2;
COMMENT ON FUNCTION revenue_rates(float8, float8, float8, float8) IS
    'one row on the recurring revenue of the customers who were there at the start of a period, new ones left out: at_end, what they bring at its end; gross_retention = (at_start - churned - contraction) / at_start, 0..1; net_retention = gross_retention + expansion / at_start, 0 or more, above 1 if the rest grew by more than was lost; gross_churn = 1 - gross_retention, 0..1; net_churn = 1 - net_retention, 1 or less; churned is the revenue of customers who left, contraction what others pay less, expansion what they pay more, all 0 or more; rates are NULL without revenue at the start; 22003 an amount that is negative, not finite or above 1e140, or more lost than there was';

CREATE FUNCTION annualise(rate float8, periods float8 DEFAULT 12) RETURNS float8
    AS 'MODULE_PATHNAME', 'annualise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2;
COMMENT ON FUNCTION annualise(float8, float8) IS
    'the rate of churn over many periods, 0..1, of a rate 0..1 per period that stays the same: 1 - (1 - rate)^periods; 12 periods make a year of months, 1/12.0 turns a rate per year into one per month; 22003 a rate that is not between 0 and 1, periods that are not above 0 and finite';
