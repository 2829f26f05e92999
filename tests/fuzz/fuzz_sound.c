/* fuzz_sound.c - libFuzzer target: any file of the media root gives samples, or an error that names
 * it. */
#include <assert.h>
#include <libavutil/log.h>

#include "outside_file.h"
#include "video/sound/sound_file.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int root_fd;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    av_log_set_level(AV_LOG_QUIET);
    root_fd = outside_folder();
    return 0;
}

/* Reads the file to its end or its first error. */
static int fuzz_read(struct sound_file *file, int64_t *ret_n, struct error *err)
{
    static float pairs[2 * 4096];
    int rc;

    *ret_n = 0;
    do {
        rc = sound_file_read(file, pairs, 4096, err);
        *ret_n += rc > 0 ? rc : 0;
    } while (rc == 4096);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sound_file *file;
    struct error err;
    int64_t n = 0;
    int rc;

    outside_write(data, size);
    rc = sound_file_open(root_fd, outside_name, NULL, &file, &err);
    if (rc == 0) {
        rc = fuzz_read(file, &n, &err);
        sound_file_close(file);
    }
    if (rc < 0)
        outside_check_refusal(rc, &err, outside_name);
    else
        assert(n > 0);
    return 0;
}
