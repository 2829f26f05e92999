/* still.c - `casecast still`: one frame of a case's video, which need not be made; `casecast
 * sheet`: one of each scene. */
#include "video/still.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/create/create.h"
#include "cli/film/picture_file.h"

enum { WIDTH_MAX = 8192 };

/* --- what both take --- */

/* A whole number from `lo` to `hi`; `normally` where none was given.  False: the mistake was told.
 */
static bool still_read_number(const struct command *command, const char *name, const char *given,
    int lo, int hi, int normally, int *ret_number)
{
    char *end;
    long number = given ? strtol(given, &end, 10) : normally;

    if (given && (end == given || *end || number < lo || number > hi)) {
        cli_misused(
            command, "--%s: \"%.40s\" is no whole number from %d to %d", name, given, lo, hi);
        return false;
    }
    *ret_number = (int)number;
    return true;
}

struct still_command {
    const struct command *command;
    const char *path; /* of the picture; NULL: CASE.jpg */
    bool may_replace;
    /* Appends the picture. */
    int (*draw)(void *ctx, struct still *still, struct buf *jpeg, struct error *err);
    void *ctx;
};

static int still_draw_case(const struct config *config, const struct video_source *source,
    const struct still_command *asked, struct buf *jpeg, struct error *err)
{
    const char *folder = getenv("TMPDIR");
    const struct still_options options = {
        .media_root = source->media_root ? source->media_root : config->media_root,
        .run_dir = folder && *folder ? folder : "/tmp",
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20};
    struct still *still;
    int rc = still_open(source->record, &options, &still, err);

    if (rc < 0)
        return rc;
    rc = asked->draw(asked->ctx, still, jpeg, err);
    still_close(still);
    return rc;
}

static int still_write(
    const struct video_source *source, const struct still_command *asked, const struct buf *jpeg)
{
    char *own_path = mem_format("%s.jpg", source->record->id);
    const char *path = asked->path ? asked->path : own_path;
    struct error err;
    int rc = picture_file_write(path, jpeg, asked->may_replace, &err);

    if (rc == 0 && strcmp(path, "-") != 0) {
        term_say("%s: %.1f kB\n", path, (double)jpeg->len / 1e3);
        if (term_is_json())
            term_print_json(json_pack(
                "{s:s, s:s, s:I}", "event", "done", "file", path, "bytes", (json_int_t)jpeg->len));
    }
    free(own_path);
    return rc == 0 ? EXIT_DONE : cli_fail(&err);
}

static int still_run_command(const struct config *config, const struct options *given,
    const char *case_id, const struct still_command *asked)
{
    const struct video_source_options options = {
        .media_root = config->media_root, .case_id = case_id};
    struct video_source source;
    struct buf jpeg = {0};
    struct error err;
    int status;

    if (given->n_rest != 1)
        return cli_misused(asked->command, given->n_rest ? "takes one case" : "which case?");
    if (asked->path && picture_file_check(asked->path, &err) < 0)
        return cli_misused(asked->command, "%s", err.text);
    if (term_is_json() && asked->path && strcmp(asked->path, "-") == 0)
        return cli_misused(asked->command, "--json and -o - both want standard output");
    if (create_read_case(config, given->rest[0], &options, &source, &err) != 0 ||
        still_draw_case(config, &source, asked, &jpeg, &err) < 0)
        status = cli_fail(&err);
    else
        status = still_write(&source, asked, &jpeg);
    buf_free(&jpeg);
    video_source_free(&source);
    return status;
}

/* --- still --- */

/* In the order of still_table. */
enum still_option {
    STILL_OUTPUT,
    STILL_TIME,
    STILL_SCENE,
    STILL_AT,
    STILL_WIDTH,
    STILL_FORCE,
    STILL_CASE
};

static const struct option_row still_table[] = {
    {'o', "output", "FILE", "the JPEG; without it CASE.jpg in this folder; -: standard output",
        NULL},
    {'t', "time", "TIME", "what is shown then: 12.3, or 1:02.5 (default 0)", NULL},
    {'s', "scene", "N", "in place of a time: in the middle of this scene, from 1", NULL},
    {'a', "at", "SHARE", "of that scene: from 0 (its start) to 1 (its end)", NULL},
    {'w', "width", "PIXELS", "of the picture; without it the video's", NULL},
    {'f', "force", NULL, "replaces a file that is there", NULL},
    {'c', "case", "ID", "of a file of several cases: this one", NULL},
    {0, NULL, NULL, NULL, NULL},
};

struct still_ask {
    double seconds;
    int scene; /* from 1; 0: `seconds` tells the frame */
    double share;
    int width;
};

/* "12.3", "1:02.5" or "1:00:00".  False: it is none of these. */
static bool still_parse_time(const char *text, double *ret_seconds)
{
    double seconds = 0;

    for (int part = 0; part < 3; part++) {
        char *end;
        double number;

        if (*text < '0' || *text > '9')
            return false;
        number = strtod(text, &end);
        seconds = 60 * seconds + number;
        if (!*end) {
            *ret_seconds = seconds;
            return true;
        }
        if (*end != ':' || memchr(text, '.', (size_t)(end - text)))
            return false;
        text = end + 1;
    }
    return false;
}

static bool still_parse_share(const char *text, double *ret_share)
{
    char *end;
    double share = strtod(text, &end);

    *ret_share = share;
    return end != text && !*end && share >= 0 && share <= 1;
}

static int still_draw_one(void *ctx, struct still *still, struct buf *jpeg, struct error *err)
{
    const struct still_ask *ask = ctx;
    struct still_plan plan;

    still_plan(still, &plan);
    if (ask->scene > plan.n_scenes)
        return error_set(err, ERR_INPUT, "--scene: %d: the case has %d %s", ask->scene,
            plan.n_scenes, plan.n_scenes == 1 ? "scene" : "scenes");
    if (!ask->scene && ask->seconds > plan.seconds)
        return error_set(
            err, ERR_INPUT, "--time: %g s: the video is %.3f s long", ask->seconds, plan.seconds);
    return still_draw(still,
        ask->scene ? still_frame_of_scene(still, ask->scene - 1, ask->share)
                   : still_frame_at(still, ask->seconds),
        ask->width, jpeg, err);
}

static int still_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    const char *const *values = given->values;
    struct still_ask ask = {.share = 0.5};
    const struct still_command asked = {.command = command,
        .path = values[STILL_OUTPUT],
        .may_replace = values[STILL_FORCE],
        .draw = still_draw_one,
        .ctx = &ask};

    if (values[STILL_TIME] && !still_parse_time(values[STILL_TIME], &ask.seconds))
        return cli_misused(command,
            "--time: \"%.40s\" is no time: seconds, as 12.3, or minutes and seconds, as 1:02.5",
            values[STILL_TIME]);
    if (values[STILL_TIME] && values[STILL_SCENE])
        return cli_misused(command, "--time and --scene name two frames: give one of them");
    if (values[STILL_AT] && !values[STILL_SCENE])
        return cli_misused(command, "--at: of which scene? Give --scene, too");
    if (values[STILL_AT] && !still_parse_share(values[STILL_AT], &ask.share))
        return cli_misused(command, "--at: \"%.40s\" is no number from 0 to 1", values[STILL_AT]);
    if (!still_read_number(
            command, "scene", values[STILL_SCENE], 1, CASE_SCENES_MAX, 0, &ask.scene) ||
        !still_read_number(command, "width", values[STILL_WIDTH], STILL_WIDTH_MIN, WIDTH_MAX,
            WIDTH_MAX, &ask.width))
        return EXIT_USAGE;
    return still_run_command(config, given, values[STILL_CASE], &asked);
}

const struct command command_still = {"still", "CASE",
    "draws one frame of the video of a case, which need not be made",
    "\nCASE is a case of the database, a JSON file (- is standard input), or a folder.  The frame "
    "is\n"
    "the one that the video has there.\n",
    still_run, still_table};

/* --- sheet --- */

/* In the order of sheet_table. */
enum sheet_option { SHEET_OUTPUT, SHEET_COLUMNS, SHEET_WIDTH, SHEET_FORCE, SHEET_CASE };

static const struct option_row sheet_table[] = {
    {'o', "output", "FILE", "the JPEG; without it CASE.jpg in this folder; -: standard output",
        NULL},
    {'n', "columns", "N", "scenes in a row (default 3)", NULL},
    {'w', "width", "PIXELS", "of each scene (default 480)", NULL},
    {'f', "force", NULL, "replaces a file that is there", NULL},
    {'c', "case", "ID", "of a file of several cases: this one", NULL},
    {0, NULL, NULL, NULL, NULL},
};

struct sheet_ask {
    int columns, width;
};

static int sheet_draw(void *ctx, struct still *still, struct buf *jpeg, struct error *err)
{
    const struct sheet_ask *ask = ctx;

    return still_draw_sheet(still, ask->columns, ask->width, jpeg, err);
}

static int sheet_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct sheet_ask ask;
    const struct still_command asked = {.command = command,
        .path = given->values[SHEET_OUTPUT],
        .may_replace = given->values[SHEET_FORCE],
        .draw = sheet_draw,
        .ctx = &ask};

    if (!still_read_number(command, "columns", given->values[SHEET_COLUMNS], 1, STILL_COLUMNS_MAX,
            3, &ask.columns) ||
        !still_read_number(command, "width", given->values[SHEET_WIDTH], STILL_WIDTH_MIN, WIDTH_MAX,
            480, &ask.width))
        return EXIT_USAGE;
    return still_run_command(config, given, given->values[SHEET_CASE], &asked);
}

const struct command command_sheet = {"sheet", "CASE",
    "draws a contact sheet: the middle of each scene of a case",
    "\nCASE is a case of the database, a JSON file (- is standard input), or a folder.\n",
    sheet_run, sheet_table};
