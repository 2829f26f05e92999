/* import.c - `casecast import`: reads JSON files of cases into the database, all of a file or
 * nothing. */
#include <unistd.h>

#include "cli/command/options.h"
#include "cli/commands.h"
#include "cli/film/json_file.h"
#include "video/case_files.h"
#include "video/draw/caption.h"
#include "video/media/media.h"

enum {
    MISTAKES_SHOWN = 20, /* of a file */
    PUT_TRIES = 5,       /* each waits two seconds for a lock, at most */
};

struct import {
    const struct config *config;
    struct store *store; /* NULL until the first good file: a bad one creates no database */
    struct case_files files;
    const char *file;
    int n_missing; /* pictures and sounds of this file that a job could not use */
    struct case_mistakes mistakes;
};

static void import_show_mistake(void *ctx, const char *place, const char *text)
{
    const struct import *import = ctx;

    (void)place;
    if (import->mistakes.n <= MISTAKES_SHOWN)
        fprintf(stderr, "%s: %s\n", import->file, text);
}

/* --- the files of a case --- */

static void import_report_file(void *ctx, const char *place, const char *field, const char *text)
{
    struct import *import = ctx;

    import->n_missing++;
    case_mistake(&import->mistakes, place, field, "%s", text);
}

/* Refused here, because a job would find it out only much later. */
static void import_check_font(struct import *import, const char *font, const char *place)
{
    struct error err;

    if (font && caption_check_font(font, &err) < 0)
        case_mistake(&import->mistakes, place, "captionFont", "%s", err.text);
}

static void import_check_media(struct import *import, const struct case_list *list)
{
    for (int i = 0; i < list->n; i++) {
        char place[64];

        snprintf(place, sizeof place, "cases[%d]", i);
        import_check_font(import, list->records[i]->caption_font, place);
        case_files_check(&import->files, list->records[i], place);
    }
}

/* --- one file --- */

static int import_report_mistakes(const struct import *import)
{
    int n = import->mistakes.n;

    if (n > MISTAKES_SHOWN)
        fprintf(stderr, "%s: … and %d more\n", import->file, n - MISTAKES_SHOWN);
    if (import->n_missing)
        fprintf(stderr, "%s: files are looked up below %s (CASECAST_MEDIA_ROOT)\n", import->file,
            import->config->media_root);
    fprintf(
        stderr, "%s: %d %s, nothing imported\n", import->file, n, n == 1 ? "mistake" : "mistakes");
    return EXIT_DATA;
}

static int import_try_put(struct import *import, const struct case_list *list, struct error *err)
{
    int rc = import->store
                 ? 0
                 : store_open(import->config->database, import->config->cases, &import->store, err);

    return rc == 0 ? store_case_put(import->store, list->records, list->n, err) : rc;
}

/* Another import may write for longer than one call waits.  A person would only try again. */
static int import_put(struct import *import, const struct case_list *list, struct error *err)
{
    int rc = -ERR_BUSY;

    for (int i = 0; rc == -ERR_BUSY && i < PUT_TRIES; i++)
        rc = import_try_put(import, list, err);
    return rc;
}

static int import_cases(struct import *import, const struct case_list *list)
{
    struct error err;
    int n_scenes = 0;

    import_check_media(import, list);
    if (import->mistakes.n)
        return import_report_mistakes(import);
    if (import_put(import, list, &err) != 0)
        return cli_fail(&err);
    for (int i = 0; i < list->n; i++)
        n_scenes += list->records[i]->n_scenes;
    term_say("%s: %d %s, %d %s\n", import->file, list->n, list->n == 1 ? "case" : "cases", n_scenes,
        n_scenes == 1 ? "scene" : "scenes");
    for (int i = 0; term_is_json() && i < list->n; i++)
        term_print_json(json_pack("{s:s, s:s, s:i}", "file", import->file, "case",
            list->records[i]->id, "scenes", list->records[i]->n_scenes));
    return EXIT_DONE;
}

static int import_file(struct import *import, const char *path)
{
    struct case_list list;
    struct error err;
    json_t *json;
    int status;

    import->file = json_file_name(path);
    import->n_missing = 0;
    import->mistakes = (struct case_mistakes){import_show_mistake, import, 0};
    if (json_file_read(path, &json, &err) < 0)
        return cli_fail(&err);
    case_list_from_json(json, &list, &import->mistakes);
    json_decref(json);
    status = import_cases(import, &list);
    case_list_free(&list);
    return status;
}

static int import_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct import import = {
        .config = config, .files = {.ctx = &import, .mistake = import_report_file}};
    struct error err;
    int status = EXIT_DONE;

    if (!given->n_rest)
        return cli_misused(command, "which file? - is standard input");
    if (media_open(config->media_root, NULL, &import.files.media, &err) < 0) {
        error_where(&err, "CASECAST_MEDIA_ROOT: ");
        return cli_fail(&err);
    }
    for (int i = 0; i < given->n_rest; i++) {
        int one = import_file(&import, given->rest[i]);

        status = one != EXIT_DONE ? one : status;
    }
    case_files_end(&import.files);
    media_close(import.files.media);
    store_close(import.store);
    return status;
}

const struct command command_import = {"import", "FILE…",
    "reads cases from JSON files into the database",
    "\nThe file - is standard input.  A file is {\"cases\": [{\"id\", \"title\", \"scenes\": "
    "[{\"image\", \"caption\",\n"
    "\"narration\"}]}]}; id and image are required, and common/case/README.md lists all fields.\n"
    "Pictures and sounds are files below CASECAST_MEDIA_ROOT.  An existing case with the same id\n"
    "is replaced.  If a file has mistakes, all of them are printed and nothing is imported.\n",
    import_run, NULL};
