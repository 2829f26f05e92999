/* made.h - what a done job of a video has left. */
#pragma once

#include "base/config.h"
#include "base/error.h"
#include "cli/create/product.h"
#include "job/job.h"

/* Copies film, captions and poster into `folder`, and reads the rest from the result.  Main thread.
 * -ERR_IO: a file can't be read or written, or is gone.  The caller clears `*ret_product`, after an
 * error, too. */
int made_copy(const struct config *config, const struct job *done, const char *folder,
    struct product *ret_product, struct error *err);
