/* mux_check.c - the finished MP4, read again before it is published.  libavformat's muxer makes its
 * index in memory, and goes on where that fails for want of memory: the file then lacks a part of
 * it without an error.  So the index is read as a player reads it, and must name each packet that
 * was written. */
#include <stdlib.h>

#include "base/mem.h"
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

static int mux_check_file(const struct mux *mux, const AVFormatContext *file, struct error *err)
{
    /* Chapters are a stream of their own, behind the others. */
    unsigned n = mux->format->nb_streams + (mux->format->nb_chapters > 0);
    int rc = 0;

    if (file->nb_streams != n || file->nb_chapters != mux->format->nb_chapters)
        return error_set(err, ERR_LIMIT,
            "%s/%s: it has %u streams and %u chapters, not %u and %u, so this machine had no "
            "memory left: try again",
            mux->dir->path, mux->name, file->nb_streams, file->nb_chapters, n,
            mux->format->nb_chapters);
    for (int i = 0; rc == 0 && i < (int)mux->format->nb_streams; i++)
        rc = mux_check_stream(mux, file, i, err);
    return rc;
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
