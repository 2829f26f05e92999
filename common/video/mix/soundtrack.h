/* soundtrack.h - the mix as one stream of AAC packets, made as far as somebody wants it.  One
 * thread at a time. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/mix/mix.h"

struct soundtrack {
    struct mix *mix; /* the caller's */
    AVCodecContext *codec;
    AVFrame *frame;
};

int soundtrack_open(struct mix *mix, struct soundtrack *ret_track, struct error *err);
void soundtrack_close(struct soundtrack *track);

enum { SOUNDTRACK_E_END = 1 };

/* The next packet, times in samples: the first begins before 0, with what the encoder needs to get
 * going (players are told to skip it).  The caller moves it away or unrefs it. */
int soundtrack_next(struct soundtrack *track, AVPacket *packet, struct error *err);
