/* mix_part.h - a sound and where on the timeline it belongs. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "video/spool.h"

struct mix_part {
    const struct spool *spool; /* the caller's */
    int64_t from, n;           /* samples in the spool; n 0: no sound */
    int64_t at;                /* sample on the timeline it begins at */
    double loudness;           /* LUFS; -INFINITY: nothing can be heard */
};

static inline bool mix_part_is_heard(const struct mix_part *part)
{
    return part->n > 0 && isfinite(part->loudness);
}
