/* encoder.c - see encoder.h. */
#include "video/encode/encoder.h"

#include <libavutil/opt.h>

#include "video/frame/yuv_view.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

/* stitchable: the headers do not depend on the content.  cpu-independent: nor the bytes on the
 * processor.  scenecut off: a segment is one slow move or one transition. */
#define X264_ALWAYS "stitchable=1:cpu-independent=1:open-gop=0:scenecut=0:"

/* CASE_STANDARD was found by scripts/search-encoder: at the quality of veryfast, crf 21, it takes
 * about half the time, because slow moves over photos need B-frames and lookahead (mbtree), but no
 * long motion search. */
static const struct {
    const char *preset, *crf, *params;
    /* Quantizer steps by which a segment's first frame is coarser than libx264's choice, which is
     * so much finer than the frames around it that a slow move pulses at every segment.  At equal
     * size, the step of SSIM there is two fifths smaller (scripts/search-encoder.md). */
    int coarser_start;
} settings[] = {
    [CASE_STANDARD] = {"superfast", "19.5",
        X264_ALWAYS "mbtree=1:rc-lookahead=7:b-adapt=0:bframes=5:partitions=i8x8:subme=2:"
                    "aq-strength=0.7",
        3},
    /* Without adaptive quantization libx264 ignores offsets: ipratio has the same effect. */
    [CASE_DRAFT] = {"ultrafast", "26", X264_ALWAYS "bframes=3:b-adapt=0:ipratio=1.1", 0},
    [CASE_HIGH] = {"faster", "17.8", X264_ALWAYS "b-adapt=0:bframes=5", 3},
};

/* The lowest level whose limits hold the format: ITU-T H.264, table A-1, in macroblocks of 16×16.
 */
static int encoder_level(const struct encoder_format *format)
{
    static const struct {
        int level, a_second, a_frame;
    } levels[] = {{31, 108000, 3600}, {32, 216000, 5120}, {40, 245760, 8192}, {42, 522240, 8704},
        {50, 589824, 22080}, {51, 983040, 36864}, {52, 2073600, 36864}};
    int blocks = ((format->width + 15) / 16) * ((format->height + 15) / 16);
    size_t i = 0, last = sizeof levels / sizeof *levels - 1;

    while (i < last && (blocks * format->fps > levels[i].a_second || blocks > levels[i].a_frame))
        i++;
    return levels[i].level;
}

static void encoder_describe(AVCodecContext *codec, const struct encoder_format *format)
{
    codec->width = format->width;
    codec->height = format->height;
    codec->pix_fmt = AV_PIX_FMT_YUV420P;
    codec->time_base = (AVRational){1, format->fps};
    codec->framerate = (AVRational){format->fps, 1};
    codec->level = encoder_level(format);
    codec->gop_size = 2 * timeline_frames(format->fps, TIMELINE_SEGMENT_MAX_MS);
    codec->sample_aspect_ratio = (AVRational){1, 1};
    codec->color_range = AVCOL_RANGE_MPEG;
    codec->color_primaries = AVCOL_PRI_BT709;
    codec->color_trc = AVCOL_TRC_BT709;
    codec->colorspace = AVCOL_SPC_BT709;
    codec->chroma_sample_location = AVCHROMA_LOC_LEFT;
}

static int encoder_open_codec(AVCodecContext *codec, enum case_quality quality)
{
    AVDictionary *options = NULL;
    int rc;

    codec->thread_count = 1;
    codec->profile = FF_PROFILE_H264_HIGH;
    /* |=: keep the default flags. */
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_CLOSED_GOP | AV_CODEC_FLAG_BITEXACT;
    av_dict_set(&options, "preset", settings[quality].preset, 0);
    av_dict_set(&options, "crf", settings[quality].crf, 0);
    av_dict_set(&options, "x264-params", settings[quality].params, 0);
    rc = avcodec_open2(codec, codec->codec, &options);
    av_dict_free(&options);
    return rc;
}

static AVFrame *encoder_frame_new(const AVCodecContext *codec)
{
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return NULL;
    frame->width = codec->width;
    frame->height = codec->height;
    frame->format = codec->pix_fmt;
    if (av_frame_get_buffer(frame, YUV_ALIGN) < 0)
        av_frame_free(&frame);
    return frame;
}

int encoder_open(
    const struct encoder_format *format, struct encoder *ret_encoder, struct error *err)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    struct encoder encoder = {.codec = codec ? avcodec_alloc_context3(codec) : NULL,
        .coarser_start = settings[format->quality].coarser_start};
    int rc;

    if (!encoder.codec)
        return error_set(err, ERR_LIBRARY, "libavcodec has no libx264");
    libav_log_clear();
    encoder_describe(encoder.codec, format);
    rc = encoder_open_codec(encoder.codec, format->quality);
    if (rc < 0) {
        encoder_close(&encoder);
        return libav_error(err, ERR_LIBRARY, rc, "libx264 can't be opened");
    }
    encoder.frame = encoder_frame_new(encoder.codec);
    encoder.packet = av_packet_alloc();
    if (!encoder.frame || !encoder.packet) {
        encoder_close(&encoder);
        return error_set(
            err, ERR_LIMIT, "no memory for an encoder of %d×%d", format->width, format->height);
    }
    *ret_encoder = encoder;
    return 0;
}

void encoder_close(struct encoder *encoder)
{
    avcodec_free_context(&encoder->codec);
    av_frame_free(&encoder->frame);
    av_packet_free(&encoder->packet);
}

int encoder_canvas(struct encoder *encoder, struct yuv *ret_yuv, struct error *err)
{
    /* libx264 may still refer to the last frame's planes. */
    int rc = av_frame_make_writable(encoder->frame);

    if (rc < 0)
        return libav_error(err, ERR_LIMIT, rc, "no memory for a frame");
    *ret_yuv = yuv_view(encoder->frame);
    return 0;
}

static int encoder_drain(
    struct encoder *encoder, const struct encoder_sink *sink, struct error *err)
{
    for (;;) {
        int rc = avcodec_receive_packet(encoder->codec, encoder->packet);

        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return 0;
        if (rc < 0)
            return libav_error(err, ERR_LIBRARY, rc, "libx264 gives no packet");
        encoder->packet->duration = 1;
        rc = sink->packet(sink->ctx, encoder->packet, err);
        av_packet_unref(encoder->packet);
        if (rc < 0)
            return rc;
    }
}

/* Make the whole frame `steps` quantizer steps coarser; 0: leave it to libx264. */
static int encoder_set_coarser(AVFrame *frame, int steps, struct error *err)
{
    enum { QUANTIZERS = 51 };
    AVFrameSideData *data;

    av_frame_remove_side_data(frame, AV_FRAME_DATA_REGIONS_OF_INTEREST);
    if (!steps)
        return 0;
    data = av_frame_new_side_data(
        frame, AV_FRAME_DATA_REGIONS_OF_INTEREST, sizeof(AVRegionOfInterest));
    if (!data)
        return error_set(err, ERR_LIMIT, "no memory for a frame");
    *(AVRegionOfInterest *)(void *)data->data =
        (AVRegionOfInterest){.self_size = sizeof(AVRegionOfInterest),
            .bottom = frame->height,
            .right = frame->width,
            .qoffset = {steps, QUANTIZERS}};
    return 0;
}

int encoder_add(
    struct encoder *encoder, int64_t number, const struct encoder_sink *sink, struct error *err)
{
    int rc = encoder_set_coarser(encoder->frame, number == 0 ? encoder->coarser_start : 0, err);

    if (rc < 0)
        return rc;
    libav_log_clear();
    encoder->frame->pts = number;
    rc = avcodec_send_frame(encoder->codec, encoder->frame);
    if (rc < 0)
        return libav_error(err, ERR_LIBRARY, rc, "libx264 refuses frame %lld", (long long)number);
    return encoder_drain(encoder, sink, err);
}

int encoder_end(struct encoder *encoder, const struct encoder_sink *sink, struct error *err)
{
    int rc = avcodec_send_frame(encoder->codec, NULL);

    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "libx264 can't be flushed")
                  : encoder_drain(encoder, sink, err);
}
