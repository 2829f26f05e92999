/* init.c - `casecast init`: creates casecast's tables in a new file, in a database of other
 * programs, or in one of an older casecast. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli_private.h"

static void init_print(const struct config *config, const struct store *store, const char *role)
{
    char *name = store_name(config->database);

    printf("%s: ready; cases are read from %s\n", name, store_cases_name(store));
    if (*store_did(store))
        printf("%s\n", store_did(store));
    if (role)
        printf("role %s may use it\n", role);
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
    const struct command *command, const struct config *config, int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--role") != 0)
        return cli_misused(command, "takes only --role, got \"%s\"", argv[1]);
    if (argc == 2 || (argc > 2 && !*argv[2]))
        return cli_misused(command, "--role: which role?");
    if (argc > 3)
        return cli_misused(command, "takes one role, got \"%s\" as well", argv[3]);
    return init_database(config, argc == 3 ? argv[2] : NULL);
}

const struct command command_init = {"init", " [--role ROLE]",
    "prepares the database, and changes nothing else in it",
    "\nWith an SQLite file, `casecast serve` and `casecast import` do the same.  The names of new\n"
    "tables begin with casecast_.  In a file without other tables the cases are in tables called\n"
    "cases and scenes.  If you have tables of these names that hold something else, they are left\n"
    "alone and casecast_cases and casecast_scenes are created; you may replace them by views.\n"
    "\nIn a PostgreSQL database only this command makes tables, all of them in the schema "
    "casecast,\n"
    "and brings them up to date after an upgrade.  With --role it also grants that role what\n"
    "`casecast serve` needs of them, and no more.\n",
    init_run, NULL};
