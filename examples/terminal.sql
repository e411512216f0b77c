-- Pictures in plain text, for the reports beside this file. They live for one session.

-- A bar for a value between lo and hi, drawn from the axis at 0 (or at lo, where 0 is not between).
CREATE FUNCTION pg_temp.bar(value float8, lo float8, hi float8, width int DEFAULT 30) RETURNS text
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE
        WHEN size >= 0 THEN repeat(' ', axis) || CASE WHEN axis > 0 THEN '│' ELSE '' END || repeat('█', size)
        ELSE repeat(' ', axis + size) || repeat('█', -size) || '│' END
    FROM (SELECT greatest(lo, least(0, hi)) AS base) AS b,
         LATERAL (SELECT round((base - lo) / (hi - lo) * width)::int AS axis,
                         round((greatest(lo, least(hi, value)) - base) / (hi - lo) * width)::int AS size) AS s
$$;

-- One block per value, its height between lo and hi; a dot where there is no value.
CREATE FUNCTION pg_temp.sparkline(series float8[], lo float8, hi float8) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(coalesce(substr('▁▂▃▄▅▆▇█', 1 + greatest(0, least(7, floor((v - lo) / (hi - lo) * 8)))::int, 1), '·'), '' ORDER BY i)
    FROM unnest(series) WITH ORDINALITY AS u(v, i)
$$;

-- Numbers as people write them: a score, a share as a whole percentage, a p-value, a count.
CREATE FUNCTION pg_temp.show(value float8, digits int DEFAULT 1) RETURNS numeric
LANGUAGE sql IMMUTABLE AS 'SELECT round(value::numeric, digits)';

CREATE FUNCTION pg_temp.show_share(value float8) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT round(100 * value::numeric) || ' %' $$;

CREATE FUNCTION pg_temp.show_p(value float8) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN value < 0.0001 THEN '<0.0001' ELSE round(value::numeric, 4)::text END $$;

CREATE FUNCTION pg_temp.show_count(value bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT to_char(value, 'FM999,999,999,999') $$;
