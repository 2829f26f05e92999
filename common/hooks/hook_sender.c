/* hook_sender.c - see hook_sender.h. */
#include "hooks/hook_sender.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    AT_ONCE_HOST = 2,     /* transfers to one host … */
    AT_ONCE_RETRIES = 16, /* … and of hooks that failed before */
    LEASE_MS = 30000,     /* of a claim: some times HOOK_TRANSFER_MS */
    STOP_MS = 1000,
};

/* --- what may be claimed --- */

static int sender_count_host(const struct hook_sender *sender, const char *host)
{
    int n = 0;

    for (int i = 0; i < sender->n_active; i++)
        n += strcmp(sender->active[i]->due.host, host) == 0;
    return n;
}

/* The caller frees it. */
static struct buf sender_busy_hosts(const struct hook_sender *sender)
{
    struct buf busy = {0};

    buf_add_text(&busy, ",");
    for (int i = 0; i < sender->n_active; i++)
        if (sender_count_host(sender, sender->active[i]->due.host) >= AT_ONCE_HOST)
            buf_format(&busy, "%s,", sender->active[i]->due.host);
    return busy;
}

static int sender_count_retries(const struct hook_sender *sender)
{
    int n = 0;

    for (int i = 0; i < sender->n_active; i++)
        n += sender->active[i]->due.attempts > 0;
    return n;
}

static int sender_claim(struct hook_sender *sender, struct hook_due *ret_due, struct error *err)
{
    struct buf busy = sender_busy_hosts(sender);
    struct hook_wish wish = {.busy = busy.data,
        .takes_retries = sender_count_retries(sender) < AT_ONCE_RETRIES,
        .lease_ms = LEASE_MS};
    int rc = store_hook_claim(sender->store, &wish, ret_due, err);

    buf_free(&busy);
    return rc;
}

/* --- what came of it --- */

/* Asked again once: a database that is busy for longer lets the lease end. */
static void sender_write(
    struct hook_sender *sender, const struct hook_due *due, const struct hook_failure *failure)
{
    struct error err;
    int rc = -ERR_BUSY;

    for (int i = 0; rc < 0 && i < 2; i++)
        rc = failure ? store_hook_failed(sender->store, due, failure, &err)
                     : store_hook_delivered(sender->store, due, &err);
    if (rc < 0)
        log_warning("job %s: what came of a webhook to %s can't be written, so it is delivered "
                    "again: %s",
            due->job_id, due->host, err.text);
}

static void sender_fail(struct hook_sender *sender, const struct hook_due *due, bool is_gone,
    int64_t asked_s, const char *error)
{
    struct hook_failure failure = {.error = error,
        .pause_ms = hook_pause_ms(due->attempts + 1, randombytes_random(), asked_s)};

    failure.is_last = is_gone || due->tried_ms + failure.pause_ms > HOOK_TRY_MS;
    atomic_fetch_add(&sender->n_failed, 1);
    if (failure.is_last)
        log_warning("job %s: the webhook to %s is given up after %d attempts: %s", due->job_id,
            due->host, due->attempts + 1, error);
    sender_write(sender, due, &failure);
}

static void sender_end_one(
    struct hook_sender *sender, struct hook_transfer *transfer, CURLcode code)
{
    char error[HOOK_ERROR_MAX];
    int64_t asked_s;
    enum hook_answer answer = hook_transfer_answer(transfer, code, error, &asked_s);

    if (answer == HOOK_TAKEN) {
        atomic_fetch_add(&sender->n_delivered, 1);
        sender_write(sender, &transfer->due, NULL);
    } else {
        sender_fail(sender, &transfer->due, answer == HOOK_GONE, asked_s, error);
    }
}

static void sender_drop(struct hook_sender *sender, struct hook_transfer *transfer)
{
    int i = 0;

    while (sender->active[i] != transfer)
        i++;
    sender->active[i] = sender->active[--sender->n_active];
    curl_multi_remove_handle(sender->multi, transfer->curl);
    hook_transfer_free(transfer);
}

/* How many have ended. */
static int sender_collect(struct hook_sender *sender)
{
    CURLMsg *message;
    int left, n = 0;

    while (sender->store && (message = curl_multi_info_read(sender->multi, &left))) {
        struct hook_transfer *transfer;
        CURLcode code = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
        sender_end_one(sender, transfer, code);
        sender_drop(sender, transfer);
        n++;
    }
    return n;
}

/* --- beginning --- */

static void sender_begin(struct hook_sender *sender, const struct hook_keys *keys,
    struct hook_due *due, const struct job *job)
{
    struct hook_transfer *transfer = hook_transfer_new(sender->hosts, keys, due, job);

    sender->active[sender->n_active++] = transfer;
    curl_multi_add_handle(sender->multi, transfer->curl);
}

/* The hosts may have changed since it was asked for. */
static int sender_begin_claimed(struct hook_sender *sender, const struct hook_keys *keys,
    struct hook_due *due, struct error *err)
{
    struct job job = {0};
    int rc;

    if (!hook_hosts_hold(sender->hosts, due->host)) {
        sender_fail(
            sender, due, false, 0, "CASECAST_WEBHOOK_HOSTS does not name its host any more");
        return 0;
    }
    rc = store_job_get(sender->store, due->job_id, &job, err);
    if (rc == 0)
        sender_begin(sender, keys, due, &job);
    job_clear(&job);
    return rc < 0 ? rc : 0; /* a job that went has taken its hooks along */
}

/* STORE_E_NOT_FOUND: there is no more to begin now. */
static int sender_begin_some(
    struct hook_sender *sender, const struct hook_keys *keys, struct error *err)
{
    int rc = 0;

    while (rc == 0 && sender->n_active < HOOK_SENDER_MOST) {
        struct hook_due due;

        rc = sender_claim(sender, &due, err);
        if (rc == 0)
            rc = sender_begin_claimed(sender, keys, &due, err);
        hook_due_clear(&due);
    }
    return rc;
}

/* --- from outside --- */

static int sender_open_store(struct hook_sender *sender, struct error *err)
{
    if (sender->store && (store_is_adrift(sender->store) || store_is_cut(sender->store))) {
        store_close(sender->store);
        sender->store = NULL;
    }
    return sender->store ? 0
                         : store_open_again(sender->config->database, NULL, &sender->store, err);
}

int hook_sender_look(struct hook_sender *sender, struct error *err)
{
    struct hook_keys keys = {0};
    int rc = sender_open_store(sender, err);

    if (rc == 0)
        rc = hook_keys_read(sender->config->webhook_keys, &keys, err);
    if (rc == 0)
        rc = sender_begin_some(sender, &keys, err);
    sodium_memzero(&keys, sizeof keys);
    return rc < 0 ? rc : 0;
}

bool hook_sender_is_full(const struct hook_sender *sender)
{
    return sender->n_active == HOOK_SENDER_MOST;
}

int hook_sender_turn(struct hook_sender *sender, int64_t until_ms)
{
    int64_t pause = until_ms - clock_monotonic_ms();
    int n_running;

    curl_multi_perform(sender->multi, &n_running);
    curl_multi_poll(sender->multi, NULL, 0, pause > 0 ? (int)pause : 0, NULL);
    curl_multi_perform(sender->multi, &n_running);
    return sender_collect(sender);
}

void hook_sender_finish(struct hook_sender *sender)
{
    int64_t until_ms = clock_monotonic_ms() + STOP_MS;

    while (sender->n_active && clock_monotonic_ms() < until_ms)
        hook_sender_turn(sender, until_ms);
    while (sender->n_active)
        sender_drop(sender, sender->active[0]);
    store_close(sender->store);
    sender->store = NULL;
}
