-- outcomes: which touches go with an ending
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE way (id int, j journey, renewed boolean);
INSERT INTO way
SELECT i, journey_agg('2026-03-01Z'::timestamptz + n * interval '1 day', t, CASE WHEN i % 2 = 0 THEN 'web' END),
       CASE WHEN i % 10 = 0 THEN NULL ELSE i % 3 <> 0 AND (i % 2 = 0 OR i % 5 < 2) END
FROM generate_series(1, 60) i,
     unnest(ARRAY['order', CASE WHEN i % 2 = 0 THEN 'use app' END, CASE WHEN i % 3 = 0 THEN 'complain' END, CASE WHEN i % 7 = 0 THEN '7' END, 'order'])
         WITH ORDINALITY u(t, n)
WHERE t IS NOT NULL GROUP BY i;
INSERT INTO way VALUES (61, '[]', true), (62, NULL, true), (63, NULL, NULL);

SELECT name, n_with, outcome_with, round(rate_with::numeric, 6) AS rate_with, n_without, outcome_without, round(rate_without::numeric, 6) AS rate_without,
       round(difference::numeric, 6) AS difference
FROM outcome_touches((SELECT outcome_agg(j, renewed) FROM way));
SELECT name, round(odds_ratio::numeric, 6) AS odds_ratio, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(p_value::numeric, 9) AS p_value,
       round(q_value::numeric, 9) AS q_value
FROM outcome_touches((SELECT outcome_agg(j, renewed) FROM way));
SELECT name, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM outcome_touches((SELECT outcome_agg(j, renewed) FROM way), confidence => 0.5);
SELECT undecided(outcome_agg(j, renewed)) FROM way;
SELECT name, n_with, outcome_with, n_without, outcome_without FROM outcome_touches((SELECT outcome_agg(j, renewed, 'channel') FROM way));

-- nothing to compare with
SELECT * FROM outcome_touches((SELECT outcome_agg('[2026-01-01T00:00Z a]'::journey, true)));
SELECT * FROM outcome_touches((SELECT outcome_agg('[2026-01-01T00:00Z a]'::journey, NULL)));
SELECT undecided(outcome_agg('[2026-01-01T00:00Z a]'::journey, NULL));
SELECT outcome_agg(NULL::journey, true) IS NULL AS nothing;
SELECT count(*) FROM outcome_touches(NULL);

-- a value is its bytes
SELECT outcome_agg(j, renewed) FROM way WHERE id < 8;
SELECT outcome_stats_send(rollup(s)) = (SELECT outcome_stats_send(outcome_agg(j, renewed)) FROM way) AS same FROM (SELECT outcome_agg(j, renewed) AS s FROM way GROUP BY id % 5) s;
SELECT outcome_accum(outcome_accum(NULL, '[2026-01-01T00:00Z a]', true), '[2026-01-01T00:00Z b]', false);
SELECT 'outcome_stats:00'::outcome_stats;

-- refused
SELECT * FROM outcome_touches((SELECT outcome_agg(j, renewed) FROM way), 95);
SELECT outcome_agg(j, renewed, 'colour') FROM way;
SELECT outcome_agg('[]'::journey, true, grain) FROM unnest(ARRAY['channel', 'stage']) grain;
