/* init.c - `casecast init`: creates casecast's tables in a new file, in a database of other
 * programs, or in one of an older casecast. */
#include "cli/cli_private.h"

static int init_run(
    const struct command *command, const struct config *config, int argc, char **argv)
{
    struct store *store;
    struct error err;

    if (argc > 1)
        return cli_misused(command, "takes no argument, but got \"%s\"", argv[1]);
    if (store_init(config->database, config->cases, &store, &err) < 0)
        return cli_fail(&err);
    printf("%s: ready; cases are read from %s\n", config->database, store_cases_name(store));
    store_close(store);
    return EXIT_DONE;
}

const struct command command_init = {"init", "",
    "prepares the database, and changes nothing else in it",
    "\n`casecast serve` and `casecast import` do the same.  The names of new tables begin with\n"
    "casecast_.  In a file without other tables the cases are in tables called cases and scenes.\n"
    "If you have tables of these names that hold something else, they are left alone and\n"
    "casecast_cases and casecast_scenes are created; you may replace them by views.\n",
    init_run};
