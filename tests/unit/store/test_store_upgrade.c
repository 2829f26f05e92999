/* test_store_upgrade.c - a schema of PostgreSQL that an older casecast made, brought up to date
 * from each of its versions.  (SQLite's: test_store_schema.c.) */
#include "store/postgres/schema/schema_private.h"
#include "unit/store/store_kit.h"

static const char *const steps[SCHEMA_VERSION] = {schema_step_1, schema_step_2, schema_step_3,
    schema_step_4, schema_step_5, schema_step_6, schema_step_7};

/* A function as it was up to each version, and has other parameters now. */
static const char *const were[SCHEMA_VERSION - 1] = {
    "job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text)",
    "job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text,"
    " text)",
    NULL,
    "job_open(text, text, text, text, text, text, text, text, int, bigint, bigint, bigint, text,"
    " text, text, text, bigint, int, text, int, int, text)",
    NULL,
    "runs_write(text, text[], bigint[], text[], text[], text[], text[], text[], text[], text[])",
};

/* The tables of `version`, a job that waits and one that is done, and a function of that time. */
static void make_version(int version)
{
    PGconn *link = kit_connect(kit_path);
    char sql[400];

    kit_run(link, "DROP SCHEMA casecast CASCADE; CREATE SCHEMA casecast");
    for (int i = 0; i < version; i++)
        kit_run(link, steps[i]);
    snprintf(sql, sizeof sql,
        "INSERT INTO casecast.meta(name, value) VALUES ('schema', '%d'), ('functions', 'old')",
        version);
    kit_run(link, sql);
    kit_run(link, "INSERT INTO casecast.jobs(id, kind, subject, key, state, last_seq, created_ms)"
                  " VALUES ('q', 'video', '1', 'kq', 'queued', 1, 10);"
                  "INSERT INTO casecast.jobs(id, kind, subject, key, state, created_ms, ended_ms)"
                  " VALUES ('d', 'video', '2', 'kd', 'done', 1, 5);"
                  "INSERT INTO casecast.inputs(job_id, input) VALUES ('q', '{}');"
                  "INSERT INTO casecast.events(job_id, seq, data, once) VALUES ('q', 1, 'x', 'x')");
    if (were[version - 1]) {
        snprintf(sql, sizeof sql,
            "CREATE FUNCTION casecast.%s RETURNS int LANGUAGE sql AS 'SELECT 1'",
            were[version - 1]);
        kit_run(link, sql);
    }
    PQfinish(link);
}

START_TEST(an_older_schema_goes_on_with_its_jobs_and_takes_new_ones)
{
    struct job_request request = kit_request("1", "kn");
    struct job job = {0};
    struct store *store;
    bool is_new;

    make_version(_i + 1);
    assert_done(store_init(kit_path, kit_path, &store, &kit_error));
    store_close(store);
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert_str_eq(
        kit_ask("SELECT count(*) FROM pg_proc WHERE proname IN ('job_open', 'runs_write')"), "2");
    ck_assert_str_eq(
        kit_ask("SELECT clear_ms FROM casecast_jobs WHERE clear_ms IS NOT NULL"), "86400005");
    assert_events("q", "1 - x\n");
    assert_done(store_job_claim(kit_store, kit_member("me"), 1, kit_tag(), &job, &kit_error));
    ck_assert_str_eq(job.id, "q");
    ck_assert_ptr_null(job.metadata);
    job_clear(&job);
    request.metadata = "{\"order\":7}";
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    ck_assert_str_eq(job.metadata, request.metadata);
    job_clear(&job);
}
END_TEST

int main(void)
{
    const struct kit_loop loops[] = {
        {an_older_schema_goes_on_with_its_jobs_and_takes_new_ones, SCHEMA_VERSION - 1}};

    return kit_main_loops("store_upgrade", NULL, 0, loops, 1, kit_start);
}
