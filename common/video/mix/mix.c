/* mix.c - see mix.h. */
#include "video/mix/mix.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/mix/duck.h"
#include "video/mix/limiter.h"
#include "video/mix/loudness.h"

enum { PIECE = 4096, STEPS_A_BLOCK = LOUDNESS_BLOCK / ENVELOPE_STEP };

/* The noise of an empty room is not made into a roar. */
static const double raise_max_db = 40;

/* What is known of every step of the mix, before any gain. */
struct sketch {
    int64_t n;      /* steps */
    float *squares; /* sum of the weighted squares in it */
    float *peaks;
    float *envelope; /* of the gain tried last */
    double *blocks;  /* room for what that gain makes of it */
};

static float from_db(double db)
{
    return (float)pow(10, db / 20);
}

/* The gain that brings something this loud to `goal`; 0: it is silence, or near enough. */
static float gain_to(double goal, double loudness)
{
    return isfinite(loudness) ? from_db(fmin(goal - loudness, raise_max_db)) : 0;
}

/* --- laying in, before the gain of the whole --- */

static int open_source(struct mix *mix, const struct mix_part *part, struct error *err)
{
    return mix->source ? 0 : source_open(&part->source, mix->cancel, &mix->source, err);
}

static void end_part(struct mix *mix)
{
    source_close(mix->source);
    mix->source = NULL;
    mix->part++;
}

/* The next `n` samples of the part. */
static int add_part(
    struct mix *mix, const struct mix_part *part, float *pairs, int64_t n, struct error *err)
{
    float gain = gain_to(MIX_LOUDNESS, part->loudness), own[2 * PIECE];
    int rc = open_source(mix, part, err);

    if (rc == 0)
        rc = source_read(mix->source, own, (int)n, err);
    if (rc >= 0 && rc < n)
        return error_set(err, ERR_INPUT, "scene %d: its sound changed while it was read",
            (int)(part - mix->input.parts) + 1);
    for (int64_t i = 0; rc > 0 && i < 2 * n; i++)
        pairs[i] += gain * own[i];
    return rc < 0 ? rc : 0;
}

static int add_parts(struct mix *mix, int64_t at, float *pairs, int64_t n, struct error *err)
{
    const struct mix_input *in = &mix->input;
    int rc = 0;

    while (rc == 0 && mix->part < in->n_parts && in->parts[mix->part].at < at + n) {
        const struct mix_part *part = &in->parts[mix->part];
        int64_t first = part->at > at ? part->at : at;
        int64_t end = part->at + part->n, last = end < at + n ? end : at + n;

        if (mix_part_is_heard(part) && last > first)
            rc = add_part(mix, part, pairs + (first - at) * 2, last - first, err);
        if (end > at + n)
            break;
        end_part(mix);
    }
    return rc;
}

static int lay_in(struct mix *mix, int64_t at, float *pairs, int64_t n, struct error *err)
{
    int rc = 0;

    if (mix->duck) {
        rc = music_read(mix->input.music, at, pairs, n, err);
        envelope_apply(mix->duck, at, pairs, n);
    } else
        memset(pairs, 0, (size_t)n * 2 * sizeof *pairs);
    return rc < 0 ? rc : add_parts(mix, at, pairs, n, err);
}

/* --- the sketch --- */

static void sketch_open(int64_t n_samples, struct sketch *ret_sketch)
{
    int64_t n = envelope_length(n_samples) - 1;

    *ret_sketch = (struct sketch){.n = n,
        .squares = mem_new_n((size_t)n, float),
        .peaks = mem_new_n((size_t)n, float),
        .envelope = mem_new_n((size_t)n + 1, float),
        .blocks = mem_new_n((size_t)(n / STEPS_A_BLOCK) + 1, double)};
}

/* All but the envelope, which is what it was made for. */
static void sketch_close(struct sketch *sketch)
{
    free(sketch->squares);
    free(sketch->peaks);
    free(sketch->blocks);
}

/* A part's steps begin between the whole's: each belongs to two of them. */
static void sketch_part(struct sketch *sketch, const struct mix_part *part)
{
    float gain = gain_to(MIX_LOUDNESS, part->loudness);
    int64_t first = part->at / ENVELOPE_STEP;
    float late = (float)(part->at % ENVELOPE_STEP) / ENVELOPE_STEP;

    for (int64_t i = 0; i < part->levels.n && first + i < sketch->n; i++) {
        float squares = gain * gain * part->levels.squares[i], peak = gain * part->levels.peaks[i];
        int64_t k = first + i;

        sketch->squares[k] += (1 - late) * squares;
        sketch->peaks[k] = fmaxf(sketch->peaks[k], peak);
        if (k + 1 < sketch->n) {
            sketch->squares[k + 1] += late * squares;
            sketch->peaks[k + 1] = fmaxf(sketch->peaks[k + 1], peak);
        }
    }
}

/* What is heard together may at worst add up its peaks; on the average it adds up its squares. */
static void sketch_music(struct sketch *sketch, const struct mix *mix)
{
    for (int64_t i = 0; i < sketch->n; i++) {
        float a = mix->duck[i], b = mix->duck[i + 1], squares, peak;

        music_step(mix->input.music, i * ENVELOPE_STEP, &squares, &peak);
        sketch->squares[i] += squares * (a * a + a * b + b * b) / 3;
        sketch->peaks[i] += peak * fmaxf(a, b);
    }
}

static void sketch_fill(struct sketch *sketch, const struct mix *mix)
{
    for (int i = 0; i < mix->input.n_parts; i++)
        if (mix_part_is_heard(&mix->input.parts[i]))
            sketch_part(sketch, &mix->input.parts[i]);
    if (mix->duck)
        sketch_music(sketch, mix);
}

/* How loud the whole comes out with this gain and its peaks held down. */
static double sketch_loudness(struct sketch *sketch, double gain_db)
{
    int64_t whole = sketch->n / STEPS_A_BLOCK;

    limiter_plan(
        sketch->peaks, sketch->n, from_db(gain_db), from_db(MIX_PEAK_DB), sketch->envelope);
    memset(sketch->blocks, 0, (size_t)(whole + 1) * sizeof *sketch->blocks);
    for (int64_t i = 0; i < sketch->n; i++) {
        double a = sketch->envelope[i], b = sketch->envelope[i + 1];

        sketch->blocks[i / STEPS_A_BLOCK] +=
            sketch->squares[i] * (a * a + a * b + b * b) / 3 / LOUDNESS_BLOCK;
    }
    return loudness_gated(sketch->blocks, whole ? whole : 1);
}

/* The least gain that reaches the goal.  Holding peaks down takes away loudness, so it is found by
 * trying.  Some sounds never get there, a click in silence: more gain only raises the rest then. */
static double find_gain(struct sketch *sketch)
{
    double low = -60, high = raise_max_db, most = sketch_loudness(sketch, high);
    double goal = fmin(MIX_LOUDNESS, most - 0.1);

    if (!isfinite(most))
        return 0;
    while (high - low > 0.005) {
        double middle = (low + high) / 2;

        if (sketch_loudness(sketch, middle) < goal)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static void level(struct mix *mix)
{
    struct sketch sketch;

    sketch_open(mix->input.n_samples, &sketch);
    mix->gain = sketch.envelope;
    sketch_fill(&sketch, mix);
    sketch_loudness(&sketch, find_gain(&sketch)); /* for its envelope */
    sketch_close(&sketch);
}

/* --- */

static void plan_music(struct mix *mix)
{
    const struct mix_input *in = &mix->input;
    int64_t length = envelope_length(in->n_samples);
    float gain;

    if (!in->music || !isfinite(in->music->loudness))
        return;
    gain = gain_to(MIX_LOUDNESS + MIX_MUSIC_DB, in->music->loudness);
    mix->duck = mem_new_n((size_t)length, float);
    duck_plan(in->parts, in->n_parts, in->n_samples, mix->duck);
    for (int64_t i = 0; i < length; i++)
        mix->duck[i] *= gain;
}

void mix_open(const struct mix_input *input, const atomic_bool *cancel, struct mix *ret_mix)
{
    *ret_mix = (struct mix){.input = *input, .cancel = cancel};
    plan_music(ret_mix);
    level(ret_mix);
}

void mix_close(struct mix *mix)
{
    source_close(mix->source);
    free(mix->duck);
    free(mix->gain);
    *mix = (struct mix){0};
}

int mix_read(struct mix *mix, float *pairs, int64_t n, struct error *err)
{
    assert(mix->read + n <= mix->input.n_samples);
    while (n > 0) {
        int64_t piece = n < PIECE ? n : PIECE;
        int rc = lay_in(mix, mix->read, pairs, piece, err);

        if (rc < 0)
            return rc;
        envelope_apply(mix->gain, mix->read, pairs, piece);
        mix->read += piece;
        pairs += 2 * piece;
        n -= piece;
    }
    return 0;
}
