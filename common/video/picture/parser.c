/* parser.c - see parser.h. */
#include "video/picture/parser.h"

#include <string.h>

void parser_append(struct parser *parser, size_t at, size_t len)
{
    memmove(parser->data + parser->out_len, parser->data + at, len);
    parser->out_len += len;
}

int parser_truncated(const struct parser *parser, struct error *err)
{
    return error_set(err, ERR_INPUT,
        "%s: truncated (the %s ends after %zu bytes, before its pixels)", parser->name,
        picture_kind_name(parser->head->kind), parser->size);
}

/* --- EXIF: a TIFF with one directory --- */

struct tiff {
    const uint8_t *data;
    size_t size;
    bool is_little;
};

static uint32_t tiff_16(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? parser_le16(tiff->data + at) : parser_be16(tiff->data + at);
}

static uint32_t tiff_32(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? parser_le32(tiff->data + at) : parser_be32(tiff->data + at);
}

/* The value of a directory entry of any integer type: 8, 16 or 32 bits, signed or not. */
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

static int tiff_orientation(const uint8_t *data, size_t size)
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

void parser_read_exif(struct parser *parser, const uint8_t *data, size_t size)
{
    size_t skip = size >= 6 && memcmp(data, "Exif\0", 6) == 0 ? 6 : 0;

    if (!parser->has_exif)
        parser->head->orientation = tiff_orientation(data + skip, size - skip);
    parser->has_exif = true;
}
