# Whoever may create objects where the extension goes gains nothing by being there first; whoever installs it need
# not be superuser; and what it does depends on nothing but the arguments: no privilege, no setting, no search_path.
# CX_LONG=1: every plant in every place, and more arguments.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use CXCatalog;
use PostgreSQL::Test::Utils;
use Test::More;

my $long = $ENV{CX_LONG};
my $node = cx_node('security', 'fsync = off');
my $db = 'postgres';
my $super = one($node, $db, 'SELECT current_user');

# A script as another role. Dies when it fails.
sub as
{
  my ($role, $db, $sql) = @_;
  return $node->safe_psql($db, $sql, extra_params => [ '-U', $role, '-F', "\t" ]);
}

# What a script that must fail says.
sub refused
{
  my ($role, $db, $sql) = @_;
  my ($code, $out, $err) = $node->psql($db, $sql, extra_params => [ '-U', $role, '-v', 'VERBOSITY=verbose' ]);
  return $code ? $err : "not refused: $out";
}

my $extension = "(SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')";
my $members = "(SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass AND refobjid = $extension)";

$node->safe_psql($db, "CREATE ROLE mallory LOGIN; CREATE ROLE owner LOGIN; CREATE ROLE guest LOGIN; CREATE ROLE nobody_at_all LOGIN");

# ---- what a hostile role can plant, told by the extension itself ----

$node->safe_psql($db, 'CREATE SCHEMA ref; CREATE EXTENSION cx_analytics SCHEMA ref');
my $reference = catalog($node, $db);
my @ours = map { $_->{name} =~ s/^ref\.//r } base_types($node, $db);

# All routines: name, kind, types of the input arguments, whether all of those are built in.
my @routines = map { { name => $_->[0], aggregate => $_->[1] eq 'a', args => [ split /;/, $_->[2] ], builtin => $_->[3] eq 't', result => $_->[4] } }
  rows($node, $db, <<"SQL");
SELECT quote_ident(proname), prokind, coalesce((SELECT string_agg(CASE WHEN t IN (SELECT objid FROM $members m) THEN 'ours ' || typname
      WHEN typelem IN (SELECT objid FROM $members m) THEN 'ours ' || (SELECT typname FROM pg_type e WHERE e.oid = y.typelem) || '[]' ELSE format_type(t, NULL) END, ';' ORDER BY i)
    FROM unnest(proargtypes::oid[]) WITH ORDINALITY u(t, i) JOIN pg_type y ON y.oid = t), ''),
  NOT EXISTS (SELECT FROM unnest(proargtypes::oid[]) u(t) WHERE t >= 16384 OR t IN ('internal'::regtype, 'cstring'::regtype)),
  CASE WHEN proretset OR prorettype >= 16384 OR prorettype::regtype IN ('void', 'internal', 'cstring') THEN 'text' ELSE format_type(prorettype, NULL) END
FROM pg_proc JOIN $members m ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid
WHERE prokind IN ('f', 'a', 'w') ORDER BY 1, 2, 3
SQL
my @operators = map { { name => $_->[0], args => [ $_->[1], $_->[2] ] } } rows($node, $db, <<"SQL");
SELECT oprname, format_type(oprleft, NULL), format_type(oprright, NULL) FROM pg_operator JOIN $members m ON classid = 'pg_operator'::regclass AND objid = pg_operator.oid
ORDER BY 1, 2, 3
SQL
for my $o (@operators) { s/^ref\./ours / for @{ $o->{args} } }
# What the install script takes from pg_catalog: types of arguments, estimators, support functions, comparisons.
my @builtin_types = map { $_->[0] } rows($node, $db, <<"SQL");
SELECT DISTINCT t.typname FROM pg_proc p JOIN $members m ON classid = 'pg_proc'::regclass AND objid = p.oid,
  unnest(coalesce(proallargtypes, proargtypes::oid[]) || prorettype) u(o), pg_type t
WHERE t.oid = o AND t.typnamespace = 'pg_catalog'::regnamespace AND typname NOT LIKE '\\_%'
UNION SELECT unnest('{boolean,integer,bigint,timestamptz,unknown}'::name[]) ORDER BY 1
SQL
my @builtin_functions = map { $_->[0] } rows($node, $db, <<"SQL");
SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND oid IN (
  SELECT unnest(ARRAY[oprrest, oprjoin])::oid FROM pg_operator JOIN $members m ON classid = 'pg_operator'::regclass AND objid = pg_operator.oid
  UNION SELECT amproc::oid FROM pg_amproc JOIN $members m ON classid = 'pg_opfamily'::regclass AND objid = amprocfamily)
UNION SELECT unnest('{texteq,float8,text,int4,interval,array_in,lower}'::name[]) ORDER BY 1
SQL
$node->safe_psql($db, 'DROP EXTENSION cx_analytics; DROP SCHEMA ref');
cmp_ok(scalar @routines, '>', 500, 'the names to plant are those of the extension');
cmp_ok(scalar(grep { $_->{builtin} } @routines), '>', 100, 'and many of them can be planted with their whole signature');
cmp_ok(scalar @builtin_functions, '>', 8, 'the install script takes functions from pg_catalog');

# The body of everything planted: it tells that it ran, and as whom, in a way that no rollback undoes.
my $trap = 'BEGIN PERFORM pg_catalog.nextval(\'trap.ran\'); RAISE LOG \'a planted body ran as %\', current_user; RETURN NULL; END';

sub plant_function
{
  my ($schema, $name, $result, @types) = @_;
  return "CREATE FUNCTION $schema.$name(" . join(', ', @types) . ") RETURNS $result LANGUAGE plpgsql IMMUTABLE AS \$trap\$ $trap \$trap\$";
}

# Overloads: our names with types that are nearly ours, and what is built in. None is an object of ours, so that the
# extension can be installed beside them.
sub overloads
{
  my ($schema) = @_;
  my (@plants, %own);
  my $types = sub { my ($how, @types) = @_; return map { $_ eq 'internal' || $_ eq 'cstring' ? 'anyelement' : /^ours (\w+)(.*)/ ? ($how eq 'lair' ? "lair.$1$2" : $how) : $how =~ /^any/ ? $how : $_ } @types };

  $own{"$_->{name}(@{ $_->{args} })"} = 1 for @routines;
  for my $r (@routines)
  {
    for my $how ('lair', 'text', 'anyelement', $long ? ('anyarray', 'jsonb', 'bytea') : ())
    {
      my @types = $types->($how, @{ $r->{args} });

      next if $own{"$r->{name}(@types)"}++;
      push @plants, plant_function($schema, $r->{name}, 'text', @types);
    }
    push @plants, plant_function($schema, $r->{name}, 'text', 'VARIADIC anyarray') if !$own{"$r->{name} VARIADIC"}++;
    push @plants, "CREATE TABLE $schema.$r->{name} (x int)" if !$own{ $r->{name} }++ && !grep { $_ eq $r->{name} } @ours;
  }
  for my $o (@operators, map { { name => $_, args => [ 'text', 'text' ] } } '=', '<', '||', '+', '-', '~~')
  {
    for my $how ('lair', 'text', 'anyelement', 'anyarray')
    {
      my @types = $types->($how, @{ $o->{args} });

      next if $own{"$o->{name} (@types)"}++;
      push @plants, "CREATE OPERATOR $schema.$o->{name} (FUNCTION = trap.operator, LEFTARG = $types[0], RIGHTARG = $types[1])" if $how =~ /^any/;
      push @plants, plant_function('trap', 'operator_of', 'boolean', @types) if !$own{"operator_of(@types)"}++ && $how !~ /^any/;
      push @plants, "CREATE OPERATOR $schema.$o->{name} (FUNCTION = trap.operator_of, LEFTARG = $types[0], RIGHTARG = $types[1])" if $how !~ /^any/;
    }
  }
  push @plants, map { "CREATE DOMAIN $schema.\"$_\" AS int" } @builtin_types;
  for my $f (@builtin_functions)
  {
    push @plants, map { plant_function($schema, $f, 'text', split /;/) } 'text', 'int', 'int;int', 'anyelement', 'anyelement;anyelement', 'text;text', 'float8', 'oid', 'cstring;oid;int';
  }
  return @plants;
}

# Clashes: objects that have the name, and for routines the arguments, of one of ours. [create, drop, name]
sub clashes
{
  my ($schema) = @_;
  my @plants;

  for my $r (grep { $_->{builtin} } @routines)
  {
    my $args = join ', ', @{ $r->{args} };
    my $what = $r->{aggregate} ? 'AGGREGATE' : 'FUNCTION';

    push @plants, [ plant_function($schema, $r->{name}, $r->{result}, @{ $r->{args} }), "DROP FUNCTION $schema.$r->{name}($args)", $r->{name} ];
    push @plants, [ "CREATE PROCEDURE $schema.$r->{name}($args) LANGUAGE plpgsql AS \$trap\$ $trap \$trap\$" =~ s/RETURN NULL; //r, "DROP PROCEDURE $schema.$r->{name}($args)", $r->{name} ]
      if $r->{name} =~ /^[a-n]/;
    push @plants, [ "CREATE AGGREGATE $schema.$r->{name}($args) (SFUNC = trap.state, STYPE = text)", "DROP AGGREGATE $schema.$r->{name}($args)", $r->{name} ]
      if $r->{aggregate} && "@{ $r->{args} }" eq 'double precision';
  }
  for my $t (@ours)
  {
    my @forms = (
      [ "DOMAIN $schema.$t AS text", "DOMAIN $schema.$t" ], [ "TABLE $schema.$t (x int)", "TABLE $schema.$t" ],
      [ "TYPE $schema.$t AS (x int)", "TYPE $schema.$t" ], [ "TYPE $schema.$t AS ENUM ('nps:9')", "TYPE $schema.$t" ],
      [ "TYPE $schema.$t AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = lair.many)", "TYPE $schema.$t" ],
      [ "TYPE lair.one AS RANGE (SUBTYPE = float8, MULTIRANGE_TYPE_NAME = $schema.$t)", 'TYPE lair.one' ],
      [ "VIEW $schema.$t AS SELECT 1 AS x", "VIEW $schema.$t" ], [ "MATERIALIZED VIEW $schema.$t AS SELECT 1 AS x", "MATERIALIZED VIEW $schema.$t" ]);

    @forms = $forms[ length($t) % @forms ] if !$long && $t ne 'journey';
    push @plants, map { [ "CREATE $_->[0]", "DROP $_->[1]", $t ] } @forms;
  }
  return @plants;
}

sub quoted { my ($text) = @_; return '$q$' . $text . '$q$' }

# Runs statements as a role, each by itself; those that are refused are told with their SQLSTATE.
sub plant
{
  my ($db, @plants) = @_;
  my $values = join ",\n", map { '(' . quoted($_) . ')' } @plants;

  $node->safe_psql($db, <<"SQL");
SET check_function_bodies = off;
CREATE TABLE public.planted (sql text, outcome text);
DO \$do\$
DECLARE statement text;
BEGIN
  FOR statement IN SELECT * FROM (VALUES $values) v LOOP
    DECLARE outcome text = 'planted';
    BEGIN
      SET LOCAL SESSION AUTHORIZATION mallory;
      EXECUTE statement;
      RESET SESSION AUTHORIZATION;
      INSERT INTO public.planted VALUES (statement, outcome);
    EXCEPTION WHEN OTHERS THEN
      RESET SESSION AUTHORIZATION;
      INSERT INTO public.planted VALUES (statement, SQLSTATE || ' ' || SQLERRM);
    END;
  END LOOP;
END \$do\$;
SQL
}

# Where it goes. "own": the first schema of the search_path is the attacker's; "public": as all may; "shared": a
# schema of the installing role, where the attacker may create, while his own comes first in the search_path.
my %place = (own => 'evil', public => 'public', shared => 'cx');
my $turn = 0;

$node->safe_psql('postgres', 'CREATE DATABASE planted OWNER owner');
$node->safe_psql('planted', <<"SQL");
CREATE SCHEMA cx; GRANT CREATE, USAGE ON SCHEMA cx TO mallory;
CREATE SCHEMA evil AUTHORIZATION mallory; CREATE SCHEMA lair AUTHORIZATION mallory; CREATE SCHEMA trap AUTHORIZATION mallory;
GRANT CREATE ON SCHEMA public TO mallory;
SET SESSION AUTHORIZATION mallory;
GRANT USAGE, CREATE ON SCHEMA evil, lair, trap TO PUBLIC;
CREATE SEQUENCE trap.ran;
GRANT ALL ON SEQUENCE trap.ran TO PUBLIC;
@{[ plant_function('trap', 'operator', 'boolean', 'anyelement', 'anyelement') ]};
@{[ plant_function('trap', 'operator', 'boolean', 'anyarray', 'anyarray') ]};
@{[ plant_function('trap', 'state', 'text', 'text', 'float8') ]};
@{[ join '', map { "CREATE TYPE lair.$_ AS (x int); CREATE FUNCTION lair.cast_to(lair.$_) RETURNS text LANGUAGE plpgsql AS \$trap\$ $trap \$trap\$;
  CREATE CAST (lair.$_ AS text) WITH FUNCTION lair.cast_to(lair.$_) AS IMPLICIT;\n" } @ours ]}
SQL
plant('planted', map { overloads($_) } 'evil', 'public', 'cx');
{
  my ($planted) = one($node, 'planted', "SELECT count(*) FROM public.planted WHERE outcome = 'planted'");

  note("$planted objects planted, not planted: $_->[1] with $_->[0], like $_->[2]")
    for rows($node, 'planted', "SELECT left(outcome, 5), count(*), min(outcome || ' ' || sql) FROM public.planted WHERE outcome <> 'planted' GROUP BY 1");
  cmp_ok($planted, '>', 5000, 'thousands of things are planted');
}
# what only a superuser may make cannot be planted
like(refused('mallory', 'planted', "CREATE $_"), qr/42501|42809/, 'an attacker cannot plant: ' . s/evil\.//gr)
  for map { ("OPERATOR FAMILY evil.${_}_ops USING btree", "OPERATOR CLASS evil.${_}_ops FOR TYPE text USING btree AS STORAGE text", "TYPE evil.$_",
    "TYPE evil.$_ (INPUT = textin, OUTPUT = textout)") } $ours[0];

for my $installer ($super, 'owner')
{
  for my $place (sort keys %place)
  {
    next if !$long && "$installer $place" !~ /^($super own|owner public)$/;
    my $target = $place{$place};
    my $db = "attacked_${place}_" . ($installer eq 'owner' ? 'owner' : 'super');
    my $create = 'CREATE EXTENSION cx_analytics' . ($place eq 'shared' ? ' SCHEMA cx' : '');
    my $path = $place eq 'public' ? 'public, evil' : 'evil, public';
    my $title = "installed by " . ($installer eq 'owner' ? 'the owner of the database' : 'a superuser') . ", $place";

    $node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE planted OWNER owner; ALTER DATABASE $db SET search_path = $path");
    $node->safe_psql($db, "ALTER SCHEMA cx OWNER TO $installer");

    # the trap is one
    as('mallory', $db, "SELECT trap.operator(1, 2)");
    is(one($node, $db, 'SELECT is_called FROM trap.ran'), 't', "$title: a body that runs is seen");
    as('mallory', $db, 'ALTER SEQUENCE trap.ran RESTART');

    # clashes first, one by one: each must be refused by its name
    my @clashes = clashes($target);
    @clashes = @clashes[ grep { ($_ + $turn) % 12 == 0 || $clashes[$_][0] =~ /\Q$target\E\.journey / && $installer eq 'owner' } 0 .. $#clashes ] if !$long;
    $turn++;
    my $values = join ",\n", map { '(' . join(', ', map { quoted($_) } @$_) . ')' } @clashes;
    my @outcomes = rows($node, $db, <<"SQL");
CREATE TABLE public.outcome (plant text, name text, state text, message text, leftover text);
DO \$do\$
DECLARE
  p record;
  state text;
  message text;
BEGIN
  FOR p IN SELECT * FROM (VALUES $values) v(create_it, drop_it, name) LOOP
    SET LOCAL SESSION AUTHORIZATION mallory;
    EXECUTE p.create_it;
    RESET SESSION AUTHORIZATION;
    BEGIN
      SET LOCAL SESSION AUTHORIZATION $installer;
      EXECUTE '$create';
      state := 'installed';
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
    END;
    RESET SESSION AUTHORIZATION;
    INSERT INTO public.outcome VALUES (p.create_it, p.name, state, message,
      (SELECT string_agg(proname, ' ') FROM (SELECT proname FROM pg_proc WHERE probin ~ 'cx_analytics' UNION ALL SELECT extname FROM pg_extension WHERE extname = 'cx_analytics'
        UNION ALL SELECT typname FROM pg_type WHERE typnamespace = '$target'::regnamespace AND typowner <> 'mallory'::regrole AND typtype = 'b' AND typelem = 0) l));
    EXIT WHEN state = 'installed';
    SET LOCAL SESSION AUTHORIZATION mallory;
    EXECUTE p.drop_it;
    RESET SESSION AUTHORIZATION;
  END LOOP;
END \$do\$;
SELECT name, state, message, leftover, plant FROM public.outcome;
SQL
    my @odd = grep { $_->[1] !~ /^(42723|42710|42P07)$/ || $_->[2] !~ /"\Q$_->[0]\E"/ || $_->[3] ne '' } @outcomes;
    is(scalar @outcomes, scalar @clashes, "$title: all of " . @clashes . ' clashes were tried');
    is(join("\n", map { join ' | ', map { substr $_, 0, 200 } @$_ } @odd), '', "$title: each is refused by its name, and leaves nothing");

    # without a clash it is installed, and is what it would be without all that
    as($installer, $db, $create);
    is(one($node, $db, "SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'cx_analytics'"), $target, "$title: it is where it was meant to be");
    is(join("\n", catalog_diff(catalog($node, $db), $reference)), '', "$title: beside all that, it is the same as without");
    is(one($node, $db, <<"SQL"), '', "$title: nothing planted belongs to it, and it depends on nothing planted");
SET enable_nestloop = off;
WITH planted AS MATERIALIZED (
  SELECT classid AS class, objid AS id FROM pg_shdepend
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND refclassid = 'pg_authid'::regclass
    AND refobjid = 'mallory'::regrole AND deptype = 'o' AND NOT (classid = 'pg_namespace'::regclass AND objid = '$target'::regnamespace)),
member AS MATERIALIZED $members
SELECT string_agg(pg_describe_object(classid, objid, 0), ', ') FROM (
  SELECT m.* FROM member m JOIN planted ON m.classid = class AND m.objid = id
  UNION SELECT m.* FROM member m JOIN pg_depend d USING (classid, objid) JOIN planted ON d.refclassid = class AND d.refobjid = id) captured
SQL
    # and moving it on meets what lies there
    if ($installer eq $super)
    {
      my $next = $target eq 'evil' ? 'cx' : 'evil';
      my ($clash) = clashes($next);

      as('mallory', $db, $clash->[0]);
      like(refused($installer, $db, "ALTER EXTENSION cx_analytics SET SCHEMA $next"), qr/(42723|42710).*already exists in schema "$next"/, "$title: it does not move over what is there");
      as('mallory', $db, $clash->[1]);
      $node->safe_psql($db, "ALTER EXTENSION cx_analytics SET SCHEMA $next");
      is(join("\n", catalog_diff(catalog($node, $db), $reference)), '', "$title: moved in between plants, it is the same still");
    }
    is(one($node, $db, 'SELECT is_called FROM trap.ran'), 'f', "$title: nothing planted ever ran");
    as($installer, $db, 'DROP EXTENSION cx_analytics');
    is(one($node, $db, "SELECT count(*) FROM pg_proc WHERE proowner = 'mallory'::regrole AND pronamespace = '$target'::regnamespace") > 1000 ? 'there' : 'gone', 'there', "$title: what was planted was not dropped with it");
    $node->safe_psql('postgres', "DROP DATABASE $db");
  }
}

# ---- installed by the owner of a database, who is no superuser ----

$node->safe_psql('postgres', 'CREATE DATABASE trusted OWNER owner');
like(refused('guest', 'trusted', 'CREATE EXTENSION cx_analytics'), qr/42501/, 'without CREATE on the database there is no installing');
is(one($node, 'trusted', "SELECT count(*) FROM pg_proc WHERE probin ~ 'cx_analytics'"), '0', 'and nothing is left of the attempt');
as('owner', 'trusted', 'CREATE SCHEMA cx; GRANT USAGE ON SCHEMA cx TO PUBLIC; CREATE EXTENSION cx_analytics SCHEMA cx');
is(join("\n", catalog_diff(catalog($node, 'trusted'), $reference)), '', 'installed by the owner of a database it is the same as by a superuser');
is(one($node, 'trusted', "SELECT extowner::regrole FROM pg_extension WHERE extname = 'cx_analytics'"), 'owner', 'the extension is his');
is(one($node, 'trusted', "SELECT string_agg(DISTINCT proowner::regrole::text, ' ') FROM pg_proc WHERE probin ~ 'cx_analytics'"), $super,
  'the objects in it belong to the superuser of the cluster, as of every trusted extension');
like(refused('owner', 'trusted', $_), qr/42501/, "so the owner cannot: $_")
  for 'ALTER FUNCTION cx.nps(cx.tally) SECURITY DEFINER', 'ALTER FUNCTION cx.nps(cx.tally) OWNER TO owner', "CREATE OR REPLACE FUNCTION cx.nps(tally cx.tally) RETURNS float8 LANGUAGE sql AS 'SELECT 100'",
  'ALTER TYPE cx.journey SET (STORAGE = external)', 'ALTER OPERATOR cx.= (cx.journey, cx.journey) SET (RESTRICT = NONE)', 'CREATE CAST (cx.journey AS bytea) WITHOUT FUNCTION';
like(refused('guest', 'trusted', $_), qr/42501/, "a guest cannot: $_") for 'DROP EXTENSION cx_analytics', 'ALTER EXTENSION cx_analytics SET SCHEMA public', 'ALTER EXTENSION cx_analytics UPDATE';
is(as('guest', 'trusted', <<'SQL'), "100\tt\t2\t2026-01-05", 'everyone can use it, by what PUBLIC may by default');
CREATE TEMP TABLE answer (f cx.feedback PRIMARY KEY, j cx.journey DEFAULT '[2026-01-05T09:00:00Z call, 2026-01-06T09:00:00Z 7]');
INSERT INTO answer VALUES ('nps:9'), ('nps:10');
CREATE INDEX ON answer USING gin (j);
SELECT cx.nps(f), bool_and(j OPERATOR(cx.@~) 'call ~> 7'), min(cx.touch_count(j)), cx.period(min(cx.started_at(j)), 'day') FROM answer;
SQL
as('owner', 'trusted', 'ALTER EXTENSION cx_analytics UPDATE');
# the server wants the owner of each object for that, and that is not who installed a trusted extension
like(refused('owner', 'trusted', 'CREATE SCHEMA elsewhere; ALTER EXTENSION cx_analytics SET SCHEMA elsewhere'), qr/42501.*must be owner of function/, 'the owner can update it, not move it');
is(join("\n", catalog_diff(catalog($node, 'trusted'), $reference)), '', 'and it stays what it was');
as('owner', 'trusted', 'DROP EXTENSION cx_analytics');
is(one($node, 'trusted', "SELECT count(*) FROM pg_proc WHERE probin ~ 'cx_analytics'"), '0', 'and drop it');

# ---- the library does nothing but answer calls ----

my $library = one($node, 'postgres', "SHOW dynamic_library_path") =~ /^([^:\$]+)/ ? "$1/cx_analytics.so" : '';
$library = "$FindBin::RealBin/../../cx_analytics.so" if !-e $library;
my ($undefined) = run_command([ 'nm', '-D', '--undefined-only', $library ]);
my ($defined) = run_command([ 'nm', '-D', '--defined-only', $library ]);
like($undefined, qr/\bpalloc\b/, 'nm tells what the library takes from the server');
like($defined, qr/ T nps_low\b/, 'and what it gives');
unlike($defined, qr/\b_PG_init\b/, 'loading the library does nothing: no settings, no hooks, no workers');
is(join(' ', sort grep { /^(SPI_|RegisterBackgroundWorker|RegisterDynamicBackgroundWorker|DefineCustom|SetConfigOption|set_config_option|GetConfigOption|MarkGUC|EmitWarningsOnPlaceholders
    |SetUserIdAndSecContext|SetCurrentRoleId|\w+_hook$|RegisterXactCallback|RegisterSubXactCallback|XLog|RegisterCustomRmgr|RequestAddinShmemSpace|RequestNamedLWLock|ShmemInit|LWLock|dsm_|dsa_
    |ProcessUtility|standard_|Executor|pg_parse|pg_analyze|planner|raw_parser|parseTypeString|to_reg|FuncnameGetCandidates|LookupFuncName|OpernameGet|RangeVarGet|get_func_oid|fmgr_info|OidFunctionCall|OidInputFunctionCall
    |SearchSysCache|relation_open|table_open|index_open|heap_|simple_heap|CatalogTuple|smgr|ReadBuffer|OpenTransientFile|AllocateFile|PathNameOpenFile|BufFile|OpenPipeStream
    |system$|popen|exec[vl]|fork$|dlopen|load_external_function|f?open(64)?$|fopen|unlink|rename|mkdir|socket|connect$|send(to)?$|getenv|setenv|putenv|setlocale|GetUserId|pg_class_aclcheck|object_aclcheck|has_privs_of_role)/x }
  map { /\bU (\w+)/ ? $1 : () } split /\n/, $undefined), '', 'the library looks nothing up, runs nothing, writes nothing, asks for nobody, and opens nothing');
my ($needed) = run_command([ 'objdump', '-p', $library ]);
is(join(' ', sort map { /NEEDED\s+(\S+)/ ? $1 =~ s/\.so.*//r : () } split /\n/, $needed), 'libc libm', 'it needs libc and libm, and the server');
is(one($node, 'postgres', <<'SQL'), '0 0', 'loaded, it has brought no settings and no processes');
CREATE EXTENSION cx_analytics;
SELECT FROM nps('tally{}'::tally);
SELECT (SELECT count(*) FROM pg_settings WHERE name ~ '^cx') || ' ' || (SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'cx' OR application_name ~ 'cx_');
SQL
$node->safe_psql('postgres', 'DROP EXTENSION cx_analytics');

# ---- every call there is, once as a superuser, then as nobody, and under all kinds of settings ----

# The calls are resolved when they are written down (SQL-standard bodies), and evaluated when they run. The results are
# bytes: what a text of a date looks like is no business of ours. The first ones are not of the extension: they show
# that the settings do something.
my %control = (
  'time' => q{now()::date::timestamptz::text}, 'interval' => q{'1 day 02:03'::interval::text}, 'float' => q{(1::float8 / 3)::text}, 'bytes' => q{'\x41ff'::bytea::text},
  'name' => q{evil.captured('a')}, 'rights' => q{(SELECT count(*) FROM pg_authid)::text}, 'order' => q{('a' < 'B')::text});
$control{"cx_$_"} = delete $control{$_} for keys %control;

my $schema = q{we"ird $$ schema'; -- \\ %s é};
my $quoted = '"' . $schema =~ s/"/""/gr . '"';

sub write_calls
{
  my ($db, $kinds) = @_;

  $node->safe_psql($db, "CREATE SCHEMA $quoted; CREATE EXTENSION cx_analytics SCHEMA $quoted;
    DO \$set\$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = %I, public', current_database(), \$name\$$schema\$name\$); END \$set\$");
  if ($db eq 'calls') { probe_kit($node, $db) }    # fills the samples
  else { $node->safe_psql($db, 'CREATE SCHEMA probe') }
  my %send = map { $_->[0] => $_->[1] } rows($node, $db, "SELECT format_type(oid, NULL), typsend::regproc FROM pg_type WHERE typsend <> 0 AND typtype IN ('b', 'p')");
  # rows as the bytes of their columns: those of a whole row would hold oids of types
  my %columns = map { $_->[0] => $_->[1] } rows($node, $db, <<'SQL');
SELECT p.oid::regprocedure, string_agg(format($$coalesce(encode(%s(x.%I), 'hex'), 'NULL')$$, typsend::regproc, name), ', ' ORDER BY i)
FROM pg_proc p, unnest(proallargtypes, proargmodes, proargnames) WITH ORDINALITY a(type, mode, name, i) JOIN pg_type t ON t.oid = type
WHERE proretset AND mode IN ('t', 'o') AND prorettype = 'record'::regtype AND probin ~ 'cx_analytics' GROUP BY 1
SQL
  my (@calls, %seen);
  my $call = sub { my ($label, $sql) = @_; push @calls, [ $label, $sql ] if !$seen{"$label $sql"}++ };

  $call->($_, $control{$_}) for sort keys %control;
  for my $r (surface($node, $db))
  {
    my @args = @{ $r->{args} };
    next if grep { $_->{type} eq 'internal' } @args;
    my @edges = map { [ edges($_) ] } @args;
    my $label = "$r->{kind} $r->{label}" =~ s/\Q$quoted\E\.//gr;

    for my $k (0 .. $kinds - 1)
    {
      # the first ones go together; then one of them is another, or all are
      my @values = map { $edges[$_][ ($k % 4 == 3 ? $k + $k * $_ : $k % (@args || 1) == $_ ? $k : 0) % @{ $edges[$_] } ] } 0 .. $#args;
      my $columns = $columns{ $r->{label} } // "encode(" . ($send{ $r->{result} } // 'no_send') . "(x), 'hex')";
      my $send = $send{ $r->{result} };
      my $sql = $r->{result} =~ /^(cstring|void|internal)$/ || $r->{kind} eq 'window' ? call_of($r, @values)
        : $r->{set} ? "(SELECT string_agg(concat_ws('|', $columns), ' ') FROM " . call_of({ %$r, set => 0 }, @values) . ' x)'
        : "encode($send(" . call_of($r, @values) . "), 'hex')";

      $call->("$label, $k", $sql);
      # aggregates over several rows, in which what looks like a value changes
      if ($r->{kind} eq 'aggregate')
      {
        my @changing = map { $args[$_]{type} =~ /^(text|interval|.*\[\])$/ ? 0 : 1 } 0 .. $#args;
        my @rows = map { my $row = $_; '(' . join(', ', map { $changing[$_] ? $edges[$_][ ($row + $k * $row) % @{ $edges[$_] } ] : $edges[$_][ $k % @{ $edges[$_] } ] } 0 .. $#args) . ')' } 0 .. 3;
        my @names = map { "a$_" } 0 .. $#args;

        $call->("$label, $k, of rows", "(SELECT encode($send(@{[ call_of($r, @names) =~ s/^\(SELECT (.*)\)$/$1/r ]}), 'hex') FROM (VALUES @{[ join ', ', @rows ]}) v(@{[ join ', ', @names ]}))");
      }
    }
  }
  # written down one by one: an argument that cannot even be parsed is none
  my $values = join ",\n", map { "($_, \$q\$$calls[$_][0]\$q\$, \$q\$$calls[$_][1]\$q\$)" } 0 .. $#calls;
  my ($count) = rows($node, $db, <<"SQL");
CREATE SCHEMA evil;
CREATE FUNCTION evil.captured(a text) RETURNS text LANGUAGE sql AS \$\$ SELECT (a || 'b') || (a = 'a')::text \$\$;
CREATE FUNCTION evil.captured(a text, b text) RETURNS text LANGUAGE sql AS \$\$ SELECT 'captured' \$\$;
CREATE FUNCTION evil.wrong(a text, b text) RETURNS boolean LANGUAGE sql AS \$\$ SELECT false \$\$;
CREATE OPERATOR evil.|| (FUNCTION = evil.captured, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR evil.= (FUNCTION = evil.wrong, LEFTARG = text, RIGHTARG = text);
CREATE OPERATOR evil.< (FUNCTION = evil.wrong, LEFTARG = text, RIGHTARG = text);
CREATE TABLE probe.call (i int, label text, sql text, written text, rare boolean);
DO \$do\$
DECLARE
  c record;
  written text;
BEGIN
  FOR c IN SELECT * FROM (VALUES $values) v(i, label, sql) LOOP
    written := 'yes';
    BEGIN
      EXECUTE format('CREATE FUNCTION probe.c%s() RETURNS text BEGIN ATOMIC SELECT (%s)::text; END', c.i, c.sql);
    EXCEPTION WHEN OTHERS THEN written := SQLSTATE || ' ' || SQLERRM;
    END;
    INSERT INTO probe.call VALUES (c.i, c.label, c.sql, written, abs(hashtext(c.label)) % 4 > 0 AND c.label NOT LIKE 'cx\\_%');
  END LOOP;
END \$do\$;
-- what tells the results must not depend on the settings either
CREATE FUNCTION probe.told(few boolean) RETURNS TABLE (what text, result text) LANGUAGE plpgsql AS \$told\$
DECLARE c record;
BEGIN
  FOR c IN SELECT i, label FROM probe.call WHERE written OPERATOR(pg_catalog.=) 'yes' AND NOT (few AND rare) LOOP
    what := c.label;
    BEGIN
      EXECUTE pg_catalog.format('SELECT probe.c%s()', c.i) INTO result;
    EXCEPTION WHEN OTHERS THEN result := pg_catalog.concat('error ', SQLSTATE);
    END;
    RETURN NEXT;
  END LOOP;
END \$told\$;
SELECT count(*), count(*) FILTER (WHERE written = 'yes'), min(written || ' ' || sql) FILTER (WHERE written <> 'yes') FROM probe.call;
SQL
  return @$count;
}

# label => result of all calls, after a few statements
sub told
{
  my ($db, $few, $settings) = @_;
  my @rows = rows($node, $db, "$settings; SELECT what, pg_catalog.translate(CASE WHEN result IS NULL THEN 'NULL' WHEN pg_catalog.length(result) OPERATOR(pg_catalog.<) 200 THEN result
    ELSE pg_catalog.concat(pg_catalog.md5(result), ' ', pg_catalog.length(result), ' ', pg_catalog.left(result, 60)) END, pg_catalog.concat(pg_catalog.chr(9), pg_catalog.chr(10)), '  ')
    FROM probe.told(@{[ $few ? 'true' : 'false' ]})");
  return { map { $_->[0] => $_->[1] } @rows };
}

# Whether all results but those of the controls agree, and the named controls do not.
sub same_but
{
  my ($is, $should, $title, @controls) = @_;
  my @diff = grep { $is->{$_} ne ($should->{$_} // 'not there') } sort keys %$is;
  my %controls = map { $_ => 1 } grep { /^cx_/ } @diff;
  my @other = grep { !/^cx_/ } @diff;

  note(sprintf '%s: %d results compared', $title, scalar keys %$is);
  is(join("\n", map { "$_: $is->{$_}, should be " . ($should->{$_} // 'not there') } @other[ 0 .. ($#other > 20 ? 20 : $#other) ]), '', "$title: the results are the same");
  ok($controls{"cx_$_"}, "$title: that of $_ is not, as it should") for @controls;
}

$node->safe_psql('postgres', "CREATE DATABASE calls ENCODING 'UTF8' TEMPLATE template0");
my ($calls, $written, $unwritten) = write_calls('calls', $long ? 8 : 4);
note("$calls calls, $written could be written down; one that could not: $unwritten");
cmp_ok($written, '>', 0.97 * $calls, "nearly all of the calls can be written down, in a schema of a hostile name");
my $usual = told('calls', 0, 'SET timezone = UTC');
my %kinds;
$kinds{ /^(NULL|error \w+)$/ ? $1 : 'value' }++ for values %$usual;
note(join ', ', map { "$_ $kinds{$_}" } sort keys %kinds);
cmp_ok($kinds{value}, '>', 0.4 * $written, 'many of the results are values');
is(join(' ', grep { /^error (?!22...|54000|0A000)/ } sort keys %kinds), '', 'and the errors are those of arguments');

my %settings = (
  'time and numbers' => [ "SET timezone = 'America/St_Johns'; SET datestyle = 'SQL, DMY'; SET intervalstyle = iso_8601; SET extra_float_digits = -15; SET bytea_output = escape", qw(time interval float bytes) ],
  'other times and numbers' => [ "SET timezone = 'Asia/Kathmandu'; SET datestyle = German; SET intervalstyle = sql_standard; SET extra_float_digits = 0; SET array_nulls = off; SET xmloption = document", qw(time interval float) ],
  'old manners' => [ 'SET standard_conforming_strings = off; SET escape_string_warning = off; SET backslash_quote = on; SET transform_null_equals = on; SET quote_all_identifiers = on; SET check_function_bodies = off', () ],
  'a hostile search_path' => [ 'SET search_path = evil, pg_catalog', qw(name) ],
  'no search_path' => [ "SET search_path = ''", () ],
  'other plans' => [ "SET plan_cache_mode = force_generic_plan; SET work_mem = 64; SET enable_hashagg = off; SET enable_sort = off; SET geqo_threshold = 2; SET from_collapse_limit = 1; SET constraint_exclusion = on", () ],
  'a transaction that reads only' => [ 'SET default_transaction_read_only = on; SET row_security = off; SET default_transaction_isolation = serializable', () ],
  'little noise' => [ "SET client_min_messages = error; SET statement_timeout = '1 h'; SET lock_timeout = '1 h'; SET application_name = 'x'; SET session_replication_role = replica", () ]);
my ($comma) = grep { /^(de|fr|ru|tr|sv|es|pl)_.*utf-?8/i } split /\n/, (run_command([ 'locale', '-a' ]))[0];
$settings{"locale $comma"} = [ "SET lc_numeric = '$comma'; SET lc_time = '$comma'; SET lc_monetary = '$comma'; SET lc_messages = '$comma'" ] if $comma;
for (sort keys %settings)
{
  my ($sql, @controls) = @{ $settings{$_} };
  same_but(told('calls', !$long, $sql), $usual, $_, @controls);
}
SKIP:
{
  skip 'no JIT here', 1 if one($node, 'postgres', 'SELECT pg_jit_available()') ne 't';
  same_but(told('calls', !$long, 'SET jit = on; SET jit_above_cost = 10; SET jit_inline_above_cost = ' . ($long ? 10 : -1) . '; SET jit_optimize_above_cost = -1'), $usual, 'jit');
}
for my $icu ('sv-SE', 'tr-u-kn-true-kf-upper')
{
  SKIP:
  {
    my ($code, $out, $err) = $node->psql('postgres', "CREATE DATABASE \"$icu\" ENCODING 'UTF8' TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '$icu'");
    skip "no ICU locale $icu", 2 if $code;
    last if !$long && $icu !~ /^tr/;
    write_calls($icu, $long ? 4 : 2);
    same_but(told($icu, 0, 'SET timezone = UTC'), $usual, "collation $icu", 'order');
  }
}

# as nobody: no rights at the schema of the extension, at the catalogs, at anything but the calls themselves
$node->safe_psql('calls', <<"SQL");
REVOKE ALL ON SCHEMA public, information_schema, $quoted, evil FROM PUBLIC;
REVOKE ALL ON DATABASE calls FROM PUBLIC; GRANT CONNECT ON DATABASE calls TO nobody_at_all;
REVOKE ALL ON ALL TABLES IN SCHEMA pg_catalog FROM PUBLIC;
REVOKE ALL ON LANGUAGE sql, plpgsql FROM PUBLIC;
GRANT USAGE ON SCHEMA probe TO nobody_at_all;
GRANT SELECT ON probe.call TO nobody_at_all;
SQL
like(refused('nobody_at_all', 'calls', 'SELECT count(*) FROM pg_proc'), qr/42501/, 'nobody may read the catalogs');
like(refused('nobody_at_all', 'calls', "SELECT $quoted.nps(9)"), qr/42501/, 'nor name what is in the schema');
same_but(told('calls', 0, 'SET ROLE nobody_at_all'), $usual, 'as nobody', 'rights');

# ---- row security ----

$node->safe_psql('postgres', 'CREATE DATABASE rls');
$node->safe_psql('rls', <<'SQL');
CREATE EXTENSION cx_analytics;
CREATE ROLE alice LOGIN; CREATE ROLE bob LOGIN;
CREATE TABLE answer (who name, f feedback, j journey);
INSERT INTO answer SELECT CASE WHEN i % 3 = 0 THEN 'alice' ELSE 'bob' END, feedback('nps', i % 11), touch('2026-01-05Z'::timestamptz + i * interval '1 s', CASE WHEN i % 3 = 0 THEN 'hers' ELSE 'his' END)
  FROM generate_series(1, 6000) i;
CREATE INDEX ON answer USING gin (j);
ALTER TABLE answer ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION own(who name) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 AS $$ BEGIN RETURN who = current_user; END $$;
CREATE POLICY own ON answer USING (own(who));    -- so dear that nothing but the rules puts it first
GRANT SELECT ON answer TO alice, bob;
CREATE TABLE seen AS SELECT who, nps(f) AS nps, md5(tally(f)::text) AS tally, count(*) AS n, string_agg(DISTINCT t.name, ' ') AS names
  FROM answer, unnest(touchpoints(j)) t(name) GROUP BY who;
GRANT SELECT ON seen TO alice, bob;
ANALYZE answer;
SQL
my $question = <<'SQL';
SELECT current_user, nps(f), md5(tally(f)::text), count(*), (SELECT string_agg(name, ' ') FROM answer_names), (SELECT count(*) FROM answer WHERE j @| '{hers}'), touch_count(rollup(j)) FROM answer
SQL
$question =~ s/answer_names/(SELECT DISTINCT s.name FROM coverage((SELECT coverage_agg(j) FROM answer)) s) answer_names/;
my %expected = map { $_->[0] => join '|', @$_[ 0 .. 3 ], $_->[4], ($_->[0] eq 'alice' ? $_->[3] : 0), $_->[3] } rows($node, 'rls', 'SELECT who, nps, tally, n, names FROM seen');
isnt($expected{alice} =~ s/^\w+//r, $expected{bob} =~ s/^\w+//r, 'alice and bob have different rows');
my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2';
for my $how ('SET max_parallel_workers_per_gather = 0', $parallel, 'SET enable_seqscan = off')
{
  is($node->safe_psql('rls', "$how; $question", extra_params => [ '-U', $_ ]), $expected{$_}, "$_ sees the own rows only: $how") for 'alice', 'bob';
}
like($node->safe_psql('rls', "$parallel; EXPLAIN SELECT nps(f), tally(f) FROM answer", extra_params => [ '-U', 'alice' ]), qr/Partial Aggregate/, 'the parallel plan is one');
is($node->safe_psql('rls', "SET plan_cache_mode = force_generic_plan; SET ROLE alice; PREPARE q AS $question; EXECUTE q; SET ROLE bob; EXECUTE q; RESET ROLE; SET ROLE alice; EXECUTE q"),
  join("\n", @expected{qw(alice bob alice)}), 'a prepared plan follows the role');
# an error must not tell of rows that are hidden: no function of ours goes before the policy
$node->safe_psql('rls', q{INSERT INTO answer SELECT 'bob', 'nps:9', touch('2026-02-01Z', 'bobs secret')});
my $leak = q{SELECT count(*) FROM answer WHERE journey_match(j, (touchpoints(j))[1])};
my ($code, $out, $err) = $node->psql('rls', $leak, extra_params => [ '-U', 'alice' ]);
is("$out$err", '2000', 'no function sees a row before the policy has let it through');
like(refused($super, 'rls', $leak), qr/22P02.*bobs secret/, 'as one would see from the error');

# ---- called by hand ----

# what takes "internal" cannot be called: there is no value of that type, and no way to make one
$node->safe_psql('postgres', 'CREATE EXTENSION cx_analytics');
my @internal = grep { grep { $_->{type} eq 'internal' } @{ $_->{args} } } surface($node, 'postgres');
cmp_ok(scalar @internal, '>', 40, 'there are functions that only the server can call');
my @attempts;
for my $r (@internal)
{
  for my $value ('NULL', "''", '0', "'x'::internal", '(SELECT NULL)', "'x'::bytea", "'{}'::text[]", 'ROW(1)')
  {
    push @attempts, 'SELECT ' . call_of($r, map { $_->{type} eq 'internal' ? $value : (edges($_))[0] } @{ $r->{args} });
  }
  push @attempts, "SELECT (\$i\$$r->{label}\$i\$::regprocedure)(NULL)", "CREATE AGGREGATE pg_temp.a(text) (SFUNC = $r->{name}, STYPE = internal)",
    "CREATE FUNCTION pg_temp.f() RETURNS internal LANGUAGE sql AS 'SELECT NULL'", "CREATE FUNCTION pg_temp.f(x internal) RETURNS internal LANGUAGE internal AS 'int8up'";
}
my %attempts = map { $_ => 1 } @attempts;
my @made = grep { $_->[1] !~ /^(22P02|0A000|42\w\w\w)$/ } rows($node, 'postgres', <<"SQL");
CREATE TEMP TABLE attempted (sql text, state text);
GRANT ALL ON attempted TO PUBLIC;
DO \$do\$
DECLARE statement text;
BEGIN
  FOR statement IN SELECT * FROM (VALUES @{[ join ', ', map { "(\$q\$$_\$q\$)" } sort keys %attempts ]}) v LOOP
    BEGIN
      SET LOCAL ROLE guest;
      EXECUTE statement;
      RESET ROLE;
      INSERT INTO attempted VALUES (statement, 'done');
    EXCEPTION WHEN OTHERS THEN RESET ROLE; INSERT INTO attempted VALUES (statement, SQLSTATE);
    END;
  END LOOP;
END \$do\$;
TABLE attempted;
SQL
note(scalar(keys %attempts) . ' attempts on ' . @internal . ' functions');
is_deeply(\@made, [], 'nobody gets a value to such a function, by any way');

# Functions that take the state of an aggregate, or any type of ours, with the bytes of each other type. Superusers
# only can do that, or damage on the disk.
my @types = grep { !$_->{byval} } base_types($node, 'postgres');
my @surface = surface($node, 'postgres');
probe_kit($node, 'postgres');
my $script = '';
$script .= <<"SQL" for @types;
CREATE FUNCTION probe.carried_$_->{name}(bytea) RETURNS $_->{name} IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE FUNCTION probe.carried_by($_->{name}) RETURNS bytea IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE FUNCTION probe.raw(v $_->{name}) RETURNS bytea IMMUTABLE LANGUAGE sql AS \$\$ SELECT probe.carried_by(v) || '' \$\$;
SQL
# samples of each type, and what they are called
$script .= 'CREATE TABLE probe.other AS ' . join ' UNION ALL ', map { my $t = $_->{name};
  map { "SELECT '$t' AS type, $_ AS i, probe.raw(\$v\$$SAMPLES{$t}[$_]\$v\$::$t) AS b" } 0 .. ($#{ $SAMPLES{$t} } > 4 && $long ? 4 : 1) } @types;
$node->safe_psql('postgres', $script);
$script = '';
for my $type (@types)
{
  my $t = $type->{name};

  for (readers($type, @surface))
  {
    my ($label, $expression, $result) = @$_;
    next if $label !~ ($long ? qr/[01]$/ : qr/ 0$/);
    my ($probe, $sql) = probe_function("v $t", $expression, $result);

    $script .= "$sql SELECT \$\$$label\$\$, o, count(*), min(how) FROM (SELECT type || ' ' || i, $probe(probe.carried_$t(b)) FROM probe.other WHERE type <> '$t') s(how, o) GROUP BY o;\n";
  }
}
my $wrong = probed($node, 'postgres', 'values of other types', 'XX001|22003|22008|22023|54000', $script);
cmp_ok($wrong->{XX001}, '>', 10_000, 'most are told by their damage');

$node->stop;
unlike(slurp_file($node->logfile), qr/a planted body ran as (?!mallory)/, 'no planted body ran as anybody else');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP:|invalid memory alloc/, 'nothing in the log');
done_testing();
