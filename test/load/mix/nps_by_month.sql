-- weight 10: from the latest answers themselves
SELECT period(at, 'month') AS month, nps(given), csat(given), count(*) FROM answer
WHERE id > (SELECT max(id) - 10000 FROM answer) GROUP BY 1 ORDER BY 1;
