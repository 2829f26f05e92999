/* test_live.c - the live playlist: common/video/deliver/live.h, through video_create(). */
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
static int n_reported;
static double reported_seconds, reported_of;
static char *reported_playlist;
static const char *job; /* NULL: the folder is for one run */
static int64_t run;
static int may_times = -1; /* how often may_publish() allows it; -1: always */

/* In place of libc's, so that a test sees which files are flushed. */
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

/* A disk that stops for a moment twice after the last segment: while the MP4 is rewritten with its
 * index in front, and while it is flushed. */
static bool is_slow;
static enum video_stage stage;
static int n_slow, n_reported_since;

static void stop_for_a_moment(void)
{
    n_slow++;
    n_reported_since = 0;
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    if (is_slow && stage == VIDEO_JOINING && n_slow == 0 && len > 16384)
        stop_for_a_moment();
    return syscall(SYS_pwrite64, fd, data, len, at);
}

int sync_file_range(int fd, off64_t at, off64_t len, unsigned how)
{
    (void)fd, (void)at, (void)len, (void)how;
    if (is_slow && n_slow == 1) {
        ck_assert_int_gt(n_reported_since, 0);
        stop_for_a_moment();
    }
    return 0;
}

static void on_progress(void *ctx, const struct video_progress *progress)
{
    (void)ctx;
    stage = progress->stage;
    if (progress->percent < 100)
        n_reported_since++;
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
    free(reported_playlist);
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
    n_reported++;
    reported_seconds = playable->seconds;
    reported_of = playable->of;
    free(reported_playlist);
    reported_playlist = read_text(playable->playlist);
    if (cancels_when_playable)
        atomic_store(&cancel, true);
}

static int may_publish(void *ctx, struct error *why);

static int create(void)
{
    struct video_options options = {.media_root = root,
        .out_dir = out,
        .job = job,
        .run = run,
        .file = "final.mp4",
        .cancel = &cancel,
        .watch = {.progress = on_progress, .playable = on_playable, .may_publish = may_publish}};

    atomic_store(&cancel, false);
    return video_create(&record, &options, &result, &err);
}

/* The headers and all pieces of the playlist in one file, as a player gets them. */
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

/* What decoders give: a digest of all pictures, and the first sample that is not silence. */
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

START_TEST(the_playlist_is_reported_once_when_it_has_a_second)
{
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_int_eq(n_reported, 1);
    ck_assert_double_ge(reported_seconds, 1);
    ck_assert_double_le(reported_seconds, 2);
    ck_assert_double_eq_tol(reported_of, result.seconds, 0.001);
    ck_assert_ptr_nonnull(strstr(reported_playlist, "#EXT-X-PLAYLIST-TYPE:EVENT\n"));
    ck_assert_ptr_null(strstr(reported_playlist, "#EXT-X-ENDLIST"));
}
END_TEST

START_TEST(a_video_shorter_than_a_second_is_reported_at_its_end)
{
    scenes[0].seconds = 0.5;
    scenes[0].audio = NULL;
    record.n_scenes = 1;
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_int_eq(n_reported, 1);
    ck_assert_double_eq_tol(reported_seconds, 0.5, 0.001);
}
END_TEST

START_TEST(the_playlist_only_grows_and_ends_with_the_video)
{
    char *list, *line, *lines;
    double seconds = 0, longest = 0;

    ck_assert_msg(create() == 0, "%s", err.text);
    list = lines = read_text("live.m3u8");
    ck_assert_int_eq(strncmp(list, reported_playlist, strlen(reported_playlist)), 0);
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

START_TEST(the_pieces_have_every_picture_of_the_mp4_and_sound_at_the_same_time)
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
    /* The sound begins after the first scene's lead of 400 ms; no sample is skipped. */
    ck_assert_int_le(llabs(live.onset - 400 * 48), 48);
    ck_assert_int_le(llabs(final.onset - live.onset), 48);
}
END_TEST

static uint32_t number_at(const uint8_t *data)
{
    return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

/* The bytes behind the type of the `nth` box of that type, at any depth. */
static const uint8_t *find_box(const uint8_t *data, size_t len, const char *type, int nth)
{
    for (size_t i = 4; i + 4 < len; i++)
        if (memcmp(data + i, type, 4) == 0 && nth-- == 0)
            return data + i + 4;
    return NULL;
}

/* Browsers subtract the start in the edit list from the times of the pieces. */
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

/* The times of a stream's packets in seconds: the first, and how many there are from 0 on, `step`
 * apart, without a gap. */
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

/* FFmpeg's readers of the playlist and of the pieces, compared with the MP4. */
START_TEST(the_playlist_shows_each_picture_at_the_time_of_the_mp4)
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

/* A viewer must never get a shorter playlist from the next run. */
START_TEST(the_playlist_of_a_killed_run_stays_until_the_next_has_as_many_pieces)
{
    char *whole;

    ck_assert_msg(create() == 0, "%s", err.text);
    whole = read_text("live.m3u8");
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_str_eq(reported_playlist, whole);
    free(whole);
}
END_TEST

/* After a cancel or a takeover, viewers can still watch the pieces. */
START_TEST(a_canceled_video_leaves_its_playlist_until_it_is_swept)
{
    char *list;

    cancels_when_playable = true;
    ck_assert_int_eq(create(), -ERR_CANCELED);
    ck_assert_int_eq(n_reported, 1);
    list = read_text("live.m3u8");
    ck_assert_str_eq(list, reported_playlist);
    free(list);
    join_pieces("all.mp4"); /* every file in it exists */
    video_sweep(out, NULL);
    ck_assert_int_eq(n_pieces_in_folder(), 0);
    video_sweep(out, NULL);
    video_sweep("/nowhere/at/all", NULL);
}
END_TEST

/* Its process was stopped since the end of the job, and goes on while the next one is made. */
START_TEST(who_comes_late_to_remove_the_pieces_of_a_job_leaves_those_of_the_next)
{
    int n;

    job = "first";
    ck_assert_msg(create() == 0, "%s", err.text);
    n = n_pieces_in_folder();
    job = "next";
    ck_assert_msg(create() == 0, "%s", err.text);
    ck_assert_int_eq(n_pieces_in_folder(), 2 * n);
    free(read_text("live-next.m3u8"));

    video_sweep(out, "first");
    ck_assert_int_eq(n_pieces_in_folder(), n);
    free(read_text("live-next.m3u8"));
    free(read_text("live-next-init.mp4"));
    free(read_text("live-next-1.m4s"));
    free(read_text("final.mp4"));
}
END_TEST

static bool is_in_folder(const char *name)
{
    char *path = mem_format("%s/%s", out, name);
    bool is = access(path, F_OK) == 0;

    free(path);
    return is;
}

/* What is unfinished may be at work: a run that was stopped before it opened the folder removes
 * nothing of a later one. */
START_TEST(a_run_removes_what_earlier_runs_of_its_job_left_and_nothing_else)
{
    static const char *const others[] = {".final.mp4.mine.3.x.part", ".final.mp4.other.1.x.part"};
    static const char *const earlier[] = {
        ".final.mp4.mine.1.x.part", ".live-mine-1.m4s.mine.1.y.part"};

    for (int i = 0; i < 2; i++) {
        media_write(out, others[i], "x", 1);
        media_write(out, earlier[i], "x", 1);
    }
    job = "mine";
    run = 2;
    ck_assert_msg(create() == 0, "%s", err.text);
    for (int i = 0; i < 2; i++) {
        ck_assert(is_in_folder(others[i]));
        ck_assert(!is_in_folder(earlier[i]));
    }
    video_sweep(out, job);
    ck_assert(!is_in_folder(others[0])); /* the job has ended: it has no later run */
    ck_assert(is_in_folder(others[1]));
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

/* may_publish() is called before the folder is opened and before each file gets its name; here it
 * refuses after `_i` calls. */
START_TEST(a_run_that_may_not_publish_changes_no_more_files)
{
    may_times = _i;
    ck_assert_int_eq(create(), -ERR_CANCELED);
    ck_assert_int_gt(n_times_asked, _i);
    ck_assert_int_le(n_files(), 2 + _i); /* . and .., no temporary file */
    if (_i == 0)
        ck_assert_int_eq(n_files(), 2);
}
END_TEST

/* The playlist and pieces of an earlier run stay as they are. */
START_TEST(a_run_that_may_not_publish_leaves_earlier_files)
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

START_TEST(progress_is_reported_while_a_slow_disk_writes_the_mp4)
{
    is_slow = true;
    ck_assert_int_eq(create(), 0);
    ck_assert_int_eq(n_slow, 2);
    ck_assert_int_gt(n_reported_since, 0);
}
END_TEST

START_TEST(permanent_files_are_flushed_to_the_disk_and_pieces_are_not)
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
    tcase_add_test(tc, the_playlist_is_reported_once_when_it_has_a_second);
    tcase_add_test(tc, a_video_shorter_than_a_second_is_reported_at_its_end);
    tcase_add_test(tc, the_playlist_only_grows_and_ends_with_the_video);
    tcase_add_test(tc, the_pieces_have_every_picture_of_the_mp4_and_sound_at_the_same_time);
    tcase_add_test(tc, times_begin_at_zero_for_picture_and_sound);
    tcase_add_loop_test(tc, the_playlist_shows_each_picture_at_the_time_of_the_mp4, 0, 3);
    tcase_add_test(tc, the_playlist_of_a_killed_run_stays_until_the_next_has_as_many_pieces);
    tcase_add_test(tc, a_canceled_video_leaves_its_playlist_until_it_is_swept);
    tcase_add_test(tc, who_comes_late_to_remove_the_pieces_of_a_job_leaves_those_of_the_next);
    tcase_add_test(tc, a_run_removes_what_earlier_runs_of_its_job_left_and_nothing_else);
    tcase_add_loop_test(tc, a_run_that_may_not_publish_changes_no_more_files, 0, 6);
    tcase_add_test(tc, a_run_that_may_not_publish_leaves_earlier_files);
    tcase_add_test(tc, progress_is_reported_while_a_slow_disk_writes_the_mp4);
    tcase_add_test(tc, permanent_files_are_flushed_to_the_disk_and_pieces_are_not);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
