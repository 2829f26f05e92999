/* tagged.h - makes pictures of six flat patches, in the formats and with the colour profiles of
 * phones, cameras, print shops and old programs.  For tests; any thread.  All functions abort the
 * program if a library fails. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { TAGGED_WIDTH = 480, TAGGED_HEIGHT = 270, TAGGED_COLUMNS = 3, TAGGED_ROWS = 2 };

/* The colour profile of a file. */
enum tagged_colours {
    TAGGED_NOTHING,
    TAGGED_SRGB,
    TAGGED_P3,
    TAGGED_ADOBE,
    TAGGED_PROPHOTO,
    TAGGED_GREY,    /* a grey profile, gamma 1.8 */
    TAGGED_TABLE,   /* an RGB profile with a lookup table, as of a scanner */
    TAGGED_PRINTER, /* a CMYK profile with a lookup table */
};

enum tagged_kind {
    TAGGED_JPEG,
    TAGGED_GREY_JPEG,
    TAGGED_CMYK_JPEG,
    TAGGED_YCCK_JPEG,
    TAGGED_PNG,
    TAGGED_PNG_16,
    TAGGED_PNG_ALPHA, /* alpha of one half */
    TAGGED_PNG_LACED,
    TAGGED_GREY_PNG,
    TAGGED_GREY_ALPHA_PNG,
    TAGGED_PALETTE_PNG,
    TAGGED_WEBP,
    TAGGED_WEBP_LOSSLESS,
    TAGGED_WEBP_ALPHA,
    TAGGED_HEIC,
    TAGGED_AVIF,
    TAGGED_HEIC_10,
};

/* RGB samples of each patch, before any profile. */
extern const uint8_t tagged_patches[TAGGED_COLUMNS * TAGGED_ROWS][3];

/* Appends the file to `out`. */
void tagged_write(enum tagged_kind kind, enum tagged_colours colours, struct buf *out);

/* Appends the ICC profile to `out`; nothing with TAGGED_NOTHING. */
void tagged_profile(enum tagged_colours colours, struct buf *out);

/* Inserts the chunk `name` with this data into a PNG, behind IHDR; with a wrong checksum if
 * `is_bad`. */
void tagged_add_chunk(struct buf *png, const char *name, const void *data, size_t len, bool is_bad);
