/* segment.h - a piece of a film as packets: what is encoded on its own and kept.  One thread at a
 * time. */
#pragma once

#include <libavcodec/avcodec.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Whoever has it frees it. */
struct segment {
    AVCodecParameters *parameters; /* with the headers all segments must share */
    AVPacket **packets;            /* times in frames: of the segment as it is made and kept … */
    int n_packets;
};

struct segment *segment_new(void);
void segment_free(struct segment *segment); /* takes NULL */

/* Moves the packet's content away.  -ERR_LIMIT: no memory. */
int segment_add(struct segment *segment, AVPacket *packet, struct error *err);

/* … and, once it is moved to its place, of the whole video, where its first frame is `first`. */
void segment_move(struct segment *segment, int first);

/* As bytes, appended, and back.  False: these are no bytes of segment_pack(). */
void segment_pack(const struct segment *segment, struct buf *out);
bool segment_unpack(const char *data, size_t len, struct segment **ret_segment);
