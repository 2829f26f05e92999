/* mix_part.h - a sound and where on the timeline it belongs. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "video/mix/source.h"

struct mix_part {
    struct source source;
    int64_t n;            /* samples it lasts; 0: no sound */
    int64_t at;           /* sample on the timeline it begins at */
    double loudness;      /* LUFS; -INFINITY: nothing can be heard */
    struct levels levels; /* its own */
};

static inline bool mix_part_is_heard(const struct mix_part *part)
{
    return part->n > 0 && isfinite(part->loudness);
}
