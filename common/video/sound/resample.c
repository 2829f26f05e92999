/* resample.c - see resample.h.  The conversion is libswresample's. */
#include "video/sound/resample.h"

#include <libswresample/swresample.h>
#include <string.h>

#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum {
    /* Telephones use 8 kHz, studios up to 384 kHz; a header that states 2 Hz would make
     * libswresample allocate without bound. */
    RATE_MIN = 1000,
    RATE_MAX = 768000,
};

/* Some programs write floats as large as 32-bit integers. */
static const float sample_max = 4e9f;

int resample_open(const AVChannelLayout *layout, enum AVSampleFormat format, int rate,
    struct resample *ret_resample, struct error *err)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    SwrContext *swr = NULL;
    int rc;

    if (rate < RATE_MIN || rate > RATE_MAX)
        return error_set(err, ERR_INPUT, "its sample rate is %d Hz: %d to %d Hz can be converted",
            rate, RATE_MIN, RATE_MAX);
    libav_log_clear();
    /* FFmpeg 5.1 takes the layout without const, but does not change it. */
    rc = swr_alloc_set_opts2(&swr, &stereo, AV_SAMPLE_FMT_FLT, TIMELINE_RATE,
        (AVChannelLayout *)layout, format, rate, 0, NULL);
    if (rc >= 0)
        rc = swr_init(swr);
    if (rc < 0) {
        swr_free(&swr);
        return libav_error(err, ERR_INPUT, rc, "sound of %d Hz with %d channels can't be converted",
            rate, layout->nb_channels);
    }
    *ret_resample = (struct resample){.swr = swr};
    return 0;
}

void resample_close(struct resample *resample)
{
    swr_free(&resample->swr);
}

/* Float formats can hold NaN, infinity and values that no sound has.  The bits of positive floats
 * sort as the floats do, with NaN above them all, and the compiler compares several at once. */
static bool resample_is_valid(const float *samples, int64_t n)
{
    int32_t max = 0, allowed;

    for (int64_t i = 0; i < n; i++) {
        int32_t bits;

        memcpy(&bits, &samples[i], sizeof bits);
        bits &= 0x7FFFFFFF;
        max = bits > max ? bits : max;
    }
    memcpy(&allowed, &sample_max, sizeof allowed);
    return max <= allowed;
}

int resample_write(struct resample *resample, const uint8_t *const *data, int n, struct error *err)
{
    int rc = swr_convert(resample->swr, NULL, 0, (const uint8_t **)data, n);

    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "resampling failed") : 0;
}

int resample_read(struct resample *resample, float *pairs, int n, bool is_end, struct error *err)
{
    /* To libswresample, input NULL means the end; input of length 0 does not. */
    static const uint8_t *const none[AV_NUM_DATA_POINTERS * 8] = {(const uint8_t *)""};
    uint8_t *planes[] = {(uint8_t *)pairs};
    int rc = swr_convert(resample->swr, planes, n, is_end ? NULL : (const uint8_t **)none, 0);

    if (rc < 0)
        return libav_error(err, ERR_LIBRARY, rc, "resampling failed");
    if (!resample_is_valid(pairs, 2 * (int64_t)rc))
        return error_set(err, ERR_INPUT,
            "damaged: samples near second %.3f are NaN, infinite or beyond 4e9",
            (double)resample->n / TIMELINE_RATE);
    resample->n += rc;
    return rc;
}
