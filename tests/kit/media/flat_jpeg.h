/* flat_jpeg.h - JPEGs that libav's encoder does not make: any number of components, any colours,
 * progressive.  Four flat quarters of one block each, written by hand (ITU-T T.81). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { FLAT_JPEG_SIDE = 16 };

struct flat_jpeg {
    int n_components; /* 1, 3 or 4 */
    int adobe;        /* the transform of an Adobe marker; -1: none is written */
    bool is_progressive;
    uint8_t samples[4][4]; /* of each quarter, row by row: of each component */
};

/* Appended to `out`. */
void flat_jpeg_write(const struct flat_jpeg *jpeg, struct buf *out);
