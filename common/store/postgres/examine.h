/* examine.h - what an operator should know of a server, for `casecast check`. */
#pragma once

#include "store/engine/engine.h"

/* See store_examine(). */
int postgres_examine(const char *address,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err);
