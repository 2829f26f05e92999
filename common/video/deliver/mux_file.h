/* mux_file.h - the muxer's file as libav sees it: bytes at offsets of one descriptor.  libav opens
 * nothing by a path: where its own file protocol gets no memory while it opens the file again for
 * the header in front (`faststart`), it reads through a null pointer (FFmpeg 5.1). */
#pragma once

#include <libavformat/avformat.h>
#include <stdbool.h>

struct mux_file {
    int fd;                            /* -1: closed */
    int64_t at;                        /* where the next write goes, in bytes */
    bool (*is_interrupted)(void *ctx); /* asked before each read and write; true ends it */
    void *ctx;
};

/* Makes `name` in the folder `dir_fd`, or empties it, and sets `format` to write to it.  `file`
 * outlives `format`.  0, or an AVERROR code; mux_file_close() follows in both cases. */
int mux_file_open(struct mux_file *file, int dir_fd, const char *name, AVFormatContext *format);

/* Writes what is buffered, unless `drop`, and closes.  0, or the AVERROR code of the first write
 * that failed.  Any number of times. */
int mux_file_close(struct mux_file *file, AVFormatContext *format, bool drop);
