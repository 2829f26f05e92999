/* case_list.c - the cases that a filter lets pass, in short. */
#include <stdlib.h>

#include "base/log.h"
#include "store/postgres/cases/cases_private.h"
#include "store/rows/case_page.h"

/* What a row is added to. */
struct list {
    const struct pg_cases *cases;
    struct case_page *page;
};

const char *pg_cases_name(struct store_link *link)
{
    const struct pg_cases *cases = pg_link_of(link)->cases;

    return cases ? cases->cases.name : "cases";
}

static int list_add_caption(void *ctx, const PGresult *result)
{
    struct list *list = ctx;
    struct pg_row of_id = {.result = result}, of_caption = {.result = result};
    struct cell id = pg_cell_in(&of_id, 0, &list->cases->scenes.case_id);
    struct cell caption =
        pg_cell_in(&of_caption, 1, &list->cases->scenes.fields[SCENE_FIELD_CAPTION]);

    case_page_add_caption(list->page, &id, &caption);
    pg_row_end(&of_id);
    pg_row_end(&of_caption);
    return 0;
}

static int list_add_case(void *ctx, const PGresult *result)
{
    struct list *list = ctx;
    struct pg_row row = {.result = result, .columns = list->cases->cases.fields};

    case_page_add(list->page, pg_cell, &row);
    pg_row_end(&row);
    return 0;
}

static int list_add_size(void *ctx, const PGresult *result)
{
    struct list *list = ctx;
    struct pg_row row = {.result = result};
    struct cell id = pg_cell_in(&row, 0, &list->cases->scenes.case_id);

    case_page_add_size(list->page, &id, atoll(PQgetvalue(result, 0, 1)));
    pg_row_end(&row);
    return 0;
}

static void list_log_bad_ids(struct pg_link *link, int n)
{
    if (n == 0 || link->cases->has_logged_bad_ids)
        return;
    log_warning("%s: %d rows of %s are left out: an id must be 1 to %d of the characters A-Z "
                "a-z 0-9 _ -",
        link->name, n, link->cases->cases.name, CASE_ID_MAX);
    link->cases->has_logged_bad_ids = true;
}

static int list_read(struct pg_link *link, bool searches, struct case_page *page, struct error *err)
{
    struct list list = {.page = page};
    int rc = pg_cases_prepare(link, err);

    list.cases = link->cases;
    if (rc == 0 && searches && list.cases->captions_sql)
        rc = pg_link_each(link, list.cases->captions_sql, list_add_caption, &list, err);
    if (rc == 0)
        rc = pg_link_each(link, list.cases->list_sql, list_add_case, &list, err);
    case_page_sort(page);
    if (rc == 0)
        rc = pg_link_each(link, list.cases->sizes_sql, list_add_size, &list, err);
    if (rc == 0)
        list_log_bad_ids(link, case_page_n_bad(page));
    return rc;
}

int pg_case_list(struct store_link *store_link, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    struct case_page *page = case_page_new(filter);
    int rc = pg_link_begin(link, err);

    if (rc == 0)
        rc = pg_link_end(link, list_read(link, filter->search != NULL, page, err), err);
    pg_cases_judge(link, rc);
    if (rc == 0)
        case_page_tell(page, each, ctx);
    case_page_free(page);
    return rc;
}
