-- soft input errors (PostgreSQL 16 and newer)
SELECT pg_input_is_valid('nps:9', 'feedback'), pg_input_is_valid('nps:11', 'feedback'), pg_input_is_valid('stars:1', 'feedback'),
       pg_input_is_valid('nps:4/5', 'feedback'), pg_input_is_valid('nps:9.0001', 'feedback');
SELECT message, hint, sql_error_code FROM pg_input_error_info('nps:11', 'feedback');
SELECT pg_input_is_valid('tally{nps: 9=1}', 'tally'), pg_input_is_valid('tally{nps: 11=1}', 'tally'), pg_input_is_valid('nps:9', 'tally_state');
SELECT message, detail, sql_error_code FROM pg_input_error_info('tally{nps: 11=1}', 'tally');
