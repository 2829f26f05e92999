/* child.c - see child.h. */
#include "video/child.h"

#include <string.h>

#include "video/draw/typesetter.h"
#include "video/language/fonts.h"
#include "video/media/decoder.h"

static bool child_sets_text(int argc, char **argv)
{
    return argc == 3 && strcmp(argv[1], FONTS_ARGUMENT) == 0;
}

bool child_is_wanted(int argc, char **argv)
{
    return decoder_is_wanted(argc, argv) || child_sets_text(argc, argv);
}

int child_main(int argc, char **argv)
{
    return child_sets_text(argc, argv) ? typesetter_main(argv) : decoder_main(argv);
}
