/* picture_head.c - see picture_head.h.  The walks follow ITU-T T.81 annex B (JPEG), the PNG
 * specification section 5 and Google's "WebP Container Specification". */
#include "video/picture_head.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

struct bytes {
    const char *name;
    const uint8_t *data;
    size_t size;
};

static const char *const kind_names[] = {"JPEG", "PNG", "WebP"};

const char *picture_kind_name(enum picture_kind kind)
{
    return kind_names[kind];
}

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static uint32_t le24(const uint8_t *p)
{
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | le24(p);
}

static int truncated(
    const struct bytes *b, enum picture_kind kind, const char *what, struct error *err)
{
    return error_set(err, ERR_INPUT, "%s: truncated (the %s ends %s, after %zu bytes)", b->name,
        kind_names[kind], what, b->size);
}

/* From inside entropy-coded data to the next real marker; `b->size` if there is none. */
static size_t jpeg_skip_scan(const struct bytes *b, size_t at)
{
    while (at + 1 < b->size) {
        const uint8_t *ff = memchr(b->data + at, 0xFF, b->size - 1 - at);

        if (!ff)
            break;
        at = (size_t)(ff - b->data);
        /* Stuffed zeros, restart markers and fill bytes belong to the scan. */
        if (ff[1] != 0 && ff[1] != 0xFF && (ff[1] & 0xF8) != 0xD0)
            return at;
        at += ff[1] == 0xFF ? 1 : 2;
    }
    return b->size;
}

static bool jpeg_is_frame_header(uint8_t marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static int jpeg_walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    const uint8_t *data = b->data;
    size_t at = 2;

    while (at + 2 <= b->size) {
        uint8_t marker = data[at + 1];
        size_t len;

        if (data[at] != 0xFF)
            return error_set(
                err, ERR_INPUT, "%s: damaged (no JPEG marker at byte %zu)", b->name, at);
        if (marker == 0xFF) {
            at++;
            continue;
        }
        if (marker == 0xD9) {
            head->size = at + 2;
            return 0;
        }
        if (at + 4 > b->size)
            break;
        len = be16(data + at + 2);
        if (at + 2 + len > b->size)
            break;
        if (jpeg_is_frame_header(marker) && len >= 7 && head->width == 0) {
            head->height = (int)be16(data + at + 5);
            head->width = (int)be16(data + at + 7);
        }
        at += 2 + len;
        if (marker == 0xDA)
            at = jpeg_skip_scan(b, at);
    }
    return truncated(b, PICTURE_JPEG, "before its end marker", err);
}

static int png_walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    size_t at = 8;

    while (at + 12 <= b->size) {
        const uint8_t *chunk = b->data + at;
        size_t len = be32(chunk);

        if (len > b->size - at - 12)
            break;
        if (memcmp(chunk + 4, "IHDR", 4) == 0 && len >= 8 && be32(chunk + 8) < INT32_MAX &&
            be32(chunk + 12) < INT32_MAX) {
            head->width = (int)be32(chunk + 8);
            head->height = (int)be32(chunk + 12);
        }
        at += 12 + len;
        if (memcmp(chunk + 4, "IEND", 4) == 0) {
            head->size = at;
            return 0;
        }
    }
    return truncated(b, PICTURE_PNG, "before its IEND chunk", err);
}

static void webp_chunk(const uint8_t *chunk, size_t len, struct picture_head *head, bool *ret_moves)
{
    const uint8_t *data = chunk + 8;

    if (memcmp(chunk, "VP8X", 4) == 0 && len >= 10) {
        head->width = (int)le24(data + 4) + 1;
        head->height = (int)le24(data + 7) + 1;
        *ret_moves = data[0] & 2;
    } else if (memcmp(chunk, "VP8 ", 4) == 0 && len >= 10 && head->width == 0) {
        head->width = (int)(le24(data + 6) & 0x3FFF);
        head->height = (int)(le24(data + 7) >> 8 & 0x3FFF);
    } else if (memcmp(chunk, "VP8L", 4) == 0 && len >= 5 && head->width == 0) {
        head->width = (int)(le32(data + 1) & 0x3FFF) + 1;
        head->height = (int)(le32(data + 1) >> 14 & 0x3FFF) + 1;
    }
}

static int webp_walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    size_t end = 8 + (size_t)le32(b->data + 4), at = 12;
    bool moves = false;

    if (end > b->size)
        return truncated(b, PICTURE_WEBP, "before the length in its header", err);
    while (at + 8 <= end) {
        size_t len = le32(b->data + at + 4);

        if (len > end - at - 8)
            return truncated(b, PICTURE_WEBP, "inside a chunk", err);
        webp_chunk(b->data + at, len, head, &moves);
        at += 8 + len + (len & 1);
    }
    if (moves)
        return error_set(err, ERR_INPUT,
            "%s: an animated WebP; save one picture of it as JPEG, PNG or WebP", b->name);
    head->size = end;
    return 0;
}

/* What a file that we don't take looks like, for the message. */
static const char *guess(const struct bytes *b)
{
    static const struct {
        const char *start, *what;
    } looks[] = {{"GIF8", "a GIF"}, {"BM", "a BMP"}, {"II*", "a TIFF"}, {"MM", "a TIFF"},
        {"%PDF", "a PDF"}, {"<svg", "an SVG"}, {"<?xml", "XML (an SVG?)"},
        {"<!DOCTYPE", "a web page"}, {"<!doctype", "a web page"}, {"<html", "a web page"},
        {"#EXTM3U", "a playlist"}, {"ffconcat", "a playlist"}, {"[playlist]", "a playlist"}};

    if (b->size == 0)
        return "an empty file";
    if (b->size >= 12 && memcmp(b->data + 4, "ftyp", 4) == 0)
        return "HEIC, AVIF or a film";
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (b->size >= strlen(looks[i].start) &&
            memcmp(b->data, looks[i].start, strlen(looks[i].start)) == 0)
            return looks[i].what;
    if (text_is_utf8((const char *)b->data, b->size < 64 ? b->size : 64, NULL))
        return "text";
    return "no picture";
}

static int walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    static const uint8_t jpeg[] = {0xFF, 0xD8, 0xFF}, png[] = "\x89PNG\r\n\x1a\n";

    if (b->size >= sizeof jpeg && memcmp(b->data, jpeg, sizeof jpeg) == 0) {
        head->kind = PICTURE_JPEG;
        return jpeg_walk(b, head, err);
    }
    if (b->size >= 8 && memcmp(b->data, png, 8) == 0) {
        head->kind = PICTURE_PNG;
        return png_walk(b, head, err);
    }
    if (b->size >= 12 && memcmp(b->data, "RIFF", 4) == 0 && memcmp(b->data + 8, "WEBP", 4) == 0) {
        head->kind = PICTURE_WEBP;
        return webp_walk(b, head, err);
    }
    return error_set(err, ERR_INPUT, "%s: not a JPEG, PNG or WebP picture (it looks like %s)",
        b->name, guess(b));
}

int picture_head_read(const char *name, const uint8_t *bytes, size_t size,
    struct picture_head *ret_head, struct error *err)
{
    struct bytes b = {.name = name, .data = bytes, .size = size};
    struct picture_head head = {0};
    int rc = walk(&b, &head, err);

    if (rc < 0)
        return rc;
    if (head.width <= 0 || head.height <= 0)
        return error_set(err, ERR_INPUT, "%s: damaged (the %s says it is %d×%d pixels)", name,
            kind_names[head.kind], head.width, head.height);
    *ret_head = head;
    return 0;
}
