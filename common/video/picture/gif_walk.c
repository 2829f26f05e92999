/* gif_walk.c - CompuServe's GIF89a, to the end of the first picture.  See walk.h. */
#include <string.h>

#include "video/picture/walk.h"

enum { HEAD = 13, CONTROL_SIZE = 8, IMAGE_HEAD = 10 };

static size_t palette_size(uint8_t flags)
{
    return flags & 0x80 ? (size_t)3 << ((flags & 7) + 1) : 0;
}

/* Past a chain of blocks, each with its length before it, or to the end of the file. */
static size_t skip_blocks(const struct walk *walk, size_t at)
{
    while (at < walk->size) {
        size_t len = walk->data[at];

        at += 1 + len;
        if (len == 0)
            return at;
    }
    return walk->size;
}

/* Comments and programs' own blocks are dropped; the one that tells what is transparent stays. */
static size_t take_extension(struct walk *walk, size_t at)
{
    size_t end = skip_blocks(walk, at + 2);

    if (end - at == CONTROL_SIZE && walk->data[at + 1] == 0xF9)
        walk_keep(walk, at, CONTROL_SIZE);
    return end;
}

static void take_picture(struct walk *walk, size_t at)
{
    size_t data = at + IMAGE_HEAD + palette_size(walk->data[at + 9]) + 1;
    size_t end = data < walk->size ? skip_blocks(walk, data) : walk->size;

    walk->head->width = (int)walk_le16(walk->data + 6);
    walk->head->height = (int)walk_le16(walk->data + 8);
    walk->head->is_whole = end < walk->size || walk->data[walk->size - 1] == 0;
    walk_keep(walk, at, end - at);
}

int gif_walk(struct walk *walk, struct error *err)
{
    size_t at = walk->size < HEAD ? walk->size : HEAD + palette_size(walk->data[10]);

    if (at < walk->size)
        walk_keep(walk, 0, at);
    while (at < walk->size && walk->data[at] == '!')
        at = take_extension(walk, at);
    if (at + IMAGE_HEAD >= walk->size)
        return walk_truncated(walk, "before its picture", err);
    if (walk->data[at] != ',')
        return error_set(err, ERR_INPUT, "%s: damaged (no GIF block at byte %zu)", walk->name, at);
    take_picture(walk, at);
    if (!walk->head->is_whole)
        picture_warn(walk->head, "its data has no end");
    walk->data[walk->kept++] = ';';
    return 0;
}
