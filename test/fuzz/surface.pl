#!/usr/bin/env perl
# What the fuzzer calls, as a C source: the types and functions of the extension as the catalog of a
# running server tells them, and for each argument values at its edges, in binary form, as the server
# sends them. Usage: surface.pl FILE, with the environment of psql set to a server with no extension.
use strict;
use warnings;

# PostgreSQL::Test::Cluster hides the caller's server when it is loaded
my %server;
BEGIN { %server = map { $_ => $ENV{$_} } grep { /^PG/ } keys %ENV }

use FindBin;
use lib "$FindBin::RealBin/../tap";

# CX.pm asks a node of PostgreSQL::Test; this one is the server that psql finds.
package Fuzz::Node;

sub safe_psql
{
  my ($self, $db, $sql, %more) = @_;
  my ($file, $out) = ("$self->{file}.sql");

  open my $f, '>:raw', $file or die "$file: $!";
  print $f $sql;
  close $f or die "$file: $!";
  local @ENV{ keys %server } = values %server;
  open my $psql, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $db, @{ $more{extra_params} || [] }, '-f', $file
    or die "psql: $!";
  local $/;
  $out = <$psql> // '';
  close $psql or die "psql failed on:\n" . substr($sql, 0, 2000);
  unlink $file;
  chomp $out;
  return $out;
}

package main;

use CX;

my $file = shift // die "usage: surface.pl FILE\n";
my $node = bless { file => $file }, 'Fuzz::Node';
my $db = 'cx_fuzz';

$node->safe_psql('postgres', "CREATE DATABASE $db");
$node->safe_psql($db, 'CREATE EXTENSION cx_analytics');
probe_kit($node, $db);

my @types = rows($node, $db, <<'SQL');
WITH member AS (
  SELECT classid, objid FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')),
used AS (
  SELECT unnest(coalesce(proallargtypes, proargtypes::oid[]) || prorettype) AS t
  FROM member JOIN pg_proc ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid)
SELECT format_type(t.oid, NULL), t.oid, t.typlen, t.typbyval, t.typalign, t.typelem, t.typsend::regproc::text,
  t.oid IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass) AND t.typcategory <> 'A',
  i.prosrc, o.prosrc, r.prosrc, s.prosrc
FROM pg_type t LEFT JOIN pg_proc i ON i.oid = typinput LEFT JOIN pg_proc o ON o.oid = typoutput
  LEFT JOIN pg_proc r ON r.oid = typreceive LEFT JOIN pg_proc s ON s.oid = typsend
WHERE t.oid IN (SELECT t FROM used UNION SELECT typelem FROM pg_type WHERE oid IN (SELECT t FROM used))
ORDER BY 1
SQL
my %type = map { $types[$_][0] => $_ } 0 .. $#types;
my %send = map { $_->[0] => $_->[6] } @types;
my %ours = map { $_->[0] => $_->[7] eq 't' } @types;

my @calls = rows($node, $db, <<'SQL');
SELECT p.oid::regprocedure::text, p.prosrc, format_type(p.prorettype, NULL), p.proretset, p.proisstrict,
  EXISTS (SELECT FROM pg_aggregate WHERE p.oid IN (aggtransfn, aggmtransfn, aggminvtransfn, aggcombinefn)),
  (SELECT string_agg(concat(format_type(a.type, NULL), '=', a.name), ';' ORDER BY a.i)
   FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes, p.proargnames)
     WITH ORDINALITY a(type, mode, name, i) WHERE coalesce(a.mode, 'i') IN ('i', 'b', 'v')),
  (SELECT string_agg(format_type(a.type, NULL), ';' ORDER BY a.i)
   FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY a(type, mode, i) WHERE a.mode IN ('o', 'b', 't'))
FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')
  AND p.prokind = 'f' AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
ORDER BY 1
SQL

# Edge values of every kind of argument, each list once; and the samples of each type.
my (%list, @lists, %wanted);

sub list_of
{
  my ($type, @hex) = @_;
  my $key = join ' ', $type, @hex;

  if (!defined $list{$key})
  {
    $list{$key} = @lists;
    push @lists, [@hex];
  }
  return $list{$key};
}

# Values of many types at once, as sent: key => [type, expression...] gives key => [hex...]. The longest
# ones tell a fuzzer nothing and cost it time.
sub sent
{
  my (%ask) = @_;
  my $sql = '';
  my %got = map { $_ => [] } keys %ask;

  for my $key (sort keys %ask)
  {
    my ($t, @expressions) = @{ $ask{$key} };

    $sql .= "SELECT '$key', encode($send{$t}($_), 'hex');\n" for @expressions;
  }
  for (rows($node, $db, $sql))
  {
    my ($key, $value) = @$_;

    push @{ $got{$key} }, $value if ($value // '') ne '' && length $value <= 8000;
  }
  return %got;
}

# Types that neither can be given nor be looked at outside of a server.
my $foreign = qr/^(internal|cstring|jsonb|trigger|any.*|record)$/;
my (@out, %ask, %symbol, @left_out);

for my $call (@calls)
{
  my ($label, $symbol, $result, $set, $strict, $transition, $arguments, $columns) = @$call;
  my @args = map { my ($t, $n) = split /=/, $_, 2; { type => $t, name => $n } } split /;/, $arguments;

  # input and receive functions are targets of their own
  next if grep { $_->[7] eq 't' && ($_->[8] eq $symbol || $_->[10] eq $symbol) } @types;
  if ($result eq 'internal' || grep { $_->{type} =~ $foreign } @args)
  {
    push @left_out, $label;
    next;
  }
  $ask{"$_->{type} $_->{name}"} //= [ $_->{type}, edges($_) ] for @args;
  $symbol{$symbol} = 1;
  push @out, { label => $label, symbol => $symbol, result => $result, set => $set, strict => $strict,
    transition => $transition, args => \@args, columns => [ split /;/, $columns ] };
}

my %hex;

for my $t (grep { $ours{$_} } sort keys %ours)
{
  die "no samples of type $t: add some to CX.pm\n" if !$SAMPLES{$t};
  $ask{"samples of $t"} = [ $t, map { my $s = $_; $s =~ s/'/''/g; "'$s'::$t" } @{ $SAMPLES{$t} } ];
  # the text of some types is their bytes
  $hex{$t} = !grep { !/^\Q$t\E:[0-9a-f]*$/ } @{ $SAMPLES{$t} };
}

my %sent = sent(%ask);
my %samples = map { $_ => list_of($_, @{ $sent{"samples of $_"} }) } keys %hex;

for my $arg (map { @{ $_->{args} } } @out)
{
  $arg->{list} = list_of($arg->{type}, @{ $sent{"$arg->{type} $arg->{name}"} });
}
$node->safe_psql('postgres', "DROP DATABASE $db");

sub truth { return $_[0] eq 't' ? 'true' : 'false' }

sub c_bytes
{
  my ($hex) = @_;

  return join ' ', map { my $s = $_; $s =~ s/(..)/\\x$1/g; "\"$s\"" } $hex =~ /(.{1,200})/g;
}

open my $c, '>', $file or die "$file: $!";
print $c qq(#include "surface.h"\n\n);
for my $t (grep { $_->[7] eq 't' } @types)
{
  $symbol{$_} = 1 for @$t[ 8 .. 11 ];
}
print $c "extern Datum $_(PG_FUNCTION_ARGS);\n" for sort keys %symbol;
for my $i (0 .. $#lists)
{
  my $hex = $lists[$i];

  print $c "static const FzBytes list_$i\[\] = {", (map { sprintf '{%d, %s},', length($_) / 2, c_bytes($_) } @$hex), "{-1, NULL}};\n";
}
print $c "const FzType fz_types[] = {\n";
for my $t (@types)
{
  my ($name, $oid, $len, $byval, $align, $elem, undef, $own, @io) = @$t;
  $name =~ tr{"}{}d;
  my @e = grep { $types[$_][1] == $elem } 0 .. $#types;

  printf $c qq(  {"%s", %s, %s, %s, '%s', %d, %s, %s, %s, %s, %s, %s, %s, %d},\n), $name, $oid, $len, truth($byval), $align,
    $len == -1 && @e ? $e[0] : -1, truth($own), $hex{$name} ? 'true' : 'false', ($own eq 't' ? @io : ('NULL') x 4),
    $own eq 't' ? "list_$samples{$name}" : 'NULL', $own eq 't' ? scalar @{ $lists[ $samples{$name} ] } : 0;
}
printf $c "};\nconst int fz_n_types = %d;\nconst FzCall fz_calls[] = {\n", scalar @types;
for my $f (@out)
{
  my @args = map { sprintf '{%d, list_%d, %d}', $type{ $_->{type} }, $_->{list}, scalar @{ $lists[ $_->{list} ] } } @{ $f->{args} };
  my @columns = $f->{set} eq 't' && @{ $f->{columns} } ? @{ $f->{columns} } : ();

  printf $c qq(  {"%s", "%s", %s, %d, %s, %s, %s, %d, {%s}, %d, {%s}},\n), $f->{label}, $f->{symbol}, $f->{symbol}, $type{ $f->{result} },
    truth($f->{set}), truth($f->{strict}), truth($f->{transition}), scalar @args, join(', ', @args) || '{0}', scalar @columns,
    join(', ', map { $type{$_} } @columns) || '0';
}
printf $c "};\nconst int fz_n_calls = %d;\n", scalar @out;
close $c or die "$file: $!";

open my $told, '>', "$file.txt" or die "$file.txt: $!";
printf $told "%d types, %d functions; not called for their arguments: %s\n", scalar keys %samples, scalar @out,
  join(', ', map { s/\(.*//r } @left_out);
close $told or die "$file.txt: $!";
