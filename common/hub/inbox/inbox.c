/* inbox.c - one lock over a few small lists, and an eventfd that wakes the clerk. */
#include "hub/inbox/inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

struct inbox {
    int fd;                   /* fixed: an eventfd; readable while is_awake */
    pthread_mutex_t claiming; /* held from the search for a slot until the run is posted */
    pthread_mutex_t lock;
    /* under lock */
    bool is_awake; /* something was left since the last inbox_take() */
    bool is_poked, is_free, must_stop, must_reopen, is_stopping, has_foreign;
    struct runs runs; /* claimed, and worked on in this process */
    char (*watched)[JOB_ID_LEN + 1];
    size_t n_watched;
    struct audience *audiences;
    size_t n_audiences;
};

struct inbox *inbox_new(void)
{
    struct inbox *inbox = mem_new(struct inbox);

    pthread_mutex_init(&inbox->claiming, NULL);
    pthread_mutex_init(&inbox->lock, NULL);
    inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (inbox->fd < 0) {
        log_error("no eventfd can be made: the limit of descriptors is reached");
        exit(1);
    }
    inbox_poke(inbox);
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    close(inbox->fd);
    pthread_mutex_destroy(&inbox->claiming);
    pthread_mutex_destroy(&inbox->lock);
    runs_clear(&inbox->runs);
    free(inbox->watched);
    free(inbox->audiences);
    free(inbox);
}

/* --- flags --- */

/* Under lock.  One write() a round, however many wake. */
static void inbox_wake(struct inbox *inbox)
{
    if (!inbox->is_awake)
        eventfd_write(inbox->fd, 1);
    inbox->is_awake = true;
}

void inbox_tell_news(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox_wake(inbox);
    pthread_mutex_unlock(&inbox->lock);
}

static void inbox_set(struct inbox *inbox, bool *flag)
{
    pthread_mutex_lock(&inbox->lock);
    *flag = inbox->is_poked = true;
    inbox_wake(inbox);
    pthread_mutex_unlock(&inbox->lock);
}

void inbox_poke(struct inbox *inbox)
{
    inbox_set(inbox, &inbox->is_poked);
}

void inbox_want_reopen(struct inbox *inbox)
{
    inbox_set(inbox, &inbox->must_reopen);
}

void inbox_stop_claiming(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->claiming);
    inbox_set(inbox, &inbox->is_stopping);
    pthread_mutex_unlock(&inbox->claiming);
}

void inbox_stop(struct inbox *inbox)
{
    inbox_set(inbox, &inbox->must_stop);
}

int inbox_fd(const struct inbox *inbox)
{
    return inbox->fd;
}

struct inbox_state inbox_take(struct inbox *inbox)
{
    struct inbox_state state;
    eventfd_t count;

    pthread_mutex_lock(&inbox->lock);
    state = (struct inbox_state){.is_poked = inbox->is_poked,
        .is_free = inbox->is_free,
        .is_news = inbox->is_awake,
        .must_stop = inbox->must_stop,
        .must_reopen = inbox->must_reopen,
        .may_claim = !inbox->is_stopping && !inbox->must_reopen};
    if (inbox->is_awake)
        eventfd_read(inbox->fd, &count);
    inbox->is_awake = inbox->is_poked = inbox->is_free = false;
    pthread_mutex_unlock(&inbox->lock);
    return state;
}

bool inbox_may_claim(struct inbox *inbox)
{
    bool may_claim;

    pthread_mutex_lock(&inbox->lock);
    may_claim = !inbox->is_stopping && !inbox->must_reopen;
    pthread_mutex_unlock(&inbox->lock);
    return may_claim;
}

void inbox_set_foreign(struct inbox *inbox, bool has_foreign)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->has_foreign = has_foreign;
    pthread_mutex_unlock(&inbox->lock);
}

bool inbox_may_help(struct inbox *inbox)
{
    bool may_help;

    pthread_mutex_lock(&inbox->lock);
    may_help = inbox->has_foreign && !inbox->is_stopping && !inbox->must_reopen;
    pthread_mutex_unlock(&inbox->lock);
    return may_help;
}

void inbox_reopened(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->must_reopen = false;
    pthread_mutex_unlock(&inbox->lock);
}

void inbox_claims_begin(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->claiming);
}

void inbox_claims_end(struct inbox *inbox)
{
    pthread_mutex_unlock(&inbox->claiming);
}

/* --- runs --- */

void inbox_add_run(struct inbox *inbox, const struct job *job)
{
    pthread_mutex_lock(&inbox->lock);
    runs_add(&inbox->runs, job);
    pthread_mutex_unlock(&inbox->lock);
}

void inbox_run_ended(struct inbox *inbox, const struct job *job)
{
    pthread_mutex_lock(&inbox->lock);
    runs_remove(&inbox->runs, job);
    inbox->is_free = true;
    inbox_wake(inbox);
    pthread_mutex_unlock(&inbox->lock);
}

bool inbox_has_run(struct inbox *inbox, const struct job *job)
{
    bool has;

    pthread_mutex_lock(&inbox->lock);
    has = runs_has(&inbox->runs, job);
    pthread_mutex_unlock(&inbox->lock);
    return has;
}

size_t inbox_count_runs(struct inbox *inbox)
{
    size_t n;

    pthread_mutex_lock(&inbox->lock);
    n = inbox->runs.n;
    pthread_mutex_unlock(&inbox->lock);
    return n;
}

/* --- viewers --- */

void inbox_add_watched(struct inbox *inbox, const char *job_id)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->watched = mem_grow(inbox->watched, inbox->n_watched + 1, sizeof *inbox->watched);
    strcpy(inbox->watched[inbox->n_watched++], job_id);
    pthread_mutex_unlock(&inbox->lock);
}

char (*inbox_take_watched(struct inbox *inbox, size_t *ret_n))[JOB_ID_LEN + 1]
{
    char(*watched)[JOB_ID_LEN + 1];

    pthread_mutex_lock(&inbox->lock);
    watched = inbox->watched;
    *ret_n = inbox->n_watched;
    inbox->watched = NULL;
    inbox->n_watched = 0;
    pthread_mutex_unlock(&inbox->lock);
    return watched;
}

/* Under lock.  NULL: there is none of that job. */
static struct audience *inbox_audience(struct inbox *inbox, const char *job_id)
{
    for (size_t i = 0; i < inbox->n_audiences; i++)
        if (strcmp(inbox->audiences[i].job_id, job_id) == 0)
            return &inbox->audiences[i];
    return NULL;
}

/* Under lock. */
static void inbox_add_audience(struct inbox *inbox, const struct audience *audience)
{
    inbox->audiences = mem_grow(inbox->audiences, inbox->n_audiences + 1, sizeof *inbox->audiences);
    inbox->audiences[inbox->n_audiences++] = *audience;
}

void inbox_set_audience(struct inbox *inbox, const struct audience *audience)
{
    struct audience *waiting;

    pthread_mutex_lock(&inbox->lock);
    waiting = inbox_audience(inbox, audience->job_id);
    if (waiting)
        *waiting = *audience;
    else
        inbox_add_audience(inbox, audience);
    pthread_mutex_unlock(&inbox->lock);
}

struct audience *inbox_take_audiences(struct inbox *inbox, size_t *ret_n)
{
    struct audience *audiences;

    pthread_mutex_lock(&inbox->lock);
    audiences = inbox->audiences;
    *ret_n = inbox->n_audiences;
    inbox->audiences = NULL;
    inbox->n_audiences = 0;
    pthread_mutex_unlock(&inbox->lock);
    return audiences;
}

void inbox_return_audiences(struct inbox *inbox, const struct audience *audiences, size_t n)
{
    pthread_mutex_lock(&inbox->lock);
    for (size_t i = 0; i < n; i++)
        if (!inbox_audience(inbox, audiences[i].job_id))
            inbox_add_audience(inbox, &audiences[i]);
    pthread_mutex_unlock(&inbox->lock);
}
