/* png_parser.c - see parser.h.  The PNG specification, third edition, sections 5 and 11. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "video/picture/parser.h"

enum {
    SIGNATURE_SIZE = 8,
    CHUNK_SIZE = 12, /* bytes of a chunk without data: length, name, CRC */
};

struct png {
    struct parser *parser;
    bool has_data, has_end;
    /* The chunks that name the colours, the strongest first; iCCP would be the second. */
    bool has_cicp, has_srgb, has_gamma, has_chrm;
    int primaries, transfer;
    uint32_t gamma;
    double xy[8];
};

static bool png_parser_is_called(const uint8_t *chunk, const char *name)
{
    return memcmp(chunk + 4, name, 4) == 0;
}

/* The name of a chunk that a decoder may ignore begins with a lower case letter. */
static bool png_parser_is_critical(const uint8_t *chunk)
{
    return !(chunk[4] & 0x20);
}

static void png_parser_read_header(struct parser *parser, const uint8_t *data, size_t len)
{
    if (len < 13 || parser->head->width || parser_be32(data) >= INT32_MAX ||
        parser_be32(data + 4) >= INT32_MAX)
        return;
    parser->head->width = (int)parser_be32(data);
    parser->head->height = (int)parser_be32(data + 4);
    parser->head->is_deep = data[8] == 16;
    parser->head->is_grey = data[9] == 0 || data[9] == 4;
}

/* --- colours --- */

/* Inflates up to `room` bytes; returns how many. */
static size_t png_parser_inflate(const uint8_t *data, size_t len, uint8_t *to, size_t room)
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

static void png_parser_read_profile(struct parser *parser, const uint8_t *data, size_t len)
{
    size_t name = strnlen((const char *)data, len), size = 0;
    uint8_t *profile = mem_new_n(PICTURE_PROFILE_MAX + 1, uint8_t);

    /* In front of the profile: its name, a zero, and the compression method, which is 0. */
    if (name + 2 < len && data[name + 1] == 0)
        size = png_parser_inflate(
            data + name + 2, len - name - 2, profile, (size_t)PICTURE_PROFILE_MAX + 1);
    picture_set_profile(parser->head, profile, size);
    free(profile);
}

static void png_parser_read_chrm(struct png *png, const uint8_t *data)
{
    png->has_chrm = true;
    for (size_t i = 0; i < 8; i++)
        png->xy[i] = parser_be32(data + 4 * i) / 1e5;
}

static void png_parser_read_colours(struct png *png, const uint8_t *chunk, size_t len)
{
    const uint8_t *data = chunk + 8;

    if (png_parser_is_called(chunk, "cICP") && len >= 4 && data[2] == 0 && data[3] == 1) {
        png->has_cicp = true;
        png->primaries = data[0];
        png->transfer = data[1];
    } else if (png_parser_is_called(chunk, "iCCP"))
        png_parser_read_profile(png->parser, data, len);
    else if (png_parser_is_called(chunk, "sRGB"))
        png->has_srgb = true;
    else if (png_parser_is_called(chunk, "gAMA") && len >= 4) {
        png->gamma = parser_be32(data);
        png->has_gamma = png->gamma > 0 && png->gamma <= INT32_MAX;
    } else if (png_parser_is_called(chunk, "cHRM") && len >= 32)
        png_parser_read_chrm(png, data);
}

/* Whether a gamma, without primaries, means sRGB: within 5 % of 1/2.2, as libpng has it. */
static bool png_parser_is_srgb_gamma(uint32_t gamma)
{
    return fabs(gamma / 1e5 * 2.2 - 1) < 0.05;
}

static void png_parser_set_colours(struct png *png)
{
    struct picture_head *head = png->parser->head;

    if (png->has_cicp) {
        picture_head_free(head);
        picture_colours_of(png->primaries, png->transfer, &head->colours);
    } else if (!head->profile_size && !png->has_srgb && png->has_gamma &&
               (png->has_chrm || !png_parser_is_srgb_gamma(png->gamma))) {
        picture_colours_of(1, 1, &head->colours);
        head->colours.transfer = PICTURE_TRANSFER_GAMMA;
        head->colours.gamma = png->gamma / 1e5;
        if (png->has_chrm)
            memcpy(head->colours.primaries, png->xy, sizeof png->xy);
    }
}

/* Reads an ancillary chunk.  Colours count only before the pixel data. */
static void png_parser_read_ancillary(struct png *png, const uint8_t *chunk, size_t len)
{
    if (png_parser_is_called(chunk, "eXIf"))
        parser_read_exif(png->parser, chunk + 8, len);
    else if (!png->has_data)
        png_parser_read_colours(png, chunk, len);
}

/* --- chunks --- */

static bool png_parser_has_right_crc(const uint8_t *chunk, size_t len)
{
    return crc32(0, chunk + 4, (uInt)len + 4) == parser_be32(chunk + 8 + len);
}

static void png_parser_write_be32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Outputs a chunk of pixel data, or the part of it that the file has. */
static void png_parser_add_data(struct png *png, size_t at, size_t len)
{
    struct parser *parser = png->parser;
    size_t left = parser->size - at - 8;

    png->has_data = true;
    if (left < len + 4) {
        len = left < len ? left : len;
        png_parser_write_be32(parser->data + at, (uint32_t)len);
        parser_append(parser, at, 8 + len);
        parser->out_len += 4;
    } else {
        if (!png_parser_has_right_crc(parser->data + at, len))
            parser->head->is_sound = false;
        parser_append(parser, at, CHUNK_SIZE + len);
    }
}

/* Whether a decoder needs the chunk. */
static bool png_parser_is_needed(const uint8_t *chunk)
{
    return png_parser_is_called(chunk, "IHDR") || png_parser_is_called(chunk, "PLTE") ||
           png_parser_is_called(chunk, "tRNS") || png_parser_is_called(chunk, "IEND");
}

/* The name for messages, four characters; "????" if it is none. */
static const char *png_parser_chunk_name(const uint8_t *chunk)
{
    for (int i = 4; i < 8; i++)
        if ((chunk[i] | 0x20) < 'a' || (chunk[i] | 0x20) > 'z')
            return "????";
    return (const char *)chunk + 4;
}

/* Reads a complete chunk other than pixel data. */
static int png_parser_read_chunk(struct png *png, size_t at, size_t len, struct error *err)
{
    struct parser *parser = png->parser;
    const uint8_t *chunk = parser->data + at;
    bool is_checked = png_parser_has_right_crc(chunk, len);

    if (!is_checked) {
        if (png_parser_is_called(chunk, "PLTE"))
            return error_set(
                err, ERR_INPUT, "%s: damaged PNG (its palette has a wrong checksum)", parser->name);
        picture_warn(
            parser->head, "its chunk %.4s has a wrong checksum", png_parser_chunk_name(chunk));
        /* A right checksum of the pixels proves IHDR too; IEND has no data; others are dropped. */
        if (png_parser_is_called(chunk, "IHDR"))
            parser->head->is_sound = false;
        else if (!png_parser_is_called(chunk, "IEND"))
            return 0;
    }
    if (png_parser_is_called(chunk, "IHDR"))
        png_parser_read_header(parser, chunk + 8, len);
    else if (!png_parser_is_critical(chunk))
        png_parser_read_ancillary(png, chunk, len);
    if (png_parser_is_needed(chunk))
        parser_append(parser, at, CHUNK_SIZE + len);
    return 0;
}

static int png_parser_read_chunks(struct png *png, struct error *err)
{
    struct parser *parser = png->parser;
    size_t at = SIGNATURE_SIZE;
    int rc = 0;

    while (rc == 0 && !png->has_end && parser->size - at >= CHUNK_SIZE) {
        size_t len = parser_be32(parser->data + at), left = parser->size - at - CHUNK_SIZE;
        bool is_data = png_parser_is_called(parser->data + at, "IDAT");

        if (is_data)
            png_parser_add_data(png, at, len);
        if (len > left)
            return 0;
        png->has_end = png_parser_is_called(parser->data + at, "IEND");
        if (!is_data)
            rc = png_parser_read_chunk(png, at, len, err);
        at += CHUNK_SIZE + len;
    }
    if (png->has_end && at < parser->size)
        picture_warn(parser->head, "%zu bytes follow its end", parser->size - at);
    return rc;
}

int png_parse(struct parser *parser, struct error *err)
{
    static const uint8_t end[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};
    struct png png = {.parser = parser};
    int rc;

    parser_append(parser, 0, SIGNATURE_SIZE);
    rc = png_parser_read_chunks(&png, err);
    if (rc < 0)
        return rc;
    if (!png.has_data || parser->head->width == 0)
        return parser_truncated(parser, err);
    png_parser_set_colours(&png);
    parser->head->is_whole = png.has_end;
    if (!png.has_end) {
        picture_warn(parser->head, "it has no IEND chunk");
        memcpy(parser->data + parser->out_len, end, sizeof end);
        parser->out_len += sizeof end;
    }
    return 0;
}
