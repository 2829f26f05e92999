/* main.c - the program casecast: the server, and the commands for a terminal. */
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/create/create.h"
#include "maker/create_job.h"
#include "program/keeper.h"
#include "serve.h"
#include "video/child.h"

int main(int argc, char **argv)
{
    if (keeper_is_wanted(argc, argv))
        return keeper_main(argc, argv);
    if (child_is_wanted(argc, argv))
        return child_main(argc, argv);
    mem_settle(cli_makes_videos(argc, argv) ? argv : NULL);
    create_set_job_maker(create_job);
    return cli_run(argc, argv, serve);
}
