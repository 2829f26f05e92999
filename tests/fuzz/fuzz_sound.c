/* fuzz_sound.c - libFuzzer target: any file of the media root is a sound of some samples, or is
 * refused by name. */
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

/* All of it; how many samples that were. */
static int64_t hear(struct sound_file *file, int *ret_answer, struct error *err)
{
    static float pairs[2 * 4096];
    int64_t n = 0;

    do {
        *ret_answer = sound_file_read(file, pairs, 4096, err);
        n += *ret_answer > 0 ? *ret_answer : 0;
    } while (*ret_answer == 4096);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sound_file *file;
    struct error err;
    int64_t n = 0;
    int answer;

    outside_write(data, size);
    answer = sound_file_open(root_fd, outside_name, NULL, &file, &err);
    if (answer == 0) {
        n = hear(file, &answer, &err);
        sound_file_close(file);
    }
    if (answer < 0)
        outside_check_refusal(answer, &err, outside_name);
    else
        assert(n > 0);
    return 0;
}
