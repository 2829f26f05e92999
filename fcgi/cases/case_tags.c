/* case_tags.c - see case_tags.h. */
#include "cases/case_tags.h"

#include <stdio.h>
#include <string.h>

void case_etag(const struct case_record *record, char ret_etag[static CASE_ETAG_MAX])
{
    char tag[CASE_TAG_LEN + 1];

    case_tag(record, tag);
    snprintf(ret_etag, CASE_ETAG_MAX, "\"%s\"", tag);
}

/* Our tags hold no comma. */
bool case_etag_is_in(const char *value, const char *etag)
{
    static const char gaps[] = ", \t";
    size_t len = strlen(etag);

    for (value += strspn(value, gaps); *value; value += strspn(value, gaps)) {
        size_t n = strcspn(value, gaps), weak = strncmp(value, "W/", 2) == 0 ? 2 : 0;

        if (n - weak == len && memcmp(value + weak, etag, len) == 0)
            return true;
        value += n;
    }
    return false;
}
