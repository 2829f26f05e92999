/* case_mistakes.h - reports every mistake of a case, not only the first.  Any thread. */
#pragma once

#include "base/error.h"

/* Who is told of every mistake, not only of the first. */
struct case_mistakes {
    void (*tell)(
        void *ctx, const char *text); /* "cases[0].scenes[2].image: must be text, is a number" */
    void *ctx;
    int n; /* told so far */
};

/* Tell one; `where` and `field` may be empty. */
void case_mistake(struct case_mistakes *mistakes, const char *where, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A `tell` for those who want one error: `ctx` is an empty struct error. */
void case_keep_first(void *ctx, const char *text);
