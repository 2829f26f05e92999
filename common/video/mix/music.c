/* music.c - see music.h. */
#include "video/mix/music.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/number.h"
#include "video/libav/libav_error.h"

enum { PIECE = 4096, PIECES_A_TICK = 256 };

/* --- heard beforehand --- */

static int hear(struct sound_file *file, int64_t most, const struct music_watch *watch,
    struct levels_meter *meter, struct error *err)
{
    float pairs[2 * PIECE];
    int got = 1;

    for (int i = 1; got > 0 && meter->n_samples < most; i++) {
        got =
            sound_file_read(file, pairs, (int)number_least_64(PIECE, most - meter->n_samples), err);
        if (got > 0)
            levels_add(meter, pairs, got);
        if (watch->tick && i % PIECES_A_TICK == 0)
            watch->tick(watch->ctx);
    }
    return got < 0 ? got : 0;
}

static int plan(struct music *music, int64_t n, int64_t n_samples, struct error *err)
{
    if (n < n_samples && n < MUSIC_LEAST)
        return error_set(err, ERR_INPUT,
            "%s: lasts %.3f seconds, too short to be repeated as music: a second or more is right",
            music->name, (double)n / 48000);
    music->cross = n < n_samples ? MUSIC_CROSS : 0;
    music->period = n - music->cross;
    music->loudness = levels_loudness(&music->levels, n);
    return 0;
}

int music_open(int root_fd, const char *name, int64_t n_samples, const atomic_bool *cancel,
    const struct music_watch *watch, struct music *ret_music, struct error *err)
{
    struct music music = {.root_fd = root_fd, .name = name, .cancel = cancel};
    struct levels_meter meter;
    struct sound_file *file;
    int rc = sound_file_open(root_fd, name, cancel, &file, err);

    if (rc < 0)
        return rc;
    levels_open(&meter);
    rc = hear(file, n_samples, watch, &meter, err);
    sound_file_close(file);
    music.levels = levels_end(&meter);
    if (rc == 0)
        rc = plan(&music, meter.n_samples, n_samples, err);
    if (rc < 0)
        levels_free(&music.levels);
    else
        *ret_music = music;
    return rc;
}

int music_check(int root_fd, const char *name, struct error *err)
{
    const struct music_watch nobody = {NULL, NULL};
    struct music music;
    int rc;

    libav_log_listen();
    rc = music_open(root_fd, name, MUSIC_LEAST, NULL, &nobody, &music, err);
    if (rc == 0)
        music_close(&music);
    return rc;
}

void music_close(struct music *music)
{
    sound_file_close(music->file);
    levels_free(&music->levels);
    *music = (struct music){0};
}

/* --- heard again --- */

/* How loud what begins is at a sample of the crossing; what ends is as loud as cosine to sine:
 * together they are as loud as either alone. */
static double way_in(const struct music *music, double at)
{
    return M_PI / 2 * fmin(1, fmax(0, at / (double)music->cross));
}

static void cross(const struct music *music, int64_t at, float *pairs, int64_t n)
{
    const float *old = music->tail + 2 * at;

    for (int64_t i = 0; i < n; i++) {
        double way = way_in(music, (double)(at + i) + 0.5);
        float in = (float)sin(way), out = (float)cos(way);

        pairs[2 * i] = in * pairs[2 * i] + out * old[2 * i];
        pairs[2 * i + 1] = in * pairs[2 * i + 1] + out * old[2 * i + 1];
    }
}

/* All of `n` samples: they were there when the file was heard. */
static int read_all(struct music *music, float *pairs, int64_t n, struct error *err)
{
    int got = sound_file_read(music->file, pairs, (int)n, err);

    if (got >= 0 && got < n)
        return error_set(err, ERR_INPUT, "%s: changed while it was read", music->name);
    return got < 0 ? got : 0;
}

/* The file from its start. */
static int begin(struct music *music, struct error *err)
{
    int rc = 0;

    if (music->file && music->cross && music->at > 0)
        rc = read_all(music, music->tail, music->cross, err);
    sound_file_close(music->file);
    music->file = NULL;
    return rc < 0 ? rc
                  : sound_file_open(music->root_fd, music->name, music->cancel, &music->file, err);
}

/* Up to `n` samples that lie in one piece of the file; returns how many. */
static int64_t read_piece(struct music *music, float *pairs, int64_t n, struct error *err)
{
    int64_t in = music->at % music->period;
    bool crosses = music->at >= music->period && in < music->cross;
    int rc = in == 0 ? begin(music, err) : 0;

    n = number_least_64(
        number_least_64(n, PIECE), crosses ? music->cross - in : music->period - in);
    if (rc == 0)
        rc = read_all(music, pairs, n, err);
    if (rc == 0 && crosses)
        cross(music, in, pairs, n);
    music->at += n;
    return rc < 0 ? rc : n;
}

int music_read(struct music *music, int64_t at, float *pairs, int64_t n, struct error *err)
{
    assert(at == 0 || at == music->at);
    music->at = at;
    while (n > 0) {
        int64_t did = read_piece(music, pairs, n, err);

        if (did < 0)
            return (int)did;
        pairs += 2 * did;
        n -= did;
    }
    return 0;
}

/* --- levels --- */

/* Steps of the file and of the video need not begin together: the next one's peak may be this
 * one's. */
static float peak_near(const struct music *music, int64_t step)
{
    const struct levels *levels = &music->levels;

    return fmaxf(levels->peaks[number_least_64(step, levels->n - 1)],
        levels->peaks[number_least_64(step + 1, levels->n - 1)]);
}

void music_step(const struct music *music, int64_t at, float *ret_squares, float *ret_peak)
{
    int64_t in = at % music->period, step = in / ENVELOPE_STEP;

    *ret_squares = music->levels.squares[number_least_64(step, music->levels.n - 1)];
    *ret_peak = peak_near(music, step);
    if (at >= music->period && in < music->cross) {
        int64_t old = (music->period + in) / ENVELOPE_STEP;
        double sine = sin(way_in(music, (double)(in + ENVELOPE_STEP)));
        double cosine = cos(way_in(music, (double)in));

        *ret_squares =
            (float)(sine * sine * *ret_squares +
                    cosine * cosine *
                        music->levels.squares[number_least_64(old, music->levels.n - 1)]);
        *ret_peak = (float)(sine * *ret_peak + cosine * peak_near(music, old));
    }
}
