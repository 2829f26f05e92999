/* main.c - the program casecast: the server, and the commands for a terminal. */
#include "base/mem.h"
#include "cli/cli.h"
#include "program/keeper.h"
#include "serve.h"
#include "video/media/decoder.h"

int main(int argc, char **argv)
{
    if (keeper_is_wanted(argc, argv))
        return keeper_main(argc, argv);
    if (decoder_is_wanted(argc, argv))
        return decoder_main(argv);
    mem_settle(argv);
    return cli_run(argc, argv, serve);
}
