/* test_side_files.c - the side files of an MP4 (poster, sprite sheet, captions) and its chapters.
 */
#include <check.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/deliver/stills.h"
#include "video/video.h"

static char *root, *out;
static struct error err;
static struct scene scenes[3];
static struct case_record record;
static struct video_result result;

/* What was reported. */
static struct {
    int times;
    char *captions;
    int n_chapters;
    char *titles[3];
    double starts[3];
} reported;

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_turn(root, "a.jpg", "b.jpg", 3);
    memset(scenes, 0, sizeof scenes);
    memset(&reported, 0, sizeof reported);
    scenes[0] =
        (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .caption = "One\nand more", .seconds = 1};
    scenes[1] = (struct scene){
        SCENE_DEFAULTS, .image = "b.jpg", .narration = "Two is spoken.", .seconds = 1};
    scenes[2] = (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .seconds = 10};
    record = (struct case_record){.lines = 720,
        .fps = 24,
        .quality = CASE_DRAFT,
        .id = "7",
        .title = "A title",
        .language = "en",
        .n_scenes = 3,
        .scenes = scenes};
}

static void tear_down(void)
{
    for (int i = 0; i < reported.n_chapters; i++)
        free(reported.titles[i]);
    free(reported.captions);
    media_folder_remove(root);
    media_folder_remove(out);
}

static void on_side_files(void *ctx, const struct video_side_files *files)
{
    (void)ctx;
    reported.times++;
    reported.captions = mem_copy(files->captions);
    reported.n_chapters = files->n_chapters;
    ck_assert_str_eq(files->poster, "poster.jpg");
    ck_assert_str_eq(files->sprites, "sprites.vtt");
    for (int i = 0; i < files->n_chapters; i++) {
        reported.titles[i] = mem_copy(files->chapters[i].title);
        reported.starts[i] = files->chapters[i].start_s;
    }
}

static void create(const char *folder, int n_encoders)
{
    struct video_options options = {.media_root = root,
        .out_dir = folder,
        .file = "final.mp4",
        .n_encoders = n_encoders,
        .watch = {.side_files = on_side_files}};

    ck_assert_msg(video_create(&record, &options, &result, &err) == 0, "%s", err.text);
}

static char *text_of(const char *name)
{
    uint8_t *data;
    size_t len;
    char *text;

    media_read(out, name, &data, &len);
    text = mem_copy_n((char *)data, len);
    free(data);
    return text;
}

/* The JPEG `name`, decoded. */
static AVFrame *jpeg_of(const char *name)
{
    AVCodecContext *decoder = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_MJPEG));
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    uint8_t *data;
    size_t len;

    media_read(out, name, &data, &len);
    av_new_packet(packet, (int)len);
    memcpy(packet->data, data, len);
    ck_assert_int_eq(avcodec_open2(decoder, NULL, NULL), 0);
    ck_assert_int_eq(avcodec_send_packet(decoder, packet), 0);
    ck_assert_int_eq(avcodec_send_packet(decoder, NULL), 0);
    ck_assert_int_eq(avcodec_receive_frame(decoder, frame), 0);
    ck_assert_int_eq(frame->decode_error_flags, 0);
    free(data);
    av_packet_free(&packet);
    avcodec_free_context(&decoder);
    return frame;
}

/* Is the pixel red?  (Only one of the picture's four quarters is.) */
static int is_red(const AVFrame *frame, int x, int y)
{
    return frame->data[2][y / 2 * frame->linesize[2] + x / 2] > 180;
}

START_TEST(the_poster_is_the_first_frame_in_full_size_without_its_caption)
{
    AVFrame *poster;

    create(out, 2);
    poster = jpeg_of("poster.jpg");
    ck_assert_int_eq(poster->width, 1280);
    ck_assert_int_eq(poster->height, 720);
    ck_assert(is_red(poster, 150, 150));
    ck_assert(!is_red(poster, 1100, 150) && !is_red(poster, 150, 600));
    /* No text where the caption would be, in the left half: one colour. */
    for (int x = 460; x < 620; x += 2)
        ck_assert_int_le(abs(poster->data[0][640 * poster->linesize[0] + x] -
                             poster->data[0][640 * poster->linesize[0] + 460]),
            6);
    av_frame_free(&poster);
}
END_TEST

struct vtt_sprite {
    int start_ms, end_ms, x, y, width, height;
};

static int read_sprites(struct vtt_sprite *sprites, int most)
{
    char *vtt = text_of("sprites.vtt"), *at = vtt + strlen("WEBVTT\n");
    int n = 0, len;

    ck_assert_int_eq(strncmp(vtt, "WEBVTT\n", 7), 0);
    while (*at) {
        int h[2], m[2], s[2], ms[2];
        struct vtt_sprite *sprite = &sprites[n++];

        ck_assert_int_lt(n, most);
        ck_assert_int_eq(
            sscanf(at, "\n%d:%d:%d.%d --> %d:%d:%d.%d\nsprites.jpg#xywh=%d,%d,%d,%d\n%n", &h[0],
                &m[0], &s[0], &ms[0], &h[1], &m[1], &s[1], &ms[1], &sprite->x, &sprite->y,
                &sprite->width, &sprite->height, &len),
            12);
        sprite->start_ms = ((h[0] * 60 + m[0]) * 60 + s[0]) * 1000 + ms[0];
        sprite->end_ms = ((h[1] * 60 + m[1]) * 60 + s[1]) * 1000 + ms[1];
        at += len;
    }
    free(vtt);
    return n;
}

START_TEST(sprites_cover_the_video_and_each_shows_its_scene)
{
    struct vtt_sprite sprites[50];
    AVFrame *sheet;
    int n;

    create(out, 2);
    n = read_sprites(sprites, 50);
    ck_assert_int_ge(n, 4); /* the scene of 10 s has more than one */
    sheet = jpeg_of("sprites.jpg");
    for (int i = 0; i < n; i++) {
        const struct vtt_sprite *sprite = &sprites[i];
        int scene = sprite->start_ms < reported.starts[1] * 1000 - 500   ? 0
                    : sprite->start_ms < reported.starts[2] * 1000 - 500 ? 1
                                                                         : 2;
        bool is_turned = scene == 1;

        ck_assert_int_eq(sprite->start_ms, i ? sprites[i - 1].end_ms : 0);
        ck_assert_int_lt(sprite->start_ms, sprite->end_ms);
        ck_assert(sprite->width == 160 && sprite->height == 90);
        ck_assert_int_le(sprite->x + 160, sheet->width);
        ck_assert_int_le(sprite->y + 90, sheet->height);
        ck_assert_int_eq(is_red(sheet, sprite->x + 20, sprite->y + 20), !is_turned);
        ck_assert_int_eq(is_red(sheet, sprite->x + 140, sprite->y + 70), is_turned);
    }
    ck_assert_int_eq(sprites[n - 1].end_ms, (int)(result.seconds * 1000));
    av_frame_free(&sheet);
}
END_TEST

START_TEST(a_portrait_has_portrait_sprites)
{
    struct vtt_sprite sprites[50];

    record.shape = CASE_PORTRAIT;
    create(out, 2);
    ck_assert_int_ge(read_sprites(sprites, 50), 4);
    ck_assert(sprites[0].width == 90 && sprites[0].height == 160);
}
END_TEST

START_TEST(side_files_are_reported_once)
{
    create(out, 2);
    ck_assert_int_eq(reported.times, 1);
    ck_assert_str_eq(reported.captions, "captions.vtt");
    ck_assert_int_eq(reported.n_chapters, 3);
    ck_assert_str_eq(reported.titles[0], "One");
    ck_assert_str_eq(reported.titles[1], "Scene 2");
    ck_assert(reported.starts[0] == 0 && reported.starts[1] > 0.5 &&
              reported.starts[2] > reported.starts[1]);
}
END_TEST

START_TEST(a_case_without_words_has_no_captions)
{
    char *path = mem_format("%s/captions.vtt", out);

    scenes[0].caption = NULL;
    scenes[1].narration = " \n";
    create(out, 2);
    ck_assert_int_eq(reported.times, 1);
    ck_assert_ptr_null(reported.captions);
    ck_assert_int_ne(access(path, F_OK), 0);
    free(path);
}
END_TEST

START_TEST(all_files_are_the_same_each_time)
{
    static const char *const names[] = {
        "captions.vtt", "final.mp4", "poster.jpg", "sprites.jpg", "sprites.vtt"};
    char *other = mem_format("%s/other", out);

    create(out, 2);
    for (int i = 0; i < reported.n_chapters; i++)
        free(reported.titles[i]);
    free(reported.captions);
    create(other, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t *a, *b;
        size_t len, len_other;

        media_read(out, names[i], &a, &len);
        media_read(other, names[i], &b, &len_other);
        ck_assert_uint_eq(len, len_other);
        ck_assert_mem_eq(a, b, len);
        free(a);
        free(b);
    }
    free(other);
}
END_TEST

/* The plan alone, without two hours of encoding. */
START_TEST(a_long_video_has_a_sprite_for_every_scene_and_a_bounded_sheet)
{
    static struct timeline_input inputs[200];
    struct outdir dir = {.fd = -1};
    struct timeline timeline;
    struct stills stills;

    for (int i = 0; i < 200; i++)
        inputs[i].seconds = 35;
    ck_assert_int_eq(timeline_plan(inputs, 200, 30, &timeline, &err), 0);
    ck_assert_int_eq(stills_open(&timeline, &dir, 0, 1920, 1080, &stills, &err), 0);
    ck_assert_int_ge(stills.n_sprites, 200);
    ck_assert_int_le(stills.n_sprites, 300);
    ck_assert_int_eq(stills.sheet.width, 1600);
    ck_assert_int_le(stills.sheet.height, 2700);
    stills_close(&stills);
    timeline_free(&timeline);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("side_files");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_poster_is_the_first_frame_in_full_size_without_its_caption);
    tcase_add_test(tc, sprites_cover_the_video_and_each_shows_its_scene);
    tcase_add_test(tc, a_portrait_has_portrait_sprites);
    tcase_add_test(tc, side_files_are_reported_once);
    tcase_add_test(tc, a_case_without_words_has_no_captions);
    tcase_add_test(tc, all_files_are_the_same_each_time);
    tcase_add_test(tc, a_long_video_has_a_sprite_for_every_scene_and_a_bounded_sheet);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
