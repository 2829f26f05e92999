/* case_read.c - one case with its scenes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "case/case_check.h"
#include "case/case_words.h"
#include "store/postgres/cases/cases_private.h"
#include "store/rows/position.h"

/* Asks for the rows of one id.  `*ret_result` NULL: there can't be one. */
static int read_rows(struct pg_link *link, const char *sql, const struct pg_column *column,
    const char *id, PGresult **ret_result, struct error *err)
{
    int rc;

    *ret_result = NULL;
    if (!pg_id_fits(column, id))
        return 0;
    rc = pg_link_query(
        link, sql, &(struct pg_value){.text = id, .type = column->type}, 1, ret_result, err);
    return rc == PG_E_NOT_A_VALUE ? 0 : rc; /* of an enum, say */
}

/* To the server two texts may be equal that differ (char(8), a collation); an id is a name. */
static int read_case_row(struct pg_link *link, const PGresult *result, const char *id,
    struct case_record **ret_record, struct error *err)
{
    struct pg_row row = {.result = result, .columns = link->cases->cases.fields};
    struct case_record *record = mem_new(struct case_record);
    int rc = case_row_read(record, case_fields, pg_cell, &row, err);

    pg_row_end(&row);
    if (!record->id || strcmp(record->id, id) != 0) {
        case_free(record);
        return STORE_E_NOT_FOUND;
    }
    *ret_record = record;
    return rc == 0 && PQntuples(result) > 1
               ? error_set(err, ERR_INPUT, "id: two rows have this one")
               : rc;
}

static int read_case(
    struct pg_link *link, const char *id, struct case_record **ret_record, struct error *err)
{
    PGresult *result;
    int rc =
        read_rows(link, link->cases->case_sql, &link->cases->cases.fields[0], id, &result, err);

    if (rc != 0)
        return rc;
    rc = result && PQntuples(result) > 0 ? read_case_row(link, result, id, ret_record, err)
                                         : STORE_E_NOT_FOUND;
    PQclear(result);
    return rc;
}

/* --- scenes --- */

struct scene_rows {
    struct pg_row row;
    int position; /* column */
    enum pg_kind position_kind;
};

static struct cell read_position(struct scene_rows *rows, int at)
{
    rows->row.at = at;
    return pg_cell_of(&rows->row, rows->position, rows->position_kind);
}

/* Of two rows: the positions are compared as numbers whatever their type; what is no number comes
 * first, and is refused. */
static int read_compare(const void *a, const void *b, void *ctx)
{
    struct scene_rows *rows = ctx;
    struct cell one = read_position(rows, *(const int *)a);
    struct cell other = read_position(rows, *(const int *)b);

    return position_compare(&one, &other);
}

static int read_scene(struct scene_rows *rows, int at, struct case_record *record,
    struct position *last, struct error *err)
{
    int number = record->n_scenes++, rc;
    struct cell position;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[number] = (struct scene){0};
    rows->row.at = at;
    rc = case_row_read(&record->scenes[number], scene_fields, pg_cell, &rows->row, err);
    position = read_position(rows, at);
    if (rc == 0)
        rc = position_read(&position, number, last, err);
    if (rc < 0 && err)
        error_where(err, "scenes[%d].", number);
    return rc;
}

static int read_scene_rows(
    struct pg_link *link, const PGresult *result, struct case_record *record, struct error *err)
{
    struct scene_rows rows = {.row = {.result = result, .columns = link->cases->scenes.fields},
        .position = PQnfields(result) - 1,
        .position_kind = link->cases->scenes.position.kind};
    int n = PQntuples(result), rc = 0;
    int *order = mem_new_n((size_t)n + 1, int);
    struct position last = {0};

    for (int i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, (size_t)n, sizeof *order, read_compare, &rows);
    for (int i = 0; rc == 0 && i < n; i++)
        rc = read_scene(&rows, order[i], record, &last, err);
    pg_row_end(&rows.row);
    free(order);
    return rc;
}

static int read_scenes(
    struct pg_link *link, const char *id, struct case_record *record, struct error *err)
{
    PGresult *result;
    int rc =
        read_rows(link, link->cases->scenes_sql, &link->cases->scenes.case_id, id, &result, err);

    if (rc != 0 || !result)
        return rc;
    rc = read_scene_rows(link, result, record, err);
    PQclear(result);
    return rc;
}

/* --- both --- */

int pg_case_read_whole(
    struct pg_link *link, const char *id, struct case_record **found, struct error *err)
{
    int rc = read_case(link, id, found, err);

    if (rc == 0)
        rc = read_scenes(link, id, *found, err);
    if (rc == 0) {
        case_derive(*found);
        rc = case_check(*found, err);
    }
    if (rc == -ERR_INPUT && err && *found)
        error_where(err, "case %s: ", id);
    return rc;
}

static int read_whole(
    struct pg_link *link, const char *id, struct case_record **found, struct error *err)
{
    int rc = pg_cases_prepare(link, err);

    return rc == 0 ? pg_case_read_whole(link, id, found, err) : rc;
}

int pg_case_get(struct store_link *store_link, const char *id, struct case_record **ret_record,
    struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct case_record *found = NULL;
    int rc;

    if (case_id_check(id, NULL) < 0)
        return STORE_E_NOT_FOUND;
    rc = pg_link_begin(link, err);
    if (rc == 0)
        rc = pg_link_end(link, read_whole(link, id, &found, err), err);
    pg_cases_judge(link, rc);
    if (rc == 0)
        *ret_record = found;
    else
        case_free(found);
    return rc;
}
