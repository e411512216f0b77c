-- Features of journeys: against plain SQL over the touches up to each cutoff, and against the functions of the same names.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(28);

DO $$ BEGIN PERFORM setseed(0.1307); END $$;

-- 3,000 journeys of up to 30 touches, with ties in time, gaps of just a day and a microsecond more, and facets that are missing
CREATE TABLE log AS
    SELECT id, i, '2026-01-01Z'::timestamptz + sum(CASE id % 4 WHEN 0 THEN floor(random() * 3) * 43200 WHEN 1 THEN 86400 + floor(random() * 2) * 0.000001
               WHEN 2 THEN random() ^ 8 * 1e6 ELSE floor(random() * 2) * 86400 * id END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at,
           (ARRAY['browse', 'order', 'call', 'pay', '7'])[1 + floor(random() * 5)] AS touchpoint, (ARRAY['web', 'phone', NULL])[1 + floor(random() * 3)] AS channel,
           (ARRAY['buy', 'support', NULL])[1 + floor(random() * 3)] AS stage, (ARRAY['sales', 'service', 'web', NULL])[1 + floor(random() * 4)] AS owner,
           (ARRAY[feedback('csat', 1 + floor(random() * 5)), feedback('effort', 1 + floor(random() * 5)), feedback('nps', floor(random() * 11))])[1 + floor(random() * 3 * (2 + id % 5))] AS answer
    FROM generate_series(1, 3000) id, generate_series(1, 1 + id * 7919 % 30) i;
CREATE TABLE journeys AS SELECT id, rollup(touch(at, touchpoint, channel, stage, owner, answer) ORDER BY i) AS j FROM log GROUP BY id;
-- a cutoff at a touch, a microsecond before, somewhere, and at the end
CREATE TABLE asked AS SELECT id, j, CASE id % 5 WHEN 0 THEN ended_at(j) WHEN 1 THEN started_at(j) - interval '1 us' * (id / 5 % 2)
        WHEN 2 THEN ended_at(j) - interval '1 us' WHEN 3 THEN started_at(j) + random() * duration(j) ELSE ended_at(j) + interval '10 days' END AS as_of FROM journeys;
CREATE TABLE found AS SELECT id, j, as_of, slice(j, NULL, as_of + interval '1 us') AS seen, journey_features(j, as_of) AS f FROM asked;
ANALYZE found;

-- ---- the slow way ----

CREATE TABLE touch AS SELECT id, as_of, t.*, extract(epoch FROM t.at - lag(t.at) OVER (PARTITION BY id ORDER BY position))::float8 / 86400 AS gap
    FROM found, touches(j) t WHERE t.at <= as_of;
CREATE TABLE plain AS
    SELECT id, extract(epoch FROM min(as_of) - max(at))::float8 / 86400 AS recency, count(*)::float8 AS frequency, avg(gap) AS mean_gap,
           CASE WHEN count(gap) < 2 THEN 0 ELSE regr_slope(gap, position) END AS gap_trend, count(*) FILTER (WHERE stage = 'support')::float8 AS contacts,
           count(*) FILTER (WHERE touchpoint = 'call' AND channel = 'phone')::float8 AS calls, count(feedback) > 0 AS has,
           coalesce((array_agg(percent(feedback) ORDER BY position) FILTER (WHERE feedback IS NOT NULL))[count(feedback)], 50) AS last,
           coalesce(avg(percent(feedback)), 50) AS mean, coalesce(min(percent(feedback)), 50) AS lowest
    FROM touch GROUP BY id;
SELECT cmp_ok((SELECT count(*) FROM plain WHERE has), '>', 500::bigint, 'many have feedback');
SELECT is_empty('SELECT id FROM found LEFT JOIN plain USING (id) WHERE (f IS NULL) <> (plain.id IS NULL)', 'NULL just if there is no touch until then');
SELECT cmp_ok((SELECT count(*) FROM found WHERE f IS NULL), '>', 100::bigint, 'as it is for many');
SELECT is_empty('SELECT id FROM found WHERE array_length(f, 1) <> 13 OR array_position(f, NULL) IS NOT NULL', 'thirteen numbers, none NULL');
SELECT is_empty('SELECT id, f[1], recency FROM found JOIN plain USING (id) WHERE abs(f[1] - recency) > 1e-9 * recency', 'recency');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE f[2] <> frequency', 'frequency');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE abs(f[3] - coalesce(mean_gap, recency)) > 1e-9 * f[3]', 'mean gap, of a single touch the recency');
SELECT is_empty('SELECT id, f[4], gap_trend FROM found JOIN plain USING (id) WHERE abs(f[4] - gap_trend) > 1e-8 * (1 + f[3])', 'trend of the gaps is the slope of regr_slope');
SELECT cmp_ok((SELECT count(*) FROM plain WHERE gap_trend <> 0), '>', 500::bigint, 'which is something for many');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE f[5] <> contacts', 'contacts are touches of the stage support');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE (journey_features(j, as_of, ''call@phone''))[5] <> calls', 'or whatever is said');
SELECT is_empty('SELECT id FROM found WHERE (journey_features(j, as_of, ''[browse|^order/support]''))[5] <> count_of(seen, ''[browse|^order/support]'')', 'as count_of counts');
SELECT is_empty('SELECT id FROM found WHERE f[6] <> repeats(seen)', 'repeats');
SELECT is_empty('SELECT id FROM found WHERE f[7] <> channel_switches(seen)', 'channel switches');
SELECT is_empty('SELECT id FROM found WHERE f[8] <> handoffs(seen)', 'handoffs');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE f[9] <> has::int', 'has feedback');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE f[10] <> last', 'last feedback');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE abs(f[11] - mean) > 1e-12', 'mean feedback');
SELECT is_empty('SELECT id FROM found JOIN plain USING (id) WHERE f[12] <> lowest', 'lowest feedback');
SELECT is_empty('SELECT id, f[13], effort_index(seen) FROM found WHERE f[13] <> effort_index(seen)', 'effort');
SELECT is_empty('SELECT id FROM found WHERE journey_features(seen, as_of) IS DISTINCT FROM f', 'what comes later is not seen');
SELECT is(journey_feature_names(), '{recency,frequency,mean_gap,gap_trend,contacts,repeats,channel_switches,handoffs,has_feedback,last_feedback,mean_feedback,lowest_feedback,effort}'::text[], 'the names, in this order');

-- ---- edges ----

SELECT is(journey_features('[]', '2026-01-01Z'), NULL, 'no touches: NULL');
SELECT results_eq($$ SELECT journey_features(NULL, '2026-01-01Z'), journey_features('[]', NULL) $$, 'VALUES (NULL::float8[], NULL::float8[])', 'not known: NULL');
SELECT is((journey_features(touch('4714-11-24 00:00:00Z BC', 'a') || touch('294276-12-31 23:59:59.999999Z', 'b'), '294276-12-31 23:59:59.999999Z'))[1:3], '{0,2,109203528}'::float8[], 'the longest journey there is');
SELECT throws_ok($$ SELECT journey_features('[2026-01-01T00:00Z a]', 'infinity') $$, '22008', 'as_of is infinite', 'an endless cutoff');
SELECT throws_ok($$ SELECT journey_features('[2026-01-01T00:00Z a]', '2026-01-02Z', '@@') $$, '22P02', NULL, 'no touch expression');
-- out of the box
SELECT lives_ok($$ SELECT model_terms(logit_fit(random() < 0.2 + f[2] / 60, f), journey_feature_names()) FROM found $$, 'logit_fit takes them as they are');

SELECT * FROM finish();
ROLLBACK;
