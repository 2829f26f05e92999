/* picture_head.h - what the bytes of a picture file say of themselves, before any decoder sees
 * them: kind, size in pixels, which way is up, in which colours.  Of an animation that is its first
 * picture.
 *
 * A decoder gets the picture and nothing else: comments, thumbnails, EXIF, XMP, profiles and
 * whatever else a file may carry are looked at here, within bounds, or dropped.  What is wrong
 * around the pixels is a warning, as in every viewer; whether they are all there, the decoder will
 * find.  Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP, PICTURE_GIF, PICTURE_HEIF };

enum {
    PICTURE_PROFILE_MAX = 4 << 20, /* bytes of a colour profile; those of printers have 1 to 3 MB */
    PICTURE_HEAD_WARNINGS = 400,
    PICTURE_HEAD_PADDING = 64,     /* bytes behind the file that the walk may write on */
    PICTURE_TRANSFER_GAMMA = 1000, /* beside the code points of ITU-T H.273 table 3 */
};

/* Colours without a profile. */
struct picture_colours {
    int transfer;        /* 0: nothing is said, which means sRGB */
    double gamma;        /* as PNG has it: 1/2.2 is usual */
    double primaries[8]; /* x and y of white, red, green, blue */
};

struct picture_head {
    enum picture_kind kind;
    int width, height; /* as stored; HEIF's are those of the upright picture */
    int orientation;   /* EXIF's, 1 to 8 */
    size_t size;       /* bytes of the picture, from the start of what was the file */
    bool is_grey;
    bool is_deep;        /* more than 8 bits a sample */
    bool is_whole;       /* its end was found, where the kind has one */
    bool is_sound;       /* its bytes are as the checksums beside them say, where there are any */
    uint8_t *profile;    /* ICC */
    size_t profile_size; /* 0: none */
    struct picture_colours colours;
    char warnings[PICTURE_HEAD_WARNINGS]; /* of a file that is shown in spite of them; "; " between
                                             them */
};

const char *picture_kind_name(enum picture_kind kind);

void picture_head_free(struct picture_head *head);

/* One more thing that is wrong and does not matter; told once. */
void picture_warn(struct picture_head *head, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies what begins as an ICC profile does, and is whole and not too large.  Else a warning; the
 * first one counts. */
void picture_take_profile(struct picture_head *head, const uint8_t *data, size_t size);

/* The colours that code points of ITU-T H.273 mean; nothing is set where they mean sRGB or nothing
 * that we know. */
void picture_colours_of(int primaries, int transfer, struct picture_colours *ret_colours);
