# ALTER EXTENSION UPDATE from every version that was ever released ends at what CREATE EXTENSION makes: the same in
# every line of the catalogs. What was stored before is there afterwards, and so is what was built upon it.
#
# The released install scripts lie in sql/released, the scripts that lead from one version to the next in sql/upgrade.
# So that the way is tested before there is any release, earlier versions are made here of the first rooms of
# sql/modules, and then told apart from others that are wrong in one line.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use CXCatalog;
use File::Copy qw(copy);
use File::Path qw(make_path);
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $node = cx_node('update', 'fsync = off');
my ($version) = slurp_file("$top/cx_analytics.control") =~ /^default_version = '([^']+)'/m;
my @rooms = sort glob "$top/sql/modules/*.sql";
my $install_script = slurp_file("$top/sql/cx_analytics--$version.sql");

# ---- what was released ----

my %released = map { m{cx_analytics--([^/]+)\.sql$} ? ($1 => slurp_file($_)) : () } glob "$top/sql/released/*.sql";
my %upgrade = map { m{cx_analytics--([^/]+--[^/]+)\.sql$} ? ($1 => slurp_file($_)) : () } glob "$top/sql/upgrade/*.sql";
my @earlier = sort grep { $_ ne $version } keys %released;

note('released versions: ' . (join(', ', sort keys %released) || 'none yet') . '; upgrade scripts: ' . (join(', ', sort keys %upgrade) || 'none yet'));
is(scalar(keys %released), scalar(() = glob "$top/sql/released/*"), 'in sql/released there are install scripts only');
is(scalar(keys %upgrade), scalar(() = glob "$top/sql/upgrade/*"), 'in sql/upgrade there are upgrade scripts only');
is(join(' ', grep { !$released{ (split /--/)[0] } } sort keys %upgrade), '', 'every upgrade script leads away from a version that was released');
is(join(' ', grep { $_ ne $version && !$released{$_} } slurp_file("$top/CHANGELOG.md") =~ /^## \[?(\d+\.\d+\.\d+)\]?(?!.*unreleased)/gmi), '',
  'every version that CHANGELOG.md tells of, and is not the one being made, is there to be upgraded from');
ok(($released{$version} // $install_script) eq $install_script, 'a version does not change once it is released: for the next one raise default_version');
for (sort keys %upgrade)
{
  unlike($upgrade{$_}, qr/IF\s+(NOT\s+)?EXISTS|SECURITY\s+DEFINER|\bCASCADE\b/i, "$_ adopts nothing and takes nothing of the user's away");
  like($upgrade{$_}, qr/^\\echo .* \\quit$/m, "$_ refuses to be sourced in psql");
}

# ---- a place of our own, where the server finds versions of our own ----

my $dir = $node->basedir . '/versions';
my ($share, $lib) = map { my ($path) = run_command([ $ENV{PG_CONFIG} // 'pg_config', $_ ]); $path } '--sharedir', '--pkglibdir';
my %knows = map { $_->[0] => 1 } rows($node, 'postgres', "SELECT name FROM pg_settings WHERE name IN ('extension_destdir', 'extension_control_path')");

if (!%knows)
{
  note('this server knows no private place for extensions: versions are not made here');
  done_testing();
  exit;
}
make_path("$dir$share/extension", "$dir$lib");
copy($_, "$dir$lib/") || die "$_: $!" for "$top/cx_analytics.so";
copy($_, "$dir$share/extension/") || die "$_: $!" for "$top/cx_analytics.control", "$top/sql/cx_analytics--$version.sql", glob("$top/sql/upgrade/*.sql"),
  grep { !/--\Q$version\E\.sql$/ } glob "$top/sql/released/*.sql";
$node->append_conf('postgresql.conf', $knows{extension_destdir} ? "extension_destdir = '$dir'" : "extension_control_path = '$dir$share:\$system'");
$node->append_conf('postgresql.conf', "dynamic_library_path = '$dir$lib:\$libdir'");
$node->restart;

my $echo = qq{\\echo Use "ALTER EXTENSION cx_analytics UPDATE" to load this file. \\quit\n};
sub script { my ($name, $sql) = @_; append_to_file("$dir$share/extension/cx_analytics--$name.sql", $sql); return }

# The rooms before a number, and those from it on to another.
sub rooms { my ($from, $to) = @_; return join '', map { slurp_file($_) } grep { m{/(\d+)_[^/]*$} && $1 >= $from && $1 < $to } @rooms }

# The first rooms, then some more, then all.
my @made = ('0.0.1', '0.0.2');
script('0.0.1', rooms(0, 30));
script('0.0.1--0.0.2', $echo . rooms(30, 60));
script('0.0.2', rooms(0, 60));
script("0.0.2--$version", $echo . rooms(60, 1000));
ok(rooms(0, 1000) eq $install_script, 'the rooms together are the install script');

$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE mallory LOGIN; CREATE SCHEMA cx; CREATE EXTENSION cx_analytics SCHEMA cx');
my $fresh = catalog($node, 'postgres');
note(scalar(keys %$fresh) . ' lines tell of a fresh installation');
$node->safe_psql('postgres', 'DROP EXTENSION cx_analytics; CREATE EXTENSION cx_analytics');
probe_kit($node, 'postgres');    # fills the samples

# A database with an earlier version, installed by its owner.
sub earlier
{
  my ($db, $from) = @_;

  $node->safe_psql('postgres', "CREATE DATABASE $db OWNER owner");
  $node->safe_psql($db, "CREATE EXTENSION cx_analytics VERSION '$from'", extra_params => [ '-U', 'owner' ]);
  is(one($node, $db, "SELECT extversion FROM pg_extension WHERE extname = 'cx_analytics'"), $from, "version $from is installed");
  return $db;
}

# Values of every type, in tables with all kinds of indexes; views of every call; what stands on types and functions.
sub build_upon
{
  my ($db) = @_;
  my ($sql, $n) = ('CREATE SCHEMA kept;', 0);

  for my $type (base_types($node, $db))
  {
    my $t = $type->{name};

    if (!$SAMPLES{$t}) { fail("samples of type $t"); next }
    $sql .= "CREATE TABLE kept.value_$t (i serial, v $t, a $t\[]); INSERT INTO kept.value_$t (v, a) SELECT v, ARRAY[v, NULL] FROM unnest(ARRAY["
      . join(', ', map { "'$_'" } @{ $SAMPLES{$t} }) . "]::$t\[]) v;\n"
      . "CREATE VIEW kept.view_$t AS SELECT i, $type->{send}(v) AS bytes, v::text AS text, a::text AS array FROM kept.value_$t;\n"
      . "CREATE DOMAIN kept.domain_$t AS $t; CREATE TYPE kept.pair_$t AS (a $t, b $t\[]);\n"
      . "CREATE FUNCTION kept.given_$t(v $t) RETURNS SETOF $t LANGUAGE sql BEGIN ATOMIC SELECT v; END;\n";
    $sql .= "CREATE INDEX ON kept.value_$t USING $_->[0] (v);\n"
      for rows($node, $db, "SELECT amname FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod WHERE opcintype = '$t'::regtype AND opcdefault");
  }
  $node->safe_psql($db, $sql);
  # each call as a view of its own; what cannot be evaluated is a view that ends in an error, before as after
  $sql = '';
  for my $r (surface($node, $db))
  {
    next if grep { $_->{type} =~ /^(internal|cstring)$/ } @{ $r->{args} };
    my $call = call_of($r, map { (edges($_))[0] } @{ $r->{args} });

    $sql .= 'CREATE VIEW kept.call_' . $n++ . ($r->{result} eq 'cstring' ? " AS SELECT ($call) AS said;\n" : " AS SELECT ($call)::text AS said;\n");
  }
  $node->safe_psql($db, $sql . <<"SQL");
CREATE FUNCTION kept.call(name text) RETURNS text LANGUAGE plpgsql AS
  \$\$ DECLARE said text; BEGIN EXECUTE format('SELECT said FROM kept.%I', name) INTO said; RETURN said; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END \$\$;
SQL
  return $n;
}

# What is kept, as one value for each table, view and definition.
sub kept
{
  my ($db) = @_;
  my @views = map { $_->[0] } rows($node, $db, "SELECT viewname FROM pg_views WHERE schemaname = 'kept' AND viewname LIKE 'view%' ORDER BY 1");

  my $all = join ' UNION ALL ',
    (map { "SELECT '$_', md5(string_agg(v::text, ' ' ORDER BY i)) FROM kept.$_ v" } @views),
    "SELECT viewname, md5(concat(kept.call(viewname), definition)) FROM pg_views WHERE schemaname = 'kept'",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'kept'",
    "SELECT oid::regtype::text, typname FROM pg_type WHERE typnamespace = 'kept'::regnamespace";

  return join "\n", map { "@$_" } rows($node, $db, "$all ORDER BY 1, 2");
}

# The tables in which an index does not find each value that it holds.
sub lost
{
  my ($db) = @_;
  my @indexed = map { $_->[0] } rows($node, $db, <<'SQL');
SELECT DISTINCT indrelid::regclass FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
WHERE relnamespace = 'kept'::regnamespace AND amname = 'btree' ORDER BY 1
SQL

  cmp_ok(scalar @indexed, '>=', 2, 'indexes are looked at');
  return grep { one($node, $db, "SET enable_seqscan = off; SELECT count(*) FROM $_ a WHERE NOT EXISTS (SELECT FROM $_ b WHERE b.v = a.v AND b.i = a.i)") } @indexed;
}

# ---- from each earlier version ----

for my $from (@earlier, @made)
{
  my $db = earlier('from_' . $from =~ s/\W/_/gr, $from);
  my $calls = build_upon($db);
  my $before = kept($db);

  $node->safe_psql($db, 'ALTER EXTENSION cx_analytics UPDATE', extra_params => [ '-U', 'owner' ]);
  is(join("\n", catalog_diff(catalog($node, $db), $fresh)), '', "from $from: an update ends at what an installation makes");
  is(kept($db), $before, "from $from: values, indexes, domains, functions and $calls views are what they were");
  is(join(', ', lost($db)), '', "from $from: indexes find what was stored");
  is(one($node, $db, q{SELECT touch_count('[2026-01-05T09:00:00Z call]'::journey)}), '1', "from $from: what is new works");
  $node->safe_psql($db, 'DROP SCHEMA kept CASCADE; DROP EXTENSION cx_analytics');
  is(one($node, $db, "SELECT count(*) FROM pg_proc WHERE probin ~ 'cx_analytics'"), '0', "from $from: all of it can be dropped");
}
my ($code, $out, $err) = $node->psql('postgres', "ALTER EXTENSION cx_analytics UPDATE TO '0.0.1'");
like($err, qr/no update path/, 'there is no way back');

# ---- an update script that is wrong in one line is told ----

my $rest = rooms(30, 1000);
my %damage = (
  'a comment less' => [ sub { s/^COMMENT ON FUNCTION touch_count.*?;\n//ms }, qr/^comment on function touch_count/ ],
  'another comment' => [ sub { s/^(COMMENT ON AGGREGATE flow_agg\b.*?IS\s+')/$1x/ms }, qr/^comment on function flow_agg/ ],
  'another cost' => [ sub { s/^(CREATE FUNCTION touch_count\(.*?)( COST \d+)?;/$1 COST 77;/ms }, qr/^function touch_count\(journey\), procost: 77, should be/ ],
  'volatile' => [ sub { s/^(CREATE FUNCTION started_at\(.*?)IMMUTABLE/$1STABLE/ms }, qr/^function started_at\(journey\), provolatile: s, should be i/ ],
  'not parallel' => [ sub { s/^(CREATE AGGREGATE flow_agg\(.*?),?\s*PARALLEL = SAFE/$1/ms }, qr/^function flow_agg\(journey\), proparallel: u, should be s/ ],
  'no commutator' => [ sub { s/^(CREATE OPERATOR \@~ .*?)COMMUTATOR = ~\@,\s*/$1/ms && s/^(CREATE OPERATOR ~\@ .*?)COMMUTATOR = \@~,\s*/$1/ms }, qr/^operator \@~\(journey,journey_pattern\), oprcom: (0|-), should be/ ],
  'another estimator' => [ sub { s/^(CREATE OPERATOR \@& .*?)RESTRICT = matchingsel/$1RESTRICT = contsel/ms }, qr/^operator \@&\(journey,text\[\]\), oprrest: contsel/ ],
  'a default less' => [ sub { s/^(CREATE FUNCTION apdex_report\(.*?) DEFAULT 0\.95/$1/ms }, qr/^function apdex_report\(.*pronargdefaults: 0, should be 1/ ],
  'another storage' => [ sub { s/^(CREATE TYPE journey \(.*?)STORAGE = main/$1STORAGE = extended/ms }, qr/^type journey, typstorage: x, should be m/ ],
  'a cast that is implicit' => [ sub { s/^(CREATE CAST \(journey AS text\).*?)AS ASSIGNMENT/$1AS IMPLICIT/ms }, qr/^cast from journey to text, castcontext: i, should be a/ ],
  'a right less' => [ sub { $_ .= "REVOKE EXECUTE ON FUNCTION touch_count(journey) FROM PUBLIC;\n" }, qr/^(function touch_count\(journey\), proacl|initial privileges of function touch_count)/ ],
  'an object more' => [ sub { $_ .= "CREATE TABLE more (x int);\n" }, qr/^table more as member/ ],
  'an object that is not owned' => [ sub { $_ .= "ALTER EXTENSION cx_analytics DROP FUNCTION touch_count(journey);\n" }, qr/^function touch_count\(journey\) (as member|depends)/ ]);

$node->safe_psql('postgres', 'CREATE DATABASE wrong');
for my $what (sort keys %damage)
{
  my ($damage, $told) = @{ $damage{$what} };
  my $wrong = '0.0.3-' . $what =~ s/\W+/-/gr;
  my $sql = $rest;

  $damage->() for $sql;
  isnt($sql, $rest, "$what: the script is another");
  script($wrong, rooms(0, 30));
  script("$wrong--$version", $echo . $sql);
  $node->safe_psql('wrong', "CREATE EXTENSION cx_analytics VERSION '$wrong'; ALTER EXTENSION cx_analytics UPDATE TO '$version'");
  my @diff = catalog_diff(catalog($node, 'wrong'), $fresh);
  ok(scalar(grep { /$told/ } @diff), "$what: the difference is told") || diag(join "\n", @diff[ 0 .. ($#diff > 9 ? 9 : $#diff) ]);
  $node->safe_psql('wrong', 'DROP EXTENSION cx_analytics CASCADE');
}

# ---- somebody has planted what an update adds ----

$node->safe_psql('wrong', "CREATE EXTENSION cx_analytics VERSION '0.0.1'; GRANT CREATE ON SCHEMA public TO mallory");
my $before = catalog($node, 'wrong');
for ([ 'FUNCTION earned_growth_agg(float8, float8, boolean) RETURNS text', 'earned_growth_agg' ], [ 'DOMAIN journey AS text', 'journey' ],
  [ 'FUNCTION session_id(timestamptz, interval) RETURNS text', 'session_id' ], [ 'TABLE churn_model (x int)', 'churn_model' ])
{
  my ($plant, $name) = @$_;
  my ($what, $dropped) = $plant =~ /^(\w+) (\S+?\(.*?\)|\w+)/;
  my $body = $what eq 'FUNCTION' ? " LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''planted''; END'" : '';

  $node->safe_psql('wrong', "CREATE $plant$body", extra_params => [ '-U', 'mallory' ]);
  ($code, $out, $err) = $node->psql('wrong', 'ALTER EXTENSION cx_analytics UPDATE');
  like($err, qr/ERROR: .*"$name".*already exists/, "$name is planted: the update is refused by its name");
  is(join("\n", catalog_diff(catalog($node, 'wrong'), $before)), '', "$name is planted: and nothing has changed");
  $node->safe_psql('wrong', "DROP $what $dropped", extra_params => [ '-U', 'mallory' ]);
}
$node->safe_psql('wrong', 'ALTER EXTENSION cx_analytics UPDATE');
is(join("\n", catalog_diff(catalog($node, 'wrong'), $fresh)), '', 'without them it goes through');

$node->stop;
done_testing();
