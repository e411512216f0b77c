-- The effort of journeys: against the formula over the touches of thousands of random journeys in plain SQL, and by hand.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(59);

DO $$ BEGIN PERFORM setseed(0.2718); END $$;

-- 4,000 journeys of up to 30 touches, some of hundreds; steps tie, are as long as one of the limits, or a microsecond longer or shorter.
CREATE TABLE log AS
    SELECT id, i, (ARRAY['a', 'b', '7', 'shop', 'é', 'x y'])[1 + floor(random() * (1 + id % 6))::int] AS touchpoint,
           CASE WHEN id % 5 <> 1 THEN (ARRAY['web', 'phone', 'shop', '7', 'a'])[1 + floor(random() * (1 + id % 7))::int] END AS channel,
           CASE WHEN id % 6 <> 2 THEN (ARRAY['sales', 'a', '7', 'x y', 'web', ''])[1 + floor(random() ^ 2 * (1 + id % 8))::int] END AS owner,
           '2026-01-01Z'::timestamptz + sum(CASE id % 5
               WHEN 0 THEN floor(random() * 3) * 43200
               WHEN 1 THEN 86400 + (floor(random() * 3) - 1) * 0.000001
               WHEN 2 THEN floor(random() ^ 8 * 100) * 86400
               WHEN 3 THEN random() ^ 20 * 1e7
               ELSE floor(random() * 2) * 1800 + floor(random() * 2) END::numeric(20, 6)) OVER (PARTITION BY id ORDER BY i) * interval '1 s' AS at
    FROM generate_series(1, 4000) id, generate_series(1, 1 + id * 7919 % 30 + CASE WHEN id % 50 = 0 THEN id / 10 ELSE 0 END) i;
CREATE TABLE journeys AS SELECT id, journey_agg(at, touchpoint, channel, NULL, owner ORDER BY i) AS j FROM log GROUP BY id;
INSERT INTO journeys VALUES (-1, NULL), (-2, '[]');

-- ways to ask: each journey is asked in all of them
CREATE TABLE way (name text, wait interval, weights float8[], halfway float8[]);
INSERT INTO way VALUES
    ('default', '1 day', '{1,1,1,1,1}', '{10,2,2,2,2}'), ('no wait', '0', '{1,2,3,4,5}', '{5,4,3,2,1}'), ('half an hour', '30 min', '{0.1,0,0.5,0.25,1e-3}', '{1,1,1,1,0.5}'),
    ('waits alone', '23:59:59.999999', '{0,0,0,0,7}', '{1e300,1,1,1,3}'), ('steps alone', '7 days', '{5,0,0,0,0}', '{10,1e-300,1,1,1}'), ('no steps', '1 h', '{0,1,1,1,0}', '{1,0.1,20,3,4}'),
    ('huge', '1 us', '{1.7e308,1.7e308,1.7e308,1.7e308,1.7e308}', '{1e-300,1e-300,1e-300,1e-300,1e-300}'), ('tiny', '100 days', '{5e-324,0,5e-324,0,0}', '{1.7e308,1,1.7e308,1,1}');

-- ---- the slow way ----

CREATE TABLE t AS SELECT id, position, at, touchpoint, channel, owner FROM journeys, touches(j);
CREATE TABLE counted AS
    SELECT name, id, steps, repeats, coalesce(switches, 0) AS switches, coalesce(handoffs, 0) AS handoffs, waits
    FROM (SELECT id, count(*) AS steps, count(*) - count(DISTINCT touchpoint) AS repeats FROM t GROUP BY id) a
        LEFT JOIN (SELECT id, count(*) FILTER (WHERE channel <> before) AS switches
                   FROM (SELECT id, channel, lag(channel) OVER (PARTITION BY id ORDER BY position) AS before FROM t WHERE channel IS NOT NULL) x GROUP BY id) b USING (id)
        LEFT JOIN (SELECT id, count(*) FILTER (WHERE owner <> before) AS handoffs
                   FROM (SELECT id, owner, lag(owner) OVER (PARTITION BY id ORDER BY position) AS before FROM t WHERE owner IS NOT NULL) x GROUP BY id) c USING (id)
        JOIN (SELECT name, id, count(*) FILTER (WHERE gap > extract(epoch FROM wait)) AS waits
              FROM way, (SELECT id, extract(epoch FROM at - lag(at) OVER (PARTITION BY id ORDER BY position)) AS gap FROM t) x GROUP BY name, id) d USING (id);
CREATE TABLE ref AS
    SELECT name, id, ord, part, amount, CASE name
               -- weights that a double cannot add up, or multiply
               WHEN 'huge' THEN 20 * sign(amount)
               WHEN 'tiny' THEN 50 * amount / 1.7e308 * (part IN ('steps', 'switches'))::int
               ELSE 100 * weight / (SELECT sum(w) FROM unnest(weights) w) * amount / (amount + half) END AS points
    FROM counted JOIN way USING (name),
        unnest(ARRAY['steps', 'repeats', 'switches', 'handoffs', 'waits'], ARRAY[steps, repeats, switches, handoffs, waits], weights, halfway)
            WITH ORDINALITY AS p(part, amount, weight, half, ord);
CREATE TABLE found AS SELECT name, id, p.* FROM way, journeys, effort_parts(j, wait, weights, halfway) WITH ORDINALITY AS p(part, amount, points, share, ord);
CREATE TABLE indexes AS SELECT name, id, effort_index(j, wait, weights, halfway) AS index FROM way, journeys;
ANALYZE ref;
ANALYZE found;
ANALYZE indexes;

SELECT is((SELECT count(*) FROM ref), 160000::bigint, 'every part of every journey in every way');
SELECT cmp_ok((SELECT count(*) FROM counted WHERE name = 'default' AND least(repeats, switches, handoffs, waits) > 0), '>', 500::bigint, 'many journeys have all five');
SELECT is_empty('SELECT name, id, ord FROM ref FULL JOIN (SELECT * FROM found WHERE id > 0) f USING (name, id, ord)
    WHERE (ref.part, ref.amount) IS DISTINCT FROM (f.part, f.amount::bigint)', 'parts come in their order, and are counted as in SQL');
SELECT is_empty('SELECT name, id, part, ref.points, f.points FROM ref JOIN found f USING (name, id, part)
    WHERE NOT abs(ref.points - f.points) <= 1e-12 * ref.points', 'points are weighted x / (x + halfway)');
SELECT is_empty('SELECT name, id FROM (SELECT name, id, sum(points) AS points FROM ref GROUP BY 1, 2) x JOIN indexes USING (name, id)
    WHERE NOT abs(points - index) <= 1e-12 * points', 'the index is their sum');
SELECT is_empty('SELECT name, id FROM found JOIN indexes USING (name, id) GROUP BY name, id, index HAVING NOT abs(sum(points) - index) <= 1e-12 * index', 'parts add up to the index');
SELECT is_empty('SELECT name, id, part FROM found JOIN indexes USING (name, id) WHERE share IS DISTINCT FROM CASE WHEN index > 0 THEN points / index END
    AND NOT abs(share - points / nullif(index, 0)) < 1e-15 OR share NOT BETWEEN 0 AND 1', 'shares are those of the index, 0..1, and NULL of an index of 0');
SELECT cmp_ok((SELECT count(*) FROM found WHERE id > 0 AND share IS NULL), '>', 1000::bigint, 'of which there are');
SELECT is_empty('SELECT name, id FROM found WHERE share IS NOT NULL GROUP BY 1, 2 HAVING abs(sum(share) - 1) > 1e-14', 'and add up to 1');
SELECT is_empty('SELECT name, id FROM indexes WHERE index NOT BETWEEN 0 AND 100', 'from 0 to 100');
SELECT is_empty('SELECT id FROM journeys JOIN indexes USING (id) WHERE name = ''default'' AND (effort_index(j), effort_index(j, wait => ''24 h'')) IS DISTINCT FROM (index, index)', 'what is asked for if nothing is said');
SELECT is_empty('SELECT f.id FROM journeys, effort_parts(j) p, found f WHERE f.id = journeys.id AND f.part = p.part AND name = ''default''
    AND (p.amount, p.points, p.share) IS DISTINCT FROM (f.amount, f.points, f.share)', 'of the parts, too');

-- ---- what must hold ----

SELECT is_empty('SELECT id FROM journeys JOIN counted USING (id) WHERE name = ''default'' AND (steps, repeats, switches, handoffs, waits)
    IS DISTINCT FROM (touch_count(j), repeats(j), channel_switches(j), handoffs(j), (SELECT count(*) - 1 FROM sessions(j, ''1 day'')))', 'parts are what other functions count');
SELECT is_empty('SELECT id FROM journeys, way WHERE abs(effort_index(j, wait, weights, halfway) - effort_index(j, wait, (SELECT array_agg(w / 1024 ORDER BY o) FROM unnest(weights) WITH ORDINALITY u(w, o)), halfway)) > 1e-12
    AND name NOT IN (''huge'', ''tiny'')', 'weights count in relation to one another only');
SELECT is_empty('SELECT id FROM journeys WHERE id > 0 AND effort_index(j || touch(''2027-01-01Z'', ''another'', ''another'', NULL, ''another'')) <= effort_index(j)', 'each touch more is more effort');

-- ---- by hand: 6 steps, 3 repeats, 2 switches, 4 handoffs, 2 waits of more than a day ----

CREATE TABLE hand AS SELECT '[2026-03-01T09:00Z order@web#sales, 2026-03-01T10:00Z pay@web#finance, 2026-03-03T10:00Z call@phone#service, 2026-03-04T10:00Z pay@phone#finance,
    2026-03-06T10:00Z call@phone#service, 2026-03-06T11:00Z call@shop#service]'::journey AS j;
SELECT results_eq('SELECT part, amount, round(points::numeric, 9), round(share::numeric, 9) FROM hand, effort_parts(j)',
    $$ VALUES ('steps', 6, 7.5, 0.141955836), ('repeats', 3, 12, 0.227129338), ('switches', 2, 10, 0.189274448), ('handoffs', 4, 13.333333333, 0.252365931), ('waits', 2, 10, 0.189274448) $$,
    'each part by hand: 20 * 6/16, 20 * 3/5, 20 * 2/4, 20 * 4/6, 20 * 2/4');
SELECT is((SELECT round(effort_index(j)::numeric, 9) FROM hand), 52.833333333, 'and their sum');
SELECT is((SELECT effort_index(j, weights => '{0,0,1,0,0}') FROM hand), 50::float8, 'a part that is just at halfway makes 50');
SELECT is((SELECT effort_index(j, wait => '2 days', weights => '{0,0,0,0,1}') FROM hand), 0::float8, 'a gap as long as the limit is no wait');
SELECT is((SELECT effort_index(j, wait => '1 day 23:59:59.999999', weights => '{0,0,0,0,1}') FROM hand), 50::float8, 'a longer one is');
SELECT is(effort_index('[2026-01-01T00:00Z a]'), 100 / 5.0::float8 / 11, 'a single touch is a step, and nothing else');
SELECT is(effort_index(journey_agg('2026-01-01Z'::timestamptz + i * interval '2 days', 'x', (i % 2)::text, NULL, (i % 2)::text)) BETWEEN 99.99 AND 100, true, 'much of all comes near to 100')
FROM generate_series(1, 100000) i;

-- ---- nothing, and mistakes ----

SELECT is(effort_index('[]'), NULL, 'no touches: NULL');
SELECT results_eq('SELECT * FROM effort_parts(''[]'')', $$ SELECT p, 0, NULL::float8, NULL::float8 FROM unnest('{steps,repeats,switches,handoffs,waits}'::text[]) p $$, 'no touches: counts of 0, and nothing else');
SELECT is(effort_index(NULL), NULL, 'no journey: NULL');
SELECT is(effort_index('[]', weights => NULL), NULL, 'no weights: NULL');
SELECT is_empty('SELECT * FROM effort_parts(NULL)', 'no journey: no parts');
SELECT throws_ok(format('SELECT * FROM hand, %s(j, %s) p', f, args), '22023', message, f || ': ' || args)
FROM unnest('{effort_index,effort_parts}'::text[]) f, (VALUES
    ('''1 month''', 'wait has months or years, which have no fixed length'), ('''-1 s''', 'wait is negative'),
    ('weights => ''{}''', 'weights is not a list of five numbers'), ('weights => ''{1,1,1,1}''', 'weights is not a list of five numbers'),
    ('weights => ''{1,1,1,1,1,1}''', 'weights is not a list of five numbers'), ('halfway => ''{{1,1,1,1,1}}''', 'halfway is not a list of five numbers'),
    ('weights => ''{1,NULL,1,1,1}''', 'weights has a NULL among its elements'), ('halfway => ''{1,NULL,1,1,1}''', 'halfway has a NULL among its elements'),
    ('weights => ''{0,0,0,0,0}''', 'all weights are 0'), ('weights => ''{1,1,-1,1,1}''', 'weights must be finite and not negative'),
    ('weights => ''{1,NaN,1,1,1}''', 'weights must be finite and not negative'), ('weights => ''{1,1,1,1,Infinity}''', 'weights must be finite and not negative'),
    ('halfway => ''{1,1,1,1,Infinity}''', 'halfway must be finite and above 0'), ('halfway => ''{1,0,1,1,1}''', 'halfway must be finite and above 0'),
    ('halfway => ''{1,1,1,-2,1}''', 'halfway must be finite and above 0'), ('halfway => ''{1,1,NaN,1,1}''', 'halfway must be finite and above 0')) v(args, message);

SELECT * FROM finish();
ROLLBACK;
