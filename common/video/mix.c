/* mix.c - see mix.h. */
#include "video/mix.h"

#include <assert.h>
/* The header claims the tag `error` for an enum of its own. */
#define error ebur128_error
#include <ebur128.h>
#undef error
#include <math.h>
#include <string.h>

#include "video/cancel.h"
#include "video/timeline.h"

enum { CHUNK = 9600 };

/* Whispered noise is not made into a roar. */
static const double gain_max_db = 30;

static float from_db(double db)
{
    return (float)pow(10, db / 20);
}

static void rewind_mix(struct mix *mix, double gain_db)
{
    mix->read = mix->fed = 0;
    mix->part = 0;
    limiter_init(&mix->limiter, from_db(gain_db), from_db(MIX_PEAK_DB));
}

/* Samples `at` … `at`+n of the timeline, before any gain: silence with the parts laid in. */
static int lay_in(struct mix *mix, int64_t at, float *samples, int64_t n, struct error *err)
{
    memset(samples, 0, (size_t)n * 2 * sizeof *samples);
    for (int i = mix->part; i < mix->n_parts && mix->parts[i].at < at + n; i++) {
        const struct mix_part *part = &mix->parts[i];
        int64_t first = part->at > at ? part->at : at;
        int64_t last = part->at + part->n < at + n ? part->at + part->n : at + n;
        int rc;

        if (last <= first) {
            mix->part = part->at + part->n <= at ? i + 1 : mix->part;
            continue;
        }
        rc = spool_read(mix->spool, part->from + first - part->at, samples + (first - at) * 2,
            last - first, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int feed(struct mix *mix, float *samples, int64_t n, struct error *err)
{
    int rc = lay_in(mix, mix->fed, samples, n, err);

    if (rc < 0)
        return rc;
    limiter_run(&mix->limiter, samples, n);
    mix->fed += n;
    return 0;
}

int mix_read(struct mix *mix, float *samples, int64_t n, struct error *err)
{
    float early[LIMITER_AHEAD * 2];

    assert(mix->read + n <= mix->n_samples);
    /* The limiter is late: the first it gives is older than the start. */
    if (mix->fed == 0) {
        int rc = feed(mix, early, LIMITER_AHEAD, err);

        if (rc < 0)
            return rc;
    }
    mix->read += n;
    return feed(mix, samples, n, err);
}

static int measure_all(
    struct mix *mix, ebur128_state *meter, const atomic_bool *cancel, struct error *err)
{
    float samples[CHUNK * 2];

    while (mix->read < mix->n_samples) {
        int64_t left = mix->n_samples - mix->read, n = left < CHUNK ? left : CHUNK;
        int rc = cancel_is_set(cancel) ? cancel_error(err) : mix_read(mix, samples, n, err);

        if (rc < 0)
            return rc;
        ebur128_add_frames_float(meter, samples, (size_t)n);
    }
    return 0;
}

/* Integrated loudness as it comes out with this gain; -INFINITY if all is silence. */
static int measure(struct mix *mix, double gain_db, const atomic_bool *cancel, double *ret_loudness,
    struct error *err)
{
    ebur128_state *meter = ebur128_init(2, TIMELINE_RATE, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
    int rc;

    if (!meter)
        return error_set(err, ERR_LIMIT, "no memory to measure the sound");
    rewind_mix(mix, gain_db);
    rc = measure_all(mix, meter, cancel, err);
    if (rc == 0)
        ebur128_loudness_global(meter, ret_loudness);
    ebur128_destroy(&meter);
    return rc;
}

/* The limiter takes away some loudness: the second look, at what really comes out, corrects for
 * that. */
static int find_gain(struct mix *mix, const atomic_bool *cancel, double *ret_db, struct error *err)
{
    double gain_db = 0, loudness;

    for (int look = 0; look < 2; look++) {
        int rc = measure(mix, gain_db, cancel, &loudness, err);

        if (rc < 0)
            return rc;
        if (!isfinite(loudness))
            break;
        gain_db = fmin(gain_db + MIX_LOUDNESS - loudness, gain_max_db);
    }
    *ret_db = gain_db;
    return 0;
}

int mix_open(const struct spool *spool, const struct mix_part *parts, int n_parts,
    int64_t n_samples, const atomic_bool *cancel, struct mix *ret_mix, struct error *err)
{
    struct mix mix = {.spool = spool, .parts = parts, .n_parts = n_parts, .n_samples = n_samples};
    double gain_db = 0;
    int rc = n_parts ? find_gain(&mix, cancel, &gain_db, err) : 0;

    if (rc < 0)
        return rc;
    rewind_mix(&mix, gain_db);
    *ret_mix = mix;
    return 0;
}
