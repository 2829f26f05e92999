/* walk.c - see walk.h. */
#include "video/picture/walk.h"

#include <string.h>

void walk_keep(struct walk *walk, size_t at, size_t len)
{
    memmove(walk->data + walk->kept, walk->data + at, len);
    walk->kept += len;
}

int walk_truncated(const struct walk *walk, const char *where, struct error *err)
{
    return error_set(err, ERR_INPUT, "%s: truncated (the %s ends %s, after %zu bytes)", walk->name,
        picture_kind_name(walk->head->kind), where, walk->size);
}

/* --- EXIF 2.3: a TIFF with one directory; tag 0x0112 --- */

struct tiff {
    const uint8_t *data;
    size_t size;
    bool is_little;
};

static uint32_t tiff_16(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? walk_le16(tiff->data + at) : walk_be16(tiff->data + at);
}

static uint32_t tiff_32(const struct tiff *tiff, size_t at)
{
    return tiff->is_little ? walk_le32(tiff->data + at) : walk_be32(tiff->data + at);
}

/* Of any whole number's type: a byte, 16 or 32 bits. */
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

int walk_exif_orientation(const uint8_t *data, size_t size)
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
