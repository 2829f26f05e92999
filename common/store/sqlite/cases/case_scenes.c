/* case_scenes.c - the scenes of a case, in the order of their positions. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/sqlite/cases/cases_private.h"

/* Whole numbers are compared as such: as doubles, large ones that differ would be the same. */
struct position {
    bool is_whole;
    long long whole;
    double real;
};

static bool position_parse(const char *text, struct position *ret_position)
{
    char *end;

    if (!text_real(text, &ret_position->real))
        return false;
    errno = 0;
    ret_position->whole = strtoll(text, &end, 10);
    ret_position->is_whole = errno == 0 && !end[strspn(end, " \t\n\v\f\r")];
    return true;
}

static bool position_is_same(const struct position *a, const struct position *b)
{
    return a->is_whole && b->is_whole ? a->whole == b->whole : a->real == b->real;
}

static int position_refuse(const struct cell *cell, struct error *err)
{
    char shown[64];

    snprintf(shown, sizeof shown, "%s", cell->text);
    text_one_line(shown);
    return error_set(err, ERR_INPUT, "position: \"%s\" must be a number, as 2 or 2.5", shown);
}

/* `at`: of this scene; those before it have lower positions, or the same. */
static int position_read(const struct cell *cell, int at, struct position *last, struct error *err)
{
    struct position position = {0};

    if (cell_is_blank(cell))
        return error_set(err, ERR_INPUT, "position: is missing; it says which scene comes when");
    if (cell_check(cell, "position", "a number", err) < 0)
        return -ERR_INPUT;
    if (!position_parse(cell->text, &position))
        return position_refuse(cell, err);
    if (at > 0 && position_is_same(&position, last))
        return error_set(err, ERR_INPUT, "position: is %s, as that of scenes[%d]: each must differ",
            cell->text, at - 1);
    *last = position;
    return 0;
}

static int scenes_add(
    sqlite3_stmt *row, struct case_record *record, struct position *last, struct error *err)
{
    struct cell position = cell_of(row, sqlite3_column_count(row) - 1);
    int at = record->n_scenes++, rc;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[at] = (struct scene){0};
    rc = case_fields_read(row, &record->scenes[at], scene_fields, err);
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
