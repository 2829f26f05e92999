/* test_canary.c - the sample of the engine: other code of a library makes another digest. */
#include <check.h>
#include <libavutil/cpu.h>
#include <string.h>

#include "base/digest.h"
#include "video/canary/canary.h"
#include "video/kept/engine.h"
#include "video/libav/cpu.h"
#include "video/libav/libav_error.h"

static char pinned[DIGEST_HEX_LEN + 1], other[DIGEST_HEX_LEN + 1];

static void set_up(void)
{
    digest_init();
    libav_log_capture();
    cpu_pin_libav();
    canary_make(pinned);
}

static void engine_hex(char ret_hex[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    engine_add(&digest);
    digest_hex(&digest, ret_hex);
}

START_TEST(the_same_code_makes_the_same_sample)
{
    canary_make(other);
    ck_assert_str_eq(other, pinned);
}
END_TEST

START_TEST(other_code_of_libav_makes_another_sample)
{
    av_force_cpu_flags(0);
    canary_make(other);
    ck_assert_str_ne(other, pinned);
    cpu_pin_libav();
    canary_make(other);
    ck_assert_str_eq(other, pinned);
}
END_TEST

START_TEST(the_engine_is_named_by_its_sample_too)
{
    char before[DIGEST_HEX_LEN + 1], after[DIGEST_HEX_LEN + 1];

    engine_hex(before);
    canary_prepare();
    engine_hex(after);
    ck_assert_str_ne(before, after);
    engine_set_sample(pinned); /* what canary_prepare() made of the same code */
    engine_hex(other);
    ck_assert_str_eq(other, after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("canary");
    TCase *tests = tcase_create("canary");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, the_same_code_makes_the_same_sample);
    tcase_add_test(tests, other_code_of_libav_makes_another_sample);
    tcase_add_test(tests, the_engine_is_named_by_its_sample_too);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed > 0;
}
