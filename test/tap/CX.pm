# What the server tests share: a node that finds the extension, and the SQL surface of the
# extension as the catalog tells it, so that what is added later is tested without being named.
package CX;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(
  long_form cx_node rows one surface base_types call_of edges %SAMPLES mutants readers probe_kit probe_function probed);

# Are the long forms of tests asked for? The short ones try the same with fewer rows, values, repetitions.
sub long_form { return $ENV{CX_LONG} }

# A started node. The extension may be installed below a private directory: then the caller of the
# tests says how a server finds it, as lines of postgresql.conf in CX_EXTENSION_CONF.
sub cx_node
{
  my ($name, $conf) = @_;
  my $node = PostgreSQL::Test::Cluster->new($name);

  $node->init;
  $node->append_conf('postgresql.conf', join "\n", $ENV{CX_EXTENSION_CONF} // '',
    "timezone = 'UTC'", "lc_messages = 'C'", 'log_statement = none', $conf // '');
  $node->start;
  return $node;
}

# The rows of the last query in a script, as array references; dies when the script fails.
sub rows
{
  my ($node, $db, $sql) = @_;
  my $out = $node->safe_psql($db, $sql, extra_params => [ '-F', "\t" ]);

  return map { [ split /\t/, $_, -1 ] } split /\n/, $out;
}

sub one { my ($row) = rows(@_); return $row ? $row->[0] : '' }

# Everything of the extension that can be called: its functions, aggregates, operators and casts.
sub surface
{
  my ($node, $db) = @_;
  my @surface;

  for my $row (rows($node, $db, <<'SQL'))
WITH member AS (
  SELECT classid, objid FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics'))
SELECT CASE p.prokind WHEN 'f' THEN 'function' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE p.prokind::text END,
  p.oid::regprocedure::text, format('%I.%I', n.nspname, p.proname), format_type(p.prorettype, NULL), p.proretset, p.proisstrict,
  (SELECT string_agg(concat(CASE a.mode WHEN 'v' THEN 'VARIADIC' END, '=', format_type(a.type, NULL), '=', a.name), ';'
                     ORDER BY a.i)
   FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)
     WITH ORDINALITY a(type, mode, name, i)
   WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v'))
FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid
  JOIN pg_namespace n ON n.oid = p.pronamespace
UNION ALL
SELECT 'operator', o.oid::regoperator::text, format('OPERATOR(%I.%s)', n.nspname, o.oprname),
  format_type(o.oprresult, NULL), false, false,
  concat_ws(';', '=' || format_type(nullif(o.oprleft, 0), NULL) || '=', '=' || format_type(o.oprright, NULL) || '=')
FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND objid = o.oid
  JOIN pg_namespace n ON n.oid = o.oprnamespace
UNION ALL
SELECT 'cast', format('cast (%s as %s)', format_type(castsource, NULL), format_type(casttarget, NULL)),
  format_type(casttarget, NULL), format_type(casttarget, NULL), false, false, '=' || format_type(castsource, NULL) || '='
FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND objid = c.oid
ORDER BY 1, 2
SQL
  {
    my ($kind, $label, $name, $result, $set, $strict, $arguments) = @$row;
    my @args;

    for (split /;/, $arguments)
    {
      my ($mode, $type, $argument) = split /=/, $_, -1;
      push @args, { mode => $mode, type => $type, name => $argument };
    }
    push @surface, {
      kind => $kind, label => $label, name => $name, result => $result, set => $set eq 't',
      strict => $strict eq 't', args => \@args };
  }
  return @surface;
}

# The types of the extension: name, whether by value, the function that sends it,
# whether it is the state of an aggregate.
sub base_types
{
  my ($node, $db) = @_;

  return map { { name => $_->[0], byval => $_->[1] eq 't', send => $_->[2], state => $_->[3] eq 't' } }
    rows($node, $db, <<'SQL');
SELECT format_type(t.oid, NULL), t.typbyval, t.typsend::regproc::text,
  EXISTS (SELECT FROM pg_aggregate WHERE aggtranstype = t.oid)
FROM pg_depend d JOIN pg_type t ON t.oid = d.objid
WHERE d.deptype = 'e' AND d.classid = 'pg_type'::regclass AND t.typtype = 'b' AND t.typcategory <> 'A'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')
ORDER BY 1
SQL
}

# The SQL that calls a routine, as a scalar expression: sets become text, cstring too.
sub call_of
{
  my ($routine, @values) = @_;
  my $last = $routine->{args}[-1];

  $values[-1] = "VARIADIC $values[-1]" if $last && $last->{mode} eq 'VARIADIC';
  return "CAST($values[0] AS $routine->{name})" if $routine->{kind} eq 'cast';
  return join ' ', @values > 1 ? "($values[0])" : (), $routine->{name}, "($values[-1])"
    if $routine->{kind} eq 'operator';

  my $call = "$routine->{name}(" . join(', ', @values) . ')';

  return "(SELECT coalesce(string_agg(x::text, ' '), 'no rows') FROM $call x)" if $routine->{set};
  return "(SELECT $call)" if $routine->{kind} eq 'aggregate';
  return "(SELECT string_agg(x::text, ' ') FROM (SELECT $call OVER () FROM generate_series(1, 2)) s(x))" if $routine->{kind} eq 'window';
  return "($call IS NULL)" if $routine->{result} =~ /^(void|internal)$/;
  return $routine->{result} eq 'cstring' ? "($call)::text" : $call;
}

# Patterns of every form.
my @patterns = (
  'call', '7 -> 12 -> 7', '^ browse ~> call@phone within 7d $', '(cart | [7|@web/buy#shop]) ~[^/support]> . after 2h',
  '((7 -> 12?)+ ~> 7) within 1w', '[^call]{2,5} -> .* | "a b"@"c|d"/""#"]"', 'x?');

# Funnels with every rule, which none allows all at once.
my @funnels = (
  'funnel(call)', 'funnel(browse@web, cart optional within 1h, call@phone) within 7d mode increasing exclude (x) hold channel tolerance 2s',
  'funnel(7, [12|"a b"@"c|d"/""#"]"], .) mode any', 'funnel([^7], 12, 7 within 90m, call) within 1w mode strict hold owner',
  'funnel(a, b, 7 optional, c optional, 12) within 1.5s exclude ([7|/support], call) tolerance 0s');

# Values at the edges, by type, or by name of the argument where a type alone says too little.
my %EDGE = (
  'kind' => [ "'csat'", "'nps'", "'ces'", "'rating'", "''", "'NPS'", "repeat('x', 70000)", 'NULL' ],
  'method' => [
    "'mean'", "'first'", "'markov'", "'shapley'", "'decay'", "'top'", "'percent'", "'easy'", "'net'", "'Mean'", "''", "'position'", 'NULL' ],
  'grain' => [ "'touchpoint'", "'day'", "'channel'", "'owner'", "'month'", "'Day'", "''", "repeat('x', 70000)", 'NULL' ],
  'by' => [ q('@web'), "'7'", q('[cart|@phone]'), "'[^7]'", "''", q('call@'), 'NULL' ],
  (map { $_ => [ "'call'", q('@web'), "'7'", q('[cart|@phone]'), "''", q('call@'), "repeat('x', 70000)", 'NULL' ] } qw(session_of begin finish promise kept since contact)),
  'template text[]' => [ "'{call}'", "'{7,12,7}'", q('{browse,cart@web,call}'), "'{}'", "'{NULL}'", q('{{a,b}}'), "array_fill('call'::text, '{1001}')", 'NULL' ],
  'metric' => [ "'nps'", "'csat'", "'experience_index'", "''", 'NULL' ],
  'missing' => [ "'rebase'", "'zero'", "'null'", "''", 'NULL' ],
  'evidence jsonb' => [ q{'{"response_rate": 0.2, "routed_share": 1}'}, q{'{}'}, q{'{"response_rate": "x"}'}, q{'[]'}, q{'null'}, q{'{"x": 1e400}'}, 'NULL' ],
  'rules jsonb' => [ 'NULL', q{'[{"dimension": "a", "evidence": "response_rate", "level": 2, "direction": "at least", "limit_value": 0.1, "meaning": "m"}]'}, q{'[]'}, q{'[1]'}, q{'{}'}, q{'[{"level": 9}]'} ],
  'facet' => [ "'channel'", "'touchpoint'", "'stage'", "'owner'", "'Channel'", "''", 'NULL' ],
  'hold' => [ 'NULL', "'channel'", "'owner'", "''" ],
  'mode' => [
    "'ordered'", "'strict_order'", "'any'", "'increasing'", "'strict'", "'strict_once,strict_increase'", "'strict_deduplication'", "'default'", "''",
    "repeat('strict_order,', 7000)", 'NULL' ],
  'conversion' => [ "'call'", "'7'", q('[cart@web|call]'), "'.'", "''", q('call@'), "repeat('x', 70000)", 'NULL' ],
  'start' => [ "'7'", "'call'", 'NULL', "'^ .* -> [7|call]'", "'12 ~> 7 within 1h'", "'nowhere'", "'('", "''", "repeat('x', 70000)" ],
  'interval_method' => [ "'wald'", "'adjusted_wald'", "'score'", "'goodman'", "''", "'none'", 'NULL' ],
  'unit' => [ "'week'", "'day'", "'MONTH'", "'quarter'", "'year'", "'hour'", "''", 'NULL' ],
  'tz' => [
    "'Europe/Berlin'", "'UTC'", "'America/St_Johns'", "'nowhere'", "'../etc'", "''", "repeat('z', 300)", 'NULL' ],
  'confidence' => [ '0.95', '0.5', '1 - 1e-15', '1e-300', '0', '1', '95', "'NaN'", 'NULL' ],
  'touchpoint' => [
    "'call'", "'7'", "''", "'2147483648'", "U&'\\00e9\\+01F600'", "repeat('x', 4095)", "repeat('x', 70000)", 'NULL' ],
  'channel' => [ "'phone'", "'7'", "''", "repeat('x', 70000)", 'NULL' ],
  'stage' => [ "'buy'", "'7'", "''", "repeat('x', 4096)", 'NULL' ],
  'owner' => [ "'shop'", "'call'", "''", "repeat('x', 4096)", 'NULL' ],
  'what' => [ "'call'", q('@phone'), q('[7|call@phone/support#service|12]'), "'[^7]'", "'.'", "''", q('call@'), "repeat('x', 70000)", 'NULL' ],
  'pattern' => [
    "'call'", "'7 ~> 12 within 7d'", q{'^ .* -> @web ~[^@web]> [call|7] after 1h $'}, "'a? ~> b after 1h'", "'(a? -> b?){100}'", "''", "'a ~> (b within 1d){2}'",
    "'(?1)(?2)'", "'(?1).*(?t<=3600)(?2)'", "'.(?t>=0.000001).(?t==1)(?1)'", "'(?3)'", "'(?t<'",
    "'(.{1000}){1000}'", "repeat('(', 70000)", "repeat('(?1)', 10000)", 'NULL' ],
  'text[]' => [
    "'{call}'", q('{7,@phone}'), "'{}'", "'{NULL,[^7]}'", q('{{call,7},{@web,.}}'), q('{call@}'), "array_fill('call'::text, '{1000}')", 'NULL' ],
  'text' => [ "'nps'", "''", "U&'\\00e9\\+01F600'", "repeat('x', 70000)", 'NULL' ],
  'cstring' => [
    "'nps:9'", "'tally{nps: 9=1}'", "'[]'", q('[2026-01-05T09:00:00Z call@phone csat:2 =1e3]'), "'a ~> b within 7d'", "''",
    "repeat('x', 70000)", 'NULL' ],
  'score' => [ '5', '1', '0.5', '10', '0', '-1', "'-0'", '5.0005', '1e300', "'Infinity'", "'NaN'", 'NULL' ],
  'lo' => [ '1', '0', '-1000', '5', '0.5', '-1e9', "'NaN'", 'NULL' ],
  'hi' => [ '7', '10', '1000', '1', '1001', '1e9', "'Infinity'", 'NULL' ],
  'double precision' => [
    '1', '0.5', '5', '0', '10', '-1', '0.95', '0.0005', "'-0'", '1e-310', '1e9', '1.7976931348623157e308',
    "'Infinity'", "'-Infinity'", "'NaN'", 'NULL' ],
  'integer' => [ '5', '1', '0', '10', '-1', '2147483647', '-2147483648', 'NULL' ],
  'integer[]' => [ 'NULL', "'{2}'", "'{0,1,7,30}'", "'{}'", "'{NULL}'", "'{3,2}'", "'{{1,2},{3,4}}'", "'{-1,2147483647}'" ],
  'interval[]' => [ 'NULL', "'{NULL,1 h}'", "'{}'", "'{1 s}'", "'{NULL,1 month}'", "'{{NULL},{-1 s}}'" ],
  'boolean[]' => [ "'{t,f}'", "'{f,t}'", "'{}'", "'{t,NULL,f}'", "'{{t,f},{f,t}}'", "array_fill(true, '{70}')", "array_fill(false, '{65536}')", 'NULL' ],
  'double precision[]' => [
    "'{1,2}'", "'{20,15,22}'", "'{47,NULL,21}'", "'{}'", "'{0}'", "'{-1,5e-324,1.7976931348623157e308}'", "'{NaN}'", "'{Infinity,1}'", "'{{1,2,3},{3,1,2}}'",
    "array_fill(1.5::float8, '{1000}')", "'{1,1,1,1,1}'", 'NULL' ],
  'bigint[]' => [ "'{1000,869,743,653}'", "'{10,5}'", "'{5,5,5}'", "'{}'", "'{NULL,1}'", "'{1,2}'", "'{{3,2},{2,1}}'", "'{9223372036854775807,1}'", "'{-1,0}'", 'NULL' ],
  'ties' => [ "'efron'", "'breslow'", "'exact'", "''", 'NULL' ],
  'model' => [ "'bgnbd'", "'mbgnbd'", "'gammagamma'", "'paretonbd'", "'sbg'", "''", 'NULL' ],
  'tally[]' => [
    q{ARRAY['tally{nps: 0=1 7=2 9=3}', 'tally{nps: 9=4 10=1}']::tally[]}, q{'{}'}, q{ARRAY[NULL, 'tally{}']::tally[]}, q{ARRAY['tally{csat: 4=1 5=2}', 'tally{csat/10: 8=5}', 'tally{nps: 9=2 3=1}']::tally[]}, 'NULL' ],
  'smallint' => [ '5', '1', '0', '10', '-1', '32767', '-32768', 'NULL' ],
  'bigint' => [ '7', '1', '0', '10', '-1', '9223372036854775807', '-9223372036854775808', 'NULL' ],
  'boolean' => [ 'true', 'false', 'NULL' ],
  'timestamp with time zone' => [
    "'2024-02-29 23:30+00'", "'1883-11-18'", "'4713-01-01 BC'", "'294276-12-31 23:59:59.999999'",
    "'infinity'", "'-infinity'", 'NULL' ],
  'interval' => [
    "'30 min'", "'0'", "'1 microsecond'", "'1 month'", "'-1 s'", "'2147483647 days'", "'1 day -24:00:00.000001'", 'NULL' ],
  'jsonb' => [
    q{'[{"at": "2026-01-05T09:00:00Z", "touchpoint": "call", "channel": "phone", "feedback": "csat:2", "value": 49.9}]'}, "'[]'", "'{}'",
    q{'[{"at": "2026-01-05T09:00:00Z", "touchpoint": 7}, {"at": "2026-01-04T09:00:00Z", "touchpoint": 7, "owner": null}]'}, "'null'",
    q{'[{"at": "2026-01-05", "touchpoint": []}]'}, q{'[{"at": "2026-01-05T09:00:00Z", "touchpoint": "a", "value": 1e400}]'}, 'NULL' ],
  'feedback' => [
    "'nps:9'", "'csat:4.5'", "'effort:1'", "'rating:-999.999/-1000..1000'", "'success:0.5'", "'ces:7'", 'NULL' ],
  'tally' => [
    "'tally{nps: 0=1 7=2 9=3 missing=2}'",
    "'tally{}'",
    "'tally{rating: missing=3; unknown: missing=72057594037927936}'",
    "'tally{nps: 9=3(4.5,6.75); csat/10: 8=5; ces: 7=1(0,0)}'",
    "'tally{rating/-1000..1000: -1000=72057594037927936 0.001=72057594037927936"
      . "(1208925819614629174.706176,1329227995784915872903807.060280344576) 1000=1}'",
    'NULL' ],
  'journey' => [
    "'[2026-01-05T09:00:00Z 7, 2026-01-05T09:05:00Z 12, 2026-01-05T10:00:00Z 7]'",
    "'[2026-01-05T09:00:00Z browse\@web/learn#marketing, 2026-01-05T09:04:10.5Z cart\@web/buy#shop =49.9,"
      . " 2026-01-06T10:00:00Z call\@phone/support#service csat:2/5]'",
    "'[]'",
    "'[-4713-11-24T00:00:00Z a, 294276-12-31T23:59:59.999999Z a nps:9 =5e-324]'",
    "(SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + i % 500 * interval '1.5 s', i % 40, repeat('x', i % 60))"
      . ' FROM generate_series(1, 1000) i)',
    'NULL' ],
  'journey_pattern' => [ (map { "'$_'" } @patterns), 'NULL' ],
  'funnel_def' => [ (map { "'$_'" } @funnels), 'NULL' ],
);
$EDGE{tally_state} = $EDGE{tally};

sub edges
{
  my ($argument) = @_;

  return map { "($_)::$argument->{type}" }
    @{ $argument->{type} =~ /^(text|double precision)$/ && $EDGE{ $argument->{name} } || $EDGE{"$argument->{name} $argument->{type}"}
      || $EDGE{ $argument->{type} } || ['NULL'] };
}

# What every sweep over damaged values starts from. Any type of the extension needs a few.
my $all_kinds = 'nps: 9=2 10=300 missing=1; csat: 4=1; ces: 7=1; effort: 1=1; success: 1=1; emotion: 6=1;'
  . ' rating: 3.5=1; unknown: missing=1';
my $long = join ', ', map {
  sprintf '2026-01-%02dT%02d:%02d:%02d%sZ %s', 5 + $_ / 24 / 4, $_ / 4 % 24, $_ * 7 % 60 < 30 ? 0 : 30, $_ % 60,
    $_ % 50 == 0 ? '.25' : '', join '', $_ * 31 % 13, $_ % 5 ? '' : '@web', $_ % 7 ? '' : '#shop', $_ % 40 ? '' : ' nps:9', $_ % 60 ? '' : ' =49.9'
} 0 .. 299;
my @models = (
  'bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.429 r=0.2426 alpha=4.4136 a=0.7929 b=2.4259 covariance=0.0001,0,0.2,0,0,0.03,0,0,0,0.4',
  'mbgnbd n=3 events=1 unit=0.5 log_likelihood=-1 r=1 alpha=2 a=3 b=4', 'paretonbd n=3 events=1 unit=1 log_likelihood=-1 r=0.5 alpha=10 s=0.6 beta=12',
  'gammagamma n=946 events=946 log_likelihood=-4 p=6.25 q=3.74 gamma=15.44', 'sbg n=1000 events=509 log_likelihood=-1000 alpha=0.668 beta=3.806',
  'logit n=10 events=3 log_likelihood=-4 intercept=-1.5 x1=2 x2=-3 covariance=1,0,1,0,0,4 extra=0,-6,1', 'logit n=10 events=3 log_likelihood=-4 intercept=-1e300',
  'cox n=10 events=3 log_likelihood=-4 x1=2 covariance=0.25 extra=9,-5,0,0,1,0.5,2,0.1,5,0.4');
our %SAMPLES = (
  churn_model => \@models,
  journey => [
    '[]',
    '[2026-01-05T09:00:00Z call]',
    '[2026-01-05T09:00:00Z 7, 2026-01-05T09:05:00Z 12, 2026-01-05T10:00:00Z 7, 2026-01-05T10:00:00Z 2147483647]',
    '[2026-01-05T09:00:00.000001Z browse@web/learn#marketing, 2026-01-05T09:04:10.5Z cart@web/buy#shop nps:9 =49.9,'
      . ' 2026-01-06T10:00:00Z call@phone/support#service csat:2.5/10 =0.1234567]',
    '[-4713-11-24T00:00:00Z a, 2026-01-05T09:00:00.123456Z b, 294276-12-31T23:59:59.999999Z a]',
    "[$long]" ],
  journey_pattern => \@patterns,
  funnel_def => \@funnels,
  feedback => [
    'nps:9', 'csat:4', 'csat:80/100', 'ces:1', 'effort:5', 'success:0.5', 'emotion:7', 'rating:-999.999/-1000..1000' ],
  tally => [
    'tally{}',
    'tally{nps: 0=1 7=2 9=3 missing=2}',
    'tally{nps: 6=2(0.5,0.25) 9=3(4.5,6.75); unknown: missing=7}',
    'tally{csat/10: 8=5; rating/-1000..1000: -999.999=1 0.5=2 1000=72057594037927936}',
    "tally{$all_kinds}" ],
  tally_state => [
    'tally{}', 'tally{nps: 0=1 7=2 9=3 missing=4294967295}', 'tally{rating/2..3: 2=1}', 'tally{nps: 9=4294967296 9.5=1}',
    'tally{nps: 9=3(4.5,6.75); ces: missing=1}', "tally{$all_kinds}" ]);

$EDGE{churn_model} = [ (map { "'$_'" } @models), 'NULL' ];

# What has no text that one would type is told by the SQL that makes it; probe_kit() puts its text among
# samples and edge values. The first of each type fits the first edge values of the arguments that it is counted with.
my $ways = join ', ', map { "('$_'::journey)" }
  '[2026-01-05T09:00:00Z browse@web/learn, 2026-01-05T09:04:10.5Z cart@web/buy#shop =49.9, 2026-01-06T10:00:00Z call@phone/support#service csat:2/5]',
  '[2026-01-05T09:00:00Z 7, 2026-01-05T09:05:00Z 12, 2026-01-05T10:00:00Z 7, 2026-01-05T10:00:00Z 7, 2026-02-05T10:00:00Z call]',
  '[2026-01-09T09:00:00.000001Z call@phone, 2026-01-09T09:01:00Z cart@web/buy#shop =20, 2026-01-12T09:01:00Z cart@web]', '[2026-01-05T09:00:00Z ü]', '[]';
my %counted = (
  none => "FROM (VALUES ('[]'::journey)) w(j)",
  one => "FROM (VALUES ('[2026-01-05T09:00:00Z call]'::journey)) w(j)",
  all => "FROM (VALUES $ways) w(j)",
  # longer, with times and names of many sizes
  many => "FROM (SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + (i * i * k % 9973) * interval '1.000001 h', (ARRAY['call', '7', 'cart', 'y' || k])[i * k % 4 + 1],"
  . " CASE WHEN i % 3 = 0 THEN 'phone' ELSE 'web' END) FROM generate_series(1, 12) k, generate_series(1, 9) i GROUP BY k) w(j)");

sub agg { my ($from, $call) = @_; return "SELECT $call $counted{$from}" }

sub rows_of
{
  my ($call, @rows) = @_;
  my $state = 'NULL';

  $state = sprintf($call, $state, $_) for @rows;
  return "SELECT $state";
}

my @times = map { "timestamptz '2026-01-05 09:00:0${_}Z'" } 0 .. 9;
my %MADE = (
  funnel_stats => [
    agg(one => q{funnel_agg(j, '{call}', '30 min', 'ordered')}), agg(all => q{funnel_agg(j, 'funnel(call)')}), agg(none => q{funnel_agg(j, 'funnel(a, b, c)')}),
    agg(all => q{funnel_agg(j, 'funnel([browse|7], [cart|12] optional, call) within 7w')}),
    agg(many => q{funnel_agg(j, 'funnel(call, 7, cart) mode any')}) ],
  flow_stats => [
    agg(one => 'flow_agg(j)'), agg(none => 'flow_agg(j)'), agg(all => q{flow_agg(j, 'channel', false)}), agg(all => q{flow_agg(j, 'touchpoint', true)}),
    agg(many => q{flow_agg(j, 'touchpoint')}) ],
  path_stats => [
    agg(one => 'path_agg(j, 5)'), agg(none => 'path_agg(j, 5)'), agg(all => 'path_agg(j, NULL)'), agg(all => q{path_agg(j, 2, '[cart|7]', 'touchpoint')}),
    agg(many => q{path_agg(j, 3, NULL, 'channel')}) ],
  session_stats => [
    agg(one => q{session_agg(j, '30 min')}), agg(none => q{session_agg(j, '30 min')}), agg(all => q{session_agg(j, '1 microsecond')}),
    agg(many => q{session_agg(j, '25 h')}) ],
  retention_stats => [
    agg(one => q{retention_agg(j, 'day')}), agg(all => q{retention_agg(j, 'month', 'Europe/Berlin')}), agg(many => q{retention_agg(j, 'day')}),
    agg(many => q{retention_agg(j, 'week', 'America/St_Johns')}) ],
  attribution_stats => [
    agg(one => q{attribution_agg(j, 'call', 'touchpoint', '30 min')}), agg(none => q{attribution_agg(j, 'call')}), agg(all => q{attribution_agg(j, '[call@phone|cart]', 'channel')}),
    agg(all => q{attribution_agg(j, '7', 'touchpoint', '1 h')}), agg(many => q{attribution_agg(j, 'cart', 'touchpoint')}) ],
  basket_stats => [
    q{SELECT basket_agg(i) FROM (VALUES ('{call}'::text[])) b(i)}, q{SELECT basket_agg(i) FROM (VALUES ('{}'::text[])) b(i)},
    q{SELECT basket_agg(i) FROM (VALUES ('{milk,bread,7}'::text[]), ('{milk,7}'), ('{ü}'), (NULL), ('{bread,milk}')) b(i)},
    agg(all => 'basket_agg(j)'), agg(many => 'basket_agg(j)') ],
  outcome_stats => [
    agg(one => q{outcome_agg(j, true, 'touchpoint')}), agg(none => 'outcome_agg(j, NULL)'), agg(all => q{outcome_agg(j, touch_count(j) > 3, 'channel')}),
    agg(many => q{outcome_agg(j, CASE WHEN j @~ 'y3' THEN NULL ELSE j @~ '7 -> cart' END)}) ],
  rework_stats => [ agg(one => 'rework_agg(j)'), agg(none => 'rework_agg(j)'), agg(all => 'rework_agg(j)'), agg(many => 'rework_agg(j)') ],
  silo_stats => [
    agg(one => 'silo_agg(j, true)'), agg(none => 'silo_agg(j, NULL)'), q{SELECT silo_agg('web'::text, true, false)}, agg(all => 'silo_agg(j, touch_count(j) > 3)'),
    q{SELECT silo_agg(o, t, k) FROM (VALUES ('{web,shop,call}'::text[], '{t,t,f}'::boolean[], false), ('{web,NULL}', '{f,t}', NULL), ('{7,7,ü}', '{f,NULL,f}', true)) v(o, t, k)} ],
  mix_stats => [
    q{SELECT mix_agg('call', true, 1)}, q{SELECT mix_agg(s, a, b, c, d) FROM (VALUES ('A', 100, 60, 60, 65), ('B', 100, 20, 140, 25), ('ü', 0, NULL, 7.25, -1)) v(s, a, b, c, d)},
    q{SELECT mix_agg(NULL, true, 1)}, q{SELECT mix_agg(i % 5 || '', i % 3 = 0, i * 1.1) FROM generate_series(1, 40) i} ],
  alignment_stats => [
    q{SELECT alignment_agg('call', '2026-01-05Z', 5)}, q{SELECT alignment_agg('7', '2026-01-05Z', NULL)},
    q{SELECT alignment_agg(i % 3 || '', '2026-01-05Z'::timestamptz + i * interval '1.5 h', CASE WHEN i % 7 > 0 THEN i * 37 % 11 * 1.1 END) FROM generate_series(1, 40) i} ],
  contact_stats => [
    agg(one => q{preceded_agg(j, 'call', '@web', '30 min')}), agg(none => q{repeat_agg(j, 'call', '30 min')}), agg(all => q{repeat_agg(j, '[7|call]', '7 days')}),
    agg(many => q{overlapping_agg(j, '[^7]', '@web', '3 days')}), agg(many => q{preceded_agg(j, 'call', 'cart', '2 days')}) ],
  resolution_stats => [
    q{SELECT resolution_agg(true)}, q{SELECT resolution_agg(NULL)}, q{SELECT resolution_agg(r, s) FROM (VALUES (true, true), (false, true), (NULL, false), (true, NULL)) v(r, s)},
    agg(many => q{resolution_agg(j, 'call', '3 days', '2026-02-01Z')}) ],
  promise_stats => [
    q{SELECT promise_agg('2026-01-05Z', '2026-01-05Z', '2026-02-01Z')}, q{SELECT promise_agg(NULL, NULL, '2026-02-01Z')},
    q{SELECT promise_agg('2026-01-05Z'::timestamptz + i * interval '1 day', CASE WHEN i % 4 > 0 THEN '2026-01-05Z'::timestamptz + i * i % 17 * interval '26 h' END, '2026-01-20Z') FROM generate_series(1, 30) i},
    agg(many => q{promise_agg(j, 'call', '[7|cart]', '3 days', '2026-02-01Z')}) ],
  gap_stats => [
    q{SELECT gap_agg(7, 4)}, q{SELECT gap_agg(NULL, 1)}, q{SELECT gap_agg(i % 7 + 0.1, i * i % 5) FROM generate_series(1, 20) i}, q{SELECT gap_agg(e, p) FROM (VALUES (1e140::float8, -1e-300::float8), (-1e140, 5e-324)) v(e, p)} ],
  apdex_stats => [
    q{SELECT apdex_agg(5, 1)}, q{SELECT apdex_agg(NULL, 0.25)}, q{SELECT apdex_agg(i, 2) FROM generate_series(1, 300) i} ],
  service_stats => [
    q{SELECT service_agg('20 s', false, '30 min', '1 microsecond')}, q{SELECT service_agg(NULL, true, '20 s')}, q{SELECT service_agg(i * interval '3.000001 s', i % 3 = 0, '20 s') FROM generate_series(1, 40) i} ],
  conformance_stats => [
    agg(one => q{conformance_agg(j, '{call}')}), agg(none => q{conformance_agg(j, '{a,"[a|b@w]",[^a],.}')}), agg(all => q{conformance_agg(j, '{7,cart,call}')}),
    agg(many => q{conformance_agg(j, '{cart,call,7,cart}')}) ],
  share_stats => [
    q{SELECT bad_profit_agg(5, true)}, q{SELECT bad_profit_agg(a, b) FROM (VALUES (1.5::float8, false), (7, NULL), (NULL, false), (NULL, NULL)) v(a, b)},
    q{SELECT bad_profit_agg((i * 37 % 101 - 20) * 1.1, i % 3 = 0) FROM generate_series(1, 50) i}, q{SELECT task_coverage_agg(i, i % 2 = 0) FROM generate_series(1, 9) i} ],
  growth_stats => [
    q{SELECT earned_growth_agg(1, 5, true)}, q{SELECT earned_growth_agg(b, a, e) FROM (VALUES (2::float8, 1::float8, true), (0, 4, true), (NULL, 1, NULL), (NULL, -1, NULL)) v(b, a, e)},
    q{SELECT earned_growth_agg(CASE WHEN i % 3 > 0 THEN i * 1.1 END, i * 1.3, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END) FROM generate_series(1, 40) i} ],
  coverage_stats => [
    agg(one => q{coverage_agg(j, 'touchpoint')}), agg(none => q{coverage_agg(j)}), agg(all => q{coverage_agg(j, 'channel')}), agg(many => q{coverage_agg(j)}) ],
  pain_stats => [ agg(one => q{pain_agg(j, 'csat')}), agg(none => q{pain_agg(j)}), agg(all => q{pain_agg(j)}), agg(many => q{pain_agg(j)}) ],
  leakage_stats => [
    agg(one => q{leakage_agg(j, 'call', '7', 'channel')}), agg(none => q{leakage_agg(j, 'call', '7')}), agg(all => q{leakage_agg(j, '[browse|7|cart]', 'call', 'touchpoint')}),
    agg(many => q{leakage_agg(j, 'call', 'cart')}) ],
  adoption_stats => [
    q{SELECT adoption_agg(true, true, false)}, q{SELECT adoption_agg(NULL, NULL, NULL)}, q{SELECT adoption_agg(i % 3 > 0, i % 3 = 1, i % 5 = 0) FROM generate_series(1, 300) i} ],
  usage_stats => [
    q{SELECT usage_agg(5)}, q{SELECT usage_agg(NULL)}, q{SELECT usage_agg(i * i * i * 1000003::bigint) FROM generate_series(0, 30) i}, q{SELECT usage_agg(0) FROM generate_series(1, 300)} ],
  rfm_stats => [
    q{SELECT rfm_agg(timestamptz '2026-01-05Z' + i * interval '5 days', i * 1.1, '2026-03-01Z') FROM generate_series(1, 7) i}, q{SELECT rfm_agg(NULL, NULL, '2026-03-01Z')},
    q{SELECT rfm_stats(2, 30.43, 38.86, 22.35)}, q{SELECT rfm_stats(0, 0, 0)}, q{SELECT rfm_agg(timestamptz '2026-01-05Z' + i * interval '50.5 min', CASE WHEN i % 3 > 0 THEN i * 1.1 END, '2026-03-01Z', '0') FROM generate_series(1, 30) i} ],
  fit_stats => [
    q{SELECT fit_agg(rfm_stats(x, x * 3.5, 30 + x), 'bgnbd') FROM generate_series(0, 6) x}, q{SELECT fit_agg(rfm_stats(0, 0, 5))}, q{SELECT fit_agg(rfm_stats(x % 5, x % 5 * 2, 38.86), 'mbgnbd', '1 day') FROM generate_series(0, 40) x},
    q{SELECT fit_agg(rfm_stats(x % 5, x % 5 * 2, 38.86, CASE WHEN x % 5 > 0 THEN 10 + x END), 'gammagamma') FROM generate_series(0, 40) x} ],
  risk_stats => [
    q{SELECT churn_risk_accum(NULL, '2026-01-05Z', '2026-03-01Z', 'bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.429 r=0.2426 alpha=4.4136 a=0.7929 b=2.4259')},
    q{SELECT churn_risk_accum(churn_risk_accum(NULL, '2026-01-05Z', '2026-03-01Z', m), '2026-02-05Z', '2026-03-01Z', m) FROM (VALUES ('paretonbd n=3 events=1 unit=1 log_likelihood=-1 r=0.5 alpha=10 s=0.6 beta=12'::churn_model)) v(m)} ],
  survival_stats => [
    q{SELECT survival_agg(t, t % 3 = 0) FROM generate_series(1, 20) t}, q{SELECT survival_agg(NULL, true)}, q{SELECT survival_agg(t / 4.0, t % 2 = 0, t * 0.5) FROM generate_series(1, 9) t}, q{SELECT survival_agg(5, true)} ],
  cox_stats => [
    q{SELECT cox_accum(NULL, 3, true, '{1,0.5}')}, q{SELECT cox_accum(NULL, NULL, true, '{1}', 'breslow')},
    q{SELECT cox_stats_merge(cox_accum(cox_accum(NULL, 3, false, '{0.5}', 'breslow'), 4, true, '{1.5}', 'breslow'), cox_accum(cox_accum(NULL, 7, true, '{1}', 'breslow'), 2, true, '{3}', 'breslow'))} ],
  logit_stats => [
    q{SELECT logit_accum(NULL, true, '{1,2}')}, q{SELECT logit_accum(NULL, NULL, '{3}', 0.5)},
    q{SELECT logit_stats_merge(logit_accum(logit_accum(NULL, true, '{1}', 0.5), false, '{2}', 0.5), logit_accum(logit_accum(NULL, true, '{2}', 0.5), false, '{1}', 0.5))} ],
  calibration_stats => [
    q{SELECT calibration_agg(0.5, true)}, q{SELECT calibration_agg(NULL, true)}, q{SELECT calibration_agg(i * 37 % 101 / 100.0, i % 3 = 0) FROM generate_series(1, 60) i}, q{SELECT calibration_agg(r, c) FROM (VALUES (0, false), (1, true), (1, false)) v(r, c)} ],
  driver_stats => [
    q{SELECT driver_agg(5, '{1,2}')}, q{SELECT driver_agg(NULL, NULL)}, q{SELECT driver_agg(i, ARRAY[i % 3, i * i, 7]) FROM generate_series(1, 20) i}, q{SELECT driver_agg(y, ARRAY[x]) FROM (VALUES (1, -0.5), (2, 1), (NULL, 1)) v(y, x)} ],
  rows_state => [
    rows_of("window_funnel_accum(%s, '30 min', %s, true, false)", $times[0]), rows_of("window_funnel_accum(%s, NULL, %s)", map { "$times[$_], $_ % 2 = 0, $_ % 3 = 0, $_ > 5" } 0 .. 9),
    rows_of("window_funnel_accum(%s, '1 h', 'strict_order,strict_increase', %s, false, true)", @times[ 3, 1, 2 ]),
    rows_of("window_funnel_accum(%s, '1 h', %s, VARIADIC array_fill(true, '{66}'))", @times[ 0, 1 ]),
    rows_of("sequence_accum(%s, '(?1)(?t<=3600).*(?2)', %s)", map { "$times[$_], $_ % 2 = 0, $_ % 2 = 1" } 4, 2, 3),
    rows_of('retention_seen_accum(%s, %s)', 'true, false, true', 'false, false, NULL'), rows_of("retention_times_accum(%s, %s, 'day', 'Europe/Berlin')", @times[ 0, 5 ]) ]);

# Every flipped bit, every byte replaced, every truncation, bytes that do not belong, bytes too many.
sub mutants
{
  my ($bytes, $type, $cut) = @_;

  $cut = $cut ? 'true' : 'false';
  return <<"SQL";
WITH s AS MATERIALIZED (SELECT i, $bytes AS b, octet_length($bytes) AS n FROM probe.sample_$type)
SELECT i || ' bit ' || k AS how, set_bit(b, k, 1 - get_bit(b, k)) AS b FROM s, generate_series(0, 8 * n - 1) k
UNION ALL
SELECT i || ' byte ' || k || ' is ' || x, set_byte(b, k, x)
FROM s, generate_series(0, n - 1) k, unnest('{0,127,128,255}'::int[]) x
UNION ALL
SELECT i || ' two bytes swapped at ' || k, set_byte(set_byte(b, k, get_byte(b, k + 1)), k + 1, get_byte(b, k))
FROM s, generate_series(0, n - 2) k
UNION ALL
SELECT i || ' 16 bytes at ' || 16 * k || ' as at ' || 16 * m,
  overlay(b PLACING substring(b FROM 16 * m + 1 FOR 16) FROM 16 * k + 1)
FROM s, generate_series(1, n / 16 - 1) k, generate_series(1, n / 16 - 1) m WHERE k <> m
UNION ALL
SELECT i || ' cut to ' || k, substring(b FOR k) FROM s, generate_series(0, n - 1) k WHERE $cut
UNION ALL
SELECT i || ' and ' || x, b || decode(x, 'hex')
FROM s, unnest('{00,01,ff,0100,010001,0101000101,80,8000,ffffffffffffffffff01}'::text[]) x WHERE $cut
UNION ALL
SELECT i || ' and random ' || k, b || substring(sha256((i || ' ' || k)::bytea) FOR k % 16 + 1)
FROM s, generate_series(0, 63) k WHERE $cut
UNION ALL
SELECT 'random ' || k, substring(sha256(k::text::bytea) FOR 8) FROM generate_series(0, 999) k
SQL
}

# What reads a value of the type: (label, expression over the parameter v, type of its result).
sub readers
{
  my ($type, @surface) = @_;
  my $t = $type->{name};
  my @good = edges({ type => $t, name => '' });
  my @readers;

  for my $r (@surface)
  {
    next if grep { $_->{type} eq 'internal' } @{ $r->{args} };    # the server alone can call it
    my @at = grep { $r->{args}[$_]{type} eq $t } 0 .. $#{ $r->{args} };

    for my $k (@at ? (0 .. ($#{ $r->{args} } ? 2 : 0)) : ())
    {
      my @values = map { my @edges = edges($_); $edges[ $k % @edges ] } @{ $r->{args} };
      # alone, before a sound value, and behind one
      $values[$_] = 'v' for @at > 1 && $k < 2 ? $at[$k] : @at;
      push @readers, [ "$r->{label} $k", call_of($r, @values), $r->{set} ? 'text' : $r->{result} ];
      next if $r->{kind} ne 'aggregate';

      $values[ $at[0] ] = 'x';
      push @readers, [ "$r->{label} $k, moving", <<"SQL", 'text' ];
(SELECT string_agg(y, ' ') FROM (
  SELECT ($r->{name}(@{[ join ', ', @values ]}) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))::text
  FROM (VALUES (1, $good[0]), (2, v), (3, $good[0]), (4, v), (5, $good[0])) w(i, x)) s(y))
SQL
    }
  }
  return @readers;
}

my %own;

# Judges of results, in schema probe: a value of ours has to survive its text form with all its
# bytes, text has to be text, and a number that is not defined has to be NULL. Errors are told by
# their SQLSTATE.
sub probe_kit
{
  my ($node, $db) = @_;
  my $sql = <<'SQL';
CREATE SCHEMA probe;
CREATE FUNCTION probe.error(state text, message text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN state LIKE '22%' OR state IN ('54000', 'XX001') THEN state
              ELSE state || ' ' || left(message, 200) END $$;
CREATE FUNCTION probe.judge(r text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN r IS NULL THEN 'NULL' WHEN r ~ '\m(NaN|Infinity)\M' THEN 'broken: ' || left(r, 200)
              WHEN convert_from(convert_to(r, 'UTF8'), 'UTF8') = r THEN 'value' END $$;
SQL
  my @types = base_types($node, $db);

  for my $t (sort keys %MADE)
  {
    $SAMPLES{$t} = [ map { one($node, $db, $_) } @{ $MADE{$t} } ];
    $EDGE{$t} = [ (map { "'$_'" } @{ $SAMPLES{$t} }), 'NULL' ];
  }
  %own = map { $_->{name} => 1 } @types;
  $sql .= <<"SQL" for @types;
CREATE FUNCTION probe.judge(r $_->{name}) RETURNS text LANGUAGE sql AS \$\$
  SELECT CASE WHEN r IS NULL THEN 'NULL' WHEN $_->{send}(r::text::$_->{name}) = $_->{send}(r) THEN 'value'
              ELSE 'broken: other bytes after text ' || r::text END \$\$;
SQL
  $node->safe_psql($db, $sql);
}

my $probes = 0;

# The SQL of a function that evaluates an expression over its parameters and tells what came of it:
# "value", "NULL", an SQLSTATE, or "broken: ..."; and the name of that function.
sub probe_function
{
  my ($parameters, $expression, $result) = @_;
  my $name = 'probe.p' . ++$probes;

  $result = 'text' if $result eq 'cstring';
  $result = 'boolean' if $result =~ /^(void|internal)$/;
  $result = 'text' if $result eq 'record';
  my $cast = $own{$result} ? '' : '::text';
  # what is handed on unread may stay as damaged as it was
  my $handed_on = $parameters eq "v $result" && $own{$result} ? "IF probe.raw(r) = probe.raw(v) THEN RETURN 'value'; END IF;" : '';

  return ($name, <<"SQL");
CREATE FUNCTION $name($parameters) RETURNS text LANGUAGE plpgsql AS \$probe\$
DECLARE
  r $result;
BEGIN
  BEGIN
    r := $expression;
  EXCEPTION WHEN OTHERS THEN RETURN probe.error(SQLSTATE, SQLERRM);
  END;
  RETURN probe.judge(r$cast);
EXCEPTION WHEN OTHERS THEN
  $handed_on
  RETURN 'broken: the result ends in ' || SQLSTATE || ' ' || SQLERRM;
END \$probe\$;
SQL
}

# Runs a script whose queries give (label, outcome, how often, example). Everything must be a value,
# NULL or one of the allowed errors; notes how often each came, and returns that.
sub probed
{
  my ($node, $db, $title, $allowed, $sql) = @_;
  my (%count, %bad, @bad);
  my $total = 0;

  for (rows($node, $db, $sql))
  {
    my ($label, $outcome, $n, $example) = @$_;

    $total += $n;
    if ($outcome =~ /^(value|NULL|$allowed)$/) { $count{$outcome} += $n }
    else
    {
      push @bad, substr("$label: $outcome ($n times, for example $example)", 0, 300) unless $bad{$label}++;
      $count{bad} += $n;
    }
  }
  note("$title: $total cases: " . join(', ', map { "$_ $count{$_}" } sort keys %count));
  ok($total > 0 && @bad == 0, "$title: values and clean errors only")
    or diag(join "\n", splice(@bad, 0, 20), @bad ? 'and ' . @bad . ' more' : ());
  return \%count;
}

1;
