/* operator_routes.c - what whoever runs this wants to know: alive, ready, and figures for
 * Prometheus. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "routes.h"
#include "server.h"

void route_live(struct request *request)
{
    answer_json(request, 200, json_pack("{s:b}", "live", 1));
}

/* --- ready --- */

static bool check_draining(struct request *request, struct error *err)
{
    if (!atomic_load(&request->server->is_draining))
        return true;
    error_set(err, ERR_BUSY, "this process is stopping");
    return false;
}

static bool check_database(struct request *request, struct error *err)
{
    struct store *store;

    return request_store(request, &store, err) == 0 && store_probe(store, err) == 0;
}

/* Streams of jobs that have not ended would be sent away to come again. */
static bool check_journal(struct request *request, struct error *err)
{
    if (hub_is_ready(request->server->hub))
        return true;
    error_set(err, ERR_BUSY, "not read yet: this process has just begun");
    return false;
}

static bool check_output(struct request *request, struct error *err)
{
    const char *output = request->server->config->output;

    if (access(output, W_OK | X_OK) == 0)
        return true;
    error_set(err, ERR_IO, "CASECAST_OUTPUT=%s: %s", output, strerror(errno));
    return false;
}

static bool check_media(struct request *request, struct error *err)
{
    const char *root = request->server->config->media_root;

    if (access(root, R_OK | X_OK) == 0)
        return true;
    error_set(err, ERR_IO, "CASECAST_MEDIA_ROOT=%s: %s", root, strerror(errno));
    return false;
}

void route_ready(struct request *request)
{
    static const struct {
        const char *name;
        bool (*is_good)(struct request *request, struct error *err);
    } checks[] = {{"accepting", check_draining}, {"database", check_database},
        {"journal", check_journal}, {"mediaRoot", check_media}, {"output", check_output}};
    json_t *said = json_object();
    bool is_ready = true;

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct error err;
        bool is_good = checks[i].is_good(request, &err);

        is_ready = is_ready && is_good;
        json_object_set_new(said, checks[i].name, json_string(is_good ? "ok" : err.text));
    }
    answer_json(
        request, is_ready ? 200 : 503, json_pack("{s:b, s:o}", "ready", is_ready, "checks", said));
}

/* --- metrics --- */

static void metric(
    struct buf *out, const char *name, const char *type, const char *help, double value)
{
    buf_format(out, "# HELP casecast_%s %s\n# TYPE casecast_%s %s\ncasecast_%s %.12g\n", name, help,
        name, type, name, value);
}

static void stream_metrics(struct buf *out, struct streams *streams)
{
    metric(out, "streams_open", "gauge", "Event streams open now.", atomic_load(&streams->n_open));
    metric(out, "streams_opened_total", "counter", "Event streams opened.",
        (double)atomic_load(&streams->n_opened));
    buf_add_text(out, "# HELP casecast_streams_ended_total Event streams ended, by reason.\n"
                      "# TYPE casecast_streams_ended_total counter\n");
    for (int i = 0; i < N_STREAM_ENDS; i++)
        buf_format(out, "casecast_streams_ended_total{reason=\"%s\"} %llu\n", stream_end_name(i),
            atomic_load(&streams->n_ended[i]));
    metric(out, "stream_frames_total", "counter", "Frames written to event streams.",
        (double)atomic_load(&streams->n_frames));
    metric(out, "stream_bytes_total", "counter", "Bytes written to event streams.",
        (double)atomic_load(&streams->n_bytes));
    metric(out, "stream_queue_most_bytes", "gauge", "The longest queue a slow viewer has had.",
        (double)atomic_load(&streams->most_waiting));
}

static void job_metrics(struct buf *out, struct server *server)
{
    struct hub_counts counts;

    hub_count(server->hub, &counts);
    metric(out, "jobs_created_total", "counter", "Jobs made by a request here.",
        (double)atomic_load(&server->n_created));
    metric(out, "jobs_attached_total", "counter", "Requests that found their job made already.",
        (double)atomic_load(&server->n_attached));
    metric(out, "streams_resumed_total", "counter", "Streams that went on from a Last-Event-ID.",
        (double)atomic_load(&server->n_resumed));
    metric(out, "job_watches", "gauge", "Streams that wait for news of a job.", counts.n_watches);
    metric(out, "jobs_running", "gauge", "Jobs that run in this process now.", counts.n_running);
    buf_add_text(out, "# HELP casecast_jobs_ended_total Jobs ended in this process, by state.\n"
                      "# TYPE casecast_jobs_ended_total counter\n");
    buf_format(out, "casecast_jobs_ended_total{state=\"done\"} %llu\n", counts.n_done);
    buf_format(out, "casecast_jobs_ended_total{state=\"failed\"} %llu\n", counts.n_failed);
    buf_format(out, "casecast_jobs_ended_total{state=\"canceled\"} %llu\n", counts.n_canceled);
}

void route_metrics(struct request *request)
{
    struct server *server = request->server;
    struct buf out = {0};

    metric(&out, "uptime_seconds", "gauge", "Since this process began.",
        (double)(clock_wall_ms() - server->started_ms) / 1000);
    metric(&out, "requests_total", "counter", "FastCGI requests answered or handed over.",
        (double)atomic_load(&server->n_requests));
    metric(&out, "connections_refused_total", "counter",
        "Connections that brought no complete FastCGI request.",
        (double)atomic_load(&server->n_refused));
    metric(&out, "loop_lag_worst_seconds", "gauge",
        "The latest that the loop came to its timer, since this was last read.",
        (double)atomic_exchange(&server->worst_lag_us, 0) / 1e6);
    stream_metrics(&out, server->streams);
    job_metrics(&out, server);
    answer_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", out.data);
    buf_free(&out);
}
