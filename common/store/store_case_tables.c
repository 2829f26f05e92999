/* store_case_tables.c - the two tables that cases are read from: under which names, and made where
 * they are not there.
 *
 * Names of ours come first, so that a file whose owner calls something else `cases` can have views
 * under them.  We take the common names only in a file that holds nothing but what is ours. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/store_private.h"

#define OUR_CASES "casecast_cases"
#define OUR_SCENES "casecast_scenes"

/* --- columns --- */

struct column {
    const char *name, *type; /* NULL ends a list */
};

/* In the order in which they came: new ones go to the end. */
static const struct column case_columns[] = {{"id", "TEXT PRIMARY KEY NOT NULL"}, {"title", "TEXT"},
    {"language", "TEXT"}, {"shape", "TEXT"}, {"size", "TEXT"}, {"fps", "INTEGER"},
    {"quality", "TEXT"}, {"music", "TEXT"}, {"title_card", "INTEGER"}, {"caption_font", "TEXT"},
    {"caption_color", "TEXT"}, {"caption_box", "TEXT"}, {"caption_size", "REAL"},
    {"caption_position", "TEXT"}, {"fades", "INTEGER"}, {"credits", "INTEGER"}, {NULL, NULL}};
static const struct column scene_columns[] = {{"case_id", "TEXT NOT NULL"},
    {"position", "INTEGER NOT NULL"}, {"image", "TEXT NOT NULL"}, {"caption", "TEXT"},
    {"narration", "TEXT"}, {"audio", "TEXT"}, {"credit", "TEXT"}, {"seconds", "REAL"},
    {"title", "TEXT"}, {"motion", "TEXT"}, {"focus_x", "REAL"}, {"focus_y", "REAL"},
    {"fit", "TEXT"}, {"transition", "TEXT"}, {NULL, NULL}};

/* The tables that the first casecast made had these many of them. */
enum { CASE_COLUMNS_LEAST = 4, SCENE_COLUMNS_LEAST = 8 };

/* The columns that `table` lacks, if it is one that we made: a table with the first columns of the
 * list, in their order, and no other.  Somebody else's lacks none. */
static int find_lacking(struct store *store, const char *table, const struct column *columns,
    int least, const struct column **ret_lacking, struct error *err)
{
    bool is_ours = true;
    sqlite3_stmt *row;
    int n = 0, answer;

    answer = query_start(store,
        "SELECT name FROM pragma_table_info(?1) WHERE EXISTS"
        " (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1) ORDER BY cid",
        VALUES(value_text(table)), &row, err);
    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        is_ours = is_ours && columns[n].name && strcmp(columns[n].name, column_text(row, 0)) == 0;
        n += is_ours;
        answer = 0;
    }
    if (!is_ours || n < least)
        while (columns[n].name)
            n++;
    *ret_lacking = &columns[n];
    return answer;
}

static int find_both_lacking(struct store *store, const struct column **ret_of_cases,
    const struct column **ret_of_scenes, struct error *err)
{
    int answer =
        find_lacking(store, store->cases, case_columns, CASE_COLUMNS_LEAST, ret_of_cases, err);

    if (answer == 0)
        answer = find_lacking(
            store, store->scenes, scene_columns, SCENE_COLUMNS_LEAST, ret_of_scenes, err);
    return answer;
}

int case_tables_are_whole(struct store *store, bool *ret_are_whole, struct error *err)
{
    const struct column *of_cases, *of_scenes;
    int answer = find_both_lacking(store, &of_cases, &of_scenes, err);

    if (answer == 0)
        *ret_are_whole = !of_cases->name && !of_scenes->name;
    return answer;
}

static int add_columns(
    struct store *store, const char *table, const struct column *columns, struct error *err)
{
    int answer = 0;

    for (; answer == 0 && columns->name; columns++) {
        char *sql =
            mem_format("ALTER TABLE %s ADD COLUMN %s %s", table, columns->name, columns->type);

        answer = run_script(store, sql, err);
        free(sql);
    }
    return answer;
}

static int complete(struct store *store, struct error *err)
{
    const struct column *of_cases, *of_scenes;
    int answer = find_both_lacking(store, &of_cases, &of_scenes, err);

    if (answer == 0)
        answer = add_columns(store, store->cases, of_cases, err);
    return answer == 0 ? add_columns(store, store->scenes, of_scenes, err) : answer;
}

/* --- names --- */

static int count_names(
    struct store *store, const char *cases, const char *scenes, int64_t *ret_n, struct error *err)
{
    return query_number(store,
        "SELECT count(*) FROM sqlite_schema"
        " WHERE type IN ('table', 'view') AND lower(name) IN (?1, ?2)",
        VALUES(value_text(cases), value_text(scenes)), ret_n, err);
}

static int refuse_one_alone(
    struct store *store, const char *cases, const char *scenes, const char *hint, struct error *err)
{
    return store_refuse_as(err, STORE_CASES_TOLD,
        error_set(err, ERR_INPUT,
            "%s: of %s and %s only one is there: both must be, as tables or views, or neither%s",
            store->path, cases, scenes, hint));
}

/* 1: the common names are there with all columns that a case must have, 0: they are not. */
static int are_cases(struct store *store)
{
    int64_t n = 0;

    /* A view that is broken can't be asked, and is none that cases could be read from. */
    if (query_number(store,
            "SELECT (SELECT count(*) FROM pragma_table_info('cases') WHERE lower(name) = 'id')"
            " + (SELECT count(*) FROM pragma_table_info('scenes')"
            "  WHERE lower(name) IN ('case_id', 'position', 'image'))",
            NULL, &n, NULL) != 0)
        return 0;
    return n == 4;
}

static void use(struct store *store, const char *cases, const char *scenes)
{
    store->cases = cases;
    store->scenes = scenes;
}

int case_tables_find(struct store *store, struct error *err)
{
    int64_t n_ours = 0, n_common = 0;
    int answer = count_names(store, OUR_CASES, OUR_SCENES, &n_ours, err);

    use(store, NULL, NULL);
    if (answer == 0)
        answer = count_names(store, "cases", "scenes", &n_common, err);
    if (answer < 0)
        return answer;
    if (n_ours == 1)
        return refuse_one_alone(store, OUR_CASES, OUR_SCENES, "", err);
    if (n_ours == 2)
        use(store, OUR_CASES, OUR_SCENES);
    else if (n_common && !(store->leaves_others && !are_cases(store)))
        use(store, "cases", "scenes");
    if (!n_ours && n_common == 1 && store->cases)
        return refuse_one_alone(store, "cases", "scenes", CASES_HINT, err);
    return 0;
}

/* --- making --- */

static int is_our_own_file(struct store *store, int64_t *ret_is, struct error *err)
{
    return query_number(store,
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%'"
        "  ESCAPE '\\' AND lower(name) NOT LIKE 'casecast\\_%' ESCAPE '\\')"
        " AND (SELECT user_version FROM pragma_user_version) = 0"
        " AND (SELECT application_id FROM pragma_application_id) = 0",
        NULL, ret_is, err);
}

static void add_definitions(struct buf *sql, const struct column *columns)
{
    for (const struct column *column = columns; column->name; column++)
        buf_format(sql, "%s%s %s", column == columns ? "" : ", ", column->name, column->type);
}

static int make(struct store *store, struct error *err)
{
    struct buf sql = {0};
    int64_t is_our_own = 0;
    int answer = is_our_own_file(store, &is_our_own, err);

    if (answer < 0)
        return answer;
    use(store, is_our_own ? "cases" : OUR_CASES, is_our_own ? "scenes" : OUR_SCENES);
    buf_format(&sql, "CREATE TABLE %s(", store->cases);
    add_definitions(&sql, case_columns);
    buf_format(&sql, "); CREATE TABLE %s(", store->scenes);
    add_definitions(&sql, scene_columns);
    buf_format(&sql,
        ", PRIMARY KEY (case_id, position),"
        " FOREIGN KEY (case_id) REFERENCES %s(id) ON DELETE CASCADE)",
        store->cases);
    answer = run_script(store, sql.data, err);
    buf_free(&sql);
    return answer;
}

int case_tables_make(struct store *store, struct error *err)
{
    int answer = case_tables_find(store, err);

    if (answer == 0)
        answer = store->cases ? complete(store, err) : make(store, err);
    return answer;
}
