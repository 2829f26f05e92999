/* zoom_kernels.h - the two loops in which zoom.c spends its time, in several versions with the same
 * results. */
#pragma once

#include <stdint.h>

/* Eight neighbouring columns of a frame: their 8 × 4 taps lie within 16 bytes of a source row. */
struct zoom_group {
    _Alignas(16) uint8_t
        pick[2][16];     /* for taps 0 and 1, then 2 and 3, of each column: the byte, from `base` */
    int8_t weigh[2][16]; /* and its weight, in 1/64 */
    int base;
};

struct zoom_kernels {
    const char *name;
    /* 8 × n_groups samples of a row, in 1/64. */
    void (*row)(int16_t *dst, const uint8_t *src, const struct zoom_group *groups, int n_groups);
    /* n samples (a multiple of 32) out of four such rows, each with its weight in 1/16384. */
    void (*column)(uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n);
};

extern const struct zoom_kernels zoom_kernels_plain;

/* Chosen by what the processor can do; each file that defines it is for one family of processors.
 * NULL at the end. */
const struct zoom_kernels *const *zoom_kernels_list(void); /* fastest first */
