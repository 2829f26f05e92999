/* maker.c - see maker.h. */
#include "maker/maker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/hub.h"
#include "kind/kind_video.h"
#include "loop/loop.h"

enum { LOOK_MS = 50 /* until the hub can watch */ };

static const struct job_kind *const kinds[] = {&kind_video, NULL};

struct maker {
    /* fixed after start */
    const struct config *config;
    char job_id[JOB_ID_LEN + 1];
    pthread_t thread;
    struct loop loop;
    struct mail stop;

    /* the thread's own */
    struct kinds kinds;
    struct hub *hub;
    struct watch watch; /* so that others see that somebody waits for the job */
    uv_timer_t look;
};

static void maker_ignore(struct watch *watch, struct frame *frame, const struct job_cursor *at)
{
    (void)at;
    if (!frame)
        watch_close(watch);
}

/* It wants no events, so it is behind none. */
static void maker_on_look(uv_timer_t *look)
{
    struct maker *maker = look->data;

    if (!maker->watch.channel)
        hub_watch(maker->hub, &maker->watch, maker->job_id, UINT64_MAX);
}

static void maker_on_drained(void *ctx)
{
    struct maker *maker = ctx;

    uv_stop(&maker->loop.uv);
}

static void maker_on_stop(struct mail *mail)
{
    struct maker *maker = list_item(&mail->link, struct maker, stop.link);

    uv_close((uv_handle_t *)&maker->look, NULL);
    watch_close(&maker->watch);
    hub_drain(maker->hub, maker_on_drained, maker);
}

static void *maker_main(void *arg)
{
    struct maker *maker = arg;

    maker->hub = hub_new_for(&maker->loop, maker->config, &maker->kinds, maker->job_id);
    uv_timer_init(&maker->loop.uv, &maker->look);
    maker->look.data = maker;
    uv_timer_start(&maker->look, maker_on_look, 0, LOOK_MS);
    uv_run(&maker->loop.uv, UV_RUN_DEFAULT);
    hub_free(maker->hub);
    loop_deinit(&maker->loop);
    return NULL;
}

struct maker *maker_start(const struct config *config, const char *job_id, struct error *err)
{
    struct maker *maker;

    if (config_make_run(config, err) < 0 || kind_video.may_run(config, err) < 0)
        return NULL;
    log_start("stderr", LOG_LEVEL_WARNING);
    maker = mem_new(struct maker);
    maker->config = config;
    memcpy(maker->job_id, job_id, sizeof maker->job_id);
    kinds_set(&maker->kinds, kinds);
    maker->watch.deliver = maker_ignore;
    digest_random_name(maker->watch.watcher, WATCHER_LEN / 2);
    maker->watch.watcher[WATCHER_LEN / 2] = '/';
    digest_random_name(maker->watch.watcher + WATCHER_LEN / 2 + 1, WATCHER_LEN / 2);
    loop_init(&maker->loop);
    if (pthread_create(&maker->thread, NULL, maker_main, maker) != 0) {
        loop_deinit(&maker->loop);
        free(maker);
        error_set(err, ERR_LIMIT, "no thread can be started: the limit of processes is reached");
        return NULL;
    }
    return maker;
}

const char *maker_watcher(const struct maker *maker)
{
    return maker->watch.watcher;
}

void maker_stop(struct maker *maker)
{
    if (!maker)
        return;
    loop_post(&maker->loop, &maker->stop, maker_on_stop);
    pthread_join(maker->thread, NULL);
    free(maker);
}
