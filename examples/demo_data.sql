-- A year of survey answers of an invented shop, made by SQL alone.
--
--   psql -v seed=1 -f examples/demo_data.sql
--
-- The dice are hashes of (answer, question, seed): the same seed gives the same rows on every
-- version and platform. Three things are planted for examples/demo_report.sql to find:
--   * one touchpoint costs far more points than any other
--   * the score of one channel fell in the last month
--   * every segment's score rises, while the total falls, since the mix of segments moves

\if :{?seed}
\else
  \set seed 1
\endif

CREATE TABLE segment_plan (segment text, start_score int, start_share int, end_share int);
INSERT INTO segment_plan VALUES   -- shares per mille in the first and the last month; every score gains 15 points in the year
  ('enterprise', 54, 600, 100),
  ('business',   30, 300, 300),
  ('consumer',   -2, 100, 600);

CREATE TABLE touchpoint_plan (touchpoint text, effect int, share int);      -- effect in points
INSERT INTO touchpoint_plan VALUES
  ('search', 8, 180), ('product page', 12, 200), ('checkout', 4, 190), ('delivery', 6, 170),
  ('invoice', 0, 100), ('support call', -6, 80), ('return', -62, 80);

CREATE TABLE channel_plan (channel text, last_month int, share int);        -- change in points
INSERT INTO channel_plan VALUES
  ('web', 0, 350), ('app', -24, 300), ('shop', 0, 200), ('phone', 0, 150);

-- A number from 0 to 999, evenly spread.
CREATE FUNCTION dice(answer bigint, question int, seed bigint) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(answer, seed * 1000 + question) & 2147483647) % 1000;

CREATE TABLE survey (
    answer_id   bigint PRIMARY KEY,
    answered_at timestamptz NOT NULL,
    customer_id int NOT NULL,
    segment     text NOT NULL,
    channel     text NOT NULL,
    touchpoint  text NOT NULL,
    nps         smallint,       -- 0..10, how likely to recommend
    csat        smallint,       -- 1..5, how satisfied
    ces         smallint,       -- 1..7, "it was easy"
    success     smallint,       -- 0 or 1, reached the goal
    emotion     smallint        -- 1..7, how it felt
);

INSERT INTO survey
WITH throws AS (
    SELECT id, (id - 1) / 5000 AS month,
           dice(id, 1, :seed) AS d_segment, dice(id, 2, :seed) AS d_channel, dice(id, 3, :seed) AS d_touchpoint,
           dice(id, 4, :seed) AS d_mood, dice(id, 5, :seed) AS d_point, dice(id, 6, :seed) AS d_nps,
           dice(id, 7, :seed) AS d_csat, dice(id, 8, :seed) AS d_ces, dice(id, 9, :seed) AS d_success,
           dice(id, 10, :seed) AS d_emotion, dice(id, 11, :seed) AS d_time, dice(id, 12, :seed) AS d_customer
    FROM generate_series(1, 60000) AS id
), segments AS (        -- each plan becomes ranges of the dice
    SELECT month, segment, start_score, sum(share) OVER w - share AS lo, sum(share) OVER w AS hi
    FROM segment_plan, generate_series(0, 11) AS month,
         LATERAL (SELECT start_share + (end_share - start_share) * month / 11 AS share) AS s
    WINDOW w AS (PARTITION BY month ORDER BY start_score)
), touchpoints AS (
    SELECT touchpoint, effect, sum(share) OVER w - share AS lo, sum(share) OVER w AS hi
    FROM touchpoint_plan WINDOW w AS (ORDER BY touchpoint)
), channels AS (
    SELECT channel, last_month, sum(share) OVER w - share AS lo, sum(share) OVER w AS hi
    FROM channel_plan WINDOW w AS (ORDER BY channel)
), answers AS (
    SELECT t.*, segment, channel, touchpoint,
           -- the NPS this answer should have on average; 30 in 100 are passive, so it stays within 70 points of 0
           greatest(-70, least(70, start_score + effect + 15 * t.month / 11
                                   + CASE t.month WHEN 11 THEN last_month ELSE 0 END)) AS target
    FROM throws AS t
    JOIN segments AS s ON s.month = t.month AND d_segment >= s.lo AND d_segment < s.hi
    JOIN channels AS c ON d_channel >= c.lo AND d_channel < c.hi
    JOIN touchpoints AS p ON d_touchpoint >= p.lo AND d_touchpoint < p.hi
), moods AS (           -- 1 promoter, 0 passive, -1 detractor
    SELECT *, CASE WHEN d_mood < 350 + 5 * target THEN 1 WHEN d_mood < 650 + 5 * target THEN 0 ELSE -1 END AS mood
    FROM answers
)
SELECT id,
       timestamptz '2025-01-01 00:00+00' + make_interval(months => month::int,
           mins => ((id - 1) % 5000 * 8 + d_time % 8)::int),
       (id * 7919 + d_customer) % 20000 + 1,
       segment, channel, touchpoint,
       CASE WHEN d_nps >= 120 THEN CASE mood          -- 12 in 100 leave it out
           WHEN 1 THEN 9 + d_point % 2
           WHEN 0 THEN 7 + d_point % 2
           ELSE 6 - d_point * d_point / 142858 END END,
       CASE WHEN d_csat >= 200 THEN greatest(1, least(5, 4 + mood - d_csat % 4 / 2 + d_csat % 3 / 2 - d_csat % 5 / 4)) END,
       CASE WHEN d_ces >= 250 THEN greatest(1, least(7, 5 + mood * 2 - d_ces % 5 / 2 + d_ces % 3 / 2)) END,
       CASE WHEN d_success >= 200 THEN (d_success < 800 + 180 * mood)::int END,
       CASE WHEN d_emotion >= 300 THEN greatest(1, least(7, 5 + mood * 2 - d_emotion % 4 / 2)) END
FROM moods;

DROP TABLE segment_plan, touchpoint_plan, channel_plan;
DROP FUNCTION dice(bigint, int, bigint);
ANALYZE survey;
