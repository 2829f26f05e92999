/* fuzz_sound.c - libFuzzer target: any file of the media root is a sound of some samples, or is
 * refused by name. */
#include <assert.h>
#include <libavutil/log.h>
#include <unistd.h>

#include "outside_file.h"
#include "video/sound_file.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int root_fd;
static struct spool spool;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct error err;

    (void)argc;
    (void)argv;
    av_log_set_level(AV_LOG_QUIET);
    root_fd = outside_folder();
    assert(spool_open(outside_path(), &spool, &err) == 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    int64_t n = 0;
    int answer;

    outside_write(data, size);
    spool.n_samples = 0; /* what the last one left is written over */
    answer = sound_file_add(root_fd, outside_name, SOUND_WHOLE, &spool, NULL, &n, &err);
    if (answer < 0)
        outside_check_refusal(answer, &err, outside_name);
    else
        assert(n > 0 && spool.n_samples == n);
    return 0;
}
