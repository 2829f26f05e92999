/* aac.h - the mix as AAC packets, encoded as they are asked for.  One thread at a time. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/mix/mix.h"

struct aac {
    struct mix *mix;       /* the caller's */
    AVCodecContext *codec; /* also states the parameters of the stream */
    AVFrame *frame;
};

enum { AAC_FRAME = 1024 }; /* samples of a packet */

/* `mix` stays the caller's until aac_close().  -ERR_LIBRARY: libavcodec has no AAC encoder or can't
 * open it; -ERR_LIMIT: no memory. */
int aac_open(struct mix *mix, struct aac *ret_aac, struct error *err);
void aac_close(struct aac *aac); /* also one that is all zero */

enum { AAC_E_END = 1 };

/* The next packet, with its times in samples; the caller moves or unrefs it.  The first packet
 * starts before 0: it holds the encoder's priming samples, which players skip.  AAC_E_END: there is
 * none.  Errors: those of mix_read(); -ERR_LIBRARY: the encoder failed. */
int aac_next(struct aac *aac, AVPacket *packet, struct error *err);
