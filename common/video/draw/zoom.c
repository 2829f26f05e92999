/* zoom.c - see zoom.h.  Each source row is filtered horizontally once, into a ring of four rows; a
 * row of the frame is filtered vertically from the four source rows around it.  The ring stays in
 * the first-level cache. */
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
    COLUMN_STEP = 32, /* the kernels' column counts are multiples of it */
    ACROSS_ONE = 64,  /* fixed point: the sum of four horizontal weights … */
    DOWN_ONE = 16384, /* … and of four vertical ones */
    PHASES = 1024,    /* steps between two neighbouring samples */
};

/* Sample i of a frame's plane lies at start + i × step of the source's plane, counted in samples
 * from the middle of the first one. */
struct zoom_map {
    double start, step;
};

struct zoom {
    int8_t across_weights[PHASES + 1][TAPS]; /* of each phase */
    int16_t down_weights[PHASES + 1][TAPS];
    const struct zoom_kernels *kernels;
    int width, height;
    void *memory; /* holds the arrays below */
    /* of the plane that is drawn */
    const struct yuv *src;
    int plane;
    struct zoom_map down;
    struct zoom_groups groups;
    int16_t *ring[TAPS];
    int ring_rows[TAPS]; /* the source row that each holds; -1: none */
    uint8_t *spare;      /* a row before it is blended into the frame's */
};

static int zoom_round_up(int n, int step)
{
    return (n + step - 1) / step * step;
}

/* Mitchell and Netravali, "Reconstruction filters in computer graphics" (1988), B = C = 1/3. */
static double zoom_mitchell(double x)
{
    x = fabs(x);
    if (x < 1)
        return (7 * x * x * x - 12 * x * x + 16 / 3.0) / 6;
    if (x < 2)
        return (-7 / 3.0 * x * x * x + 12 * x * x - 20 * x + 32 / 3.0) / 6;
    return 0;
}

/* The weights of the four taps at `share` (0…1) of the way from tap 1 to tap 2.  The rounding error
 * goes to the nearer of the two, so that the sum is exactly `one`: with any other sum flat areas
 * would flicker. */
static void zoom_weights(double share, int one, int weights[TAPS])
{
    int sum = 0;

    for (int tap = 0; tap < TAPS; tap++) {
        weights[tap] = (int)lrint(zoom_mitchell(tap - 1 - share) * one);
        sum += weights[tap];
    }
    weights[share < 0.5 ? 1 : 2] += one - sum;
}

static void zoom_fill_weights(struct zoom *zoom)
{
    int across[TAPS], down[TAPS];

    for (int phase = 0; phase <= PHASES; phase++) {
        zoom_weights((double)phase / PHASES, ACROSS_ONE, across);
        zoom_weights((double)phase / PHASES, DOWN_ONE, down);
        for (int tap = 0; tap < TAPS; tap++) {
            zoom->across_weights[phase][tap] = (int8_t)across[tap];
            zoom->down_weights[phase][tap] = (int16_t)down[tap];
        }
    }
}

/* One allocation for all that the kernels read and write; each part begins at a cache line. */
static bool zoom_alloc(struct zoom *zoom)
{
    size_t n = (size_t)zoom_round_up(zoom->width, COLUMN_STEP),
           row = 2 * n; /* bytes of a row of 16-bit samples */
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
    zoom_fill_weights(zoom);
    if (zoom_alloc(zoom))
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

/* Chroma has half the samples.  `siting` places a chroma sample between two luma samples: 0.5 on
 * the left one (horizontally), 1 in the middle (vertically). */
static struct zoom_map zoom_map_of(double from, double size, int n_luma, int plane, double siting)
{
    double ratio = size / n_luma;

    if (plane == 0)
        return (struct zoom_map){.start = from + 0.5 * ratio - 0.5, .step = ratio};
    return (struct zoom_map){.start = (from + siting * ratio - siting) / 2, .step = ratio};
}

/* `share` of the way to the next sample: 0 … 1. */
static int zoom_phase(double share)
{
    return (int)(share * PHASES + 0.5);
}

/* Which bytes of a source row make the group's columns, and with which weights.  The row has
 * `stride` bytes, of which `width` are samples. */
static void zoom_fill_group(
    struct zoom *zoom, int group, const struct zoom_map *map, int width, int stride)
{
    struct zoom_groups *groups = &zoom->groups;
    int first = group * groups->size, reach = 2 * groups->size;
    int lowest = number_clamp((int)floor(map->start + first * map->step) - 1, 0, width - 1);
    /* The kernels read `reach` bytes from the base on: all must lie within the row. */
    int base = number_clamp(lowest, 0, stride - reach);

    groups->base[group] = base;
    for (int i = first; i < first + groups->size; i++) {
        double at = map->start + i * map->step;
        int left = (int)floor(at);
        const int8_t *weights = zoom->across_weights[zoom_phase(at - left)];

        for (int tap = 0; tap < TAPS; tap++) {
            int byte = number_clamp(left - 1 + tap, 0, width - 1) - base;

            /* Columns behind the frame's last one only fill the group and may reach too far. */
            groups->pick[tap / 2][2 * i + tap % 2] = (uint8_t)number_clamp(byte, 0, reach - 1);
            groups->weigh[tap / 2][2 * i + tap % 2] = weights[tap];
        }
    }
}

static const int16_t *zoom_filtered_row(struct zoom *zoom, int row)
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

static int zoom_columns(const struct zoom *zoom, int plane)
{
    return zoom_round_up(plane ? zoom->width / 2 : zoom->width, COLUMN_STEP);
}

/* The second chroma plane has the groups of the first. */
static void zoom_begin_plane(
    struct zoom *zoom, const struct yuv *src, const struct window *window, int plane)
{
    struct zoom_map across = zoom_map_of(window->x, window->width, zoom->width, plane, 0.5);

    zoom->src = src;
    zoom->plane = plane;
    zoom->down = zoom_map_of(window->y, window->height, zoom->height, plane, 1.0);
    memset(zoom->ring_rows, -1, sizeof zoom->ring_rows);
    if (plane == 2)
        return;
    zoom->groups.n = zoom_columns(zoom, plane) / zoom->groups.size;
    for (int g = 0; g < zoom->groups.n; g++)
        zoom_fill_group(zoom, g, &across, yuv_plane_width(src, plane), (int)src->stride[plane]);
}

static void zoom_draw_row(struct zoom *zoom, int y, uint8_t *row)
{
    double at = zoom->down.start + y * zoom->down.step;
    int top = (int)floor(at);
    const int16_t *rows[TAPS];

    for (int tap = 0; tap < TAPS; tap++)
        rows[tap] = zoom_filtered_row(zoom, top - 1 + tap);
    zoom->kernels->column(
        row, rows, zoom->down_weights[zoom_phase(at - top)], zoom_columns(zoom, zoom->plane));
}

void zoom_run(struct zoom *zoom, const struct yuv *src, const struct window *window, int share,
    struct yuv *dst)
{
    assert(dst->width == zoom->width && dst->height == zoom->height);
    assert(src->stride[1] == src->stride[2]);
    assert(window->width <= ZOOM_RATIO_MAX * dst->width &&
           window->height <= ZOOM_RATIO_MAX * dst->height);
    for (int plane = 0; plane < 3; plane++) {
        zoom_begin_plane(zoom, src, window, plane);
        for (int y = 0; y < yuv_plane_height(dst, plane); y++) {
            uint8_t *row = dst->data[plane] + y * dst->stride[plane];

            zoom_draw_row(zoom, y, share == ZOOM_ALL ? row : zoom->spare);
            if (share != ZOOM_ALL)
                zoom->kernels->blend(row, zoom->spare, zoom_columns(zoom, plane), share);
        }
    }
}
