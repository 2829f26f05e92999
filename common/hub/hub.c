/* hub.c - puts inbox, viewers, works and clerk together, and takes them apart in the right order.
 */
#include "hub/hub.h"

#include <stdlib.h>

#include "base/mem.h"
#include "hub/clerk/clerk.h"
#include "hub/helper/helper.h"
#include "hub/inbox/inbox.h"
#include "hub/pruner/pruner.h"
#include "hub/viewers/viewers.h"
#include "hub/works/works.h"

/* All fixed after hub_new(). */
struct hub {
    struct loop *loop;
    struct inbox *inbox;
    struct viewers *viewers;
    struct works *works;
    struct clerk *clerk;
    struct helper *helper; /* NULL: there is none */
    struct pruner *pruner; /* the same */
    char engine[KIND_ENGINE_LEN + 1];
};

struct hub *hub_new_for(
    struct loop *loop, const struct config *config, const struct kinds *kinds, const char *job_id)
{
    struct hub *hub = mem_new(struct hub);

    hub->loop = loop;
    kind_engines(kinds_list(kinds), hub->engine);
    hub->inbox = inbox_new();
    hub->viewers = viewers_new(loop, hub->inbox, config->cancel_unwatched_s > 0);
    hub->works = works_new(loop, config, hub->inbox);
    hub->clerk = clerk_start(&(struct clerk_links){.config = config,
        .kinds = kinds,
        .inbox = hub->inbox,
        .viewers = hub->viewers,
        .works = hub->works,
        .engine = hub->engine,
        .job = job_id});
    works_set_member(hub->works, clerk_member(hub->clerk), hub->engine);
    return hub;
}

struct hub *hub_new(struct loop *loop, const struct config *config, const struct kinds *kinds)
{
    struct hub *hub = hub_new_for(loop, config, kinds, NULL);

    hub->helper = helper_start(config, kinds, hub->inbox, clerk_member(hub->clerk));
    hub->pruner = pruner_start(config, kinds);
    return hub;
}

int hub_watch(struct hub *hub, struct watch *watch, const char *job_id, uint64_t after)
{
    return viewers_watch(hub->viewers, &watch, &job_id, 1, after);
}

int hub_watch_jobs(struct hub *hub, struct watch *const watches[], const char *const job_ids[],
    size_t n, uint64_t after)
{
    return viewers_watch(hub->viewers, watches, job_ids, n, after);
}

void hub_poke(struct hub *hub)
{
    inbox_poke(hub->inbox);
}

void hub_count_published(struct hub *hub, enum job_state state)
{
    works_count_published(hub->works, state);
}

/* The drain is posted behind every work that was claimed, so it finds all of them. */
void hub_drain(struct hub *hub, void (*done)(void *ctx), void *ctx)
{
    helper_stop(hub->helper);
    inbox_stop_claiming(hub->inbox);
    works_post_drain(hub->works, done, ctx);
}

void hub_free(struct hub *hub)
{
    pruner_stop(hub->pruner);
    helper_free(hub->helper); /* it uses the clerk's member */
    clerk_stop(hub->clerk);
    loop_deliver(hub->loop); /* the clerk's last mails speak of viewers and works */
    works_free(hub->works);
    viewers_free(hub->viewers);
    inbox_free(hub->inbox);
    free(hub);
}

int64_t hub_turned_ms(const struct hub *hub)
{
    return clerk_turned_ms(hub->clerk);
}

bool hub_is_ready(const struct hub *hub)
{
    return viewers_are_ready(hub->viewers);
}

void hub_count(const struct hub *hub, struct hub_counts *ret_counts)
{
    struct works_counts works;

    works_count(hub->works, &works);
    *ret_counts = (struct hub_counts){.n_watches = viewers_count(hub->viewers),
        .n_running = works.n_running,
        .n_done = works.n_ended[JOB_DONE],
        .n_failed = works.n_ended[JOB_FAILED],
        .n_canceled = works.n_ended[JOB_CANCELED],
        .n_forgotten = pruner_count(hub->pruner),
        .n_files_removed = pruner_count_files(hub->pruner),
        .n_parts_helped = helper_parts_made(hub->helper)};
    for (int i = 0; i < N_PART_FATE; i++)
        ret_counts->n_parts[i] = works.n_parts[i];
}

void hub_each_refused(
    struct hub *hub, void (*each)(void *ctx, const char *engine, unsigned long long n), void *ctx)
{
    helper_each_refused(hub->helper, each, ctx);
}

const char *hub_engine(const struct hub *hub)
{
    return hub->engine;
}

const char *hub_member_name(const struct hub *hub)
{
    return clerk_member_name(hub->clerk);
}
