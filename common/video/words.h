/* words.h - libav's own words.  Its functions often answer with nothing but a number (libx264:
 * "Generic error in an external library") and tell the reason to av_log() only.  Everything here
 * that calls libav does so on one thread from start to end, so the last line of this thread is the
 * reason of this failure. */
#pragma once

#include "base/error.h"

void words_listen(
    void); /* from now on av_log() speaks to us alone.  Any thread, any number of times */
void words_clear(void); /* forget what this thread heard: call it before the call that may fail */

/* The last warning or error this thread heard, one line; "" if there was none. */
const char *words_last(void);

/* "MESSAGE: what av_code means (libav's last words)".  ENOSPC and its kin become ERR_IO whatever
 * `code` says. */
int words_error(struct error *err, enum err_code code, int av_code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
