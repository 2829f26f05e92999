-- Who is to be told of a job's events.  `key`: of url, events and metadata.  `state`: idle while no event is to be
-- delivered.  `seq`: the event that was delivered last.  `next_ms`: not before; a claim sets it, too.  `attempts`,
-- `since_ms`: of the next event.
CREATE TABLE casecast.hooks(
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  job_id text COLLATE "C" NOT NULL REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  key text COLLATE "C" NOT NULL,
  url text NOT NULL,
  host text COLLATE "C" NOT NULL,
  events text COLLATE "C" NOT NULL,
  metadata text NOT NULL,
  state text COLLATE "C" NOT NULL DEFAULT 'idle' CHECK (state IN ('idle', 'due', 'given up')),
  seq bigint NOT NULL DEFAULT 0,
  attempts int NOT NULL DEFAULT 0,
  since_ms bigint NOT NULL DEFAULT 0,
  next_ms bigint NOT NULL DEFAULT 0,
  error text,
  UNIQUE (job_id, key)) WITH (fillfactor = 70);
CREATE INDEX hooks_due ON casecast.hooks(next_ms) WHERE state = 'due';
CREATE INDEX hooks_given_up ON casecast.hooks(number) WHERE state = 'given up';
