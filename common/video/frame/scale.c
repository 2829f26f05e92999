/* scale.c - see scale.h.  The only caller of zimg's conversions. */
#include "video/frame/scale.h"

#include <stdlib.h>
#include <zimg.h>

#include "base/mem.h"
#include "video/libav/cpu.h"

/* Mitchell and Netravali, "Reconstruction Filters in Computer Graphics" (1988): a bicubic filter
 * with B = C = 1/3 neither rings nor blurs visibly, and its output is cheap to encode. */
static const double mitchell = 1.0 / 3.0;

static int scale_fail(struct error *err)
{
    char text[200] = "";

    zimg_get_last_error(text, sizeof text);
    zimg_clear_last_error();
    return error_set(err, ERR_LIBRARY, "scaling failed: %s", text);
}

static zimg_image_format scale_yuv_format(const struct yuv *yuv)
{
    zimg_image_format format;

    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)yuv->width;
    format.height = (unsigned)yuv->height;
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.depth = 8;
    format.subsample_w = format.subsample_h = 1;
    format.color_family = ZIMG_COLOR_YUV;
    format.matrix_coefficients = ZIMG_MATRIX_BT709;
    format.pixel_range = ZIMG_RANGE_LIMITED;
    format.chroma_location = ZIMG_CHROMA_LEFT;
    return format;
}

static void scale_set_window(zimg_image_format *format, const struct window *window)
{
    format->active_region.left = window->x;
    format->active_region.top = window->y;
    format->active_region.width = window->width;
    format->active_region.height = window->height;
}

static void scale_set_colours(zimg_image_format *format, enum planes_kind kind)
{
    static const struct {
        zimg_matrix_coefficients_e matrix;
        zimg_pixel_range_e range;
        zimg_chroma_location_e chroma;
    } kinds[] = {[PLANES_RGB] = {ZIMG_MATRIX_RGB, ZIMG_RANGE_FULL, ZIMG_CHROMA_LEFT},
        [PLANES_JPEG] = {ZIMG_MATRIX_ST170_M, ZIMG_RANGE_FULL, ZIMG_CHROMA_CENTER},
        [PLANES_WEBP] = {ZIMG_MATRIX_ST170_M, ZIMG_RANGE_LIMITED, ZIMG_CHROMA_CENTER},
        [PLANES_CANVAS] = {ZIMG_MATRIX_BT709, ZIMG_RANGE_LIMITED, ZIMG_CHROMA_LEFT}};

    format->color_family = kind == PLANES_RGB ? ZIMG_COLOR_RGB : ZIMG_COLOR_YUV;
    format->matrix_coefficients = kinds[kind].matrix;
    format->pixel_range = kinds[kind].range;
    format->chroma_location = kinds[kind].chroma;
}

static zimg_image_format scale_planes_format(const struct planes *planes)
{
    unsigned whole_w = (1u << planes->sub_w) - 1, whole_h = (1u << planes->sub_h) - 1;
    zimg_image_format format;

    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = ((unsigned)planes->width + whole_w) & ~whole_w;
    format.height = ((unsigned)planes->height + whole_h) & ~whole_h;
    format.pixel_type = planes->depth == 16 ? ZIMG_PIXEL_WORD : ZIMG_PIXEL_BYTE;
    format.depth = (unsigned)planes->depth;
    format.subsample_w = (unsigned)planes->sub_w;
    format.subsample_h = (unsigned)planes->sub_h;
    scale_set_colours(&format, planes->kind);
    return format;
}

static int scale_run(zimg_filter_graph *graph, uint8_t *const src[3], const ptrdiff_t src_stride[3],
    uint8_t *const dst[3], const ptrdiff_t dst_stride[3], struct error *err)
{
    zimg_image_buffer_const in = {.version = ZIMG_API_VERSION};
    zimg_image_buffer out = {.version = ZIMG_API_VERSION};
    zimg_error_code_e rc;
    size_t size = 0;
    void *scratch;

    for (int p = 0; p < 3; p++) {
        in.plane[p].data = src[p];
        in.plane[p].stride = src_stride[p];
        in.plane[p].mask = ZIMG_BUFFER_MAX;
        out.plane[p].data = dst[p];
        out.plane[p].stride = dst_stride[p];
        out.plane[p].mask = ZIMG_BUFFER_MAX;
    }
    if (zimg_filter_graph_get_tmp_size(graph, &size))
        return scale_fail(err);
    scratch = mem_large(size);
    if (!scratch)
        return error_set(err, ERR_LIMIT, "no memory to scale a picture (%zu bytes)", size);
    rc = zimg_filter_graph_process(graph, &in, &out, scratch, NULL, NULL, NULL, NULL);
    free(scratch);
    return rc ? scale_fail(err) : 0;
}

static int scale_convert(const zimg_image_format *from, uint8_t *const src[3],
    const ptrdiff_t src_stride[3], const zimg_image_format *to, uint8_t *const dst[3],
    const ptrdiff_t dst_stride[3], struct error *err)
{
    zimg_graph_builder_params params;
    zimg_filter_graph *graph;
    int rc;

    zimg_graph_builder_params_default(&params, ZIMG_API_VERSION);
    params.resample_filter = params.resample_filter_uv = ZIMG_RESIZE_BICUBIC;
    params.filter_param_a = params.filter_param_a_uv = mitchell;
    params.filter_param_b = params.filter_param_b_uv = mitchell;
    params.cpu_type = (zimg_cpu_type_e)cpu_for_zimg();
    params.dither_type = from->depth > to->depth ? ZIMG_DITHER_RANDOM : ZIMG_DITHER_NONE;
    graph = zimg_filter_graph_build(from, to, &params);
    if (!graph)
        return scale_fail(err);
    rc = scale_run(graph, src, src_stride, dst, dst_stride, err);
    zimg_filter_graph_free(graph);
    return rc;
}

int scale_window(
    const struct planes *src, const struct window *window, struct yuv *dst, struct error *err)
{
    zimg_image_format from = scale_planes_format(src), to = scale_yuv_format(dst);

    scale_set_window(&from, window);
    return scale_convert(&from, src->data, src->stride, &to, dst->data, dst->stride, err);
}

int scale_to_planes(
    const struct planes *src, const struct window *window, struct planes *dst, struct error *err)
{
    zimg_image_format from = scale_planes_format(src), to = scale_planes_format(dst);

    scale_set_window(&from, window);
    return scale_convert(&from, src->data, src->stride, &to, dst->data, dst->stride, err);
}

/* The largest window in the middle of `src` with the proportions of `dst`, whose height is rounded:
 * the picture is cropped by a fraction of a pixel, not distorted. */
static struct window scale_middle_window(const struct yuv *src, const struct yuv *dst)
{
    int width = src->width, height = src->height;
    struct window window = {.width = width, .height = height};

    if ((double)width * dst->height > (double)height * dst->width)
        window.width = (double)height * dst->width / dst->height;
    else
        window.height = (double)width * dst->height / dst->width;
    window.x = (width - window.width) / 2;
    window.y = (height - window.height) / 2;
    return window;
}

int scale_to_jpeg(const struct yuv *src, struct yuv *dst, struct error *err)
{
    zimg_image_format from = scale_yuv_format(src), to = scale_yuv_format(dst);
    struct window window = scale_middle_window(src, dst);

    scale_set_window(&from, &window);
    to.matrix_coefficients = ZIMG_MATRIX_ST170_M;
    to.pixel_range = ZIMG_RANGE_FULL;
    to.chroma_location = ZIMG_CHROMA_CENTER;
    return scale_convert(&from, src->data, src->stride, &to, dst->data, dst->stride, err);
}
