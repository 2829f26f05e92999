/* test_speech.c - speech: text to samples. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "media.h"
#include "video/libav/libav_error.h"
#include "video/voice/speech.h"

static char *folder;
static struct spool spool;
static struct error err;

static void set_up(void)
{
    libav_log_capture();
    folder = media_folder();
    ck_assert_int_eq(spool_open(folder, &spool, &err), 0);
}

static void tear_down(void)
{
    spool_close(&spool);
    media_folder_remove(folder);
}

static int64_t say(const char *text, const char *language)
{
    int64_t n = 0;
    int rc = speech_say(text, language, NULL, &spool, NULL, &n, &err);

    ck_assert_msg(rc == 0, "%s", err.text);
    return n;
}

static int16_t *samples_of(int64_t from, int64_t n)
{
    int16_t *samples = mem_new_n((size_t)n + 1, int16_t);

    ck_assert_int_eq(spool_read(&spool, from, samples, n, &err), 0);
    return samples;
}

START_TEST(the_same_words_give_the_same_samples_whatever_was_spoken_before)
{
    int64_t n = say("The same words again.", "en"), between = say("Und etwas anderes.", "de");
    int64_t m = say("The same words again.", "en");
    int16_t *first = samples_of(0, n), *second = samples_of(n + between, m);

    ck_assert_int_gt(n, SPEECH_RATE / 2);
    ck_assert_int_eq(n, m);
    ck_assert_mem_eq(first, second, (size_t)n * sizeof *first);
    free(first);
    free(second);
}
END_TEST

START_TEST(speech_begins_with_its_first_sample)
{
    int64_t n = say("Tick tock.", "en");
    int16_t *samples = samples_of(0, n);
    int loudest = 0;

    for (int i = 0; i < SPEECH_RATE / 1000; i++) /* the first millisecond */
        loudest = abs(samples[i]) > loudest ? abs(samples[i]) : loudest;
    ck_assert_int_gt(loudest, 32);
    free(samples);
}
END_TEST

START_TEST(many_languages_can_be_spoken)
{
    static const char *const words[][2] = {{"ar", "السلام عليكم"}, {"hi", "नमस्ते दुनिया"},
        {"zh", "你好"}, {"pt-br", "Bom dia"}, {"en-gb", "Hello"}, {"ru", "Привет"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        ck_assert_int_gt(say(words[i][1], words[i][0]), SPEECH_RATE / 10);
}
END_TEST

START_TEST(an_unknown_language_is_named_with_the_way_to_list_them)
{
    static const char *const bad[] = {"xx", "", "../en", "mb-xx1", "en us", "-h", "klingon\n"};
    int64_t n;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(speech_say("Hello", bad[i], NULL, &spool, NULL, &n, &err), -ERR_INPUT);
    ck_assert_int_eq(speech_say("Hello", "xx", NULL, &spool, NULL, &n, &err), -ERR_INPUT);
    ck_assert_str_eq(err.text,
        "\"xx\" is not a language that espeak-ng speaks; examples are \"en\", \"pt-BR\" and "
        "\"zh\", and `espeak-ng --voices` lists all");
}
END_TEST

START_TEST(text_that_looks_like_markup_or_an_option_is_only_text)
{
    ck_assert_int_gt(
        say("--version <speak><audio src='/etc/passwd'/></speak> [[h@l'oU]] & -f /etc/passwd",
            "en"),
        SPEECH_RATE);
}
END_TEST

START_TEST(a_text_with_nothing_to_say_is_silence_not_an_error)
{
    ck_assert_int_eq(say(" \n ", "en"), 0);
    ck_assert_int_eq(say("", "en"), 0);
    ck_assert_int_eq(spool.n, 0);
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

int main(void)
{
    Suite *suite = suite_create("speech");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 200);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_same_words_give_the_same_samples_whatever_was_spoken_before);
    tcase_add_test(tc, speech_begins_with_its_first_sample);
    tcase_add_test(tc, many_languages_can_be_spoken);
    tcase_add_test(tc, an_unknown_language_is_named_with_the_way_to_list_them);
    tcase_add_test(tc, text_that_looks_like_markup_or_an_option_is_only_text);
    tcase_add_test(tc, a_text_with_nothing_to_say_is_silence_not_an_error);
    tcase_add_test(tc, a_long_narration_can_be_canceled);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
