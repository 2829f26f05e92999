-- The first of a kind, however many of other kinds stand before it.
CREATE INDEX jobs_in_turn_of_kind ON casecast.jobs(kind, rank, number) WHERE state = 'queued';

-- What runs write is written together, and claims take several jobs.
DROP FUNCTION IF EXISTS casecast.journal_add(text, text[], text[], text[]);
DROP FUNCTION IF EXISTS casecast.job_append(text, text, bigint, text[], text[], text[]);
DROP FUNCTION IF EXISTS casecast.job_end(text, text, bigint, text, text, text, text[], text[], text[]);
DROP FUNCTION IF EXISTS casecast.job_write_end(text, text, text, text, text[], text[], text[]);
DROP FUNCTION IF EXISTS casecast.job_claim(text, text, text, int, text, bigint, int, boolean, text, text);
