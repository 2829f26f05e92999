/* case_list.c - all cases, in short. */
#include <stdlib.h>

#include <jansson.h>

#include "base/log.h"
#include "base/mem.h"
#include "case/case_words.h"
#include "store/sqlite/cases/cases_private.h"

const char *sqlite_cases_name(struct store_link *link)
{
    return database_of(link)->cases->table;
}

static void list_add_size(sqlite3_stmt *row, json_t *sizes)
{
    struct cell cell = sqlite_cell(row, 0);
    char *id = cell_id(&cell);

    if (id && case_id_check(id, NULL) == 0)
        json_object_set_new(sizes, id,
            json_integer(
                json_integer_value(json_object_get(sizes, id)) + sqlite3_column_int64(row, 1)));
    free(id);
}

/* How many scenes each case has.  Counted here, since the database keeps 7 and '7' apart. */
static int list_count_scenes(struct database *db, json_t *sizes, struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, db->cases->case_sizes_sql, NULL, &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        list_add_size(row, sizes);
        rc = 0;
    }
    return rc;
}

static void list_log_bad_ids(struct database *db, int n)
{
    if (n == 0 || db->cases->has_logged_bad_ids)
        return;
    log_warning("%s: %d rows of %s are left out: an id must be 1 to %d of the characters A-Z "
                "a-z 0-9 _ -",
        db->path, n, db->cases->table, CASE_ID_MAX);
    db->cases->has_logged_bad_ids = true;
}

static int list_each(struct database *db, json_t *sizes,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int n_bad = 0, rc = query_start(db, db->cases->case_list_sql, NULL, &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        struct case_record *record = mem_new(struct case_record);
        struct case_summary summary;

        if (case_row_summarize(record, sqlite_cell, row, sizes, &summary))
            each(ctx, &summary);
        else
            n_bad++;
        case_free(record);
        rc = 0;
    }
    list_log_bad_ids(db, n_bad);
    return rc;
}

int sqlite_case_each(struct store_link *link,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    json_t *sizes = json_object();
    int rc = transaction_begin_read(db, err);

    if (rc == 0) {
        rc = list_count_scenes(db, sizes, err);
        if (rc == 0)
            rc = list_each(db, sizes, each, ctx, err);
        rc = transaction_end(db, rc, err);
    }
    json_decref(sizes);
    return rc;
}
