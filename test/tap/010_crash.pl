# Processes are killed while aggregates run in them, and servers while several sessions write: what was
# acknowledged is there, and indexes say what tables say.
#
# CX_LONG=1 kills in every aggregate, and stops the server under load 20 times instead of 3.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use Stored;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'needs /proc' unless -r '/proc/self/stat';

# A commit is acknowledged when it is on disk. (The node would have been told otherwise, and not to restart.)
my $node = cx_node('crash', <<'CONF');
fsync = on
synchronous_commit = on
full_page_writes = on
restart_after_crash = on
wal_sync_method = fdatasync
recovery_init_sync_method = syncfs
max_wal_size = 64MB
autovacuum_naptime = 1s
jit = off
CONF
my $db = 'postgres';
my $dir = PostgreSQL::Test::Utils::tempdir;
my ($long, $patience) = ($ENV{CX_LONG}, $PostgreSQL::Test::Utils::timeout_default);

$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
stored_kit($node, $db);

# ---- killed in mid-aggregate ----

# Aggregates say that they run: every 5000th row that one takes is told in the log, with the process that takes it.
$node->safe_psql($db, <<'SQL');
CREATE FUNCTION stored.mark(i bigint) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
  RAISE LOG 'row % taken by %', i, pg_backend_pid();
  RETURN true;
END $$;
CREATE TABLE row AS SELECT i FROM generate_series(1, 10000) i;
ALTER TABLE row SET (parallel_workers = 2);
ANALYZE row;
SQL

# Calls of an aggregate with edge values of its arguments, the first that has a result before others. (Some have no
# result for rows that are all the same, but take them; the rest take them where something is NULL.)
sub calls_of_aggregate
{
  my ($r) = @_;
  my @calls = map { my $k = $_; call_of($r, map { my @e = edges($_); $e[ $k % @e ] } @{ $r->{args} }) =~ s/^\(SELECT (.*)\)$/$1/sr } 0 .. 19;
  my $list = join ', ', map { "($_, \$c\$$calls[$_]\$c\$)" } 0 .. $#calls;

  return map { $_->[0] } rows($node, $db, "SELECT call FROM (VALUES $list) c(n, call), stored.answer('SELECT (' || call || ')::text FROM generate_series(1, 40)') a
    ORDER BY a IS NULL OR a ~ '^error', n");
}

# Kills one process that runs an aggregate, waits for the server, and asks again.
sub kill_in
{
  my ($label, $whom, $call, @others) = @_;
  my $marked = "$call FILTER (WHERE CASE WHEN (i + a + b) % 5000 = 0 THEN stored.mark(i) ELSE true END)";
  my $set = $whom eq 'worker'
    ? 'SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;'
    : 'SET max_parallel_workers_per_gather = 0;';
  my $finite = "SELECT stored.answer(\$q\$SELECT md5(($call)::text) FROM row WHERE i <= 1000\$q\$)";
  # (250 billion rows, to whose end nothing gets; every 5000th is marked, whichever table is the innermost)
  my $endless = "SELECT ($marked) IS NULL FROM row, generate_series(1, 5000) a, generate_series(1, 5000) b";
  my $expected = one($node, $db, $finite);
  my $since = -s $node->logfile;
  my ($in, $out, $err) = ("$set\n$endless;\n", '', '');

  if ($whom eq 'worker')
  {
    my $plan = join "\n", map { $_->[0] } rows($node, $db, "$set EXPLAIN (COSTS OFF) $endless");
    return fail("$label has no parallel plan: $plan") if $plan !~ /Finalize Aggregate.*Gather.*Partial Aggregate/s;
  }
  my $run = IPC::Run::start([ 'psql', '-X', '-qAt', '-d', $node->connstr($db) ], '<', \"SELECT pg_backend_pid();\n$in", '>', \$out, '2>', \$err);
  my ($leader, $victim);
  for (1 .. 50 * $patience)
  {
    my %taken;

    $run->pump_nb;
    $taken{$_}++ for slurp_file($node->logfile, $since) =~ /LOG:  row \d+ taken by (\d+)/g;
    ($leader) = $out =~ /^(\d+)/;
    # one that has taken rows, and then 5000 more
    ($victim) = grep { $taken{$_} > 1 && $leader && ($_ == $leader) == ($whom eq 'leader') } keys %taken;
    last if $victim || $out =~ /^[tf]$/m || $err ne q();
    sleep 0.02;
  }
  my $killed = $victim && kill 'KILL', $victim;
  one($node, $db, "SELECT pg_terminate_backend($leader)") if !$killed && $leader;
  $run->finish;
  return kill_in($label, $whom, @others) if !$killed && $err =~ /ERROR/ && @others;
  return fail("$label: no $whom has taken rows: $err") if !$killed;
  $node->poll_query_until($db, 'SELECT true') or die 'the server does not come back';

  my $log = slurp_file($node->logfile, $since);
  my @wrong = grep { $_ } $out =~ /^[tf]$/m && 'the query ended', $log !~ /\(PID $victim\) was terminated by signal 9/ && 'nobody noticed',
    $err !~ /connection to server was lost/ && "the session says $err", one($node, $db, $finite) ne $expected && 'another result after it';
  is(join(', ', @wrong), '', "$whom killed in $label");
}

my @aggregates = grep { $_->{kind} eq 'aggregate' } surface($node, $db);
my $named = qr/^(journey_agg\(timestamp with time zone,text\)|nps\(double precision\)|funnel_agg\(journey,funnel_def\)|rollup\(journey\))$/;
my @calls = map { [ $_->{label}, calls_of_aggregate($_) ] } grep { $long || $_->{label} =~ $named } @aggregates;
is(scalar(grep { $_->[0] =~ $named } @calls), 4, scalar(@calls) . ' aggregates to kill');
# by turns in the process of the session and in one of its workers
for my $i (0 .. $#calls)
{
  my ($label, @ways) = @{ $calls[$i] };

  kill_in($label, $i % 2 ? 'worker' : 'leader', @ways);
}

# ---- stopped under load ----

my ($sessions, $cycles) = (4, $long ? 20 : 3);
my $seed = $ENV{CX_SEED} // time;
my $acknowledged = 0;
srand $seed;
note("CX_SEED=$seed");
stored_schema($node, $db, 'load', 1);
stored_schema($node, $db, 'model', 0);
for my $cycle (1 .. $cycles)
{
  my @how = ('all processes killed', 'a session killed', 'stopped immediately');
  my $how = $how[ $cycle % 3 ];
  my $title = "cycle $cycle, $how";
  my @load = load_start($node, $db, 'load', $sessions, $dir);

  ok(load_running(20, @load), "$title: sessions write");
  $node->safe_psql($db, 'CHECKPOINT') if rand() < 0.5;
  $node->safe_psql($db, 'VACUUM') if rand() < 0.3;
  sleep rand 0.7;
  if ($how eq 'stopped immediately') { $node->stop('immediate') }
  elsif ($how eq 'all processes killed') { cmp_ok(kill_everything($node), '>', $sessions, "$title: there were some") }
  else
  {
    my @busy = map { $_->[0] } rows($node, $db, "SELECT pid FROM pg_stat_activity WHERE query ~ '^CALL work'");

    is(kill('KILL', $busy[ rand @busy ]), 1, "$title: there was one");
  }
  load_end($title, @load);
  $node->start if $how ne 'a session killed';
  $node->poll_query_until($db, 'SELECT true') or die 'the server does not come back';
  $acknowledged += load_judge($node, $db, 'load', 'model', $title, @load);
  answers_agree($db, 'load', $title, $node);
  amcheck_clean($node, $db, $title);
}
note("$acknowledged transactions acknowledged in $cycles cycles");
my $crashes = () = slurp_file($node->logfile) =~ /database system was not properly shut down|all server processes terminated; reinitializing/g;
cmp_ok($crashes, '>=', @calls + $cycles, 'the server has recovered each time');
$node->stop;
done_testing();
