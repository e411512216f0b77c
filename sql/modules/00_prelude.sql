-- complain if this script is sourced in psql, rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION cx_analytics" to load this file. \quit

CREATE FUNCTION cx_analytics_version() RETURNS text
    AS 'MODULE_PATHNAME' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION cx_analytics_version() IS
    'version of the loaded cx_analytics library; the version of the SQL objects is pg_extension.extversion';
