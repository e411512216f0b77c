-- calibration_stats: risks that were told, and who churned then
CREATE TEMP TABLE told AS SELECT * FROM (VALUES
    (1, 0.05::float8, false), (1, 0.1, false), (1, 0.1, false), (1, 0.15, true), (1, 0.2, false), (1, 0.3, false), (1, 0.3, true), (1, 0.35, false), (1, 0.5, true), (1, 0.5, false),
    (2, 0.6, true), (2, 0.6, true), (2, 0.7, false), (2, 0.8, true), (2, 0.9, true), (2, 0.95, true), (2, NULL, true), (2, 0.4, NULL)) AS v(part, risk, churned);
CREATE TEMP TABLE stats AS SELECT calibration_agg(risk, churned) AS c FROM told;

SELECT round(auc(c)::numeric, 6) AS auc, round(brier(c)::numeric, 6) AS brier, round(log_loss(c)::numeric, 6) AS log_loss FROM stats;
SELECT round(auc::numeric, 6) AS auc, round(std_error::numeric, 6) AS std_error, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, n, churned, missing FROM stats, auc_report(c);
SELECT round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM stats, auc_report(c, confidence => 0.5);
SELECT bin, n, round(mean_risk::numeric, 6) AS mean_risk, churned, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high FROM stats, calibration_curve(c, 4);
SELECT bin, n, churned, round(rate::numeric, 6) AS rate, round(low::numeric, 6) AS low, round(high::numeric, 6) AS high, round(lift::numeric, 6) AS lift, round(cumulative_share::numeric, 6) AS cumulative_share
FROM stats, lift(c, 4);
SELECT bins, n, churned, missing, round(brier::numeric, 6) AS brier, round(reliability::numeric, 6) AS reliability, round(resolution::numeric, 6) AS resolution,
    round(uncertainty::numeric, 6) AS uncertainty, round(within_bins::numeric, 6) AS within_bins, round(calibration_error::numeric, 6) AS calibration_error, round(log_loss::numeric, 6) AS log_loss
FROM stats, unnest('{1,2,4,100}'::int[]) AS bins, brier_report(c, bins);

-- equal risks stay together, and bins may remain empty
SELECT bin, n, round(mean_risk::numeric, 6) AS mean_risk, churned FROM calibration_curve((SELECT calibration_agg(r, c) FROM (VALUES (0.5, true), (0.5, false), (0.5, true), (0.9, true)) AS v(r, c)), 4);
SELECT count(*), min(bin), max(bin) FROM stats, calibration_curve(c, 2147483647);

-- by group, and merged
SELECT part, n, churned, missing FROM (SELECT part, calibration_agg(risk, churned) AS c FROM told GROUP BY part) AS x, auc_report(c) ORDER BY part;
SELECT (SELECT rollup(s) FROM (SELECT part, calibration_agg(risk, churned) AS s FROM told GROUP BY part) AS x)::text = c::text AS same FROM stats;

-- the bytes: version 1, 1 missing, 1 number in a row, 2 rows: 0.25 with 2 who stayed and 1 who churned, 0.5 with none and 1
SELECT calibration_agg(r, c) FROM (VALUES (0.25, true), (0.5, true), (0.25, false), (0.25, false), (0.5, NULL)) AS v(r, c);
SELECT r.n, r.churned, r.missing FROM auc_report('calibration_stats:01010102000000000000d03f0201000000000000e03f0001') AS r;

-- nothing to compare
SELECT calibration_agg(risk, churned) FROM told WHERE false;
SELECT auc(c), brier(c), log_loss(c) FROM (SELECT calibration_agg(NULL, true)) AS x(c);
SELECT r.* FROM (SELECT calibration_agg(NULL, true)) AS x(c), auc_report(c) AS r;
SELECT r.* FROM (SELECT calibration_agg(NULL, true)) AS x(c), brier_report(c) AS r;
SELECT r.* FROM (SELECT calibration_agg(NULL, true)) AS x(c), calibration_curve(c) AS r;
SELECT r.* FROM (SELECT calibration_agg(0.25, false)) AS x(c), lift(c) AS r;
SELECT auc(c), round(brier(c)::numeric, 6) AS brier FROM (SELECT calibration_agg(risk, true) FROM told) AS x(c);
SELECT r.* FROM (SELECT calibration_agg(i, i = 1) FROM generate_series(0, 1) AS i, generate_series(1, 3)) AS x(c), auc_report(c) AS r;
SELECT log_loss(calibration_agg(0, false)) AS sure_and_right, log_loss(calibration_agg(0, true)) AS sure_and_wrong;
SELECT auc(NULL), brier(NULL), log_loss(NULL);
SELECT * FROM calibration_curve(NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT calibration_agg(45, true);
SELECT calibration_agg(-0.1, NULL);
SELECT calibration_agg('Infinity', true);
SELECT * FROM stats, calibration_curve(c, 0);
SELECT * FROM stats, lift(c, -1);
SELECT * FROM stats, brier_report(c, 0);
SELECT * FROM stats, auc_report(c, 95);
SELECT 'calibration_stats:01'::calibration_stats;
SELECT 'calibration_stats:01000101000000000000f0bf0100'::calibration_stats;
