/* zoom_kernels.h - the loops in which zoom.c spends its time, in several versions with the same
 * results. */
#pragma once

#include <stdint.h>

/* How the columns of a frame are made of a source row: in groups of neighbours, the taps of each
 * group within twice as many bytes of the row as it has columns.  Each array holds one group after
 * the other. */
struct zoom_groups {
    int n, size;      /* groups; columns of each, as its kernels want them */
    int *base;        /* of each group: its first byte of the row */
    uint8_t *pick[2]; /* for taps 0 and 1, then 2 and 3, of each column: the byte, from `base` */
    int8_t *weigh[2]; /* and its weight, in 1/64 */
};

struct zoom_kernels {
    const char *name;
    int group; /* columns: 8, or a power of two times that, up to 32 */
    /* All samples of a row, in 1/64. */
    void (*row)(int16_t *dst, const uint8_t *src, const struct zoom_groups *groups);
    /* n samples (a multiple of 32) out of four such rows, each with its weight in 1/16384. */
    void (*column)(uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n);
    /* dst faded into `to`, n samples (a multiple of 32): 0 is all dst, 256 all `to`. */
    void (*fade)(uint8_t *dst, const uint8_t *to, int n, int share);
};

extern const struct zoom_kernels zoom_kernels_plain;

/* Chosen by what the processor can do; each file that defines it is for one family of processors.
 * NULL at the end. */
const struct zoom_kernels *const *zoom_kernels_list(void); /* fastest first */
