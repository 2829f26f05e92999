/* walk.h - one kind of picture file each: to the picture in it, piece by piece (picture_head.h). */
#pragma once

#include "video/picture/picture_head.h"

struct walk {
    const char *name;
    uint8_t *data;
    size_t size;   /* of the file */
    size_t kept;   /* bytes at the start of `data` that are the picture */
    bool has_exif; /* the first counts */
    struct picture_head *head;
};

static inline uint32_t walk_be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t walk_be32(const uint8_t *p)
{
    return walk_be16(p) << 16 | walk_be16(p + 2);
}

static inline uint32_t walk_le16(const uint8_t *p)
{
    return (uint32_t)p[1] << 8 | p[0];
}

static inline uint32_t walk_le32(const uint8_t *p)
{
    return walk_le16(p + 2) << 16 | walk_le16(p);
}

/* These bytes belong to the picture; nothing before them is looked at again. */
void walk_keep(struct walk *walk, size_t at, size_t len);

/* "NAME: truncated (the KIND ends WHERE, after N bytes)" */
int walk_truncated(const struct walk *walk, const char *where, struct error *err);

/* The orientation in an EXIF block, which begins with its byte order; 1 if it says none. */
int walk_exif_orientation(const uint8_t *data, size_t size);

int jpeg_walk(struct walk *walk, struct error *err);
int png_walk(struct walk *walk, struct error *err);
int webp_walk(struct walk *walk, struct error *err);
int gif_walk(struct walk *walk, struct error *err);
