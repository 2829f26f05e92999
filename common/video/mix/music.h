/* music.h - a case's music, repeated with a crossfade for as long as the video lasts.  Its file is
 * read once to measure it, and again while it is mixed.  48 kHz stereo, interleaved left-right
 * pairs, 1.0 is full scale.  One thread at a time for each `struct music`. */
#pragma once

#include <stdatomic.h>

#include "video/media/media.h"
#include "video/mix/levels.h"

enum {
    MUSIC_CROSSFADE = 4800,    /* samples: 100 ms in which its end and its start sound together */
    MUSIC_SAMPLES_MIN = 48000, /* that music must last if it has to be repeated */
};

/* Called several times a second while a file is measured. */
struct music_watch {
    void (*tick)(void *ctx); /* NULL: not called */
    void *ctx;
};

struct music {
    struct media *media;
    const char *name; /* the caller's */
    const atomic_bool *cancel;
    int64_t period;       /* samples from one start to the next */
    int64_t crossfade;    /* samples behind the period, faded into the next start; 0: no repeat */
    double loudness;      /* integrated, LUFS; -INFINITY: silence */
    struct levels levels; /* of the period and the crossfade */

    struct media_sound *file;        /* NULL: not open */
    int64_t at;                      /* sample of the video that is read next */
    float tail[2 * MUSIC_CROSSFADE]; /* what followed the last period */
};

/* Measures as much of the file as a video of `n_samples` needs.  After success the caller closes
 * `*ret_music`; `name` and `cancel` (may be NULL) stay the caller's until then.  Errors: those of
 * media_sound_open() and media_sound_read(); -ERR_INPUT also: too short to be repeated. */
int music_open(struct media *media, const char *name, int64_t n_samples, const atomic_bool *cancel,
    const struct music_watch *watch, struct music *ret_music, struct error *err);
void music_close(struct music *music); /* also one that is all zero */

/* Checks that a video of any length can have the file as music.  Errors as above. */
int music_check(struct media *media, const char *name, struct error *err);

/* Reads the next `n` pairs of the video, at the music's own loudness.  `at`: the sample of the
 * video at which they start, where the last call ended; 0 starts again.  -ERR_INPUT: the file
 * changed since it was measured; -ERR_CANCELED. */
int music_read(struct music *music, int64_t at, float *pairs, int64_t n, struct error *err);

/* The energy and the true peak of the step that starts at sample `at` of the video, estimated from
 * the steps of the file, which need not start with the video's.  See levels.h. */
void music_step_levels(const struct music *music, int64_t at, float *ret_energy, float *ret_peak);
