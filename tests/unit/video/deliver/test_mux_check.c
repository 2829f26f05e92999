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

static int pps_at; /* in what give_start_codes() makes */

/* The encoder gives parameter sets behind start codes; the file has their lengths: of the first
 * from its seventh byte on, and of the second behind it. */
static void give_start_codes(AVCodecParameters *picture)
{
    static const uint8_t start_code[] = {0, 0, 0, 1};
    const uint8_t *sps = picture->extradata + 8, *pps = sps + sps[-1] + 3;
    int size = sps[-1] + pps[-1] + 2 * (int)sizeof start_code;
    uint8_t *given = av_mallocz((size_t)size + AV_INPUT_BUFFER_PADDING_SIZE);

    pps_at = sps[-1] + 2 * (int)sizeof start_code;
    memcpy(given, start_code, sizeof start_code);
    memcpy(given + sizeof start_code, sps, sps[-1]);
    memcpy(given + pps_at - sizeof start_code, start_code, sizeof start_code);
    memcpy(given + pps_at, pps, pps[-1]);
    av_free(picture->extradata);
    picture->extradata = given;
    picture->extradata_size = size;
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
    give_start_codes(file->streams[MUX_PICTURE]->codecpar);
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

/* The muxer was given `value`; the file has `was`. */
static void check_tag(AVDictionary **tags, const char *key, const char *value)
{
    char *was = mem_copy(av_dict_get(*tags, key, NULL, 0)->value);

    av_dict_set(tags, key, value, 0);
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    av_dict_set(tags, key, was, 0);
    ck_assert_msg(mux_check(&mux, &err) == 0, "%s", err.text);
    free(was);
}

START_TEST(a_file_that_lacks_a_tag_is_refused)
{
    check_tag(&file->metadata, "title", "A title that is longer");
    check_tag(&file->streams[MUX_SOUND]->metadata, "language", "deu");
    check_tag(&file->chapters[1]->metadata, "title", "Two, longer");
    av_dict_set(&file->metadata, "copyright", "nobody wrote it", 0);
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    av_dict_set(&file->metadata, "copyright", "", 0); /* libavformat leaves it out */
    ck_assert_int_eq(mux_check(&mux, &err), 0);
    file->chapters[1]->start++;
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    file->chapters[1]->start--;
}
END_TEST

START_TEST(a_file_with_another_header_of_its_sound_is_refused)
{
    AVCodecParameters *sound = file->streams[MUX_SOUND]->codecpar;

    ck_assert_int_gt(sound->extradata_size, 0);
    sound->extradata[0] ^= 1;
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    sound->extradata[0] ^= 1;
    sound->extradata_size--;
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    sound->extradata_size++;
    ck_assert_int_eq(mux_check(&mux, &err), 0);
}
END_TEST

START_TEST(a_file_with_other_parameter_sets_is_refused)
{
    AVCodecParameters *picture = file->streams[MUX_PICTURE]->codecpar;

    for (int i = 4; i < picture->extradata_size; i += 3) {
        bool is_start_code = i >= pps_at - 4 && i < pps_at;

        picture->extradata[i] ^= 0x20; /* not the type of a unit */
        if (!is_start_code)
            ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
        picture->extradata[i] ^= 0x20;
    }
    ck_assert_int_eq(mux_check(&mux, &err), 0);
}
END_TEST

START_TEST(a_file_with_a_gap_is_refused)
{
    uint8_t *data, *moov;
    size_t len;

    media_read(out, "final.mp4", &data, &len);
    moov = memmem(data, len, "moov", 4);
    ck_assert_ptr_nonnull(moov);
    moov[-1]--; /* the last byte of its length */
    media_write(out, "final.mp4", data, len);
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    moov[-1]++;
    media_write(out, "final.mp4", data, len);
    ck_assert_int_eq(mux_check(&mux, &err), 0);
    free(data);
}
END_TEST

START_TEST(a_file_whose_index_is_behind_the_media_is_refused)
{
    uint8_t *data, *index, *media, *moved;
    size_t len, n_index, n_media;

    media_read(out, "final.mp4", &data, &len);
    index = memmem(data, len, "moov", 4);
    media = memmem(data, len, "mdat", 4);
    ck_assert(index && media > index);
    index -= 4; /* their lengths stand before their types */
    media -= 4;
    n_index = (size_t)(media - index);
    n_media = (size_t)(data + len - media);
    moved = malloc(n_index);
    memcpy(moved, index, n_index);
    memmove(index, media, n_media);
    memcpy(index + n_media, moved, n_index);
    media_write(out, "final.mp4", data, len);
    ck_assert_int_eq(mux_check(&mux, &err), -ERR_LIMIT);
    ck_assert_ptr_nonnull(strstr(err.text, "its index in front of the media"));
    free(moved);
    free(data);
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
    tcase_add_test(tc, a_file_that_lacks_a_tag_is_refused);
    tcase_add_test(tc, a_file_with_another_header_of_its_sound_is_refused);
    tcase_add_test(tc, a_file_with_other_parameter_sets_is_refused);
    tcase_add_test(tc, a_file_with_a_gap_is_refused);
    tcase_add_test(tc, a_file_whose_index_is_behind_the_media_is_refused);
    tcase_add_test(tc, a_file_that_is_cut_is_refused);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
