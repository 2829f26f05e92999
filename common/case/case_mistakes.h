/* case_mistakes.h - reports every mistake of a case, not only the first.  Any thread; a struct
 * case_mistakes belongs to one thread at a time. */
#pragma once

#include "base/error.h"

struct case_mistakes {
    /* Called for each mistake: "cases[0].scenes[2].image", and "cases[0].scenes[2].image: must be
     * text, is a number".  `place` is "" where the whole is wrong. */
    void (*report)(void *ctx, const char *place, const char *text);
    void *ctx;
    int n; /* reported so far */
};

/* Report one: "WHERE.FIELD: REASON".  `where` and `field` may be empty; `fmt` gives the reason. */
void case_mistake(struct case_mistakes *mistakes, const char *where, const char *field,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* A `report` that keeps only the first mistake: `ctx` is an empty struct error. */
void case_mistakes_first(void *ctx, const char *place, const char *text);

/* A place as a JSON Pointer (RFC 6901): "scenes[2].image" is "/scenes/2/image".  `ret_pointer`
 * holds twice the length of `place` and two bytes. */
void case_place_pointer(const char *place, char *ret_pointer);
