/* sound_decoder.c - see sound_decoder.h. */
#include "video/sound/sound_decoder.h"

#include "base/number.h"

/* Packets of a file that may be refused: the first frames of a file that was cut look damaged to a
 * decoder.  More is damage. */
enum { BAD_PACKETS_MAX = 3 };

/* --- opening --- */

static int sound_decoder_open_codec(struct sound_decoder *decoder, struct error *err)
{
    const struct sound_demux *demux = &decoder->demux;
    int rc = 0;

    decoder->packet = av_packet_alloc();
    decoder->context = avcodec_alloc_context3(demux->codec);
    if (!decoder->packet || !decoder->context)
        return sound_input_no_memory(demux->input, err);
    if (demux->stream)
        rc = avcodec_parameters_to_context(decoder->context, demux->stream->codecpar);
    decoder->context->thread_count = 1;
    if (rc >= 0)
        rc = avcodec_open2(decoder->context, demux->codec, NULL);
    if (rc < 0)
        return sound_input_error(demux->input, rc, "can't be decoded", err);
    if (demux->stream)
        decoder->context->pkt_timebase = demux->stream->time_base;
    return 0;
}

int sound_decoder_open(struct sound_input *input, struct sound_decoder *decoder, struct error *err)
{
    int rc;

    *decoder = (struct sound_decoder){0};
    rc = sound_demux_open(input, &decoder->demux, err);
    return rc < 0 ? rc : sound_decoder_open_codec(decoder, err);
}

void sound_decoder_close(struct sound_decoder *decoder)
{
    avcodec_free_context(&decoder->context);
    av_packet_free(&decoder->packet);
    sound_demux_close(&decoder->demux);
}

/* --- packets in --- */

static int sound_decoder_count_bad(struct sound_decoder *decoder, int av_code, struct error *err)
{
    struct sound_input *input = decoder->demux.input;

    decoder->last_was_bad = true;
    return ++input->n_bad_packets > BAD_PACKETS_MAX
               ? sound_input_error(input, av_code, "damaged", err)
               : 0;
}

static int sound_decoder_drain(struct sound_decoder *decoder, struct error *err)
{
    avcodec_send_packet(decoder->context, NULL);
    return decoder->last_was_bad
               ? error_set(err, ERR_INPUT, "%s: truncated: its last frame is incomplete",
                     decoder->demux.input->name)
               : 0;
}

static int sound_decoder_feed(struct sound_decoder *decoder, struct error *err)
{
    const struct sound_input *input = decoder->demux.input;
    AVPacket *packet = decoder->packet;
    int rc = sound_demux_read(&decoder->demux, packet);

    if (rc == AVERROR_EOF)
        return sound_decoder_drain(decoder, err);
    if (rc < 0)
        return sound_input_error(input, rc, "truncated or damaged", err);
    if (input->kind.layout == SOUND_MP4 && (packet->flags & AV_PKT_FLAG_CORRUPT))
        return error_set(err, ERR_INPUT, "%s: truncated: a frame is incomplete", input->name);
    decoder->last_was_bad = false;
    rc = avcodec_send_packet(decoder->context, packet);
    av_packet_unref(packet);
    return rc < 0 ? sound_decoder_count_bad(decoder, rc, err) : 0;
}

/* --- frames out --- */

/* Cuts the samples that don't count from the frame's start and end. */
static void sound_decoder_trim(struct sound_demux *demux, AVFrame *frame)
{
    enum AVSampleFormat format = (enum AVSampleFormat)frame->format;
    bool is_planar = av_sample_fmt_is_planar(format);
    int channels = frame->ch_layout.nb_channels, n_planes = is_planar ? channels : 1;
    int bytes = av_get_bytes_per_sample(format) * (is_planar ? 1 : channels);
    int first = (int)number_least_64(demux->skip, frame->nb_samples);
    int n = (int)number_least_64(frame->nb_samples - first, demux->left);

    for (int i = 0; i < n_planes; i++)
        frame->extended_data[i] += (int64_t)first * bytes;
    frame->nb_samples = n > 0 ? n : 0;
    demux->skip -= first;
    demux->left -= n;
}

int sound_decoder_next(struct sound_decoder *decoder, AVFrame *frame, struct error *err)
{
    for (;;) {
        int rc = avcodec_receive_frame(decoder->context, frame);

        if (rc >= 0) {
            sound_decoder_trim(&decoder->demux, frame);
            return 0;
        }
        if (rc == AVERROR_EOF)
            return SOUND_DECODER_E_END;
        rc = rc == AVERROR(EAGAIN) ? sound_decoder_feed(decoder, err)
                                   : sound_decoder_count_bad(decoder, rc, err);
        if (rc < 0)
            return rc;
    }
}
