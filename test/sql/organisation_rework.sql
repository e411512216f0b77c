-- rework: what is done again, by the same owner or by another
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z address@web#sales, 2026-03-01T10:00Z address@phone#service, 2026-03-02T09:00Z address@phone#service, 2026-03-03T09:00Z bill#finance, 2026-03-09T09:00Z address#finance]'::journey),
    (2, '[2026-03-01T09:00Z address#service, 2026-03-01T10:00Z bill#finance, 2026-03-02T09:00Z bill#finance, 2026-03-02T10:00Z bill]'),
    (3, '[2026-03-01T09:00Z address, 2026-03-01T09:30Z address, 2026-03-02T09:00Z address#10, 2026-03-02T09:00Z bill#9]'),
    (4, '[2026-03-01T09:00Z address, 2026-03-02T09:00Z address]'), (5, '[]'), (6, NULL)) AS v(id, j);

SELECT id, repeats(j) FROM way;
SELECT * FROM rework((SELECT rework_agg(j) FROM way));
SELECT owner, rework_share, low, high FROM rework((SELECT rework_agg(j) FROM way), confidence => 0.8) WHERE rework_share > 0;
SELECT id, r.* FROM (SELECT id, rework_agg(j) AS s FROM way GROUP BY id) x, LATERAL (SELECT owner, touches, journeys, repeats, redone FROM rework(s)) r ORDER BY id;

-- a value is its bytes: 2 owners, "a" and "b", each with touches, journeys, repeats, redone
SELECT rework_agg('[2026-03-01T09:00Z x#a, 2026-03-01T09:00Z x#a, 2026-03-01T09:00Z x#b]');
SELECT owner, touches, journeys, repeats, redone FROM rework('rework_stats:0102026102620201010001010001');
SELECT rework_stats_send(rollup(s)) = (SELECT rework_stats_send(rework_agg(j)) FROM way) AS same FROM (SELECT rework_agg(j) AS s FROM way GROUP BY id) s;
SELECT rework_accum(rework_accum(NULL, '[2026-03-01T09:00Z x#a]'), '[2026-03-01T09:00Z y#a]');
SELECT rework_stats_merge('rework_stats:0101026101010000', 'rework_stats:0101026201010000');

-- nothing
SELECT rework_agg(j) FROM way WHERE false;
SELECT rework_agg(j) FROM way WHERE j IS NULL;
SELECT rework_agg(j) FROM way WHERE id IN (4, 5);
SELECT * FROM rework('rework_stats:0100');
SELECT * FROM rework(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT * FROM rework('rework_stats:0100', 95);
SELECT 'rework_stats:01'::rework_stats;
SELECT 'rework_stats:0101026101010100'::rework_stats;
