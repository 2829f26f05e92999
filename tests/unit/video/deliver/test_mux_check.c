/* test_mux_check.c - the finished MP4, read again before it is published: mux_check() of
 * video/deliver/mux_private.h. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/deliver/mux_private.h"
#include "video/video.h"

static char *root, *out;
static struct error err;
static AVFormatContext *file; /* stands for what was written */
static struct outdir dir;
static struct mux mux;

static void create(void)
{
    struct scene scenes[] = {{SCENE_DEFAULTS, .image = "a.jpg", .caption = "One", .seconds = 1},
        {SCENE_DEFAULTS, .image = "a.jpg", .title = "Two", .seconds = 1}};
    struct case_record record = {CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 2, .scenes = scenes};
    const struct video_options options = {.media_root = root, .out_dir = out, .file = "final.mp4"};
    struct video_result result;

    record.lines = 720; /* quick */
    record.quality = CASE_DRAFT;
    ck_assert_msg(video_create(&record, &options, &result, &err) == 0, "%s", err.text);
}

/* Counts the packets of the file as the muxer counts those that it writes. */
static void count_packets(void)
{
    AVDictionary *options = NULL;
    AVPacket *packet = av_packet_alloc();
    char *path = mem_format("%s/final.mp4", out);

    av_dict_set(&options, "ignore_editlist", "1", 0);
    ck_assert_int_eq(avformat_open_input(&file, path, NULL, &options), 0);
    av_dict_free(&options);
    while (av_read_frame(file, packet) == 0) {
        if (packet->stream_index < MUX_STREAMS)
            mux_count(&mux.counts[packet->stream_index], packet);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    free(path);
}

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    create();
    dir = (struct outdir){.path = out};
    mux = (struct mux){.dir = &dir, .name = "final.mp4", .temporary = mem_copy("final.mp4")};
    count_packets();
    /* The stream of the chapters is none that the muxer was given. */
    file->nb_streams = MUX_STREAMS;
    mux.format = file;
}

static void tear_down(void)
{
    file->nb_streams += file->nb_chapters > 0;
    avformat_close_input(&file);
    free(mux.temporary);
    media_folder_remove(root);
    media_folder_remove(out);
}

START_TEST(a_whole_file_is_taken)
{
    ck_assert_int_gt(mux.counts[MUX_PICTURE].n, 30);
    ck_assert_int_gt(mux.counts[MUX_SOUND].n, 30);
    ck_assert_int_gt(mux.counts[MUX_TEXT].n, 0);
    ck_assert_msg(mux_check(&mux, &err) == 0, "%s", err.text);
}
END_TEST

START_TEST(a_file_that_lacks_a_packet_is_refused)
{
    for (int i = 0; i < MUX_STREAMS; i++) {
        mux.counts[i].n++;
        ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
        ck_assert_ptr_nonnull(strstr(err.text, "final.mp4"));
        mux.counts[i].n--;
        mux.counts[i].bytes += 100;
        ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
        mux.counts[i].bytes -= 100;
        mux.counts[i].last++;
        ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
        mux.counts[i].last--;
    }
    ck_assert_int_eq(mux_check(&mux, &err), 0);
}
END_TEST

START_TEST(a_packet_of_sound_or_picture_that_nobody_wrote_is_refused)
{
    for (int i = 0; i < MUX_TEXT; i++) {
        mux.counts[i].n--;
        ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
        mux.counts[i].n++;
    }
}
END_TEST

START_TEST(a_file_without_a_stream_or_its_chapters_is_refused)
{
    unsigned n = file->nb_chapters;

    file->nb_streams--;
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    file->nb_streams++;
    file->nb_chapters = n + 1;
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    file->nb_chapters = n;
    ck_assert_int_eq(mux_check(&mux, &err), 0);
}
END_TEST

START_TEST(a_file_that_is_cut_is_refused)
{
    uint8_t *data;
    size_t len;

    media_read(out, "final.mp4", &data, &len);
    for (size_t part = 1; part < 4; part++) {
        media_write(out, "final.mp4", data, len * part / 1000);
        ck_assert_int_lt(mux_check(&mux, &err), 0);
    }
    free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mux_check");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 110);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, a_whole_file_is_taken);
    tcase_add_test(tc, a_file_that_lacks_a_packet_is_refused);
    tcase_add_test(tc, a_packet_of_sound_or_picture_that_nobody_wrote_is_refused);
    tcase_add_test(tc, a_file_without_a_stream_or_its_chapters_is_refused);
    tcase_add_test(tc, a_file_that_is_cut_is_refused);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
