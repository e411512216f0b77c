# However the rows are spread over workers, partitions and batches, every aggregate gives the same
# result to the last bit, and the plans really are parallel.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
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

# Answers of every kind, some missing, in four partitions; each column on a scale that its users take.
$node->safe_psql($db, <<'SQL');
CREATE EXTENSION cx_analytics;
CREATE TABLE answers (part int, n smallint, c float8, kind text, lo float8, hi float8, w float8, f feedback, t tally, g int) PARTITION BY LIST (part);
CREATE TABLE answers_0 PARTITION OF answers FOR VALUES IN (0);
CREATE TABLE answers_1 PARTITION OF answers FOR VALUES IN (1);
CREATE TABLE answers_2 PARTITION OF answers FOR VALUES IN (2);
CREATE TABLE answers_3 PARTITION OF answers FOR VALUES IN (3);
INSERT INTO answers
SELECT part, n, c, kind, lo, hi, w, CASE WHEN i % 17 <> 0 THEN feedback(kind, CASE kind WHEN 'nps' THEN coalesce(n, 9) ELSE c END, lo, hi) END,
  CASE WHEN i % 19 <> 0 THEN format('tally{%s%s: %s=%s(%s,%s) missing=1}', kind, CASE WHEN kind <> 'nps' THEN '/' || hi END, c, i % 5 + 1, w + i % 5, w * w + i % 5)::tally END, g
FROM (SELECT i, CASE WHEN i % 50 < 30 THEN 0 WHEN i % 50 < 45 THEN 1 WHEN i % 50 < 49 THEN 2 ELSE 3 END AS part,
        CASE WHEN i % 13 <> 0 THEN (i::bigint * 7919 % 104729 % 11) END::smallint AS n, 1 + i % 9 * 0.5 AS c,
        (ARRAY['nps', 'csat', 'ces', 'effort', 'emotion', 'rating', 'success'])[h % 7 + 1] AS kind,
        CASE WHEN h % 7 IN (0, 6) THEN 0 ELSE 1 END AS lo, CASE WHEN h % 7 = 0 THEN 10 WHEN h % 7 = 6 THEN 5 WHEN h % 7 = 2 THEN 7 ELSE 5 + h / 7 % 2 * 2 END AS hi,
        (i % 1000 / 250.0)::numeric(9, 3) AS w, i % 20011 AS g
      FROM (SELECT i, (i::bigint * 48271 % 2147483647 % 1009)::int AS h FROM generate_series(1, 300000) i) r) s;
CREATE TABLE plain AS SELECT * FROM answers;
CREATE TABLE few AS SELECT * FROM plain WHERE f IS NOT NULL AND t IS NOT NULL AND n IS NOT NULL LIMIT 3;
CREATE TABLE nothing AS SELECT * FROM plain LIMIT 0;
CREATE TABLE missing AS SELECT part, NULL::smallint AS n, NULL::float8 AS c, kind, lo, hi, w, NULL::feedback AS f, NULL::tally AS t, g FROM plain LIMIT 5000;
ALTER TABLE plain SET (parallel_workers = 3);
ALTER TABLE few SET (parallel_workers = 8);
ALTER TABLE nothing SET (parallel_workers = 8);
ALTER TABLE missing SET (parallel_workers = 3);
ANALYZE;
SQL

# A call for each aggregate: arguments by name, else by type. NPS is asked on 0..10, the others from 1 to 5.
my %types = map { $_->{name} => $_ } base_types($node, $db);
my (@calls, @untried);
for my $r (grep { $_->{kind} eq 'aggregate' } surface($node, $db))
{
  my $score = $r->{label} =~ /^nps/ ? 'n' : 'c';
  my $scaled = grep { $_->{name} eq 'lo' } @{ $r->{args} };
  my @scale = $r->{label} =~ /^ces/ ? ('1', '7') : ('lo', 'hi');    # a mean over two scales is NULL
  my %column = (weight => 'w', kind => 'kind', lo => $scale[0], hi => $scale[1], feedback => 'f', tally => 't',
    # kinds of one scale only, where it is not given: NULL elsewhere, which counts as missing
    score => $r->{args}[0]{name} eq 'kind' && !$scaled ? "CASE WHEN kind <> 'success' THEN c END" : $score);
  my @values = map { $column{ $_->{name} } // $column{ $_->{type} } } @{ $r->{args} };

  if (grep { !defined } @values) { push @untried, $r->{label}; next }
  for (0 .. $#values) { $values[$_] .= "::$r->{args}[$_]{type}" if $r->{args}[$_]{type} =~ /int|float|double/ && $r->{args}[$_]{name} eq 'score' }
  my $call = "$r->{name}(" . join(', ', @values) . ')';
  my ($before, $behind) = $types{ $r->{result} } ? ("encode($types{$r->{result}}{send}(", "), 'hex')") : ('(', ')::text');
  push @calls, { label => $r->{label}, sql => "$before$call$behind", filtered => "$before$call FILTER (WHERE w > 1)$behind" };
}
is(join(', ', @untried), '', 'every aggregate has a call here');

my $all = join ', ', map { $_->{sql} } @calls;
my $filtered = join ', ', map { $_->{filtered} } @calls;
my $serial = 'SET max_parallel_workers_per_gather = 0;';
my $regress = one($node, $db, 'SHOW server_version_num') >= 160000 ? 'debug_parallel_query' : 'force_parallel_mode';

sub row { my ($settings, $from, $what) = @_; return join '|', @{ (rows($node, $db, "$settings SELECT @{[ $what // $all ]} FROM $from"))[0] } }

sub explained
{
  my ($settings, $sql) = @_;

  return join "\n", map { $_->[0] } rows($node, $db, "$settings EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $sql");
}

# ---- one table ----

my $expected = row($serial, 'plain');
my @missing = grep { (split /\|/, $expected, -1)[$_] eq '' } 0 .. $#calls;
is(join(', ', map { $calls[$_]{label} } @missing), '', 'every aggregate has a result');

for my $leader ('on', 'off')
{
  my $set = "SET parallel_leader_participation = $leader;";

  is(row($set, 'plain'), $expected, "parallel equals serial, leader $leader");
  is(row("$set SET enable_hashagg = off;", 'plain', $filtered), row($serial, 'plain', $filtered), "with a filter, leader $leader");
  for my $call (@calls)
  {
    my $plan = explained($set, "SELECT $call->{sql} FROM plain");

    like($plan, qr/Finalize Aggregate.*Gather.*Workers Launched: [1-9].*Partial Aggregate/s, "$call->{label} is parallel, leader $leader");
  }
}
is(row("SET $regress = regress;", 'plain'), $expected, "$regress = regress");
is(row("SET $regress = on; SET max_parallel_workers = 0;", 'plain'), $expected, 'a parallel plan that gets no workers');
is(row('SET jit = on; SET jit_above_cost = 0;', 'plain'), $expected, 'with jit');
is(row('SET work_mem = \'64kB\';', '(SELECT * FROM plain ORDER BY g DESC, w) s'), $expected, 'in another order');

# ---- groups, many of them, in memory and spilled ----

my @grouped = grep { $_->{label} =~ /^(nps\(smallint|csat\(double precision, *double precision\)|tally\(feedback\)|rollup|experience)/ } @calls;
my $results = join ', ', map { "$grouped[$_]{sql} AS r$_" } 0 .. $#grouped;
my $digest = "SELECT count(*), md5(string_agg(concat_ws('|', g, @{[ join ', ', map { qq(r$_) } 0 .. $#grouped ]}), E'\\n' ORDER BY g))
  FROM (SELECT g, $results FROM plain GROUP BY g OFFSET 0) s";
my $groups = join ' ', @{ (rows($node, $db, "$serial SET enable_hashagg = off; $digest"))[0] };
like($groups, qr/^20011 /, 'groups');
my %ways = (
  'hashed' => "$serial SET enable_sort = off; SET work_mem = '1GB';",
  'hashed and spilled' => "$serial SET enable_sort = off; SET work_mem = '64kB'; SET hash_mem_multiplier = 1;",
  'in parallel, hashed' => "SET enable_sort = off; SET work_mem = '1GB';",
  'in parallel, hashed and spilled' => "SET enable_sort = off; SET work_mem = '64kB'; SET hash_mem_multiplier = 1;",
  'in parallel, sorted' => 'SET enable_hashagg = off;');
for my $way (sort keys %ways)
{
  is(join(' ', @{ (rows($node, $db, "$ways{$way} $digest"))[0] }), $groups, "groups $way");
}
like(explained($ways{'hashed and spilled'}, $digest), qr/HashAggregate.*Batches: (?!1 )\d+ .*Disk Usage/s, 'a spilled hash aggregate spills');
like(explained($ways{'in parallel, hashed'}, "SELECT g, $results FROM plain GROUP BY g"), qr/Workers Launched: [1-9].*Partial HashAggregate/s, 'groups are counted in parallel');
like(explained($ways{'in parallel, sorted'}, "SELECT g, $results FROM plain GROUP BY g"), qr/Workers Launched: [1-9].*Partial GroupAggregate/s, 'sorted too');

my $sets = "SELECT md5(string_agg(s::text, ' ' ORDER BY s::text)) FROM (%s OFFSET 0) s";
is(one($node, $db, sprintf $sets, "SELECT part, n, $results FROM plain GROUP BY GROUPING SETS ((part, n), (part), ())"),
  one($node, $db, sprintf "$serial $sets", "SELECT part, n, $results FROM plain GROUP BY part, n
    UNION ALL SELECT part, NULL, $results FROM plain GROUP BY part UNION ALL SELECT NULL, NULL, $results FROM plain"), 'grouping sets');

# ---- partitions ----

my $union = '(SELECT * FROM answers_0 UNION ALL SELECT * FROM answers_1 UNION ALL SELECT * FROM answers_2 UNION ALL SELECT * FROM answers_3 UNION ALL SELECT * FROM nothing) u';
for my $leader ('on', 'off')
{
  my $set = "SET enable_partitionwise_aggregate = on; SET parallel_leader_participation = $leader;";

  is(row($set, 'answers'), $expected, "partitions, each by itself, leader $leader");
  is(row($set, $union), $expected, "UNION ALL, leader $leader");
  is(row("$set SET enable_parallel_append = off;", $union), $expected, "UNION ALL without parallel append, leader $leader");
}
like(explained('SET enable_partitionwise_aggregate = on;', "SELECT $all FROM answers"), qr/Finalize Aggregate.*Workers Launched: [1-9].*Append.*Partial Aggregate/s,
  'each partition has its partial aggregate');
like(explained('', "SELECT $all FROM $union"), qr/Finalize Aggregate.*Workers Launched: [1-9].*Partial Aggregate.*Append/s, 'UNION ALL is parallel');
my $by_part = "SELECT md5(string_agg(concat_ws('|', s.*), ' ' ORDER BY part)) FROM (SELECT part, $all FROM answers GROUP BY part) s";
is(one($node, $db, "SET enable_partitionwise_aggregate = on; $by_part"), one($node, $db, "$serial $by_part"), 'a group for each partition');
my $again = "SELECT md5(string_agg(x, ' ' ORDER BY p)) FROM generate_series(0, 3) p, LATERAL (SELECT concat_ws('|', $all) FROM plain WHERE part = p) s(x)";
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

  is(row("$set SET parallel_leader_participation = $_;", $hardly{$what}), $serially, "$what, leader $_") for 'on', 'off';
  is(row("$set SET $regress = regress;", $hardly{$what}), $serially, "$what, $regress = regress");
  like(explained($set, "SELECT $all FROM $hardly{$what}"), qr/Finalize Aggregate.*Workers Launched: [1-9].*Partial Aggregate/s, "$what, really in parallel")
    if $what =~ /worker$|NULLs/;
}
unlike(row('', 'nothing'), qr/[^|]/, 'nothing gives NULL');
for my $i (0 .. $#calls)
{
  my $result = (split /\|/, row('', 'missing'), -1)[$i];

  $calls[$i]{label} =~ /^tally/ ? isnt($result, '', "$calls[$i]{label} counts what is missing") : is($result, '', "$calls[$i]{label} of NULLs is NULL");
}
is(one($node, $db, "SELECT missing(tally(f)) || ' ' || responses(tally(f)) FROM missing"), '5000 0', 'NULLs are missing');
$node->stop;
done_testing();
