/* store_cases.c - cases, read through two names that may be tables or views over somebody's own
 * tables.
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

/* Order of the columns in our SELECTs. */
enum { CASE_ID, CASE_TITLE, CASE_LANGUAGE, CASE_SHAPE, CASE_N_SCENES };
enum { SCENE_TEXTS = 5, SCENE_SECONDS = SCENE_TEXTS };

struct column {
    const char *name;
    bool is_needed;
};

static const struct column case_columns[] = {
    {"id", true}, {"title", false}, {"language", false}, {"shape", false}, {NULL, false}};
static const struct column scene_columns[] = {{"image", true}, {"caption", false},
    {"narration", false}, {"audio", false}, {"credit", false}, {"seconds", false}, {NULL, false}};
static const struct column scene_keys[] = {{"case_id", true}, {"position", true}, {NULL, false}};

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

/* Adds what to SELECT for these columns: the column, or NULL where there is none. */
static int add_columns(struct store *store, const char *table, const struct column *columns,
    struct buf *sql, struct error *err)
{
    for (int i = 0; columns[i].name; i++) {
        bool has = false;
        int answer = has_column(store, table, columns[i].name, &has, err);

        if (answer < 0)
            return answer;
        if (!has && columns[i].is_needed)
            return error_set(
                err, ERR_INPUT, "%s: %s has no column \"%s\"", store->path, table, columns[i].name);
        if (has)
            buf_format(sql, "%s%s.%s", i ? ", " : "", table, columns[i].name);
        else
            buf_format(sql, "%sNULL", i ? ", " : "");
    }
    return 0;
}

int cases_prepare(struct store *store, struct error *err)
{
    struct buf cases = {0}, scenes = {0}, keys = {0};
    int answer = add_columns(store, "cases", case_columns, &cases, err);

    if (answer == 0)
        answer = add_columns(store, "scenes", scene_columns, &scenes, err);
    if (answer == 0)
        answer = add_columns(store, "scenes", scene_keys, &keys, err);
    if (answer == 0) {
        /* Ids are often numbers in other people's tables: 2 comes before 10. */
        store->case_list_sql = mem_format(
            "SELECT %s, ifnull(counted.n, 0) FROM cases LEFT JOIN"
            " (SELECT case_id, count(*) AS n FROM scenes GROUP BY case_id) AS counted"
            " ON counted.case_id = cases.id ORDER BY CAST(cases.id AS INTEGER), cases.id",
            cases.data);
        store->case_sql = mem_format("SELECT %s FROM cases WHERE id IN (?1, ?2)", cases.data);
        store->scenes_sql = mem_format("SELECT %s FROM scenes WHERE case_id IN (?1, ?2)"
                                       " ORDER BY position LIMIT %d",
            scenes.data, CASE_SCENES_MAX + 1);
    }
    buf_free(&cases);
    buf_free(&scenes);
    buf_free(&keys);
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
        return error_set(err, ERR_INPUT, "%s: must be text, is a blob", field->name);
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
            field->name, len, field->most, field->is_path ? "bytes" : "characters");
    if (memchr(text, '\0', len))
        return error_set(err, ERR_INPUT, "%s: holds a NUL byte", field->name);
    *ret_text = case_text_copy(text, len);
    return 0;
}

static int read_fields(
    sqlite3_stmt *row, void *record, const struct case_field *fields, struct error *err)
{
    for (int i = 0; fields[i].name; i++) {
        int answer = read_text(row, i, &fields[i], case_field_at(record, &fields[i]), err);

        if (answer < 0)
            return answer;
    }
    return 0;
}

static int read_shape(sqlite3_stmt *row, enum case_shape *ret_shape, struct error *err)
{
    const char *shape = (const char *)sqlite3_column_text(row, CASE_SHAPE);

    *ret_shape = CASE_LANDSCAPE;
    if (shape && *shape && !case_shape_parse(shape, ret_shape))
        return error_set(err, ERR_INPUT, "shape: \"%.60s\" must be \"16:9\" or \"9:16\"", shape);
    return 0;
}

static int read_case(sqlite3_stmt *row, struct case_record *record, struct error *err)
{
    int answer = read_fields(row, record, case_fields, err);

    if (answer == 0)
        answer = read_shape(row, &record->shape, err);
    case_set_defaults(record);
    return answer;
}

static int read_scene(sqlite3_stmt *row, struct scene *scene, struct error *err)
{
    int answer = read_fields(row, scene, scene_fields, err),
        kind = sqlite3_column_type(row, SCENE_SECONDS);

    if (answer < 0)
        return answer;
    if (kind != SQLITE_INTEGER && kind != SQLITE_FLOAT && kind != SQLITE_NULL)
        return error_set(
            err, ERR_INPUT, "seconds: must be a number, is %s", kind_of(row, SCENE_SECONDS));
    scene->seconds = sqlite3_column_double(row, SCENE_SECONDS);
    return 0;
}

static int add_scene(sqlite3_stmt *row, struct case_record *record, struct error *err)
{
    int at = record->n_scenes++, answer;

    record->scenes = mem_grow(record->scenes, (size_t)record->n_scenes, sizeof *record->scenes);
    record->scenes[at] = (struct scene){0};
    answer = read_scene(row, &record->scenes[at], err);
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
        .n_scenes = sqlite3_column_int(row, CASE_N_SCENES)};
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

static int put_scene(
    struct store *store, const char *id, int position, const struct scene *scene, struct error *err)
{
    return query_run(store,
        "INSERT INTO scenes(case_id, position, image, caption, narration, audio, credit, seconds)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        VALUES(value_text(id), value_number(position), value_text(scene->image),
            value_text(scene->caption), value_text(scene->narration), value_text(scene->audio),
            value_text(scene->credit),
            scene->seconds > 0 ? value_real(scene->seconds) : value_text(NULL)),
        err);
}

/* Deleted and written anew, not updated: that works on views with INSTEAD OF triggers, too. */
static int put_case(struct store *store, const struct case_record *record, struct error *err)
{
    int answer = query_run(
        store, "DELETE FROM scenes WHERE case_id = ?1", VALUES(value_text(record->id)), err);

    if (answer == 0)
        answer = query_run(
            store, "DELETE FROM cases WHERE id = ?1", VALUES(value_text(record->id)), err);
    if (answer == 0)
        answer = query_run(store,
            "INSERT INTO cases(id, title, language, shape) VALUES (?1, ?2, ?3, ?4)",
            VALUES(value_text(record->id), value_text(record->title), value_text(record->language),
                value_text(case_shape_name(record->shape))),
            err);
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
