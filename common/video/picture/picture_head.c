/* picture_head.c - see picture_head.h. */
#include "video/picture/picture_head.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "video/picture/walk.h"

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

/* --- what the walks share --- */

void walk_keep(struct walk *walk, size_t at, size_t len)
{
    memmove(walk->data + walk->kept, walk->data + at, len);
    walk->kept += len;
}

int walk_truncated(const struct walk *walk, const char *where, struct error *err)
{
    return error_set(err, ERR_INPUT, "%s: truncated (the %s ends %s, after %zu bytes)", walk->name,
        kind_names[walk->head->kind], where, walk->size);
}

void picture_take_profile(struct picture_head *head, const uint8_t *data, size_t size)
{
    size_t says = size >= 128 ? walk_be32(data) : 0;

    if (head->profile_size)
        return;
    if (says < 128 || says > size || memcmp(data + 36, "acsp", 4) != 0) {
        picture_warn(head, "its colour profile is damaged and is left out");
        return;
    }
    if (says > PICTURE_PROFILE_MAX) {
        picture_warn(head, "its colour profile of %zu bytes is left out, %d MiB is the limit", says,
            PICTURE_PROFILE_MAX >> 20);
        return;
    }
    head->profile = mem_new_n(says, uint8_t);
    memcpy(head->profile, data, says);
    head->profile_size = says;
}

/* --- EXIF 2.3: a TIFF with one directory; tag 0x0112 --- */

struct tiff {
    const uint8_t *data;
    size_t size;
    bool is_little;
};

static uint32_t tiff_16(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? walk_le16(tiff->data + at) : walk_be16(tiff->data + at);
}

static uint32_t tiff_32(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? walk_le32(tiff->data + at) : walk_be32(tiff->data + at);
}

/* Of any whole number's type: a byte, 16 or 32 bits. */
static uint32_t tiff_value(const struct tiff *tiff, size_t entry)
{
    switch (tiff_16(tiff, entry + 2)) {
    case 1:
    case 6:
        return tiff->data[entry + 8];
    case 3:
    case 8:
        return tiff_16(tiff, entry + 8);
    case 4:
    case 9:
        return tiff_32(tiff, entry + 8);
    default:
        return 0;
    }
}

int walk_exif_orientation(const uint8_t *data, size_t size)
{
    struct tiff tiff = {data, size, size >= 8 && data[0] == 'I'};
    size_t at, n;

    if (size < 8 || (memcmp(data, "II*\0", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return 1;
    at = tiff_32(&tiff, 4);
    if (at > size || size - at < 2)
        return 1;
    n = tiff_16(&tiff, at);
    for (at += 2; n > 0 && size - at >= 12; at += 12, n--)
        if (tiff_16(&tiff, at) == 0x0112) {
            uint32_t value = tiff_value(&tiff, at);

            return value >= 1 && value <= 8 ? (int)value : 1;
        }
    return 1;
}

/* --- colours without a profile --- */

void picture_colours_of(int primaries, int transfer, struct picture_colours *ret_colours)
{
    static const double white[2] = {0.3127, 0.3290};
    static const struct {
        int code;
        double xy[6]; /* of red, green, blue */
    } known[] = {{1, {0.640, 0.330, 0.300, 0.600, 0.150, 0.060}},
        {5, {0.640, 0.330, 0.290, 0.600, 0.150, 0.060}},
        {6, {0.630, 0.340, 0.310, 0.595, 0.155, 0.070}},
        {7, {0.630, 0.340, 0.310, 0.595, 0.155, 0.070}},
        {9, {0.708, 0.292, 0.170, 0.797, 0.131, 0.046}},
        {12, {0.680, 0.320, 0.265, 0.690, 0.150, 0.060}}};
    static const int transfers[] = {1, 4, 5, 6, 8, 13, 14, 15, 16, 18};
    const double *xy = known[0].xy;
    int is = 13;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == primaries)
            xy = known[i].xy;
    for (size_t i = 0; i < sizeof transfers / sizeof *transfers; i++)
        if (transfers[i] == transfer)
            is = transfer;
    if (xy == known[0].xy && is == 13)
        return;
    *ret_colours = (struct picture_colours){.transfer = is};
    memcpy(ret_colours->primaries, white, sizeof white);
    memcpy(ret_colours->primaries + 2, xy, sizeof known[0].xy);
}

/* --- which kind --- */

/* What a file that we don't take looks like, for the message. */
static const char *guess(const struct walk *walk)
{
    static const struct {
        const char *start, *what;
    } looks[] = {{"\xFF\x0A", "JPEG XL"}, {"BM", "a BMP"}, {"II*", "a TIFF"}, {"MM", "a TIFF"},
        {"%PDF", "a PDF"}, {"<svg", "an SVG"}, {"<?xml", "XML (an SVG?)"},
        {"<!DOCTYPE", "a web page"}, {"<!doctype", "a web page"}, {"<html", "a web page"},
        {"#EXTM3U", "a playlist"}, {"ffconcat", "a playlist"}, {"[playlist]", "a playlist"}};

    if (walk->size == 0)
        return "an empty file";
    if (walk->size >= 12 && memcmp(walk->data + 4, "ftyp", 4) == 0)
        return "a film, or HEIF of a kind we don't know";
    if (walk->size >= 12 && memcmp(walk->data + 4, "JXL ", 4) == 0)
        return "JPEG XL";
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (walk->size >= strlen(looks[i].start) &&
            memcmp(walk->data, looks[i].start, strlen(looks[i].start)) == 0)
            return looks[i].what;
    if (text_is_utf8((const char *)walk->data, walk->size < 64 ? walk->size : 64, NULL))
        return "text";
    return "no picture";
}

static bool starts(const struct walk *walk, const char *with, size_t len)
{
    return walk->size >= len && memcmp(walk->data, with, len) == 0;
}

/* HEIF and AVIF are boxes, the first of which names brands.  libheif does the rest. */
static bool is_heif(const struct walk *walk)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1",
        "mif2", "avif", "avis", "avio"};
    size_t end = walk->size >= 16 ? walk_be32(walk->data) : 0;

    if (end > walk->size || memcmp(walk->data + 4, "ftyp", 4) != 0)
        return false;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (memcmp(walk->data + at, brands[i], 4) == 0)
                return true;
    return false;
}

static int walk_kind(struct walk *walk, struct error *err)
{
    struct picture_head *head = walk->head;

    if (starts(walk, "\xFF\xD8\xFF", 3)) {
        head->kind = PICTURE_JPEG;
        return jpeg_walk(walk, err);
    }
    if (starts(walk, "\x89PNG\r\n\x1a\n", 8)) {
        head->kind = PICTURE_PNG;
        return png_walk(walk, err);
    }
    if (starts(walk, "RIFF", 4) && walk->size >= 12 && memcmp(walk->data + 8, "WEBP", 4) == 0) {
        head->kind = PICTURE_WEBP;
        return webp_walk(walk, err);
    }
    if (starts(walk, "GIF87a", 6) || starts(walk, "GIF89a", 6)) {
        head->kind = PICTURE_GIF;
        return gif_walk(walk, err);
    }
    if (is_heif(walk)) {
        head->kind = PICTURE_HEIF;
        walk->kept = walk->size;
        return 0;
    }
    return error_set(err, ERR_INPUT,
        "%s: not a JPEG, PNG, WebP, GIF, HEIF or AVIF picture (it looks like %s); convert it to "
        "JPEG or PNG",
        walk->name, guess(walk));
}

int picture_head_read(
    const char *name, uint8_t *bytes, size_t size, struct picture_head *ret_head, struct error *err)
{
    struct walk walk = {.name = name, .data = bytes, .size = size, .head = ret_head};
    int rc;

    *ret_head = (struct picture_head){.orientation = 1, .is_sound = true, .is_whole = true};
    rc = walk_kind(&walk, err);
    if (rc < 0)
        return rc;
    ret_head->size = walk.kept;
    if (ret_head->kind != PICTURE_HEIF && (ret_head->width <= 0 || ret_head->height <= 0))
        return error_set(err, ERR_INPUT, "%s: damaged (the %s says it is %d×%d pixels)", name,
            kind_names[ret_head->kind], ret_head->width, ret_head->height);
    return 0;
}

void picture_head_free(struct picture_head *head)
{
    free(head->profile);
    head->profile = NULL;
    head->profile_size = 0;
}
