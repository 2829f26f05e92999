/* main.c - casecast: the responder, and the same work from a terminal. */
#include "base/mem.h"
#include "cli/cli.h"
#include "serve.h"

int main(int argc, char **argv)
{
    mem_settle(argv);
    return cli_run(argc, argv, serve);
}
