/* soundtrack.c - see soundtrack.h.  libavcodec's own AAC encoder.
 *
 * Its settings decide what becomes of loudness and peaks.  Its usual coder lets peaks grow by up to
 * 3 dB, and left to itself it cuts off above 16 kHz, which takes 2 dB from a hiss and lets peaks
 * grow again; with these settings neither changes by more than half a dB where it matters
 * (tests/unit/test_mix.c), for half of the time. */
#include "video/mix/soundtrack.h"

#include <libavutil/opt.h>

#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum { BIT_RATE = 160000, CUTOFF = 22000 };

static int open_codec(AVCodecContext *codec)
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

static int make_frame(struct soundtrack *track, struct error *err)
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
    rc = open_codec(track.codec);
    rc = rc < 0 ? libav_error(err, ERR_LIBRARY, rc, "the AAC encoder can't be opened")
                : make_frame(&track, err);
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

/* The next samples of the mix into the frame; fewer at the very end. */
static int fill_frame(struct soundtrack *track, struct error *err)
{
    float pairs[2 * 1024];
    int64_t at = track->mix->read, left = track->mix->input.n_samples - at;
    int n = left < 1024 ? (int)left : 1024, rc;
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

static int feed(struct soundtrack *track, struct error *err)
{
    int rc;

    if (track->mix->read == track->mix->input.n_samples)
        rc = avcodec_send_frame(track->codec, NULL);
    else {
        rc = fill_frame(track, err);
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
        rc = feed(track, err);
        if (rc < 0)
            return rc;
    }
}
