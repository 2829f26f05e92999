/* test_senders.c - what was sent is counted, in all and by client. */
#include "sent/senders.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "sent/part.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static char root[64];
static int folder_fd;

static void start(void)
{
    digest_init();
    strcpy(root, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    ck_assert_int_eq(sent_make_folder(root, &folder_fd), 0);
}

static void stop(void)
{
    close(folder_fd);
    ck_assert_int_eq(file_remove_folder(root), 0);
}

static void send(const char *client, const char *digest, int bytes, bool is_whole)
{
    char data[100] = {0};
    struct part part;
    bool is_new;

    ck_assert_int_eq(part_open_pieces(root, digest, &part, NULL), 0);
    ck_assert_int_eq(part_add(&part, data, (size_t)bytes, NULL), 0);
    if (is_whole)
        ck_assert_int_eq(part_keep(&part, digest, &is_new, NULL), 0);
    part_leave(&part);
    ck_assert_int_eq(senders_note(folder_fd, client, digest, NULL), 0);
}

START_TEST(files_and_pieces_are_counted)
{
    ck_assert_int_eq(senders_bytes(folder_fd), 0);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "one", C), 0);
    send("one", A, 10, true);
    send("one", B, 5, false);
    send("2001:db8:0:1::/64", A, 0, false);
    send("2001:db8:0:1::/64", C, 20, true);
    ck_assert_int_eq(senders_bytes(folder_fd), 35);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "one", C), 15);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "one", A), 5);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "2001:db8:0:1::/64", B), 30);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "../one", B), 0);
}
END_TEST

START_TEST(what_is_gone_counts_for_nobody)
{
    int fd;

    send("one", A, 10, true);
    send("two", A, 0, false);
    send("two", B, 5, true);
    ck_assert_int_eq(unlinkat(folder_fd, A, 0), 0);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "two", C), 5);
    senders_forget(folder_fd, A);
    senders_forget(folder_fd, B);
    fd = openat(folder_fd, "senders", O_RDONLY);
    ck_assert_int_eq(unlinkat(folder_fd, "senders", AT_REMOVEDIR), 0); /* no client is left in it */
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("senders");
    TCase *tests = tcase_create("senders");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, files_and_pieces_are_counted);
    tcase_add_test(tests, what_is_gone_counts_for_nobody);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
