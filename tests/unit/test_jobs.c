/* test_jobs.c - what a request for a job costs its kind: fcgi/jobs.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "jobs.h"
#include "server.h"
#include "unit/store_kit.h"

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
    int answer = jobs_open(&request, &kind, "a", &job, &is_new, err);

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
        where_there_is_nothing_one_is_made_but_for_no_other_site,
    };

    return kit_main("jobs", tests, sizeof tests / sizeof *tests, kit_start);
}
