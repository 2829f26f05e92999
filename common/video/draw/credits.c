/* credits.c - see credits.h. */
#include "video/draw/credits.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum {
    LINE_CHARS = 32, /* fewer than fit, so that no end card has to be set small */
    LINE_MS = 500,
    PAGE_MS = 2500,
};

/* Has an earlier scene told it? */
static bool is_told(const struct case_record *record, int scene)
{
    for (int i = 0; i < scene; i++)
        if (record->scenes[i].credit &&
            strcmp(record->scenes[i].credit, record->scenes[scene].credit) == 0)
            return true;
    return false;
}

char *credits_of(const struct case_record *record)
{
    struct buf list = {0};

    for (int i = 0; i < record->n_scenes; i++) {
        const char *credit = record->scenes[i].credit;

        if (credit && !is_told(record, i))
            buf_format(&list, "%s%s", list.len ? "\n" : "", credit);
    }
    return list.data;
}

int credits_ms(const struct case_record *record)
{
    int n_lines = 0;

    for (int i = 0; record->credits && i < record->n_scenes; i++) {
        const char *credit = record->scenes[i].credit;

        if (credit && !is_told(record, i))
            n_lines += 1 + (int)text_chars(credit) / LINE_CHARS;
    }
    if (n_lines == 0)
        return 0;
    return n_lines * LINE_MS + (n_lines + CREDITS_LINES - 1) / CREDITS_LINES * PAGE_MS;
}
