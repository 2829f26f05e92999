/* flat_jpeg.h - writes JPEGs that libav's encoder cannot: any number of components, any colour
 * model, progressive.  A picture has four flat quarters of one 8×8 block each (ITU-T T.81).  For
 * tests; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { FLAT_JPEG_SIDE = 16 };

struct flat_jpeg {
    int n_components; /* 1, 3 or 4 */
    int adobe;        /* the transform in an Adobe marker; -1: no marker */
    bool is_progressive;
    uint8_t samples[4][4]; /* [quarter, row by row][component] */
};

/* Appends the file to `out`. */
void flat_jpeg_write(const struct flat_jpeg *jpeg, struct buf *out);
