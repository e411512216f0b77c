-- silos: each owner's own success against the success of its journeys
SET timezone = 'UTC';
\pset null '(null)'

-- journeys as arrays
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '{web,shop,call}'::text[], '{t,t,f}'::boolean[], false), (2, '{web,shop,web}', '{t,NULL,t}', true), (3, '{web,NULL}', '{f,t}', false),
    (4, '{shop,call}', '{t,f}', NULL), (5, '{}', '{}', false), (6, NULL, NULL, true), (7, '{7,shop}', NULL, true)) AS v(id, owners, touch_ok, ok);
SELECT owner, touches, unknown, ok, own_success, own_low, own_high FROM silo_report((SELECT silo_agg(owners, touch_ok, ok) FROM way));
SELECT owner, journeys, journeys_ok, journey_success, low, high, gap, broken, broken_share FROM silo_report((SELECT silo_agg(owners, touch_ok, ok) FROM way));
SELECT owner, own_low, own_high, low, high FROM silo_report((SELECT silo_agg(owners, touch_ok, ok) FROM way), confidence => 0.8);
SELECT owners, touches, unknown, unowned, touch_success, touch_low, touch_high, journeys, undecided FROM silo_total((SELECT silo_agg(owners, touch_ok, ok) FROM way));
SELECT journey_success, low, high, gap, independent, worst_owner, fractured FROM silo_total((SELECT silo_agg(owners, touch_ok, ok) FROM way), 0.8);

-- journeys: by the bucket of the feedback
SELECT owner, touches, unknown, ok FROM silo_report((SELECT silo_agg('[2026-01-01T00:00Z x#nps nps:9, 2026-01-01T00:00Z x#nps nps:8, 2026-01-01T00:00Z x#csat csat:4, 2026-01-01T00:00Z x#csat csat:3,
    2026-01-01T00:00Z x#ces ces:5, 2026-01-01T00:00Z x#ces ces:4, 2026-01-01T00:00Z x#effort effort:2, 2026-01-01T00:00Z x#effort effort:3, 2026-01-01T00:00Z x#success success:1,
    2026-01-01T00:00Z x#success success:0, 2026-01-01T00:00Z x#emotion emotion:6, 2026-01-01T00:00Z x#emotion emotion:5, 2026-01-01T00:00Z x#rating rating:5, 2026-01-01T00:00Z x#none, 2026-01-01T00:00Z x]'::journey, true)));
SELECT owner, broken FROM silo_report((SELECT silo_agg(j, ok) FROM (VALUES
    ('[2026-01-02T00:00Z a#late csat:1, 2026-01-01T00:00Z b#early csat:1]'::journey, false), ('[2026-01-01T00:00Z a#early csat:5, 2026-01-01T00:00Z b csat:1, 2026-01-01T00:00Z c#late csat:1]', false),
    ('[2026-01-01T00:00Z a#early csat:1]', true), ('[2026-01-01T00:00Z a#early csat:1]', NULL), ('[]', false), (NULL, false)) v(j, ok)));

-- rows
CREATE TEMP TABLE part AS SELECT * FROM (VALUES ('web', true, false), ('web', false, false), ('web', false, true), ('web', NULL, true), ('shop', false, NULL), (NULL, false, false)) AS v(owner, touch_ok, ok);
SELECT owner, touches, unknown, ok, own_success, journeys, journeys_ok, journey_success, gap, broken, broken_share FROM silo_report((SELECT silo_agg(owner, touch_ok, ok) FROM part));
SELECT owners, touches, unknown, unowned, touch_success, journeys, undecided, journey_success, independent, worst_owner, fractured FROM silo_total((SELECT silo_agg(owner, touch_ok, ok) FROM part));
-- six at 90 %
SELECT round(independent::numeric, 6) AS independent FROM silo_total((SELECT silo_agg(owner::text, i > 1, true) FROM generate_series(1, 10) i, generate_series(1, 6) owner));

-- the bytes: version 1, by journeys, 1 ok, 3 failed, 1 undecided, 1 unowned; 3 owners: "call", "shop", "web";
-- of each touches ok, not ok, unknown, journeys ok, failed, broken
SELECT silo_agg(owners, touch_ok, ok) FROM way WHERE id < 7;
-- by rows
SELECT silo_agg(owner, touch_ok, ok) FROM part;
SELECT rollup(s)::text = (SELECT silo_agg(owners, touch_ok, ok) FROM way)::text AS same FROM (SELECT silo_agg(owners, touch_ok, ok) AS s FROM way GROUP BY id % 3) s;
SELECT silo_accum(silo_accum(NULL, '{a}'::text[], '{t}', true), '[2026-01-01T00:00Z b#a csat:1]'::journey, false);

-- nothing
SELECT silo_agg(owner, touch_ok, ok) IS NULL AS nothing FROM part WHERE false;
SELECT silo_agg(NULL::journey, true) IS NULL AS nothing;
SELECT * FROM silo_report(NULL);
SELECT * FROM silo_report((SELECT silo_agg(NULL::text, true, true)));
SELECT owners, touch_success, journeys, journey_success, gap, independent, worst_owner, fractured FROM silo_total((SELECT silo_agg('{a}'::text[], NULL, NULL)));

-- mistakes
\set SHOW_CONTEXT never
SELECT silo_agg('{a,b}'::text[], '{t}'::boolean[], true);
SELECT silo_agg('{a,b}'::text[], '{{t,f}}'::boolean[], true);
SELECT silo_agg(repeat('x', 5000), true, true);
SELECT rollup(s) FROM (SELECT silo_agg(owner, touch_ok, ok) FROM part UNION ALL SELECT silo_agg(owners, touch_ok, ok) FROM way) x(s);
SELECT * FROM silo_report((SELECT silo_agg(owner, touch_ok, ok) FROM part), 95);
SELECT * FROM silo_total((SELECT silo_agg(owner, touch_ok, ok) FROM part), 1);
SELECT 'silo_stats:01'::silo_stats;
