/* sound_demux.h - the packets of one stream of a sound file, from libav's demuxer or, for formats
 * without a container, from mpeg_frames.h.  One thread at a time. */
#pragma once

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "video/sound/mpeg_frames.h"
#include "video/sound/sound_input.h"

struct sound_demux {
    struct sound_input *input; /* the caller's */
    const AVCodec *codec;      /* the decoder for it */
    AVIOContext *io;
    AVFormatContext *format; /* NULL: packets come from `frames` */
    AVStream *stream;        /* of `format` */
    struct mpeg_frames frames;
    int64_t skip; /* decoded samples of each channel to drop … */
    int64_t left; /* … and then to keep; the decoder counts both down */
};

/* Opens the stream that the input's view holds.  After an error, too, the caller closes it.
 * -ERR_INPUT: no sound that can be read and decoded; -ERR_CANCELED. */
int sound_demux_open(struct sound_input *input, struct sound_demux *demux, struct error *err);
void sound_demux_close(struct sound_demux *demux); /* also one that is all zero */

/* The next packet, which the caller unrefs.  Returns 0, or libav's code: AVERROR_EOF after the last
 * one, AVERROR_EXIT if it was canceled. */
int sound_demux_read(struct sound_demux *demux, AVPacket *packet);
