-- handoffs: how one journey falls apart among owners and channels
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'back and forth', '[2026-03-01T09:00Z order@web#sales, 2026-03-01T10:00Z pay@web#finance, 2026-03-03T10:00Z call@phone#service, 2026-03-04T10:00Z pay@phone#finance, 2026-03-06T10:00Z call@phone#service, 2026-03-06T11:00Z call@shop#service]'::journey),
    (2, 'one owner', '[2026-03-01T09:00Z order@web#sales, 2026-03-02T09:00Z ask@web#sales]'),
    (3, 'gaps', '[2026-03-01T08:00Z look, 2026-03-01T09:00Z order@web#sales, 2026-03-01T09:30Z wait, 2026-03-01T10:00Z ask#sales, 2026-03-01T13:00Z call@phone#service, 2026-03-09T10:00Z look]'),
    (4, 'at once', '[2026-03-01T09:00Z a@web#x, 2026-03-01T09:00Z b@shop#y, 2026-03-01T09:00Z a@web#x]'),
    (5, 'numbers', '[2026-03-01T09:00Z 1@2#3, 2026-03-01T10:00Z 2@3#1, 2026-03-01T11:00Z 3@1#2]'),
    (6, 'nobody', '[2026-03-01T09:00Z order, 2026-03-02T09:00Z call/support csat:2]'), (7, 'nothing', '[]'), (8, NULL, NULL)) AS v(id, what, j);

SELECT id, what, owners_touched(j), handoffs(j), pingpongs(j), fragmentation(j), time_at_boundaries(j) FROM way;
SELECT id, channel_switches(j), mode_switches(j, '{shop}') AS shop, mode_switches(j, '{phone,shop}') AS both, mode_switches(j, '{shop,NULL,nowhere,sales,shop}') AS more,
    mode_switches(j, '{3}') AS three, mode_switches(j, '{}') AS none, mode_switches(j, '{{shop,a},{b,phone}}') AS nested, mode_switches(j, NULL) AS unknown FROM way;
-- a name that is too long for a channel occurs nowhere
SELECT mode_switches(j, ARRAY[repeat('x', 5000)]) FROM way WHERE id = 1;

-- runs, not touches, go back and forth
SELECT owners, handoffs(j), pingpongs(j), fragmentation(j) FROM unnest('{A B A,A B A B,A A B B A A,A B C A,A B A C A,A A A}'::text[]) owners,
    LATERAL (SELECT journey_agg('2026-03-01Z'::timestamptz + i * interval '1 h', 'x', NULL, NULL, o) AS j FROM regexp_split_to_table(owners, ' ') WITH ORDINALITY s(o, i)) x;
