/* store.c - finds the engine of an address, and passes each call on to it. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/sqlite/sqlite.h"
#include "store/store_private.h"

/* One line an engine; an address belongs to the first that serves it.  SQLite serves all, and is
 * last. */
static const struct store_engine *const store_engines[] = {&sqlite_engine};

static const struct store_engine *store_engine_of(const char *address)
{
    size_t i = 0;

    while (!store_engines[i]->serves(address))
        i++;
    return store_engines[i];
}

/* --- opening --- */

static int store_connect(const char *address, unsigned parts, enum store_way way,
    struct store_link **ret_link, struct error *err)
{
    const struct store_engine *engine = store_engine_of(address);
    int rc = engine->open(address, parts, way, ret_link, err);

    if (rc == 0)
        (*ret_link)->engine = engine;
    return rc;
}

/* Cases that lie where the jobs do share their connection. */
static int store_connect_both(
    struct store *store, const char *jobs, const char *cases, enum store_way way, struct error *err)
{
    bool is_one = cases && strcmp(jobs, cases) == 0;
    int rc = store_connect(jobs, STORE_JOBS | (is_one ? STORE_CASES : 0), way, &store->jobs, err);

    if (rc == 0 && is_one)
        store->cases = store->jobs;
    else if (rc == 0 && cases)
        rc = store_connect(cases, STORE_CASES, way, &store->cases, err);
    return rc;
}

static int store_open_by(const char *jobs, const char *cases, enum store_way way,
    struct store **ret_store, struct error *err)
{
    struct store *store = mem_new(struct store);
    int rc = store_connect_both(store, jobs, cases, way, err);

    if (rc == 0)
        *ret_store = store;
    else
        store_close(store);
    return rc;
}

int store_open(const char *jobs, const char *cases, struct store **ret_store, struct error *err)
{
    return store_open_by(jobs, cases, STORE_MAKE, ret_store, err);
}

int store_open_again(
    const char *jobs, const char *cases, struct store **ret_store, struct error *err)
{
    return store_open_by(jobs, cases, STORE_AGAIN, ret_store, err);
}

int store_init(const char *jobs, const char *cases, struct store **ret_store, struct error *err)
{
    return store_open_by(jobs, cases, STORE_INIT, ret_store, err);
}

int store_open_to_read(
    const char *address, enum store_part part, struct store **ret_store, struct error *err)
{
    struct store *store = mem_new(struct store);
    int rc = store_connect(
        address, part, STORE_READ, part == STORE_CASES ? &store->cases : &store->jobs, err);

    if (rc == 0)
        *ret_store = store;
    else
        store_close(store);
    return rc;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->cases && store->cases != store->jobs)
        store->cases->engine->close(store->cases);
    if (store->jobs)
        store->jobs->engine->close(store->jobs);
    free(store);
}

bool store_is_adrift(struct store *store)
{
    return (store->jobs && store->jobs->engine->is_adrift(store->jobs)) ||
           (store->cases && store->cases->engine->is_adrift(store->cases));
}

int store_probe(struct store *store, struct error *err)
{
    int rc = store->jobs->engine->probe(store->jobs, err);

    if (rc == 0 && store->cases && store->cases != store->jobs)
        rc = store->cases->engine->probe(store->cases, err);
    return rc;
}

/* --- cases --- */

const char *store_cases_name(const struct store *store)
{
    return store->cases->engine->cases.name(store->cases);
}

int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    return store->cases->engine->cases.each(store->cases, each, ctx, err);
}

int store_case_get(
    struct store *store, const char *id, struct case_record **ret_record, struct error *err)
{
    return store->cases->engine->cases.get(store->cases, id, ret_record, err);
}

int store_case_put(
    struct store *store, struct case_record *const *records, int n, struct error *err)
{
    return store->cases->engine->cases.put(store->cases, records, n, err);
}

/* --- members --- */

struct member *store_member_new(const char *address, const char *kinds, int64_t lease_ms)
{
    const struct store_engine *engine = store_engine_of(address);
    struct member *member = engine->jobs.member_new(address, kinds, lease_ms);

    member->engine = engine;
    digest_random_name(member->name, sizeof member->name - 1);
    return member;
}

void store_member_free(struct member *member)
{
    if (member)
        member->engine->jobs.member_free(member);
}

const char *store_member_name(const struct member *member)
{
    return member->name;
}

/* --- jobs --- */

int store_job_open(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    return store->jobs->engine->jobs.open(store->jobs, request, ret_job, ret_is_new, err);
}

int store_job_get(struct store *store, const char *id, struct job *ret_job, struct error *err)
{
    return store->jobs->engine->jobs.get(store->jobs, id, ret_job, err);
}

int store_job_told(
    struct store *store, const char *id, const char *viewer, int64_t forget_ms, struct error *err)
{
    return store->jobs->engine->jobs.told(store->jobs, id, viewer, forget_ms, err);
}

int store_job_each_done(struct store *store, const char *kind,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.each_done(store->jobs, kind, each, ctx, err);
}

int store_job_count(
    struct store *store, long long ret_counts[static JOB_CANCELED + 1], struct error *err)
{
    return store->jobs->engine->jobs.count(store->jobs, ret_counts, err);
}

int store_job_each(struct store *store, int most, void (*each)(void *ctx, const struct job *job),
    void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.each(store->jobs, most, each, ctx, err);
}

int store_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    return store->jobs->engine->jobs.events(store->jobs, id, after, each, ctx, ret_position, err);
}

int store_jobs_watched(
    struct store *store, char (*ids)[JOB_ID_LEN + 1], size_t n, struct error *err)
{
    return store->jobs->engine->jobs.watched(store->jobs, ids, n, err);
}

int store_audience_others(
    struct store *store, const char *id, const char *watcher, int *ret_others, struct error *err)
{
    return store->jobs->engine->jobs.audience_others(store->jobs, id, watcher, ret_others, err);
}

int store_job_want_cancel(
    struct store *store, const char *id, enum job_state *ret_state, struct error *err)
{
    return store->jobs->engine->jobs.want_cancel(store->jobs, id, ret_state, err);
}

int store_job_cancel(struct store *store, const char *id, enum cancel_why why,
    const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
    struct error *err)
{
    return store->jobs->engine->jobs.cancel(
        store->jobs, id, why, last, n_last, ret_job, ret_is_first, err);
}

int store_member_renew(struct store *store, const struct member *member, struct error *err)
{
    return store->jobs->engine->jobs.member_renew(store->jobs, member, err);
}

int store_member_stop(struct store *store, const struct member *member, struct error *err)
{
    return store->jobs->engine->jobs.member_stop(store->jobs, member, err);
}

int store_audiences_write(struct store *store, struct member *member,
    const struct audience *audiences, size_t n, struct error *err)
{
    return store->jobs->engine->jobs.audiences_write(store->jobs, member, audiences, n, err);
}

int store_member_release(struct store *store, const struct member *member, struct error *err)
{
    return store->jobs->engine->jobs.member_release(store->jobs, member, err);
}

int store_job_claim(
    struct store *store, struct member *member, int slots, struct job *ret_job, struct error *err)
{
    return store->jobs->engine->jobs.claim(store->jobs, member, slots, ret_job, err);
}

int store_job_release(struct store *store, const char *id, int64_t run, struct error *err)
{
    return store->jobs->engine->jobs.release(store->jobs, id, run, err);
}

int store_job_lease(
    struct store *store, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err)
{
    return store->jobs->engine->jobs.lease(store->jobs, id, run, ret_until_ms, err);
}

int store_job_append(struct store *store, const char *id, int64_t run,
    const struct job_event *event, struct error *err)
{
    return store->jobs->engine->jobs.append(store->jobs, id, run, event, err);
}

int store_job_rekey(
    struct store *store, const char *id, int64_t run, const char *key, struct error *err)
{
    return store->jobs->engine->jobs.rekey(store->jobs, id, run, key, err);
}

int store_job_progress(
    struct store *store, const char *id, int64_t run, const char *progress, struct error *err)
{
    return store->jobs->engine->jobs.progress(store->jobs, id, run, progress, err);
}

int store_job_end(struct store *store, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err)
{
    return store->jobs->engine->jobs.end(
        store->jobs, id, run, state, result, error, last, n_last, err);
}

int store_changed(struct store *store, bool *ret_changed, struct error *err)
{
    return store->jobs->engine->jobs.changed(store->jobs, ret_changed, err);
}

int store_position(struct store *store, uint64_t *ret_position, struct error *err)
{
    return store->jobs->engine->jobs.position(store->jobs, ret_position, err);
}

int store_tail(struct store *store, uint64_t after, int most,
    void (*each)(void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
    void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.tail(store->jobs, after, most, each, ctx, err);
}

int store_live(struct store *store,
    void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.live(store->jobs, each, ctx, err);
}
