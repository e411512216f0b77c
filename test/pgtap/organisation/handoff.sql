-- How one journey falls apart among owners and channels: against window functions over the touches of thousands of random journeys.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(44);

DO $$ BEGIN PERFORM setseed(0.4711); END $$;

-- 5,000 journeys of up to 40 touches, some of hundreds. Owners and channels share names with touchpoints and with one another, many touches
-- have none, many stay where the touch before was; times tie, or differ by a microsecond, or by years.
CREATE TABLE log AS
    SELECT id, i, (ARRAY['a', 'b', '7', 'shop', 'é'])[1 + floor(random() * 5)::int] AS touchpoint,
           CASE WHEN id % 5 <> 1 THEN (ARRAY['web', 'phone', 'shop', '7', 'a'])[1 + floor(random() * (1 + id % 7))::int] END AS channel,
           CASE WHEN id % 6 <> 2 THEN (ARRAY['sales', 'a', '7', 'x y', 'web', ''])[1 + floor(random() ^ 2 * (1 + id % 8))::int] END AS owner,
           '2026-01-01Z'::timestamptz + sum(CASE id % 5
               WHEN 0 THEN floor(random() * 2) * 60
               WHEN 1 THEN floor(random() * 3) * 0.000001
               WHEN 2 THEN floor(random() ^ 8 * 100) * 86400
               WHEN 3 THEN random() ^ 20 * 1e8
               ELSE 0 END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at
    FROM generate_series(1, 5000) id, generate_series(1, 1 + id * 7919 % 40 + CASE WHEN id % 50 = 0 THEN id / 10 ELSE 0 END) i;
CREATE TABLE journeys AS SELECT id, journey_agg(at, touchpoint, channel, NULL, owner ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys VALUES (-1, NULL), (-2, '[]');
CREATE TABLE t AS SELECT id, position, at, channel, owner FROM journeys, touches(j);
SELECT bag_eq('SELECT id, i::int, at, channel, owner FROM log', 'SELECT id, position::int, at, channel, owner FROM t', 'the journeys are the log');

-- ---- the slow way ----

CREATE TABLE owned AS
    SELECT id, position, at, owner, lag(owner) OVER w AS owner_before, lag(at) OVER w AS at_before
    FROM t WHERE owner IS NOT NULL WINDOW w AS (PARTITION BY id ORDER BY position);
CREATE TABLE runs AS
    SELECT id, owner, lag(owner, 2) OVER (PARTITION BY id ORDER BY position) AS two_before FROM owned WHERE owner IS DISTINCT FROM owner_before;
CREATE TABLE placed AS
    SELECT id, channel, lag(channel) OVER (PARTITION BY id ORDER BY position) AS channel_before FROM t WHERE channel IS NOT NULL;
CREATE TABLE ref AS
    SELECT id, coalesce(owners, 0) AS owners, coalesce(handoffs, 0) AS handoffs, coalesce(pingpongs, 0) AS pingpongs, fragmentation, at_boundaries,
           coalesce(switches, 0) AS switches, coalesce(modes, 0) AS modes, coalesce(both_modes, 0) AS both_modes
    FROM journeys
        LEFT JOIN (SELECT id, count(DISTINCT owner) AS owners, count(*) FILTER (WHERE owner <> owner_before) AS handoffs,
                          (coalesce(extract(epoch FROM sum(at - at_before) FILTER (WHERE owner <> owner_before)), 0)
                           / nullif(extract(epoch FROM max(at) - min(at)), 0))::float8 AS at_boundaries FROM owned GROUP BY id) a USING (id)
        LEFT JOIN (SELECT id, count(*) FILTER (WHERE owner = two_before) AS pingpongs FROM runs GROUP BY id) b USING (id)
        LEFT JOIN (SELECT id, (1 - sum(share * share))::float8 AS fragmentation
                   FROM (SELECT id, count(*) / sum(count(*)) OVER (PARTITION BY id) AS share FROM owned GROUP BY id, owner) s GROUP BY id) c USING (id)
        LEFT JOIN (SELECT id, count(*) FILTER (WHERE channel <> channel_before) AS switches,
                          count(*) FILTER (WHERE (channel = 'shop') <> (channel_before = 'shop')) AS modes,
                          count(*) FILTER (WHERE (channel IN ('shop', '7')) <> (channel_before IN ('shop', '7'))) AS both_modes FROM placed GROUP BY id) d USING (id)
    WHERE j IS NOT NULL;

SELECT cmp_ok(count(*), '>', 700::bigint, 'there are pingpongs, fractions of time at boundaries, and journeys without owners')
FROM ref a WHERE pingpongs > 2 AND at_boundaries > 0 AND at_boundaries < 1 AND switches > 2;
SELECT cmp_ok(count(*), '>', 700::bigint, 'journeys without owners, too') FROM ref WHERE owners = 0;
SELECT is_empty('SELECT id, owners_touched(j), owners FROM journeys JOIN ref USING (id) WHERE owners_touched(j) IS DISTINCT FROM owners::int', 'owners_touched: different owners');
SELECT is_empty('SELECT id FROM journeys WHERE owners_touched(j) <> cardinality(owners(j))', 'as many as owners(j) has elements');
SELECT is_empty('SELECT id, handoffs(j), handoffs FROM journeys JOIN ref USING (id) WHERE handoffs(j) IS DISTINCT FROM handoffs::int', 'handoffs: neighbours with different owners');
SELECT is_empty('SELECT id, pingpongs(j), pingpongs FROM journeys JOIN ref USING (id) WHERE pingpongs(j) IS DISTINCT FROM pingpongs::int', 'pingpongs: runs like the run before the last');
SELECT is_empty('SELECT id, fragmentation(j), fragmentation FROM journeys JOIN ref USING (id)
    WHERE (fragmentation(j) IS NULL) <> (fragmentation IS NULL) OR abs(fragmentation(j) - fragmentation) > 1e-14', 'fragmentation: one minus the sum of squared shares');
SELECT is_empty('SELECT id, time_at_boundaries(j), at_boundaries FROM journeys JOIN ref USING (id)
    WHERE (time_at_boundaries(j) IS NULL) <> (at_boundaries IS NULL) OR abs(time_at_boundaries(j) - at_boundaries) > 1e-14', 'time_at_boundaries: gaps between owners over all time');
SELECT is_empty('SELECT id, channel_switches(j), switches FROM journeys JOIN ref USING (id) WHERE channel_switches(j) IS DISTINCT FROM switches::int', 'channel_switches: neighbours with different channels');
SELECT is_empty('SELECT id, modes FROM journeys JOIN ref USING (id) WHERE mode_switches(j, ''{shop}'') IS DISTINCT FROM modes::int', 'mode_switches: into the shop or out of it');
SELECT is_empty('SELECT id, both_modes FROM journeys JOIN ref USING (id) WHERE mode_switches(j, ''{7,NULL,shop,nowhere,7,x y}'') IS DISTINCT FROM both_modes::int',
    'NULLs, repeats, names of no channel, and names that do not occur change nothing');

-- ---- what must hold ----

SELECT is_empty('SELECT id FROM journeys WHERE mode_switches(j, ''{}'') <> 0 OR mode_switches(j, ''{web,phone,shop,7,a}'') <> 0', 'all online, or all offline: no switch');
SELECT is_empty('SELECT id FROM journeys WHERE mode_switches(j, ''{shop}'') <> mode_switches(j, ''{web,phone,7,a}'')', 'offline and online may change places');
SELECT is_empty('SELECT id FROM journeys WHERE mode_switches(j, ''{shop,7}'') > channel_switches(j)', 'a switch of mode is one of channel');
SELECT is_empty('SELECT id FROM journeys WHERE pingpongs(j) > greatest(handoffs(j) - 1, 0)', 'two handoffs make a pingpong');
SELECT is_empty('SELECT id FROM journeys WHERE handoffs(j) < owners_touched(j) - 1', 'every owner but the first is handed the journey once');
SELECT is_empty('SELECT id FROM journeys WHERE fragmentation(j) NOT BETWEEN 0 AND 1 - 1.0 / nullif(owners_touched(j), 0) + 1e-15
    OR (fragmentation(j) = 0) <> (owners_touched(j) = 1)', 'fragmentation: from 0, of one owner, to 1 - 1/k, of k');
SELECT is_empty('SELECT id FROM journeys WHERE time_at_boundaries(j) NOT BETWEEN 0 AND 1 OR (owners_touched(j) < 2 AND time_at_boundaries(j) <> 0)', 'a share of time is a share');
SELECT is_empty('SELECT id FROM journeys JOIN (SELECT id, coalesce(journey_agg(at, ''x'', NULL, NULL, owner ORDER BY i) FILTER (WHERE owner IS NOT NULL), ''[]'') AS k FROM log GROUP BY id) x USING (id)
    WHERE (handoffs(j), pingpongs(j), owners_touched(j), fragmentation(j), time_at_boundaries(j))
        IS DISTINCT FROM (handoffs(k), pingpongs(k), owners_touched(k), fragmentation(k), time_at_boundaries(k))', 'touches without an owner are passed over');

SELECT is((SELECT sum(n) FROM handover_matrix((SELECT handover_agg(j) FROM journeys))), (SELECT sum(handoffs(j))::numeric FROM journeys), 'the handovers of all journeys together are their handoffs');

-- ---- published: Simpson (1949) gives 1 - sum of p^2 as the chance that two, drawn with replacement, differ; k equal shares: 1 - 1/k ----

SELECT is(fragmentation(j), (k - 1) / k::float8, format('%s equal shares', k))
FROM generate_series(1, 4) k, LATERAL (SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '1 h', 'x', NULL, NULL, 'owner ' || i % k) AS j FROM generate_series(1, 3 * k) i) x;
SELECT is(fragmentation(journey_agg('2026-01-01Z'::timestamptz + i * interval '1 h', 'x', NULL, NULL, CASE WHEN i <= 50 THEN 'a' WHEN i <= 80 THEN 'b' ELSE 'c' END)), 0.62::float8,
    'shares of .5, .3, .2: 1 - (.25 + .09 + .04) = .62') FROM generate_series(1, 100) i;

-- ---- by hand ----

CREATE FUNCTION pg_temp.by_owner(owners text) RETURNS journey LANGUAGE sql
    AS $$ SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '1 h', 'x', NULL, NULL, nullif(o, '-')) FROM regexp_split_to_table(owners, ' ') WITH ORDINALITY s(o, i) $$;
SELECT is(pingpongs(pg_temp.by_owner(owners)), n, owners || ': ' || n) FROM (VALUES ('A B A', 1), ('A B A B', 2), ('A A B - B A', 1), ('A B C A', 0), ('A B A C A', 2), ('A A A', 0), ('A - A', 0), ('A B', 0)) v(owners, n);
SELECT is(handoffs(pg_temp.by_owner('A A - B - B A')), 2, 'neighbours among the touches that have an owner');
SELECT is(time_at_boundaries('[2026-01-01T00:00Z a#x, 2026-01-01T01:00Z b#x, 2026-01-01T02:00Z b, 2026-01-01T04:00Z c#y]'), 0.75::float8, '3 of 4 hours pass between owners');
SELECT is(time_at_boundaries('[2025-01-01T00:00Z z, 2026-01-01T00:00Z a#x, 2026-01-01T01:00Z b#x, 2027-01-01T04:00Z c]'), 0::float8, 'time before the first owner and behind the last is not asked for');
SELECT is(time_at_boundaries('[2026-01-01T00:00Z a#x, 2026-01-01T00:00Z b#y]'), NULL, 'no time at all: NULL');
SELECT is(time_at_boundaries(touch('4714-11-24 00:00:00Z BC', 'a', owner => 'x') || touch('294276-12-31 23:59:59.999999Z', 'b', owner => 'y')), 1::float8, 'the longest journey there is');
SELECT is(handoffs(journey_agg('2026-01-01Z'::timestamptz + i * interval '1 s', 'x', NULL, NULL, (i % 1000)::text)), 49999, 'a thousand owners, fifty thousand touches')
FROM generate_series(1, 50000) i;

-- ---- nothing ----

SELECT results_eq($$ SELECT owners_touched(j), handoffs(j), pingpongs(j), fragmentation(j), channel_switches(j), mode_switches(j, '{shop}'), time_at_boundaries(j) FROM journeys WHERE id = -2 $$,
    $$ VALUES (0, 0, 0, NULL::float8, 0, 0, NULL::float8) $$, 'no touches: counts of 0, no shares');
SELECT results_eq($$ SELECT owners_touched(j), handoffs(j), pingpongs(j), fragmentation(j), channel_switches(j), mode_switches(j, '{shop}'), time_at_boundaries(j)
        FROM (VALUES ('[2026-01-01T00:00Z a, 2026-01-01T01:00Z b/buy csat:3]'::journey)) v(j) $$,
    $$ VALUES (0, 0, 0, NULL::float8, 0, 0, NULL::float8) $$, 'nor where no touch has an owner or a channel');
SELECT results_eq($$ SELECT owners_touched(j), handoffs(j), pingpongs(j), fragmentation(j), channel_switches(j), mode_switches(j, '{shop}'), time_at_boundaries(j) FROM journeys WHERE id = -1 $$,
    $$ VALUES (NULL::int, NULL::int, NULL::int, NULL::float8, NULL::int, NULL::int, NULL::float8) $$, 'no journey: NULL');
SELECT is(mode_switches('[2026-01-01T00:00Z a@shop, 2026-01-01T01:00Z b@web]', NULL), NULL, 'no list: NULL');

SELECT * FROM finish();
ROLLBACK;
