/* case_list.c - all cases, in short. */
#include <stdlib.h>

#include <jansson.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/case_check.h"
#include "case/case_words.h"
#include "store/postgres/cases/cases_private.h"

struct list {
    struct pg_link *link;
    json_t *sizes; /* how many scenes each case has */
    int n_bad;     /* rows that no caseId can name */
    void (*each)(void *ctx, const struct case_summary *summary);
    void *ctx;
};

const char *pg_cases_name(struct store_link *link)
{
    const struct pg_cases *cases = pg_link_of(link)->cases;

    return cases ? cases->cases.name : "cases";
}

static int list_add_size(void *ctx, const PGresult *result)
{
    struct list *list = ctx;
    struct pg_row row = {.result = result};
    struct cell cell = pg_cell_of(&row, 0, PG_TEXT);
    char *id = cell_id(&cell);

    if (id)
        json_object_set_new(list->sizes, id, json_integer(atoll(PQgetvalue(result, 0, 1))));
    free(id);
    pg_row_end(&row);
    return 0;
}

/* One bad row must not hide the others: pg_case_get() says what is wrong with it. */
static int list_add(void *ctx, const PGresult *result)
{
    struct list *list = ctx;
    struct pg_row row = {.result = result, .columns = list->link->cases->cases.fields};
    struct case_record *record = mem_new(struct case_record);
    struct case_summary summary;

    if (case_row_summarize(record, pg_cell, &row, list->sizes, &summary))
        list->each(list->ctx, &summary);
    else
        list->n_bad++;
    pg_row_end(&row);
    case_free(record);
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

static int list_each(struct list *list, struct error *err)
{
    int rc = pg_cases_prepare(list->link, err);

    if (rc == 0)
        rc = pg_link_each(list->link, list->link->cases->sizes_sql, list_add_size, list, err);
    if (rc == 0)
        rc = pg_link_each(list->link, list->link->cases->list_sql, list_add, list, err);
    if (rc == 0)
        list_log_bad_ids(list->link, list->n_bad);
    return rc;
}

int pg_case_each(struct store_link *store_link,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    struct list list = {
        .link = pg_link_of(store_link), .sizes = json_object(), .each = each, .ctx = ctx};
    int rc = pg_link_begin(list.link, err);

    if (rc == 0)
        rc = pg_link_end(list.link, list_each(&list, err), err);
    pg_cases_judge(list.link, rc);
    json_decref(list.sizes);
    return rc;
}
