/* test_part.c - a file that is received has its name when it is whole, and not before; what others add to stays. */
#include "sent/part.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

/* FIPS 180-2, appendix B.1. */
static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static char root[64];

static void start(void)
{
    digest_init();
    strcpy(root, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void stop(void)
{
    ck_assert_int_eq(file_remove_folder(root), 0);
}

static void open_part(struct part *part)
{
    struct error err = {0};

    ck_assert_msg(part_open(root, part, &err) == 0, "%s", err.text);
}

static void add(struct part *part, const char *text)
{
    ck_assert_int_eq(part_add(part, text, strlen(text), NULL), 0);
}

static bool is_there(const char *path)
{
    int fd = open(root, O_PATH), rc = faccessat(fd, path, F_OK, 0);

    close(fd);
    return rc == 0;
}

static bool is_sent(const char *digest)
{
    char name[sizeof BENEATH_SENT + BENEATH_DIGEST_LEN];
    int root_fd, fd, rc;

    snprintf(name, sizeof name, BENEATH_SENT "%s", digest);
    ck_assert_int_eq(beneath_root(root, &root_fd, NULL), 0);
    rc = beneath_open(root_fd, name, &fd, NULL, NULL);
    close(root_fd);
    if (rc == 0)
        close(fd);
    return rc == 0;
}

START_TEST(a_part_is_named_when_it_is_kept)
{
    char digest[BENEATH_DIGEST_LEN + 1], path[PART_PATH_MAX];
    struct part part;
    bool is_new;

    open_part(&part);
    strcpy(path, part.path);
    add(&part, "a");
    add(&part, "bc");
    ck_assert(is_there(path));
    ck_assert_int_eq(part_digest(&part, digest, NULL), 0);
    ck_assert_str_eq(digest, abc);
    ck_assert(!is_sent(abc));
    ck_assert_int_eq(part_keep(&part, digest, &is_new, NULL), 0);
    ck_assert(is_new);
    part_close(&part);
    ck_assert(is_sent(abc));
    ck_assert(!is_there(path));
}
END_TEST

START_TEST(what_is_not_kept_is_gone)
{
    char path[PART_PATH_MAX];
    struct part part;

    open_part(&part);
    strcpy(path, part.path);
    add(&part, "abc");
    part_close(&part);
    ck_assert(!is_there(path));
    ck_assert(!is_sent(abc));
}
END_TEST

START_TEST(two_may_receive_the_same_file_at_once)
{
    struct part first, second;
    bool is_new;

    open_part(&first);
    open_part(&second);
    add(&first, "abc");
    add(&second, "abc");
    ck_assert_int_eq(part_keep(&first, abc, &is_new, NULL), 0);
    ck_assert(is_new);
    ck_assert_int_eq(part_keep(&second, abc, &is_new, NULL), 0);
    ck_assert(!is_new);
    part_close(&first);
    part_close(&second);
    ck_assert(is_sent(abc));
}
END_TEST

/* Killed in the middle: its process wrote, and did nothing more. */
static void leave_part(char ret_path[static PART_PATH_MAX])
{
    int pipe_fds[2], status;
    struct part part;
    pid_t pid;

    ck_assert_int_eq(pipe(pipe_fds), 0);
    pid = fork();
    if (pid == 0) {
        open_part(&part);
        add(&part, "ab");
        file_write(pipe_fds[1], part.path, sizeof part.path);
        raise(SIGKILL);
    }
    ck_assert_int_eq(file_read(pipe_fds[0], ret_path, PART_PATH_MAX), PART_PATH_MAX);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* The clock may be set back, too. */
static void make_old(const char *path, int seconds)
{
    struct timespec times[2];
    int fd = open(root, O_PATH);

    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= seconds;
    times[1] = times[0];
    ck_assert_int_eq(utimensat(fd, path, times, 0), 0);
    close(fd);
}

START_TEST(what_a_killed_process_left_goes_with_the_next_file)
{
    char left[PART_PATH_MAX];
    struct part part;

    leave_part(left);
    ck_assert(is_there(left));
    open_part(&part);
    ck_assert(!is_there(left));
    part_close(&part);
}
END_TEST

START_TEST(what_somebody_adds_to_stays_whatever_the_clock_says)
{
    static const int ages[] = {10 * PART_KEPT_S, 0, -10 * PART_KEPT_S};
    struct part received, piece, next;

    open_part(&received);
    ck_assert_int_eq(part_open_pieces(root, abc, &piece, NULL), 0);
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        make_old(received.path, ages[i]);
        make_old(piece.path, ages[i]);
        open_part(&next);
        part_close(&next);
        ck_assert(is_there(received.path));
        ck_assert(is_there(piece.path));
    }
    part_close(&received);
    part_close(&piece);
}
END_TEST

static int64_t arrived(void)
{
    int fd;
    int64_t bytes;

    ck_assert_int_eq(sent_open_folder(root, &fd), 0);
    bytes = part_arrived(fd, abc);
    close(fd);
    return bytes;
}

START_TEST(pieces_become_the_file)
{
    char digest[BENEATH_DIGEST_LEN + 1];
    struct part part;
    bool is_new;

    ck_assert_int_eq(part_open_pieces(root, abc, &part, NULL), 0);
    add(&part, "a");
    part_leave(&part);
    ck_assert_int_eq(arrived(), 1);
    ck_assert_int_eq(part_open_pieces(root, abc, &part, NULL), 0);
    ck_assert_int_eq(part.bytes, 1);
    add(&part, "bxxx");
    ck_assert_int_eq(part_cut(&part, 2, NULL), 0);
    add(&part, "c");
    ck_assert_int_eq(part_digest(&part, digest, NULL), 0);
    ck_assert_str_eq(digest, abc);
    ck_assert_int_eq(part_keep(&part, digest, &is_new, NULL), 0);
    part_close(&part);
    ck_assert(is_sent(abc));
    ck_assert_int_eq(arrived(), 0);
}
END_TEST

START_TEST(one_at_a_time_adds_to_a_file)
{
    struct error err = {0};
    struct part part, other;

    ck_assert_int_eq(part_open_pieces(root, abc, &part, NULL), 0);
    add(&part, "a");
    ck_assert_int_eq(part_open_pieces(root, abc, &other, &err), PART_E_BUSY);
    ck_assert_ptr_nonnull(strstr(err.text, "another request"));
    part_leave(&part);
    ck_assert_int_eq(part_open_pieces(root, abc, &other, NULL), 0);
    part_close(&other);
    ck_assert_int_eq(arrived(), 0);
}
END_TEST

START_TEST(a_part_waits_a_day_for_its_next_piece)
{
    char path[PART_PATH_MAX];
    struct part part, next;

    ck_assert_int_eq(part_open_pieces(root, abc, &part, NULL), 0);
    strcpy(path, part.path);
    add(&part, "a");
    part_leave(&part);
    make_old(path, PART_KEPT_S - 60);
    open_part(&next);
    part_close(&next);
    ck_assert_int_eq(arrived(), 1);
    make_old(path, PART_KEPT_S + 60);
    open_part(&next);
    part_close(&next);
    ck_assert_int_eq(arrived(), 0);
}
END_TEST

static bool is_root(void)
{
    return geteuid() == 0;
}

START_TEST(a_folder_that_cant_be_written_is_an_error)
{
    struct error err = {0};
    struct part part;

    strcat(root, "/nowhere");
    ck_assert_int_eq(part_open(root, &part, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_MEDIA_ROOT can't be written"));
    *strrchr(root, '/') = '\0';
    if (is_root())
        return;
    ck_assert_int_eq(chmod(root, 0500), 0);
    ck_assert_int_eq(part_open(root, &part, &err), -ERR_IO);
    ck_assert_int_eq(chmod(root, 0700), 0);
}
END_TEST

/* A folder that leads elsewhere is not entered. */
START_TEST(no_link_is_followed)
{
    char path[128];
    struct part part;

    snprintf(path, sizeof path, "%s/%s", root, BENEATH_SENT_FOLDER);
    ck_assert_int_eq(symlink("/tmp", path), 0);
    ck_assert_int_eq(part_open(root, &part, NULL), -ERR_IO);
}
END_TEST

/* The device says at each write that it has no room. */
START_TEST(a_full_disk_has_a_name)
{
    struct error err = {0};
    struct part part;
    int full = open("/dev/full", O_RDWR | O_CLOEXEC);

    ck_assert_int_ge(full, 0);
    open_part(&part);
    ck_assert_int_ge(dup2(full, part.fd), 0);
    ck_assert_int_eq(part_add(&part, "abc", 3, &err), SENT_E_FULL);
    ck_assert_ptr_nonnull(strstr(err.text, "no room"));
    part_close(&part);
    close(full);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("part");
    TCase *tests = tcase_create("part");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, a_part_is_named_when_it_is_kept);
    tcase_add_test(tests, what_is_not_kept_is_gone);
    tcase_add_test(tests, two_may_receive_the_same_file_at_once);
    tcase_add_test(tests, what_a_killed_process_left_goes_with_the_next_file);
    tcase_add_test(tests, what_somebody_adds_to_stays_whatever_the_clock_says);
    tcase_add_test(tests, pieces_become_the_file);
    tcase_add_test(tests, one_at_a_time_adds_to_a_file);
    tcase_add_test(tests, a_part_waits_a_day_for_its_next_piece);
    tcase_add_test(tests, a_folder_that_cant_be_written_is_an_error);
    tcase_add_test(tests, no_link_is_followed);
    tcase_add_test(tests, a_full_disk_has_a_name);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
