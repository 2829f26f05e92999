/* test_case.c - the limits of a case and its JSON: each message names the place of the mistake and
 * what would be right. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "case/case.h"

static struct error error;

static json_t *parse(const char *text)
{
    json_error_t err;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &err);

    ck_assert_msg(json != NULL, "%s: %s", text, err.text);
    return json;
}

static void note(void *ctx, const char *place, const char *text)
{
    (void)place;
    buf_format(ctx, "%s\n", text);
}

/* Read `text` as a file of cases; exactly these mistakes are expected, one a line. */
static void assert_mistakes(const char *text, const char *expected)
{
    struct buf buf = {0};
    struct case_mistakes mistakes = {note, &buf, 0};
    struct case_list list;
    json_t *json = parse(text);
    int rc = case_list_from_json(json, &list, &mistakes);

    buf_add_text(&buf, "");
    ck_assert_str_eq(buf.data, expected);
    ck_assert_int_eq(rc, *expected ? -ERR_INPUT : 0);
    case_list_free(&list);
    buf_free(&buf);
    json_decref(json);
}

START_TEST(a_whole_case_is_read_and_written_back_the_same)
{
    const char *text =
        "{\"id\": \"1\", \"title\": \"T \xd8\xb9\", \"language\": \"en-gb\", \"shape\": \"4:5\","
        " \"size\": \"2160p\", \"fps\": 60, \"quality\": \"high\", \"music\": \"m.mp3\","
        " \"titleCard\": true, \"captionFont\": \"Noto Serif\", \"captionColor\": \"#FFcc00\","
        " \"captionBox\": \"#00000080\", \"captionSize\": 4.5, \"captionPosition\": \"top\","
        " \"scenes\": [{\"image\": \"a/b.jpg\", \"caption\": \"one\\ntwo\", \"narration\": "
        "\"Hi.\\tYou.\","
        " \"audio\": \"s.ogg\", \"credit\": \"Me, CC0\", \"seconds\": 2.5, \"title\": \"Chapter\","
        " \"motion\": \"left\", \"focusX\": 0.25, \"focusY\": 1.0, \"fit\": \"blur\","
        " \"transition\": \"wipe\"}, {\"image\": \"c.png\"}]}";
    struct case_record *record;
    json_t *json = parse(text), *again;

    ck_assert_int_eq(case_from_json(json, "", &record, &error), 0);
    ck_assert_str_eq(record->id, "1");
    ck_assert_str_eq(record->title, "T \xd8\xb9");
    ck_assert_int_eq(record->shape, CASE_UPRIGHT);
    ck_assert_int_eq(record->lines, 2160);
    ck_assert_int_eq(record->fps, 60);
    ck_assert_int_eq(record->quality, CASE_HIGH);
    ck_assert(record->title_card);
    ck_assert_int_eq(record->caption_position, CASE_TOP);
    ck_assert_int_eq(record->n_scenes, 2);
    ck_assert_int_eq(record->scenes[0].motion, CASE_MOTION_LEFT);
    ck_assert_double_eq(record->scenes[0].focus_x, 0.25);
    ck_assert_int_eq(record->scenes[0].fit, CASE_FIT_BLUR);
    ck_assert_int_eq(record->scenes[0].transition, CASE_TRANSITION_WIPE);
    ck_assert_str_eq(record->scenes[0].caption, "one\ntwo");
    ck_assert_double_eq(record->scenes[0].seconds, 2.5);
    ck_assert_ptr_null(record->scenes[1].narration);
    ck_assert_int_eq(case_check(record, &error), 0);
    again = case_to_json(record);
    ck_assert(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    case_free(record);
}
END_TEST

START_TEST(what_is_left_out_has_a_sensible_value)
{
    struct case_record *record;
    json_t *json = parse("{\"id\": \"beach\", \"title\": \"\", \"shape\": null,"
                         " \"size\": \"\", \"titleCard\": null, \"captionSize\": 0, \"scenes\": "
                         "[{\"image\": \"a.jpg\", \"caption\": \"\", \"seconds\": null}]}");

    ck_assert_int_eq(case_from_json(json, "", &record, &error), 0);
    ck_assert_str_eq(record->title, "beach");
    ck_assert_str_eq(record->language, "en");
    ck_assert_int_eq(record->shape, CASE_LANDSCAPE);
    ck_assert_int_eq(record->lines, 1080);
    ck_assert_int_eq(record->fps, 30);
    ck_assert_int_eq(record->quality, CASE_STANDARD);
    ck_assert(!record->music && !record->title_card && !record->caption_color);
    ck_assert_ptr_null(record->scenes[0].caption);
    ck_assert_double_eq(record->scenes[0].seconds, 0);
    ck_assert(record->scenes[0].focus_x == -1 && record->scenes[0].focus_y == -1);
    ck_assert_int_eq(record->scenes[0].motion, CASE_MOTION_CHOSEN);
    ck_assert_int_eq(record->scenes[0].transition, CASE_TRANSITION_FADE);
    case_free(record);
    json_decref(json);
}
END_TEST

START_TEST(line_ends_of_web_forms_become_newlines)
{
    struct case_record *record;
    json_t *json =
        parse("{\"id\": \"1\", \"scenes\": [{\"image\": \"a\", \"caption\": \"one\\r\\ntwo\"}]}");

    ck_assert_int_eq(case_from_json(json, "", &record, &error), 0);
    ck_assert_str_eq(record->scenes[0].caption, "one\ntwo");
    case_free(record);
    json_decref(json);
}
END_TEST

START_TEST(a_case_without_scenes_is_a_case)
{
    assert_mistakes("{\"$schema\": \"cases.schema.json\", \"cases\": [{\"id\": \"1\"}]}", "");
    assert_mistakes("{\"cases\": [{\"id\": \"1\"}, {\"id\": \"2\", \"scenes\": []}]}", "");
}
END_TEST

/* SCENE(…) is a file with one scene that has these fields. */
#define SCENE(fields) "{\"cases\": [{\"id\": \"1\", \"scenes\": [{" fields "}]}]}"
#define CASE(fields) "{\"cases\": [{" fields "}]}"
#define AT "cases[0].scenes[0]"

static const struct {
    const char *file, *mistakes;
} wrong[] = {
    {"[]", "must be an object, is a list\n"},
    {"{}", "cases: must be a list of at least one case\n"},
    {"{\"cases\": []}", "cases: must be a list of at least one case\n"},
    {"{\"cases\": {}}", "cases: must be a list, is an object\n"},
    {"{\"$schema\": 7, \"cases\": [{\"id\": \"1\"}]}", "$schema: must be text, is a number\n"},
    {CASE("\"$schema\": \"x\", \"id\": \"1\""), "cases[0]: unknown field \"$schema\"\n"},
    {"{\"cases\": [1]}", "cases[0]: must be an object, is a number\n"},
    {"{\"case\": []}", "unknown field \"case\" (did you mean cases?)\ncases: must be a list of at "
                       "least one case\n"},
    {CASE("\"title\": \"x\""), "cases[0].id: is missing\n"},
    {CASE("\"id\": 7"), "cases[0].id: must be text, is a number\n"},
    {CASE("\"id\": \"a b\""),
        "cases[0].id: \"a b\" must be 1 to 64 of the characters A-Z a-z 0-9 _ -\n"},
    {CASE("\"id\": \"1\", \"shape\": \"4:3\""),
        "cases[0].shape: \"4:3\" must be \"16:9\", \"9:16\", \"1:1\" or \"4:5\"\n"},
    {CASE("\"id\": \"1\", \"size\": 1080"), "cases[0].size: must be text, is a number\n"},
    {CASE("\"id\": \"1\", \"size\": \"4k\""),
        "cases[0].size: \"4k\" must be \"720p\", \"1080p\", \"1440p\" or \"2160p\"\n"},
    {CASE("\"id\": \"1\", \"fps\": 29"), "cases[0].fps: 29 must be 24, 25, 30, 48, 50 or 60\n"},
    {CASE("\"id\": \"1\", \"fps\": 29.97"),
        "cases[0].fps: 29.97 must be 24, 25, 30, 48, 50 or 60\n"},
    {CASE("\"id\": \"1\", \"fps\": \"30\""), "cases[0].fps: must be a number, is text\n"},
    {CASE("\"id\": \"1\", \"quality\": \"best\""),
        "cases[0].quality: \"best\" must be \"draft\", \"standard\" or \"high\"\n"},
    {CASE("\"id\": \"1\", \"titleCard\": \"yes\""),
        "cases[0].titleCard: must be true or false, is text\n"},
    {CASE("\"id\": \"1\", \"captionColor\": \"red\""),
        "cases[0].captionColor: \"red\" must be a colour, # and six digits 0-9 a-f: \"#ffffff\" is "
        "white\n"},
    {CASE("\"id\": \"1\", \"captionBox\": \"#000000\""),
        "cases[0].captionBox: \"#000000\" must be a colour and its opacity, # and eight digits 0-9 "
        "a-f: \"#00000080\" is black, half transparent\n"},
    {CASE("\"id\": \"1\", \"captionSize\": 0.5"),
        "cases[0].captionSize: is 0.5, must be 1 to 20\n"},
    {CASE("\"id\": \"1\", \"captionPosition\": \"left\""),
        "cases[0].captionPosition: \"left\" must be \"bottom\", \"middle\" or \"top\"\n"},
    {CASE("\"id\": \"1\", \"caption_position\": \"top\""),
        "cases[0]: unknown field \"caption_position\" (did you mean captionPosition?)\n"},
    {CASE("\"id\": \"1\", \"music\": \"a\\u0001\""),
        "cases[0].music: holds the control character U+0001 at byte 2; none is allowed here\n"},
    {CASE("\"id\": \"1\", \"language\": \"en us\""),
        "cases[0].language: \"en us\" is not a language that espeak-ng speaks; examples are "
        "\"en\", \"pt-BR\" and "
        "\"zh\", and `espeak-ng --voices` lists all\n"},
    {CASE("\"id\": \"1\", \"title\": \"one\\ntwo\""),
        "cases[0].title: holds the control character U+000A at byte 4; none is allowed here\n"},
    {CASE("\"id\": \"1\", \"scenes\": \"none\""), "cases[0].scenes: must be a list, is text\n"},
    {CASE("\"id\": \"1\", \"scenes\": [true]"), AT ": must be an object, is true\n"},
    {SCENE(""), AT ".image: is missing\n"},
    {SCENE("\"image\": \"\""), AT ".image: is missing\n"},
    {SCENE("\"image\": \" \\n\u00a0\""), AT ".image: is missing\n"},
    {CASE("\"id\": \" \""), "cases[0].id: is missing\n"},
    {SCENE("\"image\": 3"), AT ".image: must be text, is a number\n"},
    {SCENE("\"image\": [\"a\"]"), AT ".image: must be text, is a list\n"},
    {SCENE("\"image\": \"a\", \"captoin\": \"x\""),
        AT ": unknown field \"captoin\" (did you mean caption?)\n"},
    {SCENE("\"image\": \"a\", \"second\": 1"),
        AT ": unknown field \"second\" (did you mean seconds?)\n"},
    {SCENE("\"image\": \"a\", \"colour\": 1"), AT ": unknown field \"colour\"\n"},
    {SCENE("\"image\": \"a\", \"a_very_long_field_name_that_nobody_meant\": 1"),
        AT ": unknown field \"a_very_long_field_name_that_nobody_meant\"\n"},
    {SCENE("\"image\": \"a\", \"seconds\": \"3\""), AT ".seconds: must be a number, is text\n"},
    {SCENE("\"image\": \"a\", \"motion\": \"zoom\""),
        AT ".motion: \"zoom\" must be \"in\", \"out\", \"left\", \"right\", \"up\", \"down\" or "
           "\"still\"\n"},
    {SCENE("\"image\": \"a\", \"fit\": \"fill\""),
        AT ".fit: \"fill\" must be \"crop\" or \"blur\"\n"},
    {SCENE("\"image\": \"a\", \"transition\": \"star\""),
        AT ".transition: \"star\" must be \"fade\", \"cut\", \"black\", \"slide\" or \"wipe\"\n"},
    {SCENE("\"image\": \"a\", \"focusX\": 0.5"),
        AT ".focusY: is missing: focusX is set, and a point needs both\n"},
    {SCENE("\"image\": \"a\", \"focusY\": 0"),
        AT ".focusX: is missing: focusY is set, and a point needs both\n"},
    {SCENE("\"image\": \"a\", \"focusX\": 0.5, \"focusY\": 50"),
        AT ".focusY: is 50, must be 0 to 1\n" AT
           ".focusY: is missing: focusX is set, and a point needs both\n"},
    {SCENE("\"image\": \"a\", \"focusX\": -1, \"focusY\": -1"),
        AT ".focusX: is -1, must be 0 to 1\n" AT ".focusY: is -1, must be 0 to 1\n"},
    {SCENE("\"image\": \"a\", \"focus_x\": 0"),
        AT ": unknown field \"focus_x\" (did you mean focusX?)\n"},
    {SCENE("\"image\": \"a\", \"seconds\": -1"), AT ".seconds: is -1, must be 0 to 600\n"},
    {SCENE("\"image\": \"a\", \"seconds\": 600.5"), AT ".seconds: is 600.5, must be 0 to 600\n"},
    {SCENE("\"image\": \"a\", \"caption\": \"x\\u0007\""),
        AT ".caption: holds the control character U+0007 at byte 2; only newline and tab are "
           "allowed\n"},
    {SCENE("\"image\": \"a\", \"caption\": \"x\\u0085\""),
        AT ".caption: holds the control character U+0085 at byte 2; only newline and tab are "
           "allowed\n"},
    {SCENE("\"image\": \"a\", \"narration\": \"x\\ry\""),
        AT ".narration: holds the control character U+000D at byte 2; only newline and tab are "
           "allowed\n"},
    {SCENE("\"image\": \"a\\nb\""),
        AT ".image: holds the control character U+000A at byte 2; none is allowed here\n"},
    {"{\"cases\": [{\"id\": \"1\"}, {\"id\": \"2\"}, {\"id\": \"1\"}]}",
        "cases[2].id: \"1\" is also the id of cases[0]\n"},
};

START_TEST(every_mistake_has_a_place_and_says_what_is_right)
{
    assert_mistakes(wrong[_i].file, wrong[_i].mistakes);
}
END_TEST

START_TEST(a_place_is_a_json_pointer)
{
    static const char *const places[][2] = {{"", ""}, {"fps", "/fps"},
        {"scenes[12].image", "/scenes/12/image"}, {"cases[0].scenes[2]", "/cases/0/scenes/2"}};
    char pointer[64];

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        case_place_pointer(places[i][0], pointer);
        ck_assert_str_eq(pointer, places[i][1]);
    }
}
END_TEST

START_TEST(all_mistakes_of_a_file_are_told)
{
    assert_mistakes("{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": 1}, {\"image\": \"a\", "
                    "\"seconds\": 700}]},"
                    " {\"id\": \"\", \"shape\": 1}]}",
        "cases[0].scenes[0].image: must be text, is a number\n"
        "cases[0].scenes[1].seconds: is 700, must be 0 to 600\n"
        "cases[1].id: is missing\n"
        "cases[1].shape: must be text, is a number\n");
}
END_TEST

/* --- lengths --- */

static char *repeat(const char *piece, int n)
{
    struct buf buf = {0};

    for (int i = 0; i < n; i++)
        buf_add_text(&buf, piece);
    return buf.data;
}

static const struct {
    const char *field;
    const char *piece; /* one character */
    int most;
    const char *unit;
} lengths[] = {
    {"caption", "\xe0\xa4\x95", CASE_CAPTION_MAX, "characters"},
    {"narration", "n", CASE_NARRATION_MAX, "characters"},
    {"credit", "c", CASE_CREDIT_MAX, "characters"},
    {"title", "\xd8\xb9", CASE_TITLE_MAX, "characters"},
    {"image", "i", CASE_PATH_MAX, "bytes"},
    {"audio", "a", CASE_PATH_MAX, "bytes"},
};

START_TEST(too_long_is_told_with_length_and_limit)
{
    for (int over = 0; over < 2; over++) {
        char *text = repeat(lengths[_i].piece, lengths[_i].most + over), expected[200];
        json_t *scene = json_pack("{s:s}", "image", "x"), *json;
        struct case_record *record;
        int rc;

        json_object_set_new(scene, lengths[_i].field, json_string(text));
        json = json_pack("{s:s, s:[o]}", "id", "1", "scenes", scene);
        rc = case_from_json(json, "", &record, &error);
        if (over) {
            snprintf(expected, sizeof expected,
                "scenes[0].%s: is %d %s long, at most %d are allowed", lengths[_i].field,
                lengths[_i].most + 1, lengths[_i].unit, lengths[_i].most);
            ck_assert_int_eq(rc, -ERR_INPUT);
            ck_assert_str_eq(error.text, expected);
        } else {
            ck_assert_msg(rc == 0, "%s", error.text);
            case_free(record);
        }
        json_decref(json);
        free(text);
    }
}
END_TEST

START_TEST(too_many_scenes_are_refused)
{
    json_t *scenes = json_array(), *json;
    struct case_record *record;

    for (int i = 0; i <= CASE_SCENES_MAX; i++)
        json_array_append_new(scenes, json_pack("{s:s}", "image", "x"));
    json = json_pack("{s:s, s:o}", "id", "1", "scenes", scenes);
    ck_assert_int_eq(case_from_json(json, "cases[3]", &record, &error), -ERR_INPUT);
    ck_assert_str_eq(error.text, "cases[3].scenes: are 201, at most 200 are allowed");
    json_array_remove(scenes, 0);
    ck_assert_int_eq(case_from_json(json, "", &record, &error), 0);
    case_free(record);
    json_decref(json);
}
END_TEST

START_TEST(two_hours_of_seconds_are_refused_before_anything_is_made)
{
    json_t *scenes = json_array(), *json;
    struct case_record *record;

    for (int i = 0; i < 12; i++)
        json_array_append_new(scenes, json_pack("{s:s, s:i}", "image", "x", "seconds", 600));
    json = json_pack("{s:s, s:o}", "id", "1", "scenes", scenes);
    ck_assert_int_eq(case_from_json(json, "", &record, &error), 0);
    record->scenes[3].seconds = 599.5;
    ck_assert_int_eq(case_check(record, &error), 0);
    case_free(record);
    json_array_append_new(scenes, json_pack("{s:s, s:f}", "image", "x", "seconds", 0.5));
    ck_assert_int_eq(case_from_json(json, "cases[2]", &record, &error), -ERR_INPUT);
    ck_assert_str_eq(
        error.text, "cases[2].scenes: last 7200.5 seconds together, at most 7200 are allowed");
    json_decref(json);
}
END_TEST

START_TEST(ids_are_names_of_up_to_64_characters)
{
    static const char *const bad[] = {"", " ", "a b", "../x", "a.b", "\xc3\xa4", "a\n"};
    char *longest = repeat("x", 64), *longer = repeat("x", 65);

    ck_assert_int_eq(case_id_check("A-z_09", &error), 0);
    ck_assert_int_eq(case_id_check(longest, &error), 0);
    ck_assert_int_eq(case_id_check(longer, &error), -ERR_INPUT);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(case_id_check(bad[i], &error) == -ERR_INPUT, "%s", bad[i]);
    ck_assert_int_eq(case_id_check("a b", &error), -ERR_INPUT);
    ck_assert_str_eq(error.text, "\"a b\" must be 1 to 64 of the characters A-Z a-z 0-9 _ -");
    free(longest);
    free(longer);
}
END_TEST

START_TEST(a_record_from_elsewhere_is_checked_for_utf8)
{
    char caption[] = "ab\xff", image[] = "x", id[] = "1";
    struct scene scene = {SCENE_DEFAULTS, .image = image, .caption = caption};
    struct case_record record = {CASE_DEFAULTS, .id = id, .n_scenes = 1, .scenes = &scene};

    ck_assert_int_eq(case_check(&record, &error), -ERR_INPUT);
    ck_assert_str_eq(error.text, "scenes[0].caption: byte 3 is not valid UTF-8");
    scene.caption = NULL;
    ck_assert_int_eq(case_check(&record, &error), 0);
    scene.seconds = 0.0 / 0.0;
    ck_assert_int_eq(case_check(&record, &error), -ERR_INPUT);
}
END_TEST

static const struct {
    enum case_shape shape;
    const char *name;
    int lines, width, height;
} frames[] = {
    {CASE_LANDSCAPE, "16:9", 720, 1280, 720},
    {CASE_LANDSCAPE, "16:9", 2160, 3840, 2160},
    {CASE_PORTRAIT, "9:16", 1080, 1080, 1920},
    {CASE_PORTRAIT, "9:16", 1440, 1440, 2560},
    {CASE_SQUARE, "1:1", 1080, 1080, 1080},
    {CASE_UPRIGHT, "4:5", 1080, 1080, 1350},
    {CASE_UPRIGHT, "4:5", 720, 720, 900},
};

START_TEST(the_size_counts_the_shorter_side)
{
    struct case_record record = {CASE_DEFAULTS, .shape = frames[_i].shape};
    int width, height;

    record.lines = frames[_i].lines;
    case_frame_size(&record, &width, &height);
    ck_assert_int_eq(width, frames[_i].width);
    ck_assert_int_eq(height, frames[_i].height);
    ck_assert_str_eq(case_shape_name(frames[_i].shape), frames[_i].name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("case");
    TCase *tests = tcase_create("case");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_add_test(tests, a_whole_case_is_read_and_written_back_the_same);
    tcase_add_test(tests, what_is_left_out_has_a_sensible_value);
    tcase_add_test(tests, line_ends_of_web_forms_become_newlines);
    tcase_add_test(tests, a_case_without_scenes_is_a_case);
    tcase_add_loop_test(
        tests, every_mistake_has_a_place_and_says_what_is_right, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tests, a_place_is_a_json_pointer);
    tcase_add_test(tests, all_mistakes_of_a_file_are_told);
    tcase_add_loop_test(
        tests, too_long_is_told_with_length_and_limit, 0, sizeof lengths / sizeof *lengths);
    tcase_add_test(tests, too_many_scenes_are_refused);
    tcase_add_test(tests, two_hours_of_seconds_are_refused_before_anything_is_made);
    tcase_add_test(tests, ids_are_names_of_up_to_64_characters);
    tcase_add_test(tests, a_record_from_elsewhere_is_checked_for_utf8);
    tcase_add_loop_test(tests, the_size_counts_the_shorter_side, 0, sizeof frames / sizeof *frames);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
