/* test_still.c - single frames of a video: common/video/still.h. */
#include "video/still.h"

#include <check.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/video.h"

static char *root, *out, *cache;
static struct error err;
static struct scene scenes[2];
static struct case_record record;
static atomic_bool cancel;

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    cache = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_picture(root, "b.png", "png", "rgb24", 360, 640);
    memset(scenes, 0, sizeof scenes);
    atomic_store(&cancel, false);
    scenes[0] =
        (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .caption = "One 🐉", .narration = "One."};
    scenes[1] = (struct scene){SCENE_DEFAULTS, .image = "b.png", .seconds = 0.8};
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 2, .scenes = scenes};
    record.lines = 720; /* quick */
    record.quality = CASE_DRAFT;
    record.title_card = record.fades = false;
}

static void tear_down(void)
{
    media_folder_remove(root);
    media_folder_remove(out);
    media_folder_remove(cache);
}

static int open_still(struct still **ret_still)
{
    const struct still_options options = {.media_root = root,
        .run_dir = out,
        .cache_dir = cache,
        .cache_bytes = 64 << 20,
        .cancel = &cancel};

    return still_open(&record, &options, ret_still, &err);
}

static struct still *opened(void)
{
    struct still *still;

    ck_assert_msg(open_still(&still) == 0, "%s", err.text);
    return still;
}

static struct video_result create(void)
{
    const struct video_options options = {.media_root = root, .out_dir = out, .file = "final.mp4"};
    struct video_result result;

    ck_assert_msg(video_create(&record, &options, &result, &err) == 0, "%s", err.text);
    return result;
}

/* The caller frees it. */
static AVFrame *decode_jpeg(const void *data, size_t len)
{
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MJPEG));
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();

    ck_assert_int_eq(avcodec_open2(decoder, NULL, NULL), 0);
    ck_assert_int_eq(av_new_packet(packet, (int)len), 0);
    memcpy(packet->data, data, len);
    ck_assert_int_eq(avcodec_send_packet(decoder, packet), 0);
    ck_assert_int_eq(avcodec_receive_frame(decoder, frame), 0);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
    return frame;
}

/* Of the luma, dB. */
static double likeness(const AVFrame *a, const AVFrame *b)
{
    double sum = 0;

    ck_assert_int_eq(a->width, b->width);
    ck_assert_int_eq(a->height, b->height);
    for (int y = 0; y < a->height; y++)
        for (int x = 0; x < a->width; x++) {
            int d = a->data[0][y * a->linesize[0] + x] - b->data[0][y * b->linesize[0] + x];

            sum += d * d;
        }
    return 10 * log10(255 * 255 * (double)(a->width * a->height) / (sum + 1));
}

static AVFrame *draw(struct still *still, int number, int width)
{
    struct buf jpeg = {0};
    AVFrame *frame;

    ck_assert_msg(still_draw(still, number, width, &jpeg, &err) == 0, "%s", err.text);
    frame = decode_jpeg(jpeg.data, jpeg.len);
    buf_free(&jpeg);
    return frame;
}

/* The poster of such a case is the first frame of its video, decoded. */
START_TEST(a_still_is_the_frame_of_the_video)
{
    struct still *still;
    AVFrame *poster, *first, *other;
    uint8_t *data;
    size_t len;

    create();
    media_read(out, "poster.jpg", &data, &len);
    poster = decode_jpeg(data, len);
    free(data);
    still = opened();
    first = draw(still, 0, 9999);
    other = draw(still, 25, 9999);
    ck_assert_double_gt(likeness(poster, first), 36);
    ck_assert_double_lt(likeness(poster, other), likeness(poster, first) - 3);
    av_frame_free(&poster);
    av_frame_free(&first);
    av_frame_free(&other);
    still_close(still);
}
END_TEST

START_TEST(the_plan_is_that_of_the_video)
{
    struct video_result result = create();
    struct still *still = opened();
    struct still_plan plan;

    still_plan(still, &plan);
    ck_assert_int_eq(plan.n_frames, result.n_frames);
    ck_assert_int_eq(plan.fps, result.fps);
    ck_assert_int_eq(plan.width, result.width);
    ck_assert_int_eq(plan.height, result.height);
    ck_assert_double_eq(still_scene(still, 0).start_s, 0);
    ck_assert_double_eq_tol(
        still_scene(still, 1).start_s + still_scene(still, 1).seconds, plan.seconds, 1e-9);
    ck_assert_int_eq(still_frame_at(still, 0), 0);
    ck_assert_int_eq(still_frame_at(still, 1.0 / 3), plan.fps / 3);
    ck_assert_int_eq(still_frame_at(still, plan.seconds + 9), plan.n_frames - 1);
    ck_assert_int_lt(still_frame_of_scene(still, 0, 1), still_frame_of_scene(still, 1, 0));
    ck_assert_int_lt(still_frame_of_scene(still, 1, 1), plan.n_frames);
    still_close(still);
}
END_TEST

START_TEST(the_width_is_even_and_within_the_video)
{
    static const int widths[][2] = {{1, 16}, {333, 332}, {640, 640}, {9999, 1280}};
    struct still *still = opened();

    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        AVFrame *frame = draw(still, 3, widths[i][0]);

        ck_assert_int_eq(frame->width, widths[i][1]);
        av_frame_free(&frame);
    }
    still_close(still);
}
END_TEST

/* In a storyboard a picture may still be missing. */
START_TEST(a_picture_that_is_missing_fails_the_stills_that_show_it)
{
    struct buf jpeg = {0};
    struct still *still;

    scenes[1].image = "none.jpg";
    still = opened();
    ck_assert_int_eq(still_draw(still, 0, 320, &jpeg, &err), 0);
    ck_assert_int_eq(
        still_draw(still, still_frame_of_scene(still, 1, 0.5), 320, &jpeg, &err), -ERR_INPUT);
    ck_assert_msg(
        strstr(err.text, "scene 2: image: no such file: none.jpg") != NULL, "%s", err.text);
    ck_assert_int_eq(still_draw(still, 1, 320, &jpeg, &err), 0);
    buf_free(&jpeg);
    still_close(still);
}
END_TEST

/* Without the speech program only what is kept can be told. */
START_TEST(what_was_spoken_once_is_not_spoken_again)
{
    struct still *still = opened();
    struct still_plan before, after;

    still_plan(still, &before);
    still_close(still);
    setenv("PATH", out, 1);
    still = opened();
    still_plan(still, &after);
    still_close(still);
    ck_assert_int_eq(after.n_frames, before.n_frames);
    scenes[0].narration = "Two.";
    ck_assert_int_lt(open_still(&still), 0);
    ck_assert_ptr_nonnull(strstr(err.text, "scene 1: narration"));
}
END_TEST

START_TEST(a_sound_file_that_changed_is_read_again)
{
    struct still *still;
    struct still_plan short_, long_;

    media_wav(root, "a.wav", 44100, 1, 1, 0.5);
    scenes[0].narration = NULL;
    scenes[0].audio = "a.wav";
    still = opened();
    still_plan(still, &short_);
    still_close(still);
    media_wav(root, "a.wav", 44100, 1, 3, 0.5);
    still = opened();
    still_plan(still, &long_);
    still_close(still);
    ck_assert_double_eq_tol(long_.seconds - short_.seconds, 2, 0.05);
}
END_TEST

START_TEST(a_sheet_has_all_scenes)
{
    struct still *still = opened();
    struct buf jpeg = {0};
    AVFrame *sheet;

    ck_assert_int_eq(still_draw_sheet(still, 1, 160, &jpeg, &err), 0);
    sheet = decode_jpeg(jpeg.data, jpeg.len);
    ck_assert_int_eq(sheet->width, 160);
    ck_assert_int_eq(sheet->height, 2 * 90);
    av_frame_free(&sheet);
    jpeg.len = 0;
    ck_assert_int_eq(still_draw_sheet(still, STILL_COLUMNS_MAX, 160, &jpeg, &err), 0);
    sheet = decode_jpeg(jpeg.data, jpeg.len);
    ck_assert_int_eq(sheet->width, 2 * 160); /* no empty columns */
    ck_assert_int_eq(sheet->height, 90);
    av_frame_free(&sheet);
    buf_free(&jpeg);
    still_close(still);
}
END_TEST

START_TEST(a_cancel_ends_it)
{
    struct still *still = opened();
    struct buf jpeg = {0};

    atomic_store(&cancel, true);
    ck_assert_int_eq(still_draw(still, 0, 320, &jpeg, &err), -ERR_CANCELED);
    ck_assert_uint_eq(jpeg.len, 0);
    still_close(still);
    scenes[0].narration = "Three.";
    ck_assert_int_eq(open_still(&still), -ERR_CANCELED);
    buf_free(&jpeg);
}
END_TEST

START_TEST(a_case_without_scenes_has_no_stills)
{
    struct still *still;

    record.n_scenes = 0;
    ck_assert_int_eq(open_still(&still), -ERR_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "has no scenes"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("still");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 110);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_still_is_the_frame_of_the_video);
    tcase_add_test(tc, the_plan_is_that_of_the_video);
    tcase_add_test(tc, the_width_is_even_and_within_the_video);
    tcase_add_test(tc, a_picture_that_is_missing_fails_the_stills_that_show_it);
    tcase_add_test(tc, what_was_spoken_once_is_not_spoken_again);
    tcase_add_test(tc, a_sound_file_that_changed_is_read_again);
    tcase_add_test(tc, a_sheet_has_all_scenes);
    tcase_add_test(tc, a_cancel_ends_it);
    tcase_add_test(tc, a_case_without_scenes_has_no_stills);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
