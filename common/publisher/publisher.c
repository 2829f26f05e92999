/* publisher.c - see publisher.h. */
#include "publisher/publisher.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hub/kind/kind.h"
#include "program/kind_file.h"
#include "program/lines.h"
#include "program/process.h"
#include "program/said.h"

enum {
    EVENTS_MOST = 256, /* in one transaction */
    PROGRESS_MS = 200, /* between two notes of progress */
    LOOK_MS = 1000,    /* between two looks whether the job was canceled, without a line */
    TRY_MS = 30000,    /* for which a database that is locked, or away, is tried again */
    TRY_AGAIN_MS = 250,
};

struct publish {
    struct store *store;
    int fd;
    struct job job; /* as it was last read */
    bool is_over;   /* it was done before: the input is the same if it ends with the same result */
    int n_lines, n_durable;
    struct job_event events[EVENTS_MOST]; /* not written yet */
    int n_events;
    char *progress; /* the same; NULL: none */
    int64_t noted_ms;
    char *held, *result; /* of a line {"result":…}, which may be the last: the line, and the JSON */
    struct error *err;
};

/* --- the job --- */

/* Is it of a kind whose jobs are published?  The file says so. */
static int publish_check_kind(const struct config *config, const struct job *job, struct error *err)
{
    char *path = mem_format("%s/%s.kind", config->kinds, job->kind);
    struct kind_file file = {0};
    bool is_file = *config->kinds && access(path, F_OK) == 0;
    int rc = is_file ? kind_file_read(path, &file, err) : 0;

    if (rc == 0 && (!is_file || file.argv))
        rc = error_set(err, ERR_INPUT,
            "job %s is of the kind \"%s\": only jobs of a kind that is a file in CASECAST_KINDS "
            "without Command are published",
            job->id, job->kind);
    kind_file_clear(&file);
    free(path);
    return rc;
}

static int publish_begin(struct publish *publish, const struct config *config, const char *id)
{
    struct error *err = publish->err;
    int rc = job_id_is_wellformed(id) ? store_job_get(publish->store, id, &publish->job, err)
                                      : STORE_E_NOT_FOUND;

    if (rc == STORE_E_NOT_FOUND)
        return PUBLISH_E_NO_JOB;
    return rc == 0 ? publish_check_kind(config, &publish->job, err) : rc;
}

static int publish_refuse(struct publish *publish)
{
    const struct job *job = &publish->job;

    if (job->state == JOB_CANCELED || job->cancel_wanted)
        return error_set(publish->err, ERR_CANCELED, "job %s was canceled: stop the work", job->id);
    return error_set(publish->err, ERR_INPUT, "job %s has ended already: %s%s%s", job->id,
        job_state_name(job->state), job->error ? ": " : "", job->error ? job->error : "");
}

/* --- what is written --- */

static bool publish_may_pass(const struct error *err)
{
    return err->code == ERR_BUSY || err->code == ERR_IO;
}

static void publish_wait(void)
{
    static const struct timespec span = {.tv_nsec = TRY_AGAIN_MS * 1000000L};

    nanosleep(&span, NULL);
}

static int publish_write(struct publish *publish, const struct job_publication *said)
{
    int64_t until_ms = clock_monotonic_ms() + TRY_MS;
    struct job now = {0};
    int rc;

    while ((rc = store_job_publish(publish->store, said, &now, publish->err)) < 0 &&
           publish_may_pass(publish->err) && clock_monotonic_ms() < until_ms)
        publish_wait();
    if (rc < 0)
        return rc;
    if (rc == STORE_E_FULL)
        return error_set(publish->err, ERR_LIMIT,
            "a job has at most %d events: say how far it is with {\"event\":\"progress\",…}, which "
            "does not count",
            SAID_MOST);
    if (rc == STORE_E_NOT_FOUND)
        return error_set(publish->err, ERR_INPUT, "job %s was deleted", said->job_id);
    job_clear(&publish->job);
    publish->job = now;
    publish->is_over |= rc == STORE_E_LOST && now.state == JOB_DONE;
    return rc == 0 || publish->is_over ? 0 : publish_refuse(publish);
}

static void publish_clear_events(struct publish *publish)
{
    for (int i = 0; i < publish->n_events; i++) {
        free((char *)publish->events[i].name);
        free((char *)publish->events[i].data);
        free((char *)publish->events[i].once);
    }
    publish->n_events = 0;
    free(publish->progress);
    publish->progress = NULL;
}

static int publish_flush(struct publish *publish)
{
    char id[JOB_ID_LEN + 1];
    int rc = 0;

    memcpy(id, publish->job.id, sizeof id);
    if (!publish->is_over && (publish->n_events || publish->progress)) {
        rc = publish_write(publish, &(struct job_publication){.job_id = id,
                                        .run = -1,
                                        .most = SAID_MOST,
                                        .events = publish->events,
                                        .n_events = publish->n_events,
                                        .progress = publish->progress});
        publish->noted_ms = clock_monotonic_ms();
    }
    publish_clear_events(publish);
    return rc;
}

/* --- lines --- */

/* Takes the texts. */
static int publish_add(struct publish *publish, char *name, char *data)
{
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;
    int rc = publish->n_events == EVENTS_MOST ? publish_flush(publish) : 0;

    digest_start(&digest);
    digest_add_text(&digest, name);
    digest_add_text(&digest, data);
    digest_hex(&digest, hex);
    publish->events[publish->n_events++] = (struct job_event){
        .name = name, .data = data, .once = mem_format("line %d %.16s", ++publish->n_durable, hex)};
    return rc;
}

/* A line behind it shows that it was not the result. */
static int publish_let_go(struct publish *publish)
{
    int rc = publish->held ? publish_add(publish, NULL, publish->held) : 0;

    free(publish->result);
    publish->held = publish->result = NULL;
    return rc;
}

static int publish_take(struct publish *publish, struct said *said, const char *line, size_t len)
{
    char *name = said->name, *data = said->data;
    size_t n_wrong;
    int rc;

    said->name = said->data = NULL;
    if (said->as == SAID_PROGRESS) {
        free(publish->progress);
        publish->progress = data;
        return 0;
    }
    rc = publish_let_go(publish);
    if (said->as != SAID_RESULT)
        return rc == 0 ? publish_add(publish, name, data) : rc;
    publish->held = lines_text(line, len, &n_wrong);
    publish->result = data;
    return rc;
}

static int publish_line(void *ctx, const char *line, size_t len)
{
    struct publish *publish = ctx;
    struct said said;
    int rc;

    publish->n_lines++;
    said_read(line, len, &said);
    if (said.n_wrong)
        fprintf(stderr, "casecast: line %d: %zu bytes are no UTF-8, or NUL: they are replaced\n",
            publish->n_lines, said.n_wrong);
    if (said.is_ours)
        fprintf(stderr,
            "casecast: line %d: no publisher can say an event of this name: it is a message\n",
            publish->n_lines);
    rc = publish_take(publish, &said, line, len);
    said_clear(&said);
    return rc;
}

/* --- the input --- */

/* While nothing comes: is the job still there to be published? */
static int publish_look(struct publish *publish)
{
    struct job now = {0};
    int rc = store_job_get(publish->store, publish->job.id, &now, publish->err);

    if (rc < 0)
        return publish_may_pass(publish->err) ? 0 : rc;
    if (rc == STORE_E_NOT_FOUND)
        return error_set(publish->err, ERR_INPUT, "job %s was deleted", publish->job.id);
    job_clear(&publish->job);
    publish->job = now;
    if (now.cancel_wanted || (job_state_is_final(now.state) && now.state != JOB_DONE))
        return publish_refuse(publish);
    return 0;
}

/* What was read is written before more is waited for; of progress the newest, after a while. */
static int publish_wait_for_input(struct publish *publish)
{
    struct pollfd input = {.fd = publish->fd, .events = POLLIN};
    int64_t due_ms = publish->noted_ms + PROGRESS_MS - clock_monotonic_ms();
    bool has_time = publish->progress && !publish->n_events && due_ms > 0;
    int rc = has_time ? 0 : publish_flush(publish), n = 0;

    while (rc == 0 && (n = poll(&input, 1, has_time ? (int)due_ms : LOOK_MS)) == 0) {
        rc = has_time ? publish_flush(publish) : publish_look(publish);
        has_time = false;
    }
    return rc;
}

static int publish_read(struct publish *publish)
{
    struct lines lines = {.most = PROCESS_LINE_MAX};
    static char block[65536];
    ssize_t len = 1;
    int rc = 0;

    while (rc == 0 && len != 0) {
        rc = publish_wait_for_input(publish);
        len = rc == 0 ? read(publish->fd, block, sizeof block) : 0;
        if (len < 0 && errno != EINTR)
            rc = error_set(publish->err, ERR_IO, "the input: %s", strerror(errno));
        else if (len > 0)
            rc = lines_add(&lines, block, (size_t)len, publish_line, publish);
    }
    if (rc == 0)
        rc = lines_end(&lines, publish_line, publish);
    lines_clear(&lines);
    if (rc == LINES_E_LONG)
        rc = error_set(publish->err, ERR_INPUT, "line %d is longer than %d bytes",
            publish->n_lines + 1, PROCESS_LINE_MAX);
    return rc;
}

/* --- the end --- */

static int publish_write_end(struct publish *publish, enum job_state end, const char *text)
{
    static const struct job_kind plain = {.finish = last_events_add_plain};
    struct job_publication said = {.run = -1, .end = end};
    struct last_events last = {0};
    char id[JOB_ID_LEN + 1];
    int rc;

    memcpy(id, publish->job.id, sizeof id);
    *(end == JOB_DONE ? &said.result : &said.error) = text;
    kind_finish(&plain,
        &(struct job_end){
            end, said.result, said.error, publish->job.traceparent, publish->job.metadata},
        &last);
    said.job_id = id;
    said.last = last.at;
    said.n_last = last.n;
    publish->is_over = false;
    rc = publish_write(publish, &said);
    last_events_clear(&last);
    if (rc == 0 && publish->is_over)
        return publish_refuse(publish);
    return rc;
}

static int publish_finish(struct publish *publish, const char *reason)
{
    int rc = reason ? publish_let_go(publish) : 0;

    if (rc == 0)
        rc = publish_flush(publish);
    if (rc == 0 && reason)
        rc = publish_write_end(publish, JOB_FAILED, reason);
    else if (rc == 0 && publish->result)
        rc = publish_write_end(publish, JOB_DONE, publish->result);
    return rc == 0 && !reason && !publish->result ? PUBLISH_E_GOES_ON : rc;
}

int publish_lines(struct store *store, const struct config *config, const char *job_id, int fd,
    const char *reason, struct error *err)
{
    struct publish publish = {.store = store, .fd = fd, .err = err};
    int rc = publish_begin(&publish, config, job_id);

    if (rc == 0)
        rc = publish_read(&publish);
    if (rc == 0)
        rc = publish_finish(&publish, reason);
    publish_clear_events(&publish);
    free(publish.held);
    free(publish.result);
    job_clear(&publish.job);
    return rc;
}
