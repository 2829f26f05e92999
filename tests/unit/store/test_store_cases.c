/* test_store_cases.c - cases in our own tables, and behind views over somebody else's. */
#include "base/mem.h"
#include "unit/store/store_kit.h"

static struct case_record *make_case(const char *id, int n_scenes)
{
    struct case_record *record = mem_new(struct case_record);

    *record = (struct case_record){CASE_DEFAULTS, .shape = CASE_PORTRAIT};
    record->id = mem_copy(id);
    record->title = mem_format("Title of %s", id);
    record->language = mem_copy("en-gb");
    record->n_scenes = n_scenes;
    record->scenes = mem_new_n((size_t)n_scenes, struct scene);
    for (int i = 0; i < n_scenes; i++) {
        record->scenes[i] = (struct scene){SCENE_DEFAULTS};
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

/* What `may` was told, and what it answers. */
struct asked {
    int n, answer;
    bool is_there;
    char tag[CASE_TAG_LEN + 1]; /* "": no case */
};

static int note_asked(
    void *ctx, bool is_there, const struct case_record *was, struct error *err)
{
    struct asked *asked = ctx;

    (void)err;
    asked->n++;
    asked->is_there = is_there;
    asked->tag[0] = '\0';
    if (was)
        case_tag(was, asked->tag);
    return asked->answer;
}

static int edit(const char *id, const struct case_record *record, struct asked *asked)
{
    struct case_edit wish = {.id = id, .record = record, .may = note_asked, .ctx = asked};

    return store_case_edit(kit_store, &wish, &kit_error);
}

START_TEST(a_case_is_edited_if_the_caller_agrees_to_what_is_there)
{
    struct case_record *first = make_case("a", 1), *second = make_case("a", 3), *got;
    char tag[CASE_TAG_LEN + 1];
    struct asked asked = {0};

    assert_done(edit("a", first, &asked));
    ck_assert(asked.n == 1 && !asked.is_there && !*asked.tag);
    asked.answer = 77;
    ck_assert_int_eq(edit("a", second, &asked), 77);
    case_tag(first, tag);
    ck_assert(asked.is_there);
    ck_assert_str_eq(asked.tag, tag);
    assert_done(store_case_get(kit_store, "a", &got, &kit_error));
    ck_assert_int_eq(got->n_scenes, 1);
    case_free(got);
    asked.answer = 0;
    assert_done(edit("a", second, &asked));
    assert_list("a|Title of a|en-gb|9:16|3\n");
    assert_done(edit("a", NULL, &asked));
    assert_list("");
    ck_assert_int_eq(edit("a", NULL, &asked), STORE_E_NOT_FOUND);
    ck_assert_int_eq(asked.n, 5);
    case_free(first);
    case_free(second);
}
END_TEST

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
    ck_assert_int_lt(store_case_put(kit_store, both, 2, &kit_error), 0);
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

/* --- pages --- */

static void note_id(void *ctx, const struct case_summary *summary)
{
    buf_format(ctx, "%s ", summary->id);
}

/* The ids of a page, each with a space behind it. */
static void assert_page(int most, const char *after, const char *query, const char *expected)
{
    struct case_filter filter = {.most = most, .after = after};
    struct case_search *search = NULL;
    struct buf buf = {0};

    if (query)
        assert_done(case_search_new(query, strlen(query), &search, &kit_error));
    filter.search = search;
    buf_add_text(&buf, "");
    assert_done(store_case_list(kit_store, &filter, note_id, &buf, &kit_error));
    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
    case_search_free(search);
}

START_TEST(a_page_begins_behind_any_id_and_has_so_many_cases_at_most)
{
    static const char *const ids[] = {"film-10", "b", "10", "film-2", "9", "A", "film-1"};

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        put(ids[i], 0);
    assert_page(0, NULL, NULL, "9 10 A b film-1 film-2 film-10 ");
    assert_page(2, NULL, NULL, "9 10 ");
    assert_page(3, "10", NULL, "A b film-1 ");
    assert_page(3, "film-1", NULL, "film-2 film-10 ");
    assert_page(1, "film-10", NULL, "");
    put("film-1a", 0); /* one that comes before the next page, and one that is in it */
    put("film-3", 0);
    assert_page(3, "film-2", NULL, "film-3 film-10 ");
    assert_page(1, "film-1b", NULL, "film-2 "); /* the cursor itself need not be there */
}
END_TEST

/* Ten times as many as a page may have, in an order that makes each one the first. */
START_TEST(a_page_has_the_first_of_many_cases)
{
    char id[16];

    for (int i = 60; i > 0; i--) {
        snprintf(id, sizeof id, "%d", i);
        put(id, i % 3);
    }
    assert_page(6, NULL, NULL, "1 2 3 4 5 6 ");
    assert_page(6, "52", NULL, "53 54 55 56 57 58 ");
    assert_page(6, "56", NULL, "57 58 59 60 ");
}
END_TEST

START_TEST(words_are_found_in_titles_and_captions)
{
    put("a", 0);
    put("b", 2); /* its caption is "One\ntwo \xd8\xb9" */
    assert_page(0, NULL, "TITLE", "a b ");
    assert_page(0, NULL, "one", "b ");
    assert_page(0, NULL, "two title one", "b ");
    assert_page(0, NULL, "\xd8\xb9", "b ");
    assert_page(0, NULL, "one three", "");
    assert_page(0, NULL, "0.jpg", ""); /* a picture's name is neither */
    assert_page(0, NULL, " ", "a b ");
    assert_page(1, NULL, "title", "a ");
    assert_page(1, "a", "title", "b ");
    assert_page(1, "b", "one", "");
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

static const char *const others[] = {
    NO_TABLES "CREATE VIEW cases AS SELECT 'x' AS id;"
              "CREATE VIEW scenes AS SELECT 'x' AS case_id, 1 AS position, 'a' AS image;",
    NO_TABLES "CREATE TABLE cases(id, title, language, shape, mood);"
              "CREATE TABLE scenes(case_id, position, image, caption, seconds);",
};

START_TEST(tables_of_others_are_not_edited)
{
    struct case_record *record = make_case("a", 1);
    struct asked asked = {0};

    reopen_with(others[_i]);
    ck_assert_int_eq(edit("a", record, &asked), STORE_E_READ_ONLY);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "not casecast's own table"));
    ck_assert_int_eq(edit("x", NULL, &asked), STORE_E_READ_ONLY);
    ck_assert_int_eq(asked.n, 0);
    case_free(record);
}
END_TEST

START_TEST(a_file_that_can_only_be_read_is_no_table_of_others)
{
    const struct case_edit removal = {.id = "a"};
    struct store *store;

    assert_done(store_open_to_read(kit_path, STORE_CASES, &store, &kit_error));
    ck_assert_int_eq(store_case_edit(store, &removal, &kit_error), STORE_E_READ_ONLY);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "must be able to write to it"));
    store_close(store);
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
    ck_assert_int_lt(store_open(kit_path, kit_path, &store, &kit_error), 0);
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
    {VIEWS(", 'maybe' AS title_card", "'a' AS image"),
        "case 1: title_card: \"maybe\" must be true or false (or 1, yes, on; 0, no, off)"},
    {VIEWS(", 2 AS title_card", "'a' AS image"), "case 1: title_card: \"2\" must be true or false"},
    {VIEWS(", '0.5' AS title_card", "'a' AS image"),
        "case 1: title_card: \"0.5\" must be true or false"},
    {VIEWS(", x'31' AS title_card", "'a' AS image"),
        "case 1: title_card: must be true or false, is a blob"},
    {VIEWS(", '29.97' AS fps", "'a' AS image"),
        "case 1: fps: 29.97 must be 24, 25, 30, 48, 50 or 60"},
    {VIEWS(", 'best' AS quality", "'a' AS image"),
        "case 1: quality: \"best\" must be \"draft\", \"standard\" or \"high\""},
    {VIEWS(", 0 AS quality", "'a' AS image"), "case 1: quality: \"0\" must be \"draft\""},
    {VIEWS(", 999 AS size", "'a' AS image"), "case 1: size: \"999\" must be \"720p\""},
    {VIEWS("", "'a' AS image, '6,5' AS seconds"),
        "case 1: scenes[0].seconds: \"6,5\" must be a number, 0 to 600"},
    {VIEWS("", "'a' AS image, '0x10' AS seconds"),
        "case 1: scenes[0].seconds: \"0x10\" must be a number"},
    {VIEWS("", "'a' AS image, 'inf' AS seconds"),
        "case 1: scenes[0].seconds: \"inf\" must be a number"},
    {VIEWS("", "'a' AS image, '6 5' AS seconds"),
        "case 1: scenes[0].seconds: \"6 5\" must be a number"},
    {VIEWS("", "'a' AS image, '700' AS seconds"),
        "case 1: scenes[0].seconds: is 700, must be 0 to 600"},
    {VIEWS("", "'a' AS image, printf('%0100d', 5) AS seconds"),
        "case 1: scenes[0].seconds: \"000000"},
    {VIEWS("", "'a' AS image, CAST(x'3100' AS TEXT) AS seconds"),
        "case 1: scenes[0].seconds: holds a NUL byte"},
    {VIEWS("", "'   ' AS image"), "case 1: scenes[0].image: is missing"},
    {VIEWS("", "x'' AS image"), "case 1: scenes[0].image: is missing"},
    {VIEWS(", '#fff' AS caption_color", "'a' AS image"), "case 1: captionColor: \"#fff\" must be"},
    {VIEWS("", "'a' AS image, 2 AS focus_x, 0 AS focus_y"),
        "case 1: scenes[0].focus_x: is 2, must be 0 to 1"},
    {VIEWS("", "'a' AS image, 0.5 AS focus_x"),
        "case 1: scenes[0].focusY: is missing: focusX is set"},
    {VIEWS("", "'a' AS image, 7 AS motion"), "case 1: scenes[0].motion: \"7\" must be \"in\""},
    {VIEWS(", 'e n' AS language", "'a' AS image"), "case 1: language: \"e n\" is not a language"},
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
        "case 1: scenes[0].seconds: \"soon\" must be a number, 0 to 600"},
    {VIEWS("", "'a' AS image, -1 AS seconds"),
        "case 1: scenes[0].seconds: is -1, must be 0 to 600"},
    {VIEWS("", "'a' AS image, 9e999 AS seconds"),
        "case 1: scenes[0].seconds: is inf, must be 0 to 600"},
    {NO_TABLES "CREATE VIEW cases AS SELECT 1 AS id;"
               "CREATE VIEW scenes AS WITH RECURSIVE n(i) AS"
               " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
               " SELECT 1 AS case_id, i AS position, 'a' AS image FROM n;",
        "case 1: scenes: are more than the 200 that are allowed"},
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

#define NBSP "char(160)"
#define OF_CASE(columns) VIEWS(", " columns, "'a' AS image")
#define OF_SCENE(columns) VIEWS("", "'a' AS image, " columns)

/* Whatever type a column has, or none: what it says counts. */
static const struct {
    const char *views, *field, *says; /* JSON; NULL: the field is not in it */
} meanings[] = {
    {OF_CASE("'1' AS title_card"), "titleCard", "true"},
    {OF_CASE("'true' AS title_card"), "titleCard", "true"},
    {OF_CASE("'TRUE' AS fades"), "fades", "true"},
    {OF_CASE("' Yes ' AS fades"), "fades", "true"},
    {OF_CASE("'on' AS credits"), "credits", "true"},
    {OF_CASE("'t' AS credits"), "credits", "true"},
    {OF_CASE("1.0 AS title_card"), "titleCard", "true"},
    {OF_CASE("'1.0' AS title_card"), "titleCard", "true"},
    {OF_CASE("'0' AS title_card"), "titleCard", NULL},
    {OF_CASE("'no' AS title_card"), "titleCard", NULL},
    {OF_CASE("'False' AS title_card"), "titleCard", NULL},
    {OF_CASE("'off' AS title_card"), "titleCard", NULL},
    {OF_CASE("0.0 AS title_card"), "titleCard", NULL},
    {OF_CASE("'' AS title_card"), "titleCard", NULL},
    {OF_CASE("'  ' AS title_card"), "titleCard", NULL},
    {OF_CASE("'24' AS fps"), "fps", "24"},
    {OF_CASE("' 24 ' AS fps"), "fps", "24"},
    {OF_CASE("'50.0' AS fps"), "fps", "50"},
    {OF_CASE("60.0 AS fps"), "fps", "60"},
    {OF_CASE("'' AS fps"), "fps", "30"},
    {OF_CASE("char(9, 10) AS fps"), "fps", "30"},
    {OF_CASE("'High' AS quality"), "quality", "\"high\""},
    {OF_CASE("' draft' AS quality"), "quality", "\"draft\""},
    {OF_CASE("'9:16 ' AS shape"), "shape", "\"9:16\""},
    {OF_CASE("720 AS size"), "size", "\"720p\""},
    {OF_CASE("'720' AS size"), "size", "\"720p\""},
    {OF_CASE("'720P' AS size"), "size", "\"720p\""},
    {OF_CASE("' ' AS size"), "size", "\"1080p\""},
    {OF_CASE("'5.5' AS caption_size"), "captionSize", "5.5"},
    {OF_CASE("' ' AS caption_size"), "captionSize", NULL},
    {OF_CASE("2024 AS title"), "title", "\"2024\""},
    {OF_CASE("2024.0 AS title"), "title", "\"2024\""},
    {OF_CASE("2.5 AS title"), "title", "\"2.5\""},
    {OF_CASE("' Two words ' AS title"), "title", "\"Two words\""},
    {OF_CASE("'  ' AS title"), "title", "\"1\""},
    {OF_CASE(NBSP " AS title"), "title", "\"1\""},
    {OF_CASE("' en-gb' AS language"), "language", "\"en-gb\""},
    {OF_CASE("' ' AS language"), "language", "\"en\""},
    {OF_CASE("' ' AS music"), "music", NULL},
    {OF_CASE("'#FFcc00 ' AS caption_color"), "captionColor", "\"#FFcc00\""},
    {OF_CASE("' ' AS caption_color, '' AS caption_box, ' ' AS caption_font"), "captionColor", NULL},
    {OF_CASE("'' AS caption_position"), "captionPosition", NULL},
    {OF_SCENE("'6.5' AS seconds"), "seconds", "6.5"},
    {OF_SCENE("' 24 ' AS seconds"), "seconds", "24.0"},
    {OF_SCENE("'30.0' AS seconds"), "seconds", "30.0"},
    {OF_SCENE("'1e1' AS seconds"), "seconds", "10.0"},
    {OF_SCENE(NBSP " || '6.5' || " NBSP " AS seconds"), "seconds", "6.5"},
    {OF_SCENE("'' AS seconds"), "seconds", NULL},
    {OF_SCENE("' ' AS seconds"), "seconds", NULL},
    {OF_SCENE("x'' AS seconds"), "seconds", NULL},
    {OF_SCENE("'0' AS focus_x, '1.0' AS focus_y"), "focusX", "0.0"},
    {OF_SCENE("'' AS focus_x, ' ' AS focus_y"), "focusX", NULL},
    {OF_SCENE("' ' AS audio, 'Hello' AS narration"), "audio", NULL},
    {OF_SCENE("'  ' AS narration, ' ' AS caption"), "narration", NULL},
    {OF_SCENE("7 AS caption"), "caption", "\"7\""},
    {OF_SCENE("' kept as it is ' AS caption"), "caption", "\" kept as it is \""},
    {OF_SCENE("' ' AS credit"), "credit", NULL},
    {OF_SCENE("' ' AS motion, '' AS fit, ' ' AS transition"), "motion", NULL},
    {OF_SCENE("'Still' AS motion"), "motion", "\"still\""},
    {OF_SCENE("' BLUR ' AS fit"), "fit", "\"blur\""},
    {VIEWS("", "7 AS image"), "image", "\"7\""},
    {VIEWS("", "' a.jpg' AS image"), "image", "\" a.jpg\""},
};

static char *said_of(const struct case_record *record, const char *field)
{
    json_t *json = case_to_json(record), *value = json_object_get(json, field);
    char *text;

    if (!value)
        value = json_object_get(json_array_get(json_object_get(json, "scenes"), 0), field);
    text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
    json_decref(json);
    return text;
}

START_TEST(a_value_is_what_it_says)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        struct case_record *got;
        char *text;

        reopen_with(meanings[i].views);
        ck_assert_msg(store_case_get(kit_store, "1", &got, &kit_error) == 0, "%s: %s",
            meanings[i].views, kit_error.text);
        text = said_of(got, meanings[i].field);
        ck_assert_msg(!text == !meanings[i].says && (!text || strcmp(text, meanings[i].says) == 0),
            "%s: %s is %s", meanings[i].views, meanings[i].field, text ? text : "not there");
        free(text);
        case_free(got);
        kit_sql("DROP VIEW cases; DROP VIEW scenes");
    }
}
END_TEST

/* --- positions and ids --- */

#define SCENES(values)                                                                             \
    NO_TABLES "CREATE VIEW cases AS SELECT '7' AS id;"                                             \
              "CREATE VIEW scenes(case_id, position, image) AS VALUES " values ";"

static const struct {
    const char *views, *images; /* or what is wrong */
} orders[] = {
    {SCENES("(7, '10', 'c'), (7, '2', 'b'), (7, '1', 'a')"), "a b c"},
    {SCENES("(7, 10, 'c'), (7, '2', 'b'), (7, 1.5, 'a')"), "a b c"},
    {SCENES("(7, ' 10 ', 'c'), (7, '2.5', 'b'), (7, '-3', 'a')"), "a b c"},
    {SCENES("(7, '1e2', 'c'), (7, 0, 'b'), (7, -1e3, 'a')"), "a b c"},
    {SCENES("(7, 9007199254740993, 'b'), (7, 9007199254740992, 'a')"), "a b"},
    {SCENES("(7, '9007199254740993', 'b'), (7, 9007199254740992, 'a')"), "a b"},
    {SCENES("(7, 2, 'a'), (7, '2', 'b')"),
        "case 7: scenes[1].position: is 2, as that of scenes[0]: each must differ"},
    {SCENES("(7, 2.0, 'a'), (7, '2', 'b')"), "case 7: scenes[1].position: is 2"},
    {SCENES("(7, 1, 'a'), (7, NULL, 'b')"),
        "case 7: scenes[0].position: is missing; it says which scene comes when"},
    {SCENES("(7, 1, 'a'), (7, ' ', 'b')"), "case 7: scenes[0].position: is missing"},
    {SCENES("(7, 1, 'a'), (7, '2nd', 'b')"),
        "case 7: scenes[1].position: \"2nd\" must be a number, as 2 or 2.5"},
    {SCENES("(7, 1, 'a'), (7, 'b', 'b')"), "case 7: scenes[0].position: \"b\" must be a number"},
    {SCENES("(7, 1, 'a'), (7, x'32', 'b')"), "scenes[1].position: must be a number, is a blob"},
};

START_TEST(scenes_come_in_the_order_of_their_positions)
{
    struct case_record *got = NULL;
    struct buf images = {0};

    reopen_with(orders[_i].views);
    if (store_case_get(kit_store, "7", &got, &kit_error) < 0) {
        ck_assert_msg(strstr(kit_error.text, orders[_i].images), "%s", kit_error.text);
        return;
    }
    for (int i = 0; i < got->n_scenes; i++)
        buf_format(&images, "%s%s", i ? " " : "", got->scenes[i].image);
    ck_assert_str_eq(images.data, orders[_i].images);
    buf_free(&images);
    case_free(got);
}
END_TEST

/* How the two tables may say 7, with and without types of their columns. */
static const char *const sevens[] = {
    "7",
    "'7'",
    "7.0",
    "'7.0'",
};
enum { N_SEVENS = sizeof sevens / sizeof *sevens };

static const char *const types[][2] = {
    {"", ""}, {"TEXT", "INTEGER"}, {"INTEGER", "TEXT"}, {"REAL", "TEXT"}, {"TEXT", "TEXT"}};

static void make_sevens(const char *const type[2], const char *of_case, const char *of_scene)
{
    char sql[600];

    snprintf(sql, sizeof sql,
        NO_TABLES "CREATE TABLE cases(id %s, title, language, shape);"
                  "CREATE TABLE scenes(case_id %s, position, image, caption, seconds);"
                  "INSERT INTO cases(id, title) VALUES (%s, 'Seven');"
                  "INSERT INTO scenes(case_id, position, image) VALUES (%s, 1, 'a')",
        type[0], type[1], of_case, of_scene);
    reopen_with(sql);
}

static void assert_seven(void)
{
    struct case_record *got, *mine = make_case("7", 2);

    assert_list("7|Seven|en|16:9|1\n");
    assert_done(store_case_get(kit_store, "7", &got, &kit_error));
    ck_assert_str_eq(got->id, "7");
    ck_assert_int_eq(got->n_scenes, 1);
    case_free(got);
    ck_assert_int_eq(store_case_get(kit_store, "07", &got, &kit_error), STORE_E_NOT_FOUND);
    ck_assert_int_eq(store_case_get(kit_store, "7.0", &got, &kit_error), STORE_E_NOT_FOUND);
    assert_done(store_case_put(kit_store, &mine, 1, &kit_error));
    assert_list("7|Title of 7|en-gb|9:16|2\n");
    case_free(mine);
}

START_TEST(an_id_is_what_it_says_in_both_tables)
{
    for (size_t i = 0; i < N_SEVENS; i++)
        for (size_t k = 0; k < N_SEVENS; k++) {
            make_sevens(types[_i], sevens[i], sevens[k]);
            assert_seven();
        }
}
END_TEST

START_TEST(an_id_that_two_rows_have_is_refused)
{
    struct case_record *got;

    reopen_with(NO_TABLES "CREATE VIEW cases AS SELECT 7 AS id UNION ALL SELECT '7';"
                          "CREATE VIEW scenes AS SELECT 7 AS case_id, 1 AS position, 'a' AS image");
    assert_says(store_case_get(kit_store, "7", &got, &kit_error), ERR_INPUT,
        "case 7: id: two rows have this one");
    assert_page(1, NULL, NULL, "7 ");
    assert_page(1, "7", NULL, ""); /* no page ends between the two */
}
END_TEST

/* What a stranger's captions may be.  Scenes without a case, and ids that name none, hide nothing. */
START_TEST(captions_of_any_kind_are_searched)
{
    reopen_with(NO_TABLES "CREATE VIEW cases(id) AS VALUES (7), ('8'), (9.0), ('none');"
                          "CREATE VIEW scenes(case_id, position, image, caption) AS VALUES"
                          " ('7', 1, 'a', 2024), (8.0, 1, 'a', 'In 2024'), (9, 1, 'a', x'32303234'),"
                          " ('5', 1, 'a', '2024'), ('a b', 1, 'a', '2024'), (NULL, 1, 'a', '2024'),"
                          " ('none', 1, 'a', CAST(x'ff32303234' AS TEXT)), (7, 2, 'a', NULL)");
    assert_page(0, NULL, "2024", "7 8 ");
    assert_page(1, "7", "2024", "8 ");
    reopen_with("DROP VIEW cases; DROP VIEW scenes;"
                "CREATE VIEW cases(id, title) AS VALUES (7, 'Ann'), (8, 'Bo');"
                "CREATE VIEW scenes(case_id, position, image) AS VALUES (7, 1, 'bo');");
    assert_page(0, NULL, "bo", "8 "); /* without a column of captions */
}
END_TEST

START_TEST(a_list_shows_what_is_good_though_rows_are_bad)
{
    reopen_with(NO_TABLES
        "CREATE VIEW cases(id, title, shape) AS VALUES ('good', 'Fine', '9:16'), ('with space', "
        "'x', ''),"
        " (NULL, 'x', ''), ('odd', CAST(x'41ff0a' AS TEXT), 'round'), ('worse', x'00', x'00');"
        "CREATE VIEW scenes AS SELECT 'good' AS case_id, 1 AS position, 'a' AS image;");
    assert_list("good|Fine|en|9:16|1\nodd|A?|en|16:9|0\nworse|worse|en|16:9|0\n");
}
END_TEST

enum { COMMON_TESTS = 11 }; /* of both engines: the first in the list */

int main(void)
{
    const TTest *const tests[] = {
        a_case_comes_back_as_it_went,
        a_case_is_edited_if_the_caller_agrees_to_what_is_there,
        every_field_comes_back_as_it_went,
        a_case_put_again_is_replaced_whole,
        all_cases_are_put_or_none,
        an_unknown_case_is_not_found,
        a_case_without_scenes_is_listed_and_read,
        numbered_cases_are_listed_in_the_order_of_numbers,
        a_page_begins_behind_any_id_and_has_so_many_cases_at_most,
        a_page_has_the_first_of_many_cases,
        words_are_found_in_titles_and_captions,
        /* SQLite's own: tests/flow/case/postgres.sh shows views and types of PostgreSQL */
        an_existing_database_plugs_in_by_views,
        ids_that_a_view_computes_are_found,
        a_view_cannot_be_imported_into,
        a_field_without_a_column_is_left_out_or_refused_by_name,
        a_number_is_a_title_and_an_empty_shape_is_the_usual_one,
        a_value_is_what_it_says,
        an_id_that_two_rows_have_is_refused,
        captions_of_any_kind_are_searched,
        a_list_shows_what_is_good_though_rows_are_bad,
        a_file_that_can_only_be_read_is_no_table_of_others,
    };
    const struct kit_loop loops[] = {
        {views_that_miss_something_are_refused_by_name, sizeof wrong_views / sizeof *wrong_views},
        {a_bad_row_is_refused_with_its_place, sizeof bad_rows / sizeof *bad_rows},
        {scenes_come_in_the_order_of_their_positions, sizeof orders / sizeof *orders},
        {an_id_is_what_it_says_in_both_tables, sizeof types / sizeof *types},
        {tables_of_others_are_not_edited, sizeof others / sizeof *others},
    };

    if (kit_is_postgres())
        return kit_main_loops("store_cases", tests, COMMON_TESTS, NULL, 0, kit_start);
    return kit_main_loops("store_cases", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, kit_start);
}
