/* test_notify.c - what systemd is told, and when: fcgi/notify.h. */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notify.h"

static struct notify notify;
static int systemd; /* the socket of the service manager */
static char got[512];

static void listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    memcpy(address.sun_path + 1, name, strlen(name));
    systemd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(systemd, (struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name))),
        0);
}

static void set_up(void)
{
    char name[40], env[41];

    snprintf(name, sizeof name, "casecast-test-%d", getpid());
    snprintf(env, sizeof env, "@%s", name);
    listen_at(name);
    setenv("NOTIFY_SOCKET", env, 1);
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static void tear_down(void)
{
    notify_deinit(&notify);
    close(systemd);
}

/* The next message; "": there is none. */
static const char *told(void)
{
    ssize_t len = recv(systemd, got, sizeof got - 1, 0);

    got[len > 0 ? len : 0] = '\0';
    return got;
}

static const char *told_after(int64_t now_ms, const char *status, bool is_alive)
{
    notify_turn(&notify, now_ms, status, is_alive);
    return told();
}

START_TEST(ready_is_told_once_and_a_new_status_after_two_seconds)
{
    notify_init(&notify);
    ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
    ck_assert_str_eq(told_after(0, "0 jobs", true), "READY=1\nSTATUS=0 jobs");
    ck_assert_str_eq(told_after(1999, "1 jobs", true), "");
    ck_assert_str_eq(told_after(2000, "1 jobs", true), "STATUS=1 jobs");
    ck_assert_str_eq(told_after(9000, "1 jobs", true), "");
    notify_stopping(&notify, "stopping");
    ck_assert_str_eq(told(), "STOPPING=1\nSTATUS=stopping");
    ck_assert_str_eq(told_after(99000, "2 jobs", true), "");
}
END_TEST

START_TEST(only_who_is_alive_feeds_the_watchdog)
{
    char pid[16];

    snprintf(pid, sizeof pid, "%d", getpid());
    setenv("WATCHDOG_PID", pid, 1);
    setenv("WATCHDOG_USEC", "3000000", 1);
    notify_init(&notify);
    ck_assert_ptr_null(getenv("WATCHDOG_USEC"));
    ck_assert_ptr_null(getenv("WATCHDOG_PID"));
    ck_assert_str_eq(told_after(5000, "a", true), "READY=1\nWATCHDOG=1\nSTATUS=a");
    ck_assert_str_eq(told_after(5999, "a", true), "");
    ck_assert_str_eq(told_after(6000, "a", true), "WATCHDOG=1\nSTATUS=a"); /* a third of it */
    ck_assert_str_eq(told_after(7000, "a", false), "");
    ck_assert_str_eq(told_after(8000, "b", false), "STATUS=b");
}
END_TEST

START_TEST(a_watchdog_of_another_process_is_not_fed)
{
    setenv("WATCHDOG_PID", "1", 1);
    setenv("WATCHDOG_USEC", "3000000", 1);
    notify_init(&notify);
    ck_assert_str_eq(told_after(0, "a", true), "READY=1\nSTATUS=a");
    ck_assert_str_eq(told_after(9000, "a", true), "");
}
END_TEST

/* The descriptor that comes with the next message; -1: none. */
static int given_fd(void)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof(int))];
    } rights;
    struct iovec text = {.iov_base = got, .iov_len = sizeof got - 1};
    struct msghdr message = {.msg_iov = &text,
        .msg_iovlen = 1,
        .msg_control = rights.room,
        .msg_controllen = sizeof rights.room};
    ssize_t len = recvmsg(systemd, &message, 0);
    int fd = -1;

    got[len > 0 ? len : 0] = '\0';
    if (len > 0 && CMSG_FIRSTHDR(&message))
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

START_TEST(the_socket_is_handed_over_where_it_is_kept_and_nothing_else_is_told)
{
    struct stat mine, theirs;
    int ends[2], fd;

    ck_assert_int_eq(pipe(ends), 0);
    setenv("FDSTORE", "1", 1);
    notify_init(&notify);
    notify_keep_socket(&notify, ends[0]);
    fd = given_fd();
    ck_assert_str_eq(got, "FDSTORE=1\nFDNAME=casecast");
    ck_assert_int_eq(fstat(ends[0], &mine) | fstat(fd, &theirs), 0);
    ck_assert_uint_eq(mine.st_ino, theirs.st_ino);
    ck_assert_ptr_null(getenv("FDSTORE"));
    ck_assert_str_eq(told_after(0, "a", true), "");
    close(fd);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(no_socket_is_handed_over_where_none_is_kept)
{
    unsetenv("FDSTORE");
    notify_init(&notify);
    notify_keep_socket(&notify, 0);
    ck_assert_str_eq(told_after(0, "a", true), "READY=1\nSTATUS=a");
}
END_TEST

/* The queue of a datagram socket is short, and a message must not be waited for. */
START_TEST(what_has_no_place_is_told_later)
{
    struct notify other;
    char env[64];
    int n = 0;

    notify_init(&notify);
    other = notify;
    do {
        snprintf(env, sizeof env, "%d", n++);
        other.is_ready = false;
        notify_turn(&other, 0, env, true);
    } while (other.is_ready && n < 10000);
    ck_assert_int_lt(n, 10000);
    notify_turn(&notify, 0, "late", true);
    while (*told())
        ck_assert_ptr_null(strstr(got, "late"));
    ck_assert_str_eq(told_after(1, "late", true), "READY=1\nSTATUS=late");
}
END_TEST

static const char long_path[] =
    "/a path that is much longer than the address of a socket may be, which is 107 bytes and not a "
    "single byte more..........";
static const char *const wrong_sockets[] = {"", "@", "run/notify", "vsock:2:1", long_path};

START_TEST(without_a_socket_nothing_is_told)
{
    setenv("NOTIFY_SOCKET", wrong_sockets[_i], 1);
    setenv("WATCHDOG_USEC", "soon", 1);
    notify_init(&notify);
    ck_assert_int_eq(notify.fd, -1);
    ck_assert_str_eq(told_after(0, "a", true), "");
    notify_stopping(&notify, "stopping");
}
END_TEST

START_TEST(a_manager_that_is_gone_harms_nothing)
{
    notify_init(&notify);
    close(systemd);
    notify_turn(&notify, 0, "a", true);
    ck_assert(!notify.is_ready);
    systemd = open("/dev/null", O_RDONLY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notify");
    TCase *tcase = tcase_create("systemd");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, ready_is_told_once_and_a_new_status_after_two_seconds);
    tcase_add_test(tcase, only_who_is_alive_feeds_the_watchdog);
    tcase_add_test(tcase, a_watchdog_of_another_process_is_not_fed);
    tcase_add_test(tcase, the_socket_is_handed_over_where_it_is_kept_and_nothing_else_is_told);
    tcase_add_test(tcase, no_socket_is_handed_over_where_none_is_kept);
    tcase_add_test(tcase, what_has_no_place_is_told_later);
    tcase_add_loop_test(
        tcase, without_a_socket_nothing_is_told, 0, sizeof wrong_sockets / sizeof *wrong_sockets);
    tcase_add_test(tcase, a_manager_that_is_gone_harms_nothing);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
