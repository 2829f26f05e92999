/* test_media.c - files from outside in sealed processes: the same pixels and samples as without,
 * and a decoder that a file took over, ended or stalls gets nothing and stops nobody. */
#include <check.h>
#include <dirent.h>
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
#include "video/sealed/fork_order.h"
#include "video/sealed/fork_server.h"
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
    ck_assert_int_eq(chdir(folder), 0);
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

/* It tells what it has of that, if a file has this name. */
#define ENVIRONMENT "environment"

static void add_environment(char *text, size_t size)
{
    for (char **line = environ; *line; line++)
        if (strncmp(*line, "CASECAST_", 9) == 0 || strncmp(*line, "PG", 2) == 0)
            snprintf(text + strlen(text), size - strlen(text), " %s", *line);
}

/* As decoder_main(), with that fault: it runs bytes of the file. */
static void faulty_decoder_main(bool is_required)
{
    static struct question question;
    static struct answer answer;
    int fds[EXCHANGE_FDS];

    if (!seal_close(is_required, NULL))
        _exit(SEAL_REFUSED);
    while (exchange_receive(EXCHANGE_FD, &question, sizeof question, fds)) {
        const struct attack *attack = mmap(NULL, sizeof *attack, PROT_READ, MAP_PRIVATE, fds[0], 0);

        answer.rc = -ERR_INPUT;
        snprintf(answer.text, sizeof answer.text, "errno %d", attack_run(attack));
        if (strcmp(question.name, ENVIRONMENT) == 0)
            add_environment(answer.text, sizeof answer.text);
        exchange_send(EXCHANGE_FD, &answer, sizeof answer, NULL, 0);
        for (int i = 0; i < EXCHANGE_FDS; i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    _exit(0);
}

/* A file of this name in the folder that the tests run in chooses the decoder. */
#define FAULTY "faulty-decoder"

static void become(const char *role, bool is_required)
{
    if (strcmp(role, DECODER_ROLE) != 0)
        _exit(1);
    if (access(FAULTY, F_OK) == 0)
        faulty_decoder_main(is_required);
    decoder_main(is_required);
}

/* Ends the decoder that was started ahead, which is none of those. */
static void become_faulty(void)
{
    media_close(media);
    media_write(folder, FAULTY, "", 0);
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

/* This process's fork server; 0: it has none. */
static pid_t find_fork_server(void)
{
    char path[64], name[64], state;
    int parent, pid = 0;
    DIR *all = opendir("/proc");
    const struct dirent *entry;
    FILE *file;

    while (pid == 0 && (entry = readdir(all))) {
        snprintf(path, sizeof path, "/proc/%.20s/stat", entry->d_name);
        file = fopen(path, "re");
        if (!file)
            continue;
        if (fscanf(file, "%d (%63[^)]) %c %d", &pid, name, &state, &parent) != 4 ||
            parent != getpid() || state == 'Z' || strcmp(name, "casecast-forks") != 0)
            pid = 0;
        fclose(file);
    }
    closedir(all);
    return pid;
}

/* Where descriptor `fd` of a process leads; "": it has none. */
static const char *read_fd(pid_t pid, int fd, char ret_text[static 64])
{
    char path[64];
    ssize_t len;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
    len = readlink(path, ret_text, 63);
    ret_text[len < 0 ? 0 : len] = '\0';
    return ret_text;
}

static void check_it_has_nothing(pid_t pid)
{
    char text[8192];

    read_proc(pid, "environ", text, sizeof text);
    ck_assert_msg(!strstr(text, "the-"), "%s", text);
    read_proc(pid, "status", text, sizeof text);
    ck_assert_msg(strstr(text, "Threads:\t1\n") != NULL, "%s", text);
    for (int fd = EXCHANGE_FD + 1; fd < 256; fd++)
        ck_assert_msg(*read_fd(pid, fd, text) == '\0', "it has %d: %s", fd, text);
}

/* Nobody but root may look into them. */
START_TEST(a_decoder_and_its_fork_server_have_no_secret_and_no_descriptor)
{
    struct sealed_one one;
    int open_one = open("/etc/passwd", O_RDONLY); /* not even closed on exec */

    ck_assert_int_ge(open_one, 0);
    setenv("CASECAST_SECRET_KEY", "the-key-of-this-site", 1);
    setenv("PGPASSWORD", "the-password", 1);
    fork_order_forget();
    start(&one);
    if (geteuid() == 0) {
        check_it_has_nothing(one.pid);
        check_it_has_nothing(find_fork_server());
    }
    sealed_end(&one);
    close(open_one);
}
END_TEST

START_TEST(an_order_brings_no_secret_either)
{
    setenv("CASECAST_SECRET_KEY", "the-key-of-this-site", 1);
    setenv("PGPASSWORD", "the-password", 1);
    become_faulty();
    write_attack(ENVIRONMENT, attacks[0].attack);
    ck_assert_int_eq(media_picture_probe(media, ENVIRONMENT, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, FORK_MARK "=1") != NULL, "%s", err.text);
    ck_assert_msg(!strstr(err.text, "the-"), "%s", err.text);
}
END_TEST

START_TEST(decoders_reach_neither_each_other_nor_their_fork_server)
{
    struct sealed_one one, two;
    char of_server[64], of_one[64], of_two[64];

    start(&one);
    start(&two);
    if (geteuid() == 0) {
        read_fd(find_fork_server(), EXCHANGE_FD, of_server);
        read_fd(one.pid, EXCHANGE_FD, of_one);
        read_fd(two.pid, EXCHANGE_FD, of_two);
        ck_assert_msg(*of_server && *of_one && *of_two, "%s %s %s", of_server, of_one, of_two);
        ck_assert_str_ne(of_one, of_server);
        ck_assert_str_ne(of_two, of_server);
        ck_assert_str_ne(of_one, of_two);
    }
    sealed_end(&one);
    sealed_end(&two);
}
END_TEST

/* --- the fork server --- */

START_TEST(a_fork_server_serves_all_decoders)
{
    struct sealed_one one;
    pid_t pid;

    start(&one);
    pid = find_fork_server();
    ck_assert_int_ne(pid, 0);
    sealed_end(&one);
    start(&one);
    ck_assert_int_eq(find_fork_server(), pid);
    sealed_end(&one);
}
END_TEST

/* It ends before the order, and with an order that it has not served. */
START_TEST(a_fork_server_that_ended_is_followed_by_another)
{
    const struct question question = {.kind = QUESTION_SOUND_CLOSE};
    struct sealed_one one;
    struct answer answer;
    bool is_alive;
    pid_t pid;

    start(&one);
    sealed_end(&one);
    kill(find_fork_server(), SIGKILL);
    start(&one);
    sealed_end(&one);
    pid = find_fork_server();
    kill(pid, SIGSTOP);
    ck_assert_int_eq(media_start(true, &one, &err), 0);
    kill(pid, SIGKILL);
    ck_assert_msg(
        media_ask(&one, &question, NULL, 0, NULL, &answer, &is_alive, &err) == 0, "%s", err.text);
    ck_assert_int_ne(find_fork_server(), pid);
    sealed_end(&one);
}
END_TEST

START_TEST(after_a_crash_decoders_have_another_fork_server)
{
    pid_t pid;

    become_faulty();
    write_attack("harm", (struct attack){.call = CRASH});
    write_attack("next", attacks[0].attack);
    ck_assert_int_eq(media_picture_probe(media, "next", &err), -ERR_INPUT);
    pid = find_fork_server();
    ck_assert_int_ne(pid, 0);
    ck_assert_int_eq(media_picture_probe(media, "harm", &err), -ERR_INPUT);
    ck_assert_int_eq(media_picture_probe(media, "next", &err), -ERR_INPUT);
    ck_assert_int_ne(find_fork_server(), 0);
    ck_assert_int_ne(find_fork_server(), pid);
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

START_TEST(a_decoder_and_its_fork_server_end_with_the_process_that_started_them)
{
    int pipes[2], status;
    struct sealed_one one;
    pid_t child, pids[2] = {0};

    ck_assert_int_eq(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        start(&one);
        pids[0] = one.pid;
        pids[1] = find_fork_server();
        if (write(pipes[1], pids, sizeof pids) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    ck_assert_int_eq(read(pipes[0], pids, sizeof pids), sizeof pids);
    waitpid(child, &status, 0);
    for (int at = 0; at < 2; at++) {
        ck_assert_int_gt(pids[at], 0);
        for (int i = 0; i < 500 && is_running(pids[at]); i++)
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        ck_assert(!is_running(pids[at]));
    }
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

    if (fork_server_is_wanted(argc, argv))
        return fork_server_main(become);
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
    tcase_add_test(tc, a_decoder_and_its_fork_server_have_no_secret_and_no_descriptor);
    tcase_add_test(tc, an_order_brings_no_secret_either);
    tcase_add_test(tc, decoders_reach_neither_each_other_nor_their_fork_server);
    tcase_add_test(tc, a_fork_server_serves_all_decoders);
    tcase_add_test(tc, a_fork_server_that_ended_is_followed_by_another);
    tcase_add_test(tc, after_a_crash_decoders_have_another_fork_server);
    tcase_add_test(tc, a_decoder_and_its_fork_server_end_with_the_process_that_started_them);
    tcase_add_test(tc, this_kernel_seals);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
