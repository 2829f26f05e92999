/* gif_decode.c - all of giflib that is used here.  See decode.h. */
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct gif {
    GifFileType *lib;
    const struct decode_ask *ask;
    size_t at; /* in ask->data */
    int clear; /* the colour that is none; -1: all are */
    uint8_t *row, *pixels;
};

static int read_bytes(GifFileType *lib, GifByteType *to, int n)
{
    struct gif *gif = lib->UserData;
    size_t there = gif->ask->head->size - gif->at;
    size_t len = (size_t)n < there ? (size_t)n : there;

    memcpy(to, gif->ask->data + gif->at, len);
    gif->at += len;
    return (int)len;
}

/* Row `i` as the file has them. */
static int row_of(int i, int height, bool is_laced)
{
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};

    for (int pass = 0; is_laced && pass < 4; pass++) {
        int rows = height > first[pass] ? (height - first[pass] + step[pass] - 1) / step[pass] : 0;

        if (i < rows)
            return first[pass] + i * step[pass];
        i -= rows;
    }
    return i;
}

static void colour_row(const struct gif *gif, const ColorMapObject *palette, int n)
{
    for (int x = 0; x < n; x++) {
        int index = gif->row[x];
        uint8_t *pixel = gif->pixels + 4 * (ptrdiff_t)x;
        bool is_known = palette && index < palette->ColorCount;

        pixel[0] = is_known ? palette->Colors[index].Red : 0;
        pixel[1] = is_known ? palette->Colors[index].Green : 0;
        pixel[2] = is_known ? palette->Colors[index].Blue : 0;
        pixel[3] = index == gif->clear ? 0 : 255;
    }
}

/* The picture may be a part of its canvas, and what sticks out of that is not seen. */
static void put_row(struct gif *gif, int y, struct raster *raster)
{
    const GifImageDesc *image = &gif->lib->Image;
    int n = image->Left + image->Width > raster->width ? raster->width - image->Left : image->Width;

    if (image->Top + y >= raster->height || n <= 0)
        return;
    colour_row(gif, image->ColorMap ? image->ColorMap : gif->lib->SColorMap, n);
    raster_put(raster, image->Top + y, image->Left, 1, n, gif->pixels);
}

/* Where the rows end that could be read, of the whole canvas. */
static int read_rows(struct gif *gif, struct raster *raster)
{
    const GifImageDesc *image = &gif->lib->Image;
    int i = 0;

    gif->row = mem_new_n((size_t)image->Width + 1, uint8_t);
    gif->pixels = mem_zero((size_t)image->Width + 1, 4);
    for (; i < image->Height; i++) {
        int y = row_of(i, image->Height, image->Interlace);

        if (DGifGetLine(gif->lib, gif->row, image->Width) != GIF_OK)
            break;
        put_row(gif, y, raster);
    }
    return i == image->Height || image->Top + i > raster->height ? raster->height : image->Top + i;
}

static void take_control(struct gif *gif)
{
    GraphicsControlBlock control;
    GifByteType *block;
    int code;

    if (DGifGetExtension(gif->lib, &code, &block) == GIF_ERROR)
        return;
    if (code == GRAPHICS_EXT_FUNC_CODE && block &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        gif->clear = control.TransparentColor;
    while (block && DGifGetExtensionNext(gif->lib, &block) == GIF_OK)
        ;
}

static int decode(struct gif *gif, struct raster *raster, struct error *err)
{
    const struct picture_head *head = gif->ask->head;
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    int rc;

    while (DGifGetRecordType(gif->lib, &kind) == GIF_OK && kind == EXTENSION_RECORD_TYPE)
        take_control(gif);
    if (kind != IMAGE_DESC_RECORD_TYPE || DGifGetImageDesc(gif->lib) == GIF_ERROR)
        return error_set(err, ERR_INPUT, "%s: damaged GIF", gif->ask->name);
    rc = raster_open(raster, gif->ask->head, head->width, head->height, RASTER_RGBA, 8, err);
    if (rc < 0)
        return rc;
    raster_clear(raster);
    raster->rows = read_rows(gif, raster);
    if (raster->rows < raster->height && head->is_whole)
        return error_set(err, ERR_INPUT, "%s: damaged GIF (the last %d of %d rows can't be read)",
            gif->ask->name, raster->height - raster->rows, raster->height);
    return 0;
}

int gif_decode(const struct decode_ask *ask, struct raster *raster, struct error *err)
{
    struct gif gif = {.ask = ask, .clear = -1};
    int rc, why;

    *raster = (struct raster){0};
    gif.lib = DGifOpen(&gif, read_bytes, &why);
    rc = gif.lib ? decode(&gif, raster, err)
                 : error_set(err, ERR_INPUT, "%s: damaged GIF", ask->name);
    if (gif.lib)
        DGifCloseFile(gif.lib, &why);
    free(gif.row);
    free(gif.pixels);
    return rc;
}
