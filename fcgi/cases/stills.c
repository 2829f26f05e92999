/* stills.c - see stills.h. */
#include "cases/stills.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/list.h"
#include "base/mem.h"
#include "video/still.h"
#include "video/video.h"

enum {
    WAITING_MAX = 16,   /* a later client must ask again */
    PATIENCE_MS = 8000, /* of a responder */
    LOOK_MS = 25,       /* from one look for the client to the next */
    KEPT_MS = 30000,    /* the last case stays open for so long */
    NICENESS = 10,      /* videos go first */
};

/* On the stack of the responder that waits for it. */
struct stills_wait {
    struct link link;           /* in `waiting`; in no list while it is drawn */
    struct case_record *record; /* NULL: the thread has taken it */
    const struct stills_ask *ask;
    struct buf *jpeg;
    json_t **plan;
    struct error *err;
    int rc;
    bool is_taken, is_done;
};

struct stills {
    const struct config *config; /* fixed */

    pthread_mutex_t lock;
    pthread_cond_t changed; /* something waits, or the end */
    pthread_cond_t done;    /* something was drawn */
    /* under lock */
    bool is_running, is_stopping;
    int n_waiting;
    struct link waiting;
    pthread_t thread;

    atomic_bool cancel; /* ends what is being drawn */

    /* the thread's */
    struct case_record *record; /* of `still` */
    struct still *still;        /* NULL: none is open */
    char key[DIGEST_HEX_LEN + 1];
};

struct stills *stills_new(const struct config *config)
{
    struct stills *stills = mem_new(struct stills);

    stills->config = config;
    list_init(&stills->waiting);
    pthread_mutex_init(&stills->lock, NULL);
    clock_cond_init(&stills->changed);
    clock_cond_init(&stills->done);
    return stills;
}

void stills_free(struct stills *stills)
{
    bool is_running;

    pthread_mutex_lock(&stills->lock);
    stills->is_stopping = true;
    is_running = stills->is_running;
    atomic_store(&stills->cancel, true);
    pthread_cond_signal(&stills->changed);
    pthread_mutex_unlock(&stills->lock);
    if (is_running)
        pthread_join(stills->thread, NULL);
    pthread_cond_destroy(&stills->changed);
    pthread_cond_destroy(&stills->done);
    pthread_mutex_destroy(&stills->lock);
    free(stills);
}

/* --- the thread --- */

static void stills_close(struct stills *stills)
{
    still_close(stills->still);
    case_free(stills->record);
    stills->still = NULL;
    stills->record = NULL;
}

/* Of the case and of the state of its files. */
static int stills_key(const struct stills *stills, const struct case_record *record,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    char stamp[DIGEST_HEX_LEN + 1];
    struct digest digest;
    json_t *json;
    char *text;
    int rc = video_files_stamp(record, stills->config->media_root, stamp, err);

    if (rc < 0)
        return rc;
    json = case_to_json(record);
    text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    digest_start(&digest);
    digest_add_text(&digest, stamp);
    digest_add_text(&digest, text);
    digest_hex(&digest, ret_key);
    free(text);
    json_decref(json);
    return 0;
}

/* Opens the case, unless it is open already.  Takes `record` over. */
static int stills_open(struct stills *stills, struct case_record *record, struct error *err)
{
    const struct config *config = stills->config;
    const struct still_options options = {.media_root = config->media_root,
        .run_dir = config->run && *config->run ? config->run : "/tmp",
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cancel = &stills->cancel};
    char key[DIGEST_HEX_LEN + 1];
    int rc = stills_key(stills, record, key, err);

    if (rc == 0 && stills->still && strcmp(key, stills->key) == 0) {
        case_free(record);
        return 0;
    }
    stills_close(stills);
    stills->record = record;
    memcpy(stills->key, key, sizeof key);
    return rc < 0 ? rc : still_open(record, &options, &stills->still, err);
}

static json_t *stills_tell_plan(const struct still *still)
{
    json_t *scenes = json_array();
    struct still_plan plan;

    still_plan(still, &plan);
    for (int i = 0; i < plan.n_scenes; i++) {
        struct still_scene scene = still_scene(still, i);

        json_array_append_new(
            scenes, json_pack("{s:f, s:f}", "start", scene.start_s, "seconds", scene.seconds));
    }
    return json_pack("{s:f, s:i, s:i, s:i, s:i, s:o}", "seconds", plan.seconds, "width", plan.width,
        "height", plan.height, "fps", plan.fps, "frames", plan.n_frames, "scenes", scenes);
}

/* Its number, or a negative code. */
static int stills_find_frame(
    const struct still *still, const struct stills_ask *ask, struct error *err)
{
    struct still_plan plan;

    still_plan(still, &plan);
    if (ask->scene > plan.n_scenes)
        return error_set(err, ERR_INPUT, "scene: %d: the case has %d %s", ask->scene, plan.n_scenes,
            plan.n_scenes == 1 ? "scene" : "scenes");
    if (!ask->scene && ask->seconds > plan.seconds)
        return error_set(
            err, ERR_INPUT, "t: %g s: the video is %.3f s long", ask->seconds, plan.seconds);
    return ask->scene ? still_frame_of_scene(still, ask->scene - 1, ask->share)
                      : still_frame_at(still, ask->seconds);
}

static int stills_make(struct stills *stills, struct case_record *record,
    const struct stills_wait *wait, struct error *err)
{
    int frame, rc = stills_open(stills, record, err);

    if (rc < 0)
        return rc;
    if (!wait->ask->width) {
        *wait->plan = stills_tell_plan(stills->still);
        return 0;
    }
    frame = stills_find_frame(stills->still, wait->ask, err);
    return frame < 0 ? frame : still_draw(stills->still, frame, wait->ask->width, wait->jpeg, err);
}

static void stills_serve_first_locked(struct stills *stills)
{
    struct stills_wait *wait = list_item(stills->waiting.next, struct stills_wait, link);
    struct case_record *record = wait->record;

    list_remove(&wait->link);
    stills->n_waiting--;
    wait->record = NULL;
    wait->is_taken = true;
    atomic_store(&stills->cancel, false);
    pthread_mutex_unlock(&stills->lock);
    wait->rc = stills_make(stills, record, wait, wait->err);
    pthread_mutex_lock(&stills->lock);
    wait->is_done = true;
    pthread_cond_broadcast(&stills->done);
}

static void *stills_thread(void *ctx)
{
    struct stills *stills = ctx;

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* if that fails, videos wait a little */
    pthread_mutex_lock(&stills->lock);
    while (!stills->is_stopping) {
        struct timespec until = clock_deadline(KEPT_MS);

        if (!list_is_empty(&stills->waiting))
            stills_serve_first_locked(stills);
        else if (!stills->still)
            pthread_cond_wait(&stills->changed, &stills->lock);
        else if (pthread_cond_timedwait(&stills->changed, &stills->lock, &until) == ETIMEDOUT)
            stills_close(stills);
    }
    pthread_mutex_unlock(&stills->lock);
    stills_close(stills);
    return NULL;
}

/* --- requests --- */

static bool stills_has_left(const struct stills_ask *ask)
{
    struct pollfd client = {.fd = ask->client_fd, .events = POLLRDHUP};

    return poll(&client, 1, 0) > 0 && client.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

static int stills_start_locked(struct stills *stills, struct error *err)
{
    int rc = 0;

    if (stills->n_waiting == WAITING_MAX)
        return error_set(err, ERR_BUSY, "%d stills wait already; ask again", WAITING_MAX);
    if (!stills->is_running)
        rc = pthread_create(&stills->thread, NULL, stills_thread, stills);
    if (rc)
        return error_set(err, ERR_BUSY, "no thread can be started: %s", strerror(rc));
    stills->is_running = true;
    return 0;
}

/* Until it is done, or nobody wants it any more. */
static int stills_wait_locked(struct stills *stills, struct stills_wait *wait)
{
    int64_t late_ms = clock_monotonic_ms() + PATIENCE_MS;
    bool has_left = false, is_late = false;

    while (!wait->is_done && !has_left && !is_late) {
        struct timespec until = clock_deadline(LOOK_MS);

        pthread_cond_timedwait(&stills->done, &stills->lock, &until);
        has_left = stills_has_left(wait->ask);
        is_late = clock_monotonic_ms() > late_ms;
    }
    if (!wait->is_done && !wait->is_taken) {
        list_remove(&wait->link);
        stills->n_waiting--;
    } else if (!wait->is_done) {
        atomic_store(&stills->cancel, true);
        while (!wait->is_done)
            pthread_cond_wait(&stills->done, &stills->lock);
    } else if (!has_left) {
        return wait->rc;
    }
    return has_left ? STILLS_E_LEFT
                    : error_set(wait->err, ERR_BUSY, "the still took longer than %d s",
                          PATIENCE_MS / 1000);
}

int stills_draw(struct stills *stills, struct case_record *record, const struct stills_ask *ask,
    struct buf *jpeg, json_t **ret_plan, struct error *err)
{
    struct stills_wait wait = {
        .record = record, .ask = ask, .jpeg = jpeg, .plan = ret_plan, .err = err};
    int rc;

    if (ret_plan)
        *ret_plan = NULL;
    pthread_mutex_lock(&stills->lock);
    rc = stills_start_locked(stills, err);
    if (rc == 0) {
        list_append(&stills->waiting, &wait.link);
        stills->n_waiting++;
        pthread_cond_signal(&stills->changed);
        rc = stills_wait_locked(stills, &wait);
    }
    pthread_mutex_unlock(&stills->lock);
    case_free(wait.record);
    if (rc != 0 && ret_plan)
        json_decref(*ret_plan);
    return rc;
}
