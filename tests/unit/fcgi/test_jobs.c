/* test_jobs.c - what a request for a job costs its kind: fcgi/jobs.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jobs.h"
#include "server.h"
#include "unit/store/store_kit.h"

static int n_keys, n_inputs;

static int prepare(struct store *unused, const struct config *unused_config, const char *subject,
    char **ret_input, char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    (void)unused, (void)unused_config, (void)err;
    n_keys++;
    strcpy(ret_key, subject);
    if (!ret_input)
        return 0;
    n_inputs++;
    *ret_input = mem_copy("{}");
    return 0;
}

static const struct job_kind kind = {
    .name = "video", .subject_name = "case", .first = "begins", .prepare = prepare};

static const struct job_kind *asked_kind = &kind;

static int ask(enum origin origin, const char *method, struct error *err)
{
    static const struct config config = {.max_queued = 0}; /* a place for none */
    static char *nothing[] = {NULL};
    struct server server = {.config = &config};
    FCGX_Request fcgx = {.envp = nothing};
    struct request request = {
        .server = &server, .fcgx = &fcgx, .store = &kit_store, .method = method, .origin = origin};
    struct job job = {0};
    bool is_new;
    int answer = jobs_open(&request, asked_kind, "a", &job, &is_new, err);

    ck_assert(answer != 0 || !is_new);
    job_clear(&job);
    return answer;
}

START_TEST(an_input_is_made_only_where_there_is_nothing_to_attach_to)
{
    kit_job("a");
    ck_assert_int_eq(ask(ORIGIN_OURS, "GET", &kit_error), 0);
    ck_assert_int_eq(ask(ORIGIN_OURS, "POST", &kit_error), 0);
    ck_assert_int_eq(ask(ORIGIN_FOREIGN, "GET", &kit_error), 0);
    ck_assert_int_eq(n_keys, 3);
    ck_assert_int_eq(n_inputs, 0);
}
END_TEST

static int n_looked;

/* As a slow disk would: meanwhile another process writes. */
static bool never_good(const struct config *unused, const struct job *done)
{
    (void)unused;
    ck_assert_int_eq(done->state, JOB_DONE);
    ck_assert_int_eq(done->number, 2);
    kit_sql("UPDATE casecast_jobs SET progress = '{}'");
    n_looked++;
    return false;
}

START_TEST(files_are_looked_up_while_no_lock_is_held_and_only_of_the_newest_job)
{
    struct job_kind forgetful = kind;

    forgetful.still_good = never_good;
    asked_kind = &forgetful;
    for (int i = 0; i < 2; i++) {
        kit_job(i ? "again" : "a");
        kit_sql("UPDATE casecast_jobs SET state = 'done', key = 'a'");
    }
    ck_assert_int_eq(ask(ORIGIN_OURS, "GET", &kit_error), STORE_E_FULL);
    ck_assert_int_eq(n_looked, 2); /* before an input is made for a new job, and after */
}
END_TEST

START_TEST(where_there_is_nothing_one_is_made_but_for_no_other_site)
{
    ck_assert_int_eq(ask(ORIGIN_FOREIGN, "GET", &kit_error), JOBS_E_FORBIDDEN);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "CASECAST_ORIGINS"));
    ck_assert_int_eq(n_inputs, 0);
    ck_assert_int_eq(ask(ORIGIN_OURS, "GET", &kit_error), STORE_E_FULL);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "CASECAST_MAX_QUEUED"));
    ck_assert_int_eq(n_inputs, 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        an_input_is_made_only_where_there_is_nothing_to_attach_to,
        files_are_looked_up_while_no_lock_is_held_and_only_of_the_newest_job,
        where_there_is_nothing_one_is_made_but_for_no_other_site,
    };

    return kit_main("jobs", tests, sizeof tests / sizeof *tests, kit_start);
}
