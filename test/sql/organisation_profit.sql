-- profit: cost to serve, the whale curve, and what if
\pset null '(null)'
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-01-05T09:00:00Z browse@web, 2026-01-05T09:04:10Z call@phone#service, 2026-01-06T10:00:00Z call@phone, 2026-01-09T10:00:00Z visit@shop]'::journey),
    (2, '[2026-01-05T09:00:00Z chat@web, 2026-01-05T09:00:00Z chat@web, 2026-01-05T09:10:00Z 7@app]'), (3, '[]'), (4, NULL)) AS v(id, j);

SELECT id, cost_to_serve(j, '{call#service,call,@web,visit}', '{9.5,6,0.02,14}') AS cost, cost_to_serve(j, '{@web,.}', '{0,1}') AS other, cost_to_serve(j, '{}', '{}') AS none,
    cost_to_serve(j, '{7}', '{-0.1}') AS refund FROM way;
-- the first that fits counts
SELECT cost_to_serve(j, '{call,call#service}', '{6,9.5}') FROM way WHERE id = 1;
SELECT cost_to_serve(j, '{call#service,call}', '{9.5,6}') FROM way WHERE id = 1;
SELECT cost_to_serve(j, array_agg('t' || i ORDER BY i) || '{.}', array_agg(i ORDER BY i)::float8[] || '{0.5}') FROM way, generate_series(1, 100) i WHERE id = 2 GROUP BY j::text, j;

SELECT * FROM whale_curve('{10,20,-5,NULL,7,-12}', 5);
SELECT * FROM whale_curve('{10,20,-5,NULL,7,-12}', points => 2);
SELECT * FROM whale_curve('{3,1,2}');
SELECT * FROM whale_curve('{3,-4}', 2);
SELECT count(*) FROM whale_curve((SELECT array_agg(i) FROM generate_series(1, 1000) i)::float8[]);
SELECT count(*) FROM whale_curve('{NULL}');

SELECT * FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5, -0.15, 0.4, -0.5);
SELECT * FROM what_if(revenue => 1e6, margin => -0.1, churn => 1, wins => 0, cost_to_serve => 0, churn_change => -1);
SELECT count(*) FROM what_if(NULL, 0.4, 0.2, 1e5, 1e5);

-- mistakes
\set SHOW_CONTEXT never
SELECT cost_to_serve(j, '{a,b}', '{1}') FROM way;
SELECT cost_to_serve(j, '{a,NULL}', '{1,2}') FROM way;
SELECT cost_to_serve(j, '{a,b}', '{1,NULL}') FROM way;
SELECT cost_to_serve(j, '{a,b}', '{1,-Infinity}') FROM way;
SELECT cost_to_serve(j, '{a,b}', '{1e200,1}') FROM way;
SELECT cost_to_serve(j, '{a@}', '{1}') FROM way;
SELECT * FROM whale_curve('{1,2}', 0);
SELECT * FROM whale_curve('{1,NaN}');
SELECT * FROM whale_curve('{1e140,-1e140,1e-300}', 3);
SELECT * FROM what_if(1e6, 40, 0.2, 1e5, 1e5);
SELECT * FROM what_if(1e6, 0.4, 1.5, 1e5, 1e5);
SELECT * FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5, churn_change => 5);
SELECT * FROM what_if(-1, 0.4, 0.2, 1e5, 1e5);
SELECT * FROM what_if(1e6, 0.4, 0.2, 1e5, 1e5, cost_change => -1.5);
SELECT * FROM what_if(1e6, 0.4, 'NaN', 1e5, 1e5);
