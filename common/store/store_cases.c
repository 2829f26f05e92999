/* store_cases.c - cases, read through two names (store_case_tables.c) that may be tables or views
 * over somebody's own tables.
 *
 * A column that is not there takes its usual value.  A value may be of any type and any size: what
 * is no text where text belongs is a mistake of the row, told with its place. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/case_fields.h"
#include "store/store_private.h"

/* In an INSERT into scenes, behind the fields. */
enum { PUT_CASE_ID = CASE_FIELDS_MAX, PUT_POSITION, PUT_VALUES };

/* --- which columns are there --- */

static int has_column(
    struct store *store, const char *table, const char *column, bool *ret_has, struct error *err)
{
    int64_t n;
    int answer =
        query_number(store, "SELECT count(*) FROM pragma_table_info(?1) WHERE lower(name) = ?2",
            VALUES(value_text(table), value_text(column)), &n, err);

    if (answer == 0)
        *ret_has = n > 0;
    return answer;
}

/* What to do with the fields of one table: SELECT every one, a column or NULL where there is none,
 * and INSERT those that have a column. */
struct clauses {
    struct buf select, names, places;
    uint32_t *has; /* bit i: field i has a column */
};

static void clauses_free(struct clauses *clauses)
{
    buf_free(&clauses->select);
    buf_free(&clauses->names);
    buf_free(&clauses->places);
}

static int refuse_without(
    struct store *store, const char *table, const char *column, struct error *err)
{
    return store_refuse_as(err, STORE_CASES_TOLD,
        error_set(err, ERR_INPUT, "%s: %s has no column \"%s\"%s", store->path, table, column,
            strcmp(store->cases, "cases") == 0 ? CASES_HINT : ""));
}

static int add_column(struct store *store, const char *table, const struct case_field *field, int i,
    struct clauses *clauses, struct error *err)
{
    bool has = false;
    int answer = has_column(store, table, field->column, &has, err);

    if (answer < 0)
        return answer;
    if (!has && field->is_needed)
        return refuse_without(store, table, field->column, err);
    buf_format(&clauses->select, "%s%s%s", i ? ", " : "", has ? table : "NULL", has ? "." : "");
    if (!has)
        return 0;
    buf_add_text(&clauses->select, field->column);
    *clauses->has |= 1u << i;
    buf_format(&clauses->names, ", %s", field->column);
    buf_format(&clauses->places, ", ?%d", i + 1);
    return 0;
}

static int add_columns(struct store *store, const char *table, const struct case_field *fields,
    struct clauses *clauses, struct error *err)
{
    int answer = 0;

    for (int i = 0; answer == 0 && fields[i].name; i++)
        answer = add_column(store, table, &fields[i], i, clauses, err);
    return answer;
}

static int find_keys(struct store *store, struct error *err)
{
    static const char *const keys[] = {"case_id", "position"};
    int answer = 0;

    for (int i = 0; answer == 0 && i < 2; i++) {
        bool has = false;

        answer = has_column(store, store->scenes, keys[i], &has, err);
        if (answer == 0 && !has)
            answer = refuse_without(store, store->scenes, keys[i], err);
    }
    return answer;
}

static void make_queries(
    struct store *store, const struct clauses *cases, const struct clauses *scenes)
{
    const char *c = store->cases, *s = store->scenes;

    /* Ids are often numbers in other people's tables: 2 comes before 10. */
    store->case_list_sql =
        mem_format("SELECT %s, ifnull(counted.n, 0) FROM %s LEFT JOIN"
                   " (SELECT case_id, count(*) AS n FROM %s GROUP BY case_id) AS counted"
                   " ON counted.case_id = %s.id ORDER BY CAST(%s.id AS INTEGER), %s.id",
            cases->select.data, c, s, c, c, c);
    store->case_sql = mem_format("SELECT %s FROM %s WHERE id IN (?1, ?2)", cases->select.data, c);
    store->scenes_sql = mem_format("SELECT %s FROM %s WHERE case_id IN (?1, ?2)"
                                   " ORDER BY position LIMIT %d",
        scenes->select.data, s, CASE_SCENES_MAX + 1);
    /* Behind ", " of the first. */
    store->case_put_sql = mem_format(
        "INSERT INTO %s(%s) VALUES (%s)", c, cases->names.data + 2, cases->places.data + 2);
    store->scene_put_sql = mem_format("INSERT INTO %s(case_id, position%s) VALUES (?%d, ?%d%s)", s,
        scenes->names.data, PUT_CASE_ID + 1, PUT_POSITION + 1, scenes->places.data);
    store->case_drop_sql = mem_format("DELETE FROM %s WHERE id = ?1", c);
    store->scenes_drop_sql = mem_format("DELETE FROM %s WHERE case_id = ?1", s);
    store->case_count_sql =
        mem_format("SELECT (SELECT count(*) FROM %s) + (SELECT count(*) FROM %s)", c, s);
}

void cases_forget(struct store *store)
{
    char **const texts[] = {&store->case_list_sql, &store->case_sql, &store->scenes_sql,
        &store->case_put_sql, &store->scene_put_sql, &store->case_drop_sql, &store->scenes_drop_sql,
        &store->case_count_sql};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(*texts[i]);
        *texts[i] = NULL;
    }
    store->case_columns = store->scene_columns = 0;
}

int cases_prepare(struct store *store, struct error *err)
{
    struct clauses cases = {.has = &store->case_columns}, scenes = {.has = &store->scene_columns};
    int answer;

    cases_forget(store);
    answer = add_columns(store, store->cases, case_fields, &cases, err);
    if (answer == 0)
        answer = add_columns(store, store->scenes, scene_fields, &scenes, err);
    if (answer == 0)
        answer = find_keys(store, err);
    if (answer == 0)
        make_queries(store, &cases, &scenes);
    clauses_free(&cases);
    clauses_free(&scenes);
    return answer;
}

/* An id as text, and as a number if it is one: a view's column may hold numbers and have no type.
 */
static int start_by_id(
    struct store *store, const char *sql, const char *id, sqlite3_stmt **ret_row, struct error *err)
{
    long long number;
    bool is_number = text_number(id, 0, INT64_MAX, &number);

    return query_start(store, sql,
        VALUES(value_text(id), is_number ? value_number(number) : value_text(NULL)), ret_row, err);
}

/* --- rows --- */

static const char *kind_of(sqlite3_stmt *row, int column)
{
    static const char *const kinds[] = {[SQLITE_INTEGER] = "a number",
        [SQLITE_FLOAT] = "a number",
        [SQLITE_TEXT] = "text",
        [SQLITE_BLOB] = "a blob",
        [SQLITE_NULL] = "NULL"};

    return kinds[sqlite3_column_type(row, column)];
}

/* Numbers read as text are fine (an id, a title of "1984"); blobs are not.  `*ret_text` is NULL for
 * NULL. */
static int read_text(sqlite3_stmt *row, int column, const struct case_field *field, char **ret_text,
    struct error *err)
{
    const char *text;
    size_t len;

    if (sqlite3_column_type(row, column) == SQLITE_BLOB)
        return error_set(err, ERR_INPUT, "%s: must be text, is a blob", field->column);
    text = (const char *)sqlite3_column_text(row, column);
    len = (size_t)sqlite3_column_bytes(row, column);
    if (!text) {
        *ret_text = NULL;
        return 0;
    }
    /* A code point has at most 4 bytes: whatever is longer than this need not be copied to be
     * refused. */
    if (len > 4 * (size_t)field->most)
        return error_set(err, ERR_INPUT, "%s: is %zu bytes long, at most %d %s are allowed",
            field->column, len, field->most, field->kind == CASE_PATH ? "bytes" : "characters");
    if (memchr(text, '\0', len))
        return error_set(err, ERR_INPUT, "%s: holds a NUL byte", field->column);
    *ret_text = case_text_copy(text, len);
    return 0;
}

static int refuse_kind(sqlite3_stmt *row, int column, const struct case_field *field,
    const char *kind, struct error *err)
{
    return error_set(
        err, ERR_INPUT, "%s: must be %s, is %s", field->column, kind, kind_of(row, column));
}

static int tell_column(int answer, const struct case_field *field, struct error *err)
{
    if (answer < 0 && err)
        error_where(err, "%s: ", field->column);
    return answer;
}

static int read_switch(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    int64_t value = sqlite3_column_int64(row, column);

    if (sqlite3_column_type(row, column) != SQLITE_INTEGER || value < 0 || value > 1)
        return error_set(err, ERR_INPUT, "%s: must be 1 (true) or 0 (false)", field->column);
    *case_switch_at(record, field) = value == 1;
    return 0;
}

static int read_choice(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    int kind = sqlite3_column_type(row, column);
    int answer;

    if (kind == SQLITE_BLOB)
        return refuse_kind(row, column, field, field->is_number ? "a number" : "text", err);
    if (kind == SQLITE_TEXT)
        answer =
            case_set_choice(record, field, (const char *)sqlite3_column_text(row, column), err);
    else
        answer = case_set_number(record, field, sqlite3_column_double(row, column), err);
    return tell_column(answer, field, err);
}

static int read_number(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    int kind = sqlite3_column_type(row, column);
    int answer;

    if (kind != SQLITE_INTEGER && kind != SQLITE_FLOAT)
        return refuse_kind(row, column, field, "a number", err);
    answer = case_set_number(record, field, sqlite3_column_double(row, column), err);
    return tell_column(answer, field, err);
}

static int read_field(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return 0;
    if (case_is_text(field))
        return read_text(row, column, field, case_text_at(record, field), err);
    if (field->kind == CASE_SWITCH)
        return read_switch(row, column, field, record, err);
    return field->kind == CASE_CHOICE ? read_choice(row, column, field, record, err)
                                      : read_number(row, column, field, record, err);
}

static int read_fields(
    sqlite3_stmt *row, void *record, const struct case_field *fields, struct error *err)
{
    int answer = 0;

    case_set_usual(record, fields);
    for (int i = 0; answer == 0 && fields[i].name; i++)
        answer = read_field(row, i, &fields[i], record, err);
    return answer;
}

static int read_case(sqlite3_stmt *row, struct case_record *record, struct error *err)
{
    int answer = read_fields(row, record, case_fields, err);

    case_set_defaults(record);
    return answer;
}

static int add_scene(sqlite3_stmt *row, struct case_record *record, struct error *err)
{
    int at = record->n_scenes++, answer;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[at] = (struct scene){0};
    answer = read_fields(row, &record->scenes[at], scene_fields, err);
    if (answer < 0 && err)
        error_where(err, "scenes[%d].", at);
    return answer;
}

static int load_scenes(
    struct store *store, const char *id, struct case_record *record, struct error *err)
{
    sqlite3_stmt *row;
    int answer = start_by_id(store, store->scenes_sql, id, &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        answer = add_scene(row, record, err);
        if (answer < 0)
            query_end(row);
    }
    return answer;
}

/* STORE_E_NOT_FOUND also where the database calls 01 and 1 the same: an id is a name here. */
static int load_case(
    struct store *store, const char *id, struct case_record *record, struct error *err)
{
    sqlite3_stmt *row;
    int answer = start_by_id(store, store->case_sql, id, &row, err);

    if (answer == 0)
        answer = query_row(store, row, err);
    if (answer != QUERY_ROW)
        return answer < 0 ? answer : STORE_E_NOT_FOUND;
    answer = read_case(row, record, err);
    query_end(row);
    if (answer == 0 && (!record->id || strcmp(record->id, id) != 0))
        return STORE_E_NOT_FOUND;
    if (answer == 0)
        answer = load_scenes(store, id, record, err);
    if (answer == 0)
        answer = case_check(record, err);
    if (answer == -ERR_INPUT && err)
        error_where(err, "case %s: ", id);
    return answer;
}

int store_case_get(
    struct store *store, const char *id, struct case_record **ret_record, struct error *err)
{
    struct case_record *record;
    int answer = transaction_begin_read(store, err);

    if (answer < 0)
        return answer;
    record = mem_new(struct case_record);
    answer = transaction_end(store, load_case(store, id, record, err), err);
    if (answer == 0)
        *ret_record = record;
    else
        case_free(record);
    return answer;
}

/* --- the list --- */

/* A list must show what is good though one row is bad: store_case_get() tells what is wrong with
 * that one. False: a row that no caseId can name. */
static bool summarize(
    sqlite3_stmt *row, struct case_record *record, struct case_summary *ret_summary)
{
    read_case(row, record, NULL);
    if (!record->id || case_id_check(record->id, NULL) < 0)
        return false;
    text_one_line(record->title);
    text_one_line(record->language);
    *ret_summary = (struct case_summary){.id = record->id,
        .title = record->title,
        .language = record->language,
        .shape = record->shape,
        .n_scenes = sqlite3_column_int(row, sqlite3_column_count(row) - 1)};
    return true;
}

static void tell_bad_ids(struct store *store, int n)
{
    if (n == 0 || store->told_bad_ids)
        return;
    log_warning("%s: %d rows of cases are left out: an id must be 1 to %d of the characters A-Z "
                "a-z 0-9 _ -",
        store->path, n, CASE_ID_MAX);
    store->told_bad_ids = true;
}

int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int n_bad = 0, answer = query_start(store, store->case_list_sql, NULL, &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        struct case_record *record = mem_new(struct case_record);
        struct case_summary summary;

        if (summarize(row, record, &summary))
            each(ctx, &summary);
        else
            n_bad++;
        case_free(record);
        answer = 0;
    }
    tell_bad_ids(store, n_bad);
    return answer;
}

/* --- writing --- */

static struct value value_of(const void *record, const struct case_field *field)
{
    bool is_silent = !field->is_told && case_is_usual(record, field);

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

/* A field without a column is left out as long as that loses nothing. */
static int fill(struct store *store, const char *table, uint32_t columns, const void *record,
    const struct case_field *fields, struct value *values, struct error *err)
{
    for (int i = 0; i < PUT_VALUES; i++)
        values[i] = value_text(NULL);
    for (int i = 0; fields[i].name; i++) {
        if (columns & 1u << i)
            values[i] = value_of(record, &fields[i]);
        else if (!case_is_usual(record, &fields[i]))
            return error_set(err, ERR_INPUT,
                "%s: %s has no column \"%s\": add it, or leave %s out of the case", store->path,
                table, fields[i].column, fields[i].name);
    }
    return 0;
}

static int put_row(
    struct store *store, const char *sql, struct value *values, int n, struct error *err)
{
    values[n].kind = VALUE_END;
    return query_run(store, sql, values, err);
}

static int put_scene(
    struct store *store, const char *id, int position, const struct scene *scene, struct error *err)
{
    struct value values[PUT_VALUES + 1];
    int answer = fill(store, store->scenes, store->scene_columns, scene, scene_fields, values, err);

    values[PUT_CASE_ID] = value_text(id);
    values[PUT_POSITION] = value_number(position);
    return answer < 0 ? answer : put_row(store, store->scene_put_sql, values, PUT_VALUES, err);
}

static int put_record(struct store *store, const struct case_record *record, struct error *err)
{
    struct value values[PUT_VALUES + 1];
    int n = 0,
        answer = fill(store, store->cases, store->case_columns, record, case_fields, values, err);

    while (case_fields[n].name)
        n++;
    while (n > 0 && !(store->case_columns & 1u << (n - 1)))
        n--;
    return answer < 0 ? answer : put_row(store, store->case_put_sql, values, n, err);
}

/* Deleted and written anew, not updated: that works on views with INSTEAD OF triggers, too. */
static int put_case(struct store *store, const struct case_record *record, struct error *err)
{
    int answer = query_run(store, store->scenes_drop_sql, VALUES(value_text(record->id)), err);

    if (answer == 0)
        answer = query_run(store, store->case_drop_sql, VALUES(value_text(record->id)), err);
    if (answer == 0)
        answer = put_record(store, record, err);
    for (int i = 0; answer == 0 && i < record->n_scenes; i++)
        answer = put_scene(store, record->id, i + 1, &record->scenes[i], err);
    return answer;
}

int store_case_put(
    struct store *store, struct case_record *const *records, int n, struct error *err)
{
    int answer = transaction_begin(store, err);

    if (answer < 0)
        return answer;
    for (int i = 0; answer == 0 && i < n; i++)
        answer = put_case(store, records[i], err);
    return transaction_end(store, answer, err);
}
