# Without memory, every function ends in an error of its own, and then goes on: allocations fail one after
# the other, the address space is limited, aggregates spill; and what is counted long needs no more memory
# than what is counted briefly. CX_LONG=1: more arguments of every function, more rows.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use Answers;
use CX;
use PostgreSQL::Test::Utils;
use Shim;
use Test::More;

my $long = $ENV{CX_LONG};
my ($failmalloc, $faults) = build_shim();
my $node;
{
  local $ENV{LD_PRELOAD} = $failmalloc;

  $node = cx_node('memory', <<'CONF');
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
plan_cache_mode = force_generic_plan
CONF
}
my $db = 'postgres';
my ($rows, $names) = $long ? (40000, 97) : (4000, 97);

$node->safe_psql($db, <<"SQL");
CREATE EXTENSION cx_analytics;
CREATE TABLE answers (@{[ answers_columns() ]});
INSERT INTO answers @{[ answers($rows, $names) ]};
CREATE TABLE few AS SELECT * FROM answers WHERE f IS NOT NULL AND at IS NOT NULL ORDER BY at LIMIT 30;
ANALYZE;
SQL
probe_kit($node, $db);
shim_functions($node, $db, $faults);
my $started = one($node, $db, 'SELECT pg_postmaster_start_time()');
my @surface = surface($node, $db);
my %send = map { $_->{name} => $_->{send} } base_types($node, $db);

# ---- the k-th allocation fails, for every k ----

# A function that computes what an expression over its parameters gives as text, until no allocation fails any more:
# every one of the first $most, then ever fewer. Each time one fails there is to be SQLSTATE 53200, and then the right
# result. It tells how many failed, and how often the result was right all the same; or "broken: ..."; or "error ..."
# when there is nothing to try. The plan is made before: the planner of the server is not what is tried.
my $sweeps = 0;

sub sweep
{
  my ($parameters, $expression, $most) = @_;
  my $name = 'shim.sweep' . ++$sweeps;
  my $arm = sub { "CASE kind WHEN 'palloc' THEN shim.fail_palloc($_[0]) ELSE shim.fail_malloc($_[0]) END" };

  return ($name, <<"SQL");
CREATE FUNCTION $name(@{[ join ', ', 'kind text', $parameters || () ]}) RETURNS text LANGUAGE plpgsql AS \$sweep\$
DECLARE
  v text;
  result text;
  k bigint := 0;
  faults bigint := 0;
  survived bigint := 0;
  armed bigint;
BEGIN
  BEGIN
    result := $expression;
  EXCEPTION WHEN OTHERS THEN RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
  END;
  LOOP
    BEGIN
      armed := @{[ $arm->('k') ]};
      v := $expression;
      armed := @{[ $arm->(0) ]};
      EXIT WHEN armed > 0;
      IF v IS DISTINCT FROM result THEN
        RETURN format('broken: fault %s gives %s in place of %s', k, left(v, 100), left(result, 100));
      END IF;
      survived := survived + (k > 0)::int;
    EXCEPTION WHEN OTHERS THEN
      armed := @{[ $arm->(0) ]};
      IF SQLSTATE <> '53200' THEN RETURN format('broken: fault %s ends in %s %s', k, SQLSTATE, SQLERRM); END IF;
      faults := faults + 1;
    END;
    BEGIN
      v := $expression;
    EXCEPTION WHEN OTHERS THEN RETURN format('broken: after fault %s there is %s %s', k, SQLSTATE, SQLERRM);
    END;
    IF v IS DISTINCT FROM result THEN
      RETURN format('broken: after fault %s the result is %s in place of %s', k, left(v, 100), left(result, 100));
    END IF;
    k := k + 1 + greatest(k - $most, 0) / 4;
  END LOOP;
  RETURN faults || ' ' || survived;
END \$sweep\$;
SQL
}

my $most = $long ? 1000 : 30;
my $want = $long ? 8 : 1;
my ($script, %kinds, @untried) = ('');

# The query that sweeps with one set of values after the other until enough of them were none for errors.
sub sweep_all
{
  my ($label, $parameters, $expression, @sets) = @_;
  my ($name, $sql) = sweep($parameters, $expression, $most);
  my @names = $parameters =~ /(a\d+) /g;
  my $sets = @names ? '(VALUES ' . join(', ', map { '(' . join(', ', @$_) . ')' } @sets) . ') s(' . join(', ', @names) . ')' : '(SELECT) s';

  # (a server that fails an allocation first tells all its memory: of many functions there is much to tell)
  return ($sweeps % 10 ? '' : "\\c\nSELECT shim.hush();\n") . $sql . join '', map { my $call = "$name(" . join(', ', "'$_'", @names) . ')';
    "SELECT '$label', '$_', r FROM (SELECT $call AS r FROM $sets OFFSET 0) x WHERE r !~ '^error' LIMIT $want;\n" } 'palloc', 'malloc';
}

for my $r (@surface)
{
  my @args = @{ $r->{args} };

  if ($r->{label} =~ /^(\w+)_recv\(internal\)$/)
  {
    my $t = $1;

    $script .= sweep_all($r->{label}, 'a0 bytea', "shim.receive('$r->{label}', a0)::text",
      map { ["$send{$t}($_)"] } grep { $_ ne "(NULL)::$t" } edges({ type => $t, name => '' }));
  }
  next if grep { $_->{type} eq 'internal' } @args;

  # all first edges, all second, ..., then the first with one other
  my @edges = map { [ map { s/::cstring$/::text/r } edges($_) ] } @args;
  my @sets = map { my $k = $_; [ map { $_->[ $k % @$_ ] } @edges ] } 0 .. 7;
  for my $i (0 .. $#args) { push @sets, map { my $k = $_; [ map { $edges[$_][ $_ == $i ? $k : 0 ] } 0 .. $#args ] } 1 .. $#{ $edges[$i] } }
  my $parameters = join ', ', map { "a$_ " . ($args[$_]{type} eq 'cstring' ? 'text' : $args[$_]{type}) } 0 .. $#args;
  my $call = @args && $args[0]{type} eq 'cstring' ? "a0::$r->{result}" : call_of($r, map { "a$_" } 0 .. $#args);

  # (what is taken out was put in before)
  if ($r->{name} =~ /_take$/)
  {
    my $put = $r->{name} =~ s/_take$/_accum/r . '(' . join(', ', map { "a$_" } 0 .. $#args) . ')';

    $call =~ s/\ba0\b/$put/;
  }
  $script .= sweep_all($r->{label}, $parameters, "($call)::text", @sets);
}
for (calls_over_answers($node, $db))
{
  if ($_->{untried}) { push @untried, $_->{label} }
  else { $script .= sweep_all("$_->{label} of rows", '', "(SELECT $_->{bytes} FROM few)") }
}
my (%faults, %tried, @broken);
for (rows($node, $db, "SELECT shim.hush();\n$script"))
{
  my ($label, $kind, $result) = @$_;

  next if @$_ < 3;
  if ($result =~ /^(\d+) (\d+)$/)
  {
    $faults{"$kind failed"} += $1;
    $faults{"$kind failed, and the result was right"} += $2;
    $tried{$label} = 1;
  }
  else { push @broken, "$label, $kind: $result" }
}
is(join("\n", splice(@broken, 0, 20)), '', 'each allocation that fails is 53200, and the next call is right');
push @untried, grep { !$tried{$_} } map { $_->{label} } grep { my $r = $_; !grep { $_->{type} eq 'internal' } @{ $r->{args} } } @surface;
is(join(', ', @untried), '', 'every function was tried');
note(join ', ', scalar(keys %tried) . ' functions and aggregates', map { "$_: $faults{$_}" } sort keys %faults);

# ---- many groups in little memory, and in a limited address space ----

# Evaluates a query that gives one text: in an address space that hardly grows, from a fresh session, which has no
# memory left from before; then with much memory; with little, where its aggregates have to spill; with much again.
$node->safe_psql($db, <<'SQL');
CREATE FUNCTION shim.squeezed(query text, grouped text) RETURNS text LANGUAGE plpgsql
SET enable_sort = off SET hash_mem_multiplier = 1 AS $$
DECLARE
  first text;
  result text;
  v text;
  line text;
  plan text := '';
  limited text := 'right';
BEGIN
  PERFORM set_config('work_mem', '1GB', true);
  BEGIN
    PERFORM shim.limit_memory(500000);
    EXECUTE query INTO first;
    PERFORM shim.limit_memory(NULL);
  EXCEPTION WHEN OTHERS THEN
    PERFORM shim.limit_memory(NULL);
    IF SQLSTATE <> '53200' THEN RETURN 'broken: in little space ' || SQLSTATE || ' ' || SQLERRM; END IF;
    limited := '53200';
  END;
  EXECUTE query INTO result;
  IF limited = 'right' AND first IS DISTINCT FROM result THEN RETURN 'broken: in little space ' || first || ' in place of ' || result; END IF;
  PERFORM set_config('work_mem', '64kB', true);
  EXECUTE query INTO v;
  IF v IS DISTINCT FROM result THEN RETURN 'broken: with little memory ' || v || ' in place of ' || result; END IF;
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || grouped LOOP
    plan := plan || line;
  END LOOP;
  PERFORM set_config('work_mem', '1GB', true);
  EXECUTE query INTO v;
  IF v IS DISTINCT FROM result THEN RETURN 'broken: then ' || v || ' in place of ' || result; END IF;
  RETURN concat_ws(' ', CASE WHEN plan ~ 'HashAggregate.*Batches: (?!1 )\d+ .*Disk Usage' THEN 'spilled' ELSE 'in memory' END, limited);
END $$;
SQL

my $groups = 'g';
my (%came, @squeezed, @in_memory);
$script = '';
for (grep { !$_->{untried} && !$_->{fit} } calls_over_answers($node, $db))
{
  my $grouped = "SELECT $groups AS g, $_->{bytes} AS r FROM answers GROUP BY 1";

  $script .= "\\c\nSELECT shim.hush(), cx_analytics_version(), now() AT TIME ZONE 'Europe/Berlin';\nSELECT '$_->{label}', shim.squeezed(\$q\$SELECT md5(string_agg(concat_ws(' ', g, r), E'\\n' ORDER BY g)) FROM ($grouped OFFSET 0) s\$q\$, \$q\$$grouped\$q\$);\n";
}
for (rows($node, $db, $script))
{
  my ($label, $result) = @$_;

  next if @$_ != 2;
  $came{$result}++;
  push @squeezed, "$label: $result" if $result =~ /^broken/;
  push @in_memory, $label if $result =~ /^in memory/;
}
is(join("\n", @squeezed), '', 'what spills, or needs more space than there is, is right or 53200, and the next query is right');
is(join(', ', @in_memory), '', 'all of them spill');
cmp_ok($came{'spilled 53200'} // 0, '>', 10, 'there really was too little space');
note join ', ', map { "$came{$_} aggregates $_" } sort keys %came;

# ---- ten times the rows in as many groups need no more memory ----

# But for states that keep every row, or room for it. What is held is looked at when all rows are counted and nothing is freed yet: by
# the server's own figures, and by the kernel's, which knows of what libraries take.
my %keeps = map { $_ => 1 } qw(journey rows_state cox_stats logit_stats rfm_stats);
my %state_of = map { $_->[0] => $_->[1] } rows($node, $db, 'SELECT aggfnoid::regprocedure, aggtranstype::regtype FROM pg_aggregate');
my $held = "(SELECT sum(total_bytes) || ' ' || (regexp_match(pg_read_file('/proc/self/status'), 'RssAnon:\\s+(\\d+)'))[1] FROM pg_backend_memory_contexts)";
my $base = $rows / ($long ? 1 : 4);
# (but for a series, in which each time has one figure)
my @growing = grep { !$_->{untried} && $_->{label} !~ /^(alignment_agg|rollup\(alignment_stats)/ } calls_over_answers($node, $db);

$script = "SET work_mem = '1GB'; SET enable_sort = off; CREATE TEMP TABLE times_1 AS SELECT * FROM answers LIMIT $base;\n"
  . "CREATE TEMP TABLE times_10 AS SELECT times_1.* FROM times_1, generate_series(1, 10); ANALYZE times_1; ANALYZE times_10;\n";
for my $i (0 .. $#growing)
{
  my $of = $growing[$i]{fit} ? 1 : 50;

  $script .= "SELECT $i, $_, max(m), count(r) FROM (SELECT g % $of, $growing[$i]{call} AS r, $held AS m FROM times_$_ GROUP BY 1 OFFSET 0) s;\n" for 1, 1, 10;
}
my (%bytes, %rss, @grown);
for (rows($node, $db, $script))
{
  my ($i, $times, $at) = @$_;

  ($bytes{$i}{$times}, $rss{$i}{$times}) = split / /, $at;
}
my ($most_bytes, $most_rss) = (0, 0);
for my $i (0 .. $#growing)
{
  my ($label, $state) = ($growing[$i]{label}, $state_of{ $growing[$i]{label} });
  my ($more, $rss) = ($bytes{$i}{10} / $bytes{$i}{1}, $rss{$i}{10} / $rss{$i}{1});

  if ($keeps{$state})
  {
    my $per_row = ($bytes{$i}{10} - $bytes{$i}{1}) / (9 * $base);

    push @grown, "$label: $per_row bytes for each further row" if $per_row > 400;
    next;
  }
  $most_bytes = $more if $more > $most_bytes;
  $most_rss = $rss if $rss > $most_rss;
  push @grown, "$label: $bytes{$i}{1} bytes, then $bytes{$i}{10}; resident $rss{$i}{1} kB, then $rss{$i}{10}" if $more > 1.05 || $rss > 1.05;
}
is(join("\n", @grown), '', 'ten times the rows need no more memory, unless each is kept');
note sprintf 'ten times the rows, %d of them: at most %.3f times the memory, %.3f times the resident set', 10 * $base, $most_bytes, $most_rss;

# ---- one more than there may be ----

# What is within a documented limit is taken, one more is 54000: by text, by aggregates, by functions, by merging.
# (Journeys, names, baskets, patterns, funnels, rules and drivers have such tests beside the others of theirs.)
my @limits = (
  [ 'pattern of rows', 1048576, q{SELECT sequence_match(repeat('.', %s - 4) || '(?1)', now(), true)} ],
  [ 'conditions', 65535, q{SELECT retention(VARIADIC array_fill(true, ARRAY[%s]))} ],
  [ 'conditions of a funnel', 65535, q{SELECT window_funnel('1 h', now(), VARIADIC array_fill(true, ARRAY[%s]))} ],
  [ 'periods', 1048576, q{SELECT count(*) FROM retention_curve((SELECT retention_agg(touch('2000-01-01Z', 'a') || touch('2000-01-01Z'::timestamptz + (%s - 1) * interval '1 day', 'a'), 'day')))} ],
  [ 'steps of a template', 1000, q{SELECT conformance(touch(now(), 'a'), array_fill('a'::text, ARRAY[%s]))} ],
  [ 'steps of a template, aggregated', 1000, q{SELECT conformance_agg(touch(now(), 'a'), array_fill('a'::text, ARRAY[%s])) IS NULL} ],
  [ 'bytes of a segment', 4095, q{SELECT mix_agg(repeat('x', %s), true, 1) IS NULL} ],
  [ 'features of logit', 250, q{SELECT logit_accum(NULL, true, array_fill(1.0::float8, ARRAY[%s])) IS NULL} ],
  [ 'features of cox', 250, q{SELECT cox_accum(NULL, 1, true, array_fill(1.0::float8, ARRAY[%s])) IS NULL} ],
  [ 'groups of logrank', 1000, q{SELECT logrank(array_agg(s)) FROM (SELECT survival_agg(i, true) AS s FROM generate_series(1, %s) i GROUP BY i) x} ],
  [ 'terms of churn_model text', 1000,
    q{SELECT ('logit n=10 events=3 log_likelihood=-4 intercept=-1.5 ' || string_agg('x' || i || '=1', ' '))::churn_model IS NULL FROM generate_series(1, %s - 1) i} ],
  !$long ? () : (
    [ 'answers of tally text', 1048576, q{SELECT ('tally{rating/-1000..1000: ' || string_agg(i / 1000.0 || '=1', ' ' ORDER BY i) || '}')::tally IS NULL FROM generate_series(-500000, %s - 500001) i} ],
    [ 'answers of tally_state text', 1048576, q{SELECT ('tally{rating/-1000..1000: ' || string_agg(i / 1000.0 || '=1', ' ' ORDER BY i) || '}')::tally_state IS NULL FROM generate_series(-500000, %s - 500001) i} ],
    [ 'answers of a merged tally', 1048576, q{SELECT (tally('rating', i / 1000.0, -1000, 1000) + 'tally{nps: 9=1}') IS NULL FROM generate_series(-500000, %s - 500002) i} ],
    [ 'numbers of uses, merged', 1048576, q{SELECT rollup(u) IS NULL FROM (SELECT usage_agg(i) AS u FROM generate_series(1, %s) i GROUP BY i %% 2) s} ]));
my @limited = map { my ($what, $most, $sql) = @$_; my $i = 0; map { [ "$what: $_", $i++ ? '54000' : 'fine', sprintf $sql, $_ ] } $most, $most + 1 } @limits;
$script = <<'SQL';
CREATE FUNCTION shim.ends(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE query;
  RETURN 'fine';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SQL
$script .= join '', map { "SELECT \$l\$$_->[0]\$l\$, shim.ends(\$q\$$_->[2]\$q\$);\n" } @limited;
is(join("\n", map { "$_->[0]: $_->[1]" } rows($node, $db, $script)), join("\n", map { "$_->[0]: $_->[1]" } @limited), 'size limits');

is(one($node, $db, 'SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
done_testing();
