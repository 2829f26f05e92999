/* hub.c - channels: who watches which job, and what was said lately. */
#include "hub/hub.h"

#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hub/hub_private.h"
#include "sse/sse.h"

struct channel {
    char job_id[JOB_ID_LEN + 1]; /* first: the tree compares it */
    struct hub *hub;
    struct link watches;
    int n;            /* of watches, those among them that wait to be told something */
    bool has_changed; /* while it was told something: who watches */
    bool is_telling;  /* keeps the channel when its last watch leaves while it is told something */
};

/* --- channels --- */

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static struct channel *channel_find(struct hub *hub, const char *job_id)
{
    void *node = tfind(job_id, &hub->channels, compare);

    return node ? *(struct channel **)node : NULL;
}

static struct channel *channel_open(struct hub *hub, const char *job_id)
{
    struct channel *channel = channel_find(hub, job_id);

    if (channel)
        return channel;
    channel = mem_new(struct channel);
    strcpy(channel->job_id, job_id);
    channel->hub = hub;
    list_init(&channel->watches);
    tsearch(channel, &hub->channels, compare);
    return channel;
}

static void channel_changed(struct channel *channel)
{
    channel->has_changed = channel->is_telling;
    if (!channel->is_telling)
        audience_tell(channel->hub, channel->job_id, &channel->watches, channel->n);
}

static void channel_close_if_unused(struct channel *channel)
{
    if (channel->is_telling || !list_is_empty(&channel->watches))
        return;
    tdelete(channel, &channel->hub->channels, compare);
    free(channel);
}

/* A watch may close itself or another one while it is told: what is still to be told waits in a
 * list of its own, which they leave the same way.  `position` 0: a note, which is no part of the
 * journal. */
static void channel_tell(
    struct channel *channel, uint64_t position, struct frame *frame, bool is_last)
{
    struct link waiting;

    list_init(&waiting);
    list_splice(&waiting, &channel->watches);
    channel->is_telling = true;
    while (!list_is_empty(&waiting)) {
        struct watch *watch = list_item(waiting.next, struct watch, link);

        list_remove(&watch->link);
        list_append(&channel->watches, &watch->link);
        if (position && position <= watch->after)
            continue;
        if (position)
            watch->after = position;
        watch->tell(watch, frame, is_last);
    }
    channel->is_telling = false;
    if (channel->has_changed)
        channel_changed(channel);
    channel_close_if_unused(channel);
}

static void tell(
    struct hub *hub, const char *job_id, uint64_t position, struct frame *frame, bool is_last)
{
    struct channel *channel = channel_find(hub, job_id);

    if (channel)
        channel_tell(channel, position, frame, is_last);
}

/* --- what was said lately --- */

static void remember(
    struct hub *hub, uint64_t position, const char *job_id, struct frame *frame, bool is_last)
{
    struct recent *recent = &hub->recent[hub->n_recent++ % RECENT_MAX];

    if (recent->frame) {
        hub->kept_after = recent->position;
        frame_unref(recent->frame);
    }
    recent->position = position;
    strcpy(recent->job_id, job_id);
    recent->frame = frame;
    recent->is_last = is_last;
}

static void catch_up(struct hub *hub, struct watch *watch, const char *job_id)
{
    uint64_t oldest = hub->n_recent > RECENT_MAX ? hub->n_recent - RECENT_MAX : 0;

    for (uint64_t i = oldest; i < hub->n_recent && watch->channel; i++) {
        struct recent *recent = &hub->recent[i % RECENT_MAX];

        if (recent->position <= watch->after || strcmp(recent->job_id, job_id) != 0)
            continue;
        watch->after = recent->position;
        watch->tell(watch, recent->frame, recent->is_last);
    }
}

/* --- the state of live jobs, as last told --- */

/* A note is told to who watches at that moment.  A viewer whose replay is older than the note, and
 * whose watch is younger, would never hear of it: so it is kept until the job's last event. */
struct note {
    char job_id[JOB_ID_LEN + 1]; /* first: the tree compares it */
    struct frame *frame;
};

static struct note *note_find(struct hub *hub, const char *job_id)
{
    void *node = tfind(job_id, &hub->notes, compare);

    return node ? *(struct note **)node : NULL;
}

static void note_free(void *item)
{
    struct note *note = item;

    frame_unref(note->frame);
    free(note);
}

static void note_keep(struct hub *hub, const char *job_id, struct frame *frame)
{
    struct note *note = note_find(hub, job_id);

    if (!note) {
        note = mem_new(struct note);
        strcpy(note->job_id, job_id);
        tsearch(note, &hub->notes, compare);
    }
    frame_unref(note->frame);
    note->frame = frame_ref(frame);
}

static void note_forget(struct hub *hub, const char *job_id)
{
    struct note *note = note_find(hub, job_id);

    if (!note)
        return;
    tdelete(note, &hub->notes, compare);
    note_free(note);
}

/* --- watches --- */

static void watch_open(struct hub *hub, struct watch *watch, const char *job_id)
{
    watch->channel = channel_open(hub, job_id);
    if (list_is_empty(&watch->channel->watches) && hub->config->cancel_unwatched_s)
        clerk_watched(hub->clerk, job_id);
    list_append(&watch->channel->watches, &watch->link);
    hub->n_watches++;
    watch->channel->n++;
    channel_changed(watch->channel);
}

int hub_watch(struct hub *hub, struct watch *watch, const char *job_id, uint64_t after)
{
    struct note *note;

    if (!hub->is_ready || after < hub->kept_after)
        return HUB_E_BEHIND;
    if (!watch->channel)
        watch_open(hub, watch, job_id);
    watch->after = after;
    note = note_find(hub, job_id);
    if (note)
        watch->tell(watch, note->frame, false);
    catch_up(hub, watch, job_id);
    return 0;
}

void watch_close(struct watch *watch)
{
    struct channel *channel = watch->channel;

    if (!channel)
        return;
    watch->channel = NULL;
    list_remove(&watch->link);
    channel->hub->n_watches--;
    channel->n--;
    channel_changed(channel);
    channel_close_if_unused(channel);
}

/* --- what the clerk posts --- */

struct news {
    struct mail mail;
    struct hub *hub;
    uint64_t position;
    char job_id[JOB_ID_LEN + 1];
    struct frame *frame;
    bool is_last;
};

static struct news *news_new(struct hub *hub, const char *job_id)
{
    struct news *news = mem_new(struct news);

    news->hub = hub;
    strcpy(news->job_id, job_id);
    return news;
}

static void deliver_start(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);

    news->hub->kept_after = news->position;
    news->hub->is_ready = true;
    free(news);
}

static void deliver_event(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);

    tell(news->hub, news->job_id, news->position, news->frame, news->is_last);
    remember(news->hub, news->position, news->job_id, news->frame, news->is_last);
    if (news->is_last)
        note_forget(news->hub, news->job_id);
    free(news);
}

static void deliver_note(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);

    tell(news->hub, news->job_id, 0, news->frame, false);
    if (!news->frame->is_passing)
        note_keep(news->hub, news->job_id, news->frame);
    frame_unref(news->frame);
    free(news);
}

static void answer_roll_call(const void *node, VISIT visit, void *ctx)
{
    const struct channel *channel = *(struct channel *const *)node;
    struct hub *hub = ctx;

    if ((visit == postorder || visit == leaf) && !list_is_empty(&channel->watches))
        clerk_watched(hub->clerk, channel->job_id);
}

static void deliver_roll_call(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);

    if (!news->hub->is_draining) /* then there may be no clerk any more */
        twalk_r(news->hub->channels, answer_roll_call, news->hub);
    free(news);
}

/* Positions of one database say nothing in another. */
static void forget_recent(struct hub *hub)
{
    for (int i = 0; i < RECENT_MAX; i++) {
        frame_unref(hub->recent[i].frame);
        hub->recent[i] = (struct recent){0};
    }
    hub->n_recent = 0;
    tdestroy(hub->notes, note_free);
    hub->notes = NULL;
}

static void gather_channel(const void *node, VISIT visit, void *ctx)
{
    struct channel *channel = *(struct channel *const *)node;
    struct link *all = ctx;

    if (visit == postorder || visit == leaf)
        list_splice(all, &channel->watches);
}

/* A channel that loses its last watch leaves the tree, so all watches are gathered first. */
static void send_away_all(struct hub *hub)
{
    struct link all;

    list_init(&all);
    twalk_r(hub->channels, gather_channel, &all);
    while (!list_is_empty(&all)) {
        struct watch *watch = list_item(all.next, struct watch, link);

        watch->tell(watch, NULL, true);
    }
}

static void deliver_lost(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);
    struct hub *hub = news->hub;

    hub->is_ready = false;
    work_stop_all(hub, WORK_LOST);
    forget_recent(hub);
    send_away_all(hub);
    free(news);
}

void hub_post_lost(struct hub *hub)
{
    loop_post(hub->loop, &news_new(hub, "")->mail, deliver_lost);
}

void hub_post_roll_call(struct hub *hub)
{
    loop_post(hub->loop, &news_new(hub, "")->mail, deliver_roll_call);
}

static void deliver_stop_all(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);

    work_stop_all(news->hub, WORK_DRAINED);
    free(news);
}

void hub_post_stop_all(struct hub *hub)
{
    loop_post(hub->loop, &news_new(hub, "")->mail, deliver_stop_all);
}

void hub_post_start(struct hub *hub, uint64_t position)
{
    struct news *news = news_new(hub, "");

    news->position = position;
    loop_post(hub->loop, &news->mail, deliver_start);
}

void hub_post_event(
    struct hub *hub, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct news *news = news_new(hub, job_id);
    struct buf bytes = {0};

    hub_encode_event(&bytes, job_id, event);
    news->position = position;
    news->is_last = event->is_final;
    news->frame = frame_new(&bytes, false);
    buf_free(&bytes);
    loop_post(hub->loop, &news->mail, deliver_event);
}

void hub_post_note(struct hub *hub, const char *job_id, const struct buf *bytes, bool is_passing)
{
    struct news *news = news_new(hub, job_id);

    news->frame = frame_new(bytes, is_passing);
    loop_post(hub->loop, &news->mail, deliver_note);
}

/* --- frames --- */

void hub_encode_event(struct buf *out, const char *job_id, const struct job_event *event)
{
    char id[JOB_EVENT_ID_MAX + 1];

    job_event_id_format(job_id, event->seq, id);
    sse_event(out, id, event->name, event->data, strlen(event->data));
}

void hub_encode_job(struct buf *out, const struct job_kind *kind, const struct job *job)
{
    /* An id, a state and a subject are plain ASCII names: nothing in them needs escaping in JSON.
     */
    struct buf json = {0};

    buf_format(&json, "{\"id\":\"%s\",\"state\":\"%s\",\"position\":%d,\"%s\":\"%s\"}", job->id,
        job_state_name(job->state), job->position, kind->subject_name, job->subject);
    sse_event(out, NULL, "job", json.data, json.len);
    buf_free(&json);
}

void hub_encode_progress(struct buf *out, const struct job *job)
{
    if (job->progress)
        sse_event(out, NULL, "progress", job->progress, strlen(job->progress));
}

/* --- life --- */

static char *names_of(const struct job_kind *const *kinds)
{
    struct buf names = {0};

    buf_add_text(&names, ",");
    for (; *kinds; kinds++)
        buf_format(&names, "%s,", (*kinds)->name);
    return names.data;
}

struct hub *hub_new(
    struct loop *loop, const struct config *config, const struct job_kind *const *kinds)
{
    struct hub *hub = mem_new(struct hub);

    hub->loop = loop;
    hub->config = config;
    hub->kinds = kinds;
    hub->kind_names = names_of(kinds);
    hub->member = store_member_new(config->database, hub->kind_names, config->lease_ms);
    list_init(&hub->works);
    list_init(&hub->waiting);
    hub->clerk_turned_ms = clock_monotonic_ms();
    hub->clerk = clerk_start(hub);
    return hub;
}

void hub_poke(struct hub *hub)
{
    clerk_poke(hub->clerk);
}

void hub_work_is_over(struct hub *hub)
{
    if (hub->is_draining && list_is_empty(&hub->works) && hub->drained) {
        void (*drained)(void *ctx) = hub->drained;

        hub->drained = NULL;
        drained(hub->drained_ctx);
    }
}

static void deliver_drain(struct mail *mail)
{
    struct news *news = list_item(&mail->link, struct news, mail.link);
    struct hub *hub = news->hub;

    free(news);
    hub->is_draining = true;
    work_stop_all(hub, WORK_DRAINED);
    hub_work_is_over(hub);
}

/* The mail comes after every work that was claimed, so none is missed. */
void hub_drain(struct hub *hub, void (*done)(void *ctx), void *ctx)
{
    clerk_stop_claiming(hub->clerk);
    hub->drained = done;
    hub->drained_ctx = ctx;
    loop_post(hub->loop, &news_new(hub, "")->mail, deliver_drain);
}

void hub_free(struct hub *hub)
{
    clerk_stop(hub->clerk);
    loop_deliver(hub->loop); /* what the clerk posted last speaks of this hub */
    for (int i = 0; i < RECENT_MAX; i++)
        frame_unref(hub->recent[i].frame);
    tdestroy(hub->channels, free);
    tdestroy(hub->notes, note_free);
    store_member_free(hub->member);
    free(hub->kind_names);
    free(hub);
}

int64_t hub_turned_ms(const struct hub *hub)
{
    return atomic_load(&hub->clerk_turned_ms);
}

bool hub_is_ready(const struct hub *hub)
{
    return atomic_load(&hub->is_ready);
}

void hub_count(const struct hub *hub, struct hub_counts *ret_counts)
{
    *ret_counts = (struct hub_counts){.n_watches = atomic_load(&hub->n_watches),
        .n_running = atomic_load(&hub->n_running),
        .n_done = atomic_load(&hub->n_ended[JOB_DONE]),
        .n_failed = atomic_load(&hub->n_ended[JOB_FAILED]),
        .n_canceled = atomic_load(&hub->n_ended[JOB_CANCELED])};
}
