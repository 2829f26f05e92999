/* test_memory.c - the memory for a video of 1080p does not depend on its length.  Each test runs in
 * a process of its own, so the kernel's peak (ru_maxrss) is that of one video. */
#include <check.h>
#include <malloc.h>
#include <sys/resource.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/video.h"

/* The peak with two encoders; not checked with the address sanitizer, whose shadow counts, too. */
enum { SCENES = 12, MOST_KB = 400 * 1000 };

static char *root, *out;

static void set_up(void)
{
    digest_init();
    mem_settle(NULL);
    /* meson sets MALLOC_PERTURB_, which fills and so touches all memory: a tenth more. */
    mallopt(M_PERTURB, 0);
    root = media_folder();
    out = media_folder();
}

static void tear_down(void)
{
    media_folder_remove(root);
    media_folder_remove(out);
}

START_TEST(two_encoders_stay_below_the_limit_however_many_scenes)
{
    static struct scene scenes[SCENES];
    struct case_record record = {CASE_DEFAULTS, .id = "m", .title = "Many", .language = "en",
        .n_scenes = SCENES, .scenes = scenes};
    struct video_options options = {
        .media_root = root, .out_dir = out, .file = "final.mp4", .n_encoders = 2};
    struct video_result result;
    struct rusage usage;
    struct error err;

    /* The size of a telephone's photos. */
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 4032, 3024);
    for (int i = 0; i < SCENES; i++)
        scenes[i] = (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .seconds = 0.7};
    ck_assert_msg(video_create(&record, &options, &result, &err) == 0, "%s", err.text);
    ck_assert_int_eq(result.height, 1080);
    getrusage(RUSAGE_SELF, &usage);
#ifndef __SANITIZE_ADDRESS__
    ck_assert_int_le(usage.ru_maxrss * 1024 / 1000, MOST_KB);
#endif
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 280);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, two_encoders_stay_below_the_limit_however_many_scenes);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
