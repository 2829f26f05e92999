/* case_read.c - one case with its scenes. */
#include <string.h>

#include "base/mem.h"
#include "case/case_words.h"
#include "store/sqlite/cases/cases_private.h"

/* Puts the case into `*found` if its id is `id`: the database may take 01 for 1, but ids are names
 * here. */
static int read_if_it_is(
    sqlite3_stmt *row, const char *id, struct case_record **found, struct error *err)
{
    struct case_record *record = mem_new(struct case_record);
    struct error mistake;
    int rc = case_row_read(record, case_fields, sqlite_cell, row, &mistake);

    if (!record->id || strcmp(record->id, id) != 0) {
        case_free(record);
        return 0;
    }
    if (*found)
        rc = error_set(&mistake, ERR_INPUT, "id: two rows have this one");
    if (rc < 0 && err)
        *err = mistake;
    case_free(*found);
    *found = record;
    return rc;
}

static int read_find(
    struct database *db, const char *id, struct case_record **found, struct error *err)
{
    struct id_forms forms;
    sqlite3_stmt *row;
    int rc = query_start(db, db->cases->case_sql, id_forms(&forms, id), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        rc = read_if_it_is(row, id, found, err);
        if (rc < 0)
            query_end(row);
    }
    return rc < 0 || *found ? rc : STORE_E_NOT_FOUND;
}

int case_read_whole(
    struct database *db, const char *id, struct case_record **found, struct error *err)
{
    int rc = case_id_check(id, NULL) < 0 ? STORE_E_NOT_FOUND : read_find(db, id, found, err);

    if (rc == 0)
        rc = case_scenes_load(db, id, *found, err);
    if (rc == 0) {
        case_derive(*found);
        rc = case_check(*found, err);
    }
    if (rc == -ERR_INPUT && err)
        error_where(err, "case %s: ", id);
    return rc;
}

int sqlite_case_get(
    struct store_link *link, const char *id, struct case_record **ret_record, struct error *err)
{
    struct database *db = database_of(link);
    struct case_record *found = NULL;
    int rc = transaction_begin_read(db, err);

    if (rc == 0)
        rc = transaction_end(db, case_read_whole(db, id, &found, err), err);
    if (rc == 0)
        *ret_record = found;
    else
        case_free(found);
    return rc;
}
