/* music.h - a case's music: read once, repeated for as long as the video lasts.  One thread at a
 * time. */
#pragma once

#include <stdatomic.h>

#include "video/spool.h"

enum {
    MUSIC_CROSS = 4800,  /* samples its end and its next beginning sound together: 100 ms */
    MUSIC_LEAST = 48000, /* shorter is refused if it has to be repeated */
};

struct music {
    struct spool spool;
    int64_t period;  /* samples until it begins again */
    int64_t cross;   /* of what follows the period, in which the next time begins; 0: never again */
    double loudness; /* LUFS; -INFINITY: nothing can be heard */
};

/* Read as much of the file as a video of `n_samples` needs, into a nameless file in `dir`.
 * -ERR_INPUT names the file.  The caller closes it, if this did not fail. */
int music_open(int root_fd, const char *name, int64_t n_samples, const char *dir,
    const atomic_bool *cancel, struct music *ret_music, struct error *err);
void music_close(struct music *music); /* one that is all zero, too */

/* `n` left-right pairs from sample `at` on, at the music's own level. */
int music_read(const struct music *music, int64_t at, float *pairs, int64_t n, struct error *err);
