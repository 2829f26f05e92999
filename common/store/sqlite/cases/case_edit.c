/* case_edit.c - one case that is written or removed, if the caller agrees to what is there. */
#include "store/sqlite/cases/cases_private.h"

static int edit_refuse(struct database *db, struct error *err)
{
    error_set(err, ERR_INPUT,
        "cases are read here from %s, which is not casecast's own table: change them where they "
        "come from",
        db->cases->table);
    return STORE_E_READ_ONLY;
}

static int edit_refuse_file(struct error *err)
{
    error_set(err, ERR_INPUT,
        "the file of the cases can only be read here: this service must be able to write to it");
    return STORE_E_READ_ONLY;
}

static int edit_check_tables(struct database *db, struct error *err)
{
    bool are_ours = false;
    int rc = case_tables_are_ours(db, &are_ours, err);

    if (rc != 0)
        return rc;
    return are_ours ? 0 : edit_refuse(db, err);
}

/* Rows that are no case are there, too. */
static int edit_ask(struct database *db, const struct case_edit *edit, struct error *err)
{
    struct case_record *was = NULL;
    int rc = case_read_whole(db, edit->id, &was, err);
    bool is_there = rc != STORE_E_NOT_FOUND;

    if (rc == 0 || rc == STORE_E_NOT_FOUND || rc == -ERR_INPUT)
        rc = edit->may(edit->ctx, is_there, rc == 0 ? was : NULL, err);
    case_free(was);
    if (rc == 0 && !edit->record && !is_there)
        return STORE_E_NOT_FOUND;
    return rc;
}

static int edit_write(struct database *db, const struct case_edit *edit, struct error *err)
{
    int rc = edit_check_tables(db, err);

    if (rc == 0)
        rc = edit_ask(db, edit, err);
    if (rc != 0)
        return rc;
    return edit->record ? case_write_whole(db, edit->record, err)
                        : case_drop_whole(db, edit->id, err);
}

/* A file that can't be written has no transaction that writes. */
int sqlite_case_edit(struct store_link *link, const struct case_edit *edit, struct error *err)
{
    struct database *db = database_of(link);
    int rc = sqlite3_db_readonly(db->handle, "main") == 1 ? edit_refuse_file(err)
                                                          : transaction_begin(db, err);

    return rc == 0 ? transaction_end(db, edit_write(db, edit, err), err) : rc;
}
