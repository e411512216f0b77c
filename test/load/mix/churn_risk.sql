-- weight 4: the risk of 100 customers, by the stored model
\set c random(1, :customers - 100)
SELECT count(*) FILTER (WHERE risk > 0.5) AS at_risk, avg(risk) FROM (
  SELECT churn_risk(at, now(), m) AS risk FROM event, model
  WHERE page = 'pay' AND customer_id BETWEEN :c AND :c + 99 GROUP BY customer_id) AS x;
