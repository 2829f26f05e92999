-- When what a done job showed of its unfinished work is to go.  NULL: there is none (any more).  How long the videos are
-- that are done already is not known here: they have a day.
ALTER TABLE casecast.jobs ADD COLUMN clear_ms bigint;
UPDATE casecast.jobs SET clear_ms = ended_ms + 86400000 WHERE kind = 'video' AND state = 'done';
CREATE INDEX jobs_to_clear ON casecast.jobs(clear_ms) WHERE clear_ms IS NOT NULL;

-- They have got a further parameter.
DROP FUNCTION IF EXISTS casecast.runs_write(text, text[], bigint[], text[], text[], text[], text[], text[], text[], text[]);
DROP FUNCTION IF EXISTS casecast.jobs_write_end(text[], text[], text[], text[]);
