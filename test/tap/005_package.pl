# What is shipped: one version everywhere, valid metadata, a safe install script, a library that
# loads on every minor release.

use strict;
use warnings;

use FindBin;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my ($version) = slurp_file("$top/cx_analytics.control") =~ /^default_version = '([^']+)'/m;
like($version, qr/^\d+\.\d+\.\d+$/, 'the control file names a semantic version');

# PGXN meta-spec 1.0.0
my $meta = decode_json(slurp_file("$top/META.json"));
is($meta->{version}, $version, 'META.json has the version of the control file');
is($meta->{provides}{cx_analytics}{version}, $version, 'and so has what it provides');
ok(-f "$top/$meta->{provides}{cx_analytics}{$_}", "META.json: $_ exists") for qw(file docfile);
is($meta->{'meta-spec'}{version}, '1.0.0', 'META.json follows meta-spec 1.0.0');
is_deeply([ grep { !defined $meta->{$_} } qw(name version abstract maintainer license provides meta-spec) ],
	[], 'META.json has all required keys');
like(slurp_file("$top/CHANGELOG.md"), qr/^## .*\Q$version\E/m, 'CHANGELOG.md speaks of the version');

# pg_regress would stop at an input without an answer, and ignore an answer without an input
for ([ 'test/sql/*.sql', 'expected/*.out' ], [ 'test/isolation/specs/*.spec', 'test/isolation/expected/*.out' ])
{
	my ($inputs, $answers) = @$_;
	my %inputs = map { m{([^/]+)\.\w+$} ? ($1 => 1) : () } glob "$top/$inputs";
	my %answers = map { m{([^/]+?)(?:_\d)?\.out$} ? ($1 => 1) : () } glob "$top/$answers";

	is_deeply([ sort keys %answers ], [ sort keys %inputs ], "every $inputs has an answer, and no answer is left over");
}

my $script = slurp_file("$top/sql/cx_analytics--$version.sql");
unlike($script, qr/CREATE\s+OR\s+REPLACE|IF\s+NOT\s+EXISTS|SECURITY\s+DEFINER/i, 'the install script adopts nothing and runs as nobody else');
like($script, qr/^\\echo .* \\quit$/m, 'the install script refuses to be sourced in psql');

# symbols that later minors brought: a library that uses them would not load on earlier ones
my ($symbols) = run_command([ 'nm', '-D', '--undefined-only', "$top/cx_analytics.so" ]);
like($symbols, qr/\bpalloc0?\b/, 'nm reads the library');
unlike($symbols, qr/\b(?:DatumGetHeapTupleHeader|palloc_mul|palloc0_mul|repalloc_mul|InitMaterializedSRF|SetSingleFuncCall)\b/,
	'the library loads on every minor release');

# nobody finds a page that nothing points to
my @pages = map { m{([^/]+)$} } glob "$top/docs/*.md";
my $readme = slurp_file("$top/README.md");
is_deeply([ grep { index($readme, "(docs/$_)") < 0 } @pages ], [], 'the README points to every page');

# each promise names what proves it
my ($promises) = slurp_file("$top/docs/trust.md") =~ /^## Promises\n(.*?)^## /ms;
my @promises = grep { !/^\|(?: promise |---)/ } $promises =~ /^\|.*/mg;
cmp_ok(scalar @promises, '>=', 10, 'docs/trust.md promises something');
is_deeply([ grep { !m{\]\(\.\./(?:test|script)/} } @promises ], [], 'each promise names a proof');
is_deeply([ grep { !-e "$top/docs/$_" } $promises =~ m{\]\(([^)]+)\)}g ], [], 'all of which exist');

done_testing();
