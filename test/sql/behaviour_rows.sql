-- aggregates over plain rows: the examples of ClickHouse's documentation, the modes one by one, and mistakes
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- windowFunnel in its documentation: a phone looked at (1003), ordered (1009), paid ... by one user
CREATE TEMP TABLE trend (event_date date, user_id int, at timestamptz, event_id int, product text);
INSERT INTO trend VALUES
    ('2019-01-28', 1, '2019-01-29 10:00:00Z', 1003, 'phone'), ('2019-01-31', 1, '2019-01-31 09:00:00Z', 1007, 'phone'),
    ('2019-01-30', 1, '2019-01-30 08:00:00Z', 1009, 'phone'), ('2019-02-01', 1, '2019-02-01 08:00:00Z', 1010, 'phone');
SELECT level, count(*) AS c
FROM (SELECT user_id, window_funnel('6048000 s', at, event_id = 1003, event_id = 1009, event_id = 1007, event_id = 1010) AS level
      FROM trend WHERE event_date BETWEEN '2019-01-01' AND '2019-02-02' GROUP BY user_id) AS u
GROUP BY level ORDER BY level;

-- sequenceMatch in its documentation
CREATE TEMP TABLE t (time int, number int);
INSERT INTO t VALUES (1, 1), (2, 3), (3, 2);
SELECT sequence_match('(?1)(?2)', to_timestamp(time), number = 1, number = 2) AS skips_3,
       sequence_match('(?1)(?2)', to_timestamp(time), number = 1, number = 2, number = 3) AS sees_3,
       sequence_match('(?1)(?2)', to_timestamp(time), number = 1, number = 2, number = 4) AS skips_3_again FROM t;
-- sequenceCount in its documentation
TRUNCATE t;
INSERT INTO t VALUES (1, 1), (2, 3), (3, 2), (4, 1), (5, 3), (6, 2);
SELECT sequence_count('(?1).*(?2)', to_timestamp(time), number = 1, number = 2) FROM t;
-- retention in its documentation: the days of January on which users 0 to 14 came
CREATE TEMP TABLE retention_test AS
    SELECT '2020-01-01'::date AS date, uid FROM generate_series(0, 4) uid
    UNION ALL SELECT '2020-01-02', uid FROM generate_series(0, 9) uid
    UNION ALL SELECT '2020-01-03', uid FROM generate_series(0, 14) uid;
SELECT r, min(uid), max(uid), count(*)
FROM (SELECT uid, retention(date = '2020-01-01', date = '2020-01-02', date = '2020-01-03') AS r FROM retention_test GROUP BY uid) AS u
GROUP BY r ORDER BY r DESC;

-- a word is a list of rows: letter and second
CREATE FUNCTION pg_temp.level(what text, mode text, within interval DEFAULT '10 s') RETURNS int LANGUAGE sql AS $$
    SELECT window_funnel(within, mode, timestamptz '2020-01-01 00:00Z' + substr(w, 2)::int * interval '1 s',
        left(w, 1) IN ('A', 'D'), left(w, 1) IN ('B', 'D'), left(w, 1) = 'C')
    FROM unnest(string_to_array(what, ' ')) AS w $$;
SELECT what, pg_temp.level(what, 'default') AS "default", pg_temp.level(what, 'strict_deduplication') AS deduplication,
       pg_temp.level(what, 'strict_order') AS "order", pg_temp.level(what, 'strict_increase') AS increase, pg_temp.level(what, 'strict_once') AS once
FROM unnest(ARRAY['A0 B1 C2', 'C0 B1 A2', 'A0 B10', 'A0 B11', 'A0 A5 B11', 'A5 B5', 'B5 A5', 'A0 A1 B1', 'A0 B1 B2 C3', 'A0 A1 B2 C3', 'B0 B1 A2 B3 C4',
                  'A0 x1 B2', 'x0 A1 B2 C3', 'A0 C1 B2', 'A0 B1 A2 C3', 'D0', 'D0 D0', 'D0 D1 C1', 'x0', 'A0 B1 x1 C1', 'C0']) WITH ORDINALITY AS e(what, o)
ORDER BY o;
-- A at 0 and 1, B at 1, within a second, strictly increasing: 2
SELECT pg_temp.level('A0 A1 B1', 'strict_increase', '1 s') AS level;
SELECT pg_temp.level('A0 B100000', 'default', NULL) AS no_window, pg_temp.level('A0 B0', 'default', '0 s') AS no_time, pg_temp.level('A0 B1', 'default', '0 s') AS too_late;
SELECT pg_temp.level('A0 B1 B2 C3', ' strict_deduplication , strict_increase') AS several, pg_temp.level('A0 B1', NULL) AS no_mode;

-- rows without a time are no rows; no rows, no answer; conditions that are not known do not hold
SELECT window_funnel('1 s', NULL::timestamptz, true, true), window_funnel('1 s', now(), NULL, NULL) AS nothing_holds;
SELECT window_funnel('1 s', now(), true, true), sequence_match('(?1)', now(), true), sequence_count('(?1)', now(), true), retention(true, true) WHERE false;
SELECT sequence_match('(?1)', now(), false), sequence_count('(?1)', now(), false), sequence_count(NULL, now(), true), retention(NULL, true), retention(VARIADIC NULL::boolean[]);

-- times in patterns: seconds, to the microsecond
SELECT p AS pattern, sequence_count(p, timestamptz '2020-01-01 00:00Z' + s * interval '1 s', e = 'a', e = 'b') AS n
FROM (VALUES (0, 'a'), (1, 'x'), (3.5, 'b'), (4, 'a'), (4, 'b'), (9, 'a'), (10, 'b'), (20, 'b')) AS v(s, e),
     unnest(ARRAY['(?1)(?t<=3.5)(?2)', '(?1)(?t<3.5)(?2)', '(?1)(?t>3.5)(?2)', '(?1)(?t>=3.5)(?2)', '(?1)(?t==11)(?2)', '(?1)(?t==0)(?2)', '(?1)(?t<0)(?2)',
                  '(?1).*(?t<=1)(?2)', '(?1)(?t<=1).*(?2)', '.', '..', '.*.']) WITH ORDINALITY AS u(p, o)
GROUP BY p, o ORDER BY o;

-- mistakes
SELECT window_funnel('1 month', now(), true, true);
SELECT window_funnel('-1 s', now(), true, true);
SELECT window_funnel('1 s', 'strict', now(), true, true);
SELECT window_funnel('1 s', 'strict_once,strict_order', now(), true, true);
SELECT window_funnel('1 s', 'default,', now(), true, true);
SELECT window_funnel('1 s', timestamptz 'infinity', true, true);
SELECT window_funnel('1 s', now(), VARIADIC '{}'::boolean[]);
SELECT window_funnel('1 s', now(), VARIADIC (SELECT array_agg(true) FROM generate_series(1, 65536)));
SELECT window_funnel('1 s', now(), VARIADIC CASE i WHEN 1 THEN '{t}' ELSE '{t,t}' END::boolean[]) FROM generate_series(1, 2) AS i;
SELECT window_funnel(i * interval '1 s', now(), true, true) FROM generate_series(1, 2) AS i;
SELECT sequence_match(p, now(), true, true) FROM unnest('{(?1),(?2)}'::text[]) AS p;
SELECT sequence_match('', now(), true);
SELECT sequence_match('.*', now(), true);
SELECT sequence_match('(?3)', now(), true, true);
SELECT sequence_match('(?0)', now(), true, true);
SELECT sequence_match('(?1)(?t<5)', now(), true, true);
SELECT sequence_match('(?t<5)(?1)', now(), true, true);
SELECT sequence_match('(?1)(?t<5)(?t>1)(?1)', now(), true, true);
SELECT sequence_match('(?1)(?t=5)(?1)', now(), true, true);
SELECT sequence_match('(?1)(?t<5.0000001)(?1)', now(), true, true);
SELECT sequence_match('(?1)->(?2)', now(), true, true);
SELECT sequence_match('(?1', now(), true, true);
SELECT sequence_match('(?99999999999999999999)', now(), true, true);

-- the state: malformed text, and one byte after the other changed or left out never does harm
SELECT 'rows_state:'::rows_state;
SELECT 'rows_state:0101'::rows_state;
SELECT 'tally{}'::rows_state;
CREATE FUNCTION pg_temp.takes(input text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM CASE WHEN input::rows_state::text <> input THEN error('not the same') END;
    PERFORM sequence_count_final(input::rows_state);
    RETURN true;
EXCEPTION WHEN invalid_text_representation THEN RETURN false;
          WHEN invalid_parameter_value THEN RETURN true;
END $$;
CREATE FUNCTION error(message text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', message; END $$;
CREATE AGGREGATE pg_temp.state(text, timestamptz, boolean, boolean) (SFUNC = sequence_accum, STYPE = rows_state);
SELECT pg_temp.state('(?1).*(?2)', to_timestamp(time), number = 1, number = 2)::text AS state FROM t \gset
SELECT count(*) FILTER (WHERE pg_temp.takes(left(:'state', 11 + 2 * i))) AS taken_short, count(*) FROM generate_series(0, (length(:'state') - 11) / 2 - 1) AS i;
SELECT count(*) FILTER (WHERE pg_temp.takes(overlay(:'state' PLACING lpad(to_hex(b), 2, '0') FROM 12 + 2 * i))) > 0 AS some_taken, count(*)
FROM generate_series(0, (length(:'state') - 11) / 2 - 1) AS i, generate_series(0, 255) AS b;
DROP FUNCTION error(text);
