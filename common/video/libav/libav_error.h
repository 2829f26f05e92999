/* libav_error.h - error texts for failures of libav.  Many of its functions return only a code
 * (libx264: "Generic error in an external library") and write the reason to av_log().  Each caller
 * uses libav on one thread from start to end, so the last line that this thread logged is the
 * reason.  Any thread.
 *
 * Room: libav's errors, and one processor for all of its code.
 * May use: base.
 * Used by: video/canary, video/deliver, video/encode, video/frame, video/media, video/mix,
 *     video/sound, video/soundtrack. */
#pragma once

#include "base/error.h"

/* Redirects av_log() of the whole process from stderr to a buffer of each thread, which keeps one
 * line.  Any number of times. */
void libav_log_capture(void);

/* Empties this thread's buffer; called before libav calls that may fail. */
void libav_log_clear(void);

/* The last error that this thread logged since libav_log_clear(), else its first warning, without
 * the context's name; "" if there is none.  Valid until this thread calls libav again. */
const char *libav_log_last(void);

/* Sets `err` to "MESSAGE: text of av_code (libav_log_last())" and returns -code; -ERR_IO, whatever
 * `code` is, if av_code means a full, faulty or read-only disk. */
int libav_error(struct error *err, enum err_code code, int av_code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
