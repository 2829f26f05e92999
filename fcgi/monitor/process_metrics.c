/* process_metrics.c - the figures of this process. */
#include <stdio.h>

#include "base/clock.h"
#include "hooks/hooks.h"
#include "monitor/metrics.h"
#include "request/server.h"

static void metrics_add_counter(
    struct exposition *to, const char *name, const char *help, atomic_ullong *value)
{
    exposition_figure(to, name, "counter", help, (double)atomic_load(value));
}

static void metrics_add_delivery(struct exposition *to, struct streams *streams)
{
    static const int64_t bounds[N_DELIVERY_BOUNDS] = DELIVERY_BOUNDS_NS;
    unsigned long long sum = 0;
    char bound[32];

    exposition_family(to, "delivery_seconds", "histogram",
        "From the moment an event is posted to the loop until its last byte is flushed to nginx.");
    for (int i = 0; i < N_DELIVERY_BOUNDS; i++) {
        sum += atomic_load(&streams->n_delivered[i]);
        snprintf(bound, sizeof bound, "%g", (double)bounds[i] / 1e9);
        exposition_sample(to, "delivery_seconds_bucket", "le", bound, (double)sum);
    }
    sum += atomic_load(&streams->n_delivered[N_DELIVERY_BOUNDS]);
    exposition_sample(to, "delivery_seconds_bucket", "le", "+Inf", (double)sum);
    exposition_sample(
        to, "delivery_seconds_sum", NULL, NULL, (double)atomic_load(&streams->delivered_ns) / 1e9);
    exposition_sample(to, "delivery_seconds_count", NULL, NULL, (double)sum);
}

static void metrics_add_streams(struct exposition *to, struct streams *streams)
{
    exposition_figure(to, "streams_open", "gauge", "Event streams open now.",
        atomic_load(&streams->limits.n_open));
    metrics_add_counter(to, "streams_opened_total", "Event streams opened.", &streams->n_opened);
    exposition_family(to, "streams_ended_total", "counter", "Event streams ended, by reason.");
    for (int i = 0; i < N_STREAM_ENDS; i++)
        exposition_sample(to, "streams_ended_total", "reason", stream_end_name(i),
            (double)atomic_load(&streams->n_ended[i]));
    metrics_add_counter(
        to, "stream_frames_total", "Frames written to event streams.", &streams->n_frames);
    metrics_add_counter(
        to, "stream_bytes_total", "Bytes written to event streams.", &streams->n_bytes);
    exposition_figure(to, "stream_queue_most_bytes", "gauge",
        "The longest queue a slow viewer has had.", atomic_load(&streams->most_waiting));
    metrics_add_delivery(to, streams);
}

static void metrics_add_hooks(struct exposition *to, const struct hooks *hooks)
{
    struct hooks_counts counts;

    hooks_count(hooks, &counts);
    exposition_figure(to, "webhook_deliveries_total", "counter",
        "Events that receivers of webhooks have taken, of this process.",
        (double)counts.n_delivered);
    exposition_figure(to, "webhook_failures_total", "counter",
        "Attempts to deliver an event that failed, of this process.", (double)counts.n_failed);
}

static void metrics_add_jobs(struct exposition *to, struct server *server)
{
    struct hub_counts counts;

    hub_count(server->hub, &counts);
    metrics_add_counter(
        to, "jobs_created_total", "Jobs made by a request here.", &server->n_created);
    metrics_add_counter(to, "jobs_attached_total", "Requests that found their job made already.",
        &server->n_attached);
    metrics_add_counter(to, "streams_resumed_total", "Streams that went on from a Last-Event-ID.",
        &server->n_resumed);
    metrics_add_counter(to, "streams_replayed_total",
        "Streams that told an ended job from its first event.", &server->n_replayed);
    exposition_figure(
        to, "job_watches", "gauge", "Streams that wait for news of a job.", counts.n_watches);
    exposition_figure(
        to, "jobs_running_here", "gauge", "Jobs that run in this process now.", counts.n_running);
    exposition_family(to, "jobs_ended_total", "counter", "Jobs ended in this process, by state.");
    exposition_sample(to, "jobs_ended_total", "state", "done", (double)counts.n_done);
    exposition_sample(to, "jobs_ended_total", "state", "failed", (double)counts.n_failed);
    exposition_sample(to, "jobs_ended_total", "state", "canceled", (double)counts.n_canceled);
    exposition_figure(to, "jobs_forgotten_total", "counter",
        "Ended jobs that this process has removed, with their files.", (double)counts.n_forgotten);
    exposition_figure(to, "files_removed_total", "counter",
        "Files sent over HTTP that nothing named, removed by this process.",
        (double)counts.n_files_removed);
}

static void metrics_add_refused(void *ctx, const char *engine, unsigned long long n)
{
    exposition_sample(ctx, "helpers_refused_total", "engine", engine, (double)n);
}

static void metrics_add_parts(struct exposition *to, struct server *server)
{
    static const char *const fates[] = {
        [PART_TAKEN] = "taken", [PART_DOUBLED] = "doubled", [PART_DISCARDED] = "discarded"};
    struct hub_counts counts;

    hub_count(server->hub, &counts);
    exposition_figure(to, "parts_helped_total", "counter",
        "Parts of other machines' jobs that were made here.", (double)counts.n_parts_helped);
    exposition_family(to, "parts_left_total", "counter",
        "Parts of jobs that run here, left to other machines: taken from there, made here, too, as "
        "they were late, or discarded.");
    for (int i = 0; i < N_PART_FATE; i++)
        exposition_sample(to, "parts_left_total", "fate", fates[i], (double)counts.n_parts[i]);
    exposition_family(to, "helpers_refused_total", "counter",
        "Jobs of other machines that were not helped with here, as their engine is another one.");
    hub_each_refused(server->hub, metrics_add_refused, to);
}

void metrics_add_process(struct exposition *to, struct server *server)
{
    exposition_figure(to, "uptime_seconds", "gauge", "Since this process began.",
        (double)(clock_wall_ms() - server->started_ms) / 1000);
    metrics_add_counter(
        to, "requests_total", "FastCGI requests answered or handed over.", &server->n_requests);
    metrics_add_counter(to, "connections_refused_total",
        "Connections that brought no complete FastCGI request.", &server->n_refused);
    exposition_figure(to, "loop_lag_worst_seconds", "gauge",
        "The longest turn of the loop since this was last read: how late anything else may be.",
        (double)atomic_exchange(&server->worst_turn_us, 0) / 1e6);
    metrics_add_counter(
        to, "case_edits_total", "Cases written or removed over HTTP.", &server->n_edits);
    metrics_add_counter(
        to, "files_kept_total", "Files that came over HTTP and were new.", &server->n_files);
    metrics_add_counter(to, "edits_refused_total",
        "Requests to write that came from nobody who may.", &server->n_edits_refused);
    metrics_add_streams(to, server->streams);
    metrics_add_jobs(to, server);
    metrics_add_parts(to, server);
    metrics_add_hooks(to, server->hooks);
}
