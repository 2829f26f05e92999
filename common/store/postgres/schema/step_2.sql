-- `asked_ms`: NULL while the job lives; from its end on the time of the last request; 0: it is to be forgotten.
ALTER TABLE casecast.jobs ADD COLUMN asked_ms bigint;
UPDATE casecast.jobs SET asked_ms = greatest(ended_ms, 1) WHERE state NOT IN ('queued', 'running');
CREATE INDEX jobs_by_asked ON casecast.jobs(asked_ms) WHERE asked_ms IS NOT NULL;
