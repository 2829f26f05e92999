/* media_picture.c - see media.h: pictures. */
#include <check.h>
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "media.h"
#include "media_mux.h"

/* An RGB frame with quarters of red, green, blue and white. */
static AVFrame *media_paint(int width, int height)
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

/* `from` in another pixel format. */
static AVFrame *media_convert(const AVFrame *from, enum AVPixelFormat format)
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

/* The quarters of media_paint() in a palette; the last one is transparent. */
static AVFrame *media_convert_to_palette(const AVFrame *from)
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

static AVPacket *media_encode_picture(const char *name, AVFrame *frame, int flags)
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
    AVFrame *painted = media_paint(width, height);
    AVFrame *frame = format == AV_PIX_FMT_PAL8 ? media_convert_to_palette(painted)
                                               : media_convert(painted, format);
    AVPacket *packet = media_encode_picture(encoder, frame, 0);

    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
    av_frame_free(&painted);
}

void media_rgb(const char *folder, const char *name, const uint8_t *pixels, int width, int height)
{
    AVFrame *frame = media_paint(width, height);
    AVPacket *packet;

    for (int y = 0; y < height; y++)
        memcpy(frame->data[0] + y * frame->linesize[0], pixels + (ptrdiff_t)y * width * 3,
            (size_t)width * 3);
    packet = media_encode_picture("png", frame, 0);
    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

void media_interlaced(const char *folder, const char *name, int width, int height)
{
    AVFrame *frame = media_paint(width, height);
    AVPacket *packet = media_encode_picture("png", frame, AV_CODEC_FLAG_INTERLACED_DCT);

    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

/* Fills `frame` with one pixel of `len` bytes. */
static void media_fill(AVFrame *frame, const void *pixel, size_t len)
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
        media_fill(frame, "\1", 1);
    } else if (frame->format == AV_PIX_FMT_RGBA)
        media_fill(frame, red, sizeof red);
    else
        media_fill(frame, deep, sizeof deep);
    packet = media_encode_picture("png", frame, 0);
    media_write(folder, name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
}

void media_animation(const char *folder, const char *name, const char *muxer, const char *encoder,
    const char *layout, int width, int height)
{
    struct media_mux mux;
    AVFrame *painted = media_paint(width, height);

    media_mux_init(&mux, muxer, encoder);
    mux.encoder->width = width;
    mux.encoder->height = height;
    mux.encoder->pix_fmt = av_get_pix_fmt(layout);
    mux.encoder->time_base = (AVRational){1, 10};
    media_mux_open(&mux, folder, name);
    for (int i = 0; i < 3; i++) {
        AVFrame *frame = media_convert(painted, mux.encoder->pix_fmt);

        frame->pts = i;
        media_mux_write(&mux, frame);
        av_frame_free(&frame);
        memset(painted->data[0], 0, (size_t)painted->linesize[0] * (size_t)height);
    }
    media_mux_close(&mux);
    av_frame_free(&painted);
}

void media_noise(const char *folder, const char *name, int width, int height)
{
    AVFrame *noise = media_paint(width, height), *frame;
    AVPacket *packet;

    srand(1);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < 3 * width; x++)
            noise->data[0][y * noise->linesize[0] + x] = (uint8_t)rand();
    frame = media_convert(noise, AV_PIX_FMT_YUVJ420P);
    packet = media_encode_picture("mjpeg", frame, 0);
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
