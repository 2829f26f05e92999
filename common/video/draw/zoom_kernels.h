/* zoom_kernels.h - the inner loops of zoom.c, in several versions with the same results.
 *
 * Thread-safety: any thread; a kernel writes to nothing but `dst`. */
#pragma once

#include <stdint.h>

/* How a row of a frame is made of a source row, horizontally: in groups of `size` neighbouring
 * columns.  All taps of a group lie within 2 × size bytes of the source row.  Each array holds one
 * group after the other. */
struct zoom_groups {
    int n, size;      /* groups; columns of a group, as its kernels want them */
    int *base;        /* of each group: its first byte in the source row */
    uint8_t *pick[2]; /* of each column, for taps 0 and 1, then 2 and 3: the byte, from `base` … */
    int8_t *weigh[2]; /* … and its weight, in 1/64 */
};

struct zoom_kernels {
    const char *name;
    int group; /* columns of a group: 8, 16 or 32 */
    /* Filter a source row horizontally: all samples of `groups`, in 1/64. */
    void (*row)(int16_t *dst, const uint8_t *src, const struct zoom_groups *groups);
    /* Filter four such rows vertically: n samples, a multiple of 32; weights in 1/16384. */
    void (*column)(uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n);
    /* Blend n samples, a multiple of 32, of `to` into `dst`: share 0 is all `dst`, 256 all `to`. */
    void (*blend)(uint8_t *dst, const uint8_t *to, int n, int share);
};

/* Plain C: the reference. */
extern const struct zoom_kernels zoom_kernels_plain;

/* All that this processor runs, the fastest first; NULL ends the list.  Nothing to free.  Each
 * zoom_<family>.c defines it; the build takes one. */
const struct zoom_kernels *const *zoom_kernels_list(void);
