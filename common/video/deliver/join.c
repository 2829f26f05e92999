/* join.c - see join.h. */
#include "video/deliver/join.h"

#include <fcntl.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "video/deliver/live.h"
#include "video/draw/credits.h"
#include "video/language/language.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"
#include "video/text/chapters.h"

enum { PICTURE, SOUND, TEXT };

enum { SETTLED_AT_ONCE = 8 << 20 }; /* bytes */

struct join {
    const struct outdir *dir;
    const char *name;
    const struct case_record *record;
    char *temporary; /* NULL: it has got its name */
    struct soundtrack *track;
    const atomic_bool *cancel;
    void (*tick)(void *ctx); /* NULL: nobody asks */
    void *tick_ctx;
    AVFormatContext *format;
    AVPacket *packet; /* a reference to the one in hand */
    AVPacket *sound;  /* the next, if `has_sound` */
    bool has_sound, has_header, sound_ended;
    AVCodecParameters *headers; /* of the first segment */
    int64_t next_dts;           /* frames */
    int n_frames;               /* of the segments so far */
    struct live *live; /* the same packets for those who watch already; from the header on */
    struct join_words words;
    AVPacket *line; /* of the text, the next, if `has_line` */
    bool has_line, text_ended;
};

/* Asked by libav around everything it reads and writes. */
static int is_interrupted(void *ctx)
{
    const struct join *join = ctx;

    if (join->tick)
        join->tick(join->tick_ctx);
    return cancel_is_set(join->cancel);
}

static int fail(const struct join *join, int rc, struct error *err)
{
    if (rc == AVERROR_EXIT)
        return cancel_error(err);
    return libav_error(err, ERR_IO, rc, "%s/%s can't be written", join->dir->path, join->name);
}

/* Writing is buffered: what went wrong may be known only here. */
static int check_io(const struct join *join, struct error *err)
{
    return join->format->pb->error < 0 ? fail(join, join->format->pb->error, err) : 0;
}

static int open_file(struct join *join, struct error *err)
{
    /* "file:": a colon in the folder's name is no protocol. */
    char *url = mem_format("file:%s/%s", join->dir->path, join->temporary);
    int rc = avformat_alloc_output_context2(&join->format, NULL, "mp4", url);

    if (rc >= 0) {
        join->format->interrupt_callback =
            (AVIOInterruptCB){.callback = is_interrupted, .opaque = join};
        join->format->flags |= AVFMT_FLAG_BITEXACT;
        rc = avio_open2(
            &join->format->pb, url, AVIO_FLAG_WRITE, &join->format->interrupt_callback, NULL);
    }
    free(url);
    return rc < 0 ? fail(join, rc, err) : 0;
}

int join_open(const struct outdir *dir, const char *name, const struct case_record *record,
    struct soundtrack *track, const atomic_bool *cancel, struct join **ret_join, struct error *err)
{
    struct join *join = mem_new(struct join);
    int rc;

    *join = (struct join){.dir = dir,
        .name = name,
        .record = record,
        .temporary = outdir_temporary(name),
        .track = track,
        .cancel = cancel,
        .packet = av_packet_alloc(),
        .sound = av_packet_alloc(),
        .line = av_packet_alloc(),
        .next_dts = AV_NOPTS_VALUE};
    libav_log_clear();
    rc = join->packet && join->sound && join->line
             ? open_file(join, err)
             : error_set(err, ERR_LIMIT, "no memory for the MP4");
    if (rc < 0) {
        join_free(join);
        return rc;
    }
    *ret_join = join;
    return 0;
}

void join_set_words(struct join *join, const struct join_words *words)
{
    join->words = *words;
}

void join_set_tick(struct join *join, void (*tick)(void *ctx), void *ctx)
{
    join->tick = tick;
    join->tick_ctx = ctx;
}

void join_free(struct join *join)
{
    if (!join)
        return;
    join->tick = NULL; /* it is no time to tell anything */
    if (join->format)
        avio_closep(&join->format->pb);
    avformat_free_context(join->format);
    live_free(join->live);
    if (join->temporary)
        outdir_drop(join->dir, join->temporary);
    free(join->temporary);
    av_packet_free(&join->packet);
    av_packet_free(&join->sound);
    av_packet_free(&join->line);
    avcodec_parameters_free(&join->headers);
    free(join);
}

static int add_streams(struct join *join, const AVCodecParameters *headers)
{
    AVStream *picture = avformat_new_stream(join->format, NULL);
    AVStream *sound = avformat_new_stream(join->format, NULL);
    char language[4];
    int rc;

    if (!picture || !sound)
        return AVERROR(ENOMEM);
    picture->time_base = (AVRational){1, join->record->fps};
    picture->avg_frame_rate = picture->r_frame_rate = (AVRational){join->record->fps, 1};
    sound->time_base = (AVRational){1, TIMELINE_RATE};
    language_code(join->record->language, language);
    av_dict_set(&sound->metadata, "language", language, 0);
    rc = avcodec_parameters_copy(picture->codecpar, headers);
    return rc < 0 ? rc : avcodec_parameters_from_context(sound->codecpar, join->track->codec);
}

static int open_live(struct join *join, struct error *err)
{
    return live_open(join->dir, join->headers, join->format->streams[SOUND]->codecpar,
        join->record->fps, TIMELINE_SEGMENT_MAX_MS / 1000, &join->live, err);
}

static int add_words(struct join *join)
{
    const struct join_words *words = &join->words;
    AVStream *line;
    int rc = 0;

    if (words->n_chapters)
        rc = chapters_describe(words->chapters, words->n_chapters, words->end_s, join->format);
    if (rc < 0 || !words->text)
        return rc;
    line = avformat_new_stream(join->format, NULL);
    return line ? text_track_describe(words->text, line) : AVERROR(ENOMEM);
}

/* What a player tells of the whole film. */
static void add_tags(struct join *join)
{
    char *credits = credits_of(join->record);

    if (join->record->title)
        av_dict_set(&join->format->metadata, "title", join->record->title, 0);
    if (credits)
        av_dict_set(&join->format->metadata, "copyright", credits, 0);
    free(credits);
}

/* With the first segment, whose headers are everybody's. */
static int write_header(struct join *join, const AVCodecParameters *headers, struct error *err)
{
    AVDictionary *options = NULL;
    int rc;

    join->headers = avcodec_parameters_alloc();
    rc = join->headers ? avcodec_parameters_copy(join->headers, headers) : AVERROR(ENOMEM);
    if (rc >= 0)
        rc = add_streams(join, headers);
    if (rc >= 0)
        rc = add_words(join);
    add_tags(join);
    av_dict_set(&options, "movflags", "+faststart", 0);
    if (rc >= 0)
        rc = avformat_write_header(join->format, &options);
    av_dict_free(&options);
    join->has_header = rc >= 0;
    return rc < 0 ? fail(join, rc, err) : open_live(join, err);
}

static int check_headers(
    const struct join *join, const AVCodecParameters *headers, struct error *err)
{
    if (join->headers->extradata_size != headers->extradata_size ||
        memcmp(join->headers->extradata, headers->extradata, (size_t)headers->extradata_size) != 0)
        return error_set(err, ERR_LIBRARY, "a segment has other H.264 headers than the first");
    return 0;
}

/* The packet stays the caller's. */
static int write_packet(
    struct join *join, const AVPacket *packet, int stream, AVRational unit, struct error *err)
{
    int rc = av_packet_ref(join->packet, packet);

    if (rc < 0)
        return fail(join, rc, err);
    join->packet->stream_index = stream;
    av_packet_rescale_ts(join->packet, unit, join->format->streams[stream]->time_base);
    rc = av_interleaved_write_frame(join->format, join->packet);
    return rc < 0 ? fail(join, rc, err) : 0;
}

/* All sound packets that begin before `until` samples. */
static int write_sound(struct join *join, int64_t until, struct error *err)
{
    while (!join->sound_ended) {
        int rc = 0;

        if (cancel_is_set(join->cancel))
            return cancel_error(err);
        if (!join->has_sound)
            rc = soundtrack_next(join->track, join->sound, err);
        if (rc < 0)
            return rc;
        join->sound_ended = rc == SOUNDTRACK_E_END;
        join->has_sound = !join->sound_ended;
        if (join->sound_ended || join->sound->pts >= until)
            return 0;
        join->has_sound = false;
        rc = live_sound(join->live, join->sound, err);
        if (rc < 0)
            return rc;
        rc = write_packet(join, join->sound, SOUND, (AVRational){1, TIMELINE_RATE}, err);
        av_packet_unref(join->sound);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* All lines of text that begin before `until` ms. */
static int write_text(struct join *join, int64_t until, struct error *err)
{
    while (join->words.text && !join->text_ended) {
        int rc = join->has_line ? 0 : text_track_next(join->words.text, join->line, err);

        if (rc < 0)
            return rc;
        join->text_ended = rc == TEXT_TRACK_E_END;
        join->has_line = !join->text_ended;
        if (join->text_ended || join->line->pts >= until)
            return 0;
        join->has_line = false;
        rc = write_packet(join, join->line, TEXT, (AVRational){1, TEXT_TRACK_UNIT}, err);
        av_packet_unref(join->line);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int write_picture(struct join *join, const AVPacket *packet, struct error *err)
{
    const int fps = join->record->fps;
    int rc;

    if (join->next_dts != AV_NOPTS_VALUE && packet->dts != join->next_dts)
        return error_set(err, ERR_LIBRARY,
            "segments do not join: frame time %lld where %lld belongs", (long long)packet->dts,
            (long long)join->next_dts);
    join->next_dts = packet->dts + 1;
    rc = write_sound(join, packet->dts * (TIMELINE_RATE / fps), err);
    if (rc == 0)
        rc = live_picture(join->live, packet, err);
    if (rc == 0)
        rc = write_text(join, packet->dts * TEXT_TRACK_UNIT / fps, err);
    return rc < 0 ? rc : write_packet(join, packet, PICTURE, (AVRational){1, fps}, err);
}

/* Pictures are decoded ahead of their time, so the sound beside the last of them is still missing.
 */
static int end_piece(struct join *join, int n_frames, struct error *err)
{
    int rc;

    join->n_frames += n_frames;
    rc = write_sound(join, (int64_t)join->n_frames * (TIMELINE_RATE / join->record->fps), err);
    return rc < 0 ? rc : live_cut(join->live, n_frames, err);
}

int join_add(struct join *join, const struct segment *segment, struct error *err)
{
    int rc = join->has_header ? check_headers(join, segment->parameters, err)
                              : write_header(join, segment->parameters, err);

    libav_log_clear();
    for (int i = 0; rc == 0 && i < segment->n_packets; i++)
        rc = write_picture(join, segment->packets[i], err);
    if (rc == 0)
        rc = end_piece(join, segment->n_packets, err);
    return rc < 0 ? rc : check_io(join, err);
}

static int write_trailer(struct join *join, struct error *err)
{
    int rc = av_write_trailer(join->format);

    if (rc < 0)
        return fail(join, rc, err);
    rc = check_io(join, err);
    if (rc < 0)
        return rc;
    rc = avio_closep(&join->format->pb);
    return rc < 0 ? fail(join, rc, err) : 0;
}

static int disable_text(struct join *join, struct error *err)
{
    char *path;
    int rc;

    if (!join->words.text)
        return 0;
    path = mem_format("%s/%s", join->dir->path, join->temporary);
    rc = text_track_disable(path, join->format->streams[TEXT], err);
    free(path);
    return rc;
}

/* The file lies on the disk, all but what describes it: after that outdir_finish() is quick.  What
 * goes wrong here is met there again. */
static int settle(struct join *join, struct error *err)
{
    const unsigned how =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    int fd = openat(join->dir->fd, join->temporary, O_RDONLY | O_CLOEXEC), rc = 0;
    struct stat file;

    for (off_t at = 0; rc == 0 && fd >= 0 && fstat(fd, &file) == 0 && at < file.st_size;
         at += SETTLED_AT_ONCE) {
        sync_file_range(fd, at, SETTLED_AT_ONCE, how);
        rc = is_interrupted(join) ? cancel_error(err) : 0;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

int join_end(struct join *join, struct error *err)
{
    int rc;

    libav_log_clear();
    rc = write_sound(join, INT64_MAX, err);
    if (rc == 0)
        rc = live_end(join->live, err);
    if (rc == 0)
        rc = write_text(join, INT64_MAX, err);
    if (rc == 0)
        rc = write_trailer(join, err);
    if (rc == 0)
        rc = disable_text(join, err);
    if (rc == 0)
        rc = settle(join, err);
    if (rc == 0)
        rc = outdir_finish(join->dir, join->temporary, join->name, LIVE_PREFIX, err);
    if (rc < 0)
        return rc;
    free(join->temporary);
    join->temporary = NULL;
    return 0;
}

const struct live *join_live(const struct join *join)
{
    return join->live;
}
