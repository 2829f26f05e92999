/* news.c - waits until another process has changed something.
 *
 * A notification wakes; it is never the truth.  So the server is asked once a second; while jobs
 * run, whose progress notes notify nobody, four times.  While no job waits or runs the renewals of
 * the lease ask often enough, as a lost notification can only delay a new job, and each question
 * wakes the server.  Behind a pooler no session is ours and none can listen: then this is all there
 * is.
 *
 * While jobs are queued or running the caller is told to read.  Else a glance of the server shows
 * whether there is anything to read; each renewal of the lease takes one along. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/postgres/jobs/jobs_private.h"

enum {
    NEWS_IDLE_MS = 5500,    /* while no job is queued or running: the same of an idle lease */
    NEWS_UNASKED_MS = 1100, /* a third of the usual lease and a little: a renewal looks, too */
    NEWS_POLLED_MS = 250,   /* while jobs run, or where nobody can listen */
};

/* --- listening --- */

/* A pooler gives its clients numbers of its own, and the server behind it has another. */
static int news_look_for_pooler(struct pg_link *link, bool *ret_is_direct, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT pg_backend_pid()", NULL, 0, &result, err);

    if (rc == 0)
        *ret_is_direct = row_number(result, 0, 0) == PQbackendPID(link->connection);
    PQclear(result);
    return rc;
}

static int news_listen(struct pg_link *link, struct error *err)
{
    struct pg_jobs *jobs = link->jobs;
    int rc = pg_link_connect(link, err);

    if (rc < 0 || jobs->has_asked)
        return rc;
    rc = news_look_for_pooler(link, &jobs->is_listening, err);
    if (rc == 0 && jobs->is_listening)
        rc = jobs_do(link, "LISTEN casecast", NULL, 0, err);
    else if (rc == 0)
        log_info(
            "%s: a pooler is in between, so it is asked for news four times a second", link->name);
    jobs->has_asked = rc == 0;
    return rc;
}

/* --- waiting --- */

/* Did another connection notify? */
static bool news_take(struct pg_link *link)
{
    bool is_news = false;
    PGnotify *notify;

    while ((notify = PQnotifies(link->connection))) {
        is_news |= notify->be_pid != PQbackendPID(link->connection);
        PQfreemem(notify);
    }
    return is_news;
}

static int news_pause_ms(const struct pg_jobs *jobs)
{
    if (!jobs->is_listening || jobs->has_running)
        return NEWS_POLLED_MS;
    return jobs->has_live ? NEWS_UNASKED_MS : NEWS_IDLE_MS;
}

static bool news_are_due(const struct pg_jobs *jobs)
{
    return clock_monotonic_ms() - jobs->looked_ms >= news_pause_ms(jobs);
}

int news_judge_glance(struct pg_link *link, const PGresult *result, struct error *err)
{
    struct pg_jobs *jobs = link->jobs;
    int rc = jobs_check_mark(link, PQgetvalue(result, 0, 0), err);

    if (rc != 0 || jobs->has_live) /* what changed of a live job, a glance does not see */
        return rc;
    jobs->has_news |=
        row_number(result, 0, 1) != jobs->position || *PQgetvalue(result, 0, 2) == 't';
    jobs->looked_ms = clock_monotonic_ms();
    return 0;
}

static int news_glance(struct pg_link *link, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT * FROM casecast.glance()", NULL, 0, &result, err);

    if (rc == 0)
        rc = news_judge_glance(link, result, err);
    PQclear(result);
    return rc;
}

/* What is known without a wait. */
static int news_find(struct pg_link *link, struct error *err)
{
    struct pg_jobs *jobs = link->jobs;

    jobs->has_news |= news_take(link);
    if (jobs->has_news || !news_are_due(jobs))
        return 0;
    if (!jobs->has_live && jobs->position >= 0)
        return news_glance(link, err);
    jobs->has_news = true;
    return 0;
}

/* Until a notification, the time `until_ms`, or a poke. */
static int news_wait(struct pg_link *link, int64_t until_ms, int wake_fd, struct error *err)
{
    struct pollfd fds[] = {
        {.fd = PQsocket(link->connection), .events = POLLIN}, {.fd = wake_fd, .events = POLLIN}};
    int64_t left_ms = until_ms - clock_monotonic_ms();

    if (poll(fds, 2, left_ms > 0 ? (int)left_ms : 0) < 0 && errno != EINTR)
        return error_set(err, ERR_IO, "poll: %s", strerror(errno));
    if (fds[0].revents && !PQconsumeInput(link->connection))
        return pg_link_lost(link, err);
    return 0;
}

/* `ms` 0 asks the server: what was notified before comes with its answer. */
static int news_look(struct pg_link *link, int ms, int wake_fd, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    int rc = news_listen(link, err);

    if (rc == 0 && ms == 0)
        rc = jobs_do(link, "SELECT 1", NULL, 0, err);
    if (rc == 0)
        rc = news_find(link, err);
    if (rc != 0 || link->jobs->has_news)
        return rc;
    rc = news_wait(link, until_ms, wake_fd, err);
    return rc == 0 ? news_find(link, err) : rc;
}

/* A caller that can't be told does not ask again at once. */
int pg_news(
    struct store_link *store_link, int ms, int wake_fd, bool *ret_is_news, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct pollfd wake = {.fd = wake_fd, .events = POLLIN};
    int rc = news_look(link, ms, wake_fd, err);

    *ret_is_news = rc == 0 && link->jobs->has_news;
    if (rc != 0)
        poll(&wake, 1, ms);
    if (*ret_is_news)
        link->jobs->looked_ms = clock_monotonic_ms();
    if (*ret_is_news)
        link->jobs->has_news = false;
    return rc;
}
