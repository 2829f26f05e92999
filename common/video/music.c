/* music.c - see music.h. */
#include "video/music.h"

#include <math.h>
#include <stdbool.h>

#include "video/loudness.h"
#include "video/sound_file.h"

static int open_sound(int root_fd, const char *name, int64_t n_samples, const atomic_bool *cancel,
    struct music *music, struct error *err)
{
    int64_t n = 0;
    int rc = sound_file_add(root_fd, name, n_samples, &music->spool, cancel, &n, err);

    if (rc < 0)
        return rc;
    if (n < n_samples && n < MUSIC_LEAST)
        return error_set(err, ERR_INPUT,
            "%s: lasts %.3f seconds, too short to be repeated as music: a second or more is right",
            name, (double)n / 48000);
    music->cross = n < n_samples ? MUSIC_CROSS : 0;
    music->period = n - music->cross;
    return loudness_measure(&music->spool, 0, n, cancel, &music->loudness, err);
}

int music_open(int root_fd, const char *name, int64_t n_samples, const char *dir,
    const atomic_bool *cancel, struct music *ret_music, struct error *err)
{
    struct music music = {0};
    int rc = spool_open(dir, &music.spool, err);

    if (rc < 0)
        return rc;
    rc = open_sound(root_fd, name, n_samples, cancel, &music, err);
    if (rc < 0)
        spool_close(&music.spool);
    else
        *ret_music = music;
    return rc;
}

void music_close(struct music *music)
{
    if (music->period)
        spool_close(&music->spool);
    music->period = 0;
}

/* What went before fades under what begins: together they are as loud as either alone. */
static void cross(const struct music *music, int64_t at, const float *old, float *pairs, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        double way = M_PI / 2 * ((double)(at + i) + 0.5) / (double)music->cross;
        float in = (float)sin(way), out = (float)cos(way);

        pairs[2 * i] = in * pairs[2 * i] + out * old[2 * i];
        pairs[2 * i + 1] = in * pairs[2 * i + 1] + out * old[2 * i + 1];
    }
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Up to `n` samples that lie in one piece of the file; returns how many. */
static int64_t read_piece(
    const struct music *music, int64_t at, float *pairs, int64_t n, struct error *err)
{
    int64_t in = at % music->period;
    bool crosses = at >= music->period && in < music->cross;
    float old[2 * MUSIC_CROSS];
    int rc;

    n = least(n, crosses ? music->cross - in : music->period - in);
    rc = spool_read(&music->spool, in, pairs, n, err);
    if (rc == 0 && crosses)
        rc = spool_read(&music->spool, music->period + in, old, n, err);
    if (rc == 0 && crosses)
        cross(music, in, old, pairs, n);
    return rc < 0 ? rc : n;
}

int music_read(const struct music *music, int64_t at, float *pairs, int64_t n, struct error *err)
{
    while (n > 0) {
        int64_t did = read_piece(music, at, pairs, n, err);

        if (did < 0)
            return (int)did;
        at += did;
        pairs += 2 * did;
        n -= did;
    }
    return 0;
}
