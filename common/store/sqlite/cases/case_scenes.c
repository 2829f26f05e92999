/* case_scenes.c - the scenes of a case, in the order of their positions. */
#include "base/mem.h"
#include "store/rows/position.h"
#include "store/sqlite/cases/cases_private.h"

static int scenes_add(
    sqlite3_stmt *row, struct case_record *record, struct position *last, struct error *err)
{
    struct cell position = sqlite_cell(row, sqlite3_column_count(row) - 1);
    int at = record->n_scenes++, rc;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[at] = (struct scene){0};
    rc = case_row_read(&record->scenes[at], scene_fields, sqlite_cell, row, err);
    if (rc == 0)
        rc = position_read(&position, at, last, err);
    if (rc < 0 && err)
        error_where(err, "scenes[%d].", at);
    return rc;
}

int case_scenes_load(
    struct database *db, const char *id, struct case_record *record, struct error *err)
{
    struct position last = {0};
    struct id_forms forms;
    sqlite3_stmt *row;
    int rc = query_start(db, db->cases->scenes_sql, id_forms(&forms, id), &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        rc = scenes_add(row, record, &last, err);
        if (rc < 0)
            query_end(row);
    }
    return rc;
}
