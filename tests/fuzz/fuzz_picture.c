/* fuzz_picture.c - libFuzzer target: any file below the media root loads as a picture of the
 * requested size, or is refused with -ERR_INPUT and its name. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outside_file.h"
#include "video/picture/picture.h"
#include "video/picture/picture_kind.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 64, HEIGHT = 36, PIXELS_MAX = 1 << 20 }; /* larger ones are too slow to fuzz */

static int root_fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    root_fd = outside_folder();
    return 0;
}

/* Whether the headers are refused, or the picture is too large to load here. */
static bool picture_ends_at_head(const uint8_t *data, size_t size)
{
    uint8_t *copy = mem_zero(size + PICTURE_HEAD_PADDING, 1);
    struct picture_head head;
    struct error err;
    bool is_large;
    int rc;

    memcpy(copy, data, size);
    rc = picture_head_read(outside_name, copy, size, &head, &err);
    if (rc < 0)
        outside_check_refusal(rc, &err, outside_name);
    else
        assert(head.size <= size + PICTURE_HEAD_PADDING);
    is_large = (int64_t)head.width * head.height > PIXELS_MAX;
    picture_head_free(&head);
    free(copy);
    return rc < 0 || is_large;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char warnings[PICTURE_WARNINGS_MAX];
    struct yuv yuv = {0};
    struct error err;
    int rc, check_rc;

    if (picture_ends_at_head(data, size))
        return 0;
    outside_write(data, size);
    check_rc = picture_check(root_fd, outside_name, warnings, &err);
    rc = picture_load(root_fd, outside_name, WIDTH, HEIGHT, NULL, &yuv, NULL, &err);
    assert((check_rc < 0) == (rc < 0)); /* a job can load what import accepts */
    if (rc < 0)
        outside_check_refusal(rc, &err, outside_name);
    else
        assert(yuv.width == WIDTH && yuv.height == HEIGHT);
    yuv_free(&yuv);
    return 0;
}
