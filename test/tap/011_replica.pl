# A standby and logical subscribers hold the same values to the last byte, and say the same of them: every type, every
# index, every function. A standby that is promoted has all that was acknowledged, and goes on.
#
# CX_LONG=1 calls each function with up to 100 values instead of 8.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use Stored;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = cx_node('primary', <<'CONF');
wal_level = logical
max_wal_senders = 20
max_replication_slots = 30
max_logical_replication_workers = 20
max_sync_workers_per_subscription = 4
max_worker_processes = 40
wal_consistency_checking = 'all'
hot_standby = on
restart_after_crash = on
wal_receiver_status_interval = 1s
autovacuum = off
jit = off
max_parallel_workers_per_gather = 0
CONF
my $db = 'postgres';
my $dir = PostgreSQL::Test::Utils::tempdir;

# ---- a standby, from before anything of the extension was there ----

$primary->backup('empty');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'empty', has_streaming => 1);
$standby->start;

sub caught_up { $primary->wait_for_catchup('standby', 'replay', $primary->lsn('insert')) }

$primary->safe_psql($db, 'CREATE EXTENSION cx_analytics');
my @types = stored_kit($primary, $db);
stored_schema($primary, $db, 'load', 1);
# what is there when an index is built, what comes behind it, what is changed, what is vacuumed away, what waits in a list
$primary->safe_psql($db, $_)
  for "SET search_path = load, public; DO 'BEGIN FOR i IN 1 .. 180 LOOP CALL work(i % 3, i / 3); END LOOP; END'",
  map({ "REINDEX TABLE load.$_->{name}" } stored_indexes()), 'VACUUM', 'CHECKPOINT',
  "SET search_path = load, public; DO 'BEGIN FOR i IN 181 .. 360 LOOP CALL work(i % 3, i / 3); END LOOP; END'";
$primary->safe_psql($db, 'DELETE FROM load.' . $_->{name} . ' WHERE i % 10 = 7; VACUUM load.' . $_->{name}) for stored_indexes();
$primary->safe_psql($db, "SET search_path = load, public; CALL work(5, $_)") for 1 .. 20;
caught_up();

my $print = stored_print($primary, $db, 'load');
is(one($standby, $db, 'SELECT pg_is_in_recovery()'), 't', 'the standby stands by');
is(stored_print($standby, $db, 'load'), $print, 'the standby holds the same, to the last byte');
answers_agree($db, 'load', 'standby', $primary, $standby);

SKIP:
{
  skip 'no pgstattuple here', 2 if !one($primary, $db, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pgstattuple'");
  my $pending = "SELECT pending_tuples FROM pgstatginindex('load.journey_gin_v')";

  $primary->safe_psql($db, 'CREATE EXTENSION pgstattuple');
  caught_up();
  cmp_ok(one($primary, $db, $pending), '>', 0, 'entries waited in the list of a GIN index');
  is(one($standby, $db, $pending), one($primary, $db, $pending), 'on the standby too');
}

# Everything that reads a value of a type, of every value, on both: how many gave something, and a sum of what was given.
# (An aggregate cannot stand inside another; then it is asked value by value, as after an error.)
$primary->safe_psql($db, <<'SQL');
CREATE FUNCTION stored.read(t text, expression text, n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  known int := 0;
  told text;
  one text;
BEGIN
  BEGIN
    EXECUTE format('SELECT count(s), string_agg(s, $s$ $s$ ORDER BY k) FROM (SELECT k, (%s)::text FROM stored.value_%s WHERE k < %s) x(k, s)', expression, t, n)
      INTO known, told;
    RETURN known || ' ' || md5(coalesce(told, ''));
  EXCEPTION WHEN OTHERS THEN told := '';
  END;
  FOR i IN 0 .. n - 1 LOOP
    BEGIN
      EXECUTE format('SELECT (%s)::text FROM stored.value_%s WHERE k = %s', expression, t, i) INTO one;
      known := known + (one IS NOT NULL)::int;
    EXCEPTION WHEN OTHERS THEN one := SQLSTATE;
    END;
    told := concat(told, ' ', one);
  END LOOP;
  RETURN known || ' ' || md5(told);
END $$;
SQL
my ($values, @read) = ($ENV{CX_LONG} ? 100 : 8);
my @surface = surface($primary, $db);
for my $type (@types)
{
  push @read, "SELECT \$l\$$type->{name}: $_->[0]\$l\$, stored.read('$type->{name}', \$e\$$_->[1]\$e\$, $values)" for readers($type, @surface);
}
caught_up();
my $read = join ";\n", @read;
my ($here, $there) = map { { map { $_->[0] => $_->[1] } rows($_, $db, $read) } } $primary, $standby;
my $known = 0;
$known += (split / /)[0] for values %$here;
note(scalar(keys %$here) . " ways to read a value gave $known results that are not NULL");
cmp_ok($known, '>', 2 * keys %$here, 'functions give something');
is(join('; ', grep { $here->{$_} ne $there->{$_} } sort keys %$here), '', 'every function says the same on the standby');

# ---- the primary is lost while sessions write, and the standby takes over ----

stored_schema($primary, $db, 'model', 0);
$primary->safe_psql($db, 'TRUNCATE load.op, load.wide, load.way, load.total');
$primary->safe_psql($db, 'TRUNCATE load.' . $_->{name}) for stored_indexes();
$primary->safe_psql($db, $_) for "ALTER SYSTEM SET synchronous_standby_names = 'standby'", "ALTER SYSTEM SET synchronous_commit = 'remote_apply'";
$primary->reload;
my @load = load_start($primary, $db, 'load', 3, $dir);
ok(load_running(15, @load), 'sessions write, acknowledged by the standby');
kill_everything($primary);
load_end('the primary is lost', @load);
$standby->promote;
$standby->safe_psql($db, 'CHECKPOINT');
load_judge($standby, $db, 'load', 'model', 'promoted', @load);
answers_agree($db, 'load', 'promoted', $standby);
amcheck_clean($standby, $db, 'promoted');

# it goes on writing, vacuuming, building indexes
@load = load_start($standby, $db, 'load', 3, $dir);
ok(load_running(15, @load), 'sessions write to what was the standby');
$standby->safe_psql($db, $_) for 'VACUUM', map { "REINDEX INDEX CONCURRENTLY load.$_->{name}_v" } stored_indexes();
$standby->stop('immediate');
load_end('stopped', @load);
$standby->start;
load_judge($standby, $db, 'load', 'model', 'stopped', @load);
answers_agree($db, 'load', 'stopped', $standby);
amcheck_clean($standby, $db, 'stopped');
unlike(slurp_file($_->logfile), qr/inconsistent page found|PANIC|signal 11|incorrect resource manager/, $_->name . ' has found every page as it was logged') for $primary, $standby;
is(one($standby, $db, 'SHOW wal_consistency_checking'), 'all', 'and has compared them');

# ---- logical replication, in text and in binary ----

my $publisher = $standby;
my $subscriber = cx_node('subscriber', <<'CONF');
max_logical_replication_workers = 20
max_sync_workers_per_subscription = 4
max_worker_processes = 40
max_replication_slots = 30
autovacuum = off
jit = off
CONF
my %equal = map { $_->{type} => 1 } stored_indexes();

# A table by key for every type; for those that can be told apart (and with CX_LONG for all) one by key whose old rows are
# sent whole, and one without a key.
sub whole { my ($t) = @_; return $equal{$t} || $ENV{CX_LONG} }

sub tables
{
  my $sql = "CREATE SCHEMA pub;\n";

  for my $t (map { $_->{name} } @types)
  {
    $sql .= "CREATE TABLE pub.key_$t (id int PRIMARY KEY, v $t, other int);\n";
    $sql .= "CREATE TABLE pub.both_$t (id int PRIMARY KEY, v $t, other int);\nALTER TABLE pub.both_$t REPLICA IDENTITY FULL;\n" if whole($t);
    $sql .= "CREATE TABLE pub.full_$t (n int, v $t, other int);\nALTER TABLE pub.full_$t REPLICA IDENTITY FULL;\n" if $equal{$t};
  }
  return $sql . "CREATE TABLE pub.big (id int PRIMARY KEY, v journey, other int);\nALTER TABLE pub.big ALTER v SET STORAGE external;\n";
}

# The values of one table, as they are sent.
sub sent
{
  my ($node, $database) = @_;
  my $sql = join ' UNION ALL ', map {
    my ($t, $send) = @$_{qw(name send)};
    map { "SELECT '$_', count(*), md5(string_agg(r, ';' ORDER BY r COLLATE \"C\")) FROM (SELECT ROW(@{[ /^full/ ? 'n' : 'id' ]}, $send(v), other)::text FROM pub.$_) x(r)" }
      "key_$t", whole($t) ? "both_$t" : (), $equal{$t} ? "full_$t" : ()
  } @types;

  return join "\n", sort map { join ' ', @$_ } rows($node, $database, "$sql UNION ALL SELECT 'big', count(*), md5(string_agg(concat(id, journey_send(v), other), ';' ORDER BY id)) FROM pub.big");
}

$publisher->safe_psql($db, tables() . join '', map { <<"SQL" } map { $_->{name} } @types);
INSERT INTO pub.key_$_ SELECT k, v, 0 FROM stored.value_$_ WHERE k % 2 = 0;
@{[ whole($_) ? "INSERT INTO pub.both_$_ SELECT k, v, 0 FROM stored.value_$_ WHERE k % 2 = 0;" : '' ]}
@{[ $equal{$_} ? "INSERT INTO pub.full_$_ SELECT k % 3, v, 0 FROM stored.value_$_, generate_series(1, 2) WHERE k % 2 = 0 AND k < 40;" : '' ]}
SQL
my $big = q{(SELECT journey_agg('2026-01-05Z'::timestamptz + g * interval '1.5 s', md5((g + id)::text)) FROM generate_series(1, 1000) g)};
$publisher->safe_psql($db, "INSERT INTO pub.big SELECT id, $big, 0 FROM generate_series(1, 5) id");
$publisher->safe_psql($db, 'CREATE PUBLICATION all_types FOR TABLES IN SCHEMA pub');
for my $form ('text', 'binary')
{
  $subscriber->safe_psql('postgres', "CREATE DATABASE in_$form");
  $subscriber->safe_psql("in_$form", 'CREATE EXTENSION cx_analytics;' . tables());
  for my $index (stored_indexes())
  {
    $subscriber->safe_psql("in_$form", "CREATE INDEX ON pub.@{[ /gin/ ? 'key' : 'full' ]}_$index->{type} USING $index->{am} (v) $index->{with}") for $index->{am};
  }
  $subscriber->safe_psql("in_$form", "CREATE SUBSCRIPTION in_$form CONNECTION '@{[ $publisher->connstr ]} dbname=$db' PUBLICATION all_types WITH (binary = @{[ $form eq 'text' ? 'false' : 'true' ]})");
}
$subscriber->wait_for_subscription_sync($publisher, "in_$_", "in_$_") for 'text', 'binary';
my $before = sent($publisher, $db);
is(sent($subscriber, "in_$_"), $before, "$_: what was there was copied") for 'text', 'binary';

# new rows, changed values, changed neighbours of values, changed keys, deleted rows
$publisher->safe_psql($db, join '', map { <<"SQL" } map { $_->{name} } @types);
INSERT INTO pub.key_$_ SELECT k, v, 1 FROM stored.value_$_ WHERE k % 2 = 1;
INSERT INTO pub.key_$_ VALUES (-1, NULL, 1);
UPDATE pub.key_$_ SET v = (SELECT v FROM stored.value_$_ WHERE k = 1) WHERE id % 4 = 0;
UPDATE pub.key_$_ SET other = 2 WHERE id % 5 = 0;
UPDATE pub.key_$_ SET id = id + 10000 WHERE id % 6 = 1;
DELETE FROM pub.key_$_ WHERE id % 7 = 3;
@{[ $equal{$_} ? <<"FULL" : '' ]}
INSERT INTO pub.full_$_ SELECT k % 3, v, 1 FROM stored.value_$_, generate_series(1, 2) WHERE k % 2 = 1 AND k < 40;
UPDATE pub.full_$_ SET v = (SELECT v FROM stored.value_$_ WHERE k = 2) WHERE n = 0;
UPDATE pub.full_$_ SET other = 3 WHERE n = 1;
DELETE FROM pub.full_$_ WHERE n = 2;
FULL
@{[ whole($_) ? <<"WHOLE" : '' ]}
INSERT INTO pub.both_$_ SELECT k, v, 1 FROM stored.value_$_ WHERE k % 2 = 1;
UPDATE pub.both_$_ SET v = (SELECT v FROM stored.value_$_ WHERE k = 1) WHERE id % 4 = 0;
DELETE FROM pub.both_$_ WHERE id % 7 = 3;
WHOLE
SQL
$publisher->safe_psql($db, $_) for "UPDATE pub.big SET other = 7 WHERE id < 4", "UPDATE pub.big SET v = v || touch('2026-02-05Z', 'call') WHERE id = 2", 'DELETE FROM pub.big WHERE id = 3';
$publisher->wait_for_catchup("in_$_") for 'text', 'binary';
my $after = sent($publisher, $db);
for my $form ('text', 'binary')
{
  is(sent($subscriber, "in_$form"), $after, "$form: what was inserted, updated and deleted arrived, to the last byte");
  is(one($subscriber, "in_$form", 'SELECT sum(apply_error_count + sync_error_count) FROM pg_stat_subscription_stats'), '0', "$form: without an error");
}
my %kept = map { $_ => 1 } split /\n/, $before;
is(join(' ', grep { $kept{$_} } split /\n/, $after), '', 'and every table had changed');
is(one($subscriber, 'in_binary', 'SELECT subbinary FROM pg_subscription WHERE subname = current_database()'), 't', 'binary is binary');

$subscriber->stop;
$standby->stop;
done_testing();
