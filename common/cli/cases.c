/* cases.c - `casecast cases`: the cases in the database. */
#include "cli/options.h"

static void cases_add(void *ctx, const struct case_summary *summary)
{
    char n_scenes[16];

    snprintf(n_scenes, sizeof n_scenes, "%d", summary->n_scenes);
    table_add(ctx,
        (const char *[]){summary->id, n_scenes, case_shape_name(summary->shape), summary->language,
            summary->title},
        5);
}

static int cases_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct table table = {0};
    struct store *store;
    struct error err;
    int rc;

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (cli_open_store(config, STORE_CASES, &store, &err) < 0)
        return cli_fail(&err);
    table_add(&table, (const char *[]){"CASE", "SCENES", "SHAPE", "LANGUAGE", "TITLE"}, 5);
    rc = store_case_each(store, cases_add, &table, &err);
    store_close(store);
    return table_show(&table, rc, "No cases yet: `casecast import FILE` adds some.", &err);
}

const struct command command_cases = {.name = "cases",
    .arguments = "",
    .summary = "lists the cases in the database",
    .help = "",
    .run = cases_run};
