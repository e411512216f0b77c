-- The questions of bench/behaviour.sh as SQL over the rows of touch_sorted, in every form we could
-- think of: the fastest of them on the machine at hand is what our functions are measured against.
-- A form is a view named QUESTION_FORM; all forms of a question give the same columns and the same
-- answer. The index of touch_sorted holds every column that is asked for, in order of time.
--
-- Seven days are written '168 hours': adding '7 days' to a timestamptz asks the time zone each time.
-- Frames are ROWS: the default, RANGE, looks for peers at every row.

-- PostgreSQL 15 sorts every group for array_agg(x ORDER BY at), though the rows come sorted
CREATE VIEW rows_in_order AS SELECT * FROM touch_sorted ORDER BY customer_id, at;

-- ------------------------------------------------------------- a funnel of four steps in seven days

-- What must be known of the touches so far is the latest start of a chain that has got to each step.
CREATE VIEW funnel_window AS
WITH one AS (
    SELECT customer_id, at, touchpoint, max(at) FILTER (WHERE touchpoint = 'search') OVER w AS start1
    FROM touch_sorted WHERE touchpoint IN ('search', 'product', 'cart', 'checkout')
    WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), two AS (
    SELECT *, max(start1) FILTER (WHERE touchpoint = 'product' AND at <= start1 + interval '168 hours') OVER w AS start2
    FROM one WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), three AS (
    SELECT *, max(start2) FILTER (WHERE touchpoint = 'cart' AND at <= start2 + interval '168 hours') OVER w AS start3
    FROM two WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), depth AS (
    SELECT customer_id,
           max(CASE WHEN touchpoint = 'checkout' AND at <= start3 + interval '168 hours' THEN 4
                    WHEN start3 IS NOT NULL THEN 3 WHEN start2 IS NOT NULL THEN 2 WHEN start1 IS NOT NULL THEN 1 END) AS depth
    FROM three GROUP BY customer_id
)
SELECT step, count(*) AS journeys FROM depth, generate_series(1, depth) AS step GROUP BY step;

-- the same with numbers instead of names
CREATE VIEW funnel_window_integers AS
WITH one AS (
    SELECT customer_id, at, touchpoint_id, max(at) FILTER (WHERE touchpoint_id = 2) OVER w AS start1
    FROM touch_sorted WHERE touchpoint_id IN (2, 3, 8, 9)
    WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), two AS (
    SELECT *, max(start1) FILTER (WHERE touchpoint_id = 3 AND at <= start1 + interval '168 hours') OVER w AS start2
    FROM one WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), three AS (
    SELECT *, max(start2) FILTER (WHERE touchpoint_id = 8 AND at <= start2 + interval '168 hours') OVER w AS start3
    FROM two WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)
), depth AS (
    SELECT customer_id,
           max(CASE WHEN touchpoint_id = 9 AND at <= start3 + interval '168 hours' THEN 4
                    WHEN start3 IS NOT NULL THEN 3 WHEN start2 IS NOT NULL THEN 2 WHEN start1 IS NOT NULL THEN 1 END) AS depth
    FROM three GROUP BY customer_id
)
SELECT step, count(*) AS journeys FROM depth, generate_series(1, depth) AS step GROUP BY step;

-- from every start the next product, from there the next cart, and so on
CREATE VIEW funnel_lateral AS
WITH depth AS (
    SELECT s.customer_id, max(CASE WHEN d.at IS NOT NULL THEN 4 WHEN c.at IS NOT NULL THEN 3 WHEN b.at IS NOT NULL THEN 2 ELSE 1 END) AS depth
    FROM touch_sorted AS s
    LEFT JOIN LATERAL (SELECT t.at FROM touch_sorted AS t WHERE t.customer_id = s.customer_id AND t.touchpoint = 'product'
                       AND t.at > s.at AND t.at <= s.at + interval '168 hours' ORDER BY t.at LIMIT 1) AS b ON true
    LEFT JOIN LATERAL (SELECT t.at FROM touch_sorted AS t WHERE t.customer_id = s.customer_id AND t.touchpoint = 'cart'
                       AND t.at > b.at AND t.at <= s.at + interval '168 hours' ORDER BY t.at LIMIT 1) AS c ON true
    LEFT JOIN LATERAL (SELECT t.at FROM touch_sorted AS t WHERE t.customer_id = s.customer_id AND t.touchpoint = 'checkout'
                       AND t.at > c.at AND t.at <= s.at + interval '168 hours' ORDER BY t.at LIMIT 1) AS d ON true
    WHERE s.touchpoint = 'search' GROUP BY s.customer_id
)
SELECT step, count(*) AS journeys FROM depth, generate_series(1, depth) AS step GROUP BY step;

CREATE FUNCTION funnel_depth_by_hand(times timestamptz[], names text[]) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    start1 timestamptz; start2 timestamptz; start3 timestamptz;
    depth int := 0;
BEGIN
    FOR i IN 1 .. cardinality(names) LOOP
        CASE names[i]
        WHEN 'search' THEN
            start1 := times[i];
            depth := greatest(depth, 1);
        WHEN 'product' THEN
            IF times[i] <= start1 + interval '168 hours' THEN
                start2 := start1;
                depth := greatest(depth, 2);
            END IF;
        WHEN 'cart' THEN
            IF times[i] <= start2 + interval '168 hours' THEN
                start3 := start2;
                depth := greatest(depth, 3);
            END IF;
        ELSE
            IF times[i] <= start3 + interval '168 hours' THEN
                RETURN 4;
            END IF;
        END CASE;
    END LOOP;
    RETURN depth;
END $$;

CREATE VIEW funnel_plpgsql AS
WITH depth AS (
    SELECT customer_id, funnel_depth_by_hand(array_agg(at), array_agg(touchpoint)) AS depth
    FROM rows_in_order WHERE touchpoint IN ('search', 'product', 'cart', 'checkout') GROUP BY customer_id
)
SELECT step, count(*) AS journeys FROM depth, generate_series(1, depth) AS step GROUP BY step;

-- the same, sorting each array
CREATE VIEW funnel_plpgsql_sorting AS
WITH depth AS (
    SELECT customer_id, funnel_depth_by_hand(array_agg(at ORDER BY at), array_agg(touchpoint ORDER BY at)) AS depth
    FROM touch_sorted WHERE touchpoint IN ('search', 'product', 'cart', 'checkout') GROUP BY customer_id
)
SELECT step, count(*) AS journeys FROM depth, generate_series(1, depth) AS step GROUP BY step;

-- --------------------------------------------------------------------------------------- transitions

CREATE VIEW flow_window AS
SELECT source, target, count(*) AS n
FROM (SELECT touchpoint AS source, lead(touchpoint) OVER (PARTITION BY customer_id ORDER BY at) AS target FROM touch_sorted) AS x
WHERE target IS NOT NULL GROUP BY 1, 2;

CREATE VIEW flow_window_integers AS
SELECT a.touchpoint AS source, b.touchpoint AS target, n
FROM (SELECT source, target, count(*) AS n
      FROM (SELECT touchpoint_id AS source, lead(touchpoint_id) OVER (PARTITION BY customer_id ORDER BY at) AS target FROM touch_sorted) AS y
      WHERE target IS NOT NULL GROUP BY 1, 2) AS x
JOIN page_name AS a ON a.touchpoint_id = source JOIN page_name AS b ON b.touchpoint_id = target;

CREATE VIEW flow_lateral AS
SELECT s.touchpoint AS source, n.touchpoint AS target, count(*) AS n
FROM touch_sorted AS s, LATERAL (SELECT t.touchpoint FROM touch_sorted AS t
                                 WHERE t.customer_id = s.customer_id AND t.at > s.at ORDER BY t.at LIMIT 1) AS n
GROUP BY 1, 2;

CREATE VIEW flow_arrays AS
SELECT source, target, count(*) AS n
FROM (SELECT array_agg(touchpoint) AS names FROM rows_in_order GROUP BY customer_id) AS x,
     unnest(names[:cardinality(names) - 1], names[2:]) AS t (source, target)
GROUP BY 1, 2;

CREATE FUNCTION transitions_by_hand(names text[]) RETURNS TABLE (source text, target text) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOREACH target IN ARRAY names LOOP
        IF source IS NOT NULL THEN
            RETURN NEXT;
        END IF;
        source := target;
    END LOOP;
END $$;

CREATE VIEW flow_plpgsql AS
SELECT source, target, count(*) AS n
FROM (SELECT array_agg(touchpoint) AS names FROM rows_in_order GROUP BY customer_id) AS x, transitions_by_hand(names)
GROUP BY 1, 2;

-- with the median time from one to the other
CREATE VIEW flowtimes_window AS
SELECT source, target, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS median
FROM (SELECT touchpoint AS source, lead(touchpoint) OVER w AS target, extract(epoch FROM lead(at) OVER w - at)::float8 AS took
      FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x
WHERE target IS NOT NULL GROUP BY 1, 2;

-- ------------------------------------------- sessions with a gap of half an hour; those of one touch

CREATE VIEW sessions_window AS
SELECT count(*) FILTER (WHERE begins) AS sessions, count(*) AS touches, count(*) FILTER (WHERE begins AND ends) AS bounces
FROM (SELECT coalesce(at - lag(at) OVER w > interval '30 minutes', true) AS begins,
             coalesce(lead(at) OVER w - at > interval '30 minutes', true) AS ends
      FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x;

-- the same with the limit added instead of the difference taken
CREATE VIEW sessions_window_plus AS
SELECT count(*) FILTER (WHERE begins) AS sessions, count(*) AS touches, count(*) FILTER (WHERE begins AND ends) AS bounces
FROM (SELECT coalesce(at > lag(at) OVER w + interval '30 minutes', true) AS begins,
             coalesce(lead(at) OVER w > at + interval '30 minutes', true) AS ends
      FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x;

-- sessions numbered and grouped, as one writes it who also wants to know how long they lasted
CREATE VIEW sessions_numbered AS
SELECT count(*) AS sessions, sum(n) AS touches, count(*) FILTER (WHERE n = 1) AS bounces
FROM (SELECT count(*) AS n
      FROM (SELECT customer_id, at, count(*) FILTER (WHERE begins) OVER (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING) AS session
            FROM (SELECT customer_id, at, coalesce(at > lag(at) OVER w + interval '30 minutes', true) AS begins
                  FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x) AS y
      GROUP BY customer_id, session) AS z;

-- the same with the median and the 90th percentile of how long they lasted, in seconds
CREATE VIEW lengths_numbered AS
SELECT count(*) AS sessions, sum(n) AS touches, count(*) FILTER (WHERE n = 1) AS bounces,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM took)::float8) AS lengths
FROM (SELECT count(*) AS n, max(at) - min(at) AS took
      FROM (SELECT customer_id, at, count(*) FILTER (WHERE begins) OVER (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING) AS session
            FROM (SELECT customer_id, at, coalesce(at > lag(at) OVER w + interval '30 minutes', true) AS begins
                  FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x) AS y
      GROUP BY customer_id, session) AS z;

CREATE VIEW sessions_lateral AS
SELECT count(*) FILTER (WHERE begins) AS sessions, count(*) AS touches, count(*) FILTER (WHERE begins AND ends) AS bounces
FROM touch_sorted AS s,
     LATERAL (SELECT NOT EXISTS (SELECT FROM touch_sorted AS t WHERE t.customer_id = s.customer_id AND t.at < s.at
                                 AND t.at >= s.at - interval '30 minutes') AS begins,
                     NOT EXISTS (SELECT FROM touch_sorted AS t WHERE t.customer_id = s.customer_id AND t.at > s.at
                                 AND t.at <= s.at + interval '30 minutes') AS ends) AS x;

CREATE FUNCTION sessions_by_hand(times timestamptz[], OUT sessions int, OUT bounces int) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    at timestamptz;
    last timestamptz;
    alone boolean := false;
BEGIN
    sessions := 0;
    bounces := 0;
    FOREACH at IN ARRAY times LOOP
        IF at <= last + interval '30 minutes' THEN
            alone := false;
        ELSE
            sessions := sessions + 1;
            IF alone THEN
                bounces := bounces + 1;
            END IF;
            alone := true;
        END IF;
        last := at;
    END LOOP;
    IF alone THEN
        bounces := bounces + 1;
    END IF;
END $$;

CREATE VIEW sessions_plpgsql AS
SELECT sum(s.sessions) AS sessions, sum(cardinality(times)) AS touches, sum(s.bounces) AS bounces
FROM (SELECT array_agg(at) AS times FROM rows_in_order GROUP BY customer_id) AS x, sessions_by_hand(times) AS s;
