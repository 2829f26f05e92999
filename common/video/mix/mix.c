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
    duck_plan(in->parts, in->n_parts, in->n_samples, mix->duck);
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

static int mix_open_source(struct mix *mix, const struct mix_part *part, struct error *err)
{
    return mix->source ? 0 : source_open(&part->source, mix->cancel, &mix->source, err);
}

static void mix_end_part(struct mix *mix)
{
    source_close(mix->source);
    mix->source = NULL;
    mix->part++;
}

/* Adds the next `n` samples of the part to `pairs`. */
static int mix_add_part(
    struct mix *mix, const struct mix_part *part, float *pairs, int64_t n, struct error *err)
{
    float gain = mix_gain_to(MIX_LOUDNESS, part->loudness), own[2 * PIECE];
    int rc = mix_open_source(mix, part, err);

    if (rc == 0)
        rc = source_read(mix->source, own, (int)n, err);
    if (rc >= 0 && rc < n)
        return error_set(err, ERR_INPUT, "scene %d: its sound changed while it was read",
            (int)(part - mix->input.parts) + 1);
    for (int64_t i = 0; rc > 0 && i < 2 * n; i++)
        pairs[i] += gain * own[i];
    return rc < 0 ? rc : 0;
}

/* Adds all parts to the `n` pairs that start at sample `at` of the video. */
static int mix_add_parts(struct mix *mix, int64_t at, float *pairs, int64_t n, struct error *err)
{
    const struct mix_input *in = &mix->input;
    int rc = 0;

    while (rc == 0 && mix->part < in->n_parts && in->parts[mix->part].at < at + n) {
        const struct mix_part *part = &in->parts[mix->part];
        int64_t first = part->at > at ? part->at : at;
        int64_t end = part->at + part->n, last = number_least_64(end, at + n);

        if (mix_part_is_audible(part) && last > first)
            rc = mix_add_part(mix, part, pairs + (first - at) * 2, last - first, err);
        if (end > at + n)
            break;
        mix_end_part(mix);
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
    return rc < 0 ? rc : mix_add_parts(mix, at, pairs, n, err);
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
