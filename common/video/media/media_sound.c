/* media_sound.c - sounds of media.h.  A decoder reads the file through its descriptor: it may last
 * an hour. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/libav/libav_error.h"
#include "video/media/media_private.h"

enum { PAIRS_BYTES = EXCHANGE_PAIRS * 2 * sizeof(float) };

struct media_sound {
    struct media *media;
    const atomic_bool *cancel;
    struct sound_file *here; /* without decoders; else NULL */

    struct sealed_one one;
    bool is_alive; /* it may be asked */
    struct question question;
    const float *pairs; /* shared with it; NULL: not mapped */
};

static int media_sound_ask(struct media_sound *sound, const int *fds, int n_fds, struct error *err)
{
    struct answer answer;

    return media_ask(
        &sound->one, &sound->question, fds, n_fds, sound->cancel, &answer, &sound->is_alive, err);
}

/* A memfd for the pairs, mapped here; the caller closes it.  -1: there is none. */
static int media_sound_share(struct media_sound *sound)
{
    int memory = memfd_create("casecast-sound", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    void *pairs = MAP_FAILED;

    if (memory >= 0 && ftruncate(memory, PAIRS_BYTES) == 0 &&
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        pairs = mmap(NULL, PAIRS_BYTES, PROT_READ, MAP_SHARED, memory, 0);
    if (pairs != MAP_FAILED) {
        sound->pairs = pairs;
        return memory;
    }
    if (memory >= 0)
        close(memory);
    return -1;
}

static int media_sound_open_file(struct media_sound *sound, int file, struct error *err)
{
    int fds[] = {file, media_sound_share(sound)}, rc;

    if (fds[1] < 0)
        return error_set(err, ERR_LIMIT, "no memory for %s", sound->question.name);
    rc = media_borrow(sound->media, &sound->one, err);
    if (rc == 0)
        rc = media_sound_ask(sound, fds, 2, err);
    close(fds[1]);
    return rc;
}

static int media_sound_open_sealed(struct media_sound *sound, const char *name, struct error *err)
{
    struct stat stat;
    int file, rc = media_name(&sound->question, name, err);

    if (rc == 0)
        rc = beneath_open(sound->media->root_fd, name, &file, &stat, err);
    if (rc < 0)
        return rc;
    sound->question.kind = QUESTION_SOUND_OPEN;
    sound->question.size = stat.st_size;
    rc = media_sound_open_file(sound, file, err);
    close(file);
    return rc;
}

int media_sound_open(struct media *media, const char *name, const atomic_bool *cancel,
    struct media_sound **ret_sound, struct error *err)
{
    struct media_sound *sound = mem_new(struct media_sound);
    int rc;

    sound->media = media;
    sound->cancel = cancel;
    rc = media->seal == SEALED_OFF
             ? sound_file_open(media->root_fd, name, cancel, &sound->here, err)
             : media_sound_open_sealed(sound, name, err);
    if (rc < 0)
        media_sound_close(sound);
    else
        *ret_sound = sound;
    return rc;
}

/* The decoder gives the file back before it gets the next. */
static void media_sound_end(struct media_sound *sound)
{
    sound->cancel = NULL;
    sound->question.kind = QUESTION_SOUND_CLOSE;
    media_sound_ask(sound, NULL, 0, NULL);
    if (sound->is_alive)
        media_return(sound->media, &sound->one);
}

void media_sound_close(struct media_sound *sound)
{
    if (!sound)
        return;
    sound_file_close(sound->here);
    if (sound->is_alive)
        media_sound_end(sound);
    if (sound->pairs)
        munmap((void *)sound->pairs, PAIRS_BYTES);
    free(sound);
}

/* No NaN, nothing infinite: sound_file_read() refuses both. */
static bool media_sound_is_sound(const float *pairs, int n)
{
    for (int i = 0; i < 2 * n; i++)
        if (!isfinite(pairs[i]))
            return false;
    return true;
}

static int media_sound_read_some(struct media_sound *sound, float *pairs, int n, struct error *err)
{
    int rc;

    if (!sound->is_alive)
        return error_set(err, ERR_INPUT, "%s: its decoder has ended", sound->question.name);
    sound->question.kind = QUESTION_SOUND_READ;
    sound->question.n = number_least(n, EXCHANGE_PAIRS);
    rc = media_sound_ask(sound, NULL, 0, err);
    if (rc > 0)
        memcpy(
            pairs, sound->pairs, (size_t)number_least(rc, sound->question.n) * 2 * sizeof *pairs);
    if (rc > sound->question.n || !media_sound_is_sound(pairs, rc))
        return error_set(
            err, ERR_LIBRARY, "%s: its decoder answers nonsense", sound->question.name);
    return rc;
}

int media_sound_read(struct media_sound *sound, float *pairs, int n, struct error *err)
{
    int n_read = 0, rc = 0;

    if (sound->here)
        return sound_file_read(sound->here, pairs, n, err);
    while (n_read < n) {
        rc = media_sound_read_some(sound, pairs + 2 * n_read, n - n_read, err);
        if (rc <= 0)
            break;
        n_read += rc;
    }
    return rc < 0 ? rc : n_read;
}

int media_sound_check(struct media *media, const char *name, struct error *err)
{
    float pairs[2 * SOUND_CHECKED];
    struct media_sound *sound;
    int rc;

    if (media->seal == SEALED_OFF)
        return sound_file_check(media->root_fd, name, err);
    rc = media_sound_open(media, name, NULL, &sound, err);
    if (rc < 0)
        return rc;
    rc = media_sound_read(sound, pairs, SOUND_CHECKED, err);
    media_sound_close(sound);
    return rc < 0 ? rc : 0;
}
