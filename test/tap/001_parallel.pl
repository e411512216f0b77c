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
my $rows = long_form() ? 200_000 : 30_000;
my $groups_n = $rows / 50;

# Answers of every kind, some missing, in four partitions of different sizes. n suits NPS; c lies on
# every other scale; lo and hi fit kind; f and t are made of them. at is a time that no other row has,
# so that journeys are the same in whatever order the rows come; j is a journey of one to three touches.
$node->safe_psql($db, <<"SQL");
CREATE EXTENSION cx_analytics;
CREATE TABLE answers (part int, n smallint, c float8, kind text, lo float8, hi float8, w float8, f feedback, t tally, g int,
  at timestamptz, touchpoint text, channel text, stage text, owner text, j journey)
  PARTITION BY LIST (part);
CREATE TABLE answers_0 PARTITION OF answers FOR VALUES IN (0);
CREATE TABLE answers_1 PARTITION OF answers FOR VALUES IN (1);
CREATE TABLE answers_2 PARTITION OF answers FOR VALUES IN (2);
CREATE TABLE answers_3 PARTITION OF answers FOR VALUES IN (3);
INSERT INTO answers
SELECT part, n, c, kind, lo, hi, w,
  CASE WHEN i % 17 <> 0 THEN feedback(kind, CASE kind WHEN 'nps' THEN coalesce(n, 9) ELSE c END, lo, hi) END,
  CASE WHEN i % 19 <> 0 THEN
    format('tally{%s%s: %s=%s(%s,%s) missing=1}', kind, CASE WHEN kind <> 'nps' THEN '/' || hi END, c, i % 5 + 1,
      w + i % 5, w * w + i % 5)::tally END,
  g, at, touchpoint, channel, stage, owner,
  CASE WHEN i % 23 <> 0 THEN touch(at, touchpoint, channel, stage, owner, CASE WHEN i % 5 = 0 THEN feedback('csat', i % 5 + 1) END, w)
    || CASE WHEN i % 3 = 0 THEN touch(at + interval '1 s', kind, channel) || touch(at + interval '2.000001 s', kind) ELSE '[]' END END
FROM (
  SELECT i, CASE WHEN i % 29 <> 0 THEN '2026-01-05'::timestamptz + (i::bigint * 7919 % 300007) * interval '7.5 s' END AS at,
    CASE WHEN i % 31 <> 0 THEN (i % 97)::text END AS touchpoint, (ARRAY['web', 'phone', NULL])[i % 3 + 1] AS channel,
    (ARRAY['learn', 'buy', 'use', NULL])[i % 4 + 1] AS stage, CASE WHEN i % 11 < 5 THEN 'shop ' || i % 11 END AS owner,
    c, (i % 1000 / 250.0)::numeric(9, 3) AS w, i % ($rows / 10 + 11) AS g,
    CASE WHEN i % 50 < 30 THEN 0 WHEN i % 50 < 45 THEN 1 WHEN i % 50 < 49 THEN 2 ELSE 3 END AS part,
    CASE WHEN i % 13 <> 0 THEN (i::bigint * 7919 % 104729 % 11) END::smallint AS n,
    (ARRAY['nps', 'csat', 'ces', 'effort', 'emotion', 'rating', 'success'])[k + 1] AS kind,
    CASE WHEN k IN (0, 6) THEN 0 ELSE 1 END AS lo,
    CASE WHEN k = 0 THEN 10 WHEN k = 6 THEN 5 WHEN k = 2 OR h % 2 = 0 THEN 7 ELSE 5 END AS hi
  FROM generate_series(1, $rows) i,
    LATERAL (SELECT 1 + i % 9 * 0.5 AS c, (i::bigint * 48271 % 2147483647 % 1009)::int AS h) r, LATERAL (SELECT h % 7 AS k) s) x;
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

# What the aggregates over journeys and over rows with conditions take: the same in all rows but for journeys, items,
# outcomes and conditions; a value to be merged is what one journey says.
sub behaviour
{
  my ($label) = @_;

  return (
    (map { ("c$_" => 'n = ' . ($_ - 1)) } 1 .. 8), conditions => 'ARRAY[n = 0, n > 3, c > 2, n = 10]', pattern => q('(?1)(?t<=3600).*(?1)'),
    steps => q(ARRAY['.', '@web', '[nps|csat|rating]']), within => q('1 day'::interval), mode => $label =~ /^window/ ? q('strict_increase') : q('any'),
    funnel_def => q('funnel([^csat], nps optional within 1h, [nps|ces|rating|7]) within 7d hold channel'::funnel_def),
    grain => $label =~ /^retention/ ? q('month') : q('channel'), tz => q('Europe/Berlin'), timed => 'false', depth => 3, start => q('@web'),
    gap => q('1.5 s'::interval), conversion => q('nps'), half_life => q('1 day'::interval), outcome => 'n > 5',
    items => 'CASE WHEN j IS NOT NULL THEN ARRAY[kind, touchpoint, channel, stage, owner, kind] END',
    funnel_stats => q(funnel_accum(NULL, j, '{.,@web,rating}', '1 h')), flow_stats => 'flow_accum(NULL, j)', path_stats => 'path_accum(NULL, j, NULL)',
    session_stats => q(session_accum(NULL, j, '1 s')), retention_stats => q(retention_accum(NULL, j, 'day')), basket_stats => 'basket_accum(NULL, j)',
    attribution_stats => q(attribution_accum(NULL, j, '[nps|rating]')), outcome_stats => 'outcome_accum(NULL, j, n > 7)',
    organisation($label), churn($label));
}

# Those of churn and drivers.
sub churn
{
  my ($label) = @_;

  return (
    duration => 'c', churned => 'n > 5', features => 'ARRAY[g % 7, g % 13]', ties => q('breslow'), ridge => '0.5', risk => 'n / 10.0', $label =~ /^driver/ ? (outcome => 'c') : (),
    model => q('bgnbd'), unit => q('1 day'::interval), $label =~ /^rfm/ ? (grain => q('12 h'::interval)) : (),
    churn_model => q('mbgnbd n=3 events=1 unit=7 log_likelihood=-1 r=1 alpha=2 a=3 b=4'::churn_model),
    rfm_stats => $label =~ /^rollup/ ? q(rfm_accum(NULL, at, c, '2026-01-20Z')) : 'CASE WHEN n + c > 0 THEN rfm_stats(n % 4, CASE WHEN n % 4 = 0 THEN 0 ELSE c END, 10 + c) END',
    fit_stats => 'fit_accum(NULL, CASE WHEN n + c > 0 THEN rfm_stats(n % 4, CASE WHEN n % 4 = 0 THEN 0 ELSE c END, 10 + c) END)', survival_stats => 'survival_accum(NULL, c, n > 5)',
    calibration_stats => 'calibration_accum(NULL, n / 10.0, c > 2)', driver_stats => 'driver_accum(NULL, c, ARRAY[n, w])');
}

# The same of those that look at the company: what one row or journey says, and parameters that are the same in all rows.
sub organisation
{
  my ($label) = @_;

  return (
    touch_ok => $label =~ /text\[\]/ ? 'ARRAY[n > 3, n < 7, NULL]' : 'n > 3', journey_ok => 'c > 2', owners => 'ARRAY[kind, channel, stage]', segment => 'kind', later => 'n > 5',
    n_before => 'c', score_before => 'c', n_after => 'n', score_after => 'n', series => 'kind', figure => 'c', what => q('[nps|ces]'), by => q('@web'), session_of => q('@web'),
    resolved => 'n > 5', solvable => 'n > 2', as_of => q('2026-01-20Z'::timestamptz), due => 'at', done => q((at + (n - 5) * interval '1 h')), promise => q('@web'), kept => q('nps'),
    expected => 'c', perceived => 'n', seconds => 'c', threshold => $label =~ /interval/ ? q('20 s'::interval) : '1.5', wait => q((c * interval '10 s')), abandoned => 'n > 7',
    short => q('11 s'::interval), template => q(ARRAY['.', '@web', '[nps|csat|rating]']), amount => 'c', bad => 'n > 5', demand => 'c', supported => 'n > 5', before => 'c', after => 'n',
    earned => 'n > 5', begin => q('@web'), finish => q('nps'), installed => 'n > 2', activated => 'n > 4', active => 'n > 6', uses => 'n',
    $label =~ /^pain/ ? (kind => q('csat')) : (),
    rework_stats => 'rework_accum(NULL, j)', silo_stats => 'silo_accum(NULL, j, n > 5)', mix_stats => 'mix_accum(NULL, kind, n > 5, c)', contact_stats => q(repeat_accum(NULL, j, '@web', '1 s')),
    alignment_stats => 'alignment_accum(NULL, kind, at, c)', resolution_stats => 'resolution_accum(NULL, n > 5, n > 2)', promise_stats => q(promise_accum(NULL, j, '@web', 'nps', '1 s', 'infinity')),
    gap_stats => 'gap_accum(NULL, c, n)', apdex_stats => 'apdex_accum(NULL, c, 1.5)', service_stats => q(service_accum(NULL, c * interval '10 s', n > 7, '20 s')),
    conformance_stats => q(conformance_accum(NULL, j, '{.,@web,nps}')), share_stats => 'bad_profit_accum(NULL, c, n > 5)', growth_stats => 'growth_accum(NULL, c, n, n > 5)',
    coverage_stats => q(coverage_accum(NULL, j, 'channel')), pain_stats => 'pain_accum(NULL, j)', leakage_stats => q(leakage_accum(NULL, j, '@web', 'nps')),
    adoption_stats => 'adoption_accum(NULL, n > 2, n > 4, n > 6)', usage_stats => 'usage_accum(NULL, n)');
}

# A call for each aggregate: its arguments are columns, by their name, else by their type.
my %send = map { $_->{name} => $_->{send} } base_types($node, $db);
my (@calls, @fits, @untried);
for my $r (grep { $_->{kind} eq 'aggregate' } surface($node, $db))
{
  my @args = @{ $r->{args} };
  my $scaled = grep { $_->{name} eq 'lo' } @args;
  my $score = $r->{label} =~ /^nps/ ? 'n' : 'c';

  # success has a scale of its own that c is not on; a mean over two scales is NULL
  $score = "CASE WHEN kind <> 'success' THEN c END" if $args[0]{name} eq 'kind' && !$scaled;
  my ($lo, $hi) = $r->{label} =~ /^ces/ ? (1, 7) : ('lo', 'hi');
  my %column = (
    score => $score, weight => 'w', kind => 'kind', lo => $lo, hi => $hi, feedback => 'f', tally => 't', journey => 'j',
    (map { $_ => $_ } qw(at touchpoint channel stage owner)),
    behaviour($r->{label}));
  my @values = map { $column{ $send{ $_->{type} } ? $_->{type} : $_->{name} } // $column{ $_->{type} } } @args;

  push @untried, $r->{label} if grep { !defined } @values;
  $_ = "($_)" for @values;
  for (grep { $args[$_]{name} =~ /^(score|touchpoint)$/ } 0 .. $#args) { $values[$_] .= "::$args[$_]{type}" }
  $values[-1] = "VARIADIC $values[-1]" if $args[-1]{mode} eq 'VARIADIC';
  my $call = "$r->{name}(" . join(', ', @values) . ')';
  my ($before, $behind) = $send{ $r->{result} } ? ("md5($send{ $r->{result} }(", '))') : ('(', ')::text');
  # (these answers are none that customers who come and go would give; what churn_fit counts is what fit_agg counts)
  next if $r->{label} =~ /^churn_fit\(/;
  # (a fit has no result for a table of hardly any rows)
  push @{ $r->{label} =~ /_fit\(/ ? \@fits : \@calls }, {
    label => $r->{label}, sql => "$before$call$behind", filtered => "$before$call FILTER (WHERE w > 1)$behind" };
}
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
