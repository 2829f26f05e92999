/* duck.c - see duck.h. */
#include "video/mix/duck.h"

#include <math.h>

#include "base/number.h"

/* Speech without a pause worth coming up for. */
struct spell {
    int64_t start, end; /* samples */
};

/* The spell that begins with the first part that can be heard from `*part` on, which is moved
 * behind it; false: there is none. */
static bool next_spell(
    const struct mix_part *parts, int n_parts, int *part, struct spell *ret_spell)
{
    bool found = false;

    for (; *part < n_parts; ++*part) {
        const struct mix_part *p = &parts[*part];

        if (!mix_part_is_heard(p))
            continue;
        if (found && p->at - ret_spell->end >= DUCK_STAY)
            break;
        if (!found)
            ret_spell->start = p->at;
        ret_spell->end = p->at + p->n;
        found = true;
    }
    return found;
}

/* How far down, from 0 to 1, at a sample. */
static double depth_at(const struct spell *spell, int64_t at)
{
    if (at < spell->start)
        return fmax(0, 1 - (double)(spell->start - at) / DUCK_DOWN);
    if (at > spell->end)
        return fmax(0, 1 - (double)(at - spell->end) / DUCK_UP);
    return 1;
}

static void press(const struct spell *spell, float *envelope, int64_t length)
{
    int64_t first = (spell->start - DUCK_DOWN) / ENVELOPE_STEP;
    int64_t last = (spell->end + DUCK_UP) / ENVELOPE_STEP;

    for (int64_t i = first > 0 ? first : 0; i <= last && i < length; i++)
        envelope[i] =
            fminf(envelope[i], (float)pow(10, DUCK_DB / 20 * depth_at(spell, i * ENVELOPE_STEP)));
}

static void fade(int64_t n_samples, float *envelope, int64_t length)
{
    double in = (double)number_least_64(DUCK_FADE_IN, n_samples / 4);
    double out = (double)number_least_64(DUCK_FADE_OUT, n_samples / 2);

    for (int64_t i = 0; i < length; i++) {
        double from_start = (double)(i * ENVELOPE_STEP), from_end = (double)n_samples - from_start;

        if (from_start < in)
            envelope[i] *= (float)(from_start / in);
        if (from_end < out)
            envelope[i] *= (float)fmax(0, from_end / out);
    }
}

void duck_plan(const struct mix_part *parts, int n_parts, int64_t n_samples, float *ret_envelope)
{
    int64_t length = envelope_length(n_samples);
    struct spell spell;
    int part = 0;

    for (int64_t i = 0; i < length; i++)
        ret_envelope[i] = 1;
    while (next_spell(parts, n_parts, &part, &spell)) {
        /* Nor does it come up for a moment before it fades. */
        if (n_samples - DUCK_FADE_OUT - spell.end < DUCK_STAY)
            spell.end = n_samples;
        if (spell.start < DUCK_STAY)
            spell.start = 0;
        press(&spell, ret_envelope, length);
    }
    fade(n_samples, ret_envelope, length);
}
