/* test_key_folder.c - the folder of a key goes with its job, and not from under a new one:
 * fcgi/kind/key_folder.h. */
#include "kind/key_folder.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char output[64];
static struct config config;
static struct job job;

static void start(void)
{
    strcpy(output, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(output));
    config = (struct config){.output = output};
    strcpy(job.key, "key");
}

static void stop(void)
{
    file_remove_folder(output);
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "%s/key", output);
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/key/%s", output, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* "": it is not there.  The next call overwrites it. */
static const char *file_text(const char *name)
{
    static char text[32];
    char path[128];
    FILE *file;

    memset(text, 0, sizeof text);
    snprintf(path, sizeof path, "%s/key/%s", output, name);
    file = fopen(path, "r");
    if (file) {
        ck_assert_uint_lt(fread(text, 1, sizeof text - 1, file), sizeof text);
        fclose(file);
    }
    return text;
}

static int n_names(void)
{
    DIR *entries = opendir(output);
    struct dirent *entry;
    int n = 0;

    while ((entry = readdir(entries)))
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(entries);
    return n;
}

/* --- what the store answers when the folder has no name any more --- */

static int nobody(void *ctx, bool *ret_shares, struct error *err)
{
    (void)ctx, (void)err;
    ck_assert_str_eq(file_text("final.mp4"), "");
    *ret_shares = false;
    return 0;
}

static int a_new_job(void *ctx, bool *ret_shares, struct error *err)
{
    (void)ctx, (void)err;
    *ret_shares = true;
    return 0;
}

static int a_new_job_with_a_folder(void *ctx, bool *ret_shares, struct error *err)
{
    write_file("preview.jpg", "new");
    return a_new_job(ctx, ret_shares, err);
}

static int no_database(void *ctx, bool *ret_shares, struct error *err)
{
    (void)ctx, (void)ret_shares;
    return error_set(err, ERR_BUSY, "away");
}

static int drop(int (*ask)(void *ctx, bool *ret_shares, struct error *err))
{
    const struct key_sharing sharing = {.ask = ask};
    struct error err;

    return key_folder_drop(&config, &job, &sharing, &err);
}

START_TEST(the_folder_goes_with_all_that_is_in_it)
{
    start();
    ck_assert_int_eq(drop(nobody), 0); /* there is none */
    write_file("final.mp4", "old");
    ck_assert_int_eq(drop(nobody), 0);
    ck_assert_int_eq(n_names(), 0);
    stop();
}
END_TEST

START_TEST(what_an_older_casecast_renamed_and_left_goes_too)
{
    char path[96], was[96];

    start();
    write_file("final.mp4", "older");
    snprintf(was, sizeof was, "%s/key", output);
    snprintf(path, sizeof path, "%s/.key.gone", output);
    ck_assert_int_eq(rename(was, path), 0);
    write_file("final.mp4", "old");
    ck_assert_int_eq(drop(nobody), 0);
    ck_assert_int_eq(n_names(), 0);
    stop();
}
END_TEST

/* It has opened the folder before it lost its name, and writes there. */
START_TEST(a_new_job_of_the_key_keeps_the_folder)
{
    char path[96];
    int fd;

    start();
    write_file("final.mp4", "old");
    snprintf(path, sizeof path, "%s/key", output);
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(drop(a_new_job), 0);
    ck_assert_int_eq(renameat(fd, "final.mp4", fd, "new.mp4"), 0);
    close(fd);
    ck_assert_str_eq(file_text("new.mp4"), "old");
    ck_assert_int_eq(n_names(), 1);
    stop();
}
END_TEST

START_TEST(a_new_job_with_a_folder_of_its_own_gets_the_files_that_it_lacks)
{
    start();
    write_file("final.mp4", "old");
    write_file("preview.jpg", "old");
    ck_assert_int_eq(drop(a_new_job_with_a_folder), 0);
    ck_assert_str_eq(file_text("final.mp4"), "old");
    ck_assert_str_eq(file_text("preview.jpg"), "new");
    ck_assert_int_eq(n_names(), 1);
    stop();
}
END_TEST

START_TEST(without_an_answer_everything_stays)
{
    start();
    write_file("final.mp4", "old");
    ck_assert_int_eq(drop(no_database), -ERR_BUSY);
    ck_assert_str_eq(file_text("final.mp4"), "old");
    ck_assert_int_eq(n_names(), 1);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key_folder");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_add_test(facts, the_folder_goes_with_all_that_is_in_it);
    tcase_add_test(facts, what_an_older_casecast_renamed_and_left_goes_too);
    tcase_add_test(facts, a_new_job_of_the_key_keeps_the_folder);
    tcase_add_test(facts, a_new_job_with_a_folder_of_its_own_gets_the_files_that_it_lacks);
    tcase_add_test(facts, without_an_answer_everything_stays);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
