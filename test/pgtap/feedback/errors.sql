-- Every bad input is told, with its SQLSTATE and in words that name what was given; nothing is swallowed, capped or guessed.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(232);

-- ---- text of feedback ----

SELECT throws_ok(format('SELECT %L::feedback', input), '22P02', format('invalid input syntax for type feedback: "%s"', input),
    format('malformed feedback: "%s" (%s)', input, why))
FROM (VALUES ('', 'empty'), ('9', 'no kind'), ('nps', 'no score'), ('nps:', 'no score'), ('nps:x', 'no number'),
    ('nps:9x', 'more behind the number'), ('NPS:9', 'kinds are in small letters'), ('stars:9', 'no such kind'),
    ('np:9', 'part of a kind'), ('npss:9', 'more than a kind'), ('nps :9', 'a blank in it'), ('nps: 9', 'a blank in it'),
    ('nps:9 /10', 'a blank in it'), ('nps:9 8', 'two scores'), ('nps:+9', 'a plus'), ('nps:--9', 'two minuses'),
    ('csat:.5', 'no digit before the point'), ('csat:4.', 'no digit behind the point'), ('csat:4,5', 'a comma'),
    ('csat:4e0', 'an exponent'), ('csat:NaN', 'no number'), ('csat:4/', 'no scale'), ('csat:4/x', 'no scale'),
    ('csat:4/1..', 'half a scale'), ('csat:4/..5', 'half a scale'), ('csat:4/1.5', 'one point'), ('csat:4/1...5', 'three points'),
    ('csat:4/1..5..9', 'two scales'), ('csat:4/1..5/6', 'two scales'), ('nps:9;csat:4', 'two answers'),
    ('tally{nps: 9=1}', 'a tally')) v(input, why);
SELECT throws_ok(format('SELECT %L::feedback', input), '22023', message, format('no scale: "%s"', input))
FROM (VALUES ('nps:3/5', 'nps is asked on the scale 0..10, not 0..5'),
    ('nps:3/1..10', 'nps is asked on the scale 0..10, not 1..10'), ('csat:3/5..1', '5..1 is not a scale'),
    ('csat:3/3..3', '3..3 is not a scale'), ('csat:0/0', '1..0 is not a scale'), ('csat:3/1..1001', '1..1001 is not a scale'),
    ('csat:3/-1001..5', '-1001..5 is not a scale')) v(input, message);
SELECT throws_ok(format('SELECT %L::feedback', input), '22003', message, format('"%s": %s', input, message))
FROM (VALUES ('nps:11', 'score 11 is off the scale 0..10 of nps'), ('nps:-1', 'score -1 is off the scale 0..10 of nps'),
    ('nps:10.001', 'score 10.001 is off the scale 0..10 of nps'), ('csat:0', 'score 0 is off the scale 1..5 of csat'),
    ('ces:8', 'score 8 is off the scale 1..7 of ces'), ('effort:6', 'score 6 is off the scale 1..5 of effort'),
    ('success:2', 'score 2 is off the scale 0..1 of success'), ('emotion:0.999', 'score 0.999 is off the scale 1..7 of emotion'),
    ('rating:5.5', 'score 5.5 is off the scale 1..5 of rating'), ('csat:0/10', 'score 0 is off the scale 1..10 of csat'),
    ('rating:-3.001/-3..3', 'score -3.001 is off the scale -3..3 of rating'),
    ('nps:99999999999999999999', 'score 99999999999999999999 is off the scale 0..10 of nps'),
    ('nps:-4294967287', 'score -4294967287 is off the scale 0..10 of nps'),
    ('nps:18446744073709551625', 'score 18446744073709551625 is off the scale 0..10 of nps'),
    ('csat:4.0001', 'score 4.0001 has more than three decimals')) v(input, message);

-- ---- on_scale(score, lo, hi) ----

SELECT throws_ok(format('SELECT on_scale(%s)', args), '22023', message, format('on_scale(%s): %s', args, message))
FROM (VALUES ('9, 10, 0', '10..0 is not a scale'), ('9.5::float8, 10, 0', '10..0 is not a scale'),
    ($$1.0::float8, 'NaN', 5$$, 'NaN..5 is not a scale')) v(args, message);

-- ---- weights that cannot be ----

SELECT throws_ok(format('SELECT %L::tally', input), '22P02', NULL, format('"%s": %s', input, why))
FROM (VALUES ('tally{nps: 9=1(10,1)}', 'one answer of weight 10 has 100 for its square'),
    ('tally{nps: 9=2(10,49.9)}', 'two weights that sum to 10 have squares of 50 or more'),
    ('tally{nps: 9=2(10,100.1)}', 'squares cannot exceed the square of the sum')) v(input, why);
SELECT lives_ok(format('SELECT %L::tally', input), format('"%s" can be', input))
FROM (VALUES ('tally{nps: 9=2(10,50)}'), ('tally{nps: 9=2(10,100)}'), ('tally{nps: 9=3(0,0)}'), ('tally{nps: 9=1(0.000001,0.000000000001)}')) v(input);
SELECT throws_ok(format('SELECT %s', call), '22003', NULL, format('%s: a weight below 0, though nothing is counted', call))
FROM (VALUES ($$nps('csat:4'::feedback, -5)$$), ($$ces('csat:4'::feedback, -5)$$), ($$tally(NULL::feedback, -5)$$)) v(call);

-- ---- feedback(kind, score [, lo, hi]) ----


SELECT throws_ok(format('SELECT feedback(%s)', args), '22003', message, format('feedback(%s): %s', args, message))
FROM (VALUES ($$'nps', 11$$, 'score 11 is off the scale 0..10 of nps'),
    ($$'nps', -0.001$$, 'score -0.001 is off the scale 0..10 of nps'),
    ($$'nps', 'NaN'$$, 'score NaN is off the scale 0..10 of nps'),
    ($$'nps', 'Infinity'$$, 'score Infinity is off the scale 0..10 of nps'),
    ($$'nps', '-Infinity'$$, 'score -Infinity is off the scale 0..10 of nps'),
    ($$'csat', 1e300$$, 'score 1e+300 is off the scale 1..5 of csat'),
    ($$'csat', 11, 1, 10$$, 'score 11 is off the scale 1..10 of csat'),
    ($$'csat', 4.0001$$, 'score 4.0001 has more than three decimals'),
    ($$'csat', 4.00000001$$, 'score 4.00000001 has more than three decimals'),
    ($$'rating', pi(), 0, 5$$, 'score 3.141592653589793 has more than three decimals'))
    v(args, message);
SELECT throws_ok(format('SELECT feedback(%s)', args), '22023', message, format('feedback(%s): %s', args, message))
FROM (VALUES ($$'', 3$$, 'unrecognized kind of feedback: ""'), ($$'NPS', 3$$, 'unrecognized kind of feedback: "NPS"'),
    ($$'nps ', 3$$, 'unrecognized kind of feedback: "nps "'), ($$'unknown', 3$$, 'unrecognized kind of feedback: "unknown"'),
    ($$'nps', 3, 1, 5$$, 'nps is asked on the scale 0..10, not 1..5'), ($$'csat', 3, 5, 1$$, '5..1 is not a scale'),
    ($$'csat', 3, 3, 3$$, '3..3 is not a scale'),
    ($$'csat', 3, 1, 5.5$$, 'the bound 5.5 of a scale is not a whole number from -1000 to 1000'),
    ($$'csat', 3, 'NaN', 5$$, 'the bound NaN of a scale is not a whole number from -1000 to 1000'),
    ($$'csat', 3, 1, 'Infinity'$$, 'the bound Infinity of a scale is not a whole number from -1000 to 1000'),
    ($$'csat', 3, -1001, 5$$, 'the bound -1001 of a scale is not a whole number from -1000 to 1000')) v(args, message);

-- ---- scores and weights in aggregates: the whole query fails, however many good rows there are ----

SELECT throws_ok(format('SELECT %s FROM (SELECT 5 FROM generate_series(1, 100) UNION ALL SELECT %s) v(s)', call, wrong), code, message,
    format('%s with a score of %s', call, wrong))
FROM (VALUES ('nps(s)', '11', '22003', 'score 11 is off the scale 0..10 of nps'),
    ('nps(s::bigint)', '4294967305', '22003', 'score 4294967305 is off the scale 0..10 of nps'),
    ('nps(s::float8)', '9.99999', '22003', 'score 9.99999 has more than three decimals'),
    ('nps(s::float8)', '''NaN''::float8', '22003', 'score NaN is off the scale 0..10 of nps'),
    ('nps(s::numeric)', '10.5', '22003', 'score 10.5 is off the scale 0..10 of nps'),
    ('csat(s::smallint)', '6', '22003', 'score 6 is off the scale 1..5 of csat'),
    ('csat(s, 1, 10)', '11', '22003', 'score 11 is off the scale 1..10 of csat'),
    ('ces(s, 1, 5, 2)', '0', '22003', 'score 0 is off the scale 1..5 of ces'),
    ('tally(''emotion'', s)', '8', '22003', 'score 8 is off the scale 1..7 of emotion'),
    ('tally(''rating'', s, 0, 9)', '9.001', '22003', 'score 9.001 is off the scale 0..9 of rating'))
    v(call, wrong, code, message);
SELECT throws_ok(format('SELECT %s FROM generate_series(1, 5) s', call), '22023', message, format('%s: %s', call, message))
FROM (VALUES ('csat(s, 5, 1)', '5..1 is not a scale'),
    ('ces(s, 1, 7.5)', 'the bound 7.5 of a scale is not a whole number from -1000 to 1000'),
    ('tally(''stars'', s)', 'unrecognized kind of feedback: "stars"'),
    ('tally(''stars'', NULL)', 'unrecognized kind of feedback: "stars"'),
    ('tally(''nps'', s, 1, 5)', 'nps is asked on the scale 0..10, not 1..5'),
    ('tally(''csat'', NULL, 5, 1)', '5..1 is not a scale')) v(call, message);
SELECT throws_ok(format('SELECT %s FROM (SELECT 1::float8 FROM generate_series(1, 100) UNION ALL SELECT %L) v(w)', call, weight), '22003',
    format('weight %s is not between 0 and 1000000000', weight), format('%s with a weight of %s', call, weight))
FROM unnest(ARRAY['nps(9, w)', 'csat(4, 1, 5, w)', 'ces(''ces:4''::feedback, w)', 'tally(''csat:4''::feedback, w)']) call,
     unnest(ARRAY['-1', '-1e-06', 'NaN', 'Infinity']) weight;
SELECT throws_like('SELECT nps(9, 1000000001::float8)', '%weight 1000000001 is not between 0 and 1%',
    'a weight that is just too large is named as it is');
SELECT is(nps(9, w), 100::float8, 'weights from a millionth to 10^9 are none of these') FROM unnest(ARRAY[0, 0.000001, 1e9]) w;
SELECT throws_ok($$ SELECT nps(s) FROM (VALUES
    ('9')) v(s) $$, '42883', 'function nps(text) does not exist', 'text is no score, not even if it looks like one');
SELECT throws_ok($$ SELECT nps(s) FROM (VALUES (true)) v(s) $$, '42883', 'function nps(boolean) does not exist', 'nor is a boolean');

-- ---- text of tally ----

SELECT throws_ok(format('SELECT %L::tally', input), '22P02', format('invalid input syntax for type tally: "%s"', input),
    format('malformed tally: %s (%s)', input, why))
FROM (VALUES ('', 'empty'), ('nps:9', 'a feedback'), ('nps: 9=1', 'no tag'), ('tally', 'no brace'), ('Tally{}', 'a capital'),
    ('tally {}', 'a blank in the tag'), ('tally{nps: 9=1', 'not closed'), ('tally{nps: 9=1}}', 'closed twice'),
    ('tally{nps: 9=1} x', 'more behind it'), ('tally{nps 9=1}', 'no colon'), ('tally{nps: }', 'a section without answers'),
    ('tally{nps: 9=1;}', 'nothing behind the semicolon'), ('tally{;}', 'no section'), ('tally{stars: 9=1}', 'no such kind'),
    ('tally{nps/5: 5=1}', 'no scale of nps'), ('tally{csat/5..1: 3=1}', 'a scale upside down'),
    ('tally{nps: 11=1}', 'off the scale'), ('tally{nps: -1=1}', 'off the scale'), ('tally{csat: 4.0001=1}', 'four decimals'),
    ('tally{nps: 9}', 'no count'), ('tally{nps: 9=}', 'no count'), ('tally{nps: 9=0}', 'a count of 0'),
    ('tally{nps: 9=-1}', 'a negative count'), ('tally{nps: 9=1.5}', 'half an answer'), ('tally{nps: 9=1e3}', 'an exponent'),
    ('tally{nps: 9=72057594037927937}', 'a count over 2^56'),
    ('tally{nps: 9=999999999999999999999999999999999999999999}', 'a count over everything'),
    ('tally{nps: 9=1 9=2}', 'an answer twice'), ('tally{nps: 9=1 9.0=2}', 'an answer twice in two spellings'),
    ('tally{nps: 9=1; nps: 9=1}', 'an answer twice in two sections'), ('tally{nps: missing=1 missing=1}', 'missing twice'),
    ('tally{nps: missing=0}', 'none missing'), ('tally{unknown: 9=1}', 'an answer of no kind'),
    ('tally{nps: 9=1(2)}', 'no squares'), ('tally{nps: 9=1(2,4}', 'not closed'), ('tally{nps: 9=1(-2,4)}', 'a negative weight'),
    ('tally{nps: 9=1(0,1)}', 'squares of nothing'), ('tally{nps: 9=1(2,0)}', 'no squares of something'),
    ('tally{nps: 9=1(0.0000001,1)}', 'a weight below a millionth'), ('tally{nps: missing=1(1,1)}', 'a weight of nothing'),
    ('tally{nps: 9=1(1208925819614629174.706177,1208925819614629174.706177)}', 'a sum of weights over its limit')) v(input, why);
SELECT throws_ok($$ SELECT 'tally{nps: 9=1'::tally_state $$, '22P02', 'invalid input syntax for type tally_state: "tally{nps: 9=1"',
    'text of a working state is checked alike');

-- ---- sums past their limits ----

SELECT throws_ok($$ SELECT 'tally{nps: 9=72057594037927936}'::tally + 'tally{nps: 9=1}' $$, '22003',
    'count or weight of an answer is out of range for type tally',
    'a count over 2^56 by +');
SELECT throws_ok($$ SELECT rollup('tally{nps: 9=72057594037927936}'::tally) FROM generate_series(1, 2) $$, '22003',
    'count or weight of an answer is out of range for type tally', 'a count over 2^56 by rollup');
SELECT throws_ok(
    $$ SELECT responses(format('tally{rating: %s}', string_agg(1 + i / 1000.0 || '=72057594037927936', ' '))::tally)
        FROM generate_series(0, 200) i $$, '22003',
    'sum over the answers of a tally is out of range', 'more answers together than a bigint can hold');
CREATE TEMP TABLE full_tally AS SELECT tally('rating', i / 1000.0, -1000, 1000) AS t FROM generate_series(-500000, 548575) i;
SELECT is(responses(t), 1048576::bigint, 'as many different answers as a tally may hold, 1,048,576, can be read again') FROM full_tally;
SELECT throws_ok($$ SELECT t + 'tally{nps: 9=1}' FROM full_tally $$, '54000', 'tally holds more than 1048576 different answers',
    'the 1,048,577th different answer by +');
SELECT throws_ok($$ SELECT tally('rating', i / 1000.0, -1000, 1000) FROM generate_series(-500000, 548576) i $$, '54000',
    'tally holds more than 1048576 different answers', 'the 1,048,577th different answer in an aggregate');

-- ---- parameters of readers: checked even where the tally is empty ----

SELECT throws_ok(format('SELECT %s(''tally{}''::tally, ''stars'')', f), '22023', 'unrecognized kind of feedback: "stars"',
    format('%s() of no kind', f))
FROM unnest(ARRAY['responses', 'missing', 'response_rate', 'mean', 'stddev']) f;
SELECT throws_ok(format('SELECT %s(''tally{}''::tally, %L)', f, method), '22023', format('unrecognized method: "%s"', method),
    format('%s() by the method "%s"', f, method))
FROM (VALUES ('csat', 'easy'), ('csat', ''), ('csat', 'TOP'), ('ces', 'top')) v(f, method);
SELECT throws_ok(format('SELECT * FROM %s', replace(call, '$', confidence)), '22023',
    format('confidence %s is not between 0 and 1', confidence),
    format('%s with confidence %s', split_part(call, '(', 1), confidence))
FROM unnest(ARRAY['nps_low(''tally{}'', $)', 'nps_high(''tally{}'', $)', 'score_report(''tally{}'', $)',
    'compare(''tally{}'', ''tally{}'', $)', 'sample_size(5, confidence => $)']) call,
     unnest(ARRAY['0', '1', '95', '-0.5']) confidence;
SELECT throws_ok('SELECT nps_low(''tally{}'', ''NaN'')', '22023', 'confidence NaN is not between 0 and 1', 'nps_low with confidence NaN');
SELECT throws_ok(format('SELECT * FROM %s', call), '22023', format('unrecognized interval_method: "%s"', method),
    format('unknown interval_method: %s', call))
FROM (VALUES ('nps_low(''tally{}'', 0.95, ''wilson'')', 'wilson'), ('nps_high(''tally{}'', 0.95, ''Wald'')', 'Wald'),
    ('score_report(''tally{}'', 0.95, ''t'')', 't'), ('compare(''tally{}'', ''tally{}'', 0.95, ''score'')', 'score'),
    ('sample_size(5, interval_method => ''goodman'')', 'goodman')) v(call, method);
SELECT throws_ok(format('SELECT sample_size(%s)', args), code, message, format('sample_size(%s): %s', args, message))
FROM (VALUES ('0', '22023', 'margin 0 is not between 0 and 200 points'),
    ('-5', '22023', 'margin -5 is not between 0 and 200 points'), ('201', '22023', 'margin 201 is not between 0 and 200 points'),
    ('''NaN''', '22023', 'margin NaN is not between 0 and 200 points'),
    ('5, 50, 20', '22023', 'promoters 50 and detractors 20 are not shares that add up to at most 1'),
    ('5, 0.6, 0.6', '22023', 'promoters 0.6 and detractors 0.6 are not shares that add up to at most 1'),
    ('5, -0.1, 0.5', '22023', 'promoters -0.1 and detractors 0.5 are not shares that add up to at most 1'),
    ('5, ''NaN'', 0.5', '22023', 'promoters NaN and detractors 0.5 are not shares that add up to at most 1'),
    ('5, population => 0', '22023', 'population 0 is less than 1'),
    ('5, population => -3', '22023', 'population -3 is less than 1'),
    ('1e-12', '22003', 'a margin of 1e-12 points needs more answers than a bigint can hold')) v(args, code, message);
SELECT throws_ok(format('SELECT nps_possible(%s)', args), '22023', message, format('nps_possible(%s): %s', args, message))
FROM (VALUES ('50, 0', 'number of answers 0 is less than 1'), ('50, -4', 'number of answers -4 is less than 1'),
    ('50, 4, -1', 'number of digits -1 is not between 0 and 9'),
    ('50, 4, 10', 'number of digits 10 is not between 0 and 9')) v(args, message);

-- ---- period ----

SELECT throws_ok(format('SELECT period(%s)', args), '22023', message, format('period(%s): %s', args, message))
FROM (VALUES ($$timestamptz '2026-01-01 00:00Z', 'hour'$$, 'unrecognized unit: "hour"'),
    ($$timestamptz '2026-01-01 00:00Z', ''$$, 'unrecognized unit: ""'),
    ($$timestamptz 'infinity', 'hour'$$, 'unrecognized unit: "hour"'),
    ($$timestamp '2026-01-01', 'days'$$, 'unrecognized unit: "days"'),
    ($$date '2026-01-01', 'decade'$$, 'unrecognized unit: "decade"'),
    ($$date '-infinity', 'decade'$$, 'unrecognized unit: "decade"'),
    ($$timestamptz '2026-01-01 00:00Z', 'day', 'Mars/Phobos'$$, 'time zone "Mars/Phobos" not recognized'),
    ($$timestamptz '2026-01-01 00:00Z', 'day', ''$$, 'time zone "" not recognized'),
    ($$timestamptz 'infinity', 'day', 'Mars/Phobos'$$, 'time zone "Mars/Phobos" not recognized')) v(args, message);
SELECT throws_ok($$ SELECT period(date '4714-12-01 BC', 'year') $$, '22008', 'period out of range for type date',
    'a year that begins before the first date');
SELECT throws_ok($$ SELECT period(timestamptz '2026-01-01 00:00Z', 'day', repeat('x', 10000)) $$, '22023', NULL,
    'a time zone name that is far too long');

SELECT * FROM finish();
ROLLBACK;
