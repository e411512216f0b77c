-- features: a journey as numbers
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T00:00Z browse@web/learn#marketing, 2026-03-02T00:00Z cart@web/buy#shop, 2026-03-04T12:00Z call@phone/support#service csat:2/5, 2026-03-08T00:00Z call@phone/support#service csat:4/5, 2026-03-20T00:00Z cancel@web/buy#shop]'::journey),
    (2, '[2026-03-05T00:00Z browse@web]'), (3, '[2026-03-05T06:00Z pay]'), (4, '[]'), (5, NULL)) AS v(id, j);

SELECT name, round(a::numeric, 6) AS one, round(b::numeric, 6) AS two, round(c::numeric, 6) AS three
FROM unnest(journey_feature_names(), (SELECT journey_features(j, '2026-03-10Z') FROM way WHERE id = 1),
    (SELECT journey_features(j, '2026-03-10Z') FROM way WHERE id = 2), (SELECT journey_features(j, '2026-03-10Z') FROM way WHERE id = 3)) AS u(name, a, b, c);
SELECT id, journey_features(j, '2026-03-05T00:00Z') FROM way;
SELECT (journey_features(j, '2026-03-10Z', contact => 'call'))[5] AS calls, (journey_features(j, '2026-03-10Z', contact => '[browse|cart]'))[5] AS others,
    (journey_features(j, '2026-03-10Z', contact => '[^call]'))[5] AS no_calls, (journey_features(j, '2026-04-10Z', contact => '@web'))[5] AS web FROM way WHERE id = 1;
SELECT id, (journey_features(j, '2026-03-10Z'))[13] = effort_index(slice(j, until => '2026-03-10T00:00:00.000001Z')) AS same FROM way;
SELECT journey_features(j, NULL), journey_features(j, '2026-03-10Z', NULL) FROM way WHERE id = 1;

-- mistakes
\set SHOW_CONTEXT never
SELECT journey_features(j, 'infinity') FROM way WHERE id = 1;
SELECT journey_features(j, '-infinity') FROM way WHERE id = 1;
SELECT journey_features(j, '2026-03-10Z', 'call ->') FROM way WHERE id = 1;
