/* test_s3.c - requests, their further tries and their errors, with storage that fails in every way:
 * common/s3/s3.h. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "kit/s3/s3_server.h"
#include "s3/s3.h"
#include "video/kept/cache.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define BUSY "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"

static char folder[64], keys_file[96], run[96];
static struct config config;
static struct error err;
static atomic_bool cancel;

static struct s3_object object = {
    .address = "s3://videos/site", .name = "k/final.mp4", .cancel = &cancel};

static const char *const *answers(const char *first, const char *second, const char *third)
{
    static const char *list[4];

    list[0] = first;
    list[1] = second;
    list[2] = second ? third : NULL;
    return list;
}

static void write_keys(void)
{
    FILE *file;

    snprintf(keys_file, sizeof keys_file, "%s/keys", folder);
    file = fopen(keys_file, "w");
    fputs("[default]\naws_access_key_id = MYID\naws_secret_access_key = hush-hush\n", file);
    fchmod(fileno(file), 0600);
    fclose(file);
}

static void start(const char *const *steps)
{
    strcpy(folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(run, sizeof run, "%s", folder);
    write_keys();
    digest_init();
    signal(SIGPIPE, SIG_IGN);
    s3_server_start(steps);
    config = (struct config){.cache = "s3://videos/site",
        .output = "media",
        .run = run,
        .s3_endpoint = s3_server_endpoint(),
        .s3_region = "eu-1",
        .s3_style = "path",
        .s3_credentials = keys_file};
    ck_assert_msg(s3_start(&config, &err) == 0, "%s", err.text);
}

static void stop(void)
{
    s3_stop();
    s3_server_stop();
    file_remove_folder(folder);
}

static void assert_says(const char *part)
{
    ck_assert_msg(strstr(err.text, part), "no \"%s\" in: %s", part, err.text);
    ck_assert_ptr_null(strstr(err.text, "hush-hush"));
}

static void assert_sent(const char *part)
{
    ck_assert_msg(
        strcasestr(s3_server_request(), part), "no \"%s\" in: %s", part, s3_server_request());
}

static int put(void)
{
    const struct s3_head head = {.type = "video/mp4", .caching = "no-cache"};

    return s3_put(&object, &head, "bytes", 5, &err);
}

START_TEST(a_put_is_signed_and_says_what_it_stores)
{
    start(answers(OK, NULL, NULL));
    ck_assert_int_eq(put(), 0);
    assert_sent("PUT /videos/site/k/final.mp4 HTTP/1.1\r\n");
    assert_sent("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=MYID/");
    assert_sent("/eu-1/s3/aws4_request");
    assert_sent("\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\n");
    assert_sent("\r\nContent-Type: video/mp4\r\n");
    assert_sent("\r\nCache-Control: no-cache\r\n");
    assert_sent("\r\nContent-Length: 5\r\n");
    assert_sent("\r\n\r\nbytes");
    ck_assert_ptr_null(strstr(s3_server_request(), "hush-hush"));
    stop();
}
END_TEST

START_TEST(the_signature_covers_each_header_that_means_something)
{
    const char *line;

    start(answers(OK, NULL, NULL));
    ck_assert_int_eq(put(), 0);
    line = strcasestr(s3_server_request(), "SignedHeaders=");
    ck_assert_ptr_nonnull(line);
    for (const char *const *name = (const char *const[]){"host", "x-amz-content-sha256",
             "x-amz-date", "cache-control", "content-type", NULL};
         *name; name++)
        ck_assert_msg(memmem(line, strcspn(line, ","), *name, strlen(*name)), "%s", *name);
    stop();
}
END_TEST

START_TEST(a_file_is_put_from_its_start_also_at_the_second_try)
{
    FILE *file = tmpfile();

    fputs("a file", file);
    fflush(file);
    start(answers(BUSY, OK, NULL));
    object.patience_ms = 5000;
    ck_assert_int_eq(
        s3_put_file(&object, &(struct s3_head){.type = "video/mp4"}, fileno(file), &err), 0);
    ck_assert_int_eq(s3_server_count(), 2);
    assert_sent("\r\n\r\na file");
    fclose(file);
    stop();
}
END_TEST

START_TEST(an_object_is_read_and_measured)
{
    struct buf data = {0};
    int64_t len;

    start(answers(HELLO, "HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n", NULL));
    ck_assert_int_eq(s3_get(&object, 5, &data, NULL, &err), 0);
    ck_assert_uint_eq(data.len, 5);
    ck_assert_str_eq(data.data, "hello");
    buf_free(&data);
    ck_assert_int_eq(s3_length(&object, &len, &err), 0);
    ck_assert_int_eq(len, 123);
    assert_sent("HEAD /videos/site/k/final.mp4 ");
    stop();
}
END_TEST

START_TEST(a_name_that_is_not_there_is_no_error)
{
    struct buf data = {0};
    int64_t len;

    start(answers("HTTP/1.1 404 Not Found\r\nContent-Length: 41\r\n\r\n"
                  "<Error><Code>NoSuchKey</Code></Error>    ",
        NULL, NULL));
    ck_assert_int_eq(s3_get(&object, 5, &data, NULL, &err), S3_E_NOT_FOUND);
    ck_assert_int_eq(s3_length(&object, &len, &err), S3_E_NOT_FOUND);
    ck_assert_int_eq(s3_remove(&object, &err), 0);
    assert_sent("DELETE /videos/site/k/final.mp4 ");
    stop();
}
END_TEST

#define STORED "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nContent-Length: 0\r\n\r\n"
#define FAILED_CONDITION "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n"

static int put_next(struct s3_version *version)
{
    return s3_put_next(&object, &(struct s3_head){.type = "text/plain"}, "bytes", 5, version, &err);
}

START_TEST(a_put_may_depend_on_the_version_that_is_there)
{
    struct s3_version version = {0};

    start(answers(STORED, FAILED_CONDITION, NULL));
    ck_assert_int_eq(put_next(&version), 0);
    assert_sent("\r\nIf-None-Match: *\r\n");
    ck_assert_str_eq(version.tag, "one");
    ck_assert_int_eq(put_next(&version), S3_E_CHANGED);
    assert_sent("\r\nIf-Match: one\r\n");
    assert_sent("if-match;");
    ck_assert_str_eq(version.tag, "one");
    ck_assert_int_eq(s3_server_count(), 2);
    stop();
}
END_TEST

static const char *const changes[] = {FAILED_CONDITION,
    "HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"};

START_TEST(an_object_that_is_another_version_is_not_replaced)
{
    struct s3_version version = {.tag = "one"};

    start(answers(changes[_i], NULL, NULL));
    object.patience_ms = 5000;
    ck_assert_int_eq(put_next(&version), S3_E_CHANGED);
    ck_assert_int_eq(s3_server_count(), 1);
    stop();
}
END_TEST

START_TEST(storage_without_conditions_is_named)
{
    struct s3_version version = {0};

    start(answers("HTTP/1.1 501 Not Implemented\r\nContent-Length: 42\r\n\r\n"
                  "<Error><Code>NotImplemented</Code></Error>",
        NULL, NULL));
    object.patience_ms = 5000;
    ck_assert_int_eq(put_next(&version), -ERR_IO);
    assert_says("no conditional writes (If-Match, If-None-Match)");
    ck_assert_int_eq(s3_server_count(), 1);
    stop();
}
END_TEST

START_TEST(a_read_tells_the_version)
{
    struct s3_version version;
    struct buf data = {0};

    start(
        answers("HTTP/1.1 200 OK\r\netag: \"a-2\"\r\nContent-Length: 5\r\n\r\nhello", HELLO, NULL));
    ck_assert_int_eq(s3_get(&object, 5, &data, &version, &err), 0);
    ck_assert_str_eq(version.tag, "a-2");
    buf_free(&data);
    ck_assert_int_eq(s3_get(&object, 5, &data, &version, &err), 0);
    ck_assert_str_eq(version.tag, "");
    buf_free(&data);
    stop();
}
END_TEST

static const char *const passing[] = {BUSY, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", S3_SERVER_HANG_UP, "HTTP/1.1 20"};

START_TEST(what_may_pass_is_tried_again)
{
    start(answers(passing[_i], passing[_i], OK));
    object.patience_ms = 10000;
    ck_assert_int_eq(put(), 0);
    ck_assert_int_ge(s3_server_count(), 3);
    stop();
}
END_TEST

START_TEST(without_patience_there_is_one_try)
{
    start(answers(BUSY, OK, NULL));
    ck_assert_int_eq(put(), -ERR_IO);
    ck_assert_int_eq(s3_server_count(), 1);
    assert_says("s3://videos/site/k/final.mp4 at http://127.0.0.1:");
    assert_says("answers PUT with 503");
    ck_assert_ptr_nonnull(err.public_text);
    ck_assert_ptr_null(strstr(err.public_text, "127.0.0.1"));
    stop();
}
END_TEST

START_TEST(patience_ends)
{
    start(answers(BUSY, NULL, NULL));
    object.patience_ms = 700;
    ck_assert_int_eq(put(), -ERR_IO);
    ck_assert_int_gt(s3_server_count(), 1);
    assert_says("503");
    stop();
}
END_TEST

START_TEST(silence_ends_at_a_deadline)
{
    start(answers(S3_SERVER_SILENCE, NULL, NULL));
    ck_assert_int_eq(put(), -ERR_IO);
    assert_says("s3://videos/site");
    stop();
}
END_TEST

static void *cancel_soon(void *ctx)
{
    usleep(300000);
    atomic_store(&cancel, true);
    return ctx;
}

static const char *const slow[] = {S3_SERVER_SILENCE, BUSY};

START_TEST(a_cancel_ends_a_transfer_and_a_pause)
{
    pthread_t thread;

    start(answers(slow[_i], NULL, NULL));
    object.patience_ms = 600000;
    pthread_create(&thread, NULL, cancel_soon, NULL);
    ck_assert_int_eq(put(), -ERR_CANCELED);
    pthread_join(thread, NULL);
    stop();
}
END_TEST

START_TEST(a_body_that_is_cut_is_not_taken_for_the_object)
{
    struct buf data = {0};

    start(answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", NULL, NULL));
    ck_assert_int_eq(s3_get(&object, 1000, &data, NULL, &err), -ERR_IO);
    ck_assert_ptr_null(data.data);
    stop();
}
END_TEST

START_TEST(an_object_that_is_too_long_is_not_read)
{
    struct buf data = {0};

    start(answers(HELLO, NULL, NULL));
    ck_assert_int_eq(s3_get(&object, 4, &data, NULL, &err), -ERR_LIMIT);
    assert_says("more than 4 bytes");
    stop();
}
END_TEST

#define REFUSAL(status, extra, code)                                                               \
    "HTTP/1.1 " status "\r\nConnection: close\r\n" extra                                           \
    "\r\n<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>m</Message></Error>"

static const struct {
    const char *answer, *says;
} refusals[] = {
    {REFUSAL("403 Forbidden", "", "SignatureDoesNotMatch"), "the secret key in "},
    {REFUSAL("403 Forbidden", "", "InvalidAccessKeyId"), "does not know the aws_access_key_id in "},
    {REFUSAL("403 Forbidden", "", "AccessDenied"), "do not allow PUT (AccessDenied)"},
    {REFUSAL("403 Forbidden", "Date: Wed, 01 Jan 2020 00:00:00 GMT\r\n", "RequestTimeTooSkewed"),
        "s behind this machine's: set the clock"},
    {REFUSAL("404 Not Found", "", "NoSuchBucket"), "there is no bucket videos"},
    {REFUSAL("301 Moved", "Location: http://example.invalid/\r\n", "PermanentRedirect"),
        "another region or endpoint than CASECAST_S3_REGION=eu-1"},
    {REFUSAL("400 Bad", "", "AuthorizationHeaderMalformed"), "CASECAST_S3_REGION=eu-1"},
    {REFUSAL("400 Bad", "", "EntityTooLarge"), "answers PUT with 400 EntityTooLarge"},
    {REFUSAL("400 Bad", "", "<b>\x01"), "answers PUT with 400"},
};

START_TEST(a_refusal_says_what_is_wrong)
{
    start(answers(refusals[_i].answer, NULL, NULL));
    object.patience_ms = 5000;
    ck_assert_int_eq(put(), -ERR_IO);
    ck_assert_int_eq(s3_server_count(), 1); /* another try would change nothing */
    assert_says(refusals[_i].says);
    stop();
}
END_TEST

START_TEST(settings_that_are_missing_are_named)
{
    start(answers(OK, NULL, NULL));
    s3_stop();
    config.s3_endpoint = "";
    ck_assert_int_eq(s3_start(&config, &err), -ERR_INPUT);
    assert_says("CASECAST_S3_ENDPOINT");
    config.s3_endpoint = "http://127.0.0.1:1";
    config.s3_credentials = "";
    ck_assert_int_eq(s3_start(&config, &err), -ERR_INPUT);
    assert_says("CASECAST_S3_CREDENTIALS");
    config.s3_credentials = keys_file;
    config.s3_style = "Path";
    ck_assert_int_eq(s3_start(&config, &err), -ERR_INPUT);
    assert_says("CASECAST_S3_STYLE=Path");
    config.s3_style = "path";
    config.cache = "s3://X";
    ck_assert_int_eq(s3_start(&config, &err), -ERR_INPUT);
    assert_says("CASECAST_CACHE=s3://X: must be");
    config.cache = "folder";
    config.output = "s3://videos/../x";
    ck_assert_int_eq(s3_start(&config, &err), -ERR_INPUT);
    assert_says("CASECAST_OUTPUT=s3://videos/../x: must be");
    config.output = "media";
    config.cache = "folder"; /* nothing of S3: nothing is checked */
    config.s3_style = "";
    ck_assert_int_eq(s3_start(&config, &err), 0);
    s3_server_stop();
    file_remove_folder(folder);
}
END_TEST

START_TEST(a_cache_works_on_alone_while_its_storage_fails)
{
    const char *name = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct cache cache;
    struct buf data = {0};

    start(answers(BUSY, NULL, NULL));
    ck_assert_int_eq(cache_open(config.cache, 1 << 20, &cache, &err), 0);
    ck_assert(!cache_find(&cache, name, &data));
    cache_put(&cache, name, "hello", 5);
    ck_assert(cache_find(&cache, name, &data));
    ck_assert_str_eq(data.data, "hello");
    ck_assert_int_eq(s3_server_count(), 1); /* the second call did not wait for it */
    buf_free(&data);
    cache_close(&cache);
    stop();
}
END_TEST

START_TEST(an_entry_that_is_not_whole_is_not_taken_from_storage)
{
    const char *name = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct cache cache;
    struct buf data = {0};

    start(answers(HELLO, OK, NULL));
    ck_assert_int_eq(cache_open(config.cache, 1 << 20, &cache, &err), 0);
    ck_assert(!cache_find(&cache, name, &data));
    ck_assert_ptr_null(data.data);
    assert_sent("DELETE /videos/site/0123456789abcdef");
    cache_close(&cache);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("s3");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_set_timeout(facts, 60);
    tcase_add_test(facts, a_put_is_signed_and_says_what_it_stores);
    tcase_add_test(facts, the_signature_covers_each_header_that_means_something);
    tcase_add_test(facts, a_file_is_put_from_its_start_also_at_the_second_try);
    tcase_add_test(facts, an_object_is_read_and_measured);
    tcase_add_test(facts, a_name_that_is_not_there_is_no_error);
    tcase_add_test(facts, a_put_may_depend_on_the_version_that_is_there);
    tcase_add_loop_test(facts, an_object_that_is_another_version_is_not_replaced, 0,
        sizeof changes / sizeof *changes);
    tcase_add_test(facts, storage_without_conditions_is_named);
    tcase_add_test(facts, a_read_tells_the_version);
    tcase_add_loop_test(facts, what_may_pass_is_tried_again, 0, sizeof passing / sizeof *passing);
    tcase_add_test(facts, without_patience_there_is_one_try);
    tcase_add_test(facts, patience_ends);
    tcase_add_test(facts, silence_ends_at_a_deadline);
    tcase_add_loop_test(facts, a_cancel_ends_a_transfer_and_a_pause, 0, sizeof slow / sizeof *slow);
    tcase_add_test(facts, a_body_that_is_cut_is_not_taken_for_the_object);
    tcase_add_test(facts, an_object_that_is_too_long_is_not_read);
    tcase_add_loop_test(facts, a_refusal_says_what_is_wrong, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(facts, settings_that_are_missing_are_named);
    tcase_add_test(facts, a_cache_works_on_alone_while_its_storage_fails);
    tcase_add_test(facts, an_entry_that_is_not_whole_is_not_taken_from_storage);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
