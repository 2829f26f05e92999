/* elsewhere.c - see elsewhere.h. */
#include "hub/works/elsewhere.h"

#include <stdio.h>
#include <string.h>

static bool elsewhere_has_kind(const char *kinds, const char *kind)
{
    char name[64];

    snprintf(name, sizeof name, ",%s,", kind);
    return !*kinds || strstr(kinds, name);
}

static void elsewhere_see(void *ctx, const struct member_row *row)
{
    struct elsewhere *elsewhere = ctx;

    if (row->is_gone || row->is_stopping || strcmp(row->machine, elsewhere->machine) == 0 ||
        strcmp(row->engine, elsewhere->engine) != 0 ||
        !elsewhere_has_kind(row->kinds, elsewhere->kind))
        return;
    if (row->silent_ms)
        elsewhere->may_come = true;
    else
        elsewhere->is_able = true;
}

int elsewhere_look(struct store *store, struct elsewhere *elsewhere, struct error *err)
{
    if (!elsewhere->machine)
        elsewhere->machine = "";
    elsewhere->is_able = elsewhere->may_come = false;
    return store_member_each(store, elsewhere_see, elsewhere, err);
}
