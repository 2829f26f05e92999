/* libav_error.h - why libav failed.  Many of its functions return only a number (libx264: "Generic
 * error in an external library") and write the reason to av_log().  Each caller uses libav on one
 * thread from start to end, so the last line that av_log() got on this thread is the reason.
 *
 * Room: libav's errors, and one processor for all of its code.
 * May use: base.
 * Used by: video, video/deliver, video/encode, video/frame, video/mix, video/sound. */
#pragma once

#include "base/error.h"

/* From now on av_log() writes to a buffer of the calling thread, not to stderr.  Any thread, any
 * number of times. */
void libav_log_listen(void);
/* Empty this thread's buffer: before a call that may fail. */
void libav_log_clear(void);

/* The last warning or error on this thread, one line; "" if there was none. */
const char *libav_log_last(void);

/* "MESSAGE: what av_code means (libav's last words)".  ENOSPC and its kin become ERR_IO whatever
 * `code` says. */
int libav_error(struct error *err, enum err_code code, int av_code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
