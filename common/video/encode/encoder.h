/* encoder.h - frames to H.264 packets; one encoder a segment.  One thread at a time; any number of
 * encoders at once.
 *
 * All encoders of one format write the same headers, so that their packets can follow one another
 * in one stream: every segment is a closed GOP that begins with an IDR frame.  libx264 runs with
 * one thread, so the bytes do not depend on the number of encoders. */
#pragma once

#include <libavcodec/avcodec.h>

#include "case/case.h"
#include "video/frame/yuv.h"

struct encoder_format {
    int width, height, fps; /* pixels, even; frames per second */
    enum case_quality quality;
};

struct encoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int coarser_start; /* quantizer steps, of frame 0 */
};

/* Called with each packet, times in frames.  It may move the content away (av_packet_move_ref).  A
 * negative code ends the encoder's call with that code. */
struct encoder_sink {
    void *ctx;
    int (*packet)(void *ctx, AVPacket *packet, struct error *err);
};

/* -ERR_LIBRARY: libx264 is missing or refuses the format; -ERR_LIMIT: no memory. */
int encoder_open(
    const struct encoder_format *format, struct encoder *ret_encoder, struct error *err);
void encoder_close(struct encoder *encoder);

/* The picture that the next frame is drawn into.  It stays the encoder's, and is valid until
 * encoder_add().  -ERR_LIMIT: no memory. */
int encoder_canvas(struct encoder *encoder, struct yuv *ret_yuv, struct error *err);

/* Encode the canvas as frame `number` of the segment (from 0).  Packets come some frames late.
 * -ERR_LIBRARY: libx264's error. */
int encoder_add(
    struct encoder *encoder, int64_t number, const struct encoder_sink *sink, struct error *err);

/* After the last frame: pass the packets that are still inside. */
int encoder_end(struct encoder *encoder, const struct encoder_sink *sink, struct error *err);
