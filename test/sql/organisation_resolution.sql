-- first-contact resolution
SET timezone = 'UTC';
\pset null '(null)'

SELECT * FROM first_contact_resolution((SELECT resolution_agg(i <= 280, i <= 350) FROM generate_series(1, 400) AS i));
SELECT measure, cases, resolved, undecided, rate FROM first_contact_resolution((SELECT resolution_agg(i <= 280) FROM generate_series(1, 400) AS i), confidence => 0.8);
CREATE TEMP TABLE answer AS SELECT * FROM (VALUES (true, true), (true, false), (true, NULL), (false, true), (false, false), (false, NULL), (NULL, true), (NULL, false), (NULL, NULL)) AS v(resolved, solvable);
SELECT measure, cases, resolved, undecided, rate FROM first_contact_resolution((SELECT resolution_agg(resolved, solvable) FROM answer));
SELECT measure, cases, resolved, undecided, rate FROM first_contact_resolution((SELECT resolution_agg(resolved) FROM answer));

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z account@web, 2026-03-01T09:10Z call@phone, 2026-03-01T09:25Z account@web, 2026-03-02T10:00Z call@phone]'::journey),
    (2, '[2026-03-01T10:00Z call@phone, 2026-03-12T10:00Z call@phone]'),
    (3, '[2026-03-02T08:00Z faq@web, 2026-03-02T08:20Z call@phone, 2026-03-03T08:00Z call@phone, 2026-03-05T08:00Z call@phone]'),
    (4, '[2026-03-03T08:00Z account@web]'), (5, '[]'), (6, NULL)) AS v(id, j);
SELECT as_of, cases, resolved, undecided, rate
FROM unnest('{-infinity,2026-03-01 10:00Z,2026-03-08 10:00Z,2026-03-08 10:00:00.000001Z,2026-03-15Z,2026-04-01Z,infinity}'::timestamptz[]) AS as_of,
    LATERAL (SELECT resolution_agg(j, 'call', '7 days', as_of) AS s FROM way) AS x, first_contact_resolution(s) WHERE measure = 'gross';
SELECT (SELECT rollup(s) FROM (SELECT resolution_agg(j, 'call', '7 days', '2026-03-15Z') AS s FROM way GROUP BY id) AS x)::text = (SELECT resolution_agg(j, 'call', '7 days', '2026-03-15Z') FROM way)::text AS same;

-- the bytes: version 1, kind 0; not resolved: 1 case that cannot be solved, 1 that can, 1 not known; resolved: the same; undecided: the same
SELECT resolution_agg(resolved, solvable) FROM answer;
-- kind 1, window of 1 second (1000000), 4 bytes "call"; then the same nine numbers: 0 cases not resolved, 5 resolved, 1 undecided
SELECT resolution_agg(j, 'call', '1 s', '2026-03-05 08:00:01Z') FROM way;

-- nothing
SELECT resolution_agg(j, 'call', '1 h', now()) FROM way WHERE j IS NULL;
SELECT resolution_agg(resolved) FROM answer WHERE false;
SELECT r.* FROM first_contact_resolution((SELECT resolution_agg(j, 'call', '1 h', now()) FROM way WHERE id > 3)) AS r;
SELECT * FROM first_contact_resolution(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT resolution_agg(j, 'call', '1 mon', now()) FROM way;
SELECT resolution_agg(j, 'call', NULL, now()) FROM way;
SELECT resolution_agg(j, NULL, '1 h', now()) FROM way;
SELECT resolution_agg(j, 'call', '1 h', NULL) FROM way;
SELECT resolution_agg(j, '@', '1 h', now()) FROM way;
SELECT rollup(s) FROM (SELECT resolution_agg(j, 'call', '1 h', now()) FROM way UNION ALL SELECT resolution_agg(true)) AS x(s);
SELECT rollup(s) FROM (SELECT resolution_agg(j, 'call', '1 h', now()) FROM way UNION ALL SELECT resolution_agg(j, 'call', '2 h', now()) FROM way) AS x(s);
SELECT * FROM first_contact_resolution((SELECT resolution_agg(true)), 95);
SELECT 'resolution_stats:01'::resolution_stats;
