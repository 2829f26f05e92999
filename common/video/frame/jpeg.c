/* jpeg.c - see jpeg.h. */
#include "video/frame/jpeg.h"

#include <libavcodec/avcodec.h>

#include "video/frame/scale.h"
#include "video/frame/yuv_view.h"
#include "video/libav/libav_error.h"

static int jpeg_open_encoder(int width, int height, enum jpeg_quality quality,
    AVCodecContext **ret_encoder, struct error *err)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    AVCodecContext *encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    int rc;

    if (!encoder)
        return error_set(err, ERR_LIBRARY, "libavcodec has no JPEG encoder");
    encoder->width = width;
    encoder->height = height;
    encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
    encoder->time_base = (AVRational){1, 1};
    encoder->thread_count = 1;
    encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    encoder->global_quality = (int)quality * FF_QP2LAMBDA;
    rc = avcodec_open2(encoder, codec, NULL);
    if (rc < 0) {
        avcodec_free_context(&encoder);
        return libav_error(err, ERR_LIBRARY, rc, "the JPEG encoder can't be opened");
    }
    *ret_encoder = encoder;
    return 0;
}

static int jpeg_encode(AVCodecContext *encoder, AVFrame *frame, AVPacket *packet)
{
    int rc = avcodec_send_frame(encoder, frame);

    if (rc >= 0)
        rc = avcodec_send_frame(encoder, NULL);
    return rc < 0 ? rc : avcodec_receive_packet(encoder, packet);
}

static int jpeg_scale_and_encode(AVCodecContext *encoder, const struct yuv *from, AVFrame *frame,
    AVPacket *packet, struct error *err)
{
    struct yuv to;
    int rc;

    frame->width = encoder->width;
    frame->height = encoder->height;
    frame->format = encoder->pix_fmt;
    frame->quality = encoder->global_quality;
    rc = av_frame_get_buffer(frame, YUV_ALIGN);
    if (rc < 0)
        return libav_error(err, ERR_LIMIT, rc, "no memory for a JPEG of %d×%d pixels", frame->width,
            frame->height);
    to = yuv_view(frame);
    rc = scale_to_jpeg(from, &to, err);
    if (rc < 0)
        return rc;
    rc = jpeg_encode(encoder, frame, packet);
    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the JPEG encoder failed") : 0;
}

int jpeg_write(
    const struct yuv *yuv, int width, enum jpeg_quality quality, struct buf *out, struct error *err)
{
    int height = (int)((int64_t)width * yuv->height / yuv->width + 1) & ~1;
    AVCodecContext *encoder;
    AVFrame *frame;
    AVPacket *packet;
    int rc;

    libav_log_clear();
    rc = jpeg_open_encoder(width, height, quality, &encoder, err);
    if (rc < 0)
        return rc;
    frame = av_frame_alloc();
    packet = av_packet_alloc();
    rc = frame && packet ? jpeg_scale_and_encode(encoder, yuv, frame, packet, err)
                         : error_set(err, ERR_LIMIT, "no memory for a JPEG");
    if (rc == 0)
        buf_add(out, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    return rc;
}
