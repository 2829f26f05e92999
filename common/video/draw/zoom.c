/* zoom.c - see zoom.h.  A source row is filtered sideways once, into a ring of four; each row of
 * the frame is then made of the four that it lies between.  The ring stays in the first-level
 * cache. */
#include "video/draw/zoom.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/draw/zoom_kernels.h"

enum {
    TAPS = 4,
    PAIRS = TAPS / 2,
    COLUMN_STEP = 32,
    ACROSS_ONE = 64, /* weights are whole numbers, parts of these */
    DOWN_ONE = 16384,
    PLACES = 1024, /* of a pixel that are told apart */
};

/* How places of a frame's plane map to places of the source's, both counted in samples from the
 * first one's middle. */
struct map {
    double start, step;
};

struct zoom {
    int8_t across_weights[PLACES + 1][TAPS]; /* at each place */
    int16_t down_weights[PLACES + 1][TAPS];
    const struct zoom_kernels *kernels;
    int width, height;
    void *memory; /* of the arrays below */
    /* of the plane at work */
    const struct yuv *src;
    int plane;
    struct map down;
    struct zoom_groups groups;
    int16_t *ring[TAPS];
    int ring_rows[TAPS]; /* which source row each holds; -1: none */
    uint8_t *spare;      /* a row that is faded into one of the frame */
};

static int round_up(int n, int step)
{
    return (n + step - 1) / step * step;
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

static void fill_weights(struct zoom *zoom)
{
    int across[TAPS], down[TAPS];

    for (int place = 0; place <= PLACES; place++) {
        weights_at((double)place / PLACES, ACROSS_ONE, across);
        weights_at((double)place / PLACES, DOWN_ONE, down);
        for (int tap = 0; tap < TAPS; tap++) {
            zoom->across_weights[place][tap] = (int8_t)across[tap];
            zoom->down_weights[place][tap] = (int16_t)down[tap];
        }
    }
}

/* All that the kernels run over, in one piece: each part begins at a cache line. */
static bool give_memory(struct zoom *zoom)
{
    size_t n = (size_t)round_up(zoom->width, COLUMN_STEP),
           row = 2 * n; /* bytes, of all but the last */
    uint8_t *at = zoom->memory = mem_large((TAPS + 2 * PAIRS) * row + n + n / 8 * sizeof(int));

    if (!at)
        return false;
    for (int i = 0; i < TAPS; i++, at += row)
        zoom->ring[i] = (int16_t *)(void *)at;
    for (int i = 0; i < PAIRS; i++, at += 2 * row) {
        zoom->groups.pick[i] = at;
        zoom->groups.weigh[i] = (int8_t *)at + row;
    }
    zoom->spare = at;
    zoom->groups.base = (int *)(void *)(at + n);
    return true;
}

struct zoom *zoom_new(int width, int height, const struct zoom_kernels *kernels)
{
    struct zoom *zoom = mem_new(struct zoom);

    zoom->kernels = kernels ? kernels : zoom_kernels_list()[0];
    zoom->width = width;
    zoom->height = height;
    zoom->groups.size = zoom->kernels->group;
    fill_weights(zoom);
    if (give_memory(zoom))
        return zoom;
    zoom_free(zoom);
    return NULL;
}

void zoom_free(struct zoom *zoom)
{
    if (!zoom)
        return;
    free(zoom->memory);
    free(zoom);
}

/* Chroma is half as large; sideways it sits on the left of two luma samples, downwards between
 * them. */
static struct map map_of(double from, double size, int n_luma, int plane, double siting)
{
    double ratio = size / n_luma;

    if (plane == 0)
        return (struct map){.start = from + 0.5 * ratio - 0.5, .step = ratio};
    return (struct map){.start = (from + siting * ratio - siting) / 2, .step = ratio};
}

/* `share` of a pixel: 0 … 1. */
static int place_of(double share)
{
    return (int)(share * PLACES + 0.5);
}

/* What the group's columns are made of, in a row of `stride` bytes of which `width` are samples. */
static void fill_group(struct zoom *zoom, int group, const struct map *map, int width, int stride)
{
    struct zoom_groups *groups = &zoom->groups;
    int first = group * groups->size, reach = 2 * groups->size;
    int lowest = number_clamp((int)floor(map->start + first * map->step) - 1, 0, width - 1);
    /* So many bytes are read from the base on: they must lie within the row. */
    int base = number_clamp(lowest, 0, stride - reach);

    groups->base[group] = base;
    for (int i = first; i < first + groups->size; i++) {
        double at = map->start + i * map->step;
        int left = (int)floor(at);
        const int8_t *weights = zoom->across_weights[place_of(at - left)];

        for (int tap = 0; tap < TAPS; tap++) {
            int byte = number_clamp(left - 1 + tap, 0, width - 1) - base;

            /* Columns beyond the frame's last, which only fill the group, may reach too far. */
            groups->pick[tap / 2][2 * i + tap % 2] = (uint8_t)number_clamp(byte, 0, reach - 1);
            groups->weigh[tap / 2][2 * i + tap % 2] = weights[tap];
        }
    }
}

static const int16_t *filtered_row(struct zoom *zoom, int row)
{
    const struct yuv *src = zoom->src;
    int plane = zoom->plane, at;

    row = number_clamp(row, 0, yuv_plane_height(src, plane) - 1);
    at = row % TAPS;
    if (zoom->ring_rows[at] != row) {
        zoom->kernels->row(
            zoom->ring[at], src->data[plane] + row * src->stride[plane], &zoom->groups);
        zoom->ring_rows[at] = row;
    }
    return zoom->ring[at];
}

static int columns_of(const struct zoom *zoom, int plane)
{
    return round_up(plane ? zoom->width / 2 : zoom->width, COLUMN_STEP);
}

/* The columns of the second chroma plane are those of the first. */
static void begin_plane(
    struct zoom *zoom, const struct yuv *src, const struct window *window, int plane)
{
    struct map across = map_of(window->x, window->width, zoom->width, plane, 0.5);

    zoom->src = src;
    zoom->plane = plane;
    zoom->down = map_of(window->y, window->height, zoom->height, plane, 1.0);
    memset(zoom->ring_rows, -1, sizeof zoom->ring_rows);
    if (plane == 2)
        return;
    zoom->groups.n = columns_of(zoom, plane) / zoom->groups.size;
    for (int g = 0; g < zoom->groups.n; g++)
        fill_group(zoom, g, &across, yuv_plane_width(src, plane), (int)src->stride[plane]);
}

static void draw_row(struct zoom *zoom, int y, uint8_t *row)
{
    double at = zoom->down.start + y * zoom->down.step;
    int top = (int)floor(at);
    const int16_t *rows[TAPS];

    for (int tap = 0; tap < TAPS; tap++)
        rows[tap] = filtered_row(zoom, top - 1 + tap);
    zoom->kernels->column(
        row, rows, zoom->down_weights[place_of(at - top)], columns_of(zoom, zoom->plane));
}

void zoom_run(struct zoom *zoom, const struct yuv *src, const struct window *window, int share,
    struct yuv *dst)
{
    assert(dst->width == zoom->width && dst->height == zoom->height);
    assert(src->stride[1] == src->stride[2]);
    assert(window->width <= ZOOM_RATIO_MAX * dst->width &&
           window->height <= ZOOM_RATIO_MAX * dst->height);
    for (int plane = 0; plane < 3; plane++) {
        begin_plane(zoom, src, window, plane);
        for (int y = 0; y < yuv_plane_height(dst, plane); y++) {
            uint8_t *row = dst->data[plane] + y * dst->stride[plane];

            draw_row(zoom, y, share == ZOOM_ALL ? row : zoom->spare);
            if (share != ZOOM_ALL)
                zoom->kernels->fade(row, zoom->spare, columns_of(zoom, plane), share);
        }
    }
}
