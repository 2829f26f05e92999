/* mux_check.c - the finished MP4, read again before it is published.  libavformat's muxer makes its
 * index in memory, and goes on where that fails for want of memory: the file then lacks a part of
 * it without an error, or has a gap where the part was to be.  So the file is read as a player
 * reads it: its boxes must follow each other to its end, its index must name each packet that was
 * written, and its header must have what the muxer was given. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/deliver/mp4_parts.h"
#include "video/deliver/mux_private.h"

/* Both sides count from the first packet of their stream: players get the rest from edit lists. */
void mux_count(struct mux_count *count, const AVPacket *packet)
{
    if (count->n == 0)
        count->first = packet->dts;
    count->n++;
    count->bytes += packet->size;
    count->last = packet->dts - count->first;
}

static struct mux_count mux_read_count(AVStream *stream)
{
    struct mux_count count = {.n = avformat_index_get_entries_count(stream)};

    for (int i = 0; i < count.n; i++) {
        const AVIndexEntry *entry = avformat_index_get_entry(stream, i);

        count.first = i == 0 ? entry->timestamp : count.first;
        count.last = entry->timestamp - count.first;
        count.bytes += entry->size;
    }
    return count;
}

/* Pictures may grow by a byte a slice: some of H.264's start codes have three bytes, the lengths in
 * their place have four.  libavformat fills gaps of the text track with empty samples. */
static bool mux_is_whole(int stream, const struct mux_count *wrote, const struct mux_count *read)
{
    bool has_all = read->n >= wrote->n && read->last >= wrote->last && read->bytes >= wrote->bytes;
    bool is_in_time = read->n == wrote->n && read->last == wrote->last;

    return has_all && (stream == MUX_TEXT || is_in_time) &&
           (stream != MUX_SOUND || read->bytes == wrote->bytes);
}

static int mux_lacks(const struct mux *mux, const char *what, struct error *err)
{
    return error_set(err, ERR_LIMIT,
        "%s/%s: it lacks %s, so this machine had no memory left: try again", mux->dir->path,
        mux->name, what);
}

/* Does `read` have the tag of `wrote`?  libavformat leaves out empty ones. */
static bool mux_has_tag(const char *key, const AVDictionary *wrote, const AVDictionary *read)
{
    const AVDictionaryEntry *is = av_dict_get(wrote, key, NULL, 0),
                            *has = av_dict_get(read, key, NULL, 0);

    return !is || !*is->value || (has && strcmp(is->value, has->value) == 0);
}

/* What a decoder needs before the first packet. */
static bool mux_has_header(int stream, const AVStream *wrote, const AVStream *read)
{
    const AVCodecParameters *is = wrote->codecpar, *has = read->codecpar;

    if (stream == MUX_PICTURE)
        return mp4_has_parameter_sets(has->extradata, (size_t)has->extradata_size, is);
    return stream == MUX_TEXT ||
           (is->extradata_size == has->extradata_size &&
               memcmp(is->extradata, has->extradata, (size_t)is->extradata_size) == 0);
}

static bool mux_has_chapter(const AVChapter *wrote, const AVChapter *read)
{
    return mux_has_tag("title", wrote->metadata, read->metadata) &&
           av_compare_ts(wrote->start, wrote->time_base, read->start, read->time_base) == 0;
}

static int mux_check_header(const struct mux *mux, const AVFormatContext *file, struct error *err)
{
    const AVFormatContext *wrote = mux->format;

    for (int i = 0; i < (int)wrote->nb_streams; i++) {
        if (!mux_has_header(i, wrote->streams[i], file->streams[i]))
            return mux_lacks(mux, "the header of a stream", err);
        if (!mux_has_tag("language", wrote->streams[i]->metadata, file->streams[i]->metadata))
            return mux_lacks(mux, "the language of a stream", err);
    }
    for (int i = 0; i < (int)wrote->nb_chapters; i++)
        if (!mux_has_chapter(wrote->chapters[i], file->chapters[i]))
            return mux_lacks(mux, "a chapter", err);
    if (!mux_has_tag("title", wrote->metadata, file->metadata))
        return mux_lacks(mux, "its title", err);
    return mux_has_tag("copyright", wrote->metadata, file->metadata)
               ? 0
               : mux_lacks(mux, "its copyright", err);
}

static int mux_check_stream(
    const struct mux *mux, const AVFormatContext *file, int stream, struct error *err)
{
    const struct mux_count *wrote = &mux->counts[stream];
    struct mux_count read = mux_read_count(file->streams[stream]);

    if (mux_is_whole(stream, wrote, &read) && file->streams[stream]->codecpar->codec_id ==
                                                  mux->format->streams[stream]->codecpar->codec_id)
        return 0;
    return error_set(err, ERR_LIMIT,
        "%s/%s: its index names %lld packets of stream %d, %lld bytes, up to time %lld; %lld, %lld "
        "and %lld were written, so this machine had no memory left: try again",
        mux->dir->path, mux->name, (long long)read.n, stream, (long long)read.bytes,
        (long long)read.last, (long long)wrote->n, (long long)wrote->bytes, (long long)wrote->last);
}

/* Do the boxes follow each other to the end?  `ret_begins` (set if so): is the index in front of
 * the media, so that a player can begin with the first bytes? */
static bool mux_boxes_fill(AVIOContext *io, bool *ret_begins)
{
    int64_t at = 0, end = avio_size(io);
    bool has_index = false, has_media = false;

    *ret_begins = false;

    while (at < end && avio_seek(io, at, SEEK_SET) == at) {
        uint8_t header[MP4_BOX_HEADER] = {0};
        int64_t size =
            avio_read(io, header, sizeof header) > 0 ? mp4_box_size(header, end - at) : -1;

        if (size < 0)
            return false;
        has_index = has_index || memcmp(header + 4, "moov", 4) == 0;
        has_media = has_media || memcmp(header + 4, "mdat", 4) == 0;
        *ret_begins = *ret_begins || (has_index && !has_media);
        at += size;
    }
    return at > 0 && at == end;
}

static int mux_check_file(const struct mux *mux, const AVFormatContext *file, struct error *err)
{
    /* Chapters are a stream of their own, behind the others. */
    unsigned n = mux->format->nb_streams + (mux->format->nb_chapters > 0);
    bool begins;
    int rc = 0;

    if (!mux_boxes_fill(file->pb, &begins))
        return mux_lacks(mux, "a part of its header", err);
    if (!begins)
        return mux_lacks(mux, "its index in front of the media", err);
    if (file->nb_streams != n || file->nb_chapters != mux->format->nb_chapters)
        return error_set(err, ERR_LIMIT,
            "%s/%s: it has %u streams and %u chapters, not %u and %u, so this machine had no "
            "memory left: try again",
            mux->dir->path, mux->name, file->nb_streams, file->nb_chapters, n,
            mux->format->nb_chapters);
    for (int i = 0; rc == 0 && i < (int)mux->format->nb_streams; i++)
        rc = mux_check_stream(mux, file, i, err);
    return rc < 0 ? rc : mux_check_header(mux, file, err);
}

int mux_check(const struct mux *mux, struct error *err)
{
    AVFormatContext *file = NULL;
    AVDictionary *options = NULL;
    char *url = mem_format("file:%s/%s", mux->dir->path, mux->temporary);
    /* As they were written: an edit list would take packets away. */
    int rc = av_dict_set(&options, "ignore_editlist", "1", 0);

    if (rc >= 0)
        rc = avformat_open_input(&file, url, av_find_input_format("mp4"), &options);
    rc = rc < 0 ? mux_error(mux, rc, err) : mux_check_file(mux, file, err);
    avformat_close_input(&file);
    av_dict_free(&options);
    free(url);
    return rc;
}
