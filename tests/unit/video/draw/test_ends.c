/* test_ends.c - how a video begins and ends, seen in its frames: ends.h and credits.h. */
#include <check.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/draw/credits.h"
#include "video/film/film.h"
#include "video/libav/libav_error.h"
#include "video/picture/picture.h"
#include "video/video.h"

static char *root, *out;
static struct error err;
static struct scene scenes[3];
static struct case_record record;

static void set_up(void)
{
    digest_init();
    libav_log_capture();
    root = media_folder();
    out = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_picture(root, "b.png", "png", "rgb24", 640, 360);
    memset(scenes, 0, sizeof scenes);
    for (int i = 0; i < 3; i++)
        scenes[i] = (struct scene){
            SCENE_DEFAULTS, .image = i % 2 ? "b.png" : "a.jpg", .motion = CASE_MOTION_STILL};
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 3, .scenes = scenes};
    record.lines = 720;
    record.quality = CASE_DRAFT;
}

static void tear_down(void)
{
    media_folder_remove(root);
    media_folder_remove(out);
}

/* --- a video to be drawn --- */

struct studio {
    struct media *media;
    struct outdir dir;
    struct cache cache;
    struct timeline timeline;
    struct film film;
    struct film_painter painter;
    struct yuv frame;
};

static void studio_open(struct studio *s)
{
    struct timeline_input inputs[3] = {{0}};

    *s = (struct studio){.cache.fd = -1};
    for (int i = 0; i < record.n_scenes; i++)
        inputs[i] = (struct timeline_input){
            .seconds = scenes[i].seconds, .transition = scenes[i].transition};
    ends_reserve(&record, inputs);
    ck_assert_int_eq(timeline_plan(inputs, record.n_scenes, record.fps, &s->timeline, &err), 0);
    ck_assert_int_eq(media_open(root, NULL, &s->media, &err), 0);
    ck_assert_int_eq(outdir_open(out, &s->dir, &err), 0);
    film_open(&record, &s->dir, &s->cache, s->media, &s->film);
    film_plan(&s->film, &s->timeline);
    ck_assert_int_eq(film_painter_open(&s->film, &s->painter, &err), 0);
    ck_assert_int_eq(yuv_alloc(&s->frame, s->film.width, s->film.height, &err), 0);
    for (int i = 0; i < s->timeline.n_segments; i++)
        ck_assert_int_eq(film_segment_begin(&s->film, &s->timeline.segments[i], &err), 0);
}

static void studio_close(struct studio *s)
{
    yuv_free(&s->frame);
    film_painter_close(&s->painter);
    film_close(&s->film);
    timeline_free(&s->timeline);
    outdir_close(&s->dir);
    media_close(s->media);
}

static void draw(struct studio *s, int number)
{
    int i = 0;

    while (number >= s->timeline.segments[i].first + s->timeline.segments[i].n)
        i++;
    film_draw(&s->film, &s->timeline.segments[i], number, &s->painter, &s->frame);
}

static double mean_light(const struct yuv *yuv)
{
    double sum = 0;

    for (int y = 0; y < yuv->height; y++)
        for (int x = 0; x < yuv->width; x++)
            sum += yuv->data[0][y * yuv->stride[0] + x];
    return sum / yuv->width / yuv->height;
}

static double light_at(struct studio *s, int number)
{
    draw(s, number);
    return mean_light(&s->frame);
}

/* How much `change` alters frame `number` of the video: the sum of the luma differences in the
 * upper, middle and lower third. */
static void difference(void (*change)(void), int number, double ret_thirds[static 3])
{
    struct case_record was = record;
    struct scene were[3];
    struct studio a, b;

    memcpy(were, scenes, sizeof were);
    studio_open(&a);
    change();
    studio_open(&b);
    draw(&a, number);
    draw(&b, number);
    for (int y = 0; y < a.frame.height; y++)
        for (int x = 0; x < a.frame.width; x++)
            ret_thirds[y * 3 / a.frame.height] += abs(a.frame.data[0][y * a.frame.stride[0] + x] -
                                                      b.frame.data[0][y * b.frame.stride[0] + x]);
    studio_close(&a);
    studio_close(&b);
    record = was;
    memcpy(scenes, were, sizeof were);
}

static bool differs(void (*change)(void), int number)
{
    double thirds[3] = {0};

    difference(change, number, thirds);
    return thirds[0] + thirds[1] + thirds[2] > 0;
}

/* --- facts --- */

START_TEST(a_video_with_fades_comes_from_black_and_goes_to_black)
{
    static const int rates[] = {24, 30, 60};

    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct studio s;
        int n;
        double full;

        record.fps = rates[i];
        record.fades = true;
        studio_open(&s);
        n = s.timeline.n_frames;
        full = light_at(&s, n / 2);
        ck_assert_double_lt(light_at(&s, 0), 17);
        ck_assert_double_lt(light_at(&s, n - 1), 17);
        ck_assert_double_lt(light_at(&s, rates[i] / 4), full - 10);
        ck_assert_double_lt(fabs(light_at(&s, rates[i] / 2) - full), 2);
        ck_assert_double_lt(fabs(light_at(&s, n - rates[i]) - full), 2);
        for (int at = 1; at < rates[i] / 2; at++)
            ck_assert_double_ge(light_at(&s, at) + 0.01, light_at(&s, at - 1));
        studio_close(&s);
    }
}
END_TEST

START_TEST(a_video_without_fades_begins_and_ends_at_full_brightness)
{
    struct studio s;

    studio_open(&s);
    ck_assert_double_gt(light_at(&s, 0), 60);
    ck_assert_double_gt(light_at(&s, s.timeline.n_frames - 1), 60);
    studio_close(&s);
}
END_TEST

/* The poster is made of this frame; a video that is too short for a fade has none. */
START_TEST(the_poster_has_full_brightness_however_short_the_video_is)
{
    record.fades = true;
    for (int seconds = 0; seconds < 4; seconds++)
        for (int kind = 0; kind < N_CASE_TRANSITIONS; kind++) {
            struct studio s;
            int poster;

            scenes[0].seconds = seconds + 1 / 30.0;
            scenes[1].transition = (enum case_transition)kind;
            studio_open(&s);
            poster = ends_poster_segment(&record, &s.timeline);
            ck_assert_int_eq(s.timeline.segments[poster].scene, 0);
            ck_assert_double_gt(light_at(&s, s.timeline.segments[poster].first), 60);
            studio_close(&s);
        }
}
END_TEST

static void remove_title(void)
{
    record.title_card = false;
    scenes[0].caption = NULL;
}

/* The picture fills the frame, so its focus has the same place in both. */
START_TEST(the_title_stands_where_the_focus_is_not)
{
    static const struct {
        double x, y;
        int third;
    } rows[] = {{-1, -1, 1}, {0.3, 0.2, 2}, {0.5, 0.45, 2}, {0.5, 0.8, 0}, {0.1, 0.55, 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double thirds[3] = {0};

        record.title_card = true;
        scenes[0].focus_x = rows[i].x;
        scenes[0].focus_y = rows[i].y;
        difference(remove_title, 45, thirds);
        for (int third = 0; third < 3; third++)
            ck_assert_msg((thirds[third] > 0) == (third == rows[i].third),
                "focus %g %g: third %d differs by %g", rows[i].x, rows[i].y, third, thirds[third]);
    }
}
END_TEST

static void change_caption(void)
{
    scenes[0].caption = "Another caption";
}

START_TEST(the_first_caption_waits_for_the_title_to_go)
{
    scenes[0].caption = "A caption";
    ck_assert(differs(change_caption, 30));
    record.title_card = true;
    for (int at = 0; at < 90; at += 5)
        ck_assert_msg(!differs(change_caption, at), "frame %d", at);
    ck_assert(differs(change_caption, 110));
    /* The title takes half of the four seconds that the case names. */
    scenes[0].seconds = 4;
    ck_assert(!differs(change_caption, 45));
    ck_assert(differs(change_caption, 75));
}
END_TEST

START_TEST(a_scene_without_seconds_has_time_for_title_and_caption)
{
    struct timeline_input inputs[] = {{.caption_delay_ms = 3000}, {.seconds = 0}},
                          spoken[] = {{.caption_delay_ms = 3000, .sound_samples = 48000},
                              {.seconds = 0}},
                          timed[] = {{.caption_delay_ms = 3000, .seconds = 2}, {.seconds = 0}};
    struct timeline t;

    ck_assert_int_eq(timeline_plan(inputs, 2, 30, &t, &err), 0);
    ck_assert_int_eq(t.scenes[0].end, 7 * 30);
    timeline_free(&t);
    ck_assert_int_eq(timeline_plan(spoken, 2, 30, &t, &err), 0);
    ck_assert_int_eq(t.scenes[0].end, 5 * 30);
    timeline_free(&t);
    ck_assert_int_eq(timeline_plan(timed, 2, 30, &t, &err), 0);
    ck_assert_int_eq(t.scenes[0].end, 2 * 30);
    timeline_free(&t);
}
END_TEST

static void change_credits(void)
{
    scenes[2].credit = "Somebody else";
}

START_TEST(the_end_card_shows_every_credit_once_if_the_case_wants_one)
{
    struct studio s;
    char *all;
    int n;

    scenes[0].credit = scenes[2].credit = "Photo: آنا, CC BY 4.0";
    scenes[1].credit = "Photo: Bo";
    all = credits_of(&record);
    ck_assert_str_eq(all, "Photo: آنا, CC BY 4.0\nPhoto: Bo");
    free(all);
    ck_assert_int_eq(credits_ms(&record), 0);
    studio_open(&s);
    n = s.timeline.n_frames;
    studio_close(&s);

    record.credits = true;
    studio_open(&s);
    ck_assert_int_eq(s.timeline.n_frames, n + timeline_frames(30, credits_ms(&record)));
    ck_assert_double_gt(light_at(&s, n - 1), 60);
    ck_assert_double_lt(light_at(&s, s.timeline.n_frames - 5), 50);
    n = s.timeline.n_frames;
    studio_close(&s);
    ck_assert(differs(change_credits, n - 20));
}
END_TEST

START_TEST(a_case_without_credits_has_no_end_card)
{
    struct studio s;

    record.credits = true;
    ck_assert_ptr_null(credits_of(&record));
    studio_open(&s);
    ck_assert_int_eq(s.film.ends.credits_at, s.timeline.n_frames);
    ck_assert_double_gt(light_at(&s, s.timeline.n_frames - 1), 60);
    studio_close(&s);
}
END_TEST

/* The largest number of scenes: no credit is cut off. */
START_TEST(two_hundred_long_credits_are_all_shown)
{
    static struct scene many[CASE_SCENES_MAX];
    struct caption_style style;
    struct caption *caption;
    struct buf shown = {0};
    char *all;

    for (int i = 0; i < CASE_SCENES_MAX; i++)
        many[i].credit =
            mem_format("Photo %d: a photographer of many names and words, CC BY-SA 4.0", i);
    record.scenes = many;
    record.n_scenes = CASE_SCENES_MAX;
    record.credits = true;
    all = credits_of(&record);
    style = caption_style_of(&record);
    style.size *= 0.75;
    style.page_lines = CREDITS_LINES;
    ck_assert_int_eq(
        caption_plan(all, &style, timeline_frames(30, credits_ms(&record) - 500), &caption, NULL),
        0);
    for (int i = 0; i < caption_page_count(caption); i++) {
        int from, to;

        buf_format(&shown, "%s%s", i ? "\n" : "", caption_page_text(caption, i, &from, &to));
        ck_assert_int_ge(to - from, 50);
    }
    ck_assert_str_eq(shown.data, all);
    caption_free(caption);
    buf_free(&shown);
    free(all);
    for (int i = 0; i < CASE_SCENES_MAX; i++)
        free(many[i].credit);
}
END_TEST

static void create(void)
{
    struct video_options options = {.media_root = root, .out_dir = out, .file = "final.mp4"};
    struct video_result result;

    ck_assert_msg(video_create(&record, &options, &result, &err) == 0, "%s", err.text);
}

START_TEST(the_mp4_holds_title_and_credits)
{
    char *path = mem_format("file:%s/final.mp4", out);
    AVFormatContext *format = NULL;

    scenes[0].credit = "Photo: Ada ✿, CC0";
    scenes[1].credit = "Photo: Bo";
    create();
    ck_assert_int_eq(avformat_open_input(&format, path, NULL, NULL), 0);
    ck_assert_str_eq(av_dict_get(format->metadata, "title", NULL, 0)->value, "A title");
    ck_assert_str_eq(
        av_dict_get(format->metadata, "copyright", NULL, 0)->value, "Photo: Ada ✿, CC0\nPhoto: Bo");
    avformat_close_input(&format);
    free(path);
}
END_TEST

static double light_of_picture(const char *name)
{
    struct yuv yuv;
    double light;
    int out_fd;

    ck_assert_int_eq(beneath_root(out, &out_fd, &err), 0);
    ck_assert_int_eq(picture_load(out_fd, name, 160, 90, NULL, &yuv, NULL, &err), 0);
    light = mean_light(&yuv);
    yuv_free(&yuv);
    close(out_fd);
    return light;
}

START_TEST(poster_and_thumbnails_of_a_video_with_fades_are_not_black)
{
    static const char *const names[] = {"poster.jpg", "preview.jpg", "scene-1.jpg"};

    record.fades = true;
    create();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(light_of_picture(names[i]) > 60, "%s", names[i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ends");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_video_with_fades_comes_from_black_and_goes_to_black);
    tcase_add_test(tc, a_video_without_fades_begins_and_ends_at_full_brightness);
    tcase_add_test(tc, the_poster_has_full_brightness_however_short_the_video_is);
    tcase_add_test(tc, the_title_stands_where_the_focus_is_not);
    tcase_add_test(tc, the_first_caption_waits_for_the_title_to_go);
    tcase_add_test(tc, a_scene_without_seconds_has_time_for_title_and_caption);
    tcase_add_test(tc, the_end_card_shows_every_credit_once_if_the_case_wants_one);
    tcase_add_test(tc, a_case_without_credits_has_no_end_card);
    tcase_add_test(tc, two_hundred_long_credits_are_all_shown);
    tcase_add_test(tc, the_mp4_holds_title_and_credits);
    tcase_add_test(tc, poster_and_thumbnails_of_a_video_with_fades_are_not_black);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
