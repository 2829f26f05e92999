/* test_pruner.c - ended jobs that nobody asks for are forgotten, with their files. */
#include "hub/pruner/pruner.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "unit/store/store_kit.h"

enum { HOUR_MS = 3600000, DEADLINE_MS = 20000 };

/* --- a kind with a file a key, in a folder --- */

static bool may_not_drop;

static void file_of(const char *key, char ret_path[static 200])
{
    snprintf(ret_path, 200, "%s/%s.result", kit_folder, key);
}

static const char *begins_meanwhile; /* a key of which a new job is opened in the middle */

static int drop(const struct config *config, const struct job *job,
    const struct key_sharing *sharing, struct error *err)
{
    bool shares = false;
    char path[200];
    int rc;

    (void)config;
    if (may_not_drop)
        return error_set(err, ERR_IO, "read-only");
    if (begins_meanwhile)
        kit_job(begins_meanwhile);
    rc = sharing->ask(sharing->ctx, &shares, err);
    file_of(job->key, path);
    if (!shares)
        unlink(path);
    return rc;
}

static int64_t bytes(const struct config *config, const struct job *done)
{
    char path[200];

    (void)config;
    file_of(done->key, path);
    return access(path, F_OK) == 0 ? 1 << 20 : 0;
}

static void clear(const struct config *config, const struct job *job)
{
    char path[200];

    (void)config;
    ck_assert_int_eq(job->state, JOB_DONE);
    file_of(job->key, path);
    unlink(path);
}

static const struct job_kind kind_video = {
    .name = "video", .subject_name = "case", .clear = clear, .drop = drop, .bytes = bytes};
static const struct job_kind *const list[] = {&kind_video, NULL};
static const struct kinds kinds = {list};

static bool has_file(const char *key)
{
    char path[200];

    file_of(key, path);
    return access(path, F_OK) == 0;
}

static void done_job(const char *key, int64_t asked_ms_ago)
{
    char path[200], sql[200];
    const char *id = kit_job(key);
    FILE *file;

    ck_assert_str_eq(kit_claim("me", 9), id);
    assert_done(store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    file_of(key, path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    snprintf(sql, sizeof sql,
        "UPDATE casecast_jobs SET asked_ms = asked_ms - %lld WHERE key = '%s'",
        (long long)asked_ms_ago, key);
    kit_sql(sql);
}

static const char *id_of(const char *key)
{
    char sql[100];

    snprintf(sql, sizeof sql, "SELECT max(id) FROM casecast_jobs WHERE key = '%s'", key);
    return kit_ask(sql);
}

static struct config config_of(int64_t keep_ms, int output_mib)
{
    return (struct config){.database = kit_path,
        .cases = kit_path,
        .media_root = kit_folder,
        .keep_ms = keep_ms,
        .output_mib = output_mib};
}

/* Until so many jobs are left.  A pruner with a short CASECAST_KEEP looks every second. */
static void prune_until(const struct config *config, int n_left)
{
    struct pruner *pruner = pruner_start(config, &kinds);
    int64_t end = clock_monotonic_ms() + DEADLINE_MS;

    while (atoi(kit_ask("SELECT count(*) FROM casecast_jobs")) != n_left) {
        ck_assert_int_lt(clock_monotonic_ms(), end);
        usleep(20000);
    }
    pruner_stop(pruner);
}

START_TEST(jobs_go_with_their_files_when_nobody_asks_for_them)
{
    struct config config = config_of(10000, 0);

    done_job("old", HOUR_MS);
    done_job("new", 0);
    kit_job("waiting");
    prune_until(&config, 2);
    ck_assert(!has_file("old"));
    ck_assert(has_file("new"));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs WHERE key = 'old'"), "0");
}
END_TEST

START_TEST(what_takes_too_much_of_the_disk_goes_longest_ago_first)
{
    struct config config = config_of(60000, 2);

    done_job("a", 20000);
    done_job("b", 30000);
    done_job("c", 25000);
    done_job("fresh", 0);
    prune_until(&config, 2);
    ck_assert(has_file("a") && has_file("fresh"));
    ck_assert(!has_file("b") && !has_file("c"));
}
END_TEST

START_TEST(a_wish_needs_no_age_and_files_of_another_job_stay)
{
    struct config config = config_of(0, 0);
    struct error err;
    struct job job;

    done_job("a", 0);
    done_job("b", 0);
    job = kit_get(id_of("a"));
    kit_sql("UPDATE casecast_jobs SET state = 'failed' WHERE key = 'a'");
    kit_job("a"); /* is made anew into the same folder */
    job_clear(&job);
    job = kit_get(kit_ask("SELECT id FROM casecast_jobs WHERE state = 'failed'"));
    assert_done(pruner_forget(kit_store, &config, &kind_video, &job, &err));
    ck_assert(has_file("a"));
    ck_assert_int_eq(pruner_forget(kit_store, &config, &kind_video, &job, &err), STORE_E_NOT_FOUND);
    job_clear(&job);
    job = kit_get(id_of("a"));
    ck_assert_int_eq(pruner_forget(kit_store, &config, &kind_video, &job, &err), STORE_E_LIVE);
    job_clear(&job);

    assert_done(store_job_want_forget(kit_store, id_of("b"), &kit_error));
    config.keep_ms = 10000; /* so that it looks soon */
    prune_until(&config, 1);
    ck_assert(!has_file("b"));
}
END_TEST

/* A done job, of which something was shown that is to go so long after its end. */
static void shown_job(const char *key, int64_t clear_after_ms, int64_t ended_ms_ago)
{
    char sql[200];

    done_job(key, 0);
    snprintf(sql, sizeof sql,
        "UPDATE casecast_jobs SET clear_ms = ended_ms + %lld WHERE key = '%s'",
        (long long)(clear_after_ms - ended_ms_ago), key);
    kit_sql(sql);
}

START_TEST(what_a_done_job_showed_goes_when_its_time_has_come)
{
    struct config config = config_of(20000, 0);
    int64_t end = clock_monotonic_ms() + DEADLINE_MS;
    struct pruner *pruner;

    shown_job("just done", HOUR_MS, 0);
    shown_job("old", HOUR_MS, 2 * HOUR_MS);
    shown_job("of another version", HOUR_MS, 2 * HOUR_MS);
    done_job("showed nothing", 0);
    kit_sql("UPDATE casecast_jobs SET kind = 'other' WHERE key = 'of another version'");
    pruner = pruner_start(&config, &kinds);
    while (strcmp(kit_ask("SELECT count(*) FROM casecast_jobs WHERE clear_ms > 0"), "2") != 0) {
        ck_assert_int_lt(clock_monotonic_ms(), end);
        usleep(20000);
    }
    pruner_stop(pruner);
    ck_assert(!has_file("old"));
    ck_assert(has_file("just done") && has_file("of another version"));
    ck_assert(has_file("showed nothing"));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs"), "4"); /* none is forgotten */
}
END_TEST

/* Files without a job would stay for ever. */
START_TEST(a_job_whose_files_can_not_be_removed_stays)
{
    struct config config = config_of(10000, 0);
    struct error err;
    struct job job;

    done_job("a", 0);
    may_not_drop = true;
    job = kit_get(id_of("a"));
    ck_assert_int_eq(pruner_forget(kit_store, &config, &kind_video, &job, &err), -ERR_IO);
    ck_assert_str_eq(err.text, "read-only");
    may_not_drop = false;
    assert_done(pruner_forget(kit_store, &config, &kind_video, &job, &err));
    job_clear(&job);
    ck_assert(!has_file("a"));
}
END_TEST

/* Between the first question to the store and the removal this process may be stopped. */
START_TEST(files_that_a_new_job_of_the_key_may_have_begun_stay)
{
    struct config config = config_of(10000, 0);
    struct error err;
    struct job job;

    done_job("a", 0);
    kit_sql("UPDATE casecast_jobs SET state = 'failed'");
    job = kit_get(id_of("a"));
    begins_meanwhile = "a";
    assert_done(pruner_forget(kit_store, &config, &kind_video, &job, &err));
    begins_meanwhile = NULL;
    job_clear(&job);
    ck_assert(has_file("a"));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_jobs"), "1"); /* the new one */
}
END_TEST

START_TEST(a_kind_that_is_not_known_is_left_alone)
{
    struct config config = config_of(10000, 0);

    done_job("other", HOUR_MS);
    done_job("old", HOUR_MS);
    kit_sql("UPDATE casecast_jobs SET kind = 'other' WHERE key = 'other'");
    prune_until(&config, 1);
    ck_assert(has_file("other"));
}
END_TEST

START_TEST(many_that_can_not_be_forgotten_do_not_hide_others)
{
    struct config config = config_of(10000, 0);
    char key[8];

    for (int i = 0; i < 45; i++) {
        snprintf(key, sizeof key, "k%d", i);
        done_job(key, 2 * HOUR_MS);
    }
    kit_sql("UPDATE casecast_jobs SET kind = 'other'");
    done_job("old", HOUR_MS);
    prune_until(&config, 45);
    ck_assert(!has_file("old"));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        jobs_go_with_their_files_when_nobody_asks_for_them,
        what_takes_too_much_of_the_disk_goes_longest_ago_first,
        a_wish_needs_no_age_and_files_of_another_job_stay,
        what_a_done_job_showed_goes_when_its_time_has_come,
        a_job_whose_files_can_not_be_removed_stays,
        files_that_a_new_job_of_the_key_may_have_begun_stay,
        a_kind_that_is_not_known_is_left_alone,
        many_that_can_not_be_forgotten_do_not_hide_others,
    };

    return kit_main("pruner", tests, sizeof tests / sizeof *tests, kit_start);
}
