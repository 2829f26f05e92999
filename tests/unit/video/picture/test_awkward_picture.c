/* test_awkward_picture.c - rare and hostile picture files: common/video/picture/picture.h. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/mem.h"
#include "flat_jpeg.h"
#include "picture_kit.h"

static void write_flat(const struct flat_jpeg *jpeg, const char *name)
{
    struct buf bytes = {0};

    flat_jpeg_write(jpeg, &bytes);
    media_write(folder, name, bytes.data, bytes.len);
    buf_free(&bytes);
}

/* --- JPEGs of printers, scanners and old programs --- */

#define RGBW_OF_YCC                                                                                \
    {                                                                                              \
        {76, 85, 255}, {150, 44, 21}, {29, 255, 107},                                              \
        {                                                                                          \
            255, 128, 128                                                                          \
        }                                                                                          \
    }

START_TEST(a_jpeg_of_any_colour_model_has_the_right_colours)
{
    static const struct {
        const char *quarters;
        struct flat_jpeg jpeg;
    } files[] = {
        {"RGBW", {.n_components = 3, .adobe = -1, .samples = RGBW_OF_YCC}},
        {"RGBW", {.n_components = 3, .adobe = 1, .samples = RGBW_OF_YCC}},
        {"RGBW", {.n_components = 3,
                     .adobe = 0, /* RGB, not YCC */
                     .samples = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}}}},
        {"RGBW", {.n_components = 4,
                     .adobe = 0, /* CMYK, as Photoshop writes it: 255 is no ink */
                     .samples = {{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255},
                         {255, 255, 255, 255}}}},
        {"KmWK", {.n_components = 4,
                     .adobe = 0, /* black ink alone, and all of them */
                     .samples = {{255, 255, 255, 0}, {255, 255, 255, 128}, {255, 255, 255, 255},
                         {0, 0, 0, 0}}}},
        {"RGBW", {.n_components = 4,
                     .adobe = 2, /* YCCK: the complements as YCC, and black */
                     .samples = {{179, 171, 0, 255}, {105, 212, 235, 255}, {226, 0, 149, 255},
                         {0, 128, 128, 255}}}},
        {"WKmW", {.n_components = 1, .adobe = -1, .samples = {{255}, {0}, {128}, {255}}}},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (int progressive = 0; progressive < 2; progressive++) {
            struct flat_jpeg jpeg = files[i].jpeg;
            char name[32];

            jpeg.is_progressive = progressive;
            snprintf(name, sizeof name, "%zu-%s.jpg", i, progressive ? "progressive" : "baseline");
            write_flat(&jpeg, name);
            check_loads(name, files[i].quarters);
        }
}
END_TEST

START_TEST(a_progressive_jpeg_that_is_cut_is_refused)
{
    static const struct flat_jpeg jpeg = {
        .n_components = 3, .adobe = -1, .is_progressive = true, .samples = RGBW_OF_YCC};
    struct buf bytes = {0};

    flat_jpeg_write(&jpeg, &bytes);
    for (size_t tenth = 1; tenth < 10; tenth++) {
        media_write(folder, "cut.jpg", bytes.data, bytes.len * tenth / 10);
        check_refused("cut.jpg", "truncated");
    }
    buf_free(&bytes);
}
END_TEST

/* Writes the JPEG a.jpg with these bytes behind its first marker. */
static void write_with_segments(const char *name, const struct buf *segments)
{
    struct buf bytes = {0};
    uint8_t *data;
    size_t len;

    media_read(folder, "a.jpg", &data, &len);
    buf_add(&bytes, data, 2);
    buf_add(&bytes, segments->data, segments->len);
    buf_add(&bytes, data + 2, len - 2);
    media_write(folder, name, bytes.data, bytes.len);
    buf_free(&bytes);
    free(data);
}

START_TEST(app_segments_that_are_nonsense_do_no_harm)
{
    static const struct {
        const char *bytes;
        size_t len;
    } segments[] = {
        {"\xFF\xE0\0\2", 4},                                      /* JFIF without content */
        {"\xFF\xE1\0\10Exif\0\0", 10},                            /* EXIF without content */
        {"\xFF\xE1\0\20Exif\0\0II*\0\xFF\xFF\xFF\x7F", 18},       /* … with an offset beyond it */
        {"\xFF\xE1\0\22Exif\0\0II*\0\10\0\0\0\xFF\xFF", 20},      /* … of 65535 entries */
        {"\xFF\xE1\0\26Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3", 24}, /* … cut in an entry */
        {"\xFF\xE2\0\22ICC_PROFILE\0\377\1!!", 20},               /* piece 255 of 1 */
        {"\xFF\xE2\0\20ICC_PROFILE\0\0\0", 18},                   /* piece 0 of 0 */
        {"\xFF\xED\0\20Photoshop 3.0\0", 18},                     /* … without content */
        {"\xFF\xEE\0\10Adobe\0", 10},                             /* Adobe, cut */
        {"\xFF\xFE\0\4\xFF\xD9", 6},                              /* a comment: the end marker */
        {"\xFF\xFF\xFF\xFF\xE5\0\2", 7},                          /* fill bytes */
    };

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 36);
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
        struct buf buf = {0};
        char name[16];

        buf_add(&buf, segments[i].bytes, segments[i].len);
        snprintf(name, sizeof name, "%zu.jpg", i);
        write_with_segments(name, &buf);
        check_loads(name, "RGBW");
        buf_free(&buf);
    }
}
END_TEST

START_TEST(an_app_segment_with_a_length_that_lies_does_no_harm_unless_it_hides_the_picture)
{
    static const struct {
        const char *bytes, *why;
        size_t len;
    } segments[] = {{"\xFF\xE1\0\0", NULL, 4}, {"\xFF\xE1\0\1", NULL, 4}, {"\xFF\xE1\0\3", NULL, 4},
        {"\xFF\xE1\xFF\xFF", "truncated", 4}};

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 36);
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
        struct buf buf = {0};

        buf_add(&buf, segments[i].bytes, segments[i].len);
        write_with_segments("lies.jpg", &buf);
        if (segments[i].why)
            check_refused("lies.jpg", segments[i].why);
        else
            check_loads("lies.jpg", "RGBW");
        buf_free(&buf);
    }
}
END_TEST

START_TEST(a_colour_profile_of_many_megabytes_does_no_harm)
{
    static uint8_t piece[65533];
    struct buf buf = {0};

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 36);
    memcpy(piece, "ICC_PROFILE", 12);
    for (int i = 1; i <= 255; i++) {
        piece[12] = (uint8_t)i;
        piece[13] = 255;
        buf_add(&buf, "\xFF\xE2\xFF\xFF", 4);
        buf_add(&buf, piece, sizeof piece);
    }
    write_with_segments("profile.jpg", &buf);
    check_loads("profile.jpg", "RGBW");
    buf_free(&buf);
}
END_TEST

START_TEST(exif_of_a_big_endian_camera_is_read)
{
    struct buf buf = {0};

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 64);
    buf_add(&buf, "\xFF\xE1\0\42Exif\0\0MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0", 36);
    write_with_segments("turned.jpg", &buf);
    check_loads("turned.jpg", "BRWG");
    buf_free(&buf);
}
END_TEST

/* --- PNG --- */

START_TEST(what_is_half_transparent_lies_over_white)
{
    static const char *const layouts[] = {"rgba", "rgba64be", "pal8"};

    media_half_clear(folder, "half.png", layouts[_i]);
    check_loads("half.png", "pppp");
}
END_TEST

START_TEST(an_interlaced_png_is_whole)
{
    uint8_t *data;
    size_t len;

    media_interlaced(folder, "a.png", 321, 179);
    media_read(folder, "a.png", &data, &len);
    ck_assert_int_eq(data[28], 1); /* IHDR says so */
    check_loads("a.png", "RGBW");
    for (size_t tenth = 1; tenth < 10; tenth++) {
        media_write(folder, "cut.png", data, len * tenth / 10);
        check_refused("cut.png", "truncated");
    }
    free(data);
}
END_TEST

/* --- animations --- */

static const struct {
    const char *name, *muxer, *encoder, *layout;
} animations[] = {{"a.gif", "gif", "gif", "bgr8"}, {"a.webp", "webp", "libwebp_anim", "yuv420p"},
    {"b.webp", "webp", "libwebp_anim", "bgra"}};

static void make_animation(int i)
{
    media_animation(folder, animations[i].name, animations[i].muxer, animations[i].encoder,
        animations[i].layout, 160, 90);
}

START_TEST(of_an_animation_the_first_picture_is_taken)
{
    make_animation(_i);
    check_loads(animations[_i].name, "RGBW");
}
END_TEST

START_TEST(a_cut_animation_is_its_first_picture_or_refused)
{
    int loaded = 0;
    uint8_t *data;
    size_t len;

    make_animation(_i);
    media_read(folder, animations[_i].name, &data, &len);
    for (size_t at = 0; at < len; at++) {
        struct yuv yuv;

        media_write(folder, "cut", data, at);
        if (picture_load(root_fd, "cut", 160, 90, NULL, &yuv, NULL, &err) == 0) {
            for (int q = 0; q < 4; q++)
                check_colour(&yuv, q, "RGBW"[q], "cut");
            yuv_free(&yuv);
            loaded++;
        } else
            check_refused("cut", "cut: ");
    }
    ck_assert_int_gt(loaded, 0);
    ck_assert_int_lt(loaded, (int)len);
    free(data);
}
END_TEST

START_TEST(a_gif_of_one_picture_loads_and_damage_in_it_is_refused)
{
    uint8_t *data;
    size_t len;

    media_animation(folder, "a.gif", "gif", "gif", "bgr8", 160, 90);
    media_read(folder, "a.gif", &data, &len);
    /* The LZW codes begin behind the palette; zeros are far too many clear codes. */
    memset(data + 13 + 768 + 40, 0, 60);
    media_write(folder, "bad.gif", data, len);
    check_refused("bad.gif", "damaged");
    free(data);
}
END_TEST

/* --- too many pixels --- */

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

START_TEST(too_many_pixels_are_refused_before_they_are_decoded)
{
    static const struct {
        const char *name, *why, *bytes;
        size_t len;
    } files[] = {
        {"huge.png", "20000×20000",
            "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\0\0\x4E\x20\0\0\x4E\x20\x08\2\0\0\0....\0\0\0\0IDAT..."
            ".",
            45},
        {"most.png", "2147483646×2147483646",
            "\x89PNG\r\n\x1a\n\0\0\0\x0DIHDR\x7F\xFF\xFF\xFE\x7F\xFF\xFF\xFE\x08\2\0\0\0...."
            "\0\0\0\0IDAT....",
            45},
        {"huge.jpg", "65535×65535",
            "\xFF\xD8\xFF\xC0\0\21\10\xFF\xFF\xFF\xFF\3\1\21\0\2\21\0\3\21\0"
            "\xFF\xDA\0\10\1\1\0\0\77\0\xFF\xD9",
            33},
        {"huge.webp", "16384×16384", "RIFF\22\0\0\0WEBPVP8L\5\0\0\0/\xFF\xFF\xFF\17\0", 26},
        {"huge.gif", "65535×65535",
            "GIF89a\xFF\xFF\xFF\xFF\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\2\1D\0;", 28},
    };
    long before = peak_kib();

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *why = mem_format("%s pixels are too many, 64 megapixels is the limit", files[i].why);

        media_write(folder, files[i].name, files[i].bytes, files[i].len);
        check_refused(files[i].name, why);
        ck_assert_int_eq(picture_probe(root_fd, files[i].name, &err), -ERR_INPUT);
        free(why);
    }
    ck_assert_int_lt(peak_kib() - before, 8 << 10);
}
END_TEST

/* The header says a small canvas, the picture in it is huge: the decoder has the limit too. */
START_TEST(a_frame_larger_than_its_file_says_is_refused)
{
    static const char webp[] = "RIFF\46\0\0\0WEBPVP8X\n\0\0\0\0\0\0\0\1\0\0\1\0\0VP8L\10\0\0\0"
                               "/\xFF\xFF\xFF\17\0\0\0";

    media_write(folder, "lies.webp", webp, sizeof webp - 1);
    check_refused("lies.webp", "lies.webp: ");
}
END_TEST

/* --- not enough memory --- */

/* The sanitizers' shadow needs terabytes of address space. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_LIMIT_MEMORY

/* MiB of address space that this process has. */
static size_t address_space_mib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%lu", &pages), 1);
    fclose(file);
    return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) >> 20;
}

/* A progressive JPEG whose header says `side` × `side` pixels. */
static void write_large_progressive(const char *name, int side)
{
    static const struct flat_jpeg jpeg = {
        .n_components = 3, .adobe = -1, .is_progressive = true, .samples = RGBW_OF_YCC};
    static const char sof2[] = {(char)0xFF, (char)0xC2};
    struct buf bytes = {0};
    char *sof;

    flat_jpeg_write(&jpeg, &bytes);
    sof = memmem(bytes.data, bytes.len, sof2, sizeof sof2);
    ck_assert_ptr_nonnull(sof);
    for (int i = 0; i < 2; i++) {
        sof[5 + 2 * i] = (char)(side >> 8);
        sof[6 + 2 * i] = (char)side;
    }
    media_write(folder, name, bytes.data, bytes.len);
    buf_free(&bytes);
}

/* Each decoder needs more than is left, and the raster of the JPEG fits. */
START_TEST(a_lack_of_memory_is_no_fault_of_the_file)
{
    enum { SIDE = 4000, RASTER_MIB = SIDE * SIDE * 3 >> 20, MARGIN_MIB = 12 };
    char warnings[PICTURE_WARNINGS_MAX];
    struct rlimit limit;

    if (_i == 0)
        write_large_progressive("large", SIDE);
    else
        media_picture(folder, "large", "libwebp", "yuv420p", SIDE, SIDE);
    limit.rlim_cur = limit.rlim_max =
        (address_space_mib() + (_i == 0 ? RASTER_MIB : 0) + MARGIN_MIB) << 20;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    ck_assert_int_eq(picture_check(root_fd, "large", warnings, &err), -ERR_LIMIT);
    ck_assert_str_eq(err.text, "no memory for large");
}
END_TEST
#endif

/* --- a file that is written meanwhile --- */

static atomic_bool is_over;

static void *rewrite(void *data)
{
    const struct buf *bytes = data;

    while (!atomic_load(&is_over))
        for (size_t part = 1; part <= 4; part++)
            media_write(folder, "moving.jpg", bytes->data, bytes->len * part / 4);
    return NULL;
}

START_TEST(a_file_that_changes_while_it_is_read_is_a_picture_or_an_error)
{
    struct buf bytes = {0};
    pthread_t writer;
    uint8_t *data;
    size_t len;

    media_noise(folder, "a.jpg", 320, 180);
    media_read(folder, "a.jpg", &data, &len);
    bytes = (struct buf){.data = (char *)data, .len = len};
    media_write(folder, "moving.jpg", data, len);
    ck_assert_int_eq(pthread_create(&writer, NULL, rewrite, &bytes), 0);
    for (int i = 0; i < 200; i++) {
        struct yuv yuv;
        int rc = picture_load(root_fd, "moving.jpg", 160, 90, NULL, &yuv, NULL, &err);

        if (rc == 0)
            yuv_free(&yuv);
        else
            ck_assert_msg(rc == -ERR_INPUT && strstr(err.text, "moving.jpg: "), "%s", err.text);
    }
    atomic_store(&is_over, true);
    pthread_join(writer, NULL);
    free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("awkward_picture");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_jpeg_of_any_colour_model_has_the_right_colours);
    tcase_add_test(tc, a_progressive_jpeg_that_is_cut_is_refused);
    tcase_add_test(tc, app_segments_that_are_nonsense_do_no_harm);
    tcase_add_test(
        tc, an_app_segment_with_a_length_that_lies_does_no_harm_unless_it_hides_the_picture);
    tcase_add_test(tc, a_colour_profile_of_many_megabytes_does_no_harm);
    tcase_add_test(tc, exif_of_a_big_endian_camera_is_read);
    tcase_add_loop_test(tc, what_is_half_transparent_lies_over_white, 0, 3);
    tcase_add_test(tc, an_interlaced_png_is_whole);
    tcase_add_loop_test(tc, of_an_animation_the_first_picture_is_taken, 0, 3);
    tcase_add_loop_test(tc, a_cut_animation_is_its_first_picture_or_refused, 0, 3);
    tcase_add_test(tc, a_gif_of_one_picture_loads_and_damage_in_it_is_refused);
    tcase_add_test(tc, too_many_pixels_are_refused_before_they_are_decoded);
    tcase_add_test(tc, a_frame_larger_than_its_file_says_is_refused);
#ifdef CAN_LIMIT_MEMORY
    tcase_add_loop_test(tc, a_lack_of_memory_is_no_fault_of_the_file, 0, 2);
#endif
    tcase_add_test(tc, a_file_that_changes_while_it_is_read_is_a_picture_or_an_error);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
