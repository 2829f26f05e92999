/* live.c - see live.h. */
#include "video/deliver/live.h"

#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "video/deliver/mp4_parts.h"
#include "video/deliver/playlist.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"

enum { LIVE_PICTURE, LIVE_SOUND };
enum { LIVE_PLAYLIST_MAX = 16 << 20 /* bytes */, LIVE_NAME_MAX = 64 };

struct live {
    const struct outdir *dir;
    int fps;
    char playlist[LIVE_NAME_MAX]; /* its name */
    char codecs[LIVE_CODECS_MAX];
    AVFormatContext *format; /* writes to memory */
    AVPacket *packet;        /* scratch: a reference to the packet that is written */
    int64_t media;           /* bytes of the packets of this piece */
    int n_pieces, n_frames;
    struct buf before; /* the playlist of an earlier run, until ours has been written over it */
    struct buf text;   /* the playlist */
    bool is_complete;
};

static int live_error(const struct live *live, int rc, struct error *err)
{
    return libav_error(
        err, ERR_LIBRARY, rc, "%s/%s can't be made", live->dir->path, live->playlist);
}

/* --- names --- */

static void live_name(
    const struct outdir *dir, const char *end, char ret_name[static LIVE_NAME_MAX])
{
    const char *job = dir->writer.job;

    snprintf(ret_name, LIVE_NAME_MAX, LIVE_PREFIX "%s%s%s", job ? "-" : "", job ? job : "", end);
}

static void live_name_init(const struct outdir *dir, char ret_name[static LIVE_NAME_MAX])
{
    live_name(dir, "-init.mp4", ret_name);
}

static void live_name_piece(
    const struct outdir *dir, int number, char ret_name[static LIVE_NAME_MAX])
{
    char end[32];

    snprintf(end, sizeof end, "-%d.m4s", number);
    live_name(dir, end, ret_name);
}

/* --- files --- */

/* libavformat makes a file in memory, and leaves out without an error what it has no memory for. */
static bool live_is_whole(const struct live *live, bool is_init, const uint8_t *data, size_t len)
{
    const AVCodecParameters *picture = live->format->streams[LIVE_PICTURE]->codecpar;
    int64_t media;

    if (!data || !mp4_boxes_fill(data, len, &media))
        return false;
    /* Pictures may grow by a byte a slice: see mux_check.c. */
    return is_init ? mp4_has_parameter_sets(data, len, picture) : media >= live->media;
}

/* Write what the muxer has put out since the last call to the file `name`.  Not flushed to the
 * disk: if the machine dies, the job's next run writes it again. */
static int live_write_file(struct live *live, const char *name, bool is_init, struct error *err)
{
    uint8_t *data = NULL;
    int len, rc;

    avio_flush(live->format->pb);
    len = avio_close_dyn_buf(live->format->pb, &data);
    live->format->pb = NULL;
    rc = live_is_whole(live, is_init, data, (size_t)len)
             ? outdir_write(live->dir, name, data, (size_t)len, err)
             : error_set(err, ERR_LIMIT, "no memory for %s: try again", name);
    av_free(data);
    if (rc == 0 && avio_open_dyn_buf(&live->format->pb) < 0)
        rc = error_set(err, ERR_LIMIT, "no memory for %s", name);
    return rc;
}

/* What an earlier run left stays until we have as much, so that a viewer never gets a shorter list.
 * It is the beginning of ours, unless another version of casecast wrote it. */
static int live_write_playlist(struct live *live, struct error *err)
{
    const struct buf *text = &live->text, *before = &live->before;
    bool is_same;

    if (text->len < before->len && !live->is_complete)
        return 0;
    is_same = !before->len ||
              (text->len >= before->len && memcmp(text->data, before->data, before->len) == 0);
    buf_free(&live->before);
    return is_same ? outdir_grow(live->dir, live->playlist, text->data, text->len, err)
                   : outdir_write(live->dir, live->playlist, text->data, text->len, err);
}

void live_sweep(const struct outdir *dir)
{
    char name[LIVE_NAME_MAX];
    int number = 1;

    live_name(dir, ".m3u8", name);
    outdir_remove(dir, name);
    live_name_init(dir, name);
    outdir_remove(dir, name);
    do
        live_name_piece(dir, number++, name);
    while (outdir_remove(dir, name));
}

/* --- opening --- */

/* What an earlier run has published. */
static int live_read_before(struct live *live, struct error *err)
{
    return outdir_read(live->dir, live->playlist, LIVE_PLAYLIST_MAX, &live->before, err);
}

/* RFC 6381: "avc1." and the three bytes behind the NAL header of the sequence parameter set.  The
 * encoder's headers are in the format of H.264, Annex B: NAL units behind start codes. */
static void live_name_codecs(
    const AVCodecParameters *picture, char ret_codecs[static LIVE_CODECS_MAX])
{
    const uint8_t *data = picture->extradata;
    int at = 0;

    while (at + 4 < picture->extradata_size &&
           !(data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1 && (data[at + 3] & 31) == 7))
        at++;
    snprintf(ret_codecs, LIVE_CODECS_MAX, "avc1.%02x%02x%02x, mp4a.40.2", data[at + 4],
        data[at + 5], data[at + 6]);
}

static int live_add_stream(
    struct live *live, const AVCodecParameters *parameters, int rate, struct error *err)
{
    AVStream *stream = avformat_new_stream(live->format, NULL);
    int rc = stream ? avcodec_parameters_copy(stream->codecpar, parameters) : AVERROR(ENOMEM);

    if (rc < 0)
        return live_error(live, rc, err);
    stream->time_base = (AVRational){1, rate};
    return 0;
}

static int live_begin(struct live *live, struct error *err)
{
    int rc;

    live->format->flags |= AVFMT_FLAG_BITEXACT;
    live->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    /* Not by avformat_write_header(), which copies options, and goes on where it has no memory. */
    rc = av_opt_set(
        live->format->priv_data, "movflags", "delay_moov+default_base_moof+frag_custom", 0);
    /* So that each frame's time is a whole number in the MP4. */
    if (rc >= 0)
        rc = av_opt_set_int(live->format->priv_data, "video_track_timescale", live->fps * 512, 0);
    if (rc >= 0)
        rc = avformat_write_header(live->format, NULL);
    return rc < 0 ? live_error(live, rc, err) : 0;
}

static int live_prepare(struct live *live, const AVCodecParameters *picture,
    const AVCodecParameters *sound, struct error *err)
{
    int rc;

    libav_log_clear();
    live->packet = av_packet_alloc();
    rc = avformat_alloc_output_context2(&live->format, NULL, "mp4", NULL);
    if (rc >= 0)
        rc = live->packet ? avio_open_dyn_buf(&live->format->pb) : AVERROR(ENOMEM);
    if (rc < 0)
        return live_error(live, rc, err);
    rc = live_add_stream(live, picture, live->fps, err);
    if (rc == 0)
        rc = live_add_stream(live, sound, TIMELINE_RATE, err);
    return rc < 0 ? rc : live_begin(live, err);
}

int live_open(const struct outdir *dir, const AVCodecParameters *picture,
    const AVCodecParameters *sound, int fps, int piece_max_s, struct live **ret_live,
    struct error *err)
{
    struct live *live = mem_new(struct live);
    char init_name[LIVE_NAME_MAX];
    int rc;

    live->dir = dir;
    live->fps = fps;
    live_name(dir, ".m3u8", live->playlist);
    live_name_init(dir, init_name);
    playlist_begin(&live->text, piece_max_s, init_name);
    live_name_codecs(picture, live->codecs);
    rc = live_read_before(live, err);
    if (rc == 0)
        rc = live_prepare(live, picture, sound, err);
    if (rc < 0) {
        live_free(live);
        return rc;
    }
    *ret_live = live;
    return 0;
}

void live_free(struct live *live)
{
    uint8_t *rest;

    if (!live)
        return;
    if (live->format && live->format->pb) {
        avio_close_dyn_buf(live->format->pb, &rest);
        av_free(rest);
        live->format->pb = NULL;
    }
    avformat_free_context(live->format);
    av_packet_free(&live->packet);
    buf_free(&live->before);
    buf_free(&live->text);
    free(live);
}

/* --- pieces --- */

static int live_write_packet(
    struct live *live, const AVPacket *packet, int stream, int rate, struct error *err)
{
    int rc = av_packet_ref(live->packet, packet);

    if (rc < 0)
        return live_error(live, rc, err);
    live->packet->stream_index = stream;
    av_packet_rescale_ts(
        live->packet, (AVRational){1, rate}, live->format->streams[stream]->time_base);
    live->media += live->packet->size;
    rc = av_write_frame(live->format, live->packet);
    av_packet_unref(live->packet);
    return rc < 0 ? live_error(live, rc, err) : 0;
}

int live_picture(struct live *live, const AVPacket *packet, struct error *err)
{
    return live_write_packet(live, packet, LIVE_PICTURE, live->fps, err);
}

int live_sound(struct live *live, const AVPacket *packet, struct error *err)
{
    return packet->pts < 0 ? 0 : live_write_packet(live, packet, LIVE_SOUND, TIMELINE_RATE, err);
}

/* The muxer's first flush puts out the headers alone. */
static int live_write_init(struct live *live, struct error *err)
{
    char name[LIVE_NAME_MAX];
    int rc = av_write_frame(live->format, NULL);

    live_name_init(live->dir, name);
    return rc < 0 ? live_error(live, rc, err) : live_write_file(live, name, true, err);
}

int live_cut(struct live *live, int n_frames, struct error *err)
{
    char name[LIVE_NAME_MAX];
    int rc = live->n_pieces == 0 ? live_write_init(live, err) : 0;

    if (rc < 0)
        return rc;
    rc = av_write_frame(live->format, NULL); /* ends the fragment */
    if (rc < 0)
        return live_error(live, rc, err);
    live_name_piece(live->dir, live->n_pieces + 1, name);
    rc = live_write_file(live, name, false, err);
    if (rc < 0)
        return rc;
    live->media = 0;
    live->n_pieces++;
    live->n_frames += n_frames;
    playlist_add(&live->text, (double)n_frames / live->fps, name);
    return live_write_playlist(live, err);
}

int live_end(struct live *live, struct error *err)
{
    live->is_complete = true;
    playlist_end(&live->text);
    return live_write_playlist(live, err);
}

int live_frames(const struct live *live)
{
    return live->n_frames;
}

const char *live_playlist(const struct live *live)
{
    return live->playlist;
}

const char *live_codecs(const struct live *live)
{
    return live->codecs;
}
