/* mix.h - the sound of the whole video: the scenes' sounds at their times, music under them, all at
 * an even loudness.  48 kHz stereo, interleaved left-right pairs, 1.0 is full scale.  One thread at
 * a time for each `struct mix`.
 *
 * Each scene's sound is brought to MIX_LOUDNESS on its own, so that a whisper and a shout are
 * equally intelligible, and music to MIX_MUSIC_DB below that.  The gain of the whole is planned
 * from the levels of all sounds (levels.h) before a sample is read.  So the first second can be
 * mixed as soon as the last sound is measured.
 *
 * Room: loudness, music, ducking, limiting: the sound of the whole video.
 * May use: base, video/kept, video/libav, video/media, video/sound.
 * Used by: video, video/soundtrack, video/text, video/voice. */
#pragma once

#include <stdatomic.h>

#include "video/mix/mix_clip.h"
#include "video/mix/music.h"

#define MIX_LOUDNESS -16.0 /* LUFS, integrated: usual for podcasts and players on the web */
#define MIX_MUSIC_DB -6.0  /* relative to MIX_LOUDNESS, without speech; under speech: duck.h */
#define MIX_PEAK_DB -2.0   /* dBTP before AAC, which must stay under -1 dBTP */

struct mix_input {
    const struct mix_clip *clips; /* in order of time, without overlap */
    int n_clips;
    struct music *music; /* NULL: none */
    int64_t n_samples;   /* of the video */
};

struct mix {
    struct mix_input input; /* what it points to is the caller's */
    const atomic_bool *cancel;
    int64_t n_read;               /* samples read so far */
    int clip;                     /* the first clip that has not ended */
    struct source_reader *source; /* of that clip; NULL: not open */
    float *duck;                  /* envelope of the music; NULL: no music */
    float *gain;                  /* envelope of the whole */
};

/* Plans the mix.  `cancel` (may be NULL) and what `input` points to stay the caller's until
 * mix_close(). */
void mix_open(const struct mix_input *input, const atomic_bool *cancel, struct mix *ret_mix);
void mix_close(struct mix *mix); /* also one that is all zero */

/* Reads the next `n` pairs; the video must have so many left.  -ERR_INPUT: a file changed since it
 * was measured; otherwise the errors of source_read(). */
int mix_read(struct mix *mix, float *pairs, int64_t n, struct error *err);
