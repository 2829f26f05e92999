/* planes.c - see planes.h.  Row by row: read a row of one component as 8-bit samples, lay it over
 * white if there is alpha, write it where the orientation wants it. */
#include "video/planes.h"

#include <libavutil/pixdesc.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ALIGN = 64 };

struct import {
    const AVFrame *frame;
    const AVPixFmtDescriptor *desc;
    struct planes *to;
    int orientation;
    int alpha; /* component, -1: none */
    bool is_grey;
    uint16_t *wide;
    uint8_t *line, *alpha_line;
};

static bool is_palette(const struct import *im)
{
    return im->desc->flags & AV_PIX_FMT_FLAG_PAL;
}

/* The source's planes 1 and 2 may be smaller, and its odd last column still has a sample. */
static int shrunk(int n, int shift)
{
    return (n + (1 << shift) - 1) >> shift;
}

/* libav keeps a palette entry as one native 32-bit word ARGB; components here count R, G, B, A. */
static void palette_line(const struct import *im, int comp, int y, uint8_t *line)
{
    static const int shift[] = {16, 8, 0, 24};
    const uint32_t *palette = (const uint32_t *)(const void *)im->frame->data[1];
    const uint8_t *index = im->frame->data[0] + (ptrdiff_t)y * im->frame->linesize[0];

    for (int x = 0; x < im->frame->width; x++)
        line[x] = (uint8_t)(palette[index[x]] >> shift[comp]);
}

static void deep_line(const struct import *im, int comp, int y, int n, uint8_t *line)
{
    int max = (1 << im->desc->comp[comp].depth) - 1;

    av_read_image_line2(im->wide, (const uint8_t **)im->frame->data, im->frame->linesize, im->desc,
        0, y, comp, n, 0, 2);
    for (int x = 0; x < n; x++)
        line[x] = (uint8_t)((im->wide[x] * 255 + max / 2) / max);
}

static const uint8_t *read_line(const struct import *im, int comp, int y, int n, uint8_t *line)
{
    const AVComponentDescriptor *c = &im->desc->comp[comp];

    if (is_palette(im)) {
        palette_line(im, comp, y, line);
        return line;
    }
    if (c->depth == 8 && c->step == 1 && c->offset == 0 && c->shift == 0)
        return im->frame->data[c->plane] + (ptrdiff_t)y * im->frame->linesize[c->plane];
    deep_line(im, comp, y, n, line);
    return line;
}

/* White in this component. */
static int white_of(const struct import *im, int comp)
{
    if (im->to->is_rgb || (comp == 0 && im->to->is_full_range))
        return 255;
    return comp == 0 ? 235 : 128;
}

static const uint8_t *flatten(const struct import *im, int comp, int y, int n, const uint8_t *line)
{
    int sub_w = comp && !im->to->is_rgb ? im->desc->log2_chroma_w : 0;
    int sub_h = comp && !im->to->is_rgb ? im->desc->log2_chroma_h : 0;
    const uint8_t *alpha;
    int white = white_of(im, comp);

    if (im->alpha < 0)
        return line;
    alpha = read_line(im, im->alpha, y << sub_h, im->frame->width, im->alpha_line);
    for (int x = 0; x < n; x++) {
        int a = alpha[x << sub_w];

        im->line[x] = (uint8_t)((line[x] * a + white * (255 - a) + 127) / 255);
    }
    return im->line;
}

/* Row `y` of `n` samples and `rows` rows goes to its place in an upright plane (EXIF 2.3, tag
 * 0x0112). */
static void put_line(
    const struct import *im, int plane, int y, int n, int rows, const uint8_t *line)
{
    static const struct {
        bool swap, flip_x, flip_y;
    } turns[9] = {[2] = {.flip_x = true},
        [3] = {.flip_x = true, .flip_y = true},
        [4] = {.flip_y = true},
        [5] = {.swap = true},
        [6] = {.swap = true, .flip_x = true},
        [7] = {.swap = true, .flip_x = true, .flip_y = true},
        [8] = {.swap = true, .flip_y = true}};
    bool swap = turns[im->orientation].swap;
    bool flip_x = turns[im->orientation].flip_x, flip_y = turns[im->orientation].flip_y;
    int width = swap ? rows : n, height = swap ? n : rows;
    uint8_t *data = im->to->data[plane];
    ptrdiff_t stride = im->to->stride[plane];

    if (im->orientation == 1) {
        memcpy(data + y * stride, line, (size_t)n);
        return;
    }
    for (int x = 0; x < n; x++) {
        int to_x = swap ? y : x, to_y = swap ? x : y;

        to_x = flip_x ? width - 1 - to_x : to_x;
        to_y = flip_y ? height - 1 - to_y : to_y;
        data[to_y * stride + to_x] = line[x];
    }
}

static void import_plane(const struct import *im, int plane)
{
    int sub_w = plane && !im->to->is_rgb ? im->desc->log2_chroma_w : 0;
    int sub_h = plane && !im->to->is_rgb ? im->desc->log2_chroma_h : 0;
    int n = shrunk(im->frame->width, sub_w), rows = shrunk(im->frame->height, sub_h);

    if (plane && im->is_grey)
        return;
    for (int y = 0; y < rows; y++) {
        const uint8_t *line = read_line(im, plane, y, n, im->line);

        put_line(im, plane, y, n, rows, flatten(im, plane, y, n, line));
    }
}

/* zimg reads whole chroma samples: repeat the last column and row into the padding. */
static void pad_plane(const struct planes *to, int plane)
{
    int sub_w = plane ? to->sub_w : 0, sub_h = plane ? to->sub_h : 0;
    int n = shrunk(to->width, sub_w), rows = shrunk(to->height, sub_h);
    int full_n = (shrunk(to->width, to->sub_w) << to->sub_w) >> sub_w;
    int full_rows = (shrunk(to->height, to->sub_h) << to->sub_h) >> sub_h;
    uint8_t *data = to->data[plane];

    for (int y = 0; y < rows; y++)
        memset(data + y * to->stride[plane] + n, data[y * to->stride[plane] + n - 1],
            (size_t)(full_n - n));
    for (int y = rows; y < full_rows; y++)
        memcpy(data + y * to->stride[plane], data + (rows - 1) * to->stride[plane], (size_t)full_n);
}

static int allocate(struct planes *to, struct error *err)
{
    size_t size[3], total = 0;

    for (int p = 0; p < 3; p++) {
        int n = shrunk(to->width, p ? to->sub_w : 0) + (1 << to->sub_w);
        int rows = shrunk(to->height, p ? to->sub_h : 0) + (1 << to->sub_h);

        to->stride[p] = (n + ALIGN - 1) / ALIGN * ALIGN;
        size[p] = (size_t)to->stride[p] * (size_t)rows;
        total += size[p];
    }
    to->memory = mem_large(total);
    if (!to->memory)
        return error_set(
            err, ERR_LIMIT, "no memory for a picture of %d×%d pixels", to->width, to->height);
    to->data[0] = to->memory;
    to->data[1] = to->data[0] + size[0];
    to->data[2] = to->data[1] + size[1];
    if (!to->is_rgb)
        memset(to->data[1], 128, size[1] + size[2]);
    return 0;
}

static bool is_full_range(const AVFrame *frame, const AVPixFmtDescriptor *desc)
{
    /* Grey PNGs and every JPEG are full range; lossy WebP is tv range and says nothing. */
    return frame->color_range == AVCOL_RANGE_JPEG || strncmp(desc->name, "yuvj", 4) == 0 ||
           desc->nb_components < 3;
}

static int check_layout(const AVPixFmtDescriptor *desc, struct error *err)
{
    const uint64_t strange =
        AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;

    if (!desc || desc->flags & strange || desc->log2_chroma_w > 2 || desc->log2_chroma_h > 2)
        return error_set(
            err, ERR_INPUT, "pixel layout %s can't be used", desc ? desc->name : "unknown");
    return 0;
}

static void describe(struct import *im)
{
    struct planes *to = im->to;
    bool swap = im->orientation >= 5;

    to->is_rgb = im->desc->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
    to->is_full_range = to->is_rgb || is_full_range(im->frame, im->desc);
    im->is_grey = !to->is_rgb && im->desc->nb_components < 3;
    to->width = swap ? im->frame->height : im->frame->width;
    to->height = swap ? im->frame->width : im->frame->height;
    if (im->is_grey)
        to->sub_w = to->sub_h = 1;
    else if (!to->is_rgb) {
        to->sub_w = swap ? im->desc->log2_chroma_h : im->desc->log2_chroma_w;
        to->sub_h = swap ? im->desc->log2_chroma_w : im->desc->log2_chroma_h;
    }
}

static bool is_aligned(const AVFrame *frame, int plane)
{
    return (uintptr_t)frame->data[plane] % ALIGN == 0 && frame->linesize[plane] > 0 &&
           frame->linesize[plane] % ALIGN == 0;
}

/* Most JPEGs are as zimg wants them, and large: no second copy of those. */
static bool borrow(struct import *im)
{
    struct planes *to = im->to;

    if (im->orientation != 1 || im->alpha >= 0 || im->is_grey || is_palette(im) ||
        to->width % (1 << to->sub_w) || to->height % (1 << to->sub_h))
        return false;
    for (int c = 0; c < 3; c++) {
        const AVComponentDescriptor *comp = &im->desc->comp[c];

        if (comp->depth != 8 || comp->step != 1 || comp->offset || comp->shift ||
            !is_aligned(im->frame, comp->plane))
            return false;
        to->data[c] = im->frame->data[comp->plane];
        to->stride[c] = im->frame->linesize[comp->plane];
    }
    return true;
}

static void import_all(struct import *im)
{
    size_t n = (size_t)im->frame->width + 8;

    im->wide = mem_new_n(n, uint16_t);
    im->line = mem_new_n(n, uint8_t);
    im->alpha_line = mem_new_n(n, uint8_t);
    for (int p = 0; p < 3; p++) {
        import_plane(im, p);
        pad_plane(im->to, p);
    }
    free(im->wide);
    free(im->line);
    free(im->alpha_line);
}

int planes_import(
    const AVFrame *frame, int orientation, struct planes *ret_planes, struct error *err)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
    struct planes planes = {0};
    struct import im = {.frame = frame, .desc = desc, .to = &planes, .orientation = orientation};
    int rc = check_layout(desc, err);

    if (rc < 0)
        return rc;
    describe(&im);
    im.alpha = is_palette(&im)                       ? 3
               : desc->flags & AV_PIX_FMT_FLAG_ALPHA ? desc->nb_components - 1
                                                     : -1;
    if (!borrow(&im)) {
        rc = allocate(&planes, err);
        if (rc < 0)
            return rc;
        import_all(&im);
    }
    *ret_planes = planes;
    return 0;
}

void planes_free(struct planes *planes)
{
    free(planes->memory);
    *planes = (struct planes){0};
}
