/* test_kept.c - video_create() with a cache: no segment is encoded twice. */
#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/video.h"

static char *root, *out, *cache;
static struct error err;
static struct scene scenes[4];
static struct case_record record;
static struct video_result result;
static atomic_bool cancel;
static int n_shown, cancel_at_scene; /* -1: never */

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    cache = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_picture(root, "b.png", "png", "rgb24", 360, 640);
    record = (struct case_record){
        CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en", .scenes = scenes};
    record.lines = 720; /* quick */
    record.quality = CASE_DRAFT;
    cancel_at_scene = -1;
}

static void tear_down(void)
{
    media_folder_remove(root);
    media_folder_remove(out);
    media_folder_remove(cache);
}

static void on_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    uint8_t *data;
    size_t len;

    (void)ctx, (void)n_scenes;
    media_read(out, thumbnail, &data, &len);
    ck_assert(len > 100 && data[0] == 0xFF && data[len - 1] == 0xD9);
    free(data);
    n_shown++;
    if (index == cancel_at_scene)
        atomic_store(&cancel, true);
}

static int create_with(const char *cache_dir, int n_encoders)
{
    struct video_options options = {.media_root = root,
        .out_dir = out,
        .file = "final.mp4",
        .cache_dir = cache_dir,
        .cache_bytes = 1 << 30,
        .cancel = &cancel,
        .n_encoders = n_encoders,
        .watch = {.scene = on_scene}};

    n_shown = 0;
    atomic_store(&cancel, false);
    return video_create(&record, &options, &result, &err);
}

/* The MP4 that create_with() makes; the caller frees it. */
static uint8_t *made_with(const char *cache_dir, int n_encoders, size_t *ret_len)
{
    uint8_t *data;

    ck_assert_msg(create_with(cache_dir, n_encoders) == 0, "%s", err.text);
    ck_assert_int_eq(n_shown, record.n_scenes);
    media_read(out, "final.mp4", &data, ret_len);
    return data;
}

/* The MP4 is the same with and without the cache, and with it `n_frames` frames are encoded. */
static void check_encodes(int n_frames)
{
    size_t kept_len, fresh_len;
    uint8_t *kept = made_with(cache, 2, &kept_len), *fresh;
    int n_encoded = result.n_frames - result.n_kept;

    fresh = made_with(NULL, 1, &fresh_len);
    ck_assert_int_eq(result.n_kept, 0);
    ck_assert_uint_eq(kept_len, fresh_len);
    ck_assert_mem_eq(kept, fresh, fresh_len);
    ck_assert_int_eq(n_encoded, n_frames);
    free(kept);
    free(fresh);
}

/* Three scenes of `each` frames, with picture and caption only; two transitions of `each` / 3. */
static void set_scenes(int each)
{
    for (int i = 0; i < 3; i++)
        scenes[i] = (struct scene){SCENE_DEFAULTS, .image = i % 2 ? "b.png" : "a.jpg",
            .caption = i % 2 ? "Two" : "One", .seconds = each / 30.0};
    record.n_scenes = 3;
}

START_TEST(an_unchanged_case_is_not_encoded_again)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    check_encodes(0);
}
END_TEST

START_TEST(a_new_caption_costs_one_scene_and_no_transition)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    scenes[1].caption = "Another one";
    check_encodes(18 - 2 * 6);
    scenes[1].caption = "Two";
    check_encodes(0);
}
END_TEST

START_TEST(a_new_title_costs_no_frame)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    record.title = "Another title";
    check_encodes(0);
}
END_TEST

START_TEST(fades_cost_the_first_and_the_last_segment)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    record.fades = true;
    check_encodes(2 * 12);
    record.fades = false;
    check_encodes(0);
}
END_TEST

START_TEST(an_end_card_costs_the_last_scene_and_the_transition_before_it)
{
    set_scenes(18);
    scenes[0].credit = "Somebody";
    record.credits = true;
    check_encodes(3 * 18 - 2 * 6 + 90);
    scenes[0].credit = "Somebody else";
    check_encodes(90 + 12);
    record.credits = false;
    check_encodes(12 + 6);
}
END_TEST

START_TEST(a_title_card_costs_the_first_scene)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    record.title_card = true;
    check_encodes(18 - 6); /* the first body */
    record.title = "Another title";
    check_encodes(18 - 6);
    record.title_card = false;
    check_encodes(0);
}
END_TEST

START_TEST(a_new_picture_under_the_same_name_costs_the_segments_that_show_it)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    media_picture(root, "b.png", "png", "rgb24", 356, 640);
    check_encodes(18); /* a body and two transitions */
}
END_TEST

START_TEST(scenes_before_an_added_one_stay_as_they_are)
{
    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    scenes[3] = (struct scene){SCENE_DEFAULTS, .image = "b.png", .seconds = 0.6};
    record.n_scenes = 4;
    /* The third scene's body loses six frames to a new transition; that and the fourth body are
     * new, too. */
    check_encodes(6 + 6 + 12);
}
END_TEST

START_TEST(the_segments_of_a_canceled_video_are_reused)
{
    set_scenes(90);
    cancel_at_scene = 2; /* the first two bodies are done by then, or nearly */
    ck_assert_int_eq(create_with(cache, 1), -ERR_CANCELED);
    cancel_at_scene = -1;
    ck_assert_msg(create_with(cache, 2) == 0, "%s", err.text);
    ck_assert_int_ge(result.n_kept, 90 - 24);
    check_encodes(0);
}
END_TEST

static void damage(const char *name)
{
    char *path = mem_format("%s/%s", cache, name);

    ck_assert_int_eq(truncate(path, 100), 0);
    free(path);
}

START_TEST(damaged_entries_are_made_again)
{
    struct dirent **entries;
    int n;

    set_scenes(18);
    check_encodes(3 * 18 - 2 * 6);
    n = scandir(cache, &entries, NULL, NULL);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_name[0] != '.')
            damage(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    check_encodes(3 * 18 - 2 * 6);
}
END_TEST

START_TEST(without_a_usable_cache_folder_the_video_is_made_all_the_same)
{
    char *nowhere = mem_format("%s/a.jpg/cache", root);

    set_scenes(12);
    ck_assert_msg(create_with(nowhere, 2) == 0, "%s", err.text);
    ck_assert_int_eq(result.n_kept, 0);
    free(nowhere);
}
END_TEST

/* --- fonts --- */

static char *fonts;

static void install_font(const char *name)
{
    uint8_t *data;
    size_t len;

    media_read("/usr/share/fonts/truetype", name, &data, &len);
    media_write(fonts, strchr(name, '/') + 1, data, len);
    free(data);
}

/* From now on the only font of this process is Noto Sans, in a folder of its own. */
static void use_own_fonts(void)
{
    char *config;

    fonts = media_folder();
    install_font("noto/NotoSans-Regular.ttf");
    config = mem_format("<fontconfig><dir>%s</dir></fontconfig>", fonts);
    media_write(root, "fonts.conf", config, strlen(config));
    free(config);
    config = mem_format("%s/fonts.conf", root);
    setenv("FONTCONFIG_FILE", config, 1);
    free(config);
}

static void key_of(char ret_key[static 65])
{
    ck_assert_int_eq(video_key(&record, root, ret_key, &err), 0);
}

/* The program looks for new fonts once a second. */
static void await_other_key(const char *key)
{
    char now[65];

    do {
        usleep(20000);
        key_of(now);
    } while (strcmp(now, key) == 0); /* the test's time limit ends it */
}

START_TEST(an_installed_font_costs_the_segments_with_captions)
{
    char before[65], after[65];

    use_own_fonts();
    set_scenes(18);
    scenes[0].caption = "שלום";
    scenes[1].caption = scenes[2].caption = NULL;
    key_of(before);
    check_encodes(3 * 18 - 2 * 6);
    key_of(after);
    ck_assert_str_eq(before, after);
    install_font("noto/NotoSansHebrew-Regular.ttf");
    await_other_key(before);
    check_encodes(18 - 6); /* the one body with a caption */
    check_encodes(0);
    media_folder_remove(fonts);
}
END_TEST

START_TEST(a_removed_font_restores_the_old_key_and_its_cache_entries)
{
    char before[65], after[65];
    char *path;

    use_own_fonts();
    set_scenes(18);
    key_of(before);
    check_encodes(3 * 18 - 2 * 6);
    install_font("noto/NotoSansHebrew-Regular.ttf");
    await_other_key(before);
    key_of(after);
    path = mem_format("%s/NotoSansHebrew-Regular.ttf", fonts);
    unlink(path);
    free(path);
    await_other_key(after);
    key_of(after);
    ck_assert_str_eq(before, after);
    check_encodes(0);
    media_folder_remove(fonts);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kept");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 110);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, an_unchanged_case_is_not_encoded_again);
    tcase_add_test(tc, a_new_caption_costs_one_scene_and_no_transition);
    tcase_add_test(tc, a_new_title_costs_no_frame);
    tcase_add_test(tc, fades_cost_the_first_and_the_last_segment);
    tcase_add_test(tc, an_end_card_costs_the_last_scene_and_the_transition_before_it);
    tcase_add_test(tc, a_title_card_costs_the_first_scene);
    tcase_add_test(tc, a_new_picture_under_the_same_name_costs_the_segments_that_show_it);
    tcase_add_test(tc, scenes_before_an_added_one_stay_as_they_are);
    tcase_add_test(tc, the_segments_of_a_canceled_video_are_reused);
    tcase_add_test(tc, damaged_entries_are_made_again);
    tcase_add_test(tc, without_a_usable_cache_folder_the_video_is_made_all_the_same);
    tcase_add_test(tc, an_installed_font_costs_the_segments_with_captions);
    tcase_add_test(tc, a_removed_font_restores_the_old_key_and_its_cache_entries);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
