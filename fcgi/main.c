/* main.c - the program casecast: the server, and the commands for a terminal. */
#include "base/mem.h"
#include "cli/cli.h"
#include "serve.h"

int main(int argc, char **argv)
{
    mem_settle(argv);
    return cli_run(argc, argv, serve);
}
