/* test_outdir_bucket.c - an output folder on S3 whose storage fails, or is written by another run:
 * common/video/kept/outdir.h. */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "kit/s3/s3_server.h"
#include "s3/s3.h"
#include "video/kept/outdir.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define NONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define BUSY "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"
#define CHANGED "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"
#define HOLDS(len, text) "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: " #len "\r\n\r\n" text

static char folder[64], keys_file[96];
static struct config config;
static struct outdir dir;
static struct error err;

static void write_keys(void)
{
    FILE *file;

    snprintf(keys_file, sizeof keys_file, "%s/keys", folder);
    file = fopen(keys_file, "w");
    fputs("[default]\naws_access_key_id = MYID\naws_secret_access_key = hush-hush\n", file);
    fchmod(fileno(file), 0600);
    fclose(file);
}

/* `answers` ends with NULL; the last one is given again and again. */
static void start(const char *const *answers)
{
    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    write_keys();
    digest_init();
    signal(SIGPIPE, SIG_IGN);
    s3_server_start(answers);
    config = (struct config){.cache = "cache",
        .output = "s3://videos/site",
        .run = folder,
        .s3_endpoint = s3_server_endpoint(),
        .s3_region = "eu-1",
        .s3_style = "path",
        .s3_credentials = keys_file};
    ck_assert_msg(s3_start(&config, &err) == 0, "%s", err.text);
    ck_assert_msg(outdir_open("s3://videos/site/key", &dir, &err) == 0, "%s", err.text);
    dir.patience_ms = 0;
}

static void stop(void)
{
    outdir_close(&dir);
    s3_stop();
    s3_server_stop();
    file_remove_folder(folder);
}

static int grow(const char *text)
{
    return outdir_grow(&dir, "live.m3u8", text, strlen(text), &err);
}

static void assert_sent(const char *part)
{
    ck_assert_msg(
        strcasestr(s3_server_request(), part), "no \"%s\" in: %s", part, s3_server_request());
}

START_TEST(a_text_that_grows_is_put_over_what_was_read)
{
    start((const char *const[]){NONE, OK, HOLDS(3, "abc"), OK, NULL});
    ck_assert_int_eq(grow("abc"), 0);
    assert_sent("PUT /videos/site/key/live.m3u8 ");
    assert_sent("\r\nIf-None-Match: *\r\n");
    assert_sent("\r\nCache-Control: no-cache\r\n");
    ck_assert_int_eq(grow("abcd"), 0);
    assert_sent("\r\nIf-Match: one\r\n");
    assert_sent("\r\n\r\nabcd");
    stop();
}
END_TEST

START_TEST(a_longer_text_of_another_run_stays)
{
    start((const char *const[]){HOLDS(5, "abcde"), NULL});
    ck_assert_int_eq(grow("abc"), 0);
    ck_assert_int_eq(s3_server_count(), 1);
    assert_sent("GET ");
    stop();
}
END_TEST

START_TEST(a_text_that_grew_between_read_and_write_stays)
{
    start((const char *const[]){HOLDS(2, "ab"), CHANGED, HOLDS(5, "abcde"), NULL});
    ck_assert_int_eq(grow("abc"), 0);
    ck_assert_int_eq(s3_server_count(), 3);
    assert_sent("GET ");
    stop();
}
END_TEST

START_TEST(a_text_that_always_changes_is_an_error)
{
    static const char *const answers[] = {HOLDS(2, "ab"), CHANGED, HOLDS(2, "ab"), CHANGED,
        HOLDS(2, "ab"), CHANGED, HOLDS(2, "ab"), CHANGED, HOLDS(2, "ab"), CHANGED, NULL};

    start(answers);
    ck_assert_int_eq(grow("abc"), -ERR_IO);
    ck_assert_int_eq(s3_server_count(), 10);
    ck_assert_ptr_nonnull(strstr(err.text, "s3://videos/site/key/live.m3u8 changes each time"));
    stop();
}
END_TEST

static int refuse(void *ctx, struct error *error)
{
    (void)ctx;
    return error_set(error, ERR_CANCELED, "canceled");
}

START_TEST(a_run_that_lost_its_job_puts_nothing)
{
    char *temporary;
    int fd;

    start((const char *const[]){HOLDS(2, "ab"), NULL});
    dir.may_publish = refuse;
    ck_assert_int_eq(outdir_write(&dir, "preview.jpg", "jpeg", 4, &err), -ERR_CANCELED);
    ck_assert_int_eq(s3_server_count(), 0);
    ck_assert_int_eq(grow("abc"), -ERR_CANCELED);
    assert_sent("GET ");
    temporary = outdir_temporary(&dir, "final.mp4");
    fd = openat(dir.fd, temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    close(fd);
    ck_assert_int_eq(outdir_finish(&dir, temporary, "final.mp4", "live", &err), -ERR_CANCELED);
    ck_assert_int_eq(s3_server_count(), 1);
    outdir_remove(&dir, temporary);
    free(temporary);
    stop();
}
END_TEST

START_TEST(the_finished_file_is_put_and_leaves_nothing_here)
{
    char *temporary;
    int fd;

    start((const char *const[]){OK, NULL});
    temporary = outdir_temporary(&dir, "final.mp4");
    fd = openat(dir.fd, temporary, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_eq(file_write(fd, "a video", 7), 0);
    close(fd);
    ck_assert_int_eq(outdir_finish(&dir, temporary, "final.mp4", "live", &err), 0);
    assert_sent("PUT /videos/site/key/final.mp4 ");
    assert_sent("\r\nContent-Type: video/mp4\r\n");
    assert_sent("\r\n\r\na video");
    ck_assert_int_lt(faccessat(dir.fd, temporary, F_OK, 0), 0);
    /* what was put is measured already */
    ck_assert_int_eq(outdir_length("s3://videos/site/key", "final.mp4", 0), 7);
    ck_assert_int_eq(s3_server_count(), 1);
    free(temporary);
    stop();
}
END_TEST

START_TEST(a_read_waits_for_storage_within_bounds)
{
    struct buf data = {0};

    start((const char *const[]){BUSY, HOLDS(3, "abc"), BUSY, NULL});
    dir.patience_ms = 10000;
    ck_assert_int_eq(outdir_read(&dir, "live.m3u8", 100, &data, &err), 0);
    ck_assert_str_eq(data.data, "abc");
    buf_free(&data);
    dir.patience_ms = 300;
    ck_assert_int_eq(outdir_read(&dir, "live.m3u8", 100, &data, &err), -ERR_IO);
    ck_assert_ptr_null(data.data);
    stop();
}
END_TEST

START_TEST(what_is_not_there_reads_as_nothing)
{
    struct buf data = {0};

    start((const char *const[]){NONE, NULL});
    ck_assert_int_eq(outdir_read(&dir, "live.m3u8", 100, &data, &err), 0);
    ck_assert_uint_eq(data.len, 0);
    ck_assert_int_eq(outdir_length("s3://videos/site/key", "final.mp4", 0), OUTDIR_NO_FILE);
    stop();
}
END_TEST

START_TEST(storage_that_has_just_failed_is_not_asked_again)
{
    start((const char *const[]){BUSY, NULL});
    ck_assert_int_eq(outdir_length("s3://videos/site/key", "final.mp4", 0), OUTDIR_UNKNOWN);
    ck_assert_int_eq(outdir_length("s3://videos/site/key", "final.mp4", 0), OUTDIR_UNKNOWN);
    ck_assert(!outdir_remove(&dir, "live-1.m4s"));
    ck_assert_int_eq(s3_server_count(), 1);
    stop();
}
END_TEST

static int n_own_folders(void)
{
    char command[160], line[16] = "";
    FILE *out;

    snprintf(command, sizeof command,
        "find %s/output/videos/site/key -mindepth 1 -type d 2>/dev/null | wc -l", folder);
    out = popen(command, "r");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, out));
    pclose(out);
    return atoi(line);
}

static void write_temporary(const struct outdir *of)
{
    int fd = openat(of->fd, ".final.mp4.part", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    close(fd);
}

/* The run that lost the job closes the folder while the next one of the same key writes there. */
START_TEST(who_closes_takes_nothing_from_another_opening_of_the_same_key)
{
    struct outdir other;

    start((const char *const[]){OK, NULL});
    ck_assert_int_eq(outdir_open("s3://videos/site/key", &other, &err), 0);
    write_temporary(&dir);
    ck_assert_int_eq(n_own_folders(), 2);
    outdir_close(&other);
    ck_assert_int_eq(n_own_folders(), 1);
    ck_assert_int_eq(outdir_finish(&dir, ".final.mp4.part", "final.mp4", "live", &err), 0);
    write_temporary(&dir);
    outdir_close(&dir);
    ck_assert_int_eq(n_own_folders(), 0);
    ck_assert_int_eq(outdir_open("s3://videos/site/key", &dir, &err), 0);
    write_temporary(&dir);
    stop();
}
END_TEST

START_TEST(what_a_killed_process_left_goes_at_the_next_opening)
{
    struct outdir other;
    int status;
    pid_t pid;

    start((const char *const[]){OK, NULL});
    if ((pid = fork()) == 0) {
        if (outdir_open("s3://videos/site/key", &other, &err) == 0)
            write_temporary(&other);
        kill(getpid(), SIGKILL);
    }
    waitpid(pid, &status, 0);
    ck_assert_int_eq(n_own_folders(), 2);
    ck_assert_int_eq(outdir_open("s3://videos/site/key", &other, &err), 0);
    ck_assert_int_eq(n_own_folders(), 2);
    write_temporary(&dir);
    outdir_close(&other);
    stop();
}
END_TEST

START_TEST(an_object_that_was_removed_has_no_length)
{
    start((const char *const[]){OK, HOLDS(0, ""), OK, NONE, NULL});
    ck_assert_int_eq(outdir_write(&dir, "live-1.m4s", "12", 2, &err), 0);
    ck_assert(outdir_remove(&dir, "live-1.m4s"));
    ck_assert_int_eq(outdir_length("s3://videos/site/key", "live-1.m4s", 0), OUTDIR_NO_FILE);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outdir_bucket");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_set_timeout(facts, 60);
    tcase_add_test(facts, a_text_that_grows_is_put_over_what_was_read);
    tcase_add_test(facts, a_longer_text_of_another_run_stays);
    tcase_add_test(facts, a_text_that_grew_between_read_and_write_stays);
    tcase_add_test(facts, a_text_that_always_changes_is_an_error);
    tcase_add_test(facts, a_run_that_lost_its_job_puts_nothing);
    tcase_add_test(facts, the_finished_file_is_put_and_leaves_nothing_here);
    tcase_add_test(facts, a_read_waits_for_storage_within_bounds);
    tcase_add_test(facts, what_is_not_there_reads_as_nothing);
    tcase_add_test(facts, storage_that_has_just_failed_is_not_asked_again);
    tcase_add_test(facts, who_closes_takes_nothing_from_another_opening_of_the_same_key);
    tcase_add_test(facts, what_a_killed_process_left_goes_at_the_next_opening);
    tcase_add_test(facts, an_object_that_was_removed_has_no_length);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
