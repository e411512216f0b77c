-- sessions: how journeys fall apart
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'app', '[2026-03-01T09:00Z search, 2026-03-01T09:02Z product, 2026-03-01T09:32Z order, 2026-03-04T10:00Z help]'::journey),
    (2, 'web', '[2026-03-01T10:00Z search, 2026-03-01T10:30:01Z product]'),
    (3, 'web', '[2026-03-02T08:00Z search, 2026-03-02T08:02Z product, 2026-03-02T08:05Z order]'), (4, 'web', '[]'), (5, 'web', NULL)) AS v(id, device, j);

SELECT id, session_count(j, '30 min') AS half_hour, session_count(j, '1 day') AS day, session_count(j, '0') AS none, session_count(j, NULL) FROM way;
SELECT gap, journeys, sessions, touches, per_journey, mean_touches FROM unnest(ARRAY['0', '2 min', '30 min', '30 min 1 s', '30 min 0.999999 s', '1 day', '1000 days']::interval[]) AS gap,
    LATERAL (SELECT session_agg(j, gap) AS s FROM way) AS x, session_report(s);
SELECT mean_seconds, median_seconds, p90_seconds, bounces, bounce_share, low, high FROM (SELECT session_agg(j, '30 min') AS s FROM way) AS x, session_report(s);
SELECT bounce_share, low, high FROM (SELECT session_agg(j, '30 min') AS s FROM way) AS x, session_report(s, confidence => 0.8);

-- by group, and merged
SELECT device, sessions FROM (SELECT device, session_agg(j, '30 min') AS s FROM way GROUP BY device) AS x, session_report(s) ORDER BY device;
SELECT (SELECT rollup(s) FROM (SELECT session_agg(j, '30 min') AS s FROM way GROUP BY device) AS x)::text = (SELECT session_agg(j, '30 min') FROM way)::text AS same;

-- the bytes: version 1, limit of 1 second (1000000), 2 journeys, 3 sessions, 5 touches, 1 bounce, 100 microseconds in all;
-- lengths: 3 different ones: 0 once, 40 (39 passed over) once, 60 (19 passed over) once
SELECT session_agg(j, '1 s') FROM unnest(ARRAY['[2026-03-01T09:00Z a, 2026-03-01T09:00:00.00004Z a, 2026-03-01T10:00Z a]'::journey,
    '[2026-03-01T09:00Z a, 2026-03-01T09:00:00.00006Z a]']) AS j;
SELECT journeys, sessions, touches, bounces, mean_seconds FROM session_report('session_stats:01c0843d020305016403000127011301');

-- rows
CREATE TEMP TABLE click AS SELECT * FROM (VALUES
    (1, '2026-03-01 09:00Z'::timestamptz, 'home'), (1, '2026-03-01 09:20Z', 'search'), (1, '2026-03-01 09:50Z', 'product'),
    (1, '2026-03-01 11:00Z', 'home'), (2, '2026-03-01 09:10Z', 'home'), (2, NULL, 'unknown'), (2, '2026-03-01 09:15Z', 'search')) AS v(id, at, page);
SELECT id, page, session_id(at, '30 min') OVER (PARTITION BY id ORDER BY at), session_id(at, '30 min') OVER (PARTITION BY id ORDER BY at DESC) AS back,
    session_id(at, '10 min') OVER (ORDER BY at, id) AS together
FROM click ORDER BY id, at;

-- nothing
SELECT session_agg(j, '1 h') FROM way WHERE false;
SELECT session_agg(j, '1 h') FROM way WHERE j IS NULL;
SELECT r.* FROM session_report((SELECT session_agg(j, '1 h') FROM way WHERE id = 4)) AS r;
SELECT * FROM session_report(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT session_agg(j, '1 mon') FROM way;
SELECT session_agg(j, '-1 s') FROM way;
SELECT session_agg(j, NULL) FROM way;
SELECT session_agg(j, id * interval '1 s') FROM way;
SELECT session_count(j, '1 year') FROM way;
SELECT rollup(s) FROM (SELECT session_agg(j, '1 s') FROM way UNION ALL SELECT session_agg(j, '2 s') FROM way) AS x(s);
SELECT * FROM session_report((SELECT session_agg(j, '1 s') FROM way), 95);
SELECT session_id(at, '1 mon') OVER (ORDER BY at) FROM click;
SELECT 'session_stats:01'::session_stats;

-- the bytes told in docs/storage.md, read back
SELECT session_stats_send(session_agg(j, '30 min')) AS written, session_agg(j, '30 min')::text = 'session_stats:0180a4a7da0601020301808ece1c020001b10a01' AS as_told
FROM (VALUES ('[2026-01-05T09:00:00Z a, 2026-01-05T09:01:00Z b, 2026-01-06T09:00:00Z a]'::journey)) AS v(j);
SELECT funnel_def_send('funnel(a, b) within 7d');
