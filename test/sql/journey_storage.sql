-- the bytes told in docs/storage.md, read back
SELECT encode(journey_send('[]'), 'hex') AS empty;
SELECT encode(journey_send('[2026-01-05T09:00:00Z 7, 2026-01-05T09:05:00Z 12, 2026-01-05T10:00:00Z 7]'), 'hex') AS numbers;
SELECT encode(journey_send('[2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-05T09:04:10.5Z cart@web/buy#shop =49.9, 2026-01-06T10:00:00Z call@phone/support#service csat:2]'), 'hex') AS all_parts;

-- and back in: COPY writes a bytea and a journey of the same bytes alike
CREATE TABLE sent (i int, bytes bytea);
INSERT INTO sent VALUES
    (1, '\x0100'),
    (2, '\x010003030600a4760d9fea02000000000000200800033c02020f190202bd01'),
    (3, '\x011f01121b00a4760d9fea020021084080000088a0038095f52a0b03440c62726f777365066275790863616c6c08636172740a6c6561726e126d61726b6574696e670a70686f6e650e736572766963650873686f700e737570706f727406776562b065728ab392180284d2f3df6515010202010101e52e'),
    (4, NULL);
\copy sent TO 'results/journey_storage.bin' (FORMAT binary)
CREATE TABLE stored (i int, j journey);
\copy stored FROM 'results/journey_storage.bin' (FORMAT binary)
SELECT i, j FROM stored ORDER BY i;
SELECT i, touch_count(j), started_at(j) AT TIME ZONE 'UTC' AS started_at, ended_at(j) AT TIME ZONE 'UTC' AS ended_at FROM stored ORDER BY i;
SELECT count(*) AS the_same FROM sent JOIN stored USING (i) WHERE journey_send(j) = bytes;

-- many journeys, out and in again
CREATE TABLE many AS
    SELECT k AS i, rollup(touch('2026-01-05 09:00+00'::timestamptz + (i * (k + 1) * 7919 % 86400) * (ARRAY[1, 1000, 1000000, 60000000]::bigint[])[k % 4 + 1] * interval '1 microsecond',
                                (i * 31 % (k % 40 + 1))::text || CASE WHEN k % 3 = 0 THEN 'x' ELSE '' END, CASE WHEN k % 5 > 1 THEN (ARRAY['web', 'phone'])[i % 3 + 1] END,
                                CASE WHEN k % 7 = 1 THEN 'buy' END, CASE WHEN (i + k) % 11 = 1 THEN 'shop' END,
                                CASE WHEN (i + k) % 13 = 1 THEN feedback('csat', i % 5 + 1) END, CASE WHEN (i + k) % 9 = 1 THEN i / 7.0 END)) AS j
    FROM generate_series(1, 2000) k, generate_series(1, 1 + k % 60) i GROUP BY k;
\copy many TO 'results/journey_storage.bin' (FORMAT binary)
CREATE TABLE again (LIKE many);
\copy again FROM 'results/journey_storage.bin' (FORMAT binary)
SELECT count(*) AS the_same FROM many JOIN again USING (i) WHERE journey_send(many.j) = journey_send(again.j) AND many.j = again.j AND journey_hash(many.j) = journey_hash(again.j);
SELECT count(*) AS journeys, sum(touch_count(j)) AS touches FROM again;

-- 50 touches over 20 touchpoints that are numbers: at most 4.5 bytes a touch
SELECT pg_column_size(journey_agg('2026-01-05 09:00+00'::timestamptz + i * i * 31 * interval '1 s', i * 7 % 20)) <= 50 * 4.5 AS small FROM generate_series(1, 50) i;
-- 1000 touches with channels, from second to second in bursts: at most 3 bytes a touch for codes and times, 6 beside its names for an entry
SELECT octet_length(journey_send(j)) - 40 <= 3 * touch_count(j) + 20 * 6 + 20 * length('touchpoint 10') AS small
FROM (SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + (i * 40 + CASE WHEN i % 10 = 0 THEN i * 3600 ELSE 0 END) * interval '1 s', 'touchpoint ' || 10 + i * 7 % 20,
                         (ARRAY['web', 'phone', 'shop'])[i * 7 % 20 % 3 + 1]) AS j FROM generate_series(1, 1000) i) s;

-- what is not the form of a journey is refused
TRUNCATE sent, stored;
INSERT INTO sent VALUES (1, '\x010003030600a4760d9fea02000000000000200800033c02020f190202bd01');
\set VERBOSITY terse
UPDATE sent SET bytes = set_byte(bytes, 0, 2);
\copy sent TO 'results/journey_storage.bin' (FORMAT binary)
\copy stored FROM 'results/journey_storage.bin' (FORMAT binary)
UPDATE sent SET bytes = set_byte(set_byte(bytes, 0, 1), 3, 4);
\copy sent TO 'results/journey_storage.bin' (FORMAT binary)
\copy stored FROM 'results/journey_storage.bin' (FORMAT binary)
UPDATE sent SET bytes = '\x010005000000a4760d9fea0200000000000000100000000101040001';
\copy sent TO 'results/journey_storage.bin' (FORMAT binary)
\copy stored FROM 'results/journey_storage.bin' (FORMAT binary)
SELECT count(*) AS taken FROM stored;
DROP TABLE sent, stored, many, again;
