-- Retention against plain SQL over the same touches: cohorts by period(), activity counted customer by customer; and
-- the laws of merging.
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL timezone = 'America/New_York';    -- must not matter
SET LOCAL jit = off;
SELECT plan(39);

DO $$ BEGIN PERFORM setseed(0.577); END $$;

-- 1,500 customers over 14 months, some of them far off; touches on the edges of days
CREATE TEMP TABLE touched AS
    WITH r AS MATERIALIZED (
        SELECT customer, i, random() AS a, random() AS b, random() AS c FROM generate_series(1, 1500) customer, generate_series(1, 1 + customer % 23) i)
    SELECT customer, floor(c * 5)::int AS part,
           timestamptz '2024-11-15 00:00Z' + CASE WHEN customer % 97 = 0 THEN interval '-500 years' WHEN customer % 89 = 0 THEN interval '150 years' ELSE interval '0' END
           + power(a, 1 + customer % 3) * (customer % 400) * interval '24 hours' + (customer % 37) * interval '24 hours'
           + (b < 0.2)::int * a * interval '24 hours' AS at
    FROM r;
UPDATE touched SET at = date_trunc('day', at, 'UTC') - (customer % 2) * interval '1 microsecond' WHERE customer % 4 = 0;
CREATE TEMP TABLE journeys AS SELECT customer, min(part) AS part, journey_agg(at, 'x') AS j FROM touched GROUP BY customer;
-- those who are not far off, whose calendars can be written out in SQL
CREATE TEMP TABLE near AS SELECT * FROM touched WHERE customer % 97 <> 0 AND customer % 89 <> 0;
CREATE TEMP TABLE near_journeys AS SELECT customer, part, j FROM journeys WHERE customer % 97 <> 0 AND customer % 89 <> 0;

CREATE TEMP TABLE calendar AS
    SELECT grain, tz, as_of FROM unnest('{day,week,month,quarter,year}'::text[]) WITH ORDINALITY g(grain, i),
        (VALUES ('UTC', NULL::timestamptz), ('Asia/Kathmandu', '2026-03-01 00:00Z'), ('America/St_Johns', '2025-07-01 00:00Z')) z(tz, as_of)
    WHERE grain IN ('day', 'week', 'month') OR tz = 'UTC';

-- ---- the reference: each customer's cohort, and the periods in which there is a touch ----

-- how many periods from one date to another
CREATE FUNCTION pg_temp.between(a date, b date, grain text) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE grain WHEN 'day' THEN b - a WHEN 'week' THEN (b - a) / 7
        ELSE ((extract(year FROM b) - extract(year FROM a)) * 12 + extract(month FROM b) - extract(month FROM a))::int
             / CASE grain WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END END $$;
CREATE FUNCTION pg_temp.later(a date, k int, grain text) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT (a + k * CASE grain WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || grain)::interval END)::date $$;
CREATE TEMP TABLE active AS
    SELECT DISTINCT grain, tz, customer, min(date_trunc(grain, at AT TIME ZONE tz)) OVER (PARTITION BY grain, tz, customer)::date AS cohort,
           date_trunc(grain, at AT TIME ZONE tz)::date AS period
    FROM near, calendar;
ALTER TABLE active ADD k int;
UPDATE active SET k = pg_temp.between(cohort, period, grain);
CREATE INDEX ON active (grain, tz, cohort);
ANALYZE active;
CREATE TEMP TABLE open AS
    SELECT grain, tz, as_of, date_trunc(grain, coalesce(as_of, (SELECT max(at) FROM near)) AT TIME ZONE tz)::date AS open FROM calendar;
-- the cells that have begun, of periods and of brackets
CREATE TEMP TABLE cell AS
    SELECT o.*, cohort, size, k AS low, k AS high
    FROM open o JOIN (SELECT grain, tz, cohort, count(DISTINCT customer) AS size FROM active GROUP BY 1, 2, 3) c USING (grain, tz),
         LATERAL generate_series(0, pg_temp.between(cohort, open, grain)) k
    WHERE cohort <= open;
CREATE TEMP TABLE bracket_cell AS
    SELECT o.*, cohort, size, low, high
    FROM open o JOIN (SELECT grain, tz, cohort, count(DISTINCT customer) AS size FROM active GROUP BY 1, 2, 3) c USING (grain, tz),
         (VALUES (0, 0), (1, 2), (3, 6), (7, 29)) b(low, high)
    WHERE pg_temp.later(cohort, low, grain) <= open;
ANALYZE cell, bracket_cell;
CREATE TEMP TABLE counted AS
    SELECT c.grain, c.tz, kind, c.cohort, c.low, CASE WHEN kind <> 'unbounded' THEN high END AS high, size,
        pg_temp.later(c.cohort, c.high, c.grain) < open AS decided, count(DISTINCT customer) AS n
    FROM (SELECT 'bracket' AS kind, * FROM bracket_cell
          UNION ALL SELECT kind, cell.* FROM cell, unnest('{day,unbounded}'::text[]) kind WHERE grain <> 'day' OR tz = 'UTC' AND (low < 15 OR low % 29 = 0)) c
         LEFT JOIN active a ON a.grain = c.grain AND a.tz = c.tz AND a.cohort = c.cohort AND a.k >= low AND (kind = 'unbounded' OR a.k <= high)
    GROUP BY c.grain, c.tz, kind, c.cohort, c.low, c.high, size, open;
CREATE TEMP TABLE stats AS
    SELECT grain, tz, as_of, retention_agg(j, grain, tz) AS r FROM near_journeys, calendar GROUP BY 1, 2, 3;

SELECT is_empty(format(
    $$ WITH ours AS (
           SELECT cohort, period, period_end, customers, retained, undecided FROM stats, retention_matrix(r, %1$L, %4$L::int[], as_of)
           WHERE grain = %2$L AND tz = %3$L),
       reference AS (
           SELECT cohort, low, high, CASE WHEN decided THEN size ELSE 0 END, CASE WHEN decided THEN n ELSE 0 END, CASE WHEN decided THEN 0 ELSE size END
           FROM counted WHERE kind = %1$L AND grain = %2$L AND tz = %3$L)
       (TABLE reference EXCEPT ALL TABLE ours)
       UNION ALL (SELECT * FROM (TABLE ours EXCEPT ALL TABLE reference) x WHERE %2$L <> 'day' OR %1$L = 'bracket') $$,
    kind, grain, tz, CASE kind WHEN 'bracket' THEN '{0,1,3,7,30}' END), format('%s retention by %s in %s', kind, grain, tz))
FROM (SELECT kind, grain, tz FROM calendar, unnest('{day,unbounded,bracket}'::text[]) kind
      WHERE grain <> 'quarter' AND (grain IN ('week', 'month') OR tz = 'UTC') ORDER BY 1, 2, 3) x
WHERE kind <> 'unbounded' OR tz <> 'Asia/Kathmandu';
SELECT is_empty(
    $$ SELECT grain, tz, kind, m.period FROM stats, unnest('{day,unbounded}'::text[]) kind, retention_curve(r, kind, NULL, as_of) m
       JOIN LATERAL (SELECT sum(customers) AS c, sum(retained) AS n FROM retention_matrix(r, kind, NULL, as_of) x WHERE x.period = m.period) s ON true
       WHERE grain IN ('week', 'month', 'year')
         AND (m.customers <> s.c OR m.retained <> s.n OR m.customers + m.undecided <> (SELECT count(*) FROM near_journeys)) $$,
    'the curve is the sum of the cohorts, each as far as it is decided; the others are undecided');
SELECT is_empty(
    $$ SELECT grain, m.* FROM stats, retention_matrix(r, confidence => 0.9) m
       WHERE rate IS DISTINCT FROM CASE WHEN customers > 0 THEN retained::float8 / customers END OR NOT (low <= rate AND rate <= high) $$,
    'rates are shares of the decided, with an interval around them');

-- ---- lifecycle and stickiness ----

CREATE TEMP TABLE life AS
    SELECT o.grain, o.tz, o.period::date AS period, count(a.customer) AS active, count(a.customer) FILTER (WHERE a.k = 0) AS new,
        count(a.customer) FILTER (WHERE b.customer IS NOT NULL) AS returned,
        count(a.customer) FILTER (WHERE a.k > 0 AND b.customer IS NULL) AS resurrected
    FROM (SELECT grain, tz, generate_series(min(period), max(period), CASE grain WHEN 'quarter' THEN '3 months' ELSE ('1 ' || grain)::interval END) AS period
          FROM active GROUP BY 1, 2) o
         LEFT JOIN active a ON a.grain = o.grain AND a.tz = o.tz AND a.period = o.period
         LEFT JOIN active b ON b.grain = a.grain AND b.tz = a.tz AND b.customer = a.customer AND b.k = a.k - 1
    GROUP BY 1, 2, 3;
SELECT is_empty(
    $$ WITH ours AS (SELECT grain, tz, period, active, new, returned, resurrected FROM stats, lifecycle(r))
       (TABLE ours EXCEPT TABLE life) UNION ALL (TABLE life EXCEPT TABLE ours) $$, 'lifecycle: active, new, returned, resurrected');
SELECT is_empty(
    $$ SELECT grain, tz, l.* FROM (SELECT grain, tz, x.*, lag(x.active) OVER (PARTITION BY grain, tz ORDER BY x.period) AS before FROM stats, lifecycle(r, '2100-01-01Z') x) l
       WHERE complete AND dormant IS DISTINCT FROM coalesce(before, 0) - returned OR complete <> (dormant IS NOT NULL) $$,
    'lifecycle: the dormant are those of the period before who did not return');
SELECT is_empty(
    $$ SELECT grain, tz, l.period FROM stats JOIN open USING (grain, tz), lifecycle(r, open.as_of) l WHERE complete <> (l.period < open) $$,
    'lifecycle: a period is complete when it is over');
CREATE TEMP TABLE unit AS
    SELECT tz, unit, date_trunc(unit, period)::date AS period, count(DISTINCT customer) AS n, count(*)::float8 AS days
    FROM active, unnest('{week,month,quarter,year}'::text[]) unit WHERE grain = 'day' GROUP BY 1, 2, 3;
SELECT is_empty(
    $$ SELECT tz, unit, s.*, n, days FROM stats CROSS JOIN unnest('{week,month,quarter,year}'::text[]) unit
           CROSS JOIN LATERAL stickiness(r, unit, '2027-06-01Z') s LEFT JOIN unit x USING (tz, unit, period)
       WHERE grain = 'day' AND complete
         AND (customers <> coalesce(n, 0) OR (active_periods IS NULL) <> (n IS NULL) OR (stickiness IS NULL) <> (n IS NULL)
              OR abs(active_periods - days / n) > 1e-9 OR abs(stickiness - days / n / periods) > 1e-9
              OR periods <> (s.period + CASE unit WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || unit)::interval END)::date - s.period) $$,
    'stickiness: customers, active days and their share of the days');
SELECT is_empty(
    $$ SELECT tz, unit, x.period FROM unit x JOIN stats USING (tz)
       WHERE grain = 'day' AND NOT EXISTS (SELECT FROM stickiness(r, x.unit, '2027-06-01Z') s WHERE s.period = x.period) AND x.unit IN ('month', 'year') $$,
    'stickiness: no month is left out');

-- ---- laws ----

CREATE FUNCTION pg_temp.same(a retention_stats, b retention_stats) RETURNS boolean LANGUAGE sql AS $$
    SELECT retention_stats_send(a) = retention_stats_send(b) AND a::text = b::text $$;
CREATE TEMP TABLE whole AS SELECT grain, retention_agg(j, grain ORDER BY customer) AS r FROM journeys, unnest('{day,week,month,quarter,year}'::text[]) grain GROUP BY 1;
CREATE TEMP TABLE parts AS SELECT grain, part, retention_agg(j, grain ORDER BY random()) AS r FROM journeys, unnest('{day,week,month,quarter,year}'::text[]) grain GROUP BY 1, 2;
SELECT is_empty($$ SELECT grain FROM parts JOIN whole w USING (grain) GROUP BY grain, w.r::text
                   HAVING NOT pg_temp.same(rollup(parts.r ORDER BY random()), w.r::text::retention_stats) $$, 'any split, any order: the same bytes');
SELECT is_empty($$ SELECT grain FROM whole WHERE NOT pg_temp.same(r, (SELECT rollup(one ORDER BY random())
                       FROM (SELECT retention_agg(j, grain) AS one FROM journeys GROUP BY customer) x)) $$, 'customer by customer: the same bytes');
SELECT is_empty($$ SELECT grain FROM whole WHERE NOT pg_temp.same(r, (SELECT rollup(one)
                       FROM (SELECT retention_agg(at, grain) AS one FROM touched GROUP BY customer) x)) $$, 'over rows, customer by customer: the same bytes');
SELECT is_empty($$ SELECT grain FROM whole WHERE NOT pg_temp.same(r, (SELECT rollup(one)
                       FROM (SELECT retention_agg(at, grain, 'UTC') AS one FROM touched GROUP BY customer) x)) $$, 'UTC is the zone that is meant when none is named');
SELECT is_empty($$ SELECT grain FROM parts a JOIN parts b USING (grain) JOIN parts c USING (grain) WHERE a.part = 0 AND b.part = 1 AND c.part = 2
                     AND NOT (pg_temp.same(retention_stats_merge(a.r, b.r), retention_stats_merge(b.r, a.r))
                              AND pg_temp.same(retention_stats_merge(retention_stats_merge(a.r, b.r), c.r), retention_stats_merge(a.r, retention_stats_merge(b.r, c.r)))
                              AND pg_temp.same(retention_stats_merge(a.r, NULL), a.r) AND pg_temp.same(retention_stats_merge(NULL, a.r), a.r)) $$,
    'merging is commutative and associative, and NULL changes nothing');
SELECT is_empty($$ SELECT tz FROM stats WHERE grain IN ('day', 'week') AND NOT pg_temp.same(r, (SELECT rollup(one)
                       FROM (SELECT retention_agg(at, grain, tz) AS one FROM near GROUP BY customer) x)) $$, 'rows and journeys agree in other zones');

-- ---- calendars that go back, long journeys, zones that are none ----

-- in St. John's, on 7 November 2010, the minute after midnight was followed by 23:01 of the day before
CREATE TEMP TABLE back AS SELECT unnest('{2010-11-07 00:00:30-02:30,2010-11-06 23:30-03:30,2010-11-07 12:00-03:30,2010-11-09 12:00-03:30}'::timestamptz[]) AS at;
SELECT is((SELECT array_agg((at AT TIME ZONE 'America/St_Johns')::date ORDER BY at) FROM back), '{2010-11-07,2010-11-06,2010-11-07,2010-11-09}'::date[],
    'a later moment can lie on an earlier day');
SELECT results_eq($$ SELECT cohort, period, customers, retained FROM (SELECT retention_agg(journey_agg, 'day', 'America/St_Johns') AS r FROM (SELECT journey_agg(at, 'x') FROM back) j) s,
                         retention_matrix(r, 'day', NULL, '2010-12-01Z') WHERE retained > 0 ORDER BY period $$,
    $$ VALUES (date '2010-11-06', 0, 1::bigint, 1::bigint), ('2010-11-06', 1, 1, 1), ('2010-11-06', 3, 1, 1) $$, 'the cohort is the earliest day, and each day counts once');

-- journeys of ever more touches, and those of the same days with the first touch of each and the last of all
CREATE TEMP TABLE long AS
    SELECT n, at, (at AT TIME ZONE 'Asia/Kathmandu')::date AS day FROM unnest('{700,3000,9000}'::int[]) n, generate_series(1, n) i, LATERAL (SELECT timestamptz '2025-01-01Z' + i * interval '55 minutes' AS at) x;
SELECT ok((SELECT pg_temp.same(retention_agg(j, 'day', 'Asia/Kathmandu' ORDER BY n), retention_agg(few, 'day', 'Asia/Kathmandu' ORDER BY n))
           FROM (SELECT n, journey_agg(at, 'x') AS j, journey_agg(at, 'x') FILTER (WHERE first OR last) AS few
                 FROM (SELECT *, at = min(at) OVER (PARTITION BY n, day) AS first, at = max(at) OVER (PARTITION BY n) AS last FROM long) x GROUP BY n) y),
    'a day with many touches is a day with one');
SELECT throws_ok($$ SELECT retention_agg(timestamptz '2025-01-01Z', 'day', repeat('z', 300)) $$, '22023', NULL, 'a zone has a name of at most 255 bytes');

SELECT * FROM finish();
ROLLBACK;
