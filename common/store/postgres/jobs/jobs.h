/* jobs.h - jobs, their journal and the processes that run them, in tables of PostgreSQL.
 *
 * Each durable write is one call of a server's function (store/postgres/schema/functions.sql), so
 * no lock is held over a round trip.  A call whose answer was lost with its connection is made once
 * more, on a new connection: by its tags it has the effect of one.
 *
 * Whether a member lives is known by its lease alone.  Who was silent for longer and lost a job
 * counts as dead of it until it comes back.
 *
 * All but the first functions are those of struct job_store; their contracts stand in store.h.
 *
 * Room: jobs, journal and members in tables of PostgreSQL.
 * May use: base, store/engine, store/postgres/link.
 * Used by: store/postgres. */
#pragma once

#include "store/postgres/link/link.h"

/* Of a link that is for jobs. */
void pg_jobs_begin(struct pg_link *link);
void pg_jobs_end(struct pg_link *link); /* of any link */

/* After each connecting, once the tables are known to be there: is this the history that was read
 * before?  -ERR_IO: no, and the link is adrift from then on. */
int pg_jobs_greet(struct pg_link *link, struct error *err);
/* What was read here before is no longer true: the server was replaced, a standby was promoted, or
 * the tables were dropped.  All calls fail from then on. */
bool pg_jobs_are_adrift(const struct pg_link *link);

int pg_job_open(struct store_link *link, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err);
int pg_job_get(struct store_link *link, const char *id, struct job *ret_job, struct error *err);
int pg_job_told(struct store_link *link, const char *id, const char *viewer, int64_t forget_ms,
    struct error *err);
int pg_job_each_done(struct store_link *link, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int pg_job_count(
    struct store_link *link, long long ret_counts[static JOB_CANCELED + 1], struct error *err);
int pg_job_each(struct store_link *link, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int pg_job_asked(struct store_link *link, const char *id, int64_t fresh_ms, struct error *err);
int pg_job_each_old(struct store_link *link, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int pg_job_each_to_clear(struct store_link *link,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int pg_job_was_cleared(struct store_link *link, const char *id, struct error *err);
int pg_job_shares_key(struct store_link *link, const char *id, bool *ret_shares, struct error *err);
int pg_job_want_forget(struct store_link *link, const char *id, struct error *err);
int pg_job_forget(struct store_link *link, const char *id, struct error *err);
int pg_job_events(struct store_link *link, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err);
int pg_cursors_find(struct store_link *link, uint64_t position, struct job_cursor *cursors,
    size_t n, struct error *err);
int pg_cursors_read(struct store_link *link, const struct job_cursor *cursors, size_t n, int most,
    bool (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, uint64_t *ret_position, struct error *err);
int pg_jobs_watched(struct store_link *link, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms,
    struct error *err);
int pg_audience_others(struct store_link *link, const char *id, const char *watcher,
    int *ret_others, struct error *err);
int pg_audience_each(struct store_link *link, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err);
int pg_job_input(struct store_link *link, const char *id, char **ret_input, struct error *err);
int pg_job_publish(struct store_link *link, const struct job_publication *publication,
    struct job *ret_job, struct error *err);
int pg_job_set_priority(
    struct store_link *link, const char *id, int priority, struct job *ret_job, struct error *err);
int pg_job_want_cancel(
    struct store_link *link, const char *id, enum job_state *ret_state, struct error *err);
int pg_job_cancel(struct store_link *link, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err);
struct member *pg_member_new(const char *address, const struct member_info *info);
void pg_member_free(struct member *member);
int pg_member_renew(struct store_link *link, const struct member *member, struct error *err);
int pg_member_stop(struct store_link *link, const struct member *member, struct error *err);
int pg_member_release(struct store_link *link, const struct member *member, struct error *err);
int pg_member_each(struct store_link *link, void (*each)(void *ctx, const struct member_row *row),
    void *ctx, struct error *err);
int pg_audiences_write(struct store_link *link, struct member *member,
    const struct audience *audiences, size_t n, struct error *err);
int pg_job_claim(struct store_link *link, struct member *member, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err);
int pg_job_release(struct store_link *link, const char *id, int64_t run, struct error *err);
int pg_job_lease(
    struct store_link *link, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err);
int pg_runs_write(struct store_link *link, struct run_write *writes, int n, struct error *err);
int pg_job_rekey(
    struct store_link *link, const char *id, int64_t run, const char *key, struct error *err);
int pg_job_progress(
    struct store_link *link, const char *id, int64_t run, const char *progress, struct error *err);
int pg_news(struct store_link *link, int ms, int wake_fd, bool *ret_is_news, struct error *err);
int pg_position(struct store_link *link, uint64_t *ret_position, struct error *err);
int pg_tail(struct store_link *link, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err);
int pg_live(struct store_link *link,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);

/* Those of struct part_store; their contracts stand in store/parts.h. */
int pg_plan_open(struct store_link *link, const struct member *member, const char *id, int64_t run,
    const struct job_plan *plan, int64_t *ret_plan, struct error *err);
int pg_plan_find(struct store_link *link, const struct member *member, struct plan_found *ret_plan,
    struct error *err);
int pg_part_claim(struct store_link *link, const struct member *member, int64_t plan,
    int *ret_number, struct error *err);
int pg_part_made(struct store_link *link, const struct member *member, int64_t plan, int number,
    const char *key, struct error *err);
int pg_part_each(struct store_link *link, const struct member *member, int64_t plan, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err);

/* Those of struct hook_store; their contracts stand in store/hooks.h. */
int pg_hook_add(struct store_link *link, const struct hook_request *request, struct error *err);
int pg_hook_claim(struct store_link *link, const struct hook_wish *wish, struct hook_due *ret_due,
    struct error *err);
int pg_hook_delivered(struct store_link *link, const struct hook_due *due, struct error *err);
int pg_hook_failed(struct store_link *link, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err);
int pg_hook_each(struct store_link *link, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err);
int pg_hook_count(struct store_link *link, struct hook_counts *ret_counts, struct error *err);
