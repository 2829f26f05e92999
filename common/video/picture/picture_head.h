/* picture_head.h - the properties of a picture file, read from its headers before it is decoded:
 * format, size in pixels, orientation, colours.  Of an animation those of the first picture.
 *
 * A decoder gets the pixel data and nothing else: comments, thumbnails, EXIF, XMP, profiles and all
 * other metadata are read by the parsers (parser.h), within limits, or dropped.  A fault in the
 * metadata is a warning, as in every viewer; whether all pixels are there, the decoder finds out.
 * Any thread; one thread at a time uses a head. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP, PICTURE_GIF, PICTURE_HEIF };

enum {
    PICTURE_PIXELS_MAX = 64 * 1000 * 1000,
    PICTURE_PROFILE_MAX = 4 << 20, /* bytes of a colour profile; those of printers have 1 to 3 MB */
    PICTURE_HEAD_WARNINGS = 400,   /* bytes of all warnings of a file */
    PICTURE_HEAD_PADDING = 64,     /* bytes behind a file that its parser may write to */
    PICTURE_TRANSFER_GAMMA = 1000, /* a transfer beside the code points of ITU-T H.273, table 3 */
};

/* Colours of a file without an ICC profile. */
struct picture_colours {
    int transfer;        /* ITU-T H.273, table 3, or PICTURE_TRANSFER_GAMMA; 0: sRGB */
    double gamma;        /* with PICTURE_TRANSFER_GAMMA: as PNG stores it, 1/2.2 is usual */
    double primaries[8]; /* CIE xy of white, red, green, blue */
};

struct picture_head {
    enum picture_kind kind;
    int width, height;   /* pixels, as stored; of a HEIF those of the upright picture */
    int orientation;     /* EXIF 2.3, tag 0x0112: 1 to 8 */
    size_t size;         /* bytes of the parser's output */
    bool is_grey;        /* one channel of colour */
    bool is_deep;        /* more than 8 bits a sample */
    bool is_whole;       /* the end marker was found; true if the format has none */
    bool is_sound;       /* the checksums of the pixel data are right; true if there are none */
    uint8_t *profile;    /* ICC, owned */
    size_t profile_size; /* bytes; 0: none */
    struct picture_colours colours;
    char warnings[PICTURE_HEAD_WARNINGS]; /* of faults that are tolerated, with "; " between them */
};

/* "JPEG", "PNG", …; a constant. */
const char *picture_kind_name(enum picture_kind kind);

/* Checks that the picture has 1 to PICTURE_PIXELS_MAX pixels.  -ERR_INPUT: it has not; the text
 * begins with `name`. */
int picture_head_check_size(const struct picture_head *head, const char *name, struct error *err);

/* Frees the profile; takes a zeroed head. */
void picture_head_free(struct picture_head *head);

/* Appends a warning, once; one that does not fit is dropped. */
void picture_warn(struct picture_head *head, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies the ICC profile in `data` to the head, which keeps the first one.  A profile that is
 * incomplete, has no ICC signature or is larger than PICTURE_PROFILE_MAX is a warning instead. */
void picture_set_profile(struct picture_head *head, const uint8_t *data, size_t size);

/* The colours of two code points of ITU-T H.273 (tables 2 and 3); unknown ones count as sRGB's.
 * `*ret_colours` is not written if both are sRGB's. */
void picture_colours_of(int primaries, int transfer, struct picture_colours *ret_colours);
