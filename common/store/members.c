/* members.c - see members.h. */
#include "store/members.h"

#include <string.h>

json_t *store_member_kinds(const struct member_row *row)
{
    const char *at = row->kinds;
    json_t *names = *at ? json_array() : json_null();

    for (at += strspn(at, ","); *at; at += strspn(at, ",")) {
        size_t len = strcspn(at, ",");

        json_array_append_new(names, json_stringn(at, len));
        at += len;
    }
    return names;
}
