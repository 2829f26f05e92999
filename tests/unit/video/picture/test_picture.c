/* test_picture.c - the usual picture files, and which files are refused:
 * common/video/picture/picture.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "picture_kit.h"

START_TEST(every_kind_and_layout_comes_out_in_the_right_colours)
{
    static const struct {
        const char *encoder, *layout, *name;
    } kinds[] = {{"mjpeg", "yuvj420p", "a.jpg"}, {"mjpeg", "yuvj422p", "b.jpg"},
        {"mjpeg", "yuvj444p", "c.jpg"}, {"png", "rgb24", "d.png"}, {"png", "rgba", "e.png"},
        {"png", "rgb48be", "f.png"}, {"png", "rgba64be", "g.png"}, {"png", "pal8", "h.png"},
        {"libwebp", "yuv420p", "i.webp"}, {"libwebp", "bgra", "j.webp"}};

    media_picture(folder, kinds[_i].name, kinds[_i].encoder, kinds[_i].layout, 321, 179);
    check_loads(kinds[_i].name, "RGBW");
}
END_TEST

START_TEST(a_name_that_lies_about_the_kind_does_not_matter)
{
    media_picture(folder, "really-png.jpg", "png", "rgb24", 64, 36);
    check_loads("really-png.jpg", "RGBW");
}
END_TEST

START_TEST(exif_orientation_is_applied)
{
    static const char *const quarters[] = {
        "RGBW", "GRWB", "WBGR", "BWRG", "RBGW", "BRWG", "WGBR", "GWRB"};

    media_picture(folder, "a.jpg", "mjpeg", "yuvj422p", 320, 320);
    media_turn(folder, "a.jpg", "turned.jpg", _i + 1);
    check_loads("turned.jpg", quarters[_i]);
}
END_TEST

START_TEST(an_orientation_that_does_not_exist_is_upright)
{
    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 64);
    media_turn(folder, "a.jpg", "turned.jpg", 99);
    check_loads("turned.jpg", "RGBW");
}
END_TEST

START_TEST(grey_stays_grey)
{
    media_picture(folder, "a.png", "png", "gray", 64, 64);
    media_picture(folder, "b.png", "png", "ya8", 64, 64);
    for (int i = 0; i < 2; i++) {
        struct yuv yuv;

        ck_assert_int_eq(
            picture_load(root_fd, i ? "b.png" : "a.png", 64, 64, NULL, &yuv, NULL, &err), 0);
        check_colour(&yuv, 3, 'W', "grey");
        ck_assert_int_eq(yuv.data[1][0], 128);
        ck_assert_int_eq(yuv.data[2][0], 128);
        yuv_free(&yuv);
    }
}
END_TEST

START_TEST(what_is_transparent_becomes_white)
{
    media_picture(
        folder, "a.png", "png", "pal8", 64, 64); /* its last colour is 00123456: alpha 0 */
    check_loads("a.png", "RGBW");
}
END_TEST

START_TEST(the_smallest_and_the_widest_fill_the_frame)
{
    static const struct {
        int width, height;
    } sizes[] = {{1, 1}, {2, 1}, {1, 2}, {3, 3}, {20000, 10}, {10, 20000}};
    struct yuv yuv;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", sizes[i].width, sizes[i].height);
        ck_assert_msg(
            picture_load(root_fd, "a.jpg", 320, 180, NULL, &yuv, NULL, &err) == 0, "%s", err.text);
        ck_assert_int_eq(yuv.width, 320);
        yuv_free(&yuv);
    }
}
END_TEST

START_TEST(only_what_sticks_out_is_cut_off)
{
    struct yuv yuv;

    /* Cropped from a square to 16:9, the quarters are quarters still. */
    media_picture(folder, "a.png", "png", "rgb24", 400, 400);
    check_loads("a.png", "RGBW");
    ck_assert_int_eq(picture_load(root_fd, "a.png", 160, 90, NULL, &yuv, NULL, &err), 0);
    ck_assert_int_le(abs(yuv.data[0][20 * yuv.stride[0]] - colours['R'][0]), 5);
    yuv_free(&yuv);
}
END_TEST

START_TEST(a_truncated_picture_is_refused_by_name_wherever_it_is_cut)
{
    static const char *const kinds[][2] = {
        {"mjpeg", "yuvj420p"}, {"png", "rgb24"}, {"libwebp", "yuv420p"}};
    uint8_t *data;
    size_t len;

    media_picture(folder, "whole", kinds[_i][0], kinds[_i][1], 320, 180);
    media_read(folder, "whole", &data, &len);
    for (int tenth = 1; tenth < 10; tenth++) {
        media_write(folder, "cut.jpg", data, len * (size_t)tenth / 10);
        check_refused("cut.jpg", "truncated");
    }
    free(data);
}
END_TEST

START_TEST(bytes_after_the_picture_do_no_harm)
{
    struct buf buf = {0};
    uint8_t *data;
    size_t len;

    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 64, 36);
    media_read(folder, "a.jpg", &data, &len);
    buf_add(&buf, data, len);
    buf_add_text(&buf, "trailing junk, as some cameras leave it");
    media_write(folder, "b.jpg", buf.data, buf.len);
    check_loads("b.jpg", "RGBW");
    buf_free(&buf);
    free(data);
}
END_TEST

START_TEST(damage_inside_a_picture_is_an_error_not_a_grey_patch)
{
    uint8_t *data;
    size_t len;

    media_picture(folder, "a.png", "png", "rgb24", 320, 180);
    media_read(folder, "a.png", &data, &len);
    data[len / 2] ^= 0x55;
    media_write(folder, "b.png", data, len);
    check_refused("b.png", "damaged");
    free(data);
    media_picture(folder, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_read(folder, "a.jpg", &data, &len);
    memset(data + len / 2, 0x7F, len / 4);
    media_write(folder, "b.jpg", data, len);
    check_refused("b.jpg", "damaged");
    free(data);
}
END_TEST

START_TEST(what_is_no_picture_is_refused_by_what_it_looks_like)
{
    static const struct {
        const char *bytes, *why;
    } files[] = {{"", "an empty file"}, {"GIF89a......", "truncated"},
        {"<svg xmlns=''/>", "an SVG"}, {"<?xml version='1.0'?><svg/>", "an SVG"},
        {"<!DOCTYPE html><html>", "a web page"}, {"#EXTM3U\nhttp://127.0.0.1/\n", "a playlist"},
        {"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"}, {"concat:/etc/passwd", "text"},
        {"%PDF-1.7", "a PDF"}, {"BM\xFF\xFE\x01\x02", "a BMP"},
        {"\x80\x81\x82\x83 whatever", "an unknown format"}, {"\xFF\xD8\xFF", "truncated"},
        {"RIFF\xFF\xFF\xFF\x7FWEBP", "truncated"}, {"\x89PNG\r\n\x1a\n", "truncated"},
        {"\xFF\xD8\xFF\xE0", "truncated"}, {"\xFF\xD8\xFFhello hello", "truncated"}};

    media_write(folder, "x.jpg", files[_i].bytes, strlen(files[_i].bytes));
    check_refused("x.jpg", files[_i].why);
}
END_TEST

START_TEST(nothing_outside_the_root_and_nothing_but_files_is_opened)
{
    char *path = mem_format("%s/link.jpg", folder), *fifo = mem_format("%s/fifo.jpg", folder);
    char *dir = mem_format("%s/folder.jpg", folder);

    ck_assert_int_eq(symlink("/usr/share/pixmaps/debian-logo.png", path), 0);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_int_eq(mkdir(dir, 0700), 0);
    check_refused("link.jpg", "leads outside");
    check_refused("fifo.jpg", "not a regular file");
    check_refused("folder.jpg", "not a regular file");
    check_refused("../etc/passwd", "leads outside");
    check_refused("/etc/passwd", "leads outside");
    check_refused("missing.jpg", "no such file");
    free(path);
    free(fifo);
    free(dir);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("picture");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, every_kind_and_layout_comes_out_in_the_right_colours, 0, 10);
    tcase_add_test(tc, a_name_that_lies_about_the_kind_does_not_matter);
    tcase_add_loop_test(tc, exif_orientation_is_applied, 0, 8);
    tcase_add_test(tc, an_orientation_that_does_not_exist_is_upright);
    tcase_add_test(tc, grey_stays_grey);
    tcase_add_test(tc, what_is_transparent_becomes_white);
    tcase_add_test(tc, the_smallest_and_the_widest_fill_the_frame);
    tcase_add_test(tc, only_what_sticks_out_is_cut_off);
    tcase_add_loop_test(tc, a_truncated_picture_is_refused_by_name_wherever_it_is_cut, 0, 3);
    tcase_add_test(tc, bytes_after_the_picture_do_no_harm);
    tcase_add_test(tc, damage_inside_a_picture_is_an_error_not_a_grey_patch);
    tcase_add_loop_test(tc, what_is_no_picture_is_refused_by_what_it_looks_like, 0, 16);
    tcase_add_test(tc, nothing_outside_the_root_and_nothing_but_files_is_opened);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
