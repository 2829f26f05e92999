/* aac.c - see aac.h.  libavcodec's own AAC encoder.
 *
 * Its default coder raises peaks by up to 3 dB, and its default cutoff of 16 kHz takes 2 dB of
 * loudness from noise and raises peaks again.  With the settings below neither changes by more than
 * 0.5 dB where it matters (tests/unit/video/mix/test_mix.c), in half of the time. */
#include "video/soundtrack/aac.h"

#include <libavutil/opt.h>

#include "base/number.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum { BIT_RATE = 160000, CUTOFF = 22000 }; /* bit/s, Hz */

static int aac_open_codec(AVCodecContext *codec)
{
    codec->sample_fmt = AV_SAMPLE_FMT_FLTP;
    codec->sample_rate = TIMELINE_RATE;
    codec->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_STEREO;
    codec->bit_rate = BIT_RATE;
    codec->cutoff = CUTOFF;
    av_opt_set(codec->priv_data, "aac_coder", "fast", 0);
    codec->time_base = (AVRational){1, TIMELINE_RATE};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    return avcodec_open2(codec, codec->codec, NULL);
}

static int aac_alloc_frame(struct aac *aac, struct error *err)
{
    aac->frame = av_frame_alloc();
    if (!aac->frame)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    aac->frame->format = aac->codec->sample_fmt;
    aac->frame->sample_rate = TIMELINE_RATE;
    aac->frame->ch_layout = aac->codec->ch_layout;
    aac->frame->nb_samples = aac->codec->frame_size;
    if (av_frame_get_buffer(aac->frame, 0) < 0)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    return 0;
}

int aac_open(const struct aac_input *input, struct aac *ret_aac, struct error *err)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("aac");
    struct aac aac = {.input = *input, .codec = codec ? avcodec_alloc_context3(codec) : NULL};
    int rc;

    if (!aac.codec)
        return error_set(err, ERR_LIBRARY, "libavcodec has no AAC encoder");
    libav_log_clear();
    rc = aac_open_codec(aac.codec);
    rc = rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder can't be opened")
                : aac_alloc_frame(&aac, err);
    if (rc < 0) {
        aac_close(&aac);
        return rc;
    }
    *ret_aac = aac;
    return 0;
}

void aac_close(struct aac *aac)
{
    avcodec_free_context(&aac->codec);
    av_frame_free(&aac->frame);
}

/* Copy the next samples into the frame; the last frame may be shorter. */
static int aac_fill_frame(struct aac *aac, struct error *err)
{
    const float *pairs = aac->input.pairs + 2 * aac->n_fed;
    int n = (int)number_least_64(aac->input.n - aac->n_fed, AAC_FRAME);

    if (av_frame_make_writable(aac->frame) < 0)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    for (int c = 0; c < 2; c++) {
        float *plane = (float *)(void *)aac->frame->data[c];

        for (int i = 0; i < n; i++)
            plane[i] = pairs[2 * i + c];
    }
    aac->frame->nb_samples = n;
    aac->frame->pts = aac->input.at + aac->n_fed;
    aac->n_fed += n;
    return 0;
}

static int aac_feed(struct aac *aac, struct error *err)
{
    int rc;

    if (aac->n_fed == aac->input.n)
        rc = avcodec_send_frame(aac->codec, NULL);
    else {
        rc = aac_fill_frame(aac, err);
        if (rc < 0)
            return rc;
        rc = avcodec_send_frame(aac->codec, aac->frame);
    }
    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder failed") : 0;
}

int aac_next(struct aac *aac, AVPacket *packet, struct error *err)
{
    for (;;) {
        int rc = avcodec_receive_packet(aac->codec, packet);

        if (rc == AVERROR_EOF)
            return AAC_E_END;
        if (rc != AVERROR(EAGAIN))
            return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder failed") : 0;
        rc = aac_feed(aac, err);
        if (rc < 0)
            return rc;
    }
}
