-- health: a weighted mean of scores with a rule for those that are missing
\pset null '(null)'
SELECT health_score('{47,59,21}', '{20,15,22}'), health_score('{47,NULL,21}', '{20,15,22}') AS rebased, health_score('{47,NULL,21}', '{20,15,22}', 'zero') AS zero,
    health_score('{47,NULL,21}', '{20,15,22}', missing => 'null') AS nothing;
SELECT * FROM health_parts('{47,59,21}', '{20,15,22}', names => '{usage,support,survey}');
SELECT * FROM health_parts('{47,NULL,21}', '{20,15,22}');
SELECT * FROM health_parts('{47,NULL,21}', '{20,15,22}', 'zero');
SELECT * FROM health_parts('{47,NULL,21}', '{20,15,22}', 'null', '{usage,support,survey}');

-- a part of weight 0 never counts
SELECT missing, health_score('{80,NULL}', '{1,0}', missing) AS known, health_score('{NULL,80}', '{1,0}', missing) AS unknown, health_score('{80,20}', '{0,0}', missing) AS weightless,
    health_score('{NULL,NULL}', '{1,1}', missing) AS none, health_score('{}', '{}', missing) AS no_parts FROM unnest('{rebase,zero,"null"}'::text[]) missing;
SELECT * FROM health_parts('{80,NULL,40}', '{1,0,3}', 'null');
SELECT count(*) FROM health_parts('{}', '{}');
SELECT count(*) FROM health_parts(NULL, '{1}');
SELECT count(*) FROM health_parts('{1}', '{1}', NULL);
SELECT health_score(NULL, '{1}'), health_score('{1}', NULL), health_score('{1}', '{1}', NULL);

-- mistakes
\set SHOW_CONTEXT never
SELECT health_score('{1,2}', '{1}');
SELECT health_score('{{1,2},{3,4}}', '{1,1,1,1}');
SELECT health_score('{1,2}', '{1,NULL}');
SELECT health_score('{1,2}', '{1,-1}');
SELECT health_score('{1,NaN}', '{1,1}');
SELECT health_score('{1,1e200}', '{1,1}');
SELECT health_score('{1,2}', '{1,Infinity}');
SELECT health_score('{1,2}', '{1,1}', 'ignore');
SELECT * FROM health_parts('{1,2}', '{1,1}', names => '{a}');
SELECT * FROM health_parts('{1,2}', '{1,1}', names => '{a,NULL}');
