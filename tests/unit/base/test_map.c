/* test_map.c - items under texts. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

enum { N = 1000 };

static struct map map;

static void key_of(int i, char ret_key[static 16])
{
    snprintf(ret_key, 16, "%d", (int)(i * 7919LL % N)); /* 7919 is a prime: each key once */
}

START_TEST(an_item_is_found_under_its_key_until_it_is_removed)
{
    static int items[N];
    char key[16];

    ck_assert_ptr_null(map_get(&map, "0"));
    for (int i = 0; i < N; i++) {
        key_of(i, key);
        map_put(&map, key, &items[i]);
        memset(key, 'x', 4); /* the map holds a copy */
    }
    ck_assert_uint_eq(map.n, N);
    for (int i = 0; i < N; i += 2) {
        key_of(i, key);
        ck_assert_ptr_eq(map_remove(&map, key), &items[i]);
        ck_assert_ptr_null(map_remove(&map, key));
    }
    ck_assert_uint_eq(map.n, N / 2);
    for (int i = 0; i < N; i++) {
        key_of(i, key);
        ck_assert_ptr_eq(map_get(&map, key), i % 2 ? &items[i] : NULL);
    }
    map_clear(&map, NULL);
    ck_assert_ptr_null(map_get(&map, "1"));
}
END_TEST

static void note(void *ctx, void *item)
{
    buf_format(ctx, "%s ", (const char *)item);
}

START_TEST(each_item_is_visited_once_in_the_order_of_the_keys)
{
    static const char *const keys[] = {"c", "a", "", "b", "ab", "\xC3\xA4"};
    struct buf seen = {0};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        map_put(&map, keys[i], mem_format("<%s>", keys[i]));
    map_each(&map, note, &seen);
    ck_assert_str_eq(seen.data, "<> <a> <ab> <b> <c> <\xC3\xA4> ");
    buf_free(&seen);
    map_clear(&map, free); /* the sanitizer sees what is left */
    ck_assert_uint_eq(map.n, 0);
    map_each(&map, note, &seen);
    ck_assert_uint_eq(seen.len, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("map");
    TCase *tests = tcase_create("map");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_test(tests, an_item_is_found_under_its_key_until_it_is_removed);
    tcase_add_test(tests, each_item_is_visited_once_in_the_order_of_the_keys);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
