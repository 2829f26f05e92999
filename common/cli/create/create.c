/* create.c - `casecast create`: makes the video of one case in this process, without a queue. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/create/create.h"
#include "cli/film/target.h"
#include "s3/s3.h"
#include "video/video.h"

/* In the order of create_options. */
enum create_option { CREATE_OUTPUT, CREATE_WITH, CREATE_FORCE, CREATE_CASE, CREATE_SORT };

static const struct option_row create_options[] = {
    {'o', "output", "FILE", "the MP4; without it CASE.mp4 in this folder; -: standard output",
        NULL},
    {'w', "with", "LIST", "also captions, poster, chapters beside it (commas between)", NULL},
    {'f', "force", NULL, "replaces files that are there", NULL},
    {'c', "case", "ID", "of a file of several cases: this one", NULL},
    {'s', "sort", "ORDER", "of a folder of photos: by name (default), or date taken", "name date"},
    {0, NULL, NULL, NULL, NULL},
};

static const char file_name[] = "video.mp4"; /* in the hidden folder */

static atomic_bool cancel;     /* set by signals, read by the video's threads */
static atomic_int canceled_by; /* that signal */

/* --- the progress: threads of video_create() call it, one at a time --- */

struct show {
    struct meter meter;
    const struct case_record *record;
    char *captions, *poster; /* names in the hidden folder; NULL: there is none */
    struct video_chapter *chapters;
    int n_chapters;
};

/* How a person would call the scene. */
static char *create_name_scene(const struct scene *scene)
{
    const char *text = scene->title ? scene->title : scene->caption ? scene->caption : scene->image;

    return text ? mem_copy_n(text, strcspn(text, "\n\t")) : NULL;
}

static void create_show_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    struct show *show = ctx;
    char *name = create_name_scene(&show->record->scenes[index]);

    (void)thumbnail;
    meter_set_scene(&show->meter, index + 1, n_scenes, name);
    free(name);
}

static void create_format_time(double seconds, char *text, size_t size)
{
    int64_t ms = (int64_t)(seconds * 1000 + 0.5);

    snprintf(text, size, "%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
        (int)(ms / 1000 % 60), (int)(ms % 1000));
}

static void create_add_chapter(struct buf *text, const struct video_chapter *chapter, double end_s)
{
    char from[32], to[32];

    create_format_time(chapter->start_s, from, sizeof from);
    create_format_time(end_s, to, sizeof to);
    buf_format(text, "\n%s --> %s\n", from, to);
    for (const char *at = chapter->title; *at; at++)
        if (*at == '&')
            buf_add_text(text, "&amp;");
        else if (*at == '<')
            buf_add_text(text, "&lt;");
        else if (*at == '>')
            buf_add_text(text, "&gt;");
        else
            buf_add(text, at, 1);
    buf_add_text(text, "\n");
}

/* The chapters of a film of `seconds` as WebVTT. */
static void create_format_chapters(const struct show *show, double seconds, struct buf *text)
{
    buf_add_text(text, "WEBVTT\n");
    for (int i = 0; i < show->n_chapters; i++)
        create_add_chapter(text, &show->chapters[i],
            i + 1 < show->n_chapters ? show->chapters[i + 1].start_s : seconds);
}

static void create_keep_sides(void *ctx, const struct video_side_files *files)
{
    struct show *show = ctx;

    show->captions = mem_copy(files->captions);
    show->poster = mem_copy(files->poster);
    show->n_chapters = files->n_chapters;
    show->chapters = mem_new_n((size_t)files->n_chapters, struct video_chapter);
    for (int i = 0; i < files->n_chapters; i++)
        show->chapters[i] =
            (struct video_chapter){mem_copy(files->chapters[i].title), files->chapters[i].start_s};
}

static void create_free_show(struct show *show)
{
    free(show->captions);
    free(show->poster);
    for (int i = 0; i < show->n_chapters; i++)
        free(show->chapters[i].title);
    free(show->chapters);
}

static void create_show_progress(void *ctx, const struct video_progress *progress)
{
    struct show *show = ctx;

    meter_show(&show->meter, &(struct bar_progress){.stage = video_stage_name(progress->stage),
                                 .percent = progress->percent,
                                 .fps = progress->fps,
                                 .left_ms = progress->left_ms});
}

/* --- signals --- */

enum { SAME_MS = 1000 };

/* The first signal cancels the work, a later one kills the process.  A second signal within SAME_MS
 * is ignored: timeout(1) signals the process and then its group. */
static void create_on_signal(int number)
{
    static atomic_llong first_ms;
    long long now_ms = clock_monotonic_ms(), earlier_ms = 0;

    if (atomic_compare_exchange_strong(&first_ms, &earlier_ms, now_ms)) {
        atomic_store(&canceled_by, number);
        atomic_store(&cancel, true);
    } else if (now_ms - earlier_ms > SAME_MS) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

static void create_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = create_on_signal, .sa_flags = SA_RESTART};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&action.sa_mask, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
}

/* --- the work --- */

/* The file through which the responders share cores; NULL if it is missing, as this command creates
 * no file beside a database that it only reads. */
static char *create_find_cores_file(const struct config *config)
{
    char *path = config_cores_file(config);

    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static int create_make(const struct config *config, const struct video_source *source,
    const struct target *target, struct show *show, struct video_result *ret_result,
    struct error *err)
{
    char *cores_file = create_find_cores_file(config);
    struct video_options options = {
        .media_root = source->media_root ? source->media_root : config->media_root,
        .out_dir = target->work,
        .file = file_name,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .cancel = &cancel,
        .watch = {.ctx = show,
            .progress = create_show_progress,
            .scene = create_show_scene,
            .side_files = create_keep_sides}};
    int rc;

    meter_start(&show->meter);
    rc = video_create(source->record, &options, ret_result, err);
    free(cores_file);
    meter_end(&show->meter);
    /* Ctrl-C kills the speech program too, and its failure may be reported before the cancel. */
    if (rc < 0 && atomic_load(&cancel))
        return error_set(err, ERR_CANCELED, "canceled; %s was not made", target->path);
    return rc;
}

/* The film comes last: whoever finds it finds the files beside it. */
static int create_publish(const struct target *target, const struct show *show, double seconds,
    off_t *ret_size, struct error *err)
{
    struct buf chapters = {0};
    int rc = target_publish_side(target, TARGET_CAPTIONS, show->captions, err);

    if (rc == 0)
        rc = target_publish_side(target, TARGET_POSTER, show->poster, err);
    if (rc == 0)
        create_format_chapters(show, seconds, &chapters);
    if (rc == 0)
        rc = target_write_side(target, TARGET_CHAPTERS, chapters.data, err);
    buf_free(&chapters);
    return rc < 0 ? rc : target_publish(target, file_name, ret_size, err);
}

static void create_tell(
    const char *path, const struct video_result *result, off_t size, int64_t took_ms)
{
    if (strcmp(path, "-") == 0)
        return; /* standard output has the film */
    term_say("%s: %.1f s of %d×%d at %d fps, %.1f MB, made in %.1f s\n", path, result->seconds,
        result->width, result->height, result->fps, (double)size / 1e6, (double)took_ms / 1000);
    if (result->n_kept)
        term_say("%d of %d frames were reused\n", result->n_kept, result->n_frames);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:f, s:i, s:i, s:i, s:i, s:i, s:I, s:I}", "event",
            "done", "file", path, "seconds", result->seconds, "width", result->width, "height",
            result->height, "fps", result->fps, "frames", result->n_frames, "reused",
            result->n_kept, "bytes", (json_int_t)size, "tookMs", (json_int_t)took_ms));
}

/* The case file of a folder, to go on with. */
static void create_write_case(const struct video_source *source)
{
    struct error err;

    if (!source->case_file)
        return;
    if (video_source_write(source, &err) == 0)
        term_say("%s: the case, to go on with\n", source->case_file);
    else
        fprintf(stderr, "casecast: the case was not written: %s\n", err.text);
}

static int create_end(const struct error *err)
{
    int status = cli_fail(err);

    return err->code == ERR_CANCELED ? EXIT_SIGNAL + atomic_load(&canceled_by) : status;
}

static int create_video(
    const struct config *config, const struct video_source *source, struct target *target)
{
    struct show show = {.record = source->record};
    int64_t start_ms = clock_monotonic_ms();
    struct video_result result;
    struct error err;
    off_t size = 0;
    int rc = s3_start(config, &err);

    if (rc == 0)
        rc = create_make(config, source, target, &show, &result, &err);
    if (rc == 0)
        rc = create_publish(target, &show, result.seconds, &size, &err);
    s3_stop();
    create_free_show(&show);
    if (rc != 0)
        return create_end(&err);
    create_tell(target->path, &result, size, clock_monotonic_ms() - start_ms);
    if (strcmp(target->path, "-") != 0)
        create_write_case(source);
    return EXIT_DONE;
}

static int create_to_target(const struct config *config, const struct options *given,
    const struct video_source *source, const bool *wanted)
{
    char *own_path = mem_format("%s.mp4", source->record->id);
    const char *path = given->values[CREATE_OUTPUT] ? given->values[CREATE_OUTPUT] : own_path;
    struct target target;
    struct error err;
    int status;

    create_catch_signals(); /* before the hidden folder exists */
    if (target_init(&target, path, given->values[CREATE_FORCE], wanted, &err) < 0)
        status = cli_fail(&err);
    else
        status = create_video(config, source, &target);
    target_deinit(&target);
    free(own_path);
    return status;
}

static int create_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    bool wanted[N_TARGET_SIDES] = {false};
    const char *with = given->values[CREATE_WITH], *sort = given->values[CREATE_SORT];
    const struct video_source_options options = {.media_root = config->media_root,
        .case_id = given->values[CREATE_CASE],
        .by_date = sort && strcmp(sort, "date") == 0};
    struct video_source source;
    struct error err;
    int status;

    if (given->n_rest != 1)
        return cli_misused(command, given->n_rest ? "takes one case" : "which case?");
    if (with && target_read_with(with, wanted, &err) < 0)
        return cli_misused(command, "%s", err.text);
    if (term_is_json() && given->values[CREATE_OUTPUT] &&
        strcmp(given->values[CREATE_OUTPUT], "-") == 0)
        return cli_misused(command, "--json and -o - both want standard output");
    if (create_read_case(config, given->rest[0], &options, &source, &err) != 0)
        status = cli_fail(&err);
    else
        status = create_to_target(config, given, &source, wanted);
    video_source_free(&source);
    return status;
}

const struct command command_create = {"create", "CASE",
    "makes the video of a case, a file or photos",
    "\nCASE is a case of the database, a JSON file (- is standard input), or a folder of photos: "
    "they\n"
    "are shown in the order of their names, with the sound or the text (.txt) of the same name as\n"
    "voice, and FOLDER/case.json is written to go on with.  The names in a file are looked up "
    "beside\n"
    "it, or below CASECAST_MEDIA_ROOT.  Files get their names when they are complete.  Ctrl-C "
    "ends\n"
    "the work and leaves nothing behind.\n",
    create_run, create_options};
