/* resample.h - any sound to what the mix is made of: 48 kHz, stereo, float, into a spool.  One
 * thread at a time. */
#pragma once

#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>

#include "video/spool.h"

struct resample {
    struct SwrContext *swr;
    struct spool *spool; /* the caller's */
    int64_t most;        /* samples out; beyond them resample_add() is -ERR_INPUT */
    int64_t n;           /* samples out so far */
};

int resample_open(const AVChannelLayout *layout, enum AVSampleFormat format, int rate,
    struct spool *spool, int64_t most, struct resample *ret_resample, struct error *err);
void resample_close(struct resample *resample);

/* `n` samples of each channel in; NULL and 0: no more will come, write what is left inside. */
int resample_add(struct resample *resample, const uint8_t *const *data, int n, struct error *err);
