/* case_queries.c - which columns the two tables have, and the queries made of them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/sqlite/cases/cases_private.h"

static int queries_has_column(
    struct database *db, const char *table, const char *column, bool *ret_has, struct error *err)
{
    int64_t n;
    int rc = query_number(db, "SELECT count(*) FROM pragma_table_info(?1) WHERE lower(name) = ?2",
        VALUES(value_text(table), value_text(column)), &n, err);

    if (rc == 0)
        *ret_has = n > 0;
    return rc;
}

/* Parts of the queries of one table.  A SELECT has every field, NULL where there is no column; an
 * INSERT has the fields that have a column. */
struct clauses {
    struct buf select, names, places;
    uint32_t *has; /* bit i: field i has a column */
};

static void clauses_free(struct clauses *clauses)
{
    buf_free(&clauses->select);
    buf_free(&clauses->names);
    buf_free(&clauses->places);
}

static int queries_refuse_without(
    struct database *db, const char *table, const char *column, struct error *err)
{
    return database_refuse_as(err, CASES_TOLD,
        error_set(err, ERR_INPUT, "%s: %s has no column \"%s\"%s", db->path, table, column,
            strcmp(db->cases->table, "cases") == 0 ? CASES_HINT : ""));
}

static int queries_add_column(struct database *db, const char *table,
    const struct case_field *field, int i, struct clauses *clauses, struct error *err)
{
    bool has = false;
    int rc = queries_has_column(db, table, field->column, &has, err);

    if (rc < 0)
        return rc;
    if (!has && field->is_required)
        return queries_refuse_without(db, table, field->column, err);
    buf_format(&clauses->select, "%s%s%s", i ? ", " : "", has ? table : "NULL", has ? "." : "");
    if (!has)
        return 0;
    buf_add_text(&clauses->select, field->column);
    *clauses->has |= 1u << i;
    buf_format(&clauses->names, ", %s", field->column);
    buf_format(&clauses->places, ", ?%d", i + 1);
    return 0;
}

static int queries_add_columns(struct database *db, const char *table,
    const struct case_field *fields, struct clauses *clauses, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && fields[i].name; i++)
        rc = queries_add_column(db, table, &fields[i], i, clauses, err);
    return rc;
}

static int queries_find_keys(struct database *db, struct error *err)
{
    static const char *const keys[] = {"case_id", "position"};
    int rc = 0;

    for (int i = 0; rc == 0 && i < 2; i++) {
        bool has = false;

        rc = queries_has_column(db, db->cases->scenes_table, keys[i], &has, err);
        if (rc == 0 && !has)
            rc = queries_refuse_without(db, db->cases->scenes_table, keys[i], err);
    }
    return rc;
}

static void queries_make(
    struct database *db, const struct clauses *cases, const struct clauses *scenes)
{
    struct cases *made = db->cases;
    const char *c = made->table, *s = made->scenes_table;

    made->case_list_sql = mem_format("SELECT %s FROM %s", cases->select.data, c);
    if (made->scene_columns & 1u << SCENE_FIELD_CAPTION)
        made->captions_sql =
            mem_format("SELECT case_id, caption FROM %s WHERE caption IS NOT NULL", s);
    made->case_sizes_sql = mem_format("SELECT case_id, count(*) FROM %s GROUP BY case_id", s);
    made->case_sql =
        mem_format("SELECT %s FROM %s WHERE id IN (?1, ?2, ?3)", cases->select.data, c);
    /* Rows are ordered by the value of their position; position_read() refuses a row without one.
     */
    made->scenes_sql = mem_format("SELECT %s, position FROM %s WHERE case_id IN (?1, ?2, ?3)"
                                  " ORDER BY CAST(position AS REAL), CAST(position AS INTEGER)"
                                  " LIMIT %d",
        scenes->select.data, s, CASE_SCENES_MAX + 1);
    /* Each list begins with ", ", which is left out. */
    made->case_put_sql = mem_format(
        "INSERT INTO %s(%s) VALUES (%s)", c, cases->names.data + 2, cases->places.data + 2);
    made->scene_put_sql = mem_format("INSERT INTO %s(case_id, position%s) VALUES (?%d, ?%d%s)", s,
        scenes->names.data, PUT_CASE_ID + 1, PUT_POSITION + 1, scenes->places.data);
    made->case_drop_sql = mem_format("DELETE FROM %s WHERE id IN (?1, ?2, ?3)", c);
    made->scenes_drop_sql = mem_format("DELETE FROM %s WHERE case_id IN (?1, ?2, ?3)", s);
    made->case_count_sql =
        mem_format("SELECT (SELECT count(*) FROM %s) + (SELECT count(*) FROM %s)", c, s);
}

void cases_clear_queries(struct cases *cases)
{
    char **const texts[] = {&cases->case_list_sql, &cases->case_sizes_sql, &cases->case_sql,
        &cases->scenes_sql, &cases->case_put_sql, &cases->scene_put_sql, &cases->case_drop_sql,
        &cases->scenes_drop_sql, &cases->case_count_sql, &cases->captions_sql};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    cases->case_columns = cases->scene_columns = 0;
}

struct cases *cases_new(bool leaves_others)
{
    struct cases *cases = mem_new(struct cases);

    cases->leaves_others = leaves_others;
    return cases;
}

void cases_free(struct cases *cases)
{
    if (!cases)
        return;
    cases_clear_queries(cases);
    free(cases);
}

int cases_prepare(struct database *db, struct error *err)
{
    struct clauses cases = {.has = &db->cases->case_columns},
                   scenes = {.has = &db->cases->scene_columns};
    int rc;

    cases_clear_queries(db->cases);
    rc = queries_add_columns(db, db->cases->table, case_fields, &cases, err);
    if (rc == 0)
        rc = queries_add_columns(db, db->cases->scenes_table, scene_fields, &scenes, err);
    if (rc == 0)
        rc = queries_find_keys(db, err);
    if (rc == 0)
        queries_make(db, &cases, &scenes);
    clauses_free(&cases);
    clauses_free(&scenes);
    return rc;
}

int cases_try(struct database *db, struct error *err)
{
    int64_t n;

    return query_number(db, db->cases->case_count_sql, NULL, &n, err);
}
