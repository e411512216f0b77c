-- attribution: which touches brought the conversion
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
\pset null '(null)'

CREATE TEMP TABLE way (id int, j journey);
INSERT INTO way VALUES
    (1, '[2026-01-01T00:00:00Z ad@web/hear#marketing, 2026-01-02T00:00:00Z call@phone, 2026-01-03T00:00:00Z mail@email, 2026-01-04T00:00:00Z order@web =100]'),
    (2, '[2026-01-01T00:00:00Z ad@web, 2026-01-08T00:00:00Z call@phone, 2026-01-08T00:00:00Z order =12.345678]'),
    (3, '[2026-01-01T00:00:00Z ad@web, 2026-01-02T00:00:00Z visit, 2026-01-03T00:00:00Z ad@web]'),
    (4, '[2026-01-01T00:00:00Z order@shop =7, 2026-01-02T00:00:00Z mail@email, 2026-01-03T00:00:00Z order@shop, 2026-01-04T00:00:00Z order@shop =-2]'),
    (5, '[2026-01-01T00:00:00Z ad@web, 2026-01-02T00:00:00Z ad@web, 2026-01-03T00:00:00Z mail@email, 2026-01-04T00:00:00Z ad@web, 2026-01-05T00:00:00Z order@web =50]'),
    (6, '[]'), (7, NULL);

-- each model
SELECT method, name, round(conversions::numeric, 9) AS conversions, round(value::numeric, 6) AS value, round(share::numeric, 9) AS share
FROM (SELECT attribution_agg(j, 'order') AS s FROM way) s,
     unnest(ARRAY['first', 'last', 'linear', 'position', 'decay', 'markov', 'shapley']) WITH ORDINALITY m(method, o), attribution(s, method);
SELECT name, visits, round(reach::numeric, 9) AS reach, round(conversion_rate::numeric, 9) AS conversion_rate, round(removal_effect::numeric, 9) AS removal_effect
FROM removal_effects((SELECT attribution_agg(j, 'order') FROM way));
SELECT * FROM attribution_report((SELECT attribution_agg(j, 'order') FROM way));

-- conversions are touch expressions; grains; half-lives
SELECT * FROM attribution_report((SELECT attribution_agg(j, 'Order @ web', 'touchpoint', '36 hours') FROM way));
SELECT r.* FROM unnest(ARRAY['[order@shop|mail]', '@email', '.', 'nowhere']) c, attribution_report((SELECT attribution_agg(j, c, 'owner') FROM way)) r;
SELECT g AS grain, name, conversions, value FROM unnest(ARRAY['touchpoint', 'stage', 'owner']) g, attribution((SELECT attribution_agg(j, 'order', g) FROM way), 'first');
SELECT name, round(conversions::numeric, 9) AS conversions FROM attribution((SELECT attribution_agg(j, 'order', 'channel', '1 day') FROM way WHERE id = 1), 'decay');
SELECT name, conversions FROM attribution((SELECT attribution_agg(j, 'order', 'channel', '0.000001 s') FROM way WHERE id = 1), 'decay');
-- nothing to credit
SELECT * FROM attribution((SELECT attribution_agg(j, 'nowhere') FROM way), 'markov');
SELECT * FROM removal_effects((SELECT attribution_agg(j, 'nowhere') FROM way WHERE id = 3));
SELECT * FROM attribution((SELECT attribution_agg('[]'::journey, 'order')), 'linear');
SELECT * FROM removal_effects((SELECT attribution_agg('[]'::journey, 'order')));
SELECT attribution_agg(j, 'order') IS NULL AS nothing FROM way WHERE id = 7;
SELECT count(*) FROM attribution(NULL, 'first');
-- values in which gains and losses cancel have no share
SELECT * FROM attribution((SELECT attribution_agg(j, 'order') FROM unnest(ARRAY['[2026-01-01T00:00Z a@x, 2026-01-02T00:00Z order =5]', '[2026-01-01T00:00Z a@y, 2026-01-02T00:00Z order =-5]']::journey[]) j), 'markov');

-- a value is its bytes
SELECT attribution_agg(j, 'order') FROM way WHERE id = 2;
SELECT s::text::attribution_stats::text = s::text AS same FROM (SELECT attribution_agg(j, 'order') AS s FROM way) s;
SELECT attribution_stats_merge(attribution_accum(NULL, j, 'order'), attribution_accum(NULL, j, 'order'))::text =
       attribution_accum(attribution_accum(NULL, j, 'order'), j, 'order')::text AS same FROM way WHERE id = 5;
SELECT 'attribution_stats:01'::attribution_stats;
SELECT 'tally{}'::attribution_stats;

-- refused
SELECT attribution((SELECT attribution_agg(j, 'order') FROM way), 'first');
SELECT * FROM attribution((SELECT attribution_agg(j, 'order') FROM way), 'best');
SELECT attribution_agg(j, 'order', 'colour') FROM way;
SELECT attribution_agg(j, '[order') FROM way;
SELECT attribution_agg(j, NULL) FROM way;
SELECT attribution_agg(j, 'order', NULL) FROM way;
SELECT attribution_agg(j, 'order', 'channel', NULL) FROM way;
SELECT attribution_agg(j, 'order', 'channel', '0') FROM way;
SELECT attribution_agg(j, 'order', 'channel', '1 month') FROM way;
SELECT attribution_agg(j, CASE id WHEN 1 THEN 'order' ELSE 'call' END) FROM way;
SELECT attribution_agg(j, 'order', CASE id WHEN 1 THEN 'channel' ELSE 'stage' END) FROM way;
SELECT attribution_agg(j, 'order', 'channel', id * interval '1 day') FROM way;
SELECT attribution_agg('[2026-01-01T00:00Z a, 2026-01-02T00:00Z order =1000000000000.5]'::journey, 'order');
SELECT count(*) FROM attribution((SELECT attribution_agg(touch('2026-01-01Z', 'a' || i), 'order', 'touchpoint') FROM generate_series(1, 1001) i), 'shapley');
SELECT count(*) FROM attribution((SELECT attribution_agg(touch('2026-01-01Z', 'a' || i), 'order', 'touchpoint') FROM generate_series(1, 1001) i), 'markov');
