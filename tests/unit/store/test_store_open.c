/* test_store_open.c - what may be wrong with a database, and in which words it is told. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit/store/store_kit.h"

static int try_open(void)
{
    struct store *store = NULL;
    int answer = store_open(kit_path, kit_path, &store, &kit_error);

    store_close(store);
    return answer;
}

static void write_file(const char *text)
{
    FILE *file = fopen(kit_path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

START_TEST(a_new_file_gets_its_tables_and_is_found_again)
{
    kit_store = kit_open();
    assert_done(store_probe(kit_store, &kit_error));
    kit_job("a");
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_int_eq(kit_state(kit_job("a")), JOB_QUEUED);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_refused_and_left_alone)
{
    char text[64] = "";
    FILE *file;

    write_file("This is a letter to my grandmother, and no database at all.");
    assert_says(try_open(), ERR_INPUT, "is not an SQLite database");
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
    file = fopen(kit_path, "r");
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    fclose(file);
    ck_assert_str_eq(text, "This is a letter to my grandmother, and no database at all.");
}
END_TEST

START_TEST(a_missing_folder_is_told)
{
    strcat(kit_path, ".missing/x.db");
    assert_says(try_open(), ERR_IO, "No such file or directory");
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
}
END_TEST

START_TEST(a_folder_is_no_database)
{
    strcpy(kit_path, kit_folder);
    ck_assert_int_eq(try_open(), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
}
END_TEST

START_TEST(a_read_only_file_is_told)
{
    int status;
    pid_t pid;

    store_close(kit_open());
    ck_assert_int_eq(chmod(kit_path, 0444), 0);
    ck_assert_int_eq(chmod(kit_folder, 0555), 0);
    if ((pid = fork()) == 0) {
        /* To root nothing is read-only. */
        if (geteuid() == 0 && setuid(65534) < 0)
            _exit(3);
        if (try_open() != -ERR_IO)
            _exit(1);
        _exit(strstr(kit_error.text, "store.db is read-only") ? 0 : 2);
    }
    waitpid(pid, &status, 0);
    chmod(kit_folder, 0755);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_locked_database_is_told_and_nothing_was_changed)
{
    struct job_request request = kit_request("1", "a");
    struct job job;
    bool is_new;
    struct store *other;

    kit_store = kit_open();
    other = kit_open();
    sqlite3_busy_timeout(kit_database(kit_store)->handle, 10);
    ck_assert_int_eq(
        sqlite3_exec(kit_database(other)->handle, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_says(store_probe(kit_store, &kit_error), ERR_BUSY, "locked by another program");
    assert_says(store_job_open(kit_store, &request, &job, &is_new, &kit_error), ERR_BUSY,
        "store.db: the database is locked by another program");
    assert_says(store_member_renew(kit_store, kit_member("me"), &kit_error), ERR_BUSY, "locked");
    ck_assert_int_eq(
        sqlite3_exec(kit_database(other)->handle, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    store_close(other);
    ck_assert_str_eq(kit_claim("me", 1), "");
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    job_clear(&job);
}
END_TEST

START_TEST(a_full_disk_is_told_and_leaves_nothing_half_done)
{
    struct job_request request = kit_request("1", "big");
    char *input = malloc(1 << 20);
    struct job job;
    bool is_new;

    memset(input, 'x', (1 << 20) - 1);
    input[(1 << 20) - 1] = '\0';
    request.input = input;
    kit_store = kit_open();
    ck_assert_int_eq(sqlite3_exec(kit_database(kit_store)->handle, "PRAGMA max_page_count = 40",
                         NULL, NULL, NULL),
        0);
    assert_says(
        store_job_open(kit_store, &request, &job, &is_new, &kit_error), ERR_IO, "disk full");
    ck_assert_str_eq(kit_claim("me", 1), "");
    request.input = "{}";
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert(is_new);
    assert_events(job.id, "1 job {\"state\":\"queued\"}\n");
    job_clear(&job);
    free(input);
}
END_TEST

START_TEST(a_damaged_database_is_told)
{
    FILE *file;

    kit_store = kit_open();
    for (int i = 0; i < 50; i++) {
        char key[8];

        snprintf(key, sizeof key, "k%d", i);
        kit_job(key);
    }
    store_close(kit_store);
    kit_store = NULL;
    file = fopen(kit_path, "r+");
    fseek(file, 4096, SEEK_SET);
    for (int i = 0; i < 20 * 4096; i++)
        fputc(0x5a, file);
    fclose(file);
    if (try_open() == 0) {
        kit_store = kit_open();
        ck_assert_int_eq(store_probe(kit_store, &kit_error), -ERR_IO);
    }
    ck_assert_ptr_nonnull(strstr(kit_error.text, "is damaged"));
}
END_TEST

START_TEST(cases_and_jobs_may_lie_in_two_files)
{
    static struct case_record *got;
    char cases[128];
    sqlite3 *db;

    snprintf(cases, sizeof cases, "%s/cases.db", kit_folder);
    ck_assert_int_eq(sqlite3_open(cases, &db), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(db,
            "CREATE TABLE exhibits(nr); INSERT INTO exhibits VALUES (7);"
            "CREATE VIEW casecast_cases AS SELECT nr AS id FROM exhibits;"
            "CREATE VIEW casecast_scenes AS SELECT nr AS case_id, 1 AS position, 'a.jpg' AS image"
            " FROM exhibits",
            NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    assert_done(store_open(kit_path, cases, &kit_store, &kit_error));
    assert_done(store_case_get(kit_store, "7", &got, &kit_error));
    case_free(got);
    ck_assert_str_ne(kit_job("a"), "");
    assert_done(store_probe(kit_store, &kit_error));
    /* Neither file got what belongs into the other. */
    ck_assert_str_eq(
        kit_ask(
            "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%cases' OR name LIKE '%scenes'"),
        "0");
    strcpy(kit_path, cases);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM sqlite_schema"), "3");
    ck_assert(!store_is_adrift(kit_store));
    ck_assert_int_eq(unlink(cases), 0);
    ck_assert(store_is_adrift(kit_store));
}
END_TEST

START_TEST(a_store_for_jobs_alone_needs_no_cases)
{
    kit_sql("CREATE TABLE cases(judge)");
    assert_done(store_open(kit_path, NULL, &kit_store, &kit_error));
    ck_assert_str_ne(kit_job("a"), "");
    assert_done(store_probe(kit_store, &kit_error));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        cases_and_jobs_may_lie_in_two_files,
        a_store_for_jobs_alone_needs_no_cases,
        a_new_file_gets_its_tables_and_is_found_again,
        a_file_that_is_no_database_is_refused_and_left_alone,
        a_missing_folder_is_told,
        a_folder_is_no_database,
        a_read_only_file_is_told,
        a_locked_database_is_told_and_nothing_was_changed,
        a_full_disk_is_told_and_leaves_nothing_half_done,
        a_damaged_database_is_told,
    };

    return kit_main("store_open", tests, sizeof tests / sizeof *tests, kit_make_folder);
}
