/* music.h - a case's music: repeated for as long as the video lasts.  Its file is read once to know
 * how loud it is, and again, from start to end, as it is mixed.  One thread at a time. */
#pragma once

#include <stdatomic.h>

#include "video/mix/levels.h"
#include "video/sound/sound_file.h"

enum {
    MUSIC_CROSS = 4800,  /* samples its end and its next beginning sound together: 100 ms */
    MUSIC_LEAST = 48000, /* shorter is refused if it has to be repeated */
};

/* Called several times a second while a file is read. */
struct music_watch {
    void (*tick)(void *ctx); /* NULL: nobody asks */
    void *ctx;
};

struct music {
    int root_fd;
    const char *name; /* the caller's */
    const atomic_bool *cancel;
    int64_t period;  /* samples until it begins again */
    int64_t cross;   /* of what follows the period, in which the next time begins; 0: never again */
    double loudness; /* LUFS; -INFINITY: nothing can be heard */
    struct levels levels; /* of the period and what follows it */

    struct sound_file *file;     /* NULL: to be opened */
    int64_t at;                  /* sample of the video that is read next */
    float tail[2 * MUSIC_CROSS]; /* what followed the last period */
};

/* Hear as much of the file as a video of `n_samples` needs.  -ERR_INPUT names the file.  The caller
 * closes it, if this did not fail. */
int music_open(int root_fd, const char *name, int64_t n_samples, const atomic_bool *cancel,
    const struct music_watch *watch, struct music *ret_music, struct error *err);
/* Can a video of any length have it?  -ERR_INPUT names the file and says why not. */
int music_check(int root_fd, const char *name, struct error *err);
void music_close(struct music *music); /* one that is all zero, too */

/* The next `n` left-right pairs of the video, at the music's own level; `at` 0 begins anew. */
int music_read(struct music *music, int64_t at, float *pairs, int64_t n, struct error *err);

/* The weighted squares and the highest peak of a step from sample `at` of the video on, nearly. */
void music_step(const struct music *music, int64_t at, float *ret_squares, float *ret_peak);
