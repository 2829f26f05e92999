/* resample.c - see resample.h. */
#include "video/sound/resample.h"

#include <libswresample/swresample.h>
#include <string.h>

#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum {
    /* Telephones use 8 kHz, studios up to 384; a header that says 2 Hz asks for endless memory. */
    RATE_MIN = 1000,
    RATE_MAX = 768000,
};

/* Some programs write floats as large as 32-bit integers; the bits of positive floats sort as the
 * floats do, behind them what is no number, and the compiler compares several at once. */
static const float most_of_a_sample = 4e9f;

int resample_open(const AVChannelLayout *layout, enum AVSampleFormat format, int rate,
    struct resample *ret_resample, struct error *err)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    SwrContext *swr = NULL;
    int rc;

    if (rate < RATE_MIN || rate > RATE_MAX)
        return error_set(err, ERR_INPUT, "a sound of %d Hz, %d to %d can be converted", rate,
            RATE_MIN, RATE_MAX);
    libav_log_clear();
    /* FFmpeg 5.1 asks for layouts it could change, and does not. */
    rc = swr_alloc_set_opts2(&swr, &stereo, AV_SAMPLE_FMT_FLT, TIMELINE_RATE,
        (AVChannelLayout *)layout, format, rate, 0, NULL);
    if (rc >= 0)
        rc = swr_init(swr);
    if (rc < 0) {
        swr_free(&swr);
        return libav_error(err, ERR_INPUT, rc, "sound of %d Hz can't be converted", rate);
    }
    *ret_resample = (struct resample){.swr = swr};
    return 0;
}

void resample_close(struct resample *resample)
{
    swr_free(&resample->swr);
}

/* Float formats can hold what is no number, or none that a sound can have. */
static bool are_samples(const float *samples, int64_t n)
{
    int32_t most = 0, allowed;

    for (int64_t i = 0; i < n; i++) {
        int32_t bits;

        memcpy(&bits, &samples[i], sizeof bits);
        bits &= 0x7FFFFFFF;
        most = bits > most ? bits : most;
    }
    memcpy(&allowed, &most_of_a_sample, sizeof allowed);
    return most <= allowed;
}

int resample_add(struct resample *resample, const uint8_t *const *data, int n, struct error *err)
{
    int rc = swr_convert(resample->swr, NULL, 0, (const uint8_t **)data, n);

    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "resampling failed") : 0;
}

int resample_take(struct resample *resample, float *pairs, int most, bool is_end, struct error *err)
{
    /* No input at all is the end; none of some input is not. */
    static const uint8_t *const none[AV_NUM_DATA_POINTERS * 8] = {(const uint8_t *)""};
    uint8_t *planes[] = {(uint8_t *)pairs};
    int got = swr_convert(resample->swr, planes, most, is_end ? NULL : (const uint8_t **)none, 0);

    if (got < 0)
        return libav_error(err, ERR_LIBRARY, got, "resampling failed");
    if (!are_samples(pairs, 2 * (int64_t)got))
        return error_set(err, ERR_INPUT, "damaged: %.3f seconds in are samples of no size",
            (double)resample->n / TIMELINE_RATE);
    resample->n += got;
    return got;
}
