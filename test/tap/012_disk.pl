# A disk that is full: whatever is written, sorted, indexed or summed up, wherever space ends, the statement fails with
# SQLSTATE 53100 and leaves nothing behind; with space again it works, and the server has never stopped.
#
# The disk is test/shim/diskfull.c, preloaded into the server, which ends after any number of bytes. If the system lets
# an ordinary user mount a small file system in a name space of its own, or if CX_SMALL_DISK names a directory on one of
# 16 to 64 MB that the user can write to, the same is done there. CX_LONG=1 tries ten times as many sizes.

use strict;
use warnings;

# In a name space with a small disk, this test starts over. (The user is mapped twice: root can mount, but a server
# does not run as root.)
BEGIN
{
  if (!defined $ENV{CX_SMALL_DISK})
  {
    require File::Path;
    my $dir = ($ENV{TESTDIR} // '.') . '/tmp_check/small_disk';
    File::Path::make_path($dir);
    my ($uid, $gid) = ($>, $) + 0);
    my @own = ('unshare', '-Urm', 'sh', '-c', 'mount -t tmpfs -o size=24m,mode=777 tmpfs "$0" && exec "$@"', $dir, 'unshare', '-U', "--map-user=$uid", "--map-group=$gid");
    my $can = $uid != 0 && system(qq{unshare --version >/dev/null 2>&1}) == 0
      && system('sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', @own, 'sh', '-c', 'test "$(id -u)" = "$1" && touch "$2/x"', 'sh', $uid, $dir) == 0;

    $ENV{CX_SMALL_DISK} = $can ? $dir : '';
    exec @own, $^X, $0 if $can;
  }
}

use FindBin;
use lib $FindBin::RealBin;
use CX;
use Stored;

use Cwd qw(abs_path);
use File::Path qw(rmtree);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $db = 'postgres';
my $tmp = abs_path(PostgreSQL::Test::Utils::tempdir);
my $sizes = $ENV{CX_LONG} ? 50 : 5;
my $seed = $ENV{CX_SEED} // time;
srand $seed;
note("CX_SEED=$seed");

my $shim = "$tmp/diskfull.so";
my $cc = $ENV{CC} // 'cc';
my $source = "$FindBin::RealBin/../shim/diskfull.c";
plan skip_all => 'needs Linux' if $^O ne 'linux';
plan skip_all => "needs $cc" if system("$cc --version >/dev/null 2>&1") != 0;
is(system("$cc -Wall -Wextra -O1 -shared -fPIC -o '$shim' '$source' -ldl"), 0, 'the shim is compiled') or BAIL_OUT('no shim');

# ---- two disks ----

# One that ends where it is told to.
sub let_grow { my ($left) = @_; open my $f, '+<', "$tmp/control" or die $!; syswrite $f, pack 'qq', $left, 0; close $f }
my %shim = (
  name => 'shim', dir => "$tmp/small",
  full => sub { let_grow($_[0]) },
  free => sub { let_grow(-1) },
  grown => sub { return (unpack 'qq', slurp_file("$tmp/control"))[1] });
mkdir $shim{dir};
append_to_file("$tmp/control", pack 'qq', -1, 0);

# One that is small, and filled up but for so many bytes.
my $ballast = "$ENV{CX_SMALL_DISK}/ballast";
my %small = (
  name => 'small file system', dir => "$ENV{CX_SMALL_DISK}/tablespace_$$",
  full => sub {
    open my $f, '>', $ballast or die $!;
    my $block = 'x' x 65536;
    1 while (syswrite($f, $block) // 0) == 65536;
    truncate $f, ((-s $f) > $_[0] ? (-s $f) - $_[0] : 0);
    close $f;
  },
  free => sub { unlink $ballast });

# ---- what is tried ----

my (@said, %needed);

sub cases
{
  my $spill = "SET temp_tablespaces = small; SET work_mem = '64kB'; SET hash_mem_multiplier = 1; SET enable_sort = on;";
  my $build = "SET temp_tablespaces = small; SET maintenance_work_mem = '1MB';";
  my @indexes = stored_indexes();

  # title, settings, statement, a query that tells what came of it, what comes before each try
  my @cases = (
    [ 'values of every type, in every index', 'SET search_path = load, public;', "DO 'BEGIN FOR i IN 1 .. 40 LOOP CALL work(3, i); END LOOP; END'",
      'SELECT count(*) FROM load.op', 'TRUNCATE ' . join ', ', map { "load.$_" } qw(op wide way total), map { $_->{name} } @indexes ],
    [ 'journeys', '', "INSERT INTO way SELECT id, journey_agg('2026-01-05Z'::timestamptz + x * interval '1.5 s', md5((x * id)::text)) FROM generate_series(1, 60) id, generate_series(1, 100) x GROUP BY id",
      'SELECT count(*) FROM way', 'TRUNCATE way' ],
    [ 'journeys that are united with others', '', "INSERT INTO way SELECT id, j FROM more ON CONFLICT (id) DO UPDATE SET j = journey_union(way.j, EXCLUDED.j)",
      'SELECT sum(touch_count(j)) FROM way', "TRUNCATE way; INSERT INTO way SELECT id, journey_agg('2026-01-05Z'::timestamptz + x * interval '1.5 s', (x % 7)::text) FROM generate_series(1, 300) id, generate_series(1, 5) x GROUP BY id" ],
    [ 'statistics', '', "INSERT INTO said SELECT g, " . join(', ', map { "(SELECT v FROM stored.one_$_)" } @said) . ' FROM generate_series(1, 200) g', 'SELECT count(*) FROM said', 'TRUNCATE said' ],
    [ 'a table made by a query', '', 'CREATE TABLE made TABLESPACE small AS SELECT id, j, flow_agg(j) AS flow FROM more GROUP BY id, j', q{SELECT count(*) FROM pg_class WHERE relname = 'made'}, 'DROP TABLE IF EXISTS made' ],
    [ 'a materialized view', '', 'REFRESH MATERIALIZED VIEW seen', q{SELECT relispopulated FROM pg_class WHERE relname = 'seen'}, 'REFRESH MATERIALIZED VIEW seen WITH NO DATA' ],
    [ 'a rewritten table', '', 'VACUUM FULL more', q{SELECT pg_relation_filenode('more')}, '' ],
    (map { [ "an index: $_->{name}", $build, "CREATE INDEX built ON more_$_->{type} USING $_->{am} (v) $_->{with} TABLESPACE small", q{SELECT count(*) FROM pg_class WHERE relname = 'built'}, 'DROP INDEX IF EXISTS built' ] } @indexes),
    [ 'an index, by several workers', "$build SET max_parallel_maintenance_workers = 2; SET min_parallel_table_scan_size = 0;", 'CREATE INDEX built ON more_journey (v) TABLESPACE small',
      q{SELECT count(*) FROM pg_class WHERE relname = 'built'}, 'DROP INDEX IF EXISTS built' ]);
  my @spills = (
    (map { [ "sorted: $_->{type}", "SELECT md5(string_agg(k::text, ',')) FROM (SELECT k FROM more_$_->{type} ORDER BY v DESC, k) x" ] } grep { $_->{am} eq 'btree' } @indexes),
    (map { [ "distinct: $_->{type}", "SELECT count(*) FROM (SELECT v, count(*) FROM more_$_->{type} GROUP BY v, k) x", 'SET enable_sort = off; ' ] } grep { $_->{am} eq 'hash' } @indexes),
    (map { [ "joined: $_->{type}", "SELECT count(*) FROM more_$_->{type} a JOIN more_$_->{type} b USING (v, k)", 'SET enable_mergejoin = off; SET enable_nestloop = off; ' ] } grep { $_->{am} eq 'hash' } @indexes),
    [ 'many groups', "SELECT count(*), sum(touch_count(j)), sum(responses(t)), max(f), count(s) FROM (SELECT k % 5000 AS g, journey_agg('2026-01-05Z'::timestamptz + k * interval '1 s', k::text) AS j,
        tally(feedback('nps', k % 11)) AS t, nps(k % 11) AS f, flow_agg(v)::text AS s FROM more_journey GROUP BY 1) x", 'SET enable_sort = off; ' ],
    [ 'sorted groups', "SELECT count(*), sum(touch_count(j)) FROM (SELECT k % 500 AS g, journey_agg('2026-01-05Z'::timestamptz + k * interval '1 s', k::text ORDER BY k DESC) AS j FROM more_journey GROUP BY 1) x",
      'SET enable_hashagg = off; ' ],
    [ 'the touches of a long journey', "SELECT count(*), max(position) FROM touches((SELECT j FROM huge))" ]);

  return @cases, map { [ $_->[0], ($_->[2] // '') . $spill =~ s/SET enable_sort = on;//r, $_->[1], undef, '', 1 ] } @spills;
}

sub prepare
{
  my ($node, $dir) = @_;

  mkdir $dir;
  $node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
  $node->safe_psql($db, "CREATE TABLESPACE small LOCATION '$dir'");
  stored_kit($node, $db);
  @said = map { $_->[0] =~ /^one_(.*)/ } rows($node, $db, q{SELECT relname FROM pg_class WHERE relnamespace = 'stored'::regnamespace AND relname ~ '^one_' ORDER BY 1});
  $node->safe_psql($db, "ALTER DATABASE $db SET default_tablespace = small");
  stored_schema($node, $db, 'load', 1);
  $node->safe_psql($db, <<"SQL");
SET default_tablespace = '';
@{[ join '', map { "CREATE TABLE more_$_ AS SELECT g.k, v FROM generate_series(1, 6000) g(k), LATERAL (SELECT v FROM stored.value_$_ s WHERE s.k = g.k % (SELECT count(*)::int FROM stored.value_$_)) s;\n" }
  sort keys %{ { map { $_->{type} => 1 } stored_indexes() } } ]}
UPDATE more_journey SET v = touch('2026-01-05Z'::timestamptz + k * interval '1 s', k::text) || slice(v, NULL, '2026-01-06Z');
VACUUM FULL more_journey;
ALTER TABLE more_journey SET (parallel_workers = 2);
CREATE TABLE huge AS SELECT journey_agg('2026-01-05Z'::timestamptz + k * interval '1 s', (k % 50)::text) AS j FROM generate_series(1, 20000) k;
CREATE TABLE more (id int PRIMARY KEY, j journey) TABLESPACE small;
INSERT INTO more SELECT id, journey_agg('2026-01-07Z'::timestamptz + x * interval '1.5 s', (x * id % 300)::text) FROM generate_series(1, 300) id, generate_series(1, 30) x GROUP BY id;
CREATE TABLE way (id int PRIMARY KEY USING INDEX TABLESPACE small, j journey) TABLESPACE small;
CREATE INDEX way_j ON way USING gin (j) WITH (gin_pending_list_limit = 64) TABLESPACE small;
CREATE INDEX way_hash ON way USING hash (j) TABLESPACE small;
CREATE TABLE said (id int, @{[ join ', ', map { "v_$_ $_" } @said ]}) TABLESPACE small;
CREATE MATERIALIZED VIEW seen TABLESPACE small AS SELECT id, j, tally(feedback('nps', id % 11)) AS t, basket_agg(j) AS b FROM more GROUP BY 1, 2 WITH NO DATA;
ANALYZE;
SQL
}

# Runs one statement, and one more in the same session; tells the SQLSTATE, or what was answered.
sub attempt
{
  my ($node, $set, $sql) = @_;
  my ($code, $out, $err) = $node->psql($db, "$set\n\\set VERBOSITY verbose\n$sql;\nSELECT 'goes on'", on_error_stop => 0);

  return 'the session ended: ' . $err if $out !~ /goes on$/;
  return $err =~ /^.*?(?:ERROR|FATAL|PANIC):  (\w{5}):/s ? $1 : $out =~ s/\n?goes on$//r;
}

# Every case, with the disk full after more and more bytes.
sub sweep
{
  my ($node, $disk) = @_;
  my $postmaster = slurp_file($node->data_dir . '/postmaster.pid');
  my ($tried, $refused) = (0, 0);

  for (cases())
  {
    my ($title, $set, $sql, $state, $prepare, $spills) = @$_;
    my ($answer, @bad);
    my $told = sub { my ($then) = @_; return $state ? (split /\n/, $node->safe_psql($db, join '; ', $state, $then || ()))[0] // '' : '' };

    # how much it needs, if it may have it
    $node->safe_psql($db, $prepare) if $prepare;
    if ($disk->{grown})
    {
      $disk->{free}->();
      $answer = attempt($node, $set, $sql);
      $needed{$title} = $disk->{grown}->();
      cmp_ok($needed{$title}, '>=', 8192, "$title: needs space, $needed{$title} bytes") or diag($answer);
      $node->safe_psql($db, $prepare) if $prepare;
    }
    # (how much workers need together depends on how they happen to share the work)
    my $n = $title =~ /workers/ ? 300_000 : $needed{$title};
    my $before = $told->();

    for my $k (0, $disk->{grown} ? 8191 : (), $disk->{grown} && $ENV{CX_LONG} ? (1, 8192) : (), map { int rand 0.9 * $n } 1 .. ($disk->{grown} ? $sizes : $sizes / 4))
    {
      next if $k >= 0.9 * $n;
      $disk->{full}->($k);
      my $outcome = attempt($node, $set, $sql);
      $disk->{free}->();
      my $after = $told->($prepare);

      $tried++;
      $refused++ if $outcome eq '53100';
      # (a small file system may have a little more room than it was left: pages are rounded)
      push @bad, "$k of $n bytes: $outcome" if $outcome ne '53100' && ($outcome =~ /^[0-9A-Z]{5}$|ended/ || $disk->{grown} || $k < $n / 2 && $n > 100000);
      push @bad, "$k of $n bytes: left something behind" if $outcome eq '53100' && $after ne $before;
      push @bad, "$k of $n bytes: temporary files stay" if my @stay = glob "$disk->{dir}/*/pgsql_tmp/*";
    }
    is(join('; ', splice(@bad, 0, 5)), '', "$disk->{name}, $title: 53100 wherever space ends");

    my $now = attempt($node, $set, $sql);
    unlike($now, qr/^[0-9A-Z]{5}$|ended/, "$title: works with space again");
    is($now, $answer, "$title: and gives the same") if $spills && defined $answer;
    isnt($told->(), $before, "$title: and is there") if $state;
    $node->safe_psql($db, $prepare) if $title =~ /index:|by several|made/;

    # as much as it may put into temporary files
    for my $share ($spills && $disk->{grown} ? (0.05, 0.3) : ())
    {
      my $limit = int $share * $n / 1024;

      is(attempt($node, "$set SET temp_file_limit = $limit;", $sql), '53400', "$title: temp_file_limit of $limit kB") if $limit > 0;
    }
  }
  note("$disk->{name}: $tried times full, $refused times 53100");
  cmp_ok($refused, '>', $tried / 2, "$disk->{name}: was full");
  is(slurp_file($node->data_dir . '/postmaster.pid'), $postmaster, "$disk->{name}: the server has never stopped");
  unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal|server process.*exited|reinitializing/, "$disk->{name}: nor has any process");
  $node->safe_psql($db, 'VACUUM');
  answers_agree($db, 'load', $disk->{name}, $node);
  amcheck_clean($node, $db, $disk->{name});
}

my $conf = "autovacuum = off\njit = off\nmax_parallel_workers_per_gather = 0\nshared_buffers = 32MB\n";

for my $disk (\%shim, $ENV{CX_SMALL_DISK} ne '' ? \%small : ())
{
  my $node = cx_node($disk->{name} =~ s/ /_/gr, $conf);

  $node->stop;
  {
    local %ENV = %ENV;
    @ENV{qw(LD_PRELOAD CX_DISK_DIR CX_DISK_CONTROL)} = (join(' ', grep { $_ } $ENV{LD_PRELOAD}, $shim), $disk->{dir}, "$tmp/control") if $disk->{grown};
    $node->start;
  }
  prepare($node, $disk->{dir});
  sweep($node, $disk);
  $node->stop;
  rmtree($disk->{dir});
}
note('no small file system: an ordinary user cannot mount one here, and CX_SMALL_DISK names none') if $ENV{CX_SMALL_DISK} eq '';
done_testing();
