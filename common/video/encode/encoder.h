/* encoder.h - frames to H.264 packets, one segment an encoder.  One thread at a time; any number of
 * encoders at once.
 *
 * All encoders of one format write the same headers, so that their packets can follow one another
 * in one stream without being encoded again: every segment is a closed group of pictures that
 * begins with an IDR frame, and its frames carry their numbers on the whole video's clock.  One
 * thread each, so the bytes do not hang on how many run. */
#pragma once

#include <libavcodec/avcodec.h>

#include "case/case.h"
#include "video/frame/yuv.h"

struct encoder_format {
    int width, height, fps;
    enum case_quality quality;
};

struct encoder {
    AVCodecContext *codec;
    AVFrame *frame;
    AVPacket *packet;
    int coarser_start; /* quantizer steps, of frame 0 */
};

/* Gets each packet, which it may move away; its times are in frames. */
struct encoder_sink {
    void *ctx;
    int (*packet)(void *ctx, AVPacket *packet, struct error *err);
};

int encoder_open(
    const struct encoder_format *format, struct encoder *ret_encoder, struct error *err);
void encoder_close(struct encoder *encoder);

/* Where to draw the next frame. */
int encoder_canvas(struct encoder *encoder, struct yuv *ret_yuv, struct error *err);
/* What was drawn is frame `number` of the segment, from 0. */
int encoder_add(
    struct encoder *encoder, int64_t number, const struct encoder_sink *sink, struct error *err);
/* No frame will follow: the packets still inside. */
int encoder_end(struct encoder *encoder, const struct encoder_sink *sink, struct error *err);
