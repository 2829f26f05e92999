/* jobs.h - jobs, their journal and the processes that run them, in an SQLite database.
 *
 * All but jobs_prepare() are the functions of struct job_store and hook_store; their contracts
 * stand in store.h and hooks.h.
 *
 * Room: jobs, journal and members in tables of SQLite.
 * May use: base, store/engine, store/sqlite/db.
 * Used by: store/sqlite. */
#pragma once

#include "store/sqlite/db/database.h"

/* Makes the SQL function casecast_is_gone(name): has the member's process ended?
 * It is false for all members until a call has named the member that asks (claim,
 * audiences_write). */
int jobs_prepare(struct database *db, struct error *err);

int sqlite_job_open(struct store_link *link, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err);
int sqlite_job_get(struct store_link *link, const char *id, struct job *ret_job, struct error *err);
int sqlite_job_told(struct store_link *link, const char *id, const char *viewer, int64_t forget_ms,
    struct error *err);
int sqlite_job_each_done(struct store_link *link, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int sqlite_job_count(
    struct store_link *link, long long ret_counts[static JOB_CANCELED + 1], struct error *err);
int sqlite_job_each(struct store_link *link, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int sqlite_job_asked(struct store_link *link, const char *id, int64_t fresh_ms, struct error *err);
int sqlite_job_each_old(struct store_link *link, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int sqlite_job_each_to_clear(struct store_link *link,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
int sqlite_job_was_cleared(struct store_link *link, const char *id, struct error *err);
int sqlite_job_shares_key(
    struct store_link *link, const char *id, bool *ret_shares, struct error *err);
int sqlite_job_want_forget(struct store_link *link, const char *id, struct error *err);
int sqlite_job_forget(struct store_link *link, const char *id, struct error *err);
int sqlite_job_events(struct store_link *link, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err);
int sqlite_cursors_find(struct store_link *link, uint64_t position, struct job_cursor *cursors,
    size_t n, struct error *err);
int sqlite_cursors_read(struct store_link *link, const struct job_cursor *cursors, size_t n,
    int most,
    bool (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, uint64_t *ret_position, struct error *err);
int sqlite_jobs_watched(struct store_link *link, char (*ids)[JOB_ID_LEN + 1], size_t n,
    int fresh_ms, struct error *err);
int sqlite_audience_others(struct store_link *link, const char *id, const char *watcher,
    int *ret_others, struct error *err);
int sqlite_audience_each(struct store_link *link, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err);
int sqlite_job_input(struct store_link *link, const char *id, char **ret_input, struct error *err);
int sqlite_job_set_priority(
    struct store_link *link, const char *id, int priority, struct job *ret_job, struct error *err);
int sqlite_job_want_cancel(
    struct store_link *link, const char *id, enum job_state *ret_state, struct error *err);
int sqlite_job_cancel(struct store_link *link, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err);
struct member *sqlite_member_new(const char *path, const struct member_info *info);
void sqlite_member_free(struct member *member);
int sqlite_member_renew(struct store_link *link, const struct member *member, struct error *err);
int sqlite_member_stop(struct store_link *link, const struct member *member, struct error *err);
int sqlite_member_release(struct store_link *link, const struct member *member, struct error *err);
int sqlite_member_each(struct store_link *link,
    void (*each)(void *ctx, const struct member_row *row), void *ctx, struct error *err);
int sqlite_audiences_write(struct store_link *link, struct member *member,
    const struct audience *audiences, size_t n, struct error *err);
int sqlite_job_claim(struct store_link *link, struct member *member, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err);
int sqlite_job_release(struct store_link *link, const char *id, int64_t run, struct error *err);
int sqlite_job_lease(
    struct store_link *link, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err);
int sqlite_runs_write(struct store_link *link, struct run_write *writes, int n, struct error *err);
int sqlite_job_rekey(
    struct store_link *link, const char *id, int64_t run, const char *key, struct error *err);
int sqlite_job_progress(
    struct store_link *link, const char *id, int64_t run, const char *progress, struct error *err);
int sqlite_job_publish(struct store_link *link, const struct job_publication *publication,
    struct job *ret_job, struct error *err);
int sqlite_hook_add(struct store_link *link, const struct hook_request *request, struct error *err);
int sqlite_hook_claim(struct store_link *link, const struct hook_wish *wish,
    struct hook_due *ret_due, struct error *err);
int sqlite_hook_delivered(struct store_link *link, const struct hook_due *due, struct error *err);
int sqlite_hook_failed(struct store_link *link, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err);
int sqlite_hook_each(struct store_link *link, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err);
int sqlite_hook_count(struct store_link *link, struct hook_counts *ret_counts, struct error *err);
int sqlite_news(struct store_link *link, int ms, int wake_fd, bool *ret_is_news, struct error *err);
int sqlite_position(struct store_link *link, uint64_t *ret_position, struct error *err);
int sqlite_tail(struct store_link *link, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err);
int sqlite_live(struct store_link *link,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx,
    struct error *err);
