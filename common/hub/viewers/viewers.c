/* viewers.c - channels, recent events and notes under one roof, and the clerk's mails to them. */
#include "hub/viewers/viewers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "hub/viewers/channel.h"
#include "hub/viewers/frame_pair.h"
#include "hub/viewers/note.h"
#include "hub/viewers/recent.h"

struct viewers {
    /* fixed after viewers_new() */
    struct loop *loop;
    struct inbox *inbox;
    bool reports_watched;

    /* loop only */
    struct channels channels;
    struct notes notes;
    struct recents recents;

    /* atomic: changed by the loop, read by all */
    atomic_bool is_ready;
};

struct viewers *viewers_new(struct loop *loop, struct inbox *inbox, bool reports_watched)
{
    struct viewers *viewers = mem_new(struct viewers);

    viewers->loop = loop;
    viewers->inbox = inbox;
    viewers->reports_watched = reports_watched;
    viewers->channels.inbox = inbox;
    return viewers;
}

void viewers_free(struct viewers *viewers)
{
    recents_clear(&viewers->recents);
    notes_clear(&viewers->notes);
    channels_deinit(&viewers->channels);
    free(viewers);
}

int viewers_count(const struct viewers *viewers)
{
    return atomic_load(&viewers->channels.n_watches);
}

bool viewers_are_ready(const struct viewers *viewers)
{
    return atomic_load(&viewers->is_ready);
}

static void viewers_open(
    struct viewers *viewers, struct watch *watch, const char *job_id, uint64_t after)
{
    if (!watch->channel && channels_add(&viewers->channels, watch, job_id) &&
        viewers->reports_watched)
        inbox_add_watched(viewers->inbox, job_id);
    watch->after = after;
}

/* A callee may close any of the watches. */
int viewers_watch(struct viewers *viewers, struct watch *const watches[],
    const char *const job_ids[], size_t n, uint64_t after)
{
    if (!viewers->is_ready || after < viewers->recents.kept_after)
        return HUB_E_BEHIND;
    for (size_t i = 0; i < n; i++)
        viewers_open(viewers, watches[i], job_ids[i], after);
    for (size_t i = 0; i < n; i++) {
        struct frame_pair *note = notes_find(&viewers->notes, job_ids[i]);

        if (note && watches[i]->channel)
            watches[i]->deliver(
                watches[i], frame_pair_get(note, watches[i]->is_joint), frame_pair_at(note));
    }
    recents_deliver(&viewers->recents, watches, job_ids, n, after);
    return 0;
}

/* --- what the clerk posts --- */

struct viewers_mail {
    struct mail mail;
    struct viewers *viewers;
    uint64_t position;       /* of a start */
    struct frame_pair *pair; /* of an event or a note */
};

static struct viewers_mail *viewers_mail_new(struct viewers *viewers)
{
    struct viewers_mail *mail = mem_new(struct viewers_mail);

    mail->viewers = viewers;
    return mail;
}

static void viewers_deliver_start(struct mail *mail)
{
    struct viewers_mail *start = list_item(&mail->link, struct viewers_mail, mail.link);

    start->viewers->recents.kept_after = start->position;
    start->viewers->is_ready = true;
    free(start);
}

void viewers_post_start(struct viewers *viewers, uint64_t position)
{
    struct viewers_mail *mail = viewers_mail_new(viewers);

    mail->position = position;
    loop_post(viewers->loop, &mail->mail, viewers_deliver_start);
}

static void viewers_deliver_event(struct mail *mail)
{
    struct viewers_mail *event = list_item(&mail->link, struct viewers_mail, mail.link);
    struct viewers *viewers = event->viewers;

    channels_deliver(&viewers->channels, event->pair);
    if (frame_pair_at(event->pair)->is_over)
        notes_forget(&viewers->notes, frame_pair_at(event->pair)->job_id);
    recents_add(&viewers->recents, event->pair);
    free(event);
}

void viewers_post_event(
    struct viewers *viewers, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct viewers_mail *mail = viewers_mail_new(viewers);
    struct job_cursor at = {.seq = event->seq, .position = position};

    strcpy(at.job_id, job_id);
    mail->pair = frame_pair_new(&at, event, false);
    loop_post(viewers->loop, &mail->mail, viewers_deliver_event);
}

static void viewers_deliver_note(struct mail *mail)
{
    struct viewers_mail *note = list_item(&mail->link, struct viewers_mail, mail.link);
    struct viewers *viewers = note->viewers;

    channels_deliver(&viewers->channels, note->pair);
    if (frame_pair_is_passing(note->pair))
        frame_pair_free(note->pair);
    else
        notes_keep(&viewers->notes, note->pair);
    free(note);
}

void viewers_post_note(
    struct viewers *viewers, const char *job_id, const struct job_event *note, bool is_passing)
{
    struct viewers_mail *mail = viewers_mail_new(viewers);
    struct job_cursor at = {0};

    strcpy(at.job_id, job_id);
    mail->pair = frame_pair_new(&at, note, is_passing);
    loop_post(viewers->loop, &mail->mail, viewers_deliver_note);
}

static void viewers_report_watched(void *ctx, const char *job_id)
{
    inbox_add_watched(ctx, job_id);
}

static void viewers_deliver_roll_call(struct mail *mail)
{
    struct viewers_mail *call = list_item(&mail->link, struct viewers_mail, mail.link);

    channels_each(&call->viewers->channels, viewers_report_watched, call->viewers->inbox);
    free(call);
}

void viewers_post_roll_call(struct viewers *viewers)
{
    loop_post(viewers->loop, &viewers_mail_new(viewers)->mail, viewers_deliver_roll_call);
}

/* Positions of one database mean nothing in another. */
static void viewers_deliver_lost(struct mail *mail)
{
    struct viewers_mail *lost = list_item(&mail->link, struct viewers_mail, mail.link);
    struct viewers *viewers = lost->viewers;

    viewers->is_ready = false;
    recents_clear(&viewers->recents);
    notes_clear(&viewers->notes);
    channels_close_all(&viewers->channels);
    free(lost);
}

void viewers_post_lost(struct viewers *viewers)
{
    loop_post(viewers->loop, &viewers_mail_new(viewers)->mail, viewers_deliver_lost);
}
