-- the extension installs, says its version, and can be moved and removed
CREATE EXTENSION cx_analytics;
SELECT cx_analytics_version() = extversion AS library_is_the_installed_version
FROM pg_extension WHERE extname = 'cx_analytics';
CREATE SCHEMA cx;
ALTER EXTENSION cx_analytics SET SCHEMA cx;
SELECT cx.nps(s) FROM unnest(ARRAY[9, 10, 6, 8]) AS s;
ALTER EXTENSION cx_analytics SET SCHEMA public;
DROP EXTENSION cx_analytics;
CREATE EXTENSION cx_analytics;
