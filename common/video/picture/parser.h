/* parser.h - the parsers of picture files, one for each container format.  A parser reads the
 * segments or chunks of a file in memory, fills in the picture_head, and moves the parts that a
 * decoder needs to the start of the same memory.  It reads no further than `size`.  Any thread. */
#pragma once

#include "video/picture/picture_head.h"

struct parser {
    const char *name; /* of the file: starts every message */
    uint8_t *data;    /* the file, and PICTURE_HEAD_PADDING bytes more */
    size_t size;      /* bytes of the file */
    size_t out_len;   /* bytes at the start of `data` that are output already */
    bool has_exif;    /* an EXIF block was read: of several, the first counts */
    struct picture_head *head;
};

static inline uint32_t parser_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t parser_be32(const uint8_t *p)
{
    return parser_be16(p) << 16 | parser_be16(p + 2);
}

static inline uint32_t parser_le16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t parser_le32(const uint8_t *p)
{
    return parser_le16(p + 2) << 16 | parser_le16(p);
}

/* Appends `len` bytes of `data`, from `at` on, to the output.  `at` is not less than `out_len`; the
 * bytes between may be overwritten. */
void parser_append(struct parser *parser, size_t at, size_t len);

/* Returns -ERR_INPUT: the file ends before its pixels begin. */
int parser_truncated(const struct parser *parser, struct error *err);

/* Reads the orientation, 1 to 8, of the first EXIF block of a file (EXIF 2.3, tag 0x0112).  `data`
 * is the block's TIFF, with or without "Exif\0\0" in front.  A block without one means 1. */
void parser_read_exif(struct parser *parser, const uint8_t *data, size_t size);

/* Each parses a file of its format, whose signature was checked, and may change the bytes of
 * `data`.  -ERR_INPUT: there is no picture in the file, or too many scans; says which. */
int jpeg_parse(struct parser *parser, struct error *err);
int png_parse(struct parser *parser, struct error *err);
int webp_parse(struct parser *parser, struct error *err);
int gif_parse(struct parser *parser, struct error *err);
