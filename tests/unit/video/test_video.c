/* test_video.c - from a case to an MP4: common/video/video.h. */
#include <check.h>
#include <dirent.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/mem.h"
#include "media.h"
#include "video/plan/timeline.h"
#include "video/video.h"

#define ALL_FILES                                                                                  \
    "captions.vtt final.mp4 poster.jpg preview.jpg scene-1.jpg scene-2.jpg sprites.jpg "           \
    "sprites.vtt "

static char *root, *out;
static struct error err;
static struct scene scenes[8];
static struct case_record record;
static struct video_result result;
static atomic_bool cancel;

/* What the callbacks got. */
static struct {
    int progress, scenes, previews;
    double percent;
    enum video_stage stage;
    int cancel_at_scene; /* -1: never */
    int64_t canceled_ms;
} heard;

static void set_up(void)
{
    digest_init();
    root = media_folder();
    out = media_folder();
    media_picture(root, "a.jpg", "mjpeg", "yuvj420p", 640, 360);
    media_picture(root, "b.png", "png", "rgb24", 360, 640);
    memset(scenes, 0, sizeof scenes);
    memset(&heard, 0, sizeof heard);
    heard.cancel_at_scene = -1;
    atomic_store(&cancel, false);
    scenes[0] =
        (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .caption = "One 🐉", .narration = "One."};
    scenes[1] =
        (struct scene){SCENE_DEFAULTS, .image = "b.png", .caption = "اثنان", .seconds = 0.8};
    record = (struct case_record){CASE_DEFAULTS, .id = "7", .title = "A title", .language = "en",
        .n_scenes = 2, .scenes = scenes};
    record.lines = 720; /* quick */
    record.quality = CASE_DRAFT;
}

static void tear_down(void)
{
    media_folder_remove(root);
    media_folder_remove(out);
}

static const char *last_out; /* the folder of the last create() */

static void check_whole_jpeg(const char *name)
{
    uint8_t *data;
    size_t len;

    media_read(last_out, name, &data, &len);
    ck_assert(len > 100 && data[0] == 0xFF && data[1] == 0xD8);
    ck_assert(data[len - 2] == 0xFF && data[len - 1] == 0xD9);
    free(data);
}

static void on_progress(void *ctx, const struct video_progress *p)
{
    (void)ctx;
    ck_assert_double_ge(p->percent, heard.percent);
    ck_assert_int_ge((int)p->stage, (int)heard.stage);
    ck_assert(p->percent <= 100 && p->frame <= p->n_frames && p->fps >= 0 && p->left_ms >= -1);
    heard.percent = p->percent;
    heard.stage = p->stage;
    heard.progress++;
}

static void on_scene(void *ctx, int index, int n_scenes, const char *thumbnail)
{
    char *name = mem_format("scene-%d.jpg", heard.scenes + 1);

    (void)ctx;
    ck_assert_int_eq(index, heard.scenes++);
    ck_assert_int_eq(n_scenes, record.n_scenes);
    ck_assert_str_eq(thumbnail, name);
    check_whole_jpeg(thumbnail);
    free(name);
    if (index == heard.cancel_at_scene) {
        atomic_store(&cancel, true);
        heard.canceled_ms = clock_monotonic_ms();
    }
}

static void on_preview(void *ctx, const char *thumbnail)
{
    (void)ctx;
    check_whole_jpeg(thumbnail);
    heard.previews++;
}

static int create(const char *out_dir, int n_encoders)
{
    struct video_options options = {.media_root = root,
        .out_dir = out_dir,
        .file = "final.mp4",
        .cancel = &cancel,
        .n_encoders = n_encoders,
        .watch = {.progress = on_progress, .scene = on_scene, .preview = on_preview}};

    last_out = out_dir;
    return video_create(&record, &options, &result, &err);
}

/* The names in `folder`, sorted, each followed by a space; without those of the live playlist,
 * which test_live.c checks. */
static char *names_in(const char *folder)
{
    struct dirent **entries;
    struct buf names = {0};
    int n = scandir(folder, &entries, NULL, alphasort);

    ck_assert_int_ge(n, 0);
    buf_add_text(&names, "");
    for (int i = 0; i < n; i++) {
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0 &&
            strncmp(entries[i]->d_name, "live", 4) != 0)
            buf_format(&names, "%s ", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return names.data;
}

/* There is no MP4, complete or temporary; reported thumbnails may stay. */
static void check_no_video_in(const char *folder)
{
    char *names = names_in(folder);

    ck_assert_msg(!strstr(names, "mp4") && !strstr(names, ".part"), "%s", names);
    free(names);
}

START_TEST(the_file_does_not_depend_on_the_number_of_encoders)
{
    uint8_t *first, *second;
    size_t first_len, second_len;

    ck_assert_msg(create(out, 1) == 0, "%s", err.text);
    media_read(out, "final.mp4", &first, &first_len);
    memset(&heard, 0, sizeof heard);
    heard.cancel_at_scene = -1;
    ck_assert_int_eq(create(out, 3), 0);
    media_read(out, "final.mp4", &second, &second_len);
    ck_assert_uint_eq(first_len, second_len);
    ck_assert_mem_eq(first, second, first_len);
    free(first);
    free(second);
}
END_TEST

static void touch(const char *name)
{
    char *path = mem_format("%s/%s", out, name);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fclose(file);
    free(path);
}

START_TEST(temporary_files_of_a_killed_run_are_removed_by_the_next)
{
    char *names;

    touch(".final.mp4.0123456789abcdef.part");
    touch(".somebodys");
    ck_assert_msg(create(out, 2) == 0, "%s", err.text);
    names = names_in(out);
    ck_assert_str_eq(names, ".somebodys " ALL_FILES);
    free(names);
}
END_TEST

START_TEST(only_reported_files_are_left_and_each_was_complete_when_it_was_reported)
{
    char *deep = mem_format("%s/made/here", out), *names;

    ck_assert_msg(create(deep, 2) == 0, "%s", err.text);
    names = names_in(deep);
    ck_assert_str_eq(names, ALL_FILES);
    free(names);
    free(deep);
}
END_TEST

/* --- reading the result with libav, as a player would --- */

struct mp4 {
    AVFormatContext *format;
    AVCodecContext *decoders[2];
    int frames[2];
    int64_t first_pts[2], samples;
    int64_t onset; /* the first sample that can be heard; -1: none */
    int width, height;
};

static void mp4_open(struct mp4 *mp4, const char *folder)
{
    char *path = mem_format("%s/final.mp4", folder);

    *mp4 = (struct mp4){.onset = -1};
    ck_assert_int_eq(avformat_open_input(&mp4->format, path, NULL, NULL), 0);
    ck_assert_int_ge(avformat_find_stream_info(mp4->format, NULL), 0);
    ck_assert_int_ge(mp4->format->nb_streams, 2);
    for (int i = 0; i < 2; i++) {
        const AVCodecParameters *par = mp4->format->streams[i]->codecpar;
        const AVCodec *codec = avcodec_find_decoder(par->codec_id);

        mp4->decoders[i] = avcodec_alloc_context3(codec);
        avcodec_parameters_to_context(mp4->decoders[i], par);
        mp4->decoders[i]->err_recognition = AV_EF_EXPLODE;
        mp4->decoders[i]->pkt_timebase = mp4->format->streams[i]->time_base;
        ck_assert_int_eq(avcodec_open2(mp4->decoders[i], codec, NULL), 0);
    }
    free(path);
}

static void hear(struct mp4 *mp4, const AVFrame *frame)
{
    const float *samples = (const float *)(const void *)frame->data[0];

    for (int i = 0; i < frame->nb_samples && mp4->onset < 0; i++)
        if (fabsf(samples[i]) > 0.01f)
            mp4->onset = mp4->samples + i;
    mp4->samples += frame->nb_samples;
}

static void take_frames(struct mp4 *mp4, int i, const AVPacket *packet)
{
    AVFrame *frame = av_frame_alloc();
    AVRational unit = mp4->format->streams[i]->time_base;

    ck_assert_int_eq(avcodec_send_packet(mp4->decoders[i], packet), 0);
    while (avcodec_receive_frame(mp4->decoders[i], frame) == 0) {
        ck_assert_int_eq(frame->decode_error_flags, 0);
        if (i == 0) /* each frame at its own time */
            ck_assert_int_eq(
                av_rescale_q(frame->pts, unit, (AVRational){1, 90000}), mp4->frames[0] * 3000);
        else
            hear(mp4, frame);
        mp4->frames[i]++;
        av_frame_unref(frame);
    }
    av_frame_free(&frame);
}

static void mp4_decode(struct mp4 *mp4)
{
    AVPacket *packet = av_packet_alloc();

    while (av_read_frame(mp4->format, packet) == 0) {
        if (packet->stream_index < 2) /* text and chapters: test_side_files.c */
            take_frames(mp4, packet->stream_index, packet);
        av_packet_unref(packet);
    }
    for (int i = 0; i < 2; i++)
        take_frames(mp4, i, NULL);
    av_packet_free(&packet);
}

static void mp4_close(struct mp4 *mp4)
{
    for (int i = 0; i < 2; i++)
        avcodec_free_context(&mp4->decoders[i]);
    avformat_close_input(&mp4->format);
}

START_TEST(the_file_is_what_players_expect)
{
    struct mp4 mp4;
    const AVCodecParameters *par;

    record.shape = _i ? CASE_PORTRAIT : CASE_LANDSCAPE;
    record.lines = 1080;
    record.quality = CASE_STANDARD;
    ck_assert_msg(create(out, 2) == 0, "%s", err.text);
    mp4_open(&mp4, out);
    par = mp4.format->streams[0]->codecpar;
    ck_assert_int_eq(par->codec_id, AV_CODEC_ID_H264);
    ck_assert_int_eq(par->profile, FF_PROFILE_H264_HIGH);
    ck_assert_int_eq(par->format, AV_PIX_FMT_YUV420P);
    ck_assert_int_eq(par->width, _i ? 1080 : 1920);
    ck_assert_int_eq(par->height, _i ? 1920 : 1080);
    ck_assert(par->color_range == AVCOL_RANGE_MPEG && par->color_space == AVCOL_SPC_BT709);
    ck_assert(par->color_primaries == AVCOL_PRI_BT709 && par->color_trc == AVCOL_TRC_BT709);
    par = mp4.format->streams[1]->codecpar;
    ck_assert(par->codec_id == AV_CODEC_ID_AAC && par->sample_rate == 48000 &&
              par->ch_layout.nb_channels == 2);
    mp4_decode(&mp4);
    ck_assert_int_eq(mp4.frames[0], result.n_frames);
    ck_assert_int_eq(result.width, _i ? 1080 : 1920);
    ck_assert_double_eq_tol((double)mp4.format->duration / AV_TIME_BASE, result.seconds, 0.01);
    mp4_close(&mp4);
}
END_TEST

START_TEST(the_narration_is_heard_within_a_millisecond_of_its_time)
{
    struct mp4 mp4;

    media_wav(root, "tone.wav", 48000, 1, 1, 0.5);
    scenes[0].audio = "tone.wav";
    ck_assert_msg(create(out, 2) == 0, "%s", err.text);
    mp4_open(&mp4, out);
    mp4_decode(&mp4);
    ck_assert_int_le(llabs(mp4.onset - TIMELINE_RATE * TIMELINE_FIRST_LEAD_MS / 1000), 48);
    mp4_close(&mp4);
}
END_TEST

START_TEST(the_index_stands_before_the_packets)
{
    uint8_t *data, *moov, *mdat;
    size_t len;

    ck_assert_int_eq(create(out, 2), 0);
    media_read(out, "final.mp4", &data, &len);
    moov = memmem(data, len, "moov", 4);
    mdat = memmem(data, len, "mdat", 4);
    ck_assert(moov && mdat && moov < mdat);
    free(data);
}
END_TEST

START_TEST(the_callbacks_are_called_in_order)
{
    ck_assert_int_eq(create(out, 2), 0);
    ck_assert_int_eq(heard.scenes, 2);
    ck_assert_int_eq(heard.previews, 1);
    ck_assert_int_eq(heard.stage, VIDEO_JOINING);
    ck_assert_int_ge(heard.progress, 3);
    ck_assert(heard.percent == 100);
}
END_TEST

START_TEST(no_callback_is_needed)
{
    struct video_options options = {.media_root = root, .out_dir = out, .file = "final.mp4"};

    record.n_scenes = 1;
    scenes[0] = (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .seconds = 0.1};
    ck_assert_int_eq(video_create(&record, &options, &result, &err), 0);
}
END_TEST

START_TEST(an_error_of_a_scene_names_its_number_file_and_reason)
{
    static const struct {
        struct scene scene;
        const char *text;
    } bad[] = {
        {{.image = "missing.jpg"}, "scene 2: image: no such file: missing.jpg"},
        {{.image = "../x.jpg"}, "scene 2: image: ../x.jpg: leads outside the media root"},
        {{.image = "/etc/passwd"}, "scene 2: image: /etc/passwd: leads outside the media root"},
        {{.image = "cut.jpg"}, "scene 2: image: cut.jpg: truncated"},
        {{.image = "text.jpg"}, "scene 2: image: text.jpg: not a JPEG, PNG, WebP, GIF, HEIF or "
                                "AVIF picture (it looks like text)"},
        {{.image = "bad.png"}, "scene 2: image: bad.png: damaged PNG"},
        {{.image = NULL}, "scene 2: image: no file is named; each scene needs a picture"},
        {{.image = "a.jpg", .audio = "no.mp3"}, "scene 2: audio: no such file: no.mp3"},
        {{.image = "a.jpg", .audio = "text.jpg"}, "scene 2: audio: text.jpg: not a WAV, MP3, AAC, "
                                                  "M4A, FLAC, Ogg, WebM, AIFF, CAF, AMR or "
                                                  "WMA sound"},
    };
    uint8_t *data;
    size_t len;

    media_read(root, "a.jpg", &data, &len);
    media_write(root, "cut.jpg", data, len / 2);
    media_write(root, "text.jpg", "just some text", 14);
    free(data);
    media_read(root, "b.png", &data, &len);
    data[len / 2] ^= 1;
    media_write(root, "bad.png", data, len);
    free(data);
    scenes[0] = (struct scene){SCENE_DEFAULTS, .image = "a.jpg", .seconds = 0.2};
    scenes[1] = bad[_i].scene;
    scenes[1].seconds = 0.2;
    ck_assert_int_eq(create(out, 2), -ERR_INPUT);
    ck_assert_msg(strncmp(err.text, bad[_i].text, strlen(bad[_i].text)) == 0, "%s", err.text);
    check_no_video_in(out);
}
END_TEST

START_TEST(the_first_scene_that_fails_is_named_whether_for_its_sound_or_its_picture)
{
    static const struct {
        struct scene first, second;
        const char *text;
    } bad[] = {
        {{.image = "no.jpg"}, {.image = "a.jpg", .audio = "no.mp3"}, "scene 1: image: "},
        {{.image = "a.jpg", .audio = "no.mp3"}, {.image = "no.jpg"}, "scene 1: audio: "},
        {{.image = "no.jpg", .audio = "no.mp3"}, {.image = "a.jpg"}, "scene 1: image: "},
        {{.image = "a.jpg"}, {.image = "no.jpg", .audio = "no.mp3"}, "scene 2: image: "},
    };

    scenes[0] = bad[_i].first;
    scenes[1] = bad[_i].second;
    ck_assert_int_eq(create(out, 2), -ERR_INPUT);
    ck_assert_msg(strncmp(err.text, bad[_i].text, strlen(bad[_i].text)) == 0, "%s", err.text);
    check_no_video_in(out);
}
END_TEST

START_TEST(an_unknown_language_fails_the_scene_that_speaks)
{
    record.language = "xx";
    ck_assert_int_eq(create(out, 2), -ERR_INPUT);
    ck_assert_str_eq(err.text, "scene 1: narration: \"xx\" is not a language that espeak-ng "
                               "speaks; examples are \"en\", \"pt-BR\" and \"zh\", and "
                               "`espeak-ng --voices` lists all");
}
END_TEST

START_TEST(a_case_without_scenes_has_no_video_and_no_key)
{
    char key[65];

    record.n_scenes = 0;
    ck_assert_int_eq(create(out, 2), -ERR_INPUT);
    ck_assert_str_eq(err.text, "case 7 has no scenes: a video needs at least one");
    ck_assert_int_eq(video_key(&record, root, key, &err), -ERR_INPUT);
}
END_TEST

START_TEST(a_missing_media_root_and_an_impossible_output_folder_are_named)
{
    struct video_options options = {
        .media_root = "/nowhere/media", .out_dir = out, .file = "final.mp4"};

    ck_assert_int_eq(video_create(&record, &options, &result, &err), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/media"));
    ck_assert_int_eq(create("/proc/nothing/here", 1), -ERR_IO);
    ck_assert_ptr_nonnull(strstr(err.text, "/proc/nothing/here"));
}
END_TEST

START_TEST(a_cancel_takes_effect_within_a_second_and_leaves_no_file)
{
    int64_t now;

    scenes[0].seconds = scenes[1].seconds = 20;
    heard.cancel_at_scene = _i;
    ck_assert_int_eq(create(out, 2), -ERR_CANCELED);
    now = clock_monotonic_ms();
    ck_assert_int_lt(now - heard.canceled_ms, 1000);
    check_no_video_in(out);
}
END_TEST

START_TEST(a_cancel_before_the_start_makes_nothing)
{
    atomic_store(&cancel, true);
    ck_assert_int_eq(create(out, 2), -ERR_CANCELED);
    check_no_video_in(out);
}
END_TEST

START_TEST(a_file_that_may_not_grow_fails_with_the_reason_and_is_removed)
{
    struct rlimit limit = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};

    scenes[0].narration = NULL;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert_int_eq(create(out, 2), -ERR_IO);
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    ck_assert_msg(strstr(err.text, "File too large") != NULL, "%s", err.text);
    check_no_video_in(out);
}
END_TEST

START_TEST(a_full_disk_fails_with_the_reason_and_leaves_no_file)
{
    /* Full at the first thumbnail; full when only the MP4 and the live pieces are left to write. */
    static const char *const sizes[] = {"size=8k", "size=3m"};
    char *names;
    int rc;

    if (mount("casecast-test", out, "tmpfs", 0, sizes[_i]) < 0)
        return; /* needs root; the test before this one does not */
    media_noise(root, "noise.jpg", 640, 360);
    scenes[0] = (struct scene){SCENE_DEFAULTS, .image = "noise.jpg", .seconds = 8};
    record.lines = 1080;
    record.quality = CASE_STANDARD;
    rc = create(out, 2);
    names = names_in(out);
    umount(out);
    ck_assert_int_eq(rc, -ERR_IO);
    ck_assert_msg(strstr(err.text, _i ? "live-" : ".jpg"), "%s", err.text);
    ck_assert_msg(strstr(err.text, "No space left on device") != NULL, "%s", err.text);
    ck_assert_msg(!strstr(names, "mp4") && !strstr(names, ".part"), "%s", names);
    free(names);
}
END_TEST

START_TEST(a_failed_run_keeps_the_files_of_the_run_before)
{
    char *names;

    ck_assert_int_eq(create(out, 2), 0);
    memset(&heard, 0, sizeof heard);
    scenes[1].image = "missing.jpg";
    ck_assert_int_eq(create(out, 2), -ERR_INPUT);
    names = names_in(out);
    ck_assert_str_eq(names, ALL_FILES);
    free(names);
}
END_TEST

#ifdef __x86_64__
START_TEST(libav_uses_what_every_processor_has)
{
    ck_assert_int_eq(create(out, 2), 0);
    ck_assert_int_eq(av_get_cpu_flags() & (AV_CPU_FLAG_SSE3 | AV_CPU_FLAG_SSSE3 | AV_CPU_FLAG_SSE4 |
                                              AV_CPU_FLAG_SSE42 | AV_CPU_FLAG_AVX |
                                              AV_CPU_FLAG_AVX2 | AV_CPU_FLAG_FMA3),
        0);
    ck_assert_int_ne(av_get_cpu_flags() & AV_CPU_FLAG_SSE2, 0);
}
END_TEST
#endif

static void key_of(char ret_key[static 65])
{
    ck_assert_int_eq(video_key(&record, root, ret_key, &err), 0);
}

START_TEST(a_key_changes_with_everything_that_shapes_the_video_and_with_nothing_else)
{
    char first[65], again[65];
    char *path = mem_format("%s/a.jpg", root);

    key_of(first);
    key_of(again);
    ck_assert_str_eq(first, again);
    scenes[0].caption = "Two";
    key_of(again);
    ck_assert_str_ne(first, again);
    scenes[0].caption = "One 🐉";
    record.shape = CASE_PORTRAIT;
    key_of(again);
    ck_assert_str_ne(first, again);
    record.shape = CASE_LANDSCAPE;
    record.fps = 60;
    key_of(again);
    ck_assert_str_ne(first, again);
    record.fps = 30;
    record.music = "a.jpg";
    key_of(again);
    ck_assert_str_ne(first, again);
    record.music = NULL;
    scenes[1].focus_x = scenes[1].focus_y = 0;
    key_of(again);
    ck_assert_str_ne(first, again);
    scenes[1].focus_x = scenes[1].focus_y = -1;
    ck_assert_int_eq(truncate(path, 100), 0);
    key_of(again);
    ck_assert_str_ne(first, again);
    free(path);
}
END_TEST

START_TEST(a_missing_file_has_a_key_too)
{
    char with[65], without[65];

    key_of(with);
    scenes[1].image = "missing.jpg";
    key_of(without);
    ck_assert_str_ne(with, without);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("video");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 110);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_file_does_not_depend_on_the_number_of_encoders);
    tcase_add_test(tc, temporary_files_of_a_killed_run_are_removed_by_the_next);
    tcase_add_test(tc, only_reported_files_are_left_and_each_was_complete_when_it_was_reported);
    tcase_add_loop_test(tc, the_file_is_what_players_expect, 0, 2);
    tcase_add_test(tc, the_narration_is_heard_within_a_millisecond_of_its_time);
    tcase_add_test(tc, the_index_stands_before_the_packets);
    tcase_add_test(tc, the_callbacks_are_called_in_order);
    tcase_add_test(tc, no_callback_is_needed);
    tcase_add_loop_test(tc, an_error_of_a_scene_names_its_number_file_and_reason, 0, 9);
    tcase_add_loop_test(
        tc, the_first_scene_that_fails_is_named_whether_for_its_sound_or_its_picture, 0, 4);
    tcase_add_test(tc, an_unknown_language_fails_the_scene_that_speaks);
    tcase_add_test(tc, a_case_without_scenes_has_no_video_and_no_key);
    tcase_add_test(tc, a_missing_media_root_and_an_impossible_output_folder_are_named);
    tcase_add_loop_test(tc, a_cancel_takes_effect_within_a_second_and_leaves_no_file, 0, 2);
    tcase_add_test(tc, a_cancel_before_the_start_makes_nothing);
    tcase_add_test(tc, a_file_that_may_not_grow_fails_with_the_reason_and_is_removed);
    tcase_add_loop_test(tc, a_full_disk_fails_with_the_reason_and_leaves_no_file, 0, 2);
    tcase_add_test(tc, a_failed_run_keeps_the_files_of_the_run_before);
    tcase_add_test(tc, a_key_changes_with_everything_that_shapes_the_video_and_with_nothing_else);
    tcase_add_test(tc, a_missing_file_has_a_key_too);
#ifdef __x86_64__
    tcase_add_test(tc, libav_uses_what_every_processor_has);
#endif
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
