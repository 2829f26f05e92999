/* sound_file.c - see sound_file.h. */
#include "video/sound_file.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "video/cancel.h"
#include "video/resample.h"
#include "video/timeline.h"
#include "video/words.h"

enum {
    IO_BUFFER = 32768,
    BAD_PACKETS_MAX =
        3, /* tags and cut first frames look like damage to a decoder; more is damage */
};

#define CODECS                                                                                     \
    "pcm_s16le,pcm_s24le,pcm_s32le,pcm_u8,pcm_f32le,pcm_f64le,pcm_alaw,pcm_mulaw,mp3,mp3float,"    \
    "flac,"                                                                                        \
    "vorbis,opus,aac,alac"

struct source {
    const char *name;
    int fd;
    off_t size;
    const atomic_bool *cancel;
    bool disk_failed;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *decoder;
    int stream;
    int bad_packets;
    int64_t most; /* samples that are wanted */
    struct resample resample;
    bool resampling;
    int sample_format, channels, rate; /* of the first frame */
};

static int read_some(void *ctx, uint8_t *data, int len)
{
    struct source *source = ctx;
    ssize_t n;

    if (cancel_is_set(source->cancel))
        return AVERROR_EXIT;
    do
        n = read(source->fd, data, (size_t)len);
    while (n < 0 && errno == EINTR);
    source->disk_failed |= n < 0;
    return n > 0 ? (int)n : n == 0 ? AVERROR_EOF : AVERROR(errno);
}

static int64_t seek_to(void *ctx, int64_t offset, int whence)
{
    struct source *source = ctx;

    if (whence & AVSEEK_SIZE)
        return source->size;
    offset = lseek(source->fd, offset, whence & ~AVSEEK_FORCE);
    return offset < 0 ? AVERROR(errno) : offset;
}

/* A file that asks for another file. */
static int open_nothing(
    AVFormatContext *format, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)format, (void)pb, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static const AVInputFormat *format_of(const uint8_t *head, size_t n)
{
    if (n >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WAVE", 4) == 0)
        return av_find_input_format("wav");
    if (n >= 12 && memcmp(head + 4, "ftyp", 4) == 0)
        return av_find_input_format("mov");
    if (n >= 4 && memcmp(head, "fLaC", 4) == 0)
        return av_find_input_format("flac");
    if (n >= 4 && memcmp(head, "OggS", 4) == 0)
        return av_find_input_format("ogg");
    /* MP3: an ID3 tag, or a frame's sync word with layer III. */
    if (n >= 4 && (memcmp(head, "ID3", 3) == 0 || (head[0] == 0xFF && (head[1] & 0xE6) == 0xE2)))
        return av_find_input_format("mp3");
    return NULL;
}

/* A WAV's length stands at its start; libav takes what is there.  Programs that write into a pipe
 * can't know it, and leave 0 or as much as fits. */
static bool is_cut_wav(const struct source *source, const uint8_t *head)
{
    uint32_t said =
        (uint32_t)head[7] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[5] << 8 | head[4];

    return memcmp(head, "RIFF", 4) == 0 && said < 0x7F000000 && (off_t)said + 8 > source->size + 1;
}

static int refuse(const struct source *source, int rc, const char *what, struct error *err)
{
    if (rc == AVERROR_EXIT)
        return cancel_error(err);
    /* Some demuxers call damage an I/O error. */
    if (rc == AVERROR(EIO) && !source->disk_failed)
        rc = AVERROR_INVALIDDATA;
    return words_error(err, ERR_INPUT, rc, "%s: %s", source->name, what);
}

static int open_io(struct source *source, struct error *err)
{
    uint8_t *buffer = av_malloc(IO_BUFFER);

    source->io =
        buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, source, read_some, NULL, seek_to) : NULL;
    source->format = avformat_alloc_context();
    if (!source->io || !source->format) {
        if (!source->io)
            av_free(buffer);
        return error_set(err, ERR_LIMIT, "no memory for %s", source->name);
    }
    source->format->pb = source->io;
    source->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    source->format->io_open = open_nothing;
    return 0;
}

static int open_format(struct source *source, struct error *err)
{
    uint8_t head[12];
    ssize_t n = pread(source->fd, head, sizeof head, 0);
    const AVInputFormat *input = n > 0 ? format_of(head, (size_t)n) : NULL;
    AVDictionary *options = NULL;
    int rc;

    if (!input)
        return error_set(
            err, ERR_INPUT, "%s: not a WAV, MP3, FLAC, Ogg or M4A sound", source->name);
    if (is_cut_wav(source, head))
        return error_set(err, ERR_INPUT,
            "%s: truncated (the WAV ends before the length in its header)", source->name);
    rc = open_io(source, err);
    if (rc < 0)
        return rc;
    av_dict_set(&options, "codec_whitelist", CODECS, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    words_clear();
    rc = avformat_open_input(&source->format, NULL, input, &options);
    av_dict_free(&options);
    if (rc >= 0)
        rc = avformat_find_stream_info(source->format, NULL);
    return rc < 0 ? refuse(source, rc, "can't be read", err) : 0;
}

static int open_decoder(struct source *source, struct error *err)
{
    const AVCodec *codec = NULL;
    int rc = av_find_best_stream(source->format, AVMEDIA_TYPE_AUDIO, -1, -1, &codec, 0);

    if (rc < 0)
        return error_set(err, ERR_INPUT, "%s: holds no sound that can be decoded", source->name);
    source->stream = rc;
    for (unsigned i = 0; i < source->format->nb_streams; i++)
        if ((int)i != source->stream)
            source->format->streams[i]->discard = AVDISCARD_ALL;
    source->decoder = avcodec_alloc_context3(codec);
    if (!source->decoder)
        return error_set(err, ERR_LIMIT, "no memory for %s", source->name);
    rc = avcodec_parameters_to_context(
        source->decoder, source->format->streams[source->stream]->codecpar);
    source->decoder->thread_count = 1;
    source->decoder->pkt_timebase = source->format->streams[source->stream]->time_base;
    if (rc >= 0)
        rc = avcodec_open2(source->decoder, codec, NULL);
    return rc < 0 ? refuse(source, rc, "can't be decoded", err) : 0;
}

static int open_resample(
    struct source *source, const AVFrame *frame, struct spool *spool, struct error *err)
{
    AVChannelLayout layout = {0};
    int rc;

    if (frame->sample_rate < SOUND_HZ_MIN || frame->sample_rate > SOUND_HZ_MAX)
        return error_set(err, ERR_INPUT, "%d samples a second: %d to %d can be read",
            frame->sample_rate, SOUND_HZ_MIN, SOUND_HZ_MAX);
    av_channel_layout_copy(&layout, &frame->ch_layout);
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
    rc = resample_open(&layout, (enum AVSampleFormat)frame->format, frame->sample_rate, spool,
        source->most == SOUND_WHOLE ? (int64_t)SOUND_SECONDS_MAX * TIMELINE_RATE : SOUND_WHOLE,
        &source->resample, err);
    av_channel_layout_uninit(&layout);
    source->resampling = rc == 0;
    source->sample_format = frame->format;
    source->channels = frame->ch_layout.nb_channels;
    source->rate = frame->sample_rate;
    return rc;
}

static bool is_like_first(const struct source *source, const AVFrame *frame)
{
    return frame->format == source->sample_format &&
           frame->ch_layout.nb_channels == source->channels && frame->sample_rate == source->rate;
}

/* The first frame says what the sound is really like; headers may not know. */
static int add_frame(
    struct source *source, const AVFrame *frame, struct spool *spool, struct error *err)
{
    int rc = 0;

    if (!source->resampling)
        rc = open_resample(source, frame, spool, err);
    else if (!is_like_first(source, frame))
        rc = error_set(err, ERR_INPUT, "changes its kind of sound in the middle");
    if (rc == 0)
        rc = resample_add(&source->resample, (const uint8_t *const *)frame->extended_data,
            frame->nb_samples, err);
    return rc < 0 ? error_where(err, "%s: ", source->name) : 0;
}

static int drain(struct source *source, AVFrame *frame, struct spool *spool, struct error *err)
{
    for (;;) {
        int rc = avcodec_receive_frame(source->decoder, frame);

        if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF)
            return 0;
        if (rc < 0 && ++source->bad_packets > BAD_PACKETS_MAX)
            return refuse(source, rc, "damaged", err);
        if (rc < 0)
            return 0;
        rc = add_frame(source, frame, spool, err);
        av_frame_unref(frame);
        if (rc < 0)
            return rc;
    }
}

static int feed(struct source *source, const AVPacket *packet, AVFrame *frame, struct spool *spool,
    struct error *err)
{
    int rc;

    if (packet && packet->stream_index != source->stream)
        return 0;
    rc = avcodec_send_packet(source->decoder, packet);
    if (rc < 0 && rc != AVERROR_EOF && ++source->bad_packets > BAD_PACKETS_MAX)
        return refuse(source, rc, "damaged", err);
    return drain(source, frame, spool, err);
}

static bool is_enough(const struct source *source)
{
    return source->resampling && source->resample.n >= source->most;
}

static int decode(
    struct source *source, AVPacket *packet, AVFrame *frame, struct spool *spool, struct error *err)
{
    while (!is_enough(source)) {
        int rc =
            cancel_is_set(source->cancel) ? AVERROR_EXIT : av_read_frame(source->format, packet);

        if (rc == AVERROR_EOF)
            break;
        if (rc < 0)
            return refuse(source, rc, "truncated or damaged", err);
        rc = feed(source, packet, frame, spool, err);
        av_packet_unref(packet);
        if (rc < 0)
            return rc;
    }
    return is_enough(source) ? 0 : feed(source, NULL, frame, spool, err);
}

/* A header that promises more than there was. */
static int check_length(const struct source *source, int64_t n, struct error *err)
{
    const AVStream *stream = source->format->streams[source->stream];
    double said = stream->duration > 0 ? (double)stream->duration * av_q2d(stream->time_base) : 0;
    double was = (double)n / TIMELINE_RATE;

    if (n == 0)
        return error_set(err, ERR_INPUT, "%s: holds no sound", source->name);
    if (was < said * 0.97 - 0.3)
        return error_set(
            err, ERR_INPUT, "%s: truncated (%.1f of %.1f seconds)", source->name, was, said);
    return 0;
}

static int add_all(struct source *source, struct spool *spool, int64_t *ret_n, struct error *err)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int rc = packet && frame ? decode(source, packet, frame, spool, err)
                             : error_set(err, ERR_LIMIT, "no memory for %s", source->name);

    av_packet_free(&packet);
    av_frame_free(&frame);
    if (rc == 0 && source->resampling && !is_enough(source))
        rc = resample_add(&source->resample, NULL, 0, err) < 0
                 ? error_where(err, "%s: ", source->name)
                 : 0;
    if (rc < 0)
        return rc;
    *ret_n = is_enough(source) ? source->most : source->resample.n;
    return is_enough(source) ? 0 : check_length(source, *ret_n, err);
}

static void close_source(struct source *source)
{
    if (source->resampling)
        resample_close(&source->resample);
    avcodec_free_context(&source->decoder);
    avformat_close_input(&source->format);
    if (source->io)
        av_freep(&source->io->buffer);
    avio_context_free(&source->io);
    close(source->fd);
}

int sound_file_add(int root_fd, const char *name, int64_t most, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err)
{
    struct source source = {.name = name, .cancel = cancel, .most = most};
    struct stat stat;
    int rc = beneath_open(root_fd, name, &source.fd, &stat, err);

    if (rc < 0)
        return rc;
    source.size = stat.st_size;
    rc = open_format(&source, err);
    if (rc == 0)
        rc = open_decoder(&source, err);
    if (rc == 0)
        rc = add_all(&source, spool, ret_n, err);
    close_source(&source);
    return rc;
}
