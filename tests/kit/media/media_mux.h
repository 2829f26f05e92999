/* media_mux.h - an encoder of libav and a file that its packets are muxed into.  For the sources of
 * media.h; a failure fails the running Check test. */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

struct media_mux {
    AVFormatContext *format;
    AVCodecContext *encoder;
};

/* `muxer` and `encoder` are libav's names.  The caller sets the encoder's parameters next. */
void media_mux_init(struct media_mux *mux, const char *muxer, const char *encoder);
/* Opens the encoder, creates the file `name` in `folder` and writes its header. */
void media_mux_open(struct media_mux *mux, const char *folder, const char *name);
/* Encodes a frame, which stays the caller's. */
void media_mux_write(struct media_mux *mux, AVFrame *frame);
/* Writes what the encoder still holds and the trailer, and frees both. */
void media_mux_close(struct media_mux *mux);
