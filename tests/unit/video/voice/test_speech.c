/* test_speech.c - speech: text to samples. */
#include <arpa/inet.h>
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "media.h"
#include "video/libav/libav_error.h"
#include "video/sealed/seal_program.h"
#include "video/sealed/sealed.h"
#include "video/voice/espeak.h"
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

/* --- the seal --- */

START_TEST(a_sealed_program_speaks_with_the_same_samples)
{
    int64_t n = say("A sentence, and a number: 1234.", "en"), m;
    int16_t *first, *second;

    sealed_choose("require");
    m = say("A sentence, and a number: 1234.", "en");
    first = samples_of(0, n);
    second = samples_of(n, m);
    ck_assert_int_eq(n, m);
    ck_assert_mem_eq(first, second, (size_t)n * sizeof *first);
    free(first);
    free(second);
}
END_TEST

/* Does the shell's command end well, with this seal? */
static bool ends_well(const char *command, const char *seal)
{
    char *const args[] = {"bash", "-c", (char *)command, NULL};
    struct buf output = {0};
    int status = -1, rc;

    sealed_choose(seal);
    rc = espeak_run(args, "", NULL, &output, &status, &err);
    ck_assert_msg(rc == 0, "%s", err.text);
    buf_free(&output);
    return status == 0;
}

/* A server that nobody asks: that it can be reached is enough. */
static int listen_anywhere(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

START_TEST(a_sealed_program_reads_writes_connects_starts_and_signals_nothing)
{
    static const char *const commands[] = {"read line <%s/file", "echo >%s/new", "echo >>%s/file",
        "cd %s && exec ls", ": </dev/tcp/127.0.0.1/$PORT", "(:)", "kill -0 $PPID",
        "exec mkdir %s/folder", "read -d '' line </proc/$PPID/environ"};
    char command[2048], path[1024];
    int port, fd = listen_anywhere(&port);
    FILE *file;

    snprintf(path, sizeof path, "%s/file", folder);
    file = fopen(path, "we");
    ck_assert_int_ge(fprintf(file, "secret\n"), 0);
    fclose(file);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int len = snprintf(command, sizeof command, "PORT=%d; ", port);

        snprintf(command + len, sizeof command - (size_t)len, commands[i], folder);
        ck_assert_msg(!ends_well(command, "require"), "%s", command);
        ck_assert_msg(ends_well(command, "off"), "%s", command);
    }
    close(fd);
}
END_TEST

START_TEST(a_sealed_program_reads_programs_and_their_data)
{
    ck_assert(ends_well("read line </usr/lib/os-release && exec ls /usr/share", "require"));
}
END_TEST

START_TEST(a_program_that_is_not_there_is_named)
{
    char *const args[] = {"no-such-program", NULL};
    struct buf output = {0};
    int status;

    for (int i = 0; i < 2; i++) {
        sealed_choose(i ? "require" : "off");
        ck_assert_int_eq(espeak_run(args, "", NULL, &output, &status, &err), -ERR_LIBRARY);
        ck_assert_ptr_nonnull(strstr(err.text, "espeak-ng is not installed"));
    }
    buf_free(&output);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("speech");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (seal_program_is_wanted(argc, argv))
        return seal_program_main(argc, argv);
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
    tcase_add_test(tc, a_sealed_program_speaks_with_the_same_samples);
    tcase_add_test(tc, a_sealed_program_reads_writes_connects_starts_and_signals_nothing);
    tcase_add_test(tc, a_sealed_program_reads_programs_and_their_data);
    tcase_add_test(tc, a_program_that_is_not_there_is_named);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
