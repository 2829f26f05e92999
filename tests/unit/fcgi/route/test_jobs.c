/* test_jobs.c - what a request asks its kind for, and when: fcgi/route/jobs.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/server.h"
#include "route/jobs.h"
#include "unit/store/store_kit.h"

static int n_keys, n_inputs;

static int prepare(const struct job_kind *unused_kind, struct store *unused,
    const struct config *unused_config, const struct job_ask *ask, char **ret_input,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    (void)unused_kind, (void)unused, (void)unused_config, (void)err;
    n_keys++;
    strcpy(ret_key, ask->subject);
    if (!ret_input)
        return 0;
    n_inputs++;
    *ret_input = mem_copy("{}");
    return 0;
}

/* "video", as kit_job() makes jobs of that.  A test is a process of its own, and may change it. */
static struct job_kind kind = {
    .name = "video", .subject_name = "file", .first = "begins", .prepare = prepare};

static struct jobs_terms terms; /* of a POST */

static int ask_for(const char *subject, enum origin origin, const char *method, struct error *err)
{
    static const struct config config = {.max_queued = 0}; /* no new job */
    static char *nothing[] = {NULL};
    struct server server = {.config = &config};
    FCGX_Request fcgx = {.envp = nothing};
    struct request request = {
        .server = &server, .fcgx = &fcgx, .store = &kit_store, .method = method, .origin = origin};
    struct job job = {0};
    bool is_new;
    int rc = jobs_open(&request, &kind, &(struct job_ask){.subject = subject},
        strcmp(method, "POST") == 0 ? &terms : NULL, &job, &is_new, err);

    ck_assert(rc != 0 || !is_new);
    job_clear(&job);
    return rc;
}

static int ask(enum origin origin, const char *method, struct error *err)
{
    return ask_for("a", origin, method, err);
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

/* Writes to the database, as another process does while a slow disk is read. */
static bool never_good(const struct config *unused, const struct job *done)
{
    (void)unused;
    ck_assert_int_eq(done->state, JOB_DONE);
    ck_assert_int_eq(done->number, 2);
    kit_sql("UPDATE casecast_jobs SET progress = '{}'");
    n_looked++;
    return false;
}

START_TEST(files_are_checked_without_a_lock_and_only_of_the_newest_job)
{
    kind.still_good = never_good;
    for (int i = 0; i < 2; i++) {
        kit_job(i ? "again" : "a");
        kit_sql("UPDATE casecast_jobs SET state = 'done', key = 'a'");
    }
    ck_assert_int_eq(ask(ORIGIN_OURS, "GET", &kit_error), STORE_E_FULL);
    ck_assert_int_eq(n_looked, 2); /* before an input is made for a new job, and after */
}
END_TEST

START_TEST(a_page_of_another_site_makes_no_job)
{
    ck_assert_int_eq(ask(ORIGIN_FOREIGN, "GET", &kit_error), JOBS_E_FORBIDDEN);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "CASECAST_ORIGINS"));
    ck_assert_int_eq(n_inputs, 0);
    ck_assert_int_eq(ask(ORIGIN_OURS, "GET", &kit_error), STORE_E_FULL);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "CASECAST_MAX_QUEUED"));
    ck_assert_int_eq(n_inputs, 1);
}
END_TEST

/* Nor is its subject looked at, which may be gone. */
START_TEST(a_request_that_was_named_before_is_not_prepared_again)
{
    kit_job("a");
    strcpy(terms.idempotency.name, "one");
    strcpy(terms.idempotency.body, "body");
    ck_assert_int_eq(ask(ORIGIN_OURS, "POST", &kit_error), 0);
    ck_assert_int_eq(n_keys, 1);
    ck_assert_int_eq(ask_for("gone", ORIGIN_OURS, "POST", &kit_error), 0);
    ck_assert_int_eq(n_keys, 1);
    strcpy(terms.idempotency.body, "other");
    ck_assert_int_eq(ask(ORIGIN_OURS, "POST", &kit_error), STORE_E_REUSED);
    ck_assert_int_eq(jobs_status(STORE_E_REUSED, &kit_error), 422);
    ck_assert_ptr_nonnull(strstr(kit_error.text, "Idempotency-Key"));
}
END_TEST

static int no_dots(const struct job_kind *unused_kind, const char *subject, struct error *err)
{
    (void)unused_kind;
    return strchr(subject, '.') ? error_set(err, ERR_INPUT, "%s: no dots here", subject) : 0;
}

START_TEST(the_kind_checks_the_subject)
{
    kit_job("a.bin");
    assert_done(ask_for("a.bin", ORIGIN_OURS, "GET", &kit_error));
    kind.subject_check = no_dots;
    assert_says(ask_for("a.bin", ORIGIN_OURS, "GET", &kit_error), ERR_INPUT, "a.bin: no dots here");
    ck_assert_int_eq(n_keys, 1);
}
END_TEST

/* They would break JSON or a line of the log, or do not fit a record of a job. */
START_TEST(no_kind_takes_a_subject_that_needs_escaping)
{
    static const char *const subjects[] = {"", "a\"b", "a\\b", "a\nb", "a\x7f", "\xff",
        "01234567890123456789012345678901234567890123456789012345678901234"};

    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        assert_says(
            ask_for(subjects[i], ORIGIN_OURS, "POST", &kit_error), ERR_INPUT, "1 to 64 bytes");
    ck_assert_int_eq(n_keys, 0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        an_input_is_made_only_where_there_is_nothing_to_attach_to,
        files_are_checked_without_a_lock_and_only_of_the_newest_job,
        a_page_of_another_site_makes_no_job,
        a_request_that_was_named_before_is_not_prepared_again,
        the_kind_checks_the_subject,
        no_kind_takes_a_subject_that_needs_escaping,
    };

    return kit_main("jobs", tests, sizeof tests / sizeof *tests, kit_start);
}
