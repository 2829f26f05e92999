/* test_store_open.c - what may be wrong with a database, and in which words it is told. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "unit/store_kit.h"

static int try_open(void)
{
    struct store *store = NULL;
    int answer = store_open(kit_path, &store, &kit_error);

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
    int64_t version;

    kit_store = kit_open();
    assert_done(store_probe(kit_store, &kit_error));
    assert_done(query_number(kit_store, "PRAGMA user_version", NULL, &version, &kit_error));
    ck_assert_int_eq(version, 3);
    kit_job("a");
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_int_eq(kit_state(kit_job("a")), JOB_QUEUED);
}
END_TEST

/* The tables of schema version 1. */
#define OLD_CASES                                                                                  \
    "CREATE TABLE cases(id TEXT PRIMARY KEY NOT NULL, title TEXT, language TEXT, shape TEXT);"
#define OLD_SCENES                                                                                 \
    "CREATE TABLE scenes(case_id TEXT NOT NULL REFERENCES cases(id) ON DELETE CASCADE,"            \
    " position INTEGER NOT NULL, image TEXT NOT NULL, caption TEXT, narration TEXT, audio TEXT,"   \
    " credit TEXT, seconds REAL, PRIMARY KEY (case_id, position));"

static int64_t count_columns(const char *table)
{
    int64_t n;

    assert_done(query_number(kit_store, "SELECT count(*) FROM pragma_table_info(?1)",
        VALUES(value_text(table)), &n, &kit_error));
    return n;
}

/* A database as version 1 left it, with these case tables. */
static void go_back_to(const char *case_tables)
{
    store_close(kit_open());
    kit_sql("PRAGMA user_version = 1; ALTER TABLE jobs DROP COLUMN n_watched;"
            "DROP TABLE scenes; DROP TABLE cases");
    kit_sql(case_tables);
    kit_store = kit_open();
}

START_TEST(an_older_database_gets_the_new_columns_and_keeps_its_cases)
{
    struct case_record *got;

    go_back_to(OLD_CASES OLD_SCENES
        "INSERT INTO cases VALUES ('1', 'Old', 'en-gb', '9:16');"
        "INSERT INTO scenes VALUES ('1', 1, 'a.jpg', 'Words', NULL, NULL, 'Me', 2.5)");
    ck_assert_int_eq(count_columns("cases"), 14);
    ck_assert_int_eq(count_columns("scenes"), 14);
    assert_done(store_case_get(kit_store, "1", &got, &kit_error));
    ck_assert_str_eq(got->title, "Old");
    ck_assert_str_eq(got->scenes[0].caption, "Words");
    ck_assert_int_eq(got->fps, 30);
    got->fps = 50;
    got->scenes[0].transition = CASE_TRANSITION_WIPE;
    assert_done(store_case_put(kit_store, &got, 1, &kit_error));
    case_free(got);
    assert_done(store_case_get(kit_store, "1", &got, &kit_error));
    ck_assert_int_eq(got->fps, 50);
    ck_assert_int_eq(got->scenes[0].transition, CASE_TRANSITION_WIPE);
    case_free(got);
}
END_TEST

START_TEST(somebody_elses_tables_and_views_get_no_columns)
{
    go_back_to("CREATE TABLE cases(id, title, language, shape, mood);"
               "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS image");
    ck_assert_int_eq(count_columns("cases"), 5);
    ck_assert_int_eq(count_columns("scenes"), 3);
}
END_TEST

START_TEST(a_newer_schema_is_refused)
{
    kit_sql("PRAGMA user_version = 99");
    assert_says(
        try_open(), ERR_INPUT, "its schema has version 99, this casecast knows versions up to 3");
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
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
    sqlite3_busy_timeout(kit_store->db, 10);
    ck_assert_int_eq(sqlite3_exec(other->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_says(store_probe(kit_store, &kit_error), ERR_BUSY, "locked by another program");
    assert_says(store_job_open(kit_store, &request, &job, &is_new, &kit_error), ERR_BUSY,
        "store.db: the database is locked by another program");
    assert_says(store_lease_renew(kit_store, "me", LEASE_MS, &kit_error), ERR_BUSY, "locked");
    ck_assert_int_eq(sqlite3_exec(other->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
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
    ck_assert_int_eq(
        sqlite3_exec(kit_store->db, "PRAGMA max_page_count = 40", NULL, NULL, NULL), 0);
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

START_TEST(somebody_elses_table_of_our_name_is_told)
{
    kit_sql("CREATE TABLE jobs(salary)");
    ck_assert_int_eq(try_open(), -ERR_LIBRARY);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "table jobs already exists"));
    kit_sql("DROP TABLE jobs");
    ck_assert_int_eq(try_open(), 0);
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

int main(void)
{
    const TTest *const tests[] = {
        a_new_file_gets_its_tables_and_is_found_again,
        an_older_database_gets_the_new_columns_and_keeps_its_cases,
        somebody_elses_tables_and_views_get_no_columns,
        a_newer_schema_is_refused,
        a_file_that_is_no_database_is_refused_and_left_alone,
        a_missing_folder_is_told,
        a_folder_is_no_database,
        a_read_only_file_is_told,
        a_locked_database_is_told_and_nothing_was_changed,
        a_full_disk_is_told_and_leaves_nothing_half_done,
        somebody_elses_table_of_our_name_is_told,
        a_damaged_database_is_told,
    };

    return kit_main("store_open", tests, sizeof tests / sizeof *tests, kit_make_folder);
}
