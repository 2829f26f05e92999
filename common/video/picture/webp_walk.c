/* webp_walk.c - Google's "WebP Container Specification".  See walk.h.
 *
 * What is handed on is a file of its own, of the picture's chunk and its transparency. */
#include <string.h>

#include "video/picture/walk.h"

enum {
    RIFF_HEAD = 12,
    CHUNK_HEAD = 8,
    VP8X_SIZE = 10,
    ANMF_HEAD = 16,
    FLAG_ALPHA = 0x10,
};

struct webp {
    struct walk *walk;
    bool has_canvas; /* VP8X */
    bool has_alpha;
    bool has_picture;
    size_t missing; /* bytes of the picture, behind the end of the file */
};

static bool is_called(const uint8_t *chunk, const char *name)
{
    return memcmp(chunk, name, 4) == 0;
}

static void put_le(uint8_t *to, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static void take_size(struct picture_head *head, const uint8_t *chunk, size_t len)
{
    const uint8_t *data = chunk + CHUNK_HEAD;

    if (is_called(chunk, "VP8 ") && len >= 10) {
        head->width = (int)(walk_le16(data + 6) & 0x3FFF);
        head->height = (int)(walk_le16(data + 8) & 0x3FFF);
    } else if (is_called(chunk, "VP8L") && len >= 5) {
        head->width = (int)(walk_le32(data + 1) & 0x3FFF) + 1;
        head->height = (int)(walk_le32(data + 1) >> 14 & 0x3FFF) + 1;
    }
}

/* Transparency, or the picture itself: behind the head of a file, as much of it as there is. */
static void keep(struct webp *webp, size_t at, size_t len)
{
    struct walk *walk = webp->walk;
    bool is_alpha = is_called(walk->data + at, "ALPH");

    if (is_alpha) {
        webp->has_alpha = true;
        walk->kept = RIFF_HEAD + CHUNK_HEAD + VP8X_SIZE; /* its place is left free */
        if (at < walk->kept)
            return;
    } else {
        webp->has_picture = true;
        take_size(walk->head, walk->data + at, len);
    }
    walk_keep(walk, at, CHUNK_HEAD + len + (len & 1));
}

static void take_exif(struct walk *walk, const uint8_t *data, size_t len)
{
    size_t skip = len >= 6 && memcmp(data, "Exif\0", 6) == 0 ? 6 : 0;

    if (!walk->has_exif)
        walk->head->orientation = walk_exif_orientation(data + skip, len - skip);
    walk->has_exif = true;
}

static void take_chunks(struct webp *webp, size_t at, size_t end);

/* The first picture of an animation, which may be only a part of its canvas: that part, then. */
static void take_frame(struct webp *webp, size_t at, size_t len)
{
    if (len > ANMF_HEAD && !webp->has_picture)
        take_chunks(webp, at + CHUNK_HEAD + ANMF_HEAD, at + CHUNK_HEAD + len);
}

static void take_chunk(struct webp *webp, size_t at, size_t len, size_t missing)
{
    struct walk *walk = webp->walk;
    const uint8_t *chunk = walk->data + at, *data = chunk + CHUNK_HEAD;

    if (is_called(chunk, "VP8X") && len >= VP8X_SIZE)
        webp->has_canvas = true;
    else if (is_called(chunk, "ALPH") && webp->has_canvas && !webp->has_picture)
        keep(webp, at, len);
    else if ((is_called(chunk, "VP8 ") || is_called(chunk, "VP8L")) && !webp->has_picture) {
        if (is_called(chunk, "VP8L")) {
            webp->has_alpha = false; /* it has its own */
            walk->kept = RIFF_HEAD;
        }
        webp->missing = missing;
        keep(webp, at, len);
    } else if (is_called(chunk, "ANMF"))
        take_frame(webp, at, len);
    else if (is_called(chunk, "ICCP") && missing == 0)
        picture_take_profile(walk->head, data, len);
    else if (is_called(chunk, "EXIF") && missing == 0)
        take_exif(walk, data, len);
}

static void take_chunks(struct webp *webp, size_t at, size_t end)
{
    struct walk *walk = webp->walk;

    while (end - at >= CHUNK_HEAD) {
        size_t len = walk_le32(walk->data + at + 4), room = end - at - CHUNK_HEAD;
        size_t missing = len > room ? len - room : 0;

        len -= missing;
        take_chunk(webp, at, len, missing);
        at += CHUNK_HEAD + len;
        at += len & 1 && at < end;
    }
}

/* The head, and the lengths of what was found. */
static void dress(struct webp *webp)
{
    struct walk *walk = webp->walk;
    uint8_t *riff = walk->data, *vp8x = riff + RIFF_HEAD;

    memcpy(riff, "RIFF....WEBP", RIFF_HEAD);
    put_le(riff + 4, (uint32_t)(walk->kept + webp->missing) - 8, 4);
    if (!webp->has_alpha)
        return;
    memcpy(vp8x, "VP8X", 4);
    put_le(vp8x + 4, VP8X_SIZE, 4);
    put_le(vp8x + 8, FLAG_ALPHA, 4);
    put_le(vp8x + 12, (uint32_t)walk->head->width - 1, 3);
    put_le(vp8x + 15, (uint32_t)walk->head->height - 1, 3);
}

int webp_walk(struct walk *walk, struct error *err)
{
    struct webp webp = {.walk = walk};
    size_t says = 8 + (size_t)walk_le32(walk->data + 4);

    walk->kept = RIFF_HEAD;
    /* Its length is wrong in many files; chunks have theirs. */
    if (says + (says & 1) != walk->size && says != walk->size)
        picture_warn(walk->head, "its header says %zu bytes, the file has %zu", says, walk->size);
    walk->head->is_whole = says <= walk->size;
    take_chunks(&webp, RIFF_HEAD, walk->size);
    if (!webp.has_picture || walk->head->width == 0)
        return walk_truncated(walk, "before its picture", err);
    dress(&webp);
    return 0;
}
