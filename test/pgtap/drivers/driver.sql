-- Drivers: published regressions, and weights, coefficients and changes against elimination, square roots of matrices
-- and all orders of entry in SQL over the rows; constant and collinear drivers; the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(72);

DO $$ BEGIN PERFORM setseed(0.5521); END $$;

-- ---- published ----

-- 32 cars of Motor Trend, 1974: miles per gallon, cylinders, displacement, horse power, weight
CREATE TEMP TABLE mtcars (mpg float8, cyl float8, disp float8, hp float8, wt float8, automatic boolean);
INSERT INTO mtcars VALUES
    (21, 6, 160, 110, 2.62, false), (21, 6, 160, 110, 2.875, false), (22.8, 4, 108, 93, 2.32, false), (21.4, 6, 258, 110, 3.215, true),
    (18.7, 8, 360, 175, 3.44, true), (18.1, 6, 225, 105, 3.46, true), (14.3, 8, 360, 245, 3.57, true), (24.4, 4, 146.7, 62, 3.19, true),
    (22.8, 4, 140.8, 95, 3.15, true), (19.2, 6, 167.6, 123, 3.44, true), (17.8, 6, 167.6, 123, 3.44, true), (16.4, 8, 275.8, 180, 4.07, true),
    (17.3, 8, 275.8, 180, 3.73, true), (15.2, 8, 275.8, 180, 3.78, true), (10.4, 8, 472, 205, 5.25, true), (10.4, 8, 460, 215, 5.424, true),
    (14.7, 8, 440, 230, 5.345, true), (32.4, 4, 78.7, 66, 2.2, false), (30.4, 4, 75.7, 52, 1.615, false), (33.9, 4, 71.1, 65, 1.835, false),
    (21.5, 4, 120.1, 97, 2.465, true), (15.5, 8, 318, 150, 3.52, true), (15.2, 8, 304, 150, 3.435, true), (13.3, 8, 350, 245, 3.84, true),
    (19.2, 8, 400, 175, 3.845, true), (27.3, 4, 79, 66, 1.935, false), (26, 4, 120.3, 91, 2.14, false), (30.4, 4, 95.1, 113, 1.513, false),
    (15.8, 8, 351, 264, 3.17, false), (19.7, 6, 145, 175, 2.77, false), (15, 8, 301, 335, 3.57, false), (21.4, 4, 121, 109, 2.78, false);
CREATE TEMP TABLE car AS SELECT driver_agg(mpg, ARRAY[cyl, disp, hp, wt]) AS s FROM mtcars;

-- R package rwa, its first example: weights, and shares in percent
SELECT results_eq($$ SELECT driver, round(weight::numeric, 7), round(100 * share::numeric, 5) FROM car, driver_importance(s, names => '{cyl,disp,hp,wt}') $$,
    $$ VALUES ('wt', 0.2706812, 31.89607), ('cyl', 0.2096904, 24.70914), ('disp', 0.1883043, 22.18908), ('hp', 0.1799590, 21.20570) $$,
    'mtcars: relative weights as R''s rwa prints them');
-- summary(lm(mpg ~ cyl + disp + hp + wt)) in R: 0.8486, 0.8262, 37.84 on 4 and 27, 1.061e-10
SELECT results_eq($$ SELECT n, missing, round(r_squared::numeric, 7), round(adjusted_r_squared::numeric, 4), drivers, round(f::numeric, 2), round(1e10::numeric * p_value::numeric, 3)
        FROM car, driver_fit(s) $$, $$ VALUES (32::bigint, 0::bigint, 0.8486348, 0.8262, 4, 37.84, 1.061) $$, 'mtcars: the regression as R prints it');
-- t of 0.975 and 27 degrees of freedom is 2.0518305; R prints coefficients of weight -3.85390 (1.01547), of cylinders -1.29332 (0.65588)
SELECT results_eq($$ SELECT driver, round((beta * f)::numeric, 4), round(((high - low) / 2 / 2.0518305165 * f)::numeric, 4)
        FROM car, driver_importance(s, names => '{cyl,disp,hp,wt}') JOIN (SELECT 'wt' AS driver, stddev(mpg) / stddev(wt) AS f FROM mtcars
            UNION ALL SELECT 'cyl', stddev(mpg) / stddev(cyl) FROM mtcars) x USING (driver) ORDER BY 1 $$,
    $$ VALUES ('cyl', -1.2933, 0.6559), ('wt', -3.8539, 1.0155) $$, 'mtcars: coefficients and their standard errors as R prints them');

-- NIST StRD, Longley (1967): certified R squared and F; the correlations of these drivers are up to 0.9956
CREATE TEMP TABLE longley (y float8, x float8[]);
INSERT INTO longley VALUES
    (60323, '{83.0,234289,2356,1590,107608,1947}'), (61122, '{88.5,259426,2325,1456,108632,1948}'), (60171, '{88.2,258054,3682,1616,109773,1949}'),
    (61187, '{89.5,284599,3351,1650,110929,1950}'), (63221, '{96.2,328975,2099,3099,112075,1951}'), (63639, '{98.1,346999,1932,3594,113270,1952}'),
    (64989, '{99.0,365385,1870,3547,115094,1953}'), (63761, '{100.0,363112,3578,3350,116219,1954}'), (66019, '{101.2,397469,2904,3048,117388,1955}'),
    (67857, '{104.6,419180,2822,2857,118734,1956}'), (68169, '{108.4,442769,2936,2798,120445,1957}'), (66513, '{110.8,444546,4681,2637,121950,1958}'),
    (68655, '{112.6,482704,3813,2552,123366,1959}'), (69564, '{114.2,502601,3931,2514,125368,1960}'), (69331, '{115.7,518173,4806,2572,127852,1961}'),
    (70551, '{116.9,554894,4007,2827,130081,1962}');
SELECT results_eq($$ SELECT n, drivers, abs(r_squared - 0.995479004577296) < 1e-13, abs(f - 330.285339234588) < 1e-6
        FROM driver_fit((SELECT driver_agg(y, x) FROM longley)) $$, $$ VALUES (16::bigint, 6, true, true) $$, 'Longley: R squared and F certified by NIST');
-- NIST certifies the coefficients, too: of x1 15.0618722713733, of x6 1829.15146461355
SELECT results_eq($$ SELECT driver, abs(beta * f / c - 1) < 1e-9 FROM driver_importance((SELECT driver_agg(y, x) FROM longley))
        JOIN (SELECT 'x1' AS driver, stddev(y) / stddev(x[1]) AS f, 15.0618722713733 AS c FROM longley
              UNION ALL SELECT 'x2', stddev(y) / stddev(x[2]), -0.358191792925910E-01 FROM longley
              UNION ALL SELECT 'x6', stddev(y) / stddev(x[6]), 1829.15146461355 FROM longley) x USING (driver) ORDER BY 1 $$,
    $$ VALUES ('x1', true), ('x2', true), ('x6', true) $$, 'Longley: coefficients certified by NIST');

-- 47 provinces of Switzerland, 1888 (Mosteller, Tukey 1977): fertility by agriculture, examination, education, catholic, infant mortality;
-- lmg as R's relaimpo prints it
CREATE TEMP TABLE swiss (y float8, x float8[]);
INSERT INTO swiss VALUES
    (80.2, '{17.0,15,12,9.96,22.2}'), (83.1, '{45.1,6,9,84.84,22.2}'), (92.5, '{39.7,5,5,93.40,20.2}'), (85.8, '{36.5,12,7,33.77,20.3}'), (76.9, '{43.5,17,15,5.16,20.6}'),
    (76.1, '{35.3,9,7,90.57,26.6}'), (83.8, '{70.2,16,7,92.85,23.6}'), (92.4, '{67.8,14,8,97.16,24.9}'), (82.4, '{53.3,12,7,97.67,21.0}'), (82.9, '{45.2,16,13,91.38,24.4}'),
    (87.1, '{64.5,14,6,98.61,24.5}'), (64.1, '{62.0,21,12,8.52,16.5}'), (66.9, '{67.5,14,7,2.27,19.1}'), (68.9, '{60.7,19,12,4.43,22.7}'), (61.7, '{69.3,22,5,2.82,18.7}'),
    (68.3, '{72.6,18,2,24.20,21.2}'), (71.7, '{34.0,17,8,3.30,20.0}'), (55.7, '{19.4,26,28,12.11,20.2}'), (54.3, '{15.2,31,20,2.15,10.8}'), (65.1, '{73.0,19,9,2.84,20.0}'),
    (65.5, '{59.8,22,10,5.23,18.0}'), (65.0, '{55.1,14,3,4.52,22.4}'), (56.6, '{50.9,22,12,15.14,16.7}'), (57.4, '{54.1,20,6,4.20,15.3}'), (72.5, '{71.2,12,1,2.40,21.0}'),
    (74.2, '{58.1,14,8,5.23,23.8}'), (72.0, '{63.5,6,3,2.56,18.0}'), (60.5, '{60.8,16,10,7.72,16.3}'), (58.3, '{26.8,25,19,18.46,20.9}'), (65.4, '{49.5,15,8,6.10,22.5}'),
    (75.5, '{85.9,3,2,99.71,15.1}'), (69.3, '{84.9,7,6,99.68,19.8}'), (77.3, '{89.7,5,2,100.00,18.3}'), (70.5, '{78.2,12,6,98.96,19.4}'), (79.4, '{64.9,7,3,98.22,20.2}'),
    (65.0, '{75.9,9,9,99.06,17.8}'), (92.2, '{84.6,3,3,99.46,16.3}'), (79.3, '{63.1,13,13,96.83,18.1}'), (70.4, '{38.4,26,12,5.62,20.3}'), (65.7, '{7.7,29,11,13.79,20.5}'),
    (72.7, '{16.7,22,13,11.22,18.9}'), (64.4, '{17.6,35,32,16.92,23.0}'), (77.6, '{37.6,15,7,4.97,20.0}'), (67.6, '{18.7,25,7,8.65,19.5}'), (35.0, '{1.2,37,53,42.34,18.0}'),
    (44.7, '{46.6,16,29,50.43,18.2}'), (42.8, '{27.7,22,29,58.33,19.3}');
SELECT results_eq($$ SELECT driver, round(weight::numeric, 8) FROM driver_importance((SELECT driver_agg(y, x) FROM swiss), 'lmg', '{agriculture,examination,education,catholic,infant}') $$,
    $$ VALUES ('education', 0.26013468), ('examination', 0.17117303), ('infant', 0.11276592), ('catholic', 0.10557015), ('agriculture', 0.05709122) $$,
    'swiss: lmg as R''s relaimpo prints it');

-- ---- the slow way ----

CREATE FUNCTION pg_temp.inverse(a float8[]) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE n int := array_length(a, 1); b float8[]; f float8; best int; k float8;
BEGIN
    SELECT array_agg(r ORDER BY i) INTO b FROM (SELECT i, array_agg((i = j)::int::float8 ORDER BY j) AS r FROM generate_series(1, n) i, generate_series(1, n) j GROUP BY i) x;
    FOR c IN 1 .. n LOOP
        best := c;
        FOR i IN c + 1 .. n LOOP IF abs(a[i][c]) > abs(a[best][c]) THEN best := i; END IF; END LOOP;
        FOR j IN 1 .. n LOOP
            k := a[c][j]; a[c][j] := a[best][j]; a[best][j] := k;
            k := b[c][j]; b[c][j] := b[best][j]; b[best][j] := k;
        END LOOP;
        f := a[c][c];
        FOR j IN 1 .. n LOOP a[c][j] := a[c][j] / f; b[c][j] := b[c][j] / f; END LOOP;
        FOR i IN 1 .. n LOOP
            IF i <> c THEN
                f := a[i][c];
                FOR j IN 1 .. n LOOP a[i][j] := a[i][j] - f * a[c][j]; b[i][j] := b[i][j] - f * b[c][j]; END LOOP;
            END IF;
        END LOOP;
    END LOOP;
    RETURN b;
END $$;
-- R squared of some of the drivers, from the correlations of all; the outcome is the last one
CREATE FUNCTION pg_temp.explained(c float8[], s int[]) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE a float8[]; last int := array_length(c, 1);
BEGIN
    IF cardinality(s) = 0 THEN RETURN 0; END IF;
    SELECT array_agg(r ORDER BY i) INTO a FROM (SELECT i, array_agg(c[i][j] ORDER BY j) AS r FROM unnest(s) i, unnest(s) j GROUP BY i) x;
    a := pg_temp.inverse(a);
    RETURN (SELECT sum(c[s[i]][last] * a[i][j] * c[s[j]][last]) FROM generate_subscripts(s, 1) i, generate_subscripts(s, 1) j);
END $$;
-- the square root of a matrix, by the iteration of Denman and Beavers (1976)
CREATE FUNCTION pg_temp.root(a float8[]) RETURNS float8[] LANGUAGE plpgsql AS $$
DECLARE y float8[] := a; z float8[]; v float8[]; w float8[]; n int := array_length(a, 1);
BEGIN
    z := pg_temp.inverse(pg_temp.inverse(a));
    FOR i IN 1 .. n LOOP FOR j IN 1 .. n LOOP z[i][j] := (i = j)::int; END LOOP; END LOOP;
    FOR round IN 1 .. 14 LOOP
        v := pg_temp.inverse(y); w := pg_temp.inverse(z);
        FOR i IN 1 .. n LOOP FOR j IN 1 .. n LOOP y[i][j] := (y[i][j] + w[i][j]) / 2; z[i][j] := (z[i][j] + v[i][j]) / 2; END LOOP; END LOOP;
    END LOOP;
    RETURN y;
END $$;

-- 150 regressions on four drivers that go together more or less; whole numbers with ties, or not; up to 40 rows, and 7; NULLs
CREATE TEMP TABLE obs AS
    SELECT g, id, random() AS luck, id % 2 = 0 AS later, CASE WHEN random() < 0.05 THEN NULL ELSE y END AS y,
           CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.05 THEN ARRAY[a, NULL, c, d] ELSE ARRAY[a, b, c, d] END AS x
    FROM (SELECT g, id, a, b, c, d, m + CASE g % 3 WHEN 0 THEN a - b WHEN 1 THEN a + 2 * b + 3 * c - d ELSE 0 END + random() * 3 AS y
          FROM (SELECT g, id, m, q * random() AS a, q * random() + m / 2 AS b, CASE WHEN g % 2 = 0 THEN round((random() * 4)::numeric)::float8 ELSE random() END + m AS c,
                       100 * random() - 30 * m AS d
                FROM (SELECT g, id, 1 + random() AS q, random() AS m FROM generate_series(1, 150) g, generate_series(1, CASE WHEN g % 5 = 0 THEN 12 ELSE 20 + g % 30 END) id) x) x) x;
CREATE TEMP TABLE whole AS SELECT g, driver_agg(y, x) AS s FROM obs GROUP BY g;
-- seven rows each: two degrees of freedom
INSERT INTO whole SELECT 1000 + g, driver_agg(y, x) FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY id) AS r FROM obs WHERE y IS NOT NULL AND NOT x IS NULL AND array_position(x, NULL) IS NULL) o WHERE r <= 7 AND g <= 50 GROUP BY g;
CREATE TEMP TABLE used AS
    SELECT g, id, later, y, x FROM obs WHERE y IS NOT NULL AND x IS NOT NULL AND array_position(x, NULL) IS NULL
    UNION ALL SELECT 1000 + g, id, later, y, x FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY id) AS r FROM obs
        WHERE y IS NOT NULL AND x IS NOT NULL AND array_position(x, NULL) IS NULL) o WHERE r <= 7 AND g <= 50;
CREATE TEMP TABLE correlation AS
    SELECT g, n, array_agg(r ORDER BY i) AS c FROM (
        SELECT g, i, max(n) AS n, array_agg(r ORDER BY j) AS r FROM (
            SELECT g, i, j, count(*) AS n, CASE WHEN i = j THEN 1 ELSE corr((x || y)[i], (x || y)[j]) END AS r
            FROM used, generate_series(1, 5) i, generate_series(1, 5) j GROUP BY g, i, j) x GROUP BY g, i) x GROUP BY g, n;
CREATE TEMP TABLE subset AS
    SELECT g, mask, pg_temp.explained(c, ARRAY(SELECT i FROM generate_series(1, 4) i WHERE mask & (1 << (i - 1)) <> 0)) AS r2 FROM correlation, generate_series(0, 15) mask;
CREATE TEMP TABLE expected AS
    SELECT g, n, i, c[i][5] AS r, (SELECT sum(inv[i][j] * c[j][5]) FROM generate_series(1, 4) j) AS beta, inv[i][i] AS diagonal, r2,
           (SELECT sum(w[i][k] ^ 2 * (SELECT sum(wi[k][j] * c[j][5]) FROM generate_series(1, 4) j) ^ 2) FROM generate_series(1, 4) k) AS johnson
    FROM (SELECT *, pg_temp.inverse(w) AS wi FROM (SELECT g, n, c, s.r2, pg_temp.inverse(a) AS inv, pg_temp.root(a) AS w
          FROM correlation JOIN subset s USING (g), LATERAL (SELECT array_agg(r ORDER BY i) AS a FROM (SELECT i, array_agg(c[i][j] ORDER BY j) AS r
              FROM generate_series(1, 4) i, generate_series(1, 4) j GROUP BY i) x) x WHERE s.mask = 15) x) x, generate_series(1, 4) i;
-- all 24 orders of entry
CREATE TEMP TABLE entry AS
    WITH RECURSIVE o(done, mask) AS (
        SELECT '{}'::int[], 0 UNION ALL SELECT done || i, mask | (1 << (i - 1)) FROM o, generate_series(1, 4) i WHERE mask & (1 << (i - 1)) = 0)
    SELECT done FROM o WHERE cardinality(done) = 4;
CREATE TEMP TABLE lmg AS
    SELECT a.g, done[k] AS i, avg(b.r2 - a.r2) AS weight, count(*) AS orders FROM entry, generate_series(1, 4) k, subset a, subset b
    WHERE b.g = a.g AND a.mask = coalesce((SELECT sum(1 << (done[m] - 1)) FROM generate_series(1, k - 1) m), 0) AND b.mask = a.mask | (1 << (done[k] - 1))
    GROUP BY 1, 2;
CREATE TEMP TABLE got AS SELECT g, j.*, l.weight AS lmg, l.share AS lmg_share, substr(driver, 2)::int AS i
    FROM whole, driver_importance(s) j JOIN LATERAL driver_importance(s, 'lmg') l USING (driver);

SELECT is((SELECT count(*) FROM got), 800::bigint, 'there are 200 regressions');
SELECT results_eq('SELECT g, n, missing FROM whole, driver_fit(s) WHERE g < 1000 ORDER BY g',
    'SELECT g, count(*) FILTER (WHERE y IS NOT NULL AND x IS NOT NULL AND array_position(x, NULL) IS NULL), count(*) FILTER (WHERE y IS NULL OR x IS NULL OR array_position(x, NULL) IS NOT NULL)
     FROM obs GROUP BY g ORDER BY g', 'rows with a NULL are left out and counted');
SELECT is_empty('SELECT g, i FROM got JOIN expected e USING (g, i) WHERE abs(got.correlation - e.r) > 1e-12', 'correlations are those of corr()');
SELECT is_empty('SELECT g, i, got.beta, e.beta FROM got JOIN expected e USING (g, i) WHERE abs(got.beta - e.beta) > 1e-9 * (1 + abs(e.beta)) OR got.beta IS NULL', 'coefficients are those of elimination');
SELECT is_empty('SELECT g, i, weight, johnson FROM got JOIN expected e USING (g, i) WHERE abs(weight - johnson) > 1e-8 OR weight IS NULL', 'Johnson''s weights are those by the square root of the matrix');
SELECT is_empty('SELECT g, i, got.lmg, l.weight FROM got JOIN lmg l USING (g, i) WHERE abs(got.lmg - l.weight) > 1e-9 OR lmg IS NULL', 'lmg is the mean over all 24 orders');
SELECT is((SELECT count(*) FROM got JOIN lmg l USING (g, i) JOIN expected e USING (g, i) WHERE l.orders = 24), 800::bigint, 'all were compared');
SELECT is_empty('SELECT g, r_squared, r2 FROM whole CROSS JOIN driver_fit(s) JOIN subset USING (g) WHERE mask = 15 AND abs(r_squared - r2) > 1e-9', 'R squared is that of elimination');
SELECT is_empty('SELECT g FROM got JOIN (SELECT g, r_squared FROM whole, driver_fit(s)) f USING (g) GROUP BY g, r_squared
    HAVING abs(sum(weight) - r_squared) > 1e-12 OR abs(sum(lmg) - r_squared) > 1e-12 OR abs(sum(share) - 1) > 1e-12 OR abs(sum(lmg_share) - 1) > 1e-12',
    'weights add up to R squared, shares to 1');
SELECT is_empty('SELECT g, weight FROM got WHERE weight < 0 OR lmg < 0 OR NOT low < beta OR NOT beta < high OR note IS NOT NULL', 'no weight is negative, and coefficients lie in their intervals');
-- t of 0.975 and two degrees of freedom is 4.30265272975
SELECT is_empty('SELECT g, i FROM got JOIN expected e USING (g, i) WHERE n = 7
        AND abs((high - low) / 2 / (4.30265272974946 * sqrt((1 - r2) * diagonal / 2)) - 1) > 1e-6', 'the interval of beta is Student''s');
SELECT is((SELECT count(*) FROM expected WHERE n = 7 AND i = 1 AND g > 1000), 50::bigint, 'of 50 regressions with two degrees of freedom');
SELECT is_empty('SELECT g FROM whole, driver_importance(s, confidence => 0.8) a JOIN LATERAL driver_importance(s, ''johnson'', NULL, 0.99) b USING (driver)
    WHERE NOT (b.low < a.low AND a.high < b.high)', 'wider with more confidence');
SELECT is_empty('SELECT g FROM whole CROSS JOIN driver_fit(s) JOIN (SELECT g, n AS m, r2 FROM correlation JOIN subset USING (g) WHERE mask = 15) x USING (g)
    WHERE drivers <> 4 OR abs(adjusted_r_squared - (1 - (1 - r2) * (m - 1) / (m - 5))) > 1e-8 OR abs(f / (r2 / 4 / ((1 - r2) / (m - 5))) - 1) > 1e-6 OR p_value NOT BETWEEN 0 AND 1',
    'adjusted R squared and F');
-- with two degrees of freedom above and below, the tail of F is 1 / (1 + F); with 1 driver F is t squared
SELECT is_empty('SELECT r_squared, f, p_value FROM generate_series(1, 50) g, LATERAL (SELECT driver_agg(random(), ARRAY[random(), random()]) AS s FROM generate_series(1, 5 + 0 * g)) x, driver_fit(s)
    WHERE abs(p_value - 1 / (1 + f)) > 1e-10', 'the p-value of F where it is simple');
SELECT is_empty('SELECT g FROM (SELECT g, regr_r2(y, x[1]) AS r2, corr(y, x[1]) AS r, driver_agg(y, x[1:1]) AS s FROM used GROUP BY g) x, driver_fit(s), driver_importance(s) i
    WHERE abs(r_squared - r2) > 1e-12 OR abs(weight - r2) > 1e-12 OR abs(beta - r) > 1e-12 OR abs(correlation - r) > 1e-12 OR share <> 1', 'one driver: regr_r2() and corr()');
SELECT is_empty('SELECT g, i FROM got JOIN (SELECT g, substr(driver, 2)::int AS i, row_number() OVER (PARTITION BY g ORDER BY weight DESC, driver) AS place,
        row_number() OVER (PARTITION BY g) AS told FROM got) p USING (g, i) WHERE place <> told', 'the weightiest comes first');

-- ---- a change between two periods ----

CREATE TEMP TABLE period AS SELECT g, driver_agg(y, x) FILTER (WHERE NOT later) AS before, driver_agg(y, x) FILTER (WHERE later) AS after FROM obs GROUP BY g;
-- the regression on constant, period and drivers, by its normal equations
CREATE TEMP TABLE full_fit AS
    SELECT g, (SELECT array_agg(b ORDER BY i) FROM (SELECT i, sum(inv[i][j] * v[j]) AS b FROM generate_series(1, 6) i, generate_series(1, 6) j GROUP BY i) z) AS b
    FROM (SELECT g, pg_temp.inverse(a) AS inv, v FROM (SELECT g, array_agg(r ORDER BY i) AS a, array_agg(xy ORDER BY i) AS v
        FROM (SELECT g, i, array_agg(xx ORDER BY j) AS r, max(xy) AS xy FROM (SELECT g, i, j, sum(z[i] * z[j]) AS xx, sum(z[i] * y) AS xy
            FROM (SELECT g, y, ARRAY[1, later::int::float8] || x AS z FROM used WHERE g < 1000) u, generate_series(1, 6) i, generate_series(1, 6) j GROUP BY g, i, j) p GROUP BY g, i) q GROUP BY g) r) t;
CREATE TEMP TABLE change AS SELECT g, c.* FROM period, driver_change(before, after) c;
SELECT is_empty('SELECT g, driver, coefficient, b FROM change JOIN full_fit USING (g) WHERE driver LIKE ''x_''
    AND abs(coefficient - b[2 + substr(driver, 2)::int]) > 1e-6 * (1 + abs(coefficient)) OR coefficient IS NULL AND driver LIKE ''x_''', 'coefficients are those of a regression with a constant for each period');
SELECT is_empty('SELECT g, effect, b FROM change JOIN full_fit USING (g) WHERE driver = ''(coefficients)'' AND abs(effect - b[2]) > 1e-6', 'the rest is what the constant changed by');
SELECT is_empty('SELECT g, driver FROM change JOIN (SELECT g, ''x'' || i AS driver, avg(x[i]) FILTER (WHERE NOT later) AS a, avg(x[i]) FILTER (WHERE later) AS b FROM used, generate_series(1, 4) i GROUP BY 1, 2) m USING (g, driver)
    WHERE abs(before_mean - a) > 1e-12 * (1 + abs(a)) OR abs(after_mean - b) > 1e-12 * (1 + abs(b)) OR abs(effect - coefficient * (b - a)) > 1e-9', 'effect is coefficient times change of the mean');
SELECT is_empty('SELECT g FROM change GROUP BY g HAVING abs(sum(effect) FILTER (WHERE driver <> ''(total)'') - max(effect) FILTER (WHERE driver = ''(total)'')) > 1e-12
    OR max(after_mean - before_mean) FILTER (WHERE driver = ''(total)'') <> max(effect) FILTER (WHERE driver = ''(total)'')', 'all adds up to the change of the mean');
SELECT is_empty('SELECT g FROM period, driver_change(before, after) a JOIN LATERAL driver_change(after, before) b USING (driver)
    WHERE abs(a.effect + b.effect) > 1e-12 OR a.before_mean <> b.after_mean', 'the other way round it is the opposite');
SELECT is((SELECT array_agg(driver) FROM change WHERE g = 1), '{x1,x2,x3,x4,(coefficients),(total)}', 'in the order given, the rest and the total last');
SELECT results_eq($$ SELECT driver, before_mean, after_mean, coefficient, effect, note FROM driver_change((SELECT driver_agg(y, ARRAY[x, 7]) FROM (VALUES (1, 1), (2, 2), (3, 3)) v(y, x)),
        (SELECT driver_agg(y, ARRAY[x, 9]) FROM (VALUES (5, 3), (6, 4), (7, 5)) v(y, x)), '{speed,"fixed"}') $$,
    $$ VALUES ('speed', 2::float8, 4::float8, 1::float8, 2::float8, NULL), ('fixed', 7, 9, NULL, NULL, 'constant'), ('(coefficients)', NULL, NULL, NULL, 2, NULL), ('(total)', 2, 6, NULL, 4, NULL) $$, 'by hand');
SELECT results_eq($$ SELECT driver, coefficient, round(effect::numeric, 9), note FROM driver_change((SELECT driver_agg(y, ARRAY[x, x]) FROM (VALUES (1, 1), (2, 2), (3, 3)) v(y, x)),
        (SELECT driver_agg(y, ARRAY[x, x]) FROM (VALUES (5, 3), (6, 4), (7, 5)) v(y, x))) $$,
    $$ VALUES ('x1', NULL::float8, 1.000000000, 'collinear'), ('x2', NULL, 1, 'collinear'), ('(coefficients)', NULL, 2, NULL), ('(total)', NULL, 4, NULL) $$, 'twins share their effect');
SELECT results_eq($$ SELECT driver, before_mean, after_mean, coefficient, effect, note FROM driver_change((SELECT driver_agg(NULL, ARRAY[1, NULL])), (SELECT s FROM (SELECT driver_agg(i, ARRAY[i, i * i]) AS s FROM generate_series(1, 4) i) x)) $$,
    $$ VALUES ('x1', NULL::float8, 2.5::float8, NULL::float8, NULL::float8, NULL::text), ('x2', NULL, 7.5, NULL, NULL, NULL), ('(coefficients)', NULL, NULL, NULL, NULL, NULL), ('(total)', NULL, 2.5, NULL, NULL, NULL) $$,
    'a period without rows: NULL');
SELECT is((SELECT count(*) FROM driver_change((SELECT driver_agg(1, NULL)), (SELECT s FROM whole WHERE g = 1)) WHERE effect IS NULL), 6::bigint, 'or without features');
SELECT is((SELECT count(*) FROM driver_change((SELECT driver_agg(1, NULL)), (SELECT driver_agg(1, NULL)))), 2::bigint, 'or both');
SELECT is_empty('SELECT * FROM driver_change(NULL, (SELECT s FROM whole WHERE g = 1))', 'no stats: no rows');
SELECT throws_ok('SELECT * FROM driver_change((SELECT driver_agg(1, ''{1,2}'')), (SELECT driver_agg(1, ''{1}'')))', '22023', 'features are not equally many before and after', 'different features');

-- ---- exact where doubles are not ----

SELECT is((SELECT string_agg(i::text, ';') FROM driver_importance((SELECT driver_agg(y, x) FROM (SELECT round(y::numeric * 16)::float8 AS y, ARRAY(SELECT round(u::numeric * 16)::float8 FROM unnest(x) u) AS x FROM used WHERE g = 1) v)) i),
    (SELECT string_agg(i::text, ';') FROM driver_importance((SELECT driver_agg(y + 1125899906842624, ARRAY(SELECT u - 4503599627370496 FROM unnest(x) u)) FROM (SELECT round(y::numeric * 16)::float8 AS y, ARRAY(SELECT round(u::numeric * 16)::float8 FROM unnest(x) u) AS x FROM used WHERE g = 1) v)) i),
    'an offset of 2^50 to 2^52 changes no bit');
SELECT results_eq($$ SELECT abs(correlation - 1) < 1e-12, note FROM driver_importance((SELECT driver_agg(1e15 + i, ARRAY[9007199254740992 + 2 * i::float8]) FROM generate_series(1, 3) i)) $$, $$ VALUES (true, NULL::text) $$, 'the last digit is heard');
SELECT results_eq($$ SELECT driver, note FROM driver_importance((SELECT driver_agg(i, ARRAY[0.1, 1e15 + 0.3, 0, -1e140]) FROM generate_series(1, 1001) i)) $$,
    $$ SELECT 'x' || i, 'constant' FROM generate_series(1, 4) i $$, 'a constant is one, whatever its digits');
SELECT results_eq($$ SELECT round(r_squared::numeric, 12), drivers FROM driver_fit((SELECT driver_agg(i * 1e139, ARRAY[i * 1e-100, (i % 3) * 1e139]) FROM generate_series(1, 10) i)) $$, $$ VALUES (1.000000000000, 2) $$, 'numbers of any size');

-- ---- constant, collinear, few ----

CREATE TEMP TABLE odd AS SELECT g, driver_agg(y, x || ARRAY[3, x[1] * 2 + 1, x[3] - x[2]]) AS s FROM used WHERE g <= 50 GROUP BY g;
SELECT is_empty($$ SELECT g, driver, note FROM odd, driver_importance(s) WHERE note IS DISTINCT FROM CASE driver WHEN 'x5' THEN 'constant' WHEN 'x4' THEN NULL ELSE 'collinear' END $$, 'constant and collinear drivers are named');
SELECT is_empty($$ SELECT g, driver FROM odd, driver_importance(s) WHERE num_nulls(weight, share, beta, correlation, low, high) <> CASE driver WHEN 'x5' THEN 6 WHEN 'x4' THEN 0 ELSE 3 END $$,
    'a constant has nothing, a collinear driver no coefficient');
SELECT is_empty($$ SELECT g, a.driver, a.weight - b.weight FROM odd, driver_importance(s) a JOIN LATERAL driver_importance(s) b ON a.driver = 'x1' AND b.driver = 'x6' WHERE abs(a.weight - b.weight) > 1e-9 $$, 'twins weigh the same');
SELECT is_empty($$ SELECT g FROM odd CROSS JOIN driver_fit(s) o JOIN (SELECT g, f.* FROM whole, driver_fit(s) f) w USING (g) WHERE abs(o.r_squared - w.r_squared) > 1e-9 OR o.drivers <> 4
    OR abs(o.f / w.f - 1) > 1e-6 $$, 'they explain nothing more');
SELECT is_empty($$ SELECT g FROM odd, LATERAL (SELECT sum(weight) AS w, sum(share) AS sh FROM driver_importance(s, 'lmg')) l, LATERAL (SELECT sum(weight) AS w FROM driver_importance(s)) j, driver_fit(s)
    WHERE abs(l.w - r_squared) > 1e-9 OR abs(j.w - r_squared) > 1e-9 OR abs(sh - 1) > 1e-9 $$, 'both methods still add up');
SELECT is_empty($$ SELECT g, a.beta - b.beta FROM odd, driver_importance(s) a JOIN LATERAL (SELECT beta, high FROM whole w, driver_importance(w.s) WHERE w.g = odd.g AND driver = 'x4') b ON a.driver = 'x4'
    WHERE abs(a.beta - b.beta) > 1e-8 OR abs(a.high - b.high) > 1e-6 $$, 'the coefficient of the one that is not stays what it was');
SELECT results_eq($$ SELECT driver, weight, share, beta, correlation, note FROM driver_importance((SELECT driver_agg(5, ARRAY[i, 2]) FROM generate_series(1, 9) i)) $$,
    $$ VALUES ('x1', NULL::float8, NULL::float8, NULL::float8, NULL::float8, 'constant outcome'), ('x2', NULL, NULL, NULL, NULL, 'constant') $$, 'an outcome that does not vary');
SELECT results_eq($$ SELECT n, missing, r_squared, adjusted_r_squared, drivers, f, p_value FROM driver_fit((SELECT driver_agg(5, ARRAY[i, 2]) FROM generate_series(1, 9) i)) $$,
    $$ VALUES (9::bigint, 0::bigint, NULL::float8, NULL::float8, 1, NULL::float8, NULL::float8) $$, 'has no R squared');
SELECT results_eq($$ SELECT n, r_squared, adjusted_r_squared, drivers, f, p_value FROM driver_fit((SELECT driver_agg(3, '{1,2}'))) $$, $$ VALUES (1::bigint, NULL::float8, NULL::float8, 0, NULL::float8, NULL::float8) $$, 'one row');
SELECT results_eq($$ SELECT n, round(r_squared::numeric, 9), adjusted_r_squared, drivers, f, p_value FROM driver_fit((SELECT driver_agg(i, ARRAY[i, -i, i * i]) FROM generate_series(1, 2) i)) $$,
    $$ VALUES (2::bigint, 1.000000000, NULL::float8, 1, NULL::float8, NULL::float8) $$, 'two rows');
SELECT results_eq($$ SELECT round(r_squared::numeric, 9), round(adjusted_r_squared::numeric, 9), f FROM driver_fit((SELECT driver_agg(3 * i + 1, ARRAY[i]) FROM generate_series(1, 20) i)) $$,
    $$ VALUES (1.000000000, 1.000000000, NULL::float8) $$, 'a perfect fit has no F');
SELECT results_eq($$ SELECT r_squared, f, p_value FROM driver_fit((SELECT driver_agg(y, ARRAY[x]) FROM (VALUES (1, 1), (1, -1), (-1, 1), (-1, -1)) v(y, x))) $$, $$ VALUES (0::float8, 0::float8, 1::float8) $$, 'drivers that explain nothing');
SELECT results_eq($$ SELECT weight, share FROM driver_importance((SELECT driver_agg(y, ARRAY[x]) FROM (VALUES (1, 1), (1, -1), (-1, 1), (-1, -1)) v(y, x))) $$, $$ VALUES (0::float8, NULL::float8) $$, 'have weight 0, and no share of nothing');
SELECT results_eq($$ SELECT driver, weight, note FROM driver_importance((SELECT driver_agg(NULL, '{1,2}'))) $$, $$ VALUES ('x1', NULL::float8, NULL::text), ('x2', NULL, NULL) $$, 'no rows without a NULL');
SELECT is_empty($$ SELECT * FROM driver_importance((SELECT driver_agg(1, NULL)), names => '{a}') $$, 'no features known: no drivers');
SELECT is((SELECT driver_agg(1, '{1}')::text FROM obs WHERE false), NULL, 'no rows: NULL');

-- 20 drivers in lmg, 64 in Johnson's
CREATE TEMP TABLE wide AS SELECT random() AS y, ARRAY(SELECT random() + 0 * i FROM generate_series(1, 64)) AS x FROM generate_series(1, 200) i;
SELECT is((SELECT abs(sum(weight) - max(r_squared)) < 1e-10 AND count(*) = 20 FROM (SELECT driver_agg(y, x[1:20]) AS s FROM wide) w, driver_importance(s, 'lmg'), driver_fit(s)), true, 'lmg takes 20 drivers');
SELECT is((SELECT abs(sum(weight) - max(r_squared)) < 1e-10 AND count(*) = 64 FROM (SELECT driver_agg(y, x) AS s FROM wide) w, driver_importance(s), driver_fit(s)), true, 'johnson takes 64');
SELECT throws_ok($$ SELECT * FROM driver_importance((SELECT driver_agg(y, x[1:21]) FROM wide), 'lmg') $$, '54000', 'method lmg takes at most 20 drivers', 'lmg takes no more');
SELECT throws_ok($$ SELECT driver_agg(y, x || 1.0::float8) FROM wide $$, '54000', 'features are more than 64', 'nor does the type');

-- ---- laws ----

CREATE TEMP TABLE part AS SELECT g, cut, p, driver_agg(y, x) AS s, random() AS luck FROM obs, generate_series(2, 6, 2) cut, LATERAL (SELECT floor(luck * cut) AS p) q WHERE g <= 60 GROUP BY 1, 2, 3;
SELECT is_empty('SELECT g FROM (SELECT g, rollup(s ORDER BY luck) AS a, rollup(s ORDER BY -luck) AS b FROM part GROUP BY g, cut) x JOIN whole USING (g)
    WHERE driver_stats_send(a) <> driver_stats_send(s) OR driver_stats_send(b) <> driver_stats_send(s)', 'any split, merged in any order, is the same to the last bit');
SELECT is_empty('SELECT g FROM whole JOIN (SELECT g, driver_agg(y, x ORDER BY luck) AS o FROM obs GROUP BY g) x USING (g) WHERE o::text <> s::text', 'the order of rows tells nothing');
SELECT is_empty('SELECT g FROM part WHERE driver_stats_send(driver_stats_merge(s, NULL)) <> driver_stats_send(s) OR driver_stats_send(driver_stats_merge(NULL, s)) <> driver_stats_send(s)', 'NULL is the identity');
SELECT is_empty('SELECT a.g FROM part a JOIN part b USING (g, cut) WHERE b.p = a.p + 1 AND driver_stats_send(driver_stats_merge(a.s, b.s)) <> driver_stats_send(driver_stats_merge(b.s, a.s))', 'merging is commutative');
SELECT is_empty('SELECT g FROM whole WHERE driver_stats_send(s::text::driver_stats) <> driver_stats_send(s)', 'in(out(x)) = x');
SELECT is((SELECT driver_stats_merge(driver_agg(1, NULL), driver_agg(1, '{2}'))::text), (SELECT driver_agg(y, x)::text FROM (VALUES (1, '{2}'::float8[]), (1, NULL)) v(y, x)), 'features that are not known yet become known');
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE TABLE cx_obs AS SELECT * FROM obs;
SELECT is_empty('SELECT g FROM whole JOIN (SELECT g, driver_agg(y, x) AS p FROM cx_obs GROUP BY g) x USING (g) WHERE p::text <> s::text', 'workers count the same');

-- ---- mistakes ----

SELECT throws_ok('SELECT rollup(s) FROM (SELECT driver_agg(1, ''{1}'') UNION ALL SELECT driver_agg(1, ''{1,2}'')) x(s)', '22023', 'features are not equally many in all rows', 'different features');
SELECT throws_ok('SELECT driver_agg(y, x[1:id % 2 + 1]) FROM used', '22023', 'features are not equally many in all rows', 'in rows, too');
SELECT throws_ok('SELECT * FROM driver_importance((SELECT s FROM whole WHERE g = 1), names => ''{a,b}'')', '22023', 'names and features are not equally many', 'too few names');

-- every bit of a value flipped, and every byte cut off: an error of its class, or another value that stands
CREATE FUNCTION pg_temp.survives(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s driver_stats; r record;
BEGIN
    s := value;
    IF s::text <> value THEN RETURN 'changed'; END IF;
    PERFORM driver_stats_merge(s, s);
    SELECT * INTO r FROM driver_fit(s);
    IF r.r_squared NOT BETWEEN 0 AND 1 OR r.p_value NOT BETWEEN 0 AND 1 THEN RETURN 'nonsense'; END IF;
    PERFORM FROM driver_importance(s) i WHERE weight = 'NaN' OR abs(correlation) > 1 OR abs(beta) = 'Infinity';
    IF FOUND THEN RETURN 'nonsense'; END IF;
    PERFORM FROM driver_importance(s, 'lmg') i, driver_change(s, s) c WHERE weight = 'NaN' OR effect = 'NaN';
    IF FOUND THEN RETURN 'nonsense'; END IF;
    RETURN 'sound';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END $$;
CREATE TEMP TABLE sample AS SELECT driver_stats_send(driver_agg(y, x[1:2])) AS b FROM used WHERE g = 7;
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, 8 * length(b) - 1) i,
        pg_temp.survives('driver_stats:' || encode(set_bit(b, i, 1 - get_bit(b, i)), 'hex')) o
    WHERE o NOT IN ('sound', '22P02', '22003', 'XX001') GROUP BY 1 $$, 'flipped bits are refused or make another value');
SELECT is_empty($$ SELECT o, count(*) FROM sample, generate_series(0, length(b) - 1) i,
        pg_temp.survives('driver_stats:' || encode(substr(b, 1, i), 'hex')) o WHERE o <> '22P02' GROUP BY 1 $$, 'what is cut off is refused');

SELECT * FROM finish();
ROLLBACK;
