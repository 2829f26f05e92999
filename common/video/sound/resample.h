/* resample.h - converts decoded sound to the format of the mix: 48 kHz stereo, float, interleaved
 * left-right pairs.  One thread at a time. */
#pragma once

#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct resample {
    struct SwrContext *swr; /* NULL: not open */
    int64_t n;              /* pairs read so far */
};

/* Converts from `rate` Hz, `format` and `layout` (stays the caller's).  -ERR_INPUT: a rate or
 * layout that can't be converted; the text names no file. */
int resample_open(const AVChannelLayout *layout, enum AVSampleFormat format, int rate,
    struct resample *ret_resample, struct error *err);
void resample_close(struct resample *resample); /* also one that is all zero */

/* Hands over `n` samples of each channel; `data` holds a pointer for each plane.  It is copied. */
int resample_write(struct resample *resample, const uint8_t *const *data, int n, struct error *err);

/* Reads up to `n` pairs and returns their number; fewer: it needs more input.  `is_end`: no more
 * input follows, return the rest.  -ERR_INPUT: samples that are NaN, infinite or beyond 4e9. */
int resample_read(struct resample *resample, float *pairs, int n, bool is_end, struct error *err);
