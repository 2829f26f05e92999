/* picture_head.c - see picture_head.h. */
#include "video/picture/picture_head.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/parser.h"

static const char *const kind_names[] = {"JPEG", "PNG", "WebP", "GIF", "HEIF"};

const char *picture_kind_name(enum picture_kind kind)
{
    return kind_names[kind];
}

void picture_warn(struct picture_head *head, const char *fmt, ...)
{
    char text[200];
    size_t len = strlen(head->warnings), room = sizeof head->warnings - len;
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!strstr(head->warnings, text) && strlen(text) + 3 < room)
        snprintf(head->warnings + len, room, "%s%s", len ? "; " : "", text);
}

/* ICC.1:2010, section 7.2: the size in the first four bytes, the signature "acsp" at byte 36. */
void picture_set_profile(struct picture_head *head, const uint8_t *data, size_t size)
{
    size_t said = size >= 128 ? parser_be32(data) : 0;

    if (head->profile_size)
        return;
    if (said < 128 || said > size || memcmp(data + 36, "acsp", 4) != 0) {
        picture_warn(head, "its colour profile is damaged and is ignored");
        return;
    }
    if (said > PICTURE_PROFILE_MAX) {
        picture_warn(head, "its colour profile of %zu bytes is ignored, %d MiB is the limit", said,
            PICTURE_PROFILE_MAX >> 20);
        return;
    }
    head->profile = mem_new_n(said, uint8_t);
    memcpy(head->profile, data, said);
    head->profile_size = said;
}

void picture_colours_of(int primaries, int transfer, struct picture_colours *ret_colours)
{
    static const double white[2] = {0.3127, 0.3290}; /* D65 */
    static const struct {
        int code;
        double xy[6]; /* CIE, of red, green, blue */
    } known[] = {{1, {0.640, 0.330, 0.300, 0.600, 0.150, 0.060}},
        {5, {0.640, 0.330, 0.290, 0.600, 0.150, 0.060}},
        {6, {0.630, 0.340, 0.310, 0.595, 0.155, 0.070}},
        {7, {0.630, 0.340, 0.310, 0.595, 0.155, 0.070}},
        {9, {0.708, 0.292, 0.170, 0.797, 0.131, 0.046}},
        {12, {0.680, 0.320, 0.265, 0.690, 0.150, 0.060}}};
    static const int transfers[] = {1, 4, 5, 6, 8, 13, 14, 15, 16, 18};
    const double *xy = known[0].xy;
    int known_transfer = 13; /* sRGB's */

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == primaries)
            xy = known[i].xy;
    for (size_t i = 0; i < sizeof transfers / sizeof *transfers; i++)
        if (transfers[i] == transfer)
            known_transfer = transfer;
    if (xy == known[0].xy && known_transfer == 13)
        return;
    *ret_colours = (struct picture_colours){.transfer = known_transfer};
    memcpy(ret_colours->primaries, white, sizeof white);
    memcpy(ret_colours->primaries + 2, xy, sizeof known[0].xy);
}

int picture_head_check_size(const struct picture_head *head, const char *name, struct error *err)
{
    if (head->width <= 0 || head->height <= 0)
        return error_set(err, ERR_INPUT,
            "%s: damaged (the header of the %s says %d×%d pixels, 1×1 is the least)", name,
            picture_kind_name(head->kind), head->width, head->height);
    if ((int64_t)head->width * head->height > PICTURE_PIXELS_MAX)
        return error_set(err, ERR_INPUT,
            "%s: %d×%d pixels are too many, %d megapixels is the limit", name, head->width,
            head->height, PICTURE_PIXELS_MAX / 1000000);
    return 0;
}

void picture_head_free(struct picture_head *head)
{
    free(head->profile);
    head->profile = NULL;
    head->profile_size = 0;
}
