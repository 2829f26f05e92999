/* case_tables.c - the two tables that cases are read from: under which names they are, and how
 * they are made.
 *
 * Our own names come first, so that a file with other tables called `cases` can have views under
 * them.  The common names are taken only in a file that holds nothing but what is ours. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/sqlite/cases/cases_private.h"

#define OUR_CASES "casecast_cases"
#define OUR_SCENES "casecast_scenes"

/* --- columns --- */

struct column {
    const char *name, *type; /* NULL ends a list */
};

/* In the order in which versions added them: new ones go to the end. */
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

/* How many of them the tables of the first casecast had. */
enum { CASE_COLUMNS_LEAST = 4, SCENE_COLUMNS_LEAST = 8 };

/* Did we make `table`?  Then it is a table with the first `*ret_n` columns of the list, in their
 * order, and no others. */
static int tables_read_columns(struct database *db, const char *table, const struct column *columns,
    int least, int *ret_n, bool *ret_is_ours, struct error *err)
{
    bool is_ours = true;
    sqlite3_stmt *row;
    int n = 0, rc;

    rc = query_start(db,
        "SELECT name FROM pragma_table_info(?1) WHERE EXISTS"
        " (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1) ORDER BY cid",
        VALUES(value_text(table)), &row, err);
    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        is_ours = is_ours && columns[n].name && strcmp(columns[n].name, column_text(row, 0)) == 0;
        n += is_ours;
        rc = 0;
    }
    *ret_n = n;
    *ret_is_ours = is_ours && n >= least;
    return rc;
}

/* The columns that `table` lacks.  A table that we did not make lacks none. */
static int tables_find_lacking(struct database *db, const char *table, const struct column *columns,
    int least, const struct column **ret_lacking, struct error *err)
{
    bool is_ours;
    int n, rc = tables_read_columns(db, table, columns, least, &n, &is_ours, err);

    while (!is_ours && columns[n].name)
        n++;
    *ret_lacking = &columns[n];
    return rc;
}

int case_tables_are_ours(struct database *db, bool *ret_are_ours, struct error *err)
{
    bool is_cases = false, is_scenes = false;
    int n, rc = tables_read_columns(
               db, db->cases->table, case_columns, CASE_COLUMNS_LEAST, &n, &is_cases, err);

    if (rc == 0)
        rc = tables_read_columns(db, db->cases->scenes_table, scene_columns, SCENE_COLUMNS_LEAST,
            &n, &is_scenes, err);
    *ret_are_ours = is_cases && is_scenes;
    return rc;
}

static int tables_find_both_lacking(struct database *db, const struct column **ret_of_cases,
    const struct column **ret_of_scenes, struct error *err)
{
    int rc = tables_find_lacking(
        db, db->cases->table, case_columns, CASE_COLUMNS_LEAST, ret_of_cases, err);

    if (rc == 0)
        rc = tables_find_lacking(
            db, db->cases->scenes_table, scene_columns, SCENE_COLUMNS_LEAST, ret_of_scenes, err);
    return rc;
}

int case_tables_are_whole(struct database *db, bool *ret_are_whole, struct error *err)
{
    const struct column *of_cases, *of_scenes;
    int rc = tables_find_both_lacking(db, &of_cases, &of_scenes, err);

    if (rc == 0)
        *ret_are_whole = !of_cases->name && !of_scenes->name;
    return rc;
}

static int tables_add_columns(
    struct database *db, const char *table, const struct column *columns, struct error *err)
{
    int rc = 0;

    for (; rc == 0 && columns->name; columns++) {
        char *sql =
            mem_format("ALTER TABLE %s ADD COLUMN %s %s", table, columns->name, columns->type);

        rc = run_script(db, sql, err);
        free(sql);
    }
    return rc;
}

static int tables_complete(struct database *db, struct error *err)
{
    const struct column *of_cases, *of_scenes;
    int rc = tables_find_both_lacking(db, &of_cases, &of_scenes, err);

    if (rc == 0)
        rc = tables_add_columns(db, db->cases->table, of_cases, err);
    return rc == 0 ? tables_add_columns(db, db->cases->scenes_table, of_scenes, err) : rc;
}

/* --- names --- */

static int tables_count_names(
    struct database *db, const char *cases, const char *scenes, int64_t *ret_n, struct error *err)
{
    return query_number(db,
        "SELECT count(*) FROM sqlite_schema"
        " WHERE type IN ('table', 'view') AND lower(name) IN (?1, ?2)",
        VALUES(value_text(cases), value_text(scenes)), ret_n, err);
}

static int tables_refuse_one_alone(
    struct database *db, const char *cases, const char *scenes, const char *hint, struct error *err)
{
    return database_refuse_as(err, CASES_TOLD,
        error_set(err, ERR_INPUT,
            "%s: of %s and %s only one is there: both must be, as tables or views, or neither%s",
            db->path, cases, scenes, hint));
}

/* Are the common names there with all columns that a case must have? */
static int tables_are_cases(struct database *db)
{
    int64_t n = 0;

    /* A broken view fails here, and no case could be read from it. */
    if (query_number(db,
            "SELECT (SELECT count(*) FROM pragma_table_info('cases') WHERE lower(name) = 'id')"
            " + (SELECT count(*) FROM pragma_table_info('scenes')"
            "  WHERE lower(name) IN ('case_id', 'position', 'image'))",
            NULL, &n, NULL) != 0)
        return 0;
    return n == 4;
}

static void tables_use(struct database *db, const char *cases, const char *scenes)
{
    db->cases->table = cases;
    db->cases->scenes_table = scenes;
}

bool case_tables_are_there(const struct database *db)
{
    return db->cases->table != NULL;
}

int case_tables_find(struct database *db, struct error *err)
{
    int64_t n_ours = 0, n_common = 0;
    int rc = tables_count_names(db, OUR_CASES, OUR_SCENES, &n_ours, err);

    tables_use(db, NULL, NULL);
    if (rc == 0)
        rc = tables_count_names(db, "cases", "scenes", &n_common, err);
    if (rc < 0)
        return rc;
    if (n_ours == 1)
        return tables_refuse_one_alone(db, OUR_CASES, OUR_SCENES, "", err);
    if (n_ours == 2)
        tables_use(db, OUR_CASES, OUR_SCENES);
    else if (n_common && !(db->cases->leaves_others && !tables_are_cases(db)))
        tables_use(db, "cases", "scenes");
    if (!n_ours && n_common == 1 && db->cases->table)
        return tables_refuse_one_alone(db, "cases", "scenes", CASES_HINT, err);
    return 0;
}

/* --- making --- */

static int tables_are_alone(struct database *db, int64_t *ret_is, struct error *err)
{
    return query_number(db,
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%'"
        "  ESCAPE '\\' AND lower(name) NOT LIKE 'casecast\\_%' ESCAPE '\\')"
        " AND (SELECT user_version FROM pragma_user_version) = 0"
        " AND (SELECT application_id FROM pragma_application_id) = 0",
        NULL, ret_is, err);
}

static void tables_add_definitions(struct buf *sql, const struct column *columns)
{
    for (const struct column *column = columns; column->name; column++)
        buf_format(sql, "%s%s %s", column == columns ? "" : ", ", column->name, column->type);
}

static int tables_make(struct database *db, struct error *err)
{
    struct buf sql = {0};
    int64_t is_our_own = 0;
    int rc = tables_are_alone(db, &is_our_own, err);

    if (rc < 0)
        return rc;
    tables_use(db, is_our_own ? "cases" : OUR_CASES, is_our_own ? "scenes" : OUR_SCENES);
    buf_format(&sql, "CREATE TABLE %s(", db->cases->table);
    tables_add_definitions(&sql, case_columns);
    buf_format(&sql, "); CREATE TABLE %s(", db->cases->scenes_table);
    tables_add_definitions(&sql, scene_columns);
    buf_format(&sql,
        ", PRIMARY KEY (case_id, position),"
        " FOREIGN KEY (case_id) REFERENCES %s(id) ON DELETE CASCADE)",
        db->cases->table);
    rc = run_script(db, sql.data, err);
    buf_free(&sql);
    return rc;
}

int case_tables_make(struct database *db, struct error *err)
{
    int rc = case_tables_find(db, err);

    if (rc == 0)
        rc = db->cases->table ? tables_complete(db, err) : tables_make(db, err);
    return rc;
}
