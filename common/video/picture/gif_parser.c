/* gif_parser.c - see parser.h.  CompuServe's GIF89a, up to the end of the first picture. */
#include <string.h>

#include "video/picture/parser.h"

enum { HEAD_SIZE = 13, CONTROL_SIZE = 8, IMAGE_HEAD_SIZE = 10, CONTROL_LABEL = 0xF9 };

static size_t gif_parser_palette_size(uint8_t flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* The end of a chain of sub-blocks, each with its length in front, or of the file. */
static size_t gif_parser_skip_blocks(const struct parser *parser, size_t at)
{
    while (at < parser->size) {
        size_t len = parser->data[at];

        at += 1 + len;
        if (len == 0)
            return at;
    }
    return parser->size;
}

/* Drops comments and application extensions; the graphic control extension, which names the
 * transparent colour, is output.  Returns where the next block begins. */
static size_t gif_parser_extension(struct parser *parser, size_t at)
{
    size_t end = gif_parser_skip_blocks(parser, at + 2);

    if (end - at == CONTROL_SIZE && parser->data[at + 1] == CONTROL_LABEL)
        parser_append(parser, at, CONTROL_SIZE);
    return end;
}

static void gif_parser_image(struct parser *parser, size_t at)
{
    size_t data = at + IMAGE_HEAD_SIZE + gif_parser_palette_size(parser->data[at + 9]) + 1;
    size_t end = data < parser->size ? gif_parser_skip_blocks(parser, data) : parser->size;

    parser->head->width = (int)parser_le16(parser->data + 6);
    parser->head->height = (int)parser_le16(parser->data + 8);
    parser->head->is_whole = end < parser->size || parser->data[parser->size - 1] == 0;
    parser_append(parser, at, end - at);
}

int gif_parse(struct parser *parser, struct error *err)
{
    size_t at = parser->size < HEAD_SIZE ? parser->size
                                         : HEAD_SIZE + gif_parser_palette_size(parser->data[10]);

    if (at < parser->size)
        parser_append(parser, 0, at);
    while (at < parser->size && parser->data[at] == '!')
        at = gif_parser_extension(parser, at);
    if (at + IMAGE_HEAD_SIZE >= parser->size)
        return parser_truncated(parser, err);
    if (parser->data[at] != ',')
        return error_set(
            err, ERR_INPUT, "%s: damaged GIF (no block begins at byte %zu)", parser->name, at);
    gif_parser_image(parser, at);
    if (!parser->head->is_whole)
        picture_warn(parser->head, "its pixel data has no end marker");
    parser->data[parser->out_len++] = ';';
    return 0;
}
