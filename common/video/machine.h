/* machine.h - does this machine have what making a video takes?  Any thread. */
#pragma once

#include <stdbool.h>

#include "video/engine_all.h"

struct machine_finding {
    const char *what; /* "fonts" */
    bool is_there;
    char text[ENGINE_TEXT_MAX]; /* what was found, or what is not there */
    const char *mend;           /* NULL where nothing is missing */
};

void machine_check(void (*each)(void *ctx, const struct machine_finding *finding), void *ctx);
