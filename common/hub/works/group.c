/* group.c - one of those who write leads: it takes what waits, its own among it, and writes all of
 * it on the one connection, while the others sleep.  Then the first who waits still leads. */
#include "hub/works/group.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"

enum {
    GROUP_MOST = STORE_APPEND_MOST, /* runs of one write: most say one line */
    /* What the opening of a connection finds out must not get older: another version may have
     * changed the tables. */
    LOOK_MS = 2000,
};

struct progress {
    const char *job_id;
    int64_t run;
    const char *json;
};

/* On the stack of who waits. */
struct entry {
    struct link link;
    int era;
    const struct run_write *write;   /* of nothing, where it is a progress */
    const struct progress *progress; /* or NULL */
    pthread_cond_t woken;            /* it is written, or is to lead */
    bool is_written;
    int rc;
    struct error err;
};

struct group {
    const char *database; /* fixed */
    pthread_mutex_t lock;
    /* under lock */
    struct link waiting;
    bool is_led;
    pthread_cond_t unled; /* for who joins or leaves */
    int n_joined;
    int era;
    int64_t looked_ms; /* when a connection was opened last; monotonic */
    /* who leads */
    struct store *store; /* NULL: not open */
};

struct group *group_new(const char *database)
{
    struct group *group = mem_new(struct group);

    group->database = database;
    pthread_mutex_init(&group->lock, NULL);
    pthread_cond_init(&group->unled, NULL);
    list_init(&group->waiting);
    return group;
}

void group_free(struct group *group)
{
    pthread_cond_destroy(&group->unled);
    pthread_mutex_destroy(&group->lock);
    free(group);
}

/* --- the lead.  All under lock --- */

static void group_pass_lead(struct group *group)
{
    group->is_led = false;
    if (!list_is_empty(&group->waiting))
        pthread_cond_signal(&list_item(group->waiting.next, struct entry, link)->woken);
    else
        pthread_cond_signal(&group->unled);
}

/* For other than writes, which go first. */
static void group_take_lead(struct group *group)
{
    while (group->is_led || !list_is_empty(&group->waiting))
        pthread_cond_wait(&group->unled, &group->lock);
    group->is_led = true;
}

static void group_close_adrift(struct group *group)
{
    if (!group->store || !store_is_adrift(group->store))
        return;
    store_close(group->store);
    group->store = NULL;
    group->era++;
}

/* --- joining --- */

/* Under lock, which is let go meanwhile: the others of this era have left, or lost their jobs. */
static int group_open(struct group *group, struct error *err)
{
    struct store *store = NULL;
    int rc = 0;

    group_take_lead(group);
    pthread_mutex_unlock(&group->lock);
    if (!group->store)
        rc = store_open_again(group->database, NULL, &store, err);
    pthread_mutex_lock(&group->lock);
    if (store) {
        group->store = store;
        group->looked_ms = clock_monotonic_ms();
    }
    group_pass_lead(group);
    return rc;
}

void group_leave(struct group *group)
{
    struct store *store = NULL;

    pthread_mutex_lock(&group->lock);
    if (--group->n_joined == 0) {
        group_take_lead(group);
        if (group->n_joined == 0) {
            store = group->store;
            group->store = NULL;
        }
        group_pass_lead(group);
    }
    pthread_mutex_unlock(&group->lock);
    store_close(store);
}

/* The connection that is open stays: it knows which database it speaks to. */
static int group_look(struct group *group, struct error *err)
{
    struct store *store = NULL;
    int rc = store_open_again(group->database, NULL, &store, err);

    store_close(store);
    if (rc != 0) {
        pthread_mutex_lock(&group->lock);
        group->looked_ms = 0; /* the next who joins looks, too */
        pthread_mutex_unlock(&group->lock);
        group_leave(group);
    }
    return rc;
}

int group_join(struct group *group, int *ret_era, struct error *err)
{
    bool is_old;
    int rc = 0;

    pthread_mutex_lock(&group->lock);
    if (!group->is_led)
        group_close_adrift(group);
    if (!group->store)
        rc = group_open(group, err);
    group->n_joined += rc == 0;
    *ret_era = group->era;
    is_old = rc == 0 && clock_monotonic_ms() > group->looked_ms + LOOK_MS;
    if (is_old)
        group->looked_ms = clock_monotonic_ms();
    pthread_mutex_unlock(&group->lock);
    return is_old ? group_look(group, err) : rc;
}

/* --- writing --- */

/* What one leader writes. */
struct batch {
    struct entry *entries[GROUP_MOST];
    struct run_write writes[GROUP_MOST];
    int n, n_events;
};

/* A progress is a call of its own, which stands in the same queue. */
static bool batch_has_room(const struct batch *batch, const struct entry *entry)
{
    if (batch->n && (entry->progress || batch->entries[0]->progress))
        return false;
    return batch->n < GROUP_MOST && batch->n_events + entry->write->n_events <= STORE_APPEND_MOST;
}

/* Under lock.  The first always fits. */
static void batch_take(struct batch *batch, struct group *group)
{
    list_each_safe(at, &group->waiting)
    {
        struct entry *entry = list_item(at, struct entry, link);

        if (!batch_has_room(batch, entry))
            return;
        list_remove(at);
        batch->entries[batch->n] = entry;
        batch->writes[batch->n++] = *entry->write;
        batch->n_events += entry->write->n_events;
    }
}

static int batch_write(struct batch *batch, struct store *store, int from, int n)
{
    struct error err = {0};
    int rc = store_runs_write(store, &batch->writes[from], n, &err);

    for (int i = from; i < from + n; i++) {
        batch->entries[i]->rc = rc == 0 ? batch->writes[i].answer : rc;
        batch->entries[i]->err = err;
    }
    return rc;
}

static void batch_write_progress(struct entry *entry, struct store *store)
{
    const struct progress *progress = entry->progress;

    entry->rc =
        store_job_progress(store, progress->job_id, progress->run, progress->json, &entry->err);
}

/* What can't be written at all, such as a text that the database can't keep, is no reason to refuse
 * the others. */
static void batch_write_all(struct batch *batch, struct store *store)
{
    int rc;

    if (batch->n && batch->entries[0]->progress) {
        batch_write_progress(batch->entries[0], store);
        return;
    }
    rc = batch->n ? batch_write(batch, store, 0, batch->n) : 0;
    if (rc >= 0 || rc == -ERR_BUSY || rc == -ERR_IO || batch->n == 1)
        return;
    for (int i = 0; i < batch->n; i++)
        batch_write(batch, store, i, 1);
}

/* Under lock: those of another era have lost their jobs. */
static void batch_drop_lost(struct batch *batch, int era)
{
    int n = 0;

    for (int i = 0; i < batch->n; i++) {
        struct entry *entry = batch->entries[i];

        entry->rc = STORE_E_LOST;
        if (entry->era == era) {
            batch->entries[n] = entry;
            batch->writes[n++] = batch->writes[i];
        } else {
            entry->is_written = true;
            pthread_cond_signal(&entry->woken);
        }
    }
    batch->n = n;
}

/* Under lock, and again at its end. */
static void group_lead(struct group *group)
{
    struct batch batch = {0};

    group->is_led = true;
    batch_take(&batch, group);
    batch_drop_lost(&batch, group->era);
    pthread_mutex_unlock(&group->lock);
    batch_write_all(&batch, group->store);
    pthread_mutex_lock(&group->lock);
    for (int i = 0; i < batch.n; i++) {
        batch.entries[i]->is_written = true;
        pthread_cond_signal(&batch.entries[i]->woken);
    }
    group_close_adrift(group);
    group_pass_lead(group);
}

static int group_queue(struct group *group, struct entry *entry, struct error *err)
{
    pthread_cond_init(&entry->woken, NULL);
    pthread_mutex_lock(&group->lock);
    list_append(&group->waiting, &entry->link);
    while (!entry->is_written) {
        if (group->is_led)
            pthread_cond_wait(&entry->woken, &group->lock);
        else
            group_lead(group);
    }
    pthread_mutex_unlock(&group->lock);
    pthread_cond_destroy(&entry->woken);
    if (entry->rc < 0 && err)
        *err = entry->err;
    return entry->rc;
}

int group_write(struct group *group, int era, const struct run_write *write, struct error *err)
{
    struct entry entry = {.era = era, .write = write};

    return group_queue(group, &entry, err);
}

int group_progress(struct group *group, int era, const char *job_id, int64_t run, const char *json,
    struct error *err)
{
    const struct progress progress = {.job_id = job_id, .run = run, .json = json};
    const struct run_write nothing = {.job_id = job_id, .run = run, .end = JOB_RUNNING};
    struct entry entry = {.era = era, .write = &nothing, .progress = &progress};

    return group_queue(group, &entry, err);
}
