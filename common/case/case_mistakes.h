/* case_mistakes.h - reports every mistake of a case, not only the first.  Any thread; a struct
 * case_mistakes belongs to one thread at a time. */
#pragma once

#include "base/error.h"

struct case_mistakes {
    /* Called for each mistake: "cases[0].scenes[2].image: must be text, is a number". */
    void (*report)(void *ctx, const char *text);
    void *ctx;
    int n; /* reported so far */
};

/* Report one: "WHERE.FIELD: REASON".  `where` and `field` may be empty; `fmt` gives the reason. */
void case_mistake(struct case_mistakes *mistakes, const char *where, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A `report` that keeps only the first mistake: `ctx` is an empty struct error. */
void case_mistakes_first(void *ctx, const char *text);
