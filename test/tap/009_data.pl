# Published figures on public data, in the directory that the environment variable CX_DATA_DIR names:
# purchases of an online music shop (CDNOW; Fader and Hardie), recidivism (Rossi), lung cancer
# survival. A file that is not there is skipped.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;

use PostgreSQL::Test::Utils;
use Test::More;

my $data = $ENV{CX_DATA_DIR} // '';

plan skip_all => 'CX_DATA_DIR names no directory' unless $data ne '' && -d $data;

my $node = cx_node('data');
my $db = 'postgres';
$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');

# Is each number of the answer the published one, rounded as that is?
sub published
{
  my ($sql, $expected, $title) = @_;
  my @got = @{ (rows($node, $db, $sql))[0] };

  for my $i (0 .. $#$expected)
  {
    my $digits = $expected->[$i] =~ /\.(\d+)/ ? length $1 : 0;

    $got[$i] = sprintf "%.${digits}f", $got[$i];
  }
  is(join(' ', @got), join(' ', @$expected), $title);
}

SKIP:
{
  my ($raw, $summary) = ("$data/purchases/CDNOW_sample.txt", "$data/purchases/cdnow_customers_summary.csv");
  my $model = q{(SELECT array_agg(estimate) FROM model_terms(m))};

  skip 'no CDNOW sample', 1 unless -r $raw && -r $summary;
  $node->safe_psql($db, <<"SQL");
CREATE TABLE line (l text);
\\copy line FROM '$raw' CSV DELIMITER E'\\x02' QUOTE E'\\x01'
CREATE TABLE cdnow AS
SELECT f[2] AS id, (f[3]::date)::timestamp AT TIME ZONE 'UTC' AS at, f[5]::float8 AS amount FROM line, regexp_split_to_array(btrim(l), ' +') f;
CREATE TABLE buyer AS SELECT id, rfm_agg(at, amount, '1997-09-30Z') AS r FROM cdnow GROUP BY id;
CREATE TABLE summary (id int, x int, t_x float8, t float8);
\\copy summary FROM '$summary' CSV HEADER
CREATE TABLE fitted AS SELECT churn_fit(r, 'bgnbd') AS m, churn_fit(r, 'gammagamma') AS spend FROM buyer;
SQL
  is(one($node, $db, 'SELECT count(*) || \' \' || sum(frequency(r)) || \' \' || count(*) FILTER (WHERE frequency(r) > 0) FROM buyer'), '2357 2457 946',
    'CDNOW: customers, repeat purchases, customers who came back');
  published("SELECT a[1], a[2], a[3], a[4], log_likelihood FROM (SELECT $model AS a, (SELECT log_likelihood FROM model_summary(m)) FROM fitted) x",
    [qw(0.2426 4.4136 0.7929 2.4259 -9582.429)], 'BG/NBD on exact weeks (Fader, Hardie, Lee 2005)');
  published("SELECT a[1], a[2], a[3], a[4], log_likelihood FROM (SELECT $model AS a, (SELECT log_likelihood FROM model_summary(m)) FROM (SELECT churn_fit(rfm_stats(x, t_x, t), 'bgnbd') AS m FROM summary) f) x",
    [qw(0.243 4.414 0.793 2.426 -9582.4256)], 'BG/NBD on weeks of two decimals');
  published("SELECT expected_purchases(rfm_stats(2, 30.43, 38.86), m, '273 days') FROM fitted", ['1.226'], 'what customer 1 will buy in 39 weeks');
  published("SELECT a[1], a[2], a[3], n FROM (SELECT (SELECT array_agg(estimate) FROM model_terms(spend)) AS a, (SELECT n FROM model_summary(spend)) FROM fitted) x",
    [qw(6.25 3.74 15.44 946)], 'Gamma-Gamma (Fader, Hardie 2013)');

  # the back-tests of docs/backtest.md
  published("SELECT sum(expected_purchases(r, m, '273 days')), (SELECT count(DISTINCT (id, at)) FROM cdnow WHERE at > '1997-09-30Z') FROM buyer, fitted", [qw(1653 1882)],
    'purchases expected in 39 weeks, and made');
  published("SELECT sum(expected_purchases(r, (SELECT churn_fit(r) FROM buyer), '273 days')), sum(expected_purchases(r, (SELECT churn_fit(r, 'paretonbd') FROM buyer), '273 days')) FROM buyer",
    [qw(1577 1666)], 'by the other models');
  $node->safe_psql($db, <<'SQL');
CREATE TABLE way AS SELECT id, journey_agg(at, 'order') AS j FROM cdnow GROUP BY id;
CREATE FUNCTION known_at(cutoff timestamptz) RETURNS TABLE (features float8[], churned boolean) LANGUAGE sql STABLE AS $$
  SELECT journey_features(j, cutoff), touch_count(slice(j, cutoff + interval '1 us', cutoff + interval '182 days')) = 0
  FROM way WHERE touch_count(slice(j, '-infinity', cutoff + interval '1 us')) > 0
$$;
CREATE TABLE trust AS SELECT calibration_agg(churn_risk(features, (SELECT logit_fit(churned, features, 1) FROM known_at('1997-06-30Z'))), churned) AS c FROM known_at('1997-12-31Z');
SQL
  published('SELECT n, churned, auc, low, high, brier(c) FROM trust, auc_report(c)', [qw(2357 1842 0.803 0.780 0.826 0.1326)], 'who will not come at all, told by a regression');
}

SKIP:
{
  my $file = "$data/survival/rossi.csv";

  skip 'no Rossi data', 1 unless -r $file;
  $node->safe_psql($db, <<"SQL");
CREATE TABLE rossi (week float8, arrest int, fin float8, age float8, race float8, wexp float8, mar float8, paro float8, prio float8);
\\copy rossi FROM '$file' CSV HEADER
SQL
  published('SELECT a[1], a[2], a[3], a[4], a[5], a[6], a[7], log_likelihood FROM (SELECT (SELECT array_agg(estimate) FROM model_terms(m)) AS a, (SELECT log_likelihood FROM model_summary(m))
      FROM (SELECT cox_fit(week, arrest = 1, ARRAY[fin, age, race, wexp, mar, paro, prio]) AS m FROM rossi) f) x',
    [qw(-0.3794 -0.0574 0.3139 -0.1498 -0.4337 -0.0849 0.0915 -658.75)], 'Cox regression of recidivism (Rossi, Berk, Lenihan 1980; Fox 2002)');
}

SKIP:
{
  my $file = "$data/survival/lung.csv";

  skip 'no lung cancer data', 1 unless -r $file;
  $node->safe_psql($db, <<"SQL");
CREATE TABLE lung (inst float8, time float8, status int, age float8, sex int, ecog float8, karno float8, pat float8, meal float8, loss float8);
\\copy lung FROM '$file' CSV HEADER
CREATE TABLE lived AS SELECT sex, survival_agg(time, status = 1) AS s FROM lung GROUP BY sex;
SQL
  my $dead = one($node, $db, 'SELECT sum(status) FROM lung');
  $node->safe_psql($db, 'TRUNCATE lived; INSERT INTO lived SELECT sex, survival_agg(time, status = 2) FROM lung GROUP BY sex') if $dead > 228;
  published('SELECT median_survival(a.s), median_survival(b.s), l.chi_square FROM lived a, lived b, logrank(a.s, b.s) l WHERE a.sex = 1 AND b.sex = 2',
    [qw(270 426 10.33)], 'lung cancer: medians and log-rank by sex (Loprinzi and others 1994; R, package survival)');
}

$node->stop;
done_testing();
