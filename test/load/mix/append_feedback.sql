-- weight 20: three answers, and the tally of their day
\set day random(0, 364)
\set touchpoint random(1, 4)
\set nps random(0, 10)
\set csat random(1, 5)
WITH new AS (
  INSERT INTO answer (at, touchpoint, given)
  SELECT timestamptz '2025-01-01 00:00Z' + :day * interval '1 day', (ARRAY['app', 'call', 'delivery', 'store'])[:touchpoint], given
  FROM (VALUES (feedback('nps', :nps)), (feedback('csat', :csat)), (NULL)) AS x(given)
  RETURNING *)
INSERT INTO answer_day
SELECT period(at, 'day'), touchpoint, tally(given) FROM new GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (day, touchpoint) DO UPDATE SET answers = answer_day.answers + EXCLUDED.answers;
