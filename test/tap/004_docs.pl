# The documentation runs: every ```sql block of README and docs/ is executed, and where an ```output
# block follows, psql says exactly that. The blocks of a page share a database of their own, and psql
# starts at the top of the project, so that a page can read examples/.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use CX;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $node = cx_node('docs', 'client_min_messages = warning');

sub psql_prints
{
	my ($db, $sql) = @_;
	my $out = '';

	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr($db) ], '<', \$sql, '>', \$out, '2>&1', init => sub { chdir $top or die "$top: $!" });
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\s+\z//;
	return $out;
}

for my $page ("$top/README.md", sort glob "$top/docs/*.md")
{
	my ($name) = $page =~ m{([^/]+)\.md$};
	my $text = slurp_file($page);
	my $db = "page_\L$name";
	my $number = 0;

	next unless $text =~ /^```sql$/m;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION cx_analytics') unless $text =~ /^```sql\nCREATE EXTENSION/m;
	while ($text =~ /^```sql\n(.*?)^```\n(?:```output\n(.*?)^```\n)?/msg)
	{
		my ($sql, $expected) = ($1, $2);
		my $printed = psql_prints($db, $sql);

		$number++;
		if (defined $expected)
		{
			$expected =~ s/\s+\z//;
			is($printed, $expected, "$name, example $number prints what the page says");
		}
		else
		{
			unlike($printed, qr/ERROR|FATAL/, "$name, example $number runs");
		}
	}
}

$node->stop;
done_testing();
