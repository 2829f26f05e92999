/* test_store_cases.c - cases in our own tables, and behind views over somebody else's. */
#include "base/mem.h"
#include "unit/store_kit.h"

static struct case_record *make_case(const char *id, int n_scenes)
{
    struct case_record *record = mem_new(struct case_record);

    *record = (struct case_record){CASE_USUAL, .shape = CASE_PORTRAIT};
    record->id = mem_copy(id);
    record->title = mem_format("Title of %s", id);
    record->language = mem_copy("en-gb");
    record->n_scenes = n_scenes;
    record->scenes = mem_new_n((size_t)n_scenes, struct scene);
    for (int i = 0; i < n_scenes; i++) {
        record->scenes[i] = (struct scene){SCENE_USUAL};
        record->scenes[i].image = mem_format("%d.jpg", i);
        if (i == 0) {
            record->scenes[i].caption = mem_copy("One\ntwo \xd8\xb9");
            record->scenes[i].seconds = 2.5;
        }
    }
    return record;
}

static void put(const char *id, int n_scenes)
{
    struct case_record *record = make_case(id, n_scenes);

    assert_done(store_case_put(kit_store, &record, 1, &kit_error));
    case_free(record);
}

static void note_summary(void *ctx, const struct case_summary *summary)
{
    buf_format(ctx, "%s|%s|%s|%s|%d\n", summary->id, summary->title, summary->language,
        case_shape_name(summary->shape), summary->n_scenes);
}

static void assert_list(const char *expected)
{
    struct buf buf = {0};

    buf_add_text(&buf, "");
    assert_done(store_case_each(kit_store, note_summary, &buf, &kit_error));
    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
}

START_TEST(a_case_comes_back_as_it_went)
{
    struct case_record *sent = make_case("a", 12), *got;
    json_t *x, *y;

    assert_done(store_case_put(kit_store, &sent, 1, &kit_error));
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    x = case_to_json(sent);
    y = case_to_json(got);
    ck_assert(json_equal(x, y));
    json_decref(x);
    json_decref(y);
    case_free(sent);
    case_free(got);
}
END_TEST

START_TEST(every_field_comes_back_as_it_went)
{
    struct case_record *sent = make_case("a", 2), *got;
    struct scene *scene = &sent->scenes[1];
    json_t *x, *y;

    sent->lines = 1440;
    sent->fps = 48;
    sent->quality = CASE_DRAFT;
    sent->music = mem_copy("m.ogg");
    sent->title_card = true;
    sent->fades = true;
    sent->credits = true;
    sent->caption_font = mem_copy("Noto Serif");
    sent->caption_color = mem_copy("#ffcc00");
    sent->caption_box = mem_copy("#00000000");
    sent->caption_size = 5.5;
    sent->caption_position = CASE_MIDDLE;
    scene->title = mem_copy("Two");
    scene->motion = CASE_MOTION_STILL;
    scene->focus_x = 0;
    scene->focus_y = 0.75;
    scene->fit = CASE_FIT_BLUR;
    scene->transition = CASE_TRANSITION_BLACK;
    assert_done(store_case_put(kit_store, &sent, 1, &kit_error));
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    x = case_to_json(sent);
    y = case_to_json(got);
    ck_assert(json_equal(x, y));
    ck_assert_ptr_nonnull(json_object_get(y, "captionPosition"));
    ck_assert_ptr_nonnull(
        json_object_get(json_array_get(json_object_get(y, "scenes"), 1), "transition"));
    json_decref(x);
    json_decref(y);
    case_free(sent);
    case_free(got);
}
END_TEST

START_TEST(a_case_put_again_is_replaced_whole)
{
    struct case_record *got;

    put("a", 5);
    put("a", 2);
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    ck_assert_int_eq(got->n_scenes, 2);
    case_free(got);
    assert_list("a|Title of a|en-gb|9:16|2\n");
}
END_TEST

START_TEST(all_cases_are_put_or_none)
{
    struct case_record *both[] = {make_case("a", 1), make_case("b", 1)};

    free(both[1]->scenes[0].image);
    both[1]->scenes[0].image = NULL;
    ck_assert_int_eq(store_case_put(kit_store, both, 2, &kit_error), -ERR_LIBRARY);
    assert_list("");
    case_free(both[0]);
    case_free(both[1]);
}
END_TEST

START_TEST(an_unknown_case_is_not_found)
{
    struct case_record *got;

    put("1", 1);
    ck_assert_int_eq(store_case_get(kit_store, "999", &got, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_int_eq(store_case_get(kit_store, "01", &got, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_int_eq(store_case_get(kit_store, "", &got, &kit_error), STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(a_case_without_scenes_is_listed_and_read)
{
    struct case_record *got;

    put("a", 0);
    assert_list("a|Title of a|en-gb|9:16|0\n");
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    ck_assert_int_eq(got->n_scenes, 0);
    case_free(got);
}
END_TEST

START_TEST(numbered_cases_are_listed_in_the_order_of_numbers)
{
    put("10", 0);
    put("2", 0);
    assert_list("2|Title of 2|en-gb|9:16|0\n10|Title of 10|en-gb|9:16|0\n");
}
END_TEST

/* --- views --- */

static void reopen_with(const char *sql)
{
    store_close(kit_store);
    kit_store = NULL;
    kit_sql(sql);
    kit_store = kit_open();
}

#define NO_TABLES "DROP TABLE IF EXISTS scenes; DROP TABLE IF EXISTS cases;"

START_TEST(an_existing_database_plugs_in_by_views)
{
    struct case_record *got;

    reopen_with(NO_TABLES "CREATE TABLE album(number INTEGER PRIMARY KEY, name TEXT);"
                          "CREATE TABLE photo(album INTEGER, at REAL, file TEXT, said TEXT);"
                          "INSERT INTO album VALUES (7, 'Summer'), (12, NULL);"
                          "INSERT INTO photo VALUES (7, 2.5, 'b.jpg', ''), (7, 1, 'a.jpg', "
                          "'Hello.' || char(13, 10) || 'Bye.');"
                          "CREATE VIEW cases AS SELECT number AS id, name AS title FROM album;"
                          "CREATE VIEW scenes AS SELECT album AS case_id, at AS position, file AS "
                          "image, said AS narration"
                          "  FROM photo;");
    assert_list("7|Summer|en|16:9|2\n12|12|en|16:9|0\n");
    assert_done(store_case_get(kit_store, "7", &got, &kit_error));
    ck_assert_str_eq(got->title, "Summer");
    ck_assert_str_eq(got->scenes[0].image, "a.jpg");
    ck_assert_str_eq(got->scenes[0].narration, "Hello.\nBye.");
    ck_assert_str_eq(got->scenes[1].image, "b.jpg");
    ck_assert_ptr_null(got->scenes[1].narration);
    case_free(got);
    ck_assert_int_eq(store_case_get(kit_store, "07", &got, &kit_error), STORE_E_NOT_FOUND);
}
END_TEST

START_TEST(ids_that_a_view_computes_are_found)
{
    struct case_record *got;

    reopen_with(
        NO_TABLES "CREATE VIEW cases AS SELECT 3 + 4 AS id;"
                  "CREATE VIEW scenes AS SELECT 3 + 4 AS case_id, 1 AS position, 'a' AS image;");
    assert_done(store_case_get(kit_store, "7", &got, &kit_error));
    ck_assert_int_eq(got->n_scenes, 1);
    case_free(got);
}
END_TEST

START_TEST(a_view_cannot_be_imported_into)
{
    struct case_record *record = make_case("a", 1);

    reopen_with(
        NO_TABLES "CREATE VIEW cases AS SELECT 'x' AS id;"
                  "CREATE VIEW scenes AS SELECT 'x' AS case_id, 1 AS position, 'a' AS image;");
    ck_assert_int_eq(store_case_put(kit_store, &record, 1, &kit_error), -ERR_LIBRARY);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "because it is a view"));
    case_free(record);
}
END_TEST

/* A table of somebody's who never heard of frame rates. */
START_TEST(a_field_without_a_column_is_left_out_or_refused_by_name)
{
    struct case_record *record = make_case("a", 1), *got;

    reopen_with(NO_TABLES "CREATE TABLE cases(id, title, language, shape, mood);"
                          "CREATE TABLE scenes(case_id, position, image, caption, seconds);");
    assert_done(store_case_put(kit_store, &record, 1, &kit_error));
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    ck_assert_str_eq(got->scenes[0].caption, record->scenes[0].caption);
    ck_assert_int_eq(got->fps, 30);
    case_free(got);
    record->scenes[0].fit = CASE_FIT_BLUR;
    ck_assert_int_eq(store_case_put(kit_store, &record, 1, &kit_error), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(
        kit_error.text, "scenes has no column \"fit\": add it, or leave fit out of the case"));
    record->fps = 60;
    ck_assert_int_eq(store_case_put(kit_store, &record, 1, &kit_error), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "cases has no column \"fps\""));
    case_free(record);
}
END_TEST

static const struct {
    const char *views, *message;
} wrong_views[] = {
    {"CREATE VIEW cases AS SELECT 1 AS number;"
     "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS image;",
        "cases has no column \"id\""},
    {"CREATE VIEW cases AS SELECT 1 AS id;"
     "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS picture;",
        "scenes has no column \"image\""},
    {"CREATE VIEW cases AS SELECT 1 AS id;"
     "CREATE VIEW scenes AS SELECT 1 AS case_id, 'a' AS image;",
        "scenes has no column \"position\""},
    {"CREATE VIEW cases AS SELECT 1 AS id;", "only one is there"},
    {"CREATE VIEW cases AS SELECT id FROM gone;"
     "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS image;",
        "no such table: main.gone"},
};

START_TEST(views_that_miss_something_are_refused_by_name)
{
    struct store *store;

    store_close(kit_store);
    kit_store = NULL;
    kit_sql(NO_TABLES);
    kit_sql(wrong_views[_i].views);
    ck_assert_int_lt(store_open(kit_path, &store, &kit_error), 0);
    ck_assert_msg(strstr(kit_error.text, wrong_views[_i].message), "%s", kit_error.text);
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
}
END_TEST

/* One scene of one case, whatever its view makes of it. */
#define VIEWS(case_columns, scene_columns)                                                         \
    NO_TABLES "CREATE VIEW cases AS SELECT '1' AS id" case_columns ";"                             \
              "CREATE VIEW scenes AS SELECT '1' AS case_id, 1 AS position, " scene_columns ";"

static const struct {
    const char *views, *message;
} bad_rows[] = {
    {VIEWS(", x'41' AS title", "'a' AS image"), "case 1: title: must be text, is a blob"},
    {VIEWS(", 'a' || char(10) || 'b' AS title", "'a' AS image"),
        "case 1: title: holds the control character U+000A at byte 2; none is allowed here"},
    {VIEWS(", CAST(x'41ff' AS TEXT) AS title", "'a' AS image"),
        "case 1: title: byte 2 is not valid UTF-8"},
    {VIEWS(", '4:3' AS shape", "'a' AS image"),
        "case 1: shape: \"4:3\" must be \"16:9\", \"9:16\", \"1:1\" or \"4:5\""},
    {VIEWS(", 'fast' AS fps", "'a' AS image"),
        "case 1: fps: fast must be 24, 25, 30, 48, 50 or 60"},
    {VIEWS(", x'33' AS fps", "'a' AS image"), "case 1: fps: must be a number, is a blob"},
    {VIEWS(", 'yes' AS title_card", "'a' AS image"),
        "case 1: title_card: must be 1 (true) or 0 (false)"},
    {VIEWS(", '#fff' AS caption_color", "'a' AS image"), "case 1: captionColor: \"#fff\" must be"},
    {VIEWS("", "'a' AS image, 2 AS focus_x, 0 AS focus_y"),
        "case 1: scenes[0].focus_x: is 2, must be 0 to 1"},
    {VIEWS("", "'a' AS image, 0.5 AS focus_x"),
        "case 1: scenes[0].focusY: is missing beside focusX"},
    {VIEWS("", "'a' AS image, 7 AS motion"), "case 1: scenes[0].motion: \"7\" must be \"in\""},
    {VIEWS(", 'e n' AS language", "'a' AS image"), "case 1: language: \"e n\" is no voice"},
    {VIEWS("", "NULL AS image"), "case 1: scenes[0].image: is missing"},
    {VIEWS("", "'' AS image"), "case 1: scenes[0].image: is missing"},
    {VIEWS("", "x'ffd8' AS image"), "case 1: scenes[0].image: must be text, is a blob"},
    {VIEWS("", "CAST(x'410042' AS TEXT) AS image"), "case 1: scenes[0].image: holds a NUL byte"},
    {VIEWS("", "'a' AS image, CAST(x'ff' AS TEXT) AS caption"),
        "case 1: scenes[0].caption: byte 1 is not valid UTF-8"},
    {VIEWS("", "'a' AS image, printf('%.*c', 30000, 'x') AS caption"),
        "case 1: scenes[0].caption: is 30000 bytes long, at most 5000 characters are allowed"},
    {VIEWS("", "'a' AS image, printf('%.*c', 5001, 'x') AS caption"),
        "case 1: scenes[0].caption: is 5001 characters long, at most 5000 are allowed"},
    {VIEWS("", "'a' AS image, zeroblob(20000000) AS caption"),
        "case 1: scenes[0].caption: must be text, is a blob"},
    {VIEWS("", "'a' AS image, zeroblob(100000000) AS caption"),
        "a value in it is larger than 32 MiB"},
    {VIEWS("", "'a' AS image, 'soon' AS seconds"),
        "case 1: scenes[0].seconds: must be a number, is text"},
    {VIEWS("", "'a' AS image, -1 AS seconds"),
        "case 1: scenes[0].seconds: is -1, must be 0 to 600"},
    {VIEWS("", "'a' AS image, 9e999 AS seconds"),
        "case 1: scenes[0].seconds: is inf, must be 0 to 600"},
    {NO_TABLES "CREATE VIEW cases AS SELECT 1 AS id;"
               "CREATE VIEW scenes AS WITH RECURSIVE n(i) AS"
               " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
               " SELECT 1 AS case_id, i AS position, 'a' AS image FROM n;",
        "case 1: scenes: are more than the 200 a case may have"},
};

START_TEST(a_bad_row_is_refused_with_its_place)
{
    struct case_record *got;

    reopen_with(bad_rows[_i].views);
    ck_assert_int_eq(store_case_get(kit_store, "1", &got, &kit_error), -ERR_INPUT);
    ck_assert_msg(strstr(kit_error.text, bad_rows[_i].message), "%s", kit_error.text);
}
END_TEST

START_TEST(a_number_is_a_title_and_an_empty_shape_is_the_usual_one)
{
    struct case_record *got;

    reopen_with(
        VIEWS(", 1984 AS title, '' AS shape, NULL AS language, 60.0 AS fps, 0 AS title_card",
            "'a' AS image, 3 AS seconds, '' AS motion, NULL AS focus_x"));
    assert_done(store_case_get(kit_store, "1", &got, &kit_error));
    ck_assert_str_eq(got->title, "1984");
    ck_assert_str_eq(got->language, "en");
    ck_assert_double_eq(got->scenes[0].seconds, 3);
    ck_assert_int_eq(got->fps, 60);
    ck_assert(!got->title_card);
    case_free(got);
}
END_TEST

START_TEST(a_list_shows_what_is_good_though_rows_are_bad)
{
    reopen_with(NO_TABLES
        "CREATE VIEW cases(id, title, shape) AS VALUES ('good', 'Fine', '9:16'), ('with space', "
        "'x', ''),"
        " (NULL, 'x', ''), ('odd', CAST(x'41ff0a' AS TEXT), 'round'), ('worse', x'00', x'00');"
        "CREATE VIEW scenes AS SELECT 'good' AS case_id, 1 AS position, 'a' AS image;");
    assert_list("good|Fine|en|9:16|1\nodd|A??|en|16:9|0\nworse|worse|en|16:9|0\n");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_case_comes_back_as_it_went,
        every_field_comes_back_as_it_went,
        a_case_put_again_is_replaced_whole,
        all_cases_are_put_or_none,
        an_unknown_case_is_not_found,
        a_case_without_scenes_is_listed_and_read,
        numbered_cases_are_listed_in_the_order_of_numbers,
        an_existing_database_plugs_in_by_views,
        ids_that_a_view_computes_are_found,
        a_view_cannot_be_imported_into,
        a_field_without_a_column_is_left_out_or_refused_by_name,
        a_number_is_a_title_and_an_empty_shape_is_the_usual_one,
        a_list_shows_what_is_good_though_rows_are_bad,
    };
    const struct kit_loop loops[] = {
        {views_that_miss_something_are_refused_by_name, sizeof wrong_views / sizeof *wrong_views},
        {a_bad_row_is_refused_with_its_place, sizeof bad_rows / sizeof *bad_rows},
    };

    return kit_main_loops("store_cases", tests, sizeof tests / sizeof *tests, loops, 2, kit_start);
}
