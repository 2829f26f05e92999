/* machine.h - checks that this machine has what video_create() needs: encoders, voices, fonts.  Any
 * thread. */
#pragma once

#include <stdbool.h>

#include "video/engine_all.h"

struct machine_finding {
    const char *what; /* "engine", "encoder", "voices", "fonts" */
    bool is_there;
    char text[ENGINE_TEXT_MAX]; /* what was found or is missing */
    const char *mend;           /* the command that installs it; NULL: nothing to install */
};

/* Call `each` for every finding, on this thread; the finding is valid until `each` returns.  Runs
 * espeak-ng. */
void machine_check(void (*each)(void *ctx, const struct machine_finding *finding), void *ctx);
