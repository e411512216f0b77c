# What the server tests share: a node that finds the extension, and the SQL surface of the
# extension as the catalog tells it, so that what is added later is tested without being named.
package CX;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(
  cx_node rows one surface base_types call_of edges %SAMPLES mutants readers probe_kit probe_function probed);

# A started node. The extension may be installed below a private directory: then the caller of the
# tests says how a server finds it, as lines of postgresql.conf in CX_EXTENSION_CONF.
sub cx_node
{
  my ($name, $conf) = @_;
  my $node = PostgreSQL::Test::Cluster->new($name);

  $node->init;
  $node->append_conf('postgresql.conf', join "\n", $ENV{CX_EXTENSION_CONF} // '',
    "timezone = 'UTC'", "lc_messages = 'C'", 'log_statement = none', $conf // '');
  $node->start;
  return $node;
}

# The rows of the last query in a script, as array references; dies when the script fails.
sub rows
{
  my ($node, $db, $sql) = @_;
  my $out = $node->safe_psql($db, $sql, extra_params => [ '-F', "\t" ]);

  return map { [ split /\t/, $_, -1 ] } split /\n/, $out;
}

sub one { my ($row) = rows(@_); return $row ? $row->[0] : '' }

# Everything of the extension that can be called: its functions, aggregates, operators and casts.
sub surface
{
  my ($node, $db) = @_;
  my @surface;

  for my $row (rows($node, $db, <<'SQL'))
WITH member AS (
  SELECT classid, objid FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics'))
SELECT CASE p.prokind WHEN 'f' THEN 'function' WHEN 'a' THEN 'aggregate' ELSE p.prokind::text END,
  p.oid::regprocedure::text, format('%I.%I', n.nspname, p.proname), format_type(p.prorettype, NULL), p.proretset, p.proisstrict,
  (SELECT string_agg(concat(CASE a.mode WHEN 'v' THEN 'VARIADIC' END, '=', format_type(a.type, NULL), '=', a.name), ';'
                     ORDER BY a.i)
   FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)
     WITH ORDINALITY a(type, mode, name, i)
   WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v'))
FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid
  JOIN pg_namespace n ON n.oid = p.pronamespace
UNION ALL
SELECT 'operator', o.oid::regoperator::text, format('OPERATOR(%I.%s)', n.nspname, o.oprname),
  format_type(o.oprresult, NULL), false, false,
  concat_ws(';', '=' || format_type(nullif(o.oprleft, 0), NULL) || '=', '=' || format_type(o.oprright, NULL) || '=')
FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND objid = o.oid
  JOIN pg_namespace n ON n.oid = o.oprnamespace
UNION ALL
SELECT 'cast', format('cast (%s as %s)', format_type(castsource, NULL), format_type(casttarget, NULL)),
  format_type(casttarget, NULL), format_type(casttarget, NULL), false, false, '=' || format_type(castsource, NULL) || '='
FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND objid = c.oid
ORDER BY 1, 2
SQL
  {
    my ($kind, $label, $name, $result, $set, $strict, $arguments) = @$row;
    my @args;

    for (split /;/, $arguments)
    {
      my ($mode, $type, $argument) = split /=/, $_, -1;
      push @args, { mode => $mode, type => $type, name => $argument };
    }
    push @surface, {
      kind => $kind, label => $label, name => $name, result => $result, set => $set eq 't',
      strict => $strict eq 't', args => \@args };
  }
  return @surface;
}

# The types of the extension: name, whether by value, the function that sends it,
# whether it is the state of an aggregate.
sub base_types
{
  my ($node, $db) = @_;

  return map { { name => $_->[0], byval => $_->[1] eq 't', send => $_->[2], state => $_->[3] eq 't' } }
    rows($node, $db, <<'SQL');
SELECT format_type(t.oid, NULL), t.typbyval, t.typsend::regproc::text,
  EXISTS (SELECT FROM pg_aggregate WHERE aggtranstype = t.oid)
FROM pg_depend d JOIN pg_type t ON t.oid = d.objid
WHERE d.deptype = 'e' AND d.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')
ORDER BY 1
SQL
}

# The SQL that calls a routine, as a scalar expression: sets become text, cstring too.
sub call_of
{
  my ($routine, @values) = @_;
  my $last = $routine->{args}[-1];

  $values[-1] = "VARIADIC $values[-1]" if $last && $last->{mode} eq 'VARIADIC';
  return "CAST($values[0] AS $routine->{name})" if $routine->{kind} eq 'cast';
  return join ' ', @values > 1 ? "($values[0])" : (), $routine->{name}, "($values[-1])"
    if $routine->{kind} eq 'operator';

  my $call = "$routine->{name}(" . join(', ', @values) . ')';

  return "(SELECT coalesce(string_agg(x::text, ' '), 'no rows') FROM $call x)" if $routine->{set};
  return "(SELECT $call)" if $routine->{kind} eq 'aggregate';
  return "($call IS NULL)" if $routine->{result} =~ /^(void|internal)$/;
  return $routine->{result} eq 'cstring' ? "($call)::text" : $call;
}

# Values at the edges, by type, or by name of the argument where a type alone says too little.
my %EDGE = (
  'kind' => [ "'csat'", "'nps'", "'ces'", "'rating'", "''", "'NPS'", "repeat('x', 70000)", 'NULL' ],
  'method' => [ "'mean'", "'top'", "'percent'", "'easy'", "'net'", "'Mean'", "''", 'NULL' ],
  'interval_method' => [ "'wald'", "'adjusted_wald'", "'score'", "'goodman'", "''", "'none'", 'NULL' ],
  'unit' => [ "'week'", "'day'", "'MONTH'", "'quarter'", "'year'", "'hour'", "''", 'NULL' ],
  'tz' => [
    "'Europe/Berlin'", "'UTC'", "'America/St_Johns'", "'nowhere'", "'../etc'", "''", "repeat('z', 300)", 'NULL' ],
  'confidence' => [ '0.95', '0.5', '1 - 1e-15', '1e-300', '0', '1', '95', "'NaN'", 'NULL' ],
  'text' => [ "'nps'", "''", "U&'\\00e9\\+01F600'", "repeat('x', 70000)", 'NULL' ],
  'cstring' => [ "'nps:9'", "'tally{nps: 9=1}'", "''", "repeat('x', 70000)", 'NULL' ],
  'score' => [ '5', '1', '0.5', '10', '0', '-1', "'-0'", '5.0005', '1e300', "'Infinity'", "'NaN'", 'NULL' ],
  'lo' => [ '1', '0', '-1000', '5', '0.5', '-1e9', "'NaN'", 'NULL' ],
  'hi' => [ '7', '10', '1000', '1', '1001', '1e9', "'Infinity'", 'NULL' ],
  'double precision' => [
    '1', '0.5', '5', '0', '10', '-1', '0.95', '0.0005', "'-0'", '1e-310', '1e9', '1.7976931348623157e308',
    "'Infinity'", "'-Infinity'", "'NaN'", 'NULL' ],
  'integer' => [ '5', '1', '0', '10', '-1', '2147483647', '-2147483648', 'NULL' ],
  'smallint' => [ '5', '1', '0', '10', '-1', '32767', '-32768', 'NULL' ],
  'bigint' => [ '7', '1', '0', '10', '-1', '9223372036854775807', '-9223372036854775808', 'NULL' ],
  'boolean' => [ 'true', 'false', 'NULL' ],
  'timestamp with time zone' => [
    "'2024-02-29 23:30+00'", "'1883-11-18'", "'4713-01-01 BC'", "'294276-12-31 23:59:59.999999'",
    "'infinity'", "'-infinity'", 'NULL' ],
  'feedback' => [
    "'nps:9'", "'csat:4.5'", "'effort:1'", "'rating:-999.999/-1000..1000'", "'success:0.5'", "'ces:7'", 'NULL' ],
  'tally' => [
    "'tally{nps: 0=1 7=2 9=3 missing=2}'",
    "'tally{}'",
    "'tally{rating: missing=3; unknown: missing=72057594037927936}'",
    "'tally{nps: 9=3(4.5,6.75); csat/10: 8=5; ces: 7=1(0,0)}'",
    "'tally{rating/-1000..1000: -1000=72057594037927936 0.001=72057594037927936"
      . "(1208925819614629174.706176,1329227995784915872903807.060280344576) 1000=1}'",
    'NULL' ],
);
$EDGE{tally_state} = $EDGE{tally};

sub edges
{
  my ($argument) = @_;

  return map { "($_)::$argument->{type}" }
    @{ $argument->{type} =~ /^(text|double precision)$/ && $EDGE{ $argument->{name} }
      || $EDGE{ $argument->{type} } || ['NULL'] };
}

# What every sweep over damaged values starts from. Any type of the extension needs a few.
my $all_kinds = 'nps: 9=2 10=300 missing=1; csat: 4=1; ces: 7=1; effort: 1=1; success: 1=1; emotion: 6=1;'
  . ' rating: 3.5=1; unknown: missing=1';
our %SAMPLES = (
  feedback => [
    'nps:9', 'csat:4', 'csat:80/100', 'ces:1', 'effort:5', 'success:0.5', 'emotion:7', 'rating:-999.999/-1000..1000' ],
  tally => [
    'tally{}',
    'tally{nps: 0=1 7=2 9=3 missing=2}',
    'tally{nps: 6=2(0.5,0.25) 9=3(4.5,6.75); unknown: missing=7}',
    'tally{csat/10: 8=5; rating/-1000..1000: -999.999=1 0.5=2 1000=72057594037927936}',
    "tally{$all_kinds}" ],
  tally_state => [
    'tally{}', 'tally{nps: 0=1 7=2 9=3 missing=4294967295}', 'tally{rating/2..3: 2=1}', 'tally{nps: 9=4294967296 9.5=1}',
    'tally{nps: 9=3(4.5,6.75); ces: missing=1}', "tally{$all_kinds}" ]);

# Every flipped bit, every byte replaced, every truncation, bytes that do not belong, bytes too many.
sub mutants
{
  my ($bytes, $type, $cut) = @_;

  $cut = $cut ? 'true' : 'false';
  return <<"SQL";
WITH s AS MATERIALIZED (SELECT i, $bytes AS b, octet_length($bytes) AS n FROM probe.sample_$type)
SELECT i || ' bit ' || k AS how, set_bit(b, k, 1 - get_bit(b, k)) AS b FROM s, generate_series(0, 8 * n - 1) k
UNION ALL
SELECT i || ' byte ' || k || ' is ' || x, set_byte(b, k, x)
FROM s, generate_series(0, n - 1) k, unnest('{0,127,128,255}'::int[]) x
UNION ALL
SELECT i || ' two bytes swapped at ' || k, set_byte(set_byte(b, k, get_byte(b, k + 1)), k + 1, get_byte(b, k))
FROM s, generate_series(0, n - 2) k
UNION ALL
SELECT i || ' 16 bytes at ' || 16 * k || ' as at ' || 16 * m,
  overlay(b PLACING substring(b FROM 16 * m + 1 FOR 16) FROM 16 * k + 1)
FROM s, generate_series(1, n / 16 - 1) k, generate_series(1, n / 16 - 1) m WHERE k <> m
UNION ALL
SELECT i || ' cut to ' || k, substring(b FOR k) FROM s, generate_series(0, n - 1) k WHERE $cut
UNION ALL
SELECT i || ' and ' || x, b || decode(x, 'hex')
FROM s, unnest('{00,01,ff,0100,010001,0101000101,80,8000,ffffffffffffffffff01}'::text[]) x WHERE $cut
UNION ALL
SELECT i || ' and random ' || k, b || substring(sha256((i || ' ' || k)::bytea) FOR k % 16 + 1)
FROM s, generate_series(0, 63) k WHERE $cut
UNION ALL
SELECT 'random ' || k, substring(sha256(k::text::bytea) FOR 8) FROM generate_series(0, 999) k
SQL
}

# What reads a value of the type: (label, expression over the parameter v, type of its result).
sub readers
{
  my ($type, @surface) = @_;
  my $t = $type->{name};
  my @good = edges({ type => $t, name => '' });
  my @readers;

  for my $r (@surface)
  {
    my @at = grep { $r->{args}[$_]{type} eq $t } 0 .. $#{ $r->{args} };

    for my $k (@at ? (0 .. ($#{ $r->{args} } ? 2 : 0)) : ())
    {
      my @values = map { my @edges = edges($_); $edges[ $k % @edges ] } @{ $r->{args} };
      # alone, before a sound value, and behind one
      $values[$_] = 'v' for @at > 1 && $k < 2 ? $at[$k] : @at;
      push @readers, [ "$r->{label} $k", call_of($r, @values), $r->{set} ? 'text' : $r->{result} ];
      next if $r->{kind} ne 'aggregate';

      $values[ $at[0] ] = 'x';
      push @readers, [ "$r->{label} $k, moving", <<"SQL", 'text' ];
(SELECT string_agg(y, ' ') FROM (
  SELECT ($r->{name}(@{[ join ', ', @values ]}) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))::text
  FROM (VALUES (1, $good[0]), (2, v), (3, $good[0]), (4, v), (5, $good[0])) w(i, x)) s(y))
SQL
    }
  }
  return @readers;
}

my %own;

# Judges of results, in schema probe: a value of ours has to survive its text form with all its
# bytes, and a number that is not defined has to be NULL. Errors are told by their SQLSTATE.
sub probe_kit
{
  my ($node, $db) = @_;
  my $sql = <<'SQL';
CREATE SCHEMA probe;
CREATE FUNCTION probe.error(state text, message text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN state LIKE '22%' OR state IN ('54000', 'XX001') THEN state
              ELSE state || ' ' || left(message, 200) END $$;
CREATE FUNCTION probe.judge(r text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN r IS NULL THEN 'NULL' WHEN r ~ '\m(NaN|Infinity)\M' THEN 'broken: ' || left(r, 200)
              ELSE 'value' END $$;
SQL
  my @types = base_types($node, $db);

  %own = map { $_->{name} => 1 } @types;
  $sql .= <<"SQL" for @types;
CREATE FUNCTION probe.judge(r $_->{name}) RETURNS text LANGUAGE sql AS \$\$
  SELECT CASE WHEN r IS NULL THEN 'NULL' WHEN $_->{send}(r::text::$_->{name}) = $_->{send}(r) THEN 'value'
              ELSE 'broken: other bytes after text ' || r::text END \$\$;
SQL
  $node->safe_psql($db, $sql);
}

my $probes = 0;

# The SQL of a function that evaluates an expression over its parameters and tells what came of it:
# "value", "NULL", an SQLSTATE, or "broken: ..."; and the name of that function.
sub probe_function
{
  my ($parameters, $expression, $result) = @_;
  my $name = 'probe.p' . ++$probes;

  $result = 'text' if $result eq 'cstring';
  $result = 'boolean' if $result =~ /^(void|internal)$/;
  $result = 'text' if $result eq 'record';
  my $cast = $own{$result} ? '' : '::text';

  return ($name, <<"SQL");
CREATE FUNCTION $name($parameters) RETURNS text LANGUAGE plpgsql AS \$probe\$
DECLARE
  r $result;
BEGIN
  BEGIN
    r := $expression;
  EXCEPTION WHEN OTHERS THEN RETURN probe.error(SQLSTATE, SQLERRM);
  END;
  RETURN probe.judge(r$cast);
EXCEPTION WHEN OTHERS THEN RETURN 'broken: the result ends in ' || SQLSTATE || ' ' || SQLERRM;
END \$probe\$;
SQL
}

# Runs a script whose queries give (label, outcome, how often, example). Everything must be a value,
# NULL or one of the allowed errors; notes how often each came, and returns that.
sub probed
{
  my ($node, $db, $title, $allowed, $sql) = @_;
  my (%count, %bad, @bad);
  my $total = 0;

  for (rows($node, $db, $sql))
  {
    my ($label, $outcome, $n, $example) = @$_;

    $total += $n;
    if ($outcome =~ /^(value|NULL|$allowed)$/) { $count{$outcome} += $n }
    else
    {
      push @bad, substr("$label: $outcome ($n times, for example $example)", 0, 300) unless $bad{$label}++;
      $count{bad} += $n;
    }
  }
  note("$title: $total cases: " . join(', ', map { "$_ $count{$_}" } sort keys %count));
  ok($total > 0 && @bad == 0, "$title: values and clean errors only")
    or diag(join "\n", splice(@bad, 0, 20), @bad ? 'and ' . @bad . ' more' : ());
  return \%count;
}

1;
