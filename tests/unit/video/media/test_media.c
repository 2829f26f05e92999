/* test_media.c - files from outside in sealed processes: the same pixels and samples as without,
 * and a decoder that a file took over, ended or stalls gets nothing and stops nobody. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "unit/video/media/attacks.h"
#include "video/libav/cpu.h"
#include "video/media/decoder.h"
#include "video/media/media.h"
#include "video/media/media_private.h"
#include "video/media/questions.h"
#include "video/sealed/seal.h"
#include "video/sealed/sealed.h"

static char *folder;
static struct media *media;
static struct error err;

static void set_up(void)
{
    digest_init();
    cpu_pin_libav(); /* here, too, as a decoder does */
    folder = media_folder();
    sealed_choose("require");
    ck_assert_int_eq(media_open(folder, NULL, &media, &err), 0);
}

static void tear_down(void)
{
    media_close(media);
    sealed_choose("off");
    media_folder_remove(folder);
}

/* --- the decoder of this program: the real one, but for files that take it over --- */

/* As decoder_main(), with that fault: it runs bytes of the file. */
static int faulty_decoder_main(char **argv)
{
    static struct question question;
    static struct answer answer;
    int fds[EXCHANGE_FDS];

    if (!seal_close(strcmp(argv[2], SEAL_REQUIRED) == 0, NULL))
        _exit(SEAL_REFUSED);
    while (exchange_receive(EXCHANGE_FD, &question, sizeof question, fds)) {
        const struct attack *attack = mmap(NULL, sizeof *attack, PROT_READ, MAP_PRIVATE, fds[0], 0);

        answer.rc = -ERR_INPUT;
        snprintf(answer.text, sizeof answer.text, "errno %d", attack_run(attack));
        exchange_send(EXCHANGE_FD, &answer, sizeof answer, NULL, 0);
        for (int i = 0; i < EXCHANGE_FDS; i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    _exit(0);
}

/* A file of this name in the folder that the tests run in chooses the decoder. */
#define FAULTY "faulty-decoder"

static int test_decoder_main(char **argv)
{
    return access(FAULTY, F_OK) == 0 ? faulty_decoder_main(argv) : decoder_main(argv);
}

/* Ends the decoder that was started ahead, which is none of those. */
static void become_faulty(void)
{
    media_close(media);
    media_write(folder, FAULTY, "", 0);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(media_open(folder, NULL, &media, &err), 0);
}

/* --- the same as without --- */

static const struct {
    const char *name, *encoder, *layout;
} pictures[] = {{"p.jpg", "mjpeg", "yuvj420p"}, {"p.png", "png", "rgb24"},
    {"p.webp", "libwebp", "yuv420p"}, {"p.gif", "gif", "rgb8"}};

static void load(int width, int height, struct yuv *yuv, char *digest, struct fit *fit)
{
    *fit = (struct fit){.kind = CASE_FIT_CROP, .focus_x = 0.3, .focus_y = 0.7};
    ck_assert_msg(
        media_picture_load(media, pictures[0].name, width, height, fit, yuv, digest, &err) == 0,
        "%s", err.text);
}

START_TEST(a_picture_has_the_same_pixels_digest_and_fit)
{
    char digests[2][DIGEST_HEX_LEN + 1], warnings[PICTURE_WARNINGS_MAX];
    struct fit fits[2];
    struct yuv yuvs[2];

    media_picture(folder, pictures[0].name, pictures[_i].encoder, pictures[_i].layout, 301, 203);
    for (int i = 0; i < 2; i++) {
        load(130, 74, &yuvs[i], digests[i], &fits[i]);
        ck_assert_int_eq(media_picture_probe(media, pictures[0].name, &err), 0);
        ck_assert_int_eq(media_picture_check(media, pictures[0].name, warnings, &err), 0);
        media_close(media);
        sealed_choose("off");
        ck_assert_int_eq(media_open(folder, NULL, &media, &err), 0);
    }
    ck_assert_str_eq(digests[0], digests[1]);
    ck_assert(fits[0].kind == fits[1].kind && fits[0].focus_x == fits[1].focus_x &&
              fits[0].focus_y == fits[1].focus_y);
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < yuv_plane_height(&yuvs[0], plane); y++)
            ck_assert_mem_eq(yuvs[0].data[plane] + y * yuvs[0].stride[plane],
                yuvs[1].data[plane] + y * yuvs[1].stride[plane],
                (size_t)yuv_plane_width(&yuvs[0], plane));
    yuv_free(&yuvs[0]);
    yuv_free(&yuvs[1]);
}
END_TEST

enum { SECONDS = 2, PAIRS = SECONDS * 48000 + 5000 };

static int read_sound(const char *name, float *pairs, int n)
{
    struct media_sound *sound;
    int rc = media_sound_open(media, name, NULL, &sound, &err);

    if (rc < 0)
        return rc;
    rc = media_sound_read(sound, pairs, n, &err);
    media_sound_close(sound);
    return rc;
}

START_TEST(a_sound_has_the_same_samples_in_one_read_of_many_answers)
{
    float *sealed = mem_new_n(2 * PAIRS, float), *here = mem_new_n(2 * PAIRS, float);
    int n;

    media_wav(folder, "s", 44100, 2, SECONDS, 0.5);
    n = read_sound("s", sealed, PAIRS);
    ck_assert_int_gt(n, EXCHANGE_PAIRS);
    media_close(media);
    sealed_choose("off");
    ck_assert_int_eq(media_open(folder, NULL, &media, &err), 0);
    ck_assert_int_eq(read_sound("s", here, PAIRS), n);
    ck_assert_mem_eq(sealed, here, (size_t)n * 2 * sizeof *here);
    free(sealed);
    free(here);
}
END_TEST

START_TEST(a_bad_file_has_the_same_error_and_the_next_is_read)
{
    char warnings[PICTURE_WARNINGS_MAX];
    float pairs[2 * 100];

    media_write(folder, "bad.jpg", "GIF89a and nothing else", 23);
    media_picture(folder, "good.jpg", "mjpeg", "yuvj420p", 64, 64);
    media_wav(folder, "s", 48000, 1, 1, 0.5);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(media_picture_check(media, "bad.jpg", warnings, &err), -ERR_INPUT);
        ck_assert_msg(strncmp(err.text, "bad.jpg: ", 9) == 0, "%s", err.text);
        ck_assert_int_eq(media_picture_check(media, "good.jpg", warnings, &err), 0);
        ck_assert_int_eq(read_sound("good.jpg", pairs, 100), -ERR_INPUT);
        ck_assert_msg(strncmp(err.text, "good.jpg: ", 10) == 0, "%s", err.text);
        ck_assert_int_eq(read_sound("s", pairs, 100), 100);
        ck_assert_int_eq(media_sound_check(media, "s", &err), 0);
        ck_assert_int_eq(media_picture_check(media, "none.jpg", warnings, &err), -ERR_INPUT);
    }
}
END_TEST

/* --- a decoder that a file took over --- */

static void write_attack(const char *name, struct attack attack)
{
    memcpy(attack.magic, MAGIC, sizeof attack.magic);
    media_write(folder, name, &attack, sizeof attack);
}

START_TEST(a_decoder_that_was_taken_over_may_do_nothing)
{
    char wanted[20];

    become_faulty();
    write_attack("a", attacks[_i].attack);
    ck_assert_int_eq(media_picture_probe(media, "a", &err), -ERR_INPUT);
    snprintf(wanted, sizeof wanted, "errno %d", EPERM);
    ck_assert_msg(strcmp(err.text, wanted) == 0, "%s: %s", attacks[_i].what, err.text);
}
END_TEST

START_TEST(without_the_seal_the_same_attack_succeeds)
{
    const struct attack attack = {
        .call = SYS_access, .arguments = {TEXT, F_OK}, .text = "/etc/passwd"};

    ck_assert_int_eq(attack_run(&attack), 0);
}
END_TEST

START_TEST(a_file_that_ends_its_decoder_is_named_and_the_next_is_read)
{
    become_faulty();
    write_attack("harm", (struct attack){.call = CRASH});
    write_attack("next", attacks[0].attack);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(media_picture_probe(media, "harm", &err), -ERR_INPUT);
        ck_assert_msg(
            strncmp(err.text, "harm: damaged: decoding it ends in ", 35) == 0, "%s", err.text);
        ck_assert_int_eq(media_picture_probe(media, "next", &err), -ERR_INPUT);
        ck_assert_msg(strncmp(err.text, "errno ", 6) == 0, "%s", err.text);
    }
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* it reserves terabytes of addresses, so there is no limit */
START_TEST(a_file_that_takes_all_memory_ends_its_decoder)
{
    become_faulty();
    write_attack("greed", (struct attack){.call = GREED});
    ck_assert_int_eq(media_picture_probe(media, "greed", &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, "1024 MiB") != NULL, "%s", err.text);
}
END_TEST
#endif

/* --- time --- */

static atomic_bool cancel;

static void *cancel_soon(void *unused)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    atomic_store(&cancel, true);
    return unused;
}

START_TEST(a_decoder_that_stalls_ends_when_the_video_is_canceled)
{
    pthread_t thread;

    become_faulty();
    media_close(media);
    ck_assert_int_eq(media_open(folder, &cancel, &media, &err), 0);
    write_attack("stall", (struct attack){.call = STALL});
    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, NULL), 0);
    ck_assert_int_eq(media_picture_probe(media, "stall", &err), -ERR_CANCELED);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_decoder_that_sleeps_ends_when_patience_does)
{
    const struct question question = {.kind = QUESTION_PROBE, .name = "sleep"};
    struct sealed_one one;
    struct answer answer;
    bool is_alive;
    int fd;

    become_faulty();
    write_attack("sleep", (struct attack){.call = SYS_futex, .arguments = {TEXT, FUTEX_WAIT}});
    fd = open("sleep", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(media_start(true, &one, &err), 0);
    ck_assert_int_eq(one.patience_s, SEAL_SECONDS);
    one.patience_s = 1;
    ck_assert_int_eq(
        media_ask(&one, &question, &fd, 1, NULL, &answer, &is_alive, &err), -ERR_INPUT);
    ck_assert(!is_alive);
    ck_assert_msg(strncmp(err.text, "sleep: damaged, or on a disk", 28) == 0, "%s", err.text);
    close(fd);
}
END_TEST

/* --- what a decoder has --- */

static void start(struct sealed_one *one)
{
    const struct question question = {.kind = QUESTION_SOUND_CLOSE};
    struct answer answer;
    bool is_alive;

    ck_assert_int_eq(media_start(true, one, &err), 0);
    ck_assert_int_eq(media_ask(one, &question, NULL, 0, NULL, &answer, &is_alive, &err), 0);
    ck_assert(is_alive);
}

static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    FILE *file;
    size_t n;

    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
    n = fread(text, 1, size - 1, file);
    fclose(file);
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] ? text[i] : ' ';
    text[n] = '\0';
}

START_TEST(a_decoder_has_a_limit_of_time_and_no_core)
{
    struct sealed_one one;
    struct rlimit limit;

    start(&one);
    ck_assert_int_eq(prlimit(one.pid, RLIMIT_CPU, NULL, &limit), 0);
    ck_assert(
        limit.rlim_cur >= SEAL_PROCESSOR_SECONDS && limit.rlim_cur < 2 * SEAL_PROCESSOR_SECONDS);
    ck_assert_int_eq(prlimit(one.pid, RLIMIT_CORE, NULL, &limit), 0);
    ck_assert(limit.rlim_max == 0);
    sealed_end(&one);
}
END_TEST

START_TEST(a_decoder_has_no_secret_and_no_descriptor)
{
    struct sealed_one one;
    char text[8192], path[64];
    int open_one = open("/etc/passwd", O_RDONLY); /* not even closed on exec */

    ck_assert_int_ge(open_one, 0);
    setenv("CASECAST_SECRET_KEY", "the-key-of-this-site", 1);
    setenv("PGPASSWORD", "the-password", 1);
    start(&one);
    if (geteuid() == 0) { /* nobody else may look into it */
        read_proc(one.pid, "environ", text, sizeof text);
        ck_assert_msg(!strstr(text, "the-"), "%s", text);
        for (int fd = EXCHANGE_FD + 1; fd < 256; fd++) {
            snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)one.pid, fd);
            ck_assert_msg(readlink(path, text, sizeof text) < 0, "it has %s", path);
        }
    }
    sealed_end(&one);
    close(open_one);
}
END_TEST

static bool is_running(pid_t pid)
{
    char text[512];
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (access(path, F_OK) < 0)
        return false;
    read_proc(pid, "stat", text, sizeof text);
    return !strstr(text, ") Z ");
}

START_TEST(a_decoder_ends_with_the_process_that_started_it)
{
    int pipes[2], status;
    struct sealed_one one;
    pid_t child, pid = 0;

    ck_assert_int_eq(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        start(&one);
        if (write(pipes[1], &one.pid, sizeof one.pid) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    ck_assert_int_eq(read(pipes[0], &pid, sizeof pid), sizeof pid);
    waitpid(child, &status, 0);
    for (int i = 0; i < 500 && is_running(pid); i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    ck_assert(!is_running(pid));
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(this_kernel_seals)
{
    ck_assert_msg(media_check_seal(&err) == 0, "%s", err.text);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("media");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    if (decoder_is_wanted(argc, argv))
        return test_decoder_main(argv);
    runner = srunner_create(suite);
    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, a_picture_has_the_same_pixels_digest_and_fit, 0, 4);
    tcase_add_test(tc, a_sound_has_the_same_samples_in_one_read_of_many_answers);
    tcase_add_test(tc, a_bad_file_has_the_same_error_and_the_next_is_read);
    tcase_add_loop_test(tc, a_decoder_that_was_taken_over_may_do_nothing, 0, ATTACKS);
    tcase_add_test(tc, without_the_seal_the_same_attack_succeeds);
    tcase_add_test(tc, a_file_that_ends_its_decoder_is_named_and_the_next_is_read);
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test(tc, a_file_that_takes_all_memory_ends_its_decoder);
#endif
    tcase_add_test(tc, a_decoder_that_stalls_ends_when_the_video_is_canceled);
    tcase_add_test(tc, a_decoder_that_sleeps_ends_when_patience_does);
    tcase_add_test(tc, a_decoder_has_a_limit_of_time_and_no_core);
    tcase_add_test(tc, a_decoder_has_no_secret_and_no_descriptor);
    tcase_add_test(tc, a_decoder_ends_with_the_process_that_started_it);
    tcase_add_test(tc, this_kernel_seals);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
