/* case_columns.c - which columns the two tables have, of which types, and the statements made of
 * them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/postgres/cases/cases_private.h"

static const char columns_public_text[] =
    "the tables of cases can't be read: their operator finds the reason in the log";

/* --- which tables --- */

static int columns_refuse(struct error *err, int rc)
{
    if (err)
        err->public_text = columns_public_text;
    return rc;
}

static void columns_use(
    struct pg_cases *cases, const char *name_of_cases, const char *name_of_scenes, bool are_ours)
{
    cases->cases.name = name_of_cases;
    cases->scenes.name = name_of_scenes;
    cases->are_ours = are_ours;
}

/* The schema casecast may be there and closed to this role, so the catalog is asked. */
static const char find_sql[] =
    "SELECT to_regclass('casecast_cases') IS NOT NULL, count(relname) > 0,"
    " count(relname) FILTER (WHERE relkind = 'r') = 2, to_regclass('cases') IS NOT NULL"
    " FROM pg_namespace AS n JOIN pg_class ON relnamespace = n.oid"
    " WHERE nspname = 'casecast' AND relname IN ('cases', 'scenes')"
    " AND relkind IN ('r', 'v', 'm', 'f', 'p') AND has_schema_privilege(n.oid, 'USAGE')";

static int columns_find_tables(struct pg_link *link, struct pg_cases *cases, struct error *err)
{
    PGresult *result;
    int rc = pg_link_query(link, find_sql, NULL, 0, &result, err);

    if (rc != 0)
        return rc;
    if (*PQgetvalue(result, 0, 0) == 't')
        columns_use(cases, "casecast_cases", "casecast_scenes", false);
    else if (*PQgetvalue(result, 0, 1) == 't')
        columns_use(cases, "casecast.cases", "casecast.scenes", *PQgetvalue(result, 0, 2) == 't');
    else if (*PQgetvalue(result, 0, 3) == 't')
        columns_use(cases, "cases", "scenes", false);
    else
        rc = columns_refuse(err,
            error_set(err, ERR_INPUT,
                "%s: no table or view is called cases or casecast_cases in the search_path of this "
                "role, or casecast.cases; make two views, cases and scenes, and grant SELECT on "
                "them",
                link->name));
    PQclear(result);
    return rc;
}

/* --- which columns --- */

/* The type of a column: its OID, and its place among the kinds of types. */
struct column_type {
    Oid type;
    char name[64];
    char category; /* of pg_type: S text, N number, B boolean, E enum, D date or time, U other … */
};

static int columns_ask_type(
    struct pg_link *link, Oid oid, struct column_type *ret_type, struct error *err)
{
    char number[16];
    PGresult *result;
    int rc;

    snprintf(number, sizeof number, "%u", oid);
    rc = pg_link_query(link, "SELECT typname, typcategory FROM pg_catalog.pg_type WHERE oid = $1",
        &(struct pg_value){.text = number, .type = 26 /* oid */}, 1, &result, err);
    if (rc != 0)
        return rc;
    *ret_type = (struct column_type){.type = oid, .category = 'X'};
    if (PQntuples(result) == 1) {
        snprintf(ret_type->name, sizeof ret_type->name, "%s", PQgetvalue(result, 0, 0));
        ret_type->category = *PQgetvalue(result, 0, 1);
    }
    PQclear(result);
    return 0;
}

/* -1: no field can hold a value of this type. */
static int columns_kind_of(const struct column_type *type)
{
    if (strcmp(type->name, "json") == 0 || strcmp(type->name, "jsonb") == 0)
        return PG_JSON;
    if (strcmp(type->name, "float4") == 0 || strcmp(type->name, "float8") == 0)
        return PG_REAL;
    if (strcmp(type->name, "bytea") == 0)
        return -1;
    switch (type->category) {
    case 'N':
        return PG_NUMBER;
    case 'B':
        return PG_SWITCH;
    case 'S': /* text and its kin, … */
    case 'E': /* enums, … */
    case 'D': /* dates and times, … */
    case 'T': /* intervals, … */
    case 'U': /* uuid, citext, xml, …, and … */
    case 'X': /* a literal of a view without a type */
        return PG_TEXT;
    default: /* lists, ranges, rows, shapes */
        return -1;
    }
}

static int columns_find_one(struct pg_link *link, const struct pg_table *table,
    const PGresult *head, const char *name, struct pg_column *ret_column, struct error *err)
{
    struct column_type type;
    int kind, rc, at = 0;

    while (at < PQnfields(head) && strcasecmp(PQfname(head, at), name) != 0)
        at++;
    if (at == PQnfields(head))
        return 0;
    rc = columns_ask_type(link, PQftype(head, at), &type, err);
    if (rc != 0)
        return rc;
    kind = columns_kind_of(&type);
    if (kind < 0)
        return columns_refuse(
            err, error_set(err, ERR_INPUT,
                     "%s: the column %s.%s is of type %s, which no field takes; cast "
                     "it to text in the view",
                     link->name, table->name, name, type.name));
    ret_column->kind = (enum pg_kind)kind;
    ret_column->type = type.type;
    ret_column->name =
        PQescapeIdentifier(link->connection, PQfname(head, at), strlen(PQfname(head, at)));
    return 0;
}

static int columns_need(const struct pg_link *link, const struct pg_table *table,
    const struct pg_column *column, const char *name, struct error *err)
{
    if (column->name)
        return 0;
    return columns_refuse(err,
        error_set(err, ERR_INPUT, "%s: %s has no column \"%s\"", link->name, table->name, name));
}

static int columns_find_fields(struct pg_link *link, struct pg_table *table, const PGresult *head,
    const struct case_field *fields, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && fields[i].name; i++) {
        table->fields[i].most = 4 * fields[i].most + 100;
        rc = columns_find_one(link, table, head, fields[i].column, &table->fields[i], err);
        if (rc == 0 && fields[i].is_required)
            rc = columns_need(link, table, &table->fields[i], fields[i].column, err);
    }
    return rc;
}

static int columns_find_keys(
    struct pg_link *link, struct pg_table *table, const PGresult *head, struct error *err)
{
    int rc;

    table->case_id.most = 4 * CASE_ID_MAX + 100;
    rc = columns_find_one(link, table, head, "case_id", &table->case_id, err);
    if (rc == 0)
        rc = columns_need(link, table, &table->case_id, "case_id", err);
    if (rc == 0)
        rc = columns_find_one(link, table, head, "position", &table->position, err);
    if (rc == 0)
        rc = columns_need(link, table, &table->position, "position", err);
    return rc;
}

static int columns_find(struct pg_link *link, struct pg_table *table,
    const struct case_field *fields, bool has_keys, struct error *err)
{
    char *sql = mem_format("SELECT * FROM %s LIMIT 0", table->name);
    PGresult *head;
    int rc = pg_link_query(link, sql, NULL, 0, &head, err);

    free(sql);
    if (rc != 0)
        return rc;
    rc = columns_find_fields(link, table, head, fields, err);
    if (rc == 0 && has_keys)
        rc = columns_find_keys(link, table, head, err);
    PQclear(head);
    return rc;
}

/* --- the statements --- */

/* A text of any size may stand in a row; of what is too long, one character too much is enough to
 * refuse it. */
static void columns_add(struct buf *sql, const struct pg_column *column)
{
    if (!column->name)
        buf_add_text(sql, "NULL");
    else if (column->kind == PG_TEXT || column->kind == PG_JSON)
        buf_format(sql, "left(%s::text, %d)", column->name, column->most);
    else
        buf_add_text(sql, column->name);
}

static char *columns_list(const struct pg_table *table, const struct case_field *fields)
{
    struct buf sql = {0};

    for (int i = 0; fields[i].name; i++) {
        buf_add_text(&sql, i ? ", " : "");
        columns_add(&sql, &table->fields[i]);
    }
    return sql.data;
}

/* The id that a scene belongs to, and `what`. */
static char *columns_of_scenes(const struct pg_table *scenes, const char *what)
{
    struct buf sql = {0};

    buf_add_text(&sql, "SELECT ");
    columns_add(&sql, &scenes->case_id);
    buf_format(&sql, ", %s FROM %s", what, scenes->name);
    return sql.data;
}

static char *columns_captions(const struct pg_table *scenes)
{
    const struct pg_column *caption = &scenes->fields[SCENE_FIELD_CAPTION];
    struct buf shown = {0};
    char *start, *sql;

    if (!caption->name)
        return NULL;
    columns_add(&shown, caption);
    start = columns_of_scenes(scenes, shown.data);
    sql = mem_format("%s WHERE %s IS NOT NULL", start, caption->name);
    free(start);
    buf_free(&shown);
    return sql;
}

static void columns_make_statements(struct pg_cases *cases)
{
    const char *c = cases->cases.name, *s = cases->scenes.name;
    const char *id = cases->cases.fields[0].name, *case_id = cases->scenes.case_id.name;
    char *of_case = columns_list(&cases->cases, case_fields);
    char *of_scene = columns_list(&cases->scenes, scene_fields);
    char *sizes = columns_of_scenes(&cases->scenes, "count(*)");

    cases->list_sql = mem_format("SELECT %s FROM %s", of_case, c);
    cases->sizes_sql = mem_format("%s GROUP BY 1", sizes);
    cases->captions_sql = columns_captions(&cases->scenes);
    cases->case_sql = mem_format("SELECT %s FROM %s WHERE %s = $1 LIMIT 2", of_case, c, id);
    cases->scenes_sql = mem_format("SELECT %s, left(%s::text, 100) FROM %s WHERE %s = $1 LIMIT %d",
        of_scene, cases->scenes.position.name, s, case_id, CASE_SCENES_MAX + 1);
    cases->try_sql =
        mem_format("SELECT (SELECT 1 FROM %s LIMIT 1), (SELECT 1 FROM %s LIMIT 1)", c, s);
    free(of_case);
    free(of_scene);
    free(sizes);
}

static void columns_free(struct pg_table *table)
{
    for (int i = 0; i < CASE_FIELDS_MAX; i++)
        PQfreemem(table->fields[i].name);
    PQfreemem(table->case_id.name);
    PQfreemem(table->position.name);
}

void pg_cases_free(struct pg_cases *cases)
{
    if (!cases)
        return;
    columns_free(&cases->cases);
    columns_free(&cases->scenes);
    free(cases->list_sql);
    free(cases->sizes_sql);
    free(cases->captions_sql);
    free(cases->case_sql);
    free(cases->scenes_sql);
    free(cases->try_sql);
    free(cases);
}

int pg_cases_prepare(struct pg_link *link, struct error *err)
{
    struct pg_cases *cases;
    int rc;

    if (link->cases)
        return 0;
    cases = mem_new(struct pg_cases);
    rc = columns_find_tables(link, cases, err);
    if (rc == 0)
        rc = columns_find(link, &cases->cases, case_fields, false, err);
    if (rc == 0)
        rc = columns_find(link, &cases->scenes, scene_fields, true, err);
    if (rc != 0) {
        pg_cases_free(cases);
        return rc;
    }
    columns_make_statements(cases);
    link->cases = cases;
    return 0;
}

void pg_cases_judge(struct pg_link *link, int rc)
{
    if (rc != -ERR_IO)
        return;
    pg_cases_free(link->cases);
    link->cases = NULL;
}

int pg_cases_try(struct pg_link *link, struct error *err)
{
    PGresult *result;
    int rc = pg_link_query(link, link->cases->try_sql, NULL, 0, &result, err);

    if (rc == 0)
        PQclear(result);
    return rc;
}
