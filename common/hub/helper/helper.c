/* helper.c - see helper.h. */
#include "hub/helper/helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/helper/help_private.h"

enum {
    LOOK_MS = 250,    /* between two looks for a job to help with, while others run some */
    FAILED_MS = 5000, /* after a failure nothing is looked for so long */
    ENGINES_MAX = 16, /* are told apart */
};

struct refused {
    char engine[KIND_ENGINE_LEN + 1];
    char job_id[JOB_ID_LEN + 1]; /* the last one */
    unsigned long long n;
};

struct helper {
    /* fixed after start */
    const struct config *config;
    const struct kinds *kinds;
    struct inbox *inbox;
    const struct member *member;
    pthread_t thread;

    /* the thread's */
    struct store *store; /* NULL: not open */
    bool is_troubled;    /* a lasting trouble is logged once */

    /* atomic */
    atomic_bool stop;
    atomic_ullong n_made;

    pthread_mutex_t lock;
    pthread_cond_t stopped;
    /* under lock */
    int n_refused;
    struct refused refused[ENGINES_MAX];
};

/* False: it is to stop. */
static bool helper_nap(struct helper *helper, int ms)
{
    struct timespec until = clock_deadline(ms);
    int rc = 0;

    pthread_mutex_lock(&helper->lock);
    while (!atomic_load(&helper->stop) && rc == 0)
        rc = pthread_cond_timedwait(&helper->stopped, &helper->lock, &until);
    pthread_mutex_unlock(&helper->lock);
    return !atomic_load(&helper->stop);
}

static void helper_trouble(struct helper *helper, const char *what, const struct error *err)
{
    if (!helper->is_troubled)
        log_warning("%s: %s", what, err->text);
    helper->is_troubled = true;
}

/* --- other engines --- */

static struct refused *helper_refused_locked(struct helper *helper, const char *engine)
{
    int i = 0;

    while (i < helper->n_refused && strcmp(helper->refused[i].engine, engine) != 0)
        i++;
    if (i == helper->n_refused && i < ENGINES_MAX) {
        snprintf(helper->refused[i].engine, sizeof helper->refused[i].engine, "%s", engine);
        helper->n_refused++;
    }
    return i < ENGINES_MAX ? &helper->refused[i] : NULL;
}

static void helper_refuse(struct helper *helper, const struct plan_found *plan)
{
    struct refused *refused;
    bool is_new = false;

    pthread_mutex_lock(&helper->lock);
    refused = helper_refused_locked(helper, plan->engine);
    if (refused && strcmp(refused->job_id, plan->job_id) != 0) {
        strcpy(refused->job_id, plan->job_id);
        is_new = refused->n++ == 0;
    }
    pthread_mutex_unlock(&helper->lock);
    if (is_new)
        log_warning("jobs of engine %s are not helped with: this machine has another one; "
                    "`casecast machines` lists them",
            plan->engine);
}

void helper_each_refused(struct helper *helper,
    void (*each)(void *ctx, const char *engine, unsigned long long n), void *ctx)
{
    if (!helper)
        return;
    pthread_mutex_lock(&helper->lock);
    for (int i = 0; i < helper->n_refused; i++)
        each(ctx, helper->refused[i].engine, helper->refused[i].n);
    pthread_mutex_unlock(&helper->lock);
}

unsigned long long helper_parts_made(const struct helper *helper)
{
    return helper ? atomic_load(&helper->n_made) : 0;
}

/* --- one visit --- */

/* A job may end while it is helped with: then its pictures may be gone, too. */
static int helper_visit(struct helper *helper, struct plan_found *plan, struct error *err)
{
    const struct job_kind *kind = kind_find(helper->kinds, plan->kind);
    struct help help = {.config = helper->config,
        .member = helper->member,
        .stop = &helper->stop,
        .plan = *plan,
        .store = helper->store,
        .look_at_ms = clock_monotonic_ms() + HELP_LOOK_MS,
        .n_made = &helper->n_made};
    int rc;

    if (!kind || !kind->help)
        return 0;
    pthread_mutex_init(&help.lock, NULL);
    rc = kind->help(&help, err);
    pthread_mutex_destroy(&help.lock);
    return rc;
}

/* The ms until it looks again. */
static int helper_help(struct helper *helper, struct plan_found *plan)
{
    unsigned long long before = atomic_load(&helper->n_made);
    struct error err;
    int rc = helper_visit(helper, plan, &err);

    if (rc < 0 && rc != -ERR_CANCELED) {
        log_warning("job %s: can't be helped with: %s", plan->job_id, err.text);
        return FAILED_MS;
    }
    return atomic_load(&helper->n_made) > before ? 0 : LOOK_MS;
}

/* --- looking for one --- */

static bool helper_open(struct helper *helper, struct error *err)
{
    if (helper->store && store_is_adrift(helper->store)) {
        store_close(helper->store);
        helper->store = NULL;
    }
    return helper->store ||
           store_open_again(helper->config->database, NULL, &helper->store, err) == 0;
}

static int helper_find(struct helper *helper)
{
    struct plan_found plan = {0};
    struct error err;
    int rc = store_plan_find(helper->store, helper->member, &plan, &err), ms = LOOK_MS;

    if (rc == 0)
        ms = helper_help(helper, &plan);
    else if (rc == STORE_E_OTHER)
        helper_refuse(helper, &plan);
    else if (rc < 0)
        helper_trouble(helper, "no job to help with can be looked for", &err);
    if (rc >= 0)
        helper->is_troubled = false;
    plan_found_clear(&plan);
    return rc < 0 ? FAILED_MS : ms;
}

/* The connection is kept only while others run jobs. */
static int helper_look(struct helper *helper)
{
    struct error err;

    if (!inbox_may_help(helper->inbox)) {
        store_close(helper->store);
        helper->store = NULL;
        return LOOK_MS;
    }
    if (helper_open(helper, &err))
        return helper_find(helper);
    helper_trouble(helper, "no job to help with can be looked for", &err);
    return FAILED_MS;
}

static void *helper_main(void *ctx)
{
    struct helper *helper = ctx;
    int ms = LOOK_MS;

    while (helper_nap(helper, ms))
        ms = helper_look(helper);
    store_close(helper->store);
    return NULL;
}

/* --- life --- */

static bool helper_has_kinds(const struct kinds *kinds)
{
    const struct job_kind *const *list = kinds_list(kinds);

    while (*list && !(*list)->help)
        list++;
    return *list;
}

struct helper *helper_start(const struct config *config, const struct kinds *kinds,
    struct inbox *inbox, const struct member *member)
{
    struct helper *helper;

    if (!config->help || !store_address_shares_parts(config->database) || !helper_has_kinds(kinds))
        return NULL;
    helper = mem_new(struct helper);
    helper->config = config;
    helper->kinds = kinds;
    helper->inbox = inbox;
    helper->member = member;
    pthread_mutex_init(&helper->lock, NULL);
    clock_cond_init(&helper->stopped);
    if (pthread_create(&helper->thread, NULL, helper_main, helper) != 0) {
        log_error("no thread can be started: the limit of processes is reached");
        exit(1);
    }
    return helper;
}

void helper_stop(struct helper *helper)
{
    if (!helper)
        return;
    pthread_mutex_lock(&helper->lock);
    atomic_store(&helper->stop, true);
    pthread_cond_broadcast(&helper->stopped);
    pthread_mutex_unlock(&helper->lock);
}

void helper_free(struct helper *helper)
{
    if (!helper)
        return;
    helper_stop(helper);
    pthread_join(helper->thread, NULL);
    pthread_cond_destroy(&helper->stopped);
    pthread_mutex_destroy(&helper->lock);
    free(helper);
}
