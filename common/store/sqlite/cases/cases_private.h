/* cases_private.h - what the files of this room share. */
#pragma once

#include "store/rows/case_row.h"
#include "store/sqlite/cases/cases.h"

/* All but has_logged_bad_ids is fixed once the connection is open. */
struct cases {
    bool leaves_others;               /* see cases_new() */
    const char *table, *scenes_table; /* NULL: neither is there */
    /* Queries made of the columns that are there. */
    char *case_list_sql, *case_sizes_sql, *case_sql, *scenes_sql, *case_put_sql, *scene_put_sql;
    char *case_drop_sql, *scenes_drop_sql, *case_count_sql;
    char *captions_sql; /* NULL: scenes have none */
    uint32_t case_columns, scene_columns; /* bit i: field i has one */
    bool has_logged_bad_ids;
};

/* What a stranger may read of an error in the tables. */
#define CASES_TOLD "the tables of cases can't be read: their operator finds the reason in the log"
/* Behind a message about tables called cases and scenes. */
#define CASES_HINT                                                                                 \
    "; if they are not meant for casecast, `casecast init` makes casecast_cases and "              \
    "casecast_scenes beside them"

/* In an INSERT into scenes, behind the fields. */
enum { PUT_CASE_ID = CASE_FIELDS_MAX, PUT_POSITION, PUT_VALUES };

void cases_clear_queries(struct cases *cases);

/* --- case_value.c: values of a row --- */

/* An id as the three values that say it: text, a number (a view's column may hold numbers and have
 * no type), and the text that SQLite makes of 7.0 in a column of texts.  NULL matches nothing. */
struct id_forms {
    struct value values[4];
    char real[CASE_ID_MAX + 3];
};
const struct value *id_forms(struct id_forms *forms, const char *id);

/* The cell of column `column`; `row` is an sqlite3_stmt. */
struct cell sqlite_cell(void *row, int column);

/* --- within a transaction --- */

/* As sqlite_case_get(); the caller frees `*found`, if there is one, whatever is returned. */
int case_read_whole(
    struct database *db, const char *id, struct case_record **found, struct error *err);
/* Writes all rows of a case; case_drop_whole() removes those that were there before. */
int case_write_whole(struct database *db, const struct case_record *record, struct error *err);
int case_drop_whole(struct database *db, const char *id, struct error *err);

/* --- case_scenes.c --- */

int case_scenes_load(
    struct database *db, const char *id, struct case_record *record, struct error *err);
