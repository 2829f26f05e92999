/* soundtrack.h - the mix as one stream of AAC packets, encoded as they are asked for.  One thread
 * at a time. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/mix/mix.h"

struct soundtrack {
    struct mix *mix;       /* the caller's */
    AVCodecContext *codec; /* also states the parameters of the stream */
    AVFrame *frame;
};

/* `mix` stays the caller's until soundtrack_close().  -ERR_LIBRARY: libavcodec has no AAC encoder
 * or can't open it; -ERR_LIMIT: no memory. */
int soundtrack_open(struct mix *mix, struct soundtrack *ret_track, struct error *err);
void soundtrack_close(struct soundtrack *track); /* also one that is all zero */

enum { SOUNDTRACK_E_END = 1 };

/* The next packet, with its times in samples; the caller moves or unrefs it.  The first packet
 * starts before 0: it holds the encoder's priming samples, which players skip.  SOUNDTRACK_E_END:
 * there is none.  Errors: those of mix_read(); -ERR_LIBRARY: the encoder failed. */
int soundtrack_next(struct soundtrack *track, AVPacket *packet, struct error *err);
