/* mux_private.h - what the files of the muxer share: mux.c opens, adds and ends, mux_file.c keeps
 * the file, mux_header.c writes the header, mux_packets.c the packets, mux_check.c reads the file
 * again. */
#pragma once

#include <libavformat/avformat.h>

#include "base/cancel.h"
#include "video/deliver/mux.h"
#include "video/deliver/mux_file.h"
#include "video/libav/libav_error.h"

enum { MUX_PICTURE, MUX_SOUND, MUX_TEXT, MUX_STREAMS }; /* streams of the MP4 */

/* The packets of a stream. */
struct mux_count {
    int64_t n, bytes;
    int64_t first, last; /* decoding times, in the stream's unit; `last` from `first` on */
};

struct mux {
    /* fixed after mux_open() */
    const struct outdir *dir;
    const char *name;
    const struct case_record *record;
    struct soundtrack *track;
    const atomic_bool *cancel;

    char *temporary;         /* name of the file; NULL: it is renamed to `name` */
    void (*tick)(void *ctx); /* NULL: none */
    void *tick_ctx;
    struct mux_words words;
    AVFormatContext *format;
    struct mux_file file;
    struct live *live; /* gets the same packets; NULL before the header */
    bool has_header;
    AVCodecParameters *headers; /* of the first segment */

    AVPacket *packet; /* scratch: a reference to the packet that is written */
    AVPacket *sound;  /* the next of the soundtrack, if `has_sound` */
    AVPacket *line;   /* the next of the text track, if `has_line` */
    bool has_sound, has_line, sound_ended, text_ended;
    int64_t next_dts; /* frames */
    int n_frames;     /* written so far */
    struct mux_count counts[MUX_STREAMS];
};

/* Translate the libav error `rc` of a write; AVERROR_EXIT is a cancel. */
static inline int mux_error(const struct mux *mux, int rc, struct error *err)
{
    if (rc == AVERROR_EXIT)
        return cancel_error(err);
    return libav_error(err, ERR_IO, rc, "%s/%s can't be written", mux->dir->path, mux->name);
}

/* With the parameters of the first segment: write the header of the MP4 and open the live
 * playlist. */
int mux_write_header(struct mux *mux, const AVCodecParameters *headers, struct error *err);

/* One packet of pictures (it stays the caller's), after the sound and text that begin before it. */
int mux_write_picture(struct mux *mux, const AVPacket *packet, struct error *err);
/* All sound packets that begin before `until` samples. */
int mux_write_sound(struct mux *mux, int64_t until, struct error *err);
/* All samples of the text track that begin before `until` ms. */
int mux_write_text(struct mux *mux, int64_t until, struct error *err);

/* A packet is written; its times are in the stream's unit. */
void mux_count(struct mux_count *count, const AVPacket *packet);
/* The closed file has all that was written.  -ERR_LIMIT: it has not. */
int mux_check(const struct mux *mux, struct error *err);
