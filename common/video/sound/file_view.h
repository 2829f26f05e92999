/* file_view.h - random access to a range of an open file, in small pieces.  One thread at a time.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    FILE_VIEW_PIECE = 512,   /* bytes that file_view_at() returns at most */
    FILE_VIEW_BLOCK = 32768, /* bytes that are read from the file at once */
};

struct file_view {
    int fd;                    /* the caller's */
    int64_t start, end;        /* the range, in bytes of the file; the caller may move both */
    const atomic_bool *cancel; /* the caller's; may be NULL */
    bool has_failed;           /* a read failed: an error of the disk, not of the file's content */

    /* The block in memory: its first byte in the file, its length, its bytes. */
    int64_t block_at;
    int block_n;
    uint8_t block[FILE_VIEW_BLOCK];
};

/* `n` bytes (at most FILE_VIEW_PIECE) from byte `at` of the file.  The view owns them; they are
 * valid until the next call.  NULL: the range does not hold all of them, a read failed, or `cancel`
 * is set. */
const uint8_t *file_view_at(struct file_view *view, int64_t at, int n);

/* Whether the `n` bytes from byte `at` of the file are `bytes`. */
bool file_view_is(struct file_view *view, int64_t at, const char *bytes, int n);

/* Copies up to `n` bytes from byte `at` of the file and returns their number; 0: the range ends
 * there; -1: a read failed. */
int file_view_read(struct file_view *view, int64_t at, uint8_t *data, int n);
