-- churn_model: round trips of random models, and what is read from any kind.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(11);

DO $$ BEGIN PERFORM setseed(0.5772); END $$;

-- a random number of any size
CREATE FUNCTION pg_temp.any_number() RETURNS float8 LANGUAGE sql VOLATILE
    AS $$ SELECT (random() - 0.5) * power(10, floor(random() * 40) - 20) $$;
CREATE FUNCTION pg_temp.numbers(n int) RETURNS text LANGUAGE sql VOLATILE
    AS $$ SELECT string_agg(pg_temp.any_number()::text, ',') FROM generate_series(1, n) $$;
CREATE TABLE model AS
    SELECT i, format('%s n=%s events=%s%s log_likelihood=%s %s%s%s', kind, i * 7, i * 3, CASE WHEN timed THEN ' unit=' || abs(pg_temp.any_number()) END, pg_temp.any_number(),
                     (SELECT string_agg(name || '=' || CASE WHEN kind IN ('logit', 'cox') THEN pg_temp.any_number() ELSE abs(pg_temp.any_number()) END, ' ' ORDER BY o) FROM unnest(names) WITH ORDINALITY u(name, o)),
                     CASE WHEN i % 2 = 0 THEN (SELECT ' covariance=' || string_agg(CASE WHEN a = b THEN abs(pg_temp.any_number()) ELSE pg_temp.any_number() END::text, ',' ORDER BY a, b)
                                               FROM generate_series(1, cardinality(names)) a, generate_series(1, a) b) END,
                     CASE WHEN i % 3 = 0 THEN ' extra=' || pg_temp.numbers(2 * (1 + i % 9)) END)::churn_model AS m,
           cardinality(names) AS p, kind
    FROM generate_series(1, 2000) i, LATERAL (VALUES
        (0, 'bgnbd', true, '{r,alpha,a,b}'::text[]), (1, 'mbgnbd', true, '{r,alpha,a,b}'), (2, 'paretonbd', true, '{r,alpha,s,beta}'), (3, 'gammagamma', false, '{p,q,gamma}'),
        (4, 'sbg', false, '{alpha,beta}'), (5, 'logit', false, ARRAY['intercept'] || ARRAY(SELECT 'x' || k FROM generate_series(1, i % 12) k)),
        (6, 'cox', false, ARRAY(SELECT 'x' || k FROM generate_series(1, 1 + i % 12) k))) k(number, kind, timed, names)
    WHERE number = i % 7;

SELECT is_empty('SELECT i FROM model WHERE churn_model_send(m::text::churn_model) <> churn_model_send(m)', 'text and back: the same bytes');
SET LOCAL extra_float_digits = 0;
SELECT is_empty('SELECT i FROM model WHERE churn_model_send(m::text::churn_model) <> churn_model_send(m)', 'whatever extra_float_digits is');
RESET extra_float_digits;
SELECT is_empty($$ SELECT i FROM model WHERE (SELECT count(*) FROM model_terms(m)) <> p $$, 'a row for each term');
SELECT is_empty($$ SELECT i FROM model, model_summary(m) s WHERE (s.kind, s.n, s.events, s.terms) IS DISTINCT FROM (model.kind, i * 7::bigint, i * 3::bigint, p) $$, 'the summary says what was put in');
SELECT is_empty($$ SELECT i FROM model, model_terms(m) t
    WHERE (estimate < low OR estimate > high) OR (std_error IS NULL AND (low, high, z, p_value) IS DISTINCT FROM (NULL, NULL, NULL, NULL)) $$, 'limits lie around the estimate, and are unknown with the error');
SELECT is_empty($$ SELECT i FROM model, model_terms(m) t WHERE model.kind IN ('logit', 'cox') AND std_error > 0
    AND (abs(low - (estimate - 1.959963984540054 * std_error)) > 1e-9 * (abs(estimate) + std_error)
      OR abs(high - (estimate + 1.959963984540054 * std_error)) > 1e-9 * (abs(estimate) + std_error)) $$, 'they are those of Wald');
SELECT is_empty($$ SELECT i FROM model, model_terms(m) t WHERE t.term IN ('r', 'gamma', 'beta') AND low > 0 AND high < 1e300 AND abs(low * high / estimate ^ 2 - 1) > 1e-9 $$,
    'or, of what is above 0, those of the logarithm');

SELECT throws_ok($$ SELECT model_terms('cox n=10 events=3 log_likelihood=-4 x1=2', '{a,b}') $$, '22023', NULL, 'another number of names');
SELECT throws_ok($$ SELECT 'logit n=10 events=3 unit=-0 log_likelihood=-4 intercept=1'::churn_model $$, '22P02', NULL, 'no unit has one form: -0 is none');
SELECT results_eq($$ SELECT aic, bic FROM model_summary('mbgnbd n=3 events=1 unit=7 log_likelihood=-1.7e308 r=1 alpha=2 a=3 b=4') $$,
    'VALUES (NULL::float8, NULL::float8)', 'what is beyond the range of a number is none');
SELECT results_eq($$ SELECT high FROM model_terms('mbgnbd n=3 events=1 unit=7 log_likelihood=-1 r=1e6 alpha=2 a=3 b=4 covariance=1.296e17,0,1,0,0,1,0,0,0,1') LIMIT 1 $$,
    'VALUES (NULL::float8)', 'nor is it a limit');
SELECT * FROM finish();
ROLLBACK;
