-- emotion: how a customer felt along one journey
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z a emotion:4, 2026-03-02T09:00Z b emotion:7, 2026-03-05T09:00Z c emotion:1]'::journey),
    (2, '[2026-03-01T09:00Z a emotion:6, 2026-03-02T09:00Z b, 2026-03-02T09:00Z c emotion:2, 2026-03-05T09:00Z d effort:1]'),
    (3, '[2026-03-01T09:00Z a emotion:7, 2026-03-01T09:00Z b emotion:5]'),
    (4, '[2026-03-01T09:00Z a emotion:3]'), (5, '[2026-03-01T09:00Z a csat:3]'), (6, '[2026-03-01T09:00Z a]'), (7, '[]'), (8, NULL)) AS v(id, j);

SELECT id, answers, round(mean::numeric, 6) AS mean, round(first::numeric, 6) AS first, round(last::numeric, 6) AS last, round(lowest::numeric, 6) AS lowest,
    round(highest::numeric, 6) AS highest, round(slope::numeric, 6) AS slope, round(peak::numeric, 6) AS peak, round(peak_end::numeric, 6) AS peak_end
FROM way, emotion_path(j);
SELECT id, answers, round(mean::numeric, 6) AS mean, round(slope::numeric, 6) AS slope, round(peak::numeric, 6) AS peak FROM way, emotion_path(j, 'any');
SELECT id, round(emotion_mean(j)::numeric, 6) AS mean, round(emotion_last(j)::numeric, 6) AS last, round(emotion_lowest(j)::numeric, 6) AS lowest,
    round(emotion_slope(j)::numeric, 6) AS slope, round(peak_end(j)::numeric, 6) AS peak_end FROM way;
SELECT id, emotion_mean(j, 'csat') AS csat, emotion_last(j, 'effort') AS effort, emotion_lowest(j, 'any') AS any, emotion_slope(j, 'nps') AS nps, peak_end(j, 'csat') AS peak_end FROM way;

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM emotion_path('[]', 'joy');
SELECT emotion_mean(NULL, 'joy');
SELECT emotion_last('[]', NULL);
SELECT emotion_lowest('[]', 'Any');
SELECT emotion_slope('[]', '');
SELECT peak_end('[]', NULL);
