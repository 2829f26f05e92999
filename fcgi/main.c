/* main.c - casecast: the responder, and the same work from a terminal. */
#include "cli/cli.h"
#include "serve.h"

int main(int argc, char **argv)
{
    return cli_run(argc, argv, serve);
}
