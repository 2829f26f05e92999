/* clerk.c - the clerk's thread, its rounds and its connection.
 *
 * A round: ask whether the store changed (microseconds when it did not); if so, pass on every new
 * event of the journal and, unless that was done just now, changes of the live jobs, and hand back
 * jobs of ours that are not worked on; renew the lease if something runs here; claim jobs while a
 * slot is free; if that is wanted, cancel jobs that nobody watches any more; fail jobs whose
 * publishers are silent.  A process that has
 * nothing to do writes nothing but one row at its start, and its lease where the store knows of its
 * life by nothing else. */
#include "hub/clerk/clerk.h"

#include <poll.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "hub/clerk/clerk_private.h"

enum {
    ROUND_MS = 40,    /* an event of another process is seen at most this much later */
    QUIET_MS = 80,    /* the same of a new job, while no job is queued or running */
    TROUBLE_MS = 250, /* between two rounds while the store can't be used, unless poked */
    REOPEN_MS = 1000, /* between two tries to open a database that can't be opened */
};

static void clerk_trouble(struct clerk *clerk, const struct error *err)
{
    if (!clerk->is_troubled)
        log_error("the journal can't be read: %s", err->text);
    clerk->is_troubled = true;
}

/* --- the connection --- */

/* The database was deleted or replaced.  Nothing that is known here is true of the new one, and no
 * job that runs here belongs to it. */
static void clerk_leave_adrift(struct clerk *clerk)
{
    char *name = store_name(clerk->to.config->database);
    struct error err;

    error_set(&err, ERR_IO, "%s was deleted or replaced: what ran here is given up", name);
    free(name);
    clerk_trouble(clerk, &err);
    store_close(clerk->store);
    clerk->store = NULL;
    clerk_forget(clerk);
    works_post_stop_all(clerk->to.works, WORK_LOST);
    viewers_post_lost(clerk->to.viewers);
}

static bool clerk_open(struct clerk *clerk, int64_t now)
{
    const struct config *config = clerk->to.config;
    struct error err;
    int rc;

    if (clerk->store && store_is_adrift(clerk->store))
        clerk_leave_adrift(clerk);
    if (clerk->store)
        return true;
    if (now < clerk->open_at)
        return false;
    clerk->open_at = now + REOPEN_MS;
    rc = clerk->was_open ? store_open_again(config->database, config->cases, &clerk->store, &err)
                         : store_open(config->database, config->cases, &clerk->store, &err);
    if (rc < 0) {
        clerk_trouble(clerk, &err);
        return false;
    }
    clerk->was_open = true;
    clerk_want_news(clerk);
    clerk->is_listed = false;
    return true;
}

/* A newer version may have changed the database beyond this one.  What runs here is handed back
 * through the connection that is still open, and nothing is claimed until the database can be
 * opened again. */
static void clerk_reopen(struct clerk *clerk, int64_t now)
{
    struct error err;

    clerk_want_news(clerk);
    if (inbox_count_runs(clerk->to.inbox)) {
        works_post_stop_all(clerk->to.works, WORK_DRAINED);
        return;
    }
    clerk_read_live(clerk, &err);
    store_close(clerk->store);
    clerk->store = NULL;
    clerk->open_at = now + REOPEN_MS;
    inbox_reopened(clerk->to.inbox);
}

/* --- rounds --- */

static void clerk_round(struct clerk *clerk, const struct inbox_state *inbox)
{
    int64_t now = clock_monotonic_ms();
    struct error err = {0};
    bool may_claim;

    clerk_kinds_renew(clerk);
    if (inbox->is_poked)
        clerk_want_news(clerk);
    if (clerk->store && inbox->must_reopen)
        clerk_reopen(clerk, now);
    if (!clerk_open(clerk, now))
        return;
    may_claim = inbox->is_poked || inbox->is_free || clerk_look_in_ms(clerk) == 0;
    if (clerk_read_news(clerk, &err) < 0 || clerk_renew(clerk, now, &err) < 0 ||
        clerk_mark_stopping(clerk, &err) < 0 || clerk_claim(clerk, now, may_claim, &err) < 0 ||
        clerk_write_audiences(clerk, now, &err) < 0 ||
        clerk_cancel_unwatched(clerk, now, &err) < 0 || clerk_fail_silent(clerk, now, &err) < 0) {
        clerk_trouble(clerk, &err);
    } else if (clerk->is_troubled) {
        log_info("the journal can be read again");
        clerk->is_troubled = false;
    }
}

/* Waits for news, a poke or the time of the next round.  News that can't be asked for may be there.
 */
static struct inbox_state clerk_wait(struct clerk *clerk)
{
    struct pollfd poked = {.fd = inbox_fd(clerk->to.inbox), .events = POLLIN};
    int ms = clerk->is_troubled ? TROUBLE_MS : clerk->n_live ? ROUND_MS : QUIET_MS;
    struct inbox_state inbox;
    bool is_news = true;

    if (clerk->store && !clerk->is_troubled)
        ms = number_least(ms, clerk_look_in_ms(clerk));
    if (!clerk->store || clerk->is_troubled ||
        store_news(clerk->store, ms, poked.fd, &is_news, NULL) < 0)
        poll(&poked, 1, ms);
    inbox = inbox_take(clerk->to.inbox);
    clerk->has_news |= is_news || inbox.is_news;
    clerk->has_live_news |= is_news || inbox.is_news;
    return inbox;
}

static void *clerk_main(void *arg)
{
    struct clerk *clerk = arg;
    struct inbox_state inbox;

    while (inbox = clerk_wait(clerk), !inbox.must_stop) {
        clerk_round(clerk, &inbox);
        atomic_store(&clerk->turned_ms, clock_monotonic_ms());
    }
    return NULL;
}

/* --- life --- */

struct clerk *clerk_start(const struct clerk_links *links)
{
    struct clerk *clerk = mem_new(struct clerk);

    clerk->to = *links;
    clerk->kinds = clerk_kinds_new(kinds_list(links->kinds));
    clerk->member = store_member_new(
        links->config->database, &(struct member_info){.kinds = clerk_kinds_all(clerk->kinds),
                                     .machine = links->config->machine,
                                     .engine = links->engine,
                                     .slots = links->config->slots,
                                     .limits = clerk_kinds_limits(clerk->kinds),
                                     .lease_ms = links->config->lease_ms});
    store_member_set_job(clerk->member, links->job);
    clerk->turned_ms = clock_monotonic_ms();
    if (pthread_create(&clerk->thread, NULL, clerk_main, clerk) != 0) {
        log_error("no thread can be started: the limit of processes is reached");
        exit(1);
    }
    return clerk;
}

void clerk_stop(struct clerk *clerk)
{
    struct error err;

    inbox_stop(clerk->to.inbox);
    pthread_join(clerk->thread, NULL);
    if (clerk->store && store_member_release(clerk->store, clerk->member, &err) < 0)
        log_error(
            "the jobs of this process are not handed back, others will find them: %s", err.text);
    store_close(clerk->store);
    store_member_free(clerk->member);
    seen_clear(&clerk->seen);
    runs_clear(&clerk->orphans);
    clerk_kinds_free(clerk->kinds);
    free(clerk);
}

const struct member *clerk_member(const struct clerk *clerk)
{
    return clerk->member;
}

const char *clerk_member_name(const struct clerk *clerk)
{
    return store_member_name(clerk->member);
}

int64_t clerk_turned_ms(const struct clerk *clerk)
{
    return atomic_load(&clerk->turned_ms);
}
