/* raster.c - see raster.h. */
#include "video/picture/raster.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/colour.h"

static const int n_channels[] = {1, 3, 4, 4};

/* --- orientation (EXIF 2.3, tag 0x0112) --- */

static const struct {
    bool swap, flip_x, flip_y;
} turns[9] = {[2] = {.flip_x = true},
    [3] = {.flip_x = true, .flip_y = true},
    [4] = {.flip_y = true},
    [5] = {.swap = true},
    [6] = {.swap = true, .flip_x = true},
    [7] = {.swap = true, .flip_x = true, .flip_y = true},
    [8] = {.swap = true, .flip_y = true}};

/* Where the sample at column `x` and row `y`, as stored, lies in the upright plane.  `*ret_step`:
 * bytes from it to the next sample of its stored row. */
static uint8_t *raster_locate(
    const struct raster *raster, int plane, int x, int y, ptrdiff_t *ret_step)
{
    const struct planes *planes = &raster->planes;
    int orientation = raster->orientation, bytes = planes->depth / 8;
    bool swap = turns[orientation].swap;
    int width = planes_plane_width(planes, plane), height = planes_plane_height(planes, plane);
    int to_x = swap ? y : x, to_y = swap ? x : y;
    ptrdiff_t along = swap ? planes->stride[plane] : bytes;

    if (turns[orientation].flip_x)
        to_x = width - 1 - to_x;
    if (turns[orientation].flip_y)
        to_y = height - 1 - to_y;
    *ret_step = (swap ? turns[orientation].flip_y : turns[orientation].flip_x) ? -along : along;
    return planes->data[plane] + to_y * planes->stride[plane] + (ptrdiff_t)to_x * bytes;
}

/* --- opening and closing --- */

static int raster_alloc_planes(struct raster *raster, struct error *err)
{
    struct planes *planes = &raster->planes;
    bool swap = turns[raster->orientation].swap;

    planes->width = swap ? raster->height : raster->width;
    planes->height = swap ? raster->width : raster->height;
    if (swap) {
        int sub_w = planes->sub_w;

        planes->sub_w = planes->sub_h;
        planes->sub_h = sub_w;
    }
    return planes_alloc(planes, err);
}

int raster_open(struct raster *raster, struct picture_head *head, int width, int height,
    enum raster_layout layout, int depth, struct error *err)
{
    *raster = (struct raster){.planes = {.kind = PLANES_RGB, .depth = depth},
        .width = width,
        .height = height,
        .orientation = head->orientation,
        .layout = layout,
        .depth = depth};
    raster->line = mem_new_n((size_t)width * 4, uint16_t);
    raster->colour = colour_open(head, layout, depth);
    return raster_alloc_planes(raster, err);
}

int raster_open_planes(struct raster *raster, struct picture_head *head, enum planes_kind kind,
    int width, int height, int sub_w, int sub_h, struct error *err)
{
    *raster = (struct raster){.planes = {.kind = kind, .depth = 8, .sub_w = sub_w, .sub_h = sub_h},
        .width = width,
        .height = height,
        .orientation = head->orientation,
        .depth = 8};
    return raster_alloc_planes(raster, err);
}

void raster_fill_white(struct raster *raster)
{
    for (int p = 0; p < 3; p++)
        memset(raster->planes.data[p], 255,
            (size_t)raster->planes.stride[p] * (size_t)planes_plane_height(&raster->planes, p));
}

void raster_move_planes(struct raster *raster, struct planes *ret_planes)
{
    for (int p = 0; p < 3; p++)
        planes_pad(&raster->planes, p);
    *ret_planes = raster->planes;
    raster->planes = (struct planes){0};
}

void raster_close(struct raster *raster)
{
    colour_close(raster->colour);
    free(raster->line);
    planes_free(&raster->planes);
    *raster = (struct raster){0};
}

/* --- rows --- */

/* Writes one channel of `n` pixels to a plane, over white where the pixels have alpha. */
#define RASTER_WRITE_CHANNEL(type, max)                                                            \
    static void raster_write_channel_##type(                                                       \
        const type *from, int channels, int channel, uint8_t *to, ptrdiff_t step, int n)           \
    {                                                                                              \
        for (int i = 0; i < n; i++, from += channels, to += step) {                                \
            uint32_t sample = from[channel];                                                       \
                                                                                                   \
            if (channels == 4)                                                                     \
                sample = (sample * from[3] + (max) * ((max)-from[3]) + (max) / 2) / (max);         \
            *(type *)(void *)to = (type)sample;                                                    \
        }                                                                                          \
    }

RASTER_WRITE_CHANNEL(uint8_t, 255U)
RASTER_WRITE_CHANNEL(uint16_t, 65535U)

void raster_write(struct raster *raster, int y, int x, int step, int n, const void *samples)
{
    enum raster_layout layout = raster->layout;

    if (raster->colour) {
        layout = colour_convert(raster->colour, samples, raster->line, n);
        samples = raster->line;
    }
    for (int p = 0; p < 3; p++) {
        int channels = n_channels[layout], channel = channels == 1 ? 0 : p;
        ptrdiff_t along;
        uint8_t *to = raster_locate(raster, p, x, y, &along);

        if (raster->depth == 8)
            raster_write_channel_uint8_t(samples, channels, channel, to, along * step, n);
        else
            raster_write_channel_uint16_t(samples, channels, channel, to, along * step, n);
    }
}

void raster_write_plane(struct raster *raster, int plane, int y, const uint8_t *samples)
{
    bool swap = turns[raster->orientation].swap;
    int n = swap ? planes_plane_height(&raster->planes, plane)
                 : planes_plane_width(&raster->planes, plane);
    ptrdiff_t step;
    uint8_t *to = raster_locate(raster, plane, 0, y, &step);

    if (step == 1)
        memcpy(to, samples, (size_t)n);
    else
        for (int x = 0; x < n; x++)
            to[x * step] = samples[x];
}
