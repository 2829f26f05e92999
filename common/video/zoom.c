/* zoom.c - see zoom.h.  A source row is filtered sideways once, into a ring of four; each row of
 * the frame is then made of the four that it lies between.  The ring stays in the first-level
 * cache. */
#include "video/zoom.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/zoom_kernels.h"

enum { GROUP = 8, TAPS = 4, COLUMN_STEP = 32 };

struct zoom {
    const struct zoom_kernels *kernels;
    int width, height;
    struct zoom_group *groups; /* of the plane at work */
    int16_t *ring[TAPS];
    int ring_rows[TAPS]; /* which source row each holds; -1: none */
};

static int round_up(int n, int step)
{
    return (n + step - 1) / step * step;
}

struct zoom *zoom_new(int width, int height, const struct zoom_kernels *kernels)
{
    struct zoom *zoom = mem_new(struct zoom);
    size_t n = (size_t)round_up(width, COLUMN_STEP);

    zoom->kernels = kernels ? kernels : zoom_kernels_list()[0];
    zoom->width = width;
    zoom->height = height;
    zoom->groups = mem_new_n(n / GROUP, struct zoom_group);
    for (int i = 0; i < TAPS; i++)
        zoom->ring[i] = mem_new_n(n, int16_t);
    return zoom;
}

void zoom_free(struct zoom *zoom)
{
    if (!zoom)
        return;
    for (int i = 0; i < TAPS; i++)
        free(zoom->ring[i]);
    free(zoom->groups);
    free(zoom);
}

/* Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988), with B = C = 1/3.
 */
static double mitchell(double x)
{
    x = fabs(x);
    if (x < 1)
        return (7 * x * x * x - 12 * x * x + 16 / 3.0) / 6;
    if (x < 2)
        return (-7 / 3.0 * x * x * x + 12 * x * x - 20 * x + 32 / 3.0) / 6;
    return 0;
}

/* The four weights at `share` (0…1) of the way from tap 1 to tap 2, as whole numbers whose sum is
 * exactly `one`: any other sum would make flat areas flicker. */
static void weights_at(double share, int one, int weights[TAPS])
{
    int sum = 0;

    for (int tap = 0; tap < TAPS; tap++) {
        weights[tap] = (int)lrint(mitchell(tap - 1 - share) * one);
        sum += weights[tap];
    }
    weights[share < 0.5 ? 1 : 2] += one - sum;
}

/* How places of a frame's plane map to places of the source's, both counted in samples from the
 * first one's middle. */
struct map {
    double start, step;
};

/* Chroma is half as large; sideways it sits on the left of two luma samples, downwards between
 * them. */
static struct map map_of(double from, double size, int n_luma, int plane, double siting)
{
    double ratio = size / n_luma;

    if (plane == 0)
        return (struct map){.start = from + 0.5 * ratio - 0.5, .step = ratio};
    return (struct map){.start = (from + siting * ratio - siting) / 2, .step = ratio};
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

static void fill_group(
    struct zoom_group *group, const struct map *map, int first, int src_width, int src_stride)
{
    int lowest = clamp((int)floor(map->start + first * map->step) - 1, 0, src_width - 1);

    /* 16 bytes are read from the base on: they must lie within the row. */
    group->base = clamp(lowest, 0, src_stride - 16);
    for (int i = 0; i < GROUP; i++) {
        double at = map->start + (first + i) * map->step;
        int left = (int)floor(at), weights[TAPS];

        weights_at(at - left, 64, weights);
        for (int tap = 0; tap < TAPS; tap++) {
            int byte = clamp(left - 1 + tap, 0, src_width - 1) - group->base;

            /* Columns beyond the frame's last, which only fill the group, may reach too far. */
            group->pick[tap / 2][2 * i + tap % 2] = (uint8_t)clamp(byte, 0, 15);
            group->weigh[tap / 2][2 * i + tap % 2] = (int8_t)weights[tap];
        }
    }
}

static const int16_t *filtered_row(
    struct zoom *zoom, const struct yuv *src, int plane, int row, int n_groups)
{
    int at;

    row = clamp(row, 0, yuv_plane_height(src, plane) - 1);
    at = row % TAPS;
    if (zoom->ring_rows[at] != row) {
        zoom->kernels->row(
            zoom->ring[at], src->data[plane] + row * src->stride[plane], zoom->groups, n_groups);
        zoom->ring_rows[at] = row;
    }
    return zoom->ring[at];
}

static void run_plane(struct zoom *zoom, const struct yuv *src, const struct window *window,
    struct yuv *dst, int plane)
{
    struct map across = map_of(window->x, window->width, dst->width, plane, 0.5);
    struct map down = map_of(window->y, window->height, dst->height, plane, 1.0);
    int n = round_up(yuv_plane_width(dst, plane), COLUMN_STEP), n_groups = n / GROUP;

    for (int g = 0; g < n_groups; g++)
        fill_group(&zoom->groups[g], &across, g * GROUP, yuv_plane_width(src, plane),
            (int)src->stride[plane]);
    memset(zoom->ring_rows, -1, sizeof zoom->ring_rows);
    for (int y = 0; y < yuv_plane_height(dst, plane); y++) {
        double at = down.start + y * down.step;
        int top = (int)floor(at), weights[TAPS];
        int16_t narrow[TAPS];
        const int16_t *rows[TAPS];

        weights_at(at - top, 16384, weights);
        for (int tap = 0; tap < TAPS; tap++) {
            narrow[tap] = (int16_t)weights[tap];
            rows[tap] = filtered_row(zoom, src, plane, top - 1 + tap, n_groups);
        }
        zoom->kernels->column(dst->data[plane] + y * dst->stride[plane], rows, narrow, n);
    }
}

void zoom_run(
    struct zoom *zoom, const struct yuv *src, const struct window *window, struct yuv *dst)
{
    assert(dst->width == zoom->width && dst->height == zoom->height);
    assert(window->width <= ZOOM_RATIO_MAX * dst->width &&
           window->height <= ZOOM_RATIO_MAX * dst->height);
    for (int plane = 0; plane < 3; plane++)
        run_plane(zoom, src, window, dst, plane);
}
