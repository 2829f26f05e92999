/* planes.c - see planes.h. */
#include "video/frame/planes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ALIGN = 64 };

/* Rounded up: an odd last column or row has a chroma sample of its own. */
static int planes_subsample(int n, int shift)
{
    return (n + (1 << shift) - 1) >> shift;
}

int planes_plane_width(const struct planes *planes, int plane)
{
    return planes_subsample(planes->width, plane ? planes->sub_w : 0);
}

int planes_plane_height(const struct planes *planes, int plane)
{
    return planes_subsample(planes->height, plane ? planes->sub_h : 0);
}

int planes_alloc(struct planes *planes, struct error *err)
{
    size_t size[3], total = 0;

    for (int p = 0; p < 3; p++) {
        int n = planes_plane_width(planes, p) + (1 << planes->sub_w);
        int rows = planes_plane_height(planes, p) + (1 << planes->sub_h);

        planes->stride[p] = (n * planes->depth / 8 + ALIGN - 1) / ALIGN * ALIGN;
        size[p] = (size_t)planes->stride[p] * (size_t)rows;
        total += size[p];
    }
    planes->memory = mem_large(total);
    if (!planes->memory)
        return error_set(err, ERR_LIMIT, "no memory for a picture of %d×%d pixels", planes->width,
            planes->height);
    planes->data[0] = planes->memory;
    planes->data[1] = planes->data[0] + size[0];
    planes->data[2] = planes->data[1] + size[1];
    return 0;
}

void planes_free(struct planes *planes)
{
    free(planes->memory);
    *planes = (struct planes){0};
}

void planes_pad(const struct planes *planes, int plane)
{
    int sub_w = plane ? planes->sub_w : 0, sub_h = plane ? planes->sub_h : 0;
    int n = planes_plane_width(planes, plane), rows = planes_plane_height(planes, plane);
    int full_n = (planes_subsample(planes->width, planes->sub_w) << planes->sub_w) >> sub_w;
    int full_rows = (planes_subsample(planes->height, planes->sub_h) << planes->sub_h) >> sub_h;
    int bytes = planes->depth / 8;
    ptrdiff_t stride = planes->stride[plane];

    for (int y = 0; full_n > n && y < rows; y++) {
        uint8_t *end = planes->data[plane] + y * stride + (ptrdiff_t)n * bytes;

        for (int i = 0; i < (full_n - n) * bytes; i++)
            end[i] = end[i - bytes];
    }
    for (int y = rows; y < full_rows; y++)
        memcpy(planes->data[plane] + y * stride, planes->data[plane] + (y - 1) * stride,
            (size_t)full_n * (size_t)bytes);
}
