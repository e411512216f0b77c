-- looking into journeys
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
CREATE TABLE journeys (customer int, j journey);
INSERT INTO journeys VALUES
    (1, '[2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-05T09:04:10.5Z cart@web/buy#shop =49.9, 2026-01-06T10:00:00Z call@phone/support#service csat:2/5]'),
    (2, '[2026-01-07T12:00:00Z 7, 2026-01-07T12:00:00Z 12#shop, 2026-01-07T12:30:00Z 7 =-3]'),
    (3, '[]'),
    (4, NULL);

SELECT customer, touch_count(j), started_at(j), ended_at(j), duration(j) FROM journeys ORDER BY 1;
SELECT customer, touchpoints(j), channels(j), stages(j), owners(j) FROM journeys ORDER BY 1;
SELECT customer, t.* FROM journeys, touches(j) t ORDER BY customer, position;
SELECT customer, count(t) FROM journeys LEFT JOIN touches(j) t ON true GROUP BY 1 ORDER BY 1;

-- names come ascending by bytes, each once, whatever facets share them
SELECT touchpoints(j), channels(j), owners(j) FROM (VALUES ('[2026-01-05T09:00:00Z b@a, 2026-01-05T09:00:01Z a@b#"", 2026-01-05T09:00:02Z 10, 2026-01-05T09:00:03Z 9, 2026-01-05T09:00:04Z B, 2026-01-05T09:00:05Z b@"a b"]'::journey)) v(j);

-- days of 24 hours
SELECT duration(touch('2026-03-28 12:00+00', 'a') || touch('2026-03-30 13:30+00', 'b')), duration(touch('2026-01-01', 'a'));

-- slices: since <= at < until; a bound that is NULL does not bind
SELECT slice(j, '2026-01-05 09:04:10.5+00', '2026-01-06 10:00+00') FROM journeys WHERE customer = 1;
SELECT customer, slice(j, '2026-01-06', NULL), slice(j, NULL, '2026-01-06') FROM journeys ORDER BY 1;
SELECT slice(j, NULL, NULL) = j AS whole, slice(j, '-infinity', 'infinity') = j AS infinite, slice(j, '2026-01-07', '2026-01-06') AS backwards FROM journeys WHERE customer = 1;
SELECT slice(j, since => '2026-01-05 09:01+00', until => NULL), slice(j, until => '2026-01-05 09:01+00'), slice(j) = j AS whole FROM journeys WHERE customer = 1;

-- sessions: a gap longer than the limit opens a new one
SELECT customer, s.* FROM journeys, sessions(j, '30 min') s ORDER BY customer, session;
SELECT session, touches FROM sessions('[2026-01-05T09:00:00Z a, 2026-01-05T09:30:00Z b, 2026-01-05T10:00:00.000001Z c]', gap => '30 min');
SELECT count(*) AS with_gap_0 FROM sessions('[2026-01-05T09:00:00Z a, 2026-01-05T09:00:00Z b, 2026-01-05T09:00:00.000001Z c]', '0');
SELECT count(*) AS with_7_days FROM sessions('[2026-01-05T09:00:00Z a, 2026-01-12T09:00:00Z b]', '7 days');

-- what is asked of one customer is asked of all
SELECT touchpoint, channel, count(*) AS touches, count(DISTINCT customer) AS customers, sum(value) FROM journeys, touches(j) GROUP BY 1, 2 ORDER BY touchpoint COLLATE "C", channel;
SELECT count(*) FILTER (WHERE touch_count(j) > 2), max(ended_at(j)), avg(duration(j)) FROM journeys;

-- order: by the first touch, then by bytes; an empty journey first
SELECT customer FROM journeys ORDER BY j, customer;
SELECT a.customer, b.customer, a.j < b.j AS less, a.j = b.j AS equal, journey_cmp(a.j, b.j) FROM journeys a, journeys b WHERE a.customer <= b.customer ORDER BY 1, 2;
SELECT '[2026-01-05T09:00:00Z a, 2026-01-04T09:00:00Z b]'::journey = '[2026-01-04T09:00:00+00 "b", 2026-01-05T10:00+01 a]' AS one_journey;
SELECT DISTINCT j FROM (SELECT j FROM journeys UNION ALL SELECT j FROM journeys) x ORDER BY j;
CREATE UNIQUE INDEX ON journeys (j);
INSERT INTO journeys VALUES (5, '[2026-01-07T12:30:00Z 7 =-3.0, 2026-01-07T13:00:00+01 "7", 2026-01-07T12:00Z "12" #shop]');

-- errors
SELECT * FROM sessions('[2026-01-05T09:00:00Z a]', '1 month');
SELECT * FROM sessions('[2026-01-05T09:00:00Z a]', '-1 s');
SELECT duration('[-4713-11-24T00:00:00Z a, 294276-12-31T23:59:59Z b]');
DROP TABLE journeys;
