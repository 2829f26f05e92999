/* test_zoom.c - frames follow the camera to a fraction of a pixel, and every kernel draws the same
 * bytes: zoom.h.  zimg is the reference. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zimg.h>

#include "video/draw/zoom.h"
#include "video/draw/zoom_kernels.h"
#include "video/frame/scale.h"
#include "video/plan/motion.h"

enum { WIDTH = 2496, HEIGHT = 1404 };

/* Where the spot lies in its picture. */
#define SPOT_X 500.3
#define SPOT_Y 300.7

/* A soft bright spot in a dark picture. */
static void draw_spot(struct yuv *yuv)
{
    for (int j = 0; j < yuv->height; j++)
        for (int i = 0; i < yuv->width; i++) {
            double d = pow(i + 0.5 - SPOT_X, 2) + pow(j + 0.5 - SPOT_Y, 2);

            yuv->data[0][j * yuv->stride[0] + i] = (uint8_t)(16 + 200 * exp(-d / 200));
        }
    for (int p = 1; p < 3; p++)
        for (int j = 0; j < yuv->height / 2; j++)
            for (int i = 0; i < yuv->width / 2; i++)
                yuv->data[p][j * yuv->stride[p] + i] = 128;
}

static void find_spot(const struct yuv *yuv, double *ret_x, double *ret_y)
{
    double sum = 0, x = 0, y = 0;

    for (int j = 0; j < yuv->height; j++)
        for (int i = 0; i < yuv->width; i++) {
            double v = yuv->data[0][j * yuv->stride[0] + i] - 16;

            sum += v;
            x += v * (i + 0.5);
            y += v * (j + 0.5);
        }
    *ret_x = x / sum;
    *ret_y = y / sum;
}

/* How far the spot of the canvas is drawn from its place under the window. */
static void spot_error(struct zoom *zoom, const struct yuv *canvas, const struct window *w,
    struct yuv *frame, double *ret_x, double *ret_y)
{
    double x, y;

    zoom_run(zoom, canvas, w, ZOOM_ALL, frame);
    find_spot(frame, &x, &y);
    *ret_x = x - (SPOT_X - w->x) * frame->width / w->width;
    *ret_y = y - (SPOT_Y - w->y) * frame->height / w->height;
    ck_assert_double_le(fabs(*ret_x), 0.1);
    ck_assert_double_le(fabs(*ret_y), 0.1);
}

START_TEST(a_mark_on_the_picture_moves_as_planned_to_two_hundredths_of_a_pixel)
{
    struct yuv canvas, frame;
    struct error err;
    double square = 0, was_x = 0, was_y = 0;
    int n = 40;
    struct motion motion = {.kind = (enum case_motion)(CASE_MOTION_IN + _i % 7),
        .focus_x = 0.48,
        .focus_y = 0.53,
        .is_calm = _i >= 7,
        .seconds = 5};
    struct zoom *zoom = zoom_new(960, 540, NULL);

    ck_assert_int_eq(yuv_alloc(&canvas, WIDTH / 4 * 2, HEIGHT / 4 * 2, &err), 0);
    ck_assert_int_eq(yuv_alloc(&frame, 960, 540, &err), 0);
    draw_spot(&canvas);
    for (int i = 0; i < n; i++) {
        struct window w = motion_window(&motion, (i + 0.5) / n, canvas.width, canvas.height);
        double x, y;

        spot_error(zoom, &canvas, &w, &frame, &x, &y);
        /* Shake is the change of the error from frame to frame, not the error itself. */
        if (i > 0)
            square += pow(x - was_x, 2) + pow(y - was_y, 2);
        was_x = x;
        was_y = y;
    }
    ck_assert_double_le(sqrt(square / (n - 1)), 0.02);
    zoom_free(zoom);
    yuv_free(&canvas);
    yuv_free(&frame);
}
END_TEST

static void alloc(struct yuv *yuv, int width, int height)
{
    struct error err;

    ck_assert_int_eq(yuv_alloc(yuv, width, height, &err), 0);
}

static void draw_noise(struct yuv *yuv)
{
    srand(5);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(yuv, p); y++)
            for (int x = 0; x < yuv_plane_width(yuv, p); x++)
                yuv->data[p][y * yuv->stride[p] + x] = (uint8_t)rand();
}

static void check_same(const struct yuv *a, const struct yuv *b, const char *kernels)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(a, p); y++)
            ck_assert_msg(memcmp(a->data[p] + y * a->stride[p], b->data[p] + y * b->stride[p],
                              (size_t)yuv_plane_width(a, p)) == 0,
                "%s: plane %d, row %d", kernels, p, y);
}

START_TEST(all_kernels_draw_the_same_bytes)
{
    static const struct {
        int width, height;
        struct window window;
    } cases[] = {{320, 180, {0, 0, 416, 234}}, {320, 180, {7.3, 11.9, 380.5, 214.03}},
        {108, 192, {0, 1.5, 140, 230}}, {34, 18, {300.25, 100.75, 51, 27}},
        {320, 180, {35.9, 53.9, 380, 180}}, {416, 234, {0, 0, 416, 234}}};
    static const int shares[] = {ZOOM_ALL, 77, 256 - 77};
    const struct zoom_kernels *const *kernels = zoom_kernels_list();
    struct yuv src, plain, other;

    alloc(&src, 416, 234);
    draw_noise(&src);
    alloc(&plain, cases[_i].width, cases[_i].height);
    alloc(&other, cases[_i].width, cases[_i].height);
    for (; *kernels; kernels++) {
        struct zoom *a = zoom_new(plain.width, plain.height, &zoom_kernels_plain);
        struct zoom *b = zoom_new(plain.width, plain.height, *kernels);

        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            zoom_run(a, &src, &cases[_i].window, shares[i], &plain);
            zoom_run(b, &src, &cases[_i].window, shares[i], &other);
            check_same(&plain, &other, (*kernels)->name);
        }
        zoom_free(a);
        zoom_free(b);
    }
    yuv_free(&src);
    yuv_free(&plain);
    yuv_free(&other);
}
END_TEST

/* Every sample equals the weighted mean of two pictures drawn separately. */
START_TEST(a_share_blends_the_drawn_picture_into_the_frame)
{
    static const int shares[] = {0, 1, 100, 255, ZOOM_ALL};
    const struct window windows[2] = {{3, 4, 350, 197}, {40, 20, 360, 202}};
    struct zoom *zoom = zoom_new(320, 180, NULL);
    struct yuv src, each[2], both;

    alloc(&src, 416, 234);
    draw_noise(&src);
    alloc(&both, 320, 180);
    for (int i = 0; i < 2; i++) {
        alloc(&each[i], 320, 180);
        zoom_run(zoom, &src, &windows[i], ZOOM_ALL, &each[i]);
        zoom_run(zoom, &src, &windows[i], i ? shares[_i] : ZOOM_ALL, &both);
    }
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(&both, p); y++)
            for (int x = 0; x < yuv_plane_width(&both, p); x++) {
                ptrdiff_t at = y * both.stride[p] + x;
                int sum =
                    each[0].data[p][at] * (256 - shares[_i]) + each[1].data[p][at] * shares[_i];

                if (both.data[p][at] != (sum + 128) >> 8)
                    ck_abort_msg("plane %d at %d, %d: %d", p, x, y, both.data[p][at]);
            }
    zoom_free(zoom);
    yuv_free(&src);
    yuv_free(&both);
    for (int i = 0; i < 2; i++)
        yuv_free(&each[i]);
}
END_TEST

START_TEST(a_flat_picture_stays_flat_under_every_window)
{
    struct yuv src, dst;
    struct zoom *zoom = zoom_new(320, 180, NULL);

    alloc(&src, 416, 234);
    alloc(&dst, 320, 180);
    for (int p = 0; p < 3; p++)
        memset(src.data[p], 40 + 77 * p, (size_t)(src.stride[p] * yuv_plane_height(&src, p)));
    for (int i = 0; i < 50; i++) {
        struct window w = {
            .x = i * 0.37, .y = i * 0.21, .width = 416 - i * 0.8, .height = 234 - i * 0.45};

        zoom_run(zoom, &src, &w, ZOOM_ALL, &dst);
        for (int p = 0; p < 3; p++)
            for (int y = 0; y < yuv_plane_height(&dst, p); y++)
                for (int x = 0; x < yuv_plane_width(&dst, p); x++)
                    if (dst.data[p][y * dst.stride[p] + x] != 40 + 77 * p)
                        ck_abort_msg("window %d, plane %d at %d, %d", i, p, x, y);
    }
    zoom_free(zoom);
    yuv_free(&src);
    yuv_free(&dst);
}
END_TEST

static zimg_image_format format_of(const struct yuv *yuv)
{
    zimg_image_format format;

    zimg_image_format_default(&format, ZIMG_API_VERSION);
    format.width = (unsigned)yuv->width;
    format.height = (unsigned)yuv->height;
    format.subsample_w = format.subsample_h = 1;
    format.color_family = ZIMG_COLOR_YUV;
    format.pixel_type = ZIMG_PIXEL_BYTE;
    format.pixel_range = ZIMG_RANGE_LIMITED;
    return format;
}

static void zimg_convert(const struct yuv *src, const zimg_image_format *from, zimg_cpu_type_e cpu,
    struct yuv *dst, const zimg_image_format *to)
{
    zimg_graph_builder_params params;
    zimg_filter_graph *graph;
    zimg_image_buffer_const in = {.version = ZIMG_API_VERSION};
    zimg_image_buffer out = {.version = ZIMG_API_VERSION};
    void *scratch;
    size_t size;

    zimg_graph_builder_params_default(&params, ZIMG_API_VERSION);
    params.cpu_type = cpu;
    params.resample_filter = params.resample_filter_uv = ZIMG_RESIZE_BICUBIC;
    params.filter_param_a = params.filter_param_b = params.filter_param_a_uv =
        params.filter_param_b_uv = 1 / 3.0;
    graph = zimg_filter_graph_build(from, to, &params);
    ck_assert_ptr_nonnull(graph);
    zimg_filter_graph_get_tmp_size(graph, &size);
    scratch = aligned_alloc(64, (size + 64) / 64 * 64);
    for (int p = 0; p < 3; p++) {
        in.plane[p].data = src->data[p];
        in.plane[p].stride = src->stride[p];
        out.plane[p].data = dst->data[p];
        out.plane[p].stride = dst->stride[p];
        in.plane[p].mask = out.plane[p].mask = ZIMG_BUFFER_MAX;
    }
    ck_assert_int_eq(
        zimg_filter_graph_process(graph, &in, &out, scratch, NULL, NULL, NULL, NULL), 0);
    free(scratch);
    zimg_filter_graph_free(graph);
}

static void zimg_run(const struct yuv *src, const struct window *window, struct yuv *dst)
{
    zimg_image_format from = format_of(src), to = format_of(dst);

    from.active_region.left = window->x;
    from.active_region.top = window->y;
    from.active_region.width = window->width;
    from.active_region.height = window->height;
    zimg_convert(src, &from, ZIMG_CPU_AUTO, dst, &to);
}

/* Smooth waves in all planes: they show a shift of chroma by a quarter of a pixel. */
static void draw_waves(struct yuv *yuv)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(yuv, p); y++)
            for (int x = 0; x < yuv_plane_width(yuv, p); x++)
                yuv->data[p][y * yuv->stride[p] + x] =
                    (uint8_t)(128 + 100 * sin(x / (6.0 + p)) * cos(y / (5.0 + p)));
}

START_TEST(zimg_draws_the_same_picture_in_all_planes)
{
    static const struct window windows[] = {{12.25, 7.5, 320, 180}, {3.7, 9.1, 300.3, 168.9},
        {0.4, 0.6, 319.9, 179.9}, {40, 20, 352, 198}};
    struct yuv src, ours, theirs;
    struct zoom *zoom = zoom_new(320, 180, NULL);

    alloc(&src, 416, 234);
    alloc(&ours, 320, 180);
    alloc(&theirs, 320, 180);
    draw_waves(&src);
    zoom_run(zoom, &src, &windows[_i], ZOOM_ALL, &ours);
    zimg_run(&src, &windows[_i], &theirs);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(&ours, p); y++)
            for (int x = 0; x < yuv_plane_width(&ours, p); x++) {
                int a = ours.data[p][y * ours.stride[p] + x],
                    b = theirs.data[p][y * theirs.stride[p] + x];

                /* zimg makes its kernel longer when it shrinks; up to a tenth that changes little.
                 */
                if (abs(a - b) > 4)
                    ck_abort_msg("plane %d at %d, %d: %d, zimg %d", p, x, y, a, b);
            }
    zoom_free(zoom);
    yuv_free(&src);
    yuv_free(&ours);
    yuv_free(&theirs);
}
END_TEST

#ifdef __x86_64__
/* On a processor with SSE2 alone this compares zimg with itself. */
START_TEST(colours_are_converted_by_sse2_which_every_x86_64_has)
{
    zimg_image_format from, to;
    struct yuv src, ours, theirs;

    alloc(&src, 640, 360);
    alloc(&ours, 480, 270);
    alloc(&theirs, 480, 270);
    draw_waves(&src);
    from = format_of(&src);
    to = format_of(&theirs);
    from.matrix_coefficients = ZIMG_MATRIX_BT709;
    to.matrix_coefficients = ZIMG_MATRIX_ST170_M;
    to.pixel_range = ZIMG_RANGE_FULL;
    to.chroma_location = ZIMG_CHROMA_CENTER;
    ck_assert_int_eq(scale_to_jpeg(&src, &ours, NULL), 0);
    zimg_convert(&src, &from, ZIMG_CPU_X86_SSE2, &theirs, &to);
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(&ours, p); y++)
            ck_assert_mem_eq(ours.data[p] + y * ours.stride[p],
                theirs.data[p] + y * theirs.stride[p], (size_t)yuv_plane_width(&ours, p));
    yuv_free(&src);
    yuv_free(&ours);
    yuv_free(&theirs);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("zoom");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 100);
    tcase_add_loop_test(
        tc, a_mark_on_the_picture_moves_as_planned_to_two_hundredths_of_a_pixel, 0, 14);
    tcase_add_loop_test(tc, all_kernels_draw_the_same_bytes, 0, 6);
    tcase_add_loop_test(tc, a_share_blends_the_drawn_picture_into_the_frame, 0, 5);
    tcase_add_test(tc, a_flat_picture_stays_flat_under_every_window);
    tcase_add_loop_test(tc, zimg_draws_the_same_picture_in_all_planes, 0, 4);
#ifdef __x86_64__
    tcase_add_test(tc, colours_are_converted_by_sse2_which_every_x86_64_has);
#endif
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
