/* case_tables.c - the tables casecast.cases and casecast.scenes, which `casecast init` makes where
 * the database has nothing that cases can be read from. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/postgres/cases/cases_private.h"

struct column {
    const char *name, *type; /* NULL ends a list */
};

/* New ones go to the end. */
static const struct column case_columns[] = {{"id", "text COLLATE \"C\" PRIMARY KEY"},
    {"title", "text"}, {"language", "text"}, {"shape", "text"}, {"size", "text"},
    {"fps", "integer"}, {"quality", "text"}, {"music", "text"}, {"title_card", "boolean"},
    {"caption_font", "text"}, {"caption_color", "text"}, {"caption_box", "text"},
    {"caption_size", "double precision"}, {"caption_position", "text"}, {"fades", "boolean"},
    {"credits", "boolean"}, {NULL, NULL}};
static const struct column scene_columns[] = {
    {"case_id", "text COLLATE \"C\" NOT NULL REFERENCES casecast.cases(id) ON DELETE CASCADE"},
    {"position", "integer NOT NULL"}, {"image", "text NOT NULL"}, {"caption", "text"},
    {"narration", "text"}, {"audio", "text"}, {"credit", "text"}, {"seconds", "double precision"},
    {"title", "text"}, {"motion", "text"}, {"focus_x", "double precision"},
    {"focus_y", "double precision"}, {"fit", "text"}, {"transition", "text"}, {NULL, NULL}};

static void tables_add_definitions(struct buf *sql, const struct column *columns)
{
    for (const struct column *column = columns; column->name; column++)
        buf_format(sql, "%s%s %s", column == columns ? "" : ", ", column->name, column->type);
}

static int tables_make(struct pg_link *link, struct error *err)
{
    struct buf sql = {0};
    int rc;

    buf_add_text(&sql, "CREATE TABLE casecast.cases(");
    tables_add_definitions(&sql, case_columns);
    buf_add_text(&sql, "); CREATE TABLE casecast.scenes(");
    tables_add_definitions(&sql, scene_columns);
    buf_add_text(&sql, ", PRIMARY KEY (case_id, position));"
                       "INSERT INTO casecast.meta(name, value) VALUES ('cases', 'made')"
                       " ON CONFLICT (name) DO NOTHING");
    rc = pg_link_script(link, sql.data, err);
    buf_free(&sql);
    return rc;
}

/* --- columns of newer versions --- */

static int tables_column_is_there(struct pg_link *link, const char *table,
    const struct column *column, bool *ret_is, struct error *err)
{
    PGresult *row;
    int rc = pg_link_query(link,
        "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2"
        " AND NOT attisdropped",
        (struct pg_value[]){{.text = table}, {.text = column->name}}, 2, &row, err);

    if (rc != 0)
        return rc;
    *ret_is = PQntuples(row) > 0;
    PQclear(row);
    return 0;
}

static int tables_complete(
    struct pg_link *link, const char *table, const struct column *columns, struct error *err)
{
    int rc = 0;

    for (; rc == 0 && columns->name; columns++) {
        bool is_there = true;
        char *sql;

        rc = tables_column_is_there(link, table, columns, &is_there, err);
        if (rc != 0 || is_there)
            continue;
        sql = mem_format("ALTER TABLE %s ADD COLUMN %s %s", table, columns->name, columns->type);
        rc = pg_link_script(link, sql, err);
        free(sql);
    }
    return rc;
}

/* --- what is there --- */

/* Reads the catalog only, as a view may be broken or forbidden to this role, and an error would end
 * the transaction. */
static const char find_sql[] =
    "WITH ours AS (SELECT relname, relkind FROM pg_class"
    "  WHERE relnamespace = 'casecast'::regnamespace AND relname IN ('cases', 'scenes')"
    "   AND relkind IN ('r', 'v', 'm', 'f', 'p'))"
    " SELECT (SELECT count(*) FROM ours),"
    " (SELECT count(*) FROM ours WHERE relkind = 'r') = 2"
    "  AND EXISTS (SELECT 1 FROM casecast.meta WHERE name = 'cases'),"
    " to_regclass('casecast_cases') IS NOT NULL"
    " OR (SELECT count(*) FROM pg_attribute WHERE NOT attisdropped"
    "  AND (attrelid = to_regclass('cases') AND lower(attname) = 'id'"
    "   OR attrelid = to_regclass('scenes')"
    "    AND lower(attname) IN ('case_id', 'position', 'image'))) = 4";

struct found {
    int n_ours;    /* of the names casecast.cases and casecast.scenes */
    bool are_made; /* by casecast init */
    bool others;   /* under other names, with all columns that a case must have */
};

static int tables_find(struct pg_link *link, struct found *ret_found, struct error *err)
{
    PGresult *row;
    int rc = pg_link_query(link, find_sql, NULL, 0, &row, err);

    if (rc != 0)
        return rc;
    ret_found->n_ours = atoi(PQgetvalue(row, 0, 0));
    ret_found->are_made = *PQgetvalue(row, 0, 1) == 't';
    ret_found->others = *PQgetvalue(row, 0, 2) == 't';
    PQclear(row);
    return 0;
}

int pg_case_tables_make(struct pg_link *link, struct error *err)
{
    struct found found;
    int rc = tables_find(link, &found, err);

    if (rc != 0)
        return rc;
    if (found.n_ours == 1)
        return error_set(err, ERR_INPUT,
            "%s: of casecast.cases and casecast.scenes only one is there: both must be, as tables "
            "or views, or neither",
            link->name);
    if (found.n_ours == 0)
        return found.others ? 0 : tables_make(link, err);
    if (found.are_made)
        rc = tables_complete(link, "casecast.cases", case_columns, err);
    return rc == 0 && found.are_made ? tables_complete(link, "casecast.scenes", scene_columns, err)
                                     : rc;
}
