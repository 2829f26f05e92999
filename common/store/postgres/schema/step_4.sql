-- `rank`: 9 less the priority.  The order of the queue is that of rank and then of number.  `client`: whom the job counts
-- for while it is queued; NULL: nobody.
ALTER TABLE casecast.jobs ADD COLUMN rank int NOT NULL DEFAULT 5;
ALTER TABLE casecast.jobs ADD COLUMN traceparent text;
ALTER TABLE casecast.jobs ADD COLUMN client text COLLATE "C";
CREATE INDEX jobs_in_turn ON casecast.jobs(rank, number) WHERE state = 'queued';
DROP INDEX casecast.jobs_queued;

-- Requests that have a name, and the job that each of them got.
CREATE TABLE casecast.requests(
  name text COLLATE "C" PRIMARY KEY,
  body text COLLATE "C" NOT NULL,
  job_id text COLLATE "C" NOT NULL REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  made_ms bigint NOT NULL);
CREATE INDEX requests_by_job ON casecast.requests(job_id);
CREATE INDEX requests_by_time ON casecast.requests(made_ms);
DROP FUNCTION IF EXISTS casecast.job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text, text);
DROP FUNCTION IF EXISTS casecast.job_append(text, text, bigint, text, text, text);
