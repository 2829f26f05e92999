/* overlay.c - see overlay.h. */
#include "video/draw/overlay.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Planes 0, 1, 2 are Y, U, V. */
enum { PLANES = 5, ALPHA = 3, ALPHA_HALVED = 4, PIXELS_MAX = 16 << 20 };

static int overlay_is_halved(int plane)
{
    return plane == 1 || plane == 2 || plane == ALPHA_HALVED;
}

struct argb {
    float a, r, g, b; /* 0…255; the colours are multiplied by a/255 */
};

static struct argb overlay_pixel(const uint8_t *argb, int stride, int x, int y)
{
    uint32_t word = ((const uint32_t *)(const void *)(argb + (ptrdiff_t)y * stride))[x];

    return (struct argb){(float)(word >> 24), (float)(word >> 16 & 255), (float)(word >> 8 & 255),
        (float)(word & 255)};
}

static uint8_t overlay_round(float value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : lrintf(value));
}

/* RGB to Y'CbCr: BT.709, limited range.  The offsets 16 and 128 are premultiplied by alpha, too. */
static float overlay_luma(struct argb p)
{
    return 16.0f / 255 * p.a + 0.182586f * p.r + 0.614231f * p.g + 0.062007f * p.b;
}

static float overlay_cb(struct argb p)
{
    return 128.0f / 255 * p.a - 0.100644f * p.r - 0.338572f * p.g + 0.439216f * p.b;
}

static float overlay_cr(struct argb p)
{
    return 128.0f / 255 * p.a + 0.439216f * p.r - 0.398942f * p.g - 0.040274f * p.b;
}

/* The pixels around a chroma sample, which is sited on the left of its two columns: weights 1-2-1
 * across, over both rows. */
static struct argb overlay_chroma_site(const uint8_t *argb, int stride, int width, int x, int y)
{
    static const float weights[] = {0.125f, 0.25f, 0.125f};
    struct argb sum = {0};

    for (int row = 0; row < 2; row++)
        for (int i = 0; i < 3; i++) {
            int at = x + i - 1 < 0 ? 0 : x + i - 1 >= width ? width - 1 : x + i - 1;
            struct argb p = overlay_pixel(argb, stride, at, y + row);

            sum.a += weights[i] * p.a;
            sum.r += weights[i] * p.r;
            sum.g += weights[i] * p.g;
            sum.b += weights[i] * p.b;
        }
    return sum;
}

static void overlay_fill(struct overlay *o, const uint8_t *argb, int stride)
{
    for (int y = 0; y < o->height; y++)
        for (int x = 0; x < o->width; x++) {
            struct argb p = overlay_pixel(argb, stride, x, y);

            o->data[0][y * o->stride[0] + x] = overlay_round(overlay_luma(p));
            o->data[ALPHA][y * o->stride[ALPHA] + x] = overlay_round(p.a);
        }
    for (int y = 0; y < o->height; y += 2)
        for (int x = 0; x < o->width; x += 2) {
            struct argb p = overlay_chroma_site(argb, stride, o->width, x, y);
            int at = y / 2 * o->stride[1] + x / 2;

            o->data[1][at] = overlay_round(overlay_cb(p));
            o->data[2][at] = overlay_round(overlay_cr(p));
            o->data[ALPHA_HALVED][at] = overlay_round(p.a);
        }
}

/* Its planes are zero. */
static struct overlay *overlay_alloc(int x, int y, int width, int height)
{
    struct overlay *o = mem_new(struct overlay);

    *o = (struct overlay){.x = x, .y = y, .width = width, .height = height};
    for (int p = 0; p < PLANES; p++) {
        o->stride[p] = overlay_is_halved(p) ? width / 2 : width;
        o->data[p] =
            mem_zero((size_t)o->stride[p], (size_t)(overlay_is_halved(p) ? height / 2 : height));
    }
    return o;
}

int overlay_new(const uint8_t *argb, int stride, int x, int y, int width, int height,
    struct overlay **ret_overlay, struct error *err)
{
    assert(
        x % 2 == 0 && y % 2 == 0 && width % 2 == 0 && height % 2 == 0 && width > 0 && height > 0);
    if ((int64_t)width * height > PIXELS_MAX)
        return error_set(err, ERR_LIMIT,
            "an overlay of %d×%d pixels is too large: at most %d pixels", width, height,
            PIXELS_MAX);
    *ret_overlay = overlay_alloc(x, y, width, height);
    overlay_fill(*ret_overlay, argb, stride);
    return 0;
}

void overlay_free(struct overlay *overlay)
{
    if (!overlay)
        return;
    for (int p = 0; p < PLANES; p++)
        free(overlay->data[p]);
    free(overlay);
}

/* --- in messages --- */

static size_t overlay_plane_size(const struct overlay *overlay, int plane)
{
    return (size_t)overlay->stride[plane] *
           (size_t)(overlay_is_halved(plane) ? overlay->height / 2 : overlay->height);
}

void overlay_pack(const struct overlay *overlay, struct buf *buf)
{
    pack_number(buf, overlay->x);
    pack_number(buf, overlay->y);
    pack_number(buf, overlay->width);
    pack_number(buf, overlay->height);
    for (int p = 0; p < PLANES; p++)
        pack_bytes(buf, overlay->data[p], overlay_plane_size(overlay, p));
}

static bool overlay_take_planes(struct unpack *unpack, struct overlay *overlay)
{
    for (int p = 0; p < PLANES && !unpack->is_bad; p++) {
        size_t len, wanted = overlay_plane_size(overlay, p);
        const void *data = unpack_bytes(unpack, &len);

        if (data && len == wanted)
            memcpy(overlay->data[p], data, len);
        else
            unpack->is_bad = true;
    }
    return !unpack->is_bad;
}

struct overlay *overlay_unpack(struct unpack *unpack, int width, int height)
{
    int x = (int)unpack_number(unpack, 0, width), y = (int)unpack_number(unpack, 0, height);
    int w = (int)unpack_number(unpack, 2, width), h = (int)unpack_number(unpack, 2, height);
    struct overlay *overlay;

    if (unpack->is_bad || (x | y | w | h) % 2 != 0 || x + w > width || y + h > height ||
        (int64_t)w * h > PIXELS_MAX) {
        unpack->is_bad = true;
        return NULL;
    }
    overlay = overlay_alloc(x, y, w, h);
    if (overlay_take_planes(unpack, overlay))
        return overlay;
    overlay_free(overlay);
    return NULL;
}

/* --- blending --- */

/* n / 255, rounded; exact for 0 … 65535. */
static inline unsigned overlay_divide_255(unsigned n)
{
    return ((n + 128) * 257) >> 16;
}

static void overlay_blend_row(uint8_t *restrict dst, const uint8_t *restrict add,
    const uint8_t *restrict alpha, int n, unsigned opacity)
{
    for (int i = 0; i < n; i++) {
        unsigned a = (alpha[i] * opacity + 128) >> 8;
        unsigned sum = overlay_divide_255(dst[i] * (255 - a)) + ((add[i] * opacity + 128) >> 8);

        dst[i] = (uint8_t)(sum > 255 ? 255 : sum);
    }
}

void overlay_blend(const struct overlay *overlay, struct yuv *frame, int opacity)
{
    if (opacity <= 0)
        return;
    for (int p = 0; p < 3; p++) {
        int shift = p ? 1 : 0, alpha = p ? ALPHA_HALVED : ALPHA;
        uint8_t *dst =
            frame->data[p] + (overlay->y >> shift) * frame->stride[p] + (overlay->x >> shift);

        for (int y = 0; y < overlay->height >> shift; y++)
            overlay_blend_row(dst + y * frame->stride[p], overlay->data[p] + y * overlay->stride[p],
                overlay->data[alpha] + y * overlay->stride[alpha], overlay->width >> shift,
                (unsigned)opacity);
    }
}
