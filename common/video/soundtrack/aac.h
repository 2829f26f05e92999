/* aac.h - samples as AAC packets, encoded as they are asked for.  48 kHz stereo, interleaved
 * left-right pairs, 1.0 is full scale.  One thread at a time. */
#pragma once

#include <libavcodec/avcodec.h>

#include "base/error.h"

enum { AAC_FRAME = 1024 }; /* samples of a packet */

struct aac_input {
    const float *pairs; /* the caller's */
    int64_t at, n;      /* the first is this sample of the video, and their number */
};

struct aac {
    struct aac_input input;
    int64_t n_fed;         /* samples that the encoder has got */
    AVCodecContext *codec; /* also states the parameters of the stream */
    AVFrame *frame;
};

/* -ERR_LIBRARY: libavcodec has no AAC encoder or can't open it; -ERR_LIMIT: no memory. */
int aac_open(const struct aac_input *input, struct aac *ret_aac, struct error *err);
void aac_close(struct aac *aac); /* also one that is all zero */

enum { AAC_E_END = 1 };

/* The next packet, with its times in samples of the video; the caller moves or unrefs it.  The
 * first starts a packet before `at`, as if silence were there.  AAC_E_END: there is none.
 * -ERR_LIBRARY: the encoder failed. */
int aac_next(struct aac *aac, AVPacket *packet, struct error *err);
