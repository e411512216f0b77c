-- weight 10: the year by months and touchpoints, from the tallies of days
SELECT period(day, 'month') AS month, touchpoint, nps(rollup(answers)), csat(rollup(answers)), responses(rollup(answers)) FROM answer_day
GROUP BY 1, 2 ORDER BY 1, 2;
