# Whatever runs long can be cancelled: no function goes on for 200 ms without looking for interrupts.
#
# Every function, aggregate, operator and cast of the catalog is called with values as large as it can be given. While
# it runs, a timer that counts processor time measures the stretches in which it looks for no interrupt. What runs long
# is then run again with a statement timeout, and the worst with pg_cancel_backend(), at the beginning of its longest
# stretch. CX_LONG=1: all of that; without it smaller values and half of the time allowed for a stretch, one set of
# values for each function, and cancels for a few.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Answers;
use CX;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Shim;
use Test::More;

my $long = $ENV{CX_LONG};
my $allowed = 200;
my $stretch = $long ? $allowed : $allowed / 2;
my (undef, $faults) = build_shim();
my $node = cx_node('cancel', <<'CONF');
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
fsync = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 256MB
work_mem = 1GB
CONF
my $db = 'postgres';
my ($touches, $rows) = $long ? (1048576, 400000) : (100000, 20000);

$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
shim_functions($node, $db, $faults);
my $started = one($node, $db, 'SELECT pg_postmaster_start_time()');
probe_kit($node, $db);
my @types = base_types($node, $db);
my @surface = surface($node, $db);

# ---- large values ----

# Arguments of aggregates that make the most of many names.
my %given = (
  series => 'touchpoint', segment => 'touchpoint', items => q(ARRAY[touchpoint, kind, (g * 7)::text, (g * 5)::text]), owners => 'ARRAY[touchpoint, channel, (g * 7)::text]',
  depth => '5', conversion => q('nps'), amount => 'c * g', duration => 'g + c', risk => '(g + n) / 20031.0', uses => 'g * n::bigint');
my @calls = calls_over_answers($node, $db, %given);
s/\('channel'\)/('touchpoint')/ for map { $_->{call} // () } @calls;
my %large = (
  journey => [
    "(SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '61 s', i % 97, CASE i % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'phone' END) FROM generate_series(1, $touches) i)",
    "(SELECT journey_agg('2026-01-01Z'::timestamptz + i * interval '61 s', 'touchpoint ' || i, 'web') FROM generate_series(1, $touches / 2) i)",
    "(SELECT rollup(touch('2026-01-01Z'::timestamptz + i * interval '7 h', (i % 1000)::text, 'c' || i % 7, 's' || i % 5, 'o' || i % 1000, feedback('csat', i % 5 + 1), i % 100))"
      . " FROM generate_series(1, $touches / 4) i)" ],
  tally => [ "(SELECT tally('rating', i / 1000.0, -1000, 1000) FROM generate_series(-$touches / 2 + 1, $touches / 2) i)" ],
  feedback => [ "'nps:9'" ],
  journey_pattern => [
    "'(' || repeat('.? ~> ', 4999) || '.?)'", "'([7|12] ~> .+ -> 7){500} ~> nowhere'", "repeat('[7|12|13] ~> ', 4999) || 'nowhere'", "'[' || (SELECT string_agg(i::text, '|') FROM generate_series(1, 9999) i) || '] ~> nowhere'" ],
  funnel_def => [
    "funnel_def(array_fill('.'::text, '{10000}') || '{}', mode => 'any')", "funnel_def(array_fill('[7|12]'::text, '{5000}'), mode => 'increasing')",
    "funnel_def((SELECT array_agg((i % 97)::text) FROM generate_series(1, 10000) i), '7 days')" ],
  churn_model => [ map { "'$_'" } grep { /^bgnbd|paretonbd/ } @{ $SAMPLES{churn_model} } ]);

# Arguments by name and type, by name, by type; else the edges that other tests use.
my $hundred_thousand = "(SELECT '[' || string_agg(i::text, '|') || ']' FROM generate_series(0, 99998) i)";
my $many_names = "(SELECT array_agg('touchpoint ' || i) FROM generate_series(1, 100000) i)";
my $numbers = "(SELECT array_agg((i * 7919 % 104729 - 1000)::float8) FROM generate_series(1, 1000000) i)";
my $tallies = "(SELECT array_agg(t) FROM generate_series(1, 2000) k, LATERAL (SELECT tally('rating', (i * k % 997) / 10.0, 0, 100) AS t FROM generate_series(1, 200) i) s)";
my $names_2000 = "(SELECT array_agg('theme ' || k) FROM generate_series(1, 2000) k)";
my %argument = (
  'pattern text' => [ @{ $large{journey_pattern} }, "repeat('(?1).*', 9000) || '(?2)'", "'(?1)(?t<=3600).*(?2)'" ],
  (map { +"$_ text" => [ $hundred_thousand, "'.'", "'7'" ] } qw(what conversion begin finish since promise kept contact by session_of start)),
  (map { +"$_ text[]" => [ "(SELECT array_agg((i % 97)::text) FROM generate_series(1, 10000) i)", "array_fill('.'::text, '{1000}')", $many_names ] } qw(what steps template exclude offline)),
  'words text[]' => [ $many_names ], 'text[]' => [ $many_names ], 'themes text[]' => [ $names_2000 ], 'segments text[]' => [ $names_2000 ],
  'touch_ok boolean[]' => [ "array_fill(true, '{100000}')" ], 'boolean[]' => [ "array_fill(true, '{60000}')" ],
  'tally[]' => [ $tallies ], 'survival_stats[]' => [ "(SELECT array_agg(x) FROM probe.large_survival_stats, generate_series(1, 20))" ],
  'features double precision[]' => [ 'array_fill(0.5::float8, \'{1000}\')', "array_fill(0.5::float8, '{50}')", "'{1,2}'" ], 'double precision[]' => [ $numbers ],
  'bigint[]' => [ "(SELECT array_agg((2000000 - i)::bigint) FROM generate_series(1, 1000000) i)" ],
  'integer[]' => [ "(SELECT array_agg(i) FROM generate_series(1, 1000000) i)", "'{2}'", 'NULL' ],
  'interval[]' => [ 'NULL' ], 'rules jsonb' => [ 'NULL' ],
  'jsonb' => [ '(SELECT x FROM probe.large_jsonb)' ],
  'comment text' => [ "repeat(U&'\\00e9t\\00e9 \\1e9e words, words ', $touches)" ],
  'text' => [ "repeat(U&'\\00e9t\\00e9 \\1e9e words, words ', $touches)" ],
  'integer' => [ '1000000', '2147483647', '5' ], 'bigint' => [ '1000000', '9223372036854775807', '5' ],
  'double precision' => [ '0.5', '1e9', '0.95', '5', '1e-300' ], 'interval' => [ "'1 day'", "'100000 days'", "'1 microsecond'" ],
  'method text' => [ map { "'$_'" } qw(markov shapley linear decay lmg johnson top mean) ], 'grain text' => [ "'touchpoint'", "'day'" ],
  'unit text' => [ "'day'", "'month'" ], 'tz text' => [ "'UTC'", "'Europe/Berlin'" ], 'mode text' => [ "'any'", "'increasing'", "'ordered'", "'strict'" ],
  'model text' => [ "'paretonbd'", "'bgnbd'" ], 'facet text' => [ "'owner'", "'touchpoint'" ], 'hold text' => [ 'NULL', "'channel'" ], 'kind text' => [ "'csat'" ]);

sub large
{
  my ($argument) = @_;
  my ($name, $type) = ($argument->{name}, $argument->{type});
  my $n = $large{$type} ? @{ $large{$type} } : 0;

  return @{ $large{$type} } if $type eq 'tally_state';
  return map { "(SELECT x FROM probe.large_$type WHERE i = $_)" } 1 .. $n if $n;
  return map { "($_)::$type" } @{ $argument{"$name $type"} // $argument{$type} } if $argument{"$name $type"} || $argument{$type} && $type ne 'text';
  return grep { defined } (edges($argument))[ 0 .. 2 ] if $type ne 'text' || (edges($argument))[0] ne "('nps')::text";
  return map { "($_)::$type" } @{ $argument{text} };
}

# The values of a type, in a table; uncompressed, since the server looks for no interrupts while it decompresses.
# Values are expressions, or calls of aggregates over rows.
sub keep
{
  my ($t, @values) = @_;

  return "CREATE TABLE probe.large_$t (i int, x $t);\n"
    . "DO \$\$ BEGIN ALTER TABLE probe.large_$t ALTER x SET STORAGE EXTERNAL; EXCEPTION WHEN feature_not_supported THEN NULL; END \$\$;\n"
    . join '', map { "INSERT INTO probe.large_$t SELECT @{[ $_ + 1 ]}, x FROM (SELECT CAST($values[$_] AS $t) AS x"
      . ($values[$_] =~ /^[(']|^\w+\(array|^funnel_def|^repeat/ ? '' : ' FROM probe.rows') . ") s;\n" } 0 .. $#values;
}

# One call of each aggregate's name, over rows; and of each whose state is no result of any, the same without its
# final function.
my (%by_name, %state_of);
for (grep { !$_->{untried} } @calls) { my ($name) = $_->{label} =~ /^(\w+)/; $by_name{$name}{ $_->{result} } = $_ if $name ne 'rollup' }
my $script = "CREATE TABLE probe.rows (@{[ answers_columns() ]});\nINSERT INTO probe.rows @{[ answers($rows, $rows) ]};\n";
for my $call (map { values %$_ } map { $by_name{$_} } sort keys %by_name)
{
  push @{ $large{ $call->{result} } }, $call->{call} if grep { $_->{name} eq $call->{result} && @{ $large{ $_->{name} } // [] } < ($_->{name} eq 'churn_model' ? 9 : 3) } @types;
}
for (rows($node, $db, <<'SQL'))
SELECT DISTINCT ON (aggtranstype) aggtranstype::regtype, aggfnoid::regprocedure, aggtransfn::regproc, pg_get_function_arguments(aggfnoid)
FROM pg_aggregate JOIN pg_depend ON objid = aggfnoid AND classid = 'pg_proc'::regclass AND deptype = 'e'
WHERE aggtranstype NOT IN (SELECT prorettype FROM pg_proc WHERE prokind = 'a') AND aggtranstype IN (SELECT objid FROM pg_depend WHERE deptype = 'e')
ORDER BY aggtranstype, aggfnoid::regprocedure::text DESC
SQL
{
  my ($t, $label, $accumulate, $arguments) = @$_;
  my ($call) = map { $_->{call} } grep { $_->{label} eq $label } @calls;

  next if $large{$t};
  $script .= "CREATE AGGREGATE probe.state_$t($arguments) (SFUNC = $accumulate, STYPE = $t);\n";
  $large{$t} = [ "probe.state_$t" . $call =~ s/^[^(]*//r ];
}
# (never stored, so it cannot be: its bytes are)
$script .= <<'SQL';
CREATE FUNCTION probe.bytes_of(tally_state) RETURNS bytea IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE FUNCTION probe.state_of(bytea) RETURNS tally_state IMMUTABLE STRICT LANGUAGE internal AS 'int8up';
CREATE TABLE probe.large_tally_state (b bytea);
ALTER TABLE probe.large_tally_state ALTER b SET STORAGE EXTERNAL;
SQL
my $tally_state = "INSERT INTO probe.large_tally_state SELECT probe.bytes_of(x::text::tally_state) || '' FROM probe.large_tally WHERE i = 1;\n";
$large{tally_state} = [ "(SELECT probe.state_of(b || '') FROM probe.large_tally_state)" ];
for (@types) { BAIL_OUT("no large value of type $_->{name}: add one") if !$large{ $_->{name} } }
$script .= keep($_, @{ $large{$_} }) for 'journey', grep { $_ ne 'journey' && $_ ne 'tally_state' } sort keys %large;
$script .= $tally_state . keep('jsonb', '(SELECT x::jsonb FROM probe.large_journey WHERE i = 3)');

# ---- the longest stretch of each call ----

$script .= <<'SQL';
CREATE FUNCTION shim.measure(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text := '';
  began timestamptz := clock_timestamp();
BEGIN
  BEGIN
    PERFORM shim.listen();
    EXECUTE call;
  EXCEPTION WHEN query_canceled THEN state := 'cut'; WHEN OTHERS THEN state := SQLSTATE || ' ' || left(SQLERRM, 100);
  END;
  RETURN concat_ws(E'\t', shim.heard(), state, round(extract(epoch FROM clock_timestamp() - began) * 1000));
END $$;
CREATE FUNCTION shim.ended_at(call text) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE call;
  RETURN NULL;
EXCEPTION WHEN query_canceled THEN RETURN extract(epoch FROM clock_timestamp()) * 1000; WHEN OTHERS THEN RETURN NULL;
END $$;
CREATE FUNCTION shim.timed_out(call text, after float8) RETURNS float8 LANGUAGE sql AS $$
  SELECT shim.ended_at(call) - extract(epoch FROM statement_timestamp()) * 1000 - after $$;
CREATE FUNCTION shim.cancel(victim text, after float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
  busy record;
BEGIN
  LOOP
    SELECT * INTO busy FROM pg_stat_activity WHERE application_name = victim AND state = 'active' AND query ~ 'ended_at';
    EXIT WHEN FOUND;
    PERFORM pg_sleep(0.005), pg_stat_clear_snapshot();
  END LOOP;
  PERFORM pg_sleep(after / 1000 - extract(epoch FROM clock_timestamp() - busy.query_start));
  PERFORM pg_cancel_backend(busy.pid);
  RETURN extract(epoch FROM clock_timestamp()) * 1000;
END $$;
SQL
$node->safe_psql($db, $script);
my %size = map { $_->[0] => $_->[1] } rows($node, $db, join ' UNION ALL ', map { "SELECT '$_', max(pg_column_size(x)) FROM probe.large_$_" } grep { $_ ne 'tally_state' } sort keys %large);
note 'the largest values, in kB: ' . join ', ', map { "$_ " . int($size{$_} / 1024) } grep { ($size{$_} || 0) >= 1024 } sort keys %size;

# Sets of values: all with all where those are few, else all first, all second, ...
sub sets
{
  my @of = @_;
  my @sets = ([]);

  for my $values (@of) { @sets = map { my $set = $_; map { [ @$set, $_ ] } @$values } @sets if @sets < 13 }
  return [ map { $_->[0] } @of ] if !$long;
  return @sets if @sets < 13 && !grep { @$_ != @of } @sets;
  return map { my $k = $_; [ map { $_->[ $k % @$_ ] } @of ] } 0 .. 5;
}

my @cases;
for my $r (@surface)
{
  my @args = @{ $r->{args} };

  if ($r->{label} =~ /^(\w+)_recv\(internal\)$/)
  {
    push @cases, map { [ $r->{label}, "SELECT shim.receive('$r->{label}', ${1}_send($_))" ] } large({ type => $1, name => '' });
  }
  next if grep { $_->{type} eq 'internal' } @args;
  for my $set (sets(map { $_->{type} eq 'cstring' ? [ 1 ] : [ large($_) ] } @args))
  {
    if (@args && $args[0]{type} eq 'cstring') { push @cases, map { [ $r->{label}, "SELECT ($_)::text::$r->{result}" ] } large({ type => $r->{result}, name => '' }) }
    elsif ($r->{kind} eq 'window') { push @cases, [ $r->{label}, "SELECT count(s) FROM (SELECT $r->{name}(at, '1 s') OVER (ORDER BY at) AS s FROM probe.rows) q" ] }
    else
    {
      my $call = $r->{kind} eq 'aggregate' || $r->{set} ? do { my @v = @$set; $v[-1] = "VARIADIC $v[-1]" if @args && $args[-1]{mode} eq 'VARIADIC'; "$r->{name}(" . join(', ', @v) . ')' } : call_of($r, @$set);

      push @cases, [ $r->{label}, $r->{kind} eq 'aggregate' ? "SELECT $call FROM generate_series(1, 3)" : $r->{set} ? "SELECT count(x) FROM $call x" : "SELECT $call" ];
    }
  }
}
push @cases, map { [ "$_->{label} of rows", "SELECT $_->{call} FROM probe.rows" ] } grep { !$_->{untried} } @calls;
push @cases, map { [ 'journey_ops', $_ ] } 'CREATE INDEX ON probe.large_journey USING gin (x)', 'SET LOCAL enable_seqscan = off',
  map { my $p = $_; "SELECT count(*) FROM probe.large_journey a, probe.large_journey_pattern p WHERE p.i = $p AND a.x @~ p.x" } 1 .. 4;
push @cases, map { my $t = $_; map { [ "$t in a plan", sprintf $_, "probe.large_$t" ] } 'SELECT count(DISTINCT x) FROM %s', 'SELECT x FROM %s ORDER BY x', 'SELECT x FROM %s GROUP BY x' }
  map { $_->[0] } rows($node, $db, "SELECT DISTINCT opcintype::regtype FROM pg_opclass JOIN pg_depend ON objid = pg_opclass.oid AND classid = 'pg_opclass'::regclass AND deptype = 'e' WHERE opcmethod IN (SELECT oid FROM pg_am WHERE amname IN ('btree', 'hash'))");


# Figures of the calls with these numbers: [number, longest stretch, its end, processor time in all, where the stretch
# ended, how the call ended, time in all].
sub heard
{
  my (@which) = @_;
  my @all;

  # (a timeout may come when the call has just ended, and then ends the query: that one is missing)
  while (my @some = splice @which, 0, 100)
  {
    my ($code, $out) = $node->psql($db, "SET statement_timeout = '@{[ $long ? 4 : 1.5 ]}s';\n"
        . join('', map { "SELECT $_, shim.measure(\$call\$$cases[$_][1]\$call\$);\n" } @some), on_error_stop => 0, extra_params => [ '-F', "\t" ]);

    BAIL_OUT('the server is gone') if $code != 0;
    push @all, map { [ split /\t/, $_, -1 ] } split /\n/, $out;
  }
  return @all;
}

my @heard = heard(0 .. $#cases);
# The best of three, for those too long.
for (1 .. 2)
{
  my %slow = map { $_->[0] => $_ } grep { $_->[1] > $stretch } @heard or last;

  for (heard(sort { $a <=> $b } keys %slow)) { @{ $slow{ $_->[0] } } = @$_ if $_->[1] < $slow{ $_->[0] }[1] }
}
@heard = sort { $b->[1] <=> $a->[1] } @heard;

sub told { my ($h) = @_; return "$cases[$h->[0]][0]: $h->[1] of $h->[3] ms, up to $h->[4]: " . substr $cases[$h->[0]][1], 0, 300 }

my @slow = map { told($_) } grep { $_->[1] > $stretch } @heard;
is(join("\n", @slow), '', "interrupts are looked for every $stretch ms");
note 'the longest stretches: ', map { "\n" . told($_) } @heard[ 0 .. 9 ];

# Functions by the longest of their calls: ended, cut off, or not tried since no call had a result.
my (%worst, %ended, %result);
for my $h (@heard)
{
  my $label = $cases[$h->[0]][0];

  $worst{$label} //= $h if $h->[6] >= $allowed;
  $result{$label} = 1 if $h->[5] =~ /^(cut)?$/;
}
my @run_long = sort { $worst{$b}[1] <=> $worst{$a}[1] } keys %worst;
my %every = map { $_->[0] => 1 } @cases;
note scalar(@cases) . ' calls of ' . keys(%every) . ' functions, aggregates, operators and plans; ' . @run_long . " run for $allowed ms or more: " . join ', ', sort @run_long;
note 'none of these had a result: ' . join ', ', grep { !$result{$_} } sort keys %every;
cmp_ok(scalar(@run_long), '>', $long ? 100 : 10, 'there are functions that run long');

# ---- cancelled ----

# To the beginning of the longest stretch, as time went.
sub begins { my ($h) = @_; my $at = int(($h->[2] - $h->[1]) * $h->[6] / ($h->[3] || 1)) + 5; return $at < 10 ? 10 : $at }

# The least of five times, but what is quick is not tried again.
sub best
{
  my ($try) = @_;
  my $best;

  for (1 .. 5)
  {
    my $ms = $try->();

    $best = $ms if defined $ms && $ms ne '' && (!defined $best || $ms < $best);
    last if defined $best && $best < $allowed;
  }
  return $best;
}

my (@late, @never, %latency);
for my $label ($long ? @run_long : @run_long[ 0 .. ($#run_long > 9 ? 9 : $#run_long) ])
{
  my $h = $worst{$label};
  my $after = begins($h);
  my $ms = best(sub {
    my ($code, $out) = $node->psql($db, "SET statement_timeout = $after; SELECT shim.timed_out(\$call\$$cases[$h->[0]][1]\$call\$, $after);");

    return $code == 0 ? $out : undef;    # (the call may have ended just before the timeout)
  });

  if (defined $ms) { $latency{$label} = $ms } else { push @never, $label }
  push @late, "$label: $ms ms after a timeout of $after ms" if defined $ms && $ms > $allowed;
}
is(join("\n", @late), '', "a statement timeout is answered within $allowed ms");
my ($last) = sort { $latency{$b} <=> $latency{$a} } keys %latency;
note keys(%latency) . " calls ended by a timeout, the latest by $last, after " . int($latency{$last}) . ' ms; these ended before it: ' . join ', ', @never;

@late = ();
my ($n, $latest) = (0, 0);
for my $label (grep { $latency{$_} } @run_long[ 0 .. ($long ? 29 : 4) ])
{
  my $h = $worst{$label};
  my $after = begins($h);
  my $ms = best(sub {
    my $victim = 'victim ' . $n++;
    my ($out, $err) = ('', '');
    my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr($db) . " application_name='$victim'",
      '-c', "SELECT shim.ended_at(\$call\$$cases[$h->[0]][1]\$call\$)" ], '<', \undef, '>', \$out, '2>', \$err);
    my $sent = one($node, $db, "SET statement_timeout = '60s'; SELECT shim.cancel('$victim', $after)");

    $session->finish;
    # (it came when the call had just ended)
    return undef if $err =~ /canceling statement due to user request/;
    BAIL_OUT($err) if $err;
    return $out =~ /^\d/ ? $out - $sent : undef;
  });

  next if !defined $ms;
  $latest = $ms if $ms > $latest;
  push @late, "$label: $ms ms" if $ms > $allowed;
}
is(join("\n", @late), '', "pg_cancel_backend() is answered within $allowed ms");
note "the latest $latest ms";

# ---- and it would be noticed ----

my ($deaf) = rows($node, $db, q{SELECT shim.measure('SELECT shim.busy(300)')});
cmp_ok($deaf->[0], '>', $allowed, 'a function that looks for no interrupts is noticed');

is(one($node, $db, 'SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
done_testing();
