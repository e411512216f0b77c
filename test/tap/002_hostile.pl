# No stored value and no argument crashes the server or gives a result that is none: damaged values
# through every function, support functions called by hand, edge arguments in every combination.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use PostgreSQL::Test::Utils;
use Test::More;

# Errors that a damaged stored value, a damaged message, a wrong argument may end in.
my $stored = 'XX001|22003|22008|22023|54000';
my $argument = '22P02|22P03|22003|22007|22008|22023|54000';

# One damaged value in so many, others for each function; and so many combinations of edge arguments.
my $one_in = long_form() ? 1 : 5;
my $combinations = long_form() ? 2000 : 300;

my $node = cx_node('hostile');
my $db = 'postgres';
$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
my $started = one($node, $db, 'SELECT pg_postmaster_start_time()');

probe_kit($node, $db);
my @surface = surface($node, $db);
my @types = base_types($node, $db);

# Bytes read as a value, and the bytes of a value, with nothing in between: int8up hands its Datum on.
# Damaged values lie in a table, as sound ones would.
sub reinterpret
{
  my ($type) = @_;
  my ($t, $carrier) = ($type->{name}, $type->{byval} ? 'bigint' : 'bytea');
  my $to = $type->{byval} ? "('x' || encode(b, 'hex'))::bit(64)::bigint" : "b || ''";
  my $from = $type->{byval} ? 'int8send(probe.carried_by(v))' : "probe.carried_by(v) || ''";

  return <<"SQL";
CREATE FUNCTION probe.carried_$t($carrier) RETURNS $t IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE FUNCTION probe.carried_by($t) RETURNS $carrier IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE FUNCTION probe.raw(v $t) RETURNS bytea IMMUTABLE LANGUAGE sql AS \$\$ SELECT $from \$\$;
CREATE TABLE probe.sample_$t AS SELECT i, x::$t AS x
  FROM unnest(ARRAY[@{[ join ', ', map { "'$_'" } @{ $SAMPLES{$t} } ]}]) WITH ORDINALITY s(x, i);
CREATE TABLE probe.stored_$t AS
SELECT how, probe.carried_$t($to) AS x FROM (@{[ mutants('probe.raw(x)', $t, !$type->{byval}) ]}) m
UNION ALL SELECT 'sample ' || i, x FROM probe.sample_$t;
SQL
}

# A state that comes into an aggregate unlooked at: the first input of a strict aggregate is its state.
sub carriers
{
  my ($t) = @_;
  my @of = map { my $r = $_; { r => $r, takes => join ',', map { $_->{type} } @{ $r->{args} } } }
    grep { $_->{kind} eq 'function' && !$_->{set} } @surface;
  my ($first, $second) = map { (edges({ type => $t, name => '' }))[$_] } 0, 1;
  my (@readers, $sql);

  my ($combine) = sort { $b->{strict} <=> $a->{strict} } map { $_->{r} } grep { $_->{takes} eq "$t,$t" && $_->{r}{result} eq $t } @of;

  for my $final (map { $_->{r} } grep { $_->{takes} eq $t && $_->{r}{result} !~ /^(cstring|internal|bytea)$/ } @of)
  {
    my $name = 'probe.carry' . @readers;

    $sql .= "CREATE AGGREGATE $name($t) (SFUNC = $combine->{name}, STYPE = $t, FINALFUNC = $final->{name});\n";
    push @readers, map { [ "states into $final->{label}", "(SELECT $name(x) FROM (VALUES $_) s(x))", $final->{result} ] }
      '(v)', "(v), ($first)", "(v), ($second), (v)";
  }
  return ($sql, @readers);
}

# ---- damaged values in tables ----

for my $type (@types)
{
  my $t = $type->{name};
  my @readers = readers($type, @surface);
  my $script = '';

  BAIL_OUT("no samples of type $t: add some") if !$SAMPLES{$t};
  $node->safe_psql($db, reinterpret($type));
  if ($type->{state})
  {
    my ($sql, @more) = carriers($t);

    $node->safe_psql($db, $sql);
    push @readers, @more;
  }
  for (@readers)
  {
    my ($label, $expression, $result) = @$_;
    my ($probe, $sql) = probe_function("v $t", $expression, $result);
    # every value through every function once; with other arguments beside it, and in windows, a third of them each
    my $every = $label =~ / 0$/ ? $one_in : 3 * $one_in;
    my $which = "abs(hashtext(how) % $every) = " . (length($label) % $every);

    $script .= "$sql SELECT \$\$$label\$\$, o, count(*), min(how)
      FROM (SELECT how, $probe(x) FROM probe.stored_$t WHERE $which) s(how, o) GROUP BY o;\n";
  }

  my $bytes = "SELECT md5(string_agg(probe.raw(x), '' ORDER BY how)) FROM probe.stored_$t";
  my $before = one($node, $db, $bytes);
  my $count = probed($node, $db, "damaged stored $t", $stored, $script);
  cmp_ok($count->{XX001} // 0, '>', 0, "damage to a stored $t is noticed");
  is(one($node, $db, $bytes), $before, "no function changes a $t that it is given");
}

# What the executor itself does with damaged values.
my @plans = (
  'SELECT x FROM %s ORDER BY x', 'SELECT DISTINCT x FROM %s', 'SELECT count(DISTINCT x) FROM %s',
  'SELECT x, count(*) FROM %s GROUP BY x', 'SELECT count(*) FROM %s a JOIN %1$s b USING (x)', 'ANALYZE %s',
  'SELECT jsonb_agg(x) FROM %s', 'COPY %s TO STDOUT');
for my $type (@types)
{
  my @methods = map { $_->[0] } rows($node, $db, "SELECT DISTINCT amname FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod
    WHERE opcintype = '$type->{name}'::regtype ORDER BY 1");

  next if !@methods;
  for my $plan (@plans, map { "CREATE INDEX ON %s USING $_ (x)" } @methods)
  {
    my $sql = sprintf $plan, "probe.stored_$type->{name}";
    my ($code, $out, $err) = $node->psql($db, "\\set VERBOSITY sqlstate\n$sql");

    like($code ? $err : 'fine', qr/^fine$|ERROR:  XX001/, $sql);
  }

  # and each damaged value by itself, since one is enough to end a plan; what the other methods call
  # has been called by hand above
  next if !grep { $_ eq 'gin' } @methods;
  my ($probe, $sql) = probe_function("v $type->{name}", 'probe.indexed(v)', 'text');

  probed($node, $db, "damaged stored $type->{name} in a gin index", $stored, <<"SQL");
CREATE TEMP TABLE one_by_one (x $type->{name});
CREATE INDEX ON one_by_one USING gin (x);
CREATE FUNCTION probe.indexed(v $type->{name}) RETURNS text LANGUAGE plpgsql AS
  \$\$ BEGIN INSERT INTO one_by_one VALUES (v); RETURN 'in'; END \$\$;
$sql
SELECT 'gin', o, count(*), min(how) FROM (SELECT how, $probe(x) FROM probe.stored_$type->{name} WHERE how !~ 'random') s(how, o) GROUP BY o;
DROP FUNCTION probe.indexed($type->{name});
SQL
}

# Damaged questions to an index over sound values.
{
  my ($probe, $sql) = probe_function('v journey_pattern', '(SELECT count(*) FROM sound WHERE x @~ v)', 'bigint');

  probed($node, $db, 'damaged patterns ask a gin index', $stored, <<"SQL");
CREATE TEMP TABLE sound AS SELECT x FROM probe.sample_journey, generate_series(1, 20);
CREATE INDEX ON sound USING gin (x);
ANALYZE sound;
SET enable_seqscan = off;
$sql
SELECT 'gin', o, count(*), min(how) FROM (SELECT how, $probe(x) FROM probe.stored_journey_pattern) s(how, o) GROUP BY o;
SQL
}

# ---- every function with NULLs and edge values in every combination; aggregates also over no rows ----

my $garden = '';
for my $r (@surface)
{
  my @args = @{ $r->{args} };
  my $result = $r->{set} ? 'text' : $r->{result};
  my @names = map { "a$_" } 0 .. $#args;
  my ($probe, $sql);

  next if grep { $_->{type} eq 'internal' } @args;
  if (grep { $_->{type} eq 'cstring' } @args)    # no parameter can have that type
  {
    for my $edge (edges($args[0]))
    {
      ($probe, $sql) = probe_function('', call_of($r, $edge), $result);
      $garden .= "$sql SELECT '$r->{label}', $probe(), 1, \$\$$edge\$\$;\n";
    }
    next;
  }

  # all combinations; where they are very many, some of them
  my $parameters = join ', ', map { "a$_ $args[$_]{type}" } 0 .. $#args;
  my $from = join ' CROSS JOIN ', '(VALUES (1)) one', map { my $k = $_; "(VALUES @{[ join ', ', map { \"($_)\" } edges($args[$k]) ]}) v$k(a$k)" } 0 .. $#args;
  my $n = 1;

  $n *= edges($_) for @args;
  if ($n > 1_000_000)    # too many to go through: some of them, each edge drawn by a hash
  {
    $from = join ', ', "generate_series(1, $combinations) one", map { my $k = $_; my @edges = edges($args[$k]); my $i = 0;
      "LATERAL (SELECT CASE (hashint8extended(one, $k) & 65535) % @{[ scalar @edges ]} @{[ map { 'WHEN ' . $i++ . \" THEN $_\" } @edges ]} END) v$k(a$k)" } 0 .. $#args;
    $n = 1;
  }
  ($probe, $sql) = probe_function($parameters, call_of($r, @names), $result);
  $garden .= <<"SQL";
$sql
SELECT '$r->{label}', o, count(*), min(left(how, 200))
FROM (SELECT g::text, $probe(@{[ join ', ', @names ]}) FROM (SELECT *, row_number() OVER () AS n FROM $from) g
      WHERE n * 2654435761 % 4294967296 < 4294967296.0 * $combinations / $n) s(how, o)
GROUP BY o;
SQL
  if ($r->{kind} eq 'aggregate')
  {
    my @values = map { (edges($_))[0] } @args;

    ($probe, $sql) = probe_function('', call_of($r, @values) =~ s/\)$/ WHERE false)/r, $result);
    $garden .= "$sql SELECT '$r->{label} of nothing', coalesce(nullif($probe(), 'value'), 'broken: not NULL'), 1, '';\n";
  }
}
probed($node, $db, 'edge arguments', $argument, $garden);

# Weights that were never added cannot be taken out: what is left would be no weights of anything.
my ($code, $out, $err) = $node->psql($db, <<'SQL');
\set VERBOSITY sqlstate
SELECT tally_final(nps_take(nps_accum(nps_accum('tally{}', 9, 3), 9, 4), 9, 5));
SQL
like($err, qr/22023/, 'taking out a weight that was never added');

# ---- damaged states in an aggregate of a user's own, whose inverse function takes them from a table ----

for my $type (grep { $_->{state} } @types)
{
  my $t = $type->{name};
  my ($n, $script) = (0, "CREATE INDEX ON probe.stored_$t (how);\n");

  for my $r (grep { $_->{kind} eq 'function' && $_->{result} eq $t } @surface)
  {
    my ($state, @args) = @{ $r->{args} };
    next if $state->{type} ne $t || !@args || grep { $_->{type} eq $t } @args;

    my $takes = join ', ', map { $_->{type} } @args;
    my $strict = $r->{strict} ? 'STRICT' : '';
    my ($agg, $inverse, $start) = ("probe.user_${t}_$n", "probe.inverse_${t}_$n", $SAMPLES{$t}[0]);

    $n++;
    $script .= <<"SQL";
CREATE FUNCTION $inverse($t, $takes) RETURNS $t $strict LANGUAGE plpgsql AS
  \$\$ BEGIN RETURN (SELECT x FROM probe.stored_$t WHERE how = current_setting('probe.how')); END \$\$;
CREATE AGGREGATE $agg($takes) (SFUNC = $r->{name}, STYPE = $t, INITCOND = '$start',
  MSFUNC = $r->{name}, MINVFUNC = $inverse, MSTYPE = $t, MINITCOND = '$start');
SQL
    for my $k (0 .. 2)
    {
      my $values = join ', ', map { my @edges = edges($_); $edges[ $k % @edges ] } @args;
      my ($probe, $sql) = probe_function('how text', <<"SQL", 'bigint');
(SELECT count(s) FROM (
  SELECT $agg($values) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM generate_series(1, 4) i OFFSET 0) q(s))
SQL

      $sql =~ s/r := /PERFORM set_config('probe.how', how, false); r := /;
      $script .= <<"SQL";
$sql
SELECT '$r->{label}', o, count(*), min(how)
FROM (SELECT how, $probe(how) FROM probe.stored_$t WHERE how ~ '^(sample|\\d+ (bit \\d\\d?|cut to \\d)\$)' AND (how ~ '^sample' OR abs(hashtext(how) % $one_in) = $k % $one_in)) s(how, o)
GROUP BY o;
SQL
    }
  }
  probed($node, $db, "$t out of an inverse function", $stored, $script);
}

# ---- and the server has seen nothing of it ----

is(one($node, $db, 'SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
$node->stop;
ok(slurp_file($node->logfile) !~ /terminated by signal|PANIC|TRAP:|invalid memory alloc|server closed/, 'nothing in the log');
done_testing();
