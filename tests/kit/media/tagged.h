/* tagged.h - pictures of six flat patches, in the colours of a profile: as phones, cameras, print
 * shops and old programs make them.  For tests. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { TAGGED_WIDTH = 480, TAGGED_HEIGHT = 270, TAGGED_COLUMNS = 3, TAGGED_ROWS = 2 };

/* What a file says of its colours. */
enum tagged_colours {
    TAGGED_NOTHING,
    TAGGED_SRGB,
    TAGGED_P3,
    TAGGED_ADOBE,
    TAGGED_PROPHOTO,
    TAGGED_GREY,    /* a grey profile, gamma 1.8 */
    TAGGED_TABLE,   /* an RGB profile of tables, as scanners' */
    TAGGED_PRINTER, /* CMYK, of tables */
};

enum tagged_kind {
    TAGGED_JPEG,
    TAGGED_GREY_JPEG,
    TAGGED_CMYK_JPEG,
    TAGGED_YCCK_JPEG,
    TAGGED_PNG,
    TAGGED_PNG_16,
    TAGGED_PNG_ALPHA, /* half transparent */
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

/* The file's samples of a patch: RGB. */
extern const uint8_t tagged_patches[TAGGED_COLUMNS * TAGGED_ROWS][3];

/* The file, appended to `out`.  Ends the test if it can't be made. */
void tagged_write(enum tagged_kind kind, enum tagged_colours colours, struct buf *out);

/* The profile; "" for TAGGED_NOTHING. */
void tagged_profile(enum tagged_colours colours, struct buf *out);

/* A PNG's chunk `name` with these data, put in front of its first IDAT; with a wrong checksum if
 * `is_bad`. */
void tagged_add_chunk(struct buf *png, const char *name, const void *data, size_t len, bool is_bad);
