-- the bytes told in docs/storage.md, read back
SELECT encode(feedback_send('csat:4'), 'hex') AS feedback;
SELECT encode(tally_send('tally{nps: 0=1 7=2 9=300 missing=5}'), 'hex') AS plain;
SELECT encode(tally_send('tally{csat/-2..2: 0.5=1 2=1; unknown: missing=1}'), 'hex') AS own_scale;
SELECT encode(tally_send('tally{nps: 9=2(2.5,3.25)}'), 'hex') AS weighted;

-- and back in: the binary form goes through COPY in both directions
CREATE TABLE stored (i int, f feedback, t tally, s tally_state);
INSERT INTO stored VALUES
    (1, 'csat:4', 'tally{nps: 0=1 7=2 9=300 missing=5}', 'tally{nps: 9=2(2.5,3.25)}'),
    (2, 'rating:-999.999/-1000..1000', 'tally{csat/-2..2: 0.5=1 2=1; unknown: missing=1}', 'tally{}'),
    (3, NULL, 'tally{nps: 9=2(2.5,3.25)}', NULL);
\copy stored TO 'results/feedback_storage.bin' (FORMAT binary)
CREATE TABLE restored (LIKE stored);
\copy restored FROM 'results/feedback_storage.bin' (FORMAT binary)
SELECT i, f, t, s FROM restored ORDER BY i;
SELECT count(*) AS the_same FROM stored JOIN restored USING (i, f) WHERE tally_send(stored.t) = tally_send(restored.t);
DROP TABLE stored, restored;
