-- ces: agreement that it was easy, high is good
SELECT ces(s), ces(tally('ces', s), 'easy') AS easy, ces(tally('ces', s), 'net') AS net, ces(tally('ces', s), 'percent') AS percent
FROM unnest(ARRAY[7, 6, 5, 4, 2]) AS s;
SELECT ces(s::smallint) AS smallint, ces(s::bigint) AS bigint, ces(s::real) AS real, ces(s::numeric) AS numeric,
       ces(feedback('ces', s)) AS feedback, ces(s, 1, 7) AS with_scale, ces(s, 2.0::float8) AS weighted
FROM unnest(ARRAY[7, 6, 1, NULL]) AS s;
SELECT ces(s, 1, 5) FROM unnest(ARRAY[5, 4, 2, 3]) AS s;

-- on 1-5 easy begins at 4
SELECT ces(t, 'easy') AS easy, ces(t, 'net') AS net FROM (SELECT tally('ces', s, 1, 5) AS t FROM unnest(ARRAY[5, 4, 3, 2]) AS s) AS x;

-- 1-5 and 1-7 do not mix into one mean
SELECT ces(t), ces(t, 'easy') AS easy FROM (VALUES ('tally{ces: 7=1; ces/5: 5=1}'::tally)) AS v(t);
SELECT ces(s) FROM unnest(ARRAY[NULL]::int[]) AS s;
SELECT i, ces(s) OVER (ORDER BY i ROWS 1 PRECEDING) FROM unnest(ARRAY[7, 2, NULL, 4]) WITH ORDINALITY AS v(s, i);

-- errors
SELECT ces(8);
SELECT ces(0);
SELECT ces('tally{ces: 5=1}'::tally, 'top');
