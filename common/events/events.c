/* events.c - see events.h. */
#include "events/events.h"

#include <string.h>

#define JOB_ID "^[a-z0-9]{26}$"
#define TRACEPARENT "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"

static const char *const states[] = {"queued", "running", "done", "failed", "canceled", NULL};
static const char *const last_states[] = {"done", "failed", "canceled", NULL};
static const char *const stages[] = {"reading", "encoding", "joining", NULL};

#define TRACED                                                                                     \
    {                                                                                              \
        "traceparent", MEMBER_TEXT,                                                                \
            .about = "That of the request that made the job, if it had one",                       \
            .pattern = TRACEPARENT, .is_added = true, .is_optional = true                          \
    }

#define GIVEN                                                                                      \
    {                                                                                              \
        "metadata", MEMBER_OBJECT,                                                                 \
            .about = "That of the request that made the job, if it had one", .is_added = true,     \
            .is_optional = true                                                                    \
    }

/* --- every job --- */

const struct shape event_job = {"job", "The state of the job",
    (const struct member[]){{"id", MEMBER_TEXT, .about = "The job", .pattern = JOB_ID},
        {"state", MEMBER_TEXT, .about = "Its state", .words = states},
        {"position", MEMBER_COUNT,
            .about = "Its place in the queue; 1 is the next to run, 0: not queued"},
        GIVEN, {.name = NULL}},
    "What the job is about, under the name that its kind has for it: of a video the case"};

const struct shape event_failed = {"failed", "The job failed",
    (const struct member[]){{"error", MEMBER_TEXT, .about = "Why"}, TRACED, GIVEN, {.name = NULL}},
    NULL};

const struct shape event_canceled = {"canceled", "The job was canceled",
    (const struct member[]){TRACED, GIVEN, {.name = NULL}}, NULL};

const struct shape event_end = {"end", "The last event of every job and of every refusal",
    (const struct member[]){
        {"state", MEMBER_TEXT, .about = "How it ended", .words = last_states}, {.name = NULL}},
    NULL};

const struct shape event_retry = {"retry", "A program failed and is tried again",
    (const struct member[]){{"attempt", MEMBER_COUNT, .about = "The number of the next attempt"},
        {"afterMs", MEMBER_MS, .about = "Until it begins"},
        {"error", MEMBER_TEXT, .about = "How the last one ended"}, {.name = NULL}},
    NULL};

/* --- videos --- */

const struct shape event_progress = {"progress", "How far the video is; some may be lost",
    (const struct member[]){{"stage", MEMBER_TEXT, .about = "What is done now", .words = stages},
        {"percent", MEMBER_REAL, .about = "Of the work"},
        {"frames", MEMBER_COUNT, .about = "Frames that are encoded"},
        {"of", MEMBER_COUNT, .about = "Frames of the video"},
        {"fps", MEMBER_REAL, .about = "Frames a second, now"},
        {"machines", MEMBER_COUNT, .about = "Machines that make it now"},
        {"etaMs", MEMBER_MS, .about = "Until it is done; null: not known", .may_be_null = true},
        {.name = NULL}},
    NULL};

const struct shape event_scene = {"scene", "A thumbnail of a scene is there",
    (const struct member[]){{"index", MEMBER_COUNT, .about = "The scene, from 1"},
        {"of", MEMBER_COUNT, .about = "Scenes of the case"},
        {"thumbnail", MEMBER_TEXT, .about = "URL of a JPEG"}, {.name = NULL}},
    NULL};

const struct shape event_playable = {"playable", "The video can be played while it is made",
    (const struct member[]){
        {"playlist", MEMBER_TEXT, .about = "URL of an HLS playlist (fragmented MP4)"},
        {"seconds", MEMBER_REAL, .about = "Seconds that are there"},
        {"of", MEMBER_REAL, .about = "Seconds of the video"},
        {"codecs", MEMBER_TEXT, .about = "For MediaSource, as in avc1.640028, mp4a.40.2"},
        {.name = NULL}},
    NULL};

const struct shape event_chapter = {"chapter", "A scene as a chapter",
    (const struct member[]){{"title", MEMBER_TEXT, .about = "Of the scene"},
        {"start", MEMBER_REAL, .about = "Seconds from the start of the video"}, {.name = NULL}},
    NULL};

const struct shape event_done = {"done", "The video is there",
    (const struct member[]){{"video", MEMBER_TEXT, .about = "URL of the MP4"},
        {"thumbnail", MEMBER_TEXT, .about = "URL of a small JPEG of the first scene"},
        {"seconds", MEMBER_REAL, .about = "Length of the video"},
        {"width", MEMBER_COUNT, .about = "Pixels"}, {"height", MEMBER_COUNT, .about = "Pixels"},
        {"frames", MEMBER_COUNT, .about = "Frames of the video"},
        {"kept", MEMBER_COUNT, .about = "Frames that an earlier job had encoded"},
        {"captions", MEMBER_TEXT, .about = "URL of WebVTT; null: the case has no words",
            .may_be_null = true},
        {"poster", MEMBER_TEXT, .about = "URL of a JPEG in full size"},
        {"sprites", MEMBER_TEXT, .about = "URL of WebVTT for a player's scrubber"},
        {"chapters", MEMBER_LIST, .about = "One for each scene", .of = &event_chapter},
        {"bytes", MEMBER_COUNTS, .about = "The length of each file", .is_added = true},
        {"sums", MEMBER_SUMS, .about = "The SHA-256 of each file; of videos on S3 there is none",
            .is_added = true, .is_optional = true},
        TRACED, GIVEN, {.name = NULL}},
    NULL};

/* --- joint streams --- */

const struct shape event_complete = {"complete", "All jobs of a joint stream have ended",
    (const struct member[]){{"jobs", MEMBER_COUNT, .about = "How many"}, {.name = NULL}}, NULL};

/* --- all --- */

const struct shape *const events[] = {&event_job, &event_progress, &event_scene, &event_playable,
    &event_retry, &event_done, &event_failed, &event_canceled, &event_end, &event_complete, NULL};

json_t *events_schema(void)
{
    json_t *defs = json_object();

    for (const struct shape *const *event = events; *event; event++)
        json_object_set_new(defs, (*event)->name, shape_schema(*event));
    return json_pack("{s:s, s:s, s:o}", "$schema", "https://json-schema.org/draft/2020-12/schema",
        "title", "The data of the named events of jobs", "$defs", defs);
}

const struct shape *events_find(const char *name)
{
    const struct shape *const *event = events;

    while (*event && strcmp((*event)->name, name) != 0)
        event++;
    return *event;
}
