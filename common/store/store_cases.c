/* store_cases.c - cases, read through two names (store_case_tables.c) that may be tables or views
 * over somebody's own tables.
 *
 * A column that is not there takes its usual value.  A value may be of any type and any size, and
 * is taken by what it says: '2' is a number, 2024 is a title, a blank is nothing.  What says
 * nothing that belongs there is a mistake of the row, told with its place. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/case_fields.h"
#include "case/case_words.h"
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
    if (!has && field->is_required)
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
        mem_format("SELECT %s FROM %s ORDER BY CAST(id AS INTEGER), id", cases->select.data, c);
    store->case_sizes_sql = mem_format("SELECT case_id, count(*) FROM %s GROUP BY case_id", s);
    store->case_sql =
        mem_format("SELECT %s FROM %s WHERE id IN (?1, ?2, ?3)", cases->select.data, c);
    /* Positions are put in order by their values; read_position() refuses what has none. */
    store->scenes_sql = mem_format("SELECT %s, position FROM %s WHERE case_id IN (?1, ?2, ?3)"
                                   " ORDER BY CAST(position AS REAL), CAST(position AS INTEGER)"
                                   " LIMIT %d",
        scenes->select.data, s, CASE_SCENES_MAX + 1);
    /* Behind ", " of the first. */
    store->case_put_sql = mem_format(
        "INSERT INTO %s(%s) VALUES (%s)", c, cases->names.data + 2, cases->places.data + 2);
    store->scene_put_sql = mem_format("INSERT INTO %s(case_id, position%s) VALUES (?%d, ?%d%s)", s,
        scenes->names.data, PUT_CASE_ID + 1, PUT_POSITION + 1, scenes->places.data);
    store->case_drop_sql = mem_format("DELETE FROM %s WHERE id IN (?1, ?2, ?3)", c);
    store->scenes_drop_sql = mem_format("DELETE FROM %s WHERE case_id IN (?1, ?2, ?3)", s);
    store->case_count_sql =
        mem_format("SELECT (SELECT count(*) FROM %s) + (SELECT count(*) FROM %s)", c, s);
}

void cases_forget(struct store *store)
{
    char **const texts[] = {&store->case_list_sql, &store->case_sizes_sql, &store->case_sql,
        &store->scenes_sql, &store->case_put_sql, &store->scene_put_sql, &store->case_drop_sql,
        &store->scenes_drop_sql, &store->case_count_sql};

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

/* --- ids --- */

/* An id as the three values that say it: text, a number (a view's column may hold numbers and have
 * no type), and the text that SQLite makes of 7.0 in a column of texts.  NULL is like nothing. */
struct id_forms {
    struct value values[4];
    char real[CASE_ID_MAX + 3];
};

static const struct value *id_forms(struct id_forms *forms, const char *id)
{
    long long number = 0;
    bool is_number = text_number(id, 0, INT64_MAX, &number) && (*id != '0' || !id[1]);

    snprintf(forms->real, sizeof forms->real, "%s.0", id);
    forms->values[0] = value_text(id);
    forms->values[1] = is_number ? value_number(number) : value_text(NULL);
    forms->values[2] = value_text(is_number ? forms->real : NULL);
    forms->values[3].kind = VALUE_END;
    return forms->values;
}

static const struct case_field *const id_field = &case_fields[0];

/* The digits of "7.0", in place. */
static void cut_to_id(char *id)
{
    size_t n = id ? strspn(id, "0123456789") : 0;

    if (n > 0 && strcmp(id + n, ".0") == 0)
        id[n] = '\0';
}

/* --- values --- */

struct cell {
    int type; /* SQLite's */
    double number;
    const char *text; /* of numbers, too; valid until the row goes */
    size_t len;
};

/* Its type is asked for first, as the other questions convert it. */
static struct cell cell_of(sqlite3_stmt *row, int column)
{
    struct cell cell = {.type = sqlite3_column_type(row, column), .text = ""};

    if (cell.type == SQLITE_INTEGER || cell.type == SQLITE_FLOAT)
        cell.number = sqlite3_column_double(row, column);
    if (cell.type != SQLITE_BLOB && column_text(row, column))
        cell.text = column_text(row, column);
    cell.len = (size_t)sqlite3_column_bytes(row, column);
    return cell;
}

/* Nothing, or nothing but white space. */
static bool is_blank(const struct cell *cell)
{
    size_t len = cell->len;

    if (cell->type == SQLITE_TEXT)
        text_trim(cell->text, &len);
    return len == 0;
}

/* What no field takes. */
static int check_cell(
    const struct cell *cell, const char *column, const char *wanted, struct error *err)
{
    if (cell->type == SQLITE_BLOB)
        return error_set(err, ERR_INPUT, "%s: must be %s, is a blob", column, wanted);
    if (memchr(cell->text, '\0', cell->len))
        return error_set(err, ERR_INPUT, "%s: holds a NUL byte", column);
    return 0;
}

static const char *kind_for(const struct case_field *field)
{
    if (field->kind == CASE_SWITCH)
        return "true or false";
    return field->kind == CASE_NUMBER || field->is_number ? "a number" : "text";
}

/* White space around a name or a title is nobody's wish.  In a path or an id it may be one, and
 * around lines it does no harm. */
static bool is_trimmed(const struct case_field *field)
{
    return field->kind == CASE_TEXT && !field->has_lines && !field->is_required;
}

/* A number is what a person would write: 2024.0 is "2024". */
static char *copy_text(const struct case_field *field, const struct cell *cell)
{
    const char *text = cell->text;
    size_t len = cell->len;

    if (cell->type == SQLITE_FLOAT)
        return mem_format("%.15g", cell->number);
    if (is_trimmed(field))
        text = text_trim(text, &len);
    return case_text_copy(text, len);
}

static int read_text(
    const struct cell *cell, const struct case_field *field, char **ret_text, struct error *err)
{
    /* A code point has at most 4 bytes: whatever is longer need not be copied to be refused. */
    if (cell->len > 4 * (size_t)field->most)
        return error_set(err, ERR_INPUT, "%s: is %zu bytes long, at most %d %s are allowed",
            field->column, cell->len, field->most,
            field->kind == CASE_PATH ? "bytes" : "characters");
    *ret_text = copy_text(field, cell);
    if (field == id_field)
        cut_to_id(*ret_text);
    return 0;
}

static int read_value(
    const struct cell *cell, const struct case_field *field, void *record, struct error *err)
{
    int answer = cell->type == SQLITE_TEXT
                     ? case_set_words(record, field, cell->text, cell->len, err)
                     : case_set_number(record, field, cell->number, err);

    if (answer < 0 && err)
        error_where(err, "%s: ", field->column);
    return answer;
}

static int read_field(
    sqlite3_stmt *row, int column, const struct case_field *field, void *record, struct error *err)
{
    struct cell cell = cell_of(row, column);

    if (is_blank(&cell))
        return 0;
    if (check_cell(&cell, field->column, kind_for(field), err) < 0)
        return -ERR_INPUT;
    return case_is_text(field) ? read_text(&cell, field, case_text_at(record, field), err)
                               : read_value(&cell, field, record, err);
}

static int read_fields(
    sqlite3_stmt *row, void *record, const struct case_field *fields, struct error *err)
{
    int answer = 0;

    case_fields_init(record, fields);
    for (int i = 0; answer == 0 && fields[i].name; i++)
        answer = read_field(row, i, &fields[i], record, err);
    return answer;
}

static int read_case(sqlite3_stmt *row, struct case_record *record, struct error *err)
{
    return read_fields(row, record, case_fields, err);
}

/* --- scenes --- */

/* Whole numbers count as such: as doubles, large ones that differ would be the same. */
struct position {
    bool is_whole;
    long long whole;
    double real;
};

static bool parse_position(const char *text, struct position *ret_position)
{
    char *end;

    if (!text_real(text, &ret_position->real))
        return false;
    errno = 0;
    ret_position->whole = strtoll(text, &end, 10);
    ret_position->is_whole = errno == 0 && !end[strspn(end, " \t\n\v\f\r")];
    return true;
}

static bool is_same(const struct position *a, const struct position *b)
{
    return a->is_whole && b->is_whole ? a->whole == b->whole : a->real == b->real;
}

static int refuse_position(const struct cell *cell, struct error *err)
{
    char shown[64];

    snprintf(shown, sizeof shown, "%s", cell->text);
    text_one_line(shown);
    return error_set(err, ERR_INPUT, "position: \"%s\" must be a number, as 2 or 2.5", shown);
}

/* `at`: of this scene; those before it have lower positions, or the same. */
static int read_position(const struct cell *cell, int at, struct position *last, struct error *err)
{
    struct position position = {0};

    if (is_blank(cell))
        return error_set(err, ERR_INPUT, "position: is missing; it says which scene comes when");
    if (check_cell(cell, "position", "a number", err) < 0)
        return -ERR_INPUT;
    if (!parse_position(cell->text, &position))
        return refuse_position(cell, err);
    if (at > 0 && is_same(&position, last))
        return error_set(err, ERR_INPUT, "position: is %s, as that of scenes[%d]: each must differ",
            cell->text, at - 1);
    *last = position;
    return 0;
}

static int add_scene(
    sqlite3_stmt *row, struct case_record *record, struct position *last, struct error *err)
{
    struct cell position = cell_of(row, sqlite3_column_count(row) - 1);
    int at = record->n_scenes++, answer;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[at] = (struct scene){0};
    answer = read_fields(row, &record->scenes[at], scene_fields, err);
    if (answer == 0)
        answer = read_position(&position, at, last, err);
    if (answer < 0 && err)
        error_where(err, "scenes[%d].", at);
    return answer;
}

static int load_scenes(
    struct store *store, const char *id, struct case_record *record, struct error *err)
{
    struct position last = {0};
    struct id_forms forms;
    sqlite3_stmt *row;
    int answer = query_start(store, store->scenes_sql, id_forms(&forms, id), &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        answer = add_scene(row, record, &last, err);
        if (answer < 0)
            query_end(row);
    }
    return answer;
}

/* Into `*found`, if the row is that case: to the database 01 and 1 may be the same, but an id is a
 * name here. */
static int take_if_it_is(
    sqlite3_stmt *row, const char *id, struct case_record **found, struct error *err)
{
    struct case_record *record = mem_new(struct case_record);
    struct error mistake;
    int answer = read_case(row, record, &mistake);

    if (!record->id || strcmp(record->id, id) != 0) {
        case_free(record);
        return 0;
    }
    if (*found)
        answer = error_set(&mistake, ERR_INPUT, "id: two rows have this one");
    if (answer < 0 && err)
        *err = mistake;
    case_free(*found);
    *found = record;
    return answer;
}

/* The caller frees `*found`, if there is one, whatever the answer. */
static int find_case(
    struct store *store, const char *id, struct case_record **found, struct error *err)
{
    struct id_forms forms;
    sqlite3_stmt *row;
    int answer = query_start(store, store->case_sql, id_forms(&forms, id), &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        answer = take_if_it_is(row, id, found, err);
        if (answer < 0)
            query_end(row);
    }
    return answer < 0 || *found ? answer : STORE_E_NOT_FOUND;
}

static int load_case(
    struct store *store, const char *id, struct case_record **found, struct error *err)
{
    int answer = case_id_check(id, NULL) < 0 ? STORE_E_NOT_FOUND : find_case(store, id, found, err);

    if (answer == 0)
        answer = load_scenes(store, id, *found, err);
    if (answer == 0) {
        case_derive(*found);
        answer = case_check(*found, err);
    }
    if (answer == -ERR_INPUT && err)
        error_where(err, "case %s: ", id);
    return answer;
}

int store_case_get(
    struct store *store, const char *id, struct case_record **ret_record, struct error *err)
{
    struct case_record *found = NULL;
    int answer = transaction_begin_read(store, err);

    if (answer == 0)
        answer = transaction_end(store, load_case(store, id, &found, err), err);
    if (answer == 0)
        *ret_record = found;
    else
        case_free(found);
    return answer;
}

/* --- the list --- */

static void add_size(sqlite3_stmt *row, json_t *sizes)
{
    struct cell cell = cell_of(row, 0);
    char *id = NULL;

    if (!is_blank(&cell) && check_cell(&cell, "case_id", "text", NULL) == 0)
        read_text(&cell, id_field, &id, NULL);
    if (id && case_id_check(id, NULL) == 0)
        json_object_set_new(sizes, id,
            json_integer(
                json_integer_value(json_object_get(sizes, id)) + sqlite3_column_int64(row, 1)));
    free(id);
}

/* How many scenes each case has.  Counted here, since 7 and '7' are two to the database. */
static int count_scenes(struct store *store, json_t *sizes, struct error *err)
{
    sqlite3_stmt *row;
    int answer = query_start(store, store->case_sizes_sql, NULL, &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        add_size(row, sizes);
        answer = 0;
    }
    return answer;
}

/* A list must show what is good though one row is bad: store_case_get() tells what is wrong with
 * that one. False: a row that no caseId can name. */
static bool summarize(
    sqlite3_stmt *row, json_t *sizes, struct case_record *record, struct case_summary *ret_summary)
{
    read_case(row, record, NULL);
    case_derive(record);
    if (!record->id || case_id_check(record->id, NULL) < 0)
        return false;
    text_one_line(record->title);
    text_one_line(record->language);
    *ret_summary = (struct case_summary){.id = record->id,
        .title = record->title,
        .language = record->language,
        .shape = record->shape,
        .n_scenes = (int)json_integer_value(json_object_get(sizes, record->id))};
    return true;
}

static void tell_bad_ids(struct store *store, int n)
{
    if (n == 0 || store->told_bad_ids)
        return;
    log_warning("%s: %d rows of %s are left out: an id must be 1 to %d of the characters A-Z "
                "a-z 0-9 _ -",
        store->path, n, store->cases, CASE_ID_MAX);
    store->told_bad_ids = true;
}

static int each_case(struct store *store, json_t *sizes,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    sqlite3_stmt *row;
    int n_bad = 0, answer = query_start(store, store->case_list_sql, NULL, &row, err);

    while (answer == 0 && (answer = query_row(store, row, err)) == QUERY_ROW) {
        struct case_record *record = mem_new(struct case_record);
        struct case_summary summary;

        if (summarize(row, sizes, record, &summary))
            each(ctx, &summary);
        else
            n_bad++;
        case_free(record);
        answer = 0;
    }
    tell_bad_ids(store, n_bad);
    return answer;
}

int store_case_each(struct store *store,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err)
{
    json_t *sizes = json_object();
    int answer = transaction_begin_read(store, err);

    if (answer == 0) {
        answer = count_scenes(store, sizes, err);
        if (answer == 0)
            answer = each_case(store, sizes, each, ctx, err);
        answer = transaction_end(store, answer, err);
    }
    json_decref(sizes);
    return answer;
}

/* --- writing --- */

static struct value value_of(const void *record, const struct case_field *field)
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

/* A field without a column is left out as long as that loses nothing. */
static int fill(struct store *store, const char *table, uint32_t columns, const void *record,
    const struct case_field *fields, struct value *values, struct error *err)
{
    for (int i = 0; i < PUT_VALUES; i++)
        values[i] = value_text(NULL);
    for (int i = 0; fields[i].name; i++) {
        if (columns & 1u << i)
            values[i] = value_of(record, &fields[i]);
        else if (!case_is_default(record, &fields[i]))
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
    struct id_forms forms;
    const struct value *id = id_forms(&forms, record->id);
    int answer = query_run(store, store->scenes_drop_sql, id, err);

    if (answer == 0)
        answer = query_run(store, store->case_drop_sql, id, err);
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
