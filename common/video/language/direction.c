/* direction.c - see direction.h. */
#include "video/language/direction.h"

#include <fribidi.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum direction direction_of(const char *text, size_t len)
{
    for (const char *at = text; at < text + len; at = g_utf8_next_char(at)) {
        FriBidiCharType type = fribidi_get_bidi_type(g_utf8_get_char(at));

        if (FRIBIDI_IS_STRONG(type))
            return FRIBIDI_IS_RTL(type) ? DIRECTION_RTL : DIRECTION_LTR;
    }
    return DIRECTION_NONE;
}

char *direction_mark(enum direction direction, char *line)
{
    enum direction own = direction_of(line, strcspn(line, "\n"));
    char *marked;

    /* Text without a direction is laid left to right. */
    if (direction == DIRECTION_NONE || own == direction ||
        (own == DIRECTION_NONE && direction == DIRECTION_LTR))
        return line;
    marked = mem_format("%s%s", direction == DIRECTION_RTL ? "\u200F" : "\u200E", line);
    free(line);
    return marked;
}
