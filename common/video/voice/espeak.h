/* espeak.h - runs the program espeak-ng.  Any thread, several at once. */
#pragma once

#include <stdatomic.h>

#include "base/buf.h"
#include "base/error.h"

enum {
    ESPEAK_OUTPUT_MAX = 1800 * 22050 * 2, /* bytes */
    ESPEAK_ARGS_MAX = 12,
};

/* Runs `args` (args[0] "espeak-ng", NULL at the end) sealed as CASECAST_SEAL says, with `text` as
 * its input, until it ends. Appends its output to `output` and sets `*ret_status` to its exit
 * status (-1: a signal ended it). `cancel` may be NULL.  -ERR_CANCELED; -ERR_LIBRARY: it is not
 * installed, can't be started, may not be started unsealed, or gives no output for 30 s;
 * -ERR_INPUT: more output than ESPEAK_OUTPUT_MAX; -ERR_IO, -ERR_LIMIT: no memory file, no pipe. */
int espeak_run(char *const *args, const char *text, const atomic_bool *cancel, struct buf *output,
    int *ret_status, struct error *err);
