-- the experience index: goal, ease, emotion
SELECT experience_index(f), success(f), ease(f), emotion(f)
FROM unnest(ARRAY['success:1', 'success:1', 'success:1', 'success:0', 'ces:7', 'ces:5', 'ces:4', 'ces:2',
                  'emotion:7', 'emotion:6', 'emotion:5', 'emotion:1']::feedback[]) AS f;

-- asked on 1-5: ten respondents of the early CXi
SELECT experience_index(t), success(t), ease(t), emotion(t)
FROM (SELECT rollup(t) AS t
      FROM (SELECT tally('success', s, 1, 5) AS t FROM unnest(ARRAY[5, 4, 3, 5, 2, 4, 3, 5, 4, 2]) AS s
            UNION ALL SELECT tally('ces', s, 1, 5) FROM unnest(ARRAY[4, 4, 5, 2, 4, 3, 1, 5, 4, 4]) AS s
            UNION ALL SELECT tally('emotion', s, 1, 5) FROM unnest(ARRAY[3, 2, 4, 1, 4, 5, 1, 4, 2, 5]) AS s) AS parts) AS x;

-- ease from both directions: easy is a high ces and a low effort
SELECT ease('tally{ces: 7=1}'::tally), ease('tally{effort: 1=1}'::tally), ease('tally{ces: 7=1; effort: 5=1}'::tally);

-- a part that nobody was asked about leaves no index, but its neighbours can be read
SELECT experience_index(t), success(t), ease(t), emotion(t) FROM (VALUES ('tally{success: 1=3 0=1; emotion: 7=1 missing=4}'::tally)) AS v(t);
SELECT experience_index(f) IS NULL AS nothing FROM unnest(ARRAY[]::feedback[]) AS f;
