-- tables.sql - the tables of jobs, of their journal and of the processes that run them.
--
-- The same as in SQLite (common/store/sqlite/schema.c), in a schema of their own.  All times are milliseconds of this
-- server's clock.

CREATE TABLE casecast.meta(
  name text COLLATE "C" PRIMARY KEY,
  value text NOT NULL);

-- `number` is the order of creation and so of the queue: a job that is put back is first in line again.
-- `cancel_wanted`: 0, or why (enum cancel_why).  `dead`: the owners that were silent until another process took the job
-- over; who comes back is taken out again, and job_deaths() tells which of the others have died.  `engine`: of the owner, or of the last one.  `run`: the number of its claims,
-- which each write of an owner names.
CREATE TABLE casecast.jobs(
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  kind text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'canceled')),
  cancel_wanted int NOT NULL DEFAULT 0,
  last_seq bigint NOT NULL DEFAULT 0,
  created_ms bigint NOT NULL,
  started_ms bigint NOT NULL DEFAULT 0,
  ended_ms bigint NOT NULL DEFAULT 0,
  owner text COLLATE "C",
  engine text COLLATE "C",
  run bigint NOT NULL DEFAULT 0,
  claim text COLLATE "C",
  dead text[] COLLATE "C" NOT NULL DEFAULT '{}',
  deaths int GENERATED ALWAYS AS (cardinality(dead)) STORED,
  watched_ms bigint NOT NULL DEFAULT 0,
  progress text,
  result text,
  error text) WITH (fillfactor = 70);
CREATE INDEX jobs_by_key ON casecast.jobs(kind, key, number);
CREATE INDEX jobs_by_state ON casecast.jobs(state, number);
CREATE INDEX jobs_queued ON casecast.jobs(number) WHERE state = 'queued';
CREATE INDEX jobs_done ON casecast.jobs(kind, subject, number) WHERE state = 'done';
CREATE INDEX jobs_to_cancel ON casecast.jobs(number) WHERE state IN ('queued', 'running') AND cancel_wanted <> 0;
-- The promise of create-or-attach, enforced by the database.
CREATE UNIQUE INDEX one_live_job_a_key ON casecast.jobs(kind, key)
  WHERE state IN ('queued', 'running') AND cancel_wanted = 0;

-- Apart from the job, whose row every progress note writes anew.
CREATE TABLE casecast.inputs(
  job_id text COLLATE "C" PRIMARY KEY REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  input text NOT NULL);

CREATE TABLE casecast.events(
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text COLLATE "C" NOT NULL REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  seq bigint NOT NULL,
  name text,
  data text NOT NULL,
  once text COLLATE "C" NOT NULL,
  UNIQUE (job_id, seq),
  UNIQUE (job_id, once));

CREATE TABLE casecast.members(
  name text COLLATE "C" PRIMARY KEY,
  machine text NOT NULL,
  engine text NOT NULL,
  slots int NOT NULL,
  kinds text NOT NULL,
  leased_until_ms bigint NOT NULL,
  is_stopping boolean NOT NULL DEFAULT false) WITH (fillfactor = 50);

CREATE TABLE casecast.audiences(
  job_id text COLLATE "C" NOT NULL REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  member text COLLATE "C" NOT NULL,
  n int NOT NULL,
  who text NOT NULL,
  PRIMARY KEY (job_id, member));
CREATE INDEX audiences_by_member ON casecast.audiences(member);

CREATE TABLE casecast.told(
  job_id text COLLATE "C" NOT NULL REFERENCES casecast.jobs(id) ON DELETE CASCADE,
  viewer text COLLATE "C" NOT NULL,
  told_ms bigint NOT NULL,
  PRIMARY KEY (job_id, viewer));
CREATE INDEX told_by_time ON casecast.told(told_ms);

-- What others may make of a running job, and who makes which part of it; gone with the job's input.
CREATE TABLE casecast.plans(
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text COLLATE "C" NOT NULL UNIQUE REFERENCES casecast.inputs(job_id) ON DELETE CASCADE,
  engine text COLLATE "C" NOT NULL,
  plan text NOT NULL,
  first int NOT NULL,
  n int NOT NULL);

CREATE TABLE casecast.parts(
  plan bigint NOT NULL REFERENCES casecast.plans(number) ON DELETE CASCADE,
  number int NOT NULL,
  member text COLLATE "C",
  claimed_ms bigint NOT NULL DEFAULT 0,
  made_key text COLLATE "C",
  PRIMARY KEY (plan, number)) WITH (fillfactor = 50);
CREATE INDEX parts_to_make ON casecast.parts(plan, number) WHERE made_key IS NULL;
