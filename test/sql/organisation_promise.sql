-- promises: kept, late, broken; the promise gap; the time from one touch to another
SET timezone = 'UTC';
\pset null '(null)'

CREATE TEMP TABLE callback AS SELECT * FROM (VALUES
    ('north', '2026-03-02 17:00Z'::timestamptz, '2026-03-02 16:10Z'::timestamptz), ('north', '2026-03-03 12:00Z', '2026-03-03 12:00Z'),
    ('north', '2026-03-04 17:00Z', '2026-03-05 09:00Z'), ('north', '2026-03-09 17:00Z', NULL),
    ('south', '2026-03-02 17:00Z', NULL), ('south', '2026-03-03 17:00Z', '2026-03-03 11:00Z'),
    ('south', '2026-03-05 17:00Z', '2026-03-06 17:00Z'), ('south', NULL, '2026-03-05 10:00Z')) AS v(team, due, done);
SELECT team, promises, kept, late, broken, undecided, unknown, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, median_late_seconds
FROM (SELECT team, promise_agg(due, done, '2026-03-07Z') AS p FROM callback GROUP BY team) AS x, kept_promises(p) ORDER BY team;
SELECT as_of, promises, kept, late, broken, undecided, unknown, rate FROM unnest('{-infinity,2026-03-02 17:00Z,2026-03-02 17:00:00.000001Z,2026-03-05 12:00Z,infinity}'::timestamptz[]) AS as_of,
    LATERAL (SELECT promise_agg(due, done, as_of) AS p FROM callback) AS x, kept_promises(p, 0.9);

CREATE TEMP TABLE way AS SELECT * FROM (VALUES
    (1, '[2026-03-01T09:00Z buy, 2026-03-02T10:00Z complain, 2026-03-02T10:05Z "promise call", 2026-03-03T10:00Z "call back"]'::journey),
    (2, '[2026-03-01T09:00Z buy, 2026-03-04T10:05Z "promise call", 2026-03-09T10:00Z "promise call", 2026-03-09T15:00Z "call back", 2026-03-10T15:00Z "call back"]'),
    (3, '[2026-03-01T09:00Z buy, 2026-03-20T10:00Z complain, 2026-03-20T10:05Z "promise call"]'), (4, '[]'), (5, NULL)) AS v(id, j);
SELECT as_of, promises, kept_promises.kept, late, broken, undecided, rate, median_late_seconds FROM unnest('{2026-03-01Z,2026-03-06 10:05Z,2026-03-06 10:05:01Z,2026-03-21Z,infinity}'::timestamptz[]) AS as_of,
    LATERAL (SELECT promise_agg(j, 'promise call', 'call back', '2 days', as_of) AS p FROM way) AS x, kept_promises(p);
SELECT (SELECT rollup(p) FROM (SELECT promise_agg(j, 'promise call', 'call back', '2 days', '2026-03-21Z') AS p FROM way GROUP BY id) AS x)::text = (SELECT promise_agg(j, 'promise call', 'call back', '2 days', '2026-03-21Z') FROM way)::text AS same;
SELECT id, time_to(j, 'buy', 'complain'), time_to(j, 'complain', 'buy'), time_to(j, '.', '.'), time_to(j, NULL, 'buy') FROM way;

CREATE TEMP TABLE survey AS SELECT * FROM (VALUES ('spring', 7, 4), ('spring', 6, 5), ('spring', 7, 3), ('spring', 5, 5), ('spring', 6, NULL),
    ('autumn', 5, 5), ('autumn', 4, 5), ('autumn', 6, 5), ('autumn', 5, 6), ('winter', 4, 3), ('summer', NULL, 3)) AS v(campaign, expected, perceived);
SELECT campaign, n, missing, r.expected, r.perceived, r.gap, round(std_error::numeric, 6) AS std_error, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM (SELECT campaign, gap_agg(expected, perceived) AS g FROM survey GROUP BY campaign) AS x, promise_gap(g) AS r ORDER BY campaign;
SELECT gap, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM promise_gap((SELECT gap_agg(expected, perceived) FROM survey), confidence => 0.8);
SELECT (SELECT rollup(g) FROM (SELECT gap_agg(expected, perceived) AS g FROM survey GROUP BY campaign) AS x)::text = (SELECT gap_agg(expected, perceived) FROM survey)::text AS same;
-- sums are exact: what cancels leaves what is small
SELECT expected, perceived, gap FROM promise_gap((SELECT gap_agg(e, 0) FROM unnest('{1e100,4,-1e100}'::float8[]) AS e));

-- the bytes: version 1, kind 0, kept 1, broken 1, undecided 0, unknown 1; lateness: 1 number, 16 hours, in bucket 1963
SELECT promise_agg(due, done, '2026-03-07Z') FROM callback WHERE team = 'south' AND (done IS NULL OR due IS NULL OR done < due) OR done = '2026-03-05 09:00Z';
-- kind 1, window of 1 second (1000000), 3 bytes "buy", 8 bytes "complain", 0 kept, 1 broken, 2 undecided, 0 unknown, nothing late
SELECT promise_agg(j, 'buy', 'complain', '1 s', CASE id WHEN 1 THEN '2026-03-02 09:00Z' ELSE '2026-03-01 09:00:01Z' END::timestamptz) FROM way;
-- 1 pair missing, 1 pair: sums of the differences, of their squares, of both parts
SELECT gap_agg(expected, perceived) FROM survey WHERE campaign IN ('winter', 'summer');

-- nothing
SELECT promise_agg(due, done, now()) FROM callback WHERE false;
SELECT promise_agg(j, 'a', 'b', '1 h', now()) FROM way WHERE j IS NULL;
SELECT gap_agg(expected, perceived) FROM survey WHERE false;
SELECT r.* FROM kept_promises((SELECT promise_agg(j, 'a', 'b', '1 h', now()) FROM way)) AS r;
SELECT * FROM kept_promises(NULL);
SELECT * FROM promise_gap(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT promise_agg(due, done, NULL) FROM callback;
SELECT promise_agg('infinity', done, now()) FROM callback;
SELECT promise_agg(due, '-infinity', now()) FROM callback;
SELECT promise_agg(j, 'a', 'b', '1 mon', now()) FROM way;
SELECT promise_agg(j, NULL, 'b', '1 h', now()) FROM way;
SELECT promise_agg(j, 'a', NULL, '1 h', now()) FROM way;
SELECT promise_agg(j, 'a', 'b', '1 h', NULL) FROM way;
SELECT promise_agg(j, 'a', 'b#', '1 h', now()) FROM way;
SELECT rollup(p) FROM (SELECT promise_agg(j, 'a', 'b', '1 h', now()) FROM way UNION ALL SELECT promise_agg(due, done, now()) FROM callback) AS x(p);
SELECT time_to(j, 'a', '[b') FROM way;
SELECT gap_agg('NaN', 1);
SELECT gap_agg(1, '-Infinity');
SELECT gap_agg(1, -1e141);
SELECT gap_agg(1e140, -1e140);
SELECT * FROM promise_gap((SELECT gap_agg(1, 2)), 0);
SELECT * FROM kept_promises((SELECT promise_agg(due, done, now()) FROM callback), 95);
SELECT 'promise_stats:01'::promise_stats;
SELECT 'gap_stats:01'::gap_stats;
