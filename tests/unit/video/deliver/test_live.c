/* test_live.c - a film watched while it is made: common/video/deliver/live.h, by way of
 * video_create(). */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/video.h"

static char *root, *out;
static struct error err;
static struct scene scenes[2];
static struct case_record record;
static struct video_result result;
static atomic_bool cancel;
static bool cancels_when_playable, wants_any_codec;
static int n_told;
static double told_seconds, told_of;
static char *told_list;
static int may_times = -1; /* that files may be published; -1: always */

/* The program's own calls end here, so that a test can see which files it flushes. */
static struct buf flushed;

int fsync(int fd)
{
    char link[32], path[512];
    ssize_t len;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof path - 1);
    ck_assert_int_gt(len, 0);
    path[len] = '\0';
    buf_format(&flushed, "%s\n", strrchr(path, '/') + 1);
    return fdatasync(fd);
}

/* A disk that stops for a moment when the film is whole, while it is written anew with its index in
 * front and while it is flushed. */
static bool is_slow;
static enum video_stage stage;
static int n_slow, n_told_since;

static void stop_for_a_moment(void)
{
    n_slow++;
    n_told_since = 0;
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

ssize_t write(int fd, const void *data, size_t len)
{
    if (is_slow && stage == VIDEO_JOINING && n_slow == 0 && len > 16384)
        stop_for_a_moment();
    return syscall(SYS_write, fd, data, len);
}

int sync_file_range(int fd, off64_t at, off64_t len, unsigned how)
{
    (void)fd, (void)at, (void)len, (void)how;
    if (is_slow && n_slow == 1) {
        ck_assert_int_gt(n_told_since, 0);
        stop_for_a_moment();
    }
    return 0;
}

static void on_progress(void *ctx, const struct video_progress *progress)
{
    (void)ctx;
    stage = progress->stage;
    if (progress->percent < 100)
        n_told_since++;
}

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_wav(root, "tone.wav", 48000, 1, 0.3, 0.5);
    scenes[0] =
        (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .audio = "tone.wav", .seconds = 2.5};
    scenes[1] = (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .seconds = 1.5};
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 2, .scenes = scenes};
    record.lines = 720; /* quick */
    record.quality = CASE_DRAFT;
}

static void tear_down(void)
{
    buf_free(&flushed);
    free(told_list);
    media_folder_remove(root);
    media_folder_remove(out);
}

static char *read_text(const char *name)
{
    uint8_t *data;
    size_t len;
    char *text;

    media_read(out, name, &data, &len);
    text = mem_copy_n((const char *)data, len);
    free(data);
    return text;
}

static void on_playable(void *ctx, const struct video_playable *playable)
{
    (void)ctx;
    if (!wants_any_codec)
        ck_assert_str_eq(
            playable->codecs, "avc1.4d401f, mp4a.40.2"); /* Main, level 3.1: a draft of 720p */
    n_told++;
    told_seconds = playable->seconds;
    told_of = playable->of;
    free(told_list);
    told_list = read_text(playable->playlist);
    if (cancels_when_playable)
        atomic_store(&cancel, true);
}

static int may_publish(void *ctx, struct error *why);

static int create(void)
{
    struct video_options options = {.media_root = root,
        .out_dir = out,
        .file = "final.mp4",
        .cancel = &cancel,
        .watch = {.progress = on_progress, .playable = on_playable, .may_publish = may_publish}};

    atomic_store(&cancel, false);
    return video_create(&record, &options, &result, &err);
}

/* Every piece of the list, behind one another and behind the headers: what a player is fed. */
static void join_pieces(const char *name)
{
    char *list = read_text("live.m3u8"), *at, *lines = list;
    struct buf all = {0};
    uint8_t *data;
    size_t len;

    media_read(out, "live-init.mp4", &data, &len);
    buf_add(&all, data, len);
    free(data);
    while ((at = strtok_r(lines, "\n", &lines)))
        if (at[0] != '#') {
            media_read(out, at, &data, &len);
            buf_add(&all, data, len);
            free(data);
        }
    media_write(out, name, all.data, all.len);
    buf_free(&all);
    free(list);
}

/* What a decoder gives: a digest of all pictures, and the first sample that can be heard. */
struct heard_and_seen {
    struct digest pictures;
    int n_pictures;
    int64_t n_samples, onset;
};

static void take(struct heard_and_seen *got, AVCodecContext *decoder, const AVPacket *packet)
{
    AVFrame *frame = av_frame_alloc();

    ck_assert_int_eq(avcodec_send_packet(decoder, packet), 0);
    while (avcodec_receive_frame(decoder, frame) == 0) {
        const float *samples = (const float *)(const void *)frame->data[0];

        if (decoder->codec_type == AVMEDIA_TYPE_VIDEO) {
            for (int y = 0; y < frame->height; y++)
                digest_add(
                    &got->pictures, frame->data[0] + y * frame->linesize[0], (size_t)frame->width);
            got->n_pictures++;
        } else {
            for (int i = 0; i < frame->nb_samples && got->onset < 0; i++)
                if (samples[i] > 0.01f || samples[i] < -0.01f)
                    got->onset = got->n_samples + i;
            got->n_samples += frame->nb_samples;
        }
        av_frame_unref(frame);
    }
    av_frame_free(&frame);
}

static AVCodecContext *open_decoder(const AVCodecParameters *parameters)
{
    const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
    AVCodecContext *decoder = avcodec_alloc_context3(codec);

    avcodec_parameters_to_context(decoder, parameters);
    decoder->err_recognition = AV_EF_EXPLODE;
    decoder->thread_count = 1;
    ck_assert_int_eq(avcodec_open2(decoder, codec, NULL), 0);
    return decoder;
}

static void decode(const char *name, struct heard_and_seen *got, char ret_pictures[static 65])
{
    char *path = mem_format("%s/%s", out, name);
    AVFormatContext *format = NULL;
    AVCodecContext *decoders[2];
    AVPacket *packet = av_packet_alloc();

    *got = (struct heard_and_seen){.onset = -1};
    digest_start(&got->pictures);
    ck_assert_int_eq(avformat_open_input(&format, path, NULL, NULL), 0);
    for (int i = 0; i < 2; i++)
        decoders[i] = open_decoder(format->streams[i]->codecpar);
    while (av_read_frame(format, packet) == 0) {
        if (packet->stream_index < 2)
            take(got, decoders[packet->stream_index], packet);
        av_packet_unref(packet);
    }
    for (int i = 0; i < 2; i++) {
        take(got, decoders[i], NULL);
        avcodec_free_context(&decoders[i]);
    }
    digest_hex(&got->pictures, ret_pictures);
    av_packet_free(&packet);
    avformat_close_input(&format);
    free(path);
}

START_TEST(it_is_told_once_when_a_second_can_be_watched_and_long_before_the_end)
{
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_int_eq(n_told, 1);
    ck_assert_double_ge(told_seconds, 1);
    ck_assert_double_le(told_seconds, 2);
    ck_assert_double_eq_tol(told_of, result.seconds, 0.001);
    ck_assert_ptr_nonnull(strstr(told_list, "#EXT-X-PLAYLIST-TYPE:EVENT\n"));
    ck_assert_ptr_null(strstr(told_list, "#EXT-X-ENDLIST"));
}
END_TEST

START_TEST(a_film_shorter_than_a_second_is_told_at_its_end)
{
    scenes[0].seconds = 0.5;
    scenes[0].audio = NULL;
    record.n_scenes = 1;
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_int_eq(n_told, 1);
    ck_assert_double_eq_tol(told_seconds, 0.5, 0.001);
}
END_TEST

START_TEST(the_list_only_grows_and_ends_with_the_film)
{
    char *list, *line, *lines;
    double seconds = 0, longest = 0;

    ck_assert_msg(create() == 0, "%s", err.text);
    list = lines = read_text("live.m3u8");
    ck_assert_int_eq(strncmp(list, told_list, strlen(told_list)), 0);
    while ((line = strtok_r(lines, "\n", &lines)))
        if (strncmp(line, "#EXTINF:", 8) == 0) {
            double each = atof(line + 8);

            seconds += each;
            longest = each > longest ? each : longest;
        } else if (!*lines) {
            ck_assert_str_eq(line, "#EXT-X-ENDLIST");
        }
    ck_assert_double_eq_tol(seconds, result.seconds, 0.001);
    ck_assert_double_le(longest, 5);
    free(list);
}
END_TEST

START_TEST(its_pieces_show_every_picture_of_the_final_file_and_sound_at_the_same_time)
{
    struct heard_and_seen live, final;
    char live_pictures[65], final_pictures[65];

    ck_assert_msg(create() == 0, "%s", err.text);
    join_pieces("all.mp4");
    decode("all.mp4", &live, live_pictures);
    decode("final.mp4", &final, final_pictures);
    ck_assert_int_eq(live.n_pictures, result.n_frames);
    ck_assert_int_eq(final.n_pictures, result.n_frames);
    ck_assert_str_eq(live_pictures, final_pictures);
    /* The sound begins with a scene's lead of 400 ms, and nothing of it is to be skipped. */
    ck_assert_int_le(llabs(live.onset - 400 * 48), 48);
    ck_assert_int_le(llabs(final.onset - live.onset), 48);
}
END_TEST

static uint32_t number_at(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* The bytes behind the `nth` box of that type, wherever it lies. */
static const uint8_t *find_box(const uint8_t *data, size_t len, const char *type, int nth)
{
    for (size_t i = 4; i + 4 < len; i++)
        if (memcmp(data + i, type, 4) == 0 && nth-- == 0)
            return data + i + 4;
    return NULL;
}

/* What browsers count by: the pieces' own time, less where the edit list begins. */
START_TEST(times_begin_at_zero_for_picture_and_sound)
{
    uint8_t *data;
    size_t len;
    uint32_t offset;

    ck_assert_msg(create() == 0, "%s", err.text);
    media_read(out, "live-1.m4s", &data, &len);
    for (int i = 0; i < 2; i++) {
        const uint8_t *tfdt = find_box(data, len, "tfdt", i);

        ck_assert_uint_eq(number_at(tfdt + 4), 0);
        ck_assert_uint_eq(number_at(tfdt + 8), 0);
    }
    /* version, flags, count, data offset, flags of the first sample, its size, its composition
     * offset */
    offset = number_at(find_box(data, len, "trun", 0) + 20);
    free(data);
    media_read(out, "live-init.mp4", &data, &len);
    /* version and flags, count, duration (0: to the end), start */
    for (int i = 0; i < 2; i++) {
        const uint8_t *list = find_box(data, len, "elst", i);

        ck_assert_uint_eq(number_at(list + 4), 1);
        ck_assert_uint_eq(number_at(list + 8), 0);
        ck_assert_uint_eq(number_at(list + 12), i == 0 ? offset : 0);
    }
    free(data);
}
END_TEST

/* The times of a stream's packets in the order of showing: the first, and the number of different
 * ones from there on that are `step` apart. */
static void times_of(const char *name, int stream, double step, double *ret_first, int *ret_n)
{
    char *path = mem_format("%s/%s", out, name);
    AVFormatContext *format = NULL;
    AVPacket *packet = av_packet_alloc();
    bool *is_there = mem_new_n(10000, bool);

    *ret_first = 1e9;
    *ret_n = 0;
    ck_assert_int_eq(avformat_open_input(&format, path, NULL, NULL), 0);
    ck_assert_int_ge(avformat_find_stream_info(format, NULL), 0);
    while (av_read_frame(format, packet) == 0) {
        AVRational unit = format->streams[packet->stream_index]->time_base;
        double at = (double)packet->pts * av_q2d(unit);

        if (packet->stream_index == stream) {
            *ret_first = at < *ret_first ? at : *ret_first;
            if (at >= 0)
                is_there[(int)(at / step + 0.5)] = true;
        }
        av_packet_unref(packet);
    }
    while (is_there[*ret_n])
        ++*ret_n;
    free(is_there);
    av_packet_free(&packet);
    avformat_close_input(&format);
    free(path);
}

/* FFmpeg's readers of the list and of the pieces, against the whole file. */
START_TEST(players_of_the_list_show_each_picture_when_the_final_file_does)
{
    static const char *const names[] = {"live.m3u8", "all.mp4", "final.mp4"};
    double first;
    int n;

    record.quality = _i == 0 ? CASE_DRAFT : _i == 1 ? CASE_STANDARD : CASE_HIGH;
    wants_any_codec = true;
    ck_assert_msg(create() == 0, "%s", err.text);
    join_pieces("all.mp4");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        times_of(names[i], 0, 1 / 30.0, &first, &n);
        ck_assert_double_eq_tol(first, 0, 0.001);
        ck_assert_int_eq(n, result.n_frames);
        times_of(names[i], 1, 1024 / 48000.0, &first, &n);
        ck_assert_double_le(first, 0.001);
        ck_assert_int_ge(n, result.n_frames * 1600 / 1024 - 1);
    }
}
END_TEST

static int n_pieces_in_folder(void)
{
    DIR *folder = opendir(out);
    struct dirent *entry;
    int n = 0;

    while ((entry = readdir(folder)))
        n += strncmp(entry->d_name, "live", 4) == 0;
    closedir(folder);
    return n;
}

/* A killed work leaves its list; who takes over must not tell a viewer less than it did. */
START_TEST(the_list_of_a_killed_work_stands_until_its_successor_is_as_far)
{
    char *whole;

    ck_assert_msg(create() == 0, "%s", err.text);
    whole = read_text("live.m3u8");
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_str_eq(told_list, whole);
    free(whole);
}
END_TEST

/* Stopped, drained or taken over: viewers go on watching what there is. */
START_TEST(a_film_that_is_stopped_leaves_what_can_be_watched_until_it_is_swept)
{
    char *list;

    cancels_when_playable = true;
    ck_assert_int_eq(create(), -ERR_CANCELED);
    ck_assert_int_eq(n_told, 1);
    list = read_text("live.m3u8");
    ck_assert_str_eq(list, told_list);
    free(list);
    join_pieces("all.mp4"); /* every name in it opens */
    video_sweep(out);
    ck_assert_int_eq(n_pieces_in_folder(), 0);
    video_sweep(out);
    video_sweep("/nowhere/at/all");
}
END_TEST

static int n_times_asked;

static int may_publish(void *ctx, struct error *why)
{
    static atomic_int asked;

    (void)ctx;
    n_times_asked = atomic_fetch_add(&asked, 1) + 1;
    return may_times < 0 || n_times_asked <= may_times
               ? 0
               : error_set(why, ERR_CANCELED, "another one makes it");
}

static int n_files(void)
{
    DIR *folder = opendir(out);
    int n = 0;

    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

/* Each file that it publishes is asked for, and one before the folder is looked at: after `_i` of
 * them it may no more. */
START_TEST(a_work_that_may_not_publish_changes_nothing_more)
{
    may_times = _i;
    ck_assert_int_eq(create(), -ERR_CANCELED);
    ck_assert_int_gt(n_times_asked, _i);
    ck_assert_int_le(n_files(), 2 + _i); /* . and .., and nothing under a temporary name */
    if (_i == 0)
        ck_assert_int_eq(n_files(), 2);
}
END_TEST

/* What it had told stands as it was, whoever did it. */
START_TEST(a_work_that_may_not_publish_leaves_what_stands)
{
    char *whole, *list;

    may_times = -1;
    ck_assert_msg(create() == 0, "%s", err.text);
    whole = read_text("live.m3u8");
    may_times = 0;
    ck_assert_int_eq(create(), -ERR_CANCELED);
    list = read_text("live.m3u8");
    ck_assert_str_eq(list, whole);
    join_pieces("all.mp4");
    free(list);
    free(whole);
}
END_TEST

START_TEST(progress_is_told_while_a_slow_disk_takes_the_whole_film)
{
    is_slow = true;
    ck_assert_int_eq(create(), 0);
    ck_assert_int_eq(n_slow, 2);
    ck_assert_int_gt(n_told_since, 0);
}
END_TEST

START_TEST(what_stays_is_flushed_to_the_disk_and_no_piece_is)
{
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(flushed.data, ".final.mp4."));
    ck_assert_ptr_nonnull(strstr(flushed.data, "sprites.jpg"));
    ck_assert_ptr_nonnull(strstr(flushed.data, "poster.jpg"));
    ck_assert_ptr_null(strstr(flushed.data, "live"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("live");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, it_is_told_once_when_a_second_can_be_watched_and_long_before_the_end);
    tcase_add_test(tc, a_film_shorter_than_a_second_is_told_at_its_end);
    tcase_add_test(tc, the_list_only_grows_and_ends_with_the_film);
    tcase_add_test(tc, its_pieces_show_every_picture_of_the_final_file_and_sound_at_the_same_time);
    tcase_add_test(tc, times_begin_at_zero_for_picture_and_sound);
    tcase_add_loop_test(tc, players_of_the_list_show_each_picture_when_the_final_file_does, 0, 3);
    tcase_add_test(tc, the_list_of_a_killed_work_stands_until_its_successor_is_as_far);
    tcase_add_test(tc, a_film_that_is_stopped_leaves_what_can_be_watched_until_it_is_swept);
    tcase_add_loop_test(tc, a_work_that_may_not_publish_changes_nothing_more, 0, 6);
    tcase_add_test(tc, a_work_that_may_not_publish_leaves_what_stands);
    tcase_add_test(tc, progress_is_told_while_a_slow_disk_takes_the_whole_film);
    tcase_add_test(tc, what_stays_is_flushed_to_the_disk_and_no_piece_is);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
