# However the rows are spread over workers, partitions and batches, every aggregate gives the same
# result to the last bit, and the plans really are parallel.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Answers;
use CX;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = cx_node('parallel', <<'CONF');
max_worker_processes = 24
max_parallel_workers = 16
max_parallel_workers_per_gather = 3
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
autovacuum = off
jit = off
CONF
my $db = 'postgres';
my $rows = long_form() ? 200_000 : 30_000;
my $groups_n = $rows / 50;

# Answers in four partitions of different sizes, and in tables.
$node->safe_psql($db, <<"SQL");
CREATE EXTENSION cx_analytics;
CREATE TABLE answers (@{[ answers_columns() ]}) PARTITION BY LIST (part);
CREATE TABLE answers_0 PARTITION OF answers FOR VALUES IN (0);
CREATE TABLE answers_1 PARTITION OF answers FOR VALUES IN (1);
CREATE TABLE answers_2 PARTITION OF answers FOR VALUES IN (2);
CREATE TABLE answers_3 PARTITION OF answers FOR VALUES IN (3);
INSERT INTO answers @{[ answers($rows, 97, $rows / 10 + 11) ]};
CREATE TABLE plain AS SELECT * FROM answers;
CREATE TABLE groups AS SELECT * FROM plain WHERE g < $groups_n;
ALTER TABLE groups SET (parallel_workers = 3);
CREATE TABLE few AS SELECT * FROM plain WHERE f IS NOT NULL AND t IS NOT NULL AND n IS NOT NULL AND j IS NOT NULL
  AND at IS NOT NULL AND touchpoint IS NOT NULL LIMIT 3;
CREATE TABLE nothing AS SELECT * FROM plain LIMIT 0;
CREATE TABLE missing AS SELECT * FROM plain LIMIT 5000;
UPDATE missing SET n = NULL, c = NULL, f = NULL, t = NULL, at = NULL, j = NULL;
ALTER TABLE plain SET (parallel_workers = 3);
ALTER TABLE missing SET (parallel_workers = 3);
ALTER TABLE few SET (parallel_workers = 8);
ALTER TABLE nothing SET (parallel_workers = 8);
ANALYZE;
SQL

# A call for each aggregate.
my @known = calls_over_answers($node, $db);
my @untried = map { $_->{label} } grep { $_->{untried} } @known;
my @fits = grep { $_->{fit} } @known;
my @calls = grep { !$_->{fit} && !$_->{untried} } @known;
is(join(', ', @untried), '', 'every aggregate has a call here');

my $all = join ', ', map { $_->{sql} } @calls;
my $filtered = join ', ', map { $_->{filtered} } @calls;
my $serial = 'SET max_parallel_workers_per_gather = 0;';
my $regress = one($node, $db, 'SHOW server_version_num') >= 160000 ? 'debug_parallel_query' : 'force_parallel_mode';

sub row
{
  my ($settings, $from, $what) = @_;

  return join '|', @{ (rows($node, $db, "$settings SELECT @{[ $what // $all ]} FROM $from"))[0] };
}

sub explained
{
  my ($settings, $sql) = @_;
  my $explain = 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)';

  return join "\n", map { $_->[0] } rows($node, $db, "$settings $explain $sql");
}

my $partial = qr/Finalize Aggregate.*Gather.*Workers Launched: [1-9].*Partial Aggregate/s;

# ---- one table ----

my $expected = row($serial, 'plain');
my @results = split /\|/, $expected, -1;
is(join(', ', map { $calls[$_]{label} } grep { $results[$_] eq '' } 0 .. $#calls), '', 'every aggregate has a result');

for my $leader ('on', 'off')
{
  my $set = "SET parallel_leader_participation = $leader;";

  is(row($set, 'plain'), $expected, "parallel equals serial, leader $leader");
  is(row($set, 'plain', $filtered), row($serial, 'plain', $filtered), "with a filter, leader $leader");
  like(explained($set, "SELECT $_->{sql} FROM groups"), $partial, "$_->{label} is parallel, leader $leader") for @calls;
}
is(row("SET $regress = regress;", 'plain'), $expected, "$regress = regress");
is(row("SET $regress = on; SET max_parallel_workers = 0;", 'plain'), $expected, 'a parallel plan that gets no workers');
is(row('SET jit = on; SET jit_above_cost = 0;', 'plain'), $expected, 'with jit');
is(row("SET work_mem = '64kB';", '(SELECT * FROM plain ORDER BY g DESC, w) s'), $expected, 'in another order');

# ---- what fits a model ----

my $of_fits = join ', ', map { $_->{sql} } @fits;
my $fitted = row($serial, 'plain', $of_fits);
unlike($fitted, qr/^\||\|\||\|$/, 'every fit has a result');
for my $leader ('on', 'off')
{
  my $set = "SET parallel_leader_participation = $leader;";

  is(row($set, 'plain', $of_fits), $fitted, "fits in parallel, leader $leader");
  like(explained($set, "SELECT $_->{sql} FROM groups"), $partial, "$_->{label} is parallel, leader $leader") for @fits;
}
is(row("SET work_mem = '64kB';", '(SELECT * FROM plain ORDER BY g DESC, w) s', $of_fits), $fitted, 'fits in another order');

# ---- groups, many of them, in memory and spilled ----

my @grouped = grep {
  $_->{label} =~ /^(nps\(smallint|csat\(double.precision,double.precision\)|tally\(feedback\)|rollup|experience|journey_agg\(timestamp.with.time.zone,text,text\)
    |funnel_agg\(journey,funnel_def|(flow|path|session|attribution|basket|outcome|rework|silo|coverage|pain)_agg\((journey|text\[\])(,text|,integer|,interval|,boolean)?\)
    |retention_agg\(.*text,text|retention\(|window_funnel\(interval,text,.*(zone,boolean,boolean,boolean|\[\])\)
    |(preceded|conformance|leakage)_agg\(|(mix|gap|apdex|bad_profit|earned_growth|adoption|usage|promise|rfm|survival|calibration|driver)_agg\((text,boolean|double|boolean|bigint|timestamp)
    |sequence_(match|count)\(text,timestamp.with.time.zone,boolean,boolean,boolean\))/x } @calls;
my $columns = join ', ', map { "r$_" } 0 .. $#grouped;
my $groups = join ', ', map { "$grouped[$_]{sql} AS r$_" } 0 .. $#grouped;
my $by_group = "SELECT g, $groups FROM groups GROUP BY g";
my $digest = "SELECT count(*) || ' ' || md5(string_agg(concat_ws('|', g, $columns), E'\\n' ORDER BY g)) FROM ($by_group OFFSET 0) s";
my $in_order = one($node, $db, "$serial SET enable_hashagg = off; $digest");
like($in_order, qr/^$groups_n /, 'groups');

my ($large, $small) = ("SET work_mem = '1GB';", "SET work_mem = '64kB'; SET hash_mem_multiplier = 1;");
my %ways = (
  'hashed' => "$serial SET enable_sort = off; $large",
  'hashed and spilled' => "$serial SET enable_sort = off; $small",
  'in parallel, hashed' => "SET enable_sort = off; $large",
  'in parallel, hashed and spilled' => "SET enable_sort = off; $small",
  'in parallel, sorted' => 'SET enable_hashagg = off;');
is(one($node, $db, "$ways{$_} $digest"), $in_order, "groups $_") for sort keys %ways;
like(explained($ways{'hashed and spilled'}, $by_group), qr/HashAggregate.*Batches: (?!1 )\d+ .*Disk Usage/s, 'spilling does spill');
like(explained($ways{"in parallel, \L$_->[0]"}, $by_group), qr/Workers Launched: [1-9].*Partial $_->[1]Aggregate/s, "$_->[0] groups, partial")
  for [ 'hashed', 'Hash' ], [ 'sorted', 'Group' ];

my $sets = "SELECT md5(string_agg(s::text, ' ' ORDER BY s::text)) FROM (%s OFFSET 0) s";
is(one($node, $db, sprintf $sets, "SELECT part, n, $groups FROM plain GROUP BY GROUPING SETS ((part, n), (part), ())"),
  one($node, $db, sprintf "$serial $sets", "SELECT part, n, $groups FROM plain GROUP BY part, n
    UNION ALL SELECT part, NULL, $groups FROM plain GROUP BY part
    UNION ALL SELECT NULL, NULL, $groups FROM plain"), 'grouping sets');

# ---- partitions ----

my $union = '(' . join(' UNION ALL ', map { "SELECT * FROM $_" } qw(answers_0 answers_1 answers_2 answers_3 nothing)) . ') u';
my $wise = 'SET enable_partitionwise_aggregate = on;';
for my $leader ('on', 'off')
{
  my $set = "$wise SET parallel_leader_participation = $leader;";

  is(row($set, 'answers'), $expected, "partitions, each by itself, leader $leader");
  is(row($set, $union), $expected, "UNION ALL, leader $leader");
  is(row("$set SET enable_parallel_append = off;", $union), $expected, "UNION ALL, one after the other, leader $leader");
}
like(explained($wise, "SELECT $all FROM answers"),
  qr/Finalize Aggregate.*Workers Launched: [1-9].*Append.*Partial Aggregate/s, 'each partition has its partial aggregate');
like(explained('', "SELECT $all FROM $union"),
  qr/Finalize Aggregate.*Workers Launched: [1-9].*Partial Aggregate.*Append/s, 'UNION ALL is parallel');

my $by_part = "SELECT md5(string_agg(s::text, ' ' ORDER BY part)) FROM (SELECT part, $all FROM answers GROUP BY part) s";
is(one($node, $db, "$wise $by_part"), one($node, $db, "$serial $by_part"), 'a group for each partition');
my $again = "SELECT md5(string_agg(s::text, ' ' ORDER BY p))
  FROM generate_series(0, 3) p, LATERAL (SELECT $all FROM plain WHERE part = p) s";
is(one($node, $db, $again), one($node, $db, "$serial $again"), 'a parallel plan run again and again');

# ---- hardly anything to count ----

my %hardly = (
  '3 rows for 8 workers' => 'few',
  'an empty table' => 'nothing',
  'NULLs' => 'missing',
  'hardly a row for each worker' => "(SELECT * FROM plain WHERE md5(g::text) < '0003') s",
  'no row for any worker' => "(SELECT * FROM plain WHERE md5(g::text) < '0') s");
for my $what (sort keys %hardly)
{
  my $serially = row($serial, $hardly{$what});
  my $set = 'SET max_parallel_workers_per_gather = 8;';

  for my $more ('parallel_leader_participation = on', 'parallel_leader_participation = off', "$regress = regress")
  {
    is(row("$set SET $more;", $hardly{$what}), $serially, "$what, $more");
  }
  like(explained($set, "SELECT $all FROM $hardly{$what}"), $partial, "$what, really in parallel") if $what =~ /worker$|NULLs/;
}
unlike(row('', 'nothing'), qr/[^|]/, 'of nothing, all are NULL');
my @of_nulls = split /\|/, row('', 'missing'), -1;
for my $i (0 .. $#calls)
{
  my $label = $calls[$i]{label};

  # (retention() tells of rows, whether their conditions are known or not; rfm_agg() of a customer without purchases)
  if ($label =~ /^(tally|retention\(boolean|(adoption|apdex|bad_profit|earned_growth|gap|mix|service|task_coverage|usage|survival|calibration|driver)_agg|(promise|resolution|silo)_agg\((?!journey))
      |rfm_agg|^rollup\((rfm|adoption|apdex|gap|growth|mix|resolution|service|share|usage|survival|calibration|driver)_stats/x) { isnt($of_nulls[$i], '', "$label counts what is missing") }
  else { is($of_nulls[$i], '', "$label of NULLs is NULL") }
}
is(row('', 'missing', 'missing(tally(f)), responses(tally(f))'), '5000|0', 'NULLs are missing');

$node->stop;
done_testing();
