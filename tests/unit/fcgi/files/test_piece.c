/* test_piece.c - Content-Range names a piece of a file, or is refused. */
#include "files/piece.h"

#include <check.h>
#include <stdlib.h>

START_TEST(a_piece_is_read)
{
    struct piece piece;

    ck_assert(piece_read("bytes 0-0/1", &piece));
    ck_assert_int_eq(piece.first, 0);
    ck_assert_int_eq(piece.end, 1);
    ck_assert_int_eq(piece.of, 1);
    ck_assert(piece_read("Bytes 1048576-2097151/3145728", &piece));
    ck_assert_int_eq(piece.first, 1048576);
    ck_assert_int_eq(piece.end, 2097152);
    ck_assert_int_eq(piece.of, 3145728);
}
END_TEST

static const char *const wrong[] = {"", "bytes", "bytes ", "bytes 0-1", "bytes 0-1/", "bytes 0-1/*",
    "bytes */3", "bytes -1/3", "bytes 2-1/3", "bytes 0-3/3", "bytes 0-1/3 ", "bytes  0-1/3",
    "bytes 0-1/3x", "bytes +0-1/3", "lines 0-1/3", "bytes 0-1,2-2/3", "bytes 0x0-1/3",
    "bytes 0-9999999999999999999/99999999999999999999"};

START_TEST(anything_else_is_none)
{
    struct piece piece;

    ck_assert_msg(!piece_read(wrong[_i], &piece), "%s", wrong[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("piece");
    TCase *tests = tcase_create("piece");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_piece_is_read);
    tcase_add_loop_test(tests, anything_else_is_none, 0, sizeof wrong / sizeof *wrong);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
