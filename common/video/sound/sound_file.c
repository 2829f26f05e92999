/* sound_file.c - see sound_file.h. */
#include "video/sound/sound_file.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/cancel.h"
#include "base/mem.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"
#include "video/sound/mpeg_frames.h"
#include "video/sound/resample.h"
#include "video/sound/sound_kind.h"

enum {
    IO_BUFFER = 32768,
    BAD_PACKETS_MAX = 3, /* cut first frames look like damage to a decoder; more is damage */
    CHECKED = 4800,      /* samples that tell whether a file can be decoded at all */
};

#define CODECS                                                                                     \
    "pcm_s8,pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,"         \
    "pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,"        \
    "mp1,mp1float,mp2,mp2float,mp3,mp3float,aac,aac_fixed,alac,flac,vorbis,opus,amrnb,amrwb,"      \
    "wmav1,wmav2,wmapro,wmalossless,wmavoice"

/* What was last heard of the decoder. */
enum stage { SOUND_DECODES, SOUND_DRAINS, SOUND_ENDED };

struct sound_file {
    const char *name;
    const atomic_bool *cancel;
    int fd;
    int64_t end; /* of all sounds; the view ends with the one that is read */
    struct file_view *view;
    struct sound_kind kind;
    struct sound_mends mends;

    /* The sound that is read: an Ogg file may be several. */
    int64_t at; /* of the file: what libav reads next */
    AVIOContext *io;
    AVFormatContext *format; /* NULL: frames are read without one */
    struct mpeg_frames frames;
    AVCodecContext *decoder;
    int stream;
    AVPacket *packet;
    AVFrame *frame;
    enum stage stage;
    int64_t skip, left; /* samples of the decoder's that don't count, then those that do */
    bool last_was_bad;  /* the last packet could not be decoded */

    int bad_packets, changes;
    struct resample resample;
    bool has_frame;                    /* that waits until what came before it is resampled */
    int sample_format, channels, rate; /* of what is resampled */
    int64_t n;                         /* samples given so far */
};

/* --- what libav may do --- */

/* Bytes of the mends that lie in what was read from `at` on. */
static void put_mends(const struct sound_mends *mends, int64_t at, uint8_t *data, int n)
{
    for (int k = 0; k < mends->n; k++)
        for (int i = 0; i < mends->list[k].n; i++) {
            int64_t where = mends->list[k].at + i - at;

            if (where >= 0 && where < n)
                data[where] = mends->list[k].bytes[i];
        }
}

static int read_some(void *ctx, uint8_t *data, int len)
{
    struct sound_file *file = ctx;
    int n;

    if (cancel_is_set(file->cancel))
        return AVERROR_EXIT;
    n = file_view_read(file->view, file->at, data, len);
    if (n <= 0)
        return n < 0 ? AVERROR(EIO) : AVERROR_EOF;
    put_mends(&file->mends, file->at, data, n);
    file->at += n;
    return n;
}

static int64_t seek_to(void *ctx, int64_t offset, int whence)
{
    struct sound_file *file = ctx;
    const struct file_view *view = file->view;

    if (whence & AVSEEK_SIZE)
        return view->end - view->start;
    whence &= ~AVSEEK_FORCE;
    offset += whence == SEEK_CUR ? file->at : whence == SEEK_END ? view->end : view->start;
    if (offset < view->start)
        return AVERROR(EINVAL);
    file->at = offset;
    return offset - view->start;
}

/* A file that asks for another file. */
static int open_nothing(
    AVFormatContext *format, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)format, (void)pb, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static int refuse(const struct sound_file *file, int rc, const char *what, struct error *err)
{
    if (rc == AVERROR_EXIT || cancel_is_set(file->cancel))
        return cancel_error(err);
    /* Some demuxers call damage an I/O error. */
    if (rc == AVERROR(EIO) && !file->view->has_failed)
        rc = AVERROR_INVALIDDATA;
    return libav_error(err, ERR_INPUT, rc, "%s: %s", file->name, what);
}

static int no_memory(const struct sound_file *file, struct error *err)
{
    return error_set(err, ERR_LIMIT, "no memory for %s", file->name);
}

/* --- opening one sound --- */

static int open_io(struct sound_file *file, struct error *err)
{
    uint8_t *buffer = av_malloc(IO_BUFFER);

    file->at = file->view->start;
    file->io =
        buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, file, read_some, NULL, seek_to) : NULL;
    file->format = avformat_alloc_context();
    if (!file->io || !file->format) {
        if (!file->io)
            av_free(buffer);
        return no_memory(file, err);
    }
    file->format->pb = file->io;
    file->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    file->format->io_open = open_nothing;
    return 0;
}

static int open_format(struct sound_file *file, struct error *err)
{
    AVDictionary *options = NULL;
    int rc = open_io(file, err);

    if (rc < 0)
        return rc;
    av_dict_set(&options, "codec_whitelist", CODECS, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    libav_log_clear();
    rc = avformat_open_input(
        &file->format, NULL, av_find_input_format(file->kind.demuxer), &options);
    av_dict_free(&options);
    if (rc >= 0)
        rc = avformat_find_stream_info(file->format, NULL);
    return rc < 0 ? refuse(file, rc, "can't be read", err) : 0;
}

static int open_codec(struct sound_file *file, const AVCodec *codec,
    const AVCodecParameters *parameters, struct error *err)
{
    int rc = 0;

    file->decoder = avcodec_alloc_context3(codec);
    if (!file->decoder)
        return no_memory(file, err);
    if (parameters)
        rc = avcodec_parameters_to_context(file->decoder, parameters);
    file->decoder->thread_count = 1;
    if (rc >= 0)
        rc = avcodec_open2(file->decoder, codec, NULL);
    return rc < 0 ? refuse(file, rc, "can't be decoded", err) : 0;
}

static int open_stream(struct sound_file *file, struct error *err)
{
    const AVCodec *codec = NULL;
    int rc = av_find_best_stream(file->format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);

    if (rc < 0 || av_match_list(codec->name, CODECS, ',') == 0)
        return error_set(err, ERR_INPUT, "%s: holds no sound that can be decoded", file->name);
    file->stream = rc;
    for (unsigned i = 0; i < file->format->nb_streams; i++)
        if ((int)i != file->stream)
            file->format->streams[i]->discard = AVDISCARD_ALL;
    rc = open_codec(file, codec, file->format->streams[file->stream]->codecpar, err);
    if (rc == 0)
        file->decoder->pkt_timebase = file->format->streams[file->stream]->time_base;
    return rc;
}

static int open_frames(struct sound_file *file, struct error *err)
{
    static const enum AVCodecID layers[] = {
        AV_CODEC_ID_AAC, AV_CODEC_ID_MP1, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3};
    bool is_adts = file->kind.layout == SOUND_FRAMES_ADTS;
    struct mpeg_frame frame;
    const AVCodec *codec;

    mpeg_frames_open(file->view, is_adts, &file->frames);
    if (!mpeg_frames_next(&file->frames, &frame))
        return refuse(file, AVERROR_INVALIDDATA, "can't be read", err);
    mpeg_frames_open(file->view, is_adts, &file->frames);
    codec = avcodec_find_decoder(layers[frame.layer]);
    return codec ? open_codec(file, codec, NULL, err)
                 : error_set(err, ERR_LIBRARY, "libavcodec has no decoder for %s", file->name);
}

static void close_sound(struct sound_file *file)
{
    avcodec_free_context(&file->decoder);
    avformat_close_input(&file->format);
    if (file->io)
        av_freep(&file->io->buffer);
    avio_context_free(&file->io);
}

static int open_sound(struct sound_file *file, struct error *err)
{
    int rc;

    file->view->end = file->end;
    file->view->end = sound_kind_end(file->view, &file->kind);
    file->stage = SOUND_DECODES;
    file->skip = 0;
    file->left = INT64_MAX;
    file->last_was_bad = false;
    if (!file->kind.demuxer)
        return open_frames(file, err);
    rc = open_format(file, err);
    return rc < 0 ? rc : open_stream(file, err);
}

/* --- packets --- */

/* An info frame begins a sound, of which a file of joined ones has several.  If it tells the truth
 * of how many frames there are, it tells where the encoder's own samples end, too. */
static void begin_frames(struct sound_file *file, const struct mpeg_frame *info)
{
    enum { DECODER_DELAY = 529 };
    struct mpeg_frames ahead = file->frames;
    struct mpeg_frame frame;
    int64_t n = 0, samples = 0;

    for (; mpeg_frames_next(&ahead, &frame) && !frame.is_info; n++)
        samples += frame.samples;
    file->skip = info->delay ? info->delay + DECODER_DELAY : 0;
    file->left = info->n_told == n && info->padding > DECODER_DELAY
                     ? samples - file->skip - info->padding + DECODER_DELAY
                     : INT64_MAX;
}

/* Frames as they lie in the file.  AVERROR_EOF after the last. */
static int read_frame(struct sound_file *file)
{
    struct mpeg_frame frame;
    int rc;

    for (;;) {
        if (!mpeg_frames_next(&file->frames, &frame))
            return cancel_is_set(file->cancel) ? AVERROR_EXIT : AVERROR_EOF;
        if (!frame.is_info)
            break;
        begin_frames(file, &frame);
    }
    rc = av_new_packet(file->packet, frame.length);
    if (rc < 0)
        return rc;
    rc = file_view_read(file->view, frame.at, file->packet->data, frame.length);
    return rc == frame.length ? 0 : AVERROR(EIO);
}

static int read_packet(struct sound_file *file)
{
    int rc;

    do {
        av_packet_unref(file->packet);
        if (cancel_is_set(file->cancel))
            return AVERROR_EXIT;
        if (!file->format)
            return read_frame(file);
        rc = av_read_frame(file->format, file->packet);
    } while (rc >= 0 && file->packet->stream_index != file->stream);
    return rc;
}

/* The decoder did not like a packet. */
static int forgive(struct sound_file *file, int rc, struct error *err)
{
    file->last_was_bad = true;
    return ++file->bad_packets > BAD_PACKETS_MAX ? refuse(file, rc, "damaged", err) : 0;
}

static int check_end(const struct sound_file *file, struct error *err)
{
    return file->last_was_bad
               ? error_set(err, ERR_INPUT, "%s: truncated: its last frame is not whole", file->name)
               : 0;
}

static int feed(struct sound_file *file, struct error *err)
{
    int rc = read_packet(file);

    if (rc == AVERROR_EOF) {
        file->stage = SOUND_DRAINS;
        avcodec_send_packet(file->decoder, NULL);
        return check_end(file, err);
    }
    if (rc < 0)
        return refuse(file, rc, "truncated or damaged", err);
    if (file->kind.layout == SOUND_MP4 && (file->packet->flags & AV_PKT_FLAG_CORRUPT))
        return error_set(err, ERR_INPUT, "%s: truncated: a frame is not all there", file->name);
    file->last_was_bad = false;
    rc = avcodec_send_packet(file->decoder, file->packet);
    av_packet_unref(file->packet);
    return rc < 0 ? forgive(file, rc, err) : 0;
}

/* --- frames --- */

static int check_frame(const struct sound_file *file, struct error *err)
{
    int rate = file->frame->sample_rate;

    if (rate < SOUND_HZ_MIN || rate > SOUND_HZ_MAX)
        return error_set(err, ERR_INPUT, "%s: %d samples a second: %d to %d can be read",
            file->name, rate, SOUND_HZ_MIN, SOUND_HZ_MAX);
    return 0;
}

static bool is_like_before(const struct sound_file *file)
{
    const AVFrame *frame = file->frame;

    return frame->format == file->sample_format && frame->ch_layout.nb_channels == file->channels &&
           frame->sample_rate == file->rate;
}

/* Frames say what the sound is really like; headers may not know. */
static int open_resample(struct sound_file *file, struct error *err)
{
    const AVFrame *frame = file->frame;
    AVChannelLayout layout = {0};
    int rc = check_frame(file, err);

    if (rc < 0)
        return rc;
    if (file->changes++ > SOUND_CHANGES_MAX)
        return error_set(err, ERR_INPUT, "%s: changes its kind of sound more than %d times",
            file->name, SOUND_CHANGES_MAX);
    av_channel_layout_copy(&layout, &frame->ch_layout);
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
    rc = resample_open(
        &layout, (enum AVSampleFormat)frame->format, frame->sample_rate, &file->resample, err);
    av_channel_layout_uninit(&layout);
    file->sample_format = frame->format;
    file->channels = frame->ch_layout.nb_channels;
    file->rate = frame->sample_rate;
    return rc < 0 ? error_where(err, "%s: ", file->name) : 0;
}

/* The part of the frame that counts. */
static int add_frame(struct sound_file *file, struct error *err)
{
    AVFrame *frame = file->frame;
    bool is_planar = av_sample_fmt_is_planar((enum AVSampleFormat)frame->format);
    int channels = frame->ch_layout.nb_channels, n_planes = is_planar ? channels : 1, rc = 0;
    int bytes =
        av_get_bytes_per_sample((enum AVSampleFormat)frame->format) * (is_planar ? 1 : channels);
    int first = file->skip < frame->nb_samples ? (int)file->skip : frame->nb_samples;
    int n = frame->nb_samples - first;

    n = n < file->left ? n : (int)file->left;
    for (int i = 0; i < n_planes; i++)
        frame->extended_data[i] += (int64_t)first * bytes;
    if (n > 0)
        rc = resample_add(&file->resample, (const uint8_t *const *)frame->extended_data, n, err);
    file->skip -= first;
    file->left -= n;
    file->has_frame = false;
    av_frame_unref(frame);
    return rc < 0 ? error_where(err, "%s: ", file->name) : 0;
}

/* One step: a frame of the decoder's, or a packet for it. */
static int decode(struct sound_file *file, struct error *err)
{
    int rc = avcodec_receive_frame(file->decoder, file->frame);

    file->has_frame = rc >= 0;
    if (rc == AVERROR_EOF)
        file->stage = SOUND_ENDED;
    else if (rc == AVERROR(EAGAIN))
        return feed(file, err);
    else if (rc < 0)
        return forgive(file, rc, err);
    return 0;
}

/* --- one sound after another --- */

static bool has_next(const struct sound_file *file)
{
    return file->view->end < file->end && file->kind.layout == SOUND_OGG;
}

static int open_next(struct sound_file *file, struct error *err)
{
    close_sound(file);
    file->view->start = file->view->end;
    return open_sound(file, err);
}

/* What makes more samples come out; `*ret_is_end`: nothing does. */
static int advance(struct sound_file *file, bool *ret_is_end, struct error *err)
{
    *ret_is_end = false;
    if (file->has_frame && file->resample.swr && is_like_before(file))
        return add_frame(file, err);
    if (file->has_frame) { /* the first, or of another kind, and all before it is resampled */
        int rc;

        resample_close(&file->resample);
        rc = open_resample(file, err);
        return rc < 0 ? rc : add_frame(file, err);
    }
    if (file->stage != SOUND_ENDED)
        return decode(file, err);
    if (has_next(file))
        return open_next(file, err);
    *ret_is_end = true;
    return 0;
}

/* Nothing of the same kind follows. */
static bool is_last_of_kind(const struct sound_file *file)
{
    return file->has_frame ? !is_like_before(file) : file->stage == SOUND_ENDED && !has_next(file);
}

static int take(struct sound_file *file, float *pairs, int n, struct error *err)
{
    int rc = file->resample.swr
                 ? resample_take(&file->resample, pairs, n, is_last_of_kind(file), err)
                 : 0;

    return rc < 0 ? error_where(err, "%s: ", file->name) : rc;
}

static int check_length(struct sound_file *file, int got, bool is_end, struct error *err)
{
    file->n += got;
    if (file->n > (int64_t)SOUND_SECONDS_MAX * TIMELINE_RATE)
        return error_set(
            err, ERR_INPUT, "%s: longer than %d seconds", file->name, SOUND_SECONDS_MAX);
    if (is_end && file->n == 0)
        return error_set(err, ERR_INPUT, "%s: holds no sound", file->name);
    return got;
}

int sound_file_read(struct sound_file *file, float *pairs, int n, struct error *err)
{
    int got = 0;
    bool is_end = false;

    while (got < n && !is_end) {
        int did = take(file, pairs + 2 * (int64_t)got, n - got, err);

        if (did < 0)
            return did;
        got += did;
        did = did > 0 ? 0 : advance(file, &is_end, err);
        if (did < 0)
            return did;
    }
    return check_length(file, got, is_end, err);
}

/* --- */

static int open_all(struct sound_file *file, struct error *err)
{
    int rc = sound_kind_of(file->view, file->name, &file->kind, err);

    file->end = file->view->end;
    if (rc == 0)
        rc = sound_kind_check(file->view, file->name, &file->kind, &file->mends, err);
    if (rc < 0)
        return rc;
    file->packet = av_packet_alloc();
    file->frame = av_frame_alloc();
    return file->packet && file->frame ? open_sound(file, err) : no_memory(file, err);
}

int sound_file_open(int root_fd, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err)
{
    struct sound_file *file;
    struct stat stat;
    int fd, rc = beneath_open(root_fd, name, &fd, &stat, err);

    if (rc < 0)
        return rc;
    file = mem_new(struct sound_file);
    *file = (struct sound_file){
        .name = name, .cancel = cancel, .fd = fd, .view = mem_new(struct file_view)};
    file->view->fd = fd;
    file->view->end = stat.st_size;
    file->view->cancel = cancel;
    rc = open_all(file, err);
    if (rc < 0)
        sound_file_close(file);
    else
        *ret_file = file;
    return rc;
}

void sound_file_close(struct sound_file *file)
{
    if (!file)
        return;
    resample_close(&file->resample);
    close_sound(file);
    av_packet_free(&file->packet);
    av_frame_free(&file->frame);
    free(file->view);
    close(file->fd);
    free(file);
}

int sound_file_check(int root_fd, const char *name, struct error *err)
{
    float pairs[2 * CHECKED];
    struct sound_file *file;
    int rc;

    libav_log_listen();
    rc = sound_file_open(root_fd, name, NULL, &file, err);
    if (rc < 0)
        return rc;
    rc = sound_file_read(file, pairs, CHECKED, err);
    sound_file_close(file);
    return rc < 0 ? rc : 0;
}
