/* test_shape.c - objects that are written by a table have the members that its JSON Schema asks
 * for. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "events/events.h"

static void assert_json(json_t *json, const char *expected)
{
    char *text = json_dumps(json, JSON_COMPACT);

    ck_assert_str_eq(text, expected);
    free(text);
    json_decref(json);
}

START_TEST(an_object_has_its_members_in_the_order_of_the_table)
{
    assert_json(shape_json(&event_scene, 2, 3, "/a.jpg"),
        "{\"index\":2,\"of\":3,\"thumbnail\":\"/a.jpg\"}");
}
END_TEST

START_TEST(a_time_that_is_not_known_is_null)
{
    json_t *json = shape_json(&event_progress, "encoding", 50.0, 1, 2, 24.5, 1, (int64_t)-1);

    ck_assert(json_is_null(json_object_get(json, "etaMs")));
    json_decref(json);
    json = shape_json(&event_progress, "encoding", 50.0, 1, 2, 24.5, 1, INT64_C(5000000000));
    ck_assert_int_eq(json_integer_value(json_object_get(json, "etaMs")), INT64_C(5000000000));
    json_decref(json);
}
END_TEST

START_TEST(the_subject_has_the_name_of_its_kind)
{
    assert_json(shape_json(&event_job, "2g", "queued", 1, "report", "7"),
        "{\"id\":\"2g\",\"state\":\"queued\",\"position\":1,\"report\":\"7\"}");
}
END_TEST

START_TEST(a_word_that_the_table_lacks_is_a_fault)
{
    shape_json(&event_end, "lost");
}
END_TEST

START_TEST(a_schema_asks_for_what_is_written)
{
    json_t *schema = shape_schema(&event_done), *name;
    json_t *json = shape_json(
        &event_done, "/v.mp4", "/t.jpg", 1.5, 16, 9, 30, 0, NULL, "/p.jpg", "/s.vtt", json_array());
    size_t i;

    json_object_set_new(json, "bytes", json_object()); /* added by who measures the files */
    ck_assert_uint_eq(json_array_size(json_object_get(schema, "required")), json_object_size(json));
    json_array_foreach(json_object_get(schema, "required"), i, name)
        ck_assert_ptr_nonnull(json_object_get(json, json_string_value(name)));
    ck_assert_ptr_nonnull(json_object_get(json_object_get(schema, "properties"), "traceparent"));
    json_decref(json);
    json_decref(schema);
}
END_TEST

START_TEST(beside_the_subject_there_may_be_what_is_added)
{
    json_t *schema = shape_schema(&event_job);

    ck_assert_int_eq(json_integer_value(json_object_get(schema, "minProperties")), 4);
    ck_assert_int_eq(json_integer_value(json_object_get(schema, "maxProperties")), 5);
    json_decref(schema);
}
END_TEST

START_TEST(every_event_is_found_by_its_name)
{
    for (const struct shape *const *event = events; *event; event++)
        ck_assert_ptr_eq(events_find((*event)->name), *event);
    ck_assert_ptr_null(events_find("nothing"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shape");
    TCase *tests = tcase_create("shape");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_test(tests, an_object_has_its_members_in_the_order_of_the_table);
    tcase_add_test(tests, a_time_that_is_not_known_is_null);
    tcase_add_test(tests, the_subject_has_the_name_of_its_kind);
    tcase_add_test_raise_signal(tests, a_word_that_the_table_lacks_is_a_fault, SIGABRT);
    tcase_add_test(tests, a_schema_asks_for_what_is_written);
    tcase_add_test(tests, beside_the_subject_there_may_be_what_is_added);
    tcase_add_test(tests, every_event_is_found_by_its_name);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
