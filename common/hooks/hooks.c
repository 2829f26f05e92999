/* hooks.c - see hooks.h. */
#include "hooks/hooks.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hooks/hook_sender.h"

enum {
    LOOK_MS = 400,           /* between two looks for something to deliver … */
    LOOK_TROUBLED_MS = 2000, /* … while the database can't be read */
};

struct hooks {
    /* fixed after start */
    struct hook_hosts *hosts;
    bool has_thread;
    pthread_t thread;

    /* the thread's */
    struct hook_sender sender;
    bool is_troubled; /* a lasting trouble is logged once */
    int64_t look_ms;  /* the next look, monotonic */

    atomic_bool stop, is_poked;
};

/* --- the thread --- */

static void hooks_look(struct hooks *hooks)
{
    struct error err;
    int rc = hook_sender_look(&hooks->sender, &err);

    if (rc < 0 && !hooks->is_troubled)
        log_warning("webhooks wait: %s", err.text);
    if (rc == 0 && hooks->is_troubled)
        log_info("webhooks are delivered again");
    hooks->is_troubled = rc < 0;
    hooks->look_ms = clock_monotonic_ms() + (rc < 0 ? LOOK_TROUBLED_MS : LOOK_MS);
}

static bool hooks_is_look_due(struct hooks *hooks)
{
    return atomic_exchange(&hooks->is_poked, false) || clock_monotonic_ms() >= hooks->look_ms;
}

static void *hooks_main(void *ctx)
{
    struct hooks *hooks = ctx;

    while (!atomic_load(&hooks->stop)) {
        bool is_full = hook_sender_is_full(&hooks->sender);

        if (!is_full && hooks_is_look_due(hooks))
            hooks_look(hooks);
        if (hook_sender_turn(
                &hooks->sender, is_full ? clock_monotonic_ms() + LOOK_MS : hooks->look_ms))
            hooks->look_ms = 0;
    }
    hook_sender_finish(&hooks->sender);
    return NULL;
}

/* --- starting and stopping --- */

static int hooks_check_keys(const struct config *config, struct error *err)
{
    struct hook_keys keys;
    int rc;

    if (!*config->webhook_keys)
        return error_set(err, ERR_INPUT,
            "CASECAST_WEBHOOK_KEYS: is not set; CASECAST_WEBHOOK_HOSTS needs the path of the file "
            "of keys that sign webhooks");
    rc = hook_keys_read(config->webhook_keys, &keys, err);
    sodium_memzero(&keys, sizeof keys);
    return rc;
}

static int hooks_read_settings(
    const struct config *config, struct hook_hosts **ret_hosts, struct error *err)
{
    struct hook_hosts *hosts;
    int rc = hook_hosts_new(config->webhook_hosts, &hosts, err);

    if (rc < 0)
        return error_where(err, "CASECAST_WEBHOOK_HOSTS: ");
    if (hook_hosts_any(hosts))
        rc = hooks_check_keys(config, err);
    if (rc == 0)
        *ret_hosts = hosts;
    else
        hook_hosts_free(hosts);
    return rc;
}

int hooks_check(const struct config *config, struct error *err)
{
    struct hook_hosts *hosts = NULL;
    int rc = hooks_read_settings(config, &hosts, err);

    hook_hosts_free(hosts);
    return rc;
}

static int hooks_start_thread(struct hooks *hooks, struct error *err)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return error_set(err, ERR_LIBRARY, "libcurl can't be started");
    hooks->sender.multi = mem_there(curl_multi_init());
    hooks->has_thread = pthread_create(&hooks->thread, NULL, hooks_main, hooks) == 0;
    if (hooks->has_thread)
        return 0;
    curl_multi_cleanup(hooks->sender.multi);
    curl_global_cleanup();
    return error_set(err, ERR_LIMIT, "no thread can be started: the limit of processes is reached");
}

int hooks_start(const struct config *config, struct hooks **ret_hooks, struct error *err)
{
    struct hooks *hooks = mem_new(struct hooks);
    int rc = hooks_read_settings(config, &hooks->hosts, err);

    hooks->sender.config = config;
    hooks->sender.hosts = hooks->hosts;
    hooks->look_ms = clock_monotonic_ms() + LOOK_TROUBLED_MS; /* the database may be made now */
    if (rc == 0 && hook_hosts_any(hooks->hosts))
        rc = hooks_start_thread(hooks, err);
    if (rc == 0)
        *ret_hooks = hooks;
    else
        hooks_stop(hooks);
    return rc;
}

void hooks_stop(struct hooks *hooks)
{
    if (!hooks)
        return;
    if (hooks->has_thread) {
        atomic_store(&hooks->stop, true);
        curl_multi_wakeup(hooks->sender.multi);
        pthread_join(hooks->thread, NULL);
        curl_multi_cleanup(hooks->sender.multi);
        curl_global_cleanup();
    }
    hook_hosts_free(hooks->hosts);
    free(hooks);
}

const struct hook_hosts *hooks_hosts(const struct hooks *hooks)
{
    return hooks->hosts;
}

void hooks_poke(struct hooks *hooks)
{
    if (!hooks->has_thread)
        return;
    atomic_store(&hooks->is_poked, true);
    curl_multi_wakeup(hooks->sender.multi);
}

void hooks_count(const struct hooks *hooks, struct hooks_counts *ret_counts)
{
    *ret_counts = (struct hooks_counts){.n_delivered = atomic_load(&hooks->sender.n_delivered),
        .n_failed = atomic_load(&hooks->sender.n_failed)};
}
