/* file_view.h - a stretch of an open file, read anywhere in small pieces.  One thread at a time. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { FILE_VIEW_PIECE = 512, FILE_VIEW_BLOCK = 32768 };

struct file_view {
    int fd;             /* the caller's */
    int64_t start, end; /* bytes of the file; the caller may move them */
    const atomic_bool *cancel;
    bool has_failed; /* the disk said no; that is no fault of the file's bytes */

    int64_t block_at; /* what is at hand */
    int block_n;
    uint8_t block[FILE_VIEW_BLOCK];
};

/* `n` bytes (up to FILE_VIEW_PIECE) from byte `at` of the file on, good until the next call; NULL:
 * not all of them lie in view, or they can't be read, or it was canceled. */
const uint8_t *file_view_at(struct file_view *view, int64_t at, int n);
bool file_view_is(struct file_view *view, int64_t at, const char *bytes, int n);

/* Up to `n` bytes from `at` on; 0: the view ends there; -1: they can't be read. */
int file_view_read(struct file_view *view, int64_t at, uint8_t *data, int n);
