/* gif_decode.c - see decode.h.  The only caller of giflib. */
#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct gif {
    GifFileType *lib;
    const struct decode_request *request;
    size_t at;             /* next byte of request->data */
    int transparent;       /* palette index; -1: none */
    uint8_t *row, *pixels; /* a row as palette indexes, and as RGBA */
};

static int gif_decode_read(GifFileType *lib, GifByteType *to, int n)
{
    struct gif *gif = lib->UserData;
    size_t left = gif->request->head->size - gif->at;
    size_t len = (size_t)n < left ? (size_t)n : left;

    memcpy(to, gif->request->data + gif->at, len);
    gif->at += len;
    return (int)len;
}

/* The number, from the top, of the file's `i`th row.  GIF89a, appendix E: interlaced rows come in
 * four passes. */
static int gif_decode_row_number(int i, int height, bool is_interlaced)
{
    static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};

    for (int pass = 0; is_interlaced && pass < 4; pass++) {
        int rows = height > first[pass] ? (height - first[pass] + step[pass] - 1) / step[pass] : 0;

        if (i < rows)
            return first[pass] + i * step[pass];
        i -= rows;
    }
    return i;
}

static void gif_decode_look_up(const struct gif *gif, const ColorMapObject *palette, int n)
{
    for (int x = 0; x < n; x++) {
        int index = gif->row[x];
        uint8_t *pixel = gif->pixels + 4 * (ptrdiff_t)x;
        bool is_known = palette && index < palette->ColorCount;

        pixel[0] = is_known ? palette->Colors[index].Red : 0;
        pixel[1] = is_known ? palette->Colors[index].Green : 0;
        pixel[2] = is_known ? palette->Colors[index].Blue : 0;
        pixel[3] = index == gif->transparent ? 0 : 255;
    }
}

/* The picture may be smaller than the canvas; its pixels outside the canvas are dropped. */
static void gif_decode_write_row(struct gif *gif, int y, struct raster *raster)
{
    const GifImageDesc *image = &gif->lib->Image;
    int n = image->Left + image->Width > raster->width ? raster->width - image->Left : image->Width;

    if (image->Top + y >= raster->height || n <= 0)
        return;
    gif_decode_look_up(gif, image->ColorMap ? image->ColorMap : gif->lib->SColorMap, n);
    raster_write(raster, image->Top + y, image->Left, 1, n, gif->pixels);
}

/* Returns how many rows of the canvas, from the top, are complete. */
static int gif_decode_rows(struct gif *gif, struct raster *raster)
{
    const GifImageDesc *image = &gif->lib->Image;
    int i = 0;

    gif->row = mem_new_n((size_t)image->Width + 1, uint8_t);
    gif->pixels = mem_zero((size_t)image->Width + 1, 4);
    for (; i < image->Height; i++) {
        int y = gif_decode_row_number(i, image->Height, image->Interlace);

        if (DGifGetLine(gif->lib, gif->row, image->Width) != GIF_OK)
            break;
        gif_decode_write_row(gif, y, raster);
    }
    return i == image->Height || image->Top + i > raster->height ? raster->height : image->Top + i;
}

/* Reads an extension; a graphic control extension names the transparent colour. */
static void gif_decode_extension(struct gif *gif)
{
    GraphicsControlBlock control;
    GifByteType *block;
    int code;

    if (DGifGetExtension(gif->lib, &code, &block) == GIF_ERROR)
        return;
    if (code == GRAPHICS_EXT_FUNC_CODE && block &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        gif->transparent = control.TransparentColor;
    while (block && DGifGetExtensionNext(gif->lib, &block) == GIF_OK)
        ;
}

static int gif_decode_picture(struct gif *gif, struct raster *raster, struct error *err)
{
    const struct picture_head *head = gif->request->head;
    GifRecordType kind = UNDEFINED_RECORD_TYPE;
    int rc;

    while (DGifGetRecordType(gif->lib, &kind) == GIF_OK && kind == EXTENSION_RECORD_TYPE)
        gif_decode_extension(gif);
    if (kind != IMAGE_DESC_RECORD_TYPE || DGifGetImageDesc(gif->lib) == GIF_ERROR)
        return error_set(err, ERR_INPUT, "%s: damaged GIF", gif->request->name);
    rc = raster_open(raster, gif->request->head, head->width, head->height, RASTER_RGBA, 8, err);
    if (rc < 0)
        return rc;
    raster_fill_white(raster);
    raster->rows = gif_decode_rows(gif, raster);
    if (raster->rows < raster->height && head->is_whole)
        return error_set(err, ERR_INPUT, "%s: damaged GIF (the last %d of %d rows can't be read)",
            gif->request->name, raster->height - raster->rows, raster->height);
    return 0;
}

int gif_decode(const struct decode_request *request, struct raster *raster, struct error *err)
{
    struct gif gif = {.request = request, .transparent = -1};
    int rc, code;

    *raster = (struct raster){0};
    gif.lib = DGifOpen(&gif, gif_decode_read, &code);
    rc = gif.lib ? gif_decode_picture(&gif, raster, err)
                 : error_set(err, ERR_INPUT, "%s: damaged GIF", request->name);
    if (gif.lib)
        DGifCloseFile(gif.lib, &code);
    free(gif.row);
    free(gif.pixels);
    return rc;
}
