/* child.c - see child.h. */
#include "video/child.h"

#include <string.h>

#include "video/draw/typesetter.h"
#include "video/language/fonts.h"
#include "video/media/decoder.h"
#include "video/sealed/fork_server.h"
#include "video/sealed/seal_program.h"

bool child_is_wanted(int argc, char **argv)
{
    return fork_server_is_wanted(argc, argv) || seal_program_is_wanted(argc, argv);
}

void child_become(const char *role, bool is_required)
{
    if (strcmp(role, FONTS_ROLE) == 0)
        typesetter_main(is_required);
    if (strcmp(role, DECODER_ROLE) == 0)
        decoder_main(is_required);
}

int child_main(int argc, char **argv)
{
    return seal_program_is_wanted(argc, argv) ? seal_program_main(argc, argv)
                                              : fork_server_main(child_become);
}
