/* posters.h - pictures of cases that have no video yet, made behind the responders' backs.
 *
 * A responder never reads a picture: it finds what is made, or leaves a note for the one thread of
 * this process that makes them, one at a time on the whole machine, and says "not yet".  Any
 * thread, but for posters_free(). */
#pragma once

#include <limits.h>

#include "base/config.h"
#include "base/error.h"
#include "case/case.h"

struct posters;

/* The thread starts when there is something to do. */
struct posters *posters_new(const struct config *config);
/* Waits for the picture that is being read, and forgets the rest.  Nobody else uses it any more. */
void posters_free(struct posters *posters);

enum { POSTERS_E_NOT_YET = 1 };

/* Where the poster of the case is served.  POSTERS_E_NOT_YET: it is being made, if `may_make`; ask
 * again.  -ERR_INPUT: it can't be made, and why. */
int posters_find(struct posters *posters, const struct case_record *record, bool may_make,
    char ret_url[static PATH_MAX], struct error *err);
