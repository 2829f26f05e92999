/* case_edit.c - one case that is written or removed, if the caller agrees to what is there. */
#include "store/postgres/cases/cases_private.h"

static int edit_refuse(const struct pg_link *link, struct error *err)
{
    error_set(err, ERR_INPUT,
        "cases are read here from %s, which is not casecast's own table: change them where they "
        "come from",
        link->cases->cases.name);
    return STORE_E_READ_ONLY;
}

static int edit_remove(struct pg_link *link, const char *id, struct error *err)
{
    static const char *const tables[] = {"DELETE FROM casecast.scenes WHERE case_id = $1",
        "DELETE FROM casecast.cases WHERE id = $1"};
    int rc = 0;

    for (int i = 0; rc == 0 && i < 2; i++) {
        PGresult *done;

        rc = pg_link_query(link, tables[i], &(struct pg_value){.text = id}, 1, &done, err);
        if (rc == 0)
            PQclear(done);
    }
    return rc;
}

/* Rows that are no case are there, too. */
static int edit_ask(struct pg_link *link, const struct case_edit *edit, struct error *err)
{
    struct case_record *was = NULL;
    int rc = pg_case_read_whole(link, edit->id, &was, err);
    bool is_there = rc != STORE_E_NOT_FOUND;

    if (rc == 0 || rc == STORE_E_NOT_FOUND || rc == -ERR_INPUT)
        rc = edit->may(edit->ctx, is_there, rc == 0 ? was : NULL, err);
    case_free(was);
    return rc == 0 && !edit->record && !is_there ? STORE_E_NOT_FOUND : rc;
}

static int edit_all(struct pg_link *link, const struct case_edit *edit, struct error *err)
{
    struct case_record *record = (struct case_record *)edit->record; /* is only read */
    int rc = pg_cases_prepare(link, err);

    if (rc == 0 && !link->cases->are_ours)
        return edit_refuse(link, err);
    if (rc == 0)
        rc = pg_cases_lock(link, err);
    if (rc == 0)
        rc = edit_ask(link, edit, err);
    if (rc != 0)
        return rc;
    return record ? pg_cases_write(link, &record, 1, err) : edit_remove(link, edit->id, err);
}

int pg_case_edit(
    struct store_link *store_link, const struct case_edit *edit, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    int rc = pg_link_begin_writing(link, err);

    if (rc == 0)
        rc = pg_link_end(link, edit_all(link, edit, err), err);
    pg_cases_judge(link, rc);
    return rc;
}
