-- Who may connect to the gradebook. Once, as PostgreSQL's superuser, before the first release:
--
--   sudo -u postgres psql -f deploy/postgresql/roles.sql
--   sudo -u postgres createdb --owner=hocvuso_owner --encoding=UTF8 --template=template0 hocvuso
--
-- None of the roles has a password: who runs as which system user is settled in pg_hba.conf and pg_ident.conf
-- (docs/installation.md). The owner makes the tables and is used for nothing else.
\set ON_ERROR_STOP on

CREATE ROLE hocvuso_owner LOGIN;
CREATE ROLE hocvuso_grader LOGIN;   -- grade, people, export, release once the tables are there
CREATE ROLE hocvuso_trainer LOGIN;  -- formgrader
