-- journey_pattern: what to look for in a journey
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- text form: blanks, quotes and times are written in one way, the structure as it was
SELECT p AS typed, p::journey_pattern AS pattern
FROM unnest(ARRAY['a->b', ' a  ~>b ', 'a~[^x|y@web]>b', '.', '[a|b]', '[^ a | b ]', '(a|b)*->c+~>d?', 'a{2}', 'a{2,}', 'a{ 2 , 5 }',
                  '^a$', '^ (a | b) $', '^$', '@web', '/support#service', '#service/support@web', 'call#o/s@c', 'sign-up', 'v1.2',
                  '"Sign up"@"my web"', '"a"', '"a\"b\\c"', '""', '["within"|after]', '7', '"07"', 'straße->été',
                  'a ~> b within 7d', 'a->b after 2h within 1w', 'a ~> b within 90m', 'a ~> b within 1.5 h',
                  'a ~> b within 1d12h 0.5s', 'a ~> b within 0s', '(a ~> b ~> c) within 36h', '^(a ~> b)$ within 1d',
                  'a ~> (b|c) within 1h ~> d', 'a ~> b within 0.000001s']) AS p;
SELECT bool_and(p::text::journey_pattern = p) AS comes_back
FROM unnest(ARRAY['a ~[^x]> b+ within 1.5h', '^(a{2,3} -> [^b] | "c d")$ within 90m']::journey_pattern[]) AS p;

-- hops
CREATE TEMP TABLE way (id int, j journey);
INSERT INTO way VALUES
    (0, '[]'),
    (1, '[2026-01-01T00:00:00Z a, 2026-01-02T00:00:00Z b]'),
    (2, '[2026-01-01T00:00:00Z a, 2026-01-02T00:00:00Z x, 2026-01-03T00:00:00Z b]'),
    (3, '[2026-01-01T00:00:00Z a@web, 2026-01-01T00:00:00Z b@phone/support#service, 2026-01-09T00:00:00Z b@web, 2026-01-10T00:00:00Z c]'),
    (4, '[2026-01-01T00:00:00Z 7, 2026-01-01T00:00:01Z "07", 2026-01-01T00:00:02Z "Sign up"]');
SELECT p AS pattern, array_agg(id ORDER BY id) FILTER (WHERE j @~ p::journey_pattern) AS journeys
FROM way, unnest(ARRAY['a', 'a -> b', 'a ~> b', 'a ~[^x]> b', 'a -> . -> b', 'b -> a', '[a|c] ~> b', '[^a|b]', '@web', 'b@web', 'a@phone',
                       '/support', '#service', 'b@phone/support#service', '[@phone|c]', '.', '. -> . -> .', '7', '"07"', '7 -> "07"', '"Sign up"',
                       'a*', '^$', '^.$', '^a', 'b$', '^a -> b$', '^(a | b) ~> c$', '^(a -> x? -> b){1,2}', 'a?', '^a?$', 'nowhere']) WITH ORDINALITY AS u(p, o)
GROUP BY p, o ORDER BY o;

-- limits are inclusive; touches at one time are 0 apart
SELECT p AS pattern, array_agg(id ORDER BY id) FILTER (WHERE j @~ p::journey_pattern) AS journeys
FROM way, unnest(ARRAY['a ~> b within 24h', 'a ~> b within 23h 59m 59.999999s', 'a ~> b within 2d', 'a -> b within 0s', 'a ~> b after 1d', 'a ~> b after 1d within 2d',
                       'a ~> b after 8d', 'a ~[^x]> b after 1d', '(a ~> c) within 9d', '(a ~> c) within 8d', '(a ~> b ~> c) within 9d',
                       'a ~> b within 1d ~> c after 9d', 'a ~> (b|x) within 1d', 'a ~> b@web within 8d -> c within 1d']) WITH ORDINALITY AS u(p, o)
GROUP BY p, o ORDER BY o;

-- however the pattern comes, and whichever side it is on
SELECT id, j @~ 'a ~> b' AS op, 'a ~> b' ~@ j AS turned, journey_match(j, 'a ~> b') AS literal, journey_match(j, 'a ~> b'::text) AS text,
       journey_match(j, 'a ~> b'::journey_pattern) AS pattern, journey_match(j, 'a ~> '::text || CASE id % 2 WHEN 0 THEN 'b' ELSE 'c' END) AS computed
FROM way ORDER BY id;
SELECT NULL::journey @~ 'a' AS no_journey, way.j @~ NULL AS no_pattern, journey_count(j, NULL::text) AS no_count FROM way WHERE id = 1;
SELECT count(*) AS no_rows FROM journey_find(NULL, 'a');

-- leftmost, shortest, not overlapping; the touches consumed, the first of which is the lowest possible, then the second
SELECT p AS pattern, journey_count(j, p) AS count, f.*
FROM (SELECT '[2026-01-01T00:00:00Z a, 2026-01-01T00:00:01Z a, 2026-01-01T00:00:02Z b, 2026-01-01T00:00:02Z a, 2026-01-01T00:00:03Z c,
               2026-01-01T00:00:04Z b, 2026-01-01T00:00:05Z b]'::journey AS j) AS x,
     unnest(ARRAY['a ~> b', 'a -> b', 'a+ -> b', 'a', '. -> .', 'a ~> b ~> b', 'a*', 'b? ~> c', '(a ~> b) within 1s', 'a ~> . ~> b', 'a ~> b after 3s', '^a', 'b$']) WITH ORDINALITY AS u(p, o)
     LEFT JOIN LATERAL journey_find(j, p) AS f ON true
ORDER BY o, f.match;
SELECT match, started_at, ended_at, positions FROM way, journey_find(j, 'a ~> c'::journey_pattern) WHERE id = 3;
SELECT journey_count('[]', 'a*'), journey_count('[]', '^$'), journey_match('[]', '^$'), journey_match('[]', 'a');

-- an item that may be absent: the hops around it combine; a match begins and ends with a touch
SELECT p AS pattern, j @~ p::journey_pattern AS matches, array(SELECT positions::text FROM journey_find(j, p)) AS found
FROM (SELECT '[2026-01-01T00:00:00Z a, 2026-01-01T00:00:01Z x, 2026-01-01T00:00:02Z c]'::journey AS j) AS x,
     unnest(ARRAY['a -> b? -> c', 'a -> b? ~> c', 'a ~> b? -> c', 'a ~[^x]> b? ~[^y]> c', 'a ~[^x]> b? -> c', 'b? ~> c', 'a ~> b?', '^b? ~> c',
                  '^(b? ~> a)', 'a -> (b? ~> c)', 'a -> (b ~> c)* -> x', 'a -> (b? ~> d?)* -> c']) WITH ORDINALITY AS u(p, o)
ORDER BY o;

-- many choices cost nothing
SELECT journey_match(j, '(a? -> a?){15} -> a{30}') AS thirty, journey_match(j, '(a? -> a?){15} -> a{31}') AS one_more,
       journey_match(j, '((a*)*)* -> (a | a)* -> b') AS stars, journey_count(j, '(a? ~> a?){15} ~> a{30}') AS count
FROM (SELECT journey_agg(timestamptz '2026-01-01 00:00Z' + i * interval '1 s', 'a') AS j FROM generate_series(1, 30) AS i) AS x;

-- grouping, sorting, indexes
SELECT p, count(*) FROM unnest(ARRAY['a->b', 'a  -> b', '"a" -> b', 'a ~> b within 24h', 'a ~> b within 1d', NULL]::journey_pattern[]) AS p GROUP BY p ORDER BY p;
SELECT 'a'::journey_pattern < 'b'::journey_pattern AS lt, 'a'::journey_pattern >= 'a -> b'::journey_pattern AS ge, 'a'::journey_pattern <> 'b' AS ne;
CREATE TEMP TABLE rule (p journey_pattern PRIMARY KEY, name text);
INSERT INTO rule VALUES ('a ~> b', 'two'), ('@web', 'web'), ('a -> b within 1d', 'soon');
CREATE INDEX ON rule USING hash (p);
SELECT name FROM rule WHERE p = 'a~>b';
SELECT id, array_agg(name ORDER BY name) FROM way JOIN rule ON j @~ p GROUP BY id ORDER BY id;
SELECT id, array_agg(name ORDER BY name) FROM rule JOIN way ON p ~@ j GROUP BY id ORDER BY id;

-- casts
SELECT 'a -> b'::text::journey_pattern, pg_typeof('a'::journey_pattern::text);
INSERT INTO rule SELECT 'c', 'a->b'::journey_pattern;
SELECT name FROM rule WHERE p = 'c';

-- binary form: a version byte and the text
SELECT journey_pattern_send('a->b');

-- malformed: the place is told, counting characters
SELECT ''::journey_pattern;
SELECT 'a ->'::journey_pattern;
SELECT 'a b'::journey_pattern;
SELECT 'ä -> -> b'::journey_pattern;
SELECT '-> a'::journey_pattern;
SELECT 'a |'::journey_pattern;
SELECT '()'::journey_pattern;
SELECT '(a'::journey_pattern;
SELECT 'a)'::journey_pattern;
SELECT '[a'::journey_pattern;
SELECT '[]'::journey_pattern;
SELECT '"a'::journey_pattern;
SELECT '"a\b"'::journey_pattern;
SELECT 'a@'::journey_pattern;
SELECT 'a@b@c'::journey_pattern;
SELECT 'a{3,2}'::journey_pattern;
SELECT 'a{x}'::journey_pattern;
SELECT 'a{2'::journey_pattern;
SELECT 'a+*'::journey_pattern;
SELECT '*'::journey_pattern;
SELECT 'a ~ b'::journey_pattern;
SELECT 'a ~[x]> b'::journey_pattern;
SELECT 'a ~[^x] b'::journey_pattern;
SELECT '^a|b'::journey_pattern;
SELECT 'a|b$'::journey_pattern;
SELECT 'a -> ^b'::journey_pattern;
SELECT '^'::journey_pattern;
SELECT 'within'::journey_pattern;
SELECT 'a -> within 7d'::journey_pattern;
SELECT 'a within 7d'::journey_pattern;
SELECT 'a ~> b within'::journey_pattern;
SELECT 'a ~> b within 7'::journey_pattern;
SELECT 'a ~> b within 7 days'::journey_pattern;
SELECT 'a ~> b within 1.0000001s'::journey_pattern;
SELECT 'a ~> b within 1d within 2d'::journey_pattern;
SELECT '^a ~> b$ within 1d'::journey_pattern;
SELECT '(a ~> b) within 1d$'::journey_pattern;
SELECT ('a -> ' || repeat('b -> ', 100) || ' ! -> ' || repeat('é -> ', 100) || 'c')::journey_pattern;
SELECT journey_match('[]', 'a ->');
SELECT journey_count('[]', 'a ->'::text);
SELECT * FROM journey_find('[]', 'a ->');

-- what would need several running clocks
SELECT '(a ~> b within 1d)+'::journey_pattern;
SELECT '((a ~> b within 1d) -> c){2}'::journey_pattern;
SELECT 'a ~> b? within 1d'::journey_pattern;
SELECT 'a* ~> b within 1d'::journey_pattern;
SELECT '(a ~> b?) ~> c within 1d'::journey_pattern;
SELECT 'x -> (a ~> b) within 1d'::journey_pattern;
SELECT '(a ~> b) within 1d ~> c'::journey_pattern;
SELECT '((a ~> b) within 1d)'::journey_pattern;
SELECT '(a ~> b) after 1d'::journey_pattern;
SELECT '(a ~> b)+ within 1d'::journey_pattern;
SELECT '((a ~> b)+) within 1d'::journey_pattern AS one_clock, 'a ~> b+ within 1d'::journey_pattern AS one_too;

-- too large
SELECT 'a{1001}'::journey_pattern;
SELECT '(a{1000} -> b{1000}){5}'::journey_pattern;
SELECT journey_match('[]', '(a{1000}){10}') AS as_large_as_can_be;
SELECT journey_match('[]', repeat('(', 101) || 'a' || repeat(')', 101));
SELECT journey_match('[]', repeat('(', 100) || 'a' || repeat(')', 100)) AS as_deep_as_can_be;
SELECT 'a ~> b within 300000000w'::journey_pattern;
SELECT journey_match('[]', '"' || repeat('a', 4096) || '"');
SELECT journey_match('[]', '"' || repeat('a', (1 << 20) - 1) || '"');
