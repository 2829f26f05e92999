/* soundtrack.c - see soundtrack.h.  libavcodec's own AAC encoder.
 *
 * Its default coder raises peaks by up to 3 dB, and its default cutoff of 16 kHz takes 2 dB of
 * loudness from noise and raises peaks again.  With the settings below neither changes by more than
 * 0.5 dB where it matters (tests/unit/video/mix/test_mix.c), in half of the time. */
#include "video/mix/soundtrack.h"

#include <libavutil/opt.h>

#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum { BIT_RATE = 160000, CUTOFF = 22000, FRAME = 1024 }; /* bit/s, Hz, samples */

static int soundtrack_open_codec(AVCodecContext *codec)
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

static int soundtrack_alloc_frame(struct soundtrack *track, struct error *err)
{
    track->frame = av_frame_alloc();
    if (!track->frame)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    track->frame->format = track->codec->sample_fmt;
    track->frame->sample_rate = TIMELINE_RATE;
    track->frame->ch_layout = track->codec->ch_layout;
    track->frame->nb_samples = track->codec->frame_size;
    if (av_frame_get_buffer(track->frame, 0) < 0)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    return 0;
}

int soundtrack_open(struct mix *mix, struct soundtrack *ret_track, struct error *err)
{
    const AVCodec *aac = avcodec_find_encoder_by_name("aac");
    struct soundtrack track = {.mix = mix, .codec = aac ? avcodec_alloc_context3(aac) : NULL};
    int rc;

    if (!track.codec)
        return error_set(err, ERR_LIBRARY, "libavcodec has no AAC encoder");
    libav_log_clear();
    rc = soundtrack_open_codec(track.codec);
    rc = rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder can't be opened")
                : soundtrack_alloc_frame(&track, err);
    if (rc < 0) {
        soundtrack_close(&track);
        return rc;
    }
    *ret_track = track;
    return 0;
}

void soundtrack_close(struct soundtrack *track)
{
    avcodec_free_context(&track->codec);
    av_frame_free(&track->frame);
}

/* Reads the next samples of the mix into the frame; the last frame may be shorter. */
static int soundtrack_fill_frame(struct soundtrack *track, struct error *err)
{
    float pairs[2 * FRAME];
    int64_t at = track->mix->n_read, left = track->mix->input.n_samples - at;
    int n = left < FRAME ? (int)left : FRAME, rc;
    float *planes[2];

    rc = mix_read(track->mix, pairs, n, err);
    if (rc == 0 && av_frame_make_writable(track->frame) < 0)
        rc = error_set(err, ERR_LIMIT, "no memory for the sound");
    if (rc < 0)
        return rc;
    for (int c = 0; c < 2; c++) {
        planes[c] = (float *)(void *)track->frame->data[c];
        for (int i = 0; i < n; i++)
            planes[c][i] = pairs[2 * i + c];
    }
    track->frame->nb_samples = n;
    track->frame->pts = at;
    return 0;
}

static int soundtrack_feed(struct soundtrack *track, struct error *err)
{
    int rc;

    if (track->mix->n_read == track->mix->input.n_samples)
        rc = avcodec_send_frame(track->codec, NULL);
    else {
        rc = soundtrack_fill_frame(track, err);
        if (rc < 0)
            return rc;
        rc = avcodec_send_frame(track->codec, track->frame);
    }
    return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder failed") : 0;
}

int soundtrack_next(struct soundtrack *track, AVPacket *packet, struct error *err)
{
    for (;;) {
        int rc = avcodec_receive_packet(track->codec, packet);

        if (rc == AVERROR_EOF)
            return SOUNDTRACK_E_END;
        if (rc != AVERROR(EAGAIN))
            return rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder failed") : 0;
        rc = soundtrack_feed(track, err);
        if (rc < 0)
            return rc;
    }
}
