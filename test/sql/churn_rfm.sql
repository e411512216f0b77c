-- purchases of one customer
\pset null '(null)'
SET timezone = 'UTC';
CREATE TEMP TABLE purchase AS SELECT * FROM (VALUES
    (1, '2026-01-05 10:00Z'::timestamptz, 20::float8), (1, '2026-01-05 18:30Z', 5), (1, '2026-01-19 09:00Z', 30), (1, '2026-03-09 12:00Z', 40),
    (2, '2026-01-12 10:00Z', 15), (3, '2026-01-02 08:00Z', 10), (3, '2026-01-09 08:00Z', 12), (3, '2026-01-16 08:00Z', NULL), (3, '2026-04-20 08:00Z', 99),
    (4, '2026-03-31 00:00Z', 60), (5, '2026-04-01 00:00Z', 60), (6, NULL, 1)) AS v(id, at, amount);
SELECT id, frequency(r), recency(r, '1 day') AS recency_days, age(r, '1 day') AS age_days, round(age(r)::numeric, 6) AS age_weeks, monetary(r), round(churn_risk(r)::numeric, 6) AS risk
FROM (SELECT id, rfm_agg(at, amount, '2026-03-31Z') AS r FROM purchase GROUP BY id) x ORDER BY id;
SELECT grain, frequency(r), round(recency(r, '1 day')::numeric, 6) AS recency_days, round(age(r, '1 day')::numeric, 6) AS age_days, monetary(r)
FROM unnest('{0,1 us,8 hours,1 day,7 days,36525 days}'::interval[]) AS grain, LATERAL (SELECT rfm_agg(at, amount, '2026-03-31Z', grain) AS r FROM purchase WHERE id = 1) AS x;
SELECT id, round(churn_risk(at, '2026-03-31Z')::numeric, 6) AS risk FROM purchase GROUP BY id ORDER BY id;
SELECT count(*) FILTER (WHERE same) AS same, count(*) FROM (SELECT rollup(r)::text = (SELECT rfm_agg(at, amount, '2026-03-31Z') FROM purchase p WHERE p.id = x.id)::text AS same
    FROM (SELECT id, rfm_agg(at, amount, '2026-03-31Z') AS r FROM purchase GROUP BY id, amount) x GROUP BY id) y;

-- the bytes: version 1; purchases; as_of in microseconds since 2000 (day 1), a grain of a day; 3 purchases: 3 days before, 250 cents; the same day, unknown; 2 days later, a third
SELECT rfm_agg(at::timestamptz, amount, '2000-01-04Z') FROM (VALUES ('2000-01-03 09:00Z', 1 / 3::float8), ('2000-01-01Z', NULL), ('2000-01-01 23:00Z', 2.5)) v(at, amount);
-- of a summary: frequency 2, recency 1 and age 1.5 units, spend 10, unit of 1000 microseconds
SELECT rfm_stats(2, 1, 1.5, 10, '1 ms'), rfm_stats(0, 0, 2);
SELECT frequency(r), recency(r), age(r), monetary(r), churn_risk(r) FROM (VALUES (rfm_stats(2, 30.43, 38.86, 22.35)), (rfm_stats(0, 0, 38.86, 0)), (rfm_stats(3, 2, 2)), (rfm_stats(1, 0, 0)), (rfm_stats(NULL, 0, 0)), (rfm_stats(3, 7, 14, NULL, '1 day'))) v(r);

-- nothing
SELECT rfm_agg(at, amount, '2026-03-31Z') FROM purchase WHERE false;
SELECT churn_risk(at, '2026-03-31Z') FROM purchase WHERE false;
SELECT frequency(NULL), recency(NULL::rfm_stats), age(NULL::rfm_stats), monetary(NULL), churn_risk(NULL::rfm_stats);

-- mistakes
\set SHOW_CONTEXT never
SELECT rfm_agg(at, amount, NULL) FROM purchase;
SELECT rfm_agg(at, amount, '2026-03-31Z', NULL) FROM purchase;
SELECT rfm_agg(at, amount, '2026-03-31Z', '1 mon') FROM purchase;
SELECT rfm_agg(at, amount, '2026-03-31Z', '-1 day') FROM purchase;
SELECT rfm_agg(at, amount, '2026-03-31Z', '36526 days') FROM purchase;
SELECT rfm_agg(at, amount, '2026-03-31Z', id * interval '1 day') FROM purchase WHERE id < 3;
SELECT rfm_agg(at, amount, '2026-03-31Z'::timestamptz + id * interval '1 day') FROM purchase WHERE id < 3;
SELECT rfm_agg(at, amount, 'infinity') FROM purchase;
SELECT rfm_agg('-infinity', amount, '2026-03-31Z') FROM purchase;
SELECT rfm_agg(at, 'NaN', '2026-03-31Z') FROM purchase;
SELECT recency(rfm_agg(at, amount, '2026-03-31Z'), '0') FROM purchase;
SELECT age(rfm_agg(at, amount, '2026-03-31Z'), '1 year') FROM purchase;
SELECT rfm_stats(-1, 0, 0);
SELECT rfm_stats(1, -1, 0);
SELECT rfm_stats(1, 3, 2);
SELECT rfm_stats(0, 1, 2);
SELECT rfm_stats(0, 0, 2, 5);
SELECT rfm_stats(1, 'Infinity', 2);
SELECT rfm_stats(1, 1, 2, 'NaN');
SELECT rfm_stats(1, 1, 2, 5, NULL);
SELECT rollup(r) FROM (SELECT rfm_stats(1, 1, 2) UNION ALL SELECT rfm_agg(at, amount, '2026-03-31Z') FROM purchase) x(r);
SELECT 'rfm_stats:0102'::rfm_stats;
\set VERBOSITY sqlstate
SELECT rfm_agg(at, amount, NULL) FROM purchase;
SELECT rfm_agg('-infinity', amount, '2026-03-31Z') FROM purchase;
SELECT rfm_agg(at, 'NaN', '2026-03-31Z') FROM purchase;
SELECT rfm_stats(1, 3, 2);
SELECT 'rfm_stats:0102'::rfm_stats;
\set VERBOSITY default
