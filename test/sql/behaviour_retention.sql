-- retention: cohorts, life cycle, stickiness, by hand
SET timezone = 'Asia/Tokyo';    -- must not matter
SET datestyle = 'ISO';
SET extra_float_digits = 0;

-- five customers: a letter and the days of March 2026 on which there was a touch; the 2nd is a Monday
CREATE TEMP TABLE visit (customer text, day int);
INSERT INTO visit VALUES ('a', 2), ('a', 3), ('a', 4), ('a', 9), ('b', 2), ('b', 2), ('b', 12), ('c', 3), ('c', 4), ('d', 10), ('d', 17), ('e', 16);
CREATE TEMP TABLE one AS
    SELECT customer, journey_agg(timestamptz '2026-02-28 00:00Z' + day * interval '24 hours' - (customer = 'a')::int * interval '1 microsecond', 'visit') AS j
    FROM visit GROUP BY customer;
-- a's touches are a microsecond before midnight, so on days 1, 2, 3 and 8; the others' at midnight
SELECT retention_agg(j, 'day') AS day, retention_agg(j, 'Week') AS week, retention_agg(j, 'month', 'Asia/Tokyo') AS tokyo FROM one;
CREATE TEMP TABLE stats AS SELECT retention_agg(j, 'day') AS day, retention_agg(j, 'week') AS week, retention_agg(j, 'week', 'Asia/Tokyo') AS tokyo FROM one;

SELECT m.* FROM stats, retention_matrix(week) AS m;
SELECT m.cohort, m.period, m.customers, m.retained, m.undecided, m.rate FROM stats, retention_matrix(week, 'unbounded', as_of => '2026-03-23 00:00Z') AS m;
SELECT m.cohort, m.period, m.customers, m.retained, m.undecided, m.rate FROM stats, retention_matrix(tokyo, as_of => '2026-03-22 15:00Z') AS m;
SELECT m.cohort, m.period, m.period_end, m.customers, m.retained, m.undecided, m.rate
FROM stats, retention_matrix(day, 'bracket', '{0,1,3,7,30}', '2026-03-10 12:00Z', 0.9) AS m;
SELECT c.period, c.period_end, c.customers, c.retained, c.undecided, round(c.rate::numeric, 4) AS rate, round(c.low::numeric, 4) AS low, round(c.high::numeric, 4) AS high
FROM stats, retention_curve(day) AS c;
SELECT c.period, c.period_end, c.customers, c.retained, c.undecided FROM stats, retention_curve(day, 'unbounded', confidence => 0.5) AS c WHERE period IN (0, 1, 7, 13, 14, 15);
SELECT c.* FROM stats, retention_curve(day, 'bracket', '{0,1,7,14}') AS c;
SELECT l.* FROM stats, lifecycle(day) AS l;
SELECT l.* FROM stats, lifecycle(week, '2026-03-30 00:00Z') AS l;
SELECT s.* FROM stats, stickiness(day) AS s;
SELECT s.* FROM stats, stickiness(day, as_of => '2026-05-01 00:00Z') AS s;
SELECT s.* FROM stats, stickiness(day, 'week', '2026-03-16 00:00Z') AS s;

-- before anything happened, nothing is decided
SELECT count(*) AS none FROM stats, retention_matrix(day, as_of => '2020-01-01Z');
SELECT bool_or(complete) AS any_complete FROM stats, lifecycle(day, '2020-01-01Z');

-- rows: one customer at a time, then all of them
SELECT rollup(r)::text = (SELECT day::text FROM stats) AS the_same
FROM (SELECT retention_agg(t.at, 'day') AS r FROM one, touches(j) AS t GROUP BY customer) AS x;
SELECT retention_agg(at, 'month') AS r FROM (VALUES (NULL::timestamptz)) AS v(at);

-- nothing
SELECT retention_agg(j, 'day') AS no_rows FROM one WHERE false;
SELECT retention_agg(j, 'day') AS no_touches FROM (VALUES ('[]'::journey), (NULL)) AS v(j);
SELECT count(*) FROM retention_matrix(NULL), retention_curve(NULL), lifecycle(NULL), stickiness(NULL);
SELECT rollup(r) FROM (VALUES (NULL::retention_stats)) AS v(r);

-- far off
SELECT l.* FROM (SELECT retention_agg(j, 'year') AS r FROM (VALUES ('[294276-12-31T23:59:59.999999Z x]'::journey)) AS v(j)) AS x, lifecycle(r) AS l;
SELECT m.cohort, m.period, m.undecided FROM (SELECT retention_agg(j, 'quarter') AS r FROM (VALUES (touch('4713-01-02 00:00:00Z BC', 'x'))) AS v(j)) AS x, retention_matrix(r) AS m;
SELECT m.cohort FROM (SELECT retention_agg(j, 'year') AS r FROM (VALUES (touch('4714-11-25 00:00:00Z BC', 'x'))) AS v(j)) AS x, retention_matrix(r) AS m;
SELECT retention_agg(at, 'day', 'Asia/Tokyo') IS NOT NULL AS counted FROM (VALUES (timestamptz '294276-12-31 23:00Z')) AS v(at);

-- mistakes
SELECT retention_agg(j, 'fortnight') FROM one;
SELECT retention_agg(j, 'day', 'Mars/Olympus') FROM one;
SELECT retention_agg(at, 'day', 'Mars/Olympus') FROM (VALUES (now())) AS v(at);
SELECT retention_agg(j, CASE customer WHEN 'a' THEN 'day' ELSE 'week' END ORDER BY customer) FROM one;
SELECT retention_stats_merge(day, week) FROM stats;
SELECT retention_stats_merge(week, tokyo) FROM stats;
SELECT m.* FROM stats, retention_matrix(day, 'weekly') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'bracket') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'day', '{0,1}') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'bracket', '{0}') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'bracket', '{0,7,7}') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'bracket', '{-1,7}') AS m;
SELECT m.* FROM stats, retention_matrix(day, 'bracket', '{0,NULL}') AS m;
SELECT m.* FROM stats, retention_matrix(day, as_of => 'infinity') AS m;
SELECT m.* FROM stats, retention_matrix(day, as_of => '20260-05-01Z') AS m;
SELECT l.* FROM stats, lifecycle(day, '20260-05-01Z') AS l;
SELECT m.period, m.retained FROM stats, retention_curve(day, 'bracket', '{0,1,10000000}', as_of => '50260-05-01Z') AS m;
SELECT m.* FROM stats, retention_matrix(day, confidence => 1) AS m;
SELECT s.* FROM stats, stickiness(week) AS s;
SELECT s.* FROM stats, stickiness(day, 'day') AS s;
SELECT retention_agg(at, 'day') FROM (VALUES (timestamptz '-infinity')) AS v(at);

-- the value: malformed text, and one byte after the other changed or left out never does harm
SELECT 'retention_stats:'::retention_stats;
SELECT 'retention_stats:01'::retention_stats;
CREATE FUNCTION pg_temp.takes(input text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF input::retention_stats::text <> input THEN RAISE EXCEPTION 'not the same'; END IF;
    PERFORM sum(retained) FROM retention_curve(input::retention_stats, 'bracket', '{0,1,7,30}', '2026-04-01Z');
    RETURN true;
EXCEPTION WHEN invalid_text_representation THEN RETURN false;
          WHEN invalid_parameter_value OR datetime_field_overflow THEN RETURN true;
END $$;
SELECT day AS value FROM stats \gset
SELECT count(*) FILTER (WHERE pg_temp.takes(left(:'value', 16 + 2 * i))) AS taken_short, count(*) FROM generate_series(0, (length(:'value') - 16) / 2 - 1) AS i;
SELECT count(*) FILTER (WHERE pg_temp.takes(overlay(:'value' PLACING lpad(to_hex(b), 2, '0') FROM 17 + 2 * i))) > 0 AS some_taken, count(*)
FROM generate_series(0, (length(:'value') - 16) / 2 - 1) AS i, generate_series(0, 255) AS b;
