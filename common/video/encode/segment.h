/* segment.h - a segment of a video as H.264 packets: the unit that is encoded on its own and kept
 * as a cache entry.  One thread at a time. */
#pragma once

#include <libavcodec/avcodec.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct segment {
    AVCodecParameters
        *parameters;    /* with the H.264 headers, the same for all segments of a video */
    AVPacket **packets; /* in decoding order; times in frames, see segment_move() */
    int n_packets;
};

/* Empty, without parameters.  The caller frees it. */
struct segment *segment_new(void);
void segment_free(struct segment *segment); /* takes NULL */

/* Append a packet.  Its content is moved away; the packet itself stays the caller's, blank.
 * -ERR_LIMIT: no memory. */
int segment_add(struct segment *segment, AVPacket *packet, struct error *err);

/* Packets are encoded and kept with times from the start of the segment.  Change them to times of
 * the video, in which the segment's first frame has the number `first`. */
void segment_move(struct segment *segment, int first);

/* Append the segment as bytes to `out`: the content of a cache entry. */
void segment_pack(const struct segment *segment, struct buf *out);

/* Read those bytes.  True: the caller frees `*ret_segment`.  False: these are no bytes of
 * segment_pack(), or there is no memory. */
bool segment_unpack(const char *data, size_t len, struct segment **ret_segment);
