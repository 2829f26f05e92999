/* test_cli_jobs.c - the commands about jobs, webhooks and machines. */
#include <jansson.h>

#include "store/hooks.h"
#include "unit/cli/cli_kit.h"
#include "video/child.h"

/* --- jobs --- */

START_TEST(jobs_are_listed_newest_first_with_what_matters)
{
    struct job job;
    bool is_first;

    kit_store = kit_open();
    ck_assert_int_eq(run("jobs"), 0);
    ck_assert_str_eq(out, "No jobs yet.\n");
    kit_job("failed");
    assert_done(store_job_end(kit_store, kit_claim("me", 1), 1, JOB_FAILED, NULL,
        "scenes[2].image: no such file", NULL, 0, &kit_error));
    kit_job("running");
    assert_done(
        store_job_progress(kit_store, kit_claim("me", 1), 1, "{\"percent\": 45.9}", &kit_error));
    assert_done(store_job_cancel(
        kit_store, kit_job("running"), CANCEL_ASKED, NULL, 0, &job, &is_first, &kit_error));
    job_clear(&job);
    kit_job("waiting");
    kit_sql(
        "UPDATE casecast_jobs SET id = 'j' || number, created_ms = created_ms - number * 3700000");
    ck_assert_int_eq(run("jobs"), 0);
    ck_assert_str_eq(out,
        "JOB  STATE    CASE  AGE  PROGRESS                ERROR\n"
        "j3   queued   1     3 h  position 1\n"
        "j2   running  1     2 h  45 %, cancel requested\n"
        "j1   failed   1     1 h                          scenes[2].image: no such file\n");
    ck_assert_int_eq(run("jobs", "-n", "1"), 0);
    ck_assert_ptr_null(strstr(out, "j2"));
    ck_assert_int_eq(run("jobs", "--state=failed"), 0);
    assert_has(out, "j1   failed");
    ck_assert_ptr_null(strstr(out, "j2"));
    ck_assert_int_eq(run("jobs", "--kind", "digest"), 0);
    ck_assert_str_eq(out, "No such jobs.\n");
}
END_TEST

START_TEST(jobs_are_told_as_json_one_a_line)
{
    char first[JOB_ID_LEN + 1], second[JOB_ID_LEN + 1];
    json_t *json;

    kit_store = kit_open();
    strcpy(first, kit_job("first"));
    assert_done(store_job_end(
        kit_store, kit_claim("me", 1), 1, JOB_DONE, "{\"file\":1}", NULL, NULL, 0, &kit_error));
    strcpy(second, kit_job("second"));
    ck_assert_int_eq(run("jobs", "--json", "--before", second), 0);
    json = json_loads(out, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "id")), first);
    ck_assert_str_eq(json_string_value(json_object_get(json, "state")), "done");
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(json, "result"), "file")), 1);
    json_decref(json);
    ck_assert_int_eq(run("jobs", "--json"), 0);
    ck_assert_str_eq(strchr(strchr(out, '\n') + 1, '\n'), "\n");
    ck_assert_int_eq(run("jobs", "--before", "nobody"), 66);
    assert_has(complaints, "--before: job nobody not found");
}
END_TEST

START_TEST(jobs_are_let_go)
{
    char ended[JOB_ID_LEN + 1], waits[JOB_ID_LEN + 1];

    kit_store = kit_open();
    strcpy(ended, kit_job("ended"));
    assert_done(
        store_job_end(kit_store, kit_claim("me", 1), 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    strcpy(waits, kit_job("waits"));
    kit_sql("UPDATE casecast_jobs SET asked_ms = asked_ms - 7200000 WHERE state = 'done'");

    ck_assert_int_eq(run("prune", "--older", "3h"), 0);
    ck_assert_str_eq(out, "No job is that old.\n");
    ck_assert_int_eq(run("prune", "--older", "1h", "--dry-run"), 0);
    assert_has(out, ended);
    assert_has(out, "1 would go, with their files\n");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs WHERE asked_ms = 0"), "0");
    ck_assert_int_eq(run("prune", "-o", "1h"), 0);
    assert_has(out, "1 go within a minute");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs WHERE asked_ms = 0"), "1");

    kit_sql("UPDATE casecast_jobs SET asked_ms = 5 WHERE state = 'done'");
    ck_assert_int_eq(run("rm", ended, waits), 65);
    assert_has(out, "goes within a minute, with its files");
    assert_has(complaints, "has not ended: `casecast cancel");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs WHERE asked_ms = 0"), "1");
    ck_assert_int_eq(run("rm", "nobody"), 66);
    assert_has(complaints, "job nobody not found");
    ck_assert_int_eq(run("rm"), 64);
    ck_assert_int_eq(run("prune", "--older", "soon"), 64);
    assert_has(complaints, "--older soon: must be a time, as 30d, 12h or 90min");
}
END_TEST

/* --- webhooks --- */

static void wait_with_hook(const char *host, bool is_last)
{
    struct hook_request request = {
        .host = host, .events = ",end,job,", .metadata = "", .most = 9, .job_id = kit_job(host)};
    char url[60];
    struct hook_due due;

    snprintf(url, sizeof url, "https://%s/token", host);
    request.url = url;
    assert_done(store_hook_add(kit_store, &request, &kit_error));
    assert_done(store_hook_claim(
        kit_store, &(struct hook_wish){.busy = ",", .lease_ms = 9}, &due, &kit_error));
    assert_done(store_hook_failed(kit_store, &due,
        &(struct hook_failure){.pause_ms = 5400000, .is_last = is_last, .error = "answered 503"},
        &kit_error));
    hook_due_clear(&due);
}

START_TEST(webhooks_that_wait_or_were_given_up_are_listed)
{
    json_t *json;

    kit_store = kit_open();
    ck_assert_int_eq(run("hooks"), 0);
    ck_assert_str_eq(out, "No webhook waits, and none was given up.\n");
    wait_with_hook("a.example", false);
    ck_assert_int_eq(run("hooks", "--json"), 0);
    json = json_loads(out, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "url")), "https://a.example/token");
    ck_assert_str_eq(json_string_value(json_object_get(json, "state")), "waiting");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(json, "events"), 1)), "job");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "attempts")), 1);
    ck_assert_int_gt(json_integer_value(json_object_get(json, "nextMs")), 3000000);
    json_decref(json);
    wait_with_hook("b.example", true);
    ck_assert_int_eq(run("hooks"), 0);
    assert_has(out, "a.example  1      1         1 h       answered 503\n");
    assert_has(out, "b.example  1      1         given up  answered 503\n");
    ck_assert_ptr_null(strstr(out, "token")); /* a URL may hold one */
    ck_assert_int_eq(run("hooks", "all"), 64);
}
END_TEST

/* --- machines --- */

START_TEST(machines_are_listed_with_their_processes_and_what_they_make)
{
    struct member_info info = {
        .kinds = ",digest,video,", .engine = "0123456789", .slots = 4, .lease_ms = LEASE_MS};
    struct member *left, *right;
    char expected[1000];
    struct job job;

    kit_store = kit_open();
    ck_assert_int_eq(run("machines"), 0);
    ck_assert_str_eq(out, "No process is there: `casecast serve` is one.\n");
    info.machine = "right";
    right = store_member_new(kit_path, &info);
    info.machine = "left";
    left = store_member_new(kit_path, &info);
    assert_done(store_member_renew(kit_store, right, &kit_error));
    kit_job("a");
    assert_done(store_job_claim(kit_store, left, 1, kit_tag(), &job, &kit_error));
    assert_done(store_job_progress(
        kit_store, job.id, job.run, "{\"percent\": 45.9, \"fps\": 58.4}", &kit_error));
    ck_assert_int_eq(run("machines"), 0);
    snprintf(expected, sizeof expected,
        "MACHINE  PROCESS   ENGINE    SLOTS  KINDS         STATE\n"
        "left     %.8s  01234567  4      digest video  working\n"
        "right    %.8s  01234567  4      digest video  idle\n"
        "\n"
        "JOB                         MACHINE  PROCESS   CASE  PROGRESS\n"
        "%s  left     %.8s  1     45 %%, 58 fps\n",
        store_member_name(left), store_member_name(right), job.id, store_member_name(left));
    ck_assert_str_eq(out, expected);
    kit_sql("UPDATE casecast_members SET leased_until_ms = 1");
    store_member_free(right);
    ck_assert_int_eq(run("machines"), 0);
    assert_has(out, "digest video  silent ");
    assert_has(out, "digest video  gone\n");
    job_clear(&job);
    store_member_free(left);
}
END_TEST

/* --- watch, retry --- */

START_TEST(a_job_is_followed_to_its_end)
{
    const char *id;

    kit_store = kit_open();
    id = kit_job("a");
    assert_done(store_job_end(kit_store, kit_claim("me", 1), 1, JOB_DONE, "{}", NULL,
        (const struct job_event[]){{.name = "end", .data = "{\"state\":\"done\"}"}}, 1,
        &kit_error));
    ck_assert_int_eq(run("watch", id), 0);
    assert_has(out, ": done\n");
    ck_assert_int_eq(run("watch", id, "--json"), 0);
    assert_has(out, "{\"event\":\"end\",\"id\":");
    assert_has(out, ",\"data\":{\"state\":\"done\"}}\n");
    ck_assert_int_eq(run("retry", id), 65);
    assert_has(complaints, " is done: there is nothing to try again\n");
    ck_assert_int_eq(run("watch", "x"), 66);
    ck_assert_int_eq(run("watch"), 64);
}
END_TEST

START_TEST(a_failed_job_is_asked_for_again)
{
    const char *id;

    kit_store = kit_open();
    id = kit_job("a");
    ck_assert_int_eq(run("retry", id), 65);
    assert_has(complaints, " is queued: `casecast watch ");
    assert_done(store_job_end(
        kit_store, kit_claim("me", 1), 1, JOB_FAILED, NULL, "no disk", NULL, 0, &kit_error));
    ck_assert_int_eq(run("watch", id), 1);
    assert_has(complaints, " failed: no disk\n");
    ck_assert_int_eq(run("retry", id), 0);
    assert_has(out, " is queued; `casecast watch ");
    ck_assert_ptr_null(strstr(out, id));
    ck_assert_int_eq(run("jobs", "--json", "--state", "queued"), 0);
    assert_has(out, "\"state\":\"queued\"");
    ck_assert_int_eq(run("retry", "x"), 66);
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const tests[] = {
        jobs_are_listed_newest_first_with_what_matters,
        jobs_are_told_as_json_one_a_line,
        jobs_are_let_go,
        webhooks_that_wait_or_were_given_up_are_listed,
        machines_are_listed_with_their_processes_and_what_they_make,
        a_job_is_followed_to_its_end,
        a_failed_job_is_asked_for_again,
    };

    if (child_is_wanted(argc, argv))
        return child_main(argc, argv);
    return kit_main("cli_jobs", tests, sizeof tests / sizeof *tests, start);
}
