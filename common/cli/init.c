/* init.c - `casecast init`: creates casecast's tables in a new file, in a database of other
 * programs, or in one of an older casecast. */
#include <stdlib.h>
#include <string.h>

#include "cli/command/options.h"
#include "cli/commands.h"

/* In the order of init_options. */
enum init_option { INIT_ROLE };

static const struct option_row init_options[] = {
    {'r', "role", "ROLE", "grants this role of PostgreSQL what a server needs", NULL},
    {0, NULL, NULL, NULL, NULL},
};

static void init_print(const struct config *config, const struct store *store, const char *role)
{
    char *name = store_name(config->database);

    term_say("%s: ready; cases are read from %s\n", name, store_cases_name(store));
    if (*store_did(store))
        term_say("%s\n", store_did(store));
    if (role)
        term_say("role %s may use it\n", role);
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:s, s:s?}", "database", name, "cases",
            store_cases_name(store), "did", store_did(store), "role", role));
    free(name);
}

static int init_database(const struct config *config, const char *role)
{
    struct store *store;
    struct error err;
    int rc = store_init(config->database, config->cases, &store, &err);

    if (rc < 0)
        return cli_fail(&err);
    if (role)
        rc = store_grant(store, role, &err);
    if (rc == 0)
        init_print(config, store, role);
    store_close(store);
    return rc == 0 ? EXIT_DONE : cli_fail(&err);
}

static int init_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    const char *role = given->values[INIT_ROLE];

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    if (role && !*role)
        return cli_misused(command, "--role: which role?");
    return init_database(config, role);
}

const struct command command_init = {"init", "",
    "prepares the database, and changes nothing else in it",
    "\nWith an SQLite file, `casecast serve` and `casecast import` do the same.  The names of new\n"
    "tables begin with casecast_.  In a file without other tables the cases are in tables called\n"
    "cases and scenes.  If you have tables of these names that hold something else, they are left\n"
    "alone and casecast_cases and casecast_scenes are created; you may replace them by views.\n"
    "\nIn a PostgreSQL database only this command makes tables, all of them in the schema "
    "casecast,\n"
    "and brings them up to date after an upgrade.  With --role it also grants that role what\n"
    "`casecast serve` needs of them, and no more.\n",
    init_run, init_options};
