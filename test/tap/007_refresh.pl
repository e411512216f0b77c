# The recipe of docs/journey.md: a table of journeys is kept current by one statement that can be run
# again at any time, by several sessions at once, killed half way, and always ends at the same journeys.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = cx_node('refresh', 'deadlock_timeout = 100ms');
my $sessions = 4;
my $batches = 12;

$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION cx_analytics;
CREATE TABLE event (id int, customer_id int, at timestamptz, page text, channel text);
-- times tie often, and in each batch some come late
INSERT INTO event
SELECT i, hashint4(i) & 255, timestamptz '2026-01-01 00:00Z' + (hashint4(i + 7) & 4095) * interval '1 minute',
       'page ' || (hashint4(i + 1) & 7), CASE WHEN i % 3 = 0 THEN 'web' WHEN i % 3 = 1 THEN 'phone' END
FROM generate_series(1, 20000) AS i;
CREATE TABLE customer_journey (customer_id int PRIMARY KEY, j journey NOT NULL) WITH (toast_tuple_target = 8160);
SQL

# what is new since a while ago, with overlap: rows lie in several batches, but equal rows in one and the same
sub refresh
{
	my ($batch) = @_;
	my ($since, $until) = ($batch * 4096 / $batches - 400, ($batch + 1) * 4096 / $batches);

	return <<"SQL";
INSERT INTO customer_journey
SELECT customer_id, journey_agg(at, page, channel ORDER BY id)
FROM event
WHERE at >= timestamptz '2026-01-01 00:00Z' + $since * interval '1 minute' AND at < timestamptz '2026-01-01 00:00Z' + $until * interval '1 minute'
GROUP BY customer_id
ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE
SET j = journey_union(customer_journey.j, EXCLUDED.j)
WHERE customer_journey.j IS DISTINCT FROM journey_union(customer_journey.j, EXCLUDED.j);
SQL
}

# equal but for the order of touches that tie, which depends on the order of the batches
my $wrong = <<'SQL';
SELECT count(*) FROM (
  SELECT customer_id, t.at, t.touchpoint, t.channel FROM customer_journey, touches(j) AS t
  EXCEPT ALL SELECT customer_id, at, page, channel FROM event) AS x
SQL
my $lacking = <<'SQL';
SELECT count(*) FROM (
  SELECT customer_id, at, page, channel FROM event
  EXCEPT ALL SELECT customer_id, t.at, t.touchpoint, t.channel FROM customer_journey, touches(j) AS t) AS x
SQL

# several sessions, each all batches in an order of its own, some batches twice
my @running;
for my $session (0 .. $sessions - 1)
{
	my $script = join '', map { refresh(($_ * (2 * $session + 1) + $session) % $batches) } 0 .. $batches - 1, 0, 1;
	my $out = '';

	push @running, [ IPC::Run::start(
		[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ], '<', \$script, '>&', \$out), \$out ];
}
for my $session (0 .. $sessions - 1)
{
	my ($run, $out) = @{ $running[$session] };

	ok($run->finish, "session $session ended well, without a deadlock") or diag $$out;
}
is($node->safe_psql('postgres', $wrong), '0', 'no touch that is not there');
is($node->safe_psql('postgres', $lacking), '0', 'no touch is missing');

# once more changes nothing, not even the rows
my $before = $node->safe_psql('postgres', 'SELECT md5(string_agg(concat(ctid, xmin, journey_send(j)), $$ $$ ORDER BY customer_id)) FROM customer_journey');
$node->safe_psql('postgres', join '', map { refresh($_) } 0 .. $batches - 1);
is($node->safe_psql('postgres', 'SELECT md5(string_agg(concat(ctid, xmin, journey_send(j)), $$ $$ ORDER BY customer_id)) FROM customer_journey'),
	$before, 'a refresh with nothing new writes nothing');

# stopped half way, and run again
$node->safe_psql('postgres', 'TRUNCATE customer_journey');
$node->psql('postgres', 'BEGIN; ' . refresh(3) . ' ROLLBACK;');
$node->psql('postgres', "SET statement_timeout = '5ms'; " . refresh(4));
$node->safe_psql('postgres', join '', map { refresh($_) } reverse 0 .. $batches - 1);
is($node->safe_psql('postgres', $wrong) . $node->safe_psql('postgres', $lacking), '00', 'complete after batches that were given up, in reverse order');

# Many clients append and refresh what they appended, while the indexes are built anew beside them.
# Then, with no refresh more, all that was appended is in the journeys and in their indexes.
my $clients = 8;
my $turns = $ENV{CX_LONG} ? 2000 : 150;
my $script = $node->basedir . '/append.sql';

$node->safe_psql('postgres', <<'SQL');
CREATE INDEX journey_gin ON customer_journey USING gin (j);
CREATE INDEX journey_btree ON customer_journey (j);
CREATE SEQUENCE number;
CREATE INDEX ON event (customer_id);
SQL
append_to_file($script, <<'SQL');
\set c random(0, 300)
INSERT INTO event
SELECT n, :c + n % 5, timestamptz '2026-02-01 00:00Z' + n * interval '1 second', 'page ' || n % 50, 'app'
FROM (SELECT nextval('number') AS n FROM generate_series(1, 5)) AS new;
INSERT INTO customer_journey
SELECT customer_id, journey_agg(at, page, channel ORDER BY id) FROM event
WHERE customer_id BETWEEN :c AND :c + 4 AND at >= '2026-02-01 00:00Z' GROUP BY customer_id ORDER BY customer_id
ON CONFLICT (customer_id) DO UPDATE SET j = journey_union(customer_journey.j, EXCLUDED.j)
WHERE customer_journey.j IS DISTINCT FROM journey_union(customer_journey.j, EXCLUDED.j);
SQL

my $said = '';
my $load = IPC::Run::start(
	[ 'pgbench', '-n', '-c', $clients, '-j', '2', '-t', $turns, '-f', $script, $node->connstr('postgres') ], '<', \undef, '>&', \$said);
my $rounds = 0;

while ($load->pumpable && $rounds < 1000)
{
	$node->safe_psql('postgres', $_) for
		'REINDEX INDEX CONCURRENTLY journey_gin', 'REINDEX INDEX CONCURRENTLY journey_btree',
		'DROP INDEX CONCURRENTLY journey_gin', 'CREATE INDEX CONCURRENTLY journey_gin ON customer_journey USING gin (j)', 'VACUUM customer_journey';
	$rounds++;
	$load->pump_nb;
}
ok($load->finish, "$clients clients, $rounds times with new indexes") or diag $said;
my $appended = $clients * $turns;
like($said, qr{transactions actually processed: $appended/$appended$}m, 'all of them to the end');
cmp_ok($rounds, '>', 0, 'indexes were built under load');

is($node->safe_psql('postgres', q{SELECT count(*) FROM event WHERE at >= '2026-02-01 00:00Z'}), 5 * $appended, 'all appended events are there');
is($node->safe_psql('postgres', $wrong), '0', 'appended: no touch that is not there');
is($node->safe_psql('postgres', $lacking), '0', 'appended: no touch is missing');

# each name by the index as by the table
my $asked = q{SELECT string_agg(concat(name, '=', (SELECT count(*) FROM customer_journey WHERE j @& ARRAY[quote_ident(name)])), ' ')
FROM (SELECT 'page ' || n FROM generate_series(0, 50) AS n) AS names(name)};
my ($index, $table) = map { "SET enable_indexscan = off; SET enable_$_ = off; " } 'seqscan', 'bitmapscan';

like($node->safe_psql('postgres', "$index EXPLAIN $asked"), qr/Bitmap Index Scan on journey_gin/, 'the index is asked');
unlike($node->safe_psql('postgres', "$table EXPLAIN $asked"), qr/journey_gin/, 'the table is asked');
is($node->safe_psql('postgres', $index . $asked), $node->safe_psql('postgres', $table . $asked), 'and both say the same');

SKIP:
{
	skip 'no amcheck here', 2 if $node->psql('postgres', 'CREATE EXTENSION amcheck');
	is($node->psql('postgres', q{SELECT bt_index_parent_check('journey_btree', true, true)}), 0, 'amcheck finds nothing in the btree index');
	skip 'this amcheck does not know GIN', 1 if $node->safe_psql('postgres', q{SELECT to_regproc('gin_index_check') IS NULL}) eq 't';
	is($node->psql('postgres', q{SELECT gin_index_check('journey_gin')}), 0, 'amcheck finds nothing in the GIN index');
}

$node->stop;
done_testing();
