/* store.c - finds the engine of an address, and passes each call on to it. */
#include "store/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "store/parts.h"
#include "store/postgres/postgres.h"
#include "store/sqlite/sqlite.h"
#include "store/store_private.h"

/* One line an engine; an address belongs to the first that serves it.  SQLite serves all, and is
 * last. */
static const struct store_engine *const store_engines[] = {&postgres_engine, &sqlite_engine};

static const struct store_engine *store_engine_of(const char *address)
{
    size_t i = 0;

    while (!store_engines[i]->serves(address))
        i++;
    return store_engines[i];
}

bool store_is_there(const char *address)
{
    return store_engine_of(address)->is_there(address);
}

bool store_address_shares_parts(const char *address)
{
    return store_engine_of(address)->parts.open;
}

char *store_name(const char *address)
{
    return store_engine_of(address)->name_of(address);
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

const char *store_did(const struct store *store)
{
    return store->jobs->engine->did(store->jobs);
}

int store_grant(struct store *store, const char *role, struct error *err)
{
    return store->jobs->engine->grant(store->jobs, role, err);
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

static bool store_link_is_cut(struct store_link *link)
{
    return link && link->engine->is_cut(link);
}

bool store_is_cut(struct store *store)
{
    return store_link_is_cut(store->jobs) || store_link_is_cut(store->cases);
}

int store_probe(struct store *store, struct error *err)
{
    int rc = store->jobs->engine->probe(store->jobs, err);

    if (rc == 0 && store->cases && store->cases != store->jobs)
        rc = store->cases->engine->probe(store->cases, err);
    return rc;
}

int store_read_whole(struct store *store, char **ret_told, struct error *err)
{
    return store->jobs->engine->read_whole(store->jobs, ret_told, err);
}

int store_examine(const char *jobs,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err)
{
    return store_engine_of(jobs)->examine(jobs, tell, ctx, err);
}

/* --- cases --- */

const char *store_cases_name(const struct store *store)
{
    return store->cases->engine->cases.name(store->cases);
}

int store_case_list(struct store *store, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    return store->cases->engine->cases.list(store->cases, filter, each, ctx, err);
}

int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    return store_case_list(store, &(struct case_filter){0}, each, ctx, err);
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

int store_case_edit(struct store *store, const struct case_edit *edit, struct error *err)
{
    return store->cases->engine->cases.edit(store->cases, edit, err);
}

/* --- members --- */

struct member *store_member_new(const char *jobs, const struct member_info *info)
{
    const struct store_engine *engine = store_engine_of(jobs);
    struct member *member = engine->jobs.member_new(jobs, info);

    member->engine = engine;
    member->able = member->takes = info->kinds;
    member->limits = info->limits;
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

/* --- tags --- */

/* Every event gets a tag before the first try, so that an engine may try again itself. */
static struct job_event store_tag(const struct job_event *event, char tag[static STORE_TAG_LEN + 1])
{
    struct job_event tagged = *event;

    if (tagged.once)
        return tagged;
    digest_random_name(tag, STORE_TAG_LEN);
    tagged.once = tag;
    return tagged;
}

struct tagged {
    struct job_event *events;
    char (*tags)[STORE_TAG_LEN + 1];
};

static struct tagged store_tag_all(const struct job_event *events, int n)
{
    struct tagged tagged = {0};

    if (n == 0)
        return tagged;
    tagged.events = mem_new_n((size_t)n, struct job_event);
    tagged.tags = mem_zero((size_t)n, sizeof *tagged.tags);
    for (int i = 0; i < n; i++)
        tagged.events[i] = store_tag(&events[i], tagged.tags[i]);
    return tagged;
}

static void tagged_free(struct tagged *tagged)
{
    free(tagged->events);
    free(tagged->tags);
}

/* --- jobs --- */

int store_job_open(struct store *store, const struct job_request *request, struct job *ret_job,
    bool *ret_is_new, struct error *err)
{
    struct job_request whole = *request;
    struct hook_request hook;
    struct job_event first;
    char id[JOB_ID_LEN + 1], tag[STORE_TAG_LEN + 1];

    if (!whole.id)
        job_id_make(id);
    if (!whole.id)
        whole.id = id;
    if (whole.first) {
        first = store_tag(whole.first, tag);
        whole.first = &first;
    }
    if (whole.hook) {
        hook = store_hook_named(whole.hook);
        whole.hook = &hook;
    }
    return store->jobs->engine->jobs.open(store->jobs, &whole, ret_job, ret_is_new, err);
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

int store_job_each(struct store *store, const struct job_filter *filter,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.each(store->jobs, filter, each, ctx, err);
}

int store_job_input(struct store *store, const char *id, char **ret_input, struct error *err)
{
    return store->jobs->engine->jobs.input(store->jobs, id, ret_input, err);
}

int store_job_set_priority(
    struct store *store, const char *id, int priority, struct job *ret_job, struct error *err)
{
    return store->jobs->engine->jobs.set_priority(store->jobs, id, priority, ret_job, err);
}

int store_audience_each(struct store *store, int most,
    void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.audience_each(store->jobs, most, each, ctx, err);
}

int store_job_asked(struct store *store, const char *id, int64_t fresh_ms, struct error *err)
{
    return store->jobs->engine->jobs.asked(store->jobs, id, fresh_ms, err);
}

int store_job_each_old(struct store *store, int64_t age_ms, int most,
    void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.each_old(store->jobs, age_ms, most, each, ctx, err);
}

int store_job_each_to_clear(struct store *store, void (*each)(void *ctx, const struct job *job),
    void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.each_to_clear(store->jobs, each, ctx, err);
}

int store_job_was_cleared(struct store *store, const char *id, struct error *err)
{
    return store->jobs->engine->jobs.was_cleared(store->jobs, id, err);
}

int store_job_shares_key(struct store *store, const char *id, bool *ret_shares, struct error *err)
{
    return store->jobs->engine->jobs.shares_key(store->jobs, id, ret_shares, err);
}

int store_job_want_forget(struct store *store, const char *id, struct error *err)
{
    return store->jobs->engine->jobs.want_forget(store->jobs, id, err);
}

int store_job_forget(struct store *store, const char *id, struct error *err)
{
    return store->jobs->engine->jobs.forget(store->jobs, id, err);
}

int store_job_events(struct store *store, const char *id, uint64_t after,
    bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
    struct error *err)
{
    return store->jobs->engine->jobs.events(store->jobs, id, after, each, ctx, ret_position, err);
}

int store_cursors_find(
    struct store *store, uint64_t position, struct job_cursor *cursors, size_t n, struct error *err)
{
    return store->jobs->engine->jobs.cursors_find(
        store->jobs, position > INT64_MAX ? INT64_MAX : position, cursors, n, err);
}

/* Moves the cursors on the way from an engine to the caller. */
struct cursors_walk {
    struct job_cursor *cursors;
    size_t n;
    bool (*each)(void *ctx, const struct job_cursor *at, const struct job_event *event);
    void *ctx;
};

static bool store_cursors_pass(
    void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    const struct cursors_walk *walk = ctx;
    struct job_cursor *at = walk->cursors;

    while (at < walk->cursors + walk->n && strcmp(at->job_id, job_id) != 0)
        at++;
    assert(at < walk->cursors + walk->n);
    at->seq = event->seq;
    at->position = position;
    at->is_over = event->is_final;
    return walk->each(walk->ctx, at, event);
}

int store_cursors_read(struct store *store, struct job_cursor *cursors, size_t n, int most,
    bool (*each)(void *ctx, const struct job_cursor *at, const struct job_event *event), void *ctx,
    uint64_t *ret_position, struct error *err)
{
    struct cursors_walk walk = {.cursors = cursors, .n = n, .each = each, .ctx = ctx};

    return store->jobs->engine->jobs.cursors_read(
        store->jobs, cursors, n, most, store_cursors_pass, &walk, ret_position, err);
}

int store_jobs_watched(
    struct store *store, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms, struct error *err)
{
    return store->jobs->engine->jobs.watched(store->jobs, ids, n, fresh_ms, err);
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
    struct tagged tagged = store_tag_all(last, n_last);
    int rc = store->jobs->engine->jobs.cancel(
        store->jobs, id, why, tagged.events, n_last, ret_job, ret_is_first, err);

    tagged_free(&tagged);
    return rc;
}

bool store_member_lives_by_lease(const struct member *member)
{
    return member->engine->jobs.members_live_by_lease;
}

int store_member_each(struct store *store, void (*each)(void *ctx, const struct member_row *row),
    void *ctx, struct error *err)
{
    return store->jobs->engine->jobs.member_each(store->jobs, each, ctx, err);
}

void store_member_began(struct member *member)
{
    member->began_ms = clock_monotonic_ms();
}

void store_member_set_idle(struct member *member, bool is_idle)
{
    member->is_idle = is_idle;
}

void store_member_set_kinds(
    struct member *member, const char *able, const char *takes, const char *limits)
{
    member->limits = limits;
    member->able = able;
    member->takes = takes;
}

void store_member_set_job(struct member *member, const char *id)
{
    member->job = id;
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

int store_jobs_claim(struct store *store, struct member *member, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err)
{
    *ret_n = 0;
    return store->jobs->engine->jobs.claim(
        store->jobs, member, slots, claim, most, ret_jobs, ret_n, err);
}

int store_job_claim(struct store *store, struct member *member, int slots, const char *claim,
    struct job *ret_job, struct error *err)
{
    int n, rc = store_jobs_claim(store, member, slots, claim, 1, ret_job, &n, err);

    return rc == 0 && n == 0 ? STORE_E_NOT_FOUND : rc;
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

/* The engine gets copies, whose events have tags. */
int store_runs_write(struct store *store, struct run_write *writes, int n, struct error *err)
{
    struct run_write *copies = mem_new_n((size_t)n, struct run_write);
    struct tagged *tagged = mem_new_n((size_t)n, struct tagged);
    int n_events = 0, rc;

    for (int i = 0; i < n; i++) {
        tagged[i] = store_tag_all(writes[i].events, writes[i].n_events);
        copies[i] = writes[i];
        copies[i].events = tagged[i].events;
        n_events += writes[i].n_events;
    }
    assert(n_events <= STORE_APPEND_MOST);
    rc = store->jobs->engine->jobs.write(store->jobs, copies, n, err);
    for (int i = 0; i < n; i++) {
        writes[i].answer = copies[i].answer;
        tagged_free(&tagged[i]);
    }
    free(tagged);
    free(copies);
    return rc;
}

static int store_run_write(struct store *store, struct run_write write, struct error *err)
{
    int rc = store_runs_write(store, &write, 1, err);

    return rc == 0 ? write.answer : rc;
}

int store_job_append(struct store *store, const char *id, int64_t run,
    const struct job_event *events, int n, struct error *err)
{
    return store_run_write(store,
        (struct run_write){
            .job_id = id, .run = run, .events = events, .n_events = n, .end = JOB_RUNNING},
        err);
}

int store_job_end(struct store *store, const char *id, int64_t run, enum job_state state,
    const char *result, const char *error, const struct job_event *last, int n_last,
    struct error *err)
{
    assert(job_state_is_final(state) && job_state_may_go(JOB_RUNNING, state));
    return store_run_write(store,
        (struct run_write){.job_id = id,
            .run = run,
            .events = last,
            .n_events = n_last,
            .end = state,
            .result = result,
            .error = error},
        err);
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

/* The same end was written by an earlier call, whose answer was lost. */
static bool store_has_ended_so(const struct job_publication *publication, const struct job *job)
{
    const char *said = publication->end == JOB_DONE ? publication->result : publication->error;
    const char *there = publication->end == JOB_DONE ? job->result : job->error;

    return job_state_is_final(publication->end) && job->state == publication->end && said &&
           there && strcmp(said, there) == 0;
}

int store_job_publish(struct store *store, const struct job_publication *publication,
    struct job *ret_job, struct error *err)
{
    struct tagged events = store_tag_all(publication->events, publication->n_events);
    struct tagged last = store_tag_all(publication->last, publication->n_last);
    struct job_publication tagged = *publication;
    int rc;

    tagged.events = events.events;
    tagged.last = last.events;
    rc = store->jobs->engine->jobs.publish(store->jobs, &tagged, ret_job, err);
    tagged_free(&events);
    tagged_free(&last);
    return rc == STORE_E_LOST && store_has_ended_so(publication, ret_job) ? 0 : rc;
}

int store_news(struct store *store, int ms, int wake_fd, bool *ret_is_news, struct error *err)
{
    return store->jobs->engine->jobs.news(store->jobs, ms, wake_fd, ret_is_news, err);
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
