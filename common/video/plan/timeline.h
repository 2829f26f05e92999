/* timeline.h - when everything in a video happens, in whole frames on one clock.
 *
 *   scene 1  |lead|== narration ==|tail|trans|
 *   scene 2                            |trans|lead|== narration ==|tail|trans|
 *   scene 3                                                            |trans|lead| …
 *   segments |--------- body ----------|trans|-------- body -----------|trans|--- …
 *
 * A transition belongs to both its scenes and never covers a narration; a cut has no frames.  The
 * body of a scene is what no transition touches.  Every frame belongs to exactly one segment; a
 * segment is encoded on its own and is one group of pictures.
 *
 * Thread-safety: any thread, pure arithmetic.
 *
 * Room: when everything happens: the timeline, and the motion of a picture.
 * May use: base, case, video/frame.
 * Used by: video/deliver, video/draw, video/encode, video/film, video/picture, video/sound,
 *     video/soundtrack, video/text, video/voice. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "case/case.h"

enum {
    TIMELINE_RATE = 48000, /* samples a second: whole samples a frame at every rate of a case */

    /* Milliseconds, rounded to whole frames. */
    TIMELINE_LEAD_MS = 133,       /* from the end of the transition to the narration */
    TIMELINE_TAIL_MS = 267,       /* from its end to the next transition */
    TIMELINE_FIRST_LEAD_MS = 400, /* the lead of the first scene */
    TIMELINE_LAST_TAIL_MS = 1000, /* the tail of the last scene */
    TIMELINE_SILENT_MS = 4000,    /* a scene without sound and without `seconds` */
    TIMELINE_CAPTION_MS = 2000,   /* at least, for a caption that is delayed */
    /* A longer body becomes several segments, so that every core has work.  The first segments of a
     * video are shorter (timeline.c), so that its start can be watched soon. */
    TIMELINE_SEGMENT_MAX_MS = 5000,

    /* Frames; a shorter scene is lengthened to this.  A transition takes at most a third of a
     * scene, so no segment has less than 4 frames: in a shorter one the encoder's reordering breaks
     * the decode times where segments are joined. */
    TIMELINE_SCENE_MIN = 12,
};

struct timeline_input {
    double seconds;                  /* least time on the screen; 0: not given */
    int64_t sound_samples;           /* 0: no sound */
    enum case_transition transition; /* from the scene before */
    int caption_delay_ms;            /* the title stands there first */
    int credits_ms;                  /* the scene stays so much longer, for the credits */
};

struct timeline_scene {
    int start, end;                    /* frames start … end - 1, its transitions included */
    int transition_in, transition_out; /* frames shared with the scene before (after); 0: a cut */
    int64_t sound_at;                  /* the sample at which its sound begins */
    int caption_at, caption_n;         /* its caption's first frame and length, within the body */
    int credits_n;                     /* its last frames, which belong to the credits */
};

struct timeline_segment {
    int scene; /* of a transition: the old one; the new one is scene + 1 */
    bool is_transition;
    enum case_transition kind; /* of a transition; of a body 0 */
    int first, n;              /* frames of the video */
};

struct timeline {
    int fps;
    int frame_samples; /* TIMELINE_RATE / fps */
    int n_frames, n_scenes, n_segments;
    struct timeline_scene *scenes;
    struct timeline_segment *segments;
};

/* Plan a video of `n` > 0 scenes; `fps` is one that a case may have.  The caller frees
 * `*ret_timeline`.  -ERR_INPUT: longer than CASE_SECONDS_MAX; names the scene. */
int timeline_plan(const struct timeline_input *inputs, int n, int fps,
    struct timeline *ret_timeline, struct error *err);
void timeline_free(struct timeline *timeline); /* leaves an empty one */

/* `ms` in frames, rounded to the nearest. */
static inline int timeline_frames(int fps, int ms)
{
    return (ms * fps + 500) / 1000;
}

/* The time of a frame from the start of the video, ms, rounded down. */
static inline int64_t timeline_ms(const struct timeline *timeline, int64_t frame)
{
    return frame * 1000 / timeline->fps;
}

/* The length of a transition, in frames, if both scenes are long enough for it; 0: a cut. */
int timeline_transition_frames(enum case_transition kind, int fps);

/* The first frame of a scene's body, and its number of frames. */
static inline int timeline_body_start(const struct timeline_scene *scene)
{
    return scene->start + scene->transition_in;
}

static inline int timeline_body_length(const struct timeline_scene *scene)
{
    return scene->end - scene->transition_out - timeline_body_start(scene);
}
