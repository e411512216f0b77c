-- csat: percent satisfied
SELECT csat(s) FROM unnest(ARRAY[5, 4, 2, 1]) AS s;
SELECT csat(s::smallint) AS smallint, csat(s::bigint) AS bigint, csat(s::real) AS real, csat(s::numeric) AS numeric,
       csat(feedback('csat', s)) AS feedback, csat(s, 1, 5) AS with_scale, csat(s, 1.0::float8) AS weighted
FROM unnest(ARRAY[5, 4, 2, 1, NULL]) AS s;

-- the lowest satisfied answer on each scale
SELECT lo, hi, min(s) FILTER (WHERE category(feedback('csat', s, lo, hi)) = 'satisfied') AS satisfied_from
FROM (VALUES (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 9), (1, 10), (0, 10), (0, 100), (-2, 2)) AS v(lo, hi),
     LATERAL generate_series(lo, hi) AS s
GROUP BY lo, hi ORDER BY lo, hi;

-- three answers to the same column: ask for the one that is meant
SELECT csat(t), csat(t, 'top') AS top, csat(t, 'mean') AS mean, csat(t, 'percent') AS percent
FROM (SELECT tally('csat', s, 1, 10) AS t FROM unnest(ARRAY[10, 9, 8, 7, 5, 3]) AS s) AS x;

-- two scales: percentages pool, a mean would mix units
SELECT csat(t), csat(t, 'mean') AS mean, csat(t, 'percent') AS percent FROM (VALUES ('tally{csat: 5=1 1=1; csat/1..10: 10=2}'::tally)) AS v(t);

SELECT csat(s) FROM unnest(ARRAY[]::int[]) AS s;
SELECT csat(s, 1, 10, w) FROM (VALUES (9, 3), (2, 1)) AS v(s, w);
SELECT i, csat(s, 0, 10) OVER (ORDER BY i ROWS 1 PRECEDING) FROM unnest(ARRAY[9, 2, 10]) WITH ORDINALITY AS v(s, i);

-- errors
SELECT csat(6);
SELECT csat(6, 1, 5);
SELECT csat(4, 5, 1);
SELECT csat(4, 1, 5, -1);
SELECT csat('tally{csat: 5=1}'::tally, 'best');
