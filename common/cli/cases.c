/* cases.c - `casecast cases`: the cases in the database; `casecast show` and `casecast export`: one
 * or all of them, to read and as a file that `casecast import` takes. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/commands.h"

/* --- cases --- */

static void cases_add(void *ctx, const struct case_summary *summary)
{
    char n_scenes[16];

    snprintf(n_scenes, sizeof n_scenes, "%d", summary->n_scenes);
    table_add(ctx,
        (const char *[]){summary->id, n_scenes, case_shape_name(summary->shape), summary->language,
            summary->title},
        5);
}

static void cases_print_json(void *ctx, const struct case_summary *summary)
{
    (void)ctx;
    term_print_json(json_pack("{s:s, s:s, s:s, s:s, s:i}", "id", summary->id, "title",
        summary->title, "language", summary->language, "shape", case_shape_name(summary->shape),
        "scenes", summary->n_scenes));
}

static int cases_list(struct store *store)
{
    struct table table = {0};
    struct error err;
    int rc;

    if (term_is_json()) {
        rc = store_case_each(store, cases_print_json, NULL, &err);
        return rc < 0 ? cli_fail(&err) : EXIT_DONE;
    }
    table_add(&table, (const char *[]){"CASE", "SCENES", "SHAPE", "LANGUAGE", "TITLE"}, 5);
    rc = store_case_each(store, cases_add, &table, &err);
    return cli_show_table(&table, rc, "No cases yet: `casecast import FILE` adds some.", &err);
}

static int cases_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct store *store;
    struct error err;
    int status;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (cli_open_store(config, STORE_CASES, &store, &err) < 0)
        return cli_fail(&err);
    status = cases_list(store);
    store_close(store);
    return status;
}

const struct command command_cases = {.name = "cases",
    .arguments = "",
    .summary = "lists the cases in the database",
    .help = "",
    .run = cases_run};

/* --- show --- */

/* What is spoken, played or written, in the order in which a viewer notices it. */
static void show_add_scene(struct table *table, int number, const struct scene *scene)
{
    char n[16], seconds[32] = "";
    const char *words = scene->narration ? scene->narration
                        : scene->caption ? scene->caption
                                         : scene->title;

    snprintf(n, sizeof n, "%d", number);
    if (scene->seconds > 0)
        snprintf(seconds, sizeof seconds, "%g s", scene->seconds);
    table_add(table, (const char *[]){n, seconds, scene->image, scene->audio, words}, 5);
}

static void show_print(const struct case_record *record)
{
    struct table table = {0};
    int width, height;

    case_frame_size(record, &width, &height);
    printf("%s%s%s\ncase %s, %s, %d×%d at %d fps%s%s\n\n", term_on(stdout, TERM_HEAD),
        record->title, term_off(stdout, TERM_HEAD), record->id, record->language, width, height,
        record->fps, record->music ? ", music " : "", record->music ? record->music : "");
    table_add(&table, (const char *[]){"SCENE", "LEAST", "IMAGE", "AUDIO", "WORDS"}, 5);
    for (int i = 0; i < record->n_scenes; i++)
        show_add_scene(&table, i + 1, &record->scenes[i]);
    cli_show_table(&table, 0, "It has no scenes yet.", NULL);
}

static int show_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct case_record *record;
    struct error err;

    if (given->n_rest != 1)
        return cli_misused(command, given->n_rest ? "takes one case" : "which case?");
    if (cli_load_case(config, given->rest[0], &record, &err) != 0)
        return cli_fail(&err);
    if (term_is_json())
        term_print_json(case_to_json(record));
    else
        show_print(record);
    case_free(record);
    return EXIT_DONE;
}

const struct command command_show = {.name = "show",
    .arguments = "CASE",
    .summary = "shows a case, scene by scene",
    .help = "\nWith --json, as it stands in a file of cases; `casecast export` makes the file.\n",
    .run = show_run};

/* --- export --- */

struct export
{
    char **ids;
    int n;
};

static void export_add(void *ctx, const struct case_summary *summary)
{
    struct export *export = ctx;

    export->ids = mem_grow(export->ids, (size_t) export->n + 1, sizeof *export->ids);
    export->ids[export->n++] = mem_copy(summary->id);
}

/* Reads the cases into `cases`, until one can't be read. */
static int export_read(
    struct store *store, char *const *ids, int n, json_t *cases, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < n; i++) {
        struct case_record *record;

        rc = case_id_check(ids[i], err) < 0 ? error_where(err, "case ")
                                            : store_case_get(store, ids[i], &record, err);
        if (rc == STORE_E_NOT_FOUND)
            rc = status_missing(err, "case %s not found; `casecast cases` lists them", ids[i]);
        if (rc < 0)
            break;
        json_array_append_new(cases, case_to_json(record));
        case_free(record);
    }
    return rc;
}

static void export_print(json_t *cases)
{
    json_t *one, *all;
    size_t i;

    if (term_is_json()) {
        json_array_foreach(cases, i, one) term_print_json(json_incref(one));
        return;
    }
    all = json_pack("{s:O}", "cases", cases);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(all);
}

static int export_cases(struct store *store, const struct options *given)
{
    json_t *cases = json_array();
    struct export all = {0};
    struct error err;
    int rc;

    if (given->n_rest) {
        rc = export_read(store, given->rest, given->n_rest, cases, &err);
    } else {
        rc = store_case_each(store, export_add, &all, &err);
        if (rc == 0)
            rc = export_read(store, all.ids, all.n, cases, &err);
    }
    if (rc == 0)
        export_print(cases);
    for (int i = 0; i < all.n; i++)
        free(all.ids[i]);
    free(all.ids);
    json_decref(cases);
    return rc < 0 ? cli_fail(&err) : EXIT_DONE;
}

static int export_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct store *store;
    struct error err;
    int status;

    (void)command;
    if (cli_open_store(config, STORE_CASES, &store, &err) < 0)
        return cli_fail(&err);
    status = export_cases(store, given);
    store_close(store);
    return status;
}

const struct command command_export = {.name = "export",
    .arguments = "[CASE…]",
    .summary = "prints cases as a file that import takes",
    .help =
        "\nWithout a CASE, all of them.  Pictures and sounds stay where they are.  With --json, "
        "one case\na line.\n",
    .run = export_run};
