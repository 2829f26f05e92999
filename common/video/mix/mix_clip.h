/* mix_clip.h - the sound of one scene, and where it stands on the timeline.  Pure: any thread. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "video/mix/source.h"

struct mix_clip {
    struct source source;
    int64_t at;           /* the sample of the video at which it starts */
    int64_t n;            /* samples it lasts; 0: no sound */
    double loudness;      /* integrated, LUFS; -INFINITY: silence */
    struct levels levels; /* of `source` */
};

static inline bool mix_clip_is_audible(const struct mix_clip *clip)
{
    return clip->n > 0 && isfinite(clip->loudness);
}
