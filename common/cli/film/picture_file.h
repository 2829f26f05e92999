/* picture_file.h - a picture as a file, or on standard output.  Main thread. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Is a file of this name to be a JPEG?  -ERR_INPUT: its end says something else. */
int picture_file_check(const char *path, struct error *err);

/* Writes the file whole or not at all; "-" is standard output.  STATUS_E of status.h: it is there
 * already and `may_replace` is false, or can't be made. */
int picture_file_write(
    const char *path, const struct buf *jpeg, bool may_replace, struct error *err);
