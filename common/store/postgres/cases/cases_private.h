/* cases_private.h - what the files of this room share. */
#pragma once

#include "case/case_fields.h"
#include "store/postgres/cases/cases.h"
#include "store/rows/case_row.h"

/* How a column's values are read. */
enum pg_kind { PG_TEXT, PG_NUMBER, PG_REAL, PG_SWITCH, PG_JSON };

struct pg_column {
    enum pg_kind kind;
    Oid type;
    char *name; /* quoted; NULL: there is no such column */
    int most;   /* characters that are read of a text: more than any field takes */
};

struct pg_table {
    const char *name; /* "casecast.cases" */
    struct pg_column fields[CASE_FIELDS_MAX], case_id, position;
};

/* Fixed once pg_cases_prepare() has made it. */
struct pg_cases {
    struct pg_table cases, scenes;
    char *list_sql, *sizes_sql, *case_sql, *scenes_sql, *try_sql;
    char *captions_sql; /* NULL: scenes have none */
    bool are_ours; /* the tables casecast.cases and casecast.scenes: they may be written */
    bool has_logged_bad_ids;
};

/* One row of a result, as case_row_read() walks through it. */
struct pg_row {
    const PGresult *result;
    int at;
    const struct pg_column *columns;
    char *unquoted; /* of a JSON text: freed with pg_row_end() */
};

/* --- within a transaction, after pg_cases_prepare() --- */

/* As pg_case_get(); the caller frees `*found`, if there is one, whatever is returned. */
int pg_case_read_whole(
    struct pg_link *link, const char *id, struct case_record **found, struct error *err);
/* Of two that write cases at once, one waits; readers do not. */
int pg_cases_lock(struct pg_link *link, struct error *err);
/* Writes whole cases in the place of those with the same ids. */
int pg_cases_write(
    struct pg_link *link, struct case_record *const *records, int n, struct error *err);

/* --- case_columns.c --- */

/* After a call that returned `rc`: where the server refused a statement, the columns may be others
 * by now, and the next call asks for them again. */
void pg_cases_judge(struct pg_link *link, int rc);

/* --- case_value.c --- */

/* The cell of column `column`, which belongs to the row; `row` is a struct pg_row. */
struct cell pg_cell(void *row, int column);
/* The same, in a column that holds the values of `has`. */
struct cell pg_cell_in(struct pg_row *row, int column, const struct pg_column *has);
struct cell pg_cell_of(struct pg_row *row, int column, enum pg_kind kind);
void pg_row_end(struct pg_row *row);

/* Can a value of this type be called `id`?  If not, no row is. */
bool pg_id_fits(const struct pg_column *column, const char *id);
