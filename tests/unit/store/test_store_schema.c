/* test_store_schema.c - whose file it is: what becomes of older databases of ours, and of somebody
 * else's. */
#include "unit/store/schema_before.h"
#include "unit/store/store_kit.h"

static int try_open(void)
{
    struct store *store = NULL;
    int answer = store_open(kit_path, kit_path, &store, &kit_error);

    store_close(store);
    return answer;
}

/* All tables, indices, views and triggers that match, each with its text. */
#define SCHEMA_OF(names)                                                                           \
    "SELECT group_concat(type || ' ' || name || ' ' || ifnull(sql, ''), char(10)) FROM (SELECT * " \
    "FROM sqlite_schema WHERE " names " ORDER BY name)"
#define NOT_OURS "name NOT LIKE 'casecast_%' AND name NOT LIKE 'sqlite_%'"

/* --- older ones of ours --- */

static const char some_jobs[] =
    "INSERT INTO jobs(number, id, kind, subject, key, state, last_seq, created_ms, started_ms,"
    " ended_ms, owner, leased_until_ms, deaths, result, error) VALUES"
    " (1, 'd', 'video', '1', 'kd', 'done', 2, 10, 11, 12, NULL, 0, 0, '{\"frames\":9}', NULL),"
    " (2, 'f', 'video', '2', 'kf', 'failed', 1, 20, 21, 22, NULL, 0, 3, NULL, 'no such file'),"
    " (4, 'r', 'video', '3', 'kr', 'running', 1, 30, 31, 0, 'gone', 1, 1, NULL, NULL),"
    " (5, 'q', 'video', '4', 'kq', 'queued', 1, 40, 0, 0, NULL, 0, 0, NULL, NULL);"
    "INSERT INTO inputs VALUES ('d', '{\"id\":\"d\"}'), ('f', '{\"id\":\"f\"}'),"
    " ('r', '{\"id\":\"r\"}'), ('q', '{\"id\":\"q\"}'), ('deleted by hand', '{}');"
    "INSERT INTO events VALUES (1, 'd', 1, 'job', '{\"state\":\"queued\"}', NULL),"
    " (2, 'f', 1, 'failed', '{}', NULL), (5, 'd', 2, 'done', '{\"frames\":9}', 'end'),"
    " (6, 'r', 1, 'job', '{\"state\":\"queued\"}', NULL), (7, 'q', 1, NULL, 'processing', NULL),"
    " (8, 'deleted by hand', 1, 'job', '{}', NULL);"
    "UPDATE sqlite_sequence SET seq = 99 WHERE name = 'events';";
static const char some_cases[] =
    "INSERT INTO cases(id, title, language, shape) VALUES ('1', 'Old', 'en-gb', '9:16');"
    "INSERT INTO scenes(case_id, position, image, caption, credit, seconds)"
    " VALUES ('1', 1, 'a.jpg', 'Words', 'Me', 2.5);";

static const char *const versions[] = {
    BEFORE_JOBS BEFORE_CASES BEFORE_SCENES "PRAGMA user_version = 1;",
    BEFORE_JOBS BEFORE_CASES BEFORE_SCENES BEFORE_2 "PRAGMA user_version = 2;",
    BEFORE_JOBS BEFORE_CASES BEFORE_SCENES BEFORE_2 BEFORE_3 "PRAGMA user_version = 3;",
};
enum { N_VERSIONS = sizeof versions / sizeof *versions };

static void make_before(const char *tables)
{
    kit_sql("PRAGMA journal_mode = WAL");
    kit_sql(tables);
    kit_sql(some_jobs);
    kit_sql(some_cases);
}

START_TEST(an_older_database_is_brought_over_once_with_all_that_is_in_it)
{
    struct job job = {0};

    make_before(versions[_i]);
    kit_store = kit_open();
    ck_assert_str_eq(kit_ask("PRAGMA user_version"), "0");
    ck_assert_str_eq(kit_ask("SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema"
                             " WHERE " NOT_OURS " ORDER BY name)"),
        "cases,scenes");
    ck_assert_int_eq(kit_state("d"), JOB_DONE);
    assert_events("d", "1 job {\"state\":\"queued\"}\n2 done {\"frames\":9}\n");
    ck_assert_str_eq(
        kit_ask("SELECT clear_ms FROM casecast_jobs WHERE clear_ms IS NOT NULL"), "86400012");
    assert_events("q", "1 - processing\n");
    job = kit_get("f");
    ck_assert_int_eq(job.state, JOB_FAILED);
    ck_assert_str_eq(job.error, "no such file");
    ck_assert_int_eq(job.deaths, 3);
    ck_assert_int_eq(job.ended_ms, 22);
    job_clear(&job);
    assert_done(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, "r");
    ck_assert_str_eq(job.input, "{\"id\":\"r\"}");
    job_clear(&job);
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_int_eq(kit_state("q"), JOB_QUEUED);
}
END_TEST

START_TEST(numbers_go_on_where_they_were)
{
    uint64_t position = 0;

    make_before(versions[_i]);
    kit_store = kit_open();
    kit_job("new");
    assert_done(store_position(kit_store, &position, &kit_error));
    ck_assert_uint_eq(position, 100);
    ck_assert_str_eq(kit_ask("SELECT number FROM casecast_jobs WHERE key = 'new'"), "6");
}
END_TEST

START_TEST(inputs_of_ended_jobs_and_what_belongs_to_no_job_are_left_behind)
{
    make_before(versions[_i]);
    kit_store = kit_open();
    ck_assert_str_eq(kit_ask("SELECT group_concat(job_id) FROM (SELECT job_id FROM casecast_inputs"
                             " ORDER BY job_id)"),
        "q,r");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events"), "5");
}
END_TEST

START_TEST(a_view_that_is_broken_already_keeps_nobody_from_being_brought_over)
{
    make_before(versions[_i]);
    kit_sql("CREATE VIEW broken AS SELECT * FROM nowhere");
    kit_store = kit_open();
    ck_assert_int_eq(kit_state("d"), JOB_DONE);
    ck_assert_str_eq(kit_ask("SELECT sql FROM sqlite_schema WHERE name = 'broken'"),
        "CREATE VIEW broken AS SELECT * FROM nowhere");
}
END_TEST

/* What goes wrong half-way leaves it as it was. */
START_TEST(a_database_is_brought_over_whole_or_not_at_all)
{
    char before[4096];

    make_before(versions[_i]);
    kit_sql("CREATE TABLE casecast_events(mine)");
    strcpy(before, kit_ask(SCHEMA_OF("1")));
    assert_says(try_open(), ERR_LIBRARY, "table casecast_events already exists");
    ck_assert_str_eq(kit_ask(SCHEMA_OF("1")), before);
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM jobs"), "4");
    ck_assert_int_eq(atoi(kit_ask("PRAGMA user_version")), _i + 1);
}
END_TEST

static int count_columns(const char *table)
{
    char sql[100];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('%s')", table);
    return atoi(kit_ask(sql));
}

START_TEST(an_older_database_gets_the_new_columns_and_keeps_its_cases)
{
    struct case_record *got;

    make_before(versions[_i]);
    kit_store = kit_open();
    ck_assert_int_eq(count_columns("cases"), 16);
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
    kit_sql("CREATE TABLE cases(id, title, language, shape, mood);"
            "CREATE VIEW scenes AS SELECT 1 AS case_id, 1 AS position, 'a' AS image");
    kit_store = kit_open();
    ck_assert_int_eq(count_columns("cases"), 5);
    ck_assert_int_eq(count_columns("scenes"), 3);
}
END_TEST

/* --- version 4 --- */

static const char jobs_of_4[] =
    "INSERT INTO casecast_jobs(number, id, kind, subject, key, state, last_seq, created_ms, owner, "
    "run,"
    " n_watched) VALUES (1, 'd', 'video', '1', 'kd', 'done', 1, 10, NULL, 1, 3),"
    " (2, 'r', 'video', '2', 'kr', 'running', 1, 20, 'gone', 7, 5);"
    "INSERT INTO casecast_inputs VALUES ('r', '{\"id\":\"r\"}');"
    "INSERT INTO casecast_members(name, leased_until_ms) VALUES ('gone', 1);"
    "INSERT INTO casecast_events VALUES (1, 'd', 1, 'done', '{}', NULL), (2, 'r', 1, NULL, 'x', "
    "NULL);";

/* A view that is broken must not keep the step back either. */
START_TEST(version_4_goes_on_with_its_jobs_members_and_events)
{
    struct job job;

    kit_sql(SCHEMA_4);
    kit_sql(jobs_of_4);
    kit_sql("CREATE VIEW broken AS SELECT * FROM nowhere");
    kit_store = kit_open();
    ck_assert_str_eq(kit_ask("SELECT value FROM casecast_meta WHERE name = 'schema'"), "12");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs WHERE asked_ms > 0"), "1");
    assert_events("d", "1 done {}\n");
    ck_assert_str_eq(
        kit_ask("SELECT machine || '/' || engine || '/' || slots FROM casecast_members"), "//0");
    assert_done(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, "r");
    ck_assert_int_eq(job.run, 8);
    ck_assert_int_eq(job.deaths, 1);
    ck_assert_ptr_null(job.metadata);
    ck_assert_int_eq(job.watched_ms, 0); /* the counter of version 4 is no time */
    ck_assert_str_eq(job.input, "{\"id\":\"r\"}");
    job_clear(&job);
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_int_eq(kit_state("r"), JOB_RUNNING);
}
END_TEST

START_TEST(version_4_is_to_be_brought_up_to_date_by_a_writer)
{
    struct store *store = NULL;

    kit_sql(SCHEMA_4);
    assert_says(store_open_to_read(kit_path, STORE_JOBS, &store, &kit_error), ERR_INPUT,
        "`casecast init` brings them up to date");
}
END_TEST

/* --- somebody else's --- */

#define PEOPLE "CREATE TABLE people(name); INSERT INTO people VALUES ('Ada');"

static const char *const strangers[] = {
    PEOPLE "PRAGMA user_version = 2",
    PEOPLE "PRAGMA user_version = 3",
    PEOPLE "PRAGMA user_version = 77",
    PEOPLE "PRAGMA user_version = -1",
    /* Common names with other columns. */
    "CREATE TABLE jobs(salary); INSERT INTO jobs VALUES (7)",
    "CREATE TABLE jobs(salary); CREATE TABLE events(at, what); CREATE TABLE inputs(id);"
    "CREATE TABLE meta(version); INSERT INTO meta VALUES (3); PRAGMA user_version = 3",
    "CREATE VIEW jobs AS SELECT 1 AS number, 'x' AS id; PRAGMA user_version = 3",
    "CREATE TABLE events(position, job_id, seq, name, data, once); PRAGMA user_version = 3",
    "CREATE TABLE people(name); CREATE INDEX jobs_by_key ON people(name);"
    "CREATE INDEX one_live_job_a_key ON people(name)",
    /* Tables just like ours, but the number says that they are not, and the reverse. */
    BEFORE_JOBS BEFORE_3,
    BEFORE_JOBS BEFORE_3 "PRAGMA user_version = 77",
    BEFORE_JOBS "PRAGMA user_version = 3",
    BEFORE_JOBS BEFORE_3 "ALTER TABLE events ADD COLUMN mine; PRAGMA user_version = 3",
};
enum { N_STRANGERS = sizeof strangers / sizeof *strangers };

START_TEST(somebody_elses_file_is_worked_with_and_what_was_in_it_stays)
{
    static const char schema[] = SCHEMA_OF(NOT_OURS);
    char before[4096], version[32], id[JOB_ID_LEN + 1];

    kit_sql(strangers[_i]);
    strcpy(before, kit_ask(schema));
    strcpy(version, kit_ask("PRAGMA user_version"));
    kit_store = kit_open();
    strcpy(id, kit_job("a"));
    ck_assert_str_eq(kit_claim("me", 1), id);
    assert_events(id, "1 job {\"state\":\"queued\"}\n");
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_int_eq(kit_state(id), JOB_RUNNING);
    ck_assert_str_eq(kit_ask(schema), before);
    ck_assert_str_eq(kit_ask("PRAGMA user_version"), version);
}
END_TEST

START_TEST(rows_of_somebody_elses_tables_stay)
{
    kit_sql("CREATE TABLE jobs(id); INSERT INTO jobs VALUES ('d');"
            "CREATE TABLE events(id); INSERT INTO events VALUES (8);"
            "CREATE TABLE inputs(id); INSERT INTO inputs VALUES (9); PRAGMA user_version = 3");
    kit_store = kit_open();
    kit_job("a");
    ck_assert_str_eq(
        kit_ask("SELECT jobs.id || events.id || inputs.id FROM jobs, events, inputs"), "d89");
}
END_TEST

/* --- the names that cases are read from --- */

static const struct {
    const char *sql, *cases;
} names[] = {
    {"", "cases"},
    {BEFORE_JOBS "PRAGMA user_version = 1", "cases"},
    {PEOPLE, "casecast_cases"},
    {"CREATE VIEW people AS SELECT 1", "casecast_cases"},
    {"PRAGMA user_version = 77", "casecast_cases"},
    {"PRAGMA application_id = 77", "casecast_cases"},
    {"CREATE TABLE people(name); CREATE INDEX cases ON people(name)", "casecast_cases"},
    {PEOPLE "CREATE TABLE cases(id); CREATE TABLE scenes(case_id, position, image)", "cases"},
    {"CREATE TABLE cases(id, title); CREATE TABLE scenes(case_id, position, image);"
     "CREATE VIEW casecast_cases AS SELECT id, 'Mine: ' || title AS title FROM cases;"
     "CREATE VIEW casecast_scenes AS SELECT * FROM scenes",
        "casecast_cases"},
};

START_TEST(cases_are_read_from_our_names_or_the_common_ones)
{
    struct case_record *got;
    char sql[200];

    kit_sql(names[_i].sql);
    kit_store = kit_open();
    ck_assert_str_eq(store_cases_name(kit_store), names[_i].cases);
    if (strcmp(kit_ask("SELECT type FROM sqlite_schema WHERE name = 'casecast_cases'"), "view") ==
        0)
        return;
    snprintf(sql, sizeof sql, "INSERT INTO %s(id) VALUES ('7')", names[_i].cases);
    kit_sql(sql);
    assert_done(store_case_get(kit_store, "7", &got, &kit_error));
    case_free(got);
}
END_TEST

static const char *const foreign_cases[] = {
    "CREATE TABLE cases(docket, judge)",
    "CREATE TABLE scenes(act, stage)",
    "CREATE TABLE cases(id, judge); CREATE TABLE scenes(act, stage)",
    "CREATE VIEW cases AS SELECT * FROM gone; CREATE TABLE scenes(act)",
};

START_TEST(init_leaves_cases_of_another_kind_alone)
{
    static const char schema[] = SCHEMA_OF(NOT_OURS);
    char before[1000];

    kit_sql(foreign_cases[_i]);
    strcpy(before, kit_ask(schema));
    ck_assert_int_lt(try_open(), 0);
    assert_done(store_init(kit_path, kit_path, &kit_store, &kit_error));
    ck_assert_str_eq(store_cases_name(kit_store), "casecast_cases");
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_str_eq(store_cases_name(kit_store), "casecast_cases");
    ck_assert_str_eq(kit_ask(schema), before);
}
END_TEST

/* --- newer ones --- */

static const struct {
    const char *sql, *says;
} unknown_versions[] = {
    {"UPDATE casecast_meta SET value = '99'",
        "have version 99, this casecast knows versions up to"},
    {"UPDATE casecast_meta SET value = 'blue'", "have version blue, this"},
    {"UPDATE casecast_meta SET value = ''", "have version , this"},
    {"UPDATE casecast_meta SET value = '3'", "have version 3, this"},
    {"DELETE FROM casecast_meta", "have version unknown, this"},
};
enum { N_UNKNOWN = sizeof unknown_versions / sizeof *unknown_versions };

START_TEST(a_newer_schema_is_refused)
{
    store_close(kit_open());
    kit_sql(unknown_versions[_i].sql);
    assert_says(try_open(), ERR_INPUT, unknown_versions[_i].says);
    ck_assert_ptr_nonnull(strstr(kit_error.text, kit_path));
}
END_TEST

/* --- what is refused stays --- */

#define NEWER                                                                                      \
    "CREATE TABLE casecast_meta(name, value); INSERT INTO casecast_meta VALUES ('schema', '99');"

/* In the file's own mode, which is not WAL. */
static const char *const refused[] = {
    NEWER,
    NEWER "PRAGMA user_version = 3",
    "CREATE TABLE cases(judge)",
    "CREATE TABLE cases(judge); CREATE TABLE scenes(act)",
    "CREATE TABLE cases(id); CREATE TABLE scenes(case_id, image)",
    "CREATE VIEW cases AS SELECT * FROM gone; CREATE TABLE scenes(act)",
    "CREATE TABLE casecast_scenes(image)",
    "CREATE TABLE casecast_cases(id); CREATE TABLE casecast_scenes(image)",
    /* Seen only when half of it is made. */
    "CREATE TABLE casecast_events(mine)",
    BEFORE_JOBS BEFORE_3 "CREATE TABLE casecast_inputs(mine); PRAGMA user_version = 3",
};
enum { N_REFUSED = sizeof refused / sizeof *refused };

static void assert_refused_untouched(void)
{
    struct buf before = kit_folder_now(), after;

    ck_assert_int_lt(try_open(), 0);
    after = kit_folder_now();
    ck_assert_str_eq(after.data, before.data);
    buf_free(&before);
    buf_free(&after);
}

START_TEST(what_is_refused_stays_as_it_was)
{
    kit_sql(refused[_i]);
    assert_refused_untouched();
}
END_TEST

START_TEST(what_is_locked_stays_as_it_was)
{
    static const char *const locks[] = {
        "BEGIN IMMEDIATE", "BEGIN EXCLUSIVE", "BEGIN; SELECT * FROM people"};
    sqlite3 *other;

    kit_sql(PEOPLE);
    ck_assert_int_eq(sqlite3_open(kit_path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, locks[_i], NULL, NULL, NULL), SQLITE_OK);
    assert_refused_untouched();
    ck_assert_ptr_nonnull(strstr(kit_error.text, "locked by another program"));
    sqlite3_close(other);
    assert_done(try_open());
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        somebody_elses_tables_and_views_get_no_columns,
        rows_of_somebody_elses_tables_stay,
        version_4_goes_on_with_its_jobs_members_and_events,
        version_4_is_to_be_brought_up_to_date_by_a_writer,
    };
    const struct kit_loop loops[] = {
        {an_older_database_is_brought_over_once_with_all_that_is_in_it, N_VERSIONS},
        {numbers_go_on_where_they_were, N_VERSIONS},
        {inputs_of_ended_jobs_and_what_belongs_to_no_job_are_left_behind, N_VERSIONS},
        {a_view_that_is_broken_already_keeps_nobody_from_being_brought_over, N_VERSIONS},
        {a_database_is_brought_over_whole_or_not_at_all, N_VERSIONS},
        {an_older_database_gets_the_new_columns_and_keeps_its_cases, N_VERSIONS},
        {somebody_elses_file_is_worked_with_and_what_was_in_it_stays, N_STRANGERS},
        {cases_are_read_from_our_names_or_the_common_ones, sizeof names / sizeof *names},
        {init_leaves_cases_of_another_kind_alone, sizeof foreign_cases / sizeof *foreign_cases},
        {a_newer_schema_is_refused, N_UNKNOWN},
        {what_is_refused_stays_as_it_was, N_REFUSED},
        {what_is_locked_stays_as_it_was, 3},
    };

    return kit_main_loops("store_schema", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, kit_make_folder);
}
