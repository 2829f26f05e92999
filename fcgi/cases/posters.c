/* posters.c - see posters.h. */
#include "cases/posters.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "video/deliver/poster.h"

enum {
    WAITING_MAX = 64, /* a later client must ask again */
    FAILED_MAX = 64,  /* posters that can't be made, and are not tried again at each request */
    NICENESS = 10,    /* videos go first */
};

static const char folder[] = "posters";

struct poster_request {
    char name[POSTER_NAME_LEN + 1];
    struct case_record *record;
};

struct failure {
    char name[POSTER_NAME_LEN + 1];
    struct error why;
};

struct posters {
    /* fixed */
    const struct config *config;
    char *dir, *lock_file;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under lock */
    bool is_running, is_stopping;
    int n_waiting;
    struct poster_request waiting[WAITING_MAX]; /* the first is being made */
    unsigned n_failed;                          /* ever: the newest replaces the oldest */
    struct failure failed[FAILED_MAX];
    pthread_t thread;
};

struct posters *posters_new(const struct config *config)
{
    struct posters *posters = mem_new(struct posters);

    posters->config = config;
    posters->dir = mem_format("%s/%s", config->output, folder);
    posters->lock_file = config->run && *config->run ? mem_format("%s/posters", config->run)
                                                     : mem_format("%s/.lock", posters->dir);
    pthread_mutex_init(&posters->lock, NULL);
    pthread_cond_init(&posters->changed, NULL);
    return posters;
}

void posters_free(struct posters *posters)
{
    bool is_running;

    pthread_mutex_lock(&posters->lock);
    posters->is_stopping = true;
    is_running = posters->is_running;
    pthread_cond_signal(&posters->changed);
    pthread_mutex_unlock(&posters->lock);
    if (is_running)
        pthread_join(posters->thread, NULL);
    for (int i = 0; i < posters->n_waiting; i++)
        case_free(posters->waiting[i].record);
    pthread_cond_destroy(&posters->changed);
    pthread_mutex_destroy(&posters->lock);
    free(posters->dir);
    free(posters->lock_file);
    free(posters);
}

/* --- the thread --- */

static bool posters_is_stopping(void *ctx)
{
    struct posters *posters = ctx;
    bool over;

    pthread_mutex_lock(&posters->lock);
    over = posters->is_stopping;
    pthread_mutex_unlock(&posters->lock);
    return over;
}

static void posters_note_failure_locked(
    struct posters *posters, const char *name, const struct error *why)
{
    struct failure *failure = &posters->failed[posters->n_failed++ % FAILED_MAX];

    snprintf(failure->name, sizeof failure->name, "%s", name);
    failure->why = *why;
}

/* Makes the first that waits.  It stays first meanwhile, so that another request for it adds
 * nothing. */
static void posters_make_first_locked(struct posters *posters)
{
    struct poster_request asked = posters->waiting[0];
    struct error why;
    int rc;

    pthread_mutex_unlock(&posters->lock);
    rc = poster_make(asked.record, posters->config->media_root, posters->dir, asked.name,
        posters->lock_file, posters_is_stopping, posters, &why);
    if (rc < 0 && rc != -ERR_CANCELED)
        log_warning("poster of case %s: %s", asked.record->id, why.text);
    pthread_mutex_lock(&posters->lock);
    /* A full disk may have room again later: only errors of the picture itself are noted. */
    if (rc == -ERR_INPUT)
        posters_note_failure_locked(posters, asked.name, &why);
    case_free(asked.record);
    posters->n_waiting--;
    memmove(posters->waiting, posters->waiting + 1,
        (size_t)posters->n_waiting * sizeof *posters->waiting);
}

static void *posters_thread(void *ctx)
{
    struct posters *posters = ctx;

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* if that fails, videos wait a little */
    pthread_mutex_lock(&posters->lock);
    while (!posters->is_stopping) {
        if (posters->n_waiting)
            posters_make_first_locked(posters);
        else
            pthread_cond_wait(&posters->changed, &posters->lock);
    }
    pthread_mutex_unlock(&posters->lock);
    return NULL;
}

/* --- requests --- */

static const struct failure *posters_find_failure_locked(
    const struct posters *posters, const char *name)
{
    for (int i = 0; i < FAILED_MAX; i++)
        if (strcmp(posters->failed[i].name, name) == 0)
            return &posters->failed[i];
    return NULL;
}

static bool posters_waits_locked(const struct posters *posters, const char *name)
{
    for (int i = 0; i < posters->n_waiting; i++)
        if (strcmp(posters->waiting[i].name, name) == 0)
            return true;
    return false;
}

static int posters_start_locked(struct posters *posters, struct error *err)
{
    int rc;

    if (posters->is_running)
        return 0;
    rc = pthread_create(&posters->thread, NULL, posters_thread, posters);
    if (rc)
        return error_set(err, ERR_BUSY, "no thread can be started: %s", strerror(rc));
    posters->is_running = true;
    return 0;
}

/* A copy of what shapes the poster; the record belongs to the caller. */
static struct case_record *posters_copy_case(const struct case_record *record)
{
    struct case_record *copy = mem_new(struct case_record);

    copy->id = mem_copy(record->id);
    copy->shape = record->shape;
    copy->lines = record->lines;
    copy->n_scenes = 1;
    copy->scenes = mem_new(struct scene);
    copy->scenes[0] = (struct scene){.image = mem_copy(record->scenes[0].image),
        .fit = record->scenes[0].fit,
        .focus_x = record->scenes[0].focus_x,
        .focus_y = record->scenes[0].focus_y};
    return copy;
}

static int posters_ask_locked(struct posters *posters, const struct case_record *record,
    const char *name, bool may_make, struct error *err)
{
    const struct failure *failure = posters_find_failure_locked(posters, name);
    struct poster_request *asked;
    int rc;

    if (failure) {
        *err = failure->why;
        return -(int)err->code;
    }
    if (!may_make || posters_waits_locked(posters, name) || posters->n_waiting == WAITING_MAX)
        return POSTERS_E_NOT_YET;
    rc = posters_start_locked(posters, err);
    if (rc < 0)
        return rc;
    asked = &posters->waiting[posters->n_waiting++];
    strcpy(asked->name, name);
    asked->record = posters_copy_case(record);
    pthread_cond_signal(&posters->changed);
    return POSTERS_E_NOT_YET;
}

int posters_find(struct posters *posters, const struct case_record *record, bool may_make,
    char ret_url[static PATH_MAX], struct error *err)
{
    char name[POSTER_NAME_LEN + 1];
    int rc = poster_name(record, posters->config->media_root, name, err);

    if (rc < 0)
        return rc;
    if (!poster_is_there(posters->dir, name)) {
        pthread_mutex_lock(&posters->lock);
        rc = posters_ask_locked(posters, record, name, may_make, err);
        pthread_mutex_unlock(&posters->lock);
        return rc;
    }
    snprintf(ret_url, PATH_MAX, "%s%s/%s", posters->config->media_url, folder, name);
    return 0;
}
