-- pain points: frequency x severity x reach
\pset null '(null)'
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z search ces:6, 2026-03-01T09:05Z pay csat:2, 2026-03-04T10:00Z delivery csat:4]'::journey),
    (2, '[2026-03-02T10:00Z search ces:5, 2026-03-02T10:04Z pay csat:1, 2026-03-02T10:09Z pay csat:1]'),
    (3, '[2026-03-02T11:00Z search ces:3, 2026-03-02T11:30Z pay csat:5, 2026-03-06T09:00Z delivery csat:3, 2026-03-06T09:00Z 7 effort:5, 2026-03-06T09:00Z help rating:1]'),
    (4, '[2026-03-03T11:00Z search, 2026-03-03T11:30Z pay]'), (5, '[]'), (6, NULL)) AS v(id, j);
SELECT rank, name, incidents, answers, journeys, round(frequency::numeric, 6) AS frequency, round(severity::numeric, 6) AS severity, round(reach::numeric, 6) AS reach,
    round(pain::numeric, 6) AS pain, round(share::numeric, 6) AS share, round(cumulative_share::numeric, 6) AS cumulative_share
FROM pain_points((SELECT pain_agg(j) FROM way));
SELECT rank, name, incidents, answers, severity, pain, share, cumulative_share FROM pain_points((SELECT pain_agg(j, 'ces') FROM way));
SELECT rank, name, incidents, answers, severity, pain, share, cumulative_share FROM pain_points((SELECT pain_agg(j, 'csat') FROM way WHERE id = 3));
SELECT rank, name, incidents, answers, severity, pain, share, cumulative_share FROM pain_points((SELECT pain_agg(j, 'ces') FROM way WHERE id = 1));

-- merged
SELECT (SELECT rollup(s) FROM (SELECT pain_agg(j) AS s FROM way GROUP BY id % 2) AS x)::text = (SELECT pain_agg(j) FROM way)::text AS same;

-- the bytes: version 1, all kinds, 1 journey, 2 names, "a" and "b"; a: 2 answers, 1 incident, 1 journey, severity 1, which is 2^63; b: 1 answer, no incident
SELECT pain_agg(j) FROM (VALUES ('[2000-01-01T00:00Z a nps:0, 2000-01-01T00:00Z a nps:9, 2000-01-02T00:00Z b csat:5]'::journey)) AS v(j);

-- figures that are given
SELECT * FROM pain_points('{search,parking,pay,cart}', '{1,2,0.5,3}', '{4,1,2,2}', '{1,2,4,4}');
SELECT * FROM pain_points(names => '{a,b,c}', frequency => '{1,NULL,0}', severity => '{2,3,4}', reach => '{1,1,1}');
SELECT * FROM pain_points('{a,b}', '{0,0}', '{2,3}', '{1,1}');
SELECT * FROM pain_points('{}', '{}', '{}', '{}');
SELECT * FROM pain_points('{a}', NULL, '{2}', '{1}');

-- nothing
SELECT pain_agg(j) FROM way WHERE false;
SELECT pain_agg(j) FROM way WHERE j IS NULL;
SELECT pain_agg(j) FROM way WHERE id = 5;
SELECT * FROM pain_points((SELECT pain_agg(j) FROM way WHERE id IN (4, 5)));
SELECT * FROM pain_points(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT pain_agg(j, 'joy') FROM way;
SELECT pain_agg(j, 'rating') FROM way;
SELECT pain_agg(j, NULL) FROM way;
SELECT rollup(s) FROM (SELECT pain_agg(j) AS s FROM way UNION ALL SELECT pain_agg(j, 'nps') FROM way) AS x;
SELECT 'pain_stats:0100'::pain_stats;
SELECT * FROM pain_points('{a,b}', '{1,1}', '{1}', '{1,1}');
SELECT * FROM pain_points('{{a,b}}', '{1,1}', '{1,1}', '{1,1}');
SELECT * FROM pain_points('{a,NULL}', '{1,1}', '{1,1}', '{1,1}');
SELECT * FROM pain_points('{a,b}', '{1,1}', '{1,-0.5}', '{1,1}');
SELECT * FROM pain_points('{a,b}', '{1,1}', '{1,1}', '{NaN,1}');
SELECT * FROM pain_points('{a,b}', '{1,1}', '{1,1}', '{1,-Infinity}');
SELECT * FROM pain_points('{a,b}', '{1,1e200}', '{1,1e200}', '{1,1}');
