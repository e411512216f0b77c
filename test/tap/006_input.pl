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
# one changed message in so many
my $one_in = long_form() ? 1 : 4;

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
  # a pattern or a funnel may come in another spelling than the one it is sent in
  my $receive = "probe.receive('$t', b)";

  $receive = "(SELECT CASE WHEN r ~ '^broken: sent as [0-9a-f]+\$' THEN probe.receive('$t', decode(substr(r, 17), 'hex')) ELSE r END
    FROM (SELECT $receive OFFSET 0) x(r))" if $t =~ /^(journey_pattern|funnel_def)$/;
  # (what a pattern's message holds is its text; names that are no text are told in words of the server)
  my $count = probed($node, $db, "messages of $t", '22P03|22003|22021|22023|54000', <<"SQL");
SELECT 'sample', probe.receive('$t', $send(x)), 1, x FROM probe.sample_$t;
SELECT 'mutant', o, count(*), min(how) FROM (SELECT how, $receive FROM probe.wire_$t WHERE abs(hashtext(how) % $one_in) = 0) s(how, o) GROUP BY o;
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
  my ($type, $list) = @_;
  my $values = join ', ', map { crafted($_) } grep { /=/ } split /\n/, $list;

  return map { "$_->[0]: $_->[1]" } rows($node, $db, "SELECT what, probe.receive('$type', b) FROM (VALUES $values) m(what, b)");
}

is(join("\n", grep { !/: value$/ } received('tally', <<'LIST')), '', 'messages at the limits are taken');
the empty tally         = 0100
2^56 NULLs and answers  = 0100 01 p:56 01  0a p:56
the largest weights     = 0101 01 00 01  09 p:40 p:80 p:120
weights of nothing      = 0101 01 00 01  09 01 00 00
NULLs of no kind        = 0100 00 05 00
two scales, fractions   = 0100 02 01 00  c2 02 14 00 01  v:8999 01
LIST
is(join("\n", grep { !/: 22P03$/ } received('tally', <<'LIST')), '', 'everything else is refused');
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

# Journeys. A header of 21 bytes, here written H and what differs: version and flags, unit, widths; the
# time is 2026-01-05 09:00 UTC; the signature of the names 7 (S) and 7 and 12 (T) as touchpoints.
sub journeys
{
  my ($list) = @_;

  $list =~ s/\bAT\b/00a4760d9fea0200/g;
  $list =~ s/\bS\b/0000000000000800/g;
  $list =~ s/\bT\b/0000000000200800/g;
  $list =~ s/\bZ\b/0000000000000000/g;
  return received('journey', $list);
}

is(join("\n", grep { !/: value$/ } journeys(<<'LIST')), '', 'journeys at the limits are taken');
the empty journey       = 0100
one touch               = 0100 05 00 00 AT S 01 00 01 01 0f
three touches           = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 02 bd01
2^20 touches of 1 time  = 0100 05 00 00 AT S p:20 00 01 01 0f
the first time of all   = 0100 05 00 00 00a01f41c17c0ffd S 01 00 01 01 0f
the last time of all    = 0100 05 00 00 ff9fb2b35bffff7f S 01 00 01 01 0f
one width               = 0100 05 01 01 AT T 03 02 02 02 0f19 02 03
LIST
is(join("\n", grep { !/: (22P03|54000)$/ } journeys(<<'LIST')), '', 'all other journeys are refused');
nothing                 =
a version alone         = 01
version 0               = 0000
version 2               = 0200
flags of no touches     = 0101
values of no touches    = 0110
an unknown flag         = 0120 05 00 00 AT S 01 00 01 01 0f
the flag of bit 7       = 0180 05 00 00 AT S 01 00 01 01 0f
a byte behind nothing   = 010000
a header begun          = 0100 05 00 00 AT
a header alone          = 0100 05 00 00 AT S
a byte too many         = 0100 05 00 00 AT S 01 00 01 01 0f 00
a byte too few          = 0100 05 00 00 AT S 01 00 01 01
unit 6                  = 0100 06 00 00 AT S 01 00 01 01 0f
unit 255                = 0100 ff 00 00 AT S 01 00 01 01 0f
a smaller unit          = 0100 00 00 00 AT S 01 00 01 01 0f
minutes told in seconds = 0100 02 09 0c AT T 03 p:12 02 02 0f19 02 02 2cb907
widths without need     = 0100 05 01 01 AT S 01 00 01 01 0f
short wider than long   = 0100 03 07 06 AT T 03 3c 02 02 0f19 02 02 bd01
a wider long            = 0100 03 03 07 AT T 03 3c 02 02 0f19 02 02 bd01
one width only          = 0100 03 06 06 AT T 03 3c 02 02 0f19 02 c50d
65 bits                 = 0100 03 03 41 AT T 03 3c 02 02 0f19 02 02 bd01
255 bits                = 0100 03 ff ff AT T 03 3c 02 02 0f19 02 02 bd01
before all time         = 0100 05 00 00 ff9f1f41c17c0ffd S 01 00 01 01 0f
behind all time         = 0100 05 00 00 00a0b2b35bffff7f S 01 00 01 01 0f
at infinity             = 0100 05 00 00 ff*7 7f S 01 00 01 01 0f
at -infinity            = 0100 05 00 00 00*7 80 S 01 00 01 01 0f
a span beyond all time  = 0100 05 30 30 AT S 02 p:47 01 01 0f 00*5 80
a span of 2^63          = 0100 00 40 40 AT S 02 p:63 01 01 0f 00*7 80
a span of 2^64 - 1      = 0100 00 40 40 AT S 02 ff*9 01 01 01 0f ff*8
a span without steps    = 0100 05 00 00 AT S 01 01 01 01 0f
a span that is not told = 0100 03 03 06 AT T 03 3d 02 02 0f19 02 02 bd01
a shorter span          = 0100 03 03 06 AT T 03 3b 02 02 0f19 02 02 bd01
another signature       = 0100 05 00 00 AT T 01 00 01 01 0f
no signature            = 0100 05 00 00 AT Z 01 00 01 01 0f
all of the signature    = 0100 05 00 00 AT ff*8 01 00 01 01 0f
0 touches               = 0100 05 00 00 AT S 00 00 01 01 0f
a touch more            = 0100 05 00 00 AT S 02 00 02 01 0f
2^20 + 1 touches        = 0100 05 00 00 AT S 81 80 40 00 01 01 0f
2^31 touches            = 0100 05 00 00 AT S p:31 00 01 01 0f
2^32 + 1 touches        = 0100 05 00 00 AT S 81 80 80 80 10 00 01 01 0f
2^63 touches            = 0100 05 00 00 AT S p:63 00 01 01 0f
2^64 - 1 touches        = 0100 05 00 00 AT S ff*9 01 00 01 01 0f
2^20 touches, 1 bit each = 0100 05 00 00 AT T p:20 00 02 02 0f19
a count in two bytes    = 0100 05 00 00 AT S 81 00 00 01 01 0f
a count in 11 bytes     = 0100 05 00 00 AT S 80*10 01 00 01 01 0f
0 names                 = 0100 05 00 00 AT S 01 00 00 00
more names than touches = 0100 05 00 00 AT T 01 00 02 02 0f19
2^20 names              = 0100 05 00 00 AT S 01 00 p:20 01 0f
2^31 names              = 0100 05 00 00 AT S p:20 00 p:31 01 0f
2^63 names              = 0100 05 00 00 AT S 01 00 p:63 01 0f
names of 2^20 bytes     = 0100 05 00 00 AT S 01 00 01 p:20 0f
names of 2^31 bytes     = 0100 05 00 00 AT S 01 00 01 p:31 0f
names of 2^63 bytes     = 0100 05 00 00 AT S 01 00 01 p:63 0f
names of 2^64-1 bytes   = 0100 05 00 00 AT S 01 00 01 ff*9 01 0f
a name of 2^31 bytes    = 0100 05 00 00 AT S 01 00 01 05 p:32
a name of 2^62 bytes    = 0100 05 00 00 AT S 01 00 01 09 p:63
a number of 2^31        = 0100 05 00 00 AT S 01 00 01 05 81 80 80 80 10
a number in two bytes   = 0100 05 00 00 AT S 01 00 01 02 8f00
a number spelled out    = 0100 05 00 00 AT S 01 00 01 02 02 37
names in no order       = 0100 03 03 06 AT T 03 3c 02 02 190f 05 02 bd01
a name twice            = 0100 03 03 06 AT S 03 3c 02 02 0f0f 02 02 bd01
a name never used       = 0100 03 03 06 AT T 03 3c 02 02 0f19 00 02 bd01
a name of no journey    = 0100 03 03 06 AT T 03 3c 03 03 0f1921 02 02 bd01
a code that is none     = 0100 00 00 00 AT T 03 00 03 03 0f1921 3f
bits behind the codes   = 0100 03 03 06 AT T 03 3c 02 02 0f19 82 02 bd01
bits behind selectors   = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 82 bd01
bits behind the steps   = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 02 bd81
steps cut short         = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 02 bd
no steps                = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 02
other selectors         = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 01 bd01
both long               = 0100 03 03 06 AT T 03 3c 02 02 0f19 02 03 c50d
entries not flagged     = 0100 05 00 00 AT S 01 00 01 01 01 0f 00
flagged without entries = 0101 05 00 00 AT S 01 00 01 01 0f
a channel of no touch   = 0101 05 00 00 AT S 01 00 01 01 01 0f 00
a position beyond names = 0101 05 00 00 AT S 01 00 01 01 01 0f 03
a channel beyond names  = 0101 05 00 00 AT S 01 00 01 01 01 0f 04
0 entries               = 0101 05 00 00 AT S 01 00 01 00 01 0f
2^20 entries            = 0101 05 00 00 AT S 01 00 01 p:20 01 0f 02
2^63 entries            = 0101 05 00 00 AT S 01 00 01 p:63 01 0f 02
flagged without answers = 0108 05 00 00 AT S 01 00 01 01 0f
0 answers               = 0108 05 00 00 AT S 01 00 01 01 0f 00
2 answers to 1 touch    = 0108 05 00 00 AT S 01 00 01 01 0f 02 00 02 01 00 02 01
2^63 answers            = 0108 05 00 00 AT S 01 00 01 01 0f p:63 00 02 01
an answer behind all    = 0108 05 00 00 AT S 01 00 01 01 0f 01 01 02 01
2^64 - 1 passed over    = 0108 05 00 00 AT S 01 00 01 01 0f 01 ff*9 01 02 01
kind 0                  = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 00 01
reserved bits of a kind = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 0a 01
off its scale           = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 02 05
its own scale told      = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 82 02 0a 01
nps on another scale    = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 81 00 0a 01
a scale of one answer   = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 82 02 02 00
whole thousandths       = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 42 v:1000
an answer and more      = 0108 05 00 00 AT S 01 00 01 01 0f 01 00 02 01 00
0 values                = 0110 05 00 00 AT S 01 00 01 01 0f 00
a value begun           = 0110 05 00 00 AT S 01 00 01 01 0f 01
half a double           = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 05 00*4
NaN                     = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 05 00*6 f87f
infinity                = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 05 00*6 f07f
a decimal as a double   = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 05 00*6 f03f
-0 as a double          = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 05 00*7 80
1.0 with a decimal      = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 v:121
a decimal beyond 2^53   = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 ff*9 01
a decimal with a tail   = 0110 05 00 00 AT S 01 00 01 01 0f 01 00 v:11
LIST
is(join(', ', map { s/.*: //r } journeys(<<'LIST')), '54000, 54000, 22021, 22021, 22021', 'too large a journey is told so, and a name that is no text');
2^20 + 1 touches        = 0100 05 00 00 AT S 81 80 40 00 01 01 0f
a name of 4096 bytes    = 0100 05 00 00 AT S 01 00 01 v:4098 v:8192 78*4096
no byte of UTF-8        = 0100 05 00 00 AT 0000000000080000 01 00 01 02 02 ff
half a character        = 0100 05 00 00 AT 0000000000100000 01 00 01 02 02 c3
a zero byte in a name   = 0100 05 00 00 AT 0800000000000000 01 00 01 04 06 610062
LIST

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
  tally => [ @{ $SAMPLES{tally} }, 'tally{ nps:9=1 ;csat/3..9: 4.5=2 missing=1; unknown: missing=1 }' ],
  journey => [
    @{ $SAMPLES{journey} }[ 0 .. 4 ], "[ 2026-01-05 10:00+01 7 = 1e3 ,\n2026-01-04t09:00z\"a \\\"b\\\\\" # o / s @ c nps:9/0..10=.5 ]" ],
  journey_pattern => [
    @{ $SAMPLES{journey_pattern} }, 'a->b~>c', '( a | b ) *  ->  [ ^ @web | 7 ] { 2 , } within 90 m', 'a ~> b after 1h within 2d' ],
  funnel_def => [
    @{ $SAMPLES{funnel_def} }, 'funnel ( a,b ,[ c | @d ] ) tolerance 1 s  within 90 m mode ordered', 'funnel(a,b optional within 2d,c)exclude(x,/y)hold owner' ],
  churn_model => [ @{ $SAMPLES{churn_model} }, " sbg\tn=10 events=3  log_likelihood=-4e0\nalpha=3. beta=.1 " ]);
# states and statistics: the bytes that they wrote, in hexadecimal
$seeds{$_} = $SAMPLES{$_} for grep { /_stats$|^rows_state$/ } map { $_->{name} } @types;
my %pieces = (
  journey => [
    '2026-01-05T09:00:00Z', '2026-01-05T09:00:00.123456+05:30', '-4713-11-24', '294276-12-31', '294277-', '"', '""', '"a b"', '@', '/', '#', '@web', '/buy', '#shop',
    '=', '=49.9', '=1e400', ' csat:2', ' nps:11', ', ', '[', ']', 'T', 'Z', '2147483648', 'infinity' ],
  journey_pattern => [
    ' -> ', ' ~> ', '~[^x]>', '.', '[', ']', '[a|b]', '[^a]', '(', ')', ' | ', '*', '+', '?', '{2}', '{0,3}', '{1001}', '{2,}', '^', '$', ' within 7d', ' after 2h', ' within 1w',
    'call@phone', '@web/buy#shop', '"', '"a b"', '7' ],
  churn_model => [
    'sbg', 'cox', 'logit', ' n=10', ' events=3', ' unit=7', ' log_likelihood=-4', ' x1=2', ' x2=-3', ' alpha=1', ' covariance=', ' extra=', ',', '1e400', '1e-400', '-0', '=', '0x10', '+1', 'inf' ],
  funnel_def => [
    'funnel(', ', ', ')', ' optional', ' within 7d', ' within 1h', ' mode any', ' mode strict', ' mode increasing', ' exclude (', ' hold channel', ' hold stage', ' tolerance 2s',
    ' tolerance 0s', '[a|b]', '[^a]', '.', 'call@phone', '@web/buy#shop', '"', '"a b"', '7', 'm', '99999999999d', '1.5s' ]);
$pieces{$_} = [ '00', '01', '02', '03', '7f', '80', 'ff', '8001', 'ffff', 'ffffffffffffffffff01', '0780808080', "$_:" ] for grep { /_stats$|^rows_state$/ } map { $_->{name} } @types;
my @pieces = (
  split(//, " \t\n:/.=-+;,(){}0123456789eEnaN_'\"\\%"),
  '..', '/100', '/0..10', 'tally{', 'missing=', 'unknown:', 'nps:', 'rating', '(1,1)', '(4.5,6.75)', '-0', '0000', '1.0005', '1e5',
  'NaN', 'Infinity', '72057594037927936', '72057594037927937', '9223372036854775808', '9' x 41, '9' x 5000, ' ' x 5000,
  "\x{e9}", "\x{1f600}", "\x{ff10}", "\x{a0}");

srand(20240229);
sub mutated
{
  my ($type, @seeds) = @_;
  my @pieces = (@pieces, (@{ $pieces{$type} // [] }) x 3);
  my $text = $seeds[ rand @seeds ];

  for (0 .. rand 3)
  {
    my ($at, $length, $how) = (int rand 1 + length $text, int rand 6, int rand 6);

    $length = length($text) - $at if $at + $length > length $text;
    if ($how < 2) { substr($text, $at, 0) = $pieces[ rand @pieces ] }
    elsif ($how == 2) { substr($text, $at, $length) = $pieces[ rand @pieces ] }
    elsif ($how == 3) { substr($text, $at, $length) = '' }
    elsif ($how == 4) { substr($text, $at, 0) = substr($text, $at, $length) }
    else { $text = substr($text, 0, $at) . (rand() < 0.5 ? $seeds[ rand @seeds ] =~ s/^.{0,@{[ int rand 6 ]}}//sr : '') }
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
  my @from = @{ $seeds{$t} // $seeds{ $t =~ /^tally/ ? 'tally' : BAIL_OUT("no seeds of type $t: add some") } };

  $node->safe_psql($db, "CREATE TABLE probe.text_$t (x text);\n\\encoding UTF8\nCOPY probe.text_$t FROM STDIN;\n"
      . join('', map { copied(mutated($t, @from)) } 1 .. 5000) . "\\.\n");
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
    AND NOT (octet_length(x) > 60 AND message ~ '^invalid input syntax for type $t: ".*"\$' AND message ~ '"\.\.\.|\.\.\."')
  THEN RETURN 'broken: ' || message; END IF;
  RETURN CASE WHEN state IS NULL THEN probe.judge(r) ELSE probe.error(state, message) END;
END \$\$;
SQL
  my $count = probed($node, $db, "mutated text as $t", '22P02|22003|22008|22023|54000', <<"SQL");
SELECT 'text', o, count(*), min(left(translate(x, E'\\n\\t', '  '), 200))
FROM (SELECT x, translate(probe.literal_$t(x), E'\\n\\t', '  ') FROM probe.text_$t) s(x, o) GROUP BY o;
SQL
  cmp_ok($count->{value} // 0, '>', 100, "some of it is still $t");
}

# ---- and the server has seen nothing of it ----

is(one($node, $db, 'SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
$node->stop;
ok(slurp_file($node->logfile) !~ /terminated by signal|PANIC|TRAP:|invalid memory alloc|server closed/, 'nothing in the log');
done_testing();
