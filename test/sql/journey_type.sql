-- journey: text, binary and JSON form
SET client_encoding = 'UTF8';
SELECT '[2026-01-05T09:00:00Z browse@web/learn#marketing, 2026-01-05T09:04:10.5Z cart@web/buy#shop =49.9, 2026-01-06T10:00:00Z call@phone/support#service csat:2/5]'::journey;
SELECT '[]'::journey, E' [\n] '::journey;

-- blanks are free, facets come in any order, touches too; those of one time keep theirs
SELECT E'[ 2026-01-03 00:00Z  c ,2026-01-01T00:00:00Z\ta # o / s @ ch  nps:9/0..10  = 7,\n2026-01-01T00:00:00z b,2026-01-01T02:00:00+02:00 a ]'::journey;
SELECT '[2026-01-01T00:00:00Z a nps:9=1, 2026-01-01T00:00:00Z b=2, 2026-01-01T00:00:00Z c@"x"=-3]'::journey;

-- names: bare, or in quotes
SELECT n AS typed, ('[2026-01-05T09:00:00Z ' || n || ']')::journey::text AS journey
FROM unnest(ARRAY['a', 'A_9', '7', '"7"', '007', '2147483647', '2147483648', 'sign-up', '"sign-up"', 'v1.2-3', '"a b"', '""', '"-"', '"a-"', '".a"',
                  '"a--b"', '"a\"b\\c"', '"@/#=,]["', '"within"', U&'stra\00DFe', U&'"\6F22\5B57"', U&'a-\00FC']) AS n;
SELECT E'[2026-01-05T09:00:00Z "a\tb\nc"]'::journey::text = E'[2026-01-05T09:00:00Z "a\tb\nc"]' AS any_byte;
SELECT length(('[2026-01-05T09:00:00Z ' || repeat('x', 4095) || ']')::journey::text) AS longest_name;

-- times: any zone in, UTC out, to the microsecond; years before 1 count astronomically
SELECT t AS typed, ('[' || t || ' a]')::journey::text AS journey
FROM unnest(ARRAY['2026-01-05T09:00Z', '2026-01-05 09:00:00Z', '2026-01-05t09:00:00z', '2026-01-05T09:00:00.5Z', '2026-01-05T09:00:00.000001Z',
                  '2026-01-05T09:00:00.120000Z', '2026-01-05T09:00:00+02', '2026-01-05T09:00:00-05:30', '2026-01-05T09:00:00+0530',
                  '2026-01-05T09:00:00+00:19:32', '2024-02-29T23:59:59.999999Z', '2000-02-29T00:00:00Z', '0001-01-01T00:00:00Z', '0000-12-31T00:00:00Z',
                  '0000-02-29T00:00:00Z', '-0001-03-01T00:00:00Z', '+2026-01-05T09:00:00Z', '02026-01-05T09:00:00Z', '12026-01-05T09:00:00Z',
                  '-4713-11-24T00:00:00Z', '-4713-11-23T23:00:00-01:00', '294276-12-31T23:59:59.999999Z',
                  '294277-01-01T00:59:59.999999+01', '294277-01-01T15:59:58+15:59:59']) AS t;

-- values
SELECT v AS typed, ('[2026-01-05T09:00:00Z a =' || v || ']')::journey::text AS journey
FROM unnest(ARRAY['0', '-0', '49.90', '-1.5', '+3', '.5', '5.', '1e3', '1E-3', '0.1', '0.30000000000000004', '123456789012345678', '1e308',
                  '1.7976931348623157e308', '5e-324', '2.2250738585072014e-308', '0.12345', '3.0000']) AS v;

-- the same under every setting
SET TimeZone = 'Asia/Kolkata';
SET DateStyle = 'German, DMY';
SET IntervalStyle = 'iso_8601';
SET extra_float_digits = -15;
SELECT '[2026-01-05T09:04:10.5Z cart =0.30000000000000004]'::journey,
       '[2026-01-05T09:04:10.5Z cart =0.30000000000000004]'::journey::jsonb;
RESET TimeZone;
RESET DateStyle;
RESET IntervalStyle;
RESET extra_float_digits;

-- JSON, both ways
SELECT '[2026-01-05T09:04:10.5Z cart@web/buy#shop csat:2 =49.9, 2026-01-06T10:00:00Z 7]'::journey::jsonb;
SELECT '[]'::journey::jsonb, '[]'::jsonb::journey;
SELECT jsonb '[{"touchpoint": 7, "channel": "a \"b\" \\c", "stage": 0.0, "owner": "", "at": "2026-01-05T10:00:00+01:00", "feedback": null, "value": -0.0},
               {"touchpoint": "x", "at": "2026-01-04 10:00Z", "feedback": "rating:3.5/0..5", "value": 1e3}]'::journey;
SELECT jsonb_build_array(jsonb_build_object('at', '2026-01-05T09:00:00Z', 'touchpoint', 'rated', 'feedback', f::feedback))::journey
FROM unnest(ARRAY['nps:9', 'csat:8/10', 'rating:-2.125/-3..3', 'effort:80/100']) AS f;
SELECT jsonb '[{"at": "2026-01-05T09:00:00Z", "touchpoint": "rated", "feedback": {"kind": "csat", "score": 4.0}}]'::journey;

-- binary
SELECT journey_send('[]'), journey_send('[2026-01-05T09:00:00Z 7, 2026-01-05T10:00:00Z 8]');

-- a column, a cast to text on assignment
CREATE TABLE kept (j journey, t text);
INSERT INTO kept VALUES ('[2026-01-05T09:00:00Z a]', '[2026-01-05T09:00:00+01 "b"]'::journey);
SELECT j, t FROM kept;
DROP TABLE kept;

-- malformed
CREATE FUNCTION refused(input text) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM input::journey;
  message := 'taken';
  RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN NEXT;
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' | '
SELECT state, message, detail FROM unnest(ARRAY['', 'x', '[', '[,]', '[a]', '[2026-01-05]', '[2026-01-05T09:00:00Z]', '[2026-01-05T09:00:00Z a',
    '[2026-01-05T09:00:00Z a,', '[2026-01-05T09:00:00Z a,]', '[2026-01-05T09:00:00Z a] x', '[2026-01-05T09:00:00Z a 2026-01-06T09:00:00Z b]',
    '[2026-01-05T09:00:00 a]', '[2026-01-05T09Z a]', '[2026-01-05T9:00Z a]', '[2026-01-05T09:00:0Z a]', '[2026-01-05T09:00:00.Z a]',
    '[2026-01-05T09:00:00.1234567Z a]', '[26-01-05T09:00:00Z a]', '[2026-1-5T09:00:00Z a]', '[2026/01/05T09:00:00Z a]', '[2026-01-05  09:00:00Z a]',
    '[2026-01-05T09:00:00+1 a]', '[2026-01-05T09:00:00+01:0 a]', '[2026-01-05T09:00:00+01:000 a]', '[2026-01-05T09:00:00 Europe/Berlin a]',
    '[2026-01-05T09:00:00Za]', '[2026-01-05T09:00:00Z @web]', '[2026-01-05T09:00:00Z a@]', '[2026-01-05T09:00:00Z a@x@y]', '[2026-01-05T09:00:00Z a/x#y/z]',
    '[2026-01-05T09:00:00Z -a]', '[2026-01-05T09:00:00Z a-]', '[2026-01-05T09:00:00Z sign up]', '[2026-01-05T09:00:00Z a!b]', '[2026-01-05T09:00:00Z "a]',
    '[2026-01-05T09:00:00Z "a\nb"]', '[2026-01-05T09:00:00Z a nps]', '[2026-01-05T09:00:00Z a NPS:9]', '[2026-01-05T09:00:00Z a nps:nine]',
    '[2026-01-05T09:00:00Z a csat:4/]', '[2026-01-05T09:00:00Z a nps:9 csat:4]', '[2026-01-05T09:00:00Z a nps:9x]', '[2026-01-05T09:00:00Z anps:9]',
    '[2026-01-05T09:00:00Z a =]', '[2026-01-05T09:00:00Z a =x]', '[2026-01-05T09:00:00Z a =0x10]', '[2026-01-05T09:00:00Z a =1e]', '[2026-01-05T09:00:00Z a =.]',
    '[2026-01-05T09:00:00Z a =1 =2]', '[2026-01-05T09:00:00Z a =1 nps:9]', '[infinity a]', '[now a]']) AS input, refused(input);

-- out of range
SELECT state, message, detail FROM unnest(ARRAY['2026-02-29T00:00:00Z', '2026-02-30T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-05T24:00:00Z', '2026-01-05T23:60:00Z', '2026-12-31T23:59:60Z', '2026-01-05T09:00:00+16', '2026-01-05T09:00:00+01:60',
    '-4713-11-23T23:59:59.999999Z', '-4713-11-24T00:00:00+00:00:01', '294277-01-01T00:00:00Z', '294276-12-31T23:59:59-00:00:01', '-9999-01-01T00:00:00Z',
    '999999999999999999999999-01-01T00:00:00Z', '1' || repeat('0', 100) || '-01-01T00:00:00Z']) AS t, refused('[' || t || ' a]');
SELECT state, message, detail FROM unnest(ARRAY['nps:11', 'nps:9.0001', 'nps:4/5', 'csat:4/5..1', '=1e309', '=-1e309', '=1e-400', '=NaN', '=-Infinity', '=inf',
    '=1' || repeat('0', 400)]) AS x, refused('[2026-01-05T09:00:00Z a ' || x || ']');

-- the place is counted in characters, and of a long text only what surrounds it is shown
SELECT state, message, detail FROM refused(U&'[2026-01-05T09:00:00Z \00E4\00F6\00FC\6F22, ?]');
SELECT state, message, detail FROM refused('[' || repeat(U&'2026-01-05T09:00:00Z \00E4\6F22\+01F600, ', 1000) || U&'?\6F22' || repeat(U&', 2026-01-05T09:00:00Z \00E4\6F22\+01F600', 1000) || ']');

-- too large
SELECT state, message, detail FROM refused('[2026-01-05T09:00:00Z a@' || repeat('x', 4096) || ']');
SELECT state, message, detail FROM refused('[2026-01-05T09:00:00Z "' || repeat('\\', 4096) || '"]');
SELECT state, message, detail FROM refused('[2026-01-05T09:00:00Z ' || repeat('x', 1000000));
SELECT state, message, detail FROM refused('[2026-01-05T09:00:00Z a' || repeat(', 2026-01-05T09:00:00Z a', 1 << 20) || ']');
SELECT length(('[2026-01-05T09:00:00Z a' || repeat(', 2026-01-05T09:00:00Z a', (1 << 20) - 1) || ']')::journey::text) AS largest;

-- JSON that is no journey
CREATE FUNCTION refused(input jsonb) RETURNS TABLE (state text, message text, detail text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM input::journey;
  message := 'taken';
  RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN NEXT;
END $$;
SELECT state, message, detail FROM unnest(ARRAY['null', '1', '"[]"', '{}', '[1]', '[[]]', '[null]', '[{}]', '[{"at": "2026-01-05T09:00:00Z"}]', '[{"touchpoint": "a"}]']::jsonb[]) AS input, refused(input);
SELECT state, message, detail FROM unnest(ARRAY['{"touch": 1}', '{"At": null}', '{"at": null}', '{"at": 5}', '{"at": "2026-01-05"}', '{"at": "2026-01-05T09:00:00"}', '{"at": "2026-02-30T09:00:00Z"}',
    '{"at": " 2026-01-05T09:00:00Z"}', '{"at": "2026-01-05T09:00:00Z "}', '{"touchpoint": null}', '{"touchpoint": true}', '{"touchpoint": ["a"]}', '{"channel": {}}', '{"stage": -1}', '{"stage": 1.5}',
    '{"owner": 1e5000}', '{"value": "1"}', '{"value": 1e400}', '{"value": 1e-400}', '{"value": [1]}', '{"feedback": 4}', '{"feedback": ["nps:9"]}', '{"feedback": "nps:11"}', '{"feedback": "stars:4"}', '{"feedback": "nps:9 "}',
    '{"feedback": {}}', '{"feedback": {"kind": "nps"}}', '{"feedback": {"kind": "nps", "score": "9"}}', '{"feedback": {"kind": "nps", "score": 11}}', '{"feedback": {"kind": "csat", "score": 4, "scale_max": 10}}',
    '{"feedback": {"kind": "csat", "score": 4, "scale_min": 0.5, "scale_max": 10}}', '{"feedback": {"kind": "nps:9", "score": 4}}', '{"feedback": {"kind": "nps", "score": 4, "of": 10}}',
    '{"feedback": {"kind": "nps", "score": [4]}}']::jsonb[]) AS input,
    refused(jsonb_build_array('{"at": "2026-01-05T09:00:00Z", "touchpoint": "a"}'::jsonb, '{"at": "2026-01-05T09:00:00Z", "touchpoint": "a"}'::jsonb || input));
DROP FUNCTION refused(text), refused(jsonb);
