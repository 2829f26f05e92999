/* test_file.c - whole reads and writes, and the removal of a folder; and the numbers of number.h.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/number.h"

enum { MIB = 1 << 20 };

static void on_alarm(int signal)
{
    (void)signal;
}

/* The child; it takes its time, so that the pipe is full while the parent writes. */
static void read_slowly(int fd, const char *expected)
{
    static char got[MIB + 1];

    for (size_t at = 0; at < MIB; at += MIB / 16) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        if (file_read(fd, got + at, MIB / 16) != MIB / 16)
            _exit(1);
    }
    _exit(memcmp(got, expected, MIB) == 0 && file_read(fd, got, 1) == 0 ? 0 : 2);
}

START_TEST(a_full_pipe_and_a_signal_cut_nothing)
{
    static char data[MIB];
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {0};
    int pipes[2], status;
    pid_t child;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 2654435761U >> 24);
    ck_assert_int_eq(pipe(pipes), 0);
    child = fork();
    if (child == 0) {
        close(pipes[1]);
        read_slowly(pipes[0], data);
    }
    close(pipes[0]);
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = on_alarm}, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    ck_assert_int_eq(file_write(pipes[1], data, sizeof data), 0);
    setitimer(ITIMER_REAL, &never, NULL);
    close(pipes[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_read_beyond_the_end_gives_what_there_is)
{
    char path[] = "/tmp/casecast-file-XXXXXX", data[8];
    int fd = mkstemp(path);

    ck_assert_int_eq(file_write(fd, "abc", 3), 0);
    ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
    ck_assert_int_eq(file_read(fd, data, sizeof data), 3);
    ck_assert_int_eq(file_read(fd, data, sizeof data), 0);
    close(fd);
    ck_assert_int_eq(file_read(fd, data, sizeof data), -1);
    ck_assert_int_eq(file_write(fd, "abc", 3), -1);
    unlink(path);
}
END_TEST

START_TEST(a_folder_goes_with_what_is_in_it_and_no_link_is_followed)
{
    char folder[] = "/tmp/casecast-file-XXXXXX", other[] = "/tmp/casecast-file-XXXXXX", path[80];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_ptr_nonnull(mkdtemp(other));
    snprintf(path, sizeof path, "%s/in", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/in/file", folder);
    close(open(path, O_CREAT | O_WRONLY, 0600));
    snprintf(path, sizeof path, "%s/in/link", folder);
    ck_assert_int_eq(symlink(other, path), 0);
    ck_assert_int_eq(file_remove_folder(folder), 0);
    ck_assert_int_eq(access(folder, F_OK), -1);
    ck_assert_int_eq(file_remove_folder(folder), -1);
    ck_assert_int_eq(rmdir(other), 0);
}
END_TEST

START_TEST(a_number_is_clamped_and_made_even)
{
    ck_assert_int_eq(number_least(3, -4), -4);
    ck_assert_int_eq(number_least_64(1LL << 40, 7), 7);
    ck_assert_int_eq(number_clamp(5, 0, 3), 3);
    ck_assert_int_eq(number_clamp(-5, 0, 3), 0);
    ck_assert_int_eq(number_clamp(2, 0, 3), 2);
    ck_assert(number_clamp_real(0.5, 0.6, 1) == 0.6);
    ck_assert_int_eq(number_even(0.1), 2);
    ck_assert_int_eq(number_even(90.4), 90);
    ck_assert_int_eq(number_even(91.2), 92);
    ck_assert_int_eq(number_even(91), 92);
    ck_assert_int_eq(number_even(101), 100);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *tests = tcase_create("file");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_test(tests, a_full_pipe_and_a_signal_cut_nothing);
    tcase_add_test(tests, a_read_beyond_the_end_gives_what_there_is);
    tcase_add_test(tests, a_folder_goes_with_what_is_in_it_and_no_link_is_followed);
    tcase_add_test(tests, a_number_is_clamped_and_made_even);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
