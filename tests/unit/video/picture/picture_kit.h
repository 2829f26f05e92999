/* picture_kit.h - a folder of pictures, and checks of how each one loads.  For the tests of
 * picture.h. */
#pragma once

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "media.h"
#include "video/libav/libav_error.h"
#include "video/picture/picture.h"

static char *folder;
static int root_fd;
static struct error err;

static void set_up(void)
{
    libav_log_capture();
    folder = media_folder();
    ck_assert_int_eq(beneath_root(folder, &root_fd, &err), 0);
}

static void tear_down(void)
{
    close(root_fd);
    media_folder_remove(folder);
}

/* YCbCr of colours in BT.709, tv range: red, green, blue, white, black, middle grey. */
static const uint8_t colours[][3] = {['R'] = {63, 102, 240},
    ['G'] = {173, 42, 26},
    ['B'] = {32, 240, 118},
    ['W'] = {235, 128, 128},
    ['K'] = {16, 128, 128},
    ['m'] = {126, 128, 128},
    ['p'] = {148, 115, 184}}; /* pink: half red, half white */

static void check_colour(const struct yuv *yuv, int quarter, char colour, const char *what)
{
    int x = yuv->width * (quarter % 2 ? 3 : 1) / 4, y = yuv->height * (quarter / 2 ? 3 : 1) / 4;

    for (int p = 0; p < 3; p++) {
        int shift = p ? 1 : 0, sample = yuv->data[p][(y >> shift) * yuv->stride[p] + (x >> shift)];

        ck_assert_msg(abs(sample - colours[(int)colour][p]) <= 5,
            "%s: quarter %d, plane %d is %d, %c is %d", what, quarter, p, sample, colour,
            colours[(int)colour][p]);
    }
}

/* The picture loads without an error, and its quarters have these colours, row by row. */
static void check_loads(const char *name, const char *quarters)
{
    char warnings[PICTURE_WARNINGS_MAX];
    struct yuv yuv;
    int rc = picture_load(root_fd, name, 160, 90, NULL, &yuv, NULL, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
    ck_assert_int_eq(picture_probe(root_fd, name, &err), 0);
    ck_assert_int_eq(picture_check(root_fd, name, warnings, &err), 0);
    for (int i = 0; i < 4; i++)
        check_colour(&yuv, i, quarters[i], name);
    yuv_free(&yuv);
}

/* picture_check() and picture_load() refuse the file with a text that has its name and `why`. */
static void check_refused(const char *name, const char *why)
{
    char warnings[PICTURE_WARNINGS_MAX];
    struct yuv yuv;

    ck_assert_int_eq(picture_check(root_fd, name, warnings, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, name) && strstr(err.text, why), "%s: %s", name, err.text);

    ck_assert_int_eq(picture_load(root_fd, name, 160, 90, NULL, &yuv, NULL, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, name) && strstr(err.text, why), "%s: %s", name, err.text);
}
