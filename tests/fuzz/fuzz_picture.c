/* fuzz_picture.c - libFuzzer target: any file of the media root is a picture of the size that was
 * asked for, or is refused by name. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outside_file.h"
#include "video/picture/picture.h"
#include "video/picture/picture_kind.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 64, HEIGHT = 36, PIXELS_MAX = 1 << 20 }; /* larger ones are right, but slow */

static int root_fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    root_fd = outside_folder();
    return 0;
}

/* Is it refused by its head alone, or too large to be tried out? */
static bool is_settled(const uint8_t *data, size_t size)
{
    uint8_t *copy = mem_zero(size + PICTURE_HEAD_PADDING, 1);
    struct picture_head head;
    struct error err;
    bool is_large;
    int answer;

    memcpy(copy, data, size);
    answer = picture_head_read(outside_name, copy, size, &head, &err);
    if (answer < 0)
        outside_check_refusal(answer, &err, outside_name);
    else
        assert(head.size <= size + PICTURE_HEAD_PADDING);
    is_large = (int64_t)head.width * head.height > PIXELS_MAX;
    picture_head_free(&head);
    free(copy);
    return answer < 0 || is_large;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char warnings[PICTURE_WARNINGS_MAX];
    struct yuv yuv = {0};
    struct error err;
    int answer, proof;

    if (is_settled(data, size))
        return 0;
    outside_write(data, size);
    proof = picture_check(root_fd, outside_name, warnings, &err);
    answer = picture_load(root_fd, outside_name, WIDTH, HEIGHT, NULL, &yuv, NULL, &err);
    assert((proof < 0) == (answer < 0)); /* what import takes, a job can make */
    if (answer < 0)
        outside_check_refusal(answer, &err, outside_name);
    else
        assert(yuv.width == WIDTH && yuv.height == HEIGHT);
    yuv_free(&yuv);
    return 0;
}
