/* media_sound.c - see media.h: sounds. */
#include <check.h>
#include <libavcodec/avcodec.h>
#include <math.h>
#include <stdbool.h>

#include "base/buf.h"
#include "media.h"
#include "media_mux.h"

static void media_add_le(struct buf *buf, uint32_t value, int n)
{
    for (int i = 0; i < n; i++)
        buf_add(buf, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

void media_wav(
    const char *folder, const char *name, int rate, int channels, double seconds, double amplitude)
{
    uint32_t n = (uint32_t)(seconds * rate), size = n * (uint32_t)channels * 2;
    struct buf buf = {0};

    buf_add_text(&buf, "RIFF");
    media_add_le(&buf, 36 + size, 4);
    buf_add_text(&buf, "WAVEfmt ");
    media_add_le(&buf, 16, 4);
    media_add_le(&buf, 1, 2);
    media_add_le(&buf, (uint32_t)channels, 2);
    media_add_le(&buf, (uint32_t)rate, 4);
    media_add_le(&buf, (uint32_t)(rate * channels * 2), 4);
    media_add_le(&buf, (uint32_t)channels * 2, 2);
    media_add_le(&buf, 16, 2);
    buf_add_text(&buf, "data");
    media_add_le(&buf, size, 4);
    for (uint32_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            media_add_le(
                &buf, (uint32_t)(int32_t)(32767 * amplitude * cos(2 * M_PI * 440 * i / rate)), 2);
    media_write(folder, name, buf.data, buf.len);
    buf_free(&buf);
}

/* `value` is within -1…1. */
static void media_put_sample(AVFrame *frame, int channel, int i, double value)
{
    bool is_planar = av_sample_fmt_is_planar((enum AVSampleFormat)frame->format);
    void *plane = frame->data[is_planar ? channel : 0];
    int at = is_planar ? i : 2 * i + channel;

    switch (av_get_packed_sample_fmt((enum AVSampleFormat)frame->format)) {
    case AV_SAMPLE_FMT_S16:
        ((int16_t *)plane)[at] = (int16_t)(value * INT16_MAX);
        break;
    case AV_SAMPLE_FMT_S32:
        ((int32_t *)plane)[at] = (int32_t)(value * INT32_MAX);
        break;
    case AV_SAMPLE_FMT_FLT:
        ((float *)plane)[at] = (float)value;
        break;
    default:
        ck_abort_msg("no tone in %s", av_get_sample_fmt_name((enum AVSampleFormat)frame->format));
    }
}

/* `n` samples of a stereo tone of 440 Hz, from sample `at` on. */
static AVFrame *media_make_tone(const AVCodecContext *encoder, int64_t at, int n)
{
    AVFrame *frame = av_frame_alloc();

    frame->format = encoder->sample_fmt;
    frame->ch_layout = encoder->ch_layout;
    frame->sample_rate = encoder->sample_rate;
    frame->nb_samples = n;
    frame->pts = at;
    ck_assert_int_eq(av_frame_get_buffer(frame, 0), 0);
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 2; c++)
            media_put_sample(frame, c, i, 0.5 * cos(2 * M_PI * 440 * (double)(at + i) / 48000));
    return frame;
}

void media_sound(
    const char *folder, const char *name, const char *muxer, const char *encoder, double seconds)
{
    struct media_mux mux;
    int step;

    media_mux_init(&mux, muxer, encoder);
    mux.encoder->sample_rate = 48000;
    mux.encoder->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    mux.encoder->sample_fmt = mux.encoder->codec->sample_fmts[0];
    mux.encoder->bit_rate = 128000;
    mux.encoder->time_base = (AVRational){1, 48000};
    mux.encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    media_mux_open(&mux, folder, name);
    step = mux.encoder->frame_size ? mux.encoder->frame_size : 1024;
    for (int64_t at = 0; at < (int64_t)(seconds * 48000); at += step) {
        AVFrame *frame = media_make_tone(mux.encoder, at, step);

        media_mux_write(&mux, frame);
        av_frame_free(&frame);
    }
    media_mux_close(&mux);
}
