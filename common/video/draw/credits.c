/* credits.c - see credits.h. */
#include "video/draw/credits.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum {
    LINE_CHARS = 32, /* fewer than fit, so that an end card never needs smaller type */
    LINE_MS = 500,
    PAGE_MS = 2500,
};

/* Whether the scene has a credit that no earlier scene has. */
static bool credits_has_new(const struct case_record *record, int scene)
{
    const char *credit = record->scenes[scene].credit;

    if (!credit)
        return false;
    for (int i = 0; i < scene; i++)
        if (record->scenes[i].credit && strcmp(record->scenes[i].credit, credit) == 0)
            return false;
    return true;
}

char *credits_of(const struct case_record *record)
{
    struct buf list = {0};

    for (int i = 0; i < record->n_scenes; i++)
        if (credits_has_new(record, i))
            buf_format(&list, "%s%s", list.len ? "\n" : "", record->scenes[i].credit);
    return list.data;
}

int credits_ms(const struct case_record *record)
{
    int n_lines = 0;

    for (int i = 0; record->credits && i < record->n_scenes; i++)
        if (credits_has_new(record, i))
            n_lines += 1 + (int)text_chars(record->scenes[i].credit) / LINE_CHARS;
    if (n_lines == 0)
        return 0;
    return n_lines * LINE_MS + (n_lines + CREDITS_LINES - 1) / CREDITS_LINES * PAGE_MS;
}
