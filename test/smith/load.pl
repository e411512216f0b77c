# The world that sqlsmith looks at, made in a database of a running server: load.pl HOST PORT DATABASE
#
# Tables with values of every type that the extension has or takes, from the samples and edges of
# the other tests. For every function, operator, cast and aggregate a function that calls it and
# gives NULL where it ends in an error, since one error would end a whole query; arguments whose
# text alone says too little (a kind, a method, a pattern) are drawn from their edges by a number.
# And a pg_proc that shows sqlsmith those, the extension's own, and some of the server's.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../tap";
use CX;
use IPC::Run;

my ($host, $port, $db) = @ARGV;
my $node = bless {}, 'Client';

# what CX.pm wants of a node
sub Client::safe_psql
{
  my ($self, $on, $sql, %how) = @_;
  my ($out, $err);

  IPC::Run::run([ 'psql', '-XAtq', '-h', $host, '-p', $port, '-U', 'postgres', '-d', $on, '-v', 'ON_ERROR_STOP=1', @{ $how{extra_params} // [] }, '-f', '-' ],
    '<', \$sql, '>', \$out, '2>', \$err) or die "psql: $err";
  chomp $out;
  return $out;
}

probe_kit($node, $db);
my @surface = surface($node, $db);
my @types = base_types($node, $db);
my $sql = <<'SQL';
DROP SCHEMA probe CASCADE;
CREATE ROLE smith LOGIN;
CREATE SCHEMA smith;
SQL

# ---- values ----

my %pool;
for my $argument (map { @{ $_->{args} } } @surface)
{
  next if $argument->{type} =~ /^(internal|cstring)$/;
  $pool{ $argument->{type} }{$_} = 1 for edges($argument);
}
for my $type (@types)
{
  my $t = $type->{name};

  die "no samples of type $t: add some\n" if !$SAMPLES{$t};
  $pool{$t}{"('$_')::$t"} = 1 for @{ $SAMPLES{$t} };
}

# one column per type, in some tables, of which each row goes through the values at another pace
my $tables = 8;
my %column = do { my $i = 0; map { $_ => 'c' . ++$i } sort keys %pool };
for my $table (1 .. $tables)
{
  my @rows = map {
    my $row = $_ + 10 * $table;
    my $column = 0;
    join ', ', map { my @values = sort keys %{ $pool{$_} }; $values[ ($row * 7 + $column++ * 3 + int($row / @values)) % @values ] } sort keys %pool;
  } 1 .. 30;

  $sql .= "CREATE TABLE smith.wide$table AS SELECT * FROM (VALUES @{[ join ', ', map { \"($_)\" } @rows ]}) v("
    . join(', ', map { $column{$_} } sort keys %pool) . ");\n";
}

# ---- calls ----

my ($n, @calls) = (0);
for my $r (@surface)
{
  my (@parameters, @values);

  next if grep { $_->{type} =~ /^(internal|cstring)$/ } @{ $r->{args} };
  for my $i (0 .. $#{ $r->{args} })
  {
    my $argument = $r->{args}[$i];
    my @edges = edges($argument);

    if ($argument->{type} =~ /^(text|text\[\]|jsonb)$/)
    {
      push @parameters, 'integer';
      push @values, "(CASE abs(\$@{[ $i + 1 ]} % @{[ scalar @edges ]}) @{[ map { \"WHEN $_ THEN $edges[$_]\" } 0 .. $#edges ]} END)";
    }
    else
    {
      push @parameters, $argument->{type};
      push @values, '$' . ($i + 1);
    }
  }
  my $result = $r->{set} || $r->{kind} eq 'window' || $r->{result} =~ /^(record|cstring)$/ ? 'text' : $r->{result} =~ /^(void|internal)$/ ? 'boolean' : $r->{result};
  my $name = 'smith.call' . ++$n;

  $sql .= "CREATE FUNCTION $name(@{[ join ', ', @parameters ]}) RETURNS $result LANGUAGE plpgsql AS \$call\$
BEGIN
  RETURN @{[ call_of($r, @values) ]};
EXCEPTION WHEN OTHERS THEN
  IF SQLSTATE LIKE 'XX%' THEN RAISE; END IF;
  RETURN NULL;
END \$call\$;
COMMENT ON FUNCTION $name IS \$call\$$r->{label}\$call\$;
";
  push @calls, "$name(@{[ join ', ', map { $column{$_} } @parameters ]}) AS x$n";
  $column{$result} //= '';
}

# A query has few calls of its own, and many columns: views whose columns are calls.
for (my $view = 1; my @some = splice @calls, 0, 12; $view++)
{
  $sql .= "CREATE VIEW smith.view$view AS SELECT @{[ join ', ', @some ]} FROM smith.wide@{[ $view % $tables + 1 ]};\n";
}

# ---- what sqlsmith sees of it ----

# It compares and sorts values of any type: by their text, where the type has no order of its own.
for my $t (map { $_->[0] } rows($node, $db, <<'TYPES'))
SELECT format_type(t.oid, NULL) FROM pg_depend d JOIN pg_type t ON t.oid = d.objid
WHERE d.deptype = 'e' AND d.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')
  AND NOT EXISTS (SELECT FROM pg_opclass JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'btree' AND opcintype = t.oid AND opcdefault)
TYPES
{
  my ($strategy, @members) = (0);

  $sql .= "CREATE FUNCTION smith.compare($t, $t) RETURNS integer IMMUTABLE STRICT LANGUAGE sql AS 'SELECT pg_catalog.bttextcmp(\$1::text, \$2::text)';\n";
  for (qw(< <= = >= >))
  {
    $sql .= "CREATE FUNCTION smith.compare$strategy($t, $t) RETURNS boolean IMMUTABLE STRICT LANGUAGE sql AS 'SELECT \$1::text $_ \$2::text';\n"
      . "CREATE OPERATOR smith.$_ (LEFTARG = $t, RIGHTARG = $t, FUNCTION = smith.compare$strategy);\n";
    push @members, 'OPERATOR ' . ++$strategy . " smith.$_";
  }
  $sql .= "CREATE OPERATOR CLASS smith.by_text_$t DEFAULT FOR TYPE $t USING btree AS @{[ join ', ', @members ]}, FUNCTION 1 smith.compare($t, $t);\n";
}

# It reads pg_type and pg_proc by these names alone, and leaves out of its queries the tables of the
# schema where they are put: so it is shown the types that matter, the extension's functions, those
# made above, and a few of the server's. Operators of other types have to go.
my $types = join ', ', map { "'$_'::regtype" } sort keys %column;
$sql .= <<"SQL";
CREATE VIEW information_schema.pg_type AS
SELECT * FROM pg_catalog.pg_type t
WHERE oid IN ($types) OR oid IN (SELECT typarray FROM pg_catalog.pg_type WHERE oid IN ($types))
  OR typname IN ('internal', 'anyarray', 'anyelement', 'record', 'void', 'name', 'oidvector', 'int2vector')
  OR typnamespace = 'pg_catalog'::regnamespace AND typtype = 'b' AND typelem = 0 AND typcategory IN ('B', 'N', 'S', 'D', 'T', 'U', 'Z')
     AND typname !~ '^pg_|^_';
CREATE VIEW information_schema.pg_proc AS
SELECT * FROM pg_catalog.pg_proc p
WHERE provariadic = 0 AND prorettype IN (SELECT oid FROM information_schema.pg_type)
  AND NOT EXISTS (SELECT FROM unnest(proargtypes) a(t) WHERE t NOT IN (SELECT oid FROM information_schema.pg_type WHERE typtype <> 'p'))
  AND (pronamespace = 'smith'::regnamespace AND proname ~ '^call'
    OR oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_catalog.pg_proc'::regclass AND deptype = 'e'
               AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics'))
    OR pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'i' AND hashtext(oid::regprocedure::text) % 8 = 0
       AND oid NOT IN (SELECT unnest(ARRAY[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) FROM pg_catalog.pg_aggregate));
DELETE FROM pg_operator WHERE oprresult NOT IN (SELECT oid FROM information_schema.pg_type)
  OR oprright NOT IN (SELECT oid FROM information_schema.pg_type) OR oprleft <> 0 AND oprleft NOT IN (SELECT oid FROM information_schema.pg_type);
GRANT SELECT ON information_schema.pg_type, information_schema.pg_proc TO PUBLIC;
GRANT USAGE ON SCHEMA smith TO smith;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA smith TO smith;
ALTER ROLE smith SET search_path = information_schema, pg_catalog, smith, public;
ANALYZE;
SQL
$node->safe_psql($db, $sql);
