/* case_write.c - writes whole cases into casecast.cases and casecast.scenes.
 *
 * Cases and scenes are sent as JSON, many in one statement, and the server turns each value into
 * the type of its column. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/postgres/cases/cases_private.h"

enum { CASES_AT_ONCE = 200 }; /* in one statement */

/* --- JSON --- */

static json_t *write_value(const void *record, const struct case_field *field)
{
    if (case_is_text(field))
        return json_string(*case_text_at(record, field));
    if (field->kind == CASE_CHOICE)
        return field->is_number ? json_integer(*case_choice_at(record, field))
                                : json_string(case_choice_name(record, field));
    return field->kind == CASE_SWITCH ? json_boolean(*case_switch_at(record, field))
                                      : json_real(*case_number_at(record, field));
}

/* A field without a column is left out if it has its default. */
static int write_row(const struct pg_link *link, const struct pg_table *table, const void *record,
    const struct case_field *fields, json_t *row, struct error *err)
{
    for (int i = 0; fields[i].name; i++) {
        bool is_default = case_is_default(record, &fields[i]);

        if (!table->fields[i].name && !is_default)
            return error_set(err, ERR_INPUT,
                "%s: %s has no column \"%s\": add it, or leave %s out of the case", link->name,
                table->name, fields[i].column, fields[i].name);
        if (table->fields[i].name && (!is_default || fields[i].is_always_written))
            json_object_set_new(row, fields[i].column, write_value(record, &fields[i]));
    }
    return 0;
}

static int write_scene_rows(
    const struct pg_link *link, const struct case_record *record, json_t *scenes, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < record->n_scenes; i++) {
        json_t *row = json_pack("{s:s, s:i}", "case_id", record->id, "position", i + 1);

        json_array_append_new(scenes, row);
        rc = write_row(link, &link->cases->scenes, &record->scenes[i], scene_fields, row, err);
    }
    return rc;
}

struct rows {
    json_t *cases, *scenes;
};

static int write_rows(const struct pg_link *link, struct case_record *const *records, int n,
    struct rows *rows, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < n; i++) {
        json_t *row = json_object();

        json_array_append_new(rows->cases, row);
        rc = write_row(link, &link->cases->cases, records[i], case_fields, row, err);
        if (rc == 0)
            rc = write_scene_rows(link, records[i], rows->scenes, err);
    }
    return rc;
}

/* --- statements --- */

/* The columns that there are: "id, title". */
static char *write_names(
    const struct pg_table *table, const struct case_field *fields, const char *first)
{
    struct buf names = {0};

    buf_add_text(&names, first);
    for (int i = 0; fields[i].name; i++)
        if (table->fields[i].name)
            buf_format(&names, "%s%s", names.len ? ", " : "", table->fields[i].name);
    return names.data;
}

/* A value that its column can't hold: only tables that somebody changed have such columns. */
static int write_send(struct pg_link *link, char *sql, const json_t *rows, struct error *err)
{
    char *text = json_dumps(rows, JSON_COMPACT | JSON_REAL_PRECISION(17));
    PGresult *done;
    int rc = pg_link_query(link, sql, &(struct pg_value){.text = text}, 1, &done, err);

    if (rc == 0)
        PQclear(done);
    free(text);
    free(sql);
    if (rc == PG_E_NOT_A_VALUE)
        return error_set(err, ERR_INPUT,
            "%s: a column of casecast.cases or casecast.scenes has a type that can't hold what a "
            "case says",
            link->name);
    return rc;
}

static char *write_insert(const char *table, const struct pg_table *of,
    const struct case_field *fields, const char *first)
{
    char *names = write_names(of, fields, first);
    char *sql =
        mem_format("INSERT INTO %s(%s) SELECT %s FROM json_populate_recordset(NULL::%s, $1)", table,
            names, names, table);

    free(names);
    return sql;
}

static int write_send_all(struct pg_link *link, const struct rows *rows, struct error *err)
{
    const struct pg_cases *cases = link->cases;
    int rc = write_send(link,
        mem_copy("DELETE FROM casecast.scenes USING json_populate_recordset(NULL::casecast.cases,"
                 " $1) AS new WHERE case_id = new.id"),
        rows->cases, err);

    if (rc == 0)
        rc = write_send(link,
            mem_copy("DELETE FROM casecast.cases AS old USING"
                     " json_populate_recordset(NULL::casecast.cases, $1) AS new"
                     " WHERE old.id = new.id"),
            rows->cases, err);
    if (rc == 0)
        rc = write_send(
            link, write_insert("casecast.cases", &cases->cases, case_fields, ""), rows->cases, err);
    if (rc == 0)
        rc = write_send(link,
            write_insert("casecast.scenes", &cases->scenes, scene_fields, "case_id, position"),
            rows->scenes, err);
    return rc;
}

int pg_cases_write(
    struct pg_link *link, struct case_record *const *records, int n, struct error *err)
{
    struct rows rows = {.cases = json_array(), .scenes = json_array()};
    int rc = write_rows(link, records, n, &rows, err);

    if (rc == 0)
        rc = write_send_all(link, &rows, err);
    json_decref(rows.cases);
    json_decref(rows.scenes);
    return rc;
}

int pg_cases_lock(struct pg_link *link, struct error *err)
{
    return pg_link_script(link, "LOCK TABLE casecast.cases IN SHARE ROW EXCLUSIVE MODE", err);
}

static int write_all(
    struct pg_link *link, struct case_record *const *records, int n, struct error *err)
{
    int rc = pg_cases_prepare(link, err);

    if (rc == 0 && !link->cases->are_ours)
        rc = error_set(err, ERR_INPUT,
            "%s: casecast writes cases into its own tables casecast.cases and casecast.scenes "
            "only, "
            "and here they are read from %s: write them into the tables beneath it",
            link->name, link->cases->cases.name);
    if (rc == 0)
        rc = pg_cases_lock(link, err);
    for (int i = 0; rc == 0 && i < n; i += CASES_AT_ONCE)
        rc = pg_cases_write(link, records + i, n - i < CASES_AT_ONCE ? n - i : CASES_AT_ONCE, err);
    return rc;
}

int pg_case_put(
    struct store_link *store_link, struct case_record *const *records, int n, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    int rc = pg_link_begin_writing(link, err);

    if (rc == 0)
        rc = pg_link_end(link, write_all(link, records, n, err), err);
    pg_cases_judge(link, rc);
    return rc;
}
