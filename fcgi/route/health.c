#include "route/health.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "request/server.h"
#include "store/store.h"

enum {
    ROOM_BYTES = 64 << 10, /* what must fit into the output folder */
    STALE_MS = 10000,      /* an older report is no answer, even while the next one is made */
};

struct health {
    const struct server *server; /* fixed */
    pthread_mutex_t lock;
    pthread_cond_t looked;
    /* under lock */
    bool is_looking, has_report;
    int64_t report_ms; /* monotonic: when the look for it began */
    struct health_report report;
};

const char *health_stuck(int64_t now_ms, int64_t loop_turned_ms, int64_t clerk_turned_ms)
{
    if (now_ms - loop_turned_ms > HEALTH_STUCK_MS)
        return "the loop";
    return now_ms - clerk_turned_ms > HEALTH_STUCK_MS ? "the clerk" : NULL;
}

/* --- what is tried --- */

static int check_accepting(const struct server *server, struct error *err)
{
    if (!atomic_load(&server->is_draining))
        return 0;
    return error_set(err, ERR_BUSY, "this process is stopping");
}

static int check_database(const struct server *server, struct error *err)
{
    struct store *store;
    int answer = store_open_again(server->config->database, &store, err);

    if (answer < 0)
        return answer;
    answer = store_probe(store, err);
    store_close(store);
    return answer;
}

/* Streams of jobs that have not ended would be sent away to come again. */
static int check_journal(const struct server *server, struct error *err)
{
    if (hub_is_ready(server->hub))
        return 0;
    return error_set(err, ERR_BUSY, "not read: this process has just begun, or lost its database");
}

static int check_media(const struct server *server, struct error *err)
{
    const char *root = server->config->media_root;

    if (access(root, R_OK | X_OK) == 0)
        return 0;
    return error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT=%s: %s", root, strerror(errno));
}

int health_make_output(const char *output, struct error *err)
{
    if (mkdir(output, 0755) < 0 && errno != EEXIST)
        return error_set(err, ERR_IO, "CASECAST_OUTPUT=%s: %s", output, strerror(errno));
    return 0;
}

/* What is written there has no name any more, whatever happens next. */
static int open_nameless(const char *folder)
{
    char *path = mem_format("%s/.room-XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static bool write_bytes(int fd, size_t len)
{
    static const char zeros[4096];

    for (size_t done = 0; done < len; done += sizeof zeros)
        if (write(fd, zeros, sizeof zeros) != (ssize_t)sizeof zeros)
            return false;
    return true;
}

static int check_output(const struct server *server, struct error *err)
{
    const char *output = server->config->output;
    int fd, answer = health_make_output(output, err);

    if (answer < 0)
        return answer;
    fd = open_nameless(output);
    errno = fd < 0 ? errno : ENOSPC; /* where a write ends early */
    if (fd < 0 || !write_bytes(fd, ROOM_BYTES))
        answer = error_set(err, ERR_IO, "CASECAST_OUTPUT=%s: %s", output, strerror(errno));
    if (fd >= 0)
        close(fd);
    return answer;
}

static void look(const struct server *server, struct health_report *ret_report)
{
    static const struct {
        const char *name;
        int (*check)(const struct server *server, struct error *err);
    } checks[HEALTH_CHECKS] = {{"accepting", check_accepting}, {"database", check_database},
        {"journal", check_journal}, {"mediaRoot", check_media}, {"output", check_output}};

    ret_report->is_ready = true;
    for (int i = 0; i < HEALTH_CHECKS; i++) {
        struct error err = {.text = "ok"};

        if (checks[i].check(server, &err) < 0)
            ret_report->is_ready = false;
        ret_report->checks[i].name = checks[i].name;
        memcpy(ret_report->checks[i].text, err.text, sizeof err.text);
    }
}

/* --- who asks --- */

static bool is_younger(const struct health *health, int64_t age_ms)
{
    return health->has_report && clock_monotonic_ms() - health->report_ms < age_ms;
}

/* Under lock, which is let go meanwhile. */
static void renew(struct health *health)
{
    int64_t began_ms = clock_monotonic_ms();
    struct health_report report;

    health->is_looking = true;
    pthread_mutex_unlock(&health->lock);
    look(health->server, &report);
    pthread_mutex_lock(&health->lock);
    health->is_looking = false;
    health->has_report = true;
    health->report_ms = began_ms;
    health->report = report;
    pthread_cond_broadcast(&health->looked);
}

void health_ask(struct health *health, struct health_report *ret_report)
{
    pthread_mutex_lock(&health->lock);
    while (health->is_looking && !is_younger(health, STALE_MS))
        pthread_cond_wait(&health->looked, &health->lock);
    if (!health->is_looking && !is_younger(health, HEALTH_REPORT_MS))
        renew(health);
    *ret_report = health->report;
    pthread_mutex_unlock(&health->lock);
}

struct health *health_new(const struct server *server)
{
    struct health *health = mem_new(struct health);

    health->server = server;
    pthread_mutex_init(&health->lock, NULL);
    pthread_cond_init(&health->looked, NULL);
    return health;
}

void health_free(struct health *health)
{
    pthread_mutex_destroy(&health->lock);
    pthread_cond_destroy(&health->looked);
    free(health);
}
