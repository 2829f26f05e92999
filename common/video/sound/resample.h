/* resample.h - any sound to what the mix is made of: 48 kHz, float, interleaved.  One thread at a
 * time. */
#pragma once

#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct resample {
    struct SwrContext *swr; /* NULL: not open */
    int64_t n;              /* samples out so far */
};

/* To stereo, whatever `layout` is.  -ERR_INPUT: a rate or layout that can't be converted. */
int resample_open(const AVChannelLayout *layout, enum AVSampleFormat format, int rate,
    struct resample *ret_resample, struct error *err);
void resample_close(struct resample *resample);

/* `n` samples of each channel in. */
int resample_add(struct resample *resample, const uint8_t *const *data, int n, struct error *err);

/* Up to `most` left-right pairs of what came in; returns how many, fewer if there are no more yet.
 * `is_end`: no more will come in.  -ERR_INPUT: they are not samples. */
int resample_take(
    struct resample *resample, float *pairs, int most, bool is_end, struct error *err);
