-- service level and abandonment: how long callers waited, and who gave up
CREATE TEMP TABLE call AS SELECT i AS id, i % 3 AS queue, i * interval '1 s' AS wait, i % 20 = 0 OR i IN (3, 5) AS abandoned FROM generate_series(1, 100) i;
INSERT INTO call VALUES (101, 0, NULL, false), (102, 1, '1 s', NULL), (103, 2, NULL, NULL), (104, 0, '0', true), (105, 0, '0', false);

SELECT variant, offered, counted, within, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM service_level((SELECT service_agg(wait, abandoned, '20 s') FROM call));
SELECT variant, offered, abandoned, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high
FROM abandonment((SELECT service_agg(wait, abandoned, '20 s') FROM call));
SELECT w.* FROM service_waits((SELECT service_agg(wait, abandoned, '20 s') FROM call)) w;
SELECT service_missing(service_agg(wait, abandoned, '20 s')) FROM call;
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM service_level((SELECT service_agg(wait, abandoned, '20 s') FROM call), confidence => 0.8);
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM abandonment((SELECT service_agg(wait, abandoned, '20 s') FROM call), confidence => 0.8);

-- 100 offered, 95 handled: 5 %
SELECT offered, abandoned, rate FROM abandonment((SELECT service_agg('30 s', i > 95, '20 s') FROM generate_series(1, 100) i));

-- another limit for short abandons; both limits are inclusive
SELECT short, threshold, variant, counted, within FROM unnest(ARRAY['0', '4.999999 s', '5 s', '20 s', '1 day']::interval[]) short, unnest(ARRAY['4.999999 s', '5 s']::interval[]) threshold,
    LATERAL (SELECT service_agg(wait, abandoned, threshold, short) AS s FROM call) x, service_level(s) WHERE variant <> 'answered';
SELECT (SELECT service_agg(wait, abandoned, '20 s') FROM call)::text = (SELECT service_agg(wait, abandoned, '20 s', '5 s') FROM call)::text AS same;

-- by group, and merged
SELECT queue, offered, within FROM (SELECT queue, service_agg(wait, abandoned, '20 s') AS s FROM call GROUP BY queue) x, service_level(s) WHERE variant = 'offered' ORDER BY queue;
SELECT rollup(s)::text = (SELECT service_agg(wait, abandoned, '20 s') FROM call)::text AS same FROM (SELECT service_agg(wait, abandoned, '20 s') AS s FROM call GROUP BY queue) x;

-- the bytes: version 1, threshold 2 s (80897a), short 5 s (c096b102), none missing, 1 answered and 1 abandoned within the threshold, 1 short,
-- 4 s (8092f401) and 40 microseconds in all; 2 answered, at 1 and at 3 s, 1 abandoned
SELECT service_agg(w, a, '2 s') FROM (VALUES ('1 s'::interval, false), ('3 s', false), ('0.00004 s', true)) v(w, a);
SELECT w.* FROM service_waits('service_stats:0180897ac096b102000101018092f4012802ba07016001012801') w;

-- nothing
SELECT service_agg(wait, abandoned, '20 s') FROM call WHERE false;
SELECT * FROM service_level((SELECT service_agg(wait, abandoned, '20 s') FROM call WHERE wait IS NULL));
SELECT * FROM abandonment((SELECT service_agg(wait, abandoned, '20 s') FROM call WHERE wait IS NULL));
SELECT * FROM service_waits((SELECT service_agg(wait, abandoned, '20 s') FROM call WHERE wait IS NULL));
SELECT variant, counted, rate FROM service_level((SELECT service_agg('0', true, '20 s')));
SELECT * FROM service_level(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT service_agg(wait, abandoned, '1 mon') FROM call;
SELECT service_agg(wait, abandoned, '-1 s') FROM call;
SELECT service_agg(wait, abandoned, NULL) FROM call;
SELECT service_agg(wait, abandoned, '1 s', NULL) FROM call;
SELECT service_agg(wait, abandoned, '1 s', '-1 s') FROM call;
SELECT service_agg('-1 s', abandoned, '1 s') FROM call;
SELECT service_agg('1 mon', abandoned, '1 s') FROM call;
SELECT service_agg(wait, abandoned, id * interval '1 s') FROM call;
SELECT rollup(s) FROM (SELECT service_agg(wait, abandoned, '1 s') FROM call UNION ALL SELECT service_agg(wait, abandoned, '1 s', '4 s') FROM call) x(s);
SELECT * FROM service_level((SELECT service_agg(wait, abandoned, '1 s') FROM call), 0);
SELECT * FROM abandonment((SELECT service_agg(wait, abandoned, '1 s') FROM call), 95);
SELECT 'service_stats:01'::service_stats;
