-- Catalog hygiene: what the extension left in the system catalogs, asked object by object.
--
-- The questions about operators, aggregates, classes, casts and types are those of PostgreSQL's own regression
-- tests opr_sanity and type_sanity, restricted to the objects of this extension. Every answer has to be: no rows.
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT plan(79);

-- ---- what is ours ----

CREATE TEMP VIEW member AS
    SELECT d.classid, d.objid
    FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE d.deptype = 'e' AND e.extname = 'cx_analytics';

CREATE TEMP VIEW our_function AS
    SELECT p.oid::regprocedure AS name, p.*, obj_description(p.oid, 'pg_proc') AS comment
    FROM pg_proc p JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;
CREATE TEMP VIEW our_aggregate AS
    SELECT f.name, f.proname, f.pronargs, f.proargtypes, f.prorettype, a.*
    FROM our_function f JOIN pg_aggregate a ON a.aggfnoid = f.oid;
CREATE TEMP VIEW our_operator AS
    SELECT o.oid::regoperator AS name, o.*
    FROM pg_operator o JOIN member m ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid;
CREATE TEMP VIEW our_class AS
    SELECT c.*, am.amname FROM pg_opclass c JOIN pg_am am ON am.oid = c.opcmethod
    JOIN member m ON m.classid = 'pg_opclass'::regclass AND m.objid = c.oid;
CREATE TEMP VIEW our_cast AS
    SELECT c.* FROM pg_cast c JOIN member m ON m.classid = 'pg_cast'::regclass AND m.objid = c.oid;
CREATE TEMP VIEW our_type AS
    SELECT t.* FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
    WHERE t.typcategory <> 'A';     -- arrays are members too from PostgreSQL 17 on

-- Functions that only the server calls: I/O of our types, and what takes "internal".
CREATE TEMP VIEW server_function AS
    SELECT f.oid FROM our_function f
    WHERE f.oid IN (SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend])::oid FROM our_type)
       OR 'internal'::regtype = ANY (f.proargtypes);
-- Functions that work inside an aggregate: they may speak of its working state.
CREATE TEMP VIEW aggregate_function AS
    SELECT DISTINCT unnest(ARRAY[aggtransfn, aggcombinefn, aggmtransfn, aggminvtransfn])::oid AS oid FROM our_aggregate;

-- Those of aggregates that begin with NULL and whose first input is no state yet, and those that merge such states: a
-- strict one would pass over rows with any NULL in them, and merging would be another meaning of NULL than counting.
CREATE TEMP VIEW beginning_function AS
    SELECT DISTINCT f.oid, f.name FROM our_aggregate a JOIN our_function f ON f.oid IN (a.aggtransfn, a.aggcombinefn)
    WHERE a.agginitval IS NULL AND a.aggtranstype IN (SELECT oid FROM our_type WHERE typname LIKE '%\_stats' OR typname = 'rows_state');

-- ---- the extension as a whole ----

SELECT results_eq(
    $$ SELECT extversion = cx_analytics_version(), extrelocatable, extconfig IS NULL FROM pg_extension WHERE extname = 'cx_analytics' $$,
    $$ VALUES (true, true, true) $$,
    'library and SQL objects are of the same version, the extension is relocatable and keeps no data of its own');
SELECT isnt(obj_description((SELECT oid FROM pg_extension WHERE extname = 'cx_analytics'), 'pg_extension'), NULL,
    'the extension has a comment');
SELECT is_empty(
    $$ SELECT pg_describe_object(classid, objid, 0) FROM member
       WHERE classid NOT IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass,
                             'pg_opfamily'::regclass, 'pg_cast'::regclass) $$,
    'stateless: no tables, views, sequences, triggers or anything else but functions, types, operators, classes, casts');
SELECT bag_eq($$ SELECT typname::text FROM our_type $$,
    $$ VALUES ('feedback'), ('tally'), ('tally_state'), ('journey'), ('journey_pattern'), ('funnel_def'), ('churn_model'), ('rows_state')
       UNION ALL SELECT t || '_stats' FROM unnest('{funnel,flow,path,session,retention,attribution,basket,outcome,rework,silo,mix,alignment,contact,resolution,promise,gap,apdex,service,conformance,share,growth,coverage,pain,leakage,adoption,usage,rfm,fit,risk,survival,cox,logit,calibration,driver}'::text[]) t $$,
    'the types are feedback, tally, journey, journey_pattern, funnel_def, churn_model, what many journeys or rows say together, and two working states');
SELECT bag_eq($$ SELECT name::text FROM our_operator $$,
    $$ SELECT op || '(' || t || ',' || t || ')'
       FROM unnest(ARRAY['<', '<=', '=', '<>', '>=', '>']) op, unnest(ARRAY['feedback', 'tally', 'journey', 'journey_pattern']) t
       UNION ALL VALUES ('+(tally,tally)'), ('||(journey,journey)'), ('@&(journey,text[])'), ('&@(text[],journey)'),
           ('@|(journey,text[])'), ('|@(text[],journey)'), ('@~(journey,journey_pattern)'), ('~@(journey_pattern,journey)') $$,
    'the operators are the six comparisons of each type, the sum of tallies, merging journeys and searching them');
SELECT cmp_ok((SELECT count(*) FROM our_aggregate), '>=', 44::bigint, 'the aggregates are seen by the questions below');

-- ---- functions ----

SELECT is_empty(
    $$ SELECT name FROM our_function f
       WHERE pronargs > 0 AND (proargnames IS NULL OR cardinality(proargnames) < pronargs OR '' = ANY (proargnames)) $$,
    'every argument has a name');
SELECT is_empty($$ SELECT name FROM our_function WHERE coalesce(comment, '') = '' $$,
    'every function and aggregate has a comment');
SELECT is_empty(
    $$ SELECT name, comment FROM our_function
       WHERE proname IN ('nps', 'csat', 'ces', 'success', 'ease', 'emotion', 'experience_index', 'nps_low', 'nps_high',
                         'response_rate', 'percent', 'mean', 'stddev', 'sample_size', 'score_report', 'histogram')
         AND comment !~ '-100\.\.100|0\.\.100|0\.\.1\y|points|units of|1\.\.7' $$,
    'comments of scores say the unit: points, percent, share, or units of the scale');
SELECT is_empty(
    $$ SELECT name, comment FROM our_function
       WHERE proargnames && '{share,rate,from_start,from_previous,exits,bounce_share,support,reach,conversion_rate,rate_with,stickiness}'
         AND proretset AND comment !~ '0\.\.1\y' $$,
    'comments of shares and rates in columns say that they are 0..1');
SELECT is_empty($$ SELECT name, provolatile FROM our_function WHERE provolatile <> 'i' $$, 'every function is immutable');
SELECT is_empty($$ SELECT name, proparallel FROM our_function WHERE proparallel <> 's' $$,
    'every function and aggregate is parallel safe');
SELECT bag_eq(
    $$ SELECT name::text FROM our_function WHERE NOT proisstrict AND prokind <> 'a' $$,
    $$ VALUES ('tally_accum(tally_state,feedback)'), ('tally_take(tally_state,feedback)'),
              ('tally_accum(tally_state,feedback,double precision)'), ('tally_take(tally_state,feedback,double precision)'),
              ('tally_accum(tally_state,text,double precision)'), ('tally_take(tally_state,text,double precision)'),
              ('tally_accum(tally_state,text,double precision,double precision,double precision)'),
              ('tally_take(tally_state,text,double precision,double precision,double precision)'),
              ('sample_size(double precision,double precision,double precision,double precision,bigint,text)'),
              ('touch(timestamp with time zone,text,text,text,text,feedback,double precision)'),
              ('touch(timestamp with time zone,bigint,text,text,text,feedback,double precision)'),
              ('slice(journey,timestamp with time zone,timestamp with time zone)'),
              ('journey_accum(journey,journey)')
       UNION ALL SELECT format('journey_accum(journey,timestamp with time zone,%s%s)', t, repeat(',text', n))
       FROM unnest('{text,bigint}'::text[]) t, generate_series(0, 3) n
       -- a state begins with NULL, and makes itself of the first journey or row
       UNION ALL SELECT name::text FROM beginning_function
       -- a window, a hold, a bracket, a bound or a limit may be none; a row without a time belongs to no session
       UNION ALL VALUES ('funnel_def(text[],interval,text,text[],integer[],interval[],text,interval)'),
              ('funnel_depth(journey,text[],interval,text)'), ('funnel_times(journey,text[],interval,text)'),
              ('path_top(path_stats,integer)'), ('session_id(timestamp with time zone,interval)'),
              ('retention_matrix(retention_stats,text,integer[],timestamp with time zone,double precision)'),
              ('retention_curve(retention_stats,text,integer[],timestamp with time zone,double precision)'),
              ('lifecycle(retention_stats,timestamp with time zone)'),
              ('stickiness(retention_stats,text,timestamp with time zone)'),
              ('emotion_path(journey,text)'), ('emotion_mean(journey,text)'), ('emotion_last(journey,text)'), ('emotion_lowest(journey,text)'),
              ('emotion_slope(journey,text)'), ('peak_end(journey,text)'),
              ('health_parts(double precision[],double precision[],text,text[])'), ('maturity_report(jsonb,jsonb,text)'),
              ('model_terms(churn_model,text[],double precision)'), ('hazard_ratios(churn_model,text[],double precision)'),
              ('odds_ratios(churn_model,text[],double precision)'), ('driver_importance(driver_stats,text,text[],double precision)'),
              ('driver_change(driver_stats,driver_stats,text[])'), ('rfm_stats(integer,double precision,double precision,double precision,interval)')
       UNION ALL SELECT format('maturity_report(%sjsonb,text)', repeat('double precision,', 10)) $$,
    'every function is strict, but for tally(), which counts NULLs as missing, what makes states, and what has an argument that may be unknown or none');
SELECT is_empty($$ SELECT name FROM our_function WHERE prosecdef OR proleakproof OR proconfig IS NOT NULL OR proacl IS NOT NULL $$,
    'no function is SECURITY DEFINER or LEAKPROOF, carries settings or withholds EXECUTE');
SELECT is_empty(
    $$ SELECT name, lanname FROM our_function f JOIN pg_language l ON l.oid = f.prolang
       WHERE prokind <> 'a' AND (lanname <> 'c' OR probin <> '$libdir/cx_analytics') $$,
    'every function is C in our own library, so none depends on search_path');
SELECT is_empty($$ SELECT name, prorows FROM our_function WHERE proretset AND (prorows = 1000 OR prorows <= 0) $$,
    'set-returning functions tell the planner how many rows to expect');
SELECT is_empty($$ SELECT name FROM our_function WHERE NOT proretset AND prorows <> 0 OR procost <= 0 $$,
    'row estimates stand at sets only, and nothing is free of cost');
SELECT bag_eq($$ SELECT name::text FROM our_function WHERE provariadic <> 0 OR prokind NOT IN ('f', 'a') $$,
    $$ VALUES ('session_id(timestamp with time zone,interval)'),
              ('window_funnel(interval,timestamp with time zone,boolean[])'), ('window_funnel(interval,text,timestamp with time zone,boolean[])'),
              ('window_funnel_accum(rows_state,interval,timestamp with time zone,boolean[])'),
              ('window_funnel_accum(rows_state,interval,text,timestamp with time zone,boolean[])'),
              ('sequence_match(text,timestamp with time zone,boolean[])'), ('sequence_count(text,timestamp with time zone,boolean[])'),
              ('sequence_accum(rows_state,text,timestamp with time zone,boolean[])'),
              ('retention(boolean[])'), ('retention_seen_accum(rows_state,boolean[])') $$,
    'no window functions but session_id(), no VARIADIC arguments but the conditions of what ClickHouse has, too, no procedures');
SELECT is_empty(
    $$ SELECT f.name, c.oid::regprocedure FROM our_function f
       JOIN pg_proc c ON c.proname = f.proname AND c.proargtypes = f.proargtypes AND c.pronamespace = 'pg_catalog'::regnamespace $$,
    'no function has the name and arguments of a built-in one');
SELECT is_empty(
    $$ SELECT a.name, b.name FROM our_function a JOIN our_function b ON a.oid < b.oid
       WHERE a.prosrc = b.prosrc AND a.prokind = 'f' AND b.prokind = 'f'
         AND (a.proisstrict <> b.proisstrict OR a.proretset <> b.proretset OR a.prorettype <> b.prorettype) $$,
    'functions on the same C symbol agree in strictness, set and result type');
SELECT is_empty(
    $$ SELECT name FROM our_function f JOIN pg_type t ON t.oid = ANY (f.proargtypes)
       WHERE t.typtype IN ('p', 'c', 'd', 'r') AND f.oid NOT IN (SELECT oid FROM server_function) $$,
    'no polymorphic, composite, domain or range arguments');

-- ---- results are plain: design rule for everything public ----

CREATE TEMP VIEW plain_type AS
    SELECT unnest('{boolean,smallint,integer,bigint,float8,text,date,timestamptz,interval,jsonb,
                    text[],smallint[],integer[],bigint[],float8[],timestamptz[]}'::regtype[])::oid AS oid
    UNION ALL SELECT oid FROM our_type WHERE typname NOT IN ('tally_state', 'rows_state', 'risk_stats', 'cox_stats', 'logit_stats');
-- (retention() answers with a list of booleans: one for each condition that it was given)
SELECT is_empty(
    $$ SELECT name, prorettype::regtype FROM our_function
       WHERE NOT proretset AND prorettype NOT IN (SELECT oid FROM plain_type)
         AND NOT (prorettype = 'boolean[]'::regtype AND proname IN ('retention', 'retention_seen_final'))
         AND oid NOT IN (SELECT oid FROM server_function UNION SELECT oid FROM aggregate_function) $$,
    'results are plain types or our own: never composite, numeric, range, or a working state');
SELECT is_empty(
    $$ SELECT name, c.type::regtype
       FROM our_function f, unnest(f.proallargtypes, f.proargmodes) c(type, mode)
       WHERE c.mode IN ('o', 'b', 't') AND c.type NOT IN (SELECT oid FROM plain_type) $$,
    'columns of set-returning functions are plain types or our own');
SELECT is_empty(
    $$ SELECT name FROM our_function
       WHERE proretset <> coalesce(proargmodes && '{o,b,t}'::"char"[], false)
          OR (proretset AND prorettype <> 'record'::regtype) $$,
    'several columns mean a set of rows with named columns, and only that');
SELECT is_empty(
    $$ SELECT f.name, c.name, count(*)
       FROM our_function f, unnest(f.proargnames, f.proargmodes) c(name, mode)
       WHERE proretset AND c.mode IN ('o', 'b', 't') GROUP BY 1, 2 HAVING count(*) > 1 OR c.name = '' $$,
    'columns of set-returning functions have names of their own');

-- ---- aggregates ----

SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggkind <> 'n' $$, 'all aggregates are ordinary ones');
SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggcombinefn = 0 $$, 'every aggregate has a combine function');
-- of answers; a journey cannot lose touches again, and what many journeys say cannot lose a journey: its paths and quantiles hold no history
CREATE TEMP VIEW counting_aggregate AS SELECT * FROM our_aggregate WHERE aggtranstype = 'tally_state'::regtype;
SELECT is_empty($$ SELECT name FROM counting_aggregate WHERE aggmtransfn = 0 OR aggminvtransfn = 0 OR aggmtranstype = 0 $$,
    'every aggregate that counts has moving-window functions');
SELECT is_empty(
    $$ SELECT name, aggtranstype::regtype FROM our_aggregate
       WHERE aggtranstype NOT IN (SELECT oid FROM our_type) OR aggmtranstype <> 0 AND aggmtranstype NOT IN (SELECT oid FROM our_type) $$,
    'states are of our own types, not internal');
SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggserialfn <> 0 OR aggdeserialfn <> 0 $$,
    'typed states need no serialisation functions');
SELECT is_empty($$ SELECT name FROM counting_aggregate WHERE agginitval IS NULL OR aggminitval IS NULL $$,
    'every aggregate that counts has initial values, the others begin with NULL');
SELECT is_empty(
    $$ SELECT name, agginitval, aggminitval FROM our_aggregate
       WHERE CASE WHEN aggtranstype = 'tally_state'::regtype
                  THEN agginitval::tally_state::text <> 'tally{}' OR aggminitval::tally_state::text <> 'tally{}'
                  ELSE agginitval IS NOT NULL OR aggminitval IS NOT NULL END $$,
    'initial values can be read as states, and are empty');
SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggtransspace <= 0 OR aggmtransfn <> 0 AND aggmtransspace <= 0 $$,
    'every aggregate tells the planner the size of its state');
SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggfinalmodify <> 'r' OR aggmfinalmodify <> 'r' $$,
    'final functions leave the state alone, so that it can be shared and asked again');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggtransfn
       WHERE f.proretset OR f.prorettype <> a.aggtranstype
          OR f.proargtypes::text <> concat_ws(' ', a.aggtranstype, a.proargtypes) $$,
    'transition functions take state and arguments and return the state');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggmtransfn
       WHERE f.proretset OR f.prorettype <> a.aggmtranstype
          OR f.proargtypes::text <> concat_ws(' ', a.aggmtranstype, a.proargtypes) $$,
    'moving transition functions take state and arguments and return the state');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggminvtransfn
       WHERE f.proretset OR f.prorettype <> a.aggmtranstype
          OR f.proargtypes::text <> concat_ws(' ', a.aggmtranstype, a.proargtypes) $$,
    'inverse functions take state and arguments and return the state');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggmtransfn JOIN pg_proc i ON i.oid = a.aggminvtransfn
       WHERE f.proisstrict <> i.proisstrict $$,
    'inverse functions are as strict as what they undo');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggtransfn
       WHERE f.proisstrict AND a.agginitval IS NULL AND a.aggtranstype <> a.proargtypes[0] $$,
    'a strict transition function without initial value starts from a value of its own type');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc c ON c.oid = a.aggcombinefn
       WHERE c.proretset OR c.prorettype <> a.aggtranstype
          OR c.proargtypes::text <> concat_ws(' ', a.aggtranstype, a.aggtranstype) $$,
    'combine functions take two states and return one');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN pg_proc f ON f.oid = a.aggfinalfn
       WHERE a.aggfinalextra OR f.proargtypes::text <> a.aggtranstype::text OR f.prorettype <> a.prorettype $$,
    'final functions take the state and return the result');
SELECT is_empty($$ SELECT name FROM our_aggregate WHERE aggmtransfn <> 0 AND (aggmfinalfn <> aggfinalfn OR aggmtranstype <> aggtranstype) $$,
    'a moving window counts in the same state and ends in the same function as a group');
SELECT bag_eq(
    $$ SELECT DISTINCT a.proname::text FROM our_aggregate a JOIN our_aggregate b USING (proname) WHERE a.pronargs < b.pronargs $$,
    $$ VALUES ('nps'), ('csat'), ('ces'), ('tally'), ('journey_agg'), ('window_funnel'), ('sequence_match'), ('sequence_count')
       UNION ALL SELECT t || '_agg' FROM unnest('{funnel,flow,path,retention,attribution,basket,outcome,silo,mix,resolution,promise,service,coverage,pain,leakage,rfm,fit,survival}'::text[]) t
       UNION ALL VALUES ('churn_fit'), ('churn_risk'), ('logit_fit'), ('cox_fit') $$,
    'aggregates of several numbers of arguments (a misplaced ORDER BY can hide in them) are the weighted and scaled ones and those '
    'over journeys and conditions only, whose order does not matter');
SELECT is_empty(
    $$ SELECT a.name, b.name FROM our_aggregate a JOIN our_aggregate b USING (proname)
       WHERE a.pronargs < b.pronargs AND b.proargtypes::text LIKE a.proargtypes::text || ' %' AND proname NOT IN ('nps', 'csat', 'ces', 'tally', 'journey_agg', 'window_funnel', 'sequence_match', 'sequence_count', 'survival_agg', 'logit_fit', 'churn_risk')
         AND EXISTS (SELECT FROM generate_series(a.pronargs, b.pronargs - 1) i
                     WHERE b.proargtypes[i] NOT IN ('text'::regtype, 'boolean'::regtype, 'interval'::regtype)) $$,
    'and what they take beyond the journey is a word, a switch or a length of time, which nobody sorts by');
SELECT is_empty(
    $$ SELECT a.name FROM our_aggregate a JOIN our_function f ON f.oid = a.aggfnoid WHERE f.pronargdefaults > 0 $$,
    'aggregates have no default arguments');

-- ---- operators ----

SELECT is_empty($$ SELECT name FROM our_operator WHERE coalesce(obj_description(oid, 'pg_operator'), '') = '' $$,
    'every operator has a comment');
SELECT is_empty($$ SELECT name FROM our_operator WHERE oprcom = 0 AND oprname <> '||' $$,
    'every operator has a commutator, but for ||, where the left operand goes first');
SELECT is_empty(
    $$ SELECT a.name, b.oid::regoperator FROM our_operator a JOIN pg_operator b ON b.oid = a.oprcom
       WHERE b.oprcom <> a.oid OR b.oprresult <> a.oprresult OR b.oprleft <> a.oprright OR b.oprright <> a.oprleft $$,
    'commutators commute back');
SELECT is_empty($$ SELECT name FROM our_operator WHERE oprresult = 'boolean'::regtype AND (oprnegate = 0) <> (oprname ~ '[@]') $$,
    'every comparison has a negator');
SELECT is_empty(
    $$ SELECT a.name, b.oid::regoperator FROM our_operator a JOIN pg_operator b ON b.oid = a.oprnegate
       WHERE b.oprnegate <> a.oid OR a.oid = b.oid OR b.oprleft <> a.oprleft OR b.oprright <> a.oprright
          OR a.oprresult <> 'boolean'::regtype OR b.oprresult <> 'boolean'::regtype $$,
    'negators negate back');
SELECT bag_eq(
    $$ SELECT oprleft::regtype::text, oprname::text, (SELECT oprname FROM pg_operator c WHERE c.oid = o.oprcom)::text AS commutator,
           (SELECT oprname FROM pg_operator n WHERE n.oid = o.oprnegate)::text AS negator, oprrest::text, oprjoin::text
       FROM our_operator o WHERE oprleft = oprright AND oprresult = 'boolean'::regtype $$,
    $$ SELECT t, v.* FROM unnest('{feedback,tally,journey,journey_pattern}'::text[]) t, (VALUES
           ('<',  '>',  '>=', 'scalarltsel', 'scalarltjoinsel'),
           ('<=', '>=', '>',  'scalarlesel', 'scalarlejoinsel'),
           ('<>', '<>', '=',  'neqsel',      'neqjoinsel'),
           ('=',  '=',  '<>', 'eqsel',       'eqjoinsel'),
           ('>',  '<',  '<=', 'scalargtsel', 'scalargtjoinsel'),
           ('>=', '<=', '<',  'scalargesel', 'scalargejoinsel')) v $$,
    'each comparison has the right commutator, negator and built-in estimators');
SELECT bag_eq(
    $$ SELECT name::text, oprcom::regoperator::text, oprrest::text, oprjoin::text FROM our_operator WHERE oprname ~ '[@]' $$,
    $$ VALUES ('@&(journey,text[])', '&@(text[],journey)', 'matchingsel', 'matchingjoinsel'),
              ('&@(text[],journey)', '@&(journey,text[])', 'matchingsel', 'matchingjoinsel'),
              ('@|(journey,text[])', '|@(text[],journey)', 'matchingsel', 'matchingjoinsel'),
              ('|@(text[],journey)', '@|(journey,text[])', 'matchingsel', 'matchingjoinsel'),
              ('@~(journey,journey_pattern)', '~@(journey_pattern,journey)', 'matchingsel', 'matchingjoinsel'),
              ('~@(journey_pattern,journey)', '@~(journey,journey_pattern)', 'matchingsel', 'matchingjoinsel') $$,
    'each search operator has its commutator and built-in estimators');
SELECT is_empty($$ SELECT name FROM our_operator WHERE oprname IN ('@>', '<@', '&&') OR oprname ~ '[?]' $$,
    'no operator captures array expressions with an unknown literal, none has a question mark, which drivers take for a parameter');
SELECT is_empty(
    $$ SELECT o.name FROM our_operator o JOIN pg_proc f ON f.oid = o.oprcode
       WHERE f.prorettype <> o.oprresult OR f.proargtypes::text <> concat_ws(' ', o.oprleft, o.oprright)
          OR NOT f.proisstrict OR f.provolatile <> 'i' $$,
    'operators and their functions have the same types; the functions are strict and immutable');
SELECT is_empty(
    $$ SELECT o.name, f.comment FROM our_operator o JOIN our_function f ON f.oid = o.oprcode
       WHERE f.comment <> 'implementation of the ' || o.oprname || ' operator' $$,
    'the function behind an operator sends its reader to the operator');
SELECT is_empty(
    $$ SELECT name FROM our_operator o
       WHERE oprcanhash <> EXISTS (SELECT FROM pg_amop a JOIN pg_am m ON m.oid = a.amopmethod
                                   WHERE a.amopopr = o.oid AND m.amname = 'hash' AND a.amopstrategy = 1) $$,
    'HASHES stands at an operator exactly if a hash family holds it');
SELECT is_empty(
    $$ SELECT name FROM our_operator o
       WHERE oprcanmerge <> EXISTS (SELECT FROM pg_amop a JOIN pg_am m ON m.oid = a.amopmethod
                                    WHERE a.amopopr = o.oid AND m.amname = 'btree' AND a.amopstrategy = 3) $$,
    'MERGES stands at an operator exactly if a btree family holds it as its equality');
SELECT is_empty($$ SELECT name FROM our_operator WHERE (oprcanmerge OR oprcanhash) AND (oprcom = 0 OR oprresult <> 'boolean'::regtype) $$,
    'operators that merge or hash are boolean and have commutators');

-- ---- operator classes ----

SELECT bag_eq($$ SELECT opcname::text, amname::text, opcintype::regtype::text, opcdefault FROM our_class $$,
    $$ VALUES ('feedback_ops', 'btree', 'feedback', true), ('feedback_ops', 'hash', 'feedback', true),
              ('tally_ops', 'btree', 'tally', true), ('tally_ops', 'hash', 'tally', true),
              ('journey_ops', 'btree', 'journey', true), ('journey_ops', 'hash', 'journey', true), ('journey_ops', 'gin', 'journey', true),
              ('journey_pattern_ops', 'btree', 'journey_pattern', true), ('journey_pattern_ops', 'hash', 'journey_pattern', true) $$,
    'every type has a default btree and a default hash class, journey a GIN class');
SELECT is_empty($$ SELECT opcname, amname FROM our_class WHERE NOT amvalidate(oid) $$,
    'every operator class is valid to its access method');
SELECT is_empty($$ SELECT opcname, amname FROM our_class WHERE coalesce(obj_description(oid, 'pg_opclass'), '') = '' $$,
    'every operator class has a comment');
SELECT bag_eq(
    $$ SELECT amname::text, amprocnum::int, amproc::text FROM our_class c JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
       WHERE amproclefttype = opcintype AND amprocrighttype = opcintype $$,
    $$ VALUES ('btree', 1, 'feedback_cmp'), ('btree', 2, 'feedback_sortsupport'), ('btree', 4, 'btequalimage'),
              ('hash', 1, 'feedback_hash'), ('hash', 2, 'feedback_hash_extended'),
              ('btree', 1, 'tally_cmp'), ('hash', 1, 'tally_hash'), ('hash', 2, 'tally_hash_extended'),
              ('btree', 1, 'journey_cmp'), ('btree', 4, 'btequalimage'),
              ('hash', 1, 'journey_hash'), ('hash', 2, 'journey_hash_extended'),
              ('btree', 1, 'journey_pattern_cmp'), ('btree', 4, 'btequalimage'),
              ('hash', 1, 'journey_pattern_hash'), ('hash', 2, 'journey_pattern_hash_extended'),
              ('gin', 1, 'btint4cmp'), ('gin', 2, 'journey_gin_extract_value'), ('gin', 3, 'journey_gin_extract_query'),
              ('gin', 4, 'journey_gin_consistent'), ('gin', 6, 'journey_gin_tri_consistent') $$,
    'btree of feedback sorts fast, those whose equality is equality of bytes deduplicate, hash can be salted');
SELECT bag_eq(
    $$ SELECT amopopr::regoperator::text, amopstrategy::int FROM our_class c JOIN pg_amop o ON o.amopfamily = c.opcfamily
       WHERE amname = 'gin' $$,
    $$ VALUES ('@&(journey,text[])', 1), ('@|(journey,text[])', 2), ('@~(journey,journey_pattern)', 3) $$,
    'GIN finds journeys by all three search operators');

-- ---- casts ----

SELECT bag_eq(
    $$ SELECT castsource::regtype::text, casttarget::regtype::text, castcontext::text, castmethod::text FROM our_cast $$,
    $$ VALUES ('feedback', 'jsonb', 'e', 'f'), ('feedback', 'text', 'a', 'i'), ('journey', 'jsonb', 'e', 'f'),
              ('jsonb', 'journey', 'e', 'f'), ('journey', 'text', 'a', 'i'), ('journey_pattern', 'text', 'a', 'i'),
              ('text', 'journey_pattern', 'e', 'i'), ('funnel_def', 'text', 'a', 'i'), ('text', 'funnel_def', 'e', 'i') $$,
    'casts: to and from jsonb on request, to text on assignment, none implicit');
SELECT is_empty($$ SELECT castsource::regtype FROM our_cast WHERE coalesce(obj_description(oid, 'pg_cast'), '') = '' $$,
    'every cast has a comment');
SELECT is_empty(
    $$ SELECT c.castsource::regtype, c.casttarget::regtype FROM our_cast c JOIN pg_proc f ON f.oid = c.castfunc
       WHERE f.proargtypes[0] <> c.castsource OR f.prorettype <> c.casttarget OR f.pronargs <> 1 $$,
    'cast functions take the source and return the target');
SELECT is_empty($$ SELECT castsource::regtype FROM our_cast WHERE (castmethod = 'f') <> (castfunc <> 0) $$,
    'a cast has a function exactly if its method is one');

-- ---- types ----

SELECT is_empty($$ SELECT typname FROM our_type WHERE coalesce(obj_description(oid, 'pg_type'), '') = '' $$,
    'every type has a comment');
SELECT is_empty(
    $$ SELECT t.typname, f.oid::regprocedure FROM our_type t JOIN pg_proc f ON f.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend)
       WHERE NOT (f.oid = t.typinput   AND f.proargtypes::text = 'cstring'::regtype::oid::text  AND f.prorettype = t.oid
               OR f.oid = t.typoutput  AND f.proargtypes::text = t.oid::text                  AND f.prorettype = 'cstring'::regtype
               OR f.oid = t.typreceive AND f.proargtypes::text = 'internal'::regtype::oid::text AND f.prorettype = t.oid
               OR f.oid = t.typsend    AND f.proargtypes::text = t.oid::text                  AND f.prorettype = 'bytea'::regtype)
          OR f.provolatile <> 'i' OR NOT f.proisstrict OR f.proretset $$,
    'I/O functions have the signatures that the server expects, are strict and immutable');
SELECT is_empty($$ SELECT typname FROM our_type WHERE typinput = 0 OR typoutput = 0 OR typreceive = 0 OR typsend = 0 $$,
    'every type has text and binary I/O');
SELECT bag_eq(
    $$ SELECT typname::text, typlen::int, typbyval, typalign::text, typstorage::text FROM our_type $$,
    $$ VALUES ('feedback', 8, true, 'd', 'p'), ('tally', -1, false, 'i', 'x'), ('tally_state', -1, false, 'd', 'p'),
              ('journey', -1, false, 'i', 'm'), ('journey_pattern', -1, false, 'i', 'x'), ('funnel_def', -1, false, 'i', 'x'),
              ('rows_state', -1, false, 'i', 'x'), ('churn_model', -1, false, 'i', 'x')
       UNION ALL SELECT t || '_stats', -1, false, 'i', 'x'
       FROM unnest('{funnel,flow,path,session,retention,attribution,basket,outcome,rework,silo,mix,alignment,contact,resolution,promise,gap,apdex,service,conformance,share,growth,coverage,pain,leakage,adoption,usage,rfm,fit,risk,survival,cox,logit,calibration,driver}'::text[]) t $$,
    'feedback is eight bytes by value, others can be compressed and moved out of line, the state of a tally is always aligned and whole, journey stays in line while it can');
SELECT is_empty(
    $$ SELECT t.typname FROM our_type t LEFT JOIN pg_type a ON a.oid = t.typarray
       WHERE a.typelem IS DISTINCT FROM t.oid OR a.typalign IS DISTINCT FROM t.typalign $$,
    'every type has an array type of the same alignment');
SELECT is_empty(
    $$ SELECT typname FROM our_type
       WHERE typtype <> 'b' OR NOT typisdefined OR typcategory <> 'U' OR typispreferred OR typdelim <> ',' OR typelem <> 0
          OR typmodin <> 0 OR typcollation <> 0 OR typnotnull OR typbasetype <> 0 OR typdefault IS NOT NULL $$,
    'types are plain base types: no modifiers, no collation, no default, preferred to nothing');

-- ---- the extension can move ----

CREATE SCHEMA "CX of ours";
ALTER EXTENSION cx_analytics SET SCHEMA "CX of ours";
SELECT is_empty(
    $$ SELECT name::text FROM our_function WHERE pronamespace <> '"CX of ours"'::regnamespace
       UNION ALL SELECT typname::text FROM our_type WHERE typnamespace <> '"CX of ours"'::regnamespace $$,
    'relocatable: every object follows the extension to another schema');
SELECT is((SELECT "CX of ours".nps(s) FROM generate_series(0, 10) s), (100.0 * (2 - 7) / 11)::float8,
    'relocatable: aggregates work there, schema-qualified and off the search_path');
SELECT is((SELECT count(t)::int FROM "CX of ours".touches("CX of ours".touch('2026-01-05', 'a') OPERATOR("CX of ours".||) '[]') t), 1,
    'relocatable: so do operators');
SELECT is((SELECT r.metric || ' ' || r.scale FROM "CX of ours".score_report('tally{nps: 9=1}'::"CX of ours".tally) r), 'nps 0..10',
    'relocatable: so do set-returning functions');

-- ---- the extension is trusted ----

DROP EXTENSION cx_analytics CASCADE;
CREATE ROLE cx_no_superuser;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO cx_no_superuser', current_database()); END $$;
CREATE SCHEMA cx_trusted AUTHORIZATION cx_no_superuser;
SET LOCAL ROLE cx_no_superuser;
SELECT lives_ok($$ CREATE EXTENSION cx_analytics SCHEMA cx_trusted $$,
    'trusted: who may create in the database may install, without being superuser');
SELECT is((SELECT cx_trusted.nps(s) FROM generate_series(9, 10) s), 100::float8, 'trusted: and use it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
