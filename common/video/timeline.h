/* timeline.h - when everything happens: pure arithmetic in whole frames on one clock.  Any thread.
 *
 *   scene 1  |lead|== narration ==|tail|fade|
 *   scene 2                            |fade|lead|== narration ==|tail|fade|
 *   scene 3                                                           |fade|lead| …
 *   segments |--------- body ----------|fade|-------- body ------------|fade|--- …
 *
 * A cross-fade belongs to both its scenes and never covers a narration.  Every frame belongs to
 * exactly one segment; segments are what is encoded on its own. */
#pragma once

#include <stdint.h>

#include "base/error.h"

enum {
    TIMELINE_FPS = 30,
    TIMELINE_RATE = 48000, /* samples a second */
    TIMELINE_FRAME_SAMPLES = 1600,
    TIMELINE_SECONDS_MAX = 2 * 3600,

    TIMELINE_FADE = 24,                 /* frames; shorter between scenes too short for it */
    TIMELINE_LEAD = 4,                  /* before a narration, once its picture stands */
    TIMELINE_TAIL = 8,                  /* after it, before the next picture comes */
    TIMELINE_FIRST_LEAD = 12,           /* at the very start */
    TIMELINE_LAST_TAIL = 30,            /* at the very end */
    TIMELINE_SILENT = 4 * TIMELINE_FPS, /* a scene without sound that says nothing else */

    /* Shorter scenes are lengthened to this.  A fade takes at most a third of its scene, so no
     * segment is shorter than 4 frames: with less, the encoder's reordering breaks the decode times
     * at a join. */
    TIMELINE_SCENE_MIN = 12,
    /* Longer bodies are cut into equal pieces, so that every core has something to do and the start
     * is ready soon.  A segment is one group of pictures. */
    TIMELINE_SEGMENT_MAX = 240,
};

struct timeline_input {
    double seconds;        /* least time on the screen, 0: not said */
    int64_t sound_samples; /* 0: no sound */
};

struct timeline_scene {
    int start, end;        /* frames it is on the screen, its fades included */
    int fade_in, fade_out; /* frames of it shared with the scene before and after */
    int64_t sound_at;      /* sample its sound begins at */
};

struct timeline_segment {
    int scene; /* of a fade: the one that goes */
    int is_fade;
    int first, n; /* frames on the whole clock */
};

struct timeline {
    int n_frames, n_scenes, n_segments;
    struct timeline_scene *scenes;
    struct timeline_segment *segments;
};

/* `n` > 0.  -ERR_INPUT: longer than TIMELINE_SECONDS_MAX. */
int timeline_plan(
    const struct timeline_input *inputs, int n, struct timeline *ret_timeline, struct error *err);
void timeline_free(struct timeline *timeline);

/* The first frame of a scene that no fade touches, and how many there are. */
static inline int timeline_body_start(const struct timeline_scene *scene)
{
    return scene->start + scene->fade_in;
}

static inline int timeline_body_length(const struct timeline_scene *scene)
{
    return scene->end - scene->fade_out - timeline_body_start(scene);
}
