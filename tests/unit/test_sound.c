/* test_sound.c - speech and sound files: how sound comes into common/video. */
#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "media.h"
#include "video/sound_file.h"
#include "video/speech.h"
#include "video/words.h"

static char *folder;
static int root_fd;
static struct spool spool;
static struct error err;

static void set_up(void)
{
    words_listen();
    folder = media_folder();
    ck_assert_int_eq(beneath_root(folder, &root_fd, &err), 0);
    ck_assert_int_eq(spool_open(folder, &spool, &err), 0);
}

static void tear_down(void)
{
    spool_close(&spool);
    close(root_fd);
    media_folder_remove(folder);
}

static int64_t say(const char *text, const char *language)
{
    int64_t n = 0;
    int rc = speech_say(text, language, NULL, &spool, NULL, &n, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
    return n;
}

static float *samples_of(int64_t from, int64_t n)
{
    float *samples = mem_new_n((size_t)n * 2 + 1, float);

    ck_assert_int_eq(spool_read(&spool, from, samples, n, &err), 0);
    return samples;
}

START_TEST(the_same_words_give_the_same_samples_whatever_was_said_before)
{
    int64_t n = say("The same words again.", "en"), between = say("Und etwas anderes.", "de");
    int64_t m = say("The same words again.", "en");
    float *first = samples_of(0, n), *second = samples_of(n + between, m);

    ck_assert_int_gt(n, 24000);
    ck_assert_int_eq(n, m);
    ck_assert_mem_eq(first, second, (size_t)n * 2 * sizeof(float));
    free(first);
    free(second);
}
END_TEST

START_TEST(speech_begins_with_its_first_sample)
{
    int64_t n = say("Tick tock.", "en");
    float *samples = samples_of(0, n), loudest = 0;

    for (int i = 0; i < 48; i++) /* the first millisecond */
        loudest = fmaxf(loudest, fabsf(samples[2 * i]));
    ck_assert_float_gt(loudest, 0.001f);
    free(samples);
}
END_TEST

START_TEST(many_languages_can_be_spoken)
{
    static const char *const words[][2] = {{"ar", "السلام عليكم"}, {"hi", "नमस्ते दुनिया"},
        {"zh", "你好"}, {"pt-br", "Bom dia"}, {"en-gb", "Hello"}, {"ru", "Привет"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ck_assert_int_gt(say(words[i][1], words[i][0]), 4800);
}
END_TEST

START_TEST(an_unknown_language_is_named_with_the_way_to_list_them)
{
    static const char *const bad[] = {"xx", "", "../en", "mb-xx1", "en us", "-h", "klingon\n"};
    int64_t n;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(speech_say("Hello", bad[i], NULL, &spool, NULL, &n, &err), -ERR_INPUT);
    ck_assert_int_eq(speech_say("Hello", "xx", NULL, &spool, NULL, &n, &err), -ERR_INPUT);
    ck_assert_str_eq(err.text, "language \"xx\": no such voice; `espeak-ng --voices` lists them");
}
END_TEST

START_TEST(text_that_looks_like_markup_or_an_option_is_only_text)
{
    ck_assert_int_gt(
        say("--version <speak><audio src='/etc/passwd'/></speak> [[h@l'oU]] & -f /etc/passwd",
            "en"),
        48000);
}
END_TEST

START_TEST(a_text_with_nothing_to_say_is_silence_not_an_error)
{
    ck_assert_int_eq(say(" \n ", "en"), 0);
    ck_assert_int_eq(say("", "en"), 0);
    ck_assert_int_eq(spool.n_samples, 0);
}
END_TEST

START_TEST(a_long_narration_can_be_canceled)
{
    atomic_bool cancel = true;
    char *text = mem_zero(10001, 1);
    int64_t n;

    for (int i = 0; i < 10000; i++)
        text[i] = i % 5 ? 'a' : ' ';
    ck_assert_int_eq(speech_say(text, "en", NULL, &spool, &cancel, &n, &err), -ERR_CANCELED);
    free(text);
}
END_TEST

static int64_t add_file(const char *name)
{
    int64_t n = 0;
    int rc = sound_file_add(root_fd, name, SOUND_WHOLE, &spool, NULL, &n, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
    return n;
}

START_TEST(every_kind_of_sound_file_lasts_as_long_as_it_should)
{
    static const struct {
        const char *name, *muxer, *encoder;
        double slack; /* what the format can't say exactly */
    } kinds[] = {{"a.wav", "wav", "pcm_s16le", 0}, {"a.mp3", "mp3", "libmp3lame", 0.06},
        {"a.flac", "flac", "flac", 0}, {"a.ogg", "ogg", "libvorbis", 0.05},
        {"a.opus", "ogg", "libopus", 0.05}, {"a.m4a", "ipod", "aac", 0.05}};
    int64_t n;

    media_sound(folder, kinds[_i].name, kinds[_i].muxer, kinds[_i].encoder, 2);
    n = add_file(kinds[_i].name);
    ck_assert_msg(fabs((double)n / 48000 - 2) <= kinds[_i].slack + 0.03, "%s: %.3f s",
        kinds[_i].name, (double)n / 48000);
}
END_TEST

START_TEST(any_rate_and_channels_become_48_khz_stereo)
{
    static const struct {
        int rate, channels;
    } kinds[] = {{8000, 1}, {44100, 2}, {96000, 6}, {48000, 1}, {11025, 2}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int64_t from = spool.n_samples, n;
        float *samples;
        double power = 0;

        media_wav(folder, "a.wav", kinds[i].rate, kinds[i].channels, 1, 0.5);
        n = add_file("a.wav");
        ck_assert_int_le(llabs(n - 48000), 10);
        samples = samples_of(from, n);
        for (int64_t k = 0; k < n; k++)
            power += samples[2 * k] * samples[2 * k] / (double)n;
        ck_assert_msg(sqrt(power) > 0.2 && sqrt(power) < 1.0, "%d Hz, %d channels: %.3f",
            kinds[i].rate, kinds[i].channels, sqrt(power));
        free(samples);
    }
}
END_TEST

static void check_refused(const char *name, const char *why)
{
    int64_t n;

    ck_assert_int_eq(
        sound_file_add(root_fd, name, SOUND_WHOLE, &spool, NULL, &n, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, name) && strstr(err.text, why), "%s", err.text);
}

START_TEST(what_is_no_sound_is_refused_by_name)
{
    media_write(folder, "list.mp3", "#EXTM3U\n/etc/passwd\n", 20);
    media_write(folder, "concat.wav", "ffconcat version 1.0\nfile x\n", 28);
    media_write(folder, "empty.wav", "", 0);
    media_wav(folder, "none.wav", 48000, 2, 0, 1);
    check_refused("list.mp3", "not a WAV");
    check_refused("concat.wav", "not a WAV");
    check_refused("empty.wav", "not a WAV");
    check_refused("none.wav", "");
    check_refused("../x.wav", "leads outside");
    check_refused("missing.wav", "no such file");
}
END_TEST

START_TEST(a_truncated_sound_is_refused_by_name)
{
    static const struct {
        const char *name, *muxer, *encoder;
    } kinds[] = {{"a.wav", "wav", "pcm_s16le"}, {"a.mp3", "mp3", "libmp3lame"},
        {"a.flac", "flac", "flac"}, {"a.m4a", "ipod", "aac"}};
    uint8_t *data;
    size_t len;

    media_sound(folder, "whole", kinds[_i].muxer, kinds[_i].encoder, 3);
    media_read(folder, "whole", &data, &len);
    media_write(folder, kinds[_i].name, data, len / 2);
    check_refused(kinds[_i].name, "");
    free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sound");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_same_words_give_the_same_samples_whatever_was_said_before);
    tcase_add_test(tc, speech_begins_with_its_first_sample);
    tcase_add_test(tc, many_languages_can_be_spoken);
    tcase_add_test(tc, an_unknown_language_is_named_with_the_way_to_list_them);
    tcase_add_test(tc, text_that_looks_like_markup_or_an_option_is_only_text);
    tcase_add_test(tc, a_text_with_nothing_to_say_is_silence_not_an_error);
    tcase_add_test(tc, a_long_narration_can_be_canceled);
    tcase_add_loop_test(tc, every_kind_of_sound_file_lasts_as_long_as_it_should, 0, 6);
    tcase_add_test(tc, any_rate_and_channels_become_48_khz_stereo);
    tcase_add_test(tc, what_is_no_sound_is_refused_by_name);
    tcase_add_loop_test(tc, a_truncated_sound_is_refused_by_name, 0, 4);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
