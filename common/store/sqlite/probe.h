/* probe.h - whether the database does what jobs need of it. */
#pragma once

#include "store/engine/engine.h"

/* See store_probe(). */
int sqlite_probe(struct store_link *link, struct error *err);
/* See store_read_whole(). */
int sqlite_read_whole(struct store_link *link, char **ret_told, struct error *err);
/* See store_examine(). */
int sqlite_examine(const char *path,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err);
