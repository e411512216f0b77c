# Values of every type in tables with every index that the catalog offers for them, work that writes to all of
# them, and questions that an index can answer: shared by the tests of crashes, replicas and full disks.
package Stored;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use lib $FindBin::RealBin;
use CX;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

our @EXPORT = qw(
  stored_kit stored_schema stored_print stored_indexes answers_agree amcheck_clean
  load_start load_acknowledged load_running load_end load_judge kill_everything);

my (@types, @indexes, %rollup);

# More values than the samples have, so that an index has pages to search: SQL, by type.
my %MORE = (
  feedback => q{SELECT feedback(k, s) FROM unnest('{nps,csat,ces,emotion,rating}'::text[]) k, generate_series(1, 5, 0.25) s},
  tally => q{SELECT tally(feedback('rating', (g * 7 + x) % 1001 / 10.0, 0, 100), 1 + x) FROM generate_series(1, 150) g, generate_series(0, g % 20) x GROUP BY g},
  journey_pattern => q{SELECT (g % 13 || ' ~> ' || g || ' within ' || 1 + g % 9 || 'd')::journey_pattern FROM generate_series(1, 100) g},
  journey => <<'SQL');
SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + (g * 131 + x * x * 7919 % 9973) * interval '1.5 s', (g * x * 31 % 17)::text,
    CASE WHEN g % 3 = 0 THEN 'web' WHEN g % 3 = 1 THEN 'phone' END, NULL, CASE WHEN x % 5 = 0 THEN 'shop ' || g % 7 END)
  || touch('2026-02-05 09:00+00', 'call', feedback => CASE WHEN g % 4 = 0 THEN 'csat:2'::feedback END)
FROM generate_series(1, 250) g, generate_series(0, g % 40) x GROUP BY g
SQL

# Which types there are, which have which default index, and how two values of one become one; each value of
# stored.value_TYPE can be kept in any of these indexes.
sub stored_kit
{
  my ($node, $db) = @_;

  probe_kit($node, $db);
  @types = base_types($node, $db);
  @indexes = map { { type => $_->[0], am => $_->[1], with => '', name => "$_->[0]_$_->[1]" } } rows($node, $db, <<'SQL');
SELECT format_type(c.opcintype, NULL), a.amname FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod
  JOIN pg_depend d ON d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE c.opcdefault AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics') ORDER BY 1, 2
SQL
  # with and without a list of entries that wait to be put into their place
  push @indexes, map { { %$_, with => 'WITH (fastupdate = off)', name => "$_->{name}_direct" } } grep { $_->{am} eq 'gin' } @indexes;
  $_->{with} ||= 'WITH (gin_pending_list_limit = 64)' for grep { $_->{am} eq 'gin' } @indexes;
  %rollup = map { $_->{args}[0]{type} => 1 } grep { $_->{kind} eq 'aggregate' && $_->{label} =~ /^rollup\(/ } surface($node, $db);

  my $sql = <<'SQL';
CREATE SCHEMA stored;
CREATE FUNCTION stored.answer(question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  answer text;
BEGIN
  EXECUTE question INTO answer;
  RETURN answer;
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || SQLSTATE;
END $$;
CREATE FUNCTION stored.plan(question text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line text;
  plan text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || question LOOP plan := plan || ' / ' || line; END LOOP;
  RETURN plan;
EXCEPTION WHEN OTHERS THEN RETURN 'error ' || SQLSTATE;
END $$;
CREATE FUNCTION stored.bears_doubling(v anyelement) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. 15 LOOP EXECUTE 'SELECT rollup(x) FROM (VALUES ($1), ($1)) y(x)' INTO v USING v; END LOOP;
  RETURN true;
EXCEPTION WHEN OTHERS THEN RETURN false;
END $$;
SQL
  for my $type (@types)
  {
    my $t = $type->{name};

    $sql .= "CREATE TABLE stored.value_$t (k int GENERATED ALWAYS AS IDENTITY (MINVALUE 0) PRIMARY KEY, v $t);\n";
    $sql .= "INSERT INTO stored.value_$t (v) VALUES (\$v\$$_\$v\$);\n" for @{ $SAMPLES{$t} };
    $sql .= "INSERT INTO stored.value_$t (v) SELECT * FROM ($MORE{$t}) more (v) WHERE octet_length($type->{send}(v)) < 2000;\n" if $MORE{$t};
    # the value that a total is made of has to bear being counted again and again
    $sql .= $rollup{$t} && $t ne 'journey' ? <<"SQL" : '';
CREATE TABLE stored.one_$t AS SELECT v FROM stored.value_$t WHERE k < @{[ scalar @{ $SAMPLES{$t} } ]} AND octet_length(v::text) < 1000
  AND stored.bears_doubling(v) ORDER BY octet_length(v::text) < 10, k DESC LIMIT 1;
SQL
  }
  $node->safe_psql($db, $sql);
  return @types;
}

# Tables and the procedure work(session, i) that writes to all of them in one transaction, always the same for the
# same arguments, and with the same outcome in whatever order the sessions come: what one session deletes or changes is
# its own, and the journeys that they share are unions of touches at different times.
sub stored_schema
{
  my ($node, $db, $schema, $indexed) = @_;
  my $typed = join ', ', map { "v_$_->{name} $_->{name}" } @types;
  my @totals = grep { $_ ne 'journey' } sort keys %rollup;
  my $totals = join ', ', map { "v_$_ $_" } @totals;
  my $value = sub { my ($t, $k) = @_; return "(SELECT v FROM stored.value_$t WHERE k = ($k) % (SELECT count(*) FROM stored.value_$t))" };
  my $sql = <<"SQL";
CREATE SCHEMA $schema;
SET search_path = $schema, public;
CREATE TABLE op (s int, i int, PRIMARY KEY (s, i));
CREATE TABLE wide (s int, i int, PRIMARY KEY (s, i), $typed);
CREATE TABLE way (customer int PRIMARY KEY, j journey);
CREATE TABLE total (s int PRIMARY KEY, n int, $totals);
SQL
  $sql .= "CREATE TABLE $_->{name} (s int, i int, PRIMARY KEY (s, i), v $_->{type});\n" for @indexes;
  if ($indexed)
  {
    $sql .= "CREATE INDEX $_->{name}_v ON $_->{name} USING $_->{am} (v) $_->{with};\n" for @indexes;
    $sql .= "CREATE INDEX way_j ON way USING gin (j) WITH (gin_pending_list_limit = 64); CREATE INDEX way_hash ON way USING hash (j);\n";
    $sql .= "CREATE INDEX way_count ON way (touch_count(j)); CREATE INDEX way_late ON way USING gin (slice(j, '2026-01-05 10:00+00', NULL));\n";
  }
  $sql .= "CREATE PROCEDURE work(s int, i int) LANGUAGE plpgsql AS \$work\$\nBEGIN\nINSERT INTO op VALUES (s, i);\n";
  $sql .= join '', map { <<"SQL" } @indexes;
INSERT INTO $_->{name} VALUES (s, i, @{[ $value->($_->{type}, 'work.s * 7919 + work.i * 31') ]});
IF i % 3 = 0 THEN UPDATE $_->{name} x SET v = @{[ $value->($_->{type}, 'work.s + work.i') ]} WHERE (x.s, x.i) = (work.s, work.i - 5); END IF;
IF i % 4 = 0 THEN DELETE FROM $_->{name} x WHERE (x.s, x.i) = (work.s, work.i - 9); END IF;
SQL
  $sql .= "INSERT INTO wide VALUES (s, i, " . join(', ', map { $value->($_->{name}, 'work.s + work.i') } @types) . ");\n";
  $sql .= <<"SQL";
INSERT INTO way VALUES ((s * 13 + i * 7) % 40, touch('2026-01-05 09:00+00'::timestamptz + (i * 16 + s) * interval '1.5 s', (i % 11)::text,
    CASE WHEN i % 3 = 0 THEN 'web' END, feedback => CASE WHEN i % 5 = 0 THEN 'csat:2'::feedback END))
  ON CONFLICT (customer) DO UPDATE SET j = journey_union(way.j, EXCLUDED.j);
IF i % 4 = 0 THEN
  INSERT INTO total VALUES (s, 1, @{[ join ', ', map { "(SELECT v FROM stored.one_$_)" } @totals ]})
    ON CONFLICT ON CONSTRAINT total_pkey DO UPDATE SET n = total.n + 1, @{[ join ', ', map { "v_$_ = (SELECT rollup(x) FROM (VALUES (total.v_$_), (EXCLUDED.v_$_)) y(x))" } @totals ]};
END IF;
END \$work\$;
SQL
  $node->safe_psql($db, $sql);
}

sub stored_indexes { return @indexes }

# What the tables of a schema hold, to the last byte: a line for each.
sub stored_print
{
  my ($node, $db, $schema) = @_;
  my %send = map { $_->{name} => $_->{send} } @types;
  my %columns = (
    op => 's, i', wide => join(', ', 's, i', map { "$_->{send}(v_$_->{name})" } @types), way => 'customer, journey_send(j)',
    total => join(', ', 's, n', map { "$send{$_}(v_$_)" } grep { $_ ne 'journey' } sort keys %rollup),
    map { $_->{name} => "s, i, $send{ $_->{type} }(v)" } @indexes);
  my $sql = join ' UNION ALL ', map { <<"SQL" } sort keys %columns;
SELECT '$_', count(*), md5(string_agg(r, ';' ORDER BY r)) FROM (SELECT md5(ROW($columns{$_})::text) COLLATE "C" FROM $schema.$_) x(r)
SQL

  return join "\n", sort map { join ' ', @$_ } rows($node, $db, "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off; $sql");
}

# Questions to each index of a schema: each of its operators, with values that are there and values that are not.
sub questions
{
  my ($node, $db, $schema) = @_;
  my @asked;
  my %operators;

  push @{ $operators{ $_->[0] } }, $_ for rows($node, $db, <<'SQL');
SELECT format_type(o.amoplefttype, NULL) || '_' || a.amname, format('OPERATOR(%s.%s)', p.oprnamespace::regnamespace, p.oprname), format_type(o.amoprighttype, NULL)
FROM pg_amop o JOIN pg_operator p ON p.oid = o.amopopr JOIN pg_am a ON a.oid = o.amopmethod JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = o.oid
  OR d.classid = 'pg_opfamily'::regclass AND d.objid = o.amopfamily
WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics') ORDER BY 1, 2, 3
SQL
  for my $index (@indexes, map { { table => 'way', name => "way_$_->[0]", column => 'j', type => 'journey', am => $_->[1] } } [ 'j', 'gin' ], [ 'hash', 'hash' ])
  {
    my ($table, $column) = ($index->{table} // $index->{name}, $index->{column} // 'v');
    my $used = $index->{table} ? $index->{name} : "$index->{name}_v";

    for my $operator (@{ $operators{"$index->{type}_$index->{am}"} // [] })
    {
      my (undef, $name, $right) = @$operator;
      my @values = map { "(SELECT v FROM stored.value_$right ORDER BY k DESC OFFSET $_ LIMIT 1)" } grep { $SAMPLES{$right} } 0, 1, 3, 6, 40, 90;

      @values = grep { !/70000|1000|NULL\)/ } edges({ type => $right, name => '' }) if !@values;
      push @asked, { index => $used, sql => "SELECT concat(count(*), ' ', md5(string_agg(x, ',' ORDER BY x))) FROM"
          . " (SELECT @{[ $table eq 'way' ? 'customer::text' : q{s || ' ' || i} ]} FROM $schema.$table WHERE $column $name $_) y(x)" } for @values;
    }
  }
  push @asked, map { { index => 'way_count', sql => "SELECT concat(count(*), ' ', sum(customer)) FROM $schema.way WHERE touch_count(j) $_" } } '= 3', '> 7', '< 5';
  push @asked, map { { index => 'way_late', sql => "SELECT concat(count(*), ' ', sum(customer)) FROM $schema.way WHERE slice(j, '2026-01-05 10:00+00', NULL) $_" } }
    q{@& '{3}'}, q{@| '{3,7@web}'}, q{@~ '3 ~> 7'};
  return @asked;
}

# Each question is answered by the index as by the table, and on each of the nodes; gives how many were asked, and
# how many found something.
sub answers_agree
{
  my ($db, $schema, $title, @nodes) = @_;
  my @asked = questions($nodes[0], $db, $schema);
  my $list = "(VALUES " . join(', ', map { "($_, \$q\$$asked[$_]{sql}\$q\$)" } 0 .. $#asked) . ') q(n, sql)';
  my (@expected, @other, @bad);

  for my $node (@nodes)
  {
    my @seq = map { $_->[0] } rows($node, $db, "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;
      SELECT stored.answer(sql) FROM $list ORDER BY n");
    my @index = rows($node, $db, "SET enable_seqscan = off; SELECT stored.answer(sql), stored.plan(sql) FROM $list ORDER BY n");

    @expected = @seq if !@expected;
    for my $i (0 .. $#asked)
    {
      my ($name, $why) = ($node->name, '');

      $why = "the table of $name says $seq[$i], not $expected[$i]" if $seq[$i] ne $expected[$i];
      $why = "the index of $name says $index[$i][0], its table $seq[$i]" if $index[$i][0] ne $seq[$i];
      $why = "$name did not use $asked[$i]{index}: $index[$i][1]" if $index[$i][1] !~ / on \Q$asked[$i]{index}\E\b| using \Q$asked[$i]{index}\E / && $seq[$i] !~ /^error/;
      push @bad, "$asked[$i]{sql}: $why" if $why;
    }
  }
  my $found = grep { /^[1-9]/ } @expected;
  note(sprintf '%s: %d questions to %d indexes, %d found something, %d are errors', $title, scalar @asked,
    scalar(keys %{ { map { $_->{index} => 1 } @asked } }), $found, scalar grep { /^error/ } @expected);
  cmp_ok($found, '>', @asked / 4, "$title: the questions find something");
  ok(!@bad, "$title: indexes say what tables say") or diag(join "\n", splice(@bad, 0, 5), scalar(@bad) . ' more');
}

# pg_amcheck finds nothing to say of tables and btree indexes.
sub amcheck_clean
{
  my ($node, $db, $title) = @_;

SKIP:
  {
    skip 'no amcheck here', 1 if !one($node, $db, "SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'");
    local %ENV = $node->_get_env();
    my ($out, $err) = ('', '');
    my $clean = IPC::Run::run([ 'pg_amcheck', '--install-missing', '--heapallindexed', '--parent-check', $db ], '>', \$out, '2>', \$err);

    ok($clean && $out eq '', "$title: pg_amcheck is content") or diag(substr "$out$err", 0, 2000);
  }
}

# ---- load: sessions that write, each with its own list of what the server has acknowledged ----

# Starts sessions that go on with the work of a schema behind what is there. psql tells a number only when the statement before it was
# acknowledged, and goes no further than the first error. synchronous_commit is the server's default, on.
sub load_start
{
  my ($node, $db, $schema, $sessions, $dir) = @_;
  my %done = map { $_->[0] => $_->[1] } rows($node, $db, "SELECT s, max(i) FROM $schema.op GROUP BY s");
  my @load;

  for my $s (0 .. $sessions - 1)
  {
    my $first = ($done{$s} // 0) + 1;
    my %session = (s => $s, before => $first - 1, out => "$dir/acknowledged_$s", err => "$dir/errors_$s");

    append_to_file("$dir/work_$s", join '', "SET search_path = $schema, public;\n",
      map { "CALL work($s, $_);\n\\echo $_\n" } $first .. $first + 19999);
    $session{run} = IPC::Run::start([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($db), '-f', "$dir/work_$s" ],
      '<', \undef, '>', $session{out}, '2>', $session{err});
    push @load, \%session;
  }
  return @load;
}

# How many transactions each session has had acknowledged.
sub load_acknowledged
{
  return map { my $n = () = slurp_file($_->{out}) =~ /\n/g; $n } @_;
}

# Waits until each session has had some transactions acknowledged.
sub load_running
{
  my ($least, @load) = @_;

  for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
  {
    return 1 if !grep { $_ < $least } load_acknowledged(@load);
    sleep 0.1;
  }
  return 0;
}

# Waits for the sessions, which an error has to have ended.
sub load_end
{
  my ($title, @load) = @_;
  my @errors;

  for (@load)
  {
    $_->{run}->finish;
    push @errors, slurp_file($_->{err});
    unlink $_->{err}, $_->{out} =~ s/acknowledged/work/r;
  }
  is(scalar(grep { /connection to server was lost|terminating connection|server closed the connection/ } @errors), scalar @load,
    "$title: each session was writing when it came") or diag join '', @errors;
}

# Is what the server holds what each session was told, or with its one transaction more whose answer got lost? The same
# work is done again in another schema, up to that transaction: then both hold the same.
sub load_judge
{
  my ($node, $db, $schema, $model, $title, @load) = @_;
  my (@lost, $acknowledged, $doubtful);

  for (@load)
  {
    my @told = split /\n/, slurp_file($_->{out});
    my ($n, $last) = @{ (rows($node, $db, "SELECT count(*), coalesce(max(i), 0) FROM $schema.op WHERE s = $_->{s}"))[0] };
    my $expected = $_->{before} + @told;

    $acknowledged += @told;
    $doubtful += $last - $expected;
    push @lost, "session $_->{s}: told " . scalar(@told) . " behind $_->{before}, has $n up to $last"
      if $n != $last || $last < $expected || $last > $expected + 1 || @told && $told[-1] != $expected;
    unlink $_->{out};
    $node->safe_psql($db, "SET search_path = $model, public;
      DO \$\$ BEGIN FOR i IN (SELECT coalesce(max(i), 0) + 1 FROM op WHERE s = $_->{s}) .. $last LOOP CALL work($_->{s}, i); END LOOP; END \$\$");
  }
  note("$title: $acknowledged transactions acknowledged, $doubtful more are there");
  is(join('; ', @lost), '', "$title: every acknowledged transaction is there");
  is(stored_print($node, $db, $schema), stored_print($node, $db, $model), "$title: each whole, and to the last byte");
  return $acknowledged;
}

# The processes of a server: its children, by the /proc of Linux.
sub children
{
  my ($pid) = @_;
  my @children;

  for my $stat (glob '/proc/[0-9]*/stat')
  {
    open my $file, '<', $stat or next;
    my $line = <$file> // '';
    push @children, $1 if $line =~ /^(\d+) \(.*\) \S (\d+) /s && $2 == $pid;
  }
  return @children;
}

# (a process that nobody has waited for is not alive)
sub alive
{
  my ($pid) = @_;

  open my $file, '<', "/proc/$pid/stat" or return 0;
  return (<$file> // '') =~ /^\d+ \(.*\) [^ZX] /s;
}

# All processes of a server die at once, as in a power cut but for the memory of the system. The first is stopped before,
# so that it can start no others.
sub kill_everything
{
  my ($node) = @_;
  my $postmaster = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/ && $1;

  kill 'STOP', $postmaster;
  my @children = children($postmaster);
  kill 'KILL', @children;
  $node->kill9;
  for (1 .. 100 * $PostgreSQL::Test::Utils::timeout_default)
  {
    last if !grep { alive($_) } @children, $postmaster;
    sleep 0.01;
  }
  die 'processes survive SIGKILL' if grep { alive($_) } @children, $postmaster;
  # (a dead process for which nobody waits would keep a new server from starting)
  for (1 .. 500) { sleep 0.01 if kill 0, $postmaster }
  unlink $node->data_dir . '/postmaster.pid' if kill 0, $postmaster;
  return scalar @children;
}

1;
