/* fuzz_row.c - libFuzzer target: rows of a case with values of any type are refused with their
 * place, or give a case that stays the same when it is written as JSON and read again, as a job
 * keeps it. */
#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "outside_file.h"
#include "store/store.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCENES_MAX = 3 };

static const char id[] = "case";
static sqlite3 *db;
static struct store *store;
static char *put_case, *put_scene; /* INSERT statements with a ? for each column but the keys */

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        abort();
}

/* Replace the table by one with the same columns but without types, so that SQLite keeps values as
 * they are. */
static char *loosen(const char *table, const char *keys, const char *key_values)
{
    struct buf columns = {0}, marks = {0};
    char *query = mem_format("SELECT name FROM pragma_table_info('%s')"
                             " WHERE name NOT IN ('id', 'case_id', 'position')",
        table);
    sqlite3_stmt *row;
    char *sql;

    assert(sqlite3_prepare_v2(db, query, -1, &row, NULL) == SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW) {
        buf_format(&columns, ", %s", (const char *)sqlite3_column_text(row, 0));
        buf_add_text(&marks, ", ?");
    }
    sqlite3_finalize(row);
    free(query);
    sql = mem_format("DROP TABLE %s; CREATE TABLE %s(%s%s)", table, table, keys, columns.data);
    run(sql);
    free(sql);
    sql = mem_format(
        "INSERT INTO %s(%s%s) VALUES (%s%s)", table, keys, columns.data, key_values, marks.data);
    buf_free(&columns);
    buf_free(&marks);
    return sql;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char *path;
    struct error err;

    (void)argc;
    (void)argv;
    outside_folder();
    path = mem_format("%s/%s", outside_path(), outside_name);
    assert(store_open(path, path, &store, &err) == 0);
    store_close(store);
    assert(sqlite3_open(path, &db) == SQLITE_OK);
    run("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF");
    put_scene = loosen("scenes", "case_id, position", "'case', 1");
    put_case = loosen("cases", "id", "'case'");
    assert(store_open(path, path, &store, &err) == 0);
    free(path);
    return 0;
}

/* --- bytes to values --- */

struct bytes {
    const uint8_t *at;
    size_t left;
};

/* Zeros, if too few bytes are left. */
static void take(struct bytes *bytes, void *to, size_t len)
{
    size_t n = len < bytes->left ? len : bytes->left;

    memset(to, 0, len);
    memcpy(to, bytes->at, n);
    bytes->at += n;
    bytes->left -= n;
}

static size_t take_length(struct bytes *bytes)
{
    uint8_t len;

    take(bytes, &len, 1);
    return len < bytes->left ? len : bytes->left;
}

static void bind(sqlite3_stmt *put, int column, struct bytes *bytes)
{
    uint8_t kind;
    int64_t number;
    double real;
    size_t len;

    take(bytes, &kind, 1);
    switch (kind % 5) {
    case 0:
        sqlite3_bind_null(put, column);
        return;
    case 1:
        take(bytes, &number, sizeof number);
        sqlite3_bind_int64(put, column, number);
        return;
    case 2:
        take(bytes, &real, sizeof real);
        sqlite3_bind_double(put, column, real);
        return;
    }
    len = take_length(bytes);
    if (kind % 5 == 3)
        sqlite3_bind_text(put, column, (const char *)bytes->at, (int)len, SQLITE_TRANSIENT);
    else
        sqlite3_bind_blob(put, column, bytes->at, (int)len, SQLITE_TRANSIENT);
    bytes->at += len;
    bytes->left -= len;
}

static void put(const char *sql, struct bytes *bytes)
{
    sqlite3_stmt *row;

    assert(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK);
    for (int i = 1; i <= sqlite3_bind_parameter_count(row); i++)
        bind(row, i, bytes);
    assert(sqlite3_step(row) == SQLITE_DONE);
    sqlite3_finalize(row);
}

/* --- what must hold --- */

static void check_round_trip(const struct case_record *record)
{
    json_t *json = case_to_json(record), *again;
    struct case_record *read = NULL;
    struct error err;

    assert(json);
    assert(case_from_json(json, "", &read, &err) == 0);
    again = case_to_json(read);
    assert(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    case_free(read);
}

static void check_summary(void *ctx, const struct case_summary *summary)
{
    (void)ctx;
    assert(strcmp(summary->id, id) == 0);
    assert(text_is_utf8(summary->title, strlen(summary->title), NULL));
    assert(text_is_utf8(summary->language, strlen(summary->language), NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct case_record *record;
    struct error err;
    uint8_t n_scenes;
    int rc;

    take(&bytes, &n_scenes, 1);
    run("BEGIN; DELETE FROM scenes; DELETE FROM cases");
    put(put_case, &bytes);
    for (int i = 0; i < n_scenes % (SCENES_MAX + 1); i++)
        put(put_scene, &bytes);
    run("COMMIT");
    assert(store_case_each(store, check_summary, NULL, &err) == 0);
    rc = store_case_get(store, id, &record, &err);
    if (rc < 0) {
        outside_check_refusal(rc, &err, id);
        return 0;
    }
    assert(rc == 0);
    check_round_trip(record);
    case_free(record);
    return 0;
}
