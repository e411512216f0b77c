-- Second part of the questions of bench/behaviour.sh as SQL: see behaviour_sql.sql.

-- --------------------------------------- retention: month of the first touch, months with a touch after

-- a month by number: a difference of two is what is asked for
CREATE FUNCTION month_of(at timestamptz) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(year FROM at AT TIME ZONE 'UTC')::int * 12 + extract(month FROM at AT TIME ZONE 'UTC')::int - 1;

CREATE FUNCTION months_between(a timestamp, b timestamp) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(year FROM b)::int - extract(year FROM a)::int) * 12 + extract(month FROM b)::int - extract(month FROM a)::int;

-- in order of time a month is met first where it differs from that of the touch before
CREATE VIEW retention_window AS
SELECT first_month::date AS cohort, months_between(first_month, month) AS period, count(*) AS retained
FROM (SELECT date_trunc('month', at AT TIME ZONE 'UTC') AS month,
             date_trunc('month', lag(at) OVER w AT TIME ZONE 'UTC') AS month_before,
             date_trunc('month', first_value(at) OVER w AT TIME ZONE 'UTC') AS first_month
      FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x
WHERE month_before IS NULL OR month <> month_before
GROUP BY 1, 2;

-- the same, with the work on months put off until a window function has told that it is a new one
CREATE VIEW retention_window_late AS
SELECT date_trunc('month', first_at AT TIME ZONE 'UTC')::date AS cohort,
       months_between(first_at AT TIME ZONE 'UTC', month) AS period, count(*) AS retained
FROM (SELECT month, lag(month) OVER w AS month_before, first_value(at) OVER w AS first_at
      FROM (SELECT customer_id, at, date_trunc('month', at AT TIME ZONE 'UTC') AS month FROM touch_sorted OFFSET 0) AS x
      WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS y
WHERE month_before IS NULL OR month <> month_before
GROUP BY 1, 2;

-- customers and their months first
CREATE VIEW retention_grouped AS
SELECT first_month::date AS cohort, months_between(first_month, month) AS period, count(*) AS retained
FROM (SELECT month, min(month) OVER (PARTITION BY customer_id) AS first_month
      FROM (SELECT customer_id, date_trunc('month', at AT TIME ZONE 'UTC') AS month FROM touch_sorted GROUP BY 1, 2) AS x) AS y
GROUP BY 1, 2;

-- as it is mostly written
CREATE VIEW retention_joined AS
WITH first AS (SELECT customer_id, date_trunc('month', min(at) AT TIME ZONE 'UTC') AS first_month FROM touch_sorted GROUP BY customer_id)
SELECT first_month::date AS cohort, months_between(first_month, date_trunc('month', at AT TIME ZONE 'UTC')) AS period,
       count(DISTINCT customer_id) AS retained
FROM touch_sorted JOIN first USING (customer_id)
GROUP BY 1, 2;

-- a look into the index for every month of every customer
CREATE VIEW retention_lateral AS
WITH span AS (SELECT month_of(min(at)) AS since, month_of(max(at)) AS until FROM touch_sorted),
first AS (SELECT customer_id, f.at, date_trunc('month', f.at AT TIME ZONE 'UTC') AS month
          FROM customer AS c, LATERAL (SELECT t.at FROM touch_sorted AS t WHERE t.customer_id = c.customer_id ORDER BY t.at LIMIT 1) AS f)
SELECT first.month::date AS cohort, period, count(*) AS retained
FROM first, span, generate_series(0, until - month_of(first.at)) AS period
WHERE EXISTS (SELECT FROM touch_sorted AS t WHERE t.customer_id = first.customer_id
              AND t.at >= (first.month + make_interval(months => period)) AT TIME ZONE 'UTC'
              AND t.at < (first.month + make_interval(months => period + 1)) AT TIME ZONE 'UTC')
GROUP BY 1, 2;

CREATE FUNCTION months_by_hand(times timestamptz[]) RETURNS TABLE (cohort date, period int) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    at timestamptz;
    ends timestamptz;
    first_month timestamp;
BEGIN
    FOREACH at IN ARRAY times LOOP
        CONTINUE WHEN at < ends;
        first_month := coalesce(first_month, date_trunc('month', at AT TIME ZONE 'UTC'));
        cohort := first_month::date;
        period := months_between(first_month, at AT TIME ZONE 'UTC');
        ends := (first_month + make_interval(months => period + 1)) AT TIME ZONE 'UTC';
        RETURN NEXT;
    END LOOP;
END $$;

CREATE VIEW retention_plpgsql AS
SELECT cohort, period, count(*) AS retained
FROM (SELECT array_agg(at) AS times FROM rows_in_order GROUP BY customer_id) AS x, months_by_hand(times)
GROUP BY 1, 2;

-- --------------------------------------------------- customers who called within a day of a web visit

CREATE VIEW preceded_window AS
SELECT count(*) AS customers
FROM (SELECT customer_id
      FROM (SELECT customer_id, at, touchpoint, max(at) FILTER (WHERE channel = 'web') OVER w AS visit
            FROM touch_sorted WHERE channel = 'web' OR touchpoint = 'call'
            WINDOW w AS (PARTITION BY customer_id ORDER BY at ROWS UNBOUNDED PRECEDING)) AS x
      WHERE touchpoint = 'call' AND at <= visit + interval '24 hours' GROUP BY customer_id) AS y;

CREATE VIEW preceded_lateral AS
SELECT count(*) AS customers
FROM (SELECT customer_id FROM touch_sorted AS c
      WHERE touchpoint = 'call' AND EXISTS (SELECT FROM touch_sorted AS v WHERE v.customer_id = c.customer_id AND v.channel = 'web'
                                            AND v.at < c.at AND v.at >= c.at - interval '24 hours')
      GROUP BY customer_id) AS x;

CREATE FUNCTION preceded_by_hand(times timestamptz[], calls boolean[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    visit timestamptz;
BEGIN
    FOR i IN 1 .. cardinality(times) LOOP
        IF NOT calls[i] THEN
            visit := times[i];
        ELSIF times[i] <= visit + interval '24 hours' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;

CREATE VIEW preceded_plpgsql AS
SELECT count(*) FILTER (WHERE preceded_by_hand(times, calls)) AS customers
FROM (SELECT array_agg(at) AS times, array_agg(touchpoint = 'call') AS calls
      FROM rows_in_order WHERE channel = 'web' OR touchpoint = 'call' GROUP BY customer_id) AS x;

-- ------------------------------------------------------------ customers who called again within a week

CREATE VIEW repeat_window AS
SELECT count(*) AS customers
FROM (SELECT customer_id
      FROM (SELECT customer_id, at, lag(at) OVER (PARTITION BY customer_id ORDER BY at) AS call
            FROM touch_sorted WHERE touchpoint = 'call') AS x
      WHERE at <= call + interval '168 hours' GROUP BY customer_id) AS y;

CREATE VIEW repeat_window_integers AS
SELECT count(*) AS customers
FROM (SELECT customer_id
      FROM (SELECT customer_id, at, lag(at) OVER (PARTITION BY customer_id ORDER BY at) AS call
            FROM touch_sorted WHERE touchpoint_id = 17) AS x
      WHERE at <= call + interval '168 hours' GROUP BY customer_id) AS y;

CREATE VIEW repeat_lateral AS
SELECT count(*) AS customers
FROM (SELECT customer_id FROM touch_sorted AS c
      WHERE touchpoint = 'call' AND EXISTS (SELECT FROM touch_sorted AS v WHERE v.customer_id = c.customer_id AND v.touchpoint = 'call'
                                            AND v.at > c.at AND v.at <= c.at + interval '168 hours')
      GROUP BY customer_id) AS x;

CREATE FUNCTION repeat_by_hand(times timestamptz[]) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR i IN 2 .. cardinality(times) LOOP
        IF times[i] <= times[i - 1] + interval '168 hours' THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;

CREATE VIEW repeat_plpgsql AS
SELECT count(*) FILTER (WHERE repeat_by_hand(times)) AS customers
FROM (SELECT array_agg(at) AS times FROM rows_in_order WHERE touchpoint = 'call' GROUP BY customer_id) AS x;

-- ------------------------------------------------------------ the ten commonest ways of the first five touches

-- a short look into the index for every customer, of whom there is a table
CREATE VIEW paths_lateral AS
SELECT count(*) AS n, array_to_string(path, ' > ') AS path
FROM (SELECT ARRAY(SELECT touchpoint FROM touch_sorted AS t WHERE t.customer_id = c.customer_id ORDER BY at LIMIT 5) AS path
      FROM customer AS c) AS x
GROUP BY x.path ORDER BY n DESC, x.path LIMIT 10;

CREATE VIEW paths_lateral_integers AS
SELECT count(*) AS n, array_to_string(path, ' > ') AS path
FROM (SELECT ARRAY(SELECT touchpoint_id FROM touch_sorted AS t WHERE t.customer_id = c.customer_id ORDER BY at LIMIT 5) AS path
      FROM customer AS c) AS x
GROUP BY x.path ORDER BY n DESC, x.path LIMIT 10;

CREATE VIEW paths_window AS
SELECT count(*) AS n, array_to_string(path, ' > ') AS path
FROM (SELECT array_agg(touchpoint) AS path
      FROM (SELECT customer_id, touchpoint, row_number() OVER (PARTITION BY customer_id ORDER BY at) AS place FROM touch_sorted) AS x
      WHERE place <= 5 GROUP BY customer_id) AS y
GROUP BY y.path ORDER BY n DESC, y.path LIMIT 10;

CREATE VIEW paths_lead AS
SELECT count(*) AS n, array_to_string(path, ' > ') AS path
FROM (SELECT array_remove(ARRAY[a, b, c, d, e], NULL) AS path
      FROM (SELECT row_number() OVER w AS place, touchpoint AS a, lead(touchpoint, 1) OVER w AS b, lead(touchpoint, 2) OVER w AS c,
                   lead(touchpoint, 3) OVER w AS d, lead(touchpoint, 4) OVER w AS e
            FROM touch_sorted WINDOW w AS (PARTITION BY customer_id ORDER BY at)) AS x
      WHERE place = 1) AS y
GROUP BY y.path ORDER BY n DESC, y.path LIMIT 10;

CREATE VIEW paths_arrays AS
SELECT count(*) AS n, array_to_string(path, ' > ') AS path
FROM (SELECT (array_agg(touchpoint))[:5] AS path FROM rows_in_order GROUP BY customer_id) AS x
GROUP BY x.path ORDER BY n DESC, x.path LIMIT 10;
