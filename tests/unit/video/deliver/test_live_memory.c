/* test_live_memory.c - whatever libavformat has no memory for, a piece of the live playlist is
 * whole or refused: common/video/deliver/live.h. */
#include <check.h>
#include <libavutil/mem.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "media.h"
#include "video/deliver/live.h"

enum { RATE = 48000, FPS = 24, PICTURE_BYTES = 9000, SOUND_BYTES = 300 };

static const char *const names[] = {"live-init.mp4", "live-1.m4s", "live-2.m4s"};
enum { FILES = sizeof names / sizeof *names };

static struct error err;
static struct {
    uint8_t *data;
    size_t len;
} wanted[FILES];

/* Baseline profile, level 3: sequence and picture parameter set. */
static const uint8_t parameter_sets[] = {0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x47,
    0xfe, 0xc8, 0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80};
static const uint8_t sound_config[] = {0x11, 0x90};

static AVCodecParameters *parameters(
    enum AVMediaType type, enum AVCodecID codec, const uint8_t *header, size_t size)
{
    AVCodecParameters *made = avcodec_parameters_alloc();

    made->codec_type = type;
    made->codec_id = codec;
    made->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    memcpy(made->extradata, header, size);
    made->extradata_size = (int)size;
    made->width = 640;
    made->height = 360;
    made->sample_rate = RATE;
    made->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    return made;
}

/* A packet with the unit of a picture behind its start code, or with sound. */
static AVPacket *packet(int64_t time, int duration, int bytes, bool is_picture)
{
    AVPacket *made = av_packet_alloc();

    ck_assert_int_eq(av_new_packet(made, bytes), 0);
    memset(made->data, 0x5a, (size_t)bytes);
    if (is_picture)
        memcpy(made->data, (const uint8_t[]){0, 0, 0, 1, 0x65}, 5);
    made->pts = made->dts = time;
    made->duration = duration;
    made->flags = AV_PKT_FLAG_KEY;
    return made;
}

/* Two pieces of a second each.  libavformat's blocks of memory have `most` bytes at most. */
static int make(const char *folder, size_t most)
{
    AVCodecParameters *picture =
        parameters(AVMEDIA_TYPE_VIDEO, AV_CODEC_ID_H264, parameter_sets, sizeof parameter_sets);
    AVCodecParameters *sound =
        parameters(AVMEDIA_TYPE_AUDIO, AV_CODEC_ID_AAC, sound_config, sizeof sound_config);
    AVPacket *seen = packet(0, 1, PICTURE_BYTES, true),
             *heard = packet(0, RATE / FPS, SOUND_BYTES, false);
    struct outdir dir;
    struct live *live = NULL;
    int rc;

    ck_assert_msg(outdir_open(folder, &dir, &err) == 0, "%s", err.text);
    ck_assert_msg(live_open(&dir, picture, sound, FPS, 2, &live, &err) == 0, "%s", err.text);
    av_max_alloc(most);
    rc = 0;
    for (int frame = 0; rc == 0 && frame < 2 * FPS; frame++) {
        seen->pts = seen->dts = frame;
        heard->pts = heard->dts = (int64_t)frame * (RATE / FPS);
        rc = live_picture(live, seen, &err);
        if (rc == 0)
            rc = live_sound(live, heard, &err);
        if (rc == 0 && frame % FPS == FPS - 1)
            rc = live_cut(live, FPS, &err);
    }
    if (rc == 0)
        rc = live_end(live, &err);
    av_max_alloc(INT32_MAX);
    live_free(live);
    outdir_close(&dir);
    av_packet_free(&seen);
    av_packet_free(&heard);
    avcodec_parameters_free(&picture);
    avcodec_parameters_free(&sound);
    return rc;
}

static bool is_as_wanted(const char *folder, int i)
{
    uint8_t *data;
    size_t len;
    bool is_same;

    media_read(folder, names[i], &data, &len);
    is_same = len == wanted[i].len && memcmp(data, wanted[i].data, len) == 0;
    free(data);
    return is_same;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    bool is = access(path, F_OK) == 0;

    free(path);
    return is;
}

START_TEST(a_piece_is_whole_or_refused)
{
    char *folder = media_folder();
    int n_made = 0, n_refused = 0;

    ck_assert_msg(make(folder, INT32_MAX) == 0, "%s", err.text);
    for (int i = 0; i < FILES; i++)
        media_read(folder, names[i], &wanted[i].data, &wanted[i].len);
    media_folder_remove(folder);
    for (size_t most = 64; most < (2 << 20); most += most / 8) {
        int rc;

        folder = media_folder();
        rc = make(folder, most);
        n_made += rc == 0;
        n_refused += rc < 0;
        for (int i = 0; i < FILES; i++)
            ck_assert_msg(is_there(folder, names[i]) ? is_as_wanted(folder, i) : rc < 0,
                "blocks of %zu bytes: %s is another, status %d", most, names[i], rc);
        media_folder_remove(folder);
    }
    ck_assert_int_gt(n_made, 5);
    ck_assert_int_gt(n_refused, 20);
    for (int i = 0; i < FILES; i++)
        free(wanted[i].data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("live_memory");
    TCase *cases = tcase_create("live_memory");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, cases);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_piece_is_whole_or_refused);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
