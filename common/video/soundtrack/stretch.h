/* stretch.h - the stretches of the sound: each is encoded by itself, so that it can be kept.  One
 * thread at a time.
 *
 * The transform of AAC overlaps: a packet adds to its neighbours' samples, and the kinds of
 * their windows must fit.  The kind depends only on the samples of a few packets around, and so
 * do a packet's coefficients.  So each encoder starts STRETCH_LEAD packets before its stretch and
 * gets a frame more than its end; what it makes there is dropped.  At a join only the rounding of
 * coefficients differs from what a single encoder makes of the sound. */
#pragma once

#include <stdbool.h>

#include "video/kept/cache.h"
#include "video/mix/mix.h"
#include "video/soundtrack/aac.h"

enum {
    STRETCH_PACKETS = 1408, /* 30 seconds */
    STRETCH_LEAD = 48,      /* a second, in which the encoder's rate control settles */
};

struct stretch {
    int64_t first, end;     /* its packets, by number from the start of the video */
    struct aac_input input; /* its samples, with those before and after it */
    float *pairs;           /* of `input` */
};

/* The packets of a sound of `n` samples. */
int64_t stretch_packets(int64_t n);

void stretch_init(struct stretch *ret_stretch); /* no stretch yet */
void stretch_close(struct stretch *stretch);

/* Read the samples of the next stretch from the mix, which must stand where the last stretch ended
 * (at first: at its start).  Errors: those of mix_read(). */
int stretch_next(struct stretch *stretch, struct mix *mix, struct error *err);

/* Called with each packet, in order; `ctx` is the caller's.  It moves or unrefs the packet. */
typedef int stretch_emit(void *ctx, AVPacket *packet, struct error *err);

/* Find the packets of the stretch in the cache, or encode and keep them; `emit` gets each as soon
 * as it is there.  Errors: those of aac_open() and aac_next(), and what `emit` returns. */
int stretch_make(
    struct stretch *stretch, struct cache *cache, stretch_emit *emit, void *ctx, struct error *err);
