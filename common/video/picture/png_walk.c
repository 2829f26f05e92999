/* png_walk.c - the PNG specification, third edition, sections 5 and 11.  See walk.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "video/picture/walk.h"

enum {
    SIGNATURE = 8,
    CHUNK = 12,
};

struct png {
    struct walk *walk;
    bool has_data, has_end;
    /* What says in which colours it is, the strongest first; a profile would be the second. */
    bool has_cicp, has_srgb, has_gamma, has_chrm;
    int primaries, transfer;
    uint32_t gamma;
    double xy[8];
};

static bool is_called(const uint8_t *chunk, const char *name)
{
    return memcmp(chunk + 4, name, 4) == 0;
}

/* Lower case begins the name of what a decoder may leave out. */
static bool is_critical(const uint8_t *chunk)
{
    return !(chunk[4] & 0x20);
}

static void take_header(struct walk *walk, const uint8_t *data, size_t len)
{
    if (len < 13 || walk->head->width || walk_be32(data) >= INT32_MAX ||
        walk_be32(data + 4) >= INT32_MAX)
        return;
    walk->head->width = (int)walk_be32(data);
    walk->head->height = (int)walk_be32(data + 4);
    walk->head->is_deep = data[8] == 16;
    walk->head->is_grey = data[9] == 0 || data[9] == 4;
}

static void take_exif(struct walk *walk, const uint8_t *data, size_t len)
{
    size_t skip = len >= 6 && memcmp(data, "Exif\0", 6) == 0 ? 6 : 0;

    if (!walk->has_exif)
        walk->head->orientation = walk_exif_orientation(data + skip, len - skip);
    walk->has_exif = true;
}

/* --- colours --- */

/* Inflated no further than a profile may be large. */
static size_t inflate_profile(const uint8_t *data, size_t len, uint8_t *to, size_t room)
{
    z_stream stream = {.next_in = (uint8_t *)(uintptr_t)data,
        .avail_in = (uInt)len,
        .next_out = to,
        .avail_out = (uInt)room};

    if (inflateInit(&stream) != Z_OK)
        return 0;
    inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    return stream.total_out;
}

static void take_profile(struct walk *walk, const uint8_t *data, size_t len)
{
    size_t name = strnlen((const char *)data, len), size = 0;
    uint8_t *profile = mem_new_n(PICTURE_PROFILE_MAX + 1, uint8_t);

    /* Its name, a zero and the method, which is 0, stand in front. */
    if (name + 2 < len && data[name + 1] == 0)
        size = inflate_profile(
            data + name + 2, len - name - 2, profile, (size_t)PICTURE_PROFILE_MAX + 1);
    picture_take_profile(walk->head, profile, size);
    free(profile);
}

static void take_chrm(struct png *png, const uint8_t *data)
{
    png->has_chrm = true;
    for (size_t i = 0; i < 8; i++)
        png->xy[i] = walk_be32(data + 4 * i) / 1e5;
}

static void take_source(struct png *png, const uint8_t *chunk, size_t len)
{
    const uint8_t *data = chunk + 8;

    if (is_called(chunk, "cICP") && len >= 4 && data[2] == 0 && data[3] == 1) {
        png->has_cicp = true;
        png->primaries = data[0];
        png->transfer = data[1];
    } else if (is_called(chunk, "iCCP"))
        take_profile(png->walk, data, len);
    else if (is_called(chunk, "sRGB"))
        png->has_srgb = true;
    else if (is_called(chunk, "gAMA") && len >= 4) {
        png->gamma = walk_be32(data);
        png->has_gamma = png->gamma > 0 && png->gamma <= INT32_MAX;
    } else if (is_called(chunk, "cHRM") && len >= 32)
        take_chrm(png, data);
}

/* What is near to a screen's, and comes without primaries, means sRGB: libpng's rule. */
static bool is_usual(uint32_t gamma)
{
    return fabs(gamma / 1e5 * 2.2 - 1) < 0.05;
}

static void choose_colours(struct png *png)
{
    struct picture_head *head = png->walk->head;

    if (png->has_cicp) {
        picture_head_free(head);
        picture_colours_of(png->primaries, png->transfer, &head->colours);
    } else if (!head->profile_size && !png->has_srgb && png->has_gamma &&
               (png->has_chrm || !is_usual(png->gamma))) {
        picture_colours_of(1, 1, &head->colours);
        head->colours.transfer = PICTURE_TRANSFER_GAMMA;
        head->colours.gamma = png->gamma / 1e5;
        if (png->has_chrm)
            memcpy(head->colours.primaries, png->xy, sizeof png->xy);
    }
}

/* Beside the pixels. */
static void take_note(struct png *png, const uint8_t *chunk, size_t len)
{
    if (is_called(chunk, "eXIf"))
        take_exif(png->walk, chunk + 8, len);
    else if (!png->has_data)
        take_source(png, chunk, len);
}

/* --- chunks --- */

static bool is_right(const uint8_t *chunk, size_t len)
{
    return crc32(0, chunk + 4, (uInt)len + 4) == walk_be32(chunk + 8 + len);
}

static void put_be32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Of pixels, what there is: the file may end inside them. */
static void keep_data(struct png *png, size_t at, size_t len)
{
    struct walk *walk = png->walk;
    size_t there = walk->size - at - 8;

    png->has_data = true;
    if (there < len + 4) {
        len = there < len ? there : len;
        put_be32(walk->data + at, (uint32_t)len);
        walk_keep(walk, at, 8 + len);
        walk->kept += 4;
    } else {
        if (!is_right(walk->data + at, len))
            walk->head->is_sound = false;
        walk_keep(walk, at, CHUNK + len);
    }
}

static bool is_for_pixels(const uint8_t *chunk)
{
    return is_called(chunk, "IHDR") || is_called(chunk, "PLTE") || is_called(chunk, "tRNS") ||
           is_called(chunk, "IEND");
}

static const char *name_of(const uint8_t *chunk)
{
    for (int i = 4; i < 8; i++)
        if ((chunk[i] | 0x20) < 'a' || (chunk[i] | 0x20) > 'z')
            return "????";
    return (const char *)chunk + 4;
}

/* What is no pixel, and whole. */
static int take_chunk(struct png *png, size_t at, size_t len, struct error *err)
{
    struct walk *walk = png->walk;
    const uint8_t *chunk = walk->data + at;
    bool is_checked = is_right(chunk, len);

    if (!is_checked) {
        if (is_called(chunk, "PLTE"))
            return error_set(err, ERR_INPUT, "%s: damaged (the PNG's palette)", walk->name);
        picture_warn(walk->head, "its chunk %.4s has a wrong checksum", name_of(chunk));
        /* What the pixels' own checksum proves, or what is not of use without them. */
        if (is_called(chunk, "IHDR"))
            walk->head->is_sound = false;
        else if (!is_called(chunk, "IEND"))
            return 0;
    }
    if (is_called(chunk, "IHDR"))
        take_header(walk, chunk + 8, len);
    else if (!is_critical(chunk))
        take_note(png, chunk, len);
    if (is_for_pixels(chunk))
        walk_keep(walk, at, CHUNK + len);
    return 0;
}

static int take_chunks(struct png *png, struct error *err)
{
    struct walk *walk = png->walk;
    size_t at = SIGNATURE;
    int rc = 0;

    while (rc == 0 && !png->has_end && walk->size - at >= CHUNK) {
        size_t len = walk_be32(walk->data + at), there = walk->size - at - CHUNK;
        bool is_data = is_called(walk->data + at, "IDAT");

        if (is_data)
            keep_data(png, at, len);
        if (len > there)
            return 0;
        png->has_end = is_called(walk->data + at, "IEND");
        if (!is_data)
            rc = take_chunk(png, at, len, err);
        at += CHUNK + len;
    }
    if (png->has_end && at < walk->size)
        picture_warn(walk->head, "%zu bytes follow its end", walk->size - at);
    return rc;
}

int png_walk(struct walk *walk, struct error *err)
{
    static const uint8_t end[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};
    struct png png = {.walk = walk};
    int rc;

    walk_keep(walk, 0, SIGNATURE);
    rc = take_chunks(&png, err);
    if (rc < 0)
        return rc;
    if (!png.has_data || walk->head->width == 0)
        return walk_truncated(walk, "before its picture", err);
    choose_colours(&png);
    walk->head->is_whole = png.has_end;
    if (!png.has_end) {
        picture_warn(walk->head, "it has no IEND chunk");
        memcpy(walk->data + walk->kept, end, sizeof end);
        walk->kept += sizeof end;
    }
    return 0;
}
