/* music.c - see music.h. */
#include "video/mix/music.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/number.h"
#include "video/libav/libav_error.h"

enum { PIECE = 4096, PIECES_A_TICK = 256 }; /* samples read at once; 22 s of sound a tick */

/* --- measuring --- */

static int music_measure(struct media_sound *file, int64_t n_samples,
    const struct music_watch *watch, struct levels_meter *meter, struct error *err)
{
    float pairs[2 * PIECE];
    int rc = 1;

    for (int i = 1; rc > 0 && meter->n_samples < n_samples; i++) {
        rc = media_sound_read(
            file, pairs, (int)number_least_64(PIECE, n_samples - meter->n_samples), err);
        if (rc > 0)
            levels_add(meter, pairs, rc);
        if (watch->tick && i % PIECES_A_TICK == 0)
            watch->tick(watch->ctx);
    }
    return rc < 0 ? rc : 0;
}

/* `n`: samples that were measured, at most the `n_samples` of the video. */
static int music_plan_repeat(struct music *music, int64_t n, int64_t n_samples, struct error *err)
{
    if (n < n_samples && n < MUSIC_SAMPLES_MIN)
        return error_set(err, ERR_INPUT,
            "%s: lasts %.3f seconds, too short to be repeated as music: a second or more is right",
            music->name, (double)n / 48000);
    music->crossfade = n < n_samples ? MUSIC_CROSSFADE : 0;
    music->period = n - music->crossfade;
    music->loudness = levels_loudness(&music->levels, n);
    return 0;
}

int music_open(struct media *media, const char *name, int64_t n_samples, const atomic_bool *cancel,
    const struct music_watch *watch, struct music *ret_music, struct error *err)
{
    struct music music = {.media = media, .name = name, .cancel = cancel};
    struct levels_meter meter;
    struct media_sound *file;
    int rc = media_sound_open(media, name, cancel, &file, err);

    if (rc < 0)
        return rc;
    levels_open(&meter);
    rc = music_measure(file, n_samples, watch, &meter, err);
    media_sound_close(file);
    music.levels = levels_end(&meter);
    if (rc == 0)
        rc = music_plan_repeat(&music, meter.n_samples, n_samples, err);
    if (rc < 0)
        levels_free(&music.levels);
    else
        *ret_music = music;
    return rc;
}

int music_check(struct media *media, const char *name, struct error *err)
{
    const struct music_watch nobody = {NULL, NULL};
    struct music music;
    int rc;

    libav_log_capture();
    rc = music_open(media, name, MUSIC_SAMPLES_MIN, NULL, &nobody, &music, err);
    if (rc == 0)
        music_close(&music);
    return rc;
}

void music_close(struct music *music)
{
    media_sound_close(music->file);
    levels_free(&music->levels);
    *music = (struct music){0};
}

/* --- reading --- */

/* The angle of an equal-power crossfade at sample `at` of it: its sine is the gain of the start,
 * its cosine that of the end, so that together they have the power of either alone. */
static double music_fade_angle(const struct music *music, double at)
{
    return M_PI / 2 * fmin(1, fmax(0, at / (double)music->crossfade));
}

/* Fades the tail into the `n` pairs that start at sample `at` of the crossfade. */
static void music_fade(const struct music *music, int64_t at, float *pairs, int64_t n)
{
    const float *tail = music->tail + 2 * at;

    for (int64_t i = 0; i < n; i++) {
        double angle = music_fade_angle(music, (double)(at + i) + 0.5);
        float in = (float)sin(angle), out = (float)cos(angle);

        pairs[2 * i] = in * pairs[2 * i] + out * tail[2 * i];
        pairs[2 * i + 1] = in * pairs[2 * i + 1] + out * tail[2 * i + 1];
    }
}

/* Reads exactly `n` pairs of the file: it had them when it was measured. */
static int music_read_file(struct music *music, float *pairs, int64_t n, struct error *err)
{
    int rc = media_sound_read(music->file, pairs, (int)n, err);

    if (rc >= 0 && rc < n)
        return error_set(err, ERR_INPUT, "%s: changed while it was read", music->name);
    return rc < 0 ? rc : 0;
}

/* Opens the file at its start; after a period, keeps the tail first. */
static int music_restart(struct music *music, struct error *err)
{
    int rc = 0;

    if (music->file && music->crossfade && music->at > 0)
        rc = music_read_file(music, music->tail, music->crossfade, err);
    media_sound_close(music->file);
    music->file = NULL;
    return rc < 0 ? rc
                  : media_sound_open(music->media, music->name, music->cancel, &music->file, err);
}

static bool music_is_crossfade(const struct music *music, int64_t at)
{
    return at >= music->period && at % music->period < music->crossfade;
}

/* Reads up to `n` pairs, not beyond the end of a crossfade or period, and returns their number. */
static int64_t music_read_piece(struct music *music, float *pairs, int64_t n, struct error *err)
{
    int64_t in = music->at % music->period;
    bool is_crossfade = music_is_crossfade(music, music->at);
    int rc = in == 0 ? music_restart(music, err) : 0;

    n = number_least_64(
        number_least_64(n, PIECE), is_crossfade ? music->crossfade - in : music->period - in);
    if (rc == 0)
        rc = music_read_file(music, pairs, n, err);
    if (rc == 0 && is_crossfade)
        music_fade(music, in, pairs, n);
    music->at += n;
    return rc < 0 ? rc : n;
}

int music_read(struct music *music, int64_t at, float *pairs, int64_t n, struct error *err)
{
    assert(at == 0 || at == music->at);
    music->at = at;
    while (n > 0) {
        int64_t rc = music_read_piece(music, pairs, n, err);

        if (rc < 0)
            return (int)rc;
        pairs += 2 * rc;
        n -= rc;
    }
    return 0;
}

/* --- levels --- */

static float music_energy(const struct music *music, int64_t step)
{
    return music->levels.energy[number_least_64(step, music->levels.n - 1)];
}

/* A step of the video may overlap two steps of the file: the higher peak of both counts. */
static float music_peak(const struct music *music, int64_t step)
{
    const struct levels *levels = &music->levels;

    return fmaxf(levels->true_peaks[number_least_64(step, levels->n - 1)],
        levels->true_peaks[number_least_64(step + 1, levels->n - 1)]);
}

void music_step_levels(const struct music *music, int64_t at, float *ret_energy, float *ret_peak)
{
    int64_t in = at % music->period, step = in / ENVELOPE_STEP;

    *ret_energy = music_energy(music, step);
    *ret_peak = music_peak(music, step);
    if (music_is_crossfade(music, at)) {
        int64_t tail = (music->period + in) / ENVELOPE_STEP;
        double sine = sin(music_fade_angle(music, (double)(in + ENVELOPE_STEP)));
        double cosine = cos(music_fade_angle(music, (double)in));

        *ret_energy =
            (float)(sine * sine * *ret_energy + cosine * cosine * music_energy(music, tail));
        *ret_peak = (float)(sine * *ret_peak + cosine * music_peak(music, tail));
    }
}
