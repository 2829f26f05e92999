/* media.c - see media.h. */
#include "media.h"

#include <check.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

char *media_folder(void)
{
    char *folder = mem_copy("/tmp/casecast-test-XXXXXX");

    ck_assert_ptr_nonnull(mkdtemp(folder));
    return folder;
}

void media_folder_remove(char *folder)
{
    ck_assert_int_eq(file_remove_folder(folder), 0);
    free(folder);
}

void media_write(const char *folder, const char *name, const void *data, size_t len)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
    free(path);
}

void media_read(const char *folder, const char *name, uint8_t **ret_data, size_t *ret_len)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    struct buf buf = {0};
    char piece[65536];
    size_t n;

    ck_assert_msg(file != NULL, "%s is not there", path);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&buf, piece, n);
    fclose(file);
    free(path);
    *ret_data = (uint8_t *)buf.data;
    *ret_len = buf.len;
}

static AVFrame *paint(int width, int height)
{
    static const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 255}};
    AVFrame *frame = av_frame_alloc();

    frame->format = AV_PIX_FMT_RGB24;
    frame->width = width;
    frame->height = height;
    ck_assert_int_eq(av_frame_get_buffer(frame, 64), 0);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            memcpy(frame->data[0] + y * frame->linesize[0] + 3 * x,
                colours[(y >= height / 2) * 2 + (x >= width / 2)], 3);
    return frame;
}

static AVFrame *in_layout(const AVFrame *from, enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *desc = av_pix_fmt_desc_get(format);
    int is_full = strncmp(desc->name, "yuvj", 4) == 0 || desc->nb_components < 3;
    AVFrame *to = av_frame_alloc();
    struct SwsContext *sws = sws_getContext(from->width, from->height,
        (enum AVPixelFormat)from->format, from->width, from->height, format,
        SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);

    ck_assert_ptr_nonnull(sws);
    to->format = format;
    to->width = from->width;
    to->height = from->height;
    ck_assert_int_eq(av_frame_get_buffer(to, 64), 0);
    sws_setColorspaceDetails(sws, sws_getCoefficients(SWS_CS_ITU601), 1,
        sws_getCoefficients(SWS_CS_ITU601), is_full, 0, 1 << 16, 1 << 16);
    sws_scale(sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height, to->data,
        to->linesize);
    sws_freeContext(sws);
    to->color_range = is_full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_UNSPECIFIED;
    return to;
}

static AVFrame *in_palette(const AVFrame *from)
{
    static const uint32_t palette[] = {0xFFFF0000, 0xFF00FF00, 0xFF0000FF, 0x00123456};
    AVFrame *to = av_frame_alloc();

    to->format = AV_PIX_FMT_PAL8;
    to->width = from->width;
    to->height = from->height;
    ck_assert_int_eq(av_frame_get_buffer(to, 64), 0);
    memcpy(to->data[1], palette, sizeof palette);
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++)
            to->data[0][y * to->linesize[0] + x] =
                (uint8_t)((y >= to->height / 2) * 2 + (x >= to->width / 2));
    return to;
}

static AVPacket *encode_picture(const char *name, AVFrame *frame, int flags)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVPacket *packet = av_packet_alloc();
    AVDictionary *options = NULL;

    ck_assert_ptr_nonnull(codec);
    encoder->width = frame->width;
    encoder->height = frame->height;
    encoder->pix_fmt = (enum AVPixelFormat)frame->format;
    encoder->time_base = (AVRational){1, 25};
    encoder->color_range = frame->color_range;
    encoder->flags |= AV_CODEC_FLAG_QSCALE | flags;
    encoder->global_quality = 2 * FF_QP2LAMBDA;
    encoder->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
    if (strcmp(name, "libwebp") == 0)
        av_dict_set(&options, "quality", "95", 0);
    ck_assert_int_eq(avcodec_open2(encoder, codec, &options), 0);
    av_dict_free(&options);
    frame->quality = encoder->global_quality;
    ck_assert_int_eq(avcodec_send_frame(encoder, frame), 0);
    ck_assert_int_eq(avcodec_send_frame(encoder, NULL), 0);
    ck_assert_int_eq(avcodec_receive_packet(encoder, packet), 0);
    avcodec_free_context(&encoder);
    return packet;
}

void media_picture(const char *folder, const char *name, const char *encoder, const char *layout,
    int width, int height)
{
    enum AVPixelFormat format = av_get_pix_fmt(layout);
    AVFrame *painted = paint(width, height);
    AVFrame *frame = format == AV_PIX_FMT_PAL8 ? in_palette(painted) : in_layout(painted, format);
    AVPacket *packet = encode_picture(encoder, frame, 0);

    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
    av_frame_free(&painted);
}

void media_rgb(const char *folder, const char *name, const uint8_t *pixels, int width, int height)
{
    AVFrame *frame = paint(width, height);
    AVPacket *packet;

    for (int y = 0; y < height; y++)
        memcpy(frame->data[0] + y * frame->linesize[0], pixels + (ptrdiff_t)y * width * 3,
            (size_t)width * 3);
    packet = encode_picture("png", frame, 0);
    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

void media_interlaced(const char *folder, const char *name, int width, int height)
{
    AVFrame *frame = paint(width, height);
    AVPacket *packet = encode_picture("png", frame, AV_CODEC_FLAG_INTERLACED_DCT);

    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

/* Fills `frame` with one pixel of that many bytes. */
static void flood(AVFrame *frame, const void *pixel, size_t len)
{
    for (int y = 0; y < frame->height; y++)
        for (int x = 0; x < frame->width; x++)
            memcpy(frame->data[0] + y * frame->linesize[0] + (size_t)x * len, pixel, len);
}

void media_half_clear(const char *folder, const char *name, const char *layout)
{
    static const uint8_t red[] = {255, 0, 0, 128}, deep[] = {255, 255, 0, 0, 0, 0, 128, 128};
    static const uint32_t palette[] = {0xFF00FF00, 0x80FF0000};
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet;

    frame->format = av_get_pix_fmt(layout);
    frame->width = frame->height = 32;
    ck_assert_int_eq(av_frame_get_buffer(frame, 64), 0);
    if (frame->format == AV_PIX_FMT_PAL8) {
        memcpy(frame->data[1], palette, sizeof palette);
        flood(frame, "\1", 1);
    } else if (frame->format == AV_PIX_FMT_RGBA)
        flood(frame, red, sizeof red);
    else
        flood(frame, deep, sizeof deep);
    packet = encode_picture("png", frame, 0);
    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

static void encode_frames(AVFormatContext *format, AVCodecContext *encoder, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();

    ck_assert_int_eq(avcodec_send_frame(encoder, frame), 0);
    while (avcodec_receive_packet(encoder, packet) == 0)
        ck_assert_int_eq(av_interleaved_write_frame(format, packet), 0);
    av_packet_free(&packet);
}

void media_animation(const char *folder, const char *name, const char *muxer, const char *encoder,
    const char *layout, int width, int height)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder);
    AVCodecContext *context = avcodec_alloc_context3(codec);
    char *path = mem_format("%s/%s", folder, name);
    AVFrame *painted = paint(width, height);
    AVFormatContext *format = NULL;

    ck_assert_ptr_nonnull(codec);
    context->width = width;
    context->height = height;
    context->pix_fmt = av_get_pix_fmt(layout);
    context->time_base = (AVRational){1, 10};
    ck_assert_int_eq(avcodec_open2(context, codec, NULL), 0);
    ck_assert_int_eq(avformat_alloc_output_context2(&format, NULL, muxer, path), 0);
    avformat_new_stream(format, NULL);
    avcodec_parameters_from_context(format->streams[0]->codecpar, context);
    format->streams[0]->time_base = context->time_base;
    ck_assert_int_ge(avio_open(&format->pb, path, AVIO_FLAG_WRITE), 0);
    ck_assert_int_ge(avformat_write_header(format, NULL), 0);
    for (int i = 0; i < 3; i++) {
        AVFrame *frame = in_layout(painted, context->pix_fmt);

        frame->pts = i;
        encode_frames(format, context, frame);
        av_frame_free(&frame);
        memset(painted->data[0], 0, (size_t)painted->linesize[0] * (size_t)height);
    }
    encode_frames(format, context, NULL);
    ck_assert_int_eq(av_write_trailer(format), 0);
    avio_closep(&format->pb);
    avformat_free_context(format);
    avcodec_free_context(&context);
    av_frame_free(&painted);
    free(path);
}

void media_noise(const char *folder, const char *name, int width, int height)
{
    AVFrame *noise = paint(width, height), *frame;
    AVPacket *packet;

    srand(1);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 3 * width; x++)
            noise->data[0][y * noise->linesize[0] + x] = (uint8_t)rand();
    frame = in_layout(noise, AV_PIX_FMT_YUVJ420P);
    packet = encode_picture("mjpeg", frame, 0);
    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
    av_frame_free(&noise);
}

void media_turn(const char *folder, const char *from, const char *to, int orientation)
{
    const uint8_t exif[] = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0,
        0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (uint8_t)orientation, 0, 0, 0, 0, 0, 0, 0};
    struct buf buf = {0};
    uint8_t *data;
    size_t len;

    media_read(folder, from, &data, &len);
    buf_add(&buf, data, 2);
    buf_add(&buf, exif, sizeof exif);
    buf_add(&buf, data + 2, len - 2);
    media_write(folder, to, buf.data, buf.len);
    buf_free(&buf);
    free(data);
}

static void add_le(struct buf *buf, uint32_t value, int n)
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
    add_le(&buf, 36 + size, 4);
    buf_add_text(&buf, "WAVEfmt ");
    add_le(&buf, 16, 4);
    add_le(&buf, 1, 2);
    add_le(&buf, (uint32_t)channels, 2);
    add_le(&buf, (uint32_t)rate, 4);
    add_le(&buf, (uint32_t)(rate * channels * 2), 4);
    add_le(&buf, (uint32_t)channels * 2, 2);
    add_le(&buf, 16, 2);
    buf_add_text(&buf, "data");
    add_le(&buf, size, 4);
    for (uint32_t i = 0; i < n; i++)
        for (int c = 0; c < channels; c++)
            add_le(
                &buf, (uint32_t)(int32_t)(32767 * amplitude * cos(2 * M_PI * 440 * i / rate)), 2);
    media_write(folder, name, buf.data, buf.len);
    buf_free(&buf);
}

static void encode_sound(AVFormatContext *format, AVCodecContext *encoder, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();

    ck_assert_int_eq(avcodec_send_frame(encoder, frame), 0);
    while (avcodec_receive_packet(encoder, packet) == 0) {
        av_packet_rescale_ts(packet, encoder->time_base, format->streams[0]->time_base);
        ck_assert_int_eq(av_interleaved_write_frame(format, packet), 0);
    }
    av_packet_free(&packet);
}

/* `value` is within -1…1. */
static void put_sample(AVFrame *frame, int channel, int i, double value)
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

static AVFrame *tone(const AVCodecContext *encoder, int64_t at, int n)
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
            put_sample(frame, c, i, 0.5 * cos(2 * M_PI * 440 * (double)(at + i) / 48000));
    return frame;
}

void media_sound(const char *folder, const char *name, const char *muxer, const char *encoder_name,
    double seconds)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder_name);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    char *path = mem_format("%s/%s", folder, name);
    AVFormatContext *format = NULL;
    int step;

    ck_assert_ptr_nonnull(codec);
    encoder->sample_rate = 48000;
    encoder->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    encoder->sample_fmt = codec->sample_fmts[0];
    encoder->bit_rate = 128000;
    encoder->time_base = (AVRational){1, 48000};
    encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    ck_assert_int_eq(avformat_alloc_output_context2(&format, NULL, muxer, path), 0);
    if (format->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    ck_assert_int_eq(avcodec_open2(encoder, codec, NULL), 0);
    avformat_new_stream(format, NULL);
    avcodec_parameters_from_context(format->streams[0]->codecpar, encoder);
    format->streams[0]->time_base = encoder->time_base;
    ck_assert_int_ge(avio_open(&format->pb, path, AVIO_FLAG_WRITE), 0);
    ck_assert_int_ge(avformat_write_header(format, NULL), 0);
    step = encoder->frame_size ? encoder->frame_size : 1024;
    for (int64_t at = 0; at < (int64_t)(seconds * 48000); at += step) {
        AVFrame *frame = tone(encoder, at, step);

        encode_sound(format, encoder, frame);
        av_frame_free(&frame);
    }
    encode_sound(format, encoder, NULL);
    ck_assert_int_eq(av_write_trailer(format), 0);
    avio_closep(&format->pb);
    avformat_free_context(format);
    avcodec_free_context(&encoder);
    free(path);
}
