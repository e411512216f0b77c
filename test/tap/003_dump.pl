# The extension belongs to whoever owns the database, lives in any schema, and everything made with
# it survives dump and restore; values are the same in whatever form they are stored.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use Cwd qw(abs_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $node = cx_node('dump');
my @owner = (extra_params => [ '-U', 'owner' ]);

# ---- installed by the owner of a database, who is no superuser ----

$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE guest LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(home plain custom directory tar inserts odd odd_copy);
$node->safe_psql('home', 'CREATE SCHEMA cx; CREATE EXTENSION cx_analytics SCHEMA cx', @owner);
is(one($node, 'home', "SELECT extowner::regrole || ' ' || extnamespace::regnamespace FROM pg_extension WHERE extname ~ 'cx'"),
  'owner cx', 'the owner of a database can install it, in a schema of choice');
my ($code, $out, $err) = $node->psql('home', 'CREATE EXTENSION cx_analytics', extra_params => [ '-U', 'guest' ]);
like($err, qr/ERROR:/, 'a guest cannot');

# Our functions in every place where a dump has to bring them back.
$node->safe_psql('home', <<'SQL', @owner);
CREATE DOMAIN public.stars AS cx.feedback CHECK (cx.kind(VALUE) = 'rating');
CREATE FUNCTION public.happy(t cx.tally) RETURNS boolean IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT cx.nps(t) > 0; END;
CREATE TABLE public.answer (
  id int PRIMARY KEY,
  at timestamptz NOT NULL,
  f cx.feedback NOT NULL CHECK (cx.percent(f) >= 0),
  s public.stars DEFAULT 'rating:3',
  t cx.tally DEFAULT 'tally{}' CHECK (cx.responses(t) >= 0),
  j cx.journey DEFAULT '[2026-01-05T09:00:00Z call@phone csat:2]' CHECK (cx.touch_count(j) < 1000),
  p cx.journey_pattern DEFAULT 'call@phone ~> 7 within 7d',
  many cx.feedback[],
  bucket text GENERATED ALWAYS AS (cx.category(f)) STORED,
  month date GENERATED ALWAYS AS (cx.period(at, 'month', 'Europe/Berlin')) STORED,
  nps float8 GENERATED ALWAYS AS (cx.nps(t)) STORED,
  both_ways cx.tally GENERATED ALWAYS AS (t OPERATOR(cx.+) t) STORED,
  touches int GENERATED ALWAYS AS (cx.touch_count(j)) STORED,
  first_hour cx.journey GENERATED ALWAYS AS (cx.slice(j, NULL, '2026-01-05 10:00+00')) STORED,
  found boolean GENERATED ALWAYS AS (j OPERATOR(cx.@~) p) STORED,
  way cx.funnel_def DEFAULT 'funnel(call@phone, 7 optional, . within 1h) within 7d exclude ("a b") hold channel',
  deep int GENERATED ALWAYS AS (cx.funnel_depth(j, way)) STORED,
  reached timestamptz[] GENERATED ALWAYS AS (cx.funnel_times(j, ARRAY['.', '7'], NULL, mode => 'any')) STORED,
  sat_down int GENERATED ALWAYS AS (cx.session_count(j, '30 min')) STORED,
  EXCLUDE USING btree (f WITH OPERATOR(cx.=), id WITH =));
CREATE INDEX answer_f ON public.answer (f);
CREATE INDEX answer_hash ON public.answer USING hash (f);
CREATE INDEX answer_down ON public.answer (cx.kind(f), cx.score(f) DESC, f DESC);
CREATE INDEX answer_month ON public.answer (cx.period(at, 'month')) WHERE cx.category(f) = 'promoter';
CREATE INDEX answer_t ON public.answer (t);
CREATE INDEX answer_t_hash ON public.answer USING hash (t);
CREATE INDEX answer_happy ON public.answer (public.happy(t));
CREATE INDEX answer_j ON public.answer (j);
CREATE INDEX answer_j_hash ON public.answer USING hash (j);
CREATE INDEX answer_j_gin ON public.answer USING gin (j);
CREATE INDEX answer_j_slice ON public.answer USING gin (cx.slice(j, '2026-01-05 09:00+00', NULL)) WHERE j OPERATOR(cx.@&) '{call}';
CREATE INDEX answer_p ON public.answer (p);
CREATE INDEX answer_depth ON public.answer (cx.funnel_depth(j, 'funnel(call, 7) mode strict'));
CREATE STATISTICS public.answer_stat ON cx.kind(f), bucket FROM public.answer;
CREATE TABLE public.part (f cx.feedback, i int) PARTITION BY RANGE (f);
CREATE TABLE public.part_low PARTITION OF public.part FOR VALUES FROM (MINVALUE) TO ('csat:3');
CREATE TABLE public.part_high PARTITION OF public.part FOR VALUES FROM ('csat:3') TO (MAXVALUE);
CREATE TABLE public.hashed (f cx.feedback, i int) PARTITION BY HASH (f);
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.state (k int, s cx.tally_state);
SET search_path = cx, pg_catalog;
INSERT INTO public.answer (id, at, f, s, t, many, j, p)
SELECT i, '2024-01-01 00:30+00'::timestamptz + i * interval '7 hours', f, feedback('rating', i % 9 * 0.5, 0, 5),
  tally(f, i % 7 * 0.25) + tally(f), array_agg(f),
  touch('2026-01-05 09:00+00'::timestamptz + i * interval '1.5 s', (ARRAY['call', 'a "b"', '7', 'ü'])[i % 4 + 1],
    CASE WHEN i % 3 = 0 THEN 'phone' END, feedback => f, value => i / 7.0)
  || journey_agg('2026-01-05 09:30+00'::timestamptz + i * k * interval '1 min', i * k % 11) FILTER (WHERE i % 5 > 0),
  (ARRAY['call ~> 7', '"a \"b\"" ~> . after 1h', '^ [7|call]'])[i % 3 + 1]::journey_pattern
FROM generate_series(1, 9) k, (SELECT i, feedback(k, l + (i * 7 % (10 * (h - l) + 1)) * 0.1, l, h) AS f FROM generate_series(1, 3000) i,
        LATERAL (SELECT (ARRAY['nps', 'csat', 'ces', 'effort', 'success', 'emotion', 'rating'])[1 + i % 7],
                        CASE WHEN i % 7 = 0 THEN 0 ELSE -(i % 11) END,
                        CASE WHEN i % 7 = 0 THEN 10 ELSE 5 + i % 13 END) x(k, l, h)) s
GROUP BY i, f;
INSERT INTO public.part SELECT f, id FROM public.answer;
INSERT INTO public.hashed SELECT f, id FROM public.answer;
CREATE TABLE public.journeys (id int, j journey, js journey[]) PARTITION BY RANGE (j);
CREATE TABLE public.journeys_early PARTITION OF public.journeys FOR VALUES FROM (MINVALUE) TO ('[2026-01-05T09:30:00Z ""]');
CREATE TABLE public.journeys_late PARTITION OF public.journeys DEFAULT;
INSERT INTO public.journeys SELECT id, j, ARRAY[j, '[]'] FROM public.answer;
INSERT INTO public.state SELECT id % 5, tally_accum('tally{csat: missing=2}', f, 1.5) FROM public.answer WHERE id < 100;
CREATE MATERIALIZED VIEW public.daily AS
  SELECT month, bucket, rollup(t) AS t, tally(f) AS f, nps(f) AS nps FROM public.answer GROUP BY 1, 2;
CREATE UNIQUE INDEX ON public.daily (month, bucket);
CREATE MATERIALIZED VIEW public.ways AS
  SELECT bucket, rollup(j ORDER BY id, position) AS j, journey_agg(t.at, touchpoint, channel ORDER BY id, position) AS again
  FROM public.answer, touches(j) t GROUP BY 1;
-- what many journeys say, stored, and the states of aggregates
CREATE MATERIALIZED VIEW public.said AS
  SELECT bucket, funnel_agg(j, way) AS funnel, flow_agg(j, 'touchpoint') AS flow, path_agg(j, 3) AS paths, session_agg(j, '30 min') AS sat,
    retention_agg(j, 'week', 'Europe/Berlin') AS retention, attribution_agg(j, '7', 'touchpoint', '1 day') AS attribution,
    basket_agg(j) AS basket, outcome_agg(j, nps(t) > 0) AS outcome, window_funnel('1 h', at, id % 2 = 0, id % 3 = 0) AS level,
    sequence_match('(?1)(?t<=86400)(?2)', at, id % 2 = 0, id % 3 = 0) AS seen, retention(id % 7 = 0, id % 2 = 0) AS did
  FROM public.answer GROUP BY 1;
CREATE TABLE public.half (r rows_state, f funnel_stats[] DEFAULT ARRAY[funnel_accum(NULL, '[2026-01-05T09:00:00Z a]', 'funnel(a, b)')]);
INSERT INTO public.half (r) SELECT sequence_accum(NULL, '(?1).*(?2)', at, id % 2 = 0, id % 3 = 0) FROM public.answer WHERE id % 2 = 0;
CREATE MATERIALIZED VIEW public.looked AS
  SELECT bucket, rework_agg(j) AS rework, silo_agg(j, nps(t) > 0) AS silo, mix_agg('b' || id % 4, id % 2 = 0, id * 1.1) AS mix,
    alignment_agg('s' || id % 3, '2026-01-05Z'::timestamptz + id * interval '1 h', id * 37 % 101 * 1.1) AS together, preceded_agg(j, 'call', '7', '1 day') AS contacts,
    resolution_agg(id % 3 = 0, id % 5 > 0) AS resolution, promise_agg(at, at + (id % 7 - 3) * interval '1 h', '2026-02-01Z') AS promises, gap_agg(id * 1.1, id * 0.9) AS gap,
    apdex_agg(id % 9, 2) AS apdex, service_agg(id % 60 * interval '1 s', id % 7 = 0, '20 s') AS service, conformance_agg(j, '{call,7,call}') AS conformance,
    bad_profit_agg(id * 1.1, id % 3 = 0) AS bad, earned_growth_agg(id % 4, id % 5, id % 2 = 0) AS growth, coverage_agg(j) AS coverage, pain_agg(j) AS pain,
    leakage_agg(j, '7', 'call') AS leakage, adoption_agg(id % 2 = 0, id % 4 = 0, id % 8 = 0) AS adoption, usage_agg(id % 6) AS usage
  FROM public.answer GROUP BY 1;
CREATE VIEW public.seen_whole AS
  SELECT l.bucket, w.owner, w.rework_share, s.owner AS silo_owner, s.gap, m.paradox, a.resultant, c.rate, x.apdex, f.in_order, b.share, g.ratio, v.response_rate, p.pain, u.customers
  FROM public.looked l LEFT JOIN LATERAL rework(l.rework) w ON true LEFT JOIN LATERAL silo_report(l.silo) s ON true, mix_effect(l.mix) m, alignment(l.together) a, contact_rate(l.contacts) c,
    apdex_report(l.apdex) x, conformance_report(l.conformance) f, bad_profit(l.bad) b, earned_growth(l.growth) g, coverage(l.coverage) v LEFT JOIN LATERAL pain_points(l.pain) p ON true,
    usage_frequency(l.usage) u
  WHERE m.segment IS NULL AND c.denominator = 'contact' AND f.step IS NULL AND v.name = 'call' AND u.uses = 3;
CREATE VIEW public.told AS
  SELECT s.bucket, f.step, f.journeys, f.median_seconds, e.source, e.n, p.path, w.sessions, m.retained, a.conversions, b.lift, o.odds_ratio
  FROM public.said s, funnel_steps(s.funnel) f, flow_edges(s.flow) e, path_top(s.paths, 2) p, session_report(s.sat) w,
    retention_curve(s.retention, as_of => '2026-03-01 00:00+00') m, attribution(s.attribution, 'markov') a, basket_rules(s.basket, min_support => 0.1) b,
    outcome_touches(s.outcome) o
  WHERE e.n > 100 AND m.period = 1 AND a.name = 'call' AND o.name = 'call' AND b.antecedent = 'call';
CREATE VIEW public.all_said AS SELECT rollup(funnel) AS funnel, rollup(flow) AS flow, rollup(paths) AS paths, rollup(sat) AS sat, rollup(retention) AS retention,
    rollup(attribution) AS attribution, rollup(basket) AS basket, rollup(outcome) AS outcome, (SELECT rows_state_merge(min(r::text)::rows_state, NULL) FROM public.half) AS r
  FROM public.said;
CREATE VIEW public.numbered AS SELECT id, session_id(at, '1 day') OVER (PARTITION BY bucket ORDER BY at) AS session FROM public.answer;
CREATE VIEW public.visits AS
  SELECT w.bucket, t.position, t.touchpoint, s.session, j || again @~ 'call -> call within 1d' AS found
  FROM public.ways w, touches(slice(j, NULL, '2026-01-05 09:40+00')) t, sessions(again, '1 hour') s WHERE s.started_at = t.at;
CREATE VIEW public.report AS SELECT d.month, r.* FROM public.daily d, score_report(d.t + d.f) r;
CREATE VIEW public.scores AS
  SELECT bucket, csat(s::feedback), ces(f), csat(score(f), scale_min(f), scale_max(f)) FILTER (WHERE kind(f) = 'csat') AS scaled,
    nps_low(rollup(t), interval_method => 'score'), f < min(f::text)::feedback AS below
  FROM public.answer GROUP BY bucket, f;
DELETE FROM public.answer WHERE id % 3 = 0;
UPDATE public.answer SET f = feedback('ces', id % 7 + 1) WHERE id % 5 = 0;
REFRESH MATERIALIZED VIEW public.daily;
REFRESH MATERIALIZED VIEW public.ways;
REFRESH MATERIALIZED VIEW public.said;
REFRESH MATERIALIZED VIEW public.looked;
SQL

# What must not change: every value, what is computed from it, every definition.
my $fingerprint = <<'SQL';
SELECT md5(concat(
 (SELECT string_agg(concat_ws('|', id, feedback_send(f), feedback_send(s), tally_send(t), many, bucket, month, nps,
    tally_send(both_ways), journey_send(j), touches, journey_send(first_hour), p, found), ';' ORDER BY id) FROM public.answer),
 (SELECT string_agg(concat_ws('|', tableoid::regclass, id, journey_send(j), js), ';' ORDER BY id) FROM public.journeys),
 (SELECT string_agg(concat_ws('|', bucket, journey_send(j), journey_send(again)), ';' ORDER BY bucket) FROM public.ways),
 (SELECT string_agg(v::text, ';' ORDER BY v::text) FROM public.visits v),
 (SELECT string_agg(concat_ws('|', id, way, deep, reached, sat_down), ';' ORDER BY id) FROM public.answer),
 (SELECT string_agg(concat_ws('|', s, funnel_stats_send(funnel), flow_stats_send(flow), path_stats_send(paths), session_stats_send(sat),
    retention_stats_send(retention), attribution_stats_send(attribution), basket_stats_send(basket), outcome_stats_send(outcome)), ';' ORDER BY bucket)
  FROM public.said s),
 (SELECT string_agg(l::text, ';' ORDER BY bucket) FROM public.looked l), (SELECT string_agg(v::text, ';' ORDER BY v::text) FROM public.seen_whole v),
 (SELECT string_agg(concat_ws('|', rows_state_send(r), f), ';' ORDER BY r::text) FROM public.half),
 (SELECT string_agg(v::text, ';' ORDER BY v::text) FROM public.told v), (SELECT a::text FROM public.all_said a),
 (SELECT string_agg(v::text, ';' ORDER BY v::text) FROM public.numbered v),
 (SELECT string_agg(concat_ws('|', tableoid::regclass, i, f), ';' ORDER BY i) FROM public.part),
 (SELECT string_agg(concat_ws('|', tableoid::regclass, i, f), ';' ORDER BY i) FROM public.hashed),
 (SELECT string_agg(concat_ws('|', k, tally_state_send(s)), ';' ORDER BY k, s::text) FROM public.state),
 (SELECT string_agg(concat_ws('|', month, bucket, tally_send(t), tally_send(f), nps), ';' ORDER BY month, bucket)
  FROM public.daily),
 (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM public.report r),
 (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM public.scores r)));
SQL
my $definitions = <<'SQL';
SET search_path = '';
SELECT pg_catalog.md5(pg_catalog.string_agg(d, ';' ORDER BY d COLLATE "C")) FROM (
 SELECT indexdef FROM pg_catalog.pg_indexes WHERE schemaname = 'public'
 UNION ALL SELECT pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE oid >= 16384
 UNION ALL SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_catalog.pg_attrdef WHERE oid >= 16384
 UNION ALL SELECT pg_catalog.pg_get_viewdef(oid) FROM pg_catalog.pg_class WHERE relkind IN ('v', 'm') AND oid >= 16384
 UNION ALL SELECT pg_catalog.pg_get_functiondef('public.happy'::pg_catalog.regproc)) s(d);
SQL
sub print_of
{
  my ($db, $schema) = @_;

  return one($node, $db, "SET search_path = $schema, pg_catalog; $fingerprint");
}

my ($before, $defined) = (print_of('home', 'cx'), one($node, 'home', $definitions));

# ---- dumped and restored ----

my $dir = abs_path(PostgreSQL::Test::Utils::tempdir);
my @psql = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1');

$node->command_ok([ 'pg_dump', '-U', 'owner', '-f', "$dir/plain.sql", 'home' ], 'a plain dump');
$node->command_ok([ @psql, '-U', 'owner', '-d', 'plain', '-f', "$dir/plain.sql" ], 'restored by the owner');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", 'home' ], 'a custom dump');
$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', 'custom', "$dir/custom" ], 'restored by two jobs');
$node->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', "$dir/directory", 'home' ], 'a dump into a directory, by two jobs');
$node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', 'directory', "$dir/directory" ], 'restored by two jobs');
$node->command_ok([ 'pg_dump', '-Ft', '-f', "$dir/tar", 'home' ], 'a dump as a tar file');
$node->command_ok([ 'pg_restore', '-e', '-d', 'tar', "$dir/tar" ], 'restored');
$node->command_ok([ 'pg_dump', '--inserts', '--quote-all-identifiers', '-f', "$dir/inserts.sql", 'home' ],
  'a dump of INSERTs');
$node->command_ok([ @psql, '-d', 'inserts', '-f', "$dir/inserts.sql" ], 'restored');
for my $db (qw(plain custom directory tar inserts))
{
  is(print_of($db, 'cx'), $before, "$db: the same values");
  is(one($node, $db, $definitions), $defined, "$db: the same definitions");
  $node->safe_psql($db, 'REFRESH MATERIALIZED VIEW public.daily; REFRESH MATERIALIZED VIEW public.ways; REFRESH MATERIALIZED VIEW public.said; REINDEX DATABASE ' . $db);
}

for my $format ('text', 'binary', 'csv')
{
  for my $table (qw(part state daily ways journeys_late said half))
  {
    my $file = "'$dir/$table.$format' (FORMAT $format)";
    my ($copied, $original) = map { $_->[0] } rows($node, 'home', <<"SQL");
COPY (SELECT * FROM public.$table) TO $file;
CREATE TEMP TABLE copied (LIKE public.$table);
COPY copied FROM $file;
SELECT md5(string_agg(x::text, ';' ORDER BY x::text)) FROM copied x;
SELECT md5(string_agg(x::text, ';' ORDER BY x::text)) FROM public.$table x;
SQL
    is($copied, $original, "COPY $format of $table");
  }
}

# ---- indexes tell what the table tells ----

for my $answer ('nps:9', 'ces:3', 'csat:2.5/-4..9', 'rating:0/0..18')
{
  my $count = "SELECT count(*) FROM public.answer WHERE f = '$answer'";
  my $range = "SELECT count(*), min(id), max(id) FROM public.answer WHERE f < '$answer'";
  my @seen;

  for my $set (
    'SET LOCAL enable_seqscan = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;',
    'DROP INDEX public.answer_hash;',
    'DROP INDEX public.answer_f; ALTER TABLE public.answer DROP CONSTRAINT answer_f_id_excl;')
  {
    my $sql = "SET search_path = cx; BEGIN; SET LOCAL enable_seqscan = off; $set $count; $range; ROLLBACK";

    push @seen, map { join ' ', @$_ } rows($node, 'home', $sql);
  }

  is("@seen[2, 3, 4]", "@seen[0, 1, 0]", "$answer found by btree and by hash index");
}

SKIP:
{
  skip 'no amcheck here', 1
    if !one($node, 'home', "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'");
  $node->safe_psql('home', 'CREATE EXTENSION amcheck SCHEMA public');
  cmp_ok(one($node, 'home', <<'SQL'), '>', 5, 'amcheck finds every index in order, and everything in it');
SELECT count(public.bt_index_parent_check(indexrelid, true)) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid >= 16384 AND c.relkind = 'i' AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree');
SQL
  $node->safe_psql('home', 'DROP EXTENSION amcheck');
}

# ---- another schema, and a hostile one ----

my $odd = '"we""ird $$ schema"';
# (the functions of a trusted extension belong to the superuser, who alone can move them)
$node->safe_psql('home',
  "CREATE SCHEMA $odd AUTHORIZATION owner; ALTER EXTENSION cx_analytics SET SCHEMA $odd; DROP SCHEMA cx");
is(print_of('home', $odd), $before, 'moved to another schema, everything still works');
$node->safe_psql('home', <<'SQL', @owner);
SET search_path = '';
INSERT INTO public.answer (id, at, f) VALUES (0, now(), 'nps:10');
REFRESH MATERIALIZED VIEW public.daily;
REFRESH MATERIALIZED VIEW public.ways;
REFRESH MATERIALIZED VIEW public.said;
REFRESH MATERIALIZED VIEW public.looked;
SQL
$node->command_ok([ 'pg_dump', '-Fc', '-U', 'owner', '-f', "$dir/odd", 'home' ], 'dumped from there');
$node->command_ok([ 'pg_restore', '-e', '-U', 'owner', '-d', 'odd_copy', "$dir/odd" ], 'and restored');
is(print_of('odd_copy', $odd), print_of('home', $odd), 'with the same values');
for my $schema ($odd, '"a\'b"', '"@extschema@"', '"x; DROP SCHEMA public"')
{
  $node->safe_psql('odd', "CREATE SCHEMA $schema; CREATE EXTENSION cx_analytics SCHEMA $schema", @owner);
  is(one($node, 'odd', "SET search_path = ''; SELECT $schema.nps(x) FROM pg_catalog.unnest('{9,10,6,8}'::int[]) x"), '25',
    "installed into $schema");
  $node->safe_psql('odd', 'DROP EXTENSION cx_analytics', @owner);
}
is(one($node, 'odd', "SELECT count(*) FROM pg_proc WHERE probin ~ 'cx_analytics'"), '0', 'dropped without a trace');

# ---- every form in which a value can be stored ----

my $db = 'postgres';
my $lz4 = one($node, $db, "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'") eq 't';
my %forms = (
  plain => 'SET STORAGE plain',
  main => 'SET STORAGE main',
  external => 'SET STORAGE external',
  pglz => 'SET COMPRESSION pglz',
  main_pglz => 'SET STORAGE main, ALTER v SET COMPRESSION pglz', $lz4 ? (lz4 => 'SET COMPRESSION lz4') : ());
my @forms = sort keys %forms;

$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
probe_kit($node, $db);

# What n journeys say, with up to n touches each and names that begin alike. All such types are read by the same code.
sub statistics
{
  my ($type, $call) = @_;

  return <<"SQL";
SELECT n::bigint AS i, v FROM (SELECT * FROM generate_series(1, 100) UNION ALL VALUES (250), (400)) size(n), LATERAL (SELECT $call FROM (
    SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + i * i * k % 997 * interval '7.5 h', 's' || i * k % n)
    FROM generate_series(1, 1 + n / 4) k, generate_series(1, 1 + n / 8) i GROUP BY k) s(j)) r(v)
SQL
}

# Values of each size: from empty, past the longest short header (126 bytes), to many pages.
my %source = (tally => <<'SQL', journey => <<'SQL', funnel_def => <<'SQL', map { $_->[0] => statistics(@$_) }
SELECT row_number() OVER (ORDER BY n, weighted) AS i, base + coalesce(t, 'tally{}') AS v
FROM (SELECT g / 2 AS n, g % 2 = 1 AS weighted FROM generate_series(0, 150) g
      UNION ALL VALUES (3000, false), (1501, true)) size,
  LATERAL (SELECT tally(feedback('rating', x * 37 % 100003 / 1000.0, 0, 1000),
                        CASE WHEN weighted THEN x % 1000 * 0.001 ELSE 1 END) FROM generate_series(1, n) x) r(t),
  (VALUES (true, 'tally{}'::tally),
          (false, 'tally{nps: 9=3 3=1 missing=1; csat: 4=2 2=1; ces: 6=1; emotion: 7=2; success: 1=1}')) b(bare, base)
WHERE bare OR n % 10 = 0
SQL
SELECT row_number() OVER (ORDER BY n, wide) AS i, coalesce(j, '[]') AS v
FROM (SELECT g AS n, g % 3 = 0 AS wide FROM generate_series(0, 140) g
      UNION ALL VALUES (700, false), (1500, true), (6000, false), (20000, true)) size,
  LATERAL (SELECT rollup(touch('2026-01-05 09:00+00'::timestamptz + x * x % 99991 * interval '7.5 s', (x * 7 % 23)::text,
                               CASE WHEN wide THEN repeat(md5((x % 300)::text), 4) END, feedback => CASE WHEN x % 50 = 0 THEN 'csat:2'::feedback END,
                               value => CASE WHEN wide THEN x * 1.1 END)) FROM generate_series(1, n) x) r(j)
SQL
SELECT n::bigint AS i, funnel_def(array_agg(CASE WHEN n % 3 = 0 THEN md5(x::text) ELSE 'a' || x % 30 END ORDER BY x), '7 days') AS v
FROM (SELECT * FROM generate_series(1, 200) UNION ALL VALUES (1000), (2001)) s(n), LATERAL (SELECT * FROM generate_series(1, n) x) r GROUP BY n
SQL
  [ flow_stats => 'flow_agg(j)' ], [ basket_stats => 'basket_agg(j)' ]);
# The types take each form that a table can be told to store. Each is written by COPY, which asks the column how.
for my $type (grep { $source{ $_->{name} } } base_types($node, $db))
{
  my ($t, $send) = @$type{qw(name send)};

  $node->safe_psql($db, "CREATE TABLE ${t}_source AS $source{$t}; COPY ${t}_source TO '$dir/values' (FORMAT binary)");
  for my $form (@forms)
  {
    my $small = $form eq 'plain' ? "WHERE octet_length($send(v)) < 7500" : '';

    $node->safe_psql($db, "CREATE TABLE ${t}_$form (i bigint, v $t); ALTER TABLE ${t}_$form ALTER v $forms{$form};
      COPY ${t}_$form FROM '$dir/values' (FORMAT binary) $small");
  }
  $node->safe_psql($db, <<"SQL");
CREATE TABLE ${t}_array AS SELECT i, ARRAY[v, NULL, v] AS a FROM ${t}_source;
CREATE TYPE ${t}_pair AS (i int, v $t);
CREATE TABLE ${t}_row AS SELECT i, ROW(i, v)::${t}_pair AS r FROM ${t}_source;
SQL

  my $stored_as = sub { my ($form, $what) = @_; return one($node, $db, "SELECT string_agg(DISTINCT ($what)::text, ' ') FROM ${t}_$form") };
  my $header = "pg_column_size(v) - octet_length($send(v))";

  is($stored_as->($_, 'pg_column_compression(v)'), s/main_//r, "$t $_ is compressed") for grep { /pglz|lz4/ } @forms;
  is($stored_as->('external', 'pg_column_compression(v)'), '', "$t external is not");
  is($stored_as->('plain', $header), '4', "$t plain has long headers only");
  is($stored_as->('external', $header), '0 1 4', "$t external has long ones, short ones, and values outside");
  for my $form (grep { $_ ne 'plain' } @forms)
  {
    my $pages = one($node, $db, "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = '${t}_$form'");

    cmp_ok($pages, '>', 0, "$t $form is toasted");
  }

  my $script = '';
  my $n = 0;
  for my $reader (readers($type, surface($node, $db)))
  {
    my ($label, $expression) = @$reader;
    my $r = "probe.read_${t}_" . $n++;

    $script .= <<"SQL";
CREATE FUNCTION $r(v $t) RETURNS text LANGUAGE plpgsql AS \$read\$
  BEGIN RETURN ($expression)::text; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END \$read\$;
WITH told AS (
  @{[ join ' UNION ALL ', map { "SELECT '$_' AS form, i, md5($r(v)) AS what FROM ${t}_$_" } @forms, 'source' ]}
  UNION ALL SELECT 'array', i, md5($r(a[3])) FROM ${t}_array UNION ALL SELECT 'row', i, md5($r((r).v)) FROM ${t}_row)
SELECT \$\$$label\$\$, t.form, count(*), 0 FROM told t JOIN told s USING (i)
WHERE s.form = 'source' AND t.what IS DISTINCT FROM s.what GROUP BY 2
UNION ALL SELECT 'told', NULL, count(*), count(DISTINCT what) FROM told;
SQL
  }
  my @told = rows($node, $db, $script);
  my ($cases, $results) = (0, 0);
  for (grep { $_->[0] eq 'told' } @told) { $cases += $_->[2]; $results += $_->[3] }
  note("$t: $n readers, $cases cases, $results different results");
  cmp_ok($results, '>', 1000, "the readers of $t tell something");
  is(join('; ', map { "@$_" } grep { $_->[0] ne 'told' } @told), '', "every function gives the same in every form of $t");
}

($code, $out, $err) = $node->psql($db, 'CREATE TABLE s (s tally_state); ALTER TABLE s ALTER s SET STORAGE extended');
like($err, qr/can only have storage PLAIN/, 'a working state is always stored aligned');
$node->stop;
done_testing();
