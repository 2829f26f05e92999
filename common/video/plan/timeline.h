/* timeline.h - when everything happens: pure arithmetic in whole frames on one clock.  Any thread.
 *
 *   scene 1  |lead|== narration ==|tail|fade|
 *   scene 2                            |fade|lead|== narration ==|tail|fade|
 *   scene 3                                                           |fade|lead| …
 *   segments |--------- body ----------|fade|-------- body ------------|fade|--- …
 *
 * A fade (or slide, wipe …) belongs to both its scenes and never covers a narration; a cut has no
 * frames.  Every frame belongs to exactly one segment; segments are what is encoded on its own.
 *
 * Room: when everything happens: the timeline, and the motion of a picture.
 * May use: base, case, video/frame.
 * Used by: video/deliver, video/draw, video/encode, video/film, video/mix, video/picture,
 *     video/sound, video/text, video/voice. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "case/case.h"

enum {
    TIMELINE_RATE =
        48000, /* samples a second: whole samples a frame at every rate a case may have */

    /* Milliseconds, rounded to whole frames. */
    TIMELINE_LEAD_MS = 133,       /* before a narration, once its picture stands */
    TIMELINE_TAIL_MS = 267,       /* after it, before the next picture comes */
    TIMELINE_FIRST_LEAD_MS = 400, /* at the very start */
    TIMELINE_LAST_TAIL_MS = 1000, /* at the very end */
    TIMELINE_SILENT_MS = 4000,    /* a scene without sound that says nothing else */
    TIMELINE_CAPTION_MS = 2000,   /* at least, a caption that had to wait */
    /* Longer bodies are cut, so that every core has something to do.  The first pieces of a film
     * are shorter (timeline.c), so that its start can be watched soon.  A segment is one group of
     * pictures. */
    TIMELINE_SEGMENT_MAX_MS = 5000,

    /* Frames; shorter scenes are lengthened to this.  A fade takes at most a third of its scene, so
     * no segment is shorter than 4 frames: with less, the encoder's reordering breaks the decode
     * times at a join. */
    TIMELINE_SCENE_MIN = 12,
};

struct timeline_input {
    double seconds;                  /* least time on the screen, 0: not said */
    int64_t sound_samples;           /* 0: no sound */
    enum case_transition transition; /* from the scene before */
    int caption_delay_ms;            /* its caption comes so much later: the title stands there */
    int credits_ms;                  /* it stays so much longer, without its caption */
};

struct timeline_scene {
    int start, end; /* frames it is on the screen, its fades included */
    int transition_in,
        transition_out;        /* frames of it shared with the scene before and after; 0: a cut */
    int64_t sound_at;          /* sample its sound begins at */
    int caption_at, caption_n; /* frames its caption has, if it has one: within the body */
    int credits_n;             /* its last frames, in which it has none */
};

struct timeline_segment {
    int scene; /* of a fade: the one that goes */
    int is_transition;
    enum case_transition kind; /* of a fade */
    int first, n;              /* frames on the whole clock */
};

struct timeline {
    int fps;
    int frame_samples; /* TIMELINE_RATE / fps */
    int n_frames, n_scenes, n_segments;
    struct timeline_scene *scenes;
    struct timeline_segment *segments;
};

/* `n` > 0, `fps` one that a case may have.  -ERR_INPUT: longer than CASE_SECONDS_MAX. */
int timeline_plan(const struct timeline_input *inputs, int n, int fps,
    struct timeline *ret_timeline, struct error *err);
void timeline_free(struct timeline *timeline);

/* The nearest whole number of frames. */
static inline int timeline_frames(int fps, int ms)
{
    return (ms * fps + 500) / 1000;
}

/* Milliseconds from the start to that frame. */
static inline int64_t timeline_ms(const struct timeline *timeline, int64_t frame)
{
    return frame * 1000 / timeline->fps;
}

/* Of a transition between scenes that are long enough for it; 0: a cut. */
int timeline_transition_frames(enum case_transition kind, int fps);

/* The first frame of a scene that no fade touches, and how many there are. */
static inline int timeline_body_start(const struct timeline_scene *scene)
{
    return scene->start + scene->transition_in;
}

static inline int timeline_body_length(const struct timeline_scene *scene)
{
    return scene->end - scene->transition_out - timeline_body_start(scene);
}
