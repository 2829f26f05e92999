/* soundtrack.h - the mix as one stream of AAC packets.  A thread of this module mixes and encodes
 * ahead of the caller, who takes the packets in order.  One caller at a time.
 *
 * The thread runs ahead as far as the caller has come, and at most a minute (1.3 MB): so at the
 * start, when viewers wait for the first second of pictures, it takes little of the encoders'
 * time.
 *
 * It is encoded in stretches of 30 seconds that are kept (stretch.h): where the samples of a
 * stretch are the same as in an earlier job, its packets are read from the cache.
 *
 * Other machines make no stretches.  A minute of sound takes this thread 1 s of a core, 0.2 s of it
 * to mix; the frames of that minute in 720p take 8 s as a draft, 15 s in standard quality.  So the
 * sound holds nobody up before ten to sixteen cores make the video, and a machine that helped would
 * have to read and mix all sound before it could encode any.
 *
 * Room: the mix as AAC packets, made ahead of their use.
 * May use: base, video/kept, video/libav, video/mix, video/plan.
 * Used by: video, video/canary, video/deliver. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/kept/cache.h"
#include "video/mix/mix.h"

struct soundtrack;

/* Open the encoder and start the thread.  `mix` is the thread's until soundtrack_close(), and
 * `cache` must outlive it.
 * -ERR_LIBRARY: libavcodec has no AAC encoder or can't open it; -ERR_LIMIT: no memory or no
 * thread. */
int soundtrack_open(
    struct mix *mix, struct cache *cache, struct soundtrack **ret_track, struct error *err);

/* Stop the thread and wait for it: the time of a packet.  Takes NULL. */
void soundtrack_close(struct soundtrack *track);

/* Of the stream; valid until soundtrack_close(). */
const AVCodecParameters *soundtrack_parameters(const struct soundtrack *track);

enum { SOUNDTRACK_E_END = 1 };

/* Wait for the next packet, with its times in samples; the caller moves or unrefs it.  The first
 * packet starts before 0: it holds the encoder's priming samples, which players skip.
 * SOUNDTRACK_E_END: there is none.  Errors: those of mix_read(), each after the stretches before
 * its own; -ERR_CANCELED; -ERR_LIBRARY: the encoder failed. */
int soundtrack_next(struct soundtrack *track, AVPacket *packet, struct error *err);
