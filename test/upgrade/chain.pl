# A database full of the extension is carried by pg_upgrade from server to server, and stays what it was.
#
#   perl test/upgrade/chain.pl [--link] PATH PATH ...
#
# The paths are installations (PATH/bin/postgres), from the oldest to the newest, in each of which the
# extension is installed; the last one's PostgreSQL::Test has to be in PERL5LIB. script/matrix calls it.
# With --link, pg_upgrade links the files instead of copying them.
#
# The database comes from the catalog and from the samples of test/tap/CX.pm: stored values of every
# type, indexes of every operator class, expression indexes, and views and materialized views that call
# every function that reads a value. After each step everything is looked at again.
#
# Recent minor releases write a catalog entry (pg_attver) that servers of the same day understand, but
# older ones of a newer major do not: pg_upgrade fails between those. That is a skipped step, told as such,
# if the newer server indeed has never heard of it; any other failure is one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../tap";
use CX;

use File::Find;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $link = @ARGV && $ARGV[0] eq '--link' && shift ? 1 : 0;
my $db = 'kept';

die "usage: $0 [--link] PATH PATH ...\n" if @ARGV < 2;

# ---- servers ----

my $port = 5800 + 20 * ($$ % 40);

# Not yet started. The port is told, since the search for a free one needs a network.
sub server
{
  my ($path) = @_;
  my ($version) = `$path/bin/postgres --version` =~ /([0-9]+(?:\.[0-9]+|[a-z]+[0-9]*))/ or die "no server at $path\n";
  my $node = PostgreSQL::Test::Cluster->new("pg_$version", install_path => $path, port => ++$port);

  $node->init(extra => [ '--data-checksums', '--locale=C.UTF-8', '-E', 'UTF8' ]);
  $node->append_conf('postgresql.conf', "fsync = off\ntimezone = 'UTC'\nlc_messages = 'C'\nlog_statement = none\nautovacuum = off\n");
  return { node => $node, path => $path, version => $version };
}

sub file_says
{
  my ($file, $what) = @_;

  open my $handle, '<:raw', $file or die "$file: $!\n";
  local $/;
  return index(<$handle>, $what) >= 0;
}

# What the server and the tools that pg_upgrade called had to say.
sub logs_of
{
  my ($node) = @_;
  my ($dir, $text) = ($node->data_dir . '/pg_upgrade_output.d', '');

  return '' if !-d $dir;
  find(sub { if (-f && /\.(log|txt)$/) { open my $handle, '<', $_ or return; local $/; $text .= "== $_\n" . <$handle> } }, $dir);
  return $text;
}

# ---- what is kept ----

sub quote { my ($text) = @_; return "'" . $text =~ s/'/''/gr . "'" }

# More values than the samples, for indexes of more than one page.
my %more = (
  feedback => q{SELECT feedback(k, i % 5 + 1) FROM generate_series(1, 400) i, unnest('{csat,ces,effort,emotion}'::text[]) k
    UNION ALL SELECT feedback('rating', i * 37 % 1000 * 0.1, 0, 100) FROM generate_series(1, 1000) i},
  tally => q{SELECT tally(feedback('rating', i * k * 37 % 1000 * 0.1, 0, 100), i % 7 * 0.25) FROM generate_series(1, 60) k, generate_series(1, 600) i GROUP BY i % 300},
  journey => q{SELECT journey_agg('2026-01-05 09:00+00'::timestamptz + i * k % 997 * interval '7.5 h',
      (ARRAY['call', '7', 'cart', 'browse', 'y' || i % 50])[i * k % 5 + 1], CASE WHEN i % 3 = 0 THEN 'phone' WHEN k % 3 = 0 THEN 'web' END,
      NULL, NULL) FROM generate_series(1, 12) k, generate_series(1, 1500) i GROUP BY i
    UNION ALL SELECT journey_agg('2026-01-05Z'::timestamptz + i * interval '1.5 s', md5(i::text)) FROM generate_series(1, 5000) i},
  journey_pattern => q{SELECT format('call -> %s ~> "y%s" within %sd', i % 13, i % 50, i % 29 + 1)::journey_pattern FROM generate_series(1, 600) i});

# What queries say: text, NULL or an SQLSTATE. And whether the plan of one uses an index.
my $kit = <<'SQL';
CREATE EXTENSION cx_analytics;
CREATE SCHEMA kept;
CREATE FUNCTION kept.say(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  r text;
BEGIN
  EXECUTE query INTO r;
  RETURN coalesce(r, 'NULL');
EXCEPTION WHEN OTHERS THEN
  RETURN 'ERROR ' || SQLSTATE;
END $$;
CREATE FUNCTION kept.uses_index(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  IF kept.say(query) ~ '^ERROR' THEN RETURN NULL; END IF;
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
    IF line ~ 'Index' THEN RETURN true; END IF;
  END LOOP;
  RETURN false;
END $$;
CREATE TABLE kept.question (n int GENERATED ALWAYS AS IDENTITY, type text, label text, expression text, result text, good boolean);
CREATE FUNCTION kept.answers(q kept.question) RETURNS TABLE (i int, answer text) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN EXECUTE format('SELECT i FROM kept.%I ORDER BY i', q.type) LOOP
    answer := kept.say(format('SELECT (%s)::text FROM kept.%I WHERE i = %s', q.expression, q.type, i));
    RETURN NEXT;
  END LOOP;
END $$;
CREATE TABLE kept.edge (type text, edge text);
CREATE TABLE kept.search (method text, label text, query text);
SQL

# Once there are samples, questions and edge values: what the catalog knows, member by member.
my $from_catalog = <<'SQL';
CREATE TEMP VIEW member AS
  SELECT classid, objid FROM pg_depend
  WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics');

-- views of all that every sample answers, and what they say, stored; as text if it is not toasted, since a row
-- has to fit a page
UPDATE kept.question q SET good = (SELECT bool_and(answer !~ '^ERROR') FROM kept.answers(q));
DO $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT type, k, string_agg(format('(%s)%s AS r%s', expression, CASE WHEN result ~ '^(record|internal|void|cstring)$' OR result IN (SELECT typname FROM pg_type WHERE typstorage = 'p' AND typlen = -1) THEN '::text' END, n), ', ' ORDER BY n) AS columns
    FROM (SELECT *, row_number() OVER (PARTITION BY type ORDER BY n) / 60 AS k FROM kept.question WHERE good) q GROUP BY type, k
  LOOP
    -- (grouped, since an aggregate of v alone belongs to the outer query)
    EXECUTE format('CREATE VIEW kept.%I AS SELECT t.i, %s FROM kept.%I t GROUP BY t.i', 'read_' || part.type || part.k, part.columns, part.type);
    EXECUTE format('CREATE MATERIALIZED VIEW kept.%I AS SELECT * FROM kept.%2$I', 'stored_' || part.type || part.k, 'read_' || part.type || part.k);
  END LOOP;
END $$;

-- every operator class
DO $$
DECLARE
  class record;
BEGIN
  FOR class IN
    SELECT a.amname, format_type(c.opcintype, NULL) AS type, c.opcfamily
    FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid JOIN pg_am a ON a.oid = c.opcmethod
  LOOP
    EXECUTE format('CREATE TABLE kept.by_%s_%s AS SELECT row_number() OVER () AS n, v FROM (SELECT v FROM kept.%2$s UNION ALL SELECT v FROM kept.more_%2$s) s WHERE pg_column_size(v) < 2000', class.amname, class.type);
    EXECUTE format('CREATE INDEX ON kept.by_%s_%s USING %1$s (v)', class.amname, class.type);
    INSERT INTO kept.search
    SELECT class.amname, format('%s %s %s', class.amname, o.oid::regoperator, row_number() OVER (PARTITION BY o.oid ORDER BY e.edge)),
      format('SELECT count(*) || '' '' || md5(coalesce(string_agg(n::text, '' '' ORDER BY n), '''')) FROM kept.by_%s_%s WHERE v OPERATOR(%s.%s) %s',
             class.amname, class.type, o.oprnamespace::regnamespace, o.oprname, e.edge)
    FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr JOIN kept.edge e ON e.type = format_type(o.oprright, NULL)
    WHERE m.amopfamily = class.opcfamily AND m.amoppurpose = 's';
  END LOOP;
END $$;

-- functions of one value as expression indexes, as far as all samples have an answer
DO $$
DECLARE
  f record;
BEGIN
  FOR f IN
    SELECT p.proname, format_type(p.proargtypes[0], NULL) AS type
    FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid
    WHERE p.prokind = 'f' AND p.provolatile = 'i' AND NOT p.proretset AND p.pronargs = 1
      AND p.proargtypes[0] IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)
      AND EXISTS (SELECT FROM pg_opclass c WHERE c.opcintype = p.prorettype AND c.opcdefault AND c.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree'))
  LOOP
    BEGIN
      EXECUTE format('CREATE INDEX ON kept.%I (%I(v))', f.type, f.proname);
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN NULL;
    END;
  END LOOP;
END $$;
SQL

# By hand: the places of a table definition where a value or a function of ours can be.
my $by_hand = <<'SQL';
CREATE DOMAIN kept.stars AS feedback CHECK (kind(VALUE) = 'rating');
CREATE TYPE kept.pair AS (f feedback, j journey);
CREATE FUNCTION kept.happy(t tally) RETURNS boolean IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT nps(t) > 0; END;
CREATE TABLE kept.answer (
  id int PRIMARY KEY,
  at timestamptz NOT NULL,
  f feedback NOT NULL CHECK (percent(f) >= 0),
  s kept.stars DEFAULT 'rating:3',
  t tally DEFAULT 'tally{nps: 9=3 3=1}' CHECK (responses(t) >= 0),
  j journey DEFAULT '[2026-01-05T09:00:00Z call@phone csat:2]' CHECK (touch_count(j) < 1000),
  p journey_pattern DEFAULT 'call@phone ~> 7 within 7d',
  both_of kept.pair,
  bucket text GENERATED ALWAYS AS (category(f)) STORED,
  month date GENERATED ALWAYS AS (period(at, 'month', 'Europe/Berlin')) STORED,
  both_ways tally GENERATED ALWAYS AS (t + t) STORED,
  found boolean GENERATED ALWAYS AS (j @~ p) STORED,
  EXCLUDE USING btree (f WITH =, id WITH =));
CREATE INDEX ON kept.answer (kind(f), score(f) DESC, f DESC);
CREATE INDEX ON kept.answer (period(at, 'month')) WHERE category(f) = 'promoter';
CREATE INDEX ON kept.answer (kept.happy(t));
CREATE INDEX ON kept.answer USING gin (slice(j, '2026-01-05 09:00+00', NULL)) WHERE j @& '{call}';
CREATE STATISTICS kept.answer_stat ON kind(f), bucket FROM kept.answer;
CREATE TABLE kept.part (f feedback, i int) PARTITION BY RANGE (f);
CREATE TABLE kept.part_low PARTITION OF kept.part FOR VALUES FROM (MINVALUE) TO ('csat:3');
CREATE TABLE kept.part_high PARTITION OF kept.part FOR VALUES FROM ('csat:3') TO (MAXVALUE);
CREATE TABLE kept.hashed (f feedback, i int) PARTITION BY HASH (f);
CREATE TABLE kept.hashed_0 PARTITION OF kept.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE kept.hashed_1 PARTITION OF kept.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO kept.answer (id, at, f, t, j)
SELECT i, '2026-01-01 00:30Z'::timestamptz + i * interval '7 hours', feedback('nps', i % 11), tally(feedback('nps', i * 7 % 11), i % 3 + 1),
  journey_agg('2026-01-05 09:00Z'::timestamptz + i * k * interval '1 min', (i * k % 11)::text)
FROM generate_series(1, 9) k, generate_series(1, 1500) i GROUP BY i;
UPDATE kept.answer SET both_of = ROW(f, j) WHERE id % 3 = 0;
DELETE FROM kept.answer WHERE id % 7 = 0;
INSERT INTO kept.part SELECT f, id FROM kept.answer;
INSERT INTO kept.hashed SELECT f, id FROM kept.answer;
CREATE MATERIALIZED VIEW kept.daily AS
  SELECT month, bucket, rollup(t) AS t, tally(f) AS f, nps(f) AS nps FROM kept.answer GROUP BY 1, 2;
CREATE UNIQUE INDEX ON kept.daily (month, bucket);
CREATE VIEW kept.report AS SELECT d.month, d.bucket, r.* FROM kept.daily d, score_report(d.t + d.f) r;
SQL

sub fill
{
  my ($node) = @_;
  my $sql = '';

  # samples that are made by aggregates become text in a database of their own
  $node->safe_psql('postgres', 'CREATE DATABASE scratch');
  $node->safe_psql('scratch', 'CREATE EXTENSION cx_analytics');
  probe_kit($node, 'scratch');
  my @surface = surface($node, 'scratch');
  my @types = base_types($node, 'scratch');
  $node->safe_psql('postgres', 'DROP DATABASE scratch');

  # every type: its samples, arrays of them, and what to ask
  for my $type (@types)
  {
    my $t = $type->{name};
    my @values = map { quote($_) } @{ $SAMPLES{$t} // [] };

    ok(@values > 1, "$t has samples");
    $sql .= "CREATE TABLE kept.$t (i int PRIMARY KEY, v $t, many $t" . "[]);\n";
    $sql .= "ALTER TABLE kept.$t ALTER many SET STORAGE external;\n";
    $sql .= "INSERT INTO kept.$t VALUES ($_, $values[$_], ARRAY[$values[$_], NULL, $values[-1]]::$t" . "[]);\n" for 0 .. $#values;
    $sql .= "CREATE TABLE kept.more_$t (v) AS " . ($more{$t} // "SELECT v FROM kept.$t") . ";\n";
    $sql .= 'INSERT INTO kept.question (type, label, expression, result) VALUES ('
      . join(', ', map { quote($_) } $t, @$_) . ");\n" for readers($type, @surface);
    $sql .= "INSERT INTO kept.edge VALUES ('$t', " . quote("$_\:\:$t") . ");\n" for @values;
  }
  my %seen = map { $_->{name} => 1 } @types;
  for my $argument (map { @{ $_->{args} } } grep { $_->{kind} eq 'operator' } @surface)
  {
    next if $seen{ $argument->{type} }++;
    $sql .= "INSERT INTO kept.edge VALUES ('$argument->{type}', " . quote($_) . ");\n" for edges($argument);
  }

  $node->safe_psql('postgres', "CREATE DATABASE $db");
  my ($code, undef, $err) = $node->psql($db, $kit . $sql . $by_hand . $from_catalog . 'ANALYZE');
  $code == 0 or BAIL_OUT("the database cannot be made: $err");
  return @types;
}

# ---- what is looked at ----

# The bytes of every stored value, in the form that is sent: detail => md5.
sub bytes
{
  my ($server, @types) = @_;

  return { map { $_->[0] => $_->[1] } rows($server->{node}, $db, join ' UNION ALL ', map { my $t = $_->{name}; <<"SQL" } @types) };
SELECT '$t ' || i, md5($_->{send}(v)) || ' ' || md5(array_send(many)) FROM kept.$t
UNION ALL SELECT 'more $t', count(*) || ' ' || md5(string_agg($_->{send}(v), '' ORDER BY $_->{send}(v))) FROM kept.more_$t
SQL
}

# What searches find: detail => rows.
my %how = (seq => 'SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off', index => 'SET enable_seqscan = off');
sub found
{
  my ($server, $how) = @_;

  return { map { $_->[0] => $_->[1] } rows($server->{node}, $db, "$how{$how}; SELECT label, kept.say(query) FROM kept.search") };
}

# A picture of all there is: name => { detail => value }.
sub picture
{
  my ($server, @types) = @_;
  my $node = $server->{node};
  my %picture;
  my $note = sub { my ($name, $sql) = @_; $picture{$name} = { map { $_->[0] => $_->[1] } rows($node, $db, $sql) } };

  # (an array type comes with its element type: newer servers call it a member too, older ones do not)
  $note->('members of the extension and its version', <<'SQL');
SELECT pg_describe_object(classid, objid, objsubid), deptype::text FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'cx_analytics')
  AND NOT (classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type e WHERE e.typarray = objid))
UNION ALL SELECT 'version', extversion || ' in ' || extnamespace::regnamespace FROM pg_extension WHERE extname = 'cx_analytics'
SQL
  $picture{'bytes of stored values'} = bytes($server, @types);
  # tables, views, materialized views: every row as text
  my @relations = rows($node, $db, <<'SQL');
SELECT oid::regclass FROM pg_class WHERE relnamespace = 'kept'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') ORDER BY 1
SQL
  $note->('text of tables and views', join ' UNION ALL ', map { <<"SQL" } map { $_->[0] } @relations);
SELECT '$_', count(*) || ' ' || md5(coalesce(string_agg(x::text, E'\\n' ORDER BY x::text COLLATE "C"), '')) FROM $_ x
SQL
  $note->('answers of functions', <<'SQL');
SELECT translate(type || ' ' || label, E'\t\n', ' '), md5(string_agg(i || ' ' || answer, ',' ORDER BY i)) FROM kept.question q, kept.answers(q) GROUP BY 1
SQL
  $picture{"rows found by $_ scan"} = found($server, $_) for sort keys %how;
  $picture{unindexed} = { map { $_->[0] => 1 } rows($node, $db, <<'SQL') };
SET enable_seqscan = off;
SELECT label, query FROM kept.search WHERE query !~ '\(NULL\)' AND NOT kept.uses_index(query)
SQL
  return \%picture;
}

# Compares two pictures; tells the names of what differs.
sub differences
{
  my ($x, $y) = @_;
  my %names = map { $_ => 1 } keys %$x, keys %$y;

  return grep { ($x->{$_} // '') ne ($y->{$_} // '') } sort keys %names;
}

sub same
{
  my ($x, $y, $title) = @_;
  my @bad = differences($x, $y);

  ok(keys %$x > 0 && @bad == 0, "$title: " . keys(%$x)) or diag(join "\n", map { substr "$_: " . ($x->{$_} // 'none') . ' / ' . ($y->{$_} // 'none'), 0, 300 } splice(@bad, 0, 20));
}

# Indexes by themselves: in order, every heap tuple in them.
sub amcheck
{
  my ($node) = @_;
  my $checked = one($node, $db, <<'SQL');
CREATE EXTENSION amcheck;
SELECT count(bt_index_parent_check(c.oid, true, true)) FROM pg_class c
WHERE c.relkind = 'i' AND c.relnamespace = 'kept'::regnamespace AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'btree');
SQL
  my $gin = one($node, $db, q{SELECT count(*) FROM pg_proc WHERE proname = 'gin_index_check'}) ? one($node, $db, <<'SQL') : 0;
SELECT count(gin_index_check(c.oid)) FROM pg_class c
WHERE c.relkind = 'i' AND c.relnamespace = 'kept'::regnamespace AND c.relam = (SELECT oid FROM pg_am WHERE amname = 'gin');
SQL
  $node->safe_psql($db, 'DROP EXTENSION amcheck');
  return ($checked, $gin);
}

sub look
{
  my ($server, @types) = @_;
  my $picture = picture($server, @types);
  my ($btree, $gin) = amcheck($server->{node});

  same($picture->{'rows found by seq scan'}, $picture->{'rows found by index scan'}, "$server->{version}: index scans find what seq scans find");
  is(join("\n", sort keys %{ delete $picture->{unindexed} }), '', "$server->{version}: and do use the index");
  cmp_ok($btree, '>', @types, "$server->{version}: amcheck: $btree btree indexes are sound");
  cmp_ok($gin, '>', 0, "$server->{version}: amcheck: $gin gin indexes are sound") if $server->{version} =~ /^(\d+)/ && $1 >= 18;
  return $picture;
}

# It is not only read: what is written and made anew under this server has the bytes that the first one wrote.
sub live
{
  my ($server, @types) = @_;
  my ($node, $version) = @$server{qw(node version)};
  my $file = PostgreSQL::Test::Utils::tempdir . '/copy';
  my %bad;

  is($node->psql($db, 'ALTER EXTENSION cx_analytics UPDATE'), 0, "$version: ALTER EXTENSION UPDATE");
  is(one($node, $db, q{SELECT installed_version = default_version FROM pg_available_extensions WHERE name = 'cx_analytics'}), 't',
    "$version: of the version that a new installation has");
  for (@types)
  {
    my $t = $_->{name};
    my ($row) = rows($node, $db, <<"SQL");
BEGIN;
CREATE TEMP TABLE typed ON COMMIT DROP AS SELECT i, v::text::$t AS v FROM kept.$t;
CREATE TEMP TABLE copied (LIKE kept.$t) ON COMMIT DROP;
COPY kept.$t TO '$file' (FORMAT binary);
COPY copied FROM '$file' (FORMAT binary);
SELECT count(*), count(*) FILTER (WHERE $_->{send}(k.v) = $_->{send}(t.v)),
  count(*) FILTER (WHERE $_->{send}(k.v) = $_->{send}(c.v) AND array_send(k.many) = array_send(c.many))
FROM kept.$t k JOIN typed t USING (i) JOIN copied c USING (i);
SQL
    $bad{$t} = "@$row" if $row->[0] < 2 || grep { $_ != $row->[0] } @$row;
  }
  is(join(', ', map { "$_: $bad{$_}" } sort keys %bad), '', "$version: typed and copied values are the stored ones");

  my @views = rows($node, $db, q{SELECT relname FROM pg_class WHERE relnamespace = 'kept'::regnamespace AND relname ~ '^stored_'});
  is(one($node, $db, 'SELECT sum(n) FROM (' . join(' UNION ALL ', map { my $read = $_ =~ s/stored_/read_/r; <<"SQL" } map { $_->[0] } @views) . ') s(n)'),
SELECT count(*) FROM (SELECT x::text FROM kept.$read x EXCEPT ALL SELECT x::text FROM kept.$_ x) s
SQL
    '0', "$version: " . @views . ' views compute what the first server stored');
  # undone, so that what the first server wrote is carried on
  my @indexed = rows($node, $db, q{SELECT DISTINCT tablename FROM pg_indexes WHERE schemaname = 'kept'});
  is($node->psql($db, join '; ', 'BEGIN', (map { "REFRESH MATERIALIZED VIEW kept.$_->[0]" } @views, ['daily']),
      'INSERT INTO kept.answer SELECT id + 1000000, at, f, s, t, j, p, both_of FROM kept.answer', 'DELETE FROM kept.answer WHERE id > 1000000',
      (map { "REINDEX TABLE kept.$_->[0]" } @indexed), 'ROLLBACK'), 0, "$version: they are refreshed, rows come and go, indexes are built anew");
}

# ---- the chain ----

my @servers = map { server($_) } @ARGV;
my ($old, @rest) = @servers;

$old->{node}->start;
my @types = fill($old->{node});
my $first = look($old, @types);
live($old, @types);

note('chain: ' . join ' -> ', map { $_->{version} } $old, @rest);
for my $new (@rest)
{
  my $step = "$old->{version} -> $new->{version}";
  my $dir = PostgreSQL::Test::Utils::tempdir_short();
  my @command = ("$new->{path}/bin/pg_upgrade", '-b', "$old->{path}/bin", '-B', "$new->{path}/bin", '-d', $old->{node}->data_dir,
    '-D', $new->{node}->data_dir, '-p', $old->{node}->port, '-P', $new->{node}->port, '-s', $dir, $link ? '--link' : ());
  my %ran;

  $old->{node}->stop;
  for my $what ('--check', 'real')    # it writes into the current directory
  {
    $ran{$what} = !system("cd '$dir' && @command @{[ $what eq 'real' ? '' : $what ]} >'$dir/log$what' 2>&1") or last;
  }
  if (!$ran{real} && logs_of($new->{node}) =~ /unrecognized parameter "pg_attver"/
    && file_says("$old->{path}/bin/postgres", 'pg_attver') && !file_says("$new->{path}/bin/postgres", 'pg_attver'))
  {
    $old->{node}->start;
    SKIP: { skip "$step: not possible between these minor releases: $old->{version} writes pg_attver, which $new->{version} does not know", 1 }
    last;
  }
  ok($ran{'--check'}, "$step: pg_upgrade --check");
  if (!ok($ran{real}, "$step: pg_upgrade" . ($link ? ' --link' : '')))
  {
    diag(map({ -f $_ ? slurp_file($_) : () } "$dir/log--check", "$dir/logreal"), substr logs_of($new->{node}), -4000);
    $old->{node}->start;
    last;
  }
  note("step: $step");
  $new->{node}->start;
  my $picture = look($new, @types);
  same($first->{$_}, $picture->{$_}, "$step: $_ are the same") for sort keys %$first;
  live($new, @types);
  $old = $new;
}

is(join("\n", map { (-f $_->{node}->logfile ? slurp_file($_->{node}->logfile) : '') =~ /^(.*(?:TRAP:|PANIC:|terminated by signal).*)$/mg } @servers), '', 'no server crashed');

# ---- and would all this notice anything? ----

# one value of each type replaced by another
my $sound = bytes($old, @types);
$old->{node}->safe_psql($db, join '; ', map { "UPDATE kept.$_->{name} t SET v = (SELECT o.v FROM kept.$_->{name} o WHERE $_->{send}(o.v) <> $_->{send}(t.v) ORDER BY i LIMIT 1) WHERE i = 0" } @types);
is_deeply([ differences($sound, bytes($old, @types)) ], [ sort map { "$_->{name} 0" } @types ], 'a changed value of each type is noticed, and no other');

# rows that an index has not been told about
my %blind = map { $_->[0] => $_->[1] } rows($old->{node}, $db, <<'SQL');
SELECT a.amname, string_agg(format('UPDATE pg_index SET indisready = false WHERE indexrelid = %s; INSERT INTO %s SELECT 1000000 + n, v FROM %2$s; UPDATE pg_index SET indisready = true WHERE indexrelid = %1$s',
  c.oid, i.indrelid::regclass), '; ')
FROM pg_class c JOIN pg_am a ON a.oid = c.relam JOIN pg_index i ON i.indexrelid = c.oid
WHERE i.indrelid::regclass::text = format('kept.by_%s_journey', a.amname) GROUP BY 1
SQL
is(join(' ', sort keys %blind), 'btree gin hash', 'journeys have an index of every kind');
for my $method (sort keys %blind)
{
  $old->{node}->safe_psql($db, $blind{$method});
  cmp_ok(scalar(grep { /^$method/ } differences(found($old, 'seq'), found($old, 'index'))), '>', 3, "rows missing in a $method index are noticed");
}
ok(!eval { amcheck($old->{node}); 1 }, 'amcheck notices them too');

done_testing();
