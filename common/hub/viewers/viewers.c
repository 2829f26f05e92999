/* viewers.c - channels, recent events and notes under one roof, and the clerk's mails to them. */
#include "hub/viewers/viewers.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "hub/kind/encode.h"
#include "hub/viewers/channel.h"
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

int viewers_watch(struct viewers *viewers, struct watch *watch, const char *job_id, uint64_t after)
{
    struct frame *note;

    if (!viewers->is_ready || after < viewers->recents.kept_after)
        return HUB_E_BEHIND;
    if (!watch->channel && channels_add(&viewers->channels, watch, job_id) &&
        viewers->reports_watched)
        inbox_add_watched(viewers->inbox, job_id);
    watch->after = after;
    note = notes_find(&viewers->notes, job_id);
    if (note)
        watch->deliver(watch, note, false);
    recents_deliver(&viewers->recents, watch, job_id);
    return 0;
}

/* --- what the clerk posts --- */

struct viewers_mail {
    struct mail mail;
    struct viewers *viewers;
    uint64_t position;
    char job_id[JOB_ID_LEN + 1];
    struct frame *frame;
    bool is_last;
};

static struct viewers_mail *viewers_mail_new(struct viewers *viewers, const char *job_id)
{
    struct viewers_mail *mail = mem_new(struct viewers_mail);

    mail->viewers = viewers;
    strcpy(mail->job_id, job_id);
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
    struct viewers_mail *mail = viewers_mail_new(viewers, "");

    mail->position = position;
    loop_post(viewers->loop, &mail->mail, viewers_deliver_start);
}

static void viewers_deliver_event(struct mail *mail)
{
    struct viewers_mail *event = list_item(&mail->link, struct viewers_mail, mail.link);
    struct viewers *viewers = event->viewers;

    channels_deliver(
        &viewers->channels, event->job_id, event->position, event->frame, event->is_last);
    recents_add(&viewers->recents, event->position, event->job_id, event->frame, event->is_last);
    if (event->is_last)
        notes_forget(&viewers->notes, event->job_id);
    free(event);
}

void viewers_post_event(
    struct viewers *viewers, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct viewers_mail *mail = viewers_mail_new(viewers, job_id);
    struct buf bytes = {0};

    hub_encode_event(&bytes, job_id, event);
    mail->position = position;
    mail->is_last = event->is_final;
    mail->frame = frame_new(&bytes, false);
    buf_free(&bytes);
    loop_post(viewers->loop, &mail->mail, viewers_deliver_event);
}

static void viewers_deliver_note(struct mail *mail)
{
    struct viewers_mail *note = list_item(&mail->link, struct viewers_mail, mail.link);
    struct viewers *viewers = note->viewers;

    channels_deliver(&viewers->channels, note->job_id, 0, note->frame, false);
    if (!note->frame->is_passing)
        notes_keep(&viewers->notes, note->job_id, note->frame);
    frame_unref(note->frame);
    free(note);
}

void viewers_post_note(
    struct viewers *viewers, const char *job_id, const struct buf *bytes, bool is_passing)
{
    struct viewers_mail *mail = viewers_mail_new(viewers, job_id);

    mail->frame = frame_new(bytes, is_passing);
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
    loop_post(viewers->loop, &viewers_mail_new(viewers, "")->mail, viewers_deliver_roll_call);
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
    loop_post(viewers->loop, &viewers_mail_new(viewers, "")->mail, viewers_deliver_lost);
}
