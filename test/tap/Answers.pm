# Rows that every aggregate can count, and a call over them for each aggregate of the catalog.
package Answers;

use strict;
use warnings;

use Exporter 'import';
use CX;

our @EXPORT = qw(answers_columns answers calls_over_answers);

# Answers of every kind, some missing, in parts of different sizes. n suits NPS; c lies on
# every other scale; lo and hi fit kind; f and t are made of them. at is a time that no other row has,
# so that journeys are the same in whatever order the rows come; j is a journey of one to three touches.
sub answers_columns
{
  return 'part int, n smallint, c float8, kind text, lo float8, hi float8, w float8, f feedback, t tally, g int,
  at timestamptz, touchpoint text, channel text, stage text, owner text, j journey';
}

# The query for so many of them, with so many names of touchpoints, in groups g, of which there are many.
sub answers
{
  my ($rows, $names, $groups) = @_;

  $groups //= 20_011;

  return <<"SQL";
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
    CASE WHEN i % 31 <> 0 THEN (i % $names)::text END AS touchpoint, (ARRAY['web', 'phone', NULL])[i % 3 + 1] AS channel,
    (ARRAY['learn', 'buy', 'use', NULL])[i % 4 + 1] AS stage, CASE WHEN i % 11 < 5 THEN 'shop ' || i % 11 END AS owner,
    c, (i % 1000 / 250.0)::numeric(9, 3) AS w, i % $groups AS g,
    CASE WHEN i % 50 < 30 THEN 0 WHEN i % 50 < 45 THEN 1 WHEN i % 50 < 49 THEN 2 ELSE 3 END AS part,
    CASE WHEN i % 13 <> 0 THEN (i::bigint * 7919 % 104729 % 11) END::smallint AS n,
    (ARRAY['nps', 'csat', 'ces', 'effort', 'emotion', 'rating', 'success'])[k + 1] AS kind,
    CASE WHEN k IN (0, 6) THEN 0 ELSE 1 END AS lo,
    CASE WHEN k = 0 THEN 10 WHEN k = 6 THEN 5 WHEN k = 2 OR h % 2 = 0 THEN 7 ELSE 5 END AS hi
  FROM generate_series(1, $rows) i,
    LATERAL (SELECT 1 + i % 9 * 0.5 AS c, (i::bigint * 48271 % 2147483647 % 1009)::int AS h) r, LATERAL (SELECT h % 7 AS k) s) x
SQL
}

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

# A call for each aggregate: its arguments are columns, by their name, else by their type. Each has the label, the
# call, its bytes as text, a digest of them, the same with a filter, and whether it fits a model. Those for which
# no column is known are told by their labels alone. What is given replaces columns.
sub calls_over_answers
{
  my ($node, $db, %given) = @_;
  my %send = map { $_->{name} => $_->{send} } base_types($node, $db);
  my @calls;

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
      behaviour($r->{label}), %given);
    my @values = map { $column{ $send{ $_->{type} } ? $_->{type} : $_->{name} } // $column{ $_->{type} } } @args;

    push @calls, { label => $r->{label}, untried => 1 } and next if grep { !defined } @values;
    $_ = "($_)" for @values;
    for (grep { $args[$_]{name} =~ /^(score|touchpoint)$/ } 0 .. $#args) { $values[$_] .= "::$args[$_]{type}" }
    $values[-1] = "VARIADIC $values[-1]" if $args[-1]{mode} eq 'VARIADIC';
    my $call = "$r->{name}(" . join(', ', @values) . ')';
    my ($before, $behind) = $send{ $r->{result} } ? ("md5($send{ $r->{result} }(", '))') : ('(', ')::text');
    # (these answers are none that customers who come and go would give; what churn_fit counts is what fit_agg counts)
    next if $r->{label} =~ /^churn_fit\(/;
    # (a fit has no result for a table of hardly any rows)
    push @calls, {
      label => $r->{label}, bytes => $send{ $r->{result} } ? "$send{ $r->{result} }($call)::text" : "($call)::text", result => $r->{result}, call => $call, fit => scalar $r->{label} =~ /_fit\(/,
      sql => "$before$call$behind", filtered => "$before$call FILTER (WHERE w > 1)$behind" };
  }
  return @calls;
}

1;
