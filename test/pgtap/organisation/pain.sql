-- Pain points against plain SQL over the touches of thousands of random journeys, with answers of all kinds and scales; figures that
-- are given; the laws of merging; damaged values.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'UTC';
SELECT plan(41);

DO $$ BEGIN PERFORM setseed(0.1949); END $$;

-- all answers of all scales with agreed buckets, some others, and thousandths beside the limits
CREATE TEMP TABLE answer AS
    SELECT row_number() OVER () AS n, feedback(k, s + fine, lo, hi) AS f
    FROM (VALUES ('nps', 0, 10), ('csat', 1, 3), ('csat', 1, 4), ('csat', 1, 5), ('csat', 1, 10), ('csat', 0, 100), ('csat', -5, 7), ('ces', 1, 7), ('ces', 1, 5), ('effort', 1, 5),
                 ('effort', 0, 10), ('success', 0, 1), ('success', 1, 7), ('emotion', 1, 7), ('emotion', -3, 3), ('rating', 1, 5)) v(k, lo, hi), generate_series(lo, hi) s,
         unnest('{0,-0.001,0.5}'::float8[]) fine WHERE s + fine BETWEEN lo AND hi;
CREATE TABLE cx_way AS
    SELECT id, id % 40 AS g, coalesce(j, '[]') AS j, random() AS luck
    FROM generate_series(1, 4000) id LEFT JOIN (
        SELECT id, rollup(touch('2026-01-01Z'::timestamptz + floor(random() * 20) * interval '1 h', (ARRAY['a', 'b', 'c', '7', 'é', 'x y', '2147483648', 'd', 'e', 'f', 'g', 'h'])[1 + floor(power(random(), 3) * 12)::int],
                (ARRAY['web', 'phone', 'shop'])[1 + floor(random() * 4)::int], NULL, NULL, CASE WHEN id % 3 > 0 THEN f END) ORDER BY i) AS j
        FROM (SELECT id, i, floor(random() * (SELECT count(*) FROM answer) * 1.5)::int AS n FROM generate_series(1, 4000) id, generate_series(1, 9) i WHERE i <= id * 7919 % 97 % 10) x
            LEFT JOIN answer USING (n) GROUP BY id) t USING (id);
INSERT INTO cx_way SELECT NULL, g, NULL, random() FROM generate_series(0, 39) g;
ANALYZE cx_way;

-- ---- against SQL ----

CREATE TEMP TABLE stat AS SELECT g, 'any' AS k, pain_agg(j) AS s FROM cx_way GROUP BY g
    UNION ALL SELECT g, k, pain_agg(j, k) FROM cx_way, unnest('{nps,csat,ces,effort,success,emotion}'::text[]) k GROUP BY g, k;
CREATE TEMP TABLE got AS SELECT g, k, r.* FROM stat, pain_points(s) r;
CREATE TEMP TABLE expected AS
    WITH told AS (SELECT g, id, touchpoint AS name, kind(feedback) AS kind, category(feedback) IN ('detractor', 'not satisfied', 'hard', 'not reached', 'bad') AS bad, 1 - percent(feedback) / 100 AS severity
                  FROM cx_way, touches(j) WHERE category(feedback) IS NOT NULL)
    SELECT g, k, name, count(*) FILTER (WHERE bad) AS incidents, count(*) AS answers, count(DISTINCT id) FILTER (WHERE bad) AS journeys,
           count(*) FILTER (WHERE bad)::float8 / count(*) AS frequency, avg(severity) FILTER (WHERE bad) AS severity,
           count(DISTINCT id) FILTER (WHERE bad)::float8 / (SELECT count(*) FROM cx_way w WHERE w.g = told.g AND touch_count(w.j) > 0) AS reach
    FROM told, unnest('{any,nps,csat,ces,effort,success,emotion}'::text[]) k WHERE k IN ('any', kind) GROUP BY g, k, name;
SELECT cmp_ok(count(*), '>', 1000::bigint, 'there are touchpoints with answers') FROM expected;
SELECT cmp_ok(count(*), '>', 50::bigint, 'some without incidents') FROM expected WHERE incidents = 0;
SELECT bag_eq('SELECT g, k, name, incidents, answers, journeys, frequency, reach FROM got', 'SELECT g, k, name, incidents, answers, journeys, frequency, reach FROM expected',
    'incidents, answers, journeys, frequency and reach are those of SQL');
SELECT is_empty('SELECT * FROM got JOIN expected e USING (g, k, name) WHERE (got.severity IS NULL) <> (got.incidents = 0) OR abs(got.severity - e.severity) > 1e-13', 'so is severity');
SELECT is_empty('SELECT * FROM got WHERE abs(pain - coalesce(frequency * severity * reach, 0)) > 1e-15 OR pain IS NULL', 'pain is their product, 0 without incidents');
SELECT is_empty('SELECT * FROM (SELECT *, sum(pain) OVER w AS so_far, sum(pain) OVER (PARTITION BY g, k) AS whole FROM got WINDOW w AS (PARTITION BY g, k ORDER BY rank)) x
    WHERE abs(share - pain / nullif(whole, 0)) > 1e-12 OR abs(cumulative_share - so_far / nullif(whole, 0)) > 1e-12 OR (share IS NULL) <> (whole = 0) OR (cumulative_share IS NULL) <> (whole = 0)', 'shares are those of the sum');
SELECT is_empty('SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY g, k ORDER BY pain DESC, name ~ ''^[0-9]$'' DESC, name COLLATE "C") AS r FROM got) x WHERE r <> rank', 'ranked from the worst, equal ones by name');
SELECT is_empty('SELECT g, k FROM got GROUP BY 1, 2 HAVING (array_agg(cumulative_share ORDER BY rank DESC))[1] <> 1', 'all together are 1, to the last bit');
SELECT cmp_ok(count(*), '>', 0::bigint, 'somewhere nothing hurts') FROM (SELECT 1 FROM got GROUP BY g, k HAVING max(incidents) = 0) x;

-- by hand: of four answers at a, 0 and 6 of 10 are detractors: 2/4 often, (1 + .4)/2 severe, 2 of 3 journeys
SELECT results_eq($$ SELECT rank, name, incidents, answers, journeys, frequency, severity, reach, round(pain::numeric, 12), round(share::numeric, 12) FROM pain_points((SELECT pain_agg(j) FROM unnest(ARRAY[
        '[2026-01-01T09:00:00Z a nps:0, 2026-01-02T09:00:00Z a nps:7, 2026-01-03T09:00:00Z b csat:5, 2026-01-03T09:00:00Z c rating:1]'::journey,
        '[2026-01-01T08:00:00Z a nps:6, 2026-01-01T08:00:00Z a nps:9]', '[2026-01-01T08:00:00Z b csat:2, 2026-01-01T08:00:00Z b csat:1]', '[]', NULL]) j)) $$,
    $$ VALUES (1, 'a', 2::bigint, 4::bigint, 2::bigint, 0.5::float8, 0.7::float8, 2/3::float8, 0.233333333333, 0.545454545455),
              (2, 'b', 2, 3, 1, 2/3::float8, 0.875, 1/3::float8, 0.194444444444, 0.454545454545) $$, 'by hand');
SELECT is((SELECT severity FROM pain_points((SELECT pain_agg(touch('2026-01-01Z', 'a', feedback => 'csat:2.999/1..3'))))), 0.0005::float8, 'the mildest incident there can be');
SELECT is((SELECT severity FROM pain_points((SELECT pain_agg(touch('2026-01-01Z'::timestamptz + i * interval '1 h', 'a', feedback => 'ces:2')) FROM generate_series(1, 7) i))), 5 / 6::float8,
    'the mean of equal ones is each of them, to the last bit');

-- ---- figures that are given ----

SELECT results_eq($$ SELECT * FROM pain_points('{search,parking,pay,cart}', '{1,2,0.5,3}', '{4,1,2,2}', '{1,2,4,1}') $$,
    $$ VALUES (1, 'cart', 6::float8, 6/18::float8, 6/18::float8), (2, 'search', 4, 4/18::float8, 10/18::float8), (3, 'parking', 4, 4/18::float8, 14/18::float8), (4, 'pay', 4, 4/18::float8, 1) $$,
    'products, the largest first, equal ones in the order given');
SELECT is_empty($$ SELECT r.*, x.* FROM (SELECT id, array_agg(n::text ORDER BY n) AS names, array_agg(floor(random() * 5) ORDER BY n) AS f, array_agg(random() * 10 ORDER BY n) AS s, array_agg(random() ^ 9 * 1e6 ORDER BY n) AS r
        FROM generate_series(1, 200) id, generate_series(1, 1 + id % 17) n GROUP BY id) g, pain_points(names, f, s, r) r,
    LATERAL (SELECT n, f[n] * s[n] * g.r[n] AS p, (SELECT sum(f[m] * s[m] * g.r[m]) FROM generate_subscripts(f, 1) m) AS whole FROM (SELECT name::int AS n) i) x
    WHERE pain <> p OR (abs(share - p / nullif(whole, 0)) < 1e-12) IS NOT TRUE AND whole > 0 OR rank <> 1 + (SELECT count(*) FROM generate_subscripts(f, 1) m WHERE f[m] * s[m] * g.r[m] > p OR f[m] * s[m] * g.r[m] = p AND m < n) $$,
    'as plain SQL says, of random figures');
SELECT results_eq($$ SELECT * FROM pain_points('{a,b,c}', '{1,NULL,3}', '{1,2,0}', '{1,1,1}') $$,
    $$ VALUES (1, 'a', 1::float8, 1::float8, 1::float8), (2, 'c', 0, 0, 1), (NULL, 'b', NULL, NULL, NULL) $$, 'what is not known has no rank');
SELECT results_eq($$ SELECT rank, share FROM pain_points('{a,b}', '{0,0}', '{1,2}', '{1,1}') $$, $$ VALUES (1, NULL::float8), (2, NULL) $$, 'no pain: no shares');
SELECT is_empty($$ SELECT * FROM pain_points('{}', '{}', '{}', '{}') $$, 'no names');
SELECT is_empty($$ SELECT * FROM pain_points(NULL, '{}', '{}', '{}') $$, 'NULL');
SELECT results_eq($$ SELECT share, cumulative_share FROM pain_points('{a,b}', '{1e300,1e300}', '{1e8,1e8}', '{1,1}') $$, $$ VALUES (0.5::float8, 0.5::float8), (0.5, 1) $$, 'shares of what would be infinite together');
SELECT throws_ok($$ SELECT pain_points('{a,b}', '{1}', '{1,1}', '{1,1}') $$, '22023', 'pain points need as many frequencies, severities and reaches as names', 'lengths');
SELECT throws_ok($$ SELECT pain_points('{{a,b}}', '{1,1}', '{1,1}', '{1,1}') $$, '22023', 'pain points need arrays of one dimension', 'dimensions');
SELECT throws_ok($$ SELECT pain_points('{a,NULL}', '{1,1}', '{1,1}', '{1,1}') $$, '22023', 'name 2 of the pain points is NULL', 'no name');
SELECT throws_ok($$ SELECT pain_points('{a,b}', '{1,-1}', '{1,1}', '{1,1}') $$, '22003', 'frequency -1 is negative', 'negative');
SELECT throws_ok($$ SELECT pain_points('{a,b}', '{1,1}', '{1,NaN}', '{1,1}') $$, '22003', 'severity is not a finite number', 'NaN');
SELECT throws_ok($$ SELECT pain_points('{a,b}', '{1,1}', '{1,1}', '{1,Infinity}') $$, '22003', 'reach is not a finite number', 'infinite');
SELECT throws_ok($$ SELECT pain_points('{a,b}', '{1e200,1}', '{1e200,1}', '{1,1}') $$, '22003', 'pain is out of range', 'a product too large');

-- ---- nothing ----

SELECT is((SELECT pain_agg(j)::text FROM cx_way WHERE false), NULL, 'no rows: NULL');
SELECT is((SELECT pain_agg(j)::text FROM cx_way WHERE j IS NULL), NULL, 'no journeys: NULL');
SELECT is_empty($$ SELECT * FROM pain_points((SELECT pain_agg('[]'::journey))) $$, 'no touches: no rows');
SELECT is_empty($$ SELECT * FROM pain_points((SELECT pain_agg('[2026-01-01T08:00:00Z a rating:1, 2026-01-01T08:00:00Z b]'::journey))) $$, 'nor without answers that can be bad');

-- ---- laws ----

CREATE TEMP TABLE whole AS SELECT g, s FROM stat WHERE k = 'any';
CREATE TEMP TABLE part AS SELECT g, floor(random() * 4)::int AS p, pain_agg(j) AS s, random() AS luck FROM cx_way GROUP BY g, id % 7;
SELECT is_empty($$ SELECT g FROM whole JOIN (SELECT g, rollup(s ORDER BY luck) AS r, rollup(s ORDER BY -luck) AS q FROM part GROUP BY g) x USING (g)
                   WHERE pain_stats_send(s) <> pain_stats_send(r) OR pain_stats_send(s) <> pain_stats_send(q) $$, 'parts merged in any order give the bytes of the whole');
SELECT is_empty($$ SELECT g FROM whole JOIN (SELECT g, rollup(s) AS r FROM (SELECT g, p, rollup(s) AS s FROM part GROUP BY g, p) y GROUP BY g) x USING (g)
                   WHERE pain_stats_send(s) <> pain_stats_send(r) $$, 'and so do parts of parts');
SELECT is((SELECT pain_agg(j ORDER BY luck)::text FROM cx_way), (SELECT pain_agg(j ORDER BY -luck)::text FROM cx_way), 'the order of journeys tells nothing');
SELECT is_empty($$ SELECT g FROM stat WHERE pain_stats_send(s::text::pain_stats) <> pain_stats_send(s) $$, 'text comes back');
SELECT is_empty($$ SELECT g FROM stat WHERE pain_stats_send(pain_stats_merge(s, NULL)) <> pain_stats_send(s) OR pain_stats_send(pain_stats_merge(NULL, s)) <> pain_stats_send(s) $$, 'NULL is the identity');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TEMP TABLE parallel AS SELECT g, pain_agg(j) AS s FROM cx_way GROUP BY g;
SELECT is_empty($$ SELECT g FROM whole JOIN parallel p USING (g) WHERE pain_stats_send(whole.s) <> pain_stats_send(p.s) $$, 'parallel as serial');

-- ---- mistakes and damage ----

SELECT throws_ok('SELECT pain_agg(j, ''joy'') FROM cx_way', '22023', 'unrecognized kind of feedback: "joy"', 'no such kind');
SELECT throws_ok('SELECT pain_agg(j, ''rating'') FROM cx_way', '22023', 'feedback of kind rating has no bad answers', 'a rating is never bad');
SELECT throws_ok('SELECT pain_agg(j, NULL) FROM cx_way', '22023', 'kind is NULL', 'no kind');
SELECT throws_ok('SELECT rollup(s) FROM stat', '22023', 'pain of different kinds of feedback cannot be merged', 'different kinds');
CREATE FUNCTION pg_temp.damage(value bytea) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    read int := 0;
    wrong bigint;
BEGIN
    FOR i IN 0 .. length(value) - 1 LOOP
        FOR b IN 0 .. 255 LOOP
            BEGIN
                SELECT count(*) FILTER (WHERE severity NOT BETWEEN 0 AND 1 OR frequency NOT BETWEEN 0 AND 1 OR reach NOT BETWEEN 0 AND 1 OR pain IS NULL) INTO wrong
                FROM (SELECT ('pain_stats:' || encode(set_byte(value, i, b), 'hex'))::pain_stats AS s) x, pain_points(pain_stats_merge(x.s, x.s));
                IF wrong > 0 THEN RETURN -2; END IF;
                read := read + 1;
            EXCEPTION WHEN invalid_text_representation THEN
            END;
        END LOOP;
        BEGIN
            PERFORM ('pain_stats:' || encode(substr(value, 1, i), 'hex'))::pain_stats;
            RETURN -1;
        EXCEPTION WHEN invalid_text_representation THEN
        END;
    END LOOP;
    RETURN read;
END $$;
SELECT cmp_ok(pg_temp.damage((SELECT pain_stats_send(s) FROM whole WHERE g = 1)), '>', 0, 'damaged bytes are refused as malformed, or are another value; what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
