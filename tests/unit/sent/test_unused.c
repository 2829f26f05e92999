/* test_unused.c - files that were sent go when nothing names them and nobody asks for them. */
#include "sent/unused.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/mem.h"
#include "case/case.h"
#include "sent/part.h"
#include "sent/senders.h"
#include "unit/store/store_kit.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static struct config config;
static int folder_fd;

static void start(void)
{
    kit_start();
    config = (struct config){.database = kit_path, .cases = kit_path, .media_root = kit_folder};
    ck_assert_int_eq(sent_make_folder(kit_folder, &folder_fd), 0);
}

/* The n-th file's digest; the next but three call overwrites it. */
static const char *digest_of(int n)
{
    static char digests[4][BENEATH_DIGEST_LEN + 1];
    static int next;
    char *digest = digests[next++ % 4];

    snprintf(digest, BENEATH_DIGEST_LEN + 1, "%064x", n);
    return digest;
}

static void set_age(int n, int age_s)
{
    struct timespec times[2];

    clock_gettime(CLOCK_REALTIME, &times[0]);
    times[0].tv_sec -= age_s;
    times[1] = times[0];
    ck_assert_int_eq(utimensat(folder_fd, digest_of(n), times, 0), 0);
}

static void send(int n, int age_s)
{
    struct part part;
    bool is_new;

    ck_assert_int_eq(part_open(kit_folder, &part, NULL), 0);
    ck_assert_int_eq(part_add(&part, "abc", 3, NULL), 0);
    ck_assert_int_eq(part_keep(&part, digest_of(n), &is_new, NULL), 0);
    part_close(&part);
    ck_assert_int_eq(senders_note(folder_fd, "one", digest_of(n), NULL), 0);
    set_age(n, age_s);
}

static bool is_there(int n)
{
    return sent_bytes(folder_fd, digest_of(n)) == 3;
}

static char *name_of(int n)
{
    return mem_format(BENEATH_SENT "%s", digest_of(n));
}

static void put_case(int image, int audio, int music)
{
    struct case_record *record = mem_new(struct case_record);

    *record = (struct case_record){CASE_DEFAULTS, .n_scenes = 1};
    record->id = mem_copy("1");
    record->title = mem_copy("A film");
    record->language = mem_copy("en");
    record->music = name_of(music);
    record->scenes = mem_new_n(1, struct scene);
    record->scenes[0] = (struct scene){SCENE_DEFAULTS};
    record->scenes[0].image = name_of(image);
    record->scenes[0].audio = name_of(audio);
    assert_done(store_case_put(kit_store, &record, 1, &kit_error));
    case_free(record);
}

static const char *job_with(int n)
{
    struct job_request request = kit_request("request-1", "key");
    char *input = mem_format("{\"scenes\": [{\"image\": \"" BENEATH_SENT "%s\"}]}", digest_of(n));
    static char id[JOB_ID_LEN + 1];
    struct job job;
    bool is_new;

    request.input = input;
    assert_done(store_job_open(kit_store, &request, &job, &is_new, &kit_error));
    free(input);
    memcpy(id, job.id, sizeof id);
    job_clear(&job);
    return id;
}

static int remove_unused(void)
{
    int n;

    assert_done(unused_remove(&config, &n, &kit_error));
    return n;
}

START_TEST(a_file_goes_after_a_day_unless_a_case_names_it)
{
    for (int i = 1; i <= 5; i++)
        send(i, DAY_S + 60);
    send(6, DAY_S - 60);
    put_case(1, 2, 3);
    ck_assert_int_eq(remove_unused(), 2);
    ck_assert(is_there(1) && is_there(2) && is_there(3) && is_there(6));
    ck_assert(!is_there(4) && !is_there(5));
    ck_assert_int_eq(senders_bytes(folder_fd), 4 * 3);
    ck_assert_int_eq(senders_bytes_without(folder_fd, "one", digest_of(1)), 3 * 3);
}
END_TEST

START_TEST(a_live_job_names_its_files)
{
    const char *id;

    send(1, DAY_S + 60);
    id = job_with(1);
    ck_assert_int_eq(remove_unused(), 0); /* queued */
    set_age(1, DAY_S + 60);
    ck_assert_str_eq(kit_claim("me", 9), id);
    ck_assert_int_eq(remove_unused(), 0); /* running */
    set_age(1, DAY_S + 60);
    assert_done(store_job_end(kit_store, id, 1, JOB_DONE, "{}", NULL, NULL, 0, &kit_error));
    ck_assert_int_eq(remove_unused(), 1);
}
END_TEST

START_TEST(what_a_case_names_has_its_day_begun_anew)
{
    send(1, 13 * HOUR_S);
    send(2, 11 * HOUR_S);
    put_case(1, 1, 2);
    ck_assert_int_eq(remove_unused(), 0);
    set_age(2, DAY_S + 60);
    put_case(3, 3, 3);
    ck_assert_int_eq(remove_unused(), 1);
    ck_assert(is_there(1));
    ck_assert(!is_there(2));
}
END_TEST

START_TEST(who_asks_for_a_file_keeps_it)
{
    send(1, DAY_S + 60);
    ck_assert(sent_renew(folder_fd, digest_of(1)));
    ck_assert(!sent_renew(folder_fd, digest_of(2)));
    ck_assert_int_eq(remove_unused(), 0);
    ck_assert(is_there(1));
}
END_TEST

START_TEST(a_wrong_year_removes_them_in_steps)
{
    for (int i = 1; i <= UNUSED_MOST + 3; i++)
        send(i, 366 * DAY_S);
    ck_assert_int_eq(remove_unused(), UNUSED_MOST);
    ck_assert_int_eq(remove_unused(), 3);
}
END_TEST

static void tell(void *ctx, const char *digest, int64_t bytes, int64_t age_s)
{
    ck_assert_str_eq(digest, digest_of(2));
    ck_assert_int_eq(bytes, 3);
    ck_assert_int_ge(age_s, DAY_S + 60);
    ++*(int *)ctx;
}

START_TEST(to_tell_them_changes_nothing)
{
    int n = 0;

    assert_done(unused_each(&config, tell, &n, &kit_error)); /* nothing was sent */
    ck_assert_int_eq(n, 0);
    send(1, DAY_S + 60);
    send(2, DAY_S + 60);
    put_case(1, 1, 1);
    for (int i = 1; i <= 2; i++) {
        assert_done(unused_each(&config, tell, &n, &kit_error));
        ck_assert_int_eq(n, i);
    }
    ck_assert(is_there(1) && is_there(2));
}
END_TEST

START_TEST(where_a_case_cant_be_read_none_goes)
{
    int n = 7;

    send(1, DAY_S + 60);
    put_case(2, 2, 2);
    kit_sql("UPDATE cases SET language = 'no language'");
    ck_assert_int_lt(unused_remove(&config, &n, &kit_error), 0);
    ck_assert_int_eq(n, 0);
    ck_assert(is_there(1));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_file_goes_after_a_day_unless_a_case_names_it,
        a_live_job_names_its_files,
        what_a_case_names_has_its_day_begun_anew,
        who_asks_for_a_file_keeps_it,
        a_wrong_year_removes_them_in_steps,
        to_tell_them_changes_nothing,
        where_a_case_cant_be_read_none_goes,
    };

    return kit_main("unused", tests, sizeof tests / sizeof *tests, start);
}
