/* test_origin.c - whose page a request comes from, and the headers that its answer gets:
 * fcgi/request/origin.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "request/origin.h"

static const struct {
    const char *fetch_site, *origin, *referer;
    enum origin named, unnamed; /* with and without CASECAST_ORIGINS */
} asked[] = {
    /* a program; a bookmark; our page */
    {"", "", "", ORIGIN_OURS, ORIGIN_OURS},
    {"none", "", "", ORIGIN_OURS, ORIGIN_OURS},
    {"same-origin", "", "", ORIGIN_OURS, ORIGIN_OURS},
    {"same-origin", "https://video.example", "", ORIGIN_OURS, ORIGIN_OURS},
    {"", "https://video.example", "", ORIGIN_OURS, ORIGIN_OURS},
    {"", "HTTPS://VIDEO.example", "", ORIGIN_OURS, ORIGIN_OURS},
    {"", "", "https://video.example", ORIGIN_OURS, ORIGIN_OURS},
    /* a page of a named site */
    {"cross-site", "https://app.example", "", ORIGIN_NAMED, ORIGIN_FOREIGN},
    {"same-site", "http://localhost:3000", "", ORIGIN_NAMED, ORIGIN_FOREIGN},
    {"", "https://app.example", "", ORIGIN_NAMED, ORIGIN_FOREIGN},
    {"", "", "https://app.example", ORIGIN_NAMED, ORIGIN_FOREIGN},
    /* pages of other sites; no page can set Sec-Fetch-Site, so it decides first */
    {"cross-site", "", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"same-site", "", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"Same-Origin ", "", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"cross-site", "https://video.example", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"cross-site", "", "https://app.example", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "null", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "https://app.example.evil", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "https://app.exampl", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "http://app.example", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "https://app.example:444", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "https://app.example http://localhost:3000", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "https://video.example:444", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "http://evil.example/https://video.example", "", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
    {"", "", "http://evil.example", ORIGIN_FOREIGN, ORIGIN_FOREIGN},
};

static struct origin_signs signs_of(int i)
{
    return (struct origin_signs){.host = "video.example",
        .fetch_site = asked[i].fetch_site,
        .origin = asked[i].origin,
        .referer = asked[i].referer};
}

START_TEST(whose_page_it_is)
{
    struct config named = {.origins = " https://app.example,\thttp://localhost:3000 "};
    struct config unnamed = {.origins = ""};
    struct origin_signs signs = signs_of(_i);

    ck_assert_int_eq(origin_of(&named, &signs), asked[_i].named);
    ck_assert_int_eq(origin_of(&unnamed, &signs), asked[_i].unnamed);
}
END_TEST

static const char *headers(const char *origins, const char *origin)
{
    static struct buf out;
    struct config config = {.origins = origins};
    struct origin_signs signs = {
        .host = "video.example", .fetch_site = "", .origin = origin, .referer = ""};

    buf_free(&out);
    origin_headers(&out, &config, &signs);
    return out.data ? out.data : "";
}

START_TEST(only_a_named_site_gets_cors_headers)
{
    const char *app = "https://app.example";

    ck_assert_str_eq(headers("", app), "");
    ck_assert_str_eq(headers(app, "https://evil.example"), "Vary: Origin\r\n");
    ck_assert_str_eq(headers(app, ""), "Vary: Origin\r\n");
    ck_assert_ptr_nonnull(
        strstr(headers(app, app), "Access-Control-Allow-Origin: https://app.example\r\n"));
    ck_assert_ptr_nonnull(strstr(headers("*", app), "Access-Control-Allow-Origin: *\r\n"));
    ck_assert_ptr_null(strstr(headers("*", app), "Credentials"));
}
END_TEST

/* --- the setting --- */

static const char *const right[] = {"*", "https://app.example", "http://localhost:3000",
    "https://a.example https://b.example,http://[::1]:80", " https://a.example "},
                         *const wrong[] = {"app.example", "https://app.example/",
                             "https://app.example/x", "ftp://app.example", "https://",
                             "https://a.example *", "https://a.example;b", "https://a\r\nb", "null",
                             "https://*.example"};

START_TEST(a_right_setting_is_taken)
{
    struct config config;
    struct error err;

    setenv("CASECAST_ORIGINS", right[_i], 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_str_eq(config.origins, right[_i]);
}
END_TEST

START_TEST(a_wrong_setting_is_named)
{
    struct config config;
    struct error err;

    setenv("CASECAST_ORIGINS", wrong[_i], 1);
    ck_assert_int_eq(config_read(&config, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "CASECAST_ORIGINS: "));
    ck_assert_ptr_nonnull(strstr(err.text, "https://HOST"));
}
END_TEST

START_TEST(one_address_has_all_streams_only_if_the_setting_says_so)
{
    static const struct {
        const char *all, *client;
        int wanted;
    } settings[] = {
        {"15000", "", 100}, {"9", "", 5}, {"1", "", 1}, {"15000", "0", 0}, {"9", "9", 9}};
    struct config config;
    struct error err;

    setenv("CASECAST_MAX_STREAMS", settings[_i].all, 1);
    setenv("CASECAST_MAX_STREAMS_CLIENT", settings[_i].client, 1);
    ck_assert_int_eq(config_read(&config, &err), 0);
    ck_assert_int_eq(config.max_streams_client, settings[_i].wanted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("origin");
    TCase *tcase = tcase_create("origin");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_loop_test(tcase, whose_page_it_is, 0, sizeof asked / sizeof *asked);
    tcase_add_test(tcase, only_a_named_site_gets_cors_headers);
    tcase_add_loop_test(tcase, a_right_setting_is_taken, 0, sizeof right / sizeof *right);
    tcase_add_loop_test(tcase, a_wrong_setting_is_named, 0, sizeof wrong / sizeof *wrong);
    tcase_add_loop_test(tcase, one_address_has_all_streams_only_if_the_setting_says_so, 0, 5);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed > 0;
}
