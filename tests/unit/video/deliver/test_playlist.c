/* test_playlist.c - the text of a live playlist: common/video/deliver/playlist.h, and the file that
 * several runs write: outdir_grow(). */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "video/deliver/playlist.h"
#include "video/kept/outdir.h"

enum { PIECES = 500 };

static char folder[64];
static struct outdir dir;
static struct buf text;
static struct error err;

static void set_up(void)
{
    digest_init();
    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(outdir_open(folder, &dir, &err), 0);
    playlist_begin(&text, 2, "live-init.mp4");
}

static void tear_down(void)
{
    outdir_close(&dir);
    buf_free(&text);
    file_remove_folder(folder);
}

static size_t add_piece(int number)
{
    char name[32];

    snprintf(name, sizeof name, "live-%d.m4s", number);
    playlist_add(&text, 1.5, name);
    return text.len;
}

START_TEST(a_part_of_a_write_that_ends_with_a_page_names_whole_pieces_only)
{
    for (int i = 1; i <= PIECES; i++)
        add_piece(i);
    playlist_end(&text);
    ck_assert_uint_gt(text.len, 3 * PLAYLIST_PAGE);
    for (size_t end = PLAYLIST_PAGE; end < text.len; end += PLAYLIST_PAGE) {
        ck_assert_int_eq(text.data[end - 1], '\n');
        ck_assert_int_ne(strncmp(text.data + end, "live-", 5), 0);
    }
}
END_TEST

START_TEST(every_piece_is_named_once_and_in_order)
{
    char *lines, *line, wanted[32];
    int n = 0;

    for (int i = 1; i <= PIECES; i++)
        add_piece(i);
    playlist_end(&text);
    lines = text.data;
    while (n < PIECES && (line = strsep(&lines, "\n"))) {
        if (*line == '#' || !*line)
            continue;
        snprintf(wanted, sizeof wanted, "live-%d.m4s", ++n);
        ck_assert_str_eq(line, wanted);
    }
    ck_assert_int_eq(n, PIECES);
    ck_assert_str_eq(lines, "#EXT-X-ENDLIST\n");
}
END_TEST

static void assert_file_is(size_t len)
{
    char *path = mem_format("%s/list", folder), *data = mem_zero(text.len + 1, 1);
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(data, 1, text.len + 1, file), len);
    ck_assert_int_eq(memcmp(data, text.data, len), 0);
    fclose(file);
    free(data);
    free(path);
}

static void grow_to(size_t len)
{
    ck_assert_msg(outdir_grow(&dir, "list", text.data, len, &err) == 0, "%s", err.text);
}

/* A run that slept, or whose write came late, has an earlier text. */
START_TEST(a_file_that_grew_is_made_shorter_by_nobody)
{
    size_t early = add_piece(1), late = add_piece(2);

    grow_to(early);
    assert_file_is(early);
    grow_to(late);
    grow_to(early);
    assert_file_is(late);
}
END_TEST

static size_t early;

/* Another run publishes it between this run's look and its first write. */
static int other_publishes(void *ctx, struct error *unused)
{
    struct outdir other = dir;

    (void)unused;
    other.may_publish = NULL;
    if (ctx == &text) {
        dir.ctx = NULL;
        ck_assert_int_eq(outdir_grow(&other, "list", text.data, text.len, &err), 0);
    }
    return 0;
}

START_TEST(the_first_write_of_a_run_that_slept_replaces_no_longer_file)
{
    early = add_piece(1);
    add_piece(2);
    dir.may_publish = other_publishes;
    dir.ctx = &text;
    grow_to(early);
    assert_file_is(text.len);
}
END_TEST

static int nobody_publishes(void *ctx, struct error *why)
{
    (void)ctx;
    return error_set(why, ERR_CANCELED, "another one makes it");
}

START_TEST(who_may_not_publish_changes_no_file)
{
    size_t len = add_piece(1);

    grow_to(len);
    add_piece(2);
    dir.may_publish = nobody_publishes;
    ck_assert_int_eq(outdir_grow(&dir, "list", text.data, text.len, &err), -ERR_CANCELED);
    ck_assert_int_eq(outdir_grow(&dir, "new", text.data, text.len, &err), -ERR_CANCELED);
    assert_file_is(len);
    ck_assert(!outdir_remove(&dir, "new"));
}
END_TEST

static bool is_there(const char *name)
{
    return faccessat(dir.fd, name, F_OK, 0) == 0;
}

/* A run has its folder alone; a folder of several machines has temporaries that are being written.
 */
START_TEST(temporary_files_of_others_stay_in_a_shared_folder_until_they_are_old)
{
    const struct timespec long_ago[] = {{.tv_sec = 1}, {.tv_sec = 1}};
    struct outdir other;

    ck_assert_int_eq(outdir_write(&dir, ".new.part", "x", 1, &err), 0);
    ck_assert_int_eq(outdir_write(&dir, ".old.part", "x", 1, &err), 0);
    ck_assert_int_eq(outdir_write(&dir, "old", "x", 1, &err), 0);
    ck_assert_int_eq(utimensat(dir.fd, ".old.part", long_ago, 0), 0);
    ck_assert_int_eq(utimensat(dir.fd, "old", long_ago, 0), 0);
    ck_assert_int_eq(outdir_open_shared(folder, &other, &err), 0);
    outdir_close(&other);
    ck_assert(is_there(".new.part"));
    ck_assert(!is_there(".old.part"));
    ck_assert_int_eq(outdir_open(folder, &other, &err), 0);
    outdir_close(&other);
    ck_assert(!is_there(".new.part"));
    ck_assert(is_there("old"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("playlist");
    TCase *cases = tcase_create("playlist");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, cases);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_part_of_a_write_that_ends_with_a_page_names_whole_pieces_only);
    tcase_add_test(cases, every_piece_is_named_once_and_in_order);
    tcase_add_test(cases, a_file_that_grew_is_made_shorter_by_nobody);
    tcase_add_test(cases, the_first_write_of_a_run_that_slept_replaces_no_longer_file);
    tcase_add_test(cases, temporary_files_of_others_stay_in_a_shared_folder_until_they_are_old);
    tcase_add_test(cases, who_may_not_publish_changes_no_file);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
