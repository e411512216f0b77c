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
$node->safe_psql('postgres', "CREATE DATABASE $_ OWNER owner") for qw(home plain custom inserts odd odd_copy);
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
  many cx.feedback[],
  bucket text GENERATED ALWAYS AS (cx.category(f)) STORED,
  month date GENERATED ALWAYS AS (cx.period(at, 'month', 'Europe/Berlin')) STORED,
  nps float8 GENERATED ALWAYS AS (cx.nps(t)) STORED,
  both_ways cx.tally GENERATED ALWAYS AS (t OPERATOR(cx.+) t) STORED,
  EXCLUDE USING btree (f WITH OPERATOR(cx.=), id WITH =));
CREATE INDEX answer_f ON public.answer (f);
CREATE INDEX answer_hash ON public.answer USING hash (f);
CREATE INDEX answer_down ON public.answer (cx.kind(f), cx.score(f) DESC, f DESC);
CREATE INDEX answer_month ON public.answer (cx.period(at, 'month')) WHERE cx.category(f) = 'promoter';
CREATE INDEX answer_t ON public.answer (t);
CREATE INDEX answer_t_hash ON public.answer USING hash (t);
CREATE INDEX answer_happy ON public.answer (public.happy(t));
CREATE STATISTICS public.answer_stat ON cx.kind(f), bucket FROM public.answer;
CREATE TABLE public.part (f cx.feedback, i int) PARTITION BY RANGE (f);
CREATE TABLE public.part_low PARTITION OF public.part FOR VALUES FROM (MINVALUE) TO ('csat:3');
CREATE TABLE public.part_high PARTITION OF public.part FOR VALUES FROM ('csat:3') TO (MAXVALUE);
CREATE TABLE public.hashed (f cx.feedback, i int) PARTITION BY HASH (f);
CREATE TABLE public.hashed_0 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.hashed_1 PARTITION OF public.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.state (k int, s cx.tally_state);
SET search_path = cx, pg_catalog;
INSERT INTO public.answer (id, at, f, s, t, many)
SELECT i, '2024-01-01 00:30+00'::timestamptz + i * interval '7 hours', f, feedback('rating', i % 9 * 0.5, 0, 5),
  tally(f, i % 7 * 0.25) + tally(f), array_agg(f)
FROM (SELECT i, feedback(k, l + (i * 7 % (10 * (h - l) + 1)) * 0.1, l, h) AS f FROM generate_series(1, 3000) i,
        LATERAL (SELECT (ARRAY['nps', 'csat', 'ces', 'effort', 'success', 'emotion', 'rating'])[1 + i % 7],
                        CASE WHEN i % 7 = 0 THEN 0 ELSE -(i % 11) END,
                        CASE WHEN i % 7 = 0 THEN 10 ELSE 5 + i % 13 END) x(k, l, h)) s
GROUP BY i, f;
INSERT INTO public.part SELECT f, id FROM public.answer;
INSERT INTO public.hashed SELECT f, id FROM public.answer;
INSERT INTO public.state SELECT id % 5, tally_accum('tally{csat: missing=2}', f, 1.5) FROM public.answer WHERE id < 100;
CREATE MATERIALIZED VIEW public.daily AS
  SELECT month, bucket, rollup(t) AS t, tally(f) AS f, nps(f) AS nps FROM public.answer GROUP BY 1, 2;
CREATE UNIQUE INDEX ON public.daily (month, bucket);
CREATE VIEW public.report AS SELECT d.month, r.* FROM public.daily d, score_report(d.t + d.f) r;
CREATE VIEW public.scores AS
  SELECT bucket, csat(s::feedback), ces(f), csat(score(f), scale_min(f), scale_max(f)) FILTER (WHERE kind(f) = 'csat') AS scaled,
    nps_low(rollup(t), interval_method => 'score'), f < min(f::text)::feedback AS below
  FROM public.answer GROUP BY bucket, f;
DELETE FROM public.answer WHERE id % 3 = 0;
UPDATE public.answer SET f = feedback('ces', id % 7 + 1) WHERE id % 5 = 0;
REFRESH MATERIALIZED VIEW public.daily;
SQL

# What must not change: every value, what is computed from it, every definition.
my $fingerprint = <<'SQL';
SELECT md5(concat(
 (SELECT string_agg(concat_ws('|', id, feedback_send(f), feedback_send(s), tally_send(t), many, bucket, month, nps,
    tally_send(both_ways)), ';' ORDER BY id) FROM public.answer),
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
$node->command_ok([ 'pg_dump', '--inserts', '--quote-all-identifiers', '-f', "$dir/inserts.sql", 'home' ],
  'a dump of INSERTs');
$node->command_ok([ @psql, '-d', 'inserts', '-f', "$dir/inserts.sql" ], 'restored');
for my $db (qw(plain custom inserts))
{
  is(print_of($db, 'cx'), $before, "$db: the same values");
  is(one($node, $db, $definitions), $defined, "$db: the same definitions");
  $node->safe_psql($db, 'REFRESH MATERIALIZED VIEW public.daily; REINDEX DATABASE ' . $db);
}

for my $format ('text', 'binary', 'csv')
{
  for my $table (qw(part state daily))
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

# From empty, past the longest short header (126 bytes), to many pages. Each form is written by COPY,
# which asks the column how.
$node->safe_psql($db, <<'SQL');
CREATE TABLE form_source AS
SELECT row_number() OVER (ORDER BY n, weighted) AS i, base + coalesce(t, 'tally{}') AS v
FROM (SELECT g / 2 AS n, g % 2 = 1 AS weighted FROM generate_series(0, 150) g
      UNION ALL VALUES (3000, false), (1501, true)) size,
  LATERAL (SELECT tally(feedback('rating', x * 37 % 100003 / 1000.0, 0, 1000),
                        CASE WHEN weighted THEN x % 1000 * 0.001 ELSE 1 END) FROM generate_series(1, n) x) r(t),
  (VALUES (true, 'tally{}'::tally),
          (false, 'tally{nps: 9=3 3=1 missing=1; csat: 4=2 2=1; ces: 6=1; emotion: 7=2; success: 1=1}')) b(bare, base)
WHERE bare OR n % 10 = 0;
SQL
for my $form (@forms)
{
  my $small = $form eq 'plain' ? 'WHERE octet_length(tally_send(v)) < 7500' : '';

  $node->safe_psql($db, "COPY form_source TO '$dir/values' (FORMAT binary); CREATE TABLE form_$form (i bigint, v tally);
    ALTER TABLE form_$form ALTER v $forms{$form}; COPY form_$form FROM '$dir/values' (FORMAT binary) $small");
}
$node->safe_psql($db, <<'SQL');
CREATE TABLE form_array AS SELECT i, ARRAY[v, NULL, v] AS a FROM form_source;
CREATE TYPE pair AS (i int, v tally);
CREATE TABLE form_row AS SELECT i, ROW(i, v)::pair AS r FROM form_source;
SQL

sub stored_as { my ($form, $what) = @_; return one($node, $db, "SELECT string_agg(DISTINCT ($what)::text, ' ') FROM form_$form") }

my $header = 'pg_column_size(v) - octet_length(tally_send(v))';
is(stored_as($_, 'pg_column_compression(v)'), s/main_//r, "$_ is compressed") for grep { /pglz|lz4/ } @forms;
is(stored_as('external', 'pg_column_compression(v)'), '', 'external is not');
is(stored_as('plain', $header), '4', 'plain has long headers only');
is(stored_as('external', $header), '0 1 4', 'external has long ones, short ones, and values outside');
for my $form (grep { $_ ne 'plain' } @forms)
{
  my $pages = one($node, $db, "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'form_$form'");

  cmp_ok($pages, '>', 0, "$form is toasted");
}

my ($tally) = grep { $_->{name} eq 'tally' } base_types($node, $db);
my $script = '';
my $n = 0;
for my $reader (readers($tally, surface($node, $db)))
{
  my ($label, $expression) = @$reader;
  my $r = 'probe.read' . $n++;

  $script .= <<"SQL";
CREATE FUNCTION $r(v tally) RETURNS text LANGUAGE plpgsql AS \$read\$
  BEGIN RETURN ($expression)::text; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END \$read\$;
WITH told AS (
  @{[ join ' UNION ALL ', map { "SELECT '$_' AS form, i, md5($r(v)) AS what FROM form_$_" } @forms, 'source' ]}
  UNION ALL SELECT 'array', i, md5($r(a[3])) FROM form_array UNION ALL SELECT 'row', i, md5($r((r).v)) FROM form_row)
SELECT \$\$$label\$\$, t.form, count(*), 0 FROM told t JOIN told s USING (i)
WHERE s.form = 'source' AND t.what IS DISTINCT FROM s.what GROUP BY 2
UNION ALL SELECT 'told', NULL, count(*), count(DISTINCT what) FROM told;
SQL
}
my @told = rows($node, $db, $script);
my ($cases, $results) = (0, 0);
for (grep { $_->[0] eq 'told' } @told) { $cases += $_->[2]; $results += $_->[3] }
note("$n readers, $cases cases, $results different results");
cmp_ok($results, '>', 1000, 'the readers tell something');
is(join('; ', map { "@$_" } grep { $_->[0] ne 'told' } @told), '', 'every function gives the same in every form');

($code, $out, $err) = $node->psql($db, 'CREATE TABLE s (s tally_state); ALTER TABLE s ALTER s SET STORAGE extended');
like($err, qr/can only have storage PLAIN/, 'a working state is always stored aligned');
$node->stop;
done_testing();
