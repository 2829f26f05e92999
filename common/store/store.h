/* store.h - jobs, their journal, and cases, in databases of any engine.
 *
 * Thread-safety: a `struct store` belongs to one thread at a time; each thread that needs the store
 * opens its own.  Several processes may share one database.
 *
 * Errors: no call waits longer than STORE_WAIT_MS for another program's lock.  Then it returns
 * -ERR_BUSY, which means: not known, ask again with the same arguments and tags.  Each call that
 * changes something is one transaction, and asked again it has the effect of one call.  -ERR_IO:
 * the database can't be read or written now.  Other errors stay.  An error names the database;
 * error_public_text() does not.
 *
 * Ownership: what an `each` gets is valid until it returns, and it calls no function of the same
 * store.  The caller frees a `struct job` with job_clear().  Jobs come without their input, except
 * to the process that claims them; the input is deleted at the job's end, unless it failed.
 *
 * The journal is the bus: works write their events here, and the processes that have viewers read
 * them here (store_tail()).
 *
 * Room: jobs, their journal and cases, in databases of any engine.
 * May use: base, store/engine, store/postgres, store/sqlite.
 * Used by: cli/command, cli/jobs, fcgi/kind, fcgi/maker, fcgi/monitor, fcgi/operators,
 * fcgi/request, fcgi/route, hooks, hub, hub/helper, hub/inbox, hub/pruner, hub/viewers, hub/works,
 * publisher, sent. */
#pragma once

#include "store/engine/records.h"

struct store;

enum { STORE_TAG_LEN = 16 };      /* of a random tag: digest_random_name() */
enum { STORE_APPEND_MOST = 256 }; /* events of one call: it holds up all other writers */

/* Opens for work.  `jobs` and `cases` are addresses: with SQLite the path of a file,
 * with PostgreSQL "postgresql://…".  `cases` NULL: no function of cases is called; the
 * same text as `jobs`: both share one connection.
 *
 * With SQLite, makes file, tables and write-ahead log if they are not there; with PostgreSQL only
 * store_init() makes tables, and a server that can't be reached now is no error.  The file may hold
 * anybody's tables; ours are called casecast_….  The error names what is wrong and nothing was
 * changed: tables of ours newer than this program, a file that is no database, `cases` or `scenes`
 * without a column we need. */
int store_open(const char *jobs, const char *cases, struct store **ret_store, struct error *err);
/* The same where the file must be there already.  A running process makes no new database in the
 * place of a deleted one. */
int store_open_again(
    const char *jobs, const char *cases, struct store **ret_store, struct error *err);
/* As store_open(), but tables called `cases` and `scenes` that no case can be read from are left
 * alone, and casecast_cases and casecast_scenes are made beside them. */
int store_init(const char *jobs, const char *cases, struct store **ret_store, struct error *err);
/* What store_init() did at `jobs`, in words; "": nothing that is worth a line. */
const char *store_did(const struct store *store);
/* Lets a role of the server use what store_init() made.  -ERR_INPUT: this engine has no roles. */
int store_grant(struct store *store, const char *role, struct error *err);
/* Opens one part for reading: not one byte of the database changes, and no file is made.
 * -ERR_INPUT: it lacks that part; the other part need not be there. */
int store_open_to_read(
    const char *address, enum store_part part, struct store **ret_store, struct error *err);
void store_close(struct store *store); /* takes NULL */

/* What may be printed of an address: with SQLite all of it, with PostgreSQL role, hosts and
 * database.  The caller frees it. */
char *store_name(const char *address);
/* False: there is no database at this address, and opening it for work would make one. */
bool store_is_there(const char *address);

/* The file of this store was deleted, moved or replaced: what is read here is no longer true, and
 * writes fail with -ERR_IO.  Close the store and open it again.  Costs a stat(). */
bool store_is_adrift(struct store *store);

/* The connection to the server was lost, or the server has ended it while nobody asked.  The store
 * would connect again by itself, but what answers then may be another database (a standby that was
 * promoted), and the store be adrift.  Who keeps nothing of what was read opens it again instead.
 * Asks the system, not the server.  An SQLite file that no program had open when it was opened to
 * be read is cut from the start: nothing is seen that others write to it since. */
bool store_is_cut(struct store *store);

/* Does the database do what jobs need?  Reads, commits a note that nobody reads, and checks that
 * the log is whole and the disk has room.  Call it on a store that was just opened: an older
 * connection answers from its memory.  Costs some milliseconds, and a page of the log. */
int store_probe(struct store *store, struct error *err);

/* Is every page of the database of jobs as it was written, as far as its engine can tell?  Reads
 * all of it, which may take minutes, and changes nothing.  `*ret_told` says in some words what was
 * done; the caller frees it.  -ERR_IO: something is damaged. */
int store_read_whole(struct store *store, char **ret_told, struct error *err);

/* Could a server keep its jobs at this address?  Changes nothing.  Tells in one line each what it
 * found out: `what` is a word, `text` a sentence. */
int store_examine(const char *jobs,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err);

/* --- cases.  Their tables may be views over somebody's own --- */

/* Of the table or view that cases are read from.  Valid until store_close(). */
const char *store_cases_name(const struct store *store);

/* The cases that `filter` lets pass.  A row that no id can name is left out; of two with the same
 * id one is shown.  Every row is read once, whatever the filter; what is held at a time are twice
 * `most` cases, and a number for each case whose captions hold a word that is searched for. */
int store_case_list(struct store *store, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
/* All cases. */
int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
/* STORE_E_NOT_FOUND: no such case.  -ERR_INPUT: a row breaks case_check(); the error names its
 * place. The caller frees the record with case_free(). */
int store_case_get(
    struct store *store, const char *id, struct case_record **ret_record, struct error *err);
/* Writes all or none; a case with the same id is replaced whole. */
int store_case_put(
    struct store *store, struct case_record *const *records, int n, struct error *err);

/* One case is written or removed, where nobody else changes it between `may` and the write.
 * STORE_E_READ_ONLY: the tables are not casecast's own; the error says whose.  STORE_E_NOT_FOUND:
 * there is none to remove. */
int store_case_edit(struct store *store, const struct case_edit *edit, struct error *err);

/* --- jobs --- */

/* Create or attach: the job with this key that is queued, running (and not to be canceled) or done,
 * else a new queued one.  One transaction: of ten callers in four processes one creates and nine
 * attach.  STORE_E_NOT_FOUND: there is none, and no input for a new one; found out without a write
 * lock.  STORE_E_FULL, STORE_E_FULL_KIND, STORE_E_FULL_CLIENT: see max_queued.  STORE_E_REUSED: see
 * request_name. */
int store_job_open(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err);
/* STORE_E_NOT_FOUND: no such job. */
int store_job_get(struct store *store, const char *id, struct job *ret_job, struct error *err);
/* Notes that `viewer` was told now of the job's failure or cancel; see job_request.  Notes older
 * than `forget_ms` are deleted. */
int store_job_told(
    struct store *store, const char *id, const char *viewer, int64_t forget_ms, struct error *err);
/* The newest done job of each subject of `kind`. */
int store_job_each_done(struct store *store, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
/* How many jobs there are in each state, by enum job_state. */
int store_job_count(
    struct store *store, long long ret_counts[static JOB_CANCELED + 1], struct error *err);
/* The jobs that `filter` lets pass. */
int store_job_each(struct store *store, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);

/* The input of a job that is live or failed, which the caller frees.  STORE_E_NOT_FOUND: it has
 * none any more: it was longer than STORE_INPUT_KEPT, or the job ended otherwise. */
int store_job_input(struct store *store, const char *id, char **ret_input, struct error *err);
/* Moves a queued job to the place of this priority.  `*ret_job` is the job afterwards: one that is
 * not queued stays as it is.  STORE_E_NOT_FOUND: no such job. */
int store_job_set_priority(
    struct store *store, const char *id, int priority, struct job *ret_job, struct error *err);

/* The events of a job after `after`, in order, until `each` returns false.  `*ret_position`: the
 * journal's end in this same read.  If all events were taken, store_tail() from there on gives
 * exactly the events that were not.  STORE_E_NOT_FOUND: no such job; the position is 0. */
int store_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err);

/* --- several jobs at once: `n` cursors, each of another job --- */

/* Sets each cursor to the last event of its job that is not behind journal position `position`
 * (UINT64_MAX: to the last one).  A job that is not there, or has no such event: seq 0. */
int store_cursors_find(struct store *store, uint64_t position, struct job_cursor *cursors, size_t n,
    struct error *err);
/* The events behind the cursors in journal order, at most `most` of them, until `each` returns
 * false.  Each moves its cursor, which `each` gets where it is then.  `*ret_position`: as for
 * store_job_events(). */
int store_cursors_read(struct store *store, struct job_cursor *cursors, size_t n, int most,
    bool (*each)(void *ctx, const struct job_cursor *at, const struct job_event *event), void *ctx,
    uint64_t *ret_position, struct error *err);

/* Notes that these jobs have viewers now: sets their watched_ms, unless that was done less than
 * `fresh_ms` ago by any process.  No clocks are compared: a job is still watched if its watched_ms
 * still changes. */
int store_jobs_watched(
    struct store *store, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms, struct error *err);

/* How many streams of other watchers than `watcher` the live job has, in all processes that live. A
 * watcher that gave itself a name is found by it; else one stream from the same address counts as
 * its own. */
int store_audience_others(
    struct store *store, const char *id, const char *watcher, int *ret_others, struct error *err);

/* The live jobs that have viewers, most watched first, in all processes that live. */
int store_audience_each(struct store *store, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err);

/* Marks a live job to be canceled; a process that runs jobs ends it, queued or running, and writes
 * its last events.  `*ret_state`: its state now.  STORE_E_NOT_FOUND: no such job. */
int store_job_want_cancel(
    struct store *store, const char *id, enum job_state *ret_state, struct error *err);

/* Cancels a job; the `why` of the first call stays.  A queued job ends here and now, with `last` as
 * its last events; a running one is marked (its owner sees cancel_wanted), an ended one stays as it
 * is.
 * `*ret_job` is the job afterwards; `*ret_is_first`: this call changed it.  STORE_E_NOT_FOUND: no
 * such job. */
int store_job_cancel(struct store *store, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err);

/* --- ended jobs, until they are forgotten --- */

/* Notes that the ended job was asked for now, unless that was noted less than `fresh_ms` ago, or
 * the job is to be forgotten.  A live job, or none: nothing is noted. */
int store_job_asked(struct store *store, const char *id, int64_t fresh_ms, struct error *err);
/* Ended jobs that are to be forgotten, and those that nobody has asked for in the last `age_ms`,
 * longest ago first, at most `most` of them. */
int store_job_each_old(struct store *store, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
/* Done jobs of which what they showed of unfinished work is to go now: since they ended,
 * `clear_after_ms` of struct run_write have passed on the store's clock.  Longest due first. */
int store_job_each_to_clear(struct store *store, void (*each)(void *ctx, const struct job *job),
    void *ctx, struct error *err);
/* It is gone: the job is not told again.  Harmless of any other job. */
int store_job_was_cleared(struct store *store, const char *id, struct error *err);
/* Is another job of its kind and key queued or running, or a newer one done?  Then the files that
 * are named by the key are that job's.  STORE_E_NOT_FOUND: no such job. */
int store_job_shares_key(struct store *store, const char *id, bool *ret_shares, struct error *err);
/* The job is to be forgotten by a process that knows its files.  STORE_E_NOT_FOUND: no such job;
 * STORE_E_LIVE. */
int store_job_want_forget(struct store *store, const char *id, struct error *err);
/* Deletes the job and all that is written of it; its files are the caller's.  STORE_E_NOT_FOUND: it
 * is not there (any more); STORE_E_LIVE. */
int store_job_forget(struct store *store, const char *id, struct error *err);

/* --- the owner's side --- */

/* A process that may run jobs: a random name, what member_info says of it, one lease for all its
 * jobs, and a proof of life: with SQLite a lock in the file <database>-members; with PostgreSQL the
 * lease alone, so who was silent for longer than its lease counts as gone until it comes back.  One
 * thread at a time. */
struct member;

/* `jobs`: the address; the caller keeps it and the texts of `info`. */
struct member *store_member_new(const char *jobs, const struct member_info *info);
/* Takes NULL.  Other processes find it gone: store_member_release() comes first. */
void store_member_free(struct member *member);
const char *store_member_name(const struct member *member);

/* Is its lease all that shows that it lives?  Then it renews it as long as it lives; else only
 * while it owns jobs. */
bool store_member_lives_by_lease(const struct member *member);

/* Writes its row, with a lease from now on that holds for all its jobs; a claim does it, too.  From
 * the first call on store_member_each() finds it. */
int store_member_renew(struct store *store, const struct member *member, struct error *err);
/* An idle member sees no live job: nobody waits for what it owns, and it renews its lease less
 * often.  From now on a renewal's lease is STORE_IDLE_LEASES times as long; a claim's is not.  The
 * thread that renews. */
void store_member_set_idle(struct member *member, bool is_idle);
/* It has just found the database, and can't know whether members are silent because nobody could
 * reach it: where they live by their leases it takes over nobody's job for the time of one. */
void store_member_began(struct member *member);
/* The kinds that it can run now, which its next renewal tells others; those that it claims jobs
 * of; and their limits.  Texts as in member_info, which all are at first; "," is none.  The caller
 * keeps them until the next call.  The thread that claims. */
void store_member_set_kinds(
    struct member *member, const char *able, const char *takes, const char *limits);
/* It claims this job alone, whatever stands before it in the queue.  Before its first claim; the
 * caller keeps the text.  NULL: any job. */
void store_member_set_job(struct member *member, const char *id);
/* It was asked to end: a member found gone from now on has not died of its jobs. */
int store_member_stop(struct store *store, const struct member *member, struct error *err);
/* Replaces the streams that it has of these jobs; n 0: none any more. */
int store_audiences_write(struct store *store, struct member *member,
    const struct audience *audiences, size_t n, struct error *err);
/* All members, in the order of machine and name.  A store that was opened to read will do. */
int store_member_each(struct store *store, void (*each)(void *ctx, const struct member_row *row),
    void *ctx, struct error *err);
/* Its running jobs are queued again, first in line, and it is no member any more. */
int store_member_release(struct store *store, const struct member *member, struct error *err);

/* Takes the first job of a known kind, by priority and then by age, that is queued, or running
 * under an owner that is gone or whose lease has ended, unless `slots` jobs are running under good
 * leases already, in whatever process of its machine.  A job whose cancel_wanted is set (its owner
 * left before it could end it) comes first and needs no slot and no known kind: end it as canceled,
 * run nothing.  A job waits while another job of its key still runs, which was canceled.  A job
 * that was begun waits for a member of the engine that began it, while one lives and is not asked
 * to stop. `ret_job->deaths` counts the owners that are gone though nobody asked them to end.
 * Silent ones are not counted; where the lease is all that tells, who is silent is gone if another
 * process of its machine speaks on.
 *
 * `claim`: a random tag of this claim.  After -ERR_BUSY or -ERR_IO the caller asks again with the
 * same tag, and gets the job that the first call took, if it still runs.  STORE_E_NOT_FOUND:
 * nothing to do. */
int store_job_claim(struct store *store, struct member *member, int slots, const char *claim,
    struct job *ret_job, struct error *err);
/* The same of as many jobs as there are, at most `most`, in one transaction; `*ret_n` of them, also
 * none.  The same tag again gives those of the first call that still run. */
int store_jobs_claim(struct store *store, struct member *member, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err);
/* Puts back this run's job; not another run's, and no ended job. */
int store_job_release(struct store *store, const char *id, int64_t run, struct error *err);
/* `*ret_until_ms` (CLOCK_MONOTONIC): no other process has this run's job before.  STORE_E_LOST. */
int store_job_lease(
    struct store *store, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err);

/* Events and ends of `n` runs, each of another job, in one transaction; what became of each is in
 * its `answer`, and a run that has lost its job writes nothing.  Not 0: none wrote anything.
 *
 * At most STORE_APPEND_MOST events in all.  An event whose tag `once` is there already changes
 * nothing and succeeds; a caller that may ask again gives tags, as an event without gets a random
 * one at each call.  A run that ended its job so already succeeds. */
int store_runs_write(struct store *store, struct run_write *writes, int n, struct error *err);
/* The same of one run.  STORE_E_LOST. */
int store_job_append(struct store *store, const char *id, int64_t run,
    const struct job_event *events, int n, struct error *err);
int store_job_end(struct store *store, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err);
/* Gives a running job that has no more than its first event another key.  STORE_E_NOT_FOUND: it has
 * more events, or another job of that key is queued, running or done.  STORE_E_LOST. */
int store_job_rekey(
    struct store *store, const char *id, int64_t run, const char *key, struct error *err);
/* Replaces the progress note (JSON).  STORE_E_LOST. */
int store_job_progress(
    struct store *store, const char *id, int64_t run, const char *progress, struct error *err);

/* Says something of a job that no member runs, in one transaction.  A queued job runs then, and
 * each call gives it the next `run`: a job whose run stays the same has a silent publisher.  The
 * same end again changes nothing and succeeds.  `*ret_job` is the job afterwards, also with
 * STORE_E_LOST: it has ended, is to be canceled, is run by a member or has another run than was
 * asked for; nothing was written.  STORE_E_FULL: it would have more than `most` events.
 * STORE_E_NOT_FOUND. */
int store_job_publish(struct store *store, const struct job_publication *publication,
    struct job *ret_job, struct error *err);

/* --- the reader's side --- */

/* Waits for news, at most `ms`, or until `wake_fd` is readable (-1: there is none). `*ret_is_news`:
 * a connection other than this one may have changed the database since the last call; after changes
 * of its own the caller reads unasked.  With SQLite this waits for the time and then looks, which
 * costs microseconds. */
int store_news(struct store *store, int ms, int wake_fd, bool *ret_is_news, struct error *err);
/* The end of the journal now. */
int store_position(struct store *store, uint64_t *ret_position, struct error *err);
/* Every event of every job after `after`, in journal order, at most `most` of them. */
int store_tail(struct store *store, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err);
/* Every job that is running, then every one that is queued, in the order of the queue; with
 * position, progress, and the name of the member that runs it (NULL: none does). */
int store_live(struct store *store,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);
