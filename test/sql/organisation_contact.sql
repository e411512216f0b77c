-- contacts: preceded by another touch, made while a session was open, or repeated
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'north', '[2026-03-01T09:00Z account@web, 2026-03-01T09:10Z call@phone, 2026-03-01T09:25Z account@web, 2026-03-02T10:00Z call@phone]'::journey),
    (2, 'north', '[2026-03-01T10:00Z call@phone, 2026-03-12T10:00Z call@phone]'),
    (3, 'south', '[2026-03-02T08:00Z faq@web, 2026-03-02T08:20Z call@phone, 2026-03-03T08:00Z call@phone, 2026-03-05T08:00Z call@phone]'),
    (4, 'south', '[2026-03-03T08:00Z account@web, 2026-03-03T08:05Z order@web]'), (5, 'south', '[]'), (6, 'south', NULL)) AS v(id, region, j);

SELECT id, preceded_by(j, 'call', '@web', '1 hour') AS after_web, preceded_by(j, 'call', '@web', '1 day') AS a_day_after, preceded_by(j, '@phone', 'call', '10 days') AS after_call,
    overlapping(j, 'call', '@web', '30 min') AS during, overlapping(j, 'call', '@web', '20 min') AS shorter, overlapping(j, '.', '@web', '0') AS both,
    repeat_contacts(j, 'call', '7 days') AS repeated, repeat_contacts(j, '[call|faq@web]', '7 days') AS with_faq, repeat_contacts(j, 'none', '7 days') AS none FROM way ORDER BY id;
SELECT preceded_by(j, NULL, 'a', '1 h'), overlapping(j, 'a', NULL, '1 h'), repeat_contacts(j, 'a', NULL) FROM way WHERE id = 1;

SELECT denominator, n, hits, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM contact_rate((SELECT preceded_agg(j, 'call', '@web', '1 hour') FROM way));
SELECT denominator, n, hits, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM contact_rate((SELECT overlapping_agg(j, 'call', '@web', '30 min') FROM way), confidence => 0.8);
SELECT region, denominator, n, hits, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM (SELECT region, repeat_agg(j, 'call', '7 days') AS s FROM way GROUP BY region) AS x, contact_rate(s) ORDER BY region, denominator;
SELECT (SELECT rollup(s) FROM (SELECT repeat_agg(j, 'call', '7 days') AS s FROM way GROUP BY region) AS x)::text = (SELECT repeat_agg(j, 'call', '7 days') FROM way)::text AS same;

-- the bytes: version 1, kind 0, window of an hour (3600000000), 4 bytes "call", 4 bytes "@web", 3 customers, 2 with a hit, 7 contacts, 2 hits,
-- sums of squares 2 * 2 + 2 * 2 + 3 * 3, of products 2 * 1 + 3 * 1, of squares of hits 1 + 1
SELECT preceded_agg(j, 'call', '@web', '1 hour') AS an_hour FROM way;
SELECT * FROM contact_rate('contact_stats:010080c8ceb40d0463616c6c044077656203020702110502');
SELECT repeat_agg(j, ' "call" ', '1 s') FROM way WHERE id = 1;
-- an expression is spelled as patterns do
SELECT preceded_agg(j, '[a b@web|7]', 'sign up#north', '0') FROM way WHERE id = 4;

-- nothing
SELECT repeat_agg(j, 'call', '1 h') FROM way WHERE j IS NULL;
SELECT r.* FROM contact_rate((SELECT repeat_agg(j, 'call', '1 h') FROM way WHERE id > 3)) AS r;
SELECT * FROM contact_rate(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT preceded_by(j, 'call', '@web', '1 mon') FROM way;
SELECT overlapping(j, 'call', '@web', '-1 s') FROM way;
SELECT repeat_contacts(j, 'call@', '1 h') FROM way;
SELECT preceded_agg(j, NULL, '@web', '1 h') FROM way;
SELECT preceded_agg(j, 'call', NULL, '1 h') FROM way;
SELECT overlapping_agg(j, 'call', NULL, '1 h') FROM way;
SELECT overlapping_agg(j, 'call', '@web', NULL) FROM way;
SELECT repeat_agg(j, 'call', '1 year') FROM way;
SELECT repeat_agg(j, region, '1 h') FROM way;
SELECT rollup(s) FROM (SELECT preceded_agg(j, 'call', '@web', '1 h') FROM way UNION ALL SELECT repeat_agg(j, 'call', '1 h') FROM way) AS x(s);
SELECT * FROM contact_rate((SELECT repeat_agg(j, 'call', '1 h') FROM way), 95);
SELECT 'contact_stats:01'::contact_stats;
