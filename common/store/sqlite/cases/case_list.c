/* case_list.c - the cases that a filter lets pass, in short. */
#include "base/log.h"
#include "store/rows/case_page.h"
#include "store/sqlite/cases/cases_private.h"

const char *sqlite_cases_name(struct store_link *link)
{
    return database_of(link)->cases->table;
}

static void list_add_caption(sqlite3_stmt *row, struct case_page *page)
{
    struct cell id = sqlite_cell(row, 0), caption = sqlite_cell(row, 1);

    case_page_add_caption(page, &id, &caption);
}

static void list_add_case(sqlite3_stmt *row, struct case_page *page)
{
    case_page_add(page, sqlite_cell, row);
}

/* Several rows may be of one case, since the database keeps 7 and '7' apart. */
static void list_add_size(sqlite3_stmt *row, struct case_page *page)
{
    struct cell id = sqlite_cell(row, 0);

    case_page_add_size(page, &id, sqlite3_column_int64(row, 1));
}

static int list_each(struct database *db, const char *sql,
    void (*add)(sqlite3_stmt *row, struct case_page *page), struct case_page *page,
    struct error *err)
{
    sqlite3_stmt *row;
    int rc = query_start(db, sql, NULL, &row, err);

    while (rc == 0 && (rc = query_row(db, row, err)) == QUERY_ROW) {
        add(row, page);
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

static int list_read(struct database *db, bool searches, struct case_page *page, struct error *err)
{
    int rc = 0;

    if (searches && db->cases->captions_sql)
        rc = list_each(db, db->cases->captions_sql, list_add_caption, page, err);
    if (rc == 0)
        rc = list_each(db, db->cases->case_list_sql, list_add_case, page, err);
    case_page_sort(page);
    if (rc == 0)
        rc = list_each(db, db->cases->case_sizes_sql, list_add_size, page, err);
    if (rc == 0)
        list_log_bad_ids(db, case_page_n_bad(page));
    return rc;
}

int sqlite_case_list(struct store_link *link, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    struct database *db = database_of(link);
    struct case_page *page = case_page_new(filter);
    int rc = transaction_begin_read(db, err);

    if (rc == 0)
        rc = transaction_end(db, list_read(db, filter->search != NULL, page, err), err);
    if (rc == 0)
        case_page_tell(page, each, ctx);
    case_page_free(page);
    return rc;
}
