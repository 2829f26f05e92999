/* webp_parser.c - see parser.h.  Google's "WebP Container Specification".
 *
 * The output is a WebP file with the picture's chunk and its alpha chunk only. */
#include <string.h>

#include "video/picture/parser.h"

enum {
    RIFF_HEAD_SIZE = 12,
    CHUNK_HEAD_SIZE = 8,
    VP8X_SIZE = 10,
    ANMF_HEAD_SIZE = 16,
    FLAG_ALPHA = 0x10,
};

struct webp {
    struct parser *parser;
    bool has_canvas; /* VP8X */
    bool has_alpha;
    bool has_picture;
    size_t missing; /* bytes of the picture's chunk that the file lacks */
};

static bool webp_parser_is_called(const uint8_t *chunk, const char *name)
{
    return memcmp(chunk, name, 4) == 0;
}

static void webp_parser_write_le(uint8_t *to, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static void webp_parser_read_size(struct picture_head *head, const uint8_t *chunk, size_t len)
{
    const uint8_t *data = chunk + CHUNK_HEAD_SIZE;

    if (webp_parser_is_called(chunk, "VP8 ") && len >= 10) {
        head->width = (int)(parser_le16(data + 6) & 0x3FFF);
        head->height = (int)(parser_le16(data + 8) & 0x3FFF);
    } else if (webp_parser_is_called(chunk, "VP8L") && len >= 5) {
        head->width = (int)(parser_le32(data + 1) & 0x3FFF) + 1;
        head->height = (int)(parser_le32(data + 1) >> 14 & 0x3FFF) + 1;
    }
}

/* Outputs the alpha chunk or the picture's chunk, behind room for the headers of the output. */
static void webp_parser_add(struct webp *webp, size_t at, size_t len)
{
    struct parser *parser = webp->parser;
    bool is_alpha = webp_parser_is_called(parser->data + at, "ALPH");

    if (is_alpha) {
        webp->has_alpha = true;
        parser->out_len = RIFF_HEAD_SIZE + CHUNK_HEAD_SIZE + VP8X_SIZE;
        if (at < parser->out_len)
            return;
    } else {
        webp->has_picture = true;
        webp_parser_read_size(parser->head, parser->data + at, len);
    }
    parser_append(parser, at, CHUNK_HEAD_SIZE + len + (len & 1));
}

static void webp_parser_read_chunks(struct webp *webp, size_t at, size_t end);

/* Reads the first frame of an animation.  It may cover a part of the canvas only; the picture is
 * that part. */
static void webp_parser_read_frame(struct webp *webp, size_t at, size_t len)
{
    if (len > ANMF_HEAD_SIZE && !webp->has_picture)
        webp_parser_read_chunks(
            webp, at + CHUNK_HEAD_SIZE + ANMF_HEAD_SIZE, at + CHUNK_HEAD_SIZE + len);
}

static void webp_parser_read_chunk(struct webp *webp, size_t at, size_t len, size_t missing)
{
    struct parser *parser = webp->parser;
    const uint8_t *chunk = parser->data + at, *data = chunk + CHUNK_HEAD_SIZE;

    if (webp_parser_is_called(chunk, "VP8X") && len >= VP8X_SIZE)
        webp->has_canvas = true;
    else if (webp_parser_is_called(chunk, "ALPH") && webp->has_canvas && !webp->has_picture)
        webp_parser_add(webp, at, len);
    else if ((webp_parser_is_called(chunk, "VP8 ") || webp_parser_is_called(chunk, "VP8L")) &&
             !webp->has_picture) {
        if (webp_parser_is_called(chunk, "VP8L")) {
            webp->has_alpha = false; /* VP8L holds its own alpha */
            parser->out_len = RIFF_HEAD_SIZE;
        }
        webp->missing = missing;
        webp_parser_add(webp, at, len);
    } else if (webp_parser_is_called(chunk, "ANMF"))
        webp_parser_read_frame(webp, at, len);
    else if (webp_parser_is_called(chunk, "ICCP") && missing == 0)
        picture_set_profile(parser->head, data, len);
    else if (webp_parser_is_called(chunk, "EXIF") && missing == 0)
        parser_read_exif(parser, data, len);
}

static void webp_parser_read_chunks(struct webp *webp, size_t at, size_t end)
{
    struct parser *parser = webp->parser;

    while (end - at >= CHUNK_HEAD_SIZE) {
        size_t len = parser_le32(parser->data + at + 4), room = end - at - CHUNK_HEAD_SIZE;
        size_t missing = len > room ? len - room : 0;

        len -= missing;
        webp_parser_read_chunk(webp, at, len, missing);
        at += CHUNK_HEAD_SIZE + len;
        at += len & 1 && at < end;
    }
}

/* Writes the headers of the output. */
static void webp_parser_write_headers(struct webp *webp)
{
    struct parser *parser = webp->parser;
    uint8_t *riff = parser->data, *vp8x = riff + RIFF_HEAD_SIZE;

    memcpy(riff, "RIFF....WEBP", RIFF_HEAD_SIZE);
    webp_parser_write_le(riff + 4, (uint32_t)(parser->out_len + webp->missing) - 8, 4);
    if (!webp->has_alpha)
        return;
    memcpy(vp8x, "VP8X", 4);
    webp_parser_write_le(vp8x + 4, VP8X_SIZE, 4);
    webp_parser_write_le(vp8x + 8, FLAG_ALPHA, 4);
    webp_parser_write_le(vp8x + 12, (uint32_t)parser->head->width - 1, 3);
    webp_parser_write_le(vp8x + 15, (uint32_t)parser->head->height - 1, 3);
}

int webp_parse(struct parser *parser, struct error *err)
{
    struct webp webp = {.parser = parser};
    size_t said = 8 + (size_t)parser_le32(parser->data + 4);

    parser->out_len = RIFF_HEAD_SIZE;
    /* The length of the RIFF header is wrong in many files; the lengths of the chunks count. */
    if (said + (said & 1) != parser->size && said != parser->size)
        picture_warn(
            parser->head, "its header says %zu bytes, the file has %zu", said, parser->size);
    parser->head->is_whole = said <= parser->size;
    webp_parser_read_chunks(&webp, RIFF_HEAD_SIZE, parser->size);
    if (!webp.has_picture || parser->head->width == 0)
        return parser_truncated(parser, err);
    webp_parser_write_headers(&webp);
    return 0;
}
