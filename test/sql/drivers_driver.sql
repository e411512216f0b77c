-- drivers: what moves an outcome, and by how much
CREATE TEMP TABLE answer AS SELECT * FROM (VALUES
    (1, false, 9, 2, 5, 3), (2, false, 8, 4, 4, 3), (3, false, 3, 11, 3, 3), (4, false, 10, 1, 5, 3), (5, false, 6, 9, 4, 3), (6, false, 7, 6, 3, 3),
    (7, true, 5, 8, 3, 3), (8, true, 2, 14, 2, 3), (9, true, 9, 3, 5, 3), (10, true, 6, 10, 4, 3), (11, true, 4, 9, 2, 3), (12, true, NULL, 5, 3, 3), (13, true, 8, NULL, 4, 3))
    AS v(id, later, score, wait, friendly, fixed);
CREATE TEMP TABLE stats AS SELECT driver_agg(score, ARRAY[wait, friendly]) AS s, driver_agg(score, ARRAY[wait, friendly, fixed, 2 * wait]) AS odd,
    driver_agg(score, ARRAY[wait, friendly]) FILTER (WHERE NOT later) AS before, driver_agg(score, ARRAY[wait, friendly]) FILTER (WHERE later) AS after FROM answer;

SET extra_float_digits = -3;
SELECT f.* FROM stats, driver_fit(s) f;
SELECT i.* FROM stats, driver_importance(s) i;
SELECT i.* FROM stats, driver_importance(s, 'lmg', '{wait,friendly}', 0.8) i;
SELECT i.* FROM stats, driver_importance(odd, names => '{wait,friendly,fixed,"twice the wait"}') i;
SELECT f.* FROM stats, driver_fit(odd) f;
SELECT c.* FROM stats, driver_change(before, after, '{wait,friendly}') c;
RESET extra_float_digits;
SELECT rollup(s)::text = (SELECT s::text FROM stats) AS same FROM (SELECT before FROM stats UNION ALL SELECT after FROM stats) AS x(s);

-- the bytes: version 1, 2 rows, 1 with a NULL, 1 feature; sums of outcome 3 and feature 0.5; products 5, 1.5, 1.25.
-- A sum: sign, limbs of 32 bits passed over, limbs that follow; a 1 of those after 33 zeros is 2^-18, so 3 is 0xc0000
SELECT driver_agg(y, ARRAY[x]) FROM (VALUES (1, -0.5), (2, 1), (NULL, 1)) AS v(y, x);
SELECT n, missing, r_squared, drivers FROM driver_fit((SELECT driver_agg(y, ARRAY[x]) FROM (VALUES (1, -0.5), (2, 1), (NULL, 1)) AS v(y, x))::text::driver_stats);
SELECT driver_agg(NULL, NULL), driver_agg(NULL, '{1,2}');

-- nothing
SELECT driver_agg(score, ARRAY[wait]) FROM answer WHERE false;
SELECT * FROM driver_fit(NULL);
SELECT * FROM driver_importance(NULL);
SELECT i.* FROM stats, driver_importance(s, NULL) i;
SELECT i.* FROM stats, driver_importance(s, confidence => NULL) i;
SELECT * FROM driver_fit((SELECT driver_agg(NULL, NULL)));
SELECT * FROM driver_importance((SELECT driver_agg(NULL, NULL)));
SELECT * FROM driver_change((SELECT driver_agg(NULL, NULL)), (SELECT driver_agg(2, '{3}')));
SELECT * FROM driver_importance((SELECT driver_agg(3, ARRAY[i]) FROM generate_series(1, 3) i));

-- mistakes
\set SHOW_CONTEXT never
SELECT driver_agg(score, '{}') FROM answer;
SELECT driver_agg(score, '{{1,2}}') FROM answer;
SELECT driver_agg(score, array_fill(1.0::float8, ARRAY[id])) FROM answer;
SELECT driver_agg(score, array_fill(1.0::float8, ARRAY[65])) FROM answer;
SELECT driver_agg('NaN', '{1}');
SELECT driver_agg(1, '{1,Infinity}');
SELECT driver_agg(1e141, '{1}');
SELECT i.* FROM stats, driver_importance(s, 'shapley') i;
SELECT i.* FROM stats, driver_importance(s, names => '{a}') i;
SELECT i.* FROM stats, driver_importance(s, names => '{a,NULL}') i;
SELECT i.* FROM stats, driver_importance(s, confidence => 95) i;
SELECT i.* FROM driver_importance((SELECT driver_agg(random(), ARRAY(SELECT random() + 0 * i FROM generate_series(1, 21))) FROM generate_series(1, 30) i), 'lmg') i;
SELECT c.* FROM stats, driver_change(before, odd) c;
SELECT c.* FROM stats, driver_change(before, after, '{a,b,c}') c;
SELECT rollup(s) FROM (SELECT s FROM stats UNION ALL SELECT odd FROM stats) AS x(s);
SELECT 'driver_stats:01'::driver_stats;
-- sums that no rows can have: as above, but for a sum of products of 20
SELECT * FROM driver_fit('driver_stats:0102010101210100000c0001210100000200012101000014000121010000500001210100000500'::text::driver_stats);
