/* canary.c - see canary.h.  The sample is small: what differs differs in any picture and sound. */
#include "video/canary/canary.h"

#include <pthread.h>
#include <stdint.h>

#include "base/mem.h"
#include "video/draw/zoom.h"
#include "video/encode/encoder.h"
#include "video/frame/scale.h"
#include "video/kept/engine.h"
#include "video/libav/cpu.h"
#include "video/libav/libav_error.h"
#include "video/sound/resample.h"
#include "video/soundtrack/aac.h"

enum {
    PICTURE_W = 233, /* pixels of the picture; scaled to the canvas, and that to the frames */
    PICTURE_H = 151,
    CANVAS_W = 208,
    CANVAS_H = 118,
    FRAME_W = 160,
    FRAME_H = 90,
    N_FRAMES = 12, /* one more than the encoder looks ahead */
    FPS = 30,

    SOUND_RATE = 44100,
    N_GIVEN = SOUND_RATE / 4, /* samples of the sound at its rate, and at most at ours */
    N_SOUND = 12000,
};

/* Noise over a slope: each bit of a sample decides something.  The same on every machine. */
static uint32_t canary_noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u; /* Knuth, "Seminumerical Algorithms", 3.3.4 */
    return *state >> 16;
}

/* --- the video --- */

static void canary_paint(struct planes *picture)
{
    uint32_t noise = 1;

    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < picture->height; y++)
            for (int x = 0; x < picture->width; x++)
                picture->data[p][y * picture->stride[p] + x] =
                    (uint8_t)((x * (p + 1) + y + (int)(canary_noise(&noise) % 48)) / 2);
        planes_pad(picture, p);
    }
}

/* The caller frees `ret_canvas`. */
static int canary_scale(struct yuv *ret_canvas, struct error *err)
{
    const struct window window = {1.3, 0.7, PICTURE_W - 2.1, PICTURE_H - 1.9};
    struct planes picture = {
        .kind = PLANES_RGB, .width = PICTURE_W, .height = PICTURE_H, .depth = 8};
    int rc = planes_alloc(&picture, err);

    if (rc == 0)
        rc = yuv_alloc(ret_canvas, CANVAS_W, CANVAS_H, err);
    if (rc == 0) {
        canary_paint(&picture);
        rc = scale_window(&picture, &window, ret_canvas, err);
    }
    planes_free(&picture);
    return rc;
}

static int canary_add_packet(void *ctx, AVPacket *packet, struct error *err)
{
    (void)err;
    digest_add(ctx, packet->data, (size_t)packet->size);
    return 0;
}

static int canary_encode_frame(struct encoder *encoder, struct zoom *zoom, const struct yuv *canvas,
    int number, const struct encoder_sink *sink, struct error *err)
{
    double width = CANVAS_W - 1.7 * number;
    const struct window window = {number, number / 3.0, width, width * FRAME_H / FRAME_W};
    struct yuv frame;
    int rc = encoder_canvas(encoder, &frame, err);

    if (rc < 0)
        return rc;
    zoom_run(zoom, canvas, &window, ZOOM_ALL, &frame);
    return encoder_add(encoder, number, sink, err);
}

static int canary_encode(const struct yuv *canvas, struct digest *digest, struct error *err)
{
    const struct encoder_format format = {FRAME_W, FRAME_H, FPS, CASE_STANDARD};
    const struct encoder_sink sink = {digest, canary_add_packet};
    struct zoom *zoom = zoom_new(FRAME_W, FRAME_H, NULL);
    struct encoder encoder = {0};
    int rc = zoom ? encoder_open(&format, &encoder, err)
                  : error_set(err, ERR_LIMIT, "no memory for a frame");

    for (int i = 0; rc == 0 && i < N_FRAMES; i++)
        rc = canary_encode_frame(&encoder, zoom, canvas, i, &sink, err);
    if (rc == 0)
        rc = encoder_end(&encoder, &sink, err);
    encoder_close(&encoder);
    zoom_free(zoom);
    return rc;
}

static int canary_add_video(struct digest *digest, struct error *err)
{
    struct yuv canvas = {0};
    int rc = canary_scale(&canvas, err);

    if (rc == 0)
        rc = canary_encode(&canvas, digest, err);
    yuv_free(&canvas);
    return rc;
}

/* --- the sound --- */

/* Fills `pairs`, N_SOUND of them, and returns how many it has read. */
static int canary_resample(float *pairs, struct error *err)
{
    const AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    int16_t *given = mem_new_n(2 * N_GIVEN, int16_t);
    const uint8_t *const data[AV_NUM_DATA_POINTERS] = {(const uint8_t *)given};
    struct resample resample = {0};
    uint32_t noise = 2;
    int rc = resample_open(&stereo, AV_SAMPLE_FMT_S16, SOUND_RATE, &resample, err);

    for (int i = 0; i < 2 * N_GIVEN; i++)
        given[i] = (int16_t)(canary_noise(&noise) % 8192 + i % 601 * 20);
    if (rc == 0)
        rc = resample_write(&resample, data, N_GIVEN, err);
    if (rc == 0)
        rc = resample_read(&resample, pairs, N_SOUND, true, err);
    resample_close(&resample);
    free(given);
    return rc;
}

static int canary_encode_sound(
    const float *pairs, int n, AVPacket *packet, struct digest *digest, struct error *err)
{
    struct aac aac = {0};
    int rc = aac_open(&(struct aac_input){.pairs = pairs, .n = n}, &aac, err);

    while (rc == 0 && (rc = aac_next(&aac, packet, err)) == 0) {
        digest_add(digest, packet->data, (size_t)packet->size);
        av_packet_unref(packet);
    }
    aac_close(&aac);
    return rc == AAC_E_END ? 0 : rc;
}

static int canary_add_sound(struct digest *digest, struct error *err)
{
    float *pairs = mem_new_n(2 * N_SOUND, float);
    AVPacket *packet = av_packet_alloc();
    int n = canary_resample(pairs, err), rc = n < 0 ? n : 0;

    if (!packet)
        rc = error_set(err, ERR_LIMIT, "no memory for the sound");
    if (rc == 0) {
        digest_add(digest, pairs, (size_t)n * 2 * sizeof *pairs);
        rc = canary_encode_sound(pairs, n, packet, digest, err);
    }
    av_packet_free(&packet);
    free(pairs);
    return rc;
}

/* --- both --- */

void canary_make(char ret_digest[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;
    struct error err;
    int rc;

    digest_start(&digest);
    rc = canary_add_video(&digest, &err);
    if (rc == 0)
        rc = canary_add_sound(&digest, &err);
    if (rc < 0)
        digest_add_text(&digest, err.text);
    digest_hex(&digest, ret_digest);
}

static void canary_prepare_once(void)
{
    char digest[DIGEST_HEX_LEN + 1];

    cpu_pin_libav();
    libav_log_capture();
    canary_make(digest);
    engine_set_sample(digest);
}

void canary_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, canary_prepare_once);
}
