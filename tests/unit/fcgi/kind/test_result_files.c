/* test_result_files.c - is a finished video still there, on S3: fcgi/kind/result_files.h.  (Videos
 * in folders: the flows gallery and shared.) */
#include "kind/result_files.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config.h"
#include "base/file.h"
#include "kit/s3/s3_server.h"
#include "s3/s3.h"

#define BUSY "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"
#define NONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define LONG "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"

static const char address[] = "s3://videos/site/key";

static char folder[64], keys_file[96];
static struct config config;
static json_t *result;

static void start(const char *const *answers)
{
    struct error err;
    FILE *file;

    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(keys_file, sizeof keys_file, "%s/keys", folder);
    file = fopen(keys_file, "w");
    fputs("[default]\naws_access_key_id = MYID\naws_secret_access_key = hush-hush\n", file);
    fchmod(fileno(file), 0600);
    fclose(file);
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
    result = json_pack("{s:s}", "video", "/media/key/final.mp4");
}

static void stop(void)
{
    json_decref(result);
    s3_stop();
    s3_server_stop();
    file_remove_folder(folder);
}

static void set_bytes(int len)
{
    json_object_set_new(result, "bytes", json_pack("{s:i}", "final.mp4", len));
}

START_TEST(a_video_of_its_length_is_whole)
{
    start((const char *const[]){LONG, NULL});
    set_bytes(900);
    ck_assert(result_files_are_whole(address, result));
    ck_assert(result_files_are_whole(address, result));
    ck_assert_int_eq(s3_server_count(), 1); /* it is believed for a while */
    stop();
}
END_TEST

START_TEST(a_video_of_another_length_is_not_whole)
{
    start((const char *const[]){LONG, NULL});
    set_bytes(899);
    ck_assert(!result_files_are_whole(address, result));
    stop();
}
END_TEST

START_TEST(a_video_that_is_not_there_is_not_whole)
{
    start((const char *const[]){NONE, NULL});
    set_bytes(900);
    ck_assert(!result_files_are_whole(address, result));
    stop();
}
END_TEST

START_TEST(a_video_whose_storage_fails_is_not_made_anew)
{
    start((const char *const[]){BUSY, NULL});
    set_bytes(900);
    ck_assert(result_files_are_whole(address, result));
    stop();
}
END_TEST

START_TEST(files_are_measured_where_they_lie)
{
    json_t *bytes;

    start((const char *const[]){BUSY, LONG, NULL});
    result_files_measure(address, result);
    bytes = json_object_get(result, "bytes");
    ck_assert_int_eq(json_integer_value(json_object_get(bytes, "final.mp4")), 900);
    ck_assert_ptr_null(json_object_get(result, "sums")); /* storage keeps its own */
    stop();
}
END_TEST

START_TEST(files_in_a_folder_have_sums_too)
{
    char path[96];
    json_t *sums;
    FILE *file;

    start((const char *const[]){NULL});
    snprintf(path, sizeof path, "%s/final.mp4", folder);
    file = fopen(path, "w");
    fputs("abc", file); /* the first example of FIPS 180-2 */
    fclose(file);
    result_files_measure(folder, result);
    sums = json_object_get(result, "sums");
    ck_assert_str_eq(json_string_value(json_object_get(sums, "final.mp4")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert(result_files_are_whole(folder, result));
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result_files");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_set_timeout(facts, 60);
    tcase_add_test(facts, a_video_of_its_length_is_whole);
    tcase_add_test(facts, a_video_of_another_length_is_not_whole);
    tcase_add_test(facts, a_video_that_is_not_there_is_not_whole);
    tcase_add_test(facts, a_video_whose_storage_fails_is_not_made_anew);
    tcase_add_test(facts, files_are_measured_where_they_lie);
    tcase_add_test(facts, files_in_a_folder_have_sums_too);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
