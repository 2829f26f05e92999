/* test_store_reader.c - opening to look changes nothing, in whatever state the file is, and sees
 * all that was committed. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit/store/schema_before.h"
#include "unit/store/store_kit.h"

static void count_case(void *ctx, const struct case_summary *summary)
{
    (void)summary;
    ++*(int *)ctx;
}

static int count_cases(struct store *store)
{
    int n = 0;

    assert_done(store_case_each(store, count_case, &n, &kit_error));
    return n;
}

static int look(const char *path, enum store_part part)
{
    struct store *store = NULL;
    int answer = store_open_to_read(path, part, &store, &kit_error);

    if (answer == 0 && part == STORE_CASES)
        ck_assert_int_eq(count_cases(store), 2);
    store_close(store);
    return answer;
}

/* Looks twice, as the first look might leave something that the second one minds. */
static void assert_untouched_by_looking(const char *path)
{
    struct buf before = kit_folder_now(), after;

    for (int i = 0; i < 2; i++) {
        assert_done(look(path, STORE_CASES));
        assert_done(look(path, STORE_JOBS));
    }
    after = kit_folder_now();
    ck_assert_str_eq(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
}

/* --- the states a file may be in --- */

#define CASE(id) "INSERT INTO cases(id) VALUES ('" id "');"

static void make_closed(void)
{
    store_close(kit_open());
    kit_sql(CASE("a") CASE("b"));
}

static void make_rollback(void)
{
    make_closed();
    kit_sql("PRAGMA journal_mode = DELETE");
}

/* The second case is in the log alone. */
static void make_live(void)
{
    make_closed();
    kit_sql("DELETE FROM cases WHERE id = 'b'");
    kit_store = kit_open();
    ck_assert_int_eq(
        sqlite3_exec(kit_database(kit_store)->handle, CASE("b"), NULL, NULL, NULL), SQLITE_OK);
}

static void make_left(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        make_live();
        _exit(0); /* as a killed server leaves it */
    }
    waitpid(pid, NULL, 0);
}

static void unlink_beside(const char *suffix)
{
    char path[200];

    snprintf(path, sizeof path, "%s%s", kit_path, suffix);
    ck_assert_int_eq(unlink(path), 0);
}

static void make_copied(void)
{
    make_left();
    unlink_beside("-shm");
}

/* As some programs leave it that only read. */
static void make_empty_log(void)
{
    char path[200];

    make_closed();
    snprintf(path, sizeof path, "%s-wal", kit_path);
    fclose(fopen(path, "w"));
}

static void make_odd_name(void)
{
    strcpy(strrchr(kit_path, '/'), "/a b?mode=rw#%20.db");
    make_closed();
}

static const struct {
    void (*make)(void);
    const char *name;
} states[] = {
    {make_closed, "closed"},
    {make_rollback, "rollback"},
    {make_live, "live"},
    {make_left, "left"},
    {make_copied, "copied"},
    {make_empty_log, "empty log"},
    {make_odd_name, "odd name"},
};
enum { N_STATES = sizeof states / sizeof *states };

START_TEST(looking_changes_nothing_and_sees_all_that_was_committed)
{
    states[_i].make();
    assert_untouched_by_looking(kit_path);
}
END_TEST

START_TEST(nor_does_it_through_a_link)
{
    char link[] = "/tmp/casecast-link-XXXXXX", path[64];

    states[_i].make();
    ck_assert_ptr_nonnull(mkdtemp(link));
    snprintf(path, sizeof path, "%s/link.db", link);
    ck_assert_int_eq(symlink(kit_path, path), 0);
    assert_untouched_by_looking(path);
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(rmdir(link), 0);
}
END_TEST

/* 0: done as somebody whom nothing may be written by. */
static int as_nobody(int (*run)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        /* To root nothing is read-only. */
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(3);
        _exit(run());
    }
    waitpid(pid, &status, 0);
    return status;
}

static int look_at_both(void)
{
    return look(kit_path, STORE_CASES) == 0 && look(kit_path, STORE_JOBS) == 0 ? 0 : 1;
}

START_TEST(a_file_in_a_read_only_folder_can_be_looked_at)
{
    struct buf before, after;

    states[_i].make();
    before = kit_folder_now();
    ck_assert_int_eq(chmod(kit_path, 0444), 0);
    ck_assert_int_eq(chmod(kit_folder, 0555), 0);
    ck_assert_int_eq(as_nobody(look_at_both), 0);
    chmod(kit_folder, 0755);
    after = kit_folder_now();
    ck_assert_str_eq(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
}
END_TEST

/* A server's connection in this very process keeps its locks, too. */
START_TEST(who_looks_takes_no_lock_from_others)
{
    kit_store = kit_open();
    kit_sql(CASE("a") CASE("b"));
    assert_done(transaction_begin(kit_database(kit_store), &kit_error));
    assert_done(look(kit_path, STORE_CASES));
    if (fork() == 0) {
        sqlite3 *db;

        sqlite3_open(kit_path, &db);
        _exit(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY ? 0 : 1);
    } else {
        int status;

        wait(&status);
        ck_assert_int_eq(status, 0);
    }
    assert_done(transaction_end(kit_database(kit_store), 0, &kit_error));
}
END_TEST

START_TEST(a_server_that_works_on_is_seen_by_who_looked_before)
{
    struct store *reader;

    kit_store = kit_open();
    kit_sql(CASE("a"));
    assert_done(store_open_to_read(kit_path, STORE_CASES, &reader, &kit_error));
    ck_assert_int_eq(count_cases(reader), 1);
    kit_sql(CASE("b"));
    ck_assert_int_eq(count_cases(reader), 2);
    ck_assert(!store_is_cut(reader));
    store_close(reader);
}
END_TEST

/* A reader without locks is cut from the start, as it sees no later change. */
START_TEST(who_looks_and_is_not_cut_sees_what_others_write_later)
{
    struct store *reader;

    states[_i].make();
    assert_done(store_open_to_read(kit_path, STORE_CASES, &reader, &kit_error));
    ck_assert_int_eq(count_cases(reader), 2);
    kit_sql(CASE("c"));
    if (store_is_cut(reader)) {
        store_close(reader);
        assert_done(store_open_to_read(kit_path, STORE_CASES, &reader, &kit_error));
    }
    ck_assert_int_eq(count_cases(reader), 3);
    store_close(reader);
}
END_TEST

START_TEST(who_looks_can_write_nothing)
{
    struct case_record *none = NULL;
    struct store *reader;

    states[_i].make();
    assert_done(store_open_to_read(kit_path, STORE_CASES, &reader, &kit_error));
    ck_assert_int_lt(store_case_put(reader, &none, 0, &kit_error), 1);
    ck_assert_int_ne(
        sqlite3_exec(kit_database(reader)->handle, "DELETE FROM cases", NULL, NULL, NULL),
        SQLITE_OK);
    store_close(reader);
}
END_TEST

/* --- what is refused --- */

static const struct {
    const char *sql;
    enum store_part part;
    const char *says;
} refusals[] = {
    {"CREATE TABLE people(name)", STORE_CASES,
        "no cases in it: neither casecast_cases and casecast_scenes nor cases and scenes are "
        "there"},
    {"CREATE TABLE people(name); PRAGMA journal_mode = WAL", STORE_CASES, "no cases in it"},
    {"PRAGMA user_version = 3", STORE_CASES, "no cases in it"},
    {"CREATE TABLE cases(name)", STORE_CASES, "of cases and scenes only one is there"},
    {"CREATE TABLE cases(name); CREATE TABLE scenes(name)", STORE_CASES,
        "cases has no column \"id\"; if they are not meant for casecast, `casecast init` makes"},
    {"CREATE TABLE casecast_cases(id)", STORE_CASES,
        "of casecast_cases and casecast_scenes only one is there"},
    {"CREATE TABLE casecast_cases(id); CREATE TABLE casecast_scenes(image)", STORE_CASES,
        "casecast_scenes has no column \"case_id\""},
    {"CREATE TABLE people(name)", STORE_JOBS,
        "no jobs in it, as casecast never wrote to it; `casecast init` prepares it"},
    {"CREATE TABLE jobs(salary); PRAGMA user_version = 3", STORE_JOBS, "never wrote to it"},
    {BEFORE_JOBS "PRAGMA user_version = 1", STORE_JOBS,
        "an older casecast made the tables in it; `casecast init` brings them up to date"},
    {"CREATE TABLE casecast_meta(name, value); INSERT INTO casecast_meta VALUES ('schema', 99)",
        STORE_JOBS, "have version 99, this casecast knows versions up to"},
    {"CREATE TABLE casecast_meta(name, value); INSERT INTO casecast_meta VALUES ('schema', 99);"
     "CREATE TABLE cases(id); CREATE TABLE scenes(case_id, position, image)",
        STORE_CASES, "have version 99"},
};

START_TEST(a_file_that_lacks_what_is_looked_for_is_refused_and_stays)
{
    struct buf before, after;

    kit_sql(refusals[_i].sql);
    before = kit_folder_now();
    assert_says(look(kit_path, refusals[_i].part), ERR_INPUT, refusals[_i].says);
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
    after = kit_folder_now();
    ck_assert_str_eq(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
}
END_TEST

START_TEST(no_file_is_made_where_none_is)
{
    struct buf now;

    assert_says(look(kit_path, STORE_CASES), ERR_IO, "No such file or directory");
    now = kit_folder_now();
    ck_assert_uint_eq(now.len, 0);
    buf_free(&now);
}
END_TEST

START_TEST(a_half_done_change_of_a_dead_program_is_told)
{
    pid_t pid;
    char sql[] =
        "PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN;"
        "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 20000) SELECT i, randomblob(50) FROM n;";

    make_rollback();
    if ((pid = fork()) == 0) {
        sqlite3 *db;

        sqlite3_open(kit_path, &db);
        _exit(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : 1);
    }
    waitpid(pid, NULL, 0);
    assert_says(look(kit_path, STORE_CASES), ERR_IO, "a program died while it wrote to it");
    store_close(kit_open());
    assert_done(look(kit_path, STORE_CASES));
}
END_TEST

START_TEST(cases_of_somebody_who_has_nothing_of_ours_are_read)
{
    kit_sql("CREATE TABLE album(number, name); INSERT INTO album VALUES (1, 'x'), (2, 'y');"
            "CREATE VIEW cases AS SELECT number AS id, name AS title FROM album;"
            "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS image");
    assert_done(look(kit_path, STORE_CASES));
}
END_TEST

START_TEST(cases_of_an_older_database_are_read)
{
    kit_sql(BEFORE_JOBS BEFORE_CASES BEFORE_SCENES "PRAGMA user_version = 1;" CASE("1") CASE("2"));
    assert_done(look(kit_path, STORE_CASES));
    ck_assert_str_eq(kit_ask("PRAGMA user_version"), "1");
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        who_looks_takes_no_lock_from_others,
        a_server_that_works_on_is_seen_by_who_looked_before,
        no_file_is_made_where_none_is,
        a_half_done_change_of_a_dead_program_is_told,
        cases_of_somebody_who_has_nothing_of_ours_are_read,
        cases_of_an_older_database_are_read,
    };
    const struct kit_loop loops[] = {
        {looking_changes_nothing_and_sees_all_that_was_committed, N_STATES},
        {nor_does_it_through_a_link, N_STATES},
        {a_file_in_a_read_only_folder_can_be_looked_at, N_STATES},
        {who_looks_and_is_not_cut_sees_what_others_write_later, N_STATES},
        {who_looks_can_write_nothing, N_STATES},
        {a_file_that_lacks_what_is_looked_for_is_refused_and_stays,
            sizeof refusals / sizeof *refusals},
    };

    return kit_main_loops("store_reader", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, kit_make_folder);
}
