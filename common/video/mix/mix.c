/* mix.c - see mix.h: reading.  mix_gain.c plans the gain of the whole, duck.c that of the music. */
#include "video/mix/mix.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/mix/duck.h"
#include "video/mix/mix_gain.h"

enum { PIECE = 4096 }; /* samples mixed at once */

/* --- opening --- */

static void mix_plan_music(struct mix *mix)
{
    const struct mix_input *in = &mix->input;
    int64_t length = envelope_length(in->n_samples);
    float gain;

    if (!in->music || !isfinite(in->music->loudness))
        return;
    gain = mix_gain_to(MIX_LOUDNESS + MIX_MUSIC_DB, in->music->loudness);
    mix->duck = mem_new_n((size_t)length, float);
    duck_plan(in->clips, in->n_clips, in->n_samples, mix->duck);
    for (int64_t i = 0; i < length; i++)
        mix->duck[i] *= gain;
}

void mix_open(const struct mix_input *input, const atomic_bool *cancel, struct mix *ret_mix)
{
    *ret_mix = (struct mix){.input = *input, .cancel = cancel};
    mix_plan_music(ret_mix);
    ret_mix->gain = mix_gain_plan(input, ret_mix->duck);
}

void mix_close(struct mix *mix)
{
    source_close(mix->source);
    free(mix->duck);
    free(mix->gain);
    *mix = (struct mix){0};
}

/* --- reading --- */

static int mix_open_source(struct mix *mix, const struct mix_clip *clip, struct error *err)
{
    return mix->source ? 0 : source_open(&clip->source, mix->cancel, &mix->source, err);
}

static void mix_end_clip(struct mix *mix)
{
    source_close(mix->source);
    mix->source = NULL;
    mix->clip++;
}

/* Adds the next `n` samples of the clip to `pairs`. */
static int mix_add_clip(
    struct mix *mix, const struct mix_clip *clip, float *pairs, int64_t n, struct error *err)
{
    float gain = mix_gain_to(MIX_LOUDNESS, clip->loudness), own[2 * PIECE];
    int rc = mix_open_source(mix, clip, err);

    if (rc == 0)
        rc = source_read(mix->source, own, (int)n, err);
    if (rc >= 0 && rc < n)
        return error_set(err, ERR_INPUT, "scene %d: its sound changed while it was read",
            (int)(clip - mix->input.clips) + 1);
    for (int64_t i = 0; rc > 0 && i < 2 * n; i++)
        pairs[i] += gain * own[i];
    return rc < 0 ? rc : 0;
}

/* Adds all clips to the `n` pairs that start at sample `at` of the video. */
static int mix_add_clips(struct mix *mix, int64_t at, float *pairs, int64_t n, struct error *err)
{
    const struct mix_input *in = &mix->input;
    int rc = 0;

    while (rc == 0 && mix->clip < in->n_clips && in->clips[mix->clip].at < at + n) {
        const struct mix_clip *clip = &in->clips[mix->clip];
        int64_t first = clip->at > at ? clip->at : at;
        int64_t end = clip->at + clip->n, last = number_least_64(end, at + n);

        if (mix_clip_is_audible(clip) && last > first)
            rc = mix_add_clip(mix, clip, pairs + (first - at) * 2, last - first, err);
        if (end > at + n)
            break;
        mix_end_clip(mix);
    }
    return rc;
}

/* The `n` pairs from sample `at` on, before the gain of the whole. */
static int mix_sum(struct mix *mix, int64_t at, float *pairs, int64_t n, struct error *err)
{
    int rc = 0;

    if (mix->duck) {
        rc = music_read(mix->input.music, at, pairs, n, err);
        envelope_apply(mix->duck, at, pairs, n);
    } else
        memset(pairs, 0, (size_t)n * 2 * sizeof *pairs);
    return rc < 0 ? rc : mix_add_clips(mix, at, pairs, n, err);
}

int mix_read(struct mix *mix, float *pairs, int64_t n, struct error *err)
{
    assert(mix->n_read + n <= mix->input.n_samples);
    while (n > 0) {
        int64_t piece = number_least_64(n, PIECE);
        int rc = mix_sum(mix, mix->n_read, pairs, piece, err);

        if (rc < 0)
            return rc;
        envelope_apply(mix->gain, mix->n_read, pairs, piece);
        mix->n_read += piece;
        pairs += 2 * piece;
        n -= piece;
    }
    return 0;
}
