# A real event log, answered by our functions and by plain SQL: the loan applications of a bank (BPI
# Challenge 2012), in the directory that the environment variable CX_DATA_DIR names, as
# events/bpic2012_loan_applications.csv.xz with the columns case_id, event_idx, activity, lifecycle,
# resource, timestamp and two more. Times tie; the order inside a case is event_idx. Skipped without it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;

use PostgreSQL::Test::Utils;
use Test::More;

my $log = ($ENV{CX_DATA_DIR} // '') . '/events/bpic2012_loan_applications.csv.xz';

plan skip_all => 'CX_DATA_DIR names no directory with this log' unless $ENV{CX_DATA_DIR} && -r $log;
plan skip_all => 'needs xz' if system('xz --version >/dev/null 2>&1') != 0;

my $node = cx_node('log');
my $csv = PostgreSQL::Test::Utils::tempdir . '/log.csv';
my ($db, @funnel) = ('postgres', qw(A_SUBMITTED A_PREACCEPTED A_ACCEPTED O_SENT O_SENT_BACK A_APPROVED));
my $steps = "'{" . join(',', @funnel) . "}'::text[]";

is(system("xz -dc '$log' > '$csv'"), 0, 'the log is unpacked');
$node->safe_psql($db, <<"SQL");
CREATE EXTENSION cx_analytics;
CREATE TABLE log (case_id int, event_idx int, activity text, lifecycle text, resource text, at timestamptz, amount numeric, registered timestamptz);
\\copy log FROM '$csv' CSV HEADER
CREATE TABLE event AS SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY event_idx) AS position FROM log;
CREATE INDEX ON event (case_id, position);
CREATE TABLE loan AS SELECT case_id, journey_agg(at, activity, lifecycle, NULL, resource ORDER BY event_idx) AS j FROM event GROUP BY 1;
ANALYZE;
SQL

# What two queries say has to be the same rows, as often each; tells how many.
sub same
{
  my ($ours, $sql, $title) = @_;
  my ($missing, $more, $n) = @{ (rows($node, $db, <<"SQL"))[0] };
WITH ours AS MATERIALIZED ($ours), plain AS MATERIALIZED ($sql)
SELECT (SELECT count(*) FROM (TABLE plain EXCEPT ALL TABLE ours) x), (SELECT count(*) FROM (TABLE ours EXCEPT ALL TABLE plain) x),
  (SELECT count(*) FROM ours)
SQL

  is("$missing missing, $more too many", '0 missing, 0 too many', $title);
  return $n;
}

# ---- the log is what it was, and comes back unchanged ----

is(one($node, $db, "SELECT count(*) || ' ' || count(DISTINCT case_id) FROM log"), '262200 13087', 'rows and cases');
is(one($node, $db, 'SELECT count(*) FROM event a JOIN event b ON b.case_id = a.case_id AND b.position = a.position + 1 AND b.at < a.at'), '0',
  'inside a case, the times do not go back');
cmp_ok(one($node, $db, 'SELECT count(*) FROM event a JOIN event b ON b.case_id = a.case_id AND b.position = a.position + 1 AND b.at = a.at'), '>', 1000,
  'but tie');
is(same('SELECT case_id, t.position::bigint, at, touchpoint, channel, stage, owner FROM loan, touches(j) t',
    'SELECT case_id, position, at, activity, lifecycle, NULL, resource FROM event', 'every touch comes back, in its order'), '262200', 'all of them');
is(one($node, $db, 'SELECT count(*) FROM loan WHERE j::text::journey IS DISTINCT FROM j OR j::jsonb::journey IS DISTINCT FROM j'), '0',
  'and through text and jsonb');

# ---- variants ----

my $variants = 'SELECT array_agg(activity ORDER BY position) AS path, case_id FROM event GROUP BY case_id';
is(one($node, $db, 'SELECT path_count(path_agg(j, NULL)) FROM loan'), '4366', 'variants');
is(same('SELECT path, journeys FROM path_top((SELECT path_agg(j, NULL) FROM loan))',
    "SELECT path, count(*) FROM ($variants) v GROUP BY 1", 'each variant, with its cases'), '4366', 'all of them');
is(one($node, $db, "SELECT array_to_string(path, ',') || ' ' || journeys FROM path_top((SELECT path_agg(j, NULL) FROM loan), 1)"),
  'A_SUBMITTED,A_PARTLYSUBMITTED,A_DECLINED 3429', 'the most frequent variant');
same('SELECT path, journeys FROM path_top((SELECT path_agg(j, 5) FROM loan))',
  "SELECT path[:5], count(*) FROM ($variants) v GROUP BY 1", 'the first five steps');

# ---- what follows what ----

my $next = 'SELECT case_id, at, activity AS source, lead(activity) OVER w AS target, lead(at) OVER w - at AS passed FROM event
  WINDOW w AS (PARTITION BY case_id ORDER BY position)';
is(one($node, $db, "SELECT count(*) || ' ' || sum(n) FROM flow_edges((SELECT flow_agg(j) FROM loan))"), '125 249113', 'edges and transitions');
same('SELECT source, target, n, journeys FROM flow_edges((SELECT flow_agg(j) FROM loan))',
  "SELECT source, target, count(*), count(DISTINCT case_id) FROM ($next) t WHERE target IS NOT NULL GROUP BY 1, 2", 'each edge');
is(one($node, $db, <<"SQL"), '125', 'the median time of each edge is within 1/128 of the exact one');
SELECT count(*) FROM flow_edges((SELECT flow_agg(j) FROM loan)) e JOIN (
  SELECT source, target, extract(epoch FROM percentile_disc(0.5) WITHIN GROUP (ORDER BY passed))::float8 AS exact FROM ($next) t GROUP BY 1, 2) p
  USING (source, target)
WHERE abs(e.median_seconds - exact) <= exact / 128
SQL
same('SELECT node, visits, journeys, starts, ends FROM flow_nodes((SELECT flow_agg(j) FROM loan))',
  'SELECT activity, count(*), count(DISTINCT case_id), count(*) FILTER (WHERE position = 1), count(*) FILTER (WHERE is_last)
   FROM (SELECT *, lead(position) OVER (PARTITION BY case_id ORDER BY position) IS NULL AS is_last FROM event) e GROUP BY 1', 'each node');

# ---- a funnel, step by step the earliest one behind the step before, with no limit of time and with one ----

my $in_sql = <<"SQL";
WITH RECURSIVE reached AS (
  SELECT e.case_id, e.position AS first, e.at AS since, 1 AS step, e.position FROM event e WHERE activity = ($steps)[1]
  UNION ALL
  SELECT r.case_id, r.first, r.since, r.step + 1, n.position FROM reached r, LATERAL (
    SELECT position FROM event e WHERE e.case_id = r.case_id AND e.position > r.position AND e.activity = ($steps)[r.step + 1] AND e.at - r.since <= '%s'
    ORDER BY position LIMIT 1) n WHERE r.step < cardinality($steps))
SELECT step, count(DISTINCT case_id) FROM reached GROUP BY 1
SQL
is(join(',', map { $_->[0] } rows($node, $db, "SELECT journeys FROM funnel_steps((SELECT funnel_agg(j, $steps, NULL) FROM loan)) ORDER BY step")),
  '13087,7367,5113,5015,3254,2246', 'the funnel');
same("SELECT step, journeys FROM funnel_steps((SELECT funnel_agg(j, $steps, NULL) FROM loan))", sprintf($in_sql, '1000000 hours'), 'the funnel in SQL');
same("SELECT step, journeys FROM funnel_steps((SELECT funnel_agg(j, $steps, '$_') FROM loan)) WHERE journeys > 0", sprintf($in_sql, $_), "within $_")
  for '1 hour', '168 hours', '480 hours';
is(one($node, $db, <<"SQL"), '0', 'depths add up to the steps');
SELECT count(*) FROM funnel_steps((SELECT funnel_agg(j, $steps, '168 hours') FROM loan)) f
WHERE journeys <> (SELECT count(*) FROM loan WHERE funnel_depth(j, $steps, '168 hours') >= f.step)
SQL

# ---- sessions ----

same(q{SELECT sessions, touches, bounces FROM session_report((SELECT session_agg(j, '1 day') FROM loan))},
  q{SELECT count(*), sum(n)::bigint, count(*) FILTER (WHERE n = 1) FROM (
      SELECT case_id, session, count(*) AS n FROM (
        SELECT case_id, count(*) FILTER (WHERE apart) OVER (PARTITION BY case_id ORDER BY position) AS session FROM (
          SELECT case_id, position, at - lag(at) OVER (PARTITION BY case_id ORDER BY position) > '24 hours' AS apart FROM event) a) s GROUP BY 1, 2) x},
  'sessions');
same(q{SELECT case_id, position, session_id(at, '1 day') OVER (PARTITION BY case_id ORDER BY position) FROM event},
  q{SELECT case_id, position, 1 + count(*) FILTER (WHERE apart) OVER (PARTITION BY case_id ORDER BY position) FROM (
      SELECT case_id, position, at - lag(at) OVER (PARTITION BY case_id ORDER BY position) > '24 hours' AS apart FROM event) a},
  'numbers of sessions');

$node->stop;
done_testing();
