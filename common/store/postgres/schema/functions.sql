-- functions.sql - each durable write of common/store/postgres/jobs is one call of a function.
--
-- The journal lock: a writer takes it first and holds it until its commit.  So positions become visible in their own
-- order, and a reader that remembers a position misses nothing.  No client holds the lock over a round trip: one that
-- is cut off in the middle of a call stops nobody.  After the lock each statement sees what was committed before it
-- (READ COMMITTED), so what is looked up then stays true until the commit, but for what a claim changes.
--
-- The lock of claims: they write no events, so they do not wait for the journal, and its writers do not wait for them.
-- What both may change, the row of a job, is locked where it is looked up.  The locks are taken in this order: claims,
-- journal, rows of jobs by number.  So no two writers wait for one another.
--
-- Functions that run many times a second are planned once a connection, perhaps while the tables are empty: they say
-- that indexes are to be followed, and that nothing is worth a compilation.
--
-- Names are written with their schema: the caller's search_path changes nothing.
--
-- `casecast init` runs this file where it is not what the database has.  A function whose parameters or result change, or
-- that is not needed any more, is dropped by a step (schema.c).

CREATE OR REPLACE FUNCTION casecast.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- --- the journal ---

-- Which history is this?  Another cluster, tables that were made anew, or a standby that was promoted have another mark:
-- then numbers that were read before may name other events now, and runs other claims.
CREATE OR REPLACE FUNCTION casecast.mark() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN -- in SQL it would be planned anew at each call
  RETURN (SELECT system_identifier FROM pg_control_system()) || '/'
    || CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END || '/'
    || 'casecast.events'::regclass::oid;
END $$;

-- What a reader asks who has seen all up to a position and found no live job: is there more?  It costs a fraction of
-- reading.
CREATE OR REPLACE FUNCTION casecast.glance(OUT mark text, OUT journal_end bigint, OUT has_live boolean)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  mark := casecast.mark();
  SELECT coalesce((SELECT max(position) FROM casecast.events), 0),
    EXISTS (SELECT 1 FROM casecast.jobs WHERE state = 'queued') OR EXISTS (SELECT 1 FROM casecast.jobs WHERE state = 'running')
    INTO journal_end, has_live;
END $$;

-- p_mark NULL: the caller knows of no history.
CREATE OR REPLACE FUNCTION casecast.check_mark(p_mark text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_mark <> casecast.mark() THEN
    RAISE EXCEPTION 'the database was replaced, or lost a part of its history' USING ERRCODE = 'CC001';
  END IF;
END $$;

CREATE OR REPLACE FUNCTION casecast.write_durably() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'casecast writes in transactions of READ COMMITTED only';
  END IF;
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  PERFORM set_config('lock_timeout', '2s', true);
END $$;

CREATE OR REPLACE FUNCTION casecast.lock_journal(p_mark text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_durably();
  PERFORM pg_advisory_xact_lock(hashtextextended('casecast.events', 0));
  PERFORM casecast.check_mark(p_mark);
END $$;

CREATE OR REPLACE FUNCTION casecast.lock_claims() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_durably();
  PERFORM pg_advisory_xact_lock(hashtextextended('casecast.claims', 0));
END $$;

-- What may be lost when the server dies: notes that are written again soon.
CREATE OR REPLACE FUNCTION casecast.write_a_note() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '2s', true);
END $$;

CREATE OR REPLACE FUNCTION casecast.tell_news() RETURNS void LANGUAGE sql AS $$ SELECT pg_notify('casecast', '') $$;

-- Gives the events the next numbers of their jobs, which p_ids names event by event; one whose tag is there already is not
-- written again.  The caller holds the journal lock and has checked that it may.
CREATE OR REPLACE FUNCTION casecast.journal_add(p_ids text[], p_names text[], p_datas text[], p_onces text[]) RETURNS void
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off AS $$
BEGIN
  WITH said AS (
    SELECT e.*, row_number() OVER (PARTITION BY e.job_id, e.once ORDER BY e.n) AS nth
      FROM unnest(p_ids, p_names, p_datas, p_onces) WITH ORDINALITY AS e(job_id, name, data, once, n)
      WHERE NOT EXISTS (SELECT 1 FROM casecast.events o WHERE o.job_id = e.job_id AND o.once = e.once)),
  added AS (
    INSERT INTO casecast.events(job_id, seq, name, data, once)
      SELECT j.id, j.last_seq + row_number() OVER (PARTITION BY j.id ORDER BY e.n), e.name, e.data, e.once
        FROM said e JOIN casecast.jobs j ON j.id = e.job_id WHERE e.nth = 1 ORDER BY e.n
      RETURNING job_id, seq, name),
  woken AS ( -- they have something to deliver
    UPDATE casecast.hooks h SET state = 'due' WHERE h.job_id = ANY (p_ids) AND h.state = 'idle'
      AND EXISTS (SELECT 1 FROM added a WHERE a.job_id = h.job_id
        AND (h.events = '' OR position(',' || coalesce(a.name, 'message') || ',' IN h.events) > 0)))
  UPDATE casecast.jobs j SET last_seq = a.seq FROM (SELECT job_id, max(seq) AS seq FROM added GROUP BY job_id) AS a
    WHERE j.id = a.job_id;
  PERFORM casecast.tell_news();
END $$;

-- The events of one job.
CREATE OR REPLACE FUNCTION casecast.journal_add_of(p_id text, p_names text[], p_datas text[], p_onces text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(p_datas) > 0 THEN
    PERFORM casecast.journal_add(array_fill(p_id, ARRAY[cardinality(p_datas)]), p_names, p_datas, p_onces);
  END IF;
END $$;

-- --- jobs ---

-- A job as its readers get it.
CREATE OR REPLACE VIEW casecast.job_rows AS
  SELECT number, id, kind, subject, key, state, cancel_wanted, last_seq, created_ms, started_ms, ended_ms,
    deaths, progress, result, error, owner, watched_ms, run,
    CASE state WHEN 'queued' THEN (SELECT count(*) FROM casecast.jobs q
      WHERE q.state = 'queued' AND (q.rank, q.number) <= (j.rank, j.number)) END AS position,
    9 - rank AS priority, traceparent, metadata
  FROM casecast.jobs j;

-- The job that a request attaches to; NULL: none.  One that failed, was canceled or is to be canceled is found only for
-- a caller that must not begin it anew; and not one that was canceled because its last viewer left (2).
CREATE OR REPLACE FUNCTION casecast.job_find(p_kind text, p_key text, p_gone bigint, p_hold_ms bigint, p_told_hold_ms bigint,
  p_viewer text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN -- in SQL it would be planned anew at each call
  RETURN (SELECT number FROM casecast.jobs j, (SELECT casecast.now_ms() AS ms OFFSET 0) AS t
    WHERE kind = p_kind AND key = p_key AND (state IN ('queued', 'running') AND cancel_wanted = 0
      OR state = 'done' AND number > p_gone
      OR state <> 'done' AND (state = 'failed' OR cancel_wanted <> 2)
        AND number = (SELECT max(number) FROM casecast.jobs WHERE kind = p_kind AND key = p_key)
        AND (CASE WHEN state IN ('queued', 'running') THEN p_hold_ms > 0 ELSE abs(t.ms - ended_ms) < p_hold_ms END
          OR EXISTS (SELECT 1 FROM casecast.told
            WHERE job_id = j.id AND viewer = p_viewer AND abs(t.ms - told_ms) < p_told_hold_ms)))
    ORDER BY CASE state WHEN 'done' THEN 2 WHEN 'failed' THEN 3 WHEN 'canceled' THEN 3 ELSE 1 END, number DESC LIMIT 1);
END $$;

-- Create or attach.  Nearly every caller attaches, which needs no lock.  answer: 'there'; 'full', 'full kind', 'full
-- client'; or 'reused': p_name was the name of another request within the last p_known_ms; no row: there is no job, and no
-- input for a new one.
CREATE OR REPLACE FUNCTION casecast.job_open(p_id text, p_kind text, p_subject text, p_key text, p_input text, p_first_name text,
  p_first text, p_first_once text, p_most int, p_gone bigint, p_hold_ms bigint, p_told_hold_ms bigint, p_viewer text,
  p_engine text, p_name text, p_body text, p_known_ms bigint, p_priority int, p_traceparent text, p_most_of_kind int,
  p_most_of_client int, p_client text, p_metadata text, p_hook_id text, p_hook_key text, p_hook_url text,
  p_hook_host text, p_hook_events text, p_hook_metadata text)
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  is_noted boolean;
  noted text;
  n bigint;
  full_of text;
BEGIN
  FOR look IN 1..2 LOOP
    SELECT j.number, r.body INTO n, noted FROM casecast.requests r JOIN casecast.jobs j ON j.id = r.job_id
      WHERE r.name = p_name AND abs(t - r.made_ms) < p_known_ms AND NOT (j.state = 'done' AND j.number <= p_gone);
    IF noted <> p_body THEN
      RETURN QUERY SELECT 'reused', NULL::text, NULL::casecast.job_rows;
      RETURN;
    END IF;
    is_noted := p_name IS NULL OR n IS NOT NULL;
    n := coalesce(n, (SELECT number FROM casecast.jobs WHERE id = p_id), -- the call before has made it
      casecast.job_find(p_kind, p_key, p_gone, p_hold_ms, p_told_hold_ms, p_viewer));
    EXIT WHEN n IS NOT NULL AND is_noted;
    IF n IS NULL AND p_input IS NULL THEN
      RETURN;
    END IF;
    IF look = 1 THEN
      PERFORM casecast.lock_journal(NULL);
    END IF;
  END LOOP;
  IF n IS NULL THEN
    SELECT CASE WHEN count(*) >= p_most THEN 'full'
        WHEN p_most_of_kind > 0 AND count(*) FILTER (WHERE kind = p_kind) >= p_most_of_kind THEN 'full kind'
        WHEN p_most_of_client > 0 AND count(*) FILTER (WHERE client = p_client) >= p_most_of_client THEN 'full client' END
      INTO full_of FROM casecast.jobs WHERE state = 'queued';
    IF full_of IS NOT NULL THEN
      RETURN QUERY SELECT full_of, NULL::text, NULL::casecast.job_rows;
      RETURN;
    END IF;
    INSERT INTO casecast.jobs(id, kind, subject, key, state, created_ms, engine, rank, traceparent, client,
        metadata)
      VALUES (p_id, p_kind, p_subject, p_key, 'queued', casecast.now_ms(), p_engine, 9 - p_priority, p_traceparent, p_client,
        p_metadata)
      RETURNING number INTO n;
    INSERT INTO casecast.inputs(job_id, input) VALUES (p_id, p_input);
    IF p_hook_url IS NOT NULL THEN -- before the first event, which wakes it
      INSERT INTO casecast.hooks(id, job_id, key, url, host, events, metadata)
        VALUES (p_hook_id, p_id, p_hook_key, p_hook_url, p_hook_host, p_hook_events, p_hook_metadata);
    END IF;
    IF p_first IS NOT NULL THEN
      PERFORM casecast.journal_add_of(p_id, ARRAY[p_first_name], ARRAY[p_first], ARRAY[p_first_once]);
    END IF;
    PERFORM casecast.tell_news();
  END IF;
  IF NOT is_noted THEN
    DELETE FROM casecast.requests WHERE made_ms < t - p_known_ms OR made_ms > t + p_known_ms;
    INSERT INTO casecast.requests(name, body, job_id, made_ms)
      SELECT p_name, p_body, id, t FROM casecast.jobs WHERE number = n
      ON CONFLICT (name) DO UPDATE SET body = excluded.body, job_id = excluded.job_id, made_ms = excluded.made_ms;
  END IF;
  RETURN QUERY SELECT 'there', NULL::text, j FROM casecast.job_rows j WHERE j.number = n;
END $$;

CREATE OR REPLACE FUNCTION casecast.job_told(p_id text, p_viewer text, p_forget_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  PERFORM casecast.write_a_note();
  DELETE FROM casecast.told WHERE told_ms < t - p_forget_ms OR told_ms > t + p_forget_ms;
  INSERT INTO casecast.told(job_id, viewer, told_ms) VALUES (p_id, p_viewer, t)
    ON CONFLICT (job_id, viewer) DO UPDATE SET told_ms = excluded.told_ms;
END $$;

-- Its state now; NULL: no such job.
CREATE OR REPLACE FUNCTION casecast.job_want_cancel(p_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.lock_journal(NULL);
  UPDATE casecast.jobs SET cancel_wanted = 1 WHERE id = p_id AND state IN ('queued', 'running');
  IF FOUND THEN
    PERFORM casecast.tell_news();
  END IF;
  RETURN (SELECT state FROM casecast.jobs WHERE id = p_id);
END $$;

-- answer: 'first' if this call changed the job, else 'again'; no row: no such job.
CREATE OR REPLACE FUNCTION casecast.job_cancel(p_id text, p_why int, p_names text[], p_datas text[], p_onces text[])
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  is_first boolean;
BEGIN
  PERFORM casecast.lock_journal(NULL);
  UPDATE casecast.jobs SET state = 'canceled', cancel_wanted = p_why, ended_ms = casecast.now_ms(),
      asked_ms = casecast.now_ms()
    WHERE id = p_id AND state = 'queued';
  is_first := FOUND;
  IF is_first THEN
    DELETE FROM casecast.inputs WHERE job_id = p_id;
    PERFORM casecast.journal_add_of(p_id, p_names, p_datas, p_onces);
  ELSE
    UPDATE casecast.jobs SET cancel_wanted = p_why WHERE id = p_id AND state = 'running' AND cancel_wanted = 0;
    is_first := FOUND;
  END IF;
  IF is_first THEN
    PERFORM casecast.tell_news();
  END IF;
  RETURN QUERY SELECT CASE WHEN is_first THEN 'first' ELSE 'again' END, NULL::text, j
    FROM casecast.job_rows j WHERE j.id = p_id;
END $$;

-- No row: no such job.
CREATE OR REPLACE FUNCTION casecast.job_set_priority(p_id text, p_priority int)
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.lock_journal(NULL);
  UPDATE casecast.jobs SET rank = 9 - p_priority WHERE id = p_id AND state = 'queued';
  IF FOUND THEN
    PERFORM casecast.tell_news();
  END IF;
  RETURN QUERY SELECT 'done'::text, NULL::text, j FROM casecast.job_rows j WHERE j.id = p_id;
END $$;

-- --- members ---

CREATE OR REPLACE FUNCTION casecast.lives(p_name text, p_now_ms bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM casecast.members WHERE name = p_name AND leased_until_ms > p_now_ms) $$;

-- Writes its row, with a lease from now on; the kinds of a row that is there stay.  Who was silent for longer than its
-- lease and comes back has not died of the jobs that it lost.  It looks for them with its lease written: job_take() locks
-- the row of an owner, so either this sees that the job was taken, or job_take() sees the lease.
CREATE OR REPLACE FUNCTION casecast.member_renew(p_name text, p_machine text, p_engine text, p_slots int, p_kinds text,
  p_lease_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  UPDATE casecast.members SET leased_until_ms = t + p_lease_ms WHERE name = p_name AND leased_until_ms > t;
  IF FOUND THEN
    RETURN;
  END IF;
  INSERT INTO casecast.members(name, machine, engine, slots, kinds, leased_until_ms)
    VALUES (p_name, p_machine, p_engine, p_slots, coalesce(p_kinds, ''), t + p_lease_ms)
    ON CONFLICT (name) DO UPDATE SET leased_until_ms = excluded.leased_until_ms;
  IF EXISTS (SELECT 1 FROM casecast.jobs WHERE state IN ('queued', 'running') AND p_name = ANY (dead)) THEN
    PERFORM casecast.lock_journal(NULL);
    UPDATE casecast.jobs SET dead = array_remove(dead, p_name)
      WHERE state IN ('queued', 'running') AND p_name = ANY (dead);
  END IF;
END $$;

-- The same; p_kinds are those that it can run now.  An idle process calls this, and nothing else.
CREATE OR REPLACE FUNCTION casecast.member_glance(p_name text, p_machine text, p_engine text, p_slots int, p_kinds text,
  p_lease_ms bigint, OUT mark text, OUT journal_end bigint, OUT has_live boolean) LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  PERFORM casecast.write_a_note();
  UPDATE casecast.members SET leased_until_ms = t + p_lease_ms, kinds = coalesce(p_kinds, '')
    WHERE name = p_name AND leased_until_ms > t;
  IF NOT FOUND THEN
    PERFORM casecast.member_renew(p_name, p_machine, p_engine, p_slots, p_kinds, p_lease_ms);
    UPDATE casecast.members SET kinds = coalesce(p_kinds, '') WHERE name = p_name AND kinds <> coalesce(p_kinds, '');
  END IF;
  SELECT * INTO mark, journal_end, has_live FROM casecast.glance();
END $$;

CREATE OR REPLACE FUNCTION casecast.member_stop(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note();
  UPDATE casecast.members SET is_stopping = true WHERE name = p_name;
END $$;

-- Its running jobs are queued again, and it is no member any more.
CREATE OR REPLACE FUNCTION casecast.member_release(p_name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.lock_journal(NULL);
  UPDATE casecast.jobs SET state = 'queued', owner = NULL WHERE owner = p_name AND state = 'running';
  IF FOUND THEN
    PERFORM casecast.tell_news();
  END IF;
  DELETE FROM casecast.audiences WHERE member = p_name;
  DELETE FROM casecast.members WHERE name = p_name;
END $$;

-- Rows of members that were silent for a day, own nothing, and may have died of no live job.
CREATE OR REPLACE FUNCTION casecast.members_forget(p_now_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM casecast.members m WHERE leased_until_ms < p_now_ms - 86400000
    AND NOT EXISTS (SELECT 1 FROM casecast.jobs WHERE owner = m.name AND state = 'running')
    AND NOT EXISTS (SELECT 1 FROM casecast.jobs WHERE state IN ('queued', 'running') AND m.name = ANY (dead));
  DELETE FROM casecast.audiences a WHERE NOT EXISTS (SELECT 1 FROM casecast.members WHERE name = a.member);
END $$;

-- --- who watches ---

-- Replaces the streams that a member has of these jobs; 0: none any more.
CREATE OR REPLACE FUNCTION casecast.audiences_write(p_name text, p_machine text, p_engine text, p_slots int, p_kinds text,
  p_lease_ms bigint, p_ids text[], p_ns int[], p_whos text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note();
  PERFORM casecast.member_renew(p_name, p_machine, p_engine, p_slots, p_kinds, p_lease_ms);
  DELETE FROM casecast.audiences
    WHERE job_id = ANY (p_ids) AND (member = p_name OR NOT casecast.lives(member, casecast.now_ms()));
  INSERT INTO casecast.audiences(job_id, member, n, who)
    SELECT j.id, p_name, w.n, w.who FROM unnest(p_ids, p_ns, p_whos) AS w(id, n, who)
      JOIN casecast.jobs j ON j.id = w.id WHERE w.n > 0 AND j.state IN ('queued', 'running');
END $$;

-- Notes that these jobs have viewers, unless that was noted less than p_fresh_ms ago.
CREATE OR REPLACE FUNCTION casecast.jobs_watched(p_ids text[], p_fresh_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  PERFORM casecast.write_a_note();
  UPDATE casecast.jobs SET watched_ms = t WHERE number IN
    (SELECT number FROM casecast.jobs WHERE id = ANY (p_ids) AND state IN ('queued', 'running')
       AND watched_ms NOT BETWEEN t - p_fresh_ms AND t ORDER BY number FOR NO KEY UPDATE);
END $$;

-- --- the owner's side ---

-- The next job for a member; NULL: none.  A job that is to be canceled comes first, and needs no slot and no known
-- kind.  A job waits while another job of its key runs, which was canceled and requested again: both write to the same
-- folder.  A member's own jobs count as running even after its lease ended: after a long stop its first call may be a
-- claim.  A job of another member of this machine whose lease ended keeps its slot until somebody takes the job: its
-- owner may only sleep, and goes on with it then.  So a full machine may take such a job, and no other.  A job that was
-- begun, or whose key an engine made, waits for a process of that engine while one lives: it continues from what is
-- there, and another engine makes other bytes.  p_limits: how many jobs of a kind run at once on a
-- machine.  p_heirs false: nobody's job is taken over now.  Each query follows an index and ends at its first row: of the
-- queue that is the first of each kind, however many of other kinds stand before it.  The members are read before: a table
-- without an index for it would make each plan of a query as dear as any other, and the one that reads all jobs would do.
CREATE OR REPLACE FUNCTION casecast.job_next(p_name text, p_machine text, p_engine text, p_kinds text, p_slots int,
  p_heirs boolean, p_limits text)
RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off AS $$
DECLARE
  t bigint := casecast.now_ms();
  living text[] := ARRAY(SELECT name FROM casecast.members WHERE leased_until_ms > t OR name = p_name) || p_name;
  others text[] := ARRAY(SELECT DISTINCT engine FROM casecast.members WHERE leased_until_ms > t AND engine <> p_engine
    AND NOT is_stopping);
  neighbours text[] := ARRAY(SELECT name FROM casecast.members WHERE machine = p_machine);
  kinds text[] := CASE WHEN p_kinds IS NULL THEN ARRAY(SELECT DISTINCT kind FROM casecast.jobs WHERE state = 'queued')
    ELSE string_to_array(btrim(p_kinds, ','), ',') END;
  n_awake int;
  n_here int;
  full_awake text[];
  full_here text[];
  queued bigint;
  lapsed bigint;
BEGIN
  SELECT number INTO queued FROM casecast.jobs
    WHERE state IN ('queued', 'running') AND cancel_wanted <> 0
      AND (state = 'queued' OR p_heirs AND NOT owner = ANY (living))
    ORDER BY number LIMIT 1;
  SELECT count(*) FILTER (WHERE m.name = ANY (living)), count(*) INTO n_awake, n_here
    FROM casecast.jobs j JOIN casecast.members m ON m.name = j.owner
    WHERE j.state = 'running' AND m.machine = p_machine
      AND (m.name = ANY (living) OR p_kinds IS NULL OR strpos(p_kinds, ',' || j.kind || ',') > 0);
  IF queued IS NOT NULL OR p_slots <= n_awake THEN
    RETURN queued;
  END IF;
  SELECT array_agg(kind) FILTER (WHERE awake >= most), array_agg(kind) FILTER (WHERE here >= most)
    INTO full_awake, full_here
    FROM (SELECT j.kind, (p_limits::json ->> j.kind)::int AS most, count(*) AS here,
        count(*) FILTER (WHERE m.name = ANY (living)) AS awake
      FROM casecast.jobs j JOIN casecast.members m ON m.name = j.owner
      WHERE j.state = 'running' AND m.machine = p_machine AND p_limits IS NOT NULL GROUP BY j.kind) AS run;
  SELECT head.number INTO queued FROM unnest(kinds) AS wanted(kind) CROSS JOIN LATERAL
    (SELECT number, rank FROM casecast.jobs AS mine
      WHERE state = 'queued' AND mine.kind = wanted.kind AND NOT coalesce(engine = ANY (others), false)
        AND NOT EXISTS (SELECT 1 FROM casecast.jobs o WHERE o.kind = mine.kind AND o.key = mine.key
          AND o.state = 'running' AND o.owner = ANY (living))
      ORDER BY rank, number LIMIT 1) AS head
    WHERE n_here < p_slots AND NOT wanted.kind = ANY (coalesce(full_here, '{}'))
    ORDER BY head.rank, head.number LIMIT 1;
  SELECT number INTO lapsed FROM casecast.jobs AS mine
    WHERE state = 'running' AND p_heirs AND NOT owner = ANY (living) AND NOT coalesce(engine = ANY (others), false)
      AND CASE WHEN owner = ANY (neighbours)
        THEN NOT kind = ANY (coalesce(full_awake, '{}'))
        ELSE n_here < p_slots AND NOT kind = ANY (coalesce(full_here, '{}')) END
      AND (p_kinds IS NULL OR strpos(p_kinds, ',' || kind || ',') > 0)
      AND NOT EXISTS (SELECT 1 FROM casecast.jobs o WHERE o.kind = mine.kind AND o.key = mine.key
        AND o.state = 'running' AND o.owner = ANY (living))
    ORDER BY rank, number LIMIT 1;
  RETURN (SELECT number FROM casecast.jobs WHERE number IN (queued, lapsed) ORDER BY rank, number LIMIT 1);
END $$;

-- How many of a job's silent owners have died: those whose machine speaks on, by a process that was there or began since.
-- A machine that is silent as a whole (a cut link, a pause, no power) tells nothing of the job.  Its processes renewed
-- their leases less than half a lease apart, as each does so three times a lease.
CREATE OR REPLACE FUNCTION casecast.job_deaths(p_dead text[], p_lease_ms bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM casecast.members d WHERE name = ANY (p_dead) AND EXISTS (SELECT 1 FROM casecast.members m
    WHERE m.machine = d.machine AND m.leased_until_ms > d.leased_until_ms + p_lease_ms / 2));
END $$;

-- Gives a job to a member, if it still is as job_next() saw it, and its owner has not come back.  p_may_wait false: nor
-- while somebody has locked its row.
CREATE OR REPLACE FUNCTION casecast.job_take(p_number bigint, p_name text, p_engine text, p_claim text, p_may_wait boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  j casecast.jobs;
BEGIN
  SELECT * INTO j FROM casecast.jobs WHERE number = p_number;
  PERFORM 1 FROM casecast.members WHERE name = j.owner FOR SHARE;
  IF j.state = 'running' AND casecast.lives(j.owner, casecast.now_ms()) THEN
    RETURN false;
  END IF;
  IF p_may_wait THEN
    PERFORM 1 FROM casecast.jobs WHERE number = p_number AND state = j.state AND run = j.run
      AND cancel_wanted = j.cancel_wanted FOR NO KEY UPDATE;
  ELSE
    PERFORM 1 FROM casecast.jobs WHERE number = p_number AND state = j.state AND run = j.run
      AND cancel_wanted = j.cancel_wanted FOR NO KEY UPDATE SKIP LOCKED;
  END IF;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE casecast.jobs SET state = 'running', owner = p_name, engine = p_engine, run = run + 1, claim = p_claim,
      started_ms = CASE started_ms WHEN 0 THEN t ELSE started_ms END,
      dead = CASE WHEN state = 'running' AND NOT owner = ANY (dead) AND EXISTS (SELECT 1 FROM casecast.members m
          WHERE m.name = jobs.owner AND NOT is_stopping) THEN dead || owner ELSE dead END
    WHERE number = p_number;
  RETURN true;
END $$;

-- What a claim answers of the jobs that it took.
CREATE OR REPLACE FUNCTION casecast.jobs_claimed(p_numbers bigint[], p_lease_ms bigint)
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  FOREACH n IN ARRAY p_numbers LOOP
    answer := 'there';
    SELECT * INTO job FROM casecast.job_rows WHERE number = n;
    input := coalesce((SELECT i.input FROM casecast.inputs i WHERE i.job_id = job.id), '');
    job.deaths := casecast.job_deaths((SELECT dead FROM casecast.jobs WHERE number = n), p_lease_ms);
    RETURN NEXT;
  END LOOP;
END $$;

-- Takes the next jobs, at most p_most.  p_claim, asked again, gives those that it took and that still run.  Who has a row
-- waits for no other: only the first may be waited for.  One that has changed meanwhile is looked for anew.
CREATE OR REPLACE FUNCTION casecast.jobs_claim(p_name text, p_machine text, p_engine text, p_member_slots int, p_kinds text,
  p_lease_ms bigint, p_slots int, p_heirs boolean, p_claim text, p_limits text, p_most int)
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  numbers bigint[];
  n bigint;
  n_taken int := 0;
BEGIN
  PERFORM casecast.lock_claims();
  numbers := ARRAY(SELECT number FROM casecast.jobs WHERE state = 'running' AND owner = p_name AND claim = p_claim
    ORDER BY number);
  IF cardinality(numbers) = 0 THEN
    FOR try IN 1..2 * p_most LOOP
      EXIT WHEN n_taken = p_most;
      n := casecast.job_next(p_name, p_machine, p_engine, p_kinds, p_slots, p_heirs, p_limits);
      EXIT WHEN n IS NULL;
      IF try = 1 THEN
        PERFORM casecast.member_renew(p_name, p_machine, p_engine, p_member_slots, p_kinds, p_lease_ms);
      END IF;
      IF casecast.job_take(n, p_name, p_engine, p_claim, n_taken = 0) THEN
        numbers := numbers || n;
        n_taken := n_taken + 1;
      ELSIF n_taken > 0 THEN
        EXIT;
      END IF;
    END LOOP;
  END IF;
  IF n_taken > 0 THEN
    PERFORM casecast.members_forget(casecast.now_ms()), casecast.tell_news();
  END IF;
  RETURN QUERY SELECT * FROM casecast.jobs_claimed(numbers, p_lease_ms);
END $$;

-- The same of this job alone, which may go before its turn; else what job_next() says of a job holds.
CREATE OR REPLACE FUNCTION casecast.job_claim_this(p_name text, p_machine text, p_engine text, p_member_slots int,
  p_kinds text, p_lease_ms bigint, p_id text, p_slots int, p_heirs boolean, p_claim text)
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  living text[] := ARRAY(SELECT name FROM casecast.members WHERE leased_until_ms > t OR name = p_name) || p_name;
  n bigint;
BEGIN
  PERFORM casecast.lock_claims();
  SELECT number INTO n FROM casecast.jobs WHERE id = p_id AND state = 'running' AND owner = p_name AND claim = p_claim;
  IF n IS NULL THEN
    SELECT number INTO n FROM casecast.jobs AS mine WHERE id = p_id
      AND (state = 'queued' OR state = 'running' AND p_heirs AND NOT owner = ANY (living))
      AND (cancel_wanted <> 0 OR (p_kinds IS NULL OR strpos(p_kinds, ',' || kind || ',') > 0)
        AND NOT EXISTS (SELECT 1 FROM casecast.members m WHERE m.leased_until_ms > t AND m.engine <> p_engine
          AND m.engine = mine.engine AND NOT m.is_stopping)
        AND NOT EXISTS (SELECT 1 FROM casecast.jobs o WHERE o.kind = mine.kind AND o.key = mine.key
          AND o.state = 'running' AND o.owner = ANY (living))
        AND (SELECT count(*) FROM casecast.jobs o JOIN casecast.members m ON m.name = o.owner
          WHERE o.state = 'running' AND m.machine = p_machine AND o.number <> mine.number) < p_slots);
    IF n IS NULL THEN
      RETURN;
    END IF;
    PERFORM casecast.member_renew(p_name, p_machine, p_engine, p_member_slots, p_kinds, p_lease_ms);
    IF NOT casecast.job_take(n, p_name, p_engine, p_claim, true) THEN
      RETURN;
    END IF;
    PERFORM casecast.members_forget(casecast.now_ms()), casecast.tell_news();
  END IF;
  RETURN QUERY SELECT * FROM casecast.jobs_claimed(ARRAY[n], p_lease_ms);
END $$;

CREATE OR REPLACE FUNCTION casecast.job_release(p_mark text, p_id text, p_run bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.lock_journal(p_mark);
  UPDATE casecast.jobs SET state = 'queued', owner = NULL WHERE id = p_id AND run = p_run AND state = 'running';
  IF FOUND THEN
    PERFORM casecast.tell_news();
  END IF;
END $$;

-- How long no other process has this run's job, ms; NULL: it has it no more.
CREATE OR REPLACE FUNCTION casecast.job_lease(p_mark text, p_id text, p_run bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.check_mark(p_mark);
  RETURN (SELECT m.leased_until_ms - casecast.now_ms() FROM casecast.jobs j JOIN casecast.members m ON m.name = j.owner
    WHERE j.id = p_id AND j.run = p_run AND j.state = 'running');
END $$;

-- The fence: a run that has lost its job writes nothing.  Until the commit nobody claims the job.
CREATE OR REPLACE FUNCTION casecast.runs(p_id text, p_run bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM 1 FROM casecast.jobs WHERE id = p_id AND run = p_run AND state = 'running' FOR NO KEY UPDATE;
  RETURN FOUND;
END $$;

-- What runs say: events, and ends.  Each run is of another job; the events name their jobs.  p_states NULL: the job goes
-- on.  The answers are in the order of the runs: 'done', also of an end that was written before, or 'lost'.
CREATE OR REPLACE FUNCTION casecast.runs_write(p_mark text, p_ids text[], p_runs bigint[], p_states text[], p_results text[],
  p_errors text[], p_clear_after_ms bigint[], p_event_ids text[], p_names text[], p_datas text[], p_onces text[])
RETURNS TABLE (answer text) LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off AS $$
DECLARE
  found_ids text[]; -- of runs that have their job, or have ended it so
  may_write text[]; -- of those that have it
BEGIN
  PERFORM casecast.lock_journal(p_mark);
  SELECT array_agg(w.id), array_agg(w.id) FILTER (WHERE j.state = 'running') INTO found_ids, may_write
    FROM (SELECT id, run, state FROM casecast.jobs WHERE id = ANY (p_ids) ORDER BY number FOR NO KEY UPDATE) AS j
      JOIN unnest(p_ids, p_runs, p_states) AS w(id, run, state)
        ON w.id = j.id AND w.run = j.run AND j.state IN ('running', w.state);
  IF cardinality(may_write) > 0 THEN
    PERFORM casecast.journal_add(array_agg(e.id ORDER BY e.n), array_agg(e.name ORDER BY e.n),
        array_agg(e.data ORDER BY e.n), array_agg(e.once ORDER BY e.n))
      FROM unnest(p_event_ids, p_names, p_datas, p_onces) WITH ORDINALITY AS e(id, name, data, once, n)
      WHERE e.id = ANY (may_write);
    PERFORM casecast.jobs_write_end(array_agg(w.id), array_agg(w.state), array_agg(w.result), array_agg(w.error),
        array_agg(w.clear_after_ms))
      FROM unnest(p_ids, p_states, p_results, p_errors, p_clear_after_ms) AS w(id, state, result, error, clear_after_ms)
      WHERE w.state IS NOT NULL AND w.id = ANY (may_write) HAVING count(*) > 0;
  END IF;
  RETURN QUERY SELECT CASE WHEN w.id = ANY (found_ids) THEN 'done' ELSE 'lost' END
    FROM unnest(p_ids) WITH ORDINALITY AS w(id, i) ORDER BY w.i;
END $$;

-- 'done', 'lost', or 'taken'.
CREATE OR REPLACE FUNCTION casecast.job_rekey(p_mark text, p_id text, p_run bigint, p_key text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.lock_journal(p_mark);
  IF NOT casecast.runs(p_id, p_run) THEN
    RETURN 'lost';
  END IF;
  UPDATE casecast.jobs mine SET key = p_key WHERE id = p_id AND last_seq <= 1 AND NOT EXISTS
    (SELECT 1 FROM casecast.jobs o WHERE o.id <> mine.id AND o.kind = mine.kind AND o.key = p_key
       AND o.state IN ('queued', 'running', 'done'));
  RETURN CASE WHEN FOUND THEN 'done' ELSE 'taken' END;
END $$;

CREATE OR REPLACE FUNCTION casecast.job_progress(p_mark text, p_id text, p_run bigint, p_progress text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note(), casecast.check_mark(p_mark);
  UPDATE casecast.jobs SET progress = p_progress WHERE id = p_id AND run = p_run AND state = 'running';
  RETURN CASE WHEN FOUND THEN 'done' ELSE 'lost' END;
END $$;

-- p_clear_after_ms NULL: nothing is to be cleared.  The caller has checked that the jobs may end, and has written their events.
CREATE OR REPLACE FUNCTION casecast.jobs_write_end(p_ids text[], p_states text[], p_results text[], p_errors text[],
  p_clear_after_ms bigint[])
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET jit = off AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  UPDATE casecast.jobs j SET state = w.state, ended_ms = t, asked_ms = t, result = w.result, error = w.error,
      clear_ms = t + w.clear_after_ms
    FROM unnest(p_ids, p_states, p_results, p_errors, p_clear_after_ms) AS w(id, state, result, error, clear_after_ms)
    WHERE j.id = w.id;
  DELETE FROM casecast.plans WHERE job_id = ANY (p_ids);
  DELETE FROM casecast.inputs i USING unnest(p_ids, p_states) AS w(id, state)
    WHERE i.job_id = w.id AND (w.state <> 'failed' OR octet_length(i.input) > 65536);
  PERFORM casecast.tell_news();
END $$;

-- --- jobs whose events come from outside ---

-- What a publisher says of its job, which no member runs.  p_run -1: whatever run the job has; p_state NULL: it goes on.
-- answer: 'done'; 'full': it would have more than p_most events; 'lost': it has ended, is to be canceled, is run by a
-- member, or has another run.  No row: no such job.  Progress alone waits for no journal, and may be lost.
CREATE OR REPLACE FUNCTION casecast.job_publish(p_mark text, p_id text, p_run bigint, p_progress text, p_names text[],
  p_datas text[], p_onces text[], p_most int, p_state text, p_result text, p_error text, p_last_names text[],
  p_last_datas text[], p_last_onces text[])
RETURNS TABLE (answer text, input text, job casecast.job_rows) LANGUAGE plpgsql AS $$
DECLARE
  is_note boolean := p_state IS NULL AND cardinality(p_datas) = 0;
  said text := 'done';
BEGIN
  IF is_note THEN
    PERFORM casecast.write_a_note(), casecast.check_mark(p_mark);
  ELSE
    PERFORM casecast.lock_journal(p_mark);
  END IF;
  UPDATE casecast.jobs SET state = 'running', owner = 'publisher', run = run + 1,
      started_ms = CASE started_ms WHEN 0 THEN casecast.now_ms() ELSE started_ms END,
      progress = coalesce(p_progress, progress)
    WHERE id = p_id AND cancel_wanted = 0 AND (p_run < 0 OR run = p_run)
      AND (state = 'queued' OR state = 'running' AND owner = 'publisher')
      AND (cardinality(p_datas) = 0 OR last_seq + (SELECT count(*) FROM unnest(p_onces) AS o(once) WHERE NOT EXISTS
        (SELECT 1 FROM casecast.events e WHERE e.job_id = p_id AND e.once = o.once)) <= p_most);
  IF NOT FOUND THEN
    SELECT CASE WHEN cancel_wanted = 0 AND (p_run < 0 OR run = p_run)
        AND (state = 'queued' OR state = 'running' AND owner = 'publisher') THEN 'full' ELSE 'lost' END
      INTO said FROM casecast.jobs WHERE id = p_id;
  ELSIF is_note THEN
    PERFORM casecast.tell_news();
  ELSE
    PERFORM casecast.journal_add_of(p_id, p_names, p_datas, p_onces), casecast.tell_news();
    IF p_state IS NOT NULL THEN
      PERFORM casecast.journal_add_of(p_id, p_last_names, p_last_datas, p_last_onces);
      PERFORM casecast.jobs_write_end(ARRAY[p_id], ARRAY[p_state], ARRAY[p_result], ARRAY[p_error], ARRAY[NULL::bigint]);
    END IF;
  END IF;
  RETURN QUERY SELECT said, NULL::text, j FROM casecast.job_rows j WHERE j.id = p_id;
END $$;

-- --- parts that other machines may make ---

-- None of these waits for the journal, and none is durable: what is lost is claimed or made again.

-- The number of the plan; NULL: the run has lost its job.  What the caller claimed before is free again: as a helper of the
-- owner before it, or by a call whose answer it did not get.
CREATE OR REPLACE FUNCTION casecast.plan_open(p_mark text, p_id text, p_run bigint, p_name text, p_engine text, p_plan text,
  p_first int, p_n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  m bigint;
BEGIN
  PERFORM casecast.write_a_note(), casecast.check_mark(p_mark);
  PERFORM 1 FROM casecast.jobs WHERE id = p_id AND run = p_run AND state = 'running' FOR SHARE;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT number INTO m FROM casecast.plans
    WHERE job_id = p_id AND engine = p_engine AND plan = p_plan AND first = p_first AND n = p_n;
  IF m IS NULL THEN
    DELETE FROM casecast.plans WHERE job_id = p_id;
    INSERT INTO casecast.plans(job_id, engine, plan, first, n) VALUES (p_id, p_engine, p_plan, p_first, p_n)
      RETURNING number INTO m;
    INSERT INTO casecast.parts(plan, number) SELECT m, generate_series(p_first, p_n - 1);
  ELSE
    UPDATE casecast.parts SET member = NULL, claimed_ms = 0 WHERE plan = m AND member = p_name AND made_key IS NULL;
  END IF;
  RETURN m;
END $$;

-- May it be claimed?
CREATE OR REPLACE FUNCTION casecast.part_is_free(p casecast.parts, p_now_ms bigint, p_lease_ms bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT p.made_key IS NULL AND (p.member IS NULL
    OR p.claimed_ms < p_now_ms - p_lease_ms AND NOT casecast.lives(p.member, p_now_ms)) $$;

-- Those of the caller's own engine first; of these the one with the shortest rest, then the fewest helpers, then the
-- oldest.  Parts are claimed in order, so the rest begins with the first free part: of each plan only the claimed parts
-- before that are read, along parts_to_make.
CREATE OR REPLACE FUNCTION casecast.plan_find(p_name text, p_machine text, p_engine text, p_kinds text, p_lease_ms bigint)
RETURNS TABLE (number bigint, job_id text, first int, n int, kind text, input text, engine text, plan text)
LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  living text[] := ARRAY(SELECT name FROM casecast.members WHERE leased_until_ms > t);
BEGIN
  RETURN QUERY SELECT p.number, p.job_id, p.first, p.n, j.kind, i.input, p.engine, p.plan
    FROM casecast.plans p JOIN casecast.jobs j ON j.id = p.job_id JOIN casecast.inputs i ON i.job_id = j.id
      JOIN casecast.members o ON o.name = j.owner
      CROSS JOIN LATERAL (SELECT a.number FROM casecast.parts a WHERE a.plan = p.number AND a.made_key IS NULL
          AND (a.member IS NULL OR a.claimed_ms < t - p_lease_ms AND NOT a.member = ANY (living))
        ORDER BY a.number LIMIT 1) AS free
    WHERE j.state = 'running' AND j.cancel_wanted = 0 AND o.machine <> p_machine AND o.leased_until_ms > t
      AND (p_kinds IS NULL OR strpos(p_kinds, ',' || j.kind || ',') > 0)
    ORDER BY p.engine <> p_engine, p.n - free.number, (SELECT count(DISTINCT a.member) FROM casecast.parts a
      WHERE a.plan = p.number AND a.made_key IS NULL AND a.number < free.number AND a.member <> j.owner
        AND a.member = ANY (living)), j.number
    LIMIT 1;
END $$;

-- How much a helper wants a part; 0: most.  Neighbours need the same pictures, which each machine has to read: it rather
-- takes one behind a part of its own, and rather none close behind a part that somebody else makes now.
CREATE OR REPLACE FUNCTION casecast.part_rank(p casecast.parts, p_name text) RETURNS int LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN bool_or(member = p_name AND number = p.number - 1) THEN 0
      WHEN bool_or(member <> p_name AND made_key IS NULL) THEN 2 ELSE 1 END
    FROM casecast.parts WHERE plan = p.plan AND number BETWEEN p.number - 4 AND p.number - 1 $$;

-- NULL: no part is free.  The owner gets the first one, as it waits for that next; a helper one of the next few.  Once no
-- more parts are free than are being made, the largest goes first: else who begins it last works while all others wait.
CREATE OR REPLACE FUNCTION casecast.part_claim(p_plan bigint, p_name text, p_lease_ms bigint) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  is_tail boolean := (SELECT count(*) FILTER (WHERE is_free) <= count(*) FILTER (WHERE NOT is_free) + 1
    FROM (SELECT casecast.part_is_free(p, t, p_lease_ms) AS is_free FROM casecast.parts p
      WHERE p.plan = p_plan AND p.made_key IS NULL LIMIT 128) AS unmade);
  sizes json := (SELECT p.plan::json -> 'sizes' FROM casecast.plans p WHERE p.number = p_plan AND is_tail);
  n_before int := (SELECT p.first FROM casecast.plans p WHERE p.number = p_plan);
  is_owner boolean := EXISTS (SELECT 1 FROM casecast.plans p JOIN casecast.jobs j ON j.id = p.job_id
    WHERE p.number = p_plan AND j.owner = p_name);
  m int;
BEGIN
  PERFORM casecast.write_a_note();
  SELECT p.number INTO m FROM casecast.parts p WHERE p.plan = p_plan AND p.made_key IS NULL
    AND casecast.part_is_free(p, t, p_lease_ms) ORDER BY p.number LIMIT 1;
  SELECT p.number INTO m FROM casecast.parts p WHERE p.plan = p_plan AND p.made_key IS NULL AND p.number < m + 64
    AND casecast.part_is_free(p, t, p_lease_ms)
    ORDER BY coalesce((sizes ->> (p.number - n_before))::int, 0) DESC,
      CASE WHEN is_owner OR p.number >= m + 16 THEN 3 ELSE casecast.part_rank(p, p_name) END, p.number
    LIMIT 1 FOR UPDATE SKIP LOCKED;
  UPDATE casecast.parts SET member = p_name, claimed_ms = t WHERE plan = p_plan AND number = m;
  RETURN m;
END $$;

-- p_key NULL: the claim is given back.
CREATE OR REPLACE FUNCTION casecast.part_made(p_plan bigint, p_number int, p_name text, p_key text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note();
  IF p_key IS NULL THEN
    UPDATE casecast.parts SET member = NULL, claimed_ms = 0
      WHERE plan = p_plan AND number = p_number AND member = p_name AND made_key IS NULL;
  ELSE
    UPDATE casecast.parts SET member = p_name, made_key = p_key
      WHERE plan = p_plan AND number = p_number AND made_key IS NULL;
  END IF;
END $$;

-- --- ended jobs, until they are forgotten ---

-- Mostly there is nothing to note.
CREATE OR REPLACE FUNCTION casecast.job_asked(p_id text, p_fresh_ms bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
BEGIN
  IF EXISTS (SELECT 1 FROM casecast.jobs WHERE id = p_id AND asked_ms BETWEEN 1 AND t - p_fresh_ms) THEN
    PERFORM casecast.write_a_note();
    UPDATE casecast.jobs SET asked_ms = t WHERE id = p_id AND asked_ms BETWEEN 1 AND t - p_fresh_ms;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION casecast.job_was_cleared(p_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note();
  UPDATE casecast.jobs SET clear_ms = NULL WHERE id = p_id;
END $$;

-- The answers of the two: 'done', 'live', and NULL: no such job.
CREATE OR REPLACE FUNCTION casecast.job_want_forget(p_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  UPDATE casecast.jobs SET asked_ms = 0 WHERE id = p_id AND asked_ms IS NOT NULL;
  RETURN CASE WHEN FOUND THEN 'done' ELSE (SELECT 'live' FROM casecast.jobs WHERE id = p_id) END;
END $$;

-- Its events, inputs and notes of viewers go with it: they refer to it.
CREATE OR REPLACE FUNCTION casecast.job_forget(p_id text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM casecast.jobs WHERE id = p_id AND asked_ms IS NOT NULL;
  RETURN CASE WHEN FOUND THEN 'done' ELSE (SELECT 'live' FROM casecast.jobs WHERE id = p_id) END;
END $$;

-- --- hooks ---

-- The event after p_after that a hook wants; NULL: none yet.  journal_add() wakes those that wait for one.
CREATE OR REPLACE FUNCTION casecast.hook_next(p_hook casecast.hooks, p_after bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(seq) FROM casecast.events e WHERE e.job_id = p_hook.job_id AND e.seq > p_after
    AND (p_hook.events = '' OR position(',' || coalesce(e.name, 'message') || ',' IN p_hook.events) > 0) $$;

-- Locks a job against events that are written just now: after that, what is looked up is true until the commit.
CREATE OR REPLACE FUNCTION casecast.lock_job(p_id text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('lock_timeout', '2s', true);
  PERFORM 1 FROM casecast.jobs WHERE id = p_id FOR NO KEY UPDATE;
  RETURN FOUND;
END $$;

-- 'done', 'full', and NULL: no such job.
CREATE OR REPLACE FUNCTION casecast.hook_add(p_job text, p_id text, p_key text, p_url text, p_host text, p_events text,
  p_metadata text, p_most int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  IF NOT casecast.lock_job(p_job) THEN
    RETURN NULL;
  END IF;
  UPDATE casecast.hooks SET state = 'due', attempts = 0, since_ms = 0, next_ms = 0
    WHERE job_id = p_job AND key = p_key AND state = 'given up';
  IF EXISTS (SELECT 1 FROM casecast.hooks WHERE job_id = p_job AND key = p_key) THEN
    RETURN 'done';
  END IF;
  IF (SELECT count(*) FROM casecast.hooks WHERE job_id = p_job) >= p_most THEN
    RETURN 'full';
  END IF;
  INSERT INTO casecast.hooks(id, job_id, key, url, host, events, metadata)
    VALUES (p_id, p_job, p_key, p_url, p_host, p_events, p_metadata);
  UPDATE casecast.hooks h SET state = 'due' WHERE id = p_id AND casecast.hook_next(h, 0) IS NOT NULL;
  RETURN 'done';
END $$;

-- Takes a hook with an event to deliver.  No pause is longer than seven hours: a hook that waits longer was written before
-- the clock was set back.
CREATE OR REPLACE FUNCTION casecast.hook_claim(p_busy text, p_takes_retries boolean, p_lease_ms bigint)
RETURNS TABLE (hook casecast.hooks, event casecast.events, now_ms bigint, is_final boolean) LANGUAGE plpgsql AS $$
DECLARE
  t bigint := casecast.now_ms();
  h casecast.hooks;
BEGIN
  PERFORM casecast.write_a_note();
  SELECT * INTO h FROM casecast.hooks k
    WHERE k.state = 'due' AND (k.next_ms <= t OR k.next_ms > t + 25200000)
      AND position(',' || k.host || ',' IN p_busy) = 0 AND (p_takes_retries OR k.attempts = 0)
    ORDER BY k.attempts > 0, k.next_ms, k.number LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  UPDATE casecast.hooks k SET next_ms = t + p_lease_ms, since_ms = CASE k.since_ms WHEN 0 THEN t ELSE k.since_ms END
    WHERE k.number = h.number RETURNING k.* INTO h;
  RETURN QUERY SELECT h, e, t, j.state NOT IN ('queued', 'running') AND j.last_seq = e.seq
    FROM casecast.events e JOIN casecast.jobs j ON j.id = e.job_id
    WHERE e.job_id = h.job_id AND e.seq = casecast.hook_next(h, h.seq);
END $$;

-- Both change nothing of a hook that another process has moved on since.
CREATE OR REPLACE FUNCTION casecast.hook_delivered(p_job text, p_id text, p_after bigint, p_seq bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note(), casecast.lock_job(p_job);
  UPDATE casecast.hooks h SET seq = p_seq, attempts = 0, since_ms = 0, next_ms = 0, error = NULL,
      state = CASE WHEN casecast.hook_next(h, p_seq) IS NULL THEN 'idle' ELSE 'due' END
    WHERE id = p_id AND seq = p_after;
END $$;

CREATE OR REPLACE FUNCTION casecast.hook_failed(p_id text, p_after bigint, p_attempts int, p_pause_ms bigint, p_error text,
  p_is_last boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM casecast.write_a_note();
  UPDATE casecast.hooks SET attempts = attempts + 1, next_ms = casecast.now_ms() + p_pause_ms, error = p_error,
      state = CASE WHEN p_is_last THEN 'given up' ELSE 'due' END
    WHERE id = p_id AND seq = p_after AND attempts = p_attempts AND state = 'due';
END $$;
