/* test_sound_file.c - sound files: a file with wrong lengths is played whole as players do, a
 * truncated one is refused, and a format that can't be played is named. */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/buf.h"
#include "base/mem.h"
#include "media.h"
#include "video/libav/libav_error.h"
#include "video/sound/sound_file.h"

enum { RATE = 48000 };

static char *folder;
static int root_fd;
static struct error err;

static void set_up(void)
{
    libav_log_capture();
    folder = media_folder();
    ck_assert_int_eq(beneath_root(folder, &root_fd, &err), 0);
}

static void tear_down(void)
{
    close(root_fd);
    media_folder_remove(folder);
}

/* --- reading --- */

struct measured {
    double seconds, rms;
};

/* Reads in pieces of a length that no frame and no rate divides. */
static int measure(const char *name, struct measured *ret_measured)
{
    static float pairs[2 * 4321];
    struct sound_file *file;
    int64_t n = 0;
    double sum = 0;
    int rc = sound_file_open(root_fd, name, NULL, &file, &err);

    if (rc < 0)
        return rc;
    do {
        rc = sound_file_read(file, pairs, 4321, &err);
        for (int i = 0; i < 2 * rc; i++)
            sum += pairs[i] * pairs[i];
        n += rc > 0 ? rc : 0;
    } while (rc == 4321);
    sound_file_close(file);
    *ret_measured = (struct measured){(double)n / RATE, n ? sqrt(sum / (2 * (double)n)) : 0};
    return rc < 0 ? rc : 0;
}

static struct measured must_measure(const char *name)
{
    struct measured measured;

    ck_assert_msg(measure(name, &measured) == 0, "%s", err.text);
    return measured;
}

static void check_refused(const char *name, const char *why)
{
    struct measured measured;

    ck_assert_msg(measure(name, &measured) == -ERR_INPUT, "%s was read", name);
    ck_assert_msg(strncmp(err.text, name, strlen(name)) == 0 && strstr(err.text, why), "%s: %s",
        why, err.text);
}

/* --- kinds --- */

static const struct kind {
    const char *name, *muxer, *encoder;
    double slack; /* seconds: the format states no exact length */
} kinds[] = {{"wav", "wav", "pcm_s16le", 0}, {"wav 24", "wav", "pcm_s24le", 0},
    {"wav float", "wav", "pcm_f32le", 0}, {"wav mu-law", "wav", "pcm_mulaw", 0},
    {"wav adpcm", "wav", "adpcm_ms", 0.05}, {"w64", "w64", "pcm_s16le", 0},
    {"aiff", "aiff", "pcm_s16be", 0}, {"aifc", "aiff", "pcm_s16le", 0},
    {"au", "au", "pcm_s16be", 0}, {"caf", "caf", "pcm_s16be", 0}, {"caf alac", "caf", "alac", 0.02},
    {"mp3", "mp3", "libmp3lame", 0.03}, {"mp2", "mp2", "mp2", 0.06}, {"adts", "adts", "aac", 0.06},
    {"m4a", "ipod", "aac", 0.05}, {"alac", "ipod", "alac", 0.05}, {"mov", "mov", "aac", 0.05},
    {"flac", "flac", "flac", 0}, {"vorbis", "ogg", "libvorbis", 0.05},
    {"opus", "ogg", "libopus", 0.05}, {"oga", "oga", "flac", 0}, {"webm", "webm", "libopus", 0.05},
    {"mka", "matroska", "libvorbis", 0.05}, {"wma", "asf", "wmav2", 0.1},
    {"wma 1", "asf", "wmav1", 0.1}};
enum { KINDS = sizeof kinds / sizeof *kinds };

START_TEST(every_kind_is_read_whole_whatever_its_name)
{
    const struct kind *kind = &kinds[_i];
    struct measured measured;

    media_sound(folder, "sound.txt", kind->muxer, kind->encoder, 2);
    measured = must_measure("sound.txt");
    ck_assert_msg(fabs(measured.seconds - 2) <= kind->slack + 0.03, "%s: %.3f s", kind->name,
        measured.seconds);
    ck_assert_msg(fabs(measured.rms - 0.35) < 0.02, "%s: %.3f", kind->name, measured.rms);
}
END_TEST

START_TEST(every_kind_is_refused_if_half_of_it_is_missing)
{
    const struct kind *kind = &kinds[_i];
    uint8_t *data;
    size_t len;

    media_sound(folder, "whole", kind->muxer, kind->encoder, 3);
    media_read(folder, "whole", &data, &len);
    media_write(folder, "half", data, len / 2 + 1);
    check_refused("half", "");
    free(data);
}
END_TEST

START_TEST(any_rate_and_channels_become_48_khz_stereo)
{
    static const struct {
        int rate, channels;
    } all[] = {{8000, 1}, {44100, 2}, {96000, 6}, {48000, 1}, {11025, 2}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct measured measured;

        media_wav(folder, "a.wav", all[i].rate, all[i].channels, 1, 0.5);
        measured = must_measure("a.wav");
        ck_assert_double_eq_tol(measured.seconds, 1, 0.001);
        ck_assert_msg(measured.rms > 0.2 && measured.rms < 1.0, "%d Hz, %d channels: %.3f",
            all[i].rate, all[i].channels, measured.rms);
    }
}
END_TEST

/* --- files as other programs write them --- */

static void bytes_put(struct buf *buf, size_t at, uint64_t value, int n, bool is_big)
{
    ck_assert_uint_le(at + (size_t)n, buf->len);
    for (int i = 0; i < n; i++)
        buf->data[at + (size_t)(is_big ? n - 1 - i : i)] = (char)(value >> 8 * i);
}

static size_t bytes_find(const struct buf *buf, const char *what)
{
    const char *there = memmem(buf->data, buf->len, what, strlen(what));

    ck_assert_msg(there, "no %s", what);
    return (size_t)(there - buf->data);
}

static void bytes_insert(struct buf *buf, size_t at, const void *data, size_t n)
{
    struct buf whole = {0};

    buf_add(&whole, buf->data, at);
    buf_add(&whole, data, n);
    buf_add(&whole, buf->data + at, buf->len - at);
    buf_free(buf);
    *buf = whole;
}

static void bytes_insert_junk(struct buf *buf, size_t at, size_t n)
{
    uint8_t *junk = mem_zero(n, 1);

    srand(1);
    for (size_t i = 0; i < n; i++)
        junk[i] = (uint8_t)rand();
    bytes_insert(buf, at, junk, n);
    free(junk);
}

static void nothing(struct buf *buf)
{
    (void)buf;
}

static void twice_again(struct buf *buf)
{
    size_t once = buf->len;

    bytes_insert(buf, once, buf->data, once);
    bytes_insert(buf, 2 * once, buf->data, once);
}

/* A picture as large as in albums, with bytes that look like frame headers. */
static void id3v2(struct buf *buf)
{
    enum { SIZE = 2 << 20 };
    uint8_t *tag = mem_zero(10 + SIZE, 1);

    memcpy(tag, "ID3\4\0\0", 6);
    tag[6] = SIZE >> 21;
    for (int i = 10; i < SIZE; i += 4)
        memcpy(tag + i, "\xFF\xFB\x90\x64", 4);
    bytes_insert(buf, 0, tag, 10 + SIZE);
    free(tag);
}

static void id3v1(struct buf *buf)
{
    char tag[128] = "TAGA song";

    bytes_insert(buf, buf->len, tag, sizeof tag);
}

static void ape_and_id3v1(struct buf *buf)
{
    uint8_t tag[32 + 400 + 32] = {0};

    for (int i = 0; i < 464; i += 432) {
        memcpy(tag + i, "APETAGEX\xD0\7\0\0\xB0\1\0\0\1\0\0\0\0\0\0", 23);
        tag[i + 23] = i ? 0x80 : 0xA0;
    }
    memset(tag + 32, 0xFF, 400);
    bytes_insert(buf, buf->len, tag, sizeof tag);
    id3v1(buf);
}

static void tagged_and_joined(struct buf *buf)
{
    id3v1(buf);
    id3v2(buf);
    twice_again(buf);
}

static void junk_before(struct buf *buf)
{
    bytes_insert_junk(buf, 0, 70000);
}

static void junk_behind(struct buf *buf)
{
    bytes_insert_junk(buf, buf->len, 70000);
}

static void zeros_before(struct buf *buf)
{
    char zeros[5000] = "";

    bytes_insert(buf, 0, zeros, sizeof zeros);
}

/* As from programs that can't seek back to write it. */
static void no_xing(struct buf *buf)
{
    memset(buf->data + bytes_find(buf, "Info"), 0, 100);
}

static void xing_tells_more(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "Info") + 8, 100000, 4, true);
}

static void xing_tells_less(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "Info") + 8, 10, 4, true);
}

static void riff_of_nothing(struct buf *buf)
{
    bytes_put(buf, 4, 0, 4, false);
}

static void riff_of_a_little(struct buf *buf)
{
    bytes_put(buf, 4, 100, 4, false);
}

static void riff_is_the_file(struct buf *buf)
{
    bytes_put(buf, 4, buf->len, 4, false);
}

static void riff_of_much(struct buf *buf)
{
    bytes_put(buf, 4, 4 * buf->len, 4, false);
}

static void riff_of_all(struct buf *buf)
{
    bytes_put(buf, 4, UINT32_MAX, 4, false);
}

static void data_of_nothing(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "data") + 4, 0, 4, false);
}

static void data_of_all(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "data") + 4, UINT32_MAX, 4, false);
    riff_of_all(buf);
}

static void data_of_sox(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "data") + 4, 0x7FFFF000, 4, false);
    bytes_put(buf, 4, 0x7FFFF024, 4, false);
}

static void data_with_header(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "data") + 4, buf->len, 4, false);
}

static void to_rf64(struct buf *buf, const char *name, uint64_t size)
{
    char ds64[36] = "ds64\x1C";
    size_t at = bytes_find(buf, "data");

    memcpy(buf->data, name, 4);
    bytes_put(buf, 4, UINT32_MAX, 4, false);
    bytes_put(buf, at + 4, UINT32_MAX, 4, false);
    bytes_insert(buf, 12, ds64, sizeof ds64);
    bytes_put(buf, 20, buf->len - 8, 8, false);
    bytes_put(buf, 28, size == 1 ? buf->len - at - 36 - 8 : size, 8, false);
}

static void rf64(struct buf *buf)
{
    to_rf64(buf, "RF64", 1);
}

static void bw64(struct buf *buf)
{
    to_rf64(buf, "BW64", 1);
}

static void rf64_of_nothing(struct buf *buf)
{
    to_rf64(buf, "RF64", 0);
}

static void rf64_of_all(struct buf *buf)
{
    to_rf64(buf, "RF64", UINT64_MAX);
}

static void aiff_of_nothing(struct buf *buf)
{
    bytes_put(buf, 4, 0, 4, true);
    bytes_put(buf, bytes_find(buf, "SSND") + 4, 0, 4, true);
}

static void form_of_much(struct buf *buf)
{
    bytes_put(buf, 4, 4 * buf->len, 4, true);
}

static void au_of_all(struct buf *buf)
{
    bytes_put(buf, 8, UINT32_MAX, 4, true);
}

static void caf_of_all(struct buf *buf)
{
    bytes_put(buf, bytes_find(buf, "data") + 4, UINT64_MAX, 8, true);
}

/* The 36 bits of the number of samples. */
static void flac_of_nothing(struct buf *buf)
{
    buf->data[21] &= (char)0xF0;
    bytes_put(buf, 22, 0, 4, true);
}

static void flac_of_much(struct buf *buf)
{
    bytes_put(buf, 22, 0x7FFFFFFF, 4, true);
}

/* As from recorders in browsers, which know the length of neither the segment nor a cluster. */
static void webm_of_a_recorder(struct buf *buf)
{
    size_t segment = bytes_find(buf, "\x18\x53\x80\x67"),
           cluster = bytes_find(buf, "\x1F\x43\xB6\x75");

    bytes_put(buf, segment + 4, 0x01FFFFFFFFFFFFFF, 8, true);
    while (cluster < buf->len) {
        const char *next =
            memmem(buf->data + cluster + 4, buf->len - cluster - 4, "\x1F\x43\xB6\x75", 4);
        int width = __builtin_clz((uint8_t)buf->data[cluster + 4]) - 24 + 1;

        bytes_put(buf, cluster + 4, ((uint64_t)1 << 7 * width | (((uint64_t)1 << 7 * width) - 1)),
            width, true);
        cluster = next ? (size_t)(next - buf->data) : buf->len;
    }
}

static const struct odd {
    const char *name, *muxer, *encoder;
    void (*edit)(struct buf *buf);
    double seconds, slack;
} odds[] = {{"mp3 in one piece", "mp3", "libmp3lame", nothing, 2, 0},
    {"mp3 without Xing", "mp3", "libmp3lame", no_xing, 2, 0.1},
    {"Xing of more", "mp3", "libmp3lame", xing_tells_more, 2, 0.05},
    {"Xing of less", "mp3", "libmp3lame", xing_tells_less, 2, 0.05},
    {"three mp3", "mp3", "libmp3lame", twice_again, 6, 0.05},
    {"three mp3 with tags", "mp3", "libmp3lame", tagged_and_joined, 6, 0.05},
    {"mp3 behind a picture", "mp3", "libmp3lame", id3v2, 2, 0},
    {"mp3 before a tag", "mp3", "libmp3lame", id3v1, 2, 0},
    {"mp3 before tags", "mp3", "libmp3lame", ape_and_id3v1, 2, 0},
    {"mp3 behind junk", "mp3", "libmp3lame", junk_before, 2, 0},
    {"mp3 before junk", "mp3", "libmp3lame", junk_behind, 2, 0},
    {"mp3 behind zeros", "mp3", "libmp3lame", zeros_before, 2, 0},
    {"three aac", "adts", "aac", twice_again, 6, 0.2},
    {"three aac with tags", "adts", "aac", tagged_and_joined, 6, 0.2},
    {"aac behind junk", "adts", "aac", junk_before, 2, 0.06},
    {"RIFF of 0", "wav", "pcm_s16le", riff_of_nothing, 2, 0},
    {"RIFF of 100", "wav", "pcm_s16le", riff_of_a_little, 2, 0},
    {"RIFF with its own head", "wav", "pcm_s16le", riff_is_the_file, 2, 0},
    {"RIFF of four times", "wav", "pcm_s24le", riff_of_much, 2, 0},
    {"RIFF of all", "wav", "pcm_f32le", riff_of_all, 2, 0},
    {"data of 0", "wav", "pcm_s16le", data_of_nothing, 2, 0},
    {"data of all", "wav", "pcm_s16le", data_of_all, 2, 0},
    {"data of SoX", "wav", "pcm_s16le", data_of_sox, 2, 0},
    {"data with its head", "wav", "pcm_s16le", data_with_header, 2, 0},
    {"RF64", "wav", "pcm_s16le", rf64, 2, 0}, {"BW64", "wav", "pcm_s24le", bw64, 2, 0},
    {"RF64 of 0", "wav", "pcm_s16le", rf64_of_nothing, 2, 0},
    {"RF64 of all", "wav", "pcm_s16le", rf64_of_all, 2, 0},
    {"AIFF of 0", "aiff", "pcm_s16be", aiff_of_nothing, 2, 0},
    {"AIFF, FORM of much", "aiff", "pcm_s16be", form_of_much, 2, 0},
    {"AU of all", "au", "pcm_s16be", au_of_all, 2, 0},
    {"CAF of all", "caf", "pcm_s16be", caf_of_all, 2, 0},
    {"flac behind ID3", "flac", "flac", id3v2, 2, 0},
    {"flac before a tag", "flac", "flac", id3v1, 2, 0},
    {"flac of 0", "flac", "flac", flac_of_nothing, 2, 0},
    {"flac of much", "flac", "flac", flac_of_much, 2, 0},
    {"three vorbis", "ogg", "libvorbis", twice_again, 6, 0.1},
    {"three opus", "ogg", "libopus", twice_again, 6, 0.1},
    {"three flac in ogg", "oga", "flac", twice_again, 6, 0.05},
    {"webm of a recorder", "webm", "libopus", webm_of_a_recorder, 2, 0.05}};
enum { ODDS = sizeof odds / sizeof *odds };

static void make_odd(const char *name, const struct odd *odd)
{
    struct buf buf = {0};
    uint8_t *data;
    size_t len;

    media_sound(folder, "plain", odd->muxer, odd->encoder, 2);
    media_read(folder, "plain", &data, &len);
    buf_add(&buf, data, len);
    free(data);
    odd->edit(&buf);
    media_write(folder, name, buf.data, buf.len);
    buf_free(&buf);
}

START_TEST(a_file_with_wrong_lengths_is_played_whole)
{
    const struct odd *odd = &odds[_i];
    struct measured measured;

    make_odd("odd", odd);
    measured = must_measure("odd");
    ck_assert_msg(fabs(measured.seconds - odd->seconds) <= odd->slack + 0.03, "%s: %.3f s",
        odd->name, measured.seconds);
    ck_assert_msg(fabs(measured.rms - 0.35) < 0.02, "%s: %.3f", odd->name, measured.rms);
}
END_TEST

START_TEST(a_truncated_file_with_wrong_lengths_is_refused)
{
    static const struct odd cut[] = {{"", "mp3", "libmp3lame", no_xing, 0, 0},
        {"", "mp3", "libmp3lame", id3v2, 0, 0}, {"", "wav", "pcm_s16le", riff_of_nothing, 0, 0},
        {"", "wav", "pcm_s16le", rf64, 0, 0}, {"", "flac", "flac", flac_of_nothing, 0, 0},
        {"", "webm", "libopus", webm_of_a_recorder, 0, 0}};
    uint8_t *data;
    size_t len;

    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        make_odd("whole", &cut[i]);
        media_read(folder, "whole", &data, &len);
        media_write(folder, "cut", data, len - 1000);
        check_refused("cut", "truncated");
        free(data);
    }
}
END_TEST

START_TEST(joined_sounds_may_have_other_rates_and_channels)
{
    static const char *const streams[][2] = {
        {"ogg", "libvorbis"}, {"ogg", "libopus"}, {"oga", "flac"}};
    struct buf buf = {0};
    struct measured measured;

    for (size_t i = 0; i < 3; i++) {
        uint8_t *data;
        size_t len;

        media_sound(folder, "one", streams[i][0], streams[i][1], 1);
        media_read(folder, "one", &data, &len);
        buf_add(&buf, data, len);
        free(data);
    }
    media_write(folder, "all", buf.data, buf.len);
    measured = must_measure("all");
    ck_assert_double_eq_tol(measured.seconds, 3, 0.1);
    buf_free(&buf);
}
END_TEST

/* --- AMR, for which there is no encoder here --- */

START_TEST(amr_is_played_frame_by_frame)
{
    struct buf buf = {0};
    char frame[32] = "<"; /* 12.2 kbit/s; 20 ms */

    buf_add_text(&buf, "#!AMR\n");
    for (int i = 0; i < 100; i++)
        buf_add(&buf, frame, sizeof frame);
    media_write(folder, "call.amr", buf.data, buf.len);
    ck_assert_double_eq_tol(must_measure("call.amr").seconds, 2, 0.01);
    media_write(folder, "cut.amr", buf.data, buf.len - 1);
    check_refused("cut.amr", "truncated");
    buf_free(&buf);
}
END_TEST

/* --- refused --- */

START_TEST(a_format_that_can_not_be_played_is_named)
{
    static const struct {
        const char *bytes, *why;
    } all[] = {{"MThd\0\0\0\6\0\1\0\2\1\xE0MTrk", "a MIDI file"},
        {"MAC \x96\x0F    ", "Monkey's Audio"}, {"wvpk12345678", "WavPack"},
        {"#EXTM3U\n/etc/passwd\n", "a playlist"}, {"\xFF\xD8\xFF\xE0....JFIF", "a picture"},
        {"<!DOCTYPE html><title>404</title>", "a web page"}, {"\2#!SILK_V3", "SILK"},
        {"FLV\1\5", "a Flash video"}, {"PK\3\4....", "a ZIP archive"},
        {"ffconcat version 1.0\nfile x\n", "not a WAV"}, {"", "not a WAV"}, {"x", "not a WAV"}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        media_write(folder, "any.mp3", all[i].bytes, strlen(all[i].bytes));
        check_refused("any.mp3", all[i].why);
        ck_assert_int_eq(sound_file_check(root_fd, "any.mp3", &err), -ERR_INPUT);
    }
    media_wav(folder, "none.wav", 48000, 2, 0, 1);
    check_refused("none.wav", "holds no sound");
}
END_TEST

START_TEST(an_mp3_in_free_format_is_refused_with_advice)
{
    static uint8_t data[20000];

    for (size_t i = 0; i < sizeof data; i += 400)
        memcpy(data + i, "\xFF\xFB\x00\x64", 4);
    media_write(folder, "free.mp3", data, sizeof data);
    check_refused("free.mp3", "free format");
}
END_TEST

START_TEST(a_sample_rate_that_is_too_low_is_refused_with_the_limits)
{
    media_wav(folder, "slow.wav", 2000, 1, 1, 0.5);
    check_refused("slow.wav", ": its sample rate is 2000 Hz: 4000 to 768000 Hz can be read");
}
END_TEST

START_TEST(files_that_are_not_beneath_the_root_are_refused)
{
    struct measured measured;

    ck_assert_int_eq(measure("../x.wav", &measured), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "leads outside"));
    ck_assert_int_eq(measure("missing.wav", &measured), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "no such file"));
}
END_TEST

/* --- bombs --- */

START_TEST(a_small_file_that_names_millions_of_samples_is_refused_before_it_costs_anything)
{
    struct buf buf = {0};
    uint8_t *data;
    size_t len, at;

    media_sound(folder, "a.m4a", "ipod", "aac", 1);
    media_read(folder, "a.m4a", &data, &len);
    buf_add(&buf, data, len);
    free(data);
    at = bytes_find(&buf, "stsz");
    bytes_put(&buf, at + 8, 1, 4, true); /* bytes in each */
    bytes_put(&buf, at + 12, 500000000, 4, true);
    media_write(folder, "bomb.m4a", buf.data, buf.len);
    check_refused("bomb.m4a", "more samples than it has bytes");
    buf_free(&buf);
}
END_TEST

START_TEST(a_sound_that_is_too_long_is_refused_when_reading_gets_so_far)
{
    media_wav(folder, "a.wav", SOUND_HZ_MIN, 1, SOUND_SECONDS_MAX + 1, 0);
    ck_assert_int_eq(sound_file_check(root_fd, "a.wav", &err), 0);
    check_refused("a.wav", "longer than 3600 seconds");
}
END_TEST

START_TEST(reading_stops_when_it_is_canceled)
{
    static float pairs[2 * 48000];
    atomic_bool cancel = false;
    struct sound_file *file;

    media_sound(folder, "a.mp3", "mp3", "libmp3lame", 5);
    ck_assert_int_eq(sound_file_open(root_fd, "a.mp3", &cancel, &file, &err), 0);
    ck_assert_int_eq(sound_file_read(file, pairs, 1000, &err), 1000);
    atomic_store(&cancel, true);
    ck_assert_int_eq(sound_file_read(file, pairs, 48000, &err), -ERR_CANCELED);
    sound_file_close(file);
    ck_assert_int_eq(sound_file_open(root_fd, "a.mp3", &cancel, &file, &err), -ERR_CANCELED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sound_file");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, every_kind_is_read_whole_whatever_its_name, 0, KINDS);
    tcase_add_loop_test(tc, every_kind_is_refused_if_half_of_it_is_missing, 0, KINDS);
    tcase_add_test(tc, any_rate_and_channels_become_48_khz_stereo);
    tcase_add_loop_test(tc, a_file_with_wrong_lengths_is_played_whole, 0, ODDS);
    tcase_add_test(tc, a_truncated_file_with_wrong_lengths_is_refused);
    tcase_add_test(tc, joined_sounds_may_have_other_rates_and_channels);
    tcase_add_test(tc, amr_is_played_frame_by_frame);
    tcase_add_test(tc, a_format_that_can_not_be_played_is_named);
    tcase_add_test(tc, an_mp3_in_free_format_is_refused_with_advice);
    tcase_add_test(tc, a_sample_rate_that_is_too_low_is_refused_with_the_limits);
    tcase_add_test(tc, files_that_are_not_beneath_the_root_are_refused);
    tcase_add_test(
        tc, a_small_file_that_names_millions_of_samples_is_refused_before_it_costs_anything);
    tcase_add_test(tc, a_sound_that_is_too_long_is_refused_when_reading_gets_so_far);
    tcase_add_test(tc, reading_stops_when_it_is_canceled);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
