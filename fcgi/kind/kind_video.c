/* kind_video.c - createVideoFromDb as a job: the case as it was when somebody asked, in a folder
 * named after the digest of all that shapes the video. */
#include "kind/kind_video.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "case/case.h"
#include "kind/result_files.h"
#include "request/secret.h"
#include "store/store.h"
#include "video/video.h"

static const char video_file[] = "final.mp4";

/* --- before: what is asked for --- */

static char *input_of(const struct case_record *record, const char *key)
{
    json_t *json = json_pack("{s:s, s:o}", "key", key, "case", case_to_json(record));
    char *input = json_dumps(json, JSON_COMPACT);

    json_decref(json);
    return input;
}

static int prepare(struct store *store, const struct config *config, const char *subject,
    char **ret_input, char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    struct case_record *record;
    int answer = store_case_get(store, subject, &record, err);

    if (answer == STORE_E_NOT_FOUND)
        error_set(err, ERR_INPUT, "case %s not found", subject);
    if (answer != 0)
        return answer;
    if (record->n_scenes == 0) {
        case_free(record);
        error_set(err, ERR_INPUT, "case %s has no scenes: a video needs at least one", subject);
        return STORE_E_NOT_FOUND;
    }
    answer = video_key(record, config->media_root, ret_key, err);
    if (answer == 0 && ret_input)
        *ret_input = input_of(record, ret_key);
    case_free(record);
    return answer;
}

/* Beneath CASECAST_OUTPUT and CASECAST_MEDIA_URL.  nginx asks us who may have the files of jobs
 * that have a secret, so they lie apart from those that are anybody's. */
static const char *shelf(const struct config *config)
{
    return secret_is_needed(config) ? SECRET_FOLDER "/" : "";
}

static char *folder_of(const struct config *config, const char *key)
{
    return mem_format("%s/%s%s", config->output, shelf(config), key);
}

static bool still_good(const struct config *config, const struct job *done)
{
    json_t *result = done->result ? json_loads(done->result, 0, NULL) : NULL;
    char *folder = folder_of(config, done->key);
    bool is_good = result && result_files_are_whole(folder, result);

    free(folder);
    json_decref(result);
    return is_good;
}

/* --- the work --- */

struct making {
    struct work *work;
    const char *key;
    struct error err;       /* of the journal: the work stops */
    atomic_bool has_failed; /* after that */
    char thumbnail[PATH_MAX];
    json_t *side_files; /* what `done` tells of the files beside the video; NULL: not known yet */
};

static void url_of(const struct making *making, const char *file, char ret_url[static PATH_MAX])
{
    const struct config *config = work_config(making->work);

    snprintf(ret_url, PATH_MAX, "%s%s%s/%s", config->media_url, shelf(config), making->key, file);
}

static void emit(struct making *making, const char *once, const char *name, const char *data)
{
    if (!making->has_failed && work_emit(making->work, once, name, data, &making->err) < 0)
        making->has_failed = true;
}

static void emit_json(struct making *making, const char *once, const char *name, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    emit(making, once, name, text);
    free(text);
    json_decref(json);
}

/* What its viewers were not told must not be seen by those who come later. */
static int may_publish(void *ctx, struct error *err)
{
    struct making *making = ctx;

    if (!atomic_load(&making->has_failed))
        return work_may_publish(making->work, err);
    *err = making->err;
    return -(int)err->code;
}

static void on_progress(void *ctx, const struct video_progress *progress)
{
    struct making *making = ctx;
    json_t *json =
        json_pack("{s:s, s:f, s:i, s:i, s:f}", "stage", video_stage_name(progress->stage),
            "percent", (double)(int)(progress->percent * 10) / 10, "frames", progress->frame, "of",
            progress->n_frames, "fps", (double)(int)(progress->fps * 10) / 10);
    char *text;

    json_object_set_new(
        json, "etaMs", progress->left_ms < 0 ? json_null() : json_integer(progress->left_ms));
    text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
    work_progress(making->work, text);
    free(text);
    json_decref(json);
}

static void on_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    struct making *making = ctx;
    char once[32], url[PATH_MAX];

    snprintf(once, sizeof once, "scene:%d", index);
    url_of(making, thumbnail, url);
    emit_json(making, once, "scene",
        json_pack("{s:i, s:i, s:s}", "index", index + 1, "of", n_scenes, "thumbnail", url));
}

static void on_preview(void *ctx, const char *thumbnail)
{
    struct making *making = ctx;
    char *text;

    url_of(making, thumbnail, making->thumbnail);
    text = mem_format("var previewThumbnail %s", making->thumbnail);
    emit(making, "preview", NULL, text);
    free(text);
}

static json_t *url_json(const struct making *making, const char *file)
{
    char url[PATH_MAX];

    if (!file)
        return json_null();
    url_of(making, file, url);
    return json_string(url);
}

static void on_side_files(void *ctx, const struct video_side_files *files)
{
    struct making *making = ctx;
    json_t *chapters = json_array();

    for (int i = 0; i < files->n_chapters; i++)
        json_array_append_new(chapters, json_pack("{s:s, s:f}", "title", files->chapters[i].title,
                                            "start", files->chapters[i].start_s));
    making->side_files = json_pack("{s:o, s:o, s:o, s:o}", "captions",
        url_json(making, files->captions), "poster", url_json(making, files->poster), "sprites",
        url_json(making, files->sprites), "chapters", chapters);
}

static void on_playable(void *ctx, const struct video_playable *playable)
{
    struct making *making = ctx;

    emit_json(making, "playable", "playable",
        json_pack("{s:o, s:f, s:f, s:s}", "playlist", url_json(making, playable->playlist),
            "seconds", playable->seconds, "of", playable->of, "codecs", playable->codecs));
}

static char *result_of(
    const struct making *making, const char *folder, const struct video_result *video)
{
    char url[PATH_MAX], *text;
    json_t *json;

    url_of(making, video_file, url);
    json = json_pack("{s:s, s:s, s:f, s:i, s:i, s:i, s:i}", "video", url, "thumbnail",
        making->thumbnail, "seconds", video->seconds, "width", video->width, "height",
        video->height, "frames", video->n_frames, "kept", video->n_kept);
    json_object_update(json, making->side_files);
    result_files_measure(folder, json);
    /* Seven digits: milliseconds of two hours. */
    text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(json);
    return text;
}

static int make(
    struct making *making, const struct case_record *record, char **ret_result, struct error *err)
{
    const struct config *config = work_config(making->work);
    char *out_dir = folder_of(config, making->key);
    char *cores_file = config_cores_file(config);
    struct video_options options = {.media_root = config->media_root,
        .out_dir = out_dir,
        .file = video_file,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .cancel = work_cancel(making->work),
        .watch = {.ctx = making,
            .may_publish = may_publish,
            .progress = on_progress,
            .scene = on_scene,
            .preview = on_preview,
            .side_files = on_side_files,
            .playable = on_playable}};
    struct video_result video;
    int failed = video_create(record, &options, &video, err);

    if (failed == 0 && making->has_failed) {
        *err = making->err;
        failed = -(int)err->code;
    }
    if (failed == 0)
        *ret_result = result_of(making, out_dir, &video);
    free(out_dir);
    free(cores_file);
    return failed;
}

static int refuse_changed(struct error *err)
{
    return error_set(err, ERR_INPUT,
        "a file of the case changed while its video was made: ask again, and it is made as the "
        "files are then");
}

/* The key says what was there when somebody asked.  What is there now may be something else: then
 * the video goes under the key of that, and whoever asks for the other has a job of its own made.
 */
static int settle_key(struct making *making, const struct case_record *record,
    char key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    int answer = video_key(record, work_config(making->work)->media_root, key, err);

    if (answer < 0 || strcmp(key, making->key) == 0)
        return answer;
    answer = work_rekey(making->work, key, err);
    if (answer == WORK_E_TAKEN)
        return refuse_changed(err);
    making->key = key;
    return answer;
}

/* What was read is what the key says, if no file was touched from before the key was found until
 * all is done. */
static int make_unchanged(
    struct making *making, const struct case_record *record, char **ret_result, struct error *err)
{
    const char *root = work_config(making->work)->media_root;
    char key[DIGEST_HEX_LEN + 1], before[DIGEST_HEX_LEN + 1], after[DIGEST_HEX_LEN + 1];
    int answer = video_files_stamp(record, root, before, err);

    if (answer == 0)
        answer = settle_key(making, record, key, err);
    if (answer == 0)
        answer = make(making, record, ret_result, err);
    if (answer == 0)
        answer = video_files_stamp(record, root, after, err);
    if (answer == 0 && strcmp(before, after) != 0) {
        free(*ret_result);
        *ret_result = NULL;
        answer = refuse_changed(err);
    }
    return answer;
}

static int run(struct work *work, char **ret_result, struct error *err)
{
    json_t *input = json_loads(work_input(work), 0, NULL);
    const char *key = input ? json_string_value(json_object_get(input, "key")) : NULL;
    struct making making = {.work = work, .key = key};
    struct case_record *record;
    int failed;

    if (!key) {
        json_decref(input);
        return error_set(err, ERR_INPUT, "the job's record of its case can't be read");
    }
    failed = case_from_json(json_object_get(input, "case"), "", &record, err);
    if (failed == 0) {
        failed = make_unchanged(&making, record, ret_result, err);
        case_free(record);
    }
    json_decref(making.side_files);
    json_decref(input);
    return failed;
}

/* --- after: what is said --- */

static void say_done(const char *result, struct last_events *last)
{
    json_t *json = json_loads(result, 0, NULL);
    char *text = mem_format("var finalVideo %s", json_string_value(json_object_get(json, "video")));

    last_events_add(last, NULL, text);
    last_events_add(last, "done", result);
    free(text);
    json_decref(json);
}

static void say_failed(const char *error, struct last_events *last)
{
    json_t *json = json_pack("{s:s}", "error", error);
    char *text = mem_format("error %s", error), *named = json_dumps(json, JSON_COMPACT);

    last_events_add(last, NULL, text);
    last_events_add(last, "failed", named);
    free(named);
    free(text);
    json_decref(json);
}

static void finish(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    if (state == JOB_DONE)
        say_done(result, last);
    else if (state == JOB_FAILED)
        say_failed(error, last);
    else
        last_events_add(last, "canceled", "{}");
}

static void clear(const struct config *config, const struct job *job)
{
    char *out_dir = mem_format("%s/%s", config->output, job->key);

    video_sweep(out_dir);
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
    .subject_check = case_id_check,
    .prepare = prepare,
    .still_good = still_good,
    .run = run,
    .finish = finish,
    .clear = clear,
};
