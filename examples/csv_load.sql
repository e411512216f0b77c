-- From the first lines of a CSV file to a table that fits it, whatever its header. Two calls, with
-- the lines in between (script/demo does this):
--
--   psql -f examples/csv_load.sql                                    makes the schema demo
--   ... COPY demo.header (line) FROM STDIN, one text line per row
--   psql -c 'CALL demo.make_table()'                                 makes the table survey
--
-- Names are trimmed; an empty one becomes column_N, and one that is taken already gets a number.

CREATE SCHEMA demo;
CREATE TABLE demo.header (n int GENERATED ALWAYS AS IDENTITY, line text);
CREATE TABLE demo.columns (position int PRIMARY KEY, name text NOT NULL);
CREATE TABLE demo.separator (sign text NOT NULL);
CREATE TABLE demo.metric (id int GENERATED ALWAYS AS IDENTITY, kind text, name text, lo float8, hi float8);
CREATE TABLE demo.missing (name text, value text);      -- name NULL: in every column

-- The header: the first line, and those after it as long as a quote is open.
CREATE FUNCTION demo.header() RETURNS text LANGUAGE sql AS $$
    SELECT ltrim(string_agg(line, E'\n' ORDER BY n), U&'\FEFF')        -- some programs put a byte order mark in front
    FROM demo.header
    WHERE n <= (SELECT min(n) FROM (SELECT n, sum(length(line) - length(replace(line, '"', ''))) OVER (ORDER BY n) AS quotes
                                    FROM demo.header) AS q WHERE quotes % 2 = 0)
$$;

CREATE PROCEDURE demo.make_table() LANGUAGE plpgsql AS $$
DECLARE
    header text := demo.header();
    sep    text;
    field  text;
    base   text;
    suffix text;
    tries  int;
    taken  text[] := '{tableoid,xmin,cmin,xmax,cmax,ctid}';     -- a table has these of its own
BEGIN
    IF header !~ '[^[:space:]]' IS NOT FALSE THEN
        RAISE EXCEPTION 'the file has no header line' USING ERRCODE = 'bad_copy_file_format';
    END IF;
    -- the sign that parts fields most often, outside quotes
    SELECT s INTO sep
    FROM unnest(ARRAY[',', ';', E'\t', '|']) WITH ORDINALITY AS u(s, i),
         regexp_replace(header, '"([^"]|"")*"', '', 'g') AS bare
    ORDER BY length(bare) - length(replace(bare, s, '')) DESC, i
    LIMIT 1;
    INSERT INTO demo.separator VALUES (sep);

    FOR field IN
        SELECT m[1] FROM regexp_matches(header || sep, format('("(?:[^"]|"")*"[^%1$s]*|[^%1$s]*)[%1$s]', sep), 'g') AS m
    LOOP
        field := btrim(field, E' \t\r\n');
        IF field LIKE '"%"' THEN
            field := replace(substr(field, 2, length(field) - 2), '""', '"');
        END IF;
        field := btrim(regexp_replace(field, '[[:cntrl:]]+', ' ', 'g'));
        base := coalesce(nullif(field, ''), 'column_' || cardinality(taken) - 5);
        tries := 1;
        LOOP
            suffix := CASE WHEN tries > 1 THEN '_' || tries ELSE '' END;
            WHILE octet_length(base || suffix) > 63 LOOP        -- the longest name PostgreSQL has
                base := left(base, -1);
            END LOOP;
            EXIT WHEN lower(base || suffix) <> ALL (taken);
            tries := tries + 1;
        END LOOP;
        taken := taken || lower(base || suffix);
        INSERT INTO demo.columns VALUES (cardinality(taken) - 6, base || suffix);
    END LOOP;

    EXECUTE (SELECT format('CREATE TABLE public.survey (%s)', string_agg(format('%I text', name), ', ' ORDER BY position))
             FROM demo.columns);
END
$$;

-- The command that reads the file into that table.
CREATE FUNCTION demo.copy_command() RETURNS text LANGUAGE sql AS $$
    SELECT format('COPY public.survey FROM STDIN (FORMAT csv, HEADER, DELIMITER %L)', sign) FROM demo.separator
$$;

-- The column that a user means: the very name, or the same in other capitals; NULL if there is none.
CREATE FUNCTION demo.find_column(wanted text) RETURNS text LANGUAGE sql AS $$
    SELECT name FROM demo.columns WHERE lower(name) = lower(btrim(wanted))
$$;

-- One row per answer and scored column, with what stands in the way of scoring it.
CREATE PROCEDURE demo.read_answers(weight text, by_column text) LANGUAGE plpgsql AS $$
DECLARE
    m record;
    number text := '^[+-]?([0-9]{1,15}([.][0-9]{0,15})?|[.][0-9]{1,15})$';
BEGIN
    UPDATE demo.metric SET lo = scale_min(feedback(kind, 1)), hi = scale_max(feedback(kind, 1)) WHERE lo IS NULL;
    CREATE TABLE demo.raw (metric int, answer text, weight text, by_value text);
    FOR m IN SELECT * FROM demo.metric LOOP
        EXECUTE format('INSERT INTO demo.raw SELECT %s, nullif(btrim(%I), %L), %s, %s FROM public.survey', m.id, m.name, '',
                       CASE WHEN weight IS NULL THEN 'NULL' ELSE format('btrim(%I)', weight) END,
                       CASE WHEN by_column IS NULL THEN 'NULL' ELSE format('coalesce(btrim(%I), %L)', by_column, '') END);
    END LOOP;
    CREATE TABLE demo.answer AS
    SELECT metric, kind, name, lo, hi, answer, by_value, why,
           CASE WHEN why IS NULL THEN answer::float8 END AS score,
           CASE WHEN r.weight ~ number AND r.weight !~ '^-' THEN r.weight::float8 END AS weight
    FROM demo.raw AS r JOIN demo.metric ON id = metric,
         LATERAL (SELECT CASE
             WHEN answer IS NULL THEN 'empty'
             WHEN EXISTS (SELECT FROM demo.missing AS d WHERE coalesce(d.name = metric.name, true) AND lower(value) = lower(answer))
                 THEN 'declared missing'
             WHEN answer !~ number THEN 'not a number'
             WHEN on_scale(answer::float8, lo, hi) IS NULL THEN format('off the scale %s..%s', lo, hi)
             WHEN scale(trim_scale(answer::numeric)) > 3 THEN 'more than three decimals'
         END AS why) AS w;
END
$$;
