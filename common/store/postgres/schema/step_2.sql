-- `asked_ms`: NULL while the job lives; from its end on the time of the last request; 0: it is to be forgotten.
ALTER TABLE casecast.jobs ADD COLUMN asked_ms bigint;
UPDATE casecast.jobs SET asked_ms = greatest(ended_ms, 1) WHERE state NOT IN ('queued', 'running');
CREATE INDEX jobs_by_asked ON casecast.jobs(asked_ms) WHERE asked_ms IS NOT NULL;

-- They have got further parameters.
DROP FUNCTION IF EXISTS casecast.job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text);
DROP FUNCTION IF EXISTS casecast.job_next(text, text, text, text, int, boolean);
DROP FUNCTION IF EXISTS casecast.job_claim(text, text, text, int, text, bigint, int, boolean, text);
