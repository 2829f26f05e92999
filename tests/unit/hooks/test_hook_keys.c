/* test_hook_keys.c - keys and signatures of hooks, and what an answer means. */
#include "hooks/hook_keys.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "hooks/hook_answer.h"

/* A key, a message and its signature that the libraries of Standard Webhooks are tested with. */
#define KEY "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define OTHER_KEY "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
static const char body[] = "{\"test\": 2432232314}";
static const char right[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

static struct hook_keys keys;
static struct error err;

static char *sign(const char *text)
{
    digest_init();
    ck_assert_msg(hook_keys_parse(text, &keys, &err) == 0, "%s", err.text);
    return hook_keys_sign(&keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, sizeof body - 1);
}

static const char *const spellings[] = {
    KEY, "whsec_" KEY "\n", "# a comment\n\n" KEY "  \r\n# another\n"};

START_TEST(a_message_is_signed_as_the_specification_says)
{
    char *signature = sign(spellings[_i]);

    ck_assert_str_eq(signature, right);
    free(signature);
}
END_TEST

START_TEST(two_keys_make_two_signatures)
{
    char *signature = sign(OTHER_KEY "\n" KEY "\n");
    const char *gap = strchr(signature, ' ');

    ck_assert_ptr_nonnull(gap);
    ck_assert_str_eq(gap + 1, right);
    ck_assert(strncmp(signature, "v1,", 3) == 0 && strncmp(signature, right, 10) != 0);
    free(signature);
}
END_TEST

static const struct {
    const char *text, *says;
} bad[] = {
    {"", "holds no key"},
    {"# " KEY, "holds no key"},
    {"secret", "line 1: must be a key of 24 to 64 bytes"},
    {"\nwhsec_", "line 2: must be a key"},
    {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "line 1: must be a key"}, /* 23 bytes */
    {"whsk_" KEY, "line 1: must be a key"},
    {KEY "\n" KEY "\n" KEY, "line 3: holds a third key"},
};

START_TEST(what_is_no_key_is_told_and_not_quoted)
{
    ck_assert_int_eq(hook_keys_parse(bad[_i].text, &keys, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, bad[_i].says), "%s", err.text);
    ck_assert(!strstr(err.text, KEY) && !strstr(err.text, "secret"));
}
END_TEST

START_TEST(the_file_of_keys_is_its_owners_alone)
{
    char path[] = "/tmp/casecast-test-XXXXXX";
    int fd = mkstemp(path);

    ck_assert_int_eq(write(fd, KEY, sizeof KEY - 1), (ssize_t)sizeof KEY - 1);
    ck_assert_int_eq(hook_keys_read(path, &keys, &err), 0);
    ck_assert_int_eq(keys.n, 1);
    ck_assert_int_eq(fchmod(fd, 0644), 0);
    ck_assert_int_eq(hook_keys_read(path, &keys, &err), -ERR_INPUT);
    ck_assert_msg(strstr(err.text, "CASECAST_WEBHOOK_KEYS=/tmp/"), "%s", err.text);
    ck_assert_msg(strstr(err.text, "chmod 600"), "%s", err.text);
    close(fd);
    unlink(path);
    ck_assert_int_eq(hook_keys_read(path, &keys, &err), -ERR_INPUT);
}
END_TEST

/* --- answers --- */

START_TEST(an_answer_is_taken_refused_or_the_last_one)
{
    const long refused[] = {0, 100, 199, 300, 301, 400, 401, 404, 408, 409, 411, 425, 429, 500};

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_assert_int_eq(hook_answer_of(refused[i]), HOOK_REFUSED);
    ck_assert_int_eq(hook_answer_of(200), HOOK_TAKEN);
    ck_assert_int_eq(hook_answer_of(204), HOOK_TAKEN);
    ck_assert_int_eq(hook_answer_of(410), HOOK_GONE);
}
END_TEST

/* About: chance may take or add a quarter. */
static void assert_pause(int attempt, int64_t asked_s, int64_t about_ms)
{
    for (uint32_t chance = 0; chance < 4000; chance += 7) {
        int64_t pause = hook_pause_ms(attempt, chance, asked_s);

        ck_assert_int_ge(pause, about_ms - about_ms / 4);
        ck_assert_int_le(pause, about_ms + about_ms / 4);
    }
    ck_assert_int_ne(hook_pause_ms(attempt, 0, 0), hook_pause_ms(attempt, 1000, 0));
}

START_TEST(pauses_grow_to_an_hour)
{
    int64_t day = 0;
    int n = 0;

    assert_pause(1, 0, 5000);
    assert_pause(2, 0, 10000);
    assert_pause(9, 0, 1280000);
    assert_pause(11, 0, 3600000);
    assert_pause(1000000, 0, 3600000);
    while (day < HOOK_TRY_MS)
        day += hook_pause_ms(++n, 500, 0);
    ck_assert_int_ge(n, 25);
    ck_assert_int_le(n, 40);
}
END_TEST

START_TEST(a_receiver_may_ask_for_a_longer_pause_within_bounds)
{
    ck_assert_int_eq(hook_pause_ms(1, 500, 60), 60000);
    assert_pause(11, 60, 3600000);
    ck_assert_int_eq(hook_pause_ms(1, 500, 7 * 3600), HOOK_ASKED_MOST_MS);
    ck_assert_int_eq(hook_pause_ms(1, 500, INT64_MAX), HOOK_ASKED_MOST_MS);
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(cases, test, 0, sizeof table / sizeof *table)

int main(void)
{
    Suite *suite = suite_create("hook_keys");
    TCase *cases = tcase_create("hook_keys");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, cases);
    LOOP(a_message_is_signed_as_the_specification_says, spellings);
    tcase_add_test(cases, two_keys_make_two_signatures);
    LOOP(what_is_no_key_is_told_and_not_quoted, bad);
    tcase_add_test(cases, the_file_of_keys_is_its_owners_alone);
    tcase_add_test(cases, an_answer_is_taken_refused_or_the_last_one);
    tcase_add_test(cases, pauses_grow_to_an_hour);
    tcase_add_test(cases, a_receiver_may_ask_for_a_longer_pause_within_bounds);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
