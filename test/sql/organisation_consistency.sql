-- consistency: one score over several channels, and whether they could all be the same
CREATE TEMP TABLE channel (name text, answers tally);
INSERT INTO channel VALUES ('web', 'tally{nps: 10=30 7=20 3=10; csat: 5=3 4=4 1=3}'), ('phone', 'tally{nps: 10=10 7=20 3=30; csat: 5=1 2=9}'),
    ('shop', 'tally{nps: 9=20 8=30 6=10}'), ('kiosk', NULL), ('app', 'tally{nps: 9=7}'), ('letter', 'tally{nps: missing=3}');

CREATE FUNCTION pg_temp.told(metric text) RETURNS TABLE (name text, score numeric, responses bigint, low numeric, high numeric, difference numeric, chi_square numeric, df int, p_value numeric)
LANGUAGE sql AS $$ SELECT name, round(score::numeric, 4), responses, round(low::numeric, 4), round(high::numeric, 4), round(difference::numeric, 4), round(chi_square::numeric, 6), df,
    round(p_value::numeric, 9) FROM consistency((SELECT array_agg(name) FROM channel), (SELECT array_agg(answers) FROM channel), metric) $$;
SELECT * FROM pg_temp.told('nps');
SELECT * FROM pg_temp.told('csat');
SELECT * FROM pg_temp.told('csat_mean');
SELECT * FROM pg_temp.told('ces');
SELECT * FROM pg_temp.told('experience_index') WHERE name IS NULL;

-- of two, the square of the z of compare()
SELECT round(chi_square::numeric, 9) = round((z * z)::numeric, 9) AS same, round(c.p_value::numeric, 12) = round(o.p_value::numeric, 12) AS and_p, c.difference = abs(o.difference) AS and_difference
FROM consistency('{a,b}', ARRAY['tally{nps: 10=30 7=20 3=10}', 'tally{nps: 10=10 7=20 3=30}']::tally[]) c,
    compare('tally{nps: 10=30 7=20 3=10}', 'tally{nps: 10=10 7=20 3=30}') o WHERE c.name IS NULL;
SELECT round(low::numeric, 4) AS low, round(high::numeric, 4) AS high FROM consistency('{a}', ARRAY['tally{nps: 10=30 7=20 3=10}']::tally[], confidence => 0.8);

-- means on different scales
SELECT name, score, responses, round(low::numeric, 4) AS low, difference, chi_square, df, p_value
FROM consistency('{a,b}', ARRAY['tally{csat: 5=3 4=4 1=3}', 'tally{csat/1..10: 5=3 4=4 1=3}']::tally[], 'csat_mean');

-- nothing
SELECT * FROM consistency('{}', '{}');
SELECT * FROM consistency('{a}', '{NULL}');
SELECT * FROM consistency(NULL, '{}');

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM consistency('{a,b}', '{NULL}');
SELECT * FROM consistency('{a,NULL}', '{NULL,NULL}');
SELECT * FROM consistency('{a}', '{NULL}', 'joy');
SELECT * FROM consistency('{a}', '{NULL}', 'nps', 95);
