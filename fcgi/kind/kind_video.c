/* kind_video.c - createVideoFromDb as a job: makes the video of a case as it was when the job was
 * created, in a folder that is named by the digest of everything that shapes the video. */
#include "kind/kind_video.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "case/case.h"
#include "events/events.h"
#include "kind/key_folder.h"
#include "kind/result_files.h"
#include "kind/video_parts.h"
#include "kind/writable.h"
#include "request/secret.h"
#include "store/store.h"
#include "video/video.h"

enum {
    TAG_LEN = 8,
    PAUSES_MS = 600000, /* by so much a viewer of the pieces may be behind when the video is done */
};

static const char video_file[] = "final.mp4";

/* --- before the job --- */

static char *kind_video_input(const struct case_record *record, const char *key)
{
    char engine[KIND_ENGINE_LEN + 1], *input;
    json_t *json;

    video_parts_engine(engine);
    json = json_pack("{s:s, s:s, s:o}", "key", key, "engine", engine, "case", case_to_json(record));
    input = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return input;
}

static int kind_video_check(const struct job_kind *kind, const char *subject, struct error *err)
{
    (void)kind;
    return case_id_check(subject, err);
}

static int kind_video_refuse_unknown(const char *subject, struct error *err)
{
    if (strncmp(subject, KIND_VIDEO_BROUGHT, strlen(KIND_VIDEO_BROUGHT)) == 0)
        error_set(err, ERR_INPUT,
            "case %s not found: it came with its request, and is not kept; send it again", subject);
    else
        error_set(err, ERR_INPUT, "case %s not found", subject);
    return STORE_E_NOT_FOUND;
}

static int kind_video_read_case(struct store *store, const struct job_ask *ask,
    struct case_record **ret_record, struct error *err)
{
    json_t *json;
    int rc;

    if (!ask->input) {
        rc = store_case_get(store, ask->subject, ret_record, err);
        return rc == STORE_E_NOT_FOUND ? kind_video_refuse_unknown(ask->subject, err) : rc;
    }
    json = json_loads(ask->input, 0, NULL);
    rc = case_from_json(json, "", ret_record, err);
    json_decref(json);
    return rc;
}

static int kind_video_prepare(const struct job_kind *kind, struct store *store,
    const struct config *config, const struct job_ask *ask, char **ret_input,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    const char *subject = ask->subject;
    struct case_record *record;
    int rc = kind_video_read_case(store, ask, &record, err);

    (void)kind;
    if (rc != 0)
        return rc;
    if (record->n_scenes == 0) {
        case_free(record);
        error_set(err, ERR_INPUT, "case %s has no scenes: a video needs at least one", subject);
        return STORE_E_NOT_FOUND;
    }
    rc = video_key(record, config->media_root, ret_key, err);
    if (rc == 0 && ret_input)
        *ret_input = kind_video_input(record, ret_key);
    case_free(record);
    return rc;
}

/* The part of the path below CASECAST_OUTPUT and CASECAST_MEDIA_URL.  nginx asks a responder who
 * may read the files of jobs with a secret, so they have a folder of their own. */
static const char *kind_video_shelf(const struct config *config)
{
    return secret_is_needed(config) ? SECRET_FOLDER "/" : "";
}

/* In the names of files: a part of the id, which stays hard to guess. */
static void kind_video_tag(const struct job *job, char ret_tag[static TAG_LEN + 1])
{
    snprintf(ret_tag, TAG_LEN + 1, "%.*s", TAG_LEN, job->id);
}

char *kind_video_folder(const struct config *config, const char *key)
{
    return mem_format("%s/%s%s", config->output, kind_video_shelf(config), key);
}

static bool kind_video_still_good(const struct config *config, const struct job *done)
{
    json_t *result = done->result ? json_loads(done->result, 0, NULL) : NULL;
    char *folder = kind_video_folder(config, done->key);
    bool is_good = result && result_files_are_whole(folder, result);

    free(folder);
    json_decref(result);
    return is_good;
}

/* --- the work --- */

struct making {
    struct work *work;
    const struct case_record *record;
    char stamp[DIGEST_HEX_LEN + 1]; /* of its files, from before the key was computed */
    const char *key;
    const char *engine;     /* with which the job was asked for; NULL: not known */
    struct error err;       /* the first error of the journal: the work stops */
    atomic_bool has_failed; /* `err` is set */
    char thumbnail[PATH_MAX];
    char *captions, *poster, *sprites; /* URLs of side files; NULL: there is none */
    json_t *chapters;                  /* NULL: not known yet */
};

static void making_url(const struct making *making, const char *file, char ret_url[static PATH_MAX])
{
    const struct config *config = work_config(making->work);

    snprintf(ret_url, PATH_MAX, "%s%s%s/%s", config->media_url, kind_video_shelf(config),
        making->key, file);
}

static void making_emit(struct making *making, const char *once, const char *name, const char *data)
{
    if (!making->has_failed && work_emit(making->work, once, name, data, &making->err) < 0)
        making->has_failed = true;
}

static void making_emit_json(
    struct making *making, const char *once, const char *name, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    making_emit(making, once, name, text);
    free(text);
    json_decref(json);
}

/* Nothing is published after an event that could not be journaled: the viewers would not know of
 * it. */
static int making_may_publish(void *ctx, struct error *err)
{
    struct making *making = ctx;

    if (!atomic_load(&making->has_failed))
        return work_may_publish(making->work, err);
    *err = making->err;
    return -(int)err->code;
}

static int making_refuse_files(struct error *err)
{
    return error_set(err, ERR_INPUT,
        "a file of the case changed while its video was made: ask again to make it from the files "
        "that are there now");
}

/* The video is that of its key only if no file was touched from before the key was computed until
 * all were read.  So no other bytes ever stand under the key, whichever run writes them, and
 * however late they arrive. */
static int making_may_finish(void *ctx, struct error *err)
{
    struct making *making = ctx;
    char stamp[DIGEST_HEX_LEN + 1];
    int rc = video_files_stamp(making->record, work_config(making->work)->media_root, stamp, err);

    return rc == 0 && strcmp(making->stamp, stamp) != 0 ? making_refuse_files(err) : rc;
}

static void making_on_progress(void *ctx, const struct video_progress *progress)
{
    struct making *making = ctx;
    json_t *json = shape_json(&event_progress, video_stage_name(progress->stage),
        (double)(int)(progress->percent * 10) / 10, progress->frame, progress->n_frames,
        (double)(int)(progress->fps * 10) / 10, progress->machines, progress->left_ms);
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));

    work_progress(making->work, text);
    free(text);
    json_decref(json);
}

static void making_on_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    struct making *making = ctx;
    char once[32], url[PATH_MAX];

    snprintf(once, sizeof once, "scene:%d", index);
    making_url(making, thumbnail, url);
    making_emit_json(
        making, once, event_scene.name, shape_json(&event_scene, index + 1, n_scenes, url));
}

static void making_on_preview(void *ctx, const char *thumbnail)
{
    struct making *making = ctx;
    char *text;

    making_url(making, thumbnail, making->thumbnail);
    text = mem_format("var previewThumbnail %s", making->thumbnail);
    making_emit(making, "preview", NULL, text);
    free(text);
}

/* NULL for no file; the caller frees it. */
static char *making_url_copy(const struct making *making, const char *file)
{
    char url[PATH_MAX];

    if (file)
        making_url(making, file, url);
    return file ? mem_copy(url) : NULL;
}

static void making_on_side_files(void *ctx, const struct video_side_files *files)
{
    struct making *making = ctx;

    making->captions = making_url_copy(making, files->captions);
    making->poster = making_url_copy(making, files->poster);
    making->sprites = making_url_copy(making, files->sprites);
    making->chapters = json_array();
    for (int i = 0; i < files->n_chapters; i++)
        json_array_append_new(making->chapters,
            shape_json(&event_chapter, files->chapters[i].title, files->chapters[i].start_s));
}

static void making_on_playable(void *ctx, const struct video_playable *playable)
{
    struct making *making = ctx;
    char url[PATH_MAX];

    making_url(making, playable->playlist, url);
    making_emit_json(making, "playable", event_playable.name,
        shape_json(&event_playable, url, playable->seconds, playable->of, playable->codecs));
}

static char *making_result(
    const struct making *making, const char *folder, const struct video_result *video)
{
    char url[PATH_MAX], *text;
    json_t *json;

    making_url(making, video_file, url);
    json = shape_json(&event_done, url, making->thumbnail, video->seconds, video->width,
        video->height, video->n_frames, video->n_kept, making->captions, making->poster,
        making->sprites, json_incref(making->chapters));
    result_files_measure(folder, json);
    /* seven digits: milliseconds of two hours */
    text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(json);
    return text;
}

static int making_run(struct making *making, char **ret_result, struct error *err)
{
    const struct config *config = work_config(making->work);
    char *out_dir = kind_video_folder(config, making->key);
    char *cores_file = config_cores_file(config);
    struct video_parts parts = video_parts;
    char tag[TAG_LEN + 1];
    struct video_options options = {.media_root = config->media_root,
        .out_dir = out_dir,
        .job = tag,
        .run = work_job(making->work)->run,
        .run_dir = *config->run ? config->run : NULL,
        .file = video_file,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .cancel = work_cancel(making->work),
        .parts = work_has_helpers(making->work) ? &parts : NULL,
        .watch = {.ctx = making,
            .may_publish = making_may_publish,
            .may_finish = making_may_finish,
            .progress = making_on_progress,
            .scene = making_on_scene,
            .preview = making_on_preview,
            .side_files = making_on_side_files,
            .playable = making_on_playable}};
    struct video_result video;
    int rc;

    kind_video_tag(work_job(making->work), tag);
    parts.ctx = making->work;
    rc = video_create(making->record, &options, &video, err);

    if (rc == 0 && making->has_failed) {
        *err = making->err;
        rc = -(int)err->code;
    }
    if (rc == 0)
        *ret_result = making_result(making, out_dir, &video);
    free(out_dir);
    free(cores_file);
    return rc;
}

/* What shapes the video is not what the run before had. */
static int making_refuse_changed(const struct making *making, struct error *err)
{
    char engine[KIND_ENGINE_LEN + 1];

    video_parts_engine(engine);
    if (!making->engine || strcmp(making->engine, engine) == 0)
        return making_refuse_files(err);
    return error_set(err, ERR_INPUT,
        "the video was asked for with the engine %s, and this machine has the engine %s: casecast, "
        "libraries, fonts or voices are others, so the rest would not fit.  Install the same on "
        "all machines (`casecast machines` lists their engines), and ask again",
        making->engine, engine);
}

/* The key was made from the files as they were when the job was created.  If they have changed
 * since, the video gets the key of the files as they are now; a request for the other key makes a
 * job of its own. */
static int making_settle_key(
    struct making *making, char key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    int rc = video_key(making->record, work_config(making->work)->media_root, key, err);

    if (rc < 0 || strcmp(key, making->key) == 0)
        return rc;
    rc = work_rekey(making->work, key, err);
    if (rc == WORK_E_TAKEN)
        return making_refuse_changed(making, err);
    making->key = key;
    return rc;
}

static int making_run_settled(struct making *making, char **ret_result, struct error *err)
{
    const char *root = work_config(making->work)->media_root;
    char key[DIGEST_HEX_LEN + 1];
    int rc = video_files_stamp(making->record, root, making->stamp, err);

    if (rc == 0)
        rc = making_settle_key(making, key, err);
    return rc == 0 ? making_run(making, ret_result, err) : rc;
}

static int kind_video_run(struct work *work, char **ret_result, struct error *err)
{
    json_t *input = json_loads(work_input(work), 0, NULL);
    const char *key = input ? json_string_value(json_object_get(input, "key")) : NULL;
    struct making making = {
        .work = work, .key = key, .engine = json_string_value(json_object_get(input, "engine"))};
    struct case_record *record;
    int rc;

    if (!key) {
        json_decref(input);
        return error_set(err, ERR_INPUT, "the job's record of its case can't be read");
    }
    rc = case_from_json(json_object_get(input, "case"), "", &record, err);
    if (rc == 0) {
        making.record = record;
        rc = making_run_settled(&making, ret_result, err);
        case_free(record);
    }
    free(making.captions);
    free(making.poster);
    free(making.sprites);
    json_decref(making.chapters);
    json_decref(input);
    return rc;
}

/* --- after the job --- */

static void kind_video_add_done(const char *result, struct last_events *last)
{
    json_t *json = json_loads(result, 0, NULL);
    char *text = mem_format("var finalVideo %s", json_string_value(json_object_get(json, "video")));

    last_events_add(last, NULL, text);
    last_events_add(last, event_done.name, result);
    free(text);
    json_decref(json);
}

static void kind_video_finish(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    if (state == JOB_DONE)
        kind_video_add_done(result, last);
    else if (state == JOB_FAILED)
        last_events_add_failed(last, error);
    else
        last_events_add(last, event_canceled.name, "{}");
}

/* Whoever began to play the pieces before the video was done comes to their end, and rests. */
static int64_t kind_video_shown_ms(const char *result)
{
    json_t *json = json_loads(result, 0, NULL);
    double seconds = json_number_value(json_object_get(json, "seconds"));

    json_decref(json);
    return (int64_t)(seconds * 1000) + PAUSES_MS;
}

static void kind_video_clear(const struct config *config, const struct job *job)
{
    char *out_dir = kind_video_folder(config, job->key), tag[TAG_LEN + 1];

    kind_video_tag(job, tag);
    video_sweep(out_dir, tag);
    free(out_dir);
}

static const char *const stream_paths[] = {"/create/video", "/media/video", NULL};

const struct job_kind kind_video = {
    .name = "video",
    .subject_name = "case",
    .subject_example = "1",
    .first = "processing_video",
    .last = "finished_video",
    .stream_paths = stream_paths,
    .subject_check = kind_video_check,
    .prepare = kind_video_prepare,
    .still_good = kind_video_still_good,
    .may_run = writable_check,
    .run = kind_video_run,
    .help = video_parts_help,
    .engine = video_parts_engine,
    .finish = kind_video_finish,
    .shown_ms = kind_video_shown_ms,
    .clear = kind_video_clear,
    .drop = key_folder_drop,
    .bytes = key_folder_bytes,
};
