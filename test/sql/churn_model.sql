-- churn_model: a fitted model as a value
SELECT 'bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.429 r=0.2426 alpha=4.4136 a=0.7929 b=2.4259 covariance=0.0001,0,0.2,0,0,0.03,0,0,0,0.4'::churn_model;
SELECT E' sbg  n=10\tevents=3\n log_likelihood=-4.50 alpha=3e0 beta=0.10 '::churn_model;
SELECT v::churn_model FROM unnest(ARRAY[
    'mbgnbd n=3 events=1 unit=1 log_likelihood=-1 r=1 alpha=2 a=3 b=4', 'paretonbd n=3 events=1 unit=0.5 log_likelihood=-1 r=1 alpha=2 s=3 beta=4',
    'gammagamma n=0 events=0 log_likelihood=0 p=6.25 q=3.74 gamma=15.44', 'logit n=9 events=3 log_likelihood=-4 intercept=-1.5', 'cox n=9 events=3 log_likelihood=-4 x1=-0 x2=5e-324 extra=1,2']) v;

SELECT * FROM model_terms('bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.429 r=0.2426 alpha=4.4136 a=0.7929 b=2.4259 covariance=0.0001,0,0.2,0,0,0,0,0,0,0.4');
SELECT * FROM model_terms('logit n=10 events=3 log_likelihood=-4 intercept=-1.5 x1=2 x2=3 covariance=1,0,1,0,0,4', '{age,tenure}', 0.9);
SELECT * FROM model_terms('logit n=10 events=3 log_likelihood=-4 intercept=-1.5 x1=2');
SELECT * FROM model_terms(NULL);
SELECT * FROM model_terms('sbg n=10 events=3 log_likelihood=-4 alpha=3 beta=1', NULL, NULL);
SELECT * FROM model_summary('logit n=10 events=3 log_likelihood=-4 intercept=-1.5 x1=2 x2=3');
SELECT * FROM model_summary('cox n=1000 events=10 log_likelihood=-40 x1=3');
SELECT * FROM model_summary('bgnbd n=0 events=0 unit=7 log_likelihood=0 r=1 alpha=2 a=3 b=4');
SELECT * FROM model_summary(NULL);

-- the bytes: version 1, kind 4 (sbg), ten observations, three events, no unit, log-likelihood -4, two parameters 3 and 1, no covariance, three extras
SELECT churn_model_send('sbg n=10 events=3 log_likelihood=-4 alpha=3 beta=1 extra=1,2,3');

-- mistakes
\set SHOW_CONTEXT never
SELECT 'x'::churn_model;
SELECT ''::churn_model;
SELECT 'logit n=10 events=3 log_likelihood=-4'::churn_model;
SELECT 'cox n=10 events=30 log_likelihood=-4 x1=3'::churn_model;
SELECT 'cox n=10 events=3 log_likelihood=-4 x1=3 foo'::churn_model;
SELECT 'cox n=10 events=3 log_likelihood=-4 x1=3 extra=1'::churn_model;
SELECT 'sbg n=10 events=3 log_likelihood=-4 alpha=3 beta=-1'::churn_model;
SELECT 'sbg n=10 events=3 log_likelihood=1e999 alpha=3 beta=1'::churn_model;
SELECT 'sbg n=10 events=3 log_likelihood=- alpha=3 beta=1'::churn_model;
SELECT 'sbg n=10 events=3 unit=7 log_likelihood=-1 alpha=3 beta=1'::churn_model;
SELECT 'bgnbd n=1 events=1 log_likelihood=-1 r=1 alpha=2 a=3 b=4'::churn_model;
SELECT 'sbg n=-1 events=3 log_likelihood=-1 alpha=3 beta=1'::churn_model;
SELECT 'sbg n=99999999999999999999 events=3 log_likelihood=-1 alpha=3 beta=1'::churn_model;
SELECT 'sbg n=10 events=3 log_likelihood=-4 alpha=3 beta=1 covariance=1,2'::churn_model;
SELECT 'sbg n=10 events=3 log_likelihood=-4 alpha=3 beta=1 covariance=-1,0,1'::churn_model;
SELECT * FROM model_terms('logit n=10 events=3 log_likelihood=-4 intercept=-1.5 x1=2', '{a,b}');
SELECT * FROM model_terms('cox n=10 events=3 log_likelihood=-4 x1=2', '{NULL}');
SELECT * FROM model_terms('cox n=10 events=3 log_likelihood=-4 x1=2', NULL, 95);
