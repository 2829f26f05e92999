/* duck.c - see duck.h. */
#include "video/mix/duck.h"

#include <math.h>

#include "base/number.h"

/* Speech without a gap of DUCK_HOLD or more. */
struct span {
    int64_t start, end; /* samples */
};

/* The span that starts with the first audible clip from `*clip` on; moves `*clip` behind it.
 * False: there is none. */
static bool duck_next_span(
    const struct mix_clip *clips, int n_clips, int *clip, struct span *ret_span)
{
    bool found = false;

    for (; *clip < n_clips; ++*clip) {
        const struct mix_clip *c = &clips[*clip];

        if (!mix_clip_is_audible(c))
            continue;
        if (found && c->at - ret_span->end >= DUCK_HOLD)
            break;
        if (!found)
            ret_span->start = c->at;
        ret_span->end = c->at + c->n;
        found = true;
    }
    return found;
}

/* How far down the music is at a sample: from 0 (not) to 1 (by DUCK_DB). */
static double duck_depth(const struct span *span, int64_t at)
{
    if (at < span->start)
        return fmax(0, 1 - (double)(span->start - at) / DUCK_ATTACK);
    if (at > span->end)
        return fmax(0, 1 - (double)(at - span->end) / DUCK_RELEASE);
    return 1;
}

static void duck_lower(const struct span *span, float *envelope, int64_t length)
{
    int64_t first = (span->start - DUCK_ATTACK) / ENVELOPE_STEP;
    int64_t last = (span->end + DUCK_RELEASE) / ENVELOPE_STEP;

    for (int64_t i = first > 0 ? first : 0; i <= last && i < length; i++)
        envelope[i] =
            fminf(envelope[i], (float)pow(10, DUCK_DB / 20 * duck_depth(span, i * ENVELOPE_STEP)));
}

static void duck_fade(int64_t n_samples, float *envelope, int64_t length)
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

void duck_plan(const struct mix_clip *clips, int n_clips, int64_t n_samples, float *ret_envelope)
{
    int64_t length = envelope_length(n_samples);
    struct span span;
    int clip = 0;

    for (int64_t i = 0; i < length; i++)
        ret_envelope[i] = 1;
    while (duck_next_span(clips, n_clips, &clip, &span)) {
        /* The gaps before the first word and before the fade-out are held, too. */
        if (n_samples - DUCK_FADE_OUT - span.end < DUCK_HOLD)
            span.end = n_samples;
        if (span.start < DUCK_HOLD)
            span.start = 0;
        duck_lower(&span, ret_envelope, length);
    }
    duck_fade(n_samples, ret_envelope, length);
}
