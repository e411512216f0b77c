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

$node->stop;
done_testing();
