/* follow.c - see follow.h. */
#include "cli/jobs/follow.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS_MOST = 120 /* in which the database may be away */ };

/* The data of an event: JSON as it is, a message as text. */
static json_t *follow_data(const char *data)
{
    json_t *json = json_loads(data, 0, NULL);

    return json ? json : json_string(data);
}

static void follow_note_scene(struct follow *follow, const char *data)
{
    json_t *json = json_loads(data, 0, NULL);

    if (json_is_integer(json_object_get(json, "index")))
        meter_set_scene(&follow->meter, (int)json_integer_value(json_object_get(json, "index")),
            (int)json_integer_value(json_object_get(json, "of")), NULL);
    json_decref(json);
}

static bool follow_take_event(void *ctx, const struct job_event *event)
{
    struct follow *follow = ctx;

    follow->after = event->seq;
    if (event->name && strcmp(event->name, "scene") == 0)
        follow_note_scene(follow, event->data);
    if (follow->prints_events && term_is_json())
        term_print_json(json_pack("{s:s, s:I, s:o}", "event", event->name ? event->name : "message",
            "id", (json_int_t)event->seq, "data", follow_data(event->data)));
    return true;
}

static void follow_show(struct follow *follow)
{
    json_t *json = follow->job.progress ? json_loads(follow->job.progress, 0, NULL) : NULL;
    const char *stage = json_string_value(json_object_get(json, "stage"));
    json_t *left = json_object_get(json, "etaMs");

    if (follow->job.state == JOB_RUNNING)
        meter_show(&follow->meter,
            &(struct bar_progress){.stage = stage ? stage : "",
                .percent = json_number_value(json_object_get(json, "percent")),
                .fps = json_number_value(json_object_get(json, "fps")),
                .left_ms = json_is_number(left) ? (int64_t)json_number_value(left) : -1,
                .scene = ""});
    else if (follow->job.state == JOB_QUEUED)
        meter_show(&follow->meter, &(struct bar_progress){.stage = "queued", .left_ms = -1});
    json_decref(json);
}

/* The job, and then its events: those of its end are there once its state is. */
static int follow_read(struct follow *follow, struct error *err)
{
    uint64_t position;
    int rc = 0;

    if (follow->store && (store_is_adrift(follow->store) || store_is_cut(follow->store))) {
        store_close(follow->store);
        follow->store = NULL;
    }
    if (!follow->store)
        rc = cli_open_store(follow->config, STORE_JOBS, &follow->store, err);
    job_clear(&follow->job);
    if (rc == 0)
        rc = cli_find_job(follow->store, follow->id, &follow->job, err);
    if (rc == 0)
        rc = store_job_events(
            follow->store, follow->id, follow->after, follow_take_event, follow, &position, err);
    return rc;
}

/* The database may be locked, or its server away for a while. */
static bool follow_may_go_on(struct follow *follow, int rc)
{
    return (rc == -ERR_BUSY || rc == -ERR_IO) && ++follow->failures < LOOKS_MOST;
}

void follow_start(struct follow *follow)
{
    meter_start(&follow->meter);
}

int follow_look(struct follow *follow, struct error *err)
{
    int rc = follow_read(follow, err);

    if (rc < 0)
        return follow_may_go_on(follow, rc) ? FOLLOW_E_GOES_ON : rc;
    follow->failures = 0;
    if (job_state_is_final(follow->job.state))
        return 0;
    follow_show(follow);
    return FOLLOW_E_GOES_ON;
}

void follow_end(struct follow *follow)
{
    job_clear(&follow->job);
    store_close(follow->store);
}
