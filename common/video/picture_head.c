/* picture_head.c - see picture_head.h.  The walks follow ITU-T T.81 annex B (JPEG), the PNG
 * specification section 5, Google's "WebP Container Specification" and CompuServe's GIF89a. */
#include "video/picture_head.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

struct bytes {
    const char *name;
    const uint8_t *data;
    size_t size;
};

static const char *const kind_names[] = {"JPEG", "PNG", "WebP", "GIF"};

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

static void webp_size(const uint8_t *chunk, size_t len, struct picture_head *head)
{
    const uint8_t *data = chunk + 8;

    if (memcmp(chunk, "VP8X", 4) == 0 && len >= 10) {
        head->width = (int)le24(data + 4) + 1;
        head->height = (int)le24(data + 7) + 1;
    } else if (memcmp(chunk, "VP8 ", 4) == 0 && len >= 10 && head->width == 0) {
        head->width = (int)(le24(data + 6) & 0x3FFF);
        head->height = (int)(le24(data + 7) >> 8 & 0x3FFF);
    } else if (memcmp(chunk, "VP8L", 4) == 0 && len >= 5 && head->width == 0) {
        head->width = (int)(le32(data + 1) & 0x3FFF) + 1;
        head->height = (int)(le32(data + 1) >> 14 & 0x3FFF) + 1;
    }
}

enum { ANMF_HEAD = 16, RIFF_HEAD = 12, VP8X_CHUNK = 18 };

/* The first picture of an animation, which may be only a part of its canvas: that part, then. */
static int webp_frame(
    const struct bytes *b, size_t at, size_t len, struct picture_head *head, struct error *err)
{
    const uint8_t *frame = b->data + at + 8;

    if (len < ANMF_HEAD + 8)
        return error_set(
            err, ERR_INPUT, "%s: damaged (an animated WebP with an empty first frame)", b->name);
    head->width = (int)le24(frame + 6) + 1;
    head->height = (int)le24(frame + 9) + 1;
    head->start = at + 8 + ANMF_HEAD;
    head->size = len - ANMF_HEAD;
    head->is_bare = true;
    head->has_alpha = memcmp(frame + ANMF_HEAD, "ALPH", 4) == 0;
    return 0;
}

static int webp_walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    size_t end = 8 + (size_t)le32(b->data + 4), at = RIFF_HEAD;

    head->size = end;
    for (;;) {
        size_t room = b->size < end ? b->size : end, len;

        if (at + 8 > room)
            break;
        len = le32(b->data + at + 4);
        if (len > room - at - 8)
            return truncated(b, PICTURE_WEBP, "inside a chunk", err);
        /* Room for a head in front: no frame stands nearer to the start in a file that is right. */
        if (memcmp(b->data + at, "ANMF", 4) == 0 && at + 8 + ANMF_HEAD >= RIFF_HEAD + VP8X_CHUNK)
            return webp_frame(b, at, len, head, err);
        webp_size(b->data + at, len, head);
        at += 8 + len + (len & 1);
    }
    return end > b->size ? truncated(b, PICTURE_WEBP, "before the length in its header", err) : 0;
}

static void put_le(uint8_t *to, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

void picture_head_dress(uint8_t *bytes, struct picture_head *head)
{
    uint8_t *riff, *vp8x;

    if (!head->is_bare)
        return;
    head->start -= RIFF_HEAD + VP8X_CHUNK;
    head->size += RIFF_HEAD + VP8X_CHUNK;
    riff = bytes + head->start;
    vp8x = riff + RIFF_HEAD;
    memcpy(riff, "RIFF....WEBPVP8X", 16);
    put_le(riff + 4, (uint32_t)head->size - 8, 4);
    put_le(vp8x + 4, VP8X_CHUNK - 8, 4);
    put_le(vp8x + 8, head->has_alpha ? 0x10 : 0, 4);
    put_le(vp8x + 12, (uint32_t)head->width - 1, 3);
    put_le(vp8x + 15, (uint32_t)head->height - 1, 3);
    head->is_bare = false;
}

/* Past a chain of blocks, each with its length before it; 0: the file ends first. */
static size_t gif_skip_blocks(const struct bytes *b, size_t at)
{
    while (at < b->size) {
        size_t len = b->data[at];

        at += 1 + len;
        if (len == 0)
            return at;
    }
    return 0;
}

static size_t gif_palette(uint8_t flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* To the end of the first picture. */
static int gif_walk(const struct bytes *b, struct picture_head *head, struct error *err)
{
    size_t at = b->size < 13 ? b->size : 13 + gif_palette(b->data[10]);

    while (at != 0 && at < b->size) {
        uint8_t block = b->data[at];

        if (block == '!')
            at = gif_skip_blocks(b, at + 2);
        else if (block == ',' && at + 10 < b->size) {
            at = gif_skip_blocks(b, at + 10 + gif_palette(b->data[at + 9]) + 1);
            if (at == 0)
                break;
            head->width = (int)(le24(b->data + 6) & 0xFFFF);
            head->height = (int)(le24(b->data + 8) & 0xFFFF);
            head->size = at;
            return 0;
        } else if (block != ',')
            return error_set(err, ERR_INPUT, "%s: damaged (no GIF block at byte %zu)", b->name, at);
        else
            break;
    }
    return truncated(b, PICTURE_GIF, "before the end of its first picture", err);
}

/* What a file that we don't take looks like, for the message. */
static const char *guess(const struct bytes *b)
{
    static const struct {
        const char *start, *what;
    } looks[] = {{"BM", "a BMP"}, {"II*", "a TIFF"}, {"MM", "a TIFF"}, {"%PDF", "a PDF"},
        {"<svg", "an SVG"}, {"<?xml", "XML (an SVG?)"}, {"<!DOCTYPE", "a web page"},
        {"<!doctype", "a web page"}, {"<html", "a web page"}, {"#EXTM3U", "a playlist"},
        {"ffconcat", "a playlist"}, {"[playlist]", "a playlist"}};

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
    if (b->size >= 6 && (memcmp(b->data, "GIF87a", 6) == 0 || memcmp(b->data, "GIF89a", 6) == 0)) {
        head->kind = PICTURE_GIF;
        return gif_walk(b, head, err);
    }
    return error_set(err, ERR_INPUT, "%s: not a JPEG, PNG, WebP or GIF picture (it looks like %s)",
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
