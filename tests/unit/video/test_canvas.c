/* test_canvas.c - machines that make one video share its decoded pictures: film_share() of film.h.
 * Each film here stands for one of them. */
#include <check.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/film/film_private.h"
#include "video/kept/cache.h"
#include "video/plan/timeline.h"

static char *root, *folder;
static struct cache cache;
static struct error err;
static struct scene scene;
static struct case_record record;
static struct timeline timeline;

/* A machine. */
struct machine {
    struct media *media;
    struct film film;
};

static void set_up(void)
{
    struct timeline_input input = {.seconds = 2};

    digest_init();
    root = media_folder();
    folder = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 300);
    scene = (struct scene){SCENE_DEFAULTS, .image = "a.jpg"};
    scene.fit = CASE_FIT_BLUR;
    scene.focus_x = 0.25;
    scene.focus_y = 0.75;
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 1, .scenes = &scene};
    record.lines = 720;
    ck_assert_int_eq(cache_open(folder, 1 << 28, &cache, &err), 0);
    ck_assert_int_eq(timeline_plan(&input, 1, record.fps, &timeline, &err), 0);
}

static void tear_down(void)
{
    timeline_free(&timeline);
    cache_close(&cache);
    media_folder_remove(root);
    media_folder_remove(folder);
}

/* It knows the picture's digest. */
static void machine_open(struct machine *machine, bool is_shared)
{
    char key[DIGEST_HEX_LEN + 1];

    ck_assert_int_eq(media_open(root, NULL, &machine->media, &err), 0);
    film_open(&record, NULL, &cache, machine->media, &machine->film);
    film_plan(&machine->film, &timeline);
    if (is_shared)
        film_share(&machine->film);
    ck_assert_int_eq(film_segment_key(&machine->film, timeline.segments, key, &err), 0);
}

static void machine_close(struct machine *machine)
{
    film_close(&machine->film);
    media_close(machine->media);
}

static int machine_load(struct machine *machine)
{
    return film_segment_begin(&machine->film, timeline.segments, &err);
}

static void picture_remove(void)
{
    char *path = mem_format("%s/a.jpg", root);

    ck_assert_int_eq(unlink(path), 0);
    free(path);
}

static void check_same_canvas(const struct shot *a, const struct shot *b)
{
    ck_assert_int_eq(a->canvas.width, b->canvas.width);
    ck_assert_int_eq(a->canvas.height, b->canvas.height);
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < yuv_plane_height(&a->canvas, plane); y++)
            ck_assert_mem_eq(a->canvas.data[plane] + y * a->canvas.stride[plane],
                b->canvas.data[plane] + y * b->canvas.stride[plane],
                (size_t)yuv_plane_width(&a->canvas, plane));
    ck_assert_int_eq(a->motion.is_calm, b->motion.is_calm);
    ck_assert_double_eq(a->motion.focus_x, b->motion.focus_x);
    ck_assert_double_eq(a->motion.focus_y, b->motion.focus_y);
}

START_TEST(what_one_machine_decoded_another_reads)
{
    struct machine one, other;

    machine_open(&one, true);
    machine_open(&other, true);
    ck_assert_int_eq(machine_load(&one), 0);
    picture_remove();
    ck_assert_msg(machine_load(&other) == 0, "%s", err.text);
    check_same_canvas(&one.film.shots[0], &other.film.shots[0]);
    machine_close(&one);
    machine_close(&other);
}
END_TEST

START_TEST(a_machine_alone_keeps_nothing)
{
    struct machine one, other;

    machine_open(&one, false);
    machine_open(&other, true);
    ck_assert_int_eq(machine_load(&one), 0);
    picture_remove();
    ck_assert_int_eq(machine_load(&other), -ERR_INPUT);
    machine_close(&one);
    machine_close(&other);
}
END_TEST

START_TEST(a_machine_that_learns_of_others_later_shares_from_then_on)
{
    struct machine one, other;

    machine_open(&one, true);
    machine_open(&other, false);
    ck_assert_int_eq(machine_load(&one), 0);
    picture_remove();
    film_share(&other.film);
    ck_assert_int_eq(machine_load(&other), 0);
    machine_close(&one);
    machine_close(&other);
}
END_TEST

/* Entries that another program left: each is too short, too long, or of another size. */
static const struct {
    size_t len;
    int32_t head[2]; /* width and height */
} wrong_entries[] = {{0, {0}}, {16, {0}}, {32, {1, 1}}, {1 << 20, {2, 2}}, {1 << 20, {0}}};

START_TEST(an_entry_that_is_no_canvas_of_this_film_is_not_used)
{
    static char data[1 << 20];
    struct machine one, other;
    char key[DIGEST_HEX_LEN + 1];

    machine_open(&one, false);
    ck_assert_int_eq(machine_load(&one), 0);
    machine_open(&other, true);
    film_canvas_key(&other.film, 0, key);
    memcpy(data, wrong_entries[_i].head, sizeof wrong_entries[_i].head);
    if (!wrong_entries[_i].head[0])
        memcpy(data, (int32_t[]){one.film.shots[0].canvas.width, one.film.shots[0].canvas.height},
            2 * sizeof(int32_t));
    cache_put(&cache, key, data, wrong_entries[_i].len);
    ck_assert_int_eq(machine_load(&other), 0);
    check_same_canvas(&one.film.shots[0], &other.film.shots[0]);
    machine_close(&one);
    machine_close(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("canvas");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, what_one_machine_decoded_another_reads);
    tcase_add_test(tc, a_machine_alone_keeps_nothing);
    tcase_add_test(tc, a_machine_that_learns_of_others_later_shares_from_then_on);
    tcase_add_loop_test(tc, an_entry_that_is_no_canvas_of_this_film_is_not_used, 0,
        sizeof wrong_entries / sizeof *wrong_entries);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
