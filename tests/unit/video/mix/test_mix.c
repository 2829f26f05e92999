/* test_mix.c - loudness, peaks, ducking, music and the mix, before and after AAC. */
#include <check.h>
/* The header claims the tag `error` for an enum of its own. */
#define error ebur128_error
#include <ebur128.h>
#undef error
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/libav/libav_error.h"
#include "video/mix/duck.h"
#include "video/mix/limiter.h"
#include "video/mix/loudness.h"
#include "video/mix/mix.h"
#include "video/soundtrack/aac.h"
#include "video/soundtrack/soundtrack.h"
#include "video/soundtrack/stretch.h"

static char *folder;
static struct media *media;
static struct spool spool;
static struct error err;
static struct cache no_cache = {.fd = -1};

static void set_up(void)
{
    digest_init();
    libav_log_capture();
    folder = media_folder();
    ck_assert_int_eq(media_open(folder, NULL, &media, &err), 0);
    ck_assert_int_eq(spool_open(folder, &spool, &err), 0);
    srand(7);
}

static void tear_down(void)
{
    spool_close(&spool);
    media_close(media);
    media_folder_remove(folder);
}

/* --- sounds: a sample of each by its number --- */

static double random_one(void)
{
    return (double)rand() / RAND_MAX * 2 - 1;
}

static double tone(int64_t i)
{
    return 0.5 * sin(2 * M_PI * 440 * (double)i / 48000);
}

static double quiet_tone(int64_t i)
{
    return tone(i) / 150;
}

static double hiss(int64_t i)
{
    (void)i;
    return random_one();
}

/* Like speech: bursts of a buzz with pauses, with high peaks and a low mean. */
static double bursts(int64_t i)
{
    double in = (double)(i % 24000) / 24000, buzz = 0;

    for (int k = 1; k < 24; k++)
        buzz += sin(2 * M_PI * 120 * k * (double)i / 48000) / k * cos(k);
    return in < 0.7 ? 0.3 * buzz * sin(M_PI * in / 0.7) : 0;
}

static double clipped(int64_t i)
{
    return fmax(-1, fmin(1, 20 * bursts(i)));
}

static double square(int64_t i)
{
    return i * 440 * 2 / 48000 % 2 ? 1 : -1;
}

/* Its true peak is 3 dB above its samples. */
static double between(int64_t i)
{
    return 0.9 * sin(M_PI / 2 * (double)i + M_PI / 4);
}

static double clicks(int64_t i)
{
    return i % 12000 == 6000 ? 1 : 0.01 * tone(i);
}

static double one_click(int64_t i)
{
    return i == 30000 ? 1 : 0;
}

static double low(int64_t i)
{
    return sin(2 * M_PI * 40 * (double)i / 48000);
}

static double claps(int64_t i)
{
    return i % 19200 < 960 ? hiss(i) : 0;
}

static double square_bursts(int64_t i)
{
    return i % 19200 < 960 ? square(i) : 0.001 * hiss(i);
}

static double clipped_bursts(int64_t i)
{
    return i % 19200 < 1920 ? clipped(i) : 0.001 * hiss(i);
}

static double chirps(int64_t i)
{
    int64_t k = i % 19200;
    return k < 2400 ? sin(2 * M_PI * (1000 + k * 5.) * (double)k / 48000) : 0;
}

static double nothing(int64_t i)
{
    (void)i;
    return 0;
}

/* Appends the sound to the spool.  The test frees its levels. */
static struct mix_clip add_clip(double sound(int64_t), double seconds, int64_t at)
{
    int64_t n = (int64_t)(seconds * 48000);
    struct mix_clip clip = {
        .source = {.spool = &spool, .from = spool.n, .n = 2 * n, .rate = 48000, .channels = 2},
        .at = at};
    int16_t *samples = mem_new_n((size_t)n * 2, int16_t);

    for (int64_t i = 0; i < n; i++)
        samples[2 * i] = samples[2 * i + 1] = (int16_t)lrint(fmax(-1, fmin(1, sound(i))) * 32767);
    ck_assert_int_eq(spool_add(&spool, samples, 2 * n, &err), 0);
    free(samples);
    ck_assert_int_eq(source_measure(&clip.source, NULL, &clip.n, &clip.levels, &err), 0);
    ck_assert_int_eq(clip.n, n);
    clip.loudness = levels_loudness(&clip.levels, n);
    return clip;
}

static void open_mix(
    const struct mix_clip *clips, int n, struct music *music, double seconds, struct mix *ret_mix)
{
    struct mix_input input = {
        .clips = clips, .n_clips = n, .music = music, .n_samples = (int64_t)(seconds * 48000)};

    mix_open(&input, NULL, ret_mix);
}

static float *read_mix(struct mix *mix)
{
    float *samples = mem_new_n((size_t)mix->input.n_samples * 2, float);

    ck_assert_int_eq(mix_read(mix, samples, mix->input.n_samples, &err), 0);
    return samples;
}

/* --- measured with libebur128 --- */

struct measured {
    double loudness, peak; /* LUFS, dBTP */
};

static struct measured meter(const float *samples, int64_t n)
{
    ebur128_state *state = ebur128_init(2, 48000, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    struct measured measured;
    double peak[2];

    ebur128_add_frames_float(state, samples, (size_t)n);
    ebur128_loudness_global(state, &measured.loudness);
    ebur128_true_peak(state, 0, &peak[0]);
    ebur128_true_peak(state, 1, &peak[1]);
    measured.peak = 20 * log10(fmax(peak[0], peak[1]));
    ebur128_destroy(&state);
    return measured;
}

/* Pairs of float, left and right, in a buffer that doubles: the sanitizers' realloc() copies all of
 * it. */
static void decode(AVCodecContext *decoder, const AVPacket *packet, struct buf *pairs)
{
    AVFrame *frame = av_frame_alloc();

    ck_assert_int_eq(avcodec_send_packet(decoder, packet), 0);
    while (avcodec_receive_frame(decoder, frame) == 0) {
        const float *left = (float *)(void *)frame->data[0],
                    *right = (float *)(void *)frame->data[1];

        for (int i = 0; i < frame->nb_samples; i++)
            buf_add(pairs, (float[2]){left[i], right[i]}, 2 * sizeof(float));
        av_frame_unref(frame);
    }
    av_frame_free(&frame);
}

static AVCodecContext *open_decoder(const AVCodecParameters *parameters)
{
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_AAC));

    avcodec_parameters_to_context(decoder, parameters);
    ck_assert_int_eq(avcodec_open2(decoder, NULL, NULL), 0);
    return decoder;
}

static void decode_packets(int next(void *, AVPacket *, struct error *), void *ctx,
    const AVCodecParameters *parameters, struct buf *pairs)
{
    AVCodecContext *decoder = open_decoder(parameters);
    AVPacket *packet = av_packet_alloc();

    while (next(ctx, packet, &err) == 0) {
        decode(decoder, packet, pairs);
        av_packet_unref(packet);
    }
    decode(decoder, NULL, pairs);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
}

static int next_of_track(void *ctx, AVPacket *packet, struct error *e)
{
    return soundtrack_next(ctx, packet, e);
}

static struct measured measure_after_aac(struct mix *mix)
{
    struct soundtrack *track;
    struct buf pairs = {0};
    struct measured measured;

    ck_assert_int_eq(soundtrack_open(mix, &no_cache, &track, &err), 0);
    decode_packets(next_of_track, track, soundtrack_parameters(track), &pairs);
    measured = meter((float *)(void *)pairs.data, (int64_t)(pairs.len / (2 * sizeof(float))));
    buf_free(&pairs);
    soundtrack_close(track);
    return measured;
}

/* --- loudness --- */

START_TEST(loudness_agrees_with_libebur128)
{
    static double (*const sounds[])(int64_t) = {tone, hiss, bursts, clipped, low, clicks};
    struct mix_clip clip = add_clip(sounds[_i], 7.03, 0);
    float *samples = mem_new_n((size_t)clip.n * 2, float);
    struct source_reader *reader;

    ck_assert_int_eq(source_open(&clip.source, NULL, &reader, &err), 0);
    ck_assert_int_eq(source_read(reader, samples, (int)clip.n, &err), clip.n);
    source_close(reader);
    ck_assert_double_eq_tol(clip.loudness, meter(samples, clip.n).loudness, 0.01);
    free(samples);
    levels_free(&clip.levels);
}
END_TEST

/* --- peaks --- */

/* Without a highest peak so far there is no range, so the result is exact. */
static float exact_peak(struct peak *peak, const float *pairs)
{
    peak->highest = 0;
    return peak_measure(peak, pairs, PEAK_PIECE);
}

START_TEST(peaks_of_mono_are_those_of_two_channels_and_none_is_too_low)
{
    static double (*const sounds[])(int64_t) = {hiss, bursts, between, clicks, claps};
    struct peak voice, left, exact;
    int n_exact = 0;

    peak_init(&voice);
    peak_init(&left);
    peak_init(&exact);
    for (int64_t at = 0; at < 96000; at += PEAK_PIECE) {
        float both[2 * PEAK_PIECE], one[2 * PEAK_PIECE], result, truth;

        for (int64_t i = 0; i < PEAK_PIECE; i++) {
            both[2 * i] = both[2 * i + 1] = one[2 * i] = (float)sounds[_i](at + i);
            one[2 * i + 1] = 0;
        }
        result = peak_measure(&voice, both, PEAK_PIECE);
        truth = exact_peak(&exact, both);
        ck_assert(peak_measure(&left, one, PEAK_PIECE) == result);
        ck_assert(result >= truth && (result == truth || result <= PEAK_RANGE * voice.highest));
        n_exact += result == truth;
    }
    ck_assert_int_gt(n_exact, 0);
}
END_TEST

/* --- the limiter --- */

START_TEST(the_limiter_lets_nothing_over_its_ceiling_and_leaves_quiet_steps_alone)
{
    enum { STEPS = 1000 };
    float peaks[STEPS], envelope[STEPS + 1];

    for (int i = 0; i < STEPS; i++)
        peaks[i] = i < 500 ? 0.1f : (float)fabs(random_one());
    limiter_plan(peaks, STEPS, 3, 0.5f, envelope);
    for (int i = 0; i < STEPS; i++) {
        ck_assert_float_le(fmaxf(envelope[i], envelope[i + 1]) * peaks[i], 0.50001f);
        ck_assert(i >= 500 || envelope[i] == 3);
    }
}
END_TEST

/* --- ducking --- */

static double db_at(const float *envelope, double seconds)
{
    return 20 * log10(envelope[(int)(seconds * 48000 / ENVELOPE_STEP)]);
}

START_TEST(music_is_down_before_a_word_begins_and_comes_back_only_in_long_gaps)
{
    const struct mix_clip clips[] = {{.n = 96000, .at = 240000}, /* 5 to 7 s */
        {.n = 48000, .at = 374400},                              /* 7.8 to 8.8 s */
        {.n = 48000, .at = 432000, .loudness = -INFINITY},       /* silence is no speech */
        {.n = 48000, .at = 576000}};                             /* 12 to 13 s */
    int64_t length = envelope_length(30 * 48000);
    float *envelope = mem_new_n((size_t)length, float);

    duck_plan(clips, 4, 30 * 48000, envelope);
    ck_assert(envelope[0] == 0 && db_at(envelope, 0.5) == 0 && db_at(envelope, 4.69) == 0);
    ck_assert_double_eq_tol(db_at(envelope, 4.85), DUCK_DB / 2, 0.3);
    for (double t = 5; t < 8.8; t += 0.005) /* the gap of 0.8 s, too */
        ck_assert_double_eq_tol(db_at(envelope, t), DUCK_DB, 0.01);
    ck_assert_double_eq_tol(db_at(envelope, 9.1), DUCK_DB / 2, 0.1);
    ck_assert(db_at(envelope, 9.41) == 0 && db_at(envelope, 11.69) == 0);
    ck_assert_double_eq_tol(db_at(envelope, 12), DUCK_DB, 0.01);
    ck_assert_double_eq_tol(db_at(envelope, 29), -6.02, 0.1); /* half of the fade */
    ck_assert(envelope[length - 1] == 0);
    free(envelope);
}
END_TEST

/* --- music --- */

static void open_music(const char *name, double seconds, struct music *ret_music)
{
    const struct music_watch nobody = {0};
    int rc = music_open(media, name, (int64_t)(seconds * 48000), NULL, &nobody, ret_music, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
}

START_TEST(short_music_repeats_without_a_gap_whatever_the_pieces_it_is_read_in)
{
    enum { N = 48000 * 10 };
    float *whole = mem_new_n(2 * N, float), *pieces = mem_new_n(2 * N, float);
    struct music music;

    media_wav(folder, "m.wav", 48000, 2, 3, 0.5);
    open_music("m.wav", 10, &music);
    ck_assert_int_eq(music.period, 3 * 48000 - MUSIC_CROSSFADE);
    ck_assert_int_eq(music_read(&music, 0, whole, N, &err), 0);
    for (int at = 0; at < N; at += 1600)
        ck_assert_int_eq(music_read(&music, at, pieces + 2 * at, 1600, &err), 0);
    ck_assert_mem_eq(whole, pieces, 2 * N * sizeof(float));
    for (int at = 0; at < N; at += 480) { /* the tone is in each 10 ms */
        float most = 0;

        for (int i = 0; i < 480; i++)
            most = fmaxf(most, fabsf(whole[2 * (at + i)]));
        ck_assert_float_gt(most, 0.3f);
    }
    music_close(&music);
    free(whole);
    free(pieces);
}
END_TEST

START_TEST(long_music_is_read_only_as_far_as_the_video_lasts)
{
    struct music music;

    media_wav(folder, "m.wav", 44100, 2, 60, 0.5);
    open_music("m.wav", 2, &music);
    ck_assert_int_eq(music.period, 2 * 48000);
    ck_assert_int_lt(music.levels.n, 3 * 48000 / ENVELOPE_STEP);
    music_close(&music);
}
END_TEST

START_TEST(music_that_is_too_short_to_repeat_is_refused_by_name)
{
    const struct music_watch nobody = {0};
    struct music music;

    media_wav(folder, "m.wav", 48000, 2, 0.5, 0.5);
    ck_assert_int_eq(music_open(media, "m.wav", 96000, NULL, &nobody, &music, &err), -ERR_INPUT);
    ck_assert_str_eq(err.text, "m.wav: lasts 0.500 seconds, too short to be repeated as music: a "
                               "second or more is right");
}
END_TEST

/* --- the mix --- */

static double (*const sounds[])(int64_t) = {tone, quiet_tone, hiss, bursts, clipped, square,
    between, clicks, low, claps, square_bursts, clipped_bursts, chirps, one_click, nothing};
enum { SOUNDS = sizeof sounds / sizeof *sounds, LEVELLED = 9, SILENT = SOUNDS - 1 };

START_TEST(whatever_comes_in_minus_16_lufs_come_out_and_peaks_stay_under_minus_1_after_aac)
{
    struct mix_clip clip = add_clip(sounds[_i % SOUNDS], 6, 24000);
    struct music music = {0};
    struct mix mix;
    struct measured measured;

    media_wav(folder, "m.wav", 44100, 2, 3, 0.9);
    if (_i >= SOUNDS)
        open_music("m.wav", 12, &music);
    open_mix(&clip, 1, music.period ? &music : NULL, 12, &mix);
    measured = measure_after_aac(&mix);
    /* Noise in short claps and a click can't get so loud under that ceiling, nor can silence. */
    if (_i % SOUNDS < LEVELLED || (_i >= SOUNDS && _i % SOUNDS == SILENT))
        ck_assert_msg(fabs(measured.loudness + 16) <= 0.5, "%d: %.2f LUFS", _i, measured.loudness);
    if (_i == SILENT)
        ck_assert(!isfinite(measured.loudness));
    ck_assert_msg(measured.peak <= -1 || _i == SILENT, "%d: %.2f dBTP", _i, measured.peak);
    mix_close(&mix);
    music_close(&music);
    levels_free(&clip.levels);
}
END_TEST

START_TEST(a_whisper_and_a_shout_come_out_equally_loud)
{
    struct mix_clip clips[] = {add_clip(bursts, 4, 0), add_clip(quiet_tone, 4, 6 * 48000)};
    struct mix mix;
    float *samples;

    open_mix(clips, 2, NULL, 10, &mix);
    samples = read_mix(&mix);
    ck_assert_double_eq_tol(meter(samples, 4 * 48000).loudness, -16, 1);
    ck_assert_double_eq_tol(meter(samples + 2 * 6 * 48000, 4 * 48000).loudness, -16, 1);
    free(samples);
    mix_close(&mix);
    for (int i = 0; i < 2; i++)
        levels_free(&clips[i].levels);
}
END_TEST

/* The level of the music's 440 Hz, in dB, over the second from `seconds` on. */
static double music_at(const float *samples, double seconds)
{
    double re = 0, im = 0;

    samples += 2 * (int64_t)(seconds * 48000);
    for (int i = 0; i < 48000; i++) {
        re += samples[2 * i] * cos(2 * M_PI * 440 * i / 48000);
        im += samples[2 * i] * sin(2 * M_PI * 440 * i / 48000);
    }
    return 20 * log10(hypot(re, im) / 24000);
}

START_TEST(music_under_speech_is_twelve_decibels_down_and_comes_back)
{
    struct mix_clip clips[] = {add_clip(low, 4, 4 * 48000), add_clip(low, 4, 12 * 48000)};
    struct music music;
    struct mix mix;
    float *samples;
    double alone, under, back;

    media_wav(folder, "m.wav", 48000, 2, 30, 0.5);
    open_music("m.wav", 20, &music);
    open_mix(clips, 2, &music, 20, &mix);
    samples = read_mix(&mix);
    alone = music_at(samples, 2);
    under = music_at(samples, 5.5);
    back = music_at(samples, 9.5);
    ck_assert_msg(alone - under >= 12, "%.1f dB alone, %.1f dB under speech", alone, under);
    ck_assert_msg(fabs(back - alone) < 0.5, "%.1f dB alone, %.1f dB after", alone, back);
    free(samples);
    mix_close(&mix);
    music_close(&music);
    for (int i = 0; i < 2; i++)
        levels_free(&clips[i].levels);
}
END_TEST

START_TEST(each_part_sounds_exactly_where_it_belongs)
{
    struct mix_clip clip = add_clip(square, 0.5, 12345);
    float *samples = mem_new_n(48000 * 2, float);
    struct mix mix;

    open_mix(&clip, 1, NULL, 1, &mix);
    for (int at = 0; at < 48000; at += 1000) /* in pieces, as the encoder reads */
        ck_assert_int_eq(mix_read(&mix, samples + 2 * at, 1000, &err), 0);
    ck_assert(samples[2 * 12344] == 0 && fabsf(samples[2 * 12345]) > 0.01f);
    ck_assert(fabsf(samples[2 * (12345 + 23999)]) > 0.01f && samples[2 * (12345 + 24000)] == 0);
    free(samples);
    mix_close(&mix);
    levels_free(&clip.levels);
}
END_TEST

/* --- the soundtrack --- */

/* The packets that can be taken; `*ret_rc` is what follows them. */
static int count_packets(struct soundtrack *track, int *ret_rc)
{
    AVPacket *packet = av_packet_alloc();
    int n = 0;

    while ((*ret_rc = soundtrack_next(track, packet, &err)) == 0) {
        ck_assert_int_eq(packet->pts, (int64_t)(n++ - 1) * AAC_FRAME);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return n;
}

START_TEST(the_soundtrack_has_a_packet_for_each_frame_and_ends)
{
    struct mix_clip clip = add_clip(tone, 1, 24000);
    struct soundtrack *track;
    struct mix mix;
    int rc;

    open_mix(&clip, 1, NULL, 3, &mix);
    ck_assert_int_eq(soundtrack_open(&mix, &no_cache, &track, &err), 0);
    ck_assert_int_eq(count_packets(track, &rc), 1 + (3 * 48000 + AAC_FRAME - 1) / AAC_FRAME);
    ck_assert_int_eq(rc, SOUNDTRACK_E_END);
    ck_assert_int_eq(count_packets(track, &rc), 0);
    ck_assert_int_eq(rc, SOUNDTRACK_E_END);
    soundtrack_close(track);
    mix_close(&mix);
    levels_free(&clip.levels);
}
END_TEST

START_TEST(an_error_of_the_mix_comes_after_the_stretches_before_it_and_stays)
{
    struct mix_clip clips[] = {add_clip(tone, 1, 0), add_clip(tone, 1, 40 * 48000)};
    struct soundtrack *track;
    struct mix mix;
    int rc;

    clips[1].n += 48000; /* as if the file had become shorter */
    open_mix(clips, 2, NULL, 50, &mix);
    ck_assert_int_eq(soundtrack_open(&mix, &no_cache, &track, &err), 0);
    ck_assert_int_eq(count_packets(track, &rc), STRETCH_PACKETS);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(rc, -ERR_INPUT);
        ck_assert_str_eq(err.text, "scene 2: its sound changed while it was read");
        ck_assert_int_eq(count_packets(track, &rc), 0);
    }
    soundtrack_close(track);
    mix_close(&mix);
    for (int i = 0; i < 2; i++)
        levels_free(&clips[i].levels);
}
END_TEST

START_TEST(a_canceled_soundtrack_ends_at_once)
{
    atomic_bool cancel = false;
    struct mix_input input = {.n_samples = (int64_t)7200 * 48000};
    struct soundtrack *track;
    struct mix mix;
    int rc;

    mix_open(&input, &cancel, &mix);
    ck_assert_int_eq(soundtrack_open(&mix, &no_cache, &track, &err), 0);
    atomic_store(&cancel, true);
    ck_assert_int_lt(count_packets(track, &rc), 1000);
    ck_assert_int_eq(rc, -ERR_CANCELED);
    soundtrack_close(track);
    mix_close(&mix);
}
END_TEST

START_TEST(the_soundtrack_is_made_at_most_a_stretch_ahead_at_the_start)
{
    struct mix_input input = {.n_samples = (int64_t)7200 * 48000};
    AVPacket *packet = av_packet_alloc();
    struct soundtrack *track;
    struct mix mix;

    mix_open(&input, NULL, &mix);
    ck_assert_int_eq(soundtrack_open(&mix, &no_cache, &track, &err), 0);
    ck_assert_int_eq(soundtrack_next(track, packet, &err), 0);
    usleep(300 * 1000); /* in which minutes of silence would be encoded */
    soundtrack_close(track);
    ck_assert_int_le(mix.n_read, (STRETCH_PACKETS + 1) * AAC_FRAME);
    av_packet_free(&packet);
    mix_close(&mix);
}
END_TEST

/* --- joins of stretches --- */

enum { JOIN = STRETCH_PACKETS * AAC_FRAME }; /* samples up to the first join */

/* A click on the join, and others around it that are not on whole packets. */
static double clicks_at_the_join(int64_t i)
{
    int64_t at = i - JOIN;

    return at == 0 || at == -1024 || at == 512 || at == -700 || at == 1500 ? 0.9 : 0.02 * tone(i);
}

static double hiss_that_starts_at_the_join(int64_t i)
{
    return i < JOIN ? 0 : 0.5 * hiss(i);
}

static double bursts_and_tone(int64_t i)
{
    return 0.7 * bursts(i) + 0.2 * tone(i);
}

/* The sound as players decode it; sample 0 is the video's.  `*ret_n`: samples. */
static float *decode_all(int next(void *, AVPacket *, struct error *), void *ctx,
    const AVCodecParameters *parameters, int64_t *ret_n)
{
    static const size_t primed = AAC_FRAME * 2 * sizeof(float);
    struct buf pairs = {0};

    decode_packets(next, ctx, parameters, &pairs);
    memmove(pairs.data, pairs.data + primed, pairs.len - primed);
    *ret_n = (int64_t)((pairs.len - primed) / (2 * sizeof(float)));
    return (float *)(void *)pairs.data;
}

static int next_of_encoder(void *ctx, AVPacket *packet, struct error *e)
{
    return aac_next(ctx, packet, e);
}

/* Mean square of the difference to the mix over `n` samples. */
static double noise(const float *decoded, const float *mixed, int64_t at, int64_t n)
{
    double sum = 0;

    for (int64_t i = 2 * at; i < 2 * (at + n); i++)
        sum += (double)(decoded[i] - mixed[i]) * (double)(decoded[i] - mixed[i]);
    return sum / (double)(2 * n);
}

/* What a single encoder makes of the mix. */
static float *decode_single(const float *mixed, int64_t n, const AVCodecParameters *parameters)
{
    const struct aac_input input = {.pairs = mixed, .n = n};
    struct aac aac;
    float *samples;
    int64_t n_decoded;

    ck_assert_int_eq(aac_open(&input, &aac, &err), 0);
    samples = decode_all(next_of_encoder, &aac, parameters, &n_decoded);
    aac_close(&aac);
    return samples;
}

/* Around the join: no more noise than a single encoder makes, on average and in its worst moment.
 */
static void check_join(int number, const float *stretches, const float *single, const float *mixed)
{
    double sum = 0, sum_single = 0, worst = 0, worst_single = 0;

    for (int64_t at = JOIN - 4 * AAC_FRAME; at < JOIN + 4 * AAC_FRAME; at += 256) {
        double here = noise(stretches, mixed, at, 256), there = noise(single, mixed, at, 256);

        sum += here;
        sum_single += there;
        worst = fmax(worst, here);
        worst_single = fmax(worst_single, there);
    }
    ck_assert_msg(sum <= 1.5 * sum_single && worst <= 1.5 * worst_single,
        "%d: noise %.3g, of a single encoder %.3g; at worst %.3g and %.3g", number, sum, sum_single,
        worst, worst_single);
}

START_TEST(a_kept_stretch_has_the_same_packets)
{
    struct mix_clip clip = add_clip(bursts, 34, 0);
    struct cache cache;
    char *path = mem_format("%s/cache", folder), digests[2][DIGEST_HEX_LEN + 1];

    ck_assert_int_eq(cache_open(path, 100 << 20, &cache, &err), 0);
    for (int run = 0; run < 2; run++) {
        AVPacket *packet = av_packet_alloc();
        struct soundtrack *track;
        struct digest digest;
        struct mix mix;

        digest_start(&digest);
        open_mix(&clip, 1, NULL, 34, &mix);
        ck_assert_int_eq(soundtrack_open(&mix, &cache, &track, &err), 0);
        while (soundtrack_next(track, packet, &err) == 0) {
            digest_add_number(&digest, packet->pts);
            digest_add_number(&digest, packet->dts);
            digest_add_number(&digest, packet->duration);
            digest_add_number(&digest, packet->flags);
            digest_add(&digest, packet->data, (size_t)packet->size);
            av_packet_unref(packet);
        }
        digest_hex(&digest, digests[run]);
        soundtrack_close(track);
        mix_close(&mix);
        av_packet_free(&packet);
    }
    ck_assert_str_eq(digests[0], digests[1]);
    cache_close(&cache);
    free(path);
    levels_free(&clip.levels);
}
END_TEST

START_TEST(a_join_of_stretches_adds_no_noise_to_that_of_the_codec)
{
    static double (*const joined[])(int64_t) = {bursts_and_tone, tone, hiss, nothing, clicks,
        clicks_at_the_join, hiss_that_starts_at_the_join, chirps, claps, low};
    struct mix_clip clip = add_clip(joined[_i], 34, 0);
    struct soundtrack *track;
    struct mix mix;
    float *mixed, *single, *stretches;
    int64_t n, n_mixed;

    open_mix(&clip, 1, NULL, 34, &mix);
    n_mixed = mix.input.n_samples;
    mixed = read_mix(&mix);
    mix_close(&mix);
    open_mix(&clip, 1, NULL, 34, &mix);
    ck_assert_int_eq(soundtrack_open(&mix, &no_cache, &track, &err), 0);
    single = decode_single(mixed, n_mixed, soundtrack_parameters(track));
    stretches = decode_all(next_of_track, track, soundtrack_parameters(track), &n);
    check_join(_i, stretches, single, mixed);
    soundtrack_close(track);
    free(single);
    free(stretches);
    free(mixed);
    mix_close(&mix);
    levels_free(&clip.levels);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mix");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, loudness_agrees_with_libebur128, 0, 6);
    tcase_add_loop_test(tc, peaks_of_mono_are_those_of_two_channels_and_none_is_too_low, 0, 5);
    tcase_add_test(tc, the_limiter_lets_nothing_over_its_ceiling_and_leaves_quiet_steps_alone);
    tcase_add_test(tc, music_is_down_before_a_word_begins_and_comes_back_only_in_long_gaps);
    tcase_add_test(tc, short_music_repeats_without_a_gap_whatever_the_pieces_it_is_read_in);
    tcase_add_test(tc, long_music_is_read_only_as_far_as_the_video_lasts);
    tcase_add_test(tc, music_that_is_too_short_to_repeat_is_refused_by_name);
    tcase_add_loop_test(
        tc, whatever_comes_in_minus_16_lufs_come_out_and_peaks_stay_under_minus_1_after_aac, 0, 2);
    tcase_add_test(tc, a_whisper_and_a_shout_come_out_equally_loud);
    tcase_add_test(tc, music_under_speech_is_twelve_decibels_down_and_comes_back);
    tcase_add_test(tc, each_part_sounds_exactly_where_it_belongs);
    tcase_add_test(tc, the_soundtrack_has_a_packet_for_each_frame_and_ends);
    tcase_add_test(tc, an_error_of_the_mix_comes_after_the_stretches_before_it_and_stays);
    tcase_add_test(tc, a_canceled_soundtrack_ends_at_once);
    tcase_add_test(tc, the_soundtrack_is_made_at_most_a_stretch_ahead_at_the_start);
    tc = tcase_create("joins");
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_kept_stretch_has_the_same_packets);
    tcase_add_loop_test(tc, a_join_of_stretches_adds_no_noise_to_that_of_the_codec, 0, 2);
    /* Other sounds take the same way through the code, so the sanitizers' run leaves them out. */
    tc = tcase_create("other sounds");
    suite_add_tcase(suite, tc);
    tcase_set_tags(tc, "quality");
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc,
        whatever_comes_in_minus_16_lufs_come_out_and_peaks_stay_under_minus_1_after_aac, 2,
        2 * SOUNDS);
    tcase_add_loop_test(tc, a_join_of_stretches_adds_no_noise_to_that_of_the_codec, 2, 10);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
