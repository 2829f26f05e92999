/* test_sharing.c - one video made by two machines: the parts of common/video/video.h.  The store is
 * a table in memory; the other machine is a thread that calls video_help(). */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/encode/cores.h"
#include "video/video.h"

enum { PARTS_MAX = 64, SCENES = 3 };
enum who { NOBODY, OWNER, OTHER };

static char *root, *out, *cache, *alone, *cores;
static struct error err;
static struct scene scenes[SCENES];
static struct case_record record;
static atomic_bool stop, is_canceled;

/* The table of parts, and how it misbehaves. */
static struct table {
    pthread_mutex_t lock;
    pthread_cond_t opened;
    int n_opened;
    struct video_plan plan;
    int64_t sounds[SCENES];
    struct {
        enum who who;
        bool is_made;
        char key[DIGEST_HEX_LEN + 1];
        int64_t claimed_ms;
    } parts[PARTS_MAX];
    int fates[N_PART_FATES];
    int n_by_owner; /* claims of the owner */

    bool owner_gets_none; /* until the other machine has made all */
    bool all_are_claimed; /* says that the other machine claimed all just now: nothing is late */
    bool has_other_keys, is_other_gone, is_broken, loses_claims;
    bool is_canceled_meanwhile; /* while a claim is asked */
    struct core *frees;         /* on opening: until then the owner encodes nothing; NULL: none */
} table;

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    cache = media_folder();
    alone = media_folder();
    cores = mem_format("%s/cores", cache);
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_picture(root, "b.png", "png", "rgb24", 360, 640);
    memset(scenes, 0, sizeof scenes);
    for (int i = 0; i < SCENES; i++)
        scenes[i] = (struct scene){SCENE_DEFAULTS, .image = i % 2 ? "b.png" : "a.jpg",
            .caption = "A caption", .seconds = 2.5};
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = SCENES, .scenes = scenes};
    record.lines = 720;
    record.quality = CASE_DRAFT;
    table = (struct table){0};
    pthread_mutex_init(&table.lock, NULL);
    pthread_cond_init(&table.opened, NULL);
    atomic_store(&stop, false);
    atomic_store(&is_canceled, false);
}

static void tear_down(void)
{
    free(cores);
    media_folder_remove(root);
    media_folder_remove(out);
    media_folder_remove(cache);
    media_folder_remove(alone);
}

/* --- the table --- */

static int table_open(void *ctx, const struct video_plan *plan, struct error *error)
{
    (void)ctx;
    if (table.is_broken)
        return error_set(error, ERR_BUSY, "the store does not answer");
    pthread_mutex_lock(&table.lock);
    ck_assert_int_le(plan->n, PARTS_MAX);
    table.plan = *plan;
    memcpy(table.sounds, plan->sounds, sizeof table.sounds);
    table.plan.sounds = table.sounds;
    table.n_opened++;
    if (table.frees)
        core_release(table.frees);
    pthread_cond_broadcast(&table.opened);
    pthread_mutex_unlock(&table.lock);
    return 0;
}

static bool table_is_made_locked(void)
{
    for (int i = table.plan.first; i < table.plan.n; i++)
        if (!table.parts[i].is_made)
            return false;
    return true;
}

static int table_claim(enum who who, int *ret_number)
{
    int rc = PARTS_E_NONE;

    pthread_mutex_lock(&table.lock);
    for (int i = table.plan.first; rc != 0 && i < table.plan.n; i++)
        if (table.parts[i].who == NOBODY && !table.parts[i].is_made) {
            table.parts[i].who = who;
            table.parts[i].claimed_ms = clock_monotonic_ms();
            *ret_number = i;
            rc = 0;
        }
    table.n_by_owner += who == OWNER && rc == 0;
    pthread_mutex_unlock(&table.lock);
    return rc;
}

static int owner_claim(void *ctx, int *ret_number, struct error *error)
{
    bool is_made;

    (void)ctx;
    if (table.is_broken)
        return error_set(error, ERR_BUSY, "the store does not answer");
    if (table.is_canceled_meanwhile) {
        atomic_store(&is_canceled, true);
        usleep(1000000); /* longer than between two looks at it */
        return PARTS_E_NONE;
    }
    pthread_mutex_lock(&table.lock);
    is_made = table_is_made_locked();
    pthread_mutex_unlock(&table.lock);
    if (table.loses_claims)
        table_claim(OWNER, ret_number); /* the answer was lost, and it is asked again */
    return table.owner_gets_none && !is_made ? PARTS_E_NONE : table_claim(OWNER, ret_number);
}

static int owner_read(void *ctx, int from,
    void (*each)(void *each_ctx, const struct video_part *part), void *each_ctx,
    struct error *error)
{
    (void)ctx;
    if (table.is_broken)
        return error_set(error, ERR_BUSY, "the store does not answer");
    pthread_mutex_lock(&table.lock);
    for (int i = from; i < table.plan.n; i++)
        if (table.parts[i].who == OTHER || table.parts[i].is_made || table.all_are_claimed)
            each(each_ctx, &(struct video_part){.number = i,
                               .machine = "other",
                               .key = table.parts[i].is_made ? table.parts[i].key : NULL,
                               .claimed_ms = table.all_are_claimed
                                                 ? 0
                                                 : clock_monotonic_ms() - table.parts[i].claimed_ms,
                               .is_claimer_gone = table.is_other_gone});
    pthread_mutex_unlock(&table.lock);
    return 0;
}

static void owner_count(void *ctx, enum video_part_fate fate)
{
    (void)ctx;
    pthread_mutex_lock(&table.lock);
    table.fates[fate]++;
    pthread_mutex_unlock(&table.lock);
}

static const struct video_parts parts = {
    .open = table_open, .claim = owner_claim, .read = owner_read, .count = owner_count};

/* --- the other machine --- */

static int other_claim(void *ctx, int *ret_number, struct error *error)
{
    (void)ctx;
    (void)error;
    return table_claim(OTHER, ret_number);
}

static void other_made(void *ctx, int number, const char *key)
{
    (void)ctx;
    pthread_mutex_lock(&table.lock);
    table.parts[number].is_made = key != NULL;
    if (key)
        strcpy(table.parts[number].key, table.has_other_keys ? "another key" : key);
    else
        table.parts[number].who = NOBODY;
    pthread_mutex_unlock(&table.lock);
}

static struct video_help help_of(const char *cores_file, int ms)
{
    return (struct video_help){.media_root = root,
        .cache_dir = cache,
        .cache_bytes = 1 << 28,
        .cores_file = cores_file,
        .n_cores = 2,
        .stop = &stop,
        .plan = table.plan,
        .ms = ms,
        .claim = other_claim,
        .made = other_made};
}

static void wait_until_opened(void)
{
    pthread_mutex_lock(&table.lock);
    while (!table.n_opened)
        pthread_cond_wait(&table.opened, &table.lock);
    pthread_mutex_unlock(&table.lock);
}

static void *help(void *ctx)
{
    struct error error;
    struct video_help help;

    (void)ctx;
    wait_until_opened();
    help = help_of(cores, 60000);
    ck_assert_int_eq(video_help(&record, &help, &error), 0);
    return NULL;
}

/* Claims all it can and makes nothing of it. */
static void *hang(void *ctx)
{
    int number;

    (void)ctx;
    wait_until_opened();
    while (table_claim(OTHER, &number) == 0)
        ;
    return NULL;
}

/* --- videos --- */

static int most_machines;

static void on_progress(void *ctx, const struct video_progress *progress)
{
    (void)ctx;
    if (progress->machines > most_machines)
        most_machines = progress->machines;
}

static int create(const char *folder, const char *cache_dir, const struct video_parts *with)
{
    struct video_options options = {.media_root = root,
        .out_dir = folder,
        .file = "final.mp4",
        .cache_dir = cache_dir,
        .cache_bytes = 1 << 28,
        .n_encoders = 2,
        .cores_file = table.frees ? cores : NULL,
        .n_cores = 1,
        .cancel = &is_canceled,
        .watch = {.progress = on_progress},
        .parts = with};
    struct video_result result;

    most_machines = 0;
    return video_create(&record, &options, &result, &err);
}

static void check_same_file(const char *name)
{
    uint8_t *a, *b;
    size_t a_len, b_len;

    media_read(alone, name, &a, &a_len);
    media_read(out, name, &b, &b_len);
    ck_assert_uint_eq(a_len, b_len);
    ck_assert_mem_eq(a, b, a_len);
    free(a);
    free(b);
}

/* Makes the video alone, and beside `other`: the files are the same. */
static void check_made_with(void *(*other)(void *ctx))
{
    static const char *const names[] = {
        "final.mp4", "live.m3u8", "captions.vtt", "scene-1.jpg", "scene-2.jpg", "scene-3.jpg"};
    pthread_t thread;

    ck_assert_int_eq(create(alone, NULL, NULL), 0);
    ck_assert_int_eq(most_machines, 1);
    pthread_create(&thread, NULL, other, NULL);
    ck_assert_msg(create(out, cache, &parts) == 0, "%s", err.text);
    pthread_join(thread, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        check_same_file(names[i]);
}

static int n_shared(void)
{
    return table.plan.n - table.plan.first;
}

START_TEST(what_another_machine_makes_is_taken_from_there)
{
    table.owner_gets_none = table.all_are_claimed = true;
    check_made_with(help);
    ck_assert_int_gt(n_shared(), 3);
    ck_assert_int_eq(table.fates[PART_BY_OTHERS], n_shared());
    ck_assert_int_eq(table.fates[PART_REFUSED], 0);
    ck_assert_int_eq(most_machines, 2);
}
END_TEST

START_TEST(two_machines_make_it_together)
{
    check_made_with(help);
    ck_assert_int_ge(
        table.fates[PART_BY_OTHERS] + table.fates[PART_TWICE] + table.n_by_owner, n_shared());
    ck_assert_int_eq(table.n_opened, 1);
}
END_TEST

START_TEST(the_first_second_is_not_shared)
{
    int n_frames = 0;

    check_made_with(help);
    /* the segments of the first second are half a second long */
    n_frames = table.plan.first * record.fps / 2;
    ck_assert_int_ge(n_frames, record.fps);
}
END_TEST

START_TEST(helpers_do_not_wait_for_the_first_second)
{
    struct core held;

    ck_assert_int_eq(core_open(cores, 1, &held, &err), 0);
    ck_assert(core_acquire(&held, CORE_NORMAL, &stop));
    table.frees = &held;
    ck_assert_int_eq(create(out, cache, &parts), 0);
    ck_assert_int_eq(held.held, 0);
    core_close(&held);
}
END_TEST

START_TEST(helpers_do_not_wait_until_the_pictures_are_checked)
{
    scenes[2].image = "missing.png";
    ck_assert_int_eq(create(out, cache, &parts), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "scene 3: image: no such file"));
    ck_assert_int_eq(table.n_opened, 1);
    ck_assert_int_eq(table.n_by_owner, 0);
}
END_TEST

START_TEST(a_part_with_another_key_is_made_here)
{
    table.owner_gets_none = table.all_are_claimed = table.has_other_keys = true;
    check_made_with(help);
    ck_assert_int_eq(table.fates[PART_REFUSED], n_shared());
    ck_assert_int_eq(table.fates[PART_BY_OTHERS], 0);
}
END_TEST

START_TEST(a_late_part_is_made_here_too)
{
    table.owner_gets_none = true;
    check_made_with(hang);
    ck_assert_int_eq(table.fates[PART_TWICE], n_shared());
    ck_assert_int_eq(table.fates[PART_BY_OTHERS], 0);
}
END_TEST

START_TEST(nobody_waits_for_a_machine_that_is_gone)
{
    table.owner_gets_none = table.is_other_gone = true;
    check_made_with(hang);
    ck_assert_int_eq(table.fates[PART_BY_OTHERS], 0);
}
END_TEST

START_TEST(a_claim_whose_answer_was_lost_is_made_here)
{
    ck_assert_int_eq(create(alone, NULL, NULL), 0);
    table.loses_claims = true;
    ck_assert_int_eq(create(out, cache, &parts), 0);
    check_same_file("final.mp4");
}
END_TEST

START_TEST(a_late_part_is_made_here_though_nothing_else_was_encoded_here)
{
    ck_assert_int_eq(create(out, cache, NULL), 0);
    table.owner_gets_none = true;
    check_made_with(hang);
    ck_assert_int_eq(table.fates[PART_TWICE], n_shared());
}
END_TEST

START_TEST(without_an_answer_of_the_store_it_is_made_here)
{
    ck_assert_int_eq(create(alone, NULL, NULL), 0);
    table.is_broken = true;
    ck_assert_int_eq(create(out, cache, &parts), 0);
    check_same_file("final.mp4");
    ck_assert_int_eq(table.n_opened, 0);
}
END_TEST

START_TEST(a_video_that_is_canceled_while_the_store_is_asked_ends)
{
    table.is_canceled_meanwhile = true;
    ck_assert_int_eq(create(out, cache, &parts), -ERR_CANCELED);
}
END_TEST

START_TEST(without_a_cache_nothing_is_shared)
{
    ck_assert_int_eq(create(out, NULL, &parts), 0);
    ck_assert_int_eq(table.n_opened, 0);
}
END_TEST

/* --- the helper's side --- */

static void open_plan(void)
{
    int64_t sounds[SCENES] = {0};
    struct video_plan plan = {.n_scenes = SCENES, .sounds = sounds, .n = 0};
    struct video_help wrong;

    ck_assert_int_eq(table_open(NULL, &plan, &err), 0);
    wrong = help_of(cores, 100);
    ck_assert_int_eq(video_help(&record, &wrong, &err), -ERR_INPUT);
    ck_assert_int_eq(sscanf(err.text, "the plan has 0 parts, the case makes %d", &table.plan.n), 1);
}

START_TEST(a_helper_claims_nothing_while_somebody_waits_for_a_core)
{
    struct core held[2];
    struct video_help help;

    open_plan();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(core_open(cores, 2, &held[i], &err), 0);
        ck_assert(core_acquire(&held[i], CORE_NORMAL, &stop));
    }
    help = help_of(cores, 300);
    ck_assert_int_eq(video_help(&record, &help, &err), 0);
    ck_assert_int_eq(table.parts[0].who, NOBODY);

    for (int i = 0; i < 2; i++) {
        core_release(&held[i]);
        core_close(&held[i]);
    }
    help = help_of(cores, 60000);
    ck_assert_int_eq(video_help(&record, &help, &err), 0);
    ck_assert_int_eq(table.parts[0].who, OTHER);
    ck_assert(table_is_made_locked());
}
END_TEST

START_TEST(a_helper_that_is_to_stop_gives_its_part_back)
{
    struct video_help help;

    open_plan();
    atomic_store(&stop, true);
    help = help_of(cores, 60000);
    ck_assert_int_eq(video_help(&record, &help, &err), 0);
    for (int i = 0; i < table.plan.n; i++)
        ck_assert_int_eq(table.parts[i].who, NOBODY);
}
END_TEST

START_TEST(a_helper_without_the_picture_gives_its_part_back)
{
    char *path = mem_format("%s/a.jpg", root);
    struct video_help help;

    open_plan();
    unlink(path);
    free(path);
    help = help_of(cores, 60000);
    help.n_cores = 1;
    ck_assert_int_eq(video_help(&record, &help, &err), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "scene 1"));
    for (int i = 0; i < table.plan.n; i++)
        ck_assert_int_eq(table.parts[i].who, NOBODY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sharing");
    TCase *tests = tcase_create("sharing");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_another_machine_makes_is_taken_from_there);
    tcase_add_test(tests, two_machines_make_it_together);
    tcase_add_test(tests, the_first_second_is_not_shared);
    tcase_add_test(tests, helpers_do_not_wait_for_the_first_second);
    tcase_add_test(tests, helpers_do_not_wait_until_the_pictures_are_checked);
    tcase_add_test(tests, a_part_with_another_key_is_made_here);
    tcase_add_test(tests, a_late_part_is_made_here_too);
    tcase_add_test(tests, nobody_waits_for_a_machine_that_is_gone);
    tcase_add_test(tests, a_claim_whose_answer_was_lost_is_made_here);
    tcase_add_test(tests, a_late_part_is_made_here_though_nothing_else_was_encoded_here);
    tcase_add_test(tests, without_an_answer_of_the_store_it_is_made_here);
    tcase_add_test(tests, a_video_that_is_canceled_while_the_store_is_asked_ends);
    tcase_add_test(tests, without_a_cache_nothing_is_shared);
    tcase_add_test(tests, a_helper_claims_nothing_while_somebody_waits_for_a_core);
    tcase_add_test(tests, a_helper_that_is_to_stop_gives_its_part_back);
    tcase_add_test(tests, a_helper_without_the_picture_gives_its_part_back);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
