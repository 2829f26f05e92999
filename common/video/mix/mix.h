/* mix.h - the sound of the whole video: every scene's at its time, music under it, at an even
 * loudness.  One thread at a time.
 *
 * Every scene's sound is brought to MIX_LOUDNESS on its own, so that a whisper and a shout are
 * understood alike, and music MIX_MUSIC_DB below that.  How loud and how high each five
 * milliseconds of each are is known (levels.h); from that, without touching a sample, the gain is
 * found at which the whole, with its peaks held down, comes out at MIX_LOUDNESS.  So the first
 * second can be mixed as soon as the last scene was heard, and samples are read only then.
 *
 * Room: loudness, music, ducking, limiting: the sound of the whole video.
 * May use: base, video/kept, video/libav, video/plan, video/sound.
 * Used by: cli, video, video/deliver, video/text, video/voice. */
#pragma once

#include <stdatomic.h>

#include "video/mix/mix_part.h"
#include "video/mix/music.h"

#define MIX_LOUDNESS -16.0 /* LUFS, integrated: what podcasts and players on the web agree on */
#define MIX_MUSIC_DB -6.0  /* where nobody speaks; see duck.h for where somebody does */
/* True peak here.  What AAC makes of it must stay under -1 dBTP. */
#define MIX_PEAK_DB -2.0

struct mix_input {
    const struct mix_part *parts; /* in order, no overlap */
    int n_parts;
    struct music *music; /* NULL: none */
    int64_t n_samples;   /* of the whole video */
};

struct mix {
    struct mix_input input;       /* what it points to is the caller's */
    int64_t read;                 /* samples mix_read() gave */
    int part;                     /* the first that is not over */
    struct source_reader *source; /* of that part; NULL: it has not begun */
    const atomic_bool *cancel;
    float *duck; /* envelope of the music; NULL: there is none */
    float *gain; /* envelope of everything */
};

void mix_open(const struct mix_input *input, const atomic_bool *cancel, struct mix *ret_mix);
void mix_close(struct mix *mix); /* one that is all zero, too */

/* The next `n` samples, which must be there.  -ERR_INPUT: a file changed since it was heard. */
int mix_read(struct mix *mix, float *pairs, int64_t n, struct error *err);
