# Everything that the system catalogs say about the extension, so that two installations can be compared.
package CXCatalog;

use strict;
use warnings;

use CX;
use Exporter 'import';
use JSON::PP;

our @EXPORT = qw(catalog catalog_diff);

# Oids as names. All other columns are taken as they are, so that those of later servers are not forgotten.
my $listing = <<'SQL';
SET search_path = pg_catalog;
SELECT set_config('search_path', format('%I', n.nspname), false) FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'cx_analytics';
CREATE TEMP VIEW cx_member AS
  SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
  WHERE d.deptype = 'e' AND e.extname = 'cx_analytics';
CREATE TEMP VIEW cx_type AS    -- with the array types, which are members only from PostgreSQL 17 on
  SELECT objid AS oid FROM cx_member WHERE classid = 'pg_type'::regclass
  UNION SELECT typarray FROM pg_type JOIN cx_member ON classid = 'pg_type'::regclass AND objid = pg_type.oid WHERE typarray <> 0;
CREATE TEMP VIEW cx_family_part AS
  SELECT 'pg_amop'::regclass AS classid, o.oid AS objid FROM pg_amop o JOIN cx_member ON classid = 'pg_opfamily'::regclass AND objid = o.amopfamily
  UNION SELECT 'pg_amproc'::regclass, p.oid FROM pg_amproc p JOIN cx_member ON classid = 'pg_opfamily'::regclass AND objid = p.amprocfamily;
CREATE FUNCTION pg_temp.types(oids oid[]) RETURNS jsonb LANGUAGE sql AS
  $$ SELECT jsonb_agg(format_type(t, NULL) ORDER BY i) FROM unnest(oids) WITH ORDINALITY u(t, i) $$;
CREATE FUNCTION pg_temp.namespace(n oid) RETURNS text LANGUAGE sql AS
  $$ SELECT CASE WHEN n = (SELECT extnamespace FROM pg_extension WHERE extname = 'cx_analytics') THEN 'of the extension' ELSE n::regnamespace::text END $$;

WITH listed(object, what) AS (
  SELECT pg_describe_object('pg_proc'::regclass, p.oid, 0),
    to_jsonb(p) - 'oid' || jsonb_build_object('pronamespace', pg_temp.namespace(pronamespace), 'proowner', proowner::regrole,
      'prolang', (SELECT lanname FROM pg_language l WHERE l.oid = prolang), 'provariadic', format_type(provariadic, NULL),
      'prorettype', format_type(prorettype, NULL), 'proargtypes', pg_temp.types(proargtypes::oid[]), 'proallargtypes', pg_temp.types(proallargtypes),
      'protrftypes', pg_temp.types(protrftypes), 'proargdefaults', pg_get_function_arguments(p.oid), 'prosupport', prosupport::regprocedure)
  FROM pg_proc p JOIN cx_member ON classid = 'pg_proc'::regclass AND objid = p.oid
  UNION ALL
  SELECT pg_describe_object('pg_proc'::regclass, aggfnoid, 0) || ' as aggregate',
    to_jsonb(a) || jsonb_build_object('aggfnoid', aggfnoid::regprocedure, 'aggtransfn', aggtransfn::regprocedure, 'aggfinalfn', aggfinalfn::regprocedure,
      'aggcombinefn', aggcombinefn::regprocedure, 'aggserialfn', aggserialfn::regprocedure, 'aggdeserialfn', aggdeserialfn::regprocedure,
      'aggmtransfn', aggmtransfn::regprocedure, 'aggminvtransfn', aggminvtransfn::regprocedure, 'aggmfinalfn', aggmfinalfn::regprocedure,
      'aggsortop', aggsortop::regoperator, 'aggtranstype', format_type(aggtranstype, NULL), 'aggmtranstype', format_type(aggmtranstype, NULL))
  FROM pg_aggregate a JOIN cx_member ON classid = 'pg_proc'::regclass AND objid = aggfnoid
  UNION ALL
  SELECT pg_describe_object('pg_type'::regclass, t.oid, 0),
    to_jsonb(t) - 'oid' || jsonb_build_object('typnamespace', pg_temp.namespace(typnamespace), 'typowner', typowner::regrole, 'typrelid', typrelid::regclass,
      'typelem', format_type(typelem, NULL), 'typarray', format_type(typarray, NULL), 'typsubscript', typsubscript::regprocedure,
      'typinput', typinput::regprocedure, 'typoutput', typoutput::regprocedure, 'typreceive', typreceive::regprocedure, 'typsend', typsend::regprocedure,
      'typmodin', typmodin::regprocedure, 'typmodout', typmodout::regprocedure, 'typanalyze', typanalyze::regprocedure,
      'typbasetype', format_type(typbasetype, NULL), 'typcollation', typcollation::regcollation)
  FROM pg_type t JOIN cx_type USING (oid)
  UNION ALL
  SELECT pg_describe_object('pg_operator'::regclass, o.oid, 0),
    to_jsonb(o) - 'oid' || jsonb_build_object('oprnamespace', pg_temp.namespace(oprnamespace), 'oprowner', oprowner::regrole,
      'oprleft', format_type(oprleft, NULL), 'oprright', format_type(oprright, NULL), 'oprresult', format_type(oprresult, NULL),
      'oprcom', oprcom::regoperator, 'oprnegate', oprnegate::regoperator,
      'oprcode', oprcode::regprocedure, 'oprrest', oprrest::regprocedure, 'oprjoin', oprjoin::regprocedure)
  FROM pg_operator o JOIN cx_member ON classid = 'pg_operator'::regclass AND objid = o.oid
  UNION ALL
  SELECT pg_describe_object('pg_opclass'::regclass, c.oid, 0),
    to_jsonb(c) - 'oid' || jsonb_build_object('opcnamespace', pg_temp.namespace(opcnamespace), 'opcowner', opcowner::regrole,
      'opcmethod', (SELECT amname FROM pg_am WHERE oid = opcmethod), 'opcfamily', pg_describe_object('pg_opfamily'::regclass, opcfamily, 0),
      'opcintype', format_type(opcintype, NULL), 'opckeytype', format_type(opckeytype, NULL))
  FROM pg_opclass c JOIN cx_member ON classid = 'pg_opclass'::regclass AND objid = c.oid
  UNION ALL
  SELECT pg_describe_object('pg_opfamily'::regclass, f.oid, 0),
    to_jsonb(f) - 'oid' || jsonb_build_object('opfnamespace', pg_temp.namespace(opfnamespace), 'opfowner', opfowner::regrole,
      'opfmethod', (SELECT amname FROM pg_am WHERE oid = opfmethod))
  FROM pg_opfamily f JOIN cx_member ON classid = 'pg_opfamily'::regclass AND objid = f.oid
  UNION ALL
  SELECT pg_describe_object('pg_amop'::regclass, o.oid, 0),
    to_jsonb(o) - 'oid' || jsonb_build_object('amopfamily', '', 'amoplefttype', format_type(amoplefttype, NULL), 'amoprighttype', format_type(amoprighttype, NULL),
      'amopopr', amopopr::regoperator, 'amopmethod', (SELECT amname FROM pg_am WHERE oid = amopmethod),
      'amopsortfamily', pg_describe_object('pg_opfamily'::regclass, amopsortfamily, 0))
  FROM pg_amop o JOIN cx_family_part ON classid = 'pg_amop'::regclass AND objid = o.oid
  UNION ALL
  SELECT pg_describe_object('pg_amproc'::regclass, p.oid, 0),
    to_jsonb(p) - 'oid' || jsonb_build_object('amprocfamily', '', 'amproclefttype', format_type(amproclefttype, NULL),
      'amprocrighttype', format_type(amprocrighttype, NULL), 'amproc', amproc::regprocedure)
  FROM pg_amproc p JOIN cx_family_part ON classid = 'pg_amproc'::regclass AND objid = p.oid
  UNION ALL
  SELECT pg_describe_object('pg_cast'::regclass, c.oid, 0),
    to_jsonb(c) - 'oid' || jsonb_build_object('castsource', format_type(castsource, NULL), 'casttarget', format_type(casttarget, NULL), 'castfunc', castfunc::regprocedure)
  FROM pg_cast c JOIN cx_member ON classid = 'pg_cast'::regclass AND objid = c.oid
  UNION ALL
  SELECT 'the extension', to_jsonb(e) - '{oid,extowner,extnamespace}'::text[] FROM pg_extension e WHERE extname = 'cx_analytics'
  UNION ALL
  -- what of catalogs that are not told above is a member, too
  SELECT pg_describe_object(classid, objid, 0) || ' as member', to_jsonb(classid::regclass::text) FROM cx_member
  UNION ALL
  SELECT 'comment on ' || pg_describe_object(d.classoid, d.objoid, d.objsubid), to_jsonb(d.description)
  FROM pg_description d JOIN (TABLE cx_member UNION TABLE cx_family_part UNION SELECT 'pg_type'::regclass, oid FROM cx_type
                              UNION SELECT 'pg_extension'::regclass, oid FROM pg_extension WHERE extname = 'cx_analytics') m
    ON d.classoid = m.classid AND d.objoid = m.objid
  UNION ALL
  SELECT 'label of ' || pg_describe_object(l.classoid, l.objoid, l.objsubid), to_jsonb(l.provider || ' ' || l.label)
  FROM pg_seclabel l JOIN cx_member m ON l.classoid = m.classid AND l.objoid = m.objid
  UNION ALL
  SELECT 'initial privileges of ' || pg_describe_object(i.classoid, i.objoid, i.objsubid), to_jsonb(i.initprivs::text)
  FROM pg_init_privs i JOIN cx_member m ON i.classoid = m.classid AND i.objoid = m.objid
  UNION ALL
  SELECT format('%s depends on %s', pg_describe_object(d.classid, d.objid, d.objsubid),
      CASE d.refclassid WHEN 'pg_namespace'::regclass THEN 'schema ' || pg_temp.namespace(d.refobjid) ELSE pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) END),
    to_jsonb(string_agg(d.deptype::text, ' ' ORDER BY d.deptype))
  FROM pg_depend d JOIN (TABLE cx_member UNION TABLE cx_family_part UNION SELECT 'pg_type'::regclass, oid FROM cx_type) m USING (classid, objid)
  GROUP BY d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid)
SELECT replace(replace(object, E'\t', ' '), E'\n', ' '), what FROM listed;
SQL

# The listing as a hash: object => its properties, as JSON, in which tabs and newlines are escaped.
sub catalog
{
  my ($node, $db) = @_;
  my %catalog;

  for (rows($node, $db, $listing))
  {
    my ($object, $what) = @$_;

    next if !defined $what;    # the line of set_config
    die "$object is told twice" if exists $catalog{$object};
    $catalog{$object} = $what;
  }
  die 'the extension is not there' if keys %catalog < 1000;
  return \%catalog;
}

# What two listings disagree in, as lines.
sub catalog_diff
{
  my ($is, $should) = @_;
  my %all = (%$is, %$should);
  my @diff;

  for my $object (grep { ($is->{$_} // '') ne ($should->{$_} // '') } sort keys %all)
  {
    my ($one, $other) = map { defined $_->{$object} ? decode_json("[$_->{$object}]")->[0] : 'not there' } $is, $should;

    ($one, $other) = ({ '' => $one }, { '' => $other }) if !ref $one || !ref $other;
    for (sort keys %{ { %$one, %$other } })
    {
      my ($a_value, $b_value) = map { defined $_ ? ref $_ ? JSON::PP->new->canonical->encode($_) : "$_" : 'NULL' } $one->{$_}, $other->{$_};

      push @diff, substr("$object" . ($_ ? ", $_" : '') . ": $a_value", 0, 400) . substr(", should be $b_value", 0, 400) if $a_value ne $b_value;
    }
  }
  return @diff;
}

1;
