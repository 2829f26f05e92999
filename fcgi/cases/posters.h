/* posters.h - small pictures of cases that have no video yet.
 *
 * A responder never reads a picture.  It finds a poster that is made, or leaves a request for the
 * one thread of this process that makes them, one at a time on the whole machine.  Any thread,
 * except posters_free(). */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/config.h"
#include "base/error.h"
#include "case/case.h"

struct posters;

/* The thread starts with the first request.  `config` outlives it. */
struct posters *posters_new(const struct config *config);

/* Waits for the picture that is being read, and drops the other requests.  No other thread uses it
 * any more. */
void posters_free(struct posters *posters);

enum { POSTERS_E_NOT_YET = 1 };

/* The URL of the poster of a case.  POSTERS_E_NOT_YET: it will be made (if `may_make`), ask again.
 * -ERR_INPUT: it can't be made, and why.  -ERR_BUSY: the thread can't be started.  Other errors are
 * those of poster_name(). */
int posters_find(struct posters *posters, const struct case_record *record, bool may_make,
    char ret_url[static PATH_MAX], struct error *err);
