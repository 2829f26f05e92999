/* fuzz_picture.c - libFuzzer target: any file of the media root is a picture of the size that was
 * asked for, or is refused by name. */
#include <assert.h>
#include <libavutil/log.h>

#include "outside_file.h"
#include "video/picture.h"
#include "video/picture_head.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 64, HEIGHT = 36, PIXELS_MAX = 1 << 20 }; /* larger ones are right, but slow */

static int root_fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    av_log_set_level(AV_LOG_QUIET);
    root_fd = outside_folder();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture_head head;
    struct yuv yuv = {0};
    struct error err;
    int answer = picture_head_read(outside_name, data, size, &head, &err);

    if (answer < 0) {
        outside_check_refusal(answer, &err, outside_name);
        return 0;
    }
    assert(head.size <= size);
    if ((int64_t)head.width * head.height > PIXELS_MAX)
        return 0;
    outside_write(data, size);
    answer = picture_load(root_fd, outside_name, WIDTH, HEIGHT, NULL, &yuv, NULL, &err);
    if (answer < 0)
        outside_check_refusal(answer, &err, outside_name);
    else
        assert(yuv.width == WIDTH && yuv.height == HEIGHT);
    yuv_free(&yuv);
    return 0;
}
