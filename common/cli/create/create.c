/* create.c - `casecast create`: makes the video of one case in this process, without a queue. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/create/create.h"
#include "cli/create/interrupt.h"
#include "cli/create/product.h"
#include "cli/film/target.h"
#include "s3/s3.h"
#include "video/video.h"

/* In the order of create_options. */
enum create_option {
    CREATE_OUTPUT,
    CREATE_WITH,
    CREATE_FORCE,
    CREATE_CASE,
    CREATE_SORT,
    CREATE_JOB,
};

static const struct option_row create_options[] = {
    {'o', "output", "FILE", "the MP4; without it CASE.mp4 in this folder; -: standard output",
        NULL},
    {'w', "with", "LIST", "also captions, poster, chapters beside it (commas between)", NULL},
    {'f', "force", NULL, "replaces files that are there", NULL},
    {'c', "case", "ID", "of a file of several cases: this one", NULL},
    {'s', "sort", "ORDER", "of a folder of photos: by name (default), or date taken", "name date"},
    {0, "job", NULL, "as a job, which the gallery and `casecast jobs` show, too", NULL},
    {0, NULL, NULL, NULL, NULL},
};

static create_job_fn *make_job; /* NULL: this program makes no jobs */

void create_set_job_maker(create_job_fn *maker)
{
    make_job = maker;
}

/* --- the progress: threads of video_create() call it, one at a time --- */

struct show {
    struct meter meter;
    const struct case_record *record;
    struct product *product;
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

static void create_keep_sides(void *ctx, const struct video_side_files *files)
{
    struct product *product = ((struct show *)ctx)->product;

    product->captions = mem_copy(files->captions);
    product->poster = mem_copy(files->poster);
    product->n_chapters = files->n_chapters;
    product->chapters = mem_new_n((size_t)files->n_chapters, struct video_chapter);
    for (int i = 0; i < files->n_chapters; i++)
        product->chapters[i] =
            (struct video_chapter){mem_copy(files->chapters[i].title), files->chapters[i].start_s};
}

static void create_show_progress(void *ctx, const struct video_progress *progress)
{
    struct show *show = ctx;

    meter_show(&show->meter, &(struct bar_progress){.stage = video_stage_name(progress->stage),
                                 .percent = progress->percent,
                                 .fps = progress->fps,
                                 .left_ms = progress->left_ms});
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
        .file = product_file,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .cancel = interrupt_flag(),
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
    if (rc < 0 && atomic_load(interrupt_flag()))
        return error_set(err, ERR_CANCELED, "canceled; %s was not made", target->path);
    return rc;
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

    return err->code == ERR_CANCELED ? EXIT_SIGNAL + interrupt_signal() : status;
}

static int create_video(
    const struct config *config, const struct video_source *source, struct target *target)
{
    struct product product = {0};
    struct show show = {.record = source->record, .product = &product};
    int64_t start_ms = clock_monotonic_ms();
    struct error err;
    off_t size = 0;
    int rc = s3_start(config, &err);

    if (rc == 0)
        rc = create_make(config, source, target, &show, &product.video, &err);
    if (rc == 0)
        rc = product_publish(&product, target, &size, &err);
    s3_stop();
    if (rc == 0)
        product_tell(&product, target->path, size, clock_monotonic_ms() - start_ms);
    product_clear(&product);
    if (rc != 0)
        return create_end(&err);
    if (strcmp(target->path, "-") != 0)
        create_write_case(source);
    return EXIT_DONE;
}

/* The video of a case of the database, as a job if `source` is NULL. */
static int create_to_target(const struct config *config, const struct options *given,
    const char *case_id, const struct video_source *source, const bool *wanted)
{
    char *own_path = mem_format("%s.mp4", case_id);
    const char *path = given->values[CREATE_OUTPUT] ? given->values[CREATE_OUTPUT] : own_path;
    struct target target;
    struct error err;
    int status;

    interrupt_catch(); /* before the hidden folder exists */
    if (target_init(&target, path, given->values[CREATE_FORCE], wanted, &err) < 0)
        status = cli_fail(&err);
    else
        status =
            source ? create_video(config, source, &target) : make_job(config, case_id, &target);
    target_deinit(&target);
    free(own_path);
    return status;
}

/* Only a case of the database can be a job's. */
static int create_run_job(
    const struct config *config, const struct options *given, const bool *wanted)
{
    struct case_record *record;
    struct error err;
    int status;

    if (cli_load_case(config, given->rest[0], &record, &err) < 0)
        return cli_fail(&err);
    status = create_to_target(config, given, record->id, NULL, wanted);
    case_free(record);
    return status;
}

static int create_run_private(
    const struct config *config, const struct options *given, const bool *wanted)
{
    const char *sort = given->values[CREATE_SORT];
    const struct video_source_options options = {.media_root = config->media_root,
        .case_id = given->values[CREATE_CASE],
        .by_date = sort && strcmp(sort, "date") == 0};
    struct video_source source;
    struct error err;
    int status;

    if (create_read_case(config, given->rest[0], &options, &source, &err) != 0)
        status = cli_fail(&err);
    else
        status = create_to_target(config, given, source.record->id, &source, wanted);
    video_source_free(&source);
    return status;
}

static int create_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    bool wanted[N_TARGET_SIDES] = {false};
    const char *with = given->values[CREATE_WITH];
    struct error err;

    if (given->n_rest != 1)
        return cli_misused(command, given->n_rest ? "takes one case" : "which case?");
    if (with && target_read_with(with, wanted, &err) < 0)
        return cli_misused(command, "%s", err.text);
    if (term_is_json() && given->values[CREATE_OUTPUT] &&
        strcmp(given->values[CREATE_OUTPUT], "-") == 0)
        return cli_misused(command, "--json and -o - both want standard output");
    if (given->values[CREATE_JOB] && !make_job)
        return cli_misused(command, "--job: this program makes no jobs");
    if (given->values[CREATE_JOB] && (given->values[CREATE_CASE] || given->values[CREATE_SORT]))
        return cli_misused(command, "--job takes a case of the database, no file and no folder");
    return given->values[CREATE_JOB] ? create_run_job(config, given, wanted)
                                     : create_run_private(config, given, wanted);
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
    "the work and leaves nothing behind.\n"
    "\n"
    "With --job the video is made as a job of the database, below CASECAST_OUTPUT, and FILE gets "
    "a\n"
    "copy.  If it is there already, or another process makes it, it is not made again.  Ctrl-C "
    "then\n"
    "cancels the job if this command made it and nobody else watches it.\n",
    create_run, create_options};
