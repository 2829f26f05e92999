/* init.c - `casecast init`: everything casecast needs in the database, made in a file that is new,
 * or somebody's, or an older casecast's. */
#include "cli/cli_private.h"

static int run(const struct command *command, const struct config *config, int argc, char **argv)
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
    "\n`casecast serve` and `casecast import` do so by themselves.  What is made is called "
    "casecast_…;\n"
    "in a file that holds nothing else the cases lie in tables called cases and scenes.  Tables "
    "of\n"
    "yours that are called so and hold no cases are left alone: then casecast_cases and\n"
    "casecast_scenes are made, which may be views over your own tables instead.\n",
    run};
