#!/usr/bin/env perl
# known.pl KNOWN.TXT DIR: write the inputs of a list, as DIR/target/line.
use strict;
use warnings;

my ($list, $dir) = @ARGV;

open my $lines, '<', $list or die "$list: $!\n";
while (<$lines>)
{
  next if /^\s*(#|$)/;
  my ($target, $hex) = /^(\S+)\s+((?:[0-9a-f]{2})*)\s*$/ or die "$list:$.: not a target and hexadecimal digits\n";

  mkdir "$dir/$target";
  open my $f, '>:raw', "$dir/$target/$." or die "$dir/$target/$.: $!\n";
  print $f pack 'H*', $hex;
  close $f or die "$dir/$target/$.: $!\n";
}
