/* fit.c - see fit.h.  The blurred copy is scaled down, blurred and scaled up, which looks the same
 * as blurring in full size and costs little.  It has 16 bits a sample until it is scaled up: with
 * 8, each step of a soft gradient would be a visible band. */
#include "video/picture/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/frame/scale.h"
#include "video/plan/motion.h"

enum {
    BACK_DIVISOR = 12, /* frame size / size of the blurred copy */
    BLUR_ROUNDS = 3,   /* three box blurs are nearly a Gaussian */
    /* Black and grey of yuv.h, with 16 bits. */
    DEEP_BLACK = 16 << 8,
    DEEP_GREY = 128 << 8,
};
/* Share of the picture: below this loss by cropping, too little of a copy would show beside it. */
#define CROP_LOSS_MIN 0.04
/* The copy is darkened and desaturated, and darkest next to the picture. */
#define BACK_LIGHT 0.6
#define BACK_COLOR 0.75
#define SHADOW 0.5
#define SHADOW_WIDTH 0.03 /* of the frame's shorter side */

/* The largest window of the picture with the proportions width : height, at 0, 0. */
static struct window fit_crop_window(const struct planes *src, int width, int height)
{
    struct window window = {.width = src->width, .height = src->height};

    if ((double)src->width * height > (double)src->height * width)
        window.width = (double)src->height * width / height;
    else
        window.height = (double)src->width * height / width;
    return window;
}

/* Moves the window so that the focus is as near to its middle as the picture's edges allow, and
 * makes the focus relative to the window. */
static struct window fit_aim(const struct planes *src, struct window window, struct fit *fit)
{
    double x = fit->focus_x * src->width, y = fit->focus_y * src->height;

    window.x = number_clamp_real(x - window.width / 2, 0, src->width - window.width);
    window.y = number_clamp_real(y - window.height / 2, 0, src->height - window.height);
    fit->focus_x = (x - window.x) / window.width;
    fit->focus_y = (y - window.y) / window.height;
    return window;
}

/* --- the blurred copy --- */

/* A box blur of `n` samples that are `step` apart; beyond the ends the last sample counts. */
static void fit_blur_line(uint16_t *data, ptrdiff_t step, int n, int radius, uint16_t *copy)
{
    int64_t width = 2 * radius + 1, sum = 0;

    for (int i = 0; i < n; i++)
        copy[i] = data[i * step];
    for (int i = -radius; i <= radius; i++)
        sum += copy[i < 0 ? 0 : i < n ? i : n - 1];
    for (int i = 0; i < n; i++) {
        int in = i + radius + 1, out = i - radius;

        data[i * step] = (uint16_t)((sum + width / 2) / width);
        sum += copy[in < n ? in : n - 1] - copy[out > 0 ? out : 0];
    }
}

static uint16_t *fit_row(const struct planes *planes, int plane, int y)
{
    return (uint16_t *)(void *)(planes->data[plane] + y * planes->stride[plane]);
}

static void fit_blur(const struct planes *planes, int radius)
{
    uint16_t *copy = mem_new_n((size_t)(planes->width + planes->height), uint16_t);

    for (int p = 0; p < 3; p++) {
        int width = planes_plane_width(planes, p), height = planes_plane_height(planes, p);
        int r = p ? radius / 2 : radius;

        for (int round = 0; round < BLUR_ROUNDS; round++) {
            for (int y = 0; y < height; y++)
                fit_blur_line(fit_row(planes, p, y), 1, width, r, copy);
            for (int x = 0; x < width; x++)
                fit_blur_line(fit_row(planes, p, 0) + x, planes->stride[p] / 2, height, r, copy);
        }
    }
    free(copy);
}

/* The factor of luma at a point of the small copy, outside or under the picture `front`.  The
 * shadow is a Gaussian of the distance to the picture, with `width` as its standard deviation. */
static double fit_light(double x, double y, const struct window *front, double width)
{
    double dx = fmax(fmax(front->x - x, x - front->x - front->width), 0);
    double dy = fmax(fmax(front->y - y, y - front->y - front->height), 0);

    return BACK_LIGHT * (1 - SHADOW * exp(-(dx * dx + dy * dy) / (2 * width * width)));
}

static void fit_dim(const struct planes *small, const struct window *front)
{
    double width = SHADOW_WIDTH * (small->width < small->height ? small->width : small->height);

    for (int y = 0; y < small->height; y++)
        for (int x = 0; x < small->width; x++) {
            uint16_t *luma = fit_row(small, 0, y) + x;
            double light = fit_light(x + 0.5, y + 0.5, front, width);

            *luma = (uint16_t)lrint(DEEP_BLACK + (*luma - DEEP_BLACK) * light);
        }
    for (int p = 1; p < 3; p++)
        for (int y = 0; y < small->height / 2; y++)
            for (int x = 0; x < small->width / 2; x++) {
                uint16_t *color = fit_row(small, p, y) + x;

                *color = (uint16_t)lrint(DEEP_GREY + (*color - DEEP_GREY) * BACK_COLOR);
            }
}

static int fit_small_side(int side)
{
    int small = side / BACK_DIVISOR & ~1;

    return small > 2 ? small : 2;
}

/* `front`, a window of the frame, in pixels of the small copy. */
static struct window fit_shrink_window(
    const struct window *front, const struct planes *small, const struct yuv *dst)
{
    double share_x = (double)small->width / dst->width,
           share_y = (double)small->height / dst->height;

    return (struct window){.x = front->x * share_x,
        .y = front->y * share_y,
        .width = front->width * share_x,
        .height = front->height * share_y};
}

static int fit_draw_small(
    const struct planes *src, const struct window *front, struct planes *small, struct error *err)
{
    struct fit middle = {.focus_x = 0.5, .focus_y = 0.5};
    struct window window = fit_aim(src, fit_crop_window(src, small->width, small->height), &middle);
    int rc = scale_to_planes(src, &window, small, err);

    if (rc < 0)
        return rc;
    fit_blur(small, (small->width < small->height ? small->width : small->height) / 20);
    fit_dim(small, front);
    return 0;
}

static int fit_draw_back(
    const struct planes *src, const struct window *front, struct yuv *dst, struct error *err)
{
    struct planes small = {.kind = PLANES_CANVAS,
        .depth = 16,
        .sub_w = 1,
        .sub_h = 1,
        .width = fit_small_side(dst->width),
        .height = fit_small_side(dst->height)};
    const struct window whole = {.width = small.width, .height = small.height};
    struct window small_front = fit_shrink_window(front, &small, dst);
    int rc = planes_alloc(&small, err);

    if (rc == 0)
        rc = fit_draw_small(src, &small_front, &small, err);
    if (rc == 0)
        rc = scale_window(&small, &whole, dst, err);
    planes_free(&small);
    return rc;
}

/* --- the picture in front --- */

/* Its window in the frame: centred, as large as stays in the frame during a calm camera move. */
static struct window fit_front_window(const struct planes *src, const struct yuv *dst)
{
    double by_width = (double)dst->width / src->width,
           by_height = (double)dst->height / src->height;
    double scale = MOTION_CALM_PART * (by_width < by_height ? by_width : by_height);
    int width = number_even(src->width * scale), height = number_even(src->height * scale);

    return (struct window){.x = (dst->width - width) / 4 * 2,
        .y = (dst->height - height) / 4 * 2,
        .width = width,
        .height = height};
}

static void fit_copy(const struct yuv *front, int x, int y, struct yuv *dst)
{
    for (int p = 0; p < 3; p++) {
        uint8_t *to = dst->data[p] + (p ? y / 2 : y) * dst->stride[p] + (p ? x / 2 : x);

        for (int row = 0; row < yuv_plane_height(front, p); row++)
            memcpy(to + row * dst->stride[p], front->data[p] + row * front->stride[p],
                (size_t)yuv_plane_width(front, p));
    }
}

static int fit_draw_front(
    const struct planes *src, const struct window *place, struct yuv *dst, struct error *err)
{
    const struct window whole = {.width = src->width, .height = src->height};
    struct yuv front;
    int rc = yuv_alloc(&front, (int)place->width, (int)place->height, err);

    if (rc < 0)
        return rc;
    rc = scale_window(src, &whole, &front, err);
    if (rc == 0)
        fit_copy(&front, (int)place->x, (int)place->y, dst);
    yuv_free(&front);
    return rc;
}

int fit_picture(const struct planes *src, struct fit *fit, struct yuv *dst, struct error *err)
{
    struct window window = fit_crop_window(src, dst->width, dst->height), front;
    double kept = window.width * window.height / ((double)src->width * src->height);
    int rc;

    if (fit->focus_x < 0)
        fit->focus_x = fit->focus_y = 0.5;
    if (kept > 1 - CROP_LOSS_MIN)
        fit->kind = CASE_FIT_CROP;
    if (fit->kind == CASE_FIT_CROP) {
        window = fit_aim(src, window, fit);
        return scale_window(src, &window, dst, err);
    }
    fit->focus_x = fit->focus_y = 0.5;
    front = fit_front_window(src, dst);
    rc = fit_draw_back(src, &front, dst, err);
    return rc < 0 ? rc : fit_draw_front(src, &front, dst, err);
}
