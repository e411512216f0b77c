-- effort: what a journey took its customer
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z order@web#sales, 2026-03-01T10:00Z pay@web#finance, 2026-03-03T10:00Z call@phone#service, 2026-03-04T10:00Z pay@phone#finance, 2026-03-06T10:00Z call@phone#service, 2026-03-06T11:00Z call@shop#service]'::journey),
    (2, '[2026-03-01T09:00Z order]'), (3, '[2026-03-01T09:00Z order, 2026-03-01T09:00Z order, 2026-03-01T09:00Z order]'), (4, '[]'), (5, NULL)) AS v(id, j);

-- 6 of (halfway) 10 steps, 3 of 2 repeats, 2 of 2 switches, 4 of 2 handoffs, 2 of 2 waits, 20 points each at most
SELECT part, amount, round(points::numeric, 9) AS points, round(share::numeric, 9) AS share FROM way, effort_parts(j) WHERE id = 1;
SELECT id, round(effort_index(j)::numeric, 9) AS effort, round(effort_index(j, '2 days')::numeric, 9) AS two_days, round(effort_index(j, weights => '{0,1,1,1,1}')::numeric, 9) AS no_steps,
    round(effort_index(j, halfway => '{20,4,4,4,4}')::numeric, 9) AS milder, effort_index(j, NULL) AS unknown FROM way;
SELECT id, p.* FROM way, effort_parts(j, weights => '{0,0,1,1,0}') p WHERE id > 1;

-- mistakes
\set SHOW_CONTEXT never
SELECT effort_index(j, '1 mon') FROM way;
SELECT effort_index(j, '-1 day') FROM way;
SELECT effort_index(j, weights => '{1,2,3}') FROM way;
SELECT effort_index(j, weights => '{{1,2,3,4,5}}') FROM way;
SELECT effort_index(j, weights => '{1,2,3,4,NULL}') FROM way;
SELECT effort_index(j, weights => '{1,2,-3,4,5}') FROM way;
SELECT effort_index(j, weights => '{1,2,NaN,4,5}') FROM way;
SELECT effort_index(j, weights => '{0,0,0,0,0}') FROM way;
SELECT * FROM way, effort_parts(j, halfway => '{10,2,2,2,0}');
SELECT * FROM way, effort_parts(j, halfway => '{10,2,Infinity,2,2}');
