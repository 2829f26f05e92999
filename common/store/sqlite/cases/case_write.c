/* case_write.c - writes whole cases. */
#include "store/sqlite/cases/cases_private.h"

static struct value write_value(const void *record, const struct case_field *field)
{
    bool is_silent = !field->is_always_written && case_is_default(record, field);

    if (case_is_text(field))
        return value_text(*case_text_at(record, field));
    if (is_silent)
        return value_text(NULL);
    if (field->kind == CASE_CHOICE)
        return field->is_number ? value_number(*case_choice_at(record, field))
                                : value_text(case_choice_name(record, field));
    return field->kind == CASE_SWITCH ? value_number(*case_switch_at(record, field))
                                      : value_real(*case_number_at(record, field));
}

/* A field without a column is left out if it has its default. */
static int write_fill(struct database *db, const char *table, uint32_t columns, const void *record,
    const struct case_field *fields, struct value *values, struct error *err)
{
    for (int i = 0; i < PUT_VALUES; i++)
        values[i] = value_text(NULL);
    for (int i = 0; fields[i].name; i++) {
        if (columns & 1u << i)
            values[i] = write_value(record, &fields[i]);
        else if (!case_is_default(record, &fields[i]))
            return error_set(err, ERR_INPUT,
                "%s: %s has no column \"%s\": add it, or leave %s out of the case", db->path, table,
                fields[i].column, fields[i].name);
    }
    return 0;
}

static int write_row(
    struct database *db, const char *sql, struct value *values, int n, struct error *err)
{
    values[n].kind = VALUE_END;
    return query_run(db, sql, values, err);
}

static int write_scene(
    struct database *db, const char *id, int position, const struct scene *scene, struct error *err)
{
    struct value values[PUT_VALUES + 1];
    int rc = write_fill(
        db, db->cases->scenes_table, db->cases->scene_columns, scene, scene_fields, values, err);

    values[PUT_CASE_ID] = value_text(id);
    values[PUT_POSITION] = value_number(position);
    return rc < 0 ? rc : write_row(db, db->cases->scene_put_sql, values, PUT_VALUES, err);
}

static int write_record(struct database *db, const struct case_record *record, struct error *err)
{
    struct value values[PUT_VALUES + 1];
    int n = 0, rc = write_fill(
                   db, db->cases->table, db->cases->case_columns, record, case_fields, values, err);

    while (case_fields[n].name)
        n++;
    while (n > 0 && !(db->cases->case_columns & 1u << (n - 1)))
        n--;
    return rc < 0 ? rc : write_row(db, db->cases->case_put_sql, values, n, err);
}

int case_drop_whole(struct database *db, const char *id, struct error *err)
{
    struct id_forms forms;
    const struct value *forms_of_id = id_forms(&forms, id);
    int rc = query_run(db, db->cases->scenes_drop_sql, forms_of_id, err);

    return rc == 0 ? query_run(db, db->cases->case_drop_sql, forms_of_id, err) : rc;
}

/* DELETE and INSERT, not UPDATE: views with INSTEAD OF triggers can do these. */
int case_write_whole(struct database *db, const struct case_record *record, struct error *err)
{
    int rc = case_drop_whole(db, record->id, err);

    if (rc == 0)
        rc = write_record(db, record, err);
    for (int i = 0; rc == 0 && i < record->n_scenes; i++)
        rc = write_scene(db, record->id, i + 1, &record->scenes[i], err);
    return rc;
}

int sqlite_case_put(
    struct store_link *link, struct case_record *const *records, int n, struct error *err)
{
    struct database *db = database_of(link);
    int rc = transaction_begin(db, err);

    if (rc < 0)
        return rc;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = case_write_whole(db, records[i], err);
    return transaction_end(db, rc, err);
}
