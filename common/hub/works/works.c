/* works.c - starts works on libuv's threads, stops them, and waits for their end. */
#include "hub/works/works.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "hub/works/work_private.h"

struct works {
    /* fixed after works_new() */
    struct loop *loop;
    const struct config *config;
    struct inbox *inbox;
    const struct member *member;
    const char *engine;
    struct group *group;
    struct spares *spares;

    /* loop only */
    struct link running, waiting; /* waiting: until an earlier work of the same job has ended */
    void (*drained)(void *ctx);   /* not NULL: called once nothing runs */
    void *drained_ctx;

    /* atomic: changed by the loop, read by all */
    atomic_int n_running;
    atomic_ullong n_ended[JOB_CANCELED + 1];
    /* atomic: changed by works, read by all */
    atomic_ullong n_parts[N_PART_FATE];
};

struct works *works_new(struct loop *loop, const struct config *config, struct inbox *inbox)
{
    struct works *works = mem_new(struct works);

    works->loop = loop;
    works->config = config;
    works->inbox = inbox;
    list_init(&works->running);
    list_init(&works->waiting);
    works->group = group_new(config->database);
    works->spares = spares_new();
    return works;
}

void works_set_member(struct works *works, const struct member *member, const char *engine)
{
    works->member = member;
    works->engine = engine;
}

const struct member *works_member(const struct works *works)
{
    return works->member;
}

void works_count_part(struct works *works, enum part_fate fate)
{
    atomic_fetch_add(&works->n_parts[fate], 1);
}

void works_free(struct works *works)
{
    if (!works)
        return;
    group_free(works->group);
    spares_free(works->spares);
    free(works);
}

void works_count(const struct works *works, struct works_counts *ret_counts)
{
    ret_counts->n_running = atomic_load(&works->n_running);
    for (int i = 0; i <= JOB_CANCELED; i++)
        ret_counts->n_ended[i] = atomic_load(&works->n_ended[i]);
    for (int i = 0; i < N_PART_FATE; i++)
        ret_counts->n_parts[i] = atomic_load(&works->n_parts[i]);
}

static struct work *works_find(struct link *list, const char *job_id)
{
    list_each(at, list)
    {
        struct work *work = list_item(at, struct work, link);

        if (strcmp(work->job.id, job_id) == 0)
            return work;
    }
    return NULL;
}

void works_count_published(struct works *works, enum job_state state)
{
    atomic_fetch_add(&works->n_ended[state], 1);
}

/* --- start and end --- */

static void works_ended(uv_work_t *request, int status);

static void works_run(uv_work_t *request)
{
    work_run(request->data);
}

static void works_start(struct works *works, struct work *work)
{
    work->request.data = work;
    list_append(&works->running, &work->link);
    atomic_fetch_add(&works->n_running, 1);
    uv_queue_work(&works->loop->uv, &work->request, works_run, works_ended);
}

static void works_end_drain(struct works *works)
{
    void (*drained)(void *ctx) = works->drained;

    if (!drained || !list_is_empty(&works->running))
        return;
    works->drained = NULL;
    drained(works->drained_ctx);
}

static void works_ended(uv_work_t *request, int status)
{
    struct work *work = request->data, *next;
    struct works *works = work->works;

    (void)status;
    atomic_fetch_add(&works->n_ended[work->ended_as], 1);
    atomic_fetch_sub(&works->n_running, 1);
    list_remove(&work->link);
    next = works_find(&works->waiting, work->job.id);
    if (next) {
        list_remove(&next->link);
        works_start(works, next);
    }
    inbox_run_ended(works->inbox, &work->job);
    pthread_mutex_destroy(&work->lock);
    job_clear(&work->job);
    free(work);
    works_end_drain(works);
}

static struct work *work_new(struct works *works, const struct job_kind *kind, struct job *job)
{
    struct work *work = mem_new(struct work);

    work->works = works;
    work->config = works->config;
    work->inbox = works->inbox;
    work->engine = works->engine;
    work->group = works->group;
    work->spares = works->spares;
    work->kind = kind;
    work->ended_as = JOB_RUNNING;
    pthread_mutex_init(&work->lock, NULL);
    work->job = *job;
    *job = (struct job){0};
    return work;
}

/* --- mails --- */

struct works_mail {
    struct mail mail;
    struct works *works;
    struct work *work;
    char job_id[JOB_ID_LEN + 1];
    enum work_stop reason;
    void (*drained)(void *ctx);
    void *drained_ctx;
};

static struct works_mail *works_mail_new(struct works *works)
{
    struct works_mail *mail = mem_new(struct works_mail);

    mail->works = works;
    return mail;
}

/* This process may have lost a job to another one and claimed it again before its first work
 * noticed.  The store tells their writes apart, their folder does not: the second waits for the end
 * of the first. */
static void works_deliver_start(struct mail *mail)
{
    struct works_mail *start = list_item(&mail->link, struct works_mail, mail.link);
    struct works *works = start->works;
    struct work *work = start->work, *before = works_find(&works->running, work->job.id);

    free(start);
    if (before) {
        work_stop(before, WORK_LOST);
        list_append(&works->waiting, &work->link);
    } else {
        works_start(works, work);
    }
}

void works_post_start(struct works *works, const struct job_kind *kind, struct job *job)
{
    struct works_mail *mail = works_mail_new(works);

    mail->work = work_new(works, kind, job);
    loop_post(works->loop, &mail->mail, works_deliver_start);
}

static void works_deliver_stop(struct mail *mail)
{
    struct works_mail *stop = list_item(&mail->link, struct works_mail, mail.link);
    struct work *running = works_find(&stop->works->running, stop->job_id);
    struct work *waiting = works_find(&stop->works->waiting, stop->job_id);

    if (running)
        work_stop(running, stop->reason);
    if (waiting)
        work_stop(waiting, stop->reason);
    free(stop);
}

void works_post_stop(struct works *works, const char *job_id, enum work_stop reason)
{
    struct works_mail *mail = works_mail_new(works);

    strcpy(mail->job_id, job_id);
    mail->reason = reason;
    loop_post(works->loop, &mail->mail, works_deliver_stop);
}

static void works_stop_all(struct works *works, enum work_stop reason)
{
    list_each(at, &works->running) work_stop(list_item(at, struct work, link), reason);
    list_each(at, &works->waiting) work_stop(list_item(at, struct work, link), reason);
}

static void works_deliver_stop_all(struct mail *mail)
{
    struct works_mail *stop = list_item(&mail->link, struct works_mail, mail.link);

    works_stop_all(stop->works, stop->reason);
    free(stop);
}

void works_post_stop_all(struct works *works, enum work_stop reason)
{
    struct works_mail *mail = works_mail_new(works);

    mail->reason = reason;
    loop_post(works->loop, &mail->mail, works_deliver_stop_all);
}

static void works_deliver_drain(struct mail *mail)
{
    struct works_mail *drain = list_item(&mail->link, struct works_mail, mail.link);
    struct works *works = drain->works;

    works->drained = drain->drained;
    works->drained_ctx = drain->drained_ctx;
    free(drain);
    works_stop_all(works, WORK_DRAINED);
    works_end_drain(works);
}

void works_post_drain(struct works *works, void (*done)(void *ctx), void *ctx)
{
    struct works_mail *mail = works_mail_new(works);

    mail->drained = done;
    mail->drained_ctx = ctx;
    loop_post(works->loop, &mail->mail, works_deliver_drain);
}
