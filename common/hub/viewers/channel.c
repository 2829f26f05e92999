/* channel.c - see channel.h.  A channel lives as long as a watch is in it. */
#include "hub/viewers/channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct channel {
    char job_id[JOB_ID_LEN + 1];
    struct channels *channels;
    struct link watches;
    int n;              /* watches, with those that wait in a list elsewhere */
    bool has_changed;   /* while a frame is delivered: a watch came or left */
    bool is_delivering; /* keeps the channel when its last watch leaves meanwhile */
};

static struct channel *channel_open(struct channels *channels, const char *job_id)
{
    struct channel *channel = map_get(&channels->by_job, job_id);

    if (channel)
        return channel;
    channel = mem_new(struct channel);
    strcpy(channel->job_id, job_id);
    channel->channels = channels;
    list_init(&channel->watches);
    map_put(&channels->by_job, job_id, channel);
    return channel;
}

static void channel_close_if_unused(struct channel *channel)
{
    if (channel->is_delivering || channel->n)
        return;
    map_remove(&channel->channels->by_job, channel->job_id);
    free(channel);
}

void channels_deinit(struct channels *channels)
{
    map_clear(&channels->by_job, free);
}

/* --- who watches --- */

/* How many watch the job, and who the first of them are: a process that is asked to cancel the job
 * looks at all viewers in all processes. */
static void channel_report(const struct channel *channel)
{
    struct audience audience = {.n = channel->n};
    size_t len = 0;
    int i = 0;

    strcpy(audience.job_id, channel->job_id);
    for (const struct link *at = channel->watches.next;
         at != &channel->watches && i < AUDIENCE_LISTED; at = at->next, i++) {
        const struct watch *watch = list_item(at, struct watch, link);

        if (len)
            audience.who[len++] = ' ';
        memcpy(&audience.who[len], watch->watcher, WATCHER_LEN);
        len += WATCHER_LEN;
    }
    audience.who[len] = '\0';
    inbox_set_audience(channel->channels->inbox, &audience);
}

/* While a frame is delivered some watches are out of the channel's list: the report waits. */
static void channel_changed(struct channel *channel)
{
    channel->has_changed = channel->is_delivering;
    if (!channel->is_delivering)
        channel_report(channel);
}

bool channels_add(struct channels *channels, struct watch *watch, const char *job_id)
{
    struct channel *channel = channel_open(channels, job_id);
    bool is_first = list_is_empty(&channel->watches);

    watch->channel = channel;
    list_append(&channel->watches, &watch->link);
    channels->n_watches++;
    channel->n++;
    channel_changed(channel);
    return is_first;
}

void watch_close(struct watch *watch)
{
    struct channel *channel = watch->channel;

    if (!channel)
        return;
    watch->channel = NULL;
    list_remove(&watch->link);
    channel->channels->n_watches--;
    channel->n--;
    channel_changed(channel);
    channel_close_if_unused(channel);
}

/* --- frames --- */

/* The callee may close its own watch or another one: the watches that still wait for the frame
 * stand in a list of their own, which watch_close() leaves like the channel's. */
static void channel_deliver(struct channel *channel, struct frame_pair *pair)
{
    const struct job_cursor *at = frame_pair_at(pair);
    struct link waiting;

    list_init(&waiting);
    list_splice(&waiting, &channel->watches);
    channel->is_delivering = true;
    while (!list_is_empty(&waiting)) {
        struct watch *watch = list_item(waiting.next, struct watch, link);

        list_remove(&watch->link);
        list_append(&channel->watches, &watch->link);
        if (at->position && at->position <= watch->after)
            continue;
        if (at->position)
            watch->after = at->position;
        watch->deliver(watch, frame_pair_get(pair, watch->is_joint), at);
    }
    channel->is_delivering = false;
    if (channel->has_changed)
        channel_changed(channel);
    channel_close_if_unused(channel);
}

void channels_deliver(struct channels *channels, struct frame_pair *pair)
{
    struct channel *channel = map_get(&channels->by_job, frame_pair_at(pair)->job_id);

    if (channel)
        channel_deliver(channel, pair);
}

/* --- all channels --- */

struct channel_walk {
    void (*each)(void *ctx, const char *job_id);
    void *ctx;
};

static void channel_visit(void *ctx, void *item)
{
    const struct channel_walk *walk = ctx;
    const struct channel *channel = item;

    if (!list_is_empty(&channel->watches))
        walk->each(walk->ctx, channel->job_id);
}

void channels_each(
    struct channels *channels, void (*each)(void *ctx, const char *job_id), void *ctx)
{
    struct channel_walk walk = {.each = each, .ctx = ctx};

    map_each(&channels->by_job, channel_visit, &walk);
}

static void channel_gather(void *ctx, void *item)
{
    struct channel *channel = item;

    list_splice(ctx, &channel->watches);
}

/* A channel that loses its last watch leaves the map, so all watches are gathered first. */
void channels_close_all(struct channels *channels)
{
    struct link all;

    list_init(&all);
    map_each(&channels->by_job, channel_gather, &all);
    while (!list_is_empty(&all)) {
        struct watch *watch = list_item(all.next, struct watch, link);

        watch->deliver(watch, NULL, NULL);
    }
}
