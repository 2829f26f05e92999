/* picture_kind.c - see picture_kind.h. */
#include "video/picture/picture_kind.h"

#include <string.h>

#include "base/text.h"
#include "video/picture/parser.h"

static bool picture_kind_starts(const struct parser *parser, const char *with, size_t len)
{
    return parser->size >= len && memcmp(parser->data, with, len) == 0;
}

/* What an unsupported file looks like, for the message "it looks like …". */
static const char *picture_kind_guess(const struct parser *parser)
{
    static const struct {
        const char *start, *what;
    } looks[] = {{"\xFF\x0A", "JPEG XL"}, {"BM", "a BMP"}, {"II*", "a TIFF"}, {"MM", "a TIFF"},
        {"%PDF", "a PDF"}, {"<svg", "an SVG"}, {"<?xml", "XML (an SVG?)"},
        {"<!DOCTYPE", "a web page"}, {"<!doctype", "a web page"}, {"<html", "a web page"},
        {"#EXTM3U", "a playlist"}, {"ffconcat", "a playlist"}, {"[playlist]", "a playlist"}};

    if (parser->size == 0)
        return "an empty file";
    if (parser->size >= 12 && memcmp(parser->data + 4, "ftyp", 4) == 0)
        return "a film, or a HEIF of an unknown brand";
    if (parser->size >= 12 && memcmp(parser->data + 4, "JXL ", 4) == 0)
        return "JPEG XL";
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (picture_kind_starts(parser, looks[i].start, strlen(looks[i].start)))
            return looks[i].what;
    if (text_is_utf8((const char *)parser->data, parser->size < 64 ? parser->size : 64, NULL))
        return "text";
    return "an unknown format";
}

/* HEIF and AVIF (ISO/IEC 23008-12) are boxes, the first of which lists the file's brands. */
static bool picture_kind_is_heif(const struct parser *parser)
{
    static const char brands[][5] = {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1",
        "mif2", "avif", "avis", "avio"};
    size_t end = parser->size >= 16 ? parser_be32(parser->data) : 0;

    if (end > parser->size || memcmp(parser->data + 4, "ftyp", 4) != 0)
        return false;
    for (size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4)
        for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
            if (memcmp(parser->data + at, brands[i], 4) == 0)
                return true;
    return false;
}

/* libheif reads the headers of a HEIF itself (heif_decode.c). */
static int heif_parse(struct parser *parser, struct error *err)
{
    (void)err;
    parser->out_len = parser->size;
    return 0;
}

static bool picture_kind_find(const struct parser *parser, enum picture_kind *ret_kind)
{
    if (picture_kind_starts(parser, "\xFF\xD8\xFF", 3))
        *ret_kind = PICTURE_JPEG;
    else if (picture_kind_starts(parser, "\x89PNG\r\n\x1a\n", 8))
        *ret_kind = PICTURE_PNG;
    else if (picture_kind_starts(parser, "RIFF", 4) && parser->size >= 12 &&
             memcmp(parser->data + 8, "WEBP", 4) == 0)
        *ret_kind = PICTURE_WEBP;
    else if (picture_kind_starts(parser, "GIF87a", 6) || picture_kind_starts(parser, "GIF89a", 6))
        *ret_kind = PICTURE_GIF;
    else if (picture_kind_is_heif(parser))
        *ret_kind = PICTURE_HEIF;
    else
        return false;
    return true;
}

int picture_head_read(
    const char *name, uint8_t *bytes, size_t size, struct picture_head *ret_head, struct error *err)
{
    static int (*const parsers[])(struct parser *, struct error *) = {
        [PICTURE_JPEG] = jpeg_parse,
        [PICTURE_PNG] = png_parse,
        [PICTURE_WEBP] = webp_parse,
        [PICTURE_GIF] = gif_parse,
        [PICTURE_HEIF] = heif_parse,
    };
    struct parser parser = {.name = name, .data = bytes, .size = size, .head = ret_head};
    int rc;

    *ret_head = (struct picture_head){.orientation = 1, .is_sound = true, .is_whole = true};
    if (!picture_kind_find(&parser, &ret_head->kind))
        return error_set(err, ERR_INPUT,
            "%s: not a JPEG, PNG, WebP, GIF, HEIF or AVIF picture (it looks like %s); convert it "
            "to JPEG or PNG",
            name, picture_kind_guess(&parser));
    rc = parsers[ret_head->kind](&parser, err);
    if (rc < 0)
        return rc;
    ret_head->size = parser.out_len;
    /* heif_decode.c knows the size of a HEIF, and checks it. */
    return ret_head->kind == PICTURE_HEIF ? 0 : picture_head_check_size(ret_head, name, err);
}
