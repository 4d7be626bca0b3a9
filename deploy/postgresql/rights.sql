-- What each role may do with the gradebook. As its owner, after the first release made the tables, and again after an
-- update of hocvuso made new ones:
--
--   psql -U hocvuso_owner -d hocvuso -f deploy/postgresql/rights.sql
--
-- The logs of scores and deeds have triggers that refuse every change. Only their owner can take a trigger away, and no
-- program runs as the owner. Safe to run again.
\set ON_ERROR_STOP on
BEGIN;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, hocvuso_grader, hocvuso_trainer;
GRANT USAGE ON SCHEMA public TO hocvuso_grader, hocvuso_trainer;

-- nbgrader's tables, and ours but for the logs
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hocvuso_grader, hocvuso_trainer;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM hocvuso_grader, hocvuso_trainer;

-- the logs: the grader adds to them, a trainer reads the scores, nobody changes either
REVOKE UPDATE, DELETE ON hocvuso_scores, hocvuso_audit FROM hocvuso_grader;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hocvuso_grader;
REVOKE ALL ON hocvuso_audit FROM hocvuso_trainer;
REVOKE INSERT, UPDATE, DELETE ON hocvuso_scores, hocvuso_people FROM hocvuso_trainer;
REVOKE ALL ON hocvuso_answers FROM hocvuso_trainer;

COMMIT;
