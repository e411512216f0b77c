# What tests do to a server that no user could: the modules below test/shim, built where the tests run.
package Shim;

use strict;
use warnings;

use Exporter 'import';
use CX;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(build_shim shim_functions);

# Compiles both modules into the directory of temporary files; returns their paths: (failmalloc.so, faults.so).
sub build_shim
{
  my $source = dirname(__FILE__) . '/../shim';
  my $to = PostgreSQL::Test::Utils::tempdir;
  my $config = $ENV{PG_CONFIG} // 'pg_config';
  my ($out, $err) = run_command([ $config, '--includedir-server' ]);
  my @compile = ($ENV{CC} // 'cc', qw(-O2 -shared -fPIC -D_GNU_SOURCE));

  system_or_bail(@compile, '-o', "$to/failmalloc.so", "$source/failmalloc.c", '-ldl');
  system_or_bail(@compile, "-I$out", '-o', "$to/faults.so", "$source/faults.c", '-ldl');
  chmod 0755, $to, "$to/failmalloc.so", "$to/faults.so";
  return ("$to/failmalloc.so", "$to/faults.so");
}

# Declares their functions in schema shim.
sub shim_functions
{
  my ($node, $db, $faults) = @_;

  $node->safe_psql($db, <<"SQL");
CREATE SCHEMA shim;
CREATE FUNCTION shim.fail_palloc(bigint) RETURNS bigint STRICT LANGUAGE c AS '$faults', 'fail_palloc';
CREATE FUNCTION shim.fail_malloc(bigint) RETURNS bigint STRICT LANGUAGE c AS '$faults', 'fail_malloc';
CREATE FUNCTION shim.hush() RETURNS void LANGUAGE c AS '$faults', 'hush';
CREATE FUNCTION shim.limit_memory(bigint) RETURNS void LANGUAGE c AS '$faults', 'limit_memory';
CREATE FUNCTION shim.listen() RETURNS void LANGUAGE c AS '$faults', 'listen_interrupts';
CREATE FUNCTION shim.heard() RETURNS text LANGUAGE c AS '$faults', 'heard_interrupts';
CREATE FUNCTION shim.busy(float8) RETURNS void STRICT LANGUAGE c AS '$faults', 'busy';
CREATE FUNCTION shim.receive(regprocedure, bytea) RETURNS boolean STRICT LANGUAGE c AS '$faults', 'receive';
SQL
}

1;
