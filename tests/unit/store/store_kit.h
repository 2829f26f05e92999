/* store_kit.h - what the tests of the store share: a database of their own in a folder of their
 * own.
 *
 * With CASECAST_TEST_DB, the address of a database on a server that is the tests' own
 * (tests/unit/with_postgres.sh), it is a copy of that database.  SQL of tests is one text for both:
 * tables are called casecast_…, and so on PostgreSQL, where casecast.jobs is meant. */
#pragma once

#include <check.h>
#include <dirent.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/file.h"
#include "store/sqlite/jobs/jobs_private.h"
#include "store/store.h"
#include "store/store_private.h"

#define LEASE_MS 3000

static char kit_folder[64], kit_path[160];
static struct store *kit_store;
static struct error kit_error;

/* A failure shows the reason the store gave. */
#define assert_done(answer)                                                                        \
    do {                                                                                           \
        int answer_ = (answer);                                                                    \
        ck_assert_msg(answer_ == 0, "answer %d: %s", answer_, kit_error.text);                     \
    } while (0)
#define assert_says(answer, code, part)                                                            \
    do {                                                                                           \
        int answer_ = (answer);                                                                    \
        ck_assert_msg(answer_ == -(code), "answer %d: %s", answer_, kit_error.text);               \
        ck_assert_msg(strstr(kit_error.text, (part)), "no \"%s\" in: %s", (part), kit_error.text); \
    } while (0)

static inline struct store *kit_open(void)
{
    struct store *store = NULL;

    assert_done(store_open(kit_path, kit_path, &store, &kit_error));
    return store;
}

/* The connection beneath a store. */
static inline struct database *kit_database(struct store *store)
{
    return database_of(store->jobs ? store->jobs : store->cases);
}

static inline void kit_make_folder(void)
{
    strcpy(kit_folder, "/tmp/casecast-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(kit_folder));
    snprintf(kit_path, sizeof kit_path, "%s/store.db", kit_folder);
}

/* --- PostgreSQL --- */

static inline bool kit_is_postgres(void)
{
    return getenv("CASECAST_TEST_DB");
}

static inline void kit_name_database(const char *name, char ret_address[static 160])
{
    const char *address = getenv("CASECAST_TEST_DB"), *rest = strchr(address, '?');

    snprintf(ret_address, 160, "postgresql://owner@/%s%s", name, rest);
}

static inline PGconn *kit_connect(const char *address)
{
    PGconn *connection = PQconnectdb(address);

    ck_assert_msg(PQstatus(connection) == CONNECTION_OK, "%s", PQerrorMessage(connection));
    PQclear(PQexec(connection, "SET client_min_messages = warning"));
    return connection;
}

/* Runs statements; the first value of the last one's rows as text, which the next call overwrites.
 */
static inline const char *kit_run(PGconn *connection, const char *sql)
{
    static char text[4096];
    PGresult *result = PQexec(connection, sql);

    ck_assert_msg(
        PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK,
        "%s: %s", sql, PQresultErrorMessage(result));
    text[0] = '\0';
    if (PQntuples(result) > 0)
        snprintf(text, sizeof text, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return text;
}

static inline const char *kit_run_at(const char *address, const char *sql)
{
    PGconn *connection = kit_connect(address);
    const char *text = kit_run(connection, sql);

    PQfinish(connection);
    return text;
}

/* A copy of the database that kit_main() made. */
static inline void kit_copy_database(void)
{
    char admin[160], sql[100], name[32];

    snprintf(name, sizeof name, "test_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE casecast", name);
    kit_name_database("postgres", admin);
    kit_run_at(admin, sql);
    kit_name_database(name, kit_path);
}

static inline void kit_drop_database(void)
{
    char admin[160], sql[100];

    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS test_%d WITH (FORCE)", (int)getpid());
    kit_name_database("postgres", admin);
    kit_run_at(admin, sql);
}

static inline void kit_make_tables(void)
{
    const char *address = getenv("CASECAST_TEST_DB");
    struct store *store;
    struct error err;

    if (store_init(address, address, &store, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    store_close(store);
}

/* The text with casecast. for casecast_; the next call overwrites it. */
static inline const char *kit_as_postgres(const char *sql)
{
    static char text[4096];
    char *at;

    snprintf(text, sizeof text, "%s", sql);
    while ((at = strstr(text, "casecast_")))
        at[8] = '.';
    return text;
}

static inline void kit_start(void)
{
    kit_make_folder();
    if (kit_is_postgres())
        kit_copy_database();
    kit_store = kit_open();
}

/* --- processes, by the names that a test gives them --- */

static struct {
    char alias[16];
    struct member *member;
} kit_members[16];

static inline struct member *kit_member(const char *alias)
{
    size_t i = 0;

    while (kit_members[i].member && strcmp(kit_members[i].alias, alias) != 0)
        i++;
    if (!kit_members[i].member) {
        strcpy(kit_members[i].alias, alias);
        kit_members[i].member =
            store_member_new(kit_path, &(struct member_info){.kinds = NULL, .lease_ms = LEASE_MS});
    }
    return kit_members[i].member;
}

static inline void kit_sql(const char *sql);

/* It lives, and was silent for longer than its lease. */
static inline void kit_sleeps(const char *alias)
{
    char sql[128];

    snprintf(sql, sizeof sql, "UPDATE casecast_members SET leased_until_ms = 1 WHERE name = '%s'",
        store_member_name(kit_member(alias)));
    kit_sql(sql);
}

/* As if the kernel had ended it: its row stands; its lock is gone, or on PostgreSQL its lease. */
static inline void kit_dies(const char *alias)
{
    struct member *member = kit_member(alias);

    if (kit_is_postgres()) {
        kit_sleeps(alias);
    } else {
        close(member_of(member)->fd);
        member_of(member)->fd = -1;
    }
    for (size_t i = 0; i < sizeof kit_members / sizeof *kit_members; i++)
        if (kit_members[i].member == member)
            strcpy(kit_members[i].alias, "(dead)");
}

static inline void kit_stop(void)
{
    for (size_t i = 0; i < sizeof kit_members / sizeof *kit_members; i++) {
        store_member_free(kit_members[i].member);
        kit_members[i].member = NULL;
    }
    store_close(kit_store);
    kit_store = NULL;
    if (kit_is_postgres())
        kit_drop_database();
    file_remove_folder(kit_folder);
}

/* Straight to the database, as somebody else's program would; but it does not wait for the disk. */
static inline void kit_sql(const char *sql)
{
    sqlite3 *db;
    char *message = NULL;

    if (kit_is_postgres()) {
        kit_run_at(kit_path, kit_as_postgres(sql));
        return;
    }
    ck_assert_int_eq(sqlite3_open(kit_path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, STORE_WAIT_MS);
    sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s: %s", sql, message);
    sqlite3_close(db);
}

/* The first value that a query gives, as text, straight from the database; the next call overwrites
 * it. */
static inline const char *kit_ask(const char *sql)
{
    static char text[4096];
    sqlite3_stmt *row;
    sqlite3 *db;

    if (kit_is_postgres())
        return kit_run_at(kit_path, kit_as_postgres(sql));
    ck_assert_int_eq(sqlite3_open(kit_path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, STORE_WAIT_MS);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK, "%s: %s", sql,
        sqlite3_errmsg(db));
    text[0] = '\0';
    if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_text(row, 0))
        snprintf(text, sizeof text, "%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    sqlite3_close(db);
    return text;
}

/* --- another program that writes --- */

static struct store *kit_writer;
static PGconn *kit_writing;

/* Nobody else can write until kit_unlock().  On SQLite kit_store does not wait for that. */
static inline void kit_lock(void)
{
    if (kit_is_postgres()) {
        kit_writing = kit_connect(kit_path);
        kit_run(kit_writing, "BEGIN; SELECT casecast.lock_journal(NULL)");
        return;
    }
    kit_writer = kit_open();
    sqlite3_busy_timeout(kit_database(kit_store)->handle, 0);
    ck_assert_int_eq(
        sqlite3_exec(kit_database(kit_writer)->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL),
        SQLITE_OK);
}

static inline void kit_unlock(void)
{
    PQfinish(kit_writing);
    store_close(kit_writer);
}

/* Under the lock: an event that is never committed. */
static inline void kit_write_half(const char *id)
{
    char sql[200];

    kit_lock();
    if (kit_is_postgres()) {
        snprintf(sql, sizeof sql,
            "SELECT casecast.journal_add('{%s}', '{NULL}', '{never committed}', '{x}')", id);
        kit_run(kit_writing, sql);
    } else {
        journal_add(kit_database(kit_writer), id,
            &(struct job_event){.data = "never committed", .once = "x"}, 1, NULL);
    }
}

static inline void kit_add_file(struct buf *all, const char *name)
{
    char path[400], hex[DIGEST_HEX_LEN + 1] = "";
    struct digest digest;
    char block[65536];
    size_t n;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", kit_folder, name);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    digest_start(&digest);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        digest_add(&digest, block, n);
    digest_hex(&digest, hex);
    fclose(file);
    /* The index of the log is the readers' table of who reads what. */
    buf_format(all, "%s %s\n", name, strstr(name, "-shm") ? "" : hex);
}

/* Every file of the test's folder with the digest of what is in it; the caller frees it. */
static inline struct buf kit_folder_now(void)
{
    struct buf all = {0};
    struct dirent **entries;
    int n = scandir(kit_folder, &entries, NULL, alphasort);

    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.')
            kit_add_file(&all, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    buf_add_text(&all, "");
    return all;
}

static inline struct job_request kit_request(const char *subject, const char *key)
{
    static const struct job_event first = {.name = "job", .data = "{\"state\":\"queued\"}"};

    return (struct job_request){.kind = "video",
        .subject = subject,
        .key = key,
        .input = "{\"id\":\"1\"}",
        .first = &first,
        .max_queued = 100};
}

/* Opens a job of this key and tells its id, which the next call overwrites. */
static inline const char *kit_job(const char *key)
{
    struct job_request request = kit_request("1", key);
    static char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    memcpy(id, job.id, sizeof id);
    job_clear(&job);
    return id;
}

/* A new random tag, which the next call overwrites. */
static inline const char *kit_tag(void)
{
    static _Thread_local char tag[STORE_TAG_LEN + 1];

    digest_random_name(tag, STORE_TAG_LEN);
    return tag;
}

/* Claims the next job; "" if there is none. */
static inline const char *kit_claim(const char *owner, int slots)
{
    static char id[JOB_ID_LEN + 1];
    struct job job = {0};
    int answer = store_job_claim(kit_store, kit_member(owner), slots, kit_tag(), &job, &kit_error);

    ck_assert_msg(answer == 0 || answer == STORE_E_NOT_FOUND, "%s", kit_error.text);
    memcpy(id, job.id, sizeof id);
    job_clear(&job);
    return id;
}

static inline struct job kit_get(const char *id)
{
    struct job job = {0};

    assert_done(store_job_get(kit_store, id, &job, &kit_error));
    return job;
}

static inline enum job_state kit_state(const char *id)
{
    struct job job = kit_get(id);
    enum job_state state = job.state;

    job_clear(&job);
    return state;
}

static inline bool kit_note_event(void *ctx, const struct job_event *event)
{
    buf_format(ctx, "%d %s %s\n", (int)event->seq, event->name ? event->name : "-", event->data);
    return true;
}

/* "1 job {…}\n2 - text\n…"; the caller frees it. */
static inline struct buf kit_events(const char *id, uint64_t after)
{
    struct buf buf = {0};
    uint64_t position;

    buf_add_text(&buf, "");
    assert_done(
        store_job_events(kit_store, id, after, kit_note_event, &buf, &position, &kit_error));
    return buf;
}

static inline void assert_events(const char *id, const char *expected)
{
    struct buf buf = kit_events(id, 0);

    ck_assert_str_eq(buf.data, expected);
    buf_free(&buf);
}

struct kit_loop {
    const TTest *test;
    size_t n; /* rows of its table */
};

/* Runs all of it as one suite, each test in its own process with its own database. */
static inline int kit_main_loops(const char *name, const TTest *const *tests, size_t n,
    const struct kit_loop *loops, size_t n_loops, void (*start)(void))
{
    Suite *suite = suite_create(name);
    TCase *cases = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    int failed;

    digest_init();
    if (kit_is_postgres())
        kit_make_tables();
    suite_add_tcase(suite, cases);
    tcase_set_timeout(cases, kit_is_postgres() ? 300 : 60);
    tcase_add_checked_fixture(cases, start, kit_stop);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(cases, tests[i]);
    for (size_t i = 0; i < n_loops; i++)
        tcase_add_loop_test(cases, loops[i].test, 0, (int)loops[i].n);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static inline int kit_main(
    const char *name, const TTest *const *tests, size_t n, void (*start)(void))
{
    return kit_main_loops(name, tests, n, NULL, 0, start);
}
