/* health.c - see health.h. */
#include "monitor/health.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "request/server.h"
#include "s3/s3.h"
#include "store/store.h"

enum {
    ROOM_BYTES = 64 << 10, /* bytes that must fit into the output folder */
    STALE_MS = 10000,      /* an older report is not given, even while the next one is made */
};

struct health {
    const struct server *server; /* fixed */
    pthread_mutex_t lock;
    pthread_cond_t checked;
    /* under lock */
    bool is_checking, has_report;
    int64_t report_ms; /* monotonic: when its checks began */
    struct health_report report;
};

const char *health_stuck(int64_t now_ms, int64_t loop_turned_ms, int64_t clerk_turned_ms)
{
    if (now_ms - loop_turned_ms > HEALTH_STUCK_MS)
        return "the loop";
    return now_ms - clerk_turned_ms > HEALTH_STUCK_MS ? "the clerk" : NULL;
}

/* --- the checks --- */

static int health_check_accepting(const struct server *server, struct error *err)
{
    if (!atomic_load(&server->is_draining))
        return 0;
    return error_set(err, ERR_BUSY, "this process is stopping");
}

static int health_check_database(const struct server *server, struct error *err)
{
    struct store *store;
    int rc = store_open_again(server->config->database, server->config->cases, &store, err);

    if (rc < 0)
        return rc;
    rc = store_probe(store, err);
    store_close(store);
    return rc;
}

/* Until then a stream of a job that has not ended is told to come back. */
static int health_check_journal(const struct server *server, struct error *err)
{
    if (hub_is_ready(server->hub))
        return 0;
    return error_set(
        err, ERR_BUSY, "not read: this process has just started, or its database was replaced");
}

static int health_check_media(const struct server *server, struct error *err)
{
    const char *root = server->config->media_root;

    if (access(root, R_OK | X_OK) == 0)
        return 0;
    return error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT=%s: %s", root, strerror(errno));
}

int health_make_output(const char *output, struct error *err)
{
    if (!s3_is_address(output) && mkdir(output, 0755) < 0 && errno != EEXIST)
        return error_set(err, ERR_IO, "CASECAST_OUTPUT=%s: %s", output, strerror(errno));
    return 0;
}

/* A file without a name: nothing stays, even if the process dies. */
static int health_open_nameless(const char *folder)
{
    char *path = mem_format("%s/.room-XXXXXX", folder);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static bool health_write_zeros(int fd, size_t len)
{
    static const char zeros[4096];

    for (size_t done = 0; done < len; done += sizeof zeros)
        if (file_write(fd, zeros, sizeof zeros) < 0)
            return false;
    return true;
}

static int health_check_bucket(const char *output, struct error *err)
{
    static const struct s3_head head = {.type = "text/plain"};
    const struct s3_object object = {.address = output, .name = "ready.txt"};
    int rc = s3_put(&object, &head, "casecast\n", strlen("casecast\n"), err);

    return rc < 0 ? error_where(err, "CASECAST_OUTPUT: ") : 0;
}

static int health_check_output(const struct server *server, struct error *err)
{
    const char *output = server->config->output;
    int fd, rc;

    if (s3_is_address(output))
        return health_check_bucket(output, err);
    rc = health_make_output(output, err);
    if (rc < 0)
        return rc;
    fd = health_open_nameless(output);
    errno = fd < 0 ? errno : ENOSPC; /* of a write that ends early */
    if (fd < 0 || !health_write_zeros(fd, ROOM_BYTES))
        rc = error_set(err, ERR_IO, "CASECAST_OUTPUT=%s: %s", output, strerror(errno));
    if (fd >= 0)
        close(fd);
    return rc;
}

static void health_run_checks(const struct server *server, struct health_report *ret_report)
{
    static const struct {
        const char *name;
        int (*check)(const struct server *server, struct error *err);
    } checks[HEALTH_CHECKS] = {{"accepting", health_check_accepting},
        {"database", health_check_database}, {"journal", health_check_journal},
        {"mediaRoot", health_check_media}, {"output", health_check_output}};

    ret_report->is_ready = true;
    for (int i = 0; i < HEALTH_CHECKS; i++) {
        struct error err = {.text = "ok"};

        if (checks[i].check(server, &err) < 0)
            ret_report->is_ready = false;
        ret_report->checks[i].name = checks[i].name;
        memcpy(ret_report->checks[i].text, err.text, sizeof err.text);
    }
}

/* --- the report --- */

static bool health_is_younger(const struct health *health, int64_t age_ms)
{
    return health->has_report && clock_monotonic_ms() - health->report_ms < age_ms;
}

/* Under lock, which is released while the checks run. */
static void health_renew(struct health *health)
{
    int64_t began_ms = clock_monotonic_ms();
    struct health_report report;

    health->is_checking = true;
    pthread_mutex_unlock(&health->lock);
    health_run_checks(health->server, &report);
    pthread_mutex_lock(&health->lock);
    health->is_checking = false;
    health->has_report = true;
    health->report_ms = began_ms;
    health->report = report;
    pthread_cond_broadcast(&health->checked);
}

void health_ask(struct health *health, struct health_report *ret_report)
{
    pthread_mutex_lock(&health->lock);
    while (health->is_checking && !health_is_younger(health, STALE_MS))
        pthread_cond_wait(&health->checked, &health->lock);
    if (!health->is_checking && !health_is_younger(health, HEALTH_REPORT_MS))
        health_renew(health);
    *ret_report = health->report;
    pthread_mutex_unlock(&health->lock);
}

struct health *health_new(const struct server *server)
{
    struct health *health = mem_new(struct health);

    health->server = server;
    pthread_mutex_init(&health->lock, NULL);
    pthread_cond_init(&health->checked, NULL);
    return health;
}

void health_free(struct health *health)
{
    pthread_mutex_destroy(&health->lock);
    pthread_cond_destroy(&health->checked);
    free(health);
}
