/* test_idempotency.c - what names a request, and what makes two of them the same. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "route/idempotency.h"

static struct error err;

static int read_key(
    const char *address, const char *key, const char *body, struct idempotency *ret_idempotency)
{
    char params[2][400];
    char *envp[] = {params[0], params[1], NULL};
    FCGX_Request fcgx = {.envp = envp};
    struct request request = {.fcgx = &fcgx};
    json_t *json = json_loads(body, 0, NULL);
    int rc;

    snprintf(params[0], sizeof params[0], "HTTP_X_REAL_IP=%s", address);
    snprintf(params[1], sizeof params[1], "HTTP_IDEMPOTENCY_KEY=%s", key);
    ck_assert_ptr_nonnull(json);
    rc = idempotency_read(&request, json, ret_idempotency, &err);
    json_decref(json);
    return rc;
}

static struct idempotency read_good(const char *address, const char *key, const char *body)
{
    struct idempotency idempotency;

    ck_assert_int_eq(read_key(address, key, body, &idempotency), 0);
    return idempotency;
}

START_TEST(without_the_header_there_is_no_name)
{
    ck_assert_str_eq(read_good("192.0.2.1", "", "{}").name, "");
}
END_TEST

START_TEST(the_name_is_of_the_client_and_its_key)
{
    struct idempotency one = read_good("192.0.2.1", "abc", "{}");

    ck_assert_uint_eq(strlen(one.name), DIGEST_HEX_LEN);
    ck_assert_str_eq(read_good("192.0.2.1", "\"abc\"", "{}").name, one.name);
    ck_assert_str_ne(read_good("192.0.2.1", "abd", "{}").name, one.name);
    ck_assert_str_ne(read_good("192.0.2.2", "abc", "{}").name, one.name);
    ck_assert_str_eq(read_good("2001:db8::1", "abc", "{}").name,
        read_good("2001:db8::ffff:2", "abc", "{}").name);
}
END_TEST

START_TEST(bodies_that_say_the_same_are_the_same)
{
    struct idempotency one = read_good("", "k", "{\"a\":1,\"b\":[true]}");

    ck_assert_str_eq(read_good("", "k", " {\"b\": [true], \"a\": 1}").body, one.body);
    ck_assert_str_ne(read_good("", "k", "{\"a\":2,\"b\":[true]}").body, one.body);
}
END_TEST

START_TEST(what_can_be_no_key_is_refused)
{
    char longest[258];
    const char *const bad[] = {"a b", "\"\"", "\"", "a\"b", "caf\xC3\xA9", "a\tb", longest};
    struct idempotency idempotency;

    memset(longest, 'k', sizeof longest);
    longest[255] = '\0';
    read_good("", longest, "{}");
    longest[255] = 'k';
    longest[256] = '\0';
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_int_eq(read_key("", bad[i], "{}", &idempotency), -ERR_INPUT);
        ck_assert_ptr_nonnull(strstr(err.text, "1 to 255"));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("idempotency");
    TCase *tests = tcase_create("idempotency");
    SRunner *runner = srunner_create(suite);
    int failed;

    digest_init();
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, without_the_header_there_is_no_name);
    tcase_add_test(tests, the_name_is_of_the_client_and_its_key);
    tcase_add_test(tests, bodies_that_say_the_same_are_the_same);
    tcase_add_test(tests, what_can_be_no_key_is_refused);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
