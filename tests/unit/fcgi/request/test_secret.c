/* test_secret.c - a client secret opens one job until it expires: fcgi/request/secret.h. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "request/secret.h"

static const struct config config = {.secret_key = "a key of some length", .secret_ttl_s = 60};
static const char job_id[] = "0123456789abcdefghjkmnpqrs";
static char secret[SECRET_MAX], opened[JOB_ID_LEN + 1];
static int64_t expires_s;
static struct error err;

static void set_up(void)
{
    digest_init();
    secret_make(&config, job_id, secret, &expires_s);
}

static void nothing(void)
{
}

START_TEST(it_opens_the_job_it_was_made_for)
{
    ck_assert_int_eq(secret_check(&config, secret, opened, &err), 0);
    ck_assert_str_eq(opened, job_id);
}
END_TEST

/* Several secrets: a decoder that accepts a wrong byte shows that only where the byte fits. */
START_TEST(no_changed_byte_passes)
{
    struct config longer = config;

    longer.secret_ttl_s += _i;
    secret_make(&longer, job_id, secret, &expires_s);
    for (size_t i = 0; secret[i]; i++) {
        char was = secret[i];

        for (int byte = 1; byte < 256; byte++) {
            secret[i] = (char)byte;
            if (secret[i] != was && secret_check(&config, secret, opened, &err) != -ERR_INPUT)
                ck_abort_msg("byte %zu passes as 0x%02x", i, (unsigned)byte);
        }
        secret[i] = was;
    }
    ck_assert_int_eq(secret_check(&config, secret, opened, &err), 0);
}
END_TEST

START_TEST(another_key_opens_nothing)
{
    struct config other = {.secret_key = "a key of other length", .secret_ttl_s = 60};

    ck_assert_int_eq(secret_check(&other, secret, opened, &err), -ERR_INPUT);
}
END_TEST

START_TEST(an_expired_one_says_so)
{
    struct config past = config;

    past.secret_ttl_s = -1;
    secret_make(&past, job_id, secret, &expires_s);
    ck_assert_int_eq(secret_check(&config, secret, opened, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "expired"));
}
END_TEST

static const char *const nonsense[] = {"", ".", "..", "a.b.c", "....", "0123456789abcdefghjkmnpqrs",
    "0123456789abcdefghjkmnpqrs.1", "0123456789abcdefghjkmnpqrs.1.",
    "0123456789abcdefghjkmnpqrs..AAAA", "0123456789abcdefghjkmnpqrs.99999999999999999999999.AAAA",
    "\xFF\xFE.\x01.\x02"};

START_TEST(nonsense_is_refused_and_not_quoted)
{
    ck_assert_int_eq(secret_check(&config, nonsense[_i], opened, &err), -ERR_INPUT);
    if (strlen(nonsense[_i]) > 4)
        ck_assert_ptr_null(strstr(err.text, nonsense[_i]));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("secret");
    TCase *tcase = tcase_create("secret");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tcase, set_up, nothing);
    tcase_add_test(tcase, it_opens_the_job_it_was_made_for);
    tcase_add_loop_test(tcase, no_changed_byte_passes, 0, 32);
    tcase_add_test(tcase, another_key_opens_nothing);
    tcase_add_test(tcase, an_expired_one_says_so);
    tcase_add_loop_test(
        tcase, nonsense_is_refused_and_not_quoted, 0, sizeof nonsense / sizeof *nonsense);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
