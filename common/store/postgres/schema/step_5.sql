-- JSON, an object that the request which made the job gave it; NULL: none.
ALTER TABLE casecast.jobs ADD COLUMN metadata text;

-- It has got a further parameter.
DROP FUNCTION IF EXISTS casecast.job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text,
  text, text, text, bigint, int, text, int, int, text);
