/* jpeg_parser.c - see parser.h.  ITU-T T.81 annex B, tolerant of the faults that files have. */
#include <string.h>

#include "base/buf.h"
#include "video/picture/parser.h"

enum {
    SOF0 = 0xC0,
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    SOF15 = 0xCF,
    RST0 = 0xD0,
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    DQT = 0xDB,
    DRI = 0xDD,
    APP0 = 0xE0,
    APP1 = 0xE1,
    APP2 = 0xE2,
    APP14 = 0xEE,
    /* A progressive JPEG has about ten scans, and each costs a pass over the whole picture. */
    SCANS_MAX = 200,
    PIECES_MAX = 255,
    PROFILE_DAMAGED = PIECES_MAX + 1,
};

struct jpeg {
    struct parser *parser;
    struct buf profile; /* the pieces so far */
    int n_pieces;       /* of the profile; PROFILE_DAMAGED: out of order or too many */
    int n_scans;
    bool has_other_pictures; /* an MPF segment says that more pictures follow the end marker */
    bool has_end;
};

static bool jpeg_parser_is_frame(int marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

/* A marker without a segment. */
static bool jpeg_parser_is_bare(int marker)
{
    return marker == 0x01 || (marker >= RST0 && marker <= EOI);
}

/* Where the next marker stands, at `at` or later; the file's size if there is none. */
static size_t jpeg_parser_find_marker(const struct parser *parser, size_t at)
{
    while (at + 1 < parser->size) {
        const uint8_t *ff = memchr(parser->data + at, 0xFF, parser->size - 1 - at);

        if (!ff)
            break;
        at = (size_t)(ff - parser->data);
        if (ff[1] != 0 && ff[1] != 0xFF)
            return at;
        at++;
    }
    return parser->size;
}

/* The end of entropy-coded data.  Restart markers count from 0 to 7 and again from 0; wrong ones
 * are renumbered, as a decoder would stop at them. */
static size_t jpeg_parser_skip_scan(const struct parser *parser, size_t at)
{
    for (int restarts = 0;; restarts++) {
        at = jpeg_parser_find_marker(parser, at);
        if (at == parser->size || (parser->data[at + 1] & 0xF8) != RST0)
            return at;
        if (parser->data[at + 1] != RST0 + restarts % 8)
            picture_warn(parser->head, "its restart markers are out of order");
        parser->data[at + 1] = (uint8_t)(RST0 + restarts % 8);
        at += 2;
    }
}

static void jpeg_parser_read_size(struct parser *parser, const uint8_t *body, size_t len)
{
    if (len < 6 || parser->head->width)
        return;
    parser->head->height = (int)parser_be16(body + 1);
    parser->head->width = (int)parser_be16(body + 3);
    parser->head->is_grey = body[5] == 1;
}

/* ICC.1:2010, annex B: a piece has its number, from 1, and the number of pieces.  Only pieces
 * in order are taken, as all encoders write them. */
static void jpeg_parser_add_profile(struct jpeg *jpeg, const uint8_t *body, size_t len)
{
    if (body[12] != jpeg->n_pieces + 1 || jpeg->n_pieces > body[13] ||
        jpeg->profile.len > PICTURE_PROFILE_MAX)
        jpeg->n_pieces = PROFILE_DAMAGED;
    else {
        jpeg->n_pieces++;
        buf_add(&jpeg->profile, body + 14, len - 14);
    }
}

static bool jpeg_parser_is_called(
    const uint8_t *body, size_t len, const char *name, size_t name_len)
{
    return len >= name_len && memcmp(body, name, name_len) == 0;
}

/* Reads the application segments that matter: EXIF, ICC profile, MPF. */
static void jpeg_parser_read_app(struct jpeg *jpeg, int marker, const uint8_t *body, size_t len)
{
    struct parser *parser = jpeg->parser;

    if (marker == APP1 && jpeg_parser_is_called(body, len, "Exif\0", 5)) {
        size_t skip = len > 6 ? 6 : len;

        parser_read_exif(parser, body + skip, len - skip);
    } else if (marker == APP2 && len >= 14 && jpeg_parser_is_called(body, len, "ICC_PROFILE", 12))
        jpeg_parser_add_profile(jpeg, body, len);
    else if (marker == APP2 && jpeg_parser_is_called(body, len, "MPF", 4))
        jpeg->has_other_pictures = true;
}

/* Whether a decoder needs the segment.  JFIF and Adobe name the colour space of the components. */
static bool jpeg_parser_is_needed(int marker, const uint8_t *body, size_t len)
{
    return jpeg_parser_is_frame(marker) || marker == DHT || marker == DAC || marker == SOS ||
           marker == DQT || marker == DRI ||
           (marker == APP0 && jpeg_parser_is_called(body, len, "JFIF", 5)) ||
           (marker == APP14 && jpeg_parser_is_called(body, len, "Adobe", 5));
}

/* Reads the segment whose marker is at `at`.  Returns where the next marker may be. */
static size_t jpeg_parser_read_segment(struct jpeg *jpeg, size_t at, size_t len)
{
    struct parser *parser = jpeg->parser;
    int marker = parser->data[at + 1];
    const uint8_t *body = parser->data + at + 4;
    size_t end = at + 2 + len;

    if (jpeg_parser_is_frame(marker))
        jpeg_parser_read_size(parser, body, len - 2);
    jpeg_parser_read_app(jpeg, marker, body, len - 2);
    if (marker == SOS) {
        jpeg->n_scans++;
        end = jpeg_parser_skip_scan(parser, end);
    }
    if (jpeg_parser_is_needed(marker, body, len - 2))
        parser_append(parser, at, end - at);
    return end;
}

static void jpeg_parser_read_segments(struct jpeg *jpeg)
{
    struct parser *parser = jpeg->parser;
    size_t at = 2, next, len;

    while (!jpeg->has_end && (next = jpeg_parser_find_marker(parser, at)) < parser->size) {
        int marker = parser->data[next + 1];

        /* FF are fill bytes. */
        for (; at < next; at++)
            if (parser->data[at] != 0xFF)
                picture_warn(parser->head, "it has stray bytes between its segments");
        at = next + 2;
        jpeg->has_end = marker == EOI;
        if (jpeg_parser_is_bare(marker))
            continue;
        if (next + 4 > parser->size)
            break;
        len = parser_be16(parser->data + at);
        if (len < 2) {
            picture_warn(
                parser->head, "one of its segments has the length %zu, 2 is the least", len);
            continue;
        }
        if (at + len > parser->size)
            break;
        at = jpeg_parser_read_segment(jpeg, next, len);
    }
    if (jpeg->has_end && at < parser->size && !jpeg->has_other_pictures)
        picture_warn(parser->head, "%zu bytes follow its end", parser->size - at);
}

static void jpeg_parser_end_profile(struct jpeg *jpeg)
{
    if (jpeg->n_pieces == 0)
        return;
    if (jpeg->n_pieces == PROFILE_DAMAGED)
        picture_warn(jpeg->parser->head, "its colour profile is damaged and is ignored");
    else
        picture_set_profile(
            jpeg->parser->head, (const uint8_t *)jpeg->profile.data, jpeg->profile.len);
    buf_free(&jpeg->profile);
}

int jpeg_parse(struct parser *parser, struct error *err)
{
    struct jpeg jpeg = {.parser = parser};
    struct picture_head *head = parser->head;

    parser_append(parser, 0, 2);
    jpeg_parser_read_segments(&jpeg);
    jpeg_parser_end_profile(&jpeg);
    head->is_whole = jpeg.has_end;
    if (!jpeg.has_end)
        picture_warn(head, "it has no end marker");
    if (jpeg.n_scans == 0)
        return jpeg.has_end
                   ? error_set(err, ERR_INPUT, "%s: damaged JPEG (it has no scan)", parser->name)
                   : parser_truncated(parser, err);
    if (jpeg.n_scans > SCANS_MAX)
        return error_set(err, ERR_INPUT, "%s: the JPEG has %d scans, %d is the limit", parser->name,
            jpeg.n_scans, SCANS_MAX);
    parser->data[parser->out_len++] = 0xFF;
    parser->data[parser->out_len++] = EOI;
    return 0;
}
