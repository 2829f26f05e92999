/* picture_kit.h - a folder of pictures, and what must come of each: for the tests of picture.h. */
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
    libav_log_listen();
    folder = media_folder();
    ck_assert_int_eq(beneath_root(folder, &root_fd, &err), 0);
}

static void tear_down(void)
{
    close(root_fd);
    media_folder_remove(folder);
}

/* Red, green, blue and white in BT.709, tv range. */
static const uint8_t colours[][3] = {['R'] = {63, 102, 240},
    ['G'] = {173, 42, 26},
    ['B'] = {32, 240, 118},
    ['W'] = {235, 128, 128},
    ['K'] = {16, 128, 128},
    ['m'] = {126, 128, 128},
    ['p'] = {148, 115, 184}}; /* half red, half white */

static void check_colour(const struct yuv *yuv, int quarter, char colour, const char *what)
{
    int x = yuv->width * (quarter % 2 ? 3 : 1) / 4, y = yuv->height * (quarter / 2 ? 3 : 1) / 4;

    for (int p = 0; p < 3; p++) {
        int shift = p ? 1 : 0, is = yuv->data[p][(y >> shift) * yuv->stride[p] + (x >> shift)];

        ck_assert_msg(abs(is - colours[(int)colour][p]) <= 5,
            "%s: quarter %d, plane %d is %d, %c is %d", what, quarter, p, is, colour,
            colours[(int)colour][p]);
    }
}

/* `quarters`: the colours expected, row by row. */
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

/* Refused by name, with `why` in the message: by both doors. */
static void check_refused(const char *name, const char *why)
{
    char warnings[PICTURE_WARNINGS_MAX];
    struct yuv yuv;

    ck_assert_int_eq(picture_check(root_fd, name, warnings, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, name) && strstr(err.text, why), "%s: %s", name, err.text);

    ck_assert_int_eq(picture_load(root_fd, name, 160, 90, NULL, &yuv, NULL, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, name) && strstr(err.text, why), "%s: %s", name, err.text);
}
