-- :rows survey answers: scores 0..10 as integers with some missing, twelve touchpoints, one year.
-- Made by hashing the row number, so that every run measures the same data.
-- Columns of fixed width come first, as one lays out a table that is scanned a lot.
CREATE TABLE survey AS
SELECT i AS id, timestamptz '2025-01-01 00:00Z' + (i - 1) * (interval '365 days' / :rows) AS answered_at,
       CASE WHEN hashint8(i + 2) % 25 <> 0 THEN abs(hashint8(i + 3)) % 11 END AS score,
       (abs(hashint8(i)) % 40)::int AS agent, 'touchpoint ' || abs(hashint8(i + 1)) % 12 AS touchpoint
FROM generate_series(1, :rows::bigint) AS i;
VACUUM (FREEZE, ANALYZE) survey;

-- one tally a day and touchpoint, and the same by hand
CREATE TABLE survey_day AS
SELECT period(answered_at, 'day') AS day, touchpoint, tally('nps', score) AS answers,
       count(score) AS n, count(*) FILTER (WHERE score >= 9) AS promoters, count(*) FILTER (WHERE score <= 6) AS detractors
FROM survey GROUP BY 1, 2;
VACUUM (FREEZE, ANALYZE) survey_day;

-- 100,000 rows in time order, for windows over rows
CREATE TABLE survey_rows AS SELECT answered_at, score FROM survey WHERE id % (:rows / 100000) = 0 ORDER BY answered_at;
VACUUM (FREEZE, ANALYZE) survey_rows;
