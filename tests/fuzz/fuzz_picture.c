/* fuzz_picture.c - libFuzzer target: any file of the media root is a picture of the size that was
 * asked for, or is refused by name. */
#include <assert.h>
#include <fcntl.h>
#include <libavutil/log.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "video/picture.h"
#include "video/picture_head.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WIDTH = 64, HEIGHT = 36, PIXELS_MAX = 1 << 20 }; /* larger ones are right, but slow */

static char folder[] = "/tmp/casecast-fuzz.XXXXXX";
static const char name[] = "picture";
static int root_fd;

static void clear_up(void)
{
    unlinkat(root_fd, name, 0);
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    av_log_set_level(AV_LOG_QUIET);
    if (!mkdtemp(folder) || (root_fd = open(folder, O_RDONLY | O_DIRECTORY)) < 0)
        abort();
    atexit(clear_up);
    return 0;
}

static void write_file(const uint8_t *data, size_t size)
{
    int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
}

static void check_refusal(int answer, const struct error *err)
{
    assert(answer == -ERR_INPUT);
    assert(strstr(err->text, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct picture_head head;
    struct yuv yuv = {0};
    struct error err;
    int answer = picture_head_read(name, data, size, &head, &err);

    if (answer < 0) {
        check_refusal(answer, &err);
        return 0;
    }
    assert(head.size <= size);
    if ((int64_t)head.width * head.height > PIXELS_MAX)
        return 0;
    write_file(data, size);
    answer = picture_load(root_fd, name, WIDTH, HEIGHT, &yuv, &err);
    if (answer < 0)
        check_refusal(answer, &err);
    else
        assert(yuv.width == WIDTH && yuv.height == HEIGHT);
    yuv_free(&yuv);
    return 0;
}
