-- The questions of bench/behaviour.sh as our functions answer them, over journeys with names and over
-- journeys with integer touchpoints: views named ours_QUESTION_names and ours_QUESTION_integers, with
-- the columns of the SQL in behaviour_sql.sql.

CREATE VIEW ours_funnel_names AS
SELECT step, journeys FROM funnel_steps((SELECT funnel_agg(j, '{search,product,cart,checkout}'::text[], interval '168 hours') FROM journey_names));
CREATE VIEW ours_funnel_integers AS
SELECT step, journeys FROM funnel_steps((SELECT funnel_agg(j, '{2,3,8,9}'::text[], interval '168 hours') FROM journey_integers));

CREATE VIEW ours_flow_names AS
SELECT source, target, n FROM flow_edges((SELECT flow_agg(j, 'touchpoint', false) FROM journey_names));
CREATE VIEW ours_flow_integers AS
SELECT a.touchpoint AS source, b.touchpoint AS target, n
FROM flow_edges((SELECT flow_agg(j, 'touchpoint', false) FROM journey_integers))
JOIN page_name AS a ON a.touchpoint_id = source::int JOIN page_name AS b ON b.touchpoint_id = target::int;

CREATE VIEW ours_flowtimes_names AS
SELECT source, target, n, median_seconds AS median FROM flow_edges((SELECT flow_agg(j, 'touchpoint', true) FROM journey_names));
CREATE VIEW ours_flowtimes_integers AS
SELECT a.touchpoint AS source, b.touchpoint AS target, n, median_seconds AS median
FROM flow_edges((SELECT flow_agg(j, 'touchpoint', true) FROM journey_integers))
JOIN page_name AS a ON a.touchpoint_id = source::int JOIN page_name AS b ON b.touchpoint_id = target::int;

CREATE VIEW ours_sessions_names AS
SELECT sessions, touches, bounces FROM session_report((SELECT session_agg(j, interval '30 minutes') FROM journey_names));
CREATE VIEW ours_sessions_integers AS
SELECT sessions, touches, bounces FROM session_report((SELECT session_agg(j, interval '30 minutes') FROM journey_integers));

CREATE VIEW ours_lengths_names AS
SELECT sessions, touches, bounces, ARRAY[median_seconds, p90_seconds] AS lengths
FROM session_report((SELECT session_agg(j, interval '30 minutes') FROM journey_names));
CREATE VIEW ours_lengths_integers AS
SELECT sessions, touches, bounces, ARRAY[median_seconds, p90_seconds] AS lengths
FROM session_report((SELECT session_agg(j, interval '30 minutes') FROM journey_integers));

-- The last month is not over when the last touch is made, and ours would leave it out as undecided: as_of
-- says that it is. Months in which nobody came are rows of ours and no rows of the SQL.
CREATE VIEW ours_retention_names AS
SELECT cohort, period, retained FROM retention_matrix((SELECT retention_agg(j, 'month') FROM journey_names), as_of => '2027-01-01 00:00Z')
WHERE retained > 0;
CREATE VIEW ours_retention_integers AS
SELECT cohort, period, retained FROM retention_matrix((SELECT retention_agg(j, 'month') FROM journey_integers), as_of => '2027-01-01 00:00Z')
WHERE retained > 0;

CREATE VIEW ours_preceded_names AS SELECT count(*) AS customers FROM journey_names WHERE preceded_by(j, 'call', '@web', interval '24 hours') > 0;

CREATE VIEW ours_repeat_names AS SELECT count(*) AS customers FROM journey_names WHERE repeat_contacts(j, 'call', interval '168 hours') > 0;
CREATE VIEW ours_repeat_integers AS SELECT count(*) AS customers FROM journey_integers WHERE repeat_contacts(j, '17', interval '168 hours') > 0;

CREATE VIEW ours_paths_names AS
SELECT journeys AS n, array_to_string(path, ' > ') AS path FROM path_top((SELECT path_agg(j, 5) FROM journey_names), 10);
CREATE VIEW ours_paths_integers AS
SELECT journeys AS n, array_to_string(path, ' > ') AS path FROM path_top((SELECT path_agg(j, 5) FROM journey_integers), 10);

-- from rows, with no journeys made before
CREATE VIEW ours_rows_names AS
SELECT step, count(*) AS journeys
FROM (SELECT window_funnel(interval '168 hours', at, touchpoint = 'search', touchpoint = 'product', touchpoint = 'cart',
                           touchpoint = 'checkout') AS depth
      FROM touch_sorted WHERE touchpoint IN ('search', 'product', 'cart', 'checkout') GROUP BY customer_id) AS x, generate_series(1, depth) AS step
GROUP BY step;
CREATE VIEW ours_rows_integers AS
SELECT step, count(*) AS journeys
FROM (SELECT window_funnel(interval '168 hours', at, touchpoint_id = 2, touchpoint_id = 3, touchpoint_id = 8, touchpoint_id = 9) AS depth
      FROM touch_sorted WHERE touchpoint_id IN (2, 3, 8, 9) GROUP BY customer_id) AS x, generate_series(1, depth) AS step
GROUP BY step;

-- the floor: as many bytes of no type of ours, every one of them read by the server
CREATE VIEW floor_names AS SELECT sum(length(j)) AS bytes FROM bytes_names;
CREATE VIEW floor_integers AS SELECT sum(length(j)) AS bytes FROM bytes_integers;

-- the floor of window_funnel: the same rows read and grouped, and counted
CREATE VIEW floor_rows_names AS
SELECT sum(n) AS touches
FROM (SELECT count(*) AS n FROM touch_sorted WHERE touchpoint IN ('search', 'product', 'cart', 'checkout') GROUP BY customer_id) AS x;
CREATE VIEW floor_rows_integers AS
SELECT sum(n) AS touches
FROM (SELECT count(*) AS n FROM touch_sorted WHERE touchpoint_id IN (2, 3, 8, 9) GROUP BY customer_id) AS x;
