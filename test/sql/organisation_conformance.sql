-- conformance: journeys against the steps that are expected, in order
SET timezone = 'UTC';
CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, 'shop', '[2026-03-01T10:00Z enter, 2026-03-01T10:10Z try, 2026-03-01T10:20Z decide, 2026-03-01T10:25Z pay]'::journey),
    (2, 'shop', '[2026-03-01T11:00Z try, 2026-03-01T11:05Z try, 2026-03-01T11:30Z decide, 2026-03-01T11:31Z pay@cash]'),
    (3, 'web', '[2026-03-01T20:00Z browse, 2026-03-01T20:20Z pay@card, 2026-03-04T18:00Z try, 2026-03-05T08:00Z decide]'),
    (4, 'web', '[2026-03-01T20:20Z pay@card]'), (5, 'web', '[]'), (6, 'web', NULL)) AS v(id, channel, j);

SELECT id, conformance(j, '{try,decide,pay}'), conformance(j, '{pay,try,decide}') AS pay_first, conformance(j, '{@cash}') AS cash, conformance(j, '{[^pay],.}') AS other, conformance(j, NULL)
FROM way;
-- copying the offline order online fails: paid before tried on
SELECT s.* FROM way, conformance_steps(j, '{try,decide,pay}') s WHERE id = 3;
SELECT s.* FROM way, conformance_steps(j, '{pay,try,decide,pay,try}') s WHERE id = 2;
SELECT s.* FROM way, conformance_steps(j, '{pay,decide,try}') s WHERE id = 1;
SELECT s.* FROM way, conformance_steps(j, '{a,"\"try on\"@web","[x|y]"}') s WHERE id = 5;

SELECT channel, step, name, journeys, in_order, moved, missing, round(share::numeric, 6) AS share, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM (SELECT channel, conformance_agg(j, '{try,decide,pay}') AS c FROM way GROUP BY channel) x, conformance_report(c) ORDER BY channel, step;
SELECT step, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM conformance_report((SELECT conformance_agg(j, '{try,decide,pay}') FROM way), confidence => 0.8);
SELECT rollup(c)::text = (SELECT conformance_agg(j, '{try,decide,pay}') FROM way)::text AS same FROM (SELECT conformance_agg(j, '{try,decide,pay}') AS c FROM way GROUP BY channel) x;

-- the same template in other words: as it is written canonically
SELECT conformance_agg(j, '{"\"try\"",decide , pay}')::text = conformance_agg(j, '{try,decide,pay}')::text AS same FROM way;

-- more than 64 steps, and more than fit a word
SELECT n, conformance(j, (SELECT array_agg('t' || i % 7) FROM generate_series(1, n) i)) FROM unnest(ARRAY[63, 64, 65, 128, 129, 1000]) n,
    (SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '1 h', 't' || i % 7 ORDER BY i) AS j FROM generate_series(1, 100) i) x;

-- the bytes: version 1, 2 steps of 3 bytes (try and pay), 5 journeys, 2 with both in order, 1 with one moved, 2 with one missing; try: 3 in order; pay: 3 and 1
SELECT conformance_agg(j, '{try,pay}') FROM way;
SELECT step, in_order, moved, missing FROM conformance_report('conformance_stats:010203747279037061790502010203000301');

-- nothing
SELECT conformance_agg(j, '{a}') FROM way WHERE false;
SELECT conformance_agg(j, '{a}') FROM way WHERE j IS NULL;
SELECT * FROM conformance_report(NULL);
SELECT * FROM conformance_steps(NULL, '{a}');

-- mistakes
\set SHOW_CONTEXT never
SELECT conformance(j, '{}') FROM way;
SELECT conformance(j, '{a,NULL}') FROM way;
SELECT conformance(j, '{a,@}') FROM way;
SELECT conformance(j, array_fill('a'::text, '{1001}')) FROM way;
SELECT conformance_agg(j, NULL) FROM way;
SELECT conformance_agg(j, ARRAY['a', 'b' || id]) FROM way;
SELECT rollup(c) FROM (SELECT conformance_agg(j, '{a}') FROM way UNION ALL SELECT conformance_agg(j, '{a,b}') FROM way) x(c);
SELECT * FROM conformance_report((SELECT conformance_agg(j, '{a}') FROM way), 95);
SELECT 'conformance_stats:0100'::conformance_stats;
