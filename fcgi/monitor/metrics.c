/* metrics.c - GET /api/metrics: figures of this process and of the database, as Prometheus text. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hooks/hooks.h"
#include "monitor/monitor.h"
#include "request/answer.h"
#include "request/server.h"
#include "store/hooks.h"

static void metrics_declare(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_format(out, "# HELP casecast_%s %s\n# TYPE casecast_%s %s\n", name, help, name, type);
}

static void metrics_add(
    struct buf *out, const char *name, const char *type, const char *help, double value)
{
    metrics_declare(out, name, type, help);
    buf_format(out, "casecast_%s %.12g\n", name, value);
}

static void metrics_add_counter(
    struct buf *out, const char *name, const char *help, atomic_ullong *value)
{
    metrics_add(out, name, "counter", help, (double)atomic_load(value));
}

static void metrics_add_delivery(struct buf *out, struct streams *streams)
{
    static const int64_t bounds[N_DELIVERY_BOUNDS] = DELIVERY_BOUNDS_NS;
    unsigned long long sum = 0;

    metrics_declare(out, "delivery_seconds", "histogram",
        "From the moment an event is posted to the loop until its last byte is flushed to nginx.");
    for (int i = 0; i < N_DELIVERY_BOUNDS; i++) {
        sum += atomic_load(&streams->n_delivered[i]);
        buf_format(out, "casecast_delivery_seconds_bucket{le=\"%g\"} %llu\n",
            (double)bounds[i] / 1e9, sum);
    }
    sum += atomic_load(&streams->n_delivered[N_DELIVERY_BOUNDS]);
    buf_format(out, "casecast_delivery_seconds_bucket{le=\"+Inf\"} %llu\n", sum);
    buf_format(out, "casecast_delivery_seconds_sum %.12g\ncasecast_delivery_seconds_count %llu\n",
        (double)atomic_load(&streams->delivered_ns) / 1e9, sum);
}

static void metrics_add_streams(struct buf *out, struct streams *streams)
{
    metrics_add(out, "streams_open", "gauge", "Event streams open now.",
        atomic_load(&streams->limits.n_open));
    metrics_add_counter(out, "streams_opened_total", "Event streams opened.", &streams->n_opened);
    metrics_declare(out, "streams_ended_total", "counter", "Event streams ended, by reason.");
    for (int i = 0; i < N_STREAM_ENDS; i++)
        buf_format(out, "casecast_streams_ended_total{reason=\"%s\"} %llu\n", stream_end_name(i),
            atomic_load(&streams->n_ended[i]));
    metrics_add_counter(
        out, "stream_frames_total", "Frames written to event streams.", &streams->n_frames);
    metrics_add_counter(
        out, "stream_bytes_total", "Bytes written to event streams.", &streams->n_bytes);
    metrics_add(out, "stream_queue_most_bytes", "gauge", "The longest queue a slow viewer has had.",
        atomic_load(&streams->most_waiting));
    metrics_add_delivery(out, streams);
}

/* The queued and running jobs of all processes on this database. */
struct live {
    int64_t oldest_queued_ms;
    double fps;
};

static void metrics_see_live(void *ctx, const struct job *job, const char *owner)
{
    json_t *progress = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    struct live *live = ctx;

    (void)owner;
    if (job->state == JOB_QUEUED &&
        (!live->oldest_queued_ms || job->created_ms < live->oldest_queued_ms))
        live->oldest_queued_ms = job->created_ms;
    if (job->state == JOB_RUNNING)
        live->fps += json_number_value(json_object_get(progress, "fps"));
    json_decref(progress);
}

/* Members come in the order of their machines. */
struct machine_count {
    struct buf *out;
    char *machine; /* NULL: none yet */
    int n;
};

/* A label's value; see the text format of Prometheus. */
static void metrics_end_machine(struct machine_count *count)
{
    if (count->machine && count->n && !strpbrk(count->machine, "\"\\\n"))
        buf_format(count->out, "casecast_members{machine=\"%s\"} %d\n", count->machine, count->n);
    free(count->machine);
    count->machine = NULL;
    count->n = 0;
}

static void metrics_count_member(void *ctx, const struct member_row *row)
{
    struct machine_count *count = ctx;

    if (!count->machine || strcmp(count->machine, row->machine) != 0) {
        metrics_end_machine(count);
        count->machine = mem_copy(row->machine);
    }
    count->n += !row->is_gone && !row->silent_ms;
}

static void metrics_add_members(struct buf *out, struct store *store)
{
    struct machine_count count = {.out = out};
    struct error err;

    metrics_declare(out, "members", "gauge", "Processes that may run jobs, by machine.");
    store_member_each(store, metrics_count_member, &count, &err);
    metrics_end_machine(&count);
}

static void metrics_add_waiting_hooks(struct buf *out, struct store *store)
{
    struct hook_counts counts;
    struct error err;

    if (store_hook_count(store, &counts, &err) < 0)
        return;
    metrics_add(out, "webhooks_waiting", "gauge", "Webhooks with an event that is not delivered.",
        (double)counts.n_waiting);
    metrics_add(out, "webhooks_given_up", "gauge",
        "Webhooks that were given up, of jobs that are not forgotten.", (double)counts.n_given_up);
}

static void metrics_add_hooks(struct buf *out, const struct hooks *hooks)
{
    struct hooks_counts counts;

    hooks_count(hooks, &counts);
    metrics_add(out, "webhook_deliveries_total", "counter",
        "Events that receivers of webhooks have taken, of this process.",
        (double)counts.n_delivered);
    metrics_add(out, "webhook_failures_total", "counter",
        "Attempts to deliver an event that failed, of this process.", (double)counts.n_failed);
}

/* Nothing while the database can't be read: /api/health/ready says why. */
static void metrics_add_store(struct buf *out, struct request *request)
{
    long long counts[JOB_CANCELED + 1];
    struct live live = {0};
    struct store *store;
    struct error err;

    if (request_store(request, &store, &err) < 0 || store_job_count(store, counts, &err) < 0 ||
        store_live(store, metrics_see_live, &live, &err) < 0)
        return;
    metrics_declare(out, "jobs", "gauge", "Jobs in the database, by state, of all processes.");
    for (int i = 0; i <= JOB_CANCELED; i++)
        buf_format(out, "casecast_jobs{state=\"%s\"} %lld\n", job_state_name(i), counts[i]);
    metrics_add(out, "queue_wait_seconds", "gauge", "How long the oldest queued job has waited.",
        live.oldest_queued_ms ? (double)(clock_wall_ms() - live.oldest_queued_ms) / 1000 : 0);
    metrics_add(out, "encode_fps", "gauge",
        "Frames a second that all running jobs encode together.", live.fps);
    metrics_add_members(out, store);
    metrics_add_waiting_hooks(out, store);
}

static void metrics_add_jobs(struct buf *out, struct server *server)
{
    struct hub_counts counts;

    hub_count(server->hub, &counts);
    metrics_add_counter(
        out, "jobs_created_total", "Jobs made by a request here.", &server->n_created);
    metrics_add_counter(out, "jobs_attached_total", "Requests that found their job made already.",
        &server->n_attached);
    metrics_add_counter(out, "streams_resumed_total", "Streams that went on from a Last-Event-ID.",
        &server->n_resumed);
    metrics_add_counter(out, "streams_replayed_total",
        "Streams that told an ended job from its first event.", &server->n_replayed);
    metrics_add(
        out, "job_watches", "gauge", "Streams that wait for news of a job.", counts.n_watches);
    metrics_add(
        out, "jobs_running_here", "gauge", "Jobs that run in this process now.", counts.n_running);
    metrics_declare(out, "jobs_ended_total", "counter", "Jobs ended in this process, by state.");
    buf_format(out, "casecast_jobs_ended_total{state=\"done\"} %llu\n", counts.n_done);
    buf_format(out, "casecast_jobs_ended_total{state=\"failed\"} %llu\n", counts.n_failed);
    buf_format(out, "casecast_jobs_ended_total{state=\"canceled\"} %llu\n", counts.n_canceled);
    metrics_add(out, "jobs_forgotten_total", "counter",
        "Ended jobs that this process has removed, with their files.", (double)counts.n_forgotten);
}

static void metrics_add_refused(void *ctx, const char *engine, unsigned long long n)
{
    buf_format(ctx, "casecast_helpers_refused_total{engine=\"%s\"} %llu\n", engine, n);
}

static void metrics_add_parts(struct buf *out, struct server *server)
{
    static const char *const fates[] = {
        [PART_TAKEN] = "taken", [PART_DOUBLED] = "doubled", [PART_DISCARDED] = "discarded"};
    struct hub_counts counts;

    hub_count(server->hub, &counts);
    metrics_add(out, "parts_helped_total", "counter",
        "Parts of other machines' jobs that were made here.", (double)counts.n_parts_helped);
    metrics_declare(out, "parts_left_total", "counter",
        "Parts of jobs that run here, left to other machines: taken from there, made here, too, as "
        "they were late, or discarded.");
    for (int i = 0; i < N_PART_FATE; i++)
        buf_format(
            out, "casecast_parts_left_total{fate=\"%s\"} %llu\n", fates[i], counts.n_parts[i]);
    metrics_declare(out, "helpers_refused_total", "counter",
        "Jobs of other machines that were not helped with here, as their engine is another one.");
    hub_each_refused(server->hub, metrics_add_refused, out);
}

void route_metrics(struct request *request)
{
    struct server *server = request->server;
    struct buf out = {0};

    metrics_add(&out, "uptime_seconds", "gauge", "Since this process began.",
        (double)(clock_wall_ms() - server->started_ms) / 1000);
    metrics_add_counter(
        &out, "requests_total", "FastCGI requests answered or handed over.", &server->n_requests);
    metrics_add_counter(&out, "connections_refused_total",
        "Connections that brought no complete FastCGI request.", &server->n_refused);
    metrics_add(&out, "loop_lag_worst_seconds", "gauge",
        "The longest turn of the loop since this was last read: how late anything else may be.",
        (double)atomic_exchange(&server->worst_turn_us, 0) / 1e6);
    metrics_add_streams(&out, server->streams);
    metrics_add_jobs(&out, server);
    metrics_add_parts(&out, server);
    metrics_add_hooks(&out, server->hooks);
    metrics_add_store(&out, request);
    answer_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", out.data);
    buf_free(&out);
}
