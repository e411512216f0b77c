# Whatever comes in, as text or as a message, is a value or a clean error: damaged, crafted and
# oversized messages, mutated text.
use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = cx_node('input');
my $db = 'postgres';
$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
my $started = one($node, $db, 'SELECT pg_postmaster_start_time()');

probe_kit($node, $db);
my @types = base_types($node, $db);

# ---- messages: what is taken has to be sent as the same bytes again ----

$node->safe_psql($db, <<'SQL');
CREATE FUNCTION probe.receive(type text, b bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  file text := current_setting('data_directory') || '/probe.copy';
  message oid := lo_from_bytea(0,
    '\x5047434f50590aff0d0a0000000000000000000001'::bytea || int4send(length(b)) || b || '\xffff');
BEGIN
  PERFORM lo_export(message, file), lo_unlink(message);
  EXECUTE format('COPY probe.landing_%s FROM %L (FORMAT binary)', type, file);
  RETURN CASE current_setting('probe.landed') WHEN encode(b, 'hex') THEN 'value'
              ELSE 'broken: sent as ' || current_setting('probe.landed') END;
EXCEPTION WHEN OTHERS THEN RETURN probe.error(SQLSTATE, SQLERRM);
END $$;
SQL
for my $type (@types)
{
  my ($t, $send) = @$type{qw(name send)};

  BAIL_OUT("no samples of type $t: add some") if !$SAMPLES{$t};
  $node->safe_psql($db, <<"SQL");
CREATE TABLE probe.sample_$t AS SELECT i, x::$t AS x
  FROM unnest(ARRAY[@{[ join ', ', map { "'$_'" } @{ $SAMPLES{$t} } ]}]) WITH ORDINALITY s(x, i);
CREATE TABLE probe.wire_$t AS @{[ mutants("$send(x)", $t, 1) ]};
CREATE TABLE probe.landing_$t (x $t);
CREATE FUNCTION probe.landed_$t() RETURNS trigger LANGUAGE plpgsql AS
  \$\$ BEGIN PERFORM set_config('probe.landed', encode($send(NEW.x), 'hex'), false); RETURN NULL; END \$\$;
CREATE TRIGGER landed BEFORE INSERT ON probe.landing_$t FOR EACH ROW EXECUTE FUNCTION probe.landed_$t();
SQL
  my $count = probed($node, $db, "messages of $t", '22P03|22003|54000', <<"SQL");
SELECT 'sample', probe.receive('$t', $send(x)), 1, x FROM probe.sample_$t;
SELECT 'mutant', o, count(*), min(how) FROM (SELECT how, probe.receive('$t', b) FROM probe.wire_$t) s(how, o) GROUP BY o;
SQL
}

# Crafted messages, in hex: v:N is the varint of N, p:N that of 2^N, 80*N the byte 80 N times.
sub varint
{
  my ($n) = @_;

  return $n < 128 ? sprintf('%02x', $n) : sprintf('%02x', $n % 128 + 128) . varint(int($n / 128));
}

sub crafted
{
  my ($line) = @_;
  my ($what, $bytes) = $line =~ /^(.*\S) += ?(.*)$/;

  $bytes =~ s/v:(\d+)/varint($1)/ge;
  $bytes =~ s/p:(\d+)/'80' x int($1 \/ 7) . sprintf('%02x', 1 << $1 % 7)/ge;
  $bytes =~ s/(\w\w)\*(\d+)/$1 x $2/ge;
  $bytes =~ s/ //g;
  return "('$what', '\\x$bytes'::bytea)";
}

sub received
{
  my ($list) = @_;
  my $values = join ', ', map { crafted($_) } split /\n/, $list;

  return map { "$_->[0]: $_->[1]" } rows($node, $db, "SELECT what, probe.receive('tally', b) FROM (VALUES $values) m(what, b)");
}

is(join("\n", grep { !/: value$/ } received(<<'LIST')), '', 'messages at the limits are taken');
the empty tally         = 0100
2^56 NULLs and answers  = 0100 01 p:56 01  0a p:56
the largest weights     = 0101 01 00 01  09 p:40 p:80 p:120
weights of nothing      = 0101 01 00 01  09 01 00 00
NULLs of no kind        = 0100 00 05 00
two scales, fractions   = 0100 02 01 00  c2 02 14 00 01  v:8999 01
LIST
is(join("\n", grep { !/: 22P03$/ } received(<<'LIST')), '', 'everything else is refused');
nothing                 =
a version alone         = 01
version 0               = 0000
version 2               = 0200
an unknown flag         = 0102
another                 = 0180
weights of no answer    = 0101
weights that all are 1  = 0101 01 00 01  09 01 v:1000000 v:1000000000000
weights for NULLs only  = 0101 01 05 00
kind 0 with a scale     = 0100 80 00 02 01 00
kind 0 with fractions   = 0100 40 01 00
kind 0 with answers     = 0100 00 00 01 01 01
reserved bit 3          = 0100 08 01 00
reserved bit 4          = 0100 11 01 00
reserved bit 5          = 0100 21 01 00
the default scale told  = 0100 81 00 14 01 00
nps on another scale    = 0100 81 00 0a 01 00
lo = hi                 = 0100 82 06 06 01 00
lo > hi                 = 0100 82 08 06 01 00
hi = 1001               = 0100 82 00 v:2002 01 00
lo = -1001              = 0100 82 v:2001 02 01 00
hi = 2^31               = 0100 82 00 p:32 01 00
fractions without need  = 0100 41 00 01  v:9000 01
an empty section        = 0100 01 00 00
a section begun         = 0100 01
a section cut short     = 0100 01 01
a second one begun      = 0100 01 01 00 01
a zero in two bytes     = 0100 01 80 00 00
a one in two bytes      = 0100 01 81 00 00
a step in two bytes     = 0100 01 00 01  89 00 01
a varint of 11 bytes    = 0100 01 80*10 01 00
a varint of 65 bits     = 0100 01 ff*9 02 00
count 0                 = 0100 01 00 01  09 00
count 2^56 + 1          = 0100 01 00 01  09 81 80*7 01
count 2^57              = 0100 01 00 01  09 p:57
count 2^63              = 0100 01 00 01  09 p:63
count 2^64 - 1          = 0100 01 00 01  09 ff*9 01
2^57 NULLs              = 0100 01 p:57 00
2^63 NULLs              = 0100 01 p:63 00
sections not in order   = 0100 02 01 00 01 01 00
a section twice         = 0100 01 01 00 01 01 00
a scale not in order    = 0100 82 00 04 01 00 82 00 02 01 00
an answer twice         = 0100 01 00 02  09 01 00 01
an answer off its scale = 0100 01 00 01  0b 01
the second off it       = 0100 01 00 02  09 01 02 01
a step of 2^63          = 0100 01 00 02  09 01 p:63 01
a step that wraps       = 0100 01 00 02  09 01 ff*9 01 01
1 answer claimed        = 0100 01 00 01
2^20 answers claimed    = 0100 01 00 p:20
2^31 answers claimed    = 0100 01 00 p:31
2^63 answers claimed    = 0100 01 00 p:63
weights of 2^81         = 0101 01 00 01  09 p:44 p:81 p:120
squares of 2^121        = 0101 01 00 01  09 p:40 p:80 p:121
squares below weights   = 0101 01 00 01  09 01 05 04
squares of nothing      = 0101 01 00 01  09 01 00 01
squares above weights^2 = 0101 01 00 01  09 01 05 v:26
squares too even for 2  = 0101 01 00 01  09 02 0a v:49
a weight cut short      = 0101 01 00 01  09 01 80*5
a weight of 20 bytes    = 0101 01 00 01  09 01 80*19 01 05
a byte too many         = 0100 01 01 00 00
LIST
is(one($node, $db, "SELECT probe.receive('feedback', '\\x018000800affffff')"), '22P03', 'and a feedback without an answer');

# Claims of gigabytes, and megabytes of nonsense, cost neither time nor memory.
my @claims = rows($node, $db, <<'SQL');
CREATE FUNCTION probe.peak() RETURNS bigint LANGUAGE sql AS $$
  SELECT coalesce(substring(pg_read_file('/proc/self/status', 0, 9999, true) FROM 'VmHWM:\s+(\d+) kB')::bigint, 0) $$;
CREATE TEMP TABLE watch AS SELECT probe.peak() AS kb, clock_timestamp() AS at, probe.receive('tally', '\x0100');
SELECT DISTINCT probe.receive('tally', b) FROM (VALUES
  ('\x01000100'::bytea || '\x808040'), ('\x0100010180808001'), ('\x010001ffffffffffffffff7fffffffffffffffffff01'),
  (decode(repeat('80', 1000000), 'hex')), (decode('0100' || repeat('ff', 1000000), 'hex')),
  (decode('0101' || repeat('00', 1000000), 'hex'))) m(b);
SELECT probe.peak() - kb, extract(epoch FROM clock_timestamp() - at) FROM watch;
SQL
is(join(', ', map { @$_ } splice @claims, 0, -1), '22P03', 'large claims are refused');
cmp_ok($claims[0][0], '<', 65536, 'they take no memory');
cmp_ok($claims[0][1], '<', 2, 'and no time');

# ---- the documented size: 2^20 different answers, and not one more ----

$node->safe_psql($db, <<'SQL');
CREATE TABLE probe.many AS SELECT row_number() OVER () AS n, i::float8, hi::float8
  FROM generate_series(-999, 500) hi, generate_series(-1000, hi) i LIMIT 1048577;
CREATE TABLE probe.full AS SELECT tally('rating', i, -1000, hi) AS t FROM probe.many WHERE n <= 1048576;
SQL
is(one($node, $db, "SELECT concat_ws(' ', responses(t), probe.judge(t), probe.receive('tally', tally_send(t))) FROM probe.full"),
  '1048576 value value', 'a tally of 2^20 different answers is a value');
for my $more ("SELECT tally('rating', i, -1000, hi) FROM probe.many", "SELECT t + 'tally{nps: 9=1}' FROM probe.full",
  "SELECT rollup(x) FROM (SELECT t FROM probe.full UNION ALL SELECT 'tally{nps: 9=1}') s(x)",
  "SELECT overlay(t::text PLACING 'nps: 9=1; ' FROM 7 FOR 0)::tally FROM probe.full")
{
  my ($code, $out, $err) = $node->psql($db, "\\set VERBOSITY sqlstate\n$more");

  like($err, qr/ERROR:  54000/, "one more is too many: $more");
}

# ---- mutated text ----

my %seeds = (
  feedback => [ @{ $SAMPLES{feedback} }, 'csat:4/5', ' csat:8.5/0..10 ', 'effort:2/1..7', 'emotion:-3/-5..5' ],
  tally => [ @{ $SAMPLES{tally} }, 'tally{ nps:9=1 ;csat/3..9: 4.5=2 missing=1; unknown: missing=1 }' ]);
my @pieces = (
  split(//, " \t\n:/.=-+;,(){}0123456789eEnaN_'\"\\%"),
  '..', '/100', '/0..10', 'tally{', 'missing=', 'unknown:', 'nps:', 'rating', '(1,1)', '(4.5,6.75)', '-0', '0000', '1.0005', '1e5',
  'NaN', 'Infinity', '72057594037927936', '72057594037927937', '9223372036854775808', '9' x 41, '9' x 5000, ' ' x 5000,
  "\x{e9}", "\x{1f600}", "\x{ff10}", "\x{a0}");

srand(20240229);
sub mutated
{
  my @seeds = @_;
  my $text = $seeds[ rand @seeds ];

  for (0 .. rand 3)
  {
    my ($at, $length, $how) = (int rand 1 + length $text, int rand 6, int rand 6);

    $length = length($text) - $at if $at + $length > length $text;
    if ($how < 2) { substr($text, $at, 0) = $pieces[ rand @pieces ] }
    elsif ($how == 2) { substr($text, $at, $length) = $pieces[ rand @pieces ] }
    elsif ($how == 3) { substr($text, $at, $length) = '' }
    elsif ($how == 4) { substr($text, $at, 0) = substr($text, $at, $length) }
    else { $text = substr($text, 0, $at) . (rand() < 0.5 ? substr($seeds[ rand @seeds ], rand 6) : '') }
  }
  return $text;
}

# as COPY reads it
sub copied
{
  my ($text) = @_;

  $text =~ s/\\/\\\\/g;
  $text =~ s/\n/\\n/g;
  $text =~ s/\t/\\t/g;
  utf8::encode($text);
  return "$text\n";
}


for my $type (@types)
{
  my $t = $type->{name};
  my @from = @{ $seeds{$t} // $seeds{tally} };

  $node->safe_psql($db, "CREATE TABLE probe.text_$t (x text);\n\\encoding UTF8\nCOPY probe.text_$t FROM STDIN;\n"
      . join('', map { copied(mutated(@from)) } 1 .. 5000) . "\\.\n");
  my $soft = one($node, $db, 'SHOW server_version_num') >= 160000 ? <<"SQL" : '';
  IF pg_input_is_valid(x, '$t') <> (state IS NULL)
    OR (SELECT sql_error_code FROM pg_input_error_info(x, '$t')) IS DISTINCT FROM state
  THEN RETURN 'broken: the soft error is another one'; END IF;
SQL

  $node->safe_psql($db, <<"SQL");
CREATE FUNCTION probe.literal_$t(x text) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
  r $t;
  state text;
  message text;
BEGIN
  BEGIN r := x::$t;
  EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
  END;
  $soft
  IF state = '22P02' AND message <> format('invalid input syntax for type $t: "%s"', x)
  THEN RETURN 'broken: ' || message; END IF;
  RETURN CASE WHEN state IS NULL THEN probe.judge(r) ELSE probe.error(state, message) END;
END \$\$;
SQL
  my $count = probed($node, $db, "mutated text as $t", '22P02|22003|22023', <<"SQL");
SELECT 'text', o, count(*), min(left(x, 200))
FROM (SELECT replace(x, E'\\n', ' '), probe.literal_$t(x) FROM probe.text_$t) s(x, o) GROUP BY o;
SQL
  cmp_ok($count->{value} // 0, '>', 100, "some of it is still $t");
}

# ---- and the server has seen nothing of it ----

is(one($node, $db, 'SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
$node->stop;
ok(slurp_file($node->logfile) !~ /terminated by signal|PANIC|TRAP:|invalid memory alloc|server closed/, 'nothing in the log');
done_testing();
