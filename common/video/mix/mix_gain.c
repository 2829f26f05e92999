/* mix_gain.c - see mix_gain.h.  The mix is estimated from the levels of its sounds; gains are tried
 * on the estimate. */
#include "video/mix/mix_gain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/mix/limiter.h"
#include "video/mix/loudness.h"

/* A higher gain would make a roar of the noise of an empty room. */
static const double gain_max_db = 40;

/* The levels of the mix before the gain of the whole, and what the gain tried last makes of them.
 */
struct estimate {
    int64_t n;       /* steps */
    float *energy;   /* of each step */
    float *peaks;    /* true peak of each step */
    float *envelope; /* of that gain, limited */
    double *blocks;  /* see loudness_integrated() */
};

static float mix_gain_from_db(double db)
{
    return (float)pow(10, db / 20);
}

float mix_gain_to(double goal, double loudness)
{
    return isfinite(loudness) ? mix_gain_from_db(fmin(goal - loudness, gain_max_db)) : 0;
}

/* --- the levels of the mix --- */

/* The steps of a clip start between steps of the mix: each adds to two of them. */
static void mix_gain_add_clip(struct estimate *estimate, const struct mix_clip *clip)
{
    float gain = mix_gain_to(MIX_LOUDNESS, clip->loudness);
    int64_t first = clip->at / ENVELOPE_STEP;
    float late = (float)(clip->at % ENVELOPE_STEP) / ENVELOPE_STEP;

    for (int64_t i = 0; i < clip->levels.n && first + i < estimate->n; i++) {
        float energy = gain * gain * clip->levels.energy[i];
        float peak = gain * clip->levels.true_peaks[i];
        int64_t k = first + i;

        estimate->energy[k] += (1 - late) * energy;
        estimate->peaks[k] = fmaxf(estimate->peaks[k], peak);
        if (k + 1 < estimate->n) {
            estimate->energy[k + 1] += late * energy;
            estimate->peaks[k + 1] = fmaxf(estimate->peaks[k + 1], peak);
        }
    }
}

/* Of sounds that play together, the peaks add up in the worst case, the energies on average.  A
 * gain that goes linearly from a to b has the mean square (a² + ab + b²) / 3, here and below. */
static void mix_gain_add_music(
    struct estimate *estimate, const struct music *music, const float *duck)
{
    for (int64_t i = 0; i < estimate->n; i++) {
        float a = duck[i], b = duck[i + 1], energy, peak;

        music_step_levels(music, i * ENVELOPE_STEP, &energy, &peak);
        estimate->energy[i] += energy * (a * a + a * b + b * b) / 3;
        estimate->peaks[i] += peak * fmaxf(a, b);
    }
}

static void mix_gain_estimate(
    const struct mix_input *input, const float *duck, struct estimate *ret_estimate)
{
    int64_t n = envelope_length(input->n_samples) - 1;

    *ret_estimate = (struct estimate){.n = n,
        .energy = mem_new_n((size_t)n, float),
        .peaks = mem_new_n((size_t)n, float),
        .envelope = mem_new_n((size_t)n + 1, float),
        .blocks = mem_new_n((size_t)(n / LEVELS_A_BLOCK) + 1, double)};
    for (int i = 0; i < input->n_clips; i++)
        if (mix_clip_is_audible(&input->clips[i]))
            mix_gain_add_clip(ret_estimate, &input->clips[i]);
    if (duck)
        mix_gain_add_music(ret_estimate, input->music, duck);
}

/* --- the gain of the whole --- */

/* Plans the envelope of this gain and returns the loudness of the mix with it, in LUFS. */
static double mix_gain_try(struct estimate *estimate, double gain_db)
{
    int64_t whole = estimate->n / LEVELS_A_BLOCK;

    limiter_plan(estimate->peaks, estimate->n, mix_gain_from_db(gain_db),
        mix_gain_from_db(MIX_PEAK_DB), estimate->envelope);
    memset(estimate->blocks, 0, (size_t)(whole + 1) * sizeof *estimate->blocks);
    for (int64_t i = 0; i < estimate->n; i++) {
        double a = estimate->envelope[i], b = estimate->envelope[i + 1];

        estimate->blocks[i / LEVELS_A_BLOCK] +=
            estimate->energy[i] * (a * a + a * b + b * b) / 3 / LOUDNESS_BLOCK;
    }
    return loudness_integrated(estimate->blocks, whole ? whole : 1);
}

/* The least gain in dB that reaches MIX_LOUDNESS.  The limiter takes loudness away, so bisection
 * finds it.  Some sounds never get so loud (a click in silence), and more gain would raise only
 * their quiet parts: their goal is 0.1 LU under what the highest gain reaches. */
static double mix_gain_search(struct estimate *estimate)
{
    double low = -60, high = gain_max_db, loudest = mix_gain_try(estimate, high);
    double goal = fmin(MIX_LOUDNESS, loudest - 0.1);

    if (!isfinite(loudest))
        return 0;
    while (high - low > 0.005) {
        double middle = (low + high) / 2;

        if (mix_gain_try(estimate, middle) < goal)
            low = middle;
        else
            high = middle;
    }
    return high;
}

float *mix_gain_plan(const struct mix_input *input, const float *duck)
{
    struct estimate estimate;

    mix_gain_estimate(input, duck, &estimate);
    mix_gain_try(&estimate, mix_gain_search(&estimate));
    free(estimate.energy);
    free(estimate.peaks);
    free(estimate.blocks);
    return estimate.envelope;
}
