/* media_mux.c - see media_mux.h. */
#include "media_mux.h"

#include <check.h>
#include <stdlib.h>

#include "base/mem.h"

void media_mux_init(struct media_mux *mux, const char *muxer, const char *encoder)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder);

    ck_assert_msg(codec != NULL, "libavcodec has no %s", encoder);
    *mux = (struct media_mux){.encoder = avcodec_alloc_context3(codec)};
    ck_assert_int_eq(avformat_alloc_output_context2(&mux->format, NULL, muxer, NULL), 0);
}

void media_mux_open(struct media_mux *mux, const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    AVStream *stream = avformat_new_stream(mux->format, NULL);

    if (mux->format->oformat->flags & AVFMT_GLOBALHEADER)
        mux->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    ck_assert_int_eq(avcodec_open2(mux->encoder, mux->encoder->codec, NULL), 0);
    avcodec_parameters_from_context(stream->codecpar, mux->encoder);
    stream->time_base = mux->encoder->time_base;
    ck_assert_int_ge(avio_open(&mux->format->pb, path, AVIO_FLAG_WRITE), 0);
    ck_assert_int_ge(avformat_write_header(mux->format, NULL), 0);
    free(path);
}

void media_mux_write(struct media_mux *mux, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();

    ck_assert_int_eq(avcodec_send_frame(mux->encoder, frame), 0);
    while (avcodec_receive_packet(mux->encoder, packet) == 0) {
        av_packet_rescale_ts(packet, mux->encoder->time_base, mux->format->streams[0]->time_base);
        ck_assert_int_eq(av_interleaved_write_frame(mux->format, packet), 0);
    }
    av_packet_free(&packet);
}

void media_mux_close(struct media_mux *mux)
{
    media_mux_write(mux, NULL);
    ck_assert_int_eq(av_write_trailer(mux->format), 0);
    avio_closep(&mux->format->pb);
    avformat_free_context(mux->format);
    avcodec_free_context(&mux->encoder);
}
