/* sound_demux.c - see sound_demux.h. */
#include "video/sound/sound_demux.h"

#include <libavutil/avstring.h>

#include "base/cancel.h"
#include "video/libav/libav_error.h"

/* Decoders that a file may use. */
#define CODECS                                                                                     \
    "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,"         \
    "pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,"        \
    "mp1,mp1float,mp2,mp2float,mp3,mp3float,aac,aac_fixed,alac,flac,vorbis,opus,amrnb,amrwb,"      \
    "wmav1,wmav2,wmapro,wmalossless,wmavoice"

/* --- opening, with libav's demuxer --- */

/* libav calls this if the file refers to another file. */
static int sound_demux_refuse_open(
    AVFormatContext *format, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)format, (void)pb, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static int sound_demux_open_format(struct sound_demux *demux, struct error *err)
{
    AVDictionary *options = NULL;
    int rc;

    demux->io = sound_input_io(demux->input);
    demux->format = avformat_alloc_context();
    if (!demux->io || !demux->format)
        return sound_input_no_memory(demux->input, err);
    demux->format->pb = demux->io;
    demux->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    demux->format->io_open = sound_demux_refuse_open;
    av_dict_set(&options, "codec_whitelist", CODECS, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    libav_log_clear();
    rc = avformat_open_input(
        &demux->format, NULL, av_find_input_format(demux->input->kind.demuxer), &options);
    av_dict_free(&options);
    if (rc >= 0)
        rc = avformat_find_stream_info(demux->format, NULL);
    return rc < 0 ? sound_input_error(demux->input, rc, "can't be read", err) : 0;
}

static int sound_demux_select_stream(struct sound_demux *demux, struct error *err)
{
    AVFormatContext *format = demux->format;
    int i = av_find_best_stream(format, AVMEDIA_TYPE_AUDIO, -1, -1, &demux->codec, 0);

    if (i < 0 || av_match_list(demux->codec->name, CODECS, ',') == 0)
        return error_set(
            err, ERR_INPUT, "%s: holds no sound that can be decoded", demux->input->name);
    demux->stream = format->streams[i];
    for (unsigned k = 0; k < format->nb_streams; k++)
        if ((int)k != i)
            format->streams[k]->discard = AVDISCARD_ALL;
    return 0;
}

/* --- opening, without a demuxer --- */

static int sound_demux_open_frames(struct sound_demux *demux, struct error *err)
{
    static const enum AVCodecID layers[] = {
        AV_CODEC_ID_AAC, AV_CODEC_ID_MP1, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3};
    struct sound_input *input = demux->input;
    bool is_adts = input->kind.layout == SOUND_FRAMES_ADTS;
    struct mpeg_frame frame;

    mpeg_frames_open(&input->view, is_adts, &demux->frames);
    if (!mpeg_frames_next(&demux->frames, &frame))
        return sound_input_error(input, AVERROR_INVALIDDATA, "can't be read", err);
    mpeg_frames_open(&input->view, is_adts, &demux->frames);
    demux->codec = avcodec_find_decoder(layers[frame.layer]);
    return demux->codec
               ? 0
               : error_set(err, ERR_LIBRARY, "libavcodec has no decoder for %s", input->name);
}

int sound_demux_open(struct sound_input *input, struct sound_demux *demux, struct error *err)
{
    int rc;

    *demux = (struct sound_demux){.input = input, .left = INT64_MAX};
    if (!input->kind.demuxer)
        return sound_demux_open_frames(demux, err);
    rc = sound_demux_open_format(demux, err);
    return rc < 0 ? rc : sound_demux_select_stream(demux, err);
}

void sound_demux_close(struct sound_demux *demux)
{
    avformat_close_input(&demux->format);
    sound_input_io_free(&demux->io);
}

/* --- packets --- */

/* An info frame starts a sound; a file of joined sounds has several.  If the number of frames that
 * it states is right, so is the padding that it states for the end. */
static void sound_demux_apply_info(struct sound_demux *demux, const struct mpeg_frame *info)
{
    enum { DECODER_DELAY = 529 }; /* samples, of every MP3 decoder */
    struct mpeg_frames ahead = demux->frames;
    struct mpeg_frame frame;
    int64_t n = 0, samples = 0;

    for (; mpeg_frames_next(&ahead, &frame) && !frame.is_info; n++)
        samples += frame.samples;
    demux->skip = info->delay ? info->delay + DECODER_DELAY : 0;
    demux->left = info->n_stated == n && info->padding > DECODER_DELAY
                      ? samples - demux->skip - info->padding + DECODER_DELAY
                      : INT64_MAX;
}

static int sound_demux_read_frame(struct sound_demux *demux, AVPacket *packet)
{
    struct mpeg_frame frame;
    int rc;

    for (;;) {
        if (!mpeg_frames_next(&demux->frames, &frame))
            return cancel_is_set(demux->input->cancel) ? AVERROR_EXIT : AVERROR_EOF;
        if (!frame.is_info)
            break;
        sound_demux_apply_info(demux, &frame);
    }
    rc = av_new_packet(packet, frame.length);
    if (rc < 0)
        return rc;
    rc = file_view_read(&demux->input->view, frame.at, packet->data, frame.length);
    return rc == frame.length ? 0 : AVERROR(EIO);
}

int sound_demux_read(struct sound_demux *demux, AVPacket *packet)
{
    int rc;

    do {
        av_packet_unref(packet);
        if (cancel_is_set(demux->input->cancel))
            return AVERROR_EXIT;
        if (!demux->format)
            return sound_demux_read_frame(demux, packet);
        rc = av_read_frame(demux->format, packet);
    } while (rc >= 0 && packet->stream_index != demux->stream->index);
    return rc;
}
