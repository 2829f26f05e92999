/* test_s3_settings.c - addresses, endpoints and the file of keys: common/s3. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "s3/s3.h"
#include "s3/s3_keys.h"
#include "s3/s3_settings.h"

static struct error err;
static struct s3_keys keys;

static void assert_says(const char *part)
{
    ck_assert_msg(strstr(err.text, part), "no \"%s\" in: %s", part, err.text);
}

static const struct {
    const char *address;
    bool is_good;
} addresses[] = {{"s3://videos", true}, {"s3://videos/site-1/media_2", true},
    {"s3://a.b-c1/x.y", true}, {"s3://", false}, {"s3://ab", false}, {"s3://Videos", false},
    {"s3://-videos", false}, {"s3://videos/", false}, {"s3://videos//x", false},
    {"s3://videos/x/", false}, {"s3://videos/../x", false}, {"s3://videos/.", false},
    {"s3://videos/a b", false}, {"s3://videos/a?b", false}, {"s3://videos/a%20", false},
    {"s3://user:secret@videos", false}};

START_TEST(an_address_is_a_bucket_and_plain_parts)
{
    int rc = s3_address_check(addresses[_i].address, &err);

    ck_assert_msg(rc == (addresses[_i].is_good ? 0 : -ERR_INPUT), "%s", addresses[_i].address);
    if (rc < 0)
        assert_says("must be s3://BUCKET");
}
END_TEST

START_TEST(a_path_is_no_address)
{
    ck_assert(!s3_is_address("media"));
    ck_assert(!s3_is_address("/s3://x"));
    ck_assert(s3_is_address("s3://videos"));
}
END_TEST

static const struct {
    const char *endpoint;
    bool is_good;
} endpoints[] = {{"https://s3.example.org", true}, {"http://127.0.0.1:7480", true},
    {"http://[::1]:80", true}, {"https://", false}, {"s3.example.org", false},
    {"ftp://s3.example.org", false}, {"https://s3.example.org/", false},
    {"https://s3.example.org/x", false}, {"https://s3.example.org?x", false}, {"", false}};

START_TEST(an_endpoint_is_a_scheme_and_a_host)
{
    int rc = s3_endpoint_check(endpoints[_i].endpoint, &err);

    ck_assert_msg(rc == (endpoints[_i].is_good ? 0 : -ERR_INPUT), "%s", endpoints[_i].endpoint);
    if (rc < 0)
        assert_says("must be https://HOST");
}
END_TEST

START_TEST(a_password_in_an_endpoint_is_refused_and_not_repeated)
{
    ck_assert_int_eq(s3_endpoint_check("https://me:hush@s3.example.org", &err), -ERR_INPUT);
    assert_says("CASECAST_S3_CREDENTIALS");
    ck_assert_ptr_null(strstr(err.text, "hush"));
}
END_TEST

static void assert_url(bool is_host_style, const char *address, const char *url)
{
    char *got = s3_url("https://s3.example.org:8", is_host_style, address, "k/final.mp4");

    ck_assert_str_eq(got, url);
    free(got);
}

START_TEST(the_bucket_stands_in_the_path_or_in_the_host)
{
    assert_url(false, "s3://videos", "https://s3.example.org:8/videos/k/final.mp4");
    assert_url(false, "s3://videos/a/b", "https://s3.example.org:8/videos/a/b/k/final.mp4");
    assert_url(true, "s3://videos", "https://videos.s3.example.org:8/k/final.mp4");
    assert_url(true, "s3://videos/a/b", "https://videos.s3.example.org:8/a/b/k/final.mp4");
}
END_TEST

START_TEST(keys_are_read_from_the_default_section)
{
    ck_assert_int_eq(s3_keys_parse("# by hand\r\n"
                                   "[other]\n"
                                   "aws_access_key_id = WRONG\n"
                                   "this line is not ours\n=\n"
                                   "[default]\r\n"
                                   "  aws_access_key_id=ID\r\n"
                                   "aws_secret_access_key = a/b+c=\n"
                                   "region = eu-1\n"
                                   "aws_session_token = TOKEN",
                         &keys, &err),
        -ERR_INPUT); /* a line without = is a mistake in every section */
    assert_says("line 4");
    ck_assert_int_eq(s3_keys_parse("[other]\n"
                                   "aws_access_key_id = WRONG\n"
                                   "[default]\r\n"
                                   "  aws_access_key_id=ID\r\n"
                                   "aws_secret_access_key = a/b+c=\n"
                                   "region = eu-1\n"
                                   "aws_session_token = TOKEN",
                         &keys, &err),
        0);
    ck_assert_str_eq(keys.id, "ID");
    ck_assert_str_eq(keys.secret, "a/b+c=");
    ck_assert_str_eq(keys.token, "TOKEN");
}
END_TEST

START_TEST(a_file_without_sections_is_enough)
{
    ck_assert_int_eq(
        s3_keys_parse("aws_secret_access_key=S\naws_access_key_id=I\n", &keys, &err), 0);
    ck_assert_str_eq(keys.id, "I");
    ck_assert_str_eq(keys.token, "");
}
END_TEST

static const struct {
    const char *text, *says;
} mistakes[] = {{"", "aws_access_key_id is missing"},
    {"aws_access_key_id=I", "aws_secret_access_key is missing"},
    {"[x]\naws_access_key_id=I\naws_secret_access_key=hush", "aws_access_key_id is missing"},
    {"aws_access_key_id=I\nhush", "line 2: must be NAME = VALUE"},
    {"aws_access_key_id =\naws_secret_access_key=hush",
        "line 1: aws_access_key_id has 0 characters"}};

START_TEST(a_mistake_names_its_line_and_no_key)
{
    ck_assert_int_eq(s3_keys_parse(mistakes[_i].text, &keys, &err), -ERR_INPUT);
    assert_says(mistakes[_i].says);
    ck_assert_ptr_null(strstr(err.text, "hush"));
}
END_TEST

START_TEST(a_file_that_others_may_read_is_refused)
{
    char path[] = "/tmp/casecast-keys-XXXXXX";
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    dprintf(fd, "aws_access_key_id=I\naws_secret_access_key=hush\n");
    ck_assert_int_eq(s3_keys_read(path, &keys, &err), 0);
    fchmod(fd, 0640);
    ck_assert_int_eq(s3_keys_read(path, &keys, &err), -ERR_INPUT);
    assert_says("mode 640");
    assert_says(path);
    ck_assert_ptr_null(strstr(err.text, "hush"));
    close(fd);
    unlink(path);
    ck_assert_int_eq(s3_keys_read(path, &keys, &err), -ERR_INPUT);
    assert_says("No such file");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("s3_settings");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int n_failed;

    tcase_add_loop_test(
        facts, an_address_is_a_bucket_and_plain_parts, 0, sizeof addresses / sizeof *addresses);
    tcase_add_test(facts, a_path_is_no_address);
    tcase_add_loop_test(
        facts, an_endpoint_is_a_scheme_and_a_host, 0, sizeof endpoints / sizeof *endpoints);
    tcase_add_test(facts, a_password_in_an_endpoint_is_refused_and_not_repeated);
    tcase_add_test(facts, the_bucket_stands_in_the_path_or_in_the_host);
    tcase_add_test(facts, keys_are_read_from_the_default_section);
    tcase_add_test(facts, a_file_without_sections_is_enough);
    tcase_add_loop_test(
        facts, a_mistake_names_its_line_and_no_key, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(facts, a_file_that_others_may_read_is_refused);
    suite_add_tcase(suite, facts);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
